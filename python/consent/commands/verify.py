"""``consent verify``: does a log, a pack or a receipt hold?"""

from __future__ import annotations

import argparse
import os
from pathlib import Path

import consent
from consent.commands.arguments import NO, YES, Commands, UsageError, as_file
from consent.files import private_file
from consent.locale.message import Message
from consent.terminal import Progress, Terminal

#: The page that checks; also in every pack, where it proves nothing about that pack.
PAGE = Path(consent.__file__).parent / "standalone" / "verify.html"
_LARGEST_NOTE = 64 << 10
_DASH = "— ".encode()


def verify(given: argparse.Namespace, terminal: Terminal) -> int:
    """Check a log, a pack or a receipt."""
    if given.page is not None:
        if given.path is not None:
            raise UsageError("--page: writes the page and checks nothing")
        private_file.write(given.page, PAGE.read_bytes())
        given.page.chmod(0o644)  # to be published
        terminal.print(f"{terminal.say('page written')}: {given.page}")
        return YES
    if given.path is None:
        raise UsageError("name a log, a pack or a receipt")
    if given.path.suffix == ".checkpoint" or _is_checkpoint(given.path):
        raise UsageError(
            "a checkpoint alone shows nothing: consent verify LOG --checkpoint FILE --key KEY"
        )
    with as_file(given.path) as path, Progress(terminal.say("verify")) as progress:
        try:
            found = consent.verify(
                path,
                trusted=given.key or (),
                receipts=given.receipt or (),
                checkpoints=given.checkpoint or (),
                passphrase=os.environ.get("CONSENT_PASSPHRASE", ""),
                progress=progress,
            )
        except consent.ProofError as error:  # of a key; what does not hold is an answer
            raise UsageError(Message("--key: {}", error)) from None
        except consent.InvalidArgument as error:
            raise UsageError(Message("--receipt, --checkpoint: {}", error)) from None
        except OSError:
            raise UsageError("--checkpoint: cannot be read") from None
    coverage = found.coverage
    if terminal.machine:
        terminal.document(
            {
                "question": found.question,
                "verdict": found.verdict,
                "statement": found.statement,
                "coverage": {
                    "entries": coverage.entries,
                    "signed_up_to": coverage.signed_up_to,
                    "open_tail": coverage.open_tail,
                    "covered": coverage.covered,
                    "signed_by": coverage.signed_by or None,
                    "key_was_given": coverage.key_was_given,
                    "standing_checked": coverage.standing_checked,
                    "not_checked": coverage.not_checked,
                    "litter": coverage.litter,
                    "signatures": coverage.signatures,
                    "extras": coverage.extras,
                },
                "warnings": found.warnings,
                "problem": None
                if found.problem is None
                else {"seq": found.problem.seq, "what": found.problem.what},
            }
        )
        return YES if found.verdict == "proven" else NO
    say = terminal.say
    verdict = {
        "proven": say("PROVEN"),
        "refuted": say("REFUTED"),
        "not_proven": say("NOT PROVEN"),
    }[found.verdict]
    shown = terminal.coloured(verdict, found.verdict)
    if coverage.extras:
        beside = say("files that are no part of it: {}", len(coverage.extras))
        shown += f" ({beside})"
    if found.statement:
        terminal.print(f"{shown}: {terminal.words(found.statement)}")
        terminal.print(f"  {terminal.words(found.question)}")
    else:
        terminal.print(f"{shown}: {terminal.words(found.question)}")
    if found.problem is not None:
        terminal.print(
            f"  {terminal.entry(found.problem.seq)}: {terminal.words(found.problem.what)}"
        )
    key = (
        say("a key that you gave")
        if coverage.key_was_given
        else say("the key that it names itself")
    )
    covered = [
        (say("entries re-hashed"), coverage.entries),
        (say("signed up to"), coverage.signed_up_to),
        (say("entries after that"), coverage.open_tail),
        (say("signed by"), coverage.signed_by or "—"),
        (say("checked with"), key if coverage.signed_by else "—"),
        (say("standing rebuilt"), say("yes") if coverage.standing_checked else say("no")),
    ]
    for name, value in covered:
        terminal.print(f"  {name}: {value}")
    for item in coverage.not_checked:
        terminal.print(f"  {say('not checked')}: {terminal.words(item)}")
    for about, names in (
        (say("left by systems, passed over"), coverage.litter),
        (say("signatures, not checked"), coverage.signatures),
    ):
        if names:
            terminal.print(f"  {about}: {', '.join(names)}")
    for warning in found.warnings:
        terminal.print(f"  ! {terminal.words(warning)}")
    return YES if found.verdict == "proven" else NO


def _is_checkpoint(path: Path) -> bool:
    """Whether a file is a signed checkpoint: three lines, an empty one, signatures."""
    try:
        if not path.is_file() or path.stat().st_size > _LARGEST_NOTE:
            return False
        lines = path.read_bytes().split(b"\n")
    except OSError:
        return False
    return len(lines) > 4 and lines[1].isdigit() and not lines[3] and lines[4].startswith(_DASH)


def add(commands: Commands) -> None:
    """Declare what can be typed."""
    say = commands.say
    made = commands.command("verify", verify, "check a log, a pack or a receipt")
    made.add_argument(
        "path",
        metavar="LOG|PACK|RECEIPT",
        nargs="?",
        type=Path,
        help=say("- is a pack or receipt from stdin"),
    )
    made.add_argument(
        "--receipt",
        action="append",
        type=Path,
        metavar="FILE",
        help=say(
            "a receipt that the log or pack must stand up to; may be repeated",
        ),
    )
    made.add_argument(
        "--checkpoint",
        action="append",
        type=Path,
        metavar="FILE",
        help=say("a checkpoint that the log must extend; may be repeated"),
    )
    made.add_argument(
        "--key",
        action="append",
        metavar="VKEY",
        help=say("a verifier key to trust; may be repeated"),
    )
    made.add_argument(
        "--page",
        type=Path,
        metavar="FILE",
        help=say("write verify.html, which checks packs in a browser without Python"),
    )
