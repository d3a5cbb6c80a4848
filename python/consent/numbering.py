"""The numbering plan and the official register: operator, region and local time of a number.

The register is a set of CSV files that the state publishes (law sheet 8.2). An import makes one
file of them, which is mapped and not read when it is opened::

    report = import_register(["DEF-9xx.csv", "ABC-3xx.csv"], "numbering.db", at=now)
    numbering = Numbering.open("numbering.db")
    numbering.lookup("+79161234567").operator
"""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
import os
import sys
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from os import PathLike
from pathlib import Path
from typing import NamedTuple

from consent import _core
from consent.errors import InvalidArgument, StorageError
from consent.files.writer import replacing_csv
from consent.locale.message import Lang, Message, in_language, message_of, system_message
from consent.number import Number, as_number

__all__ = ["ImportReport", "NumberFacts", "Numbering", "Reject", "import_register", "local_offsets"]

#: Bytes of one register file; the largest of 2026 has 60 million.
LARGEST_FILE = 1 << 30

# Letters of a column's name -> what it is. The words АВС are written with Cyrillic letters, and in
# some copies with Latin ones.
_COLUMNS = {
    "авсdef": "code",
    "abcdef": "code",
    "def": "code",
    "abc": "code",
    "авс": "code",
    "от": "first",
    "до": "last",
    "емкость": "capacity",
    "оператор": "operator",
    "операторсвязи": "operator",
    "регион": "region",
    "территориягар": "territory",
    "территория": "territory",
    "инн": "inn",
}
_NEEDED = ("code", "first", "last", "operator", "region")
_FIELDS = ("code", "first", "last", "capacity", "operator", "region", "territory", "inn")
_IN_RUSSIAN = {
    "code": "АВС/ DEF",
    "first": "От",
    "last": "До",
    "capacity": "Емкость",
    "operator": "Оператор",
    "region": "Регион",
    "territory": "Территория ГАР",
    "inn": "ИНН",
}

Progress = Callable[[int, int], object]


class NumberFacts(NamedTuple):
    """What a numbering plan says of a number, and no more.

    Attributes:
        country: ISO 3166; "" where the code is shared, in reserve, or not +7.
        kind: ``unknown mobile geographic free_call premium personal service foreign reserve``.
        operator: To whom the range was given, never who serves the number after porting.
        inn: Of the operator, where the register gives it.
        place: Region as the register writes it.
        regions: Two-digit codes of the regions; of a mobile number the home region of its range.
        zones: IANA names of their zones; empty where they are not known, and nobody may guess.
        in_register: Stands in a range of the imported register.
    """

    country: str
    kind: str
    operator: str
    inn: str
    place: str
    regions: tuple[int, ...]
    zones: tuple[str, ...]
    in_register: bool

    @property
    def region_names(self) -> tuple[str, ...]:
        """Names of the regions."""
        return tuple(_core.region_name(code) for code in self.regions)

    @property
    def home_region_only(self) -> bool:
        """The regions say where the range is at home, and nothing about where the telephone is."""
        return self.kind == "mobile"


class Numbering:
    """A numbering plan. Immutable, safe from any thread.

    Example:
        >>> Numbering.built_in().lookup("+74951234567").region_names
        ('Московская область', 'Москва')
    """

    def __init__(self, core: _core.Numbering) -> None:
        self._core = core

    @classmethod
    def built_in(cls) -> Numbering:
        """What three-digit codes say; no operators."""
        return cls(_core.Numbering.built_in())

    @classmethod
    def open(cls, file: str | PathLike[str]) -> Numbering:
        """Map a file that :func:`import_register` wrote.

        Raises:
            StorageError: It is absent, not ours, of another version or damaged.
        """
        return cls(_core.Numbering.open(file))

    @property
    def core(self) -> _core.Numbering:
        """The same for the compiled part."""
        return self._core

    def lookup(self, number: Number) -> NumberFacts:
        """Say what the plan says of a number."""
        country, kind, operator, inn, place, regions, zones, in_register = self._core.lookup(
            as_number(number)
        )
        return NumberFacts(
            country, kind, operator, inn, place, tuple(regions), tuple(zones), in_register
        )

    @property
    def version(self) -> str:
        """What answers: ``plan-2026-11-22``, or ``register-`` and a checksum."""
        return self._core.version

    @property
    def ranges(self) -> int:
        """Ranges of the register; 0 for the built-in plan."""
        return self._core.ranges

    @property
    def codes(self) -> int:
        """Codes that have ranges."""
        return self._core.codes

    @property
    def imported_at(self) -> datetime | None:
        """When the register was imported."""
        return self._core.imported_at if self._core.ranges else None

    @property
    def sources(self) -> tuple[str, ...]:
        """Name and SHA-256 of each file that was imported."""
        return tuple(self._core.sources)

    def __repr__(self) -> str:
        return f"<Numbering: {self.version}>"


