"""Ready layouts: each reads a made-up sample of what its exchange writes, and knows it again."""

from pathlib import Path

import pytest

from consent.files.calls import read
from consent.files.direction import Direction
from consent.files.layout import Layout, ready_layouts
from consent.files.recognise import propose

SAMPLES = Path(__file__).parent / "layouts"

#: Of each sample: what must be declared, and what comes of it: judged, left out, rejected.
EXPECTED = {
    "asterisk": ({"outgoing_trunks": ["PJSIP/operator"]}, {}, (2, {"incoming": 1}, 0)),
    "asterisk-custom": ({"outgoing_contexts": ["out"]}, {}, (2, {"not_outgoing": 1}, 0)),
    "asterisk-cel": (
        {"outgoing_contexts": ["out"]},
        {"number_from": "lastdata"},
        (2, {"other_record": 3}, 0),
    ),
    "freepbx": ({"outgoing_trunks": ["PJSIP/operator"]}, {}, (1, {"incoming": 1}, 0)),
    "fusionpbx": ({}, {}, (2, {"incoming": 1, "not_outgoing": 1}, 0)),
    "mikopbx": ({"outgoing_trunks": ["PJSIP/SIP-TRUNK-1"]}, {}, (1, {"incoming": 1}, 0)),
    "freeswitch": ({"outgoing_contexts": ["default"]}, {}, (3, {"not_outgoing": 1}, 1)),
    "freeswitch-json": ({"outgoing_contexts": ["default"]}, {}, (1, {"not_outgoing": 1}, 0)),
    "vicidial": ({"everything": True}, {}, (2, {}, 1)),
    "vicidial-call-log": (
        {"outgoing_contexts": ["Outbound Dial"]},
        {},
        (1, {"not_outgoing": 1}, 0),
    ),
    "cucm": ({"outgoing_trunks": ["gw-1"]}, {}, (1, {"not_outgoing": 1, "other_record": 1}, 0)),
    "3cx": ({}, {}, (1, {"incoming": 1, "not_outgoing": 1}, 0)),
    "avaya-smdr": ({}, {}, (1, {"incoming": 1, "not_outgoing": 1}, 0)),
    "mango": ({"own_numbers": ["100..199"]}, {}, (1, {"not_outgoing": 1}, 0)),
    "uis": ({}, {}, (1, {"incoming": 1}, 0)),
    "bitrix24": ({}, {}, (1, {"incoming": 1}, 0)),
    "megafon": ({}, {}, (1, {"incoming": 2}, 0)),
    "beeline": ({}, {}, (1, {"incoming": 1}, 0)),
}


def sample(name):
    (file,) = SAMPLES.glob(f"{name}.*")
    return file


def test_every_ready_layout_has_a_sample_and_says_what_it_was_made_from():
    assert sorted(EXPECTED) == ready_layouts()
    for name in ready_layouts():
        layout = Layout.load(name)
        assert layout.made_from in ("files", "documentation"), name
        assert layout.title, name
        assert layout.source or layout.made_from == "files", name


@pytest.mark.parametrize("name", EXPECTED)
def test_a_layout_reads_what_its_exchange_writes(name):
    declared, options, (judged, left_out, rejected) = EXPECTED[name]
    found = read(
        sample(name),
        zone="Europe/Moscow",
        country="RU",
        layout=name,
        direction=Direction.declare(**declared),
        **options,
    )
    assert (found.judged_rows, found.left_out, len(found.rejects)) == (judged, left_out, rejected)
    assert {attempt.number // 1000 for attempt in found.attempts} == {79000000}
    assert all(2025 < 1970 + a.start_us / 31_556_952e6 < 2027 for a in found.attempts)
    assert not [note for note in found.warnings if "columns not used" in note]


@pytest.mark.parametrize("name", EXPECTED)
def test_a_sample_is_known_again_with_reasons_for_a_person_to_confirm(name):
    found = propose(sample(name))
    assert name in [each.layout for each in found.ready], found
    assert all(each.reasons for each in found.ready)


def test_an_unknown_table_gets_a_map_with_a_reason_for_each_column(tmp_path):
    file = tmp_path / "export.csv"
    rows = [f"{i},05.10.2026 10:0{i}:00,8900000000{i},00:01:0{i},Анна" for i in range(5)]
    file.write_text("\n".join(["№,Когда,Кому,Сколько,Оператор", *rows]) + "\n", "utf-8")
    found = propose(file)
    assert found.ready == []
    text = found.toml()
    (tmp_path / "map.toml").write_text(text, "utf-8")
    layout = Layout.load(tmp_path / "map.toml")
    assert layout.columns["start"] == ("Когда",)
    assert layout.columns["dst"] == ("Кому",)
    assert layout.columns["billsec"] == ("Сколько",)
    assert layout.dates == "day-first"
    assert text.count("#") >= 4
    read_again = read(
        file,
        zone="Europe/Moscow",
        country="RU",
        layout=tmp_path / "map.toml",
        direction=Direction.declare(everything=True),
    )
    assert read_again.judged_rows == 5


def test_what_could_be_two_things_is_said_and_left_to_a_person(tmp_path):
    file = tmp_path / "two.csv"
    rows = [f"2026-10-05 10:0{i},2026-10-05 11:00,8900000000{i},8495000000{i}" for i in range(3)]
    file.write_text("\n".join(["a,b,c,d", *rows]) + "\n")
    text = propose(file).toml()
    assert '# "b"' in text
    assert '# "d"' in text


def test_the_command_proposes_and_judges_nothing(run, tmp_path):
    done = run("layout", str(sample("freeswitch")))
    assert done.returncode == 0
    assert "--layout freeswitch" in done.stdout
    (tmp_path / "notes.csv").write_text("a,b\nx,y\n")
    assert run("layout", "notes.csv").returncode == 1
    assert run("layout", "absent.csv").returncode == 2
