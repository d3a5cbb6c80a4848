"""Legs of calls: which rows of an exchange are one call to one number."""

from __future__ import annotations

import itertools
from array import array
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple, overload

import numpy as np

from consent.files.clock import SECOND
from consent.outcome import BUILT_IN, OutcomeMap, outcomes

__all__ = ["Attempt", "Attempts", "Legs", "Said"]

#: The next attempt of one call begins within this time after one that failed before ringing.
RETRY_WITHIN: Final = 10 * SECOND
#: A call of more legs, or from its first start to its last over more time, is worth a look.
MANY_LEGS: Final = 10
LONG: Final = 3600 * SECOND


class Said(NamedTuple):
    """What a row says of its call beside number and time; "" where it says nothing."""

    purpose: str = ""
    channel: str = ""
    distributor: str = ""
    campaign: str = ""
    caller: str = ""
    dialled_by: str = ""
    agent: str = ""
    requested: str = ""


SAID_NOTHING: Final = Said()


@dataclass(slots=True)
class Attempt:
    """One outgoing call: its legs, all of one id to one number.

    Attributes:
        file: Place of its file among those that were read.
        row: Physical line, from 1, of the leg that started first.
        start_us: Its start, microseconds of UTC.
        offset_us: What was added to UTC to write it.
        number: Digits of the dialled number as one integer.
        billsec: Of the longest leg; None: not known.
        legs: Rows that this call takes up.
    """

    row: int
    call_id: str
    start_us: int
    offset_us: int
    number: int
    src: str
    disposition: str
    billsec: int | None
    legs: int = 1
    file: int = 0
    scope: Said = SAID_NOTHING


class _Endings:
    """What statuses mean for putting legs together: by the map of the audit, else by every map.

    Exchanges write ``ANSWERED``, ``Answer`` and ``NORMAL_CLEARING`` for one thing.
    """

    def __init__(self, used: OutcomeMap | None) -> None:
        self._maps = [used] if used is not None else []
        self._maps += [OutcomeMap.load(name) for name in BUILT_IN]
        self._folded = [
            {status.casefold(): meant for status, meant in each.statuses.items()}
            for each in self._maps
        ]
        self._reached = {
            outcome.id
            for outcome in outcomes()
            if outcome.reached in ("somebody", "decision_maker")
        }
        self._known: dict[tuple[str, bool | None], str] = {}

    def of(self, status: str, seconds: int | None) -> str:
        """``answered``, ``failed`` (before anything rang), or "" for all else."""
        talked = None if seconds is None else seconds > 0
        key = status, talked
        known = self._known.get(key)
        if known is None:
            known = self._known[key] = self._look(status, talked)
        return known

    def _look(self, status: str, talked: bool | None) -> str:
        if talked:
            return "answered"
        folded = status.strip().casefold()
        for each in self._folded:
            if folded in each:
                yes, no = each[folded]
                outcome = yes if yes == no else (no if talked is False else "")
                if outcome in self._reached:
                    return "answered"
                return "failed" if outcome == "failed" else ""
        return ""


@dataclass(slots=True)
class _Merged:
    legs: list[int]
    disposition: str
    billsec: int | None


