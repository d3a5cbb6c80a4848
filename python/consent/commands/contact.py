"""``consent contact``: record a contact that was made or received."""

from __future__ import annotations

import argparse
from pathlib import Path

import consent
from consent.advertising import read_answers
from consent.commands.arguments import Commands, UsageError, moment_of, number_of, wording_of
from consent.commands.record import kept_file, record
from consent.locale.message import Message
from consent.terminal import Terminal

#: Purposes under which the duties of advertising stay.
AS_ADVERTISING = ("advertising", "mixed", "unknown")


def _recording(given: argparse.Namespace) -> consent.event.Evidence | None:
    if given.recording is not None and given.recording_hash is not None:
        raise UsageError("--recording, --recording-hash: one of them")
    if given.recording is not None:
        return kept_file(given.recording, "recording")
    return None if given.recording_hash is None else consent.file_hash(given.recording_hash)


def contact(given: argparse.Namespace, terminal: Terminal) -> int:
    """Record a contact."""
    assessed = None
    purpose = given.purpose
    if given.advertising is not None:
        text = None if given.text is None else given.text.read_bytes()
        assessed = consent.is_advertising(read_answers(given.advertising), at=given.at, text=text)
        if purpose is None:
            # Shown not to be advertising, and no row tells what else it is.
            shown = "reference" if assessed.answer == "no" else None
            purpose = assessed.purpose or shown
        elif assessed.treat_as_advertising and purpose not in AS_ADVERTISING:
            raise UsageError(
                Message(
                    "--purpose {}: the answers say that it is advertising ({}): {}",
                    purpose,
                    assessed.answer,
                    ", ".join(AS_ADVERTISING),
                )
            )
    elif given.text is not None:
        raise UsageError("--text: goes with --advertising")
    event = consent.ContactMade(
        number_of(Message("argument {}", 2), given.number),
        at=given.at,
        direction=given.direction,
        channel=given.channel,
        purpose=purpose or "unknown",
        requested_by_subscriber=given.requested,
        dialled_by=given.dialled_by or "unstated",
        distributor=given.distributor or "",
        caller=given.caller,
        outcome=given.outcome,
        duration_s=given.duration,
        agent_ref=given.agent,
        campaign=given.campaign,
        recording=_recording(given),
        advertising=assessed,
        wording=wording_of(given.script),
        next_at=moment_of(given, "--next-at", given.next_at),
        organisation=given.organisation,
        decision_maker=given.decision_maker,
        note=given.note,
        source=given.source,
    )
    code = record(event, given, terminal)
    if given.outcome == "do_not_call":
        terminal.error(terminal.say("the demand not to be called was recorded as a stop"))
    return code


def add(commands: Commands) -> None:
    """Declare what can be typed."""
    say = commands.say
    made = commands.command("contact", contact, "record a contact that was made or received")
    commands.log(made)
    commands.number(made)
    made.add_argument("--direction", default="outgoing", help=", ".join(consent.words("direction")))
    made.add_argument("--channel", default="voice", help=", ".join(consent.words("channel")))
    made.add_argument(
        "--purpose",
        help=", ".join(consent.words("purpose")) + say("; else what --advertising says"),
    )
    made.add_argument("--dialled-by", choices=("person", "machine"), help=say("who or what dials"))
    made.add_argument("--distributor", metavar="INN", help=say("for whom; else the log's own"))
    made.add_argument(
        "--caller", metavar="INN", default="", help=say("who dialled for the distributor")
    )
    made.add_argument("--outcome", default="", metavar="WORD", help=say("how it ended"))
    made.add_argument("--duration", type=int, metavar="SECONDS", help=say("how long they talked"))
    made.add_argument("--agent", default="", help=say("a pseudonym, never a name"))
    made.add_argument("--campaign", default="", help=say("a short word"))
    made.add_argument("--recording", type=Path, metavar="FILE", help=say("kept in the log, sealed"))
    made.add_argument("--recording-hash", type=Path, metavar="FILE", help=say("its SHA-256 alone"))
    made.add_argument("--requested", action="store_true", help=say("the subscriber asked for it"))
    made.add_argument(
        "--advertising",
        type=Path,
        metavar="FILE",
        help=say("answers to the questions of `consent advertising`; what they come to is stored"),
    )
    made.add_argument(
        "--text",
        type=Path,
        metavar="FILE",
        help=say("what was said or sent; only its SHA-256 is used"),
    )
    made.add_argument(
        "--script", type=Path, metavar="FILE", help=say("the script that was read; kept")
    )
    made.add_argument("--next-at", metavar="TIME", help=say("when they asked to be contacted next"))
    sealed = say("kept sealed")
    made.add_argument("--organisation", default="", metavar="TEXT", help=sealed)
    made.add_argument("--decision-maker", default="", metavar="TEXT", help=sealed)
    made.add_argument("--note", default="", metavar="TEXT", help=sealed)
    commands.at(made, "when it was; now")
    made.add_argument("--source", default="", help=say("where from: crm"))
