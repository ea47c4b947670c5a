"""Two readers of events, record by record in Python and file by file in SQL, take in the same and make the same of it."""

import json
import os
from collections import Counter
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from guerdon.batch.intake import Inputs, check_ids, open_history, survey
from guerdon.batch.rate import shape_of
from guerdon.batch.values import events_where
from guerdon.core.errors import Invalid
from guerdon.core.events import Event, read_event
from guerdon.core.programme import Programme
from guerdon.definition.check import check_text

EXAMPLES = 1_000 if os.environ.get("GUERDON_PROOF") else 40

SHOP = """
format: 1
programme: shop
zone: America/New_York
currency: USD
rates: {EUR: 1.25, JPY: 0.0071}
units: {points: {}}
events:
  purchase:
    attributes:
      channel: {type: text, default: shop}
      weight: {type: number, decimals: 3, optional: true}
      tip: {type: money, optional: true}
      gift: {type: boolean, default: false}
      due: {type: date, optional: true}
    lines:
      product: {type: text, optional: true}
      quantity: {type: number, decimals: 1, optional: true}
      deposit: {type: money, default: 0}
  refund: {}
  visit: {kind: engagement, attributes: {mood: {type: text}}}
rules: [{id: spend, give: floor(eligible)}]
"""

MONEY = st.one_of(
    st.decimals(min_value=0, max_value=500, places=2).map(str),
    st.decimals(min_value=-5, max_value=5, places=3).map(str),
    st.sampled_from((
        "", " ", "0", "-0", "-0.00", "0.01", "-0.01", "+7", "1.", ".5", ".", "-", "1e3", "NaN", "1,50", "0x1", "٣", " 12.50 ",
        "12.500", "12.505", "9999999999999.99", "10000000000000", "10000000000000.01", "-10000000000000", "9" * 20,
    )),
)  # fmt: skip
NUMBERS = st.sampled_from((
    "", "0", "1", "-1", "2.5", "0.125", "0.1255", "1000000000", "1000000000.001", "-1000000000", "99999999999", "100000000000",
    "100000000000.1", "x",
))  # fmt: skip
TIMES = st.one_of(
    st.datetimes(min_value=datetime(1969, 1, 1), max_value=datetime(2100, 12, 31)).map(datetime.isoformat),  # noqa: DTZ001
    st.dates(min_value=date(1969, 1, 1), max_value=date(2100, 12, 31)).map(str),
    st.sampled_from((
        "2024-03-10T01:59:59", "2024-03-10T02:00:00", "2024-03-10T02:30", "2024-03-10 03:00:00", "2024-03-10",
        "2024-11-03T00:59:59.999999", "2024-11-03T01:00:00", "2024-11-03T01:30:00", "2024-11-03T02:00:00", "2024-11-03",
        "2024-11-03T01:30:00-05:00", "2024-11-03T01:30:00-04:00", "2024-11-03t05:30:00Z", "2024-11-03T05:30:00z",
        "2024-07-01T00:00:00+0530", "2024-07-01T00:00:00+23:59", "2024-07-01T00:00:00+24:00", "2024-07-01T24:00:00",
        "2024-07-01T12:00:60", "2024-07-01T12", "2024-07-01T12:00:00.1234567", "2024-07-01T12:00:00.1234560", "2024-02-30",
        "1969-12-31T19:00:00", "1969-12-31T18:59:59", "1970-01-01", "1969-12-31", "1970-01-01T00:00:00Z",
        "1969-12-31T23:59:59Z", "2099-12-31", "2099-12-31T23:59:59Z", "2099-12-31T18:59:59", "2099-12-31T19:00:00",
        "2100-01-01T00:00:00+01:00", "2100-01-01", "20240701", "soon", "", " 2024-07-01 ", "2024-7-1",
    )),
)  # fmt: skip
WORDS = st.sampled_from(("", "a", "b", " ", "é", "10", "9"))
TRUTHS = st.sampled_from(("true", "False", " TRUE", "", "yes", "0"))
DATES = st.sampled_from(("2024-02-29", "2023-02-29", "", " 2024-01-01 ", "1900-01-01", "01.02.2024"))


def some(values: st.SearchStrategy[Any], *, out_of: int = 3) -> st.SearchStrategy[Any]:
    """Return a value one time in `out_of`, and None, which is left out, at the others."""
    return st.integers(1, out_of).flatmap(lambda number: values if number == 1 else st.none())


