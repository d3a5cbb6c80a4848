"""What was said: the events of a log, as frozen dataclasses.

Words are text (``"advertising"``, ``"voice"``, ``"sms_code"``); one not on its list is an
:class:`~consent.errors.InvalidArgument` that prints the list. Moments are aware datetimes. A file
is named by its SHA-256, 32 bytes (:func:`file_hash`), or kept by the log (:class:`EvidenceFile`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime
from os import PathLike
from pathlib import Path
from typing import Any, ClassVar, Final, NamedTuple, TypeAlias

from consent import _core
from consent.number import Number, as_number
from consent.wire import (
    Channel,
    Channels,
    Cover,
    Covers,
    DialledBy,
    Direction,
    Giver,
    Heard,
    Method,
    Purpose,
    Purposes,
    ReceivedOver,
    Request,
    RequestOutcome,
    YesNo,
)

__all__ = [
    "AnyEvent",
    "Assessment",
    "CallerAssigned",
    "CallerReleased",
    "ClockStep",
    "Code",
    "ConsentAsked",
    "ConsentGiven",
    "ConsentRefused",
    "ConsentStance",
    "ConsentWithdrawn",
    "ContactMade",
    "ContactReceived",
    "EntryCorrected",
    "Event",
    "EvidenceAdded",
    "EvidenceFile",
    "InContract",
    "KeptFile",
    "LogBackedUp",
    "LogBackupDestroyed",
    "LogCreated",
    "LogHeartbeat",
    "LogRestored",
    "NumberClassified",
    "NumberReassigned",
    "OperatorRefusal",
    "ReceiptIssued",
    "RequestAnswered",
    "RequestReceived",
    "SubjectErased",
    "SubjectHeld",
    "SubjectRestricted",
    "WordingRegistered",
    "file_hash",
    "told",
    "words",
]

Words: TypeAlias = str | Iterable[str]
_Set = frozenset[str]
#: Members that are sealed for the subject, besides the number.
SEALED: Final[frozenset[str]] = frozenset(
    {
        *("company", "decision_maker", "identified_by", "label", "note", "organisation", "said"),
        "sender",
    }
)
#: Members whose "unknown" says nothing.
_UNSAID: Final = frozenset({"answered", "asked_to_stop", "called_by_name"})
#: Media types of what people keep, by the end of the name; the machine's own list is not asked.
_TYPES: Final = {
    **dict.fromkeys((".m4a", ".mp4a"), "audio/mp4"),
    **{".mp3": "audio/mpeg", ".wav": "audio/wav", ".flac": "audio/flac", ".amr": "audio/amr"},
    **{".ogg": "audio/ogg", ".opus": "audio/ogg", ".oga": "audio/ogg", ".aac": "audio/aac"},
    **{".3gp": "audio/3gpp", ".gsm": "audio/gsm", ".mp4": "video/mp4", ".webm": "video/webm"},
    **{".png": "image/png", ".webp": "image/webp", ".heic": "image/heic", ".gif": "image/gif"},
    **dict.fromkeys((".jpg", ".jpeg"), "image/jpeg"),
    **dict.fromkeys((".tif", ".tiff"), "image/tiff"),
    **{".pdf": "application/pdf", ".txt": "text/plain", ".csv": "text/csv", ".xml": "text/xml"},
    **{".html": "text/html", ".eml": "message/rfc822", ".zip": "application/zip"},
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".odt": "application/vnd.oasis.opendocument.text",
}
_ADVERTISING: Final[frozenset[Cover]] = frozenset({"advertising"})


def words(name: str) -> tuple[str, ...]:
    """List the words that may stand for something.

    Args:
        name: ``purpose channel cover method giver direction dialled_by personal_data`` or
            ``kind`` (of subscriber), ``heard``, ``yes_no`` or ``claim``.

    Example:
        >>> words("channel")
        ('voice', 'robot', 'sms', 'messenger', 'email')
    """
    return tuple(_core.words(name))


def file_hash(file: str | PathLike[str]) -> bytes:
    """Hash a file that shows something: its SHA-256, 32 bytes. The file stays where it is."""
    with Path(file).open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").digest()


@dataclass(frozen=True, slots=True)
class EvidenceFile:
    """A file, or a text that names the person, whose content the log itself keeps.

    It is sealed under the subject's key: small ones inside ``log.db``, large ones beside it. The
    entry holds a salted commitment alone, and erasing the subject destroys it.

    Attributes:
        content: The bytes, or where they are read from while they are recorded.
        kind: A short word: ``recording``, ``document``, ``wording`` (the words said to this very
            person, with their name in them).
        name: What the original is called, without its folder; sealed. Of a path: its own name.
        type: Its media type; sealed. Where left out, by the end of the name.

    Example:
        >>> EvidenceFile("Я, Мария Иванова, согласна.".encode(), kind="wording").kind
        'wording'
    """

    content: bytes | PathLike[str]
    kind: str = "file"
    name: str = ""
    type: str = ""

    def __post_init__(self) -> None:
        if not isinstance(self.content, bytes | PathLike):
            raise TypeError("content: bytes or a Path is needed (a text: .encode())")
        put = object.__setattr__
        if not self.name and not isinstance(self.content, bytes):
            put(self, "name", Path(self.content).name)
        if not self.type and self.name:
            put(self, "type", _TYPES.get(Path(self.name).suffix.lower(), ""))


#: A file by its SHA-256 alone, 32 bytes, or to be kept by the log.
Evidence: TypeAlias = bytes | EvidenceFile


class Code(NamedTuple):
    """A one-time code: was it sent to this very number, and did it come back?"""

    sent_to_this_number: bool = False
    returned: bool = False


class Assessment(NamedTuple):
    """What was answered when a contact was held against the signs of advertising.

    Attributes:
        answer: ``yes no unclear``.
        pack: Version of the rows that answered: ``ru-ad-2026-11-22``.
        answers: SHA-256 of the answers given, which stay with the asker.
    """

    answer: str
    pack: str
    answers: bytes


class ConsentStance(NamedTuple):
    """What a diarist says of consent to the caller, on one ground.

    Attributes:
        claim: ``never withdrawn``. What is not known is None in its place.
        on: When it was withdrawn, where that is known.
    """

    claim: str
    on: datetime | None = None


class KeptFile(NamedTuple):
    """A file that the log keeps with an entry, as the entry names it.

    Attributes:
        kind: A short word: ``recording``.
        commitment: To the content.
        name: What the original is called; "" where not known, or not opened.
        type: Its media type; "" likewise.
    """

    kind: str
    commitment: bytes
    name: str = ""
    type: str = ""


class InContract(NamedTuple):
    """The consent stood inside a contract or application: with a mark of its own?"""

    separate_mark: bool = False


def told(event: AnyEvent | None) -> dict[str, Any]:
    """What an event states, by the names of its members; what it leaves out is left out.

    Sets become sorted tuples and hashes hex. Whose number it is, when it was and the files that
    the log keeps are not among them.
    """
    stated: dict[str, Any] = {}
    for each in () if event is None else fields(event):
        value = getattr(event, each.name)
        if each.name in ("number", "at", "kept") or value in (None, "", False, "unstated"):
            continue
        if each.name in _UNSAID and value == "unknown":
            continue
        if isinstance(value, frozenset):
            value = tuple(sorted(value))
        if type(value) is tuple:
            value = tuple(item.hex() if isinstance(item, bytes) else item for item in value)
            # "Names nobody" is said; of a stop, nobody named is everybody.
            if not value and (each.name != "distributors" or not isinstance(event, ConsentGiven)):
                continue
        stated[each.name] = value.hex() if isinstance(value, bytes) else value
    return stated


def _set(value: Words) -> _Set:
    return frozenset({value}) if isinstance(value, str) else frozenset(value)


def _list(value: Words | None) -> tuple[str, ...] | None:
    if value is None:
        return None
    return (value,) if isinstance(value, str) else tuple(value)


@dataclass(frozen=True, slots=True)
class _Base:
    number: Number
    #: Of an event read back: files that the log keeps with it, in order.
    kept: tuple[KeptFile, ...] = field(default=(), init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        put = object.__setattr__
        put(self, "number", as_number(self.number))
        for name in ("covers", "purposes", "channels"):
            if hasattr(self, name):
                put(self, name, _set(getattr(self, name)))
        for name in ("distributors", "acts_for", "fields"):
            if hasattr(self, name):
                put(self, name, _list(getattr(self, name)))
        said = getattr(self, "advertising", None)
        if isinstance(said, _core.Advertising):
            put(self, "advertising", Assessment(said.answer, said.pack, said.digest))
        if hasattr(self, "evidence"):
            put(self, "evidence", tuple(self.evidence))
        _core.validate(self)  # type: ignore[arg-type]  # one of the classes below


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentAsked(_Base):
    """The subscriber was asked for consent. Empty sets mean "all".

    Attributes:
        number: Who was asked.
        at: When.
        covers: What it is asked for: ``advertising personal_data mass_calls mailing``.
        purposes: Which contacts; :func:`words` lists them.
        channels: Over what.
        distributors: INNs of those named. None: the log's own.
        campaign: A short word; "" = not limited to one.
        wording: The exact text read or shown, without personal data; kept in the log. Bytes: the
            SHA-256 of a text that is kept already; so it is in an event read back.
        evidence: Files that show it: each by its SHA-256, or as an :class:`EvidenceFile` that the
            log keeps.
        source: A short word for where it came from: ``web``, ``import:crm``.

    Example:
        >>> from datetime import UTC, datetime
        >>> asked = ConsentAsked("+79161234567", at=datetime(2026, 11, 20, 11, 3, tzinfo=UTC))
        >>> asked.covers
        frozenset({'advertising'})
    """

    type: ClassVar[str] = "consent.asked"
    at: datetime
    covers: Covers = _ADVERTISING
    purposes: Purposes = ()
    channels: Channels = ()
    distributors: Words | None = None
    campaign: str = ""
    wording: str | bytes | None = None
    evidence: Iterable[Evidence] = ()
    source: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentGiven(_Base):
    """The subscriber said yes.

    Attributes:
        number: Whose consent it is.
        at: When it was said, as claimed; when it was recorded is set by the log.
        purposes: Which contacts it is given to, at least one.
        channels: Over what, at least one.
        covers: Which legal basis it is: ``advertising personal_data mass_calls mailing``.
        distributors: INNs of those the consent names. None: the log's own. Empty: the text names
            nobody, which no rule lets pass for a consent.
        acts_for: INNs of those who may call for them, where the text names them.
        acts_for_any: The text lets "persons acting for" those named call, and names none: whoever
            :meth:`consent.Log.assign_caller` has recorded.
        advertiser: INN of the one whose goods are meant, where the text names one.
        campaign: A short word; "" = not limited to one.
        method: How it was given; ``words("method")`` lists them.
        wording: The exact text read or shown, without personal data; kept in the log. Bytes: the
            SHA-256 of a text that is kept already; so it is in an event read back.
        document: The separate document that a personal-data consent needs, by its SHA-256 or as an
            :class:`EvidenceFile` of the kind ``document``.
        evidence: Files that show it: each by its SHA-256, or as an :class:`EvidenceFile` that the
            log keeps.
        until: First moment at which it no longer holds.
        prechecked: The box had been ticked beforehand.
        in_contract: It stood inside a contract or application.
        code: A one-time code.
        giver: ``unstated holder addressee employee``.
        authority: By what right an employee or addressee spoke; a short word.
        source: A short word for where it came from: ``web``, ``import:crm``.

    Raises:
        InvalidArgument: A word is not on its list, a datetime has no zone, a scope is empty.

    Example:
        >>> from datetime import UTC, datetime
        >>> yes = ConsentGiven("+79161234567", purposes={"advertising"}, channels="voice",
        ...                    method="sms_code", at=datetime(2026, 11, 20, 11, 3, tzinfo=UTC))
        >>> yes.number
        PhoneNumber('+7…67')
    """

    type: ClassVar[str] = "consent.given"
    at: datetime
    purposes: Purposes
    channels: Channels
    covers: Covers = _ADVERTISING
    distributors: Words | None = None
    acts_for: Words = ()
    acts_for_any: bool = False
    advertiser: str = ""
    campaign: str = ""
    method: Method = "unstated"
    wording: str | bytes | None = None
    document: Evidence | None = None
    evidence: Iterable[Evidence] = ()
    until: datetime | None = None
    prechecked: bool = False
    in_contract: InContract | None = None
    code: Code | None = None
    giver: Giver = "unstated"
    authority: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentRefused(_Base):
    """The subscriber was asked and said no. Empty sets mean "all".

    Attributes:
        distributors: None: the log's own. Empty: all.
        method: How it was said.

    The other fields are as in :class:`ConsentAsked`.
    """

    type: ClassVar[str] = "consent.refused"
    at: datetime
    covers: Covers = ()
    purposes: Purposes = ()
    channels: Channels = ()
    distributors: Words | None = None
    campaign: str = ""
    method: Method = "unstated"
    wording: str | bytes | None = None
    evidence: Iterable[Evidence] = ()
    source: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentWithdrawn(_Base):
    """The subscriber took a consent back or demanded a stop. Empty sets mean "all".

    Attributes:
        distributors: None: the log's own. Empty: all.
        means: How the demand was made; the words of ``method``.
        received_at: When it reached the distributor; ``at`` where left out. No grace runs from it.
        wording: The text of the demand, or of the form it was made on, without personal data.

    The other fields are as in :class:`ConsentAsked`.
    """

    type: ClassVar[str] = "consent.withdrawn"
    at: datetime
    covers: Covers = ()
    purposes: Purposes = ()
    channels: Channels = ()
    distributors: Words | None = None
    campaign: str = ""
    means: str = "unstated"
    received_at: datetime | None = None
    wording: str | bytes | None = None
    evidence: Iterable[Evidence] = ()
    source: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberReassigned(_Base):
    """The number has a new holder from ``at`` on; earlier consents no longer speak for it."""

    type: ClassVar[str] = "number.reassigned"
    at: datetime
    source: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactMade(_Base):
    """A contact made or received.

    Attributes:
        direction: ``outgoing`` or ``incoming``.
        dialled_by: ``unstated person machine``.
        distributor: INN; "" = the log's own.
        caller: Who dialled for the distributor; "" = itself.
        outcome: A short word.
        duration_s: Seconds, 0 or more.
        agent_ref: A pseudonym, never a name.
        recording: The recording, by its SHA-256 or as an :class:`EvidenceFile`.
        advertising: What :func:`consent.is_advertising` answered, or its Assessment; None: nobody
            asked.
        wording: The script that was read, without personal data.
        next_at: When the subscriber asked to be contacted next; after ``at``.
        organisation: Whom the contact spoke for. Sealed, as are the next two: free text.
        decision_maker: Who decides there.
        note: What else was said.
    """

    type: ClassVar[str] = "contact.made"
    at: datetime
    direction: Direction = "outgoing"
    channel: Channel = "voice"
    purpose: Purpose = "unknown"
    requested_by_subscriber: bool = False
    dialled_by: DialledBy = "unstated"
    distributor: str = ""
    caller: str = ""
    outcome: str = ""
    duration_s: int | None = None
    agent_ref: str = ""
    campaign: str = ""
    recording: Evidence | None = None
    advertising: _core.Advertising | Assessment | None = None
    wording: str | bytes | None = None
    next_at: datetime | None = None
    organisation: str = ""
    decision_maker: str = ""
    note: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OperatorRefusal(_Base):
    """The subscriber told the telephone operator to let no mass calls or mailings through.

    Attributes:
        at: When the operator was told.
        covers: ``mass_calls``, ``mailing`` or both.
        operator_id: INN or short word of the operator; "" = not known.
        in_force: From when it holds; ``at`` where left out. May lie ahead.
    """

    type: ClassVar[str] = "operator.refusal"
    at: datetime
    covers: Covers = frozenset({"mass_calls"})
    operator_id: str = ""
    in_force: datetime | None = None
    source: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberClassified(_Base):
    """What :func:`consent.classify` said of the number and its holder.

    Attributes:
        personal_data: ``yes no unknown``.
        kind: ``unknown person sole_trader legal_entity public_body``.
        inn: INN of an organisation, 10 digits; a person's has no place in an entry.
        row: Which row of the table answered: ``ru/pd/09``.
        source: Where the facts came from.
    """

    type: ClassVar[str] = "number.classified"
    at: datetime
    personal_data: str
    kind: str = "unknown"
    inn: str = ""
    row: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceAdded(_Base):
    """Files that show what an earlier entry says, found or received after it was written.

    Attributes:
        of: ``seq`` of that entry.
        evidence: The files, at least one: :func:`file_hash` or :class:`EvidenceFile`.
        kind: A short word: ``recording``.
    """

    type: ClassVar[str] = "evidence.added"
    at: datetime
    of: int
    evidence: Iterable[Evidence]
    kind: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryCorrected(_Base):
    """An earlier entry is wrong. It changes nothing: record what is right as an event of its own.

    Attributes:
        of: ``seq`` of that entry.
        reason: A short word: ``wrong_number``, ``typed_twice``.
        fields: Members of its body that are wrong. Empty: all of it.
    """

    type: ClassVar[str] = "entry.corrected"
    at: datetime
    of: int
    reason: str
    fields: Words = ()
    source: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SubjectRestricted(_Base):
    """The subject's data may be kept and not used (blocking), or may be used again.

    Attributes:
        ground: A short word for the legal ground.
        until: First moment at which it no longer holds.
        released: True ends it.
        request: SHA-256 of the demand for it.
    """

    type: ClassVar[str] = "subject.restricted"
    at: datetime
    ground: str
    until: datetime | None = None
    released: bool = False
    request: Evidence | None = None
    source: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SubjectHeld(_Base):
    """Nothing of the subject may be erased (legal hold), or it may be again.

    Attributes:
        by: INN or short word of who ordered it.
        ground: A short word for the case.
        until: First moment at which it no longer holds.
        released: True ends it.
    """

    type: ClassVar[str] = "subject.held"
    at: datetime
    by: str
    ground: str = ""
    until: datetime | None = None
    released: bool = False
    source: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestReceived(_Base):
    """A demand about personal data arrived, or you found what starts the same clocks.

    Attributes:
        kind: ``access correction stop_processing unlawful_processing purpose_reached``; the last
            is what you find yourself.
        means: How it was said: a word of ``consent.words("method")``.
        received_at: When it reached you; ``at`` where left out.
        evidence: The letter: an :class:`EvidenceFile`, or its SHA-256 alone (:func:`file_hash`).
    """

    type: ClassVar[str] = "request.received"
    at: datetime
    kind: Request
    means: Method = "unstated"
    received_at: datetime | None = None
    evidence: Iterable[Evidence] = ()
    source: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestAnswered(_Base):
    """A request was answered, or its term extended with reasons.

    Attributes:
        of: ``seq`` of the request, or of the withdrawal.
        outcome: ``done refused extended``.
        evidence: The answer: an :class:`EvidenceFile`, or its SHA-256 alone (:func:`file_hash`).
    """

    type: ClassVar[str] = "request.answered"
    at: datetime
    of: int
    outcome: RequestOutcome
    evidence: Iterable[Evidence] = ()
    source: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactReceived(_Base):
    """A contact that a diarist received. Who called may be a number, a name, or nobody known.

    Attributes:
        number: The diarist's own.
        at: When it was.
        channel: ``voice sms messenger email``; a robot is heard, not a channel.
        heard: ``unclear person robot``.
        purpose: As the diarist understood it; ``unknown`` is treated as advertising.
        distributor: INN or short word; "" where it is not established.
        answered: ``unknown yes no``.
        asked_to_stop: Whether the diarist asked it, during this contact.
        called_by_name: Whether the caller used the diarist's name.
        duration_s: Seconds, 0 or more.
        advertising_consent: What the diarist says of a consent to advertising with whoever
            called; None: not known.
        personal_data_consent: The same of the use of personal data.
        evidence: Files that show it: an :class:`EvidenceFile` that the log keeps, or a SHA-256
            alone.
        sender: Who called, sealed as the next four are: a number in E.164 form, a short number,
            a name of at most 11 characters (:func:`consent.parse_sender`); "" = hidden.
        label: What the screen showed beside it.
        company: On whose behalf they said they called.
        identified_by: How ``distributor`` was established.
        said: The words said, or the whole text of the message; at most 8 KiB.

    Example:
        >>> from datetime import UTC, datetime
        >>> call = ContactReceived("+79161234567", at=datetime(2026, 11, 20, 8, 42, tzinfo=UTC),
        ...                        sender="+74950000000", heard="robot", company="Банк",
        ...                        advertising_consent=ConsentStance("never"))
        >>> call.answered
        'unknown'
    """

    type: ClassVar[str] = "contact.received"
    at: datetime
    channel: ReceivedOver = "voice"
    heard: Heard = "unclear"
    purpose: Purpose = "unknown"
    distributor: str = ""
    answered: YesNo = "unknown"
    asked_to_stop: YesNo = "unknown"
    called_by_name: YesNo = "unknown"
    duration_s: int | None = None
    advertising_consent: ConsentStance | None = None
    personal_data_consent: ConsentStance | None = None
    evidence: Iterable[Evidence] = ()
    sender: str = ""
    label: str = ""
    company: str = ""
    identified_by: str = ""
    said: str = ""
    source: str = ""


Event: TypeAlias = (
    ConsentAsked
    | ConsentGiven
    | ConsentRefused
    | ConsentWithdrawn
    | NumberReassigned
    | ContactMade
    | OperatorRefusal
    | NumberClassified
    | EvidenceAdded
    | EntryCorrected
    | SubjectRestricted
    | SubjectHeld
    | RequestReceived
    | RequestAnswered
    | ContactReceived
)


# What a log writes of itself, as ``Entry.event`` reads it.


@dataclass(frozen=True, slots=True, kw_only=True)
class SubjectErased(_Base):
    """The subject's key was destroyed. Recorded by :meth:`consent.Log.erase` alone."""

    type: ClassVar[str] = "subject.erased"
    at: datetime
    ground: str
    scope: str = ""
    request: bytes | None = None
    source: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptIssued(_Base):
    """Reserved: nothing writes it yet."""

    type: ClassVar[str] = "receipt.issued"
    at: datetime
    source: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LogCreated:
    """A log begins: entry 0."""

    type: ClassVar[str] = "log.created"
    distributor: str
    distributor_name: str
    format: str
    incarnation: bytes
    key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WordingRegistered:
    """A text is in use from here on."""

    type: ClassVar[str] = "wording.registered"
    wording: bytes
    language: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockStep:
    """The clock no longer goes on from where it was."""

    type: ClassVar[str] = "clock.step"
    before: datetime
    after: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class LogRestored:
    """Acknowledged entries were lost, and the log goes on without them."""

    type: ClassVar[str] = "log.restored"
    lost_from: int
    lost_to: int
    reason: str
    incarnation: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class LogHeartbeat:
    """Nothing else happened; the log was alive."""

    type: ClassVar[str] = "log.heartbeat"


