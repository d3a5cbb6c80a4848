"""Witnesses: what they cosign, what they refuse, and a log that shows two histories."""

from __future__ import annotations

import base64
import http.client
import shutil
import threading
from datetime import UTC, datetime

import pytest

import consent
from consent import note, policy, witness
from consent.cli import main
from romashka import INN, LATER, NUMBER, SAID, WORDING

AT = datetime(2026, 11, 30, 12, tzinfo=UTC)
ORIGIN = "romashka.example/consent"


@pytest.fixture
def log(tmp_path):
    with consent.Log.create(
        tmp_path / "log", origin=ORIGIN, distributor=consent.Organisation(inn=INN), now=SAID
    ) as made:
        yield made


@pytest.fixture
def w1(log, tmp_path):
    made = witness.Witness.create(tmp_path / "w1", name="witness.example/w1", seed=bytes([7]) * 32)
    made.trust(log.verifier_key)
    return made


def grow(log, count=1):
    for _ in range(count):
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


def edited(body: bytes, old: bytes, new: bytes) -> bytes:
    changed = body.replace(old, new, 1)
    assert changed != body
    return changed


def test_a_growing_log_is_cosigned_and_the_time_is_in_the_cosignature(log, w1):
    for old, more in ((0, 3), (1, 4), (4, 0), (8, 0)):
        answer = w1.add_checkpoint(witness.request(log, old), AT)
        assert (answer.status, answer.content_type) == (200, "text/plain; charset=utf-8"), answer
        whole = witness.cosigned(log.checkpoint(), answer.body.decode(), [w1.verifier_key])
        assert note.cosignatures(whole, [w1.verifier_key]) == {w1.verifier_key: AT}
        assert note.checkpoint(whole, [log.verifier_key]).size == log.size
        assert w1.latest(ORIGIN).root == log.root
        grow(log, more)


def test_each_refusal_has_the_status_of_the_protocol_and_cosigns_nothing(log, w1):
    grow(log, 4)
    assert w1.add_checkpoint(witness.request(log, 0), AT).status == 200
    five = w1.latest(ORIGIN)
    grow(log, 4)
    good = witness.request(log, 5)
    line = next(each for each in good.split(b"\n") if len(each) == 44)
    wrong = base64.b64encode(bytes(32))
    cases = {
        "no old size": (edited(good, b"old 5\n", b""), 400),
        "leading zero": (edited(good, b"old 5", b"old 05"), 400),
        "not a number": (edited(good, b"old 5", b"old x"), 400),
        "beyond 2^63": (edited(good, b"old 5", b"old 9223372036854775808"), 400),
        "a short hash": (edited(good, line, base64.b64encode(bytes(31))), 400),
        "64 hashes": (edited(good, b"old 5\n", b"old 5\n" + (wrong + b"\n") * 64), 400),
        "no checkpoint": (good.partition(b"\n\n")[0] + b"\n\n", 404),
        "not UTF-8": (good + b"\xff", 400),
        "nothing": (b"", 400),
        "old above new": (edited(good, b"old 5", b"old 10"), 400),
        "unknown log": (good.replace(ORIGIN.encode(), b"other.example/consent"), 404),
        "not signed": (edited(good, b"\n9\n", b"\n8\n"), 403),
        "another size": (edited(good, b"old 5", b"old 4"), 409),
        "a wrong hash": (edited(good, line, wrong), 422),
        "a hash too few": (edited(good, line + b"\n", b""), 422),
    }
    for name, (body, status) in cases.items():
        answer = w1.add_checkpoint(body, AT)
        assert answer.status == status, (name, answer)
        assert "—".encode() not in answer.body
        assert w1.latest(ORIGIN) == five, name
    conflict = w1.add_checkpoint(cases["another size"][0], AT)
    assert (conflict.body, conflict.content_type) == (b"5\n", "text/x.tlog.size")
    assert w1.add_checkpoint(good, AT).status == 200


def test_a_witness_never_cosigns_a_second_history_of_a_log(log, w1, tmp_path):
    grow(log, 2)
    log.close()
    shutil.copytree(tmp_path / "log", tmp_path / "fork")
    with consent.Log.open(tmp_path / "log") as one:
        grow(one, 3)
        assert w1.add_checkpoint(witness.request(one, 0), AT).status == 200
        seen = w1.latest(ORIGIN)
    with consent.Log.open(tmp_path / "fork") as other:
        grow(other, 3)  # other salts, hence another tree of the same size
        assert other.size == seen.size
        assert other.root != seen.root
        same_size = witness.request(other, seen.size)
        assert w1.add_checkpoint(same_size, AT).status == 422
        grow(other, 2)
        longer = witness.request(other, seen.size)  # a proof of its own history
        assert w1.add_checkpoint(longer, AT).status == 422
        shorter = witness.request(other, 3)
        assert w1.add_checkpoint(shorter, AT).status == 409
        assert w1.add_checkpoint(witness.request(other, 0), AT).status == 409
        assert w1.latest(ORIGIN) == seen
        # Whoever holds both checkpoints can show the fork by themselves: one key signed both.
        both = [note.checkpoint(text, [other.verifier_key]) for text in (other.checkpoint(),)]
        with pytest.raises(consent.ProofError):
            consent.merkle.verify_consistency(
                seen.size,
                both[0].size,
                other.prove_consistency(seen.size, other.size),
                seen.root,
                both[0].root,
            )


