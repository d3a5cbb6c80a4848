"""Bytes of other people's files, split into records: every line ends in exactly one of them."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import IO, Final

from consent.errors import InvalidArgument
from consent.locale.message import Message, message_of


class InputError(InvalidArgument):
    """The input or what was declared about it cannot be used; the message says what to change.

    Attributes:
        row: Physical line, from 1, where one is to blame.
        column: Its name, where one is to blame.
    """

    def __init__(self, message: str, *, row: int | None = None, column: str | None = None) -> None:
        super().__init__(message)
        self.row = row
        self.column = column

    def within(self, file: str | None) -> Message:
        """The message with its place in front: file, row and column, where they are known."""
        said = message_of(self)
        if self.column is not None:
            said = Message("column {}: {}", self.column, said)
        if self.row is not None:
            said = Message("row {}: {}" if self.column is None else "row {}, {}", self.row, said)
        if file is None:
            return said
        placed = self.row is not None or self.column is not None
        return Message("{}, {}" if placed else "{}: {}", file, said)


@dataclass(slots=True)
class Batch:
    """Records in order: their first lines, cells (None: cannot be told apart) and bytes."""

    lines: Sequence[int]
    cells: Sequence[list[str] | None]
    raws: Sequence[bytes]


class Reader:
    """Splits bytes into records.

    A line that is a good record by itself is never drawn into its neighbour, so an unclosed quote
    costs one row and not the rest of the file.
    """

    CHUNK: Final = 1 << 18
    MOST_LINES: Final = 64
    #: Bytes and lines of a block, and the fewest lines worth a try after one was refused.
    BLOCK: Final = 1 << 22
    BLOCK_LINES: Final = 1 << 14
    FEWEST: Final = 1 << 8

    def __init__(self, stream: IO[bytes], delimiter: str, encoding: str) -> None:
        self._stream = stream
        self._delimiter = delimiter
        self._encoding = encoding
        self.expected: frozenset[int] = frozenset()
        #: Takes whole blocks: first line, lines, cells of the first; what must be read singly.
        self.take_block: Callable[[int, list[bytes], int], list[int] | None] | None = None
        self._line = 1
        self._ahead: list[bytes] = []
        self._ended = False
        self._cr_only = False
        self.divide_by(delimiter)
        self._begin()

    def divide_by(self, delimiter: str) -> None:
        """Another delimiter from here on."""
        self._delimiter = delimiter
        edge = re.escape(delimiter)
        # A field in quotes ends at a quote before a delimiter: quotes inside need not be doubled.
        self._tolerant = re.compile(rf'(?:"(.*?)"(?={edge}|$)|([^{edge}]*))(?:{edge}|$)', re.DOTALL)

    def declared_delimiter(self) -> str | None:
        """What a first line ``sep=;`` says, as Excel writes it; the line is read past."""
        for place, line in enumerate(self._ahead):
            if not line.strip():
                continue
            found = re.fullmatch(rb'"?sep=(.)"?\s*', line, re.IGNORECASE | re.DOTALL)
            if found is None:
                return None
            self._line += place + 1
            del self._ahead[: place + 1]
            return found[1].decode("latin-1")
        return None

    def _begin(self) -> None:
        head = self._stream.read(1 << 16)
        if not head.strip():
            self._ahead = []
            self._ended = True
            return
        if head[:2] in (b"\xff\xfe", b"\xfe\xff"):
            raise InputError("the file is UTF-16; save it as UTF-8")
        if head.count(b"\0") > len(head) // 4:
            raise InputError("half of the file is zero bytes: UTF-16? save it as UTF-8")
        while head.startswith(b"\xef\xbb\xbf"):  # a mark twice: joined or saved again
            head = head.removeprefix(b"\xef\xbb\xbf")
        if re.match(rb"\s*<(!doctype html|html|head|body|table)\b", head, re.IGNORECASE):
            raise InputError("this is a web page saved under another name, not a table")
        if re.match(rb"\s*<(\?xml|!doctype|[a-z][\w.:-]*[\s/>])", head, re.IGNORECASE):
            raise InputError("this is XML, not a table; export CSV, XLSX or JSON")
        if head.startswith(b"PK\x03\x04"):
            raise InputError("this is an Excel workbook or a ZIP archive; save it as CSV")
        if head.startswith(b"SQLite format 3"):
            raise InputError("this is an SQLite database; export the table as CSV")
        self._cr_only = b"\r" in head and b"\n" not in head
        if self._cr_only and isinstance(self._stream, Bounded):
            self._stream.end_lines_with(b"\r", head.count(b"\r"))
        elif self._cr_only:
            rest = self._stream.read()
            self._ahead = (head + rest).splitlines(keepends=True)
            self._ended = True
            return
        head += self._stream.readline()
        self._ahead = head.split(b"\r" if self._cr_only else b"\n")
        if not self._ahead[-1]:
            self._ahead.pop()

    @property
    def empty(self) -> bool:
        """Nothing but blanks was there."""
        return self._ended and not self._ahead

    @property
    def line(self) -> int:
        """Of the file, from 1: the first that is not read yet."""
        return self._line

    def _more(self) -> bool:
        if self._ended:
            return False
        lines = self._stream.readlines(self.CHUNK if self.take_block is None else self.BLOCK)
        if not lines:
            self._ended = True
            return False
        self._ahead += lines
        return True

    def _decode(self, line: bytes) -> str:
        return line.decode(self._encoding, "surrogateescape")

    def _strictly(self, text: str) -> list[str] | None:
        """Cells of one record whose quoting is clean."""
        try:
            cells = next(csv.reader([text], delimiter=self._delimiter, strict=True), [])
        except csv.Error:
            return None
        return cells if len(cells) in self.expected or not self.expected else None

    def split(self, text: str) -> list[str] | None:
        """Cells of one record; None where no reading gives an expected number of them.

        Read in turn as RFC 4180; with text outside quotes, as in ``"Ann" <105>,105``; and with
        quotes inside quotes that nobody doubled, as in ``""Smith, Ann" <105>",105``.
        """
        text = text.rstrip("\r\n")
        for strict in (True, False):
            try:
                cells = next(csv.reader([text], delimiter=self._delimiter, strict=strict), [])
            except csv.Error:
                continue
            if len(cells) in self.expected or not self.expected:
                return cells
        found = [first or second for first, second in self._tolerant.findall(text)]
        # After the last field the pattern matches once more, unless a delimiter stood there.
        if found and not text.endswith(self._delimiter):
            found.pop()
        return found if len(found) in self.expected else None

    def first(self) -> list[str] | None:
        """Cells of the first record that is not blank; it stays unread."""
        while True:
            for line in self._ahead:
                if line.strip():
                    return self.split(self._decode(line))
            if not self._more():
                return None

    def peek(self, most: int) -> Iterator[tuple[int, list[str] | None, bytes]]:
        """Line, cells and bytes of the first records that are not blank; they stay unread."""
        while len(self._ahead) < 4 * most and self._more():
            pass
        seen = 0
        for line, raw in enumerate(self._ahead, self._line):
            if raw.strip():
                yield line, self.split(self._decode(raw)), raw.rstrip(b"\r\n")
                seen += 1
            if seen == most:
                return

    def skip(self) -> None:
        """Read past the first record that is not blank."""
        while self._ahead:
            self._line += 1
            if self._ahead.pop(0).strip():
                return

    def batches(self) -> Iterator[Batch]:
        """All records, given ``expected``; of a block that was taken whole none."""
        most = self.BLOCK_LINES
        while self._ahead or self._more():
            if self.take_block is None:
                lines, self._ahead = self._ahead, []
            else:
                lines, self._ahead = self._ahead[:most], self._ahead[most:]
                singly = self._block(lines)
                if singly is not None:
                    most = min(2 * most, self.BLOCK_LINES)
                    yield singly
                    continue
                if len(lines) > self.FEWEST:  # the line that is to blame is in one of the parts
                    most = max(self.FEWEST, len(lines) // 8)
                    self._ahead = lines + self._ahead
                    continue
            texts = [self._decode(line) for line in lines]
            cells: list[list[str]] = []
            if texts[-1].count('"') % 2 == 0:
                try:
                    cells = list(csv.reader(texts, delimiter=self._delimiter))
                except csv.Error:
                    cells = []
            # As many records as lines, none of them blank: each line is a record.
            if len(cells) == len(lines) and set(map(len, cells)) <= self.expected:
                yield Batch(range(self._line, self._line + len(lines)), cells, lines)
                self._line += len(lines)
            else:
                yield self._recover(lines, texts)

    def _block(self, lines: list[bytes]) -> Batch | None:
        """What a block leaves to be read singly; None: all of it."""
        first = self.split(self._decode(lines[0])) if self.take_block is not None else None
        if first is None or self.take_block is None:
            return None
        singly = self.take_block(self._line, lines, len(first))
        if singly is None:
            return None
        begin = self._line
        self._line += len(lines)
        cells = []
        for i in singly:
            text = self._decode(lines[i])
            cells.append(next(csv.reader([text], delimiter=self._delimiter), []))
        return Batch([begin + i for i in singly], cells, [lines[i] for i in singly])

    def _recover(self, lines: list[bytes], texts: list[str]) -> Batch:
        numbers: list[int] = []
        records: list[list[str] | None] = []
        raws: list[bytes] = []
        i = 0
        while i < len(lines):
            taken, text = 1, texts[i]
            if not text.strip():
                i += 1
                self._line += 1
                continue
            cells = self._strictly(text.rstrip("\r\n"))
            if cells is None and text.count('"') % 2 == 1:
                for more in range(1, self.MOST_LINES):
                    if i + more >= len(lines):
                        if not self._ahead and not self._more():
                            break
                        lines += self._ahead
                        texts += [self._decode(line) for line in self._ahead]
                        self._ahead = []
                    following = texts[i + more]
                    if following.count('"') % 2 == 0 and self.split(following) is not None:
                        break
                    text += texts[i + more] if text.endswith("\n") else "\n" + texts[i + more]
                    if text.count('"') % 2 == 0 and (cells := self.split(text)) is not None:
                        taken = more + 1
                        break
            if cells is None:
                cells = self.split(texts[i])
            numbers.append(self._line)
            records.append(cells)
            raws.append(b"\n".join(line.removesuffix(b"\n") for line in lines[i : i + taken]))
            i += taken
            self._line += taken
        return Batch(numbers, records, raws)


class Bounded:
    """A stream whose lines have an end: a longer one is cut, and its number kept in ``cut``.

    So a file of one gigabyte without a line end costs no gigabyte of memory.
    """

    LONGEST: Final = 1 << 20
    KEPT: Final = 1 << 10
    _BLOCK: Final = 1 << 18

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self._rest = b""
        self._line = 1
        self._end = b"\n"
        self.cut: set[int] = set()

    def end_lines_with(self, end: bytes, read: int) -> None:
        """Lines end with this, and so many of them were read already."""
        self._end = end
        self._line = 1 + read

    def read(self, size: int = -1) -> bytes:
        """Bytes as they are; lines that begin in them are cut only by :meth:`readlines`."""
        if size < 0:
            return b"".join(self.readlines(1 << 62))
        while len(self._rest) < size and (block := self._stream.read(self._BLOCK)):
            self._rest += block
        out, self._rest = self._rest[:size], self._rest[size:]
        self._line += out.count(self._end)
        return out

    def readline(self) -> bytes:
        """One line, or the end of one."""
        lines = self._lines(1)
        return lines[0] if lines else b""

    def readlines(self, hint: int) -> list[bytes]:
        """Lines of about ``hint`` bytes together."""
        return self._lines(hint)

    def _lines(self, hint: int) -> list[bytes]:
        lines: list[bytes] = []
        taken = 0
        while taken < hint:
            end = self._rest.find(self._end)
            while end < 0:
                block = self._stream.read(self._BLOCK)
                if not block:
                    break
                if len(self._rest) > self.LONGEST:
                    self.cut.add(self._line)
                    self._rest = self._rest[: self.KEPT]
                at = block.find(self._end)
                end = -1 if at < 0 else len(self._rest) + at
                self._rest += block
            if end < 0 and not self._rest:
                break
            if hint > 1 and end >= 0 and self._line not in self.cut:
                # Many at once: up to the last whole line.
                last = self._rest.rfind(self._end) + 1
                many = [line + self._end for line in self._rest[: last - 1].split(self._end)]
                self._rest = self._rest[last:]
                for number, line in enumerate(many, self._line):
                    if len(line) > self.LONGEST:
                        self.cut.add(number)
                        many[number - self._line] = line[: self.KEPT] + self._end
                self._line += len(many)
                lines += many
                taken += last
                continue
            line, self._rest = (
                (self._rest, b"") if end < 0 else (self._rest[: end + 1], self._rest[end + 1 :])
            )
            if len(line) > self.LONGEST or self._line in self.cut:
                self.cut.add(self._line)
                line = line[: self.KEPT] + (self._end if end >= 0 else b"")
            lines.append(line)
            taken += len(line)
            self._line += 1
            if end < 0:
                break
        return lines
