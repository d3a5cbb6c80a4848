"""How calls end: the maps, the command, and what an audit says of it."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path

import pytest

import consent
from consent.outcome import BUILT_IN, OutcomeMap, outcomes
from romashka import LATER, NUMBER, OTHER, SAID

SHARED = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "cdr"
MAPS = Path(consent.outcome.__file__).parent / "files" / "maps" / "outcomes"
LAYOUT = """
[columns]
start = "when"
dst = "phone"
src = "agent"
disposition = "status"
billsec = "seconds"
uniqueid = "id"
"""
HEAD = "id,when,agent,phone,status,seconds\n"
RULE = consent.Direction.declare(own_numbers=["re:a[0-9]+"])


def row(n, when, number, status, seconds=0):
    return f"{n},2026-11-20 {when}:00,a1,{number},{status},{seconds}\n"


@pytest.fixture
def audited(tmp_path, romashka):
    """Audits rows of an export of VICIdial's kind."""

    def audited(*rows, **options):
        (tmp_path / "map.toml").write_text(LAYOUT)
        (tmp_path / "calls.csv").write_text(HEAD + "".join(rows))
        options = {"outcomes": "vicidial"} | options
        return consent.audit(
            tmp_path / "calls.csv",
            romashka,
            zone="Europe/Moscow",
            direction=RULE,
            layout=tmp_path / "map.toml",
            dialled_by="person",
            **options,
        )

    return audited


def at_fault(report):
    return [
        (report.records.attempts[one.call].call_id, one.rule.id.rpartition("/")[2], one.outcome)
        for one in report.outcomes.unheeded
    ]


# --- maps ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", BUILT_IN)
def test_each_map_of_the_package_means_outcomes_that_there_are(name):
    used, known = OutcomeMap.load(name), {outcome.id for outcome in outcomes()}
    raw = tomllib.loads((MAPS / f"{name}.toml").read_text(encoding="utf-8"))
    assert set(used.statuses) == set(raw["statuses"])
    assert {word for both in used.statuses.values() for word in both} <= known


@pytest.mark.parametrize(
    ("name", "status", "outcome"),
    [
        ("asterisk", "NO ANSWER", "no_answer"),
        ("asterisk", "BUSY", "busy"),
        ("asterisk", "CONGESTION", "failed"),
        ("freeswitch", "USER_BUSY", "busy"),
        ("freeswitch", "UNALLOCATED_NUMBER", "no_such_subscriber"),
        ("freeswitch", "CALL_REJECTED", "declined"),
        ("vicidial", "B", "busy"),
        ("vicidial", "AB", "busy"),
        ("vicidial", "DC", "no_such_subscriber"),
        ("vicidial", "ADC", "no_such_subscriber"),
        ("vicidial", "NI", "not_interested"),
        ("vicidial", "NA", "no_answer"),
        ("vicidial", "CALLBK", "call_back"),
        ("vicidial", "SALE", "sale"),
        ("vicidial", "DNC", "do_not_call"),
        ("vicidial", "DROP", "abandoned"),
        ("vicidial", " NI ", "not_interested"),
    ],
)
def test_a_status_means_its_outcome(name, status, outcome):
    assert OutcomeMap.load(name).of(status) == outcome


@pytest.mark.parametrize("status", ["", "ni", "NIX", "N I", "Не интересно", "\udca5"])
def test_a_status_that_is_not_in_the_map_is_unknown_and_not_guessed(status):
    used = OutcomeMap.load("vicidial")
    assert status not in used
    assert used.of(status) == "unknown"


def test_a_cause_that_says_only_that_the_call_ended_is_told_apart_by_its_seconds():
    used = OutcomeMap.load("freeswitch")
    assert used.of("NORMAL_CLEARING", seconds=7) == "answered"
    assert used.of("NORMAL_CLEARING", seconds=0) == "unknown"
    assert used.of("NORMAL_CLEARING") == "unknown"


