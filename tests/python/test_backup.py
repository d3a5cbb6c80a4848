"""Backups from the command line: a copy that verifies, taken while another process writes."""

from __future__ import annotations

import ctypes
import hashlib
import json
import os
import shutil
import subprocess
import sys
from datetime import UTC, datetime, timedelta

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
    with consent.Log.open(folder, writable=False) as log:
        key = log.verifier_key
    assert run(capsys, "verify", copy)[0] == 1  # nobody gave a key, and the copy holds none
    assert run(capsys, "verify", copy, "--key", key)[0] == 0
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
        assert consent.verify(tmp_path / f"copy{i}").verdict == "not_proven"  # no key was given


def in_days(days):
    return (datetime.now(UTC) + timedelta(days=days)).isoformat()


def test_keys_go_along_for_thirty_days_at_most(folder, tmp_path, capsys):
    copy = tmp_path / "copy"
    for words in (("--keys",), ("--expires", in_days(3)), ("--keys", "--expires", in_days(31))):
        assert run(capsys, "backup", folder, copy, *words)[0] == 2
    assert run(capsys, "backup", folder, copy, "--keys", "--expires", in_days(-1))[0] == 2
    assert not copy.exists()
    code, told = run(capsys, "backup", folder, copy, "--keys", "--expires", in_days(29), "--json")
    answer = json.loads(told.out)
    assert (code, answer["keys"], answer["seq"]) == (0, True, 2)
    assert (copy / "keys.db").stat().st_mode & 0o777 == 0o600
    assert run(capsys, "history", copy, NUMBER)[0] == 0
    assert run(capsys, "withdraw", copy, NUMBER)[0] == 3  # a copy is not written
    day = (datetime.now(UTC) + timedelta(days=9)).date().isoformat()
    assert run(capsys, "backup", folder, tmp_path / "other", "--keys", "--expires", day)[0] == 0


def test_due_lists_a_copy_of_the_keys_until_it_is_destroyed(folder, tmp_path, capsys):
    copy = tmp_path / "copy"
    run(capsys, "backup", folder, copy, "--keys", "--expires", in_days(5))

    def copies(*words):
        code, told = run(capsys, "due", folder, "--json", *words)
        items = json.loads(told.out)["items"]
        return code, [each for each in items if each["duty"] == "destroy_keys_copy"]

    code, [item] = copies()
    assert (code, item["state"], item["seq"], item["tag"]) == (0, "open", 2, None)
    assert item["where"] == str(copy)
    assert item["rule"] == "ru/retention/keys-copy"
    code, [item] = copies("--at", in_days(6))
    assert (code, item["state"]) == (1, "overdue")
    assert str(copy) in run(capsys, "due", folder)[1].out
    code, told = run(capsys, "access", folder, NUMBER, "--json")
    assert (code, "destroy_keys_copy" in told.out) == (0, False)  # nobody's own term
    assert run(capsys, "backup", folder, "--destroyed", 1)[0] == 2
    assert run(capsys, "backup", folder, "--destroyed", 2)[0] == 0
    assert copies("--at", in_days(6)) == (0, [])


def test_acts_of_destruction_go_along_and_come_back(folder, tmp_path, capsys):
    assert run(capsys, "erase", folder, NUMBER, "--ground", "x")[0] == 0
    copy = tmp_path / "copy"
    assert run(capsys, "backup", folder, copy, "--keys", "--expires", in_days(5))[0] == 0
    there = {file.name: file.read_bytes() for file in (folder / "acts").iterdir()}
    assert {file.name: file.read_bytes() for file in (copy / "acts").iterdir()} == there
    assert all(file.stat().st_mode & 0o77 == 0 for file in (copy / "acts").iterdir())
    shutil.rmtree(folder)
    assert run(capsys, "restore", folder, "--from", copy)[0] == 0
    assert {file.name: file.read_bytes() for file in (folder / "acts").iterdir()} == there
    due = json.loads(run(capsys, "due", folder, "--json")[1].out)["items"]
    assert "write_act" not in {each["duty"] for each in due}


