"""``consent classify``: is this number personal data?"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

import consent
from consent.commands.arguments import NO, YES, Commands, UsageError, typed_numbers
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


def _numbers(given: argparse.Namespace, terminal: Terminal) -> int:
    from_stdin = given.number == ["-"]
    answers = []
    for number in typed_numbers(given.number):
        answers.append(
            (
                number,
                consent.classify(
                    number,
                    inn=given.inn,
                    ogrn=given.ogrn,
                    holder=given.holder,
                    user=given.user,
                    linked=given.linked or bool(given.name),
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
                "warnings": found.warnings_ru if ru else found.warnings,
            }
            for number, found in answers
        ]
        terminal.document(documents[0] if len(documents) == 1 and not from_stdin else documents)
        return YES
    shown = {
        "yes": terminal.say("personal data"),
        "no": terminal.say("not personal data"),
        "unknown": terminal.say("unknown: treat as personal data"),
    }
    for number, found in answers:
        terminal.print(f"{number.e164}  {shown[found.personal_data]}  [{found.row}]")
        terminal.print(f"  {found.basis_ru if ru else found.basis}")
        for citation in found.citations_ru if ru else found.citations:
            terminal.print(f"  - {citation}")
        for warning in found.warnings_ru if ru else found.warnings:
            terminal.print(f"  ! {warning}")
    return YES


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


def add(commands: Commands) -> None:
    """Declare what can be typed."""
    say = commands.say
    made = commands.command("classify", run, "is this number personal data?")
    made.add_argument(
        "number", metavar="NUMBER", nargs="*", help=say("numbers; - reads them from stdin")
    )
    made.add_argument("--csv", metavar="FILE", help=say("a table of numbers, or -"))
    made.add_argument("--inn", default="", help=say("INN of the holder; with --csv its column"))
    made.add_argument("--ogrn", default="", help=say("OGRN or OGRNIP; with --csv its column"))
    made.add_argument(
        "--name",
        action="append",
        default=[],
        help=say("a name stands beside the number; with --csv a column of names or the like"),
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
