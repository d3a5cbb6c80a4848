"""How the command line speaks: two languages, tables for people, JSON for machines, progress."""

from __future__ import annotations

import contextlib
import json
import os
import re
import sys
import time
from collections.abc import Mapping, Sequence
from datetime import datetime, tzinfo
from typing import Any, Final

from consent.locale.message import Lang, in_language, message_of, said
from consent.locale.visible import HIDDEN, visible
from consent.locale.vocabulary import type_name, verdict_name, word

_COLOURS: Final = {"allow": "32", "proven": "32", "deny": "31", "refuted": "31", "unknown": "33"}

# Seven digits or more, whatever stands between them; dates are read over.
_DATE_OR_PHONE: Final = re.compile(
    r"(?P<date>\b\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d)?(?:[+-]\d\d:\d\d)?)?(?!\d))"
    r"|\d(?:[\s().+-]*\d){6,}"
)


def _json_escape(found: re.Match[str]) -> str:
    return json.dumps(found[0])[1:-1]


def language(arguments: Sequence[str], environment: Mapping[str, str] | None = None) -> Lang:
    """Find the language: ``--lang``, else the locale's, else English."""
    words = list(arguments)
    for i, typed in enumerate(words):
        value = typed.removeprefix("--lang=") if typed.startswith("--lang=") else None
        if typed == "--lang" and i + 1 < len(words):
            value = words[i + 1]
        if value is not None:
            return "ru" if value == "ru" else "en"
    environment = os.environ if environment is None else environment
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if environment.get(name):
            return "ru" if environment[name].lower().startswith("ru") else "en"
    return "en"


def without_numbers(text: str) -> str:
    """Hide whatever could be a telephone number: messages end up in logs."""
    return _DATE_OR_PHONE.sub(lambda found: found["date"] or "…", text)


def plain(value: object) -> object:
    """Turn values into what JSON holds: moments with their offset, hashes in lower-case hex."""
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, Mapping):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    return value


class Terminal:
    """Where answers and messages go.

    Args:
        lang: Language of everything for people.
        machine: Print JSON.
    """

    def __init__(self, lang: Lang, *, machine: bool = False) -> None:
        self.lang = lang
        self.machine = machine
        #: The zone that was declared; None: the machine's.
        self.zone: tzinfo | None = None
        encoding: dict[str, Any] = {"encoding": "utf-8"} if machine else {}
        for stream in (sys.stdout, sys.stderr):
            if hasattr(stream, "reconfigure"):
                stream.reconfigure(errors="replace", **encoding)

    def say(self, sentence: str, *fill: object) -> str:
        """A sentence in the language of this terminal, filled as a Message is."""
        return said(sentence, fill, self.lang)

    def entry(self, seq: int) -> str:
        """Name an entry by its place in the log."""
        return f"{self.say('seq')} {seq}"

    def verdict(self, verdict: str) -> str:
        """Say a verdict; in English it is the word of the format."""
        return verdict_name(verdict, "ru") if self.lang == "ru" else verdict

    def word(self, wire: str) -> str:
        """Say a word of the format; in English it is the word itself."""
        return word(wire, "ru") if self.lang == "ru" else wire

    def event(self, kind: str) -> str:
        """Say the type of an entry; in English it is the word of the format."""
        return type_name(kind, "ru") if self.lang == "ru" else kind

    def print(self, text: str = "") -> None:
        """Print an answer for people; what it quotes of files and logs steers no terminal."""
        sys.stdout.write(visible(text, lines=True) + "\n")

    def document(self, value: object) -> None:
        """Print an answer for machines: one line of JSON, at once."""
        text = json.dumps(plain(value), ensure_ascii=False)
        # In JSON an escape is the same text: hidden characters need not reach the terminal raw.
        sys.stdout.write(HIDDEN.sub(_json_escape, text) + "\n")
        sys.stdout.flush()

    def words(self, text: str) -> str:
        """Say a :class:`consent.locale.message.Message` in the language of this terminal."""
        return in_language(text, self.lang)

    def coloured(self, text: str, verdict: str) -> str:
        """A text in the colour of its verdict, on a terminal that shows colours."""
        code = _COLOURS.get(verdict)
        if code is None or self.machine or not sys.stdout.isatty():
            return text
        if "NO_COLOR" in os.environ or os.environ.get("TERM") == "dumb":
            return text
        return f"\x1b[{code}m{text}\x1b[0m"

    def failure(self, code: str, message: str | BaseException, exit_code: int) -> int:
        """Say on stderr why the command ended so; for machines a document. Returns the code."""
        if not self.machine:
            self.error(message)
            return exit_code
        text = message_of(message) if isinstance(message, BaseException) else message
        error = {"code": code, "exit": exit_code, "message": without_numbers(self.words(text))}
        sys.stderr.write(json.dumps({"error": error}, ensure_ascii=False) + "\n")
        return exit_code

    def error(self, message: str | BaseException) -> None:
        """Say on stderr what went wrong."""
        text = message_of(message) if isinstance(message, BaseException) else message
        shown = visible(without_numbers(self.words(text)), lines=True)
        sys.stderr.write(f"consent: {shown}\n")

    def moment(self, at: datetime | None) -> str:
        """Write a moment in the declared zone, else the machine's, its offset shown."""
        if at is None:
            return "—"
        with contextlib.suppress(OverflowError, ValueError):  # at the ends of the calendar
            at = at.astimezone(self.zone)
        return at.isoformat(" ", "seconds" if at.microsecond == 0 else "milliseconds")

    def table(self, header: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
        """Print columns; the last one is as wide as it is."""
        cells = [list(header), *([visible(str(cell)) for cell in row] for row in rows)]
        widths = [max(len(row[i]) for row in cells) for i in range(len(header))]
        for row in cells:
            padded = [cell.ljust(width) for cell, width in zip(row, widths, strict=True)]
            self.print("  ".join(padded).rstrip())


class Progress:
    """A line on stderr that says how far long work has come; silent where stderr is no terminal."""

    def __init__(self, what: str) -> None:
        self._what = what
        self._shown = False
        self._next = 0.0
        self._began = time.monotonic()
        self._on = sys.stderr.isatty()

    def __call__(self, done: int, of_all: int) -> None:
        """Hear how far it is; ``of_all`` is 0 where that is not known."""
        if not self._on or time.monotonic() < self._next:
            return
        self._next = time.monotonic() + 0.1
        share = f"{100 * done // of_all:3d} %" if of_all else f"{done:,}"
        sys.stderr.write(f"\r{self._what}: {share} ")
        sys.stderr.flush()
        self._shown = True

    def rate(self, done: int, of_all: int, rows: int) -> None:
        """Hear how far it is, of what, and how many rows that were: shows speed and time left."""
        if not self._on or time.monotonic() < self._next:
            return
        spent = max(time.monotonic() - self._began, 1e-6)
        self._next = time.monotonic() + 0.1
        text = f"\r{self._what}: {rows:,} ({rows / spent:,.0f}/s)"
        if of_all and done:
            left = max(0, round(spent * (of_all - done) / done))
            text += f" {100 * done // of_all} % {left // 60}:{left % 60:02d}"
        sys.stderr.write(text + "\x1b[K")
        sys.stderr.flush()
        self._shown = True

    def stage(self, what: str, done: int, of_all: int) -> None:
        """The same, for work that names its stages."""
        self._what = what
        self(done, of_all)

    def __enter__(self) -> Progress:
        return self

    def __exit__(self, *_: object) -> None:
        if self._shown:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()
