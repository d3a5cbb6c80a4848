"""``consent import``: other people's lists, and whole logs, into a log."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from consent import _core
from consent.commands.arguments import (
    NO,
    USAGE,
    YES,
    Commands,
    UsageError,
    as_file,
    columns_of,
    delimiter_of,
    open_log,
    share,
)
from consent.commands.exporting import tell_evidence
from consent.files.dialled import COUNTRIES
from consent.files.importing import BrokenOffError, Imported, import_list
from consent.files.list_map import COLUMNS, ready_maps
from consent.files.records import InputError
from consent.locale.message import Message
from consent.terminal import Progress, Terminal


def import_(given: argparse.Namespace, terminal: Terminal) -> int:
    """Read a list into a log, or make a log of entries."""
    if given.entries:
        return _import_entries(given, terminal)
    constants: dict[str, str] = {}
    for pair in given.set or ():
        word, equals, value = pair.partition("=")
        if not equals or word not in COLUMNS:
            raise UsageError(Message("--set: WORD=VALUE, the word one of {}", ", ".join(COLUMNS)))
        constants[word] = value
    values: dict[str, dict[str, str]] = {}
    for pair in given.value or ():
        word, colon, rest = pair.partition(":")
        cell, equals, value = rest.rpartition("=")
        if not colon or not equals:
            raise UsageError("--value: WORD:CELL=VALUE, as purpose:marketing_calls=advertising")
        values.setdefault(word, {})[cell] = value
    source = sys.stdin.buffer if given.file == "-" else Path(given.file)
    with Progress(terminal.say("import")) as progress, open_log(given, writable=True) as log:
        try:
            found = import_list(
                log,
                source,
                map=given.map,
                zone=given.zone,
                dates=given.dates,
                country=given.country,
                encoding=given.encoding,
                delimiter=delimiter_of(given),
                sheet=given.sheet,
                at=given.at if given.at_text else None,
                constants=constants,
                columns=columns_of(given),
                values=values,
                snapshot=given.snapshot,
                ends_stops=given.ends_stops,
                files=given.files,
                numbers=given.numbers,
                rejects=given.rejects,
                lang=terminal.lang,
                progress=progress.rate,
            )
        except InputError as error:
            if isinstance(error, BrokenOffError):
                _tell(error.imported, terminal)
            file = Path(given.file).name if given.file != "-" else None
            raise UsageError(error.within(file)) from None
    _tell(found, terminal)
    if found.nothing_recorded:
        return USAGE
    most = 0.0 if given.strict else given.max_rejected
    too_many = most is not None and found.rejected > most * found.rows
    if given.strict and found.without_header:
        terminal.error(Message("the list has no header: its first line was taken for a row"))
        return NO
    return NO if too_many or found.stops_rejected else YES


def _named(reason: str, terminal: Terminal) -> str:
    """What a reason means, and its code, which the file of rejects bears."""
    words = terminal.words(reason)
    return reason if words == reason else f"{words} ({reason})"


def _import_entries(given: argparse.Namespace, terminal: Terminal) -> int:
    with as_file(Path(given.file)) as file, Progress(terminal.say("import")) as progress:
        copied = _core.import_entries(file, given.log, given.key or (), progress)
    accepted = 0 if copied.already_there else copied.entries
    if terminal.machine:
        terminal.document(
            {
                "rows": copied.entries,
                "accepted": accepted,
                "rejected": 0,
                "already_there": copied.entries - accepted,
                "rejects_file": None,
                "log": str(given.log),
                "origin": copied.origin,
                "root": copied.root,
                "verifier_key": copied.verifier_key,
                "evidence": copied.evidence,
                "evidence_missing": copied.evidence_missing,
            }
        )
        return YES
    entries = terminal.say("entries")
    root = terminal.say("root")
    terminal.print(f"{given.log}: {entries} {copied.entries}, {root} {copied.root.hex()}")
    if not copied.already_there:
        tell_evidence(copied, terminal)
    if copied.already_there:
        terminal.print(terminal.say("they were there already"))
    else:
        terminal.print(
            terminal.say(
                "a copy to be read: it has no keys, so it knows no numbers and records nothing"
            )
        )
    return YES


def _tell(found: Imported, terminal: Terminal) -> None:
    if not terminal.machine:
        _show(found, terminal)
        return
    terminal.document(
        {
            "rows": found.rows,
            "accepted": found.accepted,
            "rejected": found.rejected,
            "already_there": found.already_there,
            "rejects_file": None if found.rejects_file is None else str(found.rejects_file),
            "reasons": dict(sorted(found.reasons.items())),
            "encoding": found.encoding,
            "unused_columns": found.unused_columns,
            "warnings": found.warnings,
            "ok": found.ok,
            "stops_rejected": found.stops_rejected,
            "stops_ended": found.stops_ended,
        }
    )


def _show(found: Imported, terminal: Terminal) -> None:
    say = terminal.say
    rows: list[tuple[str, int]] = [
        (say("rows"), found.rows),
        (say("recorded"), found.accepted),
        (say("already there"), found.already_there),
        (say("rejected"), found.rejected),
        *(
            (f"  {_named(reason, terminal)}", count)
            for reason, count in sorted(found.reasons.items())
        ),
    ]
    width = max(len(name) for name, _ in rows)
    for name, count in rows:
        terminal.print(f"{name.ljust(width)}  {count:>9}")
    if found.unused_columns:
        unused = say("columns not used")
        terminal.print(f"{unused}: {', '.join(found.unused_columns)}")
    for warning in found.warnings:
        terminal.print(f"! {terminal.words(warning)}")
    if found.rejects_file is not None:
        terminal.print(f"{say('rejected rows')}: {found.rejects_file}")


def add(commands: Commands) -> None:
    """Declare what can be typed."""
    say = commands.say
    made = commands.command("import", import_, "read a list into a log")
    commands.log(made)
    made.add_argument("file", metavar="FILE", help=say("- is stdin"))
    made.add_argument(
        "--map",
        metavar="MAP",
        help=say("MAP.toml, or {}; left out: the columns bear our names", ", ".join(ready_maps())),
    )
    made.add_argument("--zone", help=say("of times without an offset"))
    made.add_argument(
        "--dates",
        choices=("iso", "day-first", "month-first", "unix"),
        help=say("how the file writes its dates; else found out"),
    )
    made.add_argument(
        "--country",
        choices=COUNTRIES,
        help=say("country of numbers without a country code"),
    )
    made.add_argument("--encoding", help=say("else found out"))
    made.add_argument("--delimiter", help=say("else found out"))
    made.add_argument("--sheet", help=say("of a workbook"))
    made.add_argument(
        "--set",
        action="append",
        metavar="WORD=VALUE",
        help=say("what holds where a row says nothing"),
    )
    made.add_argument(
        "--value",
        action="append",
        metavar="WORD:CELL=VALUE",
        help=say("what a cell means, beside what the map says"),
    )
    commands.columns(made)
    made.add_argument(
        "--snapshot",
        action="store_true",
        help=say("the list is all that stands now: a stop of what is stopped already is no news"),
    )
    made.add_argument(
        "--ends-stops",
        action="store_true",
        help=say("record consents that end a standing stop; else they are rejected"),
    )
    commands.at(made, "when it happened, where no column says it")
    made.add_argument(
        "--files", type=Path, metavar="DIR", help=say("documents and recordings that cells name")
    )
    made.add_argument(
        "--numbers",
        type=Path,
        metavar="IDS.csv",
        help=say("id,number, where people are named by id"),
    )
    made.add_argument(
        "--entries",
        action="store_true",
        help=say("FILE is of consent export --entries, LOG a new folder"),
    )
    made.add_argument(
        "--key", action="append", metavar="VKEY", help=say("with --entries: who must have signed")
    )
    made.add_argument(
        "--rejects", type=Path, metavar="FILE.csv", help=say("write the rejected rows here")
    )
    made.add_argument(
        "--max-rejected",
        type=share,
        metavar="SHARE",
        help=say("exit 1 above this share of rejected rows"),
    )
    made.add_argument(
        "--strict",
        action="store_true",
        help=say("exit 1 on rejects, and where a header is missing"),
    )
