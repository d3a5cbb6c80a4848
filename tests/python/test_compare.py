"""``consent compare``: a subscriber's pack held against a company's."""

from __future__ import annotations

import json
import zipfile
from datetime import timedelta

import pytest

import consent
from consent import bundle
from consent.files.exporting import export_events
from romashka import INN, NUMBER, OTHER, SAID

DAY, HOUR, MINUTE, SECOND = (timedelta(seconds=each) for each in (86400, 3600, 60, 1))
SPAMMER = "+74950000017"
ANOTHER_INN = "7736050003"
#: Three calls.
CALLS = (SAID + DAY, SAID + 2 * DAY, SAID + 3 * DAY)
PACKED = SAID + 10 * DAY
READ = SAID + 20 * DAY


def received(at, **change):
    stated = {"sender": SPAMMER, "purpose": "advertising", "distributor": INN, "heard": "person"}
    return consent.ContactReceived(NUMBER, at=at, **stated | change)


def made(at, **change):
    stated = {"purpose": "advertising", "channel": "voice", "dialled_by": "person"}
    return consent.ContactMade(NUMBER, at=at, **stated | change)


def given(at, **change):
    stated = {"purposes": {"advertising"}, "channels": {"voice"}, "method": "paper"}
    return consent.ConsentGiven(NUMBER, at=at, **stated | change)


def keep(log, *events, after=MINUTE):
    """Record each a minute after it happened, or when the log has come to."""
    seqs = []
    for event in events:
        seqs.append(log.append_at(event, event.at + after).seq)
    return seqs


@pytest.fixture
def diary(tmp_path):
    with consent.Log.create(
        tmp_path / "diary", origin="diary.example/me", subscriber=NUMBER, now=SAID
    ) as log:
        yield log


@pytest.fixture
def company(tmp_path):
    with consent.Log.create(
        tmp_path / "company",
        origin="romashka.example/consent",
        distributor=consent.Organisation(inn=INN, name="ООО Ромашка"),
        now=SAID,
    ) as log:
        yield log


def packed(log, out, number=NUMBER, at=PACKED):
    return bundle.prove(log, number, out=out, at=at, created_at=PACKED).path


@pytest.fixture
def compare(diary, company, tmp_path):
    def compare(**change):
        a, b = packed(diary, tmp_path / "a.zip"), packed(company, tmp_path / "b.zip")
        trusted = [diary.verifier_key, company.verifier_key]
        return consent.compare(a, b, **{"trusted": trusted, "now": READ} | change)

    return compare


def relations(found, kind):
    return [row.relation for row in found.rows if row.kind == kind]


def test_the_same_calls_agree_and_both_packs_are_proven(diary, company, compare):
    keep(diary, *(received(at) for at in CALLS))
    keep(company, *(made(at + 20 * SECOND) for at in CALLS))
    found = compare()
    assert (found.a.verdict, found.b.verdict) == ("proven", "proven")
    assert relations(found, "contact") == ["agree"] * 3
    assert found.agrees
    assert [(row.a.seq, row.b.seq) for row in found.rows] == [(1, 1), (2, 2), (3, 3)]


def test_a_call_that_one_side_lacks_is_its_silence(diary, company, compare):
    keep(diary, *(received(at) for at in CALLS))
    keep(company, *(made(at) for at in CALLS[:2]))
    found = compare()
    assert relations(found, "contact") == ["agree", "agree", "only_a"]
    assert found.rows[2].b is None
    assert not found.agrees


def test_a_stop_that_one_side_lacks_is_its_silence(diary, company, compare):
    keep(diary, received(CALLS[0]), consent.ConsentWithdrawn(NUMBER, at=CALLS[1]))
    keep(company, made(CALLS[0]))
    found = compare()
    assert relations(found, "stop") == ["only_a"]
    assert not found.agrees


