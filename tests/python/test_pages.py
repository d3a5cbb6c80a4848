"""Pages load nothing, run nothing, fit a phone, and are made in one place."""

import re
from pathlib import Path

import pytest

from consent.pages import TEMPLATES, clean, grouped, render
from romashka import LATER, NUMBER

PACKAGE = Path(__file__).parents[2] / "python/consent"
STYLE = (TEMPLATES / "style.css").read_text(encoding="utf-8")
DOCUMENT = {
    "seq": 7,
    "keep_until": "2029-11-22T21:00:00+00:00",
    "order": {"citation_ru": "приказ"},
    "act": {
        "operator": {"name": "<b>ООО</b>", "inn": "", "address": ""},
        "processor": "",
        "subject": "метка " + "ab" * 32,
        "destroyed_by": [],
        "categories": ["номер\u202e"],
        "carrier": "нет",
        "system": "журнал",
        "method": "способ",
        "reason": "причина",
        "date": "2026-11-22T21:00:00+00:00",
    },
    "log_export": {
        "subject": "x",
        "categories": [],
        "system": "x",
        "reason": "x",
        "date": "2026-11-22T21:00:00+00:00",
        "entry": {
            "seq": 7,
            "log": "a",
            "leaf": "cd" * 32,
            "bytes": "{}",
            "destroyed_entries": 1,
            "destroyed_files": 0,
        },
    },
}


def test_answers_show_themselves_in_a_notebook(romashka, monkeypatch):
    monkeypatch.setenv("LC_ALL", "C")
    asked = {"purpose": "advertising", "channel": "voice", "dialled_by": "person", "at": LATER}
    shown = romashka.may_contact(NUMBER, **asked)._repr_html_()
    assert "<table>" in shown
    assert "ru/38-fz/18-1" in shown
    assert "The subscriber gave consent" in romashka.history(NUMBER)._repr_html_()
    monkeypatch.setenv("LC_ALL", "ru_RU.UTF-8")
    assert "Абонент дал согласие" in romashka.history(NUMBER)._repr_html_()
    assert "9161234567" not in romashka.history(NUMBER)._repr_html_()
    assert "<script" not in shown


@pytest.fixture
def page():
    from consent.pages import act

    return act.page(DOCUMENT)


def test_a_page_forbids_scripts_and_whatever_comes_from_elsewhere(page):
    (policy,) = re.findall(r'Content-Security-Policy" content="([^"]+)"', page)
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert "unsafe" not in policy
    assert "style=" not in page  # the policy would not let it act
    assert not re.search(r"url\(|@import|https?:", page)


def test_the_policy_names_the_style_sheet_that_is_on_the_page(page):
    import base64
    import hashlib

    (style,) = re.findall(r"<style>(.*?)</style>", page, re.DOTALL)
    wanted = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert f"'sha256-{wanted}'" in page


def test_what_others_wrote_is_escaped_and_hidden_signs_are_shown(page):
    assert "&lt;b&gt;ООО&lt;/b&gt;" in page
    assert "\u202e" not in page
    assert "номер\\u202e" in page


def test_every_page_extends_the_base():
    for file in TEMPLATES.glob("*.html"):
        if file.stem not in ("base", "notebook", "parts"):
            assert file.read_text(encoding="utf-8").startswith('{% extends "base.html" %}'), file


def test_no_html_is_made_outside_the_templates():
    tag = re.compile(r"</?(?:p|td|tr|th|table|div|span|html|h\d|ul|li|br|style)\b[^>]*>")
    for file in PACKAGE.rglob("*.py"):
        if file.parent.name == "page":  # the page that checks travels alone
            continue
        assert not tag.findall(file.read_text(encoding="utf-8")), file


def test_a_wide_table_names_the_column_of_each_cell_for_a_phone():
    for file in TEMPLATES.glob("*.html"):
        text = file.read_text(encoding="utf-8")
        for table in re.findall(r'<table class="wide.*?</table>', text, re.DOTALL):
            cells = re.findall(r"<td[^>]*>", table)
            assert all("data-name" in cell for cell in cells), file


def test_the_style_has_both_themes_and_numbers_of_pages():
    assert "prefers-color-scheme: dark" in STYLE
    assert "counter(page)" in STYLE
    assert "overflow-x" not in STYLE  # nothing scrolls sideways


@pytest.mark.parametrize(("lang", "text"), [("en", "1,234,567"), ("ru", "1\u00a0234\u00a0567")])
def test_thousands_stand_apart(lang, text):
    assert grouped(1234567, lang) == text


def test_bytes_that_were_no_text_are_shown_as_escapes():
    assert clean("a\udc98b\x1b") == "a\\x98b\\u001b"


def test_a_name_that_a_template_does_not_get_is_an_error():
    with pytest.raises(Exception, match="undefined"):
        render("act", "ru")
