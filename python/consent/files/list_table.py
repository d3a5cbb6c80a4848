"""Lists as rows of cells, whatever they are kept in: CSV, XLSX, JSON."""

from __future__ import annotations

import codecs
import contextlib
import csv
import difflib
import itertools
import json
import re
import zipfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, datetime, time
from typing import IO, Any, Final, cast

from consent.files.containers import BROKEN, Unpacked, unpacked
from consent.files.exported import as_ours, is_export
from consent.files.list_map import COLUMNS, OUR_COLUMNS, Map
from consent.files.records import Batch, Bounded, InputError, Reader
from consent.files.writer import unguarded
from consent.locale.message import Message

__all__ = ["Table", "are_rejects", "open_table"]

MOST_TABLE_BYTES: Final = 1 << 30
#: The largest sheet that a spreadsheet can hold.
MOST_ROWS: Final = 1 << 20
MOST_COLUMNS: Final = 1 << 14
MARK: Final = ("rejected_row", "rejected_column", "rejected_reason", "rejected_detail")


class Table:
    """A list as rows of cells, whatever it was kept in."""

    names: list[str]
    passed_over = 0  # records of another table, which the map names
    has_header = True
    delimiter = ","
    encoding = "utf-8"
    size = 0

    @property
    def titles(self) -> int:
        """Lines above the header that hold nothing like a number."""
        return 0

    def find_header(self, is_header: Callable[[list[str]], bool]) -> bool:
        """Go to the header, also below titles; whether there is one."""
        return is_header(self.names)

    def begin(self, *, header: bool, widths: Iterable[int] = ()) -> None:
        """Say whether the first row is a header, and how many cells rows may have."""

    def batches(self) -> Iterator[Batch]:
        """Rows in order."""
        raise NotImplementedError

    def done(self) -> int:
        """Bytes read, of ``size``."""
        return 0

    def problem(self, line: int, cells: list[str] | None) -> str | None:  # noqa: ARG002
        """Why this row cannot be used, where the table itself knows."""
        return "not_a_record" if cells is None else None


def _stated_encoding(name: str) -> str:
    try:
        if "a,\n".encode(name) == b"a,\n":
            return codecs.lookup(name).name
    except (LookupError, ValueError):
        raise InputError(Message("no encoding is called {}", name)) from None
    raise InputError(Message("{} does not hold ASCII as it is; save the file as UTF-8", name))


