"""Erasure, hold, restriction and the act of destruction: from Python and from the command."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

import consent
from consent import erasure

NUMBER = "+79161234567"
OTHER = "+79031112233"
AT = datetime(2026, 11, 20, 11, 3, tzinfo=UTC)
WHEN = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
#: Act: order 179, p. 3 "а"-"к"; export: p. 5 "а"-"д" (law sheet 4.1).
ACT = {
    *("operator", "processor", "subject", "destroyed_by", "categories", "carrier", "system"),
    *("method", "reason", "date"),
}
EXPORT = {"subject", "categories", "system", "reason", "date"}


def cli(folder: Path, *words: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "consent", *map(str, words)],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def log(tmp_path: Path):
    with consent.Log.create(
        tmp_path / "log",
        origin="romashka.example/consent",
        distributor=consent.Organisation(inn="7707083893", name="ООО Ромашка"),
        now=AT - timedelta(days=400),
    ) as made:
        yield made


def given(number: str = NUMBER, at: datetime = AT) -> consent.ConsentGiven:
    return consent.ConsentGiven(
        number, purposes="advertising", channels="voice", method="sms_code", at=at
    )


def may_call(log: consent.Log, number: str, at: datetime) -> consent.Decision:
    return log.may_contact(number, purpose="advertising", channel="voice", at=at)


def test_an_erased_number_is_denied_until_a_consent_that_came_after(log):
    log.append_at(given(), AT)
    assert may_call(log, NUMBER, WHEN).allowed is True
    done = log.erase(NUMBER, ground="152-fz/21-5", at=WHEN)
    assert done.erased is True
    answer = may_call(log, NUMBER, WHEN + timedelta(hours=1))
    assert answer.verdict == "deny"
    assert answer.findings[0].rule == "standing/erased"
    assert log.erased_at(NUMBER) == WHEN
    with pytest.raises(consent.ErasedError) as refused:
        log.append_at(given(), WHEN + timedelta(hours=1))
    assert refused.value.code == "erased"
    assert "916" not in str(refused.value)
    later = WHEN + timedelta(hours=2)
    log.append_at(given(at=later), later)
    assert may_call(log, NUMBER, later + timedelta(hours=1)).allowed is True
    gate = consent.Gate(log.folder)
    asked = {"purpose": "advertising", "channel": "voice"}
    assert gate.may_contact(NUMBER, at=later + timedelta(hours=1), **asked).allowed is True


def test_a_gate_denies_what_was_erased(log):
    log.append_at(given(), AT)
    log.append_at(given(OTHER), AT)
    log.erase(NUMBER, ground="152-fz/21-5", at=WHEN)
    gate = consent.Gate(log.folder)
    asked = {"purpose": "advertising", "channel": "voice", "at": WHEN + timedelta(hours=1)}
    assert gate.may_contact(NUMBER, **asked).verdict == "deny"
    assert gate.may_contact(OTHER, **asked).verdict == "allow"


def test_a_restricted_record_serves_proof_and_nothing_else(log, tmp_path):
    log.append_at(given(), AT)
    log.append_at(consent.SubjectRestricted(NUMBER, at=WHEN, ground="152-fz/21-1"), WHEN)
    answer = may_call(log, NUMBER, WHEN + timedelta(minutes=1))
    assert answer.verdict == "deny"
    assert answer.findings[0].rule == "standing/restricted"
    assert may_call(log, NUMBER, WHEN - timedelta(minutes=1)).allowed is True
    assert log.restriction_of(NUMBER, WHEN).ground == "152-fz/21-1"
    with pytest.raises(consent.RestrictedError):
        log.history(NUMBER)
    assert len(log.history(NUMBER, for_proof=True)) == 2
    gate = consent.Gate(log.folder)
    asked = {"purpose": "advertising", "channel": "voice", "at": WHEN + timedelta(hours=1)}
    assert gate.may_contact(NUMBER, **asked).verdict == "deny"
    log.close()
    pack = tmp_path / "proof.zip"
    assert cli(tmp_path, "prove", "log", "--number", NUMBER, "--out", pack).returncode == 0
    assert consent.verify(pack).verdict == "proven"
    assert cli(tmp_path, "history", "log", NUMBER).returncode == 1


def test_the_act_and_the_export_hold_every_field_of_order_179(log):
    log.append_at(given(), AT)
    done = log.erase(NUMBER, ground="152-fz/21-5", requester="вх. 17", at=WHEN)
    operator = erasure.Operator(
        address="Москва, ул. Ленина, 1", destroyed_by=(("Петров П. П.", "администратор"),)
    )
    document = erasure.make(log, done, operator, reason="отзыв согласия")
    assert set(document["act"]) >= ACT
    assert set(document["log_export"]) >= EXPORT
    assert document["missing"] == []
    kept = erasure.write(log, document)
    assert kept.keep_until == datetime(2029, 11, 22, 21, 0, tzinfo=UTC)  # three years, Moscow
    html = kept.file.with_suffix(".html").read_text(encoding="utf-8")
    for item in "абвгдежзик":
        assert f">{item}) " in html
    for value in ("Ромашка", "Ленина", "Петров", "отзыв согласия", done.before.tag.hex()):
        assert value in html
    for text in (html, kept.file.read_text(encoding="utf-8")):
        assert "9161234567" not in text
        assert "вх. 17" not in text
    assert erasure.acts(log) == [kept]
    assert erasure.acts(log, at=kept.keep_until) == []
    with pytest.raises(FileExistsError):
        erasure.write(log, document)


def test_what_nobody_filled_in_is_named_and_left_open_on_the_page(log):
    log.append_at(given(), AT)
    done = log.erase(NUMBER, ground="152-fz/21-5", at=WHEN)
    kept = erasure.write(log, erasure.make(log, done, erasure.Operator(), reason="x"))
    assert set(kept.missing) == {"address", "destroyed_by"}
    assert "не заполнено" in kept.file.with_suffix(".html").read_text(encoding="utf-8")
    again = log.erase(NUMBER, ground="152-fz/21-5", at=WHEN + timedelta(hours=1))
    assert again.erased is False
    assert again.before.erased_before == WHEN
    with pytest.raises(ValueError, match="nothing was erased"):
        erasure.make(log, again, erasure.Operator(), reason="x")
    with pytest.raises(TypeError):
        bool(again)


def test_the_row_of_retention_decides_which_contacts_stop_an_erasure(log):
    row = consent._core.retention("contact_proof", WHEN)
    assert row.kind == "policy"
    since = consent._core.day_years_before(WHEN, row.years)
    log.append_at(given(at=AT - timedelta(days=399)), AT)
    for at in (since - timedelta(seconds=1), since):
        log.append_at(consent.ContactMade(NUMBER, at=at, purpose="advertising"), AT)
    check = log.before_erasing(NUMBER, at=WHEN)
    assert len(check.contacts) == 1
    assert log.erase(NUMBER, ground="x", at=WHEN).erased is False
    assert log.erase(NUMBER, ground="x", lose_proof=True, at=WHEN).erased is True


def test_release_without_restrict_erases_nobody(tmp_path):
    cli(tmp_path, "init", "log", "--origin", "a.example/c", "--inn", "7707083893")
    scope = ("--purpose", "advertising", "--channel", "voice")
    cli(tmp_path, "give", "log", NUMBER, *scope)
    erase = ("erase", "log", NUMBER, "--ground", "x")
    for flags in (("--release",), ("--until", "2030-01-01T00:00:00Z"), ("--restrict", "--dry-run")):
        refused = cli(tmp_path, *erase, *flags)
        assert refused.returncode == 2, (flags, refused.stdout)
    assert cli(tmp_path, "check", "log", NUMBER, *scope).returncode == 0


def test_where_no_act_can_be_written_nothing_is_destroyed(tmp_path):
    cli(tmp_path, "init", "log", "--origin", "a.example/c", "--inn", "7707083893")
    scope = ("--purpose", "advertising", "--channel", "voice")
    cli(tmp_path, "give", "log", NUMBER, *scope)
    (tmp_path / "log" / "acts").write_bytes(b"")  # a file where the folder must be
    refused = cli(tmp_path, "erase", "log", NUMBER, "--ground", "x")
    assert refused.returncode == 3, refused.stderr
    assert cli(tmp_path, "check", "log", NUMBER, *scope).returncode == 0


def test_a_hold_outlives_the_word_of_everybody_else(tmp_path):
    cli(tmp_path, "init", "log", "--origin", "a.example/c", "--inn", "7707083893")
    cli(tmp_path, "give", "log", NUMBER, "--purpose", "advertising", "--channel", "voice")
    hold = ("hold", "log", NUMBER, "--json", "--by")
    assert cli(tmp_path, *hold, "court", "--until", "2090-01-01T00:00:00Z").returncode == 0
    assert cli(tmp_path, *hold, "ufas", "--until", "2080-01-01T00:00:00Z").returncode == 0
    for by in ("ufas", "nobody"):
        released = cli(tmp_path, *hold, by, "--release")
        assert released.returncode == 1, by
        answer = json.loads(released.stdout)
        assert (answer["held"], answer["by"]) == (True, "court")
    assert cli(tmp_path, "erase", "log", NUMBER, "--ground", "x").returncode == 1
    assert cli(tmp_path, *hold, "court", "--release").returncode == 0
    assert cli(tmp_path, "erase", "log", NUMBER, "--ground", "x").returncode == 0


def test_the_command_says_what_stands_in_the_way_and_what_it_did(tmp_path):
    made = cli(tmp_path, "init", "log", "--origin", "a.example/c", "--inn", "7707083893")
    assert made.returncode == 0, made.stderr
    scope = ("--purpose", "advertising", "--channel", "voice")
    assert cli(tmp_path, "give", "log", NUMBER, *scope).returncode == 0
    ground = ("--ground", "152-fz/21-5", "--json")
    assert cli(tmp_path, "erase", "log", NUMBER, *ground, "--dry-run").returncode == 0
    held = cli(tmp_path, "hold", "log", NUMBER, "--by", "ufas", "--until", "2030-01-01T00:00:00Z")
    assert held.returncode == 0, held.stderr
    blocked = cli(tmp_path, "erase", "log", NUMBER, *ground)
    assert blocked.returncode == 1
    answer = json.loads(blocked.stdout)
    assert answer["number_erased"] is False
    assert answer["before"]["hold"]["by"] == "ufas"
    assert cli(tmp_path, "hold", "log", NUMBER, "--by", "ufas", "--release").returncode == 0
    done = cli(tmp_path, "erase", "log", NUMBER, *ground, "--requester", "letter 17")
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    assert answer["number_erased"] is True
    assert Path(tmp_path, answer["act"]).is_file()
    assert Path(tmp_path, answer["log_export"]).is_file()
    again = cli(tmp_path, "erase", "log", NUMBER, "--ground", "x")
    assert again.returncode == 1
    assert "already" in again.stdout
    assert cli(tmp_path, "erase", "log", OTHER, "--ground", "x").returncode in (1, 3)
    assert cli(tmp_path, "verify", "log").returncode == 0
    everything = b"".join(p.read_bytes() for p in (tmp_path / "log").rglob("*") if p.is_file())
    assert b"9161234567" not in everything
