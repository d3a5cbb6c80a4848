"""``consent classify``: is this number personal data?"""

from __future__ import annotations

import argparse

import consent
from consent.commands.arguments import YES, Commands, UsageError, line_number, stdin_lines
from consent.terminal import Terminal


def classify(given: argparse.Namespace, terminal: Terminal) -> int:
    """Answer whether numbers are personal data."""
    from_stdin = given.number == ["-"]
    place = "line" if from_stdin else "argument"
    texts = stdin_lines() if from_stdin else enumerate(given.number, 1)
    answers = []
    for i, text in texts:
        try:
            number = line_number(text)
        except (consent.InvalidArgument, UsageError) as error:
            raise UsageError(f"{place} {i}: {error}") from None
        answers.append(
            (
                number,
                consent.classify(
                    number,
                    inn=given.inn,
                    ogrn=given.ogrn,
                    holder=given.holder,
                    user=given.user,
                    linked=given.linked,
                    former=given.former,
                ),
            )
        )
    ru = terminal.lang == "ru"
    if terminal.machine:
        documents = [
            {
                "number": number.e164,
                "personal_data": found.personal_data,
                "kind": found.kind,
                "basis": found.basis_ru if ru else found.basis,
                "citations": found.citations_ru if ru else found.citations,
                "confidence": found.confidence or None,
                "row": found.row,
                "warnings": found.warnings,
            }
            for number, found in answers
        ]
        terminal.document(documents[0] if len(documents) == 1 and not from_stdin else documents)
        return YES
    shown = {
        "yes": terminal.say("personal data", "персональные данные"),
        "no": terminal.say("not personal data", "не персональные данные"),
        "unknown": terminal.say(
            "unknown: treat as personal data", "неизвестно: считать персональными"
        ),
    }
    for number, found in answers:
        terminal.print(f"{number.e164}  {shown[found.personal_data]}  [{found.row}]")
        terminal.print(f"  {found.basis_ru if ru else found.basis}")
        for citation in found.citations_ru if ru else found.citations:
            terminal.print(f"  - {citation}")
        for warning in found.warnings:
            terminal.print(f"  ! {warning}")
    return YES


def add(commands: Commands) -> None:
    """Declare what can be typed."""
    say = commands.say
    made = commands.command(
        "classify",
        classify,
        "is this number personal data?",
        "номер — персональные данные?",
    )
    made.add_argument("number", metavar="NUMBER", nargs="+")
    made.add_argument("--inn", default="", help=say("INN of the holder", "ИНН абонента"))
    made.add_argument("--ogrn", default="", help=say("OGRN or OGRNIP", "ОГРН или ОГРНИП"))
    made.add_argument(
        "--holder",
        default="unknown",
        help="unknown, person, sole_trader, legal_entity, public_body",
    )
    made.add_argument(
        "--user",
        default="unknown",
        help="unknown, holder, shared_line, named_employee, employee",
    )
    made.add_argument(
        "--linked",
        action="store_true",
        help=say("stored with something personal", "хранится вместе с личным"),
    )
    made.add_argument(
        "--former", action="store_true", help=say("about a former holder", "о прежнем абоненте")
    )
