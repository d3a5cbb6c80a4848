#!/usr/bin/env python3
"""Writes the pack vectors: happy ones, and each way of cheating in a file named by its mutation.

    python3 tests/vectors/bundle/generate.py [--check]

Written from the format notes alone: it shares no line with libconsent nor with verify.py, and
signs with its own Ed25519 (RFC 8032). Every run writes the same bytes; --check compares instead.

A vector is {"about", "expect": {"verdict", "step"}, "keys": ["given"|"other"], "files": …} where
files are [name, text] pairs (["name", {"hex": …}] where they are not UTF-8), or, for a mutation,
"from": the vector it changes, "set", "remove" and "add" (appended without looking for the name).
"""

# ruff: noqa: ARG005, E731 - a mutation is one line
# fmt: off
import base64
import hashlib
import json
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
ORIGIN = "romashka.example/consent"
NUMBER = "+79161234567"
OTHERS = ["+79990000001", "+79990000002"]
TAG = hashlib.sha256(b"tag of the subject").hexdigest()
WORDING = "Я согласен получать рекламу по телефону от ООО «Ромашка».\n"

# --- Ed25519, for signing -------------------------------------------------------------------------

P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, P) % P
BY = 4 * pow(5, -1, P) % P
BX = 15112221349535400772501151409588531511454012693041857206046113283949847762202


def add(a, b):
    cross = D * a[0] * b[0] * a[1] * b[1] % P
    return ((a[0] * b[1] + a[1] * b[0]) * pow(1 + cross, -1, P) % P, (a[1] * b[1] + a[0] * b[0]) * pow(1 - cross, -1, P) % P)


def times(scalar, point=(BX, BY)):
    result = (0, 1)
    for bit in bin(scalar)[2:]:
        result = add(result, result)
        if bit == "1":
            result = add(result, point)
    return result


def pack(point):
    return (point[1] | (point[0] & 1) << 255).to_bytes(32, "little")


class Key:
    def __init__(self, seed, name=ORIGIN):
        digest = hashlib.sha512(hashlib.sha256(seed).digest()).digest()
        self.a = int.from_bytes(digest[:32], "little") & ((1 << 254) - 8) | 1 << 254
        self.prefix, self.name = digest[32:], name
        self.public = pack(times(self.a))
        self.id = hashlib.sha256(name.encode() + b"\n\x01" + self.public).digest()[:4]
        self.text = f"{name}+{self.id.hex()}+{b64(chr(1).encode() + self.public)}"

    def sign(self, message):
        r = int.from_bytes(hashlib.sha512(self.prefix + message).digest(), "little") % ORDER
        point = pack(times(r))
        h = int.from_bytes(hashlib.sha512(point + self.public + message).digest(), "little")
        return point + ((r + h * self.a) % ORDER).to_bytes(32, "little")

    def note(self, text, malleable=False):
        signature = self.sign(text.encode())
        if malleable:
            s = int.from_bytes(signature[32:], "little") + ORDER
            signature = signature[:32] + s.to_bytes(32, "little")
        return f"{text}\n— {self.name} {b64(self.id + signature)}\n"


def b64(data):
    return base64.b64encode(data).decode()


# --- the log ----------------------------------------------------------------------------------------


def node(left, right):
    return hashlib.sha256(b"\x01" + left + right).digest()


def leaf(data):
    return hashlib.sha256(b"\x00" + data).digest()


def split(n):
    return 1 << ((n - 1).bit_length() - 1)


def root(leaves):
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    k = split(len(leaves))
    return node(root(leaves[:k]), root(leaves[k:]))


def path(leaves, m):
    if len(leaves) == 1:
        return []
    k = split(len(leaves))
    if m < k:
        return [*path(leaves[:k], m), root(leaves[k:])]
    return [*path(leaves[k:], m - k), root(leaves[:k])]


def canonical(value):
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def opening(seq, number):
    salt = hashlib.sha256(b"salt %d" % seq).digest()
    details = canonical({"number": number}).decode()
    commitment = hashlib.sha256(b"libconsent/commit/v1\x00" + salt + details.encode()).hexdigest()
    return commitment, canonical({"details": details, "salt": salt.hex()})


RECORDING = b"RIFF....WAVE: yes, call me"
PERSONAL = "Я, Мария Иванова, согласна.\n".encode()


def kept(place, content):
    """Salt and commitment of a file that entry 4 keeps sealed."""
    salt = hashlib.sha256(b"file %d" % place).digest()
    return salt, hashlib.sha256(b"libconsent/commit/v1\x00" + salt + content).hexdigest()


def with_files(change=None, opened=(1, 2), salts=None):
    """Happy, where entry 4 keeps a recording and a wording that names the person."""
    contents = {1: RECORDING, 2: PERSONAL}
    named = [
        {"commitment": kept(1, RECORDING)[1], "kind": "recording"},
        {"commitment": kept(2, PERSONAL)[1], "kind": "wording"},
    ]
    files, _ = build(on(4, lambda e: e["body"].update(files=named)))
    name = "openings/000004.json"
    shown = salts or [{"place": p, "salt": kept(p, contents[p])[0].hex()} for p in opened]
    files[name] = canonical(json.loads(files[name]) | ({"files": shown} if shown else {}))
    files |= {f"evidence/000004-{p}": contents[p] for p in opened}
    if change:
        change(files)
    return manifested(files)


def moment(seq):
    return f"2026-03-{seq + 1:02}T09:30:00.000000Z"


LOG_KEY = Key(b"log")
OTHER_KEY = Key(b"other")
NEXT_KEY = Key(b"next")
THIRD_KEY = Key(b"third")
WITNESS = Key(b"witness", "witness.example/w1")
SUBJECT_ENTRIES = (3, 4, 7, 11)
SIZE = 13


def body(seq, kind):
    hashes = lambda what: hashlib.sha256(what.encode()).hexdigest()
    wording = hashlib.sha256(WORDING.encode()).hexdigest()
    common = {"details": opening(seq, NUMBER)[0], "happened": moment(seq).replace("09:30", "09:29"), "source": "web"}
    scope = {"channels": ["voice"], "covers": ["advertising"], "distributors": ["7707083893"], "purposes": ["advertising"]}
    return (
        common
        | {
            "consent.asked": {**scope, "wording": wording},
            "consent.given": {
                **scope,
                "code": {"returned": True, "sent_to_this_number": True},
                "evidence": [hashes("recording")],
                "method": "sms_code",
                "wording": wording,
            },
            "contact.made": {
                "channel": "voice",
                "dialled_by": "person",
                "direction": "outgoing",
                "distributor": "7707083893",
                "duration_s": 42,
                "outcome": "answered",
                "purpose": "advertising",
                "recording": hashes("call"),
            },
            "consent.withdrawn": {"means": "operator_note", "received_at": common["happened"]},
            "number.reassigned": {},
            "subject.held": {"by": "7707083893"},
        }[kind]
    )


def rotation(seq, prev, old=LOG_KEY, new=NEXT_KEY, reason="planned", old_signs=True, signers=None, change=None, origin=ORIGIN):
    """The body of an entry that rotates the key; signers: (old, new) in place of the true ones."""
    text = f"libconsent-rotation/v1\nlog {origin}\nentry {seq}\nafter {prev}\nreplaces {old.text}\nkey {new.text}\nreason {reason}\n"
    by_old, by_new = (key.sign(text.encode()).hex() for key in signers or (old, new))
    members = {"key": new.text, "new_signature": by_new, "reason": reason, "replaces": old.text}
    members |= {"old_signature": by_old} if old_signs else {}
    return members | (change or {})


