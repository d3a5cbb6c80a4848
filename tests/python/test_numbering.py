"""The official register, in every edition that was seen, and what it says of a number."""

from __future__ import annotations

import gzip
import json
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

import consent
from consent import _core, cli, numbering
from consent.numbering import Numbering, import_register, write_rejects
from number_vectors import rows

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
SHARED = Path(__file__).parents[2] / ".." / "shared" / "data" / "ru_numbering"
HEADER_8 = "АВС/ DEF;От;До;Емкость;Оператор;Регион;Территория ГАР;ИНН"
HEADER_6 = "АВС/ DEF;От;До;Емкость;Оператор;Регион"
T2 = 'ООО "Т2 Мобайл"'
MOSCOW = "г. Москва * Московская область;Город Москва, Московская область;7743895280"


def shared(name: str) -> Path:
    file = SHARED / name
    if not file.exists():
        pytest.skip(f"../shared/data/ru_numbering/{name} is not here")
    return file


def register(folder: Path, *rows: str, header: str = HEADER_8, **how: str) -> Path:
    file = folder / "DEF-9xx.csv"
    text = "\n".join((header, *rows)) + "\n"
    file.write_bytes(text.encode(how.get("encoding", "utf-8-sig")))
    return file


def imported(tmp_path: Path, *rows: str, **how: str) -> tuple[numbering.ImportReport, Numbering]:
    out = tmp_path / "numbering.db"
    report = import_register([register(tmp_path, *rows, **how)], out, at=NOW)
    return report, Numbering.open(out)


def test_eight_columns_in_utf8_say_operator_inn_region_and_zone(tmp_path: Path) -> None:
    report, plan = imported(tmp_path, f"900;0000000;0061999;62000;{T2};{MOSCOW}")
    found = plan.lookup("+79000000001")
    assert found.operator == T2
    assert found.inn == "7743895280"
    assert found.region_names == ("Московская область", "Москва")
    assert found.zones == ("Europe/Moscow",)
    assert found.kind == "mobile"
    assert found.home_region_only
    assert found.in_register
    assert (report.ranges, report.codes, report.with_zone, report.rejects) == (1, 1, 1, ())
    assert plan.version == report.version
    assert plan.sources[0].startswith("DEF-9xx.csv sha256:")
    assert plan.imported_at == NOW


def test_six_columns_in_windows_1251_without_leading_zeros(tmp_path: Path) -> None:
    report, plan = imported(
        tmp_path,
        "900;0;99999;100000;Телеком Евразия;Краснодарский край",
        "900;100000;100000;1;Смоленская Сотовая Связь;Тверская область",
        header=HEADER_6,
        encoding="cp1251",
    )
    assert report.rejects == ()
    assert plan.lookup("+79000099999").operator == "Телеком Евразия"
    single = plan.lookup("+79000100000")
    assert (single.region_names, single.inn) == (("Тверская область",), "")
    assert not plan.lookup("+79000100001").in_register


