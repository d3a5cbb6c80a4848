import array
import copy
import dataclasses
import doctest
import importlib
import inspect
import json
import pickle
import shutil
import subprocess
import sys
import threading
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

import consent
from romashka import INN, LATER, NUMBER, OTHER, SAID, WORDING

ASKED = {"purpose": "advertising", "channel": "voice", "dialled_by": "person", "at": LATER}


def consent_of(number=NUMBER, **fields):
    given = {"purposes": "advertising", "channels": "voice", "method": "sms_code", "at": SAID}
    given |= fields
    return consent.ConsentGiven(number, **given)


# --- answers -------------------------------------------------------------------------------------


def test_a_consent_allows_what_it_names_and_the_answer_says_on_what_it_stands(romashka):
    answer = romashka.may_contact(NUMBER, **ASKED)
    assert (answer.verdict, answer.allowed, answer.relied_on) == ("allow", True, 1)
    assert answer.at == LATER
    assert answer.log_size == romashka.size == 2
    assert answer.rules == consent.rules.russia().version
    assert answer.findings[0].verdict == "allow"
    assert answer.findings[0].citation


def test_without_a_consent_the_answer_is_no_with_a_rule_and_a_citation(romashka):
    answer = romashka.may_contact(OTHER, **ASKED)
    assert (answer.verdict, answer.allowed, answer.relied_on) == ("deny", False, None)
    assert answer.findings[0].rule == "ru/38-fz/18-1"
    assert "38" in answer.findings[0].citation
    assert answer.findings[0].why != answer.findings[0].why_ru


def test_a_question_and_its_keywords_are_one_question(romashka):
    asked = consent.Question(NUMBER, **ASKED)
    gate = consent.Gate(romashka)
    for ask in (romashka.may_contact, gate.may_contact):
        assert ask(asked).relied_on == ask(NUMBER, **ASKED).relied_on == 1
    with pytest.raises(TypeError, match="leave out at, channel, dialled_by, purpose"):
        romashka.may_contact(asked, **ASKED)


def test_every_field_of_a_question_is_a_keyword():
    fields = [field.name for field in dataclasses.fields(consent.Question)]
    assert fields == ["number", *consent.decision.Asked.__annotations__]


def test_a_withdrawal_ends_a_consent(romashka):
    romashka.append(consent.ConsentWithdrawn(NUMBER, at=SAID + timedelta(days=1)))
    assert romashka.may_contact(NUMBER, **ASKED).verdict == "deny"


def test_a_machine_that_talks_is_another_question_than_a_person(romashka):
    person = romashka.may_contact(NUMBER, **ASKED)
    robot = {**ASKED, "channel": "robot", "dialled_by": "machine"}
    machine = romashka.may_contact(NUMBER, **robot)
    assert person.allowed
    assert not machine.allowed
    silent = romashka.may_contact(NUMBER, **{**ASKED, "dialled_by": None})
    dialled = romashka.may_contact(NUMBER, **{**ASKED, "dialled_by": "machine"})
    assert (silent.verdict, dialled.verdict) == ("unknown", "deny")


def test_a_consent_counts_from_its_recording_where_that_is_asked(romashka):
    romashka.append(consent_of(OTHER))  # said on SAID, recorded today
    at = {**ASKED, "at": SAID + timedelta(hours=1)}
    assert romashka.may_contact(OTHER, **at).allowed
    assert not romashka.may_contact(OTHER, basis="recorded", **at).allowed
    assert not consent.Gate(romashka).may_contact(OTHER, basis="recorded", **at).allowed


def test_a_decision_and_a_verification_are_not_booleans(romashka):
    with pytest.raises(TypeError, match=r"use \.allowed"):
        bool(romashka.may_contact(NUMBER, **ASKED))
    with pytest.raises(TypeError, match=r"use \.verdict"):
        bool(romashka.verify())


def test_findings_are_a_tuple_that_cannot_be_changed(romashka):
    answer = romashka.may_contact(NUMBER, **ASKED)
    assert isinstance(answer.findings, tuple)
    with pytest.raises(AttributeError):
        answer.allowed = True
    with pytest.raises(AttributeError):
        answer.findings[0].verdict = "allow"


