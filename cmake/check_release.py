"""Checks what a release must not lack. Run by ./dev release.

python cmake/check_release.py [TODAY]     exits 1 and says why where it may not be made
"""

from __future__ import annotations

import sys
from datetime import date

from consent.calendar import last_read_day

#: The Government publishes next year's days off by then.
PUBLISHED_BY_MONTH = 10


def missing_year(today: date, last_read: date) -> int | None:
    """The year whose days off a release of today must know and does not."""
    needed = today.year + 1 if today.month >= PUBLISHED_BY_MONTH else today.year
    return needed if last_read < date(needed, 12, 31) else None


def main(words: list[str]) -> int:
    """Prints what is missing."""
    today = date.fromisoformat(words[0]) if words else date.today()  # noqa: DTZ011  a local day
    year = missing_year(today, last_read_day())
    if year is None:
        return 0
    print(
        f"rules/ru_calendar.toml: the moved days off of {year} were not read; "
        "add them from the decree before a release"
    )
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
