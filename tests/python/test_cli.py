import hashlib
import json
import os
import signal
import subprocess
import sys
from datetime import datetime

import pytest

import consent
from consent import cli
from consent.terminal import Progress, language, without_numbers
from romashka import INN, NUMBER, OTHER, WORDING
from test_own_rules import HEAD, ROW

ORIGIN = "romashka.example/consent"
CONSENT = [sys.executable, "-m", "consent"]
AD = ("--purpose", "advertising", "--channel", "voice")
#: A question says who dials: silence is unknown where a machine would be denied.
ASK = (*AD, "--dialled-by", "person")
SAID = "2026-11-20T14:03:00+03:00"
CDR = """\
"","1001","89161234567","from-internal","","PJSIP/1001-1","PJSIP/trunk-1","Dial","","{0}",,"{0}",5,3,"ANSWERED","DOCUMENTATION"
"","1001","89161234568","from-internal","","PJSIP/1001-2","PJSIP/trunk-2","Dial","","{0}",,"{0}",5,3,"ANSWERED","DOCUMENTATION"
"""


@pytest.fixture
def made(run, tmp_path):
    """A log made by the command, with one consent in it."""
    assert (
        run("init", "rom", "--origin", ORIGIN, "--inn", INN, "--name", "ООО Ромашка").returncode
        == 0
    )
    (tmp_path / "text.txt").write_text(WORDING, encoding="utf-8")
    done = run(
        *("give", "rom", NUMBER, *AD, "--method", "sms_code", "--code", "sent,returned"),
        *("--wording", "text.txt", "--at", SAID),
    )
    assert done.returncode == 0, done.stderr
    return tmp_path / "rom"


def answer(done):
    """The one JSON document on stdout."""
    return json.loads(done.stdout)


def digits(text):
    return "".join(c for c in text if c.isdigit())


# --- the way through -----------------------------------------------------------------------------


def test_init_says_the_key_by_which_others_check(run, tmp_path):
    done = run("init", "rom", "--origin", ORIGIN, "--inn", INN, "--json")
    assert done.returncode == 0
    made = answer(done)
    assert made["origin"] == ORIGIN
    assert made["size"] == 1
    assert made["verifier_key"].startswith(ORIGIN + "+")
    assert (tmp_path / "rom" / "log.db").exists()


def test_a_second_init_on_the_same_folder_cannot(run, made):
    done = run("init", made, "--origin", ORIGIN)
    assert done.returncode == 3
    assert done.stdout == ""


def test_check_says_yes_with_exit_0_and_no_with_exit_1(run, made):
    yes, no = run("check", made, NUMBER, *ASK), run("check", made, OTHER, *ASK)
    assert (yes.returncode, no.returncode) == (0, 1)
    assert "ALLOWED" in yes.stdout
    assert "DENIED" in no.stdout
    assert (yes.stderr, no.stderr) == ("", "")


def test_check_prints_the_fields_of_the_face(run, made):
    found = answer(run("check", made, NUMBER, *ASK, "--json"))
    fields = "number verdict allowed findings relied_on next_allowed at rules log_size"
    assert set(fields.split()) <= set(found)
    assert (found["number"], found["verdict"], found["allowed"]) == (NUMBER, "allow", True)
    assert found["relied_on"] == 1
    assert found["next_allowed"] is None
    assert datetime.fromisoformat(found["at"]).utcoffset() is not None
    assert {"rule", "verdict", "why", "citation"} <= set(found["findings"][0])


def test_several_numbers_are_a_list_and_yes_only_if_all_are_allowed(run, made):
    done = run("check", made, NUMBER, OTHER, *ASK, "--json")
    assert done.returncode == 1
    assert [one["allowed"] for one in answer(done)] == [True, False]
    assert run("check", made, NUMBER, "8 (916) 123-45-67", *ASK).returncode == 0


def test_check_reads_numbers_from_stdin_one_json_a_line_and_goes_on_after_a_bad_one(run, made):
    done = run("check", made, "-", *ASK, "--json", stdin=f"{NUMBER}\n\nnot a number\n{OTHER}\n")
    assert done.returncode == 2
    yes, bad, no, campaign = [json.loads(line) for line in done.stdout.splitlines()]
    assert yes["allowed"]
    assert not no["allowed"]
    assert bad["line"] == 3
    assert "error" in bad
    assert campaign["answers"] == 2
    said = {each["rule"]: each["count"] for each in campaign["campaign_warnings"]}
    assert said["ru/152-fz/3-1/not-classified"] == 2
    for each in (yes, no):  # said once, and not with each number
        assert not {finding["rule"] for finding in each["findings"]} & set(said)


