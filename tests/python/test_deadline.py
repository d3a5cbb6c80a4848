"""Deadlines and access: requests recorded, terms listed, a page handed over."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime

import pytest

import consent
from consent import cli

NUMBER, OTHER = "+79161234567", "+79990000001"


def run(capsys, *arguments):
    code = cli.main([str(each) for each in arguments])
    return code, capsys.readouterr()


def told(capsys, *arguments):
    code, found = run(capsys, *arguments, "--json")
    return code, json.loads(found.out)


@pytest.fixture
def folder(tmp_path, capsys):
    made = tmp_path / "romashka"
    run(
        capsys,
        *("init", made, "--origin", "romashka.example/consent"),
        *("--inn", "7707083893", "--name", "ООО Ромашка"),
    )
    return made


def test_nothing_is_due_in_a_new_log(folder, capsys):
    code, found = told(capsys, "due", folder)
    assert (code, found["items"], found["overdue"]) == (0, [], 0)
    assert found["zone"] == "Europe/Moscow"


def test_a_request_runs_is_extended_and_is_answered(folder, capsys):
    _, made = told(
        capsys,
        *("request", folder, NUMBER, "--kind", "access", "--at", "2026-09-01T10:00:00+03:00"),
    )
    assert made["type"] == "request.received"
    seq = made["seq"]
    code, found = told(capsys, "due", folder)
    (item,) = found["items"]
    assert (code, found["overdue"]) == (1, 1)
    assert (item["rule"], item["seq"], item["number"]) == ("ru/152-fz/20-1", seq, NUMBER)
    assert item["last_day"] == "2026-09-15"
    code, shown = run(capsys, "due", folder, "--lang", "ru")
    assert code == 1
    assert "ПРОСРОЧЕНО 2026-09-15" in shown.out
    run(capsys, "answer", folder, NUMBER, "--of", seq, "--outcome", "extended")
    assert told(capsys, "due", folder)[1]["items"][0]["last_day"] == "2026-09-22"
    run(capsys, "answer", folder, NUMBER, "--of", seq, "--outcome", "done")
    assert told(capsys, "due", folder)[0] == 0


def test_a_wrong_word_an_absent_entry_and_a_later_date_are_refused(folder, capsys):
    assert run(capsys, "request", folder, NUMBER, "--kind", "revenge")[0] == 2
    wrong = ("answer", folder, NUMBER, "--of", "99", "--outcome", "done")
    assert run(capsys, *wrong)[0] == 2
    later = ("--received-at", "2099-01-01T00:00:00+03:00")
    assert run(capsys, "request", folder, NUMBER, "--kind", "access", *later)[0] == 2
    with consent.Log.open(folder, writable=False) as log:
        assert log.size == 1


@pytest.mark.parametrize("gone", ["erase", "reassign"])
def test_an_answer_ends_the_demand_of_who_is_gone(folder, capsys, gone):
    asked = ("--kind", "access", "--at", "2026-09-01T10:00:00+03:00")
    seq = told(capsys, "request", folder, NUMBER, *asked)[1]["seq"]
    words = {"erase": ("--ground", "x"), "reassign": ()}[gone]
    assert run(capsys, gone, folder, NUMBER, *words)[0] == 0
    assert told(capsys, "due", folder)[1]["overdue"] == 1
    assert run(capsys, "answer", folder, NUMBER, "--of", seq, "--outcome", "done")[0] == 0
    assert told(capsys, "due", folder)[1]["overdue"] == 0


def test_an_answer_is_to_a_demand_and_to_its_own(folder, capsys):
    asked = ("--kind", "access", "--at", "2026-09-01T10:00:00+03:00")
    seq = told(capsys, "request", folder, NUMBER, *asked)[1]["seq"]
    for number, of in ((NUMBER, 0), (OTHER, seq), (NUMBER, 99)):
        code, said = run(capsys, "answer", folder, number, "--of", of, "--outcome", "done")
        assert code == 2
        assert number not in said.err
    assert told(capsys, "due", folder)[1]["overdue"] == 1
    with consent.Log.open(folder, writable=False) as log:
        assert log.size == seq + 1


def test_an_answer_ends_the_term_of_a_withdrawal(folder, capsys):
    stop = ("--covers", "personal_data", "--at", "2026-09-01T10:00:00+03:00")
    seq = told(capsys, "withdraw", folder, NUMBER, *stop)[1]["seq"]
    assert [each["duty"] for each in told(capsys, "due", folder)[1]["items"]] == ["destroy"]
    assert run(capsys, "answer", folder, NUMBER, "--of", seq, "--outcome", "done")[0] == 0
    assert told(capsys, "due", folder)[1]["items"] == []


@pytest.mark.parametrize("purpose", ["mixed", "unknown", "advertising"])
def test_a_contact_that_counts_as_advertising_breaks_a_stop_to_advertising(folder, capsys, purpose):
    stop = ("--purpose", "advertising", "--channel", "sms", "--at", "2026-09-01T10:00:00+03:00")
    assert run(capsys, "withdraw", folder, NUMBER, *stop)[0] == 0
    made = ("--direction", "outgoing", "--channel", "sms", "--purpose", purpose)
    made += ("--at", "2026-09-02T10:00:00+03:00")
    assert run(capsys, "contact", folder, NUMBER, *made)[0] == 0
    items = told(capsys, "due", folder)[1]["items"]
    broken = {each["duty"] for each in items if each["broken_by"] is not None}
    assert broken == {"stop_advertising", "stop_promotion"}


def test_due_at_an_earlier_moment_knows_only_what_was_recorded_then(folder, capsys):
    run(capsys, "request", folder, NUMBER, "--kind", "access", "--at", "2026-09-01T10:00:00+03:00")
    assert told(capsys, "due", folder, "--at", "2026-09-30T00:00:00+03:00")[1]["items"] == []


@pytest.fixture
def story(folder, capsys, tmp_path):
    """Two holders of one number, and somebody else."""
    text = tmp_path / "text.txt"
    text.write_text("Согласен <b>получать</b> рекламу.", encoding="utf-8")
    scope = ("--purpose", "advertising", "--channel", "voice,sms", "--wording", text)
    run(
        capsys,
        *("give", folder, NUMBER, *scope, "--source", "former-shop"),
        *("--at", "2026-02-01T10:00:00+03:00", "--campaign", "former-campaign"),
    )
    run(capsys, "reassign", folder, NUMBER, "--at", "2026-03-01T10:00:00+03:00")
    run(
        capsys,
        *("give", folder, NUMBER, *scope, "--source", "web", "--acts-for", "7736050003"),
        *("--at", "2026-04-01T10:00:00+03:00", "--until", "2027-04-01T00:00:00+03:00"),
    )
    run(capsys, "give", folder, OTHER, *scope, "--source", "other-shop")
    run(capsys, "withdraw", folder, NUMBER, "--at", "2026-11-01T10:00:00+03:00")
    return folder


def test_access_tells_data_grounds_sources_recipients_terms_and_what_runs(story, capsys):
    code, facts = told(capsys, "access", story, NUMBER, "--at", "2026-11-22T23:00:00+03:00")
    assert code == 0
    assert facts["sources"] == ["web"]
    assert facts["operator"] == {"name": "ООО Ромашка", "inn": "7707083893"}
    assert {"who": "7736050003", "role": "acts_for"} in facts["recipients"]
    (ground,) = facts["grounds"]
    assert ground["until"] == "2027-03-31T21:00:00.000000Z"
    (term,) = facts["terms"]
    assert term["touched_by"] == [facts["events"][-1]["seq"]]
    assert [each["type"] for each in facts["events"]] == ["consent.given", "consent.withdrawn"]
    assert facts["wordings"][0]["text"].startswith("Согласен")


def test_access_tells_nothing_of_a_former_holder_nor_of_anybody_else(story, capsys, tmp_path):
    with consent.Log.open(story, writable=False) as log:
        tags = [tag.hex() for tag in log.subjects_of(NUMBER)[:-1] + log.subjects_of(OTHER)]
    for name in ("a.html", "a.json"):
        out = tmp_path / name
        assert run(capsys, "access", story, NUMBER, "--out", out)[0] == 0
        text = out.read_text(encoding="utf-8")
        assert "9161234567" in text
        for foreign in ("former-shop", "former-campaign", "other-shop", "9990000001", *tags):
            assert foreign not in text


def test_the_page_is_russian_by_default_and_runs_nothing_of_a_wording(story, capsys, tmp_path):
    out = tmp_path / "a.html"
    run(capsys, "access", story, NUMBER, "--out", out)
    page = out.read_text(encoding="utf-8")
    assert "<b>получать</b>" not in page
    assert "&lt;b&gt;получать&lt;/b&gt;" in page
    assert 'lang="ru"' in page
    assert "Основания и цели" in page
    assert not re.search(r"https?://", page)
    run(capsys, "access", story, NUMBER, "--out", out, "--lang", "en")
    assert "Grounds and purposes" in out.read_text(encoding="utf-8")


def test_a_new_holder_the_log_has_not_met_and_a_strange_number_get_nothing(
    folder, capsys, tmp_path
):
    run(capsys, "withdraw", folder, NUMBER)
    run(capsys, "reassign", folder, NUMBER)
    code, facts = told(capsys, "access", folder, NUMBER)
    assert (code, facts["state"], facts["events"]) == (1, "new_holder", [])
    out = tmp_path / "a.html"
    code, _ = run(capsys, "access", folder, OTHER, "--out", out)
    assert code == 1
    assert "не хранит ничего" in out.read_text(encoding="utf-8")
    assert run(capsys, "access", folder, OTHER, "--out", tmp_path / "a.pdf")[0] == 2


def test_whose_data_were_destroyed_learns_what_is_still_kept_of_the_number(
    folder, capsys, tmp_path
):
    run(capsys, "withdraw", folder, NUMBER)
    assert told(capsys, "access", folder, NUMBER)[1]["suppressed_until"] is None
    run(capsys, "erase", folder, NUMBER, "--ground", "x")
    code, facts = told(capsys, "access", folder, NUMBER)
    assert (code, facts["state"], facts["events"]) == (1, "absent", [])
    assert facts["suppressed_until"] is not None
    out = tmp_path / "a.html"
    run(capsys, "access", folder, NUMBER, "--out", out)
    assert "хранится только код этого номера" in out.read_text(encoding="utf-8")
    assert told(capsys, "access", folder, OTHER)[1]["suppressed_until"] is None


def test_the_page_names_kept_files_and_what_the_log_cannot_know(folder, capsys, tmp_path):
    (tmp_path / "rec.wav").write_bytes(b"spoken")
    run(
        capsys,
        *("give", folder, NUMBER, "--purpose", "advertising", "--channel", "voice"),
        *("--evidence", tmp_path / "rec.wav", "--at", "2026-11-20T23:30:00+00:00"),
    )
    _, facts = told(capsys, "access", folder, NUMBER)
    assert [(each["seq"], each["place"]) for each in facts["files"]] == [(1, 1)]
    assert "files" in facts["data"]
    out = tmp_path / "a.html"
    run(capsys, "access", folder, NUMBER, "--out", out)
    page = out.read_text(encoding="utf-8")
    assert "21.11.2026 02:30:00 UTC+3" in page  # as a person in Moscow reads it
    assert not re.search(r"\dT\d\d:", page)
    assert "адрес оператора" in page
    assert "commitment" not in page


def test_a_moment_without_a_zone_is_refused(folder):
    with consent.Log.open(folder, writable=False) as log:
        with pytest.raises(ValueError, match="zone"):
            consent.access(log, NUMBER, at=datetime(2026, 1, 1))  # noqa: DTZ001
        with pytest.raises(ValueError):  # noqa: PT011
            consent.deadline.due(log, at=datetime(2026, 1, 1))  # noqa: DTZ001
        assert consent.deadline.due(log, at=datetime(2026, 1, 1, tzinfo=UTC)) == []


def test_a_term_over_days_that_are_not_known_is_a_span_with_a_warning(folder, capsys):
    asked = datetime(2026, 12, 17, 7, tzinfo=UTC)
    with consent.Log.open(folder) as log:
        log.append_at(consent.RequestReceived(NUMBER, kind="access", at=asked), asked)
    at = ("--at", "2026-12-20T10:00:00+03:00")
    _, found = told(capsys, "due", folder, *at)
    (item,) = found["items"]
    assert (item["last_day"], item["latest_day"]) == ("2027-01-11", "2027-01-21")
    shown = run(capsys, "due", folder, *at)[1].out
    assert "2027-01-11" in shown
    assert "! it may end as late as 2027-01-21" in shown
