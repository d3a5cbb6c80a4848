"""Audits: what the core answered, counted and shown."""

import csv
import io
import json
import os
import re
from array import array
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import pytest

import consent
from consent import audit as audit_function
from consent.auditing import COLUMNS, AuditReport, Direction, Findings, audit
from consent.files.calls import Attempt, Calls, Reject
from consent.files.legs import Said
from consent.files.records import InputError
from consent.judging import Judged, Scope
from consent.locale.message import Message

SHARED = Path(os.environ.get("CONSENT_SHARED", Path(__file__).parents[3] / "shared"))
EXAMPLE = Path(__file__).parents[2] / "examples" / "records" / "calls.csv"
TRUNKS = Direction.declare(outgoing_trunks=["PJSIP/operator", "PJSIP/reserve"])
LOG_NAME = "romashka.example/consent"

DENY, ALLOW, UNKNOWN, WARN, TREAT = range(5)
TEXTS = {
    0: ("xx/consent", "No <consent> & nothing else.", "Act, s. 1"),
    1: ("xx/stop", "A stop.", "Act, s. 2"),
    -5: ("recorded-late", "Recorded late.", "house"),
    -7: ("default/no-law", "No law is loaded.", ""),
    -6: ("known-until", "The rules are older than the call.", "house"),
}
#: What says the same of every call.
OF_CAMPAIGN = {-6}


def shared(name):
    path = SHARED / "data" / "cdr" / name
    if not path.exists():
        pytest.skip(f"{path} is not here: set CONSENT_SHARED")
    return path


def text(rule, _verdict):
    name, why, citation = TEXTS[rule]
    return SimpleNamespace(
        rule=name,
        why=why,
        why_ru=f"Рус. {why}",
        citation=citation,
        citation_ru=f"Рус. {citation}",
        of_campaign=rule in OF_CAMPAIGN,
    )


def report_of(answers, **options):
    """A report over made-up answers: each (verdict, [(rule, verdict, seq)])."""
    attempts = [
        Attempt(
            row=i + 2,
            call_id=f"{i}.1",
            start_us=1_763_280_000_000_000 + i * 3_600_000_000,
            offset_us=3 * 3_600_000_000,
            number=79000000001 + i % 3,
            src="101",
            disposition="ANSWERED",
            billsec=5,
        )
        for i in range(len(answers))
    ]
    findings = [(i, *f) for i, (_, found) in enumerate(answers) for f in found]
    judged = Judged(
        log_origin=LOG_NAME,
        log_size=12,
        log_root="ab" * 32,
        rules="xx-2026",
        verdicts=bytes(verdict for verdict, _ in answers),
        relied_on=array("q", [7 if verdict == ALLOW else -1 for verdict, _ in answers]),
        finding_calls=array("q", [f[0] for f in findings]),
        finding_rules=array("h", [f[1] for f in findings]),
        finding_verdicts=bytes(f[2] for f in findings),
        finding_seqs=array("q", [f[3] for f in findings]),
        text=text,
    )
    calls = Calls("calls.csv", "cd" * 32, "Europe/Moscow", TRUNKS, "asterisk", rows=len(answers))
    calls.attempts = attempts
    calls.judged_rows = len(attempts)
    return AuditReport(calls, judged, Scope(), **options)


MIXED = [
    (ALLOW, [(0, ALLOW, 7)]),
    (DENY, [(0, DENY, -1)]),
    (DENY, [(1, DENY, 9), (0, DENY, -1), (-5, WARN, 7)]),
    (UNKNOWN, [(0, UNKNOWN, -1), (1, TREAT, 4)]),
    (ALLOW, [(0, ALLOW, 7), (-5, WARN, 7), (1, TREAT, 3)]),
]


# --- counting -------------------------------------------------------------------------------------


def test_violations_count_each_call_once_under_its_deciding_rule():
    summary = report_of(MIXED).summary
    assert summary["violations"] == {"xx/consent": 2, "xx/stop": 1}
    assert summary["verdicts"] == {"deny": 2, "allow": 2, "unknown": 1}
    assert summary["warned"] == {"recorded-late": 2}
    assert sum(summary["violations"].values()) == 3


