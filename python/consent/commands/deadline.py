"""``consent request``, ``answer``, ``due``: demands about personal data, and when they end."""

from __future__ import annotations

import argparse
import dataclasses
from datetime import UTC, datetime
from pathlib import Path

import consent
from consent.commands.arguments import (
    NO,
    YES,
    Commands,
    UsageError,
    hashes_of,
    moment_of,
    number_of,
    open_log,
)
from consent.commands.record import record
from consent.locale.message import Message
from consent.terminal import Terminal


def request(given: argparse.Namespace, terminal: Terminal) -> int:
    """Record a demand about personal data."""
    event = consent.RequestReceived(
        number_of(Message("argument {}", 2), given.number),
        at=given.at,
        kind=given.kind,
        means=given.method,
        received_at=moment_of("--received-at", given.received_at),
        evidence=hashes_of(given.evidence),
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
        evidence=hashes_of(given.evidence),
        source=given.source,
    )
    return record(event, given, terminal)


def due(given: argparse.Namespace, terminal: Terminal) -> int:
    """List the terms that run."""
    with open_log(given, writable=False) as log:
        found = consent.deadline.due(log, at=given.at)
    overdue = sum(each.state == "overdue" for each in found)
    code = NO if overdue else YES
    if terminal.machine:
        items = [dataclasses.asdict(each) for each in found]
        for item, each in zip(items, found, strict=True):
            item["last_day"] = None if each.last_day is None else each.last_day.isoformat()
        terminal.document(
            {
                "at": given.at,
                "rows": consent.deadline.rows_version(),
                "zone": consent.deadline.zone(),
                "overdue": overdue,
                "items": items,
            }
        )
        return code
    say = terminal.say
    states = {
        "overdue": say("OVERDUE", "ПРОСРОЧЕНО"),
        "open": say("until", "до"),
        "keep": say("keep until", "хранить до"),
        "hold": say("held until", "запрет до"),
        "unknown": say("end not known", "срок неизвестен"),
    }
    duties = {
        "stop_advertising": say("stop advertising", "прекратить рекламу"),
        "stop_promotion": say("stop processing for promotion", "прекратить обработку для рекламы"),
        "stop_processing": say("stop processing", "прекратить обработку"),
        "destroy": say("destroy", "уничтожить данные"),
        "answer": say("answer", "ответить"),
        "correct": say("correct", "исправить"),
        "block": say("block", "заблокировать"),
        "destroy_keys_copy": say("destroy the copy of the keys", "уничтожить копию ключей"),
        "write_act": say(
            "write the act of destruction: consent act", "составить акт об уничтожении: consent act"
        ),
        "keep_act": say("keep act and log export", "хранить акт и выгрузку"),
        None: say("erase nothing", "ничего не уничтожать"),
    }
    if not found:
        terminal.print(say("nothing is due", "сроков нет"))
    ru = terminal.lang == "ru"
    for each in found:
        end = each.last_day.isoformat() if each.last_day else terminal.moment(each.ends)
        state = states[each.state]
        if each.state == "hold" and each.ends is None:
            state, end = say("held", "запрет"), say("without an end", "без срока")
        terminal.print(
            f"{state} {end}  {duties.get(each.duty, each.duty)}  "
            f"{terminal.entry(each.seq)}  {each.number or '—'}"
        )
        if each.why:
            terminal.print(f"    {each.why_ru if ru else each.why}")
            citation = each.citation_ru if ru else each.citation
            terminal.print(f"    {citation} [{each.rule}, {each.confidence}]")
        if each.broken_by is not None:
            terminal.print(f"    {say('contacted by entry', 'контакт в записи')} {each.broken_by}")
        if each.extended:
            terminal.print(f"    {say('extended', 'продлено')}")
        if each.where:
            terminal.print(f"    {say('copied to', 'скопировано в')} {each.where}")
        if each.by:
            terminal.print(f"    {say('ordered by', 'по требованию')} {each.by}")
    return code


def add(commands: Commands) -> None:
    """Declare what can be typed."""
    say = commands.say
    for name, run, en, ru in (
        ("request", request, "record a demand about personal data", "записать требование о данных"),
        ("answer", answer, "record the answer to one", "записать ответ на него"),
    ):
        made = commands.command(name, run, en, ru)
        commands.log(made)
        made.add_argument("number", metavar="NUMBER")
        if name == "request":
            made.add_argument("--kind", required=True, help=", ".join(consent.words("request")))
            made.add_argument(
                "--method", default="unstated", help=", ".join(consent.words("method"))
            )
            made.add_argument(
                "--received-at", metavar="TIME", help=say("when it arrived", "когда дошло")
            )
        else:
            made.add_argument(
                "--of",
                type=int,
                required=True,
                metavar="SEQ",
                help=say("entry of the request or withdrawal", "запись с запросом или отзывом"),
            )
            made.add_argument("--outcome", required=True, help=", ".join(consent.words("outcome")))
        made.add_argument(
            "--evidence",
            type=Path,
            metavar="FILE",
            action="append",
            help=say("kept by its SHA-256; may be repeated", "хранится SHA-256; можно повторять"),
        )
        commands.at(made, "when it happened; now", "когда это было; сейчас")
        made.add_argument("--source", default="", help=say("where from: web", "откуда: web"))
    made = commands.command(
        "due",
        due,
        "what withdrawals and requests have started, overdue first",
        "сроки, начатые отзывами и запросами; просроченные первыми",
    )
    commands.log(made)
    commands.at(made, "as of then; now", "на этот момент; сейчас")
