#!/usr/bin/env python3
"""Writes the receipt vectors: happy ones, and each way of cheating in a file named by its mutation.

    python3 tests/vectors/receipt/generate.py [--check]

The log, the signing and the canonical JSON are those of tests/vectors/bundle/generate.py, which
shares no line with libconsent. A vector is {"about", "keys", "receipt", "step",
"verdict"}. Receipts against bundles are vectors of the bundle: receipt-*.json there.
"""

import importlib.util
import json
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
SPEC = importlib.util.spec_from_file_location(
    "bundle_generate", HERE.parent / "bundle" / "generate.py"
)
made = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(made)
VECTORS = {}


def vector(name, about, verdict, step, data, keys=("given",)):
    known = {"given": made.LOG_KEY.text, "other": made.OTHER_KEY.text}
    VECTORS[name] = {
        "about": about,
        "keys": [known[key] for key in keys],
        "receipt": data.decode(),
        "step": step,
        "verdict": verdict,
    }


def log(change):
    return made.build(change)[1]


def on(seq, edit):
    return log(lambda at, entry: edit(entry) if at == seq else None)


def of(entries=made.ALL_ENTRIES, seq=11, **how):
    return made.receipt(entries, seq, **how)


def without(data, line):
    return b"\n".join(each for each in data.split(b"\n") if not each.startswith(line))


def put(**members):
    return lambda held: held.update(members)


def flipped(name, at):
    def edit(held):
        text = held[name]
        at_ = text.index(at) if isinstance(at, str) else at
        held[name] = text[:at_] + ("1" if text[at_] != "1" else "2") + text[at_ + 1 :]

    return edit


