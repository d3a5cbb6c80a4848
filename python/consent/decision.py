"""What it means at a moment: answers, and a gate that gives them fast."""

from __future__ import annotations

import sys
from array import array
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from os import PathLike
from typing import TYPE_CHECKING, Any, Final

from consent import _core
from consent._core import Caller, ContactCounts, Decision, Finding, RulePack
from consent.errors import InvalidArgument
from consent.locale.message import Message, by_code
from consent.number import Number, PhoneNumber, as_number
from consent.rules import russia

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
]

DENY: Final = 0
ALLOW: Final = 1
UNKNOWN: Final = 2
"""What :meth:`Gate.may_contact_many` answers for each number; anything but ALLOW means no."""

# Stands where a question about many numbers must hold one; no rule reads it there.
_NOBODY: Final = PhoneNumber.from_digits(70_000_000_000)


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


def question(
    number: Number,
    *,
    purpose: str,
    channel: str,
    at: datetime,
    distributor: str | None = None,
    campaign: str | None = None,
    dialled_by: str | None = None,
    advertiser: str | None = None,
    basis: str = "said",
    caller: Caller | None = None,
    serving_operator: str | None = None,
    counts: ContactCounts | None = None,
    zones: Sequence[str] | None = None,
    numbering: Numbering | None = None,
) -> _core.Question:
    """Put a question into the core's form; the arguments are those of :meth:`Log.may_contact`."""
    return _core.Question(
        as_number(number),
        purpose=purpose,
        channel=channel,
        at=at,
        distributor=checked_inn("distributor", distributor or ""),
        advertiser=checked_inn("advertiser", advertiser or ""),
        dialled_by=dialled_by or "unstated",
        campaign=campaign or "",
        basis=basis,
        caller=caller,
        serving_operator=serving_operator or "",
        counts=counts,
        zones=None if zones is None else list(zones),
        numbering=None if numbering is None else numbering.core,
    )


class Gate:
    """The log's standings in memory, for dialers.

    Fresh as of opening: an event appended later is not seen; ``loaded_size`` and ``loaded_at`` say
    so. Any number of threads may ask one Gate. It holds no file open.

    Args:
        log: The log's folder, or an open :class:`consent.Log`.
        rules: The rows to judge by; the built-in pack of Russian law where left out.
    """

    __slots__ = ("_gate",)

    def __init__(self, log: str | PathLike[str] | Log, *, rules: RulePack | None = None) -> None:
        pack = rules or russia()
        now = datetime.now(UTC)
        if isinstance(log, _core.Log):
            self._gate = _core.Gate.load(log, pack, now)
        else:
            self._gate = _core.Gate.open(log, pack, now)

    def may_contact(
        self,
        number: Number,
        *,
        purpose: str,
        channel: str,
        at: datetime,
        distributor: str | None = None,
        campaign: str | None = None,
        dialled_by: str | None = None,
        advertiser: str | None = None,
        basis: str = "said",
        caller: Caller | None = None,
        serving_operator: str | None = None,
        counts: ContactCounts | None = None,
        zones: Sequence[str] | None = None,
        numbering: Numbering | None = None,
    ) -> Decision:
        """Answer as :meth:`consent.Log.may_contact` does, from memory."""
        return self._gate.may_contact(
            question(
                number,
                purpose=purpose,
                channel=channel,
                at=at,
                distributor=distributor,
                campaign=campaign,
                dialled_by=dialled_by,
                advertiser=advertiser,
                basis=basis,
                caller=caller,
                serving_operator=serving_operator,
                counts=counts,
                zones=zones,
                numbering=numbering,
            )
        )

    def may_contact_many(
        self,
        numbers: Buffer | Iterable[Number | int],
        *,
        purpose: str,
        channel: str,
        at: datetime,
        distributor: str | None = None,
        campaign: str | None = None,
        dialled_by: str | None = None,
        advertiser: str | None = None,
        basis: str = "said",
        caller: Caller | None = None,
        serving_operator: str | None = None,
        counts: ContactCounts | None = None,
        zones: Sequence[str] | None = None,
        numbering: Numbering | None = None,
    ) -> Any:  # noqa: ANN401 - numpy is not required, so its type cannot be named
        """Answer for many numbers, the same question at the same moment.

        Args:
            numbers: A list of numbers, or an array of 64-bit integers (79161234567): numpy,
                ``array.array("q")``, anything with the buffer protocol. A column of pandas, polars
                or pyarrow with texts or such integers is read as a list.
            purpose: As for one number.
            channel: As for one number.
            at: An aware datetime.
            distributor: As for one number.
            campaign: As for one number.
            dialled_by: As for one number.
            advertiser: As for one number.
            basis: As for one number.
            caller: As for one number.
            serving_operator: As for one number, of all of them.
            counts: As for one number, of each of them.
            zones: As for one number, of all of them.
            numbering: As for one number.

        Returns:
            One byte a number: :data:`DENY`, :data:`ALLOW` or :data:`UNKNOWN`. A numpy array of
            uint8 where a numpy array came in, ``bytes`` otherwise.

        Raises:
            InvalidArgument: A number cannot be read; the message names its place, from 0.
        """
        verdicts = self._gate.ask_many(
            _columnar(numbers),
            question(
                _NOBODY,
                purpose=purpose,
                channel=channel,
                at=at,
                distributor=distributor,
                campaign=campaign,
                dialled_by=dialled_by,
                advertiser=advertiser,
                basis=basis,
                caller=caller,
                serving_operator=serving_operator,
                counts=counts,
                zones=zones,
                numbering=numbering,
            ),
        )
        numpy = sys.modules.get("numpy")
        if numpy is not None and isinstance(numbers, numpy.ndarray):
            return numpy.frombuffer(verdicts, dtype=numpy.uint8)
        return verdicts

    @property
    def loaded_size(self) -> int:
        """Entries in the log at opening."""
        return self._gate.loaded_size

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
