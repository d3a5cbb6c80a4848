"""How the calls of an audit ended, for its summary, its page and the terminal."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from consent.outcome import Outcomes, outcomes

if TYPE_CHECKING:
    from consent.audit import AuditReport

#: Rows of the page; the rest are counted.
MOST: Final = 200

WORDS: Final = {
    "en": {
        "title": "How the calls ended",
        "note": "Policy of the library, not law: these rows change no verdict.",
        "outcome": "outcome",
        "calls": "calls",
        "follows": "what follows",
        "not_mapped": "Statuses that the map {map} does not have: {list}. They count as unknown.",
        "unheeded": "Outcomes that were not heeded",
        "row": "row",
        "start": "start",
        "number": "number",
        "why": "why",
        "because": "because of",
        "entry": "seq {seq} of the log",
        "line": "row {row}",
        "more": "The first {shown} of {all}.",
        "none": "None.",
    },
    "ru": {
        "title": "Чем кончились звонки",
        "note": "Правила библиотеки, не закон: вердиктов эти строки не меняют.",
        "outcome": "исход",
        "calls": "звонков",
        "follows": "что следует",
        "not_mapped": "Статусы, которых нет в карте {map}: {list}. Считаются неизвестными.",
        "unheeded": "Исходы, с которыми не посчитались",
        "row": "строка",
        "start": "начало",
        "number": "номер",
        "why": "почему",
        "because": "из-за",
        "entry": "запись {seq} журнала",
        "line": "строка {row}",
        "more": "Первые {shown} из {all}.",
        "none": "Нет.",
    },
}


def summary(found: Outcomes) -> dict[str, Any]:
    """What ``summary["outcomes"]`` of an audit holds."""

    def ordered(counts: dict[str, int]) -> dict[str, int]:
        return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))

    return {
        "map": found.map,
        "pack": found.pack,
        "calls": ordered(found.counts),
        "not_mapped": ordered(found.not_mapped),
        "not_heeded": ordered(found.by_rule),
    }


def _because(report: AuditReport, call: int | None, seq: int | None, lang: str) -> str:
    words = WORDS[lang]
    if call is not None:
        return words["line"].format(row=report.records.attempts[call].row)
    return words["entry"].format(seq=seq)


def listed(report: AuditReport, lang: str) -> list[tuple[str, ...]]:
    """Rows of the calls at fault: row, start, number, rule, why, because of."""
    found = report.outcomes
    if found is None:
        return []
    rows: list[tuple[str, ...]] = []
    for one in found.unheeded:
        attempt = report.records.attempts[one.call]
        rows.append(
            (
                f"{attempt.row}",
                report.local(attempt).replace("T", " "),
                f"+{attempt.number}",
                one.rule.id,
                one.rule.why_ru if lang == "ru" else one.rule.why,
                f"{one.outcome}, {_because(report, one.because_call, one.because_seq, lang)}",
            )
        )
    return rows


def section(
    report: AuditReport,
    lang: str,
    text: Callable[[object], str],
    table: Callable[[list[tuple[str, str]], list[list[str]]], str],
) -> tuple[str, str] | None:
    """Title and content for the page; None where no outcomes were read.

    Args:
        report: The audit.
        lang: "en" or "ru".
        text: Escapes.
        table: Draws.
    """
    found = report.outcomes
    if found is None:
        return None
    words, ru = WORDS[lang], lang == "ru"
    rows = {outcome.id: outcome for outcome in outcomes()}
    counted = [
        [
            f"<code>{text(word)}</code>",
            text(rows[word].name_ru if ru else rows[word].name),
            f"{count}",
            text(rows[word].why_ru if ru else rows[word].why),
        ]
        for word, count in sorted(found.counts.items(), key=lambda item: (-item[1], item[0]))
    ]
    head = [("", words["outcome"]), ("", ""), ("n", words["calls"]), ("", words["follows"])]
    content = f'<p class="muted">{text(words["note"])}</p>' + table(head, counted)
    if found.not_mapped:
        statuses = ", ".join(f'"{word}" ({n})' for word, n in sorted(found.not_mapped.items()))
        line = words["not_mapped"].format(map=found.map, list=statuses)
        content += f"<p>{text(line)}</p>"
    content += f"<h3>{text(words['unheeded'])}</h3>"
    at_fault = listed(report, lang)
    if not at_fault:
        return words["title"], content + f"<p>{text(words['none'])}</p>"
    head = [
        ("n", words["row"]),
        ("t", words["start"]),
        ("", words["number"]),
        ("", words["why"]),
        ("", words["because"]),
    ]
    drawn = [
        [
            text(row),
            text(start),
            text(number),
            f'{text(why)}<div class="muted"><code>{text(rule)}</code></div>',
            text(because),
        ]
        for row, start, number, rule, why, because in at_fault[:MOST]
    ]
    content += table(head, drawn)
    if len(at_fault) > MOST:
        more = words["more"].format(shown=MOST, all=len(at_fault))
        content += f'<p class="muted">{text(more)}</p>'
    return words["title"], content
