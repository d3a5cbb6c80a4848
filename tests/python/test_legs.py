"""Legs of calls: rows are one call only where they are."""

from datetime import UTC, datetime, timedelta

import pytest

import consent
from consent.files.direction import Direction
from consent.files.legs import Legs
from consent.outcome import OutcomeMap
from romashka import INN, NUMBER

TRUNK = Direction.declare(outgoing_trunks=["PJSIP/t"])
BEGIN = datetime(2026, 10, 5, 10, tzinfo=UTC)


def merged(*rows, used=None):
    """Calls as lists of rows: each row (start, lasted, disposition, billsec, id)."""
    legs, notes = Legs(), {}
    for place, (start, lasted, disposition, billsec, linked) in enumerate(rows, 1):
        number = 79000000001
        us = start * 1_000_000
        long = -1 if lasted is None else lasted * 1_000_000
        legs.add(0, place, us, long, 0, number, billsec, 0, linked, linked, "101", disposition)
    calls = legs.merge(used, lambda word, count: notes.update({word: count}))
    return [(call.row, call.legs, call.disposition, call.billsec) for call in calls], notes


def test_legs_that_overlap_are_one_call():
    calls, notes = merged((0, 30, "NO ANSWER", 0, "L"), (5, 60, "ANSWERED", 50, "L"))
    assert calls == [(1, 2, "ANSWERED", 50)]
    assert notes == {}


def test_a_leg_that_failed_before_ringing_and_the_next_within_ten_seconds_are_one_call():
    for word in ("FAILED", "CHANUNAVAIL", "CONGESTION", "NORMAL_TEMPORARY_FAILURE", "failed"):
        calls, _ = merged((0, 2, word, 0, "L"), (12, 60, "ANSWERED", 50, "L"))
        assert calls == [(1, 2, "ANSWERED", 50)], word
        calls, _ = merged((0, 2, word, 0, "L"), (13, 60, "ANSWERED", 50, "L"))
        assert len(calls) == 2, word


def test_a_leg_that_was_over_within_its_second_rang_nobody():
    calls, _ = merged((0, 0, "NO ANSWER", 0, "L"), (1, 60, "ANSWERED", 50, "L"))
    assert calls == [(1, 2, "ANSWERED", 50)]


def test_a_leg_that_rang_and_the_next_are_two_calls():
    for word in ("NO ANSWER", "BUSY", "ANSWERED"):
        calls, notes = merged((0, 8, word, 0, "L"), (9, 60, "ANSWERED", 50, "L"))
        assert len(calls) == 2, word
        assert notes == {"one_id": 2}


def test_a_leg_that_begins_when_the_one_before_ended_does_not_overlap_it():
    calls, _ = merged((0, 8, "ANSWERED", 8, "L"), (8, 60, "ANSWERED", 50, "L"))
    assert len(calls) == 2


def test_two_calls_of_one_id_days_apart_are_two_calls():
    calls, notes = merged((0, 60, "ANSWERED", 50, "L"), (259200, 60, "ANSWERED", 50, "L"))
    assert [row for row, *_ in calls] == [1, 2]
    assert notes == {"one_id": 2}


def test_legs_without_an_id_are_never_put_together():
    assert len(merged((0, 60, "ANSWERED", 50, ""), (0, 60, "ANSWERED", 50, ""))[0]) == 2


@pytest.mark.parametrize("word", ["ANSWERED", "Answered", "ANSWER", "SALE", "NORMAL_CLEARING"])
@pytest.mark.parametrize("order", [1, -1])
def test_answered_wins_whatever_exchange_wrote_it(word, order):
    rows = [(0, 30, word, 20, "L"), (5, 9, "BUSY", 0, "L"), (6, 9, "CANCEL", 0, "L")]
    (call,), _ = merged(*rows[::order])
    assert call[2:] == (word, 20)


def test_the_map_of_the_audit_says_what_failed():
    used = OutcomeMap("own", {"X1": ("failed", "failed"), "X2": ("answered", "answered")})
    rows = (0, 2, "X1", 0, "L"), (5, 9, "X2", 9, "L")
    assert len(merged(*rows, used=used)[0]) == 1
    assert len(merged(*rows)[0]) == 2


def test_long_groups_and_constant_ids_are_warned_of():
    calls, notes = merged(*((i, 60, "NO ANSWER", 0, "L") for i in range(20)))
    assert len(calls) == 1
    assert notes == {"many_legs": 1}
    calls, notes = merged((0, 9000, "NO ANSWER", 0, "L"), (7200, 60, "NO ANSWER", 0, "L"))
    assert notes == {"long_calls": 1}


