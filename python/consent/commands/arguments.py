"""What several commands take, and how it is read."""

from __future__ import annotations

import argparse
import contextlib
import getpass
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import TypeVar

import consent
from consent.commands.examples import examples
from consent.commands.moments import UsageError as UsageError
from consent.commands.moments import read_moment
from consent.files import private_file
from consent.files.writer import CsvWriter, replacing_csv
from consent.locale.message import Lang, Message, message_of, said
from consent.terminal import Terminal

_Used = TypeVar("_Used")

YES, NO, USAGE, CANNOT = 0, 1, 2, 3

#: Bytes of one line of standard input; a number is far shorter.
LONGEST_LINE = 4096


class Commands:
    """Where the commands declare themselves.

    Args:
        add_parser: Adds a command's parser to the program's.
        everywhere: A parser with what every command takes.
        lang: Language of the help.
    """

    def __init__(
        self,
        add_parser: Callable[..., argparse.ArgumentParser],
        everywhere: argparse.ArgumentParser,
        lang: Lang,
    ) -> None:
        self._add_parser = add_parser
        self._everywhere = everywhere
        self.lang = lang
        #: Each command's parser, and what it does in one line.
        self.made: dict[str, argparse.ArgumentParser] = {}
        self.whats: dict[str, str] = {}
        #: What was typed: the command first.
        self.asked: list[str] = []

    def say(self, sentence: str, *fill: object) -> str:
        """A sentence in the language of the help, filled as a Message is."""
        return said(sentence, fill, self.lang)

    def number(self, made: argparse.ArgumentParser) -> None:
        """The number that a command is about."""
        made.add_argument(
            "number", metavar="NUMBER", help=self.say("the number; - reads it from stdin")
        )

    def command(
        self, name: str, run: Callable[[argparse.Namespace, Terminal], int], what: str
    ) -> argparse.ArgumentParser:
        """A command of its own; ``run`` answers with the exit code."""
        made = self._add_parser(
            name,
            description=self.say(what),
            epilog=examples(name, self.lang),
            parents=[self._everywhere],
            allow_abbrev=False,
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        made.set_defaults(run=run)
        self.made[name] = made
        self.whats[name] = self.say(what)
        return made

    def log(self, made: argparse.ArgumentParser) -> None:
        """The log's folder, and how it is opened."""
        made.add_argument("log", metavar="LOG", type=Path, help=self.say("the log's folder"))
        self.opening(made)

    def opening(self, made: argparse.ArgumentParser) -> None:
        """How a log is opened."""
        made.add_argument(
            "--head", type=Path, metavar="PATH", help=self.say("a second head file, elsewhere")
        )
        made.add_argument(
            "--wait",
            type=float,
            default=0.0,
            metavar="SECONDS",
            help=self.say("for the writer's place"),
        )
        made.add_argument(
            "--passphrase-file",
            type=Path,
            metavar="FILE",
            help=self.say("of keys.db; else CONSENT_PASSPHRASE, else asked"),
        )

    def at(self, made: argparse.ArgumentParser, what: str) -> None:
        """A moment."""
        made.add_argument(
            "--at",
            dest="at_text",
            metavar="TIME",
            help=self.say(what) + self.say("; a date where a zone is declared, or RFC 3339"),
        )

    def question(
        self, made: argparse.ArgumentParser, *, required: bool, campaign: bool = True
    ) -> None:
        """For what, by what and for whom the contact is made."""
        made.add_argument(
            "--purpose",
            required=required,
            default=None if required else "advertising",
            help=", ".join(consent.words("purpose")),
        )
        made.add_argument(
            "--channel",
            required=required,
            default=None if required else "voice",
            help=", ".join(consent.words("channel")),
        )
        made.add_argument(
            "--distributor", metavar="INN", help=self.say("for whom; else the log's only one")
        )
        if campaign:
            made.add_argument("--campaign", default="", help=self.say("campaign"))

    def basis(self, made: argparse.ArgumentParser) -> None:
        """Who or what dials, and from when a consent counts."""
        made.add_argument(
            "--dialled-by", choices=("person", "machine"), help=self.say("who or what dials")
        )
        made.add_argument(
            "--basis",
            choices=("said", "recorded"),
            default="said",
            help=self.say("a consent counts from when it was said, or from when it was recorded"),
        )

    def csv(self, made: argparse.ArgumentParser) -> None:
        """The answer as a table."""
        made.add_argument(
            "--csv",
            type=Path,
            metavar="FILE",
            help=self.say("write a CSV table there; - is stdout"),
        )

    def rules(self, made: argparse.ArgumentParser) -> None:
        """Rule packs of one's own, and a try of them."""
        made.add_argument(
            "--rules",
            type=Path,
            action="append",
            metavar="FILE.toml",
            help=self.say(
                "rules of your own: policy that extends the built-in pack, or a pack in its place"
            ),
        )
        made.add_argument(
            "--rehearse",
            action="store_true",
            help=self.say("which answers --rules would change, and by which row"),
        )

    def columns(self, made: argparse.ArgumentParser) -> None:
        """Where a column stands, before what the layout or map says."""
        made.add_argument(
            "--column",
            action="append",
            metavar="WORD=NAME",
            help=self.say("the column of the file that one of our words stands in"),
        )

    def caller(self, made: argparse.ArgumentParser) -> None:
        """The facts of whoever dials, and the register that tells local times."""
        made.add_argument(
            "--numbering",
            type=Path,
            metavar="FILE",
            help=self.say("an imported register; else codes alone"),
        )
        self.caller_file(made)

    def caller_file(self, made: argparse.ArgumentParser) -> None:
        """The facts of whoever dials."""
        made.add_argument(
            "--caller",
            type=Path,
            metavar="FILE.toml",
            help=self.say(
                "who dials and what they say of themselves: mass, exempt_as, "
                "operator_contracts, label"
            ),
        )


def pack_of(given: argparse.Namespace) -> consent.RulePack:
    """The rules that were asked for."""
    if given.rehearse and not given.rules:
        raise UsageError("--rehearse: goes with --rules")
    return load_rules(given.rules)


def load_rules(files: Iterable[Path] | None) -> consent.RulePack:
    """Rule packs that were named; one that is not in order is bad input."""
    try:
        return consent.rules.load(files or ())
    except consent.RulesError as error:
        raise UsageError(message_of(error)) from None


def caller_of(given: argparse.Namespace) -> consent.Caller | None:
    """The facts of whoever dials, where a file was given."""
    return None if given.caller is None else consent.Caller.from_file(given.caller)


def numbering_of(given: argparse.Namespace) -> consent.numbering.Numbering | None:
    """The imported register, where a file was given."""
    if given.numbering is None:
        return None
    return consent.numbering.Numbering.open(given.numbering)


def columns_of(given: argparse.Namespace) -> dict[str, str]:
    """Our words to columns of the file, as declared."""
    columns = {}
    for pair in given.column or ():
        word, equals, name = pair.partition("=")
        if not equals or not name:
            raise UsageError("--column: WORD=NAME")
        columns[word] = name
    return columns


def delimiter_of(given: argparse.Namespace) -> str | None:
    """One character, or None to find it out."""
    named: dict[str, str] = {"tab": "\t", "\\t": "\t"}
    return None if given.delimiter is None else named.get(given.delimiter, given.delimiter)


def share(text: str) -> float:
    """A share, 0 to 1, or a percentage."""
    try:
        value = float(text.removesuffix("%")) / (100 if text.endswith("%") else 1)
    except ValueError:
        value = -1.0
    if not 0 <= value <= 1:
        raise argparse.ArgumentTypeError("a share, 0 to 1, or 5%")
    return value


def words_of(text: str) -> tuple[str, ...]:
    """Words between commas."""
    return tuple(word for word in text.split(",") if word)


def moment_of(
    given: argparse.Namespace, name: str, text: str | None, *, end: bool = False
) -> datetime | None:
    """Read a moment that was typed as ``name``; None stays None."""
    return None if text is None else read_moment(name, text, given.terminal.zone, end=end)


def number_of(name: str, text: str) -> consent.PhoneNumber:
    """Read a number that was typed as ``name``; ``-`` is the one line of standard input."""
    if text == "-":
        numbers = list(typed_numbers(["-"]))
        if len(numbers) != 1:
            raise UsageError(Message("{}: - reads one number, on one line", name))
        return numbers[0]
    try:
        return consent.PhoneNumber.read(text)
    except consent.InvalidArgument as error:
        raise UsageError(Message("{}: {}", name, error)) from None


def hashes_of(files: Iterable[Path] | None) -> tuple[bytes, ...]:
    """SHA-256 of each file."""
    return tuple(consent.file_hash(file) for file in files or ())


def wording_of(file: Path | None) -> str | None:
    """Text of a wording's file."""
    if file is None:
        return None
    try:
        text = (sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes()).decode()
    except UnicodeDecodeError as error:
        raise UsageError(Message("--wording: not UTF-8, byte {}", error.start)) from None
    if not text.strip():
        raise UsageError("--wording: the file is empty")
    return text


def named(text: str | None, nobody: str) -> tuple[str, ...] | None:
    """INNs that were typed; None: the log's own; the word ``nobody``: an empty list."""
    if text is None:
        return None
    return () if text == nobody else words_of(text)


def code_of(text: str | None) -> consent.Code | None:
    """What is said of a one-time code."""
    if text is None:
        return None
    words = set(words_of(text))
    if not words or words - {"sent", "returned", "none"} or ("none" in words and len(words) > 1):
        raise UsageError("--code: sent, returned, sent,returned or none")
    return consent.Code("sent" in words, "returned" in words)


def passphrase_of(given: argparse.Namespace, *, needed: bool) -> str:
    """From the file named, the environment, or the terminal; "" where not needed."""
    if given.passphrase_file is not None:
        try:
            return str(given.passphrase_file.read_text(encoding="utf-8").rstrip("\r\n"))
        except UnicodeDecodeError as error:
            raise UsageError(
                Message("--passphrase-file: not UTF-8, byte {}", error.start)
            ) from None
    found = os.environ.get("CONSENT_PASSPHRASE", "")
    if found or not needed:
        return found
    if not sys.stdin.isatty():
        raise UsageError("keys.db: --passphrase-file or CONSENT_PASSPHRASE is needed")
    return getpass.getpass("keys.db: ")


def with_passphrase(given: argparse.Namespace, use: Callable[[str], _Used]) -> _Used:
    """Call `use` with the passphrase; asks for one only where keys.db is closed with one."""
    passphrase = passphrase_of(given, needed=False)
    try:
        return use(passphrase)
    except consent.CryptoError:
        if passphrase or not sys.stdin.isatty():
            raise
        return use(passphrase_of(given, needed=True))


def open_log(given: argparse.Namespace, *, writable: bool) -> consent.Log:
    """Open the log of a command."""
    log = with_passphrase(
        given,
        lambda passphrase: consent.Log.open(
            given.log,
            writable=writable,
            second_head=given.head,
            wait=given.wait,
            passphrase=passphrase,
        ),
    )
    if impairment := log.impairment:
        given.impaired = True  # no command that asked such a log answers 0
        given.terminal.error(impairment)
    for warning in log.warnings:
        # The same for every command: `init` says it once.
        if not warning.sentence.startswith("SQLite {}"):
            given.terminal.error(warning)
    return log


@contextlib.contextmanager
def csv_out(given: argparse.Namespace, out: Path, header: Iterable[object]) -> Iterator[CsvWriter]:
    """A CSV table to write: a private file, or standard output for ``-``."""
    if str(out) == "-":
        yield CsvWriter(sys.stdout, header)
        return
    private_file.keep_off(out, log=given.log, inputs=(given.head, given.passphrase_file))
    with replacing_csv(out, header) as writer:
        yield writer


def stdin_lines() -> Iterator[tuple[int, str | UsageError]]:
    """Lines of standard input that are not empty, by their place; UTF-8 whatever the locale."""
    stream = sys.stdin.buffer
    row, within = 0, False
    while line := stream.readline(LONGEST_LINE):
        goes_on, within = within, not line.endswith(b"\n")
        if goes_on:  # the rest of a line that was refused
            continue
        row += 1
        if within and len(line) == LONGEST_LINE:
            yield row, UsageError(Message("longer than {} bytes", LONGEST_LINE))
            continue
        try:
            text = line.decode("utf-8-sig" if row == 1 else "utf-8").strip()
        except UnicodeDecodeError as error:
            yield row, UsageError(Message("not UTF-8, byte {}", error.start))
            continue
        if text:
            yield row, text


@contextlib.contextmanager
def as_file(file: Path) -> Iterator[Path]:
    """A file that is read by name or twice; ``-`` is standard input, kept meanwhile."""
    if str(file) != "-":
        yield file
        return
    with tempfile.TemporaryDirectory() as scratch:
        kept = Path(scratch) / "stdin"
        with kept.open("wb") as copy:
            shutil.copyfileobj(sys.stdin.buffer, copy)
        yield kept


def typed_numbers(texts: Sequence[str], *, first: int = 1) -> Iterator[consent.PhoneNumber]:
    """Read the numbers of a command; ``-`` alone reads the lines of standard input.

    Raises:
        UsageError: One cannot be read; names its line, or its argument counted from ``first``.
    """
    from_stdin = list(texts) == ["-"]
    for i, text in stdin_lines() if from_stdin else enumerate(texts, first):
        try:
            yield line_number(text)
        except (consent.InvalidArgument, UsageError) as error:
            raise UsageError(
                Message("line {}: {}" if from_stdin else "argument {}: {}", i, error)
            ) from None


def line_number(text: str | UsageError) -> consent.PhoneNumber:
    """Read a number of a line."""
    if isinstance(text, UsageError):
        raise text
    return consent.PhoneNumber.read(text)
