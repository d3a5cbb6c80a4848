#!/usr/bin/env python3
"""Write verify.html from the files beside this one: ``python build.py [--check]``.

The page is one file, so that it can be handed on, and its script and style are allowed by their
hashes alone.
"""

from __future__ import annotations

import base64
import hashlib
import sys
from pathlib import Path
from typing import Final

HERE: Final = Path(__file__).resolve().parent
PAGE: Final = HERE.parent / "verify.html"
SCRIPTS: Final = (
    "bytes",
    "sha",
    "ed25519",
    "json",
    "c2sp",
    "verdict",
    "inflate",
    "container",
    "sentences",
    "entries",
    "bodies",
    "receipt",
    "pack",
    "export",
    "check",
    "ui",
)


def source_hash(text: str) -> str:
    """How a content security policy names an inline script or style."""
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def script() -> str:
    """All scripts in one, which leaves no name behind but ``libconsent``."""
    parts = [(HERE / f"{name}.js").read_text(encoding="utf-8") for name in SCRIPTS]
    face = (
        "return { checkFiles, checkZip, checkOneReceipt, checkExport, checkEntryAlone, asJson, "
        "parseKey, take };"
    )
    whole = ['"use strict";', "const libconsent = (() => {", *parts, face, "})();"]
    return "\n" + "\n".join(whole) + "\n"


def page() -> str:
    """The whole page."""
    style = "\n" + (HERE / "page.css").read_text(encoding="utf-8")
    code = script()
    if "</script" in code.lower() or "</style" in style.lower():
        raise ValueError("a source would end its own element")
    text = (HERE / "page.html").read_text(encoding="utf-8")
    for mark, value in (
        ("@SCRIPT_HASH@", source_hash(code)),
        ("@STYLE_HASH@", source_hash(style)),
        ("@STYLE@", style),
        ("@SCRIPT@", code),
    ):
        text = text.replace(mark, value, 1)
    return text


def main() -> int:
    """Write the page, or say whether it is up to date."""
    if "--check" in sys.argv[1:]:
        return 0 if PAGE.read_text(encoding="utf-8") == page() else 1
    PAGE.write_text(page(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
