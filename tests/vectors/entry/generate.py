#!/usr/bin/env python3
"""Writes the vectors of this folder; each verdict is that of the reader below, not of libconsent.

A vector holds the exact bytes of one entry (`bytes`, or `bytes_hex` where they are no text) and
`expect`. An accepted one names its `type` and its `leaf`, a refused one the `reason`: words that
the refusal must hold. `what` says what was done to the entry.

    python3 tests/vectors/entry/generate.py            writes them
    python3 tests/vectors/entry/generate.py --check    says which are stale
"""

import copy
import datetime
import hashlib
import itertools
import json
import pathlib
import re
import sys

HERE = pathlib.Path(__file__).parent
ORIGIN = "libconsent, tests/vectors/entry/generate.py (verdict by a reader in Python of its own)"
MAX_INT = 2**53 - 1


class RefusedError(ValueError):
    """With the reason."""


# --- the reader ----------------------------------------------------------------------------------


def need(condition, reason):
    if not condition:
        raise RefusedError(reason)


def members(pairs):
    keys = [key for key, _ in pairs]
    need(len(set(keys)) == len(keys), "canonical JSON: a key stands twice")
    need(keys == sorted(keys), "canonical JSON: keys are not in order")
    return dict(pairs)


def integer(text):
    need(abs(int(text)) <= MAX_INT, "canonical JSON: an integer is outside")
    return int(text)


def fraction(_):
    raise RefusedError("canonical JSON: numbers are integers without exponent")


def canonical(data):
    need(len(data) <= 16 * 1024, "canonical JSON: larger than 16 KiB")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        raise RefusedError("canonical JSON: not valid UTF-8") from None
    try:
        value = json.loads(text, object_pairs_hook=members, parse_int=integer, parse_float=fraction)
    except json.JSONDecodeError:
        raise RefusedError("canonical JSON: ") from None
    need("null" not in re.sub(r'"(\\.|[^"\\])*"', "", text), "canonical JSON: null")
    need(encoded(value) == data, "canonical JSON: ")
    return value


def encoded(value):
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def is_int(value, least, most=MAX_INT):
    return type(value) is int and least <= value <= most


def is_hex(value, digits):
    return isinstance(value, str) and re.fullmatch(f"[0-9a-f]{{{digits}}}", value) is not None


def is_time(value):
    if not isinstance(value, str) or not re.fullmatch(
        r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", value, re.ASCII
    ):
        return False
    try:
        datetime.datetime.fromisoformat(value)
    except ValueError:
        return False
    return True


def is_word(value):
    return (
        isinstance(value, str)
        and 0 < len(value.encode()) <= 64
        and not re.search(r'[\x00-\x20\x7f"\\]|[0-9]{10}', value)
    )


def is_inn(value):
    if not re.fullmatch("[0-9]{10}|[0-9]{12}", value) or set(value) == {"0"}:
        return False
    digits = [int(c) for c in value]

    def fits(weights):
        total = sum(w * d for w, d in zip(weights, digits, strict=False))
        return total % 11 % 10 == digits[len(weights)]

    if len(value) == 10:
        return fits([2, 4, 10, 3, 5, 9, 4, 6, 8])
    return fits([7, 2, 4, 10, 3, 5, 9, 4, 6, 8]) and fits([3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8])


def is_party(value):
    if isinstance(value, str) and re.fullmatch("[0-9]+", value):
        return is_inn(value)
    return is_word(value)


def is_list(of, filled=True):
    def fits(value):
        if not isinstance(value, list) or (filled and not value):
            return False
        return all(of(v) for v in value) and all(
            a.encode() < b.encode() for a, b in itertools.pairwise(value)
        )

    return fits


def one_of(words):
    return lambda value: isinstance(value, str) and value in words.split()


def is_object(**shapes):
    def fits(value):
        return isinstance(value, dict) and all(
            shape(value[key]) if key in value else key == "authority"
            for key, shape in shapes.items()
        )

    return fits


def is_signature(value):
    return is_hex(value, 128)


def is_hash(value):
    return is_hex(value, 64)


def is_flag(value):
    return isinstance(value, bool)


def is_true(value):
    return value is True


def is_seq(value):
    return is_int(value, 0)


def is_text(value):
    return isinstance(value, str) and value != ""


COVERS = is_list(one_of("advertising personal_data mass_calls mailing"))
PURPOSE = one_of(
    "advertising service transactional survey debt_collection political social mixed unknown"
)
CHANNEL = one_of("voice robot sms messenger email")
METHOD = one_of(
    "unstated paper qualified_signature sms_code call_code authenticated_app recorded_voice "
    "key_press web_form operator_note open_source email_link sms_reply message"
)
SCOPE = {
    "campaign": is_word,
    "channels": is_list(CHANNEL),
    "covers": COVERS,
    "distributors": is_list(is_party),
    "evidence": is_list(is_hash),
    "purposes": is_list(PURPOSE),
}


