"""What a log holds on one person, for that person's own request.

Of the subscriber who holds the number now, and of nobody else: entries of earlier holders, siblings
in the tree and other numbers stay out.
"""

from __future__ import annotations

import html
import json
import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo

from consent import _core, deadline
from consent.locale.message import Lang
from consent.locale.vocabulary import label, type_name, word
from consent.number import as_number
from consent.pages.bundle_report import clean

if TYPE_CHECKING:
    from consent.log import Log
    from consent.number import Number

__all__ = ["Access", "access"]

_ENDS: Final = ("consent.refused", "consent.withdrawn")
#: Fields of a body that say whom data may reach, with the word for each.
_RECIPIENTS: Final = (
    ("distributors", "distributor"),
    ("distributor", "distributor"),
    ("acts_for", "acts_for"),
    ("caller", "caller"),
    ("operator_id", "operator"),
)
_NAMES: Final[dict[str, tuple[str, str]]] = {
    "held": ("Данные о вас в этом журнале", "Data on you in this log"),
    "absent": (
        "Журнал не хранит ничего, что вело бы к этому номеру: его здесь не было, либо данные "
        "уничтожены.",
        "The log holds nothing that leads to this number: it never met it, or the data were "
        "destroyed.",
    ),
    "new_holder": (
        "Номер перешёл к другому абоненту. О нынешнем абоненте журнал не хранит ничего.",
        "The number passed to another subscriber. Of the present one the log holds nothing.",
    ),
    "restricted": (
        "Обработка ограничена: данные хранятся и не используются.",
        "Restricted: the data are kept and not used.",
    ),
    "hold": ("Уничтожать нельзя, по требованию", "May not be erased, by order of"),
    "operator": ("Кто хранит", "Who holds them"),
    "log": ("Журнал", "Log"),
    "number": ("Номер", "Number"),
    "made_at": ("Составлено", "Made"),
    "since": ("Первая запись", "First entry"),
    "data": ("Какие данные", "What data"),
    "grounds": ("Основания и цели", "Grounds and purposes"),
    "sources": ("Откуда получены", "Where from"),
    "recipients": ("Кому могут передаваться", "Who may receive them"),
    "terms": ("Сроки", "Terms"),
    "events": ("Все записи", "All entries"),
    "due": ("Идущие сроки по вашим требованиям", "Terms that your demands have started"),
    "wordings": ("Тексты, под которыми давались ответы", "Texts that the answers were given to"),
    "phone": ("телефонный номер", "telephone number"),
    "files": (
        "файлы, которые журнал хранит запечатанными; вам могут выдать их копии",
        "files that the log keeps sealed; you may be given copies",
    ),
    "suppressed": (
        "Данные об абоненте этого номера были уничтожены. Чтобы звонки не начались снова, "
        "хранится только код этого номера (HMAC), по которому номер нельзя прочитать; сказанное "
        "раньше этого момента не принимается",
        "Data were destroyed. So that calls do not begin again, a code of this number (HMAC) alone "
        "is kept, from which nobody reads the number; nothing said before this moment is taken in",
    ),
    "beyond": ("Чего этот журнал не знает", "What this log does not know"),
    "beyond_items": (
        "адрес оператора; кто ещё обрабатывает данные по его поручению, и их адреса|"
        "способы обработки; передаются ли данные за границу|"
        "что хранится вне журнала: записи разговоров, анкеты, клиентские базы|"
        "Об этом отвечает сам оператор; ответ без этих сведений может быть неполным.",
        "the operator's address; who else processes the data for it, and their addresses|"
        "methods of processing; whether data go abroad|"
        "what is held outside the log: recordings, forms, customer databases|"
        "The operator itself answers for these; without them the answer may be incomplete.",
    ),
    "record": (
        "записи о согласиях, отказах, контактах (раздел «Все записи»)",
        "entries of consents, refusals, contacts (see All entries)",
    ),
    "hashes": (
        "хеши аудиозаписей или документов; сами эти файлы в журнале не хранятся",
        "hashes of recordings or documents; the log does not hold these files",
    ),
    "unstated": ("не записано", "not recorded"),
    "no_term": ("срок не указан: до отзыва", "no term was given: until withdrawn"),
    "until": ("до", "until"),
    "withdrawn": ("отозвано или отказано", "withdrawn or refused"),
    "distributor": ("рекламораспространитель", "distributor"),
    "acts_for": ("может звонить за него", "may call for it"),
    "caller": ("звонил за него", "called for it"),
    "everybody": ("любой", "anybody"),
    "nothing": ("нет", "none"),
    "seq": ("запись", "entry"),
    "what": ("что", "what"),
    "when": ("когда", "when"),
    "recorded": ("записано", "recorded"),
    "scope": ("подробности", "details"),
}


