"""The report of an audit as one page that loads nothing from elsewhere."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Final

from consent.auditing import TREAT, VERDICTS, WARN
from consent.files.clock import load_zone
from consent.judging import ALLOW, DENY, UNKNOWN
from consent.locale.message import Lang, Message, in_language
from consent.locale.vocabulary import reason_name, verdict_name, word
from consent.outcome import outcomes
from consent.pages import grouped, render

if TYPE_CHECKING:
    from consent.auditing import AuditReport

#: Calls listed one by one; the CSV has all.
MOST_CALLS: Final = 1000
MOST_REJECTS: Final = 100
MOST_UNHEEDED: Final = 200

_UNITS: Final = {
    "day": Message("Calls a day, by verdict"),
    "week": Message("Calls a week, by verdict"),
    "month": Message("Calls a month, by verdict"),
}


# --- the chart -----------------------------------------------------------------------------------


def _days(report: AuditReport) -> dict[date, Counter[int]]:
    """Verdicts of the calls of each local day."""
    counts: Counter[tuple[int, int]] = Counter(
        ((attempt.start_us + attempt.offset_us) // 86_400_000_000, verdict)
        for attempt, verdict in zip(report.records.attempts, report.judged.verdicts, strict=True)
    )
    days: dict[date, Counter[int]] = defaultdict(Counter)
    for (day, verdict), count in counts.items():
        days[date(1970, 1, 1) + timedelta(days=day)][verdict] += count
    return days


def _units(days: dict[date, Counter[int]]) -> tuple[str, list[tuple[str, Counter[int]]]]:
    """Bars of the plot: days while they fit, else weeks, else months. Empty ones stand too."""
    first, last = min(days), max(days)
    span = (last - first).days + 1
    unit = "day" if span <= 62 else "week" if span <= 62 * 7 else "month"

    def begin(day: date) -> date:
        if unit == "week":
            return day - timedelta(days=day.weekday())
        return day.replace(day=1) if unit == "month" else day

    bars: dict[date, Counter[int]] = {}
    if span <= 366 * 20:  # a stray clock must not make ten thousand empty bars
        for offset in range(span):
            bars.setdefault(begin(first + timedelta(days=offset)), Counter())
    for day in sorted(days):
        bars.setdefault(begin(day), Counter()).update(days[day])
    style = "%Y-%m" if unit == "month" else "%Y-%m-%d"
    return unit, [(day.strftime(style), bars[day]) for day in sorted(bars)]


def _step(most: int) -> int:
    """Distance of the lines of the scale: 1, 2 or 5 times a power of ten, at most five lines."""
    power = 1
    while True:
        for digit in (1, 2, 5):
            if most <= 5 * digit * power:
                return digit * power
        power *= 10


def _chart(report: AuditReport, lang: Lang) -> dict[str, Any] | None:
    """Calls over time by verdict; None where nothing was judged."""
    days = _days(report)
    if not days:
        return None
    unit, bars = _units(days)
    step = _step(max(counts.total() for _, counts in bars))
    top = step * -(-max(counts.total() for _, counts in bars) // step)
    width = min(0.84, 0.09 * len(bars))
    drawn, totals = [], Counter[int]()
    for place, (label, counts) in enumerate(bars):
        height, bar = 0, []
        for verdict in (ALLOW, UNKNOWN, DENY):
            if count := counts[verdict]:
                height += count
                name = verdict_name(VERDICTS[verdict], lang)
                said = f"{label}, {name}: {grouped(count, lang)}"
                x = round(place + (1 - width) / 2, 3)
                bar.append((VERDICTS[verdict], x, top - height, count, said))
        totals.update(counts)
        drawn.append(bar)
    each = len(bars) <= 7
    shown = range(len(bars)) if each else [round(k * (len(bars) - 1) / 4) for k in range(5)]
    return {
        "title": in_language(_UNITS[unit], lang),
        "legend": [
            (VERDICTS[verdict], verdict_name(VERDICTS[verdict], lang), totals[verdict])
            for verdict in (ALLOW, UNKNOWN, DENY)
            if totals[verdict]
        ],
        "bars": drawn,
        "width": round(width, 3),
        "top": top,
        "scale": range(top, -1, -step),
        "lines": range(0, top, step),
        "each": each,
        "ticks": [bars[place][0] for place in shown],
    }


# --- tables --------------------------------------------------------------------------------------


def _asked(report: AuditReport, lang: Lang) -> list[tuple[str, str]]:
    scope = report.scope
    told = (
        (Message("purpose"), scope.purpose),
        (Message("channel"), scope.channel),
        (Message("dialled by"), scope.dialled_by),
        (Message("consent counts as"), scope.basis),
        (Message("distributor"), scope.distributor),
        (Message("campaign"), scope.campaign),
    )
    return [
        (in_language(name, lang), word(value, "ru") if lang == "ru" else value)
        for name, value in told
        if value
    ]


def _why_not_counted(report: AuditReport) -> list[tuple[Any, int]]:
    """Why consents did not count, by rule: the rule's words, and how many calls."""
    judged = report.judged
    calls: dict[int, set[int]] = defaultdict(set)
    for place, verdict in enumerate(judged.finding_verdicts):
        if verdict == TREAT and judged.verdicts[judged.finding_calls[place]] != ALLOW:
            calls[judged.finding_rules[place]].add(judged.finding_calls[place])
    ordered = sorted(calls.items(), key=lambda item: (-len(item[1]), item[0]))
    return [(judged.text(rule, TREAT), len(which)) for rule, which in ordered]


