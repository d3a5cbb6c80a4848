"""The whole idea on example records, and on real call logs where there are any.

Consents are recorded, calls gated, a campaign audited, numbers classified, and an evidence pack
is written and checked by a program that shares nothing with the writer. Run by ``./dev demo``.
"""

from __future__ import annotations

import csv
import hashlib
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import consent
from consent import bundle

HERE = Path(__file__).resolve().parent
RECORDS = HERE / "records"
OUT = HERE.parent / "demo-out"
SHARED = Path(os.environ.get("CONSENT_SHARED", HERE.parent.parent / "shared"))
COMPANY = consent.Organisation(inn="7707083893", name="ООО Ромашка")


def say(text: str = "") -> None:
    """Print one line at once, also into a pipe."""
    print(text, flush=True)


def kept() -> dict[str, consent.EvidenceFile]:
    """Read the files that show consents, by their SHA-256."""
    files = {"recording": RECORDS / "call-3.wav", "document": RECORDS / "form-7.txt"}
    return {
        hashlib.sha256(file.read_bytes()).hexdigest(): consent.EvidenceFile(
            file.read_bytes(), kind=kind
        )
        for kind, file in files.items()
    }


def events() -> Iterator[tuple[consent.Event, datetime]]:
    """Read what was said, and when it came to the log: two seconds later."""
    wording = (RECORDS / "wording.txt").read_text(encoding="utf-8").strip()
    files = kept()
    with (RECORDS / "events.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            at = datetime.fromisoformat(row["at"])
            number, source = row["number"], row["source"]
            event: consent.Event
            if row["event"] == "given":
                event = consent.ConsentGiven(
                    number,
                    at=at,
                    covers=row["covers"].split(),
                    purposes=row["purpose"].split(),
                    channels=row["channel"].split(),
                    distributors=row["distributor"].split() or None,
                    method=row["method"],
                    wording=wording if row["wording"] else None,
                    evidence=[files[row["evidence"]]] if row["evidence"] else [],
                    code=consent.Code(True, True) if row["method"] == "sms_code" else None,
                    until=datetime.fromisoformat(row["until"]) if row["until"] else None,
                    source=source,
                )
            elif row["event"] == "withdrawn":
                event = consent.ConsentWithdrawn(number, at=at, means=row["method"], source=source)
            elif row["event"] == "refused":
                event = consent.ConsentRefused(number, at=at, method=row["method"], source=source)
            else:
                event = consent.NumberReassigned(number, at=at, source=source)
            yield event, at + timedelta(seconds=2)


def audit(log: consent.Log, calls: Path, name: str, **declared: object) -> consent.AuditReport:
    """Audit one call log and write its report and findings."""
    started = time.perf_counter()
    caller = consent.Caller.from_file(RECORDS / "caller.toml")
    report = consent.audit(calls, log, caller=caller, **declared)  # type: ignore[arg-type]
    report.to_html(OUT / f"audit-{name}.html")
    report.to_csv(OUT / f"audit-{name}.csv")
    summary = report.summary
    left_out = sum(summary["left_out"].values())
    say(
        f"  {name}: {summary['rows']} rows = {summary['judged']} judged + {left_out} left out "
        f"+ {summary['rejected']} rejected   ({time.perf_counter() - started:.1f} s)"
    )
    for reason, count in summary["left_out"].items():
        say(f"      left out  {count:4}  {reason}")
    for reason, count in summary["rejected_by_reason"].items():
        say(f"      rejected  {count:4}  {reason}")
    say("      " + ", ".join(f"{count} {word}" for word, count in summary["verdicts"].items()))
    for rule, count in summary["violations"].items():
        say(f"      not allowed {count:4}  {rule}")
    for warning in summary["warnings"]:
        say(f"      note: {warning}")
    return report


def main() -> int:
    """Run the demo; returns the exit code."""
    shutil.rmtree(OUT, ignore_errors=True)
    OUT.mkdir()
    folder = OUT / "romashka"

    say("1. Consents are recorded (example records, replayed as if the log had run in November)")
    began = datetime.fromisoformat("2026-11-01T09:00:00+03:00")
    log = consent.Log.create(
        folder, origin="romashka.example/consent", distributor=COMPANY, now=began
    )
    for event, recorded in sorted(events(), key=lambda pair: pair[1]):
        log.append_at(event, recorded)
    say(f"  {log.size} entries in {folder.relative_to(HERE.parent)}, root {log.root.hex()[:16]}…")

    say("2. Calls are gated: may I?")
    gate = consent.Gate(log)
    moment = datetime.fromisoformat("2026-11-17T11:05:19+03:00")
    caller = consent.Caller.from_file(RECORDS / "caller.toml")  # who dials, and that it is not mass
    scope = {"purpose": "advertising", "channel": "voice", "caller": caller, "at": moment}
    for last in (1, 2, 3, 4, 5, 8):
        answer = gate.may_contact(f"+7900000000{last}", **scope)  # type: ignore[arg-type]
        say(f"  +7 900 000-00-0{last}   {answer.one_line('en')}")
    explained = log.may_contact("+79000000003", **scope)  # type: ignore[arg-type]
    say(f"  why not +7 900 000-00-03: verdict {explained.verdict}, entry {explained.relied_on}")
    for finding in explained.findings:
        say(f"      {finding.verdict:5} {finding.rule}: {finding.why}")
        if finding.citation:
            say(f"            {finding.citation}")

    say("3. A campaign is audited: every outgoing call as of its start")
    audit(
        log,
        RECORDS / "calls.csv",
        "example",
        zone="Europe/Moscow",
        direction=consent.Direction.declare(outgoing_contexts=["outgoing"]),
    )
    cdr = SHARED / "data" / "cdr"
    if cdr.is_dir():
        audit(
            log,
            cdr / "asterisk_master_ru_2024.csv",
            "real-russian-exchange",
            zone="UTC",
            direction=consent.Direction.declare(outgoing_trunks=["SIP/213598", "SIP/219544"]),
        )
        audit(
            log,
            cdr / "asterisk_pbx_us_2018_export.csv",
            "real-us-call-centre",
            zone="Etc/GMT+5",
            country="US",
            direction=consent.Direction.declare(
                outgoing_trunks=[
                    "PJSIP/VITerm",
                    "PJSIP/VIOrig",
                    "PJSIP/thinQ",
                    "PJSIP/IDT",
                    "PJSIP/Bandwidth",
                ],
                internal_up_to=4,
            ),
        )
    else:
        say("  (the real call logs are not here: CONSENT_SHARED names the folder of data/cdr)")

    say("4. Numbers are classified: personal data?")
    for text, facts in (
        ("+79161234567", {}),
        ("+74951234567", {"inn": "7707083893", "ogrn": "1027700132195", "user": "shared_line"}),
        ("+79161234567", {"inn": "7707083893", "user": "named_employee", "linked": True}),
    ):
        found = consent.classify(text, **facts)  # type: ignore[arg-type]
        say(f"  {found.personal_data:7} {found.row}: {found.basis}")

    say("5. An evidence pack is written, and checked by a program that shares no code with it")
    pack = OUT / "proof-3.zip"
    bundle.prove(log, "+79000000003", at=moment, created_at=datetime.now(UTC), out=pack)
    unpacked = OUT / "proof-3"
    shutil.unpack_archive(pack, unpacked)
    checked = subprocess.run(
        [sys.executable, "-I", "-S", str(unpacked / "verify.py"), "--lang", "en", str(pack)],
        check=False,
        capture_output=True,
        text=True,
    )
    for line in checked.stdout.strip().splitlines():
        say(f"  {line}")
    log.close()

    verified = consent.verify(folder)
    say(f"  the whole log: {verified.verdict}, {verified.coverage.entries} entries re-hashed")
    say()
    say(f"Report: {(OUT / 'audit-example.html').relative_to(HERE.parent)}")
    say(f"Pack: {pack.relative_to(HERE.parent)} (unpacked beside it; open report.html)")
    good = checked.returncode == 0 and verified.verdict == "proven"
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