def is_files(value):
    """Files kept sealed, in the order the writer was given them."""
    return (
        isinstance(value, list)
        and 1 <= len(value) <= 32
        and all(
            isinstance(file, dict) and is_hash(file.get("commitment")) and is_word(file.get("kind"))
            for file in value
        )
    )


def is_stance(value):
    """What a diarist says of a consent."""
    return (
        isinstance(value, dict)
        and value.get("claim") in ("never", "withdrawn")
        and ("on" not in value or is_time(value["on"]))
    )


SUBJECT = {"details!": is_hash, "files": is_files, "happened!": is_time, "source": is_word}

# A name ending in ! is needed.
BODIES = {
    "log.created": {
        "details": is_hash,
        "distributor": is_party,
        "distributor_name": is_text,
        "format!": is_word,
        "incarnation!": lambda v: is_hex(v, 32),
        "key!": is_text,
    },
    "consent.asked": SUBJECT | SCOPE | {"wording": is_hash},
    "consent.given": SUBJECT
    | {key: shape for key, shape in SCOPE.items() if key in ("campaign", "evidence")}
    | {
        "acts_for": is_list(is_party),
        "acts_for_any": is_true,
        "advertiser": is_party,
        "channels!": is_list(CHANNEL),
        "code": is_object(returned=is_flag, sent_to_this_number=is_flag),
        "covers!": COVERS,
        "distributors!": is_list(is_party, filled=False),
        "document": is_hash,
        "giver": is_object(authority=is_word, kind=one_of("unstated holder addressee employee")),
        "in_contract": is_object(separate_mark=is_flag),
        "method": METHOD,
        "prechecked": is_true,
        "purposes!": is_list(PURPOSE),
        "until": is_time,
        "wording": is_hash,
    },
    "consent.refused": SUBJECT | SCOPE | {"method": METHOD, "wording": is_hash},
    "consent.withdrawn": SUBJECT
    | SCOPE
    | {"means": METHOD, "received_at": is_time, "wording": is_hash},
    "number.reassigned": SUBJECT,
    "contact.made": SUBJECT
    | {
        "advertising": is_object(answer=one_of("yes no unclear"), answers=is_hash, pack=is_word),
        "agent_ref": is_word,
        "caller": is_party,
        "campaign": is_word,
        "channel!": CHANNEL,
        "dialled_by": one_of("unstated person machine"),
        "direction!": one_of("outgoing incoming"),
        "distributor": is_party,
        "duration_s": lambda v: is_int(v, 0, 604800),
        "next_at": is_time,
        "outcome": is_word,
        "purpose!": PURPOSE,
        "recording": is_hash,
        "requested_by_subscriber": is_true,
        "wording": is_hash,
    },
    "operator.refusal": SUBJECT
    | {
        "covers!": is_list(one_of("mass_calls mailing")),
        "in_force": is_time,
        "operator_id": is_party,
    },
    "number.classified": SUBJECT
    | {
        "inn": lambda v: isinstance(v, str) and len(v) == 10 and is_inn(v),
        "kind": one_of("unknown person sole_trader legal_entity public_body"),
        "personal_data!": one_of("unknown yes no"),
        "row": is_word,
    },
    "evidence.added": SUBJECT | {"evidence": is_list(is_hash), "kind": is_word, "of!": is_seq},
    "entry.corrected": SUBJECT | {"fields": is_list(is_word), "of!": is_seq, "reason!": is_word},
    "subject.erased": SUBJECT | {"ground!": is_word, "request": is_hash, "scope": is_word},
    "request.received": SUBJECT
    | {
        "evidence": is_list(is_hash),
        "kind!": one_of("access correction stop_processing unlawful_processing purpose_reached"),
        "means": METHOD,
        "received_at": is_time,
    },
    "request.answered": SUBJECT
    | {
        "evidence": is_list(is_hash),
        "of!": is_seq,
        "outcome!": one_of("done refused extended"),
    },
    "contact.received": SUBJECT
    | {
        "advertising_consent": is_stance,
        "answered": one_of("yes no unknown"),
        "asked_to_stop": one_of("yes no unknown"),
        "called_by_name": one_of("yes no unknown"),
        "channel!": one_of("voice sms messenger email"),
        "distributor": is_party,
        "duration_s": lambda v: is_int(v, 0, 604800),
        "evidence": is_list(is_hash),
        "heard": one_of("person robot unclear"),
        "personal_data_consent": is_stance,
        "purpose!": PURPOSE,
    },
    "subject.restricted": SUBJECT
    | {"ground!": is_word, "released": is_true, "request": is_hash, "until": is_time},
    "subject.held": SUBJECT
    | {"by!": is_party, "ground": is_word, "released": is_true, "until": is_time},
    "wording.registered": {"language": is_word, "wording!": is_hash},
    "clock.step": {"after!": is_time, "before!": is_time, "kind!": one_of("back forward")},
    "log.restored": {
        "end_unknown": is_true,
        "incarnation!": lambda v: is_hex(v, 32),
        "lost_from!": is_seq,
        "lost_to!": is_seq,
        "reason!": is_word,
        "reviewed": is_true,
    },
    "log.heartbeat": {},
    "log.backed_up": {
        "expires": is_time,
        "file!": is_hash,
        "root!": is_hash,
        "size!": is_seq,
    },
    "log.backup_destroyed": {"of!": is_seq},
    "caller.assigned": {
        "caller!": is_party,
        "campaign": is_word,
        "channels": is_list(CHANNEL),
        "distributor!": is_party,
        "document": is_hash,
        "from!": is_time,
        "purposes": is_list(PURPOSE),
        "until": is_time,
    },
    "caller.released": {"document": is_hash, "of!": is_seq, "until!": is_time},
    "anchor.added": {},
    "map.recorded": {},
    "key.rotated": {
        "key!": is_text,
        "new_signature!": is_signature,
        "old_signature": is_signature,
        "reason!": is_word,
        "replaces!": is_text,
    },
    "receipt.issued": SUBJECT,
}
OF_THE_LOG = {
    "log.created",
    "wording.registered",
    "clock.step",
    "log.restored",
    "log.heartbeat",
    "log.backed_up",
    "log.backup_destroyed",
    "caller.assigned",
    "caller.released",
    "anchor.added",
    "map.recorded",
    "key.rotated",
}


