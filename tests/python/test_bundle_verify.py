"""verify.py, as it lies in every bundle: the vectors, and containers that hide something.

tests/verify/verify_bundle_test.cpp gives the same vectors to the C++ verifier.
"""

from __future__ import annotations

import importlib.util
import io
import json
import os
import struct
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

import bundle_vectors
import consent

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = ROOT / "python" / "consent" / "standalone" / "verify.py"
GENERATOR = bundle_vectors.FOLDER / "generate.py"


def load_script():
    spec = importlib.util.spec_from_file_location("verify_py", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    sys.modules["verify_py"] = module
    spec.loader.exec_module(module)
    return module


script = load_script()


def run(*arguments: str | Path, lang: str = "en", cwd: Path | None = None):
    """As its users run it, but with nothing of this machine: no site, no environment of Python."""
    return subprocess.run(
        [sys.executable, "-I", "-S", *map(str, arguments)],
        capture_output=True,
        text=True,
        encoding="utf-8",
        env={"LANG": f"{lang}.UTF-8", "PATH": os.environ["PATH"]},
        cwd=cwd,
        timeout=120,
        check=False,
    )


def zipped(files, folder: Path, method: int = zipfile.ZIP_STORED) -> Path:
    path = folder / "x.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for each, data in files:
            archive.writestr(zipfile.ZipInfo(each, (1980, 1, 1, 0, 0, 0)), data, method)
    return path


def check(files, keys, receipts=()):
    bundle = script.Bundle(files, [script.parse_key(key) for key in keys], list(receipts))
    bundle.run()
    return bundle


@pytest.mark.parametrize("name", bundle_vectors.names())
def test_every_vector_gets_its_verdict_and_a_refusal_names_its_step(name):
    vector = bundle_vectors.load(name)
    bundle = check(vector.files, vector.keys, vector.receipts)
    step = bundle.failure.step if bundle.failure else 0
    assert (bundle.verdict(), step) == (vector.verdict, vector.step), bundle.failure
    for lang in (0, 1):
        told = json.loads(script.as_json(bundle, lang))
        assert told["verdict"] == vector.verdict
        assert "+7" not in ((told["problem"] or {}).get("what", ""))
        assert all(told["coverage"][key] == names for key, names in vector.beside.items())
        assert script.as_text(bundle, lang)


@pytest.mark.parametrize(
    "name",
    [
        "happy",
        "happy@own-key",
        "flipped-bit@entry-7+manifest",
        "flipped-bit@proof-7",
        "flipped-bit@signature",
        "missing-middle-entry-7",
        "other-number@case",
        "opening-of-another-entry",
        "other-key-given",
        "other-origin@case",
        "size-0",
        "json-root",
        "duplicate-keys@entry-7",
        "extra-files",
        "runs@page",
        "in-a-folder+more",
        "deep@case",
        "empty",
    ],
)
def test_the_command_says_the_same_with_its_exit_code(name, tmp_path):
    vector = bundle_vectors.load(name)
    keys = [word for key in vector.keys for word in ("--key", key)]
    ended = run(SCRIPT, zipped(vector.files, tmp_path), "--json", *keys)
    told = json.loads(ended.stdout)
    assert ended.stderr == ""
    assert ended.returncode == (0 if vector.verdict == "proven" else 1)
    assert told["verdict"] == vector.verdict
    assert (told["problem"] or {"step": 0})["step"] == vector.step


def test_the_vectors_are_those_that_the_generator_writes():
    subprocess.run([sys.executable, GENERATOR, "--check"], check=True)


NOTES = ROOT / "tests" / "vectors" / "note"


def text_of(vector, name):
    """As bytes, also where the vector keeps what is not UTF-8."""
    return vector[name].encode() if name in vector else bytes.fromhex(vector[f"{name}_hex"])


@pytest.mark.parametrize("path", sorted(NOTES.glob("key-*.json")), ids=lambda path: path.stem)
def test_a_verifier_key_is_accepted_or_refused_as_in_the_core(path):
    vector = json.loads(path.read_text())
    if vector["expect"] == "accept":
        assert script.parse_key(vector["key"]).text == vector["key"]
    else:
        with pytest.raises(script.ProofError) as refused:
            script.parse_key(vector["key"])
        assert refused.value.ru


@pytest.mark.parametrize("path", sorted(NOTES.glob("note-*.json")), ids=lambda path: path.stem)
def test_a_note_is_accepted_or_refused_as_in_the_core(path):
    vector = json.loads(path.read_text())
    keys = [script.parse_key(key) for key in vector["keys"]]
    try:
        _, signers = script.open_note(text_of(vector, "note"), keys)
    except script.ProofError:
        signers = []
    names = sorted(key.name for key in signers)
    assert names == (sorted(vector["signers"]) if vector["expect"] == "accept" else [])


def test_what_is_a_number_in_e164_form_is_the_same_for_every_verifier():
    lines = (ROOT / "tests" / "vectors" / "number" / "e164.tsv").read_text().splitlines()
    rows = [line.split("\t") for line in lines if not line.startswith("#")]
    assert len(rows) > 80
    for text, expected in rows:
        assert (script.NUMBER.fullmatch(text) is not None) == (expected == "accept"), text


# --- modules of the pack ---


def poisoned(folder: Path) -> list[str]:
    """A pack in whose folder every module that verify.py imports has a false double."""
    keys = unpacked(folder)
    (folder / "verify.py").write_bytes(SCRIPT.read_bytes())
    for name in ("__future__", "argparse", "hashlib", "json", "os", "zipfile", "unicodedata"):
        (folder / f"{name}.py").write_text("print('poison')\n")
    return keys


@pytest.mark.parametrize("how", [[], ["-S"], ["-I"], ["-E", "-S"]])
def test_it_imports_no_module_of_the_pack(how, tmp_path):
    keys = poisoned(tmp_path)
    for where, called in ((tmp_path, "verify.py"), (ROOT, tmp_path / "verify.py")):
        ended = subprocess.run(
            [sys.executable, *how, called, tmp_path, "--key", keys[0]],
            capture_output=True,
            text=True,
            cwd=where,
            env={"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"},
            check=False,
        )
        assert "poison" not in ended.stdout + ended.stderr
        assert "may run it" in ended.stdout
        assert ended.returncode == 1
    assert not list(tmp_path.rglob("*.pyc"))


def test_names_of_the_pack_steer_no_terminal(tmp_path):
    extra = [*happy(), ("note\x9b31m.txt", b"x"), ("\u202etxt.note", b"x")]
    path = zipped(extra, tmp_path)
    for more in ([], ["--json"]):
        told = run(SCRIPT, path, *more).stdout
        assert not script.HIDDEN.search(told.replace("\n", ""))
        assert "note" in told


def test_the_verdict_line_counts_what_is_no_part_of_the_pack(tmp_path):
    path = zipped(
        [*happy(), ("note.txt", b"x"), ("письмо.txt", b"x"), (".DS_Store", b"x")], tmp_path
    )
    told = run(SCRIPT, path)
    assert told.returncode == 0
    assert "later stop is not excluded; files that are no part of it: 2\n" in told.stdout
    assert "Left by systems, passed over: .DS_Store\n" in told.stdout


# --- how people run it --------------------------------------------------------------------------


def unpacked(folder: Path, name: str = "happy") -> list[str]:
    vector = bundle_vectors.load(name)
    for each, data in vector.files:
        path = folder / each
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return vector.keys


def test_it_speaks_russian_where_the_environment_does(tmp_path):
    keys = unpacked(tmp_path)
    ended = run(SCRIPT, tmp_path, "--key", keys[0], lang="ru_RU")
    assert "ДОКАЗАНО" in ended.stdout
    assert run(SCRIPT, tmp_path, "--lang", "en", lang="ru_RU").stdout.count("PROVEN") == 1


def test_a_console_without_cyrillic_gets_escapes_and_no_traceback(tmp_path):
    unpacked(tmp_path)
    ended = subprocess.run(
        [sys.executable, SCRIPT, tmp_path, "--lang", "ru"],
        capture_output=True,
        env={"PYTHONIOENCODING": "ascii", "PATH": os.environ["PATH"]},
        check=False,
    )
    assert ended.returncode == 0
    assert b"Traceback" not in ended.stderr


def test_without_a_key_it_warns(tmp_path):
    unpacked(tmp_path)
    ended = run(SCRIPT, tmp_path)
    assert ended.returncode == 0
    assert "out of the pack itself" in ended.stdout


def test_the_question_names_the_number_and_what_was_not_checked_is_listed(tmp_path):
    keys = unpacked(tmp_path)
    ended = run(SCRIPT, tmp_path, "--key", keys[0])
    assert "+79161234567" in ended.stdout
    assert "no later entry about this subject" in ended.stdout


@pytest.mark.parametrize("key", ["", "x", "a+b+c", "a+00000000+AQ==", "a b+00000000+AQ=="])
def test_a_key_that_is_none_is_wrong_usage(key, tmp_path):
    assert run(SCRIPT, tmp_path, "--key", key).returncode == 2


def test_what_cannot_be_read_is_neither_proven_nor_refuted(tmp_path):
    text = tmp_path / "text.zip"
    text.write_text("no ZIP")
    for path in (tmp_path / "absent", text, "/dev/null"):
        ended = run(SCRIPT, path)
        assert ended.returncode == 3
        assert ended.stdout == ""
        assert "Traceback" not in ended.stderr


# --- containers ---------------------------------------------------------------------------------


def happy():
    return list(bundle_vectors.load("happy").files)


def refused(path, part, verdict="not_proven"):
    ended = run(SCRIPT, path, "--json")
    assert ended.returncode == 1, ended
    told = json.loads(ended.stdout)
    assert told["verdict"] == verdict
    assert told["problem"]["step"] == 1
    assert part in told["problem"]["what"]


@pytest.mark.parametrize(
    "name",
    [
        "../evil",
        "/etc/evil",
        "entries/../../evil",
        "C:evil",
        "a\\b",
        "a//b",
        "a\x1b[31m",
        "a\u202eb",
    ],
)
def test_a_zip_with_an_unsafe_name_is_refused_at_step_1(name, tmp_path):
    refused(zipped([*happy(), (name, b"x")], tmp_path), "not safe")


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize(("name", "why"), [("case.json", "twice"), ("CASE.json", "case.json")])
def test_a_zip_with_a_name_twice_is_refused_at_step_1(name, why, tmp_path):
    refused(zipped([*happy(), (name, b"{}")], tmp_path), why)


def test_a_zip_bomb_is_refused_before_it_is_unpacked(tmp_path):
    refused(
        zipped([*happy(), ("bomb.txt", bytes(10_000_000))], tmp_path, zipfile.ZIP_DEFLATED),
        "100 times",
    )


def test_a_zip_that_promises_more_than_its_limit_is_refused(tmp_path):
    path = zipped([("bomb.txt", b"x" * 1000)], tmp_path)
    data = bytearray(path.read_bytes())
    at = data.index(b"PK\x01\x02") + 24
    data[at : at + 4] = struct.pack("<I", (128 << 20) + 1)
    path.write_bytes(data)
    refused(path, "128 MiB")


def test_a_file_and_what_is_parsed_have_limits_of_their_own(tmp_path):
    refused(zipped([*happy(), ("big.bin", bytes((64 << 20) + 1))], tmp_path), "64 MiB")
    files = dict(happy()) | {"entries/000099.json": bytes(4 << 20)}
    del files[script.MANIFEST]
    manifest = consent._core.manifest_of(files.items())
    refused(zipped([*files.items(), manifest], tmp_path), "4 MiB")
    assert consent.verify(tmp_path / "x.zip").problem.what.startswith("(1) entries, openings")


# Not ru_maxrss: a child inherits that of its parent.
MEASURE = """
import json, re, sys
{0}
peak = re.search("VmHWM:\\\\s*(\\\\d+)", open("/proc/self/status").read())
print(json.dumps([verdict, int(peak[1]) / 1024]))
"""
VERIFIERS = {
    "verify.py": MEASURE.format(
        "sys.path.insert(0, sys.argv[2])\nimport verify\nfrom pathlib import Path\n"
        "bundle = verify.Bundle(verify.read_container(Path(sys.argv[1])), [])\n"
        "bundle.run()\nverdict = bundle.verdict()"
    ),
    "consent": MEASURE.format("import consent\nverdict = consent.verify(sys.argv[1]).verdict"),
}


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="VmHWM is Linux's")
@pytest.mark.parametrize("verifier", VERIFIERS)
@pytest.mark.parametrize("hostile", ["[]", "{}", "0", '""'])
def test_a_pack_at_the_limit_is_checked_within_300_megabytes(verifier, hostile, tmp_path):
    files = dict(happy())
    del files[script.MANIFEST]
    files |= {f"evidence/00000{i}-1": bytes(60 << 20) for i in (1, 2)}
    room = (4 << 20) - sum(len(data) for name, data in files.items() if script.is_parsed(name))
    # Of all texts of this size the one that takes most memory when it is read.
    items = (room - 4000) // (len(hostile) + 1)
    files["case.json"] = b'{"a":[' + b",".join([hostile.encode()] * items) + b"]}"
    name, manifest = consent._core.manifest_of(files.items())
    path = zipped([*files.items(), (name, manifest)], tmp_path)
    ended = subprocess.run(
        [sys.executable, "-c", VERIFIERS[verifier], path, SCRIPT.parent],
        capture_output=True,
        text=True,
        check=True,
    )
    verdict, peak = json.loads(ended.stdout)
    assert verdict != "proven"
    print(f"{verifier}, {hostile}: {peak:.0f} MB")
    assert 120 < peak < 300


