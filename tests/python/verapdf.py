"""veraPDF, where a Java is and ``./dev test`` has fetched it: what it says of PDF files."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path

ROOT = Path(__file__).parents[2]
JARS = ROOT / "build" / "verapdf"
THERE = shutil.which("java") is not None and any(JARS.glob("validation-model*.jar"))
MISSING = "veraPDF left out: no Java, or ./dev test has not fetched it"


def verdicts(files: Iterable[Path]) -> list[tuple[str, str, str]]:
    """Of each file: name, flavour, ``ok`` or the clauses that failed."""
    run = subprocess.run(
        ["java", "-cp", f"{JARS}/*", str(ROOT / "tests/verapdf/Check.java"), *map(str, files)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    return [tuple(line.split("\t")) for line in run.stdout.splitlines()]
