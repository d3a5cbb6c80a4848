#!/usr/bin/env python3
"""Writes the vectors of this folder: signed notes, verifier keys, checkpoints and inclusion proofs.

Standard library only; Ed25519 is RFC 8032 section 5.1 over Python's integers. The key PeterNeumann, the
key EnochRoot and their note are public test data of golang.org/x/mod/sumdb/note (note_test.go): what this
script signs with the first must come out byte for byte as the Go project has it.
Run it after a change: python3 tests/vectors/note/generate.py
"""

import base64
import hashlib
import json
import pathlib

HERE = pathlib.Path(__file__).parent
OURS = "libconsent, tests/vectors/note/generate.py (Ed25519 of RFC 8032 in Python)"
GO = "golang.org/x/mod/sumdb/note, note_test.go"
GO_MUTATED = GO + ", mutated by libconsent, tests/vectors/note/generate.py"

P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, P) % P


def add(a, b):
    (x1, y1), (x2, y2) = a, b
    t = D * x1 * x2 * y1 * y2
    return (x1 * y2 + x2 * y1) * pow(1 + t, -1, P) % P, (y1 * y2 + x1 * x2) * pow(1 - t, -1, P) % P


def multiply(n, point):
    result = (0, 1)
    while n:
        if n & 1:
            result = add(result, point)
        point, n = add(point, point), n >> 1
    return result


