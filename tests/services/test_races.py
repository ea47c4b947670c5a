"""Races: whatever runs at once, nothing is overspent, given away twice, or lost (T2)."""

import os
from collections import Counter

from guerdon.store import open_database
from tests.databases.fixtures import Engine
from tests.services.racing import Asked, raced
from tests.services.shop import Shop

ROUNDS = 200 if os.environ.get("GUERDON_PROOF") == "1" else 12
AT = "2026-06-01T12:00:00+02:00"
AFTER = "2026-06-01T12:00:01+02:00"


def shop_in(engine: Engine) -> Shop:
    return Shop(open_database(engine.url))


def test_a_balance_is_never_overspent(engine: Engine) -> None:
    shop = shop_in(engine)
    shop.record(*[{"id": f"b{n}", "member": f"m{n}", "at": "2026-05-10", "amount": 120} for n in range(ROUNDS)])
    rounds: list[list[Asked]] = [
        [("redeem", {"id": f"r{n}-{k}", "member": f"m{n}", "reward": "coffee"}) for k in range(8)]
        for n in range(ROUNDS)
    ]
    for place, told in enumerate(raced(engine.url, rounds, AT)):
        assert Counter(told) == {"done": 2, "not_enough_points": 6}, told
        assert shop.points(f"m{place}") == 20
    assert_books_are_right(shop)


def test_the_last_of_a_stock_is_given_away_once(engine: Engine) -> None:
    shop = shop_in(engine)
    shop.record(*[{"id": f"b{n}", "member": f"m{n}", "at": "2026-05-10", "amount": 400} for n in range(8)])
    told = raced(engine.url, [[("redeem", {"id": f"r{n}", "member": f"m{n}", "reward": "mug"}) for n in range(8)]], AT)
    assert Counter(told[0]) == {"done": 2, "out_of_stock": 6}
    assert sorted(shop.points(f"m{n}") for n in range(8)) == [200, 200, 400, 400, 400, 400, 400, 400]  # type: ignore[type-var]
    assert_books_are_right(shop)


def test_taking_and_giving_back_at_once_loses_nothing(engine: Engine) -> None:
    shop = shop_in(engine)
    shop.one(id="b", member="ana", at="2026-05-10", amount=500)
    for n in range(4):
        shop.redeem(id=f"r{n}", member="ana", reward="coffee", reserve=True)
    steps: list[Asked] = [
        ("step", {"id": f"c{n}", "member": "ana", "redemption": f"r{n}", "step": "cancel"}) for n in range(4)
    ]
    more: list[Asked] = [("redeem", {"id": f"n{n}", "member": "ana", "reward": "coffee"}) for n in range(4)]
    assert Counter(raced(engine.url, [steps + more], AT)[0]) == {"done": 8}
    assert shop.points("ana") == 300
    assert_books_are_right(shop)


def test_one_event_sent_by_everybody_is_recorded_once(engine: Engine) -> None:
    shop = shop_in(engine)
    record = {"id": "b", "member": "ana", "at": "2026-05-10", "amount": 100}
    told = raced(engine.url, [[("record", record)] * 8], AT)
    assert Counter(told[0]) == {"done": 1, "again": 7}
    assert shop.points("ana") == 100
    assert_books_are_right(shop)


def test_one_id_for_two_members_is_recorded_for_one(engine: Engine) -> None:
    shop = shop_in(engine)
    rounds: list[list[Asked]] = [
        [
            ("record", {"id": f"b{n}", "member": member, "at": "2026-05-10", "amount": 10})
            for member in ("ana", "ben") * 2
        ]
        for n in range(ROUNDS)
    ]
    for told in raced(engine.url, rounds, AT):
        assert Counter(told) == {"done": 1, "again": 1, "event_conflict": 2}
    assert shop.points("ana") + shop.points("ben") == 10 * ROUNDS  # type: ignore[operator]
    assert_books_are_right(shop)


def assert_books_are_right(shop: Shop) -> None:
    shop.now = AFTER
    while shop.seal():
        pass
    assert shop.verify().findings == ()
    shop.database.close()
