"""Packs answer for each recorded contact, at its own moment; a diary needs nobody's INN."""

from __future__ import annotations

import hashlib
import json
import zipfile
from datetime import UTC, datetime, timedelta

import pytest

import consent
from consent import bundle
from consent.standalone import verify as verify_standalone
from romashka import INN, NUMBER, SAID

SPAMMER = "+74950000017"
OTHER = "7736050003"
MORE = timedelta(minutes=1)
PACKED = SAID + timedelta(days=3)


@pytest.fixture
def diary(tmp_path):
    with consent.Log.create(
        tmp_path / "diary", origin="diary.example/me", subscriber=NUMBER, now=SAID
    ) as log:
        yield log


def received(log, at, **change):
    event = consent.ContactReceived(
        NUMBER, at=at, **{"sender": SPAMMER, "purpose": "advertising", **change}
    )
    return log.append_at(event, at + MORE).seq


def packed(log, tmp_path, at=PACKED, **with_):
    out = tmp_path / f"{len(list(tmp_path.iterdir()))}.zip"
    made = bundle.prove(log, NUMBER, out=out, at=at, created_at=PACKED, **with_)
    with zipfile.ZipFile(out) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    return made, files, out


def verdicts(out, key):
    """What both verifiers say of a pack."""
    core = bundle.verify(out, trusted=[key])
    alone = verify_standalone.Bundle(
        verify_standalone.read_container(out), [verify_standalone.parse_key(key)]
    )
    alone.run()
    return core.verdict, "proven" if alone.failure is None else alone.failure.verdict


def rewritten(files, change):
    case = json.loads(files["case.json"])
    change(case)
    files = dict(files)
    files["case.json"] = json.dumps(
        case, sort_keys=True, separators=(",", ":"), ensure_ascii=False
    ).encode()
    return case, files


def test_each_contact_is_answered_as_of_its_own_moment(romashka, tmp_path):
    # A consent given at SAID; a call before it, one after it, and one after its withdrawal.
    for at in (SAID - timedelta(hours=1), SAID + timedelta(hours=1), SAID + timedelta(days=2)):
        if at > SAID + timedelta(days=1):
            stop = at - timedelta(hours=1)
            romashka.append_at(consent.ConsentWithdrawn(NUMBER, at=stop), stop + MORE)
        romashka.append_at(
            consent.ContactMade(NUMBER, at=at, purpose="advertising", dialled_by="person"),
            max(at, SAID) + MORE,
        )
    made, files, _ = packed(romashka, tmp_path)
    assert [verdict for _, _, verdict in made.contacts] == ["deny", "allow", "deny"]
    contacts = json.loads(files["case.json"])["contacts"]
    for each in contacts:
        entry = json.loads(files[f"entries/{each['seq']:06}.json"])
        assert each["question"]["at"] == each["answer"]["at"] == entry["body"]["happened"]
        assert each["question"]["distributor"] == INN
    assert contacts[1]["answer"]["relied_on"] == 1


def test_one_call_is_the_question_and_the_only_answer(romashka, tmp_path):
    at = SAID + timedelta(hours=1)
    call = consent.ContactMade(NUMBER, at=at, purpose="advertising", dialled_by="person")
    first = romashka.append_at(call, at + MORE).seq
    romashka.append_at(consent.ConsentWithdrawn(NUMBER, at=at + MORE), at + MORE)
    made, files, _ = packed(romashka, tmp_path, call=first)
    assert (made.verdict, [seq for seq, _, _ in made.contacts]) == ("allow", [first])
    case = json.loads(files["case.json"])
    assert case["question"] == case["contacts"][0]["question"]
    made, _, _ = packed(romashka, tmp_path)
    assert made.verdict == "deny"  # on the day of packing
    for wrong in (1, 0, 99):
        with pytest.raises(consent.NotFoundError, match=f"entry {wrong} is no contact"):
            packed(romashka, tmp_path, call=wrong)


def test_a_diary_proves_without_anybody_s_inn(diary, tmp_path):
    seq = received(diary, SAID + MORE, heard="robot")
    made, files, out = packed(diary, tmp_path, call=seq)
    assert made.verdict == "deny"
    case = json.loads(files["case.json"])
    assert (case["question"]["distributor"], case["question"]["channel"]) == ("", "robot")
    assert case["answer"]["findings"][0]["rule"] == "distributor/not-established"
    assert set(verdicts(out, diary.verifier_key)) == {"proven"}
    # Nobody invents a distributor, whatever else the diary names.
    diary.append_at(
        consent.ConsentWithdrawn(NUMBER, at=SAID + MORE, distributors=(INN,)), SAID + 3 * MORE
    )
    _, files, _ = packed(diary, tmp_path, call=seq)
    assert json.loads(files["case.json"])["question"]["distributor"] == ""


def test_where_the_diary_holds_a_consent_it_may_be_theirs(diary, tmp_path):
    given = SAID + MORE
    diary.append_at(
        consent.ConsentGiven(
            NUMBER, at=given, purposes="advertising", channels="voice", distributors=(INN,)
        ),
        given,
    )
    unknown = received(diary, given + MORE)
    named = received(diary, given + 10 * MORE, distributor=OTHER)
    made, _, _ = packed(diary, tmp_path)
    assert {seq: verdict for seq, _, verdict in made.contacts} == {
        unknown: "unknown",
        named: "deny",
    }
    stop = given + 20 * MORE
    diary.append_at(consent.ConsentWithdrawn(NUMBER, at=stop, distributors=()), stop)
    after = received(diary, stop + MORE)
    made, _, _ = packed(diary, tmp_path)
    assert made.contacts[-1][0::2] == (after, "deny")  # whoever it was, everybody was told