def test_a_zip_of_too_many_files_is_refused(tmp_path):
    refused(zipped([(f"a{i}", b"") for i in range(10_001)], tmp_path), "10 000")


def test_a_link_in_a_zip_is_refused(tmp_path):
    path = tmp_path / "x.zip"
    with zipfile.ZipFile(path, "w") as archive:
        info = zipfile.ZipInfo("case.json")
        info.create_system = 3
        info.external_attr = 0o120777 << 16
        archive.writestr(info, "/etc/passwd")
    refused(path, "link")


def test_an_encrypted_member_is_refused(tmp_path):
    path = zipped([("case.json", b"{}")], tmp_path)
    data = bytearray(path.read_bytes())
    for sign, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(sign) + offset] |= 1
    path.write_bytes(data)
    refused(path, "encrypted")


def test_an_unknown_compression_is_refused(tmp_path):
    path = tmp_path / "x.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_BZIP2) as archive:
        archive.writestr("case.json", b"{}")
    refused(path, "compression")


def test_members_that_overlap_are_refused(tmp_path):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("a", b"x")
        archive.writestr("b", b"x")
    data = bytearray(buffer.getvalue())
    second = data.index(b"PK\x01\x02", data.index(b"PK\x01\x02") + 1)
    data[second + 42 : second + 46] = struct.pack("<I", 0)
    path = tmp_path / "x.zip"
    path.write_bytes(data)
    refused(path, "overlap")


