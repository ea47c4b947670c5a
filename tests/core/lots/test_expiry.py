"""Terms and policies are looked up by day; the calendar's arithmetic, instant by instant, says the same."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from guerdon.core.calendar import DAY_US, KINDS, LATEST, MONTH, YEAR, Zone, add_months
from guerdon.core.lots.expiry import NO_DAY, NO_PERIOD, Expiry, Term
from guerdon.core.lots.keeping import NO_CAP, NO_LADDER, NO_SLOT, Keeping
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


def test_points_of_which_no_terms_are_stated_never_expire_wait_for_nothing_and_are_worth_nothing() -> None:
    never, plain = Expiry(None), Keeping(unit=0, policies=[Expiry(None)])
    assert (never.to, never.month, never.day, never.idle, never.each) == (NO_PERIOD, NO_DAY, 0, False, MONTH)
    assert (never.extended_by, never.ends(7)) == (None, LATEST)
    assert (plain.ladder, plain.moves, plain.waits, plain.moving()) == (NO_LADDER, False, False, None)
    assert (plain.pending, plain.dormant, plain.from_usable, plain.awaits) == (None, False, False, "")
    assert (plain.activation_slot, plain.fulfilment_slot, plain.lines_slot, plain.activity_slot) == (NO_SLOT,) * 4
    assert (plain.earning_is_activity, plain.redeeming_is_activity) == (False, False)
    assert (plain.cap, plain.over_cap_pending, plain.cap_limit, plain.debt_lasts) == (NO_CAP, False, -1, None)
    assert (plain.worth, plain.worth_one) == (0, 1)


def test_points_wait_where_a_time_a_word_or_room_is_waited_for() -> None:
    policies, week = [Expiry(None)], Term(ZONES["UTC"], days=7)
    assert Keeping(unit=0, policies=policies, dormant=True).waits
    assert Keeping(unit=0, policies=policies, pending=week).waits
    assert Keeping(unit=0, policies=policies, cap=5, over_cap_pending=True).waits
    assert not Keeping(unit=0, policies=policies, over_cap_pending=True).waits
    assert not Keeping(unit=0, policies=policies, cap=5).waits


def test_a_term_of_which_nothing_is_stated_is_no_time_at_all() -> None:
    now = Term(ZONES["UTC"])
    assert (now.months, now.days, now.minutes, now.text, now.after(7)) == (0, 0, 0, "", 7)
    week = Term(ZONES["UTC"], days=7).longer(Term(ZONES["UTC"], months=1, days=2, minutes=3), 2)
    assert (week.months, week.days, week.minutes) == (2, 11, 6)
