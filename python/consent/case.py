"""An appeal that was filed: with what number, which terms run, what was answered, what comes next.

A case is kept in the diary as evidence added to the first contact that it is about: a small sealed
file says to whom, when and about which contacts, and the letters and answers lie beside it.
"""

from __future__ import annotations

import functools
import json
import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from importlib import resources
from os import PathLike
from typing import TYPE_CHECKING, Any, Final, Literal

from consent.complaint import subscriber_of
from consent.errors import ErasedError, InvalidArgument, NotFoundError
from consent.event import EvidenceAdded, EvidenceFile
from consent.locale.message import Message

if TYPE_CHECKING:
    from consent.log import HistoryEvent, Log

__all__ = ["BODIES", "OUTCOMES", "Case", "Term", "answer", "cases", "file", "reminders"]

BODIES: Final = ("fas", "rkn", "operator", "prosecutor")
#: What a body answered: a case was opened, measures taken, refused, sent on, more is wanted.
OUTCOMES: Final = ("opened", "measures", "refused", "forwarded", "wants_more", "other")

_CASE: Final = "case"
_ANSWER: Final = "answer"
_NAME: Final = "case.json"


@dataclass(frozen=True, slots=True)
class Term:
    """A term that runs from an appeal.

    Attributes:
        duty: ``register forward answer answer_extended stop_mass_calls``.
        until: Last day, at the latest; counted from the day of filing where nothing later is known.
        citation: The law.
        confidence: ``C1`` or ``C2``.
        confirmed: That the term applies to this body is established.
        state: ``open``, ``overdue`` or ``over`` (an answer came).
    """

    duty: str
    until: date
    citation: str
    confidence: str
    confirmed: bool
    state: Literal["open", "overdue", "over"]


@dataclass(frozen=True, slots=True)
class Case:
    """One appeal.

    Attributes:
        seq: Entry that says that it was filed.
        to: ``fas rkn operator prosecutor``.
        filed_on: Day of filing.
        number: Number that the body gave it; "" while none is known.
        registered_on: Day of registration; None while it is not known.
        contacts: ``seq`` of the contacts that it is about.
        answers: Day, outcome and entry of each answer, in order.
        terms: Terms at the moment asked about.
        next: What to do now, in order.
    """

    seq: int
    to: str
    filed_on: date
    number: str
    registered_on: date | None
    contacts: tuple[int, ...]
    answers: tuple[tuple[date, str, int], ...]
    terms: tuple[Term, ...]
    next: tuple[Message, ...]


@functools.cache
def _rows() -> tuple[dict[str, Any], ...]:
    text = (resources.files("consent.letters") / "terms.toml").read_text("utf-8")
    return tuple(tomllib.loads(text)["term"])


def _put(
    log: Log,
    of: int,
    kind: str,
    said: dict[str, Any],
    files: Iterable[str | PathLike[str]],
    now: datetime,
) -> int:
    from pathlib import Path

    content = json.dumps(said, sort_keys=True, ensure_ascii=False).encode()
    evidence = [EvidenceFile(content, _CASE, _NAME, "application/json")]
    evidence += [EvidenceFile(Path(each), "letter" if kind == _CASE else _ANSWER) for each in files]
    event = EvidenceAdded(subscriber_of(log), at=now, of=of, kind=kind, evidence=evidence)
    return log.append_at(event, now).seq


def file(
    log: Log,
    *,
    to: str,
    on: date,
    contacts: Sequence[int],
    number: str = "",
    files: Iterable[str | PathLike[str]] = (),
    now: datetime,
    zone: tzinfo = UTC,
) -> int:
    """Record that an appeal was filed.

    Args:
        log: The diary, open for writing.
        to: One of ``BODIES``.
        on: Day of filing.
        contacts: The contacts that it is about, at least one.
        number: The body's number of it, where it is known already.
        files: What was sent, and the receipt; kept sealed.
        now: Moment of recording, aware.
        zone: Whose days count.

    Returns:
        The entry's ``seq``.

    Raises:
        InvalidArgument: No such body, no contacts, or a day that lies ahead.
        NotFoundError: An entry is no contact that was received.
    """
    from consent.complaint_pack import contacts_of

    if to not in BODIES:
        raise InvalidArgument(Message("to: one of {}", ", ".join(BODIES)))
    if on > now.astimezone(zone).date():
        raise InvalidArgument("the day of filing lies ahead of now")
    found = contacts_of(log, contacts)
    if not found:
        raise InvalidArgument("the diary has no contacts: consent diary LOG")
    said = {"contacts": sorted(contacts), "number": number, "on": on.isoformat(), "to": to}
    return _put(log, found[0].seq, _CASE, said, files, now)


def answer(
    log: Log,
    of: int,
    *,
    on: date,
    outcome: str,
    number: str = "",
    registered_on: date | None = None,
    files: Iterable[str | PathLike[str]] = (),
    now: datetime,
) -> int:
    """Record what a body answered, or the number and day under which it registered the appeal.

    Args:
        log: The diary, open for writing.
        of: Entry of the appeal.
        on: Day of the answer.
        outcome: One of ``OUTCOMES``; "" where only number or registration became known.
        number: The body's number of it.
        registered_on: Day of registration.
        files: The answer; kept sealed.
        now: Moment of recording, aware.

    Raises:
        InvalidArgument: No such outcome.
        NotFoundError: The entry is no appeal.
    """
    if outcome and outcome not in OUTCOMES:
        raise InvalidArgument(Message("outcome: one of {}", ", ".join(OUTCOMES)))
    if all(each.seq != of for each in cases(log, at=now, zone=UTC)):
        raise NotFoundError(Message("entry {} is no appeal that was filed", of))
    said = {
        "number": number,
        "on": on.isoformat(),
        "outcome": outcome,
        "registered_on": "" if registered_on is None else registered_on.isoformat(),
    }
    return _put(log, of, _ANSWER, said, files, now)


