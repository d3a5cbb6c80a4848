"""``consent ready``: what a complaint still lacks, and to whom the facts fit."""

from __future__ import annotations

import argparse
import dataclasses
from typing import Any

from consent import complaint
from consent.commands.arguments import NO, YES, Commands, open_log, words_of
from consent.locale.message import Message
from consent.terminal import Terminal

#: Bodies that a complaint is prepared for.
TO = ("fas", "rkn", "operator")
_HAS = {
    "name": "full_name",
    "address": "postal_address",
    "email": "electronic_address",
    "passport": "passport",
}


def applicant_of(given: argparse.Namespace) -> complaint.Applicant:
    """What was typed of the applicant."""
    stated: dict[str, Any] = {
        _HAS[each]: True for each in words_of(given.has or "") if each in _HAS
    }
    encloses = tuple(each for each in words_of(given.has or "") if each not in _HAS)
    return complaint.Applicant(
        kind="entity" if given.entity else "person",
        representative=given.representative,
        other_holder=given.other_holder,
        operator_contract=given.operator_contract,
        encloses=encloses,
        filing=given.filing,
        answered_or_silent=given.answered_or_silent,
        fraud=given.fraud,
        **stated,
    )


def ready(given: argparse.Namespace, terminal: Terminal) -> int:
    """Say what a complaint lacks."""
    applicant = applicant_of(given)
    contacts = [int(each) for each in given.contacts or ()]
    with open_log(given, writable=False) as log:
        if given.to is None:
            fits = complaint.bodies(log, applicant=applicant, contacts=contacts)
            return _bodies(fits, terminal)
        found = complaint.ready(
            log, to=given.to, at=given.at, applicant=applicant, contacts=contacts
        )
    if terminal.machine:
        document = dataclasses.asdict(found)
        document["missing"] = [each.item for each in found.missing()]
        terminal.document(document)
    else:
        tell(found, terminal)
    return YES if found.ready else NO


def _bodies(fits: list[complaint.BodyFit], terminal: Terminal) -> int:
    fitting = {each.body for each in fits if each.fits}
    both = {"fas", "rkn"} <= fitting
    if terminal.machine:
        terminal.document(
            {
                "rules": complaint.rows_version(),
                "bodies": [dataclasses.asdict(each) for each in fits],
                "one_pack_two_covers": both,
            }
        )
        return YES if fitting else NO
    say, ru = terminal.say, terminal.lang == "ru"
    if not fitting:
        terminal.print(say("the diary holds no contact yet: consent diary LOG"))
        return NO
    for place, each in enumerate([each for each in fits if each.fits], 1):
        terminal.print(f"{place}. {each.name_ru if ru else each.name} [{each.body}]")
        terminal.print(f"   {each.why_ru if ru else each.why} [{each.confidence}]")
        for line in each.checklist_ru if ru else each.checklist:
            terminal.print(f"   - {line}")
    if both:
        terminal.print(say("FAS and Roskomnadzor together: one pack with two covers"))
    rest = [each for each in fits if not each.fits]
    if rest:
        terminal.print()
        terminal.print(say("Not now:"))
    for each in rest:
        terminal.print(f"- {each.name_ru if ru else each.name}: {each.why_ru if ru else each.why}")
    return YES


