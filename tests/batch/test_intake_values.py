"""Files of events: amounts, times, currencies and attributes, read exactly or not at all."""

from pathlib import Path

import pytest

from guerdon.batch.intake.sql import BLANKS
from guerdon.core.errors import Invalid
from tests.batch.intake_reader import NEW_YORK, RICH_SHAPE, UTC, at, read, write, write_parquet

HEADER = "id,member,at,amount\n"


@pytest.mark.parametrize(
    ("written", "minor"),
    [
        ("12", 1200),
        ("12.5", 1250),
        ("12.500", 1250),
        ("+3.00", 300),
        (" 7.10 ", 710),
        ("\t7.10\u2003", 710),
        (".5", 50),
        ("5.", 500),
        ("0", 0),
    ],
)
def test_an_amount_in_text_is_exact(tmp_path: Path, written: str, minor: int) -> None:
    assert read(tmp_path, write(tmp_path, HEADER + f"1,ana,2017-07-04,{written}\n")).column("amount") == [minor]


def test_the_blanks_around_values_are_those_that_are_taken_off_one_by_one() -> None:
    assert "".join(mark for mark in map(chr, range(0x110000)) if mark.isspace()) == BLANKS


def test_the_largest_amount_is_ten_to_the_fifteenth_minor_units(tmp_path: Path) -> None:
    assert read(tmp_path, write(tmp_path, HEADER + "1,ana,2017-07-04,10000000000000\n")).column("amount") == [10**15]


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        ("12.345", "amount '12.345' has more decimals than USD has (2)"),
        ("twelve", "amount 'twelve' is not a plain number"),
        ("1e3", "amount '1e3' is not a plain number"),
        ("1_000", "amount '1_000' is not a plain number"),
        ('"1,000"', "amount '1,000' is not a plain number"),
        ("10000000000000.01", "amount '10000000000000.01' is too large"),
        ("9" * 50, "is too large"),
        ("", "amount is missing"),
    ],
)
def test_an_amount_that_cannot_be_read_exactly_is_a_bad_row(tmp_path: Path, written: str, reason: str) -> None:
    file = write(tmp_path, HEADER + f"1,ana,2017-07-04,{written}\n")
    with pytest.raises(Invalid) as told:
        read(tmp_path, file)
    assert f"{file}:2: " in str(told.value)
    assert reason in str(told.value)


def test_floats_are_rounded_half_to_even_of_their_shortest_text_and_counted(tmp_path: Path) -> None:
    amounts = "1.005, 1.015, 2.675, 0.125, 1234567.89, 0.1::double + 0.2, 9999999999999.99, -0.0, 35184372088831.5 / 4"
    query = (
        "select row_number() over () as id, 'ana' as member, date '2017-07-04' as \"at\", amount "
        "from (select unnest([amounts]::double[]) as amount)"
    )
    found = read(tmp_path, write_parquet(tmp_path, query.replace("[amounts]", f"[{amounts}]")))
    # 1.005 and 1.015 lie between cents: 100.5 goes to 100, 101.5 to 102; 267.5 to 268; 12.5 to 12.
    assert found.column("amount") == [100, 102, 268, 12, 123456789, 30, 999999999999999, 0, 879609302220788]
    assert found.history.summary.rounded == 6


def test_short_floats_are_read_at_their_own_shortest_text(tmp_path: Path) -> None:
    query = (
        "select range as id, 'ana' as member, date '2017-07-04' as \"at\", "
        "[12.1::float, 12.345::float, 8999.99::float, 90071.99::float][range + 1] as amount from range(4)"
    )
    found = read(tmp_path, write_parquet(tmp_path, query))
    assert found.column("amount") == [1210, 1234, 899999, 9007199]
    assert found.history.summary.rounded == 1


@pytest.mark.parametrize("value", ["'nan'::double", "'inf'::double", "'-inf'::double", "1e14::double", "'nan'::float"])
def test_floats_that_are_no_amounts_are_bad_rows(tmp_path: Path, value: str) -> None:
    file = write_parquet(tmp_path, f"select 1 as id, 'ana' as member, date '2017-07-04' as \"at\", {value} as amount")
    with pytest.raises(Invalid, match=r"sales.parquet:1: amount .* is (not a number|too large)"):
        read(tmp_path, file)


