"""Times and durations as files write them, each read to the second."""

from datetime import UTC, datetime

import pytest

from consent.files.clock import Clock, Refused, load_zone
from consent.files.seconds import seconds_of

SECOND = 1_000_000


def wall(*parts):
    return int(datetime(*parts, tzinfo=UTC).timestamp()) * SECOND


@pytest.mark.parametrize(
    ("text", "moment", "offset"),
    [
        ("2026-01-05T10:00:00+03:00", (2026, 1, 5, 10), 3 * 3600),
        ("2026-01-05T10:00:00-05:30", (2026, 1, 5, 10), -(5 * 3600 + 1800)),
        ("2026-01-05 10:00:00 UTC", (2026, 1, 5, 10), 0),
        ("2026-01-05 12:05 PM", (2026, 1, 5, 12, 5), None),
        ("2026-01-05 12:05 am", (2026, 1, 5, 0, 5), None),
        ("2026-01-05 1:05 p.m.", (2026, 1, 5, 13, 5), None),
        ("Mon, 05 Jan 2026 10:00:00 -0100", (2026, 1, 5, 10), -3600),
        ("2026/01/05 10:00:01", (2026, 1, 5, 10, 0, 1), None),
    ],
)
def test_a_written_time_and_its_offset_are_read_as_written(text, moment, offset):
    read, given = Clock(UTC, "iso").read(text)
    assert read == wall(*moment)
    assert given == (None if offset is None else offset * SECOND)


@pytest.mark.parametrize("text", ["1767607200", "1767607200000", "1767607200000000"])
def test_unix_times_are_told_apart_by_their_digits(text):
    assert Clock(UTC, "unix").read(text) == (wall(2026, 1, 5, 10), 0)


@pytest.mark.parametrize("text", ["2026-01-05 13:00 PM", "2026-01-05 0:05 AM", "2026-02-30 10:00"])
def test_a_time_that_no_clock_shows_is_refused(text):
    with pytest.raises(Refused):
        Clock(UTC, "iso").read(text)


def test_an_hour_that_the_clocks_skipped_or_showed_twice_is_refused_where_nothing_settles_it():
    clock = Clock(load_zone("Europe/Berlin"), "iso")
    for text, reason in (
        ("2026-03-29 02:30:00", "nonexistent_local_time"),
        ("2026-10-25 02:30:00", "ambiguous_local_time"),
    ):
        with pytest.raises(Refused) as refused:
            clock.offset_of(clock.read(text)[0], None)
        assert refused.value.reason == reason
    twice, _ = clock.read("2026-10-25 02:30:00")
    assert clock.offset_of(twice, (twice - 3600 * SECOND) // SECOND) == 3600 * SECOND


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("12", 12),
        ("12.0", 12),
        ("2:03", 123),
        ("1:02:03", 3723),
        ("100:00:00", 360_000),
        ("", -1),
        ("NULL", -1),
        ("1:60:00", None),
        ("1:00:60", None),
        ("soon", None),
    ],
)
def test_durations_are_read_whole_or_not_at_all(text, seconds):
    assert seconds_of(text) == seconds
