"""Bugs that loyalty engines have shipped, each with the test that would have caught it in the service.

What was asked twice, half done, or tried out and left a trace (11, 16, 23, 48) is asked of every path in tests/proof/test_once.py and
tests/proof/test_failpoints.py; what ran at once (15, 17, 19, 20, 43) in tests/proof/test_interleavings.py and test_races.py.
"""

import pytest

from guerdon.definition.check import check_text
from guerdon.services.answers import Recorded, Refusal
from guerdon.services.baskets.ask import ask_basket
from guerdon.services.events.record import Recording
from guerdon.services.programmes.publish import publish
from guerdon.store import Database
from tests.proof.kept import changed, kept
from tests.services.shop import PROGRAMME, TESTS, Shop

ONCE = PROGRAMME + "  - {id: voucher, price: 10, treatment: discount, limits: [{per: member, times: 1, every: year}]}\n"
BUDGET = PROGRAMME.replace("{per: member, points: 1000, every: month}", "{per: programme, points: 100, every: month}")
NEXT_DAYS = "2026-06-03T12:00:00+02:00"


def code(found: Recorded | Refusal) -> str:
    return found.code if isinstance(found, Refusal) else "done"


def test_18_whoever_comes_too_late_changes_nothing(database: Database) -> None:
    """saleor/saleor#15855: the loser's failure refunded the winner's payment."""
    shop = Shop(database, ONCE)
    for member in ("ana", "ben", "zoe"):
        shop.one(id=member, member=member, at="2026-05-10", amount=300)
    won = [shop.redeem(id=f"r-{who}", member=who, reward="mug") for who in ("ana", "ben")]
    won.append(shop.redeem(id="v1", member="ana", reward="voucher"))
    assert [code(one) for one in won] == ["done"] * 3
    before = kept(database)
    lost = [
        shop.redeem(id="r-zoe", member="zoe", reward="mug"),
        shop.redeem(id="v2", member="ana", reward="voucher"),
        shop.redeem(id="v3", member="ben", reward="mug", points=7),
        shop.redeem(id="v4", member="nobody", reward="coffee"),
    ]
    assert [code(one) for one in lost] == ["out_of_stock", "limit_reached", "price_differs", "not_enough_points"]
    assert changed(before, kept(database)) == []


def test_21_what_is_decided_together_is_taken_from_one_balance(database: Database) -> None:
    """odoo/odoo#249775: two quotes, each covered alone, were confirmed in one go."""
    shop = Shop(database)
    shop.one(id="1", member="ana", at="2026-05-10", amount=60)
    asked = [
        {"id": name, "source": "guerdon", "type": "redemption", "member": "ana", "at": shop.now, "reward": "coffee"}
        for name in ("s", "t")
    ]
    with database.work() as work:
        found = Recording(work, shop.publishing.current(work), shop.at(), decides=True).run(asked)
    assert [code(one) for one in found] == ["done", "not_enough_points"]
    assert (shop.points("ana"), shop.stand("ana").balances[0].debt) == (10, 0)


@pytest.mark.parametrize("together", [True, False])
def test_22_what_all_share_is_never_used_beyond_what_there_is(database: Database, *, together: bool) -> None:
    """shopware/shopware#11245, spree/spree#11284, fossasia/eventyay#1398: a voucher for three uses was used five times."""
    shop = Shop(database, BUDGET)
    bought = [{"id": f"b{n}", "member": f"m{n}", "at": "2026-06-01", "amount": 40} for n in range(5)]
    outcomes = shop.record(*bought) if together else [shop.record(one)[0] for one in bought]
    assert [one.points["points"] for one in outcomes if isinstance(one, Recorded)] == [40, 40, 20, 0, 0]
    assert not shop.verify().findings


SIGNED = ("--700", "+-7", "-+7", "++7", "7-", "(7)", "- 7", "\u22127", "7e2", "0x7", "\uff17", "1_000", "1,5")


@pytest.mark.parametrize("written", SIGNED)
def test_26_no_sign_is_read_that_was_not_written(database: Database, written: str) -> None:
    """odoo/odoo#17335: --700 was read as 700."""
    shop = Shop(database)
    shop.one(id="1", member="ana", at="2026-05-10", amount=100)
    before = shop.stand("ana").balances
    for number, field in enumerate(("amount", "points")):
        type_ = "purchase" if field == "amount" else "redemption"
        said = {"id": f"x{number}", "member": "ana", "at": "2026-05-11", "type": type_, field: written}
        assert code(shop.record(said)[0]) == "invalid_event"
    assert code(shop.redeem(id="r", member="ana", reward="coffee", points=written)) != "done"
    assert shop.stand("ana").balances == before


