"""``consent diary``: a subscriber notes a contact, or reads in what a telephone wrote down."""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path
from typing import Final, NamedTuple

import consent
from consent import complaint, complaint_pack, matching
from consent.commands.arguments import NO, USAGE, YES, Commands, UsageError, columns_of, open_log
from consent.commands.moments import read_moment
from consent.commands.record import kept_file
from consent.errors import ParseError
from consent.event import ConsentStance
from consent.files.callers import look_up
from consent.files.clock import load_zone
from consent.files.phone_log import PhoneLine, PhoneLog, read_phone_log, sender_in
from consent.files.records import InputError
from consent.letters.facts import moment_text
from consent.locale.message import Message
from consent.terminal import Terminal
from consent.wire import Heard, ReceivedOver, YesNo

#: A day and a time without a year: the last such moment before now.
_SHORT: Final = re.compile(r"(\d{1,2})\.(\d{1,2})[ T,]+(\d{1,2}:\d\d(?::\d\d)?)")
_CLOCK: Final = re.compile(r"\d{1,2}:\d\d(?::\d\d)?")
_OVER: Final[dict[str, tuple[ReceivedOver, Heard]]] = {
    **{"voice": ("voice", "unclear"), "person": ("voice", "person"), "robot": ("voice", "robot")},
    **{"call": ("voice", "unclear"), "sms": ("sms", "unclear"), "email": ("email", "unclear")},
    **{"messenger": ("messenger", "unclear"), "звонок": ("voice", "unclear")},
    **{"человек": ("voice", "person"), "робот": ("voice", "robot"), "смс": ("sms", "unclear")},
    **{"мессенджер": ("messenger", "unclear"), "письмо": ("email", "unclear")},
}
_NEVER: Final = frozenset(("never", "no", "нет", "не давал", "не давала", "никогда"))
_UNKNOWN: Final = frozenset(("", "unknown", "не знаю", "не помню", "?"))
_WITHDRAWN: Final = re.compile(
    r"(?:withdrawn|отозвал[а-я]*|отозвано)(?:[ :,]+(.+))?", re.IGNORECASE
)


def zone_of(given: argparse.Namespace, log: consent.Log) -> tzinfo:
    """The zone of typed and shown times: declared, else that of the number's range.

    Raises:
        UsageError: None is declared, and the range has none or several.
    """
    terminal: Terminal = given.terminal
    if terminal.zone is None:
        zones = consent.Numbering.built_in().lookup(complaint.subscriber_of(log)).zones
        if len(zones) != 1:
            raise UsageError("no zone is declared for these times; add --zone Europe/Moscow")
        terminal.zone = load_zone(zones[0])
    return terminal.zone


def moment(name: str, text: str, zone: tzinfo, now: datetime) -> datetime:
    """Read when a contact was: also ``20.11 9:42``, the last one before now, and ``9:42``.

    Raises:
        UsageError: It is no moment, or lies ahead.
    """
    text = text.strip()
    local = now.astimezone(zone)
    if _CLOCK.fullmatch(text):
        text = f"{local:%d.%m.%Y} {text}"
    elif found := _SHORT.fullmatch(text):
        day, month, clock = found.groups()
        text = f"{int(day):02d}.{int(month):02d}.{local.year} {clock}"
        if (int(month), int(day)) > (local.month, local.day):
            text = f"{int(day):02d}.{int(month):02d}.{local.year - 1} {clock}"
    at = read_moment(name, text, zone)
    if at > now:
        raise UsageError(Message("{}: lies ahead of now", name))
    return at


class _Question(NamedTuple):
    """One question: the option that answers it, what is asked, and why a body needs it."""

    option: str
    ask: str
    why: str


def _questions(terminal: Terminal) -> tuple[_Question, ...]:
    say = terminal.say
    return (
        _Question(
            "at",
            say("1 of 6. When was it? (20.11 9:42)"),
            say("without the time of each contact nobody can find it at the operator"),
        ),
        _Question(
            "from_",
            say("2 of 6. From which number or name? (empty: hidden)"),
            say("FAS asks for the calling number or the sender's name"),
        ),
        _Question(
            "over",
            say("3 of 6. What was it? (person, robot, call, sms, messenger, email)"),
            say("a robot breaks a ban of its own"),
        ),
        _Question(
            "said",
            say("4 of 6. What was offered, and in whose name? (Bank: a loan at 5 %)"),
            say("without the content nobody can tell that it was advertising"),
        ),
        _Question(
            "consent",
            say("5 of 6. Did you ever consent? (never; withdrawn 01.10.2026; unknown)"),
            say("a complaint states it; the proof of a consent is theirs"),
        ),
        _Question(
            "recording",
            say("6 of 6. File of the recording or screenshot? (empty: none)"),
            say("complaints without one are refused most often"),
        ),
    )


