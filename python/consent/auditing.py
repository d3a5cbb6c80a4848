"""Judge the calls of a campaign, each as of its start, from one state of a log."""

from __future__ import annotations

import io
import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from consent import _core
from consent.audit_tables import CallRows, Findings, OtherRows, Rows
from consent.errors import InternalError
from consent.files import private_file
from consent.files.calls import Attempt, Calls, NumberFrom, Progress, Source, read
from consent.files.clock import Dates, load_zone
from consent.files.direction import Direction
from consent.files.layout import Layout
from consent.files.records import InputError
from consent.files.writer import CsvWriter, replacing_csv
from consent.judging import ALLOW, UNKNOWN, Judged, Scope, Text, judge, question_of
from consent.locale.message import Lang, Message, in_language
from consent.numbering import Numbering
from consent.outcome import OutcomeMap, Outcomes, hold
from consent.rules import russia, with_weak_consent
from consent.wire import Basis, Channel, DialledBy, Purpose

if TYPE_CHECKING:
    from consent import _core
    from consent._core import Caller
    from consent.log import Log
    from consent.rules import RulePack

__all__ = [
    "AuditReport",
    "Changed",
    "Direction",
    "Findings",
    "Rehearsal",
    "Violations",
    "audit",
]

VERDICTS: Final = ("deny", "allow", "unknown", "warn", "treat")
WARN, TREAT = 3, 4
#: The finding that decides where the law of the number's country is not loaded.
NO_LAW: Final = "default/no-law"

#: Columns of the findings.
COLUMNS: Final = Findings.columns


class Changed(NamedTuple):
    """One call that other rules would have answered otherwise."""

    row: int
    start: str
    number: str
    before: str
    after: str
    rule: str
    why: str
    why_ru: str
    seq: int | None


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """Which answers other rules would have given.

    Attributes:
        before: Version of the rules compared with.
        after: Version of the rules tried.
        judged: Calls judged by both.
        changes: Those whose verdict differs, in the order of the calls. ``rule`` is what decides
            under the rules tried.
        weak_consent: Numbers whose answer each choice of the option ``weak_consent`` would change
            under the rules tried; empty where the rules have no such option.
    """

    before: str
    after: str
    judged: int
    changes: list[Changed]
    weak_consent: dict[str, int]

    @property
    def stricter(self) -> int:
        """Calls that were allowed and would not be."""
        return sum(change.before == "allow" for change in self.changes)

    def document(self) -> dict[str, Any]:
        """The same as plain values, as ``consent audit --rehearse --json`` prints it."""
        return {
            "before": self.before,
            "after": self.after,
            "judged": self.judged,
            "stricter": self.stricter,
            "changes": [change._asdict() for change in self.changes],
            "weak_consent": self.weak_consent,
        }


class Violations(NamedTuple):
    """Calls not allowed, by the rule that decided them."""

    rule: str
    verdict: str
    calls: int
    numbers: int
    first: str
    last: str
    why: str
    why_ru: str
    citation: str
    citation_ru: str


