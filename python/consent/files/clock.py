"""Times as other people's files write them: wall clocks, a declared zone, no guesses."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Final, Literal
from zoneinfo import ZoneInfo

from consent.files.records import InputError
from consent.locale.message import Message

Dates = Literal["iso", "day-first", "month-first", "unix"]
DATES: Final[tuple[Dates, ...]] = ("iso", "day-first", "month-first", "unix")

SECOND: Final = 1_000_000
HOUR: Final = 3600 * SECOND
DAY: Final = 24 * HOUR
EPOCH: Final = datetime(1970, 1, 1)  # noqa: DTZ001  wall clock: the zone is applied later
FIRST_DAY: Final = datetime(1990, 1, 1, tzinfo=UTC)  # before: an unset clock
LAST_DAY: Final = datetime(2100, 1, 1, tzinfo=UTC)
#: Seconds. Uniqueid and start of one leg lie minutes apart; zones, a quarter of an hour at least.
AGREE_WITHIN: Final = 10 * 60


class Refused(Exception):  # noqa: N818  caught where a row is read
    """A time that cannot be read: a stable reason, and a sentence."""

    def __init__(self, reason: str, detail: str) -> None:
        self.reason = reason
        self.detail = detail


def load_zone(name: str) -> tzinfo:
    """A time zone by its IANA name.

    Raises:
        InputError: There is none of that name.
    """
    if name == "UTC":
        return UTC
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise InputError(
            Message('no time zone is called "{}"; one is called, say, Europe/Moscow', name)
        ) from None


#: Time of day: 24 hours, or 12 with a word behind it.
_TIME: Final = r"(?P<hour>\d{1,2}):(?P<minute>\d\d)(?::(?P<second>\d\d)(?:[.,](?P<part>\d{1,9}))?)?"
_HALF: Final = r"(?: ?(?P<half>[AaPp])\.?[Mm]\.?)?"
_OFFSET: Final = (
    r"(?: ?(?P<offset>Z|UTC|GMT|(?:(?:UTC|GMT) ?)?[+-]\d\d(?::?\d\d)?)(?: ?\([A-Z]{1,5}\))?)?"
)
_MONTHS: Final = {
    name: place
    for place, names in enumerate(
        (
            *("jan янв", "feb фев", "mar мар", "apr апр", "may май мая", "jun июн", "jul июл"),
            *("aug авг", "sep сен", "oct окт", "nov ноя", "dec дек"),
        ),
        1,
    )
    for name in names.split()
}
_MONTH: Final = r"(?P<name>[A-Za-zА-Яа-я]{3})[A-Za-zА-Яа-я]*\.?"
_WEEKDAY: Final = r"(?:[A-Za-z]{3}[a-z]*,? +)?"
#: Read without a declaration: nobody can mistake a year in front, or a month by name.
_ALWAYS: Final = tuple(
    re.compile(pattern, re.ASCII if "А" not in pattern else 0)
    for pattern in (
        rf"(?P<year>\d{{4}})(?P<sep>[-/.])(?P<month>\d\d?)(?P=sep)(?P<day>\d\d?)(?:T|,? +){_TIME}"
        rf"{_HALF}{_OFFSET}",
        # RFC 2822, and what is like it: Mon, 05 Jan 2026 10:00:00 +0000; 5-Jan-2026 10:00.
        rf"{_WEEKDAY}(?P<day>\d{{1,2}})[ -]{_MONTH}[ -](?P<year>\d{{4}})(?: г\.?)?,? +{_TIME}"
        rf"{_HALF}{_OFFSET}",
        rf"{_WEEKDAY}{_MONTH} +(?P<day>\d{{1,2}}),? +(?P<year>\d{{4}}),? +{_TIME}{_HALF}{_OFFSET}",
        # ctime: Mon Jan  5 10:00:00 2026
        rf"{_WEEKDAY}{_MONTH} +(?P<day>\d{{1,2}}) +{_TIME}{_HALF}{_OFFSET} +(?P<year>\d{{4}})",
    )
)
_SLASHED: Final = re.compile(
    rf"(?P<one>\d{{1,2}})(?P<sep>[./-])(?P<two>\d{{1,2}})(?P=sep)(?P<year>\d{{4}}|\d\d)(?:T|,? +)"
    rf"{_TIME}{_HALF}{_OFFSET}",
    re.ASCII,
)
#: Unix time: seconds, thousandths or millionths, told apart by the number of digits.
_UNIX: Final = re.compile(r"(\d{9,11})(?:\.(\d{1,9}))?|(\d{12,14})(?:\.0*)?|(\d{15,17})", re.ASCII)


class Clock:
    """Reads start times. Whole hours are remembered: a file holds few of them."""

    def __init__(self, zone: tzinfo, dates: Dates) -> None:
        self.zone = zone
        self.dates = dates
        self.without_seconds = 0
        self.hours: dict[str, int] = {}  # "2024-01-27 15" to microseconds
        self._offsets: dict[int, int | None] = {}
        self._first = (FIRST_DAY - datetime.fromtimestamp(0, UTC)) // timedelta(microseconds=1)
        self._last = (LAST_DAY - datetime.fromtimestamp(0, UTC)) // timedelta(microseconds=1)

    def read(self, text: str) -> tuple[int, int | None]:
        """Wall time in microseconds since 1970, and the offset where the text gives one."""
        try:
            for pattern in _ALWAYS:
                if found := pattern.fullmatch(text):
                    month = found["name"] if "name" in pattern.groupindex else found["month"]
                    wall, offset = self._moment(found, found["year"], month, found["day"])
                    if offset is None and len(text) == 19 and text[10] == " " and text[4] == "-":
                        self.hours[text[:13]] = wall // HOUR * HOUR
                    return wall, offset
            if self.dates == "unix" and (found := _UNIX.fullmatch(text)):
                if found[1]:
                    return int(found[1]) * SECOND + int((found[2] or "")[:6].ljust(6, "0")), 0
                return int(found[3]) * 1000 if found[3] else int(found[4]), 0
            if self.dates in ("day-first", "month-first") and (found := _SLASHED.fullmatch(text)):
                day, month = (found["one"], found["two"])[:: 1 if self.dates == "day-first" else -1]
                year = found["year"] if len(found["year"]) == 4 else "20" + found["year"]
                return self._moment(found, year, month, day)
        except (ValueError, OverflowError):
            raise Refused("bad_time", "no such date or time of day") from None
        raise Refused("bad_time", Message("not a date and time as declared ({})", self.dates))

    def _moment(
        self, found: re.Match[str], year: str, month: str, day: str
    ) -> tuple[int, int | None]:
        hour, second = int(found["hour"]), found["second"]
        if half := found["half"]:
            if not 1 <= hour <= 12:
                raise ValueError
            hour = hour % 12 + (12 if half in "pP" else 0)
        if second is None:
            self.without_seconds += 1
        named = int(month) if month.isdigit() else _MONTHS.get(month[:3].casefold(), 0)
        moment = datetime(  # noqa: DTZ001  wall clock: the zone is applied later
            int(year), named, int(day), hour, int(found["minute"]), int(second or 0)
        )
        wall = (moment - EPOCH) // timedelta(microseconds=1)
        return wall + int((found["part"] or "")[:6].ljust(6, "0")), self._offset(found["offset"])

    @staticmethod
    def _offset(text: str | None) -> int | None:
        if text is None:
            return None
        text = text.removeprefix("UTC").removeprefix("GMT").strip()
        if text in ("", "Z"):
            return 0
        digits = text[1:].replace(":", "").ljust(4, "0")
        hours, minutes = int(digits[:2]), int(digits[2:])
        if hours > 14 or minutes > 59:
            raise ValueError
        return (hours * 60 + minutes) * 60 * SECOND * (-1 if text[0] == "-" else 1)

    def offset_of(self, wall: int, unix: int | None) -> int:
        """What the zone adds to UTC at this wall time.

        Args:
            wall: Microseconds.
            unix: Seconds of UTC near that moment, which settle a time that exists twice.
        """
        hour = wall // HOUR
        offset = self._offsets.get(hour, 0)
        if offset is None or hour not in self._offsets:
            begin, end = self._both(hour * HOUR), self._both(hour * HOUR + HOUR - SECOND)
            offset = begin[0] if begin[0] == begin[1] == end[0] == end[1] else None
            self._offsets[hour] = offset
            if offset is None:
                offset = self._settle(wall, unix)
        utc = wall - offset
        if not self._first <= utc < self._last:
            raise Refused("time_out_of_range", "before 1990 or after 2099: an unset clock?")
        return offset

    def offset_of_hour(self, hour: int) -> int | None:
        """What the zone adds in a whole hour of wall time; None: that changes, or is refused."""
        try:
            offset = self.offset_of(hour * HOUR, None)
            self.offset_of(hour * HOUR + HOUR - SECOND, None)
        except Refused:
            return None
        return offset if self._offsets.get(hour) is not None else None

    def _both(self, wall: int) -> tuple[int, int]:
        try:
            moment = (EPOCH + timedelta(microseconds=wall)).replace(tzinfo=self.zone)
            first, second = moment.utcoffset(), moment.replace(fold=1).utcoffset()
        except OverflowError:
            raise Refused(
                "time_out_of_range", "before 1990 or after 2099: an unset clock?"
            ) from None
        one = timedelta(microseconds=1)
        return (first or timedelta()) // one, (second or timedelta()) // one

    def _settle(self, wall: int, unix: int | None) -> int:
        first, second = self._both(wall)
        if first == second:
            return first
        moment = EPOCH + timedelta(microseconds=wall - first)
        back = moment.replace(tzinfo=UTC).astimezone(self.zone).replace(tzinfo=None)
        if back != EPOCH + timedelta(microseconds=wall):
            raise Refused("nonexistent_local_time", "the clocks went forward over this time")
        if unix is not None:
            near = [o for o in (first, second) if abs((wall - o) // SECOND - unix) <= AGREE_WITHIN]
            if len(near) == 1:
                return near[0]
        raise Refused("ambiguous_local_time", "the clocks went back: this time came twice")
