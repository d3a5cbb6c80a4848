"""Recording what a subscriber said: give, ask, refuse, withdraw, reassign."""

from __future__ import annotations

import argparse
from datetime import UTC
from pathlib import Path
from typing import Any

import consent
from consent.commands.arguments import (
    CANNOT,
    YES,
    Commands,
    UsageError,
    code_of,
    hashes_of,
    moment_of,
    named,
    number_of,
    open_log,
    wording_of,
    words_of,
)
from consent.locale.message import Message
from consent.terminal import Terminal


def record(
    event: consent.Event,
    given: argparse.Namespace,
    terminal: Terminal,
    shown_by: tuple[consent.event.Evidence, ...] = (),
) -> int:
    """Append an event and say what was recorded.

    ``shown_by``: files of an event that names none; an entry of their own points at it.
    """
    wanted: Path | None = getattr(given, "receipt", None)
    if wanted is not None and (wanted.exists() or not wanted.parent.is_dir()):
        # Before anything is recorded: the entry cannot be taken back.
        raise UsageError("--receipt: the file is there already, or its folder is not")
    made: consent.receipt.Receipt | None = None
    with open_log(given, writable=True) as log:
        appended = log.append_at(event, given.now)
        entry = log.entry(appended.seq)
        kept = log.evidence_of(appended.seq)
        if shown_by:
            shown = log.append_at(
                consent.EvidenceAdded(
                    event.number, at=event.at, of=appended.seq, evidence=shown_by
                ),
                given.now,
            )
            kept += log.evidence_of(shown.seq)
        if wanted is not None:
            made = consent.receipt.make(log, appended.seq)
    number = event.number
    answer = {
        "seq": appended.seq,
        "type": entry.type,
        "number": number.e164 if isinstance(number, consent.PhoneNumber) else number,
        "at": event.at.astimezone(UTC),
        "recorded_at": entry.recorded,
        "leaf": appended.leaf,
        "tag": appended.tag,
        "files": [
            {
                "place": file.place,
                "kind": file.kind,
                "name": file.name or None,
                "type": file.type or None,
                "commitment": file.commitment,
                "kept": f"evidence/{file.commitment.hex()}" if file.beside else "log.db",
            }
            for file in kept
        ],
    }
    code = YES
    if made is not None and wanted is not None:
        try:
            made.save(wanted)
        except consent.StorageError as error:
            terminal.error(Message("{}; the entry is recorded: {}", error, entry.seq))
            made, code = None, CANNOT
    if made is not None:
        answer["receipt"] = {
            "file": str(wanted),
            "text": {"ru": made.text("ru"), "en": made.text("en")},
            "sms": {"ru": made.sms("ru"), "en": made.sms("en")},
        }
    if terminal.machine:
        terminal.document(answer)
    else:
        recorded = terminal.say("recorded")
        terminal.print(
            f"{recorded}: {terminal.event(entry.type)}, {terminal.entry(appended.seq)}, "
            f"{terminal.moment(entry.recorded)}"
        )
        terminal.print(f"leaf {appended.leaf.hex()}")
        sealed = terminal.say("sealed in")
        for file in kept:
            where = f"evidence/{file.commitment.hex()}" if file.beside else "log.db"
            terminal.print(f"{file.kind}: {sealed} {where}")
        if made is not None:
            terminal.print(f"{terminal.say('receipt')}: {wanted}")
            terminal.print()
            terminal.print(made.text(terminal.lang))
            terminal.print(f"SMS: {made.sms(terminal.lang)}")
    return code


_KINDS = {
    "recording": {".wav", ".mp3", ".ogg", ".opus", ".m4a", ".flac", ".amr", ".mp4", ".gsm"},
    "document": {".pdf", ".doc", ".docx", ".odt", ".tif", ".tiff"},
    "picture": {".jpg", ".jpeg", ".png", ".webp"},
}


def kept_file(file: Path, kind: str | None = None) -> consent.EvidenceFile:
    """A file that the log is to keep, sealed; what it is, by the end of its name."""
    suffix = file.suffix.lower()
    by_name = next((kind for kind, suffixes in _KINDS.items() if suffix in suffixes), "file")
    return consent.EvidenceFile(file, kind=kind or by_name)


def files_of(given: argparse.Namespace) -> tuple[consent.event.Evidence, ...]:
    """What shows it: kept sealed, or by its hash alone where that was asked for."""
    kept = [kept_file(file) for file in given.evidence or ()]
    personal = getattr(given, "personal_wording", None)
    if personal is not None:
        kept.append(kept_file(personal, "wording"))
    return (*kept, *hashes_of(given.evidence_hash))


def evidence_options(commands: Commands, made: argparse.ArgumentParser) -> None:
    """Declare the files that show what is recorded."""
    made.add_argument(
        "--evidence",
        type=Path,
        metavar="FILE",
        action="append",
        help=commands.say("kept in the log, sealed; may be repeated"),
    )
    made.add_argument(
        "--evidence-hash",
        type=Path,
        metavar="FILE",
        action="append",
        help=commands.say("its SHA-256 alone; may be repeated"),
    )


def _document(given: argparse.Namespace) -> consent.event.Evidence | None:
    if given.document is not None and given.document_hash is not None:
        raise UsageError("--document, --document-hash: one of them")
    if given.document is not None:
        return kept_file(given.document, "document")
    return None if given.document_hash is None else consent.file_hash(given.document_hash)


def _scope(given: argparse.Namespace, nobody: str) -> dict[str, Any]:
    scope: dict[str, Any] = {
        "at": given.at,
        "purposes": words_of(given.purpose or ""),
        "channels": words_of(given.channel or ""),
        "distributors": named(given.distributor, nobody),
        "campaign": given.campaign,
        "evidence": files_of(given),
        "source": given.source,
    }
    if given.covers is not None:
        scope["covers"] = words_of(given.covers)
    return scope