def test_warnings_about_the_whole_campaign_are_said_once_in_words_too(run, made):
    at = ("--at", "2026-11-23T12:00:00+03:00", "--explain")
    done = run("check", made, "-", *ASK, *at, stdin=f"{NUMBER}\n{NUMBER}\n{OTHER}\n")
    assert "ru/152-fz/3-1/not-classified" not in done.stdout
    assert done.stderr.count("3 of 3 answers: ru/152-fz/3-1/not-classified") == 1
    assert done.stderr.count("3 of 3 answers: rules/known-until") == 1
    assert "who it was: strong" in done.stdout
    alone = run("check", made, NUMBER, *ASK, *at)
    assert "ru/152-fz/3-1/not-classified" in alone.stdout


def test_a_rehearsal_counts_the_numbers_that_weak_consent_would_change(run, made, tmp_path):
    weak = ("give", made, OTHER, *AD, "--method", "operator_note", "--at", "2026-11-20T14:03:00Z")
    assert run(*weak).returncode == 0
    own = 'extends = "russia"\nversion = "own-1"\nread_by = "test"\nread_on = 2026-11-30\n'
    options = '[options]\ncall_centre = "warn"\n'
    (tmp_path / "own.toml").write_text(own + options, encoding="utf-8")
    rehearse = ("--rules", "own.toml", "--rehearse", "--at", "2026-11-21T12:00:00+03:00")
    done = run("check", made, NUMBER, OTHER, *ASK, *rehearse, "--json")
    assert json.loads(done.stdout)["weak_consent"] == {"allow": 1, "deny": 1}
    shown = run("check", made, NUMBER, OTHER, *ASK, *rehearse).stdout
    assert 'weak_consent = "allow" would change 1 numbers' in shown


def test_check_of_stdin_says_1_for_a_no_and_0_when_all_are_allowed(run, made):
    assert run("check", made, "-", *ASK, stdin=f"{NUMBER}\n{OTHER}\n").returncode == 1
    assert run("check", made, "-", *ASK, stdin=f"{NUMBER}\n").returncode == 0
    assert run("check", made, "-", *ASK, stdin="").returncode == 0


def test_a_moment_before_the_consent_is_a_no(run, made):
    assert run("check", made, NUMBER, *ASK, "--at", "2026-11-20T14:02:59+03:00").returncode == 1
    assert run("check", made, NUMBER, *ASK, "--at", "2026-11-20T14:03:01+03:00").returncode == 0


def test_what_a_consent_does_not_name_is_a_no(run, made):
    assert (
        run("check", made, NUMBER, "--purpose", "advertising", "--channel", "sms").returncode == 1
    )
    assert run("check", made, NUMBER, *ASK, "--distributor", "7736050003").returncode == 1


def test_a_text_that_names_nobody_is_not_the_logs_own_consent(run, made):
    done = run("give", made, OTHER, *AD, "--distributor", "none", "--method", "paper")
    assert done.returncode == 0
    assert run("check", made, OTHER, *ASK).returncode == 1
    (event,) = answer(run("history", made, OTHER, "--json"))["events"]
    assert (event["distributor"], event["distributors"]) == (None, [])


@pytest.mark.parametrize("stop", ["withdraw", "refuse"])
def test_a_stop_ends_the_consent_at_once(run, made, stop):
    done = run(stop, made, NUMBER, "--method", "operator_note", "--json")
    assert done.returncode == 0
    assert answer(done)["seq"] == 2
    assert run("check", made, NUMBER, *ASK).returncode == 1


def test_explain_names_every_finding_its_entry_and_its_authority(run, made):
    shown = run("check", made, NUMBER, *ASK, "--explain").stdout
    assert "ru/38-fz/18-1 (seq 1)" in shown
    assert "38-FZ" in shown
    assert "as of" in shown


