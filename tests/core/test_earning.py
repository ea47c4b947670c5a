"""What rules give, worked out by hand: bands, items, multipliers and roundings, on and around every boundary."""

import pytest

from tests.core.tables import parts, points

EXERCISE = "rules: [{id: spend, of: floor(eligible), bands: [{above: 50, rate: 1}, {above: 100, rate: 2}]}]"
FINE = "rules: [{id: spend, bands: [{above: 50, rate: 1}, {above: 100, rate: 2}]}]"
WHOLE = "rules: [{id: spend, band: whole, bands: [{above: 0, rate: 0}, {above: 50, rate: 1}, {above: 100, rate: 2}]}]"


@pytest.mark.parametrize(
    ("amount", "exercise", "fine"),
    [
        ("0", 0, 0),
        ("49.99", 0, 0),
        ("50", 0, 0),
        ("50.01", 0, 0),
        ("50.99", 0, 0),
        ("51", 1, 1),
        ("99.99", 49, 49),
        ("100", 50, 50),
        ("100.49", 50, 50),  # fine: 50 + 0.98
        ("100.50", 50, 51),  # fine: 50 + 1.00
        ("101", 52, 52),
        ("120", 90, 90),
        ("120.75", 90, 91),  # fine: 50 + 41.5
    ],
)
def test_marginal_bands_give_each_rate_for_its_own_part(amount: str, exercise: int, fine: int) -> None:
    assert points(EXERCISE, {"amount": amount}) == [exercise]
    assert points(FINE, {"amount": amount}) == [fine]


@pytest.mark.parametrize(
    ("amount", "granted"), [("50", 0), ("50.01", 50), ("99.99", 99), ("100", 100), ("100.01", 200), ("120.75", 241)]
)
def test_a_whole_band_gives_the_rate_reached_for_everything(amount: str, granted: int) -> None:
    assert points(WHOLE, {"amount": amount}) == [granted]


def test_a_whole_band_that_is_not_reached_gives_nothing() -> None:
    body = "rules: [{id: spend, band: whole, bands: [{above: 50, rate: 1}]}]"
    assert parts(body, {"amount": 50}) == []
    assert parts(WHOLE, {"amount": 50}) == []


def test_bands_are_parts_of_one_rounding() -> None:
    # 50 x 0.7 = 35 and 20.75 x 1.4 = 29.05: together 64.05
    body = "rules: [{id: spend, round: ceil, bands: [{above: 50, rate: 0.7}, {above: 100, rate: 1.4}]}]"
    assert parts(body, {"amount": "120.75"}) == [(35, 35), (30, 30)]


def test_a_threshold_may_be_finer_than_the_amount() -> None:
    # (0.02 - 0.015) x 1000 = 5
    body = "rules: [{id: spend, bands: [{above: 0.015, rate: 1000}]}]"
    assert points(body, {"amount": "0.01"}, {"amount": "0.02"}) == [0, 5]


@pytest.mark.parametrize(("give", "granted"), [("amount - 60", 0), ("amount - 50", 0), ("amount - 49", 1), ("-3", 0)])
def test_a_rule_never_takes_points(give: str, granted: int) -> None:
    assert points(f"rules: [{{id: gift, give: {give}}}]", {"amount": 50}) == [granted]


LINES = [{"amount": 30}, {"amount": 0}, {"amount": 40}, {"amount": 50}]


def test_bands_of_a_line_begin_anew_with_each_line() -> None:
    # 30, 40 and 50: above 35 only 5 and 15
    body = "rules: [{id: spend, per: line, bands: [{above: 35, rate: 1}]}]"
    assert parts(body, {"lines": LINES}) == [(5, 5), (15, 15)]


def test_bands_within_an_order_go_on_from_line_to_line() -> None:
    # up to 35 at 1: 30 + 5; above at 2: 35 x 2 and 50 x 2
    body = "rules: [{id: spend, per: line, within: order, bands: [{above: 0, rate: 1}, {above: 35, rate: 2}]}]"
    assert parts(body, {"lines": LINES}) == [(30, 30), (5, 5), (70, 70), (100, 100)]


@pytest.mark.parametrize(("above", "granted"), [("119.99", [60, 80, 100]), ("120", [])])
def test_a_whole_band_within_an_order_is_reached_by_all_lines_together(above: str, granted: list[int]) -> None:
    body = f"rules: [{{id: spend, per: line, within: order, band: whole, bands: [{{above: {above}, rate: 2}}]}}]"
    assert [part for part, _ in parts(body, {"lines": LINES})] == granted