def stated(**fields: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    every = st.fixed_dictionaries(fields)
    return every.map(lambda record: {name: value for name, value in record.items() if value is not None})


def priced(record: dict[str, Any]) -> dict[str, Any]:
    """Most records without lines state an amount."""
    return record if record.get("lines") or record["at"] == "2024-05-05" else {"amount": "12.34", **record}


def mostly(usual: st.SearchStrategy[str], odd: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.integers(0, 9).flatmap(lambda number: odd if number == 0 else usual)


PRICES = st.integers(0, 9_999).map(lambda cents: f"{cents // 100}.{cents % 100:02}")
LINES = stated(
    amount=mostly(st.one_of(PRICES, st.just("-3.00")), MONEY),
    discount=some(mostly(st.just("0.50"), MONEY)),
    product=some(WORDS),
    quantity=some(mostly(st.sampled_from(("1", "0", "-1", "2.5")), NUMBERS)),
    deposit=some(mostly(st.just("0.25"), MONEY), out_of=5),
)
RECORDS = stated(
    type=some(mostly(st.sampled_from(("purchase", "refund", "visit")), WORDS)),
    member=mostly(st.sampled_from(("ana", "ben")), WORDS),
    account=some(WORDS, out_of=5),
    at=mostly(
        st.sampled_from(("2024-05-05", "2024-03-10T02:30", "2024-11-03 01:30:00", "2024-11-03T05:30:00.25Z")), TIMES
    ),
    lines=some(st.lists(LINES, min_size=1, max_size=4), out_of=2),
    amount=some(mostly(PRICES, MONEY), out_of=2),
    currency=some(
        mostly(st.sampled_from(("USD", "eur", " EUR", "")), st.sampled_from(("JPY", "GBP", "EURO"))), out_of=4
    ),
    rate=some(st.sampled_from(("1.1", "0", "-1", "0.0000000000001", "1000000", "1000001", "")), out_of=6),
    discount=some(mostly(st.sampled_from(("0", "1.50")), MONEY)),
    points_paid=some(mostly(st.sampled_from(("0", "2.00")), MONEY)),
    tax=some(MONEY, out_of=12),
    shipping=some(mostly(PRICES, MONEY), out_of=6),
    channel=some(WORDS),
    weight=some(NUMBERS, out_of=12),
    tip=some(mostly(PRICES, MONEY), out_of=5),
    gift=some(mostly(st.just("true"), TRUTHS), out_of=5),
    due=some(DATES, out_of=5),
    mood=some(WORDS, out_of=2),
).map(priced)


@pytest.fixture(scope="module")
def shop() -> Programme:
    checked = check_text(SHOP)
    assert checked.programme is not None, checked.issues
    return checked.programme


def in_python(programme: Programme, records: list[dict[str, Any]]) -> dict[str, Event]:
    """Read records one by one; those that are refused are left out."""
    found = {}
    for record in records:
        try:
            event = read_event(programme.terms, {**record, "source": "shop"}, default_id="")
        except Invalid:
            continue
        found[event.id] = replace(event, returned_lines=0)
    return found


def in_sql(programme: Programme, records: list[dict[str, Any]], folder: Path) -> tuple[dict[str, Event], Counter[str]]:
    """Read records as a file of JSON lines; those that are refused are set aside."""
    file = folder / "shop.jsonl"
    file.write_text("".join(json.dumps(record) + "\n" for record in records))
    with duckdb.connect() as con:
        con.execute("SET enable_progress_bar = false")
        inputs = Inputs((str(file),))
        history = open_history(con, shape_of(programme), inputs, scratch=folder, bad_rows=folder / "bad.csv")
        history = check_ids(con, survey(con, history))
        for statement in history.setup:
            con.execute(statement)
        found = {event.id: event for account in events_where(con, programme, history, "true") for event in account}
    summary = history.summary
    return found, Counter(bad=summary.bad_rows or 0, returns=summary.returns or 0)


def numbered(records: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Give records ids; the first has every column, since a file without one is refused as a whole."""
    whole = {"member": "ana", "at": "2024-05-05", "amount": "1", "mood": "fine"}
    return [{"id": f"e{number}", **record} for number, record in enumerate([whole, *records])]


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
@given(records=st.lists(RECORDS, min_size=10, max_size=40))
@example(records=[{"member": "ana", "at": "2024-05-05", "amount": "3.00", "points_paid": "3.01"}])
@example(records=[{"member": "ana", "at": "2024-05-05", "amount": "1", "weight": "1000000000.001"}])
@example(
    records=[
        {"member": "ana", "at": "2024-05-05", "amount": amount, "lines": [{"amount": "5"}, {"amount": "-2"}]}
        for amount in ("5", "3", "4", "")
    ]
)
@example(records=[{"member": "ana", "at": "2024-05-05", "amount": "1", "channel": "", "account": ""}])
@example(
    records=[
        {"member": "ana", "at": "2099-12-31T19:00:00", "amount": "1"},
        {"member": "ana", "at": "1969-12-31T19:00:00", "amount": "1"},
    ]
)
def test_the_two_readers_agree_on_what_is_taken_in_and_on_every_value(
    shop: Programme, records: list[dict[str, Any]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    every = numbered(records)
    one_by_one = in_python(shop, every)
    by_file, counts = in_sql(shop, every, tmp_path_factory.mktemp("records"))
    assert {
        "python alone": sorted(one_by_one.keys() - by_file.keys()),
        "sql alone": sorted(by_file.keys() - one_by_one.keys()),
    } == {
        "python alone": [],
        "sql alone": [],
    }
    assert by_file == one_by_one
    assert counts["bad"] == len(every) - len(one_by_one)
    assert counts["returns"] == sum(event.returned for event in one_by_one.values())


def test_both_kinds_of_answer_are_common_enough_to_mean_something(shop: Programme) -> None:
    """Of the records that a law above sees, a good part is taken in, and a good part refused."""
    taken: list[bool] = []

    @settings(max_examples=300, deadline=None, database=None, derandomize=True, suppress_health_check=list(HealthCheck))
    @given(record=RECORDS)
    def read(record: dict[str, Any]) -> None:
        taken.append(bool(in_python(shop, [{"id": "e", **record}])))

    read()
    assert 0.15 < sum(taken) / len(taken) < 0.85