def check(data):
    entry = canonical(data)
    need(isinstance(entry, dict), "entry: not an object")
    need(is_int(entry.get("v"), -MAX_INT), "entry: no integer 'v'")
    need(entry["v"] == 1, "entry: a format version")
    known = {"at", "body", "log", "prev", "salt", "seq", "subject", "type", "v"}
    need(set(entry) <= known, "entry: an envelope field")
    need(isinstance(entry.get("at"), str), "entry: no text 'at'")
    need(is_time(entry["at"]), "entry: 'at'")
    need(isinstance(entry.get("prev"), str), "entry: no text 'prev'")
    need(is_hash(entry["prev"]), "entry: 'prev'")
    need(isinstance(entry.get("salt"), str), "entry: no text 'salt'")
    need(is_hex(entry["salt"], 32), "entry: 'salt'")
    need(is_int(entry.get("seq"), -MAX_INT), "entry: no integer 'seq'")
    need(entry["seq"] >= 0, "entry: 'seq' is negative")
    need(isinstance(entry.get("type"), str), "entry: no text 'type'")
    need(entry["type"] in BODIES, "entry: a type")
    need(isinstance(entry.get("log"), str), "entry: no text 'log'")
    if "subject" in entry:
        subject = entry["subject"]
        need(isinstance(subject, dict), "entry: 'subject' is not an object")
        need(set(subject) <= {"prev", "seq", "tag"}, "entry: a 'subject' field")
        need(is_hash(subject.get("tag")), "'tag'")
        need(is_int(subject.get("seq"), -MAX_INT), "entry: no integer 'seq'")
        need(subject["seq"] >= 1, "entry: 'subject.seq' is below 1")
        need(is_int(subject.get("prev"), -MAX_INT), "entry: no integer 'prev'")
        need(subject["prev"] >= -1, "entry: 'subject.prev' is below -1")
    if entry["type"] in OF_THE_LOG:
        need("subject" not in entry, "entry: a 'subject' where the log speaks of itself")
    else:
        need("subject" in entry, "entry: no 'subject'")
    body = entry.get("body")
    need(isinstance(body, dict), "entry: no 'body'")
    for key, fits in BODIES[entry["type"]].items():
        name = key.rstrip("!")
        if name in body:
            need(fits(body[name]), f"entry: '{name}' is not ")
        else:
            need(not key.endswith("!"), f"entry: '{name}' is missing")
    together(entry, body)
    return entry


def together(entry, body):
    """What members say only together."""
    if entry["type"] not in OF_THE_LOG:
        need(body["happened"] <= entry["at"], "entry: 'happened' is after")
    if entry["type"] in (
        "evidence.added",
        "entry.corrected",
        "request.answered",
        "log.backup_destroyed",
        "caller.released",
    ):
        need(body["of"] < entry["seq"], "entry: 'of' is not an entry before")
    if entry["type"] == "contact.received":
        for name in ("advertising_consent", "personal_data_consent"):
            stance = body.get(name, {})
            if "on" in stance:
                fits = stance["claim"] == "withdrawn" and stance["on"] <= body["happened"]
                need(fits, f"entry: '{name}' has a day of withdrawal that does not fit")
    if entry["type"] == "evidence.added":
        need(
            "evidence" in body or "files" in body, "entry: 'evidence' is missing, and so is 'files'"
        )
    if entry["type"] == "clock.step":
        way = "back" if body["after"] < body["before"] else "forward"
        need(body["after"] != body["before"] and body["kind"] == way, "entry: 'kind'")
    if entry["type"] == "log.restored":
        need(body["lost_from"] <= body["lost_to"], "entry: 'lost_to'")
        need(body["lost_from"] <= entry["seq"], "entry: 'lost_from'")
    if entry["type"] == "caller.assigned":
        need(body["caller"] != body["distributor"], "entry: 'caller' is the distributor")
        need("until" not in body or body["from"] < body["until"], "entry: 'until' is not after")
    if entry["type"] == "log.backed_up":
        need(body["size"] <= entry["seq"], "entry: 'size'")
    if entry["type"] == "number.classified" and body.get("kind") in ("person", "sole_trader"):
        need("inn" not in body, "entry: 'inn'")


