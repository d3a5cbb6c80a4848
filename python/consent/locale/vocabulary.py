"""The words of the format as people say them: purposes, methods, types of entries, fields.

English stands here; the Russian is in the catalogue, under the context ``word``, ``verdict``,
``type`` or ``field``.
"""

from __future__ import annotations

from typing import Final

from consent.locale.message import Lang, in_language

__all__ = ["FIELDS", "label", "type_name", "verdict_name", "word"]

WORDS: Final[dict[str, str]] = {
    # purposes
    "advertising": "advertising",
    "service": "service",
    "transactional": "transactional",
    "survey": "survey",
    "debt_collection": "debt collection",
    "political": "political",
    "social": "social advertising",
    "mixed": "mixed (treated as advertising)",
    "unknown": "unknown (treated as advertising)",
    # channels
    "voice": "voice call",
    "robot": "robot call",
    "sms": "SMS",
    "messenger": "messenger",
    "email": "e-mail",
    # covers
    "personal_data": "processing of personal data",
    "mass_calls": "mass calls",
    "mailing": "mailing",
    # methods
    "paper": "on paper",
    "qualified_signature": "qualified signature",
    "sms_code": "code from an SMS",
    "call_code": "code from a call",
    "authenticated_app": "app with a login",
    "recorded_voice": "recorded voice",
    "key_press": "key press",
    "web_form": "web form",
    "operator_note": "operator's note",
    "open_source": "open source",
    "email_link": "link in an e-mail",
    "unstated": "not stated",
    # direction, dialled by, giver
    "outgoing": "outgoing",
    "incoming": "incoming",
    "person": "a person",
    "machine": "a machine",
    "holder": "the subscriber",
    "addressee": "the addressee",
    "employee": "an employee",
    # requests
    "access": "access",
    "correction": "correction",
    "stop_processing": "end of processing",
    "unlawful_processing": "unlawful processing",
    "purpose_reached": "purpose reached",
    "done": "done",
    "extended": "extended",
    # from when a consent counts
    "said": "from when it was said",
    "recorded": "from when it was recorded",
    # verdicts of findings
    "allow": "allows",
    "deny": "forbids",
    "warn": "warns",
    "treat": "bears on",
}

VERDICTS: Final[dict[str, str]] = {
    "allow": "allowed",
    "deny": "not allowed",
    "unknown": "unknown",
    "warn": "warning",
    "treat": "bears on it",
}

TYPES: Final[dict[str, str]] = {
    "log.created": "The log was created",
    "caller.assigned": "A caller was assigned",
    "caller.released": "A caller's assignment ended",
    "consent.asked": "The subscriber was asked for consent",
    "consent.given": "The subscriber gave consent",
    "consent.refused": "The subscriber refused",
    "consent.withdrawn": "The subscriber withdrew consent or demanded a stop",
    "number.reassigned": "The number passed to another subscriber",
    "contact.made": "The subscriber was contacted",
    "operator.refusal": "Refusal through the telephone operator",
    "number.classified": "The number was classified",
    "evidence.added": "Evidence was added",
    "entry.corrected": "An entry was marked as wrong",
    "subject.erased": "The data were destroyed",
    "subject.restricted": "Processing was restricted",
    "subject.held": "Legal hold",
    "request.received": "A demand about the data arrived",
    "request.answered": "A demand was answered",
}

#: Fields of a body, in the order in which they are told.
FIELDS: Final[dict[str, str]] = {
    "purposes": "purposes",
    "purpose": "purpose",
    "channels": "channels",
    "channel": "channel",
    "covers": "consent to",
    "distributors": "to whom (INN)",
    "distributor": "made for (INN)",
    "distributor_name": "name",
    "acts_for": "who may call for it",
    "acts_for_any": "persons acting for it may call",
    "from": "valid from",
    "advertiser": "advertiser",
    "campaign": "campaign",
    "method": "how it was said",
    "means": "how it was said",
    "until": "valid until",
    "received_at": "demand received",
    "direction": "direction",
    "dialled_by": "dialled by",
    "caller": "caller",
    "outcome": "outcome",
    "duration_s": "duration, s",
    "evidence": "evidence (SHA-256)",
    "recording": "recording (SHA-256)",
    "document": "document (SHA-256)",
    "wording": "text (SHA-256)",
    "code": "one-time code",
    "kind": "kind",
    "of": "of entry",
    "source": "source of the record",
}


def word(wire: object, lang: Lang) -> str:
    """Say a word of the wire in a language."""
    return in_language(WORDS.get(str(wire), str(wire)), lang, context="word")


def verdict_name(verdict: str, lang: Lang) -> str:
    """Say a verdict in a language."""
    return in_language(VERDICTS.get(verdict, verdict), lang, context="verdict")


def label(field: str, lang: Lang) -> str:
    """Say the name of a body's field in a language."""
    return in_language(FIELDS.get(field, field), lang, context="field")


def type_name(kind: str, lang: Lang) -> str:
    """Say in a sentence what an entry of a type records."""
    return in_language(TYPES.get(kind, kind), lang, context="type")
