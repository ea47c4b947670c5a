"""A basket that is asked about: what it earns, what can be had, what is nearly in reach; and nothing is written."""

import pytest

from guerdon.core.errors import Invalid
from guerdon.services.baskets.ask import BasketAnswer, ask_basket
from guerdon.store import Database
from tests.services.shop import PROGRAMME, Shop


def asked(shop: Shop, **record: object) -> BasketAnswer:
    with shop.database.view() as view:
        return ask_basket(view, shop.publishing.current(view), record, at=shop.at())


def test_it_earns_what_the_purchase_will(database: Database) -> None:
    shop = Shop(database)
    shop.one(id="1", member="ana", at="2026-05-10", amount=460)
    told = asked(shop, member="ana", amount=30)
    assert told.points == {"points": 30}
    assert shop.one(id="2", member="ana", at=shop.now, amount=30).points == told.points


def test_what_is_nearly_in_reach_is_reached_with_just_so_much_more(database: Database) -> None:
    shop = Shop(database)
    shop.one(id="1", member="ana", at="2026-05-10", amount=20)
    told = asked(shop, member="ana", amount="10.50")
    # 500 of spend reach gold: 20 and 10.50 are there. A coffee is 50 points, a mug 200: whole euros count, 20 and 10 are there.
    assert [(one.what, one.name, one.more) for one in told.near] == [
        ("level", "gold", "469.50"), ("reward", "coffee", "19.50"), ("reward", "mug", "169.50"),
    ]  # fmt: skip
    assert told.receipt == "You earn 10 points.\n19.50 EUR more, and coffee is yours."


def test_rewards_to_be_had_are_told_before_and_after(database: Database) -> None:
    shop = Shop(database)
    shop.one(id="1", member="ana", at="2026-05-10", amount=60)
    told = asked(shop, member="ana", amount=150)
    assert [(one.reward, one.price) for one in told.rewards] == [("coffee", 50)]
    assert [(one.reward, one.price) for one in told.then] == [("mug", 200)]


def test_somebody_new_may_ask(database: Database) -> None:
    assert asked(Shop(database), member="zoe", amount=12).points == {"points": 12}


def test_nothing_is_written(database: Database) -> None:
    shop = Shop(database)
    shop.one(id="1", member="ana", at="2026-05-10", amount=60)
    before = shop.verify()
    asked(shop, member="ana", amount=150)
    assert shop.verify() == before
    assert shop.points("ana") == 60


def test_it_earns_no_more_than_a_budget_leaves(database: Database) -> None:
    limited = PROGRAMME.replace("per: member, points: 1000", "per: programme, points: 300")
    shop = Shop(database, limited)
    shop.one(id="1", member="ana", at="2026-06-01", amount=260)
    assert (asked(shop, member="ben", amount=100).points, asked(shop, member="ben", amount=100).limited) == (
        {"points": 40},
        ("base",),
    )
    assert shop.one(id="2", member="ben", at=shop.now, amount=100).points == {"points": 40}
    assert asked(shop, member="ben", amount=100).points == {"points": 0}


def test_nothing_that_is_out_of_stock_is_offered(database: Database) -> None:
    shop = Shop(database)
    shop.one(id="1", member="ana", at="2026-05-10", amount=460)
    shop.one(id="2", member="ben", at="2026-05-10", amount=460)
    assert [one.reward for one in asked(shop, member="ana", amount=10).rewards] == ["coffee", "mug"]
    for number in range(2):
        shop.redeem(id=f"r{number}", member="ben", reward="mug")
    assert [one.reward for one in asked(shop, member="ana", amount=10).rewards] == ["coffee"]


def test_a_return_cannot_be_asked_about(database: Database) -> None:
    with pytest.raises(Invalid, match="only a purchase"):
        asked(Shop(database), member="ana", amount=-5)
