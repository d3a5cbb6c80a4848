"""What can go wrong, by name. Every error of this package is a :class:`ConsentError`.

"No" is never an error: a refused contact is a :class:`consent.Decision`. Messages name the object
and the rule (``seq 41``, ``number 3``), never a person's data.
"""

from __future__ import annotations

from typing import ClassVar

__all__ = [
    "BrokenLogError",
    "ConsentError",
    "CryptoError",
    "ErasedError",
    "InternalError",
    "InvalidArgument",
    "LockedError",
    "NotBuiltError",
    "NotFoundError",
    "ParseError",
    "ProofError",
    "RestrictedError",
    "RulesError",
    "StorageError",
]


class ConsentError(Exception):
    """Whatever this package cannot do.

    Attributes:
        code: The kind in one word, the same word as ``consent_status_word()`` in C.
    """

    code: ClassVar[str] = "internal"


class InvalidArgument(ConsentError, ValueError):  # noqa: N818 - the name that ErrorCode gives it
    """The caller's input cannot be used; the message says where it breaks."""

    code = "invalid_argument"


class ParseError(InvalidArgument):
    """Text that cannot be read.

    Attributes:
        offset: Byte, from 0, of the first character that is wrong, in the text's UTF-8.
    """

    offset: int = 0


class StorageError(ConsentError):
    """A file or the database refused: absent, full, read-only, not a log."""

    code = "storage"


class BrokenLogError(ConsentError):
    """The log does not hash to what it claims.

    Attributes:
        seq: The first bad entry, from 0.
    """

    code = "broken_log"
    seq: int = 0


class LockedError(ConsentError):
    """Another process holds the writer's place."""

    code = "locked"


class NotFoundError(ConsentError, LookupError):
    """Asked by name or number for something that must exist."""

    code = "not_found"


class ProofError(ConsentError):
    """A proof, signature or checkpoint does not verify."""

    code = "proof"


class CryptoError(ConsentError):
    """The cryptographic library could not do what was asked."""

    code = "crypto"


class NotBuiltError(ConsentError):
    """A named feature that this version does not have."""

    code = "not_built"


class RulesError(ConsentError):
    """A rule pack cannot be loaded; the message names file and row."""

    code = "rules"


class ErasedError(ConsentError):
    """Said before its number's holder was erased: it must not come in again."""

    code = "erased"


class RestrictedError(ConsentError):
    """Kept for proof alone: no other use is open."""

    code = "restricted"


class InternalError(ConsentError):
    """A broken promise of this library: please report it."""

    code = "internal"