def test_a_stop_asked_for_in_a_call_is_held_against_the_withdrawal(diary, company, compare):
    keep(diary, received(CALLS[0], asked_to_stop="yes"), received(CALLS[1], asked_to_stop="yes"))
    keep(company, made(CALLS[0]), consent.ConsentWithdrawn(NUMBER, at=CALLS[0] + MINUTE))
    keep(company, made(CALLS[1]))
    found = compare()
    assert relations(found, "stop") == ["agree", "only_a"]


def test_a_back_dated_consent_stands_out(diary, company, compare):
    keep(diary, *(received(at) for at in CALLS))
    keep(company, *(made(at) for at in CALLS[:2]))
    # Typed in after the second call, as if it had been given before the first.
    late = company.append_at(given(SAID + HOUR), CALLS[1] + HOUR).seq
    keep(company, made(CALLS[2]))
    found = compare()
    assert [each.seq for each in found.back_dated] == [late]
    bad = found.back_dated[0]
    assert bad.recorded_at == CALLS[1] + HOUR
    assert bad.not_before.at == CALLS[1] + MINUTE  # entry 2 precedes it
    assert bad.not_after.at == CALLS[2] + MINUTE
    assert bad.between == (("a", 1), ("b", 1), ("a", 2), ("b", 2))
    assert not found.agrees


def test_a_consent_dated_back_by_its_clock_too_is_caught_by_the_order(diary, company, compare):
    keep(diary, received(CALLS[0]))
    keep(company, made(CALLS[0]))
    claimed = SAID + HOUR
    # The clock was set back before it was typed in: what it says of its recording is no bound.
    late = company.append_at(given(claimed), claimed + MINUTE).seq
    found = compare()
    bad = next(each for each in found.back_dated if each.seq == late)
    assert bad.recorded_at < CALLS[0] < bad.not_before.at
    assert bad.between == (("a", 1), ("b", 1))


def test_a_consent_typed_in_late_without_a_call_in_between_is_late_and_not_back_dated(
    company, compare, diary
):
    keep(diary, received(CALLS[1]))
    company.append_at(given(SAID + HOUR), SAID + 3 * HOUR)
    keep(company, made(CALLS[1]))
    found = compare()
    noted = next(row.b for row in found.rows if row.kind == "consent")
    assert (noted.late, noted.back_dated, found.back_dated) == (True, False, ())


def test_a_consent_recorded_when_it_was_given_is_neither(company, compare, diary):
    keep(diary, received(CALLS[1]))
    keep(company, given(SAID + HOUR), made(CALLS[1]))
    noted = next(row.b for row in compare().rows if row.kind == "consent")
    assert (noted.late, noted.back_dated) == (False, False)


def test_a_consent_that_the_subscriber_denies_contradicts(diary, company, compare):
    never = consent.ConsentStance("never")
    keep(diary, received(CALLS[0], advertising_consent=never))
    keep(company, given(SAID + HOUR), made(CALLS[0]))
    found = compare()
    row = next(row for row in found.rows if row.kind == "consent")
    assert (row.relation, row.a.seq, row.b.seq) == ("contradict", 1, 1)
    assert [(each.what, each.a, each.b) for each in row.differences] == [
        ("denied", "never", "given")
    ]


def test_another_purpose_or_speaker_of_one_call_contradicts(diary, company, compare):
    keep(diary, received(CALLS[0], heard="robot"))
    keep(company, made(CALLS[0], purpose="service"))
    row = compare().rows[0]
    assert row.relation == "contradict"
    assert [each.what for each in row.differences] == ["purpose", "dialled_by"]


def test_moments_further_apart_than_the_tolerance_are_two(diary, company, compare):
    keep(diary, received(CALLS[0]))
    keep(company, made(CALLS[0] + 3 * MINUTE))
    assert relations(compare(), "contact") == ["only_a", "only_b"]
    assert relations(compare(within=5 * MINUTE), "contact") == ["agree"]


def test_the_nearest_calls_are_joined_and_each_serves_once(diary, company, compare):
    keep(diary, received(CALLS[0]), received(CALLS[0] + 90 * SECOND))
    keep(company, made(CALLS[0] + 80 * SECOND))
    found = compare()
    assert [(row.relation, row.a.seq) for row in found.rows] == [("only_a", 1), ("agree", 2)]


