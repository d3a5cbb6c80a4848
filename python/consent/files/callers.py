"""The user's own directory of callers, looked up offline: hints that decide nothing."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Final, NamedTuple

from consent.files.list_map import Map
from consent.files.list_table import Json, Parquet, open_table
from consent.files.phone_log import read_sender
from consent.files.records import InputError
from consent.locale.message import Message

__all__ = ["Hint", "look_up"]

_COLUMNS: Final = ("number", "name", "inn", "category", "source", "date")
#: Hints kept for one number; a directory that says more of it contradicts itself.
_MOST: Final = 5


class Hint(NamedTuple):
    """What a directory says of a number.

    Attributes:
        name: Of whom, as it stands there.
        inn: As it stands there; not checked.
        category: A word or two: ``bank``, ``debt collection``, ``spam``.
        source: Whose directory it is: its own column, else the name of the file.
        date: As of when; "" where it does not say.
    """

    name: str
    inn: str
    category: str
    source: str
    date: str

    def message(self) -> Message:
        """The hint for people: possibly, by whom, as of when."""
        what = ", ".join(each for each in (self.name, self.category) if each) or "?"
        when: object = self.date or Message("no date")
        if self.inn:
            return Message("possibly {}, INN {} (by {}, {})", what, self.inn, self.source, when)
        return Message("possibly {} (by {}, {})", what, self.source, when)


def look_up(
    file: str | os.PathLike[str], senders: Iterable[str], *, country: str | None = "RU"
) -> dict[str, list[Hint]]:
    """Find what a directory says of some senders, in one pass over it.

    Args:
        file: A table with the columns ``number``, and any of ``name inn category source date``.
        senders: Numbers in E.164 and names, as the diary has them.
        country: Of its numbers without a country code.

    Raises:
        InputError: It is not such a table.
    """
    path = Path(file)
    wanted = {sender.casefold(): sender for sender in senders if sender}
    found: dict[str, list[Hint]] = {}
    known = Map(columns={word: (word,) for word in _COLUMNS})
    with path.open("rb") as opened:
        table = open_table(opened, known, None, None, None, path.stat().st_size)
        if isinstance(table, Json | Parquet):
            raise InputError("a directory of callers is read from CSV or XLSX")
        names = [name.casefold() for name in table.names]
        if "number" not in names:
            raise InputError("the directory has no column named number", row=1)
        places = {word: names.index(word) for word in _COLUMNS if word in names}
        table.begin(header=True)
        for batch in table.batches():
            for cells in batch.cells:
                if cells is None or len(cells) < len(names):
                    continue
                sender = read_sender(cells[places["number"]], country)
                if isinstance(sender, Message) or sender[0].casefold() not in wanted:
                    continue
                cell = {word: cells[at].strip()[:200] for word, at in places.items()}
                hints = found.setdefault(wanted[sender[0].casefold()], [])
                if len(hints) < _MOST:
                    hints.append(
                        Hint(
                            cell.get("name", ""),
                            cell.get("inn", ""),
                            cell.get("category", ""),
                            cell.get("source") or path.name,
                            cell.get("date", ""),
                        )
                    )
    return found