def _found_encoding(blocks: Iterable[bytes]) -> str:
    """UTF-8 where all of it is, else Windows-1251 where it reads as Russian, else UTF-8."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    samples: list[bytes] = []
    valid = True
    for block in blocks:
        if valid:
            try:
                decoder.decode(block)
            except UnicodeDecodeError:
                valid = False
        if len(samples) < 256 and not block.isascii():
            samples.append(block[: 1 << 16])
    if valid:
        return "utf-8"
    high = Counter[int]()
    for sample in samples:
        high.update(sample)
    for byte in range(0x80):
        del high[byte]
    letters = sum(count for byte, count in high.items() if byte >= 0xC0 or byte in (0xA8, 0xB8))
    # UTF-8 Russian is D0 and D1 before every letter; Windows-1251 has no byte that frequent.
    pairs = high[0xD0] + high[0xD1]
    total = sum(high.values())
    return "cp1251" if total and letters >= 0.7 * total and pairs < 0.3 * total else "utf-8"


class Delimited(Table):
    """A text file of cells; what it is packed in has been taken off."""

    #: So many records at most may stand above the header: titles, periods, blank lines.
    MOST_ABOVE: Final = 30

    def __init__(
        self,
        found: Unpacked,
        known: Map,
        encoding: str | None,
        delimiter: str | None,
        size: int,
        outer: IO[bytes],
    ) -> None:
        stream = found.stream
        self._outer = outer
        self.size = size
        stated = encoding or known.encoding

        def blocks() -> Iterator[bytes]:
            stream.seek(0)
            while block := stream.read(1 << 20):
                yield block
                if found.packed:
                    return

        try:
            self.encoding = _stated_encoding(stated) if stated else _found_encoding(blocks())
            stream.seek(0)
            first = stream.read(1 << 16)
            stream.seek(0)
        except BROKEN as error:
            raise InputError(Message("broken gzip: {}", error)) from None
        self._bounded = Bounded(stream)
        bounded = cast(IO[bytes], self._bounded)
        self.delimiter = delimiter or known.delimiter or self._divider(first, known)
        if len(self.delimiter) != 1:
            raise InputError("the delimiter must be one character")
        self._reader = Reader(bounded, self.delimiter, self.encoding)
        if self._reader.empty:
            raise InputError("the file is empty")
        if (said := self._reader.declared_delimiter()) and not (delimiter or known.delimiter):
            self.delimiter = said
            self._reader.divide_by(said)
        names = self._reader.first()
        if names is None or 1 in self._bounded.cut:
            raise InputError("the first line cannot be split into columns", row=1)
        if len(names) > MOST_COLUMNS:
            raise InputError(Message("more than {} columns: not a table", MOST_COLUMNS), row=1)
        self.names = [name.strip() for name in names]
        self.has_header = True
        self.above: list[tuple[int, bytes]] = []
        self._widths: frozenset[int] = frozenset()

    def _divider(self, head: bytes, known: Map) -> str:
        while head.startswith(codecs.BOM_UTF8):
            head = head.removeprefix(codecs.BOM_UTF8)
        lines = [part for part in head.splitlines() if part.strip()][: self.MOST_ABOVE]
        if not lines:
            return ","
        wanted = {
            str(name).casefold()
            for names in known.columns.values()
            for several in names
            for name in (several if isinstance(several, tuple) else (several,))
        }
        texts = [line.decode(self.encoding, "replace") for line in lines]

        def fit(divider: str) -> tuple[int, int]:
            best = 0
            widths = Counter[int]()
            for text in texts:
                with contextlib.suppress(csv.Error):
                    cells = next(csv.reader([text], delimiter=divider), [])
                    best = max(best, sum(c.strip().casefold() in wanted for c in cells))
                    widths[len(cells)] += 1
            # The commonest width: a title of one cell stands above many rows of twenty.
            common = max(widths, key=lambda w: (widths[w], w)) if widths else 1
            return best, common

        best = max(",;\t|", key=fit)
        return best if fit(best) > (0, 1) else ","

    def find_header(self, is_header: Callable[[list[str]], bool]) -> bool:
        """Take the first record that is the header for one; what is above it is kept in ``above``.

        Returns:
            Whether there is one; if not, nothing has changed.
        """
        for place, (line, cells, raw) in enumerate(self._reader.peek(self.MOST_ABOVE)):
            if cells is not None and is_header([cell.strip() for cell in cells]):
                self.names = [cell.strip() for cell in cells]
                for _ in range(place):
                    self._reader.skip()
                return True
            self.above.append((line, raw))
        self.above = []
        return False

    def first_rows(self) -> list[list[str]]:
        """The first records, to see what they look like."""
        return [cells for _, cells, _ in self._reader.peek(self.MOST_ABOVE) if cells is not None]

    def begin(self, *, header: bool, widths: Iterable[int] = ()) -> None:
        self.has_header = header
        self._reader.expected = frozenset(widths) or frozenset({len(self.names)})
        if header:
            self._reader.skip()

    def by_blocks(self, take: Callable[[int, list[bytes], int], list[int] | None]) -> None:
        """Hand whole blocks to this; what it refuses comes as batches."""
        self._reader.take_block = take

    def batches(self) -> Iterator[Batch]:
        # A title that holds what could be a number is a row that nobody read: counted, shown.
        titles = [(line, raw) for line, raw in self.above if _has_number(raw)]
        if titles:
            raws = [raw for _, raw in titles]
            yield Batch([line for line, _ in titles], [None] * len(titles), raws)
        try:
            yield from self._reader.batches()
        except BROKEN as error:
            raise InputError(Message("broken gzip: {}", error), row=self._reader.line) from None

    @property
    def titles(self) -> int:
        """Lines above the header that hold nothing like a number."""
        return sum(not _has_number(raw) for _, raw in self.above)

    def done(self) -> int:
        return self._outer.tell()

    def problem(self, line: int, cells: list[str] | None) -> str | None:
        if line in self._bounded.cut:
            return "too_long"
        if cells is None:
            return (
                "above_header" if any(line == at for at, _ in self.above) else "wrong_column_count"
            )
        return None


_NUMBER_LIKE: Final = re.compile(rb"\d(?:[\s().+-]*\d){6}")


def _has_number(raw: bytes) -> bool:
    return _NUMBER_LIKE.search(raw) is not None


class Workbook(Table):
    """A sheet of an XLSX file. Values as the spreadsheet last showed them."""

    def __init__(self, file: IO[bytes], known: Map, sheet: str | None) -> None:
        try:
            import openpyxl
        except ImportError:
            raise _core_not_built("reading XLSX needs the package openpyxl") from None
        try:
            archive = zipfile.ZipFile(file)
            infos = archive.infolist()
        except (zipfile.BadZipFile, OSError, ValueError):
            raise InputError("not an XLSX workbook, or a broken one") from None
        unpacked = sum(info.file_size for info in infos)
        packed = sum(info.compress_size for info in infos) or 1
        # A declared size binds: zipfile reads no more than it.
        if unpacked > MOST_TABLE_BYTES or (unpacked > 1 << 26 and unpacked > 100 * packed):
            raise InputError("the workbook unpacks to more than a table of this size can hold")
        if "xl/workbook.xml" not in archive.namelist():
            raise InputError("a ZIP archive that is no XLSX workbook")
        try:
            self._book = openpyxl.load_workbook(file, read_only=True, data_only=True)
            self._formulas = openpyxl.load_workbook(file, read_only=True, data_only=False)
        except Exception as error:  # openpyxl lets whatever a broken file causes through
            raise InputError(
                Message("not an XLSX workbook, or a broken one: {}", type(error).__name__)
            ) from None
        named = sheet or known.sheet
        sheets = self._book.sheetnames
        if named is None and len(sheets) > 1:
            raise InputError(
                Message("the workbook has {} sheets; say which: --sheet NAME", len(sheets))
            )
        if named is not None and named not in sheets:
            raise InputError("the workbook has no sheet of that name")
        if not sheets:
            raise InputError("the workbook has no sheet")
        self._sheet = self._book[named or sheets[0]]
        self._written = self._formulas[named or sheets[0]]
        for each in (self._sheet, self._written):
            each.reset_dimensions()  # what the file claims of its size is not believed
        self._merged = self._look_through(archive)
        self._bad: dict[int, str] = {}
        self._rows: Iterator[tuple[int, tuple[list[str], bool]]] = enumerate(self._read(), 1)
        self.names = []
        self.encoding = "xlsx"
        self._above: list[tuple[int, tuple[list[str], bool]]] = []
        for line, (shown, hollow) in self._rows:
            if any(shown):
                self._head = (line, (shown, hollow))
                self.names = _trimmed_names(shown)
                break
        if not self.names:
            raise InputError("the sheet is empty")

    def find_header(self, is_header: Callable[[list[str]], bool]) -> bool:
        rows = [self._head]
        while not is_header(_trimmed_names(rows[-1][1][0])):
            following = next((row for row in self._rows if any(row[1][0])), None)
            if following is not None:
                rows.append(following)
            if following is None or len(rows) > Delimited.MOST_ABOVE:
                self._rows = itertools.chain(rows[1:], self._rows)
                return False
        self._head = rows[-1]
        self.names = _trimmed_names(self._head[1][0])
        self._above = rows[:-1]
        return True

    @property
    def titles(self) -> int:
        return sum(not _holds_number(row) for _, (row, _) in self._above)

    def _look_through(self, archive: zipfile.ZipFile) -> list[tuple[int, int]]:
        """First and last row of each merged range; openpyxl does not tell in this mode.

        Raises:
            InputError: A row or column that no spreadsheet has, or next to nothing in an immense
                sheet: openpyxl makes up every cell between.
        """
        path = getattr(self._sheet, "_worksheet_path", "")
        found = []
        last_row = last_column = cells = 0
        if path in archive.namelist():
            tail = b""
            with archive.open(path) as part:
                while block := part.read(1 << 20):
                    text = tail + block
                    for a, b in re.findall(rb'<mergeCell ref="[A-Z]+(\d+):[A-Z]+(\d+)"', text):
                        found.append((int(a), int(b)))
                    for row in re.findall(rb'<(?:\w+:)?row\b[^>]*?\sr="\s*(\d+)', text):
                        last_row = max(last_row, int(row[:9]))
                    for letters in re.findall(rb'<(?:\w+:)?c\b[^>]*?\sr="\s*([A-Za-z]+)', text):
                        cells += 1
                        column = 0
                        for letter in letters[:6].upper():
                            column = column * 26 + letter - 64
                        last_column = max(last_column, column)
                    if last_row > MOST_ROWS or last_column > MOST_COLUMNS:
                        raise InputError(
                            Message(
                                "a row above {} or a column above {}: no spreadsheet has it",
                                MOST_ROWS,
                                MOST_COLUMNS,
                            )
                        )
                    tail = block[-256:]
        if last_row * last_column > 20_000_000 and last_row * last_column > 100 * cells:
            raise InputError("next to nothing in an immense sheet; remove what is empty")
        return sorted(set(found))

    def _read(self) -> Iterator[tuple[list[str], bool]]:
        written = self._written.iter_rows(values_only=True)
        sheet = self._sheet.iter_rows()
        for line in itertools.count(1):
            try:
                row = next(sheet, None)
                formulas = next(written, ())
            except Exception as error:  # openpyxl lets whatever a broken file causes through
                raise InputError(
                    Message("the workbook is broken from here on: {}", type(error).__name__),
                    row=line,
                ) from None
            if row is None:
                return
            shown = [_shown(cell) for cell in row]
            hollow = [
                text if value is None and isinstance(text, str) and text.startswith("=") else None
                for value, text in itertools.zip_longest(shown, formulas[: len(shown)])
            ]
            cells = [text or _cell_text(v) for v, text in zip(shown, hollow, strict=True)]
            yield cells, any(hollow)

    def begin(self, *, header: bool, widths: Iterable[int] = ()) -> None:
        del widths
        self.has_header = header

    def batches(self) -> Iterator[Batch]:
        width = len(self.names)
        lines: list[int] = []
        cells: list[list[str] | None] = []
        rows = self._rows
        if not self.has_header:
            rows = itertools.chain([self._head], rows)
        titles = {line for line, (row, _) in self._above if _holds_number(row)}
        rows = itertools.chain((each for each in self._above if each[0] in titles), rows)
        for line, (row, hollow) in rows:
            if not any(row):
                continue
            if line in titles:
                self._bad[line] = "above_header"
            elif hollow:
                self._bad[line] = "formula"
            elif any(a <= line <= b for a, b in self._merged):
                self._bad[line] = "merged_cells"
            elif any(row[width:]):
                self._bad[line] = "wrong_column_count"
            lines.append(line)
            # What is beyond the header goes to the rejects with the rest of its row.
            cells.append(row if any(row[width:]) else (row + [""] * width)[:width])
            if len(lines) == 4096:
                yield Batch(lines, cells, [b""] * len(lines))
                lines, cells = [], []
        yield Batch(lines, cells, [b""] * len(lines))

    def problem(self, line: int, cells: list[str] | None) -> str | None:  # noqa: ARG002
        return self._bad.get(line)


def _trimmed_names(row: list[str]) -> list[str]:
    names = [name.strip() for name in row]
    while names and not names[-1]:
        names.pop()
    return names


def _holds_number(row: list[str]) -> bool:
    return any(_has_number(cell.encode("utf-8", "surrogatepass")) for cell in row)


#: What of a number format is no pattern: quoted text, a character as it is, a colour or locale.
_NO_PATTERN: Final = re.compile(r'"[^"]*"|[\\_*].|\[[^\]]*\]')


def _shown(cell: Any) -> object:  # noqa: ANN401  openpyxl has no types
    """The value of a cell; a day alone where its format shows no more.

    A day is kept as the midnight that it begins with. Where the value is another moment of the day
    it is known better than it is shown, and stays.
    """
    value: object = cell.value
    if isinstance(value, datetime) and value.time() == time():
        pattern = _NO_PATTERN.sub("", str(cell.number_format)).casefold()
        if re.search("[dmy]", pattern) and not re.search("[hs]", pattern):
            return value.date()
    return value


def _cell_text(value: object) -> str:
    """A cell of a spreadsheet as a person would have typed it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return value.isoformat(sep=" ")
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    return str(value)


