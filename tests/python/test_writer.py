"""One writer of CSV: no cell runs as a formula, nothing is lost, nobody writes CSV beside it."""

import ast
import csv
import io
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from consent.files.writer import CsvWriter, guarded, replacing_csv, unguarded

PACKAGE = Path(__file__).parents[2] / "python/consent"


def written(*rows, **options):
    stream = io.StringIO(newline="")
    CsvWriter(stream, **options).rows(rows)
    return stream.getvalue()


@pytest.mark.parametrize("cell", ["=1+1", "+1+x", "-cmd|x", "@SUM(A1)", "\tx", "\rx", "'=x"])
def test_a_cell_that_begins_like_a_formula_is_text_and_comes_back(cell):
    ((kept,),) = csv.reader(io.StringIO(written([cell]), newline=""))
    assert kept == "'" + cell
    assert unguarded(kept) == cell


@pytest.mark.parametrize("cell", ["+79161234567", "+7 (916) 123-45-67", "-5", "x=1", "", " =x"])
def test_a_telephone_number_and_plain_text_stay_as_they_are(cell):
    assert guarded(cell) == cell


def test_the_names_of_columns_are_guarded_too():
    assert written(header=["=x", "number"]) == "'=x,number\r\n"


def test_values_have_one_spelling_in_every_file():
    at = datetime(2026, 3, 1, 12, tzinfo=UTC)
    local = at.astimezone(timezone(timedelta(hours=3)))
    row = written([None, True, False, at, local, b"\x0a\xff", 7])
    assert row == ",true,false,2026-03-01T12:00:00Z,2026-03-01T15:00:00+03:00,0aff,7\r\n"


def test_what_the_encoding_lacks_is_escaped_and_bytes_that_were_no_text_are_kept(tmp_path):
    file = tmp_path / "a.csv"
    with replacing_csv(file, ["имя"], delimiter=";", encoding="cp1251") as out:
        out.row(["\u4e2d", "b\udc98d"])
    assert file.read_bytes() == "имя\r\n".encode("cp1251") + b"\\u4e2d;b\x98d\r\n"
    assert oct(file.stat().st_mode)[-3:] == "600"


def test_csv_is_written_in_one_place():
    others = {
        file.relative_to(PACKAGE).as_posix()
        for file in PACKAGE.rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute)
        and node.attr in ("writer", "DictWriter")
        and isinstance(node.value, ast.Name)
        and node.value.id == "csv"
    }
    assert others == {"files/writer.py"}
