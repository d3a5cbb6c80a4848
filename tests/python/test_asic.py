"""``consent sign``: packs as ASiC-E with CAdES, which OpenSSL and the EU's DSS check."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import os
import re
import shlex
import subprocess
import xml.etree.ElementTree as ET
import zipfile
from pathlib import Path
from urllib.parse import unquote

import pytest

import consent
from consent import asic, bundle
from romashka import NUMBER, SAID

ROOT = Path(__file__).resolve().parents[2]
DS = "{http://www.w3.org/2000/09/xmldsig#}"
ASIC = "{http://uri.etsi.org/02918/v1.2.1#}"
MANIFEST, SIGNATURE = "META-INF/ASiCManifest001.xml", "META-INF/signature001.p7s"
#: A complaint has Russian names, and a signature by an algorithm that OpenSSL does not know.
LETTER, GOST = "1-ОТКРОЙТЕ.pdf", "Приложения/01-запись № 1 & #.m4a.sig"


def openssl(*words, folder, **options):
    return subprocess.run(
        ["openssl", *map(str, words)], cwd=folder, capture_output=True, check=False, **options
    )


@pytest.fixture
def proof(romashka, tmp_path):
    return bundle.prove(romashka, NUMBER, out=tmp_path / "p.zip", at=SAID, created_at=SAID).path


@pytest.fixture
def complaint(proof, tmp_path):
    made = tmp_path / "c.zip"
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr(LETTER, b"%PDF-1.7 letter")
        archive.writestr(GOST, b"signed elsewhere")
        archive.write(proof, "proof.zip")
    return made


@pytest.fixture(scope="module")
def identity(tmp_path_factory):
    """A certificate of a person by an authority, as a PEM in one file and in two, and PKCS#12."""
    folder = tmp_path_factory.mktemp("identity")
    made = [
        "req -x509 -newkey rsa:2048 -nodes -days 30 -subj /CN=Authority -keyout ca.key -out ca.pem",
        "req -new -newkey rsa:2048 -nodes -utf8 -subj '/CN=Мария Иванова' -keyout own.key"
        " -out own.csr",
        "x509 -req -in own.csr -CA ca.pem -CAkey ca.key -days 30 -CAcreateserial"
        " -extfile extensions -out own.pem",
        "pkcs12 -export -in own.pem -inkey own.key -certfile ca.pem -passout 'pass:secret phrase'"
        " -out own.p12",
        "pkey -in own.key -aes256 -passout 'pass:secret phrase' -out closed.key",
    ]
    (folder / "extensions").write_text("keyUsage=critical,digitalSignature,nonRepudiation\n")
    for words in made:
        done = openssl(*shlex.split(words), folder=folder)
        assert done.returncode == 0, done.stderr
    # The authority stands first: whose certificate signs is settled by the key.
    parts = [(folder / name).read_bytes() for name in ("ca.pem", "own.pem", "own.key")]
    (folder / "whole.pem").write_bytes(b"".join(parts))
    (folder / "chain.pem").write_bytes(b"".join(parts[:2]))
    (folder / "phrase").write_text("secret phrase\n")
    (folder / "wrong").write_text("another\n")
    return folder


def members(path):
    with zipfile.ZipFile(path) as archive:
        return {each.filename: archive.read(each) for each in archive.infolist()}


def checked(path, folder, *more):
    """What ``openssl cms -verify`` says of the signature over the manifest."""
    files = members(path)
    (folder / "manifest").write_bytes(files[MANIFEST])
    (folder / "signature").write_bytes(files[SIGNATURE])
    return openssl(
        *("cms", "-verify", "-binary", "-inform", "DER", "-in", "signature"),
        *("-content", "manifest", "-out", "verified", "-certsout", "certificates", *more),
        folder=folder,
    )


