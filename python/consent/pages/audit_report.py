"""The report of an audit as one page that loads nothing from elsewhere."""

# ruff: noqa: E501  texts and style sheet

from __future__ import annotations

import io
from collections import Counter, defaultdict
from datetime import date, timedelta
from html import escape
from typing import TYPE_CHECKING, Final

from consent.audit import TREAT, VERDICTS, WARN
from consent.files.clock import load_zone
from consent.judging import ALLOW, DENY, UNKNOWN
from consent.locale.vocabulary import word
from consent.pages.audit_outcomes import section

if TYPE_CHECKING:
    from consent.audit import AuditReport

#: Calls listed one by one; the CSV has all.
MOST_CALLS: Final = 1000
MOST_REJECTS: Final = 100

COLOURS: Final = {DENY: "#b3261e", UNKNOWN: "#e0a030", ALLOW: "#7fa6c9"}

WORDS: Final = {
    "en": {
        "title": "Audit of calls",
        "headline": "{bad} of {judged} calls were not allowed",
        "headline_none": "Nothing was judged: no outgoing call could be read in the file",
        "headline_ok": "All {judged} calls were allowed",
        "about": "What was audited",
        "file": "File",
        "sha256": "SHA-256 of the file",
        "no_file": "none: not a file",
        "layout": "Layout",
        "zone": "Zone of the times (declared)",
        "direction": "Outgoing is (declared)",
        "asked": "Asked of each call",
        "purpose": "purpose",
        "channel": "channel",
        "dialled_by": "dialled by",
        "basis": "consent counts as",
        "distributor": "distributor",
        "campaign": "campaign",
        "log": "Log",
        "log_size": "entries",
        "root": "Root hash of the log",
        "rules": "Rules",
        "generated": "Generated",
        "numbers": "The numbers",
        "what": "what",
        "count": "count",
        "formula": "how it is counted",
        "rows": "rows",
        "rows_f": "records in the file; a header and blank lines are not counted",
        "left_out": "left out",
        "left_out_f": "sum over the reasons below",
        "rejected": "rejected",
        "rejected_f": "rows that could not be read",
        "judged": "judged",
        "judged_f": "rows − left out − rejected; one call is all legs of one linkedid to one number",
        "allow": "allowed",
        "deny": "denied",
        "unknown": "unknown",
        "allow_f": "a consent stood when the call began",
        "deny_f": "a rule forbids it as of its start, or nothing permits it",
        "unknown_f": "no rule that could decide; it counts as not allowed",
        "bad": "not allowed",
        "bad_f": "denied + unknown",
        "share": "share not allowed",
        "share_f": "not allowed ÷ judged",
        "plot": "Calls a {unit}, by verdict",
        "day": "day",
        "week": "week",
        "month": "month",
        "calls": "calls",
        "violations": "Not allowed, by the rule that decided",
        "rule": "rule",
        "why": "why",
        "verdict": "verdict",
        "subscribers": "numbers",
        "first": "first",
        "last": "last",
        "violations_f": "Each call counts once, under its first finding: the sum is {bad}, denied + unknown.",
        "none": "None.",
        "treated": "Why recorded consents did not count",
        "treated_f": "One call may stand in several rows.",
        "warned": "Warnings",
        "warned_f": "They change no verdict. One call may stand in several rows.",
        "notes": "About the input",
        "left_title": "Rows left out",
        "rejects_title": "Rows rejected",
        "reason": "reason",
        "meaning": "meaning",
        "row": "row",
        "column": "column",
        "listing": "Calls not allowed",
        "more_calls": "The first {shown} of {all}, in order of the file; the CSV has all.",
        "listing_f": "Row is the line of the file; seq is the entry of the log.",
        "start": "start",
        "number": "number",
        "result": "result",
        "seconds": "s",
        "legs": "legs",
        "seq": "seq",
        "also": "also",
        "incoming": "came in from outside",
        "internal": "stayed inside the exchange",
        "not_outgoing": "the declared rule does not call it outgoing",
        "not_a_number": "outgoing by the rule, but no number was dialled (feature code, s, i)",
        "same_call": "another leg of a call that is counted once",
        "wrong_column_count": "cells cannot be told apart: not as many as the layout has",
        "bad_time": "the start is no date and time",
        "time_out_of_range": "the start is before 1990 or after 2099",
        "ambiguous_local_time": "the clocks went back: this local time came twice",
        "nonexistent_local_time": "the clocks went forward over this local time",
        "not_a_count": "seconds that are no number: the columns have shifted?",
        "bad_number": "what was dialled is no telephone number",
    },
    "ru": {
        "title": "Проверка звонков",
        "headline": "Недопустимых звонков: {bad} из {judged}",
        "headline_none": "Ничего не оценено: в файле не нашлось читаемых исходящих звонков",
        "headline_ok": "Все звонки допустимы: {judged}",
        "about": "Что проверено",
        "file": "Файл",
        "sha256": "SHA-256 файла",
        "no_file": "нет: не файл",
        "layout": "Формат",
        "zone": "Часовой пояс (объявлен)",
        "direction": "Исходящие (объявлено)",
        "asked": "О каждом звонке спрошено",
        "purpose": "цель",
        "channel": "канал",
        "dialled_by": "набирает",
        "basis": "отсчёт согласия",
        "distributor": "рекламораспространитель",
        "campaign": "кампания",
        "log": "Журнал",
        "log_size": "записей",
        "root": "Корневой хеш журнала",
        "rules": "Правила",
        "generated": "Составлено",
        "numbers": "Числа",
        "what": "что",
        "count": "число",
        "formula": "как считается",
        "rows": "строки",
        "rows_f": "записи файла; заголовок и пустые строки не считаются",
        "left_out": "пропущено",
        "left_out_f": "сумма по причинам ниже",
        "rejected": "отклонено",
        "rejected_f": "строки, которые не удалось прочитать",
        "judged": "оценено",
        "judged_f": "строки − пропущено − отклонено; звонок — все части одного linkedid на один номер",
        "allow": "допустимо",
        "deny": "недопустимо",
        "unknown": "неизвестно",
        "allow_f": "на начало звонка действовало согласие",
        "deny_f": "на начало звонка правило запрещает, или ничто не разрешает",
        "unknown_f": "нет правила, которое могло бы решить; считается недопустимым",
        "bad": "не допущено",
        "bad_f": "недопустимо + неизвестно",
        "share": "доля не допущенных",
        "share_f": "не допущено ÷ оценено",
        "plot": "Звонки за {unit}, по ответам",
        "day": "день",
        "week": "неделю",
        "month": "месяц",
        "calls": "звонки",
        "violations": "Не допущено, по решившему правилу",
        "rule": "правило",
        "why": "почему",
        "verdict": "ответ",
        "subscribers": "номеров",
        "first": "первый",
        "last": "последний",
        "violations_f": "Звонок считается один раз, по первому заключению: сумма {bad}, недопустимо + неизвестно.",
        "none": "Нет.",
        "treated": "Почему записанные согласия не засчитаны",
        "treated_f": "Один звонок может стоять в нескольких строках.",
        "warned": "Предупреждения",
        "warned_f": "Ответа не меняют. Один звонок может стоять в нескольких строках.",
        "notes": "О входных данных",
        "left_title": "Пропущенные строки",
        "rejects_title": "Отклонённые строки",
        "reason": "причина",
        "meaning": "что значит",
        "row": "строка",
        "column": "столбец",
        "listing": "Не допущенные звонки",
        "more_calls": "Первые {shown} из {all}, в порядке файла; в CSV — все.",
        "listing_f": "Строка — номер строки файла, запись — её номер в журнале.",
        "start": "начало",
        "number": "номер",
        "result": "исход",
        "seconds": "с",
        "legs": "частей",
        "seq": "запись",
        "also": "также",
        "incoming": "пришёл снаружи",
        "internal": "остался внутри станции",
        "not_outgoing": "по объявленному правилу не исходящий",
        "not_a_number": "по правилу исходящий, но набран не номер (служебный код, s, i)",
        "same_call": "другая часть звонка, который посчитан один раз",
        "wrong_column_count": "ячейки не разделить: их не столько, сколько в формате",
        "bad_time": "начало — не дата и время",
        "time_out_of_range": "начало раньше 1990 или позже 2099 года",
        "ambiguous_local_time": "часы перевели назад: такое местное время было дважды",
        "nonexistent_local_time": "часы перевели вперёд: такого местного времени не было",
        "not_a_count": "секунды не число: сдвинуты столбцы?",
        "bad_number": "набран не телефонный номер",
    },
}

