"""Sentences for people, and how they are said in Russian.

A :class:`Message` is English text that still knows its sentence and what fills it. The sentence is
the key of ``russian.toml``, which holds the Russian for both sides: the compiled core and Python.
"""

from __future__ import annotations

import functools
import tomllib
from collections.abc import Iterator
from importlib import resources
from typing import Final, Literal

__all__ = ["Message", "by_code", "in_language", "message_of", "system_message"]

Lang = Literal["en", "ru"]

_CATALOGUE: Final = "russian.toml"


class Message(str):
    """An English sentence with what fills it.

    Attributes:
        sentence: English, with a ``{}`` for each argument; the key of its translation.
        arguments: Texts that are the same in every language, and Messages, which are not.
        russian: The whole in Russian, where whoever said it had both; else None.
    """

    __slots__ = ("arguments", "russian", "sentence")

    sentence: str
    arguments: tuple[str, ...]
    russian: str | None

    def __new__(cls, sentence: str, *fill: object) -> Message:
        """Fill a sentence.

        Args:
            sentence: Taken as it is, braces too, where nothing fills it.
            fill: For each ``{}``: a Message or an exception, said in the language of the whole;
                anything else is said as it is.
        """
        arguments = tuple(
            message_of(each)
            if isinstance(each, BaseException)
            else each
            if isinstance(each, str)
            else str(each)
            for each in fill
        )
        made = super().__new__(cls, sentence.format(*arguments) if fill else sentence)
        made.sentence = sentence
        made.arguments = arguments
        made.russian = None
        return made

    @classmethod
    def in_both(cls, en: str, ru: str) -> Message:
        """A message of a program that says both languages itself, as verify.py does."""
        made = cls(en)
        made.russian = ru
        return made

    def sentences(self) -> Iterator[str]:
        """Its own sentence, and those of what fills it."""
        yield self.sentence
        for each in self.arguments:
            if isinstance(each, Message):
                yield from each.sentences()


def system_message(error: OSError) -> Message:
    """Why the operating system refused, without the file."""
    return Message(error.strerror or str(error) or type(error).__name__)


def by_code(code: str) -> Message:
    """A stable code as an argument: in Russian it has words of its own (``[words]``)."""
    return Message(code)


def message_of(error: BaseException) -> Message:
    """What an exception says, still to be said in any language."""
    if isinstance(error, OSError) and error.strerror:
        said = system_message(error)
        return said if error.filename is None else Message("{}: {}", said, str(error.filename))
    first = error.args[0] if error.args else ""
    if isinstance(first, Message):
        return first
    return Message(str(error))


@functools.cache
def russian() -> dict[str, str]:
    """The Russian of each sentence."""
    text = resources.files("consent.locale").joinpath(_CATALOGUE).read_text(encoding="utf-8")
    return {en: ru for table in tomllib.loads(text).values() for en, ru in table.items()}


def in_language(text: str, lang: Lang) -> str:
    """Say a text in a language; one that has no Russian stays English, whole.

    Args:
        text: A Message, or a text that is a sentence by itself.
        lang: Anything but Russian is English.
    """
    if lang != "ru":
        return str(text)
    if isinstance(text, Message) and text.russian is not None:
        return text.russian
    if not isinstance(text, Message) or not text.arguments:
        return russian().get(str(text), str(text))
    sentence = russian().get(text.sentence, text.sentence)
    return sentence.format(
        *(in_language(each, lang) if isinstance(each, Message) else each for each in text.arguments)
    )
