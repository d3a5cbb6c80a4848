"""Which ready layout a file of calls looks like, and why: for a person to confirm."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC
from pathlib import Path
from typing import Final

from consent.files.clock import DATES, Clock, Dates, Refused
from consent.files.dialled import NUMBER_LIKE
from consent.files.layout import Layout, ready_layouts
from consent.files.list_map import Map
from consent.files.list_table import Delimited, Json, Workbook, open_table
from consent.files.seconds import seconds_of
from consent.locale.message import Message

__all__ = ["Proposal", "Ready", "fits", "looks_like", "propose"]

#: Of the first rows so many must read: a title or a broken line among them is no other layout.
_MOST_OF: Final = 0.8
_ROWS: Final = 30

#: Words in the names of columns, by ours: what a name may hint at.
_HINTS: Final = {
    "start": r"start|date|time|дата|время|начал|когда|calldate",
    "dst": r"dst|dest|called|callee|to\b|phone|кому|куда|вызываем|номер|телефон|number",
    "src": r"src|source|caller|from|откуда|кто|звонящ|внутрен",
    "context": r"direction|context|type|направлен|тип",
    "billsec": r"bill|talk|duration|длит|сколько|разговор|секунд",
    "disposition": r"status|dispos|cause|result|статус|результат|итог",
    "uniqueid": r"uniqueid|uuid|call.?id|идентиф",
    "agent": r"agent|operator|user|manager|оператор|сотрудник|менеджер",
    "campaign": r"campaign|кампан|проект",
}


@dataclass(frozen=True, slots=True)
class Ready:
    """A ready layout that a file looks like."""

    layout: str
    title: str
    reasons: tuple[Message, ...]


@dataclass(frozen=True, slots=True)
class Guess:
    """What one column may hold.

    Attributes:
        word: Ours.
        column: The header's name, or a position from 1.
        why: For a person.
        rivals: Other columns that could be the same.
    """

    word: str
    column: str | int
    why: Message
    rivals: tuple[str | int, ...] = ()


@dataclass(slots=True)
class Proposal:
    """What a file may be.

    Attributes:
        ready: Ready layouts that it looks like, best first.
        guesses: What its columns may hold, where no ready layout fits.
        dates: The order of dates that reads most of its times.
    """

    ready: list[Ready] = field(default_factory=list)
    guesses: list[Guess] = field(default_factory=list)
    dates: Dates = "iso"
    delimiter: str | None = None
    header: bool = True

    def toml(self) -> str:
        """A map to look at, correct and use: ``--layout MAP.toml``."""
        lines = [
            "# Proposed from the first rows; look at each line before you use it.",
            "[columns]",
        ]
        for guess in self.guesses:
            column = (
                guess.column
                if isinstance(guess.column, int)
                else json.dumps(guess.column, ensure_ascii=False)
            )
            lines.append(f"{guess.word} = {column}  # {guess.why}")
            for rival in guess.rivals:
                shown = rival if isinstance(rival, int) else json.dumps(rival, ensure_ascii=False)
                lines.append(f"# {shown} could be {guess.word} as well")
        lines += ["", "[format]", f'dates = "{self.dates}"']
        if self.delimiter is not None:
            lines.append(f"delimiter = {json.dumps(self.delimiter)}")
        if not self.header:
            lines.append("header = false")
        return "\n".join(lines) + "\n"


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
        good = [row for row in of_width if fits(layout, layout.widths[len(row)], [row])]
        if of_width and len(good) >= _MOST_OF * len(of_width):
            found.append(name)
    return found


def propose(file: str | Path) -> Proposal:
    """Look at the first rows of a file of calls.

    Raises:
        InputError: Not a table at all.
    """
    path = Path(file)
    with path.open("rb") as opened:
        head = io.BytesIO(opened.read(1 << 20))
    size = len(head.getvalue())
    if path.stat().st_size > size:  # whole lines, and nothing packed: that is read as it is
        with path.open("rb") as opened:
            return _of(opened, path.stat().st_size)
    return _of(head, size)


def _of(file: io.BytesIO | io.BufferedReader, size: int) -> Proposal:
    table = open_table(file, Map(), None, None, None, size)
    if isinstance(table, Json):
        file.seek(0)
        return _of_json(file.read(1 << 20))
    proposal = Proposal()
    if isinstance(table, Delimited):
        proposal.delimiter = table.delimiter
        rows = table.first_rows()
    else:
        rows = [table.names, *_rows_of(table)]
    wide = max((len(row) for row in rows), default=0)
    # The header is the first row as wide as most, without the digits of a number.
    header = next(
        (i for i, row in enumerate(rows) if len(row) >= 0.6 * wide and _is_header(row)), None
    )
    names = [cell.strip() for cell in rows[header]] if header is not None else []
    body = rows[header + 1 :] if header is not None else rows
    lowered = {name.casefold() for name in names}
    for name in ready_layouts():
        layout = Layout.load(name)
        missing = [each for each in layout.signature if not _has(lowered, each)]
        if names and layout.signature and not missing:
            why = Message("its header has {}", ", ".join(layout.signature))
            proposal.ready.append(Ready(name, layout.title, (why,)))
    if header is None:
        for name in looks_like(rows):
            layout = Layout.load(name)
            why = Message(
                "no header, and its rows of {} cells hold times and counts where this layout does",
                len(rows[0]),
            )
            proposal.ready.append(Ready(name, layout.title, (why,)))
    # The layout that asks for most is the best one.
    proposal.ready.sort(key=lambda each: -len(Layout.load(each.layout).signature))
    if not proposal.ready and body:
        proposal.header = header is not None
        _guess(proposal, names or list(range(1, wide + 1)), body)
    return proposal


def _rows_of(table: object) -> Iterator[list[str]]:
    if isinstance(table, Workbook):
        table.begin(header=True)
        for batch in table.batches():
            yield from (cells for cells in batch.cells[:_ROWS] if cells is not None)
            return


def _of_json(data: bytes) -> Proposal:
    text = data.decode("utf-8-sig", "replace")
    proposal = Proposal(header=False)
    for name in ready_layouts():
        layout = Layout.load(name)
        paths = [part for way in layout.columns.values() for part in way if isinstance(part, str)]
        wanted = layout.signature or tuple(paths)
        last = [each.rpartition(".")[2] for each in wanted]
        if paths and all(f'"{each}"' in text for each in last):
            why = Message("its records have {}", ", ".join(last))
            proposal.ready.append(Ready(name, layout.title, (why,)))
    proposal.ready.sort(key=lambda each: -len(Layout.load(each.layout).signature))
    return proposal


def _has(lowered: set[str], wanted: str) -> bool:
    return any(name.casefold() in lowered for name in wanted.split("|"))


def _is_header(row: Sequence[str]) -> bool:
    filled = [cell.strip() for cell in row if cell.strip()]
    return (
        len(filled) >= 2
        and not any(NUMBER_LIKE.search(cell) for cell in filled)
        and sum(bool(re.search(r"[^\W\d_]", cell)) for cell in filled) >= _MOST_OF * len(filled)
        and not any(re.match(r"\d{4}-\d\d-\d\d|\d\d?[./]\d\d?[./]\d", cell) for cell in filled)
    )


def _share(cells: Sequence[str], test: Callable[[str], bool]) -> float:
    filled = [cell for cell in cells if cell.strip()]
    return sum(map(test, filled)) / len(filled) if filled else 0.0


def _reads(dates: Dates) -> Callable[[str], bool]:
    clock = Clock(UTC, dates)

    def reads(cell: str) -> bool:
        try:
            clock.read(cell.strip())
        except Refused:
            return False
        return True

    return reads


def _is_number(cell: str) -> bool:
    digits = re.sub(r"\D", "", cell)
    return 9 < len(digits) < 16 and bool(re.fullmatch(r"[\d\s()+.#*-]+", cell.strip()))


def _is_seconds(cell: str) -> bool:
    seconds = seconds_of(cell)
    return seconds is not None and 0 <= seconds < 36_000


def _guess(proposal: Proposal, names: Sequence[str | int], rows: Sequence[Sequence[str]]) -> None:
    columns = [[row[i] for row in rows if i < len(row)] for i in range(len(names))]
    best = max(DATES, key=lambda d: (max(_share(c, _reads(d)) for c in columns), d == "iso"))
    proposal.dates = best
    tests: dict[str, tuple[Callable[[str], bool], Callable[[str], Message]]] = {
        "start": (
            _reads(best),
            lambda share: Message("{} of its cells read as a date and time", share),
        ),
        "dst": (
            _is_number,
            lambda share: Message("{} of its cells read as telephone numbers", share),
        ),
        "billsec": (
            _is_seconds,
            lambda share: Message("{} of its cells are seconds or a clock", share),
        ),
    }
    taken: set[int] = set()
    for word, (test, why) in tests.items():
        shares = [0.0 if i in taken else _share(cells, test) for i, cells in enumerate(columns)]
        fit = [i for i, share in enumerate(shares) if share >= _MOST_OF]
        if word == "billsec":  # small counts are everywhere: the name must say it
            fit = [i for i in fit if _hints(names[i], word)]
        if not fit:
            continue
        chosen = next((i for i in fit if _hints(names[i], word)), fit[0])
        taken.add(chosen)
        said = why(f"{100 * shares[chosen]:.0f} %")
        rivals = tuple(names[i] for i in fit if i != chosen)
        proposal.guesses.append(Guess(word, names[chosen], said, rivals))
    for word in ("src", "context", "disposition", "uniqueid", "agent", "campaign"):
        fit = [i for i, name in enumerate(names) if i not in taken and _hints(name, word)]
        if fit:
            taken.add(fit[0])
            said = Message("by its name; what it holds was not looked at")
            rivals = tuple(names[i] for i in fit[1:])
            proposal.guesses.append(Guess(word, names[fit[0]], said, rivals))
    if not {"start", "dst"} <= {guess.word for guess in proposal.guesses}:
        proposal.guesses = []


def _hints(name: str | int, word: str) -> bool:
    return isinstance(name, str) and re.search(_HINTS[word], name, re.IGNORECASE) is not None