def test_lines_may_end_as_windows_ends_them_and_the_mark_may_be_missing(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_bytes(f"{HEADER_8}\r\n900;0;9;10;{T2};{MOSCOW}\r\n\r\n".encode())
    report = import_register([file], tmp_path / "n.db", at=NOW)
    assert (report.rows, report.ranges) == (1, 1)


def test_a_gzipped_file_is_read_as_it_is(tmp_path: Path) -> None:
    file = tmp_path / "a.csv.gz"
    file.write_bytes(gzip.compress(f"{HEADER_8}\n900;0;9;10;{T2};{MOSCOW}\n".encode()))
    assert import_register([file], tmp_path / "n.db", at=NOW).ranges == 1
    file.write_bytes(file.read_bytes()[:-4])
    with pytest.raises(consent.StorageError, match=r"a\.csv\.gz cannot be read"):
        import_register([file], tmp_path / "n.db", at=NOW)


def test_columns_stand_where_the_header_says(tmp_path: Path) -> None:
    _, plan = imported(
        tmp_path,
        "Омская область;А;9;0;900;что угодно",
        header="Регион;Оператор;До;От;DEF;Примечание",
    )
    assert plan.lookup("+79000000005").region_names == ("Омская область",)


def test_bare_quotes_are_the_names_own_and_a_spreadsheets_are_taken_off(tmp_path: Path) -> None:
    report, plan = imported(
        tmp_path,
        '900;0;9;10;ООО "А" и "Б";Омская обл.;-;-',
        '900;10;19;10;"ООО ""В""";Омская обл.;-;-',
        '900;20;29;10;"ООО ""Г; Д""";Омская обл.;-;-',
        '900;30;39;10;ООО "Е;Омская обл.;-;-',
    )
    names = [plan.lookup(f"+790000000{i}5").operator for i in range(4)]
    assert names == ['ООО "А" и "Б"', 'ООО "В"', 'ООО "Г; Д"', 'ООО "Е']
    assert report.rejects == ()


def test_a_lone_dash_is_no_region_and_the_territory_speaks(tmp_path: Path) -> None:
    report, plan = imported(
        tmp_path,
        "900;0;9;10;А;-;Омская область;-",
        "900;10;19;10;А;-;-;-",
        "900;20;29;10;А;Уральский регион;-;-",
    )
    assert plan.lookup("+79000000001").zones == ("Asia/Omsk",)
    assert plan.lookup("+79000000011").zones == ()
    assert plan.lookup("+79000000021").zones == ()
    assert report.with_zone == 1
    assert report.unread == {"Уральский регион": 1}


def test_bad_rows_are_kept_with_file_row_column_and_reason(tmp_path: Path) -> None:
    rows = [
        f"900;0;9;10;{T2};{MOSCOW}",
        f"9OO;0;9;10;{T2};{MOSCOW}",
        "900;10;19",
        f"900;29;20;10;{T2};{MOSCOW}",
        f"900;30;39;11;{T2};{MOSCOW}",
        f"900;5;5;1;{T2};{MOSCOW}",
        f"900;40;49;10;{T2};г. Москва;-;7743895281",
        f"900;50;59;10;{T2};{MOSCOW};лишнее",
    ]
    report, plan = imported(tmp_path, *rows)
    said = [(r.row, r.column, r.kept) for r in report.rejects]
    assert said == [
        (3, "АВС/ DEF", False),
        (4, "", False),
        (5, "До", False),
        (6, "Емкость", False),
        (7, "От", False),
        (8, "ИНН", True),
        (9, "", False),
    ]
    assert report.rejects[4].reason == "overlaps 900 0000000-0000009 of row 2"
    assert [r.text for r in report.rejects] == rows[1:]
    assert (report.rows, report.ranges, report.rejected) == (8, 2, 6)
    assert plan.lookup("+79000000045").inn == ""
    kept = tmp_path / "rejects.csv"
    write_rejects(report.rejects, kept)
    assert kept.read_text().count("\n") == 8


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"<!DOCTYPE html><html><body>403 Forbidden</body></html>", "a web page"),
        (b"\xef\xbb\xbf  <html>\n", "a web page"),
        (b"", "is empty"),
        (b"\n\n \n", "is empty"),
        (b'{"error": "forbidden"}', "not the header"),
        (b"a;b;c\n1;2;3\n", "not the header"),
        ("АВС/ DEF;От;До;Емкость;Оператор\n".encode(), "no column Регион"),
        (b"PK\x03\x04\xff\xfe\x00\x98", "n"),
        (f"{HEADER_8}\n".encode(), "no range"),
    ],
)
def test_what_is_not_the_register_is_refused_and_replaces_nothing(
    tmp_path: Path, data: bytes, says: str
) -> None:
    out = tmp_path / "numbering.db"
    import_register([register(tmp_path, f"900;0;9;10;{T2};{MOSCOW}")], out, at=NOW)
    before = out.read_bytes()
    page = tmp_path / "page.csv"
    page.write_bytes(data)
    with pytest.raises(consent.InvalidArgument, match=says):
        import_register([page], out, at=NOW)
    assert out.read_bytes() == before