def _core_not_built(message: str) -> Exception:
    from consent.errors import NotBuiltError

    return NotBuiltError(message)


class Json(Table):
    """JSON lines, or one document that holds a list of records."""

    def __init__(
        self, file: IO[bytes], known: Map, encoding: str | None, size: int, outer: IO[bytes]
    ) -> None:
        self.size = size
        self._file = file
        self._outer = outer
        self._known = known
        stated = encoding or known.encoding

        def blocks() -> Iterator[bytes]:
            file.seek(0)
            while block := file.read(1 << 20):
                yield block

        self.encoding = _stated_encoding(stated) if stated else _found_encoding(blocks())
        file.seek(0)
        self._words = list(known.columns)
        self.names = list(self._words)
        self.met: set[str] = set()  # words that some record had
        self._bad: dict[int, str] = {}
        self._lines = not self._is_document()

    def _is_document(self) -> bool:
        head = self._file.read(1 << 16).removeprefix(b"\xef\xbb\xbf").lstrip()
        self._file.seek(0)
        if head.startswith(b"["):
            return True
        first, _, rest = head.partition(b"\n")
        try:
            json.loads(first.decode(self.encoding, "replace"))
        except (ValueError, RecursionError):
            return True
        # One object on one line may be either; with paths to its records it is a document.
        return bool(self._known.records) and not rest.strip()

    def find_header(self, is_header: Callable[[list[str]], bool]) -> bool:
        del is_header
        return True

    def _value(self, text: str) -> object:
        def one(pairs: list[tuple[str, object]]) -> dict[str, object]:
            found = dict(pairs)
            if len(found) != len(pairs):
                raise ValueError("a key twice")
            return found

        # Numbers stay as they are written: a phone number is no float.
        return json.loads(text, object_pairs_hook=one, parse_int=str, parse_float=str)

    def batches(self) -> Iterator[Batch]:
        lines: list[int] = []
        cells: list[list[str] | None] = []
        raws: list[bytes] = []
        for line, record, raw in self._each():
            if record is None:
                self._bad[line] = "not_json"
                cells.append(None)
            else:
                if self._known.only and not all(
                    _text_at(record, path) in wanted for path, wanted in self._known.only.items()
                ):
                    self.passed_over += 1
                    continue
                if self._known.columns == OUR_COLUMNS:
                    if is_export(record):
                        record = as_ours(record)
                    elif self._is_misspelt(record):
                        self._bad[line] = "misspelt"
                cells.append([self._cell(record, word) for word in self._words])
            lines.append(line)
            raws.append(raw)
            if len(lines) == 4096:
                yield Batch(lines, cells, raws)
                lines, cells, raws = [], [], []
        yield Batch(lines, cells, raws)

    def _cell(self, record: Mapping[str, object], word: str) -> str:
        for path in self._known.columns[word]:
            paths = path if isinstance(path, tuple) else (path,)
            texts = [_text_at(record, each) for each in paths if isinstance(each, str)]
            if texts and all(texts):
                self.met.add(word)
                return " ".join(texts)
        return ""

    def _is_misspelt(self, record: Mapping[str, object]) -> bool:
        """Whether a key would be one of our words, had it been written right."""
        return any(
            difflib.get_close_matches(key.casefold(), COLUMNS, 1, 0.75)
            for key in record
            if key not in COLUMNS
        )

    def _each(self) -> Iterator[tuple[int, Mapping[str, object] | None, bytes]]:
        if self._lines:
            bounded = Bounded(self._file)
            number = 0
            while lines := bounded.readlines(1 << 18):
                for raw in lines:
                    number += 1
                    if not raw.strip():
                        continue
                    text = raw.removeprefix(b"\xef\xbb\xbf").decode(
                        self.encoding, "surrogateescape"
                    )
                    try:
                        value = self._value(text)
                    except (ValueError, RecursionError):
                        value = None
                    yield number, value if isinstance(value, dict) else None, raw.rstrip(b"\r\n")
            return
        if self.size > MOST_TABLE_BYTES:
            raise InputError("one JSON document of more than 1 GiB; make it JSON lines")
        text = self._file.read().removeprefix(b"\xef\xbb\xbf").decode(self.encoding, "replace")
        try:
            document = self._value(text)
        except (ValueError, RecursionError) as error:
            row = error.lineno if isinstance(error, json.JSONDecodeError) else None
            raise InputError(Message("not JSON: {}", type(error).__name__), row=row) from None
        records = document
        for path in self._known.records:
            found = document
            for step in path.split("."):
                found = found.get(step) if isinstance(found, dict) else None
            if isinstance(found, list):
                records = found
                break
        if isinstance(records, dict):
            records = [records]
        if not isinstance(records, list):
            raise InputError(
                Message("no list of records under {}", " or ".join(self._known.records))
            )
        joined = self._join(records)
        for number, record in enumerate(records, 1):
            whole = {**record, **joined(record)} if isinstance(record, dict) else None
            # With what it names: alone, among the rejects, it must still be readable.
            shown = json.dumps(record if whole is None else whole, ensure_ascii=False)
            yield number, whole, shown.encode("utf-8", "surrogatepass")

    def _join(self, records: list[Any]) -> Callable[[Mapping[str, object]], dict[str, object]]:
        tables: dict[str, dict[str, object]] = {}
        for path, (only, wanted, key) in self._known.joins.items():
            tables[path] = {
                _text_at(record, key): record
                for record in records
                if isinstance(record, dict) and _text_at(record, only) == wanted
            }

        def joined(record: Mapping[str, object]) -> dict[str, object]:
            return {f"@{path}": tables[path].get(_text_at(record, path), {}) for path in tables}

        return joined

    def done(self) -> int:
        return self._outer.tell()

    def problem(self, line: int, cells: list[str] | None) -> str | None:
        return self._bad.get(line) or ("not_json" if cells is None else None)