STYLE: Final = """
:root{color-scheme:light}
body{font:15px/1.45 system-ui,"Segoe UI","DejaVu Sans",sans-serif;color:#1c1c1c;background:#fff;
 max-width:68rem;margin:2rem auto;padding:0 1.25rem}
h1{font-size:1.55rem;margin:0 0 .2rem}
h2{font-size:1.1rem;margin:2.1rem 0 .5rem;padding-top:.6rem;border-top:1px solid #ddd}
p{margin:.3rem 0 .7rem}
.headline{font-size:1.2rem;padding:.7rem 1rem;border-left:6px solid #b3261e;background:#fbeeed;margin:1rem 0}
.headline.ok{border-color:#3f7d4e;background:#eef6f0}
.headline.empty{border-color:#888;background:#f3f3f3}
table{border-collapse:collapse;width:100%;margin:.4rem 0 .9rem}
th,td{text-align:left;vertical-align:top;padding:.32rem .7rem .32rem 0;border-bottom:1px solid #e6e6e6}
th{font-weight:600;color:#555;font-size:.86rem;border-bottom:1px solid #bbb}
.n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
td.n,td.t{font-variant-numeric:tabular-nums;white-space:nowrap}
th.n{text-align:right}
table.about{width:auto}
table.about td:first-child{color:#555;white-space:nowrap}
code,.mono{font:.87em/1.4 ui-monospace,"DejaVu Sans Mono",monospace;overflow-wrap:anywhere}
td.rule{white-space:nowrap}
.muted{color:#666;font-size:.9rem}
.deny{color:#b3261e;font-weight:600}.unknown{color:#8a5a00;font-weight:600}.allow{color:#2f5f86;font-weight:600}
tr.total td{font-weight:600}
tr:target{background:#fff6d6}
a{color:inherit;text-decoration-color:#aaa}
svg{width:100%;height:auto;display:block}
.scroll{overflow-x:auto}
@media print{body{margin:0;max-width:none;font-size:11px}h2{break-after:avoid}tr{break-inside:avoid}}
"""


