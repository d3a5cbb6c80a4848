"""The act of destruction as a page to print: a document under Russian law, in Russian."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from consent.pages import render

__all__ = ["page"]

_ZONE: Final = ZoneInfo("Europe/Moscow")


def _local(value: str) -> str:
    """A moment as a Russian document writes it, by Moscow's clock, with the zone."""
    at = datetime.fromisoformat(value).astimezone(_ZONE)
    return f"{at:%d.%m.%Y %H:%M:%S} (московское время, UTC+3)"


def page(document: Mapping[str, Any]) -> str:
    """Lay the act and the export out as one HTML page without scripts, for print or PDF."""
    act = document["act"]
    operator = act["operator"]
    inn = f", ИНН {operator['inn']}" if operator["inn"] else ""
    return render(
        "act",
        "ru",
        document=document,
        act=act,
        export=document["log_export"],
        operator=operator["name"] + inn if operator["name"] else "",
        destroyed_by=act["destroyed_by"],
        people=[", ".join(filter(None, (p["name"], p["position"]))) for p in act["destroyed_by"]],
        destroyed_at=_local(act["date"]),
        exported_at=_local(document["log_export"]["date"]),
        keep_until=f"{datetime.fromisoformat(document['keep_until']).astimezone(_ZONE):%d.%m.%Y}",
    )
