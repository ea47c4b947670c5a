"""Purchases that go beyond a threshold and are split there, worked out by hand.

What a split keeps:
* The pieces of an amount add up to it; what lies up to the threshold, exactly on it included, is rated at the level before.
* What does not ask for the level is rated as if nothing were split.
* The level itself begins with the next event, as without a split; a refund rates what is left from where the purchase began.
"""

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guerdon.core.events import values_of
from guerdon.core.explain import explain, sentences
from guerdon.core.history import facts_of
from guerdon.core.rating.crossing import Crossing, _shares
from tests.core.levels.test_ladders import invitation, ladder, spent
from tests.core.tables import answers, event, points, programme

Record = Mapping[str, Any]
SPLIT = ladder("crossing: split")


def test_the_part_above_the_threshold_is_rated_at_the_new_level() -> None:
    # silver from 100: of 30 spent after 90, 10 are rated at 1 and 20 at 1.5; then 10 at 1.5
    assert points(SPLIT, *spent(("2017-03-03", 90), ("2017-03-04", 30), ("2017-03-05", 10))) == [90, 40, 15]


def test_a_purchase_may_go_beyond_several_thresholds() -> None:
    # 100 at 1, 400 at 1.5, 100 at 2
    assert points(SPLIT, *spent(("2017-03-03", 600))) == [100 + 600 + 200]


@pytest.mark.parametrize(("amount", "given"), [(100, 100), ("100.01", 100), (102, 103), ("101.99", 102)])
def test_exactly_on_a_threshold_nothing_lies_above_it(amount: str | int, given: int) -> None:
    # 101.99 is rated by its 101 whole dollars: 100 x 101 / 101.99 = 99.03 and 1.97 are 99 and 2 of them, 99 + 2 x 1.5
    assert points(SPLIT, *spent(("2017-03-03", amount))) == [given]


def test_a_level_that_was_given_is_not_climbed_into() -> None:
    body = ladder("crossing: split", "grants: [{id: invited, on: invited, level: tier}]")
    # silver is held as given: 100 and then 400 at 1.5, and 100 at 2
    assert points(body, invitation("2017-03-02", "silver"), *spent(("2017-03-03", 600))) == [0, 750 + 200]


def test_a_refund_rates_what_is_left_from_where_its_purchase_began() -> None:
    history: list[Record] = [
        *spent(("2017-03-03", 90)),
        {"id": "p", "at": "2017-03-04", "lines": [{"id": "a", "amount": 10}, {"id": "b", "amount": 20}]},
        {"id": "r", "type": "refund", "refund_of": "p", "at": "2017-03-05", "lines": [{"id": "b"}]},
        {"id": "s", "type": "refund", "refund_of": "p", "at": "2017-03-06"},
    ]
    # of 30, 10 lie below 100; what is left of it, 10, all do
    assert points(SPLIT, *history) == [90, 40, -30, -10]


def rules(*terms: str, more: str = "") -> str:
    """Return a programme that splits at 100, with rules of its own."""
    lines = "".join(f"  - {{{term}}}\n" for term in terms)
    return f"""
metrics: {{spend: {{sum: eligible, within: year}}}}
ladders: [{{id: tier, by: spend, crossing: split, levels: [{{id: member, from: 0}}, {{id: gold, from: 100}}]}}]
rules:
{lines}{more}"""


def parts(body: str, record: Record) -> list[int]:
    """Return the points of each part of one purchase."""
    return [effect.granted for effect in answers(body, record)[0].earned]


DOUBLE = "multipliers: [{id: m, of: r, by: case level when 'gold' then 2 else 1 end}]\n"


def test_bands_are_climbed_once_and_each_piece_is_multiplied_by_its_own_level() -> None:
    body = rules("id: r, bands: [{above: 0, rate: 1}, {above: 120, rate: 3}]", more=DOUBLE)
    # 100 at 1; then 20 at 1 and 30 at 3, twice
    assert parts(body, {"amount": 150}) == [100, 20, 90, 110]


def test_the_rate_reached_by_everything_is_that_of_the_whole_purchase() -> None:
    body = rules("id: r, band: whole, bands: [{above: 0, rate: 1}, {above: 120, rate: 3}]", more=DOUBLE)
    assert points(body, {"amount": 150}) == [100 * 3 + 50 * 3 * 2]


def test_a_rule_for_a_level_gives_for_the_part_above_it() -> None:
    body = rules(
        "id: r, give: floor(eligible), when: level = 'gold'", "id: s, give: eligible * 1, when: level = 'member'"
    )
    assert parts(body, {"amount": 130}) == [30, 100]


def test_an_amount_by_level_is_taken_from_each_level_for_its_piece() -> None:
    body = rules("id: r, give: floor(eligible) * case level when 'gold' then 3 else 1 end")
    assert parts(body, {"amount": 130}) == [100, 90]


