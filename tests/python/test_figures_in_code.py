"""No bare number of the law stands in code: terms, caps, lengths and amounts are rows."""

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ALLOWED = Path(__file__).with_name("figures_in_code.txt")

#: Where the law is read, judged and told: every whole number above two has a reason there.
#: Elsewhere only one that looks like a term, a cap, a length or an amount.
READS_LAW = re.compile(
    r"libconsent/(?:decision|advertising|duties|gate|audit)/|libconsent/places/calendar"
    r"|libconsent/number/(?:classification|personal_data_table)"
    r"|python/consent/(?:advertising|auditing|judging|calendar|classification|deadline|decision|erasure"
    r"|outcome|rules)\.py|python/consent/pages/(?:access|audit\w*)\.py|python/consent/commands/(?:access|advertising|audit|backup|check|classify"
    r"|deadline|erase|outcomes|rules)\.py"
)
#: Stores and proves, and knows no law: sizes are named there all the time, so only units of time,
#: amounts and sentences are looked at.
STORES = re.compile(r"libconsent/(?:base|number|places|keys|tlog|log|bundle|verify|upkeep)/")
UNIT = re.compile(
    r"\b(?:days|weeks|months|years|hours)\s*[({]\s*\d|\b\d+(?:h|d|y)\b"
    r"|\b(?:timedelta|relativedelta)\([^)]*\d"
)
WORD = re.compile(
    r"(?i)(?:day|week|month|year|hour|term|deadline|limit|\bcaps?\b|fine|rub|amount|expir|retention"
    r"|grace|label|\bage\b|oldest|longest|most|least|working|until|older)"
)
TEXT = re.compile(
    r"(?i)\d+[ -](?:(?:calendar|working|local)[ -])?"
    r"(?:day|week|month|year|hour|character|minute)s?\b"
    r"|\d+ (?:(?:рабоч|календарн)\S* )?(?:дн|ден|недел|месяц|год|лет\b|час|сут|знак|символ|минут)"
)
#: Fines of the sheet's table, in roubles.
AMOUNTS = {2_000, 2_500, 4_000, 5_000, 10_000, 20_000, 50_000, 100_000, 150_000, 200_000, 300_000}
AMOUNTS |= {500_000, 700_000, 1_000_000, 1_500_000}

_CPP = re.compile(
    r'R"(?P<end>[^()\\ ]*)\((?:.|\n)*?\)(?P=end)"|"(?:\\.|[^"\\\n])*"'
    r"|(?<![0-9A-Za-z_])(?:u8|u|U|L)?'(?:\\.|[^'\\\n])+'|//[^\n]*|/\*(?:.|\n)*?\*/"
)
_NUMBER = re.compile(r"(?<![\w.'])\d[\d'_]*(?![\w.]|'\d)")
#: What is no figure in C++: shifts, sizes of arrays of words, places in an enumeration.
_SHAPE = re.compile(r"<< ?\d+|\{\d+\} << ?\d+|std::array<[^;{]*, \d+>|^\s*\w+ = -?\d+,\s*$")


class Line:
    """One line of code: its text, without comments and documentation, and its numbers."""

    def __init__(self, text: str, bare: str, strings: str, numbers: list[int]) -> None:
        self.text, self.bare, self.strings, self.numbers = text, bare, strings, numbers

    def looks_like_law(self, *, strict: bool, stores: bool = False) -> bool:
        above_two = [number for number in self.numbers if number > 2]
        named = not stores and WORD.search(self.bare)
        return bool(
            (above_two and (strict or named))
            or UNIT.search(self.bare)
            or AMOUNTS.intersection(self.numbers)
            or TEXT.search(self.strings)
        )


def cpp_lines(text: str) -> Iterator[Line]:
    def quiet(found: re.Match[str]) -> str:
        token = found.group()
        if token.startswith(("//", "/*")):
            return "\n" * token.count("\n")
        return "' '" if token.endswith("'") else token

    for line in _CPP.sub(quiet, text).split("\n"):
        strings = " ".join(re.findall(r'"((?:\\.|[^"\\])*)"', line))
        bare = _SHAPE.sub("", re.sub(r'"(?:\\.|[^"\\])*"', '""', line))
        numbers = [int(re.sub("['_]", "", number)) for number in _NUMBER.findall(bare)]
        yield Line(line.strip(), bare, strings, numbers)


Token = tuple[int, str, tuple[int, int], tuple[int, int]]


