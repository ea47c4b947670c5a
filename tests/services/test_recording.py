"""Events recorded: each answered by itself, once; refunds and late events post differences."""

from guerdon.services.answers import Recorded, Refusal
from guerdon.store import Database, accounts
from tests.services.shop import HEAD, Shop


def test_a_purchase_earns_and_is_there_to_use(database: Database) -> None:
    shop = Shop(database)
    found = shop.one(id="1", member="ana", at="2026-06-01", amount="120.50")
    assert found.points == {"points": 120}
    assert found.balances[0].available == 120
    assert shop.points("ana") == 120


def test_the_same_event_again_is_answered_as_before(database: Database) -> None:
    shop = Shop(database)
    first = shop.one(id="1", member="ana", at="2026-05-20", amount=100)
    shop.one(id="2", member="ana", at="2026-05-30", amount=10)
    again = shop.one(amount=100, at="2026-05-20", member="ana", id="1")
    assert again.repeated
    assert (again.points, again.balances, again.journal) == (first.points, first.balances, first.journal)
    assert shop.points("ana") == 110


def test_one_id_with_other_content_is_refused_and_does_nothing(database: Database) -> None:
    shop = Shop(database)
    shop.one(id="1", member="ana", at="2026-06-01", amount=100)
    other = shop.record({"id": "1", "member": "ben", "at": "2026-06-01", "amount": 100})[0]
    assert isinstance(other, Refusal)
    assert other.code == "event_conflict"
    assert shop.points("ana") == 100


def test_a_bad_event_fails_alone(database: Database) -> None:
    shop = Shop(database)
    found = shop.record(
        {"id": "1", "member": "ana", "at": "2026-06-01", "amount": 100},
        {"id": "2", "member": "ana", "at": "2026-06-01", "amount": "a hundred"},
        {"id": "3", "member": "ben", "at": "2026-06-01", "amount": 7},
    )
    assert [isinstance(one, Recorded) for one in found] == [True, False, True]
    assert (shop.points("ana"), shop.points("ben")) == (100, 7)


def test_a_late_event_comes_into_its_place(database: Database) -> None:
    shop = Shop(database)
    shop.one(id="2", member="ana", at="2026-05-10", amount=100)
    late = shop.one(id="1", member="ana", at="2026-05-09", amount=600)
    assert late.points == {"points": 600}
    # 600 reach gold, so the hundred of the next day count twice.
    assert shop.points("ana") == 800


def test_a_refund_takes_back_what_its_purchase_no_longer_earns(database: Database) -> None:
    shop = Shop(database)
    shop.one(id="1", member="ana", at="2026-05-10", amount=100)
    back = shop.one(id="2", type="refund", member="ana", at="2026-05-11", refund_of="1", amount=40)
    assert back.points == {"points": -40}
    assert shop.points("ana") == 60


def test_a_refund_waits_for_its_purchase(database: Database) -> None:
    shop = Shop(database)
    back = shop.one(id="2", type="refund", member="ana", at="2026-05-11", refund_of="1", amount=40)
    assert back.status == "waiting"
    shop.one(id="1", member="ana", at="2026-05-10", amount=100)
    assert shop.points("ana") == 60


def test_more_than_is_left_is_not_refunded(database: Database) -> None:
    shop = Shop(database)
    shop.one(id="1", member="ana", at="2026-05-10", amount=100)
    found = shop.record(
        {"id": "2", "type": "refund", "member": "ana", "at": "2026-05-11", "refund_of": "1", "amount": 140},
        {"id": "3", "member": "ana", "at": "2026-05-12", "amount": 5},
    )
    assert isinstance(found[0], Refusal)
    assert shop.points("ana") == 105


def test_points_are_gone_from_the_instant_they_expire_posted_or_not(database: Database) -> None:
    shop = Shop(database)
    shop.one(id="1", member="ana", at="2026-05-10T10:00:00+02:00", amount=100)
    assert shop.points("ana", "2027-05-10T09:59:59+02:00") == 100
    assert shop.points("ana", "2027-05-10T10:00:00+02:00") == 0
    assert shop.points("ana", "2026-05-01T00:00:00+02:00") == 0


def test_a_reward_is_redeemed_once(database: Database) -> None:
    shop = Shop(database)
    shop.one(id="1", member="ana", at="2026-05-10", amount=120)
    first = shop.redeem(id="r1", member="ana", reward="coffee")
    assert isinstance(first, Recorded)
    again = shop.redeem(id="r1", member="ana", reward="coffee")
    assert isinstance(again, Recorded)
    assert shop.points("ana") == 70


