"""Reading call records: nothing lost, nothing guessed."""

import gzip
import os
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from consent.files import calls
from consent.files.calls import read
from consent.files.direction import Direction, DirectionNotDeclared
from consent.files.layout import Layout
from consent.files.records import InputError

SHARED = Path(os.environ.get("CONSENT_SHARED", Path(__file__).parents[3] / "shared"))
EXAMPLE = Path(__file__).parents[2] / "examples" / "records" / "calls.csv"

NOTHING = "Nothing was judged: no outgoing call could be read in the file"
TRUNK = Direction.declare(outgoing_trunks=["PJSIP/operator", "PJSIP/reserve"])
HEADER = (
    "calldate,src,dst,dcontext,channel,dstchannel,duration,billsec,disposition,uniqueid,linkedid"
)


def shared(name):
    path = SHARED / "data" / "cdr" / name
    if not path.exists():
        pytest.skip(f"{path} is not here: set CONSENT_SHARED")
    return path


def line(
    start="2026-11-16 10:00:00",
    src="101",
    dst="89000000001",
    context="outgoing",
    dstchannel="PJSIP/operator-00000002",
    billsec="5",
    disposition="ANSWERED",
    uniqueid="",
    linkedid="",
    channel="PJSIP/101-00000001",
):
    cells = (start, src, dst, context, channel, dstchannel, "9", billsec, disposition)
    return ",".join((*cells, uniqueid, linkedid))


def read_text(text, **options):
    data = text if isinstance(text, bytes) else text.encode("utf-8", "surrogateescape")
    from io import BytesIO

    options = {"zone": "Europe/Moscow", "direction": TRUNK, "country": "RU"} | options
    return read(BytesIO(data), **options)


def read_lines(*lines, **options):
    return read_text("\n".join((HEADER, *lines)) + "\n", **options)


def accounted(found):
    return found.judged_rows + sum(found.left_out.values()) + len(found.rejects)


def reasons(found):
    return [(reject.row, reject.column, reject.reason) for reject in found.rejects]


def starts(found):
    return [datetime.fromtimestamp(a.start_us / 1e6, UTC).isoformat() for a in found.attempts]


# --- real files -----------------------------------------------------------------------------------


def test_the_russian_master_csv_is_incoming_and_internal_only():
    lines_of_the_town = Direction.declare(outgoing_trunks=["SIP/213598", "SIP/219544"])
    found = read(
        shared("asterisk_master_ru_2024.csv"), zone="UTC", direction=lines_of_the_town, country="RU"
    )
    assert found.rows == 50
    assert found.attempts == []
    assert found.left_out == {"incoming": 39, "internal": 11}
    assert found.rejects == []
    assert list(found.warnings) == [NOTHING]


def test_times_in_utc_that_were_declared_local_are_noticed_and_not_corrected():
    direction = Direction.declare(outgoing_contexts=["TimeDelay"])
    found = read(
        shared("asterisk_master_ru_2024.csv"),
        zone="Asia/Irkutsk",
        direction=direction,
        country="RU",
    )
    assert [note for note in found.warnings if "uniqueid" in note] == [
        "times look like UTC, you declared Asia/Irkutsk: in 50 of 50 rows the start does not agree "
        "with the Unix seconds in uniqueid. Nothing was corrected"
    ]


def test_outgoing_calls_of_the_us_export_are_found_through_its_broken_quotes():
    direction = Direction.declare(
        outgoing_trunks=[
            "PJSIP/VIOrig",
            "PJSIP/VITerm",
            "PJSIP/thinQ",
            "PJSIP/Bandwidth",
            "PJSIP/IDT",
        ]
    )
    found = read(
        shared("asterisk_pbx_us_2018_export.csv"),
        zone="America/New_York",
        direction=direction,
        country="US",
    )
    assert found.rows == 500
    assert len(found.attempts) == 93
    assert found.left_out == {"internal": 246, "incoming": 121, "same_call": 29}
    # An internal code, a conference, a digit too many, and two Indian numbers as dialled in India.
    rejected = (94, 171, 172, 306, 307, 421, 422, 423, 450, 451, 452)
    assert reasons(found) == [(row, "dst", "bad_number") for row in rejected]
    assert found.rejects[0].record.startswith(b'93,NULL,""" <12484364295>",1127,881142,default,')
    # three trunks tried one after another are one call, written 1248… and 248…
    assert (found.attempts[3].row, found.attempts[3].legs) == (7, 3)
    assert found.attempts[3].disposition == "ANSWERED"
    assert found.attempts[0].number // 10**7 == 1248
    assert list(found.warnings) == [
        "4 calls share their id with another call to the same number at another time: each was "
        "judged by itself. Does the exchange repeat its ids?",
        "columns not used: AcctId, tenant, billamount, agiuniqueid, sipcallid, inboundsipcallid",
    ]


