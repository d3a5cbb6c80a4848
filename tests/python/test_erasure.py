"""Erasure, hold, restriction and the act of destruction: from Python and from the command."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

import consent
from command import command
from consent import erasure
from consent.pages import act as act_page

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
    return command(*words, cwd=folder)


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
    return log.may_contact(
        number, purpose="advertising", channel="voice", dialled_by="person", at=at
    )


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
    asked = {"purpose": "advertising", "channel": "voice", "dialled_by": "person"}
    assert gate.may_contact(NUMBER, at=later + timedelta(hours=1), **asked).allowed is True


def test_a_gate_denies_what_was_erased(log):
    log.append_at(given(), AT)
    log.append_at(given(OTHER), AT)
    log.erase(NUMBER, ground="152-fz/21-5", at=WHEN)
    gate = consent.Gate(log.folder)
    asked = {
        "purpose": "advertising",
        "channel": "voice",
        "dialled_by": "person",
        "at": WHEN + timedelta(hours=1),
    }
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
    asked = {
        "purpose": "advertising",
        "channel": "voice",
        "dialled_by": "person",
        "at": WHEN + timedelta(hours=1),
    }
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


def test_the_act_bears_the_day_of_moscow(log):
    log.append_at(given(), AT)
    done = log.erase(NUMBER, ground="x", at=datetime(2026, 12, 31, 22, 30, tzinfo=UTC))
    page = act_page.page(erasure.make(log, done, erasure.Operator(), reason="x"))
    assert "от 01.01.2027" in page
    assert "01.01.2027 01:30:00 (московское время, UTC+3)" in page
    assert "Хранить до 02.01.2030" in page  # to the end of the third year's last day


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
    cli(tmp_path, "give", "log", NUMBER, *scope, "--method", "sms_code")
    erase = ("erase", "log", NUMBER, "--ground", "x")
    for flags in (("--release",), ("--until", "2030-01-01T00:00:00Z"), ("--restrict", "--dry-run")):
        refused = cli(tmp_path, *erase, *flags)
        assert refused.returncode == 2, (flags, refused.stdout)
    assert cli(tmp_path, "check", "log", NUMBER, *scope, "--dialled-by", "person").returncode == 0


def test_where_no_act_can_be_written_nothing_is_destroyed(tmp_path):
    cli(tmp_path, "init", "log", "--origin", "a.example/c", "--inn", "7707083893")
    scope = ("--purpose", "advertising", "--channel", "voice")
    cli(tmp_path, "give", "log", NUMBER, *scope, "--method", "sms_code")
    (tmp_path / "log" / "acts").write_bytes(b"")  # a file where the folder must be
    refused = cli(tmp_path, "erase", "log", NUMBER, "--ground", "x")
    assert refused.returncode == 3, refused.stderr
    assert cli(tmp_path, "check", "log", NUMBER, *scope, "--dialled-by", "person").returncode == 0


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
    assert cli(tmp_path, "give", "log", NUMBER, *scope, "--method", "sms_code").returncode == 0
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


#: Kills itself where the named function of consent.erasure is called for the N-th time.
_KILLED = """
import os, signal, sys
from consent import cli, erasure
from consent.files import private_file
owner, _, what = sys.argv[1].partition(".")
module, left = {"erasure": erasure, "private_file": private_file}[owner], int(sys.argv[2])
real = getattr(module, what)
def kill(*words, **named):
    global left
    left -= 1
    if left < 0:
        os.kill(os.getpid(), signal.SIGKILL)
    return real(*words, **named)
