"""Lists as rows of cells, whatever they are kept in: CSV, XLSX, JSON."""

from __future__ import annotations

import codecs
import contextlib
import csv
import difflib
import gzip
import itertools
import json
import re
import zipfile
import zlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, datetime, time
from typing import IO, Any, Final, cast

from consent.files.list_map import COLUMNS, OUR_COLUMNS, Map
from consent.files.records import Batch, Bounded, InputError, Reader
from consent.files.writer import unguarded
from consent.locale.message import Message

__all__ = ["Table", "are_rejects", "open_table"]

MOST_TABLE_BYTES: Final = 1 << 30
MARK: Final = ("rejected_row", "rejected_column", "rejected_reason", "rejected_detail")


class Table:
    """A list as rows of cells, whatever it was kept in."""

    names: list[str]
    has_header = True
    delimiter = ","
    encoding = "utf-8"
    size = 0

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
    def __init__(
        self, file: IO[bytes], known: Map, encoding: str | None, delimiter: str | None, size: int
    ) -> None:
        self._file = file
        self.size = size
        stated = encoding or known.encoding
        stream = file
        head = file.read(2)
        if head == b"\x1f\x8b":
            file.seek(0)
            stream = cast(IO[bytes], gzip.GzipFile(fileobj=file))
            try:
                head = stream.read(1 << 20)
            except (EOFError, zlib.error, gzip.BadGzipFile) as error:
                raise InputError(Message("broken gzip: {}", error)) from None
            found = None if stated else _found_encoding([head])
        else:

            def blocks() -> Iterator[bytes]:
                file.seek(0)
                while block := file.read(1 << 20):
                    yield block

            found = None if stated else _found_encoding(blocks())
        stream.seek(0)
        self.encoding = _stated_encoding(stated) if stated else (found or "utf-8")
        first = stream.read(1 << 16)
        stream.seek(0)
        self.delimiter = delimiter or known.delimiter or self._divider(first, known)
        if len(self.delimiter) != 1:
            raise InputError("the delimiter must be one character")
        self._bounded = Bounded(stream)
        bounded = cast(IO[bytes], self._bounded)
        self._reader = Reader(bounded, self.delimiter, self.encoding)
        if self._reader.empty:
            raise InputError("the file is empty")
        names = self._reader.first()
        if names is None or 1 in self._bounded.cut:
            raise InputError("the first line cannot be split into columns", row=1)
        self.names = [name.strip() for name in names]
        self.has_header = True

    def _divider(self, head: bytes, known: Map) -> str:
        line = next((part for part in head.splitlines() if part.strip()), b"")
        text = line.removeprefix(b"\xef\xbb\xbf").decode(self.encoding, "replace")
        wanted = {str(name).casefold() for names in known.columns.values() for name in names}

        def fit(divider: str) -> tuple[int, int]:
            cells = next(csv.reader([text], delimiter=divider), [])
            return sum(c.strip().casefold() in wanted for c in cells), len(cells)

        best = max(",;\t|", key=fit)
        return best if fit(best) > (0, 1) else ","

    def begin(self, *, header: bool) -> None:
        self.has_header = header
        self._reader.expected = frozenset({len(self.names)})
        if header:
            self._reader.skip()

    def batches(self) -> Iterator[Batch]:
        try:
            yield from self._reader.batches()
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            raise InputError(Message("broken gzip: {}", error), row=self._reader.line) from None

    def done(self) -> int:
        return self._file.tell()

    def problem(self, line: int, cells: list[str] | None) -> str | None:
        if line in self._bounded.cut:
            return "too_long"
        return "wrong_column_count" if cells is None else None


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
        self._merged = self._find_merged(archive)
        self._bad: dict[int, str] = {}
        self._rows = enumerate(self._read(), 1)
        self.names = []
        self.encoding = "xlsx"
        for line, (shown, _) in self._rows:
            if any(shown):
                self.names = [name.strip() for name in shown]
                self._header_line = line
                self._first = shown
                break
        while self.names and not self.names[-1]:
            self.names.pop()
        if not self.names:
            raise InputError("the sheet is empty")

    def _find_merged(self, archive: zipfile.ZipFile) -> list[tuple[int, int]]:
        """First and last row of each merged range; openpyxl does not tell in this mode."""
        path = getattr(self._sheet, "_worksheet_path", "")
        found = []
        if path in archive.namelist():
            tail = b""
            with archive.open(path) as part:
                while block := part.read(1 << 20):
                    text = tail + block
                    for a, b in re.findall(rb'<mergeCell ref="[A-Z]+(\d+):[A-Z]+(\d+)"', text):
                        found.append((int(a), int(b)))
                    tail = block[-64:]
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

    def begin(self, *, header: bool) -> None:
        self.has_header = header

    def batches(self) -> Iterator[Batch]:
        width = len(self.names)
        lines: list[int] = []
        cells: list[list[str] | None] = []
        rows: Iterator[tuple[int, tuple[list[str], bool]]] = self._rows
        if not self.has_header:
            rows = itertools.chain([(self._header_line, (self._first, False))], rows)
        for line, (row, hollow) in rows:
            if not any(row):
                continue
            if hollow:
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

    def __init__(self, file: IO[bytes], known: Map, encoding: str | None, size: int) -> None:
        self.size = size
        self._file = file
        self._known = known
        stated = encoding or known.encoding

        def blocks() -> Iterator[bytes]:
            file.seek(0)
            while block := file.read(1 << 20):
                yield block

        self.encoding = _stated_encoding(stated) if stated else _found_encoding(blocks())
        file.seek(0)
        self._words = [word for word in COLUMNS if word in known.columns]
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
        except ValueError:
            return True
        # One object on one line may be either; with paths to its records it is a document.
        return bool(self._known.records) and not rest.strip()

    def begin(self, *, header: bool) -> None:
        del header

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
                    continue
                if self._known.columns == OUR_COLUMNS and self._is_misspelt(record):
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
            if isinstance(path, str) and (text := _text_at(record, path)):
                self.met.add(word)
                return text
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
            if isinstance(document, dict) and isinstance(document.get(path), list):
                records = document[path]
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
        return self._file.tell()

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
        self._words = [word for word in COLUMNS if word in known.columns]
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
) -> Delimited | Workbook | Json:
    """Find out what a list is kept in; ``size`` is that of the file in bytes.

    Raises:
        InputError: It is none of those that are read, or broken.
    """
    head = file.read(1 << 12)
    file.seek(0)
    plain = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if not plain and len(head) < 1 << 12:
        raise InputError("the file is empty")
    if head.startswith(b"\xd0\xcf\x11\xe0"):
        raise InputError("an old .xls workbook; save it as XLSX or CSV")
    if head.startswith(b"PK\x03\x04"):
        return Workbook(file, known, sheet)
    if plain[:1] in (b"{", b"["):
        return Json(file, known, encoding, size)
    table = Delimited(file, known, encoding, delimiter, size)
    if table.names == [*MARK, "record"]:
        return JsonRejects(table, known)
    return table
