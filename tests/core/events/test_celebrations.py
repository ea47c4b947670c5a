"""Birthdays and anniversaries (S14): one day in each later year, counted from the first date.

Worked by hand: of 29 February it is 28 February 2026 or, if the programme says so, 1 March; and 29 February 2028. Open for
seven days from 30 December 2026, it is so to 5 January 2027.
"""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from guerdon.core.calendar import civil, day_name, parse_date
from guerdon.core.celebrations import BORN, Celebration

EPOCH = date(1970, 1, 1)
dates = st.one_of(
    st.dates(date(1870, 1, 1), date(2099, 12, 31)), st.sampled_from([date(2000, 2, 29), date(1896, 2, 29)])
)
insteads = st.sampled_from([(2, 28), (3, 1)])


def birthday(instead: tuple[int, int] = (2, 28), **days: int) -> Celebration:
    return Celebration(name="birthday", of=BORN, instead=instead, days=days or {"": 1}, ladder="tier" if days else "")


def day_of(born: str, year: int, instead: tuple[int, int] = (2, 28)) -> str | None:
    found = birthday(instead).of_year(parse_date(born), year)
    return None if found is None else day_name(found)


def test_a_leap_day_is_celebrated_every_year() -> None:
    assert [day_of("2004-02-29", year) for year in (2004, 2026, 2028)] == [None, "2026-02-28", "2028-02-29"]
    assert [day_of("2004-02-29", year, (3, 1)) for year in (2026, 2028)] == ["2026-03-01", "2028-02-29"]
    assert [day_of("2004-02-28", year) for year in (2026, 2028)] == ["2026-02-28", "2028-02-28"]
    assert [day_of("2004-03-01", year, (3, 1)) for year in (2026, 2028)] == ["2026-03-01", "2028-03-01"]


def test_a_day_knows_whose_dates_are_celebrated_on_it() -> None:
    def dates_of(day: str, instead: tuple[int, int] = (2, 28)) -> list[tuple[int, int]]:
        return birthday(instead).dates_of(parse_date(day))

    assert dates_of("2026-02-28") == [(2, 28), (2, 29)]
    assert dates_of("2028-02-28") == [(2, 28)]
    assert dates_of("2026-03-01") == [(3, 1)]
    assert dates_of("2026-03-01", (3, 1)) == [(3, 1), (2, 29)]


def test_nothing_is_celebrated_before_a_year_has_passed() -> None:
    assert [day_of("2026-12-31", year) for year in (2025, 2026, 2027)] == [None, None, "2027-12-31"]


def test_it_is_open_for_as_many_days_as_a_level_says() -> None:
    begins = parse_date("2026-12-30")
    assert day_name(birthday(blue=1, gold=7).last_day(begins, "gold")) == "2027-01-05"
    assert birthday(blue=1, gold=7).last_day(begins, "blue") == birthday().last_day(begins, "") == begins


@given(dates, st.integers(1871, 2100), insteads)
def test_the_day_of_a_year_is_found_from_the_date_and_the_date_from_the_day(
    born: date, year: int, instead: tuple[int, int]
) -> None:
    one = birthday(instead)
    day = one.of_year((born - EPOCH).days, year)
    if year <= born.year:
        assert day is None
        return
    assert day is not None
    assert civil(day)[0] == year
    assert (born.month, born.day) in one.dates_of(day)
    for other in (day - 1, day + 1):
        assert (born.month, born.day) not in one.dates_of(other)


@given(st.dates(date(1971, 1, 1), date(2099, 12, 31)), insteads)
def test_a_day_is_that_of_each_of_its_dates(day: date, instead: tuple[int, int]) -> None:
    number = (day - EPOCH).days
    found = birthday(instead).dates_of(number)
    assert all(birthday(instead).day_in(day.year, *one) == number for one in found)
    leap = [EPOCH + timedelta(birthday(instead).day_in(day.year, 2, 29))]
    assert ((2, 29) in found) == (day in leap)
