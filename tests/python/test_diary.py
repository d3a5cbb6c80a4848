"""A subscriber's diary on the command line: noted, matched with a phone's own file, made a pack."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

import consent
from consent import case, complaint_pack
from consent.commands.arguments import UsageError
from consent.commands.diary import moment
from consent.letters import Profile

MOSCOW = ZoneInfo("Europe/Moscow")
MINE, CALLER, NEIGHBOUR = "+79161234567", "+74950000000", "+74951112233"
SAID = "Вам одобрен кредит"
#: Bytes that stand in a recording of somebody else alone.
MARK = b"NEIGHBOUR-RECORDING-MARK-7f3a"


@pytest.fixture
def run(run, tmp_path):
    """Runs ``consent`` beside a diary of MINE and a recording."""
    made = run("init", "diary", "--origin", "maria.example/diary", "--subscriber", MINE)
    assert made.returncode == 0, made.stderr
    (tmp_path / "rec.m4a").write_bytes(b"\x00\x00\x00\x18ftypM4A " + bytes(range(256)))
    return run


def note(run, *more, sender=CALLER, at="10.02.2025 11:42", said=SAID, company="Банк"):
    return run(
        *("diary", "diary", "--one-line", "--zone", "Europe/Moscow", "--from", sender, "--at", at),
        *("--over", "robot", "--said", said, "--company", company, "--consent", "never", "--json"),
        *more,
    )


def noted(run, *more, **given) -> int:
    done = note(run, *more, **given)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)["seq"]


def contacts(tmp_path):
    with consent.Log.open(tmp_path / "diary", writable=False) as log:
        return complaint_pack.contacts_of(log)


# --- noting --------------------------------------------------------------------------------------


def test_a_contact_is_noted_in_one_line(run, tmp_path):
    seq = noted(run, "--recording", "rec.m4a", "--asked-to-stop", "--duration", "35")
    (each,) = contacts(tmp_path)
    assert (each.seq, each.sender, each.heard, each.company) == (seq, CALLER, "robot", "Банк")
    assert each.at == datetime(2025, 2, 10, 8, 42, tzinfo=UTC)
    assert (each.said, each.asked_to_stop, each.duration_s) == (SAID, True, 35)
    assert each.advertising.claim == each.personal_data.claim == "never"
    with consent.Log.open(tmp_path / "diary", writable=False) as log:
        (kept,) = log.evidence_of(seq)
        assert (kept.name, kept.kind) == ("rec.m4a", "recording")


def test_six_questions_note_a_contact(run, tmp_path):
    answers = (
        "10.02.2025 11:42",
        "8 (495) 000-00-00",
        "робот",
        "Банк: Вам одобрен кредит",
        "отозвал 01.02.2025",
        "rec.m4a",
    )
    done = run("diary", "diary", "--zone", "Europe/Moscow", stdin="\n".join(answers) + "\n")
    assert done.returncode == 0, done.stderr
    assert done.stderr.count("of 6.") == 6
    (each,) = contacts(tmp_path)
    assert (each.sender, each.company, each.said) == (CALLER, "Банк", SAID)
    assert each.advertising.claim == "withdrawn"
    assert each.advertising.on == datetime(2025, 1, 31, 21, tzinfo=UTC)


def test_an_answer_that_cannot_be_read_records_nothing(run, tmp_path):
    assert (
        run("diary", "diary", "--zone", "Europe/Moscow", stdin="10.02.2025 11:42\n").returncode == 2
    )
    assert note(run, "--recording", "lost.m4a").returncode == 2
    assert note(run, at="soon").returncode == 2
    assert note(run, sender="+7495??").returncode == 2
    assert contacts(tmp_path) == []


def test_a_log_that_is_no_diary_says_so(run):
    run("init", "firm", "--origin", "firm.example/c", "--inn", "7707083893")
    done = run("diary", "firm", "--one-line", "--at", "10.02.2025 11:42", "--zone", "Europe/Moscow")
    assert done.returncode == 2
    assert "no diary" in done.stderr


def test_the_same_contact_twice_is_warned_of(run):
    noted(run)
    again = note(run, at="10.02.2025 11:43")
    assert again.returncode == 0
    assert "already notes" in again.stderr


def test_without_a_zone_the_number_s_own_counts_or_none_is_guessed(run):
    done = run("diary", "diary", "--one-line", "--from", CALLER, "--at", "10.02.2025 11:42")
    assert (done.returncode == 0 and "(UTC+" in done.stdout) or "no zone is declared" in done.stderr


NOW = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("20.11 11:42", "2025-11-20T11:42:00+03:00"),
        ("5.1 11:42", "2026-01-05T11:42:00+03:00"),
        ("11:42", "2026-01-05T11:42:00+03:00"),
        ("20.11.2024 11:42:07", "2024-11-20T11:42:07+03:00"),
        ("2025-11-20T11:42:00+05:00", "2025-11-20T11:42:00+05:00"),
    ],
)
def test_a_time_without_a_year_is_the_last_one_before_now(text, read):
    assert moment("--at", text, MOSCOW, NOW) == datetime.fromisoformat(read)


@pytest.mark.parametrize("text", ["12:01", "05.01.2026 12:01", "31.02 11:42", "11", ""])
def test_a_time_that_lies_ahead_or_is_none_is_refused(text):
    with pytest.raises(UsageError):
        moment("--at", text, MOSCOW, NOW)


def test_a_directory_of_callers_hints_and_decides_nothing(run, tmp_path):
    (tmp_path / "callers.csv").write_text(
        "number,name,inn,category,source,date\n"
        f"{CALLER},ООО Ромашка,7707083893,банк,тетрадь,2025-01-01\n"
    )
    done = note(run, "--directory", "callers.csv")
    assert json.loads(done.stdout)["hints"] == [
        "possibly ООО Ромашка, банк, INN 7707083893 (by тетрадь, 2025-01-01)"
    ]
    (each,) = contacts(tmp_path)
    assert each.distributor == ""


# --- a phone's own file --------------------------------------------------------------------------


def phone_calls(tmp_path, *rows):
    body = "".join(
        f'<call number="{sender}" duration="35" date="{int(at.timestamp() * 1000)}" type="1" />'
        for sender, at in rows
    )
    (tmp_path / "calls.xml").write_text(f"<?xml version='1.0'?><calls>{body}</calls>")


AT = datetime(2025, 2, 10, 8, 42, tzinfo=UTC)


def test_a_phone_s_calls_are_matched_and_the_file_is_kept(run, tmp_path):
    seq = noted(run)
    phone_calls(tmp_path, (CALLER, AT + timedelta(seconds=70)), (NEIGHBOUR, AT))
    done = run("diary", "import", "diary", "calls.xml", "--zone", "Europe/Moscow", "--json")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["matches"] == [{"seq": seq, "result": "matched", "row": 1, "off_s": 70}]
    with consent.Log.open(tmp_path / "diary", writable=False) as log:
        assert log.evidence(told["kept"]) == (tmp_path / "calls.xml").read_bytes()


def test_a_contact_that_the_file_does_not_have_is_shown_and_is_exit_1(run, tmp_path):
    noted(run)
    phone_calls(tmp_path, (NEIGHBOUR, AT), (NEIGHBOUR, AT + timedelta(days=1)))
    done = run("diary", "import", "diary", "calls.xml", "--zone", "Europe/Moscow")
    assert done.returncode == 1
    assert "another caller at that time" in done.stdout
    assert NEIGHBOUR not in done.stdout


def test_contacts_of_a_named_caller_are_noted_from_the_file_once(run, tmp_path):
    noted(run)
    phone_calls(tmp_path, (CALLER, AT), (CALLER, AT + timedelta(days=1)), (NEIGHBOUR, AT))
    words = ("diary", "import", "diary", "calls.xml", "--note", CALLER, "--json")
    zone = ("--zone", "Europe/Moscow")
    assert len(json.loads(run(*words, *zone).stdout)["noted"]) == 1
    assert json.loads(run(*words, *zone).stdout)["noted"] == []
    assert [each.sender for each in contacts(tmp_path)] == [CALLER, CALLER]


def test_a_file_with_a_document_type_is_bad_input(run, tmp_path):
    (tmp_path / "calls.xml").write_text("<?xml version='1.0'?><!DOCTYPE calls []><calls/>")
    done = run("diary", "import", "diary", "calls.xml", "--zone", "Europe/Moscow")
    assert done.returncode == 2
    assert "document type" in done.stderr


# --- the pack ------------------------------------------------------------------------------------


@pytest.fixture
def maria(run):
    done = run(
        *("profile", "--profile", "me.json", "--name", "Иванова Мария Петровна", "--address"),
        *("109000, Москва, ул. Примерная, д. 1", "--passport", "45 00 № 000000"),
    )
    assert done.returncode == 0, done.stderr
    return ("--profile", "me.json")


def complain(run, maria, *more, to="fas", out="pack.zip"):
    pytest.importorskip("typst")
    return run(
        *("complain", "diary", "--to", to, "--out", out, "--zone", "Europe/Moscow", "--draft"),
        *maria,
        *more,
    )


def test_the_pack_opens_with_the_letter_and_holds_proof_word_files_and_originals(
    run, maria, tmp_path
):
    noted(run, "--recording", "rec.m4a")
    done = complain(run, maria)
    assert done.returncode == 0, done.stderr
    with zipfile.ZipFile(tmp_path / "pack.zip") as pack:
        names = pack.namelist()
        recording = "Приложения/01-запись-звонка-1-10.02.2025-11-42.m4a"
        assert names[0] == "1-ОТКРОЙТЕ.pdf"
        assert {"proof.zip", "ПРОВЕРКА.txt", recording, "Приложения/события.csv"} <= set(names)
        assert pack.read(recording) == (tmp_path / "rec.m4a").read_bytes()
        (tmp_path / "proof.zip").write_bytes(pack.read("proof.zip"))
        said = pack.read("ПРОВЕРКА.txt").decode()
    assert consent.verify(tmp_path / "proof.zip").verdict in ("proven", "not_proven")
    assert consent.verify(tmp_path / "proof.zip").problem is None
    assert all(name in said for name in names if name != "ПРОВЕРКА.txt")


def test_a_pack_that_lacks_something_is_refused_and_what_it_lacks_is_named(run, maria, tmp_path):
    noted(run)
    words = ("complain", "diary", "--to", "fas", "--out", "pack.zip", "--zone", "Europe/Moscow")
    done = run(*words, *maria)
    assert done.returncode == 1
    assert "a recording of the call" in done.stdout
    assert "--draft" in done.stderr
    assert not (tmp_path / "pack.zip").exists()
    draft = complain(run, maria, "--json")
    assert json.loads(draft.stdout)["lacks"][:2] == [
        "запись звонка или снимок сообщения",
        "детализация оператора за дни обращений, заверенная",
    ]


def test_a_pack_that_lacks_nothing_is_no_draft(run, maria, tmp_path):
    pytest.importorskip("typst")
    noted(run, "--recording", "rec.m4a")
    detail(run, tmp_path)
    words = ("complain", "diary", "--to", "fas", "--out", "pack.zip", "--zone", "Europe/Moscow")
    done = run(*words, "--json", *maria)
    assert done.returncode == 0, (done.stdout, done.stderr)
    told = json.loads(done.stdout)
    assert (told["draft"], told["lacks"]) == (False, [])
    with zipfile.ZipFile(tmp_path / "pack.zip") as pack:
        assert "Черновик".encode() not in everything(pack.read("1-ОТКРОЙТЕ.pdf"))


def test_a_signature_beside_a_recording_is_carried_and_called_unchecked(run, maria, tmp_path):
    (tmp_path / "rec.m4a.p7s").write_bytes(b"signature")
    noted(run, "--recording", "rec.m4a", "--recording", "rec.m4a.p7s")
    assert complain(run, maria).returncode == 0
    with zipfile.ZipFile(tmp_path / "pack.zip") as pack:
        (name,) = [each for each in pack.namelist() if each.endswith(".m4a.p7s")]
        assert pack.read(name) == b"signature"
        assert "непроверялась" in everything(pack.read("1-ОТКРОЙТЕ.pdf")).decode(
            "utf-8", "replace"
        ).replace(" ", "").replace("\n", "")


def test_one_pack_may_hold_letters_to_two_bodies(run, maria, tmp_path):
    noted(run)
    done = complain(run, maria, "--json", to="fas,rkn")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["to"] == ["fas", "rkn"]
    with zipfile.ZipFile(tmp_path / "pack.zip") as pack:
        assert [name for name in pack.namelist() if name.endswith(".pdf")] == [
            "1-ОТКРОЙТЕ.pdf",
            "2-Согласие-на-раскрытие-тайны-связи.pdf",
            "3-Обращение-в-Роскомнадзор.pdf",
        ]
        assert "Роскомнадзор".encode() in everything(pack.read("3-Обращение-в-Роскомнадзор.pdf"))
    assert complain(run, maria, to="fas,mayor").returncode == 2


def test_the_pack_can_be_a_folder(run, maria, tmp_path):
    noted(run)
    assert complain(run, maria, out="pack").returncode == 0
    assert (tmp_path / "pack" / "1-ОТКРОЙТЕ.pdf").read_bytes().startswith(b"%PDF-1.7")
    assert (tmp_path / "pack").stat().st_mode & 0o777 == 0o700
    assert complain(run, maria, out="pack").returncode == 2


def everything(data: bytes) -> bytes:
    """All bytes of a file, and of what is packed in it at any depth."""
    found = [data]
    if data.startswith(b"PK\x03\x04"):
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            found += [everything(archive.read(name)) for name in archive.namelist()]
            found += [name.encode() for name in archive.namelist()]
    elif data.startswith(b"%PDF"):
        pypdf = pytest.importorskip("pypdf")
        reader = pypdf.PdfReader(io.BytesIO(data))
        found += [page.extract_text().encode() for page in reader.pages]
        for number in range(1, len(reader.xref_objStm) + 2000):
            try:
                each = reader.get_object(number)
            except Exception:  # noqa: S112  a number without an object
                continue
            if hasattr(each, "get_data"):
                found.append(each.get_data())
    return b"\n".join(found)


def test_the_pack_holds_nothing_of_anybody_else(run, maria, tmp_path):
    seq = noted(run, "--recording", "rec.m4a")
    (tmp_path / "other.m4a").write_bytes(MARK * 50)
    noted(
        run,
        *("--recording", "other.m4a"),
        sender=NEIGHBOUR,
        at="11.02.2025 12:00",
        said="Чужие слова соседа",
        company="Соседская фирма",
    )
    phone_calls(tmp_path, (CALLER, AT), (NEIGHBOUR, AT + timedelta(days=1)))
    assert run("diary", "import", "diary", "calls.xml", "--zone", "Europe/Moscow").returncode < 2
    done = complain(run, maria, "--contacts", str(seq), to="rkn")
    assert done.returncode == 0, done.stderr
    assert "without their files" in done.stdout
    with zipfile.ZipFile(tmp_path / "pack.zip") as pack:
        files = {name: everything(pack.read(name)) for name in pack.namelist()}
    whole = b"\n".join(files.values())
    proof = files.pop("proof.zip")
    beside = b"\n".join(files.values())
    assert CALLER.encode() in beside
    assert CALLER.encode() in proof
    for secret in (MARK, b"<calls>", (tmp_path / "calls.xml").read_bytes()):
        assert secret not in whole
    # That no entry is missing is part of the proof: it shows the notes of other contacts, the
    # letters and attachments do not.
    for other in (NEIGHBOUR[1:], "Чужие слова соседа", "Соседская фирма", "other.m4a"):
        assert other.encode() not in beside
    for private in ("Иванова", "Примерная", "45 00"):
        assert private.encode() in beside or private == "45 00"
        assert private.encode() not in proof


def detail(run, tmp_path):
    (tmp_path / "detail.csv").write_text(
        "Дата;Время;Номер;Вид услуги;Длительность\n"
        "10.02.2025;11:42:10;74950000000;Входящий вызов;0:35\n"
        "11.02.2025;09:00:00;74951112233;Входящий вызов;0:35\n"
    )
    done = run("diary", "import", "diary", "detail.csv", "--zone", "Europe/Moscow")
    assert done.returncode == 0, done.stderr


def test_a_phone_s_own_file_is_not_taken_for_the_operator_s_detail(run, tmp_path):
    noted(run)
    phone_calls(tmp_path, (CALLER, AT))
    run("diary", "import", "diary", "calls.xml", "--zone", "Europe/Moscow")
    lacks = json.loads(run("ready", "diary", "--to", "fas", "--json").stdout)["missing"]
    assert "operator_detail" in lacks
    detail(run, tmp_path)
    lacks = json.loads(run("ready", "diary", "--to", "fas", "--json").stdout)["missing"]
    assert "operator_detail" not in lacks


def test_the_detail_goes_along_to_fas_with_a_warning(run, maria, tmp_path):
    noted(run)
    detail(run, tmp_path)
    done = complain(run, maria)
    assert "other calls" in done.stdout
    with zipfile.ZipFile(tmp_path / "pack.zip") as pack:
        (name,) = [each for each in pack.namelist() if "детализация" in each]
        assert pack.read(name) == (tmp_path / "detail.csv").read_bytes()
        assert NEIGHBOUR[1:].encode() not in everything(pack.read("proof.zip"))


def test_a_single_letter_is_written_as_pdf_or_docx(run, maria, tmp_path):
    pytest.importorskip("typst")
    noted(run)
    for kind, out in (("stop", "a.pdf"), ("secrecy", "b.docx"), ("phonebook", "c.pdf")):
        done = run(
            *("letter", "diary", kind, "--out", out, "--to", "ООО Ромашка"),
            *("--zone", "Europe/Moscow"),
            *maria,
        )
        assert done.returncode == 0, done.stderr
        assert (tmp_path / out).read_bytes()[:4] in (b"%PDF", b"PK\x03\x04")


# --- the profile ---------------------------------------------------------------------------------


def test_a_profile_may_be_closed_with_a_passphrase(tmp_path):
    file = tmp_path / "me.json"
    mine = Profile(name="Иванова Мария", passport="45 00 № 000000")
    mine.save(file, passphrase="correct horse")  # noqa: S106
    assert "Иванова".encode() not in file.read_bytes()
    assert b"45 00" not in file.read_bytes()
    assert Profile.load(file, passphrase="correct horse") == mine  # noqa: S106
    with pytest.raises(consent.CryptoError):
        Profile.load(file, passphrase="another")  # noqa: S106
    with pytest.raises(consent.InvalidArgument, match="passphrase"):
        Profile.load(file)


# --- the case ------------------------------------------------------------------------------------


def test_a_filed_appeal_has_terms_and_a_next_step(run, tmp_path):
    seq = noted(run)
    (tmp_path / "letter.pdf").write_bytes(b"%PDF-1.7 sent")
    zone = ("--zone", "Europe/Moscow")
    done = run(
        *("case", "diary", "--filed-on", "20.02.2025", "--to", "rkn", "--contacts", str(seq)),
        *("--evidence", "letter.pdf", "--at", "21.02.2025", "--json", *zone),
    )
    assert done.returncode == 0, done.stderr
    (told,) = json.loads(done.stdout)
    assert {(each["duty"], each["until"], each["state"]) for each in told["terms"]} == {
        ("register", "2025-02-23", "open"),
        ("forward", "2025-03-02", "open"),
        ("answer", "2025-03-25", "open"),
        ("answer_extended", "2025-04-24", "open"),
    }
    assert "find out under what number" in told["next"][0]
    due = run("due", "diary", "--at", "01.05.2025", *zone)
    assert due.returncode == 1
    assert "answer the appeal" in due.stdout
    later = run("case", "diary", "--at", "01.05.2025", "--json", *zone)
    assert later.returncode == 1
    assert any("late" in step for step in json.loads(later.stdout)[0]["next"])
    answered = run(
        *("case", "diary", "--of", str(told["seq"]), "--outcome", "opened", "--number", "077/1"),
        *("--registered-on", "21.02.2025", "--at", "01.05.2025", "--json", *zone),
    )
    assert answered.returncode == 0, answered.stderr
    (told,) = json.loads(answered.stdout)
    assert (told["number"], told["registered_on"]) == ("077/1", "2025-02-21")
    assert {each["state"] for each in told["terms"]} == {"over"}


def test_a_term_that_is_not_established_for_a_body_is_marked_and_is_no_exit_1(run):
    seq = noted(run)
    zone = ("--zone", "Europe/Moscow")
    run("case", "diary", "--filed-on", "20.02.2025", "--to", "fas", "--contacts", str(seq), *zone)
    late = run("case", "diary", "--at", "01.05.2025", *zone)
    assert "not established" in late.stdout
    assert late.returncode == 0


def test_an_appeal_about_nothing_or_to_nobody_is_refused(tmp_path, run):
    seq = noted(run)
    with consent.Log.open(tmp_path / "diary", writable=True) as log:
        now = datetime(2025, 3, 1, tzinfo=UTC)
        with pytest.raises(consent.NotFoundError):
            case.file(log, to="fas", on=date(2025, 2, 20), contacts=[0], now=now)
        with pytest.raises(consent.InvalidArgument):
            case.file(log, to="mayor", on=date(2025, 2, 20), contacts=[seq], now=now)
        with pytest.raises(consent.InvalidArgument):
            case.file(log, to="fas", on=date(2025, 4, 20), contacts=[seq], now=now)
