"""What we write: no cell runs, nothing steers a terminal, no input is lost, no number leaks."""

import csv
import json
import subprocess
import sys
from datetime import UTC, datetime
from io import BytesIO

import pytest

import consent
from consent.errors import InvalidArgument
from consent.files.columns import new_key, pseudonymise
from consent.files.direction import Direction
from consent.files.records import InputError
from consent.locale.visible import visible
from romashka import NUMBER

OUT = Direction.declare(everything=True)
EVIL = '=HYPERLINK("http://x")'
AT = datetime(2026, 11, 16, 7, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\x1b[2Jb", "a\\u001b[2Jb"),
        ("a\x9bb", "a\\u009bb"),
        ("a\u202eb\u2066c", "a\\u202eb\\u2066c"),
        ("a\rb", "a\\u000db"),
        ("a\u2028b\ufeff", "a\\u2028b\\ufeff"),
        ("a\udca5b", "a\\xa5b"),
        ("Анна, «Ё»", "Анна, «Ё»"),
    ],
)
def test_hidden_characters_are_shown_escaped(text, shown):
    assert visible(text) == shown
    assert visible("a\tb\nc", lines=True) == "a\tb\nc"
    assert "\n" not in visible("a\nb")


def write_calls(path, *, src="101", column="note"):
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file)
        out.writerow(["start", "dst", "src", "uniqueid", column])
        out.writerow(["2026-11-16 10:00:00", NUMBER, src, "id", EVIL])
        out.writerow([EVIL, NUMBER, src, "id", ""])
        out.writerow(["2026-11-16 10:00:00", "*60", src, "id", ""])
    return path


def cells(path):
    with path.open(encoding="utf-8-sig", newline="") as file:
        return [cell for row in csv.reader(file) for cell in row]


def test_no_table_of_an_audit_runs_as_a_formula(romashka, tmp_path):
    report = consent.audit(
        write_calls(tmp_path / "calls.csv", src=EVIL), romashka, zone="UTC", direction=OUT
    )
    report.to_csv(tmp_path / "f.csv")
    report.write_rejects(tmp_path / "r.csv")
    report.write_table(report.calls, tmp_path / "c.csv")
    report.write_table(report.rows, tmp_path / "o.csv")
    for name in ("f.csv", "r.csv", "c.csv", "o.csv"):
        for cell in cells(tmp_path / name):
            assert not cell.startswith(("=", "@", "-", "\t", "\r")), (name, cell)
            assert not cell.startswith("+") or cell[1:].isdigit(), (name, cell)


@pytest.mark.parametrize("more", [(), ("--json",)])
def test_nothing_that_a_file_holds_steers_a_terminal(run, romashka, tmp_path, more):
    romashka.close()
    write_calls(tmp_path / "calls.csv", column="no\x1b[2J\u202ete\x9b")
    words = ("audit", "romashka", "calls.csv", "--zone", "UTC", "--all-outgoing", *more)
    done = run(*words, "--report", "r.html")
    for text in (done.stdout, done.stderr, (tmp_path / "r.html").read_text("utf-8")):
        assert not {"\x1b", "\u202e", "\x9b"} & set(text)
    assert "u202e" in done.stdout
    if more:
        assert any("no\x1b[2J\u202ete" in w for w in json.loads(done.stdout)["warnings"])


def test_no_output_of_an_audit_may_be_one_of_its_inputs(run, romashka, tmp_path):
    romashka.close()
    calls = write_calls(tmp_path / "calls.csv")
    (tmp_path / "folder").mkdir()
    inside = write_calls(tmp_path / "folder" / "a.csv")
    (tmp_path / "own.txt").write_text("101\n")
    before = {path: path.read_bytes() for path in (calls, inside, tmp_path / "own.txt")}
    base = ("--zone", "UTC", "--all-outgoing", "--own-numbers", "own.txt")
    for flag in ("--report", "--findings", "--rejects", "--calls-table", "--rows-table"):
        for source, target in (
            ("calls.csv", "calls.csv"),
            ("folder", "folder/a.csv"),
            ("calls.csv", "own.txt" if flag in ("--report", "--rejects") else "calls.csv"),
        ):
            done = run("audit", "romashka", source, *base, flag, target)
            assert done.returncode == 2, (flag, source, done.stdout)
    assert {path: path.read_bytes() for path in before} == before


