import hashlib
import json
import subprocess
import sys
from pathlib import Path

import pytest

import consent
from consent import _core

VECTORS = Path(__file__).parents[1] / "vectors" / "entry"
FILES = sorted(VECTORS.glob("*.json"))


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_an_entry_is_accepted_or_refused_for_its_reason(file):
    vector = json.loads(file.read_text(encoding="utf-8"))
    entry = (
        bytes.fromhex(vector["bytes_hex"]) if "bytes_hex" in vector else vector["bytes"].encode()
    )
    if vector["expect"] == "accept":
        assert _core.check_entry(entry) is None
        assert json.loads(entry)["type"] == vector["type"]
        assert hashlib.sha256(b"\0" + entry).hexdigest() == vector["leaf"]
        return
    with pytest.raises(consent.InvalidArgument) as refused:
        _core.check_entry(entry)
    assert vector["reason"] in str(refused.value)
    assert isinstance(refused.value, consent.ParseError) == (
        vector["reason"].startswith("canonical JSON")
    )


def test_the_vectors_are_those_that_the_generator_writes():
    done = subprocess.run(
        [sys.executable, str(VECTORS / "generate.py"), "--check"],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def test_what_a_log_writes_is_an_entry(romashka):
    for seq in range(romashka.size):
        _core.check_entry(romashka.entry(seq).bytes)
    with pytest.raises(consent.InvalidArgument):
        _core.check_entry(romashka.entry(1).bytes + b"\n")
