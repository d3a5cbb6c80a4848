"""Call logs, messages and operators' details as other people's programs write them."""

from __future__ import annotations

import gzip
import io
import zipfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import openpyxl
import pytest

from consent import PhoneNumber
from consent.files import detail, phone_log, phone_xml
from consent.files.callers import look_up
from consent.files.phone_log import PhoneLine, read_phone_log
from consent.files.records import InputError
from consent.matching import Contact, match

MOSCOW = ZoneInfo("Europe/Moscow")
MINE = PhoneNumber.parse("+79161234567")
NOON = datetime(2026, 11, 20, 8, 42, tzinfo=UTC)  # 11:42 in Moscow
MS = str(int(NOON.timestamp() * 1000))


def calls(
    *inner: str, head: str = "<?xml version='1.0' encoding='UTF-8' standalone='yes' ?>"
) -> str:
    return f"{head}\n<calls count='{len(inner)}'>\n" + "\n".join(inner) + "\n</calls>"


def call(**change: str) -> str:
    given = {"number": "+74951234567", "duration": "35", "date": MS, "type": "1"} | change
    return "<call " + " ".join(f'{name}="{value}"' for name, value in given.items()) + " />"


def put(folder: Path, name: str, content: str | bytes) -> Path:
    file = folder / name
    file.write_bytes(content.encode() if isinstance(content, str) else content)
    return file


def only(file: Path, **given) -> PhoneLine:
    log = read_phone_log(file, zone=MOSCOW, **given)
    assert (len(log.lines), log.refused) == (1, [])
    return log.lines[0]


# --- Android XML ---------------------------------------------------------------------------------


def test_a_call_of_the_backup_app_has_its_time_in_milliseconds_and_its_type(tmp_path):
    line = only(put(tmp_path, "c.xml", calls(call(contact_name="Банк?"))))
    assert (line.at, line.sender, line.duration_s) == (NOON, "+74951234567", 35)
    assert (line.way, line.answered, line.label) == ("incoming", True, "Банк?")


@pytest.mark.parametrize(
    ("kind", "way", "answered"),
    [
        *(("1", "incoming", True), ("2", "outgoing", None), ("3", "incoming", False)),
        *(("5", "incoming", False), ("6", "incoming", False), ("7", "incoming", True)),
    ],
)
def test_types_of_calls_are_read(tmp_path, kind, way, answered):
    line = only(put(tmp_path, "c.xml", calls(call(type=kind))))
    assert (line.way, line.answered) == (way, answered)


def test_a_hidden_number_is_a_call_without_a_sender_and_not_a_lost_row(tmp_path):
    assert only(put(tmp_path, "c.xml", calls(call(presentation="2")))).sender == ""
    assert only(put(tmp_path, "d.xml", calls(call(number="-2")))).sender == ""


def test_a_message_keeps_its_whole_text_also_where_the_app_halved_its_characters(tmp_path):
    text = "Кредит &#55357;&#56832; &amp; ещё&#10;строка"
    body = f'<smses count="1"><sms address="BANK" date="{MS}" type="1" body="{text}" /></smses>'
    line = only(put(tmp_path, "s.xml", body))
    assert (line.kind, line.sender, line.text) == ("message", "BANK", "Кредит 😀 & ещё\nстрока")


def test_halved_characters_at_the_edge_of_a_block_are_joined(tmp_path, monkeypatch):
    for size in range(1, 60):
        monkeypatch.setattr(phone_xml, "_BLOCK", size)
        body = f'<smses><sms address="A1B" date="{MS}" type="1" body="&#55357;&#56832;!" /></smses>'
        assert only(put(tmp_path, "s.xml", body)).text == "😀!"


def test_an_mms_gives_its_text_parts(tmp_path):
    body = (
        f'<smses><mms date="{MS}" msg_box="1" address="+74951234567"><parts>'
        '<part ct="image/jpeg" data="AAAA"/><part ct="text/plain" text="Скидка"/>'
        "</parts></mms></smses>"
    )
    assert only(put(tmp_path, "s.xml", body)).text == "Скидка"


def test_a_packed_backup_is_read(tmp_path):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("calls.xml", calls(call()))
    assert only(put(tmp_path, "c.zip", packed.getvalue())).at == NOON
    assert only(put(tmp_path, "c.xml.gz", gzip.compress(calls(call()).encode()))).at == NOON


