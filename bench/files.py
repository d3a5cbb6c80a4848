"""A table of other people's files: where each row of the shared files and of our fixtures ends.

    .venv/bin/python bench/files.py [--shared FOLDER]

For calls: judged, left out, rejected. For lists: recorded or known, nothing left out, rejected. The
sum of the three is the rows; the program stops where it is not. Seconds and peak memory are those
of one process a file, imports excluded from the first and included in the second.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
TESTS = ROOT / "tests" / "python"

CALLS = """
import json, resource, sys, time
from collections import Counter
from consent.files.calls import read
from consent.files.direction import Direction
path, given = sys.argv[1], json.loads(sys.argv[2])
rule = Direction.declare(**given.pop("direction"))
begin = time.perf_counter()
found = read(path, direction=rule, **given)
spent = time.perf_counter() - begin
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
left_out = sum(found.left_out.values())
why = Counter(found.left_out)
why.update(reject.reason for reject in found.rejects)
judged, rejected = found.judged_rows, len(found.rejects)
print(json.dumps([found.rows, judged, left_out, rejected, spent, peak, why.most_common(3)]))
"""

LISTS = """
import json, resource, sys, tempfile, time
from datetime import datetime, UTC
from pathlib import Path
import consent
from consent.files.importing import import_list
path, given = sys.argv[1], json.loads(sys.argv[2])
now = datetime(2026, 11, 30, tzinfo=UTC)
given["at"] = datetime(2026, 10, 1, tzinfo=UTC) if given.pop("undated", False) else None
with tempfile.TemporaryDirectory() as folder:
    who = consent.Organisation(inn="7707083893")
    made = consent.Log.create(Path(folder, "log"), origin="a.example/c", distributor=who, now=now)
    with made as log:
        begin = time.perf_counter()
        done = import_list(log, path, now=now, rejects=Path(folder, "rejects.csv"), **given)
        spent = time.perf_counter() - begin
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
kept, why = done.accepted + done.already_there, done.reasons.most_common(3)
print(json.dumps([done.rows, kept, 0, done.rejected, spent, peak, why]))
"""

US = {"zone": "America/New_York", "country": "US"}
PT = {"zone": "Europe/Lisbon", "country": None}
RU = {"zone": "Europe/Moscow", "country": "RU"}

#: Maps of files that no ready layout is for.
MAPS = {
    "pt": "[columns]\nstart = 1\ndst = 3\nsrc = 18\ncontext = 5\nchannel = 6\n"
    "billsec = 11\nduration = 10\n"
    'disposition = 12\nuniqueid = 15\n[format]\ndates = "day-first"\nheader = false\n',
    "short": '[columns]\nstart = "calldate"\ndst = "dst"\nsrc = "src"\n'
    'duration = "duration"\nbillsec = "billsec"\n'
    'disposition = "disposition"\n[format]\ndates = "day-first"\n',
    "nodobo": "[columns]\nsrc = 1\ndst = 2\ncontext = 3\nbillsec = 4\nstart = 5\n"
    "[format]\nheader = false\n",
    "vast": '[columns]\nsrc = "From"\ndst = "To"\nstart = "DateTime"\n'
    'duration = "Duration.seconds."\n'
    '[format]\ndates = "month-first"\n',
    "india": '[columns]\nstart = "timestamp"\ndst = "called_number"\ncontext = "call_type"\n'
    'billsec = "call_duration_seconds"\n',
}

#: File, what is declared.
REAL = {
    "cdr/asterisk_master_ru_2024.csv": {
        **RU,
        "zone": "UTC",
        "direction": {"outgoing_trunks": ["SIP/*"]},
    },
    "cdr/asterisk_pbx_us_2018_export.csv": {
        **US,
        "direction": {"outgoing_trunks": ["PJSIP/VITerm", "PJSIP/thinQ"]},
    },
    "cdr/asterisk_freepbx_pt_2017.csv": {
        **PT,
        "layout": "pt",
        "direction": {"outgoing_contexts": ["from-internal"]},
    },
    "cdr/asterisk_ui_export_pt_2017.csv": {
        **PT,
        "direction": {"outgoing_contexts": ["from-internal"]},
    },
    "cdr/short_cr_pt_2017.csv": {**PT, "layout": "short", "direction": {"everything": True}},
    "cdr/freeswitch_cdr_csv_2020.csv": {
        **RU,
        "layout": "freeswitch",
        "direction": {"outgoing_contexts": ["default"]},
    },
    "cdr/cisco_cucm_sample.csv": {**US, "layout": "cucm", "direction": {"everything": True}},
    "cdr/nodobo_calls.csv.gz": {
        "zone": "Europe/London",
        "layout": "nodobo",
        "direction": {"outgoing_contexts": ["Outgoing"]},
    },
    "cdr/vast2008_calls.csv.gz": {
        "zone": "UTC",
        "layout": "vast",
        "direction": {"everything": True},
    },
    "cdr/synthetic_cdr_in_2025.csv.gz": {
        "zone": "Asia/Kolkata",
        "layout": "india",
        "direction": {"outgoing_contexts": ["outgoing"]},
    },
}
LIST_MAPS = {
    "lead": '[columns]\nnumber = 5\n[format]\nheader = false\n[constants]\nevent = "withdrawn"\n',
    "dnc": '[columns]\nnumber = "phone"\n[constants]\nevent = "withdrawn"\n',
}

LISTED = {
    "cdr/vicidial_lead_load_test.txt": {
        "map": "lead",
        "country": "US",
        "delimiter": "|",
        "undated": True,
    },
    "consent_records/fides/consent-lookup.json": {
        "map": "fides",
        "zone": "UTC",
        "values": {"purpose": {"data_sales": "advertising"}},
        "constants": {"channel": "voice"},
    },
    "consent_records/govstack/mock_fixtures.json": {
        "map": "govstack",
        "zone": "UTC",
        "values": {"purpose": {"*": "advertising"}},
        "constants": {"channel": "voice"},
    },
    "ftc_dnc/daily_additions.csv.gz": {
        "map": "stop-list",
        "country": "US",
        "zone": "UTC",
        "undated": True,
    },
    "ftc_dnc/90days_2025-10-28.csv.gz": {
        "map": "stop-list",
        "country": "US",
        "zone": "UTC",
        "undated": True,
    },
}


def run(program: str, path: Path, given: dict[str, object], label: str) -> str:
    """One file in a process of its own: its row of the table."""
    done = subprocess.run(
        [sys.executable, "-c", program, path, json.dumps(given)], capture_output=True, text=True
    )
    if done.returncode:
        said = done.stderr.strip().splitlines()[-1] if done.stderr.strip() else "failed"
        return f"| {label} | | | | | | | refused: {said[:160]} |"
    rows, judged, left_out, rejected, spent, peak, why = json.loads(done.stdout.splitlines()[-1])
    if rows != judged + left_out + rejected:
        sys.exit(f"{label}: {rows} rows, {judged} + {left_out} + {rejected} in the three places")
    reasons = ", ".join(f"{word} {count}" for word, count in why)
    cells = (label, rows, judged, left_out, rejected, f"{spent:.2f}", f"{peak:.0f}", reasons)
    return "| " + " | ".join(map(str, cells)) + " |"


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser()
    there = os.environ.get("CONSENT_SHARED", ROOT.parent / "shared")
    parser.add_argument("--shared", type=Path, default=Path(there))
    data = parser.parse_args().shared / "data"
    import tempfile

    print("| file | rows | judged | left out | rejected | seconds | peak MB | why not judged |")
    print("| --- | --: | --: | --: | --: | --: | --: | --- |")
    with tempfile.TemporaryDirectory() as folder:
        for name, text in {**MAPS, **LIST_MAPS}.items():
            Path(folder, f"{name}.toml").write_text(text)
        jobs: list[tuple[str, Path, dict[str, object], str]] = []
        jobs += [(CALLS, data / name, dict(given), name) for name, given in REAL.items()]
        jobs += [(LISTS, data / name, dict(given), name) for name, given in LISTED.items()]
        sys.path.insert(0, str(TESTS))
        from test_layouts import EXPECTED

        for name, (direction, options, _) in EXPECTED.items():
            (sample,) = (TESTS / "layouts").glob(f"{name}.*")
            given = {**RU, "layout": name, "direction": direction, **options}
            jobs.append((CALLS, sample, given, f"fixture {sample.name}"))
        calls = {**RU, "direction": {"outgoing_trunks": ["PJSIP/operator", "PJSIP/reserve"]}}
        records = ROOT / "examples" / "records"
        jobs.append((CALLS, records / "calls.csv", calls, "examples/records/calls.csv"))
        events = {"zone": "Europe/Moscow", "country": "RU"}
        jobs.append((LISTS, records / "events.csv", events, "examples/records/events.csv"))
        for program, path, given, label in jobs:
            for key in ("layout", "map"):
                own = Path(folder, f"{given.get(key)}.toml")
                given |= {key: str(own)} if own.exists() else {}
            if path.exists():
                print(run(program, path, given, label), flush=True)
            else:
                print(f"{label} is not here: --shared", file=sys.stderr)


if __name__ == "__main__":
    main()
