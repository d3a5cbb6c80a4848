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
from consent.commands.arguments import CANNOT, NO, USAGE, YES, Commands, UsageError, moment_of
from consent.commands.helping import add as add_help
from consent.commands.helping import close_to, overview
from consent.commands.moments import declared_zone
from consent.locale.message import ARGPARSE, Lang, Message, russian, said
from consent.terminal import Terminal, language, without_numbers

BROKEN_PIPE: Final = 128 + signal.SIGPIPE
INTERRUPTED: Final = 128 + signal.SIGINT

#: Version of the log's format, which docs/reference/format.md promises.
FORMAT: Final = "v1-draft"

#: Commands and flags of the plan that this version does not have.
NOT_BUILT_COMMANDS: Final = frozenset(["anchor", "receipt"])
NOT_BUILT_FLAGS: Final = {"verify": ("--trust",)}


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
    """argparse, except that its messages never repeat a telephone number, and suggest a word."""

    #: Where --json was typed, an error is a document.
    machine = False
    commands: Commands | None = None

    def error(self, message: str) -> NoReturn:
        said = without_numbers(message) + self._meant()
        if _Parser.machine:
            Terminal("en", machine=True).failure("usage", said, USAGE)
            raise SystemExit(USAGE)
        super().error(said)

    def _meant(self) -> str:
        """The option or command that was probably meant."""
        commands = _Parser.commands
        if commands is None:
            return ""
        made = commands.made.get(commands.asked[0] if commands.asked else "", self)
        flags = [flag for action in made._actions for flag in action.option_strings]
        for typed in commands.asked:
            name = typed.split("=", 1)[0]
            if not name.startswith("--") or name in flags:
                continue
            if (close := close_to(name, flags)) is not None:
                return said("; did you mean {}?", (close,), commands.lang)
        return ""

    def format_help(self) -> str:
        """As argparse writes it; of the program itself, its commands by group."""
        text = super().format_help()
        commands = _Parser.commands
        if commands is None or self.prog != "consent":
            return text
        return text.replace(_COMMANDS, overview(commands), 1)


#: Stands in the program's help where its commands are listed.
_COMMANDS: Final = "@commands@"


# --- what can be typed ---------------------------------------------------------------------------


def _parser(lang: Lang) -> argparse.ArgumentParser:
    def say(sentence: str) -> str:
        return said(sentence, (), lang)

    everywhere = _Parser(add_help=False, allow_abbrev=False)
    everywhere.add_argument("--json", action="store_true", help=say("print JSON"))
    everywhere.add_argument("--lang", choices=("ru", "en"), help=say("language; else the locale's"))
    parser = _Parser(
        prog="consent",
        allow_abbrev=False,
        description=f"{say('Prove that you were allowed to call.')}\n\n{_COMMANDS}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog=say("Exit: 0 yes or done, 1 no, 2 wrong usage or bad input, 3 cannot."),
    )
    parser.add_argument(
        "--version",
        action="store_true",
        help=say("versions of the library, the log's format and the rules"),
    )
    parsers = parser.add_subparsers(
        dest="command", metavar=say("COMMAND"), required=True, help=argparse.SUPPRESS
    )
    commands = Commands(parsers.add_parser, everywhere, lang)
    add_all(commands)
    add_help(commands, parser)
    for made in commands.made.values():
        if "--zone" not in made._option_string_actions:  # else it says whose times that zone is of
            made.add_argument(
                "--zone",
                metavar="Europe/Moscow",
                help=say("zone of dates that are typed and shown; else CONSENT_ZONE"),
            )
    _Parser.commands = commands
    return parser


def _version(terminal: Terminal) -> int:
    """Three versions that live apart."""
    found = {
        "library": consent.__version__,
        "format": FORMAT,
        "rules": consent.rules.russia().version,
    }
    if terminal.machine:
        terminal.document(found)
    else:
        terminal.print(terminal.say("consent {}, log format {}, rules {}", *found.values()))
    return YES


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
    if isinstance(error, consent.NotFoundError | consent.ErasedError):
        return NO
    return USAGE if isinstance(error, consent.InvalidArgument | UsageError) else CANNOT


def _parse(words: list[str], lang: Lang, terminal: Terminal) -> argparse.Namespace:
    """What was typed; a command that there is not is told with the one probably meant."""
    _Parser.machine = terminal.machine
    parser = _parser(lang)
    commands = _Parser.commands
    if commands is not None and words and not words[0].startswith("-"):
        commands.asked = words
        if words[0] not in commands.made:
            meant = close_to(words[0], list(commands.made))
            if meant is not None:
                raise UsageError(
                    Message("no command {}; did you mean {}?", without_numbers(words[0]), meant)
                )
            raise UsageError(
                Message("no command {}; consent help lists them", without_numbers(words[0]))
            )
    return parser.parse_args(words)


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
        return terminal.failure("not_built", Message("not in this version: {}", missing), CANNOT)
    try:
        if words == ["--version"] or (terminal.machine and "--version" in words[:2]):
            return _version(terminal)
        with _argparse_in(lang):
            given = _parse(words, lang, terminal)
            if given.command in ("help", "completion"):
                return int(given.run(given, terminal))
        given.terminal = terminal
        terminal.zone = declared_zone(given.zone)
        given.now = datetime.now(UTC)
        given.at = moment_of(given, "--at", getattr(given, "at_text", None)) or given.now
        given.impaired = False
        code: int = given.run(given, terminal)
        if code == YES and given.impaired:
            code = NO
        sys.stdout.flush()
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        # Whoever read us has seen enough; the interpreter must not complain at exit either.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return BROKEN_PIPE
    except (consent.ConsentError, UsageError) as error:
        code = _exit_code(error)
        return terminal.failure(getattr(error, "code", "usage"), error, code)
    except OSError as error:
        return terminal.failure("storage", error, CANNOT)
    except Exception as error:
        fault = Message(
            "a fault of this program, please report it: {} ({})",
            type(error).__name__,
            _where(error),
        )
        return terminal.failure("internal", fault, CANNOT)
    return code
