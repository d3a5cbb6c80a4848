"""How answers show themselves in a notebook: ``_repr_html_`` of decisions, histories and reports.

A notebook's own style sheet applies. Numbers of telephones are shown only where they were asked
about: what a notebook shows is saved with it.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from consent.locale.message import Lang
from consent.pages import fragment

if TYPE_CHECKING:
    from collections.abc import Sequence

    from consent._core import Decision, Verification
    from consent.auditing import AuditReport
    from consent.log import HistoryEvent

__all__ = ["audit", "decision", "history", "verification"]


def _lang() -> Lang:
    """The language of the process."""
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if os.environ.get(name):
            return "ru" if os.environ[name].lower().startswith("ru") else "en"
    return "en"


def decision(answer: Decision) -> str:
    """A decision: the answer, and every finding with its source."""
    lang = _lang()
    return fragment("decision", lang, answer=answer, line=answer.one_line(lang))


def history(events: Sequence[HistoryEvent]) -> str:
    """What a log holds on a number, in order."""

    def scope(event: HistoryEvent, one: str, several: Sequence[str]) -> str:
        return ", ".join(several) or str(getattr(event.event, one, ""))

    rows: list[dict[str, Any]] = [
        {
            "seq": event.seq,
            "type": event.type,
            "at": event.at,
            "recorded": event.recorded_at,
            "purposes": scope(event, "purpose", event.purposes),
            "channels": scope(event, "channel", event.channels),
        }
        for event in events
    ]
    return fragment("history", _lang(), rows=rows)


def verification(found: Verification) -> str:
    """A verdict with what it covers and what it does not."""
    return fragment("verification", _lang(), found=found, coverage=found.coverage)


def audit(report: AuditReport) -> str:
    """The numbers of an audit, and its violations by rule."""
    summary = report.summary
    return fragment(
        "audit",
        report.lang,
        summary=summary,
        verdicts=summary["verdicts"],
        no_law=sum(summary["no_law"].values()),
        rows=report.violations(),
    )
