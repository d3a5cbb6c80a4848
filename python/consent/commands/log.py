"""Making a log, and keeping it going: init, restore, rebuild, checkpoint."""

from __future__ import annotations

import argparse
import dataclasses
import sys
from pathlib import Path

import consent
from consent import erasure, witness
from consent.commands.arguments import (
    NO,
    YES,
    Commands,
    UsageError,
    number_of,
    open_log,
    passphrase_of,
    with_passphrase,
)
from consent.locale.message import Message
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
        group=given.group,
    ) as log:
        answer = {
            "log": str(given.log),
            "origin": log.origin,
            "size": log.size,
            "root": log.root,
            "verifier_key": log.verifier_key,
        }
        for warning in log.warnings:
            print(f"consent: {warning}", file=sys.stderr)
    if terminal.machine:
        terminal.document(answer)
    else:
        made = terminal.say("log made")
        key = terminal.say("key for those who check it")
        terminal.print(f"{made}: {given.log} ({answer['origin']})")
        terminal.print(f"{key}: {answer['verifier_key']}")
    return YES


def restore(given: argparse.Namespace, terminal: Terminal) -> int:
    """Go on with a log that lost something."""
    if given.backup is not None:
        return _restore_from(given, terminal)
    if given.newer or given.act:
        raise UsageError("--newer and --act: go with --from")
    with open_log(given, writable=False) as log:
        lost = log.impairment
    given.impaired = False
    seq: int | None = None
    if lost or not given.reviewed:
        restored = with_passphrase(
            given,
            lambda passphrase: consent.Log.restore(
                given.log,
                reason=given.reason,
                second_head=given.head,
                wait=given.wait,
                passphrase=passphrase,
            ),
        )
        with restored as log:
            seq = log.size - 1
    reviewed: int | None = None
    with open_log(given, writable=given.reviewed) as log:
        if given.reviewed:
            reviewed = log.review_losses(given.reason)
        in_doubt, size = log.doubtful_below, log.size
    if terminal.machine:
        terminal.document(
            {
                "log": str(given.log),
                "lost": lost or None,
                "seq": seq,
                "reviewed": reviewed,
                "doubtful_below": in_doubt or None,
                "size": size,
            }
        )
        return YES
    say = terminal.say
    if seq is not None:
        terminal.print(f"{say('lost')}: {terminal.words(lost)}")
        terminal.print(f"{say('restored by entry')} {seq}")
    if reviewed is not None:
        terminal.print(f"{say('loss reviewed by entry')} {reviewed}")
    if in_doubt:
        terminal.print(
            say(
                "consents recorded before entry {} are answered `unknown` until they are given "
                "again, or until you went through what was lost: consent restore LOG --reviewed "
                "--reason WORD",
                in_doubt,
            )
        )
    return YES


def _restore_from(given: argparse.Namespace, terminal: Terminal) -> int:
    acts = [file for folder in (given.log, *given.newer) for file in erasure.act_files(folder)]
    done = with_passphrase(
        given,
        lambda passphrase: consent.Log.restore_from(
            given.log,
            given.backup,
            newer=given.newer,
            erased=[erasure.subject_of(file) for file in (*acts, *given.act)],
            reason="backup" if given.reason == "unstated" else given.reason,
            second_head=given.head,
            wait=given.wait,
            passphrase=passphrase,
        ),
    )
    say = terminal.say
    unknown = []
    if not done.end_known:
        unknown.append(
            say(
                "no head is left: whether and what was recorded after entry {} cannot be known, "
                "erasures among it",
                done.size - 1,
            )
        )
    for first, end in done.unread:
        unknown.append(
            say("entries {} to {} cannot be read: what they said is lost", first, end - 1)
        )
    if (unknown or done.unread) and not done.own_keys:
        unknown.append(
            say(
                "the keys are the backup's: whoever was erased in what cannot be read is back "
                "in them; erase again by the acts and letters you have"
            )
        )
    if done.unknown_erased:
        unknown.append(
            say(
                "{} subject(s) began and were erased after the backup: their numbers are not "
                "known, so nothing bars what they said before the erasure",
                done.unknown_erased,
            )
        )
    if terminal.machine:
        answer = dataclasses.asdict(done)
        answer["aside"] = None if done.aside is None else str(done.aside)
        terminal.document({"log": str(given.log), **answer, "cannot_be_known": unknown})
        return YES
    terminal.print(
        f"{say('restored from')} {given.backup}: {done.size} "
        f"{say('entries; continued by entry')} {done.seq}"
    )
    if done.lost_to > done.lost_from:
        terminal.print(f"{say('lost: entries')} {done.lost_from}-{done.lost_to - 1}")
    terminal.print(f"{say('erased again')}: {len(done.erased)}")
    for line in unknown:
        terminal.print(f"{say('cannot be known')}: {line}")
    if done.aside is not None:
        terminal.print(f"{say('the damaged folder')}: {done.aside}")
    if done.keys_aside:
        terminal.print(
            say("a keys.db is still in it: destroy it, or erasures from now on are none")
        )
    return YES