def test_a_call_stands_where_its_first_leg_stands_in_the_file():
    legs = Legs()
    for row, start, number in [(7, 5, 1), (8, 0, 2), (9, 0, 1)]:
        us = start * 1_000_000
        legs.add(0, row, us, 9_000_000, 0, number, 0, 0, "i", "L", "101", "NO ANSWER")
    calls = legs.merge(None, lambda *_: None)
    assert [(c.row, c.number, c.legs) for c in calls] == [(9, 1, 2), (8, 2, 1)]


# --- judged ---------------------------------------------------------------------------------------


def written(path, *rows):
    """A file of calls: each row (seconds after the consent, lasted, disposition, id)."""
    lines = ["calldate,src,dst,dcontext,channel,dstchannel,duration,billsec,disposition,linkedid"]
    for after, lasted, word, linked in rows:
        at = (BEGIN + timedelta(seconds=after)).strftime("%Y-%m-%d %H:%M:%S")
        cells = (at, "101", NUMBER, "out", "PJSIP/101-1", "PJSIP/t-2", lasted, 0, word, linked)
        lines.append(",".join(map(str, cells)))
    path.write_text("\n".join(lines) + "\n")
    return path


@pytest.fixture
def log(tmp_path):
    """A consent a minute before BEGIN and a withdrawal half a minute after it."""
    with consent.Log.create(
        tmp_path / "log",
        origin="romashka.example/consent",
        distributor=consent.Organisation(inn=INN),
        now=BEGIN - timedelta(days=1),
    ) as made:
        given = consent.ConsentGiven(
            NUMBER,
            purposes={"advertising"},
            channels={"voice"},
            method="sms_code",
            at=BEGIN - timedelta(minutes=1),
        )
        made.append_at(given, BEGIN - timedelta(seconds=50))
        stop = consent.ConsentWithdrawn(NUMBER, at=BEGIN + timedelta(seconds=30))
        made.append_at(stop, BEGIN + timedelta(seconds=30))
        yield made


def audited(path, log):
    return consent.audit(path, log, zone="UTC", direction=TRUNK, dialled_by="person")


def test_two_calls_of_one_id_with_a_withdrawal_between_are_an_allowed_and_a_denied_one(
    tmp_path, log
):
    path = written(tmp_path / "calls.csv", (0, 9, "BUSY", "L"), (259200, 9, "BUSY", "L"))
    report = audited(path, log)
    assert report.summary["verdicts"] == {"deny": 1, "allow": 1, "unknown": 0}
    assert not report.ok


def test_every_leg_is_judged_and_the_strictest_answer_counts(tmp_path, log):
    path = written(tmp_path / "calls.csv", (0, 60, "NO ANSWER", "L"), (40, 60, "NO ANSWER", "L"))
    report = audited(path, log)
    assert report.summary["calls"] == 1
    assert report.summary["left_out"] == {"same_call": 1}
    assert report.summary["verdicts"]["deny"] == 1
    (found,) = [row for row in report.findings if row["deciding"]]
    assert (found["row"], found["legs"]) == (2, 2)
    early = written(tmp_path / "early.csv", (0, 60, "NO ANSWER", "L"), (20, 60, "NO ANSWER", "L"))
    assert audited(early, log).ok


def test_legs_count_as_one_call_where_a_rule_counts_calls(tmp_path, romashka):
    rows = [(0, 60, "NO ANSWER", "L"), (20, 60, "NO ANSWER", "L"), (40, 60, "NO ANSWER", "L")]
    path = written(tmp_path / "calls.csv", *rows)
    asked = {"zone": "UTC", "direction": TRUNK, "purpose": "debt_collection"}
    once = consent.audit(written(tmp_path / "one.csv", rows[0]), romashka, **asked)
    together = consent.audit(path, romashka, **asked)
    assert together.summary["verdicts"] == once.summary["verdicts"]


def test_the_verdict_of_a_merged_call_is_that_of_its_strictest_leg_asked_alone(tmp_path, log):
    strict = {"allow": 0, "unknown": 1, "deny": 2}
    for starts in [(0, 10, 29), (0, 30, 31), (29, 30), (31, 32), (0, 29, 30)]:
        path = written(tmp_path / "calls.csv", *((s, 99, "NO ANSWER", "L") for s in starts))
        report = audited(path, log)
        alone = [
            log.may_contact(
                NUMBER,
                purpose="advertising",
                channel="voice",
                dialled_by="person",
                at=BEGIN + timedelta(seconds=s),
            ).verdict
            for s in starts
        ]
        (verdict,) = [word for word, n in report.summary["verdicts"].items() if n]
        assert verdict == max(alone, key=strict.get), starts
