"""Columns about people are found with their reason, and a shared table does not lead to them."""

import csv
import hashlib
import hmac
import json
from pathlib import Path

import pytest

from consent.errors import InvalidArgument
from consent.files.columns import new_key, pseudonymise, read_key, tag_columns
from consent.files.records import InputError

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"
KEY = bytes(range(32))


def write(tmp_path, text, name="table.csv"):
    file = tmp_path / name
    file.write_text(text, encoding="utf-8")
    return file


def kinds(found):
    return {column.name or column.position: set(column.kinds) for column in found}


CRM = (
    "id;ФИО;Телефон;E-mail;ИНН;Адрес;Паспорт;Карта;IP;Дата рождения;Комментарий;Сумма;Создан\n"
    "1;Иванов Иван Иванович;+7 916 123-45-67;ivanov@example.ru;500100732259;"
    "ул. Ленина, д. 1;4510 123456;4111 1111 1111 1111;192.0.2.7;01.02.1980;"
    "перезвонить на 89161234567;1000;2026-01-01\n"
    "2;Петрова Анна Сергеевна;8 (903) 111-22-33;petrova@example.ru;500100732259;"
    "проспект Мира, 5;4511 654321;5555 5555 5555 4444;192.0.2.8;03.04.1991;не звонить;2000;"
    "2026-01-02\n"
    "3;Сидоров Пётр Ильич;74951234567;sidorov@example.ru;500100732259;"
    "ул. Садовая, 7;4512 111222;4012888888881881;2001:db8::1;05.06.1975;;3000;2026-01-03\n"
)


def test_columns_of_a_crm_are_found_by_content_under_any_name(tmp_path):
    expected = [
        *(set(), {"name"}, {"phone"}, {"email"}, {"inn"}, {"address"}, {"passport"}, {"card"}),
        *({"ip"}, {"birth_date"}, {"text"}, set(), set()),
    ]
    named = tag_columns(write(tmp_path, CRM))
    assert [set(column.kinds) for column in named] == expected
    header, rest = CRM.split("\n", 1)
    blind = ";".join(f"c{i}" for i in range(len(header.split(";"))))
    found = tag_columns(write(tmp_path, blind + "\n" + rest))
    assert [set(column.kinds) for column in found] == expected
    assert all(column.reasons for column in found if column.kinds)
    assert [column.personal for column in found if not column.kinds] == ["no"] * 3


def test_a_phone_has_its_basis_from_the_table_of_law_and_the_rest_says_heuristic(tmp_path):
    found = {column.name: column for column in tag_columns(write(tmp_path, CRM))}
    assert found["Телефон"].basis.startswith("ru/pd/")
    assert found["Телефон"].citations
    assert found["E-mail"].basis == "heuristic"
    assert not found["E-mail"].citations


@pytest.mark.parametrize(
    ("name", "cells"),
    [
        ("uniqueid", ["1706345678.12", "1706345679.13"]),
        ("duration", ["12", "350"]),
        ("calldate", ["2024-01-27 15:00:00", "2024-01-28 16:00:00"]),
        ("order", ["4111111111111112", "4111111111111113", "4111111111111114"]),
        ("campaign_name", ["spring", "autumn"]),
        ("filename", ["a.wav", "b.wav"]),
        ("version", ["1.0", "2.1"]),
        ("amount", ["1000.00", "79.5"]),
        ("telephony", ["sip", "pstn"]),
        ("created", ["1975-01-01", "2026-01-02", "2020-05-05"]),
        ("unix", ["1706345678", "1706345679", "1706345680"]),
        ("phone", ["yes", "no"]),
        ("uuid", ["65c78e68-d932-45ca-9d20-8903d8941808", "e54efb81-cab0-4ce3-8078-294e9e987130"]),
    ],
)
def test_a_column_that_only_looks_so_is_not_tagged(tmp_path, name, cells):
    [column] = tag_columns(write(tmp_path, "\n".join([name, *cells]) + "\n"), header=True)
    assert column.kinds == ()


def test_a_russian_call_log_is_tagged_where_a_person_would_tag_it():
    file = SHARED / "cdr" / "asterisk_master_ru_2024.csv"
    if not file.exists():
        pytest.skip(f"{file} is not here")
    found = tag_columns(file, country="RU", header=False)
    tagged = {column.position for column in found if column.kinds}
    assert {2, 3, 5} <= tagged  # src, dst, clid
    # accountcode, dcontext, lastapp, flags, ids: none of them
    assert not tagged & {1, 4, 8, 16, 17, 20, 21}
    connections = {column.position for column in found if column.kinds == ("connections",)}
    assert connections == {10, 11, 12, 13, 14, 15}  # times, counts, disposition