class Reject(NamedTuple):
    """A row of the register that could not be taken as it stands.

    Attributes:
        file: Its file.
        row: Its line, from 1.
        column: The column's name in the register; "" for the whole row.
        reason: What is wrong.
        kept: The range is in nevertheless, without what the column said.
        text: The row.
    """

    file: str
    row: int
    column: str
    reason: str
    kept: bool
    text: str


@dataclass(frozen=True, kw_only=True, slots=True)
class ImportReport:
    """What an import has done.

    Attributes:
        rows: Rows of all files, without headers and empty lines.
        ranges: Ranges that are in.
        repeated: Rows that stood there twice.
        rejects: Rows left out, and columns left out of rows that are in.
        codes: Codes that have ranges.
        numbers: Numbers in all ranges.
        with_zone: Ranges whose local time is known.
        without_place: Ranges of codes 800 to 809, which belong to no place.
        unread: Region texts that name nothing the table knows, with their number of ranges.
        version: Of the file that was written.
    """

    rows: int
    ranges: int
    repeated: int
    rejects: tuple[Reject, ...]
    codes: int
    numbers: int
    with_zone: int
    without_place: int
    unread: dict[str, int]
    version: str

    @property
    def rejected(self) -> int:
        """Rows that were left out."""
        return sum(not reject.kept for reject in self.rejects)


def local_offsets(zones: Iterable[str], at: datetime) -> list[int]:
    """Minutes east of UTC that hold in all these zones at a moment; empty where not known.

    Example:
        >>> from datetime import datetime, timezone
        >>> local_offsets(["Europe/Moscow"], datetime(2026, 11, 22, tzinfo=timezone.utc))
        [180]
    """
    return _core.local_offsets(list(zones), at)


def import_register(
    files: Sequence[str | PathLike[str]],
    out: str | PathLike[str],
    *,
    at: datetime,
    replace_smaller: bool = False,
    progress: Progress | None = None,
) -> ImportReport:
    """Read the official register and write the file that :meth:`Numbering.open` maps.

    Every edition is read: 8 columns in UTF-8, 6 columns in Windows-1251, with or without leading
    zeros, plain or gzipped. Of two ranges that overlap the later row is left out.

    Args:
        files: The register's CSV files; "-" is standard input.
        out: The file to write; readers of an older one see it until the new one is complete.
        at: The moment of the import.
        replace_smaller: Also where the import may be a piece of the register that ``out`` holds.
        progress: Hears bytes read, of all.

    Raises:
        InvalidArgument: A file is not the register (an error page, say), or the import is so small
            beside the one it replaces that it may be a piece of it.
        StorageError: A file cannot be read or written.
    """
    importing = _core.NumberingImport()
    names: list[str] = []
    sources: list[str] = []
    rejects: list[Reject] = []
    texts: list[list[str]] = []
    unread: dict[str, int] = {}
    without_place = 0
    cache: dict[tuple[str, str], str | None] = {}
    rows = 0
    if not files:
        raise InvalidArgument("numbering: no file to import")
    for index, file in enumerate(files):
        name, data = _read(file)
        names.append(name)
        sources.append(f"{Path(name).name} sha256:{hashlib.sha256(data).hexdigest()}")
        lines = _lines(data, name)
        texts.append(lines)
        for row, cells in _rows(lines, name):
            rows += 1
            if isinstance(cells, str):
                rejects.append(Reject(name, row, "", cells, False, lines[row - 1]))
                continue
            importing.add(index, row, *cells)
            if cells[0].strip().startswith("80"):
                without_place += 1
                continue
            key = (cells[5], cells[6])
            if key not in cache:
                cache[key] = _unread(*key)
            text = cache[key]
            if text is not None:
                unread[text] = unread.get(text, 0) + 1
        if progress is not None:
            progress(index + 1, len(files))
    summary = importing.finish()
    for index, row, column, reason, kept in importing.problems:
        rejects.append(
            Reject(names[index], row, _IN_RUSSIAN[column], reason, kept, texts[index][row - 1])
        )
    order = {name: index for index, name in enumerate(names)}
    rejects.sort(key=lambda reject: (order[reject.file], reject.row))
    importing.write(os.fspath(out), at, sources, replace_smaller)
    return ImportReport(
        rows=rows,
        ranges=summary["ranges"],
        repeated=summary["repeated"],
        rejects=tuple(rejects),
        codes=summary["codes"],
        numbers=summary["numbers"],
        with_zone=summary["with_zone"],
        without_place=without_place,
        unread=dict(sorted(unread.items(), key=lambda item: (-item[1], item[0]))),
        version=Numbering.open(out).version,
    )


