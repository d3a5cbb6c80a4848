"""``consent export``: events for tables of one's own, or the whole log as a file of entries."""

from __future__ import annotations

import argparse
from pathlib import Path

from consent._core import Copied
from consent.commands.arguments import YES, Commands, UsageError, open_log
from consent.files import private_file
from consent.files.exporting import export_events
from consent.terminal import Progress, Terminal


def export(given: argparse.Namespace, terminal: Terminal) -> int:
    """Write the events or the entries of a log into a file."""
    if given.entries and given.with_numbers:
        raise UsageError("--entries holds no numbers; they move with consent backup --keys")
    if not given.entries and given.out.suffix.lower() not in (".csv", ".jsonl", ".parquet"):
        raise UsageError("--out: a file named .csv, .jsonl or .parquet; or --entries")
    private_file.keep_off(given.out, log=given.log, inputs=(given.head, given.passphrase_file))
    with Progress(terminal.say("export")) as progress, open_log(given, writable=False) as log:
        if given.entries:
            copied = log.export_entries(given.out, progress)
            document = {
                "out": str(given.out),
                "entries": copied.entries,
                "root": copied.root,
                "origin": copied.origin,
                "verifier_key": copied.verifier_key,
                "evidence": copied.evidence,
                "evidence_missing": copied.evidence_missing,
            }
        else:
            wrote = export_events(
                log, given.out, with_numbers=given.with_numbers, progress=progress
            )
            document = {
                "out": str(wrote.path),
                "events": wrote.events,
                "size": wrote.size,
                "with_numbers": wrote.with_numbers,
                "restricted": wrote.restricted,
            }
    if terminal.machine:
        terminal.document(document)
    elif given.entries:
        entries = terminal.say("entries")
        root = terminal.say("root")
        key = terminal.say("key for those who check it")
        terminal.print(f"{given.out}: {entries} {copied.entries}, {root} {copied.root.hex()}")
        terminal.print(f"{key}: {copied.verifier_key}")
        tell_evidence(copied, terminal)
    else:
        events = terminal.say("events")
        terminal.print(f"{given.out}: {events} {wrote.events}")
        if wrote.restricted:
            terminal.print(
                terminal.say(
                    "left out, because restricted (kept for proof alone): {}", wrote.restricted
                )
            )
        if wrote.with_numbers:
            terminal.print(terminal.say("! it holds telephone numbers in clear"))
    return YES


def tell_evidence(copied: Copied, terminal: Terminal) -> None:
    """How many sealed files travel with the entries, and how many do not."""
    if copied.evidence:
        sealed = terminal.say("sealed files of evidence")
        terminal.print(f"{sealed}: {copied.evidence}")
    if copied.evidence_missing:
        terminal.print(
            terminal.say(
                "! files that entries name and that are not here: {}", copied.evidence_missing
            )
        )


def add(commands: Commands) -> None:
    """Declare what can be typed."""
    say = commands.say
    made = commands.command("export", export, "write a log into a file")
    commands.log(made)
    made.add_argument(
        "--out",
        type=Path,
        required=True,
        metavar="FILE.csv|.jsonl|.parquet",
        help=say("where it goes; the ending says the format"),
    )
    made.add_argument(
        "--with-numbers",
        action="store_true",
        help=say("telephone numbers IN CLEAR; else tags alone"),
    )
    made.add_argument(
        "--entries",
        action="store_true",
        help=say("every entry, byte for byte, for consent import --entries"),
    )
