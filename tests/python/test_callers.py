"""Who dials for a distributor: recorded, ended, answered by, and carried in a pack."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
import zipfile
from datetime import UTC, datetime, timedelta

import pytest

import consent
from consent import bundle
from romashka import INN, NUMBER, OTHER

CALLER = "7736050003"
START = datetime(2026, 3, 2, 9, tzinfo=UTC)
AD = ("--purpose", "advertising", "--channel", "voice", "--dialled-by", "person")


@pytest.fixture
def log(tmp_path):
    with consent.Log.create(
        tmp_path / "romashka",
        origin="romashka.example/consent",
        distributor=consent.Organisation(inn=INN, name="ООО Ромашка"),
        now=START,
    ) as made:
        for number, anybody in ((NUMBER, True), (OTHER, False)):
            made.append_at(
                consent.ConsentGiven(
                    number,
                    purposes={"advertising"},
                    channels={"voice"},
                    method="recorded_voice",
                    evidence=[consent.EvidenceFile(b"RIFF", kind="recording")],
                    wording="Согласен на рекламу ООО «Ромашка» и от лиц, действующих от её имени.",
                    acts_for_any=anybody,
                    at=START,
                ),
                START,
            )
        yield made


def ask(log, number=NUMBER, **more):
    caller = consent.Caller.from_toml(f'caller = "{CALLER}"\nmass = false\n', "caller.toml")
    question = {"at": START + timedelta(hours=2), "dialled_by": "person", "caller": caller} | more
    return log.may_contact(number, purpose="advertising", channel="voice", **question)


def test_only_a_caller_who_is_assigned_acts_for_the_distributor(log):
    assert ask(log).verdict == "unknown"
    seq = log.assign_caller(CALLER, from_=START, at=START + timedelta(hours=1))
    answer = ask(log)
    assert (answer.verdict, answer.assignment) == ("allow", seq)
    assert "standing/caller-assigned" in [finding.rule for finding in answer.findings]
    assert ask(log, OTHER).verdict == "unknown"  # that consent lets nobody else call
    log.release_caller(seq, until=START + timedelta(hours=2), at=START + timedelta(hours=1))
    assert ask(log).verdict == "unknown"
    before = ask(log, at=START + timedelta(hours=1, minutes=59))
    assert (before.verdict, before.assignment) == ("allow", seq)


def test_an_assignment_says_who_for_whom_and_until_when(log):
    contract = hashlib.sha256(b"contract").digest()
    seq = log.assign_caller(
        CALLER, from_=START, until=START + timedelta(days=30), document=contract, at=START
    )
    ends = log.release_caller(seq, until=START + timedelta(days=7), at=START)
    (found,) = log.assignments()
    assert (found.seq, found.caller, found.distributor) == (seq, CALLER, INN)
    assert (found.from_, found.until) == (START, START + timedelta(days=7))
    assert (found.recorded, found.document, found.released) == (START, contract, [ends])
    assert log.verify().verdict == "proven"
    assert log.entry(seq).subject is None


@pytest.mark.parametrize(
    "scope", [{"channels": "sms"}, {"purposes": {"service"}}, {"campaign": "spring"}]
)
def test_an_assignment_for_other_contacts_lets_nobody_make_this_one(log, scope):
    log.assign_caller(CALLER, from_=START, at=START, **scope)
    assert ask(log).verdict == "unknown"
    log.assign_caller(
        CALLER, from_=START, at=START, channels={"sms", "voice"}, purposes="advertising"
    )
    assert ask(log).verdict == "allow"
    assert log.assignments()[1].channels == ["voice", "sms"]


@pytest.mark.parametrize("caller", ["", "79161234567", "7736050004", "two words", INN])
def test_what_is_no_caller_is_refused_without_a_number_in_the_message(log, caller):
    with pytest.raises(consent.InvalidArgument) as refused:
        log.assign_caller(caller, at=START)
    assert "7916" not in str(refused.value)
    assert log.assignments() == []


def test_an_assignment_recorded_late_says_so(log):
    seq = log.assign_caller(CALLER, from_=START, at=START + timedelta(days=40))
    answer = ask(log)
    assert (answer.verdict, answer.assignment) == ("allow", seq)
    assert "standing/assigned-late" in [finding.rule for finding in answer.findings]
    assert ask(log, basis="recorded").verdict == "unknown"


def test_a_gate_knows_who_is_assigned(log):
    log.assign_caller(CALLER, from_=START, at=START + timedelta(hours=1))
    caller = consent.Caller.from_toml(f'caller = "{CALLER}"\nmass = false\n', "caller.toml")
    verdicts = consent.Gate(log).may_contact_many(
        [NUMBER, OTHER],
        purpose="advertising",
        channel="voice",
        at=START + timedelta(hours=2),
        dialled_by="person",
        caller=caller,
    )
    assert list(verdicts) == [consent.ALLOW, consent.UNKNOWN]


def test_a_pack_carries_the_assignment_and_both_verifiers_check_it(log, tmp_path):
    seq = log.assign_caller(CALLER, from_=START, at=START + timedelta(hours=1))
    ends = log.release_caller(seq, until=START + timedelta(days=1), at=START + timedelta(hours=1))
    caller = consent.Caller.from_toml(f'caller = "{CALLER}"\nmass = false\n', "caller.toml")
    out = tmp_path / "x.zip"
    bundle.prove(
        log, NUMBER, out=out, at=START + timedelta(hours=2), created_at=START, caller=caller
    )
    with zipfile.ZipFile(out) as archive:
        case = json.loads(archive.read("case.json"))
        archive.extractall(tmp_path / "pack")
    assert [place["seq"] for place in case["callers"]] == [seq, ends]
    assert case["answer"]["assignment"] == seq
    assert case["question"]["caller"] == CALLER
    found = consent.verify(out)
    assert found.verdict == "proven"
    assert (
        "that no other entry of the log ends the caller's assignment" in found.coverage.not_checked
    )
    done = subprocess.run(
        [sys.executable, "-I", "-S", tmp_path / "pack" / "verify.py", "--lang", "en"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    assert "caller's assignment" in done.stdout
    report = (tmp_path / "pack" / "report.txt").read_text(encoding="utf-8")
    assert CALLER in report
    assert "Исполнителю поручено звонить" in report


def test_without_an_assignment_to_stand_on_a_pack_names_no_caller_entries(log, tmp_path):
    log.assign_caller(CALLER, from_=START, at=START + timedelta(hours=1))
    out = tmp_path / "x.zip"
    bundle.prove(log, NUMBER, out=out, at=START + timedelta(hours=2), created_at=START)
    with zipfile.ZipFile(out) as archive:
        case = json.loads(archive.read("case.json"))
    assert "callers" not in case
    assert "assignment" not in case["answer"]


def test_whoever_asks_what_is_held_on_them_is_told_who_may_call(log):
    log.assign_caller(CALLER, from_=START, at=START + timedelta(hours=1))
    held = consent.access(log, NUMBER, at=START + timedelta(days=1)).facts
    assert {"who": CALLER, "role": "acts_for"} in held["recipients"]
    held = consent.access(log, OTHER, at=START + timedelta(days=1)).facts
    assert CALLER not in [each["who"] for each in held["recipients"]]


# --- the command ---------------------------------------------------------------------------------


@pytest.fixture
def made(run, tmp_path):
    run("init", "rom", "--origin", "romashka.example/consent", "--inn", INN)
    done = run(
        *("give", "rom", NUMBER, "--purpose", "advertising", "--channel", "voice"),
        *("--method", "sms_code", "--acts-for", "any", "--at", "2026-03-02T12:00:00+03:00"),
    )
    assert done.returncode == 0, done.stderr
    (tmp_path / "caller.toml").write_text(f'caller = "{CALLER}"\nmass = false\n', encoding="utf-8")
    return "rom"


def answer(done):
    return json.loads(done.stdout)


def test_assign_and_its_end_change_the_answer(run, made, tmp_path):
    when = ("--at", "2026-03-03T12:00:00+03:00", "--caller", "caller.toml")
    assert answer(run("check", made, NUMBER, *AD, *when, "--json"))["verdict"] == "unknown"
    (tmp_path / "contract.pdf").write_bytes(b"contract")
    done = run(
        *("assign", made, CALLER, "--at", "2026-03-01T00:00:00+03:00"),
        *("--document", "contract.pdf", "--json"),
    )
    assert done.returncode == 0, done.stderr
    seq = answer(done)["seq"]
    found = answer(run("check", made, NUMBER, *AD, *when, "--json"))
    assert (found["verdict"], found["assignment"]) == ("allow", seq)
    done = run("assign", made, "--end", str(seq), "--at", "2026-03-03T12:00:00+03:00")
    assert done.returncode == 0, done.stderr
    assert answer(run("check", made, NUMBER, *AD, *when, "--json"))["verdict"] == "unknown"
    (shown,) = answer(run("assign", made, "--json"))
    assert (shown["caller"], shown["distributor"]) == (CALLER, INN)
    assert shown["document"] == hashlib.sha256(b"contract").hexdigest()
    assert shown["ended_by"] == [seq + 1]
    assert CALLER in run("assign", made).stdout


def test_assign_says_what_is_wrong_with_exit_2(run, made):
    assert run("assign", made, "7736050004").returncode == 2
    assert run("assign", made, "--end", "1").returncode == 2  # a consent
    assert run("assign", made, CALLER, "--end", "1").returncode == 2
    assert run("assign", made, "--until", "2026-03-03T12:00:00+03:00").returncode == 2
    done = run("assign", made, NUMBER)
    assert done.returncode == 2
    assert NUMBER[2:] not in done.stderr


def test_a_list_says_that_persons_acting_for_the_distributor_may_call(run, made, tmp_path):
    (tmp_path / "list.csv").write_text(
        "number,event,at,purpose,channel,method,acts_for\n"
        f"{OTHER},given,2026-03-02T12:00:00+03:00,advertising,voice,paper,any\n",
        encoding="utf-8",
    )
    done = run("import", made, "list.csv", "--json")
    assert answer(done)["accepted"] == 1, done.stdout
    (event,) = answer(run("history", made, OTHER, "--json"))["events"]
    assert event["acts_for_any"] is True
    assert "acts_for" not in event


def test_prove_takes_the_callers_file(run, made, tmp_path):
    run("assign", made, CALLER, "--at", "2026-03-01T00:00:00+03:00")
    done = run(
        *("prove", made, "--number", NUMBER, "--out", "x.zip", "--caller", "caller.toml"),
        *("--at", "2026-03-03T12:00:00+03:00", "--json"),
    )
    assert answer(done)["verdict"] == "allow", done.stderr
    with zipfile.ZipFile(tmp_path / "x.zip") as archive:
        assert "callers" in json.loads(archive.read("case.json"))
    assert run("verify", "x.zip").returncode == 0
