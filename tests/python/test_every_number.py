"""Of random files, every row and every number ends in exactly one place."""

from __future__ import annotations

import csv
import gzip
import io
import json
import lzma
import tempfile
import zipfile
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import consent
from consent.auditing import audit
from consent.files.calls import read
from consent.files.direction import Direction
from consent.files.importing import import_list
from consent.files.records import InputError

WORDS = ("start", "src", "dst", "dcontext", "duration", "billsec", "disposition", "uniqueid")
RULE = Direction.declare(outgoing_contexts=["out"])

start = st.one_of(
    st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 31)).map(  # noqa: DTZ001  a wall clock
        lambda at: at.strftime("%Y-%m-%d %H:%M:%S")
    ),
    st.sampled_from(["", "yesterday", "2026-02-30 10:00:00", "2026-11-16 10:00:00"]),
)
count = st.one_of(st.integers(0, 7200).map(str), st.sampled_from(["", "-1", "x", "0:01:05", "1e3"]))
#: How somebody may write the number that its row is known by; {} are its last nine digits.
SPACED = "8 (9{0[0]}{0[1]}) {0[2]}{0[3]}{0[4]}-{0[5]}{0[6]}{0[7]}{0[8]}"
SPELT = ("+79{}", "89{}", "79{}", "9{}", SPACED)
SPELT_NOT_TO_BE_CALLED = ("*219{}x", "9{}#zz", "+7999{}99", "mobile 9{}")
context = st.sampled_from(["out", "out", "out", "in", "", "other"])
ids = st.one_of(st.just(""), st.integers(0, 5).map(lambda i: f"1784184240.{i}"))


@st.composite
def records(draw):
    rows = []
    for i in range(draw(st.integers(1, 30))):
        # Some rows repeat the number of another: legs of one call.
        who = f"{draw(st.sampled_from([i, i, 0])):09d}"
        spelt = draw(st.sampled_from(SPELT * 3 + SPELT_NOT_TO_BE_CALLED))
        rows.append(
            (
                draw(start),
                draw(st.sampled_from(["101", "", "+74951112233"])),
                spelt.format(who),
                draw(context),
                draw(count),
                draw(count),
                draw(st.sampled_from(["ANSWERED", "NO ANSWER", "BUSY", "FAILED", "", "strange"])),
                draw(ids),
            )
        )
    return rows


def as_text(rows, delimiter, end):
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter, lineterminator=end)
    writer.writerow(WORDS)
    writer.writerows(rows)
    return out.getvalue()


def as_workbook(rows):
    book = openpyxl.Workbook()
    book.active.append(list(WORDS))
    for row in rows:
        book.active.append(list(row))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def zipped(data):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("calls.csv", data)
    return out.getvalue()


def as_json(rows):
    return [dict(zip(WORDS, row, strict=True)) for row in rows]


FORMATS = {
    "csv": lambda rows: as_text(rows, ",", "\n").encode(),
    "semicolon": lambda rows: as_text(rows, ";", "\r\n").encode("cp1251"),
    "tab": lambda rows: as_text(rows, "\t", "\n").encode("utf-16"),
    "jsonl": lambda rows: "\n".join(map(json.dumps, as_json(rows))).encode(),
    "json": lambda rows: json.dumps(as_json(rows)).encode(),
    "xlsx": as_workbook,
    "gz": lambda rows: gzip.compress(as_text(rows, ",", "\n").encode()),
    "xz": lambda rows: lzma.compress(as_text(rows, ";", "\n").encode()),
    "zip": lambda rows: zipped(as_text(rows, ",", "\n").encode()),
    "mappings": as_json,
}


@pytest.mark.parametrize("kind", FORMATS)
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(rows=records(), data=st.data())
def test_every_row_and_every_number_of_a_file_of_calls_ends_in_one_place(kind, rows, data):
    made = FORMATS[kind](rows)
    with tempfile.TemporaryDirectory() as folder:
        source = made
        if isinstance(made, bytes):
            source = Path(folder) / "calls"
            source.write_bytes(made)
        found = read(
            source,
            zone=data.draw(st.sampled_from(["Europe/Moscow", "America/New_York"])),
            country="RU",
            direction=RULE,
            blocks=data.draw(st.booleans()),
        )
    assert found.rows == len(rows)
    assert found.judged_rows + sum(found.left_out.values()) + len(found.rejects) == len(rows)
    judged = {attempt.row: attempt.number for attempt in found.attempts}
    places = Counter([*judged, *(row for _, row, _ in found.left_rows)])
    places.update(reject.row for reject in found.rejects)
    begin = min(places)
    assert places == Counter(range(begin, begin + len(rows)))
    # A number that is judged is the one that stands in its row; a whole number is never dropped
    # as something else than a number.
    reasons = {row: reason for _, row, reason in found.left_rows}
    for line, row in enumerate(rows, begin):
        tail = "".join(c for c in row[2] if c.isdigit())[-9:]
        if line in judged:
            assert str(judged[line])[-9:] == tail
        whole = any(row[2] == form.format(tail) for form in SPELT)
        assert not (whole and reasons.get(line) in ("not_a_number", "internal"))


