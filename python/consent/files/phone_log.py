"""What a telephone or its operator wrote down: calls and messages, whatever the file is."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path
from typing import Final, Literal

from consent.errors import ParseError
from consent.files.records import InputError
from consent.files.seconds import seconds_of
from consent.locale.message import Message
from consent.number import PhoneNumber, parse_sender

__all__ = ["LINES", "PhoneLine", "PhoneLog", "Refusal", "read_phone_log", "sender_in"]

Kind = Literal["call", "message", "other"]
Way = Literal["incoming", "outgoing", "unknown"]

#: Lines of one file that are read; a phone in use for ten years has fewer.
LINES: Final = 1_000_000
#: Characters of a message that are kept whole; a longer one is refused, not cut.
LONGEST_TEXT: Final = 1 << 16


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneLine:
    """One call or message as somebody's file has it.

    Attributes:
        row: Line of the file, from 1.
        at: When it began, UTC.
        kind: ``call``, ``message`` or ``other`` (traffic, charges).
        way: ``incoming``, ``outgoing`` or ``unknown``.
        sender: The other party: a number, a short number or a name; "" where it is hidden.
        label: What the screen showed beside it.
        duration_s: Seconds; None where nothing is said.
        answered: None where nothing is said.
        text: The whole text of a message.
    """

    row: int
    at: datetime
    kind: Kind = "call"
    way: Way = "incoming"
    sender: str = ""
    label: str = ""
    duration_s: int | None = None
    answered: bool | None = None
    text: str = ""


@dataclass(frozen=True, slots=True)
class Refusal:
    """A line that could not be read: where, and why."""

    row: int
    reason: str


@dataclass(slots=True)
class PhoneLog:
    """The lines of a file.

    Attributes:
        source: ``android calls``, ``android messages``, ``table`` or ``pdf``.
        lines: In the order of the file.
        refused: Lines that could not be read.
        seconds: Its times have seconds.
    """

    source: str
    lines: list[PhoneLine] = field(default_factory=list)
    refused: list[Refusal] = field(default_factory=list)
    seconds: bool = True

    def add(self, line: PhoneLine) -> None:
        """Take a line.

        Raises:
            InputError: The file has more than any phone would.
        """
        if len(self.lines) >= LINES:
            raise InputError(Message("more than {} lines: not the file of one telephone", LINES))
        self.lines.append(line)

    def refuse(self, row: int, reason: str) -> None:
        """Take note of a line that could not be read; as bounded as the lines are."""
        if len(self.refused) >= LINES:
            raise InputError(Message("more than {} lines: not the file of one telephone", LINES))
        self.refused.append(Refusal(row, reason))


_HIDDEN: Final = frozenset(
    (
        *("", "-", "-1", "-2", "-3", "null", "none", "unknown", "private", "anonymous", "withheld"),
        *("restricted", "неизвестно", "неизвестный", "неизвестен", "скрыт", "скрытый", "скрыто"),
        *("номер скрыт", "скрытый номер", "не определен", "не определён", "нет номера"),
        *("private number", "unknown number", "unknown caller", "(unknown)"),
    )
)
_ARROW: Final = re.compile(r"^(?P<way><-+|←|-+>|→)\s*|\s*(?P<behind><-+|←|-+>|→)$")


def sender_in(text: str, country: str | None) -> tuple[str, Way]:
    """Who the other party was, and which way where an arrow says it (``<--79161234567``).

    Returns:
        "" for a hidden number.

    Raises:
        ParseError: It is neither a number nor a name. The message does not repeat it.
    """
    way: Way = "unknown"
    text = text.strip().strip("'\"").strip()
    if found := _ARROW.search(text):
        arrow = found["way"] or found["behind"]
        way = "incoming" if arrow.startswith(("<", "←")) else "outgoing"
        text = _ARROW.sub("", text).strip()
    if text.casefold() in _HIDDEN:
        return "", way
    for prefix in ("tel:", "sms:", "sms i:", "sms o:"):
        text = text.removeprefix(prefix).strip()
    if re.fullmatch(r"\d{7,}\.0", text):  # a spreadsheet took it for a quantity
        text = text[:-2]
    return parse_sender(text, country).text, way


def moment_of(milliseconds: str) -> datetime:
    """Unix time in milliseconds, as a phone writes it.

    Raises:
        ValueError: No such moment, or one that only an unset clock shows.
    """
    if not re.fullmatch(r"\d{10,14}", milliseconds, re.ASCII):
        raise ValueError(milliseconds[:0])
    moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=int(milliseconds))
    if not 2000 <= moment.year < 2100:
        raise ValueError
    return moment


def duration_of(text: str) -> int | None:
    """Seconds of ``12``, ``0:00:12`` or ``00:12``; None where nothing or something else is said."""
    found = seconds_of(text)
    return None if found is None or found < 0 else found


def read_phone_log(
    file: str | os.PathLike[str],
    *,
    zone: tzinfo | None = None,
    country: str | None = "RU",
    subscriber: PhoneNumber | None = None,
    columns: Mapping[str, str] | None = None,
    encoding: str | None = None,
    delimiter: str | None = None,
    sheet: str | None = None,
) -> PhoneLog:
    """Read a phone's call log or messages, or the operator's detail.

    Args:
        file: Android XML (SMS Backup & Restore), CSV, XLSX, or a PDF with text; packed or not.
        zone: Of times without an offset; Unix times need none.
        country: Of numbers without a country code.
        subscriber: Whose phone it is: tells caller from called where a table has both.
        columns: Our words to the columns of a table: ``at date time number from to way kind
            duration label text answered``.
        encoding: Of a text table; else found out.
        delimiter: Of a text table; else found out.
        sheet: Of a workbook with several.

    Raises:
        InputError: The file cannot be used; the message says what to change.
        OSError: It cannot be read.
    """
    from consent.files.detail import read_pdf, read_table
    from consent.files.phone_xml import begins_xml, read_xml

    path = Path(file)
    with path.open("rb") as opened:
        head = opened.read(1 << 12)
        opened.seek(0)
        if head.lstrip().startswith(b"%PDF-"):
            return read_pdf(path, zone=zone, country=country, subscriber=subscriber)
        if begins_xml(opened):
            opened.seek(0)
            return read_xml(opened, country=country)
        opened.seek(0)
        return read_table(
            opened,
            path.stat().st_size,
            zone=zone,
            country=country,
            subscriber=subscriber,
            columns=columns or {},
            encoding=encoding,
            delimiter=delimiter,
            sheet=sheet,
        )


def read_sender(text: str, country: str | None) -> tuple[str, Way] | Message:
    """As :func:`sender_in`; what it is not, as a sentence."""
    try:
        return sender_in(text, country)
    except ParseError:
        return Message("the other party is neither a number nor a name")
