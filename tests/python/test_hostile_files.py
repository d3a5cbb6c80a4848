"""Files that mean harm, or were damaged: an answer or an InputError, and never for long."""

import contextlib
import io
import json
import os
import zipfile
from io import BytesIO
from pathlib import Path

import pytest

from consent.files import list_table
from consent.files.calls import read
from consent.files.columns import tag_columns
from consent.files.direction import Direction
from consent.files.importing import import_list
from consent.files.layout import Layout
from consent.files.list_map import Map
from consent.files.records import Bounded, InputError

OUT = Direction.declare(everything=True)
HEADER = "start,dst"
ROW = "2026-11-16 10:00:00,89000000001"


def calls(data, **options):
    data = data.encode("utf-8", "surrogateescape") if isinstance(data, str) else data
    return read(BytesIO(data), zone="UTC", direction=OUT, country="RU", **options)


def sheet(rows):
    """A workbook whose sheet is this XML."""
    space = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    relation = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006/relationships"
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as book:
        book.writestr(
            "[Content_Types].xml",
            '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
            '<Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-'
            'officedocument.spreadsheetml.sheet.main+xml"/>'
            '<Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxml'
            'formats-officedocument.spreadsheetml.worksheet+xml"/></Types>',
        )
        book.writestr(
            "_rels/.rels",
            f'<Relationships xmlns="{package}"><Relationship Id="r1" '
            f'Type="{relation}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        )
        book.writestr(
            "xl/workbook.xml",
            f'<workbook {space} xmlns:r="{relation}"><sheets>'
            '<sheet name="s" sheetId="1" r:id="r1"/></sheets></workbook>',
        )
        book.writestr(
            "xl/_rels/workbook.xml.rels",
            f'<Relationships xmlns="{package}"><Relationship Id="r1" '
            f'Type="{relation}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
        )
        book.writestr("xl/worksheets/sheet1.xml", f"<worksheet {space}>{rows}</worksheet>")
    return out.getvalue()


def cell(place, text):
    return f'<c r="{place}" t="inlineStr"><is><t>{text}</t></is></c>'


HEAD = f'<row r="1">{cell("A1", "start")}{cell("B1", "dst")}</row>'
BODY = f'<row r="2">{cell("A2", "2026-11-16 10:00:00")}{cell("B2", "89000000001")}</row>'


def test_a_sheet_of_this_make_is_read_at_all():
    found = calls(sheet(f"<sheetData>{HEAD}{BODY}</sheetData>"))
    assert len(found.attempts) == 1


@pytest.mark.parametrize(
    "last",
    [
        f'<row r="99999999">{cell("A99999999", "x")}</row>',
        f'<row r="1048577">{cell("A1048577", "x")}</row>',
        f'<row r="3">{cell("XFE3", "x")}</row>',
        f'<row r="3">{cell("ZZZZZZ3", "x")}</row>',
        f'<row r="1048576">{cell("XFD1048576", "x")}</row>',  # next to nothing, in an immense sheet
    ],
)
def test_a_row_or_column_that_no_spreadsheet_has_is_refused_before_it_is_made_up(last, romashka):
    data = sheet(f"<sheetData>{HEAD}{BODY}{last}</sheetData>")
    for reader in (calls, lambda d: import_list(romashka, BytesIO(d), map="stop-list")):
        with pytest.raises(InputError):
            reader(data)


def test_a_size_that_the_sheet_claims_is_not_believed():
    claimed = '<dimension ref="A1:XFD1048576"/>'
    found = calls(sheet(f"{claimed}<sheetData>{HEAD}{BODY}</sheetData>"))
    assert (found.rows, len(found.attempts)) == (1, 1)


def test_a_million_columns_are_no_table():
    with pytest.raises(InputError, match="columns"):
        calls("start,dst" + ",x" * 1_000_000 + "\n")
    wide = calls(HEADER + "".join(f",c{i}" for i in range(9000)) + "\n" + ROW + "," * 9000 + "\n")
    assert len(wide.attempts) == 1
    assert max(len(note) for note in wide.warnings) < 1000


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_an_endless_line_costs_one_row_and_no_memory(end, monkeypatch):
    monkeypatch.setattr(Bounded, "LONGEST", 1 << 12)
    monkeypatch.setattr(Bounded, "_BLOCK", 1 << 10)
    lines = [HEADER, ROW, "x" * 300_000, ROW, '"' + "y" * 300_000, ROW]
    found = calls(end.join(lines) + end)
    assert len(found.attempts) == 3
    assert [(r.row, r.reason) for r in found.rejects] == [(3, "too_long"), (5, "too_long")]
    assert all(len(r.record) < 100_000 for r in found.rejects)


@pytest.mark.parametrize("end", ["\r", "\n", "\r\n"])
def test_no_row_of_a_long_file_is_lost_whatever_ends_its_lines(end):
    rows = [f"2026-11-16 10:00:00,8900{i:07d}" for i in range(60_000)]  # more than a block
    found = calls(end.join([HEADER, *rows]) + end)
    assert (found.rows, len(found.attempts), found.rejects) == (60_000, 60_000, [])


def test_line_ends_that_are_mixed_lose_no_row():
    found = calls(f"{HEADER}\r\n{ROW}\n{ROW}\r\n\r\n{ROW}\r{ROW}\n")
    assert found.judged_rows + len(found.rejects) == found.rows == 3
    assert b"\r" in found.rejects[0].record


@pytest.mark.parametrize("deep", [1_100, 100_000])
def test_json_that_nests_without_end_is_a_reject_or_refused(deep, romashka, tmp_path):
    nest = "[" * deep + "]" * deep
    good = json.dumps({"start": "2026-11-16 10:00:00", "dst": "89000000001"})
    found = calls(f'{good}\n{{"start":{nest}}}\n')
    assert (len(found.attempts), [r.reason for r in found.rejects]) == (1, ["not_json"])
    for data in (f'{{"a":{nest}}}', nest):
        for reader in (calls, lambda d: tag_columns(BytesIO(d.encode()))):
            with contextlib.suppress(InputError):
                reader(data)
        with pytest.raises(InputError):
            import_list(romashka, BytesIO(data.encode()), map="stop-list", rejects=tmp_path / "r")


def test_a_lone_byte_in_a_header_is_shown_escaped(run, romashka, tmp_path):
    romashka.close()
    (tmp_path / "calls.csv").write_bytes(b"start,dst,na\xc3me\n" + ROW.encode() + b",x\n")
    for more in ((), ("--json",)):
        words = ("audit", "romashka", "calls.csv", "--zone", "UTC", "--all-outgoing", *more)
        done = run(*words, "--country", "RU", "--report", "r.html", "--encoding", "utf-8")
        assert done.returncode == 1, done.stderr
        assert "xc3" in done.stdout or "udcc3" in done.stdout


def test_a_file_name_that_is_no_utf_8_is_read_and_named(run, romashka, tmp_path):
    romashka.close()
    name = b"calls-\xff.csv"
    Path(os.fsdecode(bytes(tmp_path) + b"/" + name)).write_text(f"{HEADER}\n{ROW}\nx,y\n")
    done = run(
        *("audit", "romashka", os.fsdecode(name), "--zone", "UTC", "--all-outgoing"),
        *("--country", "RU", "--report", "r.html", "--rejects", "r.csv", "--json"),
    )
    assert json.loads(done.stdout)["judged"] == 1, done.stderr
    assert "calls-" in (tmp_path / "r.csv").read_text("utf-8")


def test_zero_bytes_cost_their_row_at_most():
    found = calls(f"{HEADER}\n{ROW}\n2026-11-16 10:00:00\0,89000000001\n{ROW}\n")
    assert len(found.attempts) == 2
    assert found.judged_rows + len(found.rejects) == found.rows == 3


@pytest.mark.parametrize("text", ["a = " + "[" * 100_000, "[\r", "[" * 5000, 'a = "\0"'])
@pytest.mark.parametrize("kind", [Layout, Map])
def test_toml_that_nests_without_end_is_refused(text, kind, tmp_path):
    (tmp_path / "map.toml").write_text(text)
    with pytest.raises(InputError):
        kind.load(tmp_path / "map.toml")


def test_a_workbook_that_unpacks_to_far_more_than_it_is_is_refused(monkeypatch):
    monkeypatch.setattr(list_table, "MOST_TABLE_BYTES", 1 << 12)
    with pytest.raises(InputError, match="unpacks"):
        calls(sheet("<sheetData>" + HEAD + " " * 100_000 + "</sheetData>"))


@pytest.mark.parametrize(
    "data",
    [
        b"PK\x03\x04" + b"\0" * 100,
        b"\xfd7zXZ\x00" + b"x" * 50,
        b"BZh91AY&SY" + b"x" * 50,
        b"\x1f\x8b\x08\x00" + b"x" * 50,
        b"PAR1" + b"x" * 50 + b"PAR1",
        b"\xff\xfe" + b"\x00\xd8" * 30,
    ],
)
def test_what_is_packed_and_broken_is_refused_by_name(data):
    with pytest.raises(InputError):
        calls(data)


def test_a_zip_of_several_files_is_not_guessed_at():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("a.csv", "x")
        archive.writestr("b.csv", "x")
    with pytest.raises(InputError, match="2 files"):
        calls(out.getvalue())
