"""``consent correct``, ``operator-refusal``: an entry that is wrong; a refusal at the operator."""

from __future__ import annotations

import argparse
from typing import Any

import consent
from consent.commands.arguments import (
    YES,
    Commands,
    UsageError,
    moment_of,
    number_of,
    open_log,
    words_of,
)
from consent.commands.record import evidence_options, files_of, record
from consent.locale.message import Message
from consent.terminal import Terminal

#: Entries that say what somebody said or did: the others record what was done with the record.
_MAY_BE_WRONG = (
    *("consent.asked", "consent.given", "consent.refused", "consent.withdrawn"),
    *("contact.made", "contact.received", "operator.refusal", "number.classified"),
    *("number.reassigned", "evidence.added", "request.received", "request.answered"),
)


def correct(given: argparse.Namespace, terminal: Terminal) -> int:
    """Mark an entry as wrong."""
    with open_log(given, writable=False) as log:
        entry = log.entry(given.seq) if 0 <= given.seq < log.size else None
        if entry is None or entry.type not in _MAY_BE_WRONG:
            raise UsageError(Message("entry {}: nothing there that can be corrected", given.seq))
        wrong = log.opened(given.seq)
        number = getattr(wrong, "number", None)
        if not isinstance(number, consent.PhoneNumber):
            raise UsageError(Message("entry {}: its number is not known here", given.seq))
        unknown = set(words_of(given.fields or "")) - set(type(wrong).__dataclass_fields__)
    if unknown:
        raise UsageError(Message("--fields: {} is no field of this entry", sorted(unknown)[0]))
    event = consent.EntryCorrected(
        number,
        at=given.at,
        of=given.seq,
        reason=given.reason,
        fields=words_of(given.fields or ""),
        source=given.source,
    )
    code = record(event, given, terminal)
    if code == YES and not terminal.machine:
        terminal.print(
            terminal.say("record what is right as an entry of its own: this one changes nothing")
        )
    return code


def operator_refusal(given: argparse.Namespace, terminal: Terminal) -> int:
    """Record what the telephone operator was told."""
    number = number_of(Message("argument {}", 2), given.number)
    covers: Any = words_of(given.covers)  # the core knows the words
    event = consent.OperatorRefusal(
        number,
        at=given.at,
        covers=covers,
        operator_id=given.operator,
        in_force=moment_of(given, "--in-force", given.in_force),
        source=given.source,
    )
    return record(event, given, terminal, files_of(given))


def add(commands: Commands) -> None:
    """Declare what can be typed."""
    say = commands.say
    made = commands.command("correct", correct, "mark an entry as wrong, and say why")
    commands.log(made)
    made.add_argument("seq", metavar="SEQ", type=int, help=say("the entry"))
    made.add_argument(
        "--reason", required=True, metavar="WORD", help=say("a short word: wrong_number")
    )
    made.add_argument("--fields", metavar="NAME,…", help=say("what is wrong; left out: all of it"))
    commands.at(made, "when it was found; now")
    made.add_argument("--source", default="", help=say("where from: web"))
    made = commands.command(
        "operator-refusal",
        operator_refusal,
        "record that the operator was told to let no mass calls through",
    )
    commands.log(made)
    commands.number(made)
    made.add_argument(
        "--covers", default="mass_calls", metavar="mass_calls,mailing", help=say("what of")
    )
    made.add_argument(
        "--operator", default="", metavar="INN", help=say("the telephone operator, or a short word")
    )
    made.add_argument("--in-force", metavar="TIME", help=say("from when it holds; else --at"))
    evidence_options(commands, made)
    commands.at(made, "when the operator was told; now")
    made.add_argument("--source", default="", help=say("where from: web"))
