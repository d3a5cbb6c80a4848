"""``consent numbering``: the official register, and what it says of a number."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from consent import numbering
from consent.commands.arguments import NO, YES, Commands, UsageError, typed_numbers
from consent.files import private_file
from consent.locale.message import Message
from consent.terminal import Progress, Terminal

SHOWN_PROBLEMS = 5


def run(given: argparse.Namespace, terminal: Terminal) -> int:
    """Import the register, or look a number up."""
    if given.action == "import":
        return _import(given, terminal)
    for flag in ("out", "rejects", "replace_smaller", "strict"):
        if getattr(given, flag):
            raise UsageError(Message("--{}: goes with numbering import", flag.replace("_", "-")))
    return _show(given, terminal)


def _import(given: argparse.Namespace, terminal: Terminal) -> int:
    if given.numbering is not None:
        raise UsageError("--numbering: goes with numbering show; did you mean --out?")
    if not given.what:
        raise UsageError("numbering import: which files?")
    out = given.out or Path("numbering.db")
    for written in (out, given.rejects):
        if written is not None:
            private_file.keep_off(written, inputs=given.what)
    with Progress(terminal.say("reading the register")) as progress:
        report = numbering.import_register(
            given.what, out, at=given.at, replace_smaller=given.replace_smaller, progress=progress
        )
    rejects_file = None
    if report.rejects:
        rejects_file = given.rejects or out.with_name(out.name + ".rejects.csv")
        numbering.write_rejects(report.rejects, rejects_file, terminal.lang)
    code = NO if given.strict and report.rejects else YES
    if terminal.machine:
        terminal.document(
            {
                "rows": report.rows,
                "accepted": report.rows - report.rejected - report.repeated,
                "rejected": report.rejected,
                "already_there": report.repeated,
                "rejects_file": None if rejects_file is None else str(rejects_file),
                "file": str(out),
                "version": report.version,
                "ranges": report.ranges,
                "codes": report.codes,
                "numbers": report.numbers,
                "with_zone": report.with_zone,
                "without_place": report.without_place,
                "unread_regions": report.unread,
            }
        )
        return code
    say = terminal.say
    share = 100 * report.with_zone / report.ranges
    terminal.print(f"{out}: {report.version}")
    terminal.print(
        say(
            "{} ranges of {} codes from {} rows; local time known for {} ({} %)",
            report.ranges,
            report.codes,
            report.rows,
            report.with_zone,
            f"{share:.1f}",
        )
    )
    if report.without_place:
        terminal.print(
            say("{} of codes 800 to 809, which belong to no place", report.without_place)
        )
    for text, count in list(report.unread.items())[:SHOWN_PROBLEMS]:
        terminal.print(say("  no region in '{}' ({})", text, count))
    if rejects_file is not None:
        terminal.print(
            say(
                "{} rows rejected, {} taken in part: {}",
                report.rejected,
                len(report.rejects) - report.rejected,
                rejects_file,
            )
        )
        for reject in report.rejects[:SHOWN_PROBLEMS]:
            place = f", {reject.column}" if reject.column else ""
            terminal.print(f"  {reject.file}:{reject.row}{place}: {terminal.words(reject.reason)}")
    return code


def _show(given: argparse.Namespace, terminal: Terminal) -> int:
    plan = (
        numbering.Numbering.built_in()
        if given.numbering is None
        else numbering.Numbering.open(given.numbering)
    )
    if not given.what:
        raise UsageError("numbering show: which number?")
    from_stdin = given.what == ["-"]
    documents: list[dict[str, Any]] = []
    for number in typed_numbers(given.what):
        found = plan.lookup(number)
        offsets = numbering.local_offsets(found.zones, given.at)
        documents.append(
            {
                "number": number.e164,
                "country": found.country or None,
                "kind": found.kind,
                "operator": found.operator or None,
                "inn": found.inn or None,
                "place": found.place or None,
                "regions": [
                    {"code": f"{code:02}", "name": name}
                    for code, name in zip(found.regions, found.region_names, strict=True)
                ],
                "zones": list(found.zones),
                "utc_offsets": [_offset(minutes) for minutes in offsets],
                "home_region_only": found.home_region_only,
                "in_register": found.in_register,
                "numbering": plan.version,
                "at": given.at,
            }
        )
    if terminal.machine:
        terminal.document(documents[0] if len(documents) == 1 and not from_stdin else documents)
        return YES
    for document in documents:
        _print(document, terminal)
    return YES


def _offset(minutes: int) -> str:
    sign = "-" if minutes < 0 else "+"
    return f"{sign}{abs(minutes) // 60:02}:{abs(minutes) % 60:02}"


def _print(document: dict[str, Any], terminal: Terminal) -> None:
    say = terminal.say
    unknown = say("not known")
    kind = say(_KINDS[document["kind"]])
    country = document["country"]
    terminal.print(f"{document['number']}  {kind}{f', {country}' if country else ''}")
    operator = document["operator"]
    if operator:
        inn = document["inn"]
        given_to = say("range given to")
        number = f" ({say('INN')} {inn})" if inn else ""
        terminal.print(f"  {given_to}: {operator}{number}")
        terminal.print("  " + say("who serves the number after porting is not in the register"))
    regions = document["regions"]
    names = ", ".join(region["name"] for region in regions[:6])
    if len(regions) > 6:
        names += say(" and {} more", len(regions) - 6)
    heading = say("home region of the range") if document["home_region_only"] else say("region")
    terminal.print(f"  {heading}: {names or unknown}")
    if document["home_region_only"]:
        terminal.print("  " + say("where the telephone is, nobody knows"))
    offsets = document["utc_offsets"]
    hours = ", ".join(f"UTC{offset}" for offset in offsets)
    terminal.print(f"  {say('local time')}: {hours or unknown}")


_KINDS = {
    "unknown": Message("kind not known"),
    "mobile": Message("mobile"),
    "geographic": Message("landline"),
    "free_call": Message("free call"),
    "premium": Message("premium rate"),
    "personal": Message("personal number"),
    "service": Message("service code"),
    "foreign": Message("not +7"),
    "reserve": Message("code in reserve"),
}


def add(commands: Commands) -> None:
    """Declare what can be typed."""
    say = commands.say
    made = commands.command("numbering", run, "the official numbering register")
    made.add_argument(
        "action",
        choices=("import", "show"),
        help=say("import: read the register; show: say what it holds on numbers"),
    )
    made.add_argument("what", metavar="FILE|NUMBER", nargs="*", help=say("or - for stdin"))
    made.add_argument(
        "--out", type=Path, metavar="FILE", help=say("where the import is written (numbering.db)")
    )
    made.add_argument(
        "--rejects", type=Path, metavar="FILE", help=say("rejected rows; else beside --out")
    )
    made.add_argument(
        "--replace-smaller",
        action="store_true",
        help=say("also where the import may be a piece of the register"),
    )
    made.add_argument("--strict", action="store_true", help=say("exit 1 where a row is rejected"))
    made.add_argument(
        "--numbering", type=Path, metavar="FILE", help=say("an imported register; else codes alone")
    )
    commands.at(made, "of the import, or for the local time")
