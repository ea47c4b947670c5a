"""Terms and policies are looked up by day; the calendar's arithmetic, instant by instant, says the same."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from guerdon.core.calendar import DAY_US, KINDS, MONTH, YEAR, Zone, add_months
from guerdon.core.lots.expiry import Expiry, Term
from guerdon.definition.zones import load_zone

YEAR_2105 = 4_260_211_200_000_000
NAMES = (
    "America/New_York",
    "Europe/Dublin",
    "UTC",
    "Pacific/Apia",
    "Australia/Lord_Howe",
    "Africa/Cairo",
    "Asia/Amman",
)
ZONES = {name: load_zone(name) for name in NAMES}
LENGTHS = [(12, 0, 0), (1, 0, 0), (0, 30, 0), (6, 3, 0), (0, 1, 90), (24, 0, 0)]
TERMS = [
    Term(zone, months=months, days=days, minutes=minutes)
    for zone in ZONES.values()
    for months, days, minutes in LENGTHS
]


def counted(term: Term, at: int) -> int:
    """Return what the calendar says by itself."""
    day, time = divmod(at + term.zone.offset_at(at), DAY_US)
    moved = term.zone.instant_of((add_months(day, term.months) + term.days) * DAY_US + time)
    return moved + term.minutes * DAY_US // 1440


def changes(zone: Zone) -> list[int]:
    """Return the instants at which clocks are changed, from 1970 on."""
    return [at for at in zone.transitions if 0 < at < YEAR_2105]


@given(st.sampled_from(TERMS), st.lists(st.integers(-DAY_US, YEAR_2105), min_size=1, max_size=20))
def test_a_term_ends_where_the_calendar_says(term: Term, instants: list[int]) -> None:
    assert [term.after(at) for at in instants] == [counted(term, at) for at in instants]


@pytest.mark.parametrize("name", NAMES)
def test_a_term_ends_where_the_calendar_says_around_every_change_of_clocks(name: str) -> None:
    terms = [term for term in TERMS if term.zone is ZONES[name]]
    steps = [0, 1, -1, *[sign * half * DAY_US // 48 for half in (1, 2, 3, 23, 47, 48, 49, 50) for sign in (1, -1)]]
    for term in terms:
        for change in changes(term.zone):
            # Both what starts near a change and what would end near one.
            near = [change, change - (term.months * 30 + term.days) * DAY_US, change - (term.months * 31) * DAY_US]
            instants = [at + step for at in near for step in steps]
            assert [term.after(at) for at in instants] == [counted(term, at) for at in instants]


@given(
    st.sampled_from(TERMS),
    st.integers(0, YEAR_2105),
    st.sampled_from([MONTH, MONTH + 1, YEAR]),
    st.one_of(st.none(), st.tuples(st.integers(1, 12), st.integers(1, 29))),
)
@example(TERMS[0], 1_330_516_800_000_000, YEAR, (2, 29))
def test_a_policy_ends_with_its_period_or_on_its_day(
    term: Term, at: int, kind: int, fixed: tuple[int, int] | None
) -> None:
    zone = term.zone
    ended = counted(term, at)
    policy = Expiry(term, to=kind)
    assert policy.ends(at) == policy.ends(at) == zone.period_start(kind, zone.period_of(kind, ended) + 1), KINDS[kind]
    if fixed is not None:
        month, day = fixed
        end = Expiry(term, month=month, day=day).ends(at)
        assert end > ended - 1
        last = zone.day_of(end - 1)
        assert zone.day_start(last + 1) == end
        assert 0 < last - zone.day_of(ended) <= 366
        assert Expiry(term, month=month, day=day, to=kind).ends(at) == zone.period_start(
            kind, zone.period_of(kind, end) + 1
        )
