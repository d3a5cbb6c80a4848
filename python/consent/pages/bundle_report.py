"""The page of a bundle that a person reads: what was asked, what the log answers, what it shows.

It is made from the bundle's own files and from nothing else, so it can hold nobody whom the bundle
does not hold. Russian first, then English; one page of HTML without scripts or outside resources,
and the same in plain text.
"""

# ruff: noqa: E501 - a sentence stands in one line
from __future__ import annotations

import html
import json
import textwrap
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal
from zoneinfo import ZoneInfo

from consent.locale.message import Lang
from consent.locale.vocabulary import FIELDS, label, type_name, word

__all__ = ["report_html", "report_text"]

_ZONE: Final = ZoneInfo("Europe/Moscow")
_WIDTH: Final = 78

_STOPS: Final = ("consent.refused", "consent.withdrawn")


def clean(text: str) -> str:
    """Text of others without what could act: control signs and signs that turn the direction."""
    return "".join(
        c
        if c == "\n" or unicodedata.category(c) not in {"Cc", "Cf", "Cs", "Co", "Cn"}
        else "\ufffd"
        for c in text.replace("\r\n", "\n").replace("\t", " ")
    )


def _both_times(stored: str) -> tuple[str, str, str]:
    """Moscow's clock, which zone that is, and UTC."""
    at = datetime.fromisoformat(stored)
    local = at.astimezone(_ZONE)
    offset = local.strftime("%z")
    zone = f"{offset[:3]}:{offset[3:]} Europe/Moscow"
    return f"{local:%Y-%m-%d %H:%M:%S}", zone, f"{at:%Y-%m-%d %H:%M:%S} UTC"


def _time(stored: str) -> str:
    moscow, zone, utc = _both_times(stored)
    return f"{moscow} ({zone}) = {utc}"


# --- what is said, without its form -------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Block:
    kind: Literal["title", "head", "para", "strong", "list", "pre", "facts", "timeline"]
    lines: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()


