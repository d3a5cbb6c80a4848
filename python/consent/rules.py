"""The law as dated rows, each with its source."""

from __future__ import annotations

import functools
import tomllib
from collections.abc import Iterable
from datetime import datetime
from os import PathLike
from pathlib import Path

from consent._core import Rule, RulePack
from consent.errors import RulesError
from consent.locale.message import Message, system_message

__all__ = ["Rule", "RulePack", "in_force", "load", "russia"]


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
