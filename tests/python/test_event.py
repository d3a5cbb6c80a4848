"""What is recorded is read back as the same event, and nowhere by the names of its members."""

import dataclasses
import hashlib
import json
import re
from datetime import timedelta
from pathlib import Path

import pytest

import consent
from consent import _core
from consent import event as events
from consent.commands.arguments import YES
from romashka import INN, LATER, NUMBER, OTHER, SAID, WORDING

ROOT = Path(__file__).parents[2]
HASHES = tuple(sorted(hashlib.sha256(word).digest() for word in (b"a", b"b")))
SCOPE = {
    "covers": frozenset({"advertising", "personal_data"}),
    "purposes": frozenset({"advertising", "survey"}),
    "channels": frozenset({"sms", "voice"}),
    "distributors": (INN, "call-centre"),
    "campaign": "spring",
    "evidence": HASHES,
    "wording": "Согласен получать рекламу.",
    "source": "web",
}
TOLD = [
    consent.ConsentAsked(NUMBER, at=SAID, **SCOPE),
    consent.ConsentGiven(
        NUMBER,
        at=SAID,
        **SCOPE,
        acts_for=("agent-1", "agent-2"),
        acts_for_any=True,
        advertiser=INN,
        method="sms_code",
        document=HASHES[0],
        until=SAID + timedelta(days=400),
        prechecked=True,
        in_contract=consent.InContract(separate_mark=True),
        code=consent.Code(sent_to_this_number=True, returned=False),
        giver="employee",
        authority="order-7",
    ),
    consent.ConsentRefused(NUMBER, at=SAID, **SCOPE, method="recorded_voice"),
    consent.ConsentWithdrawn(
        NUMBER, at=SAID, **SCOPE, means="paper", received_at=SAID + timedelta(seconds=1)
    ),
    consent.ContactMade(
        NUMBER,
        at=SAID,
        direction="incoming",
        channel="robot",
        purpose="survey",
        requested_by_subscriber=True,
        dialled_by="machine",
        distributor=INN,
        caller="call-centre",
        outcome="hung_up",
        duration_s=7,
        agent_ref="a17",
        campaign="spring",
        recording=HASHES[0],
        advertising=consent.event.Assessment("yes", "ru-ad-2026-11-22", HASHES[1]),
        wording="Добрый день! Это компания «Ромашка».",
        next_at=SAID + timedelta(days=3),
        organisation="ООО «Лютик»",
        decision_maker="Мария Иванова",
        note="Просила перезвонить\nпосле обеда",
        source="crm",
    ),
    consent.event.OperatorRefusal(
        NUMBER,
        at=SAID,
        covers=frozenset({"mailing", "mass_calls"}),
        operator_id=INN,
        in_force=SAID + timedelta(days=1),
    ),
    consent.event.NumberClassified(
        NUMBER, at=SAID, personal_data="no", kind="legal_entity", inn=INN, row="ru/pd/09"
    ),
    consent.event.EvidenceAdded(NUMBER, at=SAID, of=1, evidence=HASHES, kind="recording"),
    consent.event.EntryCorrected(
        NUMBER, at=SAID, of=1, reason="typed_twice", fields=("campaign", "until")
    ),
    consent.event.SubjectRestricted(
        NUMBER, at=SAID, ground="152-fz/21", until=LATER, released=True, request=HASHES[0]
    ),
    consent.event.SubjectHeld(NUMBER, at=SAID, by=INN, ground="case", until=LATER, released=True),
    consent.RequestReceived(
        NUMBER, at=SAID, kind="access", means="paper", received_at=SAID, evidence=HASHES
    ),
    consent.ContactReceived(
        NUMBER,
        at=SAID,
        channel="voice",
        heard="robot",
        purpose="advertising",
        distributor=INN,
        answered="yes",
        asked_to_stop="no",
        called_by_name="unknown",
        duration_s=41,
        advertising_consent=consent.ConsentStance("withdrawn", SAID - timedelta(days=30)),
        personal_data_consent=consent.ConsentStance("never"),
        evidence=HASHES,
        sender="+74950000017",
        label="Возможно, спам",
        company="Банк «Лютик»",
        identified_by="назвались в разговоре",
        said="Вам одобрен кредит!\nНажмите один.",
    ),
    consent.NumberReassigned(NUMBER, at=SAID, source="operator"),
]


