"""The command ``consent`` in this process, as a shell would run it."""

from __future__ import annotations

import contextlib
import io
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

from consent import cli


@contextlib.contextmanager
def _surroundings(folder: Path | None, changes: Mapping[str, str]) -> Iterator[None]:
    kept = dict(os.environ)
    os.environ.update(changes)
    time.tzset()
    try:
        with contextlib.chdir(folder or Path.cwd()):
            yield
    finally:
        os.environ.clear()
        os.environ.update(kept)
        time.tzset()


def command(
    *words: object,
    stdin: str | None = None,
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
) -> subprocess.CompletedProcess[str]:
    """Run one command; its exit code and what it wrote."""
    typed = [str(word) for word in words]
    given = io.TextIOWrapper(io.BytesIO((stdin or "").encode()), "utf-8")
    out, err = (io.TextIOWrapper(io.BytesIO(), "utf-8", newline="") for _ in range(2))
    kept = sys.stdin, sys.stdout, sys.stderr
    with _surroundings(cwd, env or {}):
        sys.stdin, sys.stdout, sys.stderr = given, out, err
        try:
            code = cli.main(typed)
        except SystemExit as ended:
            code = ended.code if isinstance(ended.code, int) else int(ended.code is not None)
        finally:
            sys.stdin, sys.stdout, sys.stderr = kept
    texts = []
    for stream in (out, err):
        stream.flush()
        texts.append(stream.buffer.getvalue().decode().replace("\r\n", "\n"))
    return subprocess.CompletedProcess(typed, code, *texts)
