"""What each command of ``consent`` does. What can be typed is in cli.py."""

from __future__ import annotations

import argparse
import getpass
import os
import sys
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import consent
from consent import _core
from consent.audit_report import WORDS
from consent.calls import own_lines
from consent.terminal import Lang, Progress, Terminal, without_numbers

YES, NO, USAGE, CANNOT = 0, 1, 2, 3

#: Bytes of one line of standard input; a number is far shorter.
LONGEST_LINE = 4096


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


class UsageError(Exception):
    """The words of the command cannot be used; the message says which."""


# --- reading what was typed ----------------------------------------------------------------------


def _words(text: str) -> tuple[str, ...]:
    return tuple(word for word in text.split(",") if word)


def moment_of(name: str, text: str | None) -> datetime | None:
    """Read a moment that was typed; None stays None."""
    if text is None:
        return None
    try:
        return _core.parse_instant(text)
    except consent.InvalidArgument as error:
        raise UsageError(
            f"{name}: {error} (a time with its offset: 2026-11-20T14:03:00+03:00)"
        ) from None


def _number(name: str, text: str) -> consent.PhoneNumber:
    try:
        return consent.PhoneNumber.parse(text)
    except consent.InvalidArgument as error:
        raise UsageError(f"{name}: {error}") from None


def _hashes(files: Iterable[Path] | None) -> tuple[bytes, ...]:
    return tuple(consent.file_hash(file) for file in files or ())


def _wording(file: Path | None) -> str | None:
    if file is None:
        return None
    try:
        text = file.read_bytes().decode("utf-8")
    except UnicodeDecodeError as error:
        raise UsageError(f"--wording: not UTF-8, byte {error.start}") from None
    if not text.strip():
        raise UsageError("--wording: the file is empty")
    return text


def _named(text: str | None, nobody: str) -> tuple[str, ...] | None:
    """INNs that were typed; None: the log's own; the word ``nobody``: an empty list."""
    if text is None:
        return None
    return () if text == nobody else _words(text)


def _code(text: str | None) -> consent.Code | None:
    if text is None:
        return None
    words = set(_words(text))
    if not words or words - {"sent", "returned", "none"} or ("none" in words and len(words) > 1):
        raise UsageError("--code: sent, returned, sent,returned or none")
    return consent.Code("sent" in words, "returned" in words)


def _passphrase(given: argparse.Namespace, *, needed: bool) -> str:
    """From the file named, the environment, or the terminal; "" where not needed."""
    if given.passphrase_file is not None:
        return str(given.passphrase_file.read_text(encoding="utf-8").rstrip("\r\n"))
    found = os.environ.get("CONSENT_PASSPHRASE", "")
    if found or not needed:
        return found
    if not sys.stdin.isatty():
        raise UsageError("keys.db: --passphrase-file or CONSENT_PASSPHRASE is needed")
    return getpass.getpass("keys.db: ")


def _open(given: argparse.Namespace, *, writable: bool) -> consent.Log:
    """Open the log of a command; asks for a passphrase only where keys.db is closed with one."""

    def opened(passphrase: str) -> consent.Log:
        return consent.Log.open(
            given.log,
            writable=writable,
            second_head=given.head,
            wait=given.wait,
            passphrase=passphrase,
        )

    passphrase = _passphrase(given, needed=False)
    try:
        log = opened(passphrase)
    except consent.CryptoError:
        if passphrase or not sys.stdin.isatty():
            raise
        log = opened(_passphrase(given, needed=True))
    if log.impairment and not writable:
        print(f"consent: {log.impairment}", file=sys.stderr)
    return log


# --- commands ------------------------------------------------------------------------------------


def init(given: argparse.Namespace, terminal: Terminal) -> int:
    """Make a log."""
    distributor = None
    if given.inn is not None:
        distributor = consent.Organisation(inn=given.inn, name=given.name or "")
    elif given.name is not None:
        raise UsageError("--name: goes with --inn")
    subscriber = None if given.subscriber is None else _number("--subscriber", given.subscriber)
    with consent.Log.create(
        given.log,
        origin=given.origin,
        distributor=distributor,
        subscriber=subscriber,
        second_head=given.head,
        passphrase=_passphrase(given, needed=True) if given.passphrase else "",
    ) as log:
        answer = {
            "log": str(given.log),
            "origin": log.origin,
            "size": log.size,
            "root": log.root,
            "verifier_key": log.verifier_key,
        }
    if terminal.machine:
        terminal.document(answer)
    else:
        made = terminal.say("log made", "журнал создан")
        key = terminal.say("key for those who check it", "ключ для проверяющих")
        terminal.print(f"{made}: {given.log} ({answer['origin']})")
        terminal.print(f"{key}: {answer['verifier_key']}")
    return YES