def test_a_screen_export_with_text_outside_quotes_keeps_its_columns():
    direction = Direction.declare(outgoing_contexts=["from-internal"], internal_up_to=4)
    found = read(
        shared("asterisk_ui_export_pt_2017.csv"), zone="Europe/Lisbon", direction=direction
    )
    assert (found.rows, found.left_out, found.rejects) == (100, {"internal": 100}, [])


def test_cr_only_line_ends_and_day_first_dates_are_read_when_declared():
    path = shared("short_cr_pt_2017.csv")
    own = Direction.declare(own_numbers=["100..199"])
    found = read(
        path, zone="Europe/Lisbon", direction=own, dates="day-first", number=lambda *_: None
    )
    assert found.rows == 100
    assert (found.left_out["internal"], len(found.rejects)) == (89, 11)
    assert list(found.warnings) == [
        "100 times are written without seconds and count from the whole minute",
        NOTHING,
    ]
    undeclared = read(path, zone="Europe/Lisbon", direction=own)
    assert {r.reason for r in undeclared.rejects} == {"bad_time"}
    assert len(undeclared.rejects) == 100


def test_twenty_five_columns_without_a_header_need_a_map(tmp_path):
    path = shared("asterisk_freepbx_pt_2017.csv")
    direction = Direction.declare(outgoing_contexts=["from-internal"], internal_up_to=4)
    with pytest.raises(InputError, match="25 columns"):
        read(path, zone="Europe/Lisbon", direction=direction)
    layout = tmp_path / "map.toml"
    layout.write_text(
        "[columns]\nstart = 1\nsrc = 3\ndst = 4\ncontext = 5\nduration = 10\nbillsec = 11\n"
        'uniqueid = 15\n[format]\ndates = "day-first"\nzone = "Europe/Lisbon"\n'
    )
    found = read(path, zone=None, direction=direction, layout=layout)
    assert found.rows == accounted(found) == 428
    assert found.left_out == {"internal": 372, "not_outgoing": 24, "not_a_number": 30}
    assert [r.row for r in found.rejects] == [10, 11]  # Portugal is no country we read


# --- what must be declared ------------------------------------------------------------------------


def test_a_missing_zone_is_refused():
    with pytest.raises(InputError, match="zone"):
        read_lines(line(), zone=None)
    with pytest.raises(InputError, match="no time zone"):
        read_lines(line(), zone="Europe/Moskow")


def test_an_undeclared_direction_shows_what_to_choose_from_and_no_number():
    text = line(channel="DAHDI/i1/89000000009-5", uniqueid="1.1")
    with pytest.raises(DirectionNotDeclared) as refused:
        read_lines(text, text, direction=Direction())
    assert refused.value.contexts == {"outgoing": 2}
    assert refused.value.called == {"PJSIP/operator": 2}
    assert "89000000009" not in str(refused.value)


def test_a_rule_about_a_column_that_is_not_there_is_refused():
    with pytest.raises(InputError, match="column trunk"):
        read_lines(line(), direction=Direction.declare(outgoing_trunks=["operator"]))


def test_an_unknown_country_is_refused_and_not_taken_for_bad_numbers():
    with pytest.raises(InputError, match="country"):
        read_lines(line(), country="PT")


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (b"", "empty"),
        (b"\n \n", "empty"),
        (b"<!DOCTYPE html><html><body>Session expired</body></html>", "web page"),
        (b"<?xml version='1.0'?><calls/>", "XML"),
        (b"PK\x03\x04rest of a workbook", "XLSX"),
        (b"a;b;c\n1;2;3\n", "no header.*MAP.toml"),
        (b"\x1f\x8b\x08\x00broken", "gzip"),
    ],
)
def test_what_is_no_csv_of_calls_is_refused_by_name(data, what):
    with pytest.raises(InputError, match=what):
        read_text(data)