def test_decimals_are_exact_and_integers_are_whole_units(tmp_path: Path) -> None:
    for kind, value, minor in [
        ("decimal(10, 2)", "12.34", 1234), ("decimal(18, 4)", "12.3400", 1234), ("decimal(38, 10)", "12.34", 1234),
        ("decimal(18, 0)", "12", 1200), ("integer", "12", 1200), ("ubigint", "12", 1200), ("hugeint", "12", 1200),
    ]:  # fmt: skip
        query = f"select 1 as id, 'ana' as member, date '2017-07-04' as \"at\", {value}::{kind} as amount"
        assert read(tmp_path, write_parquet(tmp_path, query)).column("amount") == [minor], kind


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("12.345::decimal(10, 3)", "has more decimals than USD has"),
        ("1e14::decimal(18, 2)", "is too large"),
        ("100000000000000::bigint", "is too large"),
        ("170141183460469231731687303715884105727::hugeint", "is too large"),
    ],
)
def test_typed_amounts_beyond_the_currency_are_bad_rows(tmp_path: Path, value: str, reason: str) -> None:
    file = write_parquet(tmp_path, f"select 1 as id, 'ana' as member, date '2017-07-04' as \"at\", {value} as amount")
    with pytest.raises(Invalid, match=reason):
        read(tmp_path, file)


def test_a_date_alone_is_the_first_instant_of_that_day_in_the_programmes_zone(tmp_path: Path) -> None:
    file = write(tmp_path, HEADER + "1,ana,2017-07-04,1\n2,ana,2017-12-24,1\n")
    found = read(tmp_path, file, zone=UTC)
    assert found.column("at") == [at("2017-07-04", offset=-4), at("2017-12-24", offset=-5)]
    assert found.column("timed") == [False, False]


@pytest.mark.parametrize(
    ("written", "hour"),
    [
        ("2017-07-04T12:00:00Z", 12), ("2017-07-04 12:00:00", 16), ("2017-07-04T12:00", 16), ("2017-07-04T12:00+02:00", 10),
        ("2017-07-04T12:00:00.000000-0330", 15.5), ("2017-07-04 12:00:00.5Z", 12.5 / 1), ("2017-07-04t12:00:00z", 12),
    ],
)  # fmt: skip
def test_times_are_read_with_their_offset_or_in_the_programmes_zone(tmp_path: Path, written: str, hour: float) -> None:
    file = write(tmp_path, HEADER + f"1,ana,{written},1\n")
    found = read(tmp_path, file)
    expected = at("2017-07-04") + (12 * 3_600_000_000 + 500_000 if ".5Z" in written else int(hour * 3_600_000_000))
    assert found.column("at") == [expected]
    assert found.column("timed") == [True]


def test_a_time_without_offset_can_be_in_another_zone_than_the_programmes(tmp_path: Path) -> None:
    file = write(tmp_path, HEADER + "1,ana,2017-07-04 12:00:00,1\n")
    assert read(tmp_path, file, zone=UTC).column("at") == [at("2017-07-04", hour=12)]


def test_a_local_time_that_does_not_exist_moves_forward_and_one_that_happens_twice_is_the_first(tmp_path: Path) -> None:
    file = write(tmp_path, HEADER + "1,ana,2017-03-12 02:30:00,1\n2,ana,2017-11-05 01:30:00,1\n")
    # 02:30 does not exist: half an hour after the clocks went from 2 to 3, at 07:00 UTC. 01:30 is first in summer time.
    assert read(tmp_path, file).column("at") == [
        at("2017-03-12", hour=7) + 1_800_000_000,
        at("2017-11-05", hour=5) + 1_800_000_000,
    ]


def test_stamps_in_parquet_are_instants_or_local_times_by_their_type(tmp_path: Path) -> None:
    for kind, hour in [
        ("timestamp", 16),
        ("timestamp_s", 16),
        ("timestamp_ms", 16),
        ("timestamp_ns", 16),
        ("timestamptz", 12),
    ]:
        zoned = "+00" if kind == "timestamptz" else ""
        query = f"select 1 as id, 'ana' as member, '2017-07-04 12:00:00{zoned}'::{kind} as \"at\", 1.0::decimal(5, 2) as amount"
        found = read(tmp_path, write_parquet(tmp_path, query))
        assert found.column("at") == [at("2017-07-04", hour=hour)], kind
        assert found.history.direct


def test_every_local_time_in_two_years_is_the_calendars(tmp_path: Path) -> None:
    query = (
        "select range as id, 'ana' as member, timestamp '2017-01-01' + to_minutes(range * 10) as \"at\", 1 as amount "
        "from range(105120)"
    )
    found = read(tmp_path, write_parquet(tmp_path, query))
    start = at("2017-01-01")
    assert found.column("at") == [NEW_YORK.instant_of(start + row * 600_000_000) for row in range(105_120)]


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        ("yesterday", "at 'yesterday' is not a date or time; write it like 2017-10-03"),
        ("2017-02-30", "at '2017-02-30' is not in the calendar"),
        ("2017-02-30T10:00", "at '2017-02-30T10:00' is not in the calendar"),
        ("04/07/2017", "is not a date or time"),
        ("2017-07-04T25:00", "is not a date or time"),
        ("2017-07-04T12:00:00.1234567", "is not a date or time"),
        ("1969-12-31", "is outside the years 1970 to 2099"),
        ("2100-01-02", "is outside the years 1970 to 2099"),
        ("2100-01-02T00:00Z", "is outside the years 1970 to 2099"),
        ("0001-01-01T00:00", "is outside the years 1970 to 2099"),
        ("9999-12-31T00:00", "is outside the years 1970 to 2099"),
        ("", "at is missing; every event needs one"),
    ],
)
def test_a_time_that_cannot_be_read_is_a_bad_row(tmp_path: Path, written: str, reason: str) -> None:
    file = write(tmp_path, HEADER + f"1,ana,{written},1\n")
    with pytest.raises(Invalid) as told:
        read(tmp_path, file)
    assert reason in str(told.value)