@dataclass(frozen=True, slots=True, kw_only=True)
class LogBackedUp:
    """A copy of the log was made. With ``expires``, its keys were copied too."""

    type: ClassVar[str] = "log.backed_up"
    size: int
    root: bytes
    file: bytes
    expires: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LogBackupDestroyed:
    """The copy of keys made by entry ``of`` was destroyed."""

    type: ClassVar[str] = "log.backup_destroyed"
    of: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CallerAssigned:
    """A distributor has somebody else dial for it. Empty sets mean "all"."""

    type: ClassVar[str] = "caller.assigned"
    caller: str
    distributor: str
    from_: datetime
    until: datetime | None
    purposes: frozenset[str]
    channels: frozenset[str]
    campaign: str
    document: bytes | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CallerReleased:
    """The assignment made by entry ``of`` ends."""

    type: ClassVar[str] = "caller.released"
    of: int
    until: datetime
    document: bytes | None


#: What any entry says.
AnyEvent: TypeAlias = (
    Event
    | SubjectErased
    | ReceiptIssued
    | LogCreated
    | WordingRegistered
    | ClockStep
    | LogRestored
    | LogHeartbeat
    | LogBackedUp
    | LogBackupDestroyed
    | CallerAssigned
    | CallerReleased
)

#: The class of each type, for the core.
CLASSES: Mapping[str, Callable[..., AnyEvent]] = {
    each.type: each
    for each in (
        ConsentAsked,
        ConsentGiven,
        ConsentRefused,
        ConsentWithdrawn,
        NumberReassigned,
        ContactMade,
        OperatorRefusal,
        NumberClassified,
        EvidenceAdded,
        EntryCorrected,
        SubjectErased,
        SubjectRestricted,
        SubjectHeld,
        RequestReceived,
        RequestAnswered,
        ContactReceived,
        ReceiptIssued,
        LogCreated,
        WordingRegistered,
        ClockStep,
        LogRestored,
        LogHeartbeat,
        LogBackedUp,
        LogBackupDestroyed,
        CallerAssigned,
        CallerReleased,
    )
}