def test_xml_of_two_bytes_a_letter_is_read(tmp_path):
    text = calls(call(), head='<?xml version="1.0" encoding="UTF-16"?>')
    assert only(put(tmp_path, "c.xml", text.encode("utf-16"))).at == NOON


@pytest.mark.parametrize(
    "declared",
    [
        '<!DOCTYPE calls [<!ENTITY a "aaaa">]>',
        '<!DOCTYPE calls SYSTEM "file:///etc/passwd">',
        '<!DOCTYPE calls [<!ENTITY % p SYSTEM "file:///etc/passwd"> %p;]>',
        "<!DOCTYPE calls []>",
    ],
)
def test_xml_with_a_document_type_is_refused(tmp_path, declared):
    with pytest.raises(InputError, match="document type"):
        read_phone_log(
            put(tmp_path, "c.xml", f"<?xml version='1.0'?>{declared}{calls(call())[56:]}")
        )


def test_xml_of_another_kind_broken_or_deep_is_refused(tmp_path):
    with pytest.raises(InputError, match="another kind"):
        read_phone_log(put(tmp_path, "a.xml", "<?xml version='1.0'?><cdr><leg/></cdr>"))
    with pytest.raises(InputError, match="broken XML"):
        read_phone_log(put(tmp_path, "b.xml", calls(call())[:-9]))
    with pytest.raises(InputError, match="within elements"):
        read_phone_log(put(tmp_path, "c.xml", "<calls>" + "<a>" * 20))


def test_limits_of_xml_hold(tmp_path, monkeypatch):
    monkeypatch.setattr(phone_xml, "_BLOCK", 1 << 10)
    monkeypatch.setattr(phone_xml, "MOST_OF_ONE", 1 << 12)
    with pytest.raises(InputError, match="one element"):
        read_phone_log(put(tmp_path, "a.xml", calls(call(label="a" * 20_000))))
    monkeypatch.setattr(phone_xml, "MOST_BYTES", 1 << 13)
    with pytest.raises(InputError, match="more than"):
        read_phone_log(put(tmp_path, "b.xml.gz", gzip.compress(calls(*[call()] * 200).encode())))
    monkeypatch.setattr(phone_log, "LINES", 3)
    with pytest.raises(InputError, match="more than 3 lines"):
        read_phone_log(put(tmp_path, "c.xml", calls(*[call()] * 4)))


def test_a_line_that_cannot_be_read_is_named_and_its_number_is_not_repeated(tmp_path):
    log = read_phone_log(
        put(
            tmp_path, "c.xml", calls(call(number="+7495?"), call(date="x"), call(type="77"), call())
        )
    )
    assert [each.row for each in log.refused] == [3, 4, 5]
    assert len(log.lines) == 1
    assert not any("7495" in each.reason for each in log.refused)


# --- tables --------------------------------------------------------------------------------------

DETAIL = (
    "Детализация за ноябрь 2026\nАбонент;+7 916 123-45-67\n\n"
    "Дата;Время;Номер;Вид услуги;Длительность;Стоимость\n"
    "20.11.2026;11:42:00;<--74951234567;Входящий вызов;0:35;0,00\n"
    "20.11.2026;12:00:05;internet;GPRS;45Kb;0,00\n"
    "20.11.2026;12:10:00;-->79169999999;Исходящий вызов;1:05;2,00\n"
    "20.11.2026;13:00:00;BANK;Входящее SMS;;0,00\n"
)


def test_an_operators_detail_is_read_below_its_titles_in_its_encoding(tmp_path):
    log = read_phone_log(put(tmp_path, "d.csv", DETAIL.encode("cp1251")), zone=MOSCOW)
    assert [(line.kind, line.way, line.sender, line.duration_s) for line in log.lines] == [
        ("call", "incoming", "+74951234567", 35),
        ("call", "outgoing", "+79169999999", 65),
        ("message", "incoming", "BANK", None),
    ]
    assert (log.lines[0].at, log.refused) == (NOON, [])


