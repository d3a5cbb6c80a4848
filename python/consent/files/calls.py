"""Read call records in other people's formats, without losing a row and without guessing.

Every record of the input ends in exactly one of three places: an outgoing call to be judged, a row
left out with a reason, or a row rejected with a reason. ``Calls.rows`` is their sum.
"""

from __future__ import annotations

import gc
import gzip
import hashlib
import io
import json
import re
import zlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import IO, Final, Literal, NamedTuple, Protocol, cast

from consent.errors import InternalError, NotBuiltError
from consent.files.clock import EPOCH, SECOND, Clock, Dates, Refused, load_zone
from consent.files.direction import Direction, DirectionNotDeclared
from consent.files.layout import (
    ASTERISK_BASE,
    ASTERISK_KNOWN,
    ASTERISK_MASTER,
    FIELDS,
    REQUIRED,
    Layout,
)
from consent.files.records import Batch, InputError, Reader
from consent.files.writer import replacing_csv
from consent.locale.message import Lang, Message, in_language
from consent.number import ReadNumber, read_number

NumberFrom = Literal["dst", "lastdata"]
Progress = Callable[[str, int, int], None]


class ArrowStream(Protocol):
    """A data frame: pandas, polars, pyarrow, DuckDB."""

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        """Hand out the table by the Arrow PyCapsule interface."""


Source = str | Path | IO[bytes] | ArrowStream | Iterable[Mapping[str, object]]


ABSENT: Final = frozenset(["NULL", "\\N", "(null)"])

#: Why a row was left out or rejected. The words are stable: they are keys of the summary.
LEFT_OUT: Final = ("incoming", "internal", "not_outgoing", "not_a_number", "same_call")
REJECTED: Final = (
    "wrong_column_count",
    "bad_time",
    "time_out_of_range",
    "ambiguous_local_time",
    "nonexistent_local_time",
    "not_a_count",
    "bad_number",
)

UNIQUEID: Final = re.compile(r"(?:.*-)?(\d{9,10})\.\d+")
COUNT: Final = re.compile(r" *(\d{1,9})(?:\.\d*)? *", re.ASCII)
#: ":15:07" to microseconds after the hour.
CLOCK_FACES: Final = {
    f":{m:02d}:{s:02d}": (m * 60 + s) * SECOND for m in range(60) for s in range(60)
}
#: What could be a telephone number inside a name.
NUMBER_LIKE: Final = re.compile(r"\d(?:[\s().+-]*\d){6}")
#: Special extensions and feature codes: the caller spoke to the exchange, not to a subscriber.
NOT_A_NUMBER: Final = re.compile(
    r"|[A-Za-z_][\w.-]*|[*#][\d*#]*|\d[\d]*[*#][\d*#]*|&|~~s~~", re.ASCII
)


class Note(NamedTuple):
    """Something that looks wrong and was left as it is."""

    en: str
    ru: str


# --- what comes out ------------------------------------------------------------------------------


