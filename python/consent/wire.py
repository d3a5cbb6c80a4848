"""The words of the format as types, so that a misspelt one is found before it runs.

``consent.words()`` lists the same words at run time; a test holds the two to each other.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, TypeAlias

__all__ = [
    "Basis",
    "Channel",
    "Channels",
    "Cover",
    "Covers",
    "DialledBy",
    "Direction",
    "Giver",
    "Heard",
    "Method",
    "Purpose",
    "Purposes",
    "ReceivedOver",
    "Request",
    "RequestOutcome",
    "Verdict",
    "YesNo",
]

Purpose: TypeAlias = Literal[
    "advertising",
    "service",
    "transactional",
    "survey",
    "debt_collection",
    "political",
    "social",
    "mixed",
    "unknown",
    "reference",
]
Channel: TypeAlias = Literal["voice", "robot", "sms", "messenger", "email"]
Method: TypeAlias = Literal[
    "unstated",
    "paper",
    "qualified_signature",
    "sms_code",
    "call_code",
    "authenticated_app",
    "recorded_voice",
    "key_press",
    "web_form",
    "operator_note",
    "open_source",
    "email_link",
    "sms_reply",
    "message",
]
Cover: TypeAlias = Literal["advertising", "personal_data", "mass_calls", "mailing"]
Request: TypeAlias = Literal[
    "access", "correction", "stop_processing", "unlawful_processing", "purpose_reached"
]
RequestOutcome: TypeAlias = Literal["done", "refused", "extended"]
Direction: TypeAlias = Literal["outgoing", "incoming"]
DialledBy: TypeAlias = Literal["unstated", "person", "machine"]
Giver: TypeAlias = Literal["unstated", "holder", "addressee", "employee"]
#: A robot is heard, not a channel, where a contact is received.
ReceivedOver: TypeAlias = Literal["voice", "sms", "messenger", "email"]
Heard: TypeAlias = Literal["unclear", "person", "robot"]
YesNo: TypeAlias = Literal["unknown", "yes", "no"]
Basis: TypeAlias = Literal["said", "recorded"]
Verdict: TypeAlias = Literal["deny", "allow", "unknown"]

#: One word, or several.
Purposes: TypeAlias = Purpose | Iterable[Purpose]
Channels: TypeAlias = Channel | Iterable[Channel]
Covers: TypeAlias = Cover | Iterable[Cover]