class JsonRejects(Json):
    """Records that were rejected before: CSV, each a cell of the column ``record``."""

    def __init__(self, table: Delimited, known: Map) -> None:
        self.size = table.size
        self.encoding = table.encoding
        self.delimiter = table.delimiter
        self._table = table
        self._known = known
        self._words = list(known.columns)
        self.names = list(self._words)
        self.met = set()
        self._bad = {}

    def _each(self) -> Iterator[tuple[int, Mapping[str, object] | None, bytes]]:
        self._table.begin(header=True)
        for batch in self._table.batches():
            for line, cells, raw in zip(batch.lines, batch.cells, batch.raws, strict=True):
                value = None
                if cells is not None:
                    text = unguarded(cells[len(MARK)])
                    raw = text.encode(self.encoding, "surrogateescape")
                    with contextlib.suppress(ValueError, RecursionError):
                        value = self._value(text)
                yield line, value if isinstance(value, dict) else None, raw

    def done(self) -> int:
        return self._table.done()


class Parquet(Table):
    """A Parquet file, column by column; needs pyarrow."""

    def __init__(self, file: IO[bytes], known: Map, size: int) -> None:
        del known
        try:
            from pyarrow import ArrowException, parquet
        except ImportError:
            raise _core_not_built(
                "Parquet needs the package pyarrow: pip install pyarrow"
            ) from None
        self._broken = (ArrowException, OSError, ValueError)
        try:
            self._table = parquet.ParquetFile(file)
            self.names = [str(name) for name in self._table.schema_arrow.names]
        except self._broken as error:
            raise InputError(
                Message("not a Parquet file, or a broken one: {}", type(error).__name__)
            ) from None
        if not self.names:
            raise InputError("the file is empty")
        self.size = size
        self.encoding = "parquet"

    def begin(self, *, header: bool, widths: Iterable[int] = ()) -> None:
        del header, widths  # its columns have names

    def rows(self) -> Iterator[tuple[int, dict[str, object]]]:
        """Each row as Python values, from 1."""
        line = 1
        try:
            for batch in self._table.iter_batches(batch_size=4096):
                for row in batch.to_pylist():
                    yield line, row
                    line += 1
        except self._broken as error:
            raise InputError(
                Message("not a Parquet file, or a broken one: {}", type(error).__name__), row=line
            ) from None

    def batches(self) -> Iterator[Batch]:
        line = 1
        try:
            for batch in self._table.iter_batches(batch_size=4096):
                columns = [[text_of(value) for value in column.to_pylist()] for column in batch]
                cells = [list(row) for row in zip(*columns, strict=True)]
                yield Batch(
                    range(line, line + len(cells)),
                    cells,
                    [_as_json(self.names, row) for row in cells],
                )
                line += len(cells)
        except self._broken as error:
            raise InputError(
                Message("not a Parquet file, or a broken one: {}", type(error).__name__), row=line
            ) from None


