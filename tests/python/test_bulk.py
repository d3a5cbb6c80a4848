"""Blocks and single rows: two readers of one file that must give equal rows."""

import csv
import dataclasses
import os
import random
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from consent.files import bulk
from consent.files.calls import read
from consent.files.direction import Direction
from consent.files.records import InputError

pytestmark = pytest.mark.skipif(bulk.MISSING, reason="pyarrow is not installed")

EXAMPLE = Path(__file__).parents[2] / "examples" / "records" / "calls.csv"
SHARED = Path(os.environ.get("CONSENT_SHARED", Path(__file__).parents[3] / "shared")) / "data"
TRUNK = Direction.declare(outgoing_trunks=["PJSIP/operator", "PJSIP/reserve"])
OWN = Direction.declare(own_numbers=["100..199", "74950000001"], internal_up_to=4, country="RU")
CONTEXT = Direction.declare(outgoing_contexts=["outgoing"])


def told(found):
    """All that a reader found, without the order in which it met it."""
    return {
        "rows": found.rows,
        "judged": found.judged_rows,
        "attempts": [dataclasses.astuple(attempt) for attempt in found.attempts],
        "left_out": dict(found.left_out),
        "left_rows": sorted(found.left_rows),
        "rejects": [dataclasses.astuple(reject) for reject in found.rejects],
        "warnings": sorted(found.warnings),
        "columns": found.columns,
    }


def both(data, **options):
    options = {"zone": "Europe/Moscow", "direction": TRUNK, "country": "RU"} | options
    answers = []
    for blocks in (True, False):
        try:
            answers.append(told(read(BytesIO(data), blocks=blocks, **options)))
        except InputError as error:
            answers.append(str(error))
    return answers


def many(lines, seed=1):
    """The example's lines again and again, with ids and seconds of their own."""
    chance = random.Random(seed)  # noqa: S311
    source = EXAMPLE.read_bytes().splitlines()
    out = []
    for i in range(lines):
        line = chance.choice(source)
        if chance.random() < 0.9:
            line = line.replace(b"2026-11-16 10:", b"2026-11-%02d %02d:" % (1 + i % 28, i % 24))
            line = line.replace(b".", b"%d." % i, 1) if chance.random() < 0.01 else line
        out.append(line)
    return b"\n".join(out) + b"\n"


@pytest.mark.parametrize("direction", [TRUNK, OWN, CONTEXT], ids=["trunk", "own", "context"])
@pytest.mark.parametrize("country", ["RU", None, "international"])
def test_the_example_many_times_over_gives_equal_rows(direction, country):
    one, other = both(many(3000), direction=direction, country=country)
    assert one == other
    assert one["rows"] > 2500


@pytest.mark.parametrize("ends", [b"\r\n", b"\r", b"\n\n"])
def test_line_ends_make_no_difference(ends):
    one, other = both(many(400).replace(b"\n", ends))
    assert one == other


def test_blocks_are_taken_and_not_all_left_to_single_rows(monkeypatch):
    taken = []
    real = bulk.Bulk.take

    def take(self, first_line, lines, width):
        singly = real(self, first_line, lines, width)
        taken.append((len(lines), None if singly is None else len(singly)))
        return singly

    monkeypatch.setattr(bulk.Bulk, "take", take)
    lines = many(4000).splitlines()
    clean = [line for line in lines if [*map(len, csv.reader([line.decode("latin-1")]))] == [21]]
    both(b"\n".join(clean) + b"\n")
    whole = sum(lines - singly for lines, singly in taken if singly is not None)
    assert whole > 0.5 * len(clean)


@settings(max_examples=60, deadline=None)
@given(
    seed=st.integers(0, 10**6),
    flips=st.lists(st.tuples(st.integers(0, 10**7), st.integers(0, 255)), max_size=12),
    zone=st.sampled_from(["Europe/Moscow", "America/New_York", "UTC"]),
)
@example(seed=0, flips=[], zone="UTC")
def test_damage_and_clock_changes_give_equal_rows(seed, flips, zone):
    data = bytearray(many(600, seed).replace(b"2026-11-01 1", b"2026-11-01 0"))
    for place, value in flips:
        data[place % len(data)] = value
    one, other = both(bytes(data), zone=zone)
    assert one == other


@settings(max_examples=60, deadline=None)
@given(
    cells=st.lists(
        st.tuples(
            st.sampled_from(["2026-11-16 10:00:00", "2026-11-16", "16.11.2026 10:00", ""]),
            st.sampled_from(
                [
                    "89000000001",
                    "+79000000001",
                    "#31#89000000001",
                    " 89000000002",
                    "*60",
                    "s",
                    "8900",
                ]
            ),
            st.sampled_from(
                ["PJSIP/operator-00000001", "PJSIP/operator-1", "PJSIP/101-00000002", ""]
            ),
            st.sampled_from(["5", "0:05", "", "5.0", "x", '"a""b"']),
            st.sampled_from(["1763280000.1", "host-1763280000.1", "", "NULL", "x"]),
        ),
        min_size=1,
        max_size=12,
    )
)
def test_whatever_stands_in_the_cells_gives_equal_rows(cells):
    head = "calldate,dst,dstchannel,billsec,uniqueid,channel,src,dcontext\n"
    body = "".join(",".join((*row, "PJSIP/101-00000003", "101", "out")) + "\n" for row in cells)
    one, other = both((head + body * 60).encode())
    assert one == other


@pytest.mark.parametrize(
    ("name", "options"),
    [
        (
            "asterisk_master_ru_2024.csv",
            {"direction": Direction.declare(outgoing_trunks=["SIP/*"])},
        ),
        (
            "asterisk_pbx_us_2018_export.csv",
            {
                "direction": Direction.declare(outgoing_trunks=["PJSIP/VITerm", "PJSIP/thinQ"]),
                "zone": "America/New_York",
                "country": "US",
            },
        ),
        (
            "asterisk_ui_export_pt_2017.csv",
            {"direction": Direction.declare(outgoing_contexts=["from-internal"])},
        ),
    ],
)
def test_real_files_give_equal_rows(name, options):
    path = SHARED / "cdr" / name
    if not path.exists():
        pytest.skip(f"{path} is not here: set CONSENT_SHARED")
    one, other = both(path.read_bytes(), **options)
    assert one == other
