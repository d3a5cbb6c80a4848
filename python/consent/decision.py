"""What it means at a moment: answers, and a gate that gives them fast."""

from __future__ import annotations

import sys
from array import array
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import KW_ONLY, dataclass
from datetime import UTC, datetime
from functools import lru_cache
from os import PathLike
from typing import TYPE_CHECKING, Any, Final, Required, TypedDict, Unpack, overload

from consent import _core
from consent._core import Caller, ContactCounts, Decision, Finding, RulePack
from consent.errors import InvalidArgument
from consent.locale.message import Message, by_code
from consent.number import Number, PhoneNumber, as_number
from consent.rules import russia
from consent.wire import Basis, Channel, DialledBy, Purpose

if TYPE_CHECKING:
    from typing_extensions import Buffer

    from consent.log import Log
    from consent.numbering import Numbering

__all__ = [
    "ALLOW",
    "DENY",
    "UNKNOWN",
    "Caller",
    "ContactCounts",
    "Decision",
    "Finding",
    "Gate",
    "Question",
]

DENY: Final = 0
ALLOW: Final = 1
UNKNOWN: Final = 2
"""What :meth:`Gate.may_contact_many` answers for each number; anything but ALLOW means no."""

# Stands where a question about many numbers must hold one; no rule reads it there.
NOBODY: Final = PhoneNumber.from_digits(70_000_000_000)


@lru_cache(maxsize=256)
def checked_inn(name: str, inn: str) -> str:
    """Refuse a mistyped INN: nobody consents to it, and every answer would be an unexplained no."""
    if inn and (problem := _core.check_inn(inn)) != "ok":
        raise InvalidArgument(Message("{}: the INN is not valid: {}", name, by_code(problem)))
    return inn


def _columnar(numbers: Any) -> Any:  # noqa: ANN401 - whatever a user calls an array
    """Bring columns and lists of integers to what the core reads: a buffer, or a list."""
    numpy = sys.modules.get("numpy")
    if numpy is not None and isinstance(numbers, numpy.ndarray):
        return numbers if numbers.dtype.kind in "iuf" else numbers.tolist()
    if isinstance(numbers, str | array | bytes | bytearray | memoryview):
        return numbers
    for name in ("to_list", "to_pylist", "tolist"):  # pandas and polars, pyarrow, the rest
        if callable(read := getattr(numbers, name, None)):
            numbers = read()
            break
    if not isinstance(numbers, Iterable):
        return numbers
    listed = numbers if isinstance(numbers, list) else list(numbers)
    if listed and all(type(number) is int for number in listed):
        try:
            return array("q", listed)
        except OverflowError:
            raise InvalidArgument("numbers: one is not the digits of a telephone number") from None
    return listed


class Asked(TypedDict, total=False):
    """What a question says besides its number: the keywords of every ``may_contact``."""

    purpose: Required[Purpose]
    channel: Required[Channel]
    at: Required[datetime]
    distributor: str | None
    campaign: str | None
    dialled_by: DialledBy | None
    advertiser: str | None
    basis: Basis
    caller: Caller | None
    serving_operator: str | None
    counts: ContactCounts | None
    zones: Sequence[str] | None
    numbering: Numbering | None
    messenger: str | None
    requested: bool


@dataclass(frozen=True, slots=True)
class Question:
    """May this number be contacted? One question, put to a log, a gate, an audit or a pack.

    ``log.may_contact(Question(number, purpose=…))`` is ``log.may_contact(number, purpose=…)``.

    Args:
        number: Who would be contacted.
        purpose: ``advertising service transactional survey debt_collection political social
            mixed unknown reference``; mixed and unknown are treated as advertising.
        channel: ``voice robot sms messenger email``.
        at: An aware datetime: the moment of the contact.
        distributor: INN of the one it is made for; may be left out only if the log has exactly one.
        campaign: An identifier without spaces.
        dialled_by: ``person`` or ``machine``; not stated if left out.
        advertiser: INN of the one whose goods are meant.
        basis: ``said`` counts a consent from when it was said, ``recorded`` from when it was
            recorded.
        caller: The caller's own facts.
        serving_operator: INN or identifier of the operator that serves the number now, after any
            porting; not known if left out.
        counts: Contacts made already; counted from the log's own entries if left out.
        zones: IANA names of the zones that the subscriber may be in, if you know better than the
            numbering plan: ``["Europe/Moscow"]``.
        numbering: The imported register; the built-in plan by codes if left out.
        messenger: Which service sends, ``whatsapp``; as the caller's facts say if left out.
        requested: The subscriber asked for this very contact: a call-back.
    """

    number: Number
    _: KW_ONLY
    purpose: Purpose
    channel: Channel
    at: datetime
    distributor: str | None = None
    campaign: str | None = None
    dialled_by: DialledBy | None = None
    advertiser: str | None = None
    basis: Basis = "said"
    caller: Caller | None = None
    serving_operator: str | None = None
    counts: ContactCounts | None = None
    zones: Sequence[str] | None = None
    numbering: Numbering | None = None
    messenger: str | None = None
    requested: bool = False

    def core(self) -> _core.Question:
        """The same in the core's form.

        Raises:
            ValueError: ``at`` has no zone, or a word is not on its list.
            InvalidArgument: An INN is mistyped.
        """
        return _core.Question(
            as_number(self.number),
            purpose=self.purpose,
            channel=self.channel,
            at=self.at,
            distributor=checked_inn("distributor", self.distributor or ""),
            advertiser=checked_inn("advertiser", self.advertiser or ""),
            dialled_by=self.dialled_by or "unstated",
            campaign=self.campaign or "",
            basis=self.basis,
            caller=self.caller,
            serving_operator=self.serving_operator or "",
            counts=self.counts,
            zones=None if self.zones is None else list(self.zones),
            numbering=None if self.numbering is None else self.numbering.core,
            messenger=self.messenger or "",
            requested=self.requested,
        )


