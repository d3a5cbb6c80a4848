"""``consent assign``: who dials for whom, and since when no longer."""

from __future__ import annotations

import argparse
from pathlib import Path

import consent
from consent.commands.arguments import YES, Commands, UsageError, moment_of, open_log, words_of
from consent.terminal import Terminal


def assign(given: argparse.Namespace, terminal: Terminal) -> int:
    """Record an assignment or its end; without a caller, show those that are recorded."""
    if given.end is not None:
        return _end(given, terminal)
    if given.caller is None:
        return _show(given, terminal)
    until = moment_of(given, "--until", given.until, end=True)
    document = None if given.document is None else consent.file_hash(given.document)
    with open_log(given, writable=True) as log:
        seq = log.assign_caller_at(
            given.caller,
            given.distributor or "",
            given.at,
            until,
            words_of(given.purpose or ""),
            words_of(given.channel or ""),
            given.campaign,
            document,
            given.now,
        )
    _recorded(seq, given, terminal)
    return YES


def _scoped(given: argparse.Namespace) -> bool:
    """Whether something was typed that only an assignment has."""
    typed = (given.distributor, given.until, given.purpose, given.channel, given.campaign)
    return any(typed)


def _end(given: argparse.Namespace, terminal: Terminal) -> int:
    if given.caller is not None or _scoped(given):
        raise UsageError("--end: goes with --at and --document alone")
    document = None if given.document is None else consent.file_hash(given.document)
    with open_log(given, writable=True) as log:
        seq = log.release_caller_at(given.end, given.at, document, given.now)
    _recorded(seq, given, terminal)
    return YES


def _recorded(seq: int, given: argparse.Namespace, terminal: Terminal) -> None:
    if terminal.machine:
        terminal.document({"seq": seq, "of": given.end})
    else:
        terminal.print(f"{terminal.say('recorded by entry')} {seq}")


def _show(given: argparse.Namespace, terminal: Terminal) -> int:
    if _scoped(given) or given.document is not None:
        raise UsageError("argument 2: who dials is missing")
    with open_log(given, writable=False) as log:
        assignments = log.assignments()
    if terminal.machine:
        terminal.document(
            [
                {
                    "seq": each.seq,
                    "caller": each.caller,
                    "distributor": each.distributor,
                    "from": each.from_,
                    "until": each.until,
                    "purposes": each.purposes,
                    "channels": each.channels,
                    "campaign": each.campaign or None,
                    "recorded_at": each.recorded,
                    "document": None if each.document is None else each.document.hex(),
                    "ended_by": each.released,
                }
                for each in assignments
            ]
        )
        return YES
    if not assignments:
        terminal.print(terminal.say("nobody was assigned"))
    for each in assignments:
        since, until = terminal.say("from"), terminal.say("until")
        by = terminal.say("dials for")
        end = "" if each.until is None else f" {until} {terminal.moment(each.until)}"
        scope = ", ".join(filter(None, [*each.purposes, *each.channels, each.campaign]))
        end += f" ({scope})" if scope else ""
        terminal.print(
            f"{each.seq}  {each.caller} {by} {each.distributor}, "
            f"{since} {terminal.moment(each.from_)}{end}"
        )
    return YES


def add(commands: Commands) -> None:
    """Declare what can be typed."""
    say = commands.say
    made = commands.command("assign", assign, "who dials for a distributor; without CALLER: show")
    commands.log(made)
    made.add_argument("caller", metavar="CALLER", nargs="?", help=say("INN or short word"))
    made.add_argument("--distributor", metavar="INN", help=say("for whom; the log's own"))
    commands.at(made, "since when, or with --end until when; now")
    made.add_argument("--purpose", help=say("left out: all"))
    made.add_argument("--channel", help=say("left out: all"))
    made.add_argument("--campaign", default="", help=say("a short word"))
    made.add_argument("--until", metavar="TIME", help=say("no longer holds"))
    made.add_argument(
        "--document",
        type=Path,
        metavar="FILE",
        help=say("the contract or order; its SHA-256 is recorded"),
    )
    made.add_argument(
        "--end", type=int, metavar="SEQ", help=say("the assignment of this entry ends")
    )
