"""The English sentences that the sources can say to people: the keys of ru.po."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from babel.messages.pofile import read_po
from jinja2.ext import babel_extract

from consent import errors

ROOT = Path(__file__).resolve().parents[2]

#: Read by the library alone, from data compiled into it: what is wrong there no user can see.
BUILT_IN_TABLES = (
    "libconsent/places/calendar.cpp",
    "libconsent/number/personal_data_table.cpp",
    "libconsent/base/toml_reader.hpp",
    "libconsent/places/zones.cpp",
    "libconsent/advertising/advertising_pack.cpp",
    "libconsent/duties/complaint_rows.cpp",
    "libconsent/duties/deadline.cpp",
    "libconsent/duties/outcome.cpp",
    "libconsent/duties/retention.cpp",
)
#: Hold both languages beside each other, or names that are data.
BOTH_LANGUAGES = (
    "libconsent/bundle/contact_answer.cpp",
    "libconsent/decision/explain.cpp",
    "libconsent/places/plan_regions.hpp",
)

_TOKEN = re.compile(
    r'//[^\n]*|/\*.*?\*/|R"(?P<mark>\w*)\((?P<raw>.*?)\)(?P=mark)"|"(?P<text>(?:[^"\\\n]|\\.)*)"'
    r"|'(?:[^'\\\n]|\\.)+'|(?P<code>[\w]+|[^\s\w])",
    re.DOTALL,
)
_SQL = re.compile(
    r"(SELECT|INSERT|UPDATE|DELETE|CREATE|PRAGMA|BEGIN|COMMIT|ROLLBACK|DROP|ALTER|; PRAGMA)\b"
)
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "0": "\0"}
#: Written into files, where they are data; said beside their Russian; or no text at all.
_DATA = {
    "every entry about this subject in the log as signed; the signature does not prove that none "
    "follows",
    "The contact is later than these rows know the law.",
}
#: Files whose sentences begin behind the name of the database.
AFTER_A_NAME = {
    "libconsent/keys/keys.cpp": "keys.db",
    "libconsent/keys/keys_write.cpp": "keys.db",
    "libconsent/log/kept.cpp": "log.db",
}
#: What makes a message in C++, and in Python.
_CPP_MAKERS = ("Error", "ProofError", "ParseError", "BrokenLog", "Message", "one_of", "refuse")
_PY_ERRORS = {
    name
    for name, value in vars(errors).items()
    if isinstance(value, type) and issubclass(value, errors.ConsentError)
} | {"UsageError", "InputError", "Refused", "ArgumentTypeError"}

_TELLERS = ("Message", "counted", "message_of", "say", "within", "without_numbers")
_MAKERS = ("Message", "counted", "error")
#: What says a sentence that is not its first argument, or is no error; and the sentence's place.
_SAYS = {"Refused": 1, "reject": 3, "say": 0, "command": 2, "at": 1, "Progress": 0, "said": 0}


def _unescaped(text: str) -> str:
    return re.sub(
        r"\\x([0-9a-fA-F]{2})|\\(.)",
        lambda m: chr(int(m[1], 16)) if m[1] else _ESCAPES.get(m[2], m[2]),
        text,
    )


def _literals(source: str) -> Iterator[tuple[str, bool]]:
    """Literals, adjacent ones joined; each with whether a message is made of it."""
    source = re.sub(r"(?m)^\s*#.*$", "", source)
    joined: str | None = None
    before = ""
    makers: list[str] = []  # the word before each open parenthesis
    for token in _TOKEN.finditer(source):
        if token["text"] is not None or token["raw"] is not None:
            piece = token["raw"] if token["raw"] is not None else _unescaped(token["text"])
            joined = piece if joined is None else joined + piece
        elif token["code"] is not None:
            if joined is not None:
                if "static_assert" not in makers:
                    yield joined, any(word in _CPP_MAKERS for word in makers)
                joined = None
            code = token["code"]
            if code == "(":
                makers.append(before)
            elif code == ")" and makers:
                makers.pop()
            before = code


def _is_sentence(text: str) -> bool:
    if _SQL.match(text.lstrip()) or text in _DATA:
        return False
    if "{}" in text and " " in text:
        return bool(re.search("[A-Za-z]", text))
    return bool(re.search(r"[A-Za-z]{2}\S* +\S", text))


def of_the_core() -> dict[str, str]:
    """Each sentence of the compiled side, and the file that says it."""
    found: dict[str, str] = {}
    skipped = {ROOT / each for each in (*BUILT_IN_TABLES, *BOTH_LANGUAGES)}
    core = {*ROOT.glob("libconsent/*/*.[ch]pp"), *ROOT.glob("libconsent/include/consent/*.hpp")}
    for file in sorted({*core, *ROOT.glob("bindings/*.cpp")} - skipped):
        where = file.relative_to(ROOT).as_posix()
        for text, made in _literals(file.read_text(encoding="utf-8")):
            if _is_sentence(text) and (made or file in core):
                found.setdefault(AFTER_A_NAME.get(where, "") * text.startswith(": ") + text, where)
    return found


def _called(node: ast.Call) -> str:
    function = node.func
    return function.id if isinstance(function, ast.Name) else getattr(function, "attr", "")


def _constants(node: ast.expr) -> Iterator[str]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.IfExp):
        yield from _constants(node.body)
        yield from _constants(node.orelse)


def _values(node: ast.stmt) -> Iterator[str]:
    """Of a table of sentences by code."""
    if not isinstance(node, ast.AnnAssign) or not isinstance(node.value, ast.Dict):
        return
    if isinstance(node.target, ast.Name) and node.target.id == "DETAILS":
        for value in node.value.values:
            yield from _constants(value)


def _told_elsewhere(said: ast.expr, name: str) -> bool:
    """A message that another call makes, or one that was caught or handed over."""
    if name == "Message":
        return False
    if isinstance(said, ast.Call):
        return _called(said) in {
            "Message",
            "counted",
            "message_of",
            "say",
            "within",
            "without_numbers",
        }
    if isinstance(said, ast.IfExp):
        return all(_told_elsewhere(each, name) for each in (said.body, said.orelse))
    return not isinstance(said, ast.JoinedStr | ast.BinOp)


def of_python() -> tuple[dict[str, str], list[str]]:
    """Each sentence of the Python side with its place; and places where none can be told."""
    found: dict[str, str] = {}
    unclear: list[str] = []
    for file in sorted((ROOT / "python/consent").rglob("*.py")):
        if file.name == "message.py" or file.parent.name == "standalone":
            continue
        tree = ast.parse(file.read_text(encoding="utf-8"))
        for statement in tree.body:
            for text in _values(statement):
                found.setdefault(text, file.relative_to(ROOT).as_posix())
        for node in ast.walk(tree):
            if not isinstance(node, ast.Call) or not node.args:
                continue
            name = _called(node)
            where = f"{file.relative_to(ROOT).as_posix()}:{node.lineno}"
            place = _SAYS.get(name, 0)
            if name in {"Message", "counted", "error", *_SAYS, *_PY_ERRORS} and place < len(
                node.args
            ):
                said = node.args[place]
                texts = list(_constants(said))
                if not texts and not _told_elsewhere(said, name):
                    unclear.append(where)
                for text in texts:
                    if re.search("[A-Za-z]", text.replace("{}", "")):
                        found.setdefault(text, where)
    for template in sorted((ROOT / "python/consent/pages/templates").glob("*.html")):
        where = template.relative_to(ROOT).as_posix()
        with template.open("rb") as file:
            for line, _, texts, _ in babel_extract(file, ("_", "counted"), (), {}):
                for text in [texts] if isinstance(texts, str) else texts[:1]:
                    if text and re.search("[A-Za-z]", text.replace("{}", "")):
                        found.setdefault(text, f"{where}:{line}")
    return found, unclear


CATALOGUE = ROOT / "python/consent/locale/ru.po"


def catalogue() -> dict[tuple[str | None, str], tuple[str, tuple[str, ...]]]:
    """The catalogue: context and English, and the section and Russian forms of each."""
    with CATALOGUE.open("rb") as file:
        return {
            (entry.context, entry.id if isinstance(entry.id, str) else entry.id[0]): (
                " ".join(entry.auto_comments),
                (entry.string,) if isinstance(entry.string, str) else tuple(entry.string),
            )
            for entry in read_po(file, locale="ru")
            if entry.id
        }


def as_entry(text: str, where: str) -> str:
    """An entry of the catalogue to fill in."""
    escaped = re.sub(r'[\\"]', r"\\\g<0>", text).replace("\n", "\\n")
    return f'#. {where.split(":")[0]}\nmsgid "{escaped}"\nmsgstr ""\n'


if __name__ == "__main__":
    held = {text for context, text in catalogue() if context is None}
    python, unclear = of_python()
    for text, where in {**of_the_core(), **python}.items():
        if text not in held:
            print(as_entry(text, where))
    for place in unclear:
        print(f"# {place}: a text that is put together has no translation: Message('… {{}}', …)")
