"""Read call records in other people's formats, without losing a row and without guessing.

Every record of the input ends in exactly one of three places: a row whose calls are judged, a row
left out with a reason, or a row rejected with a reason. ``Calls.rows`` is their sum.
"""

from __future__ import annotations

import gc
import hashlib
import io
import json
import re
from array import array
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import IO, Any, Final, Literal

from consent import _core
from consent.errors import InternalError, InvalidArgument
from consent.files import private_file
from consent.files.arrow import ArrowStream, arrow
from consent.files.bulk import Bulk
from consent.files.clock import EPOCH, SECOND, Clock, Dates, Refused, load_zone
from consent.files.containers import tables_of
from consent.files.dialled import ABSENT, COUNTRIES, NUMBER_LIKE, Dialling, numbers_in_dial
from consent.files.direction import Direction, DirectionNotDeclared
from consent.files.layout import REQUIRED, Layout, Way
from consent.files.legs import Attempt, Attempts, Legs, Said
from consent.files.list_map import Map
from consent.files.list_table import Delimited, Json, Table, open_table, text_of
from consent.files.recognise import fits, looks_like
from consent.files.records import Batch, InputError
from consent.files.seconds import seconds_of
from consent.files.writer import record, replacing_csv
from consent.locale.message import Lang, Message, in_language
from consent.number import ReadDigits, read_digits
from consent.outcome import OutcomeMap

__all__ = [
    "LEFT_OUT",
    "REJECTED",
    "Attempt",
    "Calls",
    "InputFile",
    "LeftOut",
    "NumberFrom",
    "Progress",
    "Reject",
    "Source",
    "read",
]

NumberFrom = Literal["dst", "lastdata"]
Progress = Callable[[str, int, int], None]


Source = (
    str | Path | IO[bytes] | ArrowStream | Sequence[str | Path] | Iterable[Mapping[str, object]]
)

#: Why a row was left out or rejected. The words are stable: they are keys of the summary.
LEFT_OUT: Final = (
    "incoming",
    "forwarded",
    "internal",
    "not_outgoing",
    "not_a_number",
    "same_call",
    "other_record",
)
REJECTED: Final = (
    "wrong_column_count",
    "bad_time",
    "time_out_of_range",
    "ambiguous_local_time",
    "nonexistent_local_time",
    "not_a_count",
    "bad_number",
    "unknown_value",
    "above_header",
    "too_long",
    "not_json",
    "formula",
    "merged_cells",
)
DETAILS: Final = {
    "not_a_count": "not a whole number of seconds",
    "bad_number": "not a telephone number as dialled here",
    "unknown_value": "the layout knows no such value",
    "no_word": "not one of our words",
    "no_inn": "not an INN",
    "above_header": "above the header, and it holds what could be a number",
    "too_long": "a line longer than 1 MiB; only its beginning is kept here",
    "not_json": "not one JSON object",
    "formula": "a formula without a value; save the workbook with values",
    "merged_cells": "merged cells: the spreadsheet shows a value that this row does not have",
}

UNIQUEID: Final = re.compile(r"(?:.*-)?(\d{9,10})\.\d+")
#: ":15:07" to microseconds after the hour.
CLOCK_FACES: Final = {
    f":{m:02d}:{s:02d}": (m * 60 + s) * SECOND for m in range(60) for s in range(60)
}
#: Columns that a warning names.
MOST_NAMED: Final = 50
_SAID: Final = Said._fields
#: Zones lie within 14 hours of UTC; in quarters of an hour.
_FARTHEST_ZONE: Final = 14 * 4


# --- what comes out ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Reject:
    """A row that could not be read, whole.

    Attributes:
        row: Physical line, from 1, where it begins.
        column: The cell to blame; "" where it is the row.
        reason: One of REJECTED.
        detail: For people; never repeats the cell.
        record: The bytes as they stood, without the line end.
        file: Place of its file among those that were read.
    """

    row: int
    column: str
    reason: str
    detail: str
    record: bytes
    file: int = 0


@dataclass(frozen=True, slots=True)
class InputFile:
    """One file that was read."""

    name: str
    sha256: str | None
    rows: int = 0


class LeftOut:
    """Rows that were left out, each with its file, its line and its reason."""

    def __init__(self) -> None:
        self._files, self._rows, self._reasons = array("q"), array("q"), array("b")

    def __len__(self) -> int:
        return len(self._rows)

    def __iter__(self) -> Iterator[tuple[int, int, str]]:
        for file, row, reason in zip(self._files, self._rows, self._reasons, strict=True):
            yield file, row, LEFT_OUT[reason]

    def add_many(self, file: int, rows: Any, reasons: Any) -> None:  # noqa: ANN401  int arrays
        """Many rows of one file; reasons by their place in LEFT_OUT."""
        self._files.extend([file] * len(rows))
        self._rows.frombytes(rows.astype("int64").tobytes())
        self._reasons.frombytes(reasons.astype("int8").tobytes())

    def add(self, file: int, row: int, reason: str) -> None:
        """One row."""
        self._files.append(file)
        self._rows.append(row)
        self._reasons.append(LEFT_OUT.index(reason))