def test_openssl_accepts_the_self_made_signature_and_refuses_a_changed_manifest(
    proof, tmp_path, run
):
    done = run("sign", proof, "--self-made", "--out", "x.asice")
    assert done.returncode == 0, done.stderr
    assert "identity not verified" in done.stdout
    assert "names nobody" in done.stdout
    said = checked(tmp_path / "x.asice", tmp_path, "-noverify")
    assert said.returncode == 0, said.stderr
    assert (tmp_path / "verified").read_bytes() == members(tmp_path / "x.asice")[MANIFEST]
    # For whoever takes that very certificate for good, it is a CAdES signature as well.
    cades = ("-cades", "-CAfile", "certificates", "-purpose", "any", "-partial_chain")
    said = checked(tmp_path / "x.asice", tmp_path, *cades)
    assert said.returncode == 0, said.stderr
    (tmp_path / "manifest").write_bytes((tmp_path / "manifest").read_bytes() + b" ")
    again = openssl(
        *("cms", "-verify", "-binary", "-inform", "DER", "-in", "signature"),
        *("-content", "manifest", "-noverify"),
        folder=tmp_path,
    )
    assert again.returncode != 0
    assert checked(tmp_path / "x.asice", tmp_path).returncode != 0  # its chain leads nowhere


def test_the_signature_is_detached_and_names_its_certificate_and_time(proof, tmp_path):
    asic.sign(proof, out=tmp_path / "x.asice", self_made=True)
    (tmp_path / "signature").write_bytes(members(tmp_path / "x.asice")[SIGNATURE])
    printed = openssl(
        *("cms", "-cmsout", "-print", "-inform", "DER", "-in", "signature"), folder=tmp_path
    ).stdout.decode()
    assert "eContent: <ABSENT>" in printed
    assert "id-smime-aa-signingCertificateV2" in printed
    assert "signingTime" in printed
    assert asic.SELF_MADE in printed


@pytest.mark.parametrize("pack", ["proof", "complaint"])
def test_the_container_is_that_of_asic_e(pack, request, tmp_path):
    source = request.getfixturevalue(pack)
    made = asic.sign(source, out=tmp_path / "x.asice", self_made=True)
    data = made.path.read_bytes()
    # Whoever looks at the first bytes finds the type: not compressed, without extra field.
    assert data[30:69] == b"mimetype" + b"application/vnd.etsi.asic-e+zip"
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        first = archive.infolist()[0]
        assert (first.filename, first.compress_type, first.extra) == ("mimetype", 0, b"")
        assert archive.testzip() is None
    files = members(made.path)
    root = ET.fromstring(files[MANIFEST])  # noqa: S314 - ours
    assert root.tag == f"{ASIC}ASiCManifest"
    assert root.find(f"{ASIC}SigReference").get("URI") == SIGNATURE
    digests = {
        unquote(each.get("URI")): each.find(f"{DS}DigestValue").text
        for each in root.findall(f"{ASIC}DataObjectReference")
    }
    assert set(digests) == set(files) - {"mimetype", MANIFEST, SIGNATURE} == set(made.files)
    for name, digest in digests.items():
        assert base64.b64decode(digest) == hashlib.sha256(files[name]).digest()


def test_a_complaint_keeps_its_files_at_hand_and_its_gost_signature_is_not_checked(
    complaint, proof, tmp_path, run
):
    done = run("sign", complaint, "--self-made", "--out", "x.asice", "--json")
    document = json.loads(done.stdout)
    assert document["files"] == [LETTER, GOST, "proof.zip"]
    assert document["not_checked"] == [GOST]
    assert document["self_made"] is True
    files = members(tmp_path / "x.asice")
    assert files[GOST] == b"signed elsewhere"
    assert files["proof.zip"] == proof.read_bytes()
    text = run("sign", complaint, "--self-made", "--out", "y.asice").stdout
    assert f"not checked: {GOST}" in text


