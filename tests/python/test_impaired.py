"""Damage is never a yes: command line, Python, audits and packs over a log that lost something."""

from __future__ import annotations

import csv
import json
import shutil
import subprocess
import sys
import zipfile
from datetime import UTC, timedelta
from pathlib import Path

import pytest

import consent
from command import command
from romashka import INN, NUMBER, SAID, WORDING

OTHER = "+79031112233"
LATER = SAID + timedelta(hours=2)
CASE = Path(__file__).parents[2].parent / "shared" / "cases" / "01-impaired-log-allows"


def given(number: str) -> consent.ConsentGiven:
    return consent.ConsentGiven(
        number,
        purposes={"advertising"},
        channels={"voice"},
        method="sms_code",
        code=consent.Code(sent_to_this_number=True, returned=True),
        wording=WORDING,
        at=SAID,
    )


@pytest.fixture
def impaired(tmp_path):
    """A folder whose log.db lost the withdrawal of NUMBER, which its head remembers."""
    folder = tmp_path / "log"
    with consent.Log.create(
        folder,
        origin="romashka.example/consent",
        distributor=consent.Organisation(inn=INN),
        now=SAID,
    ) as log:
        log.append_at(given(NUMBER), SAID + timedelta(seconds=1))
        log.checkpoint()
    shutil.copy(folder / "log.db", tmp_path / "old.db")
    with consent.Log.open(folder) as log:
        log.append_at(
            consent.ConsentWithdrawn(NUMBER, at=SAID + timedelta(minutes=1)),
            SAID + timedelta(minutes=1),
        )
    shutil.copy(tmp_path / "old.db", folder / "log.db")
    return folder


def run(*words: object, stdin: str = "", lang: str = "en") -> tuple[int, str, str]:
    done = command(*words, "--lang", lang, stdin=stdin)
    return done.returncode, done.stdout, done.stderr


ASKED = (
    *("--purpose", "advertising", "--channel", "voice"),
    *("--dialled-by", "person", "--at", LATER.isoformat()),
)


def prove(folder: Path, out: Path) -> tuple[int, str, str]:
    """Make a pack; the caller's file says who dials."""
    caller = out.parent / "caller.toml"
    caller.write_text('dialled_by = "person"\nmass = false\n', encoding="utf-8")
    at = ("--at", LATER.isoformat(), "--caller", caller)
    return run("prove", folder, "--number", NUMBER, *at, "--out", out)


def test_check_answers_unknown_exits_1_and_names_the_reason(impaired):
    code, out, err = run("check", impaired, NUMBER, *ASKED, "--json")
    answer = json.loads(out)
    assert code == 1
    assert (answer["verdict"], answer["allowed"]) == ("unknown", False)
    assert answer["findings"][0]["rule"] == "log/impaired"
    assert "1 are missing" in answer["findings"][0]["why"]
    assert "1 are missing" in answer["impaired"]
    assert "1 are missing" in err
    code, out, _ = run("check", impaired, NUMBER, *ASKED)
    assert code == 1
    assert "UNKNOWN" in out
    assert "ALLOWED" not in out


def test_check_of_standard_input_answers_unknown_line_by_line(impaired):
    code, out, _ = run("check", impaired, "-", *ASKED, "--json", stdin=f"{NUMBER}\n{NUMBER}\n")
    *answers, campaign = [json.loads(line) for line in out.splitlines()]
    assert code == 1
    assert campaign["answers"] == 2
    assert [a["verdict"] for a in answers] == ["unknown", "unknown"]
    assert all(a["impaired"] for a in answers)


def test_the_reason_is_said_in_russian(impaired):
    code, out, _ = run("check", impaired, NUMBER, *ASKED, "--json", lang="ru")
    answer = json.loads(out)
    assert code == 1
    assert "не хватает" in answer["impaired"]


def test_no_command_on_an_impaired_log_exits_with_0(impaired):
    for words in (
        ("history", impaired, NUMBER),
        ("due", impaired),
        ("access", impaired, NUMBER),
        ("export", impaired, "--out", impaired.parent / "out.csv"),
        ("checkpoint", impaired),
    ):
        code, _, err = run(*words)
        assert code != 0, words
        assert "missing" in err, words


def test_python_and_gate_answer_unknown_and_say_why(impaired):
    with consent.Log.open(impaired, writable=False) as log:
        answer = log.may_contact(NUMBER, purpose="advertising", channel="voice", at=LATER)
        assert answer.verdict == "unknown"
        assert "1 are missing" in answer.impaired
        loaded = consent.Gate(log)
    for gate in (loaded, consent.Gate(impaired)):
        answer = gate.may_contact(NUMBER, purpose="advertising", channel="voice", at=LATER)
        assert answer.verdict == "unknown"
        assert "1 are missing" in answer.impaired
        assert "1 are missing" in gate.impairment
        many = gate.may_contact_many([NUMBER], purpose="advertising", channel="voice", at=LATER)
        assert list(many) == [consent.decision.UNKNOWN]


def audit(folder: Path) -> consent.AuditReport:
    """Judge one call to NUMBER at LATER."""
    file = folder.parent / "calls.csv"
    columns = [
        *("accountcode", "src", "dst", "dcontext", "clid", "channel", "dstchannel", "lastapp"),
        *("lastdata", "start", "answer", "end", "duration", "billsec", "disposition"),
        *("amaflags", "uniqueid", "userfield"),
    ]
    at = LATER.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")
    row = dict.fromkeys(columns, "") | {
        "src": "101",
        "dst": NUMBER,
        "dcontext": "out",
        "channel": "PJSIP/101-1",
        "start": at,
        "end": at,
        "duration": "5",
        "billsec": "5",
        "disposition": "ANSWERED",
        "uniqueid": "1.1",
    }
    with file.open("w", newline="") as text:
        writer = csv.DictWriter(text, columns)
        writer.writeheader()
        writer.writerow(row)
    return consent.audit(
        file,
        folder,
        zone="UTC",
        direction=consent.Direction.declare(outgoing_contexts=["out"]),
        dialled_by="person",
    )


