"""Zones from the pinned tzdata agree with the standard library, at every transition and between."""

import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from guerdon.core import calendar
from guerdon.core.calendar import DAY, DAY_US, HALF_DAY_US, HOUR_US, MONTH, Zone
from guerdon.core.errors import NotFound
from guerdon.definition.zones import load_zone, read_zone, zone_names, zone_release

PROOF = os.environ.get("GUERDON_PROOF") == "1"
EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - compared with wall clocks
MICROSECOND = timedelta(microseconds=1)
ODD = {
    "UTC", "America/New_York", "America/Sao_Paulo", "America/St_Johns", "Pacific/Apia", "Asia/Gaza", "Africa/Casablanca",
    "Australia/Lord_Howe", "Pacific/Kwajalein", "Africa/Monrovia", "Antarctica/Troll", "Asia/Kathmandu",
}  # fmt: skip
NAMES = sorted(zone_names())
EVERY = 1 if PROOF else 97
"""How many instants there are from one that is checked to the next; a proof checks all."""

HOURS = (-26, -25, -24, -23, -13, -12, -11, -4, -3, -2, -1, 0, 1, 2, 3, 4)
STEPS = sorted({hour * HOUR_US + micro for hour in HOURS for micro in (0, -1)} | {1})
LOW, HIGH = 946_684_800_000_000, 2_208_988_800_000_000  # 2000 up to 2040


def around(zone: Zone) -> Iterator[int]:
    """Yield instants around each transition, all of them when a proof is asked for."""
    turning = [turn for turn in zone.transitions if LOW <= turn < HIGH] or [LOW]
    instants = [turn + step for turn in turning for step in STEPS]
    yield from instants if PROOF or zone.name in ODD else instants[::EVERY]


def differences(zone: Zone, instants: Iterator[int]) -> Iterator[tuple[str, int]]:
    """Yield what does not agree with the standard library."""
    info = read_zone(zone.name)
    for instant in instants:
        aware = (datetime(1970, 1, 1, tzinfo=UTC) + instant * MICROSECOND).astimezone(info)
        if zone.offset_at(instant) * MICROSECOND != aware.utcoffset():
            yield "offset", instant
        if zone.local_hour(instant) != aware.hour:
            yield "hour", instant
        local = (aware.replace(tzinfo=None, fold=0) - EPOCH) // MICROSECOND
        first = aware.replace(fold=0).astimezone(UTC)
        if zone.instant_of(local) * MICROSECOND + datetime(1970, 1, 1, tzinfo=UTC) != first:
            yield "instant", instant
        for kind in (DAY, MONTH):
            index = zone.period_of(kind, instant)
            if not zone.period_start(kind, index) <= instant < zone.period_start(kind, index + 1):
                yield "period", instant


def skipped(zone: Zone, instants: Iterator[int]) -> Iterator[tuple[str, int]]:
    """Yield local times, existing or not, whose instant is not the one that PEP 495 names first."""
    info = read_zone(zone.name)
    for instant in instants:
        local = instant + zone.offset_at(instant - HOUR_US)
        aware = (EPOCH + local * MICROSECOND).replace(tzinfo=info).astimezone(UTC)
        if zone.instant_of(local) * MICROSECOND + datetime(1970, 1, 1, tzinfo=UTC) != aware:
            yield "local", instant


def assert_agreement(name: str) -> None:
    zone = load_zone(name)
    assert list(differences(zone, around(zone))) == []
    assert list(skipped(zone, around(zone))) == []


@pytest.mark.parametrize("name", sorted(ODD))
def test_odd_zones_agree_with_the_standard_library(name: str) -> None:
    assert_agreement(name)


@pytest.mark.slow
@pytest.mark.parametrize("part", range(8))
def test_all_zones_agree_with_the_standard_library(part: int) -> None:
    for name in NAMES[part::8]:
        assert_agreement(name)


@pytest.mark.parametrize("part", range(8))
def test_a_half_day_has_one_turn_and_days_follow_one_another(part: int) -> None:
    for name in NAMES[part::8] if PROOF else sorted(ODD)[part::8]:
        zone = load_zone(name)
        assert zone.offset_table(0, HIGH).half_days == zone.local_table(0, HIGH).half_days
        starts = [zone.day_start(day) for day in range(HIGH // DAY_US)]
        assert starts == sorted(starts)
        turns = [start // HALF_DAY_US for start in sorted(set(starts))]
        assert len(turns) == len(set(turns))


@pytest.mark.parametrize("name", NAMES if PROOF else ["America/Recife", "Asia/Gaza"])
def test_no_transition_is_missed(name: str) -> None:
    zone, info = load_zone(name), read_zone(name)
    hours = range(0, 4_102_444_800 if PROOF else 1_000_000_000, 3600 if PROOF else 86_400)
    assert all(
        datetime.fromtimestamp(second, info).utcoffset() == zone.offset_at(second * 1_000_000) * MICROSECOND
        for second in hours
    )


def test_days_follow_the_known_oddities() -> None:
    apia, st_johns = load_zone("Pacific/Apia"), load_zone("America/St_Johns")
    thirtieth, thirty_first = calendar.parse_date("2011-12-30"), calendar.parse_date("2011-12-31")
    assert apia.day_start(thirtieth) == apia.day_start(thirty_first)
    autumn = calendar.parse_date("2010-11-07")
    assert st_johns.day_start(autumn + 1) - st_johns.day_start(autumn) == 25 * HOUR_US


def test_a_zone_is_loaded_once() -> None:
    assert load_zone("Europe/Paris") is load_zone("Europe/Paris")


@pytest.mark.parametrize("name", ["Europe/Pariss", "europe/paris"])
def test_an_unknown_zone_is_told_with_the_nearest_name(name: str) -> None:
    with pytest.raises(NotFound, match=r"did you mean 'Europe/Paris'\?"):
        load_zone(name)


@pytest.mark.parametrize("name", ["", "../../etc/passwd", "Nowhere at all", "x" * 1000])
def test_a_name_that_is_nothing_like_a_zone_is_told_what_one_looks_like(name: str) -> None:
    with pytest.raises(NotFound, match="write a name like Europe/Paris or UTC"):
        load_zone(name)


def test_the_release_is_named() -> None:
    assert zone_release()[:2] == "20"


def test_months_from_every_day_agree_with_a_plain_model() -> None:
    """From every day of four years up to five years on, or from every fifth unless GUERDON_PROOF=1."""
    lengths = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
    first = calendar.parse_date("2020-01-01")
    for day in range(first, first + 1461, 1 if PROOF else 5):
        year, month, of_month = calendar.civil(day)
        for months in range(61):
            leap = year % 4 == 0 and month == 2
            expected = calendar.days_from_civil(year, month, min(of_month, lengths[month - 1] + leap))
            assert calendar.add_months(day, months) == expected, (day, months)
            year, month = (year + 1, 1) if month == 12 else (year, month + 1)