def build(change=None, raw=None, key=LOG_KEY, signed=None, malleable=False, kinds=None, former=None, callers=(), rotated=None):
    """A whole pack. change(seq, entry) alters an entry before it is hashed, raw(seq, bytes) its
    bytes, signed(size, root) the text that is signed; former: {seq: opened} of entries that ended
    other holders; callers: of entries on who dials; rotated: {seq: members} of entries that rotate the
    key, the last of which is `key`. All hashes, proofs and signatures agree."""
    kinds = kinds or {3: "consent.asked", 4: "consent.given", 7: "contact.made", 11: "consent.withdrawn"}
    entries, leaves, last, count = [], [], -1, 0
    for seq in range(SIZE):
        entry = {
            "at": moment(seq),
            "body": {
                "distributor": "7707083893",
                "distributor_name": "ООО «Ромашка»",
                "format": "v1",
                "incarnation": hashlib.sha256(b"incarnation").hexdigest()[:32],
                "key": (LOG_KEY if rotated else key).text,
            },
            "log": ORIGIN,
            "prev": leaves[-1].hex() if leaves else "0" * 64,
            "salt": hashlib.sha256(b"entry %d" % seq).hexdigest()[:32],
            "seq": seq,
            "type": "log.created",
            "v": 1,
        }
        if seq in kinds:
            count += 1
            entry["type"] = kinds[seq]
            entry["body"] = body(seq, kinds[seq])
            entry["subject"] = {"prev": last, "seq": count, "tag": TAG}
            last = seq
        elif seq:
            entry["type"] = "consent.withdrawn"
            entry["body"] = body(seq, "consent.withdrawn") | {"details": opening(seq, OTHERS[seq % 2])[0]}
            entry["subject"] = {"prev": -1, "seq": 1, "tag": hashlib.sha256(b"other %d" % seq).hexdigest()}
        if seq in (rotated or {}):
            entry.pop("subject")
            entry.update(type="key.rotated", body=rotation(seq, entry["prev"], **rotated[seq]))
        if change:
            change(seq, entry)
        data = canonical(entry)
        if raw:
            data = raw(seq, data)
        entries.append(data)
        leaves.append(leaf(data))
    text = (signed or (lambda size, top: f"{ORIGIN}\n{size}\n{b64(top)}\n"))(SIZE, root(leaves))
    checkpoint = key.note(text, malleable)
    shown = sorted([0, *kinds, *(former or {}), *callers, *(rotated or {})])
    case = {
        "answer": {
            "allowed": False,
            "at": "2026-04-01T09:00:00.000000Z",
            "findings": [
                {
                    "citation": "38-FZ, art. 18, part 1",
                    "citation_ru": "ст. 18 ч. 1 Закона № 38-ФЗ",
                    "rule": "ru/38-fz/18-1",
                    "seq": last,
                    "verdict": "deny",
                    "why": "The subscriber took the consent back.",
                    "why_ru": "Абонент отозвал согласие.",
                }
            ],
            "log_size": SIZE,
            "next_allowed": None,
            "number": NUMBER,
            "relied_on": last,
            "rules": "ru-2026-11-22",
            "verdict": "deny",
        },
        "completeness": {
            "entries": len(kinds),
            "last_seq": last,
            "note": "every entry about this subject in the log as signed; the signature does not prove that none follows",
        },
        "entries": [],
        "format": "libconsent-pack/v2",
        "key": key.text,
        "number": NUMBER,
        "origin": ORIGIN,
        "other_subjects": 0,
        "question": {"at": "2026-04-01T09:00:00.000000Z", "channel": "voice", "distributor": "7707083893", "purpose": "advertising"},
        "tag": TAG,
    }
    files = {"checkpoint": checkpoint.encode(), "report.txt": "Отчёт.\n".encode()}
    files[f"wordings/{hashlib.sha256(WORDING.encode()).hexdigest()}.txt"] = WORDING.encode()
    for seq in shown:
        place = {"entry": f"entries/{seq:06}.json", "proof": f"proofs/{seq:06}.tlog-proof", "seq": seq}
        files[place["entry"]] = entries[seq]
        lines = [f"index {seq}", *map(b64, path(leaves, seq))]
        files[place["proof"]] = ("c2sp.org/tlog-proof@v1\n" + "\n".join(lines) + "\n\n" + checkpoint).encode()
        if seq and seq not in (*callers, *(rotated or {})) and (former or {}).get(seq, True):
            place["opening"] = f"openings/{seq:06}.json"
            files[place["opening"]] = opening(seq, NUMBER)[1]
        if seq in (former or {}):
            case.setdefault("former", []).append(place)
        elif seq in callers:
            case.setdefault("callers", []).append(place)
        elif seq in (rotated or {}):
            case.setdefault("rotations", []).append(place)
        else:
            case["entries"].append(place)
    files["case.json"] = canonical(case)
    return manifested(files), entries


CALLER = "7736050003"
ASSIGNED = {"caller": CALLER, "distributor": "7707083893", "from": "2026-03-01T00:00:00.000000Z"}
ENDED = {"of": 5, "until": "2026-04-02T00:00:00.000000Z"}


def with_callers(assigned=None, ended=None, case=None, places=(5, 9), kind="caller.assigned", end="caller.released"):
    """Happy, where the answer stands on entry 5, which assigns the caller, and entry 9 ends it later."""
    def change(seq, entry):
        if seq in (5, 9):
            entry["type"] = kind if seq == 5 else end
            entry["body"] = {**ASSIGNED, **(assigned or {})} if seq == 5 else {**ENDED, **(ended or {})}
            if entry["type"].startswith("caller."):
                entry.pop("subject")

    files, _ = build(change, callers=places)
    told = json.loads(files["case.json"])
    told["question"]["caller"] = CALLER
    told["answer"]["assignment"] = 5
    if case:
        case(told)
    files["case.json"] = canonical(told)
    return manifested(files)


def receipt(entries, seq, key=LOG_KEY, number=NUMBER, named=None, extra=None, index=None, malleable=False, raw_extra=None):
    """The receipt of entry `seq` in the tree of `entries`; extra(members) changes what it carries."""
    leaves = [leaf(each) for each in entries]
    note = key.note(f"{ORIGIN}\n{len(leaves)}\n{b64(root(leaves))}\n", malleable)
    opened = json.loads(opening(seq, number)[1])
    members = {
        "details": opened["details"],
        "entry": entries[seq].decode(),
        "format": "libconsent-receipt/v1",
        "key": (named or key).text,
        "salt": opened["salt"],
    }
    if extra:
        extra(members)
    line = "extra " + (raw_extra or b64(canonical(members)))
    lines = [line, f"index {seq if index is None else index}", *map(b64, path(leaves, seq))]
    return ("c2sp.org/tlog-proof@v1\n" + "\n".join(lines) + "\n\n" + note).encode()


def listed(files):
    """With the manifest that fits them; a signature stays as it is."""
    named = sorted(set(files) - {"manifest-sha256.txt", "signature"})
    lines = (f"{hashlib.sha256(files[name]).hexdigest()}  {name}\n" for name in named)
    return files | {"manifest-sha256.txt": "".join(lines).encode()}


def signature_of(files, key=LOG_KEY, origin=ORIGIN, first="libconsent-pack/v2", more=""):
    digest = hashlib.sha256(files["manifest-sha256.txt"]).hexdigest()
    return key.note(f"{first}\nlog {origin}\nmanifest {digest}\n{more}").encode()


def manifested(files):
    """Manifest and signature made anew, as the log's owner can: by the key that case.json names."""
    files = listed(files)
    named = [key for key in (OTHER_KEY, NEXT_KEY, THIRD_KEY) if key.text.encode() in files.get("case.json", b"")]
    return files | {"signature": signature_of(files, (named or [LOG_KEY])[0])}


# --- the vectors ------------------------------------------------------------------------------------

HAPPY, ALL_ENTRIES = build()
VECTORS = {}


def text_of(data):
    try:
        return data.decode()
    except UnicodeDecodeError:
        return {"hex": data.hex()}


def vector(name, about, verdict, step, files=None, keys=("given",), extra=(), source="happy", receipts=(), beside=None):
    """Describes `files` by what differs from happy."""
    files = HAPPY if files is None else files
    result = {
        "about": about,
        "expect": {"step": step, "verdict": verdict},
        "keys": [{"given": LOG_KEY, "other": OTHER_KEY, "next": NEXT_KEY, "third": THIRD_KEY}[key].text for key in keys],
    }
    if beside is not None:  # what the coverage lists: litter, signatures, extras
        result["expect"] |= {"litter": [], "signatures": [], "extras": []} | beside
    if name == "happy":
        result["files"] = [[each, text_of(files[each])] for each in sorted(files)]
    else:
        result["from"] = source
        result["set"] = [[n, text_of(d)] for n, d in sorted(files.items()) if HAPPY.get(n) != d]
        result["remove"] = sorted(set(HAPPY) - set(files))
        result["add"] = [[each, text_of(data)] for each, data in extra]
    if receipts:
        result["receipts"] = [each.decode() for each in receipts]
    VECTORS[name] = result


def edited(changes, manifest=True, drop=(), signed=True):
    """Happy with changes; manifest=False leaves the old manifest, signed=False the old signature."""
    files = {name: data for name, data in HAPPY.items() if name not in drop} | changes
    return (manifested if signed else listed)(files) if manifest else files


def case_with(edit):
    case = json.loads(HAPPY["case.json"])
    edit(case)
    return canonical(case)


def flipped(data, at):
    """One letter of the base64 or hex at `at` becomes another."""
    other = b"A" if data[at : at + 1] != b"A" else b"B"
    if chr(data[at]) in "0123456789abcdef":
        other = b"0" if data[at : at + 1] != b"0" else b"1"
    return data[:at] + other + data[at + 1 :]


def everywhere(checkpoint):
    """The checkpoint changed in itself and in every proof."""
    old = HAPPY["checkpoint"]
    return {name: data.replace(old, checkpoint) for name, data in HAPPY.items() if old in data}


def on(wanted, edit):
    return lambda seq, entry: edit(entry) if seq == wanted else None


def without(seq, signed=True):
    def edit(case):
        case["entries"] = [place for place in case["entries"] if place["seq"] != seq]
        if seq:
            case["completeness"]["entries"] -= 1

    names = [f"entries/{seq:06}.json", f"openings/{seq:06}.json", f"proofs/{seq:06}.tlog-proof"]
    return edited({"case.json": case_with(edit)}, drop=names, signed=signed)


APPLE = b"\x00\x05\x16\x07\x00\x02\x00\x00Mac OS X        "