def test_a_withdrawal_tells_when_it_was_received(run, made):
    at, received = "2026-11-21T10:00:00+03:00", "2026-11-21T12:00:00+03:00"
    assert run("withdraw", made, NUMBER, "--at", at, "--received-at", received).returncode == 0
    event = answer(run("history", made, NUMBER, "--json"))["events"][-1]
    assert event["received_at"] == "2026-11-21T09:00:00.000000Z"


def test_after_a_reassignment_the_old_consent_no_longer_speaks(run, made):
    assert run("reassign", made, NUMBER).returncode == 0
    assert run("check", made, NUMBER, *ASK).returncode == 1
    assert [
        event["type"] for event in answer(run("history", made, NUMBER, "--json"))["events"]
    ] == [
        "consent.given",
        "number.reassigned",
    ]


def test_asking_is_no_consent(run, made):
    assert (
        run("ask", made, OTHER, "--purpose", "advertising", "--wording", "text.txt").returncode == 0
    )
    assert run("check", made, OTHER, *ASK).returncode == 1


def test_history_tells_both_times_and_the_scope(run, made):
    found = answer(run("history", made, NUMBER, "--json"))
    (event,) = found["events"]
    assert found["number"] == NUMBER
    assert {
        "seq",
        "type",
        "at",
        "recorded_at",
        "purposes",
        "channels",
        "distributor",
        "method",
    } <= set(event)
    assert datetime.fromisoformat(event["at"]) == datetime.fromisoformat(SAID)
    assert datetime.fromisoformat(event["recorded_at"]) > datetime.fromisoformat(event["at"])
    assert (event["purposes"], event["channels"]) == (["advertising"], ["voice"])
    assert (event["distributor"], event["method"]) == (INN, "sms_code")
    assert event["wording"] == hashlib.sha256(WORDING.encode()).hexdigest()
    shown = run("history", made, NUMBER).stdout
    assert "2026-11-20 14:03:00+03:00" in shown
    assert answer(run("history", made, OTHER, "--json")) == {"number": OTHER, "events": []}


def test_all_flags_of_a_consent_reach_the_entry(run, made, tmp_path):
    (tmp_path / "form.pdf").write_bytes(b"form")
    (tmp_path / "rec.wav").write_bytes(b"sound")
    done = run(
        *("give", made, OTHER, "--purpose", "advertising,service", "--channel", "voice,sms"),
        *("--covers", "advertising,personal_data", "--method", "paper", "--wording", "text.txt"),
        *("--document-hash", "form.pdf"),
        *("--evidence-hash", "rec.wav", "--evidence-hash", "form.pdf"),
        *("--until", "2030-01-01T00:00:00+03:00", "--campaign", "spring", "--code", "sent"),
        *("--prechecked", "--in-contract", "separate-mark", "--advertiser", INN, "--acts-for", INN),
        *("--giver", "employee", "--authority", "director", "--source", "web"),
    )
    assert done.returncode == 0, done.stderr
    (event,) = answer(run("history", made, OTHER, "--json"))["events"]
    form = hashlib.sha256(b"form").hexdigest()
    assert event["document"] == form
    assert sorted(event["evidence"]) == sorted([form, hashlib.sha256(b"sound").hexdigest()])
    assert event["covers"] == ["advertising", "personal_data"]
    assert event["code"] == {"returned": False, "sent_to_this_number": True}
    assert event["in_contract"] == {"separate_mark": True}
    assert event["prechecked"] is True
    assert event["giver"] == {"authority": "director", "kind": "employee"}
    assert (event["advertiser"], event["acts_for"]) == (INN, [INN])
    assert (event["campaign"], event["source"]) == ("spring", "web")


def test_a_contact_that_ended_in_a_demand_says_that_a_stop_was_recorded(run, made):
    done = run("contact", made, NUMBER, "--outcome", "do_not_call")
    assert done.returncode == 0
    assert "recorded as a stop" in done.stderr
    assert digits(NUMBER) not in digits(done.stderr)
    assert run("contact", made, NUMBER, "--outcome", "not_interested").stderr == ""


# --- classify, rules, audit, prove, verify, checkpoint -------------------------------------------


