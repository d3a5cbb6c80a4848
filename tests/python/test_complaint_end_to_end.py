"""Six stories typed from an empty folder: ready before and after, letters, pack, verifiers."""

from __future__ import annotations

import io
import json
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

import consent
import verapdf

MINE, CALLER = "+79161234567", "+74950000000"
BANK = "7707083893"
ZONE = ("--zone", "Europe/Moscow")
ME = ("--profile", "me.json")
RECORDING = b"\x00\x00\x00\x18ftypM4A " + bytes(range(256))
PICTURE = b"\x89PNG\r\n\x1a\n" + bytes(range(64))
DETAIL = (
    "Дата;Время;Номер;Вид услуги;Длительность\n"
    "10.02.2026;11:42:10;74950000000;Входящий вызов;0:35\n"
    "11.02.2026;12:05:20;74950000000;Входящий вызов;0:20\n"
    "12.02.2026;09:30:05;74950000000;Входящий вызов;0:15\n"
)
#: What the applicant has beside the diary: the profile's words, and a copy to enclose.
AT_HAND = "name,address,email,passport,secrecy_consent,identity_copy,number_is_yours"


class Story:
    """What one user types in one empty folder."""

    def __init__(self, run, folder: Path) -> None:
        self._run = run
        self.folder = folder
        self.typed: list[tuple[str, ...]] = []

    def __call__(self, *words: str, code: int = 0) -> str:
        """One command, with what it must answer."""
        self.typed.append(words)
        done = self._run(*words)
        assert done.returncode == code, (words, done.stdout, done.stderr)
        return done.stdout

    def file(self, name: str, data: bytes) -> str:
        (self.folder / name).write_bytes(data)
        return name

    def begin(self, *profile: str) -> None:
        self("init", "diary", "--origin", "maria.example/diary", "--subscriber", MINE)
        person = ("--name", "Иванова Мария Петровна", "--passport", "45 00 № 000000")
        where = ("--address", "109000, Москва, ул. Примерная, д. 1", "--email", "maria@example.ru")
        self("profile", *ME, *(profile or person), *where)

    def note(self, at: str, *more: str, sender: str = CALLER) -> None:
        words = ("diary", "diary", "--one-line", *ZONE, "--from", sender, "--at", at)
        self(*words, "--consent", "never", *more)

    def missing(self, *more: str, to: str = "fas") -> list[str]:
        """What ready says is missing; its exit code agrees."""
        words = ("ready", "diary", "--to", to, "--json", *more)
        done = self._run(*words)
        told = json.loads(done.stdout)
        assert done.returncode == (0 if told["ready"] else 1)
        return [each["item"] for each in told["items"] if _lacks(each)]


def _lacks(item: dict) -> bool:
    return item["state"] == "missing" and item["weight"] == "refuse"


@pytest.fixture
def story(run, tmp_path):
    pytest.importorskip("typst")
    pytest.importorskip("docx")
    return Story(run, tmp_path)


def bare(said: str) -> str:
    """Letters and signs alone: where lines break is the page's own business."""
    return re.sub(r"[\s\u200b\u00ad_-]+", "", said)


def pdf_text(data: bytes) -> str:
    pypdf = pytest.importorskip("pypdf")
    return "\n".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(data)).pages)


def docx_words(data: bytes) -> list[str]:
    import docx

    made = docx.Document(io.BytesIO(data))
    said = [paragraph.text for paragraph in made.paragraphs]
    said += [cell.text for table in made.tables for row in table.rows for cell in row.cells]
    return " ".join(said).split()