def test_a_header_alone_is_zero_rows():
    found = read_text(HEADER + "\r\n")
    assert (found.rows, found.attempts, found.rejects) == (0, [], [])


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("[column]\n", "means nothing"),
        ('[columns]\nstart="a"\n', "lacks dst"),
        ('[columns]\nstart="a"\ndst="b"\nzone="c"\n', "zone"),
        ("[columns]\nstart=0\ndst=2\n", "position"),
        ('[columns]\nstart="a"\ndst=2\n[format]\nheader=false\n', "position"),
        ('[columns]\nstart="a"\ndst="b"\n[format]\ndates="us"\n', "dates"),
        ("[columns\n", "map.toml"),
    ],
)
def test_a_map_that_says_something_unknown_is_refused(tmp_path, text, what):
    (tmp_path / "map.toml").write_text(text)
    with pytest.raises(InputError, match=what):
        Layout.load(tmp_path / "map.toml")


# --- direction ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cells", "why"),
    [
        ({}, "outgoing"),
        ({"dstchannel": "PJSIP/reserve-0000000f"}, "outgoing"),
        ({"dstchannel": "PJSIP/operator2-00000002"}, "internal"),  # a name, not a prefix
        ({"dstchannel": "PJSIP/102-00000002"}, "internal"),
        ({"channel": "PJSIP/operator-00000001", "dstchannel": "PJSIP/101-00000002"}, "incoming"),
        ({"dst": "s"}, "not_a_number"),
        ({"dst": "*60"}, "not_a_number"),
        ({"dst": ""}, "not_a_number"),
        ({"dst": "NULL"}, "not_a_number"),
    ],
)
def test_a_trunk_tells_outgoing_incoming_and_internal_apart(cells, why):
    found = read_lines(line(**cells))
    assert (found.left_out == {why: 1}) if why != "outgoing" else len(found.attempts) == 1


def test_a_trunk_with_an_asterisk_at_its_end_stands_for_anything():
    found = read_lines(line(), direction=Direction.declare(outgoing_trunks=["PJSIP/oper*"]))
    assert len(found.attempts) == 1


def test_own_numbers_are_matched_however_they_are_written(tmp_path):
    file = tmp_path / "own.txt"
    file.write_text("+7 495 000-00-01  # the front desk\n100..199\nre:9\\d{3}\n")
    own = Direction.declare(own_numbers=file, country="RU")
    found = read_lines(
        line(src="84950000001"),
        line(src="150"),
        line(src="9000"),
        line(src="200"),
        line(src="89000000002", dst="84950000001"),
        line(src="150", dst="151"),
        direction=own,
    )
    assert [a.row for a in found.attempts] == [2, 3, 4]
    assert found.left_out == {"not_outgoing": 1, "incoming": 1, "internal": 1}


def test_several_declared_rules_must_all_agree():
    both = Direction.declare(outgoing_contexts=["outgoing"], outgoing_trunks=["PJSIP/operator"])
    found = read_lines(line(), line(context="service"), direction=both)
    assert (len(found.attempts), found.left_out) == (1, {"not_outgoing": 1})


# --- one call -------------------------------------------------------------------------------------


def test_legs_of_one_linkedid_to_one_number_are_one_call_from_its_first_start():
    found = read_lines(
        line(start="2026-11-16 10:00:02", uniqueid="1", linkedid="L", dst="+7 900 000-00-01"),
        line(
            start="2026-11-16 10:00:00",
            uniqueid="2",
            linkedid="L",
            disposition="FAILED",
            billsec="0",
        ),
        line(start="2026-11-16 10:00:01", uniqueid="3", linkedid="L", dst="89000000002"),
    )
    assert [(a.row, a.legs, a.call_id) for a in found.attempts] == [(3, 2, "2"), (4, 1, "3")]
    assert found.attempts[0].disposition == "ANSWERED"
    assert found.attempts[0].billsec == 5
    assert found.left_out == {"same_call": 1}


def test_rows_without_any_id_are_not_put_together_and_that_is_said():
    found = read_lines(line(), line())
    assert len(found.attempts) == 2
    assert any("linkedid" in note for note in found.warnings)


def test_the_dialled_number_may_be_read_from_what_dial_was_given():
    header = "start,dst,dstchannel,channel,lastdata"
    rows = [
        "PJSIP/89000000001@operator,60,b(x^s^1)",
        "SIP/operator/89000000001,60",
        "SIP/102&SIP/103",
    ]
    text = "\n".join(
        [header, *(f'2026-11-16 10:00:00,s,PJSIP/operator-1,PJSIP/1-1,"{row}"' for row in rows)]
    )
    found = read_text(text, number_from="lastdata")
    assert [a.number for a in found.attempts] == [79000000001] * 2
    assert found.left_out == {"not_a_number": 1}


# --- time -----------------------------------------------------------------------------------------