def test_consent_records_name_people_only_where_they_do():
    folder = SHARED / "consent_records"
    if not folder.exists():
        pytest.skip(f"{folder} is not here")
    kantara = kinds(tag_columns(folder / "kantara" / "consent-receipt-v1_1-example.json"))
    assert "email" in set().union(*kantara.values())
    fides = tag_columns(folder / "fides" / "consent-lookup.json")
    assert all(column.personal == "no" for column in fides)


@pytest.mark.parametrize("alone", ["+7 916 123-45-67", "89161234567", "a@b.ru", "тел 89161234567"])
def test_one_person_among_a_hundred_notes_does_not_stay_in_a_shared_table(tmp_path, alone):
    notes = [f"звонок {i}" for i in range(100)] + [alone]
    source = write(tmp_path, "id;note\n" + "".join(f"{i};{n}\n" for i, n in enumerate(notes)))
    assert kinds(tag_columns(source))["note"] == {"text"}
    pseudonymise(source, tmp_path / "out.csv", KEY)
    assert alone not in (tmp_path / "out.csv").read_text(encoding="utf-8")
    named = "Иванов Иван Иванович"
    source = write(tmp_path, "id;note\n" + "".join(f"{i};x\n" for i in range(100)) + f"1;{named}\n")
    pseudonymise(source, tmp_path / "out.csv", KEY)
    assert named not in (tmp_path / "out.csv").read_text(encoding="utf-8")


# --- pseudonyms ----------------------------------------------------------------------------------


def rows(file):
    with Path(file).open(encoding="utf-8", newline="") as opened:
        return list(csv.reader(opened, delimiter=";"))


def test_a_shared_table_holds_nobody_and_can_still_be_counted(tmp_path):
    source = write(tmp_path, CRM)
    done = pseudonymise(source, tmp_path / "out.csv", KEY)
    text = (tmp_path / "out.csv").read_text()
    for secret in ("Иванов", "916", "123-45-67", "example.ru", "500100", "Ленина", "4510", "4111"):
        assert secret not in text
    for secret in ("192.0.2", "01.02.1980", "89161234567"):
        assert secret not in text
    assert done.rows == 3
    assert [row[0] for row in rows(tmp_path / "out.csv")] == ["id", "1", "2", "3"]
    assert [row[11] for row in rows(tmp_path / "out.csv")] == ["Сумма", "1000", "2000", "3000"]
    assert rows(tmp_path / "out.csv")[3][10] == ""  # that nothing stood there is no secret


#: 126-FZ art. 53 p. 1, and how Russian tables call it.
SUBSCRIBER = {
    "name": ["Клиент", "Абонент", "ФИО клиента", "Менеджер", "Контактное лицо", "customer"],
    "birth_date": ["ДР", "Д.р.", "д/р", "Дата рождения", "Дата рожд."],
    "pseudonym": ["Ник", "Псевдоним", "nickname", "alias"],
    "login": ["Логин", "login", "username", "Телеграм", "Учётная запись", "sip_user"],
    "organisation": ["Организация", "Компания", "Юр. лицо", "Контрагент", "company_name"],
    "terminal": ["IMEI", "imsi", "MAC", "mac_address", "ICCID", "Серийный номер", "Терминал"],
    "identifier": ["Лицевой счёт", "Л/С", "Номер договора"],
    "connections": ["Соединения", "Длительность разговора", "Дата звонка", "call_duration"],
    "traffic": ["Трафик", "Трафик, МБ", "bytes_in", "acct_input_octets"],
    "payments": ["Баланс", "Платежи", "Сумма платежа", "Тариф", "Задолженность", "balance"],
}


@pytest.mark.parametrize(
    ("kind", "name"), [(k, n) for k, names in SUBSCRIBER.items() for n in names]
)
def test_what_the_law_counts_as_a_subscribers_is_tagged_by_its_name(tmp_path, kind, name):
    cells = ["01.02.1980"] * 3 if kind == "birth_date" else ["x1", "x2", "x3"]
    source = write(tmp_path, "\n".join([f'"{name}"', *cells]) + "\n")
    [column] = tag_columns(source, header=True, delimiter=";")
    assert column.kinds == (kind,)
    assert column.personal in ("yes", "unknown")
    assert column.reasons