@pytest.mark.parametrize(
    "value", ["timestamp 'infinity'", "timestamp '2100-01-02'", "date 'infinity'", "date '1969-01-01'"]
)
def test_typed_times_outside_the_years_are_bad_rows(tmp_path: Path, value: str) -> None:
    file = write_parquet(tmp_path, f"select 1 as id, 'ana' as member, {value} as \"at\", 1 as amount")
    with pytest.raises(Invalid, match="outside the years"):
        read(tmp_path, file)


def test_types_of_events_are_read_and_unknown_ones_are_bad_rows(tmp_path: Path) -> None:
    file = write(
        tmp_path, "id,type,member,at,amount\n1,refund,ana,2017-07-04,5\n2,,ana,2017-07-04,5\n3,refnd,ana,2017-07-04,5\n"
    )
    found = read(tmp_path, file, bad_rows=tmp_path / "bad.csv")
    assert [(e["type"], e["kind"], e["returned"], e["amount"]) for e in found.events] == [
        ("refund", 3, True, 0),
        ("purchase", 1, False, 500),
    ]
    assert (
        "type 'refnd' is not declared; the programme knows purchase, refund; did you mean refund?"
        in (tmp_path / "bad.csv").read_text()
    )


def test_negative_amounts_are_returns_counted_and_listed(tmp_path: Path) -> None:
    found = read(tmp_path, write(tmp_path, HEADER + "1,ana,2017-07-04,-5\n2,ana,2017-07-04,5\n"))
    assert found.column("amount") == [0, 500]
    assert found.column("returned") == [True, False]
    assert found.history.summary.returns == 1
    assert found.history.summary.return_examples == ("purchase 1 of ana",)


def test_an_account_is_the_member_unless_it_is_given(tmp_path: Path) -> None:
    found = read(
        tmp_path, write(tmp_path, "id,member,account,at,amount\n1,ana,home,2017-07-04,1\n2,bob,,2017-07-04,1\n")
    )
    assert found.column("account") == ["home", "bob"]
    assert found.history.has_accounts


def test_members_that_are_integers_stay_integers(tmp_path: Path) -> None:
    query = "select 1 as id, 42::integer as member, date '2017-07-04' as \"at\", 1 as amount"
    found = read(tmp_path, write_parquet(tmp_path, query))
    assert found.history.member_is_integer
    assert found.column("member") == [42]


def test_members_of_several_files_have_one_type(tmp_path: Path) -> None:
    one = write_parquet(tmp_path, "select 1 as id, 42 as member, date '2017-07-04' as \"at\", 1 as amount")
    two = write(tmp_path, HEADER + "2,42,2017-07-04,1\n", "more.csv")
    found = read(tmp_path, one, two)
    assert not found.history.member_is_integer
    assert found.column("member") == ["42", "42"]


def test_members_that_became_floats_are_written_without_the_point(tmp_path: Path) -> None:
    query = "select 1 as id, 42.0::double as member, date '2017-07-04' as \"at\", 1 as amount"
    assert read(tmp_path, write_parquet(tmp_path, query)).column("member") == ["42"]


def test_declared_attributes_are_typed_and_defaults_are_filled(tmp_path: Path) -> None:
    text = "id,type,member,at,amount,channel,weight,tip,gift,booked\n"
    text += "1,purchase,ana,2017-07-04,1,shop,1.25,0.50,TRUE,2017-07-01\n2,,ana,2017-07-04,1,web,,,,\n3,visit,ana,2017-07-04,,web,,9,,\n"
    found = read(tmp_path, write(tmp_path, text), shape=RICH_SHAPE)
    names = ("channel", "weight", "tip", "gift", "booked")
    assert [tuple(event[name] for name in names) for event in found.events] == [
        ("shop", 1250, 50, True, 17348),
        ("web", None, 0, False, None),
        (None, None, None, None, None),
    ]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("1,ana,2017-07-04,1,,,,,", "channel is missing; every purchase needs it"),
        ("1,ana,2017-07-04,1,web,heavy,,,", "weight 'heavy' is not a plain number"),
        ("1,ana,2017-07-04,1,web,0.0005,,,", "weight '0.0005' has more decimals than were declared (3)"),
        ("1,ana,2017-07-04,1,web,,x,,", "tip 'x' is not a plain number"),
        ("1,ana,2017-07-04,1,web,,,maybe,", "gift 'maybe' is not true or false"),
        ("1,ana,2017-07-04,1,web,,,,soon", "booked 'soon' is not a date"),
        ("1,,2017-07-04,1,web,,,,", "member is missing; every event needs one"),
    ],
)
def test_attributes_that_are_missing_or_of_another_type_are_bad_rows(tmp_path: Path, row: str, reason: str) -> None:
    file = write(tmp_path, f"id,member,at,amount,channel,weight,tip,gift,booked\n{row}\n")
    with pytest.raises(Invalid) as told:
        read(tmp_path, file, shape=RICH_SHAPE)
    assert reason in str(told.value)


