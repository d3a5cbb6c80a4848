"""Personal data or not, for many numbers at once: lists, data frames, CSV files, directories.

Of a bare number the table asks for its kind alone, so a million of them cost one look at each. Rows
with an INN, an OGRN or a name beside the number are answered one by one, equal facts once.
"""

from __future__ import annotations

import csv
import io
import os
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from os import PathLike
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Final, NamedTuple, Protocol, TextIO

from consent import _core
from consent._core import Classification
from consent.errors import InvalidArgument, NotBuiltError, StorageError
from consent.event import NumberClassified
from consent.files import private_file
from consent.locale.message import Lang, Message, in_language, message_of, system_message
from consent.log import Log
from consent.number import Number, PhoneNumber

if TYPE_CHECKING:
    import pyarrow

__all__ = [
    "ClassifiedFile",
    "ClassifiedNumbers",
    "Imported",
    "Reject",
    "classify_csv",
    "classify_many",
    "import_directory",
]

UNREAD: Final = 255
BATCH: Final = 1000
#: What a column of numbers is called where nobody says.
NUMBER_COLUMNS: Final = ("number", "phone", "telephone", "tel", "телефон", "номер")
#: Columns that are added to a file.
ADDED: Final = ("personal_data", "kind", "row", "confidence", "basis")

_IDENTIFIERS: Final = {"the INN": "inn", "the OGRN": "ogrn", "the OGRNIP": "ogrn"}


class ArrowStream(Protocol):
    """A data frame: pandas, polars, pyarrow, DuckDB."""

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        """The frame, as a capsule."""


@dataclass(frozen=True, slots=True)
class ClassifiedNumbers:
    """Answers for many numbers, in their order.

    Goes into pandas, polars, pyarrow or DuckDB as it is.

    Attributes:
        answers: The different answers that were given.
        which: A byte a number: its place in ``answers``; 255 where it is no telephone number.
    """

    answers: list[Classification]
    which: bytes

    def __len__(self) -> int:
        return len(self.which)

    def __getitem__(self, index: int) -> Classification | None:
        """The answer of one number; None where it is no telephone number."""
        which = self.which[index]
        return None if which == UNREAD else self.answers[which]

    @property
    def counts(self) -> dict[str, int]:
        """How many ``yes``, ``no`` and ``unknown`` there are, and how many could not be read."""
        counts = {"yes": 0, "no": 0, "unknown": 0, "unread": self.which.count(UNREAD)}
        for place, answer in enumerate(self.answers):
            counts[answer.personal_data] += self.which.count(place)
        return counts

    def to_arrow(self) -> pyarrow.Table:
        """A ``pyarrow.Table`` of personal_data, kind, row, confidence; null where unread.

        Raises:
            NotBuiltError: pyarrow is not installed.
        """
        pa = _pyarrow()
        places = pa.array(list(range(len(self.answers))) + [None] * (256 - len(self.answers)))
        indices = places.take(
            pa.Array.from_buffers(pa.uint8(), len(self), [None, pa.py_buffer(self.which)])
        )
        columns = {
            name: pa.DictionaryArray.from_arrays(
                indices.cast(pa.int32()),
                pa.array([getattr(a, name) for a in self.answers], type=pa.string()),
            )
            for name in ("personal_data", "kind", "row", "confidence")
        }
        return pa.table(columns)

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        return self.to_arrow().__arrow_c_stream__(requested_schema)


def _pyarrow() -> Any:  # noqa: ANN401  a module that may be absent
    try:
        import pyarrow
    except ImportError:
        raise NotBuiltError("this needs the package pyarrow: pip install pyarrow") from None
    return pyarrow


