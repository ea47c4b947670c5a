"""Metrics, worked out by hand: what is counted, over which days, and how live expressions read it."""

from collections.abc import Mapping
from typing import Any

import pytest

from guerdon.core.calendar import EVER, LATEST, YEAR, Zone, parse_date
from guerdon.core.ladders import Place
from guerdon.core.metrics import METRIC_MAX, ROLLING_DAYS, Meter, Metric, Window
from guerdon.core.teller import Teller
from tests.core.tables import event, parts, points, programme
from tests.core.teller.serving import numbered

Record = Mapping[str, Any]

EVENTS = """
events:
  purchase: {attributes: {channel: {type: text, default: ""}, tip: {type: money, optional: true}}, lines: {brand: text}}
  visit: {}
  chat: {}
"""


def counting(metric: str, give: str = "least(metrics.counted, 1000000)", more: str = "") -> str:
    """Return a programme whose one rule gives what its one metric counts."""
    return f"""
metrics:
  counted: {metric}
rules:
  - {{id: told, give: "{give}"{more}}}
{EVENTS}"""


def spent(*days_and_amounts: tuple[str, str | int]) -> list[Record]:
    """Return purchases."""
    return [{"at": day, "amount": amount} for day, amount in days_and_amounts]


@pytest.mark.parametrize(
    ("within", "days", "told"),
    [
        ("day", ("2017-03-03T00:00", "2017-03-03T23:59", "2017-03-04"), [0, 10, 0]),
        ("week", ("2017-03-05", "2017-03-06", "2017-03-12", "2017-03-13"), [0, 0, 10, 0]),
        ("month", ("2017-01-31", "2017-02-01", "2017-02-28", "2017-03-01"), [0, 0, 10, 0]),
        ("quarter", ("2017-03-31", "2017-04-01", "2017-06-30", "2017-07-01"), [0, 0, 10, 0]),
        ("year", ("2016-12-31", "2017-01-01", "2017-12-31", "2018-01-01"), [0, 0, 10, 0]),
        ("ever", ("1999-12-31", "2017-01-01", "2031-12-31"), [0, 10, 20]),
        ("{rolling_days: 2}", ("2017-03-01", "2017-03-02", "2017-03-03", "2017-03-05"), [0, 10, 10, 0]),
        ("{rolling_months: 1}", ("2017-01-30", "2017-01-31", "2017-02-27", "2017-02-28"), [0, 10, 20, 10]),
        ("{year_from: 04-01}", ("2017-03-31", "2017-04-01", "2018-03-31", "2018-04-01"), [0, 0, 10, 0]),
        ("{year_from: 02-29}", ("2016-02-28", "2016-02-29", "2017-02-27", "2017-02-28"), [0, 0, 10, 0]),
        ("anniversary", ("2016-02-29", "2017-02-27", "2017-02-28", "2018-02-27", "2018-02-28"), [0, 10, 0, 10, 0]),
        ("anniversary", ("2016-02-29", "2019-03-01", "2020-02-28", "2020-02-29"), [0, 0, 10, 0]),
    ],
)
def test_what_is_counted_within(within: str, days: tuple[str, ...], told: list[int]) -> None:
    assert points(counting(f"{{sum: eligible, within: {within}}}"), *spent(*((day, 10) for day in days))) == told


def test_events_are_counted_unless_something_of_them_is() -> None:
    assert points(counting("{within: ever}"), *spent(*[("2017-01-01", 7)] * 4)) == [0, 1, 2, 3]


def test_of_several_types_and_those_that_hold() -> None:
    body = counting("{on: [purchase, visit], sum: amount + 1, when: amount <> 5, within: ever}")
    told: list[dict[str, Any]] = [{"amount": 5}, {"type": "visit"}, {"type": "chat"}, {"amount": 2}, {"amount": 0}]
    assert points(body, *(one | {"at": f"2017-01-0{day}"} for day, one in enumerate(told, start=1))) == [0, 0, 0, 1, 4]


def test_points_earned() -> None:
    assert points(counting("{earned: points, within: ever}", "least(metrics.counted, 4) + 1"), *spent(*[("2017-01-01", 1)] * 4)) == [
        1, 2, 4, 5,
    ]  # fmt: skip