def rebuild(given: argparse.Namespace, terminal: Terminal) -> int:
    """Write the derived tables anew from the entries."""
    done = with_passphrase(
        given,
        lambda passphrase: consent.Log.rebuild(
            given.log, wait=given.wait, passphrase=passphrase
        ),
    )
    if terminal.machine:
        terminal.document(
            {"entries": done.entries, "subjects": done.subjects, "differed": done.differed}
        )
    else:
        say = terminal.say
        terminal.print(
            f"{say('rebuilt')}: {done.subjects} "
            f"{say('subjects from')} {done.entries} {say('entries')}"
        )
        if done.differed:
            terminal.print(say("the tables had said something else"))
    return YES


def checkpoint(given: argparse.Namespace, terminal: Terminal) -> int:
    """Sign the log as it is."""
    if bool(given.witness) != bool(given.witness_key):
        raise UsageError("--witness needs --witness-key, and the other way round")
    if given.request is not None and given.witness:
        raise UsageError("--request and --witness exclude each other")
    with open_log(given, writable=True) as log:
        text, key = log.checkpoint(), log.verifier_key
        try:
            if given.request is not None:
                sys.stdout.buffer.write(witness.request(log, given.request))
                return YES
            if given.witness:
                text = witness.cosign_by(log, given.witness, given.witness_key)
        except (consent.ProofError, consent.NotFoundError) as error:
            terminal.error(Message("not cosigned: {}", error))
            return NO
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


def _size(text: str) -> int:
    """A size on the command line."""
    if not text.isascii() or not text.isdigit():
        raise argparse.ArgumentTypeError("not a size")
    return int(text)


def add(commands: Commands) -> None:
    """Declare what can be typed."""
    say = commands.say
    made = commands.command("init", init, "make a log")
    commands.log(made)
    made.add_argument(
        "--origin", required=True, help=say("the log's name: romashka.example/consent")
    )
    made.add_argument("--inn", help=say("INN of the distributor"))
    made.add_argument("--name", help=say("its name"))
    made.add_argument("--subscriber", metavar="NUMBER", help=say("a diary's own number"))

    made.add_argument(
        "--passphrase", action="store_true", help=say("close keys.db with a passphrase")
    )
    made.add_argument(
        "--group",
        metavar="NAME",
        help=say("who may pass through the log's folder: 0710 instead of 0700"),
    )

    made = commands.command("restore", restore, "go on with a log that lost something")
    commands.log(made)
    made.add_argument("--reason", default="unstated", help=say("a short word"))
    made.add_argument(
        "--reviewed",
        action="store_true",
        help=say(
            "you went through what was lost, by other records, and answer for the consents left"
        ),
    )
    made.add_argument(
        "--from",
        dest="backup",
        type=Path,
        metavar="BACKUP",
        help=say("put this backup in the place of a lost or damaged log"),
    )
    made.add_argument(
        "--newer",
        type=Path,
        metavar="FOLDER",
        action="append",
        default=[],
        help=say("the log as it was later, damaged or not; may be repeated"),
    )
    made.add_argument(
        "--act",
        type=Path,
        metavar="FILE",
        action="append",
        default=[],
        help=say("act of destruction (JSON) of somebody who must be erased again; may be repeated"),
    )

    made = commands.command("rebuild", rebuild, "write the derived tables anew from the entries")
    commands.log(made)

    made = commands.command("checkpoint", checkpoint, "sign the log as it is")
    commands.log(made)
    made.add_argument(
        "--request",
        type=_size,
        metavar="SIZE",
        help=say("write a request for a witness that cosigned SIZE entries last; 0: none"),
    )
    made.add_argument("--witness", metavar="URL", help=say("ask this witness for a cosignature"))
    made.add_argument("--witness-key", metavar="VKEY", help=say("the witness's key"))
