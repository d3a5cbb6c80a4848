"""Files of numbers and directories of organisations: their rows classified, or recorded."""

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
from types import MappingProxyType
from typing import IO, Final, NamedTuple, TextIO

from consent import _core
from consent._core import Classification
from consent.classification import number_column
from consent.errors import InvalidArgument, StorageError
from consent.event import NumberClassified
from consent.files.writer import CsvWriter, replacing_csv
from consent.locale.message import Lang, Message, in_language, message_of, system_message
from consent.log import Log
from consent.number import PhoneNumber

__all__ = ["ClassifiedFile", "Imported", "Reject", "classify_csv", "import_directory", "table"]

BATCH: Final = 1000
#: Columns that are added to a file.
ADDED: Final = ("personal_data", "kind", "row", "confidence", "basis")

_IDENTIFIERS: Final = {"the INN": "inn", "the OGRN": "ogrn", "the OGRNIP": "ogrn"}


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
        with replacing_csv(out, self.header) as writer:
            writer.rows(self.rows)

    def print_to(self, stream: TextIO) -> None:
        """The same into an open text stream."""
        CsvWriter(stream, self.header).rows(self.rows)

    def write_rejects(self, out: str | PathLike[str], lang: Lang = "en") -> None:
        """Keep the rejected rows: row, column, reason, and the row itself."""
        header = ["row", "column", "reason", *self.header[: -len(ADDED)]]
        with replacing_csv(out, header) as writer:
            writer.rows(
                [r.row, r.column, in_language(r.reason, lang), *r.cells] for r in self.rejects
            )


def classify_csv(
    file: str | PathLike[str] | IO[bytes],
    *,
    number: str | None = None,
    inn: str | None = None,
    ogrn: str | None = None,
    names: Iterable[str] = (),
    beside: Mapping[str, Iterable[str]] = MappingProxyType({}),
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
        names: Columns that, where filled, hold a person's name.
        beside: Columns that, where filled, hold something else beside the number, by what it is:
            ``address account device``.
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
    header, rows = table(file)
    answered, rejects = _answer(
        header,
        rows,
        number=number,
        inn=inn,
        ogrn=ogrn,
        names=names,
        beside=beside,
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
    beside: Mapping[str, Iterable[str]] = MappingProxyType({}),
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
        names: Columns that, where filled, hold a person's name.
        beside: As for :func:`classify_csv`.
        holder: Of every row, as in :func:`consent.classify`.
        user: Of every row.
        country: Where a number without a country code is.
        progress: Hears rows done, of all.

    Raises:
        InvalidArgument: ``source`` is empty, or as :func:`classify_csv`.
    """
    if not source.strip():
        raise InvalidArgument("source: where do these facts come from?")
    header, rows = table(file)
    answered, rejects = _answer(
        header,
        rows,
        number=number,
        inn=inn,
        ogrn=ogrn,
        names=names,
        beside=beside,
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
        (event.personal_data, event.kind, event.inn, event.row)
        for entry in log.history(number, for_proof=True)  # only whether it stands there already
        if isinstance(event := entry.event, NumberClassified) and event.source == source
    }


def table(file: str | PathLike[str] | IO[bytes]) -> tuple[list[str], list[list[str]]]:
    """Header and rows of a CSV file: UTF-8 or Windows-1251; comma, semicolon or tab."""
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
    beside: Mapping[str, Iterable[str]],
    holder: str,
    user: str,
    country: str | None,
) -> tuple[list[_Answered], list[Reject]]:
    at_number = header.index(number_column(number, header))
    at_inn = None if inn is None else header.index(number_column(inn, header))
    at_ogrn = None if ogrn is None else header.index(number_column(ogrn, header))
    at_beside = [
        (fact, header.index(number_column(column, header)))
        for fact, columns in (("name", names), *beside.items())
        for column in columns
    ]
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
            read = PhoneNumber.read(cells[at_number].strip(), country)
        except InvalidArgument as error:
            why = message_of(error)
            rejects.append(Reject(row, header[at_number], why, cells))
            continue
        inn_text = "" if at_inn is None else cells[at_inn].strip()
        ogrn_text = "" if at_ogrn is None else cells[at_ogrn].strip()
        facts = frozenset(fact for fact, at in at_beside if cells[at].strip())
        key = (*_core.numbering_facts(read), inn_text, ogrn_text, facts)
        answer = known.get(key)
        if answer is None:
            try:
                answer = _core.classify(
                    read, inn_text, ogrn_text, holder, user, False, False, sorted(facts)
                )
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
