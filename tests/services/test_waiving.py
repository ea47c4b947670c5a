"""What others lose to a late event, kept by who lost it where the programme says so: posted, and given again as a fact (S1)."""

import pytest

from guerdon.services.adjustments.adjust import AdjustPoints, adjust_points
from guerdon.services.answers import Recorded, Refusal
from guerdon.store import Database, events, journals
from tests.services.shop import HEAD, TESTS, Shop

LIMITED = (
    HEAD
    + """
units: {points: {expiry: {after: 12 months}}}
late: {loss: waive}
rules: [{id: base, give: floor(eligible), limits: [{points: 100, every: month}]}]
funded_by: {brand: 1}
"""
)


def verified(shop: Shop) -> bool:
    shop.seal()
    return shop.verify().findings == ()


def test_others_keep_what_they_were_granted(database: Database) -> None:
    shop = Shop(database, LIMITED)
    shop.one(id="1", member="ana", at="2026-05-10", amount=80)
    late = shop.one(id="2", member="ana", at="2026-05-09", amount=50)
    assert late.points == {"points": 50}
    assert late.balances[0].available == 130
    again = shop.one(id="2", member="ana", at="2026-05-09", amount=50)
    assert again.repeated
    assert (again.points, again.balances, again.journal) == (late.points, late.balances, late.journal)
    assert shop.points("ana") == 130
    assert verified(shop)


def test_what_is_given_again_is_an_adjustment_with_its_reason_and_payer(database: Database) -> None:
    shop = Shop(database, LIMITED)
    shop.one(id="1", member="ana", at="2026-05-10", amount=80)
    shop.one(id="2", source="till", member="ana", at="2026-05-09", amount=50)
    with database.view() as view:
        published = shop.publishing.current(view)
        rows = events.of_account(view, published.id, "ana")
        given = [one for one in journals.entries_after(view, published.id, "ana") if one.event == rows[-1].number]
    assert (rows[-1].source, rows[-1].id, rows[-1].type) == ("guerdon", "late-loss/till/2", "adjustment")
    name = published.terms.name
    assert [(one.points, name(one.payer), name(one.rule)) for one in given] == [(30, "brand", "late-loss")]


def test_without_it_others_lose_them(database: Database) -> None:
    shop = Shop(database, LIMITED.replace("late: {loss: waive}\n", ""))
    shop.one(id="1", member="ana", at="2026-05-10", amount=80)
    shop.one(id="2", member="ana", at="2026-05-09", amount=50)
    assert shop.points("ana") == 100


@pytest.mark.parametrize(("order", "total"), [((0, 1, 2), 100), ((1, 0, 2), 115), ((2, 1, 0), 130)])
def test_each_late_event_is_looked_at_by_itself(database: Database, order: tuple[int, ...], total: int) -> None:
    """A hundred in all; a late one takes 15 from b, and from b and c, who keep them."""
    told = [
        {"id": "a", "member": "ana", "at": "2026-05-09", "amount": 50},
        {"id": "b", "member": "ana", "at": "2026-05-10", "amount": 65},
        {"id": "c", "member": "ana", "at": "2026-05-11", "amount": 15},
    ]
    shop = Shop(database, LIMITED)
    for place in order:
        shop.one(**told[place])
    assert shop.points("ana") == total
    assert verified(shop)


def test_a_refund_that_waited_takes_back_what_its_purchase_brings(database: Database) -> None:
    shop = Shop(database, LIMITED)
    shop.one(id="r", type="refund", member="ana", at="2026-05-12", refund_of="p", amount=40)
    assert shop.one(id="p", member="ana", at="2026-05-10", amount=50).balances[0].available == 10
    assert verified(shop)


def test_each_unit_has_a_reason_of_its_own(database: Database) -> None:
    two = LIMITED.replace("units: {points: {expiry: {after: 12 months}}}", "units: {points: {}, stars: {decimals: 1}}")
    two = two.replace("give: floor(eligible)", "unit: stars, give: eligible * 0.5")
    shop = Shop(database, two)
    shop.one(id="1", member="ana", at="2026-05-10", amount=180)
    shop.one(id="2", member="ana", at="2026-05-09", amount=41)
    assert [one.available for one in shop.stand("ana").balances] == [0, "110.5"]
    assert verified(shop)


def test_a_programme_may_say_who_pays_for_it(database: Database) -> None:
    shop = Shop(database, LIMITED + "adjustments: [{id: late-loss, title: Our till was late, funded_by: {till: 1}}]\n")
    shop.one(id="1", member="ana", at="2026-05-10", amount=80)
    shop.one(id="2", member="ana", at="2026-05-09", amount=50)
    assert shop.points("ana") == 130
    assert verified(shop)


def test_nobody_gives_for_it_by_hand(database: Database) -> None:
    shop = Shop(database, LIMITED)
    with database.work() as work:
        command = AdjustPoints(id="x", member="ana", reason="late-loss", points=1, note="", by=TESTS)
        found = adjust_points(command, work, shop.publishing.current(work), at=shop.at())
    assert isinstance(found, Refusal)
    assert found.code == "adjustment_too_large"


def test_purchases_before_joining_take_nothing_from_others(database: Database) -> None:
    shop = Shop(database, LIMITED + "enrolment: {claim: 30 days}\n")
    kept = shop.record({"id": "g", "identity": {"card": "tok_1"}, "at": "2026-05-09", "amount": 50})
    assert isinstance(kept[0], Recorded)
    shop.one(id="1", member="ana", at="2026-05-10", amount=80)
    shop.enrol("ana", identities=[{"card": "tok_1"}])
    assert shop.points("ana") == 130
    assert verified(shop)
