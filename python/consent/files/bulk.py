"""Well-formed call records by the block: columns of Arrow instead of rows of Python.

What a block does not say plainly is handed to the reader of single rows, so both give equal rows;
tests/python/test_bulk.py holds them to it. Without pyarrow there are no blocks.
"""

from __future__ import annotations

import contextlib
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from consent.files.clock import HOUR, SECOND, Refused
from consent.files.dialled import ABSENT, numbers_in_dial
from consent.files.seconds import seconds_of

if TYPE_CHECKING:
    from consent.files.calls import _Sink

try:
    import pyarrow
    from pyarrow import compute, csv
except ImportError:  # pragma: no cover  the package is optional
    pyarrow = None

__all__ = ["MISSING", "Bulk"]

#: Whether blocks cannot be read, because a package is missing.
MISSING: Final = pyarrow is None
#: Words that a block reads; a layout with others is read row by row.
_WORDS: Final = frozenset(
    {
        *("start", "src", "dst", "context", "channel", "dstchannel", "lastdata", "duration"),
        *("billsec", "disposition", "trunk", "uniqueid", "linkedid", "end", "lastapp"),
    }
)
_NEEDED: Final = (*sorted(_WORDS - {"end", "lastapp", "lastdata"}), "lastdata")
#: Length of "2024-01-27 15:07:24", and of the hour in it.
_LONG: Final = 19
_HOUR: Final = 13
#: A channel's running number: "-0000002a".
_RUNNING: Final = 9
#: In the place of a number: what must be read singly, and what was not met yet.
_UNREAD: Final = -1
_UNMET: Final = -2
#: So many numbers are remembered from block to block.
_REMEMBERED: Final = 250_000


