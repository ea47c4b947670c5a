"""Explanations add up to what was granted, to the smallest part, and say where each number comes from."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guerdon.core.events import read_event
from guerdon.core.explain import Explanation, explain, sentences
from guerdon.core.history import Answer, rate_events
from guerdon.core.programme import Programme
from guerdon.definition.check import load_text

Records = Sequence[Mapping[str, object]]

HEAD = """
format: 1
programme: test
zone: America/New_York
currency: USD
"""

BANDS = """
units: {points: {}}
rules:
  - id: spend
    of: floor(eligible)
    bands: [{above: 50, rate: 1}, {above: 100, rate: 2}]
"""

CAPPED = """
units: {points: {}}
events: {purchase: {attributes: {channel: {type: text, default: web}}}}
rules:
  - id: spend
    bands: [{above: 0, rate: 1.5}]
    when: channel = 'store'
    limits: [{points: 100, every: month}]
multipliers:
  - {id: double, of: spend, by: 2, from: 2017-01-10, until: 2017-01-20}
  - {id: more, of: spend, by: 1.25, stack: compound, when: amount > 40}
"""

BASKETS = """
units: {points: {}}
events: {purchase: {lines: {brand: text, quantity: number}}}
rules:
  - id: acme
    per: item
    where: line.brand = 'Acme'
    give: 1.5
  - id: lines
    per: line
    round_at: line
    bands: [{above: 2, rate: 0.7}]
  - id: pieces
    per: item
    bands: [{above: 0, rate: 0.9}]
    limits: [{times: 3, every: day}]
  - id: brands
    when: count(distinct line.brand) >= 2
    where: line.brand = 'Bolt'
    give: 3
    funded_by: {Bolt: 2, programme: 1}
campaigns:
  - id: january
    from: 2017-01-01
    until: 2017-01-31
    rules: [{id: january-lines, per: line, give: line.eligible * 0.3}]
    limits: [{points: 20, rolling_days: 7}]
"""

TOGETHER = """
units: {points: {round_at: order, round: half_up}, stars: {decimals: 2, round: half_even}}
rules:
  - {id: tenth, unit: points, give: eligible * 0.1}
  - {id: third, unit: points, give: eligible * 0.33}
  - {id: star, unit: stars, give: eligible * 0.125, stack: {group: best, take: best}}
  - {id: whole, unit: stars, of: eligible, band: whole, bands: [{above: 10, rate: 0.2}, {above: 90, rate: 0.05}], stack: {group: best, take: best}}
limits:
  - {id: stars-a-week, unit: stars, points: 30.5, per: account, every: week}
