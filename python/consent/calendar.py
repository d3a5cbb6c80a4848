"""Working days of Russia, by dated rows with their sources."""

from __future__ import annotations

from datetime import date

from consent import _core

__all__ = ["add_working_days", "day_kind", "is_working_day"]


def day_kind(day: date) -> str:
    """Say what a local day is: ``unknown working day_off holiday argued``.

    Example:
        >>> day_kind(date(2025, 11, 1)), day_kind(date(2027, 1, 1))
        ('working', 'unknown')
    """
    return _core.day_kind(day)


def is_working_day(day: date) -> bool | None:
    """Say whether a local day is a working day; None where nobody knows."""
    return _core.is_working_day(day)


def add_working_days(start: date, count: int) -> date | None:
    """Find the ``count``-th working day after ``start``, which is not counted itself.

    Days of the pandemic decrees count, so the result is the earliest day a term can end on.

    Returns:
        The day; None for a negative count and where the count reaches a year that is not known.

    Example:
        >>> add_working_days(date(2026, 11, 20), 10)
        datetime.date(2026, 12, 4)
    """
    return _core.add_working_days(start, count)
