"""Sentences for people, and how they are said in Russian.

A :class:`Message` is English text that still knows its sentence and what fills it. The sentence is
the key of ``ru.po``, which holds the Russian for both sides: the compiled core and Python.
"""

from __future__ import annotations

import functools
import gettext
import io
from collections.abc import Iterable, Iterator
from importlib import resources
from typing import Final, Literal

__all__ = ["Lang", "Message", "by_code", "in_language", "message_of", "said", "system_message"]

Lang = Literal["en", "ru"]

#: Context of what the standard library's argparse says.
ARGPARSE: Final = "argparse"


class Message(str):
    """An English sentence with what fills it.

    Attributes:
        sentence: English, with a ``{}`` for each argument; the key of its translation.
        arguments: Texts that are the same in every language, and Messages, which are not.
        russian: The whole in Russian, where whoever said it had both; else None.
        plural: The sentence for more than one, and the count that chooses; None: there is one form.
    """

    __slots__ = ("arguments", "plural", "russian", "sentence")

    sentence: str
    arguments: tuple[str, ...]
    russian: str | None
    plural: tuple[str, int] | None

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
        made.plural = None
        return made

    @classmethod
    def counted(cls, one: str, many: str, count: int, *fill: object) -> Message:
        """A sentence that depends on a number; ``{}`` is filled as in others.

        Args:
            one: For 1.
            many: For any other number.
            count: The number.
            fill: What fills it; the count itself where left out.
        """
        made = cls(one if count == 1 else many, *(fill or (count,)))
        made.sentence = one
        made.plural = (many, count)
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
    """A stable code as an argument: in Russian it has words of its own."""
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
def russian() -> gettext.NullTranslations:
    """The Russian of each sentence.

    An installed package carries the compiled catalogue; a checkout reads what is edited.
    """
    folder = resources.files("consent.locale")
    source = folder / "ru.po"
    if not source.is_file():
        return gettext.GNUTranslations(io.BytesIO((folder / "ru.mo").read_bytes()))
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    compiled = io.BytesIO()
    write_mo(compiled, read_po(io.BytesIO(source.read_bytes()), locale="ru"))
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)


def said(sentence: str, fill: Iterable[object], lang: Lang) -> str:
    """Say a sentence with what fills it; a Message has both already."""
    message = sentence if isinstance(sentence, Message) else Message(sentence, *fill)
    return in_language(message, lang)


def in_language(text: str, lang: Lang, *, context: str | None = None) -> str:
    """Say a text in a language; one that has no Russian stays English, whole.

    Args:
        text: A Message, or a text that is a sentence by itself.
        lang: Anything but Russian is English.
        context: Of a text by itself, where the same English has another Russian elsewhere.
    """
    if lang != "ru":
        return str(text)
    if isinstance(text, Message) and text.russian is not None:
        return text.russian
    if not text:
        return ""  # gettext would answer with the catalogue's own header
    if not isinstance(text, Message):
        return russian().pgettext(context, text) if context else russian().gettext(text)
    if text.plural is not None:
        many, count = text.plural
        sentence = russian().ngettext(text.sentence, many, count)
    else:
        sentence = russian().gettext(text.sentence)
    if not text.arguments:
        return sentence
    return sentence.format(
        *(in_language(each, lang) if isinstance(each, Message) else each for each in text.arguments)
    )