def test_45_a_use_in_two_steps_counts_once_and_comes_back_when_nothing_comes_of_it(database: Database) -> None:
    """saleor/saleor#7588, #8219, magento/magento2#33100, vendurehq/vendure#1466: counted twice, or kept by what failed."""
    shop = Shop(database, ONCE)
    shop.one(id="1", member="ana", at="2026-05-10", amount=300)

    def takes(name: str) -> str:
        return code(shop.redeem(id=name, member="ana", reward="voucher", reserve=True))

    assert (takes("v1"), takes("v2")) == ("done", "limit_reached")
    shop.step(id="c1", member="ana", redemption="v1", step="cancel")
    assert takes("v3") == "done"
    shop.now = NEXT_DAYS  # it has lapsed, so somebody else's is the use, and confirming it counts anew
    assert takes("v4") == "done"
    assert code(shop.step(id="c4", member="ana", redemption="v4", step="confirm")) == "done"
    assert code(shop.step(id="c3", member="ana", redemption="v3", step="confirm")) == "limit_reached"
    assert takes("v5") == "limit_reached"
    assert shop.points("ana") == 290
    assert not shop.verify().findings


def test_46_a_limit_holds_though_nobody_names_it(database: Database) -> None:
    """vendurehq/vendure#4353: limits of promotions without a code were passed over."""
    shop = Shop(database)
    bought = [{"id": f"b{n}", "member": "ana", "at": f"2026-05-{n + 1:02}", "amount": 300} for n in range(6)]
    outcomes = shop.record(*bought[:3]) + [shop.record(one)[0] for one in bought[3:]]
    assert sum(int(one.points["points"]) for one in outcomes if isinstance(one, Recorded)) == 1000


def test_47_what_is_no_longer_on_offer_is_not_given(database: Database) -> None:
    """odoo/odoo#233645: an archived card still paid."""
    shop = Shop(database)
    shop.one(id="1", member="ana", at="2026-05-10", amount=300)
    later = check_text(PROGRAMME.replace("{id: coffee, price: 50", "{id: tea, price: 50"), examples=False)
    with database.work() as work:
        publish(work, "shop", later.files, (), by=TESTS, at=shop.at())
    assert code(shop.redeem(id="r1", member="ana", reward="coffee")) == "reward_unknown"
    assert code(shop.redeem(id="r2", member="ana", reward="tea")) == "done"
    assert shop.points("ana") == 250


def test_34_what_a_basket_was_promised_is_what_its_purchase_gets_wherever_the_till_stands(database: Database) -> None:
    """odoo/odoo#222428: the cart in one zone, the payment checked in another, and the reward was gone after paying."""
    shop = Shop(database, PROGRAMME.replace("{id: coffee,", "{id: coffee, until: 2026-06-30,"))
    shop.one(id="1", member="ana", at="2026-05-10", amount=60)
    shop.now = "2026-06-30T23:30:00+02:00"
    there = {"member": "ana", "amount": 30}
    with database.view() as view:
        told = ask_basket(
            view, shop.publishing.current(view), {**there, "at": "2026-07-01T06:30:00+09:00"}, at=shop.at()
        )
    assert [one.reward for one in told.rewards] == ["coffee"]
    assert shop.one(id="2", at="2026-06-30T17:30:00-04:00", **there).points == told.points
    assert code(shop.redeem(id="r1", member="ana", reward="coffee")) == "done"


def test_44_once_a_member_is_once_whatever_their_address(database: Database) -> None:
    """saleor/saleor#18563: once per customer was beaten by an e-mail change."""
    shop = Shop(database, ONCE)
    shop.enrol("ana", identities=[{"email": "ana@example.com"}])
    shop.one(id="1", identity={"email": "ana@example.com"}, at="2026-05-10", amount=300)
    assert code(shop.redeem(id="v1", member="ana", reward="voucher")) == "done"
    new = {"email": "anna@example.com"}
    shop.update("ana", identities=[new], identities_removed=[{"email": "ana@example.com"}])
    found = shop.one(id="2", identity=new, at="2026-05-11", amount=10)
    assert found.account == "ana"
    assert code(shop.redeem(id="v2", member="ana", reward="voucher")) == "limit_reached"
