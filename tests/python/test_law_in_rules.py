"""No hour, article or act of law stands in code: only in libconsent/rules and in documents."""

import ast
import io
import re
import tokenize
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ARTICLE = re.compile(
    r"\d{2,3}-(?:ФЗ|FZ)|\bart\. ?\d|\bст\. ?\d|\bстать[яеи] ?\d|КоАП|Decree \d|№ ?\d{3}"
    r"|\b(?:ru|kz)/(?:\d+-fz|fas|vas-58|cbr|decree|practice|policy)"
)
HOUR = re.compile(r"(?<![\dT:+-])(?:0[1-9]|1\d|2[0-3]):[0-5]\d(?![\d:])")
#: What generates letters and tables of its own rows, or quotes the law by way of example.
SOURCES = sorted(
    path
    for folder, patterns in (
        ("libconsent/decision", ("*.cpp", "*.hpp")),
        ("libconsent/audit", ("*.cpp",)),
        ("libconsent/capi", ("*.cpp",)),
        ("libconsent/include/consent", ("*.hpp", "*.h")),
        ("bindings", ("*.cpp", "*.hpp")),
        ("python/consent", ("**/*.py",)),
    )
    for pattern in patterns
    for path in (ROOT / folder).glob(pattern)
    if path.name != "act.py"  # an act names the order by which it is written
)


def code_of(path: Path) -> str:
    """The source without comments and docstrings, which may cite."""
    text = path.read_text(encoding="utf-8")
    if path.suffix != ".py":
        text = re.sub(r"/\*.*?\*/", " ", text, flags=re.DOTALL)
        return re.sub(r"//[^\n]*", " ", text)
    documented = ast.parse(text)
    docs = set()
    for node in ast.walk(documented):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            docs |= set(range(node.lineno, (node.end_lineno or node.lineno) + 1))
    kept = []
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type != tokenize.COMMENT and token.start[0] not in docs:
            kept.append(token.string)
    return "\n".join(kept)


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_hour_or_article_stands_in_code(path: Path) -> None:
    code = code_of(path)
    assert not ARTICLE.findall(code)
    assert not HOUR.findall(code)


def test_the_check_finds_what_it_looks_for(tmp_path: Path) -> None:
    source = tmp_path / "bad.cpp"
    source.write_text('// 38-ФЗ in a comment\nif (hour < "08:00") cite("38-ФЗ ст. 18");\n')
    code = code_of(source)
    assert ARTICLE.findall(code) == ["38-ФЗ", "ст. 1"]
    assert HOUR.findall(code) == ["08:00"]
    assert not HOUR.findall('"2026-11-20T14:03:00+03:00"')