def test_classify_is_exit_0_whatever_the_answer(run):
    done = run("classify", NUMBER, "--json")
    assert done.returncode == 0
    found = answer(done)
    assert found["personal_data"] == "unknown"
    assert {"number", "personal_data", "kind", "basis", "citations", "confidence"} <= set(found)
    done = run(
        *("classify", "+74951234567", "--inn", INN, "--ogrn", "1027700132195"),
        *("--user", "shared_line", "--json"),
    )
    assert (done.returncode, answer(done)["personal_data"]) == (0, "no")
    assert len(answer(run("classify", NUMBER, OTHER, "--json"))) == 2


def test_classify_refuses_an_inn_that_fails_its_check(run):
    assert run("classify", NUMBER, "--inn", "7707083894").returncode == 2


def test_rules_are_shown_with_their_source_and_by_date(run):
    found = answer(run("rules", "--json"))
    assert found["jurisdiction"] == "RU"
    assert all(row["citation"] and row["read_on"] for row in found["rows"])
    old = answer(run("rules", "list", "--at", "2010-01-01T00:00:00+03:00", "--json"))
    assert 0 < len(old["rows"]) < len(found["rows"])
    (row,) = answer(run("rules", "show", "ru/38-fz/18-1", "--json"))["rows"]
    assert row["sheet"] == "AD-001"
    assert run("rules", "show", "no/such").returncode == 2
    assert run("rules", "show").returncode == 2


def test_audit_finds_the_call_nobody_consented_to(run, made, tmp_path):
    (tmp_path / "Master.csv").write_text(CDR.format("2026-11-21 12:00:00"), encoding="utf-8")
    done = run(
        *("audit", made, "Master.csv", "--zone", "Europe/Moscow"),
        *("--outgoing-context", "from-internal", "--country", "RU", "--dialled-by", "person"),
        *("--report", "out.html", "--findings", "out.csv", "--rejects", "bad.csv", "--json"),
    )
    assert done.returncode == 1, done.stderr
    found = answer(done)
    assert (
        found["rows"] == found["judged"] + sum(found["left_out"].values()) + found["rejected"] == 2
    )
    assert found["violations"] == {"ru/38-fz/18-1": 1}
    assert (tmp_path / "out.html").read_text(encoding="utf-8").startswith("<!")
    assert (tmp_path / "out.csv").read_text(encoding="utf-8").count("\n") >= 2
    done = run(
        "audit",
        made,
        "Master.csv",
        "--zone",
        "Europe/Moscow",
        "--outgoing-context",
        "from-internal",
    )
    assert "ru/38-fz/18-1" in done.stdout
    assert done.stderr == ""


def test_audit_with_nothing_declared_says_what_there_is_to_choose_from(run, made, tmp_path):
    (tmp_path / "Master.csv").write_text(CDR.format("2026-11-21 12:00:00"), encoding="utf-8")
    done = run("audit", made, "Master.csv", "--zone", "Europe/Moscow")
    assert done.returncode == 2
    assert "from-internal" in done.stderr
    assert run("audit", made, "Master.csv", "--outgoing-context", "x").returncode == 2
    assert run("audit", made, "no.csv", "--zone", "UTC", "--outgoing-context", "x").returncode == 3


def test_prove_writes_a_pack_that_verify_proves_without_the_log(run, made, tmp_path):
    done = run("prove", made, "--number", NUMBER, "--out", "proof.zip", "--json")
    assert done.returncode == 0, done.stderr
    assert answer(done)["out"] == "proof.zip"
    key = answer(done)["verifier_key"]
    made.rename(tmp_path / "away")
    done = run("verify", "proof.zip", "--key", key, "--json")
    assert done.returncode == 0, done.stdout
    found = answer(done)
    assert found["verdict"] == "proven"
    assert found["coverage"]["key_was_given"] is True
    assert {"question", "verdict", "coverage", "warnings", "problem"} <= set(found)


