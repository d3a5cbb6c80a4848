"""The vectors of tests/vectors, as the C++ tests read them too."""

from __future__ import annotations

import re
from pathlib import Path

VECTORS = Path(__file__).resolve().parents[1] / "vectors"

_ESCAPE = re.compile(rb"\\(?:x([0-9a-f]{2})|u([0-9a-f]{4})|([nrt\\]))")
_SIMPLE = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"\\": b"\\"}


def unescape(text: str) -> bytes:
    """The bytes that a first column stands for."""

    def byte(match: re.Match[bytes]) -> bytes:
        if match[1]:
            return bytes([int(match[1], 16)])
        if match[2]:
            return chr(int(match[2], 16)).encode()
        return _SIMPLE[match[3]]

    return _ESCAPE.sub(byte, text.encode())


def rows(name: str) -> list[list[str]]:
    """Rows of a vector file; comments and empty lines left out."""
    lines = (VECTORS / name).read_text(encoding="utf-8").split("\n")
    return [line.split("\t") for line in lines if line and not line.startswith("#")]
