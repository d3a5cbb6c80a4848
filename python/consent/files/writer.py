"""CSV as this package writes it: one writer, so that no cell of any file runs as a formula."""

from __future__ import annotations

import codecs
import contextlib
import csv
import io
import os
import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Final, TextIO

from consent.files import private_file

__all__ = ["CsvWriter", "guarded", "record", "replacing_csv", "unguarded"]

#: Error handler of the encoding: bytes that were read as surrogates are written as they were, and
#: letters that the encoding lacks as backslash escapes.
KEEP: Final = "consent.keep"


def _keep(error: UnicodeError) -> tuple[str | bytes, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    one = UnicodeEncodeError(
        error.encoding, error.object, error.start, error.start + 1, error.reason
    )
    escaped = "\udc80" <= error.object[error.start] <= "\udcff"
    return codecs.lookup_error("surrogateescape" if escaped else "backslashreplace")(one)


codecs.register_error(KEEP, _keep)


def guarded(cell: str) -> str:
    """A cell that no spreadsheet runs as a formula; :func:`unguarded` gives it back.

    An apostrophe goes before what begins like a formula. A telephone number begins with ``+`` too
    and stays, since digits, blanks, brackets and dashes alone are no formula.
    """
    if not cell or cell[0] not in "=+-@\t\r'":
        return cell
    if cell[0] in "+-" and re.fullmatch(r"[+-][\d ().-]*", cell):
        return cell
    return "'" + cell


def unguarded(cell: str) -> str:
    """What :func:`guarded` was given."""
    return cell[1:] if cell.startswith("'") else cell


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        text = value.isoformat()
        return text.removesuffix("+00:00") + "Z" if value.tzinfo is UTC else text
    return value.hex() if isinstance(value, bytes) else str(value)


class CsvWriter:
    """Rows of one CSV file, guarded.

    A cell of None is empty, a bool is ``true`` or ``false``, a moment is RFC 3339, bytes are
    lower-case hex; anything else is its text.

    Args:
        stream: Text, opened with ``newline=""``.
        header: Names of the columns; None: the file has none.
        delimiter: Between cells.
    """

    def __init__(
        self, stream: TextIO, header: Iterable[object] | None = None, *, delimiter: str = ","
    ) -> None:
        self._writer = csv.writer(stream, delimiter=delimiter, lineterminator="\r\n")
        if header is not None:
            self.row(header)

    def row(self, cells: Iterable[object]) -> None:
        """Write one row."""
        self._writer.writerow([guarded(_text(cell)) for cell in cells])

    def rows(self, rows: Iterable[Iterable[object]]) -> None:
        """Write rows."""
        for row in rows:
            self.row(row)


def record(cells: Iterable[str]) -> str:
    """Cells as one line, unguarded: a cell of another file, which is guarded as a whole."""
    out = io.StringIO(newline="")
    csv.writer(out, lineterminator="").writerow(cells)
    return out.getvalue()


@contextlib.contextmanager
def replacing_csv(
    path: str | os.PathLike[str],
    header: Iterable[object] | None = None,
    *,
    delimiter: str = ",",
    encoding: str = "utf-8",
) -> Iterator[CsvWriter]:
    """A CSV file to write, as :func:`consent.files.private_file.replacing` writes files.

    Args:
        path: Where.
        header: Names of the columns; None: the file has none.
        delimiter: Between cells.
        encoding: Letters that it lacks are written as backslash escapes.
    """
    with private_file.replacing_text(path, encoding=encoding, errors=KEEP) as stream:
        yield CsvWriter(stream, header, delimiter=delimiter)