@pytest.mark.parametrize(
    "name",
    [
        "Номер заказа",
        "Статус клиента",
        "Тип абонента",
        "Код компании",
        "Сумма",
        "Количество клиентов",
    ],
)
def test_what_is_about_nobody_is_not_tagged_by_a_word_in_its_name(tmp_path, name):
    [column] = tag_columns(write(tmp_path, f'"{name}"\nx1\nx2\nx3\n'), header=True, delimiter=";")
    assert column.kinds == ()


def test_times_and_lengths_are_connections_beside_a_number_only(tmp_path):
    source = write(tmp_path, "dst;calldate;duration;accountcode\n89161234567;2026-01-02;12;a\n")
    found = kinds(tag_columns(source, country="RU"))
    assert found["calldate"] == found["duration"] == {"connections"}
    assert not found["accountcode"]
    pseudonymise(source, tmp_path / "out.csv", KEY, country="RU")
    assert rows(tmp_path / "out.csv")[1][1:] == ["2026-01-02", "12", "a"]


def test_a_number_in_a_header_or_behind_a_prefix_fails_the_command(tmp_path):
    for text in (
        "phone;89161234567\n89161234567;x\n",
        "phone;chan\n89161234567;x\n89031112233;Local/09241234567@default\n",
    ):
        with pytest.raises(InputError, match="would still stand"):
            pseudonymise(write(tmp_path, text), tmp_path / "o.csv", KEY, country="RU", header=True)
        assert not (tmp_path / "o.csv").exists()


def test_one_number_has_one_pseudonym_however_it_is_written(tmp_path):
    spelt = ["+7 916 123-45-67", "8 (916) 123 45 67", "79161234567", "tel:+79161234567"]
    source = write(tmp_path, "phone;x\n" + "".join(f"{cell};1\n" for cell in spelt))
    pseudonymise(source, tmp_path / "out.csv", KEY, delimiter=";")
    found = {row[0] for row in rows(tmp_path / "out.csv")[1:]}
    message = b"libconsent/pseudonym/v1\0phone\0+79161234567"
    assert found == {"p_" + hmac.new(KEY, message, hashlib.sha256).hexdigest()[:32]}


def test_another_key_gives_other_names_and_one_key_the_same_in_every_table(tmp_path):
    source = write(tmp_path, CRM)
    first, second, other = (tmp_path / name for name in ("a.csv", "b.csv", "c.csv"))
    pseudonymise(source, first, KEY)
    pseudonymise(source, second, KEY)
    pseudonymise(source, other, bytes(32))
    assert first.read_bytes() == second.read_bytes()
    assert rows(first)[1][2] != rows(other)[1][2]


def test_a_number_in_the_last_row_alone_does_not_stay(tmp_path):
    text = "id;note\n" + "".join(f"{i};calm\n" for i in range(30_000)) + "x;call +79161234567\n"
    pseudonymise(write(tmp_path, text), tmp_path / "out.csv", KEY)
    assert "9161234567" not in (tmp_path / "out.csv").read_text()


def test_columns_can_be_added_and_kept_by_name_or_position(tmp_path):
    source = write(tmp_path, CRM)
    done = pseudonymise(source, tmp_path / "o.csv", KEY, columns=["Сумма", 1], keep=["E-mail"])
    first = rows(tmp_path / "o.csv")[1]
    assert first[0].startswith("p_")
    assert first[11].startswith("p_")
    assert first[3] == "ivanov@example.ru"
    assert 4 not in done.columns
    with pytest.raises(InputError, match="no such column"):
        pseudonymise(source, tmp_path / "o.csv", KEY, columns=["Сума"])


def test_a_row_that_cannot_be_split_is_left_out_and_counted(tmp_path):
    source = write(tmp_path, CRM + "4;Тайный Тайна Тайнович\n")
    done = pseudonymise(source, tmp_path / "out.csv", KEY)
    assert (done.rows, done.left_out) == (3, 1)
    assert "Тайный" not in (tmp_path / "out.csv").read_text()


