"""``consent access``: what is held on a person, for the person's own request."""

from __future__ import annotations

import argparse
from pathlib import Path

import consent
from consent.commands.arguments import NO, YES, Commands, UsageError, number_of, open_log
from consent.locale.message import Lang, Message
from consent.terminal import Terminal


def access(given: argparse.Namespace, terminal: Terminal) -> int:
    """Write what is held on whoever holds a number now."""
    number = number_of(Message("argument {}", 2), given.number)
    out: Path | None = given.out
    if out is not None and out.suffix.lower() not in (".html", ".json"):
        raise UsageError("--out: a file named .html or .json")
    with open_log(given, writable=False) as log:
        found = consent.access(log, number, at=given.at)
    lang: Lang = "en" if given.lang == "en" else "ru"  # it goes to a person in Russia
    if out is not None:
        text = found.to_json() if out.suffix.lower() == ".json" else found.to_html(lang)
        consent.bundle.write_whole(out, text.encode())
    if terminal.machine:
        terminal.document(found.facts)
    else:
        say = terminal.say
        shown = {
            "held": say("data are held"),
            "absent": say("nothing leads to this number"),
            "new_holder": say("nothing on the present holder"),
        }
        facts = found.facts
        terminal.print(f"{number.e164}: {shown[found.state]}")
        terminal.print(f"{say('entries')}: {len(facts['events'])}")
        if facts["restricted"]:
            terminal.print(say("restricted: kept, not used"))
        if out is not None:
            terminal.print(f"{say('written')}: {out}")
    return YES if found.state == "held" else NO


def add(commands: Commands) -> None:
    """Declare what can be typed."""
    made = commands.command(
        "access", access, "what is held on a person, for the person's own request"
    )
    commands.log(made)
    commands.number(made)
    made.add_argument(
        "--out", type=Path, metavar="FILE.html|.json", help=commands.say("the page to hand over")
    )
    commands.at(made, "terms as of then; now")
