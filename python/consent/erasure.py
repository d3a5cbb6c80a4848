"""Acts of destruction: the two documents that Roskomnadzor's Order 179 asks for after an erasure.

Both stand in ``LOG/acts/SEQ.json`` and ``SEQ.html`` (print it, or print it to PDF), named by the
entry of the erasure. The person is named by tag and seq, "other information pointing to the
person": a name or number in them would keep for three years what was to be destroyed.

The fields are those of the law sheet, section 4.1 (p. 3 "а"-"к" for the act, p. 5 "а"-"д" for the
export of the event log), in its order. What the log cannot hold stands in the act (p. 6).
"""

from __future__ import annotations

import html
import json
import os
import re
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

from consent import _core
from consent.errors import InvalidArgument
from consent.log import Erasure, Log
from consent.message import Message

__all__ = ["Act", "Operator", "act_files", "acts", "make", "subject_of", "write"]

FORMAT: Final = "libconsent-destruction-act/v1-draft"
METHOD: Final = (
    "уничтожение ключа шифрования субъекта с затиранием (secure_delete), после чего запечатанные "
    "сведения не могут быть восстановлены; удаление файлов, хранившихся рядом с журналом"
)
CATEGORIES: Final = (
    "номер телефона",
    "сведения о согласиях, отказах и контактах, связывавшие их с лицом",
)


@dataclass(frozen=True, slots=True)
class Operator:
    """Who answers for the data, and who destroyed them.

    Attributes:
        name: Name or full name of the operator (act, "а").
        address: Its address.
        inn: Its INN.
        processor: Name and address of whoever processes for it, if anybody (act, "б").
        destroyed_by: (name, position) of those who destroyed, for their signatures (act, "г").
        system: Name of the information system of personal data (act, "ж"; export "в").
    """

    name: str = ""
    address: str = ""
    inn: str = ""
    processor: str = ""
    destroyed_by: tuple[tuple[str, str], ...] = ()
    system: str = ""


@dataclass(frozen=True, slots=True)
class Act:
    """One act as it is kept.

    Attributes:
        seq: Of the entry ``subject.erased``.
        destroyed_at: When.
        keep_until: First day on which it need no longer be kept.
        file: The JSON document; the HTML one lies beside it.
        missing: Fields that the order asks for and nobody has filled in.
    """

    seq: int
    destroyed_at: datetime
    keep_until: datetime
    file: Path
    missing: tuple[str, ...] = field(default=())


def make(log: Log, done: Erasure, operator: Operator, *, reason: str) -> dict[str, Any]:
    """Put the act and the export together. Nothing is written.

    Args:
        log: Where the erasure was recorded.
        done: What :meth:`consent.Log.erase` returned.
        operator: Whoever answers for the data.
        reason: Why, in words (act, "и"; export "г").

    Raises:
        ValueError: Nothing was erased.
    """
    if not done.erased:
        raise ValueError("nothing was erased: there is nothing to certify")
    row = _core.retention("destruction_act", done.at)
    entry = log.entry(done.seq)
    ground = json.loads(entry.bytes)["body"]["ground"]
    system = operator.system or f"журнал согласий {log.origin}"
    subject = (
        f"метка субъекта {done.before.tag.hex()}, запись журнала {done.seq}; имя и номер не "
        "приводятся: они уничтожены"
    )
    categories = [*CATEGORIES]
    if done.before.files:
        categories.append(
            f"доказательства: записи, документы, тексты (файлов: {done.before.files})"
        )
    at = done.at.astimezone(UTC).isoformat()
    # Three whole years: to the end of that day, not to its beginning.
    keep_until = _core.day_years_before(done.at + timedelta(days=1), -row.years)
    act = {
        "operator": {
            "name": operator.name or log.distributor_name,
            "inn": operator.inn or log.distributor,
            "address": operator.address,
        },
        "processor": operator.processor,
        "subject": subject,
        "destroyed_by": [{"name": n, "position": p} for n, p in operator.destroyed_by],
        "categories": categories,
        "carrier": "не применимо: обработка автоматизированная, листов нет",
        "system": system,
        "method": METHOD,
        "reason": f"{reason} (основание: {ground})",
        "date": at,
    }
    export = {
        "subject": subject,
        "categories": categories,
        "system": system,
        "reason": act["reason"],
        "date": at,
        "entry": {
            "log": log.origin,
            "seq": done.seq,
            "leaf": entry.leaf.hex(),
            "bytes": entry.bytes.decode("utf-8"),
            "destroyed_entries": done.before.entries,
            "destroyed_files": done.before.files,
        },
    }
    if done.request is not None:
        act["request"] = {"sha256": done.request.hex(), "salt": done.request_salt.hex()}
    return {
        "format": FORMAT,
        "order": {"citation": row.citation, "citation_ru": row.citation_ru, "row": row.id},
        "seq": done.seq,
        "destroyed_at": at,
        "keep_until": keep_until.isoformat(),
        "act": act,
        "log_export": export,
        "missing": _missing(act),
    }


