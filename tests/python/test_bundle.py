"""Packs: what a log gives to a stranger, and how it is read back."""

from __future__ import annotations

import io
import json
import re
import subprocess
import sys
import zipfile
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path

import pytest

import bundle_vectors
import consent
from consent import bundle
from consent.cli import main
from consent.pages.bundle_report import report_html, report_text

ROOT = Path(__file__).resolve().parents[2]
NUMBER, OTHER = "+79161234567", "+79990000001"
MADE = datetime(2026, 11, 22, 12, tzinfo=UTC)
WORDING = "Согласен на рекламные звонки ООО «Ромашка»."


@pytest.fixture
def log(tmp_path):
    with consent.Log.create(
        tmp_path / "romashka",
        origin="romashka.example/consent",
        distributor=consent.Organisation(inn="7707083893", name="ООО «Ромашка»"),
    ) as made:
        when = datetime.now(UTC) - timedelta(days=30)
        for i, number in enumerate((NUMBER, OTHER)):
            made.append(
                consent.ConsentGiven(
                    number,
                    purposes={"advertising"},
                    channels={"voice"},
                    method="sms_code",
                    wording=WORDING,
                    at=when + timedelta(hours=i),
                )
            )
        for number in (NUMBER, OTHER):
            made.append(consent.ConsentWithdrawn(number, at=when + timedelta(days=1)))
        yield made


@pytest.fixture
def packed(log, tmp_path):
    return bundle.prove(log, NUMBER, out=tmp_path / "x.zip", at=datetime.now(UTC), created_at=MADE)


def run_verify(path, *arguments):
    return subprocess.run(
        [sys.executable, "-I", "-S", path, *arguments], capture_output=True, text=True, check=False
    )


def test_a_pack_is_proven_by_both_verifiers_under_the_key_of_the_log(packed, log):
    key = log.verifier_key
    result = consent.verify(packed.path, trusted=[key])
    assert result.problem is None
    assert result.verdict == "proven"
    assert result.coverage.key_was_given
    assert result.warnings == []
    ended = run_verify(
        ROOT / "python/consent/standalone/verify.py", str(packed.path), "--key", key, "--json"
    )
    told = json.loads(ended.stdout)
    assert (ended.returncode, told["verdict"]) == (0, "proven")
    assert told["question"] == result.question
    assert sorted(told["coverage"]["not_checked"]) == sorted(result.coverage.not_checked)


def test_an_unpacked_pack_checks_itself_and_sha256sum_agrees(packed, tmp_path):
    folder = tmp_path / "unpacked"
    with zipfile.ZipFile(packed.path) as archive:
        archive.extractall(folder)
    ended = run_verify(folder / "verify.py")
    assert ended.returncode == 0, ended.stdout
    subprocess.run(
        ["sha256sum", "--quiet", "--strict", "-c", "manifest-sha256.txt"],
        cwd=folder,
        check=True,
    )


def test_the_summary_says_what_the_pack_holds(packed, log):
    assert packed.entries == 2
    assert packed.signed_up_to == log.size
    assert packed.key == log.verifier_key
    assert packed.verdict == "deny"
    assert packed.other_subjects == 0


def test_nobody_else_is_in_a_pack(packed, log):
    tags = [log.entry(seq).bytes.split(b'"tag":"')[1][:64] for seq in (2, 4)]
    for name, data in bundle.read_pack(packed.path):
        assert OTHER[1:] not in name
        assert OTHER[1:].encode() not in data, name
        for tag in tags:
            assert tag not in data, name


def test_the_same_log_question_and_moment_give_the_same_bytes(log, tmp_path):
    at = datetime.now(UTC)
    made = [
        bundle.prove(log, NUMBER, out=tmp_path / f"{i}.zip", at=at, created_at=MADE).path
        for i in range(2)
    ]
    assert made[0].read_bytes() == made[1].read_bytes()


def test_an_entry_changed_in_a_pack_is_refuted_also_if_its_owner_signs_it(packed, log, tmp_path):
    files = dict(bundle.read_pack(packed.path))
    files["entries/000003.json"] = files["entries/000003.json"].replace(b"withdrawn", b"refused")
    files.update(consent._core.sign_pack(log, files.items()))  # as the log's owner can
    changed = tmp_path / "changed.zip"
    changed.write_bytes(bundle.zip_bytes(files))
    result = consent.verify(changed)
    assert result.verdict == "refuted"
    assert result.problem.seq == 3
    assert result.problem.what.startswith("(4) ")


def test_a_failed_write_leaves_nothing_behind(log, tmp_path):
    with pytest.raises(consent.StorageError):
        bundle.prove(log, NUMBER, out=tmp_path / "absent" / "x.zip", at=MADE, created_at=MADE)
    (tmp_path / "taken").mkdir()
    with pytest.raises(consent.StorageError):
        bundle.prove(log, NUMBER, out=tmp_path / "taken", at=MADE, created_at=MADE)
    assert not list(tmp_path.glob(".consent-*"))


def test_a_number_the_log_never_met_has_no_pack(log, tmp_path):
    with pytest.raises(consent.NotFoundError) as raised:
        bundle.prove(log, "+79995554433", out=tmp_path / "x.zip", at=MADE, created_at=MADE)
    assert "5554433" not in str(raised.value)
    assert not (tmp_path / "x.zip").exists()


def test_a_moment_without_a_zone_is_refused(log, tmp_path):
    naive = datetime(2026, 11, 22)  # noqa: DTZ001
    with pytest.raises(ValueError, match="zone"):
        bundle.prove(log, NUMBER, out=tmp_path / "x.zip", at=MADE, created_at=naive)


# --- vectors through the core --------------------------------------------------------------------