def _said(log: Log, each: HistoryEvent) -> dict[str, Any] | None:
    for kept in log.evidence_of(each.seq):
        if kept.kind == _CASE:
            try:
                data = json.loads(log.evidence(each.seq, kept.place, for_proof=True))
            except (ValueError, NotFoundError, ErasedError):
                return None
            return data if isinstance(data, dict) else None
    return None


def cases(log: Log, *, at: datetime, zone: tzinfo) -> list[Case]:
    """List the appeals that a diary holds, with the terms that run at a moment.

    Args:
        log: The diary; one that is none has no appeals.
        at: The moment, aware.
        zone: Whose days count.
    """
    if log.subscriber is None:
        return []
    filed: dict[int, dict[str, Any]] = {}
    answered: dict[int, list[tuple[dict[str, Any], int]]] = {}
    try:
        events = list(log.history(log.subscriber, for_proof=True))
    except NotFoundError:
        return []
    for each in events:
        event = each.event
        if not isinstance(event, EvidenceAdded) or event.kind not in (_CASE, _ANSWER):
            continue
        said = _said(log, each)
        if said is None:
            continue
        if event.kind == _CASE:
            filed[each.seq] = said
        else:
            answered.setdefault(event.of, []).append((said, each.seq))
    today = at.astimezone(zone).date()
    return [_case(seq, said, answered.get(seq, []), today) for seq, said in filed.items()]


def _case(
    seq: int, said: dict[str, Any], answered: list[tuple[dict[str, Any], int]], today: date
) -> Case:
    number, registered, answers = said["number"], None, []
    for each, entry in answered:
        number = each["number"] or number
        if each["registered_on"]:
            registered = date.fromisoformat(each["registered_on"])
        if each["outcome"]:
            answers.append((date.fromisoformat(each["on"]), each["outcome"], entry))
    filed = date.fromisoformat(said["on"])
    terms = tuple(_terms(said["to"], filed, registered, [each[1] for each in answers], today))
    return Case(
        seq,
        said["to"],
        filed,
        number,
        registered,
        tuple(said["contacts"]),
        tuple(answers),
        terms,
        tuple(_next(said["to"], number, answers[-1][1] if answers else "", terms)),
    )


def _terms(
    to: str, filed: date, registered: date | None, outcomes: list[str], today: date
) -> Iterable[Term]:
    """The terms of a body; the latest day where the day of registration is not known."""
    ended = any(each not in ("forwarded", "wants_more") for each in outcomes)
    rows = [row for row in _rows() if to in row["bodies"]]
    latest = registered or filed + timedelta(
        days=next((row["days"] for row in rows if row["duty"] == "register"), 0)
    )
    for row in rows:
        begin = filed if row["from"] == "received" else latest
        spans = [(row["duty"], row["days"])]
        if "extension" in row:
            spans.append((f"{row['duty']}_extended", row["days"] + row["extension"]))
        for duty, days in spans:
            over = ended or (duty == "register" and registered is not None)
            until = begin + timedelta(days=days)
            yield Term(
                duty,
                until,
                row["citation"],
                row["confidence"],
                to not in row["unconfirmed"],
                "over" if over else "overdue" if today > until else "open",
            )


def _next(to: str, number: str, outcome: str, terms: Iterable[Term]) -> Iterable[Message]:
    late = {each.duty for each in terms if each.state == "overdue"}
    if not outcome:
        if not number:
            yield Message("find out under what number the appeal is registered, and note it")
        if late & {"answer", "answer_extended", "stop_mass_calls"}:
            yield Message("the answer is late: ask about it in writing, with the number")
            yield Message(
                "silence can be taken to the prosecutor: enclose the appeal and its receipt"
            )
        else:
            yield Message("wait for the answer; keep its envelope or the page of the account")
        return
    if outcome == "opened":
        yield Message(
            "a case is opened: note its number; bring the originals when they are asked for"
        )
    elif outcome == "measures":
        yield Message("measures were taken: note further contacts, each is a breach of its own")
    elif outcome == "forwarded":
        yield Message("it was sent on: the terms begin anew at the body that has it now")
    elif outcome == "wants_more":
        yield Message("send what is asked for, and keep proof that it arrived")
    elif outcome == "refused":
        yield Message("read why: what was missing can be got and the appeal filed again")
        if to != "prosecutor":
            yield Message("a refusal can be taken to the prosecutor: enclose the answer")


def reminders(log: Log, *, at: datetime, zone: tzinfo) -> list[tuple[Case, Term]]:
    """List the terms of appeals that are not over; a log without keys or diarist has none."""
    return [
        (each, term)
        for each in cases(log, at=at, zone=zone)
        for term in each.terms
        if term.state != "over"
    ]