class ParquetExport(Json):
    """Our own export of events in Parquet, as records."""

    def __init__(self, table: Parquet, known: Map) -> None:
        self.size = table.size
        self.encoding = "utf-8"
        self._table = table
        self._known = known
        self._words = list(known.columns)
        self.names = list(self._words)
        self.met = set()
        self._bad = {}

    def _each(self) -> Iterator[tuple[int, Mapping[str, object] | None, bytes]]:
        for line, row in self._table.rows():
            record = {name: value for name, value in row.items() if value is not None}
            shown = json.dumps(record, ensure_ascii=False, default=text_of)
            yield line, json.loads(shown, parse_int=str), shown.encode("utf-8", "surrogatepass")

    def done(self) -> int:
        return 0


def _as_json(names: list[str], row: list[str]) -> bytes:
    text = json.dumps(dict(zip(names, row, strict=True)), ensure_ascii=False)
    return text.encode("utf-8", "surrogatepass")


def text_of(value: object) -> str:
    """A cell of a data frame as a record would hold it."""
    if value is None or value != value:  # NaN and NaT differ from themselves
        return ""
    if isinstance(value, datetime):
        return value.isoformat(sep=" ")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, list):
        return ";".join(map(text_of, value))
    if isinstance(value, bytes):
        return value.decode("utf-8", "surrogateescape")
    return str(value)


