"""Events of a log as JSON lines or Parquet, for tables of one's own.

Without numbers a row names its subject by the log's tag: the same person is the same tag, and
nothing leads from it to a number without keys.db. What is exported proves nothing by itself: a
whole log goes from place to place by :meth:`consent.Log.export_entries`.
"""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any, Final

from consent import _core
from consent.errors import InvalidArgument, NotBuiltError
from consent.files import private_file
from consent.files.writer import CsvWriter
from consent.log import Log

__all__ = ["Exported", "export_events"]

#: Members of a body that get a column of their own in Parquet; the rest is JSON text in ``other``.
LISTS: Final = ("acts_for", "channels", "covers", "distributors", "evidence", "purposes")
TEXTS: Final = ("advertiser", "campaign", "document", "method", "source", "wording")
_AT_ONCE: Final = 8192

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Exported:
    """What an export wrote.

    Attributes:
        path: The file.
        events: Rows in it: every entry about a subject whose record is not restricted.
        size: Entries of the log at that moment.
        with_numbers: Whether numbers stand in it in clear.
        restricted: Entries left out, because their subject's record is kept for proof alone.
    """

    path: Path
    events: int
    size: int
    with_numbers: bool
    restricted: int = 0


def export_events(
    log: Log,
    out: str | Path,
    *,
    with_numbers: bool = False,
    progress: Progress | None = None,
    at: datetime | None = None,
) -> Exported:
    """Write every event, oldest first, and put the file in place when it is whole.

    A record under restriction is kept for proof alone, and a table is another use: its entries stay
    out, with their numbers and without, and are counted.

    Args:
        log: May be open for reading.
        out: A file named ``.csv``, ``.jsonl`` or ``.parquet``.
        with_numbers: **Writes telephone numbers in clear** (file mode 0600). Needs keys.db. An
            event whose subject was erased has none.
        progress: Hears (entries done, entries of all).
        at: Aware; restrictions that hold then. Now.

    Raises:
        InvalidArgument: Another ending of the file's name, or a place in the log's own folder.
        StorageError: Numbers were asked for, and keys.db is not there.
    """
    path = Path(out)
    kinds = {".csv": _write_csv, ".jsonl": _write_lines, ".parquet": _write_parquet}
    write = kinds.get(path.suffix.lower())
    if write is None:
        raise InvalidArgument("an export of events is a file named .csv, .jsonl or .parquet")
    private_file.keep_off(path, log=log.folder)
    size = log.size
    numbers = log.numbers_by_tag() if with_numbers else None
    restricted = set(log.restricted_tags(at or datetime.now(UTC)))
    left_out = 0

    def seen() -> Iterator[dict[str, Any]]:
        nonlocal left_out
        for row in _rows(log, size, numbers, progress):
            if bytes.fromhex(row["tag"]) in restricted:
                left_out += 1
            else:
                yield row

    with private_file.replacing(path) as file:
        events = write(file, seen(), with_numbers)
    return Exported(path, events, size, with_numbers, left_out)


def _rows(
    log: Log, size: int, numbers: dict[bytes, str] | None, progress: Progress | None
) -> Iterator[dict[str, Any]]:
    for first in range(0, size, _AT_ONCE):
        for entry in log.entries(first, min(first + _AT_ONCE, size)):
            if entry.subject is None:
                continue
            event = entry.event
            # As it is stored, but for the commitment, which says nothing without the key, and the
            # time, which has a column.
            body = {
                name: value
                for name, value in json.loads(entry.body).items()
                if name not in ("details", "happened")
            }
            row = {
                "seq": entry.seq,
                "type": entry.type,
                "at": _core.to_rfc3339(at) if (at := getattr(event, "at", None)) else None,
                "recorded_at": _core.to_rfc3339(entry.recorded),
                "tag": entry.subject.tag.hex(),
                "subject_seq": entry.subject.seq,
            }
            if numbers is not None:
                row["number"] = numbers.get(entry.subject.tag)
                # With numbers it is read in elsewhere, where the text behind the hash is not known.
                if wording := getattr(event, "wording", None):
                    row["wording_text"] = log.wording(wording)
            yield row | body
        if progress is not None:
            progress(min(first + _AT_ONCE, size), size)


def _write_csv(file: IO[bytes], rows: Iterator[dict[str, Any]], with_numbers: bool) -> int:
    fixed = ["seq", "type", "at", "recorded_at", "tag", "subject_seq"]
    fixed += ["number"] if with_numbers else []
    text = io.TextIOWrapper(file, encoding="utf-8", newline="")
    out = CsvWriter(text, [*fixed, *TEXTS, *LISTS, "other"])
    count = 0
    for row in rows:
        cells = [row.pop(name, None) for name in (*fixed, *TEXTS)]
        cells += [",".join(map(str, row.pop(name, ()))) for name in LISTS]
        out.row([*cells, json.dumps(row, ensure_ascii=False, sort_keys=True) if row else None])
        count += 1
    text.flush()
    text.detach()
    return count


def _write_lines(
    file: IO[bytes],
    rows: Iterator[dict[str, Any]],
    with_numbers: bool,
) -> int:
    del with_numbers
    count = 0
    for row in rows:
        file.write(json.dumps(row, ensure_ascii=False, separators=(",", ":")).encode() + b"\n")
        count += 1
    return count


def _write_parquet(
    file: IO[bytes],
    rows: Iterator[dict[str, Any]],
    with_numbers: bool,
) -> int:
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError:
        raise NotBuiltError("Parquet needs the package pyarrow: pip install pyarrow") from None
    moment = pyarrow.timestamp("us", tz="UTC")
    text = pyarrow.string()
    fields = [
        ("seq", pyarrow.int64()),
        ("type", text),
        ("at", moment),
        ("recorded_at", moment),
        ("tag", text),
        ("subject_seq", pyarrow.int64()),
        *([("number", text)] if with_numbers else []),
        *((name, pyarrow.list_(text)) for name in LISTS),
        *((name, text) for name in TEXTS),
        ("until", moment),
        ("other", text),
    ]
    schema = pyarrow.schema(fields)
    names = [name for name, _ in fields]
    count = 0

    def table(batch: list[dict[str, Any]]) -> Any:  # noqa: ANN401  pyarrow has no types
        for row in batch:
            for name in ("at", "recorded_at", "until"):
                if row.get(name) is not None:
                    row[name] = datetime.fromisoformat(row[name])
            if "means" in row:
                row["method"] = row.pop("means")
            other = {key: row[key] for key in row if key not in names}
            row["other"] = json.dumps(other, ensure_ascii=False) if other else None
        columns = [[row.get(name) for row in batch] for name in names]
        return pyarrow.table(
            [
                pyarrow.array(column, kind)
                for column, (_, kind) in zip(columns, fields, strict=True)
            ],
            schema=schema,
        )

    with pyarrow.parquet.ParquetWriter(file, schema) as writer:
        batch: list[dict[str, Any]] = []
        for row in rows:
            batch.append(row)
            count += 1
            if len(batch) == _AT_ONCE * 4:
                writer.write_table(table(batch))
                batch = []
        writer.write_table(table(batch))
    return count