def test_absent_files_and_foreign_files_are_told_apart(tmp_path: Path) -> None:
    with pytest.raises(consent.StorageError, match="cannot be read"):
        import_register([tmp_path / "absent.csv"], tmp_path / "n.db", at=NOW)
    ours = register(tmp_path, f"900;0;9;10;{T2};{MOSCOW}")
    with pytest.raises(consent.InvalidArgument, match="not replaced: it is not a numbering file"):
        import_register([ours], ours, at=NOW)
    with pytest.raises(consent.StorageError, match="not a numbering file"):
        Numbering.open(ours)


def test_the_built_in_plan_is_what_its_sources_say() -> None:
    """Every range of the sources has its regions among those of its code."""
    plan = Numbering.built_in()
    by_code: dict[str, set[int]] = {}
    for name in (
        "DEF-9xx_2026-08-19.csv.gz",
        "2014-11-18_cp1251/Kody_ABC-3kh.csv.gz",
        "2014-11-18_cp1251/Kody_ABC-8kh.csv.gz",
    ):
        raw = gzip.decompress(shared(name).read_bytes())
        lines = raw.decode("utf-8-sig" if "2026" in name else "cp1251").splitlines()[1:]
        for line in lines:
            cells = line.split(";")
            region = cells[5] if cells[5] != "-" else cells[6]
            if not cells[0].startswith("80"):
                by_code.setdefault(cells[0], set()).update(place(region))
    assert len(by_code) > 130
    for code, regions in by_code.items():
        found = set(plan.lookup(f"+7{code}1234567").regions)
        assert regions <= found, code
        if code.startswith("9"):
            assert regions == found, code


#: The regions of a code by an own reading of the register: the last part of a path names the
#: region; a part before it does only where it says of which kind it is.
_KIND = re.compile(r"област|край|республик|автономн|\bао\b|аобл|обл\b")


def _own_reading(text: str) -> set[int]:
    found: set[int] = set()
    parts = [part.strip() for part in text.split("|") if part.strip()]
    for part in parts:
        if part is parts[-1] or _KIND.search(part.lower()):
            found |= set(place(part))
    return found


def test_no_code_of_the_built_in_plan_has_a_region_that_no_source_names() -> None:
    by_code: dict[str, set[int]] = {}
    for name, encoding in (
        ("DEF-9xx_2026-08-19.csv.gz", "utf-8-sig"),
        ("2014-11-18_cp1251/Kody_ABC-3kh.csv.gz", "cp1251"),
        ("2014-11-18_cp1251/Kody_ABC-8kh.csv.gz", "cp1251"),
    ):
        for line in gzip.decompress(shared(name).read_bytes()).decode(encoding).splitlines()[1:]:
            code, *_, region = (cells := line.split(";"))[:6]
            if not code.startswith("80"):
                said = region if region != "-" else cells[6]
                by_code.setdefault(code, set()).update(_own_reading(said))
    towns = SHARED.parent / "libphonenumber_ru_kz" / "geocoding_ru_7.txt"
    for line in towns.read_text("utf-8").splitlines():
        digits, _, region = line.partition("|")
        if len(digits) == 4 and digits[1] in "348":
            by_code.setdefault(digits[1:], set()).update(place(region))
    plan = Numbering.built_in()
    for code, regions in by_code.items():
        found = set(plan.lookup(f"+7{code}1234567").regions)
        if code in ("495", "496", "498", "499"):
            assert found == {50, 77}
        else:
            assert found == regions, code


@pytest.mark.parametrize(("text", "regions"), rows("places/places.tsv"))
def test_a_district_that_is_called_like_a_region_is_none(text: str, regions: str) -> None:
    assert [f"{code:02}" for code in place(text)] == regions.split()


