"""Rewards, worked out by hand: what one costs, who may have it and how often, and how a redemption stands to that."""

from typing import Any

import pytest

from guerdon.core.effects import REDEEMED, SPENT, Effects
from guerdon.core.events import values_of
from guerdon.core.history import facts_of
from guerdon.core.limits.stocks import Draws
from guerdon.core.lots.keeping import STEPS
from guerdon.core.lots.rewards import OUTSIDE
from guerdon.core.rating import Fold
from guerdon.core.statement import Statement
from tests.core.lots.journals import Record, buys
from tests.core.tables import answers, event, programme

LEVELS = """
metrics: {spend: {sum: eligible, within: year}}
ladders:
  - {id: status, by: metrics.spend, levels: [{id: green, from: 0}, {id: gold, from: 100}]}
"""


def shop(rewards: str, rest: str = "") -> str:
    """Return a programme of a point a dollar with some rewards."""
    return f"rules: [{{id: base, give: floor(amount)}}]\nrewards:\n{rewards}{rest}"


def takes(when: str, reward: str = "coffee", **more: Any) -> Record:  # noqa: ANN401 - whatever a record states
    return {"at": when, "type": "redemption", "reward": reward, **more}


def asked(body: str, *records: Record) -> list[tuple[int, str, str, int]]:
    """Return each redemption that was told: which event, the step, what it contradicts, and how many points."""
    rows = [row for one in answers(body, *records) for row in one.effects if row.kind == REDEEMED]
    return [(row.event + 1, STEPS[row.band], OUTSIDE[row.reason], row.desired) for row in rows]


def spent(body: str, *records: Record) -> list[tuple[int, int]]:
    """Return what each event spent."""
    rows = [row for one in answers(body, *records) for row in one.effects if row.kind == SPENT]
    return [(row.event + 1, row.granted) for row in rows]


def test_a_reward_costs_what_the_level_of_that_moment_says() -> None:
    body = shop("""  - {id: coffee, price: "case level when 'gold' then 80 else 100 end"}\n""", LEVELS)
    history = [buys("2017-01-01", 90), takes("2017-01-02"), buys("2017-01-03", 60), takes("2017-01-04")]
    assert asked(body, *history) == [(2, "both", "", 100), (4, "both", "", 80)]
    assert spent(body, *history) == [(2, 90), (4, 50)]  # ten of the sixty paid what the first coffee lacked


def test_a_price_stated_stands_and_differs_from_the_reward_s() -> None:
    body = shop("  - {id: coffee, price: 80}\n")
    history = [buys("2017-01-01", 500), takes("2017-01-02", points=70), takes("2017-01-03", points=80)]
    assert asked(body, *history) == [(2, "both", "price", 70), (3, "both", "", 80)]
    assert spent(body, *history) == [(2, 70), (3, 80)]


@pytest.mark.parametrize(
    ("reward", "asks", "contradicts"),
    [
        ("price: any, min: 100, step: 50", {"points": 150}, ""),
        ("price: any, min: 100, step: 50", {"points": 99}, "min"),
        ("price: any, min: 100, step: 50", {"points": 120}, "step"),
        ("price: any", {}, "min"),
        ("price: any", {"points": -3}, "min"),
        ("price: 50, money: 2.5", {"paid": "2.50"}, ""),
        ("price: 50, money: 2.5", {"paid": "2.49"}, "money"),
        ("price: 50, money: 2.5", {}, ""),
        ("price: 50, money: 2.5", {"paid": 0, "points": 51}, "price"),
        ("price: 50, from: 2017-01-03", {}, "window"),
        ("price: 50, from: 2017-01-02", {}, ""),  # its first instant
        ("price: 50, until: 2017-01-01", {}, "window"),
        ("price: 50, until: 2017-01-02", {}, ""),
        ("price: 50, when: level = 'gold'", {}, ""),
        ("price: 50, when: level = 'green'", {}, "when"),
        ("price: 50, when: weekday = 1", {}, ""),  # 2 January 2017 was a Monday
        ("""price: 50, when: "weekday in (2, 4) and level = 'gold'" """, {}, "when"),
        ("price: 50, stock: 1", {}, ""),
        ("price: 50, stock: 0", {}, "stock"),
        ("price: 50, limits: [{times: 0, every: year}]", {}, "limit"),
        ("price: 50, limits: [{points: 50, every: day}]", {}, ""),
        ("price: 50, limits: [{points: 49, every: day, per: account}]", {}, "limit"),
    ],
)
def test_what_contradicts_a_term_is_done_and_told(reward: str, asks: dict[str, Any], contradicts: str) -> None:
    body = shop(f"  - {{id: coffee, {reward}}}\n", LEVELS)
    history = [buys("2017-01-01", 400), takes("2017-01-02", **asks)]
    ((_, _, told, points),) = asked(body, *history)
    assert told == contradicts
    assert spent(body, *history) == ([(2, points)] if points else [])