def _stance(name: str, text: str, zone: tzinfo, now: datetime) -> ConsentStance | None:
    plain = text.strip().casefold()
    if plain in _UNKNOWN:
        return None
    if plain in _NEVER:
        return ConsentStance("never")
    if found := _WITHDRAWN.fullmatch(text.strip()):
        return ConsentStance("withdrawn", moment(name, found[1], zone, now) if found[1] else None)
    raise UsageError(Message("{}: never, withdrawn DATE or unknown", name))


def _over(name: str, text: str) -> tuple[ReceivedOver, Heard]:
    found = _OVER.get(text.strip().casefold())
    if found is None:
        raise UsageError(Message("{}: person, robot, call, sms, messenger or email", name))
    return found


def _sender(name: str, text: str) -> str:
    try:
        return sender_in(text, "RU")[0]
    except ParseError as error:
        raise UsageError(Message("{}: {}", name, error)) from None


def _existing(name: str, text: str | Path) -> Path:
    path = Path(text).expanduser()
    if not path.is_file():
        raise UsageError(Message("{}: there is no such file", name))
    return path


def _ask(given: argparse.Namespace, terminal: Terminal, zone: tzinfo) -> None:
    """Ask what was not typed; on a terminal an answer that cannot be read is asked again."""
    checks: dict[str, Callable[[str], object]] = {
        "at": lambda text: moment("--at", text, zone, given.now),
        "from_": lambda text: _sender("--from", text),
        "over": lambda text: _over("--over", text),
        "consent": lambda text: _stance("--consent", text, zone, given.now),
        "recording": lambda text: _existing("--recording", text) if text else None,
    }
    typed = {"at": given.when, "recording": given.recording or given.screenshot}
    for question in _questions(terminal):
        if typed.get(question.option, getattr(given, question.option, None)) is not None:
            continue
        while True:
            sys.stderr.write(f"{question.ask}\n   {question.why}\n> ")
            sys.stderr.flush()
            line = sys.stdin.readline()
            if not line:
                raise UsageError("the questions ended before they were answered")
            text = line.strip().strip("'\"")
            try:
                if check := checks.get(question.option):
                    check(text)
            except UsageError as error:
                if not sys.stdin.isatty():
                    raise
                terminal.error(error)
                continue
            break
        if question.option == "at":
            given.when = text
        elif question.option == "recording":
            given.recording = [Path(text)] if text else []
        else:
            setattr(given, question.option, text)


def note(given: argparse.Namespace, terminal: Terminal) -> int:
    """Note one contact."""
    with open_log(given, writable=True) as log:
        zone = zone_of(given, log)
        if not given.one_line:
            _ask(given, terminal, zone)
        if given.when is None:
            raise UsageError("--at is needed: when the contact was")
        at = moment("--at", given.when, zone, given.now)
        sender = _sender("--from", given.from_ or "")
        channel, heard = _over("--over", given.over or "call")
        said, company = given.said or "", given.company or ""
        if not company and (found := re.match(r"([^:\n]{2,80}):\s+(.+)", said, re.DOTALL)):
            company, said = found[1].strip(), found[2].strip()
        stance = _stance("--consent", given.consent or "", zone, given.now)
        personal = stance
        if given.personal_data_consent is not None:
            name = "--personal-data-consent"
            personal = _stance(name, given.personal_data_consent, zone, given.now)
        evidence = []
        for files, option in ((given.recording, "--recording"), (given.screenshot, "--screenshot")):
            for each in files or ():
                path = _existing(option, each)
                evidence.append(kept_file(path))
        event = consent.ContactReceived(
            complaint.subscriber_of(log),
            at=at,
            channel=channel,
            heard=heard,
            purpose=given.purpose,
            distributor=given.distributor or "",
            identified_by=given.identified_by or "",
            answered=given.answered or "unknown",
            asked_to_stop="yes" if given.asked_to_stop else "unknown",
            called_by_name="yes" if given.called_by_name else "unknown",
            duration_s=given.duration,
            advertising_consent=stance,
            personal_data_consent=personal,
            evidence=evidence,
            sender=sender,
            label=given.label or "",
            company=company,
            said=said,
        )
        if (alike := complaint.same_contact(log, event)) is not None:
            terminal.error(
                Message("entry {} already notes a contact of this caller at about that time", alike)
            )
        seq = log.append_at(event, given.now).seq
        kept = log.evidence_of(seq)
        hints = {} if given.directory is None else look_up(given.directory, [sender])
    if terminal.machine:
        terminal.document(
            {
                "seq": seq,
                "at": at,
                "channel": channel,
                "heard": heard,
                "files": len(kept),
                "hints": [hint.message() for hint in hints.get(sender, ())],
            }
        )
        return YES
    terminal.print(terminal.say("noted: {}, {}", terminal.entry(seq), moment_text(at, zone)))
    for hint in hints.get(sender, ()):
        terminal.print(terminal.words(hint.message()))
    if not kept:
        terminal.print(
            terminal.say("no recording or screenshot: complaints are refused for that most often")
        )
    return YES