def restore(given: argparse.Namespace, terminal: Terminal) -> int:
    """Go on with a log that lost something."""
    with _open(given, writable=False) as log:
        lost = log.impairment
    passphrase = _passphrase(given, needed=False)
    with consent.Log.restore(
        given.log,
        reason=given.reason,
        second_head=given.head,
        wait=given.wait,
        passphrase=passphrase,
    ) as log:
        answer = {"log": str(given.log), "lost": lost, "seq": log.size - 1, "size": log.size}
    if terminal.machine:
        terminal.document(answer)
    else:
        terminal.print(f"{terminal.say('lost', 'потеряно')}: {lost}")
        terminal.print(f"{terminal.say('restored by entry', 'продолжен записью')} {answer['seq']}")
    return YES


def rebuild(given: argparse.Namespace, terminal: Terminal) -> int:
    """Write the derived tables anew from the entries."""
    done = consent.Log.rebuild(given.log, wait=given.wait)
    if terminal.machine:
        terminal.document(
            {"entries": done.entries, "subjects": done.subjects, "differed": done.differed}
        )
    else:
        say = terminal.say
        terminal.print(
            f"{say('rebuilt', 'построено')}: {done.subjects} "
            f"{say('subjects from', 'абонентов из')} {done.entries} {say('entries', 'записей')}"
        )
        if done.differed:
            terminal.print(
                say("the tables had said something else", "таблицы говорили другое, чем записи")
            )
    return YES


def _record(event: consent.Event, given: argparse.Namespace, terminal: Terminal) -> int:
    with _open(given, writable=True) as log:
        appended = log.append_at(event, given.now)
        entry = log.entry(appended.seq)
    number = event.number
    answer = {
        "seq": appended.seq,
        "type": entry.type,
        "number": number.e164 if isinstance(number, consent.PhoneNumber) else number,
        "at": event.at.astimezone(UTC),
        "recorded_at": entry.recorded,
        "leaf": appended.leaf,
        "tag": appended.tag,
    }
    if terminal.machine:
        terminal.document(answer)
    else:
        recorded = terminal.say("recorded", "записано")
        terminal.print(
            f"{recorded}: {entry.type}, seq {appended.seq}, {terminal.moment(entry.recorded)}"
        )
        terminal.print(f"leaf {appended.leaf.hex()}")
    return YES


def _scope(given: argparse.Namespace, nobody: str) -> dict[str, Any]:
    scope: dict[str, Any] = {
        "at": given.at,
        "purposes": _words(given.purpose or ""),
        "channels": _words(given.channel or ""),
        "distributors": _named(given.distributor, nobody),
        "campaign": given.campaign,
        "evidence": _hashes(given.evidence),
        "source": given.source,
    }
    if given.covers is not None:
        scope["covers"] = _words(given.covers)
    return scope


def give(given: argparse.Namespace, terminal: Terminal) -> int:
    """Record a consent."""
    in_contract = None
    if given.in_contract is not None:
        in_contract = consent.InContract(given.in_contract == "separate-mark")
    event = consent.ConsentGiven(
        _number("argument 2", given.number),
        **_scope(given, "none"),
        acts_for=_words(given.acts_for or ""),
        advertiser=given.advertiser,
        method=given.method,
        wording=_wording(given.wording),
        document=None if given.document is None else consent.file_hash(given.document),
        until=moment_of("--until", given.until),
        prechecked=given.prechecked,
        in_contract=in_contract,
        code=_code(given.code),
        giver=given.giver,
        authority=given.authority,
    )
    return _record(event, given, terminal)


def ask(given: argparse.Namespace, terminal: Terminal) -> int:
    """Record that a consent was asked for."""
    event = consent.ConsentAsked(
        _number("argument 2", given.number),
        **_scope(given, "none"),
        wording=_wording(given.wording),
    )
    return _record(event, given, terminal)


