"""``consent evidence``: the files that the log keeps with an entry."""

from __future__ import annotations

import argparse
from pathlib import Path

import consent
from consent.commands.arguments import YES, Commands, UsageError, open_log
from consent.commands.record import kept_file, record
from consent.locale.message import Message
from consent.terminal import Terminal

#: Entries that a file may show something of: those about a subscriber that it can be added to.
_SHOWN = (
    *("consent.given", "consent.refused", "consent.withdrawn", "contact.made"),
    *("contact.received", "operator.refusal", "request.received", "request.answered"),
)


def _add(given: argparse.Namespace, terminal: Terminal) -> int:
    """Keep files that show what an earlier entry says."""
    if given.out is not None:
        raise UsageError("--add, --out: one of them")
    for file in given.add:
        if not file.is_file():
            raise UsageError("--add: there is no such file")
    with open_log(given, writable=False) as log:
        entry = log.entry(given.seq) if 0 <= given.seq < log.size else None
        if entry is None or entry.type not in _SHOWN:
            raise UsageError(Message("entry {}: nothing there that a file could show", given.seq))
        number = getattr(log.opened(given.seq), "number", None)
        if not isinstance(number, consent.PhoneNumber):
            raise UsageError(Message("entry {}: its number is not known here", given.seq))
    event = consent.EvidenceAdded(
        number,
        at=given.now,
        of=given.seq,
        kind=given.kind or "",
        evidence=[kept_file(file, given.kind) for file in given.add],
    )
    return record(event, given, terminal)


def evidence(given: argparse.Namespace, terminal: Terminal) -> int:
    """List the files that an entry keeps, open one, or add some."""
    if given.add:
        return _add(given, terminal)
    if given.kind is not None:
        raise UsageError("--kind: goes with --add")
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
    made.add_argument(
        "--add",
        type=Path,
        action="append",
        metavar="FILE",
        help=say("keep a file that shows it, found later; may be repeated"),
    )
    made.add_argument(
        "--kind",
        metavar="WORD",
        help=say("what the added file is: recording, screenshot, operator_detail, stop_demand"),
    )
    made.add_argument("--for-proof", action="store_true", help=say("also of a restricted record"))