class Attempts(Sequence[Attempt]):
    """Calls, kept as columns: a million of them are no million objects."""

    def __init__(self, legs: Legs, first: array[int], merged: dict[int, _Merged]) -> None:
        self._legs = legs
        self._first = first
        self._merged = merged

    def __len__(self) -> int:
        return len(self._first)

    @overload
    def __getitem__(self, index: int) -> Attempt: ...
    @overload
    def __getitem__(self, index: slice) -> list[Attempt]: ...
    def __getitem__(self, index: int | slice) -> Attempt | list[Attempt]:
        if isinstance(index, slice):
            return [self._at(place) for place in range(*index.indices(len(self)))]
        if not -len(self) <= index < len(self):
            raise IndexError("no such call")
        return self._at(index % len(self))

    def __iter__(self) -> Iterator[Attempt]:
        return (self._at(place) for place in range(len(self)))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Sequence):
            return NotImplemented
        return len(self) == len(other) and all(a == b for a, b in zip(self, other, strict=True))

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"<Attempts: {len(self)} calls>"  # a repr shows no numbers

    def _at(self, call: int) -> Attempt:
        legs, leg = self._legs, self._first[call]
        merged = self._merged.get(call)
        billsec: int | None = legs.billsec[leg]
        return Attempt(
            row=legs.row[leg],
            call_id=legs.call_id[leg],
            start_us=legs.start[leg],
            offset_us=legs.offset[leg],
            number=legs.number[leg],
            src=legs.src[leg],
            disposition=merged.disposition if merged else legs.disposition[leg],
            billsec=merged.billsec if merged else (None if billsec == -1 else billsec),
            legs=len(merged.legs) if merged else 1,
            file=legs.file[leg],
            scope=legs.scopes[legs.scope[leg]],
        )

    # Columns, in the order of the calls.

    def numbers(self) -> array[int]:
        """Digits of each number as one integer."""
        return self._column(self._legs.number)

    def starts(self) -> array[int]:
        """Start of each, microseconds of UTC."""
        return self._column(self._legs.start)

    def scopes(self) -> array[int]:
        """Place of each call's scope in ``known_said``."""
        return self._column(self._legs.scope)

    @property
    def known_said(self) -> Sequence[Said]:
        """All that rows said of their calls."""
        return self._legs.scopes

    def talks(self) -> list[bool]:
        """Whether somebody answered; what the record does not say counts as a talk."""
        billed = [self._legs.billsec[leg] != 0 for leg in self._first]
        for call, merged in self._merged.items():
            billed[call] = merged.billsec is None or merged.billsec > 0
        return billed

    def endings(self) -> Iterator[tuple[str, int | None]]:
        """Status and seconds of each."""
        legs = self._legs
        for call, leg in enumerate(self._first):
            if (merged := self._merged.get(call)) is not None:
                yield merged.disposition, merged.billsec
            else:
                seconds = legs.billsec[leg]
                yield legs.disposition[leg], None if seconds == -1 else seconds

    def more_starts(self) -> dict[int, list[int]]:
        """Of calls whose legs started at several moments, those after the first."""
        more: dict[int, list[int]] = {}
        for call, merged in self._merged.items():
            first = self._legs.start[self._first[call]]
            later = sorted({self._legs.start[leg] for leg in merged.legs} - {first})
            if later:
                more[call] = later
        return more

    def _column(self, values: array[int]) -> array[int]:
        if len(self._first) == len(values):
            return (
                values
                if _is_count(self._first)
                else array("q", map(values.__getitem__, self._first))
            )
        return array("q", map(values.__getitem__, self._first))


def _is_count(first: array[int]) -> bool:
    """Whether it counts from 0."""
    return not len(first) or (
        first[0] == 0
        and first[-1] == len(first) - 1
        and bool((np.diff(np.asarray(first)) == 1).all())
    )