@dataclass(frozen=True, slots=True)
class Access:
    """What is held on one person.

    Attributes:
        state: ``held``, ``absent`` (nothing leads to the number) or ``new_holder``.
        facts: Everything, as plain values; what :meth:`to_json` writes.
    """

    state: str
    facts: dict[str, Any]

    def to_json(self) -> str:
        """One document; times in UTC, hashes in hex."""
        return json.dumps(self.facts, ensure_ascii=False, indent=1) + "\n"

    def to_html(self, lang: Lang = "ru") -> str:
        """A page to print and hand over."""
        return _page(self, lang)


def access(log: Log, number: Number, *, at: datetime) -> Access:
    """Gather what a log holds on whoever holds the number now.

    Args:
        log: Open, with its keys.
        number: The person's.
        at: When it is made, aware; terms are counted to it.

    Raises:
        ValueError: ``at`` has no zone.
    """
    if at.tzinfo is None:
        raise ValueError("at has no zone")
    phone = as_number(number)
    facts: dict[str, Any] = {
        "number": phone.e164,
        "made_at": at.astimezone(UTC).isoformat(),
        "operator": {"name": log.distributor_name or None, "inn": log.distributor or None},
        "log": log.origin,
        "state": "absent",
        "restricted": False,
        "holds": [],
        "data": [],
        "grounds": [],
        "sources": [],
        "recipients": [],
        "terms": [],
        "events": [],
        "wordings": [],
        "due": [],
        "files": [],
        "suppressed_until": None,
    }
    suppressed = log.erased_at(phone)
    if suppressed is not None:
        facts["suppressed_until"] = suppressed.astimezone(UTC).isoformat()
    subjects = log.subjects_of(phone)
    if not subjects:
        return Access("absent", facts)
    tag = subjects[-1].hex()
    entries = []
    for entry in log.entries_about(phone):
        value = json.loads(entry.bytes)
        if value["subject"]["tag"] == tag:
            entries.append(value)
    if entries and entries[-1]["type"] == "number.reassigned":
        facts["state"] = "new_holder"
        return Access("new_holder", facts)
    facts["state"] = "held"
    _gather(facts, entries, log, at)
    for each in deadline.due(log, at=at):
        if each.tag == subjects[-1] and each.rule is not None:
            facts["due"].append(
                {
                    "seq": each.seq,
                    "duty": each.duty,
                    "state": each.state,
                    "last_day": each.last_day.isoformat() if each.last_day else None,
                    "citation": each.citation,
                    "citation_ru": each.citation_ru,
                    "why": each.why,
                    "why_ru": each.why_ru,
                }
            )
    return Access("held", facts)


