"""Levels in explanations, worked out by hand: at which one a purchase was rated and why, and what moved levels.

What explanations of levels keep:
* A purchase names one level for each ladder that has several, and the part of a multiplier that asks for levels names them.
* Every row that moved a level is told once: what fell due before the purchase goes before it, what it changed after it.
* Outlooks are of the accounts that are explained, as of their last events or of the instant asked for.
"""

from collections.abc import Mapping
from typing import Any

import pytest

from guerdon.core.explain import explain, sentences
from guerdon.core.expr import live
from tests.core.levels.test_ladders import EVENTS, INVITED, invitation, ladder, spent
from tests.core.tables import answers, event, programme

Record = Mapping[str, Any]


def told(body: str, *records: Record, day: str | None = None) -> list[str]:
    """Return what an explanation says, without what rules gave and sums."""
    at = None if day is None else event(body, {"at": day, "amount": 0}).at
    lines = sentences(explain(programme(body), answers(body, *records), at=at))
    words = (
        "tier:",
        "rated",
        "reached",
        "kept",
        "lost",
        "ended",
        "held",
        "stands",
        "benefits",
        "  to ",
        "if nothing",
        "warning",
    )
    return [line.strip() for line in lines if any(word in line for word in words)]


def test_a_purchase_is_rated_at_the_level_before_it_and_says_since_when_until_when_and_why() -> None:
    # 500 in March is gold to the end of 2018; 120 in 2018 keeps silver from 2019 on
    history = spent(("2017-03-03", 500), ("2017-03-04", 10), ("2018-05-05", 120), ("2019-01-01", 10))
    assert told(ladder(), *history) == [
        "rated as member, which everybody is",
        "gold reached with 500 of spend, from 500 on, until 2018-12-31",
        "rated as gold, since 2017-03-03, reached with e01, until 2018-12-31",
        "rated as gold, since 2017-03-03, reached with e01, until 2018-12-31",
        "on 2019-01-01 gold not kept, with 120 of spend where 500 are needed: silver, until 2019-12-31",
        "rated as silver, since 2019-01-01, when it was not kept, until 2019-12-31",
        "where ana stands, 2019-01-01",
        "tier: silver, since 2019-01-01, until 2019-12-31",
        "to keep silver after 2019-12-31: 90 more of spend",
        "to rise to gold: 490 more of spend",
        "if nothing more happens: member from 2020-01-01 on",
    ]


def test_a_multiplier_by_level_names_the_level() -> None:
    lines = sentences(explain(programme(ladder()), answers(ladder(), *spent(("2017-03-03", 500), ("2017-03-04", 10)))))
    assert any(
        "loyal, 2 times, which is case level when 'gold' then 2 when 'silver' then 1.5 else 1 end, as gold: adds 1 times the base of 10 = 10"
        in line
        for line in lines
    )


def test_levels_that_are_given_kept_and_held_in_a_grace() -> None:
    body = ladder(INVITED, "grace: 30 days")
    history = [invitation("2017-03-03"), *spent(("2017-03-04", 100), ("2018-02-02", 100), ("2020-01-10", 1))]
    assert told(body, *history, day="2020-01-15") == [
        "rated as member, which everybody is",
        "gold is held after member, as invited gives a level, until 2017-09-02",
        "rated as gold, since 2017-03-03, given with e01, until 2017-09-02",
        "silver reached with 100 of spend, from 100 on; gold is held, until 2017-09-02",
        "on 2017-09-03 what invited gave ended: silver, until 2018-12-31",
        "rated as silver, since 2017-09-03, when a given level had ended, until 2018-12-31",
        "on 2019-01-01 silver kept with 100 of spend, from 100 on, until 2019-12-31",
        "on 2020-01-01 silver not kept with 0 of spend, from 100 on: it has a grace, until 2020-01-30",
        "rated as silver, since 2017-09-03, when a given level had ended, until 2020-01-30",
        "where ana stands, 2020-01-15",
        "tier: silver, since 2017-09-03, until 2020-01-30",
        "to keep silver after 2020-01-30: 99 more of spend",
        "to rise to gold: 499 more of spend",
        "if nothing more happens: member from 2020-01-31 on",
        "warning: silver is about to be lost",
    ]


