import inspect
import sqlite3
from pathlib import Path

import pytest

import consent
from consent import errors
from romashka import NUMBER


def test_every_error_is_a_consent_error_with_a_code_of_its_own():
    kinds = [getattr(errors, name) for name in errors.__all__]
    assert all(issubclass(kind, consent.ConsentError) for kind in kinds)
    codes = [kind.code for kind in kinds if kind not in (errors.ConsentError, errors.ParseError)]
    assert len(set(codes)) == len(codes)
    assert all(inspect.getdoc(kind) for kind in kinds)


def test_the_builtin_kin_of_an_error_catch_it():
    assert issubclass(errors.InvalidArgument, ValueError)
    assert issubclass(errors.NotFoundError, LookupError)


@pytest.mark.parametrize(
    ("text", "offset"), [("", 0), ("+7916x", 5), ("call me", 0), ("+7 (916) 12", 11)]
)
def test_a_parse_error_says_where(text, offset):
    with pytest.raises(consent.ParseError) as refused:
        consent.PhoneNumber.parse(text)
    assert refused.value.offset == offset
    assert refused.value.code == "invalid_argument"


def test_text_that_is_no_unicode_is_refused_without_being_shown():
    with pytest.raises(consent.InvalidArgument, match="surrogate"):
        consent.PhoneNumber.parse("+7916\udcff1234567")


def test_no_log_and_no_parent_and_a_full_folder_are_storage_errors(tmp_path):
    with pytest.raises(consent.StorageError):
        consent.Log.open(tmp_path / "nothing")
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "file").write_text("x")
    with pytest.raises(consent.StorageError):
        consent.Log.create(tmp_path / "full", origin="a.example/b")
    with pytest.raises(consent.StorageError):
        consent.Log.create(tmp_path / "no" / "parent", origin="a.example/b")


def test_a_bad_origin_is_an_invalid_argument(tmp_path):
    with pytest.raises(consent.InvalidArgument):
        consent.Log.create(tmp_path / "log", origin="a b")
    assert not (tmp_path / "log").exists()


def test_an_entry_that_is_not_there_is_not_found(romashka):
    with pytest.raises(consent.NotFoundError):
        romashka.entry(99)


def test_an_edited_entry_is_named_by_its_seq(romashka):
    folder = Path(romashka.folder)
    romashka.close()
    database = sqlite3.connect(folder / "log.db")
    triggers = database.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall()
    for (name,) in triggers:
        database.execute(f"DROP TRIGGER {name}")
    table, column = _bytes_of_entries(database)
    text = f"replace(CAST({column} AS TEXT), 'voice', 'robot')"
    database.execute(f"UPDATE {table} SET {column} = CAST({text} AS BLOB) WHERE seq = 1")  # noqa: S608
    database.commit()
    database.close()
    found = consent.verify(folder)
    assert found.verdict == "refuted"
    assert found.problem.seq == 1


def _bytes_of_entries(database):
    tables = database.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
    for (table,) in tables:
        columns = [row[1] for row in database.execute(f"PRAGMA table_info({table})")]
        for column in ("bytes", "body"):
            if "seq" in columns and column in columns:
                return table, column
    raise AssertionError("no table of entries")


def test_a_rule_pack_that_cannot_be_loaded_names_the_file(tmp_path):
    bad = tmp_path / "bad.toml"
    bad.write_text("[[rule]]\nid = 1\n", encoding="utf-8")
    with pytest.raises(consent.RulesError, match=r"bad\.toml"):
        consent.RulePack.from_file(bad)


def test_a_contradiction_about_a_party_is_an_error_and_never_a_guess():
    with pytest.raises(consent.InvalidArgument):
        consent.classify(NUMBER, inn="7707083893", ogrn="304500116000157")


def test_a_path_that_the_system_refuses_is_a_storage_error_without_the_whole_path(tmp_path):
    with pytest.raises(consent.StorageError) as caught:
        consent.Log.open(tmp_path / ("9" * 300))
    assert str(tmp_path) not in str(caught.value)
