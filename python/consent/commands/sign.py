"""``consent sign``: a pack in a container that the user's certificate signs."""

from __future__ import annotations

import argparse
import getpass
import os
import sys
from pathlib import Path

from consent import asic
from consent.commands.arguments import YES, Commands, UsageError, passphrase_of
from consent.errors import CryptoError
from consent.files import private_file
from consent.terminal import Terminal


def sign(given: argparse.Namespace, terminal: Terminal) -> int:
    """Put a pack into a signed container."""
    if (given.certificate is None) is not given.self_made:
        raise UsageError("--certificate FILE, or --self-made: one of the two")
    if given.key is not None and given.certificate is None:
        raise UsageError("--key: goes with --certificate")
    inputs = (given.pack, given.certificate, given.key, given.passphrase_file)
    private_file.keep_off(given.out, inputs=inputs)

    def signed(passphrase: str) -> asic.Signed:
        return asic.sign(
            given.pack,
            out=given.out,
            certificate=given.certificate,
            key=given.key,
            passphrase=passphrase,
            self_made=given.self_made,
        )

    passphrase = (
        passphrase_of(given, needed=False)
        if given.passphrase_file is not None
        else os.environ.get("CONSENT_SIGNING_PASSPHRASE", "")
    )
    try:
        done = signed(passphrase)
    except CryptoError:
        if passphrase or given.self_made or not sys.stdin.isatty():
            raise
        done = signed(getpass.getpass("certificate: "))
    if terminal.machine:
        terminal.document(
            {
                "out": str(done.path),
                "files": done.files,
                "subject": done.subject,
                "self_made": done.self_made,
                "not_checked": done.not_checked,
            }
        )
        return YES
    say = terminal.say
    terminal.print(f"{say('signed container written')}: {done.path}")
    terminal.print(f"  {say('signed by')}: {done.subject}")
    for name in done.files:
        terminal.print(f"  {name}")
    for name in done.not_checked:
        terminal.print(f"  {say('not checked')}: {name}")
    if done.self_made:
        terminal.print(
            say("! the certificate names nobody: it shows that nothing changed, not who signed")
        )
    return YES


def add(commands: Commands) -> None:
    """Declare what can be typed."""
    say = commands.say
    made = commands.command("sign", sign, "sign a pack with your certificate, as ASiC-E")
    made.add_argument(
        "pack", metavar="PACK.zip", type=Path, help=say("what prove or complain wrote")
    )
    made.add_argument(
        "--out",
        required=True,
        type=Path,
        metavar="FILE.asice",
        help=say("where the container goes"),
    )
    made.add_argument(
        "--certificate", type=Path, metavar="FILE", help=say("yours: PEM or PKCS#12, with its key")
    )
    made.add_argument(
        "--key", type=Path, metavar="FILE", help=say("its key, where it is in another PEM file")
    )
    made.add_argument(
        "--passphrase-file",
        type=Path,
        metavar="FILE",
        help=say("of the key; else CONSENT_SIGNING_PASSPHRASE, else asked"),
    )
    made.add_argument(
        "--self-made",
        action="store_true",
        help=say("with a certificate made now, which says that it names nobody"),
    )
