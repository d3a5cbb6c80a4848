"""``consent layout``: what may this file of calls be? For a person to confirm."""

from __future__ import annotations

import argparse
from pathlib import Path

from consent.commands.arguments import NO, YES, Commands, UsageError
from consent.files.layout import Layout
from consent.files.recognise import propose
from consent.files.records import InputError
from consent.terminal import Terminal


def layout(given: argparse.Namespace, terminal: Terminal) -> int:
    """Propose a layout, or a map, with the reasons for it."""
    try:
        found = propose(given.file)
    except InputError as error:
        raise UsageError(error.within(given.file.name)) from None
    except FileNotFoundError:
        raise UsageError("no such file") from None
    if terminal.machine:
        terminal.document(
            {
                "ready": [
                    {
                        "layout": each.layout,
                        "title": each.title,
                        "made_from": Layout.load(each.layout).made_from,
                        "reasons": list(each.reasons),
                    }
                    for each in found.ready
                ],
                "map": found.toml() if found.guesses else None,
            }
        )
        return YES if found.ready or found.guesses else NO
    for each in found.ready:
        terminal.print(f"--layout {each.layout}: {each.title}")
        for reason in each.reasons:
            terminal.print(f"  {terminal.words(reason)}")
    if not found.ready and found.guesses:
        terminal.print(found.toml())
    if not found.ready and not found.guesses:
        terminal.print(terminal.say("nothing here looks like records of calls"))
        return NO
    terminal.print(terminal.say("a proposal: nothing was judged, and audit does not guess"))
    return YES


def add(commands: Commands) -> None:
    """Declare what can be typed."""
    made = commands.command("layout", layout, "what may this file of calls be?")
    made.add_argument("file", metavar="FILE", type=Path, help=commands.say("a file of calls"))
