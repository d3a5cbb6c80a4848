"""C2SP signed notes (Ed25519) and the checkpoints in them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import NamedTuple

from consent import _core

__all__ = [
    "Checkpoint",
    "Note",
    "checkpoint",
    "cosignatures",
    "verify",
    "verify_inclusion_proof",
]


class Note(NamedTuple):
    """A note whose signatures held.

    Attributes:
        text: The signed text, its final newline included.
        signers: Names of the given keys that signed it.
    """

    text: str
    signers: list[str]


class Checkpoint(NamedTuple):
    """The first three lines of a tlog-checkpoint. ``root`` is 32 bytes."""

    origin: str
    size: int
    root: bytes


def _keys(vkeys: Iterable[str]) -> list[str]:
    if isinstance(vkeys, str):
        raise TypeError("vkeys must be a list of keys, not one str")
    return list(vkeys)


def verify(text: str, vkeys: Iterable[str]) -> Note:
    """Check a signed note.

    Args:
        text: The whole note.
        vkeys: Verifier keys (``name+id+key``) to trust. Each must have signed; lines of unknown
            keys are ignored.

    Raises:
        ProofError: A known key's line fails or is absent, the note or a key is not in form.
    """
    return Note(*_core.note_verify(text, _keys(vkeys)))


def checkpoint(text: str, vkeys: Iterable[str]) -> Checkpoint:
    """Check a signed checkpoint and read it.

    Raises:
        ProofError: As :func:`verify`, or it is not a checkpoint.
    """
    return Checkpoint(*_core.parse_checkpoint(verify(text, vkeys).text))


def verify_inclusion_proof(proof: str, leaf_hash: bytes, vkeys: Iterable[str]) -> None:
    """Check a C2SP tlog-proof: signature, origin, then that the leaf is included.

    Args:
        proof: The proof with its checkpoint, as :meth:`consent.Log.prove_inclusion` gives it.
        leaf_hash: The leaf, known from elsewhere.
        vkeys: Verifier keys to trust.

    Raises:
        ProofError: It does not prove that.
    """
    _core.verify_inclusion_proof(proof, leaf_hash, _keys(vkeys))


def cosignatures(note: str, witnesses: Iterable[str]) -> dict[str, datetime]:
    """Check what witnesses say of a checkpoint (C2SP tlog-cosignature).

    Args:
        note: The checkpoint with all its signature lines.
        witnesses: Keys of witnesses (``name+id+key``, type 0x04); lines of others are ignored.

    Returns:
        For each of ``witnesses`` that cosigned it, the newest time at which the checkpoint was the
        largest consistent tree that it knew.

    Raises:
        ProofError: A known witness's line fails, or the note or a key is not in form.
    """
    keys = _keys(witnesses)
    times = zip(keys, _core.cosignatures(note, keys), strict=True)
    return {key: datetime.fromtimestamp(time, UTC) for key, time in times if time is not None}
