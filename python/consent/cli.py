"""The command line: ``consent``. What it types and answers is docs/reference/cli.md."""

from __future__ import annotations

import argparse
import contextlib
import os
import signal
import sys
import traceback
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, NoReturn

import consent
from consent.commands import add_all
from consent.commands.arguments import CANNOT, USAGE, Commands, UsageError, moment_of
from consent.locale.message import ARGPARSE, Lang, Message, russian, said
from consent.terminal import Terminal, language, without_numbers

BROKEN_PIPE: Final = 128 + signal.SIGPIPE
INTERRUPTED: Final = 128 + signal.SIGINT

#: Commands and flags of the plan that this version does not have.
NOT_BUILT_COMMANDS: Final = frozenset(
    [
        "anchor",
        "complain",
        "cosign",
        "diary",
        "receipt",
    ]
)
NOT_BUILT_FLAGS: Final = {
    "prove": ("--call",),
    "verify": ("--trust",),
}


@contextlib.contextmanager
def _argparse_in(lang: Lang) -> Iterator[None]:
    """Have argparse say its own texts in this language.

    It asks gettext for them under two names of its module, in the language of the process.
    """
    names = vars(argparse)
    kept = {name: names[name] for name in ("_", "ngettext")}
    if lang == "ru":
        names["_"] = lambda text: russian().pgettext(ARGPARSE, text)
        names["ngettext"] = lambda one, many, n: russian().npgettext(ARGPARSE, one, many, n)
    try:
        yield
    finally:
        names.update(kept)


class _Parser(argparse.ArgumentParser):
    """argparse, except that its messages never repeat a telephone number."""

    def error(self, message: str) -> NoReturn:
        super().error(without_numbers(message))


# --- what can be typed ---------------------------------------------------------------------------


def _parser(lang: Lang) -> argparse.ArgumentParser:
    def say(sentence: str) -> str:
        return said(sentence, (), lang)

    everywhere = _Parser(add_help=False, allow_abbrev=False)
    everywhere.add_argument("--json", action="store_true", help=say("print JSON"))
    everywhere.add_argument(
        "--lang",
        choices=("ru", "en"),
        help=say("language; else the locale's"),
    )
    parser = _Parser(
        prog="consent",
        allow_abbrev=False,
        description=say("Prove that you were allowed to call."),
        epilog=say(
            "Exit: 0 yes or done, 1 no, 2 wrong usage or bad input, 3 cannot.",
        ),
    )
    parser.add_argument("--version", action="version", version=consent.__version__)
    parsers = parser.add_subparsers(dest="command", metavar=say("COMMAND"), required=True)

    add_all(Commands(parsers.add_parser, everywhere, lang))
    return parser


# --- running -------------------------------------------------------------------------------------


def _not_built(arguments: Sequence[str]) -> str | None:
    """Name what was asked for and this version does not have."""
    if not arguments:
        return None
    command = arguments[0]
    if command in NOT_BUILT_COMMANDS:
        return command
    flags = NOT_BUILT_FLAGS.get(command, ())
    for word in arguments[1:]:
        name = word.split("=", 1)[0]
        if name in flags:
            return f"{command} {name}"
    return None


def _command_first(words: list[str]) -> list[str]:
    """Let --json and --lang stand before the command, where many programs have them."""
    leading = 0
    while leading < len(words):
        if words[leading] == "--json" or words[leading].startswith("--lang="):
            leading += 1
        elif words[leading] == "--lang" and leading + 1 < len(words):
            leading += 2
        else:
            break
    rest = words[leading:]
    if not rest or rest[0].startswith("-"):  # consent --lang ru --help
        return rest
    return [rest[0], *words[:leading], *rest[1:]]


def _open_closed_streams() -> None:
    """Give closed streams to the null device: a database must never be opened as number 1 or 2."""
    for number, name, mode in ((0, "stdin", "r"), (1, "stdout", "w"), (2, "stderr", "w")):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # the lowest free number is this one
        if getattr(sys, name) is None:
            setattr(sys, name, open(number, mode, encoding="utf-8", closefd=False))  # noqa: SIM115


def _where(error: BaseException) -> str:
    """File and line of an error, and nothing of what it held."""
    frames = traceback.extract_tb(error.__traceback__)
    return f"{Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else "?"


def _exit_code(error: Exception) -> int:
    return USAGE if isinstance(error, consent.InvalidArgument | UsageError) else CANNOT


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and say how it ended.

    Args:
        arguments: Words after the program's name; ``sys.argv`` where left out.

    Returns:
        The exit code: 0 yes or done, 1 no, 2 wrong usage or bad input, 3 cannot.
    """
    _open_closed_streams()
    words = list(sys.argv[1:] if arguments is None else arguments)
    lang = language(words)
    terminal = Terminal(lang, machine="--json" in words)
    words = _command_first(words)
    missing = _not_built(words)
    if missing is not None:
        terminal.error(Message("not in this version: {}", missing))
        return CANNOT
    try:
        with _argparse_in(lang):
            given = _parser(lang).parse_args(words)
        given.terminal = terminal
        given.now = datetime.now(UTC)
        given.at = moment_of("--at", getattr(given, "at_text", None)) or given.now
        code: int = given.run(given, terminal)
        sys.stdout.flush()
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        # Whoever read us has seen enough; the interpreter must not complain at exit either.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return BROKEN_PIPE
    except (consent.ConsentError, UsageError) as error:
        terminal.error(error)
        return _exit_code(error)
    except OSError as error:
        terminal.error(error)
        return CANNOT
    except Exception as error:
        terminal.error(
            Message(
                "a fault of this program, please report it: {} ({})",
                type(error).__name__,
                _where(error),
            )
        )
        return CANNOT
    return code