def beside_the_pack():
    """Files in the container that are none of the pack's: anybody can put them there, so they refute nothing."""
    litter = [
        (".DS_Store", b"Bud1"),
        ("entries/.DS_Store", b"Bud1"),
        ("Thumbs.db", b"x"),
        ("Desktop.ini", b"[.ShellClassInfo]"),
        ("__MACOSX/._case.json", APPLE),
        ("__MACOSX/entries/._000003.json", APPLE),
        ("__MACOSX/._report.html", APPLE),
        ("._checkpoint", APPLE),
    ]
    names = lambda pairs: [name for name, _ in pairs]
    vector("litter", "what macOS and Windows leave in folders", "proven", 0, extra=litter, beside={"litter": names(litter)})
    signed = [("case.json.sig", b"x"), ("manifest-sha256.txt.p7s", b"x"), ("Подпись.SIG", b"x")]
    vector("detached-signatures", "signatures of the one who hands it on", "proven", 0, extra=signed, beside={"signatures": names(signed)})
    extras = [("note.txt", b"x"), (".bashrc", b"x"), ("~/x", b"x"), ("вложение.txt", b"x"), ("wordings/e\u0301.txt", b"x"), ("entries/000099.json", b"{}")]
    vector("extra-files", "files that the manifest does not name are counted", "proven", 0, extra=extras, beside={"extras": names(extras)})
    vector("extra-file+bad-hash", "a file beside it excuses nothing", "refuted", 1, edited({"report.txt": b"x"}, manifest=False), extra=[("a.html", b"x")])
    vector("unlisted-report", "a text of ours that the manifest does not name", "proven", 0, edited({}, drop=["report.txt"]), extra=[("report.txt", b"x")], beside={"extras": ["report.txt"]})
    for label, name in {
        "page": "start.html",
        "capital": "START.HTM",
        "picture": "photo.svg",
        "script": "x.js",
        "module": "hashlib.py",
        "package": "json/__init__.py",
        "bytecode": "__pycache__/hashlib.cpython-311.pyc",
        "program": "setup.exe",
        "batch": "x.bat",
        "shell": "x.cmd",
        "powershell": "x.ps1",
        "shortcut": "Отчёт.pdf.lnk",
        "not-apple": "__MACOSX/._report.html",
        "in-litter": "__MACOSX/report.html",
    }.items():
        vector(f"runs@{label}", f"a system may run {json.dumps(name, ensure_ascii=False)}", "not_proven", 1, extra=[(name, b"x")])
    vector("runs@in-manifest", "the log signed it, and a system may run it", "not_proven", 1, edited({"zipfile.py": b"x"}))
    vector("runs@own-checker", "verify.py that the manifest does not name", "not_proven", 1, extra=[("verify.py", b"x")])
    for label, name in {
        "case": "Case.json",
        "folder": "Entries/000003.json",
        "folder-alone": "EVIDENCE/x.txt",
        "long-s": "ca\u017fe.json",
        "kelvin": "chec\u212apoint",
        "ligature": "manife\ufb06-sha256.txt",
        "sharp-s": "\xdf",
        "file-as-folder": "case.json/x.txt",
        "folder-as-file": "entries",
        "soft-hyphen": "case\xad.json",
    }.items():
        verdict = ("proven", 0) if label == "sharp-s" else ("not_proven", 1)
        vector(f"same-name@{label}", f"some systems may take {json.dumps(name)} for another name", *verdict, extra=[(name, b"{}")])
    folder = "Пакет №1"
    inside = {f"{folder}/{name}": data for name, data in HAPPY.items()}
    vector("in-a-folder", "an archiver put a folder around it", "proven", 0, inside, beside={"litter": [folder + "/"]})
    more = [(f"{folder}/.DS_Store", b"x"), (f"__MACOSX/{folder}/._case.json", APPLE), ("x.sig", b"x"), ("note.txt", b"x")]
    vector(
        "in-a-folder+more",
        "and other things inside and beside it",
        "proven",
        0,
        inside,
        extra=more,
        beside={"litter": [folder + "/", ".DS_Store", more[1][0]], "signatures": ["x.sig"], "extras": ["note.txt"]},
    )
    two = inside | {"b/" + name: data for name, data in HAPPY.items()}
    vector("in-two-folders", "two packs: which one?", "not_proven", 1, two)
    vector("in-a-folder-in-a-folder", "one folder is taken off, not two", "not_proven", 1, {"a/" + name: data for name, data in inside.items()})
    vector("in-a-folder+top", "the pack is at the top; the copy below is beside it", "proven", 0, extra=[("a/manifest-sha256.txt", b"")], beside={"extras": ["a/manifest-sha256.txt"]})
    vector("in-a-folder+twice", "case.json above and in the folder", "not_proven", 1, inside, extra=[("case.json", HAPPY["case.json"])])


def left_out(files, seq):
    """A rotation taken out everywhere, signed anew."""
    case = json.loads(files["case.json"])
    case["rotations"] = [place for place in case["rotations"] if place["seq"] != seq]
    if not case["rotations"]:
        case.pop("rotations")
    gone = (f"entries/{seq:06}.json", f"proofs/{seq:06}.tlog-proof")
    return manifested({n: d for n, d in files.items() if n not in gone} | {"case.json": canonical(case)})


def weak_key():
    typed = b"\x01" + (1).to_bytes(32, "little")
    return f"{ORIGIN}+{hashlib.sha256(ORIGIN.encode() + chr(10).encode() + typed).digest()[:4].hex()}+{b64(typed)}"