def refuse(given: argparse.Namespace, terminal: Terminal) -> int:
    """Record a refusal."""
    event = consent.ConsentRefused(
        _number("argument 2", given.number),
        **_scope(given, "all"),
        method=given.method,
        wording=_wording(given.wording),
    )
    return _record(event, given, terminal)


def withdraw(given: argparse.Namespace, terminal: Terminal) -> int:
    """Record a withdrawal or a demand to stop."""
    event = consent.ConsentWithdrawn(
        _number("argument 2", given.number),
        **_scope(given, "all"),
        means=given.method,
        received_at=moment_of("--received-at", given.received_at),
    )
    return _record(event, given, terminal)


def reassign(given: argparse.Namespace, terminal: Terminal) -> int:
    """Record that a number has a new holder."""
    number = _number("argument 2", given.number)
    return _record(
        consent.NumberReassigned(number, at=given.at, source=given.source), given, terminal
    )


def _decision(
    number: consent.PhoneNumber, decision: consent.Decision, lang: Lang
) -> dict[str, object]:
    ru = lang == "ru"
    return {
        "number": number.e164,
        "verdict": decision.verdict,
        "allowed": decision.allowed,
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
        ],
        "relied_on": decision.relied_on,
        "next_allowed": decision.next_allowed,
        "at": decision.at,
        "rules": decision.rules,
        "log_size": decision.log_size,
    }


def _show_decision(
    number: consent.PhoneNumber, decision: consent.Decision, terminal: Terminal, explain: bool
) -> None:
    terminal.print(f"{number.e164}  {decision.one_line(terminal.lang)}")
    if not explain:
        return
    ru = terminal.lang == "ru"
    for finding in decision.findings:
        seq = "" if finding.seq is None else f" (seq {finding.seq})"
        terminal.print(f"  {finding.verdict:7}  {finding.rule}{seq}")
        terminal.print(f"           {finding.why_ru if ru else finding.why}")
        if finding.citation:
            citation = finding.citation_ru if ru else finding.citation
            terminal.print(f"           {citation} [{finding.confidence}]")
    at = terminal.say("as of", "на момент")
    rules = terminal.say("rules", "правила")
    log = terminal.say("entries in the log", "записей в журнале")
    terminal.print(
        f"  {at} {terminal.moment(decision.at)}; {rules} {decision.rules}; "
        f"{log}: {decision.log_size}"
    )
    if decision.next_allowed is not None:
        later = terminal.say("next allowed", "можно не раньше")
        terminal.print(f"  {later} {terminal.moment(decision.next_allowed)}")


def _stdin_lines() -> Iterator[tuple[int, str | UsageError]]:
    """Lines of standard input that are not empty, by their place; UTF-8 whatever the locale."""
    stream = sys.stdin.buffer
    row, within = 0, False
    while line := stream.readline(LONGEST_LINE):
        goes_on, within = within, not line.endswith(b"\n")
        if goes_on:  # the rest of a line that was refused
            continue
        row += 1
        if within and len(line) == LONGEST_LINE:
            yield row, UsageError(f"longer than {LONGEST_LINE} bytes")
            continue
        try:
            text = line.decode("utf-8-sig" if row == 1 else "utf-8").strip()
        except UnicodeDecodeError as error:
            yield row, UsageError(f"not UTF-8, byte {error.start}")
            continue
        if text:
            yield row, text


def _line_number(text: str | UsageError) -> consent.PhoneNumber:
    if isinstance(text, UsageError):
        raise text
    return consent.PhoneNumber.parse(text)


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
    }
    with _open(given, writable=False) as log:
        if given.number == ["-"]:
            return _check_lines(log, asked, given, terminal)
        numbers = [_number(f"argument {i}", text) for i, text in enumerate(given.number, 2)]
        decisions = [log.may_contact(number, **asked) for number in numbers]
    answers = list(zip(numbers, decisions, strict=True))
    if terminal.machine:
        documents = [_decision(number, decision, terminal.lang) for number, decision in answers]
        terminal.document(documents[0] if len(documents) == 1 else documents)
    else:
        for number, decision in answers:
            _show_decision(number, decision, terminal, given.explain)
    return YES if all(decision.allowed for decision in decisions) else NO


