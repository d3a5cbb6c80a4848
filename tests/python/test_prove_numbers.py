"""``prove --numbers``: packs of a list of numbers, and nothing of anybody else."""

from __future__ import annotations

import hashlib
import io
import json
import stat
import subprocess
import sys
import zipfile
import zlib
from datetime import timedelta
from pathlib import Path

import pytest

import consent
from consent.standalone import verify as verify_standalone
from romashka import INN, NUMBER, OTHER, SAID

MINUTE = timedelta(minutes=1)
LISTED = (NUMBER, OTHER, "+79161234570")
#: Others of the same log, whose entries lie between those of the list.
NEIGHBOURS = ("+79161234569", "+79990000017")
VERIFIER = Path(verify_standalone.__file__)


@pytest.fixture
def planted(tmp_path):
    """A log in which the list's numbers and neighbours alternate, and the neighbours' marks."""
    marks: list[bytes] = []
    seen: dict[str, bytes] = {}
    with consent.Log.create(
        tmp_path / "log",
        origin="romashka.example/consent",
        distributor=consent.Organisation(inn=INN, name="ООО Ромашка"),
        now=SAID,
    ) as log:
        for i, number in enumerate((NUMBER, NEIGHBOURS[0], OTHER, NEIGHBOURS[1], LISTED[2])):
            alien = number in NEIGHBOURS
            # At one moment each, and of one size: no part of another's entry may be in a proof.
            event = consent.ConsentGiven(
                number,
                at=SAID + i * MINUTE,
                purposes={"advertising"},
                channels={"voice"},
                method="paper",
                wording=f"Согласие по тексту {i}.",
                campaign=f"campaign-mark-{i}",
                evidence=(consent.EvidenceFile(f"file-mark-{i}".encode(), kind="recording"),),
            )
            seq = log.append_at(event, SAID + i * MINUTE).seq
            entry = log.entry(seq)
            seen[number] = entry.subject.tag
            if alien:
                marks += [
                    number[1:].encode(),
                    number[2:].encode(),
                    entry.subject.tag.hex().encode(),
                    entry.subject.tag,
                    entry.bytes,
                    json.loads(entry.bytes)["salt"].encode(),
                    f"campaign-mark-{i}".encode(),
                    f"file-mark-{i}".encode(),
                    f"Согласие по тексту {i}.".encode(),
                    hashlib.sha256(f"Согласие по тексту {i}.".encode()).hexdigest().encode(),
                ]
    (tmp_path / "list.txt").write_text("\n".join((*LISTED, NUMBER)) + "\n")
    return tmp_path, marks, seen


def every_byte(data: bytes):
    """The bytes of a file, of each member of it, and of whatever else in it inflates."""
    yield data
    if zipfile.is_zipfile(io.BytesIO(data)):
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for info in archive.infolist():
                yield info.filename.encode() + info.extra + info.comment
                yield from every_byte(archive.read(info))
            yield archive.comment
    for start in range(len(data)):  # a deflate stream that no directory names
        if data[start] & 6 in (2, 4):  # fixed or dynamic
            inflate = zlib.decompressobj(-15)
            try:
                found = inflate.decompress(data[start : start + 4096], 4096)
            except zlib.error:
                continue
            if len(found) > 16:
                yield found


def test_nothing_of_a_neighbour_is_in_any_byte_of_the_packs(planted, run):
    folder, marks, _ = planted
    done = run("prove", "log", "--numbers", "list.txt", "--out", "packs")
    assert done.returncode == 0, done.stderr
    files = sorted((folder / "packs").iterdir())
    assert len(files) == 4  # three packs, though one number is in the list twice, and the index
    searched = 0
    for file in files:
        data = file.read_bytes()
        parts = [data] if file.suffix == ".json" else list(small_every_byte(data))
        for part in parts:
            searched += len(part)
            for mark in marks:
                assert mark not in part, file.name
    assert searched > 1_000_000  # the pages and verifiers inside were unpacked and searched too