@pytest.mark.parametrize("told", TOLD, ids=lambda event: event.type)
def test_an_event_is_read_back_as_it_was_told(romashka, told):
    seq = romashka.append(told).seq
    read = romashka.opened(seq)
    wording = getattr(told, "wording", None)
    if wording is not None:  # it is kept beside the entries
        assert read.wording == hashlib.sha256(wording.encode()).digest()
        assert romashka.wording(read.wording) == wording
        told = dataclasses.replace(told, wording=read.wording)
    assert read == told
    assert type(read) is type(told)
    assert read.kept == ()
    # Without the key: all but what is sealed.
    unopened = romashka.entry(seq).event
    sealed = {name: "" for name in events.SEALED if hasattr(told, name)}
    assert unopened.number is None
    for each in dataclasses.fields(told):
        if each.name != "number":
            expected = sealed.get(each.name, getattr(told, each.name))
            assert getattr(unopened, each.name) == expected, each.name
    # What was read may be told again.
    assert romashka.append(read).seq == seq + 1
    assert romashka.opened(seq + 1) == read


def test_every_type_of_event_that_can_be_told_was_told():
    told = {type(event) for event in TOLD} | {consent.RequestAnswered}
    assert told == set(consent.event.Event.__args__)


def test_every_class_has_a_value_for_each_of_its_members(romashka):
    romashka.register_wording("Новый текст", language="ru")
    romashka.heartbeat()
    assigned = romashka.assign_caller("call-centre")
    romashka.release_caller(assigned)
    for entry in romashka.entries(0, romashka.size):
        event = entry.event
        assert event.type == entry.type
        for each in dataclasses.fields(event):
            getattr(event, each.name)
    first = romashka.entry(0).event
    assert isinstance(first, consent.event.LogCreated)
    assert (first.distributor, first.distributor_name) == (INN, "ООО Ромашка")
    released = romashka.entry(romashka.size - 1).event
    assert (released.type, released.of) == ("caller.released", assigned)


def test_files_that_the_log_keeps_are_named_by_the_event_read_back(romashka):
    told = consent.ConsentGiven(
        NUMBER,
        at=SAID,
        purposes="advertising",
        channels="voice",
        document=consent.EvidenceFile(b"form", kind="document"),
        evidence=[consent.EvidenceFile(b"voice", kind="recording"), HASHES[0]],
    )
    seq = romashka.append(told).seq
    read = romashka.entry(seq).event
    assert sorted(file.kind for file in read.kept) == ["document", "recording"]
    assert read.evidence == (HASHES[0],)
    kept = {file.kind: file.commitment for file in romashka.evidence_of(seq)}
    assert {file.kind: file.commitment for file in read.kept} == kept


def test_nothing_that_is_sealed_is_in_the_entry(romashka):
    contact = next(event for event in TOLD if isinstance(event, consent.ContactMade))
    entry = romashka.entry(romashka.append(contact).seq)
    text = entry.bytes.decode()
    for secret in ("Лютик", "Мария", "перезвонить", *events.SEALED):
        assert secret not in text


def test_of_who_called_and_what_was_said_nothing_is_in_the_entry(romashka):
    contact = next(event for event in TOLD if isinstance(event, consent.ContactReceived))
    entry = romashka.entry(romashka.append(contact).seq)
    text = entry.bytes.decode()
    for secret in ("4950000017", "спам", "Лютик", "назвались", "кредит", *events.SEALED):
        assert secret not in text


