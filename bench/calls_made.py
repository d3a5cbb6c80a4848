"""Call records for the benches: an Asterisk Master.csv, made up, the same each time."""

from __future__ import annotations

import sys
from datetime import datetime, timedelta
from pathlib import Path

_LCG = 6364136223846793005, 1442695040888963407


def write(path: Path, rows: int) -> None:
    """Write it. One number in three is called again; one row in five is no outgoing call."""
    state = 1
    begin = datetime(2026, 10, 1, 9)  # noqa: DTZ001  as Asterisk writes it
    with path.open("w", encoding="ascii", newline="") as file:
        for i in range(rows):
            state = (state * _LCG[0] + _LCG[1]) & (1 << 64) - 1
            chance = state >> 33
            at = begin + timedelta(seconds=i // 3)
            number = f"8900{chance % (2 * rows // 3 + 1):07d}"
            talk = chance % 90
            end = at + timedelta(seconds=talk + 5)
            unix = 1790834400 + i // 3
            agent = 101 + chance % 40
            ways = ("PJSIP/operator", "PJSIP/102")[chance % 5 == 0]
            state_word = "ANSWERED" if talk else "NO ANSWER"
            caller = f'"","{agent}","{number}","outgoing","""A"" <{agent}>"'
            ends = f'"PJSIP/{agent}-{2 * i:08x}","{ways}-{2 * i + 1:08x}"'
            times = f'"{at}","{at}","{end}",{talk + 5},{talk},"{state_word}"'
            ids = f'"DOCUMENTATION","{unix}.{i}","","","{unix}.{i}","{i}"'
            file.write(f'{caller},{ends},"Dial","PJSIP/{number}@operator,60",{times},{ids}\n')


if __name__ == "__main__":
    write(Path(sys.argv[1]), int(sys.argv[2]))