@dataclass(slots=True)
class Calls:
    """What was read. ``rows == judged_rows + sum(left_out.values()) + len(rejects)``.

    Attributes:
        attempts: The calls. More than ``judged_rows`` where one row dialled several numbers.
        judged_rows: Rows that begin a call.
        left_rows: The rows behind ``left_out``.
        paths: The files themselves, where they are files: nothing is written over them.
    """

    name: str
    sha256: str | None
    zone: str
    direction: Direction
    layout: str
    rows: int = 0
    attempts: Attempts = field(default_factory=lambda: Legs().merge(None, lambda *_: None))
    judged_rows: int = 0
    left_out: Counter[str] = field(default_factory=Counter)
    left_rows: LeftOut = field(default_factory=LeftOut)
    rejects: list[Reject] = field(default_factory=list)
    files: list[InputFile] = field(default_factory=list)
    columns: dict[str, str] = field(default_factory=dict)
    unknown_columns: list[str] = field(default_factory=list)
    warnings: list[Message] = field(default_factory=list)
    outcomes: str | None = None
    paths: list[Path] = field(default_factory=list)

    def file_of(self, place: int) -> str:
        """The name of one of the files."""
        return self.files[place].name if place < len(self.files) else self.name

    def write_rejects(self, path: str | Path, lang: Lang = "en") -> None:
        """Write rejects as CSV: file, row, column, reason, detail, and the record as it stood.

        A cell that a spreadsheet would run gets an apostrophe before it; bytes that are not UTF-8
        stay what they are.
        """
        private_file.keep_off(path, inputs=self.paths)
        with replacing_csv(path, ("file", "row", "column", "reason", "detail", "record")) as out:
            for reject in self.rejects:
                detail = in_language(reject.detail, lang)
                record = reject.record.decode("utf-8", "surrogateescape")
                file = self.file_of(reject.file)
                out.row((file, reject.row, reject.column, reject.reason, detail, record))


# --- other inputs --------------------------------------------------------------------------------


def _rows_of(calls: Any) -> Iterator[Mapping[str, object]]:  # noqa: ANN401  a data frame of anybody's
    if hasattr(calls, "__arrow_c_stream__"):
        for batch in arrow().RecordBatchReader.from_stream(calls):
            yield from batch.to_pylist()
        return
    if not isinstance(calls, Iterable) or hasattr(calls, "collect"):  # a lazy frame has no rows yet
        raise InputError("calls must be a path, a data frame (collected) or mappings")
    for number, row in enumerate(calls, 1):
        if not isinstance(row, Mapping):
            raise InputError("calls must be a path, a data frame or mappings", row=number)
        yield row


class _Frame(Table):
    """A data frame or mappings as a table."""

    def __init__(self, calls: Any) -> None:  # noqa: ANN401
        self._rows = _rows_of(calls)
        self._first = next(self._rows, None)
        self.names = [str(name) for name in self._first] if self._first is not None else []

    def batches(self) -> Iterator[Batch]:
        cells: list[list[str] | None] = []
        raws: list[bytes] = []
        begin = 1
        row = self._first
        while row is not None:
            texts = [text_of(row.get(name)) for name in self.names]
            cells.append(texts)
            raw = json.dumps(dict(zip(self.names, texts, strict=True)), ensure_ascii=False)
            raws.append(raw.encode("utf-8", "surrogatepass"))
            if len(cells) == 4096:
                yield Batch(range(begin, begin + len(cells)), cells, raws)
                begin += len(cells)
                cells, raws = [], []
            row = next(self._rows, None)
        yield Batch(range(begin, begin + len(cells)), cells, raws)


# --- columns -------------------------------------------------------------------------------------

Positions = Mapping[str, tuple[int, ...]]


def _place(names: Sequence[str], way: Way, *, fold: bool) -> tuple[list[int], ...] | None:
    """For each part of a way the columns that it may mean; None where one of them is not there."""
    found = []
    for part in way:
        if isinstance(part, int):
            same = [part - 1] if part <= len(names) else []
        elif fold:
            same = [i for i, name in enumerate(names) if name.casefold() == part.casefold()]
        else:
            same = [i for i, name in enumerate(names) if name == part]
        if not same:
            return None
        found.append(same)
    return tuple(found)


def _has_what_is_needed(names: Sequence[str], layout: Layout) -> bool:
    """Whether these cells are a header of this layout."""
    return all(
        any(
            _place(names, way, fold=way is not layout.columns.get(word)) is not None
            for way in layout.ways(word)
        )
        for word in REQUIRED
    )