def test_what_there_is_not_is_not_spent(database: Database) -> None:
    shop = Shop(database)
    shop.one(id="1", member="ana", at="2026-05-10", amount=40)
    found = shop.redeem(id="r1", member="ana", reward="coffee")
    assert isinstance(found, Refusal)
    assert found.code == "not_enough_points"
    assert shop.points("ana") == 40
    assert shop.stand("ana").balances[0].debt == 0


def test_at_one_instant_no_redemption_takes_what_another_one_has(database: Database) -> None:
    shop = Shop(database)
    shop.one(id="1", member="ana", at="2026-05-10", amount=60)
    assert isinstance(shop.redeem(id="b", member="ana", reward="coffee"), Recorded)
    other = shop.redeem(id="a", member="ana", reward="coffee")
    assert isinstance(other, Refusal)
    assert other.code == "not_enough_points"
    assert (shop.points("ana"), shop.stand("ana").balances[0].debt) == (10, 0)


def test_at_one_instant_no_redemption_takes_what_another_one_set_aside(database: Database) -> None:
    shop = Shop(database)
    shop.one(id="1", member="ana", at="2026-05-10", amount=60)
    assert isinstance(shop.redeem(id="b", member="ana", reward="coffee", reserve=True), Recorded)
    assert isinstance(shop.redeem(id="a", member="ana", reward="coffee"), Refusal)
    assert shop.stand("ana").balances[0].held == 50


def test_the_same_redemption_asked_for_later_is_the_same(database: Database) -> None:
    shop = Shop(database)
    shop.one(id="1", member="ana", at="2026-05-10", amount=120)
    shop.redeem(id="r1", member="ana", reward="coffee")
    shop.now = "2026-06-01T13:00:00+02:00"
    again = shop.redeem(id="r1", member="ana", reward="coffee")
    assert isinstance(again, Recorded)
    assert again.repeated
    assert shop.points("ana") == 70


def test_a_reservation_is_confirmed_or_cancelled(database: Database) -> None:
    shop = Shop(database)
    shop.one(id="1", member="ana", at="2026-05-10", amount=120)
    shop.redeem(id="r1", member="ana", reward="coffee", reserve=True)
    assert (shop.stand("ana").balances[0].available, shop.stand("ana").balances[0].held) == (70, 50)
    shop.step(id="s1", member="ana", redemption="r1", step="confirm")
    shop.step(id="s2", member="ana", redemption="r1", step="confirm")
    assert (shop.stand("ana").balances[0].available, shop.stand("ana").balances[0].held) == (70, 0)
    shop.step(id="s3", member="ana", redemption="r1", step="cancel")
    assert shop.points("ana") == 120


def test_no_more_is_given_away_than_is_in_stock(database: Database) -> None:
    shop = Shop(database)
    for member in ("ana", "ben", "zoe"):
        shop.one(id=member, member=member, at="2026-05-10", amount=300)
    found = [shop.redeem(id=f"r{member}", member=member, reward="mug") for member in ("ana", "ben", "zoe")]
    assert [type(one) for one in found] == [Recorded, Recorded, Refusal]
    assert shop.points("zoe") == 300


def test_a_lapsed_reservation_gives_its_stock_back(database: Database) -> None:
    shop = Shop(database)
    for member in ("ana", "ben", "zoe"):
        shop.one(id=member, member=member, at="2026-05-10", amount=300)
    shop.redeem(id="r1", member="ana", reward="mug")
    shop.redeem(id="r2", member="ben", reward="mug", reserve=True)
    shop.now = "2026-06-03T12:00:00+02:00"
    assert shop.points("ben") == 300
    shop.one(id="x", member="ben", at="2026-06-03T11:00:00+02:00", amount=1)
    assert isinstance(shop.redeem(id="r3", member="zoe", reward="mug"), Recorded)


def test_what_is_refused_leaves_no_account_behind(database: Database) -> None:
    shop = Shop(database)
    shop.one(id="1", member="ana", at="2026-06-01", amount=100)
    assert isinstance(shop.record({"id": "1", "member": "ben", "at": "2026-06-01", "amount": 100})[0], Refusal)
    assert isinstance(shop.redeem(id="r", member="zoe", reward="coffee"), Refusal)
    with database.view() as view:
        assert accounts.read(view, 1, ["ana", "ben", "zoe"]).keys() == {"ana"}


def test_no_refund_takes_what_one_recorded_before_gave_back(database: Database) -> None:
    shop = Shop(database)
    shop.one(id="1", member="ana", at="2026-05-10", amount=100)
    shop.one(id="9", type="refund", member="ana", at="2026-05-20", refund_of="1", amount=40)
    # By its id, and then by its instant, it stands before the one that was recorded.
    for id_, at in (("8", "2026-05-20"), ("10", "2026-05-11")):
        more = {"id": id_, "type": "refund", "member": "ana", "at": at, "refund_of": "1", "amount": 100}
        found = shop.record(more)[0]
        assert isinstance(found, Refusal)
        assert found.code == "refund_refused"
    assert shop.points("ana") == 60
    assert not shop.verify().findings