@pytest.mark.parametrize("sender", ["+74950000017", "0500", "900", "Госуслуги", "BANK-24", ""])
def test_a_sender_is_a_number_a_short_number_or_a_name(sender):
    received = consent.ContactReceived(NUMBER, at=SAID, channel="sms", sender=sender)
    assert received.sender == sender


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"sender": "8 (495) 000-00-17"}, "sender: not a number"),
        ({"sender": "a name that is far too long"}, "sender: not a number"),
        ({"channel": "robot"}, "channel: a robot is heard over voice"),
        ({"said": "я" * 4097}, "said: longer than 8192 bytes"),
        ({"label": "x" * 513}, "label: longer than 512 bytes"),
        (
            {"advertising_consent": consent.ConsentStance("never", SAID)},
            "advertising_consent: a consent that was never given has no day of withdrawal",
        ),
        (
            {"personal_data_consent": consent.ConsentStance("withdrawn", LATER)},
            "personal_data_consent: after the moment of contact",
        ),
    ],
)
def test_a_contact_that_no_log_may_hold_is_refused(change, problem):
    with pytest.raises(consent.InvalidArgument, match=problem):
        consent.ContactReceived(NUMBER, at=SAID, **change)


def test_what_is_sealed_fits_into_an_entry(romashka):
    # Each of these texts is within its own length, and all of them together are not.
    much = consent.ContactReceived(NUMBER, at=SAID, said="\x01" * 8000)
    with pytest.raises(consent.InvalidArgument, match="what is sealed is longer than 16 KiB"):
        romashka.append(much)


def test_a_sealed_file_keeps_its_name_and_type(romashka, tmp_path):
    recording = tmp_path / "+74950000017_20261120.m4a"
    recording.write_bytes(b"voice")
    told = consent.ContactReceived(
        NUMBER,
        at=SAID,
        evidence=[
            consent.EvidenceFile(recording, kind="recording"),
            consent.EvidenceFile(b"nameless", kind="file"),
        ],
    )
    seq = romashka.append(told).seq
    assert "4950000017" not in romashka.entry(seq).bytes.decode()
    assert "4950000017" not in "".join(str(path) for path in Path(romashka.folder).rglob("*"))
    assert [(file.name, file.type) for file in romashka.entry(seq).event.kept] == [("", "")] * 2
    names = [("+74950000017_20261120.m4a", "audio/mp4"), ("", "")]
    assert [(file.name, file.type) for file in romashka.opened(seq).kept] == names
    assert [(file.name, file.type) for file in romashka.evidence_of(seq)] == names


@pytest.mark.parametrize("name", ["a/b.wav", "..", "a\\b.wav", "a\nb.wav", "я" * 128])
def test_a_file_name_is_no_path(name):
    file = consent.EvidenceFile(b"voice", kind="recording", name=name)
    with pytest.raises(consent.InvalidArgument, match=r"files\.name: not the name of a file"):
        consent.ContactReceived(NUMBER, at=SAID, evidence=[file])


def test_a_diary_takes_nothing_about_another_number(tmp_path):
    with consent.Log.create(tmp_path / "diary", origin="diary.example/a", subscriber=NUMBER) as log:
        log.append(consent.ContactReceived(NUMBER, at=SAID, sender="+74950000017"))
        for other in (
            consent.ContactReceived("+74950000017", at=SAID, sender=NUMBER),
            consent.ConsentWithdrawn("+74950000017", at=SAID),
        ):
            with pytest.raises(consent.InvalidArgument, match="kept for another number") as refused:
                log.append(other)
            assert "4950000017" not in str(refused.value)
        assert log.size == 2


@pytest.mark.parametrize(("name", "most"), [("organisation", 512), ("note", 4096)])
def test_what_is_sealed_has_a_length(name, most):
    consent.ContactMade(NUMBER, at=SAID, **{name: "x" * most})
    with pytest.raises(consent.InvalidArgument, match=f"{name}: longer than {most} bytes"):
        consent.ContactMade(NUMBER, at=SAID, **{name: "x" * (most + 1)})