class _Story:
    """The contents of the report in one language."""

    def __init__(self, files: Mapping[str, bytes], lang: Lang) -> None:
        self.files = files
        self.lang: Lang = lang
        self.case: dict[str, Any] = json.loads(files["case.json"])
        self.entries: list[dict[str, Any]] = [
            json.loads(files[place["entry"]]) for place in self.case["entries"]
        ]
        #: Who was assigned to dial: about nobody's number, and shown among the rest.
        self.callers: list[dict[str, Any]] = [
            json.loads(files[place["entry"]]) for place in self.case.get("callers", [])
        ]
        self.blocks: list[_Block] = []

    def say(self, ru: str, en: str) -> str:
        return ru if self.lang == "ru" else en

    def add(self, kind: Any, *lines: str, rows: Iterable[tuple[str, ...]] = ()) -> None:  # noqa: ANN401
        self.blocks.append(
            _Block(
                kind,
                tuple(clean(line) for line in lines),
                tuple(tuple(clean(cell) for cell in row) for row in rows),
            )
        )

    def tell(self) -> list[_Block]:
        self.opening()
        self.answer()
        self.timeline()
        self.meaning()
        self.limits()
        self.checkpoint()
        return self.blocks

    def opening(self) -> None:
        case, first = self.case, self.entries[0]["body"]
        asked = case["question"]
        self.add(
            "title",
            self.say(
                f"Что журнал согласий знает о номере {case['number']}",
                f"What the consent log holds about {case['number']}",
            ),
        )
        rows = [
            (self.say("Номер", "Number"), case["number"]),
            (self.say("Журнал", "Log"), case["origin"]),
        ]
        if first.get("distributor"):
            owner = " ".join(
                filter(
                    None,
                    (
                        first.get("distributor_name"),
                        f"({self.say('ИНН', 'INN')} {first['distributor']})",
                    ),
                )
            )
            rows.append((self.say("Чей журнал", "Whose log"), owner))
        if case.get("created_at"):
            rows.append((self.say("Пакет собран", "Bundle made"), _time(case["created_at"])))
        rows.append(
            (self.say("Записей о номере", "Entries about the number"), str(len(self.entries) - 1))
        )
        others = case.get("other_subjects", 0)
        if others:
            rows.append(
                (
                    self.say("Другие абоненты этого номера", "Other subscribers of this number"),
                    self.say(
                        f"{others}; от прежних здесь только запись об уходе номера",
                        f"{others}; of earlier ones only the entry that ended them is here",
                    ),
                )
            )
        self.add("facts", rows=rows)
        self.add("head", self.say("Вопрос", "The question"))
        channel, purpose = word(asked["channel"], self.lang), word(asked["purpose"], self.lang)
        who, caller = asked.get("distributor"), asked.get("caller")
        self.add(
            "para",
            self.say(
                f"Можно ли было связаться с этим номером: {channel}, цель — {purpose}"
                + (f", от имени организации с ИНН {who}" if who else "")
                + (f", звонит {caller}" if caller else "")
                + f"? Момент: {_time(asked['at'])}.",
                f"Was it lawful to contact this number: {channel}, purpose: {purpose}"
                + (f", on behalf of the organisation with INN {who}" if who else "")
                + (f", dialled by {caller}" if caller else "")
                + f"? Moment: {_time(asked['at'])}.",
            ),
        )

    def answer(self) -> None:
        answer = self.case["answer"]
        self.add("head", self.say("Ответ журнала", "The log's answer"))
        verdicts = {
            "allow": ("Да, можно.", "Yes."),
            "deny": ("Нет, нельзя.", "No."),
            "unknown": (
                "Неизвестно: записи не дают ответа. Пока его нет, связываться нельзя.",
                "Unknown: the entries give no answer. Until they do, it means no.",
            ),
        }
        self.add("strong", self.say(*verdicts.get(answer["verdict"], (answer["verdict"],) * 2)))
        reasons = []
        for finding in answer["findings"]:
            ru = self.lang == "ru"
            why = (ru and finding.get("why_ru")) or finding["why"]
            citation = (ru and finding.get("citation_ru")) or finding["citation"]
            entry = (
                ""
                if finding.get("seq") is None
                else self.say(f" Запись {finding['seq']}.", f" Entry {finding['seq']}.")
            )
            source = f" ({citation})" if citation else ""
            reasons.append(
                f"{why}{source}{entry} — {word(finding['verdict'], self.lang)} [{finding['rule']}]"
            )
        if reasons:
            self.add("list", *reasons)
        notes = []
        if answer.get("relied_on") is not None:
            notes.append(
                self.say(
                    f"Ответ опирается на запись {answer['relied_on']}.",
                    f"The answer relies on entry {answer['relied_on']}.",
                )
            )
        if answer.get("next_allowed"):
            notes.append(
                self.say("Раньше этого момента нельзя: ", "Not before: ")
                + _time(answer["next_allowed"])
                + "."
            )
        notes.append(
            self.say(
                f"Ответ дала программа по правилам {answer['rules']}; это не решение суда или ведомства.",
                f"A program gave this answer by the rules {answer['rules']}; no court or authority did.",
            )
        )
        self.add("para", " ".join(notes))

    def timeline(self) -> None:
        self.add("head", self.say("Что записано, по порядку", "What is recorded, in order"))
        rows: list[tuple[str, ...]] = [
            (
                "№",
                self.say("Когда произошло (со слов записавшего)", "When it happened (as claimed)"),
                self.say("Когда записано (часы журнала)", "When it was recorded (the log's clock)"),
                self.say("Что", "What"),
            )
        ]
        for entry in sorted(self.entries + self.callers, key=lambda each: int(each["seq"])):
            happened = entry["body"].get("happened")
            rows.append(
                (
                    str(entry["seq"]),
                    "\n".join(_both_times(happened)) if happened else "—",
                    "\n".join(_both_times(entry["at"])),
                    "\n".join(self.in_words(entry)),
                )
            )
        self.add("timeline", rows=rows)

    def in_words(self, entry: Mapping[str, Any]) -> list[str]:
        kind, body = entry["type"], entry["body"]
        lines = [type_name(kind, self.lang) + "."]
        if kind == "log.created":
            lines.append(
                self.say(
                    "С этой записи начинается журнал; она называет ключ его подписи.",
                    "The log begins here; this entry names the key of its signature.",
                )
            )
        for field in FIELDS:
            value = body.get(field)
            if value is None:
                if kind in _STOPS and field in ("purposes", "channels", "distributors"):
                    everyone = self.say("всем" if field == "distributors" else "любые", "all")
                    lines.append(f"{label(field, self.lang)}: {everyone}")
                continue
            name = label(field, self.lang)
            if kind == "log.created" and field == "distributor":
                name = self.say("владелец (ИНН)", "owner (INN)")
            lines.append(f"{name}: {self.value(field, value)}")
        lines += self.circumstances(body)
        return lines

    def value(self, field: str, value: object) -> str:
        if isinstance(value, list):
            return ", ".join(word(item, self.lang) for item in value) or self.say(
                "никому не назван", "names nobody"
            )
        if value is True:
            return self.say("да", "yes")
        if field in ("from", "until", "received_at") and isinstance(value, str):
            return _time(value)
        if field in ("purpose", "channel", "method", "means", "direction", "dialled_by"):
            return word(value, self.lang)
        return str(value)

    def circumstances(self, body: Mapping[str, Any]) -> list[str]:
        lines = []
        code = body.get("code")
        if isinstance(code, dict):
            lines.append(
                self.say("одноразовый код: ", "one-time code: ")
                + (
                    self.say("послан на этот номер", "sent to this number")
                    if code.get("sent_to_this_number")
                    else self.say("послан не на этот номер", "not sent to this number")
                )
                + ", "
                + (
                    self.say("введён верно", "returned")
                    if code.get("returned")
                    else self.say("не возвращён", "not returned")
                )
            )
        giver = body.get("giver")
        if isinstance(giver, dict):
            lines.append(self.say("кто дал: ", "given by: ") + word(giver.get("kind"), self.lang))
        if body.get("prechecked"):
            lines.append(self.say("галочка стояла заранее", "the box was ticked beforehand"))
        contract = body.get("in_contract")
        if isinstance(contract, dict):
            lines.append(
                self.say(
                    "внутри договора, с отдельной отметкой",
                    "inside a contract, with a mark of its own",
                )
                if contract.get("separate_mark")
                else self.say(
                    "внутри договора, без отдельной отметки",
                    "inside a contract, without a mark of its own",
                )
            )
        if body.get("requested_by_subscriber"):
            lines.append(self.say("по просьбе самого абонента", "at the subscriber's own request"))
        wording = body.get("wording")
        if isinstance(wording, str):
            text = self.files.get(f"wordings/{wording}.txt")
            if text is None:
                lines.append(
                    self.say(
                        "прочитанный или показанный текст: известен только его хеш",
                        "the text read or shown: only its hash is known",
                    )
                )
            else:
                shown = text.decode("utf-8", "replace").strip()
                if len(shown) > 1500:
                    shown = shown[:1500] + self.say(
                        f" … (целиком: wordings/{wording}.txt)",
                        f" … (all of it: wordings/{wording}.txt)",
                    )
                lines.append(
                    self.say("прочитанный или показанный текст: ", "the text read or shown: ")
                    + f"«{shown}»"
                )
        hashes = [
            *body.get("evidence", []),
            *filter(None, (body.get("recording"), body.get("document"))),
        ]
        if hashes:
            lines.append(
                self.say(
                    "файлы-подтверждения лежат у владельца журнала; их SHA-256: ",
                    "files that show it are with the log's owner; their SHA-256: ",
                )
                + ", ".join(hashes)
            )
        return lines

    def meaning(self) -> None:
        self.add("head", self.say("Почему этому можно верить", "Why this can be believed"))
        self.add(
            "para",
            self.say(
                "Хеш — это отпечаток текста: измени в записи хоть букву, и отпечаток будет другим. "
                "Отпечатки всех записей журнала сведены в один, его подписал владелец журнала (внизу), и "
                "приложенные доказательства показывают, что каждая запись из таблицы входит в подписанное "
                "именно в таком виде и на этом месте.",
                "A hash is a fingerprint of a text: change one letter of an entry and it is another. The "
                "fingerprints of all entries of the log are joined into one, the log's owner signed it (below), "
                "and the proofs enclosed show that each entry of the table is part of what was signed, in exactly "
                "this form and place.",
            ),
        )
        self.add("head", self.say("Как проверить самому", "How to check it yourself"))
        self.add(
            "para",
            self.say(
                "Распакуйте пакет, откройте в этой папке командную строку и выполните:",
                "Unpack the bundle, open a command line in its folder and run:",
            ),
        )
        self.add(
            "pre",
            "python3 verify.py --key КЛЮЧ-ЖУРНАЛА"
            if self.lang == "ru"
            else "python3 verify.py --key KEY-OF-THE-LOG",
        )
        self.add(
            "para",
            self.say(
                "Нужен только Python 3.8 или новее, Интернет не нужен. Ключ журнала возьмите у его владельца "
                "не из этого пакета; без --key проверка доверится ключу из самого пакета и скажет об этом. "
                "Формат описан в FORMAT.md: программу проверки можно написать заново.",
                "Python 3.8 or newer is all it needs; no network. Get the log's key from its owner, not from this "
                "bundle; without --key the check trusts the key inside the bundle and says so. FORMAT.md describes "
                "the format: the checker can be written anew.",
            ),
        )

    def limits(self) -> None:
        self.add(
            "head", self.say("Чего этот пакет НЕ показывает", "What this bundle does NOT show")
        )
        self.add(
            "list",
            *(
                (
                    "Что после последней записи из таблицы в журнале нет других об этом абоненте.",
                    "Что журнал не знает этот номер ещё и под другой меткой.",
                    "Что времена верны: часы ставил владелец журнала, независимых отметок времени здесь нет.",
                    "Что всем показывали один и тот же журнал: подписей свидетелей здесь нет.",
                    "Что записанное правда: пакет доказывает, что запись сделана и не изменена, а не что она верна.",
                    "Что ответ выше верен: его дала программа, проверка его не повторяет.",
                    "Эта страница и verify.py никем не подписаны; доказывают только записи, доказательства и контрольная точка.",
                )
                if self.lang == "ru"
                else (
                    "That the log has no later entry about this subscriber than the last of the table.",
                    "That the log does not know this number under another tag as well.",
                    "That the times are true: the log's owner set the clock, there is no independent time stamp here.",
                    "That everyone was shown the same log: no witness has signed.",
                    "That what was recorded is true: the bundle proves that an entry was made and not changed, not that it is right.",
                    "That the answer above is right: a program gave it, and the check does not repeat it.",
                    "Nobody signed this page nor verify.py; only entries, proofs and the checkpoint prove anything.",
                )
            ),
        )

    def checkpoint(self) -> None:
        self.add(
            "head", self.say("Подписанная контрольная точка журнала", "The log's signed checkpoint")
        )
        self.add(
            "para",
            self.say(
                "Имя журнала, число записей, общий отпечаток (корень), подпись. Ключ, которым проверяется подпись, и метка абонента:",
                "Name of the log, number of entries, the joint fingerprint (root), signature. The key that checks the signature, and the subscriber's tag:",
            ),
        )
        self.add("pre", self.files["checkpoint"].decode("utf-8").rstrip("\n"))
        self.add("pre", f"{self.case['key']}\n{self.case['tag']}")