def _text_at(record: Mapping[str, object], path: str) -> str:
    """The text under a dotted path; a step into text reads it as JSON. "" where there is none."""
    value: object = record
    rest = path
    while rest:
        if isinstance(value, str):
            try:
                value = json.loads(value, parse_int=str, parse_float=str)
            except (ValueError, RecursionError):
                return ""
        if isinstance(value, list):  # callflow.0.caller_profile
            place, _, rest = rest.partition(".")
            if not place.isdigit() or int(place) >= len(value):
                return ""
            value = value[int(place)]
            continue
        if not isinstance(value, dict):
            return ""
        # A joined record stands under its whole path: "@fields.signature.fields.payload".
        step = max(
            (key for key in value if rest == key or rest.startswith(key + ".")),
            key=len,
            default=None,
        )
        if step is None:
            return ""
        value = value[step]
        rest = rest[len(step) + 1 :]
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list) and all(isinstance(each, str) for each in value):
        return ";".join(value)
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


#: A record of Mango Office begins with [ too.
_BEGINS_JSON: Final = re.compile(rb'\{\s*(?:"|\}|\Z)|\[\s*(?:\{|\[|"|\]\s*\Z|\Z)')


def are_rejects(table: Table) -> bool:
    """Whether it is a file of rejects of ours, given back."""
    return not isinstance(table, Json) and table.names[: len(MARK)] == list(MARK)


