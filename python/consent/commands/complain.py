"""``consent profile``, ``letter``, ``complain``: who writes, one letter, and the pack of a body."""

from __future__ import annotations

import argparse
import dataclasses
import getpass
import os
import sys
from pathlib import Path

from consent import asic, complaint, complaint_pack, letters
from consent.commands.arguments import (
    NO,
    YES,
    Commands,
    UsageError,
    numbering_of,
    open_log,
    words_of,
)
from consent.commands.diary import zone_of
from consent.commands.ready import tell
from consent.files import private_file
from consent.letters.profile import Profile, default_profile
from consent.locale.message import Message
from consent.terminal import Terminal

_FIELDS = ("name", "address", "email", "passport", "inn", "ogrn", "signatory", "holder")
_OTHERS = ("representative", "operator")


def _passphrase(*, twice: bool = False) -> str:
    found = os.environ.get("CONSENT_PROFILE_PASSPHRASE", "")
    if found:
        return found
    if not sys.stdin.isatty():
        raise UsageError("the profile's passphrase: CONSENT_PROFILE_PASSPHRASE is needed")
    typed = getpass.getpass("profile: ")
    if twice and typed != getpass.getpass("profile: "):
        raise UsageError("the two passphrases differ")
    return typed


def profile_of(given: argparse.Namespace) -> Profile:
    """The profile that was named, or the one at its usual place; empty where there is none."""
    file: Path = given.profile or default_profile()
    if not file.exists():
        if given.profile is not None:
            raise UsageError("--profile: there is no such file; consent profile makes it")
        return Profile()
    passphrase = _passphrase() if Profile.is_locked(file) else ""
    return Profile.load(file, passphrase=passphrase)


def profile(given: argparse.Namespace, terminal: Terminal) -> int:
    """Write down who writes."""
    file: Path = given.profile or default_profile()
    locked = Profile.is_locked(file)
    passphrase = ""
    if given.passphrase or locked:
        passphrase = _passphrase(twice=given.passphrase and not locked)
        if not passphrase:
            raise UsageError("an empty passphrase closes nothing")
    old = (
        Profile.load(file, passphrase=passphrase if locked else "") if file.exists() else Profile()
    )
    typed = {
        name: value for name in (*_FIELDS, *_OTHERS) if (value := getattr(given, name)) is not None
    }
    if given.kind is not None:
        typed["kind"] = given.kind
    made = dataclasses.replace(old, **typed)
    if typed:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        made.save(file, passphrase=passphrase)
    known = {name: bool(getattr(made, name)) for name in (*_FIELDS, *_OTHERS)}
    if terminal.machine:
        terminal.document({"file": str(file), "kind": made.kind, "known": known})
        return YES
    terminal.print(f"{terminal.say('profile')}: {file}")
    for name, there in known.items():
        terminal.print(f"  {name}: {terminal.say('known') if there else '—'}")
    return YES


def _bodies(text: str) -> list[complaint_pack.Body]:
    """Bodies between commas, each once."""
    known: dict[str, complaint_pack.Body] = {each: each for each in complaint_pack.BODIES}
    found = dict.fromkeys(words_of(text))
    if not found or set(found) - set(known):
        raise UsageError(Message("--to: {}, or several with commas", ", ".join(known)))
    return [known[each] for each in found]


def applicant_of(given: argparse.Namespace, who: Profile, to: str) -> complaint.Applicant:
    """What readiness is told of the applicant: whether it is there, never what it says."""
    encloses = words_of(given.has or "")
    if to == "fas":
        encloses = (*encloses, "secrecy_consent")  # the pack makes its page
    return complaint.Applicant(
        kind=who.kind,
        representative=bool(who.representative),
        other_holder=bool(who.holder),
        operator_contract=given.operator_contract,
        full_name=bool(who.name),
        postal_address=bool(who.address),
        electronic_address=bool(who.email),
        passport=bool(who.passport),
        encloses=encloses,
        filing=given.filing,
    )


def _keep_off(given: argparse.Namespace) -> None:
    private_file.keep_off(given.out, log=given.log, inputs=(given.profile, given.passphrase_file))


def letter(given: argparse.Namespace, terminal: Terminal) -> int:
    """Write one letter."""
    _keep_off(given)
    with open_log(given, writable=False) as log:
        zone = zone_of(given, log)
        to = letters.template(given.kind).to
        facts = complaint_pack.facts_of(
            log,
            to=to if to in complaint_pack.BODIES else "operator",
            profile=(who := profile_of(given)),
            now=given.now,
            zone=zone,
            seqs=given.contacts,
            numbering=numbering_of(given),
        )
    if to == "company" or given.to is not None:
        facts = dataclasses.replace(facts, addressee=(given.to,) if given.to else ())
    made = letters.write(given.kind, facts, who)
    data = made.docx(at=given.now) if given.out.suffix == ".docx" else made.pdf(at=given.now)
    private_file.write(given.out, data)
    if terminal.machine:
        terminal.document({"kind": given.kind, "out": str(given.out), "bytes": len(data)})
    else:
        terminal.print(f"{terminal.say('letter written')}: {given.out}")
        _say_open(who, terminal)
    return YES


def _say_open(who: Profile, terminal: Terminal) -> None:
    if not (who.name and who.address):
        terminal.print(
            terminal.say(
                "your name or address is not known and stays open: consent profile --name … "
                "--address …; an appeal without them gets no answer"
            )
        )


