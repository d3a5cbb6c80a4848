"""Telephone numbers: who is meant, and what the first digits say."""

from __future__ import annotations

from typing import NamedTuple, Protocol, TypeAlias

from consent import _core
from consent._core import PhoneNumber

__all__ = [
    "Number",
    "NumberingFacts",
    "PhoneNumber",
    "ReadNumber",
    "Sender",
    "facts",
    "parse_number",
    "parse_sender",
    "read_number",
]

Number: TypeAlias = PhoneNumber | str
"""A number as callers have it: a :class:`PhoneNumber`, or text that ``parse`` reads."""


class NumberingFacts(NamedTuple):
    """What the country and the first digits say, and no more.

    Attributes:
        country: ISO 3166; "" where the code is shared, in reserve, or not +7.
        kind: ``unknown mobile geographic free_call premium personal service foreign reserve``.
    """

    country: str
    kind: str


def parse_number(text: str, country: str | None = None) -> tuple[PhoneNumber, str]:
    """Read a number and the extension behind it.

    Args:
        text: As a person writes it.
        country: "RU", "KZ", "US" or "CA": where a number without a country code is assumed to be.

    Returns:
        The number, and the extension's digits ("" where none).

    Raises:
        ParseError: ``.offset`` is the byte where the text goes wrong.

    Example:
        >>> number, extension = parse_number("8 (495) 123-45-67 доб. 12")
        >>> number.e164, extension
        ('+74951234567', '12')
    """
    return _core.parse_number(text, country)


class ReadNumber(NamedTuple):
    """A number as a person or a file wrote it.

    Attributes:
        number: The number.
        extension: Its digits; "" where none.
        service_code: What was dialled in front, ``*67*`` or ``#31#``; "" where none.
    """

    number: PhoneNumber
    extension: str
    service_code: str


def read_number(text: str, country: str | None = None) -> ReadNumber:
    """Read a number as people and files write it; :func:`parse_number` is the strict one.

    Reads what :func:`parse_number` reads, as the same number, and labels before it, words behind
    it, quotes, what spreadsheets add, and service codes.

    Args:
        text: As written.
        country: "RU", "KZ", "US" or "CA": where a number without a country code is assumed to be;
            "international": its digits begin with the country code, without a plus.

    Raises:
        ParseError: ``.offset`` is the byte where the text goes wrong.

    Example:
        >>> number, extension, code = read_number("тел. 8 (495) 123-45-67 доб.№12 (приёмная)")
        >>> number.e164, extension
        ('+74951234567', '12')
    """
    return ReadNumber(*_core.read_number(text, country))


class Sender(NamedTuple):
    """Who a message or a call says it is from.

    Attributes:
        kind: ``number``, ``short`` (1 to 6 digits) or ``alpha`` (a name).
        text: E.164 of a number; the others as written.
    """

    kind: str
    text: str


def parse_sender(text: str, country: str | None = None) -> Sender:
    """Read a sender as a telephone shows it. Short numbers and names are senders, not numbers.

    Raises:
        ParseError: Neither a number, nor up to 6 digits, nor a name of up to 11 characters.

    Example:
        >>> parse_sender("0500").kind, parse_sender("GOSUSLUGI").kind
        ('short', 'alpha')
    """
    return Sender(*_core.parse_sender(text, country))


def facts(number: Number) -> NumberingFacts:
    """Say what the numbering plan says of a number.

    Example:
        >>> facts("+79161234567").kind
        'mobile'
    """
    return NumberingFacts(*_core.numbering_facts(number))


def as_number(number: Number) -> PhoneNumber:
    """Give the number itself, so that no text travels further and into a message."""
    if isinstance(number, PhoneNumber):
        return number
    if not isinstance(number, str):
        raise TypeError("a number must be a PhoneNumber or str")
    return PhoneNumber.parse(number)


class ReadDigits(Protocol):
    """Digits of a number as one integer, or None where the text is not one."""

    def __call__(self, text: str, country: str | None) -> int | None:
        """``text`` as written, ``country`` as declared."""


def read_digits(text: str, country: str | None) -> int | None:
    """Read one number with the core, as people and files write it.

    Args:
        text: As written in the record.
        country: "RU", "KZ", "US", "CA", "international", or None where only international forms may
            count.
    """
    try:
        return PhoneNumber.read(text, country).digits
    except ValueError:
        return None