def test_a_local_time_that_came_twice_is_rejected_unless_uniqueid_settles_it():
    # 2018-11-04 01:30 in New York is 05:30 and 06:30 UTC.
    twice = "2018-11-04 01:30:00"
    found = read_lines(
        line(start=twice),
        line(start=twice, uniqueid="1541309399.7"),
        line(start=twice, uniqueid="1541313001.8"),
        line(start=twice, uniqueid="1541300000.9"),
        zone="America/New_York",
    )
    assert reasons(found) == [
        (2, "start", "ambiguous_local_time"),
        (5, "start", "ambiguous_local_time"),
    ]
    assert starts(found) == ["2018-11-04T05:30:00+00:00", "2018-11-04T06:30:00+00:00"]


def test_a_local_time_that_never_was_is_rejected():
    found = read_lines(
        line(start="2018-03-11 01:59:59"),
        line(start="2018-03-11 02:00:00"),
        line(start="2018-03-11 03:00:00"),
        zone="America/New_York",
    )
    assert reasons(found) == [(3, "start", "nonexistent_local_time")]
    assert starts(found) == ["2018-03-11T06:59:59+00:00", "2018-03-11T07:00:00+00:00"]


@pytest.mark.parametrize(
    ("start", "reason"),
    [
        ("2026-11-16", "bad_time"),
        ("2026-13-16 10:00:00", "bad_time"),
        ("2026-11-16 24:00:00", "bad_time"),
        ("2026-11-16 10:60:00", "bad_time"),
        ("16/11/2026 10:00:00", "bad_time"),
        ("", "bad_time"),
        ("NULL", "bad_time"),
        ("2026-W47-1 10:00:00", "bad_time"),
        ("1980-01-06 00:00:00", "time_out_of_range"),
        ("0001-01-01 00:00:00", "time_out_of_range"),
        ("9999-12-31 23:59:59", "time_out_of_range"),
    ],
)
def test_a_start_that_is_no_moment_is_rejected(start, reason):
    found = read_lines(line(start="2026-11-16 10:00:00"), line(start=start))
    assert reasons(found) == [(3, "start", reason)]


def test_an_offset_in_the_cell_counts_before_the_declared_zone():
    found = read_lines(
        line(start="2026-11-16T10:00:00Z"),
        line(start="2026-11-16 10:00:00+05:00"),
        line(start="2026-11-16 10:00:00.250000"),
    )
    assert starts(found) == [
        "2026-11-16T10:00:00+00:00",
        "2026-11-16T05:00:00+00:00",
        "2026-11-16T07:00:00.250000+00:00",
    ]


def test_declared_dates_are_read_day_first_month_first_and_as_unix_seconds():
    for dates, start in (
        ("day-first", "6/11/2026 10:00:00"),
        ("month-first", "11/6/26 10:00"),
        ("unix", "1793948400"),
    ):
        found = read_lines(line(start=start), dates=dates)
        assert starts(found) == ["2026-11-06T07:00:00+00:00"], dates


# --- dirt -----------------------------------------------------------------------------------------


def test_the_example_has_every_kind_of_row():
    found = read(EXAMPLE, zone="Europe/Moscow", direction=TRUNK, country="RU")
    assert found.rows == accounted(found) == 26
    assert found.left_out == {"incoming": 2, "internal": 2, "same_call": 2, "not_a_number": 1}
    assert reasons(found) == [(18, "dst", "bad_number"), (20, "", "wrong_column_count")]
    assert found.rejects[1].record == b'"","102","8900000\xa5'


@pytest.mark.parametrize(
    "name",
    [
        '"""Ann"" <105>"',
        '""Ann" <105>"',
        '""Smith, Ann" <105>"',
        '"Ann" <105>',
        '"""<105>"',
        '"Ann\nof the front desk"',
        '"Ann \\"A\\" <105>"',
        "NULL",
    ],
)
def test_quotes_that_nobody_doubled_do_not_shift_columns(name):
    text = f"clid,{HEADER}\n" + "".join(f"{name},{line(uniqueid=str(i))}\n" for i in range(3))
    found = read_text(text)
    assert (found.rows, len(found.attempts), found.rejects) == (3, 3, [])


def test_an_unclosed_quote_costs_one_row_and_not_the_rest_of_the_file():
    found = read_lines(line(uniqueid="1"), '"2026-11-16 10:00:00,101', line(uniqueid="3"))
    assert [a.row for a in found.attempts] == [2, 4]
    assert reasons(found) == [(3, "", "wrong_column_count")]


def test_rows_are_named_by_their_first_physical_line():
    text = f'\ufeff\nclid,{HEADER}\n\n"a\nb\nc",{line(uniqueid="1")}\nx,{line(uniqueid="2")}\nx\n'
    found = read_text(text)
    assert [a.row for a in found.attempts] == [4, 7]
    assert reasons(found) == [(8, "", "wrong_column_count")]


