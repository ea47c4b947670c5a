"""Goods that come back without their purchase, in the service: recorded, answered again, late, and verified (S6)."""

import pytest

from guerdon.services.answers import Refusal
from guerdon.store import Database
from tests.services.shop import HEAD, Shop

RATE = (
    HEAD
    + """
units: {points: {pending: {for: 2 days}, expiry: {after: 12 months}}}
metrics: {spend: {sum: eligible, within: year}}
ladders: [{id: tier, by: spend, levels: [{id: blue, from: 0}, {id: gold, from: 100}]}]
returns: {unlinked: base_rate, shortfall: within_balance}
rules: [{id: base, give: floor(eligible)}]
multipliers: [{id: gold-more, of: base, by: case level when 'gold' then 2 else 1 end}]
"""
)


def verified(shop: Shop) -> bool:
    shop.now = "2026-06-20"
    shop.post_due()
    shop.seal()
    return shop.verify().findings == ()


def test_they_are_taken_back_from_points_that_wait_and_then_from_others(database: Database) -> None:
    shop = Shop(database, RATE)
    shop.one(id="1", member="ana", at="2026-05-20", amount=80)
    shop.one(id="2", member="ana", at="2026-05-31", amount=30)
    back = shop.one(id="3", type="refund", member="ana", at="2026-06-01", amount=40)
    assert back.points == {"points": -40}
    assert (back.balances[0].available, back.balances[0].pending, back.balances[0].debt) == (70, 0, 0)
    assert [one.level for one in shop.stand("ana").levels] == ["blue"]
    again = shop.one(id="3", type="refund", member="ana", at="2026-06-01", amount=40)
    assert again.repeated
    assert (again.points, again.balances) == (back.points, back.balances)
    assert verified(shop)


def test_what_is_not_there_is_written_off(database: Database) -> None:
    shop = Shop(database, RATE)
    shop.one(id="1", member="ana", at="2026-05-20", amount=30)
    shop.one(id="2", type="refund", member="ana", at="2026-06-01", amount=40)
    assert shop.stand("ana").balances[0].debt == 0
    assert shop.points("ana") == 0
    assert verified(shop)


def test_an_exchange_earns_and_takes_back_under_one_id(database: Database) -> None:
    shop = Shop(database, RATE)
    shop.one(id="1", member="ana", at="2026-05-20", amount=30)
    both = shop.one(id="2", member="ana", at="2026-06-01", lines=[{"amount": 50}, {"amount": -10}])
    assert both.points == {"points": 40}
    assert both.balances[0].total == 70
    shop.one(id="3", type="refund", member="ana", at="2026-06-01", refund_of="2", amount=50)
    assert shop.stand("ana").balances[0].total == 20
    assert verified(shop)


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 2, 0)])
def test_whenever_they_are_recorded_they_end_the_same(database: Database, order: tuple[int, ...]) -> None:
    shop = Shop(database, RATE)
    told = [
        {"id": "1", "member": "ana", "at": "2026-05-20", "amount": 80},
        {"id": "2", "type": "refund", "member": "ana", "at": "2026-05-25", "amount": 40},
        {"id": "3", "member": "ana", "at": "2026-05-28", "amount": 60},
    ]
    for place in order:
        shop.one(**told[place])
    assert shop.stand("ana").balances[0].total == 100
    assert verified(shop)


def test_what_does_not_say_what_it_is_worth_is_refused(database: Database) -> None:
    shop = Shop(database, RATE)
    (found,) = shop.record({"id": "1", "type": "refund", "member": "ana", "at": "2026-06-01"})
    assert isinstance(found, Refusal)
    assert found.code == "invalid_event"
    assert "write amount, lines or refund_of" in found.detail


def test_lines_that_come_back_with_a_purchase_are_matched_as_it_is_recorded(database: Database) -> None:
    """They were matched only when another event folded the account anew."""
    matched = (
        HEAD
        + """
units: {points: {}}
events: {purchase: {lines: {sku: text}}}
returns: {unlinked: {match_latest: sku, within: 60 days}}
rules: [{id: base, give: floor(eligible)}]
"""
    )
    shop = Shop(database, matched)
    shop.one(id="1", member="ana", at="2026-05-20", lines=[{"sku": "mug", "amount": 30}])
    both = shop.one(
        id="2", member="ana", at="2026-06-01", lines=[{"sku": "cup", "amount": 50}, {"sku": "mug", "amount": -10}]
    )
    assert both.points == {"points": 40}
    assert shop.points("ana") == 70
    assert verified(shop)
