"""A log leaves as events for tables, or as entries that make the same log elsewhere."""

import base64
import json
import shutil
from datetime import UTC, datetime

import pytest

import consent
from consent import _core, cli
from consent.files.exporting import export_events
from romashka import NUMBER

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
SAID = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
NUMBERS = ("+79161234567", "+79031112233", "+74951234567")


@pytest.fixture
def log(tmp_path):
    with consent.Log.create(
        tmp_path / "log",
        origin="romashka.example/consent",
        distributor=consent.Organisation(inn="7707083893"),
        now=datetime(2026, 1, 1, tzinfo=UTC),
    ) as made:
        for number in NUMBERS:
            made.append_at(
                consent.ConsentGiven(
                    number,
                    purposes={"advertising"},
                    channels={"voice", "sms"},
                    method="web_form",
                    wording="Согласен получать рекламу",
                    evidence=[bytes(32)],
                    at=SAID,
                ),
                NOW,
            )
        made.append_at(consent.ConsentWithdrawn(NUMBERS[0], means="sms_code", at=NOW), NOW)
        made.append_at(consent.NumberReassigned(NUMBERS[1], at=NOW), NOW)
        made.append_at(consent.ConsentRefused(NUMBERS[1], at=NOW), NOW)
        yield made


# --- events --------------------------------------------------------------------------------------


def test_events_without_numbers_hold_no_number_and_tell_people_apart(log, tmp_path):
    wrote = export_events(log, tmp_path / "events.jsonl")
    text = (tmp_path / "events.jsonl").read_text()
    rows = [json.loads(line) for line in text.splitlines()]
    assert wrote.events == len(rows) == 6
    assert not any(number.lstrip("+") in text for number in NUMBERS)
    assert rows[0]["tag"] == rows[3]["tag"] != rows[1]["tag"]
    assert rows[4]["tag"] != rows[5]["tag"]  # the new holder is another subject
    assert rows[0] | {"tag": ""} == {
        "seq": 1,
        "type": "consent.given",
        "at": "2026-01-02T03:04:05.000000Z",
        "recorded_at": "2026-11-22T12:00:00.000000Z",
        "tag": "",
        "subject_seq": 1,
        "channels": ["sms", "voice"],
        "covers": ["advertising"],
        "distributors": ["7707083893"],
        "evidence": ["00" * 32],
        "method": "web_form",
        "purposes": ["advertising"],
        "wording": rows[1]["wording"],
    }


def test_events_with_numbers_hold_them_and_are_for_their_owner_alone(log, tmp_path):
    export_events(log, tmp_path / "events.jsonl", with_numbers=True)
    rows = [json.loads(line) for line in (tmp_path / "events.jsonl").read_text().splitlines()]
    assert [row["number"] for row in rows] == [*NUMBERS, NUMBERS[0], NUMBERS[1], NUMBERS[1]]
    assert oct((tmp_path / "events.jsonl").stat().st_mode)[-3:] == "600"


@pytest.mark.parametrize("with_numbers", [False, True])
def test_a_record_kept_for_proof_alone_is_in_no_table(log, tmp_path, with_numbers):
    tags = log.subjects_of(NUMBERS[1])
    until = NOW.replace(month=12)
    log.append_at(consent.SubjectRestricted(NUMBERS[0], ground="x", at=NOW, until=until), NOW)
    former = consent.SubjectRestricted(NUMBERS[1], ground="x", at=NOW)
    log.append_of_holder_at(former, SAID, NOW)
    out = tmp_path / "events.jsonl"
    wrote = export_events(log, out, with_numbers=with_numbers, at=NOW)
    rows = [json.loads(line) for line in out.read_text().splitlines()]
    assert {row["tag"] for row in rows} == {tags[1].hex(), log.subjects_of(NUMBERS[2])[0].hex()}
    assert NUMBERS[0] not in out.read_text()
    assert (wrote.events, wrote.restricted) == (len(rows), 8 - len(rows))
    assert wrote.restricted == 6
    if with_numbers:
        assert [row["number"] for row in rows] == [NUMBERS[2], NUMBERS[1]]
    # The whole log is proof, and names nobody.
    log.export_entries(tmp_path / "log.entries")
    assert tags[0].hex() in (tmp_path / "log.entries").read_text()
    export_events(log, out, at=until)
    assert len(out.read_text().splitlines()) == 5  # of the one whose term is over, all


