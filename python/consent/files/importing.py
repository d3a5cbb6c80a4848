"""Read other people's lists into a log: every row once, none lost, none doubled.

Every row of the list ends in exactly one of three places: recorded, already there, or rejected with
its row, column and reason. What a row means is declared by column names of our own or by a map
(TOML); nothing about zones, countries or orders of day and month is guessed.
"""

from __future__ import annotations

import csv
import difflib
import filecmp
import hashlib
import io
import itertools
import os
import queue
import re
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import IO, Any, Final, NamedTuple, TextIO, cast

from consent import _core
from consent.errors import InternalError, InvalidArgument
from consent.event import (
    Code,
    ConsentAsked,
    ConsentGiven,
    ConsentRefused,
    ConsentWithdrawn,
    Event,
    InContract,
    NumberReassigned,
    OperatorRefusal,
)
from consent.files import private_file
from consent.files.clock import EPOCH, HOUR, SECOND, Clock, Dates, Refused, load_zone
from consent.files.dialled import COUNTRIES, NUMBER_LIKE
from consent.files.list_map import COLUMNS, EVENTS, OWN, SHARED, Map, ready_maps
from consent.files.list_table import (
    MARK,
    Delimited,
    Json,
    Parquet,
    Table,
    Workbook,
    are_rejects,
    open_table,
)
from consent.files.records import Batch, Bounded, InputError
from consent.files.writer import KEEP, CsvWriter, unguarded
from consent.locale.message import Lang, Message, in_language, message_of
from consent.log import Log
from consent.number import read_digits

__all__ = ["BrokenOffError", "Imported", "Map", "import_list", "ready_maps"]


_STOP: Final = frozenset({"covers", "purpose", "channel", "distributor", "campaign", "method"})
#: What each event has a place for; a filled cell without a place is a reject, never dropped.
PLACES: Final[Mapping[type[Any], frozenset[str]]] = {
    ConsentGiven: frozenset(SHARED) - {"event", "operator", "source"},
    ConsentAsked: (_STOP - {"method"}) | {"wording"},
    ConsentRefused: _STOP | {"wording"},
    ConsentWithdrawn: _STOP,
    OperatorRefusal: frozenset({"covers", "operator"}),
    NumberReassigned: frozenset(),
}
DETAILS: Final = {
    "not_a_record": "the cells of this line cannot be told apart",
    "wrong_column_count": "more or fewer cells than the header",
    "too_long": "a line longer than 1 MiB; only its beginning is kept here",
    "encoding": "bytes that are not text in the encoding of the file",
    "not_a_number": "not a telephone number as declared",
    "two_numbers": "the list of ids gives this one more than one number",
    "unknown_value": "the map knows no such value",
    "no_event": "what the row says is not said",
    "no_place": "the event has no place for this",
    "unknown_wording": "the log holds no text of this hash",
    "no_such_file": "no such file among --files",
    "merged_cells": "merged cells: the spreadsheet shows a value that this row does not have",
    "above_header": "above the header, and it holds what could be a number",
    "formula": "a formula without a value; save the workbook with values",
    "not_json": "not one JSON object",
    "misspelt": "a key that is almost one of our words; correct or remove it",
    "ends_a_stop": "a consent to what the log bars: the person said stop; --ends-stops records it",
    "before_reassignment": "said before the number got a new holder",
    "erased": "older than an erasure of this number",
}
BATCH_ROWS: Final = 16384
#: What the core calls a field of an event, where our column is called otherwise.
_COLUMN_OF: Final = {
    "purposes": "purpose",
    "channels": "channel",
    "cover": "covers",
    "distributors": "distributor",
}
_HEX: Final = re.compile(r"[0-9A-Fa-f]{64}")
_DAY: Final = {
    "iso": re.compile(r"(?P<y>\d{4})-(?P<m>\d\d)-(?P<d>\d\d)", re.ASCII),
    "day-first": re.compile(r"(?P<d>\d\d?)[./-](?P<m>\d\d?)[./-](?P<y>\d{4})", re.ASCII),
    "month-first": re.compile(r"(?P<m>\d\d?)[./-](?P<d>\d\d?)[./-](?P<y>\d{4})", re.ASCII),
}

Progress = Callable[[int, int, int], None]


# --- what comes of it ----------------------------------------------------------------------------


@dataclass(slots=True)
class Imported:
    """What became of a list.

    Attributes:
        rows: Records in it; the sum of the next three.
        accepted: Recorded now.
        rejected: Not understood or not allowed; each stands in the file of rejects.
        stops_rejected: Those among them that are stops, or may be: each is a person who goes on
            being called.
        stops_ended: Consents that end a standing stop; recorded only with ``ends_stops``.
        already_there: The log, or an earlier row, says the same.
        rejects_file: Where the rejects are; None where there are none.
        reasons: How many rejects for each reason.
        encoding: How the file was read.
        unused_columns: Columns that mean nothing here.
        warnings: What whoever imports should know.
        without_header: The map does not say whether there is a header, and the first line was
            taken for a row, since it holds what could be a number.
    """

    rows: int = 0
    accepted: int = 0
    rejected: int = 0
    already_there: int = 0
    stops_rejected: int = 0
    stops_ended: int = 0
    rejects_file: Path | None = None
    reasons: Counter[str] = field(default_factory=Counter)
    encoding: str = "utf-8"
    unused_columns: list[str] = field(default_factory=list)
    warnings: list[Message] = field(default_factory=list)
    without_header: bool = False

    @property
    def nothing_recorded(self) -> bool:
        """Whether the list has rows, and the log holds none of them."""
        return bool(self.rows) and not self.accepted and not self.already_there

    @property
    def ok(self) -> bool:
        """Whether something was read, and no stop was lost."""
        return not self.nothing_recorded and not self.stops_rejected