def test_bytes_before_the_zip_are_refused(tmp_path):
    path = zipped(happy(), tmp_path)
    path.write_bytes(b"#!/bin/sh\n" + path.read_bytes())
    refused(path, "precede")


def test_a_damaged_member_is_not_proven(tmp_path):
    path = tmp_path / "x.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("case.json", b"content of it")
    path.write_bytes(path.read_bytes().replace(b"content of it", b"content of IT"))
    refused(path, "damaged")


def test_no_cut_or_flipped_zip_ends_in_a_traceback(tmp_path):
    whole = zipped(happy(), tmp_path, zipfile.ZIP_DEFLATED).read_bytes()
    path = tmp_path / "y.zip"
    for at in range(0, len(whole), 97):
        for data in (whole[:at], whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :]):
            path.write_bytes(data)
            try:
                files = script.read_container(path)
            except (script.CannotReadError, script.FailedError):
                continue
            # A bit of a date changes nothing; what is read otherwise is not proven.
            kept = dict(happy()).items() <= dict(files).items()
            assert (check(files, []).verdict() == "proven") <= kept


def test_links_and_strange_files_in_a_folder_are_refused(tmp_path):
    unpacked(tmp_path)
    (tmp_path / "link").symlink_to("/etc/passwd")
    refused(tmp_path, "not a regular file")
    (tmp_path / "link").unlink()
    os.mkfifo(tmp_path / "pipe")
    refused(tmp_path, "not a regular file")