def test_no_report_in_python_is_written_over_what_was_read(romashka, tmp_path):
    calls = write_calls(tmp_path / "calls.csv")
    report = consent.audit(calls, romashka, zone="UTC", direction=OUT)
    before = calls.read_bytes()
    for write in (
        report.to_html,
        report.to_csv,
        report.to_json,
        report.write_rejects,
        lambda path: report.write_table(report.calls, path),
    ):
        with pytest.raises(InvalidArgument):
            write(calls)
    assert calls.read_bytes() == before


@pytest.mark.parametrize("command", ["classify", "numbering"])
def test_no_output_of_other_commands_is_written_over_what_they_read(run, tmp_path, command):
    (tmp_path / "n.csv").write_text("number\n+79161234567\n")
    words = {
        "classify": ("classify", "--csv", "n.csv", "--column", "number", "--out", "n.csv"),
        "numbering": ("numbering", "import", "n.csv", "--out", "n.csv"),
    }[command]
    assert run(*words).returncode == 2
    assert (tmp_path / "n.csv").read_text() == "number\n+79161234567\n"


def test_every_page_says_that_it_loads_nothing_and_runs_nothing(run, romashka, tmp_path):
    romashka.close()
    write_calls(tmp_path / "calls.csv")
    run("audit", "romashka", "calls.csv", "--zone", "UTC", "--all-outgoing", "--report", "r.html")
    run("access", "romashka", NUMBER, "--out", "a.html")
    for name in ("r.html", "a.html"):
        assert "default-src 'none'" in (tmp_path / name).read_text("utf-8"), name


# --- pseudonyms ----------------------------------------------------------------------------------

TABLE = (
    "dst,lastdata,channel,n\n"
    "84950000001,PJSIP/operator,Local/04950000001@default-01,1\n"
    "84950000002,PJSIP/operator,Local/102@default-02,2\n"
)


def test_a_number_that_is_left_anywhere_fails_the_command_and_names_the_column(tmp_path):
    (tmp_path / "t.csv").write_text(TABLE)
    key = new_key(tmp_path / "key")
    out = tmp_path / "out.csv"
    with pytest.raises(InputError, match="channel") as refused:
        pseudonymise(tmp_path / "t.csv", out, key, country="RU", keep=["lastdata"])
    assert "4950000001" not in str(refused.value)
    assert not out.exists()
    assert not list(tmp_path.glob(".consent-*"))
    done = pseudonymise(tmp_path / "t.csv", out, key, country="RU", columns=["channel"])
    assert done.rows == 2
    text = out.read_text()
    assert "4950000001" not in text
    assert "4950000002" not in text


@pytest.mark.parametrize(
    "written", ["+7 900 000-00-01", "8(900)0000001", "sip:79000000001@x", "0079000000001"]
)
def test_a_number_is_known_by_its_last_ten_digits_however_it_is_written(tmp_path, written):
    (tmp_path / "t.csv").write_text(f"phone,free\n89000000001,{written}\n89000000002,x\n")
    key = new_key(tmp_path / "key")
    with pytest.raises(InputError, match="free"):
        pseudonymise(tmp_path / "t.csv", tmp_path / "o.csv", key, country="RU", keep=["free"])


def test_bytes_of_a_log_that_steer_are_escaped_in_history(run, romashka):
    romashka.append(consent.ConsentWithdrawn("+79161234599", campaign="x", at=AT))
    romashka.close()
    assert "\x1b" not in run("history", "romashka", "+79161234599").stdout


def test_the_function_audit_hides_no_module():
    program = (
        "from consent.audit import Direction, audit\n"
        "import consent, consent.audit, consent.auditing\n"
        "assert consent.audit is audit is consent.auditing.audit\n"
        "assert consent.Direction is Direction\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_a_start_loads_neither_numpy_nor_arrow():
    loaded = "import sys, consent.cli; print({'numpy', 'pyarrow'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", loaded], capture_output=True, text=True)
    assert done.stdout.strip() == "set()", done.stderr


def test_mappings_have_no_file_to_write_over(romashka, tmp_path):
    row = {"start": "2026-11-16 10:00:00", "dst": NUMBER}
    report = consent.audit([row], romashka, zone="UTC", direction=OUT)
    report.to_csv(tmp_path / "f.csv")
    assert consent.audit(BytesIO(b"start,dst\n"), romashka, zone="UTC", direction=OUT).ok
