"""Working days of Russia, by dated rows with their sources."""

from __future__ import annotations

from datetime import date

from consent import _core

__all__ = [
    "add_working_days",
    "day_kind",
    "is_working_day",
    "last_read_day",
    "span_of_working_days",
]


def day_kind(day: date) -> str:
    """Say what a local day is: ``unknown working day_off holiday argued provisional``.

    Example:
        >>> day_kind(date(2025, 11, 1)), day_kind(date(2027, 1, 1)), day_kind(date(2027, 1, 11))
        ('working', 'holiday', 'provisional')
    """
    return _core.day_kind(day)


def is_working_day(day: date) -> bool | None:
    """Say whether a local day is a working day; None where nobody knows."""
    return _core.is_working_day(day)


def add_working_days(start: date, count: int) -> date | None:
    """Find the ``count``-th working day after ``start``, which is not counted itself.

    Days that are in doubt count (of the pandemic decrees, and weekdays of a provisional year), so
    the result is the earliest day a term can end on.

    Returns:
        The day; None for a negative count and where the count reaches a year that is not known.

    Example:
        >>> add_working_days(date(2026, 11, 20), 10)
        datetime.date(2026, 12, 4)
    """
    return _core.add_working_days(start, count)


def span_of_working_days(start: date, count: int) -> tuple[date, date] | None:
    """Find the earliest and the latest day on which a term of working days can end.

    They differ where the term runs over days that are in doubt. Act by the earliest.

    Returns:
        Both days; None as :func:`add_working_days`.

    Example:
        >>> earliest, latest = span_of_working_days(date(2026, 12, 17), 10)
        >>> earliest, latest > earliest
        (datetime.date(2027, 1, 11), True)
    """
    return _core.span_of_working_days(start, count)


def last_read_day() -> date:
    """Last day of the last year whose moved days off were read; later years are provisional."""
    return _core.last_read_day()
