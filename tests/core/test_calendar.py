"""Calendars in whole numbers: dates, periods, local time and the tables for SQL."""

import calendar as standard
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guerdon.core import calendar
from guerdon.core.calendar import DAY, DAY_US, EVER, HALF_DAY_US, HOUR_US, MONTH, QUARTER, WEEK, YEAR, Zone
from guerdon.core.errors import Invalid, InvariantBroken

EPOCH = date(1970, 1, 1)
KINDS = range(len(calendar.KINDS))
dates = st.dates(date(1, 1, 1), date(9990, 1, 1))


def day(text: str) -> int:
    return calendar.parse_date(text)


def instant(text: str, hour: int = 0, minute: int = 0) -> int:
    return day(text) * DAY_US + hour * HOUR_US + minute * HOUR_US // 60


def hours(*offsets: float) -> list[int]:
    return [int(offset * HOUR_US) for offset in offsets]


UTC = Zone("UTC", [], [0])
BERLIN = Zone("like Berlin", [instant("2021-03-28", 1), instant("2021-10-31", 1)], hours(1, 2, 1))
APIA = Zone("like Apia", [instant("2011-12-30", 10)], hours(-10, 14))
ST_JOHNS = Zone("like St Johns", [instant("2010-11-07", 2, 31)], hours(-2.5, -3.5))
SAO_PAULO = Zone("like Sao Paulo", [instant("2017-10-15", 3)], hours(-3, -2))
RAGGED = Zone(
    "ragged", [instant("2000-01-01", 5), instant("2000-01-01", 6), instant("2000-01-03")], hours(3, -20, 2.5, 1)
)
ZONES = [UTC, BERLIN, APIA, ST_JOHNS, SAO_PAULO, RAGGED]


@given(dates)
def test_a_day_and_its_date_are_one_thing(value: date) -> None:
    number = (value - EPOCH).days
    assert calendar.civil(number) == (value.year, value.month, value.day)
    assert calendar.days_from_civil(value.year, value.month, value.day) == number
    assert calendar.day_name(number) == value.isoformat()
    assert calendar.parse_date(value.isoformat()) == number
    assert calendar.weekday(number) == value.isoweekday()
    assert calendar.month_length(value.year, value.month) == standard.monthrange(value.year, value.month)[1]


@given(dates, st.integers(-60, 120))
def test_adding_months_keeps_the_day_or_takes_the_last_of_the_month(value: date, months: int) -> None:
    year, month = divmod(value.year * 12 + value.month - 1 + months, 12)
    if 1 <= year <= 9999:
        last = standard.monthrange(year, month + 1)[1]
        expected = date(year, month + 1, min(value.day, last))
        assert calendar.add_months((value - EPOCH).days, months) == (expected - EPOCH).days


def test_months_are_counted_from_the_first_date_and_never_drift() -> None:
    first = day("2020-01-31")
    names = [calendar.day_name(calendar.add_months(first, months)) for months in range(4)]
    assert names == ["2020-01-31", "2020-02-29", "2020-03-31", "2020-04-30"]


def test_a_year_after_the_leap_day_is_28_february() -> None:
    assert calendar.day_name(calendar.add_years(day("2020-02-29"), 1)) == "2021-02-28"
    assert calendar.day_name(calendar.add_years(day("2020-02-29"), 4)) == "2024-02-29"


@pytest.mark.parametrize(
    "text",
    [
        "2017-7-04",
        "17-07-04",
        "20170704",
        "2017-07-04 ",
        "2017-07-0x",
        "\u0662\u0660\u0661\u0667-07-04",
        "",
        "2017-0704-",
        "-217-07-04",
    ],
)
def test_a_date_is_written_one_way(text: str) -> None:
    with pytest.raises(Invalid, match="write it like 2017-07-04"):
        calendar.parse_date(text)


@pytest.mark.parametrize("text", ["2017-13-01", "2017-00-01", "2017-02-29", "2017-04-31", "2017-04-00"])
def test_a_date_is_a_day_of_the_calendar(text: str) -> None:
    with pytest.raises(Invalid, match="not a day of the calendar"):
        calendar.parse_date(text)


@given(dates)
def test_every_day_stands_in_its_periods(value: date) -> None:
    number = (value - EPOCH).days
    year, week, _ = value.isocalendar()
    monday = calendar.first_day(WEEK, calendar.period_of_day(WEEK, number))
    assert EPOCH + timedelta(monday) == date.fromisocalendar(year, week, 1)
    assert calendar.period_of_day(DAY, number) == number
    assert calendar.period_of_day(MONTH, number) == value.year * 12 + value.month - 1
    assert calendar.period_of_day(QUARTER, number) == value.year * 4 + (value.month - 1) // 3
    assert calendar.period_of_day(YEAR, number) == value.year
    assert calendar.period_of_day(EVER, number) == 0


@given(dates, st.sampled_from(KINDS))
def test_periods_of_days_follow_one_another(value: date, kind: int) -> None:
    number = (value - EPOCH).days
    index = calendar.period_of_day(kind, number)
    assert calendar.first_day(kind, index) <= number < calendar.first_day(kind, index + 1)


def test_months_are_named_by_year_and_month() -> None:
    assert calendar.month_name(UTC.period_of(MONTH, instant("2017-10-03"))) == "2017-10"


