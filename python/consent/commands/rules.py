"""``consent rules``: the law, row by row."""

from __future__ import annotations

import argparse
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import consent
from consent.commands.arguments import YES, Commands, UsageError, load_rules, moment_of
from consent.terminal import Terminal

RULE_FIELDS = (
    "id",
    "sheet",
    "since",
    "until",
    "kind",
    "condition",
    "purposes",
    "channels",
    "outcome",
    "feeds",
    "option",
    "choices",
    "fails_closed",
    "figures",
    "citation",
    "citation_ru",
    "why",
    "why_ru",
    "met",
    "met_ru",
    "source",
    "confidence",
    "read_by",
    "read_on",
)


def rules(given: argparse.Namespace, terminal: Terminal) -> int:
    """Show the rows of law, in the zone in which they were written where none is declared."""
    terminal.zone = terminal.zone or ZoneInfo(consent.deadline.zone())
    pack = load_rules(given.rules)
    at = moment_of(given, "--at", given.at_text)
    rows = pack.rules if at is None else consent.rules.in_force(pack, at)
    if given.action == "show":
        if given.id is None:
            raise UsageError("rules show: which? give its id")
        rows = [rule for rule in rows if given.id in (rule.id, rule.sheet)]
        if not rows:
            raise UsageError("rules show: no such rule in this pack (at that moment)")
    elif given.id is not None:
        raise UsageError("rules list: takes no id; did you mean rules show?")
    fields = RULE_FIELDS
    if terminal.machine:
        documents = [{name: getattr(rule, name) or None for name in fields} for rule in rows]
        for document, rule in zip(documents, rows, strict=True):
            document |= {
                "purposes": rule.purposes,
                "channels": rule.channels,
                "choices": rule.choices,
                "fails_closed": rule.fails_closed,
                "figures": rule.figures,
            }
        terminal.document(
            {
                "rules": pack.version,
                "jurisdiction": pack.jurisdiction,
                "known_until": pack.known_until,
                "options": pack.options,
                "rows": documents,
            }
        )
        return YES
    ru = terminal.lang == "ru"
    known = terminal.say("known until")
    terminal.print(f"{pack.version}; {known} {terminal.moment(pack.known_until)}")
    if given.action == "show":
        translated = {"citation", "why", "met"}
        for rule in rows:
            terminal.print()
            for name in fields:
                value = getattr(rule, name + "_ru" if ru and name in translated else name)
                if name.endswith("_ru") or value in ("", None, [], {}, False):
                    continue
                if isinstance(value, datetime):
                    value = terminal.moment(value)
                elif isinstance(value, list):
                    value = ", ".join(value)
                elif isinstance(value, dict):
                    value = ", ".join(f"{key} {figure}" for key, figure in value.items())
                terminal.print(f"{name + ':':12} {value}")
        return YES
    terminal.table(
        (
            terminal.say("rule"),
            terminal.say("result"),
            terminal.say("in force"),
            terminal.say("source"),
            terminal.say("says"),
        ),
        [
            (
                rule.id,
                rule.outcome,
                f"{_minute(rule.since, terminal)}..{_minute(rule.until, terminal)}",
                rule.confidence,
                rule.why_ru if ru else rule.why,
            )
            for rule in rows
        ],
    )
    return YES


def _minute(at: datetime | None, terminal: Terminal) -> str:
    return "" if at is None else terminal.moment(at).replace(":00+", "+", 1)


def add(commands: Commands) -> None:
    """Declare what can be typed."""
    say = commands.say
    made = commands.command("rules", rules, "the law, row by row")
    made.add_argument(
        "action",
        nargs="?",
        choices=("list", "show"),
        default="list",
        help=say("list the rows, or show one"),
    )
    made.add_argument("id", metavar="ID", nargs="?", help=say("the row to show"))
    made.add_argument(
        "--rules",
        type=Path,
        action="append",
        metavar="FILE.toml",
        help=say("with these of your own"),
    )
    commands.at(made, "only rows in force then")
