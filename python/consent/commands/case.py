"""``consent case``: an appeal that was filed, its terms, its answers, the next step."""

from __future__ import annotations

import argparse
import dataclasses
from datetime import date
from pathlib import Path

import consent
from consent import case, complaint_pack
from consent.commands.arguments import NO, YES, Commands, UsageError, open_log
from consent.commands.diary import zone_of
from consent.commands.moments import read_moment
from consent.terminal import Terminal


def _day(given: argparse.Namespace, name: str, text: str | None) -> date | None:
    terminal: Terminal = given.terminal
    if text is None or terminal.zone is None:
        return None
    return read_moment(name, text, terminal.zone).astimezone(terminal.zone).date()


def run(given: argparse.Namespace, terminal: Terminal) -> int:
    """Record a filing or an answer, or list what was filed."""
    writes = given.filed_on is not None or given.of is not None
    if given.filed_on is not None and given.of is not None:
        raise UsageError("--filed-on, --of: one of them")
    with open_log(given, writable=writes) as log:
        zone = zone_of(given, log)
        if given.filed_on is not None:
            _file(given, log)
        elif given.of is not None:
            _answer(given, log)
        found = case.cases(log, at=given.at, zone=zone)
    late = any(term.state == "overdue" and term.confirmed for each in found for term in each.terms)
    if terminal.machine:
        terminal.document([_plain(each) for each in found])
    else:
        _show(found, terminal)
    return NO if late else YES


def _file(given: argparse.Namespace, log: consent.Log) -> None:
    if given.to is None:
        raise UsageError("--to: goes with --filed-on")
    seqs = given.contacts
    if seqs is None:
        seqs = [each.seq for each in complaint_pack.contacts_of(log)]
    on = _day(given, "--filed-on", given.filed_on)
    if on is None:
        raise UsageError("no zone is declared for these times; add --zone Europe/Moscow")
    case.file(
        log,
        to=given.to,
        on=on,
        contacts=seqs,
        number=given.number or "",
        files=given.evidence or (),
        now=given.now,
        zone=given.terminal.zone,
    )


def _answer(given: argparse.Namespace, log: consent.Log) -> None:
    on = _day(given, "--answered-on", given.answered_on)
    case.answer(
        log,
        given.of,
        on=on or given.now.astimezone(given.terminal.zone).date(),
        outcome=given.outcome or "",
        number=given.number or "",
        registered_on=_day(given, "--registered-on", given.registered_on),
        files=given.evidence or (),
        now=given.now,
    )


def _plain(each: case.Case) -> dict[str, object]:
    return {
        "seq": each.seq,
        "to": each.to,
        "filed_on": each.filed_on.isoformat(),
        "number": each.number or None,
        "registered_on": None if each.registered_on is None else each.registered_on.isoformat(),
        "contacts": each.contacts,
        "answers": [
            {"on": on.isoformat(), "outcome": outcome, "seq": seq}
            for on, outcome, seq in each.answers
        ],
        "terms": [
            {**dataclasses.asdict(term), "until": term.until.isoformat()} for term in each.terms
        ],
        "next": each.next,
    }


def duty_of(duty: str, terminal: Terminal) -> str:
    """A duty in words."""
    say = terminal.say
    return {
        "register": say("register the appeal"),
        "forward": say("send it on to the body that is competent"),
        "answer": say("answer the appeal"),
        "answer_extended": say("answer, where the term was extended"),
        "stop_mass_calls": say("stop mass calls"),
    }[duty]


def _body(to: str, terminal: Terminal) -> str:
    say = terminal.say
    return {
        "fas": say("FAS"),
        "rkn": say("Roskomnadzor"),
        "operator": say("the operator"),
        "prosecutor": say("the prosecutor"),
    }[to]


def show_term(each: case.Case, term: case.Term, terminal: Terminal) -> None:
    """Print one term of an appeal."""
    say = terminal.say
    states = {"open": say("until about"), "overdue": say("OVERDUE"), "over": say("over")}
    sure = "" if term.confirmed else say(" (not established that it applies here)")
    terminal.print(
        f"    {states[term.state]} {term.until:%d.%m.%Y}  {_body(each.to, terminal)}: "
        f"{duty_of(term.duty, terminal)}{sure}  {terminal.entry(each.seq)}, {term.citation} "
        f"[{term.confidence}]"
    )


def _show(found: list[case.Case], terminal: Terminal) -> None:
    say = terminal.say
    if not found:
        terminal.print(say("no appeal was filed"))
    outcomes = {
        "opened": say("a case was opened"),
        "measures": say("measures were taken"),
        "refused": say("refused"),
        "forwarded": say("sent on"),
        "wants_more": say("more is wanted"),
        "other": say("answered otherwise"),
    }
    for each in found:
        number = each.number or say("number not known")
        terminal.print(
            f"{terminal.entry(each.seq)}  {_body(each.to, terminal)}, {say('filed')} "
            f"{each.filed_on:%d.%m.%Y}, {number}"
        )
        for on, outcome, seq in each.answers:
            terminal.print(f"    {on:%d.%m.%Y} {outcomes[outcome]}, {terminal.entry(seq)}")
        for term in each.terms:
            show_term(each, term, terminal)
        for place, step in enumerate(each.next, 1):
            terminal.print(f"    {place}. {terminal.words(step)}")


def add(commands: Commands) -> None:
    """Declare what can be typed."""
    say = commands.say
    made = commands.command("case", run, "an appeal that was filed: terms, answers, the next step")
    commands.log(made)
    made.add_argument("--filed-on", metavar="DATE", help=say("record that an appeal was filed"))
    made.add_argument("--to", choices=case.BODIES, help=say("which body"))
    made.add_argument(
        "--contacts",
        type=int,
        nargs="+",
        metavar="SEQ",
        help=say("entries of the contacts; left out: all of the diary"),
    )
    made.add_argument("--of", type=int, metavar="SEQ", help=say("record an answer to this appeal"))
    made.add_argument("--answered-on", metavar="DATE", help=say("day of the answer; today"))
    made.add_argument("--outcome", choices=case.OUTCOMES, help=say("what was answered"))
    made.add_argument("--number", metavar="TEXT", help=say("the body's number of it"))
    made.add_argument("--registered-on", metavar="DATE", help=say("day of registration"))
    made.add_argument(
        "--evidence",
        type=Path,
        action="append",
        metavar="FILE",
        help=say("what was sent or answered; kept sealed"),
    )
    commands.at(made, "the terms as of then; now")
