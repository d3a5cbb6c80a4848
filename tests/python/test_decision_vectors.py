"""The decision vectors and scenarios of tests/vectors, asked of a real log through the typed face."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import pytest

import consent
from consent import event
from consent._core import ContactCounts

VECTORS = Path(__file__).resolve().parents[1] / "vectors"
FILES = sorted(
    file for folder in ("decision", "scenarios") for file in (VECTORS / folder).glob("*.json")
)
BEFORE_ALL = datetime(2000, 1, 1, tzinfo=UTC)
FILE = consent.EvidenceFile(b"RIFF", kind="recording")
HASH = sha256(b"a recording that others hold").digest()


def moment(text):
    return datetime.fromisoformat(text)


def shown(told, otherwise):
    how = told.get("evidence", otherwise)
    return [{"file": FILE, "hash": HASH}[how]] if how else []


def scope(told):
    found = {word: told[word] for word in ("purposes", "channels", "covers") if word in told}
    if "campaign" in told:
        found["campaign"] = told["campaign"]
    if "distributors" in told:
        found["distributors"] = told["distributors"]
    return found


def given(told, number):
    more = {
        word: told[word]
        for word in ("acts_for", "acts_for_any", "advertiser", "prechecked", "giver", "authority")
        if word in told
    }
    if "until" in told:
        more["until"] = moment(told["until"])
    if told.get("document"):
        more["document"] = sha256(b"a document of its own").digest()
    if "in_contract" in told:
        more["in_contract"] = event.InContract(**told["in_contract"])
    if "code" in told:
        more["code"] = event.Code(**told["code"])
    return consent.ConsentGiven(
        number,
        at=moment(told["happened"]),
        method=told.get("method", "recorded_voice"),
        wording=told.get("wording", "Согласен на рекламу."),
        evidence=shown(told, "" if "method" in told else "file"),
        **scope(told),
        **more,
    )


def withdrawn(told, number):
    more = {"received_at": moment(told["received_at"])} if "received_at" in told else {}
    return consent.ConsentWithdrawn(number, at=moment(told["happened"]), **scope(told), **more)


def refused_at_the_operator(told, number):
    more = {"in_force": moment(told["in_force"])} if "in_force" in told else {}
    return consent.OperatorRefusal(
        number, at=moment(told["happened"]), covers=told.get("covers", ()), **more
    )


def classified(told, number):
    return consent.NumberClassified(
        number,
        at=moment(told["happened"]),
        personal_data=told["personal_data"],
        kind=told.get("kind", "unknown"),
        row="ru/pd/09",
    )


EVENTS = {
    "consent.given": given,
    "consent.withdrawn": withdrawn,
    "consent.refused": lambda told, number: consent.ConsentRefused(
        number, at=moment(told["happened"]), **scope(told)
    ),
    "number.reassigned": lambda told, number: consent.NumberReassigned(
        number, at=moment(told["happened"])
    ),
    "number.classified": classified,
    "operator.refused": refused_at_the_operator,
    "evidence.added": lambda told, number: consent.EvidenceAdded(
        number,
        at=moment(told["happened"]),
        of=told["of"],
        kind=told.get("kind", "recording"),
        evidence=shown(told, "file"),
    ),
}


def question(asked, distributor):
    more = {
        word: asked[word]
        for word in ("campaign", "basis", "messenger", "advertiser", "requested", "home_only")
        if word in asked
    }
    if "serving_operator" in asked:
        more["serving_operator"] = asked["serving_operator"]
    if "caller" in asked:
        more["caller"] = consent.Caller.from_toml(asked["caller"], "caller.toml")
    if "counts" in asked:
        more["counts"] = ContactCounts(**asked["counts"])
    if not asked.get("by_plan"):
        more["zones"] = asked.get("zones", [])
    return consent.Question(
        asked["number"],
        purpose=asked["purpose"],
        channel=asked["channel"],
        at=moment(asked["at"]),
        distributor=asked.get("distributor", distributor),
        dialled_by=asked.get("dialled_by", "person"),
        **more,
    )


def recorded(log, vector):
    """Append what the vector tells; each entry has the place that the vector gives it."""
    number = vector["question"]["number"]
    for seq, told in enumerate(vector["events"], 1):
        at = moment(told.get("recorded", told["happened"]))
        assert log.append_at(EVENTS[told["event"]](told, number), at).seq == seq
    for told in vector.get("assignments", ()):
        log.assign_caller(
            told["caller"],
            distributor=told.get("distributor", vector["distributor"]),
            from_=moment(told["from"]),
            until=moment(told["until"]) if "until" in told else None,
            purposes=told.get("purposes", ()),
            channels=told.get("channels", ()),
            campaign=told.get("campaign", ""),
            at=moment(told.get("recorded", told["from"])),
        )


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_log_answers_as_the_vector_says(file, tmp_path):
    vector = json.loads(file.read_text("utf-8"))
    expected = vector["expected"]
    rules = consent.rules.russia()
    if "rules" in vector:
        rules = rules.with_policy(vector["rules"], "rules")
    with consent.Log.create(
        tmp_path / "log",
        origin="vectors.example/log",
        distributor=consent.Organisation(inn=vector["distributor"]),
        now=BEFORE_ALL,
    ) as log:
        recorded(log, vector)
        decision = log.may_contact(
            question(vector["question"], vector["distributor"]), rules=rules
        )
    said = [f"{finding.verdict} {finding.rule}" for finding in decision.findings]
    assert decision.verdict == expected["verdict"]
    if "findings" in expected:
        assert said == expected["findings"]
    assert set(expected.get("includes", ())) <= set(said)
    assert not set(expected.get("lacks", ())) & set(said)
    assert decision.relied_on == expected.get("relied_on")
    assert decision.assignment == expected.get("assignment")
    following = expected.get("next_allowed")
    assert decision.next_allowed == (moment(following) if following else None)
    if "worth" in expected:
        assert decision.worth == expected["worth"]


def test_the_folders_of_vectors_were_found():
    assert len(FILES) > 600
