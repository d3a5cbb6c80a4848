"""``consent rules``: the law, row by row."""

from __future__ import annotations

import argparse
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import consent
from consent.commands.arguments import YES, Commands, UsageError, load_rules, moment_of
from consent.locale.vocabulary import word
from consent.rules import Interval
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
    if given.action == "timeline":
        if given.id is not None or at is not None:
            raise UsageError("rules timeline: takes neither an id nor --at")
        return _timeline(pack, given, terminal)
    if given.purpose or given.channel:
        raise UsageError("--purpose and --channel: go with rules timeline")
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


def _timeline(pack: consent.RulePack, given: argparse.Namespace, terminal: Terminal) -> int:
    """Show what begins and ends to be in force, from change to change."""
    intervals = consent.rules.timeline(pack, given.purpose, given.channel)
    if terminal.machine:
        terminal.document(
            {
                "rules": pack.version,
                "intervals": [
                    {
                        "since": each.since,
                        "until": each.until,
                        "rows": [row.id for row in each.rows],
                        "begins": [row.id for row in each.begins],
                        "ended": [row.id for row in each.ended],
                    }
                    for each in intervals
                ],
            }
        )
        return YES
    say, ru = terminal.say, terminal.lang == "ru"
    known = say("known until")
    terminal.print(f"{pack.version}; {known} {terminal.moment(pack.known_until)}")
    for each in intervals:
        if not each.begins and not each.ended:
            continue
        terminal.print()
        terminal.print(_days(each, terminal))
        for row in each.ended:
            terminal.print(f"  - {row.id}: {say('no longer in force')}")
        for row in each.begins:
            about = [word(one, terminal.lang) for one in (*row.purposes, *row.channels)]
            terminal.print(f"  + {row.id}: {_outcome(row, terminal)}")
            if about:
                terminal.print(f"      {say('of')}: {', '.join(about)}")
            terminal.print(f"      {row.why_ru if ru else row.why}")
            citation = row.citation_ru if ru else row.citation
            terminal.print(f"      {citation} [{row.kind}, {row.confidence}]")
    return YES


def _outcome(row: consent.Rule, terminal: Terminal) -> str:
    if row.outcome == "treat":
        return terminal.say("counts in {}", row.feeds)
    return terminal.verdict(row.outcome)


def _days(interval: Interval, terminal: Terminal) -> str:
    """First and last day of an interval, in the zone of the rows."""
    first = None if interval.since is None else interval.since.astimezone(terminal.zone).date()
    after = None if interval.until is None else interval.until.astimezone(terminal.zone).date()
    last = None if after is None else after - timedelta(days=1)
    if first is None:
        return terminal.say("always in force") if last is None else terminal.say("to {}", last)
    return terminal.say("from {}", first) if last is None else terminal.say("{} to {}", first, last)


def _minute(at: datetime | None, terminal: Terminal) -> str:
    return "" if at is None else terminal.moment(at).replace(":00+", "+", 1)


def add(commands: Commands) -> None:
    """Declare what can be typed."""
    say = commands.say
    made = commands.command("rules", rules, "the law, row by row")
    made.add_argument(
        "action",
        nargs="?",
        choices=("list", "show", "timeline"),
        default="list",
        help=say("list the rows, show one, or say what begins and ends when"),
    )
    made.add_argument("id", metavar="ID", nargs="?", help=say("the row to show"))
    made.add_argument(
        "--rules",
        type=Path,
        action="append",
        metavar="FILE.toml",
        help=say("with these of your own"),
    )
    made.add_argument(
        "--purpose", choices=consent.words("purpose"), help=say("of the timeline: rows about it")
    )
    made.add_argument(
        "--channel", choices=consent.words("channel"), help=say("of the timeline: rows about it")
    )
    commands.at(made, "only rows in force then")
