"""Files about people are their owner's alone from the first byte, and never go through a link."""

from __future__ import annotations

import os
import stat
from datetime import UTC, datetime
from pathlib import Path

import pytest

import consent
from consent import erasure, receipt
from consent.files import exporting, importing, private_file

NUMBER = "+79161234567"
AT = datetime(2026, 11, 20, 11, 3, tzinfo=UTC)


@pytest.fixture(autouse=True)
def wide_umask():
    before = os.umask(0)
    yield
    os.umask(before)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_file_is_its_owners_alone_before_its_first_byte_is_written(tmp_path):
    target = tmp_path / "out.txt"
    target.write_text("old")
    target.chmod(0o644)
    with private_file.replacing(target) as out:
        (part,) = (each for each in tmp_path.iterdir() if each != target)
        assert mode(part) == 0o600
        assert part.stat().st_size == 0
        out.write(b"new")
        assert target.read_text() == "old"
    assert target.read_bytes() == b"new"
    assert mode(target) == 0o600
    assert [each.name for each in tmp_path.iterdir()] == ["out.txt"]


def test_a_link_at_the_target_is_neither_followed_nor_replaced(tmp_path):
    victim, link = tmp_path / "victim", tmp_path / "link"
    victim.write_text("theirs")
    link.symlink_to(victim)
    with pytest.raises(consent.StorageError, match="symbolic link"):
        private_file.write(link, b"numbers")
    with pytest.raises(FileExistsError), private_file.create(link) as out:
        out.write(b"numbers")
    dangling = tmp_path / "dangling"
    dangling.symlink_to(tmp_path / "nowhere")
    with pytest.raises(consent.StorageError):
        private_file.write(dangling, b"numbers")
    with pytest.raises(FileExistsError), private_file.create(dangling) as out:
        out.write(b"numbers")
    assert victim.read_text() == "theirs"
    assert sorted(each.name for each in tmp_path.iterdir()) == ["dangling", "link", "victim"]


def test_a_failure_in_the_middle_leaves_what_was_there(tmp_path):
    target = tmp_path / "out"
    target.write_text("old")

    def stop(out):
        out.write(b"half")
        raise KeyboardInterrupt

    for opened in (private_file.replacing(target), private_file.create(tmp_path / "new")):
        with pytest.raises(KeyboardInterrupt), opened as out:
            stop(out)
    assert target.read_text() == "old"
    assert [each.name for each in tmp_path.iterdir()] == ["out"]


def test_a_pipe_is_written_into_and_not_replaced(tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    private_file.write(pipe, b"text")
    assert os.read(reader, 10) == b"text"
    os.close(reader)
    private_file.write("/dev/null", b"text")
    assert stat.S_ISCHR(Path("/dev/null").stat().st_mode)
    assert stat.S_ISFIFO(pipe.stat().st_mode)


def test_whatever_is_written_about_people_is_their_keepers_alone(tmp_path):
    folder = tmp_path / "log"
    with consent.Log.create(
        folder, origin="a.example/c", distributor=consent.Organisation(inn="7707083893")
    ) as log:
        done = log.append(
            consent.ConsentGiven(
                NUMBER,
                purposes="advertising",
                channels="voice",
                method="sms_code",
                evidence=[consent.EvidenceFile(b"spoken", kind="recording")],
                at=AT,
            )
        )
        out = tmp_path / "out"
        out.mkdir()
        log.save_evidence(done.seq, 1, out / "recording.wav")
        exporting.export_events(log, out / "events.jsonl")
        exporting.export_events(log, out / "numbers.jsonl", with_numbers=True)
        log.export_entries(out / "log.entries")
        consent.bundle.prove(log, NUMBER, out=out / "proof.zip", at=AT, created_at=AT)
        receipt.make(log, done.seq).save(out / "receipt")
        bad = tmp_path / "list.csv"
        bad.write_text("number,event,purpose,channel,method,at\n+7,given,advertising,voice,x,y\n")
        found = importing.import_list(log, bad)
        bad.chmod(0o644)
        _, act = erasure.carry_out(
            log, NUMBER, ground="x", operator=erasure.Operator(), reason="x", lose_proof=True
        )
    written = [*out.iterdir(), found.rejects_file, act.file, act.file.with_suffix(".html")]
    assert {str(path): oct(mode(path)) for path in written if mode(path) != 0o600} == {}
    assert len(written) == 9


@pytest.mark.parametrize("how", [private_file.write, lambda path, data: _created(path, data)])
def test_nothing_is_written_among_the_files_of_a_log(tmp_path, how):
    for name in ("log.db", "head"):
        (tmp_path / name).write_bytes(b"")
    with pytest.raises(consent.InvalidArgument):
        how(tmp_path / "report.html", b"x")
    assert sorted(file.name for file in tmp_path.iterdir()) == ["head", "log.db"]
    (tmp_path / "acts").mkdir()
    how(tmp_path / "acts" / "1.json", b"x")


def _created(path, data):
    with private_file.create(path) as file:
        file.write(data)
