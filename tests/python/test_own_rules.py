"""Rules of one's own, the caller's facts, and what a change of rules would change."""

from __future__ import annotations

import json
from datetime import datetime, timedelta

import pytest

import consent
from romashka import INN, LATER, NUMBER, OTHER

AD = ("--purpose", "advertising", "--channel", "voice", "--dialled-by", "person")
AT = ("--at", "2026-11-20T12:00:00+03:00")
HEAD = 'extends = "russia"\nversion = "own-1"\nread_by = "test"\n'
ROW = """
[[rule]]
id = "own/evening"
sheet = "own"
kind = "policy"
condition = "outside_hours"
purposes = ["advertising"]
outcome = "deny"
working_days = "10:00-11:00"
other_days = "10:00-11:00"
citation = "Our rules"
citation_ru = "Наши правила"
why = "Outside our hours."
why_ru = "Вне наших часов."
source = "own"
confidence = "G"
"""


@pytest.fixture
def own(tmp_path):
    file = tmp_path / "own.toml"
    file.write_text(HEAD + ROW, encoding="utf-8")
    return file


def test_check_by_own_rules_says_no_and_when_it_is_allowed(run, romashka, own):
    zone = ("--in-zone", "Europe/Moscow")
    folder = romashka.folder
    assert run("check", folder, NUMBER, *AD, *AT, *zone).returncode == 0
    done = run("check", folder, NUMBER, *AD, *AT, *zone, "--rules", own, "--json")
    found = json.loads(done.stdout)
    assert (done.returncode, found["verdict"]) == (1, "deny")
    assert found["findings"][0]["rule"] == "own/evening"
    assert found["rules"].endswith("+own-1")
    assert datetime.fromisoformat(found["next_allowed"]) == datetime.fromisoformat(
        "2026-11-21T10:00:00+03:00"
    )
    assert "own/evening" in found["consulted"]


def test_rehearse_names_the_numbers_whose_answer_changes(run, romashka, own):
    words = (*AD, *AT, "--in-zone", "Europe/Moscow", "--rules", own, "--rehearse")
    done = run("check", romashka.folder, NUMBER, OTHER, *words, "--json")
    found = json.loads(done.stdout)
    assert done.returncode == 1
    assert (found["judged"], found["stricter"]) == (2, 1)
    (change,) = found["changes"]
    assert (change["number"], change["before"], change["after"]) == (NUMBER, "allow", "deny")
    assert change["rule"] == "own/evening"
    shown = run("check", romashka.folder, NUMBER, OTHER, *words)
    assert f"{NUMBER}  allow -> deny" in shown.stdout
    alone = run("check", romashka.folder, NUMBER, *AD, "--rehearse")
    assert alone.returncode == 2
    assert "--rules" in alone.stderr


def test_an_audit_is_rehearsed_by_the_same_rules(run, romashka, tmp_path):
    own = tmp_path / "strict.toml"
    own.write_text(HEAD + '[options]\npersonal_data_unknown = "deny"\n', encoding="utf-8")
    calls = tmp_path / "Master.csv"
    row = (
        '"","1001","{0}","from-internal","","PJSIP/1001-1","PJSIP/trunk-1","Dial","",'
        '"2026-11-20 12:00:00",,"2026-11-20 12:00:05",5,3,"ANSWERED","DOCUMENTATION"\n'
    )
    calls.write_text(row.format(NUMBER[1:]) + row.format(OTHER[1:]), encoding="utf-8")
    words = ("--zone", "Europe/Moscow", "--outgoing-context", "from-internal", "--country", "RU")
    done = run(
        *("audit", romashka.folder, calls, *words, "--dialled-by", "person"),
        *("--rules", own, "--rehearse", "--json"),
    )
    found = json.loads(done.stdout)
    assert done.returncode == 1, done.stderr
    assert (found["judged"], found["stricter"]) == (2, 1)
    assert found["after"].endswith("+own-1")
    (change,) = found["changes"]
    assert (change["row"], change["number"]) == (1, NUMBER)
    assert change["rule"] == "ru/152-fz/3-1/not-classified"


def test_a_file_that_would_allow_more_is_refused_with_its_row(run, romashka, tmp_path):
    loose = tmp_path / "loose.toml"
    loose.write_text(HEAD + ROW.replace('kind = "policy"', 'kind = "law"'), encoding="utf-8")
    done = run("check", romashka.folder, NUMBER, *AD, "--rules", loose)
    assert done.returncode == 2
    assert "loose.toml: line 5, column 1: rule 1 (own/evening)" in done.stderr
    with pytest.raises(consent.RulesError, match=r"absent\.toml"):
        consent.rules.load([tmp_path / "absent.toml"])


