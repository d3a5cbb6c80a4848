"""Files that the log keeps, sealed: from Python, from the command, and in a pack."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest

import consent
from command import command

AT = datetime(2026, 11, 20, 11, 3, tzinfo=UTC)
SMALL = b"RIFF: yes, call me"
LARGE = bytes(range(256)) * 1000
PERSONAL = "Я, Мария Иванова, согласна.".encode()


def cli(folder: Path, *words: object) -> subprocess.CompletedProcess[str]:
    return command(*words, cwd=folder)


@pytest.fixture
def log(tmp_path: Path):
    with consent.Log.create(
        tmp_path / "log",
        origin="romashka.example/consent",
        distributor=consent.Organisation(inn="7707083893"),
    ) as made:
        yield made


def given(**more: object) -> consent.ConsentGiven:
    return consent.ConsentGiven(
        "+79161234567", purposes="advertising", channels="voice", at=AT, **more
    )


def test_what_is_kept_comes_back_and_the_hash_alone_stays_a_hash(log, tmp_path):
    (tmp_path / "rec.wav").write_bytes(LARGE)
    bare = hashlib.sha256(b"elsewhere").digest()
    seq = log.append(
        given(
            evidence=[
                consent.EvidenceFile(SMALL, kind="recording"),
                bare,
                consent.EvidenceFile(tmp_path / "rec.wav", kind="recording"),
                consent.EvidenceFile(PERSONAL, kind="wording"),
            ],
            document=consent.EvidenceFile(b"%PDF form", kind="document"),
        )
    ).seq
    kept = log.evidence_of(seq)
    assert [file.kind for file in kept] == ["recording", "recording", "wording", "document"]
    assert [file.beside for file in kept] == [False, True, False, False]
    contents = (SMALL, LARGE, PERSONAL, b"%PDF form")
    assert tuple(log.evidence(seq, n) for n in (1, 2, 3, 4)) == contents
    body = json.loads(log.entry(seq).bytes)["body"]
    assert body["evidence"] == [bare.hex()]
    assert hashlib.sha256(SMALL).hexdigest() not in log.entry(seq).bytes.decode()
    assert {file["kind"] for file in body["files"]} == {"recording", "wording", "document"}
    log.save_evidence(seq, 2, tmp_path / "copy.wav")
    assert (tmp_path / "copy.wav").read_bytes() == LARGE
    with pytest.raises(FileExistsError):
        log.save_evidence(seq, 2, tmp_path / "copy.wav")
    with pytest.raises(consent.NotFoundError):
        log.evidence(seq, 5)


def test_a_text_that_names_the_number_is_refused_as_a_wording_and_kept_as_a_file(log):
    text = "Номер +7 916 123-45-67, согласна."
    with pytest.raises(consent.InvalidArgument, match="sealed"):
        given(wording=text)
    seq = log.append(given(evidence=[consent.EvidenceFile(text.encode(), kind="wording")])).seq
    assert log.evidence(seq).decode() == text


def test_a_str_is_neither_a_path_nor_a_text():
    with pytest.raises(TypeError, match="content"):
        consent.EvidenceFile("rec.wav")  # type: ignore[arg-type]


def test_both_checks_of_a_pack_recompute_the_commitments(log, tmp_path):
    log.append(
        given(
            evidence=[
                consent.EvidenceFile(LARGE, kind="recording"),
                consent.EvidenceFile(PERSONAL, kind="wording"),
            ]
        )
    )
    log.close()
    pack = tmp_path / "proof.zip"
    done = cli(tmp_path, "prove", "log", "--number", "+79161234567", "--out", pack)
    assert done.returncode == 0, done.stderr
    with zipfile.ZipFile(pack) as opened:
        assert opened.read("evidence/000001-1") == LARGE
        assert opened.read("evidence/000001-2") == PERSONAL
        opened.extractall(tmp_path / "unpacked")
    assert consent.verify(pack).verdict == "proven"
    check = [sys.executable, tmp_path / "unpacked" / "verify.py", tmp_path / "unpacked"]
    assert subprocess.run(check, check=False, capture_output=True).returncode == 0
    # Somebody who fits the manifest to another recording.
    changed = tmp_path / "unpacked" / "evidence" / "000001-1"
    changed.write_bytes(LARGE[:-1] + b"!")
    manifest = tmp_path / "unpacked" / "manifest-sha256.txt"
    manifest.write_text(
        manifest.read_text().replace(
            hashlib.sha256(LARGE).hexdigest(), hashlib.sha256(changed.read_bytes()).hexdigest()
        )
    )
    assert consent.verify(tmp_path / "unpacked").verdict == "refuted"
    found = subprocess.run(check, check=False, capture_output=True, text=True)
    assert found.returncode == 1
    assert "another pack" in found.stdout


def test_verify_names_a_file_that_is_missing(log, tmp_path):
    seq = log.append(given(evidence=[consent.EvidenceFile(LARGE, kind="recording")])).seq
    (kept,) = log.evidence_of(seq)
    log.close()
    name = kept.commitment.hex()
    assert cli(tmp_path, "verify", "log").returncode == 0
    (tmp_path / "log" / "evidence" / name).unlink()
    done = cli(tmp_path, "verify", "log")
    assert done.returncode == 1
    assert f"evidence/{name}" in done.stdout
    listed = json.loads(cli(tmp_path, "evidence", "log", seq, "--json").stdout)
    assert [file["there"] for file in listed] == [False]


def test_the_command_seals_what_it_is_given_and_says_where(tmp_path):
    (tmp_path / "rec.wav").write_bytes(LARGE)
    (tmp_path / "form.pdf").write_bytes(b"%PDF")
    made = cli(tmp_path, "init", "log", "--origin", "a.example/c", "--inn", "7707083893")
    assert made.returncode == 0, made.stderr
    scope = ("--purpose", "advertising", "--channel", "voice")
    done = cli(
        tmp_path,
        *("give", "log", "+79161234567", *scope, "--json"),
        *("--evidence", "rec.wav", "--document", "form.pdf"),
    )
    assert done.returncode == 0, done.stderr
    files = json.loads(done.stdout)["files"]
    assert [file["kind"] for file in files] == ["recording", "document"]
    assert [file["kept"].split("/")[0] for file in files] == ["evidence", "log.db"]
    both = ("--document", "form.pdf", "--document-hash", "form.pdf")
    assert cli(tmp_path, "give", "log", "+79161234567", *scope, *both).returncode == 2
    absent = cli(tmp_path, "give", "log", "+79161234567", *scope, "--evidence", "absent.wav")
    assert absent.returncode == 2
    assert cli(tmp_path, "evidence", "log", 1, "--place", 1, "--out", "b.wav").returncode == 0
    assert (tmp_path / "b.wav").read_bytes() == LARGE
    assert cli(tmp_path, "evidence", "log", 1, "--place", 1, "--out", "b.wav").returncode == 2