def test_a_changed_pack_is_not_proven(run, made, tmp_path):
    assert run("prove", made, "--number", NUMBER, "--out", "proof.zip").returncode == 0
    pack = bytearray((tmp_path / "proof.zip").read_bytes())
    pack[len(pack) // 2] ^= 1
    (tmp_path / "proof.zip").write_bytes(pack)
    assert run("verify", "proof.zip").returncode == 1


def test_prove_of_a_number_the_log_never_met_is_1_and_writes_nothing(run, made, tmp_path):
    done = run("prove", made, "--number", OTHER, "--out", "proof.zip")
    assert done.returncode == 1
    assert "pack not written" in done.stderr
    assert not (tmp_path / "proof.zip").exists()


def test_verify_never_says_a_bare_ok(run, made):
    run("checkpoint", made)
    done = run("verify", made)
    assert done.returncode == 0
    assert "PROVEN" in done.stdout
    assert "not checked" in done.stdout
    assert "the key that it names itself" in done.stdout
    found = answer(run("verify", made, "--json"))
    assert found["coverage"]["entries"] == found["coverage"]["signed_up_to"] == 2
    assert found["problem"] is None


def test_verify_under_another_logs_key_is_no_yes(run, made):
    other = answer(run("init", "other", "--origin", "other.example/log", "--json"))["verifier_key"]
    run("checkpoint", made)
    assert run("verify", made, "--key", other).returncode == 1
    assert run("verify", made, "--key", "nonsense").returncode == 2


def test_a_checkpoint_is_a_note_that_the_package_checks(run, made):
    found = answer(run("checkpoint", made, "--json"))
    read = consent.note.checkpoint(found["checkpoint"], [found["verifier_key"]])
    assert (read.origin, read.size, read.root.hex()) == (ORIGIN, found["size"], found["root"])
    assert run("checkpoint", made).stdout == found["checkpoint"]


# --- no, cannot, wrong ---------------------------------------------------------------------------


@pytest.mark.parametrize("command", sorted(cli.NOT_BUILT_COMMANDS))
def test_a_command_of_the_plan_that_is_not_built_says_so_with_exit_3(run, command):
    done = run(command, "anything", "--at", "all")
    assert (done.returncode, done.stdout) == (3, "")
    assert "not in this version: " + command in done.stderr


def test_help_lists_what_is_built_and_nothing_else(run):
    done = run("--help")
    assert done.returncode == 0
    shown = {
        line.split()[0]
        for line in done.stdout.splitlines()
        if line.startswith("  ") and line.split()
    }
    assert not shown & cli.NOT_BUILT_COMMANDS
    assert {
        "init", "give", "ask", "refuse", "withdraw", "reassign", "check", "history", "classify",
        "rules", "audit", "prove", "verify", "checkpoint",
    } <= shown  # fmt: skip


@pytest.mark.parametrize(
    "words",
    [
        ("verify", "rom", "--trust", "policy"),
    ],
)
def test_a_flag_of_the_plan_that_is_not_built_says_so_with_exit_3(run, words):
    done = run(*words)
    assert done.returncode == 3
    assert "not in this version" in done.stderr


@pytest.mark.parametrize(
    "words",
    [
        (),
        ("nonsense",),
        ("check", "rom"),
        ("check", "rom", NUMBER),
        ("check", "rom", NUMBER, "--purpose", "ads", "--channel", "voice"),
        ("check", "rom", NUMBER, *ASK, "--at", "2026-11-20"),
        ("check", "rom", NUMBER, *ASK, "--at", "2026-11-20T14:03:00"),
        ("check", "rom", "+7916123456x", *ASK),
        ("check", "rom", NUMBER, "-", *ASK),
        ("check", "rom", NUMBER, *ASK, "--pur", "service"),
        ("give", "rom", NUMBER),
        ("give", "rom", NUMBER, *AD, "--method", "sms"),
        ("give", "rom", NUMBER, *AD, "--code", "maybe"),
        ("give", "rom", NUMBER, *AD, "--at", "2099-01-01T00:00:00+03:00"),
        ("give", "rom", NUMBER, *AD, "--campaign", "79161234567"),
        ("give", "rom", NUMBER, *AD, "--distributor", "7707083894"),
        ("history", "rom", NUMBER, OTHER),
        ("init", "new", "--origin", "a b"),
        ("init", "new", "--origin", ORIGIN, "--name", "x"),
        ("init", "new", "--origin", ORIGIN, "--inn", "123"),
    ],
)
def test_wrong_words_are_exit_2_with_nothing_on_stdout_and_no_number_on_stderr(run, made, words):
    done = run(*words)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr
    assert "Traceback" not in done.stderr
    assert "9161234" not in digits(done.stderr)
    assert answer(run("verify", made, "--json"))["coverage"]["entries"] == 2


def test_a_bad_number_is_named_by_its_place(run, made):
    assert "argument 3" in run("check", made, NUMBER, "call me", *ASK).stderr
    assert "line 2" in run("check", made, "-", *ASK, stdin=f"{NUMBER}\ncall me\n").stderr


def test_what_cannot_be_done_is_exit_3(run, made):
    assert run("check", "nowhere", NUMBER, *ASK).returncode == 3
    assert run("verify", "nowhere").returncode == 3
    assert run("give", made, NUMBER, *AD, "--wording", "nowhere.txt").returncode == 3
    with consent.Log.open(made):
        done = run("give", made, NUMBER, *AD)
    assert done.returncode == 3
    assert "Traceback" not in done.stderr


def test_a_wording_that_is_not_utf8_is_bad_input(run, made, tmp_path):
    (tmp_path / "old.txt").write_bytes("Согласен".encode("cp1251"))
    done = run("give", made, NUMBER, *AD, "--wording", "old.txt")
    assert done.returncode == 2
    assert "UTF-8" in done.stderr


# --- manners -------------------------------------------------------------------------------------


def test_the_language_is_the_locales_unless_it_is_said(run, made):
    assert "DENIED" in run("check", made, OTHER, *ASK, lang="en_GB.UTF-8").stdout
    assert "НЕЛЬЗЯ" in run("check", made, OTHER, *ASK, lang="ru_RU.UTF-8").stdout
    assert "НЕЛЬЗЯ" in run("check", made, OTHER, *ASK, "--lang", "ru").stdout
    assert "DENIED" in run("check", made, OTHER, *ASK, "--lang=en", lang="ru_RU.UTF-8").stdout
    assert "нет в этой версии" in run("anchor", lang="ru_RU.UTF-8").stderr


@pytest.mark.parametrize(
    ("environment", "lang"),
    [
        ({}, "en"),
        ({"LANG": "ru_RU.UTF-8"}, "ru"),
        ({"LANG": "ru_RU.UTF-8", "LC_MESSAGES": "en_US.UTF-8"}, "en"),
        ({"LANG": "en_US", "LC_MESSAGES": "en_US", "LC_ALL": "ru_RU"}, "ru"),
        ({"LANG": "ru_RU", "LC_ALL": ""}, "ru"),
    ],
)
def test_the_locale_is_read_in_the_order_of_posix(environment, lang):
    assert language([], environment) == lang


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("+79161234567", "+…"),
        ("8 (916) 123-45-67!", "…!"),
        ("seq 41 of 2026", "seq 41 of 2026"),
        ("at 2026-11-20T14:03:00+03:00", "at 2026-11-20T14:03:00+03:00"),
        ("2026-11-20 89161234567", "2026-11-20 …"),
    ],
)
def test_messages_keep_dates_and_lose_numbers(text, shown):
    assert without_numbers(text) == shown


