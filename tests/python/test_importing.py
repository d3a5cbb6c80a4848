"""Lists of other people: every row once, none lost, none doubled, nothing guessed."""

import csv
import gzip
import io
import json
import os
import random
import re
import signal
import subprocess
import sys
import time
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest

import consent
from consent import _core, cli
from consent.files.importing import BrokenOffError, Map, import_list, ready_maps
from consent.files.records import Bounded, InputError
from consent.files.writer import guarded, unguarded

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"
HEADER = "number,event,purpose,channel,method,at\n"
ROW = "+79161234567,given,advertising,voice,web_form,2026-01-02T03:04:05+03:00\n"


@pytest.fixture
def log(tmp_path):
    made = consent.Log.create(
        tmp_path / "log",
        origin="romashka.example/consent",
        distributor=consent.Organisation(inn="7707083893"),
        now=datetime(2020, 1, 1, tzinfo=UTC),
    )
    with made:
        yield made


def write(tmp_path, content, name="list.csv"):
    file = tmp_path / name
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    return file


def take(log, tmp_path, content, name="list.csv", **how):
    return import_list(log, write(tmp_path, content, name), now=NOW, **how)


def rejects(found):
    text = found.rejects_file.read_bytes().decode(
        "utf-8-sig" if found.encoding in ("utf-8", "xlsx") else found.encoding, "surrogateescape"
    )
    return list(csv.reader(text.splitlines()))


def why(found):
    return {int(row[0]): (row[1], row[2]) for row in rejects(found)[1:]}


def body(log, seq):
    return json.loads(log.entry(seq).bytes)["body"]


# --- once and only once --------------------------------------------------------------------------


def test_bytes_that_only_begin_like_gzip_are_bad_input(log, tmp_path):
    with pytest.raises(InputError, match="broken gzip"):
        take(log, tmp_path, b"\x1f\x8bjunk", "list.csv.gz")


def test_a_list_read_twice_is_recorded_once(log, tmp_path):
    text = HEADER + ROW + ROW.replace("4567", "4568")
    first = take(log, tmp_path, text)
    assert (first.rows, first.accepted, first.already_there) == (2, 2, 0)
    root = log.root
    second = take(log, tmp_path, text)
    assert (second.accepted, second.already_there, second.rejected) == (0, 2, 0)
    assert log.root == root


def test_a_row_repeated_in_one_file_is_already_there_however_it_is_spelt(log, tmp_path):
    other = ROW.replace("+79161234567", "8 (916) 123-45-67").replace(
        "2026-01-02T03:04:05+03:00", "2026-01-02T00:04:05Z"
    )
    found = take(log, tmp_path, HEADER + ROW + other + ROW)
    assert (found.accepted, found.already_there) == (1, 2)


def test_rows_that_differ_in_one_cell_are_both_recorded(log, tmp_path):
    texts = [
        ROW,
        ROW.replace("voice", "sms"),
        ROW.replace("05+", "06+"),
        ROW.replace("given", "withdrawn"),
    ]
    assert take(log, tmp_path, HEADER + "".join(texts)).accepted == 4


def test_what_was_recorded_by_hand_is_not_imported_again(log, tmp_path):
    at = datetime(2026, 1, 2, 0, 4, 5, tzinfo=UTC)
    log.append(
        consent.ConsentGiven(
            "+79161234567",
            purposes="advertising",
            channels="voice",
            method="web_form",
            at=at,
            source="import",
        )
    )
    assert take(log, tmp_path, HEADER + ROW).already_there == 1


def test_a_consent_of_the_earlier_holder_is_not_given_to_the_new_one(log, tmp_path):
    take(log, tmp_path, HEADER + ROW)
    log.append_at(
        consent.NumberReassigned("+79161234567", at=datetime(2026, 2, 1, tzinfo=UTC)), NOW
    )
    again = take(log, tmp_path, HEADER + ROW)
    assert again.already_there == 1  # said by the one before: found there, not doubled
    older = take(log, tmp_path, HEADER + ROW.replace("01-02", "01-03"))
    assert why(older) == {2: ("number", "before_reassignment")}
    newer = take(log, tmp_path, HEADER + ROW.replace("01-02", "02-03"))
    assert newer.accepted == 1
    assert take(log, tmp_path, HEADER + ROW).already_there == 1  # also with a new holder there


def test_a_number_with_thousands_of_events_is_read_again_in_one_pass(log, tmp_path):
    rows = "".join(
        ROW.replace("03:04:05", f"{i // 3600:02}:{i // 60 % 60:02}:{i % 60:02}")
        for i in range(20_000)
    )
    assert take(log, tmp_path, HEADER + rows).accepted == 20_000
    assert take(log, tmp_path, HEADER + rows).already_there == 20_000


@pytest.mark.parametrize("after", [0.15, 0.4, 0.8, 1.3])
def test_killed_at_any_point_it_goes_on_where_it_was(tmp_path, after):
    folder = tmp_path / "log"
    consent.Log.create(folder, origin="romashka.example/consent").close()
    lines = [f"7{9000000000 + i},withdrawn,,,,2026-01-02T03:04:05Z\n" for i in range(40_000)]
    file = write(tmp_path, HEADER + "".join(lines))
    command = [sys.executable, "-c", "import sys; from consent.cli import main; sys.exit(main())"]
    command += ["import", str(folder), str(file), "--json"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    time.sleep(after)
    process.send_signal(signal.SIGKILL)
    process.wait()
    ended = subprocess.run(command, capture_output=True, check=True)
    found = json.loads(ended.stdout)
    assert found["rows"] == 40_000 == found["accepted"] + found["already_there"]
    with consent.Log.open(folder, writable=False) as log:
        assert log.size == 40_001
        assert log.verify().verdict == "proven"


# --- what a row may look like --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cell", "reason"),
    [
        ("", "no_number"),
        ("call me", "not_a_number"),
        ("7.9E+10", "digits_lost"),
        ("7,91612E+10", "digits_lost"),
        ("+79161234567; +79161234568", "two_numbers"),
        ("89161234567, 89161234568", "two_numbers"),
        ("+79161234567/+79161234568", "two_numbers"),
        ("+7 916 123-45-67 доб. 12", "extension"),
        ("9161234567", "not_a_number"),  # no country was declared
        ("79161234567\0", "not_a_number"),
    ],
)
def test_a_number_that_cannot_be_meant_is_rejected_with_its_reason(log, tmp_path, cell, reason):
    found = take(log, tmp_path, HEADER + ROW.replace("+79161234567", f'"{cell}"'))
    assert why(found) == {2: ("number", reason)}
    assert rejects(found)[1][4] == cell or guarded(cell) == rejects(found)[1][4]