def test_an_audit_counts_calls_as_unknown_and_its_report_begins_with_the_damage(impaired, tmp_path):
    report = audit(impaired)
    assert report.summary["verdicts"] == {"deny": 0, "allow": 0, "unknown": 1}
    assert report.summary["violations"] == {"log/impaired": 1}
    assert "1 are missing" in report.summary["impaired"]
    assert not report.ok
    for lang, word in (("en", "The log is impaired"), ("ru", "Журнал повреждён")):
        report.to_html(tmp_path / "report.html", lang=lang)
        body = (tmp_path / "report.html").read_text(encoding="utf-8").split("<body>")[1]
        assert word in body[:400]


def standalone(file: Path) -> dict[str, object]:
    script = Path(consent.__file__).parent / "standalone" / "verify.py"
    done = subprocess.run(
        [sys.executable, "-I", str(script), str(file), "--json"],
        capture_output=True,
        text=True,
        check=False,
    )
    return json.loads(done.stdout)


def test_a_pack_of_an_impaired_log_says_so_and_both_verifiers_show_it(impaired, tmp_path):
    out = tmp_path / "pack.zip"
    code, _, err = run(
        "prove", impaired, "--number", NUMBER, "--at", LATER.isoformat(), "--out", out
    )
    assert code != 0
    assert "missing" in err
    if not out.exists():
        pytest.skip("no pack is made of an impaired log")
    for verified in (consent.verify(out).warnings, standalone(out)["warnings"]):
        assert any("impaired" in str(warning) for warning in verified)


def test_after_restore_a_consent_of_before_the_loss_is_unknown_everywhere_until_it_is_reviewed(
    impaired, tmp_path
):
    code, out, _ = run("restore", impaired, "--reason", "disk", "--json")
    assert code == 0
    restored = json.loads(out)
    assert restored["doubtful_below"] == restored["seq"] == 2
    code, out, _ = run("check", impaired, NUMBER, *ASKED, "--json")
    answer = json.loads(out)
    assert (code, answer["verdict"], answer["impaired"]) == (1, "unknown", None)
    assert answer["findings"][0]["rule"] == "log/lost-range"
    assert audit(impaired).summary["violations"] == {"log/lost-range": 1}
    pack = tmp_path / "pack.zip"
    prove(impaired, pack)
    for warnings in (consent.verify(pack).warnings, standalone(pack)["warnings"]):
        assert any("had lost entries" in str(warning) for warning in warnings)

    code, out, _ = run("restore", impaired, "--reviewed", "--reason", "letters", "--json")
    assert (code, json.loads(out)["reviewed"], json.loads(out)["doubtful_below"]) == (0, 3, None)
    code, out, _ = run("check", impaired, NUMBER, *ASKED, "--json")
    answer = json.loads(out)
    assert (code, answer["verdict"]) == (0, "allow")
    assert ("log/lost-range", "warn") in {(f["rule"], f["verdict"]) for f in answer["findings"]}
    code, _, err = run("restore", impaired, "--reviewed", "--reason", "again")
    assert code == 2
    assert "no loss waits" in err


def test_a_restore_may_be_reviewed_at_once(impaired):
    code, out, _ = run("restore", impaired, "--reviewed", "--reason", "letters", "--json")
    assert code == 0
    assert json.loads(out)["reviewed"] == 3
    assert run("check", impaired, NUMBER, *ASKED)[0] == 0


def test_both_verifiers_refute_a_yes_of_an_impaired_log(impaired, tmp_path):
    run("restore", impaired, "--reviewed", "--reason", "letters")
    pack, folder = tmp_path / "pack.zip", tmp_path / "pack"
    prove(impaired, pack)
    assert consent.verify(pack).verdict == standalone(pack)["verdict"] == "proven"
    with zipfile.ZipFile(pack) as container:
        container.extractall(folder)
    case = json.loads((folder / "case.json").read_bytes())
    case["answer"]["impaired"] = "entries are missing"
    canonical = json.dumps(case, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    (folder / "case.json").write_text(canonical, encoding="utf-8")
    # As the owner can: the log signs what it is given.
    with consent.Log.open(impaired, writable=True) as log:
        files = consent.bundle.read_pack(folder)
        for name, data in consent._core.sign_pack(log, files):
            (folder / name).write_bytes(data)
    found = consent.verify(folder)
    assert found.verdict == standalone(folder)["verdict"] == "refuted"
    assert "a yes of a log that was impaired" in str(found.problem.what)


@pytest.mark.skipif(not CASE.exists(), reason="../shared/cases is not here")
def test_the_case_that_was_found_in_use_is_answered_right(tmp_path):
    shutil.copy(CASE / "make.py", tmp_path)
    subprocess.run([sys.executable, "make.py"], cwd=tmp_path, check=True)
    code, out, _ = run(
        "check",
        tmp_path / "log",
        NUMBER,
        "--purpose",
        "advertising",
        "--channel",
        "voice",
        "--json",
    )
    answer = json.loads(out)
    assert code == 1
    assert answer["verdict"] != "allow"
    assert "log/impaired" in [finding["rule"] for finding in answer["findings"]]
