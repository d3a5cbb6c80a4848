"""Python answers the shared number vectors as C++ does."""

from __future__ import annotations

import pytest

import consent
from number_vectors import rows, unescape


@pytest.mark.parametrize(("text", "country", "e164", "extension"), rows("number/accepted.tsv"))
def test_every_form_that_people_write_is_read(
    text: str, country: str, e164: str, extension: str
) -> None:
    number = consent.PhoneNumber.parse(unescape(text).decode(), country=country or None)
    assert number.e164 == e164
    assert consent.PhoneNumber.parse(e164) == number
    del extension  # PhoneNumber.parse() does not keep it; C++ checks it


@pytest.mark.parametrize(
    ("text", "country", "e164", "extension", "service_code"), rows("number/read.tsv")
)
def test_what_people_write_around_a_number_is_read_with_it(
    text: str, country: str, e164: str, extension: str, service_code: str
) -> None:
    typed = unescape(text).decode()
    read = consent.read_number(typed, country=country or None)
    assert (read.number.e164, read.extension, read.service_code) == (e164, extension, service_code)
    assert consent.PhoneNumber.read(typed, country=country or None) == read.number
    with pytest.raises(consent.ParseError):
        consent.PhoneNumber.parse(typed, country=country or None)


@pytest.mark.parametrize(("text", "country", "reason"), rows("number/unread.tsv"))
def test_what_could_be_another_number_is_refused_with_the_reason(
    text: str, country: str, reason: str
) -> None:
    typed = unescape(text).decode()
    for read in (consent.PhoneNumber.read, consent.PhoneNumber.parse):
        with pytest.raises(consent.ParseError) as raised:
            read(typed, country=country or None)
        if read == consent.PhoneNumber.read:
            assert str(raised.value).endswith(": " + reason)


@pytest.mark.parametrize(("text", "country", "offset"), rows("number/refused.tsv"))
def test_what_is_no_number_is_refused_at_its_first_wrong_byte(
    text: str, country: str, offset: str
) -> None:
    try:
        typed = unescape(text).decode()
    except UnicodeDecodeError:
        pytest.skip("bytes that a Python str cannot hold")
    with pytest.raises(consent.ParseError) as raised:
        consent.PhoneNumber.parse(typed, country=country or None)
    assert raised.value.offset == int(offset)
