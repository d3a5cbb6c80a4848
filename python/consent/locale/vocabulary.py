"""The words of the format as people say them: purposes, methods, types of entries, fields.

English stands here; the Russian is in the catalogue, under the context ``word``, ``verdict``,
``reason``, ``type`` or ``field``.
"""

from __future__ import annotations

from typing import Final

from consent.locale.message import Lang, in_language

__all__ = ["FIELDS", "label", "reason_name", "type_name", "verdict_name", "word"]

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
    "reference": "reference material",
    # grades of proof
    "strong": "strong",
    "fair": "fair",
    "weak": "weak",
    "not_proven": "not proven",
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
    "sms_reply": "answer by SMS",
    "message": "answer by messenger",
    "unstated": "not stated",
    # direction, dialled by, giver
    "outgoing": "outgoing",
    "incoming": "incoming",
    "person": "a person",
    "machine": "a machine",
    "holder": "the subscriber",
    "addressee": "the addressee",
    "employee": "an employee",
    # what was heard
    "unclear": "not clear",
    # consent, as a diarist says
    "never": "never given",
    "withdrawn": "withdrawn",
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
    # of files, answers and outcomes
    "recording": "recording",
    "document": "document",
    "wording": "text",
    "file": "file",
    "yes": "yes",
    "no": "no",
    "answered": "answered",
    "no_answer": "no answer",
    "busy": "busy",
    # verdicts of findings
    "allow": "allows",
    "deny": "forbids",
    "warn": "warns",
    "treat": "bears on",
}

VERDICTS: Final[dict[str, str]] = {
    "allow": "allowed",
    "deny": "denied",
    "unknown": "unknown",
    "warn": "warning",
    "treat": "bears on it",
}

#: Why a row of calls is left out or rejected.
REASONS: Final[dict[str, str]] = {
    "incoming": "came in from outside",
    "internal": "stayed inside the exchange",
    "forwarded": "came in by a trunk and went out by one",
    "other_record": "records something else than a call",
    "not_outgoing": "the declared rule does not call it outgoing",
    "not_a_number": "outgoing by the rule, but no number was dialled (feature code, s, i)",
    "same_call": "another leg of a call that is counted once",
    "wrong_column_count": "cells cannot be told apart: not as many as the layout has",
    "bad_time": "the start is no date and time",
    "time_out_of_range": "the start is before 1990 or after 2099",
    "ambiguous_local_time": "the clocks went back: this local time came twice",
    "nonexistent_local_time": "the clocks went forward over this local time",
    "not_a_count": "seconds that are no number: the columns have shifted?",
    "bad_number": "what was dialled is no telephone number",
    "unknown_value": "a value that the layout does not know",
    "above_header": "above the header, and it holds what could be a number",
    "too_long": "longer than a line may be",
    "not_json": "not one JSON object",
    "formula": "a formula without a value",
    "merged_cells": "merged cells hide a value",
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
    "contact.received": "A contact was received",
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
    "from_": "valid from",
    "advertiser": "advertiser",
    "campaign": "campaign",
    "method": "how it was said",
    "means": "how it was said",
    "until": "valid until",
    "received_at": "demand received",
    "direction": "direction",
    "dialled_by": "dialled by",
    "caller": "caller",
    "sender": "caller",
    "label": "shown on the screen",
    "company": "said to call for",
    "identified_by": "how the company was established",
    "said": "words or text",
    "heard": "voice of",
    "answered": "answered",
    "asked_to_stop": "asked to stop",
    "called_by_name": "called by name",
    "advertising_consent": "consent to advertising",
    "personal_data_consent": "consent to the use of personal data",
    "outcome": "outcome",
    "next_at": "next contact",
    "organisation": "organisation",
    "decision_maker": "who decides",
    "note": "note",
    "duration_s": "duration, s",
    "evidence": "evidence (SHA-256)",
    "recording": "recording (SHA-256)",
    "document": "document (SHA-256)",
    "wording": "text (SHA-256)",
    "kind": "kind",
    "of": "of entry",
    "source": "source of the record",
}

#: Members that stand inside others, or that a page of one person alone shows.
MEMBERS: Final[dict[str, str]] = {
    "files": "files in the log",
    "giver": "given by",
    "authority": "by what right",
    "operator_id": "telephone operator",
    "by": "by order of",
    "ground": "ground",
    "released": "ended",
    "prechecked": "ticked beforehand",
    "in_contract": "inside a contract",
    "separate_mark": "a mark of its own",
    "sent_to_this_number": "sent to this number",
    "returned": "came back",
    "agent_ref": "who spoke",
    "requested_by_subscriber": "the subscriber asked for it",
    "reason": "reason",
    "fields": "fields",
    "inn": "INN",
    "personal_data": "personal data",
    "row": "row of rules",
    "scope": "scope",
    "advertising": "answers on advertising",
    "answer": "answer",
    "answers": "answers",
    "claim": "consent",
    "on": "on",
    "name": "name",
    "type": "type",
    "file_names": "names of the files",
}


def word(wire: object, lang: Lang) -> str:
    """Say a word of the wire in a language."""
    return in_language(WORDS.get(str(wire), str(wire)), lang, context="word")


def verdict_name(verdict: str, lang: Lang) -> str:
    """Say a verdict in a language."""
    return in_language(VERDICTS.get(verdict, verdict), lang, context="verdict")


def reason_name(reason: str, lang: Lang) -> str:
    """Say why a row of calls was left out or rejected."""
    return in_language(REASONS[reason], lang, context="reason") if reason in REASONS else ""


def label(field: str, lang: Lang) -> str:
    """Say the name of a body's field in a language."""
    return in_language(FIELDS.get(field) or MEMBERS.get(field, field), lang, context="field")


def type_name(kind: str, lang: Lang) -> str:
    """Say in a sentence what an entry of a type records."""
    return in_language(TYPES.get(kind, kind), lang, context="type")