class BrokenOffError(InputError):
    """The list cannot be read to its end; rows of the commits before that are recorded.

    With the whole list the import goes on from there: nothing is recorded twice.

    Attributes:
        imported: What became of the rows before, and where their rejects are.
    """

    def __init__(self, why: InputError, imported: Imported) -> None:
        super().__init__(
            Message(
                "{}; the first {} rows are taken: {} recorded, {} there already, {} rejected;"
                " import the whole list again, nothing is recorded twice",
                message_of(why),
                imported.rows,
                imported.accepted,
                imported.already_there,
                imported.rejected,
            ),
            row=why.row,
            column=why.column,
        )
        self.imported = imported


# --- rows to events ------------------------------------------------------------------------------


class _Reject(NamedTuple):
    reason: str
    column: str = ""
    detail: str = ""


def _words_in(text: str) -> tuple[str, ...]:
    return tuple(word for word in re.split(r"[\s,;|]+", text.strip()) if word)


def _parties(text: str) -> tuple[str, ...] | None:
    named = _words_in(text)
    if not named:
        return None
    return () if named in (("none",), ("all",)) else named


def _truth(text: str) -> bool:
    if text.casefold() in ("true", "1", "yes", "да"):
        return True
    if text.casefold() in ("false", "0", "no", "нет", ""):
        return False
    raise InvalidArgument("prechecked: true or false")


class _Meaning:
    """Makes a pattern of what the rows of one kind share."""

    def __init__(
        self, known: Map, constants: Mapping[str, str], log: Log, files: Path | None
    ) -> None:
        self._known = known
        self._constants = constants
        self._log = log
        self._files = files
        self.rejects: list[_Reject] = []
        self.add: Callable[[Any], int] = lambda _: 0
        self._hashes: dict[str, str | None] = {}
        self._waiting: dict[Any, int] = {}

    def resolve(self, cells: list[str]) -> int:
        """The pattern of these cells; below 0: minus 1 minus the place of why there is none."""
        try:
            return self.add(self._event(dict(zip(SHARED, cells, strict=True))))
        except _Unclear as unclear:
            self.rejects.append(unclear.reject)
        except InvalidArgument as error:
            said = message_of(error)
            field = said.arguments[0] if said.arguments else ""
            column = _COLUMN_OF.get(field, field)
            self.rejects.append(_Reject("refused", column if column in COLUMNS else "", said))
        return -len(self.rejects)

    def _event(self, cells: dict[str, str]) -> Event:
        said: dict[str, str] = {}
        for word, cell in cells.items():
            text = cell.strip()
            if any("\udc80" <= c <= "\udcff" for c in text):
                raise _Unclear("encoding", word)
            table = self._known.values.get(word)
            if table is not None:
                if text not in table and not (text == "" and word in self._constants):
                    reason = "no_event" if word == "event" and not text else "unknown_value"
                    raise _Unclear(reason, word)
                text = table.get(text, "")
            said[word] = text or self._constants.get(word, "")
        kind = EVENTS.get(said["event"].casefold())
        if kind is None:
            raise _Unclear("unknown_value" if said["event"] else "no_event", "event")
        places = PLACES[kind]
        for word, text in said.items():
            # A constant is a default: it fills what the event has a place for.
            if text and word not in places and word not in ("event", "source"):
                if cells[word].strip():
                    raise _Unclear("no_place", word)
                said[word] = ""
        fields: dict[str, Any] = {"source": said["source"] or "import"}
        if "covers" in places and said["covers"]:
            fields["covers"] = _words_in(said["covers"])
        for word, name in (("purpose", "purposes"), ("channel", "channels")):
            if word in places:
                fields[name] = _words_in(said[word])
        if "distributor" in places:
            fields["distributors"] = _parties(said["distributor"])
            # Of a stop an empty list means everybody; of a consent, nobody: each has its own word.
            asks = kind is ConsentGiven or kind is ConsentAsked
            if _words_in(said["distributor"]) == (("all",) if asks else ("none",)):
                raise _Unclear("unknown_value", "distributor")
        for word in ("campaign", "giver", "authority", "advertiser"):
            if word in places and said[word]:
                fields[word] = said[word]
        if "method" in places and said["method"]:
            fields["means" if kind is ConsentWithdrawn else "method"] = said["method"]
        if "acts_for" in places and said["acts_for"]:
            callers = _words_in(said["acts_for"])
            fields["acts_for_any"] = callers == ("any",)
            fields["acts_for"] = () if fields["acts_for_any"] else callers
        if "operator" in places and said["operator"]:
            fields["operator_id"] = said["operator"]
        if said["code"]:
            words = set(_words_in(said["code"]))
            if words - {"sent", "returned", "none"} or (len(words) > 1 and "none" in words):
                raise _Unclear("unknown_value", "code")
            fields["code"] = Code("sent" in words, "returned" in words)
        if said["prechecked"]:
            fields["prechecked"] = _truth(said["prechecked"])
        if said["in_contract"]:
            if said["in_contract"] not in ("separate-mark", "no-mark"):
                raise _Unclear("unknown_value", "in_contract")
            fields["in_contract"] = InContract(said["in_contract"] == "separate-mark")
        if said["wording"]:
            fields["wording"] = self._wording(said["wording"])
        event = kind("+79000000000", at=datetime(2000, 1, 1, tzinfo=UTC), **fields)
        return cast(Event, event)

    def _wording(self, text: str) -> str:
        if _HEX.fullmatch(text):
            kept = self._log.wording(bytes.fromhex(text))
            if kept is None:
                raise _Unclear("unknown_wording", "wording")
            return kept
        if text.startswith("file:"):
            found = self._file(text[5:])
            if found is None:
                raise _Unclear("no_such_file", "wording")
            try:
                return found.read_bytes().decode("utf-8-sig")
            except UnicodeDecodeError:
                raise _Unclear("encoding", "wording") from None
        return text

    def _file(self, name: str) -> Path | None:
        if self._files is None or not name or "\0" in name:
            return None
        root = self._files.resolve()
        found = (root / name).resolve()
        return found if found.is_relative_to(root) and found.is_file() else None

    def hash_of(self, text: str) -> str | None:
        """SHA-256 in hex of files named in a cell; hashes in it stay. None: no such file."""
        known = self._hashes.get(text, "")
        if known == "":
            hashes: list[str] = []
            whole: str | None = ""
            for name in re.split(r"[;|\n]", text):
                name = name.strip()
                if not name:
                    continue
                if _HEX.fullmatch(name):
                    hashes.append(name)
                elif (found := self._file(name)) is not None:
                    with found.open("rb") as opened:
                        hashes.append(hashlib.file_digest(opened, "sha256").hexdigest())
                else:
                    whole = None
            known = None if whole is None else " ".join(hashes)
            self._hashes[text] = known
        return known


