"""``consent columns`` and ``consent pseudonymise``: what of a table is about people."""

from __future__ import annotations

import argparse
import io
import sys
from pathlib import Path

from consent.commands.arguments import YES, Commands, as_file
from consent.files import private_file
from consent.files.columns import new_key, pseudonymise, read_key, tag_columns
from consent.terminal import Terminal


def columns(given: argparse.Namespace, terminal: Terminal) -> int:
    """Say which columns of a table are personal data, and why."""
    source = io.BytesIO(sys.stdin.buffer.read()) if given.file == "-" else Path(given.file)
    found = tag_columns(
        source,
        country=given.country,
        header=_header(given),
        encoding=given.encoding,
        delimiter=given.delimiter,
    )
    if terminal.machine:
        terminal.document(
            [
                {
                    "position": column.position,
                    "name": column.name or None,
                    "kinds": column.kinds,
                    "personal": column.personal,
                    "reasons": column.reasons,
                    "filled": column.filled,
                    "basis": column.basis,
                    "citations": column.citations,
                }
                for column in found
            ]
        )
        return YES
    say = terminal.say
    shown = {"yes": say("yes"), "no": say("no"), "unknown": say("unknown")}
    terminal.table(
        ("№", say("column"), say("personal"), say("basis"), say("why")),
        [
            (
                c.position,
                c.name or "—",
                shown[c.personal],
                c.basis,
                "; ".join(map(terminal.words, c.reasons)) or "—",
            )
            for c in found
        ],
    )
    return YES


def pseudonyms(given: argparse.Namespace, terminal: Terminal) -> int:
    """Write a table with keyed pseudonyms in the place of people."""
    read = Path("/dev/stdin") if str(given.file) == "-" else given.file
    private_file.keep_off(given.out, inputs=(read, given.key))
    private_file.keep_off(given.key, inputs=(read,))
    made = not given.key.exists()
    key = new_key(given.key) if made else read_key(given.key)
    try:
        with as_file(given.file) as file:
            done = pseudonymise(
                file,
                given.out,
                key,
                columns=[_column(name) for name in given.column or ()],
                keep=[_column(name) for name in given.keep or ()],
                country=given.country,
                header=_header(given),
                encoding=given.encoding,
                delimiter=given.delimiter,
            )
    except BaseException:
        if made:
            given.key.unlink()
        raise
    if terminal.machine:
        terminal.document(
            {
                "out": str(done.path),
                "rows": done.rows,
                "columns": {str(place): kind for place, kind in done.columns.items()},
                "left_out": done.left_out,
                "key": str(given.key),
                "key_made": made,
            }
        )
        return YES
    rows = terminal.say("rows")
    terminal.print(f"{done.path}: {rows} {done.rows}")
    for place, kind in done.columns.items():
        terminal.print(f"  {place}: {kind}")
    if done.left_out:
        out = terminal.say("rows left out: not to be split")
        terminal.print(f"! {out}: {done.left_out}")
    if made:
        new = terminal.say("new key, keep it apart")
        terminal.print(f"{new}: {given.key}")
    return YES


def _header(given: argparse.Namespace) -> bool | None:
    return None if given.header is None else given.header == "yes"


def _column(name: str) -> str | int:
    return int(name) if name.isdigit() else name


def add(commands: Commands) -> None:
    """Declare what can be typed."""
    say = commands.say

    def table(made: argparse.ArgumentParser) -> None:
        made.add_argument(
            "--country",
            choices=("RU", "KZ", "US", "CA"),
            help=say("country of numbers without a country code"),
        )
        made.add_argument("--header", choices=("yes", "no"), help=say("else found out"))
        made.add_argument("--encoding", help=say("encoding of the file; else found out"))
        made.add_argument("--delimiter", help=say("between cells; else found out"))

    made = commands.command("columns", columns, "which columns of a table are personal data?")
    made.add_argument("file", metavar="FILE", help=say("- is stdin"))
    table(made)
    made = commands.command("pseudonymise", pseudonyms, "a table with keyed pseudonyms for people")
    made.add_argument("file", metavar="FILE", type=Path, help=say("- is stdin"))
    made.add_argument(
        "--key", type=Path, required=True, metavar="KEYFILE", help=say("the key of the pseudonyms")
    )
    made.add_argument(
        "--out", type=Path, required=True, metavar="FILE.csv", help=say("where the table goes")
    )
    made.add_argument("--column", action="append", help=say("also this one"))
    made.add_argument("--keep", action="append", help=say("not this one"))
    table(made)
