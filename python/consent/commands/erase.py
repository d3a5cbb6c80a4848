"""``consent erase``, ``act`` and ``hold``: forget a person, certify it, or forbid it."""

from __future__ import annotations

import argparse
from datetime import UTC, datetime
from typing import Any, Final

import consent
from consent import _core, erasure
from consent.commands.arguments import NO, YES, Commands, UsageError, moment_of, number_of, open_log
from consent.locale.message import Message
from consent.log import ErasureCheck, Log
from consent.terminal import Terminal

#: Entries named one by one.
MOST_SHOWN: Final = 10


def _in_words(check: ErasureCheck, given: argparse.Namespace, terminal: Terminal) -> list[str]:
    """What goes, and what stands in the way."""
    say = terminal.say
    if check.erased_before is not None:
        moment = terminal.moment(check.erased_before)
        return [
            say(
                "this number's holder was erased already; nothing said up to {} is taken in", moment
            )
        ]
    lines = [
        say(
            "entries that will lead to nobody: {}, consents among them: {}, sealed files: {}",
            check.entries,
            check.consents,
            check.files,
        )
    ]
    if check.hold is not None:
        held = _held(check.hold, terminal)
        lines.append(say("held by {}: not erased", held))
    if check.contacts:
        row = _core.retention("contact_proof", datetime.now(UTC))
        lines.append(
            say(
                "contacts whose lawfulness could not be proven any more: {} (seq {}); {}",
                len(check.contacts),
                ", ".join(map(str, check.contacts[:MOST_SHOWN])),
                row.citation_ru if terminal.lang == "ru" else row.citation,
            )
        )
        if not given.lose_proof:
            lines.append(
                say("not erased: --restrict keeps it for proof alone, --lose-proof erases it")
            )
    return lines


def _held(hold: _core.Hold, terminal: Terminal) -> str:
    """By whom, until when, by which entry."""
    until = terminal.say("without an end")
    if hold.until:
        until = f"{terminal.say('until')} {terminal.moment(hold.until)}"
    return f"{hold.by}, {until} ({terminal.entry(hold.seq)})"


def _plain(check: ErasureCheck) -> dict[str, Any]:
    hold = check.hold
    return {
        "entries": check.entries,
        "consents": check.consents,
        "files": check.files,
        "contacts": check.contacts,
        "hold": None if hold is None else {"by": hold.by, "until": hold.until, "seq": hold.seq},
        "erased_before": check.erased_before,
    }


def _people(names: list[str] | None) -> tuple[tuple[str, str], ...]:
    people = []
    for text in names or ():
        name, _, position = text.partition(",")
        people.append((name.strip(), position.strip()))
    return tuple(people)


def _operator(given: argparse.Namespace) -> erasure.Operator:
    return erasure.Operator(
        name=given.operator_name,
        address=given.operator_address,
        processor=given.processor,
        destroyed_by=_people(given.destroyed_by),
        system=given.system,
    )


def _tell_missing(terminal: Terminal, missing: list[int]) -> None:
    if missing:
        seqs = ", ".join(map(str, missing))
        terminal.print(
            terminal.say(
                "! no act is there of the erasures in entries {}: consent act LOG writes it", seqs
            )
        )