def _gather(facts: dict[str, Any], entries: list[dict[str, Any]], log: Log, at: datetime) -> None:
    restricted: datetime | None = None
    holds: dict[str, str | None] = {}
    hashed = False
    stops: list[dict[str, Any]] = []
    assigned = log.assignments()
    for entry in entries:
        body, kind = dict(entry["body"]), entry["type"]
        happened = body.pop("happened", entry["at"])
        body.pop("details", None)
        facts["events"].append(
            {
                "seq": entry["seq"],
                "type": kind,
                "at": happened,
                "recorded_at": entry["at"],
                **{name: value for name, value in body.items() if name != "at"},
            }
        )
        facts["files"] += [
            {"seq": entry["seq"], "place": place, "kind": file.get("kind", "file")}
            for place, file in enumerate(body.get("files", ()), 1)
        ]
        hashed = hashed or any(
            body.get(name) for name in ("evidence", "document", "recording", "request")
        )
        source = body.get("source")
        if source and source not in facts["sources"]:
            facts["sources"].append(source)
        for field, role in _RECIPIENTS:
            named = body.get(field, [])
            if field == "acts_for" and body.get("acts_for_any"):
                # Whoever the log says was assigned to dial for those that the consent names.
                meant = [one.caller for one in assigned if one.distributor in body["distributors"]]
                named = [*named, *meant]
            for who in [named] if isinstance(named, str) else named:
                if kind in _ENDS or role == "operator":
                    continue
                recipient = {"who": who, "role": role}
                if recipient not in facts["recipients"]:
                    facts["recipients"].append(recipient)
        if kind == "consent.given":
            facts["grounds"].append(
                {
                    "seq": entry["seq"],
                    "consent_to": body.get("covers", []),
                    "purposes": body.get("purposes", []),
                    "channels": body.get("channels", []),
                    "given_at": happened,
                    "until": body.get("until"),
                    "method": body.get("method"),
                }
            )
        elif kind in _ENDS:
            stops.append(facts["events"][-1])
        elif kind == "subject.restricted":
            until = body.get("until")
            over = body.get("released") or (until and _core.parse_instant(until) <= at)
            restricted = None if over else _core.parse_instant(happened)
        elif kind == "subject.held":
            until = body.get("until")
            if body.get("released") or (until and _core.parse_instant(until) <= at):
                holds.pop(body["by"], None)
            else:
                holds[body["by"]] = until
        wording = body.get("wording")
        if wording and wording not in [each["sha256"] for each in facts["wordings"]]:
            text = log.wording(bytes.fromhex(wording))
            facts["wordings"].append({"sha256": wording, "text": text})
    facts["restricted"] = restricted is not None
    facts["holds"] = [{"by": by, "until": until} for by, until in holds.items()]
    facts["data"] = [
        "phone",
        "record",
        *(["files"] if facts["files"] else []),
        *(["hashes"] if hashed else []),
    ]
    for ground in facts["grounds"]:
        ended = [
            stop["seq"]
            for stop in stops
            if stop["at"] >= ground["given_at"]
            and (not stop.get("covers") or set(stop["covers"]) & set(ground["consent_to"]))
            and (not stop.get("purposes") or set(stop["purposes"]) & set(ground["purposes"]))
        ]
        facts["terms"].append(
            {
                "seq": ground["seq"],
                "until": ground["until"],
                "touched_by": ended,
            }
        )


# --- for people ----------------------------------------------------------------------------------

_STYLE: Final = (
    "@page{size:A4;margin:16mm}body{font:10.5pt/1.4 'DejaVu Sans',Arial,sans-serif;"
    "max-width:190mm;margin:0 auto;padding:4mm;color:#111}h1{font-size:16pt;margin:0 0 4mm}"
    "h2{font-size:12.5pt;margin:6mm 0 2mm;break-after:avoid}"
    "table{border-collapse:collapse;width:100%;table-layout:fixed}"
    "td,th{border:0.3mm solid #bbb;padding:1.2mm 2mm;text-align:left;vertical-align:top;"
    "overflow-wrap:break-word}th{background:#f2f2f2}tr{break-inside:avoid}"
    "thead{display:table-header-group}ul{margin:0;padding-left:6mm}"
    ".facts th{width:34%;font-weight:normal}.seq{width:9%}.what{width:20%}.when{width:22%}"
    ".small{font-size:9pt;color:#444}code{font:8pt/1.3 'DejaVu Sans Mono',monospace;"
    "word-break:break-all}.note{border:0.4mm solid #333;padding:2mm 3mm;margin:3mm 0}"
    "blockquote{margin:1mm 0 2mm;padding:1mm 3mm;border-left:1mm solid #bbb;white-space:pre-wrap}"
)
#: Names of members that the report of a pack does not show, or shows otherwise.
_LABELS: Final[dict[str, tuple[str, str]]] = {
    "files": ("файлы в журнале", "files in the log"),
    "giver": ("кто дал", "given by"),
    "authority": ("на каком основании", "by what right"),
    "operator_id": ("оператор связи", "telephone operator"),
    "by": ("по требованию", "by order of"),
    "ground": ("основание", "ground"),
    "released": ("снято", "ended"),
    "prechecked": ("отметка стояла заранее", "ticked beforehand"),
    "in_contract": ("внутри договора", "inside a contract"),
    "separate_mark": ("отдельная отметка", "a mark of its own"),
    "sent_to_this_number": ("отправлен на этот номер", "sent to this number"),
    "returned": ("введён обратно", "came back"),
    "agent_ref": ("кто говорил", "who spoke"),
    "requested_by_subscriber": ("по просьбе абонента", "the subscriber asked for it"),
    "reason": ("причина", "reason"),
    "fields": ("поля", "fields"),
    "inn": ("ИНН", "INN"),
    "personal_data": ("персональные данные", "personal data"),
    "row": ("строка правил", "row of rules"),
    "scope": ("объём", "scope"),
    "advertising": ("ответы о рекламе", "answers on advertising"),
    "answer": ("ответ", "answer"),
    "answers": ("ответы", "answers"),
    "kind": ("вид", "kind"),
}
_VALUES: Final[dict[str, tuple[str, str]]] = {
    "recording": ("запись разговора", "recording"),
    "document": ("документ", "document"),
    "wording": ("текст", "text"),
    "file": ("файл", "file"),
    "yes": ("да", "yes"),
    "no": ("нет", "no"),
    "answered": ("отвечен", "answered"),
    "no_answer": ("без ответа", "no answer"),
    "busy": ("занято", "busy"),
}
_HASH: Final = re.compile(r"[0-9a-f]{64}")
_TIME: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z")


