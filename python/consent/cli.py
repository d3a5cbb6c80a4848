"""The command line: ``consent``. What it types and answers is docs/reference/cli.md."""

from __future__ import annotations

import argparse
import os
import signal
import sys
import traceback
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, NoReturn

import consent
from consent import commands
from consent.commands import CANNOT, USAGE, UsageError, moment_of
from consent.terminal import Lang, Terminal, language, without_numbers

BROKEN_PIPE: Final = 128 + signal.SIGPIPE
INTERRUPTED: Final = 128 + signal.SIGINT

#: Commands and flags of the plan that this version does not have.
NOT_BUILT_COMMANDS: Final = frozenset(
    [
        "access",
        "advertising",
        "anchor",
        "backup",
        "complain",
        "cosign",
        "diary",
        "due",
        "erase",
        "hold",
        "import",
        "numbering",
        "receipt",
    ]
)
NOT_BUILT_FLAGS: Final = {
    "give": ("--receipt",),
    "ask": ("--receipt",),
    "refuse": ("--receipt",),
    "withdraw": ("--receipt",),
    "check": ("--caller",),
    "classify": ("--csv", "--name"),
    "prove": ("--call",),
    "verify": ("--trust",),
}
NOT_BUILT_LAYOUTS: Final = frozenset({"freeswitch", "vicidial", "cucm"})


class _Parser(argparse.ArgumentParser):
    """argparse, except that its messages never repeat a telephone number."""

    def error(self, message: str) -> NoReturn:
        super().error(without_numbers(message))


# --- what can be typed ---------------------------------------------------------------------------


