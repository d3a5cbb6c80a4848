"""A subscriber's six stories, end to end: readiness before and after, packs, verifiers."""

from __future__ import annotations

import json
import zipfile
from datetime import UTC, datetime, timedelta

import pytest

import consent
from consent import bundle, complaint
from consent.complaint import Applicant
from consent.standalone import verify as verify_standalone
from romashka import INN, NUMBER, SAID, WORDING

SPAMMER = "+74950000017"
HOUR = timedelta(hours=1)
AT_HAND = Applicant(
    full_name=True,
    postal_address=True,
    passport=True,
    electronic_address=True,
    encloses=("operator_detail", "secrecy_consent", "identity_copy", "number_is_yours"),
    filing="portal",
)
RECORDING = consent.EvidenceFile(b"RIFF", kind="recording", name="rec.m4a")
SCREENSHOT = consent.EvidenceFile(b"\x89PNG", kind="picture", name="sms.png")


@pytest.fixture
def diary(tmp_path):
    with consent.Log.create(
        tmp_path / "diary", origin="diary.example/me", subscriber=NUMBER, now=SAID
    ) as log:
        yield log


def received(log, at, **change):
    told = {"purpose": "advertising", "advertising_consent": consent.ConsentStance("never")}
    event = consent.ContactReceived(NUMBER, at=at, **{**told, **change})
    return log.append_at(event, at + timedelta(minutes=5)).seq


def missing(log, to="fas", applicant=AT_HAND):
    found = complaint.ready(log, to=to, at=SAID + 40 * HOUR, applicant=applicant)
    return [each.item for each in found.missing()], found


def proven(log, tmp_path, **asked):
    """The pack's case, after every verifier of this process agrees."""
    out = tmp_path / "proof.zip"
    now = SAID + 100 * HOUR
    packed = bundle.prove(log, NUMBER, out=out, at=now, created_at=now, **asked)
    assert bundle.verify(out, trusted=[packed.key]).verdict == "proven"
    alone = verify_standalone.Bundle(
        verify_standalone.read_container(out), [verify_standalone.parse_key(packed.key)]
    )
    alone.run()
    assert alone.failure is None
    with zipfile.ZipFile(out) as archive:
        return json.loads(archive.read("case.json")), archive.read("report.txt").decode()


def verdicts(case):
    return [each["answer"]["verdict"] for each in case["contacts"]]


def test_three_calls_and_one_recording_by_an_unknown_caller(diary, tmp_path):
    first = received(diary, SAID + HOUR, sender=SPAMMER)
    second = received(diary, SAID + 2 * HOUR)  # the number was hidden
    third = received(diary, SAID + 3 * HOUR, sender=SPAMMER)
    nothing = Applicant()
    assert missing(diary, applicant=nothing)[0][:3] == [
        *("recording", "operator_detail", "secrecy_consent"),
    ]
    assert missing(diary)[0] == ["recording"]
    diary.append_at(
        consent.EvidenceAdded(NUMBER, at=SAID + 4 * HOUR, of=first, evidence=[RECORDING]),
        SAID + 4 * HOUR,
    )
    lacks, found = missing(diary)
    assert (lacks, found.ready) == ([], True)
    lacking = {each.item: each.lacking for each in found.items}
    assert (lacking["recording"], lacking["sender"]) == ([second, third], [second])
    case, report = proven(diary, tmp_path)
    assert verdicts(case) == ["deny"] * 3
    assert all(each["question"]["distributor"] == "" for each in case["contacts"])
    assert "Вам звонили" in report
    fits = [each.body for each in complaint.bodies(diary) if each.fits]
    assert fits == ["fas", "rkn", "operator"]


