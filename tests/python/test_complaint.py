"""What a complaint still lacks: `consent ready`, consent.complaint, and the commands of a diary."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

import consent
from consent import complaint
from consent.complaint import Applicant

NUMBER = "+79161234567"
SPAMMER = "+74950000017"
BEGUN = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)
CALLED = datetime(2026, 11, 20, 8, 42, tzinfo=UTC)
NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
ALL = Applicant(
    full_name=True,
    postal_address=True,
    electronic_address=True,
    passport=True,
    encloses=("identity_copy", "number_is_yours", "operator_detail", "secrecy_consent"),
    filing="paper",
)


@pytest.fixture
def diary(tmp_path):
    with consent.Log.create(
        tmp_path / "diary", origin="diary.example/me", subscriber=NUMBER, now=BEGUN
    ) as log:
        yield log


def noted(log, at=CALLED, **change):
    event = consent.ContactReceived(
        NUMBER,
        at=at,
        **{
            "sender": SPAMMER,
            "heard": "person",
            "purpose": "advertising",
            "answered": "yes",
            "duration_s": 40,
            "said": "Вам одобрен кредит",
            "advertising_consent": consent.ConsentStance("never"),
            "personal_data_consent": consent.ConsentStance("never"),
            **change,
        },
    )
    return log.append_at(event, NOW).seq


def recording(data=b"voice", kind="recording", name="recording.m4a"):
    return consent.EvidenceFile(data, kind=kind, name=name)


def items(found):
    return {each.item: each for each in found.items}


def test_the_bad_case_names_everything_missing_with_source_and_remedy(diary):
    noted(diary, sender="", said="", heard="unclear", duration_s=None, answered="unknown")
    found = complaint.ready(diary, to="fas", at=NOW)
    assert not found.ready
    missing = [each.item for each in found.missing()]
    # What gets most complaints refused stands first.
    assert missing == [
        *("recording", "operator_detail", "secrecy_consent", "sender"),
        *("name_and_address", "passport"),
    ]
    for each in found.missing():
        for text in (each.how, each.how_ru, each.why, each.why_ru, each.citation, each.source):
            assert text
        assert each.confidence in ("C1", "C2")


def test_what_rests_on_no_source_is_never_a_ground_to_refuse(diary):
    noted(diary, evidence=[recording()], said="", advertising_consent=None)
    found = complaint.ready(diary, to="fas", at=NOW, applicant=ALL)
    unconfirmed = [each for each in found.items if each.confidence == "G"]
    assert {each.weight for each in unconfirmed} == {"unconfirmed"}
    assert {each.item for each in unconfirmed if each.state == "missing"} >= {
        "content",
        "no_consent",
    }
    assert found.ready
    assert all(each.weight != "unconfirmed" for each in found.items if each.confidence != "G")


def test_a_recording_added_later_counts_for_its_contact(diary):
    first = noted(diary)
    second = noted(diary, at=CALLED + timedelta(hours=1))
    before = items(complaint.ready(diary, to="fas", at=NOW, applicant=ALL))["recording"]
    assert (before.state, before.lacking) == ("missing", [first, second])
    diary.append_at(consent.EvidenceAdded(NUMBER, at=NOW, of=second, evidence=[recording()]), NOW)
    after = items(complaint.ready(diary, to="fas", at=NOW, applicant=ALL))["recording"]
    assert (after.state, after.lacking) == ("partly", [first])
    one = complaint.ready(diary, to="fas", at=NOW, applicant=ALL, contacts=[second])
    assert items(one)["recording"].state == "present"
    assert one.ready
    assert one.contacts == [second]


def test_the_detail_and_the_signed_page_are_found_with_whatever_entry_keeps_them(diary):
    noted(diary, evidence=[recording()])
    diary.append_at(
        consent.RequestReceived(
            NUMBER,
            at=NOW,
            kind="access",
            evidence=[
                recording(kind="operator_detail", name="detail.pdf"),
                recording(kind="secrecy_consent", name="signed.pdf"),
            ],
        ),
        NOW,
    )
    found = items(complaint.ready(diary, to="fas", at=NOW))
    assert found["operator_detail"].state == "present"
    assert found["secrecy_consent"].shown_by == [2]


def test_a_contact_that_was_taken_back_is_not_complained_of(diary):
    wrong = noted(diary)
    right = noted(diary, at=CALLED + timedelta(hours=1))
    diary.append_at(consent.EntryCorrected(NUMBER, at=NOW, of=wrong, reason="wrong_day"), NOW)
    # A field that is wrong takes nothing back.
    diary.append_at(
        consent.EntryCorrected(NUMBER, at=NOW, of=right, reason="typo", fields=("said",)), NOW
    )
    assert complaint.ready(diary, to="fas", at=NOW).contacts == [right]
    with pytest.raises(consent.InvalidArgument, match=f"entry {wrong}: entry 3 says"):
        complaint.ready(diary, to="fas", at=NOW, contacts=[wrong])
    with pytest.raises(consent.InvalidArgument, match="entry 0: no contact"):
        complaint.ready(diary, to="fas", at=NOW, contacts=[0])


@pytest.mark.parametrize(
    ("after", "state"),
    [
        (timedelta(days=10), "open"),
        (timedelta(days=180), "open"),
        (timedelta(days=182), "soon"),
        (timedelta(days=364), "soon"),
        (timedelta(days=366), "expired"),
    ],
)
def test_the_term_of_limitation_runs_from_the_call(diary, after, state):
    noted(diary)
    (term,) = complaint.ready(diary, to="fas", at=CALLED + after).limitation
    assert term.state == state
    # Local days of Moscow: the call's day, months later.
    assert term.warn_from == datetime(2027, 5, 19, 21, tzinfo=UTC)
    assert term.expires == datetime(2027, 11, 19, 21, tzinfo=UTC)


@pytest.mark.parametrize(
    ("called", "rule", "entities"),
    [
        (datetime(2024, 4, 16, 20, 59, tzinfo=UTC), "ru/koap/14-3-1", (100_000, 500_000)),
        (datetime(2024, 4, 16, 21, 0, tzinfo=UTC), "ru/koap/14-3-4-1", (300_000, 1_000_000)),
    ],
)
def test_fines_are_those_of_the_day_of_the_call(diary, called, rule, entities):
    noted(diary, at=called)
    (fine,) = complaint.ready(diary, to="fas", at=NOW).fines
    assert (fine.rule, fine.entities, fine.confidence) == (rule, entities, "C1")
    # Before the rows of personal data begin nothing is known, and nothing is said.
    assert complaint.ready(diary, to="rkn", at=NOW).fines == []


@pytest.mark.parametrize(
    ("filing", "wrong"), [("email", True), ("spam_form", True), ("portal", False), ("paper", False)]
)
def test_a_plain_email_is_no_appeal(diary, filing, wrong):
    noted(diary)
    found = complaint.ready(diary, to="fas", at=NOW, applicant=Applicant(filing=filing))
    assert ("channel" in [each.item for each in found.missing()]) == wrong
    assert {each.id for each in found.notes if each.about == "no_appeal"} == {
        "ru/complaint/no-appeal/email",
        "ru/complaint/no-appeal/spam-form",
    }


def test_the_burden_of_proof_is_theirs_and_it_says_who_signs(diary):
    noted(diary)
    found = complaint.ready(
        diary, to="fas", at=NOW, applicant=Applicant(other_holder=True, representative=True)
    )
    about = {each.about for each in found.notes}
    assert about == {"burden", "no_appeal", "signer", "note"}
    signers = {each.id for each in found.notes if each.about == "signer"}
    assert signers >= {"ru/complaint/signer/holder", "ru/complaint/signer/representative"}
    assert "holder" in [each.item for each in found.missing()]
    # Nobody's source says that a power of attorney is needed: it is advised.
    assert items(found)["power_of_attorney"].weight == "unconfirmed"


def test_a_consent_inside_the_contract_with_the_operator_is_withdrawn_there_first(diary):
    noted(diary)
    plain = complaint.ready(diary, to="fas", at=NOW)
    assert "operator_contract_stop" not in items(plain)
    inside = complaint.ready(diary, to="fas", at=NOW, applicant=Applicant(operator_contract=True))
    assert items(inside)["operator_contract_stop"].confidence == "C1"
    assert "operator_contract_stop" in [each.item for each in inside.missing()]


def test_the_bodies_are_named_in_order_and_why(diary):
    assert not any(each.fits for each in complaint.bodies(diary))
    noted(diary)
    fitting = [each.body for each in complaint.bodies(diary) if each.fits]
    assert fitting == ["fas", "rkn", "operator"]
    # The number of an entity is no personal data, unless somebody is called by name.
    entity = Applicant(kind="entity", answered_or_silent=True, fraud=True)
    fitting = [each.body for each in complaint.bodies(diary, applicant=entity) if each.fits]
    assert fitting == ["fas", "operator", "prosecutor", "police"]
    noted(diary, called_by_name="yes")
    assert "rkn" in [each.body for each in complaint.bodies(diary, applicant=entity) if each.fits]
    for each in complaint.bodies(diary):
        assert each.why
        assert each.why_ru


def test_a_service_call_is_no_advertising(diary):
    noted(diary, purpose="service")
    assert [each.body for each in complaint.bodies(diary) if each.fits] == ["operator"]


def test_the_same_contact_typed_twice_is_noticed(diary):
    def again(**change):
        return complaint.same_contact(
            diary, consent.ContactReceived(NUMBER, **{"at": CALLED, "sender": SPAMMER, **change})
        )

    first = noted(diary)
    assert again() == first
    assert again(at=CALLED + timedelta(minutes=2)) == first
    assert again(at=CALLED + timedelta(minutes=2, seconds=1)) is None
    assert again(channel="sms") is None
    assert again(sender="BANK") is None
    noted(diary, sender="", at=CALLED + timedelta(hours=3))
    assert again(sender="", at=CALLED + timedelta(hours=3)) is None  # a hidden caller is nobody
    diary.append_at(consent.EntryCorrected(NUMBER, at=NOW, of=first, reason="wrong"), NOW)
    assert again() is None


def test_a_word_that_is_not_on_the_list_is_refused(diary):
    noted(diary)
    with pytest.raises(consent.InvalidArgument, match="no attachment has this name"):
        complaint.ready(diary, to="fas", at=NOW, applicant=Applicant(encloses=("passports",)))
    with pytest.raises(consent.InvalidArgument, match="no complaint is prepared"):
        complaint.ready(diary, to="police", at=NOW)
    with pytest.raises(consent.InvalidArgument, match="filing: "):
        complaint.ready(diary, to="fas", at=NOW, applicant=Applicant(filing="fax"))


def test_a_company_log_is_no_diary(romashka):
    with pytest.raises(consent.InvalidArgument, match="no diary"):
        complaint.ready(romashka, to="fas", at=NOW)


def test_ready_answers_alike_each_time_and_exits_by_it(diary, run):
    noted(diary)
    folder = diary.folder
    diary.close()
    words = ("ready", folder, "--to", "fas", "--at", "2026-11-30T15:00:00+03:00", "--json")
    first, second = run(*words), run(*words)
    assert first.returncode == 1
    assert first.stdout == second.stdout
    document = json.loads(first.stdout)
    assert document["missing"][0] == "recording"
    assert document["contacts"] == [1]
    assert NUMBER not in first.stdout
    assert SPAMMER not in first.stdout
    listed = run("ready", folder, "--to", "fas", lang="ru_RU.UTF-8").stdout
    assert listed.startswith("НЕ ГОТОВО")
    assert "Доказывать должны они" in listed
    assert listed.index("запись звонка") < listed.index("детализация") < listed.index("тайны связи")
    assert "советуют, не подтверждено" in listed
    enough = ("name,address,passport,operator_detail,secrecy_consent,recording",)
    done = run("ready", folder, "--to", "fas", "--has", *enough, "--filing", "paper")
    assert done.returncode == 0, done.stdout + done.stderr
    assert run("ready", folder).returncode == 0
    assert json.loads(run("ready", folder, "--json").stdout)["one_pack_two_covers"] is True


# --- commands that seal what they are given ----------------------------------------------------


def test_a_recording_and_a_letter_are_sealed_unless_a_hash_alone_is_asked_for(tmp_path, run):
    assert run("init", "log", "--origin", "a.example/b", "--inn", "7707083893").returncode == 0
    (tmp_path / "call.m4a").write_bytes(b"voice")
    (tmp_path / "letter.pdf").write_bytes(b"letter")
    at = ("--at", "2026-11-20T12:00:00+03:00")
    done = run("contact", "log", NUMBER, *at, "--recording", "call.m4a", "--json")
    (kept,) = json.loads(done.stdout)["files"]
    assert (kept["kind"], kept["name"], kept["type"]) == ("recording", "call.m4a", "audio/mp4")
    done = run("contact", "log", NUMBER, *at, "--recording-hash", "call.m4a", "--json")
    assert json.loads(done.stdout)["files"] == []
    both = ("--recording", "call.m4a", "--recording-hash", "call.m4a")
    assert run("contact", "log", NUMBER, *at, *both).returncode == 2
    kind = ("--kind", "access")
    done = run("request", "log", NUMBER, *kind, *at, "--evidence", "letter.pdf", "--json")
    (kept,) = json.loads(done.stdout)["files"]
    assert (kept["kind"], kept["name"]) == ("document", "letter.pdf")
    done = run("request", "log", NUMBER, *kind, *at, "--evidence-hash", "letter.pdf", "--json")
    assert json.loads(done.stdout)["files"] == []


def test_a_refusal_at_the_operator_keeps_what_shows_it(diary, tmp_path, run):
    folder = diary.folder
    diary.close()
    (tmp_path / "answer.pdf").write_bytes(b"we shall")
    done = run(
        *("operator-refusal", folder, NUMBER, "--covers", "mass_calls,mailing"),
        *("--operator", "mts", "--evidence", "answer.pdf", "--json"),
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["files"][0]["name"] == "answer.pdf"
    with consent.Log.open(folder, writable=False) as log:
        refused, shown = log.opened(1), log.opened(2)
    assert (refused.type, set(refused.covers)) == ("operator.refusal", {"mass_calls", "mailing"})
    assert (shown.type, shown.of) == ("evidence.added", 1)
    # A spammer's number is not the subscriber's.
    done = run("operator-refusal", folder, SPAMMER)
    assert done.returncode == 2
    assert "4950000017" not in done.stdout + done.stderr


def test_a_correction_names_the_entry_and_the_reason(diary, run):
    wrong = noted(diary)
    folder = diary.folder
    diary.close()
    done = run("correct", folder, str(wrong), "--reason", "wrong_day", "--json")
    assert done.returncode == 0, done.stderr
    with consent.Log.open(folder, writable=False) as log:
        assert (log.opened(2).of, log.opened(2).reason) == (wrong, "wrong_day")
        (contact,) = complaint.noted(log).contacts
        assert contact.taken_back == 2
    assert run("correct", folder, "0", "--reason", "x").returncode == 2
    assert run("correct", folder, "99", "--reason", "x").returncode == 2
    done = run("correct", folder, str(wrong), "--reason", "x", "--fields", "colour")
    assert done.returncode == 2
