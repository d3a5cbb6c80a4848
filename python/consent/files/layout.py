"""What the columns of a call log are: Asterisk's own layouts, or a map of somebody's own."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from consent.files.clock import Dates
from consent.files.records import InputError
from consent.locale.message import Message

#: Master.csv as cdr_csv.c writes it: 16 columns always, then three options.
ASTERISK_BASE: Final = [
    *("accountcode", "src", "dst", "dcontext", "clid", "channel", "dstchannel", "lastapp"),
    *("lastdata", "start", "answer", "end", "duration", "billsec", "disposition", "amaflags"),
]

ASTERISK_MASTER: Final[Mapping[int, list[str]]] = {
    16: ASTERISK_BASE,
    17: [*ASTERISK_BASE, "uniqueid"],
    18: [*ASTERISK_BASE, "uniqueid", "userfield"],
    19: [*ASTERISK_BASE, "peeraccount", "linkedid", "sequence"],
    20: [*ASTERISK_BASE, "uniqueid", "peeraccount", "linkedid", "sequence"],
    21: [*ASTERISK_BASE, "uniqueid", "userfield", "peeraccount", "linkedid", "sequence"],
}

#: What Asterisk and its web screens write; a column that is not here is reported.
ASTERISK_KNOWN: Final = frozenset(
    [*ASTERISK_MASTER[21], "calldate", "trunk", "did", "recordingfile"]
)

#: Our words for the columns that a judgement needs, and the header names that mean them.
FIELDS: Final[Mapping[str, tuple[str, ...]]] = {
    "start": ("start", "calldate"),
    "src": ("src",),
    "dst": ("dst",),
    "context": ("dcontext", "context"),
    "channel": ("channel",),
    "dstchannel": ("dstchannel",),
    "lastdata": ("lastdata",),
    "duration": ("duration",),
    "billsec": ("billsec",),
    "disposition": ("disposition",),
    "trunk": ("trunk",),
    "uniqueid": ("uniqueid",),
    "linkedid": ("linkedid",),
}

REQUIRED: Final = ("start", "dst")


@dataclass(frozen=True, slots=True)
class Layout:
    """Where the columns are and how the cells are written.

    Attributes:
        name: "asterisk", or the file that described it.
        columns: Our word (see FIELDS) to a header name or a position from 1. None: the layout of
            Asterisk, by header names where there is a header, else by the number of columns.
        header: Whether the first record names the columns.
    """

    name: str = "asterisk"
    columns: Mapping[str, str | int] | None = None
    header: bool = True
    delimiter: str = ","
    encoding: str = "utf-8"
    dates: Dates = "iso"
    zone: str | None = None

    @classmethod
    def load(cls, layout: str | Path | Layout) -> Layout:
        """Take a layout by name ("asterisk"), or read it from a TOML file.

        Raises:
            InputError: No such layout, or a key that means nothing here.
        """
        if isinstance(layout, Layout):
            return layout
        if layout == "asterisk":
            return cls()
        path = Path(layout)
        if path.suffix != ".toml":
            raise InputError(
                Message('layout "{}" is not built; there is asterisk, or your own MAP.toml', layout)
            )
        try:
            with path.open("rb") as file:
                data = tomllib.load(file)
        except UnicodeDecodeError as error:
            raise InputError(Message("{}: not UTF-8, byte {}", path.name, error.start)) from None
        except tomllib.TOMLDecodeError as error:
            raise InputError(Message("{}: {}", path.name, error)) from None
        return cls._from_data(path.name, data)

    @classmethod
    def _from_data(cls, name: str, data: Mapping[str, Any]) -> Layout:
        for key in data:
            if key not in ("columns", "format"):
                raise InputError(
                    Message(
                        "{}: [{}] means nothing here; there are [columns] and [format]", name, key
                    )
                )
            if not isinstance(data[key], Mapping):
                raise InputError(Message("{}: {} must be a table: [{}]", name, key, key))
        columns: dict[str, str | int] = dict(data.get("columns", {}))
        options: dict[str, Any] = dict(data.get("format", {}))
        for key, value in columns.items():
            if key not in FIELDS:
                raise InputError(
                    Message("{}: column {} is not one of {}", name, key, ", ".join(FIELDS))
                )
            if not isinstance(value, str) and (type(value) is not int or value < 1):
                raise InputError(
                    Message("{}: {} must be a header name, or a position from 1", name, key)
                )
        for key in options:
            if key not in ("header", "delimiter", "encoding", "dates", "zone"):
                raise InputError(Message("{}: [format] {} means nothing here", name, key))
            if key != "header" and not isinstance(options[key], str):
                raise InputError(Message("{}: {} must be text", name, key))
        if missing := [key for key in REQUIRED if key not in columns]:
            raise InputError(Message("{}: [columns] lacks {}", name, ", ".join(missing)))
        by_position = all(isinstance(value, int) for value in columns.values())
        header = options.get("header", not by_position)
        if not isinstance(header, bool):
            raise InputError(Message("{}: header must be true or false", name))
        if not header and not by_position:
            raise InputError(Message("{}: without a header every column needs a position", name))
        if len(options.get("delimiter", ",")) != 1:
            raise InputError(Message("{}: delimiter must be one character", name))
        if options.get("dates", "iso") not in ("iso", "day-first", "month-first", "unix"):
            raise InputError(Message("{}: dates must be iso, day-first, month-first or unix", name))
        return cls(
            name=name,
            columns=columns,
            header=header,
            delimiter=options.get("delimiter", ","),
            encoding=options.get("encoding", "utf-8"),
            dates=options.get("dates", "iso"),
            zone=options.get("zone"),
        )
