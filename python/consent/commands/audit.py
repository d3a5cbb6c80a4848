"""``consent audit``: which of these calls were unlawful?"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

import consent
from consent.commands.arguments import (
    NO,
    USAGE,
    YES,
    Commands,
    UsageError,
    caller_of,
    columns_of,
    delimiter_of,
    numbering_of,
    open_log,
    pack_of,
    share,
)
from consent.commands.check import show_weak_consent
from consent.files import private_file
from consent.files.containers import tables_of
from consent.files.dialled import COUNTRIES
from consent.files.direction import own_lines
from consent.files.layout import ready_layouts
from consent.files.records import InputError
from consent.locale.message import Message
from consent.locale.vocabulary import reason_name, word
from consent.outcome import BUILT_IN
from consent.terminal import Progress, Terminal


def audit(given: argparse.Namespace, terminal: Terminal) -> int:
    """Judge the calls of a campaign."""
    for flag in ("findings", "calls_table", "rows_table"):
        file = getattr(given, flag)
        if file is not None and file.suffix.lower() not in (".csv", ".parquet"):
            name = flag.replace("_", "-")
            raise UsageError(Message("--{}: a file named .csv or .parquet", name))
    own: list[str] = list(given.own_number or ())
    if given.own_numbers is not None:
        own += own_lines(given.own_numbers)
    direction = consent.Direction.declare(
        outgoing_contexts=given.outgoing_context or (),
        outgoing_trunks=given.outgoing_trunk or (),
        own_numbers=own,
        incoming_contexts=given.incoming_context or (),
        internal_up_to=given.internal_up_to,
        everything=given.all_outgoing,
        country=given.country,
    )
    folders = [Path(each) for each in given.calls if Path(each).is_dir()]
    within = [file for folder in folders for file in tables_of(folder)]
    inputs = [*given.calls, *within, given.own_numbers, given.layout, given.outcomes, given.caller]
    inputs += [given.numbering, *(given.rules or ())]
    tables = (given.findings, given.calls_table, given.rows_table)
    for written in (given.report, given.rejects, *tables):
        if written is not None:
            private_file.keep_off(written, log=given.log, inputs=inputs)
    pack = pack_of(given)
    columns = columns_of(given)
    calls = sys.stdin.buffer if given.calls == ["-"] else [Path(each) for each in given.calls]
    with Progress(terminal.say("audit")) as progress, open_log(given, writable=False) as log:
        report = _audited(
            given,
            lambda: consent.audit(
                calls,
                log,
                zone=given.zone,
                direction=direction,
                layout=given.layout,
                country=given.country,
                number_from=given.number_from,
                prefixes=given.prefix or (),
                dates=given.dates,
                encoding=given.encoding,
                delimiter=delimiter_of(given),
                columns=columns,
                purpose=given.purpose,
                channel=given.channel,
                dialled_by=given.dialled_by or "unstated",
                distributor=given.distributor or "",
                campaign=given.campaign,
                basis=given.basis,
                outcomes=given.outcomes,
                rules=pack,
                caller=caller_of(given),
                numbering=numbering_of(given),
                max_rejected=given.max_rejected,
                lang=terminal.lang,
                name="-" if given.calls == ["-"] else None,
                generated_at=given.now,
                progress=progress.stage,
            ),
        )
        rehearsal = report.rehearse(log, pack) if given.rehearse else None
    if given.report is not None:
        report.to_html(given.report, lang=terminal.lang)
    if given.findings is not None:
        if given.findings.suffix.lower() == ".parquet":
            report.to_parquet(given.findings)
        else:
            report.to_csv(given.findings)
    if given.rejects is not None:
        report.write_rejects(given.rejects)
    if given.calls_table is not None:
        report.write_table(report.calls, given.calls_table)
    if given.rows_table is not None:
        report.write_table(report.rows, given.rows_table)
    if rehearsal is not None:
        if terminal.machine:
            terminal.document(rehearsal.document())
        else:
            _show_rehearsal(rehearsal, terminal)
        return NO if rehearsal.stricter else YES
    if terminal.machine:
        terminal.document(report.summary)
    else:
        _show_audit(report, terminal)
    return USAGE if report.nothing_judged else YES if report.ok else NO


def _audited(
    given: argparse.Namespace, audit_: Callable[[], consent.AuditReport]
) -> consent.AuditReport:
    """Audit; bad input names its file, row and column."""
    try:
        return audit_()
    except InputError as error:
        if error.row is None and error.column is None:
            raise
        one = len(given.calls) == 1 and given.calls != ["-"] and not Path(given.calls[0]).is_dir()
        file = Path(given.calls[0]).name if one else None
        raise UsageError(error.within(file)) from None


def _show_rehearsal(rehearsal: consent.Rehearsal, terminal: Terminal) -> None:
    say, ru = terminal.say, terminal.lang == "ru"
    for change in rehearsal.changes:
        terminal.print(
            f"{say('row')} {change.row}  {change.start}  {change.number}  "
            f"{terminal.verdict(change.before)} -> {terminal.verdict(change.after)}  {change.rule}"
        )
        terminal.print(f"  {change.why_ru if ru else change.why}")
    terminal.print(
        f"{say('answers changed')}: {len(rehearsal.changes)} "
        f"{say('of')} {rehearsal.judged}; "
        f"{say('no longer allowed')}: {rehearsal.stricter} "
        f"({rehearsal.before} -> {rehearsal.after})"
    )
    show_weak_consent(rehearsal.weak_consent, terminal)


def _show_audit(report: consent.AuditReport, terminal: Terminal) -> None:
    say, summary = terminal.say, report.summary
    verdicts = summary["verdicts"]
    if (reserved := report.reservation(terminal.lang)) is not None:
        terminal.print("! " + reserved)
    rows: list[tuple[str, object]] = [
        (say("rows"), summary["rows"]),
        (say("judged"), summary["judged"]),
        *(
            (
                say("left out: {}", why)
                if terminal.lang == "en"
                else f"{say('left out: {}', reason_name(why, terminal.lang))} ({why})",
                n,
            )
            for why, n in summary["left_out"].items()
        ),
        (say("rejected"), summary["rejected"]),
        (say("allowed"), verdicts["allow"]),
        (say("denied"), verdicts["deny"]),
        (say("unknown"), verdicts["unknown"]),
    ]
    width = max(len(name) for name, _ in rows)
    for name, count in rows:
        terminal.print(f"{name.ljust(width)}  {count:>9}")
    violations = report.violations()
    if violations:
        terminal.print()
        terminal.print(say("calls not allowed, by rule:"))
        ru = terminal.lang == "ru"
        for violation in violations:
            terminal.print(
                f"{violation.calls:>9}  {violation.rule} ({terminal.verdict(violation.verdict)})"
            )
            terminal.print(f"           {violation.why_ru if ru else violation.why}")
    if summary["unknown_by_purpose"]:
        terminal.print()
        terminal.print(say("unknown, by purpose:"))
        for purpose, count in summary["unknown_by_purpose"].items():
            terminal.print(f"{count:>9}  {word(purpose, terminal.lang)}")
    if summary["no_law"]:
        terminal.print()
        terminal.print(say("no law loaded for the country of these calls:"))
        for code, count in summary["no_law"].items():
            terminal.print(f"{count:>9}  {code}")
    _show_outcomes(report, terminal)
    for said in summary["campaign_warnings"]:
        of = terminal.words(Message("{} of {} calls", said["calls"], summary["calls"]))
        terminal.print(f"! {of}: {said['rule']}: {said['why']}")
    for warning in summary["warnings"]:
        terminal.print(f"! {warning}")
    terminal.print()
    log = summary["log"]
    terminal.print(
        f"{say('log')} {log['origin']}, {say('size')} {log['size']}, "
        f"{say('root')} {log['root']}; {say('rules')} {summary['rules']}"
    )
    for name in ("report", "findings", "rejects"):
        if summary[name] is not None:
            shown = {
                "report": say("report"),
                "findings": say("findings"),
                "rejects": say("rejected rows"),
            }[name]
            terminal.print(f"{shown}: {summary[name]}")


def _show_outcomes(report: consent.AuditReport, terminal: Terminal) -> None:
    ended, say = report.outcomes, terminal.say
    if ended is None:
        return
    if ended.by_rule:
        terminal.print()
        terminal.print(say("outcomes not heeded (policy, not law):"))
        why = {found.rule.id: found.rule for found in ended.unheeded}
        for rule, count in sorted(ended.by_rule.items(), key=lambda item: (-item[1], item[0])):
            terminal.print(f"{count:>9}  {rule}")
            one = why[rule]
            terminal.print(f"           {one.why_ru if terminal.lang == 'ru' else one.why}")


def add(commands: Commands) -> None:
    """Declare what can be typed."""
    say = commands.say
    made = commands.command("audit", audit, "which of these calls were unlawful?")
    commands.log(made)
    made.add_argument(
        "calls", metavar="CALLS", nargs="+", help=say("call records: files or folders; - is stdin")
    )
    made.add_argument(
        "--layout", default="asterisk", metavar="LAYOUT|MAP.toml", help=", ".join(ready_layouts())
    )
    made.add_argument(
        "--outcomes",
        metavar="|".join((*BUILT_IN, "MAP.toml")),
        help=say("what the statuses mean; else the map named as the layout"),
    )
    made.add_argument("--zone", help=say("zone of the times: Europe/Moscow"))
    outgoing = made.add_argument_group(say("which calls are outgoing (declare at least one)"))
    outgoing.add_argument(
        "--outgoing-context",
        action="append",
        metavar="CONTEXT",
        help=say("calls from this context go out; may be repeated"),
    )
    outgoing.add_argument(
        "--outgoing-trunk",
        action="append",
        metavar="TRUNK",
        help=say("calls over this trunk go out; may be repeated"),
    )
    outgoing.add_argument(
        "--own-number",
        action="append",
        metavar="NUMBER",
        help=say("a number of your own; calls from it to others go out"),
    )
    outgoing.add_argument(
        "--own-numbers", type=Path, metavar="FILE", help=say("a file of such numbers, one a line")
    )
    outgoing.add_argument(
        "--incoming-context",
        action="append",
        metavar="CONTEXT",
        help=say("calls from this context came in; may be repeated"),
    )
    outgoing.add_argument(
        "--all-outgoing", action="store_true", help=say("the file holds nothing but outgoing calls")
    )
    outgoing.add_argument(
        "--internal-up-to",
        type=int,
        default=0,
        metavar="DIGITS",
        help=say("numbers of so many digits stay inside the exchange"),
    )
    commands.columns(made)
    made.add_argument(
        "--country", choices=COUNTRIES, help=say("country of numbers without a country code")
    )
    made.add_argument(
        "--prefix",
        action="append",
        metavar="DIGITS",
        help=say("dialled before a number for an outside line"),
    )
    made.add_argument(
        "--number-from",
        choices=("dst", "lastdata"),
        default="dst",
        help=say("where the dialled number stands"),
    )
    made.add_argument(
        "--dates",
        choices=("iso", "day-first", "month-first", "unix"),
        help=say("how the file writes its dates; else found out"),
    )
    made.add_argument("--encoding", help=say("encoding of the file; else found out"))
    made.add_argument("--delimiter", help=say("else found out"))
    made.add_argument(
        "--max-rejected",
        type=share,
        metavar="SHARE",
        help=say("exit 1 above this share of rejected rows"),
    )
    commands.question(made, required=False)
    commands.basis(made)
    commands.caller(made)
    commands.rules(made)
    made.add_argument("--report", type=Path, metavar="FILE.html", help=say("write the report here"))
    made.add_argument(
        "--findings", type=Path, metavar="FILE.csv|.parquet", help=say("write every finding here")
    )
    made.add_argument(
        "--calls-table", type=Path, metavar="FILE.csv|.parquet", help=say("a row for each call")
    )
    made.add_argument(
        "--rows-table",
        type=Path,
        metavar="FILE.csv|.parquet",
        help=say("a row for each record left out or rejected"),
    )
    made.add_argument(
        "--rejects", type=Path, metavar="FILE.csv", help=say("write the rejected rows here")
    )