def erase(given: argparse.Namespace, terminal: Terminal) -> int:
    """Erase a number's holder, or restrict the record."""
    number = number_of(Message("argument {}", 2), given.number)
    if not given.restrict and (given.release or given.until):
        # Left out, --restrict would turn an end of a restriction into an erasure.
        raise UsageError("--release and --until: only with --restrict")
    if given.restrict and given.dry_run:
        raise UsageError("--dry-run: not with --restrict, which destroys nothing")
    if given.restrict and given.lose_proof:
        raise UsageError("--restrict: not with --lose-proof")
    held_at = moment_of(given, "--held-at", given.held_at)
    if given.dry_run:
        with open_log(given, writable=False) as log:
            check = log.before_erasing(number, held_at=held_at)
        if terminal.machine:
            terminal.document({"number_erased": False, "before": _plain(check)})
        else:
            for line in _in_words(check, given, terminal):
                terminal.print(line)
        blocked = check.hold or check.erased_before or (check.contacts and not given.lose_proof)
        return NO if blocked else YES
    with open_log(given, writable=True) as log:
        if given.restrict:
            return _restrict(log, number, held_at, given, terminal)
        done, act = erasure.carry_out(
            log,
            number,
            ground=given.ground,
            operator=_operator(given),
            reason=given.reason or erasure.REASON,
            requester=given.requester,
            lose_proof=given.lose_proof,
            held_at=held_at,
        )
        # Asked again after a kill: what is left to do is said.
        again = done.before.erased_before is not None
        missing = erasure.missing_acts(log, at=datetime.now(UTC)) if again else []
    answer = {
        "number_erased": done.erased,
        "act": None if act is None else str(act.file.with_suffix(".html")),
        "log_export": None if act is None else str(act.file),
        "seq": done.seq if done.erased else None,
        "missing": [] if act is None else list(act.missing),
        "before": _plain(done.before),
        "acts_missing": missing,
    }
    if terminal.machine:
        terminal.document(answer)
        return YES if done.erased else NO
    for line in _in_words(done.before, given, terminal):
        terminal.print(line)
    if act is None:
        _tell_missing(terminal, missing)
        return NO
    terminal.print(f"{terminal.say('data destroyed')}: {terminal.entry(done.seq)}")
    kept = terminal.say("act and log export, to be kept until")
    terminal.print(
        f"{kept} {terminal.moment(act.keep_until)}: {act.file.with_suffix('.html')}, {act.file}"
    )
    if act.missing:
        empty = terminal.say("still to be filled in by hand")
        names = {
            "name": terminal.say("name"),
            "address": terminal.say("address"),
            "destroyed_by": terminal.say("destroyed_by"),
        }
        terminal.print(f"{empty}: {', '.join(names[each] for each in act.missing)}")
    return YES


def act(given: argparse.Namespace, terminal: Terminal) -> int:
    """Write acts of destruction that are not there, from the entries of the erasures."""
    # For writing: opening so completes an erasure that was killed, and an act says that it is done.
    with open_log(given, writable=True) as log:
        found = erasure.missing_acts(log, at=datetime.now(UTC))
        wanted = [given.seq] if given.seq is not None else found
        if given.seq is not None and given.seq not in found:
            raise UsageError(
                Message("argument 2: entry {} is no erasure without an act", given.seq)
            )
        made = [erasure.complete(log, seq, _operator(given), reason=given.reason) for seq in wanted]
    if terminal.machine:
        terminal.document(
            [
                {
                    "seq": each.seq,
                    "act": str(each.file.with_suffix(".html")),
                    "log_export": str(each.file),
                    "missing": list(each.missing),
                }
                for each in made
            ]
        )
        return YES
    if not made:
        terminal.print(terminal.say("no act is missing"))
    for each in made:
        terminal.print(f"seq {each.seq}: {each.file.with_suffix('.html')}, {each.file}")
        if each.missing:
            empty = terminal.say("still to be filled in by hand")
            terminal.print(f"{empty}: {', '.join(each.missing)}")
    return YES


def _restrict(
    log: Log,
    number: consent.PhoneNumber,
    held_at: datetime | None,
    given: argparse.Namespace,
    terminal: Terminal,
) -> int:
    at = datetime.now(UTC)
    if given.release and held_at is None and log.restriction_of(number, at) is None:
        raise UsageError("--release: the record is not restricted")
    seq = log.append(
        consent.SubjectRestricted(
            number,
            at=at,
            ground=given.ground,
            released=given.release,
            until=moment_of(given, "--until", given.until, end=True),
        ),
        held_at=held_at,
    ).seq
    if terminal.machine:
        terminal.document({"number_erased": False, "restricted": not given.release, "seq": seq})
    elif given.release:
        freed = terminal.say("no longer restricted")
        terminal.print(f"{freed}: {terminal.entry(seq)}")
    else:
        kept = terminal.say("restricted, kept for proof alone")
        terminal.print(f"{kept}: {terminal.entry(seq)}")
    return YES