def test_a_robot_calls_after_a_demand_to_stop(diary, tmp_path):
    diary.append_at(
        consent.ConsentWithdrawn(
            NUMBER,
            at=SAID + HOUR,
            distributors=(INN,),
            evidence=[consent.EvidenceFile(b"stop", kind="stop_demand", name="stop.pdf")],
        ),
        SAID + HOUR,
    )
    received(diary, SAID + 5 * HOUR, sender=SPAMMER, heard="robot", distributor=INN)
    found = missing(diary)[1]
    states = {each.item: each.state for each in found.items}
    assert (states["stop_demand"], states["robot"]) == ("present", "present")
    case, report = proven(diary, tmp_path)
    (answered,) = case["contacts"]
    assert answered["question"]["channel"] == "robot"
    assert (answered["answer"]["verdict"], answered["answer"]["relied_on"]) == ("deny", 1)
    assert "Вам звонил робот" in report
    assert "stop.pdf" in report  # named, and not enclosed


def test_an_sms_from_a_name(diary, tmp_path):
    received(
        diary, SAID + HOUR, channel="sms", sender="BANK", said="Кредит!", evidence=[SCREENSHOT]
    )
    assert missing(diary)[1].ready
    case, report = proven(diary, tmp_path)
    assert verdicts(case) == ["deny"]
    assert "Вам прислали SMS" in report
    assert "sms.png" in report


def test_the_number_of_a_legal_entity(diary, tmp_path):
    received(diary, SAID + HOUR, sender=SPAMMER, evidence=[RECORDING])
    entity = Applicant(kind="entity")
    fits = [each.body for each in complaint.bodies(diary, applicant=entity) if each.fits]
    assert fits == ["fas", "operator"]  # the law on advertising protects an entity as well
    found = complaint.ready(diary, to="fas", at=SAID + 9 * HOUR, applicant=entity)
    assert "passport" not in [each.item for each in found.items]
    assert "ru/complaint/signer/entity" in [each.id for each in found.notes]
    rkn = complaint.ready(diary, to="rkn", at=SAID + 9 * HOUR, applicant=entity)
    assert "ru/complaint/entity-number" in [each.id for each in rkn.notes]
    assert verdicts(proven(diary, tmp_path)[0]) == ["deny"]


def test_a_bank_with_a_questionnaire_of_2009(diary, tmp_path):
    signed = datetime(2009, 5, 14, 9, 0, tzinfo=UTC)
    diary.append_at(
        consent.ConsentGiven(
            NUMBER,
            at=signed,
            purposes="advertising",
            channels="voice",
            distributors=(INN,),
            method="paper",
            in_contract=consent.InContract(separate_mark=False),
        ),
        SAID + HOUR,
    )
    received(diary, SAID + 2 * HOUR, sender=SPAMMER, distributor=INN, heard="person")
    case, _ = proven(diary, tmp_path)
    assert verdicts(case) != ["allow"]
    inside = Applicant(operator_contract=True)
    assert "operator_contract_stop" in missing(diary, applicant=inside)[0]


def test_the_company_shows_a_good_consent_for_one_call(tmp_path):
    with consent.Log.create(
        tmp_path / "romashka",
        origin="romashka.example/consent",
        distributor=consent.Organisation(inn=INN, name="ООО Ромашка"),
        now=SAID,
    ) as log:
        log.append_at(
            consent.ConsentGiven(
                NUMBER,
                at=SAID,
                purposes="advertising",
                channels="voice",
                covers={"advertising", "personal_data", "mass_calls"},
                method="sms_code",
                code=consent.Code(sent_to_this_number=True, returned=True),
                wording=WORDING,
                document=consent.EvidenceFile(b"%PDF", kind="document", name="consent.pdf"),
            ),
            SAID + HOUR,
        )
        call = log.append_at(
            consent.ContactMade(
                NUMBER, at=SAID + 2 * HOUR, purpose="advertising", dialled_by="person"
            ),
            SAID + 2 * HOUR,
        ).seq
        log.append_at(consent.ConsentWithdrawn(NUMBER, at=SAID + 3 * HOUR), SAID + 3 * HOUR)
        case, report = proven(log, tmp_path, call=call)
    assert verdicts(case) == ["allow"]
    assert case["answer"]["relied_on"] == 1
    assert "consent.pdf" in report
    assert "Вам звонили" not in report