def test_the_distributor_may_be_left_out_only_where_the_log_has_exactly_one(tmp_path):
    with consent.Log.create(tmp_path / "diary", origin="diary.example/1", subscriber=OTHER) as log:
        with pytest.raises(consent.InvalidArgument):
            log.may_contact(NUMBER, **ASKED)
        assert log.may_contact(NUMBER, distributor=INN, **ASKED).verdict == "deny"


# --- what is given -------------------------------------------------------------------------------


def test_a_moment_without_a_zone_is_refused_everywhere(romashka):
    naive = datetime(2026, 11, 20, 12, 0)  # noqa: DTZ001
    with pytest.raises(ValueError, match="zone"):
        romashka.may_contact(
            NUMBER, purpose="advertising", channel="voice", dialled_by="person", at=naive
        )
    with pytest.raises(ValueError, match="zone"):
        consent_of(at=naive)
    with pytest.raises(ValueError, match="zone"):
        consent_of(until=naive)
    with pytest.raises(ValueError, match="zone"):
        consent.rules.in_force(consent.rules.russia(), naive)


@pytest.mark.parametrize("offset", [-12, -3.5, 0, 3, 5.75, 14])
def test_moments_survive_the_border_whatever_their_offset(romashka, offset):
    zone = timezone(timedelta(hours=offset))
    at = datetime(2026, 11, 20, 23, 59, 59, 999999, tzinfo=zone)
    answer = romashka.may_contact(
        NUMBER, purpose="advertising", channel="voice", dialled_by="person", at=at
    )
    assert answer.at == at
    assert answer.at.tzinfo is UTC


def test_an_unknown_word_is_refused_with_the_list_and_without_the_word(romashka):
    with pytest.raises(ValueError, match="voice, robot, sms, messenger, email") as refused:
        romashka.may_contact(NUMBER, purpose="advertising", channel=OTHER, at=LATER)
    assert OTHER[-7:] not in str(refused.value)
    with pytest.raises(ValueError, match="advertising, service"):
        consent_of(purposes={"ads"})
    with pytest.raises(ValueError, match="sms_code"):
        consent_of(method="sms")


def test_one_word_is_a_set_of_one():
    assert consent_of(purposes="advertising") == consent_of(purposes=["advertising"])


def test_a_consent_to_nothing_is_refused():
    with pytest.raises(ValueError, match="purposes"):
        consent_of(purposes=())
    with pytest.raises(ValueError, match="channels"):
        consent_of(channels=())


def test_an_event_is_a_value():
    event = consent_of(wording=WORDING, code=consent.Code(returned=True))
    assert copy.deepcopy(event) == event
    assert pickle.loads(pickle.dumps(event)) == event  # noqa: S301
    with pytest.raises(AttributeError):
        event.method = "paper"


def test_an_event_of_the_future_is_refused_and_leaves_the_log_as_it_was(romashka):
    size, root = romashka.size, romashka.root
    with pytest.raises(consent.InvalidArgument):
        romashka.append(consent_of(at=datetime.now(UTC) + timedelta(days=1)))
    assert (romashka.size, romashka.root) == (size, root)


def test_append_many_is_all_or_nothing(romashka):
    size = romashka.size
    with pytest.raises(consent.InvalidArgument):
        romashka.append_many([consent_of(OTHER), consent_of(at=datetime.now(UTC) + timedelta(1))])
    assert romashka.size == size
    appended = romashka.append_many(consent_of(OTHER) for _ in range(3))
    assert [one.seq for one in appended] == [size, size + 1, size + 2]
    assert len({one.tag for one in appended}) == 1


@pytest.mark.parametrize("event", ["+79161234567", None, object(), 79161234567])
def test_what_is_no_event_is_refused_without_being_shown(romashka, event):
    with pytest.raises(TypeError) as refused:
        romashka.append(event)
    assert "9161234567" not in str(refused.value)


