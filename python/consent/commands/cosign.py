"""``consent cosign``: a witness, by files or over HTTP."""

from __future__ import annotations

import argparse
import sys
from datetime import UTC, datetime
from pathlib import Path

import consent
from consent.commands.arguments import NO, YES, Commands, UsageError
from consent.files import private_file
from consent.locale.message import Message, system_message
from consent.terminal import Terminal
from consent.witness import Witness, server

_OK = 200


def cosign(given: argparse.Namespace, terminal: Terminal) -> int:
    """Act as a witness."""
    if given.create is not None:
        try:
            witness = Witness.create(given.witness, name=given.create)
        except consent.InvalidArgument as error:
            raise UsageError(Message("--create: {}", error)) from None
    else:
        witness = Witness.open(given.witness)
    for key in given.trust or ():
        try:
            witness.trust(key)
        except consent.InvalidArgument as error:
            raise UsageError(Message("--trust: {}", error)) from None
    if given.request is not None and given.listen is not None:
        raise UsageError("REQUEST and --listen exclude each other")
    if given.request is not None:
        return _answer(given, witness, terminal)
    if given.listen is not None:
        return _listen(given, witness, terminal)
    if terminal.machine:
        terminal.document(
            {
                "name": witness.name,
                "verifier_key": witness.verifier_key,
                "logs": [
                    {"origin": origin, "size": known.size if known else 0}
                    for origin, known in witness.logs()
                ],
            }
        )
        return YES
    terminal.print(f"{terminal.say('key for those who check it')}: {witness.verifier_key}")
    for origin, known in witness.logs():
        size = terminal.say("entries cosigned")
        terminal.print(f"{origin}: {size}: {known.size if known else 0}")
    return YES


def _answer(given: argparse.Namespace, witness: Witness, terminal: Terminal) -> int:
    """One request out of a file, the answer into another."""
    try:
        body = sys.stdin.buffer.read() if given.request == Path("-") else given.request.read_bytes()
    except OSError as error:
        raise UsageError(Message("REQUEST: {}", system_message(error))) from None
    if given.out is not None:
        private_file.keep_off(given.out, log=given.witness, inputs=(given.request,))
    answer = witness.add_checkpoint(body, given.now)
    text = answer.body.decode()
    if terminal.machine:
        terminal.document({"status": answer.status, "body": text})
    elif answer.status == _OK and given.out is None:
        sys.stdout.write(text)
    elif answer.status != _OK:
        terminal.error(Message("not cosigned: {}: {}", answer.status, text.rstrip()))
    if answer.status != _OK:
        return NO
    if given.out is not None:
        private_file.write(given.out, answer.body)
    return YES


def _listen(given: argparse.Namespace, witness: Witness, terminal: Terminal) -> int:
    """Answer over HTTP until the program is stopped."""
    host, _, port = given.listen.rpartition(":")
    if not host or not port.isascii() or not port.isdigit() or int(port) > 65535:
        raise UsageError("--listen: HOST:PORT")
    try:
        served = server(witness, host.strip("[]"), int(port), lambda: datetime.now(UTC))
    except OSError as error:
        raise consent.StorageError(Message("--listen: {}", system_message(error))) from None
    with served:
        address = f"http://{host}:{served.server_address[1]}/"
        terminal.print(f"{terminal.say('witness at')} {address}")
        sys.stdout.flush()
        try:
            served.serve_forever()
        except KeyboardInterrupt:
            return YES
    return YES


def add(commands: Commands) -> None:
    """Declare what can be typed."""
    say = commands.say
    made = commands.command("cosign", cosign, "cosign checkpoints of other logs, as their witness")
    made.add_argument("witness", metavar="WITNESS", type=Path, help=say("the witness's folder"))
    made.add_argument(
        "request",
        metavar="REQUEST",
        nargs="?",
        type=Path,
        help=say("what consent checkpoint --request wrote; - reads stdin"),
    )
    made.add_argument(
        "--create", metavar="NAME", help=say("make the folder and a key: witness.example/w1")
    )
    made.add_argument(
        "--trust",
        metavar="VKEY",
        action="append",
        help=say("verifier key of a log to witness; may be repeated"),
    )
    made.add_argument(
        "--out", metavar="FILE", type=Path, help=say("where the cosignature goes; else stdout")
    )
    made.add_argument(
        "--listen", metavar="HOST:PORT", help=say("answer POST /add-checkpoint over HTTP")
    )