def test_long_work_is_silent_where_nobody_looks(capsys):
    with Progress("work") as progress:
        progress(1, 2)
        progress.stage("read", 2, 2)
    assert capsys.readouterr().err == ""


def test_long_work_shows_itself_on_a_terminal_and_wipes_its_line(monkeypatch, capsys):
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    with Progress("work") as progress:
        progress(1, 2)
    shown = capsys.readouterr().err
    assert "work:  50 %" in shown
    assert shown.endswith("\r\x1b[K")


def test_a_reader_who_has_seen_enough_is_no_accident(run, made, tmp_path):  # noqa: ARG001
    with subprocess.Popen(
        [sys.executable, "-m", "consent", "check", "rom", "-", *ASK],
        cwd=tmp_path,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        process.stdout.close()
        process.stdin.write(f"{NUMBER}\n".encode() * 100)
        process.stdin.close()
        assert process.stderr.read() == b""
    assert process.returncode == cli.BROKEN_PIPE


def test_ctrl_c_ends_quietly_with_130(run, made, tmp_path):  # noqa: ARG001
    with subprocess.Popen(
        [sys.executable, "-m", "consent", "check", "rom", "-", *ASK],
        cwd=tmp_path,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=os.environ | {"PYTHONUNBUFFERED": "1"},
    ) as process:
        process.stdin.write(f"{NUMBER}\n".encode())
        process.stdin.flush()
        assert process.stdout.readline()
        process.send_signal(signal.SIGINT)
        assert process.stderr.read() == b""
    assert process.returncode == 130


def test_json_is_utf8_whatever_the_locale(run, made):
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "consent",
            "check",
            str(made),
            OTHER,
            *ASK,
            "--json",
            "--lang",
            "ru",
        ],
        env=os.environ | {"LC_ALL": "POSIX", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
        capture_output=True,
        check=False,
    )
    assert "согласия" in done.stdout.decode("utf-8")
    assert consent.__version__ in run("--version").stdout


