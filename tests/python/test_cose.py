"""COSE receipts, read and checked by implementations that know nothing of libconsent."""

from __future__ import annotations

import base64
import hashlib

import cbor2
import pytest
from pycose.keys import OKPKey
from pycose.keys.curves import Ed25519
from pycose.messages import Sign1Message

import consent
from consent import merkle, note, receipt
from romashka import INN, LATER, NUMBER, SAID, WORDING


@pytest.fixture
def log(tmp_path):
    with consent.Log.create(
        tmp_path / "log",
        origin="romashka.example/consent",
        distributor=consent.Organisation(inn=INN),
        now=SAID,
    ) as made:
        for _ in range(40):
            made.append_at(
                consent.ConsentGiven(
                    NUMBER,
                    purposes={"advertising"},
                    channels={"voice"},
                    method="web_form",
                    wording=WORDING,
                    at=SAID,
                ),
                LATER,
            )
        yield made


def root_of(leaf: bytes, index: int, size: int, path: list[bytes]) -> bytes:
    """RFC 9162, 2.1.3.2, written here: what a reader of COSE receipts computes."""
    fn, sn, r = index, size - 1, leaf
    for p in path:
        assert sn
        if fn & 1 or fn == sn:
            r = hashlib.sha256(b"\x01" + p + r).digest()
            while fn and not fn & 1:
                fn, sn = fn >> 1, sn >> 1
        else:
            r = hashlib.sha256(b"\x01" + r + p).digest()
        fn, sn = fn >> 1, sn >> 1
    assert sn == 0
    return r


def taken_apart(data: bytes):
    """Protected and unprotected headers, payload, signature; the spelling is deterministic."""
    tagged = cbor2.loads(data)
    assert tagged.tag == 18
    assert cbor2.dumps(tagged, canonical=True) == data
    protected, unprotected, payload, signature = tagged.value
    return cbor2.loads(protected), unprotected, payload, signature


@pytest.mark.parametrize("seq", [0, 1, 23, 24, 32, 40])
def test_pycose_verifies_the_root_that_the_entry_and_its_path_give(log, seq):
    data = receipt.make_cose(log, seq)
    protected, unprotected, payload, _ = taken_apart(data)
    assert protected == {1: -8, 4: log.verifier_key.encode(), 395: 1}
    assert payload is None
    assert list(unprotected) == [396]
    ((label, (proof,)),) = unprotected[396].items()
    assert label == -1
    size, index, path = cbor2.loads(proof)
    assert (size, index) == (41, seq)
    root = root_of(merkle.leaf_hash(log.entry(seq).bytes), index, size, list(path))
    assert root == note.checkpoint(log.checkpoint(), [log.verifier_key]).root

    message = Sign1Message.decode(data)
    key = base64.b64decode(log.verifier_key.split("+", 2)[2])[1:]
    message.key = OKPKey(crv=Ed25519, x=key)
    assert message.verify_signature(detached_payload=root)
    assert not message.verify_signature(detached_payload=bytes(32))


def test_another_entry_or_place_gives_a_root_that_was_never_signed(log):
    data = receipt.make_cose(log, 7)
    _, unprotected, _, _ = taken_apart(data)
    size, index, path = cbor2.loads(unprotected[396][-1][0])
    message = Sign1Message.decode(data)
    key = base64.b64decode(log.verifier_key.split("+", 2)[2])[1:]
    message.key = OKPKey(crv=Ed25519, x=key)
    for leaf, place in ((8, index), (7, index ^ 1)):
        root = root_of(merkle.leaf_hash(log.entry(leaf).bytes), place, size, list(path))
        assert not message.verify_signature(detached_payload=root)


def test_receipts_of_one_tree_share_their_signature_and_name_nobody(log):
    made = [receipt.make_cose(log, seq) for seq in (3, 9)]
    assert taken_apart(made[0])[3] == taken_apart(made[1])[3]
    digits = NUMBER.lstrip("+").encode()
    assert not any(digits in data for data in made)
    with pytest.raises(consent.NotFoundError):
        receipt.make_cose(log, 99)