"""


@cache
def programme(text: str) -> Programme:
    return load_text(HEAD + text)


def answers(text: str, records: Records) -> list[Answer]:
    events = [
        read_event(programme(text).terms, {"member": "ana", "at": "2017-01-05", **record}, default_id=f"e{number}")
        for number, record in enumerate(records, start=1)
    ]
    return rate_events(programme(text), events)


def explained(text: str, records: Records) -> Explanation:
    return explain(programme(text), answers(text, records))


def told(text: str, *records: Mapping[str, object], refusals: bool = False) -> str:
    return "\n".join(sentences(explained(text, records), refusals=refusals))


MONEY = st.integers(0, 30_000).map(lambda cents: Decimal(cents).scaleb(-2))
LINE = st.fixed_dictionaries({
    "amount": MONEY,
    "brand": st.sampled_from(["Acme", "Bolt", "Coil"]),
    "quantity": st.integers(0, 5),
})
AT = st.builds(lambda month, day: f"2017-{month:02d}-{day:02d}T12:30", st.integers(1, 2), st.integers(1, 28))
PLAIN = st.fixed_dictionaries({"at": AT, "member": st.sampled_from(["ana", "bob"]), "amount": MONEY})
BASKET = st.fixed_dictionaries({
    "at": AT,
    "member": st.sampled_from(["ana", "bob"]),
    "lines": st.lists(LINE, min_size=1, max_size=4),
})
STORE = st.builds(lambda record, channel: {**record, "channel": channel}, PLAIN, st.sampled_from(["store", "web"]))
HISTORY = st.one_of(
    st.tuples(st.just(BANDS), st.lists(PLAIN, max_size=8)),
    st.tuples(st.just(CAPPED), st.lists(STORE, max_size=8)),
    st.tuples(st.just(BASKETS), st.lists(BASKET, max_size=8)),
    st.tuples(st.just(TOGETHER), st.lists(PLAIN, max_size=8)),
)


def _granted(text: str, found: Sequence[Answer], unit: int) -> Decimal:
    whole = sum(answer.points(unit) for answer in found)
    return Decimal(whole).scaleb(-programme(text).units[unit].decimals)


@given(HISTORY)
def test_an_explanation_sums_to_what_was_granted(case: tuple[str, list[Mapping[str, object]]]) -> None:
    text, records = case
    found = answers(text, records)
    explanation = explain(programme(text), found)
    for number, unit in enumerate(programme(text).units):
        granted = _granted(text, found, number)
        parts = [
            part
            for event in explanation.events
            for rule in event.rules
            if rule.unit == unit.name
            for part in rule.parts
        ]
        assert sum(part.granted for part in parts) == granted
        assert sum(row.points for row in explanation.sums if row.unit == unit.name and row.month == "total") == granted
        assert sum(row.points for row in explanation.sums if row.unit == unit.name and row.month != "total") == granted


@given(HISTORY)
def test_each_event_rule_and_part_adds_up(case: tuple[str, list[Mapping[str, object]]]) -> None:
    for event in explained(*case).events:
        for points in event.points:
            assert sum(rule.points for rule in event.rules if rule.unit == points.unit) == points.points
        for rule in event.rules:
            assert sum(part.granted for part in rule.parts) == rule.points
            assert sum(part.desired for part in rule.parts) == rule.desired
            assert sum(part.exact for part in rule.parts) == rule.exact
            for part in rule.parts:
                assert sum(share.granted for share in part.shares) == part.granted


@given(HISTORY)
def test_what_is_told_of_a_part_gives_its_exact_number(case: tuple[str, list[Mapping[str, object]]]) -> None:
    for event in explained(*case).events:
        for rule in event.rules:
            for part in rule.parts:
                if part.rate is not None:
                    assert part.amount * part.rate == part.exact
                elif part.factor is not None:
                    assert part.amount * (part.factor - 1) == part.exact
                else:
                    assert part.amount * part.items == part.exact


@given(HISTORY)
def test_a_rule_with_no_points_always_says_why(case: tuple[str, list[Mapping[str, object]]]) -> None:
    for event in explained(*case).events:
        for rule in event.rules:
            assert rule.parts or rule.because


def test_bands_are_told_one_by_one() -> None:
    assert told(BANDS, {"id": "4711", "at": "2017-10-03 14:20", "amount": "120.75"}).splitlines() == [
        "2017-10-03 14:20  purchase 4711, $120.75: 90 points",
        "  spend: 90 points",
        "    of $120, which is floor(eligible)",
        "    $50 above $50 at 1 a dollar = 50",
        "    $20 above $100 at 2 a dollar = 40",
        "",
        "in all, ana",
        "  2017-10          90 points",
        "  total            90 points",
    ]


def test_an_event_that_earned_nothing_says_why() -> None:
    text = told(BANDS, {"amount": 50})
    assert "spend: nothing, because floor(eligible) is $50, not above $50" in text


def test_times_are_in_the_programme_s_zone() -> None:
    text = told(BANDS, {"at": "2017-02-01T04:59:00Z", "amount": 51})
    assert text.startswith("2017-01-31 23:59  purchase e1")
    assert explained(BANDS, [{"at": "2017-02-01T04:59:00Z", "amount": 51}]).events[0].at == "2017-01-31T23:59:00-05:00"


def test_multipliers_rounding_and_limit_are_told_in_the_order_in_which_they_apply() -> None:
    # 41.01 x 1.5 = 61.515; double adds 61.515; 0.25 x 123.03 = 30.7575; in all 153.7875, of which the limit leaves 100
    lines = told(CAPPED, {"at": "2017-01-15T09:00", "amount": "41.01", "channel": "store"}).splitlines()
    assert lines[1:9] == [
        "  spend: 100 points",
        "    of $41.01",
        "    $41.01 at 1.5 a dollar = 61.515, 61 after rounding",
        "    double, 2 times: adds 1 times the base of 61.515 = 61.515, 61 after rounding, 39 granted",
        "    more, 1.25 times: adds 0.25 times all so far of 123.03 = 30.7575, 31 after rounding, 0 granted",
        "    rounded down from 153.7875 to 153",
        "    the limit of 100 points per member and month (2017-01) leaves 39 of 92",
        "",
    ]


def test_a_condition_that_did_not_hold_is_named() -> None:
    assert "spend: nothing, because its condition channel = 'store' did not hold" in told(CAPPED, {"amount": 10})


def test_a_campaign_s_window_is_named() -> None:
    basket = {"lines": [{"amount": 9, "brand": "Acme", "quantity": 1}]}
    text = told(BASKETS, {**basket, "at": "2017-02-01"}, refusals=True)
    assert "january-lines: nothing, because outside its window 2017-01-01 to 2017-01-31" in text


def test_lines_items_and_payers_are_told() -> None:
    lines = [{"amount": 9, "brand": "Acme", "quantity": 3}, {"amount": 4, "brand": "Bolt", "quantity": 1}]
    text = told(BASKETS, {"lines": lines, "at": "2017-03-01"})
    # 3 x 1.5 = 4.5
    assert "    line 1, $9.00: 3 items at 1.5 = 4.5\n    rounded down from 4.5 to 4" in text
    # (9 - 2) x 0.7 = 4.9 and (4 - 2) x 0.7 = 1.4, each rounded by itself
    assert "    line 1, $9.00: $7 above $2 at 0.7 a dollar = 4.9\n" in text
    assert "    line 2: rounded down from 1.4 to 1" in text
    # 3 points: two thirds are Bolt's
    assert "    3, as stated, paid 2 by Bolt and 1 by programme" in text


def test_a_line_s_condition_is_told_apart_from_the_event_s() -> None:
    other = told(BASKETS, {"lines": [{"amount": 1, "brand": "Coil", "quantity": 1}]}, refusals=True)
    assert "acme: nothing, because no line matched line.brand = 'Acme'" in other
    assert "brands: nothing, because its condition count(distinct line.brand) >= 2 did not hold" in other
    two = [{"amount": 1, "brand": "Coil", "quantity": 1}, {"amount": 1, "brand": "Acme", "quantity": 0}]
    text = told(BASKETS, {"lines": two}, refusals=True)
    assert "brands: nothing, because no line matched line.brand = 'Bolt'" in text
    assert "acme: nothing, because no line that matched has a whole item" in text


def test_no_lines_and_small_lines_are_told() -> None:
    assert "acme: nothing, because the event has no lines" in told(BASKETS, {"amount": 5}, refusals=True)
    small = [{"amount": 1, "brand": "Coil", "quantity": 1}, {"amount": 2, "brand": "Coil", "quantity": 1}]
    text = told(BASKETS, {"lines": small}, refusals=True)
    assert "lines: nothing, because the amount is at most $2 on every line, not above $2" in text


def test_times_and_rolling_limits_are_told() -> None:
    lines = [{"amount": 100, "brand": "Coil", "quantity": 5}]
    text = told(BASKETS, {"lines": lines})
    # 5 items at $20: 5 x 18 = 90 points, of which three items' 54 are within the limit
    assert "the limit of 3 times per member and day (2017-01-05) leaves 54 of 90" in text
    # 100 x 0.3 = 30
    assert "the limit january of 20 points per member and 7 days (the 7 days to 2017-01-05) leaves 20 of 30" in text


def test_rules_rounded_together_are_told_so_and_an_outdone_one_names_the_winner() -> None:
    text = told(TOGETHER, {"amount": "10.30"})
    # 1.03 + 3.399 = 4.429, together 4
    assert "  all rules of points are rounded to the nearest, halves up from 4.429 to 4" in text
    # 10.30 x 0.125 = 1.2875 against 10.30 x 0.2 = 2.06
    assert "    nothing of 1.29, because outdone by whole, which gives most in the group best" in text
    assert "    all $10.30 at 0.2 a dollar, the rate above $10 = 2.06" in text


def test_a_rounding_that_changes_nothing_is_not_told() -> None:
    # 10 + 33
    text = told(TOGETHER, {"amount": 100})
    assert "100.00: 43 points" in text
    assert "all rules of points" not in text


def test_a_return_is_counted_and_said() -> None:
    text = told(BANDS, {"id": "r", "amount": -5})
    assert "purchase r: 0 points\n  a return: counted, neither earns nor reverses yet" in text


def test_returned_lines_are_counted_and_said() -> None:
    lines = [{"amount": 9, "brand": "Acme", "quantity": 3}, {"amount": -4, "brand": "Bolt", "quantity": 1}]
    assert "  1 line returned: counted, neither earn nor reverse yet" in told(BASKETS, {"lines": lines})


@pytest.mark.parametrize(("refusals", "said"), [(False, False), (True, True)])
def test_rules_that_gave_nothing_speak_up_when_asked(*, refusals: bool, said: bool) -> None:
    lines = [{"amount": 9, "brand": "Acme", "quantity": 1}]
    text = told(BASKETS, {"lines": lines}, refusals=refusals)
    assert ("brands: nothing" in text) is said


ODD = """
units: {points: {}}
events:
  purchase: {attributes: {tip: {type: money, default: 0}}, lines: {brand: text, quantity: number}}
  visit: {attributes: {minutes: number}}
  survey: {}
  chat: {}
