"""The command line as people meet it: help, suggestions, completion, dates, tables, exit codes."""

import argparse
import csv
import io
import json
import re
import shlex
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest

import consent
from consent import cli
from consent.commands.arguments import UsageError
from consent.commands.examples import EXAMPLES
from consent.commands.helping import GROUPS, TOPICS
from consent.commands.moments import declared_zone, read_moment
from consent.terminal import Terminal
from romashka import INN, NUMBER, OTHER, WORDING

DOCS = Path(__file__).parents[2] / "docs/reference"
OTHER_INN = "7736050003"
#: The key of a log that nobody here has.
STRANGER = "romashka.example/consent+2685d632+AYMgpRl32MOMqKSSfGcN9YIeRJdhlF4V6e+yahUJ0jDq"
AD = ("--purpose", "advertising", "--channel", "voice")
#: A question says who dials: silence is unknown where a machine would be denied.
ASK = (*AD, "--dialled-by", "person")


@pytest.fixture
def parser():
    return cli._parser("en")


@pytest.fixture
def commands(parser):
    assert parser is not None
    return cli._Parser.commands


@pytest.fixture
def call(capsys, tmp_path, monkeypatch):
    """Run a command in a folder of its own: exit code, stdout, stderr."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("CONSENT_ZONE", raising=False)
    monkeypatch.setenv("LC_ALL", "C.UTF-8")

    def run(*words, stdin=None):
        if stdin is not None:
            monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(stdin.encode())))
        try:
            code = cli.main([str(word) for word in words])
        except SystemExit as ended:
            code = ended.code
        said = capsys.readouterr()
        return code, said.out, said.err

    return run


@pytest.fixture
def log(call):
    assert call("init", "log", "--origin", "romashka.example/consent", "--inn", INN)[0] == 0
    Path("text.txt").write_text(WORDING, encoding="utf-8")
    given = call(
        *("give", "log", NUMBER, *AD, "--method", "sms_code", "--code", "sent,returned"),
        *("--wording", "text.txt", "--at", "2026-11-20T14:03:00+03:00"),
    )
    assert given[0] == 0
    return "log"


# --- help ----------------------------------------------------------------------------------------


def test_every_command_stands_in_one_group_of_the_help(commands):
    grouped = [name for _, names in GROUPS for name in names if name in commands.made]
    assert sorted(grouped) == sorted(commands.made)


def test_the_help_lists_the_groups(call):
    code, out, _ = call("help")
    assert code == 0
    for title, _ in GROUPS:
        assert f"{title}:" in out
    assert "@" not in out
    assert call("--help")[1].strip() == out.strip()


def test_every_argument_of_every_command_is_explained_in_both_languages():
    for lang in ("en", "ru"):
        cli._parser(lang)
        for name, made in cli._Parser.commands.made.items():
            for action in made._actions:
                if action.help is not argparse.SUPPRESS:
                    assert action.help, (lang, name, action.dest)


def test_every_command_has_an_example_and_every_example_can_be_typed(commands, parser):
    for name in commands.made:
        assert name in EXAMPLES, name
    for lines in EXAMPLES.values():
        for line in lines:
            typed = shlex.split(re.split(r" [<>] ", line)[0].rpartition("| ")[2], comments=False)
            assert typed[0] == "consent"
            parser.parse_args(typed[1:])


@pytest.mark.parametrize("topic", [*TOPICS, "give"])
def test_help_on_a_topic_or_a_command(call, topic):
    code, out, err = call("help", topic)
    assert (code, err) == (0, "")
    assert out


def test_a_misspelt_command_is_answered_with_the_one_that_was_meant(call):
    code, out, err = call("chek", "log", NUMBER)
    assert (code, out) == (2, "")
    assert "did you mean check?" in err
    assert "did you mean history?" in call("help", "histroy")[2]


def test_a_misspelt_flag_is_answered_with_the_one_that_was_meant(call):
    code, _, err = call("check", "log", NUMBER, "--purpos", "advertising", "--channel", "voice")
    assert code == 2
    assert "did you mean --purpose?" in err


def test_the_version_names_library_format_and_rules(call):
    code, out, _ = call("--version")
    assert code == 0
    assert consent.__version__ in out
    assert "format v1" in out
    assert consent.rules.russia().version in out
    assert set(json.loads(call("--json", "--version")[1])) == {"library", "format", "rules"}


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_knows_every_command_and_is_a_script_of_its_shell(call, commands, shell):
    code, out, _ = call("completion", shell)
    assert code == 0
    for name in commands.made:
        assert name in out
    if shutil.which(shell):
        checked = subprocess.run(
            [shell, "-n"], input=out.encode(), capture_output=True, check=False
        )
        assert checked.returncode == 0


def test_bash_completes_commands_and_flags(call):
    script = call("completion", "bash")[1]
    asked = "COMP_WORDS=(consent check --pu); COMP_CWORD=2; _consent; echo ${COMPREPLY[@]}"
    done = subprocess.run(["bash", "-c", script + asked], capture_output=True, check=True)
    assert done.stdout.decode().split() == ["--purpose"]


# --- colours and errors --------------------------------------------------------------------------


def test_colours_are_for_terminals_alone(monkeypatch):
    terminal = Terminal("en")
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    assert terminal.coloured("ALLOWED", "allow") == "ALLOWED"
    monkeypatch.setattr("sys.stdout.isatty", lambda: True, raising=False)
    assert terminal.coloured("ALLOWED", "allow") == "\x1b[32mALLOWED\x1b[0m"
    monkeypatch.setenv("NO_COLOR", "1")
    assert terminal.coloured("ALLOWED", "allow") == "ALLOWED"


@pytest.mark.parametrize(
    ("typed", "code", "exit_code"),
    [
        (("check", "absent", NUMBER, *ASK), "storage", 3),
        (("chek",), "usage", 2),
        (("check", "absent"), "usage", 2),
        (("give", "absent", "x", *AD), "usage", 2),
    ],
)
def test_under_json_an_error_is_a_document_on_stderr(call, typed, code, exit_code):
    ended, out, err = call(*typed, "--json")
    assert (ended, out) == (exit_code, "")
    error = json.loads(err)["error"]
    assert (error["code"], error["exit"]) == (code, exit_code)
    assert error["message"]


# --- dates ---------------------------------------------------------------------------------------

MOSCOW = declared_zone("Europe/Moscow")


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("2026-11-20", "2026-11-19T21:00:00+00:00"),
        ("20.11.2026", "2026-11-19T21:00:00+00:00"),
        ("20.11.2026 11:42", "2026-11-20T08:42:00+00:00"),
        ("2026-11-20T11:42", "2026-11-20T08:42:00+00:00"),
        ("2026-11-20 11:42:05", "2026-11-20T08:42:05+00:00"),
        ("2026-11-20T11:42:05+05:00", "2026-11-20T06:42:05+00:00"),
    ],
)
def test_dates_are_read_as_people_write_them(text, read):
    assert read_moment("--at", text, MOSCOW) == datetime.fromisoformat(read)


def test_until_ends_a_consent_at_its_moment(call, log):
    other = "+79161234599"
    given = call(
        "give", log, other, *AD, "--at", "2026-11-20T10:00:00Z", "--until", "2026-11-26T00:00:00Z"
    )
    assert given[0] == 0, given
    events = json.loads(call("history", log, other, "--json")[1])["events"]
    assert events[0]["until"] == "2026-11-26T00:00:00.000000Z"


def test_withdraw_stops_all_or_the_distributors_that_are_named(call, log):
    for named, kept in (("all", []), (OTHER_INN, [OTHER_INN])):
        assert call("withdraw", log, NUMBER, "--distributor", named)[0] == 0
        events = json.loads(call("history", log, NUMBER, "--json")[1])["events"]
        assert events[-1].get("distributors") == kept, named


def test_who_serves_the_number_decides_whether_a_contract_covers_it(call, log):
    Path("caller.toml").write_text(f'mass = true\noperator_contracts = ["{OTHER_INN}"]\n', "utf-8")
    found = {}
    for operator in (OTHER_INN, "7740000076"):
        asked = ("check", log, NUMBER, *AD, "--dialled-by", "person", "--caller", "caller.toml")
        said = call(*asked, "--operator", operator, "--at", "2026-11-24T12:00:00Z", "--json")
        answer = json.loads(said[1])
        found[operator] = {each["rule"] for each in answer["findings"] if each["verdict"] == "deny"}
    assert "ru/126-fz/44.1-1/3" in found["7740000076"] - found[OTHER_INN]


def test_until_a_date_is_the_end_of_that_day():
    assert read_moment("--until", "2030-01-01", MOSCOW, end=True) == datetime(
        2030, 1, 1, 21, tzinfo=UTC
    )


@pytest.mark.parametrize(
    ("text", "zone"),
    [
        ("2026-11-20 11:42", None),
        ("2026-02-30", "Europe/Moscow"),
        ("2026-11-20 25:00", "Europe/Moscow"),
        ("2026-03-29 02:30", "Europe/Berlin"),  # the clocks went forward
        ("2026-10-25 02:30", "Europe/Berlin"),  # and came back
        ("tomorrow", "Europe/Moscow"),
    ],
)
def test_a_time_that_could_mean_something_else_is_refused(text, zone):
    with pytest.raises(UsageError):
        read_moment("--at", text, zone and declared_zone(zone))


def test_a_declared_zone_reads_and_shows_times(call, log, monkeypatch):
    monkeypatch.setenv("CONSENT_ZONE", "Asia/Vladivostok")
    assert call("withdraw", log, NUMBER, "--at", "21.11.2026 10:00")[0] == 0
    assert "2026-11-21 10:00:00+10:00" in call("history", log, NUMBER)[1]
    assert "2026-11-21 03:00:00+03:00" in call("history", log, NUMBER, "--zone", "Europe/Moscow")[1]


def test_rows_of_law_are_shown_in_the_zone_they_were_written_in(call, monkeypatch):
    monkeypatch.setenv("TZ", "UTC")
    out = call("rules")[1]
    assert "00:00+03:00" in out
    assert "20:00" not in re.sub(r"[а-я]", "", out.split("known")[-1][:40])


# --- numbers and tables --------------------------------------------------------------------------


def test_a_number_can_come_from_standard_input(call, log):
    assert call("history", log, "-", stdin=f"{NUMBER}\n")[0] == 0
    assert call("withdraw", log, "-", stdin=f"{NUMBER}\n")[0] == 0
    assert call("prove", log, "--number", "-", "--out", "p.zip", stdin=f"{NUMBER}\n")[0] == 0
    assert call("history", log, "-", stdin=f"{NUMBER}\n{OTHER}\n")[0] == 2


def test_a_contact_is_shown_with_what_it_was_recorded_as(call, log):
    assert call("contact", log, NUMBER, *AD, "--outcome", "answered")[0] == 0
    last = call("history", log, NUMBER)[1].rstrip().splitlines()[-1]
    assert "advertising" in last
    assert "voice" in last
    assert " all " not in last


def test_history_and_due_are_tables_too(call, log):
    call("contact", log, NUMBER, *AD)
    assert call("history", log, NUMBER, "--csv", "h.csv")[0] == 0
    rows = list(csv.DictReader(Path("h.csv").read_text("utf-8").splitlines()))
    assert [row["purposes"] for row in rows] == ["advertising", "advertising"]
    assert call("withdraw", log, NUMBER, "--covers", "personal_data")[0] == 0
    code, out, _ = call("due", log, "--csv", "-")
    assert code == 0
    assert {"state", "duty", "last_day"} <= set(next(csv.reader(io.StringIO(out))))


def test_events_are_exported_as_csv_without_numbers(call, log):
    assert call("export", log, "--out", "e.csv")[0] == 0
    text = Path("e.csv").read_text(encoding="utf-8")
    (row,) = csv.DictReader(io.StringIO(text, newline=""))
    assert (row["type"], row["purposes"]) == ("consent.given", "advertising")
    assert "9161234567" not in text


def test_check_passes_the_other_columns_of_a_table_through(call, log):
    Path("base.csv").write_text(
        f"name,phone,note\nАнна,{NUMBER},=1+1\nОлег,{OTHER},b\nx,no number,c\n", encoding="utf-8"
    )
    code, out, _ = call(
        *("check", log, "--csv", "base.csv", "--out", "o.csv", *ASK),
        *("--at", "2026-11-23T12:00:00+03:00", "--json"),
    )
    assert code == 1
    assert json.loads(out)["rejected"] == 1
    rows = list(csv.DictReader(Path("o.csv").read_text("utf-8").splitlines()))
    assert [row["verdict"] for row in rows] == ["allow", "deny", "rejected"]
    assert [row["name"] for row in rows] == ["Анна", "Олег", "x"]
    assert rows[0]["note"] == "'=1+1"


# --- outcomes ------------------------------------------------------------------------------------


def table():
    text = (DOCS / "cli.md").read_text(encoding="utf-8")
    part = text.split("### Outcomes that are easily mistaken")[1].split("\n## ")[0]
    rows = re.findall(r"(?m)^\| `([^|]+)` \| ([^|]+) \| (\d) \|", part)
    return {(command, what): int(code) for command, what, code in rows}


def erased(call, log):
    assert call("erase", log, NUMBER, "--ground", "x")[0] == 0


SCENES = {
    ("history", "nothing about the number"): lambda call, log: call("history", log, OTHER),
    ("history", "the record is restricted"): lambda call, log: (
        call("erase", log, NUMBER, "--ground", "x", "--restrict"),
        call("history", log, NUMBER),
    )[1],
    ("access", "nothing about the present holder"): lambda call, log: call("access", log, OTHER),
    ("prove", "nothing about the number, or it was erased"): lambda call, log: (
        erased(call, log),
        call("prove", log, "--number", NUMBER, "--out", "p.zip"),
    )[1],
    ("prove --numbers", "nothing about some of the numbers"): lambda call, log: (
        Path("list.txt").write_text(f"{NUMBER}\n{OTHER}\n"),
        call("prove", log, "--numbers", "list.txt", "--out", "packs"),
    )[1],
    ("prove", "the name ends in `.asice`"): lambda call, log: call(
        "prove", log, "--number", NUMBER, "--out", "p.asice"
    ),
    ("sign", "neither certificate nor `--self-made`"): lambda call, log: (
        call("prove", log, "--number", NUMBER, "--out", "p.zip"),
        call("sign", "p.zip", "--out", "p.asice"),
    )[1],
    ("sign", "another passphrase, or a key of another certificate"): lambda call, log: (
        call("prove", log, "--number", NUMBER, "--out", "p.zip"),
        Path("own.p12").write_bytes(b"\x30\x00"),
        call("sign", "p.zip", "--certificate", "own.p12", "--out", "p.asice"),
    )[2],
    ("compare", "both proven, all agree"): lambda call, log: (
        call("prove", log, "--number", NUMBER, "--out", "p.zip"),
        call("compare", "p.zip", "p.zip"),
    )[1],
    ("compare", "one side lacks an entry"): lambda call, log: (
        call("prove", log, "--number", NUMBER, "--out", "p.zip"),
        call("withdraw", log, NUMBER, "--at", "2026-11-21T10:00:00+03:00"),
        call("prove", log, "--number", NUMBER, "--out", "q.zip"),
        call("compare", "p.zip", "q.zip"),
    )[3],
    ("compare", "a pack is not proven"): lambda call, log: (
        call("prove", log, "--number", NUMBER, "--out", "p.zip"),
        call("compare", "p.zip", "p.zip", "--key", STRANGER),
    )[1],
    ("compare", "packs of two numbers"): lambda call, log: (
        call("prove", log, "--number", NUMBER, "--out", "p.zip"),
        call("withdraw", log, OTHER),
        call("prove", log, "--number", OTHER, "--out", "q.zip"),
        call("compare", "p.zip", "q.zip"),
    )[3],
    ("erase", "nothing about the number"): lambda call, log: call(
        "erase", log, OTHER, "--ground", "x"
    ),
    ("erase", "already erased"): lambda call, log: (
        erased(call, log),
        call("erase", log, NUMBER, "--ground", "x"),
    )[1],
    ("erase", "a legal hold, or contacts to prove"): lambda call, log: (
        call("hold", log, NUMBER, "--by", "court"),
        call("erase", log, NUMBER, "--ground", "x"),
    )[1],
    ("hold --release", "no hold by that name"): lambda call, log: call(
        "hold", log, NUMBER, "--by", "court", "--release"
    ),
    ("erase --restrict --release", "not restricted"): lambda call, log: call(
        "erase", log, NUMBER, "--ground", "x", "--restrict", "--release"
    ),
    ("act", "no act is missing"): lambda call, log: call("act", log),
    ("act", "a file in `acts/` is not an act"): lambda call, log: (
        erased(call, log),
        [file.write_text("{}") for file in Path(log, "acts").glob("[0-9]*.json")],
        call("act", log),
    )[2],
    ("due", "nothing is due"): lambda call, log: call("due", log),
    ("check --csv", "some rows rejected"): lambda call, log: (
        Path("b.csv").write_text(f"number\n{NUMBER}\nx\n"),
        call("check", log, "--csv", "b.csv", "--out", "o.csv", *ASK),
    )[1],
}


def test_the_table_of_outcomes_and_the_scenes_here_are_the_same():
    assert set(table()) == set(SCENES)


@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: f"{scene[0]}: {scene[1]}")
def test_a_command_ends_as_the_table_of_outcomes_says(call, log, scene):
    code, out, err = SCENES[scene](call, log)
    assert code == table()[scene], out + err
    assert "please report it" not in err