def test_a_redemption_of_nothing_that_there_is_is_told() -> None:
    history = [
        buys("2017-01-01", 50),
        takes("2017-01-02", "tea", points=5),
        takes("2017-01-03", "tea"),
        {"at": "2017-01-04", "type": "redemption"},
        {"at": "2017-01-05", "type": "redemption", "points": 3},
        {"at": "2017-01-06", "type": "redemption", "step": "confirm", "reservation": "r", "points": 2},
        takes("2017-01-07", step="cancel", reservation="r"),
    ]
    body = shop("  - {id: coffee, price: 10}\n")
    assert asked(body, *history) == [
        (2, "both", "unknown", 5),
        (3, "both", "unknown", 0),
        (4, "both", "min", 0),
        (6, "confirm", "reservation", 2),
        (7, "cancel", "reservation", 10),
    ]
    assert spent(body, *history) == [(2, 5), (5, 3), (6, 2)]


def test_a_member_may_have_it_so_many_times_in_a_year() -> None:
    body = shop("  - {id: coffee, price: 10, limits: [{times: 2, every: year}]}\n")
    history = [buys("2017-01-01", 500), *[takes(f"2017-0{month}-01") for month in (2, 3, 4)], takes("2018-01-01")]
    assert [told for _, _, told, _ in asked(body, *history)] == ["", "", "limit", ""]


def test_inside_an_account_each_contributor_has_a_limit_of_their_own() -> None:
    body = shop("  - {id: coffee, price: 10, limits: [{times: 1, every: ever}]}\n")
    home = {"account": "home"}
    history = [
        {**buys("2017-01-01", 500), **home},
        {**takes("2017-01-02"), **home},
        {**takes("2017-01-03", member="ben"), **home},
        {**takes("2017-01-04", member="ben"), **home},
    ]
    assert [told for _, _, told, _ in asked(body, *history)] == ["", "", "limit"]


RESERVING = "redemptions: {hold_for: 2 days}\n"


@pytest.mark.parametrize(
    ("between", "then"),
    [
        ([], "limit"),
        ([{"at": "2017-01-03", "type": "redemption", "step": "cancel", "reservation": "r"}], ""),
        ([{"at": "2017-01-03", "type": "redemption", "step": "confirm", "reservation": "r"}], "limit"),
    ],
)
@pytest.mark.parametrize("limit", ["limits: [{times: 1, every: month}]", "limits: [{times: 1, rolling_days: 30}]"])
def test_a_cancelled_reservation_does_not_count(limit: str, between: list[Record], then: str) -> None:
    body = shop(f"  - {{id: coffee, price: 10, {limit}}}\n", RESERVING)
    history = [
        buys("2017-01-01", 500),
        takes("2017-01-02", step="reserve", id="r"),
        *between,
        takes("2017-01-03T12:00"),
    ]
    assert asked(body, *history)[-1][2] == then


def test_a_reservation_that_lapsed_does_not_count_and_counts_again_when_it_is_confirmed_late() -> None:
    body = shop("  - {id: coffee, price: 10, limits: [{times: 1, every: year}], stock: 5}\n", RESERVING)
    history = [
        buys("2017-01-01", 500),
        takes("2017-01-02", step="reserve", id="r"),
        takes("2017-01-05"),
        {"at": "2017-01-06", "type": "redemption", "step": "confirm", "reservation": "r"},
    ]
    assert asked(body, *history) == [
        (2, "reserve", "", 10),
        (3, "both", "", 10),
        (4, "confirm", "limit", 10),
    ]


def test_a_reservation_that_never_lapses_counts_until_it_is_cancelled() -> None:
    body = shop("  - {id: coffee, price: 10, stock: 1, limits: [{times: 1, every: year}]}\n")
    history = [buys("2017-01-01", 500), takes("2017-01-02", step="reserve", id="r"), takes("2017-03-02")]
    cancelled = {"at": "2017-02-01", "type": "redemption", "step": "cancel", "reservation": "r"}
    assert [row[2] for row in asked(body, *history)] == ["", "limit"]
    assert [row[2] for row in asked(body, *history, cancelled)] == ["", "", ""]


