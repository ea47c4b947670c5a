"""Customers, transactions and lines are plain, exact and cannot be changed."""

import copy
import pickle
from dataclasses import FrozenInstanceError
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

import guerdon
from guerdon import Customer, Line, Transaction

ANA = Customer("ana", name="Ana")
ACME = """\
format: 1
programme: acme
zone: UTC
currency: USD
units: {points: {}}
events: {purchase: {lines: {brand: {type: text, optional: true}}}}
rules:
  - {id: acme, where: "coalesce(line.brand, '') = 'Acme'", bands: [{above: 0, rate: 1}]}
"""
BASKET = Transaction("t1", ANA, "2026-01-05T10:00", "12.30", [Line("3.20", brand="Acme"), Line("9.10")], channel="app")


def test_a_transaction_reads_as_it_was_said() -> None:
    assert (BASKET.id, BASKET.customer.name, BASKET.amount, BASKET.channel) == ("t1", "Ana", Decimal("12.30"), "app")
    assert BASKET.at == datetime(2026, 1, 5, 10, 0)  # noqa: DTZ001 - in the programme's zone
    assert [line.amount for line in BASKET.lines] == [Decimal("3.20"), Decimal("9.10")]
    assert BASKET.lines[0].brand == "Acme"


@pytest.mark.parametrize(
    ("stated", "meant"),
    [
        ("2026-01-05", date(2026, 1, 5)),
        (date(2026, 1, 5), date(2026, 1, 5)),
        ("2026-01-05T10:00:00Z", datetime(2026, 1, 5, 10, tzinfo=UTC)),
    ],
)
def test_a_time_is_a_day_or_an_instant(stated: str | date, meant: date) -> None:
    assert Transaction("t1", "ana", stated, 1).at == meant


def test_a_customer_may_be_named_by_the_id_alone() -> None:
    assert Transaction("t1", 7, "2026-01-05", 1).customer == Customer(7)


def test_nothing_of_it_changes() -> None:
    with pytest.raises(FrozenInstanceError):
        BASKET.amount = Decimal(5)  # type: ignore[misc]
    with pytest.raises(FrozenInstanceError):
        BASKET.lines[0].amount = Decimal(5)  # type: ignore[misc]
    with pytest.raises(FrozenInstanceError):
        ANA.name = "Anna"  # type: ignore[misc]


def test_it_can_be_copied_pickled_and_compared() -> None:
    assert pickle.loads(pickle.dumps(BASKET)) == BASKET == copy.deepcopy(BASKET)  # noqa: S301 - our own bytes
    assert len({BASKET, copy.copy(BASKET)}) == 1


def test_an_attribute_that_was_not_given_is_not_there() -> None:
    with pytest.raises(AttributeError, match="a transaction has no chanel"):
        BASKET.chanel  # noqa: B018 - that is what is asked
    with pytest.raises(AttributeError, match="a line has no brand"):
        BASKET.lines[1].brand  # noqa: B018 - as above


@pytest.mark.parametrize(
    ("stated", "told"),
    [
        ({"amount": 120.75}, "amount of transaction t1 is the float 120.75; write '120.75'"),
        ({"amount": "12,50"}, "amount of transaction t1 '12,50' is not a number"),
        ({"amount": None}, "amount of transaction t1 is None, not a number"),
        ({"amount": True}, "amount of transaction t1 is True, not a number"),
        ({"at": "05/01/2026"}, "at of transaction t1"),
        ({"at": "2026-13-05"}, "at of transaction t1: 2026-13-05 is not a day"),
        ({"at": 20260105}, "at of transaction t1 is 20260105, not a time"),
        ({"at": "1969-12-31"}, "at of transaction t1 lies in the year 1969"),
        ({"id": ""}, "the id of a transaction is ''"),
        ({"customer": ""}, "the id of a customer is ''"),
        ({"customer": None}, "the id of a customer is None"),
        ({"lines": [{"amount": 1}]}, "line 1 of transaction t1 is dict"),
    ],
)
def test_what_is_wrong_is_told_by_its_field(stated: dict[str, Any], told: str) -> None:
    good: dict[str, Any] = {"id": "t1", "customer": "ana", "at": "2026-01-05", "amount": "1"}
    with pytest.raises(guerdon.Invalid) as refused:
        Transaction(**{**good, **stated})
    assert told in str(refused.value)


def test_its_lines_are_rated() -> None:
    programme = guerdon.loads(ACME)
    assert guerdon.rate(programme, [BASKET]).total() == 3
    by_line = [Line("30", brand="Acme"), Line("1", brand="Other"), Line("25.50", brand="Acme")]
    assert guerdon.rate(programme, [Transaction("t2", ANA, "2026-01-05", "56.50", by_line)]).total() == 55


def test_a_line_is_exact_too() -> None:
    with pytest.raises(guerdon.Invalid, match="the amount of a line is the float"):
        Line(3.2)  # type: ignore[arg-type]


def test_more_decimals_than_the_currency_has_are_refused_when_it_is_rated() -> None:
    exercise = guerdon.load("three-month-exercise")
    with pytest.raises(guerdon.Invalid, match=r"event 1: amount .* has more than 2 decimals"):
        guerdon.rate(exercise, [Transaction("t1", ANA, "2026-01-05", "1.005")])
