"""The third verifier, in Go: all vectors, hostile containers, and the exit codes of its command."""

from __future__ import annotations

import os
import shutil
import subprocess
import zipfile
from pathlib import Path

import pytest

import bundle_vectors

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "examples" / "verifier-go"
GO = shutil.which("go")

pytestmark = pytest.mark.skipif(
    GO is None, reason="no Go here: the third verifier was not run (apt-get install golang-go)"
)


def go(*words: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """The Go command, with its caches in a folder of the test and no network."""
    return subprocess.run(
        [GO, *words],
        cwd=SOURCE,
        capture_output=True,
        text=True,
        check=False,
        env={
            "PATH": os.environ["PATH"],
            "HOME": str(folder),
            "GOCACHE": str(Path.home() / ".cache" / "go-build"),
            "GOFLAGS": "-mod=mod",
            "GOPROXY": "off",
            "GOTOOLCHAIN": "local",
            "CGO_ENABLED": "0",
        },
    )


@pytest.fixture(scope="module")
def program(tmp_path_factory):
    folder = tmp_path_factory.mktemp("go")
    built = go("build", "-o", str(folder / "verify"), ".", folder=folder)
    assert built.returncode == 0, built.stderr
    return folder / "verify"


def run(program, *words: object) -> tuple[int, str]:
    ended = subprocess.run([program, *map(str, words)], capture_output=True, text=True, check=False)
    assert "panic" not in ended.stderr
    return ended.returncode, ended.stdout


def zipped(files, path: Path, method: int = zipfile.ZIP_DEFLATED) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in files:
            archive.writestr(zipfile.ZipInfo(name), data, method)
    return path


def test_it_agrees_with_every_vector(tmp_path):
    ended = go("test", "./...", folder=tmp_path)
    assert ended.returncode == 0, ended.stdout + ended.stderr


def test_it_needs_the_standard_library_alone():
    assert (SOURCE / "go.mod").read_text() == "module libconsent.example/verifier\n\ngo 1.19\n"


def test_the_command_answers_with_the_exit_codes_of_verify_py(program, tmp_path):
    vector = bundle_vectors.load("happy")
    pack = zipped(vector.files, tmp_path / "x.zip")
    for name, data in vector.files:
        path = tmp_path / "x" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    for what in (pack, tmp_path / "x"):
        code, told = run(program, "-key", vector.keys[0], what)
        assert (code, told.split()[0]) == (0, "proven"), told
        assert "+79161234567" in told
    held = bundle_vectors.load("receipt-of-left-out-entry")
    (tmp_path / "own").write_bytes(held.receipts[0])
    zipped(held.files, tmp_path / "y.zip")
    code, told = run(program, "-receipt", tmp_path / "own", tmp_path / "y.zip")
    assert (code, told[:12]) == (1, "refuted [11]")
    assert run(program, tmp_path / "own")[0] == 0
    assert run(program)[0] == 2
    assert run(program, "-key", "x", pack)[0] == 2
    assert run(program, tmp_path / "absent")[0] == 3


def test_a_container_that_hides_something_is_never_proven(program, tmp_path):
    happy = list(bundle_vectors.load("happy").files)
    whole = zipped(happy, tmp_path / "whole.zip").read_bytes()
    path = tmp_path / "x.zip"
    hostile = [
        b"",
        b"no ZIP",
        b"#!/bin/sh\n" + whole,
        zipped([*happy, ("bomb.txt", bytes(10_000_000))], path).read_bytes(),
        zipped([*happy, ("folder/", b"x")], path).read_bytes(),
        zipped([*happy, ("run.exe", b"x")], path).read_bytes(),
        zipped([*happy, ("../evil", b"x")], path).read_bytes(),
        zipped(happy, path, zipfile.ZIP_BZIP2).read_bytes(),
    ]
    with zipfile.ZipFile(path, "w") as archive:
        link = zipfile.ZipInfo("case.json")
        link.create_system = 3
        link.external_attr = 0o120777 << 16
        archive.writestr(link, "/etc/passwd")
    hostile.append(path.read_bytes())
    for i, data in enumerate(hostile):
        path.write_bytes(data)
        code, told = run(program, path)
        assert (code, told.split()[0]) == (1, "not_proven"), (i, told)
    for at in range(0, len(whole), 211):
        path.write_bytes(whole[:at])
        assert run(program, path)[0] == 1, at
