"""The list of mutants is about the code as it is; ``./dev mutate`` tries them."""

import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "tests" / "mutants"))

from mutate import mutants, stale  # noqa: E402


def test_every_mutant_changes_a_line_that_is_there():
    listed = mutants()
    assert len(listed) >= 60
    assert [(each.file, each.find) for each in listed if stale(each)] == []
    assert all(each.find != each.put for each in listed)


def test_every_test_that_a_mutant_names_is_there():
    programs = {name for each in mutants() for name in each.killed_by if not name.endswith(".py")}
    folders = (ROOT / "tests").iterdir()
    made = {f"test_{folder.name}" for folder in folders} | {"test_log_kill", "test_log_fault"}
    assert programs <= made
    for each in mutants():
        for name in each.killed_by:
            assert not name.endswith(".py") or (ROOT / "tests" / "python" / name).exists(), name
