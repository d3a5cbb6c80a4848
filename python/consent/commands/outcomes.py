"""``consent outcomes``: how calls end, what follows, and what other programs' words mean."""

from __future__ import annotations

import argparse
import csv
import io
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import consent
from consent.commands.arguments import NO, YES, Commands, UsageError
from consent.locale.message import Message
from consent.outcome import BUILT_IN, OutcomeMap, outcomes
from consent.terminal import Terminal, without_numbers

FIELDS = (
    *("id", "name", "name_ru", "reached", "retry", "suspends", "advertising", "record"),
    *("leans_on", "why", "why_ru", "source"),
)


def run(given: argparse.Namespace, terminal: Terminal) -> int:
    """Show outcomes, or say what the statuses of a file mean."""
    if given.action == "map":
        return _map(given, terminal)
    if given.file is not None and given.action == "list":
        raise UsageError("outcomes list: takes no name; did you mean outcomes show?")
    found = outcomes()
    if given.action == "show":
        found = [outcome for outcome in found if outcome.id == given.file]
        if not found:
            raise UsageError("outcomes show: which? consent outcomes lists them")
    if terminal.machine:
        terminal.document(
            {
                "outcomes": consent.outcome.standard().version,
                "kind": "policy",
                "rows": [{name: getattr(o, name) or None for name in FIELDS} for o in found],
            }
        )
        return YES
    say, ru = terminal.say, terminal.lang == "ru"
    terminal.print(say("policy of the library, not law; ") + consent.outcome.standard().version)
    if given.action == "show":
        (one,) = found
        for name in FIELDS:
            if name.endswith("_ru"):
                continue
            value = getattr(one, name + "_ru" if ru and name in ("name", "why") else name)
            if value != "":
                terminal.print(f"{name + ':':12} {value}")
        return YES
    terminal.table(
        (
            say("outcome"),
            say("retry"),
            say("consent"),
            say("advertising"),
            say("record"),
            say("means"),
        ),
        [
            (
                o.id,
                o.retry,
                say("suspended") if o.suspends else "",
                "" if o.advertising == "unchanged" else o.advertising,
                o.record,
                o.name_ru if ru else o.name,
            )
            for o in found
        ],
    )
    return YES


def _statuses(given: argparse.Namespace) -> Counter[str]:
    """Statuses of a column, or of the lines of a file."""
    data = sys.stdin.buffer.read() if given.file == "-" else Path(given.file).read_bytes()
    name = "stdin" if given.file == "-" else Path(given.file).name
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UsageError(Message("{}: not UTF-8, byte {}", name, error.start)) from None
    if given.column is None:
        return Counter(line.strip() for line in text.splitlines() if line.strip())
    try:
        rows = csv.DictReader(io.StringIO(text, newline=""), strict=True)
        if rows.fieldnames is None or given.column not in rows.fieldnames:
            raise UsageError(Message("{}: row 1: no column of that name", name))
        return Counter((row[given.column] or "").strip() for row in rows)
    except csv.Error as error:
        raise UsageError(Message("{}: {}", name, error)) from None


def _map(given: argparse.Namespace, terminal: Terminal) -> int:
    if given.file is None:
        raise UsageError("outcomes map: which file? - is stdin")
    used = OutcomeMap.load(given.map)
    found = _statuses(given)
    rows: list[dict[str, Any]] = []
    for status, count in sorted(found.items(), key=lambda item: (-item[1], item[0])):
        known = status in used
        # What depends on seconds shows both.
        both = [used.of(status, seconds=1), used.of(status, seconds=0)]
        rows.append(
            {
                "status": without_numbers(status),
                "rows": count,
                "outcome": both[0] if both[0] == both[1] else None,
                "talked": both[0],
                "silent": both[1],
                "known": known,
            }
        )
    unknown = [row for row in rows if not row["known"]]
    if terminal.machine:
        terminal.document({"map": used.name, "statuses": rows, "not_mapped": len(unknown)})
    else:
        say = terminal.say
        terminal.table(
            (say("status"), say("rows"), say("outcome")),
            [
                (
                    row["status"],
                    row["rows"],
                    say("not in the map: unknown")
                    if not row["known"]
                    else row["outcome"] or f"{row['talked']} / {row['silent']}",
                )
                for row in rows
            ],
        )
    return NO if unknown else YES


def add(commands: Commands) -> None:
    """Declare what can be typed."""
    say = commands.say
    made = commands.command(
        "outcomes", run, "how calls end, what follows, and what other programs' words mean"
    )
    made.add_argument(
        "action",
        nargs="?",
        choices=("list", "show", "map"),
        default="list",
        help=say("list all, show one, or map another program's words"),
    )
    made.add_argument(
        "file",
        metavar="OUTCOME|FILE",
        nargs="?",
        help=say("show: an outcome. map: a status a line, or a CSV with --column; - is stdin"),
    )
    made.add_argument(
        "--map",
        default="asterisk",
        metavar="|".join((*BUILT_IN, "MAP.toml")),
        help=say("what the statuses mean"),
    )
    made.add_argument("--column", metavar="NAME", help=say("of the CSV"))