def _missing(act: Mapping[str, Any]) -> list[str]:
    missing = [name for name in ("name", "address") if not act["operator"][name]]
    if not act["destroyed_by"]:
        missing.append("destroyed_by")
    return missing


def make_ready(log: Log) -> None:
    """See that an act can be written, before what it certifies is destroyed.

    Raises:
        OSError: The folder ``acts`` cannot be made or written.
    """
    folder = Path(log.folder) / "acts"
    folder.mkdir(mode=0o700, exist_ok=True)
    with tempfile.TemporaryFile(dir=folder) as probe:
        probe.write(b"\0" * 65536)
        os.fsync(probe.fileno())


def write(log: Log, document: Mapping[str, Any]) -> Act:
    """Keep an act beside its log: ``acts/SEQ.json`` and ``acts/SEQ.html``.

    Raises:
        FileExistsError: There is one for this erasure; nothing is written over.
    """
    folder = Path(log.folder) / "acts"
    folder.mkdir(mode=0o700, exist_ok=True)
    name = f"{document['seq']:06d}"
    files = {
        folder / f"{name}.json": json.dumps(document, ensure_ascii=False, indent=1) + "\n",
        folder / f"{name}.html": page(document),
    }
    for file, text in files.items():
        with file.open("x", encoding="utf-8") as out:
            out.write(text)
            out.flush()
            os.fsync(out.fileno())
    return _act(folder / f"{name}.json", document)


def acts(log: Log | str | os.PathLike[str], *, at: datetime | None = None) -> list[Act]:
    """List the acts that must still be kept, the one to be kept longest last.

    Args:
        log: A log or its folder.
        at: The moment to judge by; None: all acts that are there.
    """
    folder = Path(log.folder if isinstance(log, Log) else log) / "acts"
    found = [
        _act(file, json.loads(file.read_text(encoding="utf-8")))
        for file in sorted(folder.glob("[0-9]*.json"))
    ]
    kept = (act for act in found if at is None or at < act.keep_until)
    return sorted(kept, key=lambda act: (act.keep_until, act.seq))


def act_files(folder: str | os.PathLike[str]) -> list[Path]:
    """The JSON acts that lie beside a log, whatever has become of it."""
    return sorted((Path(folder) / "acts").glob("[0-9]*.json"))


def subject_of(file: Path) -> bytes:
    """The tag of the subject that an act names.

    Raises:
        InvalidArgument: The file is no act.
    """
    try:
        document = json.loads(file.read_text(encoding="utf-8"))
        found = re.search(r"\b[0-9a-f]{64}\b", document["act"]["subject"])
    except (OSError, ValueError, KeyError, TypeError):
        found = None
    if found is None:
        raise InvalidArgument(Message("{}: is no act of destruction", file.name))
    return bytes.fromhex(found.group())


def _act(file: Path, document: Mapping[str, Any]) -> Act:
    return Act(
        document["seq"],
        datetime.fromisoformat(document["destroyed_at"]),
        datetime.fromisoformat(document["keep_until"]),
        file,
        tuple(document["missing"]),
    )


# --- the page ------------------------------------------------------------------------------------

_STYLE: Final = """
@page { size: A4; margin: 20mm 15mm 20mm 25mm }
body { font: 12pt/1.35 "Times New Roman", "Liberation Serif", "DejaVu Serif", serif; color: #000;
       max-width: 170mm; margin: 10mm auto }
h1 { font-size: 14pt; text-align: center; margin: 0 0 2mm }
p.under { text-align: center; margin: 0 0 6mm }
table { width: 100%; border-collapse: collapse; margin: 0 0 6mm }
th, td { border: 0.3mm solid #444; padding: 1.5mm 2mm; vertical-align: top; text-align: left;
         overflow-wrap: anywhere }
th { width: 38%; font-weight: normal; background: #f3f3f3 }
.empty { color: #a00 }
.sign td { border: 0; border-bottom: 0.3mm solid #000; height: 9mm; vertical-align: bottom }
pre { white-space: pre-wrap; overflow-wrap: anywhere; font-size: 8.5pt; border: 0.3mm solid #444;
      padding: 2mm }
section + section { break-before: page; page-break-before: always }
@media print { body { margin: 0; max-width: none } }
"""


