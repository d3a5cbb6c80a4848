"""Our reader of numbers against libphonenumber's Python port, on data that neither wrote.

Compared: accepted as a possible number or not, and the E.164 form. Every disagreement is
listed below with its reason; a new one fails, and so does one that went away.
"""

from __future__ import annotations

import csv
import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

import consent
from number_vectors import rows, unescape

phonenumbers = pytest.importorskip("phonenumbers")

SHARED = Path(
    os.environ.get("CONSENT_SHARED", Path(__file__).resolve().parents[2].parent / "shared")
)
DATA = SHARED / "data"
needs_shared = pytest.mark.skipif(not DATA.is_dir(), reason="no ../shared; set CONSENT_SHARED")

# On other people's data: (text, country) -> why.
DISAGREEMENTS = {
    ("(945) 931-96-31", "RU"): (
        "they: possible by length; we: no plan gives out code 945, a slip for 495"
    ),
    ("3011234567", "RU"): "they: a landline; we: also a valid INN, and nothing says which",
    ("8001234567", "RU"): "they: a free call; we: also a valid INN, and nothing says which",
    ("(000) 000-00-00", "RU"): (
        "they: possible by length; we: no area code of zone 7 in use begins with 0, "
        "and 8 0… is how Belarus writes its numbers"
    ),
    ("+13101234", ""): ("they: a 7-digit number of one Canadian service; we: +1 has 11 digits"),
    ("+989601", ""): (
        "they: a 4-digit service number of Iran; we: below 7 digits stand short numbers"
    ),
}
# They know national lengths, we do not: Benin went to 10 digits on 2024-11-30, and releases of
# phonenumbers after that call its old examples impossible. Which of these differ depends on theirs.
BY_THEIR_RELEASE = {
    (text, "") for text in ("+22920211234", "+22981123456", "+22985751234", "+22990011234")
}


def ours(text: str, country: str) -> str | None:
    try:
        return consent.PhoneNumber.parse(text, country=country or None).e164
    except consent.ParseError:
        return None


def theirs(text: str, country: str) -> str | None:
    try:
        number = phonenumbers.parse(text, country or None)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(number):
        return None
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