def test_findings_are_a_row_a_finding_and_deciding_counts_calls():
    rows = list(report_of(MIXED).findings)
    assert [(r["row"], r["verdict"], r["finding"], r["deciding"]) for r in rows] == [
        (3, "deny", "deny", True),
        (4, "deny", "deny", True),
        (4, "deny", "deny", False),
        (4, "deny", "warn", False),
        (5, "unknown", "unknown", True),
        (5, "unknown", "treat", False),
        (6, "allow", "warn", False),
    ]
    assert rows[1]["seq"] == 9
    assert rows[1]["relied_on"] is None
    assert rows[6]["relied_on"] == 7
    assert rows[0]["start"] == "2025-11-16T12:00:00+03:00"
    assert rows[0]["start_utc"] == datetime(2025, 11, 16, 9, 0, tzinfo=UTC)
    assert rows[0]["number"] == "+79000000002"


def test_what_is_said_of_the_whole_campaign_is_said_once_with_a_count(tmp_path):
    answers = [(verdict, [*found, (-6, WARN, -1)]) for verdict, found in MIXED]
    report = report_of(answers)
    summary = report.summary
    assert summary["campaign_warnings"] == [
        {"rule": "known-until", "calls": 5, "why": "The rules are older than the call."}
    ]
    assert summary["warned"] == {"recorded-late": 2}
    assert report.csv_text() == report_of(MIXED).csv_text()
    report.to_html(tmp_path / "report.html", lang="en")
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert page.count("known-until") == 1
    assert "Warnings about the whole campaign" in page


def test_unknown_calls_are_counted_by_purpose():
    report = report_of(MIXED)
    report.records.attempts[3].scope = Said(purpose="survey")
    assert report.summary["unknown_by_purpose"] == {"survey": 1}


def test_calls_to_a_country_without_law_are_counted_apart_by_country_code(tmp_path):
    lawless = (UNKNOWN, [(-7, UNKNOWN, -1)])
    report = report_of([*MIXED, lawless, lawless, lawless])
    for call, number in ((5, 493012345678), (6, 493012345679), (7, 375291234567)):
        report.records.attempts[call].number = number
    summary = report.summary
    assert summary["no_law"] == {"+49": 2, "+375": 1}
    assert summary["verdicts"] == {"deny": 2, "allow": 2, "unknown": 4}
    assert summary["violations"] == report_of(MIXED).summary["violations"]
    assert summary["unknown_by_purpose"] == {"advertising": 1}
    assert not report.ok
    assert [row["row"] for row in report.findings if row["rule"] == "default/no-law"] == [7, 8, 9]
    report.to_html(tmp_path / "report.html", lang="en")
    page = (tmp_path / "report.html").read_text("utf-8")
    assert "3 of 5 calls were not allowed" in page
    assert "No law is loaded for the country of 3 calls: +49: 2, +375: 1" in page
    assert 'id="row-7"' not in page


def test_an_audit_of_foreign_numbers_alone_accuses_nobody(tmp_path):
    report = report_of([(UNKNOWN, [(-7, UNKNOWN, -1)])])
    report.records.attempts[0].number = 493012345678
    assert report.summary["violations"] == {}
    assert not report.ok
    report.to_html(tmp_path / "report.html", lang="en")
    page = (tmp_path / "report.html").read_text("utf-8")
    assert "were not allowed" not in page
    assert "were allowed" not in page
    assert "No law is loaded for the country of 1 calls: +49: 1" in page
    assert "No law is loaded for the country of 1 calls: +49: 1" in report._repr_html_()


def test_a_call_denied_without_a_finding_is_an_error_and_not_silence():
    with pytest.raises(consent.InternalError, match="no finding"):
        _ = report_of([(DENY, [])]).summary


def test_ok_is_only_an_audit_without_denied_or_unknown():
    assert report_of([(ALLOW, [(0, ALLOW, 1)])]).ok
    assert report_of([]).ok
    assert not report_of([(UNKNOWN, [(0, UNKNOWN, -1)])]).ok


def test_texts_follow_the_language():
    assert report_of(MIXED, lang="ru").findings[0]["why"].startswith("Рус.")


# --- files ----------------------------------------------------------------------------------------