def test_parquet_holds_the_same_in_columns(log, tmp_path):
    parquet = pytest.importorskip("pyarrow.parquet")
    export_events(log, tmp_path / "events.parquet")
    table = parquet.read_table(tmp_path / "events.parquet").to_pylist()
    assert [row["seq"] for row in table] == [1, 2, 3, 4, 5, 6]
    assert table[0]["at"] == SAID
    assert table[0]["purposes"] == ["advertising"]
    assert table[3]["method"] == "sms_code"  # of a withdrawal: its means
    assert "number" not in table[0]
    export_events(log, tmp_path / "numbers.parquet", with_numbers=True)
    assert parquet.read_table(tmp_path / "numbers.parquet").to_pylist()[0]["number"] == NUMBERS[0]


def test_no_half_of_a_file_stays_behind(log, tmp_path):
    def stop(*_):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        export_events(log, tmp_path / "events.jsonl", progress=stop)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["log"]
    with pytest.raises(consent.InvalidArgument):
        export_events(log, tmp_path / "events.txt")


# --- entries -------------------------------------------------------------------------------------


def exported(log, tmp_path):
    log.export_entries(tmp_path / "log.entries")
    return (tmp_path / "log.entries").read_bytes()


def take(tmp_path, data, name="copy", trusted=()):
    (tmp_path / "altered").write_bytes(data)
    return _core.import_entries(tmp_path / "altered", tmp_path / name, trusted)


def test_a_copy_has_the_same_entries_and_root_and_verifies(log, tmp_path):
    data = exported(log, tmp_path)
    assert not any(number[1:].encode() in data for number in NUMBERS)
    copied = take(tmp_path, data, trusted=[log.verifier_key])
    assert (copied.entries, copied.root, copied.already_there) == (log.size, log.root, False)
    with consent.Log.open(tmp_path / "copy", writable=False) as copy:
        assert copy.root == log.root
        for seq in range(log.size):
            assert copy.entry(seq).bytes == log.entry(seq).bytes
            assert copy.prove_inclusion(seq, log.checkpoint())
        found = copy.verify([log.verifier_key])
        assert found.verdict == "proven"
        wording = json.loads(copy.entry(1).bytes)["body"]["wording"]
        assert copy.wording(bytes.fromhex(wording)) == "Согласен получать рекламу"
        copy.export_entries(tmp_path / "again")  # a copy of the copy
    assert sorted(p.name for p in (tmp_path / "copy").iterdir() if "-" not in p.name) == ["log.db"]


def test_read_in_twice_it_is_there_already_and_another_log_is_not_written_over(log, tmp_path):
    data = exported(log, tmp_path)
    take(tmp_path, data)
    assert take(tmp_path, data).already_there
    consent.Log.create(tmp_path / "other", origin="other.example/consent").close()
    with pytest.raises(consent.StorageError):
        take(tmp_path, data, "other")


def test_a_copy_answers_no_number_and_records_nothing(log, tmp_path):
    take(tmp_path, exported(log, tmp_path))
    with consent.Log.open(tmp_path / "copy", writable=False) as copy:
        with pytest.raises(consent.StorageError):
            copy.history(NUMBERS[0])
        with pytest.raises(consent.StorageError):
            export_events(copy, tmp_path / "n.jsonl", with_numbers=True)
    with pytest.raises(consent.StorageError, match="keys"):
        consent.Log.open(tmp_path / "copy")


def test_two_logs_of_one_name_do_not_both_go_on_unless_somebody_says_so(log, tmp_path):
    take(tmp_path, exported(log, tmp_path))
    size = log.size
    log.close()
    shutil.copy(tmp_path / "log" / "keys.db", tmp_path / "copy" / "keys.db")
    with consent.Log.open(tmp_path / "copy") as copy:
        assert not copy.writable
        assert "head" in copy.impairment
    with consent.Log.restore(tmp_path / "copy", reason="taken_over") as copy:
        assert copy.entry(size).type == "log.restored"  # the fork is named in the log
        copy.append(consent.ConsentWithdrawn(NUMBERS[2], at=NOW))
        assert copy.history(NUMBERS[0])[0].type == "consent.given"
        assert copy.verify().verdict == "proven"