setattr(module, what, kill)
sys.exit(cli.main(sys.argv[3:]))
"""


@pytest.mark.parametrize(
    ("moment", "times", "erased"),
    [
        ("private_file.write", 0, False),  # before the draft
        ("erasure.write", 0, True),  # after the erasure, before its act
        ("private_file.write", 1, True),  # before the page
        ("private_file.create", 0, True),  # between the page and the document
    ],
)
def test_killed_between_destruction_and_act_nothing_of_the_act_is_lost(
    tmp_path, moment, times, erased
):
    cli(tmp_path, "init", "log", "--origin", "a.example/c", "--inn", "7707083893")
    cli(tmp_path, "give", "log", NUMBER, "--purpose", "advertising", "--channel", "voice")
    cli(tmp_path, "give", "log", OTHER, "--purpose", "advertising", "--channel", "voice")
    words = ("erase", "log", NUMBER, "--ground", "152-fz/21-5", "--requester", "вх. 17")
    words += ("--operator-name", "ООО Ромашка", "--operator-address", "Москва, 1")
    words += ("--destroyed-by", "Петров П. П., админ")
    killed = subprocess.run(
        [sys.executable, "-c", _KILLED, moment, str(times), *words],
        cwd=tmp_path,
        capture_output=True,
        check=False,
    )
    assert killed.returncode == -9, killed.stderr
    log = tmp_path / "log"
    assert not list(log.glob("acts/[0-9]*.json"))
    everything = b"".join(p.read_bytes() for p in log.rglob("*") if p.is_file())
    assert b"9161234567" not in everything
    due = json.loads(cli(tmp_path, "due", "log", "--json").stdout)
    unwritten = [each for each in due["items"] if each["duty"] == "write_act"]
    if not erased:
        assert not unwritten
        done = cli(tmp_path, *words)
        assert done.returncode == 0, done.stderr
        assert not (log / "acts" / "draft.json").exists()
        return
    assert cli(tmp_path, "due", "log").returncode == 1
    assert [each["state"] for each in unwritten] == ["overdue"]
    again = cli(tmp_path, "erase", "log", OTHER, "--ground", "x", "--dry-run")
    assert again.returncode == 0  # asking does not touch what is left of the other
    made = cli(tmp_path, "act", "log", "--json")
    assert made.returncode == 0, made.stderr
    (act,) = json.loads(made.stdout)
    assert act["seq"] == unwritten[0]["seq"]
    assert act["missing"] == []
    document = json.loads((tmp_path / act["log_export"]).read_text(encoding="utf-8"))
    assert document["act"]["operator"]["address"] == "Москва, 1"
    assert document["log_export"]["entry"]["destroyed_entries"] == 1
    salt = bytes.fromhex(document["act"]["request"]["salt"])
    said = b"libconsent/commit/v1\0" + salt + "вх. 17".encode()
    assert hashlib.sha256(said).hexdigest() == document["act"]["request"]["sha256"]
    page = (tmp_path / act["act"]).read_text(encoding="utf-8")
    assert "Петров" in page
    assert json.loads(cli(tmp_path, "act", "log", "--json").stdout) == []
    assert cli(tmp_path, "act", "log", str(act["seq"])).returncode == 2
    assert cli(tmp_path, "due", "log").returncode == 0
    assert sorted(p.name for p in (log / "acts").iterdir()) == [
        Path(act["log_export"]).name.replace("json", "html"),
        Path(act["log_export"]).name,
    ]


def test_the_next_erasure_writes_the_act_that_was_killed_before_it(tmp_path):
    cli(tmp_path, "init", "log", "--origin", "a.example/c", "--inn", "7707083893")
    for number in (NUMBER, OTHER):
        cli(tmp_path, "give", "log", number, "--purpose", "advertising", "--channel", "voice")
    words = ("erase", "log", NUMBER, "--ground", "x", "--destroyed-by", "Петров П. П., админ")
    subprocess.run(
        [sys.executable, "-c", _KILLED, "erasure.write", "0", *words], cwd=tmp_path, check=False
    )
    said = cli(tmp_path, "--lang", "en", "erase", "log", NUMBER, "--ground", "x")
    assert said.returncode == 1
    assert "already" in said.stdout
    assert cli(tmp_path, "erase", "log", OTHER, "--ground", "x").returncode == 0
    with consent.Log.open(tmp_path / "log", writable=False) as log:
        kept = erasure.acts(log)
        assert len(kept) == 2
        assert [act.missing for act in kept] == [
            ("name", "address"),
            ("name", "address", "destroyed_by"),
        ]
        assert erasure.missing_acts(log, at=datetime.now(UTC)) == []


def test_an_act_certifies_no_destruction_that_was_interrupted(tmp_path):
    cli(tmp_path, "init", "log", "--origin", "a.example/c", "--inn", "7707083893")
    cli(tmp_path, "give", "log", NUMBER, "--purpose", "advertising", "--channel", "voice")
    log = tmp_path / "log"
    keys = (log / "keys.db").read_bytes()
    assert cli(tmp_path, "erase", "log", NUMBER, "--ground", "x").returncode == 0
    # As a kill leaves it before the key is destroyed: the entry is there, and so is the key.
    (log / "keys.db").write_bytes(keys)
    for file in (log / "acts").iterdir():
        file.unlink()
    with consent.Log.open(log, writable=False) as opened:
        (seq,) = erasure.missing_acts(opened, at=datetime.now(UTC))
        with pytest.raises(consent.StorageError):
            erasure.complete(opened, seq)
    assert not list((log / "acts").iterdir())
    made = cli(tmp_path, "act", "log", "--json")
    assert made.returncode == 0, made.stderr
    assert [act["seq"] for act in json.loads(made.stdout)] == [seq]
    with consent.Log.open(log, writable=False) as opened:
        assert opened.subjects_of(NUMBER) == []


@pytest.mark.parametrize(
    "words",
    [
        ("--reason", "отзыв абонента +7 916 123-45-67"),
        ("--requester", NUMBER),
        ("--processor", "тел. 8 (916) 123 45 67"),
        ("--destroyed-by", "Петров, 9161234567"),
    ],
)
def test_no_word_for_the_act_spells_the_number_that_is_destroyed(tmp_path, words):
    cli(tmp_path, "init", "log", "--origin", "a.example/c", "--inn", "7707083893")
    cli(tmp_path, "give", "log", NUMBER, "--purpose", "advertising", "--channel", "voice")
    refused = cli(tmp_path, "erase", "log", NUMBER, "--ground", "x", *words)
    assert refused.returncode == 2, refused.stderr
    assert "916" not in refused.stderr
    assert not list((tmp_path / "log").glob("acts/*"))
    assert cli(tmp_path, "history", "log", NUMBER).returncode == 0


def test_an_act_is_written_from_the_entry_alone_and_of_nothing_else(log):
    log.append_at(given(), AT)
    log.append_at(given(OTHER), AT)
    done = log.erase(NUMBER, ground="152-fz/21-5", requester="вх. 17", at=WHEN)
    assert erasure.missing_acts(log, at=WHEN) == [done.seq]
    assert [each.duty for each in consent.deadline.due(log, at=WHEN)] == ["write_act"]
    with pytest.raises(consent.InvalidArgument):
        erasure.complete(log, 1)
    act = erasure.complete(log, done.seq)
    document = json.loads(act.file.read_text(encoding="utf-8"))
    wanted = erasure.make(log, done, erasure.Operator(), reason=erasure.REASON)
    assert document["act"]["request"].pop("salt") is None  # nobody knows it any more
    wanted["act"]["request"].pop("salt")
    assert document == wanted
    assert "не сохранилась" in act.file.with_suffix(".html").read_text(encoding="utf-8")
    assert [each.duty for each in consent.deadline.due(log, at=WHEN)] == ["keep_act"]
    with pytest.raises(FileExistsError):
        erasure.complete(log, done.seq)
    # Once it need not be kept any more, none is missed.
    act.file.unlink()
    assert erasure.missing_acts(log, at=act.keep_until + timedelta(days=2)) == []


def test_a_hold_and_a_restriction_reach_an_earlier_holder_from_the_command(tmp_path):
    cli(tmp_path, "init", "log", "--origin", "a.example/c", "--inn", "7707083893")
    scope = ("--purpose", "advertising", "--channel", "voice")
    then, now = "2026-01-05T00:00:00+03:00", "2026-03-01T00:00:00+03:00"
    cli(tmp_path, "give", "log", NUMBER, *scope, "--at", "2026-01-01T00:00:00+03:00")
    cli(tmp_path, "reassign", "log", NUMBER, "--at", "2026-02-01T00:00:00+03:00")
    cli(tmp_path, "give", "log", NUMBER, *scope, "--at", now)
    held = cli(tmp_path, "hold", "log", NUMBER, "--by", "court", "--held-at", then)
    assert held.returncode == 0, held.stderr
    former = ("erase", "log", NUMBER, "--ground", "x", "--held-at", then)
    blocked = cli(tmp_path, *former, "--json")
    assert blocked.returncode == 1
    assert json.loads(blocked.stdout)["before"]["hold"]["by"] == "court"
    assert cli(tmp_path, "erase", "log", NUMBER, "--ground", "x", "--dry-run").returncode == 0
    assert cli(tmp_path, *former, "--restrict").returncode == 0
    # The present holder's record is untouched, the earlier one's stays out.
    seen = json.loads(cli(tmp_path, "history", "log", NUMBER, "--json").stdout)
    assert [each["seq"] for each in seen["events"]] == [3]
    assert cli(tmp_path, "check", "log", NUMBER, *scope, "--dialled-by", "person").returncode in (
        0,
        1,
    )
    freed = cli(tmp_path, "hold", "log", NUMBER, "--by", "court", "--held-at", then, "--release")
    assert freed.returncode == 0
    assert cli(tmp_path, *former).returncode == 0
    assert cli(tmp_path, "hold", "log", NUMBER, "--by", "court", "--held-at", then).returncode == 1


def test_a_restricted_records_evidence_opens_for_proof_alone(log, tmp_path):
    event = consent.ConsentGiven(
        NUMBER,
        purposes="advertising",
        channels="voice",
        method="recorded_voice",
        evidence=[consent.EvidenceFile(b"spoken", kind="recording")],
        at=AT,
    )
    seq = log.append_at(event, AT).seq
    log.append_at(consent.SubjectRestricted(NUMBER, ground="x", at=WHEN), WHEN)
    with pytest.raises(consent.RestrictedError):
        log.evidence(seq)
    with pytest.raises(consent.RestrictedError):
        log.save_evidence(seq, 1, tmp_path / "rec.wav")
    assert log.evidence(seq, for_proof=True) == b"spoken"
    log.close()
    out = ("evidence", "log", seq, "--out", "rec.wav")
    assert cli(tmp_path, *out).returncode != 0
    assert not (tmp_path / "rec.wav").exists()
    assert cli(tmp_path, *out, "--for-proof").returncode == 0
    assert (tmp_path / "rec.wav").read_bytes() == b"spoken"
