"""Text as a letter can show it: every character is printed, and none steers the page."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

__all__ = ["shown"]

#: Latin, Cyrillic, punctuation, currencies, arrows and signs of mathematics, which the font has.
_PRINTED: Final = re.compile(
    "[^\u0020-\u007e\u00a0-\u00ac\u00ae-\u024f\u0400-\u04ff\u2010-\u2027\u2030-\u2040\u20a0-\u20bf"
    "\u2116\u2122\u2190-\u22ff]"
)


def shown(text: str) -> str:
    """The text with line breaks as `` / ``, and what no font prints by its code: ``[U+1F600]``."""
    text = unicodedata.normalize("NFC", text)
    text = re.sub(r"\s*(?:\r\n|[\r\n\u2028\u2029\x0b\x0c\x85])\s*", " / ", text.strip())
    return _PRINTED.sub(lambda found: f"[U+{ord(found[0]):04X}]", text.replace("\t", " "))
