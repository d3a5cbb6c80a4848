"""Importing: no stop is lost, nobody else is stopped, and nothing read is no success."""

import json
from datetime import UTC, datetime, timedelta
from io import BytesIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import consent
from consent import deadline
from consent.files.exporting import export_events
from consent.files.importing import import_list
from consent.files.records import InputError
from romashka import INN, NUMBER, OTHER

AT = datetime(2026, 11, 10, 9, tzinfo=UTC)
GIVEN = {"event": "given", "purpose": "advertising", "channel": "voice", "method": "sms_code"}


def take(log, text, **options):
    data = text if isinstance(text, bytes) else text.encode()
    return import_list(log, BytesIO(data), rejects=options.pop("rejects", None), **options)


@pytest.fixture(autouse=True)
def _here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)  # rejects of a stream go to the working directory


def events(log, number):
    return [event.type for event in log.history(number)]


# --- headers and columns --------------------------------------------------------------------------


def test_a_first_line_that_holds_the_digits_of_a_number_is_a_row(romashka, run, tmp_path):
    found = take(romashka, "+79161234567 (моб.)\n89161234501\n", map="stop-list", at=AT)
    assert (found.rows, found.accepted, found.rejected) == (2, 2, 0)
    romashka.close()
    (tmp_path / "stop.txt").write_text("+79161234567, 68\n89161234502\n")
    done = run("import", "romashka", "stop.txt", "--map", "stop-list", "--at", AT.isoformat())
    assert done.returncode == 1  # a stop was rejected


@pytest.mark.parametrize("header", ["номер абонента", "Phone Nr.", "tel"])
def test_a_first_line_without_digits_is_a_header(romashka, header):
    found = take(romashka, f"{header}\n89161234501\n", map="stop-list", at=AT)
    assert (found.rows, found.accepted) == (1, 1)


@pytest.mark.parametrize(
    ("header", "word"),
    [("Номер;Телефон;Дата", "number"), ("phone;msisdn;date", "number"), ("phone;date;дата", "at")],
)
def test_two_columns_that_could_be_one_word_are_refused_by_name(romashka, header, word):
    size = romashka.size
    text = f"{header}\n9161230001;+7 916 555-00-01;2026-10-01\n"
    with pytest.raises(InputError, match=word) as refused:
        take(romashka, text, map="stop-list", zone="Europe/Moscow")
    assert all(f'"{name}"' in str(refused.value) for name in header.split(";")[-2:][:1])
    assert romashka.size == size


def test_a_column_that_is_named_is_the_one_that_counts(romashka):
    text = "Номер;Телефон;Дата\n9161230001;+7 916 555-00-01;2026-10-01\n"
    options = {"map": "stop-list", "zone": "Europe/Moscow", "columns": {"number": "Телефон"}}
    assert take(romashka, text, **options).accepted == 1
    assert events(romashka, "+79165550001") == ["consent.withdrawn"]
    assert events(romashka, "+79161230001") == []


def test_titles_above_the_header_are_passed_over_and_counted(romashka):
    text = "sep=;\nСтоп-лист;;\nза ноябрь;;\n\nТелефон;Дата;x\n89161234501;2026-11-01;\n"
    found = take(romashka, text, map="stop-list", zone="Europe/Moscow")
    assert (found.rows, found.accepted) == (1, 1)
    assert any("2 lines above" in warning for warning in found.warnings)
    text = text.replace("за ноябрь", "от +7 916 123-45-99")
    found = take(romashka, text, map="stop-list", zone="Europe/Moscow")
    assert (found.rows, found.reasons["above_header"]) == (2, 1)


def test_date_and_time_may_stand_in_two_columns(romashka, tmp_path):
    (tmp_path / "map.toml").write_text(
        '[format]\nzone = "Europe/Moscow"\n[columns]\nnumber = "to"\nat = [["day", "time"]]\n'
        '[constants]\nevent = "withdrawn"\n'
    )
    text = "to,day,time\n+79161234501,2026-11-01,10:00:00\n"
    assert take(romashka, text, map=tmp_path / "map.toml").accepted == 1
    (event,) = romashka.history("+79161234501")
    assert event.at == datetime(2026, 11, 1, 7, tzinfo=UTC)


def test_digits_with_a_country_code_and_no_plus_are_read_where_declared(romashka):
    text = "number\n375291234567\n998901234567\n"
    found = take(romashka, text, map="stop-list", at=AT, country="international")
    assert found.accepted == 2
    assert events(romashka, "+375291234567") == ["consent.withdrawn"]