def test_a_detail_with_caller_and_called_knows_which_of_them_is_the_subscriber(tmp_path):
    table = (
        "Дата звонка,Время звонка,Инициатор звонка,Принимающий звонок/событие,Длительность\n"
        "20.11.2026,11:42:00,74951234567,79161234567,00:00:35\n"
        "20.11.2026,11:50:00,79161234567,74951234567,00:00:35\n"
    )
    log = read_phone_log(put(tmp_path, "d.csv", table), zone=MOSCOW, subscriber=MINE)
    assert [(line.way, line.sender) for line in log.lines] == [
        ("incoming", "+74951234567"),
        ("outgoing", "+74951234567"),
    ]


def test_a_workbook_with_real_dates_is_read(tmp_path):
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["Дата и время", "Номер", "Направление", "Длительность, сек"])
    sheet.append([datetime(2026, 11, 20, 11, 42), 74951234567, "Входящий", 35])  # noqa: DTZ001
    book.save(tmp_path / "d.xlsx")
    line = only(tmp_path / "d.xlsx")
    assert (line.at, line.sender, line.way, line.duration_s) == (
        NOON,
        "+74951234567",
        "incoming",
        35,
    )


def test_a_workbook_with_a_row_that_no_spreadsheet_has_is_refused(tmp_path):
    openpyxl.Workbook().save(tmp_path / "d.xlsx")
    out = tmp_path / "e.xlsx"
    with zipfile.ZipFile(tmp_path / "d.xlsx") as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            data = old.read(name)
            if name == "xl/worksheets/sheet1.xml":
                rows = b'<sheetData><row r="1048577"><c r="A1048577"><v>1</v></c></row></sheetData>'
                data = data.replace(b"<sheetData></sheetData>", rows).replace(b"<sheetData/>", rows)
                assert rows in data
            new.writestr(name, data)
    with pytest.raises(InputError, match="1048576"):
        read_phone_log(out, zone=MOSCOW)


def test_times_without_a_zone_are_not_guessed(tmp_path):
    with pytest.raises(InputError, match="no zone is declared"):
        read_phone_log(put(tmp_path, "d.csv", DETAIL))


def test_columns_of_any_name_can_be_declared(tmp_path):
    file = put(tmp_path, "d.csv", f"wann,wer,lang\n{MS},+74951234567,0:00:35\n")
    with pytest.raises(InputError, match="no header"):
        read_phone_log(file)
    line = only(file, columns={"at": "wann", "number": "wer", "duration": "lang"})
    assert (line.at, line.duration_s) == (NOON, 35)


# --- PDF -----------------------------------------------------------------------------------------


def pdf(folder: Path, text: str, name: str = "d.pdf") -> Path:
    typst = pytest.importorskip("typst")
    source = put(
        folder, "d.typ", '#set text(lang: "ru", size: 9pt)\n#raw(sys.inputs.text, block: true)'
    )
    typst.compile(str(source), output=str(folder / name), sys_inputs={"text": text})
    return folder / name


def test_the_text_of_a_pdf_detail_is_read_line_by_line(tmp_path):
    file = pdf(
        tmp_path,
        "Детализация  абонент +7 916 123-45-67\n"
        "20.11.2026 11:42:00   74951234567   Входящий вызов   00:35   0,00\n"
        "20.11.2026 12:00:00   internet      GPRS             45Kb    0,00\n"
        "20.11.2026 12:10:00   +7 (916) 999-99-99   Исходящий  1:05  2,00\n"
        "20.11.2026 13:00:00   BANK          Входящее SMS             0,00\n",
    )
    log = read_phone_log(file, zone=MOSCOW, subscriber=MINE)
    assert [(line.at, line.kind, line.way, line.sender) for line in log.lines] == [
        (NOON, "call", "incoming", "+74951234567"),
        (NOON + timedelta(minutes=28), "call", "outgoing", "+79169999999"),
        (NOON + timedelta(minutes=78), "message", "incoming", "BANK"),
    ]
    assert log.lines[0].duration_s == 35