@pytest.mark.parametrize(
    "cell",
    ["'79161234567", "79161234567.0", "7.9161234567E+10", '="79161234567"', " 8 916 123 45 67 "],
)
def test_what_a_spreadsheet_did_without_loss_is_undone(log, tmp_path, cell):
    quoted = '"' + cell.replace('"', '""') + '"'
    found = take(log, tmp_path, HEADER + ROW.replace("+79161234567", quoted))
    assert found.accepted == 1
    assert log.history("+79161234567")


@pytest.mark.parametrize(
    ("at", "column", "reason"),
    [
        ("", "at", "no_time"),
        ("yesterday", "at", "bad_time"),
        ("2026-13-01T00:00:00Z", "at", "bad_time"),
        ("2099-01-01T00:00:00Z", "at", "in_the_future"),
        ("1970-01-01T00:00:00Z", "at", "bad_time"),
        ("03.04.2026 10:00", "at", "bad_time"),  # which order was not declared
    ],
)
def test_a_time_that_cannot_be_is_rejected(log, tmp_path, at, column, reason):
    found = take(log, tmp_path, HEADER + ROW.replace("2026-01-02T03:04:05+03:00", at))
    assert why(found) == {2: (column, reason)}


def test_local_times_without_a_zone_stop_the_import_before_it_began(log, tmp_path):
    text = HEADER + ROW.replace("+03:00", "")
    with pytest.raises(InputError) as caught:
        take(log, tmp_path, text)
    assert (caught.value.row, caught.value.column) == (2, "at")
    assert log.size == 1
    assert take(log, tmp_path, text, zone="Europe/Moscow").accepted == 1
    assert body(log, 1)["happened"] == "2026-01-02T00:04:05.000000Z"


def test_an_until_that_cannot_be_is_rejected_under_its_own_name(log, tmp_path):
    untils = ["2027-01-01T00:00", "2026-01-01T00:00:00Z", "2026-01-02T00:04:05Z", "soon", ""]
    header = HEADER.strip() + ",until\n"
    found = take(log, tmp_path, header + "".join(f"{ROW.strip()},{text}\n" for text in untils))
    assert found.accepted == 1
    assert why(found) == {
        2: ("until", "no_zone"),
        3: ("until", "bad_until"),
        4: ("until", "bad_until"),
        5: ("until", "bad_until"),
    }
    with pytest.raises(InputError, match="zone") as caught:
        take(log, tmp_path, header + f"{ROW.strip()},{untils[0]}\n")
    assert (caught.value.row, caught.value.column) == (2, "until")


def test_an_hour_that_came_twice_is_rejected_and_its_neighbours_are_not(log, tmp_path):
    header = HEADER
    rows = "".join(
        ROW.replace("2026-01-02T03:04:05+03:00", at).replace("4567", str(4000 + i))
        for i, at in enumerate(
            ["2010-10-31 01:59:59", "2010-10-31 02:30:00", "2010-10-31 03:00:00"]
        )
    )
    found = take(log, tmp_path, header + rows, zone="Europe/Moscow")
    assert why(found) == {3: ("at", "bad_time")}
    assert found.accepted == 2


def test_a_day_alone_counts_least_permissively(log, tmp_path):
    text = (
        HEADER
        + ROW.replace("2026-01-02T03:04:05+03:00", "02.01.2026")
        + ROW.replace("given", "withdrawn").replace("2026-01-02T03:04:05+03:00", "02.01.2026")
    )
    found = take(log, tmp_path, text, zone="Europe/Moscow", dates="day-first")
    assert found.accepted == 2
    assert body(log, 1)["happened"] == "2026-01-02T20:59:59.999999Z"
    assert body(log, 2)["happened"] == "2026-01-01T21:00:00.000000Z"


def test_words_not_on_their_lists_are_rejected_with_their_column(log, tmp_path):
    rows = [
        ROW.replace("given", "maybe"),
        ROW.replace("voice", "pigeon"),
        ROW.replace("advertising", "profit"),
        ROW.replace("web_form", "telepathy"),
        ROW.replace("given", ""),
        ROW.replace(",voice", ","),
        ROW,
    ]
    found = take(log, tmp_path, HEADER + "".join(rows))
    assert found.accepted == 1
    assert why(found) == {
        2: ("event", "unknown_value"),
        3: ("channel", "refused"),
        4: ("purpose", "refused"),
        5: ("method", "refused"),
        6: ("event", "no_event"),
        7: ("channel", "refused"),
    }


def test_a_cell_that_the_event_has_no_place_for_is_not_dropped(log, tmp_path):
    header = HEADER.strip() + ",until,wording\n"
    stop = ROW.strip().replace("given", "withdrawn")
    asked = ROW.strip().replace("given", "asked")
    rows = f"{asked},2027-01-01T00:00:00Z,\n{asked},,\n"
    found = take(log, tmp_path, header + rows)
    assert {reason for _, reason in why(found).values()} == {"no_place"}
    # Of a stop it is dropped, with a warning: the stop counts for more than a cell of the consent.
    found = take(log, tmp_path, header + f"{stop},2027-01-01T00:00:00Z,\n{stop},,a text\n")
    assert (found.accepted, found.rejected) == (2, 0)
    assert len([w for w in found.warnings if "of a consent" in w]) == 2