def test_a_country_is_asked_for_only_where_none_was_declared(romashka, tmp_path):
    take(romashka, "number\n+79161234567 # x\n", map="stop-list", at=AT, rejects=tmp_path / "r.csv")
    assert "declared country" not in (tmp_path / "r.csv").read_text("utf-8")


# --- exit codes -----------------------------------------------------------------------------------


def test_nothing_recorded_out_of_a_list_with_rows_is_no_success(romashka, run, tmp_path):
    romashka.close()
    (tmp_path / "stop.csv").write_text("number\nnobody\nnothing\n")
    done = run(
        "import", "romashka", "stop.csv", "--map", "stop-list", "--at", AT.isoformat(), "--json"
    )
    answer = json.loads(done.stdout)
    assert (done.returncode, answer["ok"], answer["rejected"]) == (2, False, 2)
    assert any("nothing was recorded" in warning for warning in answer["warnings"])


def test_the_same_list_again_is_a_success(romashka):
    for expected in ((1, 0), (0, 1)):
        found = take(romashka, "number\n89161234501\n", map="stop-list", at=AT)
        assert (found.accepted, found.already_there) == expected
        assert found.ok


@pytest.mark.parametrize(
    ("row", "stops"),
    [
        ("nobody,withdrawn,2026-11-01T00:00:00Z", 1),
        ("nobody,refused,2026-11-01T00:00:00Z", 1),
        ("nobody,given,2026-11-01T00:00:00Z", 0),
        ("+79161234501,what,2026-11-01T00:00:00Z", 1),  # nobody can tell that it is no stop
        ("+79161234501,withdrawn", 1),
    ],
)
def test_rejected_stops_are_counted_and_end_with_exit_1(romashka, run, tmp_path, row, stops):
    romashka.close()
    good = "+79161234599,withdrawn,2026-11-01T00:00:00Z"
    (tmp_path / "list.csv").write_text(f"number,event,at\n{good}\n{row}\n")
    done = run("import", "romashka", "list.csv", "--json")
    assert json.loads(done.stdout)["stops_rejected"] == stops
    assert done.returncode == (1 if stops else 0)


def test_too_many_rejects_end_with_exit_1_where_a_share_is_declared(romashka, run, tmp_path):
    romashka.close()
    rows = [f"+7916123450{i},given,advertising,voice,2026-11-01T00:00:00Z" for i in range(9)]
    rows.append("nobody,given,advertising,voice,2026-11-01T00:00:00Z")
    (tmp_path / "list.csv").write_text("\n".join(["number,event,purpose,channel,at", *rows]) + "\n")
    for share, code in [("0.1", 0), ("10%", 0), ("0.05", 1), ("0", 1)]:
        assert run("import", "romashka", "list.csv", "--max-rejected", share).returncode == code
    assert run("import", "romashka", "list.csv", "--strict").returncode == 1
    assert run("import", "romashka", "list.csv", "--max-rejected", "2").returncode == 2


def test_a_declared_value_that_no_row_holds_is_named(romashka, tmp_path):
    (tmp_path / "map.toml").write_text(
        '[columns]\nnumber = "n"\nevent = "e"\n[values.event]\nyes = "given"\nno = "refused"\n'
        '[constants]\npurpose = "advertising"\nchannel = "voice"\n'
    )
    found = take(romashka, "n,e\n+79161234501,no\n", map=tmp_path / "map.toml", at=AT)
    assert any('"yes"' in warning for warning in found.warnings)
    assert not any('"no"' in warning for warning in found.warnings)


# --- a cell of the consent ------------------------------------------------------------------------


def test_a_cell_of_the_consent_never_costs_a_stop_its_row(romashka, tmp_path):
    (tmp_path / "map.toml").write_text(
        '[format]\nzone = "Europe/Moscow"\n[columns]\nnumber = "n"\nevent = "s"\nat = "d"\n'
        'until = "x"\ndocument = "doc"\ncode = "code"\n'
        '[values.event]\nACTIVE = "given"\nREVOKED = "withdrawn"\n'
        '[constants]\npurpose = "advertising"\nchannel = "voice"\n'
    )
    text = (
        f"n,s,d,x,doc,code\n+79161234501,ACTIVE,2026-02-17,2027-02-17,,\n"
        f"{NUMBER},REVOKED,2026-02-10,2027-02-10,{'ab' * 32},returned\n"
    )
    found = take(romashka, text, map=tmp_path / "map.toml")
    assert (found.accepted, found.rejected) == (2, 0)
    assert events(romashka, NUMBER)[-1] == "consent.withdrawn"
    assert [w for w in found.warnings if "cell x" in w]
    # The row's time is that of the consent, which a later one had followed: the no holds now.
    decision = romashka.may_contact(
        NUMBER, purpose="advertising", channel="voice", at=datetime.now(UTC)
    )
    assert decision.verdict == "deny"
    again = take(romashka, text, map=tmp_path / "map.toml")
    assert (again.accepted, again.already_there) == (0, 2)


