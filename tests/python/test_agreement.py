"""One copy of standing: what Python and the command answer is what the core answers."""

import io
import json
import random
from array import array
from datetime import timedelta

import pytest

import consent
from consent import _core, cli
from romashka import INN, NUMBER, SAID

#: tests/standing/agreement_test.cpp asks of ten thousand; these pass through the bindings.
HISTORIES = 2000
SEED = 20261130
VERDICTS = {"deny": consent.DENY, "allow": consent.ALLOW, "unknown": consent.UNKNOWN}
OTHER = "7736050003"
PURPOSES = ("advertising", "mixed", "unknown", "service", "debt_collection")
CHANNELS = ("voice", "robot", "sms")


def number(i):
    return consent.PhoneNumber.from_digits(79160000000 + i)


def minute(i):
    return SAID + timedelta(minutes=i)


def event(dice, whose, said):
    what = dice.randrange(10)
    scope = {}
    if dice.randrange(3) == 0:
        scope["channels"] = {dice.choice(CHANNELS)}
    if dice.randrange(4) == 0:
        scope["campaign"] = "spring"
    if what < 4:
        scope.setdefault("channels", {"voice", "robot", "sms"})
        if dice.randrange(4) == 0:
            scope["until"] = said + timedelta(minutes=1 + dice.randrange(60))
        return consent.ConsentGiven(
            whose,
            purposes={"advertising"},
            method="recorded_voice",
            wording="Да.",
            evidence=[consent.EvidenceFile(b"yes", kind="recording")] if dice.randrange(4) else (),
            at=said,
            **scope,
        )
    if what < 6:
        if dice.randrange(3) == 0:
            scope["distributors"] = [dice.choice((INN, OTHER))]
        kind = consent.ConsentWithdrawn if what == 4 else consent.ConsentRefused
        return kind(whose, at=said, **scope)
    if what < 8:
        return consent.ContactMade(
            whose,
            purpose=dice.choice(PURPOSES),
            channel=dice.choice(CHANNELS),
            campaign=dice.choice(("", "spring", "autumn")),
            at=said,
        )
    if what == 8:
        return consent.NumberReassigned(whose, at=said)
    until = said + timedelta(minutes=1 + dice.randrange(90)) if dice.randrange(2) else None
    return consent.SubjectRestricted(
        whose, ground="demand", until=until, released=dice.randrange(3) == 0, at=said
    )


@pytest.fixture(scope="module")
def histories(tmp_path_factory):
    """A log of many histories, under a clock that is set back now and then."""
    dice = random.Random(SEED)  # noqa: S311  so that it fails again
    folder = tmp_path_factory.mktemp("agreement") / "log"
    with consent.Log.create(
        folder,
        origin="romashka.example/consent",
        distributor=consent.Organisation(inn=INN, name="ООО Ромашка"),
        now=SAID,
    ) as log:
        for now in (60, 30, 120, 240, 180, 300):
            events = [
                event(dice, number(i), minute(now - dice.randrange(30))) for i in range(HISTORIES)
            ]
            restricted = [each for each in events if isinstance(each, consent.SubjectRestricted)]
            log.append_many_at(
                [each for each in events if not isinstance(each, consent.SubjectRestricted)],
                minute(now),
            )
            for each in restricted:
                if log.subjects_of(each.number):
                    log.append_at(each, minute(now))
    with consent.Log.open(folder) as log:
        yield log


def asked(dice):
    return {
        "purpose": dice.choice(PURPOSES),
        "channel": dice.choice(CHANNELS),
        "dialled_by": dice.choice(("person", "machine", None)),
        "campaign": dice.choice((None, "spring")),
        "at": minute(dice.randrange(400)),
        "counts": consent.ContactCounts([0, 1, 1], [0, 0, 1]),
    }


def lines(decision):
    return [(each.rule, each.verdict, each.seq) for each in decision.findings]


def test_python_the_command_and_audit_give_the_answer_of_check(histories, monkeypatch, capsys):
    dice = random.Random(SEED + 1)  # noqa: S311  so that it fails again
    gate = consent.Gate(histories)
    pack = consent.rules.russia()
    seen = set()
    for first in range(0, HISTORIES, 20):
        scope = asked(dice)
        numbers = [number(i) for i in range(first, first + 20)]
        checked = [histories.may_contact(each, **scope) for each in numbers]
        seen |= {each.verdict for each in checked}

        gated = [gate.may_contact(each, **scope) for each in numbers]
        assert [lines(each) for each in gated] == [lines(each) for each in checked]
        assert [each.relied_on for each in gated] == [each.relied_on for each in checked]
        many = gate.may_contact_many(numbers, **scope)
        assert list(many) == [VERDICTS[each.verdict] for each in checked]

        words = [
            "check",
            histories.folder,
            "-",
            "--json",
            "--attempts",
            "0,1,1",
            "--talks",
            "0,0,1",
        ]
        for name in ("purpose", "channel", "campaign"):
            if scope[name]:
                words += [f"--{name}", scope[name]]
        if scope["dialled_by"]:
            words += ["--dialled-by", scope["dialled_by"]]
        words += ["--at", scope["at"].isoformat()]
        listed = "".join(each.e164 + "\n" for each in numbers).encode()
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(listed)))
        cli.main([str(word) for word in words])
        *told, campaign = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
        once = {each["rule"] for each in campaign["campaign_warnings"]}
        assert [each["verdict"] for each in told] == [each.verdict for each in checked]
        assert [each["relied_on"] for each in told] == [each.relied_on for each in checked]
        assert [
            [(found["rule"], found["verdict"], found["seq"]) for found in each["findings"]]
            for each in told
        ] == [[line for line in lines(each) if line[0] not in once] for each in checked]

        at_us = array("q", [int(scope["at"].timestamp()) * 1_000_000] * len(numbers))
        audited = _core.audit(
            array("q", [int(each.e164[1:]) for each in numbers]),
            at_us,
            histories,
            pack,
            consent.Question(numbers[0], **scope).core(),
            purposes=scope["purpose"],
            channels=scope["channel"],
            dialled_by=scope["dialled_by"] or "unstated",
        )
        judged = [audited.decision(i) for i in range(len(numbers))]
        assert [lines(each) for each in judged] == [lines(each) for each in checked]
        assert [each.relied_on for each in judged] == [each.relied_on for each in checked]
    assert {"allow", "deny"} <= seen


def test_access_says_restricted_where_check_denies_for_it(histories):
    dice = random.Random(SEED + 2)  # noqa: S311  so that it fails again
    met = set()
    for i in range(0, HISTORIES, 200):  # each page reads the whole log for its terms
        at = minute(360 + dice.randrange(60))
        page = consent.access(histories, number(i), at=at)
        if page.state != "held":
            continue
        answer = histories.may_contact(number(i), **{**asked(dice), "at": at})
        denied = any(each.rule == "standing/restricted" for each in answer.findings)
        assert page.facts["restricted"] == denied
        met.add(denied)
    assert met == {True, False}


def test_of_two_restrictions_one_expired_access_names_the_other(romashka):
    at = SAID + timedelta(days=1)
    romashka.append_at(consent.SubjectRestricted(NUMBER, ground="demand", at=at), at)
    short = consent.SubjectRestricted(NUMBER, ground="demand", until=at + timedelta(hours=1), at=at)
    romashka.append_at(short, at)
    now = at + timedelta(days=2)
    assert consent.access(romashka, NUMBER, at=now).facts["restricted"] is True
    assert (
        consent.access(romashka, NUMBER, at=SAID + timedelta(hours=1)).facts["restricted"] is False
    )
