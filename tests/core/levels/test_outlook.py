"""Where an account stands on its ladder, what it needs, and where it is heading: worked out by hand."""

from typing import Any

import pytest

from guerdon.core.calendar import day_name
from guerdon.core.outlook import Outlook, outlooks
from tests.core.tables import event, programme

NEEDS = 100


def body(more: str = "", within: str = "year") -> str:
    """Return silver from 100 and gold from 500, in cents of what was spent."""
    return f"""
metrics: {{spend: {{sum: eligible, within: {within}}}}}
ladders:
  - id: tier
    by: spend
    levels: [{{id: member, from: 0}}, {{id: silver, from: 100}}, {{id: gold, from: 500}}]
    {more}
rules: [{{id: base, give: 1}}]
"""


def standing(text: str, day: str, *spent: tuple[str, int]) -> Outlook:
    """Return where Ana stands at the first instant of a day."""
    made = programme(text)
    events = [event(text, {"at": at, "amount": amount}, i) for i, (at, amount) in enumerate(spent, start=1)]
    at = event(text, {"at": day, "amount": 0}).at
    (found,) = outlooks(made, events, at)
    return found


def named(text: str, one: Outlook) -> tuple[Any, ...]:
    """Return an outlook with days, and amounts in dollars."""
    zone = programme(text).zone
    days = [None if at is None else day_name(zone.day_of(at)) for at in (one.since, one.until)]
    return one.level, *days, one.next_level, one.to_rise // NEEDS, one.to_keep // NEEDS, one.projected, one.warned


@pytest.mark.parametrize(
    ("more", "day", "expected"),
    [
        ("", "2017-03-04", ("silver", "2017-03-03", "2019-01-01", "gold", 350, 100, "member", False)),
        ("", "2018-03-04", ("silver", "2017-03-03", "2019-01-01", "gold", 500, 100, "member", False)),
        ("", "2018-12-01", ("silver", "2017-03-03", "2019-01-01", "gold", 500, 100, "member", False)),
        ("", "2018-12-02", ("silver", "2017-03-03", "2019-01-01", "gold", 500, 100, "member", True)),
        ("", "2019-01-01", ("member", "2019-01-01", None, "silver", 100, 0, "member", False)),
        ("keep: ever", "2018-12-02", ("silver", "2017-03-03", None, "gold", 500, 0, "silver", False)),
        ("keep: period_end", "2017-12-20", ("silver", "2017-03-03", "2018-01-01", "gold", 350, 100, "member", True)),
        ("down: none", "2018-12-20", ("silver", "2017-03-03", "2019-01-01", "gold", 500, 0, "silver", False)),
        ("credit: {after: 30 days}", "2017-03-04", ("member", None, None, "silver", 100, 0, "silver", False)),
        ("credit: next_period", "2017-03-04", ("member", None, None, "silver", 0, 0, "silver", False)),
        ("grace: 30 days", "2018-12-20", ("silver", "2017-03-03", "2019-01-01", "gold", 500, 100, "member", False)),
        ("grace: 30 days", "2019-01-02", ("silver", "2017-03-03", "2019-01-31", "gold", 500, 100, "member", True)),
    ],
)
def test_where_an_account_stands(more: str, day: str, expected: tuple[Any, ...]) -> None:
    assert named(body(more), standing(body(more), day, ("2017-03-03", 150))) == expected


def test_what_was_spent_in_its_last_year_keeps_a_level() -> None:
    text = body()
    found = standing(text, "2018-12-20", ("2017-03-03", 150), ("2018-03-03", 60))
    assert (found.to_keep, found.projected) == (4000, "member")
    found = standing(text, "2018-12-20", ("2017-03-03", 150), ("2018-03-03", 100))
    assert (found.to_keep, found.projected, found.warned) == (0, "silver", False)


def test_on_the_highest_level_there_is_nothing_to_rise_to() -> None:
    found = standing(body(), "2017-03-04", ("2017-03-03", 500))
    assert (found.level, found.next_level, found.to_rise) == ("gold", "", 0)


def test_a_programme_without_ladders_has_no_outlook() -> None:
    text = "rules: [{id: base, give: 1}]"
    assert outlooks(programme(text), [event(text, {"amount": 1})], 2**50) == ()


def test_a_level_that_was_given_is_held_to_its_end() -> None:
    text = (
        body("grants: [{id: guest, on: invited, level: gold, for: 3 months}]") + "events: {invited: {kind: membership}}"
    )
    made = programme(text)
    guest = event(text, {"type": "invited", "at": "2017-03-03"})
    (found,) = outlooks(made, [guest], event(text, {"at": "2017-04-01", "amount": 0}).at)
    assert named(text, found)[:3] == ("gold", "2017-03-03", "2017-06-03")
    assert (found.earned, found.projected, found.projected_at) == ("member", "member", found.until)


def test_a_level_that_is_only_given_is_no_aim() -> None:
    text = """
metrics: {spend: {sum: eligible, within: year}}
ladders:
  - id: tier
    by: spend
    levels: [{id: member, from: 0}, {id: guest}, {id: silver, from: 100}, {id: friend}]
    grants: [{id: guest, on: invited, level: guest}]
rules: [{id: base, give: 1}]
events: {invited: {kind: membership}}
"""
    found = standing(text, "2017-03-04", ("2017-03-03", 60))
    assert (found.level, found.next_level, found.to_rise) == ("member", "silver", 4000)
    found = standing(text, "2017-03-04", ("2017-03-03", 100))
    assert (found.level, found.next_level, found.to_rise) == ("silver", "", 0)


def test_what_is_kept_time_and_again_stays() -> None:
    text = """
metrics: {spend: {sum: eligible, within: month}, all: {sum: eligible, within: ever}}
ladders:
  - {id: often, by: spend, down: none, levels: [{id: low, from: 0}, {id: high, from: 100}]}
  - {id: once, by: all, levels: [{id: low, from: 0}, {id: high, from: 100}]}
rules: [{id: base, give: 1}]
"""
    bought = event(text, {"at": "2017-03-03", "amount": 100})
    found = outlooks(programme(text), [bought], bought.at)
    assert [(one.level, one.projected, one.projected_at) for one in found] == [("high", "high", None)] * 2
