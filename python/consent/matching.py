"""Noted contacts held against a phone's or operator's own lines.

A match supports what was noted and decides nothing. One line serves one contact.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal, NamedTuple

from consent.files.phone_log import PhoneLine

__all__ = ["WITHIN", "Contact", "Match", "match"]

#: How far the clock of a telephone, or the memory of its holder, may be from the operator's.
WITHIN: Final = timedelta(minutes=2)
#: Lines as far as this are shown where nothing matches.
_NEAR: Final = timedelta(hours=12)

Result = Literal["matched", "other_sender", "other_time", "not_covered", "missing"]


class Contact(NamedTuple):
    """A contact as the diary has it.

    Attributes:
        seq: Its entry.
        at: When it was.
        sender: Number or name; "" where it was hidden or not noted.
        message: It was a message and not a call.
    """

    seq: int
    at: datetime
    sender: str
    message: bool = False


@dataclass(frozen=True, slots=True)
class Match:
    """What the lines say about one contact.

    Attributes:
        contact: The contact.
        line: The line that matches it, or the nearest one that does not; None: there is none.
        result: ``matched``; ``other_sender``: a line at that time names another party;
            ``other_time``: that party, at another time of the same day; ``not_covered``: the file
            begins later or ends earlier; ``missing``: the file covers the time and has no line.
        by: Line's time less the contact's.
    """

    contact: Contact
    line: PhoneLine | None
    result: Result
    by: timedelta = timedelta()


def _fits(contact: Contact, line: PhoneLine) -> bool:
    if contact.message != (line.kind == "message"):
        return False
    return not contact.sender or contact.sender.casefold() == line.sender.casefold()


def match(contacts: Iterable[Contact], lines: Iterable[PhoneLine]) -> list[Match]:
    """Hold contacts against incoming lines of a file.

    The nearest pairs are joined first. A hidden sender matches a line of any sender at that time,
    provided that it is the only one.

    Args:
        contacts: In any order.
        lines: Of one file; outgoing ones are passed over.
    """
    noted = sorted(contacts, key=lambda each: (each.at, each.seq))
    received = [line for line in lines if line.way != "outgoing" and line.kind != "other"]
    received.sort(key=lambda line: (line.at, line.row))
    pairs: list[tuple[timedelta, int, int]] = []
    for n, contact in enumerate(noted):
        near = [
            k
            for k in _within(received, contact.at - WITHIN, contact.at + WITHIN)
            if _fits(contact, received[k])
        ]
        if not contact.sender and len(near) > 1:
            continue
        pairs += [(abs(received[k].at - contact.at), n, k) for k in near]
    joined: dict[int, int] = {}
    taken: set[int] = set()
    for _, n, k in sorted(pairs):
        if n not in joined and k not in taken:
            joined[n] = k
            taken.add(k)
    return [
        Match(contact, line := received[joined[n]], "matched", line.at - contact.at)
        if n in joined
        else _unmatched(contact, [line for k, line in enumerate(received) if k not in taken])
        for n, contact in enumerate(noted)
    ]


def _within(lines: Sequence[PhoneLine], first: datetime, last: datetime) -> range:
    from bisect import bisect_left, bisect_right

    begin = bisect_left(lines, first, key=lambda line: line.at)
    return range(begin, bisect_right(lines, last, key=lambda line: line.at))


def _unmatched(contact: Contact, lines: Sequence[PhoneLine]) -> Match:
    def off(line: PhoneLine) -> timedelta:
        return abs(line.at - contact.at)

    if not lines or not lines[0].at - WITHIN <= contact.at <= lines[-1].at + WITHIN:
        outside: Result = "not_covered"
    else:
        outside = "missing"
    there = [lines[k] for k in _within(lines, contact.at - WITHIN, contact.at + WITHIN)]
    if there:
        line = min(there, key=off)
        return Match(contact, line, "other_sender", line.at - contact.at)
    same = [
        lines[k]
        for k in _within(lines, contact.at - _NEAR, contact.at + _NEAR)
        if contact.sender and _fits(contact, lines[k])
    ]
    if same:
        line = min(same, key=off)
        return Match(contact, line, "other_time", line.at - contact.at)
    return Match(contact, None, outside)