rules:
  - {id: stay, on: visit, give: "minutes", limits: [{points: 100, every: quarter}]}
  - {id: minutes, on: visit, of: "minutes", bands: [{above: 60, rate: 2}]}
  - {id: dear, per: item, bands: [{above: 5, rate: 1}]}
  - {id: brands, of: "count(distinct line.brand)", bands: [{above: 2, rate: 10}]}
  - {id: tip, of: "case when tip > 5 then tip else 0 end", bands: [{above: 0, rate: 1}]}
  - {id: tens, of: "floor(sum(line.amount) / 10)", bands: [{above: 3, rate: 1}]}
  - {id: later, give: 1, from: "2017-06-01T12:00"}
  - {id: sooner, give: 1, until: 2016-12-31}
  - {id: noon, give: 1, until: "2016-12-31T12:00"}
  - {id: once, give: 5, limits: [{times: 1, every: ever, per: account}], stack: {group: first, take: first, priority: 1}}
  - {id: twice, give: 4, limits: [{times: 1, every: year}], stack: {group: first, take: first, priority: 2}}
  - {id: quarterly, on: survey, give: 7, limits: [{points: 10, every: quarter}]}
  - {id: yearly, on: survey, give: 7, limits: [{points: 10, every: year}]}
multipliers:
  - {id: long, of: stay, by: "case when minutes >= 30 then 1.5 else 1 end"}
