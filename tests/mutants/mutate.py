#!/usr/bin/env python3
"""Break the code by hand, once for each row of mutants.toml, and see that a test objects.

    ./dev mutate [--only WORD] [--seconds N]

Works in a copy of the sources under build/mutate. A mutant survives where every test named for it
passes; survivors are printed, and the exit code is 1. A row whose text is not found exactly once in
its file is stale, and one that the compiler refuses shows nothing: both count as survivors.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import shutil
import subprocess
import sys
import sysconfig
import time
import tomllib
from collections import Counter
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[2]
COPY = ROOT / "build" / "mutate"
BUILD = COPY / "build" / "mutate"
SITE = COPY / "build" / "site"
#: Far above what any of the tests takes: a mutant that never ends is noticed too.
PATIENCE = 600


class Mutant(NamedTuple):
    """One change.

    Attributes:
        file: Where.
        find: Text that stands there once.
        put: In its place.
        killed_by: Test programs of C++ by name, or files of pytest.
    """

    file: str
    find: str
    put: str
    killed_by: list[str]

    @property
    def area(self) -> str:
        """Its room, or files."""
        return Path(self.file).parent.name


def mutants() -> list[Mutant]:
    with (Path(__file__).parent / "mutants.toml").open("rb") as file:
        return [Mutant(**row) for row in tomllib.load(file)["mutant"]]


def stale(mutant: Mutant, root: Path = ROOT) -> bool:
    """Whether its text is not there exactly once."""
    return (root / mutant.file).read_text("utf-8").count(mutant.find) != 1


def copy_sources() -> None:
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT,
        check=True,
        capture_output=True,
    ).stdout.split(b"\0")
    for name in filter(None, listed):
        source, target = ROOT / os.fsdecode(name), COPY / os.fsdecode(name)
        if not source.is_file():
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        if not target.exists() or target.read_bytes() != source.read_bytes():
            shutil.copyfile(source, target)
    installed = Path(sysconfig.get_path("purelib")) / "consent"
    for name in ("_core*.so", "locale/*.mo"):
        for made in installed.glob(name):
            target = COPY / "python" / "consent" / made.relative_to(installed)
            shutil.copyfile(made, target)
    # The installed package points at ROOT: Python forgets it before it imports anything.
    SITE.mkdir(parents=True, exist_ok=True)
    (SITE / "sitecustomize.py").write_text(
        "import sys\n"
        "sys.meta_path[:] = [f for f in sys.meta_path if 'Scikit' not in type(f).__name__]\n"
    )


def run(*command: str | Path, **more: object) -> subprocess.CompletedProcess[str]:
    try:
        return subprocess.run(
            list(map(str, command)),
            text=True,
            capture_output=True,
            timeout=PATIENCE,
            **{"cwd": COPY, **more},
        )
    except subprocess.TimeoutExpired:
        return subprocess.CompletedProcess(command, 124, "", "took too long")


def built(targets: list[str]) -> bool:
    return not targets or run("cmake", "--build", BUILD, "--target", *targets).returncode == 0


def fails(killer: str) -> bool:
    """Whether this test program, or file of pytest, fails."""
    if not killer.endswith(".py"):
        (program,) = (path for path in BUILD.glob(f"tests/*/{killer}") if path.is_file())
        return run(program, cwd=program.parent).returncode != 0
    environment = os.environ | {
        "PYTHONPATH": f"{SITE}:{COPY / 'python'}",
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    pytest = (sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider")
    return run(*pytest, f"tests/python/{killer}", env=environment).returncode != 0


def fate(mutant: Mutant, seconds: dict[str, float]) -> str:
    """Either killed, or why not: stale, does not compile, survived. Quick tests come first."""
    if stale(mutant, COPY):
        return "stale"
    file = COPY / mutant.file
    whole = file.read_text("utf-8")
    try:
        file.write_text(whole.replace(mutant.find, mutant.put), "utf-8")
        if not built(programs([mutant])):
            return "does not compile"
        killers = sorted(mutant.killed_by, key=seconds.__getitem__)
        return "killed" if any(map(fails, killers)) else "survived"
    finally:
        file.write_text(whole, "utf-8")


def programs(chosen: list[Mutant]) -> list[str]:
    return sorted({name for m in chosen for name in m.killed_by if not name.endswith(".py")})


def prepare(chosen: list[Mutant]) -> dict[str, float]:
    """Builds the copy as it is and runs its tests: the seconds that each takes."""
    copy_sources()
    targets = programs(chosen)
    configured = (
        subprocess.CompletedProcess("", 0)
        if not targets
        else run(
            *("cmake", "--preset", "dev", "-B", BUILD, "--log-level=NOTICE"),
            *("-DCONSENT_BUILD_EXAMPLES=OFF", "-DCONSENT_TEST_CONSUMER=OFF"),
            f"-DCMAKE_COMPILE_WARNING_AS_ERROR={'ON' if os.environ.get('CI') == 'true' else 'OFF'}",
        )
    )
    if configured.returncode != 0 or not built(targets):
        sys.exit(f"mutate: the sources as they are do not build\n{configured.stderr[-2000:]}")
    seconds = {}
    for killer in sorted({name for m in chosen for name in m.killed_by}):
        began = time.monotonic()
        if fails(killer):
            sys.exit(f"mutate: {killer} fails on the sources as they are")
        seconds[killer] = time.monotonic() - began
    return seconds


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", default="", help="mutants whose file holds this word")
    parser.add_argument(
        "--seconds", type=float, help="stop after so long; which come first changes with the commit"
    )
    given = parser.parse_args()
    chosen = [m for m in mutants() if given.only in m.file]
    if given.seconds is not None:
        head = subprocess.run(
            ["git", "rev-parse", "HEAD"], cwd=ROOT, capture_output=True, check=False
        ).stdout
        chosen.sort(key=lambda m: hashlib.sha256(head + m.file.encode() + m.find.encode()).digest())
    began = time.monotonic()
    seconds = prepare(chosen)
    killed: Counter[str] = Counter()
    tried: Counter[str] = Counter()
    survivors = []
    for mutant in chosen:
        if given.seconds is not None and time.monotonic() - began > given.seconds:
            break
        tried[mutant.area] += 1
        why = fate(mutant, seconds)
        killed[mutant.area] += why == "killed"
        if why != "killed":
            survivors.append((why, mutant))
    for why, mutant in survivors:
        print(f"{why}: {mutant.file}\n  - {mutant.find}\n  + {mutant.put}")
    for area in sorted(tried):
        print(f"{area}: {killed[area]} of {tried[area]} killed")
    print(f"mutants: {killed.total()} of {tried.total()} killed, {len(mutants())} listed")
    return 1 if survivors else 0


if __name__ == "__main__":
    sys.exit(main())
