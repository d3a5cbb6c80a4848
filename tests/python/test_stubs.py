import os
import subprocess
import sys
from pathlib import Path

import pytest

import consent

pytest.importorskip("mypy")
PACKAGE = Path(__file__).parents[2] / "python"
SETTINGS = Path(__file__).parents[2] / "pyproject.toml"


def checked(*words):
    return subprocess.run(
        [sys.executable, "-m", *words],
        env=os.environ | {"MYPYPATH": str(PACKAGE)},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def test_the_stub_of_the_binary_is_true():
    done = checked("mypy.stubtest", "--mypy-config-file", str(SETTINGS), "consent._core")
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_users_program_is_checked_by_the_types_of_the_package(tmp_path):
    program = tmp_path / "program.py"
    program.write_text(
        "from datetime import datetime\n"
        "import consent\n"
        "def may(log: consent.Log, at: datetime) -> bool:\n"
        "    answer = log.may_contact('+7…', purpose='advertising', channel='voice', at=at)\n"
        "    reveal_type(answer.findings)\n"
        "    log.may_contact('+79161234567', 'advertising')\n"
        "    return answer\n",
        encoding="utf-8",
    )
    said = checked("mypy", "--strict", "--config-file=", str(program)).stdout
    assert "tuple[consent._core.Finding, ...]" in said
    assert "program.py:6: error" in said
    assert 'got "Decision", expected "bool"' in said


def test_the_package_says_that_it_is_typed():
    assert (Path(consent.__file__).parent / "py.typed").exists()
