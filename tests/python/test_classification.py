"""Personal data or not, for lists, data frames, CSV files and directories."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

import consent
from consent import cli
from consent.classification import classify_many
from consent.files.directory import classify_csv, import_directory
from number_vectors import rows

MOBILE, LANDLINE, FREE, KAZAKH = "+79161234567", "+74951234567", "+78001234567", "+77012345678"
NUMBERS = [MOBILE, LANDLINE, FREE, KAZAKH, "8 916 765-43-21", "no number", "", MOBILE]
ROWS = ["ru/pd/09", "ru/pd/11", "ru/pd/10", "ru/pd/14", "ru/pd/09", None, None, "ru/pd/09"]
INN, OGRN = "7707083893", "1027700132195"
AT = datetime(2026, 11, 20, 12, tzinfo=UTC)


def rows_of(found: consent.ClassifiedNumbers) -> list[str | None]:
    return [None if (one := found[i]) is None else one.row for i in range(len(found))]


def test_a_classification_is_no_truth_value() -> None:
    answer = consent.classify(MOBILE)
    with pytest.raises(TypeError, match="unknown"):
        bool(answer)
    with pytest.raises(TypeError):
        assert not answer


def test_a_list_is_answered_number_by_number() -> None:
    found = classify_many(NUMBERS)
    assert rows_of(found) == ROWS
    assert found.counts == {"yes": 0, "no": 0, "unknown": 6, "unread": 2}
    assert [found[0].row, found[0].kind] == ["ru/pd/09", "unknown"]  # type: ignore[union-attr]


def test_numbers_none_and_integers_are_taken_and_other_things_are_not() -> None:
    np = pytest.importorskip("numpy")
    number = consent.PhoneNumber.parse(MOBILE)
    assert rows_of(classify_many([number, None])) == ["ru/pd/09", None]
    digits = np.array([79161234567, 74951234567, -1, 0, 12], dtype=np.int64)
    assert rows_of(classify_many(digits)) == ["ru/pd/09", "ru/pd/11", None, None, None]
    for wrong in ("+79161234567", [79161234567], [3.5]):
        with pytest.raises(TypeError):
            classify_many(wrong)  # type: ignore[arg-type]


def test_a_country_is_stated_and_never_guessed() -> None:
    assert rows_of(classify_many(["9161234567"])) == [None]
    assert rows_of(classify_many(["9161234567"], country="RU")) == ["ru/pd/09"]
    with pytest.raises(consent.InvalidArgument, match="country"):
        classify_many(["9161234567"], country="XX")


@pytest.mark.parametrize("kind", ["pandas", "polars", "pyarrow", "chunks", "dictionary", "slice"])
def test_a_data_frame_of_any_make_is_answered_as_the_list_is(kind: str) -> None:
    pa = pytest.importorskip("pyarrow")
    if kind == "pandas":
        frame = pytest.importorskip("pandas").DataFrame({"id": range(8), "phone": NUMBERS})
    elif kind == "polars":
        frame = pytest.importorskip("polars").DataFrame({"id": range(8), "phone": NUMBERS})
    elif kind == "pyarrow":
        frame = pa.table({"id": range(8), "phone": NUMBERS})
    elif kind == "chunks":
        frame = pa.table({"phone": pa.chunked_array([NUMBERS[:3], [], NUMBERS[3:]])})
    elif kind == "dictionary":
        frame = pa.table({"phone": pa.array(NUMBERS).dictionary_encode()})
    else:
        frame = pa.table({"phone": ["+79999999999", *NUMBERS]}).slice(1)
    assert rows_of(classify_many(frame, column="phone")) == ROWS
    assert rows_of(classify_many(frame)) == ROWS


def test_nulls_integers_and_wrong_columns_of_a_frame() -> None:
    pa = pytest.importorskip("pyarrow")
    frame = pa.table({"phone": pa.array([79161234567, None], type=pa.int64()), "x": [1.5, 2.5]})
    assert rows_of(classify_many(frame)) == ["ru/pd/09", None]
    nulls = pa.table({"phone": pa.array([MOBILE, None, None])})
    assert rows_of(classify_many(nulls)) == ["ru/pd/09", None, None]
    assert rows_of(classify_many(pa.table({"phone": pa.nulls(2)}))) == [None, None]
    with pytest.raises(consent.InvalidArgument, match="no column 'absent'"):
        classify_many(frame, column="absent")
    with pytest.raises(consent.InvalidArgument, match="text or integers"):
        classify_many(frame, column="x")
    with pytest.raises(consent.InvalidArgument, match="which column"):
        classify_many(pa.table({"a": ["1"], "b": ["2"]}))


def test_the_answers_go_into_a_data_frame_as_they_are() -> None:
    pa = pytest.importorskip("pyarrow")
    table = pa.table(classify_many(NUMBERS))
    assert table.column("row").to_pylist() == ROWS
    assert table.column("personal_data").to_pylist()[5] is None
    frame = pytest.importorskip("polars").DataFrame(classify_many(NUMBERS))
    assert frame["row"].to_list() == ROWS


# --- files ----------------------------------------------------------------------------------------


def table(
    folder: Path, *rows: str, header: str = "phone,inn,ogrn,fio", encoding: str = "utf-8"
) -> Path:
    file = folder / "base.csv"
    file.write_bytes(("\n".join((header, *rows)) + "\n").encode(encoding))
    return file


def test_every_row_of_a_file_is_answered_or_rejected(tmp_path: Path) -> None:
    file = table(
        tmp_path,
        f"84951234567,{INN},{OGRN},",
        "89161234567,,,",
        "89161234568,,,Иванов Иван",
        "nothing,,,",
        f"84951234567,{INN[:-1]}4,,",
        f"84951234567,{INN},304500116000157,",
        "1,2",
    )
    found = classify_csv(file, inn="inn", ogrn="ogrn", names=["fio"], user="shared_line")
    assert [row[4] for row in found.rows] == ["no", "unknown", "yes"]
    assert [row[6] for row in found.rows] == ["ru/pd/04", "ru/pd/09", "ru/pd/08"]
    said = [(r.row, r.column) for r in found.rejects]
    assert said == [(5, "phone"), (6, "inn"), (7, "inn"), (8, "")]
    assert found.counts == {"yes": 1, "no": 1, "unknown": 1}
    for reject in found.rejects:
        assert "8495" not in reject.reason
        assert INN[:-1] not in reject.reason


@pytest.mark.parametrize(
    ("encoding", "delimiter"), [("utf-8-sig", ","), ("cp1251", ";"), ("utf-8", "\t")]
)
def test_files_as_offices_save_them_are_read(tmp_path: Path, encoding: str, delimiter: str) -> None:
    file = table(
        tmp_path,
        delimiter.join(["8 (916) 123-45-67", "Иванов"]),
        header=delimiter.join(["Телефон", "Имя"]),
        encoding=encoding,
    )
    found = classify_csv(file, names=["Имя"], lang="ru")
    assert found.rows[0][2:5] == ["yes", "unknown", "ru/pd/08"]
    assert "имя" in found.rows[0][6]


def test_a_missing_column_is_said_and_nothing_is_guessed(tmp_path: Path) -> None:
    file = table(tmp_path, "89161234567,x", header="a,b")
    with pytest.raises(consent.InvalidArgument, match="which column"):
        classify_csv(file)
    with pytest.raises(consent.InvalidArgument, match="no column 'inn'"):
        classify_csv(file, number="a", inn="inn")
    with pytest.raises(consent.StorageError):
        classify_csv(tmp_path / "absent.csv")


def test_a_directory_is_recorded_with_its_source_and_once(tmp_path: Path) -> None:
    file = table(
        tmp_path,
        f"84951234567,{INN},{OGRN},",
        f"84951234567,{INN},{OGRN},",
        "89161234567,500100732259,,",
        "bad,,,",
    )
    log = consent.Log.create(
        tmp_path / "log", origin="a.example/log", distributor=consent.Organisation(inn=INN)
    )
    with log:
        done = import_directory(
            log, file, source="2gis", at=AT, inn="inn", ogrn="ogrn", user="unknown"
        )
        assert (done.rows, done.accepted, done.already_there) == (4, 2, 1)
        assert len(done.file.rejects) == 1
        (event,) = log.history(LANDLINE)
        assert event.type == "number.classified"
        assert event.body["source"] == "2gis"
        assert event.body["inn"] == INN
        assert event.body["kind"] == "legal_entity"
        (person,) = log.history("+79161234567")
        assert "inn" not in person.body  # a person's has no place in an entry
        assert person.body["personal_data"] == "yes"
        again = import_directory(log, file, source="2gis", at=AT, inn="inn", ogrn="ogrn")
        assert (again.accepted, again.already_there) == (0, 3)
        other = import_directory(log, file, source="yandex", at=AT, inn="inn", ogrn="ogrn")
        assert other.accepted == 2
        assert log.verify().verdict == "proven"
        with pytest.raises(consent.InvalidArgument, match="source"):
            import_directory(log, file, source=" ", at=AT)


# --- the command line -----------------------------------------------------------------------------


def test_a_file_is_classified_from_the_command_line_and_the_exit_is_0(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = table(tmp_path, f"84951234567,{INN},{OGRN},", "bad,,,", "89161234567,,,Иван")
    words = ["classify", "--csv", str(file), "--inn", "inn", "--ogrn", "ogrn", "--name", "fio"]
    assert cli.main([*words, "--user", "shared_line", "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert (answer["rows"], answer["rejected"]) == (3, 1)
    assert answer["answers"] == {"yes": 1, "no": 1, "unknown": 0}
    assert [one["row"] for one in answer["numbers"]] == ["ru/pd/04", "ru/pd/08"]
    kept = list(csv.reader(Path(answer["rejects_file"]).read_text("utf-8").splitlines()))
    assert kept[1][:2] == ["3", "phone"]
    assert cli.main([*words, "--strict", "--lang", "en"]) == 1
    printed = capsys.readouterr()
    assert len(list(csv.reader(io.StringIO(printed.out)))) == 3
    assert "1 rejected" in printed.err
    out = tmp_path / "out.csv"
    assert cli.main([*words, "--out", str(out), "--lang", "ru"]) == 0
    assert out.read_text(encoding="utf-8").startswith("phone,inn,ogrn,fio,personal_data")


def test_a_directory_is_recorded_from_the_command_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = table(tmp_path, f"84951234567,{INN},{OGRN},")
    log = tmp_path / "log"
    assert cli.main(["init", str(log), "--origin", "a.example/log", "--inn", INN]) == 0
    capsys.readouterr()
    words = ["classify", "--csv", str(file), "--inn", "inn", "--ogrn", "ogrn"]
    assert cli.main([*words, "--into", str(log), "--source", "2gis", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["accepted"] == 1
    assert cli.main([*words, "--into", str(log), "--source", "2gis", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["already_there"] == 1


@pytest.mark.parametrize(
    "words",
    [
        ["classify"],
        ["classify", "--csv", "x.csv", "+79161234567"],
        ["classify", "+79161234567", "--out", "x"],
        ["classify", "--csv", "x.csv", "--into", "log"],
        ["classify", "--csv", "x.csv", "--linked"],
        ["classify", "+79161234567", "--inn", INN, "--ogrn", "304500116000157"],
    ],
)
def test_wrong_usage_and_contradictions_are_2(
    words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(words) == 2
    assert "79161234567" not in capsys.readouterr().err


def test_a_no_says_that_the_advertising_duty_stays(capsys: pytest.CaptureFixture[str]) -> None:
    words = ["classify", LANDLINE, "--inn", INN, "--ogrn", OGRN, "--user", "shared_line", "--json"]
    assert cli.main(words) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["personal_data"] == "no"
    assert any("38-" in warning for warning in answer["warnings"])


# --- what would settle it, and e-mail addresses ---------------------------------------------------


@pytest.mark.parametrize("row", rows("party/settled.tsv"), ids=lambda row: " ".join(row[:6]))
def test_an_unknown_says_what_would_settle_it_and_a_yes_how_the_person_is_defined(
    row: list[str],
) -> None:
    what, inn, ogrn, holder, user, beside, number, answer, definable, settled = row
    ask = consent.classify_email if "@" in what else consent.classify
    said = {"inn": inn, "ogrn": ogrn, "holder": holder, "user": user}
    found = ask(what, **said, beside=beside.split(",") if beside else [])
    assert (found.row, found.personal_data) == (f"ru/pd/{number}", answer)
    assert found.definable == definable
    assert (found.definable_why != "") is (answer == "yes")
    assert settled == " ".join(
        ",".join(f"{fact}={value}" for fact, value in one.facts)
        + f":{one.personal_data}:{one.row.removeprefix('ru/pd/')}"
        for one in found.settled_by
    )
    assert all(one.citations for one in found.settled_by)


def test_the_command_says_what_settles_an_organisations_landline(
    capsys: pytest.CaptureFixture[str],
) -> None:
    identifiers = ("--inn", "7707083893", "--ogrn", "1027700132195")
    assert cli.main(["classify", "+74951112233", *identifiers, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["row"], found["personal_data"]) == ("ru/pd/15", "unknown")
    assert any("П11-15054-ОГ" in citation for citation in found["citations"])
    by_fact = {tuple(one["facts"].items()): one for one in found["settled_by"]}
    shared = by_fact[(("user", "shared_line"),)]
    assert (shared["personal_data"], shared["row"]) == ("no", "ru/pd/04")
    assert any("П11-15054-ОГ" in citation for citation in shared["citations"])
    assert by_fact[(("user", "named_employee"),)]["personal_data"] == "yes"

    assert cli.main(["classify", "+74951112233", *identifiers, "--lang", "ru"]) == 0
    text = capsys.readouterr().out
    assert "это общая линия" in text
    assert "им пользуется названный работник" in text


def test_the_command_classifies_addresses_and_what_stands_beside(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert cli.main(["classify", "ivan@example.org", "--device", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["email"], found["row"], found["definable"]) == (
        "ivan@example.org",
        "ru/pd/19",
        "indirect",
    )
    assert cli.main(["classify", "+79161234567", "--name", "Иван", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["definable"] == "direct"
    assert cli.main(["classify", "sip:+79161234567@example.org", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["number"] == "+79161234567"
    assert cli.main(["classify", "ivan@example"]) == 2
    assert "ivan" not in capsys.readouterr().err


def test_columns_of_a_table_stand_beside_the_number_as_what_they_are(tmp_path: Path) -> None:
    file = tmp_path / "base.csv"
    file.write_text("phone,fio,login\n89161234567,Иван,\n89161234568,,ivan\n89161234569,,\n")
    found = classify_csv(file, names=["fio"], beside={"account": ["login"]})
    at = found.header.index("row")
    assert [row[at] for row in found.rows] == ["ru/pd/08", "ru/pd/08", "ru/pd/09"]