def hold(given: argparse.Namespace, terminal: Terminal) -> int:
    """Forbid erasing, or allow it again."""
    number = number_of(Message("argument {}", 2), given.number)
    event = consent.SubjectHeld(
        number,
        at=datetime.now(UTC),
        by=given.by,
        ground=given.ground,
        until=moment_of(given, "--until", given.until, end=True),
        released=given.release,
    )
    held_at = moment_of(given, "--held-at", given.held_at)
    with open_log(given, writable=True) as log:
        if given.release and log.before_erasing(number, held_at=held_at).hold is None:
            raise UsageError("hold --release: no hold is in force")
        seq = log.append(event, held_at=held_at).seq
        # Others may hold it too, and theirs stands.
        still = log.before_erasing(number, held_at=held_at).hold if given.release else None
    if terminal.machine:
        document = {"held": not given.release, "by": given.by, "until": event.until, "seq": seq}
        if still is not None:
            document |= {"held": True, "by": still.by, "until": still.until}
        terminal.document(document)
    else:
        said = terminal.say("hold released")
        if not given.release:
            said = terminal.say("held, not to be erased")
        terminal.print(f"{said}: {terminal.entry(seq)}")
        if still is not None:
            held = _held(still, terminal)
            terminal.print(terminal.say("still held by {}", held))
    return NO if still is not None else YES


def _for_the_act(commands: Commands, made: argparse.ArgumentParser) -> None:
    say = commands.say
    made.add_argument("--reason", help=say("for the act"))
    for name, what in (
        ("--operator-name", Message("operator's name; else the log's")),
        ("--operator-address", Message("operator's address")),
        ("--processor", Message("name and address of the processor")),
        ("--system", Message("name of the information system")),
    ):
        made.add_argument(name, default="", help=say(what))
    made.add_argument(
        "--destroyed-by",
        action="append",
        metavar="NAME, POSITION",
        help=say("who signs the act; may be repeated"),
    )


def add(commands: Commands) -> None:
    """Declare what can be typed."""
    say = commands.say
    made = commands.command("erase", erase, "erase a person, with act and log export")
    commands.log(made)
    commands.number(made)
    made.add_argument("--ground", required=True, help=say("a short word: 152-fz/21-5"))
    made.add_argument("--requester", default="", metavar="REF", help=say("of the demand"))
    made.add_argument("--lose-proof", action="store_true", help=say("although contacts need proof"))
    made.add_argument("--held-at", metavar="TIME", help=say("who held it then"))
    made.add_argument("--dry-run", action="store_true", help=say("say what would go"))
    made.add_argument("--restrict", action="store_true", help=say("keep for proof alone"))
    made.add_argument("--until", metavar="TIME", help=say("of --restrict"))
    made.add_argument("--release", action="store_true", help=say("end --restrict"))
    _for_the_act(commands, made)
    made = commands.command("act", act, "write an act of destruction that is missing")
    commands.log(made)
    made.add_argument(
        "seq",
        metavar="SEQ",
        type=int,
        nargs="?",
        help=say("entry of the erasure; all that lack one"),
    )
    _for_the_act(commands, made)
    made = commands.command("hold", hold, "forbid to erase (legal hold)")
    commands.log(made)
    commands.number(made)
    made.add_argument("--by", required=True, help=say("INN or short word"))
    made.add_argument("--until", metavar="TIME", help=say("when the hold ends; else it has no end"))
    made.add_argument("--ground", default="", help=say("a short word"))
    made.add_argument("--held-at", metavar="TIME", help=say("who held it then"))
    made.add_argument("--release", action="store_true", help=say("end it"))