@dataclass(slots=True, repr=False)
class AuditReport:
    """What an audit found.

    Attributes:
        records: The input as it was read: what was judged, left out, rejected.
        judged: The core's answer.
        scope: What was asked of every call.
        lang: "en" or "ru", of the texts in ``findings``.
        generated_at: Written into the summary where given; no clock is asked.
        outcomes: How the calls ended; None where no map says what their statuses mean.
        max_rejected: The share of rows that may be rejected; None: any.
    """

    records: Calls
    judged: Judged
    scope: Scope
    lang: Lang = "en"
    generated_at: datetime | None = None
    outcomes: Outcomes | None = None
    max_rejected: float | None = None
    _findings: Findings | None = None
    _written: dict[str, str | None] = field(
        default_factory=lambda: {"report": None, "findings": None, "rejects": None}
    )

    def _repr_html_(self) -> str:
        from consent.pages import notebook

        return notebook.audit(self)

    def __repr__(self) -> str:
        judged, allowed = len(self.judged.verdicts), self.judged.verdicts.count(ALLOW)
        return f"<AuditReport: {judged} calls judged, {judged - allowed} not allowed>"

    def __bool__(self) -> bool:
        raise TypeError("an AuditReport is not a yes or no: use .ok")

    @property
    def ok(self) -> bool:
        """Whether every call that was judged was allowed, and the file was read.

        Nothing judged out of a file with rows is no yes, and neither are more rejects than
        ``max_rejected`` tolerates.
        """
        every = self.judged.verdicts.count(ALLOW) == len(self.judged.verdicts)
        return every and not self.nothing_judged and not self.too_many_rejected

    @property
    def nothing_judged(self) -> bool:
        """Whether the input has rows, and no call was found among them."""
        return bool(self.records.rows) and not self.judged.verdicts

    @property
    def too_many_rejected(self) -> bool:
        """Whether more rows were rejected than ``max_rejected`` tolerates."""
        if self.max_rejected is None:
            return False
        return len(self.records.rejects) > self.max_rejected * self.records.rows

    @property
    def findings(self) -> Findings:
        """The table of findings; see ``Findings``."""
        if self._findings is None:
            self._findings = Findings(list(self._rows()))
        return self._findings

    @property
    def calls(self) -> CallRows:
        """A row for each call that was judged."""
        return CallRows(list(self._call_rows()))

    @property
    def rows(self) -> OtherRows:
        """A row for each record that was left out or rejected."""
        records, lang = self.records, "ru" if self.lang == "ru" else "en"
        others: list[tuple[object, ...]] = [
            (records.file_of(file), row, "left_out", reason, "", "")
            for file, row, reason in records.left_rows
        ]
        for reject in records.rejects:
            detail = in_language(reject.detail, "ru" if lang == "ru" else "en")
            file = records.file_of(reject.file)
            others.append((file, reject.row, "rejected", reject.reason, reject.column, detail))
        order = {file.name: place for place, file in enumerate(records.files)}
        others.sort(key=lambda row: (order.get(str(row[0]), 0), row[1]))
        return OtherRows(others)

    def _call_rows(self) -> Iterator[tuple[object, ...]]:
        judged, scope = self.judged, self.scope
        deciding = self.deciding()
        allowing = self._allowing()
        zones: dict[int, tuple[str, ...]] = {}
        numbering = scope.numbering or Numbering.built_in()
        for call, attempt in enumerate(self.records.attempts):
            verdict = judged.verdicts[call]
            place = allowing[call] if verdict == ALLOW else deciding[call]
            rule = why = ""
            if place >= 0:
                said = judged.text(judged.finding_rules[place], judged.finding_verdicts[place])
                rule, why = said.rule, said.why_ru if self.lang == "ru" else said.why
            if attempt.number not in zones:
                number = _core.PhoneNumber.from_digits(attempt.number)
                zones[attempt.number] = numbering.lookup(number).zones
            at, relied_on, row = _utc(attempt.start_us), judged.relied_on[call], attempt.scope
            yield (
                self.records.file_of(attempt.file),
                attempt.row,
                attempt.call_id,
                self.local(attempt),
                at,
                " / ".join(_clocks(at, zones[attempt.number])),
                f"+{attempt.number}",
                attempt.src,
                attempt.disposition,
                attempt.billsec,
                attempt.legs,
                VERDICTS[verdict],
                rule,
                why,
                row.purpose or scope.purpose,
                row.channel or scope.channel,
                row.campaign or scope.campaign,
                row.agent,
                row.distributor or scope.distributor,
                row.caller or ("" if scope.caller is None else scope.caller.id),
                None if relied_on < 0 else relied_on,
                judged.log_size,
            )

    def _allowing(self) -> list[int]:
        """For each call, the place of the finding that allowed it; -1: none."""
        places = [-1] * len(self.judged.verdicts)
        for place, call in enumerate(self.judged.finding_calls):
            if places[call] < 0 and self.judged.finding_verdicts[place] == ALLOW:
                places[call] = place
        return places

    def local(self, attempt: Attempt) -> str:
        """Start of a call in the zone of the file, with the offset."""
        moment = datetime.fromtimestamp(0, UTC) + timedelta(
            microseconds=attempt.start_us + attempt.offset_us
        )
        sign = "-" if attempt.offset_us < 0 else "+"
        seconds = abs(attempt.offset_us) // 1_000_000
        offset = f"{sign}{seconds // 3600:02d}:{seconds % 3600 // 60:02d}"
        if seconds % 60:
            offset += f":{seconds % 60:02d}"
        return moment.replace(tzinfo=None).isoformat() + offset

    def rehearse(
        self, log: Log | str | PathLike[str], after: RulePack, before: RulePack | None = None
    ) -> Rehearsal:
        """Judge the same calls by two sets of rules, and say whose answer differs.

        Args:
            log: The log that the audit asked.
            after: The rules tried.
            before: The rules compared with; Russian law as built in where left out.
        """
        attempts = self.records.attempts
        native = log if isinstance(log, _core.Log) else _core.Log(log, False)

        def rehearsed(before: RulePack, after: RulePack) -> dict[str, Any]:
            return _core.rehearse(
                attempts.numbers(),
                attempts.starts(),
                native,
                before,
                after,
                question_of(self.scope),
                purposes=self.scope.purpose,
                channels=self.scope.channel,
                dialled_by=self.scope.dialled_by,
                talks=attempts.talks(),
            )

        found = rehearsed(before or russia(), after)
        changes = []
        for call, old, new in found["changes"]:
            attempt = attempts[call]
            said = new.findings[0]
            changes.append(
                Changed(
                    row=attempt.row,
                    start=self.local(attempt),
                    number=f"+{attempt.number}",
                    before=old.verdict,
                    after=new.verdict,
                    rule=said.rule,
                    why=said.why,
                    why_ru=said.why_ru,
                    seq=said.seq,
                )
            )
        weak = {
            word: len({attempts[c].number for c, _, _ in rehearsed(after, pack)["changes"]})
            for word, pack in with_weak_consent(after).items()
        }
        return Rehearsal(found["before"], found["after"], found["calls"], changes, weak)

    def deciding(self) -> list[int]:
        """For each call, the place of the finding that disallowed it; -1: allowed."""
        places = [-1] * len(self.judged.verdicts)
        verdicts, kinds = self.judged.verdicts, self.judged.finding_verdicts
        for place, call in enumerate(self.judged.finding_calls):
            if places[call] < 0 and verdicts[call] != ALLOW and kinds[place] == verdicts[call]:
                places[call] = place
        return places

    def _rows(self) -> Iterator[tuple[object, ...]]:
        judged, attempts, ru = self.judged, self.records.attempts, self.lang == "ru"
        deciding = self.deciding()
        of_campaign = self.campaign_rules()
        texts: dict[tuple[int, int], tuple[str, str, str]] = {}
        for place, call in enumerate(judged.finding_calls):
            kind, verdict = judged.finding_verdicts[place], judged.verdicts[call]
            if kind == ALLOW or (verdict == ALLOW and kind != WARN):
                continue
            key = judged.finding_rules[place], kind
            if kind == WARN and key[0] in of_campaign:
                continue
            if key not in texts:
                said = judged.text(*key)
                texts[key] = (
                    said.rule,
                    said.why_ru if ru else said.why,
                    said.citation_ru if ru else said.citation,
                )
            rule, why, citation = texts[key]
            attempt = attempts[call]
            seq, relied_on = judged.finding_seqs[place], judged.relied_on[call]
            yield (
                self.records.file_of(attempt.file),
                attempt.row,
                attempt.call_id,
                self.local(attempt),
                _utc(attempt.start_us),
                f"+{attempt.number}",
                "outgoing",
                attempt.src,
                attempt.disposition,
                attempt.billsec,
                attempt.legs,
                VERDICTS[verdict],
                VERDICTS[kind],
                deciding[call] == place,
                rule,
                why,
                citation,
                None if seq < 0 else seq,
                None if relied_on < 0 else relied_on,
                judged.log_size,
            )

    def calls_without_law(self) -> set[int]:
        """Calls to countries whose law is not loaded: neither lawful nor unlawful is known."""
        judged = self.judged
        unknowns = {
            rule
            for rule, kind in zip(judged.finding_rules, judged.finding_verdicts, strict=True)
            if kind == UNKNOWN
        }
        lawless = {rule for rule in unknowns if judged.text(rule, UNKNOWN).rule == NO_LAW}
        return {
            call
            for call, place in enumerate(self.deciding())
            if place >= 0 and judged.finding_rules[place] in lawless
        }

    def no_law(self) -> Counter[str]:
        """The same, counted by country code: ``{"+49": 91}``."""
        return Counter(
            f"+{_core.PhoneNumber.from_digits(self.records.attempts[call].number).country_code}"
            for call in self.calls_without_law()
        )

    def violations(self) -> list[Violations]:
        """Calls not allowed, by their deciding rule, most first: each call counts once.

        Calls to countries whose law is not loaded are left out: ``no_law`` counts them.
        """
        judged = self.judged
        groups: dict[tuple[int, int], list[int]] = {}
        without_law = self.calls_without_law()
        for call, place in enumerate(self.deciding()):
            if judged.verdicts[call] == ALLOW or call in without_law:
                continue
            if place < 0:
                raise InternalError(Message("call {} is not allowed and no finding says why", call))
            key = judged.finding_rules[place], judged.finding_verdicts[place]
            groups.setdefault(key, []).append(call)
        found = []
        for key, calls in groups.items():
            said = judged.text(*key)
            attempts = [self.records.attempts[call] for call in calls]
            first = min(attempts, key=lambda attempt: (attempt.start_us, attempt.row))
            last = max(attempts, key=lambda attempt: (attempt.start_us, attempt.row))
            found.append(
                Violations(
                    rule=said.rule,
                    verdict=VERDICTS[key[1]],
                    calls=len(calls),
                    numbers=len({attempt.number for attempt in attempts}),
                    first=self.local(first),
                    last=self.local(last),
                    why=said.why,
                    why_ru=said.why_ru,
                    citation=said.citation,
                    citation_ru=said.citation_ru,
                )
            )
        return sorted(found, key=lambda v: (-v.calls, v.rule, v.verdict))

    def campaign_rules(self) -> set[int]:
        """Rules, as the core numbers them, whose warnings say the same of every call."""
        judged = self.judged
        warned = {
            rule
            for rule, kind in zip(judged.finding_rules, judged.finding_verdicts, strict=True)
            if kind == WARN
        }
        return {rule for rule in warned if judged.text(rule, WARN).of_campaign}

    def warned(self) -> Counter[str]:
        """Warnings about single calls, by rule: calls that carry each."""
        return Counter({said.rule: calls for said, calls in self.warnings_by_rule()})

    def warnings_by_rule(self, *, of_campaign: bool = False) -> list[tuple[Text, int]]:
        """The words of each warning, and how many calls carry it; most first.

        Args:
            of_campaign: Those that say the same of every call; else those about single calls.
        """
        judged = self.judged
        counts = Counter(
            rule
            for _, rule in {
                (judged.finding_calls[place], judged.finding_rules[place])
                for place, kind in enumerate(judged.finding_verdicts)
                if kind == WARN
            }
        )
        said = [(judged.text(rule, WARN), calls) for rule, calls in counts.items()]
        found = [pair for pair in said if pair[0].of_campaign == of_campaign]
        return sorted(found, key=lambda pair: (-pair[1], pair[0].rule))

    def unknown_by_purpose(self) -> Counter[str]:
        """Calls whose answer is unknown, by what they were for: a renamed campaign shows here.

        Calls to countries whose law is not loaded are left out.
        """
        without_law = self.calls_without_law()
        return Counter(
            self.records.attempts[call].scope.purpose or self.scope.purpose
            for call, verdict in enumerate(self.judged.verdicts)
            if verdict == UNKNOWN and call not in without_law
        )

    @property
    def summary(self) -> dict[str, Any]:
        """The numbers, as ``consent audit --json`` prints them.

        ``rows == judged + sum(left_out) + rejected``;
        ``sum(violations) + sum(no_law) == deny + unknown``; ``sum(verdicts) == calls``, more than ``judged`` where a row dialled several numbers.
        """
        calls, judged, scope = self.records, self.judged, self.scope
        violations: Counter[str] = Counter()
        for violation in self.violations():
            violations[violation.rule] += violation.calls
        return {
            "rows": calls.rows,
            "judged": calls.judged_rows,
            "left_out": _ordered(calls.left_out),
            "rejected": len(calls.rejects),
            "violations": _ordered(violations),
            "report": self._written["report"],
            "findings": self._written["findings"],
            "rejects": self._written["rejects"],
            "ok": self.ok,
            "calls": len(calls.attempts),
            "verdicts": {word: judged.verdicts.count(i) for i, word in enumerate(VERDICTS[:3])},
            "unknown_by_purpose": _ordered(self.unknown_by_purpose()),
            "no_law": _ordered(self.no_law()),
            "warned": _ordered(self.warned()),
            "campaign_warnings": [
                {
                    "rule": said.rule,
                    "calls": calls_,
                    "why": said.why_ru if self.lang == "ru" else said.why,
                }
                for said, calls_ in self.warnings_by_rule(of_campaign=True)
            ],
            "rejected_by_reason": _ordered(Counter(reject.reason for reject in calls.rejects)),
            "warnings": self.warnings(),
            "input": {
                "name": calls.name,
                "sha256": calls.sha256,
                "files": [
                    {"name": file.name, "sha256": file.sha256, "rows": file.rows}
                    for file in calls.files
                ],
                "layout": calls.layout,
                "columns": calls.columns,
                "zone": calls.zone,
                "direction": calls.direction.describe(self.lang),
            },
            "asked": {
                "purpose": scope.purpose,
                "channel": scope.channel,
                "dialled_by": scope.dialled_by,
                "distributor": scope.distributor or None,
                "campaign": scope.campaign or None,
                "basis": scope.basis,
                "caller": None if scope.caller is None else scope.caller.hash.hex(),
            },
            "log": {"origin": judged.log_origin, "size": judged.log_size, "root": judged.log_root},
            "impaired": in_language(judged.impairment, self.lang) or None,
            "doubtful_below": judged.doubtful_below or None,
            "rules": judged.rules,
            "outcomes": None if self.outcomes is None else self.outcomes.summary,
            "generated_at": None if self.generated_at is None else self.generated_at.isoformat(),
        }

    def reservation(self, lang: Lang | None = None) -> str | None:
        """Say what is wrong with the log that was asked, or None; every report begins with it."""
        judged, said_in = self.judged, lang or self.lang
        if judged.impairment:
            return in_language(
                Message(
                    "The log is impaired, and no call is judged allowed by it: {}",
                    judged.impairment,
                ),
                said_in,
            )
        if judged.doubtful_below:
            return in_language(
                Message(
                    "The log lost entries: consents before entry {} are in doubt, and calls that "
                    "rest on them are unknown",
                    judged.doubtful_below,
                ),
                said_in,
            )
        return None

    def warnings(self, lang: Lang | None = None) -> list[str]:
        """What looks wrong, as the table, the page and the JSON say it."""
        notes: list[str] = list(self.records.warnings)
        if self.outcomes is not None and self.outcomes.not_mapped:
            listed = ", ".join(
                f'"{word}" ({n})' for word, n in sorted(self.outcomes.not_mapped.items())
            )
            notes.append(Message("statuses not in the map {}: {}", self.outcomes.map, listed))
        if self.too_many_rejected:
            notes.append(Message("more rows were rejected than --max-rejected tolerates"))
        return [in_language(note, lang or self.lang) for note in notes]

    def to_json(self, path: str | Path | None = None) -> str:
        """The summary as JSON text, and into a file where one is named."""
        text = json.dumps(self.summary, ensure_ascii=False, indent=2) + "\n"
        if path is not None:
            private_file.keep_off(path, inputs=self.records.paths)
            private_file.write(path, text.encode("utf-8", "surrogateescape"))
        return text

    def to_html(self, path: str | Path, *, lang: Lang | None = None) -> None:
        """Write the report: one file, nothing loaded from elsewhere, the same bytes each time.

        Args:
            path: The file to write.
            lang: "en" or "ru"; the report's own where left out.
        """
        from consent.pages.audit_report import page

        private_file.keep_off(path, inputs=self.records.paths)
        private_file.write(path, page(self, lang or self.lang).encode())
        self._written["report"] = str(path)

    def to_csv(self, path: str | Path) -> None:
        """Write the findings as CSV in UTF-8 with a header.

        A cell that a spreadsheet could take for a formula gets an apostrophe before it; numbers of
        telephones (``+`` and digits only) stay as they are.
        """
        private_file.keep_off(path, inputs=self.records.paths)
        with replacing_csv(path, COLUMNS) as out:
            out.rows(self.findings.tuples())
        self._written["findings"] = str(path)

    def write_table(self, table: Rows, path: str | Path) -> None:
        """Write one of the tables as CSV, guarded, or as Parquet where the file is called so."""
        private_file.keep_off(path, inputs=self.records.paths)
        if Path(path).suffix.casefold() == ".parquet":
            arrow = table.to_arrow()
            from pyarrow import parquet

            with private_file.replacing(path) as file:
                parquet.write_table(arrow, file)
            return
        with replacing_csv(path, table.columns) as out:
            out.rows(table.tuples())

    findings_csv = to_csv

    def csv_text(self) -> str:
        """What ``to_csv`` writes."""
        file = io.StringIO(newline="")
        CsvWriter(file, COLUMNS).rows(self.findings.tuples())
        return file.getvalue()

    def to_parquet(self, path: str | Path) -> None:
        """Write the findings as Parquet.

        Raises:
            NotBuiltError: pyarrow is not installed.
        """
        private_file.keep_off(path, inputs=self.records.paths)
        table = self.findings.to_arrow()
        from pyarrow import parquet

        with private_file.replacing(path) as file:
            parquet.write_table(table, file)
        self._written["findings"] = str(path)

    def write_rejects(self, path: str | Path) -> None:
        """Write the rejected rows, byte for byte, each with its line and reason."""
        self.records.write_rejects(path, self.lang)
        self._written["rejects"] = str(path)


