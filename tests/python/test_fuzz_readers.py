"""Every reader of other people's bytes, on mutated input: a refusal or an account of all rows.

Each target runs a fixed number of seeded mutations here; ``CONSENT_FUZZ_SECONDS=60`` lets it run
as long, with a seed that is printed. The readers of the core have theirs in tests/fuzz.
"""

from __future__ import annotations

import base64
import gzip
import io
import json
import lzma
import os
import random
import time
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import openpyxl
import pytest

import bundle_vectors
import consent
from consent.errors import ConsentError
from consent.files import directory
from consent.files.calls import read
from consent.files.columns import pseudonymise, tag_columns
from consent.files.direction import Direction
from consent.files.importing import import_list
from consent.files.layout import Layout, ready_layouts
from consent.files.list_map import Map, ready_maps
from consent.files.phone_log import read_phone_log
from consent.files.recognise import propose
from consent.files.records import InputError
from consent.standalone import verify as standalone

HERE = Path(__file__).parent
SAMPLES = sorted((HERE / "layouts").iterdir())
EXAMPLES = HERE.parents[1] / "examples" / "records"
ROUNDS = 60
EVERYTHING = Direction.declare(everything=True)
NOW = datetime(2026, 11, 2, tzinfo=UTC)

#: What a reader may say no with; anything else is a bug.
REFUSALS = (ConsentError, InputError)

#: Bytes that have broken readers before.
STRANGE = (
    *(
        b"\0",
        b"\xc3",
        b"\xff\xfe",
        b"\xef\xbb\xbf",
        b"\r",
        b'"',
        b'""',
        b"\n\n",
        b";",
        b"\t",
        b"sep=;\n",
    ),
    *(
        b"=1+1",
        b"{",
        b"[" * 40,
        b"}",
        b"9" * 400,
        b"-1",
        b"1e999",
        b"\xe2\x80\xae",
        b"\x1b[2J",
        b"\\u0000",
    ),
    *(
        b"<!DOCTYPE x>",
        b"&amp;",
        b"0001-01-01",
        b"9999-12-31 23:59:60",
        b"\xed\xa0\x80",
        b"%PDF-",
        b"PK",
    ),
)


def mutated(chance: random.Random, seeds: list[bytes]) -> bytes:
    """One seed with some edits."""
    data = bytearray(chance.choice(seeds))
    for _ in range(chance.randint(1, 4)):
        at = chance.randint(0, len(data))
        other = chance.choice(seeds)
        begin = chance.randint(0, len(other))
        match chance.randint(0, 6):
            case 0 if data:
                data[min(at, len(data) - 1)] ^= 1 << chance.randint(0, 7)
            case 1:
                data[at:at] = chance.choice(STRANGE)
            case 2:
                del data[at : at + chance.randint(1, 40)]
            case 3:
                del data[at:]
            case 4:
                data[at:at] = other[begin : begin + chance.randint(1, 200)]
            case 5:
                data[at:at] = data[at : at + 64] * chance.randint(1, 20)
            case _:
                data[at:] = other[begin:]
    return bytes(data)


def fuzz(seeds: list[bytes], target: Callable[[bytes], None]) -> None:
    """Run ``target`` on each seed, then on mutations; the input that broke it is in the failure."""
    seconds = float(os.environ.get("CONSENT_FUZZ_SECONDS", "0"))
    seed = random.randrange(1 << 32) if seconds else 20261130  # noqa: S311
    chance = random.Random(seed)  # noqa: S311
    end = time.monotonic() + seconds
    rounds = 0
    while rounds < ROUNDS or time.monotonic() < end:
        data = seeds[rounds] if rounds < len(seeds) else mutated(chance, seeds)
        rounds += 1
        try:
            target(data)
        except REFUSALS:
            continue
        except BaseException as error:
            shown = base64.b64encode(data[:20_000]).decode()
            error.add_note(f"seed {seed}, round {rounds}, input (base64): {shown}")
            raise