def both_verifiers(folder: Path, proof: bytes) -> dict:
    """The case, after the core and the verify.py inside the pack agree."""
    folder.mkdir()
    (folder / "proof.zip").write_bytes(proof)
    with zipfile.ZipFile(io.BytesIO(proof)) as inside:
        case = json.loads(inside.read("case.json"))
        (folder / "verify.py").write_bytes(inside.read("verify.py"))
    core = consent.verify(folder / "proof.zip", trusted=[case["key"]])
    assert (core.verdict, core.problem) == ("proven", None)
    alone = subprocess.run(
        [sys.executable, "-I", "verify.py", "proof.zip", "--key", case["key"], "--lang", "en"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert alone.returncode == 0, (alone.stdout, alone.stderr)
    return case


def packs(story: Story, to: str, *more: str, letters: int) -> tuple[dict, dict[str, bytes]]:
    """Write the pack as a ZIP and as a folder; check both. The case and the ZIP's files."""
    words = ("complain", "diary", "--to", to, *ZONE, *ME, *more)
    story(*words, "--out", "pack.zip")
    story(*words, "--out", "pack")
    story.typed.pop()  # the folder is the other way, not a further step
    with zipfile.ZipFile(story.folder / "pack.zip") as archive:
        assert archive.testzip() is None
        files = {name: archive.read(name) for name in archive.namelist()}
    beside = story.folder / "pack"
    there = {
        path.relative_to(beside).as_posix(): path.read_bytes()
        for path in beside.rglob("*")
        if path.is_file()
    }
    assert set(there) == set(files)
    for name, data in files.items():
        if name.startswith("Приложения/"):
            assert there[name] == data
    pdfs = [name for name in files if name.endswith(".pdf") and "/" not in name]
    assert pdfs[0] == "1-ОТКРОЙТЕ.pdf"
    assert len(pdfs) == letters
    docxs = [name for name in files if name.startswith("Word/")]
    assert len(docxs) == letters
    for pdf, docx in zip(pdfs, docxs, strict=True):
        in_pdf = bare(pdf_text(files[pdf]))
        for word in docx_words(files[docx]):
            assert bare(word) in in_pdf, (pdf, word)
    case = both_verifiers(story.folder / "check-zip", files["proof.zip"])
    again = both_verifiers(story.folder / "check-folder", there["proof.zip"])
    assert again["contacts"] == case["contacts"]
    if verapdf.THERE:
        found = verapdf.verdicts(beside / name for name in pdfs)
        assert len(found) == 2 * len(pdfs)
        assert [each for each in found if each[2] != "ok"] == []
    return case, files


def verdicts(case: dict) -> list[str]:
    return [each["answer"]["verdict"] for each in case["contacts"]]


def test_verapdf_is_here():
    if not verapdf.THERE:
        pytest.skip(verapdf.MISSING + ": the packs below are checked without it")


def test_three_calls_and_one_recording_by_an_unknown_caller(story):
    story.begin()
    story.note("10.02.2026 11:42", "--over", "person", "--said", "Банк: Вам одобрен кредит")
    story.note("11.02.2026 12:05", "--over", "person", "--said", "Кредитная карта")
    story.note("12.02.2026 09:30", "--over", "call", sender="")
    before = story.missing()
    assert before[:3] == ["recording", "operator_detail", "secrecy_consent"]
    assert {"name_and_address", "passport"} <= set(before)
    story.file("rec.m4a", RECORDING)
    story.file("detail.csv", DETAIL.encode())
    story("evidence", "diary", "1", "--add", "rec.m4a")
    # The hidden number stands in the operator's detail: shown, and exit 1.
    story("diary", "import", "diary", "detail.csv", *ZONE, code=1)
    assert story.missing("--has", AT_HAND) == []
    case, files = packs(story, "fas", letters=2)
    assert verdicts(case) == ["deny"] * 3
    assert {each["question"]["distributor"] for each in case["contacts"]} == {""}
    letter = bare(pdf_text(files["1-ОТКРОЙТЕ.pdf"]))
    assert "Черновик" not in letter
    assert bare("номер скрыт") in letter
    assert "ИНН" not in letter
    assert any(data == RECORDING for data in files.values())
    # Init, profile, three notes, a recording, the detail, the pack.
    assert len(story.typed) == 8
    # As the fastest typist nobody is: three characters a second, under ten minutes.
    assert sum(len(" ".join(("consent", *words))) for words in story.typed) / 3 < 600


def test_a_robot_calls_after_a_demand_to_stop(story):
    story.begin()
    story.file("stop.pdf", b"%PDF-1.7 stop")
    story.file("detail.csv", DETAIL.encode())
    told = ("withdraw", "diary", MINE, "--distributor", BANK, "--at", "05.02.2026 10:00", *ZONE)
    story(*told)
    story("evidence", "diary", "1", "--add", "stop.pdf", "--kind", "stop_demand")
    story.note("10.02.2026 11:42", "--over", "robot", "--said", "Кредит", "--distributor", BANK)
    assert story.missing()[0] == "recording"
    story.file("rec.m4a", RECORDING)
    story("evidence", "diary", "3", "--add", "rec.m4a")
    story("diary", "import", "diary", "detail.csv", *ZONE)
    assert story.missing("--has", AT_HAND) == []
    case, files = packs(story, "fas,rkn", letters=3)
    (only,) = case["contacts"]
    assert (only["answer"]["verdict"], only["answer"]["relied_on"]) == ("deny", 1)
    assert only["question"]["channel"] == "robot"
    letter = bare(pdf_text(files["1-ОТКРОЙТЕ.pdf"]))
    assert bare("Часть 2 статьи 18") in letter
    assert bare("5 февраля 2026") in letter
    assert f"ИНН{BANK}" in letter


def test_an_sms_from_a_name(story):
    story.begin()
    story.note("12.02.2026 09:30", "--over", "sms", "--said", "Скидка 50 %", sender="SHOPNAME")
    assert story.missing("--has", AT_HAND) == ["recording", "operator_detail"]
    story.file("shot.png", PICTURE)
    story.file(
        "detail.csv",
        "Дата;Время;Номер;Вид услуги;Длительность\n"
        "12.02.2026;09:30:10;SHOPNAME;Входящее SMS;1\n".encode(),
    )
    story("evidence", "diary", "1", "--add", "shot.png", "--kind", "screenshot")
    story("diary", "import", "diary", "detail.csv", *ZONE)
    assert story.missing("--has", AT_HAND) == []
    case, files = packs(story, "fas", letters=2)
    assert verdicts(case) == ["deny"]
    letter = bare(pdf_text(files["1-ОТКРОЙТЕ.pdf"]))
    assert "SHOPNAME" in letter
    assert bare("Часть 2 статьи 18") not in letter
    assert any(data == PICTURE for data in files.values())


def test_the_number_of_a_legal_entity(story):
    shop = ("--kind", "entity", "--name", "ООО Ромашка", "--inn", BANK, "--ogrn", "1027700132195")
    story.begin(*shop, "--signatory", "Петров Пётр Петрович")
    story.note("10.02.2026 11:42", "--over", "person", "--said", "Реклама")
    before = story.missing("--entity")
    assert "passport" not in before
    assert before[0] == "recording"
    story.file("rec.m4a", RECORDING)
    story.file("detail.csv", DETAIL.encode())
    story("evidence", "diary", "1", "--add", "rec.m4a")
    story("diary", "import", "diary", "detail.csv", *ZONE)
    assert story.missing("--entity", "--has", AT_HAND) == []
    told = json.loads(story("ready", "diary", "--entity", "--json"))
    assert [each["body"] for each in told["bodies"] if each["fits"]] == ["fas", "operator"]
    case, files = packs(story, "fas", letters=2)
    assert verdicts(case) == ["deny"]
    letter = bare(pdf_text(files["1-ОТКРОЙТЕ.pdf"]))
    assert bare(f"ООО Ромашка (ИНН {BANK}, ОГРН 1027700132195) является абонентом") in letter


def test_a_bank_with_a_questionnaire_of_2009(story):
    story.begin()
    consented = ("give", "diary", MINE, "--purpose", "advertising", "--channel", "voice")
    story(*consented, "--distributor", BANK, "--method", "paper", "--at", "14.05.2009 12:00", *ZONE)
    story.note("10.02.2026 11:42", "--over", "person", "--said", "Вклад", "--distributor", BANK)
    assert story.missing("--has", AT_HAND, to="rkn")[:1] in ([], ["recording"])
    before = story.missing("--has", AT_HAND)
    assert before == ["recording", "operator_detail"]
    story.file("rec.m4a", RECORDING)
    story.file("detail.csv", DETAIL.encode())
    story("evidence", "diary", "2", "--add", "rec.m4a")
    story("diary", "import", "diary", "detail.csv", *ZONE)
    assert story.missing("--has", AT_HAND) == []
    case, files = packs(story, "fas,rkn", letters=3)
    assert verdicts(case) != ["allow"]
    assert f"ИНН{BANK}" in bare(pdf_text(files["1-ОТКРОЙТЕ.pdf"]))


def test_the_company_shows_a_good_consent_for_one_call(run, tmp_path):
    company = Story(run, tmp_path)
    company.file("wording.txt", "Я согласен на рекламу ООО «Ромашка» по телефону.".encode())
    company.file("consent.pdf", b"%PDF-1.7 consent")
    company("init", "firm", "--origin", "romashka.example/consent", "--inn", BANK)
    said = ("give", "firm", MINE, "--purpose", "advertising", "--channel", "voice")
    covers = ("--covers", "advertising,personal_data,mass_calls", "--wording", "wording.txt")
    shown = ("--method", "sms_code", "--code-sent", "--code-returned", "--document", "consent.pdf")
    company(*said, *covers, *shown, "--at", "01.02.2026 10:00", *ZONE)
    called = ("contact", "firm", MINE, "--purpose", "advertising", "--dialled-by", "person")
    company(*called, "--at", "10.02.2026 11:42", *ZONE)
    company("withdraw", "firm", MINE, "--at", "11.02.2026 10:00", *ZONE)
    company("prove", "firm", "--number", MINE, "--call", "2", "--out", "proof.zip", *ZONE)
    company("verify", "proof.zip", code=1)  # proves nothing without the key of the log
    case = both_verifiers(tmp_path / "check", (tmp_path / "proof.zip").read_bytes())
    (only,) = case["contacts"]
    assert (only["seq"], only["answer"]["verdict"], only["answer"]["relied_on"]) == (2, "allow", 1)
    with zipfile.ZipFile(tmp_path / "proof.zip") as archive:
        assert archive.read("evidence/000001-1") == b"%PDF-1.7 consent"
        assert "Вам звонили" not in archive.read("report.txt").decode()