def _ordered(counts: Mapping[str, int]) -> dict[str, int]:
    return {
        word: count
        for word, count in sorted(counts.items(), key=lambda item: (-item[1], item[0]))
        if count
    }


def _clocks(at: datetime, zones: Sequence[str]) -> list[str]:
    """A moment by the clocks of these zones, each offset once."""
    shown = {at.astimezone(load_zone(zone)).isoformat() for zone in zones}
    return sorted(shown, key=lambda text: text[-6:])


def _utc(at_us: int) -> datetime:
    return datetime.fromtimestamp(0, UTC) + timedelta(microseconds=at_us)


def audit(
    calls: Source,
    log: Log | str | PathLike[str],
    *,
    zone: str | None = None,
    direction: Direction | None = None,
    layout: str | Path | Layout = "asterisk",
    country: str | None = None,
    number_from: NumberFrom = "dst",
    prefixes: Sequence[str] = (),
    dates: Dates | None = None,
    encoding: str | None = None,
    delimiter: str | None = None,
    columns: Mapping[str, str] | None = None,
    purpose: Purpose = "advertising",
    channel: Channel = "voice",
    dialled_by: DialledBy = "unstated",
    distributor: str = "",
    campaign: str = "",
    basis: Basis = "said",
    rules: RulePack | None = None,
    outcomes: str | PathLike[str] | OutcomeMap | None = None,
    caller: Caller | Sequence[Caller] | None = None,
    numbering: Numbering | None = None,
    max_rejected: float | None = None,
    lang: Lang = "en",
    name: str | None = None,
    generated_at: datetime | None = None,
    progress: Progress | None = None,
) -> AuditReport:
    """Judge every outgoing call as of its start.

    Every row of the input is judged, left out with a reason, or rejected with a reason.

    Args:
        calls: A path (CSV, XLSX, JSON, Parquet; also packed), a folder, several paths, an open
            binary file, anything with ``__arrow_c_stream__`` (pandas, polars, pyarrow, DuckDB), or
            mappings.
        log: A ``consent.Log``, or the path of its folder.
        zone: IANA name of the zone that the times are written in, or "UTC". Must be declared, here
            or in the layout.
        direction: What makes a row an outgoing call. Must be declared; without it the error shows
            the contexts and channels to choose from.
        layout: The name of a ready one (``consent.files.layout.ready_layouts()``), or a MAP.toml.
        country: Where numbers without a country code are: "RU", "KZ", "US", "CA"; "international":
            their digits begin with the country code, without a plus.
        number_from: "dst", or "lastdata" for the numbers inside ``Dial(PJSIP/number@trunk)``.
        prefixes: Digits that the exchange dials before a number for an outside line.
        dates: "iso" (the default), "day-first", "month-first" or "unix".
        encoding: Of the file; bytes that do not fit it are kept as they are.
        delimiter: One character; found out of ``, ; tab |`` where left out.
        columns: Our word to a column of the file, before what the layout says.
        purpose: What the calls were for.
        channel: "voice", or "robot" where nobody talked.
        dialled_by: "person", "machine", or "unstated".
        distributor: For whom the calls were made (ИНН); left out where the log has exactly one.
        campaign: Where consents name one.
        basis: "said", or "recorded" to count a consent from its recording alone.
        rules: A rule pack; Russian law where left out.
        outcomes: What the statuses of the calls mean: "asterisk", "freeswitch", "vicidial", a
            MAP.toml or an OutcomeMap. Left out: the map that bears the name of the layout.
        caller: What whoever dialled says of themselves; several where rows name the caller.
        numbering: The imported register; the built-in plan by codes where left out.
        max_rejected: The share of rows, 0 to 1, that may be rejected; above it ``ok`` is False.
        lang: "en" or "ru": texts of the findings and of the report.
        name: What to call the input in reports; the file's name where left out.
        generated_at: Goes into the report where given.
        progress: Hears (stage, done, all) with stage "read" or "judge".

    Returns:
        A report. Violations are answers, not exceptions: read ``.summary`` and ``.findings``.

    Raises:
        InputError: Something undeclared, or an input that is not call records.
        NotBuiltError: A package is missing that this input needs.

    Example:
        >>> rule = consent.Direction.declare(outgoing_trunks=["PJSIP/trunk"])
        >>> report = consent.audit("Master.csv", log, zone="Europe/Moscow", direction=rule)
        >>> report.summary["violations"]
        {'ru/38-fz/18-1': 3}
    """
    if lang not in ("en", "ru"):
        raise InputError("lang must be en or ru")
    if max_rejected is not None and not 0 <= max_rejected <= 1:
        raise InputError("max_rejected must be a share, 0 to 1")
    if zone is not None:
        load_zone(zone)
    used = None if outcomes is None else OutcomeMap.load(outcomes)
    callers = () if caller is None else (caller,) if not isinstance(caller, Sequence) else caller
    found = read(
        calls,
        zone=zone,
        direction=direction or Direction(),
        layout=layout,
        country=country,
        number_from=number_from,
        prefixes=prefixes,
        dates=dates,
        encoding=encoding,
        delimiter=delimiter,
        columns=columns,
        name=name,
        outcomes=used,
        progress=progress,
    )
    scope = Scope(
        purpose,
        channel,
        dialled_by,
        distributor,
        campaign,
        basis,
        callers[0] if len(callers) == 1 else None,
        numbering,
        tuple(callers),
    )
    if used is None and found.outcomes is not None:
        used = OutcomeMap.load(found.outcomes)
    native = log if isinstance(log, _core.Log) else _core.Log(log, False)
    judged = judge(found.attempts, native, scope, rules or russia(), progress)
    if len(judged.verdicts) != len(found.attempts):
        raise InternalError(
            Message("{} calls asked about, {} answered", len(found.attempts), len(judged.verdicts))
        )
    ended = None if used is None else hold(found.attempts, native, question_of(scope), used)
    return AuditReport(found, judged, scope, lang, generated_at, ended, max_rejected)