def workbook() -> bytes:
    book = openpyxl.Workbook()
    book.active.append(["start", "dst", "billsec"])
    book.active.append([datetime(2026, 11, 16, 10), "+79000000001", 60])  # noqa: DTZ001
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def packed(data: bytes) -> list[bytes]:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("calls.csv", data)
    return [gzip.compress(data), lzma.compress(data), out.getvalue()]


CALLS = (EXAMPLES / "calls.csv").read_bytes()
EVENTS = (EXAMPLES / "events.csv").read_bytes()
TABLES = [
    CALLS,
    CALLS.replace(b",", b";"),
    CALLS.decode("cp1251", "replace").encode("utf-16"),
    workbook(),
    *packed(CALLS),
]
XML = b"""<?xml version='1.0' encoding='UTF-8' standalone='yes' ?>
<calls count="2"><call number="+74951234567" duration="35" date="1795163000000" type="1" />
<call number="900" duration="0" date="1795163100000" type="3" contact_name="x" /></calls>"""
DETAIL = (
    "Детализация\nДата;Время;Номер;Вид услуги;Длительность\n"
    "20.11.2026;11:42:00;<--79161234567;Входящий звонок;0:35\n"
).encode()


@pytest.mark.parametrize("layout", ready_layouts())
def test_calls_of_every_layout(layout, tmp_path):
    (sample,) = (file for file in SAMPLES if file.stem == layout)
    file = tmp_path / f"calls{sample.suffix}"

    def target(data: bytes) -> None:
        file.write_bytes(data)
        found = read(file, zone="Europe/Moscow", country="RU", layout=layout, direction=EVERYTHING)
        judged = found.judged_rows + sum(found.left_out.values()) + len(found.rejects)
        assert found.rows == judged
        rows = [row for _, row, _ in found.left_rows] + [each.row for each in found.rejects]
        assert not {attempt.row for attempt in found.attempts} & set(rows)

    fuzz([sample.read_bytes()], target)


def test_calls_in_every_container(tmp_path):
    layout = tmp_path / "map.toml"
    layout.write_text('[columns]\nstart = "start"\ndst = "dst"\nbillsec = "billsec"\n')

    def target(data: bytes) -> None:
        (tmp_path / "calls").write_bytes(data)
        for way in ("asterisk", layout):
            found = read(tmp_path / "calls", zone="UTC", layout=way, direction=EVERYTHING)
            judged = found.judged_rows + sum(found.left_out.values()) + len(found.rejects)
            assert found.rows == judged

    fuzz(TABLES, target)


def test_what_proposes_a_layout(tmp_path):
    def target(data: bytes) -> None:
        (tmp_path / "calls").write_bytes(data)
        propose(tmp_path / "calls").toml()

    fuzz([*TABLES, *(file.read_bytes() for file in SAMPLES)], target)


def test_lists(romashka, tmp_path):
    lines = "".join(
        json.dumps({"number": "+79161234567", "event": "withdrawn", "at": "2026-10-01T10:00:00Z"})
        + "\n"
        for _ in range(3)
    )

    def target(data: bytes) -> None:
        (tmp_path / "list").write_bytes(data)
        done = import_list(
            romashka,
            tmp_path / "list",
            zone="Europe/Moscow",
            country="RU",
            rejects=tmp_path / "rejects.csv",
            now=NOW,
        )
        assert done.rows == done.accepted + done.already_there + done.rejected

    fuzz(
        [EVENTS, *packed(EVENTS), lines.encode(), f"[{lines.replace(chr(10), ',')[:-1]}]".encode()],
        target,
    )


@pytest.mark.parametrize("name", ready_maps())
def test_lists_by_every_ready_map(romashka, tmp_path, name):
    seeds = [
        b"phone,date\n+79161234567,2026-10-01\n89161234568,2026-10-02\n",
        "Телефон;Дата\n+79161234567;01.10.2026\n".encode("cp1251"),
        b'[{"fides_user_device_id": "+79161234567", "notice_key": "x", "preference": "opt_out"}]',
        b"79161234567\n79161234568\n",
    ]

    def target(data: bytes) -> None:
        (tmp_path / "list").write_bytes(data)
        done = import_list(
            romashka,
            tmp_path / "list",
            map=name,
            zone="Europe/Moscow",
            country="RU",
            at=NOW,
            rejects=tmp_path / "rejects.csv",
            now=NOW,
        )
        assert done.rows == done.accepted + done.already_there + done.rejected

    fuzz(seeds, target)


