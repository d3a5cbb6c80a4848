"""What a log says, and does, when something was put back, lost or locked."""

from __future__ import annotations

import grp
import json
import os
import shutil
import stat
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

import consent
from command import command
from consent import cli

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
ALICE = "+79161234567"


def run(*words: str | Path, env: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    return command(*words, env={"LC_ALL": "C.UTF-8"} | (env or {}))


def a_log(folder: Path, **more: str) -> consent.Log:
    romashka = consent.Organisation(inn="7707083893")
    return consent.Log.create(
        folder, origin="romashka.example/consent", distributor=romashka, **more
    )


def yes(number: str) -> consent.ConsentGiven:
    return consent.ConsentGiven(
        number, at=NOW, purposes="advertising", channels="voice", method="paper"
    )


def test_a_log_that_was_put_back_refuses_to_be_written_until_it_is_restored(tmp_path: Path) -> None:
    folder = tmp_path / "log"
    with a_log(folder) as log:
        log.append(yes(ALICE))
    kept = (folder / "log.db").read_bytes()
    with consent.Log.open(folder) as log:
        log.append(yes(ALICE))
    (folder / "log.db").write_bytes(kept)

    refused = run("withdraw", folder, ALICE)
    assert refused.returncode == 3
    assert "1 are missing" in refused.stderr
    assert (
        run("check", folder, ALICE, "--purpose", "advertising", "--channel", "voice").returncode < 2
    )
    assert run("verify", folder).returncode == 1

    restored = run("restore", folder, "--reason", "backup", "--json")
    assert restored.returncode == 0, restored.stderr
    assert "1 are missing" in json.loads(restored.stdout)["lost"]
    assert run("withdraw", folder, ALICE).returncode == 0
    assert run("verify", folder).returncode == 0
    assert run("restore", folder).returncode == 2  # nothing is wrong any more


def test_a_second_head_elsewhere_notices_a_folder_put_back_whole(tmp_path: Path) -> None:
    folder, head = tmp_path / "log", tmp_path / "elsewhere"
    made = run("init", folder, "--origin", "a.example/c", "--inn", "7707083893", "--head", head)
    assert made.returncode == 0, made.stderr
    shutil.copytree(folder, tmp_path / "old")
    assert run("withdraw", folder, ALICE, "--head", head).returncode == 0
    shutil.rmtree(folder)
    shutil.copytree(tmp_path / "old", folder)
    assert run("withdraw", folder, ALICE, "--head", head).returncode == 3
    assert run("withdraw", folder, ALICE).returncode == 0  # its own head came back with it


def test_rebuild_says_whether_the_tables_had_lied(tmp_path: Path) -> None:
    folder = tmp_path / "log"
    with a_log(folder) as log:
        log.append(yes(ALICE))
    answer = json.loads(run("rebuild", folder, "--json").stdout)
    assert answer == {"entries": 2, "subjects": 1, "differed": False}


def test_a_passphrase_file_alone_closes_the_keys_and_an_empty_one_is_refused(
    tmp_path: Path,
) -> None:
    file = tmp_path / "word"
    file.write_text("a long enough word", encoding="utf-8")
    who = ("--origin", "a.example/c", "--inn", "7707083893")
    assert run("init", tmp_path / "log", *who, "--passphrase-file", file).returncode == 0
    assert run("history", tmp_path / "log", ALICE).returncode == 3
    file.write_text("\n", encoding="utf-8")
    refused = run("init", tmp_path / "other", *who, "--passphrase", "--passphrase-file", file)
    assert refused.returncode == 2, refused.stderr
    assert not (tmp_path / "other").exists()


def test_a_short_passphrase_is_refused_before_anything_is_made(tmp_path: Path) -> None:
    refused = run(
        "init",
        tmp_path / "log",
        *("--origin", "a.example/c", "--inn", "7707083893", "--passphrase"),
        env={"CONSENT_PASSPHRASE": "сим-сим"},
    )
    assert refused.returncode == 2, refused.stderr
    assert "12" in refused.stderr
    assert not (tmp_path / "log").exists()


def test_a_log_is_its_owners_alone_unless_a_group_may_pass(tmp_path: Path) -> None:
    who = ("--origin", "a.example/c", "--inn", "7707083893")
    group = grp.getgrgid(os.getgid()).gr_name
    assert run("init", tmp_path / "own", *who).returncode == 0
    assert run("init", tmp_path / "shared", *who, "--group", group).returncode == 0
    assert run("init", tmp_path / "other", *who, "--group", "nobody-has-it").returncode == 2
    assert stat.S_IMODE((tmp_path / "own").stat().st_mode) == 0o700
    assert stat.S_IMODE((tmp_path / "shared").stat().st_mode) == 0o710
    assert not (tmp_path / "other").exists()


def test_keys_closed_with_a_passphrase_need_it(tmp_path: Path) -> None:
    folder, word = tmp_path / "log", {"CONSENT_PASSPHRASE": "сим-сим, откройся"}
    made = run(
        "init", folder, "--origin", "a.example/c", "--inn", "7707083893", "--passphrase", env=word
    )
    assert made.returncode == 0, made.stderr
    assert run("withdraw", folder, ALICE).returncode == 3
    assert run("withdraw", folder, ALICE, env={"CONSENT_PASSPHRASE": "сезам"}).returncode == 3
    assert run("withdraw", folder, ALICE, env=word).returncode == 0
    file = tmp_path / "word.txt"
    file.write_text("сим-сим, откройся\n", encoding="utf-8")
    assert run("history", folder, ALICE, "--passphrase-file", file).returncode == 0
    assert run("verify", folder).returncode == 1  # only with keys.db is every entry covered
    assert run("verify", folder, env=word).returncode == 0


def test_a_locked_log_is_waited_for_as_long_as_asked(tmp_path: Path) -> None:
    with a_log(tmp_path / "log"):
        assert run("withdraw", tmp_path / "log", ALICE, "--wait", "0.1").returncode == 3
    assert run("withdraw", tmp_path / "log", ALICE, "--wait", "0.1").returncode == 0


def test_a_step_of_the_clock_is_recorded(tmp_path: Path) -> None:
    with a_log(tmp_path / "log") as log:
        assert not log.observe_clock(NOW, 1_000_000)
        assert log.observe_clock(NOW + timedelta(hours=1), 2_000_000)
        assert log.entry(1).type == "clock.step"
        digest = log.register_wording("Согласен на рекламу.", language="ru")
        assert log.wording(digest) == "Согласен на рекламу."
        log.heartbeat()
    assert consent.verify(tmp_path / "log").verdict == "proven"


def test_an_old_sqlite_is_warned_of_where_it_has_the_wal_reset_bug(tmp_path: Path) -> None:
    with a_log(tmp_path / "log") as log:
        if not log.warnings:
            pytest.skip("this SQLite has the fix")
        assert "SQLite" in log.warnings[0]
        assert log.impairment == ""


def test_a_passphrase_typed_at_the_terminal_restores_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder, word = tmp_path / "log", "сим-сим, откройся"
    with a_log(folder, passphrase=word) as log:
        log.append(yes(ALICE))
    kept = (folder / "log.db").read_bytes()
    with consent.Log.open(folder, passphrase=word) as log:
        log.append(yes(ALICE))
    (folder / "log.db").write_bytes(kept)

    monkeypatch.delenv("CONSENT_PASSPHRASE", raising=False)
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True)
    monkeypatch.setattr("getpass.getpass", lambda _: word)
    assert cli.main(["restore", str(folder), "--reason", "backup"]) == 0
    assert "1 are missing" in capsys.readouterr().out
    with consent.Log.open(folder, passphrase=word) as log:
        assert log.impairment == ""


def test_what_whoever_runs_the_log_should_know_is_said_by_every_command(tmp_path: Path) -> None:
    folder = tmp_path / "log"
    with a_log(folder) as log:
        log.append(yes(ALICE))
    assert run("history", folder, ALICE).stderr == ""
    mistyped = run("history", folder, ALICE, "--head", tmp_path / "haed")
    assert mistyped.returncode == 0
    assert "second head: is not there" in mistyped.stderr
    (folder / "keys.db").chmod(0o640)
    open_to_others = run("history", folder, ALICE)
    assert open_to_others.returncode == 0
    assert "keys.db: others than its owner may open it" in open_to_others.stderr
