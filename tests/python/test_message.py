"""Whatever the library says to people it can say in Russian, and loses nothing by it."""

from __future__ import annotations

import argparse
import ast
import copy
import inspect
import re
import string

import pytest
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

import consent
from consent.files.calls import LEFT_OUT, REJECTED
from consent.locale import message, vocabulary
from consent.locale.message import Message, in_language, message_of
from consent.standalone import verify as verify_standalone
from sentences import CATALOGUE, ROOT, catalogue, of_python, of_the_core

ENTRIES = catalogue()
SAID = {
    en: forms
    for (context, en), (section, forms) in ENTRIES.items()
    if context is None and section not in ("reasons", "system", "words")
}
HELD = {en for context, en in ENTRIES if context is None}
ARGPARSE = {en: forms for (context, en), (_, forms) in ENTRIES.items() if context == "argparse"}


#: Texts that argparse of another Python says.
OF_OTHER_PYTHONS = ("unknown parser %(parser_name)r (choices: %(choices)s)",)


def _places(text: str) -> list[str]:
    """The places of a sentence, in order: a name or number each."""
    found = [name for _, name, _, _ in string.Formatter().parse(text) if name is not None]
    return sorted(name or str(i) for i, name in enumerate(found))


def test_every_sentence_of_the_compiled_core_has_a_russian_one() -> None:
    missing = {en: where for en, where in of_the_core().items() if en not in HELD}
    assert not missing, "say these in python/consent/locale/ru.po"


def test_every_sentence_of_the_python_side_has_a_russian_one() -> None:
    found, unclear = of_python()
    assert not {en: where for en, where in found.items() if en not in HELD}
    assert not unclear, "a text that is put together has no translation: Message('… {}', …)"


def test_the_catalogue_holds_no_sentence_that_nobody_says() -> None:
    said = {*of_the_core(), *of_python()[0]}
    assert not [en for en in SAID if en not in said]


@pytest.mark.parametrize("en", SAID)
def test_a_russian_sentence_has_the_places_of_the_english_one(en: str) -> None:
    try:
        places = _places(en)
    except ValueError:  # braces of a sentence that nothing fills
        places = None
    for ru in SAID[en]:
        if ru != en:  # some are names alone: JSON, SQLite
            assert re.search("[А-Яа-яЁё]", ru)
        if "{}" in en and places is not None:
            assert _places(ru) == places


def test_no_sentence_is_in_the_catalogue_twice() -> None:
    ids = re.findall(r'(?m)^((?:msgctxt .*\n)?msgid (?:".*"\n)+)', CATALOGUE.read_text("utf-8"))
    assert len(ids) == len(set(ids))
    assert len(ids) == len(ENTRIES) + 1  # the header


def test_a_counted_sentence_has_the_form_of_its_number() -> None:
    assert Message.counted("{} call", "{} calls", 1) == "1 call"
    assert Message.counted("{} call", "{} calls", 5) == "5 calls"


@pytest.mark.parametrize(("en", "forms"), ARGPARSE.items())
def test_a_text_of_argparse_keeps_its_names(en: str, forms: tuple[str, ...]) -> None:
    names = r"%(?:\(\w+\))?[sr]"
    for ru in forms:
        assert sorted(re.findall(names, ru)) == sorted(re.findall(names, en))
    assert en.replace("\n", "\\n") in inspect.getsource(argparse) or en in OF_OTHER_PYTHONS


@pytest.mark.parametrize(
    ("context", "table"),
    [
        ("word", vocabulary.WORDS),
        ("verdict", vocabulary.VERDICTS),
        ("type", vocabulary.TYPES),
        ("reason", vocabulary.REASONS),
        ("field", vocabulary.FIELDS | vocabulary.MEMBERS),
    ],
)
def test_every_word_of_the_format_has_a_russian_one_and_no_other_is_kept(context, table) -> None:
    held = {english for where, english in ENTRIES if where == context}
    assert held == set(table.values())