# --- import --------------------------------------------------------------------------------------


def _results(terminal: Terminal) -> dict[str, str]:
    return {
        "matched": terminal.say("found"),
        "other_sender": terminal.say("another caller at that time"),
        "other_time": terminal.say("this caller, at another time"),
        "not_covered": terminal.say("the file does not cover that time"),
        "missing": terminal.say("not in the file"),
    }


def take_in(given: argparse.Namespace, terminal: Terminal) -> int:
    """Match a file with what was noted, note what was asked for, and keep the file."""
    file = _existing("FILE", given.words[-1])
    with open_log(given, writable=True) as log:
        zone = zone_of(given, log)
        subscriber = complaint.subscriber_of(log)
        try:
            lines = read_phone_log(
                file,
                zone=zone,
                subscriber=subscriber,
                columns=columns_of(given),
                sheet=given.sheet,
                encoding=given.encoding,
            )
        except InputError as error:
            raise UsageError(error.within(file.name)) from None
        senders = [_sender("--note", each) for each in given.note or ()]
        noted = [_note_line(log, line, given.now) for line in _new(log, lines, senders)]
        contacts = [
            matching.Contact(each.seq, each.at, each.sender, each.channel != "voice")
            for each in complaint_pack.contacts_of(log)
        ]
        matches = matching.match(contacts, lines.lines)
        matched = [each for each in matches if each.result == "matched"]
        # What a phone wrote down itself is no word of the operator.
        own = lines.source.startswith("android")
        kind = given.as_ or ("call_log" if own else "operator_detail")
        kept = None
        if matched and not given.keep_off:
            kept = log.append_at(
                consent.EvidenceAdded(
                    subscriber,
                    at=given.now,
                    of=matched[0].contact.seq,
                    kind=kind,
                    evidence=[kept_file(file, kind)],
                ),
                given.now,
            ).seq
    read = len(lines.lines) + len(lines.refused)
    if terminal.machine:
        terminal.document(
            {
                "source": lines.source,
                "rows": read,
                "refused": [{"row": each.row, "reason": each.reason} for each in lines.refused],
                "noted": noted,
                "matches": [
                    {
                        "seq": each.contact.seq,
                        "result": each.result,
                        "row": None if each.line is None else each.line.row,
                        "off_s": int(each.by.total_seconds()),
                    }
                    for each in matches
                ],
                "kept": kept,
                "ok": bool(lines.lines),
            }
        )
    else:
        _show(lines, noted, matches, kept, zone, terminal)
    if not lines.lines:
        return USAGE
    return YES if len(matched) == len(matches) else NO


def _new(log: consent.Log, lines: PhoneLog, senders: list[str]) -> list[PhoneLine]:
    """Lines of named callers that the diary does not have."""
    wanted = {each.casefold() for each in senders}
    lines_of = [line for line in lines.lines if line.sender.casefold() in wanted]
    there = [(each.sender.casefold(), each.at) for each in complaint_pack.contacts_of(log)]
    return [
        line
        for line in lines_of
        if line.way != "outgoing"
        and line.kind != "other"
        and not any(
            sender == line.sender.casefold() and abs(at - line.at) <= matching.WITHIN
            for sender, at in there
        )
    ]


def _note_line(log: consent.Log, line: PhoneLine, now: datetime) -> int:
    subscriber = complaint.subscriber_of(log)
    answered: YesNo = "unknown"
    if line.answered is not None and line.kind == "call":
        answered = "yes" if line.answered else "no"
    event = consent.ContactReceived(
        subscriber,
        at=line.at.astimezone(UTC),
        channel="sms" if line.kind == "message" else "voice",
        answered=answered,
        duration_s=line.duration_s if line.kind == "call" else None,
        sender=line.sender,
        label=line.label,
        said=line.text,
        source="import:phone",
    )
    return log.append_at(event, now).seq


