"""Making a log, and keeping it going: init, restore, rebuild, checkpoint."""

from __future__ import annotations

import argparse
import sys

import consent
from consent.commands.arguments import YES, Commands, UsageError, number_of, open_log, passphrase_of
from consent.terminal import Terminal


def init(given: argparse.Namespace, terminal: Terminal) -> int:
    """Make a log."""
    distributor = None
    if given.inn is not None:
        distributor = consent.Organisation(inn=given.inn, name=given.name or "")
    elif given.name is not None:
        raise UsageError("--name: goes with --inn")
    closed = given.passphrase or given.passphrase_file is not None
    passphrase = passphrase_of(given, needed=True) if closed else ""
    if closed and not passphrase:
        raise UsageError("keys.db: an empty passphrase closes nothing")
    subscriber = None if given.subscriber is None else number_of("--subscriber", given.subscriber)
    with consent.Log.create(
        given.log,
        origin=given.origin,
        distributor=distributor,
        subscriber=subscriber,
        second_head=given.head,
        passphrase=passphrase,
    ) as log:
        answer = {
            "log": str(given.log),
            "origin": log.origin,
            "size": log.size,
            "root": log.root,
            "verifier_key": log.verifier_key,
        }
    if terminal.machine:
        terminal.document(answer)
    else:
        made = terminal.say("log made", "журнал создан")
        key = terminal.say("key for those who check it", "ключ для проверяющих")
        terminal.print(f"{made}: {given.log} ({answer['origin']})")
        terminal.print(f"{key}: {answer['verifier_key']}")
    return YES


def restore(given: argparse.Namespace, terminal: Terminal) -> int:
    """Go on with a log that lost something."""
    with open_log(given, writable=False) as log:
        lost = log.impairment
    passphrase = passphrase_of(given, needed=False)
    with consent.Log.restore(
        given.log,
        reason=given.reason,
        second_head=given.head,
        wait=given.wait,
        passphrase=passphrase,
    ) as log:
        answer = {"log": str(given.log), "lost": lost, "seq": log.size - 1, "size": log.size}
    if terminal.machine:
        terminal.document(answer)
    else:
        terminal.print(f"{terminal.say('lost', 'потеряно')}: {lost}")
        terminal.print(f"{terminal.say('restored by entry', 'продолжен записью')} {answer['seq']}")
    return YES


def rebuild(given: argparse.Namespace, terminal: Terminal) -> int:
    """Write the derived tables anew from the entries."""
    done = consent.Log.rebuild(given.log, wait=given.wait)
    if terminal.machine:
        terminal.document(
            {"entries": done.entries, "subjects": done.subjects, "differed": done.differed}
        )
    else:
        say = terminal.say
        terminal.print(
            f"{say('rebuilt', 'построено')}: {done.subjects} "
            f"{say('subjects from', 'абонентов из')} {done.entries} {say('entries', 'записей')}"
        )
        if done.differed:
            terminal.print(
                say("the tables had said something else", "таблицы говорили другое, чем записи")
            )
    return YES


def checkpoint(given: argparse.Namespace, terminal: Terminal) -> int:
    """Sign the log as it is."""
    with open_log(given, writable=True) as log:
        text, key = log.checkpoint(), log.verifier_key
    read = consent.note.checkpoint(text, [key])
    if terminal.machine:
        terminal.document(
            {
                "origin": read.origin,
                "size": read.size,
                "root": read.root,
                "verifier_key": key,
                "checkpoint": text,
            }
        )
    else:
        sys.stdout.write(text)
    return YES


def add(commands: Commands) -> None:
    """Declare what can be typed."""
    say = commands.say
    made = commands.command("init", init, "make a log", "создать журнал")
    commands.log(made)
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

    made = commands.command(
        "restore",
        restore,
        "go on with a log that lost something",
        "продолжить журнал, который что-то потерял",
    )
    commands.log(made)
    made.add_argument("--reason", default="unstated", help=say("a short word", "короткое слово"))

    made = commands.command(
        "rebuild",
        rebuild,
        "write the derived tables anew from the entries",
        "построить производные таблицы заново из записей",
    )
    commands.log(made)

    made = commands.command(
        "checkpoint", checkpoint, "sign the log as it is", "подписать журнал как есть"
    )
    commands.log(made)