def give(given: argparse.Namespace, terminal: Terminal) -> int:
    """Record a consent."""
    in_contract = None
    if given.in_contract is not None:
        in_contract = consent.InContract(given.in_contract == "separate-mark")
    event = consent.ConsentGiven(
        number_of(Message("argument {}", 2), given.number),
        **_scope(given, "none"),
        acts_for=() if given.acts_for == "any" else words_of(given.acts_for or ""),
        acts_for_any=given.acts_for == "any",
        advertiser=given.advertiser,
        method=given.method,
        wording=wording_of(given.wording),
        document=_document(given),
        until=moment_of(given, "--until", given.until, end=True),
        prechecked=given.prechecked,
        in_contract=in_contract,
        code=code_of(given.code),
        giver=given.giver,
        authority=given.authority,
    )
    return record(event, given, terminal)


def ask(given: argparse.Namespace, terminal: Terminal) -> int:
    """Record that a consent was asked for."""
    event = consent.ConsentAsked(
        number_of(Message("argument {}", 2), given.number),
        **_scope(given, "none"),
        wording=wording_of(given.wording),
    )
    return record(event, given, terminal)


def refuse(given: argparse.Namespace, terminal: Terminal) -> int:
    """Record a refusal."""
    event = consent.ConsentRefused(
        number_of(Message("argument {}", 2), given.number),
        **_scope(given, "all"),
        method=given.method,
        wording=wording_of(given.wording),
    )
    return record(event, given, terminal)


def withdraw(given: argparse.Namespace, terminal: Terminal) -> int:
    """Record a withdrawal or a demand to stop."""
    event = consent.ConsentWithdrawn(
        number_of(Message("argument {}", 2), given.number),
        **_scope(given, "all"),
        means=given.method,
        received_at=moment_of(given, "--received-at", given.received_at),
        wording=wording_of(given.wording),
    )
    return record(event, given, terminal)


def reassign(given: argparse.Namespace, terminal: Terminal) -> int:
    """Record that a number has a new holder."""
    number = number_of(Message("argument {}", 2), given.number)
    return record(
        consent.NumberReassigned(number, at=given.at, source=given.source), given, terminal
    )


def add(commands: Commands) -> None:
    """Declare what can be typed."""
    say = commands.say
    records = (
        ("give", give, Message("record a consent")),
        ("ask", ask, Message("record that consent was asked")),
        ("refuse", refuse, Message("record a refusal")),
        ("withdraw", withdraw, Message("record a withdrawal or stop")),
    )
    for name, run, what in records:
        made = commands.command(name, run, what)
        commands.log(made)
        commands.number(made)
        nobody = "none" if name in ("give", "ask") else "all"
        required = name == "give"
        made.add_argument("--purpose", required=required, help=",".join(consent.words("purpose")))
        made.add_argument("--channel", required=required, help=",".join(consent.words("channel")))
        made.add_argument("--covers", help=",".join(consent.words("cover")))
        made.add_argument(
            "--distributor",
            metavar="INN,…",
            help=say("whom it names; none: the text names nobody; left out: the log's own")
            if nobody == "none"
            else say("whom it names; all: everybody; left out: the log's own"),
        )
        made.add_argument("--campaign", default="", help=say("a short word"))
        if name != "ask":
            made.add_argument(
                "--method", default="unstated", help=", ".join(consent.words("method"))
            )
        text = say("the text of the demand; kept")
        if name != "withdraw":
            text = say("the text read or shown; kept")
        made.add_argument("--wording", type=Path, metavar="FILE", help=text)
        made.add_argument(
            "--personal-wording",
            type=Path,
            metavar="FILE",
            help=say("a text that names the person; kept sealed"),
        )
        evidence_options(commands, made)
        made.add_argument(
            "--receipt",
            type=Path,
            metavar="FILE",
            help=say("write the person's receipt there, and print the text to send with it"),
        )
        commands.at(made, "when it happened; now")
        made.add_argument("--source", default="", help=say("where from: web"))
        if name == "withdraw":
            made.add_argument("--received-at", metavar="TIME", help=say("when it arrived"))
        if name == "give":
            made.add_argument(
                "--document",
                type=Path,
                metavar="FILE",
                help=say("the separate document; kept sealed"),
            )
            made.add_argument(
                "--document-hash", type=Path, metavar="FILE", help=say("its SHA-256 alone")
            )
            made.add_argument("--until", metavar="TIME", help=say("no longer holds"))
            made.add_argument(
                "--code",
                metavar="sent,returned",
                help=say("one-time code: sent to this number, returned; or none of them"),
            )
            made.add_argument(
                "--prechecked", action="store_true", help=say("the box was ticked beforehand")
            )
            made.add_argument(
                "--in-contract",
                nargs="?",
                const="",
                choices=("separate-mark",),
                help=say("stood inside a contract"),
            )
            made.add_argument(
                "--advertiser", metavar="INN", default="", help=say("whose goods are advertised")
            )
            made.add_argument(
                "--acts-for",
                metavar="INN,…",
                help=say(
                    'who may call for them; any: "persons acting for" them, whom assign names'
                ),
            )
            made.add_argument("--giver", default="unstated", help=", ".join(consent.words("giver")))
            made.add_argument("--authority", default="", help=say("a short word"))

    made = commands.command("reassign", reassign, "the number has a new holder")
    commands.log(made)
    commands.number(made)
    commands.at(made, "since when; now")
    made.add_argument("--source", default="", help=say("where the record comes from: web"))