def small_every_byte(data: bytes):
    """As every_byte; streams that no directory names are sought between the members alone."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        end = 0
        gaps = []
        for info in sorted(archive.infolist(), key=lambda each: each.header_offset):
            gaps.append(data[end : info.header_offset])
            name = len(info.filename.encode())
            end = info.header_offset + 30 + name + len(info.extra) + info.compress_size
        gaps.append(data[end : archive.start_dir])
        # Nothing lies between members, so nothing can hide there.
        assert not any(gaps)
        yield data
        for info in archive.infolist():
            yield info.filename.encode() + info.extra + info.comment
            content = archive.read(info)
            yield content
            if info.filename.startswith(("entries/", "openings/", "proofs/", "evidence/")):
                yield from every_byte(content)
        yield archive.comment


def test_the_search_finds_what_is_planted_in_a_pack(planted, run):
    folder, marks, _ = planted
    run("prove", "log", "--numbers", "list.txt", "--out", "packs")
    pack = next((folder / "packs").glob("*.zip"))
    with zipfile.ZipFile(pack, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("entries/planted.json", marks[0] * 100)
    assert any(marks[0] in part for part in small_every_byte(pack.read_bytes()))


def test_both_verifiers_prove_each_pack(planted, run):
    folder, _, seen = planted
    told = json.loads(
        run("prove", "log", "--numbers", "list.txt", "--out", "packs", "--json").stdout
    )
    key = told["verifier_key"]
    assert len(told["packs"]) == 3
    for each in told["packs"]:
        pack = folder / "packs" / each["file"]
        assert consent.verify(pack, trusted=[key]).verdict == "proven"
        ended = subprocess.run(
            [sys.executable, "-I", "-S", VERIFIER, pack, "--key", key, "--json"],
            capture_output=True,
            text=True,
            check=False,
        )
        assert (ended.returncode, json.loads(ended.stdout)["verdict"]) == (0, "proven")
    assert {each["file"] for each in told["packs"]} == {
        f"{seen[number].hex()}.zip" for number in LISTED
    }


def test_the_index_names_packs_by_tag_and_their_bytes_and_no_number(planted, run):
    folder, _, _ = planted
    run("prove", "log", "--numbers", "list.txt", "--out", "packs")
    index = (folder / "packs" / "index.json").read_text()
    listed = json.loads(index)["packs"]
    assert [each["file"] for each in listed] == sorted(each["file"] for each in listed)
    for each in listed:
        data = (folder / "packs" / each["file"]).read_bytes()
        assert hashlib.sha256(data).hexdigest() == each["sha256"]
    for number in (*LISTED, *NEIGHBOURS):
        assert number[2:] not in index
        assert not any(number[2:] in file.name for file in (folder / "packs").iterdir())
    modes = {stat.S_IMODE(file.stat().st_mode) for file in (folder / "packs").iterdir()}
    assert (stat.S_IMODE((folder / "packs").stat().st_mode), modes) == (0o700, {0o600})


def test_a_number_without_entries_is_named_by_its_line_and_ends_with_1(planted, run):
    folder, _, _ = planted
    (folder / "list.txt").write_text(f"{NUMBER}\n\n+79995554433\n")
    done = run("prove", "log", "--numbers", "list.txt", "--out", "packs")
    assert done.returncode == 1
    assert "line 3: nothing to show of this number" in done.stderr
    assert "5554433" not in done.stdout + done.stderr
    assert len(list((folder / "packs").glob("*.zip"))) == 1


def test_if_there_is_nothing_to_show_no_folder_is_written(planted, run):
    folder, _, _ = planted
    (folder / "list.txt").write_text("+79995554433\n")
    assert run("prove", "log", "--numbers", "list.txt", "--out", "packs").returncode == 1
    assert not (folder / "packs").exists()
    assert not list(folder.glob(".consent-*"))


@pytest.mark.parametrize(
    ("text", "words", "said"),
    [
        ("12\n", (), "line 1: "),
        ("", (), "no number in it"),
        (f"{NUMBER}\n", ("--number", NUMBER), "goes with no --number"),
        (f"{NUMBER}\n", ("--call", "1"), "goes with no --number"),
    ],
)
def test_a_list_that_cannot_be_read_is_refused_before_anything_is_written(
    planted, run, text, words, said
):
    folder, _, _ = planted
    (folder / "list.txt").write_text(text)
    done = run("prove", "log", "--numbers", "list.txt", "--out", "packs", *words)
    assert (done.returncode, said in done.stderr) == (2, True), done.stderr
    assert not (folder / "packs").exists()


def test_a_folder_that_is_there_is_not_written_over(planted, run):
    folder, _, _ = planted
    (folder / "packs").mkdir()
    done = run("prove", "log", "--numbers", "list.txt", "--out", "packs")
    assert (done.returncode, "name a new one" in done.stderr) == (2, True)
    assert not list((folder / "packs").iterdir())
    assert run("prove", "log", "--numbers", "list.txt", "--out", "log/packs").returncode == 2