def test_every_event_class_can_be_recorded_and_read_back(romashka):
    at = SAID + timedelta(days=1)
    for event in (
        consent.ConsentAsked(NUMBER, at=at),
        consent.ConsentRefused(NUMBER, at=at, method="key_press"),
        consent.ConsentWithdrawn(NUMBER, at=at, means="email_link", received_at=at),
        consent.ContactMade(NUMBER, at=at, purpose="advertising", duration_s=12),
        consent.OperatorRefusal(
            NUMBER, at=at, covers="mailing", operator_id=INN, in_force=datetime.now(UTC)
        ),
        consent.NumberClassified(
            NUMBER, at=at, personal_data="no", kind="legal_entity", inn=INN, row="ru/pd/09"
        ),
        consent.EvidenceAdded(NUMBER, at=at, of=1, evidence=[b"e" * 32], kind="recording"),
        consent.EntryCorrected(NUMBER, at=at, of=1, reason="typed_twice", fields="until"),
        consent.NumberReassigned(NUMBER, at=at),
    ):
        seq = romashka.append(event).seq
        assert romashka.entry(seq).type == event.type


def test_a_restriction_bars_contact_and_history_until_it_is_released(romashka):
    at = SAID + timedelta(days=1)
    restricted = consent.SubjectRestricted(NUMBER, at=at, ground="request", request=b"r" * 32)
    seq = romashka.append(restricted).seq
    assert romashka.entry(seq).type == restricted.type
    assert romashka.may_contact(NUMBER, **ASKED).verdict == "deny"
    with pytest.raises(consent.RestrictedError):
        romashka.history(NUMBER)
    assert romashka.history(NUMBER, for_proof=True)


def test_every_field_of_a_consent_reaches_the_entry(romashka):
    seq = romashka.append(
        consent_of(
            covers={"advertising", "mass_calls"},
            distributors=[INN],
            acts_for=[INN],
            advertiser=INN,
            campaign="spring",
            method="sms_code",
            wording=WORDING,
            document=b"d" * 32,
            evidence=[b"e" * 32],
            until=LATER,
            prechecked=True,
            in_contract=consent.InContract(separate_mark=True),
            code=consent.Code(sent_to_this_number=True, returned=True),
            giver="employee",
            authority="director",
            source="web",
        )
    ).seq
    body = json.loads(romashka.entry(seq).bytes)["body"]
    assert body["covers"] == ["advertising", "mass_calls"]
    assert body["distributors"] == body["acts_for"] == [INN]
    assert (body["advertiser"], body["campaign"], body["source"]) == (INN, "spring", "web")
    assert body["document"] == (b"d" * 32).hex()
    assert body["evidence"] == [(b"e" * 32).hex()]
    assert body["prechecked"] is True
    assert body["in_contract"] == {"separate_mark": True}
    assert body["code"] == {"returned": True, "sent_to_this_number": True}
    assert body["giver"] == {"authority": "director", "kind": "employee"}
    assert body["until"].startswith("2026-11-20T09:00:00")


def test_a_wording_is_kept_and_found_by_its_hash(romashka):
    digest = bytes.fromhex(romashka.history(NUMBER)[0].body["wording"])
    assert romashka.wording(digest) == WORDING
    assert romashka.wording(b"\0" * 32) is None


# --- numbers -------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["+7 (916) 123-45-67", "8 916 123 45 67", "79161234567"])
def test_a_number_is_one_however_it_is_written(romashka, text):
    assert consent.PhoneNumber.parse(text).e164 == NUMBER
    assert romashka.may_contact(text, **ASKED).allowed


def test_a_number_is_hashable_ordered_and_picklable():
    a, b = consent.PhoneNumber.parse(NUMBER), consent.PhoneNumber.parse(OTHER)
    assert {a, consent.PhoneNumber.parse(NUMBER)} == {a}
    assert a < b
    assert sorted([b, a]) == [a, b]
    assert a != NUMBER
    assert pickle.loads(pickle.dumps(a)) == a  # noqa: S301


def test_an_extension_is_kept_apart():
    number, extension = consent.parse_number("8 (495) 123-45-67 доб. 12")
    assert (number.e164, extension) == ("+74951234567", "12")


