"""A release knows the days off of the year that it will be used in."""

from __future__ import annotations

import importlib.util
from datetime import date
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[2] / "cmake" / "check_release.py"
spec = importlib.util.spec_from_file_location("check_release", SOURCE)
assert spec is not None
assert spec.loader is not None
check_release = importlib.util.module_from_spec(spec)
spec.loader.exec_module(check_release)


@pytest.mark.parametrize(
    ("today", "last_read", "missing"),
    [
        (date(2026, 9, 30), date(2026, 12, 31), None),
        (date(2026, 10, 1), date(2026, 12, 31), 2027),
        (date(2026, 12, 31), date(2026, 12, 31), 2027),
        (date(2026, 12, 31), date(2027, 12, 31), None),
        (date(2027, 1, 1), date(2026, 12, 31), 2027),
    ],
)
def test_from_october_on_a_release_needs_the_next_year(today, last_read, missing):
    assert check_release.missing_year(today, last_read) == missing


def test_a_release_of_today_is_refused_by_a_provisional_year(capsys):
    assert check_release.main(["2026-11-30"]) == 1
    assert "2027" in capsys.readouterr().out
    assert check_release.main(["2026-09-30"]) == 0
