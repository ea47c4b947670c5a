"""What comes back without its purchase has in files the ledger and the bad rows that it has as values."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from guerdon.batch.intake import Inputs
from guerdon.batch.rate import Run, history_of_member, rate
from guerdon.core.explain import explain
from guerdon.core.history import rate_events
from guerdon.definition.check import check_text
from tests.parity.test_ledger import as_values, in_batch

SHOP = """
format: 1
programme: shop
zone: America/New_York
currency: USD
rates: {EUR: 1.1337}
units: {points: {pending: {for: 2 days}, expiry: {after: 12 months}}}
events: {purchase: {attributes: {channel: {type: text, default: shop}}, lines: {category: {type: text, default: food}, quantity: {type: number, default: 1}}}}
metrics: {spend: {sum: eligible, within: year}}
ladders: [{id: tier, by: spend, levels: [{id: blue, from: 0}, {id: gold, from: 40}]}]
returns: {unlinked: base_rate, shortfall: within_balance, write_off: {most: 9, every: year}}
eligible: {exclude: line.category = 'tobacco'}
rules:
  - {id: spend, give: floor(eligible)}
  - {id: home, per: line, where: line.category = 'home', give: floor(line.net * 2), funded_by: {brand: 2, programme: 1}}
  - {id: app, when: channel = 'app', give: 5}
multipliers: [{id: twice, of: spend, by: case level when 'gold' then 2 else 1 end}]
"""
Made = dict[str, Any]


@st.composite
def _lives(draw: st.DrawFn) -> list[Made]:
    found: list[Made] = []
    for number in range(draw(st.integers(1, 9))):
        kind = draw(st.sampled_from(["purchase", "purchase", "refund", "redemption"]))
        record: Made = {"id": f"e{number}", "type": kind, "member": draw(st.sampled_from(["ana", "ben"]))}
        record |= {"at": f"2017-03-0{draw(st.integers(1, 9))}T12:00", "currency": draw(st.sampled_from(["USD", "EUR"]))}
        if kind == "redemption":
            found.append(record | {"points": draw(st.integers(1, 30))})
        elif draw(st.booleans()):
            found.append(record | {"amount": str(draw(st.integers(-30 if kind == "purchase" else 0, 60)))})
        else:
            signs = st.sampled_from([1, -1])
            lines = draw(st.lists(st.tuples(signs, st.integers(0, 40), st.sampled_from(["home", "tobacco", ""]))))
            stated = [{"amount": str(sign * amount), "category": what} for sign, amount, what in lines]
            found.append(record | {"lines": stated or [{"amount": "7"}]})
    return found


@settings(max_examples=5, deadline=None, phases=(Phase.generate, Phase.reuse), suppress_health_check=list(HealthCheck))
@given(history=_lives())
def test_a_batch_keeps_the_ledger_that_values_keep(
    history: list[Made], tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("ledger")
    path = folder / "shop.jsonl"
    columns = {key: None for record in history for key in record}
    path.write_text("".join(json.dumps(columns | record) + "\n" for record in history))
    records = [{**record, "source": "shop"} for record in history]
    assert in_batch(SHOP, path, folder / "books") == as_values(SHOP, records)


def _rated(folder: Path, *records: Made) -> Any:  # noqa: ANN401 - what a run tells
    path = folder / "shop.jsonl"
    columns = {key: None for record in records for key in record}
    path.write_text("".join(json.dumps({"member": "ana", **columns, **record}) + "\n" for record in records))
    checked = check_text(SHOP.replace(", default: food}", "}"))
    assert checked.programme is not None
    run = Run(
        programme=checked.programme, files=checked.files, inputs=Inputs((str(path),)), bad_rows=folder / "bad.csv"
    )  # fmt: skip
    answers = rate_events(checked.programme, history_of_member(run, "ana"))
    return rate(run), explain(checked.programme, answers), (folder / "bad.csv").read_text()


def test_what_does_not_say_what_it_is_worth_is_a_bad_row(tmp_path: Path) -> None:
    rated, told, bad = _rated(
        tmp_path,
        {"id": "p", "at": "2017-03-01", "amount": 50},
        {"id": "a", "type": "refund", "at": "2017-03-02"},
        {"id": "b", "type": "refund", "at": "2017-03-02", "lines": [{"category": "home"}]},
        {"id": "c", "type": "refund", "at": "2017-03-02", "lines": [{"amount": 4}]},
        {"id": "d", "type": "refund", "at": "2017-03-02", "lines": [{"amount": 4, "category": "home"}]},
        {"id": "x", "at": "2017-03-03", "lines": [{"amount": 9, "category": "a"}, {"amount": -2, "category": "home"}]},
    )
    assert (rated.summary.bad_rows, rated.summary.returns, rated.summary.refunds) == (3, 0, 2)
    for why in (
        "write amount, lines or refund_of",
        "the amount of a line is missing",
        "says no category, which the base rate reads",
    ):
        assert why in bad
    assert [(one.id, one.type, [int(own.points) for own in one.points]) for one in told.events] == [
        ("p", "purchase", [50]), ("d", "refund", [-12]), ("x", "purchase", [18]), ("x#1", "purchase", [-6]),
    ]  # fmt: skip
    assert rated.totals["points"] == 50
