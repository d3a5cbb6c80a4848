"""``consent help`` and ``consent completion``: what there is, and how it is typed."""

from __future__ import annotations

import argparse
import difflib
import shlex
from typing import Final

from consent.commands.arguments import YES, Commands, UsageError
from consent.locale.message import Message, in_language
from consent.terminal import Terminal

__all__ = ["GROUPS", "TOPICS", "add", "close_to", "overview"]

#: What people come for, and the commands that serve it, in the order of the help.
GROUPS: Final[tuple[tuple[Message, tuple[str, ...]], ...]] = (
    (
        Message("Record what was said"),
        (
            *("init", "give", "ask", "refuse", "withdraw", "reassign", "assign", "contact"),
            *("correct", "operator-refusal", "import"),
        ),
    ),
    (
        Message("Ask before a contact"),
        ("check", "history", "classify", "numbering", "advertising", "rules"),
    ),
    (
        Message("Complain of contacts received"),
        ("diary", "ready", "profile", "letter", "complain", "case"),
    ),
    (Message("Audit calls that were made"), ("audit", "layout", "outcomes")),
    (Message("Prove it to others"), ("prove", "verify", "checkpoint", "cosign", "evidence")),
    (
        Message("Privacy: demands, terms, erasure"),
        ("request", "answer", "due", "access", "erase", "act", "hold", "columns", "pseudonymise"),
    ),
    (Message("Keep the log"), ("backup", "restore", "rebuild", "rotate", "export")),
    (Message("Help"), ("help", "completion")),
)

TOPICS: Final[dict[str, tuple[Message, ...]]] = {
    "dates": (
        Message(
            "Where a zone is declared, a date is written as people write it: 2026-11-20, "
            "20.11.2026, 20.11.2026 11:42:00, 2026-11-20T11:42:00."
        ),
        Message(
            "Declare it with --zone Europe/Moscow, or once for all commands: export "
            "CONSENT_ZONE=Europe/Moscow."
        ),
        Message(
            "--until DATE holds to the end of that day. A time with an offset, "
            "2026-11-20T11:42:00+03:00, needs no zone."
        ),
        Message(
            "A time that the clocks skipped or came to twice is refused. What is printed always "
            "shows its offset."
        ),
    ),
    "numbers": (
        Message("A number is written as people write it: +7 916 123-45-67, 8 (916) 123-45-67."),
        Message(
            "What is typed after a command stays in the shell's history, and other users of the "
            "machine read it in /proc while the command runs. Where that matters, write - and "
            "give the number on standard input."
        ),
        Message("check, classify and numbering show read many numbers from -, one a line."),
    ),
    "exit": (
        Message(
            "0: yes, or done. 1: no: denied, unknown, not proven, nothing there. 2: wrong usage "
            "or bad input. 3: cannot: a file is absent, the log is broken or locked."
        ),
        Message(
            "Several numbers: 0 only if all are allowed. What was asked for and is so already "
            "is done: 0."
        ),
        Message("docs/reference/cli.md has the table of outcomes."),
    ),
    "output": (
        Message(
            "--json prints one document on standard output; an error is a document too, on "
            "standard error."
        ),
        Message(
            "--lang ru or en chooses the language of what people read; else LC_ALL, LC_MESSAGES "
            "or LANG does."
        ),
        Message(
            "Colours are used on terminals only, and not where NO_COLOR is set. Progress is "
            "shown on standard error, on terminals only."
        ),
    ),
}


def close_to(typed: str, known: list[str]) -> str | None:
    """The one that was probably meant."""
    return next(iter(difflib.get_close_matches(typed, known, 1, 0.6)), None)


def overview(commands: Commands) -> str:
    """All commands by what people come for."""
    lines = []
    width = max(map(len, commands.whats))
    for title, names in GROUPS:
        lines += ["", f"{in_language(title, commands.lang)}:"]
        lines += [
            f"  {name:{width}}  {commands.whats[name]}" for name in names if name in commands.whats
        ]
    return "\n".join(lines[1:])


def _help(given: argparse.Namespace, terminal: Terminal) -> int:
    commands: Commands = given.commands
    if given.topic is None:
        terminal.print(given.whole.format_help().rstrip("\n"))
        return YES
    if given.topic in commands.made:
        terminal.print(commands.made[given.topic].format_help().rstrip("\n"))
        return YES
    if given.topic not in TOPICS:
        meant = close_to(given.topic, [*commands.made, *TOPICS])
        if meant is not None:
            raise UsageError(Message("no help on {}; did you mean {}?", given.topic, meant))
        raise UsageError(
            Message("no help on {}; the topics are {}", given.topic, ", ".join(TOPICS))
        )
    for line in TOPICS[given.topic]:
        terminal.print(terminal.say(line))
    return YES


# --- completion ----------------------------------------------------------------------------------


def _options(made: argparse.ArgumentParser) -> list[str]:
    return sorted(
        flag for action in made._actions for flag in action.option_strings if flag.startswith("--")
    )


def _bash(commands: Commands) -> str:
    cases = "\n".join(
        f'    {name}) words="{" ".join(_options(made))}" ;;' for name, made in commands.made.items()
    )
    return f"""_consent() {{
  local current="${{COMP_WORDS[COMP_CWORD]}}" words
  COMPREPLY=()
  if ((COMP_CWORD == 1)); then
    COMPREPLY=($(compgen -W "{" ".join(commands.made)}" -- "$current"))
    return
  fi
  [[ $current == -* ]] || return
  case ${{COMP_WORDS[1]}} in
{cases}
  esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}}
complete -o default -F _consent consent
"""


def _zsh(commands: Commands) -> str:
    listed = "\n".join(
        f"    {shlex.quote(f'{name}:{commands.whats[name]}')}" for name in commands.made
    )
    cases = "\n".join(
        f"    {name}) compadd -- {' '.join(_options(made))} ;;"
        for name, made in commands.made.items()
    )
    return f"""#compdef consent
_consent() {{
  local -a commands
  commands=(
{listed}
  )
  if ((CURRENT == 2)); then
    _describe command commands
    return
  fi
  if [[ $words[CURRENT] != -* ]]; then
    _files
    return
  fi
  case $words[2] in
{cases}
  esac
}}
_consent "$@"
"""


def _fish(commands: Commands) -> str:
    lines = ["complete -c consent -n __fish_use_subcommand -f"]
    for name, made in commands.made.items():
        what = shlex.quote(commands.whats[name])
        lines.append(f"complete -c consent -n __fish_use_subcommand -a {name} -d {what}")
        lines += [
            f"complete -c consent -n '__fish_seen_subcommand_from {name}' -l {flag[2:]}"
            for flag in _options(made)
        ]
    return "\n".join(lines) + "\n"


SHELLS: Final = {"bash": _bash, "zsh": _zsh, "fish": _fish}


def _completion(given: argparse.Namespace, terminal: Terminal) -> int:
    terminal.print(SHELLS[given.shell](given.commands).rstrip("\n"))
    return YES


def add(commands: Commands, whole: argparse.ArgumentParser) -> None:
    """Declare what can be typed; ``whole`` is the program's own parser."""
    say = commands.say
    made = commands.command("help", _help, "help on a command or a topic")
    topics = ", ".join(TOPICS)
    made.add_argument("topic", metavar="TOPIC", nargs="?", help=say("a command, or {}", topics))
    made.set_defaults(commands=commands, whole=whole)
    made = commands.command("completion", _completion, "completion of commands for a shell")
    made.add_argument("shell", choices=tuple(SHELLS), help=say("the shell"))
    made.set_defaults(commands=commands)
