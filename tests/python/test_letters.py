"""Letters of a subscriber: what they say, by which law, and that PDF and DOCX say the same."""

from __future__ import annotations

import dataclasses
import io
import re
import tomllib
import zipfile
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

import verapdf
from consent import InvalidArgument, ParseError
from consent.letters import (
    Attachment,
    Claim,
    Facts,
    Profile,
    ReceivedContact,
    lint,
    offices,
    proposed_office,
    templates,
    write,
)

ROOT = Path(__file__).parents[2]
MOSCOW = ZoneInfo("Europe/Moscow")
AT = datetime(2026, 11, 20, 8, 42, tzinfo=UTC)
#: What a letter must take as it is: markup of typst, of XML, a control character, a format field.
WILD = '#panic() *a* $x$ <b>&amp; {number} \\u{1} _c_ = h // "q" `r` @k ~ \x07 😀 \u202e'
MARIA = Profile(
    name="Иванова Мария Петровна",
    address="109000, Москва, ул. Примерная, д. 1, кв. 2",
    email="maria@example.ru",
    passport="45 00 № 000000, выдан 01.01.2010",
)
ROBOT = ReceivedContact(
    seq=4,
    at=AT,
    sender="+74950000000",
    heard="robot",
    company="Банк",
    said="Вам одобрен кредит",
    duration_s=35,
    answered="yes",
    advertising=Claim("never"),
    personal_data=Claim("never"),
)
SMS = ReceivedContact(
    seq=5,
    at=AT + timedelta(days=2),
    sender="SHOPNAME",
    channel="sms",
    said="Скидка",
    advertising=Claim("withdrawn", AT),
)


def facts(*contacts: ReceivedContact, **change) -> Facts:
    given = {
        "number": "+79161234567",
        "contacts": contacts or (ROBOT, SMS),
        "zone": MOSCOW,
        "today": date(2026, 11, 30),
        "attachments": (Attachment("proof.zip", 99, "cd" * 32, "доказательства"),),
    }
    return Facts(**(given | change))


def text(what: str, *contacts: ReceivedContact, profile: Profile = MARIA, **change) -> str:
    return "\n".join(write(what, facts(*contacts, **change), profile).words())


# --- templates -----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", sorted(templates()))
def test_a_template_says_nothing_that_is_repealed_of_another_date_or_unconfirmed(name):
    assert lint(templates()[name]) == []


def test_there_is_a_letter_for_each_purpose():
    assert set(templates()) == {
        *("fas", "rkn", "operator_refusal", "operator_detail", "stop", "phonebook", "secrecy"),
    }


@pytest.mark.parametrize(
    "sentence",
    [
        "Правила утверждены постановлением Правительства от 17.08.2006 № 508.",
        "В соответствии с пунктом 20 Правил возбуждается дело.",
        "Согласно п. 12 указанных Правил.",
        "информация, относящаяся к лицу, определяемому на основании такой информации",
        "Штраф составляет от 100 000 до 500 000 рублей.",
        "Штраф — 500 тыс. руб.",
        "ПАО Сбербанк, ИНН 7707083893",
        "Согласие на рекламу нужно, поскольку номер относится к персональным данным.",
        "Ответственность установлена частью 4.1 статьи 14.3 КоАП РФ.",
        "Ответственность установлена частью 1 статьи 14.3 КоАП РФ.",
        "Ответственность установлена частью 1 статьи 13.11 КоАП РФ.",
        "Отказ по статьи 44.1-1 закона о связи",
        "{nothing}",
    ],
)
def test_the_lint_finds_what_letters_must_not_say(sentence):
    each = templates()["operator_detail"]
    assert lint(dataclasses.replace(each, blocks=({"kind": "p", "text": sentence},)))


def test_the_lint_finds_a_ground_that_nothing_confirms():
    each = templates()["fas"]
    guess = {"says": "срок", "where": "https://example.com", "confidence": "G"}
    assert lint(dataclasses.replace(each, sources=(*each.sources, guess)))


def test_a_template_is_refused_for_a_day_on_which_it_does_not_hold():
    with pytest.raises(InvalidArgument, match="not valid on 2020-12-31"):
        text("fas", today=date(2020, 12, 31))
    ended = dataclasses.replace(templates()["fas"], valid_to=date(2026, 11, 29))
    with pytest.raises(InvalidArgument, match="not valid"):
        write(ended, facts(), MARIA)