def test_an_expired_copy_does_not_open_and_is_not_restored(folder, tmp_path, capsys):
    copy = tmp_path / "copy"
    with consent.Log.open(folder) as log:
        made = datetime.now(UTC) - timedelta(days=3)
        log.backup(copy, keys_until=made + timedelta(days=2), at=made)
    code, told = run(capsys, "history", copy, NUMBER)
    assert (code, "expired at" in told.err, NUMBER in told.err) == (3, True, False)
    assert run(capsys, "verify", copy)[0] == 0
    shutil.rmtree(folder)
    code, told = run(capsys, "restore", folder, "--from", copy)
    assert (code, "expired at" in told.err, folder.exists()) == (3, True, False)


def test_a_lost_log_comes_back_and_says_what_cannot_be_known(folder, tmp_path, capsys):
    copy = tmp_path / "copy"
    run(capsys, "backup", folder, copy, "--keys", "--expires", in_days(5))
    assert run(capsys, "restore", folder, "--from", copy)[0] == 2  # nothing is wrong with it
    shutil.rmtree(folder)
    code, told = run(capsys, "restore", folder, "--from", copy, "--json")
    answer = json.loads(told.out)
    assert (code, answer["size"], answer["seq"], answer["end_known"]) == (0, 2, 2, False)
    assert "after entry 1 cannot be known" in answer["cannot_be_known"][0]
    assert run(capsys, "history", folder, NUMBER)[0] == 0
    assert run(capsys, "withdraw", folder, NUMBER)[0] == 0
    assert run(capsys, "verify", folder)[0] == 0


@pytest.mark.parametrize("left", ["log.db", "acts", "keys.db"])
def test_who_was_erased_after_the_backup_does_not_come_back(folder, tmp_path, capsys, left):
    copy = tmp_path / "copy"
    run(capsys, "backup", folder, copy, "--keys", "--expires", in_days(5))
    code, told = run(
        capsys, "erase", folder, NUMBER, "--ground", "152-fz/21", "--lose-proof", "--json"
    )
    assert code == 0, told.err
    for name in {"log.db", "keys.db", "acts"} - {left, "acts"}:
        (folder / name).unlink()
    if left == "acts":
        (folder / "head").write_bytes(b"")
    code, told = run(capsys, "restore", folder, "--from", copy, "--json")
    answer = json.loads(told.out)
    assert (code, len(answer["erased"])) == (0, 1), told.err
    assert list((folder / "acts").glob("*-lost-*.json"))
    code, told = run(capsys, "history", folder, NUMBER)
    assert "consent.withdrawn" not in told.out
    code, told = run(capsys, "withdraw", folder, NUMBER, "--at", in_days(-1))
    assert (code, "erased" in told.err) == (1, True)
    assert run(capsys, "verify", folder)[0] == 0
    assert (tmp_path / answer["aside"]).is_dir()


def test_the_face_gives_the_same(folder, tmp_path):
    with consent.Log.open(folder, writable=False) as log:
        made = log.backup(tmp_path / "copy")
        assert (made.size, made.root) == (log.size, log.root)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="inotify is Linux's")
def test_nothing_that_is_done_with_an_open_log_reads_its_shared_memory_file(
    folder, tmp_path, capsys
):
    # Closing a second descriptor would release SQLite's locks: docs/reference/format.md.
    libc = ctypes.CDLL(None, use_errno=True)
    opened_or_closed = 0x20 | 0x10 | 0x8  # IN_OPEN, IN_CLOSE_NOWRITE, IN_CLOSE_WRITE
    with consent.Log.open(folder) as log:
        log.append(consent.ConsentWithdrawn("+79171234567", at=datetime.now(UTC)))
        watch = libc.inotify_init1(os.O_NONBLOCK)
        assert libc.inotify_add_watch(watch, bytes(folder / "log.db-shm"), opened_or_closed) >= 0
        try:
            with consent.Log.open(folder, writable=False) as reader:
                reader.history("+79171234567")
            consent.verify(folder)
            consent.Gate(folder)
            for number, words in enumerate((["backup"], ["export", "--entries", "--out"])):
                assert run(capsys, words[0], folder, *words[1:], tmp_path / str(number))[0] == 0
            log.append(consent.ConsentWithdrawn("+79181234567", at=datetime.now(UTC)))
            with pytest.raises(BlockingIOError):
                os.read(watch, 4096)
            (folder / "log.db-shm").open("rb").close()  # what others must not do is seen
            assert os.read(watch, 4096)
        finally:
            os.close(watch)