def test_json_and_lang_may_stand_before_the_command(run, made):
    assert answer(run("--json", "check", made, NUMBER, *ASK))["allowed"] is True
    assert "МОЖНО" in run("--lang", "ru", "check", made, NUMBER, *ASK).stdout
    assert run("--lang=ru", "--json", "anchor").returncode == 3


@pytest.mark.parametrize("encoding", ["ascii", "utf-16", "utf-8:strict"])
def test_lines_of_stdin_are_utf8_whatever_the_locale(made, encoding):
    done = subprocess.run(
        [*CONSENT, "check", made, "-", *ASK, "--json"],
        input=b"\xef\xbb\xbf8\xc2\xa0916 123-45-67\n\xff8916\n" + b"9" * 10_000 + b"\n+79161234567",
        capture_output=True,
        env=os.environ | {"PYTHONIOENCODING": encoding},
        timeout=60,
        check=False,
    )
    first, bad, long, last, _ = map(json.loads, done.stdout.decode("utf-8").splitlines())
    assert first["number"] == last["number"] == "+79161234567"
    assert bad == {"line": 2, "error": "not UTF-8, byte 0"}
    assert long["line"] == 3
    assert done.returncode == 2


@pytest.mark.parametrize(
    ("closed", "words", "code"),
    [
        (">&-", (NUMBER,), 0),
        ("<&-", ("-",), 0),
        ("2>&-", ("call-me",), 2),
        ("<&- >&- 2>&-", (NUMBER,), 0),
    ],
)
def test_a_closed_stream_changes_no_answer_and_harms_no_log(run, made, closed, words, code):
    typed = " ".join(map(str, [*CONSENT, "check", f"'{made}'", *words, *ASK]))
    done = subprocess.run(
        ["/bin/sh", "-c", f"{typed} {closed}"], capture_output=True, timeout=60, check=False
    )
    assert done.returncode == code
    assert b"Traceback" not in done.stderr
    assert run("verify", made).returncode == 0


def test_an_accident_of_the_program_never_ends_as_a_no(monkeypatch, capsys, made):
    def broken(*_, **_asked):
        raise RuntimeError(f"about {NUMBER}")

    monkeypatch.setattr(consent.Log, "may_contact", broken)
    assert cli.main(["check", str(made), NUMBER, *ASK]) == 3
    shown = capsys.readouterr().err
    assert "RuntimeError" in shown
    assert digits(NUMBER) not in digits(shown)


def test_a_key_that_is_none_is_wrong_usage_and_no_verdict(run, made):
    assert run("verify", made, "--key", "garbage").returncode == 2


@pytest.mark.parametrize("command", ["check", "audit", "prove"])
def test_a_mistyped_distributor_is_bad_input_and_no_unexplained_no(run, made, tmp_path, command):
    (tmp_path / "calls.csv").write_text(CDR.format("2026-11-21 10:00:00"), encoding="utf-8")
    words = {
        "check": (made, NUMBER, *ASK),
        "audit": (made, tmp_path / "calls.csv", "--zone", "UTC", "--outgoing-context", "x"),
        "prove": (made, "--number", NUMBER, "--out", tmp_path / "x.zip"),
    }[command]
    done = run(command, *words, "--distributor", "7707083894")
    assert done.returncode == 2
    assert "INN" in done.stderr


def test_an_empty_wording_is_refused(run, made, tmp_path):
    (tmp_path / "empty.txt").write_text("\n", encoding="utf-8")
    done = run("give", made, NUMBER, *AD, "--wording", tmp_path / "empty.txt")
    assert done.returncode == 2


def test_audit_says_when_it_judged_nothing(run, made, tmp_path):
    (tmp_path / "calls.csv").write_text(CDR.format("2026-11-21 10:00:00"), encoding="utf-8")
    done = run("audit", made, tmp_path / "calls.csv", "--zone", "UTC", "--outgoing-context", "typo")
    assert "Nothing was judged" in done.stdout


