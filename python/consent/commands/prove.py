"""``consent prove``: a pack that shows one number's events."""

from __future__ import annotations

import argparse
from pathlib import Path

import consent
from consent.commands.arguments import NO, YES, Commands, UsageError, caller_of, number_of, open_log
from consent.files import private_file
from consent.locale.message import Message
from consent.terminal import Terminal


def prove(given: argparse.Namespace, terminal: Terminal) -> int:
    """Write the pack of one number."""
    number = number_of("--number", given.number)
    inputs = (given.head, given.passphrase_file, given.caller, *(given.receipt or ()))
    private_file.keep_off(given.out, log=given.log, inputs=inputs)
    with open_log(given, writable=True) as log:
        try:
            packed = consent.bundle.prove(
                log,
                number,
                out=given.out,
                at=given.at,
                created_at=given.now,
                purpose=given.purpose,
                channel=given.channel,
                distributor=given.distributor,
                caller=caller_of(given),
                receipts=[consent.receipt.read_bytes(path) for path in given.receipt or ()],
            )
        except consent.ProofError as error:
            raise UsageError(Message("--receipt: {}", error)) from None
        except (consent.NotFoundError, consent.ErasedError) as error:
            if terminal.machine:
                terminal.document({"number": number.e164, "out": None, "entries": 0})
            else:
                terminal.error(Message("pack not written: {}", error))
            return NO
    if terminal.machine:
        terminal.document(
            {
                "number": number.e164,
                "out": str(packed.path),
                "entries": packed.entries,
                "signed_up_to": packed.signed_up_to,
                "verifier_key": packed.key,
                "verdict": packed.verdict,
                "other_subjects": packed.other_subjects,
            }
        )
        return YES
    wrote = terminal.say("pack written")
    held = terminal.say("entries of this number")
    key = terminal.say("key for those who check it")
    terminal.print(f"{wrote}: {packed.path}; {held}: {packed.entries}")
    terminal.print(f"{key}: {packed.key}")
    if packed.other_subjects:
        others = terminal.say("earlier or later holders of the number, not in the pack")
        terminal.print(f"{others}: {packed.other_subjects}")
    return YES


def add(commands: Commands) -> None:
    """Declare what can be typed."""
    say = commands.say
    made = commands.command("prove", prove, "a pack that shows one number's events")
    commands.log(made)
    made.add_argument(
        "--number", required=True, help=say("whose events; - reads the number from stdin")
    )
    made.add_argument(
        "--out", required=True, type=Path, metavar="FILE.zip", help=say("where the pack goes")
    )
    made.add_argument(
        "--receipt",
        action="append",
        type=Path,
        metavar="FILE",
        help=say("a receipt that the pack is to stand up to; may be repeated"),
    )
    commands.question(made, required=False, campaign=False)
    commands.caller_file(made)
    commands.at(made, "the moment of contact; now")
