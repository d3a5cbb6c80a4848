"""What a log holds on one person, for that person's own request.

Of the subscriber who holds the number now, and of nobody else: entries of earlier holders, siblings
in the tree and other numbers stay out.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo

from consent import _core, deadline
from consent.event import (
    SEALED,
    ConsentGiven,
    ConsentRefused,
    ConsentWithdrawn,
    NumberReassigned,
    SubjectHeld,
    told,
)
from consent.locale.message import Lang, Message, in_language
from consent.locale.vocabulary import label, word
from consent.number import as_number
from consent.pages import render

if TYPE_CHECKING:
    from consent._core import Entry
    from consent.log import Log
    from consent.number import Number

__all__ = ["Access", "access"]

_ENDS: Final = (ConsentRefused, ConsentWithdrawn)
#: Fields of a body that say whom data may reach, with the word for each.
_RECIPIENTS: Final = (
    ("distributors", "distributor"),
    ("distributor", "distributor"),
    ("acts_for", "acts_for"),
    ("caller", "caller"),
    ("operator_id", "operator"),
)


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
    entries = [
        entry
        for entry in log.entries_about(phone, None)
        if entry.subject is not None and entry.subject.tag == subjects[-1]
    ]
    # What is done with the record of an earlier holder may still follow.
    if any(isinstance(entry.event, NumberReassigned) for entry in entries):
        facts["state"] = "new_holder"
        return Access("new_holder", facts)
    facts["state"] = "held"
    facts["restricted"] = log.restriction_of_subject(subjects[-1], at) is not None
    _gather(facts, entries, log, at)
    for each in deadline.due(log, at=at):
        if each.tag == subjects[-1] and each.rule is not None:
            facts["due"].append(
                {
                    "seq": each.seq,
                    "duty": each.duty,
                    "state": each.state,
                    "last_day": each.last_day.isoformat() if each.last_day else None,
                    "latest_day": each.latest_day.isoformat() if each.latest_day else None,
                    "citation": each.citation,
                    "citation_ru": each.citation_ru,
                    "why": each.why,
                    "why_ru": each.why_ru,
                }
            )
    return Access("held", facts)


def _gather(facts: dict[str, Any], entries: list[Entry], log: Log, at: datetime) -> None:
    holds: dict[str, str | None] = {}
    hashed = False
    stops: list[tuple[ConsentRefused | ConsentWithdrawn, int]] = []
    grounds: list[tuple[ConsentGiven, int]] = []
    assigned = log.assignments()
    for entry in entries:
        event = log.opened(entry.seq)
        happened: datetime = getattr(event, "at", entry.recorded)
        stored = json.loads(entry.body)
        facts["events"].append(
            {
                "seq": entry.seq,
                "type": entry.type,
                "at": _core.to_rfc3339(happened),
                "recorded_at": _core.to_rfc3339(entry.recorded),
                # As it is stored, but for the commitment and the time above; then what is sealed.
                **{
                    name: value
                    for name, value in stored.items()
                    if name not in ("details", "happened", "at")
                },
                **{
                    name: value
                    for name, value in told(event).items()
                    if name not in stored and name in SEALED
                },
            }
        )
        facts["files"] += [
            {"seq": entry.seq, "place": place, "kind": file.kind}
            for place, file in enumerate(getattr(event, "kept", ()), 1)
        ]
        hashed = hashed or any(
            getattr(event, name, None) for name in ("evidence", "document", "recording", "request")
        )
        source = getattr(event, "source", "")
        if source and source not in facts["sources"]:
            facts["sources"].append(source)
        for field, role in _RECIPIENTS:
            named = getattr(event, field, None) or ()
            if field == "acts_for" and isinstance(event, ConsentGiven) and event.acts_for_any:
                # Whoever the log says was assigned to dial for those that the consent names.
                meant = [
                    one.caller for one in assigned if one.distributor in (event.distributors or ())
                ]
                named = [*named, *meant]
            for who in [named] if isinstance(named, str) else named:
                if isinstance(event, _ENDS) or role == "operator":
                    continue
                recipient = {"who": who, "role": role}
                if recipient not in facts["recipients"]:
                    facts["recipients"].append(recipient)
        if isinstance(event, ConsentGiven):
            grounds.append((event, entry.seq))
            facts["grounds"].append(
                {
                    "seq": entry.seq,
                    "consent_to": sorted(event.covers),
                    "purposes": sorted(event.purposes),
                    "channels": sorted(event.channels),
                    "given_at": _core.to_rfc3339(event.at),
                    "until": _stored(event.until),
                    "method": None if event.method == "unstated" else event.method,
                }
            )
        elif isinstance(event, _ENDS):
            stops.append((event, entry.seq))
        elif isinstance(event, SubjectHeld):
            if event.released or (event.until is not None and event.until <= at):
                holds.pop(event.by, None)
            else:
                holds[event.by] = _stored(event.until)
        wording = getattr(event, "wording", None)
        if wording and wording.hex() not in [each["sha256"] for each in facts["wordings"]]:
            facts["wordings"].append({"sha256": wording.hex(), "text": log.wording(wording)})
    facts["holds"] = [{"by": by, "until": until} for by, until in holds.items()]
    facts["data"] = [
        "phone",
        "record",
        *(["files"] if facts["files"] else []),
        *(["hashes"] if hashed else []),
    ]
    for given, seq in grounds:
        ended = [
            other
            for stop, other in stops
            if stop.at >= given.at
            and (not stop.covers or set(stop.covers) & set(given.covers))
            and (not stop.purposes or set(stop.purposes) & set(given.purposes))
        ]
        facts["terms"].append({"seq": seq, "until": _stored(given.until), "touched_by": ended})


def _stored(at: datetime | None) -> str | None:
    return None if at is None else _core.to_rfc3339(at)


# --- for people ----------------------------------------------------------------------------------

#: What a log can hold on a person.
_DATA: Final = {
    "phone": Message("telephone number"),
    "record": Message("entries of consents, refusals, contacts (see All entries)"),
    "files": Message("files that the log keeps sealed; you may be given copies"),
    "hashes": Message("hashes of recordings or documents; the log does not hold these files"),
}
_STATES: Final = {
    "absent": Message(
        "The log holds nothing that leads to this number: it never met it, or the data were "
        "destroyed."
    ),
    "new_holder": Message(
        "The number passed to another subscriber. Of the present one the log holds nothing."
    ),
}
_ROLES: Final = {
    "distributor": Message("distributor"),
    "acts_for": Message("may call for it"),
    "caller": Message("called for it"),
}
_BEYOND: Final = (
    Message("the operator's address; who else processes the data for it, and their addresses"),
    Message("methods of processing; whether data go abroad"),
    Message("what is held outside the log: recordings, forms, customer databases"),
    Message("The operator itself answers for these; without them the answer may be incomplete."),
)
#: Members of an event that stand in columns of their own, or say nothing to a person.
_SHOWN: Final = frozenset({"seq", "type", "at", "recorded_at"})
_TIME: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z")


def _page(found: Access, lang: Lang) -> str:
    zone = ZoneInfo(deadline.zone())

    def moment(value: str) -> str:
        return _moment(value, zone, lang)

    def words(values: list[str] | None) -> str:
        return ", ".join(word(each, lang) for each in values or []) or "—"

    def one(value: object) -> str:
        """A member's value that holds no others."""
        if isinstance(value, bool):
            return word("yes" if value else "no", lang)
        said = str(value)
        return moment(said) if _TIME.fullmatch(said) else word(said, lang)

    facts = found.facts
    return render(
        "access",
        lang,
        facts=facts,
        state=in_language(_STATES[found.state], lang) if found.state in _STATES else "",
        data=[in_language(_DATA[each], lang) for each in facts["data"]],
        terms={each["seq"]: each for each in facts["terms"]},
        beyond=[in_language(each, lang) for each in _BEYOND],
        events=[
            (event, {name: value for name, value in event.items() if name not in _SHOWN})
            for event in facts["events"]
        ],
        role=lambda role: in_language(_ROLES[role], lang) if role in _ROLES else word(role, lang),
        day=lambda value: f"{date.fromisoformat(value):%d.%m.%Y}" if lang == "ru" else value,
        label=lambda name: label(name, lang),
        moment=moment,
        words=words,
        one=one,
    )


def _moment(value: str, zone: ZoneInfo, lang: Lang) -> str:
    at = datetime.fromisoformat(value.replace("Z", "+00:00")).astimezone(zone)
    hours = (at.utcoffset() or timedelta()) / timedelta(hours=1)
    written = "%d.%m.%Y %H:%M:%S" if lang == "ru" else "%Y-%m-%d %H:%M:%S"
    return f"{at:{written}} UTC{hours:+g}"