def with_evidence(log, tmp_path):
    small, large = b"spoken", bytes(range(256)) * 1024
    (tmp_path / "large.wav").write_bytes(large)
    done = log.append_at(
        consent.ConsentGiven(
            NUMBERS[2],
            purposes={"advertising"},
            channels={"voice"},
            method="recorded_voice",
            evidence=[
                consent.EvidenceFile(small, kind="recording"),
                consent.EvidenceFile(tmp_path / "large.wav", kind="recording"),
            ],
            at=NOW,
        ),
        NOW,
    )
    return done.seq, (small, large)


def test_evidence_goes_along_sealed_and_opens_with_the_keys(log, tmp_path):
    seq, contents = with_evidence(log, tmp_path)
    wrote = log.export_entries(tmp_path / "log.entries")
    assert (wrote.evidence, wrote.evidence_missing) == (2, 0)
    data = (tmp_path / "log.entries").read_bytes()
    assert b"spoken" not in data
    taken = take(tmp_path, data, trusted=[log.verifier_key])
    assert (taken.evidence, taken.evidence_missing) == (2, 0)
    (kept,) = (tmp_path / "copy" / "evidence").iterdir()
    assert kept.read_bytes() == (tmp_path / "log" / "evidence" / kept.name).read_bytes()
    assert kept.stat().st_mode & 0o77 == 0
    with consent.Log.open(tmp_path / "copy", writable=False) as copy:
        assert [each.there for each in copy.evidence_of(seq)] == [True, True]
        assert copy.export_entries(tmp_path / "again").evidence == 2
        assert (tmp_path / "again").read_bytes() == data
    log.close()
    shutil.copy(tmp_path / "log" / "keys.db", tmp_path / "copy" / "keys.db")
    with consent.Log.restore(tmp_path / "copy", reason="taken_over") as moved:
        assert tuple(moved.evidence(seq, place) for place in (1, 2)) == contents
        found = moved.verify()
        assert found.verdict == "proven"
        assert not any("evidence" in each for each in found.coverage.not_checked)


def test_evidence_that_is_not_there_is_counted_and_the_rest_is_taken_over(log, tmp_path):
    seq, _ = with_evidence(log, tmp_path)
    (beside,) = (tmp_path / "log" / "evidence").glob("[0-9a-f]*")
    beside.unlink()
    wrote = log.export_entries(tmp_path / "log.entries")
    assert (wrote.evidence, wrote.evidence_missing) == (1, 1)
    taken = take(tmp_path, (tmp_path / "log.entries").read_bytes())
    assert (taken.evidence, taken.evidence_missing) == (1, 1)
    with consent.Log.open(tmp_path / "copy", writable=False) as copy:
        assert [each.there for each in copy.evidence_of(seq)] == [True, False]


def test_evidence_that_no_entry_names_or_that_was_cut_is_refused(log, tmp_path):
    seq, _ = with_evidence(log, tmp_path)
    data = exported(log, tmp_path)
    lines = lines_of(data)
    first = next(i for i, line in enumerate(lines) if line.startswith(b"evidence "))
    begins = next(i for i, line in enumerate(lines) if line.startswith(b"file "))
    words = lines[first].split(b" ")
    count = int(lines[-2].split(b" ")[1])

    def with_line(place, line):
        return b"\n".join([*lines[:place], line, *lines[place + 1 :]])

    def counted(added, *changed):
        return b"\n".join([*changed, b"end %d" % (count + added), b""])

    cases = {
        "another place": with_line(first, b" ".join([*words[:2], b"3", *words[3:]])),
        "another entry": with_line(first, b" ".join([words[0], b"1", *words[2:]])),
        "beyond the log": with_line(first, b" ".join([words[0], b"99", *words[2:]])),
        "another commitment": with_line(first, b" ".join([*words[:3], b"0" * 64, *words[4:]])),
        "twice": counted(1, *lines[:-2], lines[first]),
        "no bytes": with_line(first, b" ".join(words[:5])),
        "a path for a name": with_line(begins, b"file ../../" + b"0" * 58 + b" 10"),
        "a file nobody names": counted(1, *lines[:-2], b"file " + b"0" * 64 + b" 10"),
        "a file cut off": counted(-1, *lines[:-3]),
        "a piece too many": counted(1, *lines[:-2], lines[-3]),
        "a piece of no file": counted(1, *lines[:begins], lines[-3], *lines[begins:-2]),
    }
    for name, altered in cases.items():
        with pytest.raises(consent.ConsentError):
            take(tmp_path, altered)
        assert not (tmp_path / "copy").exists(), name
    assert not list(tmp_path.glob("copy.making-*"))
    assert seq