def test_the_week_of_the_epoch_is_the_first() -> None:
    assert UTC.period_of(WEEK, instant("1970-01-04", 23)) == 0
    assert UTC.period_of(WEEK, instant("1970-01-05")) == 1


@pytest.mark.parametrize("zone", ZONES, ids=lambda zone: zone.name)
@pytest.mark.parametrize("kind", KINDS)
def test_each_instant_is_in_one_period_whatever_the_clocks_do(zone: Zone, kind: int) -> None:
    turning = zone.transitions or [0]
    for at in [turn + step for turn in turning for step in range(-50 * HOUR_US, 50 * HOUR_US, HOUR_US // 4 - 1)]:
        index = zone.period_of(kind, at)
        assert zone.period_start(kind, index) <= at < zone.period_start(kind, index + 1)
        assert Zone(zone.name, zone.transitions, zone.offsets).period_of(kind, at) == index


@pytest.mark.parametrize("zone", ZONES, ids=lambda zone: zone.name)
def test_a_day_begins_when_the_clock_first_reaches_its_midnight(zone: Zone) -> None:
    turning = zone.transitions or [0]
    low, high = turning[0] - 60 * HOUR_US, turning[-1] + 60 * HOUR_US
    step = HOUR_US // 2
    if high - low < 3000 * HOUR_US:
        highest = low + zone.offset_at(low)
        for at in range(low, high, step):
            highest = max(highest, at + zone.offset_at(at), at - 1 + zone.offset_at(at - 1))
            assert zone.day_of(at) == highest // DAY_US


def test_a_day_that_falls_back_over_midnight_goes_on() -> None:
    back = instant("2010-11-07", 2, 31)
    assert ST_JOHNS.local_hour(back - 1) == 0
    assert ST_JOHNS.local_hour(back) == 23
    assert ST_JOHNS.day_of(back) == day("2010-11-07")
    assert ST_JOHNS.day_start(day("2010-11-07")) == instant("2010-11-07", 2, 30)


def test_a_skipped_day_is_empty() -> None:
    assert APIA.day_start(day("2011-12-30")) == APIA.day_start(day("2011-12-31")) == instant("2011-12-30", 10)
    assert APIA.day_of(instant("2011-12-30", 10)) == day("2011-12-31")


def test_a_day_without_midnight_begins_where_the_clocks_jump() -> None:
    assert SAO_PAULO.day_start(day("2017-10-15")) == instant("2017-10-15", 3)
    assert SAO_PAULO.local_hour(instant("2017-10-15", 3)) == 1


def test_a_local_time_that_does_not_exist_moves_forward() -> None:
    assert BERLIN.instant_of(instant("2021-03-28", 2, 30)) == instant("2021-03-28", 1, 30)
    assert BERLIN.local_hour(instant("2021-03-28", 1, 30)) == 3


def test_a_local_time_that_happens_twice_is_the_first() -> None:
    assert BERLIN.instant_of(instant("2021-10-31", 2, 30)) == instant("2021-10-31", 0, 30)


def test_the_nearest_offset_goes_on_for_ever() -> None:
    assert BERLIN.offset_at(instant("0001-01-01")) == HOUR_US
    assert BERLIN.offset_at(instant("9999-12-31")) == HOUR_US
    assert BERLIN.offset_at(instant("2021-06-01")) == 2 * HOUR_US


def test_ever_holds_every_instant() -> None:
    assert UTC.period_start(EVER, 0) == calendar.EARLIEST
    assert UTC.period_start(EVER, 1) == calendar.LATEST
    assert UTC.period_of(EVER, instant("9999-12-31")) == 0


def test_a_zone_has_an_offset_for_each_stretch() -> None:
    with pytest.raises(InvariantBroken, match="every stretch"):
        Zone("short", [0], [0])


def looked_up(table: calendar.Turns, time: int) -> int:
    row = time // HALF_DAY_US - table.half_days[0]
    return table.before[row] if time < table.turns[row] else table.after[row]


@pytest.mark.parametrize("zone", [UTC, BERLIN, APIA, ST_JOHNS, SAO_PAULO], ids=lambda zone: zone.name)
def test_tables_say_what_the_zone_says(zone: Zone) -> None:
    turning = zone.transitions or [0]
    low, high = turning[0] - 40 * 24 * HOUR_US + 1, turning[-1] + 40 * 24 * HOUR_US + 1
    offsets, local = zone.offset_table(low, high), zone.local_table(low, high)
    periods = [zone.period_table(kind, low, high) for kind in KINDS]
    assert offsets.half_days == list(range(low // HALF_DAY_US, high // HALF_DAY_US + 1))
    for at in range(low, high, HOUR_US // 2):
        assert looked_up(offsets, at) == zone.offset_at(at)
        assert at - looked_up(local, at) == zone.instant_of(at)
        assert [looked_up(table, at) for table in periods] == [zone.period_of(kind, at) for kind in KINDS]


def test_a_table_over_nothing_is_empty() -> None:
    assert BERLIN.offset_table(0, 0).half_days == []


def test_two_turns_in_a_half_day_are_refused() -> None:
    with pytest.raises(InvariantBroken, match="at most one turn"):
        RAGGED.offset_table(instant("2000-01-01"), instant("2000-01-02"))


def test_ever_is_one_period_with_every_day_in_it() -> None:
    for number in (day("0001-01-01"), 0, day("9990-01-01")):
        assert calendar.first_day(EVER, 0) < number < calendar.first_day(EVER, 1)