events = st.sampled_from(["withdrawn", "refused", "given", "nonsense", ""])


@st.composite
def lists(draw):
    rows = []
    for i in range(draw(st.integers(1, 15))):
        who = f"{draw(st.sampled_from([i, i, 0])):09d}"
        spelt = draw(st.sampled_from([*SPELT, "9{}0", "x{}", "+7999{}99"]))
        rows.append(
            (
                spelt.format(who),
                draw(events),
                draw(st.sampled_from(["2026-10-01T10:00:00+03:00", "2026-10-01", "soon", ""])),
                draw(st.sampled_from(["", "sms_code", "operator_note", "telepathy"])),
            )
        )
    return rows


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(rows=lists(), kind=st.sampled_from(["csv", "semicolon", "xlsx", "jsonl"]))
def test_every_row_and_every_number_of_a_list_is_recorded_known_or_rejected(rows, kind):
    words = ("number", "event", "at", "method")
    if kind == "xlsx":
        book = openpyxl.Workbook()
        for row in (words, *rows):
            book.active.append(list(row))
        out = io.BytesIO()
        book.save(out)
        made = out.getvalue()
    elif kind == "jsonl":
        made = "\n".join(json.dumps(dict(zip(words, row, strict=True))) for row in rows).encode()
    else:
        out = io.StringIO()
        writer = csv.writer(out, delimiter=";" if kind == "semicolon" else ",")
        writer.writerows((words, *rows))
        made = out.getvalue().encode()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        log = consent.Log.create(
            folder / "log",
            origin="a.example/c",
            distributor=consent.Organisation(inn="7707083893"),
            now=datetime(2026, 11, 1, tzinfo=UTC),
        )
        with log:
            (folder / "list").write_bytes(made)
            done = import_list(
                log,
                folder / "list",
                zone="Europe/Moscow",
                country="RU",
                rejects=folder / "rejects.csv",
                now=datetime(2026, 11, 2, tzinfo=UTC),
            )
            assert done.rows == len(rows)
            assert done.accepted + done.already_there + done.rejected == len(rows)
            rejected = set()
            if done.rejected:
                text = (folder / "rejects.csv").read_text(encoding="utf-8-sig")
                delimiter = ";" if kind == "semicolon" else ","
                _, *lines = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
                rejected = {int(cells[0]) for cells in lines}
            assert len(rejected) == done.rejected
            first = 1 if kind == "jsonl" else 2
            for line, row in enumerate(rows, first):
                if line not in rejected:  # what was taken is in the log, under its own number
                    digits = "".join(c for c in row[0] if c.isdigit())
                    assert log.history(f"+79{digits[-9:]}")


def test_an_audit_accounts_for_each_row_in_one_of_its_tables(romashka, tmp_path):
    rows = [
        ("2026-11-25 10:00:00", "101", "+79161234567", "out", "70", "60", "ANSWERED", ""),
        ("2026-11-25 23:30:00", "101", "89142223344", "out", "70", "60", "ANSWERED", ""),
        ("2026-11-25 10:00:00", "101", "89142223344", "in", "70", "60", "ANSWERED", ""),
        ("2026-11-31 10:00:00", "101", "89142223345", "out", "70", "60", "ANSWERED", ""),
    ]
    (tmp_path / "a.csv").write_text(as_text(rows[:2], ",", "\n"))
    (tmp_path / "b.csv").write_text(as_text(rows[2:], ",", "\n"))
    files = [tmp_path / "a.csv", tmp_path / "b.csv"]
    report = audit(files, romashka, zone="Europe/Moscow", direction=RULE, country="RU")
    # Each row of each table leads back to its line of its file.
    lines = {str(name.name): name.read_text().splitlines() for name in files}
    seen = Counter()
    for each in [*report.calls, *report.rows]:
        file = Path(str(each["file"])).name
        seen[file, each["row"]] += 1
        if "number" in each:
            assert str(each["number"])[-10:] in lines[file][int(str(each["row"])) - 1]
    assert seen == Counter({(f.name, row): 1 for f in files for row in (2, 3)})
    calls = {(Path(str(c["file"])).name, c["row"]): c for c in report.calls}
    for finding in report.findings:
        call = calls[Path(str(finding["file"])).name, finding["row"]]
        assert call["number"] == finding["number"]
    # 23:30 in Moscow is 05:30 the next day where +7 914 222 is: both clocks are told.
    late = calls["a.csv", 3]
    assert late["start"] == "2026-11-25T23:30:00+03:00"
    assert "2026-11-26T05:30:00+09:00" in str(late["local"])
    assert [row["reason"] for row in report.rows] == ["not_outgoing", "bad_time"]


def test_what_cannot_be_read_at_all_is_an_error_and_no_empty_answer(tmp_path):
    (tmp_path / "x.csv").write_bytes(b"\x00\x01\x02")
    with pytest.raises(InputError):
        read(tmp_path / "x.csv", zone="UTC", direction=RULE)