@pytest.mark.parametrize(("code", "regions", "hours"), rows("places/codes.tsv"))
def test_a_code_of_the_built_in_plan_lies_in_its_regions(
    code: str, regions: str, hours: str
) -> None:
    found = Numbering.built_in().lookup(f"+7{code}1234567")
    assert [f"{one:02}" for one in found.regions] == regions.split()
    offsets = numbering.local_offsets(found.zones, datetime(2026, 11, 30, tzinfo=UTC))
    assert [minutes // 60 for minutes in offsets] == [int(hour) for hour in hours.split()]


def test_a_district_of_the_imported_register_does_not_move_its_numbers(tmp_path: Path) -> None:
    report, plan = imported(
        tmp_path,
        "818;4000000;4009999;10000;А;Приморский |Архангельская область",
        header=HEADER_6,
    )
    assert report.rejects == ()
    found = plan.lookup("+78184000001")
    assert found.region_names == ("Архангельская область", "Ненецкий автономный округ")
    assert found.zones == ("Europe/Moscow",)


def test_every_code_with_ranges_is_one_that_a_plan_gives_out() -> None:
    codes = set()
    for name in ("ABC-3kh", "ABC-8kh"):
        raw = gzip.decompress(shared(f"2014-11-18_cp1251/Kody_{name}.csv.gz").read_bytes())
        codes |= {line.split(";")[0] for line in raw.decode("cp1251").splitlines()[1:]}
    raw = gzip.decompress(shared("DEF-9xx_2026-08-19.csv.gz").read_bytes())
    codes |= {line.split(";")[0] for line in raw.decode("utf-8-sig").splitlines()[1:]}
    for code in sorted(codes):
        assert consent.PhoneNumber.parse(f"({code}) 123-45-67", "RU").e164 == f"+7{code}1234567"
    refused = [
        code for code in range(1000) if _core.read_numbers([f"({code:03}) 123-45-67"], "RU") == [0]
    ]
    assert {891, 791, 945, 0, 555} <= set(refused)


PLACES: dict[str, tuple[int, ...]] = {}


def place(text: str) -> tuple[int, ...]:
    if text not in PLACES:
        PLACES[text] = tuple(_core.place(text)[0])
    return PLACES[text]


def test_the_whole_register_of_2026_is_taken_and_every_range_has_a_zone(tmp_path: Path) -> None:
    report = import_register([shared("DEF-9xx_2026-08-19.csv.gz")], tmp_path / "n.db", at=NOW)
    assert (report.rows, report.ranges, report.codes) == (17_059, 17_059, 83)
    assert report.rejects == ()
    assert report.unread == {}
    assert report.with_zone == report.ranges


def test_the_registers_of_2014_are_taken_and_regions_left_unread_are_named(tmp_path: Path) -> None:
    files = [
        shared(f"2014-11-18_cp1251/Kody_{name}.csv.gz")
        for name in ("ABC-3kh", "ABC-8kh", "DEF-9kh")
    ]
    report = import_register(files, tmp_path / "n.db", at=NOW)
    assert report.ranges == 19_702 + 49_344 + 66_002
    assert report.rejects == ()
    outside = report.ranges - report.without_place
    assert report.with_zone >= outside - sum(report.unread.values())
    assert sum(report.unread.values()) <= 40
    assert report.with_zone / outside > 0.999


def test_each_row_of_the_excerpts_is_found_again(tmp_path: Path) -> None:
    files = [shared("ABC-3xx_excerpt.csv"), shared("ABC-8xx_excerpt.csv")]
    report = import_register(files, tmp_path / "n.db", at=NOW)
    assert report.rejects == ()
    plan = Numbering.open(tmp_path / "n.db")
    for file in files:
        for line in file.read_text("utf-8-sig").splitlines()[1:]:
            code, first, last, _, operator, region, _, inn = line.split(";")
            for rest in (first, last):
                found = plan.lookup(f"+7{code}{rest}")
                assert (found.operator, found.inn, found.place) == (operator, inn, region)
                assert bool(found.zones) == (code != "800")


def test_no_lookup_of_a_random_number_breaks() -> None:
    plan = Numbering.built_in()
    for number in ("+442079460000", "+72000000000", "+79999999999", "+12025550143"):
        assert plan.lookup(number).operator == ""


# --- the command line ----------------------------------------------------------------------------


def run(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    code = cli.main([*words])
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def test_import_then_show_from_the_command_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = register(tmp_path, f"900;0;9;10;{T2};{MOSCOW}", "900;bad;19;10;А;Омская обл.;-;-")
    out = tmp_path / "n.db"
    code, text, _ = run(capsys, "numbering", "import", str(file), "--out", str(out), "--json")
    answer = json.loads(text)
    assert code == 0
    assert (answer["rows"], answer["accepted"], answer["rejected"]) == (2, 1, 1)
    assert "bad" in Path(answer["rejects_file"]).read_text()
    strict = ("numbering", "import", str(file), "--out", str(out), "--strict")
    assert run(capsys, *strict, "--lang", "en")[0] == 1

    shown = run(capsys, "numbering", "show", "89000000001", "--numbering", str(out), "--json")
    facts = json.loads(shown[1])
    assert shown[0] == 0
    assert facts["operator"] == T2
    assert facts["regions"] == [
        {"code": "50", "name": "Московская область"},
        {"code": "77", "name": "Москва"},
    ]
    assert facts["utc_offsets"] == ["+03:00"]
    assert facts["home_region_only"] is True

    _, text, _ = run(
        capsys, "numbering", "show", "+79000000001", "--numbering", str(out), "--lang", "en"
    )
    assert "home region of the range" in text
    assert "where the telephone is, nobody knows" in text
    assert "after porting" in text


def test_show_without_a_register_answers_by_code(capsys: pytest.CaptureFixture[str]) -> None:
    code, text, _ = run(capsys, "numbering", "show", "+78001234567", "+74111234567", "--json")
    free, yakutia = json.loads(text)
    assert code == 0
    assert (free["kind"], free["zones"], free["utc_offsets"]) == ("free_call", [], [])
    assert yakutia["utc_offsets"] == ["+09:00", "+10:00", "+11:00"]
    assert yakutia["operator"] is None


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("numbering", "import"), 2),
        (("numbering", "show"), 2),
        (("numbering", "show", "abc"), 2),
        (("numbering", "show", "+79161234567", "--out", "x"), 2),
        (("numbering", "show", "+79161234567", "--numbering", "/nonexistent/n.db"), 3),
        (("numbering", "import", "/nonexistent/n.csv"), 3),
    ],
)
def test_wrong_usage_is_2_and_what_cannot_be_read_is_3(
    words: tuple[str, ...], code: int, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert run(capsys, *words)[0] == code
    assert not (tmp_path / "x").exists()


# --- senders -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "kind", "kept"),
    [
        ("112", "short", "112"),
        ("0500", "short", "0500"),
        (" 900 ", "short", "900"),
        ("BANK", "alpha", "BANK"),
        ("Госуслуги", "alpha", "Госуслуги"),
        ("Fly-to 10", "alpha", "Fly-to 10"),
        ("8 (916) 123-45-67", "number", "+79161234567"),
        ("+78001234567", "number", "+78001234567"),
    ],
)
def test_a_sender_is_a_number_a_short_number_or_a_name(text: str, kind: str, kept: str) -> None:
    assert consent.parse_sender(text) == (kind, kept)


@pytest.mark.parametrize("text", ["", "   ", "1234567", "TWELVE-CHARS", "БАНК\x1b", "123-", "<b>"])
def test_what_is_no_sender_is_refused_and_not_repeated(text: str) -> None:
    with pytest.raises(consent.ParseError) as refused:
        consent.parse_sender(text)
    assert not text.strip() or text not in str(refused.value)


def test_no_sender_that_is_no_number_becomes_one() -> None:
    for text in ("112", "0500", "BANK"):
        with pytest.raises(consent.ParseError):
            consent.PhoneNumber.parse(text)
