"""Laws that hold whatever a programme says, asked of generated programmes and histories.

A law gets 25 examples, 500 where CI says so; with GUERDON_PROOF=1 it gets 20,000.
"""

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import astuple
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from guerdon.core.columns import Column, column_of
from guerdon.core.effects import COLUMNS, Effects
from guerdon.core.events import in_order, values_of
from guerdon.core.facts import Facts
from guerdon.core.history import facts_of
from guerdon.core.rating import Fold
from guerdon.core.statement import Statement
from tests.core.baskets import Data, rounded
from tests.core.generated import (
    SOMETIMES,
    climbed,
    compiled,
    events_of,
    histories,
    modelled,
    programmes,
    rated,
    written,
)
from tests.core.model import Model, Row

Made = dict[str, Any]

PROOF = os.environ.get("GUERDON_PROOF") == "1"
EXAMPLES = 20_000 if PROOF else 500 if os.environ.get("GUERDON_INSTALLED") else 25

law = settings(max_examples=EXAMPLES)


@settings(max_examples=max(EXAMPLES, 120))
@given(programmes(levels=SOMETIMES), histories())
def test_the_engine_answers_as_the_plain_model_does(programme: Made, history: list[Made]) -> None:
    model = modelled(programme)
    assert rated(programme, history) == model.rate(history)
    if model.levels is not None:
        moves = {account: one.climb.moves for account, one in model.levels.accounts.items()}
        assert climbed(programme, history) == moves


@law
@given(programmes(levels=SOMETIMES), histories())
def test_the_same_facts_give_the_same_answers(programme: Made, history: list[Made]) -> None:
    assert rated(programme, history) == rated(programme, history)


@law
@given(programmes(levels=SOMETIMES), histories(), st.randoms(use_true_random=False))
def test_the_order_of_arrival_does_not_matter(programme: Made, history: list[Made], chance: Any) -> None:  # noqa: ANN401
    shuffled = [*history, *history[:2]]
    chance.shuffle(shuffled)
    assert rated(programme, shuffled) == rated(programme, history)


def _facts(programme: Made, history: list[Made]) -> Facts:
    made = compiled(programme)
    events = in_order(events_of(made, history))
    return facts_of(made, events, [values_of(event, made.terms) for event in events])


def _piece(column: Column, first: int, last: int) -> Column:
    return column_of([column.at(position) for position in range(first, last)])


def _stretch(programme: Made, facts: Facts, first: int, last: int) -> Facts:
    """Return some of the events, numbered as in the whole."""
    start, end = facts.first_line.at(first), facts.first_line.at(last)
    slots = compiled(programme).slots
    return Facts(
        last - first,
        ordinal=_piece(facts.ordinal, first, last),
        account=_piece(facts.account, first, last),
        member=_piece(facts.member, first, last),
        at=_piece(facts.at, first, last),
        kind=_piece(facts.kind, first, last),
        refers=facts.refers,
        returned=_piece(facts.returned, first, last),
        slots=[
            _piece(column, *((start, end) if slot.per_line else (first, last)))
            for slot, column in zip(slots, facts.slots, strict=True)
        ],
        first_line=column_of([facts.first_line.at(i) - start for i in range(first, last + 1)]),
    )


def _run(programme: Made, runs: Sequence[Facts]) -> tuple[list[tuple[int, ...]], dict[str, list[int]]]:
    made = compiled(programme)
    effects = Effects(capacity=1)
    statement = Statement(made.zone, len(made.units), capacity=1)
    fold = Fold(made, effects)
    for facts in runs:
        fold.run(facts, statement, keep_effects=True)
    statement.close()
    return [astuple(row) for row in effects.rows()], {name: list(rows) for name, rows in statement.columns().items()}


@law
@given(programmes(levels=SOMETIMES), histories(), st.data())
def test_half_a_history_and_then_the_rest_equals_all_of_it(
    programme: Made, history: list[Made], data: st.DataObject
) -> None:
    facts = _facts(programme, history)
    cut = data.draw(st.integers(0, facts.count))
    halves = [_stretch(programme, facts, 0, cut), _stretch(programme, facts, cut, facts.count)]
    assert _run(programme, halves) == _run(programme, [facts])