def test_the_reference_page_shows_every_row_of_readiness_with_its_source_and_confidence():
    page = (ROOT / "docs/reference/complaint.md").read_text(encoding="utf-8").splitlines()
    rows = tomllib.loads((ROOT / "libconsent/rules/ru_complaint.toml").read_text("utf-8"))
    names = {each["id"]: each["name"] for each in rows["item"]}
    shown = {line.rstrip(" |") for line in page}
    for row in rows["row"]:
        end = f"| {row['citation']} | {row['confidence']}"
        assert any(
            line.startswith(f"| {names[row['item']]} |") and line.endswith(end) for line in shown
        ), (row["body"], row["item"])


# --- what is said --------------------------------------------------------------------------------


def test_the_article_on_liability_is_that_of_the_day_of_the_contact():
    before = dataclasses.replace(ROBOT, at=datetime(2024, 4, 16, 20, 59, tzinfo=UTC))
    after = dataclasses.replace(ROBOT, at=datetime(2024, 4, 16, 21, 0, tzinfo=UTC))
    assert "частью 1 статьи 14.3" in text("fas", before)
    assert "частью 4.1" not in text("fas", before)
    assert "частью 4.1 статьи 14.3" in text("fas", after)
    assert "частью 1 статьи 14.3" not in text("fas", after)
    both = text("fas", before, after)
    assert "частью 1 статьи 14.3" in both
    assert "частью 4.1 статьи 14.3" in both


def test_a_robot_adds_the_ban_on_dialling_without_a_person_and_a_person_does_not():
    assert "Часть 2 статьи 18" in text("fas", ROBOT)
    assert "Часть 2 статьи 18" not in text("fas", SMS)


def test_grounds_are_stated_for_each_caller_and_apart():
    said = text("fas")
    assert "Банк (+74950000000): согласие на получение рекламы не давалось." in said
    assert "«SHOPNAME»: согласие на получение рекламы отозвано 20 ноября 2026 г." in said
    assert "согласие на обработку персональных данных" not in said.replace("Согласие", "")
    assert "Банк (+74950000000): согласие на обработку персональных данных не давалось." in text(
        "rkn"
    )


def test_no_letter_names_an_inn_where_no_distributor_is_established():
    for name in templates():
        assert "ИНН" not in text(name)
    known = dataclasses.replace(ROBOT, distributor="7707083893")
    assert "ИНН 7707083893" in text("fas", known)
    assert "не известно" not in text("fas", known)


def test_times_are_shown_with_their_zone_and_the_number_that_was_called():
    said = text("fas")
    assert "20.11.2026 11:42 (UTC+3)" in said
    assert "+79161234567" in said


def test_what_is_not_known_stays_open_and_a_draft_says_what_it_lacks():
    said = text("secrecy", profile=Profile(name="Иванова Мария Петровна"))
    assert "серия ______" in said
    assert "Не хватает: детализация" in text("fas", lacks=("детализация",))


def test_no_sentence_ends_twice():
    assert ".." not in "".join(text(name) for name in templates())


def test_an_entity_and_another_holder_write_as_what_they_are():
    shop = Profile(kind="entity", name="ООО Ромашка", inn="7707083893", ogrn="1027700132195")
    assert "ООО Ромашка (ИНН 7707083893, ОГРН 1027700132195) является абонентом" in text(
        "fas", profile=shop
    )
    user = dataclasses.replace(MARIA, holder="Иванов Пётр")
    assert "Абонентом номера +79161234567 является Иванов Пётр" in text("fas", profile=user)
    assert "Письменное согласие абонента номера (приложить)" in text("fas", profile=user)
    agent = dataclasses.replace(MARIA, representative="Сидорова Анна")
    assert "Доверенность представителя (приложить)" in text("rkn", profile=agent)


def test_an_office_is_proposed_by_region_and_left_open_where_no_source_shows_it():
    office, lines = proposed_office("fas", ["Москва"])
    assert office is not None
    assert lines[-1] == "(Московское УФАС России)"
    office, lines = proposed_office("fas", ["Ярославская область"])
    assert office is None
    assert lines == ["В территориальный орган ФАС России", "по региону: Ярославская область"]
    office, lines = proposed_office("fas", ["Москва", "Московская область"])
    assert office is None
    assert "____" in lines[1]
    assert lines[2] == "(Москва или Московская область — укажите)"
    assert all(each.source.startswith("http") for each in offices())


