"""The law as intervals: what begins and ends when."""

from __future__ import annotations

import itertools
import json
from datetime import datetime

import consent


def ids(rows):
    return [row.id for row in rows]


def test_each_row_begins_once_and_is_there_until_it_ends():
    pack = consent.rules.russia()
    intervals = consent.rules.timeline(pack)
    assert intervals[0].since is None
    assert intervals[-1].until is None
    for one, after in itertools.pairwise(intervals):
        assert one.until == after.since
    for row in pack.rules:
        held = [each for each in intervals if row.id in ids(each.rows)]
        assert held, row.id
        assert held == intervals[intervals.index(held[0]) : intervals.index(held[-1]) + 1]
        assert (held[0].since, held[-1].until) == (row.since, row.until)
        assert sum(row.id in ids(each.begins) for each in intervals) == 1
        assert sum(row.id in ids(each.ended) for each in intervals) == (row.until is not None)


def test_an_interval_holds_the_rows_that_are_in_force_in_it():
    pack = consent.rules.russia()
    for each in consent.rules.timeline(pack):
        if each.since is not None:
            assert ids(each.rows) == ids(consent.rules.in_force(pack, each.since))


def test_a_timeline_of_one_purpose_and_channel_leaves_the_others_out():
    rows = {
        row.id
        for each in consent.rules.timeline(consent.rules.russia(), "advertising", "sms")
        for row in each.rows
    }
    assert "ru/126-fz/44.1/1" in rows
    assert "ru/126-fz/44.1-1/1" not in rows
    assert "ru/230-fz/7-3/hours" not in rows


def test_the_command_prints_days_that_a_lawyer_can_read(run):
    shown = run("rules", "timeline", "--purpose", "advertising", "--channel", "voice").stdout
    assert "2025-09-01 to 2027-02-28" in shown
    begins = shown[shown.index("2025-09-01 to 2027-02-28") :]
    assert "+ ru/126-fz/44.1-1/1: " in begins
    assert "126-FZ of 2003-07-07 On Communications, art. 44.1-1 p. 1, 4 [law, C2]" in begins
    found = json.loads(run("rules", "timeline", "--json").stdout)
    assert found["intervals"][0]["since"] is None
    moments = [each["since"] for each in found["intervals"][1:]]
    assert moments == sorted(moments, key=datetime.fromisoformat)
    assert run("rules", "timeline", "ru/38-fz/18-1").returncode == 2
    assert run("rules", "list", "--purpose", "advertising").returncode == 2