def classify_many(
    numbers: Iterable[Number | None] | ArrowStream,
    *,
    column: str | None = None,
    country: str | None = None,
) -> ClassifiedNumbers:
    """Say of many numbers whether they are personal data, where nothing else is known of them.

    Args:
        numbers: A list, an array of 64-bit integers (``79161234567``), or anything with the Arrow
            PyCapsule interface: pandas, polars, pyarrow, DuckDB.
        column: The frame's column; may be left out where it has one, or one of a usual name.
        country: "RU", "KZ", "US" or "CA": where a number without a country code is.

    Returns:
        An answer a number; ``unknown`` is to be treated as ``yes``.

    Raises:
        InvalidArgument: The frame has no such column, or one of another type.

    Example:
        >>> classify_many(["+79161234567", "+74951234567", "no number"]).counts
        {'yes': 0, 'no': 0, 'unknown': 2, 'unread': 1}
    """
    if not hasattr(numbers, "__arrow_c_stream__"):
        return ClassifiedNumbers(*_core.classify_many(numbers, country))
    pa = _pyarrow()
    table = pa.table(numbers)
    texts = table.column(_column(column, table.column_names))
    merged = _Merged()
    for chunk in texts.chunks:
        kind = chunk.type
        if pa.types.is_dictionary(kind):
            chunk = chunk.dictionary_decode()
            kind = chunk.type
        if pa.types.is_integer(kind):
            digits = chunk.cast(pa.int64()).fill_null(0)
            merged.add(_core.classify_many(digits.to_numpy(zero_copy_only=False), country))
        elif pa.types.is_null(kind):
            merged.add(([], bytes([UNREAD]) * len(chunk)))
        elif kind in (pa.string(), pa.large_string()) or "string_view" in str(kind):
            chunk = chunk.cast(pa.large_string()).fill_null("")
            _, offsets, data = chunk.buffers()
            if offsets is None or len(chunk) == 0:
                continue
            merged.add(
                _core.classify_strings(offsets, data or b"", chunk.offset, len(chunk), country)
            )
        else:
            raise InvalidArgument(
                Message("a column of numbers must hold text or integers, not {}", kind)
            )
    return ClassifiedNumbers(merged.answers, b"".join(merged.which))


class _Merged:
    """Answers of several pieces, each answer once."""

    def __init__(self) -> None:
        self.answers: list[Classification] = []
        self.which: list[bytes] = []
        self._places: dict[tuple[str, str, str], int] = {}

    def add(self, piece: tuple[list[Classification], bytes]) -> None:
        answers, which = piece
        table = bytearray(range(256))
        for i, answer in enumerate(answers):
            key = (answer.row, answer.kind, "\n".join(answer.warnings))
            place = self._places.setdefault(key, len(self.answers))
            if place == len(self.answers):
                self.answers.append(answer)
            table[i] = place
        self.which.append(which.translate(bytes(table)))


def _column(column: str | None, names: Sequence[str]) -> str:
    if column is not None:
        if column not in names:
            raise InvalidArgument(Message("no column '{}'", column))
        return column
    if len(names) == 1:
        return names[0]
    usual = [name for name in names if name.strip().lower() in NUMBER_COLUMNS]
    if len(usual) != 1:
        raise InvalidArgument("which column holds the numbers? name it")
    return usual[0]


# --- files ----------------------------------------------------------------------------------------


class Reject(NamedTuple):
    """A row that has no answer.

    Attributes:
        row: Its place in the file, from 1; the header is row 1.
        column: Where it goes wrong.
        reason: What is wrong. It repeats neither number nor identifier.
        cells: The row.
    """

    row: int
    column: str
    reason: str
    cells: list[str]


class _Answered(NamedTuple):
    row: int
    cells: list[str]
    number: PhoneNumber
    inn: str
    answer: Classification


@dataclass(frozen=True, kw_only=True, slots=True)
class ClassifiedFile:
    """What a file's rows were answered.

    Attributes:
        header: Its columns and those that are added: personal_data, kind, row, confidence, basis.
        rows: Each answered row with what is added.
        rejects: Rows without an answer.
        counts: Answers ``yes``, ``no`` and ``unknown``.
    """

    header: list[str]
    rows: list[list[str]]
    rejects: list[Reject]
    counts: dict[str, int]

    def write(self, out: str | PathLike[str]) -> None:
        """Write header and rows as CSV in UTF-8."""
        with private_file.replacing_text(out) as stream:
            self.print_to(stream)

    def print_to(self, stream: TextIO) -> None:
        """The same into an open text stream."""
        writer = csv.writer(stream)
        writer.writerow(self.header)
        writer.writerows(self.rows)

    def write_rejects(self, out: str | PathLike[str], lang: Lang = "en") -> None:
        """Keep the rejected rows: row, column, reason, and the row itself."""
        with private_file.replacing_text(out) as stream:
            writer = csv.writer(stream)
            writer.writerow(["row", "column", "reason", *self.header[: -len(ADDED)]])
            writer.writerows(
                [r.row, r.column, in_language(r.reason, lang), *r.cells] for r in self.rejects
            )


