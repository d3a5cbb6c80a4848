"""``consent check``: may these numbers be contacted?"""

from __future__ import annotations

import argparse
import sys
from typing import Any

import consent
from consent.commands.arguments import (
    NO,
    USAGE,
    YES,
    Commands,
    UsageError,
    line_number,
    number_of,
    open_log,
    stdin_lines,
)
from consent.terminal import Lang, Terminal, without_numbers


def _decision(
    number: consent.PhoneNumber, decision: consent.Decision, lang: Lang
) -> dict[str, object]:
    ru = lang == "ru"
    return {
        "number": number.e164,
        "verdict": decision.verdict,
        "allowed": decision.allowed,
        "findings": [
            {
                "rule": finding.rule,
                "verdict": finding.verdict,
                "why": finding.why_ru if ru else finding.why,
                "citation": (finding.citation_ru if ru else finding.citation) or None,
                "confidence": finding.confidence or None,
                "seq": finding.seq,
            }
            for finding in decision.findings
        ],
        "relied_on": decision.relied_on,
        "next_allowed": decision.next_allowed,
        "at": decision.at,
        "rules": decision.rules,
        "log_size": decision.log_size,
    }


def _show_decision(
    number: consent.PhoneNumber, decision: consent.Decision, terminal: Terminal, explain: bool
) -> None:
    terminal.print(f"{number.e164}  {decision.one_line(terminal.lang)}")
    if not explain:
        return
    ru = terminal.lang == "ru"
    for finding in decision.findings:
        seq = "" if finding.seq is None else f" (seq {finding.seq})"
        terminal.print(f"  {finding.verdict:7}  {finding.rule}{seq}")
        terminal.print(f"           {finding.why_ru if ru else finding.why}")
        if finding.citation:
            citation = finding.citation_ru if ru else finding.citation
            terminal.print(f"           {citation} [{finding.confidence}]")
    at = terminal.say("as of", "на момент")
    rules = terminal.say("rules", "правила")
    log = terminal.say("entries in the log", "записей в журнале")
    terminal.print(
        f"  {at} {terminal.moment(decision.at)}; {rules} {decision.rules}; "
        f"{log}: {decision.log_size}"
    )
    if decision.next_allowed is not None:
        later = terminal.say("next allowed", "можно не раньше")
        terminal.print(f"  {later} {terminal.moment(decision.next_allowed)}")


def check(given: argparse.Namespace, terminal: Terminal) -> int:
    """Answer whether numbers may be contacted."""
    if "-" in given.number and given.number != ["-"]:
        raise UsageError("-: stands alone, numbers then come from standard input")
    asked = {
        "purpose": given.purpose,
        "channel": given.channel,
        "at": given.at,
        "distributor": given.distributor,
        "campaign": given.campaign,
        "dialled_by": given.dialled_by,
        "advertiser": given.advertiser,
        "basis": given.basis,
    }
    with open_log(given, writable=False) as log:
        if given.number == ["-"]:
            return _check_lines(log, asked, given, terminal)
        numbers = [number_of(f"argument {i}", text) for i, text in enumerate(given.number, 2)]
        decisions = [log.may_contact(number, **asked) for number in numbers]
    answers = list(zip(numbers, decisions, strict=True))
    if terminal.machine:
        documents = [_decision(number, decision, terminal.lang) for number, decision in answers]
        terminal.document(documents[0] if len(documents) == 1 else documents)
    else:
        for number, decision in answers:
            _show_decision(number, decision, terminal, given.explain)
    return YES if all(decision.allowed for decision in decisions) else NO


def _check_lines(
    log: consent.Log, asked: dict[str, Any], given: argparse.Namespace, terminal: Terminal
) -> int:
    worst = YES
    for row, text in stdin_lines():
        try:
            number = line_number(text)
        except (consent.InvalidArgument, UsageError) as error:
            worst = USAGE
            if terminal.machine:
                terminal.document({"line": row, "error": without_numbers(str(error))})
            else:
                terminal.error(terminal.say(f"line {row}", f"строка {row}") + f": {error}")
            continue
        decision = log.may_contact(number, **asked)
        if not decision.allowed:
            worst = max(worst, NO)
        if terminal.machine:
            terminal.document(_decision(number, decision, terminal.lang))
        else:
            _show_decision(number, decision, terminal, given.explain)
            sys.stdout.flush()
    return worst


def add(commands: Commands) -> None:
    """Declare what can be typed."""
    say = commands.say
    made = commands.command(
        "check", check, "may I contact these numbers?", "можно ли звонить на эти номера?"
    )
    commands.log(made)
    made.add_argument(
        "number",
        metavar="NUMBER",
        nargs="+",
        help=say("- reads them from stdin", "- читает их из stdin"),
    )
    commands.question(made, required=True)
    commands.basis(made)
    made.add_argument("--advertiser", metavar="INN")
    commands.at(made, "the moment of contact; now", "момент контакта; сейчас")
    made.add_argument("--explain", action="store_true", help=say("all findings", "все доводы"))