def test_a_dropped_column_is_a_reject_and_not_a_call_at_another_time():
    good = EXAMPLE.read_bytes().splitlines()[0].decode()
    cells = next(__import__("csv").reader([good]))
    for dropped in range(15):
        text = ",".join(cells[:dropped] + cells[dropped + 1 :])
        found = read_text(good + "\n" + text + "\n")
        assert len(found.attempts) == 1, dropped
        assert accounted(found) == 2


def test_bytes_that_are_no_utf_8_are_kept_in_the_rejects(tmp_path):
    found = read_text((HEADER + "\n").encode() + b'\xa5\xa5"\n' + line().encode() + b"\n")
    found.write_rejects(tmp_path / "rejects.csv")
    written = (tmp_path / "rejects.csv").read_bytes()
    assert b'calls,2,,wrong_column_count,not 11 columns,"\xa5\xa5"""\r\n' in written


def test_an_encoding_may_be_declared():
    text = f"{HEADER},имя\n{line()},Анна\n".encode("cp1251")
    assert read_text(text, encoding="cp1251").unknown_columns == ["имя"]
    with pytest.raises(InputError, match="encoding"):
        read_text(text, encoding="cp12510")


def test_gzip_is_read_as_what_is_inside(tmp_path):
    path = tmp_path / "calls.csv.gz"
    path.write_bytes(gzip.compress(EXAMPLE.read_bytes()))
    found = read(path, zone="Europe/Moscow", direction=TRUNK, country="RU")
    plain = read(EXAMPLE, zone="Europe/Moscow", direction=TRUNK, country="RU")
    assert (found.rows, found.attempts, found.rejects) == (
        plain.rows,
        plain.attempts,
        plain.rejects,
    )


def test_no_reject_repeats_the_number_in_its_reason():
    found = read_lines(line(dst="8900000000100000"))
    assert "8900" not in found.rejects[0].reason + found.rejects[0].detail + found.rejects[0].column


# --- what must not vanish ------------------------------------------------------------------------


@pytest.mark.parametrize("written", ["65", "65.0", "0:01:05", "01:05", "", "NULL"])
def test_a_duration_is_seconds_or_a_clock(written):
    found = read_lines(line(billsec=written))
    assert len(found.attempts) == 1
    assert found.attempts[0].billsec == (65 if written not in ("", "NULL") else None)


@pytest.mark.parametrize("written", ["1:65", "1:60:00", "x", "5 min", "-5"])
def test_what_is_no_duration_shows_that_columns_have_shifted(written):
    assert reasons(read_lines(line(billsec=written))) == [(2, "billsec", "not_a_count")]


@pytest.mark.parametrize(
    ("start", "dates"),
    [
        ("Mon, 05 Jan 2026 10:00:00 +0300", "iso"),
        ("2026-01-05 07:00:00 UTC", "iso"),
        ("2026/01/05 10:00:00", "iso"),
        ("2026-01-05 10:00:00 AM", "iso"),
        ("5-Jan-2026 10:00", "iso"),
        ("5 января 2026 г. 10:00", "iso"),
        ("Mon Jan  5 10:00:00 2026", "iso"),
        ("1767596400000", "unix"),
        ("1767596400000000", "unix"),
        ("1767596400.25", "unix"),
        ("01/05/2026 10:00:00 AM", "month-first"),
        ("05.01.2026 10:00", "day-first"),
    ],
)
def test_a_time_is_read_as_people_and_programs_write_it(start, dates):
    text = f'"{start}"'
    found = read_lines(line(start=text), dates=dates)
    (at,) = starts(found)
    assert at.startswith("2026-01-05T07:00:00")


def test_date_and_time_may_stand_in_two_columns(tmp_path):
    (tmp_path / "map.toml").write_text(
        '[columns]\nstart = ["Date", "Time"]\ndst = "To"\ncontext = "Line"\n'
    )
    found = read_text(
        "Line,To,Date,Time\n101,89000000001,2026-10-05,10:00:00\n",
        layout=tmp_path / "map.toml",
        direction=Direction.declare(outgoing_contexts=["101"]),
    )
    assert starts(found) == ["2026-10-05T07:00:00+00:00"]
    assert found.columns["start"] == "Date + Time"


