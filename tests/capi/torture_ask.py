"""The part of torture.cpp that asks through Python: FOLDER SHARED WHICH."""

import mmap
import random
import struct
import sys
from datetime import UTC, datetime
from pathlib import Path

import consent

NUMBERS, ASKERS = 20_000, 8
ASKED_AT = datetime(2026, 11, 20, 9, tzinfo=UTC)
FIRST = 79_160_000_000
QUESTION = {"purpose": "advertising", "channel": "voice", "dialled_by": "person", "at": ASKED_AT}


def main() -> None:
    """Ask until the other side says that it is over."""
    folder, file, which = sys.argv[1], sys.argv[2], int(sys.argv[3])
    with Path(file).open("r+b") as opened:
        shared = mmap.mmap(opened.fileno(), 0)
    gate = consent.Gate(folder)
    mine, acknowledged = 64 + which * 64, 64 + ASKERS * 64
    asked = untouched = untouched_allowed = false_allows = after_stop = 0
    chance = random.Random(which)  # noqa: S311  which number comes next is no secret
    while struct.unpack_from("<Q", shared, 0)[0] == 0:
        following = struct.unpack_from("<Q", shared, 8)[0]
        near = min(NUMBERS - 1, max(0, following + 2 - chance.randrange(12)))
        n = chance.randrange(NUMBERS) if chance.random() < 0.5 else near
        stopped = shared[acknowledged + n] != 0  # before the question
        if which % 2:
            allowed = gate.may_contact(
                consent.PhoneNumber.from_digits(FIRST + n), **QUESTION
            ).allowed
        else:
            allowed = gate.may_contact_many([FIRST + n], **QUESTION)[0] == consent.decision.ALLOW
        asked += 1
        after_stop += stopped
        false_allows += stopped and allowed
        if n >= NUMBERS // 2:
            untouched += 1
            untouched_allowed += allowed
        struct.pack_into(
            "<5Q", shared, mine, asked, untouched, untouched_allowed, false_allows, after_stop
        )


if __name__ == "__main__":
    main()
