"""What README and docs show is what the examples say and print."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

import consent
from consent.files.direction import DirectionNotDeclared

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def blocks(text: str, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", text, flags=re.MULTILINE | re.DOTALL)


def marked(file: Path, mark: str) -> str:
    return file.read_text(encoding="utf-8").split(mark)[1].lstrip("\n").rstrip(" ")


def environment() -> dict[str, str]:
    found = os.environ | {"LC_ALL": "C.UTF-8"}
    found["PATH"] = f"{Path(sys.executable).parent}:{found['PATH']}"
    return found


def test_the_readme_shows_the_lines_of_the_example_and_what_they_print(tmp_path: Path) -> None:
    example = ROOT / "examples" / "first.py"
    assert blocks(README, "python") == [marked(example, "# README\n")]
    printed = subprocess.run(
        [sys.executable, example, tmp_path / "romashka"], check=True, capture_output=True, text=True
    ).stdout
    assert blocks(README, "text") == [printed]


def test_the_screens_of_the_readme_print_what_it_shows(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "examples" / "records", tmp_path / "examples" / "records")
    screens = [block for block in blocks(README, "sh") if block.startswith("consent ")]
    shown = blocks(README, "output")
    assert len(screens) == len(shown) == 3
    for typed, lines in zip(screens, shown, strict=True):
        done = subprocess.run(
            ["bash", "-c", typed], cwd=tmp_path, env=environment(), capture_output=True, text=True
        )
        assert done.returncode in (0, 1), done.stderr
        rest = done.stdout
        for line in lines.splitlines():
            assert line in rest, (line, done.stdout, done.stderr)
            rest = rest[rest.index(line) + len(line) :]


def test_the_readme_shows_the_lines_of_the_cpp_example() -> None:
    assert blocks(README, "cpp") == [marked(ROOT / "examples" / "first.cpp", "// README\n")]


PAGES = [
    ROOT / "docs" / page
    for page in (
        "start.md",
        "how/backup.md",
        "how/compare.md",
        "how/sign.md",
        "how/due.md",
        "how/export.md",
        "how/import.md",
        "how/receipt.md",
        "how/erase.md",
        "reference/advertising.md",
        "reference/classify.md",
        "reference/outcomes.md",
        "how/keep-evidence.md",
        "how/complain.md",
        "how/complain.ru.md",
    )
]
#: Files that the lines of a page name.
FILES = {
    "rec.m4a": b"\x00\x00\x00\x18ftypM4A ",
    "shot.png": b"\x89PNG\r\n\x1a\n",
    "calls.xml": b"<?xml version='1.0'?><calls><call number='+74950000000' duration='35' "
    b"date='1770712920000' type='1'/></calls>",
}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_shell_lines_of_a_page_do_what_it_says(page: Path, tmp_path: Path) -> None:
    """Exit 0, or the code that the comment names; ``./dev`` and activation were done by us."""
    if "complain" in page.name:
        pytest.importorskip("typst")
        for name, content in FILES.items():
            (tmp_path / name).write_bytes(content)
    for block in blocks(page.read_text(encoding="utf-8"), "sh"):
        for line in block.splitlines():
            if not line or line.startswith(("./dev", ". .venv")):
                continue
            said = re.search(r"# exits with (\d)", line)
            done = subprocess.run(
                ["bash", "-c", line],
                cwd=tmp_path,
                env=environment(),
                capture_output=True,
                text=True,
            )
            assert done.returncode == (int(said[1]) if said else 0), (
                line,
                done.stdout,
                done.stderr,
            )


@pytest.mark.parametrize("page", ["numbering.md", "classify.md"])
def test_the_python_lines_of_a_page_hold(page: str) -> None:
    text = (ROOT / "docs" / "reference" / page).read_text(encoding="utf-8")
    assert blocks(text, "python")
    for block in blocks(text, "python"):
        exec(compile(block, page, "exec"), {})  # noqa: S102  our own pages


def test_the_demo_ends_well_and_says_where_report_and_bundle_lie() -> None:
    done = subprocess.run(
        [sys.executable, ROOT / "examples" / "demo.py"],
        env=environment() | {"CONSENT_SHARED": "/nonexistent"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert "26 rows = 17 judged + 7 left out + 2 rejected" in done.stdout
    assert "Verdict: PROVEN" in done.stdout
    report = re.search(r"^Report: (.+)$", done.stdout, flags=re.MULTILINE)
    assert report is not None
    assert (ROOT / report[1]).is_file()


@pytest.mark.parametrize(
    "page",
    ["reference/python.md", "how/receipt.md", "how/keep-evidence.md"],
)
def test_the_python_of_a_page_runs_on_a_log(page: str, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "rec.wav").write_bytes(b"RIFF")
    when = datetime(2026, 11, 20, 12, tzinfo=UTC)
    text = "Согласен получать рекламу ООО «Ромашка» по телефону"
    sent: list[str] = []
    with consent.Log.create("log", origin="romashka.example/consent", now=when) as log:
        names = {
            "consent": consent,
            "Path": Path,
            "log": log,
            "text": text,
            "when": when,
            "send": sent.append,
        }
        for block in blocks((ROOT / "docs" / page).read_text(encoding="utf-8"), "python"):
            exec(compile(block, page, "exec"), names)  # noqa: S102  our own pages
    assert bool(sent) == ("receipt" in page)


def test_the_python_of_the_audit_page_runs_on_the_records_of_the_demo(
    tmp_path: Path,
    monkeypatch,
) -> None:
    polars = pytest.importorskip("polars")
    monkeypatch.chdir(tmp_path)
    shutil.copy(ROOT / "examples" / "records" / "calls.csv", tmp_path)
    with consent.Log.create(
        "romashka",
        origin="romashka.example/consent",
        distributor=consent.Organisation(inn="7707083893"),
        now=datetime(2026, 11, 1, tzinfo=UTC),
    ):
        pass
    page = (ROOT / "docs" / "how" / "audit-a-campaign.md").read_text(encoding="utf-8")
    first, *others = blocks(page, "python")
    names = {"polars": polars}
    with pytest.raises(DirectionNotDeclared, match="PJSIP/operator"):
        exec(compile(first, "audit", "exec"), names)  # noqa: S102
    for block in others:
        exec(compile(block, "audit", "exec"), names)  # noqa: S102
    assert (tmp_path / "report.html").is_file()
    assert (tmp_path / "rejects.csv").is_file()


def test_the_shell_lines_of_the_command_page_do_what_it_says(tmp_path: Path) -> None:
    shutil.copy(ROOT / "examples" / "records" / "calls.csv", tmp_path / "Master.csv")
    (tmp_path / "text.txt").write_text("Согласен получать рекламу", encoding="utf-8")
    page = (ROOT / "docs" / "reference" / "cli.md").read_text(encoding="utf-8")
    for line in blocks(page, "sh")[0].replace("\\\n", " ").splitlines():
        done = subprocess.run(
            ["bash", "-c", line], cwd=tmp_path, env=environment(), capture_output=True, text=True
        )
        no = line.startswith("consent audit")  # calls that were not allowed are an answer
        assert done.returncode == (1 if no else 0), (line, done.stdout, done.stderr)