def test_what_narrows_a_stop_is_never_dropped(romashka):
    text = f"number,event,campaign,at\n{NUMBER},operator_refusal,spring,2026-11-01T00:00:00Z\n"
    found = take(romashka, text)
    assert (found.accepted, found.reasons) == (0, {"no_place": 1})
    assert found.stops_rejected == 1


# --- ready maps say no more than the source -------------------------------------------------------

FIDES = json.dumps(
    {
        "items": [
            {
                "phone_number": f"+7916123450{place}",
                "request_timestamp": "2026-05-01T10:00:00+00:00",
                "preference": preference,
                "notice_key": key,
            }
            for place, (preference, key) in enumerate(
                [
                    ("opt_in", "functional"),
                    ("opt_out", "analytics"),
                    ("opt_in", "calls"),
                    ("opt_out", "calls"),
                ]
            )
        ]
    }
)


def test_fides_needs_to_be_told_which_notices_mean_advertising_by_telephone(romashka):
    size = romashka.size
    with pytest.raises(InputError, match="--value purpose:VALUE=advertising"):
        take(romashka, FIDES, map="fides", constants={"channel": "voice"})
    assert romashka.size == size
    found = take(
        romashka,
        FIDES,
        map="fides",
        constants={"channel": "voice"},
        values={"purpose": {"calls": "advertising"}},
    )
    assert (found.accepted, found.reasons) == (2, {"unknown_value": 2})
    assert [events(romashka, f"+7916123450{i}") for i in range(4)] == [
        [],
        [],
        ["consent.given"],
        ["consent.withdrawn"],
    ]


def test_a_ready_map_with_free_purposes_needs_them_declared(romashka):
    with pytest.raises(InputError, match="--value purpose"):
        take(romashka, "[]", map="govstack")


# --- snapshots and stops that would end ---------------------------------------------------------


def test_an_undated_list_synchronised_again_adds_nothing_and_one_term_a_person(romashka):
    text = "number\n+79161234501\n+79161234502\n"
    for week in range(4):
        at = AT + timedelta(days=3 * week)
        found = take(romashka, text, map="stop-list", at=at, snapshot=True)
        assert (found.accepted, found.already_there) == ((2, 0) if week == 0 else (0, 2))
        assert found.rows == 2
    assert len(events(romashka, "+79161234501")) == 1
    terms = [each for each in deadline.due(romashka, at=AT + timedelta(days=15)) if each.number]
    assert len(terms) == len({(each.number, each.rule) for each in terms})


def test_a_snapshot_records_a_stop_after_a_consent_and_a_wider_one(romashka):
    take(romashka, "number\n+79161234501\n", map="stop-list", at=AT, snapshot=True)
    later = (AT + timedelta(days=1)).isoformat()
    take(romashka, f"number,at\n+79161234501,{later}\n", constants=GIVEN, ends_stops=True)
    found = take(
        romashka,
        "number\n+79161234501\n",
        map="stop-list",
        at=AT + timedelta(days=2),
        snapshot=True,
    )
    assert found.accepted == 1
    take(romashka, "number,channel\n+79161234502,sms\n", map="stop-list", at=AT)
    found = take(
        romashka,
        "number\n+79161234502\n",
        map="stop-list",
        at=AT + timedelta(days=2),
        snapshot=True,
    )
    assert found.accepted == 1