@pytest.mark.parametrize(
    "call",
    [
        lambda _: consent.PhoneNumber.parse(79161234567),
        lambda _: consent.PhoneNumber.parse("+79161234567x"),
        lambda _: consent.PhoneNumber.parse("+79161234567", "ZZ"),
        lambda _: consent.PhoneNumber.from_digits("79161234567"),
        lambda _: consent.PhoneNumber.from_digits(-79161234567),
        lambda _: consent.PhoneNumber.from_digits(79161234567 << 64),
        lambda _: consent_of("+79161234567 or so"),
        lambda log: log.history("+7916123456"),
        lambda log: log.subjects_of(79161234567),
        lambda log: log.entries_about(b"+79161234567", None),
        lambda log: log.may_contact(79161234567, **ASKED),
        lambda log: log.may_contact("+79161234567", purpose=5, channel="voice", at=LATER),
        lambda log: log.may_contact(
            "+79161234567", purpose="advertising", channel="voice", dialled_by="person", at=5
        ),
        lambda _: consent_of("+79161234567", purposes=[5]),
        lambda _: consent_of("+79161234567", campaign="79161234567"),
        lambda _: consent_of("+79161234567", wording="Для номера 8 916 123-45-67"),
        lambda _: consent.classify("+79161234567", inn="7707083894"),
        lambda log: consent.Gate(log).may_contact_many(["+79161234567", "x"], **ASKED),
        lambda log: consent.Gate(log).may_contact_many("+79161234567", **ASKED),
    ],
)
def test_no_refusal_repeats_a_number(romashka, call):
    with pytest.raises((ValueError, TypeError)) as refused:
        call(romashka)
    digits = "".join(c for c in str(refused.value) if c.isdigit())
    assert "9161234" not in digits


def test_no_repr_shows_a_number(romashka):
    shown = [
        consent.PhoneNumber.parse(NUMBER),
        consent_of(),
        romashka,
        romashka.entry(1),
        romashka.history(NUMBER),
        romashka.may_contact(NUMBER, **ASKED),
        consent.Gate(romashka),
    ]
    assert "9161234" not in repr(shown)


# --- the log -------------------------------------------------------------------------------------


def test_a_log_closes_at_the_end_of_with_and_says_so(romashka, tmp_path):
    romashka.close()
    romashka.close()
    assert romashka.closed
    with pytest.raises(ValueError, match="closed"):
        _ = romashka.size
    with consent.Log.open(tmp_path / "romashka") as again:
        assert again.size == 2
        assert (again.distributor, again.distributor_name) == (INN, "ООО Ромашка")


def test_one_writer_and_any_number_of_readers(romashka):
    with pytest.raises(consent.LockedError):
        consent.Log.open(romashka.folder)
    with (
        consent.Log.open(romashka.folder, writable=False) as one,
        consent.Log.open(romashka.folder, writable=False) as other,
    ):
        assert one.root == other.root == romashka.root
        with pytest.raises(consent.ConsentError):
            one.append(consent_of(OTHER))


def test_history_tells_both_times(romashka):
    (event,) = romashka.history(NUMBER)
    assert event.at == SAID
    assert event.recorded_at == SAID + timedelta(seconds=1)
    assert (event.purposes, event.channels) == (("advertising",), ("voice",))
    assert (event.distributor, event.method) == (INN, "sms_code")
    assert romashka.history(OTHER) == []