"""


def test_a_rule_about_other_events_is_left_out_unless_there_is_no_other() -> None:
    text = told(ODD, {"type": "visit", "minutes": 20}, refusals=True)
    assert "dear" not in text
    assert "  minutes: nothing, because minutes is 20, not above 60" in text
    other = explained(ODD, [{"type": "visit", "minutes": 20}]).events[0].rules[2]
    assert (other.reason, other.because) == ("type", "it is about purchase events")
    assert "  no rule is about chat events" in told(ODD, {"type": "chat"})


def test_a_factor_that_was_calculated_shows_how() -> None:
    text = told(ODD, {"type": "visit", "minutes": 70})
    by = "which is case when minutes >= 30 then 1.5 else 1 end"
    assert f"    long, 1.5 times, {by}: adds 0.5 times the base of 70 = 35" in text
    assert "    10 above 60 at 2 each = 20" in text


def test_windows_are_told_by_their_days_or_times() -> None:
    text = told(ODD, {"amount": 1, "at": "2017-01-05"}, refusals=True)
    assert "later: nothing, because outside its window from 2017-06-01 12:00" in text
    assert "sooner: nothing, because outside its window until 2016-12-31" in text
    assert "noon: nothing, because outside its window until 2016-12-31 12:00" in text


def test_amounts_too_small_for_a_band_are_told_in_their_own_measure() -> None:
    lines = [{"amount": 8, "brand": "Acme", "quantity": 2}, {"amount": 9, "brand": "Bolt", "quantity": 2}]
    text = told(ODD, {"lines": lines}, refusals=True)
    # the dearest item costs 4.50
    assert "dear: nothing, because the amount is at most $4.50 on every item, not above $5" in text
    assert "brands: nothing, because count(distinct line.brand) is 2, not above 2" in text
    assert "tip: nothing, because case when tip > 5 then tip else 0 end is $0" in text
    assert "tens: nothing, because floor(sum(line.amount) / 10) is 1, not above 3" in text


def test_a_group_without_room_says_so() -> None:
    text = told(ODD, {"amount": 1}, {"amount": 1}, {"amount": 1, "at": "2017-01-07"})
    assert "nothing of 4, because outdone by once, which goes first in the group first" in text
    assert "the limit of 1 time per account for ever leaves 0 of 5" in text
    assert "nothing of 4, because no rule of the group first had room left" in text


def test_periods_of_limits_are_named() -> None:
    text = told(ODD, *[{"type": "survey", "at": f"2017-{month:02d}-01"} for month in (4, 5, 6)])
    assert "the limit of 10 points per member and quarter (2017-Q2) leaves 3 of 7" in text
    assert "the limit of 10 points per member and year (2017) leaves 3 of 7" in text


def test_a_limit_counts_in_its_own_unit() -> None:
    # 300 x 0.125 = 37.50 stars, against 300 x 0.05
    text = told(TOGETHER, {"amount": 300})
    assert (
        "the limit stars-a-week of 30.5 stars per account and week (the week of 2017-01-02) leaves 30.5 of 37.5" in text
    )


def test_what_is_not_eligible_stands_beside_the_amount() -> None:
    text = told(ODD, {"amount": 10, "points_paid": 4, "id": "p"})
    assert text.startswith("2017-01-05  purchase p, $10.00 ($6.00 eligible): ")
