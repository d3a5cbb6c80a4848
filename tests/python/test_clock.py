"""A clock that was set back revives no consent: from Python, in a pack, and in both verifiers."""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from datetime import timedelta

import pytest

import consent
from consent import bundle
from romashka import INN, NUMBER, SAID

RULE = "standing/clock-set-back"
AHEAD = SAID + timedelta(hours=2)
STOPPED = SAID + timedelta(minutes=5)
LATER = SAID + timedelta(hours=3)


@pytest.fixture
def log(tmp_path):
    """A consent recorded while the clock ran two hours ahead, and a stop after the correction."""
    with consent.Log.create(
        tmp_path / "romashka",
        origin="romashka.example/consent",
        distributor=consent.Organisation(inn=INN, name="ООО Ромашка"),
        now=SAID,
    ) as made:
        made.append_at(
            consent.ConsentGiven(
                NUMBER,
                purposes={"advertising"},
                channels={"voice"},
                method="recorded_voice",
                wording="Согласен на рекламу ООО «Ромашка».",
                at=AHEAD,
            ),
            AHEAD,
        )
        made.append_at(consent.ConsentWithdrawn(NUMBER, at=STOPPED), STOPPED)
        yield made


def ask(log, at):
    return log.may_contact(
        NUMBER, purpose="advertising", channel="voice", dialled_by="person", at=at
    )


def check_with_script(folder):
    return subprocess.run(
        [sys.executable, "-I", "-S", folder / "verify.py", "--lang", "en"],
        capture_output=True,
        text=True,
        check=False,
    )


def sign_again(log, folder):
    """As the owner can: the log signs what it is given."""
    for name, data in consent._core.sign_pack(log, bundle.read_pack(folder)):
        (folder / name).write_bytes(data)


def test_the_stop_holds_whatever_the_clock_said_before(log):
    for at in (STOPPED, AHEAD, LATER):
        answer = ask(log, at)
        assert (answer.verdict, answer.relied_on) == ("deny", 3)
    named = [each.seq for each in ask(log, LATER).findings if each.rule == RULE]
    assert named == [2]


def test_a_pack_carries_the_step_and_both_verifiers_hold_the_answer_to_it(log, tmp_path):
    out = tmp_path / "x.zip"
    bundle.prove(log, NUMBER, out=out, at=LATER, created_at=LATER)
    folder = tmp_path / "pack"
    with zipfile.ZipFile(out) as archive:
        archive.extractall(folder)
    case = json.loads((folder / "case.json").read_text(encoding="utf-8"))
    assert [place["seq"] for place in case["clock"]] == [2]
    assert case["answer"]["verdict"] == "deny"
    assert consent.verify(out).verdict == "proven"
    done = check_with_script(folder)
    assert done.returncode == 0, done.stdout

    # A yes that relies on the doubtful consent, over the stop recorded after the step.
    text = (folder / "case.json").read_bytes()
    forged = text.replace(b'"verdict":"deny"}', b'"verdict":"allow"}')
    forged = forged.replace(b'"relied_on":3', b'"relied_on":1').replace(
        b'"allowed":false', b'"allowed":true'
    )
    assert forged != text
    (folder / "case.json").write_bytes(forged)
    sign_again(log, folder)
    found = consent.verify(folder)
    assert found.verdict != "proven"
    assert "over the stop of entry 3" in found.problem.what
    done = check_with_script(folder)
    assert done.returncode == 1
    assert "over the stop of entry 3" in done.stdout


def test_a_step_that_the_answer_names_must_be_there(log, tmp_path):
    out = tmp_path / "x.zip"
    bundle.prove(log, NUMBER, out=out, at=LATER, created_at=LATER)
    folder = tmp_path / "pack"
    with zipfile.ZipFile(out) as archive:
        archive.extractall(folder)
    text = (folder / "case.json").read_bytes()
    start = text.index(b'"clock":[')
    thinned = text[:start] + text[text.index(b"],", start) + 2 :]
    (folder / "case.json").write_bytes(thinned)
    for name in ("entries/000002.json", "proofs/000002.tlog-proof"):
        (folder / name).unlink()
    sign_again(log, folder)
    found = consent.verify(folder)
    assert found.verdict == "refuted"
    assert "a step of the clock that is not here" in found.problem.what
    assert check_with_script(folder).returncode == 1