def test_logs_of_telephones_and_details_of_operators(tmp_path):
    def target(data: bytes) -> None:
        (tmp_path / "phone").write_bytes(data)
        read_phone_log(tmp_path / "phone", zone=ZoneInfo("Europe/Moscow"))

    fuzz([XML, DETAIL, *packed(XML), *packed(DETAIL), workbook()], target)


def test_maps_and_layouts(tmp_path):
    package = Path(consent.__file__).parent / "files"
    seeds = [file.read_bytes() for file in sorted(package.glob("*/*.toml"))]

    def target(data: bytes) -> None:
        (tmp_path / "map.toml").write_bytes(data)
        for reader in (Layout, Map):
            try:
                reader.load(tmp_path / "map.toml")
            except REFUSALS:
                continue

    fuzz(seeds, target)


def test_columns_and_pseudonyms(tmp_path):
    def target(data: bytes) -> None:
        (tmp_path / "table").write_bytes(data)
        tag_columns(tmp_path / "table", country="RU")
        pseudonymise(tmp_path / "table", tmp_path / "out.csv", bytes(32), country="RU")

    fuzz([*TABLES, EVENTS], target)


def test_tables_of_holders():
    def target(data: bytes) -> None:
        directory.table(io.BytesIO(data))

    fuzz([b"number,inn\n+79161234567,7707083893\n", "номер;инн\n1;2\n".encode("cp1251")], target)


def test_containers_of_packs(tmp_path):
    vector = bundle_vectors.load("happy")
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, data in vector.files:
            archive.writestr(zipfile.ZipInfo(name), data)

    def target(data: bytes) -> None:
        (tmp_path / "pack.zip").write_bytes(data)
        try:
            files = standalone.read_container(tmp_path / "pack.zip")
        except (standalone.CannotReadError, standalone.FailedError):
            return
        bundle = standalone.Bundle(files, [standalone.parse_key(vector.keys[0])])
        bundle.run()
        standalone.as_json(bundle, 1)
        # Two independent programs say the same of every input.
        assert (
            consent.bundle.verify(tmp_path / "pack.zip", trusted=vector.keys).verdict
            == bundle.verdict()
        )

    fuzz([out.getvalue()], target)


def test_files_of_packs():
    vector = bundle_vectors.load("happy")
    names = [name for name, _ in vector.files]
    seeds = [data for _, data in vector.files]
    chance = random.Random(7)  # noqa: S311

    def target(data: bytes) -> None:
        name = chance.choice(names)
        files = [(each, data if each == name else kept) for each, kept in vector.files]
        _, manifest = consent._core.manifest_of([f for f in files if f[0] != standalone.MANIFEST])
        files = [(each, manifest if each == standalone.MANIFEST else kept) for each, kept in files]
        bundle = standalone.Bundle(files, [standalone.parse_key(vector.keys[0])])
        bundle.run()
        found = consent._core.verify_bundle(files, vector.keys, [])
        step = bundle.failure.step if bundle.failure else 0
        assert found.verdict == bundle.verdict(), (name, bundle.failure, found.problem)
        assert (found.problem is None) == (step == 0)

    fuzz(seeds, target)


def test_receipts():
    (name,) = [n for n in bundle_vectors.names() if n == "receipt-of-own-entry"]
    vector = bundle_vectors.load(name)
    keys = [standalone.parse_key(key) for key in vector.keys]

    def target(data: bytes) -> None:
        bundle = standalone.Bundle(vector.files, keys, [data])
        bundle.run()
        found = consent._core.verify_bundle(vector.files, vector.keys, [data])
        assert found.verdict == bundle.verdict(), (bundle.failure, found.problem)

    fuzz(list(vector.receipts), target)
