"""Backups from the command line: a copy that verifies, taken while another process writes."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys

import pytest

import consent
from consent import cli

NUMBER = "+79161234567"


def run(capsys, *arguments):
    code = cli.main([str(each) for each in arguments])
    return code, capsys.readouterr()


@pytest.fixture
def folder(tmp_path, capsys):
    made = tmp_path / "romashka"
    run(capsys, "init", made, "--origin", "romashka.example/consent", "--inn", "7707083893")
    run(capsys, "withdraw", made, NUMBER)
    return made


def test_the_copy_verifies_and_is_what_the_answer_says(folder, tmp_path, capsys):
    copy = tmp_path / "copy"
    code, told = run(capsys, "backup", folder, copy, "--json")
    answer = json.loads(told.out)
    assert (code, answer["size"], answer["keys"]) == (0, 2, False)
    assert hashlib.sha256((copy / "log.db").read_bytes()).hexdigest() == answer["log_db_sha256"]
    assert sorted(path.name for path in copy.iterdir()) == ["head", "log.db"]
    assert run(capsys, "verify", copy)[0] == 0
    assert run(capsys, "backup", folder, copy)[0] == 3
    assert run(capsys, "backup", folder, folder / "copy")[0] == 2


def test_a_copy_is_taken_while_another_process_writes(folder, tmp_path, capsys):
    program = (
        "import consent, sys\n"
        "from datetime import UTC, datetime\n"
        "log = consent.Log.open(sys.argv[1])\n"
        "print('writing', flush=True)\n"
        "i = 0\n"
        "while sys.stdin:\n"
        "    i += 1\n"
        "    log.append(consent.ConsentWithdrawn(f'+7917{i:07d}', at=datetime.now(UTC)))\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program, str(folder)], stdout=subprocess.PIPE, text=True
    ) as writer:
        try:
            assert writer.stdout.readline() == "writing\n"
            made = [run(capsys, "backup", folder, tmp_path / f"copy{i}")[0] for i in range(3)]
        finally:
            writer.kill()
    assert made == [0, 0, 0]
    for i in range(3):
        assert run(capsys, "verify", tmp_path / f"copy{i}")[0] == 0


def test_what_is_not_built_says_so(folder, tmp_path, capsys):
    wanted = ("--keys", "--expires", "2026-12-01T00:00:00+03:00")
    assert run(capsys, "backup", folder, tmp_path / "copy", *wanted)[0] == 3
    assert run(capsys, "restore", folder, "--from", tmp_path / "copy")[0] == 3
    assert not (tmp_path / "copy").exists()


def test_the_face_gives_the_same(folder, tmp_path):
    with consent.Log.open(folder, writable=False) as log:
        made = log.backup(tmp_path / "copy")
        assert (made.size, made.root) == (log.size, log.root)