@pytest.mark.parametrize("name", bundle_vectors.names())
def test_the_core_gives_every_vector_its_verdict(name):
    vector = bundle_vectors.load(name)
    result = consent._core.verify_bundle(vector.files, vector.keys, vector.receipts)
    assert result.verdict == vector.verdict
    if vector.step:
        assert result.problem.what.startswith(f"({vector.step}) ")


def test_an_unsafe_container_is_an_answer_and_not_an_exception(tmp_path):
    path = tmp_path / "bomb.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("case.json", bytes(10_000_000))
    result = consent.verify(path)
    assert result.verdict == "not_proven"
    assert result.problem.what.startswith("(1) ")
    assert result.coverage.entries == 0
    assert result.coverage.not_checked
    with pytest.raises(TypeError):
        bool(result)


def test_what_is_no_pack_cannot_be_read(tmp_path):
    path = tmp_path / "x.zip"
    path.write_bytes(b"no ZIP")
    with pytest.raises(consent.StorageError):
        consent.verify(path)


# --- the report -------------------------------------------------------------------------


class Page(HTMLParser):
    def __init__(self):
        super().__init__()
        self.tags, self.addresses = set(), []

    def handle_starttag(self, tag, attributes):
        self.tags.add(tag)
        self.addresses += [
            v for k, v in attributes if k in ("src", "href", "action") or k.startswith("on")
        ]


def hostile():
    """Files whose texts try to act: markup, an escape sequence, a sign that turns the direction."""
    files = dict(bundle_vectors.load("happy").files)
    name = next(each for each in files if each.startswith("wordings/"))
    evil = "<script>alert(1)</script>\x1b[2J\u202eevil & \"'"
    files[name] = evil.encode()
    case = json.loads(files["case.json"])
    case["answer"]["findings"][0]["why"] = case["answer"]["findings"][0]["why_ru"] = evil
    case["question"]["distributor"] = evil
    files["case.json"] = json.dumps(case).encode()
    return files


def test_the_report_has_no_scripts_and_no_outside_resources():
    for files in (dict(bundle_vectors.load("happy").files), hostile()):
        page = Page()
        text = report_html(files).decode()
        page.feed(text)
        assert page.addresses == []
        assert not page.tags & {"script", "link", "img", "iframe", "object", "form", "a"}
        assert "url(" not in text
        assert "@import" not in text


@pytest.mark.parametrize("render", [report_html, report_text])
def test_texts_of_others_cannot_act_in_a_report(render):
    text = render(hostile()).decode()
    assert "\x1b" not in text
    assert "\u202e" not in text
    if render is report_html:
        assert "<script>" not in text


@pytest.mark.parametrize("render", [report_html, report_text])
def test_a_report_tells_the_case_in_both_languages_with_zones_and_limits(render):
    files = dict(bundle_vectors.load("happy").files)
    text = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", render(files).decode()))
    for part in (
        NUMBER,
        "Нет, нельзя.",
        "No, it was not.",
        "Абонент дал согласие",
        "The subscriber gave consent",
        "2026-03-05 12:29:00",
        "+03:00 Europe/Moscow",
        "2026-03-05 09:29:00 UTC",
        "python3 -I verify.py --key",
        "Чего этот пакет НЕ показывает",
        "What this pack does NOT show",
        "romashka.example/consent 13 ",
    ):
        assert part in text, part


@pytest.mark.parametrize("render", [report_html, report_text])
@pytest.mark.parametrize("name", [n for n in bundle_vectors.names() if n.startswith("happy")])
def test_a_report_shows_no_raw_code_and_no_value_of_python(name, render):
    text = render(dict(bundle_vectors.load(name).files)).decode()
    assert not re.search(
        r"\{'|True|False|None", re.sub(r"wordings/\S+|<style.*?</style>", "", text)
    )
    for line in re.findall(r"(?:вид|итог): (\S+)", text):
        assert line not in ("access", "answered", "no_answer", "stop_processing")


@pytest.mark.parametrize(
    "name", [each for each in bundle_vectors.names() if each.startswith("happy")]
)
def test_every_happy_vector_can_be_told(name):
    files = dict(bundle_vectors.load(name).files)
    assert report_html(files)
    assert report_text(files)


def test_the_format_in_every_pack_is_that_of_the_documents():
    parts = ("format", "bundle", "receipt", "verify")
    wanted = b"".join((ROOT / f"docs/reference/{part}.md").read_bytes() for part in parts)
    assert (ROOT / "python/consent/standalone/FORMAT.md").read_bytes() == wanted, (
        "cat docs/reference/{format,bundle,receipt,verify}.md > python/consent/standalone/FORMAT.md"
    )


def test_a_pack_carries_the_page_and_the_command_writes_it(packed, tmp_path):
    page = (ROOT / "python/consent/standalone/verify.html").read_bytes()
    with zipfile.ZipFile(packed.path) as archive:
        assert archive.read("verify.html") == page
    assert main(["verify", "--page", str(tmp_path / "verify.html")]) == 0
    assert (tmp_path / "verify.html").read_bytes() == page
    assert (tmp_path / "verify.html").stat().st_mode & 0o444 == 0o444
    assert main(["verify", str(packed.path), "--page", str(tmp_path / "x")]) == 2
    assert main(["verify"]) == 2


def test_zip_members_are_plain_and_in_order(packed):
    with zipfile.ZipFile(io.BytesIO(packed.path.read_bytes())) as archive:
        infos = archive.infolist()
    assert [i.filename for i in infos] == sorted(i.filename for i in infos)
    assert all(i.date_time == (1980, 1, 1, 0, 0, 0) and not i.extra for i in infos)
