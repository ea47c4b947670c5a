"""Amounts and times as people write them: exact, or refused."""

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guerdon.core.amounts import converted, read_end, read_money, read_number, read_time
from guerdon.core.calendar import HOUR_US, Zone
from guerdon.core.errors import Invalid
from guerdon.definition.zones import load_zone

NEW_YORK: Zone = load_zone("America/New_York")
PARIS: Zone = load_zone("Europe/Paris")


def instant(*at: int) -> int:
    """Return an instant of UTC."""
    return (datetime(*at, tzinfo=UTC) - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)  # type: ignore[arg-type, misc]


@pytest.mark.parametrize(
    ("value", "decimals", "number"),
    [
        ("12.50", 2, 1250),
        (" 12.5 ", 2, 1250),
        ("+7", 2, 700),
        ("-0.01", 2, -1),
        (".5", 2, 50),
        ("5.", 2, 500),
        ("12.500", 2, 1250),
        ("0", 0, 0),
        (120, 2, 12000),
        (Decimal("1E+3"), 2, 100_000),
        (Decimal("-0.125"), 3, -125),
        (12.5, 2, 1250),
        (0.1, 2, 10),
        (0.125, 2, 12),  # a half, to even
        (0.135, 2, 14),  # its shortest text is 0.135, a half, to even
        (-0.125, 2, -12),
        (-0.375, 2, -38),
        (1e-300, 2, 0),
        (1e15, 2, 10**17),
    ],
)
def test_a_number_is_read_exactly(value: object, decimals: int, number: int) -> None:
    assert read_number(value, decimals, "amount") == number


@pytest.mark.parametrize(
    "value",
    [
        "",
        "-",
        ".",
        "--700",
        "+-7",
        "1e3",
        "1,5",
        "1 000",
        "½",
        "٣",
        "12.5€",
        "NaN",
        "1_000",
        "1" * 41,
        float("nan"),
        float("inf"),
        Decimal("NaN"),
        Decimal("1E+999999"),
        Decimal("1E-999999"),
        None,
        True,
        [],
        b"1",
    ],
    ids=repr,
)
def test_what_is_not_a_number_is_refused(value: object) -> None:
    with pytest.raises(Invalid, match=r"^amount .*write digits with a point, like 12\.50$"):
        read_number(value, 2, "amount")


@pytest.mark.parametrize("value", ["0.001", Decimal("0.001"), "1000000000000000.0000000000000000000001"])
def test_exact_text_with_more_decimals_is_refused_and_never_rounded(value: object) -> None:
    with pytest.raises(Invalid, match="has more than 2 decimals"):
        read_number(value, 2, "amount")


def test_a_long_value_is_shown_by_its_beginning() -> None:
    with pytest.raises(Invalid, match=r"^amount 'xxxxxxxxxx.*… is not a number") as caught:
        read_number("x" * 1000, 2, "amount")
    assert len(str(caught.value)) < 120


@given(st.integers(-(10**15), 10**15), st.integers(0, 4))
def test_digits_are_read_as_they_are_written(number: int, decimals: int) -> None:
    assert read_number(f"{Decimal(number).scaleb(-decimals):f}", decimals, "amount") == number


def test_money_goes_as_far_as_ten_to_the_fifteenth_minor_units_either_way() -> None:
    assert read_money("10000000000000.00", 2, "amount") == 10**15
    assert read_money("-10000000000000.00", 2, "amount") == -(10**15)
    for beyond in ("10000000000000.01", "-10000000000000.01"):
        with pytest.raises(Invalid, match="beyond 1,000,000,000,000,000 minor units"):
            read_money(beyond, 2, "amount")


@pytest.mark.parametrize(
    ("amount", "rate", "decimals", "to", "ours"),
    [
        (1000, "1.1", 2, 2, 1100),
        (1000, "0.0067", 0, 2, 670),  # 1,000 yen
        (5, "0.5", 2, 2, 2),  # 2.5, to even
        (15, "0.5", 2, 2, 8),  # 7.5, to even
        (-15, "0.5", 2, 2, -8),
        (12345, "3.25", 3, 2, 4012),  # 12.345 dinars at 3.25 are 40.12125
    ],
)
def test_a_foreign_amount_is_converted_once_half_to_even(
    amount: int, rate: str, decimals: int, to: int, ours: int
) -> None:
    assert converted(amount, Fraction(rate), decimals, to) == ours


