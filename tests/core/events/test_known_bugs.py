"""Bugs that loyalty engines have shipped, each with the test that would have caught it.

Those of returns that need no points to be kept stand in test_refunds.py, of what callers ask for (39) in tests/api/test_standings.py. Uses in two steps that counted twice or were kept by
what failed (45) are asked in lots/test_rewards.py, last days that got lost and months that drifted (35, 37, 38) in
definition/test_zones.py.
"""

from collections.abc import Mapping, Sequence
from itertools import product
from typing import Any

import pytest

from guerdon.core.effects import REDEEMED, SPENT
from guerdon.core.history import Stock, take_stock
from guerdon.core.lots.rewards import WITHIN
from guerdon.definition.timeline import check_timeline
from tests.core.lots.journals import BASE, kept, spends
from tests.core.tables import answers, event, points, programme
from tests.core.versions.timelines import version

Record = Mapping[str, Any]

SHOP = kept("expiry: {after: 12 months}", "\nreturns: {}").replace("floor(amount)", "floor(eligible)")
"""A point a dollar of what money pays; 10 points a dollar when points do."""


def buys(name: str, at: str, amount: object, **more: Any) -> Record:  # noqa: ANN401 - whatever a record may say
    return {"id": name, "at": at, "amount": amount, **more}


def back(name: str, at: str, of: str, **more: Any) -> Record:  # noqa: ANN401 - whatever a record may say
    return {"id": name, "type": "refund", "at": at, "refund_of": of, **more}


def stock(*records: Record, body: str = SHOP) -> Stock:
    """Return what Ana has in the end, once the books are seen to add up."""
    (found,) = take_stock(programme(body), [event(body, record) for record in records])
    left = found.left
    assert left.total() == sum(lot.remaining for lot in left.lots) - left.debt
    for lot in left.lots:
        assert lot.original == lot.remaining + lot.spent + lot.expired + lot.reversed
        assert min(lot.remaining, lot.spent, lot.expired, lot.reversed) >= 0
    return found


def total(*records: Record, body: str = SHOP) -> int:
    return stock(*records, body=body).left.total()


def test_1_buying_and_giving_back_a_hundred_times_nets_zero_whatever_is_spent_between() -> None:
    """odoo/odoo#257854."""
    loop: list[Record] = []
    for number in range(100):
        at = f"2017-03-03T{number // 10 + 10}:{number % 10 * 5 + 10}"
        loop += [
            buys(f"p{number}", f"{at}:01", 120),
            {"id": f"s{number}", **spends(f"{at}:02", number)},
            back(f"r{number}", f"{at}:03", f"p{number}"),
        ]
    spent = sum(range(100))
    assert total(*loop) == -spent
    assert total(*loop, buys("last", "2017-03-04", spent + 7)) == 7


def test_2_an_order_paid_with_points_gives_them_back_once() -> None:
    """odoo/odoo#212922: the refund took the redeemed points a second time."""
    history = [
        buys("before", "2017-01-05", 1000),
        buys("p", "2017-03-01T12:00", 100, points_paid=100),
        {"id": "pay", **spends("2017-03-01T12:00", 1000, purchase="p")},
    ]
    assert total(*history) == 0
    assert total(*history, back("r", "2017-03-02", "p")) == 1000
    assert total(*history, back("r", "2017-03-02", "p"), back("r", "2017-03-02", "p")) == 1000


@pytest.mark.parametrize("part", range(0, 101, 10))
def test_5_and_6_any_fraction_of_an_order_that_earns_and_redeems_goes_back_by_tender(part: int) -> None:
    """frappe/erpnext#32951, #30242; mollie/magento2#951: the points' share was paid out as cash."""
    history = [
        buys("before", "2017-01-05", 1000),
        buys("p", "2017-03-01T12:00", 100, points_paid=40),
        {"id": "pay", **spends("2017-03-01T12:00", 400, purchase="p")},
        back("r", "2017-03-02", "p", amount=part),
    ]
    earned, restored = 60 - 60 * part // 100, 4 * part
    assert total(*history) == 600 + earned + restored
    if part < 100:
        assert total(*history, back("s", "2017-03-03", "p")) == 1000


