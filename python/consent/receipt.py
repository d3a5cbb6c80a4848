"""Receipts: what the person is handed when a consent, a refusal or a withdrawal was recorded.

The compiled core makes and checks the file; this module says in words what it holds. Neither text
names the number: whoever gets it knows it. docs/reference/receipt.md describes the file.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from consent import _core
from consent.errors import ProofError, StorageError
from consent.files import private_file
from consent.locale.message import Lang, Message, in_language, system_message
from consent.locale.vocabulary import word
from consent.pages import clean

if TYPE_CHECKING:
    from consent._core import Verification
    from consent.event import AnyEvent
    from consent.log import Log

__all__ = [
    "MAX_BYTES",
    "Receipt",
    "is_receipt",
    "make",
    "make_cose",
    "read",
    "read_bytes",
    "verify",
]


#: A receipt is never longer: a C2SP note's own limit.
MAX_BYTES: Final = 128 * 1024
_FIRST: Final = b"c2sp.org/tlog-proof@v1\n"
_ZONE: Final = ZoneInfo("Europe/Moscow")
_NAME: Final = 32  # signs of a distributor's name in an SMS: two parts in Cyrillic, one in Latin

_WHAT: Final[dict[str, Message]] = {
    "consent.asked": Message("request for consent"),
    "consent.given": Message("consent"),
    "consent.refused": Message("refusal"),
    "consent.withdrawn": Message("withdrawal or stop"),
}


@dataclass(frozen=True, slots=True)
class Receipt:
    """The proof that an entry about a person stands in a log.

    Attributes:
        file: The bytes to hand over; they hold the person's number.
        origin: The log's name.
        owner: Name of the log's distributor where it is known, else the origin.
        seq: Place of the entry in the log.
        type: ``consent.withdrawn`` and the like.
        at: When it happened, as claimed.
        recorded: When the log took it.
        tag: The subject's tag in that log, lower-case hex.
        leaf: Hash of the entry, lower-case hex.
        key: The verifier key that signed.
        signed_up_to: Size of the log that the signature covers.
        event: What the entry says, without what is sealed.
    """

    file: bytes
    origin: str
    owner: str
    seq: int
    type: str
    at: datetime
    recorded: datetime
    tag: str
    leaf: str
    key: str
    signed_up_to: int
    event: AnyEvent | None

    def save(self, path: str | PathLike[str]) -> None:
        """Write the file, readable by its owner alone; one that is there is not replaced.

        Raises:
            StorageError: It is there already, or cannot be written.
        """
        try:
            with private_file.create(path) as file:
                file.write(self.file)
        except OSError as error:
            raise StorageError(
                Message("the receipt cannot be written: {}", system_message(error))
            ) from error

    def sms(self, lang: Lang = "ru") -> str:
        """What fits into an SMS: at most three parts in Russian, two in English."""
        name = clean(self.owner).replace("\n", " ")
        if len(name) > _NAME:
            name = name[: _NAME - 2] + ".."
        what = self._what(lang)
        at = self.recorded.astimezone(_ZONE).strftime("%d.%m.%Y %H:%M")
        recorded = Message(
            "{}: recorded: {}, {} Moscow time. Entry {}, tag {}, hash {}",
            *(name, what, at, self.seq, self.tag[:16], self.leaf[:16]),
        )
        return in_language(recorded, lang)

    def text(self, lang: Lang = "ru") -> str:
        """What goes into an e-mail or under a paper: what was recorded, and how to check it."""

        def say(sentence: str) -> str:
            return in_language(sentence, lang)

        rows: list[tuple[str, str]] = [
            (say("recorded"), self._what(lang)),
            (say("by"), clean(self.owner)),
            (say("happened"), _moment(self.at)),
            (say("recorded at"), _moment(self.recorded)),
        ]
        for name, label in (
            ("covers", say("for what")),
            ("purposes", say("purposes")),
            ("channels", say("channels")),
            ("distributors", say("for whom (INN)")),
            ("until", say("valid until")),
            ("received_at", say("demand received")),
        ):
            value = getattr(self.event, name, None)
            if not value and name in ("purposes", "channels") and self._ends():
                value = [say("all")]
            if isinstance(value, datetime):
                value = [_core.to_rfc3339(value)]
            if value:
                rows.append((label, ", ".join(word(w, lang) for w in sorted(value))))
        rows += [
            (say("log"), self.origin),
            (say("entry"), str(self.seq)),
            (say("hash of the entry"), self.leaf),
            (say("your tag"), self.tag),
            (say("key of the log"), self.key),
        ]
        lines = [(say("Receipt")), ""]
        lines += [f"{name}: {value}" for name, value in rows]
        lines.append("")
        lines.append(
            say(
                "Keep the file of the receipt: it proves that this entry was made. To check it: "
                "consent verify RECEIPT --key KEY. The file holds your number: do not publish "
                "it. Where you are later shown another tag for your number, or a pack without "
                "this entry, the receipt refutes it: consent verify PACK --receipt RECEIPT."
            )
        )
        return "\n".join(lines) + "\n"

    def _ends(self) -> bool:
        return self.type in ("consent.refused", "consent.withdrawn")

    def _what(self, lang: Lang) -> str:
        return in_language(_WHAT.get(self.type, self.type), lang)


def _moment(at: datetime) -> str:
    return at.astimezone(_ZONE).strftime("%Y-%m-%d %H:%M:%S %z")


def _receipt(file: bytes, owner: str | None) -> Receipt:
    parts = _core.parse_receipt(file)
    entry = _core.parse_entry(parts["entry"])
    event = entry.event
    if entry.subject is None:
        raise ProofError("receipt: its entry is about nobody")
    return Receipt(
        file=file,
        origin=entry.log,
        owner=owner or entry.log,
        seq=entry.seq,
        type=entry.type,
        at=getattr(event, "at", entry.recorded),
        recorded=entry.recorded,
        tag=entry.subject.tag.hex(),
        leaf=entry.leaf.hex(),
        key=parts["key"],
        signed_up_to=int(parts["checkpoint"].split("\n", 2)[1]),
        event=event,
    )


def make_cose(log: Log, seq: int) -> bytes:
    """Make a COSE receipt (RFC 9942) of any entry: the proof that the log holds it.

    It is one COSE_Sign1 with verifiable data structure RFC9162_SHA256. Its payload, the root of the
    tree, is detached: whoever checks computes it from the entry's bytes and the proof. It names
    nobody.

    Args:
        log: Open for writing.
        seq: The entry.

    Raises:
        NotFoundError: There is no such entry.
        StorageError: The log cannot sign.
    """
    return _core.make_cose_receipt(log, seq)


def make(log: Log, seq: int) -> Receipt:
    """Make the receipt of an entry.

    Many made at once share a signature: the log signs again only where its last signature does not
    reach the entry.

    Raises:
        NotFoundError: No such entry, it is about nobody, or its subject was erased.
    """
    return _receipt(_core.make_receipt(log, seq), log.distributor_name)


def is_receipt(path: str | PathLike[str]) -> bool:
    """Whether a file begins as receipts do."""
    try:
        with Path(path).open("rb") as file:
            return file.read(len(_FIRST)) == _FIRST
    except OSError:
        return False


def read_bytes(path: str | PathLike[str]) -> bytes:
    """The bytes of a receipt, unchecked; of a longer file only what shows that it is none.

    Raises:
        StorageError: The file cannot be read.
    """
    try:
        with Path(path).open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except OSError as error:
        raise StorageError(
            Message("the receipt cannot be read: {}", system_message(error))
        ) from error


def read(path: str | PathLike[str]) -> Receipt:
    """Read a receipt **that holds**: it is checked with the key inside it first.

    Raises:
        StorageError: The file cannot be read.
        ProofError: It does not hold.
    """
    file = read_bytes(path)
    found = _core.verify_receipt(file)
    if found.verdict != "proven":
        what = found.problem.what if found.problem else found.verdict
        raise ProofError(Message("receipt: {}", what))
    return _receipt(file, None)


def verify(path: str | PathLike[str], *, trusted: Iterable[str] = ()) -> Verification:
    """Check a receipt; see :func:`consent.verify`.

    Raises:
        StorageError: The file cannot be read.
        ProofError: A key of ``trusted`` is not one.
    """
    return _core.verify_receipt(read_bytes(Path(path)), list(trusted))
