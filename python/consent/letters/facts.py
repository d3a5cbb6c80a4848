"""What a letter states: the applicant, the contacts, and what is enclosed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, tzinfo
from typing import Final, Literal

__all__ = ["Attachment", "Claim", "Facts", "ReceivedContact", "moscow"]

_MONTHS: Final = (
    *("января", "февраля", "марта", "апреля", "мая", "июня", "июля", "августа"),
    *("сентября", "октября", "ноября", "декабря"),
)


@dataclass(frozen=True, slots=True)
class Claim:
    """What the applicant says of a consent: ``never``, ``withdrawn`` (when) or ``unknown``."""

    claim: Literal["never", "withdrawn", "unknown"] = "unknown"
    on: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceivedContact:
    """One contact, as the letter shows it. Texts are other people's words: data, never markup."""

    seq: int
    at: datetime
    sender: str = ""
    label: str = ""
    channel: str = "voice"
    heard: str = "unclear"
    company: str = ""
    distributor: str = ""
    said: str = ""
    duration_s: int | None = None
    answered: str = "unknown"
    asked_to_stop: bool = False
    called_by_name: bool = False
    advertising: Claim = Claim()
    personal_data: Claim = Claim()

    @property
    def caller(self) -> str:
        """Whom a letter calls the caller: the name said, and the number or the sender's name."""
        number = f"«{self.sender}»" if self.sender and not self.sender.startswith("+") else None
        shown = number or self.sender or "номер скрыт"
        return f"{self.company} ({shown})" if self.company else shown


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that goes along: its name in the pack, its size and hash, and what it shows."""

    name: str
    size: int
    sha256: str
    about: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """Everything that letters are filled with.

    Attributes:
        number: The number called, E.164.
        contacts: In order of time.
        zone: Of the times shown.
        today: Date of the letter.
        stops: When a stop was demanded otherwise than during a contact.
        attachments: What is enclosed.
        addressee: Lines of the addressee; empty: the letter leaves them open.
        lacks: What is still missing: the letter says that it is a draft.
        first_day: Begin of the period of a detail or consent; else the day of the first contact.
        last_day: Its end; else the day of the last contact.
    """

    number: str
    contacts: Sequence[ReceivedContact]
    zone: tzinfo
    today: date
    stops: Sequence[datetime] = ()
    attachments: Sequence[Attachment] = ()
    addressee: Sequence[str] = ()
    lacks: Sequence[str] = field(default_factory=tuple)
    first_day: date | None = None
    last_day: date | None = None

    def days(self) -> tuple[date, date]:
        """The period that the letter asks about."""
        days = sorted(each.at.astimezone(self.zone).date() for each in self.contacts)
        first = days[0] if days else self.today
        last = days[-1] if days else self.today
        return self.first_day or first, self.last_day or last


def day_text(day: date) -> str:
    """A day as a letter writes it."""
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year} г."


def offset_text(at: datetime) -> str:
    """The zone of a moment, as UTC+3."""
    offset = at.utcoffset()
    minutes = 0 if offset is None else int(offset.total_seconds()) // 60
    hours, rest = divmod(abs(minutes), 60)
    return f"UTC{'-' if minutes < 0 else '+'}{hours}" + (f":{rest:02d}" if rest else "")


def moment_text(at: datetime, zone: tzinfo) -> str:
    """A moment as a letter writes it, with its zone; seconds where there are any."""
    local = at.astimezone(zone)
    clock = local.strftime("%d.%m.%Y %H:%M:%S" if local.second else "%d.%m.%Y %H:%M")
    return f"{clock} ({offset_text(local)})"


def moscow(at: datetime) -> date:
    """The day on which a law counts a moment: laws are dated in Moscow's days."""
    from zoneinfo import ZoneInfo

    return (
        (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(ZoneInfo("Europe/Moscow")).date()
    )
