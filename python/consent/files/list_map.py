"""What the columns of a list are, and what its cells mean: declared, never guessed."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from importlib import resources
from pathlib import Path
from typing import Any, Final

from consent.event import (
    ConsentAsked,
    ConsentGiven,
    ConsentRefused,
    ConsentWithdrawn,
    NumberReassigned,
    OperatorRefusal,
)
from consent.files.clock import DATES, Dates
from consent.files.dialled import COUNTRIES
from consent.files.records import InputError
from consent.locale.message import Message

__all__ = ["Map", "ready_maps"]

#: Our column names; the first five may differ from row to row at no cost.
OWN: Final = ("number", "at", "until", "document", "evidence")
SHARED: Final = (
    *("event", "covers", "purpose", "channel", "distributor", "campaign", "method", "wording"),
    *("source", "code", "prechecked", "in_contract", "giver", "authority", "advertiser"),
    *("acts_for", "operator"),
)
COLUMNS: Final = (*OWN, *SHARED)
OUR_COLUMNS: Final = {word: (word,) for word in COLUMNS}
#: What a row says: our event types, and shorter words for them.
EVENTS: Final[Mapping[str, type[Any]]] = {
    **dict.fromkeys(("consent.given", "given", "give"), ConsentGiven),
    **dict.fromkeys(("consent.asked", "asked", "ask"), ConsentAsked),
    **dict.fromkeys(("consent.refused", "refused", "refuse"), ConsentRefused),
    **dict.fromkeys(("consent.withdrawn", "withdrawn", "withdraw"), ConsentWithdrawn),
    **dict.fromkeys(("operator.refusal", "operator_refusal"), OperatorRefusal),
    **dict.fromkeys(("number.reassigned", "reassigned", "reassign"), NumberReassigned),
}


#: A header name, JSON path or position from 1; several in brackets are joined by a blank.
Place = str | int | tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Map:
    """What the columns of a list are, and what its cells mean.

    Attributes:
        name: What to call it in messages.
        columns: Our word to header names, JSON paths or positions from 1; the first one that the
            file has counts.
        constants: Our word to what holds in every row whose cell is empty or absent.
        values: Our word to {cell: our value}; with values declared, any other cell is a reject.
        only: JSON path to the values that make a record ours; others are of another table.
        joins: JSON path to (path, value, key path): the record of the same document that it names.
        records: JSON paths under which the records may lie.
        header: True, False, or None: there is one unless the first cell of the number reads as one.
        ids: The number column holds ids; numbers come from a list of (id, number).
        snapshot: Where the list has no column of times it says what stands now: a stop of what is
            stopped already is no news.
        declare: Our words whose values nobody but the importer can know: without ``--value`` the
            import is refused.
        optional: Our words whose columns a list need not have; any other column that is declared
            and not there stops the import, since without it a narrow consent reads as a wide one.
    """

    name: str = "columns of our own"
    columns: Mapping[str, tuple[Place, ...]] = field(default_factory=dict)
    constants: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    only: Mapping[str, frozenset[str]] = field(default_factory=dict)
    joins: Mapping[str, tuple[str, str, str]] = field(default_factory=dict)
    records: tuple[str, ...] = ()
    header: bool | None = True
    ids: bool = False
    snapshot: bool = False
    declare: frozenset[str] = frozenset()
    optional: frozenset[str] = frozenset()
    delimiter: str | None = None
    encoding: str | None = None
    dates: Dates = "iso"
    zone: str | None = None
    country: str | None = None
    sheet: str | None = None

    @classmethod
    def load(cls, given: str | Path | Map | None) -> Map:
        """Take a map by the name of a ready one (``ready_maps()``), or read it from a TOML file.

        Raises:
            InputError: No such map, or a key in it that means nothing here.
        """
        if isinstance(given, Map):
            return given
        if given is None:
            return cls(columns=OUR_COLUMNS, optional=frozenset(COLUMNS))
        name = str(given)
        try:
            if name in ready_maps():
                text = (
                    resources.files("consent.files.maps")
                    .joinpath(f"{name}.toml")
                    .read_text("utf-8")
                )
            elif not name.endswith(".toml"):
                ready = ", ".join(ready_maps())
                raise InputError(
                    Message("no map is called that; ready are {}; or give a MAP.toml", ready)
                )
            else:
                text = Path(given).read_bytes().decode("utf-8-sig")
            data = tomllib.loads(text)
        except UnicodeDecodeError as error:
            raise InputError(
                Message("{}: not UTF-8, byte {}", Path(name).name, error.start)
            ) from None
        except (tomllib.TOMLDecodeError, RecursionError) as error:
            why = str(error) or type(error).__name__
            raise InputError(Message("{}: {}", Path(name).name, why)) from None
        return cls._from_data(Path(name).name, data)

    def declared(self, columns: Mapping[str, str], values: Mapping[str, Mapping[str, str]]) -> Map:
        """The same map, with these columns in place of its own, and these values beside its own.

        Raises:
            InputError: A word that is none of ours, or values that the map needs and has not.
        """
        for word in (*columns, *values):
            if word not in COLUMNS:
                raise InputError(Message("{} is not one of {}", word, ", ".join(COLUMNS)))
        for word in values:
            if word not in SHARED:
                raise InputError(
                    Message("--value {}: is not one of {}", word, ", ".join(SHARED)), column=word
                )
        made = replace(
            self,
            columns={**self.columns, **{word: (name,) for word, name in columns.items()}},
            values={
                word: {**self.values.get(word, {}), **values.get(word, {})}
                for word in {**self.values, **values}
            },
            optional=self.optional - set(columns),
        )
        for word in sorted(self.declare):
            if not made.values.get(word):
                named = self.columns.get(word, (word,))[0]
                raise InputError(
                    Message(
                        "{}: which values of {} mean advertising by telephone only you can say:"
                        " --value {}:VALUE=advertising; all others are rejected",
                        self.name,
                        named if isinstance(named, str) else word,
                        word,
                    ),
                    column=word,
                )
        return made

    @classmethod
    def _from_data(cls, name: str, data: Mapping[str, Any]) -> Map:
        tables = ("columns", "constants", "values", "format", "only", "join")
        for key, value in data.items():
            if key not in tables:
                raise InputError(
                    Message("{}: [{}] means nothing here; there are {}", name, key, tables)
                )
            if not isinstance(value, Mapping):
                raise InputError(Message("{}: {} must be a table: [{}]", name, key, key))
        columns: dict[str, tuple[Place, ...]] = {}
        for word, where in data.get("columns", {}).items():
            if word not in COLUMNS:
                raise InputError(
                    Message("{}: column {} is not one of {}", name, word, ", ".join(COLUMNS))
                )
            several = where if isinstance(where, list) else [where]
            for one in several:
                parts = one if isinstance(one, list) else [one]
                if not parts or any(
                    type(part) not in (str, int) or (isinstance(part, int) and part < 1)
                    for part in parts
                ):
                    raise InputError(
                        Message("{}: {} must be header names or positions from 1", name, word)
                    )
            columns[word] = tuple(tuple(one) if isinstance(one, list) else one for one in several)
        constants = dict(data.get("constants", {}))
        for word, value in constants.items():
            if word not in COLUMNS or not isinstance(value, str):
                raise InputError(
                    Message("{}: [constants] {} must be one of our words, and text", name, word)
                )
        values: dict[str, dict[str, str]] = {}
        for word, table in data.get("values", {}).items():
            if word not in SHARED:
                raise InputError(
                    Message("{}: [values.{}] is not one of {}", name, word, ", ".join(SHARED))
                )
            if not isinstance(table, Mapping) or not all(
                isinstance(v, str) for v in table.values()
            ):
                raise InputError(
                    Message("{}: [values.{}] must say, for each cell, a text", name, word)
                )
            values[word] = dict(table)
        said = [*values.get("event", {}).values(), *filter(None, [constants.get("event")])]
        for event in said:
            if event.casefold() not in EVENTS:
                raise InputError(
                    Message("{}: event {} is not one of {}", name, event, ", ".join(EVENTS))
                )
        options = _format_of(name, data.get("format", {}))
        header = options.pop("header", True)
        records = options.pop("records", [])
        optional = frozenset(options.pop("optional", ()))
        declare = frozenset(options.pop("declare", ()))
        only, joins = data.get("only", {}), data.get("join", {})
        for path, wanted in only.items():
            if not _is_texts(wanted):
                raise InputError(Message("{}: [only] {} must be a list of texts", name, path))
        for path, each in joins.items():
            if not isinstance(each, Mapping) or not all(
                isinstance(each.get(key), str) for key in ("only", "is", "key")
            ):
                raise InputError(
                    Message('{}: [join."{}"] needs the texts only, is and key', name, path)
                )
        if not columns.get("number") and "number" not in constants:
            raise InputError(Message("{}: [columns] lacks number", name))
        return cls(
            name=name,
            columns=columns,
            constants=constants,
            values=values,
            only={path: frozenset(wanted) for path, wanted in only.items()},
            joins={p: (j["only"], j["is"], j["key"]) for p, j in joins.items()},
            records=tuple(records if isinstance(records, list) else [records]),
            header=None if header == "auto" else header,
            optional=optional,
            declare=declare,
            **options,
        )


def _is_texts(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(each, str) for each in value)


def _format_of(name: str, given: Mapping[str, Any]) -> dict[str, Any]:
    """What [format] of a map says, each of it something that can be meant."""
    may: Mapping[str, tuple[Callable[[Any], bool], str]] = {
        "delimiter": (lambda v: isinstance(v, str) and len(v) == 1, "one character"),
        "encoding": (lambda v: isinstance(v, str), "a text"),
        "dates": (lambda v: v in DATES, f"one of {', '.join(DATES)}"),
        "zone": (lambda v: isinstance(v, str), "a text: Europe/Moscow"),
        "country": (lambda v: v in COUNTRIES, f"one of {', '.join(COUNTRIES)}"),
        "sheet": (lambda v: isinstance(v, str), "a text"),
        "header": (lambda v: isinstance(v, bool) or v == "auto", 'true, false or "auto"'),
        "records": (lambda v: isinstance(v, str) or _is_texts(v), "a text, or a list of them"),
        "snapshot": (lambda v: isinstance(v, bool), "true or false"),
        "ids": (lambda v: isinstance(v, bool), "true or false"),
        "declare": (
            lambda v: _is_texts(v) and set(v) <= set(SHARED),
            f"a list of {', '.join(SHARED)}",
        ),
        "optional": (
            lambda v: _is_texts(v) and set(v) <= set(COLUMNS),
            f"a list of {', '.join(COLUMNS)}",
        ),
    }
    for key, value in given.items():
        if key not in may:
            raise InputError(Message("{}: [format] {} means nothing here", name, key))
        fits, what = may[key]
        if not fits(value):
            raise InputError(Message("{}: [format] {} must be {}", name, key, what))
    return dict(given)


def ready_maps() -> list[str]:
    """Names of the maps that come with the package."""
    found = resources.files("consent.files.maps").iterdir()
    return sorted(entry.name[:-5] for entry in found if entry.name.endswith(".toml"))
