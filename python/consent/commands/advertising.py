"""``consent advertising``: is this text or contact advertising?"""

from __future__ import annotations

import argparse
import sys
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import consent
from consent.advertising import answers_from, ask, questions, read_answers
from consent.commands.arguments import NO, YES, Commands, UsageError
from consent.locale.message import Message
from consent.terminal import Terminal

#: What people type for an answer.
TYPED: Final = {
    **dict.fromkeys(("yes", "y", "да", "д"), "yes"),
    **dict.fromkeys(("no", "n", "нет", "н"), "no"),
    **dict.fromkeys(("unknown", "?", "u", "не знаю", ""), "unknown"),
}


def answers_of(given: argparse.Namespace) -> dict[str, str]:
    """Answers of a file, then of flags, which may correct it."""
    answers: dict[str, str] = {}
    if given.answers == "-":
        answers = answers_from(sys.stdin.buffer.read(), name="stdin")
    elif given.answers is not None:
        answers = read_answers(Path(given.answers))
    known = [question.key for question in questions()]
    flagged = set()
    for place, typed in enumerate(given.sign or (), 1):
        key, equals, said = typed.partition("=")
        if not equals or key not in known:
            raise UsageError(
                Message("--sign {}: KEY=yes|no|unknown; the keys are {}", place, ", ".join(known))
            )
        if said.lower() not in TYPED:
            raise UsageError(Message("--sign {}: yes, no or unknown", key))
        if key in flagged:
            raise UsageError(Message("--sign {}: twice", key))
        flagged.add(key)
        answers[key] = TYPED[said.lower()]
    return answers


def _put(terminal: Terminal, question: consent.advertising.AdvertisingQuestion) -> str:
    """Ask on stderr, so that stdout holds the answer alone."""
    ru = terminal.lang == "ru"
    hint = question.hint_ru if ru else question.hint
    sys.stderr.write((question.ask_ru if ru else question.ask) + "\n")
    if hint:
        sys.stderr.write(f"  ({hint})\n")
    while True:
        sys.stderr.write(terminal.say("  yes/no/? "))
        sys.stderr.flush()
        line = sys.stdin.readline()
        if not line:
            raise UsageError(Message("{}: the answers ended here", question.key))
        if (said := TYPED.get(line.strip().lower())) is not None:
            return said


def document(
    found: consent.Advertising, answers: dict[str, str], at: datetime, lang: str
) -> dict[str, Any]:
    """The answer as ``--json`` prints it."""
    ru = lang == "ru"
    return {
        "answer": found.answer,
        "treat_as_advertising": found.treat_as_advertising,
        "missing": found.missing,
        "purpose": found.purpose,
        "findings": [
            {
                "rule": finding.rule,
                "outcome": finding.outcome,
                "kind": finding.kind,
                "why": finding.why_ru if ru else finding.why,
                "citation": (finding.citation_ru if ru else finding.citation) or None,
                "source": finding.source or None,
                "confidence": finding.confidence or None,
            }
            for finding in found.findings
        ],
        "answers": answers,
        "at": at,
        "pack": found.pack,
        "digest": found.digest,
    }


def advertising(given: argparse.Namespace, terminal: Terminal) -> int:
    """Answer whether a contact is advertising."""
    if given.list:
        return _list(terminal)
    answers = answers_of(given)
    asking = given.ask or (not answers and given.answers is None and sys.stdin.isatty())
    if asking and given.answers == "-":
        raise UsageError("--ask: stdin holds the answers already")
    if asking:
        answers = ask(lambda question: _put(terminal, question), answers, at=given.at)
    elif not answers:
        raise UsageError(
            "nothing is answered: --sign KEY=yes|no|unknown, --answers FILE, or --ask; "
            "consent advertising --list shows the questions"
        )
    text = None if given.text is None else given.text.read_bytes()
    found = consent.is_advertising(answers, at=given.at, text=text)
    if terminal.machine:
        terminal.document(document(found, answers, given.at, terminal.lang))
    else:
        _show(found, terminal)
    return YES if found.treat_as_advertising else NO


def _show(found: consent.Advertising, terminal: Terminal) -> None:
    say, ru = terminal.say, terminal.lang == "ru"
    headline = {
        "yes": say("ADVERTISING: yes"),
        "no": say("ADVERTISING: no"),
        "unclear": say("ADVERTISING: unclear, treat as advertising"),
    }
    terminal.print(headline[found.answer])
    names = {q.key: q.name_ru if ru else q.name for q in questions()}
    if found.missing:
        lacks = {
            "no": say("signs that are not there"),
            "unclear": say("not answered, and would tell"),
            "yes": "",
        }[found.answer]
        terminal.print(f"{lacks}:")
        for key in found.missing:
            terminal.print(f"  {key}: {names[key]}")
    for finding in found.findings:
        mark = "!" if finding.outcome == "warn" else "-"
        kind = {"law": say("law"), "guidance": say("guidance"), "policy": say("policy, not law")}[
            finding.kind
        ]
        terminal.print(f"{mark} {finding.why_ru if ru else finding.why}")
        citation = finding.citation_ru if ru else finding.citation
        confidence = f" [{finding.confidence}]" if finding.confidence else ""
        terminal.print(
            f"    {finding.rule} ({kind}){': ' if citation else ''}{citation}{confidence}"
        )
    if found.purpose is not None:
        terminal.print(f"{say('file it as --purpose')} {found.purpose}")
    terminal.print(f"{say('rules')} {found.pack}; SHA-256 {found.digest.hex()}")


def _list(terminal: Terminal) -> int:
    ru = terminal.lang == "ru"
    if terminal.machine:
        terminal.document(
            [
                {
                    "key": q.key,
                    "part": q.part,
                    "unasked": q.unasked,
                    "after": None if q.after is None else {q.after[0]: q.after[1]},
                    "ask": q.ask_ru if ru else q.ask,
                    "hint": (q.hint_ru if ru else q.hint) or None,
                }
                for q in questions()
            ]
        )
        return YES
    say = terminal.say
    header = (say("key"), say("part"), say("question"))
    terminal.table(header, [(q.key, q.part, q.ask_ru if ru else q.ask) for q in questions()])
    return YES


def add(commands: Commands) -> None:
    """Declare what can be typed."""
    say = commands.say
    made = commands.command(
        "advertising",
        advertising,
        "is this text or contact advertising? the signs and exceptions one by one",
    )
    made.add_argument(
        "--sign",
        action="append",
        metavar="KEY=yes|no|unknown",
        help=say("one answer; may be repeated"),
    )
    made.add_argument("--answers", metavar="FILE", help=say("answers as TOML or JSON; - is stdin"))
    made.add_argument(
        "--ask",
        action="store_true",
        help=say(
            "put the questions that are still open; so too on a terminal where nothing is answered"
        ),
    )
    made.add_argument(
        "--text",
        type=Path,
        metavar="FILE",
        help=say("what is said or sent; only its SHA-256 is used"),
    )
    made.add_argument("--list", action="store_true", help=say("show the questions"))
    commands.at(made, "the moment of the contact; now")
