"""The six lines of README.md, and what they print."""

import sys
from datetime import UTC, datetime, timedelta

import consent

folder = sys.argv[1] if len(sys.argv) > 1 else "romashka"
now = datetime.now(UTC)
romashka = consent.Organisation(inn="7707083893", name="ООО Ромашка")
number = "8 (916) 123-45-67"
call = {
    "purpose": "advertising",
    "channel": "voice",
    "dialled_by": "person",
    "at": now + timedelta(minutes=5),
}
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
