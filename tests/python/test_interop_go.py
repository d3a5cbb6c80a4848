"""Go's sumdb/note and sumdb/tlog accept our checkpoints and proofs, and we theirs."""

from __future__ import annotations

import base64
import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

import consent
from consent import merkle, note
from romashka import INN, LATER, NUMBER, SAID, WORDING

SOURCE = Path(__file__).resolve().parents[1] / "interop" / "go"
GO = shutil.which("go")

pytestmark = pytest.mark.skipif(
    GO is None, reason="no Go here: sumdb was not asked (apt-get install golang-go)"
)


@pytest.fixture(scope="module")
def sumdb(tmp_path_factory):
    """The Go program; its one module comes from the module proxy or from Go's own cache."""
    program = tmp_path_factory.mktemp("go") / "interop"
    built = subprocess.run(
        [GO, "build", "-o", str(program), "."],
        cwd=SOURCE,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "GOFLAGS": "-mod=readonly", "CGO_ENABLED": "0"},
        timeout=300,
    )
    if built.returncode and ("dial tcp" in built.stderr or "lookup" in built.stderr):
        pytest.skip("golang.org/x/mod is not here and cannot be fetched: sumdb was not asked")
    assert built.returncode == 0, built.stderr

    def ask(shown: dict) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [program], input=json.dumps(shown), capture_output=True, text=True, check=False
        )

    return ask


def b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


@pytest.fixture
def shown(tmp_path):
    """A log of 13 entries as its owner shows it."""
    organisation = consent.Organisation(inn=INN)
    with consent.Log.create(
        tmp_path / "log", origin="romashka.example/consent", distributor=organisation, now=SAID
    ) as log:
        for _ in range(12):
            log.append_at(
                consent.ConsentGiven(
                    NUMBER,
                    purposes={"advertising"},
                    channels={"voice"},
                    method="web_form",
                    wording=WORDING,
                    at=SAID,
                ),
                LATER,
            )
        text = log.checkpoint()
        made: dict = {"key": log.verifier_key, "note": text, "inclusion": [], "consistency": []}
        for seq in range(log.size):
            proof = log.prove_inclusion(seq, text).partition("\n\n")[0].split("\n")
            leaf = merkle.leaf_hash(log.entry(seq).bytes)
            made["inclusion"].append({"leaf": b64(leaf), "index": seq, "path": proof[2:]})
            path = log.prove_consistency(seq + 1, log.size)
            old = {"old": seq + 1, "old_root": b64(log.root_at(seq + 1))}
            made["consistency"].append({**old, "path": [b64(each) for each in path]})
        return made


def test_go_accepts_our_checkpoints_and_proofs_and_we_accept_its(sumdb, shown):
    ended = sumdb(shown)
    assert ended.returncode == 0, ended.stderr
    theirs = json.loads(ended.stdout)
    checkpoint = note.checkpoint(theirs["note"], [theirs["key"]])
    assert (checkpoint.origin, checkpoint.size) == ("go.example/log", 13)
    assert len(theirs["inclusion"]) == len(theirs["consistency"]) == 13
    for proof in theirs["inclusion"]:
        path = [base64.b64decode(each) for each in proof["path"] or ()]
        leaf = base64.b64decode(proof["leaf"])
        merkle.verify_inclusion(leaf, proof["index"], 13, path, checkpoint.root)
        lines = ["c2sp.org/tlog-proof@v1", f"index {proof['index']}", *(proof["path"] or ())]
        whole = "\n".join([*lines, "", theirs["note"]])
        note.verify_inclusion_proof(whole, leaf, [theirs["key"]])
    for older in theirs["consistency"]:
        path = [base64.b64decode(each) for each in older["path"] or ()]
        root = base64.b64decode(older["old_root"])
        merkle.verify_consistency(older["old"], 13, path, root, checkpoint.root)


@pytest.mark.parametrize("part", ["leaf", "old_root", "note", "key"])
def test_go_refuses_what_we_did_not_sign(part, sumdb, shown):
    wrong = b64(bytes(32))
    if part == "leaf":
        shown["inclusion"][5]["leaf"] = wrong
    elif part == "old_root":
        shown["consistency"][5]["old_root"] = wrong
    elif part == "note":
        shown["note"] = shown["note"].replace("\n13\n", "\n12\n", 1)
    else:
        shown["key"] = (
            "romashka.example/consent+41d606cb+AZsfhHkc/HZjBFhU04netcqVRJ2HXydqg4QLBgqznPxx"
        )
    assert sumdb(shown).returncode == 1