# --- the entries ---------------------------------------------------------------------------------


def digest(text):
    return hashlib.sha256(text.encode()).hexdigest()


AT = "2026-11-20T11:03:02.118245Z"
SAID = "2026-11-20T11:03:00.000000Z"
INN = "7707083893"
FILES = sorted([digest("recording"), digest("form")])
HAPPY = {
    "log.created": {
        "distributor": INN,
        "distributor_name": "ООО «Ромашка»",
        "format": "v1",
        "incarnation": digest("incarnation")[:32],
        "key": "romashka.example/consent+2685d632+AYMgpRl32MOMqKSSfGcN9YIeRJdhlF4V6e+yahUJ0jDq",
    },
    "consent.asked": {
        "campaign": "Весна-2026",
        "channels": ["sms", "voice"],
        "covers": ["advertising", "personal_data"],
        "distributors": [INN],
        "evidence": FILES,
        "purposes": ["advertising"],
        "wording": digest("wording"),
    },
    "consent.given": {
        "acts_for": ["500100732259", "call-centre"],
        "advertiser": INN,
        "campaign": "spring",
        "channels": ["sms", "voice"],
        "code": {"returned": True, "sent_to_this_number": True},
        "covers": ["advertising"],
        "distributors": [INN],
        "document": digest("document"),
        "evidence": FILES,
        "giver": {"authority": "order-7", "kind": "employee"},
        "in_contract": {"separate_mark": True},
        "method": "sms_code",
        "prechecked": True,
        "purposes": ["advertising", "survey"],
        "source": "import:crm",
        "until": "2027-11-20T00:00:00.000000Z",
        "wording": digest("wording"),
    },
    "consent.refused": {"method": "recorded_voice", "wording": digest("wording")},
    "consent.withdrawn": {
        "channels": ["voice"],
        "evidence": FILES[:1],
        "means": "paper",
        "received_at": "2026-11-20T11:03:01.000000Z",
    },
    "number.reassigned": {"source": "operator"},
    "contact.made": {
        "advertising": {
            "answer": "yes",
            "answers": digest("answers"),
            "pack": "ru-ad-2026-11-22",
        },
        "agent_ref": "a17",
        "caller": "call-centre",
        "campaign": "spring",
        "channel": "voice",
        "dialled_by": "machine",
        "direction": "outgoing",
        "distributor": INN,
        "duration_s": 604800,
        "outcome": "hung_up",
        "purpose": "advertising",
        "recording": FILES[0],
        "requested_by_subscriber": True,
    },
    "operator.refusal": {
        "covers": ["mailing", "mass_calls"],
        "in_force": "2026-11-25T00:00:00.000000Z",
        "operator_id": INN,
    },
    "number.classified": {
        "inn": INN,
        "kind": "legal_entity",
        "personal_data": "no",
        "row": "ru/pd/09",
        "source": "egrul",
    },
    "evidence.added": {"evidence": FILES, "kind": "recording", "of": 40},
    "entry.corrected": {"fields": ["campaign", "until"], "of": 0, "reason": "typed_twice"},
    "request.received": {
        "evidence": FILES,
        "kind": "access",
        "means": "paper",
        "received_at": "2026-11-20T11:03:01.000000Z",
    },
    "request.answered": {"evidence": FILES, "of": 40, "outcome": "extended"},
    "contact.received": {
        "advertising_consent": {"claim": "withdrawn", "on": "2026-11-01T21:00:00.000000Z"},
        "answered": "yes",
        "asked_to_stop": "no",
        "called_by_name": "unknown",
        "channel": "voice",
        "distributor": INN,
        "duration_s": 41,
        "evidence": FILES,
        "heard": "robot",
        "personal_data_consent": {"claim": "never"},
        "purpose": "advertising",
    },
    "subject.erased": {"ground": "152-fz/21", "request": digest("letter"), "scope": "all"},
    "subject.restricted": {
        "ground": "152-fz/21",
        "released": True,
        "request": digest("letter"),
        "until": "2027-01-01T00:00:00.000000Z",
    },
    "subject.held": {"by": INN, "ground": "case-7", "until": "2027-01-01T00:00:00.000000Z"},
    "wording.registered": {"language": "ru", "wording": digest("wording")},
    "clock.step": {
        "after": "2026-11-20T11:03:02.118245Z",
        "before": "2026-11-20T12:03:02.000000Z",
        "kind": "back",
    },
    "log.restored": {
        "incarnation": digest("next")[:32],
        "lost_from": 41,
        "lost_to": 57,
        "reason": "disk",
        "end_unknown": True,
        "reviewed": True,
    },
    "log.heartbeat": {},
    "log.backed_up": {
        "expires": "2026-12-20T11:03:00.000000Z",
        "file": digest("log.db"),
        "root": digest("root"),
        "size": 41,
    },
    "log.backup_destroyed": {"of": 7},
    "caller.assigned": {
        "caller": "500100732259",
        "campaign": "spring",
        "channels": ["voice"],
        "distributor": INN,
        "document": digest("contract"),
        "from": "2026-11-20T21:00:00.000000Z",
        "purposes": ["advertising"],
        "until": "2027-11-20T21:00:00.000000Z",
    },
    "caller.released": {
        "document": digest("notice"),
        "of": 7,
        "until": "2026-12-01T21:00:00.000000Z",
    },
    "anchor.added": {"of": "anything", "size": 7},
    "map.recorded": {"wording": [1, {"x": True}]},
    "key.rotated": {
        "key": "romashka.example/consent+9c1d04aa+AX3r",
        "new_signature": "ab" * 64,
        "old_signature": "cd" * 64,
        "reason": "planned",
        "replaces": "romashka.example/consent+2685d632+AYMg",
    },
    "receipt.issued": {"of": "anything"},
}
VECTORS = {}


