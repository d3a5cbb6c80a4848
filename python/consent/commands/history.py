"""``consent history``: what the log holds on a number."""

from __future__ import annotations

import argparse

from consent.commands.arguments import NO, YES, Commands, number_of, open_log
from consent.locale.message import Message
from consent.terminal import Terminal


def history(given: argparse.Namespace, terminal: Terminal) -> int:
    """Show what the log holds about a number."""
    number = number_of(Message("argument {}", 2), given.number)
    with open_log(given, writable=False) as log:
        restricted = log.restriction_of(number, given.now)
        events = [] if restricted else log.history(number)
    if restricted:
        if terminal.machine:
            until = restricted.until
            terminal.document(
                {"number": number.e164, "events": None, "restricted": {"until": until}}
            )
        else:
            terminal.print(
                terminal.say(
                    "restricted (seq {}): kept for proof alone; consent prove works",
                    restricted.seq,
                )
            )
        return NO
    if terminal.machine:
        hidden = (
            "purposes",
            "channels",
            "covers",
            "distributors",
            "distributor",
            "method",
            "means",
        )
        documents = []
        for event in events:
            documents.append(
                {
                    "seq": event.seq,
                    "type": event.type,
                    "at": event.at,
                    "recorded_at": event.recorded_at,
                    "purposes": event.purposes,
                    "channels": event.channels,
                    "covers": event.covers,
                    "distributor": event.distributor,
                    "distributors": event.distributors,
                    "method": event.method,
                }
                | {name: value for name, value in event.body.items() if name not in hidden}
            )
        terminal.document({"number": number.e164, "events": documents})
        return YES
    if not events:
        terminal.print(terminal.say("the log holds nothing on this number"))
        return YES
    every = terminal.say("all")
    terminal.table(
        (
            terminal.say("seq"),
            terminal.say("event"),
            terminal.say("happened"),
            terminal.say("recorded"),
            terminal.say("purposes"),
            terminal.say("channels"),
            terminal.say("distributor"),
            terminal.say("method"),
        ),
        [
            (
                event.seq,
                terminal.event(event.type),
                terminal.moment(event.at),
                terminal.moment(event.recorded_at),
                ", ".join(map(terminal.word, event.purposes)) or every,
                ", ".join(map(terminal.word, event.channels)) or every,
                ",".join(event.distributors) or "—",
                terminal.word(event.method) if event.method else "—",
            )
            for event in events
        ],
    )
    return YES


def add(commands: Commands) -> None:
    """Declare what can be typed."""
    made = commands.command("history", history, "what the log holds on a number")
    commands.log(made)
    made.add_argument("number", metavar="NUMBER")
