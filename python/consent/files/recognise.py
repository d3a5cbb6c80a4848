"""Which ready layout a file of calls looks like, and why: for a person to confirm."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC
from typing import Final

from consent.files.clock import Clock, Refused
from consent.files.layout import Layout, ready_layouts
from consent.files.seconds import seconds_of

__all__ = ["fits", "looks_like"]

#: Of the first rows so many must read: a title or a broken line among them is no other layout.
_MOST_OF: Final = 0.8


def fits(layout: Layout, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> bool:
    """Whether rows read as this layout: times where it has times, counts where it has counts."""
    clock = Clock(UTC, layout.dates)
    good = 0
    for row in rows:
        cells = dict(zip(columns, row, strict=False))

        def cell(word: str, cells: dict[str, str] = cells) -> str:
            names = [part for way in layout.ways(word) for part in way if isinstance(part, str)]
            return next((cells[name] for name in names if name in cells), "")

        try:
            clock.read(cell("start").strip())
        except Refused:
            continue
        good += all(seconds_of(cell(word)) is not None for word in ("billsec", "duration"))
    return bool(rows) and good >= _MOST_OF * len(rows)


def looks_like(rows: Sequence[Sequence[str]], *, besides: str = "") -> list[str]:
    """Names of the layouts, without a header, that rows read as."""
    found = []
    for name in ready_layouts():
        layout = Layout.load(name)
        of_width = [row for row in rows if len(row) in layout.widths]
        if name == besides or len(of_width) < _MOST_OF * len(rows):
            continue
        if of_width and fits(layout, layout.widths[len(of_width[0])], of_width):
            found.append(name)
    return found
