"""What is rated in one form is rated alike in every other, to the smallest part."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import guerdon
from guerdon.app.rating import Events
from tests.app.shop import HISTORY, PROGRAMME, TYPED, Form, every_form

SHOP = guerdon.loads(PROGRAMME)
EXERCISE = guerdon.load("three-month-exercise")

# 120.75: 50 + 2 x 20.75 = 91.50, so 91. 149.99: 50 + 2 x 49.99 = 149.98, so 149, of which the month has room for 59.
# Five points for each day with a purchase. Stars: 120.75 x 0.05 = 6.0375, so 6.04; 80 x 0.05 = 4; 12.10 x 0.05 = 0.605,
# and half to even makes it 0.60. Eve only brought something back.
EXPECTED = [
    ("ana", "2026-01", "points", 91 + 59 + 5 + 5),
    ("ana", "2026-01", "stars", Decimal("6.04")),
    ("ana", "2026-02", "points", 30 + 5),
    ("ana", "2026-02", "stars", Decimal("4.00")),
    ("ben", "2026-02", "points", 5),
    ("ben", "2026-02", "stars", Decimal("0.60")),
    ("eve", "2026-03", "points", 0),
    ("eve", "2026-03", "stars", Decimal("0.00")),
]


@every_form
def test_a_history_earns_the_same_in_every_form(form: Form, tmp_path: Path) -> None:
    statement = guerdon.rate(SHOP, form(tmp_path))
    assert statement.rows == EXPECTED
    assert (statement.summary.duplicates, statement.summary.returns, statement.summary.events) == (1, 1, 5)


@every_form
def test_what_is_explained_adds_up_to_what_is_rated(form: Form, tmp_path: Path) -> None:
    explanation = guerdon.explain(SHOP, form(tmp_path))
    monthly = [(one.member, one.month, one.unit, one.points) for one in explanation.sums if one.month != "total"]
    assert monthly == EXPECTED


@every_form
def test_a_time_without_an_offset_is_in_the_zone_that_was_named(form: Form, tmp_path: Path) -> None:
    """Five hours behind UTC, the first second of ben's February is 05:00:00 UTC; ana's 04:59:59 is still January."""
    statement = guerdon.rate(SHOP, form(tmp_path), zone="UTC")
    assert list(statement.by_month("ana", "points")) == ["2026-01"]
    assert list(statement.by_month("ben", "points")) == ["2026-02"]


def _foreign(records: list[dict[str, Any]]) -> list[Events]:
    names = {"id": "ticket", "member": "customer_id", "at": "date", "amount": "total"}
    foreign = [{names.get(key, key): value for key, value in one.items()} for one in records]
    return [foreign, pd.DataFrame(foreign), pl.DataFrame(foreign)]


@pytest.mark.parametrize("events", _foreign(HISTORY), ids=["mappings", "pandas", "polars"])
def test_foreign_names_are_mapped_to_ours(events: Events) -> None:
    mapping = {"id": "ticket", "member": "customer_id", "at": "date", "amount": "total"}
    assert guerdon.rate(SHOP, events, mapping=mapping).rows == EXPECTED


BASKETS = [
    {"id": "b1", "member": 7, "at": "2026-01-05", "discount": "10", "items": [{"price": "70"}, {"price": "60.50"}]},
    {"id": "b2", "member": 11, "at": "2026-01-05", "discount": None, "items": [{"price": "51"}, {"price": "-5"}]},
]


@pytest.mark.parametrize("events", [BASKETS, pa.Table.from_pylist(BASKETS), pl.DataFrame(BASKETS)])
def test_baskets_are_read_from_lists_of_lines(events: Events) -> None:
    """130.50 less 10 is 120.50, which counts as 120; the line of -5 is a return and counts nowhere."""
    statement = guerdon.rate(EXERCISE, events, mapping={"lines": "items", "line.amount": "price"})
    assert statement.rows == [(7, "2026-01", "points", 90), (11, "2026-01", "points", 1)]
    assert statement.summary.returned_lines == 1


def test_whole_member_ids_stay_whole_and_are_asked_for_either_way() -> None:
    statement = guerdon.rate(
        EXERCISE, [{"member": 10, "at": "2026-01-05", "amount": 120}, {"member": 9, "at": "2026-01-05", "amount": 51}]
    )
    assert [row.member for row in statement] == [9, 10]
    assert statement.total(10) == statement.total("10") == 90


FLOATS = [
    {"id": n, "member": "ana", "at": "2026-01-05", "amount": amount} for n, amount in enumerate([100.995, 51.0, 0.125])
]


@pytest.mark.parametrize(
    "events", [FLOATS, pd.DataFrame(FLOATS), pl.DataFrame(FLOATS)], ids=["mappings", "pandas", "polars"]
)
def test_binary_floats_are_rounded_half_to_even_and_counted(events: Events) -> None:
    """100.995 is halfway and becomes the even 101.00, which earns 52; 0.125 becomes 0.12."""
    statement = guerdon.rate(EXERCISE, events)
    assert statement.total() == 52 + 1
    assert statement.summary.rounded == 2


TIES = [
    {"member": "ana", "at": "2026-01-05", "amount": amount, "channel": "app"} for amount in ("10", "30", "20", "20")
]
FIRST_OF_DAY = PROGRAMME.replace("    give: 5\n", "    give: floor(eligible)\n")


@pytest.mark.parametrize("reverse", [False, True])
def test_events_without_ids_are_told_apart_by_what_they_say_never_by_where_they_stand(*, reverse: bool) -> None:
    """The first of the day alone counts, and all four bear the same instant."""
    programme = guerdon.loads(FIRST_OF_DAY)
    events = TIES[::-1] if reverse else TIES
    given = guerdon.rate(programme, TIES)
    assert given.total(unit="points") in (10, 20, 30)
    assert given.total(unit="stars") == Decimal("4.00")
    for form in (events, pd.DataFrame(events), pl.DataFrame(events)):
        assert guerdon.rate(programme, form).rows == given.rows


def test_foreign_money_is_converted_at_the_rate_of_its_row() -> None:
    events = [{"member": "ana", "at": "2026-01-05", "amount": "100", "rate": "1.2"}]
    for form in (events, pd.DataFrame(events)):
        assert guerdon.rate(EXERCISE, form, currency="eur").total() == 90


def test_bad_rows_can_be_set_aside(tmp_path: Path) -> None:
    events = pd.DataFrame([
        {"member": "ana", "at": "2026-01-05", "amount": "120"},
        {"member": "ana", "at": "soon", "amount": "1"},
    ])
    statement = guerdon.rate(EXERCISE, events, bad_rows=tmp_path / "bad.csv")
    assert (statement.total(), statement.summary.bad_rows) == (90, 1)
    assert "soon" in (tmp_path / "bad.csv").read_text(encoding="utf-8")


def test_what_nobody_reads_is_named() -> None:
    events = [one | {"till": 3} for one in TYPED]
    for form in (events, pd.DataFrame(events)):
        assert guerdon.rate(SHOP, form).summary.ignored == ("till",)


def test_an_empty_column_is_as_good_as_none() -> None:
    frame = pa.Table.from_pylist([{"member": "ana", "at": "2026-01-05", "amount": "120", "discount": None}])
    assert guerdon.rate(EXERCISE, frame).total() == 90


def test_nothing_earns_nothing() -> None:
    statement = guerdon.rate(EXERCISE, [])
    assert (statement.rows, statement.total(), len(statement)) == ([], 0, 0)


def test_numbers_of_data_libraries_are_numbers() -> None:
    (record,) = pd.DataFrame({"member": [1], "at": ["2026-01-05"], "amount": [120.5], "tax": [float("nan")]}).iloc
    assert guerdon.rate(EXERCISE, [dict(record)]).total() == 90