class _Unclear(Exception):  # noqa: N818  never leaves this file
    def __init__(self, reason: str, column: str) -> None:
        self.reject = _Reject(reason, column, DETAILS.get(reason, ""))


#: Cells of a consent: in the row of a stop they say nothing of the stop.
_OF_A_CONSENT: Final = (
    *("until", "document", "code", "prechecked", "in_contract", "giver", "authority"),
    *("advertiser", "acts_for", "wording", "evidence", "method"),
)
#: What the core itself reads of a stop, beside PLACES.
_OWN_OF_A_STOP: Final[Mapping[type[Any], frozenset[str]]] = {
    ConsentRefused: frozenset({"evidence"}),
    ConsentWithdrawn: frozenset({"evidence"}),
    OperatorRefusal: frozenset(),
}


class _Kinds:
    """What each row says, by its cell of the event alone."""

    def __init__(self, known: Map, fixed: Mapping[str, str], place: int) -> None:
        self._values = known.values.get("event")
        self._constant = fixed.get("event", "")
        self._place = place
        said = {*(self._values or {}).values(), self._constant}
        free = place >= 0 and self._values is None  # any word may stand there
        self.has_stops = free or any(self._is_stop(EVENTS.get(w.casefold())) for w in said)
        self._known: dict[str, type[Any] | None] = {}

    @property
    def declared(self) -> bool:
        """Whether the map says what cells of the event mean."""
        return self._values is not None and self._place >= 0

    @staticmethod
    def _is_stop(kind: type[Any] | None) -> bool:
        return kind in _OWN_OF_A_STOP

    def of(self, cells: Sequence[str] | None) -> type[Any] | None:
        """The event of a row; None where it cannot be told."""
        if cells is None or self._place >= len(cells):
            return EVENTS.get(self._constant.casefold()) if self._place < 0 else None
        text = cells[self._place].strip() if self._place >= 0 else ""
        if text not in self._known:
            word = text
            if self._values is not None and self._place >= 0:
                word = self._values.get(text, "")
            self._known[text] = EVENTS.get((word or self._constant).casefold())
        return self._known[text]

    def unmet(self) -> list[tuple[str, str]]:
        """Values of the event that were declared and that no row has."""
        values = self._values if self.declared else None
        return [("event", cell) for cell in values or () if cell not in self._known]

    def may_be_stop(self, cells: Sequence[str] | None) -> bool:
        """Whether a row is a stop, or nobody can tell that it is none."""
        kind = self.of(cells)
        return self._is_stop(kind) or (kind is None and self.has_stops)

    def not_of_a_stop(self, cells: Sequence[str], places: Mapping[str, int]) -> list[int]:
        """Places of filled cells that belong to a consent, in the row of a stop."""
        kind = self.of(cells)
        if kind is None or kind not in _OWN_OF_A_STOP:
            return []
        holds = PLACES[kind] | _OWN_OF_A_STOP[kind]
        return [
            place
            for word, place in places.items()
            if word not in holds and place < len(cells) and cells[place].strip()
        ]


