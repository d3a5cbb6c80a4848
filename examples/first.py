"""The six lines of README.md, and what they print."""

import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import consent

folder = sys.argv[1] if len(sys.argv) > 1 else "romashka"
now = datetime.now(UTC)
romashka = consent.Organisation(inn="7707083893", name="ООО Ромашка")
number = "8 (916) 123-45-67"
# Who dials, and whether calls are mass, is declared once.
caller = consent.Caller.from_file(Path(__file__).with_name("records") / "caller.toml")
later = now + timedelta(minutes=5)
call = {"purpose": "advertising", "channel": "voice", "caller": caller, "at": later}
recording = consent.EvidenceFile(b"RIFF: yes, call me", kind="recording")
scope = {"purposes": "advertising", "channels": "voice", "evidence": [recording]}

# README
log = consent.Log.create(folder, origin="romashka.example/consent", distributor=romashka)
log.append(consent.ConsentGiven(number, **scope, method="recorded_voice", at=now))
print(log.may_contact(number, **call).one_line("en"))
log.append(consent.ConsentWithdrawn(number, at=now))
print(log.may_contact(number, **call).one_line("en"))
print(log.verify().verdict)
# README