def test_7_what_is_owed_nets_with_what_comes_back() -> None:
    """nopSolutions/nopCommerce#5595: redeem all 50, earn 21, spend them, cancel at a balance of 0."""
    history = [
        buys("before", "2017-01-05", 50),
        buys("p", "2017-03-01T12:00", 26, points_paid=5),
        {"id": "pay", **spends("2017-03-01T12:00", 50, purchase="p")},
        {"id": "other", **spends("2017-03-02", 21)},
    ]
    assert total(*history) == 0
    cancelled = stock(*history, back("r", "2017-03-03", "p")).left
    assert (cancelled.available, cancelled.debt) == (29, 0)


@pytest.mark.parametrize("path", [path for length in range(1, 7) for path in product("oc", repeat=length)])
def test_8_on_every_path_through_open_and_cancelled_the_last_state_alone_counts(path: tuple[str, ...]) -> None:
    """wpswings/points-and-rewards-for-woocommerce#112, #111: completed, cancelled, completed gave nothing.

    An order that is completed again is a new purchase; the same state told twice is the same event.
    """
    told: list[Record] = []
    orders = 0
    state = "c"
    for number, step in enumerate(path):
        if step == "o" and state == "c":
            orders += 1
            told.append(buys(f"p{orders}", f"2017-03-{number + 1:02}", 100))
        elif step == "c" and state == "o":
            told.append(back(f"r{orders}", f"2017-03-{number + 1:02}", f"p{orders}"))
        elif told:
            told.append(told[-1])
        state = step
    assert sum(points(SHOP, *told)) == (100 if state == "o" else 0)


STEPS = ("confirm", "cancel")


@pytest.mark.parametrize("path", [path for length in range(6) for path in product(STEPS, repeat=length)])
def test_8_a_redemption_is_spent_or_back_as_its_last_step_says(path: tuple[str, ...]) -> None:
    history: list[Record] = [buys("a", "2017-03-01", 100), {"id": "hold", **spends("2017-03-02", 30, step="reserve")}]
    for number, step in enumerate(path):
        history.append({"id": f"s{number}", **spends(f"2017-03-{number + 3:02}", 30, step=step, reservation="hold")})
    left = stock(*history).left
    last = path[-1] if path else ""
    assert (left.available, left.held) == {"": (70, 30), "confirm": (70, 0), "cancel": (100, 0)}[last]


def test_9_deleting_an_order_is_giving_all_of_it_back() -> None:
    """Repair-DeskPOS/RepairDesk-BUGS-IMPROVEMENTS#1517: points, lots and levels are as if it had not been."""
    body = (
        SHOP
        + """
metrics: {spend: {sum: amount, within: year}}
ladders: [{id: tier, by: spend, levels: [{id: member, from: 0}, {id: gold, from: 100}]}]
"""
    )
    deleted = [buys("a", "2017-03-01", 120), back("r", "2017-03-02", "a")]
    assert total(*deleted, body=body) == 0
    found = answers(body, *deleted, buys("b", "2017-03-03", 99), buys("c", "2017-03-04", 1), buys("d", "2017-03-05", 1))
    assert [answer.past[0] for answer in found] == [0, 1, 0, 0, 1]


def test_10_a_line_voided_before_closing_or_after_it_leaves_the_same() -> None:
    """FreeOpenSourcePOS/FloCafe#720."""
    body = SHOP.replace("floor(eligible)", "floor(amount)")
    never = {"id": "p", "at": "2017-03-01", "lines": [{"id": "1", "amount": 30}]}
    after = {"id": "p", "at": "2017-03-01", "lines": [{"id": "1", "amount": 30}, {"id": "2", "amount": 20}]}
    assert total(never, body=body) == 30
    assert total(after, back("v", "2017-03-01", "p", lines=[{"id": "2"}]), body=body) == 30
    assert total(after, back("v", "2017-04-01", "p", lines=[{"id": "2"}]), body=body) == 30


@pytest.mark.parametrize("times", [1, 2, 7])
def test_12_however_often_a_status_is_told_there_is_one_award(times: int) -> None:
    """opencart/opencart#2349, wpswings#104."""
    assert total(*[buys("p", "2017-03-01", 100)] * times) == 100


def test_13_telling_everything_again_changes_nothing() -> None:
    """AnthropicBots/compressor#1476."""
    history: Sequence[Record] = [
        buys("a", "2017-03-01", 100),
        {"id": "s", **spends("2017-03-02", 60)},
        back("r", "2017-03-03", "a", amount=50),
        buys("b", "2017-03-04", 5),
    ]
    once, again = stock(*history).left, stock(*history, *history).left
    assert [(lot.remaining, lot.spent, lot.reversed) for lot in once.lots] == [
        (lot.remaining, lot.spent, lot.reversed) for lot in again.lots
    ]
    assert (once.total(), once.debt) == (again.total(), again.debt) == (-5, 5)


