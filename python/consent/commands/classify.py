"""``consent classify``: is this number or e-mail address personal data?"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import consent
from consent.commands.arguments import (
    NO,
    YES,
    Commands,
    UsageError,
    line_number,
    stdin_lines,
)
from consent.files import directory, private_file
from consent.locale.message import Message
from consent.terminal import Progress, Terminal


def run(given: argparse.Namespace, terminal: Terminal) -> int:
    """Answer whether numbers are personal data; 0 whatever the answer."""
    if given.csv is not None:
        return _csv(given, terminal)
    if not given.number:
        raise UsageError("classify: which number? or --csv FILE")
    for flag in ("into", "source", "out", "rejects", "column", "country"):
        if getattr(given, flag) is not None:
            raise UsageError(Message("--{}: goes with --csv", flag))
    if given.strict:
        raise UsageError("--strict: goes with --csv")
    return _numbers(given, terminal)


#: What may stand beside a number, each a fact of its own.
_BESIDE: Final = ("name", "address", "account", "device")
_SCHEMES: Final = ("sip:", "sips:", "<")

#: A missing fact and its value, for people.
_SETTLING: Final[Mapping[tuple[str, str], Message]] = {
    ("user", "shared_line"): Message("it is a shared line"),
    ("user", "named_employee"): Message("a named employee uses it"),
    ("user", "employee"): Message("an employee uses it, known by a generic mailbox alone"),
    ("user", "holder"): Message("the natural person who holds it uses it"),
    ("holder", "person"): Message("the contract is a natural person's"),
    ("holder", "sole_trader"): Message("the contract is a sole trader's"),
    ("holder", "legal_entity"): Message("the contract is a legal entity's"),
    ("holder", "public_body"): Message("the contract is a public body's"),
    ("inn", "10"): Message("the holder has an INN of 10 digits"),
    ("inn", "12"): Message("the holder has an INN of 12 digits"),
    ("ogrn", "13"): Message("the holder has an OGRN"),
    ("ogrn", "15"): Message("the holder has an OGRNIP"),
    ("name", "yes"): Message("a name stands beside it"),
    ("address", "yes"): Message("a postal address stands beside it"),
    ("account", "yes"): Message("an account stands beside it"),
    ("device", "yes"): Message("a device id stands beside it"),
}


def _typed(texts: Sequence[str]) -> Iterator[consent.PhoneNumber | str]:
    """Numbers, and e-mail addresses as text."""
    from_stdin = list(texts) == ["-"]
    for i, text in stdin_lines() if from_stdin else enumerate(texts, 1):
        try:
            if (
                isinstance(text, str)
                and "@" in text
                and not text.lstrip().casefold().startswith(_SCHEMES)
            ):
                yield text.strip()
            else:
                yield line_number(text)
        except (consent.InvalidArgument, UsageError) as error:
            raise UsageError(
                Message("line {}: {}" if from_stdin else "argument {}: {}", i, error)
            ) from None


def _numbers(given: argparse.Namespace, terminal: Terminal) -> int:
    from_stdin = given.number == ["-"]
    answers: list[tuple[consent.PhoneNumber | str, consent.Classification]] = []
    for what in _typed(given.number):
        facts: dict[str, Any] = {
            "inn": given.inn,
            "ogrn": given.ogrn,
            "holder": given.holder,
            "user": given.user,
            "linked": given.linked,
            "former": given.former,
            "beside": [fact for fact in _BESIDE if getattr(given, fact)],
        }
        found = (
            consent.classify_email(what, **facts)
            if isinstance(what, str)
            else consent.classify(what, **facts)
        )
        answers.append((what, found))
    ru = terminal.lang == "ru"
    if terminal.machine:
        documents = [_document(what, found, ru=ru) for what, found in answers]
        terminal.document(documents[0] if len(documents) == 1 and not from_stdin else documents)
        return YES
    shown = {
        "yes": terminal.say("personal data"),
        "no": terminal.say("not personal data"),
        "unknown": terminal.say("unknown: treat as personal data"),
    }
    for what, found in answers:
        text = what if isinstance(what, str) else what.e164
        terminal.print(f"{text}  {shown[found.personal_data]}  [{found.row}]")
        terminal.print(f"  {found.basis_ru if ru else found.basis}")
        for citation in found.citations_ru if ru else found.citations:
            terminal.print(f"  - {citation}")
        if found.definable_why:
            terminal.print(f"  {found.definable_why_ru if ru else found.definable_why}")
        if found.settled_by:
            terminal.print("  " + terminal.say("what would settle it:"))
        for settlement in found.settled_by:
            missing = ", ".join(terminal.words(_SETTLING[fact]) for fact in settlement.facts)
            answer = shown[settlement.personal_data]
            terminal.print(f"  ? {missing}: {answer}  [{settlement.row}]")
            for citation in settlement.citations_ru if ru else settlement.citations:
                terminal.print(f"    - {citation}")
        for warning in found.warnings_ru if ru else found.warnings:
            terminal.print(f"  ! {warning}")
    return YES


def _document(
    what: consent.PhoneNumber | str, found: consent.Classification, *, ru: bool
) -> dict[str, object]:
    return {
        **({"email": what} if isinstance(what, str) else {"number": what.e164}),
        "personal_data": found.personal_data,
        "kind": found.kind,
        "basis": found.basis_ru if ru else found.basis,
        "citations": found.citations_ru if ru else found.citations,
        "confidence": found.confidence or None,
        "row": found.row,
        "definable": found.definable,
        "definable_why": (found.definable_why_ru if ru else found.definable_why) or None,
        "settled_by": [
            {
                "facts": dict(one.facts),
                "personal_data": one.personal_data,
                "row": one.row,
                "basis": one.basis_ru if ru else one.basis,
                "citations": one.citations_ru if ru else one.citations,
                "confidence": one.confidence,
            }
            for one in found.settled_by
        ],
        "warnings": found.warnings_ru if ru else found.warnings,
    }


def _csv(given: argparse.Namespace, terminal: Terminal) -> int:
    if given.number:
        raise UsageError("--csv: takes the numbers from the file; name its column with --column")
    for flag in ("linked", "former"):
        if getattr(given, flag):
            raise UsageError(Message("--{}: not with --csv", flag))
    if (given.into is None) != (given.source is None):
        raise UsageError("--into LOG and --source NAME: one goes with the other")
    if given.into is not None and given.out is not None:
        raise UsageError("--out: not with --into")
    for written in (given.out, given.rejects):
        if written is not None:
            private_file.keep_off(written, log=given.into, inputs=(given.csv,))
    file = sys.stdin.buffer if given.csv == "-" else given.csv
    imported = None
    if given.into is not None:
        with (
            consent.Log.open(
                given.into, passphrase=os.environ.get("CONSENT_PASSPHRASE", "")
            ) as log,
            Progress(terminal.say("recording")) as progress,
        ):
            imported = directory.import_directory(
                log,
                file,
                source=given.source,
                at=given.at,
                number=given.column,
                inn=given.inn or None,
                ogrn=given.ogrn or None,
                names=given.name,
                beside=_columns_beside(given),
                holder=given.holder,
                user=given.user,
                country=given.country,
                progress=progress,
            )
        answered = imported.file
    else:
        answered = directory.classify_csv(
            file,
            number=given.column,
            inn=given.inn or None,
            ogrn=given.ogrn or None,
            names=given.name,
            beside=_columns_beside(given),
            holder=given.holder,
            user=given.user,
            country=given.country,
            lang=terminal.lang,
        )
    rejects_file = None
    if answered.rejects:
        stem = Path("classify") if given.csv == "-" else Path(given.csv)
        beside = given.out or stem
        rejects_file = given.rejects or beside.with_name(beside.name + ".rejects.csv")
        answered.write_rejects(rejects_file, terminal.lang)
    if given.out is not None:
        answered.write(given.out)
    code = NO if given.strict and answered.rejects else YES
    accepted = sum(answered.counts.values())
    document: dict[str, object] = {
        "rows": accepted + len(answered.rejects),
        "accepted": accepted if imported is None else imported.accepted,
        "rejected": len(answered.rejects),
        "already_there": 0 if imported is None else imported.already_there,
        "rejects_file": None if rejects_file is None else str(rejects_file),
        "answers": answered.counts,
        "out": None if given.out is None else str(given.out),
    }
    if terminal.machine:
        if imported is None and given.out is None:
            document["numbers"] = [
                dict(zip(answered.header, r, strict=True)) for r in answered.rows
            ]
        terminal.document(document)
        return code
    if imported is None and given.out is None:
        answered.print_to(sys.stdout)
    counts = answered.counts
    summary = terminal.say(
        "{} rows: personal data {}, not {}, unknown (treat as personal data) {}; {} rejected",
        accepted,
        counts["yes"],
        counts["no"],
        counts["unknown"],
        len(answered.rejects),
    )
    if imported is not None:
        summary += terminal.say(
            "; recorded {}, already there {}", imported.accepted, imported.already_there
        )
    if rejects_file is not None:
        summary += f": {rejects_file}"
    # The table itself may go into a pipe: what is said about it does not.
    sys.stderr.write(summary + "\n")
    return code


def _columns_beside(given: argparse.Namespace) -> dict[str, list[str]]:
    """Columns of --address, --account and --device."""
    found: dict[str, list[str]] = {}
    for fact in _BESIDE[1:]:
        if any(not column for column in getattr(given, fact)):
            raise UsageError(Message("--{}: with --csv it names a column", fact))
        found[fact] = getattr(given, fact)
    return found


def add(commands: Commands) -> None:
    """Declare what can be typed."""
    say = commands.say
    made = commands.command("classify", run, "is this number or e-mail address personal data?")
    made.add_argument(
        "number",
        metavar="NUMBER",
        nargs="*",
        help=say("numbers and e-mail addresses; - reads them from stdin"),
    )
    made.add_argument("--csv", metavar="FILE", help=say("a table of numbers, or -"))
    made.add_argument("--inn", default="", help=say("INN of the holder; with --csv its column"))
    made.add_argument("--ogrn", default="", help=say("OGRN or OGRNIP; with --csv its column"))
    made.add_argument(
        "--name",
        action="append",
        default=[],
        help=say("a name stands beside the number; with --csv a column of names"),
    )
    made.add_argument(
        "--address",
        action="append",
        nargs="?",
        const="",
        default=[],
        help=say("a postal address stands beside the number; with --csv its column"),
    )
    made.add_argument(
        "--account",
        action="append",
        nargs="?",
        const="",
        default=[],
        help=say("a login or account stands beside the number; with --csv its column"),
    )
    made.add_argument(
        "--device",
        action="append",
        nargs="?",
        const="",
        default=[],
        help=say("a device id stands beside the number; with --csv its column"),
    )
    made.add_argument("--column", metavar="NAME", help=say("the file's column of numbers"))
    made.add_argument("--country", metavar="ISO", help=say("of numbers without a code"))
    made.add_argument("--out", type=Path, metavar="FILE", help=say("where the answers go"))
    made.add_argument(
        "--rejects", type=Path, metavar="FILE", help=say("rejected rows; else beside the file")
    )
    made.add_argument("--into", type=Path, metavar="LOG", help=say("record the answers in a log"))
    made.add_argument("--source", metavar="NAME", help=say("the directory's name"))
    made.add_argument("--strict", action="store_true", help=say("exit 1 where a row is rejected"))
    commands.at(made, "of the events; now")
    made.add_argument(
        "--holder",
        default="unknown",
        help="unknown, person, sole_trader, legal_entity, public_body",
    )
    made.add_argument(
        "--user", default="unknown", help="unknown, holder, shared_line, named_employee, employee"
    )
    made.add_argument("--linked", action="store_true", help=say("stored with something personal"))
    made.add_argument("--former", action="store_true", help=say("about a former holder"))