@law
@given(programmes(), histories())
def test_a_statement_adds_up_to_the_effects(programme: Made, history: list[Made]) -> None:
    effects, statement = _run(programme, [_facts(programme, history)])
    rows = zip(*(statement[name] for name in ("month", "points", "points_high")), strict=True)
    months, totals = 0, 0
    for month, points, high in rows:
        exact = (high << 62) + points
        months, totals = (months, totals + exact) if month == 1 << 40 else (months + exact, totals)
    assert months == totals == sum(row[COLUMNS.index("granted")] for row in effects)


@law
@given(programmes(), histories())
def test_every_number_is_whole(programme: Made, history: list[Made]) -> None:
    effects, statement = _run(programme, [_facts(programme, history)])
    assert {type(field) for row in effects for field in row} <= {int}
    assert {type(number) for rows in statement.values() for number in rows} <= {int}


@law
@given(programmes(), histories())
def test_nothing_is_granted_that_was_not_desired(programme: Made, history: list[Made]) -> None:
    for row in rated(programme, history):
        assert 0 <= row.granted <= row.desired
        assert row.granted == row.desired or row.reason in {"limit", "outdone"}


@law
@given(programmes(limited=False, stacked=False), histories())
def test_parts_add_up_to_the_rounded_whole(programme: Made, history: list[Made]) -> None:
    rule = programme["rules"][0]
    unit = programme["units"][rule["unit"]]
    assume(rule.get("round_at", unit.get("round_at", "rule")) == "rule")
    whole: dict[str, list[Row]] = {}
    for row in rated(programme, history):
        if row.rule == rule["id"]:
            whole.setdefault(row.event, []).append(row)
    for rows in whole.values():
        exact = sum((row.desired + row.residue for row in rows), Fraction(0))
        assert sum(row.desired for row in rows) == rounded(exact, rule.get("round", unit.get("round", "floor")))


def _bound(model: Model, position: int, row: Row) -> bool:
    limit, of_rules, of_multipliers = model.limits[position]
    return row.rule in of_rules or (row.source in of_multipliers and "points" in limit)


def _days(zone: str, history: Sequence[Mapping[str, Any]]) -> dict[str, datetime]:
    return {record["id"]: datetime.fromisoformat(record["at"]).astimezone(ZoneInfo(zone)) for record in history}