def classify_csv(
    file: str | PathLike[str] | IO[bytes],
    *,
    number: str | None = None,
    inn: str | None = None,
    ogrn: str | None = None,
    names: Iterable[str] = (),
    holder: str = "unknown",
    user: str = "unknown",
    country: str | None = None,
    lang: str = "en",
) -> ClassifiedFile:
    """Classify every row of a CSV file.

    Args:
        file: UTF-8 or Windows-1251; comma, semicolon or tab.
        number: Column of the number; may be left out where one has a usual name.
        inn: Column of the holder's INN; an empty cell is not known.
        ogrn: Column of the holder's OGRN or OGRNIP.
        names: Columns that, where filled, hold something personal beside the number: a name, login,
            address, e-mail, device or purchases.
        holder: Of every row: ``unknown person sole_trader legal_entity public_body``.
        user: Of every row: ``unknown holder shared_line named_employee employee``.
        country: Where a number without a country code is: "RU", "KZ", "US", "CA".
        lang: Language of ``basis``: "en" or "ru".

    Returns:
        A row in, a row out: answered, or rejected with its row, column and reason.

    Raises:
        InvalidArgument: A column that is named is not there, or the file is no table.
        StorageError: The file cannot be read.
    """
    header, rows = _table(file)
    answered, rejects = _answer(
        header,
        rows,
        number=number,
        inn=inn,
        ogrn=ogrn,
        names=names,
        holder=holder,
        user=user,
        country=country,
    )
    counts = Counter(one.answer.personal_data for one in answered)
    return ClassifiedFile(
        header=[*header, *ADDED],
        rows=[
            [
                *one.cells,
                one.answer.personal_data,
                one.answer.kind,
                one.answer.row,
                one.answer.confidence,
                one.answer.basis_ru if lang == "ru" else one.answer.basis,
            ]
            for one in answered
        ],
        rejects=rejects,
        counts={word: counts[word] for word in ("yes", "no", "unknown")},
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class Imported:
    """What the import of a directory has done.

    Attributes:
        rows: Rows of the file.
        accepted: Events recorded.
        already_there: Rows that say what the log holds already, from the same source.
        file: What the rows were answered, and the rejects.
    """

    rows: int
    accepted: int
    already_there: int
    file: ClassifiedFile


def import_directory(
    log: Log,
    file: str | PathLike[str] | IO[bytes],
    *,
    source: str,
    at: datetime,
    number: str | None = None,
    inn: str | None = None,
    ogrn: str | None = None,
    names: Iterable[str] = (),
    holder: str = "unknown",
    user: str = "unknown",
    country: str | None = None,
    progress: Callable[[int, int], object] | None = None,
) -> Imported:
    """Record what a directory of organisations says of its numbers, as ``classified`` events.

    A row whose answer stands in the log already, from this source, is not recorded again: an import
    may be run twice. An INN of 12 digits is a person's and enters no entry.

    Args:
        log: The log, open for writing.
        file: CSV with columns of number, INN and OGRN, as :func:`classify_csv` reads it.
        source: The directory's name; it goes into every event.
        at: The moment of the classification.
        number: Column of the number; may be left out where one has a usual name.
        inn: Column of the INN.
        ogrn: Column of the OGRN or OGRNIP.
        names: Columns that, where filled, hold something personal.
        holder: Of every row, as in :func:`consent.classify`.
        user: Of every row.
        country: Where a number without a country code is.
        progress: Hears rows done, of all.

    Raises:
        InvalidArgument: ``source`` is empty, or as :func:`classify_csv`.
    """
    if not source.strip():
        raise InvalidArgument("source: where do these facts come from?")
    header, rows = _table(file)
    answered, rejects = _answer(
        header,
        rows,
        number=number,
        inn=inn,
        ogrn=ogrn,
        names=names,
        holder=holder,
        user=user,
        country=country,
    )
    counts = Counter(one.answer.personal_data for one in answered)
    seen: set[tuple[int, str, str, str, str]] = set()
    events: list[NumberClassified] = []
    already = 0
    accepted = 0
    for done, one in enumerate(answered, 1):
        answer = one.answer
        entity = answer.kind in ("legal_entity", "public_body")
        kept = one.inn if len(one.inn) == 10 and entity else ""
        said = (one.number.digits, answer.personal_data, answer.kind, kept, answer.row)
        if said in seen or said[1:] in _held(log, one.number, source):
            already += 1
        else:
            seen.add(said)
            events.append(
                NumberClassified(
                    one.number,
                    at=at,
                    personal_data=answer.personal_data,
                    kind=answer.kind,
                    inn=kept,
                    row=answer.row,
                    source=source,
                )
            )
        if len(events) == BATCH or (done == len(answered) and events):
            accepted += len(log.append_many(events))
            events.clear()
        if progress is not None:
            progress(done, len(answered))
    return Imported(
        rows=len(rows),
        accepted=accepted,
        already_there=already,
        file=ClassifiedFile(
            header=[*header, *ADDED],
            rows=[],
            rejects=rejects,
            counts={word: counts[word] for word in ("yes", "no", "unknown")},
        ),
    )


def _held(log: Log, number: PhoneNumber, source: str) -> set[tuple[str, str, str, str]]:
    """What the log holds of a number from this source."""
    return {
        (
            str(event.body.get("personal_data", "")),
            str(event.body.get("kind", "unknown")),
            str(event.body.get("inn", "")),
            str(event.body.get("row", "")),
        )
        for event in log.history(number, for_proof=True)  # only whether it stands there already
        if event.type == NumberClassified.type and event.body.get("source") == source
    }


def _table(file: str | PathLike[str] | IO[bytes]) -> tuple[list[str], list[list[str]]]:
    try:
        data = Path(file).read_bytes() if isinstance(file, str | os.PathLike) else file.read()
    except OSError as error:
        raise StorageError(Message("{} cannot be read: {}", file, system_message(error))) from None
    for encoding in ("utf-8-sig", "cp1251"):
        try:
            text = data.decode(encoding)
            break
        except UnicodeDecodeError:
            continue
    else:
        raise InvalidArgument("the file is neither UTF-8 nor Windows-1251 text")
    first = text.split("\n", 1)[0]
    delimiter = max(",;\t", key=first.count)
    try:
        rows = [row for row in csv.reader(io.StringIO(text), delimiter=delimiter) if any(row)]
    except csv.Error as error:
        raise InvalidArgument(Message("the file is no table: {}", error)) from None
    if not rows:
        raise InvalidArgument("the file is empty")
    return rows[0], rows[1:]


def _answer(
    header: Sequence[str],
    rows: Sequence[list[str]],
    *,
    number: str | None,
    inn: str | None,
    ogrn: str | None,
    names: Iterable[str],
    holder: str,
    user: str,
    country: str | None,
) -> tuple[list[_Answered], list[Reject]]:
    at_number = header.index(_column(number, header))
    at_inn = None if inn is None else header.index(_column(inn, header))
    at_ogrn = None if ogrn is None else header.index(_column(ogrn, header))
    at_names = [header.index(_column(name, header)) for name in names]
    answered: list[_Answered] = []
    rejects: list[Reject] = []
    known: dict[tuple[object, ...], Classification] = {}
    columns: Mapping[str, str] = {"inn": inn or "inn", "ogrn": ogrn or "ogrn"}
    for row, cells in enumerate(rows, 2):
        if len(cells) != len(header):
            reason = Message("has {} columns, and the header {}", len(cells), len(header))
            rejects.append(Reject(row, "", reason, cells))
            continue
        try:
            read = PhoneNumber.parse(cells[at_number].strip(), country)
        except InvalidArgument:
            why = Message("cannot be read as a telephone number")
            rejects.append(Reject(row, header[at_number], why, cells))
            continue
        inn_text = "" if at_inn is None else cells[at_inn].strip()
        ogrn_text = "" if at_ogrn is None else cells[at_ogrn].strip()
        linked = any(cells[at].strip() for at in at_names)
        key = (*_core.numbering_facts(read), inn_text, ogrn_text, linked)
        answer = known.get(key)
        if answer is None:
            try:
                answer = _core.classify(read, inn_text, ogrn_text, holder, user, linked, False)
            except InvalidArgument as error:
                why = message_of(error)
                rejects.append(Reject(row, _column_of(why, columns), why, cells))
                continue
            known[key] = answer
        answered.append(_Answered(row, cells, read, inn_text, answer))
    return answered, rejects


def _column_of(problem: Message, columns: Mapping[str, str]) -> str:
    """The column that a refusal speaks of."""
    named = (_IDENTIFIERS[each] for each in problem.sentences() if each in _IDENTIFIERS)
    return columns[next(named, "inn")]