def test_a_link_at_the_target_of_entries_is_not_written_through(log, tmp_path):
    victim = tmp_path / "victim"
    victim.write_text("theirs")
    for name in ("log.entries", "log.entries.part"):
        (tmp_path / name).symlink_to(victim)
    with pytest.raises(consent.StorageError, match="symbolic link"):
        log.export_entries(tmp_path / "log.entries")
    (tmp_path / "log.entries").unlink()
    log.export_entries(tmp_path / "log.entries")
    assert victim.read_text() == "theirs"
    assert (tmp_path / "log.entries").stat().st_mode & 0o77 == 0


def lines_of(data):
    return data.split(b"\n")


def entry_line(data, seq):
    found = [i for i, line in enumerate(lines_of(data)) if line.startswith(b"{")]
    return found[seq]


@pytest.mark.parametrize("seq", [0, 3, 6])
def test_one_altered_entry_is_named(log, tmp_path, seq):
    lines = lines_of(exported(log, tmp_path))
    place = entry_line(b"\n".join(lines), seq)
    lines[place] = lines[place].replace(b'"at":"2026', b'"at":"2025')
    with pytest.raises(consent.BrokenLogError) as caught:
        take(tmp_path, b"\n".join(lines))
    assert caught.value.seq == seq
    assert not (tmp_path / "copy").exists()