def base_point():
    y = 4 * pow(5, -1, P) % P
    xx = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    x = pow(xx, (P + 3) // 8, P)
    if (x * x - xx) % P:
        x = x * pow(2, (P - 1) // 4, P) % P
    return (x if x % 2 == 0 else P - x), y


B = base_point()


def compress(point):
    x, y = point
    return (y | (x & 1) << 255).to_bytes(32, "little")


def expand(seed):
    h = hashlib.sha512(seed).digest()
    return int.from_bytes(h[:32], "little") & (1 << 254) - 8 | 1 << 254, h[32:]


def public(seed):
    return compress(multiply(expand(seed)[0], B))


def sign(seed, message):
    a, prefix = expand(seed)
    r = int.from_bytes(hashlib.sha512(prefix + message).digest(), "little") % L
    R = compress(multiply(r, B))
    k = int.from_bytes(hashlib.sha512(R + public(seed) + message).digest(), "little") % L
    return R + ((r + k * a) % L).to_bytes(32, "little")


def b64(data):
    return base64.b64encode(data).decode()


def key_id(name, key, kind=1):
    return hashlib.sha256(name.encode() + b"\n" + bytes([kind]) + key).digest()[:4]


def vkey(name, key, kind=1):
    return f"{name}+{key_id(name, key, kind).hex()}+{b64(bytes([kind]) + key)}"


def line(name, seed, text):
    return f"— {name} {b64(key_id(name, public(seed)) + sign(seed, text.encode()))}\n"


def write(name, expect, origin=OURS, **fields):
    for key, value in list(fields.items()):
        if isinstance(value, bytes):  # what is not UTF-8 is kept as hex
            fields[key + "_hex"] = fields.pop(key).hex()
    fields.update(expect=expect, origin=origin)
    text = json.dumps(fields, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    (HERE / f"{name}.json").write_text(text + "\n", encoding="utf-8")


PETER = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
PETER_SEED = base64.b64decode("AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz")[1:]
ENOCH = "EnochRoot+af0cfe78+ATtqJ7zOtqQtYqOo0CpvDXNlMhV3HeJDpjrASKGLWdop"
TEXT = (
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n"
)
PETER_LINE = (
    "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyB"
    "wJnAM=\n"
)
ENOCH_LINE = (
    "— EnochRoot rwz+eBzmZa0SO3NbfRGzPCpDckykFXSdeX+MNtCOXm2/5n2tiOHp+vAF1aGrQ5ovTG01oOTGwnWLox33WWd1RvMc+"
    "QQ=\n"
)


def notes():
    good = TEXT + "\n" + PETER_LINE
    wrong = TEXT + "\n" + PETER_LINE.replace("ZJku", "ZJkv")
    write(
        "note-happy-one-signature", "accept", GO, keys=[PETER], note=good, signers=["PeterNeumann"]
    )
    write(
        "note-happy-second-unknown",
        "accept",
        GO,
        keys=[PETER],
        note=good + ENOCH_LINE,
        signers=["PeterNeumann"],
    )
    write(
        "note-happy-two-signatures",
        "accept",
        GO,
        keys=[ENOCH, PETER],
        note=good + ENOCH_LINE,
        signers=["PeterNeumann", "EnochRoot"],
    )
    write(
        "note-happy-repeated-line",
        "accept",
        GO_MUTATED,
        keys=[PETER],
        note=good + PETER_LINE,
        signers=["PeterNeumann"],
    )
    strangers = "".join(
        f"— stranger{i} {b64(hashlib.sha512(b'%d' % i).digest()[: 5 + i])}\n" for i in range(30)
    )
    write(
        "note-happy-30-unknown",
        "accept",
        GO_MUTATED,
        keys=[PETER],
        note=TEXT + "\n" + strangers + PETER_LINE,
        signers=["PeterNeumann"],
    )
    cosignature = b64(key_id("w.example", public(b"w" * 32), 4) + bytes(72))
    write(
        "note-happy-cosignature-unknown",
        "accept",
        GO_MUTATED,
        keys=[PETER],
        note=good + f"— w.example {cosignature}\n",
        signers=["PeterNeumann"],
    )
    write(
        "note-happy-same-id-other-name",
        "accept",
        GO_MUTATED,
        keys=[PETER],
        note=good + PETER_LINE.replace("PeterNeumann", "PeterNewmann"),
        signers=["PeterNeumann"],
    )
    write(
        "note-happy-same-name-other-id",
        "accept",
        GO_MUTATED,
        keys=[PETER],
        note=good + PETER_LINE.replace("x08g", "x08h"),
        signers=["PeterNeumann"],
    )
    for name, text in [
        ("empty-lines", "a\n\n\nb\n\n"),
        ("newline-alone", "\n"),
        ("utf8", "ещё не вечер 😀\n"),
        ("signature-line-in-text", TEXT + "\n" + PETER_LINE),
    ]:
        write(
            f"note-happy-text-{name}",
            "accept",
            keys=[PETER],
            signers=["PeterNeumann"],
            note=text + "\n" + line("PeterNeumann", PETER_SEED, text),
        )

    def bad(name, note, keys=(PETER,)):
        write(f"note-{name}", "refuse", GO_MUTATED, keys=list(keys), note=note)

    bad("no-keys", good, [])
    bad("no-known-signature", TEXT + "\n" + ENOCH_LINE)
    bad("flipped-bit@text", good.replace("answer", "ansver"))
    bad("flipped-bit@signature", wrong)
    bad("known-and-failing@second", good + ENOCH_LINE.replace("BzmZ", "BzmY"), [PETER, ENOCH])
    bad("known-and-failing@repeated", good + PETER_LINE.replace("ZJku", "ZJkv"))
    bad("signature-longer", TEXT + "\n" + PETER_LINE[:60] + "ABCD" + PETER_LINE[60:])
    bad("signature-shorter", TEXT + "\n" + PETER_LINE[:60] + PETER_LINE[64:])
    bad("signature-of-4-bytes", good + "— x AAAAAA==\n")
    bad("signature-empty", good + "— x \n")
    bad("no-signatures", TEXT)
    bad("no-signatures@empty-line", TEXT + "\n")
    bad("no-empty-line", TEXT + PETER_LINE)
    bad("no-text", "\n" + PETER_LINE)
    bad("missing-newline@end", good[:-1])
    bad("extra-newline@end", good + "\n")
    bad("line-after-signatures", good + "Unexpected line.\n")
    bad("carriage-returns", good.replace("\n", "\r\n"))
    bad("tab@text", "\t" + good)
    bad("control@text", "\x01" + good)
    bad("nul@end", good + "\x00")
    bad("not-utf8@text", b"\xff" + good.encode())
    bad("not-utf8@overlong", b"\xc0\xaf" + good.encode())
    bad("hyphen-for-dash", good.replace("—", "-"))
    bad("en-dash-for-dash", good.replace("—", "–"))
    bad("two-spaces@name", good.replace("— ", "—  "))
    bad("space@name", good.replace("PeterNeumann", "Peter Neumann"))
    bad("no-break-space@name", good + ENOCH_LINE.replace("EnochRoot", "Enoch\u00a0Root"))
    bad("ideographic-space@name", good + ENOCH_LINE.replace("EnochRoot", "Enoch\u3000Root"))
    bad("plus@name", good + ENOCH_LINE.replace("EnochRoot", "Enoch+Root"))
    bad("empty-name", good + ENOCH_LINE.replace("EnochRoot", ""))
    bad("space@end-of-line", good[:-1] + " \n")
    bad("base64-unused-bits", TEXT + "\n" + PETER_LINE.replace("AM=", "AN="))
    bad("base64-unused-bits@unknown", good + ENOCH_LINE.replace("QQ=", "QR="))
    bad("base64-no-padding", TEXT + "\n" + PETER_LINE.replace("=", ""))
    bad("base64-url-alphabet", good + ENOCH_LINE.replace("+", "-"))
    bad("base64-space-inside", TEXT + "\n" + PETER_LINE[:40] + " " + PETER_LINE[40:])
    signature = sign(PETER_SEED, TEXT.encode())
    r, s = signature[:32], int.from_bytes(signature[32:], "little")
    low = int.from_bytes(r, "little")
    for name, forged in (
        ("s-plus-order@signature", r + (s + L).to_bytes(32, "little")),
        ("s-plus-twice-order@signature", r + (s + 2 * L).to_bytes(32, "little")),
        ("r-with-sign@signature", (low ^ 1 << 255).to_bytes(32, "little") + signature[32:]),
        ("r-not-canonical@signature", (P + 1).to_bytes(32, "little") + signature[32:]),
        ("r-all-ones@signature", b"\xff" * 32 + signature[32:]),
    ):
        mark = key_id("PeterNeumann", public(PETER_SEED))
        bad(name, TEXT + "\n" + f"— PeterNeumann {b64(mark + forged)}\n")
    # R is the identity, written as p + 1: with S = h * a the equation holds, the encoding is not R's.
    identity = (P + 1).to_bytes(32, "little")
    a = expand(PETER_SEED)[0]
    h = int.from_bytes(
        hashlib.sha512(identity + public(PETER_SEED) + TEXT.encode()).digest(), "little"
    )
    forged = identity + (h * a % L).to_bytes(32, "little")
    one = (1).to_bytes(32, "little")
    h_one = hashlib.sha512(one + public(PETER_SEED) + TEXT.encode()).digest()
    true = one + (int.from_bytes(h_one, "little") * a % L).to_bytes(32, "little")
    write(
        "note-happy-r-of-identity",
        "accept",
        GO_MUTATED,
        keys=[PETER],
        note=TEXT
        + "\n"
        + f"— PeterNeumann {b64(key_id('PeterNeumann', public(PETER_SEED)) + true)}\n",
        signers=["PeterNeumann"],
    )
    mark = key_id("PeterNeumann", public(PETER_SEED))
    bad(
        "r-of-identity-not-canonical@signature",
        TEXT + "\n" + f"— PeterNeumann {b64(mark + forged)}\n",
    )
    bad("too-many-signatures", TEXT + "\n" + PETER_LINE * 101)
    other = vkey("PeterNeumann", public(b"o" * 32))
    bad("other-key-same-name", good, [other])

    for name, text in [("peter", PETER), ("enoch", ENOCH)]:
        write(f"key-happy-{name}", "accept", GO, key=text)
    write("key-happy-ours", "accept", key=vkey("romashka.example/consent", public(b"k" * 32)))
    write(
        "key-adjusted-id-longer",
        "refuse",
        GO,
        key="PeterNeumann+cc469956+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TWBADKEY==",
    )
    write(
        "key-adjusted-id-other-algorithm",
        "refuse",
        GO,
        key="PeterNeumann+173116ae+ZRpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
    )
    write("key-cosignature-type", "refuse", key=vkey("w.example", public(b"w" * 32), 4))
    for name, text in [
        ("id-mismatch", PETER.replace("c74f", "c74e")),
        ("id-upper-case", PETER.replace("c74f", "C74F")),
        ("id-short", PETER.replace("c74f20a3", "c74f20a")),
        ("other-name", "P" + PETER),
        ("key-mutated", PETER.replace("ARpc", "ARpd")),
        ("key-cut", PETER[:-4]),
        ("no-name", PETER[12:]),
        ("space@name", PETER.replace("rN", "r N")),
        ("empty", ""),
        ("no-key", "PeterNeumann+c74f20a3"),
        ("newline@end", PETER + "\n"),
        ("empty-key", "a+b+"),
    ]:
        write(f"key-{name}", "refuse", GO_MUTATED, key=text)
    for name, key in improper_keys():
        write(f"key-{name}", "refuse", key=vkey("romashka.example/consent", key))


def improper_keys():
    """What is not the one encoding of a point whose order is large."""

    def encoded(y, sign=0):
        return (y | sign << 255).to_bytes(32, "little")

    # A point of order 8: L times a point of the curve that is not in the subgroup.
    y = 2
    while True:
        xx = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
        x = pow(xx, (P + 3) // 8, P)
        if (x * x - xx) % P:
            x = x * pow(2, (P - 1) // 4, P) % P
        if (x * x - xx) % P == 0:
            order8 = multiply(L, (x, y))
            if multiply(4, order8) != (0, 1):
                break
        y += 1
    off = next(
        y for y in range(2, 99) if pow((y * y - 1) * (D * y * y + 1) % P, (P - 1) // 2, P) != 1
    )
    eighth = order8[1]
    return [
        ("small-order@1", encoded(1)),
        ("small-order@1-with-sign", encoded(1, 1)),
        ("small-order@2", encoded(P - 1)),
        ("small-order@2-with-sign", encoded(P - 1, 1)),
        ("small-order@4", encoded(0)),
        ("small-order@4-with-sign", encoded(0, 1)),
        ("small-order@8", encoded(eighth)),
        ("small-order@8-with-sign", encoded(eighth, 1)),
        ("small-order@8-other", encoded(P - eighth)),
        ("small-order@8-other-with-sign", encoded(P - eighth, 1)),
        ("not-canonical@p", encoded(P)),
        ("not-canonical@p-with-sign", encoded(P, 1)),
        ("not-canonical@p-plus-1", encoded(P + 1)),
        ("not-canonical@p-plus-1-with-sign", encoded(P + 1, 1)),
        ("not-canonical@p-plus-3", encoded(P + 3)),
        ("not-canonical@all-ones", b"\xff" * 32),
        ("off-curve", encoded(off)),
    ]


def checkpoints():
    root = hashlib.sha256(b"\x00entry").digest()
    empty = hashlib.sha256(b"").digest()

    def one(name, expect, text, **fields):
        write(f"checkpoint-{name}", expect, text=text, **fields)

    origin = "romashka.example/consent"
    one("happy", "accept", f"{origin}\n1\n{b64(root)}\n", log=origin, size="1", root=root.hex())
    one(
        "happy-empty-tree",
        "accept",
        f"{origin}\n0\n{b64(empty)}\n",
        log=origin,
        size="0",
        root=empty.hex(),
    )
    one(
        "happy-largest",
        "accept",
        f"{origin}\n{2**63 - 1}\n{b64(root)}\n",
        log=origin,
        size=str(2**63 - 1),
        root=root.hex(),
    )
    one(
        "happy-extension",
        "accept",
        f"{origin}\n1\n{b64(root)}\nextension\n",
        log=origin,
        size="1",
        root=root.hex(),
    )
    for name, text in [
        ("origin-empty", f"\n1\n{b64(root)}\n"),
        ("origin-space", f"a b\n1\n{b64(root)}\n"),
        ("origin-plus", f"a+b\n1\n{b64(root)}\n"),
        ("size-leading-zero", f"{origin}\n01\n{b64(root)}\n"),
        ("size-00", f"{origin}\n00\n{b64(empty)}\n"),
        ("size-negative", f"{origin}\n-1\n{b64(root)}\n"),
        ("size-plus", f"{origin}\n+1\n{b64(root)}\n"),
        ("size-empty", f"{origin}\n\n{b64(root)}\n"),
        ("size-space", f"{origin}\n1 \n{b64(root)}\n"),
        ("size-hex", f"{origin}\n0x1\n{b64(root)}\n"),
        ("size-float", f"{origin}\n1.0\n{b64(root)}\n"),
        ("size-2pow63", f"{origin}\n{2**63}\n{b64(root)}\n"),
        ("size-2pow64", f"{origin}\n{2**64}\n{b64(root)}\n"),
        ("size-0-other-root", f"{origin}\n0\n{b64(root)}\n"),
        ("root-hex", f"{origin}\n1\n{root.hex()}\n"),
        ("root-short", f"{origin}\n1\n{b64(root[:31])}\n"),
        ("root-long", f"{origin}\n1\n{b64(root + b'x')}\n"),
        ("root-unpadded", f"{origin}\n1\n{b64(root)[:-1]}\n"),
        ("root-empty", f"{origin}\n1\n\n"),
        ("extension-empty", f"{origin}\n1\n{b64(root)}\n\n"),
        ("extension-cut", f"{origin}\n1\n{b64(root)}\nx"),
        ("missing-newline", f"{origin}\n1\n{b64(root)}"),
        ("two-lines", f"{origin}\n1\n"),
        ("empty", ""),
        ("carriage-returns", f"{origin}\r\n1\r\n{b64(root)}\r\n"),
    ]:
        one(name, "refuse", text)


def proofs():
    def leaf(i):
        return hashlib.sha256(b"\x00entry %d" % i).digest()

    def node(a, b):
        return hashlib.sha256(b"\x01" + a + b).digest()

    origin = "romashka.example/consent"
    log, stranger, witness = b"l" * 32, b"s" * 32, b"w" * 32
    root = node(node(leaf(0), leaf(1)), leaf(2))
    text = f"{origin}\n3\n{b64(root)}\n"
    signed = text + "\n" + line(origin, log, text)
    keys = [vkey(origin, public(log))]
    body = f"{b64(leaf(0))}\n{b64(leaf(2))}\n"
    good = f"c2sp.org/tlog-proof@v1\nindex 1\n{body}\n{signed}"
    extra = good.replace("index", f"extra {b64(b'opaque')}\nindex", 1)

    def one(name, expect, proof, entry=1, trusted=keys):
        write(f"proof-{name}", expect, proof=proof, leaf=leaf(entry).hex(), keys=trusted)

    one("happy", "accept", good)
    one("happy-extra", "accept", extra)
    one("happy-witnessed", "accept", good + line("w.example", witness, text))
    single = f"{origin}\n1\n{b64(leaf(0))}\n"
    one(
        "happy-no-hashes",
        "accept",
        f"c2sp.org/tlog-proof@v1\nindex 0\n\n{single}\n" + line(origin, log, single),
        entry=0,
    )
    one("other-leaf", "refuse", good, entry=0)
    one("other-index", "refuse", good.replace("index 1", "index 0"))
    one("index-is-size", "refuse", good.replace("index 1", "index 3"))
    one("index-leading-zero", "refuse", good.replace("index 1", "index 01"))
    one("index-2pow63", "refuse", good.replace("index 1", f"index {2**63 + 1}"))
    one("index-missing", "refuse", good.replace("index 1\n", ""))
    one("index-empty", "refuse", good.replace("index 1", "index "))
    one("version-2", "refuse", good.replace("@v1", "@v2"))
    one("missing-element@0", "refuse", good.replace(f"{b64(leaf(0))}\n", "", 1))
    one("extra-element@end", "refuse", good.replace(body, body + f"{b64(leaf(2))}\n"))
    one("path-of-64", "refuse", good.replace(body, f"{b64(leaf(0))}\n" * 64))
    one("flipped-bit@path", "refuse", good.replace(b64(leaf(2)), b64(leaf(4))))
    one("hash-unused-bits", "refuse", good.replace(b64(leaf(0)), b64(leaf(0))[:-2] + "B="))
    one("extra-not-base64", "refuse", extra.replace(b64(b"opaque"), "???"))
    one("extra-after-index", "refuse", good.replace("index 1\n", "index 1\nextra AAAA\n"))
    one("extra-twice", "refuse", extra.replace("extra", "extra AAAA\nextra", 1))
    one("empty-line-missing", "refuse", good.replace(body + "\n", body))
    one("no-checkpoint", "refuse", good[: good.index(origin)])
    one("carriage-returns", "refuse", good.replace("\n", "\r\n"))
    one("flipped-bit@root", "refuse", good.replace(b64(root), b64(leaf(9))))
    one("unsigned", "refuse", good[: good.index("—")])
    one("no-keys", "refuse", good, trusted=[])
    # The witness knows the tree, but nobody asked it to speak for the log.
    one(
        "witness-alone",
        "refuse",
        good.replace(line(origin, log, text), line("w.example", witness, text)),
        trusted=keys + [vkey("w.example", public(witness))],
    )
    # A trusted log shows a checkpoint with the origin of another.
    one(
        "other-origin",
        "refuse",
        good.replace(line(origin, log, text), line("other.example", stranger, text)),
        trusted=[vkey("other.example", public(stranger))],
    )


def main():
    assert (
        public(
            bytes.fromhex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60")
        ).hex()
        == "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"
    )  # RFC 8032, 7.1, TEST 1
    assert line("PeterNeumann", PETER_SEED, TEXT) == PETER_LINE
    assert vkey("PeterNeumann", public(PETER_SEED)) == PETER
    for old in HERE.glob("*.json"):
        old.unlink()
    notes()
    checkpoints()
    proofs()


if __name__ == "__main__":
    main()