def all_vectors():
    e7, p7, o7 = "entries/000007.json", "proofs/000007.tlog-proof", "openings/000007.json"
    e4, p4, o4 = e7.replace("7", "4"), p7.replace("7", "4"), o7.replace("7", "4")
    e3 = e7.replace("7", "3")
    wording = next(name for name in HAPPY if name.startswith("wordings/"))
    made = lambda *a, **k: build(*a, **k)[0]
    receipt_vectors()

    def setting(**members):
        return lambda entry: entry.update(members)

    def in_body(**members):
        return lambda entry: entry["body"].update(members)

    def case(**members):
        return edited({"case.json": case_with(lambda c: c.update(members))})

    def answer(**members):
        return edited({"case.json": case_with(lambda c: c["answer"].update(members))})

    # happy
    vector("happy", "four entries of one subject in a log of 13, as the log's key signed them", "proven", 0)
    vector("happy@own-key", "no key is given: the pack's own is used, with a warning", "proven", 0, keys=())
    vector("happy@two-keys-given", "a key that did not sign stands beside the one that did", "proven", 0, keys=("other", "given"))
    note = HAPPY["checkpoint"].decode()
    text = note.split("\n\n")[0] + "\n"
    cosigned = (note + WITNESS.note(text).split("\n\n")[1]).encode()
    vector("happy@unknown-signature", "a witness nobody knows has signed too", "proven", 0, edited(everywhere(cosigned)))
    both = (OTHER_KEY.note(text) + note.split("\n\n")[1]).encode()
    vector("happy@two-keys-signed", "two keys of the log are given and both signed", "proven", 0, edited(everywhere(both)), keys=("other", "given"))
    vector(
        "happy@reassigned-at-the-end",
        "the subject's last entry gives the number away",
        "proven",
        0,
        made(kinds={3: "consent.given", 7: "number.reassigned"}),
    )
    vector(
        "happy@clock-goes-back",
        "entry 7 has an earlier time than entry 4: a warning",
        "proven",
        0,
        made(on(7, lambda e: (e.update(at=moment(0)), e["body"].update(happened=moment(0))))),
    )
    vector("happy@wording-hash-only", "the text of the wording is not there", "proven", 0, edited({}, drop=[wording]))
    vector(
        "happy@other-file", "letters/fas.txt in the manifest: no part of the proof, a warning", "proven", 0, edited({"letters/fas.txt": b"letter\n"})
    )
    vector(
        "happy@extra-line-in-proof",
        "a tlog-proof may carry an extra line that nothing authenticates",
        "proven",
        0,
        edited({p7: HAPPY[p7].replace(b"\nindex", b"\nextra aGVsbG8=\nindex", 1)}),
    )
    vector("happy@sealed-files", "entry 4 keeps two files sealed, and they are opened", "proven", 0, with_files())
    vector("happy@one-file-opened", "the recording stays a commitment", "proven", 0, with_files(opened=(2,)))
    vector(
        "happy@held-after-reassignment",
        "what is done with the record of an earlier holder may follow",
        "proven",
        0,
        made(kinds={3: "consent.given", 7: "number.reassigned", 11: "subject.held"}),
    )
    vector("happy@assigned-caller", "entry 5 assigns whoever dials, entry 9 ends it after the call", "proven", 0, with_callers())
    vector(
        "happy@assigned-until-later",
        "the assignment has an end of its own, after the call",
        "proven",
        0,
        with_callers({"until": "2026-04-01T09:00:00.000001Z"}, places=(5,)),
    )
    vector(
        "happy@assigned-for-such-calls",
        "the assignment is limited to contacts such as the one asked about",
        "proven",
        0,
        with_callers(
            {"campaign": "spring", "channels": ["sms", "voice"], "purposes": ["advertising"]},
            case=lambda c: c["question"].update(campaign="spring", purpose="mixed"),
        ),
    )
    vector("happy@unknown-body-field", "a later writer added a field to a body", "proven", 0, made(on(7, in_body(later="x"))))

    # step 1
    at = HAPPY[e7].index(b'"recording":"') + 20
    bad_entry = flipped(HAPPY[e7], at)
    vector("flipped-bit@entry-7", "the manifest still has the old hash", "refuted", 1, edited({e7: bad_entry}, manifest=False))
    vector(
        "flipped-bit@manifest",
        "one digit of a hash",
        "refuted",
        1,
        edited({"manifest-sha256.txt": flipped(HAPPY["manifest-sha256.txt"], 5)}, manifest=False),
    )
    vector(
        "flipped-bit@report",
        "the manifest names the hash of the report",
        "refuted",
        1,
        edited({"report.txt": b"Report.\n"}, manifest=False),
    )
    vector("missing-entry-7", "the manifest names it", "not_proven", 1, edited({}, manifest=False, drop=[e7]))
    vector("missing-manifest", "no manifest", "not_proven", 1, edited({}, manifest=False, drop=["manifest-sha256.txt"]))
    itself = HAPPY["manifest-sha256.txt"] + f"{hashlib.sha256(HAPPY['signature']).hexdigest()}  signature\n".encode()
    inside = b"".join(sorted(itself.splitlines(True), key=lambda line: line[66:]))
    vector("manifest-names-signature", "which signs the manifest", "refuted", 1, edited({"manifest-sha256.txt": inside}, manifest=False))
    vector("signature-twice", "two of them: which one is read?", "not_proven", 1, extra=[("signature", HAPPY["signature"])])
    vector("empty", "no files at all", "not_proven", 1, {})
    vector("duplicated-name", "two files of one name: which one is read?", "not_proven", 1, extra=[("case.json", HAPPY["case.json"])])
    beside_the_pack()
    for label, name in {
        "traversal": "../evil.txt",
        "traversal-inside": "entries/../../evil.txt",
        "absolute": "/etc/evil",
        "backslash": "entries\\evil.json",
        "drive": "C:/evil.txt",
        "dot": "./case.json",
        "empty-part": "entries//000003.json",
        "device": "aux.txt",
        "trailing-dot": "case.json.",
        "control": "a\nb.txt",
        "nul": "a\x00.txt",
        "c1": "a\x9b31m.txt",
        "right-to-left": "invoice\u202efdp.txt",
        "trailing-space": "note.txt ",
        "up-only": "..",
        "stream": "report.txt:note.txt",
    }.items():
        vector(f"unsafe-name@{label}", f"a file named {json.dumps(name)}", "not_proven", 1, extra=[(name, b"x")])
    lines = HAPPY["manifest-sha256.txt"].split(b"\n")
    swapped = b"\n".join([lines[1], lines[0], *lines[2:]])
    vector(
        "manifest-out-of-order",
        "sorted by name, so that there is one manifest",
        "refuted",
        1,
        edited({"manifest-sha256.txt": swapped}, manifest=False),
    )
    doubled = b"\n".join([lines[0], *lines])
    vector("manifest-names-twice", "one line stands twice", "refuted", 1, edited({"manifest-sha256.txt": doubled}, manifest=False))
    vector(
        "manifest-names-itself",
        "it cannot know its own hash",
        "refuted",
        1,
        edited(
            {
                "manifest-sha256.txt": b"".join(
                    sorted([*HAPPY["manifest-sha256.txt"].splitlines(True), b"0" * 64 + b"  manifest-sha256.txt\n"], key=lambda line: line[66:])
                )
            },
            manifest=False,
        ),
    )
    vector(
        "manifest-without-newline",
        "the last line is cut",
        "refuted",
        1,
        edited({"manifest-sha256.txt": HAPPY["manifest-sha256.txt"][:-1]}, manifest=False),
    )
    vector(
        "manifest-names-unsafe",
        "it names a file outside",
        "refuted",
        1,
        edited({"manifest-sha256.txt": b"0" * 64 + b"  ../x\n" + HAPPY["manifest-sha256.txt"]}, manifest=False),
    )

    # step 2
    sig_at = HAPPY["checkpoint"].rindex(b" ") + 20
    vector(
        "flipped-bit@signature",
        "in the checkpoint and in every proof; manifest edited to match",
        "refuted",
        2,
        edited(everywhere(flipped(HAPPY["checkpoint"], sig_at))),
    )
    root_at = HAPPY["checkpoint"].index(b"\n13\n") + 8
    vector("flipped-bit@checkpoint-root", "the signed text is another", "refuted", 2, edited(everywhere(flipped(HAPPY["checkpoint"], root_at))))
    vector("other-size", "13 became 14 in the signed text", "refuted", 2, edited(everywhere(HAPPY["checkpoint"].replace(b"\n13\n", b"\n14\n"))))
    vector("other-key-given", "the verifier trusts another key under the same name", "not_proven", 5, keys=("other",))
    vector("other-key@case", "case.json names a key that signed nothing", "refuted", 2, case(key=OTHER_KEY.text), keys=())
    vector("other-key@case-with-given", "the given key signed, case.json names another", "refuted", 2, case(key=OTHER_KEY.text))
    vector("other-key@case-and-given", "case.json and the verifier name one key, and it signed nothing", "refuted", 2, case(key=OTHER_KEY.text), keys=("other",))
    vector("bad-key@case", "the key id is not that of the key", "refuted", 2, case(key=LOG_KEY.text.replace(LOG_KEY.id.hex(), "00000000")), keys=())
    vector("rebuilt-log", "the whole log made anew under another key", "not_proven", 5, made(key=OTHER_KEY))
    vector("rebuilt-log@own-key", "… and nobody gave a key: consistent in itself, the warning says so", "proven", 0, made(key=OTHER_KEY), keys=())
    vector("other-origin@case", "case.json names another log", "refuted", 2, case(origin="liliya.example/consent"))
    vector(
        "other-origin@checkpoint",
        "signed by the log's key, for another origin",
        "refuted",
        2,
        made(signed=lambda n, top: f"liliya.example/consent\n{n}\n{b64(top)}\n"),
    )
    vector("malleable-signature", "s + L: another spelling of the same signature", "refuted", 2, made(malleable=True))
    vector("leading-zero-size", "signed, yet not a checkpoint", "refuted", 2, made(signed=lambda n, top: f"{ORIGIN}\n0{n}\n{b64(top)}\n"))
    vector("size-2^63", "a size that other languages cannot hold", "refuted", 2, made(signed=lambda n, top: f"{ORIGIN}\n{1 << 63}\n{b64(top)}\n"))
    vector("size-0-with-root", "no entries, yet a root", "refuted", 2, made(signed=lambda n, top: f"{ORIGIN}\n0\n{b64(top)}\n"))
    vector("short-root", "31 bytes", "refuted", 2, made(signed=lambda n, top: f"{ORIGIN}\n{n}\n{b64(top[:31])}\n"))
    vector("no-signature", "a checkpoint nobody signed", "refuted", 2, edited(everywhere(text.encode() + b"\n")))
    vector("no-separator", "the empty line is missing", "refuted", 2, edited(everywhere(HAPPY["checkpoint"].replace(b"\n\n", b"\n"))))
    vector("control-in-note", "a carriage return", "refuted", 2, edited(everywhere(HAPPY["checkpoint"].replace(b"\n13", b"\r\n13"))))
    vector("inexact-base64", "padding bits that are not zero", "refuted", 2, edited(everywhere(inexact(HAPPY["checkpoint"]))))
    vector("missing-checkpoint", "manifest edited to match", "not_proven", 2, edited({}, drop=["checkpoint"]))
    vector("missing-case", "manifest edited to match", "not_proven", 2, edited({}, drop=["case.json"]))
    vector(
        "duplicate-keys@case",
        "two numbers: which one is meant?",
        "refuted",
        2,
        edited(
            {
                "case.json": HAPPY["case.json"].replace(
                    b'"number":"+79161234567","origin"', b'"number":"+79161234567","number":"+79161234567","origin"'
                )
            }
        ),
    )
    vector("spaces@case", "other bytes that say the same", "refuted", 2, edited({"case.json": HAPPY["case.json"].replace(b",", b", ", 1)}))
    vector("not-utf8@case", "a byte that no text has", "refuted", 2, edited({"case.json": HAPPY["case.json"].replace(b'"v', b'"\xff', 1)}))
    vector("deep@case", "nested without end", "refuted", 2, edited({"case.json": b'{"a":' * 5000 + b"1" + b"}" * 5000}))
    vector(
        "huge-integer@case",
        "an integer no reader holds",
        "refuted",
        2,
        edited({"case.json": HAPPY["case.json"].replace(b'"log_size":13', b'"log_size":' + b"9" * 5000)}),
    )
    vector("not-an-object@case", "a list", "refuted", 2, edited({"case.json": b"[]"}))
    vector("other-format@case", "a later version", "not_proven", 2, case(format="libconsent-pack/v9"))
    vector("lacks-number@case", "no number", "refuted", 2, edited({"case.json": case_with(lambda c: c.pop("number"))}))
    vector("wrong-type@case", "entries is a text", "refuted", 2, case(entries="all"))
    vector("null-number@case", "null stands where a number must", "refuted", 2, case(number=None))
    vector(
        "traversal@case",
        "an entry's file lies elsewhere",
        "refuted",
        2,
        edited({"case.json": case_with(lambda c: c["entries"][1].update(entry="entries/../entries/000003.json"))}),
    )
    vector("entries-out-of-order@case", "descending", "refuted", 2, edited({"case.json": case_with(lambda c: c["entries"].reverse())}))
    vector(
        "entry-listed-twice@case",
        "seq 7 stands twice",
        "refuted",
        2,
        edited({"case.json": case_with(lambda c: c["entries"].insert(3, c["entries"][3]))}),
    )

    vector("empty-callers@case", "a list of nobody", "refuted", 2, case(callers=[]))
    vector("callers-as-text@case", "not a list", "refuted", 2, case(callers="5"))
    vector(
        "caller-listed-twice@case",
        "entry 4 is one of the subject's",
        "refuted",
        2,
        edited({"case.json": case_with(lambda c: c.update(callers=[{k: v for k, v in c["entries"][2].items() if k != "opening"}]))}),
    )
    vector("opening@callers", "an assignment is about nobody's number", "refuted", 2, with_callers(case=lambda c: c["callers"][0].update(opening="openings/000005.json")))
    vector("opening@entries-missing", "an entry of the number without its opening", "refuted", 2, edited({"case.json": case_with(lambda c: c["entries"][1].pop("opening"))}))

    # step 2, of the signature over the whole
    signature = HAPPY["signature"]
    line = signature.split(b"\n\n")[1]
    other_line = OTHER_KEY.note(signature.split(b"\n\n")[0].decode() + "\n").split("\n\n")[1].encode()

    def under(data):
        return edited({"signature": data}, manifest=False)

    vector("unsigned", "nobody signed the pack", "not_proven", 2, edited({}, manifest=False, drop=["signature"]))
    vector("unsigned@own-key", "… and no key is given", "not_proven", 2, edited({}, manifest=False, drop=["signature"]), keys=())
    for version in ("libconsent-bundle/v1", "libconsent-pack/v1"):
        label = version.replace("libconsent-", "").replace("/", "-")
        vector(f"{label}@case", "it calls itself by an earlier format, and the log signed it", "not_proven", 2, case(format=version))
        vector(
            f"{label}@case-unsigned",
            "a genuine pack thinned and renamed to the format that had no signature",
            "not_proven",
            2,
            edited({"case.json": case_with(lambda c, v=version: c.update(format=v))}, drop=["signature"], signed=False),
        )
    gone = [f"{folder}/000011.{kind}" for folder, kind in (("entries", "json"), ("openings", "json"), ("proofs", "tlog-proof"))]

    def thin(c):
        c["entries"] = [place for place in c["entries"] if place["seq"] != 11]
        c["completeness"].update(entries=3, last_seq=7)
        c["answer"].update(allowed=True, findings=[], relied_on=4, verdict="allow")

    thinned = edited({"case.json": case_with(thin)}, drop=gone, signed=False)
    vector("thinned", "the withdrawal is left out and the answer turned; the signature is that of the whole pack", "refuted", 2, thinned)
    vector("thinned@own-key", "… and no key is given", "refuted", 2, thinned, keys=())
    vector("thinned@unsigned", "… and the signature is left out", "not_proven", 2, {n: d for n, d in thinned.items() if n != "signature"})
    vector(
        "thinned@signed-by-other",
        "… and signed by a key of the forger's under the log's name",
        "not_proven",
        2,
        thinned | {"signature": signature_of(thinned, OTHER_KEY)},
    )
    dressed = edited({"case.json": case_with(lambda c: c["answer"].update(allowed=True, findings=[], verdict="allow"))}, signed=False)
    vector("dressed-up", "the answer alone is turned", "refuted", 2, dressed)
    vector("dressed-up@report", "another report", "refuted", 2, edited({"report.txt": b"It was lawful.\n"}, signed=False))
    vector("dressed-up@letter", "a letter is added", "refuted", 2, edited({"letters/fas.txt": b"letter\n"}, signed=False))
    vector("flipped-bit@pack-signature", "one letter of the signature", "refuted", 2, under(flipped(signature, signature.rindex(b" ") + 20)))
    at = signature.index(b"manifest ") + 20
    vector("flipped-bit@pack-signature-text", "one digit of the hash that is signed", "refuted", 2, under(flipped(signature, at)))
    vector("signature-by-other-key", "another key signed it", "not_proven", 2, under(signature_of(HAPPY, OTHER_KEY)))
    vector("signature-by-other-key@given", "… and that key is given too", "not_proven", 2, under(signature_of(HAPPY, OTHER_KEY)), keys=("given", "other"))
    vector("happy@pack-signed-twice", "a key nobody knows has signed the pack too", "proven", 0, under(signature + other_line))
    vector("signature-of-checkpoint", "the checkpoint stands in for it", "refuted", 2, under(HAPPY["checkpoint"]))
    vector("signature-as-checkpoint", "it stands in for the checkpoint", "refuted", 2, edited(everywhere(signature)))
    vector("signature-of-v1", "its first line names an earlier format", "refuted", 2, under(signature_of(HAPPY, first="libconsent-pack/v1")))
    vector("signature-of-other-log", "it names another log", "refuted", 2, under(signature_of(HAPPY, origin="liliya.example/consent")))
    vector("signature-with-more-lines", "a line more than there may be", "refuted", 2, under(signature_of(HAPPY, more="entries 3\n")))
    vector("signature-without-lines", "nobody signed the text", "refuted", 2, under(signature.replace(line, b"")))
    vector("signature-empty", "an empty file", "refuted", 2, under(b""))
    vector("malleable-signature@pack", "s + L: another spelling of the same signature", "refuted", 2, under(LOG_KEY.note(signature.split(b"\n\n")[0].decode() + "\n", malleable=True).encode()))

    # step 3
    vector("swapped-entries-4-7", "manifest edited to match", "refuted", 3, edited({e4: HAPPY[e7], e7: HAPPY[e4]}))
    vector("missing-entry-7+manifest", "case.json still lists it", "not_proven", 3, edited({}, drop=[e7]))
    vector(
        "extra-entry+manifest", "another person's entry that case.json does not list", "refuted", 3, edited({"entries/000005.json": ALL_ENTRIES[5]})
    )
    vector(
        "flipped-bit@entry-3+manifest",
        "entry 4 follows another entry 3",
        "refuted",
        3,
        edited({e3: flipped(HAPPY[e3], HAPPY[e3].index(b'"salt":"') + 10)}),
    )
    vector("spaces@entry-7", "re-spelled; manifest edited to match", "refuted", 3, edited({e7: HAPPY[e7].replace(b",", b", ", 1)}))
    vector("duplicate-keys@entry-7", "manifest edited to match", "refuted", 3, edited({e7: HAPPY[e7].replace(b'"v":1', b'"v":1,"v":1')}))
    for label, raw, about in (
        ("spaces", lambda d: d.replace(b",", b", ", 1), "a space"),
        ("duplicate-keys", lambda d: d.replace(b'"outcome":"answered"', b'"outcome":"answered","outcome":"busy"'), "a key twice"),
        ("null", lambda d: d.replace(b'"duration_s":42', b'"duration_s":null'), "null"),
        ("float", lambda d: d.replace(b'"duration_s":42', b'"duration_s":42.5'), "a fraction"),
        ("exponent", lambda d: d.replace(b'"duration_s":42', b'"duration_s":4e1'), "an exponent"),
        ("nan", lambda d: d.replace(b'"duration_s":42', b'"duration_s":NaN'), "NaN"),
        ("minus-zero", lambda d: d.replace(b'"duration_s":42', b'"duration_s":-0'), "-0"),
        ("huge-integer", lambda d: d.replace(b'"duration_s":42', b'"duration_s":9007199254740992'), "2^53"),
        ("key-order", lambda d: d.replace(b'"type":"contact.made","v":1', b'"v":1,"type":"contact.made"'), "keys out of order"),
        ("capital-key", lambda d: d.replace(b'"duration_s"', b'"durationS"'), "a key outside the profile"),
        ("escaped", lambda d: d.replace(b'"answered"', b'"\\u0061nswered"'), "an escape nobody needs"),
        ("surrogate", lambda d: d.replace(b'"answered"', b'"\\ud800"'), "half a surrogate pair"),
        ("not-utf8", lambda d: d.replace(b'"answered"', b'"\xff"'), "a byte that no text has"),
        ("deep", lambda d: d.replace(b'"duration_s":42', b'"duration_s":' + b"[" * 9 + b"]" * 9), "nested deeper than 8"),
        ("too-large", lambda d: d.replace(b'"answered"', b'"' + b"a" * 16400 + b'"'), "larger than 16 KiB"),
        ("newline-at-end", lambda d: d + b"\n", "a newline after it"),
        ("byte-order-mark", lambda d: b"\xef\xbb\xbf" + d, "a byte order mark"),
        ("list", lambda d: b"[1]", "not an object"),
    ):
        vector(
            f"{label}@logged-entry-7",
            f"{about}; the log itself holds and signs these bytes",
            "refuted",
            3,
            made(raw=lambda seq, data, raw=raw: raw(data) if seq == 7 else data),
        )
    vector("other-version@entry-7", "v is 2", "not_proven", 3, made(on(7, setting(v=2))))
    vector("boolean-version@entry-7", "v is true, which some languages take for 1", "refuted", 3, made(on(7, setting(v=True))))
    vector("unknown-type@entry-7", "a type of a later version", "not_proven", 3, made(on(7, setting(type="consent.dreamt"))))
    vector("unknown-envelope-field@entry-7", "a field that version 1 does not have", "refuted", 3, made(on(7, setting(note="x"))))
    vector("other-log@entry-7", "copied from another log", "refuted", 3, made(on(7, setting(log="liliya.example/consent"))))
    vector("other-seq@entry-7", "it says it is entry 8", "refuted", 3, made(on(7, setting(seq=8))))
    vector("other-prev@entry-4", "the chain of hashes is broken between 3 and 4", "refuted", 3, made(on(4, setting(prev="1" * 64))))
    vector("other-prev@entry-0", "entry 0 follows nothing", "refuted", 3, made(on(0, setting(prev="1" * 64))))
    vector("impossible-time@entry-7", "30 February", "refuted", 3, made(on(7, setting(at="2026-02-30T00:00:00.000000Z"))))
    vector("leap-second@entry-7", "second 60 has no place in the format", "refuted", 3, made(on(7, setting(at="2026-06-30T23:59:60.000000Z"))))
    vector("short-time@entry-7", "without microseconds", "refuted", 3, made(on(7, setting(at="2026-03-08T09:30:00Z"))))
    vector("no-salt@entry-7", "neighbours could be guessed", "refuted", 3, made(on(7, lambda e: e.pop("salt"))))

    # step 4
    vector("flipped-bit@entry-7+manifest", "the bit is in the hash of a recording", "refuted", 4, edited({e7: bad_entry}))
    vector(
        "flipped-bit@proof-7",
        "one letter of a sibling's hash; manifest edited to match",
        "refuted",
        4,
        edited({p7: flipped(HAPPY[p7], HAPPY[p7].index(b"index 7\n") + 12)}),
    )
    vector("swapped-proofs-4-7", "manifest edited to match", "refuted", 4, edited({p4: HAPPY[p7], p7: HAPPY[p4]}))
    vector("missing-proof-7", "manifest edited to match", "not_proven", 4, edited({}, drop=[p7]))
    vector("extra-proof", "a proof that nothing names", "refuted", 4, edited({"proofs/000005.tlog-proof": HAPPY[p7]}))
    vector("longer-proof-7", "one more hash", "refuted", 4, edited({p7: HAPPY[p7].replace(b"\n\n", b"\n" + b64(bytes(32)).encode() + b"\n\n", 1)}))
    proof_lines = HAPPY[p7].split(b"\n")
    vector("shorter-proof-7", "one hash less", "refuted", 4, edited({p7: b"\n".join(proof_lines[:2] + proof_lines[3:])}))
    vector("proof-7-without-header", "the first line is missing", "refuted", 4, edited({p7: b"\n".join(proof_lines[1:])}))
    vector("proof-7-leading-zero", "index 07", "refuted", 4, edited({p7: HAPPY[p7].replace(b"index 7", b"index 07")}))
    older = made()  # the same leaves, another size: signed, but not the pack's checkpoint
    leaves = [leaf(data) for data in ALL_ENTRIES[:12]]
    old_note = LOG_KEY.note(f"{ORIGIN}\n12\n{b64(root(leaves))}\n")
    old_proof = "c2sp.org/tlog-proof@v1\n" + "\n".join(["index 7", *map(b64, path(leaves, 7))]) + "\n\n" + old_note
    vector("other-checkpoint@proof-7", "a true proof under an older checkpoint", "refuted", 4, edited({p7: old_proof.encode()}))
    del older
    empty = LOG_KEY.note(f"{ORIGIN}\n0\n{b64(root([]))}\n").encode()
    vector("size-0", "signed when the log had no entries", "refuted", 4, edited(everywhere(empty)))
    vector(
        "size-7",
        "signed before entry 7 was there",
        "refuted",
        4,
        edited(everywhere(LOG_KEY.note(f"{ORIGIN}\n7\n{b64(root([leaf(d) for d in ALL_ENTRIES[:7]]))}\n").encode())),
    )
    forged, forged_all = build(on(7, in_body(outcome="busy")), key=LOG_KEY)
    forged_root = b64(root([leaf(data) for data in forged_all]))
    changes = {n: d.replace(forged["checkpoint"], HAPPY["checkpoint"]) for n, d in forged.items()}
    changes["case.json"] = case_with(lambda c: c.update(root=forged_root, size=SIZE))
    vector("json-root", "case.json holds the root of a forged tree, the checkpoint is the true one", "refuted", 4, manifested(changes))

    # step 5
    vector("missing-entry-0", "the entry that names the key", "not_proven", 5, without(0))
    attacker = dict(HAPPY)
    resigned = OTHER_KEY.note(text).encode()
    attacker |= everywhere(resigned) | {"case.json": case_with(lambda c: c.update(key=OTHER_KEY.text))}
    vector("resigned-by-other-key", "the true tree signed by another key of the same name", "refuted", 5, manifested(attacker), keys=())
    vector("resigned-by-other-key@given", "… and that other key is the one given", "refuted", 5, manifested(attacker), keys=("other",))
    vector("no-key@entry-0", "entry 0 names no key", "refuted", 5, made(on(0, lambda e: e["body"].pop("key"))))
    vector("other-type@entry-0", "entry 0 is no creation", "refuted", 5, made(on(0, setting(type="contact.made"))))

    # step 5, of keys that were rotated
    def turned(key=NEXT_KEY, rotated=None, **members):
        return build(key=key, rotated=rotated or {5: members})[0]

    vector("happy@rotated", "entry 5 rotates the key, and the first key is given", "proven", 0, turned())
    vector("happy@rotated-next-given", "… and the next is given", "proven", 0, turned(), keys=("next",))
    vector("happy@rotated-own-key", "… and none is given", "proven", 0, turned(), keys=())
    twice = {5: {}, 9: {"old": NEXT_KEY, "new": THIRD_KEY, "reason": "restored"}}
    vector("happy@rotated-twice", "two rotations lead from the given key to the one that signed", "proven", 0, turned(THIRD_KEY, twice))
    vector("happy@rotated-twice-middle-given", "… and the one between is given", "proven", 0, turned(THIRD_KEY, twice), keys=("next",))
    lost = turned(reason="lost", old_signs=False)
    vector("rotated@lost", "the old key did not sign, and it is the one that is given", "not_proven", 5, lost)
    vector("rotated@lost-own-key", "… and none is given", "not_proven", 5, lost, keys=())
    vector("happy@rotated-lost-next-given", "… and the new one is given", "proven", 0, lost, keys=("next",))
    vector("rotated@unsigned-by-old", "whatever the reason, the old key has to sign", "not_proven", 5, turned(old_signs=False))
    revoked = turned(reason="compromised")
    vector("rotated@compromised", "the given key was revoked: whoever stole it could have signed the rotation", "not_proven", 5, revoked)
    vector("rotated@compromised-own-key", "… and none is given", "not_proven", 5, revoked, keys=())
    vector("happy@rotated-compromised-next-given", "… and the new one is given", "proven", 0, revoked, keys=("next",))
    later = {5: {"reason": "compromised"}, 9: {"old": NEXT_KEY, "new": THIRD_KEY}}
    vector("happy@rotated-after-compromised", "the key given came after the one that was revoked", "proven", 0, turned(THIRD_KEY, later), keys=("next",))
    vector("rotated@compromised-then-planned", "… and the revoked one is given", "not_proven", 5, turned(THIRD_KEY, later))
    vector("rotated@other-given", "a key that the log never had is given", "not_proven", 5, turned(), keys=("other",))
    vector("rotated@old-signature-of-other", "somebody else signed for the old key", "refuted", 5, turned(signers=(OTHER_KEY, NEXT_KEY)))
    vector("rotated@new-signature-of-other", "somebody else signed for the new key", "refuted", 5, turned(signers=(LOG_KEY, OTHER_KEY)))
    vector("rotated@signatures-swapped", "each signed for the other", "refuted", 5, turned(signers=(NEXT_KEY, LOG_KEY)))
    vector("rotated@replaces-other", "it replaces a key that the log did not have", "refuted", 5, turned(old=OTHER_KEY))
    vector("rotated@to-the-same", "the new key is the old one", "refuted", 5, turned(LOG_KEY, new=LOG_KEY))
    back = {5: {}, 9: {"old": NEXT_KEY, "new": LOG_KEY}}
    vector("rotated@back", "the second rotation returns to the first key", "refuted", 5, turned(LOG_KEY, back))
    vector("rotated@one-left-out", "the second rotation of two is not there", "refuted", 5, left_out(turned(THIRD_KEY, twice), 9))
    vector("rotated@all-left-out", "the rotation is not there", "refuted", 5, left_out(turned(), 5))
    vector("rotated@signed-by-old", "the key that was replaced signs on", "refuted", 5, turned(LOG_KEY))
    vector("rotated@other-log", "the keys signed the rotation of another log", "refuted", 5, turned(origin="liliya.example/consent"))
    vector("rotated@other-reason", "another reason than the keys signed", "refuted", 5, turned(change={"reason": "tidy"}))
    elsewhere = build(on(5, lambda e: e["body"].update(rotation(6, e["prev"]))), key=NEXT_KEY, rotated={5: {}})[0]
    vector("rotated@other-place", "the keys signed a rotation at entry 6", "refuted", 5, elsewhere)
    after = build(on(5, lambda e: e["body"].update(rotation(5, "1" * 64))), key=NEXT_KEY, rotated={5: {}})[0]
    vector("rotated@other-past", "the keys signed a rotation after other entries", "refuted", 5, after)
    vector("rotated@of-a-number", "an entry about somebody", "refuted", 5, build(on(5, lambda e: e.update(type="consent.withdrawn", body=body(5, "consent.withdrawn"), subject={"prev": -1, "seq": 1, "tag": "a" * 64})), key=NEXT_KEY, rotated={5: {}})[0])
    vector("rotated@of-other-type", "an entry of the log that rotates nothing", "refuted", 5, build(on(5, setting(type="log.heartbeat", body={})), key=NEXT_KEY, rotated={5: {}})[0])
    vector("rotated@small-order", "the new key is a point of small order", "refuted", 5, turned(change={"key": weak_key()}))
    for label, change in (
        ("no-key", {"key": ""}),
        ("short-signature", {"new_signature": "ab" * 63}),
        ("upper-case", {"old_signature": "AB" * 64}),
        ("reason-with-space", {"reason": "in the plan"}),
        ("reason-as-number", {"reason": 1}),
    ):
        vector(f"rotated@{label}", "a member of another shape", "refuted", 3, turned(change=change))
    vector("rotated@no-reason", "a member is missing", "refuted", 3, build(on(5, lambda e: e["body"].pop("reason")), key=NEXT_KEY, rotated={5: {}})[0])
    vector("empty-rotations@case", "a list of nothing", "refuted", 2, case(rotations=[]))
    _, of_turned = build(key=NEXT_KEY, rotated={5: {}})
    held_old = receipt(of_turned[:5], 3)
    vector("happy@receipt-under-old-key", "the receipt was signed before the rotation", "proven", 0, turned(), receipts=[held_old])
    vector("happy@receipt-under-old-key-next-given", "… and the next key is given", "proven", 0, turned(), keys=("next",), receipts=[held_old])
    vector("rotated@receipt-under-other-key", "the log never had the key of the receipt", "not_proven", 11, turned(), receipts=[receipt(of_turned[:5], 3, OTHER_KEY)])

    # step 6
    vector(
        "other-number@case",
        "case.json and its answer name another number",
        "refuted",
        6,
        edited({"case.json": case_with(lambda c: (c.update(number=OTHERS[0]), c["answer"].update(number=OTHERS[0])))}),
    )
    vector("other-number@answer", "the answer is about another number", "refuted", 6, answer(number=OTHERS[0]))
    vector("swapped-openings-4-7", "each opens the other", "refuted", 6, edited({o4: HAPPY[o7], o7: HAPPY[o4]}))
    vector("opening-of-another-entry", "the opening of entry 4 stands in for that of 7", "refuted", 6, edited({o7: HAPPY[o4]}))
    vector("flipped-bit@opening-7", "one digit of the salt", "refuted", 6, edited({o7: flipped(HAPPY[o7], len(HAPPY[o7]) - 10)}))
    vector("missing-opening-7", "manifest edited to match", "not_proven", 6, edited({}, drop=[o7]))
    vector("extra-opening", "an opening of the log's own entry", "refuted", 6, edited({"openings/000000.json": HAPPY[o7]}))
    vector("spaces@opening-7", "other bytes that say the same", "refuted", 6, edited({o7: HAPPY[o7].replace(b",", b", ")}))
    vector(
        "other-number@opening-7",
        "the number changed in the opening",
        "refuted",
        6,
        edited({o7: HAPPY[o7].replace(NUMBER.encode(), OTHERS[0].encode())}),
    )
    vector(
        "other-number@logged-entry-7",
        "an entry about another number under the same tag",
        "refuted",
        6,
        manifested(made(on(7, in_body(details=opening(7, OTHERS[0])[0]))) | {o7: opening(7, OTHERS[0])[1]}),
    )

    # step 7
    vector("missing-middle-entry-7", "left out everywhere, counts edited to match", "refuted", 7, without(7))
    vector("missing-first-entry-3", "left out everywhere, counts edited to match", "refuted", 7, without(3))
    vector(
        "no-entries",
        "nothing but entry 0",
        "not_proven",
        7,
        manifested(
            {n: d for n, d in HAPPY.items() if not any(f"/{seq:06}" in n for seq in SUBJECT_ENTRIES) and n != wording}
            | {
                "case.json": case_with(
                    lambda c: (
                        c["entries"].__delitem__(slice(1, None)),
                        c["answer"].update(relied_on=None),
                        c["completeness"].update(entries=0, last_seq=-1),
                    )
                )
            }
        ),
    )
    vector("other-tag@entry-7", "an entry of another subject", "refuted", 7, made(on(7, lambda e: e["subject"].update(tag="a" * 64))))
    vector("other-tag@case", "case.json names another subject", "refuted", 7, case(tag="a" * 64))
    vector("subject-seq-gap@entry-7", "5 where 3 is due", "refuted", 7, made(on(7, lambda e: e["subject"].update(seq=5))))
    vector("subject-prev@entry-7", "it follows entry 3, not 4", "refuted", 7, made(on(7, lambda e: e["subject"].update(prev=3))))
    vector("no-subject@entry-7", "an entry about nobody", "refuted", 7, made(on(7, lambda e: e.pop("subject"))))
    vector(
        "reassigned-in-the-middle",
        "others follow under the same tag",
        "refuted",
        7,
        made(kinds={3: "consent.given", 7: "number.reassigned", 11: "contact.made"}),
    )
    vector(
        "other-count@case", "completeness says three", "refuted", 7, edited({"case.json": case_with(lambda c: c["completeness"].update(entries=3))})
    )
    vector(
        "other-last@case",
        "completeness ends elsewhere",
        "refuted",
        7,
        edited({"case.json": case_with(lambda c: c["completeness"].update(last_seq=12))}),
    )
    vector("relies-on-absent-entry", "the answer stands on entry 5", "refuted", 7, answer(relied_on=5))
    vector("log-type@entry-7", "an entry of the log itself that claims a subject", "refuted", 7, made(on(7, setting(type="log.heartbeat"))))
    alone = made(kinds={1: "consent.given"})

    def with_true(where, name):
        value = json.loads(alone["case.json"])
        value[where][name] = True
        return manifested(alone | {"case.json": canonical(value)})

    vector("true-for-1@count", "true where the number of entries, 1, must stand", "refuted", 7, with_true("completeness", "entries"))
    vector("true-for-1@last", "true where the last entry, 1, must stand", "refuted", 7, with_true("completeness", "last_seq"))
    vector("true-for-1@relied-on", "true where the entry relied on, 1, must stand", "refuted", 7, with_true("answer", "relied_on"))

    # step 6, of sealed files
    salt = kept(1, RECORDING)[0].hex()
    for name, about, salts in (
        ("files-as-object@opening-4", "not a list", {"1": salt}),
        ("file-without-salt@opening-4", "a place alone", [{"place": 1}]),
        ("file-place-0@opening-4", "places begin with 1", [{"place": 0, "salt": salt}]),
        ("file-place-twice@opening-4", "the same place twice", [{"place": 1, "salt": salt}, {"place": 1, "salt": salt}]),
        ("file-short-salt@opening-4", "31 bytes of salt", [{"place": 1, "salt": salt[:62]}]),
    ):
        vector(name, about, "refuted", 6, with_files(salts=salts))

    for label, about, files in (
        ("of-another", "it assigns somebody else", with_callers({"caller": "call-centre"})),
        ("for-another", "it is another distributor's", with_callers({"distributor": "500100732259"})),
        ("not-yet", "it begins after the call", with_callers({"from": "2026-04-01T09:00:00.000001Z"})),
        ("over", "it ended at the moment of the call", with_callers({"until": "2026-04-01T09:00:00.000000Z"})),
        ("released", "it was ended at the moment of the call", with_callers(ended={"until": "2026-04-01T09:00:00.000000Z"})),
        ("released-another", "the end is that of another assignment", with_callers(ended={"of": 4})),
        ("for-other-channel", "it is for messages", with_callers({"channels": ["sms"]})),
        ("for-other-purpose", "it is for service calls", with_callers({"purposes": ["service"]})),
        ("for-a-campaign", "it is limited to a campaign, and none was asked about", with_callers({"campaign": "spring"})),
        ("scope-as-number", "no list of words", with_callers({"channels": 7})),
        ("no-time", "it does not say since when", with_callers({"from": "soon"})),
        ("no-end", "the end does not say when", with_callers(ended={"until": 7})),
        ("not-one", "an end alone", with_callers(places=(9,))),
        ("of-other-type", "entry 5 is something else", with_callers(kind="log.heartbeat")),
        ("of-a-number", "entry 5 is about somebody", with_callers(kind="consent.withdrawn")),
        ("end-of-other-type", "entry 9 ends nothing", with_callers(end="wording.registered")),
        ("not-named", "the answer stands on no assignment", with_callers(case=lambda c: c["answer"].pop("assignment"))),
        ("other-named", "the answer stands on another entry", with_callers(case=lambda c: c["answer"].update(assignment=9))),
        ("not-there", "the answer stands on an entry that is not here", answer(assignment=5)),
        ("named-by-text", "not a number", with_callers(case=lambda c: c["answer"].update(assignment="5"))),
        ("nobody-asked", "the question names no caller", with_callers(case=lambda c: c["question"].pop("caller"))),
        ("no-moment", "the question has no moment", with_callers(case=lambda c: c["question"].pop("at"))),
    ):
        vector(f"assignment@{label}", about, "refuted", 7, files)

    # step 8
    vector(
        "happened-after-recorded@entry-7", "recorded before it happened", "refuted", 8, made(on(7, in_body(happened="2026-03-08T09:30:00.000001Z")))
    )
    vector("no-happened@entry-7", "no time of the event", "refuted", 8, made(on(7, lambda e: e["body"].pop("happened"))))
    vector("impossible-happened@entry-7", "25 o'clock", "refuted", 8, made(on(7, in_body(happened="2026-03-07T25:00:00.000000Z"))))

    # step 9
    e4 = "evidence/000004-"
    vector("other-file@evidence-4-1", "another recording", "refuted", 9, with_files(lambda f: f.update({e4 + "1": RECORDING + b"!"})))
    vector("swapped-files@evidence-4", "each stands for the other", "refuted", 9, with_files(lambda f: f.update({e4 + "1": PERSONAL, e4 + "2": RECORDING})))
    vector("missing-file@evidence-4-1", "opened and not there", "not_proven", 9, with_files(lambda f: f.pop(e4 + "1")))
    vector("extra-file@evidence-4-3", "a file that nothing opens", "refuted", 9, with_files(lambda f: f.update({e4 + "3": b"x"})))
    vector("unopened-file@evidence-4-1", "its salt is not there", "refuted", 9, with_files(lambda f: f.update({e4 + "1": RECORDING}), opened=(2,)))
    vector(
        "file-not-named@opening-4",
        "the opening has a salt for a third file",
        "refuted",
        9,
        with_files(salts=[{"place": p, "salt": salt} for p in (1, 2, 3)][2:], opened=(), change=None),
    )
    vector(
        "files-as-hashes@entry-4",
        "hashes where commitments must stand",
        "refuted",
        9,
        made(on(4, in_body(files=["a" * 64]))),
    )
    vector(
        "other-wording",
        "another text under the same name; manifest edited to match",
        "refuted",
        9,
        edited({wording: WORDING.replace("рекламу", "новости").encode()}),
    )
    vector("extra-wording", "a text that no entry names", "refuted", 9, edited({f"wordings/{hashlib.sha256(b'x').hexdigest()}.txt": b"x"}))
    vector(
        "wording-not-a-hash@entry-4",
        "a text where its hash must stand",
        "refuted",
        9,
        manifested({n: d for n, d in made(lambda seq, e: e["body"].update(wording="yes") if seq in (3, 4) else None).items() if n != wording}),
    )


