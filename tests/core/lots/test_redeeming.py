"""Redemptions, worked out by hand: what is set aside, what comes back, what a reward costs."""

import pytest

from guerdon.core.calendar import LATEST
from guerdon.core.lots.lot import Lot
from tests.core.lots.journals import LATER, YEAR, at, buys, kept, spends, told
from tests.core.tables import answers


def test_a_reservation_is_spent_when_it_is_confirmed_once() -> None:
    body = kept(YEAR)
    history = [
        buys("2017-01-01", 10),
        buys("2017-01-02", 10),
        spends("2017-02-01", 15, step="reserve", id="r"),
        {"at": "2017-02-02", "type": "redemption", "step": "confirm", "reservation": "r"},
        {"at": "2017-02-03", "type": "redemption", "step": "confirm", "reservation": "r"},
        LATER,
    ]
    assert told(body, *history) == [
        ("held", at("2017-02-01"), 1, 10),
        ("held", at("2017-02-01"), 2, 5),
        ("spent", at("2017-02-02"), 1, 10),
        ("spent", at("2017-02-02"), 2, 5),
        ("expired", at("2018-01-02"), 2, 5),
    ]


def test_what_is_cancelled_comes_back_to_the_same_lots_with_the_same_dates() -> None:
    history = [
        buys("2017-01-01", 10),
        buys("2017-01-02", 10),
        spends("2017-02-01", 15, step="reserve", id="r"),
        spends("2017-02-02", 2),
        {"at": "2017-02-03", "type": "redemption", "step": "cancel", "reservation": "r"},
        spends("2017-02-04", 3),
        LATER,
    ]
    assert told(kept(YEAR), *history) == [
        ("held", at("2017-02-01"), 1, 10),
        ("held", at("2017-02-01"), 2, 5),
        ("spent", at("2017-02-02"), 2, 2),
        ("released", at("2017-02-03"), 1, 10),
        ("released", at("2017-02-03"), 2, 5),
        ("spent", at("2017-02-04"), 1, 3),
        ("expired", at("2018-01-01"), 1, 7),
        ("expired", at("2018-01-02"), 2, 8),
    ]


@pytest.mark.parametrize(
    ("terms", "after"),
    [
        ("{hold_for: 30 minutes}", [("expired", "2018-01-01T00:29", 6)]),
        ("{hold_for: 30 minutes, hold_grace: 7 days}", [("expired", "2018-01-08T00:29", 6)]),
    ],
)
def test_held_points_do_not_expire_until_the_reservation_lapses(terms: str, after: list[tuple[str, str, int]]) -> None:
    body = kept(YEAR, f"\nredemptions: {terms}")
    history = [buys("2017-01-01", 10), spends("2017-12-31T23:59", 6, step="reserve"), LATER]
    assert told(body, *history) == [
        ("held", at("2017-12-31T23:59"), 1, 6),
        ("expired", at("2018-01-01"), 1, 4),
        ("released", at("2018-01-01T00:29"), 1, 6),
        *[(kind, at(when), 1, points) for kind, when, points in after],
    ]


def test_what_comes_back_late_can_be_spent_in_its_grace() -> None:
    body = kept(YEAR, "\nredemptions: {hold_for: 2 days, hold_grace: 7 days}")
    history = [
        buys("2017-01-01", 10), buys("2017-01-05", 10), spends("2017-12-31", 8, step="reserve"),
        spends("2018-01-03", 1), spends("2018-01-04", 6), spends("2018-01-06", 4), LATER,
    ]  # fmt: skip
    assert told(body, *history) == [
        ("held", at("2017-12-31"), 1, 8),
        ("expired", at("2018-01-01"), 1, 2),
        ("released", at("2018-01-02"), 1, 8),
        ("spent", at("2018-01-03"), 2, 1),  # its grace ends on the 9th, the other lot on the 5th
        ("spent", at("2018-01-04"), 2, 6),
        ("expired", at("2018-01-05"), 2, 3),
        ("spent", at("2018-01-06"), 1, 4),
        ("expired", at("2018-01-09"), 1, 4),
    ]


def test_a_confirmation_of_what_lapsed_spends_it_anew() -> None:
    body = kept(YEAR, "\nredemptions: {hold_for: 1 hour}")
    history = [
        buys("2017-01-01", 10),
        spends("2017-02-01", 12, step="reserve", id="r"),
        {"at": "2017-02-02", "type": "redemption", "step": "confirm", "reservation": "r"},
    ]
    assert told(body, *history) == [
        ("held", at("2017-02-01"), 1, 10),
        ("released", at("2017-02-01T01:00"), 1, 10),
        ("spent", at("2017-02-02"), 1, 10),
        ("indebted", at("2017-02-02"), 0, 2),
    ]


def test_a_reservation_beyond_the_balance_is_owed_when_it_is_confirmed() -> None:
    history = [
        buys("2017-01-01", 10),
        spends("2017-02-01", 12, step="reserve", id="r"),
        {"at": "2017-02-02", "type": "redemption", "step": "confirm", "reservation": "r"},
    ]
    assert told(kept(YEAR), *history) == [
        ("held", at("2017-02-01"), 1, 10),
        ("spent", at("2017-02-02"), 1, 10),
        ("indebted", at("2017-02-02"), 0, 2),
    ]


def test_a_step_that_names_no_reservation_does_what_it_can() -> None:
    history = [
        buys("2017-01-01", 10),
        spends("2017-02-01", 4, step="confirm", reservation="unknown"),
        spends("2017-02-02", 4, step="cancel"),
    ]
    assert told(kept(YEAR), *history) == [("spent", at("2017-02-01"), 1, 4)]


# Rewards and shares.


def test_a_redemption_costs_what_it_says_or_what_its_reward_costs() -> None:
    body = """
units: {points: {}, stars: {decimals: 1}}
events: {redemption: {kind: redemption, attributes: &size {size: {type: text, default: small}}}, till: {kind: redemption, attributes: *size}}
rules: [{id: base, unit: points, give: floor(amount)}, {id: star, unit: stars, give: amount * 0.5}]
rewards:
  - {id: coffee, unit: points, price: case size when 'large' then 8 else 5 end}
  - {id: voucher, unit: stars, price: any}
"""
    body = body.replace("case size when 'large' then 8 else 5 end", "\"case size when 'large' then 8 else 5 end\"")
    history = [
        buys("2017-01-01", 100),
        {"at": "2017-01-02", "type": "redemption", "reward": "coffee"},
        {"at": "2017-01-03", "type": "redemption", "reward": "coffee", "size": "large"},
        {"at": "2017-01-04", "type": "redemption", "reward": "coffee", "points": 4},
        {"at": "2017-01-05", "type": "redemption", "reward": "voucher", "points": "2.5"},
        {"at": "2017-01-06", "type": "redemption", "reward": "voucher"},
        {"at": "2017-01-07", "type": "redemption", "points": 3},
        {"at": "2017-01-08", "type": "redemption", "reward": "unheard of"},
    ]
    rows = [
        (row.event + 1, row.unit, row.granted) for one in answers(body, *history) for row in one.effects if row.granted
    ]
    assert rows[2:] == [(2, 0, 5), (3, 0, 8), (4, 0, 4), (5, 1, 25), (7, 0, 3)]


def test_a_lot_is_what_remains_of_it_less_what_is_set_aside() -> None:
    lot = Lot(0, 0, 0, 0, 10, earned_at=0, sequence=0)
    assert (lot.remaining, lot.pending, lot.free(), lot.expires_at) == (10, 10, 0, LATEST)
