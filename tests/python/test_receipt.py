"""Receipts: the file in both verifiers, the words that go with it, and the command line."""

from __future__ import annotations

import importlib.util
import json
import stat
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

import consent
from consent import cli

ROOT = Path(__file__).resolve().parents[2]
VECTORS = ROOT / "tests" / "vectors" / "receipt"
NUMBER = "+79161234567"
WHEN = datetime(2026, 11, 20, 11, 3, tzinfo=UTC)

spec = importlib.util.spec_from_file_location(
    "verify_py_receipt", ROOT / "python" / "consent" / "standalone" / "verify.py"
)
script = importlib.util.module_from_spec(spec)
sys.modules["verify_py_receipt"] = script
spec.loader.exec_module(script)


@pytest.mark.parametrize("name", sorted(path.stem for path in VECTORS.glob("*.json")))
def test_every_vector_gets_its_verdict_from_both_and_a_refusal_names_its_step(name):
    vector = json.loads((VECTORS / f"{name}.json").read_text())
    data = vector["receipt"].encode()
    verdict, step, told = "proven", 0, ""
    try:
        script.check_receipt(data, [script.parse_key(key) for key in vector["keys"]])
    except script.FailedError as failure:
        verdict, step, told = failure.verdict, failure.step, failure.what.en + failure.what.ru
    assert "+7" not in told
    assert (verdict, step) == (vector["verdict"], vector["step"])
    found = consent._core.verify_receipt(data, vector["keys"])
    assert found.verdict == vector["verdict"]
    if step:
        assert found.problem.what.startswith(f"({step}) ")


def test_vectors_are_those_of_their_generator():
    subprocess.run([sys.executable, VECTORS / "generate.py", "--check"], check=True)


@pytest.fixture
def log(tmp_path):
    made = consent.Log.create(
        tmp_path / "log",
        origin="romashka.example/consent",
        distributor=consent.Organisation(inn="7707083893", name="ООО Ромашка"),
    )
    yield made
    made.close()


def withdrawn(log, number=NUMBER):
    return log.append(consent.ConsentWithdrawn(number, at=WHEN)).seq


def test_neither_text_names_the_number_and_an_sms_is_short(log):
    receipt = consent.receipt.make(log, withdrawn(log))
    for lang in ("ru", "en"):
        for text in (receipt.text(lang), receipt.sms(lang)):
            assert "9161234567" not in text
            assert str(receipt.seq) in text
            assert receipt.tag[:16] in text
        assert receipt.tag in receipt.text(lang)
        assert receipt.key in receipt.text(lang)
    assert len(receipt.sms("ru")) <= 3 * 67  # three parts in UCS-2
    assert len(receipt.sms("en")) <= 2 * 153  # two in the alphabet of GSM


def test_an_sms_is_short_whatever_the_name_of_the_distributor(tmp_path):
    name = "Общество с ограниченной ответственностью " + "Ромашка и сыновья " * 2
    with consent.Log.create(
        tmp_path / "log",
        origin="romashka.example/consent",
        distributor=consent.Organisation(inn="7707083893", name=name.strip()),
    ) as log:
        sms = consent.receipt.make(log, withdrawn(log)).sms("ru")
    assert len(sms) <= 3 * 67
    assert "\n" not in sms


def test_the_file_is_private_is_not_written_over_and_reads_back(log, tmp_path):
    receipt = consent.receipt.make(log, withdrawn(log))
    path = tmp_path / "receipt"
    receipt.save(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    with pytest.raises(consent.StorageError, match="exists"):
        receipt.save(path)
    read = consent.receipt.read(path)
    assert (read.seq, read.type, read.tag) == (receipt.seq, "consent.withdrawn", receipt.tag)
    path.write_bytes(path.read_bytes().replace(b"index", b"indeks"))
    with pytest.raises(consent.ProofError):
        consent.receipt.read(path)


def run(capsys, *arguments):
    code = cli.main([str(each) for each in arguments])
    return code, capsys.readouterr()


@pytest.fixture
def folder(tmp_path, capsys):
    made = tmp_path / "romashka"
    run(capsys, "init", made, "--origin", "romashka.example/consent", "--inn", "7707083893")
    return made


@pytest.mark.parametrize(
    "words",
    [
        ["give", "--purpose", "advertising", "--channel", "voice"],
        ["ask"],
        ["refuse"],
        ["withdraw"],
    ],
)
def test_every_record_hands_out_a_receipt_that_verify_proves(folder, tmp_path, capsys, words):
    path = tmp_path / "r"
    code, told = run(capsys, words[0], folder, NUMBER, *words[1:], "--receipt", path, "--json")
    answer = json.loads(told.out)
    assert code == 0
    assert answer["receipt"]["file"] == str(path)
    assert answer["tag"] in answer["receipt"]["text"]["ru"]
    code, told = run(capsys, "verify", path, "--json")
    found = json.loads(told.out)
    assert (code, found["verdict"]) == (0, "proven")
    assert found["coverage"]["key_was_given"] is False
    assert found["warnings"]
    code, told = run(capsys, "verify", path, "--key", found["coverage"]["signed_by"], "--json")
    assert (code, json.loads(told.out)["warnings"]) == (0, [])


def test_where_no_receipt_can_be_written_nothing_is_recorded(folder, tmp_path, capsys):
    path = tmp_path / "r"
    path.write_text("mine")
    for where in (path, tmp_path / "absent" / "r"):
        code, told = run(capsys, "withdraw", folder, NUMBER, "--receipt", where)
        assert code == 2
        assert "--receipt" in told.err
    assert path.read_text() == "mine"
    with consent.Log.open(folder, writable=False) as log:
        assert log.size == 1


def test_a_pack_is_checked_against_a_receipt_by_the_command_and_by_verify_py(
    folder, tmp_path, capsys
):
    receipt, other, pack = tmp_path / "r", tmp_path / "o", tmp_path / "p.zip"
    run(capsys, "withdraw", folder, NUMBER, "--receipt", receipt)
    run(capsys, "withdraw", folder, "+79990000001", "--receipt", other)
    run(capsys, "prove", folder, "--number", NUMBER, "--out", pack)
    assert run(capsys, "verify", pack, "--receipt", receipt)[0] == 0
    code, told = run(capsys, "verify", pack, "--receipt", other, "--json")
    assert (code, json.loads(told.out)["verdict"]) == (1, "not_proven")
    assert run(capsys, "verify", folder, "--receipt", receipt)[0] == 0  # the log extends it
    assert run(capsys, "verify", receipt, "--receipt", receipt)[0] == 2
    assert run(capsys, "verify", pack, "--receipt", tmp_path / "absent")[0] == 3
    program = ROOT / "python" / "consent" / "standalone" / "verify.py"
    for held, expected in ((receipt, 0), (other, 1), (tmp_path / "absent", 3)):
        done = subprocess.run(
            [sys.executable, "-I", "-S", program, pack, "--receipt", held],
            capture_output=True,
            check=False,
        )
        assert done.returncode == expected


def test_a_pack_for_a_number_that_changed_hands_stands_before_both_holders(
    folder, tmp_path, capsys
):
    former, holder, pack = tmp_path / "f", tmp_path / "h", tmp_path / "p.zip"
    run(capsys, "withdraw", folder, NUMBER, "--receipt", former)
    run(capsys, "reassign", folder, NUMBER)
    run(capsys, "refuse", folder, NUMBER, "--receipt", holder)
    assert run(capsys, "prove", folder, "--number", NUMBER, "--out", pack)[0] == 0
    code, told = run(capsys, "verify", pack, "--receipt", former, "--receipt", holder)
    assert code == 0, told.out
