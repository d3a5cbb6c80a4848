"""The words of the format as types: the same as at run time, and a misspelt one fails mypy."""

import importlib.util
import subprocess
import sys
from pathlib import Path
from typing import get_args

import pytest

import consent
from consent import wire

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("kind", "alias"),
    [
        ("purpose", wire.Purpose),
        ("channel", wire.Channel),
        ("method", wire.Method),
        ("cover", wire.Cover),
        ("request", wire.Request),
        ("outcome", wire.RequestOutcome),
        ("direction", wire.Direction),
        ("dialled_by", wire.DialledBy),
        ("giver", wire.Giver),
    ],
)
def test_the_words_of_a_type_are_those_of_the_core(kind, alias):
    assert get_args(alias) == consent.words(kind)


SOURCE = """
from datetime import datetime
import consent

def ask(log: consent.Log, at: datetime) -> None:
    log.may_contact("+79161234567", purpose="{purpose}", channel="voice", at=at)
    consent.ConsentGiven("+79161234567", purposes={{"{purpose}"}}, channels={{"voice"}}, at=at)
"""


@pytest.mark.skipif(importlib.util.find_spec("mypy") is None, reason="mypy is not installed")
@pytest.mark.parametrize(("purpose", "errors"), [("advertising", 0), ("advertizing", 2)])
def test_a_misspelt_purpose_fails_mypy(tmp_path, purpose, errors):
    (tmp_path / "asks.py").write_text(SOURCE.format(purpose=purpose))
    done = subprocess.run(
        [
            *(sys.executable, "-m", "mypy", "--strict", "--follow-imports", "silent"),
            *("--cache-dir", ROOT / ".mypy_cache", tmp_path / "asks.py"),
        ],
        env={"MYPYPATH": str(ROOT / "python"), "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.count(": error:") == errors, done.stdout