def complain(given: argparse.Namespace, terminal: Terminal) -> int:
    """Write the pack of one body."""
    _keep_off(given)
    asic.refuse_name(given.out)
    who, to = profile_of(given), _bodies(given.to)
    with open_log(given, writable=True) as log:
        zone = zone_of(given, log)
        seqs = given.contacts
        found = [
            complaint.ready(
                log,
                to=body,
                at=given.now,
                applicant=applicant_of(given, who, body),
                contacts=seqs or (),
            )
            for body in to
        ]
        lacks = list(
            dict.fromkeys(
                each.name_ru
                for ready in found
                for each in ready.items
                if each.weight == "refuse" and each.state != "present"
            )
        )
        if lacks and not given.draft:
            for ready in () if terminal.machine else found:
                tell(ready, terminal)
            terminal.error(
                Message("the pack is not written: something is missing; --draft writes it anyway")
            )
            return NO
        try:
            packed = complaint_pack.pack(
                log,
                to=to,
                out=given.out,
                profile=who,
                now=given.now,
                zone=zone,
                seqs=seqs,
                with_seqs=given.with_ or (),
                lacks=lacks,
                numbering=numbering_of(given),
            )
        except FileExistsError:
            raise UsageError("--out: the folder is there already") from None
    if terminal.machine:
        terminal.document(
            {
                "to": packed.to,
                "out": str(packed.path),
                "draft": packed.draft,
                "lacks": packed.lacks,
                "contacts": packed.contacts,
                "files": [{"name": name, "bytes": size} for name, size in packed.files],
                "warnings": packed.warnings,
                "offices": [None if each is None else each.name for each in packed.offices],
            }
        )
        return YES
    say = terminal.say
    terminal.print(f"{say('pack written')}: {packed.path}")
    width = max(len(name) for name, _ in packed.files)
    for name, size in packed.files:
        terminal.print(f"  {name.ljust(width)}  {size:>9,}")
    for warning in packed.warnings:
        terminal.print(f"! {terminal.words(warning)}")
    for body, office in zip(packed.to, packed.offices, strict=True):
        if office is not None:
            terminal.print(
                say("proposed office, by the region of your number; check it: {}", office.name)
            )
            if office.electronic:
                terminal.print(f"  {office.electronic}")
        elif body == "fas":
            terminal.print(say("no source shows the office of your region; choose it yourself"))
    if packed.draft:
        terminal.print(say("this is a draft; missing: {}", "; ".join(packed.lacks)))
    _say_open(who, terminal)
    terminal.print(
        say("print and sign the letters, or sign them in Gosuslugi; plain e-mail is no appeal")
    )
    return YES


def add(commands: Commands) -> None:
    """Declare what can be typed."""
    say = commands.say
    made = commands.command("profile", profile, "who writes the letters; kept outside the log")
    where = say("the profile; else in ~/.config/consent")
    made.add_argument("--profile", type=Path, metavar="FILE", help=where)
    made.add_argument("--kind", choices=("person", "entity"), help=say("who complains"))
    texts = {
        "name": Message("full name, or the name of the entity"),
        "address": Message("postal address for the answer"),
        "email": Message("for the answer"),
        "passport": Message(
            "series, number, by whom and when issued; for the consent to disclosure"
        ),
        "inn": Message("of an entity"),
        "ogrn": Message("of an entity"),
        "signatory": Message("who signs for an entity"),
        "holder": Message("the subscriber by contract, where that is another"),
        "representative": Message("who files for you, with a power of attorney"),
        "operator": Message("your telephone operator"),
    }
    for name in (*_FIELDS, *_OTHERS):
        made.add_argument(f"--{name}", metavar="TEXT", help=say(texts[name]))
    made.add_argument("--passphrase", action="store_true", help=say("close it with a passphrase"))

    made = commands.command("letter", letter, "write one letter as PDF or DOCX")
    commands.log(made)
    made.add_argument("kind", metavar="KIND", help=", ".join(sorted(letters.templates())))
    made.add_argument(
        "--out", required=True, type=Path, metavar="FILE.pdf", help=say("a PDF, or a DOCX")
    )
    made.add_argument("--to", metavar="TEXT", help=say("the addressee, where it is a company"))
    _common(commands, made, where)

    made = commands.command("complain", complain, "the pack of a complaint: letters and evidence")
    commands.log(made)
    made.add_argument(
        "--to",
        required=True,
        metavar="BODY",
        help=", ".join(complaint_pack.BODIES) + say("; fas,rkn: one pack with two letters"),
    )
    made.add_argument(
        "--out", required=True, type=Path, metavar="PACK.zip", help=say("a ZIP, or a new folder")
    )
    made.add_argument(
        "--draft", action="store_true", help=say("write it although something is missing")
    )
    made.add_argument(
        "--has", metavar="WORD,…", help=say("attachments that you enclose by hand: identity_copy")
    )
    made.add_argument(
        "--operator-contract",
        action="store_true",
        help=say("a consent may stand in the contract with the operator"),
    )
    made.add_argument(
        "--filing",
        choices=("unstated", "paper", "portal", "email", "spam_form"),
        default="unstated",
        help=say("how it will be filed"),
    )
    made.add_argument(
        "--with",
        dest="with_",
        type=int,
        action="append",
        metavar="SEQ",
        help=say("an entry whose papers go along as well"),
    )
    _common(commands, made, where)


def _common(commands: Commands, made: argparse.ArgumentParser, where: str) -> None:
    say = commands.say
    made.add_argument(
        "--contacts",
        type=int,
        nargs="+",
        metavar="SEQ",
        help=say("entries of the contacts; left out: all of the diary"),
    )
    made.add_argument("--profile", type=Path, metavar="FILE", help=where)
    made.add_argument(
        "--numbering",
        type=Path,
        metavar="FILE",
        help=say("an imported register; else codes alone"),
    )
