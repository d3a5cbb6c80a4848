"""The law as dated rows, each with its source."""

from __future__ import annotations

import functools
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from os import PathLike
from pathlib import Path

from consent._core import Rule, RulePack
from consent.errors import RulesError
from consent.locale.message import Message, system_message
from consent.wire import Channel, Purpose

__all__ = [
    "Interval",
    "Rule",
    "RulePack",
    "in_force",
    "load",
    "russia",
    "timeline",
    "with_weak_consent",
]


@dataclass(frozen=True, slots=True)
class Interval:
    """A time in which the same rows are in force.

    Attributes:
        since: Its first moment; None: from the beginning.
        until: The first moment after it; None: no end is known.
        rows: In force all the time.
        begins: Of these, the ones that were not in force before.
        ended: Rows that were in force before, and are no more.
    """

    since: datetime | None
    until: datetime | None
    rows: list[Rule]
    begins: list[Rule]
    ended: list[Rule]


@functools.cache
def russia() -> RulePack:
    """Give the pack of Russian law built into the library.

    Example:
        >>> russia().jurisdiction
        'RU'
    """
    return RulePack.russia()


def load(files: Iterable[str | PathLike[str]]) -> RulePack:
    """Read rule packs: the built-in one, tightened by each file that extends it.

    A file whose head has no ``extends`` is a pack of its own and takes the place of what came
    before it.

    Args:
        files: TOML files, in order; none of them is the built-in pack.

    Raises:
        RulesError: A file cannot be read or is not in order; the message names file and row.
    """
    pack = russia()
    for file in map(Path, files):
        try:
            text = file.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise RulesError(
                Message(
                    "{}: cannot be read: {}",
                    file.name,
                    system_message(error) if isinstance(error, OSError) else Message("not UTF-8"),
                )
            ) from None
        try:
            extends = "extends" in tomllib.loads(text)
        except tomllib.TOMLDecodeError:
            extends = False  # the core says where
        name = file.name
        pack = pack.with_policy(text, name) if extends else RulePack.from_toml(text, name)
    return pack


def in_force(pack: RulePack, at: datetime) -> list[Rule]:
    """List the rows of a pack that are in force at a moment.

    Args:
        pack: The rows.
        at: An aware datetime.

    Raises:
        ValueError: ``at`` has no zone.
    """
    if at.utcoffset() is None:
        raise ValueError("a datetime without a zone: nobody may guess one")
    return [
        rule
        for rule in pack.rules
        if (rule.since is None or rule.since <= at) and (rule.until is None or at < rule.until)
    ]


def timeline(
    pack: RulePack, purpose: Purpose | None = None, channel: Channel | None = None
) -> list[Interval]:
    """Cut time into the intervals in which the same rows are in force.

    Args:
        pack: The rows.
        purpose: Rows about contacts of this purpose alone.
        channel: Rows about contacts over this channel alone.
    """
    rows = [
        row
        for row in pack.rules
        if (purpose is None or not row.purposes or purpose in row.purposes)
        and (channel is None or not row.channels or channel in row.channels)
    ]
    changes = {row.since for row in rows} | {row.until for row in rows}
    moments = sorted(at for at in changes if at is not None)
    found: list[Interval] = []
    before: list[Rule] = []
    for since, until in zip([None, *moments], [*moments, None], strict=True):
        now = [
            row
            for row in rows
            if (row.since is None or (since is not None and row.since <= since))
            and (row.until is None or since is None or row.until > since)
        ]
        begins = [row for row in now if row not in before]
        ended = [row for row in before if row not in now]
        found.append(Interval(since, until, now, begins, ended))
        before = now
    return found


def with_weak_consent(pack: RulePack) -> dict[str, RulePack]:
    """Make the same rules with each other choice of the option ``weak_consent``.

    Args:
        pack: The rules; without such an option there is nothing to make.

    Returns:
        The choice, and the rules with it.
    """
    return {
        choice: pack.with_policy(
            f'version = "rehearsal"\nread_by = "rehearsal"\nread_on = {row.read_on}\n'
            f'[options]\nweak_consent = "{choice}"\n',
            "weak_consent",
        )
        for row in pack.rules
        if row.option == "weak_consent"
        for choice in row.choices
        if choice != row.outcome
    }
