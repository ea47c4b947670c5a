"""Shortfalls against a plain model of one number: whatever is bought, spent and given back, nothing is made and the rest is told (S5)."""

from collections.abc import Mapping, Sequence
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from guerdon.core.effects import REVERSED
from guerdon.core.history import take_stock
from tests.core.lots.journals import kept, spends
from tests.core.tables import answers, event, programme

Made = dict[str, Any]

YEAR = 12
"""Days of the history that lie in one year; what may be written off comes anew with the next."""


@st.composite
def histories(draw: st.DrawFn) -> list[Made]:
    """Return purchases, redemptions and refunds of one account, each at its own instant."""
    found: list[Made] = []
    sold: dict[str, int] = {}
    for number in range(draw(st.integers(1, 14))):
        at = f"2017-12-{number + 10}" if number < YEAR else f"2018-01-{number}"
        kind = draw(st.sampled_from(["buy", "buy", "spend", "refund", "refund"]))
        name = f"e{number:02}"
        left = [one for one, amount in sold.items() if amount > 0]
        if kind == "refund" and left:
            of = draw(st.sampled_from(left))
            part = draw(st.integers(1, sold[of]))
            sold[of] -= part
            found.append({"id": name, "type": "refund", "at": at, "refund_of": of, "amount": part})
        elif kind == "spend":
            found.append({"id": name, **spends(at, draw(st.integers(1, 60)))})
        else:
            sold[name] = draw(st.integers(0, 50))
            found.append({"id": name, "at": at, "amount": sold[name]})
    return found


def modelled(history: list[Made], *, within: bool, most: int | None) -> tuple[int, int]:
    """Return what there is in the end, less what is owed, and how much was written off."""
    total, written, used = 0, 0, dict[str, int]()
    for one in history:
        if one.get("type") == "redemption":
            total -= one["points"]
        elif one.get("type") == "refund":
            short = max(one["amount"] - max(total, 0), 0) if within else 0
            year = one["at"][:4]
            off = short if most is None else min(short, most - used.get(year, 0))
            used[year] = used.get(year, 0) + off
            written += off
            total -= one["amount"] - off
        else:
            total += one["amount"]
    return total, written


def engine(body: str, history: Sequence[Mapping[str, Any]]) -> tuple[int, int]:
    stocks = take_stock(programme(body), [event(body, record) for record in history])
    for stock in stocks:
        left = stock.left
        assert left.total() == sum(lot.remaining for lot in left.lots) - left.debt
        assert left.available == 0 or left.debt == 0
        for lot in left.lots:
            assert lot.original == lot.remaining + lot.spent + lot.expired + lot.reversed
            assert min(lot.remaining, lot.spent, lot.expired, lot.reversed) >= 0
    rows = [row for answer in answers(body, *history) for row in answer.effects if row.kind == REVERSED]
    assert all(0 <= row.granted <= row.desired for row in rows)
    return sum(stock.left.total() for stock in stocks), sum(row.desired - row.granted for row in rows)


@given(histories())
def test_under_debt_everything_is_taken_back(history: list[Made]) -> None:
    assert engine(kept("", "\nreturns: {}\nredemptions: {}"), history) == modelled(history, within=False, most=None)


@given(histories(), st.sampled_from([None, 0, 7, 40]))
def test_within_the_balance_what_is_not_there_is_written_off_as_far_as_may_be(
    history: list[Made], most: int | None
) -> None:
    limit = "" if most is None else f", write_off: {{most: {most}, every: year}}"
    body = kept("", f"\nreturns: {{shortfall: within_balance{limit}}}")
    assert engine(body, history) == modelled(history, within=True, most=most)


@given(histories())
def test_pending_points_alone_are_touched_and_the_rest_is_written_off(history: list[Made]) -> None:
    """What waits for 90 days is all taken; of what is usable at once nothing is."""
    body = kept("pending: {for: 90 days}", "\nreturns: {shortfall: pending_only}")
    assert engine(body, history) == modelled(history, within=False, most=None)
    usable = kept("", "\nreturns: {shortfall: pending_only}")
    refunded = sum(one["amount"] for one in history if one.get("type") == "refund")
    total, written = engine(usable, history)
    assert written == refunded
    earned = sum(one["amount"] for one in history if "type" not in one)
    assert total == earned - sum(one["points"] for one in history if one.get("type") == "redemption")
