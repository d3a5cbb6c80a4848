"""Dialled strings: the subscriber's number behind prefixes, service codes and SIP addresses."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Final, NamedTuple

from consent import _core
from consent.errors import InvalidArgument
from consent.locale.message import Message
from consent.number import ReadDigits, read_digits

__all__ = [
    "ABSENT",
    "COUNTRIES",
    "NUMBER_LIKE",
    "Dialled",
    "Dialling",
    "numbers_in_dial",
]

#: What a database writes for nothing.
ABSENT: Final = frozenset(["NULL", "\\N", "(null)"])
#: Where a number without a plus is; ``international``: its digits begin with the country code.
COUNTRIES: Final = ("RU", "KZ", "US", "CA", "international")
#: What could be a telephone number inside a text.
NUMBER_LIKE: Final = re.compile(r"\d(?:[\s().+-]*\d){6}")

#: Special extensions and feature codes: the caller spoke to the exchange, not to a subscriber.
_NOT_A_NUMBER: Final = re.compile(
    r"|[A-Za-z_][\w.-]*|[*#][\d*#]*|\d[\d]*[*#][\d*#]*|&|~~s~~", re.ASCII
)
_SCHEME: Final = re.compile(r"(?:sips?|tel|h323|iax2?|callto):(?://)?", re.IGNORECASE)
_ESCAPED: Final = {"%2b": "+", "%23": "#", "%2a": "*", "%20": " "}
_POINT_ZERO: Final = re.compile(r"(\+?\d{7,})[.,]0+", re.ASCII)
#: A whole number, and what was dialled after it: ``#``, tones, an extension of the other side.
_AND_MORE: Final = re.compile(r"(\+?\d[\d\s().-]{5,}\d)\s*[*#,;wWpP~].*", re.ASCII | re.DOTALL)
_CODE: Final = re.compile(
    r"(?P<code>[*#]+\d{1,4}(?:[*#]+\d{1,4})*(?P<end>[*#,wWpP]+))(?P<number>\+?\d{7,})(?P<tail>.*)",
    re.ASCII | re.DOTALL,
)
_CODE_GLUED: Final = re.compile(r"[*#]+(?P<digits>\d{8,})(?P<tail>[*#,wWpP].*)?", re.ASCII)
#: Lengths of a service code that nothing divides from the number behind it: ``*67`` and others.
_CODE_LENGTHS: Final = (2, 3, 1, 4)


class Dialled(NamedTuple):
    """What a dialled string means.

    Attributes:
        number: Digits of the number as one integer; None: there is none.
        reason: "" with a number; else ``not_a_number`` (the exchange was spoken to) or
            ``bad_number`` (whoever it was, a person may have been called).
        detail: For people; never repeats the digits.
    """

    number: int | None
    reason: str = ""
    detail: str = ""


_DIGITS: Final = re.compile(r"\+?\d{7,15}", re.ASCII)
_NOBODY: Final = Dialled(None, "not_a_number")
_BAD: Final = Dialled(None, "bad_number", Message("not a telephone number as dialled here"))
_BAD_PREFIX: Final = Dialled(
    None,
    "bad_number",
    Message(
        "digits stand before what could be a telephone number: declare what the exchange dials"
        " first (--prefix)"
    ),
)
_TWO: Final = Dialled(
    None, "bad_number", Message("reads as one number with the declared prefix, as another without")
)
_SETS_UP: Final = Dialled(
    None, "bad_number", Message("a service code that sets something up for a number, such as *21*")
)


class Dialling:
    """Finds the number of a subscriber in what was dialled. Remembers what it met.

    Args:
        country: One of COUNTRIES, or None where only international forms count.
        prefixes: Digits that the exchange dials for an outside line: ``9``, ``00``.
        read: Reads one number.
    """

    def __init__(self, country: str | None, prefixes: Iterable[str], read: ReadDigits) -> None:
        self._country = country
        self._prefixes = tuple(prefixes)
        for prefix in self._prefixes:
            if not re.fullmatch(r"[\d*#]{1,8}", prefix, re.ASCII):
                raise InvalidArgument("prefix: up to 8 digits, * or #")
        self._read = read
        self._met: dict[str, Dialled] = {}

    def __call__(self, text: str) -> Dialled:
        """What was dialled."""
        found = self._met.get(text)
        if found is None:
            found = self._met[text] = self._look(text)
        return found

    def many(self, texts: Sequence[str]) -> Sequence[int | None]:
        """Numbers of texts that are plain digits, by the core at once; None: ask for it singly."""
        if self._prefixes or self._read is not read_digits:
            return [None] * len(texts)
        plain = [text if _DIGITS.fullmatch(text) else "" for text in texts]
        return [number or None for number in _core.read_numbers(plain, self._country)]

    def _number(self, text: str) -> int | None:
        return self._read(text, self._country)

    def _look(self, text: str) -> Dialled:
        text = _address(text)
        if not text or text in ABSENT:
            return _NOBODY
        for readings in (self._plain, self._with_more, self._behind_code):
            found = set(readings(text))
            if -1 in found:
                return _SETS_UP
            if len(found) == 1:
                return Dialled(found.pop())
            if found:
                return _TWO if self._prefixes else _BAD
        if NUMBER_LIKE.search(text) is None and _NOT_A_NUMBER.fullmatch(text):
            return _NOBODY
        digits = re.sub(r"[^\d]", "", text, flags=re.ASCII)
        if not self._prefixes and any(self._number(digits[n:]) for n in (1, 2)):
            return _BAD_PREFIX
        return _BAD

    def _variants(self, text: str) -> Iterator[str]:
        yield text
        for prefix in self._prefixes:
            if text.startswith(prefix) and len(text) > len(prefix):
                yield text[len(prefix) :].lstrip(" ,-wWpP")

    def _plain(self, text: str) -> Iterator[int]:
        for variant in self._variants(text):
            if (number := self._number(variant)) is not None:
                yield number

    def _with_more(self, text: str) -> Iterator[int]:
        if found := _AND_MORE.fullmatch(text):
            yield from self._plain(found[1])

    def _behind_code(self, text: str) -> Iterator[int]:
        for variant in self._variants(text):
            if found := _CODE.fullmatch(variant):
                tail = found["tail"]
                if (
                    found["code"].startswith("*")
                    and found["end"].startswith("*")
                    and tail[:1] in ("#", "*")
                    and tail.endswith("#")
                ):
                    yield -1
                elif tail == "" or tail[0] in "*#,wWpP":
                    yield from self._plain(found["number"])
            elif found := _CODE_GLUED.fullmatch(variant):
                for length in _CODE_LENGTHS:
                    number = self._number(found["digits"][length:])
                    if number is not None:
                        yield number


def _address(text: str) -> str:
    """The user of a SIP or tel address; other text as it is, what a spreadsheet added taken off."""
    text = text.strip()
    if text.endswith(">") and "<" in text:
        text = text[text.rindex("<") + 1 : -1].strip()
    if scheme := _SCHEME.match(text):
        text = text[scheme.end() :]
        text = re.split(r"[;?]", text, maxsplit=1)[0]
    if "@" in text:
        text = text.partition("@")[0]
    if "%" in text:
        text = re.sub(
            r"%2[b3a0]", lambda found: _ESCAPED[found[0].lower()], text, flags=re.IGNORECASE
        )
    if found := _POINT_ZERO.fullmatch(text):
        text = found[1]
    return text.strip().strip("'\"").strip()


def numbers_in_dial(lastdata: str) -> Sequence[str]:
    """The numbers inside what Dial was given: Tech/number@trunk, or Tech/trunk/number.

    ``&`` stands between destinations. One without a number, such as an extension, is passed over.
    """
    found = []
    for destination in re.split(r"[,|]", lastdata, maxsplit=1)[0].split("&"):
        _, slash, rest = destination.strip().partition("/")
        if not slash:
            continue
        if "/" in rest:
            number = rest.partition("/")[2] if "sip:" in rest else rest.rpartition("/")[2]
        elif "@" in rest:
            number = rest.partition("@")[0]
        else:
            number = rest if NUMBER_LIKE.search(rest) else ""
        if number and number not in found:
            found.append(number)
    return found
