"""The operator's detail of calls, and any table of them: CSV, XLSX, a PDF with text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path
from typing import IO, Final

from consent.errors import NotBuiltError
from consent.files.clock import EPOCH, SECOND, Clock, Refused
from consent.files.list_map import Map
from consent.files.list_table import Json, Parquet, open_table
from consent.files.phone_log import (
    LONGEST_TEXT,
    Kind,
    PhoneLine,
    PhoneLog,
    Way,
    duration_of,
    moment_of,
    read_sender,
)
from consent.files.records import InputError
from consent.locale.message import Message
from consent.number import PhoneNumber

__all__ = ["WORDS", "read_pdf", "read_table"]

#: Names of columns as phones, apps and operators write them; the first that a file has counts.
_NAMES: Final[Mapping[str, tuple[str, ...]]] = {
    "at": (
        *("at", "дата и время", "дата/время", "дата, время", "дата и время звонка", "datetime"),
        *("дата и время начала", "дата и время соединения", "date time", "date/time", "timestamp"),
        *("дата и время события", "время начала", "начало", "start", "started", "when"),
    ),
    "date": (
        *("дата", "дата звонка", "дата соединения", "дата вызова", "дата события", "date", "day"),
        *("call date", "дата начала"),
    ),
    "time": (
        *("время", "время звонка", "время соединения", "время вызова", "time", "call time"),
        *("время события", "время суток"),
    ),
    "number": (
        *("number", "номер", "номер абонента", "номер собеседника", "номер телефона", "phone"),
        *("абонент", "собеседник", "вызываемый/вызывающий номер", "phone number", "address"),
        *("исходящий/входящий номер", "второй номер", "номер b", "номер б", "sender"),
        *("входящий/исходящий номер", "контакт", "отправитель", "номер другого абонента"),
    ),
    "from": (
        *("from", "инициатор звонка", "инициатор", "вызывающий номер", "вызывающий абонент"),
        *("номер вызывающего", "номер а", "номер a", "кто звонил", "caller", "исходящий номер"),
        *("вызывающий", "звонивший"),
    ),
    "to": (
        *("to", "принимающий звонок/событие", "принимающий", "вызываемый номер", "called"),
        *("вызываемый абонент", "номер вызываемого", "кому звонили", "набранный номер", "callee"),
        *("вызываемый", "входящий номер"),
    ),
    "way": (
        *("way", "направление", "направление вызова", "тип вызова", "тип звонка", "direction"),
        *("вид вызова", "вх/исх", "входящий/исходящий", "type", "call type"),
    ),
    "kind": (
        *("kind", "услуга", "вид услуги", "тип услуги", "тип события", "событие", "service"),
        *("описание действия/услуги", "вид связи", "тип", "описание", "тип соединения"),
    ),
    "duration": (
        *("duration", "длительность", "длительность/объем", "длительность (мин:сек)", "секунд"),
        *("длительность, сек", "длительность, мин:сек", "продолжительность", "duration_s"),
        *("длительность/ объем (мин.:сек.)/(kb)", "размер сессии/длительность", "объем"),
        *("длительность, с", "продолжительность, сек", "длительность/объём", "объём"),
        *("duration (s)", "duration in seconds", "объем услуг"),
    ),
    "label": ("label", "имя", "name", "contact", "contact_name", "подпись", "метка"),
    "text": ("text", "текст", "сообщение", "message", "body", "текст сообщения"),
    "answered": ("answered", "принят", "отвечен", "ответ"),
}
WORDS: Final = tuple(_NAMES)

_IN: Final = re.compile(r"вход|\bвх\b|\bin\b|incoming|inbound|received|пропущ|missed|принят", re.I)
_OUT: Final = re.compile(r"исход|\bисх\b|\bout\b|outgoing|outbound|\bsent\b|dialed|dialled", re.I)
_MISSED: Final = re.compile(r"пропущ|missed|неотвеч|отклон|reject|declin|blocked", re.I)
_MESSAGE: Final = re.compile(r"\bsms\b|смс|сообщени|\bmms\b|ммс|message", re.I)
_OTHER: Final = re.compile(
    r"gprs|интернет|internet|трафик|traffic|\b[kmкм][bб]\b|абонентская плата|плата за|списание|"
    r"пополнени|платеж|платёж|ussd|\blte\b|данных",
    re.I,
)
#: Types of an Android call log that was saved as a table.
_ANDROID: Final[Mapping[str, tuple[Way, bool | None]]] = {
    "1": ("incoming", True),
    "2": ("outgoing", None),
    "3": ("incoming", False),
    "5": ("incoming", False),
    "6": ("incoming", False),
}
_NO: Final = frozenset(("0", "no", "false", "нет", "-"))
_YES: Final = frozenset(("1", "yes", "true", "да", "+"))
_DAY_FIRST: Final = re.compile(r"\d{1,2}[./-]\d{1,2}[./-]\d{2,4}")


def _key(name: str) -> str:
    return " ".join(name.casefold().replace("ё", "е").split()).strip(":. *")


_WANTED: Final = {word: tuple(_key(name) for name in names) for word, names in _NAMES.items()}


def _places(names: Sequence[str], declared: Mapping[str, str]) -> dict[str, int]:
    found: dict[str, int] = {}
    keys = [_key(name) for name in names]
    for word, wanted in _WANTED.items():
        for name in wanted:
            if word not in declared and name in keys:
                found[word] = keys.index(name)
                break
    for word, name in declared.items():
        if word not in WORDS:
            raise InputError(Message("{} is not one of {}", word, ", ".join(WORDS)))
        if _key(name) not in keys:
            raise InputError(Message("no column of that name for {}", word))
        found[word] = keys.index(_key(name))
    if "at" in found and "time" in found and found["at"] == found["time"]:
        del found["time"]
    return found


def _is_header(names: Sequence[str], declared: Mapping[str, str]) -> bool:
    try:
        found = _places(names, declared)
    except InputError:
        return False
    return bool({"number", "from"} & set(found)) and bool({"at", "date"} & set(found))


class _Times:
    """Times of a table in a declared zone: Russian dates begin with the day."""

    def __init__(self, zone: tzinfo | None) -> None:
        self._clock = None if zone is None else Clock(zone, "day-first")
        self._bare = Clock(UTC, "day-first")
        self.seconds = True

    def read(self, text: str) -> datetime | str:
        text = text.strip()
        if re.fullmatch(r"\d{12,14}", text, re.ASCII):
            try:
                return moment_of(text)
            except (ValueError, OverflowError):
                return Message("no time in milliseconds since 1970")
        clock = self._clock or self._bare
        before = clock.without_seconds
        try:
            wall, offset = clock.read(text)
            if offset is None and self._clock is None:
                raise InputError(
                    "times without an offset, and no zone is declared: --zone Europe/Moscow"
                )
            if offset is None:
                offset = clock.offset_of(wall, None)
        except Refused as error:
            return error.detail
        if clock.without_seconds > before:
            self.seconds = False
        moment = EPOCH.replace(tzinfo=UTC) + timedelta(microseconds=wall - offset)
        return moment if wall % SECOND else moment.replace(microsecond=0)


def _way(text: str) -> tuple[Way, bool | None]:
    if text.strip() in _ANDROID:
        return _ANDROID[text.strip()]
    answered = False if _MISSED.search(text) else None
    if _OUT.search(text) and not _IN.search(text):
        return "outgoing", answered
    if _IN.search(text) or answered is False:
        return "incoming", answered
    return "unknown", answered


def _kind(text: str) -> Kind:
    if _OTHER.search(text):
        return "other"
    return "message" if _MESSAGE.search(text) else "call"


class _Rows:
    """Turns rows of cells into lines."""

    def __init__(
        self,
        log: PhoneLog,
        times: _Times,
        country: str | None,
        subscriber: PhoneNumber | None,
    ) -> None:
        self._log = log
        self._times = times
        self._country = country
        self._own = None if subscriber is None else subscriber.e164

    def take(self, row: int, cell: Mapping[str, str]) -> None:
        kind = _kind(f"{cell.get('kind', '')} {cell.get('way', '')}")
        if kind == "other" or re.search(r"\d\s*[kmкм][bб]\b", cell.get("duration", ""), re.I):
            return  # traffic and charges are contacts of nobody
        when = cell.get("at") or f"{cell.get('date', '')} {cell.get('time', '')}"
        at = self._times.read(when)
        if isinstance(at, str):
            self._log.refuse(row, at)
            return
        said, answered = _way(f"{cell.get('way', '')}")
        if said == "unknown":
            said, answered = _way(cell.get("kind", ""))
        found = self._party(cell, said)
        if isinstance(found, Message):
            self._log.refuse(row, found)
            return
        sender, way = found
        text = cell.get("text", "")
        if len(text) > LONGEST_TEXT:
            self._log.refuse(row, Message("a message longer than {} characters", LONGEST_TEXT))
            return
        if cell.get("answered", "").strip().casefold() in _NO | _YES:
            answered = cell["answered"].strip().casefold() in _YES
        self._log.add(
            PhoneLine(
                row=row,
                at=at,
                kind="message" if text and "kind" not in cell else kind,
                way=way,
                sender=sender,
                label=cell.get("label", "").strip()[:200],
                duration_s=duration_of(cell.get("duration", "")),
                answered=answered,
                text=text,
            )
        )

    def _party(self, cell: Mapping[str, str], said: Way) -> tuple[str, Way] | Message:
        """The other party and the way; of caller and called, whoever is not the subscriber."""
        if "from" in cell and "to" in cell:
            caller = read_sender(cell["from"], self._country)
            called = read_sender(cell["to"], self._country)
            if not isinstance(called, Message) and called[0] == self._own:
                return caller if isinstance(caller, Message) else (caller[0], "incoming")
            if not isinstance(caller, Message) and caller[0] == self._own:
                return called if isinstance(called, Message) else (called[0], "outgoing")
            if said == "outgoing":
                return called if isinstance(called, Message) else (called[0], said)
            return caller if isinstance(caller, Message) else (caller[0], said)
        found = read_sender(cell.get("number", cell.get("from", "")), self._country)
        if isinstance(found, Message):
            return found
        # An arrow beside the number says more than a word of the service.
        return found[0], said if found[1] == "unknown" else found[1]


def read_table(
    file: IO[bytes],
    size: int,
    *,
    zone: tzinfo | None,
    country: str | None,
    subscriber: PhoneNumber | None,
    columns: Mapping[str, str],
    encoding: str | None,
    delimiter: str | None,
    sheet: str | None,
) -> PhoneLog:
    """Read a table of calls or messages.

    Raises:
        InputError: No header names a time and the other party, or the file is none that is read.
    """
    known = Map(columns=dict(_NAMES))
    table = open_table(file, known, encoding, delimiter, sheet, size)
    if isinstance(table, Json | Parquet):
        raise InputError("a call log is read from XML, CSV, XLSX or a PDF with text")
    if not table.find_header(lambda names: _is_header(names, columns)):
        raise InputError(
            "no header names a time and the other party; name the columns:"
            ' --column "at=Дата и время" --column "number=Номер"'
        )
    places = _places(table.names, columns)
    table.begin(header=True)
    log, times = PhoneLog("table"), _Times(zone)
    rows = _Rows(log, times, country, subscriber)
    for batch in table.batches():
        for line, cells in zip(batch.lines, batch.cells, strict=True):
            problem = table.problem(line, cells)
            if problem == "above_header":  # whose detail it is, and of what period
                continue
            if cells is None or problem not in (None, "merged_cells"):
                log.refuse(line, Message("the row cannot be divided into the columns"))
                continue
            if not any(cell.strip() for cell in cells):
                continue
            rows.take(line, {word: cells[at].strip() for word, at in places.items()})
    log.seconds = times.seconds
    return log


# --- PDF -----------------------------------------------------------------------------------------

MOST_PDF_BYTES: Final = 1 << 26
MOST_PAGES: Final = 3000
MOST_TEXT: Final = 1 << 25

_DATE: Final = r"(?P<date>\d{1,2}\.\d{1,2}\.(?:\d{4}|\d{2})|\d{4}-\d\d-\d\d)"
_LINE: Final = re.compile(rf"(?<![\d.]){_DATE}[ ,T]+(?P<time>\d{{1,2}}:\d\d(?::\d\d)?)(?![\d:])")
_NUMBER: Final = re.compile(
    r"(?:<-+|←|-+>|→)?\s*(?<![\d.,:])\+?[78][\s(-]*\d{3}[\s)-]*\d{3}[\s-]*\d\d[\s-]*\d\d(?![\d.,:])"
    r"\s?(?:<-+|←|-+>|→)?"
)
#: A sender by name or a short number, where no whole number stands in the line.
_NAME: Final = re.compile(r"(?<![\w.])(?:[A-Z][A-Za-z0-9_.-]{2,10}|\d{3,6})(?![\w:.,])")
_LONG: Final = re.compile(r"(?<![\d.:])(?:\d{1,2}:)?\d{1,3}:\d\d(?![\d:.])")
#: Words of a detail that are no sender's name.
_NO_NAME: Final = frozenset(("sms", "mms", "gprs", "lte", "ussd", "volte", "wifi", "gmt", "utc"))


def read_pdf(
    path: Path,
    *,
    zone: tzinfo | None,
    country: str | None,
    subscriber: PhoneNumber | None,
) -> PhoneLog:
    """Read the text of a PDF: each line that begins a date and a time is one event.

    Raises:
        InputError: It is encrypted, broken, too large, or holds no text (a scan).
    """
    log, times = PhoneLog("pdf"), _Times(zone)
    rows = _Rows(log, times, country, subscriber)
    own = None if subscriber is None else subscriber.e164
    for place, line in enumerate(_text_lines(path), 1):
        found = _LINE.search(line)
        if found is None:
            continue
        rest = line[found.end() :]
        numbers = [match[0] for match in _NUMBER.finditer(rest)]
        others = [each for each in numbers if _is_other(each, country, own)]
        if len(others) > 1 or (numbers and not others):
            log.refuse(place, Message("which of the numbers is the other party cannot be told"))
            continue
        after = rest
        if others:
            after = rest.replace(others[0], " ", 1)
            number = others[0]
        else:
            names = [
                each[0]
                for each in _NAME.finditer(_LONG.sub(" ", rest))
                if each[0].casefold() not in _NO_NAME
            ]
            kind = _kind(rest)
            if kind == "other":
                continue
            if not names:
                log.refuse(place, Message("no other party in the line"))
                continue
            number = names[0]
        durations = _LONG.findall(after)
        rows.take(
            place,
            {
                "at": f"{found['date']} {found['time']}",
                "number": number,
                "way": rest,
                "kind": rest,
                "duration": durations[0] if durations else "",
            },
        )
    if not log.lines and not log.refused:
        raise InputError("no line of the PDF begins with a date and a time")
    log.seconds = times.seconds
    return log


def _is_other(text: str, country: str | None, own: str | None) -> bool:
    found = read_sender(text, country)
    return isinstance(found, Message) or found[0] != own


def _text_lines(path: Path) -> Iterator[str]:
    try:
        from pypdf import PdfReader
        from pypdf.errors import PyPdfError
    except ImportError:
        raise NotBuiltError(
            "reading PDF needs the package pypdf (pip install consent[letters])"
        ) from None
    if path.stat().st_size > MOST_PDF_BYTES:
        raise InputError(Message("a PDF of more than {} bytes", MOST_PDF_BYTES))
    characters = 0
    try:
        reader = PdfReader(path)
        if reader.is_encrypted:
            raise InputError("the PDF is encrypted: save it without a password")
        if len(reader.pages) > MOST_PAGES:
            raise InputError(Message("a PDF of more than {} pages", MOST_PAGES))
        for page in reader.pages:
            text = page.extract_text()
            characters += len(text)
            if characters > MOST_TEXT:
                raise InputError("the PDF unpacks to more text than a detail has")
            yield from text.splitlines()
    except InputError:
        raise
    except (PyPdfError, ValueError, KeyError, TypeError, RecursionError, OSError) as error:
        raise InputError(Message("a broken PDF: {}", type(error).__name__)) from None
    if not characters:
        raise InputError("the PDF holds no text (a scan): ask the operator for CSV, XLSX or text")