def test_a_call_that_was_put_through_is_forwarded_and_not_outgoing():
    rows = line(
        src="+79000000005",
        dst="84950000001",
        channel="PJSIP/operator-1",
        dstchannel="PJSIP/operator-2",
    )
    found = read_lines(rows)
    assert (found.left_out, len(found.attempts)) == ({"forwarded": 1}, 0)
    declared = Direction.declare(outgoing_trunks=["PJSIP/operator"], outgoing_contexts=["outgoing"])
    assert len(read_lines(rows, direction=declared).attempts) == 1


def test_a_declared_context_or_trunk_that_is_never_seen_is_named():
    rule = Direction.declare(
        outgoing_trunks=["PJSIP/operator", "PJSIP/old*"], outgoing_contexts=["outgoing", "outgong"]
    )
    notes = list(read_lines(line(), direction=rule).warnings)
    assert [note.partition(" was declared")[0] for note in notes if "declared" in note] == [
        '"outgong"',
        '"PJSIP/old*"',
    ]


def test_both_numbers_of_a_dial_are_calls_or_counted():
    header = "start,dst,channel,dstchannel,billsec,lastdata"
    row = (
        "2026-11-16 10:00:00,89000000001,PJSIP/1-1,PJSIP/operator-1,5,"
        '"PJSIP/t/89000000001&PJSIP/t/89000000002,60"'
    )
    text = f"{header}\n{row}\n"
    both = read_text(text, number_from="lastdata")
    assert [a.number for a in both.attempts] == [79000000001, 79000000002]
    assert (both.rows, both.judged_rows, accounted(both)) == (1, 1, 1)
    one = read_text(text)
    assert len(one.attempts) == 1
    assert any("several numbers at once" in note for note in one.warnings)
    bad = read_text(text.replace("89000000002", "89000000002999999"), number_from="lastdata")
    assert reasons(bad) == [(2, "lastdata", "bad_number")]


def test_titles_a_separator_line_and_a_mark_twice_stand_above_the_header():
    body = f"{HEADER}\n{line()}\n".replace(",", ";")
    for above, warned in [
        ("", 0),
        ("sep=;\n", 0),
        ("\ufeff\ufeff", 0),
        ("\ufeffsep=;\r\n", 0),
        ("Calls of October;;\n\nLine 1\n", 2),
    ]:
        found = read_text(above + body)
        assert (found.rows, len(found.attempts)) == (1, 1), above
        assert any(f"{warned} lines above" in n for n in found.warnings) == bool(warned)
    found = read_text(f"Calls of +7 495 000-00-01\n{body}")
    assert reasons(found) == [(1, "", "above_header")]
    assert accounted(found) == found.rows == 2


def test_two_columns_that_could_be_one_word_are_refused_by_name():
    text = f"start,{HEADER}\n2026-11-16 10:00:00,{line()}\n"
    with pytest.raises(InputError, match='"start" and "calldate" could both be start'):
        read_text(text)
    assert len(read_text(text, columns={"start": "calldate"}).attempts) == 1


def test_a_trunk_that_is_named_by_a_number_is_shown_and_a_party_is_not():
    cells = {"channel": "PJSIP/101-1", "dstchannel": "SIP/74950000001-00000002"}
    rows = [line(**cells), line(dst="89000000002", dstchannel="SIP/89000000002-00000003")]
    with pytest.raises(DirectionNotDeclared) as refused:
        read_lines(*rows, direction=Direction())
    assert refused.value.called == {"SIP/74950000001": 1}
    assert "89000000002" not in str(refused.value)


def test_seconds_that_lie_years_away_are_no_time_zone():
    found = read_lines(*(line(uniqueid=f"10000000{i}.1") for i in range(4)))
    (note,) = [n for n in found.warnings if "uniqueid" in n]
    assert "days from the start in 4 of 4 rows" in note
    assert "UTC+" not in note


def test_a_master_csv_of_cdr_custom_is_named_and_read_where_declared():
    cells = [
        *('""Ann"" <101>', "101", "89000000001", "out", "PJSIP/101-1", "PJSIP/operator-1"),
        *("Dial", "x", "2026-11-16 10:00:00", "", "2026-11-16 10:00:09", "9", "5", "ANSWERED"),
        *("DOCUMENTATION", "", "1763280000.1", "", "2"),
    ]
    text = ",".join(f'"{cell}"' for cell in cells) + "\n"
    found = read_text(text * 3)
    assert (len(found.attempts), len(found.rejects)) == (0, 3)
    assert any("--layout asterisk-custom" in note for note in found.warnings)
    for sample in (text, text.replace(',"2"', "")):
        found = read_text(sample, layout="asterisk-custom")
        assert (len(found.attempts), found.attempts[0].billsec) == (1, 5)


