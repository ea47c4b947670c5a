"""The table of periods says what the calendar says, wherever one jumps to."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guerdon.core.calendar import DAY_US, KINDS, Zone
from guerdon.core.periods import ByDay, Days, Periods
from guerdon.definition.zones import load_zone

YEAR_2100 = 4_102_444_800_000_000
ZONES = [load_zone(name) for name in ("America/New_York", "Europe/Paris", "UTC", "Pacific/Apia", "Australia/Lord_Howe")]
TABLES = [Periods(zone, kind) for zone in ZONES for kind in range(len(KINDS))]


@given(st.sampled_from(TABLES), st.lists(st.integers(-DAY_US, YEAR_2100 + DAY_US), min_size=1, max_size=30))
def test_a_table_and_its_zone_agree_on_any_instants(table: Periods, instants: list[int]) -> None:
    assert [table.of(at) for at in instants] == [table.zone.period_of(table.kind, at) for at in instants]


@pytest.mark.parametrize("zone", ZONES, ids=[zone.name for zone in ZONES])
@pytest.mark.parametrize("kind", range(len(KINDS) - 1), ids=KINDS[:-1])
def test_a_period_begins_at_its_first_instant_and_not_before(zone: Zone, kind: int) -> None:
    table = Periods(zone, kind)
    for day in range(0, 130 * 365, 997):
        number = zone.period_of(kind, day * DAY_US)
        start = zone.period_start(kind, number)
        assert table.start(number) == start
        assert (table.of(start - 1), table.of(start)) == (zone.period_of(kind, start - 1), number)


@pytest.mark.parametrize("at", [-(2**59), -1, YEAR_2100 + 400 * DAY_US, 2**59], ids=str)
def test_far_from_any_event_the_zone_is_asked(at: int) -> None:
    for kind in range(len(KINDS)):
        assert Periods(ZONES[0], kind).of(at) == ZONES[0].period_of(kind, at)


@pytest.mark.parametrize("number", [-(10**5), 10**5])
def test_the_start_of_a_period_far_away_is_the_zones(number: int) -> None:
    for kind in range(len(KINDS)):
        assert Periods(ZONES[0], kind).start(number) == ZONES[0].period_start(kind, number)


@pytest.mark.parametrize("zone", ZONES, ids=[zone.name for zone in ZONES])
def test_a_plain_day_shows_midnight_and_then_the_time_that_has_passed(zone: Zone) -> None:
    days = Days(zone)
    plain = 0
    for day in [number + step for number in map(days.of, zone.transitions) if number > 0 for step in (-1, 0, 1, 9)]:
        if days.plain(day):
            plain += 1
            for time in (0, 1, DAY_US // 2, DAY_US - 1):
                at = days.start(day) + time
                assert at + zone.offset_at(at) == day * DAY_US + time
                assert (zone.instant_of(day * DAY_US + time), zone.day_of(at)) == (at, day)
    assert plain or zone.name == "UTC"


def test_a_day_on_which_clocks_are_changed_is_not_plain() -> None:
    days = Days(ZONES[0])
    assert [days.plain(days.of(at)) for at in ZONES[0].transitions if 0 < at < YEAR_2100] == [False] * len([
        at for at in ZONES[0].transitions if 0 < at < YEAR_2100
    ])


def test_what_is_known_of_days_is_kept_within_the_table() -> None:
    numbers = ByDay()
    assert numbers.known(3) == 0
    for day in (-1, 3, 10**7):
        numbers.learn(day, 5)
    assert [numbers.known(day) for day in (-1, 2, 3, 10**7)] == [0, 0, 5, 0]