def test_all_columns_of_our_own_reach_the_entry(log, tmp_path):
    sha = "ab" * 32
    text = (
        "number,event,covers,purpose,channel,distributor,campaign,method,wording,document,evidence,"
        "at,until,source,code\n"
        f'+79161234567,consent.given,"advertising,personal_data","advertising,service",'
        f'"voice sms",7707083893,spring,sms_code,Согласен,{sha},{sha.upper()} {"cd" * 32},'
        '2026-01-02T03:04:05+03:00,2027-01-01T00:00:00+03:00,crm,"sent,returned"\n'
    )
    assert take(log, tmp_path, text).accepted == 1
    found = body(log, 1)
    assert found["covers"] == ["advertising", "personal_data"]
    assert found["channels"] == ["sms", "voice"]
    assert found["distributors"] == ["7707083893"]
    assert (found["campaign"], found["source"], found["document"]) == ("spring", "crm", sha)
    assert found["evidence"] == [sha, "cd" * 32]
    assert found["code"] == {"returned": True, "sent_to_this_number": True}
    assert found["until"] == "2026-12-31T21:00:00.000000Z"
    assert log.wording(bytes.fromhex(found["wording"])) == "Согласен"


def test_files_named_in_cells_are_hashed_and_none_outside_their_folder(log, tmp_path):
    folder = tmp_path / "files"
    folder.mkdir()
    (folder / "a.wav").write_bytes(b"sound")
    (tmp_path / "secret").write_bytes(b"not yours")
    header = HEADER.strip() + ",evidence\n"
    rows = [ROW.strip() + f",{name}\n" for name in ("a.wav", "b.wav", "../secret")]
    found = take(log, tmp_path, header + "".join(rows), files=folder)
    assert found.accepted == 1
    assert body(log, 1)["evidence"] == [consent.file_hash(folder / "a.wav").hex()]
    assert why(found) == {3: ("evidence", "no_such_file"), 4: ("evidence", "no_such_file")}


# --- dirty files ---------------------------------------------------------------------------------


@pytest.mark.parametrize("divider", [",", ";", "\t", "|"])
@pytest.mark.parametrize("coding", ["utf-8", "utf-8-sig", "cp1251"])
def test_dividers_and_encodings_are_found_out(log, tmp_path, divider, coding):
    text = f"{HEADER.strip()},wording\n{ROW.strip()},Согласен получать рекламу\n"
    found = take(log, tmp_path, text.replace(",", divider).encode(coding))
    assert found.accepted == 1
    assert found.encoding == ("cp1251" if coding == "cp1251" else "utf-8")
    assert log.wording(bytes.fromhex(body(log, 1)["wording"])) == "Согласен получать рекламу"


def test_lines_of_another_encoding_are_rejected_and_kept_byte_for_byte(log, tmp_path):
    lines = [f"{ROW.strip()},Согласен {i}".encode() for i in range(200)]
    lines[7] = f"{ROW.strip()},Согласен".encode("cp1251")
    data = b"\n".join([(HEADER.strip() + ",wording").encode(), *lines])
    found = take(log, tmp_path, data)
    assert found.accepted == 199
    assert why(found) == {9: ("wording", "encoding")}
    assert "Согласен".encode("cp1251") in found.rejects_file.read_bytes()


def test_blank_ragged_and_quoted_lines_each_cost_themselves_alone(log, tmp_path):
    rows = [
        ROW,
        "\n",
        "+79161234567,given\n",
        ROW.strip() + ",one,more\n",
        ROW.replace("voice", '"voice,sms"').replace("4567", "4568"),
        ROW.replace("voice", '"voice').replace("4567", "4569"),
        ROW.replace("4567", "4570"),
    ]
    found = take(log, tmp_path, HEADER + "".join(rows))
    assert found.accepted == 3
    assert {row: reason for row, (_, reason) in why(found).items()} == {
        4: "wrong_column_count",
        5: "wrong_column_count",
        7: "refused",  # the quote that was never closed is a part of the word
    }


def test_a_line_without_end_costs_no_memory_and_one_row(log, tmp_path):
    huge = ROW.replace("web_form", "x" * (Bounded.LONGEST * 3))
    found = take(log, tmp_path, HEADER + ROW + huge + ROW.replace("4567", "4568"))
    assert found.accepted == 2
    assert why(found) == {3: ("", "too_long")}
    assert found.rejects_file.stat().st_size < 10_000


def test_a_bounded_stream_gives_every_line_and_its_number():
    chance = random.Random(5)  # noqa: S311  so that it fails again
    for _ in range(200):
        lines = [b"x" * chance.choice([0, 1, 5, 50]) + b"\n" for _ in range(chance.randint(0, 40))]
        data = b"".join(lines) + chance.choice([b"", b"end"])
        stream = Bounded(io.BytesIO(data))
        stream._BLOCK = chance.choice([1, 7, 64])
        stream.LONGEST = 20
        got = b""
        while part := stream.readlines(chance.choice([1, 30, 1000])):
            got += b"".join(part)
        kept = [line if len(line) <= 20 else None for line in data.splitlines(keepends=True)]
        assert stream.cut == {i for i, line in enumerate(kept, 1) if line is None}
        if not stream.cut:
            assert got == data


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "empty"),
        (b"\n \n", "empty"),
        (b"phone,name\n79161234567,A\n", "number"),
        (b"number,number,event,at\n1,2,3,4\n", "2 columns"),
        (b"number,event,at,campain\n", "campaign"),
        (b"number,at\n79161234567,2026-01-01T00:00:00Z\n", "event"),
        (b"number,event\n79161234567,withdrawn\n", "--at"),
        (b"<?xml version='1.0'?><calls/>", "XML"),
        (b"<html><table>", "web page"),
        (b"\xd0\xcf\x11\xe0rest", ".xls"),
        (b"PK\x03\x04rest", "XLSX"),
    ],
)
def test_a_file_that_cannot_be_used_says_why_and_records_nothing(log, tmp_path, data, says):
    with pytest.raises(InputError, match=says):
        take(log, tmp_path, data)
    assert log.size == 1