def write_rejects(rejects: Iterable[Reject], file: str | PathLike[str], lang: Lang = "en") -> None:
    """Keep the rejected rows: file, row, column, reason, whether the range is in, the row."""
    header = ("file", "row", "column", "reason", "kept", "text")
    with replacing_csv(file, header, delimiter=";") as out:
        for reject in rejects:
            why = in_language(reject.reason, lang)
            kept = "yes" if reject.kept else "no"
            out.row([*reject[:3], why, kept, reject.text])


def _read(file: str | PathLike[str]) -> tuple[str, bytes]:
    """A file's name and bytes, unpacked."""
    name = os.fspath(file)
    try:
        if name == "-":
            name, data = "standard input", sys.stdin.buffer.read(LARGEST_FILE + 1)
        else:
            with Path(name).open("rb") as stream:
                data = stream.read(LARGEST_FILE + 1)
        if data[:2] == b"\x1f\x8b":
            with gzip.GzipFile(fileobj=io.BytesIO(data)) as packed:
                data = packed.read(LARGEST_FILE + 1)
    except (OSError, EOFError, zlib.error) as error:
        reason = system_message(error) if isinstance(error, OSError) else message_of(error)
        raise StorageError(Message("numbering: {} cannot be read: {}", name, reason)) from None
    if len(data) > LARGEST_FILE:
        raise InvalidArgument(Message("numbering: {} is larger than a register can be", name))
    return name, data


def _lines(data: bytes, name: str) -> list[str]:
    """The file's lines, whichever of its encodings it came in."""
    wide = data[:2] in (b"\xff\xfe", b"\xfe\xff")
    for encoding in ["utf-16"] if wide else ["utf-8-sig", "cp1251"]:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        # Not splitlines(): a form feed inside a name is no end of a row.
        return text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    raise InvalidArgument(Message("numbering: {} is neither UTF-8 nor Windows-1251 text", name))


def _words(cell: str) -> str:
    return "".join(filter(str.isalpha, cell.lower().replace("ё", "е")))


def _header(line: str, delimiter: str) -> dict[str, int]:
    """Where each column stands; a column that is not ours is passed over."""
    places: dict[str, int] = {}
    for index, cell in enumerate(line.split(delimiter)):
        what = _COLUMNS.get(_words(cell))
        if what is not None:
            places.setdefault(what, index)
    return places


def _rows(lines: Sequence[str], name: str) -> Iterator[tuple[int, tuple[str, ...] | str]]:
    """Each row's line from 1, and its cells in the order of ``_FIELDS`` or what is wrong."""
    start = next((i for i, line in enumerate(lines) if line.strip("\ufeff \t;")), None)
    if start is None:
        raise InvalidArgument(Message("numbering: {} is empty", name))
    header = lines[start]
    for delimiter in (";", "\t", ","):
        places = _header(header, delimiter)
        if all(column in places for column in _NEEDED):
            break
    else:
        if header.lstrip("\ufeff \t").startswith("<"):
            raise InvalidArgument(Message("numbering: {} is a web page, not the register", name))
        missing = ", ".join(_IN_RUSSIAN[c] for c in _NEEDED if c not in _header(header, ";"))
        raise InvalidArgument(
            Message(
                "numbering: {}, row {}: not the header of the register (no column {})",
                name,
                start + 1,
                missing,
            )
        )
    width = header.count(delimiter) + 1
    order = [places.get(field, -1) for field in _FIELDS]
    for index in range(start + 1, len(lines)):
        line = lines[index]
        if not line.strip():
            continue
        cells = line.split(delimiter)
        if len(cells) != width:
            cells = _uneven(line, cells, delimiter, width)
        if len(cells) != width:
            yield index + 1, f"has {len(cells)} columns, and the header {width}"
            continue
        yield index + 1, tuple(_unquoted(cells[at]) if at >= 0 else "" for at in order)


def _uneven(line: str, cells: list[str], delimiter: str, width: int) -> list[str]:
    """Cells of a row whose plain split has another width than the header."""
    while len(cells) > width and not cells[-1].strip():
        cells = cells[:-1]
    if len(cells) == width or '"' not in line:
        return cells
    try:
        quoted = next(csv.reader([line], delimiter=delimiter, strict=True))
    except (csv.Error, StopIteration):
        return cells
    return quoted if len(quoted) == width else cells


def _unquoted(cell: str) -> str:
    """A cell that a spreadsheet has put into quotes; bare quotes in a name are its own."""
    if len(cell) < 2 or cell[0] != '"' or cell[-1] != '"':
        return cell
    inner = cell[1:-1]
    if '""' in inner:
        return inner.replace('""', '"')
    return cell if '"' in inner else inner


def _unread(region: str, territory: str) -> str | None:
    """The text that names no region; None where one of the two names one, or there is no text."""
    said = [text for text in (region.strip(), territory.strip()) if text.strip("-–— ")]
    if not said or any(_core.place(text)[0] for text in said):
        return None
    return " / ".join(said)