def test_lines_are_split_by_value_and_each_adds_up() -> None:
    body = rules("id: r, per: line, give: line.eligible * 1", more=DOUBLE)
    lines = [{"amount": 60}, {"amount": 45}, {"amount": 45}]
    # of 150 the first 100 are two thirds of every line: 40 + 20 x 2, and twice 30 + 15 x 2
    assert points(body, {"lines": lines}) == [80 + 60 + 60]


def test_lines_climb_the_bands_of_their_order_together() -> None:
    body = rules("id: r, per: line, within: order, bands: [{above: 0, rate: 1}, {above: 120, rate: 3}]", more=DOUBLE)
    # the second line begins at 75: 50 of it below the level, of which 45 at 1 and 5 at 3; 25 above it, at 3 and twice
    assert points(body, {"lines": [{"amount": 75}, {"amount": 75}]}) == [50 + 50 + 45 + 15 + 150]


def test_what_does_not_ask_for_the_level_is_one_part() -> None:
    body = rules(
        "id: r, give: floor(eligible)", "id: q, give: floor(eligible)", "id: s, per: item, give: 1", more=DOUBLE
    )
    assert parts(body, {"lines": [{"amount": 150, "quantity": 2}]}) == [100, 50, 50, 150, 2]


def test_an_event_that_counts_for_nothing_is_not_split() -> None:
    body = """
metrics: {spend: {sum: eligible, when: eligible > 1000, within: year}}
ladders: [{id: tier, by: spend, crossing: split, levels: [{id: member, from: 0}, {id: gold, from: 100}]}]
rules: [{id: r, give: floor(eligible)}]
multipliers: [{id: m, of: r, by: case level when 'gold' then 2 else 1 end}]
"""
    assert points(body, {"amount": 300}) == [300]


def test_decimals_of_thresholds_and_what_is_carried_count() -> None:
    body = ladder("crossing: split", "excess: carry").replace("from: 100}", "from: 100.5}")
    # 640 is gold and carries 140: silver in 2019 again, and 400 more to gold
    history = spent(("2017-03-03", "110.50"), ("2019-02-01", 91), ("2019-02-02", 10))
    # 100.5 of 110.5 whole dollars: 100 x ... ; 10.5 is carried into 2018 but not into 2019
    assert points(body, *history)[1:] == [91, 10]


def test_an_explanation_names_the_level_of_each_piece() -> None:
    lines = sentences(explain(programme(SPLIT), answers(SPLIT, *spent(("2017-03-03", 90), ("2017-03-04", 30)))))
    told = [line.strip() for line in lines]
    assert "floor(eligible) = 10" in told
    assert "floor(eligible) = 20" in told
    assert any("as silver: adds 0.5 times the base of 20 = 10" in line for line in told)


def test_a_version_that_splits_nothing_divides_nothing() -> None:
    body = ladder()
    made = programme(body)
    bought = event(body, {"amount": 600})
    facts = facts_of(made, [bought], [values_of(bought, made.terms)])
    assert not Crossing(0).divides(made.ladders[0], facts, 0, [0, 0])


lists = st.lists(st.integers(0, 500), min_size=1, max_size=5)
weights = st.lists(st.integers(1, 500), min_size=2, max_size=4)


@given(lists, weights)
def test_pieces_add_up_line_by_line_and_to_their_part_of_the_whole(values: list[int], parts_of: list[int]) -> None:
    shares = _shares([[value for _ in parts_of] for value in values], parts_of)
    assert [sum(share) for share in shares] == values
    assert min(number for share in shares for number in share) >= 0
    total, weight = sum(values), sum(parts_of)
    for piece, part in enumerate(parts_of):
        assert abs(sum(share[piece] for share in shares) * weight - total * part) < weight


purchases = st.lists(st.integers(1, 60_000), min_size=1, max_size=6)


@given(purchases, st.data())
def test_a_split_lies_between_both_other_ways_and_coming_back_nets_zero(cents: list[int], data: st.DataObject) -> None:
    history = [
        {"id": f"p{day}", "at": f"2017-03-{day:02d}", "amount": f"{one // 100}.{one % 100:02d}"}
        for day, one in enumerate(cents, start=1)
    ]
    split = points(SPLIT, *history)
    for least, given_points, most in zip(
        points(ladder(), *history), split, points(ladder("crossing: after"), *history), strict=True
    ):
        assert least <= given_points <= most
    which = data.draw(st.integers(1, len(cents)))
    back = {"id": "r", "type": "refund", "refund_of": f"p{which}", "at": "2017-04-01"}
    assert points(SPLIT, *history, back)[-1] == -split[which - 1]
