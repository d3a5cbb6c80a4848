"""Letters as PDF/A-2a and PDF/UA-1, set by typst. The font comes with its wheel."""

from __future__ import annotations

import functools
import json
import tempfile
from datetime import datetime
from importlib import resources
from typing import TYPE_CHECKING, Any, Final

from consent.errors import InternalError, NotBuiltError
from consent.letters.facts import day_text

if TYPE_CHECKING:
    from consent.letters import Letter

__all__ = ["STANDARDS", "pdf"]

STANDARDS: Final = ("a-2a", "ua-1")


@functools.cache
def _set_up() -> tuple[Any, Any, bytes]:
    """The compiler's class, its own fonts, and the page."""
    try:
        import typst
    except ImportError:
        raise NotBuiltError(
            "writing PDF needs the package typst (pip install consent[letters])"
        ) from None
    fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=True)
    page = (resources.files("consent.letters") / "letter.typ").read_bytes()
    return typst.Compiler, fonts, page


def pdf(letter: Letter, *, at: datetime) -> bytes:
    """Set a letter.

    Args:
        letter: What to set.
        at: When it was written; stands in the file's own description.

    Raises:
        NotBuiltError: The package typst is not installed.
    """
    data = {
        "title": letter.title,
        "addressee": letter.addressee,
        "sender": letter.sender,
        "blocks": [block._asdict() for block in letter.blocks],
        "date": day_text(letter.today),
        "day": [letter.today.year, letter.today.month, letter.today.day],
        "draft": letter.draft,
    }
    compiler, fonts, page = _set_up()
    try:
        # An empty folder as its root: the page reads no file but itself.
        with tempfile.TemporaryDirectory(prefix="consent-typst-") as root:
            made = compiler(input=page, root=root, font_paths=fonts).compile(
                format="pdf",
                sys_inputs={"letter": json.dumps(data, ensure_ascii=False)},
                pdf_standards=list(STANDARDS),
                timestamp=int(at.timestamp()),
            )
    except RuntimeError as error:
        raise InternalError("typst could not set the letter") from error
    return bytes(made)