@pytest.mark.parametrize(
    ("stem", "instead"),
    [
        (r"отверг(?!а)", "отклонено"),
        (r"[Пп]ропущен[оы]? (?!при)", "не учтено"),
        (r"\bнаходк", "вывод"),
        (r"\bудержан", "запрет на уничтожение"),
        (r"удал(?:ен|ить) (?:данн|челов|абонент)", "уничтожение"),
        (r"(?<!рекламо)распространител", "рекламораспространитель"),
    ],
)
def test_one_thing_has_one_russian_word(stem: str, instead: str) -> None:
    wrong = [ru for _, forms in ENTRIES.values() for ru in forms if re.search(stem, ru)]
    assert not wrong, f"docs/reference/glossary.md says: {instead}"


def test_every_reason_of_a_row_of_calls_is_said_in_words() -> None:
    assert set(vocabulary.REASONS) >= {*LEFT_OUT, *REJECTED}


def test_english_is_the_sentence_filled() -> None:
    said = Message("entry {}: {}", 41, Message("is missing"))
    assert said == "entry 41: is missing"
    assert in_language(said, "en") == "entry 41: is missing"


def test_russian_fills_the_same_arguments() -> None:
    said = Message("entry {}: {}", 41, Message("entry is missing"))
    assert in_language(said, "ru") == "запись 41: записи нет"


def test_a_sentence_without_russian_is_said_whole_in_english() -> None:
    said = Message("row {}: {}", 7, Message("a wind of {} knots", 30))
    assert in_language(said, "ru") == "строка 7: a wind of 30 knots"


def test_braces_of_a_sentence_that_nothing_fills_stay() -> None:
    assert Message("a key is [a-z][a-z0-9_]{0,31}") == "a key is [a-z][a-z0-9_]{0,31}"


def test_an_argument_with_braces_is_said_as_it_is() -> None:
    said = Message("{}: cannot be read", "{0}.toml")
    assert in_language(said, "ru") == "{0}.toml: файл не читается"


def test_a_message_survives_copies() -> None:
    said = Message("entry {}: {}", 41, Message("is missing"))
    for copied in (copy.copy(said), copy.deepcopy(said)):
        assert copied == said
        assert copied.sentence == said.sentence
        assert copied.arguments == said.arguments


def test_what_the_core_refuses_is_a_message_with_its_place() -> None:
    with pytest.raises(consent.ParseError) as caught:
        consent.PhoneNumber.parse("call me")
    said = message_of(caught.value)
    assert said.sentence == "telephone number, byte {}: {}"
    assert in_language(said, "ru").startswith("телефонный номер, байт 0: ")
    assert str(caught.value) == str(said)


def test_an_error_of_the_system_names_its_file() -> None:
    with pytest.raises(FileNotFoundError) as caught:
        (ROOT / "no such file").read_bytes()
    russian = in_language(message_of(caught.value), "ru")
    assert russian == f"нет такого файла или папки: {ROOT / 'no such file'}"


def test_the_verifier_of_a_pack_says_in_russian_whatever_it_can_say() -> None:
    source = (ROOT / "python/consent/standalone/verify.py").read_text(encoding="utf-8")
    said = {
        str(node.args[0].value)
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "ProofError"
        and isinstance(node.args[0], ast.Constant)
    }
    assert said
    assert said == set(verify_standalone.PROOFS_RU)


def test_an_installed_package_reads_its_compiled_catalogue(tmp_path, monkeypatch) -> None:
    with CATALOGUE.open("rb") as source, (tmp_path / "ru.mo").open("wb") as compiled:
        write_mo(compiled, read_po(source, locale="ru"))
    monkeypatch.setattr(message.resources, "files", lambda _package: tmp_path)
    message.russian.cache_clear()
    try:
        assert in_language(Message("entry {}: {}", 41, Message("entry is missing")), "ru") == (
            "запись 41: записи нет"
        )
        assert in_language(Message.counted("{} entry", "{} entries", 3), "ru") == "3 записи"
    finally:
        message.russian.cache_clear()