class _Times:
    """Reads the times that the core does not: local ones, days alone, other orders."""

    def __init__(self, zone: str | None, dates: Dates) -> None:
        self.clock = Clock(load_zone(zone), dates) if zone else None
        self._bare = Clock(UTC, dates)
        self._day = _DAY.get(dates, _DAY["iso"])
        self._declared = dates

    def read(self, text: str, end_of_day: bool) -> int | str:
        """Microseconds of UTC, or why not."""
        try:
            found = self._day.fullmatch(text) or _DAY["iso"].fullmatch(text)
            if found:
                if self.clock is None:
                    return "no_zone"
                day = datetime(int(found["y"]), int(found["m"]), int(found["d"]))  # noqa: DTZ001
                wall = (day - EPOCH) // timedelta(microseconds=1)
                if end_of_day:
                    wall += 24 * HOUR - SECOND
                return wall - self.clock.offset_of(wall, None) + (SECOND - 1 if end_of_day else 0)
            wall, offset = self._bare.read(text)
            if offset is not None:
                return wall - offset
            if self.clock is None:
                return "no_zone"
            return wall - self.clock.offset_of(wall, None)
        except (Refused, ValueError, OverflowError):
            return "bad_time"

    def offset(self, hour: int) -> int | None:
        """What the zone adds in this whole hour; None where that changes within it."""
        if self.clock is None:
            return None
        try:
            first = self.clock.offset_of(hour, None)
            return first if self.clock.offset_of(hour + HOUR - SECOND, None) == first else None
        except Refused:
            return None


# --- rejects -------------------------------------------------------------------------------------