def _cell(value: object) -> str:
    if isinstance(value, list):
        return "<br>".join(html.escape(str(item)) for item in value)
    text = str(value)
    return html.escape(text) if text else '<span class="empty">не заполнено</span>'


def _table(rows: Iterable[tuple[str, object]]) -> str:
    cells = "".join(f"<tr><th>{html.escape(n)}</th><td>{_cell(v)}</td></tr>" for n, v in rows)
    return f"<table>{cells}</table>"


def page(document: Mapping[str, Any]) -> str:
    """Lay the act and the export out as one HTML page without scripts, for print or PDF."""
    act, export, order = document["act"], document["log_export"], document["order"]
    operator = act["operator"]
    inn = f", ИНН {operator['inn']}" if operator["inn"] else ""
    who = act["destroyed_by"] or [{"name": "", "position": ""}]
    signs = "".join(
        f"<tr><td>{html.escape(one['position'])}</td><td></td>"
        f"<td>{html.escape(one['name'])}</td></tr>"
        for one in who
    )
    names = "; ".join(f"{one['name']}, {one['position']}" for one in act["destroyed_by"])
    rows: list[tuple[str, object]] = [
        ("а) Оператор: наименование", operator["name"] + inn if operator["name"] else ""),
        ("а) Оператор: адрес", operator["address"]),
        ("б) Лицо, обрабатывающее данные по поручению", act["processor"] or "нет"),
        ("в) Субъект или иные сведения, указывающие на него", act["subject"]),
        ("г) Уничтожили (имя, должность)", names),
        ("д) Категории уничтоженных персональных данных", act["categories"]),
        ("е) Материальный носитель, число листов", act["carrier"]),
        ("ж) Информационная система персональных данных", act["system"]),
        ("з) Способ уничтожения", act["method"]),
        ("и) Причина уничтожения", act["reason"]),
        ("к) Дата уничтожения", _moment(act["date"])),
    ]
    if "request" in act:
        rows.append(
            (
                "Требование: SHA-256 с солью (реквизиты не хранятся)",
                [act["request"]["sha256"], f"соль {act['request']['salt']}"],
            )
        )
    exported: list[tuple[str, object]] = [
        ("а) Субъект или иные сведения, указывающие на него", export["subject"]),
        ("б) Категории уничтоженных персональных данных", export["categories"]),
        ("в) Информационная система персональных данных", export["system"]),
        ("г) Причина уничтожения", export["reason"]),
        ("д) Дата уничтожения", _moment(export["date"])),
        ("Запись журнала", f"№ {export['entry']['seq']} журнала {export['entry']['log']}"),
        ("Хеш записи (лист дерева)", export["entry"]["leaf"]),
        ("Записей о субъекте, файлов", _counts(export["entry"])),
    ]
    keep = _moment(document["keep_until"])[:10]
    return (
        '<!doctype html>\n<html lang="ru"><head><meta charset="utf-8">'
        f"<title>Акт об уничтожении № {document['seq']}</title><style>{_STYLE}</style></head><body>"
        "<section><h1>АКТ</h1><p class=under>об уничтожении персональных данных "
        f"№ {document['seq']} от {_moment(act['date'])[:10]}</p>"
        f"{_table(rows)}<table class=sign>{signs}</table>"
        "<p>Подписи: должность, подпись, имя. Электронный акт подписывается по закону № 63-ФЗ.</p>"
        f"<p>Хранить до {keep}: {html.escape(order['citation_ru'])}.</p></section>"
        "<section><h1>ВЫГРУЗКА</h1><p class=under>из журнала регистрации событий "
        "в информационной системе персональных данных</p>"
        f"{_table(exported)}<p>Запись, как она хранится (одна строка):</p>"
        f"<pre>{html.escape(export['entry']['bytes'])}</pre>"
        f"<p>Хранить до {keep}.</p></section></body></html>\n"
    )


def _moment(stored: str) -> str:
    """A moment as the clocks of Moscow showed it, with its offset and zone."""
    at = datetime.fromisoformat(stored).astimezone(ZoneInfo("Europe/Moscow"))
    return f"{at.isoformat(' ', 'seconds')} (Europe/Moscow)"


def _counts(entry: Mapping[str, Any]) -> str:
    return f"{entry['destroyed_entries']}, {entry['destroyed_files']}"