def _check_lines(
    log: consent.Log, asked: dict[str, Any], given: argparse.Namespace, terminal: Terminal
) -> int:
    worst = YES
    for row, text in _stdin_lines():
        try:
            number = _line_number(text)
        except (consent.InvalidArgument, UsageError) as error:
            worst = USAGE
            if terminal.machine:
                terminal.document({"line": row, "error": without_numbers(str(error))})
            else:
                terminal.error(terminal.say(f"line {row}", f"строка {row}") + f": {error}")
            continue
        decision = log.may_contact(number, **asked)
        if not decision.allowed:
            worst = max(worst, NO)
        if terminal.machine:
            terminal.document(_decision(number, decision, terminal.lang))
        else:
            _show_decision(number, decision, terminal, given.explain)
            sys.stdout.flush()
    return worst


def history(given: argparse.Namespace, terminal: Terminal) -> int:
    """Show what the log holds about a number."""
    number = _number("argument 2", given.number)
    with _open(given, writable=False) as log:
        events = log.history(number)
    if terminal.machine:
        hidden = (
            "purposes",
            "channels",
            "covers",
            "distributors",
            "distributor",
            "method",
            "means",
        )
        documents = []
        for event in events:
            documents.append(
                {
                    "seq": event.seq,
                    "type": event.type,
                    "at": event.at,
                    "recorded_at": event.recorded_at,
                    "purposes": event.purposes,
                    "channels": event.channels,
                    "covers": event.covers,
                    "distributor": event.distributor,
                    "distributors": event.distributors,
                    "method": event.method,
                }
                | {name: value for name, value in event.body.items() if name not in hidden}
            )
        terminal.document({"number": number.e164, "events": documents})
        return YES
    if not events:
        terminal.print(
            terminal.say(
                "the log holds nothing on this number", "в журнале нет ничего об этом номере"
            )
        )
        return YES
    every = terminal.say("all", "все")
    terminal.table(
        (
            "seq",
            terminal.say("event", "событие"),
            terminal.say("happened", "произошло"),
            terminal.say("recorded", "записано"),
            terminal.say("purposes", "цели"),
            terminal.say("channels", "каналы"),
            terminal.say("distributor", "распространитель"),
            terminal.say("method", "способ"),
        ),
        [
            (
                event.seq,
                event.type,
                terminal.moment(event.at),
                terminal.moment(event.recorded_at),
                ",".join(event.purposes) or every,
                ",".join(event.channels) or every,
                ",".join(event.distributors) or "—",
                event.method or "—",
            )
            for event in events
        ],
    )
    return YES


def classify(given: argparse.Namespace, terminal: Terminal) -> int:
    """Answer whether numbers are personal data."""
    from_stdin = given.number == ["-"]
    place = "line" if from_stdin else "argument"
    texts = _stdin_lines() if from_stdin else enumerate(given.number, 1)
    answers = []
    for i, text in texts:
        try:
            number = _line_number(text)
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


