"""Is it advertising? The same vectors as C++, and the command as people use it."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

import consent
from consent import _core
from consent.advertising import answers_from, ask, questions
from romashka import LATER, NUMBER

VECTORS = Path(__file__).resolve().parents[1] / "vectors"
SIGNS = ("distributed", "indefinite_circle", "attention", "interest", "promotion")
EVERY = dict.fromkeys(SIGNS, "yes")


def flags(answers):
    return [word for key, said in answers.items() for word in ("--sign", f"{key}={said}")]


@pytest.mark.parametrize(
    "file", sorted((VECTORS / "advertising").glob("*.json")), ids=lambda f: f.stem
)
def test_python_answers_each_vector_as_cpp_does(file):
    vector = json.loads(file.read_text(encoding="utf-8"))
    found = consent.is_advertising(
        vector["answers"], at=_core.parse_instant(vector["at"]), text=vector.get("text")
    )
    assert found.answer == vector["answer"]
    assert found.missing == vector["missing"]
    assert (found.purpose or "") == vector["purpose"]
    assert found.digest.hex() == vector["digest"]
    if vector["by"]:
        assert found.findings[0].rule == vector["by"]


def test_the_vectors_of_advertising_are_those_of_their_generator():
    subprocess.run([sys.executable, VECTORS / "advertising" / "generate.py", "--check"], check=True)


def test_an_answer_is_not_a_boolean():
    with pytest.raises(TypeError):
        bool(consent.is_advertising(EVERY))
    assert consent.is_advertising({**EVERY, "promotion": False}).treat_as_advertising is False


@pytest.mark.parametrize("answers", [{"79161234567": "yes"}, {"promotion": "+79161234567"}])
def test_what_is_no_question_or_no_answer_is_refused_without_a_number(answers):
    with pytest.raises(consent.InvalidArgument) as raised:
        consent.is_advertising(answers)
    assert "7916" not in str(raised.value)


# --- the command ---------------------------------------------------------------------------------


def test_the_exit_code_says_whether_to_treat_it_as_advertising(run):
    yes = run("advertising", *flags(EVERY))
    no = run("advertising", *flags({"promotion": "no"}))
    unclear = run("advertising", *flags({"promotion": "yes"}))
    assert (yes.returncode, no.returncode, unclear.returncode) == (0, 1, 0)
    assert yes.stdout.startswith("ADVERTISING: yes")
    assert no.stdout.startswith("ADVERTISING: no\nsigns that are not there:\n  promotion:")
    assert unclear.stdout.startswith("ADVERTISING: unclear")
    assert "  attention: draws attention" in unclear.stdout


def test_people_who_read_russian_get_russian_with_articles(run):
    shown = run("advertising", "--sign", "reminder=да", "--lang", "ru").stdout
    assert shown.startswith("РЕКЛАМА: да")
    assert "ст. 3 п. 1 [C1]" in shown
    assert "не закон" in shown


@pytest.mark.parametrize(
    "words",
    [
        (),
        ("--sign", "promotion"),
        ("--sign", "promotion=maybe"),
        ("--sign", "promotions=yes"),
        ("--sign", "promotion=yes", "--sign", "promotion=no"),
        ("--answers", "-", "--ask"),
        ("--answers", "absent.toml"),
    ],
)
def test_what_cannot_be_used_is_bad_usage(run, words):
    done = run("advertising", *words, stdin="")
    assert done.returncode == (3 if "absent.toml" in words else 2)
    assert done.stdout == ""
    assert done.stderr.startswith("consent: ")


def test_what_json_printed_can_be_given_back(run, tmp_path):
    text = tmp_path / "text.txt"
    text.write_text("Ваш заказ доставлен.", encoding="utf-8")
    first = run(
        "advertising", *flags(EVERY), "--sign", "political=unknown", "--text", text, "--json"
    )
    again = run("advertising", "--answers", "-", "--text", text, "--json", stdin=first.stdout)
    before, after = json.loads(first.stdout), json.loads(again.stdout)
    assert before["digest"] == after["digest"]
    assert (after["answer"], after["missing"]) == ("unclear", ["political"])
    assert after["answers"] == {**EVERY, "political": "unknown"}
    other = run("advertising", "--answers", "-", "--json", stdin=first.stdout)
    assert json.loads(other.stdout)["digest"] != before["digest"]


def test_flags_correct_a_file(run, tmp_path):
    (tmp_path / "answers.toml").write_text(
        "[answers]\ndistributed = true\nindefinite_circle = true\nattention = true\n"
        'interest = "yes"\npromotion = false\n'
    )
    assert run("advertising", "--answers", "answers.toml").returncode == 1
    corrected = run("advertising", "--answers", "answers.toml", "--sign", "promotion=yes")
    assert corrected.stdout.startswith("ADVERTISING: yes")


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"promotion = yes", "line 1"),
        (b'{"promotion": yes}', "row 1, column 15"),
        (b'promotion = "perhaps"', "promotion must be yes, no or unknown"),
        (b"promotion = 1", "promotion must be yes, no or unknown"),
        (b"promotion = ['yes']", "promotion must be yes, no or unknown"),
        (b"'79161234567' = true", "answer 1 is to no question"),
        (b"answers = 5", "must be a table"),
        (b"promotion = '\xff'", "not UTF-8, byte 13"),
        (b'{"a":' * 100_000, "answers.toml: "),
    ],
)
def test_a_damaged_file_of_answers_is_named_with_its_place(data, says):
    with pytest.raises(consent.InvalidArgument) as raised:
        answers_from(data, name="answers.toml")
    assert str(raised.value).startswith("answers.toml: ")
    assert says in str(raised.value)
    assert "7916" not in str(raised.value)


def test_questions_are_asked_until_none_can_change_the_answer(run):
    # In Russia, no reminder, no service, information, not an indefinite circle, more than the name.
    done = run("advertising", "--ask", "--json", stdin="y\nn\nн\nда\nN\nнет\n")
    assert json.loads(done.stdout)["answer"] == "no"
    assert json.loads(done.stdout)["missing"] == ["indefinite_circle"]
    assert done.returncode == 1
    assert done.stderr.count("yes/no/?") == 6
    assert "A name, a patronymic" in done.stderr


def test_what_is_typed_otherwise_is_asked_again_and_an_early_end_is_refused(run):
    done = run("advertising", "--ask", stdin="what\ny\n")
    assert done.returncode == 2
    assert done.stderr.count("Is it spread on the territory") == 1
    assert "the answers ended here" in done.stderr


def test_on_a_terminal_it_asks_by_itself(tmp_path):
    ours, theirs = pty.openpty()
    started = subprocess.Popen(
        [sys.executable, "-m", "consent", "advertising"],
        stdin=theirs,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=tmp_path,
        env=os.environ | {"LC_ALL": "C.UTF-8"},
    )
    os.write(ours, b"y\nn\nn\nn\n")
    out, err = started.communicate(timeout=60)
    os.close(ours)
    os.close(theirs)
    assert out.startswith(b"ADVERTISING: no")
    assert err.count(b"yes/no/?") == 4
    assert started.returncode == 1


def test_every_question_can_be_asked():
    put = []

    def answer(question):
        put.append(question.key)
        return {"indefinite_circle": "no", "reference": "yes", "service": "yes"}.get(
            question.key, "unknown"
        )

    ask(answer, at=LATER)
    assert put == [question.key for question in questions()]


# --- kept with a contact -------------------------------------------------------------------------


def test_the_answer_is_stored_with_a_contact(romashka):
    found = consent.is_advertising({"reminder": "yes"}, at=LATER)
    romashka.append(consent.ContactMade(NUMBER, at=LATER, purpose="advertising", advertising=found))
    (event,) = [e for e in romashka.history(NUMBER) if e.type == "contact.made"]
    assert event.body["advertising"] == {
        "answer": "yes",
        "answers": found.digest.hex(),
        "pack": "ru-ad-2026-11-22",
    }
    assert romashka.verify().verdict == "proven"


def test_a_contact_without_the_question_keeps_nothing_of_it(romashka):
    romashka.append(consent.ContactMade(NUMBER, at=LATER))
    assert "advertising" not in romashka.history(NUMBER)[-1].body


@pytest.mark.parametrize(
    "said",
    [
        consent.Assessment("maybe", "ru-ad-1", bytes(32)),
        consent.Assessment("yes", "", bytes(32)),
        consent.Assessment("yes", "two words", bytes(32)),
        consent.Assessment("yes", "ru-ad-1", bytes(31)),
    ],
)
def test_a_false_assessment_is_refused(said):
    with pytest.raises(ValueError, match=r".") as raised:
        consent.ContactMade(NUMBER, at=LATER, advertising=said)
    assert "7916" not in str(raised.value)


def test_the_command_records_a_contact_with_its_answer(run, tmp_path, romashka):
    romashka.close()
    (tmp_path / "answers.toml").write_text("service = true\npromotion = true\n")
    (tmp_path / "text.txt").write_text("Заказ готов. Кстати, скидки!", encoding="utf-8")
    done = run(
        *("contact", "romashka", NUMBER, "--at", "2026-11-20T12:00:00+03:00"),
        *("--advertising", "answers.toml", "--text", "text.txt", "--outcome", "interested"),
        *("--duration", "42", "--agent", "a17", "--campaign", "spring", "--dialled-by", "person"),
        "--json",
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["type"] == "contact.made"
    shown = json.loads(run("history", "romashka", NUMBER, "--json").stdout)["events"][-1]
    assert (shown["purpose"], shown["outcome"], shown["duration_s"]) == ("mixed", "interested", 42)
    assert shown["advertising"]["answer"] == "yes"
    asked = run(
        *("advertising", "--answers", "answers.toml", "--text", "text.txt", "--json"),
        *("--at", "2026-11-20T12:00:00+03:00"),
    )
    assert json.loads(asked.stdout)["digest"] == shown["advertising"]["answers"]


def test_advertising_is_not_filed_under_a_purpose_without_its_duties(run, tmp_path, romashka):
    romashka.close()
    (tmp_path / "answers.toml").write_text("reminder = true\n")
    words = ("contact", "romashka", NUMBER, "--advertising", "answers.toml", "--purpose")
    assert run(*words, "service").returncode == 2
    assert run(*words, "mixed").returncode == 0
    assert run("contact", "romashka", NUMBER, "--text", "answers.toml").returncode == 2