@pytest.mark.parametrize("times", [1, 2, 5])
def test_14_cancelled_many_times_is_cancelled_once(times: int) -> None:
    """mollie/magento2#761, magento/magento2#38815: the back button credited again."""
    history: list[Record] = [
        buys("a", "2017-03-01", 100),
        {"id": "s", **spends("2017-03-02", 60)},
        *[{"id": f"c{number}", **spends("2017-03-03", 60, step="cancel", reservation="s")} for number in range(times)],
    ]
    assert total(*history) == 100


def test_29_and_30_what_is_redeemed_is_no_spend_and_lowers_no_level() -> None:
    """DivanteLtd/open-loyalty#131, promantia-ltd/POSpire#75."""
    body = (
        SHOP
        + """
metrics: {earned: {earned: points, within: year}}
ladders: [{id: tier, by: earned, levels: [{id: member, from: 0}, {id: gold, from: 100}]}]
"""
    )
    history = [buys("a", "2017-03-01", 100), {"id": "s", **spends("2017-03-02", 100)}, buys("b", "2017-03-03", 1)]
    assert [answer.past[0] for answer in answers(body, *history)] == [0, 1, 1]


def test_31_what_was_spent_never_expires() -> None:
    """FreeOpenSourcePOS/FloCafe#78: earn 100, spend 80, and 20 expire."""
    history = [buys("a", "2017-03-01", 100), {"id": "s", **spends("2017-03-02", 80)}, buys("z", "2018-03-02", 0)]
    left = stock(*history).left
    assert (left.total(), left.expired(), left.spent()) == (0, 20, 80)


@pytest.mark.parametrize("times", [1, 3, 5])
def test_11_every_event_may_be_told_again_at_any_time_later(times: int) -> None:
    """odoo/odoo#222372, #270532, OCA/pos#185: what was confirmed offline was sent again."""
    history: list[Record] = [
        buys("a", "2017-03-01", 100),
        {"id": "s", **spends("2017-03-02", 60, step="reserve")},
        {"id": "c", **spends("2017-03-03", 60, step="confirm", reservation="s")},
        back("r", "2017-03-04", "a", amount=10),
    ]
    assert total(*history, *[record for record in history for _ in range(times)]) == 30


def test_21_what_is_redeemed_together_is_taken_from_one_balance() -> None:
    """odoo/odoo#249775: two quotes, each covered alone, were confirmed in one go."""
    history = [buys("a", "2017-03-01", 100), *[{"id": name, **spends("2017-03-02", 100)} for name in ("s", "t")]]
    left = stock(*history).left
    assert (left.spent(), left.available, left.debt) == (100, 0, 100)


def test_24_points_of_one_kind_are_never_paid_with_another_s() -> None:
    """frappe/erpnext#59050: the total was checked, and entries of one kind alone were consumed."""
    body = (
        "units: {points: {expiry: {after: 12 months}}, stars: {expiry: {after: 12 months}}}\n"
        "rules: [{id: p, unit: points, give: 10}, {id: s, unit: stars, give: 90}]"
    )
    history = [
        event(body, buys("a", "2017-03-01", 1)),
        event(body, {"id": "s", **spends("2017-03-02", 50, unit="points")}),
    ]
    found = [(one.left.available, one.left.debt) for one in take_stock(programme(body), history)]
    assert found == [(0, 40), (90, 0)]


def test_27_what_is_told_of_an_order_with_several_redemptions_is_what_the_balance_lost() -> None:
    """odoo/odoo#211188: history kept the last reward's cost alone."""
    history = [
        buys("a", "2017-03-01", 100),
        *[{"id": f"s{cost}", **spends("2017-03-02", cost)} for cost in (10, 20, 30)],
    ]
    told = [row.granted for answer in answers(SHOP, *history) for row in answer.effects if row.kind == SPENT]
    assert told == [10, 20, 30]
    assert total(*history) == 100 - sum(told)