def _parser(lang: Lang) -> argparse.ArgumentParser:
    def say(en: str, ru: str) -> str:
        return ru if lang == "ru" else en

    everywhere = _Parser(add_help=False, allow_abbrev=False)
    everywhere.add_argument("--json", action="store_true", help=say("print JSON", "печатать JSON"))
    everywhere.add_argument(
        "--lang",
        choices=("ru", "en"),
        help=say("language; else the locale's", "язык; иначе из локали"),
    )
    parser = _Parser(
        prog="consent",
        allow_abbrev=False,
        description=say(
            "Prove that you were allowed to call.", "Докажите, что звонить было можно."
        ),
        epilog=say(
            "Exit: 0 yes or done, 1 no, 2 wrong usage or bad input, 3 cannot.",
            "Код возврата: 0 да или сделано, 1 нет, 2 неверный ввод, 3 не могу.",
        ),
    )
    parser.add_argument("--version", action="version", version=consent.__version__)
    parsers = parser.add_subparsers(
        dest="command", metavar=say("COMMAND", "КОМАНДА"), required=True
    )

    def command(
        name: str, run: Callable[[argparse.Namespace, Terminal], int], en: str, ru: str
    ) -> argparse.ArgumentParser:
        made = parsers.add_parser(
            name,
            help=say(en, ru),
            description=say(en, ru),
            parents=[everywhere],
            allow_abbrev=False,
        )
        made.set_defaults(run=run)
        return made

    def log(made: argparse.ArgumentParser) -> None:
        made.add_argument(
            "log", metavar="LOG", type=Path, help=say("the log's folder", "папка журнала")
        )
        made.add_argument(
            "--head",
            type=Path,
            metavar="PATH",
            help=say("a second head file, elsewhere", "второй файл head в другом месте"),
        )
        made.add_argument(
            "--wait",
            type=float,
            default=0.0,
            metavar="SECONDS",
            help=say("for the writer's place", "ждать очереди на запись"),
        )
        made.add_argument(
            "--passphrase-file",
            type=Path,
            metavar="FILE",
            help=say(
                "of keys.db; else CONSENT_PASSPHRASE, else asked",
                "пароль keys.db; иначе CONSENT_PASSPHRASE, иначе спросим",
            ),
        )

    def at(made: argparse.ArgumentParser, en: str, ru: str) -> None:
        made.add_argument(
            "--at",
            dest="at_text",
            metavar="TIME",
            help=say(en, ru) + say("; RFC 3339 with an offset", "; RFC 3339 со смещением"),
        )

    def question(made: argparse.ArgumentParser, *, required: bool, campaign: bool = True) -> None:
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
            "--distributor",
            metavar="INN",
            help=say("for whom; else the log's only one", "для кого; иначе единственный в журнале"),
        )
        if campaign:
            made.add_argument("--campaign", default="", help=say("campaign", "кампания"))

    def basis(made: argparse.ArgumentParser) -> None:
        made.add_argument("--dialled-by", choices=("person", "machine"))
        made.add_argument(
            "--basis",
            choices=("said", "recorded"),
            default="said",
            help=say(
                "a consent counts from when it was said, or from when it was recorded",
                "согласие считается с момента, когда дано, или когда записано",
            ),
        )

    made = command("init", commands.init, "make a log", "создать журнал")
    log(made)
    made.add_argument(
        "--origin",
        required=True,
        help=say(
            "the log's name: romashka.example/consent", "имя журнала: romashka.example/consent"
        ),
    )
    made.add_argument("--inn", help=say("INN of the distributor", "ИНН рекламораспространителя"))
    made.add_argument("--name", help=say("its name", "его название"))
    made.add_argument(
        "--subscriber",
        metavar="NUMBER",
        help=say("a diary's own number", "номер владельца дневника"),
    )

    made.add_argument(
        "--passphrase",
        action="store_true",
        help=say("close keys.db with a passphrase", "закрыть keys.db паролем"),
    )

    made = command(
        "restore",
        commands.restore,
        "go on with a log that lost something",
        "продолжить журнал, который что-то потерял",
    )
    log(made)
    made.add_argument("--reason", default="unstated", help=say("a short word", "короткое слово"))

    made = command(
        "rebuild",
        commands.rebuild,
        "write the derived tables anew from the entries",
        "построить производные таблицы заново из записей",
    )
    log(made)

    records = (
        ("give", commands.give, "record a consent", "записать согласие"),
        ("ask", commands.ask, "record that consent was asked", "записать, что согласие спросили"),
        ("refuse", commands.refuse, "record a refusal", "записать отказ"),
        ("withdraw", commands.withdraw, "record a withdrawal or stop", "записать отзыв или запрет"),
    )
    for name, run, en, ru in records:
        made = command(name, run, en, ru)
        log(made)
        made.add_argument("number", metavar="NUMBER")
        nobody = "none" if name in ("give", "ask") else "all"
        required = name == "give"
        made.add_argument("--purpose", required=required, help=",".join(consent.words("purpose")))
        made.add_argument("--channel", required=required, help=",".join(consent.words("channel")))
        made.add_argument("--covers", help=",".join(consent.words("cover")))
        made.add_argument(
            "--distributor",
            metavar="INN,…",
            help=say(
                f"whom it names; {nobody}: "
                + ("the text names nobody" if nobody == "none" else "everybody")
                + "; left out: the log's own",
                f"кого называет; {nobody}: "
                + ("текст не называет никого" if nobody == "none" else "всех")
                + "; не указано: владелец журнала",
            ),
        )
        made.add_argument("--campaign", default="", help=say("a short word", "короткое слово"))
        if name != "ask":
            made.add_argument(
                "--method", default="unstated", help=", ".join(consent.words("method"))
            )
        if name != "withdraw":
            made.add_argument(
                "--wording",
                type=Path,
                metavar="FILE",
                help=say(
                    "the text read or shown; kept", "прочитанный или показанный текст; хранится"
                ),
            )
        made.add_argument(
            "--evidence",
            type=Path,
            metavar="FILE",
            action="append",
            help=say("kept by its SHA-256; may be repeated", "хранится SHA-256; можно повторять"),
        )
        at(made, "when it happened; now", "когда это было; сейчас")
        made.add_argument("--source", default="", help=say("where from: web", "откуда: web"))
        if name == "withdraw":
            made.add_argument(
                "--received-at", metavar="TIME", help=say("when it arrived", "когда дошло")
            )
        if name == "give":
            made.add_argument(
                "--document",
                type=Path,
                metavar="FILE",
                help=say("the separate document, by SHA-256", "отдельный документ, по SHA-256"),
            )
            made.add_argument(
                "--until", metavar="TIME", help=say("no longer holds", "больше не действует")
            )
            made.add_argument(
                "--code",
                metavar="sent,returned",
                help=say(
                    "one-time code: sent to this number, returned; or none of them",
                    "код: отправлен на этот номер (sent), введён (returned); none: ни то ни другое",
                ),
            )
            made.add_argument(
                "--prechecked",
                action="store_true",
                help=say("the box was ticked beforehand", "галочка стояла заранее"),
            )
            made.add_argument(
                "--in-contract",
                nargs="?",
                const="",
                choices=("separate-mark",),
                help=say("stood inside a contract", "внутри договора"),
            )
            made.add_argument("--advertiser", metavar="INN", default="")
            made.add_argument(
                "--acts-for",
                metavar="INN,…",
                help=say("who may call for them", "кто звонит за них"),
            )
            made.add_argument("--giver", default="unstated", help=", ".join(consent.words("giver")))
            made.add_argument("--authority", default="", help=say("a short word", "короткое слово"))

    made = command(
        "reassign", commands.reassign, "the number has a new holder", "у номера новый владелец"
    )
    log(made)
    made.add_argument("number", metavar="NUMBER")
    at(made, "since when; now", "с какого момента; сейчас")
    made.add_argument("--source", default="")

    made = command(
        "check", commands.check, "may I contact these numbers?", "можно ли звонить на эти номера?"
    )
    log(made)
    made.add_argument(
        "number",
        metavar="NUMBER",
        nargs="+",
        help=say("- reads them from stdin", "- читает их из stdin"),
    )
    question(made, required=True)
    basis(made)
    made.add_argument("--advertiser", metavar="INN")
    at(made, "the moment of contact; now", "момент контакта; сейчас")
    made.add_argument("--explain", action="store_true", help=say("all findings", "все доводы"))

    made = command(
        "history", commands.history, "what the log holds on a number", "что в журнале о номере"
    )
    log(made)
    made.add_argument("number", metavar="NUMBER")

    made = command(
        "classify",
        commands.classify,
        "is this number personal data?",
        "номер — персональные данные?",
    )
    made.add_argument("number", metavar="NUMBER", nargs="+")
    made.add_argument("--inn", default="", help=say("INN of the holder", "ИНН абонента"))
    made.add_argument("--ogrn", default="", help=say("OGRN or OGRNIP", "ОГРН или ОГРНИП"))
    made.add_argument(
        "--holder",
        default="unknown",
        help="unknown, person, sole_trader, legal_entity, public_body",
    )
    made.add_argument(
        "--user",
        default="unknown",
        help="unknown, holder, shared_line, named_employee, employee",
    )
    made.add_argument(
        "--linked",
        action="store_true",
        help=say("stored with something personal", "хранится вместе с личным"),
    )
    made.add_argument(
        "--former", action="store_true", help=say("about a former holder", "о прежнем абоненте")
    )

    made = command("rules", commands.rules, "the law, row by row", "закон по строкам")
    made.add_argument("action", nargs="?", choices=("list", "show"), default="list")
    made.add_argument("id", metavar="ID", nargs="?")
    at(made, "only rows in force then", "только действующие в этот момент")

    made = command(
        "audit",
        commands.audit,
        "which of these calls were unlawful?",
        "какие из звонков незаконны?",
    )
    log(made)
    made.add_argument(
        "calls",
        metavar="CALLS",
        help=say("call records; - is stdin", "записи звонков; - это stdin"),
    )
    made.add_argument("--layout", default="asterisk", metavar="asterisk|MAP.toml")
    made.add_argument(
        "--zone", help=say("zone of the times: Europe/Moscow", "зона времён: Europe/Moscow")
    )
    outgoing = made.add_argument_group(
        say(
            "which calls are outgoing (declare at least one)",
            "какие звонки исходящие (нужно хотя бы одно)",
        )
    )
    outgoing.add_argument("--outgoing-context", action="append", metavar="CONTEXT")
    outgoing.add_argument("--outgoing-trunk", action="append", metavar="TRUNK")
    outgoing.add_argument("--own-number", action="append", metavar="NUMBER")
    outgoing.add_argument("--own-numbers", type=Path, metavar="FILE")
    outgoing.add_argument("--incoming-context", action="append", metavar="CONTEXT")
    outgoing.add_argument("--internal-up-to", type=int, default=0, metavar="DIGITS")
    made.add_argument("--country", choices=("RU", "KZ", "US", "CA"))
    made.add_argument("--number-from", choices=("dst", "lastdata"), default="dst")
    made.add_argument("--dates", choices=("iso", "day-first", "month-first", "unix"))
    made.add_argument("--encoding")
    question(made, required=False)
    basis(made)
    made.add_argument("--report", type=Path, metavar="FILE.html")
    made.add_argument("--findings", type=Path, metavar="FILE.csv|.parquet")
    made.add_argument("--rejects", type=Path, metavar="FILE.csv")

    made = command(
        "prove",
        commands.prove,
        "a pack that shows one number's events",
        "пакет, показывающий события номера",
    )
    log(made)
    made.add_argument("--number", required=True)
    made.add_argument("--out", required=True, type=Path, metavar="FILE.zip")
    question(made, required=False, campaign=False)
    at(made, "the moment of contact; now", "момент контакта; сейчас")

    made = command("verify", commands.verify, "check a log or a pack", "проверить журнал или пакет")
    made.add_argument("path", metavar="LOG|PACK", type=Path)
    made.add_argument(
        "--key",
        action="append",
        metavar="VKEY",
        help=say(
            "a verifier key to trust; may be repeated", "ключ, которому верить; можно повторять"
        ),
    )

    made = command(
        "checkpoint", commands.checkpoint, "sign the log as it is", "подписать журнал как есть"
    )
    log(made)
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
    for i, word in enumerate(arguments[1:], 1):
        name = word.split("=", 1)[0]
        if name in flags:
            return f"{command} {name}"
        if command == "audit" and name == "--layout":
            value = word.split("=", 1)[1] if "=" in word else "".join(arguments[i + 1 : i + 2])
            if value in NOT_BUILT_LAYOUTS:
                return f"audit --layout {value}"
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
        terminal.error(terminal.say("not in this version: ", "нет в этой версии: ") + missing)
        return CANNOT
    try:
        given = _parser(lang).parse_args(words)
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
        terminal.error(str(error))
        return _exit_code(error)
    except OSError as error:
        terminal.error(f"{error.strerror or error}: {error.filename or ''}".rstrip(": "))
        return CANNOT
    except Exception as error:
        fault = terminal.say(
            "a fault of this program, please report it", "ошибка в самой программе, сообщите о ней"
        )
        terminal.error(f"{fault}: {type(error).__name__} ({_where(error)})")
        return CANNOT
    return code
