"""Lots when a version brings other terms, worked out by hand: a longer time, by level or with activity."""

import pytest

from guerdon.core.effects import EARNED, EXPIRED, KINDS
from guerdon.core.programme import Programme
from tests.core.lots.journals import Record, at, buys
from tests.core.versions.timelines import answers, timeline

RULES = "rules: [{id: base, give: floor(amount)}]\n"
LADDER = """
metrics: {spend: {sum: eligible, within: year}}
ladders:
  - {id: status, by: metrics.spend, keep: {until: next_period_end}, levels: [{id: green, from: 0}, {id: gold, from: 100}]}
"""


def kept(expiry: str, rest: str = "") -> str:
    return f"units: {{points: {{expiry: {expiry}}}}}\n{RULES}{LADDER}{rest}"


def gone(programme: Programme, *records: Record) -> list[tuple[int, int]]:
    """Return when points went, and how many each time."""
    rows = [row for one in answers(programme, *records) for row in one.effects if row.kind == EXPIRED]
    return sorted((row.at, row.granted) for row in rows)


LAST = buys("2030-01-01", 0)


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        # 10 points of 1 May and 20 of 20 June 2017, the second version from 1 July, and activity in May, June and September
        ("{after: 6 months}", "{after: 12 months}", [("2018-05-01", 10), ("2018-06-20", 20)]),
        ("{after: 12 months}", "{after: 6 months}", [("2018-05-01", 10), ("2018-06-20", 20)]),
        (
            "{after: 6 months, extended_by: 1 month}",
            "{after: 6 months, extended_by: 2 months}",
            [("2018-02-20", 20), ("2018-03-01", 10)],
        ),
        (
            "{by: level, policies: {green: {after: 6 months}, gold: never}}",
            "{by: level, policies: {green: {after: 9 months}, gold: never}}",
            [("2018-02-01", 10), ("2018-03-20", 20)],
        ),
    ],
)
def test_what_is_there_stays_as_long_as_before_or_longer(
    before: str, after: str, expected: list[tuple[str, int]]
) -> None:
    made = timeline({"2017-01-01": kept(before), "2017-07-01": kept(after)})
    reserved = {"at": "2017-09-09", "type": "redemption", "points": 1, "step": "reserve", "id": "r"}
    confirmed = {"at": "2017-09-10", "type": "redemption", "step": "confirm", "reservation": "r"}
    cancelled = {**confirmed, "at": "2017-09-11", "step": "cancel"}
    history = [buys("2017-05-01", 10), buys("2017-06-20", 20), reserved, confirmed, cancelled, LAST]
    assert gone(made, *history) == [(at(when), points) for when, points in expected]


def test_what_had_ended_before_a_version_stays_gone() -> None:
    policies = "{{by: level, policies: {{green: {{after: {}}}, gold: never}}}}"
    made = timeline({"2017-01-01": kept(policies.format("6 months")), "2017-07-01": kept(policies.format("12 months"))})
    assert gone(made, buys("2016-12-15", 10), buys("2017-01-15", 20), LAST) == [
        (at("2017-06-15"), 10),
        (at("2018-01-15"), 20),
    ]


def test_an_idle_account_has_the_longer_time_from_its_last_activity_on() -> None:
    made = timeline({"2017-01-01": kept("{idle: 6 months}"), "2017-07-01": kept("{idle: 12 months}")})
    assert gone(made, buys("2017-05-01", 10), LAST) == [(at("2018-05-01"), 10)]


def test_points_that_wait_for_an_event_wait_for_it_in_every_version() -> None:
    def waiting(months: int) -> str:
        terms = f"expiry: {{after: {months} months}}, pending: {{until: activated}}"
        return f"units: {{points: {{{terms}}}}}\nevents: {{activated: {{}}}}\n{RULES}"

    made = timeline({"2017-01-01": waiting(6), "2017-07-01": waiting(9)})
    activated = {"at": "2017-09-01", "type": "activated"}
    rows = [row for one in answers(made, buys("2017-05-01", 10), activated, LAST) for row in one.effects]
    assert [(KINDS[row.kind], row.at) for row in rows if row.event == 0 and row.kind != EARNED] == [
        ("usable", at("2017-09-01")),
        ("expired", at("2018-02-01")),
    ]
