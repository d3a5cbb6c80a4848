"""``consent request``, ``answer``, ``due``: demands about personal data, and when they end."""

from __future__ import annotations

import argparse
import dataclasses
from datetime import UTC, datetime

import consent
from consent import case
from consent.commands.arguments import (
    NO,
    YES,
    Commands,
    UsageError,
    csv_out,
    moment_of,
    number_of,
    open_log,
)
from consent.commands.case import show_term
from consent.commands.record import evidence_options, files_of, record
from consent.files.clock import load_zone
from consent.locale.message import Message
from consent.terminal import Terminal


def request(given: argparse.Namespace, terminal: Terminal) -> int:
    """Record a demand about personal data."""
    event = consent.RequestReceived(
        number_of(Message("argument {}", 2), given.number),
        at=given.at,
        kind=given.kind,
        means=given.method,
        received_at=moment_of(given, "--received-at", given.received_at),
        evidence=files_of(given),
        source=given.source,
    )
    return record(event, given, terminal)


def answer(given: argparse.Namespace, terminal: Terminal) -> int:
    """Record that a demand was answered."""
    number = number_of(Message("argument {}", 2), given.number)
    with open_log(given, writable=False) as log:
        asked = log.entry(given.of).subject if 0 <= given.of < log.size else None
        known = asked is None or asked.tag in log.subjects_of(number)
        if not known:
            # Of who is erased nothing leads to the demand any more; the answer still ends it.
            running = consent.deadline.due(log, at=datetime.now(UTC))
            known = any(each.seq == given.of and each.number is None for each in running)
    if not known:
        raise UsageError(
            Message("--of: entry {} is a demand of somebody with another number", given.of)
        )
    event = consent.RequestAnswered(
        number,
        at=given.at,
        of=given.of,
        outcome=given.outcome,
        evidence=files_of(given),
        source=given.source,
    )
    return record(event, given, terminal)


def due(given: argparse.Namespace, terminal: Terminal) -> int:
    """List the terms that run."""
    with open_log(given, writable=False) as log:
        found = consent.deadline.due(log, at=given.at)
        zone = terminal.zone or load_zone(consent.deadline.zone())
        appeals = case.reminders(log, at=given.at, zone=zone)
    overdue = sum(each.state == "overdue" for each in found)
    late = any(term.state == "overdue" and term.confirmed for _, term in appeals)
    code = NO if overdue or late else YES
    if given.csv is not None:
        names = [field.name for field in dataclasses.fields(consent.deadline.Due)]
        with csv_out(given, given.csv, names) as out:
            out.rows([getattr(each, name) for name in names] for each in found)
        return code
    if terminal.machine:
        items = [dataclasses.asdict(each) for each in found]
        for item, each in zip(items, found, strict=True):
            item["last_day"] = None if each.last_day is None else each.last_day.isoformat()
            item["latest_day"] = None if each.latest_day is None else each.latest_day.isoformat()
        terminal.document(
            {
                "at": given.at,
                "rows": consent.deadline.rows_version(),
                "zone": consent.deadline.zone(),
                "overdue": overdue,
                "items": items,
                "appeals": [
                    {
                        "seq": filed.seq,
                        "to": filed.to,
                        **dataclasses.asdict(term),
                        "until": term.until.isoformat(),
                    }
                    for filed, term in appeals
                ],
            }
        )
        return code
    say = terminal.say
    states = {
        "overdue": say("OVERDUE"),
        "open": say("until"),
        "keep": say("keep until"),
        "hold": say("held until"),
        "unknown": say("end not known"),
    }
    duties = {
        "stop_advertising": say("stop advertising"),
        "stop_promotion": say("stop processing for promotion"),
        "stop_processing": say("stop processing"),
        "destroy": say("destroy"),
        "answer": say("answer"),
        "correct": say("correct"),
        "block": say("block"),
        "destroy_keys_copy": say("destroy the copy of the keys"),
        "write_act": say("write the act of destruction: consent act"),
        "keep_act": say("keep act and log export"),
        None: say("erase nothing"),
    }
    if not found and not appeals:
        terminal.print(say("nothing is due"))
    for filed, term in appeals:
        show_term(filed, term, terminal)
    ru = terminal.lang == "ru"
    for each in found:
        end = each.last_day.isoformat() if each.last_day else terminal.moment(each.ends)
        state = states[each.state]
        if each.state == "hold" and each.ends is None:
            state, end = say("held without an end"), ""
        terminal.print(
            f"{state} {end}  {duties.get(each.duty, each.duty)}  "
            f"{terminal.entry(each.seq)}  {each.number or '—'}"
        )
        if each.why:
            terminal.print(f"    {each.why_ru if ru else each.why}")
            citation = each.citation_ru if ru else each.citation
            terminal.print(f"    {citation} [{each.rule}, {each.confidence}]")
        if each.latest_day is not None:
            doubt = say(
                "it may end as late as {}: moved days off are not known; act by the earlier day",
                each.latest_day.isoformat(),
            )
            terminal.print(f"    ! {doubt}")
        if each.broken_by is not None:
            terminal.print(f"    {say('contacted by entry')} {each.broken_by}")
        if each.extended:
            terminal.print(f"    {say('extended')}")
        if each.where:
            terminal.print(f"    {say('copied to')} {each.where}")
        if each.by:
            terminal.print(f"    {say('ordered by')} {each.by}")
    return code


def add(commands: Commands) -> None:
    """Declare what can be typed."""
    say = commands.say
    for name, run, what in (
        ("request", request, Message("record a demand about personal data")),
        ("answer", answer, Message("record the answer to a demand about personal data")),
    ):
        made = commands.command(name, run, what)
        commands.log(made)
        commands.number(made)
        if name == "request":
            made.add_argument("--kind", required=True, help=", ".join(consent.words("request")))
            made.add_argument(
                "--method", default="unstated", help=", ".join(consent.words("method"))
            )
            made.add_argument("--received-at", metavar="TIME", help=say("when it arrived"))
        else:
            made.add_argument(
                "--of",
                type=int,
                required=True,
                metavar="SEQ",
                help=say("entry of the request or withdrawal"),
            )
            made.add_argument("--outcome", required=True, help=", ".join(consent.words("outcome")))
        evidence_options(commands, made)
        commands.at(made, "when it happened; now")
        made.add_argument("--source", default="", help=say("where from: web"))
    made = commands.command("due", due, "what withdrawals and requests have started, overdue first")
    commands.log(made)
    commands.at(made, "as of then; now")
    commands.csv(made)