def test_a_header_alone_is_a_list_of_nobody(log, tmp_path):
    found = take(log, tmp_path, HEADER)
    assert (found.rows, found.rejects_file) == (0, None)


# --- workbooks and JSON --------------------------------------------------------------------------


def workbook(tmp_path, rows, *, merge=None, name="list.xlsx"):
    import openpyxl

    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    if merge:
        book.active.merge_cells(merge)
    book.save(tmp_path / name)
    return tmp_path / name


def test_a_workbook_gives_numbers_dates_and_text_as_they_are_shown(log, tmp_path):
    at = datetime(2026, 1, 2, 3, 4, 5)  # noqa: DTZ001
    rows = [
        HEADER.strip().split(","),
        [79161234567, "given", "advertising", "voice", "web_form", at],
        [],
        ["+79161234568", "given", "advertising", "voice", "web_form", "2026-01-02T03:04:05Z"],
        ["=1+1", "given", "advertising", "voice", "web_form", at],
    ]
    found = import_list(log, workbook(tmp_path, rows), zone="Europe/Moscow", now=NOW)
    assert found.accepted == 2
    assert why(found) == {5: ("", "formula")}
    assert body(log, 1)["happened"] == "2026-01-02T00:04:05.000000Z"


@pytest.mark.parametrize(
    ("shown_as", "a_day"),
    [
        ("dd.mm.yyyy", True),
        ("mm-dd-yy", True),
        ('[$-419]d mmmm yyyy\\ "shown";@', True),
        ("dd.mm.yyyy hh:mm", False),
        ("yyyy-mm-dd h:mm:ss", False),
    ],
)
def test_a_day_of_a_workbook_counts_as_the_day_of_a_table_of_text(log, tmp_path, shown_as, a_day):
    import openpyxl

    rows = [ROW.strip().split(","), ROW.replace("given", "withdrawn").strip().split(",")]
    book = openpyxl.Workbook()
    for row in (HEADER.strip().split(","), *rows):
        book.active.append(row)
    for cell in ("F2", "F3"):
        book.active[cell] = datetime(2026, 1, 2)  # noqa: DTZ001
        book.active[cell].number_format = shown_as
    book.save(tmp_path / "list.xlsx")
    assert import_list(log, tmp_path / "list.xlsx", zone="Europe/Moscow", now=NOW).accepted == 2
    began = "2026-01-01T21:00:00.000000Z"
    assert body(log, 1)["happened"] == ("2026-01-02T20:59:59.999999Z" if a_day else began)
    assert body(log, 2)["happened"] == began
    text = HEADER + "".join(
        ",".join([*row[:5], "2026-01-02" if a_day else "2026-01-02 00:00"]) + "\n" for row in rows
    )
    assert take(log, tmp_path, text, zone="Europe/Moscow").already_there == 2


def test_a_moment_that_is_shown_as_a_day_stays_the_moment(log, tmp_path):
    import openpyxl

    book = openpyxl.Workbook()
    book.active.append(HEADER.strip().split(","))
    book.active.append([*ROW.strip().split(",")[:5], datetime(2026, 1, 2, 15)])  # noqa: DTZ001
    book.active["F2"].number_format = "dd.mm.yyyy"
    book.save(tmp_path / "list.xlsx")
    import_list(log, tmp_path / "list.xlsx", zone="Europe/Moscow", now=NOW)
    assert body(log, 1)["happened"] == "2026-01-02T12:00:00.000000Z"


def test_rows_under_merged_cells_are_rejected_since_their_value_is_not_theirs(log, tmp_path):
    rows = [[*HEADER.strip().split(","), "campaign"]]
    rows += [[*ROW.strip().replace("4567", str(4000 + i)).split(","), "spring"] for i in range(4)]
    found = import_list(log, workbook(tmp_path, rows, merge="G3:G4"), now=NOW)
    assert found.accepted == 2
    assert why(found) == {3: ("", "merged_cells"), 4: ("", "merged_cells")}


