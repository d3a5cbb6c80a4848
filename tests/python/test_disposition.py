"""How a contact ended is heard: by whoever asks, in whatever way."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

import consent
from consent import bundle
from romashka import NUMBER, OTHER, SAID, WORDING

CALLED = SAID + timedelta(hours=1)
LATER = CALLED + timedelta(days=2)
ASK = {"purpose": "advertising", "channel": "voice", "dialled_by": "person"}
WORDS = ("--purpose", "advertising", "--channel", "voice", "--dialled-by", "person")
HEAD = "id,when,agent,phone,status,seconds\n"
LAYOUT = """
[columns]
start = "when"
dst = "phone"
src = "agent"
disposition = "status"
billsec = "seconds"
uniqueid = "id"
"""


def ended(log, outcome, *, at=CALLED, number=NUMBER, **more):
    event = consent.ContactMade(number, at=at, purpose="advertising", outcome=outcome, **more)
    return log.append_at(event, at + timedelta(minutes=1))


def consents(log, at):
    event = consent.ConsentGiven(
        NUMBER,
        purposes={"advertising"},
        channels={"voice"},
        method="sms_code",
        code=consent.Code(sent_to_this_number=True, returned=True),
        wording=WORDING,
        at=at,
    )
    log.append_at(event, at + timedelta(seconds=1))


def audited(log, tmp_path, at=LATER):
    (tmp_path / "map.toml").write_text(LAYOUT)
    when = at.strftime("%Y-%m-%d %H:%M:%S")
    (tmp_path / "calls.csv").write_text(HEAD + f"1,{when},a1,{NUMBER},NA,0\n")
    report = consent.audit(
        tmp_path / "calls.csv",
        log,
        zone="UTC",
        direction=consent.Direction.declare(own_numbers=["re:a[0-9]+"]),
        layout=tmp_path / "map.toml",
        dialled_by="person",
        purpose="advertising",
    )
    verdicts = report.summary["verdicts"]
    return [word for word, count in verdicts.items() if count]


def answers(log, run, tmp_path, at=LATER):
    """The word of each interface of Python and of the command, as of one moment."""
    caller = consent.Caller.from_toml("mass = false\n", "caller.toml")
    (tmp_path / "caller.toml").write_text("mass = false\n")
    gate = consent.Gate(log)
    # A verdict of a list is a small number of the gate; its word is looked up.
    words = {consent.ALLOW: "allow", consent.DENY: "deny", consent.UNKNOWN: "unknown"}
    (many,) = gate.may_contact_many([NUMBER], at=at, caller=caller, **ASK)
    asked = ("--at", at.isoformat(), "--caller", str(tmp_path / "caller.toml"), *WORDS, "--json")
    one = run("check", log.folder, NUMBER, *asked)
    listed = run("check", log.folder, "-", *asked, stdin=f"{NUMBER}\n")
    return {
        "log": log.may_contact(NUMBER, at=at, caller=caller, **ASK).verdict,
        "gate": gate.may_contact(NUMBER, at=at, caller=caller, **ASK).verdict,
        "many": words[many],
        "check": json.loads(one.stdout)["verdict"],
        "check -": json.loads(listed.stdout.splitlines()[0])["verdict"],
    }


def test_a_demand_at_the_end_of_a_contact_is_recorded_as_a_stop(romashka):
    before = romashka.size
    done = ended(romashka, "do_not_call")
    assert romashka.size == before + 2
    assert romashka.entry(done.seq).type == "contact.made"
    assert romashka.entry(done.seq + 1).type == "consent.withdrawn"


def test_every_interface_denies_two_days_after_the_demand(romashka, run, tmp_path):
    assert set(answers(romashka, run, tmp_path).values()) == {"allow"}
    ended(romashka, "do_not_call")
    assert set(answers(romashka, run, tmp_path).values()) == {"deny"}
    assert audited(romashka, tmp_path) == ["deny"]


def test_a_gate_that_is_open_already_hears_how_a_contact_ended(romashka):
    caller = consent.Caller.from_toml("mass = false\n", "caller.toml")
    gate = consent.Gate(romashka.folder)
    assert gate.may_contact(NUMBER, at=LATER, caller=caller, **ASK).verdict == "allow"
    ended(romashka, "wrong_person")
    assert gate.may_contact(NUMBER, at=LATER, caller=caller, **ASK).verdict == "unknown"
    ended(romashka, "do_not_call", at=CALLED + timedelta(hours=1))
    assert gate.may_contact(NUMBER, at=LATER, caller=caller, **ASK).verdict == "deny"


@pytest.mark.parametrize(
    ("outcome", "verdict"),
    [("do_not_call", "deny"), ("wrong_person", "unknown"), ("lost_deal", "deny")],
)
def test_a_pack_says_no_yes_over_how_a_contact_ended(romashka, tmp_path, outcome, verdict):
    ended(romashka, outcome)
    made = bundle.prove(
        romashka, NUMBER, out=tmp_path / "x.zip", at=LATER, created_at=LATER, **ASK
    )
    assert made.decision.verdict == verdict
    assert bundle.verify(made.path).verdict == "proven"


def test_due_knows_the_stop_that_ended_a_contact(romashka, run):
    ended(romashka, "do_not_call")
    ended(romashka, "answered", at=LATER)
    now = (LATER + timedelta(hours=1)).isoformat()
    items = json.loads(run("due", romashka.folder, "--json", "--now", now).stdout)["items"]
    assert any(item["trigger"] == "stop" for item in items)


@pytest.mark.parametrize(
    ("outcome", "verdict", "rule"),
    [
        ("wrong_person", "unknown", "ru/policy/wrong-person"),
        ("no_such_subscriber", "allow", "ru/policy/no-such-subscriber"),
        ("not_interested", "deny", "ru/policy/not-interested"),
        ("lost_deal", "deny", "ru/policy/lost-deal"),
    ],
)
def test_how_a_contact_ended_answers_everywhere_until_a_later_consent(
    romashka, run, tmp_path, outcome, verdict, rule
):
    ended(romashka, outcome)
    assert set(answers(romashka, run, tmp_path).values()) == {verdict}
    assert audited(romashka, tmp_path) == [verdict]
    caller = consent.Caller.from_toml("mass = false\n", "caller.toml")
    found = romashka.may_contact(NUMBER, at=LATER, caller=caller, **ASK).findings
    assert rule in [each.rule for each in found]
    consents(romashka, CALLED + timedelta(days=1))
    assert set(answers(romashka, run, tmp_path).values()) == {"allow"}


def test_a_reassignment_ends_wrong_person(romashka, run, tmp_path):
    ended(romashka, "wrong_person")
    at = CALLED + timedelta(hours=2)
    romashka.append_at(consent.NumberReassigned(NUMBER, at=at), at)
    assert set(answers(romashka, run, tmp_path).values()) == {"deny"}  # nobody asked the new holder
    consents(romashka, at + timedelta(hours=1))
    assert set(answers(romashka, run, tmp_path).values()) == {"allow"}


@pytest.mark.parametrize("outcome", sorted(row.id for row in consent.outcomes()))
def test_no_outcome_undoes_a_stop(romashka, run, tmp_path, outcome):
    ended(romashka, "do_not_call")
    ended(romashka, outcome, at=CALLED + timedelta(hours=1))
    assert set(answers(romashka, run, tmp_path).values()) == {"deny"}
    consents(romashka, CALLED + timedelta(hours=2))
    assert set(answers(romashka, run, tmp_path).values()) == {"allow"}


def test_contacts_recorded_together_bring_their_stops_and_each_its_own_answer(romashka):
    before = romashka.size
    made = [
        consent.ContactMade(number, at=CALLED, purpose="advertising", outcome=outcome)
        for number, outcome in ((NUMBER, "do_not_call"), (OTHER, "busy"), (OTHER, "do_not_call"))
    ]
    done = romashka.append_many_at(made, LATER)
    assert [romashka.entry(each.seq).type for each in done] == ["contact.made"] * 3
    assert romashka.size == before + 5
    for number in (NUMBER, OTHER):
        assert [event.type for event in romashka.history(number)][-1] == "consent.withdrawn"
