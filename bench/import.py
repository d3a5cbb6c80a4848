"""A list of new subjects from CSV, one command: ours beside a script that inserts the same rows.

bench/run runs it. Ours includes everything: reading, checking, encoding, sealing, keys, tree,
standing and head. The peers keep the row alone, with a unique index of its number.
"""

from __future__ import annotations

import csv
import os
import shutil
import sqlite3
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

QUICK = "CONSENT_BENCH_QUICK" in os.environ
ROWS = 100_000 if QUICK else 1_000_000
ROUNDS = int(os.environ.get("CONSENT_BENCH_ROUNDS", "5"))
TO_REACH = "≥ 40 000 /s"
HEADER = "number,event,at,covers,purpose,channel,method,wording,distributor"


def write_list(path: Path) -> None:
    """New numbers in no order, as a CRM gives them out."""
    with path.open("w", encoding="utf-8") as file:
        print(HEADER, file=file)
        for i in range(ROWS):
            number = f"+79{i * 7919 % 10**9:09d}"
            at = f"2026-0{1 + i % 9}-{1 + i % 28:02d}T1{i % 10}:{i % 60:02d}:00+03:00"
            rest = (
                "advertising,advertising,voice,web_form,Согласен на рекламу по телефону,7707083893"
            )
            print(f"{number},given,{at},{rest}", file=file)


def ours(path: Path, folder: Path) -> float:
    """`consent import`, from the start of its process to the end."""
    command = Path(sys.executable).with_name("consent")
    log = folder / "log"
    made = (command, "init", log, "--origin", "bench.example/consent", "--inn", "7707083893")
    subprocess.run(made, check=True, capture_output=True)
    begun = time.monotonic()
    done = subprocess.run((command, "import", log, path), check=True, capture_output=True)
    took = time.monotonic() - begun
    recorded = [line.split()[-1] for line in done.stdout.decode().splitlines()[:2]]
    if recorded != [str(ROWS)] * 2:
        sys.exit("bench: not every row was recorded")
    shutil.rmtree(log)
    return took


def by_sqlite(path: Path, folder: Path) -> float:
    """Python's csv and sqlite3, in commits of 16 384 rows."""
    begun = time.monotonic()
    db = sqlite3.connect(folder / "peer.db")
    db.execute("PRAGMA journal_mode=WAL")
    db.execute("PRAGMA synchronous=FULL")
    columns = HEADER.split(",")
    db.execute(f"CREATE TABLE consent ({', '.join(columns)}, UNIQUE (number))")
    insert = f"INSERT INTO consent VALUES ({', '.join('?' * len(columns))})"
    with path.open(encoding="utf-8", newline="") as file:
        rows = csv.reader(file)
        next(rows)
        while group := [row for row, _ in zip(rows, range(16_384), strict=False)]:
            with db:
                db.executemany(insert, group)
    db.close()
    took = time.monotonic() - begun
    for left in folder.glob("peer.db*"):
        left.unlink()
    return took


def by_postgres(path: Path, folder: Path) -> float:
    """psql \\copy into a table that is there already."""
    del folder
    database = os.environ["CONSENT_BENCH_POSTGRES"]
    columns = " text, ".join(HEADER.split(","))
    make = f"DROP TABLE IF EXISTS consent; CREATE TABLE consent ({columns} text, UNIQUE (number))"
    subprocess.run(("psql", "-qd", database, "-c", make), check=True, capture_output=True)
    begun = time.monotonic()
    copy = rf"\copy consent from '{path}' with (format csv, header)"
    subprocess.run(("psql", "-qd", database, "-c", copy), check=True, capture_output=True)
    return time.monotonic() - begun


def shown(rates: list[float]) -> str:
    """Median (least–most), in rows a second."""
    middle, least, most = (
        f"{round(of):,}".replace(",", " ")
        for of in (statistics.median(rates), min(rates), max(rates))
    )
    return f"{middle} ({least}–{most})"


def main() -> None:
    """Ours and the peers in turn; a ratio is the median of the rounds' own ratios."""
    folder = Path(os.environ["CONSENT_BENCH_FOLDER"])
    path = folder / "list.csv"
    write_list(path)
    peers: dict[str, Callable[[Path, Path], float]] = {
        "Python's csv and sqlite3": by_sqlite,
        "psql \\\\copy": by_postgres,
    }
    rates: dict[str, list[float]] = {name: [] for name in ("ours", *peers)}
    for _ in range(ROUNDS):
        rates["ours"].append(ROWS / ours(path, folder))
        for name, peer in peers.items():
            rates[name].append(ROWS / peer(path, folder))
    path.unlink()
    rows = f"{ROWS:,}".replace(",", " ")
    measure = f"`consent import` of {rows} new subjects from CSV, rows/s"
    for name in peers:
        ratio = statistics.median(a / b for a, b in zip(rates["ours"], rates[name], strict=True))
        print(
            f"| {measure} | {shown(rates['ours'])} | {name} | {shown(rates[name])} "
            f"| {ratio:.2f} | {TO_REACH} |",
            flush=True,
        )
        measure = "the same"


if __name__ == "__main__":
    main()