@dataclass(slots=True)
class Legs:
    """Rows that went out, as columns. One row may be several legs: Dial(a&b) rings both."""

    file: array[int] = field(default_factory=lambda: array("q"))
    row: array[int] = field(default_factory=lambda: array("q"))
    start: array[int] = field(default_factory=lambda: array("q"))
    #: Microseconds that the leg took, of ringing and talk; -1: not known.
    lasted: array[int] = field(default_factory=lambda: array("q"))
    offset: array[int] = field(default_factory=lambda: array("q"))
    number: array[int] = field(default_factory=lambda: array("q"))
    billsec: array[int] = field(default_factory=lambda: array("q"))
    scope: array[int] = field(default_factory=lambda: array("q"))
    call_id: list[str] = field(default_factory=list)
    linked: list[str] = field(default_factory=list)
    src: list[str] = field(default_factory=list)
    disposition: list[str] = field(default_factory=list)
    scopes: list[Said] = field(default_factory=lambda: [Said()])

    def __len__(self) -> int:
        return len(self.row)

    def add(
        self,
        file: int,
        row: int,
        start: int,
        lasted: int,
        offset: int,
        number: int,
        billsec: int,
        scope: int,
        call_id: str,
        linked: str,
        src: str,
        disposition: str,
    ) -> None:
        """One leg."""
        self.file.append(file)
        self.row.append(row)
        self.start.append(start)
        self.lasted.append(lasted)
        self.offset.append(offset)
        self.number.append(number)
        self.billsec.append(billsec)
        self.scope.append(scope)
        self.call_id.append(call_id)
        self.linked.append(linked)
        self.src.append(src)
        self.disposition.append(disposition)

    def add_many(
        self,
        *,
        file: int,
        row: Any,  # noqa: ANN401  arrays of int64
        start: Any,  # noqa: ANN401
        lasted: Any,  # noqa: ANN401
        offset: Any,  # noqa: ANN401
        number: Any,  # noqa: ANN401
        billsec: Any,  # noqa: ANN401
        call_id: Sequence[str],
        linked: Sequence[str],
        src: Sequence[str],
        disposition: Sequence[str],
    ) -> None:
        """Many legs of one file, whose rows say nothing of their scope."""
        count = len(row)
        for column, values in (
            (self.file, np.full(count, file)),
            (self.row, row),
            (self.start, start),
            (self.lasted, lasted),
            (self.offset, offset),
            (self.number, number),
            (self.billsec, billsec),
            (self.scope, np.zeros(count)),
        ):
            column.frombytes(np.ascontiguousarray(values, np.int64).tobytes())
        self.call_id += call_id
        self.linked += linked
        self.src += src
        self.disposition += disposition

    def _in_order(self) -> None:
        """Put legs in the order of their rows: rows of a block that were read singly came later."""
        rows = np.asarray(self.row) + (np.asarray(self.file) << 44)
        if len(rows) < 2 or bool((np.diff(rows) >= 0).all()):
            return
        order = np.argsort(rows, kind="stable")
        del rows
        for name in ("file", "row", "start", "lasted", "offset", "number", "billsec", "scope"):
            values = np.asarray(getattr(self, name))[order]
            column = array("q")
            column.frombytes(values.tobytes())
            setattr(self, name, column)
        places = order.tolist()
        for name in ("call_id", "linked", "src", "disposition"):
            values = getattr(self, name)
            setattr(self, name, [values[place] for place in places])

    def merge(self, used: OutcomeMap | None, note: Callable[[str, int], None]) -> Attempts:
        """Put legs together that are one call, and nothing else.

        Two legs are one call where id and number agree and they overlap, or where the earlier one
        failed before ringing and the next begins within 10 seconds.

        Args:
            used: What their statuses mean.
            note: Hears of what looks wrong: a word and a count.
        """
        self._in_order()
        owner = np.arange(len(self), dtype=np.int64)  # of each leg, the one that names its call
        merged: dict[int, _Merged] = {}
        endings: _Endings | None = None
        split: Counter[str] = Counter()
        many = long = 0
        for group in self._groups():
            endings = endings or _Endings(used)
            calls = self._calls(group, endings)
            if len(calls) > 1:
                split[self.linked[group[0]]] += len(calls)
            for legs in calls:
                if len(legs) == 1:
                    continue
                name = min(legs)
                owner[legs] = name
                merged[name] = self._as_one(legs, endings)
                many += len(legs) > MANY_LEGS
                long += self.start[legs[-1]] - self.start[legs[0]] > LONG
        names = np.flatnonzero(owner == np.arange(len(self)))
        first = array("q", names.astype(np.int64).tobytes())
        if split:
            note("one_id", sum(split.values()))
        if many:
            note("many_legs", many)
        if long:
            note("long_calls", long)
        by_call = {}
        for call in np.flatnonzero(np.isin(names, np.fromiter(merged, np.int64, len(merged)))):
            one = merged[int(names[call])]
            by_call[int(call)] = one
            first[int(call)] = one.legs[0]
        return Attempts(self, first, by_call)

    def _groups(self) -> Iterator[list[int]]:
        """Legs of one id to one number, where there are several, each group in order of time."""
        if not len(self):
            return
        ids = np.fromiter(map(hash, self.linked), np.int64, len(self))
        numbers = np.asarray(self.number)
        with np.errstate(over="ignore"):
            keys = ids ^ (numbers * np.int64(-7046029254386353131))
        order = np.argsort(keys, kind="stable")
        same = keys[order[1:]] == keys[order[:-1]]
        edges = np.flatnonzero(np.diff(np.concatenate(([False], same, [False])).astype(np.int8)))
        for begin, end in zip(edges[::2], edges[1::2], strict=True):
            exact: dict[tuple[str, int], list[int]] = {}
            for leg in order[begin : end + 1].tolist():
                if self.linked[leg]:
                    exact.setdefault((self.linked[leg], self.number[leg]), []).append(leg)
            for group in exact.values():
                if len(group) > 1:
                    group.sort(key=lambda leg: (self.start[leg], leg))
                    yield group

    def _calls(self, group: list[int], endings: _Endings) -> list[list[int]]:
        calls = [[group[0]]]
        ends = self._end(group[0])
        for before, leg in itertools.pairwise(group):
            start = self.start[leg]
            ended = endings.of(self.disposition[before], self._seconds(before))
            # What was over within its second rang nobody, whatever the exchange calls it.
            failed = ended == "failed" or (ended == "" and self.lasted[before] == 0)
            if (
                start < ends
                or start == self.start[before]
                or (failed and start - self._end(before) <= RETRY_WITHIN)
            ):
                calls[-1].append(leg)
                ends = max(ends, self._end(leg))
            else:
                calls.append([leg])
                ends = self._end(leg)
        return calls

    def _end(self, leg: int) -> int:
        return self.start[leg] + max(self.lasted[leg], 0)

    def _seconds(self, leg: int) -> int | None:
        return None if self.billsec[leg] == -1 else self.billsec[leg]

    def _as_one(self, legs: list[int], endings: _Endings) -> _Merged:
        answered = [
            leg
            for leg in legs
            if endings.of(self.disposition[leg], self._seconds(leg)) == "answered"
        ]
        billed = [self.billsec[leg] for leg in legs if self.billsec[leg] != -1]
        return _Merged(
            legs,
            self.disposition[answered[0] if answered else legs[-1]],
            max(billed) if billed else None,
        )
