"""Call logs and messages of a phone as XML, as the app SMS Backup & Restore writes them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import IO, Any, Final, NoReturn
from xml.parsers import expat

from consent.files.containers import BROKEN, unpacked
from consent.files.phone_log import (
    LONGEST_TEXT,
    PhoneLine,
    PhoneLog,
    Way,
    duration_of,
    moment_of,
    read_sender,
)
from consent.files.records import InputError
from consent.locale.message import Message

__all__ = ["begins_xml", "read_xml"]

#: Bytes after unpacking; and bytes of one element, whose pictures stand in an attribute.
MOST_BYTES: Final = 1 << 30
MOST_OF_ONE: Final = 1 << 26
DEEPEST: Final = 8
_BLOCK: Final = 1 << 20

_BEGINS: Final = re.compile(rb"(?:\xef\xbb\xbf|\s)*<(?:\?xml|!--|calls\b|smses\b)", re.IGNORECASE)
#: Characters outside the basic plane, which the app writes as two halves that no XML allows.
_PAIR: Final = re.compile(rb"&#(5[56]\d{3});&#(5[67]\d{3});")
_REFERENCE: Final = re.compile(rb"&#(\d{1,7}|[xX][0-9a-fA-F]{1,6});")
#: Longest text that may be half of such a pair at the end of a block.
_HELD: Final = 24

#: Of a call: which way, and whether it was answered.
_CALLS: Final[dict[str, tuple[Way, bool | None]]] = {
    "1": ("incoming", True),
    "2": ("outgoing", None),
    "3": ("incoming", False),
    "4": ("incoming", False),  # to the voice mail
    "5": ("incoming", False),  # turned down
    "6": ("incoming", False),  # blocked
    "7": ("incoming", True),  # on another device
}
#: Presentations that hide the number.
_HIDDEN: Final = frozenset(("2", "3", "4"))


def begins_xml(stream: IO[bytes]) -> bool:
    """Whether it is XML, also where it is packed."""
    try:
        return _BEGINS.match(unpacked(stream).stream.read(1 << 12)) is not None
    except (InputError, *BROKEN):
        return False


def _mended(found: re.Match[bytes]) -> bytes:
    high, low = int(found[1]), int(found[2])
    if not (0xD800 <= high < 0xDC00 <= low < 0xE000):
        return found[0]
    return b"&#%d;" % (0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00))


def _allowed(found: re.Match[bytes]) -> bytes:
    text = found[1]
    code = int(text[1:], 16) if text[:1] in b"xX" else int(text)
    fine = code in (9, 10, 13) or 0x20 <= code < 0xD800 or 0xE000 <= code < 0xFFFE
    return found[0] if fine or 0x10000 <= code < 0x110000 else b"&#65533;"


def _blocks(stream: IO[bytes]) -> Iterator[bytes]:
    """The bytes, with halves of characters joined and references that no XML allows replaced."""
    held, read = b"", 0
    while block := stream.read(_BLOCK):
        read += len(block)
        if read > MOST_BYTES:
            raise InputError(Message("more than {} bytes: not the file of one telephone", read))
        block, held = _PAIR.sub(_mended, held + block), b""
        # What begins with & near the end may go on in the next block, and its other half too.
        if (cut := block.find(b"&", max(0, len(block) - _HELD))) >= 0:
            block, held = block[:cut], block[cut:]
        yield _REFERENCE.sub(_allowed, block)
    yield _REFERENCE.sub(_allowed, _PAIR.sub(_mended, held))


def _refuse_dtd(*_: object) -> NoReturn:
    raise InputError("the XML declares a document type or entities; such a file is not read")


class _Reader:
    """Takes elements one by one; nothing of them is kept but what a line needs."""

    def __init__(self, parser: expat.XMLParserType, country: str | None) -> None:
        self.log = PhoneLog("")
        self.moved = 0  # byte at which the last element began or ended
        self._parser = parser
        self._country = country
        self._depth = 0
        self._mms: tuple[int, dict[str, str], list[str]] | None = None

    def begin(self, name: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        self.moved = self._parser.CurrentByteIndex
        if self._depth > DEEPEST:
            raise InputError("elements within elements: not the file of a telephone")
        if self._depth == 1:
            if name not in ("calls", "smses"):
                raise InputError(
                    "XML of another kind: calls and smses of SMS Backup & Restore are read"
                )
            self.log.source = "android calls" if name == "calls" else "android messages"
        row = self._parser.CurrentLineNumber
        if self._depth == 2 and name == "call":
            self._call(row, attributes)
        elif self._depth == 2 and name == "sms":
            way: Way = "incoming" if attributes.get("type") == "1" else "outgoing"
            self._message(row, attributes, attributes.get("body", ""), way)
        elif self._depth == 2 and name == "mms":
            self._mms = (row, attributes, [])
        elif name == "part" and self._mms is not None and attributes.get("ct") == "text/plain":
            self._mms[2].append(attributes.get("text", ""))

    def end(self, name: str) -> None:
        self.moved = self._parser.CurrentByteIndex
        self._depth -= 1
        if name == "mms" and self._mms is not None:
            row, attributes, texts = self._mms
            self._mms = None
            way: Way = "incoming" if attributes.get("msg_box") == "1" else "outgoing"
            self._message(row, attributes, "\n".join(texts), way)

    def _call(self, row: int, given: dict[str, str]) -> None:
        kind = _CALLS.get(given.get("type", ""))
        if kind is None:
            self.log.refuse(row, Message("a type of call that is not known"))
            return
        number = "" if given.get("presentation") in _HIDDEN else given.get("number", "")
        self._add(
            row,
            given,
            number,
            kind="call",
            way=kind[0],
            answered=kind[1],
            duration_s=duration_of(given.get("duration", "")),
        )

    def _message(self, row: int, given: dict[str, str], text: str, way: Way) -> None:
        if len(text) > LONGEST_TEXT:
            self.log.refuse(row, Message("a message longer than {} characters", LONGEST_TEXT))
            return
        text = "" if text == "null" else text
        self._add(row, given, given.get("address", ""), kind="message", way=way, text=text)

    def _add(self, row: int, given: dict[str, str], number: str, **more: Any) -> None:  # noqa: ANN401
        sender = read_sender(number, self._country)
        if isinstance(sender, Message):
            self.log.refuse(row, sender)
            return
        try:
            at = moment_of(given.get("date", ""))
        except (ValueError, OverflowError):
            self.log.refuse(row, Message("no time in milliseconds since 1970"))
            return
        label = given.get("contact_name", "").strip()
        if label.casefold() in ("(unknown)", "null"):
            label = ""
        self.log.add(PhoneLine(row=row, at=at, sender=sender[0], label=label[:200], **more))


def read_xml(file: IO[bytes], *, country: str | None) -> PhoneLog:
    """Read ``calls`` or ``smses``.

    Raises:
        InputError: It is XML of another kind, broken, too large, or declares a document type.
    """
    head = file.read(2)
    file.seek(0)
    # Text of two bytes a letter was turned into UTF-8; its declaration still says the other.
    wide = head in (b"\xff\xfe", b"\xfe\xff")
    stream = unpacked(file).stream
    parser = expat.ParserCreate("utf-8" if wide else None)
    reader = _Reader(parser, country)
    parser.StartElementHandler = reader.begin
    parser.EndElementHandler = reader.end
    parser.StartDoctypeDeclHandler = _refuse_dtd
    parser.EntityDeclHandler = _refuse_dtd
    parser.ExternalEntityRefHandler = _refuse_dtd
    parser.SkippedEntityHandler = _refuse_dtd
    fed = 0
    try:
        for block in _blocks(stream):
            parser.Parse(block, False)
            fed += len(block)
            if fed - max(reader.moved, 0) > MOST_OF_ONE:
                raise InputError(Message("one element of more than {} bytes", MOST_OF_ONE))
        parser.Parse(b"", True)
    except expat.ExpatError as error:
        raise InputError(
            Message("broken XML: {}", expat.ErrorString(error.code)), row=error.lineno
        ) from None
    except BROKEN as error:
        raise InputError(Message("broken gzip: {}", error)) from None
    return reader.log
