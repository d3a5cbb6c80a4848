"""Complaints: what one to a body still lacks, by dated rows of the compiled core.

docs/reference/complaint.md lists the rows. What a letter says is :mod:`consent.letters`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Literal, TypeAlias

from consent import _core
from consent.errors import InvalidArgument
from consent.locale.message import Message

if TYPE_CHECKING:
    from consent.event import ContactReceived
    from consent.log import Log
    from consent.number import Number, PhoneNumber

__all__ = [
    "Applicant",
    "Body",
    "BodyFit",
    "ContactFile",
    "Filing",
    "Fine",
    "Limitation",
    "Note",
    "Noted",
    "NotedContact",
    "Readiness",
    "ReadyItem",
    "bodies",
    "noted",
    "ready",
    "rows_version",
    "same_contact",
]

Body: TypeAlias = Literal["fas", "rkn", "operator", "prosecutor", "police"]
Filing: TypeAlias = Literal["unstated", "paper", "portal", "email", "spam_form"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Applicant:
    """What stands outside the log: whether it is there, never what it says.

    Attributes:
        kind: ``person`` or ``entity``.
        representative: Somebody else files for the applicant.
        other_holder: The contract with the operator is another's.
        operator_contract: The consent may stand inside the contract with the operator.
        full_name: The full name, or the entity's, is at hand; so are the next three.
        postal_address: See there.
        electronic_address: See there.
        passport: Its series and number.
        encloses: Attachments that the applicant encloses and the log does not hold, by the word of
            :attr:`ReadyItem.item`.
        filing: ``paper``, ``portal`` (Gosuslugi or the body's site, with a login), ``email``,
            ``spam_form``.
        answered_or_silent: A body has answered, or let its term pass.
        fraud: They asked for codes, passwords or money.
    """

    kind: Literal["person", "entity"] = "person"
    representative: bool = False
    other_holder: bool = False
    operator_contract: bool = False
    full_name: bool = False
    postal_address: bool = False
    electronic_address: bool = False
    passport: bool = False
    encloses: Sequence[str] = ()
    filing: Filing = "unstated"
    answered_or_silent: bool = False
    fraud: bool = False


@dataclass(frozen=True, slots=True)
class ContactFile:
    """A file that shows a contact.

    Attributes:
        seq: The entry that holds it.
        place: Among the entry's files, from 1; 0: a hash alone.
        kind: A short word: ``recording``.
        name: What the original is called; "" where unknown.
    """

    seq: int
    place: int
    kind: str
    name: str


@dataclass(frozen=True, slots=True)
class NotedContact:
    """A contact that a diary noted.

    Attributes:
        seq: Its entry.
        recorded: When it was noted.
        event: What was noted.
        files: What shows it, also added later.
        taken_back: The correction that takes all of it back, or None.
    """

    seq: int
    recorded: datetime
    event: ContactReceived
    files: tuple[ContactFile, ...]
    taken_back: int | None


@dataclass(frozen=True, slots=True)
class Noted:
    """What a diary holds: its contacts, and the files of its other entries."""

    contacts: tuple[NotedContact, ...]
    others: tuple[ContactFile, ...]


@dataclass(frozen=True, slots=True)
class ReadyItem:
    """One thing that a body asks for.

    Attributes:
        item: A short word: ``operator_detail``.
        part: ``field`` or ``attachment``.
        state: ``missing partly present``.
        weight: ``refuse``: its absence is a ground to refuse; ``advise``: a source recommends it;
            ``unconfirmed``: no source was found.
        lacking: Contacts without it.
        shown_by: Entries that hold it.
        name: What it is; ``how`` to get it, ``why`` it matters, who says so in ``citation``.
        confidence: ``C1`` read in a primary text, ``C2`` in a secondary one, ``G`` unconfirmed.
    """

    item: str
    part: str
    state: Literal["missing", "partly", "present"]
    weight: Literal["refuse", "advise", "unconfirmed"]
    lacking: list[int]
    shown_by: list[int]
    name: str
    name_ru: str
    how: str
    how_ru: str
    why: str
    why_ru: str
    citation: str
    citation_ru: str
    source: str
    confidence: str


@dataclass(frozen=True, slots=True)
class Note:
    """What is said besides; ``about`` is ``burden no_appeal signer note``."""

    id: str
    about: str
    text: str
    text_ru: str
    citation: str
    citation_ru: str
    source: str
    confidence: str


@dataclass(frozen=True, slots=True)
class Limitation:
    """The term of limitation of one contact, from its day: ``open soon expired``."""

    seq: int
    state: Literal["open", "soon", "expired"]
    warn_from: datetime
    expires: datetime
    rule: str
    citation: str
    citation_ru: str
    source: str
    confidence: str


@dataclass(frozen=True, slots=True)
class Fine:
    """What the law of the day of one contact provides, in rubles: from, to."""

    seq: int
    rule: str
    sheet: str
    citizens: tuple[int, int]
    officials: tuple[int, int]
    entities: tuple[int, int]
    citation: str
    citation_ru: str
    source: str
    confidence: str


@dataclass(frozen=True, slots=True)
class Readiness:
    """What a complaint still lacks.

    Attributes:
        body: To whom.
        rules: Version of the rows.
        contacts: The entries complained of.
        ready: Nothing is missing whose absence is a ground to refuse.
        items: What gets most complaints refused first.
        notes: Whose the burden of proof is, what is no appeal, who must sign.
        limitation: One for each contact.
        fines: By the day of each contact.
    """

    body: Body
    rules: str
    contacts: list[int]
    ready: bool
    items: list[ReadyItem]
    notes: list[Note]
    limitation: list[Limitation]
    fines: list[Fine]

    def missing(self, weight: str = "refuse") -> list[ReadyItem]:
        """What is missing, of one weight."""
        return [each for each in self.items if each.weight == weight and each.state == "missing"]


@dataclass(frozen=True, slots=True)
class BodyFit:
    """A body that the facts fit or not, and why."""

    body: Body
    fits: bool
    name: str
    name_ru: str
    why: str
    why_ru: str
    confidence: str
    checklist: list[str]
    checklist_ru: list[str]


def subscriber_of(log: Log) -> PhoneNumber:
    """The number that a diary is kept for.

    Raises:
        InvalidArgument: The log is no diary of one number.
    """
    if log.subscriber is None:
        raise InvalidArgument(Message("this log is no diary: consent init --subscriber"))
    return log.subscriber


def noted(log: Log, number: Number | None = None) -> Noted:
    """Read the contacts that a diary noted, in the order of the log.

    Args:
        log: Open, with its keys.
        number: The diary's own, where left out.
    """
    contacts, others = _core.noted_contacts(log, number or subscriber_of(log))
    return Noted(
        tuple(
            NotedContact(
                seq=each["seq"],
                recorded=each["recorded"],
                event=each["event"],
                files=tuple(ContactFile(**file) for file in each["files"]),
                taken_back=each["taken_back"],
            )
            for each in contacts
        ),
        tuple(ContactFile(**file) for file in others),
    )


def same_contact(log: Log, event: ContactReceived) -> int | None:
    """The entry of the contact that this one seems to be, typed twice; None: there is none."""
    return _core.same_contact(log, event)


def ready(
    log: Log,
    *,
    to: Body,
    at: datetime,
    applicant: Applicant | None = None,
    contacts: Sequence[int] = (),
    number: Number | None = None,
) -> Readiness:
    """Say what a complaint to a body still lacks.

    Args:
        log: A diary, open with its keys.
        to: ``fas rkn operator``.
        at: The moment asked about, aware.
        applicant: What stands outside the log.
        contacts: Their entries; none named: all that nobody took back.
        number: The diary's own, where left out.

    Raises:
        InvalidArgument: An entry is no contact or is taken back; no rows are about this body.
    """
    found = _core.ready(
        log, number or subscriber_of(log), list(contacts), to, applicant or Applicant(), at
    )
    return Readiness(
        body=found.pop("body"),
        rules=found["rules"],
        contacts=found["contacts"],
        ready=found["ready"],
        items=[ReadyItem(**each) for each in found["items"]],
        notes=[Note(**each) for each in found["notes"]],
        limitation=[Limitation(**each) for each in found["limitation"]],
        fines=[Fine(**each) for each in found["fines"]],
    )


def bodies(
    log: Log,
    *,
    applicant: Applicant | None = None,
    contacts: Sequence[int] = (),
    number: Number | None = None,
) -> list[BodyFit]:
    """List the bodies, those that the facts fit first, in the order in which they are proposed."""
    found = _core.bodies(
        log, number or subscriber_of(log), list(contacts), applicant or Applicant()
    )
    return [BodyFit(**each) for each in found]


def rows_version() -> str:
    """Version of the rows."""
    return _core.complaint_rules()
