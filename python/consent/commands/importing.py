"""``consent import``: other people's lists, and whole logs, into a log."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import consent
from consent.commands.arguments import NO, YES, Commands, UsageError, open_log
from consent.importing import COLUMNS, import_list, ready_maps
from consent.records import InputError
from consent.terminal import Progress, Terminal


def import_(given: argparse.Namespace, terminal: Terminal) -> int:
    """Read a list into a log."""
    constants: dict[str, str] = {}
    for pair in given.set or ():
        word, equals, value = pair.partition("=")
        if not equals or word not in COLUMNS:
            raise UsageError(f"--set: WORD=VALUE, the word one of {', '.join(COLUMNS)}")
        constants[word] = value
    source = sys.stdin.buffer if given.file == "-" else Path(given.file)
    with (
        Progress(terminal.say("import", "импорт")) as progress,
        open_log(given, writable=True) as log,
    ):
        try:
            found = import_list(
                log,
                source,
                map=given.map,
                zone=given.zone,
                dates=given.dates,
                country=given.country,
                encoding=given.encoding,
                delimiter={"tab": "\t", "\\t": "\t"}.get(given.delimiter, given.delimiter),
                sheet=given.sheet,
                at=given.at if given.at_text else None,
                constants=constants,
                files=given.files,
                numbers=given.numbers,
                rejects=given.rejects,
                progress=progress.rate,
            )
        except InputError as error:
            where = [Path(given.file).name] if given.file != "-" else []
            where += [f"row {error.row}"] if error.row is not None else []
            where += [f"column {error.column}"] if error.column is not None else []
            raise UsageError(f"{', '.join(where)}: {error}" if where else str(error)) from None
    if terminal.machine:
        terminal.document(
            {
                "rows": found.rows,
                "accepted": found.accepted,
                "rejected": found.rejected,
                "already_there": found.already_there,
                "rejects_file": None if found.rejects_file is None else str(found.rejects_file),
                "reasons": dict(sorted(found.reasons.items())),
                "encoding": found.encoding,
                "unused_columns": found.unused_columns,
                "warnings": found.warnings,
            }
        )
    else:
        _show(found, terminal)
    return NO if given.strict and found.rejected else YES


def _show(found: consent.importing.Imported, terminal: Terminal) -> None:
    say = terminal.say
    rows: list[tuple[str, int]] = [
        (say("rows", "строк"), found.rows),
        (say("recorded", "записано"), found.accepted),
        (say("already there", "уже есть"), found.already_there),
        (say("rejected", "отвергнуто"), found.rejected),
        *((f"  {reason}", count) for reason, count in sorted(found.reasons.items())),
    ]
    width = max(len(name) for name, _ in rows)
    for name, count in rows:
        terminal.print(f"{name.ljust(width)}  {count:>9}")
    if found.unused_columns:
        unused = say("columns not used", "столбцы не использованы")
        terminal.print(f"{unused}: {', '.join(found.unused_columns)}")
    for warning in found.warnings:
        terminal.print(f"! {warning}")
    if found.rejects_file is not None:
        terminal.print(f"{say('rejected rows', 'отвергнутые строки')}: {found.rejects_file}")


def add(commands: Commands) -> None:
    """Declare what can be typed."""
    say = commands.say
    made = commands.command(
        "import", import_, "read a list into a log", "прочитать список в журнал"
    )
    commands.log(made)
    made.add_argument("file", metavar="FILE", help=say("- is stdin", "- это stdin"))
    made.add_argument(
        "--map",
        metavar="MAP",
        help=say(
            f"MAP.toml, or {', '.join(ready_maps())}; left out: the columns bear our names",
            f"MAP.toml или {', '.join(ready_maps())}; не указано: столбцы названы по-нашему",
        ),
    )
    made.add_argument("--zone", help=say("of times without an offset", "времён без смещения"))
    made.add_argument("--dates", choices=("iso", "day-first", "month-first", "unix"))
    made.add_argument("--country", choices=("RU", "KZ", "US", "CA"))
    made.add_argument("--encoding", help=say("else found out", "иначе определим"))
    made.add_argument("--delimiter", help=say("else found out", "иначе определим"))
    made.add_argument("--sheet", help=say("of a workbook", "лист книги"))
    made.add_argument(
        "--set",
        action="append",
        metavar="WORD=VALUE",
        help=say("what holds where a row says nothing", "что верно, где строка молчит"),
    )
    commands.at(made, "when it happened, where no column says it", "когда, если нет столбца")
    made.add_argument(
        "--files",
        type=Path,
        metavar="DIR",
        help=say("documents and recordings that cells name", "файлы, названные в ячейках"),
    )
    made.add_argument(
        "--numbers",
        type=Path,
        metavar="IDS.csv",
        help=say("id,number, where people are named by id", "id,номер, если люди названы id"),
    )
    made.add_argument("--rejects", type=Path, metavar="FILE.csv")
    made.add_argument(
        "--strict", action="store_true", help=say("exit 1 on rejects", "код 1 при отказах")
    )