EARLIER = hashlib.sha256(b"tag of the earlier holder").hexdigest()


def held(seq, kind, count, before, tag=EARLIER, number=NUMBER):
    """Makes entry `seq` one of another subject of the number."""

    def edit(entry):
        entry["type"] = kind
        scope = {"ground": "request"} if kind == "subject.erased" else {}
        entry["body"] = body(seq, "number.reassigned" if scope else kind) | {"details": opening(seq, number)[0]} | scope
        entry["subject"] = {"prev": before, "seq": count, "tag": tag}

    return seq, edit


def also(*edits):
    chosen = dict(edits)
    return lambda seq, entry: chosen[seq](entry) if seq in chosen else None


def relying_on_nothing(files):
    case = json.loads(files["case.json"])
    case["answer"]["relied_on"] = None
    return manifested(files | {"case.json": canonical(case)})


def receipt_vectors():
    """Former holders of the number, and receipts that the pack is checked against."""
    earlier = [held(1, "consent.withdrawn", 1, -1), held(2, "number.reassigned", 2, 1)]
    moved, log = build(also(*earlier), former={2: True})
    unshown, _ = build(also(*earlier))
    vector("happy@former-holder", "the entry that ended an earlier holder is there", "proven", 0, moved)
    vector("receipt-of-own-entry", "the receipt is of the pack's last entry", "proven", 0, receipts=[receipt(ALL_ENTRIES, 11)])
    vector(
        "receipt-of-own-entry@own-key", "no key is given", "proven", 0, keys=(), receipts=[receipt(ALL_ENTRIES, 3), receipt(ALL_ENTRIES, 11)]
    )
    vector("receipt-of-former-holder", "the number had another tag, which ended before", "proven", 0, moved, receipts=[receipt(log, 1)])
    vector("receipt-of-former-holder@not-shown", "nothing shows that the other tag ended", "refuted", 11, unshown, receipts=[receipt(log, 1)])
    hidden, log = build(also(held(5, "consent.withdrawn", 1, -1)))
    vector("receipt-of-other-tag", "the withdrawal lies under another tag", "refuted", 11, hidden, receipts=[receipt(log, 5)])
    late, log = build(also(held(1, "consent.withdrawn", 1, -1), held(5, "number.reassigned", 2, 1)), former={5: True})
    vector("receipt-of-former-holder@ends-late", "both tags were in use at once", "refuted", 11, late, receipts=[receipt(log, 1)])
    gone, log = build(also(held(1, "consent.withdrawn", 1, -1), held(2, "subject.erased", 2, 1)), former={2: False})
    vector("receipt-of-erased-holder", "the other tag was erased before; no opening is left", "proven", 0, gone, receipts=[receipt(log, 1)])
    after, log = build(also(*earlier, held(5, "consent.withdrawn", 3, 2)), former={2: True})
    vector("receipt-of-former-holder@after-the-end", "a tag that had ended goes on", "refuted", 11, after, receipts=[receipt(log, 5)])
    skipped, log = build(also(held(5, "consent.withdrawn", 3, 4, TAG)))
    vector("receipt-of-left-out-entry", "the subject has an entry that the pack leaves out", "refuted", 11, skipped, receipts=[receipt(log, 5)])
    _, forked = build(on(11, lambda e: e["body"].update(means="paper")))
    vector("receipt-of-another-tree", "two trees of one size are signed", "refuted", 11, receipts=[receipt(forked, 3)])
    _, theirs = build(key=OTHER_KEY)
    vector("receipt-under-other-key", "another key has signed the receipt", "not_proven", 11, keys=(), receipts=[receipt(theirs, 11, OTHER_KEY)])
    vector("receipt-under-other-key@given", "the same, and a key is given", "not_proven", 11, receipts=[receipt(theirs, 11, OTHER_KEY)])
    vector("receipt-of-other-number", "it is about somebody else", "not_proven", 11, receipts=[receipt(ALL_ENTRIES, 5, number=OTHERS[1])])
    vector("receipt-cut", "half a receipt", "not_proven", 11, receipts=[receipt(ALL_ENTRIES, 11)[:900]])
    vector("receipt-empty-file", "no receipt", "not_proven", 11, receipts=[b"\n"])

    def grown(count, before, tag=TAG):
        entry = json.loads(ALL_ENTRIES[11])
        entry.update(at=moment(SIZE), prev=leaf(ALL_ENTRIES[-1]).hex(), seq=SIZE, salt="ab" * 16)
        held(SIZE, "consent.withdrawn", count, before, tag)[1](entry)
        return [*ALL_ENTRIES, canonical(entry)]

    vector("receipt-newer", "the entry was recorded after the pack was made: a warning", "proven", 0, receipts=[receipt(grown(5, 11), 13)])
    vector("receipt-newer@other-tag", "a tag that began after the pack", "proven", 0, receipts=[receipt(grown(1, -1, EARLIER), 13)])
    vector("receipt-newer@counts-less", "the subject has fewer entries than here", "refuted", 11, receipts=[receipt(grown(4, 7), 13)])
    vector("receipt-newer@counts-more", "the subject has an older entry that is not here", "refuted", 11, receipts=[receipt(grown(6, 12), 13)])
    vector("receipt-newer@older-other-tag", "another tag had an entry before", "refuted", 11, receipts=[receipt(grown(2, 6, EARLIER), 13)])

    # former, without receipts
    consent, _ = build(also(held(2, "consent.withdrawn", 1, -1)), former={2: True})
    vector("former-ends-nothing", "the entry does not end a holding", "refuted", 7, consent)
    vector("former-ends-nothing@relies-on-nothing", "the same, and the answer relies on no entry", "refuted", 7, relying_on_nothing(consent))
    nobody, log = build(also(held(1, "consent.withdrawn", 1, -1), (2, lambda e: (e.update(type="log.heartbeat", body={}), e.pop("subject")))), former={2: False})
    vector(
        "former-is-nobody",
        "an entry of the log itself stands for a former holder, the answer relies on no entry, and a receipt asks",
        "refuted",
        7,
        relying_on_nothing(nobody),
        receipts=[receipt(log, 1)],
    )
    twice, _ = build(also(held(1, "number.reassigned", 1, -1), held(2, "number.reassigned", 2, 1)), former={1: True, 2: True})
    vector("former-twice", "one holder ends twice", "refuted", 7, twice)
    own, _ = build(also(held(12, "number.reassigned", 5, 11, TAG)), former={12: True})
    vector("former-is-the-holder", "the subject itself as its own former holder", "refuted", 7, own)
    else_, _ = build(also(held(2, "number.reassigned", 1, -1, number=OTHERS[0])), former={2: True})
    vector("former-of-other-number", "the opening is of another number", "refuted", 6, else_)
    entry = "entries/000002.json"
    vector("former-flipped", "an entry of a former holder altered", "refuted", 3, manifested(moved | {entry: moved[entry].replace(b'"web"', b'"wab"')}))
    for name, value in (("former-empty@case.json", []), ("former-text@case.json", "no"), ("former-listed-twice@case.json", None)):
        case = json.loads(moved["case.json"])
        case["former"] = case["entries"][1:2] if value is None else value
        vector(name, "a list of former holders that is none", "refuted", 2, manifested(moved | {"case.json": canonical(case)}))


def inexact(note):
    """The last letter before the padding spells bits that decode to nothing."""
    at = note.rindex(b"=") - (1 if note.rindex(b"=") == note.index(b"=", note.rindex(b" ")) else 2)
    alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    return note[:at] + alphabet[alphabet.index(note[at]) + 1 :][:1] + note[at + 1 :]


def main():
    all_vectors()
    wanted = {f"{name}.json": json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True) + "\n" for name, value in VECTORS.items()}
    there = {path.name for path in HERE.glob("*.json")}
    if sys.argv[1:] == ["--check"]:
        wrong = sorted(n for n in there | set(wanted) if n not in there or n not in wanted or (HERE / n).read_text() != wanted[n])
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