def _positions(names: Sequence[str], layout: Layout) -> tuple[Positions, set[int]]:
    """Where each of our words stands, and all columns that mean one of them."""
    found: dict[str, tuple[int, ...]] = {}
    used: set[int] = set()
    for word in {**layout.columns, **layout.synonyms}:
        if (declared := layout.columns.get(word)) is not None:
            places = _place(names, declared, fold=False)
            if places is not None:
                found[word] = _only_one(places, declared, word, layout)
                used.update(found[word])
                continue
            if word not in layout.synonyms:
                raise _absent(names, declared, word, layout)
        hits = [
            (way, places)
            for way in layout.synonyms.get(word, ())
            if (places := _place(names, way, fold=True)) is not None
        ]
        used.update(i for _, places in hits for same in places for i in same)
        if len(hits) > 1 and word not in layout.ordered:
            called = [" + ".join(str(part) for part in way) for way, _ in hits]
            raise InputError(
                Message(
                    'columns "{}" and "{}" could both be {}: name the right one in a MAP.toml, or'
                    " by --column {}=NAME",
                    called[0],
                    called[1],
                    word,
                    word,
                ),
                column=word,
            )
        if hits:
            found[word] = _only_one(hits[0][1], hits[0][0], word, layout)
    return found, used


def _only_one(
    places: tuple[list[int], ...], way: Way, word: str, layout: Layout
) -> tuple[int, ...]:
    for part, same in zip(way, places, strict=True):
        if len(same) != 1:
            raise InputError(
                Message('{}: the file has {} columns "{}"', layout.name, len(same), part),
                column=word,
            )
    return tuple(same[0] for same in places)


def _absent(names: Sequence[str], way: Way, word: str, layout: Layout) -> InputError:
    for part in way:
        if isinstance(part, int) and part > len(names):
            said = Message(
                "{}: {} is column {}, the file has {}", layout.name, word, part, len(names)
            )
            return InputError(said, column=word)
    part = next(p for p in way if isinstance(p, str) and p not in names)
    return InputError(Message('{}: the file has no column "{}"', layout.name, part), column=word)


# --- reading -------------------------------------------------------------------------------------