def test_what_is_below_zero_counts_for_nothing() -> None:
    assert points(counting("{sum: amount - 5, within: ever}"), *spent(*[("2017-01-01", 3)] * 2)) == [0, 0]


def test_a_return_counts_for_nothing() -> None:
    assert points(counting("{within: ever}"), {"amount": 1}, {"amount": -1}, {"amount": 1})[-1] == 1


EXPRESSIONS = (
    # each is asked with 3 counted, for a purchase of 20 in the app
    ("metrics.counted", 3),
    ("5 - metrics.counted", 2),
    ("metrics.counted * amount", 60),
    ("metrics.counted * 1.5 + 0.5", 5),
    ("abs(1 - metrics.counted)", 2),
    ("-(-metrics.counted)", 3),
    ("least(metrics.counted, 7)", 3),
    ("greatest(metrics.counted, amount, 7)", 20),
    ("floor(metrics.counted / 2)", 1),
    ("ceil(metrics.counted / 2)", 2),
    ("round(metrics.counted / 2, 0)", 2),
    ("case when metrics.counted = 3 then 1 else 0 end", 1),
    ("case when metrics.counted <> 3 then 1 else 0 end", 0),
    ("case when metrics.counted < 3 then 1 else 0 end", 0),
    ("case when metrics.counted <= 3 then 1 else 0 end", 1),
    ("case when metrics.counted > 3 then 1 else 0 end", 0),
    ("case when metrics.counted >= 3 then 1 else 0 end", 1),
    ("case when metrics.counted > 2.5 then 1 else 0 end", 1),
    ("case when metrics.counted in (1, 3.0) then 1 else 0 end", 1),
    ("case when metrics.counted in (1, 2.5) then 1 else 0 end", 0),
    ("case when metrics.counted between 2 and 3 then 1 else 0 end", 1),
    ("case when not metrics.counted = 3 or channel = 'app' or amount = 1 then amount else 0 end", 20),
    ("case when metrics.counted = 2 or channel = 'shop' then 1 else 0 end", 0),
    ("case when metrics.counted = 3 and amount = 20 and channel = 'app' then 1 else 0 end", 1),
    ("case when (metrics.counted = 3 and amount = 20) and metrics.counted < 9 then 1 else 0 end", 1),
    ("case when metrics.counted = 3 and channel = 'shop' then 1 when channel = 'app' then 7 else 0 end", 7),
    ("coalesce(tip, metrics.counted)", 3),
    ("coalesce(tip, metrics.counted, amount) + coalesce(tip, 1)", 4),
)


@pytest.mark.parametrize(("give", "told"), EXPRESSIONS, ids=[text for text, _ in EXPRESSIONS])
def test_a_live_expression_says(give: str, told: int) -> None:
    body = counting("{within: ever}", f"least({give}, 1000)")
    history: list[Record] = [{"amount": 20, "channel": "app"}] * 4
    assert points(body, *history)[-1] == told


def test_what_is_there_goes_before_the_past() -> None:
    body = counting("{within: ever}", "least(coalesce(tip, metrics.counted), 99)")
    assert points(body, {"amount": 1, "tip": 8}, {"amount": 1}) == [8, 1]


def test_what_only_reads_the_event_is_one_column_and_a_factor_by_level_none() -> None:
    body = """
metrics: {spend: {sum: eligible, within: year}}
ladders: [{id: tier, by: spend, levels: [{id: member, from: 0}, {id: gold, from: 100}]}]
rules: [{id: a, give: floor(eligible)}]
multipliers:
  - {id: m1, of: a, by: case level when 'gold' then 1.25 else 1 end}
  - {id: m2, of: a, by: case when level in ('gold') then 2 when level <> 'member' then 3 else 1 end}
  - {id: m3, of: a, by: 2, when: level = 'gold'}
"""
    made = programme(body)
    assert [one.slot for one in made.multipliers] == [-1, -1, -1]
    assert len(made.slots) == 2
    assert points(body, {"amount": 100}, {"amount": 100}) == [100, 100 + 25 + 100 + 100]