def test_a_map_of_ones_own_begins_with_one_of_the_package(tmp_path):
    file = tmp_path / "mine.toml"
    file.write_text('base = "vicidial"\n[statuses]\nNI = "lost_deal"\n"Не берёт" = "no_answer"\n')
    used = OutcomeMap.load(file)
    assert [used.of(s) for s in ("NI", "Не берёт", "DNC")] == [
        "lost_deal",
        "no_answer",
        "do_not_call",
    ]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[statuses]\nNI = \n", "line 2"),
        ("[statuses]\nNI = 'bored'\n", "status 1: not an outcome; there are unknown"),
        ("[statuses]\nA = 'busy'\n'A ' = 'busy'\n", "status 2 stands twice"),
        ("[statuses]\nA = { talked = 'busy' }\n", "status 1: needs talked and silent"),
        ("[statuses]\nA = ['busy']\n", "status 1: not an outcome"),
        ("[statuses]\n", "missing or empty"),
        ("statuses = 5\n", "missing or empty"),
        ("base = 'goautodial'\n[statuses]\nA = 'busy'\n", "base must be one of"),
        ("version = 2\n[statuses]\nA = 'busy'\n", "version must be 1"),
        ("'+79161234567' = 'busy'\n", "a key that is not"),
    ],
)
def test_a_damaged_map_is_refused_by_name_and_row(tmp_path, text, says):
    file = tmp_path / "mine.toml"
    file.write_text(text)
    with pytest.raises(consent.InvalidArgument) as raised:
        OutcomeMap.load(file)
    assert str(raised.value).startswith("mine.toml: ")
    assert says in str(raised.value)
    assert "7916" not in str(raised.value)
    with pytest.raises(consent.InvalidArgument, match="there are the maps"):
        OutcomeMap.load("goautodial")


# --- an audit ------------------------------------------------------------------------------------


def test_outcomes_are_counted_and_what_was_not_heeded_is_listed(audited):
    report = audited(
        row(1, "10:00", NUMBER, "ADC"),
        row(2, "10:10", NUMBER, "NA"),
        row(3, "10:00", OTHER, "NI", 20),
        row(4, "10:20", OTHER, "MOON", 20),
        row(5, "10:00", "+79161234569", "DNC", 9),
    )
    found = report.summary["outcomes"]
    assert found["map"] == "vicidial"
    assert sum(found["calls"].values()) == report.summary["judged"] == 5
    assert found["calls"]["no_such_subscriber"] == found["calls"]["unknown"] == 1
    assert found["not_mapped"] == {"MOON": 1}
    assert at_fault(report) == [
        ("2", "contact-after-suspension", "no_such_subscriber"),
        ("4", "advertising-after-not-interested", "not_interested"),
        ("5", "withdrawal-not-recorded", "do_not_call"),
    ]
    assert sum(found["not_heeded"].values()) == 3


def test_outcomes_change_no_verdict(audited):
    rows = [row(1, "10:00", NUMBER, "ADC"), row(2, "10:10", NUMBER, "NA")]
    with_map, without = audited(*rows), audited(*rows, outcomes=None)
    assert without.outcomes is None
    assert without.summary["outcomes"] is None
    assert with_map.summary["verdicts"] == without.summary["verdicts"]
    assert with_map.ok is without.ok is True


def test_a_service_call_after_not_interested_is_none_of_its_business(audited):
    rows = [row(1, "10:00", OTHER, "NI"), row(2, "10:10", OTHER, "NA")]
    assert at_fault(audited(*rows, purpose="service")) == []
    assert len(at_fault(audited(*rows, purpose="mixed"))) == 1


def test_a_recorded_withdrawal_meets_the_demand(audited, romashka):
    rows = [row(1, "10:00", NUMBER, "DNC")]
    assert len(at_fault(audited(*rows))) == 1
    romashka.append(
        consent.ConsentWithdrawn(NUMBER, at=LATER.replace(hour=9), means="recorded_voice")
    )
    assert at_fault(audited(*rows)) == []


def test_a_contact_of_the_log_is_held_against_the_calls(audited, romashka):
    romashka.append(consent.ContactMade(NUMBER, at=SAID, outcome="wrong_person"))
    report = audited(row(1, "10:00", NUMBER, "NA"))
    (one,) = report.outcomes.unheeded
    assert (one.because_call, one.outcome) == (None, "wrong_person")
    assert romashka.entry(one.because_seq).type == "contact.made"


def test_a_status_that_could_be_a_number_is_not_repeated(audited):
    report = audited(row(1, "10:00", NUMBER, "8 916 123-45-67"))
    assert report.summary["outcomes"]["not_mapped"] == {"…": 1}