def _text(value: object) -> str:
    """Escaped text; bytes that were no UTF-8, and control characters, stay visible."""
    text = str(value).encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
    return escape("".join(c if c >= " " and c != "\x7f" else f"\\u{ord(c):04x}" for c in text))


def _table(head: list[tuple[str, str]], rows: list[list[str]], kind: str = "") -> str:
    """A table of cells that are markup already; ``head``: class and title of each column."""
    titles = "".join(f'<th class="{c}">{_text(title)}</th>' for c, title in head)
    lines = []
    for row in rows:
        cells = "".join(
            f'<td class="{c}">{cell}</td>' for (c, _), cell in zip(head, row, strict=True)
        )
        lines.append(f"<tr>{cells}</tr>")
    top = f"<thead><tr>{titles}</tr></thead>" if any(title for _, title in head) else ""
    body = "\n".join(lines)
    return f'<div class="scroll"><table class="{kind}">{top}<tbody>\n{body}\n</tbody></table></div>'


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


def plot(report: AuditReport, lang: str) -> tuple[str, str]:
    """Draw calls over time by verdict.

    Returns:
        The unit of a bar ("day", "week", "month") and an SVG element; "" where nothing was judged.
    """
    days = _days(report)
    if not days:
        return "", ""
    import matplotlib
    from matplotlib.backends.backend_svg import FigureCanvasSVG
    from matplotlib.figure import Figure
    from matplotlib.ticker import MaxNLocator

    words = WORDS[lang]
    unit, bars = _units(days)
    with matplotlib.rc_context(
        {
            "svg.hashsalt": "consent",
            "svg.fonttype": "none",
            "font.family": "sans-serif",
            "font.size": 10,
        }
    ):
        figure = Figure(figsize=(13, 3.5))
        FigureCanvasSVG(figure)
        axes = figure.add_subplot()
        bottom = [0] * len(bars)
        for verdict in (ALLOW, UNKNOWN, DENY):
            heights = [counts[verdict] for _, counts in bars]
            if any(heights):
                axes.bar(
                    range(len(bars)),
                    heights,
                    bottom=bottom,
                    width=min(0.85, 0.09 * len(bars)) if len(bars) < 9 else 0.85,
                    color=COLOURS[verdict],
                    label=f"{words[VERDICTS[verdict]]}: {sum(heights)}",
                )
            bottom = [low + high for low, high in zip(bottom, heights, strict=True)]
        step = max(1, -(-len(bars) // 7))
        ticks = range(0, len(bars), step)
        axes.set_xticks(list(ticks), [bars[tick][0] for tick in ticks])
        axes.set_xlim(-0.7, max(len(bars) - 0.3, 0.7))
        axes.yaxis.set_major_locator(MaxNLocator(integer=True, nbins=5))
        axes.set_ylabel(words["calls"])
        axes.spines[["top", "right"]].set_visible(False)
        axes.grid(axis="y", color="#e6e6e6")
        axes.set_axisbelow(True)
        axes.legend(
            loc="lower left", bbox_to_anchor=(0, 1.0), ncols=3, frameon=False, borderaxespad=0.2
        )
        file = io.StringIO()
        figure.savefig(
            file,
            format="svg",
            bbox_inches="tight",
            pad_inches=0.05,
            metadata={"Date": None, "Creator": None, "Format": None, "Type": None},
        )
    text = file.getvalue()
    return unit, text[text.index("<svg") :].strip()


def _about(report: AuditReport, lang: str) -> str:
    words, calls, judged, scope = WORDS[lang], report.records, report.judged, report.scope
    asked = [
        f"{words[key]}: {word(value, 'ru') if lang == 'ru' else value}"
        for key, value in (
            ("purpose", scope.purpose),
            ("channel", scope.channel),
            ("dialled_by", scope.dialled_by),
            ("basis", scope.basis),
            ("distributor", scope.distributor),
            ("campaign", scope.campaign),
        )
        if value
    ]
    lines = [
        (words["file"], f"{_text(calls.name)}"),
        (words["sha256"], f"<code>{calls.sha256}</code>" if calls.sha256 else words["no_file"]),
        (words["layout"], _text(calls.layout)),
        (words["zone"], _text(calls.zone)),
        (words["direction"], _text(calls.direction.describe(lang))),
        (words["asked"], _text(", ".join(asked))),
        (words["log"], f"{_text(judged.log_origin)}, {words['log_size']}: {judged.log_size}"),
        (words["root"], f"<code>{_text(judged.log_root)}</code>"),
        (words["rules"], _text(judged.rules)),
    ]
    if report.generated_at is not None:
        made = report.generated_at.astimezone(load_zone(calls.zone))
        lines.append((words["generated"], _text(made.isoformat(" ", "seconds"))))
    return _table([("", ""), ("", "")], [[_text(name), cell] for name, cell in lines], "about")


def _numbers(report: AuditReport, lang: str) -> str:
    words, calls, verdicts = WORDS[lang], report.records, report.judged.verdicts
    allowed, denied, unknown = (verdicts.count(v) for v in (ALLOW, DENY, UNKNOWN))
    bad, judged = denied + unknown, len(verdicts)
    left_out, rejected = sum(calls.left_out.values()), len(calls.rejects)
    share = f"{bad / judged:.1%}" if judged else "—"
    lines = [
        ("rows", f"{calls.rows}", words["rows_f"]),
        ("left_out", f"{left_out}", words["left_out_f"]),
        ("rejected", f"{rejected}", words["rejected_f"]),
        ("judged", f"{judged}", f"{words['judged_f']}: {calls.rows} − {left_out} − {rejected}"),
        ("allow", f"{allowed}", words["allow_f"]),
        ("deny", f"{denied}", words["deny_f"]),
        ("unknown", f"{unknown}", words["unknown_f"]),
        ("bad", f"{bad}", f"{words['bad_f']}: {denied} + {unknown}"),
        ("share", share, f"{words['share_f']}: {bad} ÷ {judged}"),
    ]
    head = [("", words["what"]), ("n", words["count"]), ("muted", words["formula"])]
    return _table(head, [[_text(words[k]), count, _text(how)] for k, count, how in lines])


def _violations(report: AuditReport, lang: str) -> str:
    words, ru = WORDS[lang], lang == "ru"
    found = report.violations()
    if not found:
        return f"<p>{words['none']}</p>"
    rows = []
    for one in found:
        why, citation = (one.why_ru, one.citation_ru) if ru else (one.why, one.citation)
        rows.append(
            [
                f'<code id="{_text(one.rule)}">{_text(one.rule)}</code>',
                f'{_text(why)}<div class="muted">{_text(citation)}</div>',
                f'<span class="{one.verdict}">{_text(words[one.verdict])}</span>',
                f"{one.calls}",
                f"{one.numbers}",
                f"{_moment(one.first)}<br>{_moment(one.last)}",
            ]
        )
    head = [
        ("rule", words["rule"]),
        ("", words["why"]),
        ("", words["verdict"]),
        ("n", words["calls"]),
        ("n", words["subscribers"]),
        ("t", f"{words['first']}, {words['last']}"),
    ]
    note = words["violations_f"].format(bad=sum(one.calls for one in found))
    return _table(head, rows) + f'<p class="muted">{_text(note)}</p>'


def _moment(text: str) -> str:
    return _text(text.replace("T", " "))


def _kinds(report: AuditReport, lang: str, kind: int, note: str) -> str:
    """Findings of one kind that decide nothing, by rule."""
    words, judged, ru = WORDS[lang], report.judged, lang == "ru"
    calls: dict[int, set[int]] = defaultdict(set)
    for place, verdict in enumerate(judged.finding_verdicts):
        if verdict == kind and not (
            kind == TREAT and judged.verdicts[judged.finding_calls[place]] == ALLOW
        ):
            calls[judged.finding_rules[place]].add(judged.finding_calls[place])
    if not calls:
        return ""
    rows = []
    for rule, which in sorted(calls.items(), key=lambda item: (-len(item[1]), item[0])):
        said = judged.text(rule, kind)
        why, citation = (said.why_ru, said.citation_ru) if ru else (said.why, said.citation)
        rows.append(
            [
                f"<code>{_text(said.rule)}</code>",
                f'{_text(why)}<div class="muted">{_text(citation)}</div>',
                f"{len(which)}",
            ]
        )
    head = [("rule", words["rule"]), ("", words["why"]), ("n", words["calls"])]
    return _table(head, rows) + f'<p class="muted">{_text(words[note])}</p>'


def _left_out(report: AuditReport, lang: str) -> str:
    words = WORDS[lang]
    counts = {reason: n for reason, n in report.records.left_out.items() if n}
    if not counts:
        return f"<p>{words['none']}</p>"
    rows = [
        [f"<code>{reason}</code>", _text(words.get(reason, "")), f"{n}"]
        for reason, n in sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    ]
    head = [("rule", words["reason"]), ("", words["meaning"]), ("n", words["rows"])]
    return _table(head, rows)


def _rejects(report: AuditReport, lang: str) -> str:
    words, rejects = WORDS[lang], report.records.rejects
    if not rejects:
        return f"<p>{words['none']}</p>"
    counts = Counter((reject.reason, reject.column) for reject in rejects)
    rows = []
    for (reason, column), count in sorted(counts.items(), key=lambda item: (-item[1], item[0])):
        lines = [r.row for r in rejects if (r.reason, r.column) == (reason, column)]
        shown = ", ".join(map(str, lines[:MOST_REJECTS])) + (" …" if count > MOST_REJECTS else "")
        rows.append(
            [
                f"<code>{reason}</code>",
                _text(words.get(reason, "")),
                _text(column),
                f"{count}",
                shown,
            ]
        )
    head = [
        ("rule", words["reason"]),
        ("", words["meaning"]),
        ("", words["column"]),
        ("n", words["count"]),
        ("muted", words["row"]),
    ]
    return _table(head, rows)


def _listing(report: AuditReport, lang: str) -> str:
    words, judged, attempts = WORDS[lang], report.judged, report.records.attempts
    bad = [call for call, verdict in enumerate(judged.verdicts) if verdict != ALLOW]
    if not bad:
        return f"<p>{words['none']}</p>"
    shown = set(bad[:MOST_CALLS])
    places: dict[int, list[int]] = defaultdict(list)
    for place, call in enumerate(judged.finding_calls):
        if call in shown and judged.finding_verdicts[place] != ALLOW:
            places[call].append(place)
    deciding = report.deciding()
    lines = []
    for call in bad[:MOST_CALLS]:
        attempt, verdict = attempts[call], VERDICTS[judged.verdicts[call]]
        rule, others = "", []
        for place in places[call]:
            kind = judged.finding_verdicts[place]
            name = _text(judged.text(judged.finding_rules[place], kind).rule)
            seq = judged.finding_seqs[place]
            about = f" ({words['seq']} {seq})" if seq >= 0 else ""
            if deciding[call] == place:
                rule = f'<a href="#{name}"><code>{name}</code></a>'
            else:
                others.append(f"<code>{name}</code>{about}")
        if others:
            rule += f'<div class="muted">{words["also"]}: {", ".join(others)}</div>'
        relied_on = judged.relied_on[call]
        seconds = "" if attempt.billsec is None else f"{attempt.billsec}"
        cells = [
            ("n", f'<a href="#row-{attempt.row}">{attempt.row}</a>'),
            ("t", _moment(report.local(attempt))),
            ("t", f"+{attempt.number}"),
            ("", _text(attempt.disposition)),
            ("n", seconds),
            ("n", f"{attempt.legs}"),
            (verdict, _text(words[verdict])),
            ("", rule),
            ("n", f"{relied_on}" if relied_on >= 0 else "—"),
        ]
        line = "".join(f'<td class="{c}">{cell}</td>' for c, cell in cells)
        lines.append(f'<tr id="row-{attempt.row}">{line}</tr>')
    head = ["row", "start", "number", "result", "seconds", "legs", "verdict", "rule", "seq"]
    right = {"row", "seconds", "legs", "seq"}
    titles = "".join(
        f'<th class="{"n" if key in right else ""}">{_text(words[key])}</th>' for key in head
    )
    note = words["listing_f"]
    if len(bad) > MOST_CALLS:
        note = words["more_calls"].format(shown=MOST_CALLS, all=len(bad)) + " " + note
    body = "\n".join(lines)
    return (
        f'<p class="muted">{_text(note)}</p><div class="scroll"><table><thead><tr>{titles}</tr></thead>'
        f"<tbody>\n{body}\n</tbody></table></div>"
    )


def page(report: AuditReport, lang: str) -> str:
    """The whole page as text.

    Args:
        report: What was found.
        lang: "en" or "ru".
    """
    words, judged = WORDS[lang], len(report.judged.verdicts)
    bad = judged - report.judged.verdicts.count(ALLOW)
    kind = "empty" if not judged else "" if bad else "ok"
    line = words["headline_none" if not judged else "headline" if bad else "headline_ok"]
    sections: list[tuple[str, str]] = [
        (words["about"], _about(report, lang)),
    ]
    if notes := report.warnings(lang):
        sections.append(
            (words["notes"], "<ul>" + "".join(f"<li>{_text(n)}</li>" for n in notes) + "</ul>")
        )
    sections.append((words["numbers"], _numbers(report, lang)))
    unit, picture = plot(report, lang)
    if picture:
        sections.append((words["plot"].format(unit=words[unit]), picture))
    sections.append((words["violations"], _violations(report, lang)))
    if treated := _kinds(report, lang, TREAT, "treated_f"):
        sections.append((words["treated"], treated))
    if warned := _kinds(report, lang, WARN, "warned_f"):
        sections.append((words["warned"], warned))
    if (ended := section(report, lang, _text, _table)) is not None:
        sections.append(ended)
    sections.append((words["left_title"], _left_out(report, lang)))
    sections.append((words["rejects_title"], _rejects(report, lang)))
    sections.append((words["listing"], _listing(report, lang)))
    body = "\n".join(f"<h2>{_text(title)}</h2>\n{content}" for title, content in sections)
    name = _text(report.records.name)
    return f"""<!doctype html>
<html lang="{lang}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>{_text(words["title"])}: {name}</title>
<style>{STYLE}</style>
</head>
<body>
<h1>{_text(words["title"])}: {name}</h1>
<p class="headline {kind}">{_text(line.format(bad=bad, judged=judged))}</p>
{body}
</body>
</html>
"""
