"""Moments as people write them, in the zone that was declared."""

from __future__ import annotations

import os
import re
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Final

import consent
from consent import _core
from consent.files.clock import load_zone
from consent.files.records import InputError
from consent.locale.message import Message

__all__ = ["UsageError", "declared_zone", "read_moment"]


class UsageError(Exception):
    """The words of the command cannot be used; the message says which."""


_WRITTEN: Final = re.compile(
    r"(?:(?P<y>\d{4})-(?P<m>\d\d)-(?P<d>\d\d)|(?P<day>\d{1,2})\.(?P<month>\d{1,2})\.(?P<year>\d{4}))"
    r"(?:[T ](?P<hour>\d{1,2}):(?P<minute>\d\d)(?::(?P<second>\d\d))?)?"
)
_SHAPES: Final = "2026-11-20, 20.11.2026 11:42:00, 2026-11-20T11:42:00+03:00"


def declared_zone(typed: str | None) -> tzinfo | None:
    """The zone of times: ``--zone``, else CONSENT_ZONE, else None: nobody declared one.

    Raises:
        UsageError: No zone has that name.
    """
    name = typed or os.environ.get("CONSENT_ZONE")
    if not name:
        return None
    try:
        return load_zone(name)
    except InputError as error:
        raise UsageError(Message("--zone: {}", error)) from None


def read_moment(name: str, text: str, zone: tzinfo | None, *, end: bool = False) -> datetime:
    """Read a moment that was typed.

    Args:
        name: What it was typed for, for the message.
        text: RFC 3339, or a date with or without a time of a clock in ``zone``.
        zone: Where the clock hangs; None: only a time with its offset can be read.
        end: A date alone is the end of that day, and not its beginning.

    Raises:
        UsageError: It is neither, or the clocks of the zone went over it or came to it twice.
    """
    try:
        return _core.parse_instant(text)
    except consent.InvalidArgument as error:
        found = _WRITTEN.fullmatch(text.strip())
        if found is None:
            raise UsageError(Message("{}: {} (written as {})", name, error, _SHAPES)) from None
    if zone is None:
        raise UsageError(
            Message(
                "{}: no zone is declared for this time; add --zone Europe/Moscow, or an offset",
                name,
            )
        )
    part = found.groupdict()
    try:
        wall = datetime(
            int(part["y"] or part["year"]),
            int(part["m"] or part["month"]),
            int(part["d"] or part["day"]),
            int(part["hour"] or 0),
            int(part["minute"] or 0),
            int(part["second"] or 0),
            tzinfo=zone,
        )
    except ValueError:
        raise UsageError(Message("{}: no such day or time", name)) from None
    if part["hour"] is None:
        # A day begins at the first moment that its clocks show, also where they skip midnight.
        wall += timedelta(days=1) if end else timedelta()
        return wall.astimezone(UTC)
    twice = wall.utcoffset() != wall.replace(fold=1).utcoffset()
    if twice:
        came = wall.astimezone(UTC).astimezone(zone).replace(tzinfo=None)
        if came != wall.replace(tzinfo=None):
            raise UsageError(Message("{}: the clocks went forward over this time", name))
        raise UsageError(Message("{}: the clocks came to this time twice; write the offset", name))
    return wall.astimezone(UTC)