def tell(found: complaint.Readiness, terminal: Terminal) -> None:
    """Print the list, what gets most complaints refused first."""
    say, ru = terminal.say, terminal.lang == "ru"
    weights = {
        "refuse": say("a ground to refuse"),
        "advise": say("advised"),
        "unconfirmed": say("advised, unconfirmed"),
    }
    marks = {"present": "[x]", "partly": "[~]", "missing": "[ ]"}
    terminal.print(
        say("READY: nothing is missing whose absence is a ground to refuse")
        if found.ready
        else say("NOT READY")
    )
    terminal.print(say("contacts: {}", ", ".join(map(str, found.contacts)) or "—"))
    terminal.print()
    for item in found.items:
        terminal.print(f"{marks[item.state]} {item.name_ru if ru else item.name}")
        if item.state == "present":
            continue
        if item.lacking:
            terminal.print(f"    {say('without it: entries {}', _listed(item.lacking))}")
        terminal.print(f"    {weights[item.weight]}: {item.why_ru if ru else item.why}")
        citation = item.citation_ru if ru else item.citation
        terminal.print(f"    {citation} [{item.confidence}]")
        terminal.print(f"    {say('how')}: {item.how_ru if ru else item.how}")
    heads = {
        "burden": say("Who must prove it"),
        "no_appeal": say("What is no appeal"),
        "signer": say("Who signs"),
        "note": say("Note"),
    }
    terminal.print()
    for note in found.notes:
        terminal.print(f"{heads[note.about]}: {note.text_ru if ru else note.text}")
        terminal.print(f"    {note.citation_ru if ru else note.citation} [{note.confidence}]")
    terminal.print()
    for term in found.limitation:
        when = terminal.moment(term.expires)
        terminal.print(
            say("TOO LATE: the term of limitation of entry {} ended on {}", term.seq, when)
            if term.state == "expired"
            else say("HURRY: the term of limitation of entry {} ends on {}", term.seq, when)
            if term.state == "soon"
            else say("the term of limitation of entry {} runs to {}", term.seq, when)
        )
        terminal.print(f"    {term.citation_ru if ru else term.citation} [{term.confidence}]")
    told: set[str] = set()
    for fine in found.fines:
        if fine.rule in told:
            continue
        told.add(fine.rule)
        entries = _listed([each.seq for each in found.fines if each.rule == fine.rule])
        terminal.print(say("range of fines by the law of the day (entries {}), rubles:", entries))
        for who, sums in (
            (say("citizens"), fine.citizens),
            (say("officials and sole traders"), fine.officials),
            (say("legal entities"), fine.entities),
        ):
            terminal.print(f"    {who}: {sums[0]} – {sums[1]}")
        terminal.print(f"    {fine.citation_ru if ru else fine.citation} [{fine.confidence}]")


def _listed(seqs: list[int]) -> str:
    return ", ".join(map(str, seqs))


def facts_options(commands: Commands, made: argparse.ArgumentParser) -> None:
    """What stands outside the log; ``complain`` asks the same."""
    say = commands.say
    made.add_argument(
        "--contacts",
        type=int,
        nargs="+",
        metavar="SEQ",
        help=say("entries of the contacts; left out: all of the diary"),
    )
    made.add_argument(
        "--has",
        metavar="WORD,…",
        help=say("at hand: name, address, email, passport, or an attachment that you enclose"),
    )
    made.add_argument("--entity", action="store_true", help=say("the applicant is a legal entity"))
    made.add_argument(
        "--representative", action="store_true", help=say("somebody files for the applicant")
    )
    made.add_argument(
        "--other-holder", action="store_true", help=say("the number is another's by contract")
    )
    made.add_argument(
        "--operator-contract",
        action="store_true",
        help=say("a consent may stand in the contract with the operator"),
    )
    made.add_argument(
        "--filing",
        choices=("unstated", "paper", "portal", "email", "spam_form"),
        default="unstated",
        help=say("how it will be filed"),
    )
    made.add_argument(
        "--answered-or-silent",
        action="store_true",
        help=say("a body has answered, or let its term pass"),
    )
    made.add_argument(
        "--fraud", action="store_true", help=say("they asked for codes, passwords or money")
    )


def add(commands: Commands) -> None:
    """Declare what can be typed."""
    say = commands.say
    made = commands.command(
        "ready", ready, Message("what a complaint still lacks, and why it would be refused")
    )
    commands.log(made)
    made.add_argument(
        "--to", choices=TO, help=say("the body; left out: which bodies the facts fit")
    )
    facts_options(commands, made)
    commands.at(made, "as of then; now")
