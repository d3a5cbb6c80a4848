"""Is a contact advertising? The signs of the law and its exceptions, asked one by one."""

from __future__ import annotations

import hashlib
import json
import tomllib
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from consent import _core
from consent._core import Advertising, AdvertisingFinding, AdvertisingPack, AdvertisingQuestion
from consent.errors import InvalidArgument
from consent.locale.message import Message

__all__ = [
    "Advertising",
    "AdvertisingFinding",
    "AdvertisingPack",
    "AdvertisingQuestion",
    "answers_from",
    "ask",
    "is_advertising",
    "questions",
]


def questions() -> list[AdvertisingQuestion]:
    """List the questions of the built-in rows, in the order of asking."""
    return AdvertisingPack.russia().questions


def is_advertising(
    answers: Mapping[str, str | bool],
    *,
    at: datetime | None = None,
    text: str | bytes | None = None,
    pack: AdvertisingPack | None = None,
) -> Advertising:
    """Hold a contact against the signs of advertising and the exceptions.

    Args:
        answers: Key of a question to ``yes``, ``no`` or ``unknown`` (or True and False). What is
            left out was not asked: of a sign that means unknown, of an exception that nobody
            claims it.
        at: The moment of the contact, aware; now where left out.
        text: What is said or sent. Nobody reads it here: its SHA-256 goes into the digest, so that
            the answers can be shown to speak of this very text.
        pack: Questions and rows; the built-in ones of Russian law where left out.

    Returns:
        An Advertising; "unclear" is to be treated as "yes".

    Raises:
        InvalidArgument: A key is not a question, or an answer none of the three words.

    Example:
        >>> said = {"distributed": "yes", "indefinite_circle": "yes", "attention": "yes",
        ...         "interest": "yes", "promotion": "yes"}
        >>> is_advertising(said).answer
        'yes'
        >>> is_advertising({**said, "promotion": "no"}).missing
        ['promotion']
    """
    if isinstance(text, str):
        text = text.encode()
    return _core.is_advertising(
        pack or AdvertisingPack.russia(),
        {key: _word(said) for key, said in answers.items()},
        at or datetime.now(UTC),
        None if text is None else hashlib.sha256(text).digest(),
    )


def ask(
    put: Callable[[AdvertisingQuestion], str | bool],
    answers: Mapping[str, str | bool] | None = None,
    *,
    at: datetime | None = None,
    pack: AdvertisingPack | None = None,
) -> dict[str, str]:
    """Put the questions one by one, and stop when no other can change the answer.

    Args:
        put: Is given a question and answers ``yes``, ``no`` or ``unknown``.
        answers: What is known before the first question.
        at: As for :func:`is_advertising`.
        pack: As for :func:`is_advertising`.

    Returns:
        All answers, for :func:`is_advertising`.
    """
    pack, at = pack or AdvertisingPack.russia(), at or datetime.now(UTC)
    given = {key: _word(said) for key, said in (answers or {}).items()}
    while (question := _core.next_question(pack, given, at)) is not None:
        given[question.key] = _word(put(question))
    return given


def answers_from(data: bytes, *, name: str) -> dict[str, str]:
    """Read answers: TOML, or JSON where it begins with a brace.

    Keys stand at the top or in a table ``answers``, beside which nothing else is read: what
    ``consent advertising --json`` printed can be given back.

    Args:
        data: The file.
        name: For messages.

    Raises:
        InvalidArgument: Not TOML or JSON, or an answer that is none; names the key.
    """
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InvalidArgument(Message("{}: not UTF-8, byte {}", name, error.start)) from None
    try:
        found: Any = json.loads(text) if text.lstrip()[:1] == "{" else tomllib.loads(text)
    except json.JSONDecodeError as error:
        raise InvalidArgument(
            Message("{}: row {}, column {}: {}", name, error.lineno, error.colno, error.msg)
        ) from None
    except tomllib.TOMLDecodeError as error:
        raise InvalidArgument(Message("{}: {}", name, error)) from None
    except RecursionError:
        raise InvalidArgument(Message("{}: nested too deeply", name)) from None
    given = found.get("answers", found)
    if not isinstance(given, Mapping):
        raise InvalidArgument(Message("{}: answers must be a table of questions", name))
    answers = {}
    known = {question.key for question in questions()}
    for place, (key, said) in enumerate(given.items(), 1):
        if key not in known:
            raise InvalidArgument(
                Message("{}: answer {} is to no question; there are {}", name, place, _all())
            )
        if isinstance(said, bool):
            said = "yes" if said else "no"
        if said not in ("yes", "no", "unknown"):
            raise InvalidArgument(Message("{}: {} must be yes, no or unknown", name, key))
        answers[key] = said
    return answers


def read_answers(path: Path) -> dict[str, str]:
    """Read the answers of a file; see :func:`answers_from`."""
    return answers_from(path.read_bytes(), name=path.name)


def _all() -> str:
    return ", ".join(question.key for question in questions())


def _word(said: str | bool) -> str:
    return ("no", "yes")[said] if isinstance(said, bool) else said