def tokens(text: str) -> Iterator[Token]:
    """Kind, text, start and end of each token; an f-string is one string, as before Python 3.12."""
    begins, ends = getattr(tokenize, "FSTRING_START", -1), getattr(tokenize, "FSTRING_END", -1)
    lines = text.splitlines(keepends=True)
    depth, first = 0, (0, 0)
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == begins:
            if depth == 0:
                first = token.start
            depth += 1
        elif token.type == ends:
            depth -= 1
            if depth == 0:
                (row, column), (last, end) = first, token.end
                part = lines[row - 1 : last]
                part[-1] = part[-1][:end]
                part[0] = part[0][column:]
                yield tokenize.STRING, "".join(part), first, token.end
        elif depth == 0:
            yield token.type, token.string, token.start, token.end


def python_lines(text: str) -> Iterator[Line]:
    lines = text.split("\n")
    documented: set[int] = set()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            documented |= set(range(node.lineno, (node.end_lineno or node.lineno) + 1))
    numbers: dict[int, list[int]] = {}
    strings: dict[int, str] = {}
    bare = {row: line for row, line in enumerate(lines, 1) if row not in documented}
    for kind, string, (row, column), (last, _) in tokens(text):
        if row in documented:
            continue
        if kind == tokenize.COMMENT:
            bare[row] = bare[row][:column]
        elif kind == tokenize.NUMBER and re.fullmatch(r"[\d_]+", string):
            numbers.setdefault(row, []).append(int(string.replace("_", "")))
        elif kind == tokenize.STRING:
            strings[row] = strings.get(row, "") + " " + string
            if last == row:
                bare[row] = bare[row].replace(string, '""')
    for row, line in bare.items():
        yield Line(lines[row - 1].strip(), line, strings.get(row, ""), numbers.get(row, []))


@cache
def suspects() -> frozenset[tuple[str, str]]:
    """Path and line of each figure that wants a reason."""
    found = set()
    for folder, endings in (("libconsent", ".cpp .hpp .h"), ("python/consent", ".py")):
        for path in (ROOT / folder).rglob("*"):
            if path.suffix not in endings.split():
                continue
            name = str(path.relative_to(ROOT))
            text = path.read_text(encoding="utf-8")
            lines = python_lines(text) if path.suffix == ".py" else cpp_lines(text)
            strict, stores = READS_LAW.match(name) is not None, STORES.match(name) is not None
            found |= {
                (name, line.text)
                for line in lines
                if line.looks_like_law(strict=strict, stores=stores)
            }
    return frozenset(found)


def allowed() -> dict[tuple[str, str], str]:
    """What stands in the list: under "# reason", lines "path: line of code"."""
    reasons: dict[tuple[str, str], str] = {}
    reason = ""
    for line in ALLOWED.read_text(encoding="utf-8").splitlines():
        if line.startswith("# "):
            reason = line[2:]
        elif line:
            path, _, code = line.partition(": ")
            assert reason, f"no reason above {line}"
            reasons[path, code] = reason
    return reasons


def test_no_figure_of_law_stands_in_code() -> None:
    new = sorted(suspects() - set(allowed()))
    assert not new, (
        "a number that is law is a row of libconsent/rules/; else give its reason in "
        + (f"{ALLOWED.name}:\n" + "\n".join(f"{path}: {line}" for path, line in new))
    )


def test_the_list_holds_no_line_that_is_gone() -> None:
    gone = sorted(set(allowed()) - suspects())
    assert not gone, "\n".join(f"{path}: {line}" for path, line in gone)


@pytest.mark.parametrize(
    "line",
    [
        "constexpr int clock = 10;",
        "constexpr std::chrono::days stop{30};",
        "return at + std::chrono::hours(24);",
        "if (made.month >= 8) deny();",
        "const auto least = 300'000;",
        'fail("within 10 working days");',
        'say("не позднее 30 дней");',
        "if (label_size > 32) warn();",
    ],
)
def test_the_check_finds_terms_caps_and_amounts_in_cpp(line: str) -> None:
    (found,) = cpp_lines(line)
    assert found.looks_like_law(strict=True)


@pytest.mark.parametrize(
    "line",
    [
        "END = timedelta(days=30)",
        "YEARS_KEPT = 3",
        "fine = 1_000_000",
        'print("не более 8 раз в месяц, 16 дней")',
        "until = start.replace(year=start.year + 3)",
    ],
)
def test_the_check_finds_terms_caps_and_amounts_in_python(line: str) -> None:
    (found, _) = python_lines(line + "\n")
    assert found.looks_like_law(strict=False)


def test_comments_and_documentation_may_say_thirty_days() -> None:
    cpp = cpp_lines("// 30 days\nint x = 1; /* 10 working days */")
    python = python_lines('"""30 days."""\nx = 1  # 30 days\n')
    assert not [line for line in (*cpp, *python) if line.looks_like_law(strict=True)]