def test_no_cell_of_the_csv_is_a_formula_and_numbers_stay_numbers(tmp_path):
    report = report_of(MIXED)
    report.records.attempts[1].src = "=1+1"
    report.records.attempts[1].disposition = "@SUM(A1)"
    report.records.attempts[2].src = "-101\n\tx"
    report.to_csv(tmp_path / "findings.csv")
    with (tmp_path / "findings.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert tuple(rows[0]) == COLUMNS
    assert rows[0]["src"] == "'=1+1"
    assert rows[0]["disposition"] == "'@SUM(A1)"
    assert rows[1]["src"] == "'-101\n\tx"
    assert rows[0]["number"] == "+79000000002"
    assert rows[0]["start_utc"] == "2025-11-16T09:00:00Z"
    assert len(rows) == len(report.findings)
    for row in rows:
        for name, cell in row.items():
            assert name == "number" or cell[:1] not in ("=", "+", "-", "@", "\t", "\r")
    assert report.summary["findings"] == str(tmp_path / "findings.csv")


def test_bytes_that_are_no_utf_8_come_out_as_they_went_in(tmp_path):
    report = report_of(MIXED)
    report.records.attempts[1].src = b"\xa5b".decode("utf-8", "surrogateescape")
    report.to_csv(tmp_path / "findings.csv")
    assert b",\xa5b," in (tmp_path / "findings.csv").read_bytes()
    report.to_html(tmp_path / "report.html")
    (tmp_path / "report.html").read_text(encoding="utf-8")


def test_findings_go_into_pandas_and_polars_and_parquet(tmp_path):
    pandas, polars, _ = (pytest.importorskip(n) for n in ("pandas", "polars", "pyarrow"))
    report = report_of(MIXED)
    frame = polars.DataFrame(report.findings)
    assert frame.columns == list(COLUMNS)
    assert frame.filter(polars.col("deciding")).height == 3
    assert len(pandas.DataFrame(list(report.findings))) == 7
    report.to_parquet(tmp_path / "findings.parquet")
    back = polars.read_parquet(tmp_path / "findings.parquet")
    assert back.equals(frame)
    assert back["start_utc"][0] == datetime(2025, 11, 16, 9, 0, tzinfo=UTC)
    assert report_of([]).findings.to_arrow().num_rows == 0


def test_the_summary_is_json_and_says_what_was_audited(tmp_path):
    report = report_of(MIXED, generated_at=datetime(2026, 11, 22, tzinfo=UTC))
    found = json.loads(report.to_json(tmp_path / "summary.json"))
    assert found == json.loads((tmp_path / "summary.json").read_text("utf-8"))
    head = ["rows", "judged", "left_out", "rejected", "violations", "report", "findings"]
    assert list(found)[:7] == head
    assert found["input"]["sha256"] == "cd" * 32
    assert found["log"] == {"origin": LOG_NAME, "size": 12, "root": "ab" * 32}
    assert found["generated_at"] == "2026-11-22T00:00:00+00:00"


def test_a_repr_shows_no_numbers():
    assert "7900" not in repr(report_of(MIXED).findings)
    assert isinstance(report_of(MIXED).findings[1:3], Findings)


# --- the report -----------------------------------------------------------------------------------


@pytest.mark.parametrize("lang", ["en", "ru"])
@pytest.mark.parametrize("answers", [MIXED, []], ids=["mixed", "nothing-judged"])
def test_the_report_is_one_file_that_loads_nothing_and_is_the_same_twice(tmp_path, answers, lang):
    for name in ("a.html", "b.html"):
        report_of(answers).to_html(tmp_path / name, lang=lang)
    page = (tmp_path / "a.html").read_text("utf-8")
    assert page == (tmp_path / "b.html").read_text("utf-8")
    assert "<script" not in page
    assert "url(http" not in page
    assert re.findall(r'(?:src|href)="(?!#)[^"]*"', page) == []
    assert page.count("<svg") == (1 if answers else 0)
    assert f'<html lang="{lang}">' in page


def test_the_report_shows_the_numbers_with_their_formulas(tmp_path):
    report = report_of(MIXED)
    report.records.rows = 9
    report.records.left_out.update({"incoming": 3})
    report.records.rejects.append(Reject(8, "dst", "bad_number", "", b"x"))
    report.records.warnings.append(Message("times look like UTC"))
    report.to_html(tmp_path / "report.html")
    page = (tmp_path / "report.html").read_text("utf-8")
    assert "3 of 5 calls were not allowed" in page
    assert "9 − 3 − 1" in page
    assert "denied + unknown: 2 + 1" in page
    assert "ab" * 32 in page
    assert "cd" * 32 in page
    assert "times look like UTC" in page
    assert 'id="row-4"' in page
    assert "(seq 4)" in page  # the treat finding


def test_the_report_escapes_whatever_the_file_says(tmp_path):
    report = report_of(MIXED)
    evil = '<script>alert("1")</script>\x00'
    report.records.name = evil
    report.records.attempts[1].disposition = evil
    report.records.unknown_columns = [evil]
    report.records.direction = Direction.declare(outgoing_contexts=[evil])
    report.records.warnings.append(Message(evil))
    report.to_html(tmp_path / "report.html")
    page = (tmp_path / "report.html").read_text("utf-8")
    assert "<script" not in page
    assert "\x00" not in page
    assert "No &lt;consent&gt; &amp; nothing else." in page


def test_a_long_report_lists_the_first_thousand_calls_and_says_so(tmp_path):
    report = report_of([(DENY, [(0, DENY, -1)])] * 1500)
    report.to_html(tmp_path / "report.html")
    page = (tmp_path / "report.html").read_text("utf-8")
    assert page.count('<tr id="row-') == 1000
    assert "The first 1,000 of 1,500" in page
    assert len(report.findings) == 1500


# --- with the core --------------------------------------------------------------------------------

SAID = datetime(2026, 11, 1, 9, 0, tzinfo=UTC)
#: Who dialled, declared once.
CALLER = consent.Caller.from_toml('dialled_by = "person"\nmass = false\n', "caller.toml")


@pytest.fixture
def log(tmp_path):
    """Who said what before the calls of the example."""
    made = consent.Log.create(
        tmp_path / "romashka",
        origin=LOG_NAME,
        distributor=consent.Organisation(inn="7707083893", name="ООО Ромашка"),
        now=SAID,
    )

    def gives(number, channel="voice", at=SAID):
        made.append_at(
            consent.ConsentGiven(
                number,
                purposes={"advertising"},
                channels={channel},
                method="paper",
                evidence=[consent.EvidenceFile(b"the form, signed", kind="document")],
                wording="I agree to calls with advertising from Romashka",
                at=at,
            ),
            at,
        )

    for number in ("+79000000001", "+79000000002", "+79000000003", "+79000000006"):
        gives(number)
    gives("+79000000004", channel="sms")
    stop = datetime(2026, 11, 17, 6, 0, tzinfo=UTC)  # 09:00 in Moscow, between two calls to each
    made.append_at(consent.ConsentWithdrawn("+79000000002", at=stop), stop)
    gives("+79000000007", at=datetime(2026, 11, 18, tzinfo=UTC))
    yield made
    made.close()


def test_every_call_of_the_example_is_judged_as_of_its_start(log):
    report = audit(
        EXAMPLE, log, zone="Europe/Moscow", direction=TRUNKS, country="RU", caller=CALLER
    )
    summary = report.summary
    assert summary["rows"] == 26
    assert summary["judged"] + sum(summary["left_out"].values()) + summary["rejected"] == 26
    verdict = {
        attempt.row: ("deny", "allow", "unknown")[v]
        for attempt, v in zip(report.records.attempts, report.judged.verdicts, strict=True)
    }
    assert {row for row, word in verdict.items() if word == "allow"} == {1, 2, 3, 8, 11, 19, 25}
    rules = {f["row"]: f["rule"] for f in report.findings if f["deciding"]}
    assert rules[16] == "ru/38-fz/18-1/stop"  # withdrawn the day before
    assert rules[4] == "ru/38-fz/18-1"  # consented to messages, not to calls
    assert rules[12] == "ru/38-fz/18-1"  # consented a day later
    assert summary["log"]["size"] == log.size
    assert summary["log"]["root"] == log.root.hex()
    assert sum(summary["violations"].values()) == len(verdict) - 7


def test_a_call_and_its_audit_get_the_same_answer(log):
    report = audit(
        EXAMPLE, log, zone="Europe/Moscow", direction=TRUNKS, country="RU", caller=CALLER
    )
    for attempt, verdict in zip(report.records.attempts, report.judged.verdicts, strict=True):
        answer = log.may_contact(
            f"+{attempt.number}",
            purpose="advertising",
            channel="voice",
            caller=CALLER,
            at=datetime.fromtimestamp(attempt.start_us / 1e6, UTC),
        )
        assert answer.verdict == ("deny", "allow", "unknown")[verdict]


def test_the_same_input_gives_the_same_bytes(log, tmp_path):
    pages = []
    for _ in range(2):
        report = audit(
            EXAMPLE, log, zone="Europe/Moscow", direction=TRUNKS, country="RU", lang="ru"
        )
        report.to_html(tmp_path / "report.html")
        pages.append((tmp_path / "report.html").read_bytes() + report.csv_text().encode())
    assert pages[0] == pages[1]


def test_a_robot_that_calls_is_denied_also_with_a_consent(log):
    options = {"zone": "Europe/Moscow", "direction": TRUNKS, "country": "RU"}
    report = audit(EXAMPLE, log, channel="robot", dialled_by="machine", **options)
    assert report.summary["verdicts"]["allow"] == 0


def test_the_russian_file_has_nothing_to_judge_and_says_where_its_rows_went(log):
    lines = Direction.declare(outgoing_trunks=["SIP/213598", "SIP/219544"])
    path = shared("asterisk_master_ru_2024.csv")
    report = audit(path, log, zone="UTC", direction=lines, country="RU")
    summary = report.summary
    assert (summary["rows"], summary["judged"], summary["rejected"]) == (50, 0, 0)
    assert summary["left_out"] == {"incoming": 39, "internal": 11}
    assert summary["violations"] == {}


def test_no_call_of_the_us_export_was_consented_to_in_this_log(log):
    trunks = ["PJSIP/VIOrig", "PJSIP/VITerm", "PJSIP/thinQ", "PJSIP/Bandwidth", "PJSIP/IDT"]
    report = audit(
        shared("asterisk_pbx_us_2018_export.csv"),
        log,
        zone="America/New_York",
        direction=Direction.declare(outgoing_trunks=trunks),
        country="US",
    )
    summary = report.summary
    assert (summary["rows"], summary["judged"], summary["rejected"]) == (500, 93, 11)
    assert summary["verdicts"]["allow"] == 0
    assert sum(summary["violations"].values()) == 93


def test_progress_hears_reading_and_judging(log):
    heard = []
    audit(
        EXAMPLE,
        log,
        zone="Europe/Moscow",
        direction=TRUNKS,
        country="RU",
        progress=lambda *now: heard.append(now),
    )
    size = EXAMPLE.stat().st_size
    assert ("read", size, size) in heard


def test_what_was_not_declared_is_an_error_before_the_log_is_asked():
    with pytest.raises(InputError, match="zone"):
        audit(EXAMPLE, "no such log", direction=TRUNKS)
    with pytest.raises(InputError, match="outgoing"):
        audit(EXAMPLE, "no such log", zone="Europe/Moscow")
    with pytest.raises(InputError, match="lang"):
        audit(EXAMPLE, "no such log", zone="Europe/Moscow", direction=TRUNKS, lang="de")


def test_mappings_are_audited_too(log):
    rows = [
        {
            "start": datetime(2026, 11, 20, 12, 0, tzinfo=UTC),
            "src": "101",
            "dst": number,
        }
        for number in ("+79000000001", "+79000000011")
    ]
    own = Direction.declare(own_numbers=["101"])
    report = audit(rows, log, zone="Europe/Moscow", direction=own, caller=CALLER)
    assert report.summary["verdicts"] == {"deny": 1, "allow": 1, "unknown": 0}
    assert report.summary["input"]["sha256"] is None
    assert "row" in io.StringIO(report.csv_text()).readline()


def test_consent_audit_is_the_function():
    if not callable(audit_function):
        pytest.skip("consent/__init__.py does not re-export audit yet")
    assert audit_function is audit


def test_a_report_is_not_a_boolean_and_its_repr_shows_no_numbers(romashka):
    rows = [{"start": "2026-11-21 10:00:00", "dst": "+79161234567", "dcontext": "out"}]
    report = consent.audit(
        rows, romashka, zone="UTC", direction=consent.Direction.declare(outgoing_contexts=["out"])
    )
    with pytest.raises(TypeError, match=r"use \.ok"):
        bool(report)
    assert repr(report).startswith("<AuditReport: 1 calls judged")


def test_choices_shown_for_a_direction_repeat_no_number(romashka):
    rows = [{"start": "2026-11-21 10:00:00", "dst": "1", "dcontext": "8 916 123-45-67"}]
    with pytest.raises(consent.InvalidArgument) as caught:
        consent.audit(rows, romashka, zone="UTC")
    assert "916" not in str(caught.value)


@pytest.mark.parametrize("calls", [5, None, b"a,b"])
def test_what_is_no_call_log_is_an_invalid_argument(romashka, calls):
    with pytest.raises(consent.InvalidArgument, match="calls must be"):
        consent.audit(
            calls, romashka, zone="UTC", direction=consent.Direction.declare(outgoing_contexts="x")
        )
