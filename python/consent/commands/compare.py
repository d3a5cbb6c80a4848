"""``consent compare``: two accounts of one number held against each other."""

from __future__ import annotations

import argparse
from datetime import timedelta
from pathlib import Path
from typing import Final

import consent
from consent.commands.arguments import NO, YES, Commands, UsageError
from consent.comparison import Comparison, Noted, Row, Side
from consent.locale.message import Message, in_language
from consent.matching import WITHIN
from consent.terminal import Terminal

_LONGEST: Final = timedelta(days=1)

_RELATIONS: Final = {
    "agree": Message("agree"),
    "contradict": Message("CONTRADICT"),
    "only_a": Message("B IS SILENT"),
    "only_b": Message("A IS SILENT"),
    "not_covered": Message("outside what the other side covers"),
    "other_distributor": Message("names a distributor whom the other side is not about"),
}
_KINDS: Final = {
    "contact": Message("contact"),
    "consent": Message("consent"),
    "stop": Message("stop"),
}
_COLOURS: Final = {
    "agree": "proven",
    "contradict": "refuted",
    "only_a": "not_proven",
    "only_b": "not_proven",
}


def compare(given: argparse.Namespace, terminal: Terminal) -> int:
    """Hold two packs, or a pack and an export, against each other."""
    within = timedelta(seconds=given.within)
    if not timedelta() <= within <= _LONGEST:
        raise UsageError("--within: 0 to 86400 seconds")
    try:
        found = consent.compare(
            given.a, given.b, within=within, trusted=given.key or (), now=given.now
        )
    except consent.ProofError as error:  # of a key; what does not hold is an answer
        raise UsageError(Message("--key: {}", error)) from None
    code = YES if found.agrees else NO
    if terminal.machine:
        document = found.document()
        terminal.document(document)
        return code
    for name, side in (("A", found.a), ("B", found.b)):
        _tell_side(terminal, name, side)
    for warning in found.warnings:
        terminal.print(f"! {terminal.words(warning)}")
    terminal.print(terminal.say("one and the same within {} s", int(found.within.total_seconds())))
    for row in found.rows:
        _tell_row(terminal, row)
    _tell_counts(terminal, found)
    return code


def _tell_side(terminal: Terminal, name: str, side: Side) -> None:
    say = terminal.say
    verdict = {
        "proven": say("PROVEN"),
        "refuted": say("REFUTED"),
        "not_proven": say("NOT PROVEN"),
    }[side.verdict]
    what = say("pack") if side.source == "pack" else say("export")
    origin = f", {side.origin}" if side.origin else ""
    shown = terminal.coloured(verdict, side.verdict)
    held = say("entries of this number")
    terminal.print(f"{name}: {shown} ({what}{origin}); {held}: {side.entries}")
    if side.why:
        terminal.print(f"  {terminal.words(side.why)}")
    if side.begins is not None:
        ends = terminal.moment(side.ends)
        terminal.print(
            "  " + say("covers {} to {}, by its owner's clock", terminal.moment(side.begins), ends)
        )
    if side.taken_back:
        terminal.print(f"  {say('entries taken back, not compared: {}', side.taken_back)}")


def _tell_row(terminal: Terminal, row: Row) -> None:
    at = min(each.at for each in (row.a, row.b) if each is not None)
    relation = in_language(_RELATIONS[row.relation], terminal.lang)
    shown = terminal.coloured(relation, _COLOURS.get(row.relation, ""))
    kind = in_language(_KINDS[row.kind], terminal.lang)
    terminal.print()
    terminal.print(f"{terminal.moment(at)}  {kind}: {shown}")
    for each in row.differences:
        if each.what == "denied":
            terminal.print(
                "  " + terminal.say("one side recorded a consent, the other noted: never given")
            )
        else:
            a, b = (" ".join(map(terminal.word, text.split())) or "—" for text in (each.a, each.b))
            terminal.print(f"  {each.what}: A {a}, B {b}")
    for name, noted in (("A", row.a), ("B", row.b)):
        if noted is not None:
            _tell_noted(terminal, name, noted)


def _tell_noted(terminal: Terminal, name: str, noted: Noted) -> None:
    say = terminal.say
    what = f"{terminal.entry(noted.seq)}, {terminal.event(noted.type)}"
    if noted.open:
        terminal.print(f"  {name}: {what}: {say('some time before this contact')}")
    else:
        terminal.print(f"  {name}: {what}: {say('claimed {}', terminal.moment(noted.at))}")
    recorded = say("recorded {}, as its log says", terminal.moment(noted.recorded_at))
    terminal.print(f"     {recorded}")
    if noted.not_before is not None:
        when, why = terminal.moment(noted.not_before.at), terminal.words(noted.not_before.proves)
        terminal.print(f"     {say('recorded not before {} ({})', when, why)}")
    if noted.not_after is not None:
        when, why = terminal.moment(noted.not_after.at), terminal.words(noted.not_after.proves)
        terminal.print(f"     {say('recorded not after {} ({})', when, why)}")
    if noted.back_dated:
        shown = terminal.coloured(say("BACK-DATED"), "refuted")
        entries = ", ".join(f"{side.upper()} {seq}" for side, seq in noted.between)
        why = say("recorded after these contacts or stops, and claims to be earlier: {}", entries)
        terminal.print(f"     {shown}: {why}")
    elif noted.late:
        terminal.print(f"     ! {say('recorded later than it claims')}")


def _tell_counts(terminal: Terminal, found: Comparison) -> None:
    counts = found.counts()
    terminal.print()
    for name, relation in _RELATIONS.items():
        if counts[name]:
            terminal.print(f"{in_language(relation, terminal.lang)}: {counts[name]}")
    if counts["back_dated"]:
        terminal.print(f"{terminal.say('BACK-DATED')}: {counts['back_dated']}")


def add(commands: Commands) -> None:
    """Declare what can be typed."""
    say = commands.say
    made = commands.command(
        "compare", compare, "where two packs of one number agree, contradict, or one is silent"
    )
    made.add_argument("a", metavar="A", type=Path, help=say("a pack, or an export (.jsonl)"))
    made.add_argument("b", metavar="B", type=Path, help=say("the other; one of them is a pack"))
    made.add_argument(
        "--within",
        type=int,
        default=int(WITHIN.total_seconds()),
        metavar="SECONDS",
        help=say("how far two moments may be apart and be one; 120"),
    )
    made.add_argument(
        "--key",
        action="append",
        metavar="VKEY",
        help=say("a verifier key to trust; may be repeated"),
    )
