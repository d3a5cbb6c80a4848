"""``consent backup``: a copy of a log, taken while others write."""

from __future__ import annotations

import argparse
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import consent
from consent import _core
from consent.commands.arguments import YES, Commands, UsageError, open_log
from consent.commands.moments import read_moment
from consent.terminal import Terminal


def backup(given: argparse.Namespace, terminal: Terminal) -> int:
    """Copy a log; with ``--keys``, its keys as well."""
    if given.destroyed is not None:
        return _destroyed(given, terminal)
    if given.dest is None:
        raise UsageError("DEST: a folder is needed")
    if given.keys != (given.expires is not None):
        raise UsageError("--keys and --expires: go together")
    zone = terminal.zone or ZoneInfo(consent.deadline.zone())
    expires = None if given.expires is None else read_moment("--expires", given.expires, zone)
    try:
        log = open_log(given, writable=True)
    except (consent.LockedError, consent.StorageError):
        # Another process writes, or there are no keys here: nothing can be recorded, and a copy
        # without keys need not be. One of the keys that nobody knows of must not exist.
        if given.keys:
            raise
        log = open_log(given, writable=False)
    with log:
        made = log.backup(given.dest, keys_until=expires)
        answer = {
            "dest": str(given.dest),
            "origin": log.origin,
            "size": made.size,
            "root": made.root,
            "log_db_sha256": made.file,
            "keys": made.expires is not None,
            "expires": made.expires,
            "evidence": made.evidence,
            "seq": made.seq,
        }
    if terminal.machine:
        terminal.document(answer)
        return YES
    say = terminal.say
    terminal.print(f"{say('copied')}: {given.dest}")
    terminal.print(f"{say('entries')}: {made.size}, {say('root')} {made.root.hex()}")
    terminal.print(f"sha256 log.db: {made.file.hex()}")
    if made.expires is None:
        terminal.print(say("the keys are not in it: keep keys.db by itself"))
    else:
        until = terminal.moment(made.expires)
        terminal.print(
            say(
                "the keys are in it, and open until {}: destroy the copy by then, and after "
                "every erasure at once; then: consent backup LOG --destroyed {}",
                until,
                made.seq,
            )
        )
    if made.seq is None:
        terminal.print(
            say("not recorded in the log, which another process writes or has no keys here")
        )
    else:
        terminal.print(f"{say('recorded by entry')} {made.seq}")
    return YES


def _destroyed(given: argparse.Namespace, terminal: Terminal) -> int:
    if given.dest is not None or given.keys or given.expires is not None:
        raise UsageError("--destroyed: stands alone")
    with open_log(given, writable=True) as log:
        seq = log.backup_destroyed(given.destroyed)
    if terminal.machine:
        terminal.document({"of": given.destroyed, "seq": seq})
    else:
        terminal.print(f"{terminal.say('recorded by entry')} {seq}")
    return YES


def add(commands: Commands) -> None:
    """Declare what can be typed."""
    say = commands.say
    made = commands.command("backup", backup, "copy a log while it is written")
    commands.log(made)
    made.add_argument(
        "dest", metavar="DEST", type=Path, nargs="?", help=say("a folder that is not there yet")
    )
    made.add_argument("--keys", action="store_true", help=say("copy keys and evidence as well"))
    days = _core.retention("keys_copy", datetime.now(UTC)).days
    made.add_argument(
        "--expires",
        metavar="DATE",
        help=say("from then on the copied keys do not open; {} days ahead at most", days),
    )
    made.add_argument(
        "--destroyed",
        type=int,
        metavar="SEQ",
        help=say("record that the copy of the keys made by this entry is destroyed"),
    )