def test_a_pdf_without_text_a_locked_one_and_a_broken_one_say_what_to_do(tmp_path, monkeypatch):
    pypdf = pytest.importorskip("pypdf")
    blank = pypdf.PdfWriter()
    blank.add_blank_page(200, 200)
    blank.write(tmp_path / "scan.pdf")
    with pytest.raises(InputError, match="no text"):
        read_phone_log(tmp_path / "scan.pdf", zone=MOSCOW)
    blank.encrypt("x", algorithm="RC4-128")
    blank.write(tmp_path / "locked.pdf")
    with pytest.raises(InputError, match="encrypted"):
        read_phone_log(tmp_path / "locked.pdf", zone=MOSCOW)
    with pytest.raises(InputError, match="broken PDF"):
        read_phone_log(put(tmp_path, "broken.pdf", b"%PDF-1.7\nnothing"), zone=MOSCOW)
    monkeypatch.setattr(detail, "MOST_PDF_BYTES", 100)
    with pytest.raises(InputError, match="more than 100 bytes"):
        read_phone_log(tmp_path / "scan.pdf", zone=MOSCOW)


def test_a_pdf_that_unpacks_without_end_is_refused(tmp_path):
    pypdf = pytest.importorskip("pypdf")
    from pypdf.generic import NameObject, StreamObject

    writer = pypdf.PdfWriter()
    page = writer.add_blank_page(200, 200)
    stream = StreamObject()
    stream.set_data(b" " * (200 << 20))
    page[NameObject("/Contents")] = writer._add_object(stream.flate_encode())
    writer.write(tmp_path / "bomb.pdf")
    assert (tmp_path / "bomb.pdf").stat().st_size < 1 << 20
    with pytest.raises(InputError):
        read_phone_log(tmp_path / "bomb.pdf", zone=MOSCOW)


# --- matching ------------------------------------------------------------------------------------


def line(minutes: float, sender: str = "+74951234567", row: int = 1, **given) -> PhoneLine:
    return PhoneLine(row=row, at=NOON + timedelta(minutes=minutes), sender=sender, **given)


def contact(minutes: float = 0, sender: str = "+74951234567", seq: int = 1) -> Contact:
    return Contact(seq, NOON + timedelta(minutes=minutes), sender)


def test_a_contact_matches_a_line_of_its_sender_within_two_minutes():
    assert match([contact()], [line(2)])[0].result == "matched"
    assert match([contact()], [line(2.1)])[0].result == "other_time"
    assert match([contact()], [line(-2)])[0].by == timedelta(minutes=-2)


def test_a_line_serves_one_contact_and_the_nearest_pairs_are_joined():
    found = match([contact(0, seq=1), contact(1, seq=2)], [line(0.9, row=5)])
    assert [(each.contact.seq, each.result) for each in found] == [
        (1, "missing"),
        (2, "matched"),
    ] or [(each.contact.seq, each.result) for each in found] == [(1, "not_covered"), (2, "matched")]


def test_another_party_at_that_time_is_shown():
    found = match([contact()], [line(0, "+74957654321")])[0]
    assert (found.result, found.line.sender) == ("other_sender", "+74957654321")


def test_a_time_outside_the_file_is_not_covered_and_within_it_missing():
    around = [line(-600, "+74950000001"), line(600, "+74950000002")]
    assert match([contact()], around)[0].result == "missing"
    assert match([contact(900)], around)[0].result == "not_covered"
    assert match([contact()], [])[0].result == "not_covered"


def test_a_hidden_sender_matches_only_where_nobody_else_called():
    hidden = contact(sender="")
    assert match([hidden], [line(1)])[0].result == "matched"
    assert match([hidden], [line(1), line(-1, "+74950000001")])[0].result != "matched"


def test_outgoing_lines_and_messages_match_no_call():
    assert match([contact()], [line(0, way="outgoing")])[0].result == "not_covered"
    assert match([contact()], [line(0, kind="message")])[0].result != "matched"


# --- callers -------------------------------------------------------------------------------------


def test_a_directory_of_callers_gives_hints_with_source_and_date_and_no_more(tmp_path):
    file = put(
        tmp_path,
        "callers.csv",
        "number,name,inn,category,source,date\n"
        "8 (495) 123-45-67,ООО Ромашка,7707083893,банк,своя тетрадь,2026-11-01\n"
        "BANK,Банк,,реклама,,\n",
    )
    found = look_up(file, ["+74951234567", "bank", "+74950000000"])
    assert found["+74951234567"][0].message() == (
        "possibly ООО Ромашка, банк, INN 7707083893 (by своя тетрадь, 2026-11-01)"
    )
    assert found["bank"][0].message() == "possibly Банк, реклама (by callers.csv, no date)"
    assert set(found) == {"+74951234567", "bank"}