def test_a_cosignature_leaves_only_when_the_record_is_on_disk(log, w1, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    body = witness.request(log, 0)
    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(consent.StorageError):
        w1.add_checkpoint(body, AT)
    monkeypatch.undo()
    assert w1.latest(ORIGIN) is None
    again = witness.Witness.open(w1.folder)
    assert again.add_checkpoint(witness.request(log, 0), AT).status == 200
    assert witness.Witness.open(w1.folder).latest(ORIGIN).size == 1


def test_two_requests_at_once_never_roll_the_record_back(log, w1):
    grow(log, 1)
    small = witness.request(log, 0)
    grow(log, 20)
    large = witness.request(log, 0)
    answers = []
    threads = [
        threading.Thread(target=lambda b=body: answers.append(w1.add_checkpoint(b, AT).status))
        for body in (small, large) * 8
    ]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert answers.count(200) == 1
    assert set(answers) == {200, 409}


def test_the_key_stays_the_same_and_its_file_is_the_owners_alone(w1):
    again = witness.Witness.open(w1.folder)
    assert again.verifier_key == w1.verifier_key
    assert (w1.folder / "key").stat().st_mode & 0o777 == 0o600
    with pytest.raises(consent.StorageError):
        witness.Witness.create(w1.folder, name="witness.example/w1")
    with pytest.raises(consent.InvalidArgument):
        w1.trust(w1.verifier_key)  # a witness's key is not a log's


def test_over_http_it_answers_as_the_protocol_says(log, w1):
    served = witness.server(w1, "127.0.0.1", 0, lambda: AT)
    threading.Thread(target=served.serve_forever, daemon=True).start()
    link = http.client.HTTPConnection("127.0.0.1", served.server_address[1], timeout=30)

    def post(path, body, **headers):
        link.request("POST", path, body, headers)
        answer = link.getresponse()
        return answer.status, answer.read(), answer.getheader("Content-Type")

    status, line, kind = post("/add-checkpoint", witness.request(log, 0))
    assert (status, kind) == (200, "text/plain; charset=utf-8")
    assert witness.cosigned(log.checkpoint(), line.decode(), [w1.verifier_key])
    assert post("/add-checkpoint", witness.request(log, 0)) == (409, b"1\n", "text/x.tlog.size")
    assert post("/elsewhere", b"x")[0] == 404
    assert post("/add-checkpoint", b"x")[0] == 400
    link.request("GET", "/add-checkpoint")
    got = link.getresponse()
    assert (got.status, got.read()) == (404, b"POST /add-checkpoint\n")
    assert post("/add-checkpoint", bytes(300_000))[0] == 413
    served.shutdown()
    served.server_close()
    link.close()


# --- policy ---------------------------------------------------------------------------------------


@pytest.fixture
def three(log, tmp_path):
    """Three witnesses, and the log's checkpoint with a cosignature of each."""
    made = [
        witness.Witness.create(tmp_path / f"x{i}", name=f"x{i}.example", seed=bytes([i]) * 32)
        for i in (1, 2, 3)
    ]
    lines = []
    for each in made:
        each.trust(log.verifier_key)
        lines.append(each.add_checkpoint(witness.request(log, 0), AT).body.decode())
    return made, log.checkpoint(), lines


def policy_of(log, witnesses, *lines):
    head = [f"log {log.verifier_key}"]
    head += [f"witness X{i} {each.verifier_key}" for i, each in enumerate(witnesses, 1)]
    return policy.Policy.parse("\n".join([*head, *lines, ""]))


def test_a_quorum_is_counted_in_groups_of_groups(log, three):
    witnesses, text, lines = three
    rules = policy_of(log, witnesses, "group A any X1 X2", "group B all A X3", "quorum B")
    told = rules.check(text + lines[1] + lines[2])
    assert told.checkpoint.size == 1
    assert set(told.witnesses) == {"X2", "X3"}
    for too_few in ("", lines[0], lines[0] + lines[1], lines[2]):
        with pytest.raises(consent.ProofError, match="quorum"):
            rules.check(text + too_few)
    assert policy_of(log, witnesses, "quorum none").check(text).witnesses == {}
    two = policy_of(log, witnesses, "group A 2 X1 X2 X3", "quorum A")
    assert set(two.check(text + lines[0] + lines[2]).witnesses) == {"X1", "X3"}


def test_a_policy_takes_no_other_logs_word_and_no_wrong_line(log, three):
    witnesses, text, lines = three
    rules = policy_of(log, witnesses, "quorum X1")
    with pytest.raises(consent.ProofError):
        rules.check(edited((text + lines[0]).encode(), b"\n1\n", b"\n2\n").decode())
    other = policy.Policy.parse(f"witness X1 {witnesses[0].verifier_key}\nquorum X1\n")
    with pytest.raises(consent.ProofError, match="no log"):
        other.check(text + lines[0])
    forged = lines[1].replace("x2.example", "x1.example")
    with pytest.raises(consent.ProofError):
        rules.check(text + forged)


def test_a_policy_out_of_form_is_refused_at_its_line(log, three):
    witnesses, _, _ = three
    key = witnesses[0].verifier_key
    again = key.replace("x1.example", "y.example")
    for text in (
        "",
        "log x\nquorum none\n",
        "quorum none\nquorum none\n",
        "quorum A\n",
        f"witness none {key}\nquorum none\n",
        f"witness A {key}\nwitness A {witnesses[1].verifier_key}\nquorum A\n",
        f"witness A {key}\nwitness B {key}\nquorum A\n",
        f"witness A {key}\ngroup G 2 A\nquorum G\n",
        f"witness A {key}\ngroup G 0 A\nquorum G\n",
        f"witness A {key}\ngroup G 01 A\nquorum G\n",
        f"witness A {key}\ngroup G any A A\nquorum G\n",
        f"witness A {key}\ngroup G any A\ngroup H any A\nquorum G\n",
        f"witness A {key}\ngroup G any B\nquorum G\n",
        "group G any none\nquorum G\n",
        f"log {key}\nquorum none\n",
        f"witness A {log.verifier_key}\nquorum A\n",
        f"log {log.verifier_key}\nlog {log.verifier_key}\nquorum none\n",
        "what is this\nquorum none\n",
        "quorum none\r\n",
        f"witness A {again}\nquorum A\n",
    ):
        with pytest.raises(consent.InvalidArgument, match="policy"):
            policy.Policy.parse(text)
    spaced = f"\t# note\n\n  log\t{log.verifier_key} https://romashka.example \nquorum none"
    assert policy.Policy.parse(spaced).logs == (log.verifier_key,)


# --- the command ----------------------------------------------------------------------------------


def test_the_command_cosigns_by_files_and_asks_over_http(log, tmp_path, capfdbinary):
    grow(log, 2)
    key = log.verifier_key
    log.close()
    place = str(tmp_path / "w9")
    assert main(["cosign", place, "--create", "witness.example/w9", "--trust", key]) == 0
    told = capfdbinary.readouterr().out.decode()
    assert "witness.example/w9+" in told
    assert f"{ORIGIN}: " in told
    assert main(["checkpoint", str(tmp_path / "log"), "--request", "0"]) == 0
    (tmp_path / "request").write_bytes(capfdbinary.readouterr().out)
    out = tmp_path / "line"
    assert main(["cosign", place, str(tmp_path / "request"), "--out", str(out)]) == 0
    made = witness.Witness.open(place)
    with consent.Log.open(tmp_path / "log") as again:
        whole = witness.cosigned(again.checkpoint(), out.read_text(), [made.verifier_key])
        grow(again, 1)
    assert list(note.cosignatures(whole, [made.verifier_key])) == [made.verifier_key]
    # The same request again: the witness knows three entries, not none.
    assert main(["cosign", place, str(tmp_path / "request")]) == 1
    assert b"409" in capfdbinary.readouterr().err

    served = witness.server(made, "127.0.0.1", 0, lambda: AT)
    threading.Thread(target=served.serve_forever, daemon=True).start()
    url = f"http://127.0.0.1:{served.server_address[1]}/"
    ask = ["checkpoint", str(tmp_path / "log"), "--witness", url]
    assert main([*ask, "--witness-key", made.verifier_key]) == 0
    text = capfdbinary.readouterr().out.decode()
    assert note.cosignatures(text, [made.verifier_key]) == {made.verifier_key: AT}
    assert note.checkpoint(text, [key]).size == 4
    other = witness.Witness.create(tmp_path / "other", name="other.example")
    assert main([*ask, "--witness-key", other.verifier_key]) == 1
    served.shutdown()
    served.server_close()
    assert main(ask) == 2
    assert main([*ask, "--witness-key", made.verifier_key]) == 3


def test_a_log_that_was_put_back_is_told_so_by_its_witness(log, w1, tmp_path):
    grow(log, 1)
    log.close()
    shutil.copytree(tmp_path / "log", tmp_path / "older")
    served = witness.server(w1, "127.0.0.1", 0, lambda: AT)
    threading.Thread(target=served.serve_forever, daemon=True).start()
    url = f"http://127.0.0.1:{served.server_address[1]}"
    with consent.Log.open(tmp_path / "log") as whole:
        grow(whole, 3)
        witness.cosign_by(whole, url, w1.verifier_key)
    with consent.Log.open(tmp_path / "older") as older:
        with pytest.raises(consent.NotFoundError, match="5 entries and the log has 2"):
            witness.cosign_by(older, url, w1.verifier_key)
        grow(older, 3)
        with pytest.raises(consent.ProofError, match="422"):
            witness.cosign_by(older, url, w1.verifier_key)
    served.shutdown()
    served.server_close()