def rules(given: argparse.Namespace, terminal: Terminal) -> int:
    """Show the rows of law."""
    pack = consent.rules.russia()
    at = moment_of("--at", given.at_text)
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
            document |= {"purposes": rule.purposes, "channels": rule.channels}
        terminal.document(
            {
                "rules": pack.version,
                "jurisdiction": pack.jurisdiction,
                "known_until": pack.known_until,
                "rows": documents,
            }
        )
        return YES
    ru = terminal.lang == "ru"
    known = terminal.say("known until", "известны до")
    terminal.print(f"{pack.version}; {known} {terminal.moment(pack.known_until)}")
    if given.action == "show":
        translated = {"citation", "why", "met"}
        for rule in rows:
            terminal.print()
            for name in fields:
                value = getattr(rule, name + "_ru" if ru and name in translated else name)
                if name.endswith("_ru") or value in ("", None, []):
                    continue
                if isinstance(value, datetime):
                    value = terminal.moment(value)
                elif isinstance(value, list):
                    value = ", ".join(value)
                terminal.print(f"{name + ':':12} {value}")
        return YES
    terminal.table(
        (
            terminal.say("rule", "правило"),
            terminal.say("outcome", "итог"),
            terminal.say("in force", "действует"),
            terminal.say("source", "источник"),
            terminal.say("says", "говорит"),
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


def _minute(at: datetime | None, terminal: Terminal) -> str:
    return "" if at is None else terminal.moment(at).replace(":00+", "+", 1)


def audit(given: argparse.Namespace, terminal: Terminal) -> int:
    """Judge the calls of a campaign."""
    if given.findings is not None and given.findings.suffix.lower() not in (".csv", ".parquet"):
        raise UsageError("--findings: a file named .csv or .parquet")
    own: list[str] = list(given.own_number or ())
    if given.own_numbers is not None:
        own += own_lines(given.own_numbers)
    direction = consent.Direction.declare(
        outgoing_contexts=given.outgoing_context or (),
        outgoing_trunks=given.outgoing_trunk or (),
        own_numbers=own,
        incoming_contexts=given.incoming_context or (),
        internal_up_to=given.internal_up_to,
        country=given.country,
    )
    layout = given.layout if given.layout == "asterisk" else Path(given.layout)
    calls = sys.stdin.buffer if given.calls == "-" else Path(given.calls)
    with (
        Progress(terminal.say("audit", "аудит")) as progress,
        _open(given, writable=False) as log,
    ):
        report = consent.audit(
            calls,
            log,
            zone=given.zone,
            direction=direction,
            layout=layout,
            country=given.country,
            number_from=given.number_from,
            dates=given.dates,
            encoding=given.encoding,
            purpose=given.purpose,
            channel=given.channel,
            dialled_by=given.dialled_by or "unstated",
            distributor=given.distributor or "",
            campaign=given.campaign,
            basis=given.basis,
            lang=terminal.lang,
            name="-" if given.calls == "-" else None,
            generated_at=given.now,
            progress=progress.stage,
        )
    if given.report is not None:
        report.to_html(given.report, lang=terminal.lang)
    if given.findings is not None:
        if given.findings.suffix.lower() == ".parquet":
            report.to_parquet(given.findings)
        else:
            report.to_csv(given.findings)
    if given.rejects is not None:
        report.write_rejects(given.rejects)
    if terminal.machine:
        terminal.document(report.summary)
    else:
        _show_audit(report, terminal)
    return YES if report.ok else NO


def _show_audit(report: consent.AuditReport, terminal: Terminal) -> None:
    say, summary = terminal.say, report.summary
    verdicts = summary["verdicts"]
    rows: list[tuple[str, object]] = [
        (say("rows", "строк"), summary["rows"]),
        (say("judged", "оценено"), summary["judged"]),
        *((say("left out", "не учтено") + f": {why}", n) for why, n in summary["left_out"].items()),
        (say("rejected", "отвергнуто"), summary["rejected"]),
        (say("allowed", "можно"), verdicts["allow"]),
        (say("denied", "нельзя"), verdicts["deny"]),
        (say("unknown", "неизвестно"), verdicts["unknown"]),
    ]
    width = max(len(name) for name, _ in rows)
    for name, count in rows:
        terminal.print(f"{name.ljust(width)}  {count:>9}")
    if not summary["judged"]:
        terminal.print("! " + WORDS[terminal.lang]["headline_none"])
    violations = report.violations()
    if violations:
        terminal.print()
        terminal.print(say("calls not allowed, by rule:", "звонки, которых не должно было быть:"))
        ru = terminal.lang == "ru"
        for violation in violations:
            terminal.print(f"{violation.calls:>9}  {violation.rule} ({violation.verdict})")
            terminal.print(f"           {violation.why_ru if ru else violation.why}")
    for warning in summary["warnings"]:
        terminal.print(f"! {warning}")
    terminal.print()
    log = summary["log"]
    terminal.print(
        f"{say('log', 'журнал')} {log['origin']}, {say('size', 'записей')} {log['size']}, "
        f"{say('root', 'корень')} {log['root']}; {say('rules', 'правила')} {summary['rules']}"
    )
    for name in ("report", "findings", "rejects"):
        if summary[name] is not None:
            shown = {
                "report": say("report", "отчёт"),
                "findings": say("findings", "находки"),
                "rejects": say("rejected rows", "отвергнутые строки"),
            }[name]
            terminal.print(f"{shown}: {summary[name]}")


def prove(given: argparse.Namespace, terminal: Terminal) -> int:
    """Write the pack of one number."""
    number = _number("--number", given.number)
    with _open(given, writable=True) as log:
        try:
            packed = consent.bundle.prove(
                log,
                number,
                out=given.out,
                at=given.at,
                created_at=given.now,
                purpose=given.purpose,
                channel=given.channel,
                distributor=given.distributor,
            )
        except consent.NotFoundError:
            if terminal.machine:
                terminal.document({"number": number.e164, "out": None, "entries": 0})
            else:
                terminal.error(
                    terminal.say(
                        "nothing shows it: the log never met this number; no pack was written",
                        "показать нечего: журнал не встречал этот номер; файл не записан",
                    )
                )
            return NO
    if terminal.machine:
        terminal.document(
            {
                "number": number.e164,
                "out": str(packed.path),
                "entries": packed.entries,
                "signed_up_to": packed.signed_up_to,
                "verifier_key": packed.key,
                "verdict": packed.verdict,
                "other_subjects": packed.other_subjects,
            }
        )
        return YES
    wrote = terminal.say("pack written", "пакет записан")
    held = terminal.say("entries of this number", "записей об этом номере")
    key = terminal.say("key for those who check it", "ключ для проверяющих")
    terminal.print(f"{wrote}: {packed.path}; {held}: {packed.entries}")
    terminal.print(f"{key}: {packed.key}")
    if packed.other_subjects:
        others = terminal.say(
            "earlier or later holders of the number, not in the pack",
            "других владельцев номера, в пакет не вошли",
        )
        terminal.print(f"{others}: {packed.other_subjects}")
    return YES


def verify(given: argparse.Namespace, terminal: Terminal) -> int:
    """Check a log or a pack."""
    with Progress(terminal.say("verify", "проверка")) as progress:
        try:
            found = consent.verify(given.path, trusted=given.key or (), progress=progress)
        except consent.ProofError as error:  # of a key; what does not hold is an answer
            raise UsageError(f"--key: {error}") from None
    coverage = found.coverage
    if terminal.machine:
        terminal.document(
            {
                "question": found.question,
                "verdict": found.verdict,
                "coverage": {
                    "entries": coverage.entries,
                    "signed_up_to": coverage.signed_up_to,
                    "open_tail": coverage.open_tail,
                    "signed_by": coverage.signed_by or None,
                    "key_was_given": coverage.key_was_given,
                    "standing_checked": coverage.standing_checked,
                    "not_checked": coverage.not_checked,
                },
                "warnings": found.warnings,
                "problem": None
                if found.problem is None
                else {"seq": found.problem.seq, "what": found.problem.what},
            }
        )
        return YES if found.verdict == "proven" else NO
    say = terminal.say
    verdict = {
        "proven": say("PROVEN", "ДОКАЗАНО"),
        "refuted": say("REFUTED", "ОПРОВЕРГНУТО"),
        "not_proven": say("NOT PROVEN", "НЕ ДОКАЗАНО"),
    }[found.verdict]
    terminal.print(f"{verdict}: {found.question}")
    if found.problem is not None:
        terminal.print(f"  seq {found.problem.seq}: {found.problem.what}")
    given_key = say("a key that you gave", "ключом, который дали вы")
    own_key = say("the key that it names itself", "ключом, который он называет сам")
    covered = [
        (say("entries re-hashed", "записей пересчитано"), coverage.entries),
        (say("signed up to", "подписано до"), coverage.signed_up_to),
        (say("entries after that", "записей после"), coverage.open_tail),
        (say("signed by", "подписано"), coverage.signed_by or "—"),
        (say("checked with", "проверено"), given_key if coverage.key_was_given else own_key),
        (
            say("standing rebuilt", "состояние перестроено"),
            say("yes", "да") if coverage.standing_checked else say("no", "нет"),
        ),
    ]
    for name, value in covered:
        terminal.print(f"  {name}: {value}")
    for item in coverage.not_checked:
        terminal.print(f"  {say('not checked', 'не проверено')}: {item}")
    for warning in found.warnings:
        terminal.print(f"  ! {warning}")
    return YES if found.verdict == "proven" else NO


def checkpoint(given: argparse.Namespace, terminal: Terminal) -> int:
    """Sign the log as it is."""
    with _open(given, writable=True) as log:
        text, key = log.checkpoint(), log.verifier_key
    read = consent.note.checkpoint(text, [key])
    if terminal.machine:
        terminal.document(
            {
                "origin": read.origin,
                "size": read.size,
                "root": read.root,
                "verifier_key": key,
                "checkpoint": text,
            }
        )
    else:
        sys.stdout.write(text)
    return YES