def open_table(
    file: IO[bytes],
    known: Map,
    encoding: str | None,
    delimiter: str | None,
    sheet: str | None,
    size: int,
) -> Delimited | Workbook | Parquet | Json:
    """Find out what a list is kept in; ``size`` is that of the file in bytes.

    Raises:
        InputError: It is none of those that are read, or broken.
    """
    found = unpacked(file)
    if found.workbook:
        return Workbook(found.stream, known, sheet)
    stream = found.stream
    try:
        head = stream.read(1 << 12)
        stream.seek(0)
    except BROKEN as error:
        raise InputError(Message("broken gzip: {}", error)) from None
    plain = head
    while plain.startswith(codecs.BOM_UTF8):
        plain = plain.removeprefix(codecs.BOM_UTF8)
    plain = plain.lstrip()
    if not plain and len(head) < 1 << 12:
        raise InputError("the file is empty")
    if head.startswith(b"\xd0\xcf\x11\xe0"):
        raise InputError("an old .xls workbook; save it as XLSX or CSV")
    if head.startswith(b"PAR1"):
        parquet = Parquet(stream, known, size)
        if known.columns == OUR_COLUMNS and is_export(parquet.names):
            return ParquetExport(parquet, known)
        return parquet
    if _BEGINS_JSON.match(plain):
        return Json(stream, known, encoding, size, file)
    table = Delimited(found, known, encoding, delimiter, size, file)
    if table.names == [*MARK, "record"]:
        return JsonRejects(table, known)
    return table