# --- HTML ---------------------------------------------------------------------------------------

_STYLE: Final = """
@page { size: A4; margin: 16mm 15mm }
* { box-sizing: border-box }
body { font: 10.5pt/1.4 "PT Sans", "Noto Sans", "DejaVu Sans", Arial, sans-serif; color: #1a1a1a;
  background: #fff; max-width: 180mm; margin: 8mm auto; padding: 0 4mm }
h1 { font-size: 16pt; line-height: 1.2; margin: 0 0 3mm }
h2 { font-size: 12pt; margin: 6mm 0 1.5mm; border-bottom: .3mm solid #bbb; break-after: avoid }
p { margin: 1.5mm 0 }
ul { margin: 1.5mm 0; padding-left: 5mm }
li { margin: .8mm 0 }
.answer { font-size: 13pt; font-weight: bold; margin: 2mm 0; padding: 2mm 3mm; border-left: 1.2mm solid #333;
  background: #f3f3f1 }
table { border-collapse: collapse; width: 100% }
th, td { text-align: left; vertical-align: top; padding: 1.2mm 2mm; border-bottom: .2mm solid #ccc;
  overflow-wrap: anywhere }
thead { display: table-header-group }
tr { break-inside: avoid }
.facts th { width: 38%; font-weight: normal; color: #555 }
.timeline { font-size: 9pt; table-layout: fixed }
.timeline th { background: #f3f3f1 }
.timeline col.n { width: 11mm } .timeline col.t { width: 42mm }
.timeline td p { margin: 0 0 .6mm } .timeline td p:first-child { font-weight: bold }
.timeline td.t p { font-weight: normal; margin: 0 } .timeline td.t p + p { color: #666; font-size: 8pt }
pre { font: 8.5pt/1.35 "DejaVu Sans Mono", monospace; background: #f3f3f1; padding: 2mm 3mm; margin: 1.5mm 0;
  white-space: pre-wrap; overflow-wrap: anywhere; break-inside: avoid }
section + section { break-before: page; margin-top: 14mm; border-top: .8mm solid #333; padding-top: 8mm }
@media print { body { margin: 0; padding: 0; max-width: none }
  section + section { margin-top: 0; border: 0; padding: 0 } }
"""


