"""Columns of a call log: layouts that come with the package, and maps of one's own."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from importlib import resources
from pathlib import Path
from typing import Any, Final

from consent.files.clock import DATES, Dates
from consent.files.records import InputError
from consent.locale.message import Message
from consent.outcome import BUILT_IN

__all__ = ["FIELDS", "REQUIRED", "Layout", "ready_layouts"]

#: Our words for the columns that a judgement or a report needs.
FIELDS: Final = (
    *("start", "src", "dst", "context", "channel", "dstchannel", "lastdata", "duration", "billsec"),
    *("disposition", "trunk", "uniqueid", "linkedid", "end", "purpose", "contact_channel"),
    *("campaign", "agent", "distributor", "caller", "dialled_by", "requested", "event", "lastapp"),
)
REQUIRED: Final = ("start", "dst")

Place = str | int
#: One way to find a cell: a column, or several whose texts are joined by a blank.
Way = tuple[Place, ...]

_FORMAT: Final = ("header", "delimiter", "encoding", "dates", "zone", "records", "sheet")
_TABLES: Final = (
    *("columns", "synonyms", "format", "title", "made_from", "source", "outcomes", "known"),
    *("signature", "width", "only", "values", "direction", "ordered"),
)


@dataclass(frozen=True, slots=True)
class Layout:
    """Where the columns are and how the cells are written.

    Attributes:
        name: Of a ready layout ("asterisk"), or the file that described it.
        columns: Our word (see FIELDS) to where it stands: a header name or a position from 1, or
            several that are joined by a blank (a date and a time).
        synonyms: Our word to further ways, by names that are compared without case.
        widths: Without a header: number of cells to the names of the columns.
        header: Whether the first record names the columns; None: where it has the names we need.
        known: Columns that mean nothing here and are no news.
        signature: Columns by which ``consent layout`` knows it; ``a|b``: either.
        only: Our word to the values that make a record a call.
        values: Our word to {cell: our value}; any other cell is a reject.
        ordered: Our words whose first synonym that is there counts; of others two are refused.
        direction: Values for ``Direction.declare`` that the layout itself defines.
        outcomes: The map of its statuses.
        made_from: "files" that somebody's exchange wrote, or "documentation" alone.
    """

    name: str = "asterisk"
    columns: Mapping[str, Way] = field(default_factory=dict)
    synonyms: Mapping[str, tuple[Way, ...]] = field(default_factory=dict)
    widths: Mapping[int, tuple[str, ...]] = field(default_factory=dict)
    header: bool | None = None
    known: frozenset[str] = frozenset()
    signature: tuple[str, ...] = ()
    only: Mapping[str, frozenset[str]] = field(default_factory=dict)
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    direction: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    ordered: frozenset[str] = frozenset()
    outcomes: str | None = None
    title: str = ""
    source: str = ""
    made_from: str = ""
    delimiter: str | None = None
    encoding: str | None = None
    dates: Dates = "iso"
    zone: str | None = None
    sheet: str | None = None
    records: tuple[str, ...] = ()

    @classmethod
    def load(cls, layout: str | Path | Layout) -> Layout:
        """Take a layout by name (``ready_layouts()``), or read it from a TOML file.

        Raises:
            InputError: No such layout, or a key that means nothing here.
        """
        if isinstance(layout, Layout):
            return layout
        path = Path(layout)
        ready = str(layout) in ready_layouts()
        if not ready and path.suffix != ".toml":
            raise InputError(
                Message(
                    'no layout is called "{}"; there are {}, or your own MAP.toml',
                    layout,
                    ", ".join(ready_layouts()),
                )
            )
        try:
            if ready:
                file = resources.files("consent.files.layouts").joinpath(f"{layout}.toml")
                data = tomllib.loads(file.read_text("utf-8"))
            else:
                data = tomllib.loads(path.read_bytes().decode("utf-8-sig"))
        except UnicodeDecodeError as error:
            raise InputError(Message("{}: not UTF-8, byte {}", path.name, error.start)) from None
        except (tomllib.TOMLDecodeError, RecursionError) as error:
            why = str(error) or type(error).__name__
            raise InputError(Message("{}: {}", path.name, why)) from None
        return cls._from_data(str(layout) if ready else path.name, data, ready=ready)

    @classmethod
    def _from_data(cls, name: str, data: Mapping[str, Any], *, ready: bool) -> Layout:
        for key in data:
            if key not in _TABLES:
                raise InputError(
                    Message(
                        "{}: [{}] means nothing here; there are [columns] and [format]", name, key
                    )
                )
        for key in ("columns", "synonyms", "format", "only", "values", "direction"):
            if not isinstance(data.get(key, {}), Mapping):
                raise InputError(Message("{}: {} must be a table: [{}]", name, key, key))
        options = _options(name, data.get("format", {}))
        columns = {w: _way(name, w, value) for w, value in data.get("columns", {}).items()}
        synonyms: dict[str, tuple[Way, ...]] = {}
        for word, several in data.get("synonyms", {}).items():
            if not isinstance(several, list):
                raise InputError(Message("{}: [synonyms] {} must be a list", name, word))
            synonyms[word] = tuple(_way(name, word, one) for one in several)
        widths = _widths(name, data.get("width", []))
        if missing := [w for w in REQUIRED if w not in columns and w not in synonyms]:
            raise InputError(Message("{}: [columns] lacks {}", name, ", ".join(missing)))
        places = [place for way in columns.values() for place in way]
        by_position = bool(places) and all(isinstance(place, int) for place in places)
        header = options.get("header", None if synonyms else not by_position)
        if header is not None and not isinstance(header, bool):
            raise InputError(Message("{}: header must be true or false", name))
        if header is False and not by_position and not widths:
            raise InputError(Message("{}: without a header every column needs a position", name))
        only = {
            _field(name, word): frozenset(_texts(name, f"[only] {word}", wanted))
            for word, wanted in data.get("only", {}).items()
        }
        for word in data.get("direction", {}):
            if word not in ("outgoing_contexts", "incoming_contexts"):
                raise InputError(Message("{}: [{}] means nothing here", name, f"direction.{word}"))
        outcomes = data.get("outcomes")
        if outcomes is not None and outcomes not in BUILT_IN:
            raise InputError(Message("{}: outcomes must be one of {}", name, ", ".join(BUILT_IN)))
        records = options.get("records", [])
        return cls(
            name=name,
            columns=columns,
            synonyms=synonyms,
            widths=widths,
            header=header,
            known=frozenset(map(str.casefold, _texts(name, "known", data.get("known", [])))),
            signature=tuple(_texts(name, "signature", data.get("signature", []))),
            only=only,
            values={
                _field(name, word): _table(name, word, table)
                for word, table in data.get("values", {}).items()
            },
            ordered=frozenset(_texts(name, "ordered", data.get("ordered", []))),
            direction={
                word: tuple(_texts(name, f"[direction] {word}", values))
                for word, values in data.get("direction", {}).items()
            },
            outcomes=outcomes,
            title=str(data.get("title", "")),
            source=str(data.get("source", "")),
            made_from=str(data.get("made_from", "")) if ready else "",
            delimiter=options.get("delimiter"),
            encoding=options.get("encoding"),
            dates=options.get("dates", "iso"),
            zone=options.get("zone"),
            sheet=options.get("sheet"),
            records=tuple([records] if isinstance(records, str) else records),
        )

    def with_columns(self, columns: Mapping[str, str]) -> Layout:
        """The same layout, with these columns before what it says.

        Raises:
            InputError: A word that is none of ours.
        """
        if not columns:
            return self
        more = {_field("--column", word): (place,) for word, place in columns.items()}
        return replace(self, columns={**self.columns, **more})

    def ways(self, word: str) -> Sequence[Way]:
        """All ways to find a word, the declared one first."""
        first = (self.columns[word],) if word in self.columns else ()
        return (*first, *self.synonyms.get(word, ()))


def _field(name: str, word: str) -> str:
    if word not in FIELDS:
        raise InputError(Message("{}: column {} is not one of {}", name, word, ", ".join(FIELDS)))
    return word


def _way(name: str, word: str, value: object) -> Way:
    _field(name, word)
    places = value if isinstance(value, list) else [value]
    for place in places:
        if not isinstance(place, str) and (type(place) is not int or place < 1):
            raise InputError(
                Message("{}: {} must be a header name, or a position from 1", name, word)
            )
    if not places:
        raise InputError(Message("{}: {} must be a header name, or a position from 1", name, word))
    return tuple(places)


def _texts(name: str, what: str, value: object) -> list[str]:
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        raise InputError(Message("{}: {} must be a list of texts", name, what))
    return value


def _table(name: str, word: str, value: object) -> dict[str, str]:
    if not isinstance(value, Mapping) or not all(isinstance(v, str) for v in value.values()):
        raise InputError(Message("{}: [values.{}] must say, for each cell, a text", name, word))
    return dict(value)


def _widths(name: str, rows: object) -> dict[int, tuple[str, ...]]:
    widths: dict[int, tuple[str, ...]] = {}
    base: list[str] = []
    if not isinstance(rows, list) or not all(isinstance(row, Mapping) for row in rows):
        raise InputError(Message("{}: width must be tables: [[width]]", name))
    for row in rows:
        if "columns" in row:
            base = _texts(name, "[[width]] columns", row["columns"])
        columns = (*base, *_texts(name, "[[width]] add", row.get("add", [])))
        widths[len(columns)] = columns
    return widths


def _options(name: str, given: Mapping[str, Any]) -> dict[str, Any]:
    for key, value in given.items():
        if key not in _FORMAT:
            raise InputError(Message("{}: [format] {} means nothing here", name, key))
        if key == "records" and isinstance(value, list):
            _texts(name, "records", value)
        elif key != "header" and not isinstance(value, str):
            raise InputError(Message("{}: {} must be text", name, key))
    if len(given.get("delimiter", ",")) != 1:
        raise InputError(Message("{}: delimiter must be one character", name))
    if given.get("dates", "iso") not in DATES:
        raise InputError(Message("{}: dates must be iso, day-first, month-first or unix", name))
    return dict(given)


def ready_layouts() -> list[str]:
    """Names of the layouts that come with the package."""
    found = resources.files("consent.files.layouts").iterdir()
    return sorted(entry.name[:-5] for entry in found if entry.name.endswith(".toml"))
