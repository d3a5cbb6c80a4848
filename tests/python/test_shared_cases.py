"""The cases of ../shared: inputs on which an earlier build answered wrongly, as they were found.

Each kind has tests of its own where its code is; these hold the very inputs.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

import consent
from consent.files.calls import read
from consent.files.clock import DATES
from consent.files.direction import Direction
from consent.files.importing import import_list

SHARED = Path(os.environ.get("CONSENT_SHARED", Path(__file__).parents[3] / "shared"))
CASES = SHARED / "cases"
OURS = [
    "01",
    "02",
    "03",
    "04",
    "05",
    "06",
    "07",
    "08",
    "09",
    "10",
    *map(str, (12, 13, 14, 15, 18, 19, 20, 21)),
]
COMMAND = Path(sys.executable).with_name("consent")

pytestmark = pytest.mark.skipif(
    not (CASES / "run.py").exists(), reason=f"{CASES} is not here: set CONSENT_SHARED"
)


def folder(number: str) -> Path:
    (found,) = CASES.glob(f"{number}-*")
    return found


@pytest.mark.skipif(not COMMAND.exists() or not shutil.which("bash"), reason="no command, or bash")
@pytest.mark.parametrize("number", OURS)
def test_a_case_has_its_expected_answer(number, tmp_path):
    spec = importlib.util.spec_from_file_location("cases_run", CASES / "run.py")
    cases = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(cases)
    done = subprocess.run(
        ["bash", "cmd.sh"],
        cwd=folder(number),
        capture_output=True,
        text=True,
        env={
            **os.environ,
            "C": str(COMMAND),
            "PY": sys.executable,
            "LC_ALL": "C.UTF-8",
            "TMPDIR": str(tmp_path),
        },
        check=False,
    )
    assert cases.CHECKS[number](done.stdout), done.stdout + done.stderr


def test_every_time_of_case_11_can_be_declared(tmp_path):
    head, *rows = (folder("11") / "calls.csv").read_text().splitlines()
    assert rows
    for row in rows:
        (tmp_path / "one.csv").write_text(f"{head}\n{row}\n")
        found = [
            read(
                tmp_path / "one.csv",
                zone="UTC",
                layout=folder("11") / "m.toml",
                direction=Direction.declare(outgoing_contexts=["out"]),
                dates=dates,
            )
            for dates in DATES
        ]
        starts = {attempt.start_us for each in found for attempt in each.attempts}
        # 5 January, or 1 May where the day comes first: never another year, and never nothing.
        assert datetime(2026, 1, 5, 10, tzinfo=UTC).timestamp() * 1e6 in starts, row


def test_digits_without_a_plus_and_prefixes_of_case_16_can_be_declared(tmp_path):
    with consent.Log.create(
        tmp_path / "log",
        origin="a.example/c",
        distributor=consent.Organisation(inn="7707083893"),
        now=datetime(2026, 10, 1, tzinfo=UTC),
    ) as log:
        done = import_list(
            log,
            folder("16") / "list.csv",
            map="stop-list",
            at=datetime(2026, 10, 1, tzinfo=UTC),
            now=datetime(2026, 10, 2, tzinfo=UTC),
            country="international",
            rejects=tmp_path / "rejects.csv",
        )
        assert (done.rejected, done.accepted) == (0, done.rows)
    found = read(
        folder("16") / "c.csv",
        zone="Europe/Moscow",
        country="RU",
        prefixes=["9"],
        direction=Direction.declare(outgoing_contexts=["out"]),
    )
    assert [attempt.number for attempt in found.attempts] == [79161234567]


def test_a_stop_by_sms_has_a_word_case_17():
    assert {"sms_reply", "message"} <= set(consent.words("method"))