def _paragraphs(text: str) -> str:
    return "".join(f"<p>{html.escape(line)}</p>" for line in text.split("\n"))


def _html_block(block: _Block) -> str:
    escaped = [html.escape(line) for line in block.lines]
    match block.kind:
        case "title":
            return f"<h1>{escaped[0]}</h1>"
        case "head":
            return f"<h2>{escaped[0]}</h2>"
        case "para":
            return f"<p>{escaped[0]}</p>"
        case "strong":
            return f'<p class="answer">{escaped[0]}</p>'
        case "pre":
            return f"<pre>{escaped[0]}</pre>"
        case "list":
            return "<ul>" + "".join(f"<li>{line}</li>" for line in escaped) + "</ul>"
        case "facts":
            rows = "".join(
                f"<tr><th>{html.escape(name)}</th><td>{html.escape(value)}</td></tr>"
                for name, value in block.rows
            )
            return f'<table class="facts">{rows}</table>'
        case "timeline":
            head = "".join(f"<th>{html.escape(cell)}</th>" for cell in block.rows[0])
            rows = "".join(
                f"<tr><td>{html.escape(number)}</td>"
                f'<td class="t">{_paragraphs(happened)}</td><td class="t">{_paragraphs(at)}</td>'
                f"<td>{_paragraphs(what)}</td></tr>\n"
                for number, happened, at, what in block.rows[1:]
            )
            columns = '<col class="n"><col class="t"><col class="t"><col>'
            return (
                f'<table class="timeline">{columns}<thead><tr>{head}</tr></thead>\n{rows}</table>'
            )