def test_a_key_is_made_for_its_owner_alone_and_never_twice(tmp_path):
    key = new_key(tmp_path / "key")
    assert oct((tmp_path / "key").stat().st_mode)[-3:] == "600"
    assert read_key(tmp_path / "key") == key
    with pytest.raises(InputError):
        new_key(tmp_path / "key")
    (tmp_path / "key").chmod(0o644)
    with pytest.raises(InputError, match="chmod"):
        read_key(tmp_path / "key")
    (tmp_path / "short").write_text("abc")
    (tmp_path / "short").chmod(0o600)
    with pytest.raises(InputError):
        read_key(tmp_path / "short")


def test_the_commands(tmp_path, run):
    write(tmp_path, CRM)
    found = json.loads(run("columns", "table.csv", "--json").stdout)
    assert found[2] | {"citations": [], "basis": ""} == {
        "position": 3,
        "name": "Телефон",
        "kinds": ["phone"],
        "personal": found[2]["personal"],
        "reasons": found[2]["reasons"],
        "filled": 3,
        "basis": "",
        "citations": [],
    }
    made = run("pseudonymise", "table.csv", "--key", "key", "--out", "out.csv", "--json")
    assert made.returncode == 0, made.stderr
    assert json.loads(made.stdout)["key_made"] is True
    again = run("pseudonymise", "table.csv", "--key", "key", "--out", "out2.csv", "--json")
    assert json.loads(again.stdout)["key_made"] is False
    assert (tmp_path / "out.csv").read_bytes() == (tmp_path / "out2.csv").read_bytes()
    assert "phone" in run("columns", "table.csv", "--lang", "ru").stdout
    assert run("columns", "absent.csv").returncode == 3


@pytest.mark.parametrize("name", ["out.jsonl", "out.JSON", "out.xlsx", "out.parquet"])
def test_a_file_that_would_not_be_what_it_is_called_is_not_written(tmp_path, run, name):
    (tmp_path / "table.csv").write_text("phone\n+79161234567\n")
    refused = run("pseudonymise", "table.csv", "--key", "key", "--out", name)
    assert refused.returncode == 2
    assert "CSV" in refused.stderr
    assert not (tmp_path / name).exists()
    assert not (tmp_path / "key").exists()


def test_a_table_and_a_key_are_not_replaced_by_the_pseudonyms(tmp_path, run):
    table = write(tmp_path, CRM, "crm.csv")
    new_key(tmp_path / "k.csv")
    (tmp_path / "linked.csv").hardlink_to(table)
    (tmp_path / "folder").symlink_to(tmp_path)
    before = {path.name: path.read_bytes() for path in tmp_path.glob("*.csv")}
    for words in (
        ("crm.csv", "--key", "k.csv", "--out", "crm.csv"),
        ("crm.csv", "--key", "k.csv", "--out", "./folder/crm.csv"),
        ("crm.csv", "--key", "k.csv", "--out", "linked.csv"),
        ("crm.csv", "--key", "k.csv", "--out", "k.csv"),
        ("crm.csv", "--key", "new.csv", "--out", "new.csv"),
        ("absent.csv", "--key", "absent.csv", "--out", "new.csv"),
    ):
        refused = run("pseudonymise", *words)
        assert refused.returncode == 2, words
        assert "a file that is read" in refused.stderr
    assert {path.name: path.read_bytes() for path in tmp_path.glob("*.csv")} == before
    with pytest.raises(InvalidArgument, match="read"):
        pseudonymise(table, table, KEY)


# Read by a person: every column of these files that holds numbers, people or machines' addresses,
# by position. Columns of first and last names without a header are missed (VICIdial 7, 9).
PERSONAL = {
    "asterisk_master_ru_2024.csv": {2, 3, 5},
    "asterisk_pbx_us_2018_export.csv": {3, 4, 5, 7, 8, 10, 24},
    "asterisk_ui_export_pt_2017.csv": {2, 3, 4, 5, 6, 7},
    "vicidial_lead_load_test.txt": {5, 7, 9, 10, 21},
}


@pytest.mark.parametrize("name", sorted(PERSONAL))
def test_no_column_of_a_call_log_is_tagged_that_holds_nobody(name):
    file = SHARED / "cdr" / name
    if not file.exists():
        pytest.skip(f"{file} is not here")
    country = {"r": "RU", "p": "US"}.get(name.split("_")[1][0], "US")
    found = tag_columns(file, country=None if "_pt_" in name else country)
    tagged = {c.position for c in found if c.kinds and c.kinds != ("connections",)}
    assert tagged <= PERSONAL[name], tagged - PERSONAL[name]
    assert len(tagged) >= len(PERSONAL[name]) / 2
