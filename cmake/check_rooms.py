"""Checks where the core's code lies: the order of its rooms, who includes what, and the sizes.

python cmake/check_rooms.py     from the root of the project; prints file:line, exits 1 on a defect
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

#: The rooms of libconsent/, from bottom to top, each with the public headers that it implements.
#: A room includes itself and the rooms below it.
ROOMS: dict[str, tuple[str, ...]] = {
    "base": ("error", "instant", "message"),
    "crypto": ("digest", "locked", "pseudonym"),
    "sqlite": (),
    "number": ("number", "sender", "party", "classification"),
    "places": ("numbering", "zones", "calendar"),
    "event": ("event", "entry", "intake"),
    "tlog": ("cosign", "proof"),
    "keys": (),
    "standing": ("effect", "standing"),
    "log": ("log", "callers", "clock", "evidence", "maintenance", "restriction"),
    "decision": ("rules", "decision"),
    "advertising": ("advertising",),
    "duties": ("complaint", "contacts", "deadline", "outcome", "retention"),
    "gate": ("gate",),
    "audit": ("audit",),
    "bundle": ("bundle", "receipt"),
    "verify": ("verify",),
    "upkeep": ("backup", "copy", "create", "erasure", "rebuild", "restore", "rotation"),
    "gated": (),
    "capi": ("consent",),
}
#: Generated or without a room: anybody may include them.
GROUND = {"consent/export.hpp", "consent/version.hpp", "rules_data.hpp"}
#: A system header that one room alone may include.
ONLY_IN = {"sqlite3.h": "sqlite", "openssl/": "crypto"}
LINES_OF_A_FILE = 600
SHARE_OF_A_ROOM = 0.16

INCLUDE = re.compile(r'^\s*#\s*include\s+(?:"([^"]+)"|<([^>]+)>)')
SOURCES = {".cpp", ".hpp", ".h"}


def room_of_header(name: str) -> str | None:
    """The room of an include in quotes; None for one without a room."""
    if name in GROUND:
        return None
    folder, _, rest = name.partition("/")
    if folder != "consent":
        return folder
    stem = Path(rest).stem
    return next((room for room, headers in ROOMS.items() if stem in headers), rest)


def defects(core: Path) -> list[str]:
    """Each defect of the core as a line that begins with file:line."""
    height = {room: at for at, room in enumerate(ROOMS)}
    found: list[str] = []
    lines: dict[str, int] = dict.fromkeys(ROOMS, 0)
    for file in sorted(core.rglob("*")):
        if file.suffix not in SOURCES:
            continue
        inside = file.relative_to(core)
        text = file.read_text(encoding="utf-8").splitlines()
        where = file.relative_to(core.parent)
        if inside.parts[0] == "include":
            room = room_of_header(f"consent/{inside.name}")
        elif len(inside.parts) == 1:
            continue  # version.cpp
        else:
            room = inside.parts[0]
        if room not in height:
            found.append(f"{where}:1: no room for this file; name it in {Path(__file__).name}")
            continue
        lines[room] += len(text)
        if len(text) > LINES_OF_A_FILE:
            found.append(
                f"{where}:{LINES_OF_A_FILE}: {len(text)} lines, over {LINES_OF_A_FILE}; split it"
            )
        for number, line in enumerate(text, 1):
            include = INCLUDE.match(line)
            if not include:
                continue
            quoted, system = include.groups()
            if system:
                for prefix, only in ONLY_IN.items():
                    if system.startswith(prefix) and room != only:
                        found.append(
                            f"{where}:{number}: <{system}> belongs to {only}/; use its wrapper"
                        )
                continue
            other = room_of_header(quoted)
            if other is None:
                continue
            if other not in height:
                found.append(f'{where}:{number}: "{quoted}" is in no room')
            elif height[other] > height[room]:
                found.append(
                    f'{where}:{number}: {room}/ is below {other}/ and may not include "{quoted}"'
                )
    whole = sum(lines.values())
    found += [
        f"libconsent/{room}:1: {count / whole:.1%} of the core's lines, over {SHARE_OF_A_ROOM:.0%}"
        for room, count in lines.items()
        if count > SHARE_OF_A_ROOM * whole
    ]
    return found


def main() -> int:
    """Prints the defects of the core; 1 where there are any."""
    found = defects(Path(__file__).parents[1] / "libconsent")
    print(*found, sep="\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