def happy(kind, /, **more):
    body = copy.deepcopy(HAPPY[kind]) | more
    entry = {
        "at": AT,
        "body": body,
        "log": "romashka.example/consent",
        "prev": digest("prev"),
        "salt": digest("salt")[:32],
        "seq": 41,
        "type": kind,
        "v": 1,
    }
    if kind == "log.created":
        entry |= {"seq": 0, "prev": "0" * 64}
    if kind not in OF_THE_LOG:
        entry["subject"] = {"prev": 17, "seq": 2, "tag": digest("tag")}
        body |= {"details": digest("details"), "happened": more.get("happened", SAID)}
    return entry


def vector(name, what, entry, expect):
    """`entry`: an object, or bytes. `expect`: "accept", or the reason of the refusal."""
    data = entry if isinstance(entry, bytes) else encoded(entry)
    made = {"origin": ORIGIN, "what": what}
    try:
        made["bytes"] = data.decode()
    except UnicodeDecodeError:
        made["bytes_hex"] = data.hex()
    try:
        read = check(data)
    except RefusedError as refused:
        if str(refused) not in expect and expect not in str(refused):
            raise AssertionError(f"{name}: {refused}") from refused
        made |= {"expect": "refuse", "reason": expect}
    else:
        if expect != "accept":
            raise AssertionError(f"{name}: accepted")
        made |= {"expect": "accept", "type": read["type"]}
        made["leaf"] = hashlib.sha256(b"\0" + data).hexdigest()
    if name in VECTORS:
        raise AssertionError(f"{name}: twice")
    VECTORS[name] = made


