"""The act of destruction as a page to print."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

__all__ = ["page"]

_STYLE: Final = """
@page { size: A4; margin: 15mm 15mm 15mm 25mm }
body { font: 11pt/1.3 "Times New Roman", "Liberation Serif", "DejaVu Serif", serif; color: #000;
       max-width: 170mm; margin: 10mm auto }
h1 { font-size: 14pt; text-align: center; margin: 0 0 2mm }
p.under { text-align: center; margin: 0 0 6mm }
table { width: 100%; border-collapse: collapse; margin: 0 0 6mm }
th, td { border: 0.3mm solid #444; padding: 1.2mm 2mm; vertical-align: top; text-align: left;
         overflow-wrap: break-word }
code { font: 8.5pt/1.3 "DejaVu Sans Mono", "Liberation Mono", monospace; word-break: break-all }
th { width: 38%; font-weight: normal; background: #f3f3f3 }
.empty { color: #a00 }
.sign { break-inside: avoid }
.sign td { border: 0; border-bottom: 0.3mm solid #000; height: 8mm; vertical-align: bottom }
.sign td.gap { border: 0; width: 4% }
.sign tr.under td { border: 0; height: auto; font-size: 8.5pt; text-align: center; padding-top: 0 }
.sign .who { width: 42% } .sign .mark { width: 22% }
pre { white-space: pre-wrap; overflow-wrap: anywhere; font-size: 8.5pt; border: 0.3mm solid #444;
      padding: 2mm }
section + section { break-before: page; page-break-before: always }
@media print { body { margin: 0; max-width: none } }
"""


def _cell(value: object) -> str:
    if isinstance(value, list):
        return "<br>".join(_cell(item) for item in value)
    text = html.escape(str(value))
    marked = re.sub(r"\b[0-9a-f]{64}\b", r"<code>\g<0></code>", text)
    return marked or '<span class="empty">не заполнено</span>'


def _local(value: str) -> str:
    """A moment as a Russian document writes it, by Moscow's clock, with the zone."""
    at = datetime.fromisoformat(value).astimezone(ZoneInfo("Europe/Moscow"))
    return f"{at:%d.%m.%Y %H:%M:%S} (московское время, UTC+3)"


def _table(rows: Iterable[tuple[str, object]]) -> str:
    cells = "".join(f"<tr><th>{html.escape(n)}</th><td>{_cell(v)}</td></tr>" for n, v in rows)
    return f"<table>{cells}</table>"


def page(document: Mapping[str, Any]) -> str:
    """Lay the act and the export out as one HTML page without scripts, for print or PDF."""
    act, export, order = document["act"], document["log_export"], document["order"]
    operator = act["operator"]
    inn = f", ИНН {operator['inn']}" if operator["inn"] else ""
    who = act["destroyed_by"] or [{"name": "", "position": ""}]
    gap = '<td class="gap"></td>'
    signs = "".join(
        f'<tr><td class="who">{html.escape(one["position"])}</td>{gap}<td class="mark"></td>{gap}'
        f"<td>{html.escape(one['name'])}</td></tr>"
        f'<tr class="under"><td>должность</td>{gap}<td>подпись</td>{gap}<td>фамилия, инициалы</td>'
        "</tr>"
        for one in who
    )
    names = [", ".join(filter(None, (one["name"], one["position"]))) for one in act["destroyed_by"]]
    rows: list[tuple[str, object]] = [
        ("а) Оператор: наименование", operator["name"] + inn if operator["name"] else ""),
        ("а) Оператор: адрес", operator["address"]),
        ("б) Лицо, обрабатывающее данные по поручению", act["processor"] or "нет"),
        ("в) Субъект или иные сведения, указывающие на него", act["subject"]),
        ("г) Уничтожили (имя, должность)", names or ""),
        ("д) Категории уничтоженных персональных данных", act["categories"]),
        ("е) Материальный носитель, число листов", act["carrier"]),
        ("ж) Информационная система персональных данных", act["system"]),
        ("з) Способ уничтожения", act["method"]),
        ("и) Причина уничтожения", act["reason"]),
        ("к) Дата уничтожения", _local(act["date"])),
    ]
    if "request" in act:
        rows.append(
            (
                "Требование: SHA-256 с солью (реквизиты не хранятся)",
                [
                    act["request"]["sha256"],
                    f"соль {act['request']['salt'] or 'не сохранилась'}",
                ],
            )
        )
    exported: list[tuple[str, object]] = [
        ("а) Субъект или иные сведения, указывающие на него", export["subject"]),
        ("б) Категории уничтоженных персональных данных", export["categories"]),
        ("в) Информационная система персональных данных", export["system"]),
        ("г) Причина уничтожения", export["reason"]),
        ("д) Дата уничтожения", _local(export["date"])),
        ("Запись журнала", f"№ {export['entry']['seq']} журнала {export['entry']['log']}"),
        ("Хеш записи (лист дерева)", export["entry"]["leaf"]),
        ("Записей о субъекте", export["entry"]["destroyed_entries"]),
        ("Файлов уничтожено", export["entry"]["destroyed_files"]),
    ]
    until = datetime.fromisoformat(document["keep_until"]).astimezone(ZoneInfo("Europe/Moscow"))
    keep = f"{until:%d.%m.%Y}"
    return (
        '<!doctype html>\n<html lang="ru"><head><meta charset="utf-8">'
        f"<title>Акт об уничтожении № {document['seq']}</title><style>{_STYLE}</style></head><body>"
        "<section><h1>АКТ</h1><p class=under>об уничтожении персональных данных "
        f"№ {document['seq']} от {_local(act['date'])[:10]}</p>"
        f"{_table(rows)}<table class=sign>{signs}</table>"
        "<p>Электронный акт подписывается электронной подписью по закону № 63-ФЗ.</p>"
        f"<p>Хранить до {keep}: {html.escape(order['citation_ru'])}.</p></section>"
        "<section><h1>ВЫГРУЗКА</h1><p class=under>из журнала регистрации событий "
        "в информационной системе персональных данных</p>"
        f"{_table(exported)}<p>Запись, как она хранится (одна строка):</p>"
        f"<pre>{html.escape(export['entry']['bytes'])}</pre>"
        f"<p>Хранить до {keep}.</p></section></body></html>\n"
    )