def _rejects(report: AuditReport, lang: Lang) -> list[tuple[object, ...]]:
    places: dict[tuple[str, str], list[int]] = defaultdict(list)
    for reject in report.records.rejects:
        places[reject.reason, reject.column].append(reject.row)
    rows: list[tuple[object, ...]] = []
    for (reason, column), lines in sorted(places.items(), key=lambda i: (-len(i[1]), i[0])):
        shown = ", ".join(map(str, lines[:MOST_REJECTS]))
        if len(lines) > MOST_REJECTS:
            shown += " …"
        count = grouped(len(lines), lang)
        rows.append((reason, reason_name(reason, lang), column, count, shown))
    return rows


def _listing(report: AuditReport) -> list[dict[str, Any]]:
    judged, attempts = report.judged, report.records.attempts
    without_law = report.calls_without_law()
    bad = [
        call
        for call, verdict in enumerate(judged.verdicts)
        if verdict != ALLOW and call not in without_law
    ][:MOST_CALLS]
    shown = set(bad)
    places: dict[int, list[int]] = defaultdict(list)
    for place, call in enumerate(judged.finding_calls):
        if call in shown and judged.finding_verdicts[place] != ALLOW:
            places[call].append(place)
    deciding = report.deciding()
    of_campaign = report.campaign_rules()
    lines = []
    for call in bad:
        attempt = attempts[call]
        rule, others = "", []
        for place in places[call]:
            if (
                judged.finding_verdicts[place] == WARN
                and judged.finding_rules[place] in of_campaign
            ):
                continue
            name = judged.text(judged.finding_rules[place], judged.finding_verdicts[place]).rule
            seq = judged.finding_seqs[place]
            if deciding[call] == place:
                rule = name
            else:
                others.append((name, seq if seq >= 0 else None))
        relied_on = judged.relied_on[call]
        lines.append(
            {
                "row": attempt.row,
                "start": report.local(attempt).replace("T", " "),
                "number": f"+{attempt.number}",
                "result": attempt.disposition,
                "seconds": "" if attempt.billsec is None else attempt.billsec,
                "legs": attempt.legs,
                "verdict": VERDICTS[judged.verdicts[call]],
                "rule": rule,
                "others": others,
                "seq": relied_on if relied_on >= 0 else "—",
            }
        )
    return lines


def _because(report: AuditReport, call: int | None, seq: int | None) -> Message:
    if call is not None:
        return Message("row {}", report.records.attempts[call].row)
    return Message("entry {}", seq)