@pytest.mark.parametrize(("spent", "level"), [(0, 0), (99, 0), (100, 1), (101, 1), (499, 1), (500, 2), (501, 2)])
def test_28_a_level_is_reached_exactly_on_its_threshold_and_the_first_purchase_is_rated_below_it(
    spent: int, level: int
) -> None:
    """frappe/erpnext#22167, #24672, #33550, #45450: the first invoice got the second tier."""
    levels = "{id: member, from: 0}, {id: silver, from: 100}, {id: gold, from: 500}"
    body = (
        SHOP
        + f"\nmetrics: {{spend: {{sum: amount, within: year}}}}\nladders: [{{id: tier, by: spend, levels: [{levels}]}}]\n"
    )
    found = answers(body, buys("a", "2017-03-01", spent), buys("b", "2017-03-02", 0))
    assert [answer.past[0] for answer in found] == [0, level]


def test_33_points_are_there_for_the_days_that_were_said_and_not_one_less() -> None:
    """nexu-io/nexu#829: one day instead of seven; Kademi/kademi-dev#5962: the balance stayed as it was."""
    body = kept("expiry: {after: 7 days}")
    bought = buys("a", "2017-03-01T12:00", 10)
    assert total(bought, buys("z", "2017-03-08T11:59:59", 0), body=body) == 10
    assert total(bought, buys("z", "2017-03-08T12:00", 0), body=body) == 0


@pytest.mark.parametrize(("amount", "earned"), [("77.99", 0), ("78.00", 78), ("78.01", 78), ("0.29", 0)])
def test_40_and_41_no_amount_is_a_hair_below_itself(amount: str, earned: int) -> None:
    """odoo/odoo#111670, #219640, #275961, frappe/erpnext#36466: floats, and a total rounded in two places."""
    body = "rules: [{id: base, when: amount - 78 >= 0, give: floor(amount)}]"
    assert points(body, buys("a", "2017-03-01", amount)) == [earned]


def test_32_what_ends_is_told_by_dates_and_never_by_what_it_is_called() -> None:
    """liberusoftware/ecommerce-laravel#1056: expiry picked lots by their label."""
    terms = "expiry: {after: 30 days}"
    body = kept(terms).replace(
        "rules: [", "rules: [{id: bonus, title: base, funded_by: base, give: 5, when: amount >= 50}, "
    )
    bought = [buys("a", "2017-03-01", 50), buys("b", "2017-03-11", 50)]
    assert [total(*bought, buys("z", when, 0), body=body) for when in ("2017-03-30", "2017-03-31", "2017-04-10")] == [
        110, 55, 0,
    ]  # fmt: skip


@pytest.mark.parametrize("written", ["2017-07-31T23:30:00-04:00", "2017-08-01T03:30:00Z", "2017-08-01T05:30:00+02:00"])
def test_34_an_instant_is_one_day_wherever_it_was_written(written: str) -> None:
    """odoo/odoo#222428: the cart in one zone, the payment checked in another, and the reward was gone after paying."""
    body = """
rules: [{id: july, give: 10, until: 2017-07-31, limits: [{times: 1, every: day}]}]
rewards: [{id: mug, price: 10, until: 2017-07-31}]
"""
    bought, taken = buys("a", written, 20), {"id": "t", "type": "redemption", "reward": "mug", "at": written}
    assert points(body, bought, buys("b", "2017-07-31T12:00", 20)) == [10, 0]
    told = [row.reason for one in answers(body, bought, taken) for row in one.effects if row.kind == REDEEMED]
    assert told == [WITHIN]


def test_36_a_zone_that_changes_would_move_past_months_and_is_refused() -> None:
    """Meeds-io/meeds#333."""
    (found,) = check_timeline([version("2017-01-01", BASE), version("2017-07-01", BASE, "Europe/Paris")])
    assert found.what.startswith("the zone is Europe/Paris")


@pytest.mark.parametrize(
    "shown",
    [
        {"amount": 100},
        {"amount": 1700, "currency": "ZAR"},
        {"amount": 1700, "currency": "ZAR", "rate": "0.058823529412"},
    ],
)
def test_42_the_currency_in_which_a_price_is_shown_changes_nothing(shown: Record) -> None:
    """Automattic/woocommerce-payments#2848: 100 EUR shown in ZAR earned 1,700 points."""
    body = "rates: {ZAR: 0.058823529412}\nrules: [{id: base, give: floor(eligible)}]"
    assert points(body, {"id": "a", "at": "2017-03-01", **shown}) == [100]
