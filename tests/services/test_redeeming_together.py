"""Redemptions that are asked for at the same moment are decided together, and each as if it had come alone."""

from guerdon.app.service import Guerdon
from guerdon.services.answers import Recorded, Refusal
from guerdon.services.redemptions.codes import Redeemed
from guerdon.services.redemptions.redeem import RedeemReward, redeem_together
from guerdon.store import Database
from tests.services.shop import VOUCHERS, Shop


def codes(outcomes: list[Recorded | Refusal]) -> list[str]:
    """Return what became of each: why not, or whether it was done now or before."""
    return [one.code if isinstance(one, Refusal) else "again" if one.repeated else "done" for one in outcomes]


def test_each_is_decided_on_what_those_before_it_left(database: Database) -> None:
    """120 points buy two coffees at 50; the same redemption twice is one, and another member's is nobody's business."""
    shop = Shop(database)
    shop.one(id="p1", member="ana", at="2026-05-01", amount=120)
    shop.one(id="p2", member="ben", at="2026-05-01", amount=60)
    asked = [("r1", "ana"), ("r2", "ana"), ("r1", "ana"), ("r3", "ana"), ("r4", "ben"), ("r5", "cid")]
    commands = [RedeemReward(id=id_, member=member, reward="coffee") for id_, member in asked]
    with database.work() as work:
        found = redeem_together(commands, work, shop.publishing.current(work), at=shop.at())
    assert codes(found) == ["done", "done", "again", "not_enough_points", "done", "not_enough_points"]
    assert [shop.points(one) for one in ("ana", "ben")] == [20, 10]
    assert not shop.verify().findings


def test_those_that_bring_codes_are_done_one_by_one(database: Database) -> None:
    shop = Shop(database, VOUCHERS)
    shop.one(id="p1", member="ana", at="2026-05-01", amount=1000)
    guerdon = Guerdon(database, 1, clock=shop.at)
    asked = {"r1": "ten", "r2": "coffee", "r3": "ten", "r4": "cinema"}
    waiting = [guerdon.redeem(RedeemReward(id=id_, member="ana", reward=reward)) for id_, reward in asked.items()]
    found = [one.result(30) for one in waiting]
    guerdon.close()
    assert codes(found) == ["done", "done", "done", "out_of_stock"]
    assert len({one.code for one in found if isinstance(one, Redeemed)}) == 2
