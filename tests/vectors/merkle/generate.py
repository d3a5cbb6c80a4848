#!/usr/bin/env python3
"""Writes the vectors of this folder. Standard library only, from RFC 6962 section 2.1 word for word.

A vector is accepted if and only if it is, field for field, what the recursive definitions give for
the tree; nothing here follows the verification algorithm that the vectors test.
Run it after a change: python3 tests/vectors/merkle/generate.py
"""

import hashlib
import json
import pathlib

HERE = pathlib.Path(__file__).parent
ORIGIN = "libconsent, tests/vectors/merkle/generate.py (hashlib, definitions of RFC 6962 2.1)"
LIMIT = 2**63


def leaf_hash(data):
    return hashlib.sha256(b"\x00" + data).digest()


def node_hash(left, right):
    return hashlib.sha256(b"\x01" + left + right).digest()


# The leaves of the certificate-transparency test data, then the decimal numbers 8, 9, ...
LEAVES = [
    bytes.fromhex(h)
    for h in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
LEAVES += [str(i).encode() for i in range(8, 300)]
HASHES = [leaf_hash(data) for data in LEAVES]


class Range:
    """Hashes of D[begin:end]. Far from the leaf asked about a huge tree is made up: any hash will do."""

    def __init__(self, real):
        self.real = real

    def mth(self, begin, end):
        if not self.real:
            return hashlib.sha256(b"made up %d %d" % (begin, end)).digest()
        if begin == end:
            return hashlib.sha256(b"").digest()
        if end - begin == 1:
            return HASHES[begin]
        k = split(end - begin)
        return node_hash(self.mth(begin, begin + k), self.mth(begin + k, end))


def split(n):
    return 1 << (n - 1).bit_length() - 1  # the largest power of two strictly less than n


def path(m, begin, end, tree):
    n = end - begin
    if n == 1:
        return []
    k = split(n)
    if m < k:
        return path(m, begin, begin + k, tree) + [tree.mth(begin + k, end)]
    return path(m - k, begin + k, end, tree) + [tree.mth(begin, begin + k)]


def made_up_root(m, begin, end, leaf, tree):
    n = end - begin
    if n == 1:
        return leaf
    k = split(n)
    if m < k:
        return node_hash(made_up_root(m, begin, begin + k, leaf, tree), tree.mth(begin + k, end))
    return node_hash(tree.mth(begin, begin + k), made_up_root(m - k, begin + k, end, leaf, tree))


def subproof(m, begin, end, whole, tree):
    n = end - begin
    if m == n:
        return [] if whole else [tree.mth(begin, end)]
    k = split(n)
    if m <= k:
        return subproof(m, begin, begin + k, whole, tree) + [tree.mth(begin + k, end)]
    return subproof(m - k, begin + k, end, False, tree) + [tree.mth(begin, begin + k)]


REAL, MADE_UP = Range(True), Range(False)


def inclusion(index, size):
    return {
        "index": index,
        "leaf": HASHES[index],
        "path": path(index, 0, size, REAL),
        "root": REAL.mth(0, size),
        "size": size,
    }


def huge_inclusion(index, size):
    leaf = leaf_hash(b"far out")
    return {
        "index": index,
        "leaf": leaf,
        "path": path(index, 0, size, MADE_UP),
        "root": made_up_root(index, 0, size, leaf, MADE_UP),
        "size": size,
    }


def consistency(size1, size2):
    return {
        "path": subproof(size1, 0, size2, True, REAL) if size1 else [],
        "root1": REAL.mth(0, size1),
        "root2": REAL.mth(0, size2),
        "size1": size1,
        "size2": size2,
    }


def plain(value):
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, list):
        return [plain(v) for v in value]
    return str(value)  # sizes beyond 2^53 are decimal strings, so all are


def write(kind, name, vector, expect):
    fields = {key: plain(value) for key, value in vector.items()}
    fields.update(expect=expect, origin=ORIGIN)
    text = json.dumps(fields, sort_keys=True, separators=(",", ":"))
    name = name.replace("^", "pow")  # not every file system and shell likes a caret
    (HERE / kind / f"{name}.json").write_text(text + "\n")


def flip(hash_, bit=4):
    return bytes([hash_[0] ^ 1 << bit]) + hash_[1:]


def path_mutations(proof, roots):
    """Every way to spoil a list of hashes, by name."""
    junk = hashlib.sha256(b"junk").digest()
    for i, one in enumerate(proof):
        yield f"flipped-bit@path-{i}", proof[:i] + [flip(one)] + proof[i + 1 :]
        yield f"missing-element@{i}", proof[:i] + proof[i + 1 :]
    yield "extra-element@begin", [junk] + proof
    yield "extra-element@end", proof + [junk]
    for name, root in roots:
        yield f"extra-{name}@begin", [root] + proof
        yield f"extra-{name}@end", proof + [root]
    if proof:
        yield "repeated-element@end", proof + proof[-1:]
        yield "empty-path", []
    if len(proof) > 1:
        yield "swapped-elements@0-1", [proof[1], proof[0]] + proof[2:]
        yield "reversed-path", proof[::-1]
    yield "path-of-64", [junk] * 64


def write_mutant(kind, name, honest, **changes):
    mutant = {**honest, **changes}
    if mutant != honest:  # a list reversed into itself spoils nothing
        write(kind, name, mutant, "refuse")