def test_a_where_takes_lines_out_before_they_count_towards_a_band() -> None:
    body = "rules: [{id: spend, per: line, within: order, where: line.amount > 30, bands: [{above: 45, rate: 1}]}]"
    # 40 lies below 45; of the next 50, 45 lie above
    assert parts(body, {"lines": LINES}) == [(45, 45)]


@pytest.mark.parametrize(
    ("quantity", "granted"), [("0", 0), ("0.999", 0), ("1", 2), ("1.999", 2), ("2", 5), ("3", 7), ("4", 10)]
)
def test_points_for_each_item_count_whole_items(quantity: str, granted: int) -> None:
    # 2.5 an item, rounded down over the whole rule
    body = "rules: [{id: pieces, per: item, give: 2.5}]"
    assert points(body, {"lines": [{"amount": 1, "quantity": quantity}]}) == [granted]


@pytest.mark.parametrize(("round_at", "granted"), [("item", [6, 2]), ("line", [7, 2]), ("rule", [8, 2])])
def test_points_for_items_are_rounded_where_the_rule_says(round_at: str, granted: list[int]) -> None:
    # 3 x 2.5 = 7.5 and 1 x 2.5 = 2.5: by item 3 x 2 and 2, by line 7 and 2, together 10
    body = f"rules: [{{id: pieces, per: item, give: 2.5, round_at: {round_at}}}]"
    lines = [{"amount": 1, "quantity": 3}, {"amount": 1, "quantity": 1}]
    assert [desired for desired, _ in parts(body, {"lines": lines})] == granted


def test_an_amount_is_shared_between_items_to_the_cent() -> None:
    # $10.00 between three: 3.34, 3.33, 3.33; above 3.33 there is one cent
    body = "rules: [{id: pieces, per: item, bands: [{above: 3.33, rate: 100}]}]"
    assert parts(body, {"lines": [{"amount": 10, "quantity": 3}]}) == [(1, 1)]


@pytest.mark.parametrize(("round_at", "granted"), [("item", [8, 6]), ("line", [7, 6]), ("rule", [7, 6])])
def test_as_many_dearer_items_as_cheaper_ones_are_still_two_kinds(round_at: str, granted: list[int]) -> None:
    # $0.14 between four: two at 0.04 and two at 0.03, at 90 a dollar 3.6 and 2.7 points each
    # each rounded: 2 x 4 and 2 x 3; together 7.2 + 5.4 = 12.6 is 13, and 5.4 has the larger remainder
    body = f"rules: [{{id: pieces, per: item, round: half_up, round_at: {round_at}, bands: [{{above: 0, rate: 90}}]}}]"
    assert [desired for desired, _ in parts(body, {"lines": [{"amount": "0.14", "quantity": 4}]})] == granted


def test_items_that_cost_nothing_reach_no_band() -> None:
    # two cents between three items: 2 x 0.01 and one at nothing
    body = "rules: [{id: pieces, per: item, bands: [{above: 0, rate: 100}]}]"
    assert parts(body, {"lines": [{"amount": "0.02", "quantity": 3}]}) == [(2, 2)]


def multiplied(*multipliers: str, give: str = "10") -> str:
    """Return a programme of one rule that gives 10, and multipliers of it."""
    stated = "".join(f"\n  - {{id: m{number}, of: base, {one}}}" for number, one in enumerate(multipliers))
    return f"rules: [{{id: base, give: {give}}}]\nmultipliers: {stated}"


@pytest.mark.parametrize(
    ("multipliers", "granted"),
    [
        (("by: 1",), [10]),
        (("by: 2",), [10, 10]),
        (("by: 1.25", "by: 2"), [10, 2, 10]),  # 10 + 2.5 + 10 = 22.5, down to 22
        (
            ("by: 1.25", "by: 2, stack: compound"),
            [10, 3, 12],
        ),  # 10 + 2.5 + 12.5 = 25: of two halves the earlier goes up
        (("by: 2, stack: compound", "by: 1.25"), [10, 3, 12]),  # additive ones come first, wherever they stand
        (("by: 3, stack: compound", "by: 2, stack: compound"), [10, 20, 30]),  # 10, 30, 60
    ],
)
def test_multipliers_add_their_extra_and_compound_ones_multiply_what_stands(
    multipliers: tuple[str, ...], granted: list[int]
) -> None:
    assert [desired for desired, _ in parts(multiplied(*multipliers), {"amount": 1})] == granted