def all_vectors():
    happy = of()
    vector("happy", "entry 11 of a log of 13, as the log's key signed it", "proven", 0, happy)
    vector(
        "happy@own-key",
        "no key is given: the receipt's own is used, with a warning",
        "proven",
        0,
        happy,
        keys=(),
    )
    vector("happy@first-entry", "the subject's first entry", "proven", 0, of(seq=3))
    vector(
        "happy@later-member",
        "a later writer added a field to the body",
        "proven",
        0,
        of(on(11, lambda e: e["body"].update(later="x"))),
    )

    vector(
        "not-a-receipt",
        "a tlog-proof without the line of a receipt",
        "refuted",
        1,
        without(happy, b"extra "),
    )
    vector(
        "other-header",
        "the first line is of another version",
        "refuted",
        1,
        happy.replace(b"tlog-proof@v1", b"tlog-proof@v2"),
    )
    vector("cut", "half of it", "refuted", 1, happy[: len(happy) // 2])
    vector("empty", "nothing", "refuted", 1, b"\n")
    vector(
        "inexact-base64",
        "a space in the base64",
        "refuted",
        1,
        happy.replace(b"extra ", b"extra  "),
    )
    vector("not-json", "the line holds no JSON", "refuted", 1, of(raw_extra=made.b64(b"hello")))
    vector(
        "not-canonical",
        "keys out of order",
        "refuted",
        1,
        of(raw_extra=made.b64(b'{"salt":"","details":""}')),
    )
    vector("not-an-object", "a list", "refuted", 1, of(raw_extra=made.b64(b"[]")))
    vector(
        "unknown-format",
        "a later format",
        "refuted",
        1,
        of(extra=put(format="libconsent-receipt/v2")),
    )
    vector("extra-member", "a member nobody knows", "refuted", 1, of(extra=put(note="x")))
    vector("missing-salt", "no salt", "refuted", 1, of(extra=lambda held: held.pop("salt")))
    vector(
        "short-salt",
        "31 bytes of salt",
        "refuted",
        1,
        of(extra=lambda held: held.update(salt=held["salt"][2:])),
    )
    vector("number-for-text", "the entry is a number", "refuted", 1, of(extra=put(entry=7)))
    vector("bad-key", "the key is none", "refuted", 1, of(extra=put(key="romashka")))

    vector(
        "signed-by-other-key",
        "the key given is not the one that signed",
        "not_proven",
        2,
        happy,
        keys=("other",),
    )
    vector(
        "names-other-key",
        "signed by the log, another key is named",
        "refuted",
        2,
        of(named=made.OTHER_KEY),
    )
    vector(
        "names-own-key@forged",
        "signed by another, the log's key is named",
        "refuted",
        2,
        of(key=made.OTHER_KEY, named=made.LOG_KEY),
        keys=(),
    )
    vector(
        "malleable-signature",
        "S is not below the order of the group",
        "refuted",
        2,
        of(malleable=True),
    )
    sign = happy.rindex(b" ") + 20
    letter = b"A" if happy[sign : sign + 1] != b"A" else b"B"
    vector(
        "flipped-bit@signature",
        "one letter of the signature",
        "refuted",
        2,
        happy[:sign] + letter + happy[sign + 1 :],
    )
    vector(
        "other-size", "the signed size altered", "refuted", 2, happy.replace(b"\n13\n", b"\n14\n")
    )

    vector("other-index", "the proof is of entry 7", "refuted", 3, of(index=7))
    vector("of-the-log", "entry 0 is about nobody", "refuted", 3, made.receipt(made.ALL_ENTRIES, 0))
    vector(
        "other-log",
        "the entry is of another log",
        "refuted",
        3,
        of(on(11, lambda e: e.update(log="lutik.example/consent"))),
    )
    vector(
        "unknown-type",
        "a type of a later version",
        "not_proven",
        3,
        of(on(11, lambda e: e.update(type="consent.dreamt"))),
    )
    vector("unknown-version", "version 2", "not_proven", 3, of(on(11, lambda e: e.update(v=2))))
    vector(
        "extra-envelope-field",
        "a field that version 1 lacks",
        "refuted",
        3,
        of(on(11, lambda e: e.update(note="x"))),
    )
    vector(
        "no-subject",
        "a withdrawal about nobody",
        "refuted",
        3,
        of(on(11, lambda e: e.pop("subject"))),
    )
    vector(
        "impossible-place",
        "the subject's first entry with one before it",
        "refuted",
        3,
        of(on(11, lambda e: e["subject"].update(seq=1))),
    )
    vector(
        "later-before",
        "the entry before comes later",
        "refuted",
        3,
        of(on(11, lambda e: e["subject"].update(prev=12))),
    )
    vector(
        "spaced-entry",
        "a space in the entry",
        "refuted",
        3,
        of(extra=lambda h: h.update(entry=h["entry"].replace(":", ": ", 1))),
    )

    salted = made.ALL_ENTRIES[11].decode().replace('"salt":"', '"salt":"0', 1)
    cut = salted.index('"salt":"') + 8
    vector(
        "flipped-bit@entry",
        "the entry's salt moved by a digit",
        "refuted",
        4,
        of(extra=put(entry=salted[: cut + 32] + salted[cut + 33 :])),
    )
    vector(
        "other-entry",
        "entry 11 of another log under this tree",
        "refuted",
        4,
        of(extra=put(entry=on(11, lambda e: e["body"].update(means="paper"))[11].decode())),
    )
    lines = happy.split(b"\n")
    path = lines[3]
    vector(
        "flipped-bit@path",
        "one hash of the path is another",
        "refuted",
        4,
        happy.replace(path, made.b64(b"\7" * 32).encode()),
    )
    vector(
        "short-path",
        "one hash of the path is missing",
        "refuted",
        4,
        happy.replace(path + b"\n", b""),
    )
    vector("long-path", "one hash too many", "refuted", 4, happy.replace(path, path + b"\n" + path))

    vector("flipped-bit@salt", "another salt", "refuted", 5, of(extra=flipped("salt", 0)))
    vector(
        "other-number@details",
        "another number in the details",
        "refuted",
        5,
        of(extra=flipped("details", "9161")),
    )
    vector(
        "opening-of-other-entry",
        "the opening of entry 7",
        "refuted",
        5,
        of(extra=put(**json.loads(made.opening(7, made.NUMBER)[1]))),
    )
    entries = on(11, lambda e: e["body"].update(details=made.opening(11, "8 916")[0]))
    vector(
        "number-not-e164",
        "the details hold a number in another form",
        "refuted",
        5,
        of(entries, number="8 916"),
    )

    vector(
        "happened-after-recorded",
        "recorded before it happened",
        "refuted",
        6,
        of(on(11, lambda e: e["body"].update(happened="2027-01-01T00:00:00.000000Z"))),
    )
    vector(
        "no-happened",
        "no time of the event",
        "refuted",
        6,
        of(on(11, lambda e: e["body"].pop("happened"))),
    )


def main():
    all_vectors()
    wanted = {
        f"{name}.json": made.canonical(value).decode() + "\n" for name, value in VECTORS.items()
    }
    there = {path.name for path in HERE.glob("*.json")}
    if sys.argv[1:] == ["--check"]:
        wrong = sorted(
            n
            for n in there | set(wanted)
            if n not in there or n not in wanted or (HERE / n).read_text() != wanted[n]
        )
        if wrong:
            sys.exit("stale vectors: " + ", ".join(wrong))
        return
    for name in there - set(wanted):
        (HERE / name).unlink()
    for name, text in wanted.items():
        (HERE / name).write_text(text)
    print(f"{len(wanted)} vectors")


if __name__ == "__main__":
    main()
