"""What accounts have at an instant, worked out by hand: balances, what expires when, shares of the sale."""

from typing import Any

import pytest

from guerdon.core.calendar import DAY, MONTH, day_name, month_name
from guerdon.core.history import Stock, take_stock
from tests.core.lots.journals import YEAR, Record, at, buys, kept, spends
from tests.core.tables import event, programme


def stocks(body: str, *records: Record, when: str | None = None) -> list[Stock]:
    events = [event(body, record, number) for number, record in enumerate(records, start=1)]
    return take_stock(programme(body), events, None if when is None else at(when))


def test_what_expires_when_is_told_by_instant() -> None:
    history = [buys("2017-01-01", 10), buys("2017-02-01", 20), buys("2017-02-01", 5), spends("2017-03-01", 3)]
    (stock,) = stocks(kept(YEAR), *history, spends("2017-03-02", 4, step="reserve"))
    told = [(day_name(ends // 86_400_000_000), points) for ends, points in stock.left.expiring()]
    assert told == [("2018-01-01", 3), ("2018-02-01", 25)]
    assert (stock.left.total(), stock.left.available, stock.left.held, stock.left.spent()) == (32, 28, 4, 3)


@pytest.mark.parametrize(
    ("terms", "days", "months"),
    [
        # to the end of the month: the last day on which they are there
        ("expiry: {after: 12 months, to: month_end}", [("2018-01-31", 10), ("2018-02-28", 25)], [("2018-01", 10), ("2018-02", 25)]),
        # to the minute: 1 February at noon is a day of February
        ("expiry: {after: 12 months}", [("2017-12-31", 10), ("2018-02-01", 25)], [("2017-12", 10), ("2018-02", 25)]),
    ],
)  # fmt: skip
def test_what_expires_is_told_by_local_day_and_by_month(terms: str, days: list[Any], months: list[Any]) -> None:
    history = [buys("2017-01-01", 10), buys("2017-02-01T12:00", 20), buys("2017-02-01T12:00", 5)]
    (stock,) = stocks(kept(terms), *history)
    zone = programme(kept(terms)).zone
    assert [(day_name(day), points) for day, points in stock.left.expiring_in(zone, DAY)] == days
    assert [(month_name(month), points) for month, points in stock.left.expiring_in(zone, MONTH)] == months


def test_points_without_an_end_and_dormant_ones_expire_at_no_instant() -> None:
    body = kept("pending: {until: activated, expires_from: usable}", "\nevents: {activated: {}}")
    (stock,) = stocks(body, buys("2017-01-01", 10))
    assert (stock.left.expiring(), stock.left.pending, stock.left.ends) == ([], 10, [2**60])


def test_an_account_is_looked_at_as_of_an_instant() -> None:
    history = [buys("2017-01-01", 10), buys("2018-02-01", 20)]
    (before,) = stocks(kept(YEAR), *history, when="2017-12-31")
    (after,) = stocks(kept(YEAR), *history, when="2018-01-01")
    assert [(one.left.total(), one.left.expired()) for one in (before, after)] == [(10, 0), (0, 10)]


def test_each_account_has_its_own_lots_debts_and_reservations() -> None:
    ana = [buys("2017-01-01", 10), spends("2017-01-02", 4, step="reserve"), spends("2017-01-03", 9)]
    history = [
        {**one, "member": member} for member in ("ana", "ben", "zoe") for one in ana[: 3 if member != "ben" else 1]
    ]
    found = [(one.account, one.left.available, one.left.held, one.left.debt) for one in stocks(kept(YEAR), *history)]
    assert found == [("ana", 0, 4, 3), ("ben", 10, 0, 0), ("zoe", 0, 4, 3)]


def test_points_that_end_together_are_spent_oldest_first_and_then_as_they_were_made() -> None:
    body = kept("expiry: {to: year_end}", "\nmultipliers: [{id: twice, of: base, by: 2}]")
    (stock,) = stocks(body, buys("2017-01-01", 10), buys("2017-02-01", 10), spends("2017-03-01", 25))
    assert [lot.spent for lot in stock.left.lots] == [10, 10, 5, 0]


def test_each_lot_carries_its_share_of_the_sale() -> None:
    # 150 points at a cent, of which 80 % will be spent: 1.20 beside 100.00, so 100.00 x 1.20 / 101.20 = 1.1857...
    body = kept(f"{YEAR}, value: 0.01, expected_redemption: 0.8", "\nmultipliers: [{id: half, of: base, by: 1.5}]")
    (stock,) = stocks(body, buys("2017-01-01", 100))
    assert [lot.share for lot in stock.left.lots] == [79, 40]  # of 119 cents: 79.33 and 39.67


def test_points_given_for_nothing_have_no_share_of_a_sale() -> None:
    body = f"units: {{points: {{{YEAR}, value: 0.01}}, stars: {{cap: 5}}}}\nevents: {{visit: {{}}}}\n"
    body += "rules: [{id: visit, on: visit, unit: points, give: 5}, {id: star, on: visit, unit: stars, give: 1}]"
    points, stars = stocks(body, {"type": "visit", "at": "2017-01-01"})
    assert ([lot.share for lot in points.left.lots], [lot.share for lot in stars.left.lots]) == ([0], [0])
    assert len(points.events) == 1