def test_a_workbook_that_breaks_in_the_middle_is_bad_input_and_names_the_row(log, tmp_path):
    rows = [HEADER.strip().split(","), *([ROW.strip().split(",")] * 50)]
    whole = workbook(tmp_path, rows, name="whole.xlsx")
    with zipfile.ZipFile(whole) as there, zipfile.ZipFile(tmp_path / "cut.xlsx", "w") as cut:
        for name in there.namelist():
            data = there.read(name)
            cut.writestr(name, data[: len(data) // 2] if "sheet1" in name else data)
    with pytest.raises(InputError, match="broken") as refused:
        import_list(log, tmp_path / "cut.xlsx", now=NOW)
    assert refused.value.row > 1


def stops(count):
    """A list of so many stops, the second of them without a number."""
    rows = [f"7{9000000000 + i},withdrawn,,,,2026-01-02T03:04:05Z" for i in range(count)]
    rows[1] = rows[1].replace("79000000001", "none")
    return HEADER + "\n".join(rows) + "\n"


def cut_gzip(_, text):
    noise = random.Random(5)  # noqa: S311  so that there is something to cut
    lines = text.splitlines()
    data = "\n".join([lines[0] + ",note", *(f"{x},{noise.random()}" for x in lines[1:])]).encode()
    whole = gzip.compress(data)
    return whole, whole[: len(whole) * 7 // 8]


def cut_workbook(tmp_path, text):
    rows = [line.split(",") for line in text.splitlines()]
    whole = workbook(tmp_path, rows, name="whole.xlsx")
    cut = io.BytesIO()
    with zipfile.ZipFile(whole) as there, zipfile.ZipFile(cut, "w", zipfile.ZIP_DEFLATED) as made:
        for name in there.namelist():
            data = there.read(name)
            made.writestr(name, data[: len(data) * 7 // 8] if "sheet1" in name else data)
    return whole.read_bytes(), cut.getvalue()


@pytest.mark.parametrize(
    ("cut", "name", "rows"),
    [(cut_gzip, "list.csv.gz", 40_000), (cut_workbook, "list.xlsx", 20_000)],
)
def test_a_list_that_breaks_off_tells_what_is_recorded_and_goes_on_whole(
    tmp_path, capsys, cut, name, rows
):
    folder = tmp_path / "log"
    run(capsys, "init", folder, "--origin", "romashka.example/consent")
    whole, part = cut(tmp_path, stops(rows))
    file = write(tmp_path, part, name)
    code, out, err = run(capsys, "import", folder, file, "--json")
    found = json.loads(out)
    assert code == 2
    assert 0 < found["accepted"] < rows
    assert found["rows"] == found["accepted"] + found["rejected"]
    assert (found["rejected"], found["reasons"]) == (1, {"not_a_number": 1})
    assert Path(found["rejects_file"]).exists()
    assert f"{found['accepted']} recorded" in err
    row = int(err.split("row ")[1].split(":")[0])
    assert found["rows"] < row <= rows
    code, out, err = run(capsys, "import", folder, file, "--lang", "ru")
    assert code == 2
    assert re.search(rf"уже есть +{found['accepted']}\n", out)
    assert f"уже есть {found['accepted']}" in err
    with consent.Log.open(folder, writable=False) as log:
        assert log.size == 1 + found["accepted"]
    code, out, _ = run(capsys, "import", folder, write(tmp_path, whole, name), "--json")
    again = json.loads(out)
    assert (code, again["already_there"]) == (1, found["accepted"])  # one stop is no number
    assert again["stops_rejected"] == 1
    assert again["accepted"] == rows - 1 - found["accepted"]


def test_a_list_that_breaks_off_before_its_first_commit_records_nothing(log, tmp_path):
    _, part = cut_gzip(tmp_path, stops(8000))
    with pytest.raises(InputError, match="broken gzip") as refused:
        take(log, tmp_path, part, "list.csv.gz")
    assert not isinstance(refused.value, BrokenOffError)
    assert log.size == 1


def test_json_that_breaks_off_costs_a_row_of_its_lines_and_records_nothing_of_a_document(
    log, tmp_path
):
    record = dict(zip(HEADER.strip().split(","), ROW.strip().split(","), strict=True))
    lines = [json.dumps(record), json.dumps(record)[:-5]]
    found = take(log, tmp_path, "\n".join(lines), "list.jsonl")
    assert (found.accepted, found.reasons) == (1, {"not_json": 1})
    with pytest.raises(InputError, match="not JSON"):
        take(log, tmp_path, "[" + ",\n".join(lines), "list.json")
    assert log.size == 2


def test_a_zip_bomb_is_refused_unread(log, tmp_path):
    file = tmp_path / "bomb.xlsx"
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b"<workbook/>")
        archive.writestr("xl/worksheets/sheet1.xml", b"\0" * (80 << 20))
    with pytest.raises(InputError, match="unpacks"):
        import_list(log, file, now=NOW)


def test_json_lines_keep_every_digit_and_reject_what_is_no_object(log, tmp_path):
    good = {
        "number": 79161234567,
        "event": "given",
        "purpose": "advertising",
        "channel": "voice",
        "at": "2026-01-02T03:04:05Z",
        "campaign": None,
    }
    lines = [
        json.dumps(good),
        "[1]",
        "{broken",
        '{"number":"+79161234568","number":"+79161234569","event":"given"}',
        "",
        json.dumps(good | {"number": "+79161234570"}),
    ]
    found = take(log, tmp_path, "\n".join(lines), "list.jsonl")
    assert found.accepted == 2
    assert {row: reason for row, (_, reason) in why(found).items()} == dict.fromkeys(
        (2, 3, 4), "not_json"
    )
    assert rejects(found)[2][4] == "{broken"


# --- rejects -------------------------------------------------------------------------------------


def test_no_cell_of_the_rejects_is_run_as_a_formula_and_none_is_changed_for_good(log, tmp_path):
    cells = ["=cmd|' /C calc'!A0", "@SUM(A1)", "+1+1|x", "-2+3+cmd", "'=x", "+7 (916) 12", "\tx"]
    header = "number,event,at,note\n"
    rows = "".join(f'{i},withdrawn,2026-01-02T03:04:05Z,"{c}"\n' for i, c in enumerate(cells))
    found = take(log, tmp_path, header + rows)
    kept = [row[7] for row in rejects(found)[1:]]
    assert [unguarded(cell) if cell.startswith("'") else cell for cell in kept] == cells
    assert all(k[0] not in "=@\t" for k in kept)
    assert oct(found.rejects_file.stat().st_mode)[-3:] == "600"


def test_rejects_can_be_corrected_and_imported_as_they_are(log, tmp_path):
    found = take(log, tmp_path, HEADER + ROW.replace("+79161234567", "7.9E+10"))
    text = found.rejects_file.read_text("utf-8-sig").replace("7.9E+10", "+79161234567")
    again = take(log, tmp_path, text, "corrected.csv")
    assert (again.accepted, again.rejected) == (1, 0)


def test_rejects_that_somebody_worked_on_are_not_written_over(log, tmp_path):
    text = HEADER + ROW.replace("+79161234567", "none")
    first = take(log, tmp_path, text).rejects_file
    assert take(log, tmp_path, text).rejects_file == first
    first.write_text("corrected by hand")
    assert take(log, tmp_path, text).rejects_file != first
    assert first.read_text() == "corrected by hand"


def test_rejects_of_a_list_without_a_header_keep_the_places_of_its_columns(log, tmp_path):
    when = datetime(2026, 11, 1, tzinfo=UTC)
    (tmp_path / "map.toml").write_text(
        '[columns]\nnumber = 2\n[constants]\nevent = "withdrawn"\n[format]\nheader = false\n'
    )
    for number, how in enumerate(
        ({"map": "stop-list"}, {"map": tmp_path / "map.toml", "country": "RU"})
    ):
        bad = "1,8916123456x\n" if number else "8916123456y\n"
        found = take(log, tmp_path, bad.replace("x", "1").replace("y", "2") + bad, at=when, **how)
        assert (found.accepted, found.rejected) == (1, 1)
        text = found.rejects_file.read_text("utf-8-sig")
        again = take(log, tmp_path, text, "again.csv", at=when, **how)
        assert (again.rejected, again.reasons) == (1, found.reasons)
        fixed = text.replace("x", "8").replace("y", "9")
        again = take(log, tmp_path, fixed, "fixed.csv", at=when, **how)
        assert (again.accepted, again.rejected) == (1, 0)


def test_rejected_records_of_json_can_be_corrected_and_imported_as_they_are(log, tmp_path):
    good = dict(zip(HEADER.strip().split(","), ROW.strip().split(","), strict=True))
    lines = [good | {"number": "none"}, good | {"campain": "spring"}, good]
    text = "\n".join(json.dumps(line) for line in lines)
    found = take(log, tmp_path, text, "list.jsonl")
    assert (found.accepted, found.reasons) == (1, {"not_a_number": 1, "misspelt": 1})
    kept = found.rejects_file.read_text("utf-8-sig")
    again = take(log, tmp_path, kept, "again.csv")
    assert (again.accepted, again.reasons) == (0, found.reasons)
    fixed = kept.replace("none", "+79161234568").replace("campain", "campaign")
    again = take(log, tmp_path, fixed, "fixed.csv")
    assert (again.accepted, again.rejected) == (2, 0)
    assert body(log, 3)["campaign"] == "spring"


def test_cells_beyond_the_header_are_rejected_until_somebody_takes_them_out(log, tmp_path):
    rows = [HEADER.strip().split(","), [*ROW.strip().split(","), "not to be called"]]
    found = import_list(log, workbook(tmp_path, rows), now=NOW)
    assert found.reasons == {"wrong_column_count": 1}
    text = found.rejects_file.read_text("utf-8-sig")
    assert "not to be called" in text
    assert take(log, tmp_path, text, "again.csv").reasons == {"wrong_column_count": 1}
    assert take(log, tmp_path, text.replace(",not to be called", ""), "fixed.csv").accepted == 1


def test_rejects_take_the_place_of_nothing_that_is_read_or_is_the_logs(log, tmp_path):
    text = HEADER + ROW.replace("+79161234567", "none")
    (tmp_path / "linked").symlink_to(tmp_path / "log")
    ids = write(tmp_path, "7,+79161234567\n", "ids.csv")
    lists = {path.name: path.read_bytes() for path in tmp_path.iterdir() if path.is_file()}
    for name, place in (
        ("list.csv", "list.csv"),
        ("list.part", "list"),  # where rejects are gathered
        ("list.csv", "ids.csv"),
        ("list.csv", "log/keys.db"),
        ("list.csv", "linked/rejects.csv"),
    ):
        with pytest.raises(consent.InvalidArgument, match="name another place"):
            take(log, tmp_path, text, name, rejects=tmp_path / place, numbers=ids)
        assert (tmp_path / name).read_text() == text
    assert (
        lists.items() <= {p.name: p.read_bytes() for p in tmp_path.iterdir() if p.is_file()}.items()
    )
    assert not list((tmp_path / "log").glob("*.csv"))
    assert log.size == 1


# --- maps ----------------------------------------------------------------------------------------


def test_a_map_gives_columns_values_and_constants(log, tmp_path):
    (tmp_path / "map.toml").write_text(
        '[columns]\nnumber = "Телефон"\nevent = "Статус"\nat = "Дата"\n'
        '[values.event]\n"да" = "consent.given"\n"нет" = "consent.refused"\n'
        '[constants]\npurpose = "advertising"\nchannel = "voice"\nmethod = "paper"\n'
        '[format]\nzone = "Europe/Moscow"\ndates = "day-first"\ncountry = "RU"\n'
    )
    text = (
        "ФИО;Телефон;Статус;Дата\nИванов;(916) 123-45-67;да;02.01.2026 10:00\n"
        "Петров;9161234568;нет;02.01.2026 10:00\nСидоров;9161234569;думает;02.01.2026 10:00\n"
    )
    found = take(log, tmp_path, text.encode("cp1251"), map=tmp_path / "map.toml")
    assert found.accepted == 2
    assert found.reasons == {"unknown_value": 1}
    assert log.history("+79161234567")[0].type == "consent.given"
    assert log.history("+79161234568")[0].type == "consent.refused"


@pytest.mark.parametrize(
    "text",
    [
        "[colums]\n",
        '[columns]\nphone = "a"\n',
        "[columns]\nnumber = 0\n",
        '[columns]\nnumber = "a"\n[format]\nzones = "x"\n',
        '[columns]\nat = "a"\n',
        "[columns]\nnumber = []\n",
        "[columns]\nnumber = -1\n",
        '[columns]\nnumber = "a"\n[values]\nevent = "x"\n',
        '[columns]\nnumber = "a"\n[values.event]\ngiven = 1\n',
        '[columns]\nnumber = "a"\n[values.event]\ngiven = "consent.gven"\n',
        '[columns]\nnumber = "a"\n[constants]\nevent = "gave"\n',
        '[columns]\nnumber = "a"\n[only]\nmodel = "abc"\n',
        '[columns]\nnumber = "a"\n[join.x]\nonly = "a"\n',
        '[columns]\nnumber = "a"\n[join]\nx = "a"\n',
        *(
            f'[columns]\nnumber = "a"\n[format]\n{line}\n'
            for line in (
                'dates = "dayfirst"',
                'country = "RUS"',
                "delimiter = 5",
                'delimiter = ";;"',
                'header = "maybe"',
                'ids = "yes"',
                "records = [1]",
                "sheet = 1",
                'optional = ["campain"]',
            )
        ),
        "not toml",
    ],
)
def test_a_map_with_a_word_that_means_nothing_is_refused(tmp_path, text):
    (tmp_path / "map.toml").write_text(text)
    with pytest.raises(InputError, match=r"map\.toml"):
        Map.load(tmp_path / "map.toml")


def test_a_column_that_a_map_declares_and_the_list_lacks_makes_no_consent_wider(log, tmp_path):
    columns = "".join(f'{word} = "{word}"\n' for word in HEADER.strip().split(","))
    text = "[columns]\n" + columns + 'campaign = "кампания"\n'
    (tmp_path / "map.toml").write_text(text)
    with pytest.raises(InputError, match="кампания") as refused:
        take(log, tmp_path, HEADER + ROW, map=tmp_path / "map.toml")
    assert refused.value.column == "campaign"
    assert log.size == 1
    (tmp_path / "map.toml").write_text(text + '[format]\noptional = ["campaign"]\n')
    assert take(log, tmp_path, HEADER + ROW, map=tmp_path / "map.toml").accepted == 1
    (tmp_path / "map.toml").write_text(text)
    record = dict(zip(HEADER.strip().split(","), ROW.strip().split(","), strict=True))
    found = take(log, tmp_path, json.dumps(record) + "\n", map=tmp_path / "map.toml")
    assert "campaign" in found.warnings[0]


def test_a_text_of_another_encoding_costs_its_row_alone(log, tmp_path):
    (tmp_path / "text.txt").write_bytes("Согласен".encode("cp1251"))
    rows = ROW.strip() + ",file:text.txt\n" + ROW.strip() + ",\n"
    found = take(log, tmp_path, HEADER.strip() + ",wording\n" + rows, files=tmp_path)
    assert (found.accepted, found.reasons) == (1, {"encoding": 1})


def test_every_ready_map_can_be_read():
    assert ready_maps() == ["fides", "govstack", "operator-refusal", "stop-list", "vicidial-dnc"]
    for name in ready_maps():
        assert Map.load(name).columns["number"]


@pytest.mark.parametrize("header", ["", "phone\n", "Телефон\n"])
def test_a_plain_stop_list_is_read_with_and_without_a_header(log, tmp_path, header):
    when = datetime(2026, 11, 1, tzinfo=UTC)
    text = header + "89161234567\n916 123-45-68\n\n89161234567\n"
    found = take(log, tmp_path, text, "stop.txt", map="stop-list", at=when)
    assert (found.accepted, found.already_there, found.rejected) == (2, 1, 0)
    answer = log.may_contact(
        "+79161234567", purpose="advertising", channel="voice", dialled_by="person", at=NOW
    )
    assert not answer.allowed


def test_a_vicidial_list_with_campaigns_and_wildcards(log, tmp_path):
    text = "phone_number,campaign_id\n7866006200,TEST\n727XXXXXXX,TEST\n"
    when = datetime(2026, 11, 1, tzinfo=UTC)
    found = take(log, tmp_path, text, map="vicidial-dnc", country="US", at=when)
    assert found.accepted == 1
    assert body(log, 1)["campaign"] == "TEST"
    assert why(found) == {3: ("phone_number", "not_a_number")}


def test_an_id_with_two_numbers_gives_neither(log, tmp_path):
    (tmp_path / "map.toml").write_text(
        '[columns]\nnumber = "id"\n[constants]\nevent = "withdrawn"\n[format]\nids = true\n'
    )
    ids = (
        "id,number\n1,+79161234561\n1,+79161234562\n2,+79161234563\n2,8 (916) 123-45-63\n"
        "3,+79161234564\n3,call me\n4,nobody\n5,+79161234565\n5,\n6,+79161234566\n"
        "7,79161234567.0\n7,+79161234568\n8,+79161234569\n8,+79161234569 доб. 12\n"
    )
    found = take(
        log,
        tmp_path,
        "id\n" + "".join(f"{i}\n" for i in range(1, 10)),
        map=tmp_path / "map.toml",
        numbers=write(tmp_path, ids, "ids.csv"),
        at=datetime(2026, 11, 1, tzinfo=UTC),
        country="RU",
    )
    assert why(found) == {
        2: ("id", "two_numbers"),
        4: ("id", "not_a_number"),
        5: ("id", "not_a_number"),
        6: ("id", "no_number"),
        8: ("id", "two_numbers"),
        9: ("id", "two_numbers"),
        10: ("id", "no_number"),
    }
    assert [row[4] for row in rejects(found)[1:3]] == ["1", "3"]
    assert found.accepted == 2
    assert log.history("+79161234563")
    assert not log.history("+79161234561")
    assert not log.history("+79161234562")


def test_operator_refusals_name_the_operator(log, tmp_path):
    text = "номер;оператор;дата\n9161234567;7707083893;2026-01-02 10:00:00\n"
    found = take(log, tmp_path, text, map="operator-refusal", zone="Europe/Moscow")
    assert found.accepted == 1
    assert body(log, 1)["operator_id"] == "7707083893"
    assert log.entry(1).type == "operator.refusal"


FIDES = {
    "items": [
        {
            "phone_number": "+15555550123",
            "request_timestamp": "2025-03-06T21:49:46.914848Z",
            "preference": "opt_out",
            "notice_key": "marketing",
        },
        {
            "phone_number": "+15555550124",
            "request_timestamp": "2025-03-06T21:49:46.914848Z",
            "preference": "opt_in",
            "notice_key": "marketing",
        },
        {
            "phone_number": None,
            "fides_user_device_id": "65c78e68",
            "request_timestamp": "2025-03-06T21:49:46.914848Z",
            "preference": "opt_out",
            "notice_key": "marketing",
        },
        {
            "phone_number": "+15555550125",
            "request_timestamp": "2025-03-06T21:49:46.914848Z",
            "preference": "tcf",
            "notice_key": "marketing",
        },
    ]
}


def test_a_fides_report_gives_what_it_says_and_rejects_what_it_does_not(log, tmp_path):
    found = take(
        log,
        tmp_path,
        json.dumps(FIDES),
        "f.json",
        map="fides",
        constants={"channel": "email"},
        values={"purpose": {"marketing": "advertising"}},
    )
    assert found.accepted == 2
    assert found.reasons == {"no_number": 1, "unknown_value": 1}


def test_the_fides_lookup_is_of_one_person_who_must_be_named(log, tmp_path):
    file = SHARED / "consent_records" / "fides" / "consent-lookup.json"
    if not file.exists():
        pytest.skip(f"{file} is not here")
    out = tmp_path / "r.csv"
    when = datetime(2026, 1, 1, tzinfo=UTC)
    told = {"map": "fides", "rejects": out, "at": when, "now": NOW}
    told["values"] = {"purpose": {"marketing": "advertising"}}
    bare = import_list(log, file, **told)
    assert (bare.rows, bare.reasons) == (5, {"no_number": 1, "unknown_value": 4})
    named = {"number": "+15555550123", "channel": "email"}
    found = import_list(log, file, constants=named, **told)
    # One of the five notices is about marketing; of the others nobody said that they are.
    assert (found.accepted, found.already_there, found.rejected) == (1, 0, 4)


def test_the_govstack_record_says_nothing_and_is_rejected(log, tmp_path):
    file = SHARED / "consent_records" / "govstack" / "mock_fixtures.json"
    if not file.exists():
        pytest.skip(f"{file} is not here")
    ids = {"12345678": "+79161234567"}
    how = {"map": "govstack", "rejects": tmp_path / "r.csv", "numbers": ids, "now": NOW}
    how["values"] = {"purpose": {"Registration in Health App": "service"}}
    found = import_list(log, file, **how)
    assert (found.rows, found.reasons) == (1, {"no_event": 1})
    text = file.read_text().replace('"optIn": null', '"optIn": true')
    said = {"channel": "sms"}
    found = import_list(log, write(tmp_path, text, "g.json"), constants=said, **how)
    assert found.accepted == 1
    assert body(log, 1)["happened"].startswith("2023-10-31T21:55:02")


def test_the_numbers_of_the_ftc_are_read_or_rejected_to_the_last(log, tmp_path):
    file = SHARED / "ftc_dnc" / "daily_additions.csv.gz"
    if not file.exists():
        pytest.skip(f"{file} is not here")
    (tmp_path / "ftc.toml").write_text(
        '[columns]\nnumber = "number"\nat = "snapshot_date"\n'
        '[constants]\nevent = "consent.withdrawn"\n[format]\ncountry = "US"\nzone = "UTC"\n'
    )
    how = {"map": tmp_path / "ftc.toml", "rejects": tmp_path / "r.csv", "now": NOW}
    found = import_list(log, file, **how)
    assert found.rows == 47_738
    assert found.accepted + found.already_there + found.rejected == found.rows
    assert 0 < found.rejected < 0.03 * found.rows
    again = import_list(log, file, **how)
    assert (again.accepted, again.rejected) == (0, found.rejected)


# --- the command ---------------------------------------------------------------------------------


def run(capsys, *words):
    code = cli.main([str(word) for word in words])
    out = capsys.readouterr()
    return code, out.out, out.err


def test_the_command_answers_with_counts_and_exit_codes(tmp_path, capsys):
    folder = tmp_path / "log"
    run(capsys, "init", folder, "--origin", "romashka.example/consent", "--inn", "7707083893")
    file = write(tmp_path, HEADER + ROW + ROW.replace("+79161234567", "none"))
    code, out, _ = run(capsys, "import", folder, file, "--json")
    found = json.loads(out)
    assert code == 0
    assert (found["rows"], found["accepted"], found["rejected"]) == (2, 1, 1)
    assert found["rejects_file"] == str(tmp_path / "list.csv.rejects.csv")
    code, out, _ = run(capsys, "import", folder, file, "--strict", "--lang", "ru")
    assert code == 1
    assert "уже есть" in out
    code, _, err = run(capsys, "import", folder, write(tmp_path, "a,b\n1,2\n", "x.csv"))
    assert code == 2
    assert "x.csv" in err
    assert run(capsys, "import", folder, file, "--set", "numer=1")[0] == 2
    assert run(capsys, "import", folder, tmp_path / "absent.csv")[0] == 3


def test_the_command_reads_standard_input(tmp_path, capsys):
    folder = tmp_path / "log"
    run(capsys, "init", folder, "--origin", "romashka.example/consent")
    script = "import sys; from consent.cli import main; sys.exit(main())"
    ended = subprocess.run(
        [sys.executable, "-c", script, "import", str(folder), "-", "--json"],
        input=(HEADER + ROW.replace("given", "withdrawn")).encode(),
        capture_output=True,
        cwd=tmp_path,
        env=os.environ,
    )
    assert ended.returncode == 0, ended.stderr
    assert json.loads(ended.stdout)["accepted"] == 1
    assert ended.stderr == b""


def test_no_message_holds_a_number(tmp_path, capsys):
    folder = tmp_path / "log"
    run(capsys, "init", folder, "--origin", "romashka.example/consent")
    file = write(tmp_path, "79161234567,79161234568\n+79161234567,b\n")
    for words in ([], ["--map", "stop-list"], ["--map", "79161234567"]):
        code, out, err = run(capsys, "import", folder, file, *words)
        assert code == 2
        assert "9161234567" not in out + err


def test_rows_are_offered_once_and_recorded_once(log):
    event = consent.ConsentGiven(
        "+79000000000", at=NOW, purposes=["advertising"], channels=["voice"]
    )
    intake = _core.Intake("", lambda _cells: 0, lambda _text, _end: "bad_time", None)
    assert intake.add_pattern(event) == 0
    rows = [["+79161234567", "2026-11-02T10:00:00Z"]]
    taken = intake.take(rows, (0, 1, -1, -1, -1), (), ("",) * 5, NOW)
    before = log.size
    taken.offer(log)
    with pytest.raises(consent.InvalidArgument):
        taken.offer(log)
    assert taken.append(log, NOW) == (1, 0, [])
    with pytest.raises(consent.InvalidArgument):
        taken.append(log, NOW)
    assert log.size == before + 1