# --- PDF and DOCX --------------------------------------------------------------------------------


def bare(said: str) -> str:
    """Letters and signs alone: where lines break is the page's own business."""
    return re.sub(r"[\s\u200b\u00ad_-]+", "", said)


def pdf_text(data: bytes) -> str:
    pypdf = pytest.importorskip("pypdf")
    return "\n".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(data)).pages)


def docx_text(data: bytes) -> str:
    docx = pytest.importorskip("docx")
    made = docx.Document(io.BytesIO(data))
    found = [paragraph.text for paragraph in made.paragraphs]
    found += [cell.text for table in made.tables for row in table.rows for cell in row.cells]
    return "\n".join(found)


@pytest.mark.parametrize("name", sorted(templates()))
def test_pdf_and_docx_hold_every_text_of_the_letter(name):
    pytest.importorskip("typst")
    letter = write(name, facts(), MARIA)
    in_pdf, in_docx = bare(pdf_text(letter.pdf(at=AT))), bare(docx_text(letter.docx(at=AT)))
    for said in letter.words():
        assert bare(said) in in_docx
        for word in said.split():  # a table may break its rows in the text of a PDF
            assert bare(word) in in_pdf


def test_what_people_said_is_data_and_never_markup():
    pytest.importorskip("typst")
    wild = dataclasses.replace(ROBOT, said=WILD, company=WILD, label=WILD)
    odd = dataclasses.replace(MARIA, name=WILD, address=WILD)
    letter = write("fas", facts(wild), odd)
    codes = {"\x07": "[U+0007]", "😀": "[U+1F600]", "\u202e": "[U+202E]"}
    said = bare("".join(codes.get(letter, letter) for letter in WILD))
    assert bare(docx_text(letter.docx(at=AT))).count(said) >= 4
    in_pdf = bare(pdf_text(letter.pdf(at=AT)))
    for word in said.split():
        assert word in in_pdf


def test_the_same_letter_is_the_same_bytes():
    pytest.importorskip("typst")
    letter = write("fas", facts(), MARIA)
    assert letter.pdf(at=AT) == letter.pdf(at=AT)
    assert letter.docx(at=AT) == letter.docx(at=AT)
    with zipfile.ZipFile(io.BytesIO(letter.docx(at=AT))) as made:
        assert {each.date_time for each in made.infolist()} == {(2026, 11, 20, 8, 42, 0)}


def test_verapdf_finds_every_letter_to_be_pdf_a_2a_and_pdf_ua_1(tmp_path):
    pytest.importorskip("typst")
    if not verapdf.THERE:
        pytest.skip(verapdf.MISSING)
    files = []
    for name in templates():
        for draft, contacts in ((), (ROBOT,)), (("детализация",), (ROBOT, SMS) * 20):
            file = tmp_path / f"{name}{len(draft)}.pdf"
            file.write_bytes(write(name, facts(*contacts, lacks=draft), MARIA).pdf(at=AT))
            files.append(file)
    lines = verapdf.verdicts(files)
    assert len(lines) == 2 * len(files)
    assert [line for line in lines if line[2] != "ok"] == []


# --- the applicant -------------------------------------------------------------------------------


def test_a_profile_is_its_owners_alone(tmp_path):
    MARIA.save(tmp_path / "me.json")
    assert (tmp_path / "me.json").stat().st_mode & 0o777 == 0o600
    assert Profile.load(tmp_path / "me.json") == MARIA
    (tmp_path / "me.json").chmod(0o644)
    with pytest.raises(InvalidArgument, match="chmod 600"):
        Profile.load(tmp_path / "me.json")


@pytest.mark.parametrize("content", ["[]", "{", '{"nam": "x"}', '{"name": 1}', '{"kind": "x"}'])
def test_a_profile_that_is_none_is_refused(tmp_path, content):
    file = tmp_path / "me.json"
    file.write_text(content)
    file.chmod(0o600)
    with pytest.raises(ParseError):
        Profile.load(file)
