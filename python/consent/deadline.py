"""Deadlines: what withdrawals, demands and findings have started, and when it ends.

The rows of law are dated data of the compiled core; docs/reference/deadline.md lists them.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from consent import _core, erasure

if TYPE_CHECKING:
    from consent.log import Log

__all__ = ["Due", "due", "rows_version", "zone"]


@dataclass(frozen=True, slots=True)
class Due:
    """A term that runs.

    Attributes:
        state: ``overdue open keep hold``, or ``unknown`` where the calendar does not reach its end.
        seq: The entry that started it.
        tag: The subject's tag; None for a copy of the keys.
        number: In E.164 form, where the subject's key is there.
        started: When the demand arrived, or the thing happened.
        last_day: Last local day on which it is in time; the earliest that it can be.
        latest_day: The latest that it can be, where the calendar is in doubt; act by ``last_day``.
        ends: First moment after it.
        extended: The subject was told, with reasons, that it takes longer.
        broken_by: ``seq`` of an advertising contact after a demand to stop.
        by: Who ordered a legal hold.
        where: Folder of a copy of the keys; empty where keys.db does not say.
        rule: Id of the row; None for a hold.
        sheet: Its row in the law sheet.
        trigger: What started it.
        duty: What must be done.
        citation: The law; ``citation_ru`` in Russian.
        why: In words; ``why_ru`` in Russian.
        confidence: ``C1`` read in a primary text, ``C2`` in a secondary one.
    """

    state: str
    seq: int
    tag: bytes | None
    number: str | None
    started: datetime
    last_day: date | None
    latest_day: date | None
    ends: datetime | None
    extended: bool
    broken_by: int | None
    by: str
    where: str
    rule: str | None
    sheet: str | None
    trigger: str | None
    duty: str | None
    citation: str | None
    citation_ru: str | None
    why: str | None
    why_ru: str | None
    confidence: str | None


def due(log: Log, *, at: datetime) -> list[Due]:
    """List the terms that run at a moment, overdue first.

    An erasure whose act is not there (see :mod:`consent.erasure`) is overdue by ``write_act``.

    Args:
        log: Open; every entry is read once.
        at: Aware. What was recorded later does not count.

    Raises:
        InvalidArgument: ``at`` has no zone.
    """
    found = [Due(**each) for each in _core.due(log, at)]
    if not (Path(log.folder) / "keys.db").exists():
        return found  # a copy to be read: its acts lie where they were made
    if all(each.duty != "keep_act" for each in found):
        return found
    there = erasure.certified(log.folder)
    # First of all: until it is there, nothing shows that the data were destroyed.
    unwritten = [
        replace(
            each,
            state="overdue",
            duty="write_act",
            last_day=None,
            latest_day=None,
            ends=each.started,
        )
        for each in found
        if _lacks_act(each, there, at)
    ]
    return unwritten + [each for each in found if not _lacks_act(each, there, at)]


def _lacks_act(due: Due, there: set[bytes], at: datetime) -> bool:
    kept = due.duty == "keep_act" and (due.ends is None or due.ends > at)
    return kept and due.tag not in there


def rows_version() -> str:
    """Version of the rows of law."""
    return _core.deadline_rows_version()


def zone() -> str:
    """Zone whose local days the rows count."""
    return _core.deadline_zone()