def test_a_lapsed_reservation_gives_its_stock_back_while_a_refund_waits(database: Database) -> None:
    shop = Shop(database)
    for member in ("ana", "ben", "zoe"):
        shop.one(id=member, member=member, at="2026-05-10", amount=300)
    shop.redeem(id="r1", member="ana", reward="mug")
    shop.one(id="w", type="refund", member="ben", at="2026-05-11", refund_of="never", amount=1)
    shop.redeem(id="r2", member="ben", reward="mug", reserve=True)
    shop.now = "2026-06-03T12:00:00+02:00"
    shop.one(id="x", member="ben", at="2026-06-03T11:00:00+02:00", amount=1)
    assert isinstance(shop.redeem(id="r3", member="zoe", reward="mug"), Recorded)
    assert not shop.verify().findings


ORDERS = """
units: {points: {pending: {for: 14 days, from: delivered}}}
events: {delivered: {kind: fulfilment}}
rules: [{id: base, give: floor(eligible)}]
redemptions: {}
"""


def test_points_wait_until_their_order_was_delivered_whichever_is_recorded_first(database: Database) -> None:
    shop = Shop(database, HEAD + ORDERS)
    shop.one(id="1", member="ana", at="2026-05-01", amount=100)
    shop.one(id="2", member="ana", type="delivered", at="2026-05-04", purchase="1")
    early = shop.one(id="3", member="ana", type="delivered", at="2026-05-05", purchase="4")
    assert early.status == "waiting"
    assert shop.points("ana") == 100
    shop.one(id="4", member="ana", at="2026-05-05T10:00", amount=30)
    shop.one(id="5", member="ana", at="2026-05-06", amount=7)
    assert shop.points("ana", "2026-05-19T09:59:59+02:00") == 100
    assert shop.points("ana", "2026-05-19T10:00:00+02:00") == 130
    assert shop.stand("ana").balances[0].pending == 7
    assert shop.verify().findings == ()


def _both_orders(database: Database, *, first: str) -> Shop:
    """Record Ana's purchase, and two refunds of it that Ben brings: in this order, or the refunds first."""
    shop = Shop(database)
    told = [
        {"id": "p", "member": "ana", "at": "2026-05-10", "amount": 100},
        {"id": "r", "type": "refund", "member": "ben", "at": "2026-05-11", "refund_of": "p", "amount": 40},
        {"id": "s", "type": "refund", "member": "cyd", "at": "2026-05-12", "refund_of": "p", "amount": 10},
    ]
    for one in told if first == "purchase" else told[::-1]:
        shop.one(**one)
    return shop


def test_a_refund_that_another_member_brings_is_its_purchase_s_in_either_order(database: Database) -> None:
    """It waited for ever where it came first."""
    shop = _both_orders(database, first="refund")
    assert shop.points("ana") == 50
    assert shop.points("ben") == 0
    shop.seal()
    assert shop.verify().findings == ()
    shop.one(id="q", member="ben", at="2026-05-12", amount=7)
    assert (shop.points("ana"), shop.points("ben")) == (50, 7)


def test_a_refund_is_forwarded_once_and_only_while_it_waits(database: Database) -> None:
    shop = _both_orders(database, first="refund")
    again = shop.one(id="p", member="ana", at="2026-05-10", amount=100)
    assert again.repeated
    assert shop.points("ana") == 50
    late = shop.one(id="t", type="refund", member="ben", at="2026-05-13", refund_of="p", amount=50)
    assert late.account == "ana"
    assert shop.points("ana") == 0
    shop.seal()
    assert shop.verify().findings == ()


def test_of_refunds_that_waited_one_of_more_than_is_left_does_nothing(database: Database) -> None:
    shop = Shop(database)
    for member, amount in (("ben", 70), ("cyd", 40)):
        shop.one(
            id=f"r-{member}",
            type="refund",
            member=member,
            at="2026-05-11",
            refund_of="p",
            refund_source="",
            amount=amount,
        )
    shop.one(id="p", member="ana", at="2026-05-10", amount=100)
    assert shop.points("ana") == 30
    shop.seal()
    assert shop.verify().findings == ()


def test_a_refund_and_its_purchase_may_come_together(database: Database) -> None:
    shop = Shop(database)
    shop.record(
        {"id": "r", "type": "refund", "member": "ben", "at": "2026-05-11", "refund_of": "p", "amount": 40},
        {"id": "p", "member": "ana", "at": "2026-05-10", "amount": 100},
    )
    assert shop.points("ana") == 60
