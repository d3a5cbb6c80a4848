"""``consent backup``: a copy of a log, taken while others write."""

from __future__ import annotations

import argparse
from pathlib import Path

from consent.commands.arguments import YES, Commands, open_log
from consent.terminal import Terminal


def backup(given: argparse.Namespace, terminal: Terminal) -> int:
    """Copy a log, without its keys."""
    with open_log(given, writable=False) as log:
        made = log.backup(given.dest)
        answer = {
            "dest": str(given.dest),
            "origin": log.origin,
            "size": made.size,
            "root": made.root,
            "log_db_sha256": made.file,
            "keys": False,
        }
    if terminal.machine:
        terminal.document(answer)
    else:
        say = terminal.say
        terminal.print(f"{say('copied', 'скопировано')}: {given.dest}")
        terminal.print(f"{say('entries', 'записей')}: {made.size}, root {made.root.hex()}")
        terminal.print(f"sha256 log.db: {made.file.hex()}")
        terminal.print(
            say(
                "the keys are not in it: keep keys.db by itself",
                "ключей в копии нет: keys.db хранят отдельно",
            )
        )
    return YES


def add(commands: Commands) -> None:
    """Declare what can be typed."""
    made = commands.command(
        "backup",
        backup,
        "copy a log while it is written",
        "скопировать журнал, не прерывая записи",
    )
    commands.log(made)
    made.add_argument(
        "dest",
        metavar="DEST",
        type=Path,
        help=commands.say("a folder that is not there yet", "папка, которой ещё нет"),
    )
