"""The command with ``--lang ru``: what people read is Russian, and names the same places."""

import json
import re

import pytest

from romashka import INN, NUMBER, OTHER

ORIGIN = "romashka.example/consent"
AD = ("--purpose", "advertising", "--channel", "voice")
GIVE = ("--purpose", "advertising", "--channel", "voice", "--method", "paper")

pytestmark = pytest.mark.usefixtures("made")


@pytest.fixture
def made(run, tmp_path):
    assert run("init", "rom", "--origin", ORIGIN, "--inn", INN).returncode == 0
    assert run("give", "rom", NUMBER, *GIVE).returncode == 0
    return tmp_path / "rom"


def russian(run, *arguments, **options):
    return run(*arguments, "--lang", "ru", **options)


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (
            ("give", "rom", "12", *GIVE),
            2,
            "consent: аргумент 2: телефонный номер, байт 2: мало цифр; короткий номер — это "
            "отправитель, а внутреннему номеру нужны код города и названная страна",
        ),
        (
            ("give", "rom", NUMBER, *GIVE, "--at", "2026-11-20T14:03:00"),
            2,
            "consent: --at: для этого времени не объявлен часовой пояс; добавьте --zone "
            "Europe/Moscow или смещение",
        ),
        (
            ("give", "rom", NUMBER, *GIVE, "--distributor", "123"),
            2,
            "consent: distributors: не ИНН (не та длина)",
        ),
        (
            ("give", "nolog", NUMBER, *GIVE),
            3,
            "consent: log.db: в этой папке нет журнала",
        ),
        (
            ("give", "rom", NUMBER, *GIVE, "--wording", "absent.txt"),
            3,
            "consent: нет такого файла или папки: absent.txt",
        ),
        (
            ("init", "rom", "--origin", ORIGIN),
            3,
            "consent: журнал: папка есть и не пуста; второй журнал в ней не начинаем",
        ),
        (("init", "x", "--origin", "a.b", "--inn", "123"), 2, "consent: ИНН: не та длина"),
        (
            ("classify", NUMBER, "--inn", "123"),
            2,
            "consent: классификация: ИНН неверен: не та длина",
        ),
        (("evidence", "rom", "99"), 1, "consent: журнал: записи 99 нет"),
        (
            ("verify", "rom", "--key", "foo"),
            2,
            "consent: --key: ключ проверки: не вида имя+id+ключ",
        ),
        (("anchor", "rom"), 3, "consent: нет в этой версии: anchor"),
        (
            ("check", "rom", NUMBER, *AD, "--attempts", "1,2"),
            2,
            "consent: --attempts: три целых числа: день,неделя,месяц",
        ),
        (
            ("hold", "rom", OTHER, "--by", "fas"),
            1,
            "consent: журнал: об этом номере ничего нет",
        ),
    ],
    ids=lambda value: value[0] if isinstance(value, tuple) else "",
)
def test_an_error_is_russian_and_names_its_place(run, arguments, code, said):
    done = russian(run, *arguments)
    assert (done.returncode, done.stderr.rstrip("\n")) == (code, said)


def test_wrong_usage_is_russian_to_the_last_word(run):
    done = russian(run, "check", "rom", NUMBER, "--purpose", "advertising")
    assert done.returncode == 2
    assert done.stderr.startswith("использование: consent check ")
    assert done.stderr.endswith("consent check: ошибка: не хватает аргументов: --channel\n")


def test_argparse_speaks_english_again_afterwards(run):
    russian(run, "check")
    assert "error: the following arguments are required" in run("check").stderr


@pytest.mark.parametrize("command", ["verify", "history", "check", "due"])
def test_every_line_of_an_answer_holds_russian(run, command):
    number = () if command in ("verify", "due") else (NUMBER,)
    question = (*AD, "--explain") if command == "check" else ()
    lines = russian(run, command, "rom", *number, *question).stdout.splitlines()
    assert lines
    assert not [line for line in lines if not re.search("[А-Яа-яЁё]", line)]


def test_a_pack_and_its_question_are_told_in_russian(run):
    assert russian(run, "prove", "rom", "--number", NUMBER, "--out", "p.zip").returncode == 0
    done = russian(run, "verify", "p.zip")
    first, question = done.stdout.splitlines()[:2]
    assert first.startswith("ДОКАЗАНО: все записи об этом абоненте (1)")
    assert question.strip().startswith(f"Есть ли в журнале {ORIGIN}, подписанном при 2 записях")
    assert NUMBER in question
    assert "record" not in done.stdout


def test_a_damaged_pack_is_refuted_in_russian_at_its_step(run, tmp_path):
    assert run("prove", "rom", "--number", NUMBER, "--out", "p.zip").returncode == 0
    whole = (tmp_path / "p.zip").read_bytes()
    (tmp_path / "p.zip").write_bytes(whole.replace(b"entries/000001.json", b"entries/000007.json"))
    done = russian(run, "verify", "p.zip")
    assert done.returncode == 1
    assert re.search(r"^  запись \d+: \(1\) .*[а-я]", done.stdout, re.MULTILINE)
    (tmp_path / "p.zip").write_bytes(b"PK")
    assert russian(run, "verify", "p.zip").stderr == (
        "consent: пакет не читается: это не файл ZIP\n"
    )


def test_a_log_that_lost_entries_says_why_in_russian_and_counts_them(run, tmp_path):
    old = (tmp_path / "rom" / "log.db").read_bytes()
    assert run("withdraw", "rom", NUMBER).returncode == 0
    for side in ("log.db-wal", "log.db-shm"):
        (tmp_path / "rom" / side).unlink(missing_ok=True)
    (tmp_path / "rom" / "log.db").write_bytes(old)
    lost = "log.db: записей 2, подтверждено было 3; не хватает 1"
    assert russian(run, "check", "rom", NUMBER, *AD).stderr == f"consent: {lost}\n"
    assert russian(run, "withdraw", "rom", NUMBER).stderr == (
        f"consent: {lost}\nconsent: журнал: только для чтения, потому что {lost}\n"
    )
    assert f"потеряно: {lost}" in russian(run, "restore", "rom", "--reason", "disk").stdout


def test_reasons_of_rejects_are_russian_beside_their_codes(run, tmp_path):
    (tmp_path / "list.csv").write_text(
        "number,event,at\nfoo,withdrawn,2026-11-01T10:00:00+03:00\n", encoding="utf-8"
    )
    done = russian(run, "import", "rom", "list.csv")
    assert "не телефонный номер (not_a_number)" in done.stdout
    rejects = (tmp_path / "list.csv.rejects.csv").read_text("utf-8-sig")
    assert "2,number,not_a_number," in rejects
    assert "не телефонный номер; для номера без кода объявите страну" in rejects


def test_bad_input_names_file_row_and_column_in_russian(run, tmp_path):
    (tmp_path / "list.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    assert russian(run, "import", "rom", "list.csv").stderr == (
        "consent: list.csv, строка 1, столбец number: столбца number нет: опишите файл в MAP.toml\n"
    )


@pytest.mark.parametrize("command", [("verify", "rom"), ("history", "rom", NUMBER)])
def test_json_is_the_same_in_both_languages(run, command):
    english, russian_ = run(*command, "--json"), russian(run, *command, "--json")
    assert json.loads(english.stdout) == json.loads(russian_.stdout)