@dataclass(slots=True)
class Attempt:
    """One outgoing call: all legs of one linkedid to one number.

    Attributes:
        row: Physical line, from 1, of the leg that started first.
        start_us: Its start, microseconds of UTC.
        offset_us: What was added to UTC to write it.
        number: Digits of the dialled number as one integer.
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


@dataclass(frozen=True, slots=True)
class Reject:
    """A row that could not be read, whole.

    Attributes:
        row: Physical line, from 1, where it begins.
        column: The cell to blame; "" where it is the row.
        reason: One of REJECTED.
        detail: For people; never repeats the cell.
        record: The bytes as they stood, without the line end.
    """

    row: int
    column: str
    reason: str
    detail: str
    record: bytes


@dataclass(slots=True)
class Calls:
    """What was read. ``rows == len(attempts) + sum(left_out.values()) + len(rejects)``."""

    name: str
    sha256: str | None
    zone: str
    direction: Direction
    layout: str
    rows: int = 0
    attempts: list[Attempt] = field(default_factory=list)
    left_out: Counter[str] = field(default_factory=Counter)
    rejects: list[Reject] = field(default_factory=list)
    columns: dict[str, str] = field(default_factory=dict)
    unknown_columns: list[str] = field(default_factory=list)
    warnings: list[Note] = field(default_factory=list)

    def write_rejects(self, path: str | Path, lang: Lang = "en") -> None:
        """Write rejects as CSV: row, column, reason, detail, and the record byte for byte."""
        with replacing_csv(path, ("row", "column", "reason", "detail", "record")) as out:
            for reject in self.rejects:
                detail = in_language(reject.detail, lang)
                record = reject.record.decode("utf-8", "surrogateescape")
                out.row((reject.row, reject.column, reject.reason, detail, record))


# --- other inputs --------------------------------------------------------------------------------


def _text_of(value: object) -> str:
    """A cell of a data frame as a record would hold it."""
    if value is None or value != value:  # NaN and NaT differ from themselves
        return ""
    if isinstance(value, datetime):
        return value.isoformat(sep=" ")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def _rows_of(calls: ArrowStream | Iterable[Mapping[str, object]]) -> Iterator[Mapping[str, object]]:
    if hasattr(calls, "__arrow_c_stream__"):
        try:
            import pyarrow
        except ImportError:
            raise NotBuiltError(
                "reading data frames needs the package pyarrow: pip install pyarrow"
            ) from None
        for batch in pyarrow.RecordBatchReader.from_stream(calls):
            yield from batch.to_pylist()
        return
    if not isinstance(calls, Iterable) or hasattr(calls, "collect"):  # a lazy frame has no rows yet
        raise InputError("calls must be a path, a data frame (collected) or mappings")
    for number, row in enumerate(calls, 1):
        if not isinstance(row, Mapping):
            raise InputError("calls must be a path, a data frame or mappings", row=number)
        yield row


def _table(
    calls: ArrowStream | Iterable[Mapping[str, object]],
) -> tuple[list[str], Iterator[Batch]]:
    rows = _rows_of(calls)
    first = next(rows, None)
    names = [str(name) for name in first] if first is not None else []

    def batches() -> Iterator[Batch]:
        cells: list[list[str] | None] = []
        raws: list[bytes] = []
        begin = 1
        row = first
        while row is not None:
            texts = [_text_of(row.get(name)) for name in names]
            cells.append(texts)
            raw = json.dumps(dict(zip(names, texts, strict=True)), ensure_ascii=False)
            raws.append(raw.encode("utf-8", "surrogatepass"))
            if len(cells) == 4096:
                yield Batch(range(begin, begin + len(cells)), cells, raws)
                begin += len(cells)
                cells, raws = [], []
            row = next(rows, None)
        yield Batch(range(begin, begin + len(cells)), cells, raws)

    return names, batches()


# --- reading -------------------------------------------------------------------------------------


def _number_in_dial(lastdata: str) -> str:
    """The number inside what Dial was given: Tech/number@trunk, or Tech/trunk/number."""
    destination = lastdata.split(",", 1)[0].split("&", 1)[0]
    _, slash, rest = destination.partition("/")
    if not slash:
        return ""
    before, at, _ = rest.partition("@")
    return before.rpartition("/")[2] if at or "/" in rest else ""


def _positions(
    names: Sequence[str], layout: Layout, header: bool
) -> tuple[dict[str, int], list[str]]:
    """Where each of our words stands, and the columns that nothing is known of."""
    lowered = [name.strip().lower() for name in names]
    found: dict[str, int] = {}
    if layout.columns is not None:
        for word, where in layout.columns.items():
            if isinstance(where, int):
                if where > len(names):
                    raise InputError(
                        Message(
                            "{}: {} is column {}, the file has {}",
                            layout.name,
                            word,
                            where,
                            len(names),
                        ),
                        column=word,
                    )
                found[word] = where - 1
            else:
                same = [i for i, name in enumerate(names) if name.strip() == where]
                if len(same) != 1:
                    raise InputError(
                        Message('{}: the file has no column "{}"', layout.name, where)
                        if not same
                        else Message(
                            '{}: the file has {} columns "{}"', layout.name, len(same), where
                        ),
                        column=word,
                    )
                found[word] = same[0]
        used = set(found.values())
        return found, [n for i, n in enumerate(names) if i not in used] if header else []
    for word, meanings in FIELDS.items():
        same = [i for i, name in enumerate(lowered) if name in meanings]
        if len(same) > 1:
            raise InputError(
                Message("two columns mean {}; declare the right one in a MAP.toml", word),
                column=word,
            )
        if same:
            found[word] = same[0]
    unknown = [n for n, low in zip(names, lowered, strict=True) if low not in ASTERISK_KNOWN]
    return found, unknown


class _Sink:
    """Takes records one batch after another and puts each in its place."""

    def __init__(
        self,
        calls: Calls,
        clock: Clock,
        direction: Direction,
        country: str | None,
        number_from: NumberFrom,
        number: ReadNumber,
    ) -> None:
        self.calls = calls
        self.clock = clock
        self.judge = direction.judge()
        self.country = country
        self.number_from = number_from
        self.number = number
        self.numbers: dict[str, int | None] = {}
        self.groups: dict[tuple[str, int], Attempt] = {}
        self.implied: Counter[int] = Counter()
        self.unmerged = 0
        self.years: set[int] = set()

    def reject(self, line: int, column: str, reason: str, detail: str, raw: bytes) -> None:
        self.calls.rejects.append(Reject(line, column, reason, detail, raw.rstrip(b"\r\n")))

    def take(self, batch: Batch, at: Mapping[int, Mapping[str, int]], complaint: str) -> None:
        """Put every record of the batch in its place. ``at``: columns by the number of cells."""
        calls, clock, judge, left_out = self.calls, self.clock, self.judge, self.calls.left_out
        columns: Mapping[str, int] = {}
        hours, faces = clock.hours, CLOCK_FACES
        differences: list[int] = []
        wall = first_wall = 0
        width = -1
        start_at = dst_at = 0
        context_at = channel_at = dstchannel_at = trunk_at = src_at = unique_at = -1
        linked_at = billsec_at = duration_at = disposition_at = lastdata_at = -1
        for line, cells, raw in zip(batch.lines, batch.cells, batch.raws, strict=True):
            calls.rows += 1
            if cells is None:
                self.reject(line, "", "wrong_column_count", complaint, raw)
                continue
            if len(cells) != width:
                width = len(cells)
                columns = at[width]
                where = columns.get
                start_at, dst_at = columns["start"], columns["dst"]
                context_at, channel_at = where("context", -1), where("channel", -1)
                dstchannel_at, trunk_at = where("dstchannel", -1), where("trunk", -1)
                src_at, unique_at = where("src", -1), where("uniqueid", -1)
                linked_at, lastdata_at = where("linkedid", -1), where("lastdata", -1)
                billsec_at, duration_at = where("billsec", -1), where("duration", -1)
                disposition_at = where("disposition", -1)

            # Seconds that are not a count mean that the columns have shifted.
            billsec = cells[billsec_at] if billsec_at >= 0 else ""
            if not billsec.isdigit() and not _is_count(billsec):
                self.reject(line, "billsec", "not_a_count", "not a whole number of seconds", raw)
                continue
            duration = cells[duration_at] if duration_at >= 0 else ""
            if not duration.isdigit() and not _is_count(duration):
                self.reject(line, "duration", "not_a_count", "not a whole number of seconds", raw)
                continue
            written = cells[start_at]
            # 2024-01-27 15:07:24 in an hour that was met before: almost always.
            hour, clock_face = hours.get(written[:13]), written[13:]
            if hour is not None and clock_face in faces:
                wall, given = hour + faces[clock_face], None
            else:
                try:
                    wall, given = clock.read(written.strip())
                except Refused as refused:
                    self.reject(line, "start", refused.reason, refused.detail, raw)
                    continue

            uniqueid = cells[unique_at] if unique_at >= 0 else ""
            unix: int | None = None
            seconds_of_id = uniqueid.partition(".")[0]
            if len(seconds_of_id) == 10 and seconds_of_id.isdigit():
                unix = int(seconds_of_id)
            elif uniqueid and (found := UNIQUEID.fullmatch(uniqueid)):
                unix = int(found[1])
            if unix is not None and given is None:
                first_wall = first_wall or wall
                differences.append((wall // SECOND - unix + 450) // 900)

            dst = cells[dst_at].strip()
            src = cells[src_at] if src_at >= 0 else ""
            why = judge(
                cells[context_at] if context_at >= 0 else "",
                cells[channel_at] if channel_at >= 0 else "",
                cells[dstchannel_at] if dstchannel_at >= 0 else "",
                cells[trunk_at] if trunk_at >= 0 else "",
                src,
                dst,
            )
            if why != "outgoing":
                left_out[why] += 1
                continue
            column = "dst"
            if self.number_from == "lastdata":
                column = "lastdata"
                dst = _number_in_dial(cells[lastdata_at])
            if dst in ABSENT:
                dst = ""
            if NOT_A_NUMBER.fullmatch(dst):
                left_out["not_a_number"] += 1
                continue
            number = self.numbers.get(dst, -1)
            if number == -1:
                number = self.numbers[dst] = self.number(dst, self.country)
            if number is None:
                self.reject(
                    line, column, "bad_number", "not a telephone number as dialled here", raw
                )
                continue
            try:
                offset = given if given is not None else clock.offset_of(wall, unix)
            except Refused as refused:
                self.reject(line, "start", refused.reason, refused.detail, raw)
                continue

            start = wall - offset
            call_id = uniqueid if uniqueid not in ABSENT else ""
            linked = cells[linked_at] if linked_at >= 0 else ""
            if not linked or linked in ABSENT:
                linked = call_id
            disposition = cells[disposition_at] if disposition_at >= 0 else ""
            seconds = _count(billsec)
            if linked:
                group = self.groups.get((linked, number))
                if group is not None:
                    left_out["same_call"] += 1
                    group.legs += 1
                    if group.disposition != "ANSWERED":
                        group.disposition = disposition
                    if seconds is not None and (group.billsec is None or seconds > group.billsec):
                        group.billsec = seconds
                    if start < group.start_us:
                        group.row, group.call_id, group.src = line, call_id, src
                        group.start_us, group.offset_us = start, offset
                    continue
            else:
                self.unmerged += 1
            attempt = Attempt(line, call_id, start, offset, number, src, disposition, seconds)
            calls.attempts.append(attempt)
            if linked:
                self.groups[linked, number] = attempt
        self.implied.update(differences)
        if differences:
            self.years |= {(EPOCH + timedelta(microseconds=w)).year for w in (first_wall, wall)}


def _count(text: str) -> int | None:
    """Whole seconds, also where a database wrote "12.0" or "12.34"."""
    found = COUNT.fullmatch(text)
    return int(found[1]) if found else None


def _is_count(text: str) -> bool:
    return not text.strip() or text in ABSENT or COUNT.fullmatch(text) is not None


def _warn(sink: _Sink, calls: Calls) -> None:
    """Say what looks wrong. Nothing is corrected."""
    if sink.implied:
        # What the zone adds to UTC in the years of the calls: two values where it has summer time.
        expected = set()
        for year in sink.years:
            for month in range(1, 13):
                offset = datetime(year, month, 15, tzinfo=sink.clock.zone).utcoffset()
                expected.add(round((offset or timedelta()) / timedelta(minutes=15)))
        every = sum(sink.implied.values())
        wrong = Counter({q: count for q, count in sink.implied.items() if q not in expected})
        if wrong.total() > max(2, every // 100):
            worst = max(wrong, key=lambda q: (wrong[q], -abs(q), q))
            minutes = abs(worst) * 15
            looks = "UTC"
            if worst:
                looks += f"{'-' if worst < 0 else '+'}{minutes // 60:02d}:{minutes % 60:02d}"
            calls.warnings.append(
                Note(
                    f"times look like {looks}, you declared {calls.zone}: in {wrong.total()} of "
                    f"{every} rows the start does not agree with the Unix seconds in uniqueid. "
                    "Nothing was corrected",
                    f"время похоже на {looks}, объявлено {calls.zone}: в строках "
                    f"({wrong.total()} из {every}) начало не сходится с секундами Unix в uniqueid. "
                    "Ничего не исправлено",
                )
            )
    if count := sink.clock.without_seconds:
        calls.warnings.append(
            Note(
                f"{count} times are written without seconds and count from the whole minute",
                f"время без секунд, считается от целой минуты; строк: {count}",
            )
        )
    if count := sink.unmerged:
        calls.warnings.append(
            Note(
                f"{count} outgoing rows have neither linkedid nor uniqueid: legs of one call could "
                "not be put together, each was judged by itself",
                f"исходящие строки без linkedid и uniqueid: {count}. Части одного звонка не "
                "соединить, каждая оценена отдельно",
            )
        )
    if count := calls.left_out["not_a_number"]:
        calls.warnings.append(
            Note(
                f"{count} rows that the rule calls outgoing have no number in {sink.number_from} "
                "(feature codes, s, i): left out as not_a_number",
                f"в исходящих строках нет номера в {sink.number_from} (служебные коды, s, i): "
                f"{count}; пропущены как not_a_number",
            )
        )
    if calls.unknown_columns:
        names = ", ".join(calls.unknown_columns)
        calls.warnings.append(
            Note(f"columns not used: {names}", f"столбцы не использованы: {names}")
        )


def read(
    calls: Source,
    *,
    zone: str | None,
    direction: Direction,
    layout: str | Path | Layout = "asterisk",
    country: str | None = None,
    number_from: NumberFrom = "dst",
    dates: Dates | None = None,
    encoding: str | None = None,
    name: str | None = None,
    number: ReadNumber | None = None,
    progress: Progress | None = None,
) -> Calls:
    """Read call records and find the outgoing calls among them.

    Args:
        calls: A path (CSV, also gzip), an open binary file, anything with ``__arrow_c_stream__``
            (pandas, polars, pyarrow, DuckDB), or mappings. Columns of the last two are named as in
            Asterisk or in the layout.
        zone: IANA name of the zone that the times are written in, or "UTC". An offset written in a
            cell counts before it.
        direction: What makes a row an outgoing call.
        layout: "asterisk", or a MAP.toml.
        country: Where numbers without a country code are: "RU", "KZ", "US", "CA".
        number_from: "dst", or "lastdata" for the number inside ``Dial(PJSIP/number@trunk)``.
        dates: "iso" (the default), "day-first", "month-first" or "unix"; ISO is always read.
        encoding: Of the file; bytes that do not fit it are kept as they are.
        name: What to call the input in reports; the file's name where left out.
        number: Reads a dialled number; the core does where left out.
        progress: Hears ("read", bytes done, bytes of all); all is 0 where it is not known.

    Raises:
        InputError: No zone, an unknown layout, a column missing, not a CSV at all.
        DirectionNotDeclared: ``direction`` declares nothing.
        NotBuiltError: A data frame was given, and pyarrow is not installed.
    """
    known = Layout.load(layout)
    zone_name = zone or known.zone
    if not zone_name:
        raise InputError('the zone of the times must be declared: zone="Europe/Moscow", or "UTC"')
    tz = load_zone(zone_name)
    if country not in (None, "RU", "KZ", "US", "CA"):
        raise InputError("country must be RU, KZ, US or CA, or left out")
    clock = Clock(tz, dates or known.dates)
    result = Calls(name or "calls", None, zone_name, direction, known.name)
    sink = _Sink(result, clock, direction, country, number_from, number or read_number)

    # A million small objects that all stay: looking for cycles among them takes as long as reading.
    collecting = gc.isenabled()
    gc.disable()
    try:
        _read_any(calls, name, known, encoding, direction, sink, progress)
    finally:
        if collecting:
            gc.enable()
    _warn(sink, result)
    total = len(result.attempts) + sum(result.left_out.values()) + len(result.rejects)
    if total != result.rows:  # not an assert: must hold under -O too
        raise InternalError(Message("{} rows read, {} accounted for", result.rows, total))
    return result


def _read_any(
    calls: Source,
    name: str | None,
    layout: Layout,
    encoding: str | None,
    direction: Direction,
    sink: _Sink,
    progress: Progress | None,
) -> None:
    if isinstance(calls, str | Path):
        path = Path(calls)
        sink.calls.name = name or path.name
        with path.open("rb") as file:
            sink.calls.sha256 = hashlib.file_digest(file, "sha256").hexdigest()
            size = file.tell()
            file.seek(0)
            _read_stream(file, size, layout, encoding, direction, sink, progress)
    elif hasattr(calls, "read"):
        data = calls.read()
        if not isinstance(data, bytes):
            raise InputError("an open file must be binary")
        sink.calls.sha256 = hashlib.sha256(data).hexdigest()
        _read_stream(io.BytesIO(data), len(data), layout, encoding, direction, sink, progress)
    else:
        names, batches = _table(calls)
        at = {len(names): _columns(names, layout, True, direction, sink)}
        _check_declared(direction, batches, at)
        for batch in batches:
            sink.take(batch, at, "")


def _columns(
    names: Sequence[str], layout: Layout, header: bool, direction: Direction, sink: _Sink
) -> dict[str, int]:
    """Positions of the columns, checked against what is needed, and noted for the report."""
    if not names:
        return {"start": 0, "dst": 0}
    found, unknown = _positions(names, layout, header)
    missing = [word for word in REQUIRED if word not in found]
    if missing:
        hint = Message("")
        if len(names) == 1 and (";" in names[0] or "\t" in names[0]):
            hint = Message(" (divided by another character? declare delimiter)")
        raise InputError(
            Message(
                "no column for {} among {}{}: describe the file in a MAP.toml",
                " and ".join(missing),
                len(names),
                hint,
            ),
            column=missing[0],
        )
    wanted = direction.needs() | ({"lastdata"} if sink.number_from == "lastdata" else set())
    if absent := sorted(wanted - set(found)):
        raise InputError(
            Message(
                "what was declared needs the column {}, which the file does not have",
                ", ".join(absent),
            ),
            column=absent[0],
        )
    sink.calls.unknown_columns = unknown
    sink.calls.columns = {
        word: names[i].strip() if header else f"column {i + 1}" for word, i in found.items()
    }
    return found


def _check_declared(
    direction: Direction, batches: Iterator[Batch], at: Mapping[int, Mapping[str, int]]
) -> None:
    """Refuse an undeclared direction, and show what the file has to choose from."""
    if direction.declared:
        return
    contexts: Counter[str] = Counter()
    sides: dict[str, Counter[str]] = {"channel": Counter(), "dstchannel": Counter()}
    rows = 0
    # A channel may be named after the number it reaches, and a column taken for another: no message
    # may repeat a number.
    for batch in batches:
        for cells in batch.cells:
            if cells is None or len(cells) not in at:
                continue
            columns = at[len(cells)]
            context = cells[columns["context"]] if "context" in columns else None
            if context is not None and not NUMBER_LIKE.search(context):
                contexts[context] += 1
            for side, seen in sides.items():
                name = cells[columns[side]].rpartition("-")[0] if side in columns else ""
                if name and not name.startswith("Local/") and not NUMBER_LIKE.search(name):
                    seen[name] += 1
        rows += len(batch.cells)
        if rows > 100_000:
            break
    raise DirectionNotDeclared(contexts, sides["channel"], sides["dstchannel"])


def _read_stream(
    file: IO[bytes],
    size: int,
    layout: Layout,
    encoding: str | None,
    direction: Direction,
    sink: _Sink,
    progress: Progress | None,
) -> None:
    def report(done: int) -> None:
        if progress is not None:
            progress("read", done, size)

    packed = file.read(2) == b"\x1f\x8b"
    file.seek(0)
    stream = cast(IO[bytes], gzip.GzipFile(fileobj=file)) if packed else file
    try:
        _read_records(stream, layout, encoding, direction, sink, lambda: report(file.tell()))
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise InputError(Message("{}: broken gzip: {}", sink.calls.name, error)) from None


def _read_records(
    stream: IO[bytes],
    layout: Layout,
    encoding: str | None,
    direction: Direction,
    sink: _Sink,
    advanced: Callable[[], None],
) -> None:
    name = encoding or layout.encoding
    try:
        as_ascii = "a,\n".encode(name) == b"a,\n"
    except (LookupError, ValueError):
        raise InputError(Message("no encoding is called {}", name)) from None
    if not as_ascii:
        raise InputError(Message("{} does not hold ASCII as it is; save the file as UTF-8", name))
    reader = Reader(stream, layout.delimiter, name)
    if reader.empty:
        raise InputError(Message("{}: the file is empty", sink.calls.name))
    names = reader.first()
    if names is None:
        raise InputError("the first line cannot be split into columns", row=1)
    at: dict[int, Mapping[str, int]] = {}
    lowered = {name.strip().lower() for name in names}
    if layout.columns is None and "dst" not in lowered:
        if len(names) not in ASTERISK_MASTER:
            hint = Message("")
            if len(names) == 1 and (";" in names[0] or "\t" in names[0]):
                hint = Message(" (divided by another character? declare delimiter)")
            raise InputError(
                Message(
                    "no header with a column dst, and {} columns is no layout of Asterisk's "
                    "Master.csv, which has 16 to 21{}: describe the file in a MAP.toml",
                    len(names),
                    hint,
                ),
                row=1,
            )
        for width, columns in ASTERISK_MASTER.items():
            named = columns
            # One column for two options: the first row shows which was on.
            if width in (17, 20) and len(names) == width and not UNIQUEID.fullmatch(names[16]):
                named = [*ASTERISK_BASE, "userfield", *columns[17:]]
            at[width] = _columns(named, layout, False, direction, sink)
        _columns(ASTERISK_MASTER[len(names)], layout, False, direction, sink)
    else:
        header = layout.header
        at[len(names)] = _columns(names, layout, header, direction, sink)
        if header:
            reader.skip()
    reader.expected = frozenset(at)
    wanted = f"{min(at)}–{max(at)}" if len(at) > 1 else str(len(names))
    batches = reader.batches()
    _check_declared(direction, batches, at)
    for batch in batches:
        sink.take(batch, at, Message("not {} columns", wanted))
        advanced()