def test_a_linked_folder_is_not_followed(tmp_path):
    inner = tmp_path / "bundle"
    inner.mkdir()
    unpacked(inner)
    (inner / "more").symlink_to(tmp_path)
    refused(inner, "not a regular file")


# --- Ed25519 ------------------------------------------------------------------------------------


def test_signatures_of_rfc_8032_verify_and_no_other():
    # RFC 8032, 7.1, tests 1 to 3
    for key, message, signature in (
        (
            "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
            "",
            "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46b"
            "d25bf5f0595bbe24655141438e7a100b",
        ),
        (
            "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
            "72",
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c"
            "387b2eaeb4302aeeb00d291612bb0c00",
        ),
        (
            "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
            "af82",
            "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc659"
            "4a7c15e9716ed28dc027beceea1ec40a",
        ),
    ):
        k, m, s = map(bytes.fromhex, (key, message, signature))
        assert script.signed_by(k, m, s)
        assert not script.signed_by(k, m + b"x", s)
        assert not script.signed_by(k, m, s[:-1])
        more = (int.from_bytes(s[32:], "little") + script.L).to_bytes(32, "little")
        assert not script.signed_by(k, m, s[:32] + more)
        for bit in range(0, 512, 31):
            bad = bytearray(s)
            bad[bit // 8] ^= 1 << bit % 8
            assert not script.signed_by(k, m, bytes(bad))


def test_points_no_encoder_writes_are_refused():
    assert script.decompress((script.P + 1).to_bytes(32, "little")) is None  # y = p + 1
    assert script.decompress(((1 << 255) | 1).to_bytes(32, "little")) is None  # x = 0 with a sign
    assert script.decompress((2).to_bytes(32, "little")) is None  # not on the curve


# --- the promise of the file itself ---------------------------------------------------------------


def test_it_imports_the_standard_library_only_and_is_python_3_8():
    import ast

    tree = ast.parse(SCRIPT.read_text(), feature_version=(3, 8))
    names = {
        (node.module or "").split(".")[0] if isinstance(node, ast.ImportFrom) else alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for alias in node.names
    }
    assert names <= set(sys.stdlib_module_names)
