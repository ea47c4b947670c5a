"""Budgets are leased: no two who record wait for each other at one, and nobody is granted less for want of a lease."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

import pytest

from guerdon.app.service import Guerdon
from guerdon.services.answers import Recorded, Refusal
from guerdon.services.events.record import record_events
from guerdon.services.leases import Leases, Short, leasing
from guerdon.services.published import Published, Publishing
from guerdon.services.redemptions.redeem import RedeemReward, StepRedemption, step_redemption
from guerdon.store import Database, Work, shared
from guerdon.store.shared import Budget
from tests.databases.fixtures import Engine
from tests.services.racing import Asked, raced
from tests.services.shop import HEAD, Shop
from tests.services.test_races import AT, assert_books_are_right, shop_in

OPENING = """
units: {points: {expiry: {after: 12 months}}}
rules: [{id: spend, give: floor(eligible)}]
campaigns:
  - {id: opening, from: 2026-06-01, until: 2026-06-30, rules: [{id: gift, give: 7}], limits: [{points: MOST, per: campaign, every: ever}]}
rewards:
  - {id: pen, price: 1, treatment: free_good, stock: 300}
redemptions: {hold_for: 1 day}
"""


def budget_of(most: int) -> str:
    return HEAD + OPENING.replace("MOST", str(most))


@contextmanager
def serving(shop: Shop) -> Iterator[Guerdon]:
    guerdon = Guerdon(shop.database, 1, clock=shop.at)
    yield guerdon
    guerdon.close()


def used(database: Database) -> dict[Budget, int]:
    with database.view() as view:
        return shared.every(view, 1)


def bought(number: int, **more: object) -> dict[str, object]:
    return {"id": f"b{number}", "member": f"m{number}", "at": AT, "amount": 1, **more}


def test_all_together_are_granted_exactly_the_budget(engine: Engine) -> None:
    shop = Shop(shop_in(engine).database, budget_of(2_000))
    # Of 320 purchases 285 get the gift of 7, the next one the rest of 5, and the others nothing.
    rounds: list[list[Asked]] = [[("record", bought(4 * n + k)) for k in range(4)] for n in range(80)]
    for told in raced(engine.url, rounds, AT):
        assert Counter(told) == {"done": 4}
    assert Counter(shop.points(f"m{n}") for n in range(320)) == {8: 285, 6: 1, 1: 34}
    assert_books_are_right(shop)


def test_a_service_leases_and_grants_exactly_the_budget(database: Database) -> None:
    shop = Shop(database, budget_of(2_000))
    with serving(shop) as guerdon:
        told = [one.result() for one in [guerdon.submit(bought(n)) for n in range(320)]]
        points = Counter(one.points["points"] for one in told if isinstance(one, Recorded))
        assert points == {8: 285, 6: 1, 1: 34}
        # One that comes after is not granted anything, and does not wait for anybody.
        late = guerdon.submit(bought(400)).result()
        assert isinstance(late, Recorded)
        assert late.points == {"points": 1}
        budget = next(one for one, amount in used(database).items() if amount)
        assert used(database)[budget] == 2_000


def test_an_event_that_takes_more_than_a_lease_is_granted_it_in_full(database: Database) -> None:
    shop = Shop(database, budget_of(2_000).replace("give: 7", "give: floor(amount)"))
    with serving(shop) as guerdon:
        told = [guerdon.submit(bought(n, amount=amount)).result() for n, amount in enumerate((900, 10, 900, 900))]
    assert [one.points["points"] for one in told if isinstance(one, Recorded)] == [1_800, 20, 1_800, 900 + 190]


def test_for_a_dry_run_nothing_is_leased(engine: Engine) -> None:
    """formancehq/ledger#1684 (48): a dry run left a trace; a lease is one, too."""
    shop = Shop(shop_in(engine).database, budget_of(2_000))

    def record(work: Work, published: Published, now: int) -> list[Recorded | Refusal]:
        return record_events(work, published, [bought(1)], recorded_at=now)

    with serving(shop) as guerdon:
        (told,) = guerdon.write(record, dry=True).result()
        assert isinstance(told, Recorded)
        assert told.points == {"points": 8}
        assert used(shop.database) == {}


def test_nothing_stays_leased_when_a_service_ends(engine: Engine) -> None:
    shop = Shop(shop_in(engine).database, budget_of(2_000))
    with serving(shop) as guerdon:
        assert [one.result() for one in [guerdon.submit(bought(n)) for n in range(10)]]
    again = shop_in(engine)
    with again.database.work() as work:
        assert {budget: shared.collect(work, 1, budget) for budget in used(again.database)} == used(again.database)
    assert sum(used(again.database).values()) == 70
    again.database.close()


def test_two_record_at_once_without_waiting_for_each_other(database: Database) -> None:
    if not database.is_postgresql:
        pytest.skip("SQLite has one writer")
    shop = Shop(database, budget_of(1_000_000))
    leasers = [Publishing(1, Leases(name)) for name in ("one", "other")]

    def record(work: Work, publishing: Publishing, number: int) -> list[Recorded | Refusal]:
        return record_events(work, publishing.current(work), [bought(number)], recorded_at=shop.at())

    def recorded(publishing: Publishing, number: int) -> None:
        with database.work() as work:
            record(work, publishing, number)

    for number, publishing in enumerate(leasers):
        with pytest.raises(Short):
            leasing(database, 1, publishing.leases, partial(recorded, publishing, number))
        recorded(publishing, number)
    with database.work() as first, database.work() as second:
        told = [*record(first, leasers[0], 10), *record(second, leasers[1], 11)]
    assert [one.points["points"] for one in told if isinstance(one, Recorded)] == [8, 8]
    assert sum(used(database).values()) == 28


def test_what_is_given_back_is_there_for_all(database: Database) -> None:
    shop = Shop(database, budget_of(2_000))
    with serving(shop) as guerdon:
        guerdon.submit(bought(1, amount=400)).result()
        for n in range(300):
            assert isinstance(
                guerdon.redeem(RedeemReward(id=f"r{n}", member="m1", reward="pen", reserve=True)).result(), Recorded
            )
        none = guerdon.redeem(RedeemReward(id="r300", member="m1", reward="pen")).result()
        assert isinstance(none, Refusal)
        assert none.code == "out_of_stock"

        def cancelled(work: Work, published: object, now: int) -> Recorded | Refusal:
            step = StepRedemption(id="c", member="m1", redemption="r7", step="cancel")
            return step_redemption(step, work, published, at=now)  # type: ignore[arg-type]  # as the service hands it on

        assert isinstance(guerdon.write(cancelled).result(), Recorded)
        assert isinstance(guerdon.redeem(RedeemReward(id="r301", member="m1", reward="pen")).result(), Recorded)