def test_calls_of_two_known_campaigns_are_two(tmp_path, company, romashka):
    keep(company, made(CALLS[0], campaign="spring"))
    romashka.append_at(made(CALLS[0], campaign="autumn"), CALLS[0] + MINUTE)
    a, b = packed(company, tmp_path / "a.zip"), packed(romashka, tmp_path / "b.zip")
    assert relations(consent.compare(a, b), "contact") == ["only_a", "only_b"]


def test_a_call_of_another_company_is_not_the_silence_of_this_one(diary, company, compare):
    keep(diary, received(CALLS[0]), received(CALLS[1], distributor=ANOTHER_INN))
    keep(company, made(CALLS[0]))
    found = compare()
    assert relations(found, "contact") == ["agree", "other_distributor"]
    assert found.agrees


def test_what_came_after_the_other_pack_was_made_is_not_its_silence(diary, company, tmp_path):
    keep(diary, received(CALLS[0]))
    keep(company, made(CALLS[0]), made(PACKED + DAY))
    later = PACKED + 2 * DAY
    a = packed(diary, tmp_path / "a.zip")
    b = bundle.prove(company, NUMBER, out=tmp_path / "b.zip", at=later, created_at=later).path
    assert relations(consent.compare(a, b), "contact") == ["agree", "not_covered"]


def test_a_contact_that_was_taken_back_is_counted_and_not_compared(diary, company, compare):
    (seq,) = keep(diary, received(CALLS[0]))
    keep(diary, consent.EntryCorrected(NUMBER, at=CALLS[1], of=seq, reason="wrong_date"))
    keep(company, made(CALLS[1]))
    found = compare()
    assert (found.a.taken_back, relations(found, "contact")) == (1, ["only_b"])


def test_each_bound_says_whose_clock_it_rests_on(diary, company, compare):
    keep(diary, received(CALLS[0]))
    keep(company, made(CALLS[0]), made(CALLS[1]))
    row = compare().rows[0]
    whose = "it in the log; by the clock of the log's owner"
    assert row.b.not_before.proves == f"entry 0 precedes {whose}"
    assert row.b.not_after.proves == f"entry 2 follows {whose}"
    assert row.a.not_after.at == PACKED
    assert "when it was made; by its owner's clock" in row.a.not_after.proves
    early = compare(now=CALLS[0] + HOUR).rows[0].a.not_after
    assert (early.at, early.proves) == (
        CALLS[0] + HOUR,
        "the pack is here; by your own clock",
    )
    assert "no time stamp of a third party" in compare().warnings[0]


def rewritten(path, change):
    with zipfile.ZipFile(path) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    change(files)
    path.write_bytes(bundle.zip_bytes(files))
    return path


def test_an_unproven_pack_is_said_to_be_so_at_the_head(diary, company, tmp_path, run):
    keep(diary, received(CALLS[0]))
    keep(company, made(CALLS[0]))
    a, b = packed(diary, tmp_path / "a.zip"), packed(company, tmp_path / "b.zip")
    rewritten(b, lambda files: files.pop("signature"))
    done = run("compare", a, b)
    assert done.returncode == 1
    first, second, third, why = done.stdout.splitlines()[:4]
    assert first.startswith("A: PROVEN (pack, diary.example/me)")
    assert "covers" in second
    assert third.startswith("B: NOT PROVEN (pack, romashka.example/consent)")
    assert why.startswith("  (2) ")
    assert consent.compare(a, b).rows[0].relation == "agree"


def test_a_container_that_is_refused_is_not_taken_for_silence(diary, company, tmp_path):
    keep(diary, received(CALLS[0]))
    keep(company, made(CALLS[0]))
    a, b = packed(diary, tmp_path / "a.zip"), tmp_path / "b.zip"
    with zipfile.ZipFile(b, "w") as archive:
        archive.writestr("x", "y", zipfile.ZIP_BZIP2)
    found = consent.compare(a, b)
    assert found.b.verdict == "not_proven"
    assert found.b.why
    assert (found.rows, found.agrees) == ((), False)
    assert any("B: cannot be read as a pack" in each for each in found.warnings)