def asked(number: Number | Question, about: Mapping[str, Any]) -> _core.Question:
    """The question of a call: its first argument, or what its keywords say of a number."""
    if isinstance(number, Question):
        if about:
            raise TypeError(f"a Question has everything: leave out {', '.join(sorted(about))}")
        return number.core()
    return Question(number, **about).core()


class Gate:
    """The log's standings in memory, for dialers, level with the log at each question.

    What was acknowledged before a question, by any process of this machine, is in its answer. While
    the log stands still a question costs memory alone; where it grew, the first question since
    reads what was added. Where the log cannot be followed every answer is ``unknown``, and
    ``impairment`` says why. Any number of threads may ask one Gate, and a child of ``fork`` its
    parent's.

    Args:
        log: The log's folder, or an open :class:`consent.Log`.
        rules: The rows to judge by; the built-in pack of Russian law where left out.
        second_head: As for :meth:`consent.Log.open`; only with a folder.
        passphrase: As for :meth:`consent.Log.open`; only with a folder.

    Raises:
        StorageError: There is no log, the folder may not be entered, or it lies on a network file
            system, where a gate would not see what others write.
    """

    __slots__ = ("_gate",)

    def __init__(
        self,
        log: str | PathLike[str] | Log,
        *,
        rules: RulePack | None = None,
        second_head: str | PathLike[str] | None = None,
        passphrase: str = "",
    ) -> None:
        pack = rules or russia()
        now = datetime.now(UTC)
        if isinstance(log, _core.Log):
            self._gate = _core.Gate.load(log, pack, now)
        else:
            self._gate = _core.Gate.open(log, pack, now, second_head, passphrase)

    @overload
    def may_contact(self, number: Question) -> Decision: ...
    @overload
    def may_contact(self, number: Number, **about: Unpack[Asked]) -> Decision: ...
    def may_contact(self, number: Number | Question, **about: object) -> Decision:
        """Answer as :meth:`consent.Log.may_contact` does, from memory."""
        return self._gate.may_contact(asked(number, about))

    def may_contact_many(
        self, numbers: Buffer | Iterable[Number | int], **about: Unpack[Asked]
    ) -> Any:  # noqa: ANN401 - numpy is not required, so its type cannot be named
        """Answer for many numbers, the same question at the same moment.

        Args:
            numbers: A list of numbers, or an array of 64-bit integers (79161234567): numpy,
                ``array.array("q")``, anything with the buffer protocol. A column of pandas, polars
                or pyarrow with texts or such integers is read as a list.
            about: As :class:`Question`, of each of them.

        Returns:
            One byte a number: :data:`DENY`, :data:`ALLOW` or :data:`UNKNOWN`. A numpy array of
            uint8 where a numpy array came in, ``bytes`` otherwise.

        Raises:
            InvalidArgument: A number cannot be read; the message names its place, from 0.
        """
        verdicts = self._gate.ask_many(_columnar(numbers), asked(NOBODY, about))
        numpy = sys.modules.get("numpy")
        if numpy is not None and isinstance(numbers, numpy.ndarray):
            return numpy.frombuffer(verdicts, dtype=numpy.uint8)
        return verdicts

    @property
    def campaign_warnings(self) -> list[tuple[Finding, int]]:
        """Warnings that say the same of every contact, and how many answers carried each.

        Counted are the answers of :meth:`may_contact`. Show them once, not with each answer.
        """
        return self._gate.campaign_warnings()

    @property
    def impairment(self) -> Message:
        """What is wrong with the log, so that no answer is a yes; empty where nothing is."""
        return self._gate.impairment

    @property
    def log_size(self) -> int:
        """Entries that are in its answers: all that were acknowledged, and perhaps more."""
        return self._gate.log_size

    @property
    def loaded_at(self) -> datetime:
        """When it was opened."""
        return self._gate.loaded_at

    @property
    def numbers(self) -> int:
        """Numbers it knows."""
        return self._gate.numbers

    @property
    def rules(self) -> RulePack:
        """The rows it judges by."""
        return self._gate.rules

    def __repr__(self) -> str:
        return repr(self._gate)


def _decision_html(self: Decision) -> str:
    from consent.pages import notebook

    return notebook.decision(self)


Decision._repr_html_ = _decision_html  # the class is compiled; a notebook asks it by this name
