"""Personal data or not, for many numbers at once: lists and data frames.

Of a bare number the table asks for its kind alone, so a million of them cost one look at each. Rows
with an INN, an OGRN or a name beside the number are answered one by one, equal facts once.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from consent import _core
from consent._core import Classification
from consent.errors import InvalidArgument
from consent.files.arrow import ArrowStream, ArrowTable, arrow
from consent.locale.message import Message
from consent.number import Number

if TYPE_CHECKING:
    import pyarrow

__all__ = [
    "ClassifiedNumbers",
    "classify_many",
]

UNREAD: Final = 255
#: What a column of numbers is called where nobody says.
NUMBER_COLUMNS: Final = ("number", "phone", "telephone", "tel", "телефон", "номер")


@dataclass(frozen=True, slots=True)
class ClassifiedNumbers(ArrowTable):
    """Answers for many numbers, in their order.

    Goes into pandas, polars, pyarrow or DuckDB as it is.

    Attributes:
        answers: The different answers that were given.
        which: A byte a number: its place in ``answers``; 255 where it is no telephone number.
    """

    answers: list[Classification]
    which: bytes

    def __len__(self) -> int:
        return len(self.which)

    def __getitem__(self, index: int) -> Classification | None:
        """The answer of one number; None where it is no telephone number."""
        which = self.which[index]
        return None if which == UNREAD else self.answers[which]

    @property
    def counts(self) -> dict[str, int]:
        """How many ``yes``, ``no`` and ``unknown`` there are, and how many could not be read."""
        counts = {"yes": 0, "no": 0, "unknown": 0, "unread": self.which.count(UNREAD)}
        for place, answer in enumerate(self.answers):
            counts[answer.personal_data] += self.which.count(place)
        return counts

    def to_arrow(self) -> pyarrow.Table:
        """A ``pyarrow.Table`` of personal_data, kind, row, confidence; null where unread.

        Raises:
            NotBuiltError: pyarrow is not installed.
        """
        pa = arrow()
        places = pa.array(list(range(len(self.answers))) + [None] * (256 - len(self.answers)))
        indices = places.take(
            pa.Array.from_buffers(pa.uint8(), len(self), [None, pa.py_buffer(self.which)])
        )
        columns = {
            name: pa.DictionaryArray.from_arrays(
                indices.cast(pa.int32()),
                pa.array([getattr(a, name) for a in self.answers], type=pa.string()),
            )
            for name in ("personal_data", "kind", "row", "confidence")
        }
        return pa.table(columns)


def classify_many(
    numbers: Iterable[Number | None] | ArrowStream,
    *,
    column: str | None = None,
    country: str | None = None,
) -> ClassifiedNumbers:
    """Say of many numbers whether they are personal data, where nothing else is known of them.

    Args:
        numbers: A list, an array of 64-bit integers (``79161234567``), or anything with the Arrow
            PyCapsule interface: pandas, polars, pyarrow, DuckDB.
        column: The frame's column; may be left out where it has one, or one of a usual name.
        country: "RU", "KZ", "US" or "CA": where a number without a country code is.

    Returns:
        An answer a number; ``unknown`` is to be treated as ``yes``.

    Raises:
        InvalidArgument: The frame has no such column, or one of another type.

    Example:
        >>> classify_many(["+79161234567", "+74951234567", "no number"]).counts
        {'yes': 0, 'no': 0, 'unknown': 2, 'unread': 1}
    """
    if not hasattr(numbers, "__arrow_c_stream__"):
        return ClassifiedNumbers(*_core.classify_many(numbers, country))
    pa = arrow()
    table = pa.table(numbers)
    texts = table.column(number_column(column, table.column_names))
    merged = _Merged()
    for chunk in texts.chunks:
        kind = chunk.type
        if pa.types.is_dictionary(kind):
            chunk = chunk.dictionary_decode()
            kind = chunk.type
        if pa.types.is_integer(kind):
            digits = chunk.cast(pa.int64()).fill_null(0)
            merged.add(_core.classify_many(digits.to_numpy(zero_copy_only=False), country))
        elif pa.types.is_null(kind):
            merged.add(([], bytes([UNREAD]) * len(chunk)))
        elif kind in (pa.string(), pa.large_string()) or "string_view" in str(kind):
            chunk = chunk.cast(pa.large_string()).fill_null("")
            _, offsets, data = chunk.buffers()
            if offsets is None or len(chunk) == 0:
                continue
            merged.add(
                _core.classify_strings(offsets, data or b"", chunk.offset, len(chunk), country)
            )
        else:
            raise InvalidArgument(
                Message("a column of numbers must hold text or integers, not {}", kind)
            )
    return ClassifiedNumbers(merged.answers, b"".join(merged.which))


class _Merged:
    """Answers of several pieces, each answer once."""

    def __init__(self) -> None:
        self.answers: list[Classification] = []
        self.which: list[bytes] = []
        self._places: dict[tuple[str, str, str], int] = {}

    def add(self, piece: tuple[list[Classification], bytes]) -> None:
        answers, which = piece
        table = bytearray(range(256))
        for i, answer in enumerate(answers):
            key = (answer.row, answer.kind, "\n".join(answer.warnings))
            place = self._places.setdefault(key, len(self.answers))
            if place == len(self.answers):
                self.answers.append(answer)
            table[i] = place
        self.which.append(which.translate(bytes(table)))


def number_column(column: str | None, names: Sequence[str]) -> str:
    if column is not None:
        if column not in names:
            raise InvalidArgument(Message("no column '{}'", column))
        return column
    if len(names) == 1:
        return names[0]
    usual = [name for name in names if name.strip().lower() in NUMBER_COLUMNS]
    if len(usual) != 1:
        raise InvalidArgument("which column holds the numbers? name it")
    return usual[0]