@pytest.mark.parametrize("pack", ["gzip", "xz", "bz2", "zip", "utf-16", "utf-16-le", "xlsx"])
def test_what_a_table_is_packed_in_changes_nothing(pack):
    import bz2
    import io
    import lzma
    import zipfile

    plain = f"{HEADER}\n{line()}\n{line(dst='s')}\n{line(dst='8900')}\n"
    data = plain.encode()
    if pack == "zip":
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w") as archive:
            archive.writestr("calls.csv", data)
            archive.writestr("__MACOSX/._calls.csv", b"x")
        data = out.getvalue()
    elif pack == "xlsx":
        openpyxl = pytest.importorskip("openpyxl")
        book = openpyxl.Workbook()
        for row in plain.splitlines():
            book.active.append(row.split(","))
        out = io.BytesIO()
        book.save(out)
        data = out.getvalue()
    elif pack.startswith("utf"):
        data = plain.encode(pack)
    else:
        data = {"gzip": gzip, "xz": lzma, "bz2": bz2}[pack].compress(data)
    found = read_text(data)
    assert (found.rows, len(found.attempts), found.left_out) == (3, 1, {"not_a_number": 1})
    assert reasons(found) == [(4, "dst", "bad_number")]


def test_json_lines_and_parquet_are_read_as_tables(tmp_path):
    import json

    names = HEADER.split(",")
    rows = [dict(zip(names, line().split(","), strict=True)) for _ in range(2)]
    text = "\n".join(json.dumps(row) for row in rows) + "\nno json\n"
    found = read_text(text)
    assert (found.rows, len(found.attempts)) == (3, 2)
    assert reasons(found) == [(3, "", "not_json")]
    pyarrow = pytest.importorskip("pyarrow")
    from pyarrow import parquet

    parquet.write_table(pyarrow.Table.from_pylist(rows), tmp_path / "calls.parquet")
    found = read(tmp_path / "calls.parquet", zone="UTC", direction=TRUNK, country="RU")
    assert (found.rows, len(found.attempts)) == (2, 2)


def test_many_files_and_a_folder_are_one_audit_and_each_row_names_its_file(tmp_path):
    folder = tmp_path / "calls"
    folder.mkdir()
    (folder / "b.csv").write_text(f"{HEADER}\n{line(dst='8900')}\n")
    (folder / "a.csv").write_text(f"{HEADER}\n{line()}\n")
    (folder / ".DS_Store").write_text("x")
    options = {"zone": "UTC", "direction": TRUNK, "country": "RU"}
    found = read(folder, **options)
    assert [(f.name, f.rows) for f in found.files] == [("calls/a.csv", 1), ("calls/b.csv", 1)]
    assert [found.file_of(a.file) for a in found.attempts] == ["calls/a.csv"]
    assert [found.file_of(r.file) for r in found.rejects] == ["calls/b.csv"]
    assert read([folder / "a.csv", folder / "b.csv"], **options).rows == 2
    (folder / "c.csv").write_text("a,b\n1,2\n")
    with pytest.raises(InputError, match=r"c\.csv"):
        read(folder, **options)


def test_purpose_campaign_and_agent_may_come_from_columns(tmp_path):
    (tmp_path / "map.toml").write_text(
        '[columns]\nstart="at"\ndst="to"\ncontext="c"\npurpose="why"\ncampaign="camp"\n'
        'agent="who"\n[values.purpose]\nads="advertising"\nnews="service"\n'
    )
    rows = ["ads,C1,Ann", "news,C2,Bob", "else,C1,Ann", ",,"]
    text = "at,to,c,why,camp,who\n" + "".join(
        f"2026-11-16 10:00:00,89000000001,out,{row}\n" for row in rows
    )
    found = read_text(
        text,
        layout=tmp_path / "map.toml",
        direction=Direction.declare(outgoing_contexts=["out"]),
    )
    assert [(a.scope.purpose, a.scope.campaign, a.scope.agent) for a in found.attempts] == [
        ("advertising", "C1", "Ann"),
        ("service", "C2", "Bob"),
        ("", "", ""),
    ]
    assert reasons(found) == [(4, "purpose", "unknown_value")]


# --- data frames ----------------------------------------------------------------------------------

ROWS = [
    {
        "start": datetime(2026, 11, 16, 10, 0, tzinfo=UTC),
        "dst": "+79000000001",
        "dstchannel": "PJSIP/operator-1",
        "channel": "PJSIP/101-1",
    },
    {
        "start": datetime(2026, 11, 17, 10, 0, tzinfo=UTC),
        "dst": "",
        "dstchannel": "PJSIP/operator-2",
        "channel": "PJSIP/101-2",
    },
]