def _stretches(limit: Data, day: datetime) -> Iterator[object]:
    """Return the names of the periods of a limit that hold a day; a rolling one has as many as days."""
    if "rolling_days" in limit:
        yield from (day.toordinal() + ahead for ahead in range(limit["rolling_days"]))
        return
    iso = day.isocalendar()
    yield {
        "day": day.date(),
        "week": iso[:2],
        "month": (day.year, day.month),
        "quarter": (day.year, (day.month + 2) // 3),
        "year": day.year,
        "ever": "ever",
    }[limit["every"]]


@law
@given(programmes(), histories(size=25))
def test_no_limit_is_ever_overrun_by_anybody_in_any_period(programme: Made, history: list[Made]) -> None:
    model = modelled(programme)
    local = _days(programme["zone"], history)
    who = {record["id"]: (record.get("account", record["member"]), record["member"]) for record in history}
    rows = rated(programme, history)
    for position, (limit, _, _) in enumerate(model.limits):
        used: dict[object, int] = {}
        occasions: set[object] = set()
        for row in rows:
            if not row.granted or not _bound(model, position, row):
                continue
            if "times" in limit and (row.event, row.rule, row.line) in occasions:
                continue
            occasions.add((row.event, row.rule, row.line))
            holder = who[row.event] if limit["per"] == "member" else who[row.event][0]
            for stretch in _stretches(limit, local[row.event]):
                key = (holder, stretch)
                used[key] = used.get(key, 0) + (1 if "times" in limit else row.granted)
        most = model.most(position)
        assert all(amount <= most for amount in used.values())


def _monotone(programme: Made) -> bool:
    """Say whether more spent cannot mean less earned: no rate falls as a whole, and no rule outranks a better one."""
    campaigns = [rule for campaign in programme.get("campaigns", ()) for rule in campaign["rules"]]
    for rule in [*programme["rules"], *campaigns]:
        rates = [band["rate"] for band in rule.get("bands", ())]
        if rule.get("band") == "whole" and rates != sorted(rates):
            return False
        if rule.get("stack", {}).get("take") == "first":
            return False
    return True


def _purchase(amount: int) -> Made:
    return {
        "id": "e",
        "member": "ana",
        "at": "2024-02-10T12:00:00+00:00",
        "channel": "app",
        "amount": str(Decimal(amount) / 100),
    }


def _points(programme: Made, history: list[Made]) -> dict[str, int]:
    units = {rule.name: rule.unit for rule in compiled(programme).rules}
    points = dict.fromkeys(units.values(), 0)
    for row in rated(programme, history):
        points[units[row.rule]] += row.granted
    return {str(unit): granted for unit, granted in points.items()}


@law
@given(
    programmes(limited=False, per=("order",)).filter(_monotone),
    st.integers(0, 2_000_000),
    st.integers(0, 20_000),
    st.integers(0, 100),
)
def test_who_spends_more_never_earns_less(programme: Made, amount: int, more: int, most: int) -> None:
    for rule in programme["rules"]:
        rule["limits"] = [{"points": most, "every": "month"}]
    less, greater = _points(programme, [_purchase(amount)]), _points(programme, [_purchase(amount + more)])
    assert all(less[unit] <= greater[unit] for unit in less)


def _blind_to_lines(programme: Made) -> bool:
    return not any(word in written(programme) for word in ("count(*)", "line.eligible"))


@law
@given(
    programmes(per=("order",)).filter(_blind_to_lines),
    st.lists(st.tuples(st.integers(0, 30_000), st.sampled_from(("Acme", "Bolt"))), min_size=1, max_size=4),
    st.data(),
)
def test_a_rule_per_order_does_not_mind_how_a_basket_is_split_into_lines(
    programme: Made, lines: list[tuple[int, str]], data: st.DataObject
) -> None:
    cut = data.draw(st.integers(0, lines[0][0]))
    split = [(cut, lines[0][1]), (lines[0][0] - cut, lines[0][1]), *lines[1:]]

    def basket(stated: list[tuple[int, str]]) -> Made:
        whole = [{"amount": str(Decimal(amount) / 100), "brand": brand, "quantity": "1"} for amount, brand in stated]
        return {"id": "e", "member": "ana", "at": "2024-02-10T12:00:00+00:00", "lines": whole}

    assert rated(programme, [basket(split)]) == rated(programme, [basket(lines)])


@law
@given(programmes(limited=False, per=("order", "line")), histories())
def test_points_counted_finer_are_the_same_points_where_nothing_is_rounded(
    programme: Made, history: list[Made]
) -> None:
    coarse = programme | {"units": {"points": {}, "stars": {"decimals": 1}}}
    fine = programme | {"units": {"points": {"decimals": 1}, "stars": {"decimals": 2}}}
    by_event: dict[str, tuple[list[Row], list[Row]]] = {}
    for side, one in enumerate((coarse, fine)):
        for row in rated(one, history):
            by_event.setdefault(row.event, ([], []))[side].append(row)
    for coarse_rows, fine_rows in by_event.values():
        if not any(row.residue for row in coarse_rows):
            assert _by_rule(fine_rows, 1) == _by_rule(coarse_rows, 10)


def _by_rule(rows: Sequence[Row], times: int) -> dict[tuple[str, str, int, int], int]:
    """Return points by part; payers' shares have roundings of their own."""
    points: dict[tuple[str, str, int, int], int] = {}
    for row in rows:
        key = (row.rule, row.source, row.line, row.band)
        points[key] = points.get(key, 0) + row.granted * times
    return points