def test_packs_of_two_numbers_are_refused_without_naming_one(company, diary, tmp_path, run):
    keep(diary, received(CALLS[0]))
    company.append_at(consent.ConsentWithdrawn(OTHER, at=CALLS[0]), CALLS[0])
    a = packed(diary, tmp_path / "a.zip")
    b = packed(company, tmp_path / "b.zip", OTHER)
    done = run("compare", a, b)
    assert done.returncode == 2
    assert "different numbers" in done.stderr
    assert NUMBER[2:] not in done.stdout + done.stderr
    assert OTHER[2:] not in done.stdout + done.stderr


def test_an_export_of_the_company_serves_and_is_called_unproven(diary, company, tmp_path, run):
    keep(diary, received(CALLS[0]), received(CALLS[1]))
    keep(company, made(CALLS[0]))
    company.append_at(consent.ConsentWithdrawn(OTHER, at=CALLS[0]), CALLS[0] + HOUR)
    a, out = packed(diary, tmp_path / "a.zip"), tmp_path / "events.jsonl"
    export_events(company, out, with_numbers=True, at=PACKED)
    found = consent.compare(a, out)
    assert relations(found, "contact") == ["agree", "only_a"]
    assert (found.b.source, found.b.verdict, found.b.entries) == ("export", "not_proven", 1)
    row = found.rows[0]
    assert row.b.not_after.at == CALLS[0] + HOUR  # the entry of somebody else bounds it
    done = run("compare", a, out)
    assert done.returncode == 1
    assert "B: NOT PROVEN (export); entries of this number: 1" in done.stdout
    assert OTHER[2:] not in done.stdout
    bare = tmp_path / "tags.jsonl"
    export_events(company, bare, at=PACKED)
    done = run("compare", a, bare)
    assert (done.returncode, "--with-numbers" in done.stderr) == (2, True)
    assert run("compare", out, out).returncode == 2
    bare.write_text("{}\n")
    done = run("compare", a, bare)
    assert (done.returncode, "line 1" in done.stderr) == (2, True)


def test_text_and_json_name_the_same_back_dated_consent_and_no_number(
    diary, company, tmp_path, run
):
    keep(diary, received(CALLS[0]))
    keep(company, made(CALLS[0]))
    late = company.append_at(given(SAID + HOUR), CALLS[0] + HOUR).seq
    a, b = packed(diary, tmp_path / "a.zip"), packed(company, tmp_path / "b.zip")
    text = run("compare", a, b)
    told = run("compare", a, b, "--json")
    assert text.returncode == told.returncode == 1
    document = json.loads(told.stdout)
    bad = [row["b"] for row in document["rows"] if row["b"] and row["b"]["back_dated"]]
    assert [each["seq"] for each in bad] == [late]
    assert document["counts"]["back_dated"] == 1
    assert document["within_s"] == 120
    assert "BACK-DATED: recorded after these contacts or stops" in text.stdout
    assert "recorded not before 2026-11-02" in text.stdout
    assert "ЗАДНИМ ЧИСЛОМ" in run("compare", a, b, "--lang", "ru").stdout
    for shown in (text.stdout, told.stdout):
        assert NUMBER[2:] not in shown
        assert SPAMMER[2:] not in shown


def test_agreement_of_two_proven_packs_exits_with_0(diary, company, tmp_path, run):
    keep(diary, received(CALLS[0]))
    keep(company, made(CALLS[0]))
    a, b = packed(diary, tmp_path / "a.zip"), packed(company, tmp_path / "b.zip")
    assert run("compare", a, b).returncode == 0
    done = run("compare", a, b, "--key", diary.verifier_key)
    assert done.returncode == 1  # the other's key was not given, so it is not proven
    assert run("compare", a, b, "--within", "-1").returncode == 2
    assert run("compare", a, tmp_path / "absent.zip").returncode == 3
