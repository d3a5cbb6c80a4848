"""What people read: pages rendered from reports, packs and records.

A page is a template in ``templates/`` that extends ``base.html`` and shares ``style.css``. It loads
nothing from elsewhere and runs nothing. Whatever is put into it is escaped, and signs that act on a
reader's screen without being seen are shown.
"""

from __future__ import annotations

import base64
import functools
import hashlib
import re
from pathlib import Path
from typing import TYPE_CHECKING, Final

from consent.locale.message import Lang, Message, in_language, said
from consent.locale.visible import visible
from consent.locale.vocabulary import type_name, verdict_name

if TYPE_CHECKING:
    from jinja2 import Environment

__all__ = ["clean", "fragment", "grouped", "render"]

#: Splits a text at its hashes, which stay: every second part is one.
_HASH: Final = re.compile(r"\b([0-9a-f]{64})\b")
TEMPLATES: Final = Path(__file__).parent / "templates"


def clean(text: str) -> str:
    """Text of others; what could act, control signs and those that turn the text, is escaped."""
    return visible(text.replace("\r\n", "\n").replace("\t", " "), lines=True)


def grouped(number: int, lang: Lang) -> str:
    """A whole number with its thousands apart, as the language writes it."""
    return f"{number:,}".replace(",", "\u00a0" if lang == "ru" else ",")


def _columns(*names: str) -> list[tuple[str, str]]:
    """Columns of a table: ``"n:count"`` is the class and the title."""
    return [(kind, title) for kind, _, title in (name.partition(":") for name in names)]


@functools.cache
def _environment(lang: Lang) -> Environment:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined
    from markupsafe import Markup

    def shown(value: object) -> object:
        return value if isinstance(value, Markup) else clean(str(value))

    style = (TEMPLATES / "style.css").read_text(encoding="utf-8")
    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        finalize=shown,
        lstrip_blocks=True,
        trim_blocks=True,
        undefined=StrictUndefined,
    )

    def say(sentence: str, *fill: object) -> str:
        return said(sentence, fill, lang)

    def counted(one: str, many: str, count: int) -> str:
        return said(Message.counted(one, many, count, grouped(count, lang)), (), lang)

    def number(value: int) -> str:
        return grouped(value, lang)

    made.globals |= {
        "_": say,
        "counted": counted,
        "columns": _columns,
        "lang": lang,
        "said": lambda text: in_language(text, lang),
        "type_name": lambda kind: type_name(kind, lang),
        "verdict_name": lambda verdict: verdict_name(verdict, lang),
        "style": Markup(style),  # noqa: S704  our own file
        "style_hash": base64.b64encode(hashlib.sha256(style.encode()).digest()).decode(),
    }
    made.filters |= {"hashes": lambda text: _HASH.split(str(text)), "n": number}
    return made


def render(page: str, lang: Lang, **values: object) -> str:
    """A page as text.

    Args:
        page: Its template: ``templates/PAGE.html``.
        lang: Its language.
        values: What it shows.
    """
    return _environment(lang).get_template(f"{page}.html").render(values)


def fragment(name: str, lang: Lang, **values: object) -> str:
    """A part of a page as text, for a notebook: a macro of ``templates/notebook.html``."""
    macros = _environment(lang).get_template("notebook.html").module
    return str(getattr(macros, name)(**values))
