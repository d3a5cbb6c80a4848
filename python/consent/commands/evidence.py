"""``consent evidence``: the files that the log keeps with an entry."""

from __future__ import annotations

import argparse
from pathlib import Path

from consent.commands.arguments import YES, Commands, UsageError, open_log
from consent.terminal import Terminal


def evidence(given: argparse.Namespace, terminal: Terminal) -> int:
    """List the files that an entry keeps, or open one."""
    with open_log(given, writable=False) as log:
        if given.out is not None:
            try:
                log.save_evidence(given.seq, given.place, given.out, for_proof=given.for_proof)
            except FileExistsError:
                raise UsageError("--out: the file exists") from None
            size = given.out.stat().st_size
            if terminal.machine:
                terminal.document({"seq": given.seq, "place": given.place, "bytes": size})
            else:
                written = terminal.say("opened and checked")
                terminal.print(f"{written}: {given.out.name}, {size}")
            return YES
        kept = log.evidence_of(given.seq)
    if terminal.machine:
        terminal.document(
            [
                {
                    "place": file.place,
                    "kind": file.kind,
                    "name": file.name or None,
                    "type": file.type or None,
                    "commitment": file.commitment,
                    "kept": f"evidence/{file.commitment.hex()}" if file.beside else "log.db",
                    "there": file.there,
                }
                for file in kept
            ]
        )
        return YES
    if not kept:
        terminal.print(terminal.say("the entry keeps no files"))
    for file in kept:
        where = f"evidence/{file.commitment.hex()}" if file.beside else "log.db"
        lost = "" if file.there else terminal.say(" — MISSING")
        terminal.print(f"{file.place}  {file.kind}  {where}{lost}")
    return YES


def add(commands: Commands) -> None:
    """Declare what can be typed."""
    say = commands.say
    made = commands.command("evidence", evidence, "files kept with an entry")
    commands.log(made)
    made.add_argument("seq", metavar="SEQ", type=int, help=say("the entry"))
    made.add_argument("--place", type=int, default=1, metavar="N", help=say("from 1"))
    made.add_argument("--out", type=Path, metavar="FILE", help=say("open it into a file"))
    made.add_argument("--for-proof", action="store_true", help=say("also of a restricted record"))