@pytest.mark.parametrize(
    ("flag", "name", "content"),
    [
        ("--own-numbers", "own.txt", b"\xff\xfe"),
        ("--layout", "map.toml", b"\xff\xfe"),
        ("--layout", "map.toml", b"columns = 3"),
        ("--layout", "map.toml", b"[columns]\nstart=1\ndst=2\n[format]\ndelimiter=3"),
        ("--findings", "findings.xlsx", b""),
    ],
)
def test_a_file_that_cannot_be_used_is_bad_input(run, made, tmp_path, flag, name, content):
    (tmp_path / "calls.csv").write_text(CDR.format("2026-11-21 10:00:00"), encoding="utf-8")
    (tmp_path / name).write_bytes(content)
    words = (made, tmp_path / "calls.csv", "--zone", "UTC", "--outgoing-context", "x")
    done = run("audit", *words, flag, tmp_path / name)
    assert done.returncode == 2, done.stderr
    assert "Traceback" not in done.stderr


# --- a file or - ---------------------------------------------------------------------------------


def test_a_pack_and_a_receipt_are_checked_from_standard_input(run, made, tmp_path):
    assert run("prove", made, "--number", NUMBER, "--out", "p.zip").returncode == 0
    done = run("withdraw", made, NUMBER, "--receipt", "r.txt")
    assert done.returncode == 0
    for file in ("p.zip", "r.txt"):
        command = [*CONSENT, "verify", "-", "--json"]
        found = subprocess.run(
            command, input=(tmp_path / file).read_bytes(), capture_output=True, check=False
        )
        assert found.returncode == 0, found.stderr
        assert json.loads(found.stdout)["verdict"] == "proven"


def test_a_wording_is_read_from_standard_input(run, made):
    done = run("ask", made, OTHER, *AD, "--wording", "-", stdin="Можно вам звонить?")
    assert done.returncode == 0, done.stderr
    asked = answer(run("history", made, OTHER, "--json"))["events"][0]
    assert asked["wording"] == hashlib.sha256("Можно вам звонить?".encode()).hexdigest()


def test_a_table_is_pseudonymised_from_standard_input(run, tmp_path):
    table = "name,phone\nx,+79161234567\ny,+79161234568\n"
    done = run("pseudonymise", "-", "--key", "k", "--out", "out.csv", stdin=table)
    assert done.returncode == 0, done.stderr
    assert "7916" not in (tmp_path / "out.csv").read_text()


def test_a_rehearsal_names_the_line_that_it_cannot_read(run, made, tmp_path):
    (tmp_path / "own.toml").write_text(HEAD + ROW, encoding="utf-8")
    rehearse = ("--rules", "own.toml", "--rehearse")
    done = run("check", made, "-", *ASK, *rehearse, stdin=f"{NUMBER}\nfoo\n")
    assert done.returncode == 2
    assert done.stderr.startswith("consent: line 2: telephone number, byte 0: ")


def test_a_passphrase_file_that_is_no_text_is_bad_input(run, tmp_path):
    (tmp_path / "pass").write_bytes(b"\xff\xfe")
    done = run("init", "x", "--origin", ORIGIN, "--passphrase-file", "pass")
    assert (done.returncode, done.stderr) == (
        2,
        "consent: --passphrase-file: not UTF-8, byte 0\n",
    )


def test_call_records_that_cannot_be_read_are_named_by_file_row_and_column(run, made, tmp_path):
    (tmp_path / "calls.csv").write_text("a;b\n1;2\n", encoding="utf-8")
    declared = ("--zone", "Europe/Moscow", "--outgoing-context", "x")
    done = run("audit", made, "calls.csv", *declared)
    assert done.returncode == 2
    assert done.stderr.startswith("consent: calls.csv, row 1: no header with a column dst")
    (tmp_path / "calls.csv").write_text("start,src\n1,2\n", encoding="utf-8")
    (tmp_path / "map.toml").write_text('[columns]\nstart = "start"\ndst = "to"\n', encoding="utf-8")
    done = run("audit", made, "calls.csv", *declared, "--layout", "map.toml")
    assert done.returncode == 2
    assert done.stderr.startswith(
        "consent: calls.csv, column dst: map.toml: the file has no column"
    )
