"""A log that somebody rewrote without its keys shows nothing, and is never a yes."""

import os
import shutil
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

import consent
from consent import cli
from romashka import LATER, NUMBER, SAID

SHARED = Path(os.environ.get("CONSENT_SHARED", Path(__file__).parents[3] / "shared"))
FORGER = SHARED / "cases" / "attacks" / "forge_log.py"
ASKED = {"purpose": "advertising", "channel": "voice", "at": LATER}


@pytest.fixture
def forge():
    if not FORGER.exists():
        pytest.skip("the forger of ../shared is not here")

    def run(folder, *changes):
        subprocess.run([sys.executable, FORGER, folder, *changes], check=True, capture_output=True)

    return run


@pytest.fixture
def stopped(romashka):
    """Folder and key of a log whose last entry is a withdrawal."""
    romashka.append_at(consent.ConsentWithdrawn(NUMBER, at=SAID + timedelta(hours=1)), LATER)
    assert romashka.may_contact(NUMBER, **ASKED).verdict == "deny"
    folder, key = Path(romashka.folder), romashka.verifier_key
    romashka.close()
    return folder, key


def code(*words):
    return cli.main([str(word) for word in words])


def test_a_forged_log_is_never_proven_signed_or_a_yes(stopped, forge):
    folder, key = stopped
    forge(folder, "drop:2")
    for words in (("verify", folder), ("verify", folder, "--key", key)):
        assert code(*words) == 1
    assert code("rebuild", folder) == 0
    assert consent.verify(folder, trusted=[key]).verdict == "refuted"
    assert code("checkpoint", folder) != 0
    with consent.Log.open(folder) as log:
        assert not log.writable
        assert "keys" in log.impairment
    (folder / "keys.db").unlink()
    found = consent.verify(folder, trusted=[key])
    assert found.verdict == "not_proven"
    assert "unsigned" in found.problem.what


def test_a_log_must_extend_what_it_handed_out(stopped, forge, tmp_path):
    folder, key = stopped
    with consent.Log.open(folder) as log:
        (tmp_path / "log.checkpoint").write_text(log.checkpoint(), encoding="utf-8")
    given = ("--key", key, "--checkpoint", tmp_path / "log.checkpoint")
    assert code("verify", folder, *given) == 0
    assert code("verify", tmp_path / "log.checkpoint") == 2
    shutil.copytree(folder, tmp_path / "auditor", ignore=shutil.ignore_patterns("keys.db"))
    forge(tmp_path / "auditor", "drop:2")
    assert consent.verify(tmp_path / "auditor", trusted=[key]).verdict != "proven"
    assert code("verify", tmp_path / "auditor", *given) == 1
    found = consent.verify(
        tmp_path / "auditor", trusted=[key], checkpoints=[tmp_path / "log.checkpoint"]
    )
    assert found.verdict == "refuted"