def main():
    for kind in ("inclusion", "consistency"):
        (HERE / kind).mkdir(exist_ok=True)
        for old in (HERE / kind).glob("*.json"):
            old.unlink()

    kind = "inclusion"
    for index, size in [
        (0, 1),
        (0, 2),
        (1, 2),
        (0, 8),
        (5, 8),
        (2, 3),
        (1, 5),
        (4, 5),
        (6, 7),
        (255, 300),
        (299, 300),
    ]:
        write(kind, f"happy-{index}-of-{size}", inclusion(index, size), "accept")
    for name, index, size in [
        ("2^62-of-2^62+1", 2**62, 2**62 + 1),
        ("0-of-2^63-1", 0, LIMIT - 1),
        ("2^63-2-of-2^63-1", LIMIT - 2, LIMIT - 1),
    ]:
        write(kind, f"happy-{name}", huge_inclusion(index, size), "accept")
    for index, size in [(0, 8), (2, 3), (4, 5), (5, 7), (0, 1)]:
        honest = inclusion(index, size)
        at = f"{index}-of-{size}"
        for name, changed in path_mutations(
            honest["path"], [("root", honest["root"]), ("leaf", honest["leaf"])]
        ):
            write_mutant(kind, f"{name}~{at}", honest, path=changed)
        write_mutant(kind, f"flipped-bit@leaf~{at}", honest, leaf=flip(honest["leaf"]))
        write_mutant(kind, f"flipped-bit@root~{at}", honest, root=flip(honest["root"]))
        write_mutant(
            kind, f"swapped-leaf-root~{at}", honest, leaf=honest["root"], root=honest["leaf"]
        )
        write_mutant(kind, f"empty-root~{at}", honest, root=REAL.mth(0, 0))
        for name, other in [
            ("plus-1", index + 1),
            ("minus-1", index - 1),
            ("xor-2", index ^ 2),
            ("is-size", size),
            ("plus-2^63", index + LIMIT),
        ]:
            if other >= 0:
                write_mutant(kind, f"index-{name}~{at}", honest, index=other)
        # A larger or smaller size with another shape; one with the same path length can only fail by its root.
        for name, other in [
            ("0", 0),
            ("doubled", size * 2),
            ("halved", size // 2),
            ("2^63", LIMIT),
            ("2^64-1", 2 * LIMIT - 1),
        ]:
            write_mutant(kind, f"size-{name}~{at}", honest, size=other)
    honest = inclusion(2, 8)
    pair = node_hash(HASHES[2], HASHES[3])
    write(
        kind,
        "inner-node-as-leaf~2-of-8",
        {**honest, "leaf": pair, "index": 1, "path": honest["path"][1:]},
        "refuse",
    )
    # The tree that doubles its last leaf, as Bitcoin's does: its root is not ours.
    doubled = node_hash(node_hash(HASHES[0], HASHES[1]), node_hash(HASHES[2], HASHES[2]))
    write(
        kind,
        "last-leaf-doubled~2-of-3",
        {**inclusion(2, 3), "path": [HASHES[2], node_hash(HASHES[0], HASHES[1])], "root": doubled},
        "refuse",
    )
    huge = huge_inclusion(LIMIT - 2, LIMIT - 1)
    write(kind, "size-2^63~2^63-2-of-2^63-1", {**huge, "size": LIMIT}, "refuse")

    kind = "consistency"
    for size1, size2 in [
        (1, 1),
        (1, 2),
        (1, 8),
        (2, 8),
        (3, 7),
        (4, 7),
        (6, 8),
        (5, 5),
        (8, 8),
        (7, 8),
        (128, 300),
        (255, 300),
        (0, 8),
    ]:
        write(kind, f"happy-{size1}-to-{size2}", consistency(size1, size2), "accept")
    for size1, size2 in [(1, 8), (2, 5), (3, 7), (6, 8), (5, 5), (4, 8)]:
        honest = consistency(size1, size2)
        at = f"{size1}-to-{size2}"
        roots = [("root1", honest["root1"]), ("root2", honest["root2"])]
        for name, changed in path_mutations(honest["path"], roots):
            write_mutant(kind, f"{name}~{at}", honest, path=changed)
        write_mutant(kind, f"flipped-bit@root1~{at}", honest, root1=flip(honest["root1"]))
        write_mutant(kind, f"flipped-bit@root2~{at}", honest, root2=flip(honest["root2"]))
        write_mutant(
            kind, f"swapped-roots~{at}", honest, root1=honest["root2"], root2=honest["root1"]
        )
        write_mutant(kind, f"swapped-sizes~{at}", honest, size1=size2, size2=size1)
        write_mutant(
            kind, f"size1-0~{at}", honest, size1=0, path=honest["path"] or [honest["root1"]]
        )
        for name, other in [("plus-1", size1 + 1), ("minus-1", size1 - 1)]:
            if 0 < other < size2:
                write_mutant(kind, f"size1-{name}~{at}", honest, size1=other)
        for name, other in [("0", 0), ("2^63", LIMIT), ("2^64-1", 2 * LIMIT - 1)]:
            write_mutant(kind, f"size2-{name}~{at}", honest, size2=other)
    # The owner rewrites entry 3 and shows a proof of its own new tree.
    honest = consistency(6, 8)
    HASHES[3] = leaf_hash(b"rewritten")
    rewritten = consistency(6, 8)
    write(kind, "rewritten-history~6-to-8", {**rewritten, "root1": honest["root1"]}, "refuse")


if __name__ == "__main__":
    main()
