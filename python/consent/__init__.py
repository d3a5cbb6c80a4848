"""Prove that you were allowed to call.

A tamper-evident log of consents, an answer with reasons, an audit of calls that were made, and a
file that others can check::

    import consent

    log = consent.Log.create("romashka", origin="romashka.example/consent",
                             distributor=consent.Organisation(inn="7707083893"))
    log.append(consent.ConsentGiven("+79161234567", purposes={"advertising"}, channels={"voice"},
                                    method="sms_code", wording=text, at=when))
    answer = log.may_contact("+79161234567", purpose="advertising", channel="voice",
                             dialled_by="person", at=now)

Contents, by what you come for:

===========  =====================================================================================
Record       :class:`Log`; events: :class:`ConsentGiven`, :class:`ConsentAsked`,
             :class:`ConsentRefused`, :class:`ConsentWithdrawn`, :class:`ContactMade`,
             :class:`ContactReceived`,
             :class:`NumberReassigned` and the others of :mod:`consent.event`;
             :mod:`consent.receipt`
Ask          :meth:`Log.may_contact`, :class:`Gate`, :class:`Decision`, :mod:`consent.rules`
Classify     :func:`classify`, :func:`classify_many`, :func:`is_advertising`,
             :mod:`consent.numbering`
Audit        :func:`audit`, :class:`AuditReport`, :class:`Direction`, :func:`outcomes`
Prove        :mod:`consent.bundle`, :func:`verify`, :func:`compare`, :mod:`consent.merkle`,
             :mod:`consent.note`
Privacy      :func:`access`, :mod:`consent.deadline`, :mod:`consent.erasure`
Words        :func:`words` lists them; :mod:`consent.wire` has them as types
Errors       :class:`ConsentError` and its kinds, :mod:`consent.errors`
===========  =====================================================================================
"""

from __future__ import annotations

import importlib
import sys
import types
from typing import TYPE_CHECKING

from consent import errors  # first: the binary module raises them

try:
    from consent import _core  # noqa: F401 - loaded here so that its failure explains itself
except ImportError as error:  # pragma: no cover - only a broken installation comes here
    import platform

    raise ImportError(
        f"consent._core, the compiled part of this package, cannot be loaded: {error}. "
        f"Python {platform.python_version()} on {platform.platform()}, package in {__path__[0]}, "
        f"interpreter {sys.executable}. Likely causes: the package was built for another Python, "
        "or its sources were copied without a build (run `pip install .`), or a library that it "
        "needs (SQLite, OpenSSL, fmt) is missing."
    ) from error

from consent import (
    advertising,
    bundle,
    calendar,
    classification,
    deadline,
    event,
    merkle,
    note,
    number,
    numbering,
    outcome,
    party,
    receipt,
    rules,
    wire,
)
from consent._core import Classification, Coverage, Problem, Verification, version
from consent.advertising import Advertising, is_advertising
from consent.classification import ClassifiedNumbers, classify_many
from consent.comparison import Comparison, compare
from consent.decision import (
    ALLOW,
    DENY,
    UNKNOWN,
    Caller,
    ContactCounts,
    Decision,
    Finding,
    Gate,
    Question,
)
from consent.errors import (
    BrokenLogError,
    ConsentError,
    CryptoError,
    ErasedError,
    InternalError,
    InvalidArgument,
    LockedError,
    NotBuiltError,
    NotFoundError,
    ParseError,
    ProofError,
    RestrictedError,
    RulesError,
    StorageError,
)
from consent.event import (
    Assessment,
    Code,
    ConsentAsked,
    ConsentGiven,
    ConsentRefused,
    ConsentStance,
    ConsentWithdrawn,
    ContactMade,
    ContactReceived,
    EntryCorrected,
    Event,
    EvidenceAdded,
    EvidenceFile,
    InContract,
    NumberClassified,
    NumberReassigned,
    OperatorRefusal,
    RequestAnswered,
    RequestReceived,
    SubjectHeld,
    SubjectRestricted,
    file_hash,
    words,
)
from consent.log import Appended, Entry, HistoryEvent, KeptEvidence, Log, Rebuilt
from consent.number import (
    PhoneNumber,
    ReadNumber,
    Sender,
    parse_number,
    parse_sender,
    read_number,
)
from consent.numbering import Numbering
from consent.outcome import OutcomeMap, outcomes
from consent.pages.access import Access, access
from consent.party import Organisation, Settlement, classify, classify_email
from consent.rules import Rule, RulePack
from consent.verification import verify

if TYPE_CHECKING:
    from consent.auditing import AuditReport, Direction, Rehearsal, audit

__version__ = version()


def __getattr__(name: str) -> object:
    """Load what audits when it is first asked for: NumPy and Arrow take half of a start."""
    if name in {"AuditReport", "Direction", "Rehearsal", "audit"}:
        return getattr(importlib.import_module("consent.auditing"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


class _Auditing(types.ModuleType):
    """``consent.audit`` as a module: the function of this name hides none."""

    def __getattr__(self, name: str) -> object:
        return getattr(importlib.import_module("consent.auditing"), name)


# In its place before anybody imports it: an import would put it over the function.
sys.modules[f"{__name__}.audit"] = _Auditing(f"{__name__}.audit")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


__all__ = [
    "ALLOW",
    "DENY",
    "UNKNOWN",
    "Access",
    "Advertising",
    "Appended",
    "Assessment",
    "AuditReport",
    "BrokenLogError",
    "Caller",
    "Classification",
    "ClassifiedNumbers",
    "Code",
    "Comparison",
    "ConsentAsked",
    "ConsentError",
    "ConsentGiven",
    "ConsentRefused",
    "ConsentStance",
    "ConsentWithdrawn",
    "ContactCounts",
    "ContactMade",
    "ContactReceived",
    "Coverage",
    "CryptoError",
    "Decision",
    "Direction",
    "Entry",
    "EntryCorrected",
    "ErasedError",
    "Event",
    "EvidenceAdded",
    "EvidenceFile",
    "Finding",
    "Gate",
    "HistoryEvent",
    "InContract",
    "InternalError",
    "InvalidArgument",
    "KeptEvidence",
    "LockedError",
    "Log",
    "NotBuiltError",
    "NotFoundError",
    "NumberClassified",
    "NumberReassigned",
    "Numbering",
    "OperatorRefusal",
    "Organisation",
    "OutcomeMap",
    "ParseError",
    "PhoneNumber",
    "Problem",
    "ProofError",
    "Question",
    "ReadNumber",
    "Rebuilt",
    "Rehearsal",
    "RequestAnswered",
    "RequestReceived",
    "RestrictedError",
    "Rule",
    "RulePack",
    "RulesError",
    "Sender",
    "Settlement",
    "StorageError",
    "SubjectHeld",
    "SubjectRestricted",
    "Verification",
    "__version__",
    "access",
    "advertising",
    "audit",
    "bundle",
    "calendar",
    "classification",
    "classify",
    "classify_email",
    "classify_many",
    "compare",
    "deadline",
    "errors",
    "event",
    "file_hash",
    "is_advertising",
    "merkle",
    "note",
    "number",
    "numbering",
    "outcome",
    "outcomes",
    "parse_number",
    "parse_sender",
    "party",
    "read_number",
    "receipt",
    "rules",
    "verify",
    "version",
    "wire",
    "words",
]
