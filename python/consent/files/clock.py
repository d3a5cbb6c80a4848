"""Times as other people's files write them: wall clocks, a declared zone, no guesses."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Final, Literal
from zoneinfo import ZoneInfo

from consent.files.records import InputError
from consent.locale.message import Message

Dates = Literal["iso", "day-first", "month-first", "unix"]

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


_ISO: Final = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)[ T](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?(Z|[+-]\d\d(?::?\d\d)?)?",
    re.ASCII,
)
_SLASHED: Final = re.compile(
    r"(\d{1,2})[./-](\d{1,2})[./-](\d{4}|\d\d),? +(\d{1,2}):(\d\d)(?::(\d\d))?", re.ASCII
)
_UNIX: Final = re.compile(r"(\d{9,11})(?:\.(\d{1,6}))?", re.ASCII)


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
            if found := _ISO.fullmatch(text):
                wall = self._wall(found[1], found[2], found[3], found[4], found[5], found[6])
                if found[7]:
                    wall += int(found[7][:6].ljust(6, "0"))
                offset = self._offset(found[8])
                if offset is None and len(text) == 19 and text[10] == " ":
                    self.hours[text[:13]] = wall // HOUR * HOUR
                return wall, offset
            if self.dates == "unix" and (found := _UNIX.fullmatch(text)):
                return int(found[1]) * SECOND + int((found[2] or "").ljust(6, "0")), 0
            if self.dates in ("day-first", "month-first") and (found := _SLASHED.fullmatch(text)):
                day, month = (found[1], found[2])[:: 1 if self.dates == "day-first" else -1]
                year = found[3] if len(found[3]) == 4 else "20" + found[3]
                return self._wall(year, month, day, found[4], found[5], found[6]), None
        except (ValueError, OverflowError):
            raise Refused("bad_time", "no such date or time of day") from None
        raise Refused("bad_time", Message("not a date and time as declared ({})", self.dates))

    def _wall(
        self, year: str, month: str, day: str, hour: str, minute: str, second: str | None
    ) -> int:
        if second is None:
            self.without_seconds += 1
        moment = datetime(  # noqa: DTZ001  wall clock: the zone is applied later
            int(year), int(month), int(day), int(hour), int(minute), int(second or 0)
        )
        return (moment - EPOCH) // timedelta(microseconds=1)

    @staticmethod
    def _offset(text: str | None) -> int | None:
        if text is None:
            return None
        if text == "Z":
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