@pytest.mark.parametrize("lang", ["en", "ru"])
def test_the_page_shows_outcomes_as_policy(audited, tmp_path, lang):
    report = audited(row(1, "10:00", NUMBER, "ADC"), row(2, "10:10", NUMBER, "<b>NA"))
    report.to_html(tmp_path / "report.html", lang=lang)
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert {"en": "Policy of the library, not law", "ru": "не закон"}[lang] in page
    assert "policy/outcome/contact-after-suspension" in page
    assert "&lt;b&gt;NA" in page
    assert "<b>NA" not in page


def test_the_outcomes_of_a_real_asterisk_file_are_all_known(romashka):
    file = SHARED / "asterisk_master_ru_2024.csv"
    if not file.exists():
        pytest.skip("../shared is not there")
    report = consent.audit(
        file,
        romashka,
        zone="UTC",
        direction=consent.Direction.declare(outgoing_trunks=["PJSIP/*", "SIP/*", "Local/*"]),
        country="RU",
    )
    found = report.summary["outcomes"]
    assert found["map"] == "asterisk"
    assert sum(found["calls"].values()) == report.summary["judged"]
    assert found["not_mapped"] == {}


def test_the_causes_of_a_real_freeswitch_file_are_all_known():
    file = SHARED / "freeswitch_cdr_csv_2020.csv"
    if not file.exists():
        pytest.skip("../shared is not there")
    causes = re.findall(r"\b[A-Z]{2,}(?:_[A-Z]+)+\b", file.read_text(encoding="utf-8"))
    assert len(causes) >= 10
    assert [c for c in causes if c not in OutcomeMap.load("freeswitch")] == []


# --- the command ---------------------------------------------------------------------------------


def test_the_command_lists_outcomes_as_policy(run):
    shown = run("outcomes")
    assert shown.returncode == 0
    assert shown.stdout.startswith("policy of the library, not law")
    found = json.loads(run("outcomes", "show", "no_such_subscriber", "--json").stdout)
    assert found["kind"] == "policy"
    (one,) = found["rows"]
    assert (one["suspends"], one["record"], one["retry"]) == (True, None, "no")
    assert "Это не отзыв" in run("outcomes", "show", "no_such_subscriber", "--lang", "ru").stdout


@pytest.mark.parametrize(
    "words", [("show",), ("show", "bored"), ("list", "busy"), ("map",), ("map", "-", "--map", "x")]
)
def test_what_cannot_be_used_is_bad_usage(run, words):
    done = run("outcomes", *words, stdin="")
    assert (done.returncode, done.stdout) == (2, "")


def test_the_command_maps_a_column_and_ends_with_1_where_a_status_is_not_known(run, tmp_path):
    (tmp_path / "calls.csv").write_text(HEAD + row(1, "10:00", NUMBER, "NI") * 3)
    words = ("outcomes", "map", "calls.csv", "--column", "status", "--map", "vicidial", "--json")
    done = run(*words)
    assert done.returncode == 0
    assert json.loads(done.stdout)["statuses"] == [
        {
            "status": "NI",
            "rows": 3,
            "outcome": "not_interested",
            "talked": "not_interested",
            "silent": "not_interested",
            "known": True,
        }
    ]
    (tmp_path / "calls.csv").write_text(HEAD + row(1, "10:00", NUMBER, "LEAD"))
    done = run(*words)
    assert done.returncode == 1
    assert json.loads(done.stdout)["not_mapped"] == 1
    assert run(*words, "--column", "nope").returncode == 2


def test_audit_on_the_command_line_shows_what_was_not_heeded(run, tmp_path, romashka):
    romashka.close()
    (tmp_path / "map.toml").write_text(LAYOUT)
    (tmp_path / "calls.csv").write_text(
        HEAD + row(1, "10:00", NUMBER, "ADC") + row(2, "10:10", NUMBER, "MOON")
    )
    words = (
        *("audit", "romashka", "calls.csv", "--layout", "map.toml", "--zone", "Europe/Moscow"),
        *("--own-number", "re:a[0-9]+", "--outcomes", "vicidial", "--dialled-by", "person"),
    )
    done = run(*words)
    assert done.returncode == 0, done.stderr  # allowed by law; outcomes are policy
    assert "outcomes not heeded (policy, not law):" in done.stdout
    assert '"MOON" (1)' in done.stdout
    found = json.loads(run(*words, "--json").stdout)["outcomes"]
    assert found["not_heeded"] == {"policy/outcome/contact-after-suspension": 1}