@pytest.mark.parametrize(
    "given",
    [
        ("--certificate", "whole.pem"),
        ("--certificate", "chain.pem", "--key", "own.key"),
        ("--certificate", "chain.pem", "--key", "closed.key", "--passphrase-file", "phrase"),
        ("--certificate", "own.p12", "--passphrase-file", "phrase"),
    ],
    ids=["one PEM", "two PEM", "closed key", "PKCS#12"],
)
def test_a_certificate_signs_and_its_chain_leads_to_its_authority(
    proof, identity, tmp_path, run, given
):
    words = [str(identity / word) if (identity / word).exists() else word for word in given]
    done = run("sign", proof, *words, "--out", "x.asice")
    assert done.returncode == 0, done.stderr
    assert "signed by: CN=Мария Иванова" in done.stdout
    assert "names nobody" not in done.stdout
    said = checked(
        tmp_path / "x.asice", tmp_path, "-cades", "-CAfile", identity / "ca.pem", "-purpose", "any"
    )
    assert said.returncode == 0, said.stderr


def test_the_passphrase_may_come_from_the_environment(proof, identity, monkeypatch, run):
    monkeypatch.setenv("CONSENT_SIGNING_PASSPHRASE", "secret phrase")
    done = run("sign", proof, "--certificate", identity / "own.p12", "--out", "x.asice")
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("given", "code", "said"),
    [
        (("--certificate", "own.p12", "--passphrase-file", "wrong"), 3, "another passphrase"),
        (("--certificate", "own.pem", "--key", "ca.key"), 3, "that of no certificate"),
        (("--certificate", "own.key"), 2, "no certificate is in the file"),
        (("--certificate", "absent.pem"), 3, "the certificate cannot be read"),
        (("--certificate", "own.pem", "--key", "absent.key"), 3, "the key cannot be read"),
        ((), 2, "one of the two"),
        (("--self-made", "--certificate", "own.pem"), 2, "one of the two"),
        (("--self-made", "--key", "own.key"), 2, "goes with --certificate"),
    ],
)
def test_what_cannot_sign_is_named_and_nothing_is_written(
    proof, identity, tmp_path, run, given, code, said
):
    words = [word if word.startswith("--") else str(identity / word) for word in given]
    done = run("sign", proof, *words, "--out", "x.asice")
    assert (done.returncode, said in done.stderr) == (code, True), done.stderr
    assert not (tmp_path / "x.asice").exists()


def test_only_packs_are_signed_and_once(proof, tmp_path, run):
    (tmp_path / "other.zip").write_bytes(b"PK\x05\x06" + bytes(18))
    (tmp_path / "text.zip").write_text("no archive")
    for name in ("other.zip", "text.zip"):
        done = run("sign", name, "--self-made", "--out", "x.asice")
        assert (done.returncode, "only a pack" in done.stderr) == (2, True), done.stderr
    assert run("sign", "absent.zip", "--self-made", "--out", "x.asice").returncode == 3
    assert run("sign", proof, "--self-made", "--out", "x.zip").returncode == 2
    assert run("sign", proof, "--self-made", "--out", proof).returncode == 2
    assert run("sign", proof, "--self-made", "--out", "x.asice").returncode == 0
    done = run("sign", "x.asice", "--self-made", "--out", "y.asice")
    assert (done.returncode, "signed container already" in done.stderr) == (2, True)


def test_without_openssl_the_command_says_what_it_needs(proof, tmp_path, monkeypatch, run):
    monkeypatch.setenv("PATH", str(tmp_path))
    done = run("sign", proof, "--self-made", "--out", "x.asice")
    assert (done.returncode, "needs the command openssl" in done.stderr) == (3, True)


def test_the_key_is_left_nowhere(proof, identity, tmp_path, monkeypatch, run):
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(scratch))
    run(
        *("sign", proof, "--certificate", identity / "own.p12"),
        *("--passphrase-file", identity / "phrase", "--out", "x.asice"),
    )
    assert (tmp_path / "x.asice").exists()
    assert not list(scratch.iterdir())
    assert b"PRIVATE KEY" not in (tmp_path / "x.asice").read_bytes()


def test_verify_and_compare_read_the_pack_of_a_container_and_name_its_signature(
    proof, complaint, romashka, tmp_path, run
):
    for source, name in ((proof, "x.asice"), (complaint, "y.asice")):
        asic.sign(source, out=tmp_path / name, self_made=True)
        found = consent.verify(tmp_path / name, trusted=[romashka.verifier_key])
        assert found.verdict == "proven"
        assert SIGNATURE in found.coverage.signatures
        assert found.coverage.extras == []
    done = run("verify", "x.asice")
    assert f"signatures, not checked: {SIGNATURE}" in done.stdout
    assert consent.compare(proof, tmp_path / "x.asice").agrees


