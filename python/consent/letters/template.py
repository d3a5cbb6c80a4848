"""Templates of letters: dated files of sentences, with the sources that each rests on."""

from __future__ import annotations

import functools
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from importlib import resources
from typing import Any, Final

from consent.errors import NotFoundError
from consent.locale.message import Message

__all__ = ["CONDITIONS", "FIELDS", "KINDS", "Template", "lint", "template", "templates"]

#: What a sentence may have set in, as ``{number}``.
FIELDS: Final = frozenset(
    (
        *("caller", "date", "first_day", "holder", "last_day", "name", "number", "passport"),
        *("reply_to", "representative", "senders"),
    )
)
#: What a block may depend on; with ``!`` on its opposite.
CONDITIONS: Final = frozenset(
    (
        *("asked_to_stop", "called_by_name", "distributor", "entity", "holder_other"),
        *("holder_self", "person", "representative", "robot", "senders"),
    )
)
#: Kinds of blocks, and the texts that each has.
KINDS: Final[Mapping[str, tuple[str, ...]]] = {
    "p": ("text",),
    "h": ("text",),
    "ol": (),
    "facts": (),
    "claims": ("never", "withdrawn", "withdrawn_undated", "unknown"),
    "stops": ("text",),
    "attachments": (),
    "sign": (),
}
_FOLDER: Final = resources.files("consent.letters")


@dataclass(frozen=True, slots=True)
class Template:
    """One letter.

    Attributes:
        id: Its word: ``fas rkn operator_refusal operator_detail stop phonebook secrecy``.
        file: Name of the written letter, without an ending.
        title: Its title.
        to: ``fas rkn operator company``.
        valid_from: First day on which such a letter may be written.
        valid_to: Last such day; None: none is known.
        read: When its sources were read.
        sources: What each says, where, and how sure that is.
        blocks: What it is made of, as the file has it.
    """

    id: str
    file: str
    title: str
    to: str
    valid_from: date
    valid_to: date | None
    read: date
    sources: tuple[Mapping[str, str], ...]
    blocks: tuple[Mapping[str, Any], ...]

    def valid(self, on: date) -> bool:
        """Whether a letter of that day may be written from it."""
        return self.valid_from <= on and (self.valid_to is None or on <= self.valid_to)

    def texts(self) -> Iterator[tuple[Mapping[str, Any], str]]:
        """Each sentence, with the block that says when it is used."""
        for block in self.blocks:
            for name in KINDS[block["kind"]]:
                yield block, block[name]
            for item in block.get("item", ()):
                yield {**block, **item}, item["text"]


def _loaded(name: str) -> Template:
    data = tomllib.loads((_FOLDER / "templates" / name).read_text("utf-8"))
    return Template(
        id=data["id"],
        file=data["file"],
        title=data["title"],
        to=data["to"],
        valid_from=data["valid_from"],
        valid_to=data.get("valid_to"),
        read=data["read"],
        sources=tuple(data["source"]),
        blocks=tuple(data["block"]),
    )


@functools.cache
def templates() -> Mapping[str, Template]:
    """Every template by its word."""
    names = sorted(
        each.name for each in (_FOLDER / "templates").iterdir() if each.name.endswith(".toml")
    )
    found = (_loaded(name) for name in names)
    return {each.id: each for each in found}


def template(id: str) -> Template:  # noqa: A002  the word that it goes by
    """One template.

    Raises:
        NotFoundError: There is none of that word.
    """
    try:
        return templates()[id]
    except KeyError:
        raise NotFoundError(
            Message("no letter is called {}; there are {}", id, ", ".join(sorted(templates())))
        ) from None


def lint(each: Template) -> list[str]:
    """Say what a template must not say; empty where it is in order.

    The rows are those of ``lint.toml``: repealed acts, definitions and fines of other dates, and
    grounds that nothing confirms.
    """
    rows = tomllib.loads((_FOLDER / "lint.toml").read_text("utf-8"))
    found = [
        f"{each.id}: rests on an unconfirmed source: {source['says']}"
        for source in each.sources
        if source["confidence"] not in ("C1", "C2") or not source["where"].startswith("http")
    ]
    if not each.sources:
        found.append(f"{each.id}: no sources")
    for block in each.blocks:
        if block["kind"] not in KINDS:
            found.append(f"{each.id}: no block is called {block['kind']}")
    for block, text in each.texts():
        found += [f"{each.id}: {problem}" for problem in _problems(block, text, rows, each)]
    return found


def _problems(
    block: Mapping[str, Any], text: str, rows: Mapping[str, Any], each: Template
) -> Iterator[str]:
    for row in rows["never"]:
        if re.search(row["pattern"], text, re.IGNORECASE):
            yield f"{row['why']}: {text}"
    for row in rows["dated"]:
        if re.search(row["pattern"], text, re.IGNORECASE) and any(
            block.get(bound) != row[bound]
            for bound in ("contacts_from", "contacts_to")
            if bound in row
        ):
            yield f"{row['why']}: {text}"
    for row in rows["letter"]:
        if re.search(row["pattern"], text, re.IGNORECASE) and each.valid_from < row["valid_from"]:
            yield f"valid_from is before {row['valid_from']}: {text}"
    for field in re.findall(r"\{(\w*)\}", text):
        if field not in FIELDS:
            yield f"no field is called {field}: {text}"
    for condition in block.get("when", ()):
        if condition.removeprefix("!") not in CONDITIONS:
            yield f"no condition is called {condition}: {text}"