def test_the_callers_facts_decide_and_stay_in_the_answer_by_hash(run, romashka, tmp_path):
    facts = tmp_path / "caller.toml"
    facts.write_text('mass = true\noperator_contracts = ["7740000076"]\n', encoding="utf-8")
    done = run("check", romashka.folder, NUMBER, *AD, *AT, "--caller", facts, "--json")
    found = json.loads(done.stdout)
    assert (done.returncode, found["findings"][0]["rule"]) == (1, "ru/126-fz/44.1-1/1")
    assert found["caller"] == consent.Caller.from_file(facts).hash.hex()
    facts.write_text('phone = "+79161234567"\n', encoding="utf-8")
    bad = run("check", romashka.folder, NUMBER, *AD, "--caller", facts)
    assert bad.returncode == 2
    assert "caller.toml: line 1, column 9: 'phone'" in bad.stderr
    assert "9161234567" not in bad.stderr


#: What a collector's file states.
COLLECTOR = (
    'dialled_by = "person"\nmass = false\n'
    "hidden_number = false\nforeign_number = false\ncreditor_named = true\n"
)


def test_a_debt_is_asked_for_by_counts_and_local_hours(run, romashka, tmp_path):
    (tmp_path / "caller.toml").write_text(COLLECTOR, encoding="utf-8")
    words = ("check", romashka.folder, NUMBER, "--purpose", "debt_collection", "--channel", "voice")
    words = (*words, "--caller", tmp_path / "caller.toml", *AT, "--in-zone", "Europe/Moscow")
    assert run(*words).returncode == 0
    done = run(*words, "--talks", "1,1,1", "--json")
    assert done.returncode == 1
    assert json.loads(done.stdout)["findings"][0]["rule"] == "ru/230-fz/7-3/talks"
    assert run(*words, "--talks", "1,x,1").returncode == 2
    night = [word if word != AT[1] else "2026-11-20T23:00:00+03:00" for word in words]
    assert run(*night).returncode == 1


def test_contacts_in_the_log_are_counted(romashka):
    asked = {
        "purpose": "debt_collection",
        "channel": "voice",
        "caller": consent.Caller.from_toml(COLLECTOR, "caller.toml"),
        "at": LATER + timedelta(hours=1),
        "zones": ["Europe/Moscow"],
    }
    assert romashka.may_contact(NUMBER, **asked).allowed
    romashka.append_at(
        consent.ContactMade(
            NUMBER,
            at=LATER,
            direction="outgoing",
            channel="voice",
            purpose="debt_collection",
            duration_s=0,
        ),
        LATER + timedelta(minutes=1),
    )
    unanswered = romashka.may_contact(NUMBER, **asked)
    assert [f.rule for f in unanswered.findings if f.verdict == "deny"] == [
        "ru/230-fz/7-3/attempts"
    ]
    assert unanswered.next_allowed == datetime.fromisoformat("2026-11-21T09:00:00+03:00")
    gate = consent.Gate(romashka)
    assert gate.may_contact(NUMBER, **asked).verdict == "unknown"
    counts = consent.ContactCounts([0, 0, 0], [0, 0, 0])
    assert gate.may_contact(NUMBER, **asked, counts=counts).allowed


def test_rules_list_and_show_tell_options_figures_and_own_rows(run, own):
    found = json.loads(run("rules", "list", "--rules", own, "--json").stdout)
    rows = {row["id"]: row for row in found["rows"]}
    assert len(rows) > 60
    assert rows["own/evening"]["figures"]["working_days"] == "10:00-11:00"
    assert rows["ru/38-fz/18-2"]["option"] == "robot_with_consent"
    shown = run("rules", "show", "COL-002")
    assert "a_day 1, a_week 2, a_month 8" in shown.stdout
    for row in rows.values():
        assert row["citation"]
        assert row["source"]
        assert row["read_by"]


def test_one_line_in_either_language_for_every_verdict(romashka):
    at = LATER
    asked = {"purpose": "advertising", "channel": "voice", "dialled_by": "person", "at": at}
    centre = consent.Caller.from_toml('caller = "7736050003"\nmass = false\n', "caller.toml")
    for extra, number, ru, en in (
        ({}, NUMBER, "МОЖНО", "ALLOWED"),
        ({}, OTHER, "НЕЛЬЗЯ", "DENIED"),
        ({"caller": centre}, NUMBER, "НЕИЗВЕСТНО", "UNKNOWN"),
    ):
        answer = romashka.may_contact(number, **asked, **extra, distributor=INN)
        assert answer.one_line("ru").startswith(ru)
        assert answer.one_line("en").startswith(en)
        assert number[2:] not in answer.one_line("ru")