def cases() -> Iterator[tuple[str, str]]:
    """Examples of all countries, those of +7 in four forms, and three messy lists."""
    with (DATA / "libphonenumber_ru_kz/example_numbers.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            yield row["e164"], ""
            if row["country_code"] == "7":
                national = row["national_number"]
                for form in (national, "8" + national, "7" + national, "8-10-7-" + national):
                    yield form, row["region"]
    for name in ("suppliers_phones.csv", "contacts_phones.csv"):
        with (DATA / "messy_phones" / name).open(encoding="utf-8") as file:
            for row in csv.DictReader(file):
                yield row["phone"], "RU"
    bars = json.loads((DATA / "messy_phones/moscow_bars_cp1251.json").read_bytes().decode("cp1251"))
    for bar in bars:
        for phone in bar["PublicPhone"]:
            yield phone["PublicPhone"], "RU"


@needs_shared
def test_disagreements_on_data_of_others_are_exactly_the_listed_ones() -> None:
    seen = list(cases())
    assert len(seen) > 1900
    found = {case for case in seen if ours(*case) != theirs(*case)}
    assert found - BY_THEIR_RELEASE == set(DISAGREEMENTS)


# On our own vectors, which hold what is hard: (text as written in the file, country) -> why.
VECTOR_DISAGREEMENTS: dict[str, list[tuple[str, str]]] = {
    (
        "they do not skip this space or dash (U+202F, U+2009, U+2007, U+2014, U+2043 "
        "...); word processors put it there"
    ): [
        ("+7\\u202f916\\u2009123\\u201345\\u201367", ""),
        ("+7\\u2007916\\u2014123\\u221245\\u00ad67", ""),
        ("8\\u2043916\\u2015123\\u201045\\u201267", ""),
    ],
    "they do not have the second code of Kazakhstan yet": [
        ("+997 700 123 4567", ""),
    ],
    "they do not know these Russian words for an extension, nor a line break before one": [
        ("8 495 111-22-33 доб.: 123", ""),
        ("8 495 111-22-33 добавочный 123", ""),
        ("8 495 111-22-33 доп. 9", ""),
        ("8 495 111-22-33 вн.123", ""),
        ("8 495 111-22-33 внутр. 123", ""),
        ("8 495 111-22-33 д.11", ""),
        ("8 495 111-22-33 (д.3456)", ""),
        ("8 495 111-22-33 х123", ""),
        ("8 495 111-22-33\\nдоб. 12", ""),
    ],
    "they: code 029 of Russia; we: a number of Belarus, or a slip": [
        ("8 029 123-45-67", "RU"),
        ("0161234567", "RU"),
    ],
    "they: Vietnam and Bangladesh; we: '+8' with a gap behind is the Russian 8 after a slip": [
        ("+8 (495) 111-22-33", ""),
        ("+8(800)555-35-35", ""),
    ],
    "they drop a trunk prefix after the country code; we refuse what has a digit too many": [
        ("+7 8 916 123 45 67", ""),
        ("+44 (0)20 7946 0958", ""),
    ],
    "they: possible by length; we: no area code of zone 1 begins with 0 or 1": [
        ("+1 102 555 0143", ""),
        ("102-555-0143", "US"),
        ("0202555014", "US"),
    ],
    "they glue the ending of a second number on": [
        ("+49 30 123456/57", ""),
    ],
    (
        "they read a number with a digit missing as somebody else's in another region: "
        "8 or 7 alone is a prefix"
    ): [
        ("8 495 123 45 6", "RU"),
        ("8(495)123-45-6", "RU"),
        ("7 495 123 45 6", "RU"),
    ],
    "they: possible inside a town; we: no area code, so no E.164 form": [
        ("111-22-33", "RU"),
        ("555-0143", "US"),
    ],
    "they search a number in a text and pass over what stands round it; we say where it breaks": [
        ("8 495 111-22-33;phone-context=+7", ""),
        ("'+79161234567", ""),
        ("++79161234567", ""),
        ("+7 916 123-45-67 👍", ""),
        ("☎ +7 916 123-45-67", ""),
        ("+7 916 123*45*67", ""),
    ],
    "they: possible by its length; we: no plan gives out this code, a digit is missing or wrong": [
        ("(555) 123-45-67", "RU"),
        ("(945) 730-02-90", "RU"),
        ("7916123456", "RU"),
        ("8916123456", "KZ"),
        ("8916123456", "RU"),
    ],
    "they: India, Germany, Kosovo; we: a national number of the declared country behind '+'": [
        ("+(916) 123-45-67", "RU"),
        ("+495 123-45-67", "RU"),
        ("+9161234567", "KZ"),
        ("+9161234567", "RU"),
    ],
    "they: possible by its length; we: no code of zone 7 in use begins with 0": [
        ("+7 000 123-45-67", ""),
        ("+70291234567", ""),
    ],
    "they: possible by its length; we: a valid INN": [
        ("7707083893", "RU"),
        ("7740000076", "RU"),
    ],
    "they drop what is behind a comma; we: the ending of a second number, or an amount": [
        ("(495) 123-45-67, 68", "RU"),
        ("+49 30 1234567,00", ""),
    ],
    "they take digits of any script; we: a stray one is a trick or damage": [
        ("+\\u0667 916 123 45 67", ""),
    ],
    "they pass over a mark that turns the text round; we: the reader sees another number": [
        ("\\u202e+79161234567", ""),
    ],
}


def vector_disagreements() -> Iterator[tuple[str, str]]:
    # They must have a country to read 8… at all; we take it for Russian. So where we accept
    # without a stated country, they are told Russia.
    for name, told in (("number/accepted.tsv", "RU"), ("number/refused.tsv", "")):
        for text, country, *_ in rows(name):
            if country == "international":  # they know no such list
                continue
            try:
                typed = unescape(text).decode()
            except UnicodeDecodeError:
                continue
            if ours(typed, country) != theirs(typed, country or told):
                yield text, country


def test_disagreements_on_our_vectors_are_exactly_the_listed_ones() -> None:
    listed = [case for group in VECTOR_DISAGREEMENTS.values() for case in group]
    assert len(listed) == len(set(listed))
    assert set(vector_disagreements()) == set(listed)


# --- the lenient reader --------------------------------------------------------------------------

#: What people write around a number. The number itself is known, so who is right is no opinion.
AROUND = (
    *("{}", "тел. {}", "Tel: {}", "т.{}", "WhatsApp {}", "{} (WhatsApp)", "{},", "{};", "'{}"),
    *('"{}"', "{} доб. 123", "{} ext. 123", "{}x123", "{} #123", "tel:{}", "{} Иван", "({})"),
    *("☎ {}", "{} (приёмная)", "{} доб. 123#", "{}*123", "{};ext=123", "«{}»", "{} - John"),
    *("fax {}", "{}.", "{}/", "callto:{}", "sip:{}@example.org", "{}.0"),
)
#: Why a number that they read rightly is refused: our sentence -> why.
REFUSED = {
    "a national number behind '+': write the country code": (
        "Russia is declared, the number has ten digits in all, and they begin with a code of Russia"
        " or Kazakhstan: who wrote it may have meant that"
    ),
    "digits of a taxpayer number (INN); a telephone number that looks so needs 8 or +7": (
        "ten bare digits of a landline that pass the check of an INN"
    ),
    "too few digits; a short number is a sender, and a national number needs its area code and a"
    " stated country": "service numbers of fewer digits than ours have",
}


def written() -> Iterator[tuple[str, str, str]]:
    """(text, country, number meant): every example in each form, with something around it."""
    form = phonenumbers.PhoneNumberFormat
    turn = 0
    with (DATA / "libphonenumber_ru_kz/example_numbers.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            e164, region, national = row["e164"], row["region"], row["national_number"]
            number = phonenumbers.parse(e164, None)
            spaced = phonenumbers.format_number(number, form.INTERNATIONAL)
            forms = [(e164, ""), (e164, "RU"), (spaced, ""), (spaced, "RU")]
            forms += [(phonenumbers.format_number(number, form.RFC3966), "")]
            if region in ("RU", "KZ", "US", "CA"):
                at_home = phonenumbers.format_number(number, form.NATIONAL)
                forms += [(at_home, region), (national, region)]
            if row["country_code"] == "7":
                forms += [("8" + national, ""), ("8" + national, region)]
            for text, country in forms:
                for around in (AROUND[turn % len(AROUND)], AROUND[(turn + 7) % len(AROUND)]):
                    yield around.format(text), country, e164
                turn += 1


@needs_shared
def test_what_they_read_rightly_is_read_or_refused_with_a_listed_reason() -> None:
    asked = 0
    refused: dict[str, tuple[str, str]] = {}
    for text, country, meant in written():
        asked += 1
        try:
            assert consent.PhoneNumber.read(text, country or None).e164 == meant, (text, country)
        except consent.ParseError as error:
            if theirs(text, country or ("" if "+" in text else "RU")) == meant:
                refused.setdefault(str(error).split(": ", 1)[1], (text, country))
    assert asked > 10_000
    assert {why: text for why, text in refused.items() if why not in REFUSED} == {}
    assert set(refused) == set(REFUSED), "a reason that nothing needs any more"


@needs_shared
def test_a_list_with_country_codes_and_no_plus_is_read_as_declared() -> None:
    refused = []
    with (DATA / "libphonenumber_ru_kz/example_numbers.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            digits = row["e164"].lstrip("+")
            for text in (digits, "'" + digits, digits + ".0", "00" + digits):
                try:
                    read = consent.PhoneNumber.read(text, "international").e164
                except consent.ParseError as error:
                    if "a national number behind '+'" not in str(error):
                        refused.append(digits)
                else:
                    assert read == row["e164"]
    assert all(len(n) < 7 or (n[0] == "1" and len(n) != 11) for n in refused)
