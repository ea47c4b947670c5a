"""Refunds of what was paid in another currency: whatever the parts in which it comes back, it was worth what the whole was."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guerdon.core.errors import Invalid
from guerdon.core.values import split
from tests.core.lots.test_laws import law
from tests.core.tables import answers, points

BODY = """
rates: {EUR: 0.333, JPY: 0.00671}
units: {points: {decimals: 2}}
rules: [{id: base, give: eligible * 1}]
"""
Made = dict[str, Any]


def bought(amount: object, currency: str = "EUR", **more: object) -> Made:
    return {"id": "p", "at": "2017-03-01", "amount": amount, "currency": currency, **more}


def back(number: int, amount: object, currency: str = "EUR", **more: object) -> Made:
    return {
        "id": f"r{number}", "type": "refund", "refund_of": "p", "at": f"2017-03-{number + 2:02d}", "amount": amount,
        "currency": currency, **more,
    }  # fmt: skip


def test_three_thirds_of_a_purchase_take_back_what_it_earned() -> None:
    # 15.00 EUR are 4.995, so 5.00; thirds of that are left worth 3.33 and 1.67, where 1.665 each were 1.66 and a cent was left
    parts = [back(number, 5) for number in range(3)]
    assert points(BODY, bought(15), *parts) == [500, -167, -166, -167]


def test_what_comes_back_at_another_rate_takes_back_its_share() -> None:
    assert points(BODY, bought(15), back(0, 5, rate="0.4"), back(1, 10, rate="0.2")) == [500, -167, -333]


def test_what_comes_back_in_another_currency_is_converted_at_its_own_rate() -> None:
    # of 5.00 USD 2.00 come back, that is 6.00 of the 15.00 EUR, and then the rest of them
    assert points(BODY, bought(15), back(0, 2, "USD"), back(1, 9)) == [500, -200, -300]
    # and of 15 dollars 5 EUR, which are 1.665, so 1.66
    assert points(BODY, bought(15, "USD"), back(0, 5), back(1, "13.34", "USD")) == [1500, -166, -1334]


def test_lines_and_their_share_of_a_discount_add_up() -> None:
    lines = [{"id": "a", "amount": 5}, {"id": "b", "amount": 5}, {"id": "c", "amount": 5}]
    order = bought(None, lines=lines, discount=1) | {"amount": 14}
    parts: list[Made] = [
        {**back(0, None), "lines": [{"id": "a"}]},
        {**back(1, None), "lines": [{"id": "b", "amount": "2.33"}]},
        back(2, 7),
    ]
    found = points(BODY, order, *parts)
    # 3 x 1.665 are 1.66 each, less 0.333 of discount, so 0.33: 4.65 in all; a is worth 1.55 and b, c as much
    assert found[0] == 465
    assert sum(found) == 0


def test_amounts_of_less_than_a_cent_are_spread_over_lines_to_the_cent_and_add_up() -> None:
    lines = [{"id": "a", "amount": 3}, {"id": "b", "amount": 1}, {"id": "c", "amount": 8}]
    parts = [*[back(number, 1, "JPY") for number in range(7)], back(7, 5, "JPY")]
    found = points(BODY, bought(12, "JPY", lines=lines), *parts)
    # 3, 1 and 8 yen are 2, 1 and 5 cents. Of 7 yen 2, 0 and 5 are left, worth 1, 0 and 3 cents; of 6 yen 1, 1 and 4: 1, 1 and 3
    assert found == [8, -1, -1, 0, -1, -1, 1, -1, -4]
    assert sum(found) == 0


@pytest.mark.parametrize(
    ("currency", "amount", "much", "told"),
    [
        ("EUR", 15, "15.01", "15.01 EUR comes back of purchase p, and 15.00 EUR is left of it"),
        ("JPY", 1500, 1501, "1501 JPY comes back of purchase p, and 1500 JPY is left of it"),
    ],
)
def test_too_much_is_told_in_the_currency_that_was_paid(currency: str, amount: object, much: object, told: str) -> None:
    with pytest.raises(Invalid, match=told):
        answers(BODY, bought(amount, currency), back(0, much, currency))


@st.composite
def purchases(draw: st.DrawFn) -> tuple[Made, list[Made]]:
    """Return a purchase with or without lines, and all of it coming back in parts: of lines, and of what is left then."""
    currency = draw(st.sampled_from(["EUR", "JPY"]))
    one = 1 if currency == "JPY" else 100
    amounts = draw(st.lists(st.integers(1, 5_000), min_size=1, max_size=4))
    off = draw(st.integers(0, sum(amounts) // 2))
    order = bought(str(Decimal(sum(amounts) - off) / one), currency)
    nets = [amount - share for amount, share in zip(amounts, split(off, amounts), strict=True)]
    left, parts = sum(nets), list[Made]()
    if draw(st.booleans()):
        lines = [{"id": f"l{i}", "amount": str(Decimal(amount) / one)} for i, amount in enumerate(amounts)]
        order |= {"lines": lines, "discount": str(Decimal(off) / one)}
        for number in draw(st.lists(st.integers(0, len(amounts) - 1), unique=True)):
            gone = draw(st.integers(0, nets[number]))
            parts.append(
                back(len(parts), None, currency, lines=[{"id": f"l{number}", "amount": str(Decimal(gone) / one)}])
            )
            left -= gone
    while left > 0:
        gone = draw(st.integers(1, left)) if len(parts) < 7 else left
        parts.append(back(len(parts), str(Decimal(gone) / one), currency, rate=draw(st.sampled_from([None, "0.5"]))))
        left -= gone
    return order, draw(st.permutations(parts))


@law
@given(purchases())
def test_all_parts_take_back_exactly_what_the_whole_earned(made: tuple[Made, list[Made]]) -> None:
    order, parts = made
    dated = [{**part, "at": f"2017-03-{number + 2:02d}"} for number, part in enumerate(parts)]
    found = points(BODY, order, *dated)
    assert found[0] >= 0
    assert sum(found) == 0
    # Each line is worth its own rounded share: when an amount is spread anew they may come to a minor unit more, line by line.
    assert max(found[1:]) <= len(order.get("lines", ()))