def envelope_vectors():
    given = happy("consent.given")

    def edit(name, what, reason, **change):
        entry = copy.deepcopy(given)
        for key, value in change.items():
            if value is None:
                del entry[key]
            else:
                entry[key] = value
        vector(name, what, entry, reason)

    edit("unknown-envelope-field", "a member too many", "entry: an envelope field", extra=True)
    for version in (0, 2, -1):
        edit(f"version@{version}", "another version", "entry: a format version", v=version)
    edit("version@text", "the version is a text", "entry: no integer 'v'", v="1")
    for key in ("at", "log", "prev", "salt", "type"):
        edit(f"missing-{key}", "a member is absent", f"entry: no text '{key}'", **{key: None})
        edit(f"integer@{key}", "a text is an integer", f"entry: no text '{key}'", **{key: 7})
    edit("missing-seq", "a member is absent", "entry: no integer 'seq'", seq=None)
    edit("missing-v", "a member is absent", "entry: no integer 'v'", v=None)
    edit("missing-body", "a member is absent", "entry: no 'body'", body=None)
    edit("body@list", "the body is a list", "entry: no 'body'", body=[])
    edit("negative-seq", "a place before the first", "entry: 'seq' is negative", seq=-1)
    edit("unknown-type", "a type that nobody knows", "entry: a type", type="consent.guessed")
    edit("type@upper-case", "a type in capitals", "entry: a type", type="Consent.given")
    edit("at@local", "an offset instead of Z", "entry: 'at'", at="2026-11-20T14:03:02.118245+03:00")
    edit("at@no-fraction", "no microseconds", "entry: 'at'", at="2026-11-20T11:03:02Z")
    edit("at@leap-second", "second 60", "entry: 'at'", at="2026-11-20T11:03:60.000000Z")
    edit("at@february-30", "a day that is none", "entry: 'at'", at="2026-02-30T11:03:02.000000Z")
    edit("prev@short", "63 digits", "entry: 'prev'", prev="a" * 63)
    edit("prev@upper-case", "digits in capitals", "entry: 'prev'", prev="A" * 64)
    edit("salt@short", "31 digits", "entry: 'salt'", salt="a" * 31)
    edit("salt@upper-case", "digits in capitals", "entry: 'salt'", salt="A" * 32)
    edit("missing-subject", "of a subject that is not named", "entry: no 'subject'", subject=None)
    edit("subject@text", "a tag alone", "entry: 'subject' is not an object", subject=digest("tag"))
    tag = digest("tag")
    for name, subject, reason in (
        ("field", {"prev": 1, "seq": 2, "tag": tag, "x": 1}, "entry: a 'subject' field"),
        ("seq-0", {"prev": 1, "seq": 0, "tag": tag}, "entry: 'subject.seq' is below 1"),
        ("prev-minus-2", {"prev": -2, "seq": 1, "tag": tag}, "entry: 'subject.prev' is below -1"),
        ("no-seq", {"prev": 1, "tag": tag}, "entry: no integer 'seq'"),
        ("no-prev", {"seq": 1, "tag": tag}, "entry: no integer 'prev'"),
        ("no-tag", {"prev": 1, "seq": 2}, "entry: no text 'tag'"),
        ("short-tag", {"prev": 1, "seq": 2, "tag": tag[:62]}, "entry: 'tag' is not"),
    ):
        edit(f"subject@{name}", "a subject that is none", reason, subject=subject)
    for kind in sorted(OF_THE_LOG):
        vector(
            f"subject-of-the-log@{kind}",
            "an entry about the log itself names a subject",
            happy(kind) | {"subject": {"prev": -1, "seq": 1, "tag": tag}},
            "entry: a 'subject' where the log speaks of itself",
        )

    data = encoded(given)
    for name, what, changed, reason in (
        ("space", "a space after a colon", data.replace(b'"v":1', b'"v": 1'), ""),
        ("newline", "a newline at the end", data + b"\n", ""),
        ("key-order", "v before type", data.replace(b'"v":1', b'"a":1'), "keys are not in order"),
        ("twice", "v twice", data.replace(b'"v":1', b'"v":1,"v":1'), "a key stands twice"),
        ("float", "v is 1.0", data.replace(b'"v":1', b'"v":1.0'), "numbers are integers"),
        (
            "exponent",
            "seq is 41e0",
            data.replace(b'"seq":41', b'"seq":41e0'),
            "numbers are integers",
        ),
        (
            "null",
            "a null in the body",
            data.replace(b'"prechecked":true', b'"prechecked":null'),
            "null",
        ),
        ("escaped", "a letter escaped", data.replace(b'"spring"', b'"\\u0073pring"'), ""),
        (
            "utf-8",
            "a byte that is no text",
            data.replace(b'"spring"', b'"spr\xffng"'),
            "not valid UTF-8",
        ),
        (
            "surrogate",
            "half a pair",
            data.replace(b'"spring"', b'"\xed\xa0\x80"'),
            "not valid UTF-8",
        ),
        (
            "large-integer",
            "2^53",
            data.replace(b'"seq":41', b'"seq":9007199254740992'),
            "an integer is outside",
        ),
        ("cut", "the last brace is missing", data[:-1], ""),
        ("empty", "nothing at all", b"", ""),
    ):
        vector(f"not-canonical@{name}", what, changed, f"canonical JSON: {reason}")
    vector("list", "a list of one entry", b"[" + data + b"]", "entry: not an object")