def test_a_pack_that_was_changed_in_its_container_is_not_proven(proof, tmp_path):
    made = asic.sign(proof, out=tmp_path / "x.asice", self_made=True).path
    files = members(made)
    inner = members(proof)
    entry = max(name for name in inner if name.startswith("entries/"))
    inner[entry] = inner[entry].replace(b"voice", b"robot")
    files["proof.zip"] = bundle.zip_bytes(inner)
    with zipfile.ZipFile(made, "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    assert consent.verify(made).verdict == "refuted"


def test_a_container_without_a_pack_cannot_be_verified(proof, tmp_path, run):
    made = asic.sign(proof, out=tmp_path / "x.asice", self_made=True).path
    files = members(made)
    del files["proof.zip"]
    with zipfile.ZipFile(made, "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    done = run("verify", "x.asice")
    assert (done.returncode, "holds no pack" in done.stderr) == (3, True)


@pytest.mark.parametrize("name", ["x.asice", "x.sce", "X.ASICE", "x.asics"])
def test_prove_and_complain_write_nothing_unsigned_under_the_name_of_a_signed_container(
    romashka, tmp_path, run, name
):
    with pytest.raises(consent.InvalidArgument, match="consent sign"):
        bundle.prove(romashka, NUMBER, out=tmp_path / name, at=SAID, created_at=SAID)
    romashka.close()
    done = run("prove", "romashka", "--number", NUMBER, "--out", name)
    assert (done.returncode, "would be unsigned" in done.stderr) == (2, True), done.stderr
    run("init", "diary", "--origin", "diary.example/me", "--subscriber", NUMBER)
    done = run("complain", "diary", "--to", "fas", "--draft", "--out", name)
    assert (done.returncode, "would be unsigned" in done.stderr) == (2, True), done.stderr
    assert not (tmp_path / name).exists()


def test_the_eu_s_dss_finds_the_signature_intact_and_the_chain_open(
    proof, complaint, identity, tmp_path
):
    jars = ROOT / "build" / "dss"
    if not any(jars.glob("dss-asic-cades-*.jar")):
        pytest.skip("EU DSS left out: no Java, or ./dev test has not fetched it")
    asic.sign(proof, out=tmp_path / "self.asice", self_made=True)
    asic.sign(complaint, out=tmp_path / "complaint.asice", self_made=True)
    asic.sign(*(proof,), out=tmp_path / "own.asice", certificate=identity / "whole.pem")
    changed = members(tmp_path / "complaint.asice")
    changed[LETTER] += b" "
    with zipfile.ZipFile(tmp_path / "changed.asice", "w") as archive:
        for name, data in changed.items():
            archive.writestr(name, data)
    names = ("self.asice", "complaint.asice", "own.asice", "changed.asice")
    done = subprocess.run(
        ["java", "-cp", f"{jars}/*", str(ROOT / "tests/dss/Check.java"), *names],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | {"LC_ALL": "C.UTF-8"},
    )
    assert done.returncode == 0, done.stderr
    told = {
        name: dict(re.findall(r"(\w+)=(\S+)", line))
        for name, line in zip(
            names, [line for line in done.stdout.splitlines() if "format=" in line], strict=True
        )
    }
    for name, digests in (("self.asice", "2/2"), ("complaint.asice", "4/4"), ("own.asice", "2/2")):
        assert told[name] == {
            "container": "ASiC-E",
            "mimetype": "application/vnd.etsi.asic-e+zip",
            "format": "CAdES-BASELINE-B",
            "intact": "true",
            "valid": "true",
            "digests": digests,
            "certificate_v2": "true",
            "time": "true",
            "indication": "INDETERMINATE",
            "sub": "NO_CERTIFICATE_CHAIN_FOUND",
        }, name
    assert told["changed.asice"]["digests"] == "3/4"
    assert told["changed.asice"]["indication"] == "TOTAL_FAILED"