def test_a_multiplier_may_look_at_each_line() -> None:
    body = """
rules: [{id: base, per: line, give: floor(line.amount)}]
multipliers: [{id: acme, of: base, by: case line.brand when 'Acme' then 3 else 1 end}]
"""
    lines = [{"amount": 5, "brand": "Acme"}, {"amount": 7, "brand": "Bolt"}]
    assert parts(body, {"lines": lines}) == [(5, 5), (10, 10), (7, 7)]


@pytest.mark.parametrize(("rounding", "granted"), [("floor", 2), ("ceil", 3), ("half_up", 3), ("half_even", 2)])
def test_two_and_a_half_points_are_rounded_as_the_rule_says(rounding: str, granted: int) -> None:
    body = f"rules: [{{id: base, give: amount * 0.1, round: {rounding}}}]"
    assert points(body, {"amount": 25}) == [granted]


@pytest.mark.parametrize(
    ("round_at", "granted"),
    # 3 lines of 1.5: by line 3 x 1, together 4
    [("line", [1, 1, 1]), ("rule", [2, 1, 1])],
)
def test_lines_are_rounded_each_or_together(round_at: str, granted: list[int]) -> None:
    body = f"rules: [{{id: base, per: line, give: 1.5, round_at: {round_at}}}]"
    lines = [{"amount": 1}, {"amount": 1}, {"amount": 1}]
    assert [desired for desired, _ in parts(body, {"lines": lines})] == granted


def test_rules_of_a_unit_may_be_rounded_together_by_the_order() -> None:
    # 1.6 and 1.7 are 3.3: 3, of which the second has the larger remainder
    rules = "rules: [{id: a, give: 1.6}, {id: b, give: 1.7}, {id: c, when: amount > 5, give: 9}]"
    apart = f"units: {{points: {{}}}}\n{rules}"
    together = f"units: {{points: {{round_at: order}}}}\n{rules}"
    assert [desired for desired, _ in parts(apart, {"amount": 1})] == [1, 1]
    assert [desired for desired, _ in parts(together, {"amount": 1})] == [1, 2]
    assert points(together, {"amount": 6}) == [12]  # 12.3


def test_rules_rounded_together_may_keep_different_decimals() -> None:
    body = "units: {points: {round_at: order, round: ceil}}\nrules: [{id: a, give: 0.5}, {id: b, give: 0.125}]"
    # 0.625 up to 1, which goes to the larger remainder
    assert parts(body, {"amount": 1}) == [(1, 1), (0, 0)]


def test_a_rule_with_a_rounding_of_its_own_stays_out_of_the_orders() -> None:
    body = """
units: {points: {round_at: order}}
rules: [{id: a, give: 0.6}, {id: b, give: 0.6}, {id: c, give: 0.6, round_at: rule, round: ceil}]
"""
    # 0.6 + 0.6 = 1.2 down to 1; 0.6 up to 1
    assert parts(body, {"amount": 1}) == [(1, 1), (0, 0), (1, 1)]


def test_a_unit_with_decimals_counts_its_smallest_part() -> None:
    body = "units: {stars: {decimals: 2}}\nrules: [{id: a, give: amount * 0.125}]"
    assert points(body, {"amount": "1.50"}) == [18]  # 0.1875


def test_a_number_beyond_a_machine_integer_is_exact() -> None:
    # 10^13 x 0.123456789 = 1,234,567,890,000, while the scaled number is 10^15 x 123,456,789 = 1.2 x 10^23
    assert points("rules: [{id: a, give: amount * 0.123456789}]", {"amount": "10000000000000"}) == [1_234_567_890_000]


def test_an_amount_beyond_a_machine_integer_fills_bands() -> None:
    body = (
        "rules: [{id: a, of: amount * 1.000000001, bands: [{above: 1, rate: 0.5}, {above: 10000000000000, rate: 100}]}]"
    )
    # 10^13 - 1 at 0.5 is 4,999,999,999,999.5, and 10,000 at 100 are 1,000,000
    assert points(body, {"amount": "10000000000000"}) == [4_999_999_999_999 + 1_000_000]