def _unheeded(report: AuditReport, lang: Lang) -> list[tuple[str, ...]]:
    """Rows of the calls at fault: row, start, number, rule, why, because of."""
    rows: list[tuple[str, ...]] = []
    for one in report.outcomes.unheeded if report.outcomes else ():
        attempt = report.records.attempts[one.call]
        because = in_language(_because(report, one.because_call, one.because_seq), lang)
        rows.append(
            (
                f"{attempt.row}",
                report.local(attempt).replace("T", " "),
                f"+{attempt.number}",
                one.rule.id,
                one.rule.why_ru if lang == "ru" else one.rule.why,
                f"{one.outcome}, {because}",
            )
        )
    return rows


def _outcomes(report: AuditReport, lang: Lang) -> dict[str, Any] | None:
    found, ru = report.outcomes, lang == "ru"
    if found is None:
        return None
    rows = {outcome.id: outcome for outcome in outcomes()}
    at_fault = _unheeded(report, lang)
    return {
        "map": found.map,
        "counted": [
            (
                word,
                rows[word].name_ru if ru else rows[word].name,
                grouped(count, lang),
                rows[word].why_ru if ru else rows[word].why,
            )
            for word, count in sorted(found.counts.items(), key=lambda item: (-item[1], item[0]))
        ],
        "not_mapped": ", ".join(f'"{word}" ({n})' for word, n in sorted(found.not_mapped.items())),
        "unheeded": at_fault[:MOST_UNHEEDED],
        "more": len(at_fault) if len(at_fault) > MOST_UNHEEDED else 0,
    }


def _share(part: int, whole: int, lang: Lang) -> str:
    if not whole:
        return "—"
    share = f"{part / whole:.1%}"
    return share.replace(".", ",").replace("%", "\u00a0%") if lang == "ru" else share


def page(report: AuditReport, lang: Lang) -> str:
    """The whole page as text.

    Args:
        report: What was found.
        lang: "en" or "ru".
    """
    calls, verdicts = report.records, report.judged.verdicts
    allowed, denied, unknown = (verdicts.count(v) for v in (ALLOW, DENY, UNKNOWN))
    no_law = report.no_law()
    judged, bad = len(verdicts), denied + unknown - no_law.total()
    made = report.generated_at
    beside = (
        (
            Message("Why recorded consents did not count"),
            Message("One call may stand in several rows."),
            _why_not_counted(report),
        ),
        (
            Message("Warnings"),
            Message("They change no verdict. One call may stand in several rows."),
            report.warnings_by_rule(),
        ),
        (
            Message("Warnings about the whole campaign"),
            Message("Each says the same of every call that it counts, and changes no verdict."),
            report.warnings_by_rule(of_campaign=True),
        ),
    )
    return render(
        "audit",
        lang,
        calls=calls,
        found=report.judged,
        judged=judged,
        allowed=allowed,
        denied=denied,
        unknown=unknown,
        bad=bad,
        no_law=sorted(no_law.items(), key=lambda item: (-item[1], item[0])),
        no_law_total=no_law.total(),
        share=_share(bad, judged - no_law.total(), lang),
        outgoing=calls.direction.describe(lang),
        asked=_asked(report, lang),
        generated=made and made.astimezone(load_zone(calls.zone)).isoformat(" ", "seconds"),
        reserved=report.reservation(lang),
        notes=report.warnings(lang),
        verdicts={verdict: verdict_name(verdict, lang) for verdict in VERDICTS},
        chart=_chart(report, lang),
        violations=report.violations(),
        beside=[
            (in_language(title, lang), in_language(note, lang), rows)
            for title, note, rows in beside
            if rows
        ],
        outcomes=_outcomes(report, lang),
        left_out_total=sum(calls.left_out.values()),
        left_out=[
            (reason, reason_name(reason, lang), grouped(count, lang))
            for reason, count in sorted(calls.left_out.items(), key=lambda i: (-i[1], i[0]))
            if count
        ],
        rejected=len(calls.rejects),
        rejects=_rejects(report, lang),
        listing=_listing(report),
    )