def test_damage_of_every_kind_is_refused_and_leaves_no_folder(log, tmp_path):
    data = exported(log, tmp_path)
    lines = lines_of(data)
    second, third = entry_line(data, 2), entry_line(data, 3)
    cases = {
        "cut in the middle": data[: len(data) // 2],
        "cut before the end": data[: data.rindex(b"end ")],
        "last newline gone": data[:-1],
        "something behind": data + b"more\n",
        "an entry taken out": b"\n".join(lines[:second] + lines[third:]),
        "two entries changed over": b"\n".join(
            [*lines[:second], lines[third], lines[second], *lines[third + 1 :]]
        ),
        "an entry twice": b"\n".join([*lines[:third], lines[second], *lines[third:]]),
        "not canonical": data.replace(b'{"at":', b'{ "at":', 1),
        "another count": data.replace(b"consent-entries/v1 7 ", b"consent-entries/v1 6 ", 1),
        "a bigger count": data.replace(b"consent-entries/v1 7 ", b"consent-entries/v1 9999 ", 1),
        "no header": b"\n".join(lines[1:]),
        "another version": data.replace(b"/v1 ", b"/v2 ", 1),
        "empty": b"",
        "a text without its entry's hash": data.replace(b"wording ", b"wording!", 1),
    }
    for name, altered in cases.items():
        assert altered != data, name
        with pytest.raises(consent.ConsentError):
            take(tmp_path, altered)
        assert not (tmp_path / "copy").exists(), name
    assert not list(tmp_path.glob("copy.making-*"))


def test_a_log_written_anew_by_another_is_refuted_by_the_key(log, tmp_path):
    data = exported(log, tmp_path)
    with consent.Log.create(tmp_path / "forged", origin="romashka.example/consent") as forged:
        other = forged.verifier_key
        forged.export_entries(tmp_path / "forged.entries")
    with pytest.raises(consent.ProofError):
        take(tmp_path, (tmp_path / "forged.entries").read_bytes(), trusted=[log.verifier_key])
    with pytest.raises(consent.ProofError):
        take(tmp_path, data, trusted=[other])


def test_a_signed_note_of_another_size_is_refused(log, tmp_path):
    old = exported(log, tmp_path)
    log.append_at(consent.ConsentWithdrawn(NUMBERS[2], at=NOW), NOW)
    new = exported(log, tmp_path)
    header = lines_of(old)[0].split(b" ")
    mixed = b"\n".join([b" ".join([header[0], b"8", header[2]]), *lines_of(new)[1:]])
    assert b"romashka" in base64.b64decode(header[2])
    with pytest.raises(consent.BrokenLogError):
        take(tmp_path, mixed)


# --- the command ---------------------------------------------------------------------------------


def test_the_commands_carry_a_log_from_place_to_place(romashka, run, tmp_path):
    romashka.close()
    made = run("export", "romashka", "--out", "log.entries", "--entries", "--json")
    assert made.returncode == 0, made.stderr
    key = json.loads(made.stdout)["verifier_key"]
    taken = run("import", "copy", "log.entries", "--entries", "--key", key, "--json")
    assert taken.returncode == 0, taken.stderr
    found = json.loads(taken.stdout)
    assert found["accepted"] == found["rows"] == 2
    assert found["root"] == json.loads(made.stdout)["root"]
    again = json.loads(run("import", "copy", "log.entries", "--entries", "--json").stdout)
    assert (again["accepted"], again["already_there"]) == (0, 2)
    assert run("verify", "copy", "--key", key).returncode == 0
    events = run("export", "romashka", "--out", "e.jsonl", "--with-numbers", "--json")
    assert json.loads(events.stdout)["with_numbers"] is True
    assert run("export", "romashka", "--out", "e.txt").returncode == 2
    assert run("export", "romashka", "--out", "e", "--entries", "--with-numbers").returncode == 2
    (tmp_path / "log.entries").write_bytes((tmp_path / "log.entries").read_bytes()[:-10])
    broken = run("import", "copy2", "log.entries", "--entries")
    assert broken.returncode == 3
    assert "seq 2" in broken.stderr


def contents(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}


@pytest.mark.parametrize("name", ["keys.db", "log.db", "head", "new.jsonl", "evidence/new", "../l"])
def test_nothing_is_written_into_the_folder_of_the_log(romashka, run, tmp_path, name):
    romashka.close()
    folder = tmp_path / "romashka"
    (folder / "evidence").mkdir(exist_ok=True)
    (tmp_path / "linked").symlink_to(folder)
    (tmp_path / "l").symlink_to(folder / "keys.db")
    before = contents(folder)
    for there in ("romashka", "linked", "linked/../romashka"):
        for words in (("export", "romashka", "--entries"), ("prove", "linked", "--number", NUMBER)):
            refused = run(*words, "--out", f"{there}/{name}")
            assert refused.returncode == 2, (words, there)
            assert "the log's own folder" in refused.stderr
    assert contents(folder) == before
    assert not list((folder / "evidence").iterdir())
    with (
        consent.Log.open(folder, writable=False) as log,
        pytest.raises(consent.InvalidArgument, match="folder"),
    ):
        export_events(log, tmp_path / "linked" / "new.jsonl")


def test_no_file_that_a_command_reads_is_written_over_by_its_answer(romashka, run, tmp_path):
    romashka.close()
    head, passphrase = tmp_path / "second", tmp_path / "passphrase"
    shutil.copy(tmp_path / "romashka" / "head", head)
    passphrase.write_text("")
    before = (head.read_bytes(), passphrase.read_bytes())
    read = ("--head", head, "--passphrase-file", passphrase)
    for out in (head, passphrase):
        for words in (
            ("export", "romashka", "--entries"),
            ("prove", "romashka", "--number", NUMBER),
        ):
            refused = run(*words, *read, "--out", out)
            assert refused.returncode == 2, refused.stderr
            assert "a file that is read" in refused.stderr
    assert (head.read_bytes(), passphrase.read_bytes()) == before


def test_a_copy_of_a_log_that_was_never_signed_is_signed_and_can_be_handed_on(tmp_path, capsys):
    log, copy = tmp_path / "log", tmp_path / "copy"
    first, second = tmp_path / "first.entries", tmp_path / "second.entries"

    def done(*words):
        code = cli.main([str(word) for word in words])
        return code, capsys.readouterr().out

    assert done("init", log, "--origin", "a.example/c", "--inn", "7707083893")[0] == 0
    scope = ("--purpose", "advertising", "--channel", "voice")
    assert done("give", log, "+79161234567", *scope)[0] == 0
    assert done("export", log, "--entries", "--out", first)[0] == 0
    assert done("import", copy, first, "--entries")[0] == 0
    assert done("verify", copy)[0] == 1  # nobody gave a key
    with consent.Log.open(copy, writable=False) as opened:
        key = opened.verifier_key
    code, said = done("verify", copy, "--lang", "en", "--key", key)
    assert code == 0
    assert "signed up to: 2" in said
    assert done("export", copy, "--entries", "--out", second)[0] == 0  # without keys, and whole
    assert second.read_bytes() == first.read_bytes()
