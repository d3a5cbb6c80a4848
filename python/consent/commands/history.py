"""``consent history``: what the log holds on a number."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import Final

import consent
from consent.commands.arguments import NO, YES, Commands, csv_out, number_of, open_log
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
                    "restricted (seq {}): kept for proof alone; consent prove works", restricted.seq
                )
            )
        return NO
    if given.csv is not None:
        with csv_out(given, given.csv, _COLUMNS) as out:
            out.rows(map(_cells, events))
        return YES if events else NO
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
        return YES if events else NO
    if not events:
        terminal.print(terminal.say("the log holds nothing on this number"))
        return NO
    say = terminal.say
    terminal.table(
        (
            say("seq"),
            say("event"),
            say("happened"),
            say("recorded"),
            say("purposes"),
            say("channels"),
            say("distributor"),
            say("method"),
        ),
        [
            (
                event.seq,
                terminal.event(event.type),
                terminal.moment(event.at),
                terminal.moment(event.recorded_at),
                _scope(event, "purpose", event.purposes, terminal),
                _scope(event, "channel", event.channels, terminal),
                ",".join(event.distributors) or event.distributor or "—",
                terminal.word(event.method) if event.method else "—",
            )
            for event in events
        ],
    )
    return YES


def _scope(
    event: consent.HistoryEvent, one: str, several: Sequence[str], terminal: Terminal
) -> str:
    """What an event is about: a stop that names none means all."""
    single = getattr(event.event, one, None)
    named = several or ([str(single)] if single else [])
    if named:
        return ", ".join(map(terminal.word, named))
    stops = event.type in ("consent.refused", "consent.withdrawn", "operator.refusal")
    return terminal.say("all") if stops else "—"


#: Columns of ``--csv``.
_COLUMNS: Final = (
    *("seq", "type", "at", "recorded_at", "purposes", "channels", "covers", "distributors"),
    *("method", "campaign", "source"),
)


def _cells(event: consent.HistoryEvent) -> list[object]:
    said = event.event
    return [
        event.seq,
        event.type,
        event.at,
        event.recorded_at,
        ",".join(event.purposes) or getattr(said, "purpose", None),
        ",".join(event.channels) or getattr(said, "channel", None),
        ",".join(event.covers),
        ",".join(event.distributors) or event.distributor,
        event.method,
        getattr(said, "campaign", None) or None,
        getattr(said, "source", None) or None,
    ]


def add(commands: Commands) -> None:
    """Declare what can be typed."""
    made = commands.command("history", history, "what the log holds on a number")
    commands.log(made)
    commands.number(made)
    commands.csv(made)