def _page(found: Access, lang: Lang) -> str:
    facts, ru = found.facts, lang == "ru"
    zone = ZoneInfo(deadline.zone())

    def say(name: str) -> str:
        pair = _NAMES.get(name)
        return word(name, lang) if pair is None else pair[0 if ru else 1]

    def text(value: object) -> str:
        return html.escape(clean(str(value)))

    def moment(value: str) -> str:
        return text(_moment(value, zone, lang))

    def words(values: list[str] | None) -> str:
        return text(", ".join(word(each, lang) for each in values or [])) or "—"

    def items(lines: list[str]) -> str:
        if not lines:
            return f"<p>{say('unstated')}</p>"
        return "<ul>" + "".join(f"<li>{line}</li>" for line in lines) + "</ul>"

    def beyond() -> str:
        return f"<h2>{say('beyond')}</h2>" + items(say("beyond_items").split("|"))

    out: list[str] = [f"<h1>{say('held')}</h1>"]
    operator = ", ".join(
        each
        for each in (
            facts["operator"]["name"],
            f"{'ИНН' if ru else 'INN'} {facts['operator']['inn']}"
            if facts["operator"]["inn"]
            else None,
        )
        if each
    )
    rows = [
        (say("number"), text(facts["number"])),
        (say("operator"), text(operator) or "—"),
        (say("log"), text(facts["log"])),
        (say("made_at"), moment(facts["made_at"])),
    ]
    if facts["events"]:
        rows.append((say("since"), moment(facts["events"][0]["recorded_at"])))
    out.append(
        '<table class="facts">'
        + "".join(f"<tr><th>{name}</th><td>{value}</td></tr>" for name, value in rows)
    )
    out.append("</table>")
    if facts["suppressed_until"]:
        out.append(f'<p class="note">{say("suppressed")}: {moment(facts["suppressed_until"])}</p>')
    if found.state != "held":
        out.append(f'<p class="note">{say(found.state)}</p>')
        return _whole([*out, beyond()], lang, say("held"))
    if facts["restricted"]:
        out.append(f'<p class="note">{say("restricted")}</p>')
    for hold in facts["holds"]:
        until = f" {say('until')} {moment(hold['until'])}" if hold["until"] else ""
        out.append(f'<p class="note">{say("hold")} {text(hold["by"])}{until}</p>')
    out.append(f"<h2>{say('data')}</h2>" + items([say(each) for each in facts["data"]]))
    terms = {each["seq"]: each for each in facts["terms"]}
    grounds = []
    for each in facts["grounds"]:
        term = terms[each["seq"]]
        line = (
            f"{words(each['consent_to'])}: {words(each['purposes'])}; {words(each['channels'])} "
            f"({moment(each['given_at'])}, {say('seq')} {each['seq']})"
        )
        if term["touched_by"]:
            seqs = ", ".join(map(str, term["touched_by"]))
            line += f"; {say('withdrawn')}: {say('seq')} {seqs}"
        grounds.append(line)
    out.append(f"<h2>{say('grounds')}</h2>" + items(grounds))
    out.append(
        f"<h2>{say('terms')}</h2>"
        + items(
            [
                f"{say('seq')} {each['seq']}: "
                + (f"{say('until')} {moment(each['until'])}" if each["until"] else say("no_term"))
                for each in facts["terms"]
            ]
        )
    )
    out.append(f"<h2>{say('sources')}</h2>" + items([text(each) for each in facts["sources"]]))
    out.append(
        f"<h2>{say('recipients')}</h2>"
        + items([f"{text(each['who'])}: {say(each['role'])}" for each in facts["recipients"]])
    )
    if facts["due"]:
        out.append(
            f"<h2>{say('due')}</h2>"
            + items(
                [
                    f"{text(each['why_ru' if ru else 'why'])} "
                    f"{text(each['citation_ru' if ru else 'citation'])}"
                    + (
                        f"; {say('until')} {_day(each['last_day'], lang)}"
                        if each["last_day"]
                        else ""
                    )
                    for each in facts["due"]
                ]
            )
        )
    out.append(f"<h2>{say('events')}</h2><table><thead><tr>")
    for name in ("seq", "what", "when", "scope"):
        out.append(f'<th class="{name}">{say(name)}</th>')
    out.append("</tr></thead>")
    shown = {"seq", "type", "at", "recorded_at"}
    for event in facts["events"]:
        details = "".join(
            f"<div>{text(_label(name, lang))}: {_value(value, lang, zone)}</div>"
            for name, value in event.items()
            if name not in shown
        )
        recorded = f'<div class="small">{say("recorded")} {moment(event["recorded_at"])}</div>'
        out.append(
            f"<tr><td>{event['seq']}</td><td>{text(type_name(event['type'], lang))}</td>"
            f"<td>{moment(event['at'])}{recorded}</td><td>{details}</td></tr>"
        )
    out.append("</table>")
    if facts["wordings"]:
        out.append(f"<h2>{say('wordings')}</h2>")
        for each in facts["wordings"]:
            out.append(f"<blockquote>{text(each['text'] or each['sha256'])}</blockquote>")
    out.append(beyond())
    return _whole(out, lang, say("held"))