class Bulk:
    """Takes blocks of lines into a sink.

    Args:
        sink: Where rows go, and what reads single ones.
        at: Columns by the number of cells.
        delimiter: Between cells.
        encoding: Of the lines.
    """

    def __init__(
        self,
        sink: _Sink,
        at: Mapping[int, Mapping[str, tuple[int, ...]]],
        delimiter: str,
        encoding: str,
    ) -> None:
        self._sink = sink
        self._at = at
        self._delimiter = delimiter
        self._encoding = encoding
        self._numbers: dict[str, int] = {}

    @staticmethod
    def can_read(sink: _Sink, at: Mapping[int, Mapping[str, tuple[int, ...]]]) -> bool:
        """Whether blocks of this layout hold nothing but what is read here."""
        return (
            not MISSING
            and sink.number_from == "dst"
            and not sink.layout.only
            and not sink.layout.values
            and all(
                set(columns) <= _WORDS and all(len(places) == 1 for places in columns.values())
                for columns in at.values()
            )
        )

    def take(self, first_line: int, lines: Sequence[bytes], width: int) -> list[int] | None:
        """Put a block in its place.

        Args:
            first_line: Of the file.
            lines: Each a record, if the block is well-formed.
            width: Cells of its first record.

        Returns:
            Places of lines that must be read singly; None: all of them, nothing was taken.
        """
        columns = self._at.get(width)
        table = None if columns is None else self._parse(lines, width, columns)
        if table is None or columns is None:
            return None
        return self._take(first_line, len(lines), table)

    def _parse(
        self, lines: Sequence[bytes], width: int, columns: Mapping[str, tuple[int, ...]]
    ) -> dict[str, Any] | None:
        data = b"".join(lines)
        # What both readers may understand differently is read by the one of single rows.
        if b"\0" in data or (b"\r" in data and data.count(b"\r") != data.count(b"\r\n")):
            return None
        if self._encoding != "utf-8" and not data.isascii():
            try:
                data = data.decode(self._encoding).encode("utf-8")
            except UnicodeError:
                return None
        names = [str(i) for i in range(width)]
        wanted = {word: names[columns[word][0]] for word in _NEEDED if word in columns}
        try:
            table = csv.read_csv(
                pyarrow.BufferReader(data),
                read_options=csv.ReadOptions(
                    column_names=names, block_size=len(data) + 1, use_threads=False
                ),
                parse_options=csv.ParseOptions(delimiter=self._delimiter),
                convert_options=csv.ConvertOptions(
                    include_columns=sorted(set(wanted.values()), key=int),
                    column_types=dict.fromkeys(names, pyarrow.string()),
                    strings_can_be_null=False,
                    quoted_strings_can_be_null=False,
                ),
            )
        except pyarrow.ArrowInvalid:
            return None
        if table.num_rows != len(lines):
            return None
        return {word: table.column(name).combine_chunks() for word, name in wanted.items()}

    # --- one block --------------------------------------------------------------------------------

    def _take(self, first_line: int, count: int, table: dict[str, Any]) -> list[int]:
        sink = self._sink
        plain = np.ones(count, bool)
        billsec = self._seconds(table.get("billsec"), count, plain)
        duration = self._seconds(table.get("duration"), count, plain)
        wall = self._walls(table["start"], plain)
        unix = self._unix(table.get("uniqueid"), count)
        offset = self._offsets(wall, plain)
        why = self._directions(table, count)
        outgoing = why == 0
        number = np.zeros(count, np.int64)
        if outgoing.any():
            number[outgoing] = self._dialled(table["dst"], outgoing)
            plain &= ~outgoing | (number != _UNREAD)
        taken = np.flatnonzero(plain)
        sink.calls.rows += len(taken)
        self._note_implied(wall, unix, plain)
        self._leave_out(first_line, plain, why, number)
        legs = plain & outgoing & (number > 0)
        rows = np.flatnonzero(legs)
        self._add_legs(first_line, rows, table, wall, offset, number, billsec, duration)
        return [int(i) for i in np.flatnonzero(~plain)]

    @staticmethod
    def _coded(column: Any) -> tuple[Any, list[str]]:  # noqa: ANN401  Arrow has no types
        coded = column.dictionary_encode()
        return coded.indices.to_numpy(zero_copy_only=False), coded.dictionary.to_pylist()

    def _seconds(self, column: Any, count: int, plain: Any) -> Any:  # noqa: ANN401
        if column is None:
            return np.full(count, -1, np.int64)
        codes, texts = self._coded(column)
        read = [seconds_of(text) for text in texts]
        known = np.array([-2 if seconds is None else seconds for seconds in read], np.int64)
        seconds = known[codes]
        plain &= seconds != -2
        return seconds

    def _walls(self, column: Any, plain: Any) -> Any:  # noqa: ANN401
        from consent.files.calls import CLOCK_FACES

        clock = self._sink.clock
        hours, texts = self._coded(compute.utf8_slice_codeunits(column, 0, _HOUR))
        known = []
        for text in texts:
            if text not in clock.hours and len(text) == _HOUR:
                with contextlib.suppress(Refused):
                    clock.read(text + ":00:00")
            known.append(clock.hours.get(text, -1))
        faces, shown = self._coded(compute.utf8_slice_codeunits(column, _HOUR, _LONG + 1))
        minutes = [CLOCK_FACES.get(text, -1) for text in shown]
        hour, face = np.array(known, np.int64)[hours], np.array(minutes, np.int64)[faces]
        plain &= (hour >= 0) & (face >= 0)
        return hour + face

    def _unix(self, column: Any, count: int) -> Any:  # noqa: ANN401
        """Unix seconds of ids; 0: none."""
        from consent.files.calls import unix_of

        found = np.zeros(count, np.int64)
        if column is None:
            return found
        usual = compute.match_substring_regex(column, r"^[0-9]{10}(\.|$)").to_numpy(
            zero_copy_only=False
        )
        if usual.any():
            picked = column.filter(pyarrow.array(usual))
            found[usual] = compute.cast(
                compute.utf8_slice_codeunits(picked, 0, 10), pyarrow.int64()
            ).to_numpy()
        for i in np.flatnonzero(~usual):
            found[i] = unix_of(column[int(i)].as_py()) or 0
        return found

    def _offsets(self, wall: Any, plain: Any) -> Any:  # noqa: ANN401
        clock = self._sink.clock
        hours, places = np.unique(wall // HOUR, return_inverse=True)
        known = np.zeros(len(hours), np.int64)
        good = np.ones(len(hours), bool)
        for i, hour in enumerate(hours.tolist()):
            offset = clock.offset_of_hour(hour)
            good[i] = offset is not None
            known[i] = offset or 0
        plain &= good[places]
        return known[places]

    def _directions(self, table: dict[str, Any], count: int) -> Any:  # noqa: ANN401
        """0: outgoing; else the place of the reason."""
        from consent.files.calls import LEFT_OUT

        judge = self._sink.judge
        words = ["context", "channel", "dstchannel", "trunk"]
        parties = ["src", "dst"] if judge.by_party else []
        combined = np.zeros(count, np.int64)
        texts: list[list[str]] = []
        for word in (*words, *parties):
            column = table.get(word)
            if column is None:
                texts.append([""])
                continue
            if word in ("channel", "dstchannel"):
                column = _without_running_number(column)
            elif word == "dst":
                column = compute.utf8_trim_whitespace(column)
            codes, values = self._coded(column)
            texts.append(values)
            _, combined = np.unique(combined * len(values) + codes, return_inverse=True)
            texts[-1] = values
            table[f"#{word}"] = codes
        kinds, first, places = np.unique(combined, return_index=True, return_inverse=True)
        answers = np.zeros(len(kinds), np.int8)
        for kind, row in enumerate(first.tolist()):
            cells = [
                values[table[f"#{word}"][row]] if f"#{word}" in table else ""
                for word, values in zip((*words, *parties), texts, strict=True)
            ]
            context, channel, dstchannel, trunk = cells[:4]
            src, dst = cells[4:] if parties else ("", "")
            said = judge(context, channel, dstchannel, trunk, src, dst)
            answers[kind] = 0 if said == "outgoing" else 1 + LEFT_OUT.index(said)
        return answers[places]

    def _dialled(self, column: Any, outgoing: Any) -> Any:  # noqa: ANN401
        """Numbers; 0: none was dialled; _UNREAD: a reject."""
        picked = compute.utf8_trim_whitespace(column.filter(pyarrow.array(outgoing)))
        codes, texts = self._coded(picked)
        return self._read(texts)[codes]

    def _read(self, texts: list[str]) -> Any:  # noqa: ANN401
        known = self._numbers
        found = np.array([known.get(text, _UNMET) for text in texts], np.int64)
        unmet = [i for i, number in enumerate(found.tolist()) if number == _UNMET]
        dialling = self._sink.dialling
        for i, number in zip(unmet, dialling.many([texts[i] for i in unmet]), strict=True):
            if number is None:
                said = dialling(texts[i])
                number = said.number or (0 if said.reason == "not_a_number" else _UNREAD)
            found[i] = number
            if len(known) < _REMEMBERED:
                known[texts[i]] = number
        return found

    def _note_implied(self, wall: Any, unix: Any, plain: Any) -> None:  # noqa: ANN401
        sink = self._sink
        told = plain & (unix > 0)
        if not told.any():
            return
        walls = wall[told]
        quarters, counts = np.unique(
            (walls // SECOND - unix[told] + 450) // 900, return_counts=True
        )
        sink.implied.update(dict(zip(quarters.tolist(), counts.tolist(), strict=True)))
        ends = [int(walls.min()), int(walls.max())]
        sink.walls = [min([*sink.walls[:1], ends[0]]), max([*sink.walls[1:], ends[1]])]

    def _leave_out(self, first_line: int, plain: Any, why: Any, number: Any) -> None:  # noqa: ANN401
        from consent.files.calls import LEFT_OUT

        reasons = why.astype(np.int64) - 1
        reasons[(why == 0) & (number == 0)] = LEFT_OUT.index("not_a_number")
        rows = np.flatnonzero(plain & (reasons >= 0))
        if not len(rows):
            return
        picked = reasons[rows]
        for reason, count in zip(*np.unique(picked, return_counts=True), strict=True):
            self._sink.calls.left_out[LEFT_OUT[int(reason)]] += int(count)
        self._sink.calls.left_rows.add_many(self._sink.file, rows + first_line, picked)

    def _add_legs(
        self,
        first_line: int,
        rows: Any,  # noqa: ANN401
        table: dict[str, Any],
        wall: Any,  # noqa: ANN401
        offset: Any,  # noqa: ANN401
        number: Any,  # noqa: ANN401
        billsec: Any,  # noqa: ANN401
        duration: Any,  # noqa: ANN401
    ) -> None:
        if not len(rows):
            return
        sink = self._sink
        places = pyarrow.array(rows)

        def texts(word: str) -> list[str]:
            column = table.get(word)
            return [""] * len(rows) if column is None else column.take(places).to_pylist()

        def few(word: str) -> list[str]:
            column = table.get(word)
            if column is None:
                return [""] * len(rows)
            codes, values = self._coded(column.take(places))
            return [values[code] for code in codes.tolist()]

        call_id = ["" if text in ABSENT else text for text in texts("uniqueid")]
        linked = [
            own if not text or text in ABSENT or text == own else text
            for text, own in zip(texts("linkedid"), call_id, strict=True)
        ]
        lastdata = table.get("lastdata")
        if lastdata is not None:
            several = compute.match_substring(lastdata.take(places), "&").to_numpy(
                zero_copy_only=False
            )
            for i in np.flatnonzero(several):
                text = lastdata[int(rows[i])].as_py()
                sink.more_dialled += len(numbers_in_dial(text)) > 1
        sink.unmerged += linked.count("")
        lasted = np.maximum(billsec[rows], duration[rows])
        sink.legs.add_many(
            file=sink.file,
            row=rows + first_line,
            start=wall[rows] - offset[rows],
            lasted=np.where(lasted < 0, -1, lasted * SECOND),
            offset=offset[rows],
            number=number[rows],
            billsec=billsec[rows],
            call_id=call_id,
            linked=linked,
            src=few("src"),
            disposition=few("disposition"),
        )


def _without_running_number(column: Any) -> Any:  # noqa: ANN401
    """Channels up to the dash before their running number; others whole."""
    dash = compute.equal(compute.utf8_slice_codeunits(column, -_RUNNING, 1 - _RUNNING), "-")
    inside = compute.match_substring(compute.utf8_slice_codeunits(column, 1 - _RUNNING), "-")
    usual = compute.and_(dash, compute.invert(inside))
    return compute.if_else(usual, compute.utf8_slice_codeunits(column, 0, 1 - _RUNNING), column)
