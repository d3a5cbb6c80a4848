import hashlib

import pytest

from consent import ProofError, merkle

# RFC 6962 leaves of the Certificate Transparency test data, with the roots of their first 1..8.
LEAVES = [
    bytes.fromhex(text)
    for text in (
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
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
HASHES = [merkle.leaf_hash(leaf) for leaf in LEAVES]


def tree(hashes):
    """The definition of RFC 6962, 2.1, word for word."""
    if not hashes:
        return hashlib.sha256(b"").digest()
    if len(hashes) == 1:
        return hashes[0]
    k = 1
    while 2 * k < len(hashes):
        k *= 2
    return hashlib.sha256(b"\1" + tree(hashes[:k]) + tree(hashes[k:])).digest()


def path(index, hashes):
    if len(hashes) == 1:
        return []
    k = 1
    while 2 * k < len(hashes):
        k *= 2
    if index < k:
        return [*path(index, hashes[:k]), tree(hashes[k:])]
    return [*path(index - k, hashes[k:]), tree(hashes[:k])]


@pytest.mark.parametrize("size", range(1, 9))
def test_roots_are_those_of_the_published_vectors(size):
    assert merkle.root(HASHES[:size]).hex() == ROOTS[size - 1]


def test_the_root_of_nothing_is_the_hash_of_nothing():
    assert merkle.root([]) == hashlib.sha256(b"").digest()


def test_leaf_and_node_hashes_have_their_prefixes():
    assert merkle.leaf_hash(b"x") == hashlib.sha256(b"\0x").digest()
    a, b = HASHES[:2]
    assert merkle.node_hash(a, b) == hashlib.sha256(b"\1" + a + b).digest()


@pytest.mark.parametrize("size", range(1, 9))
def test_every_leaf_is_proven_by_its_path_and_by_no_other(size):
    hashes = HASHES[:size]
    root = tree(hashes)
    for index in range(size):
        good = path(index, hashes)
        merkle.verify_inclusion(hashes[index], index, size, good, root)
        for bad in (good[:-1], [*good, root], good[::-1]):
            if bad != good:
                with pytest.raises(ProofError):
                    merkle.verify_inclusion(hashes[index], index, size, bad, root)
        with pytest.raises(ProofError):
            merkle.verify_inclusion(hashes[index], index, size, good, b"\0" * 32)


@pytest.mark.parametrize(
    ("index", "size"), [(1, 1), (8, 8), (-1, 8), (0, -1), (0, 0), (0, 1 << 63), (1 << 64, 1 << 65)]
)
def test_a_place_that_the_tree_does_not_have_proves_nothing(index, size):
    with pytest.raises(ProofError):
        merkle.verify_inclusion(HASHES[0], index, size, [], HASHES[0])


@pytest.mark.parametrize("length", [0, 31, 33])
def test_a_hash_of_another_length_proves_nothing(length):
    with pytest.raises(ProofError):
        merkle.verify_inclusion(HASHES[0], 0, 2, [b"x" * length], merkle.root(HASHES[:2]))
    with pytest.raises(ProofError):
        merkle.verify_consistency(1, 2, [HASHES[1]], b"x" * length, merkle.root(HASHES[:2]))


def test_consistency_takes_any_iterable_and_returns_nothing():
    answer = merkle.verify_consistency(1, 2, iter([HASHES[1]]), HASHES[0], merkle.root(HASHES[:2]))
    assert answer is None


def test_consistency_refuses_another_history():
    with pytest.raises(ProofError):
        merkle.verify_consistency(1, 2, [HASHES[1]], HASHES[2], merkle.root(HASHES[:2]))
    with pytest.raises(ProofError):
        merkle.verify_consistency(2, 2, [], merkle.root(HASHES[:2]), HASHES[0])
    with pytest.raises(ProofError):
        merkle.verify_consistency(2, 1, [], merkle.root(HASHES[:2]), HASHES[0])


def test_size_nought_proves_nothing_and_takes_an_empty_path_only():
    merkle.verify_consistency(0, 8, [], b"\0" * 32, merkle.root(HASHES))
    with pytest.raises(ProofError):
        merkle.verify_consistency(0, 8, [HASHES[0]], b"\0" * 32, merkle.root(HASHES))


def test_a_logs_own_proofs_hold(romashka):
    for i in range(6):
        romashka.checkpoint()
        romashka.append_many([_event(i)])
    size = romashka.size
    for old in range(1, size + 1):
        proof = romashka.prove_consistency(old, size)
        merkle.verify_consistency(old, size, proof, romashka.root_at(old), romashka.root)
    leaves = [entry.leaf for entry in romashka.entries(0, size)]
    assert merkle.root(leaves) == tree(leaves) == romashka.root
    assert leaves == [merkle.leaf_hash(entry.bytes) for entry in romashka.entries(0, size)]


def _event(i):
    import consent
    from romashka import SAID

    return consent.ConsentRefused(f"+7916000000{i}", at=SAID)


def test_what_is_not_bytes_is_a_mistake_of_the_caller():
    with pytest.raises(TypeError):
        merkle.leaf_hash("text")
    with pytest.raises(TypeError):
        merkle.verify_inclusion("00" * 32, 0, 1, [], HASHES[0])
