"""Durations as other people's files write them."""

from __future__ import annotations

import re
from typing import Final

from consent.files.dialled import ABSENT

__all__ = ["seconds_of"]

_COUNT: Final = re.compile(r" *(\d{1,9})(?:[.,]\d*)? *", re.ASCII)
#: 1:02:03, and 2:03 of minutes and seconds.
_CLOCK: Final = re.compile(r" *(?:(\d{1,4}):)?(\d{1,3}):(\d\d)(?:[.,]\d*)? *", re.ASCII)


def seconds_of(text: str) -> int | None:
    """Whole seconds: ``12``, ``12.0`` of a database, ``0:00:12``.

    Returns:
        -1 where nothing is said; None where it is no count.
    """
    if text.isascii() and text.isdigit() and len(text) < 10:
        return int(text)
    if not text.strip() or text.strip() in ABSENT:
        return -1
    if found := _COUNT.fullmatch(text):
        return int(found[1])
    if found := _CLOCK.fullmatch(text):
        minutes, seconds = int(found[2]), int(found[3])
        if seconds < 60 and (minutes < 60 or not found[1]):
            return (int(found[1] or 0) * 60 + minutes) * 60 + seconds
    return None