def test_a_condition_on_the_past_stands_beside_one_on_the_event() -> None:
    body = counting("{within: ever}", "10", more=", when: metrics.counted < 2 and amount > 5")
    assert points(body, *spent(*[("2017-01-01", amount) for amount in (6, 5, 6, 6)])) == [10, 0, 0, 0]


def test_bands_of_a_live_amount() -> None:
    body = """
metrics: {orders: {within: ever}}
rules:
  - {id: a, of: "amount + least(metrics.orders, 100)", bands: [{above: 0.5, rate: 1}, {above: 11, rate: 10}]}
"""
    assert points(body, *spent(*[("2017-01-01", 10)] * 3)) == [9, 10, 20]


def test_lines_and_items_of_a_live_rule() -> None:
    body = """
metrics: {orders: {within: ever}}
rules:
  - {id: a, per: line, give: "least(line.amount, 100) * least(metrics.orders, 2)", where: line.brand = 'Acme'}
  - {id: b, per: item, give: 1, when: metrics.orders = 1}
  - {id: c, per: line, within: order, of: line.amount, bands: [{above: 0, rate: 1}, {above: 15, rate: 0}], when: metrics.orders = 2}
multipliers:
  - {id: m, of: a, by: "case when line.amount > 10 and metrics.orders > 1 then 2 else 1 end"}
  - {id: n, of: a, by: 2, when: line.amount > 10 and metrics.orders > 1}
  - {id: o, of: a, by: "case metrics.orders when 2 then 2 else 1 end", when: line.amount > 10}
"""
    lines = [
        {"amount": 10, "brand": "Acme", "quantity": 2},
        {"amount": 20, "brand": "Acme"},
        {"amount": 5, "brand": "B"},
    ]
    history = [{"lines": lines}] * 3
    # 30 and 4 items; 20 + 40 x (1 + 1 + 1 + 1), and 10 and 5 of the 35
    assert points(body, *history) == [0, 34, 180 + 15]
    assert len(parts(body, *history)) > 0


def test_a_window_and_a_type_still_bind_a_live_multiplier() -> None:
    body = """
metrics: {orders: {within: ever}}
rules: [{id: a, give: 10}]
multipliers:
  - {id: m, of: a, by: "case metrics.orders when 0 then 1 else 2 end", from: 2017-02-01, when: amount > 5 and metrics.orders < 3}
"""
    days = [("2017-01-01", 6), ("2017-01-31", 6), ("2017-02-01", 6), ("2017-02-02", 6), ("2017-02-03", 6)]
    assert points(body, *spent(*days)) == [10, 10, 20, 10, 10]


UTC = Zone("UTC", [], [0])
DAY = 86_400_000_000


def meter(kind: int, **terms: Any) -> Meter:  # noqa: ANN401 - a metric's own terms
    """Return a meter of an account that joined on 1 January 2017."""
    made = Meter(Metric(name="m", window=Window(UTC, kind, length=terms.pop("length", 0)), scale=0, **terms))
    made.open(parse_date("2017-01-01"))
    return made


def at(day: str) -> int:
    """Return a day's first instant."""
    return parse_date(day) * DAY


def test_a_return_takes_its_amount_out_of_the_year_that_counted_it() -> None:
    made = meter(YEAR)
    made.age(at("2017-03-03"))
    made.take(100, at("2017-03-03"))
    made.take_back(30, parse_date("2017-03-03"))
    assert made.age(at("2017-04-01")) == 70
    made.take_back(100, parse_date("2017-03-03"))
    assert made.age(at("2017-04-01")) == 0
    made.age(at("2018-01-01"))
    made.take(50, at("2018-01-01"))
    made.take_back(30, parse_date("2017-03-03"))
    assert made.age(at("2018-01-02")) == 50


def test_or_out_of_the_day_that_a_rolling_window_still_holds() -> None:
    made = meter(ROLLING_DAYS, length=3)
    for day in ("2017-03-01", "2017-03-02"):
        made.age(at(day))
        made.take(100, at(day))
    made.take_back(30, parse_date("2017-03-02"))
    made.take_back(30, parse_date("2017-02-01"))
    assert [made.age(at(day)) for day in ("2017-03-03", "2017-03-04", "2017-03-05")] == [170, 70, 0]