def test_a_list_that_would_end_standing_stops_says_how_many_and_needs_to_be_told(
    romashka, tmp_path
):
    take(romashka, f"number\n{OTHER}\n", map="stop-list", at=AT)
    text = f"number\n{OTHER}\n+79161234599\n"
    later = AT + timedelta(days=3)
    found = take(romashka, text, constants=GIVEN, at=later, rejects=tmp_path / "r.csv")
    assert (found.accepted, found.rejected, found.stops_ended) == (1, 1, 1)
    assert any("would end a standing stop" in warning for warning in found.warnings)
    assert events(romashka, OTHER) == ["consent.withdrawn"]
    found = take(romashka, text, constants=GIVEN, at=later, ends_stops=True)
    assert (found.accepted, found.already_there, found.stops_ended) == (1, 1, 1)
    assert events(romashka, OTHER)[-1] == "consent.given"
    again = take(romashka, text, constants=GIVEN, at=later)
    assert (again.already_there, again.stops_ended) == (2, 0)


def test_a_consent_from_before_the_stop_ends_nothing(romashka):
    take(romashka, f"number\n{OTHER}\n", map="stop-list", at=AT)
    found = take(romashka, f"number\n{OTHER}\n", constants=GIVEN, at=AT - timedelta(days=3))
    assert (found.accepted, found.stops_ended) == (1, 0)


@pytest.mark.parametrize("method", ["sms_reply", "message"])
def test_a_stop_by_sms_or_messenger_has_a_word(romashka, run, method):
    romashka.close()
    done = run("withdraw", "romashka", NUMBER, "--method", method, "--channel", "sms")
    assert done.returncode == 0, done.stderr
    shown = run("history", "romashka", NUMBER, "--json")
    assert json.loads(shown.stdout)["events"][-1]["method"] == method


# --- our own exports ------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["jsonl", "parquet"])
def test_what_we_exported_with_numbers_reads_in_again(romashka, tmp_path, kind):
    if kind == "parquet":
        pytest.importorskip("pyarrow")
    at = AT
    romashka.append(consent.ConsentWithdrawn(OTHER, means="email_link", at=at))
    romashka.append(consent.ConsentRefused(OTHER, channels={"sms"}, distributors=(INN,), at=at))
    romashka.append(consent.OperatorRefusal("+79161234503", operator_id="7740000076", at=at))
    romashka.append(
        consent.ConsentGiven(
            "+79161234504",
            purposes={"advertising", "service"},
            channels={"voice", "sms"},
            covers={"advertising", "mass_calls"},
            method="web_form",
            code=consent.Code(sent_to_this_number=True, returned=True),
            campaign="spring",
            until=at + timedelta(days=99),
            at=at,
        )
    )
    export_events(romashka, tmp_path / f"e.{kind}", with_numbers=True)
    with consent.Log.create(
        tmp_path / "again",
        origin="again.example/consent",
        distributor=consent.Organisation(inn=INN),
    ) as again:
        found = import_list(again, tmp_path / f"e.{kind}", rejects=tmp_path / "r.csv")
        assert (found.accepted, found.rejected) == (5, 0), (tmp_path / "r.csv").read_text()
        for number in (NUMBER, OTHER, "+79161234503", "+79161234504"):
            one, other = (list(log.history(number)) for log in (romashka, again))
            for a, b in zip(one, other, strict=True):
                assert (a.type, a.at, a.purposes, a.channels) == (
                    b.type,
                    b.at,
                    b.purposes,
                    b.channels,
                )
        assert import_list(again, tmp_path / f"e.{kind}").already_there == 5


# --- whatever comes -------------------------------------------------------------------------------

CELL = st.one_of(
    st.sampled_from(["+79161234501", "89161234502", "given", "withdrawn", "2026-11-01T00:00:00Z"]),
    st.text("0123456789+-() ,;\"'\n\r\x00абв=@", max_size=20),
)


@settings(max_examples=60, deadline=None)
@given(rows=st.lists(st.lists(CELL, min_size=1, max_size=4), max_size=8), raw=st.booleans())
def test_every_row_ends_recorded_there_already_or_rejected(rows, raw, tmp_path_factory):
    folder = tmp_path_factory.mktemp("any")
    import csv
    import io

    if raw:
        text = "number,event,at\n" + "\n".join(",".join(row) for row in rows)
    else:
        out = io.StringIO()
        csv.writer(out).writerows([["number", "event", "at"], *rows])
        text = out.getvalue()
    with consent.Log.create(
        folder / "log", origin="r.example/log", distributor=consent.Organisation(inn=INN)
    ) as log:
        before = log.size
        try:
            found = import_list(
                log, BytesIO(text.encode("utf-8", "surrogatepass")), rejects=folder / "r.csv"
            )
        except InputError:
            return
        assert found.rows == found.accepted + found.already_there + found.rejected
        assert log.size - before >= found.accepted
        assert found.stops_rejected <= found.rejected