def test_the_next_contact_is_after_this_one():
    with pytest.raises(consent.InvalidArgument, match="next_at: not after the moment of contact"):
        consent.ContactMade(NUMBER, at=SAID, next_at=SAID)


def test_a_wording_may_be_told_by_its_hash(romashka):
    digest = hashlib.sha256(WORDING.encode()).digest()
    told = consent.ConsentGiven(
        OTHER, at=SAID, purposes="advertising", channels="voice", wording=digest
    )
    assert romashka.opened(romashka.append(told).seq).wording == digest
    assert romashka.wording(digest) == WORDING


def test_an_event_of_bytes_alone_is_the_one_of_the_log(romashka):
    entry = romashka.entry(1)
    again = _core.parse_entry(entry.bytes)
    assert (again.seq, again.leaf, again.event) == (entry.seq, entry.leaf, entry.event)
    assert json.loads(entry.body) == json.loads(entry.bytes)["body"]
    with pytest.raises(consent.ConsentError):
        _core.parse_entry(entry.bytes + b"\n")


def test_contact_keeps_the_script_and_seals_the_names(run, tmp_path):
    assert run("init", "log", "--origin", "romashka.example/consent", "--inn", INN).returncode == 0
    (tmp_path / "script.txt").write_text("Добрый день!", encoding="utf-8")
    made = run(
        *("contact", "log", NUMBER, "--purpose", "service", "--script", "script.txt"),
        *("--at", "2026-11-20T14:00:00+03:00", "--next-at", "2026-11-24T10:00:00+03:00"),
        *("--organisation", "ООО «Лютик»", "--decision-maker", "Мария", "--note", "после обеда"),
    )
    assert (made.returncode, made.stderr) == (YES, "")
    shown = json.loads(run("history", "log", NUMBER, "--json").stdout)["events"][0]
    assert shown["wording"] == hashlib.sha256("Добрый день!".encode()).hexdigest()
    assert shown["next_at"] == "2026-11-24T07:00:00.000000Z"
    assert (shown["organisation"], shown["decision_maker"]) == ("ООО «Лютик»", "Мария")
    assert shown["note"] == "после обеда"
    with consent.Log.open(tmp_path / "log") as log:
        assert log.wording(log.entry(1).event.wording) == "Добрый день!"


def test_a_withdrawal_keeps_the_text_of_the_demand(run, tmp_path):
    assert run("init", "log", "--origin", "romashka.example/consent", "--inn", INN).returncode == 0
    (tmp_path / "demand.txt").write_text("Больше не звоните.", encoding="utf-8")
    assert run("withdraw", "log", NUMBER, "--wording", "demand.txt").returncode == YES
    with consent.Log.open(tmp_path / "log") as log:
        event = log.opened(1)
        assert isinstance(event, consent.ConsentWithdrawn)
        assert log.wording(event.wording) == "Больше не звоните."


def test_no_member_of_an_entry_is_read_by_its_name_outside_the_table():
    by_name = re.compile(
        r"""\[["']body["']\]|\.body\.get\(|\bbody\.get\(|\bbody\[["']|event\.body\["""
    )
    found = [
        f"{file.relative_to(ROOT)}:{number}"
        for file in (ROOT / "python" / "consent").rglob("*.py")
        if "standalone" not in file.parts  # it shares nothing
        for number, line in enumerate(file.read_text("utf-8").splitlines(), 1)
        if by_name.search(line)
    ]
    in_core = re.compile(r"""body\.find\(|body\.at\(|text_member|body->find\(""")
    found += [
        f"{file.relative_to(ROOT)}:{number}"
        for file in (ROOT / "libconsent").rglob("*.[ch]pp")
        if file.parent.name != "event"
        for number, line in enumerate(file.read_text("utf-8").splitlines(), 1)
        if in_core.search(line)
    ]
    assert not found, "decode_event() gives the struct, Entry.event the dataclass"