def _moment(value: str, zone: ZoneInfo, lang: Lang) -> str:
    at = datetime.fromisoformat(value.replace("Z", "+00:00")).astimezone(zone)
    hours = (at.utcoffset() or timedelta()) / timedelta(hours=1)
    written = "%d.%m.%Y %H:%M:%S" if lang == "ru" else "%Y-%m-%d %H:%M:%S"
    return f"{at:{written}} UTC{hours:+g}"


def _day(value: str, lang: Lang) -> str:
    return f"{date.fromisoformat(value):%d.%m.%Y}" if lang == "ru" else value


def _label(name: str, lang: Lang) -> str:
    known = _LABELS.get(name)
    return label(name, lang) if known is None else known[0 if lang == "ru" else 1]


def _value(value: object, lang: Lang, zone: ZoneInfo) -> str:
    """A member's value as HTML."""
    if isinstance(value, list):
        return ", ".join(_value(each, lang, zone) for each in value)
    if isinstance(value, dict):
        return ", ".join(
            f"{html.escape(_label(name, lang))}: {_value(each, lang, zone)}"
            for name, each in value.items()
            if name != "commitment"  # says nothing to a person: the file itself can be had
        )
    if isinstance(value, bool):
        value = "yes" if value else "no"
    said = str(value)
    if _HASH.fullmatch(said):
        return f"<code>{said}</code>"
    if _TIME.fullmatch(said):
        return html.escape(_moment(said, zone, lang))
    known = _VALUES.get(said)
    return html.escape(
        clean(word(said, lang) if known is None else known[0 if lang == "ru" else 1])
    )


def _whole(parts: list[str], lang: Lang, title: str) -> str:
    return (
        f'<!doctype html><html lang="{lang}"><head><meta charset="utf-8"><title>{title}</title>'
        f"<style>{_STYLE}</style></head><body>" + "".join(parts) + "</body></html>\n"
    )