def test_threads_may_share_a_log(romashka):
    errors = []

    def record(number):
        try:
            for _ in range(5):
                romashka.append(consent_of(number))
                romashka.may_contact(number, **ASKED)
        except Exception as error:
            errors.append(error)

    threads = [threading.Thread(target=record, args=(f"+7916000000{i}",)) for i in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert romashka.size == 22
    assert romashka.verify().verdict == "proven"


def test_verify_hears_how_far_it_is_and_an_error_there_ends_it(romashka):
    heard = []
    consent.verify(romashka.folder, progress=lambda done, of_all: heard.append((done, of_all)))
    assert all(done <= of_all for done, of_all in heard)

    def stop(*_):
        raise KeyboardInterrupt

    if heard:
        with pytest.raises(KeyboardInterrupt):
            consent.verify(romashka.folder, progress=stop)


def test_a_verification_says_what_it_covered_and_whose_key_it_used(romashka):
    romashka.checkpoint()
    own = consent.verify(romashka.folder)
    assert own.verdict == "proven"
    assert own.coverage.entries == own.coverage.signed_up_to == 2
    assert not own.coverage.key_was_given
    assert own.warnings
    assert own.problem is None
    given = consent.verify(romashka.folder, trusted=[romashka.verifier_key])
    assert given.coverage.key_was_given


def test_verify_of_nothing_is_an_error_not_a_verdict(tmp_path):
    with pytest.raises(consent.StorageError):
        consent.verify(tmp_path / "nothing")
    with pytest.raises(consent.StorageError):
        consent.verify(tmp_path)


# --- the gate ------------------------------------------------------------------------------------


def test_a_gate_answers_as_the_log_does(romashka):
    gate = consent.Gate(romashka.folder)
    for number in (NUMBER, OTHER):
        ours, theirs = gate.may_contact(number, **ASKED), romashka.may_contact(number, **ASKED)
        assert ours.verdict == theirs.verdict
        assert [f.rule for f in ours.findings] == [f.rule for f in theirs.findings]
    assert (gate.log_size, gate.numbers) == (2, 1)


def test_a_gate_is_fresh_at_the_next_question(romashka):
    gate = consent.Gate(romashka)
    romashka.append(consent.ConsentWithdrawn(NUMBER, at=SAID + timedelta(days=1)))
    assert not gate.may_contact(NUMBER, **ASKED).allowed
    assert not consent.Gate(romashka).may_contact(NUMBER, **ASKED).allowed


def test_many_numbers_in_every_form_give_the_same_bytes(romashka):
    gate = consent.Gate(romashka)
    digits = [int(number[1:]) for number in (NUMBER, OTHER, NUMBER)]
    expected = bytes([consent.ALLOW, consent.DENY, consent.ALLOW])
    assert gate.may_contact_many([NUMBER, OTHER, "8 916 123-45-67"], **ASKED) == expected
    assert gate.may_contact_many(array.array("q", digits), **ASKED) == expected
    assert gate.may_contact_many(array.array("Q", digits), **ASKED) == expected
    assert gate.may_contact_many([], **ASKED) == b""


def test_numpy_in_numpy_out(romashka):
    numpy = pytest.importorskip("numpy")
    gate = consent.Gate(romashka)
    numbers = numpy.array([int(NUMBER[1:]), int(OTHER[1:])] * 3)
    verdicts = gate.may_contact_many(numbers, **ASKED)
    assert verdicts.dtype == numpy.uint8
    assert verdicts.tolist() == [1, 0] * 3
    assert gate.may_contact_many(numbers[::2], **ASKED).tolist() == [1, 1, 1]
    with pytest.raises(consent.InvalidArgument):
        gate.may_contact_many(numbers.astype(float), **ASKED)
    with pytest.raises(consent.InvalidArgument):
        gate.may_contact_many(numbers.astype(">i8"), **ASKED)
    with pytest.raises(consent.InvalidArgument):
        gate.may_contact_many(numbers.reshape(2, 3), **ASKED)


def test_a_number_among_many_that_cannot_be_read_is_named_by_its_place(romashka):
    with pytest.raises(consent.InvalidArgument, match="number 1"):
        consent.Gate(romashka).may_contact_many([NUMBER, "7"], **ASKED)
    digits = array.array("q", [int(NUMBER[1:]), int(NUMBER[1:]), -1])
    with pytest.raises(consent.InvalidArgument, match="number 2"):
        consent.Gate(romashka).may_contact_many(digits, **ASKED)


# --- classification, rules -----------------------------------------------------------------------


def test_a_companys_shared_line_is_no_personal_data_and_says_on_whose_authority():
    found = consent.classify("+74951234567", inn=INN, ogrn="1027700132195", user="shared_line")
    assert found.personal_data == "no"
    assert found.citations
    assert found.basis != found.basis_ru


def test_nothing_known_is_unknown():
    assert consent.classify(NUMBER).personal_data == "unknown"


def test_a_wrong_word_about_a_holder_is_refused_with_the_list():
    with pytest.raises(ValueError, match="legal_entity"):
        consent.classify(NUMBER, holder="company")


def test_an_organisation_with_a_wrong_inn_cannot_be_made():
    with pytest.raises(consent.InvalidArgument, match="check_digit"):
        consent.Organisation(inn="7707083894")


def test_every_rule_has_a_source_and_a_day_on_which_somebody_read_it():
    for rule in consent.rules.russia().rules:
        assert rule.citation, rule.id
        assert rule.why, rule.id
        assert rule.why_ru, rule.id
        assert rule.read_on, rule.id


def test_rules_in_force_follow_the_date():
    pack = consent.rules.russia()
    at = datetime(2020, 1, 1, tzinfo=UTC)
    then = consent.rules.in_force(pack, at)
    assert 0 < len(then) < len(pack.rules)
    assert all(rule.since is None or rule.since <= at for rule in then)


# --- the package ---------------------------------------------------------------------------------


def test_all_names_that_the_package_promises_exist_and_are_documented():
    for name in consent.__all__:
        value = getattr(consent, name)
        assert name.startswith("__") or value.__doc__ is not None, name


@pytest.mark.parametrize(
    "name", ["decision", "event", "log", "merkle", "note", "number", "party", "rules"]
)
def test_the_examples_in_docstrings_run(name):
    module = importlib.import_module(f"consent.{name}")
    result = doctest.testmod(module, optionflags=doctest.ELLIPSIS)
    assert result.failed == 0


def test_no_function_hides_a_module_of_its_name():
    folder = Path(consent.__file__).parent
    modules = {path.stem for path in folder.iterdir() if path.suffix == ".py" or path.is_dir()}
    hidden = {
        name for name in modules & set(dir(consent)) if not inspect.ismodule(getattr(consent, name))
    }
    assert not hidden


def test_a_failed_load_of_the_binary_explains_itself(tmp_path):
    shutil.copytree(
        Path(consent.__file__).parent,
        tmp_path / "consent",
        ignore=shutil.ignore_patterns("*.so", "__pycache__"),
    )
    done = subprocess.run(
        [sys.executable, "-S", "-c", "import consent"],
        cwd=tmp_path,
        env={"PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "pip install" in done.stderr
    assert sys.executable in done.stderr


@pytest.mark.parametrize("kind", ["ints", "series", "texts", "objects", "polars", "pyarrow"])
def test_a_gate_reads_columns_as_users_have_them(romashka, kind):
    digits = [int(NUMBER[1:]), int(OTHER[1:])]
    texts = [NUMBER, OTHER]
    if kind == "ints":
        numbers = digits
    elif kind in ("series", "objects"):
        pandas = pytest.importorskip("pandas")
        numbers = pandas.Series(digits if kind == "series" else texts)
    elif kind == "texts":
        numbers = pytest.importorskip("numpy").array(texts)
    else:
        module = pytest.importorskip(kind)
        numbers = module.Series(digits) if kind == "polars" else module.array(texts)
    assert bytes(consent.Gate(romashka).may_contact_many(numbers, **ASKED)) == b"\x01\x00"


def test_a_mistyped_distributor_is_an_error_and_no_unexplained_no(romashka):
    gate = consent.Gate(romashka)
    for ask in (romashka.may_contact, gate.may_contact):
        with pytest.raises(consent.InvalidArgument, match="distributor"):
            ask(NUMBER, distributor="7707083894", **ASKED)
    with pytest.raises(consent.InvalidArgument, match="advertiser"):
        gate.may_contact_many([NUMBER], advertiser="123", **ASKED)


def test_one_key_where_a_list_is_wanted_is_a_type_error(romashka, tmp_path):  # noqa: ARG001
    note = romashka.checkpoint()
    with pytest.raises(TypeError, match="list of keys"):
        consent.note.verify(note, romashka.verifier_key)
    with pytest.raises(TypeError, match="list of keys"):
        consent.verify(romashka.folder, trusted=romashka.verifier_key)
