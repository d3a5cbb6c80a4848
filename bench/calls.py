"""Call records read: ours beside what only splits the same file into columns.

bench/run runs it, also by itself: python bench/calls.py. Ours includes everything: times with their
zone, directions, numbers, legs, and the sums. The peers read the file and judge nothing. Peers that
are not installed are left out and named.
"""

from __future__ import annotations

import importlib.util
import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from calls_made import write

QUICK = "CONSENT_BENCH_QUICK" in os.environ
ROWS = 100_000 if QUICK else 1_000_000
ROUNDS = int(os.environ.get("CONSENT_BENCH_ROUNDS", "3"))
#: What may be spent on a row beside DuckDB's read of it, and the peak of memory.
TO_REACH = "at most 4x of DuckDB, under 500 MB"

MEASURE = """
import json, resource, sys, time
path = sys.argv[1]
{setup}
wall, cpu = time.perf_counter(), time.process_time()
{work}
spent = time.perf_counter() - wall, time.process_time() - cpu
print(json.dumps([*spent, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, rows]))
"""

OURS = """
from consent.files.calls import read
from consent.files.direction import Direction
rule = Direction.declare(outgoing_trunks=["PJSIP/operator"])
"""
READ = 'rows = read(path, zone="Europe/Moscow", country="RU", direction=rule{}).rows'

PROGRAMS = {
    "consent, calls parsed": (OURS, READ.format("")),
    "consent, row by row": (OURS, READ.format(", blocks=False")),
    "duckdb": (
        "import duckdb\ndb = duckdb.connect()\ndb.execute('set enable_progress_bar = false')",
        'db.execute("create table t as select * from read_csv(\'" + path + "\', header=false)")\n'
        'rows = db.execute("select count(*) from t").fetchone()[0]',
    ),
    "pyarrow": (
        "from pyarrow import csv\noptions = csv.ReadOptions(autogenerate_column_names=True)",
        "rows = csv.read_csv(path, read_options=options).num_rows",
    ),
    "pandas": ("import pandas", "rows = len(pandas.read_csv(path, header=None, dtype=str))"),
    "csv": ("import csv", "rows = sum(1 for _ in csv.reader(open(path, newline='')))"),
}


def measure(name: str, path: Path) -> list[float] | None:
    """Wall and CPU seconds, peak megabytes; None: not installed."""
    setup, work = PROGRAMS[name]
    module = name.split(",")[0]
    if importlib.util.find_spec(module) is None:
        return None
    program = MEASURE.format(setup=setup, work=work)
    done = subprocess.run(
        [sys.executable, "-c", program, path], check=True, capture_output=True, text=True
    )
    *figures, rows = json.loads(done.stdout.splitlines()[-1])
    if rows != ROWS:
        sys.exit(f"bench: {name} read {rows} of {ROWS} rows")
    return figures


def main() -> None:
    """Measure all of them, in turn."""
    with tempfile.TemporaryDirectory(dir=os.environ.get("CONSENT_BENCH_FOLDER")) as folder:
        path = Path(folder) / "Master.csv"
        write(path, ROWS)
        found: dict[str, list[list[float]]] = {name: [] for name in PROGRAMS}
        for _ in range(ROUNDS):
            for name, rounds in found.items():
                if (figures := measure(name, path)) is not None:
                    rounds.append(figures)
        shown = {
            name: [statistics.median(values) for values in zip(*rounds, strict=True)]
            for name, rounds in found.items()
            if rounds
        }
        for name, (wall, cpu, peak) in shown.items():
            print(f"{name}: {wall:.2f} s, {cpu:.2f} CPU s, {peak:.0f} MB", file=sys.stderr)
        for name in found.keys() - shown.keys():
            print(f"{name}: not installed, left out", file=sys.stderr)
        ours = shown["consent, calls parsed"]
        peers = [name for name in ("duckdb", "pyarrow") if name in shown]
        cells = [f"{name} {shown[name][1]:.2f} CPU s" for name in peers] + [""] * (2 - len(peers))
        ratio = f"{ours[1] / shown['duckdb'][1]:.1f}" if "duckdb" in shown else "?"
        what = f"calls: read {ROWS:,} rows of an Asterisk CSV".replace(",", " ")
        spent = f"{ours[1]:.2f} CPU s, {ours[2]:.0f} MB"
        print(f"| {what} | {spent} | {cells[0]} | {cells[1]} | {ratio} | {TO_REACH} |")


if __name__ == "__main__":
    main()