def test_a_needed_attribute_without_a_column_is_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match=r"there is no column channel, which every purchase needs; .*--map channel="):
        read(tmp_path, write(tmp_path, HEADER + "1,ana,2017-07-04,1\n"), shape=RICH_SHAPE)


def test_foreign_amounts_are_converted_once_half_to_even(tmp_path: Path) -> None:
    text = "id,member,at,amount,currency,rate,channel,tip\n"
    text += "1,ana,2017-07-04,10.02,EUR,,web,1\n2,ana,2017-07-04,10.06,eur,,web,\n3,ana,2017-07-04,7,JPY,,web,\n"
    text += "4,ana,2017-07-04,10.00,GBP,1.305,web,\n5,ana,2017-07-04,10,USD,,web,\n6,ana,2017-07-04,10,EUR,2,web,\n"
    found = read(tmp_path, write(tmp_path, text), shape=RICH_SHAPE)
    # 1002 x 1.25 = 1252.5 goes to 1252, 1006 x 1.25 = 1257.5 to 1258; 7 yen are 4.375 cents; the row's own rate wins.
    assert found.column("amount") == [1252, 1258, 4, 1305, 1000, 2000]
    assert found.column("tip") == [125, 0, 0, 0, 0, 0]


def test_all_amounts_of_a_file_can_be_in_another_currency(tmp_path: Path) -> None:
    file = write(tmp_path, "id,member,at,amount,channel\n1,ana,2017-07-04,8,web\n")
    assert read(tmp_path, file, shape=RICH_SHAPE, currency="EUR").column("amount") == [1000]


@pytest.mark.parametrize(
    ("money", "reason"),
    [
        ("1,XXX,", "currency 'XXX' is not one of ISO 4217"),
        ("1,GBP,", "currency GBP has no rate to USD"),
        ("1,GBP,0", "rate '0' is not above zero"),
        ("1,GBP,x", "rate 'x' is not a plain number"),
        ("1.5,JPY,", "amount '1.5' has more decimals than its currency has"),
        ("9999999999999,EUR,", "amount is too large once it is in USD"),
    ],
)
def test_foreign_amounts_without_a_currency_or_rate_are_bad_rows(tmp_path: Path, money: str, reason: str) -> None:
    file = write(tmp_path, f"id,member,at,channel,amount,currency,rate\n1,ana,2017-07-04,web,{money}\n")
    with pytest.raises(Invalid) as told:
        read(tmp_path, file, shape=RICH_SHAPE)
    assert reason in str(told.value)


def test_a_currency_column_that_holds_only_the_programmes_costs_nothing(tmp_path: Path) -> None:
    query = "select 1 as id, 'ana' as member, date '2017-07-04' as \"at\", 1 as amount, 'USD' as currency"
    found = read(tmp_path, write_parquet(tmp_path, query))
    assert found.history.direct
    assert found.column("amount") == [100]


def test_what_an_order_states_beside_its_amount_is_read(tmp_path: Path) -> None:
    file = write(
        tmp_path,
        "id,member,at,amount,discount,points_paid,stored_value_paid,tax,shipping\n1,a,2017-07-04,10,1,2,3,4,5\n",
    )
    (event,) = read(tmp_path, file).events
    assert [event[n] for n in ("amount", "discount", "points_paid", "stored_value_paid", "tax", "shipping")] == [
        1000,
        100,
        200,
        300,
        400,
        500,
    ]


@pytest.mark.parametrize(
    ("money", "reason"),
    [("10,-1,0", "discount -1.00 is negative"), ("10,0,10.01", "points_paid 10.01 is more than the amount")],
)
def test_what_an_order_states_must_make_sense(tmp_path: Path, money: str, reason: str) -> None:
    file = write(tmp_path, f"id,member,at,amount,discount,points_paid\n1,a,2017-07-04,{money}\n")
    with pytest.raises(Invalid) as told:
        read(tmp_path, file)
    assert reason in str(told.value)