class _Rejects:
    """The file of rejects: made with the first of them, put in place when the import ends."""

    def __init__(self, path: Path, table: Table, names: Sequence[str], lang: Lang) -> None:
        self.path = path
        self._lang = lang
        _, self._part = self.places(path)
        self._part.unlink(missing_ok=True)  # what a kill left behind holds numbers
        self._encoding = "utf-8" if table.encoding in ("xlsx", "parquet") else table.encoding
        self._delimiter = table.delimiter
        self._names = names
        self._file: TextIO | None = None

    @staticmethod
    def places(path: Path) -> tuple[Path, Path]:
        """Where the rejects end, and where they are gathered."""
        return path, path.with_name(path.name + ".part")

    def put(self, row: int, column: str, why: _Reject, cells: Sequence[str]) -> None:
        if self._file is None:
            # It holds what the list held: nobody else's to read.
            opened = os.open(self._part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            self._file = os.fdopen(opened, "w", encoding=self._encoding, errors=KEEP, newline="")
            if self._encoding == "utf-8":
                self._file.write("\ufeff")
            self._writer = CsvWriter(self._file, [*MARK, *self._names], delimiter=self._delimiter)
        detail = in_language(why.detail, self._lang)
        if detail.encode(self._encoding, "replace").decode(self._encoding) != detail:
            detail = str(why.detail)  # the encoding of the list has no letters for it
        self._writer.row([row, column, why.reason, detail, *cells])

    def close(self) -> Path | None:
        if self._file is None:
            return None
        self._file.close()
        target = self.path
        # An earlier file of rejects may have been worked on: another one is not written over.
        if not self._may_take(target):
            numbered = (
                self.path.with_suffix(f".{n}{self.path.suffix}") for n in itertools.count(2)
            )
            target = next(filter(self._may_take, numbered))
        self._part.replace(target)
        return target

    def _may_take(self, place: Path) -> bool:
        """Whether nothing is there, or the same rejects; whatever a link points at is another's."""
        if not os.path.lexists(place):
            return True
        return place.is_file() and not place.is_symlink() and filecmp.cmp(place, self._part, False)


# --- importing -----------------------------------------------------------------------------------


def _positions(table: Table, known: Map, *, named: bool) -> dict[str, tuple[int, ...]]:
    """Where each word stands: a column, or several that are joined.

    Raises:
        InputError: Two columns could be one word: a stop for the number of a request would bar a
            stranger.
    """
    lowered = [name.strip().casefold() for name in table.names]
    # Among rejects, positions are those of the list that they come from.
    shift = len(MARK) if are_rejects(table) else 0
    found: dict[str, tuple[int, ...]] = {}
    for word, places in known.columns.items():
        if isinstance(table, Json):
            found[word] = (table.names.index(word),)
            continue
        hits: list[tuple[int, ...]] = []
        for place in places:
            parts = place if isinstance(place, tuple) else (place,)
            by_name = any(isinstance(part, str) for part in parts)
            # A position is meant where there are no names, or where nothing else is.
            if not (named if by_name else (not named or len(places) == 1)):
                continue
            where = [_column(part, lowered, shift, word) for part in parts]
            if all(one is not None for one in where):
                hits.append(tuple(one for one in where if one is not None))
        hits = list(dict.fromkeys(hits))
        if len(hits) > 1:
            called = ['"' + " + ".join(table.names[i] for i in hit) + '"' for hit in hits]
            raise InputError(
                Message(
                    "columns {} could each be {}; say which: --column {}=NAME, or a MAP.toml",
                    ", ".join(called),
                    word,
                    word,
                ),
                row=1,
                column=word,
            )
        if hits:
            found[word] = hits[0]
    return found


def _column(part: str | int, lowered: list[str], shift: int, word: str) -> int | None:
    if isinstance(part, int):
        if part + shift > len(lowered):
            width = len(lowered) - shift
            raise InputError(Message("{} is column {}, the file has {}", word, part, width))
        return part - 1 + shift
    same = [i for i, name in enumerate(lowered) if name == part.casefold()]
    if len(same) > 1:
        raise InputError(
            Message("{} columns of one name mean {}", len(same), word), row=1, column=word
        )
    return same[0] if same else None


def _is_header(cells: Sequence[str], known: Map) -> bool:
    """Whether these cells name the column of the number."""
    lowered = {cell.strip().casefold() for cell in cells}
    return any(
        all(isinstance(part, str) and part.casefold() in lowered for part in parts)
        for place in known.columns.get("number", ())
        for parts in (place if isinstance(place, tuple) else (place,),)
    )


def _check_unused(table: Table, found: Mapping[str, tuple[int, ...]], *, ours: bool) -> list[str]:
    if isinstance(table, Json) or not table.has_header:
        return []
    used = {i for places in found.values() for i in places}
    unused = [name for i, name in enumerate(table.names) if i not in used and name]
    if ours:
        for name in unused:
            close = difflib.get_close_matches(name.casefold(), COLUMNS, 1, 0.75)
            if close:
                # A misspelt "campaign" would turn a narrow consent into a wide one.
                raise InputError(
                    Message("a column whose name is almost {}; correct or remove it", close[0]),
                    row=1,
                )
    return unused


def _ids(file: Path, country: str) -> dict[str, str | None]:
    """A list of (id, number); None where an id has more than one number: which, nobody guesses."""
    given: dict[str, list[str]] = {}
    with file.open(encoding="utf-8-sig", newline="") as opened:
        for row in csv.reader(opened):
            if len(row) >= 2:
                given.setdefault(row[0].strip(), []).append(row[1].strip())
    unreadable = _unreadable(
        {text for few in given.values() if len(few) > 1 for text in few}, country
    )

    def meant(texts: list[str]) -> str | None:
        for text in texts:
            if text in unreadable:
                return text  # rejected for what is wrong with it
        plain = (re.fullmatch(r"[+\d ().-]+", text) is not None for text in texts)
        readings = {
            (read_digits(text, country or None) or text) if is_plain else text
            for text, is_plain in zip(texts, plain, strict=True)
        }
        return texts[0] if len(readings) == 1 else None

    return {name: texts[0] if len(texts) == 1 else meant(texts) for name, texts in given.items()}


def _unreadable(numbers: set[str], country: str) -> set[str]:
    """Those that no row could bear."""
    now = datetime.now(UTC)
    intake = _core.Intake(country, lambda _: 0, lambda *_: "bad_time", None)
    intake.add_pattern(ConsentWithdrawn("+79000000000", at=now))
    texts = sorted(numbers)
    always = ("", now.isoformat(), "", "", "")
    taken = intake.take([[text] for text in texts], (0, -1, -1, -1, -1), (), always, now)
    return {texts[index] for index, _, _ in taken.problems}


def import_list(
    log: Log,
    source: str | Path | IO[bytes],
    *,
    map: str | Path | Map | None = None,  # noqa: A002  the word of the command
    zone: str | None = None,
    dates: Dates | None = None,
    country: str | None = None,
    encoding: str | None = None,
    delimiter: str | None = None,
    sheet: str | None = None,
    at: datetime | None = None,
    constants: Mapping[str, str] | None = None,
    columns: Mapping[str, str] | None = None,
    values: Mapping[str, Mapping[str, str]] | None = None,
    snapshot: bool = False,
    ends_stops: bool = False,
    files: str | Path | None = None,
    numbers: str | Path | Mapping[str, str] | None = None,
    rejects: str | Path | None = None,
    lang: Lang = "en",
    now: datetime | None = None,
    progress: Progress | None = None,
) -> Imported:
    """Read a list into a log.

    Safe to run twice, and again after a crash: what the log says already is not recorded again.
    Rows are recorded in commits of some thousands; a crash loses none that was committed.

    Args:
        log: Open for writing.
        source: A path (CSV, TSV, XLSX, JSON lines or document; also gzip), or an open binary file.
        map: A ready map by name, a MAP.toml, or None: the columns bear our own names.
        zone: IANA name of the zone of times without an offset.
        dates: ``iso`` (the default), ``day-first``, ``month-first`` or ``unix``.
        country: Where numbers without a country code are: "RU", "KZ", "US", "CA"; "international":
            their digits begin with the country code, without a plus.
        encoding: Of the file; found out (UTF-8 or Windows-1251) where left out.
        delimiter: One character; found out of ``, ; tab |`` where left out.
        sheet: Of a workbook with several.
        at: When it happened, where no column says it.
        constants: Our word to what holds where a row says nothing.
        columns: Our word to a column of the list, before what the map says.
        values: Our word to {cell: our value}, beside what the map says.
        snapshot: The list is all that stands now: a stop of what is stopped already is no news, and
            is counted as already there.
        ends_stops: Record consents that end a standing stop; without it they are rejected.
        files: Folder of the documents and recordings that cells name.
        numbers: A CSV of (id, number), where the list names people by id.
        rejects: Where to put rejected rows; beside the source where left out.
        lang: Language of the details there; the reasons are codes.
        now: The moment of recording, for replays and tests.
        progress: Hears (bytes done, bytes of all, rows done).

    Raises:
        InputError: The file or what was declared about it cannot be used; ``row`` and ``column``.
        BrokenOffError: So it is, and rows before that are recorded; ``imported`` counts them.
        InvalidArgument: ``rejects`` lies in the log's own folder, or is a file that is read.
        StorageError: The log cannot be written; rows of earlier commits are in it.
    """
    known = Map.load(map).declared(columns or {}, values or {})
    if country is not None and country not in COUNTRIES:
        raise InputError("country must be RU, KZ, US, CA or international, or left out")
    fixed = {**known.constants, **(constants or {})}
    for word in constants or {}:
        if word not in COLUMNS:
            raise InputError(Message("{} is not one of {}", word, ", ".join(COLUMNS)))
    if at is not None:
        fixed["at"] = at.isoformat()
    if rejects is not None:
        named = (source, map, numbers)
        read = [each for each in named if isinstance(each, str | Path)]
        for written in _Rejects.places(Path(rejects)):
            private_file.keep_off(written, log=log.folder, inputs=read)
    if isinstance(source, str | Path):
        path = Path(source)
        with path.open("rb") as file:
            size = os.fstat(file.fileno()).st_size
            table = open_table(file, known, encoding, delimiter, sheet, size)
            beside = path.with_name(path.name + ".rejects.csv")
            return _run(
                log,
                table,
                known,
                fixed,
                zone,
                dates,
                country,
                files,
                numbers,
                Path(rejects) if rejects is not None else beside,
                lang,
                now,
                progress,
                map is None,
                (snapshot, ends_stops),
            )
    if rejects is None:
        rejects = "consent-import.rejects.csv"
    data = source.read()
    if not isinstance(data, bytes):
        raise InputError("an open file must be binary")
    table = open_table(io.BytesIO(data), known, encoding, delimiter, sheet, len(data))
    return _run(
        log,
        table,
        known,
        fixed,
        zone,
        dates,
        country,
        files,
        numbers,
        Path(rejects),
        lang,
        now,
        progress,
        map is None,
        (snapshot, ends_stops),
    )


def _run(
    log: Log,
    table: Delimited | Workbook | Parquet | Json,
    known: Map,
    fixed: Mapping[str, str],
    zone: str | None,
    dates: Dates | None,
    country: str | None,
    files: str | Path | None,
    numbers: str | Path | Mapping[str, str] | None,
    rejects: Path,
    lang: Lang,
    now: datetime | None,
    progress: Progress | None,
    ours: bool,
    beside: tuple[bool, bool],
) -> Imported:
    result = Imported(encoding=table.encoding)
    again = are_rejects(table)
    wide = country or known.country or ""
    snapshot, ends_stops = beside
    header = known.header
    # Rejects of a list without a header have one, which says nothing of the columns.
    nameless = again and all(re.fullmatch(r"column_\d+", n) for n in table.names[len(MARK) :])
    if not isinstance(table, Json) and not nameless:
        if header is not False and table.find_header(lambda cells: _is_header(cells, known)):
            header = True
        elif header is None:
            # No header holds the digits of a number: such a first line is a row.
            header = not any(NUMBER_LIKE.search(name) for name in table.names)
            result.without_header = not header
        named = _positions(table, known, named=bool(header))
        if header and not _is_header(table.names, known) and "number" in named:
            header = not any(NUMBER_LIKE.search(table.names[i]) for i in named["number"])
        if table.titles:
            result.warnings.append(
                Message.counted(
                    "{} line above the header was passed over",
                    "{} lines above the header were passed over",
                    table.titles,
                )
            )
        if header and "number" in known.columns and "number" not in named:
            named_columns = known.columns["number"]
            positions = [p for p in named_columns if isinstance(p, int)]
            if (
                len(named_columns) > len(positions)
                and "number" not in fixed
                and not (known.header is None and len(table.names) == 1)
            ):
                words = ", ".join(str(p) for p in named_columns if isinstance(p, str))
                raise InputError(
                    Message("no column is called {}: describe the file in a MAP.toml", words),
                    row=1,
                    column="number",
                )
    table.begin(header=bool(header) or nameless)
    found = _positions(table, known, named=bool(header) and not nameless)
    if "number" not in found and "number" not in fixed:
        first_column = len(MARK) if again else 0
        alone = len(table.names) == first_column + 1 and known.header is None
        if not isinstance(table, Json) and alone:
            found["number"] = (first_column,)
        else:
            raise InputError("no column holds the number", row=1, column="number")
    if not isinstance(table, Json):
        absent = [w for w in known.columns if w not in found and w not in known.optional]
        for word in absent if header and not nameless else ():
            if word not in ("number", "event", "at"):  # of these it is said below what they need
                called = ", ".join(map(str, known.columns[word]))
                raise InputError(
                    Message(
                        "the map says where {} stands, and no column is called {}: correct it, or"
                        ' say [format] optional = ["{}"]',
                        word,
                        called,
                        word,
                    ),
                    row=1,
                    column=word,
                )
        result.unused_columns = _check_unused(table, found, ours=ours and not again)
        if again:
            result.unused_columns = [n for n in result.unused_columns if n not in MARK]
    if "event" not in found and "event" not in fixed:
        raise InputError(
            "what each row says is not declared: a column event, or --set event=given",
            column="event",
        )
    if "at" not in found and "at" not in fixed:
        raise InputError("when it happened is not declared: a column at, or --at TIME", column="at")
    snapshot = snapshot or (known.snapshot and "at" not in found)
    times = _Times(zone or known.zone, dates or known.dates)
    meaning = _Meaning(known, fixed, log, Path(files) if files is not None else None)
    intake = _core.Intake(wide, meaning.resolve, times.read, times.offset if times.clock else None)
    meaning.add = intake.add_pattern
    joins: list[tuple[int, ...]] = []

    def place_of(word: str) -> int:
        """Where the cell of a word stands; a joined one behind all that the file has."""
        places = found.get(word, ())
        if len(places) < 2:
            return places[0] if places else -1
        joins.append(places)
        return len(table.names) + len(joins) - 1

    own = [place_of(word) for word in OWN]
    always = [fixed.get(word, "") for word in OWN]
    shared = [place_of(word) for word in SHARED]
    ids: Mapping[str, str | None] | None = None
    if numbers is not None:
        ids = numbers if isinstance(numbers, Mapping) else _ids(Path(numbers), wide)
    elif known.ids:
        ids = {}
        result.warnings.append(
            Message("the list names people by id: give --numbers with their numbers")
        )
    # Where a cell is empty what is fixed holds: cells are made anew only where that can be.
    kinds = _Kinds(known, fixed, shared[SHARED.index("event")])
    where = {**dict(zip(OWN, own, strict=True)), **dict(zip(SHARED, shared, strict=True))}
    of_consents = {w: where[w] for w in _OF_A_CONSENT if where[w] >= 0} if kinds.has_stops else {}
    names_of = {place: word for word, place in of_consents.items()}
    dropped: Counter[str] = Counter()
    before = log.size
    #: Whether a row is a state: granted, expires, and whether it was taken back.
    states = "until" in of_consents and own[1] >= 0
    snapshot = snapshot or states
    stopped_now = 0
    filling = [(place, always[i]) for i, place in enumerate(own) if place >= 0 and always[i]]
    hashing = [place for place in (own[3], own[4]) if place >= 0] if files is not None else []
    names = table.names if isinstance(table, Delimited | Workbook | Parquet) else ["record"]
    if isinstance(table, Delimited | Workbook | Parquet) and not table.has_header:
        names = [f"column_{i}" for i in range(1, len(table.names) + 1)]
    out = _Rejects(rejects, table, names[len(MARK) :] if again else names, lang)
    column_names = (
        {word: " + ".join(table.names[i] for i in places) for word, places in found.items()}
        if header
        else {}
    )

    def reject(batch: Batch, index: int, why: _Reject) -> None:
        cells = batch.cells[index]
        result.stops_rejected += kinds.may_be_stop(cells)
        if isinstance(table, Json) or cells is None:
            cells = [batch.raws[index].decode(table.encoding, "surrogateescape")]
            if why.reason == "too_long":
                cells = [cells[0][: Bounded.KEPT]]
        elif again:
            cells = cells[len(MARK) :]
        result.rejected += 1
        result.reasons[why.reason] += 1
        column = column_names.get(why.column, why.column)
        out.put(batch.lines[index], column, why, cells)

    def prepared() -> Iterator[tuple[Batch, Any, list[tuple[int, _Reject]], int]]:
        nonlocal stopped_now
        first = True
        for batch in _joined(table.batches()):
            problems: list[tuple[int, _Reject]] = []
            rows = list(batch.cells)
            for index, cells in enumerate(rows):
                reason = table.problem(batch.lines[index], cells)
                if reason is not None:
                    problems.append((index, _Reject(reason, "", DETAILS.get(reason, ""))))
                    rows[index] = None
            if again or ids is not None or filling or hashing or joins or of_consents:
                for index, cells in enumerate(rows):
                    if cells is None:
                        continue
                    cells = [unguarded(cell) for cell in cells] if again else list(cells)
                    cells += [" ".join(cells[i].strip() for i in parts).strip() for parts in joins]
                    if ids is not None and own[0] >= 0:
                        number = ids.get(cells[own[0]].strip(), "")
                        if number is None:
                            why = _Reject("two_numbers", "number", DETAILS["two_numbers"])
                            problems.append((index, why))
                            rows[index] = None
                            continue
                        cells[own[0]] = number
                    extra = kinds.not_of_a_stop(cells, of_consents)
                    if states and of_consents["until"] in extra:
                        # A table of states: its time is that of the consent. The no holds now.
                        cells[own[1]] = (now or datetime.now(UTC)).isoformat()
                        stopped_now += 1
                    for place in extra:
                        dropped[column_names.get(names_of[place], names_of[place])] += 1
                        cells[place] = ""
                    for place, constant in filling:
                        cells[place] = cells[place].strip() or constant
                    for place in hashing:
                        named_files = meaning.hash_of(cells[place]) if cells[place] else ""
                        if named_files is None:
                            word = OWN[own.index(place)]
                            why = _Reject("no_such_file", word, DETAILS["no_such_file"])
                            problems.append((index, why))
                            rows[index] = None
                            break
                        cells[place] = named_files
                    else:
                        rows[index] = cells
            for cells in rows if kinds.declared else ():
                kinds.of(cells)
            moment = now or datetime.now(UTC)
            taken = intake.take(rows, own, shared, always, moment)
            for index, word, sentence in taken.problems:
                reason = "no_zone" if word == "until_no_zone" else word
                if word == "not_a_number" and wide:
                    sentence = DETAILS["not_a_number"]  # a country was declared: it is not lacking
                problems.append((index, _Reject(reason, _column_of(word), sentence)))
            for index, place in taken.unpatterned:
                problems.append((index, meaning.rejects[-place - 1]))
            repeated: list[int] = []
            for index, effect in taken.against(log, before, snapshot, not ends_stops):
                if effect == "ends_stop":
                    result.stops_ended += 1
                    if not ends_stops:
                        why = _Reject("ends_a_stop", "event", DETAILS["ends_a_stop"])
                        problems.append((index, why))
                else:
                    repeated.append(index)
            if problems and first:
                _refuse_undeclared(batch, problems, column_names)
            first = False
            taken.offer(log)
            yield batch, taken, problems, len(repeated)

    broken: InputError | None = None
    try:
        for batch, taken, problems, repeated in _ahead(prepared()):
            moment = now or log._now()
            recorded, already, refused = taken.append(log, moment)
            problems += [
                (index, _Reject(word, "number", DETAILS.get(word, ""))) for index, word in refused
            ]
            for index, why in sorted(problems, key=lambda item: item[0]):
                reject(batch, index, why)
            result.rows += len(batch.cells)
            result.accepted += recorded
            result.already_there += already + repeated
            if progress is not None:
                progress(table.done(), table.size, result.rows)
    except InputError as error:
        if not result.rows:
            raise
        broken = error
    finally:
        result.rejects_file = out.close()
    if broken is not None:
        raise BrokenOffError(broken, result) from None
    if isinstance(table, Json) and result.rows:
        for word in known.columns:
            if word not in table.met and word not in known.optional:
                result.warnings.append(
                    Message("no record holds {} where the map says it stands", word)
                )
    if stopped_now:
        result.warnings.append(
            Message(
                "{} stops count from now: their rows hold the time and the term of the consent",
                stopped_now,
            )
        )
    _say_what_looks_wrong(result, table, known, dropped, kinds, ends_stops=ends_stops)
    if result.rows != result.accepted + result.rejected + result.already_there:
        raise InternalError(Message("{} rows read, not all of them accounted for", result.rows))
    return result


def _say_what_looks_wrong(
    result: Imported,
    table: Table,
    known: Map,
    dropped: Counter[str],
    kinds: _Kinds,
    *,
    ends_stops: bool,
) -> None:
    say = result.warnings.append
    for column, count in sorted(dropped.items()):
        say(
            Message(
                "{} rows of stops have a cell {} of a consent: the stops are taken without it",
                count,
                column,
            )
        )
    if table.passed_over:
        say(Message("{} records of other tables were passed over", table.passed_over))
    if result.stops_ended and ends_stops:
        say(Message("{} consents end a standing stop", result.stops_ended))
    elif result.stops_ended:
        say(
            Message(
                "{} consents would end a standing stop and were rejected; --ends-stops records"
                " them",
                result.stops_ended,
            )
        )
    if result.stops_rejected:
        say(
            Message(
                "{} rejected rows are stops, or may be: these persons go on being called",
                result.stops_rejected,
            )
        )
    if result.nothing_recorded:
        say(Message("nothing was recorded: none of the {} rows could be read", result.rows))
    if known.name not in ready_maps() and result.rows:
        for word, cell in kinds.unmet():
            say(Message('no row holds "{}", which the map declares for {}', cell, word))


def _column_of(problem: str) -> str:
    if problem in (
        *("no_number", "not_a_number", "two_numbers", "digits_lost", "extension"),
        *("series", "digit_missing", "bare_plus", "inn"),
    ):
        return "number"
    if problem in ("no_time", "bad_time", "no_zone", "in_the_future"):
        return "at"
    if problem in ("bad_until", "until_no_zone"):
        return "until"
    return {"bad_hash": "evidence"}.get(problem, "")


def _refuse_undeclared(
    batch: Batch,
    problems: Sequence[tuple[int, _Reject]],
    column_names: Mapping[str, str],
) -> None:
    """Stop before the first row is recorded where a declaration is what all of them lack."""
    if len(problems) < len(batch.cells):
        return
    _, first = min(problems, key=lambda item: item[0])
    for word, what in (("no_zone", "the zone of the times: --zone Europe/Moscow"),):
        if all(why.reason == word for _, why in problems):
            raise InputError(
                Message("a local time; declare {}", what),
                row=batch.lines[0],
                column=column_names.get(first.column, first.column),
            )


def _joined(batches: Iterator[Batch]) -> Iterator[Batch]:
    """The same rows in batches of a commit's size."""
    lines: list[int] = []
    cells: list[list[str] | None] = []
    raws: list[bytes] = []
    for batch in batches:
        lines += batch.lines
        cells += batch.cells
        raws += batch.raws
        if len(lines) >= BATCH_ROWS:
            yield Batch(lines, cells, raws)
            lines, cells, raws = [], [], []
    if lines:
        yield Batch(lines, cells, raws)


def _ahead(items: Iterator[Any]) -> Iterator[Any]:
    """The same items, made by a thread of their own while the log is written."""
    waiting: queue.Queue[tuple[bool, Any]] = queue.Queue(maxsize=2)
    stop = threading.Event()

    def put(item: tuple[bool, Any]) -> bool:
        while not stop.is_set():
            try:
                waiting.put(item, timeout=0.1)
            except queue.Full:
                continue
            return True
        return False

    def work() -> None:
        try:
            for item in items:
                if not put((True, item)):
                    return
        except BaseException as error:  # handed over: it is raised where the import was asked for
            put((False, error))
        else:
            put((False, None))

    thread = threading.Thread(target=work, name="consent-import", daemon=True)
    thread.start()
    try:
        while True:
            more, item = waiting.get()
            if not more:
                if item is not None:
                    raise item
                return
            yield item
    finally:
        stop.set()
        thread.join()
