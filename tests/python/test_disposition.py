"""How a contact ended is heard: by whoever asks, in whatever way, from its recording on."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest

import consent

NUMBER = "+79161234567"
MOSCOW = timezone(timedelta(hours=3))
SAID = datetime(2026, 11, 2, 12, tzinfo=MOSCOW)
CALLED = SAID + timedelta(hours=1)
LATER = CALLED + timedelta(days=2)


def yes(at: datetime = SAID) -> consent.ConsentGiven:
    return consent.ConsentGiven(
        NUMBER,
        at=at,
        purposes=["advertising"],
        channels=["voice"],
        method="recorded_voice",
        wording="Согласен на рекламу.",
        evidence=[consent.event.Evidence(b"RIFF", "recording")],
    )


def ended(outcome: str, at: datetime = CALLED, **more: object) -> consent.ContactMade:
    return consent.ContactMade(NUMBER, at=at, outcome=outcome, **more)
