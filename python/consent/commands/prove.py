"""``consent prove``: a pack that shows one number's events."""

from __future__ import annotations

import argparse
from datetime import datetime
from pathlib import Path

import consent
from consent import complaint
from consent.commands.arguments import (
    NO,
    YES,
    Commands,
    UsageError,
    caller_of,
    line_number,
    number_of,
    open_log,
)
from consent.files import private_file
from consent.locale.message import Message
from consent.terminal import Terminal


def prove(given: argparse.Namespace, terminal: Terminal) -> int:
    """Write the pack of one number, or the packs of a list."""
    if given.numbers is not None:
        return _prove_many(given, terminal)
    number = None if given.number is None else number_of("--number", given.number)
    inputs = (given.head, given.passphrase_file, given.caller, *(given.receipt or ()))
    private_file.keep_off(given.out, log=given.log, inputs=inputs)
    with open_log(given, writable=True) as log:
        if number is None:
            if log.subscriber is None:
                raise UsageError("--number: whose? only a diary has one number")
            number = log.subscriber
        at, purpose, channel = given.at, given.purpose, given.channel
        distributor = given.distributor
        robot = False
        if given.call is None and given.at_text is None and log.subscriber is not None:
            # Of a diary the last contact is asked about, not the day of packing.
            contacts = [each for each in complaint.noted(log).contacts if not each.taken_back]
            if contacts:
                last = contacts[-1].event
                robot = last.channel == "voice" and last.heard == "robot"
                at, purpose, distributor = last.at, last.purpose, last.distributor or None
                channel = "robot" if robot else last.channel
        try:
            packed = consent.bundle.prove(
                log,
                number,
                out=given.out,
                at=at,
                created_at=given.now,
                purpose=purpose,
                channel=channel,
                distributor=distributor,
                dialled_by="machine" if robot else "unstated",
                caller=caller_of(given),
                receipts=[consent.receipt.read_bytes(path) for path in given.receipt or ()],
                call=given.call,
                with_=given.with_ or (),
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
                "contacts": [
                    {"seq": seq, "at": moment, "verdict": verdict}
                    for seq, moment, verdict in packed.contacts
                ],
            }
        )
        return YES
    wrote = terminal.say("pack written")
    held = terminal.say("entries of this number")
    key = terminal.say("key for those who check it")
    terminal.print(f"{wrote}: {packed.path}; {held}: {packed.entries}")
    terminal.print(f"{key}: {packed.key}")
    for seq, moment, verdict in packed.contacts:
        when = terminal.moment(datetime.fromisoformat(moment))
        terminal.print(f"{terminal.entry(seq)}, {when}: {terminal.verdict(verdict)}")
    if packed.other_subjects:
        others = terminal.say("earlier or later holders of the number, not in the pack")
        terminal.print(f"{others}: {packed.other_subjects}")
    return YES


def _prove_many(given: argparse.Namespace, terminal: Terminal) -> int:
    if given.number is not None or given.call is not None or given.with_ or given.receipt:
        raise UsageError("--numbers: goes with no --number, --call, --with and --receipt")
    inputs = (given.head, given.passphrase_file, given.caller, given.numbers)
    private_file.keep_off(given.out, log=given.log, inputs=inputs)
    places, numbers = _listed(given.numbers)
    with open_log(given, writable=True) as log:
        packed = consent.bundle.prove_many(
            log,
            numbers,
            out=given.out,
            at=given.at,
            created_at=given.now,
            purpose=given.purpose,
            channel=given.channel,
            distributor=given.distributor,
            caller=caller_of(given),
        )
        key = log.verifier_key
    missing = [places[place] for place in packed.missing]
    if terminal.machine:
        terminal.document(
            {
                "out": None if packed.path is None else str(packed.path),
                "verifier_key": key,
                "packs": [
                    {"file": each.path.name, "entries": each.entries, "verdict": each.verdict}
                    for each in packed.packs
                ],
                "missing_lines": missing,
            }
        )
    else:
        if packed.path is not None:
            wrote = terminal.say("packs written")
            terminal.print(f"{wrote}: {packed.path}; {len(packed.packs)}")
            terminal.print(f"{terminal.say('key for those who check it')}: {key}")
        for line in missing:
            terminal.error(Message("line {}: nothing to show of this number", line))
    return NO if missing or packed.path is None else YES


def _listed(file: Path) -> tuple[list[int], list[consent.PhoneNumber]]:
    """The numbers of a list, one a line, and their lines."""
    places: list[int] = []
    numbers: list[consent.PhoneNumber] = []
    try:
        lines = file.read_bytes().decode("utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError):
        raise UsageError("--numbers: cannot be read as a text of numbers") from None
    for place, text in enumerate(map(str.strip, lines), 1):
        if not text:
            continue
        try:
            numbers.append(line_number(text))
        except consent.InvalidArgument as error:
            raise UsageError(Message("line {}: {}", place, error)) from None
        places.append(place)
    if not numbers:
        raise UsageError("--numbers: no number in it")
    return places, numbers


def add(commands: Commands) -> None:
    """Declare what can be typed."""
    say = commands.say
    made = commands.command("prove", prove, "a pack that shows one number's events")
    commands.log(made)
    made.add_argument(
        "--number", help=say("whose events; - reads the number from stdin; a diary's own")
    )
    made.add_argument(
        "--numbers",
        type=Path,
        metavar="FILE",
        help=say("a list, one number a line: --out is a new folder with one pack a number"),
    )
    made.add_argument(
        "--call",
        type=int,
        metavar="SEQ",
        help=say("the entry of one contact: answers for it alone"),
    )
    made.add_argument(
        "--with",
        dest="with_",
        type=int,
        action="append",
        metavar="SEQ",
        help=say("an entry whose letters and documents go along; may be repeated"),
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
