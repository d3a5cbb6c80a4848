"""The law as dated rows, each with its source."""

from __future__ import annotations

import functools
from datetime import datetime

from consent._core import Rule, RulePack

__all__ = ["Rule", "RulePack", "in_force", "russia"]


@functools.cache
def russia() -> RulePack:
    """Give the pack of Russian law built into the library.

    Example:
        >>> russia().jurisdiction
        'RU'
    """
    return RulePack.russia()


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
