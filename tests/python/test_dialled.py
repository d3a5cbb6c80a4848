"""Dialled strings: a call that was made is a call, whatever stands around its number."""

import pytest

from consent.errors import InvalidArgument
from consent.files.dialled import Dialling, numbers_in_dial
from consent.number import read_digits

NUMBER = 79000000001


def dialled(text, *, country="RU", prefixes=()):
    return Dialling(country, prefixes, read_digits)(text)


@pytest.mark.parametrize(
    "text",
    [
        "89000000001",
        "+79000000001",
        "#31#89000000001",
        "*31#89000000001",
        "#31#+79000000001",
        "#31#89000000001#",
        "*6789000000001",
        "*67*89000000001",
        "*67w89000000001",
        "#3189000000001",
        "89000000001#",
        "89000000001##",
        "89000000001,,101#",
        "89000000001w101",
        "89000000001*101",
        "89000000001;ext=5",
        "sip:89000000001@pbx.example",
        "SIP:+79000000001@203.0.113.5:5060;user=phone",
        "sips:89000000001@pbx.example;transport=tls",
        '"Ann" <sip:89000000001@pbx.example>',
        "tel:+7-900-000-00-01",
        "%2B79000000001@trunk",
        "89000000001@trunk",
        "89000000001.0",
        "79000000001,00",
        " 89000000001 ",
        "'89000000001",
    ],
)
def test_a_whole_number_is_a_call_whatever_was_dialled_around_it(text):
    assert dialled(text).number == NUMBER


@pytest.mark.parametrize(
    "text", ["", "NULL", "s", "i", "*60", "100*5", "*98#", "voicemail", "~~s~~", "conf-3000", "&"]
)
def test_what_holds_no_number_was_dialled_to_the_exchange(text):
    assert dialled(text) == (None, "not_a_number", "")


@pytest.mark.parametrize(
    "text",
    [
        "*21*89000000001#",  # sets forwarding up: nobody was called
        "**61*89000000001*11#",
        "8900000000100000",
        "vm89000000001",
        "*6789000000001234567",
        "989000000001",
        "900000000",
    ],
)
def test_what_holds_digits_of_a_number_is_never_a_feature_code(text):
    found = dialled(text)
    assert (found.number, found.reason) == (None, "bad_number")
    assert "900" not in found.detail


@pytest.mark.parametrize(
    ("text", "prefixes"),
    [
        ("989000000001", ["9"]),
        ("9,89000000001", ["9"]),
        ("89000000001", ["9"]),  # also as it is
        ("0089000000001", ["00"]),
        ("9#31#89000000001", ["9"]),
        ("*989000000001", ["*9"]),
        ("789000000001", ["9", "7"]),
    ],
)
def test_digits_for_an_outside_line_are_taken_off_where_declared(text, prefixes):
    assert dialled(text, prefixes=prefixes).number == NUMBER


def test_a_prefix_that_is_not_declared_is_named_and_not_guessed():
    assert "--prefix" in dialled("989000000001").detail


def test_a_code_that_sets_something_up_for_a_number_calls_nobody_and_says_so():
    for text in ("*21*89000000001#", "**61*89000000001*11*20#"):
        found = dialled(text)
        assert (found.number, found.reason) == (None, "bad_number"), text
        assert "sets something up" in str(found.detail), text


def test_what_reads_as_one_number_with_the_prefix_and_another_without_is_rejected():
    found = dialled("12125550123", country="US", prefixes=["1212"])
    assert found.number == 12125550123  # 5550123 alone is no number
    both = Dialling(None, ["1"], lambda text, _: int(text) if len(text) >= 10 else None)
    assert both("12125550123").reason == "bad_number"


def test_digits_with_a_country_code_and_no_plus_are_read_where_declared():
    for text, number in [("375291234567", 375291234567), ("00442038545454", 442038545454)]:
        assert dialled(text, country="international").number == number
    assert dialled("375291234567").number is None


def test_a_prefix_is_digits():
    with pytest.raises(InvalidArgument):
        dialled("1", prefixes=["nine"])


@pytest.mark.parametrize(
    ("lastdata", "numbers"),
    [
        ("SIP/t1/89000000001&SIP/t2/89000000002,60", ["89000000001", "89000000002"]),
        ("SIP/t1/89000000001|60|tT", ["89000000001"]),
        ("PJSIP/89000000001@t,60", ["89000000001"]),
        ("PJSIP/t/sip:89000000001@203.0.113.5,60", ["sip:89000000001@203.0.113.5"]),
        ("SIP/89000000001,60", ["89000000001"]),
        ("SIP/102&SIP/103", []),
        ("SIP/102&SIP/t/89000000001", ["89000000001"]),
        ("SIP/t/89000000001&SIP/t/89000000001", ["89000000001"]),
        ("sales,tT", []),
    ],
)
def test_dial_rings_every_destination_that_it_names(lastdata, numbers):
    assert numbers_in_dial(lastdata) == numbers