def frames():
    pandas, polars, pyarrow = (pytest.importorskip(n) for n in ("pandas", "polars", "pyarrow"))
    return [ROWS, pandas.DataFrame(ROWS), polars.DataFrame(ROWS), pyarrow.Table.from_pylist(ROWS)]


def test_mappings_pandas_polars_and_arrow_give_the_same_calls():
    for frame in frames():
        found = read(frame, zone="Europe/Moscow", direction=TRUNK)
        assert starts(found) == ["2026-11-16T10:00:00+00:00"]
        assert found.attempts[0].number == 79000000001
        assert (found.rows, found.left_out) == (2, {"not_a_number": 1})


def test_no_rows_at_all_are_zero_rows():
    assert read([], zone="UTC", direction=TRUNK).rows == 0


# --- whatever comes -------------------------------------------------------------------------------


@settings(max_examples=150, deadline=None)
@given(
    flips=st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 255)), max_size=20),
    cuts=st.lists(st.integers(0, 10**6), max_size=4),
    doubled=st.lists(st.integers(0, 25), max_size=4),
)
@example(flips=[], cuts=[], doubled=[])
def test_every_row_of_a_damaged_file_is_judged_left_out_or_rejected(flips, cuts, doubled):
    lines = EXAMPLE.read_bytes().split(b"\n")
    for i in doubled:
        lines.insert(i, lines[i])
    data = bytearray(b"\n".join(lines))
    for place, value in flips:
        data[1000 + place % (len(data) - 1000)] = value
    for place in cuts:
        at = 1000 + place % (len(data) - 1100)
        del data[at : at + 7]
    found = read_text(bytes(data))
    assert accounted(found) == found.rows
    rows = [reject.row for reject in found.rejects] + [attempt.row for attempt in found.attempts]
    assert len(rows) == len(set(rows))
    if not flips and not cuts:
        assert found.rows == 26 + len(doubled)


PIECE = st.one_of(
    st.sampled_from(
        [
            "89000000001",
            "+79000000002",
            "#31#89000000003",
            "s",
            "*60",
            "8900",
            "2026-11-16 10:00:00",
        ]
    ),
    st.sampled_from(["PJSIP/operator-00000001", "PJSIP/101-1", "5", "0:05", "NULL", "", "1.1"]),
    st.text('0123456789+-:/. ,;"\r\n\t\0аz@&#*', max_size=16),
)


@settings(max_examples=120, deadline=None)
@given(
    rows=st.lists(st.lists(PIECE, min_size=9, max_size=12), max_size=12),
    quoted=st.booleans(),
    blocks=st.booleans(),
    number_from=st.sampled_from(["dst", "lastdata"]),
)
def test_every_row_and_every_number_ends_in_exactly_one_of_three_places(
    rows, quoted, blocks, number_from
):
    import csv
    import io

    header = "calldate,src,dst,dcontext,channel,dstchannel,duration,billsec,lastdata,uniqueid"
    out = io.StringIO(newline="")
    if quoted:
        csv.writer(out).writerows(rows)
    else:
        out.write("\n".join(",".join(row) for row in rows))
    try:
        found = read_text(
            f"{header}\n{out.getvalue()}",
            direction=Direction.declare(everything=True),
            number_from=number_from,
            blocks=blocks,
        )
    except InputError:
        return
    assert accounted(found) == found.rows
    judged = {attempt.row for attempt in found.attempts}
    left = [row for _, row, _ in found.left_rows]
    rejected = [reject.row for reject in found.rejects]
    places = [*judged, *left, *rejected]
    assert len(places) == len(set(places)) == found.rows
    assert found.judged_rows == len(judged)
    # Whatever could be a number stands in a row of one of them: nothing is read from nowhere.
    text = f"{header}\n{out.getvalue()}"
    digits = re.sub(r"\D", "", text)
    for attempt in found.attempts:
        assert str(attempt.number)[1:] in digits


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=400))
def test_no_bytes_end_in_anything_but_an_answer_or_an_input_error(data):
    for text in (data, HEADER.encode() + b"\n" + data):
        try:
            found = read_text(text)
        except InputError:
            continue
        assert accounted(found) == found.rows


def test_reasons_are_the_documented_ones():
    page = (Path(__file__).parents[2] / "docs" / "reference" / "audit.md").read_text("utf-8")
    for word in (*calls.LEFT_OUT, *calls.REJECTED):
        assert f"`{word}`" in page