def test_what_was_spent_and_is_given_back_does_not_count_and_counts_again_when_it_is_confirmed() -> None:
    body = shop("  - {id: coffee, price: 10, limits: [{times: 1, every: year}]}\n")
    steps = [
        {"at": f"2017-02-0{day}", "type": "redemption", "step": step, "reservation": "r"}
        for day, step in ((1, "cancel"), (3, "confirm"))
    ]
    history = [buys("2017-01-01", 500), takes("2017-01-02", id="r"), takes("2017-02-02"), *steps]
    assert [(row[1], row[2]) for row in asked(body, *history)] == [
        ("both", ""),
        ("cancel", ""),
        ("both", ""),
        ("confirm", "limit"),
    ]


def test_a_run_that_keeps_no_effects_counts_what_was_outside_the_terms() -> None:
    body = shop("  - {id: coffee, price: 10}\n")
    made = programme(body)
    history = [buys("2017-01-01", 50), takes("2017-01-02"), takes("2017-01-03", points=9), takes("2017-01-04", "tea")]
    events = [event(body, record, number) for number, record in enumerate(history)]
    fold = Fold(made, Effects())
    facts = facts_of(made, events, [values_of(one, made.terms) for one in events])
    fold.run(facts, Statement(made.zone, 1), keep_effects=False)
    assert fold.redemptions is not None
    counts = {OUTSIDE[code]: count for code, count in enumerate(fold.redemptions.outside) if count}
    assert counts == {"": 1, "price": 1, "unknown": 1}


def test_draws_of_one_run_are_handed_over_and_forgotten() -> None:
    draws = Draws()
    draws.add(3, 0, 0, 1, 99)
    assert draws.columns() == {"event": [3], "stock": [0], "period": [0], "amount": [1], "at": [99]}
    draws.forget()
    assert [len(column) for column in draws.columns().values()] == [0] * 5


# Stock.


def of(member: str, record: Record) -> Record:
    return {**record, "member": member}


def test_a_stock_is_for_all_accounts_in_the_order_of_time() -> None:
    body = shop("  - {id: coffee, price: 10, stock: 2}\n")
    history = [
        *[of(member, buys("2017-01-01", 100)) for member in ("ana", "ben", "zoe")],
        of("zoe", takes("2017-01-02")),
        of("ana", takes("2017-01-04")),
        of("ben", takes("2017-01-03")),
    ]
    told = {(row[0], row[2]) for row in asked(body, *history)}
    assert sorted(why for _, why in told) == ["", "", "stock"]
    by_member = {
        one.event.member: OUTSIDE[row.reason]
        for one in answers(body, *history)
        for row in one.effects
        if row.kind == REDEEMED
    }
    assert by_member == {"ana": "stock", "ben": "", "zoe": ""}
    assert [points for _, points in spent(body, *history)] == [10, 10, 10]


@pytest.mark.parametrize(
    ("between", "then"),
    [
        ([], "stock"),
        ([of("ana", {"at": "2017-01-03", "type": "redemption", "step": "cancel", "reservation": "r"})], ""),
        ([of("ana", {"at": "2017-01-03", "type": "redemption", "step": "confirm", "reservation": "r"})], "stock"),
    ],
)
def test_stock_comes_back_when_a_reservation_is_cancelled(between: list[Record], then: str) -> None:
    body = shop("  - {id: coffee, price: 10, stock: 1}\n", RESERVING)
    history = [
        of("ana", buys("2017-01-01", 100)),
        of("zoe", buys("2017-01-01", 100)),
        of("ana", takes("2017-01-02", step="reserve", id="r")),
        *between,
        of("zoe", takes("2017-01-03T12:00")),
    ]
    assert asked(body, *history)[-1][2] == then


@pytest.mark.parametrize(("when", "then"), [("2017-01-03T23:59", "stock"), ("2017-01-04", "")])
def test_stock_comes_back_at_the_instant_at_which_a_reservation_lapses(when: str, then: str) -> None:
    body = shop("  - {id: coffee, price: 10, stock: 1}\n", RESERVING)
    history = [
        of("ana", buys("2017-01-01", 100)),
        of("zoe", buys("2017-01-01", 100)),
        of("ana", takes("2017-01-02", step="reserve")),
        of("zoe", takes(when)),
    ]
    assert asked(body, *history)[-1][2] == then


def test_a_stock_may_be_filled_up_each_month() -> None:
    body = shop("  - {id: coffee, price: 10, limits: [{times: 1, per: programme, every: month}]}\n")
    history = [buys("2017-01-01", 100), takes("2017-01-02"), takes("2017-01-31"), takes("2017-02-01")]
    assert [told for _, _, told, _ in asked(body, *history)] == ["", "stock", ""]