def body_vectors():
    for kind in BODIES:
        vector(f"happy-{kind}", "as it should be", happy(kind), "accept")
        if HAPPY[kind] and kind not in ("log.created", "receipt.issued"):
            needed = {key[:-1] for key in BODIES[kind] if key.endswith("!")}
            if kind == "evidence.added":  # this or `files`
                needed.add("evidence")
            least = happy(kind)
            for key in set(least["body"]) - needed:
                del least["body"][key]
            vector(f"happy-{kind}@least", "only what is needed", least, "accept")
        unknown = happy(kind, zz_not_known={"x": [1, "any text at all"]})
        vector(f"happy-{kind}@unknown-member", "a member nobody knows", unknown, "accept")
        for key in BODIES[kind]:
            name = key.rstrip("!")
            if key.endswith("!"):
                without = happy(kind)
                del without["body"][name]
                vector(f"{kind}@no-{name}", "absent", without, f"entry: '{name}' is missing")
            other = happy(kind)
            other["body"][name] = "two words" if other["body"].get(name) in (True, 41) else 41
            if BODIES[kind][key](41):  # an integer may stand there
                other["body"][name] = "41"
            if BODIES[kind][key](other["body"][name]):
                other["body"][name] = ""
            vector(f"{kind}@other-{name}", "of another shape", other, f"entry: '{name}' is not ")

    def wrong(kind, name, what, reason=None, /, **change):
        key = next(iter(change))
        reason = reason or f"entry: '{key}' is not "
        vector(
            f"{kind}@{name}", what, happy(kind) | {"body": happy(kind, **change)["body"]}, reason
        )

    sealed = [
        {"commitment": digest("b"), "kind": "wording"},
        {"commitment": digest("a"), "kind": "recording"},
    ]
    for kind in ("consent.given", "contact.made", "subject.held"):
        vector(f"happy-{kind}@files", "files kept sealed", happy(kind, files=sealed), "accept")
    found = happy("evidence.added", files=sealed[:1])
    del found["body"]["evidence"]
    vector("happy-evidence.added@files", "no file by its hash alone", found, "accept")
    del found["body"]["files"]
    vector("evidence.added@nothing", "neither hash nor file", found, "entry: 'evidence' is missing")
    wrong("consent.asked", "no-file", "an empty list", files=[])
    wrong("consent.asked", "file-without-kind", "half a file", files=[{"commitment": digest("a")}])
    wrong("consent.asked", "file-by-hash", "hashes stand in evidence", files=[digest("a")])
    wrong("consent.asked", "33-files", "one too many", files=[sealed[0]] * 33)
    wrong(
        "consent.asked",
        "file-of-two-words",
        "a name, not a kind",
        files=[{"commitment": digest("a"), "kind": "Иванова паспорт"}],
    )

    given = "consent.given"
    wrong(given, "unsorted-channels", "not in byte order", channels=["voice", "sms"])
    wrong(given, "channels-twice", "a word twice", channels=["sms", "sms"])
    wrong(given, "no-channel", "an empty list", channels=[])
    wrong(given, "unknown-channel", "a word not on its list", channels=["pigeon"])
    wrong(given, "integer-in-channels", "a list of integers", channels=[1])
    wrong(given, "unknown-cover", "a word not on its list", covers=["everything"])
    wrong(given, "prechecked-false", "what is false is left out", prechecked=False)
    wrong(given, "empty-campaign", "what is empty is left out", campaign="")
    wrong(given, "number-in-campaign", "a telephone number", campaign="79161234567")
    wrong(given, "free-text", "more than a word", source="called back later")
    wrong(given, "long-word", "65 bytes", campaign="x" * 65)
    wrong(given, "false-inn", "the check digit is wrong", advertiser="7707083894")
    wrong(
        given, "zero-inn", "zeros have the right check digits and are no INN", advertiser="0" * 10
    )
    wrong(given, "zero-inn-of-12", "as many as a person's has", distributors=["0" * 12])
    wrong(given, "number-as-party", "a telephone number", distributors=["79161234567"])
    wrong(given, "code-without-returned", "half a code", code={"sent_to_this_number": True})
    wrong(given, "code-as-list", "not an object", code=[True, True])
    wrong(given, "giver-without-kind", "an authority alone", giver={"authority": "order-7"})
    wrong(given, "local-until", "no microseconds", until="2027-11-20T00:00:00Z")
    wrong(given, "short-wording", "62 digits", wording="a" * 62)
    wrong(
        given,
        "happened-later",
        "happened after it was recorded",
        "entry: 'happened' is after",
        happened="2026-11-20T11:03:02.118246Z",
    )
    vector(
        "happy-consent.given@names-nobody",
        "the text names nobody",
        happy(given, distributors=[]),
        "accept",
    )
    wrong("consent.refused", "no-distributor", "an empty list", distributors=[])
    assessed = HAPPY["contact.made"]["advertising"]
    wrong(
        "contact.made",
        "advertising-maybe",
        "off the list",
        advertising={**assessed, "answer": "maybe"},
    )
    wrong("contact.made", "advertising-as-word", "a word alone", advertising="yes")
    wrong(
        "contact.made",
        "advertising-short-hash",
        "half a hash",
        advertising={**assessed, "answers": "ab" * 16},
    )
    wrong(
        "contact.made",
        "advertising-without-pack",
        "by no rows",
        advertising={"answer": "yes", "answers": assessed["answers"]},
    )
    script = {"next_at": "2026-11-24T09:00:00.000000Z", "wording": digest("script")}
    vector(
        "happy-contact.made@script",
        "the script by its hash, and when to call again",
        happy("contact.made", **script),
        "accept",
    )
    vector(
        "happy-consent.withdrawn@wording",
        "the text of the demand by its hash",
        happy("consent.withdrawn", wording=digest("demand")),
        "accept",
    )
    wrong("contact.made", "script-in-clear", "a text, not its hash", wording="Добрый день!")
    wrong("contact.made", "local-next_at", "no microseconds", next_at="2026-11-24T09:00:00Z")
    wrong("contact.made", "negative-duration", "below 0", duration_s=-1)
    wrong("contact.made", "long-duration", "more than a week", duration_s=604801)
    wrong("contact.received", "robot-as-channel", "a robot is heard", channel="robot")
    wrong("contact.received", "heard-nothing", "not on the list", heard="nothing")
    wrong("contact.received", "answered-as-flag", "not a word", answered=True)
    wrong("contact.received", "given", "not a claim", advertising_consent={"claim": "given"})
    wrong("contact.received", "claim-as-word", "a word alone", advertising_consent="never")
    wrong(
        "contact.received",
        "never-on-a-day",
        "what was never given was not withdrawn",
        "entry: 'personal_data_consent' has a day of withdrawal that does not fit",
        personal_data_consent={"claim": "never", "on": "2026-11-01T21:00:00.000000Z"},
    )
    wrong(
        "contact.received",
        "withdrawn-afterwards",
        "after the contact",
        "entry: 'advertising_consent' has a day of withdrawal that does not fit",
        advertising_consent={"claim": "withdrawn", "on": "2026-11-20T11:03:01.000000Z"},
    )
    wrong("operator.refusal", "advertising", "not the operator's", covers=["advertising"])
    wrong("number.classified", "persons-inn", "12 digits", inn="500100732259")
    wrong(
        "number.classified",
        "person-with-inn",
        "a person",
        "entry: 'inn' is an organisation's",
        kind="person",
    )
    wrong("evidence.added", "of-itself", "its own seq", "entry: 'of' is not an entry before", of=41)
    wrong(
        "request.answered", "of-itself", "its own seq", "entry: 'of' is not an entry before", of=41
    )
    wrong("request.received", "no-letter", "an empty list", evidence=[])
    wrong("evidence.added", "no-file", "an empty list", evidence=[])
    wrong(
        "entry.corrected", "of-later", "a later entry", "entry: 'of' is not an entry before", of=42
    )
    wrong("entry.corrected", "of-negative", "below 0", of=-1)
    wrong("clock.step", "other-way", "forward", "entry: 'kind' is not what", kind="forward")
    wrong("clock.step", "no-step", "the same time", "entry: 'kind' is not what", before=AT)
    wrong(
        "log.restored",
        "backwards",
        "ends before it begins",
        "entry: 'lost_to' is below",
        lost_to=40,
    )
    wrong(
        "log.restored",
        "from-later",
        "of later entries",
        "entry: 'lost_from' is after",
        lost_from=42,
    )
    wrong("log.backed_up", "of-later", "more than there was", "entry: 'size' is above", size=42)
    wrong(
        "log.backup_destroyed",
        "of-itself",
        "its own seq",
        "entry: 'of' is not an entry before",
        of=41,
    )
    vector(
        "happy-consent.given@acts-for-any",
        "persons acting for the distributor, without names",
        happy(given, acts_for_any=True),
        "accept",
    )
    wrong(given, "acts-for-any-false", "what is false is left out", acts_for_any=False)
    wrong(
        "caller.assigned",
        "of-itself",
        "the distributor dials",
        "entry: 'caller' is the distributor",
        caller=INN,
    )
    wrong(
        "caller.assigned",
        "ends-before-it-begins",
        "no time at all",
        "entry: 'until' is not after",
        until="2026-11-20T21:00:00.000000Z",
    )
    wrong("caller.assigned", "no-channel", "an empty list", channels=[])
    wrong("caller.assigned", "unknown-purpose", "a word not on its list", purposes=["sales"])
    wrong("caller.assigned", "number-as-caller", "a telephone number", caller="79161234567")
    wrong("caller.assigned", "false-inn", "the check digit is wrong", distributor="7707083894")
    wrong(
        "caller.released", "of-itself", "its own seq", "entry: 'of' is not an entry before", of=41
    )
    vector(
        "happy-log.restored@nothing-known",
        "how much was lost is not known",
        happy("log.restored", lost_to=41),
        "accept",
    )
    vector(
        "happy-first-of-subject",
        "the first entry of a subject",
        happy(given) | {"subject": {"prev": -1, "seq": 1, "tag": digest("tag")}},
        "accept",
    )


def main():
    body_vectors()
    envelope_vectors()
    wanted = {f"{name}.json": encoded(value).decode() + "\n" for name, value in VECTORS.items()}
    there = {path.name for path in HERE.glob("*.json")}
    if sys.argv[1:] == ["--check"]:
        stale = sorted(
            name
            for name in there | set(wanted)
            if name not in there
            or name not in wanted
            or (HERE / name).read_text(encoding="utf-8") != wanted[name]
        )
        if stale:
            sys.exit("stale vectors: " + ", ".join(stale))
        return
    for name in there - set(wanted):
        (HERE / name).unlink()
    for name, text in wanted.items():
        (HERE / name).write_text(text, encoding="utf-8")
    print(f"{len(wanted)} vectors")


if __name__ == "__main__":
    main()