def report_html(files: Mapping[str, bytes]) -> bytes:
    """One printable page, Russian and then English.

    Args:
        files: The files of a bundle, by name: at least case.json, checkpoint and the entries.
    """
    sections = []
    languages: tuple[Lang, ...] = ("ru", "en")
    for lang in languages:
        blocks = "\n".join(_html_block(block) for block in _Story(files, lang).tell())
        sections.append(f'<section lang="{lang}">\n{blocks}\n</section>\n')
    return (
        '<!DOCTYPE html>\n<html lang="ru">\n<head>\n<meta charset="utf-8">\n'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>libconsent</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n"
        + "".join(sections)
        + "</body>\n</html>\n"
    ).encode()


# --- plain text ---------------------------------------------------------------------------------


def _wrapped(text: str, first: str = "", rest: str | None = None) -> str:
    return "\n".join(
        textwrap.fill(
            line,
            _WIDTH,
            initial_indent=first,
            subsequent_indent=first if rest is None else rest,
            break_long_words=False,
            break_on_hyphens=False,
        )
        for line in text.split("\n")
    )


def _text_block(block: _Block) -> str:
    match block.kind:
        case "title":
            return f"{block.lines[0]}\n{'=' * len(block.lines[0])}"
        case "head":
            return f"\n{block.lines[0]}\n{'-' * len(block.lines[0])}"
        case "para" | "strong":
            return _wrapped(block.lines[0])
        case "pre":
            return "\n".join("    " + line for line in block.lines[0].split("\n"))
        case "list":
            return "\n".join(_wrapped(line, "- ", "  ") for line in block.lines)
        case "facts":
            return "\n".join(_wrapped(f"{name}: {value}", "", "  ") for name, value in block.rows)
        case "timeline":
            titles = block.rows[0]
            parts = []
            for number, happened, at, what in block.rows[1:]:
                first, *others = what.split("\n")
                lines = [_wrapped(f"{titles[0]} {number}  {first}", "", "  ")]
                for title, times in ((titles[1], happened), (titles[2], at)):
                    moscow, *rest = times.split("\n")
                    told = f"{moscow} ({rest[0]}) = {rest[1]}" if rest else moscow
                    lines.append(_wrapped(f"{title}: {told}", "    ", "      "))
                lines += [_wrapped(line, "    ", "      ") for line in others]
                parts.append("\n".join(lines))
            return "\n\n".join(parts)


def report_text(files: Mapping[str, bytes]) -> bytes:
    """The same as :func:`report_html` in plain text, UTF-8."""
    languages: tuple[Lang, ...] = ("ru", "en")
    told = (
        "\n".join(_text_block(block) for block in _Story(files, lang).tell()) for lang in languages
    )
    return ("\n\n\n".join(told) + "\n").encode()
