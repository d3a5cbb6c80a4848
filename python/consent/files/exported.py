"""Our own exports of events (``export --with-numbers``) as records that an import reads."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

__all__ = ["as_ours", "is_export"]

#: Members that every row of an export has, and nobody else's record.
_MARK: Final = frozenset({"seq", "type", "at", "recorded_at", "tag", "subject_seq"})
_LISTS: Final = {"covers": "covers", "purposes": "purpose", "channels": "channel"}
_TEXTS: Final = ("campaign", "document", "source", "until", "advertiser")


def is_export(names: object) -> bool:
    """Whether a record or a table with these members is one of our exports."""
    return isinstance(names, Mapping | list | tuple) and set(names) >= _MARK


def as_ours(record: Mapping[str, Any]) -> dict[str, str]:
    """A row of an export in the words of our columns."""
    row = dict(record)
    other = row.pop("other", None)  # what Parquet has no column for
    if isinstance(other, str) and other:
        row |= json.loads(other, parse_int=str)
    ours = {word: str(row[word]) for word in _TEXTS if row.get(word)}
    ours |= {"number": str(row.get("number") or ""), "event": str(row["type"])}
    ours["at"] = str(row.get("at") or row["recorded_at"])
    for name, word in _LISTS.items():
        if row.get(name):
            ours[word] = ";".join(map(str, row[name]))
    for name in ("method", "means"):
        if row.get(name):
            ours["method"] = str(row[name])
    if row.get("evidence"):
        ours["evidence"] = " ".join(map(str, row["evidence"]))
    named = row.get("distributors")
    asks = row["type"] in ("consent.given", "consent.asked")
    if named:
        ours["distributor"] = ";".join(map(str, named))
    elif asks and named is not None:
        ours["distributor"] = "none"
    elif row["type"] in ("consent.refused", "consent.withdrawn"):
        ours["distributor"] = "all"
    if wording := row.get("wording_text") or row.get("wording"):
        ours["wording"] = str(wording)
    if isinstance(code := row.get("code"), Mapping):
        words = [
            w
            for w, flag in (("sent", "sent_to_this_number"), ("returned", "returned"))
            if code.get(flag)
        ]
        ours["code"] = ",".join(words) or "none"
    if isinstance(giver := row.get("giver"), Mapping):
        ours["giver"] = str(giver.get("kind", ""))
        ours["authority"] = str(giver.get("authority", ""))
    if isinstance(contract := row.get("in_contract"), Mapping):
        ours["in_contract"] = "separate-mark" if contract.get("separate_mark") else "no-mark"
    if row.get("prechecked"):
        ours["prechecked"] = "true"
    if row.get("acts_for_any"):
        ours["acts_for"] = "any"
    elif row.get("acts_for"):
        ours["acts_for"] = ";".join(map(str, row["acts_for"]))
    if row.get("operator_id"):
        ours["operator"] = str(row["operator_id"])
    return ours
