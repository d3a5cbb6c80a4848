"""Text of other people as it may be shown: what steers a terminal is escaped."""

from __future__ import annotations

import re
from typing import Final

__all__ = ["HIDDEN", "visible"]

#: C0 and C1 controls, and what changes the direction or the lines of text without being seen.
HIDDEN: Final = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb"
    "\U000e0000-\U000e007f\ud800-\udfff]"
)
_LINES: Final = re.compile("[\t\n]")


def visible(text: str, *, lines: bool = False) -> str:
    r"""The same text, its hidden characters as ``\u202e``.

    Args:
        text: Of a file, a log or a pack; bytes that were no UTF-8 come out as ``\xa5``.
        lines: Whether tabs and line ends stay what they are.
    """
    found = HIDDEN.sub(_escaped, text) if HIDDEN.search(text) else text
    return found if lines else _LINES.sub(_escaped, found)


def _escaped(found: re.Match[str]) -> str:
    code = ord(found[0])
    if 0xDC80 <= code <= 0xDCFF:  # a byte that was no UTF-8
        return f"\\x{code - 0xDC00:02x}"
    return f"\\U{code:08x}" if code > 0xFFFF else f"\\u{code:04x}"
