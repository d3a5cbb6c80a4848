"""``consent check``: may these numbers be contacted?"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import consent
from consent.classification import number_column
from consent.commands.arguments import (
    NO,
    USAGE,
    YES,
    Commands,
    UsageError,
    caller_of,
    csv_out,
    line_number,
    numbering_of,
    open_log,
    pack_of,
    stdin_lines,
    typed_numbers,
)
from consent.files import directory
from consent.locale.message import Lang, Message, in_language, message_of
from consent.locale.vocabulary import word
from consent.terminal import Progress, Terminal, without_numbers


def _decision(
    number: consent.PhoneNumber,
    decision: consent.Decision,
    lang: Lang,
    campaign: _Campaign | None = None,
) -> dict[str, object]:
    ru = lang == "ru"
    return {
        "number": number.e164,
        "verdict": decision.verdict,
        "allowed": decision.allowed,
        "impaired": in_language(decision.impaired, lang) or None,
        "findings": [
            {
                "rule": finding.rule,
                "verdict": finding.verdict,
                "why": finding.why_ru if ru else finding.why,
                "citation": (finding.citation_ru if ru else finding.citation) or None,
                "confidence": finding.confidence or None,
                "seq": finding.seq,
            }
            for finding in decision.findings
            if campaign is None or not finding.of_campaign
        ],
        "relied_on": decision.relied_on,
        "next_allowed": decision.next_allowed,
        "worth": decision.worth,
        "proof": decision.proof,
        "at": decision.at,
        "rules": decision.rules,
        "zones": decision.zones or None,
        "consulted": decision.consulted,
        "caller": None if decision.caller is None else decision.caller.hex(),
        "assignment": decision.assignment,
        "log_size": decision.log_size,
    }


def _proof(proof: Mapping[str, str], lang: Lang) -> Message:
    """What the consent shows of each of the three that a consent must show."""
    return Message(
        "proof: who it was: {}; that they agreed: {}; to whom: {}",
        *(word(proof[prong], lang) for prong in ("identified", "expressed", "named")),
    )


class _Campaign:
    """Warnings that say the same of every contact: said once, with a count."""

    def __init__(self) -> None:
        self.answers = 0
        self._warnings: dict[str, consent.Finding] = {}
        self._counts: Counter[str] = Counter()

    def note(self, decision: consent.Decision) -> None:
        """Count the warnings of one answer."""
        self.answers += 1
        for finding in decision.findings:
            if finding.of_campaign:
                self._warnings.setdefault(finding.rule, finding)
                self._counts[finding.rule] += 1

    def document(self, lang: Lang) -> dict[str, object]:
        """The same as plain values."""
        return {
            "answers": self.answers,
            "campaign_warnings": [
                {
                    "rule": rule,
                    "count": count,
                    "why": self._warnings[rule].why_ru
                    if lang == "ru"
                    else self._warnings[rule].why,
                }
                for rule, count in self._counts.most_common()
            ],
        }

    def show(self, terminal: Terminal) -> None:
        """Print each, and of how many answers it was said."""
        for rule, count in self._counts.most_common():
            finding = self._warnings[rule]
            why = finding.why_ru if terminal.lang == "ru" else finding.why
            terminal.error(Message("{} of {} answers: {}: {}", count, self.answers, rule, why))


def _show_decision(
    number: consent.PhoneNumber,
    decision: consent.Decision,
    terminal: Terminal,
    explain: bool,
    campaign: _Campaign | None = None,
) -> None:
    line = decision.one_line(terminal.lang)
    terminal.print(f"{number.e164}  {terminal.coloured(line, decision.verdict)}")
    if not explain:
        return
    ru = terminal.lang == "ru"
    width = len(terminal.verdict("unknown"))
    for finding in decision.findings:
        if campaign is not None and finding.of_campaign:
            continue
        seq = "" if finding.seq is None else f" ({terminal.entry(finding.seq)})"
        terminal.print(f"  {terminal.verdict(finding.verdict):{width}}  {finding.rule}{seq}")
        terminal.print(f"           {finding.why_ru if ru else finding.why}")
        if finding.citation:
            citation = finding.citation_ru if ru else finding.citation
            terminal.print(f"           {citation} [{finding.confidence}]")
    if decision.proof is not None:
        terminal.print(f"  {terminal.words(_proof(decision.proof, terminal.lang))}")
    at = terminal.say("as of")
    rules = terminal.say("rules")
    log = terminal.say("entries in the log")
    terminal.print(
        f"  {at} {terminal.moment(decision.at)}; {rules} {decision.rules}; "
        f"{log}: {decision.log_size}"
    )
    if decision.next_allowed is not None:
        later = terminal.say("next allowed")
        terminal.print(f"  {later} {terminal.moment(decision.next_allowed)}")


def check(given: argparse.Namespace, terminal: Terminal) -> int:
    """Answer whether numbers may be contacted."""
    if "-" in given.number and given.number != ["-"]:
        raise UsageError("-: stands alone, numbers then come from standard input")
    asked = {
        "purpose": given.purpose,
        "channel": given.channel,
        "at": given.at,
        "distributor": given.distributor,
        "campaign": given.campaign,
        "dialled_by": given.dialled_by,
        "advertiser": given.advertiser,
        "basis": given.basis,
        "caller": caller_of(given),
        "serving_operator": given.operator,
        "counts": _counts(given),
        "zones": given.in_zone,
        "numbering": numbering_of(given),
        "messenger": given.messenger,
        "requested": given.requested,
        "rules": pack_of(given),
    }
    if (given.csv is None) != bool(given.number):
        raise UsageError("check: NUMBER, - or --csv FILE")
    with open_log(given, writable=False) as log:
        if given.csv is not None:
            return _check_table(log, asked, given, terminal)
        if given.rehearse:
            return _rehearse(log, asked, given, terminal)
        if given.number == ["-"]:
            return _check_lines(log, asked, given, terminal)
        numbers = list(typed_numbers(given.number, first=2))
        decisions = [log.may_contact(number, **asked) for number in numbers]
    answers = list(zip(numbers, decisions, strict=True))
    if terminal.machine:
        documents = [_decision(number, decision, terminal.lang) for number, decision in answers]
        terminal.document(documents[0] if len(documents) == 1 else documents)
    else:
        for number, decision in answers:
            _show_decision(number, decision, terminal, given.explain)
    return YES if all(decision.allowed for decision in decisions) else NO


def _counts(given: argparse.Namespace) -> consent.ContactCounts | None:
    """Three figures each: in the local day, week and month."""
    if given.attempts is None and given.talks is None:
        return None
    attempts = _three("--attempts", given.attempts or given.talks)
    return consent.ContactCounts(attempts, _three("--talks", given.talks or given.attempts))


def _three(name: str, text: str) -> list[int]:
    figures = text.split(",")
    if len(figures) != 3 or not all(figure.isdecimal() for figure in figures):
        raise UsageError(Message("{}: three whole numbers: day,week,month", name))
    return [int(figure) for figure in figures]


def _rehearse(
    log: consent.Log, asked: dict[str, Any], given: argparse.Namespace, terminal: Terminal
) -> int:
    """Answer by the built-in pack and by the rules given; show whose answer differs."""
    numbers = list(typed_numbers(given.number, first=2))
    built_in = consent.rules.russia()
    weak = consent.rules.with_weak_consent(asked["rules"])
    weakly: Counter[str] = Counter(dict.fromkeys(weak, 0))
    changes = []
    for number in numbers:
        before = log.may_contact(number, **{**asked, "rules": built_in})
        after = log.may_contact(number, **asked)
        if before.verdict != after.verdict:
            changes.append((number, before, after))
        for choice, pack in weak.items():
            other = log.may_contact(number, **{**asked, "rules": pack})
            weakly[choice] += other.verdict != after.verdict
    stricter = sum(before.allowed for _, before, _ in changes)
    ru = terminal.lang == "ru"
    if terminal.machine:
        terminal.document(
            {
                "before": built_in.version,
                "after": asked["rules"].version,
                "judged": len(numbers),
                "stricter": stricter,
                "weak_consent": dict(weakly),
                "changes": [
                    {
                        "number": number.e164,
                        "before": before.verdict,
                        "after": after.verdict,
                        "rule": after.findings[0].rule,
                        "why": after.findings[0].why_ru if ru else after.findings[0].why,
                    }
                    for number, before, after in changes
                ],
            }
        )
    else:
        for number, before, after in changes:
            terminal.print(
                f"{number.e164}  {terminal.verdict(before.verdict)} -> "
                f"{terminal.verdict(after.verdict)}"
            )
            terminal.print(f"  {after.one_line(terminal.lang)}")
        changed = terminal.say("answers changed")
        of = terminal.say("of")
        terminal.print(f"{changed}: {len(changes)} {of} {len(numbers)}")
        show_weak_consent(weakly, terminal)
    return NO if stricter else YES


def show_weak_consent(changed: Mapping[str, int], terminal: Terminal) -> None:
    """Say how many numbers each choice of the option ``weak_consent`` would change."""
    for choice, count in changed.items():
        words = Message("weak_consent = {} would change {} numbers", f'"{choice}"', count)
        terminal.print(terminal.words(words))


#: Columns that are added to a table.
_ADDED: Final = ("verdict", "rule", "why", "relied_on", "next_allowed")


def _check_table(
    log: consent.Log, asked: dict[str, Any], given: argparse.Namespace, terminal: Terminal
) -> int:
    """Answer for each row of a table; its other columns pass through."""
    if given.rehearse or given.out is None:
        raise UsageError("--csv: goes with --out, and not with --rehearse")
    source = sys.stdin.buffer if given.csv == "-" else given.csv
    header, rows = directory.table(source)
    place = header.index(number_column(given.number_column, header))
    verdicts: Counter[str] = Counter()
    campaign = _Campaign()
    ru = terminal.lang == "ru"
    with (
        Progress(terminal.say("check")) as progress,
        csv_out(given, given.out, [*header, *_ADDED]) as out,
    ):
        for done, cells in enumerate(rows, 1):
            progress(done, len(rows))
            try:
                number = consent.PhoneNumber.read(cells[place] if place < len(cells) else "")
            except consent.InvalidArgument as error:
                verdicts["rejected"] += 1
                out.row([*cells, "rejected", None, terminal.words(message_of(error)), None, None])
                continue
            found = log.may_contact(number, **asked)
            campaign.note(found)
            verdicts[found.verdict] += 1
            first = found.findings[0] if found.findings else None
            why = None if first is None else first.why_ru if ru else first.why
            rule = None if first is None else first.rule
            answer = [found.verdict, rule, why, found.relied_on, found.next_allowed]
            out.row([*cells, *answer])
    if terminal.machine:
        counts = {word: verdicts[word] for word in ("allow", "deny", "unknown", "rejected")}
        warnings = campaign.document(terminal.lang)["campaign_warnings"]
        terminal.document(
            {"rows": len(rows), "out": str(given.out), **counts, "campaign_warnings": warnings}
        )
    elif str(given.out) != "-":
        terminal.print(
            terminal.say(
                "{}: {} rows: allowed {}, denied {}, unknown {}, rejected {}",
                given.out,
                len(rows),
                *(verdicts[word] for word in ("allow", "deny", "unknown", "rejected")),
            )
        )
        campaign.show(terminal)
    if verdicts["rejected"] and verdicts["rejected"] == len(rows):
        return USAGE
    return YES if verdicts["allow"] == len(rows) and rows else NO


def _check_lines(
    log: consent.Log, asked: dict[str, Any], given: argparse.Namespace, terminal: Terminal
) -> int:
    worst = YES
    campaign = _Campaign()
    for row, text in stdin_lines():
        try:
            number = line_number(text)
        except (consent.InvalidArgument, UsageError) as error:
            worst = USAGE
            if terminal.machine:
                terminal.document({"line": row, "error": without_numbers(str(error))})
            else:
                terminal.error(Message("line {}: {}", row, error))
            continue
        decision = log.may_contact(number, **asked)
        if not decision.allowed:
            worst = max(worst, NO)
        campaign.note(decision)
        if terminal.machine:
            terminal.document(_decision(number, decision, terminal.lang, campaign))
        else:
            _show_decision(number, decision, terminal, given.explain, campaign)
            sys.stdout.flush()
    if terminal.machine:
        terminal.document(campaign.document(terminal.lang))
    else:
        campaign.show(terminal)
    return worst


def add(commands: Commands) -> None:
    """Declare what can be typed."""
    say = commands.say
    made = commands.command("check", check, "may I contact these numbers?")
    commands.log(made)
    made.add_argument("number", metavar="NUMBER", nargs="*", help=say("- reads them from stdin"))
    commands.question(made, required=True)
    commands.basis(made)
    made.add_argument("--advertiser", metavar="INN", help=say("whose goods are advertised"))
    commands.caller(made)
    made.add_argument(
        "--operator", metavar="INN", help=say("who serves the number now, after any porting")
    )
    made.add_argument(
        "--messenger",
        metavar="NAME",
        help=say("which messenger sends, whatsapp; else as the caller's file says"),
    )
    made.add_argument(
        "--requested",
        action="store_true",
        help=say("the subscriber asked for this very contact: a call-back"),
    )
    for name, what in (
        ("--attempts", Message("contacts tried already; else counted from the log's own contacts")),
        ("--talks", Message("of these, answered; else counted from the log's own contacts")),
    ):
        made.add_argument(name, metavar="DAY,WEEK,MONTH", help=say(what))
    made.add_argument(
        "--in-zone",
        action="append",
        metavar="Europe/Moscow",
        help=say("where you know the subscriber to be; several: any of them"),
    )
    made.add_argument("--csv", metavar="FILE", help=say("a table of numbers, or -"))
    made.add_argument("--number-column", metavar="NAME", help=say("the file's column of numbers"))
    made.add_argument(
        "--out",
        type=Path,
        metavar="FILE.csv",
        help=say("the table with an answer for each row; other columns pass through"),
    )
    commands.rules(made)
    commands.at(made, "the moment of contact; now")
    made.add_argument("--explain", action="store_true", help=say("all findings"))
