"""What the tests of the face share: a log with one consent, and the command as users run it."""

from __future__ import annotations

from datetime import timedelta

import pytest

import consent
from command import command
from romashka import INN, NUMBER, SAID, WORDING


@pytest.fixture
def romashka(tmp_path):
    """A log of ООО Ромашка in which NUMBER consented to advertising calls."""
    with consent.Log.create(
        tmp_path / "romashka",
        origin="romashka.example/consent",
        distributor=consent.Organisation(inn=INN, name="ООО Ромашка"),
        now=SAID,
    ) as log:
        log.append_at(
            consent.ConsentGiven(
                NUMBER,
                purposes={"advertising"},
                channels={"voice"},
                method="sms_code",
                code=consent.Code(sent_to_this_number=True, returned=True),
                wording=WORDING,
                at=SAID,
            ),
            SAID + timedelta(seconds=1),
        )
        yield log


@pytest.fixture
def run(tmp_path):
    """Runs ``consent`` in an empty folder, in English unless locale or --lang say otherwise."""

    def run(*words, stdin=None, lang="C.UTF-8"):
        env = {"LC_ALL": lang, "TZ": "Europe/Moscow", "PYTHONUTF8": "1"}
        return command(*words, stdin=stdin, cwd=tmp_path, env=env)

    return run