def test_a_lower_level_given_beside_a_higher_one() -> None:
    history = [*spent(("2017-03-03", 500)), invitation("2017-03-04", "silver")]
    assert "gold is held, as invited gives a level, until 2018-12-31" in told(ladder(INVITED), *history)


def test_a_level_that_a_refund_takes_away() -> None:
    refund = {"id": "r", "type": "refund", "refund_of": "e01", "at": "2017-04-01"}
    history = [*spent(("2017-03-03", 500)), refund, {"at": "2017-04-02", "amount": 1}]
    assert told(ladder("crossing: after"), *history) == [
        "on 2017-03-03 gold reached with 500 of spend, from 500 on, until 2018-12-31",
        "rated as gold, since 2017-03-03, reached with e01, until 2018-12-31",
        "gold lost by what came back, with 0 of spend where 500 are needed: member",
        "rated as member, since 2017-04-01, by the refund r",
        "where ana stands, 2017-04-02",
        "tier: member, since 2017-04-01",
        "to rise to silver: 99 more of spend",
    ]


def test_what_keeps_a_level_already() -> None:
    history = spent(("2017-03-03", 500), ("2018-05-05", 500))
    assert told(ladder(), *history)[-1:] == ["to keep gold after 2018-12-31: nothing more"]


def test_several_ladders_and_benefits() -> None:
    body = f"""
benefits: {{returns: 60 days, codes: 1}}
metrics: {{spend: {{sum: eligible, within: ever}}, visits: {{on: visit, within: ever}}}}
ladders:
  - {{id: tier, by: spend, levels: [{{id: member, from: 0}}, {{id: gold, from: 100, benefits: {{codes: 2, adviser: true}}}}]}}
  - {{id: rank, by: visits, levels: [{{id: new, from: 0}}, {{id: known, from: 1, benefits: {{returns: false}}}}]}}
  - {{id: club, levels: [{{id: everybody}}]}}
rules: [{{id: base, give: 1}}]
{EVENTS}"""
    visit = {"type": "visit", "at": "2017-01-02"}
    assert told(body, *spent(("2017-01-01", 100)), visit) == [
        "rated as member on tier, which everybody is",
        "rated as new on rank, which everybody is",
        "gold reached on tier with 100 of spend, from 100 on",
        "rated as gold on tier, since 2017-01-01, reached with e01",
        "rated as new on rank, which everybody is",
        "known reached on rank with 1 of visits, from 1 on",
        "where ana stands, 2017-01-02",
        "tier: gold, since 2017-01-01",
        "benefits: codes (2), adviser",
    ]


def test_a_programme_of_one_level_says_what_everybody_gets() -> None:
    body = "benefits: {returns: 60 days}\nrules: [{id: base, give: 1}]"
    assert told(body, {"amount": 1}) == ["where ana stands, 2017-03-03 12:00", "benefits: returns (60 days)"]


def test_who_has_nothing_to_say_of_levels_says_nothing() -> None:
    assert told("rules: [{id: base, give: 1}]", {"amount": 1}) == []
    assert told("metrics: {spend: {within: ever}}\nrules: [{id: base, give: 1}]", {"amount": 1}) == []


def test_an_account_is_told_as_of_an_instant_it_already_has_events_at() -> None:
    history = [*spent(("2017-03-03", 500)), {"at": "2018-01-01", "amount": 1, "member": "ben"}]
    assert "where ana stands, 2017-06-01" in told(ladder(), *history, day="2017-06-01")
    assert not any("where ben" in line for line in told(ladder(), *history, day="2017-06-01"))


@pytest.mark.parametrize(
    ("step", "read"),
    [
        (live.Fixed(1), set()),
        (live.Scaled(live.OfPast(3), 10), {3}),
        (live.Added(live.OfPast(1), live.ByLevel(0, [1])), {0, 1}),
        (live.Divided(0, live.OfPast(1), live.OfPast(2)), {1, 2}),
        (live.Joined([live.OfPast(1), live.OfEvent(7)], some=True), {1}),
        (live.Chosen([live.OfPast(1)], [live.OfPast(2)], live.OfPast(4)), {1, 2, 4}),
    ],
)
def test_what_a_live_expression_reads_of_the_past(step: live.Live, read: set[int]) -> None:
    assert live.places_read(step) == read