@pytest.mark.parametrize(
    ("value", "at", "timed"),
    [
        ("2017-10-03", instant(2017, 10, 3, 4), False),
        (date(2017, 10, 3), instant(2017, 10, 3, 4), False),
        (" 2017-10-03 ", instant(2017, 10, 3, 4), False),
        ("2017-10-03T14:30", instant(2017, 10, 3, 18, 30), True),
        ("2017-10-03 14:30:15", instant(2017, 10, 3, 18, 30, 15), True),
        ("2017-10-03t14:30:15.250z", instant(2017, 10, 3, 14, 30, 15, 250_000), True),
        ("2017-10-03T14:30:15.2500000Z", instant(2017, 10, 3, 14, 30, 15, 250_000), True),
        ("2017-10-03T14:30+02:00", instant(2017, 10, 3, 12, 30), True),
        ("2017-10-03T14:30-0530", instant(2017, 10, 3, 20), True),
        (datetime(2017, 10, 3, 14, 30), instant(2017, 10, 3, 18, 30), True),  # noqa: DTZ001 - a wall clock in the zone
        (datetime(2017, 10, 3, 14, 30, tzinfo=timezone(timedelta(hours=9))), instant(2017, 10, 3, 5, 30), True),
        ("2017-03-12T02:30", instant(2017, 3, 12, 7, 30), True),  # does not exist: moves forward to 03:30
        ("2017-11-05T01:30", instant(2017, 11, 5, 5, 30), True),  # happens twice: the first
        ("1970-01-01", instant(1970, 1, 1, 5), False),
        ("1970-01-01T00:00Z", 0, True),
        ("2099-12-31T23:59:59.999999Z", instant(2100, 1, 1) - 1, True),
    ],
)
def test_a_time_is_read_in_the_zone_unless_it_says_its_offset(value: object, at: int, timed: bool) -> None:  # noqa: FBT001
    assert read_time(value, NEW_YORK, "at") == (at, timed)


@pytest.mark.parametrize(
    "value",
    [
        "soon",
        "2017-10-3",
        "20171003",
        "20171003T1015",
        "2017-W40-2T10:00",
        "2017-10-03T",
        "2017-10-03T25:00",
        "2017-10-03T10",
        "2017-02-29T10:00",
        "2017-10-03T14:30:15.1234567",
        "2017-10-03T14:30 Paris",
        "2017-10-03x14:30",
        "٢٠١٧-10-03T14:30",
        "",
    ],
)
def test_what_is_not_a_time_is_refused(value: str) -> None:
    with pytest.raises(Invalid, match="write it like 2017-"):
        read_time(value, NEW_YORK, "at")


def test_a_day_that_is_not_in_the_calendar_is_refused() -> None:
    with pytest.raises(Invalid, match="2017-02-29 is not a day of the calendar"):
        read_time("2017-02-29", NEW_YORK, "at")


@pytest.mark.parametrize("value", [None, 1507000000, 3.5, True])
def test_a_number_is_not_a_time(value: object) -> None:
    with pytest.raises(Invalid, match=r"at is .*, not a time"):
        read_time(value, NEW_YORK, "at")


@pytest.mark.parametrize(
    ("value", "year"),
    [
        ("1969-12-31", 1969),
        ("1970-01-01T00:00+00:01", 1969),
        ("2100-01-01T00:00Z", 2100),
        ("2099-12-31T20:00", 2100),
        ("9999-12-31T00:00", 9999),
        ("0001-01-01T00:00", 1),
        (date(1900, 1, 1), 1900),
    ],
)
def test_events_happen_from_1970_to_2099(value: object, year: int) -> None:
    with pytest.raises(Invalid, match=f"at lies in the year {year};"):
        read_time(value, NEW_YORK, "at")


def test_the_first_instant_of_a_day_is_the_zones_own() -> None:
    assert read_time("2017-10-03", PARIS, "at")[0] == instant(2017, 10, 3) - 2 * HOUR_US


def test_a_day_that_is_named_as_an_end_ends_with_its_last_instant() -> None:
    assert read_end("2017-03-12", NEW_YORK, "as of") == instant(2017, 3, 13, 4) - 1
    assert read_end(date(2017, 1, 31), PARIS, "as of") == instant(2017, 1, 31, 23) - 1
    assert read_end("2017-03-12T10:00:00Z", NEW_YORK, "as of") == instant(2017, 3, 12, 10)