def test_a_contact_that_was_taken_back_is_not_answered_for(diary, tmp_path):
    wrong = received(diary, SAID + MORE)
    right = received(diary, SAID + 10 * MORE)
    diary.append_at(
        consent.EntryCorrected(NUMBER, at=SAID + 20 * MORE, of=wrong, reason="wrong_day"),
        SAID + 20 * MORE,
    )
    made, files, _ = packed(diary, tmp_path)
    assert [seq for seq, _, _ in made.contacts] == [right]
    assert f"entries/{wrong:06}.json" in files  # nothing is left out


def test_the_report_says_what_is_proven_first_and_names_each_file(diary, tmp_path):
    recording = consent.EvidenceFile(b"voice" * 30_000, kind="recording", name="recording.m4a")
    detail = consent.EvidenceFile(b"other calls", kind="operator_detail", name="detail.pdf")
    call = received(
        diary, SAID + MORE, evidence=[recording], company="Банк «Лютик»", said="Вам одобрен кредит"
    )
    kept = diary.append_at(
        consent.EvidenceAdded(NUMBER, at=SAID + 5 * MORE, of=call, evidence=[detail]),
        SAID + 5 * MORE,
    ).seq
    _, files, out = packed(diary, tmp_path, call=call)
    inside = f"evidence/{call:06}-1"
    text, page = files["report.txt"].decode(), files["report.html"].decode()
    assert "Вам звонили" in text
    assert "рекламораспространитель не установлен" in " ".join(text.split())
    assert "Доказано" in text.split("\n\n")[0]
    assert "«Лютик»" in text
    assert "Вам одобрен кредит" in text
    digest = hashlib.sha256(files[inside]).hexdigest()
    assert digest in text
    assert f'<a href="{inside}">' in page
    assert "recording.m4a" in page
    assert "150000" in page
    # What shows other calls stays in the log, unless it is asked for.
    assert f"evidence/{kept:06}-1" not in files
    assert b"other calls" not in b"".join(files.values())
    assert "detail.pdf" in page
    assert set(verdicts(out, diary.verifier_key)) == {"proven"}
    _, files, out = packed(diary, tmp_path, call=call, with_=[kept])
    assert files[f"evidence/{kept:06}-1"] == b"other calls"
    assert set(verdicts(out, diary.verifier_key)) == {"proven"}


@pytest.mark.parametrize(
    "change",
    [
        lambda each: each.update(seq=1),
        lambda each: each.update(seq=99),
        lambda each: each["question"].update(at="2026-11-20T00:00:00.000000Z"),
        lambda each: each["answer"].update(number=SPAMMER),
        lambda each: each["answer"].update(relied_on=99),
        lambda each: each["answer"].update(verdict="allow", impaired="lost"),
        lambda each: each.pop("answer"),
        lambda each: each.update(question=[]),
    ],
)
def test_an_answer_for_a_contact_that_is_not_here_is_refused(romashka, tmp_path, change):
    at = SAID + timedelta(hours=1)
    call = consent.ContactMade(NUMBER, at=at, purpose="advertising")
    romashka.append_at(call, at + MORE)
    _, files, _ = packed(romashka, tmp_path)
    _, changed = rewritten(files, lambda case: change(case["contacts"][0]))
    signed = _signed(romashka, changed)
    out = tmp_path / "changed.zip"
    out.write_bytes(bundle.zip_bytes(signed))
    assert set(verdicts(out, romashka.verifier_key)) == {"refuted"}


def _signed(log, files):
    """A pack that its own log would have made so."""
    from consent import _core

    bare = {name: data for name, data in files.items() if name not in ("signature",)}
    if hasattr(_core, "sign_pack"):
        bare.pop("manifest-sha256.txt")
        return bare | dict(_core.sign_pack(log, bare.items()))
    name, manifest = _core.manifest_of(bare.items())
    return bare | {name: manifest}


def test_prove_takes_the_number_of_a_diary_and_its_last_contact(diary, tmp_path, run):
    received(diary, SAID + MORE)
    last = received(diary, SAID + 10 * MORE, heard="robot")
    folder = diary.folder
    diary.close()
    done = run("prove", folder, "--out", "proof.zip", "--json")
    assert done.returncode == 0, done.stderr
    document = json.loads(done.stdout)
    assert [each["seq"] for each in document["contacts"]] == [1, last]
    with zipfile.ZipFile(tmp_path / "proof.zip") as archive:
        case = json.loads(archive.read("case.json"))
    assert case["question"] == case["contacts"][-1]["question"]
    assert datetime.fromisoformat(case["question"]["at"]) == (SAID + 10 * MORE).astimezone(UTC)
    assert run("prove", folder, "--out", "one.zip", "--call", "1").returncode == 0
    assert run("prove", folder, "--out", "none.zip", "--call", "0").returncode == 1