def test_a_delayed_amount_counts_from_its_day_on() -> None:
    made = meter(ROLLING_DAYS, length=3, delay=1)
    assert made.age(at("2017-03-01")) == 0
    made.take(100, at("2017-03-01"))
    assert (made.next_due(), made.age(at("2017-03-01"))) == (at("2017-03-02"), 0)
    made.age(at("2017-03-02"))
    assert made.fall_due(at("2017-03-02"))
    assert made.age(at("2017-03-02")) == 100


def test_nothing_is_counted_beyond_what_is_proved() -> None:
    made = meter(EVER)
    made.age(0)
    made.take(METRIC_MAX, 0)
    made.take(METRIC_MAX, 0)
    assert made.age(0) == METRIC_MAX


def test_a_metric_of_which_no_more_is_stated_counts_nothing_that_is_late_carried_or_named() -> None:
    window = Window(UTC, YEAR)
    plain = Metric(name="m", window=window, scale=0)
    assert (window.length, window.text, window.rolling) == (0, "", False)
    assert (plain.slot, plain.unit, plain.most, plain.delay) == (-1, -1, METRIC_MAX, 0)
    assert (plain.steps, plain.usable, plain.title, plain.text) == ([], False, "", "")


METER = (
    "total",
    "joined",
    "number",
    "ends_at",
    "changed",
    "gone",
    "amounts",
    "dues",
    "owed",
    "owners",
    "owner",
    "former",
)
PLACE = (
    "changes", "joined", "earned", "since", "until", "turn", "turned_by", "anchor", "times", "graced", "falls_to",
    "falls_from", "given", "given_until", "given_by", "held", "held_since", "cause", "credited", "proof", "doubted",
)  # fmt: skip


def seen(one: object, names: tuple[str, ...]) -> dict[str, object]:
    """Return what stands in something, by name; lists as they are now."""
    found = {name: getattr(one, name) for name in names}
    return {name: list(value) if isinstance(value, list) else value for name, value in found.items()}


@pytest.mark.parametrize(("kind", "delay"), [(YEAR, 0), (YEAR, 2), (ROLLING_DAYS, 0), (ROLLING_DAYS, 2)])
def test_a_meter_begins_with_an_account_as_it_was_made(kind: int, delay: int) -> None:
    metric = Metric(name="m", window=Window(UTC, kind, length=3), scale=0, delay=delay)
    made, used = Meter(metric), Meter(metric)
    used.open(parse_date("2017-01-01"))
    for day in ("2017-03-01", "2017-03-02", "2018-03-03"):
        used.age(at(day))
        used.fall_due(at(day))
        used.take(100, at(day), 7)
    used.open(0)
    assert seen(used, METER) == seen(made, METER)
    assert (made.next_due(), made.owner, made.former, made.total) == (LATEST, -1, 0, 0)


def test_a_place_begins_with_an_account_as_it_was_made() -> None:
    body = """
metrics: {spend: {sum: eligible, within: year}}
events: {invited: {kind: membership}}
ladders:
  - id: tier
    by: spend
    grace: 30 days
    grants: [{id: invited, on: invited, level: gold, for: 12 months}]
    levels: [{id: member, from: 0}, {id: silver, from: 100}, {id: gold, from: 500}]
rules: [{id: base, give: 1}]
"""
    (stated,) = programme(body).ladders
    made, teller = Place(stated), Teller(programme(body))
    history: list[Record] = [
        *spent(("2017-03-01", 600)),
        {"type": "invited", "at": "2017-03-02"},
        *spent(("2019-01-05", 100)),
    ]
    teller.refold(
        numbered(programme(body), [event(body, one, number) for number, one in enumerate(history, start=1)])["ana"]
    )
    assert teller.fold.past is not None
    (used,) = teller.fold.past.places
    assert used.graced
    used.open(0)
    assert seen(used, PLACE) == seen(made, PLACE)
    assert (made.next_due(), made.held_until(), made.cause, made.held) == (LATEST, LATEST, -1, 0)