def _show(
    lines: PhoneLog,
    noted: list[int],
    matches: list[matching.Match],
    kept: int | None,
    zone: tzinfo,
    terminal: Terminal,
) -> None:
    say = terminal.say
    terminal.print(say("lines read: {}, not read: {}", len(lines.lines), len(lines.refused)))
    for refusal in lines.refused[:20]:
        terminal.print(f"  {say('row')} {refusal.row}: {terminal.words(refusal.reason)}")
    if noted:
        terminal.print(say("noted from the file: {}", len(noted)))
    results = _results(terminal)
    for each in matches:
        row = "" if each.line is None else f", {say('row')} {each.line.row}"
        off = ""
        if each.line is not None and each.by:
            sign = "+" if each.by > timedelta() else "-"
            off = f", {sign}{abs(int(each.by.total_seconds()))} s"
        terminal.print(
            f"{terminal.entry(each.contact.seq)}  {moment_text(each.contact.at, zone)}  "
            f"{results[each.result]}{row}{off}"
        )
    if not lines.seconds:
        terminal.print(say("the file has no seconds: a match is as exact as its minutes"))
    if kept is not None:
        terminal.print(say("the file is kept, sealed: {}", terminal.entry(kept)))


def diary(given: argparse.Namespace, terminal: Terminal) -> int:
    """Note a contact, or take in a file."""
    words = given.words
    if words[0] == "import":
        if len(words) != 3:
            raise UsageError("consent diary import LOG FILE")
        given.log = Path(words[1])
        return take_in(given, terminal)
    if len(words) != 1:
        raise UsageError("consent diary LOG, or consent diary import LOG FILE")
    given.log = Path(words[0])
    return note(given, terminal)


def add(commands: Commands) -> None:
    """Declare what can be typed."""
    say = commands.say
    made = commands.command("diary", diary, "note a contact that you received, or import a file")
    made.add_argument(
        "words", metavar="LOG | import LOG FILE", nargs="+", help=say("the diary; or a file for it")
    )
    commands.opening(made)
    made.add_argument("--at", dest="when", metavar="TIME", help=say("20.11 9:42"))
    made.add_argument(
        "--from", dest="from_", metavar="SENDER", help=say("number or name; empty: hidden")
    )
    made.add_argument("--over", metavar="WORD", help="person, robot, call, sms, messenger, email")
    made.add_argument("--said", metavar="TEXT", help=say("what was said; Company: words"))
    made.add_argument(
        "--company", metavar="NAME", help=say("on whose behalf they said they called")
    )
    made.add_argument(
        "--consent", metavar="WORD", help=say("to advertising: never, withdrawn DATE, unknown")
    )
    made.add_argument(
        "--personal-data-consent", metavar="WORD", help=say("the same of personal data; else equal")
    )
    made.add_argument(
        "--recording", type=Path, action="append", metavar="FILE", help=say("kept sealed")
    )
    made.add_argument(
        "--screenshot", type=Path, action="append", metavar="FILE", help=say("kept sealed")
    )
    made.add_argument("--label", metavar="TEXT", help=say("what the screen showed"))
    made.add_argument("--purpose", default="advertising", help=", ".join(consent.words("purpose")))
    made.add_argument("--distributor", metavar="INN", help=say("where it is established"))
    made.add_argument("--identified-by", metavar="TEXT", help=say("how it was established"))
    made.add_argument("--answered", choices=("yes", "no"), help=say("whether you took the call"))
    made.add_argument("--duration", type=int, metavar="SECONDS", help=say("how long they talked"))
    made.add_argument("--asked-to-stop", action="store_true", help=say("you asked them to stop"))
    made.add_argument("--called-by-name", action="store_true", help=say("they used your name"))
    made.add_argument(
        "--directory", type=Path, metavar="FILE", help=say("your own directory of callers; hints")
    )
    made.add_argument(
        "--one-line", action="store_true", help=say("ask nothing; what is not typed is not known")
    )
    made.add_argument(
        "--note", action="append", metavar="SENDER", help=say("import: note its contacts as well")
    )
    made.add_argument(
        "--keep-off", action="store_true", help=say("import: do not keep the file in the log")
    )
    made.add_argument(
        "--as",
        dest="as_",
        choices=("operator_detail", "call_log"),
        help=say("import: whose file it is; else XML is the phone's and others the operator's"),
    )
    made.add_argument("--sheet", help=say("of a workbook"))
    made.add_argument("--encoding", help=say("else found out"))
    commands.columns(made)