class _Sink:
    """Takes records one batch after another and puts each in its place."""

    def __init__(
        self,
        calls: Calls,
        clock: Clock,
        direction: Direction,
        layout: Layout,
        dialling: Dialling,
        number_from: NumberFrom,
    ) -> None:
        self.calls = calls
        self.clock = clock
        self.direction = direction
        self.layout = layout
        self.judge = direction.judge()
        self.dialling = dialling
        self.number_from = number_from
        self.legs = Legs()
        self.file = 0
        self.implied: Counter[int] = Counter()
        self.walls: list[int] = []
        self.unmerged = 0
        self.titles = 0
        self.more_dialled = 0
        self.looks_like: list[str] = []
        self._scopes: dict[Said, int] = {Said(): 0}
        self._words = {
            "purpose": frozenset(_core.words("purpose")),
            "contact_channel": frozenset(_core.words("channel")),
            "dialled_by": frozenset(_core.words("dialled_by")),
            "requested": frozenset(("yes", "no")),
        }

    def reject(self, line: int, column: str, reason: str, detail: str, raw: bytes) -> None:
        record = raw.rstrip(b"\r\n")
        self.calls.rejects.append(Reject(line, column, reason, detail, record, self.file))

    def leave_out(self, line: int, reason: str) -> None:
        self.calls.left_out[reason] += 1
        self.calls.left_rows.add(self.file, line, reason)

    def take(self, batch: Batch, at: Mapping[int, Positions], table: Table, wanted: str) -> None:
        """Put every record of the batch in its place. ``at``: columns by the number of cells."""
        for line, cells, raw in zip(batch.lines, batch.cells, batch.raws, strict=True):
            self.calls.rows += 1
            why = table.problem(line, cells)
            if why is not None or cells is None:
                why = why or "wrong_column_count"
                detail = wanted if why == "wrong_column_count" else DETAILS.get(why, "")
                self.reject(line, "", why, detail, raw or _as_csv(cells))
                continue
            columns = at.get(len(cells))
            if columns is None:
                self.reject(line, "", "wrong_column_count", wanted, raw or _as_csv(cells))
                continue
            why_not = self._row(line, cells, columns)
            if why_not is not None:
                self.reject(line, *why_not, raw or _as_csv(cells))

    def _row(self, line: int, cells: list[str], columns: Positions) -> tuple[str, str, str] | None:
        """One record to its place; column, reason and detail where it is a reject."""

        def cell(word: str) -> str:
            places = columns.get(word)
            if places is None:
                return ""
            if len(places) == 1:
                return cells[places[0]]
            return " ".join(cells[place].strip() for place in places).strip()

        for word, wanted in self.layout.only.items():
            if cell(word).strip() not in wanted:
                self.leave_out(line, "other_record")
                return None
        # Seconds that are not a count mean that the columns have shifted.
        counts = []
        for word in ("billsec", "duration"):
            seconds = seconds_of(cell(word))
            if seconds is None:
                return word, "not_a_count", DETAILS["not_a_count"]
            counts.append(seconds)
        billsec, duration = counts
        written = cell("start")
        # 2024-01-27 15:07:24 in an hour that was met before: almost always.
        hour, face = self.clock.hours.get(written[:13]), written[13:]
        if hour is not None and face in CLOCK_FACES:
            wall, given = hour + CLOCK_FACES[face], None
        else:
            try:
                wall, given = self.clock.read(written.strip())
            except Refused as refused:
                return "start", refused.reason, refused.detail
        uniqueid = cell("uniqueid")
        unix = unix_of(uniqueid)
        if unix is not None and given is None:
            self.implied[(wall // SECOND - unix + 450) // 900] += 1
            if not self.walls:
                self.walls = [wall, wall]
            self.walls = [min(self.walls[0], wall), max(self.walls[1], wall)]
        dst = cell("dst").strip()
        src = cell("src")
        why = self.judge(
            cell("context"), cell("channel"), cell("dstchannel"), cell("trunk"), src, dst
        )
        if why != "outgoing":
            self.leave_out(line, why)
            return None
        numbers = self._numbers(dst, cell("lastdata"))
        if isinstance(numbers, tuple):
            return numbers
        if not numbers:
            self.leave_out(line, "not_a_number")
            return None
        scope = self._scope(columns, cell)
        if isinstance(scope, tuple):
            return scope
        try:
            offset = given if given is not None else self.clock.offset_of(wall, unix)
        except Refused as refused:
            return "start", refused.reason, refused.detail
        call_id = uniqueid if uniqueid not in ABSENT else ""
        linked = cell("linkedid")
        if not linked or linked in ABSENT:
            linked = call_id
        if not linked:
            self.unmerged += 1
        lasted = max(duration, billsec)
        for number in numbers:
            self.legs.add(
                self.file,
                line,
                wall - offset,
                -1 if lasted < 0 else lasted * SECOND,
                offset,
                number,
                billsec,
                scope,
                call_id,
                linked,
                src,
                cell("disposition"),
            )
        return None

    def _numbers(self, dst: str, lastdata: str) -> list[int] | tuple[str, str, str]:
        """The numbers that a row dialled, none where it dialled nobody; or why it is a reject."""
        if self.number_from == "dst":
            found = self.dialling(dst)
            if found.reason == "bad_number":
                return "dst", found.reason, found.detail
            if "&" in lastdata and len(numbers_in_dial(lastdata)) > 1:
                self.more_dialled += 1
            return [] if found.number is None else [found.number]
        numbers: list[int] = []
        texts = numbers_in_dial(lastdata)
        for text in texts:
            found = self.dialling(text)
            if found.reason == "bad_number":
                return "lastdata", found.reason, found.detail
            if found.number is not None and found.number not in numbers:
                numbers.append(found.number)
        if not texts and NUMBER_LIKE.search(re.split(r"[,|]", lastdata, maxsplit=1)[0]):
            return "lastdata", "bad_number", DETAILS["bad_number"]
        return numbers

    def _scope(self, columns: Positions, cell: Callable[[str], str]) -> int | tuple[str, str, str]:
        said = {}
        for word, name in zip(("purpose", "contact_channel", *_SAID[2:]), _SAID, strict=True):
            if word not in columns:
                continue
            text = cell(word).strip()
            if text in ABSENT:
                text = ""
            table = self.layout.values.get(word)
            if table is not None and text:
                if text not in table:
                    return word, "unknown_value", DETAILS["unknown_value"]
                text = table[text]
            if text and word in self._words and text not in self._words[word]:
                return word, "unknown_value", DETAILS["no_word"]
            if text and word == "distributor":
                try:
                    text = _core.check_inn(text)
                except InvalidArgument:
                    return word, "unknown_value", DETAILS["no_inn"]
            said[name] = text
        scope = Said(**said)
        place = self._scopes.get(scope)
        if place is None:
            place = self._scopes[scope] = len(self.legs.scopes)
            self.legs.scopes.append(scope)
        return place

    def finish(self, used: OutcomeMap | None) -> None:
        """Make calls of legs; every row that begins none is left out as another leg."""
        calls, legs = self.calls, self.legs
        calls.rejects.sort(key=lambda reject: (reject.file, reject.row))
        attempts = legs.merge(used, self._note)
        calls.attempts = attempts
        if len(attempts) == len(legs):
            rows = (
                len({(f, r) for f, r in zip(legs.file, legs.row, strict=True)})
                if (self.number_from == "lastdata")
                else len(legs)
            )
            calls.judged_rows = rows
            return
        began = {(attempt.file, attempt.row) for attempt in attempts}
        for file, row in dict.fromkeys(zip(legs.file, legs.row, strict=True)):
            if (file, row) not in began:
                calls.left_out["same_call"] += 1
                calls.left_rows.add(file, row, "same_call")
        calls.judged_rows = len(began)

    def _note(self, word: str, count: int) -> None:
        notes = {
            "one_id": Message(
                "{} calls share their id with another call to the same number at another time: "
                "each was judged by itself. Does the exchange repeat its ids?",
                count,
            ),
            "many_legs": Message(
                "{} calls have more than 10 legs: does one id stand for many calls?",
                count,
            ),
            "long_calls": Message(
                "{} calls have legs that start more than an hour apart",
                count,
            ),
        }
        calls = self.calls
        calls.warnings.append(notes[word])


def _as_csv(cells: Sequence[str] | None) -> bytes:
    """Cells of a workbook as a line."""
    if cells is None:
        return b""
    return record(cells).encode("utf-8", "surrogateescape")


def unix_of(uniqueid: str) -> int | None:
    """The Unix seconds in an id of Asterisk."""
    seconds = uniqueid.partition(".")[0]
    if len(seconds) == 10 and seconds.isascii() and seconds.isdigit():
        return int(seconds)
    if uniqueid and (found := UNIQUEID.fullmatch(uniqueid)):
        return int(found[1])
    return None


def _warn(sink: _Sink, calls: Calls) -> None:
    """Say what looks wrong. Nothing is corrected."""
    notes = calls.warnings
    if sink.implied:
        notes += _about_zone(sink, calls)
    if count := sink.clock.without_seconds:
        notes.append(
            Message.counted(
                "{} time is written without seconds and counts from the whole minute",
                "{} times are written without seconds and count from the whole minute",
                count,
                count,
            )
        )
    if count := sink.unmerged:
        notes.append(
            Message.counted(
                "{} outgoing row has neither linkedid nor uniqueid: it was judged by itself",
                "{} outgoing rows have neither linkedid nor uniqueid: legs of one call could "
                "not be put together, each was judged by itself",
                count,
                count,
            )
        )
    if count := calls.left_out["not_a_number"]:
        notes.append(
            Message.counted(
                "{} row that the rule calls outgoing has no number in {} (feature codes, s, i): "
                "left out as not_a_number",
                "{} rows that the rule calls outgoing have no number in {} (feature codes, s, "
                "i): left out as not_a_number",
                count,
                count,
                sink.number_from,
            )
        )
    if count := calls.left_out["forwarded"]:
        notes.append(
            Message.counted(
                "{} row came in by a trunk and went out by one (a call put through): left out "
                "as forwarded",
                "{} rows came in by a trunk and went out by one (calls put through): left out "
                "as forwarded",
                count,
                count,
            )
        )
    if count := sink.more_dialled:
        notes.append(
            Message.counted(
                "{} row rang several numbers at once, by its lastdata; only the one in dst was "
                "judged. Judge all: --number-from lastdata",
                "{} rows rang several numbers at once, by their lastdata; only the one in dst "
                "was judged. Judge all: --number-from lastdata",
                count,
                count,
            )
        )
    for name in sink.judge.unmet():
        notes.append(
            Message(
                '"{}" was declared and no row has it: is it spelt as in the file?',
                name,
            )
        )
    if count := sink.titles:
        notes.append(
            Message.counted(
                "{} line above the header was passed over",
                "{} lines above the header were passed over",
                count,
                count,
            )
        )
    if calls.unknown_columns:
        names = ", ".join(calls.unknown_columns[:MOST_NAMED])
        if len(calls.unknown_columns) > MOST_NAMED:
            names += f" … ({len(calls.unknown_columns)})"
        notes.append(Message("columns not used: {}", names))
    if sink.looks_like and len(calls.rejects) * 2 > calls.rows:
        one = sink.looks_like[0]
        called = ", ".join(f"{name} ({Layout.load(name).title})" for name in sink.looks_like)
        notes.append(
            Message(
                "these rows do not read as {}; they look like {}. Declare --layout {}",
                calls.layout,
                called,
                one,
            )
        )
    if calls.rows and not calls.attempts:
        notes.append(
            Message(
                "Nothing was judged: no outgoing call could be read in the file",
            )
        )
    elif len(calls.rejects) * 10 > calls.rows:
        notes.append(
            Message(
                "{} of {} rows were rejected: their calls were not judged",
                len(calls.rejects),
                calls.rows,
            )
        )


def _about_zone(sink: _Sink, calls: Calls) -> list[Message]:
    # What the zone adds to UTC in the years of the calls: two values where it has summer time.
    expected = set()
    first, last = ((EPOCH + timedelta(microseconds=w)).year for w in sink.walls)
    for year in range(first, min(last, first + 200) + 1):
        for month in range(1, 13):
            offset = datetime(year, month, 15, tzinfo=sink.clock.zone).utcoffset()
            expected.add(round((offset or timedelta()) / timedelta(minutes=15)))
    every = sum(sink.implied.values())
    wrong = Counter({q: count for q, count in sink.implied.items() if q not in expected})
    far = sum(count for quarter, count in wrong.items() if abs(quarter) > _FARTHEST_ZONE)
    notes = []
    if far > max(2, every // 100):
        notes.append(
            Message(
                "what looks like Unix seconds in uniqueid lies days from the start in {} of {} "
                "rows: it is no time of these calls, or one of the clocks was wrong. Nothing "
                "was corrected",
                far,
                every,
            )
        )
    near = Counter({q: n for q, n in wrong.items() if abs(q) <= _FARTHEST_ZONE})
    if near.total() > max(2, every // 100):
        worst = max(near, key=lambda q: (near[q], -abs(q), q))
        minutes = abs(worst) * 15
        looks = "UTC"
        if worst:
            looks += f"{'-' if worst < 0 else '+'}{minutes // 60:02d}:{minutes % 60:02d}"
        notes.append(
            Message(
                "times look like {}, you declared {}: in {} of {} rows the start does not agree "
                "with the Unix seconds in uniqueid. Nothing was corrected",
                looks,
                calls.zone,
                near.total(),
                every,
            )
        )
    return notes


def read(
    calls: Source,
    *,
    zone: str | None,
    direction: Direction,
    layout: str | Path | Layout = "asterisk",
    country: str | None = None,
    number_from: NumberFrom = "dst",
    prefixes: Sequence[str] = (),
    dates: Dates | None = None,
    encoding: str | None = None,
    delimiter: str | None = None,
    columns: Mapping[str, str] | None = None,
    name: str | None = None,
    number: ReadDigits | None = None,
    outcomes: OutcomeMap | None = None,
    progress: Progress | None = None,
    blocks: bool = True,
) -> Calls:
    """Read call records and find the outgoing calls among them.

    Args:
        calls: A path (CSV, XLSX, JSON, Parquet; also packed), a folder, several paths, an open
            binary file, anything with ``__arrow_c_stream__`` (pandas, polars, pyarrow, DuckDB), or
            mappings. Columns of the last two are named as in Asterisk or in the layout.
        zone: IANA name of the zone that the times are written in, or "UTC". An offset written in a
            cell counts before it.
        direction: What makes a row an outgoing call.
        layout: The name of a ready one, or a MAP.toml.
        country: Where numbers without a country code are: "RU", "KZ", "US", "CA"; "international":
            their digits begin with the country code, without a plus.
        number_from: "dst", or "lastdata" for the numbers inside ``Dial(PJSIP/number@trunk)``.
        prefixes: Digits that the exchange dials before a number for an outside line.
        dates: "iso" (the default), "day-first", "month-first" or "unix"; ISO is always read.
        encoding: Of the file; bytes that do not fit it are kept as they are.
        delimiter: One character; found out of ``, ; tab |`` where left out.
        columns: Our word to a column of the file, before what the layout says.
        name: What to call the input in reports; the file's name where left out.
        number: Reads a dialled number; the core does where left out.
        outcomes: What the statuses mean, for putting legs together; the layout's where left out.
        progress: Hears ("read", bytes done, bytes of all); all is 0 where it is not known.
        blocks: Read well-formed records by the block, where pyarrow is installed; the same comes of
            it as without.

    Raises:
        InputError: No zone, an unknown layout, a column missing, not a table at all.
        DirectionNotDeclared: ``direction`` declares nothing.
        NotBuiltError: A package is missing that this input needs.
    """
    known = Layout.load(layout).with_columns(columns or {})
    zone_name = zone or known.zone
    if not zone_name:
        raise InputError('the zone of the times must be declared: zone="Europe/Moscow", or "UTC"')
    tz = load_zone(zone_name)
    if country not in (None, *COUNTRIES):
        raise InputError("country must be RU, KZ, US, CA or international, or left out")
    if not direction.declared and known.direction:
        direction = Direction.declare(
            outgoing_contexts=known.direction.get("outgoing_contexts", ()),
            incoming_contexts=known.direction.get("incoming_contexts", ()),
        )
    clock = Clock(tz, dates or known.dates)
    result = Calls(name or "calls", None, zone_name, direction, known.name, outcomes=known.outcomes)
    dialling = Dialling(country, prefixes, number or read_digits)
    sink = _Sink(result, clock, direction, known, dialling, number_from)
    if outcomes is None and known.outcomes is not None:
        outcomes = OutcomeMap.load(known.outcomes)

    # A million small objects that all stay: looking for cycles among them takes as long as reading.
    collecting = gc.isenabled()
    gc.disable()
    try:
        _Reading(sink, known, encoding, delimiter, progress, blocks=blocks).read(calls, name)
        sink.finish(outcomes)
    finally:
        if collecting:
            gc.enable()
    _warn(sink, result)
    total = result.judged_rows + sum(result.left_out.values()) + len(result.rejects)
    if total != result.rows:  # not an assert: must hold under -O too
        raise InternalError(Message("{} rows read, {} accounted for", result.rows, total))
    return result


class _Reading:
    """Opens what is to be read and feeds the sink."""

    def __init__(
        self,
        sink: _Sink,
        layout: Layout,
        encoding: str | None,
        delimiter: str | None,
        progress: Progress | None,
        *,
        blocks: bool = True,
    ) -> None:
        self._sink = sink
        self._blocks = blocks
        self._layout = layout
        self._encoding = encoding or layout.encoding
        self._delimiter = delimiter or layout.delimiter
        self._progress = progress
        self._done = self._all = 0

    def read(self, calls: Source, name: str | None) -> None:
        if isinstance(calls, str | Path):
            calls = [calls]
        if isinstance(calls, Sequence) and calls and all(isinstance(c, str | Path) for c in calls):
            self._read_paths([Path(str(each)) for each in calls], name)
        elif hasattr(calls, "read"):
            data = calls.read()
            if not isinstance(data, bytes):
                raise InputError("an open file must be binary")
            self._sink.calls.sha256 = hashlib.sha256(data).hexdigest()
            called = name or "calls"
            self._all = len(data)
            self._read_file(io.BytesIO(data), called, len(data), self._sink.calls.sha256)
        else:
            table = _Frame(calls)
            if table.names:
                self._take(table, name or "calls", None)
            else:
                self._sink.calls.files.append(InputFile(name or "calls", None))

    def _read_paths(self, paths: list[Path], name: str | None) -> None:
        files: list[tuple[Path, str]] = []
        for path in paths:
            if path.is_dir():
                files += [(each, str(each.relative_to(path.parent))) for each in tables_of(path)]
            else:
                files.append((path, path.name))
        calls = self._sink.calls
        self._all = sum(path.stat().st_size for path, _ in files)
        calls.name = name or (files[0][1] if len(files) == 1 else ", ".join(p.name for p in paths))
        calls.paths += [path for path, _ in files]
        for path, called in files:
            shown = called.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
            with path.open("rb") as file:
                digest = hashlib.file_digest(file, "sha256").hexdigest()
                size = file.tell()
                file.seek(0)
                if len(files) == 1:
                    calls.sha256 = digest
                    shown = name or shown
                    calls.name = shown
                try:
                    self._read_file(file, shown, size, digest)
                except DirectionNotDeclared:
                    raise
                except InputError as error:
                    if len(files) == 1:
                        raise
                    raise InputError(error.within(shown)) from None
            self._done += size

    def _read_file(self, file: IO[bytes], name: str, size: int, digest: str | None) -> None:
        table = open_table(
            file, self._as_map(), self._encoding, self._delimiter, self._layout.sheet, size
        )
        self._take(table, name, digest)

    def _as_map(self) -> Map:
        layout = self._layout
        words = {**layout.columns, **layout.synonyms}
        columns = {
            word: tuple(way[0] if len(way) == 1 else way for way in layout.ways(word))
            for word in words
        }
        return Map(name=layout.name, columns=columns, records=layout.records)

    def _take(self, table: Table, name: str, digest: str | None) -> None:
        sink, calls = self._sink, self._sink.calls
        rows = calls.rows
        sink.file = len(calls.files)
        calls.files.append(InputFile(name, digest))
        at = self._columns(table)
        sink.titles += table.titles
        wanted = Message(
            "not {} columns", f"{min(at)}–{max(at)}" if len(at) > 1 else str(next(iter(at)))
        )
        if (
            isinstance(table, Delimited)
            and self._blocks
            and sink.direction.declared
            and Bulk.can_read(sink, at)
        ):
            table.by_blocks(Bulk(sink, at, table.delimiter, table.encoding).take)
        batches = table.batches()
        _check_declared(sink.direction, batches, at)
        for batch in batches:
            sink.take(batch, at, table, wanted)
            if self._progress is not None:
                self._progress("read", self._done + table.done(), self._all)
        calls.files[-1] = InputFile(name, digest, calls.rows - rows)

    def _columns(self, table: Table) -> dict[int, Positions]:
        """Positions of the columns by the number of cells; the table stands behind its header."""
        layout, sink = self._layout, self._sink
        if isinstance(table, Json):
            table.begin(header=True)
            found: Positions = {word: (i,) for i, word in enumerate(table.names)}
            return {len(table.names): self._checked(found, table.names, set(), named=False)}
        if layout.header is not False and table.find_header(
            lambda names: _has_what_is_needed(names, layout)
        ):
            names = table.names
            positions, used = _positions(names, layout)
            by_position = all(isinstance(p, int) for w in REQUIRED for p in layout.ways(w)[0])
            is_row = by_position and NUMBER_LIKE.search(names[positions["dst"][0]]) is not None
            checked = self._checked(positions, names, used, named=not is_row)
            table.begin(header=not is_row)
            return {len(names): checked}
        if layout.widths and isinstance(table, Delimited):
            return self._by_width(table)
        if layout.header is False:
            positions, used = _positions(table.names, layout)
            checked = self._checked(positions, table.names, used, named=False)
            table.begin(header=False)
            return {len(table.names): checked}
        if not layout.synonyms:
            _positions(table.names, layout)  # says which column is not there
        del sink
        missing = [
            word
            for word in REQUIRED
            if all(_place(table.names, way, fold=True) is None for way in layout.ways(word))
        ]
        raise InputError(
            Message(
                "no column for {} among {}: describe the file in a MAP.toml, or ask consent layout",
                " and ".join(missing),
                len(table.names),
            ),
            column=missing[0],
        )

    def _by_width(self, table: Delimited) -> dict[int, Positions]:
        layout, names = self._layout, table.names
        if len(names) not in layout.widths:
            raise InputError(
                Message(
                    "no header with a column {}, and {} columns is no layout of {}, which has {} "
                    "to {}: describe the file in a MAP.toml, or ask consent layout",
                    next(str(way[0]) for way in layout.ways("dst")),
                    len(names),
                    layout.title or layout.name,
                    min(layout.widths),
                    max(layout.widths),
                ),
                row=1,
            )
        at: dict[int, Positions] = {}
        for width, columns in layout.widths.items():
            named = list(columns)
            # One column for two options: the first row shows which was on.
            optional = width == len(names) and width in (17, 20) and named[16] == "uniqueid"
            if optional and not UNIQUEID.fullmatch(names[16]):
                named[16] = "userfield"
            at[width] = _positions(named, layout)[0]
        self._checked(at[len(names)], names, set(range(len(names))), named=False)
        rows = table.first_rows()
        if not fits(layout, layout.widths[len(names)], rows):
            self._sink.looks_like = looks_like(rows, besides=layout.name)
        table.begin(header=False, widths=at)
        return at

    def _checked(
        self, found: Positions, names: Sequence[str], used: set[int], *, named: bool
    ) -> Positions:
        """The same, checked against what is needed, and noted for the report."""
        sink, layout = self._sink, self._layout
        lastdata = {"lastdata"} if sink.number_from == "lastdata" else set()
        if absent := sorted((sink.direction.needs() | lastdata) - set(found)):
            raise InputError(
                Message(
                    "what was declared needs the column {}, which the file does not have",
                    ", ".join(absent),
                ),
                column=absent[0],
            )
        if named:
            for i, name in enumerate(names):
                news = i not in used and name and name.casefold() not in layout.known
                news = news and "*" not in layout.known
                if news and name not in sink.calls.unknown_columns:
                    sink.calls.unknown_columns.append(name)
        sink.calls.columns = {
            word: " + ".join(names[i].strip() if named else f"column {i + 1}" for i in places)
            for word, places in found.items()
        }
        return found


def _check_declared(
    direction: Direction, batches: Iterator[Batch], at: Mapping[int, Positions]
) -> None:
    """Refuse an undeclared direction, and show what the file has to choose from."""
    if direction.declared:
        return
    contexts: Counter[str] = Counter()
    sides: dict[str, Counter[str]] = {"channel": Counter(), "dstchannel": Counter()}
    rows = 0
    for batch in batches:
        for cells in batch.cells:
            if cells is None or len(cells) not in at:
                continue
            columns = at[len(cells)]
            parties = {
                re.sub(r"\D", "", cells[columns[word][0]])[-10:]
                for word in ("src", "dst")
                if word in columns
            }
            context = cells[columns["context"][0]] if "context" in columns else None
            if context is not None and _may_show(context, parties):
                contexts[context] += 1
            for side, seen in sides.items():
                name = cells[columns[side][0]].rpartition("-")[0] if side in columns else ""
                if name and not name.startswith("Local/") and _may_show(name, parties):
                    seen[name] += 1
        rows += len(batch.cells)
        if rows > 100_000:
            break
    raise DirectionNotDeclared(contexts, sides["channel"], sides["dstchannel"])


def _may_show(name: str, parties: set[str]) -> bool:
    """Whether a name of the exchange may stand in a message: no number of a party does.

    A trunk may be called by a number of one's own, ``SIP/74951234567``. What is called by whom it
    reaches, ``DAHDI/i1/89161234567``, or by a party of its row is no name.
    """
    if NUMBER_LIKE.search(name) is None:
        return True
    digits = re.sub(r"\D", "", name)[-10:]
    return name.count("/") == 1 and "@" not in name and digits not in parties
