"""Generated programmes and histories: programmes as the file would say them, records as callers hand them in.

Each expression stands beside what it means, for the plain model.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import cache
from math import floor
from typing import Any

from hypothesis import strategies as st

from guerdon.core.calendar import LATEST
from guerdon.core.effects import REASONS, Effect
from guerdon.core.events import Event, read_event
from guerdon.core.history import rate_events
from guerdon.core.ladders import CAUSES
from guerdon.core.parts import BASE
from guerdon.core.programme import Programme
from guerdon.definition.check import load_text
from tests.core.baskets import Data
from tests.core.levels.generated import LEVEL_EXPRESSIONS, choice, levelled
from tests.core.levels.model import Move
from tests.core.model import EPOCH, Expression, Model, Row

Made = dict[str, Any]

ACME = Fraction("0.3")

GIVES: dict[str, Expression] = {
    "10": lambda _e, _l: Fraction(10),
    "5.5": lambda _e, _l: Fraction("5.5"),
    "2.345": lambda _e, _l: Fraction("2.345"),
    "floor(amount) * 2": lambda e, _: floor(e["amount"]) * 2,
    "eligible * 0.15": lambda e, _: e["eligible"] * Fraction("0.15"),
    "amount - 60": lambda e, _: e["amount"] - 60,
    "least(eligible, 80) * 1.5": lambda e, _: min(e["eligible"], 80) * Fraction("1.5"),
    "count(*) * 2.5": lambda e, _: len(e["lines"]) * Fraction("2.5"),
    "sum(line.amount) filter (where line.brand = 'Acme') * 0.3": lambda e, _: (
        sum(line["amount"] for line in e["lines"] if line["brand"] == "Acme") * ACME
    ),
}
LINE_GIVES: dict[str, Expression] = {
    "1.5": lambda _e, _l: Fraction("1.5"),
    "floor(least(line.amount, 60))": lambda _, one: Fraction(floor(min(one["amount"], 60))),
    "least(line.eligible, 500) * 0.333": lambda _, one: min(one["eligible"], 500) * Fraction("0.333"),
    "least(line.quantity, 9) - 1": lambda _, one: min(one["quantity"], 9) - 1,
}
ITEM_GIVES: dict[str, Expression] = {
    "1.5": lambda _e, _l: Fraction("1.5"),
    "least(line.amount, 4) * 0.7": lambda _, one: min(one["amount"], 4) * Fraction("0.7"),
}
AMOUNTS: dict[str, Expression] = {
    "floor(eligible)": lambda e, _: Fraction(floor(e["eligible"])),
    "amount": lambda e, _: e["amount"],
}
LINE_AMOUNTS: dict[str, Expression] = {"least(line.amount, 90) + 1": lambda _, one: min(one["amount"], 90) + 1}
CONDITIONS: dict[str, Expression] = {
    "amount >= 50": lambda e, _: e["amount"] >= 50,
    "channel = 'app'": lambda e, _: e["channel"] == "app",
    "count(distinct line.brand) >= 2": lambda e, _: len({line["brand"] for line in e["lines"]}) >= 2,
}
LINE_CONDITIONS: dict[str, Expression] = {
    "line.brand = 'Acme'": lambda _, one: one["brand"] == "Acme",
    "line.eligible > 20": lambda _, one: one["eligible"] > 20,
}
FACTORS: dict[str, Expression] = {
    "2": lambda _e, _l: Fraction(2),
    "1.25": lambda _e, _l: Fraction("1.25"),
    "case channel when 'app' then 1.5 else 1 end": lambda e, _: (
        Fraction("1.5") if e["channel"] == "app" else Fraction(1)
    ),
}
LINE_FACTORS: dict[str, Expression] = {
    "case line.brand when 'Acme' then 3 else 1 end": lambda _, one: Fraction(3 if one["brand"] == "Acme" else 1),
}
EXPRESSIONS = (
    GIVES
    | LINE_GIVES
    | ITEM_GIVES
    | AMOUNTS
    | LINE_AMOUNTS
    | CONDITIONS
    | LINE_CONDITIONS
    | FACTORS
    | LINE_FACTORS
    | LEVEL_EXPRESSIONS
)

NEVER = st.just(False)  # noqa: FBT003 - the value of a strategy
SOMETIMES = st.booleans()

ZONES = ("America/New_York", "Europe/Paris", "Asia/Kathmandu", "UTC")
PER = ("order", "line", "item")
PERIODS = ("day", "week", "month", "quarter", "year", "ever")
ROUNDINGS = ("floor", "ceil", "half_up", "half_even")
MOMENTS = (
    "2024-01-31T23:59:59-05:00", "2024-02-01T00:00:00-05:00", "2024-02-01T00:00:00+00:00", "2024-02-29T12:00:00+01:00",
    "2024-03-10T02:59:59-05:00", "2024-03-31T00:59:59.999999+00:00", "2024-04-01T00:00:00-04:00", "2024-11-03T01:30:00-04:00",
    "2024-11-03T01:30:00-05:00", "2024-12-31T23:00:00+00:00", "2025-01-01T00:00:00+01:00",
)  # fmt: skip
MONEY = ("0", "0.01", "3.20", "20", "49.99", "50", "50.01", "99.50", "100", "120.75", "333.33", "10000.00")


@cache
@st.composite
def rules(draw: st.DrawFn, name: str, per: tuple[str, ...] = PER) -> Made:
    """Return one rule over purchases, as the file would say it, without limits."""
    return draw(_rules(name, draw(choice(*per))))


@cache
@st.composite
def _rules(draw: st.DrawFn, name: str, per: str) -> Made:
    rule: Made = {"id": name, "per": per, "unit": "points" if per == "item" else draw(choice("points", "stars"))}
    if draw(st.booleans()):
        rule["give"] = draw(choice(*sorted({"order": GIVES, "line": LINE_GIVES, "item": ITEM_GIVES}[per])))
    else:
        rule |= draw(_bands(per))
    if draw(st.booleans()):
        rule["when"] = draw(choice(*sorted(CONDITIONS)))
    of_some_lines = per != "order" or not any(
        word in str(rule.get("give", rule.get("of"))) for word in ("eligible", "amount")
    )
    if of_some_lines and draw(st.booleans()):
        rule["where"] = draw(choice(*sorted(LINE_CONDITIONS)))
    if draw(st.booleans()):
        rule["round_at"] = draw(choice("rule", *{"order": [], "line": ["line"], "item": ["line", "item"]}[per]))
        rule["round"] = draw(choice(*ROUNDINGS))
    if draw(st.booleans()):
        rule["funded_by"] = draw(choice("Acme", {"Acme": 6, "Bolt": 6, "programme": 2}))
    return rule


@cache
@st.composite
def _bands(draw: st.DrawFn, per: str) -> Made:
    edges = draw(st.sets(choice("0", "1", "20", "49.99", "50", "100"), min_size=1, max_size=3))
    rates = choice("0", "1", "2", "0.5", "1.25", "0.007")
    made: Made = {
        "bands": [{"above": Decimal(edge), "rate": Decimal(draw(rates))} for edge in sorted(edges, key=Decimal)]
    }
    made["band"] = draw(choice("marginal", "whole"))
    if per == "line":
        made["within"] = draw(choice("line", "order"))
    if per != "item" and draw(st.booleans()):
        made["of"] = draw(choice(*sorted(AMOUNTS if per == "order" else LINE_AMOUNTS)))
    return made


@cache
@st.composite
def limits(draw: st.DrawFn, *, kinds: tuple[str, ...] = ("points", "times")) -> Made:
    """Return one limit."""
    limit: Made = {"per": draw(choice("member", "account")), draw(choice(*kinds)): draw(choice(0, 1, 3, 40, 250))}
    if draw(st.booleans()):
        shared = {"per": "programme"} if draw(st.booleans()) else {}
        return limit | shared | {"every": draw(choice(*PERIODS))}
    return limit | {"rolling_days": draw(choice(1, 2, 30))}


@st.composite
def _multipliers(draw: st.DrawFn, name: str, targets: list[Made]) -> Made:
    lined = [rule for rule in targets if rule["per"] != "order"]
    by_line = bool(lined) and draw(st.booleans())
    names = [rule["id"] for rule in (lined if by_line else targets)]
    one: Made = {"id": name, "of": draw(st.lists(st.sampled_from(names), min_size=1, unique=True))}
    one["by"] = draw(choice(*sorted(LINE_FACTORS if by_line else FACTORS)))
    one["stack"] = draw(choice("add", "compound"))
    if draw(st.booleans()):
        one["when"] = draw(choice(*sorted(CONDITIONS)))
    if draw(st.booleans()):
        one["funded_by"] = draw(choice("Bolt", {"Bolt": 1, "Acme": 1}))
    return one


@st.composite
def programmes(
    draw: st.DrawFn,
    *,
    limited: bool = True,
    stacked: bool = True,
    per: tuple[str, ...] = PER,
    levels: st.SearchStrategy[bool] = NEVER,
) -> Made:
    """Return a whole programme; on request without limits, without groups of which one rule alone gives, or per order alone.

    With `levels` it has metrics and a ladder.
    """
    made = [draw(rules(f"r{number}", per)) for number in range(draw(st.integers(1, 4)))]
    multipliers = [draw(_multipliers(f"m{number}", made)) for number in range(draw(st.integers(0, 3)))]
    programme: Made = {
        "format": 1,
        "programme": "generated",
        "zone": draw(choice(*ZONES)),
        "currency": "USD",
        "units": {
            "points": {"round": draw(choice(*ROUNDINGS)), "round_at": draw(choice("rule", "order"))},
            "stars": {"decimals": 2},
        },
        "events": {
            "purchase": {
                "attributes": {"channel": {"type": "text", "default": ""}},
                "lines": {"brand": "text", "quantity": {"type": "number", "decimals": 1}},
            },
            "visit": {},
        },
        "rules": [*made, {"id": "visit", "on": "visit", "unit": "stars", "give": Decimal("5.5")}],
        "multipliers": multipliers,
    }
    if stacked and draw(st.booleans()):
        _group(draw, made)
    if draw(st.booleans()):
        programme["campaigns"] = [_campaign(draw, made, per)]
    if limited:
        _limit(draw, programme)
    return draw(levelled(programme)) if draw(levels) else programme


def _group(draw: st.DrawFn, made: list[Made]) -> None:
    take = draw(choice("best", "first"))
    for rule in made:
        if rule["unit"] == made[0]["unit"]:
            rule["stack"] = {"group": "g", "take": take, "priority": draw(st.integers(0, 2))}


def _campaign(draw: st.DrawFn, made: list[Made], per: tuple[str, ...]) -> Made:
    rule = draw(rules("c0", per))
    multipliers = [draw(_multipliers("cm", [*made, rule]))] if draw(st.booleans()) else []
    return {"id": "spring", "from": "2024-02-01", "until": "2024-03-31", "rules": [rule], "multipliers": multipliers}


def _limit(draw: st.DrawFn, programme: Made) -> None:
    """Add limits of every kind: a rule's, a multiplier's, the campaign's and shared ones."""
    made = programme["rules"]
    for rule in made:
        rule["limits"] = [draw(limits()) for _ in range(draw(st.integers(0, 2)))]
    units = {rule["id"]: rule["unit"] for rule in made}
    for one in programme["multipliers"]:
        if len({units[name] for name in one["of"]}) == 1:
            one["limits"] = [draw(limits(kinds=("points",))) for _ in range(draw(st.integers(0, 1)))]
    stars = [rule["id"] for rule in made if rule["unit"] == "stars"]
    programme["limits"] = [draw(limits()) | {"id": "shared", "rules": stars}]
    for campaign in programme.get("campaigns", ()):
        units["c0"] = campaign["rules"][0]["unit"]
        multiplied = [name for one in campaign["multipliers"] for name in one["of"]]
        if {units["c0"], *[units[name] for name in multiplied]} == {units["c0"]}:
            campaign["limits"] = [draw(limits(kinds=("points",) if multiplied else ("points", "times")))]


@cache
@st.composite
def records(draw: st.DrawFn, number: int, *, pooled: bool) -> Made:
    """Return one event: mostly a purchase, with or without lines; now and then a visit or a return."""
    record: Made = {"id": f"e{number:03d}", "member": draw(choice("ana", "ben", "zoë")), "at": draw(choice(*MOMENTS))}
    if pooled:
        record["account"] = draw(choice("home", "club"))
    kind = draw(choice("purchase", "purchase", "purchase", "lines", "lines", "visit", "refund"))
    if kind in ("visit", "refund"):
        return record | {"type": kind} | ({"amount": "5"} if kind == "refund" else {})
    record["channel"] = draw(choice("app", "shop"))
    if kind == "purchase":
        return record | {"amount": draw(choice(*MONEY, "-20"))}
    record["lines"] = draw(st.lists(_lines(), min_size=1, max_size=4))
    sales = [Decimal(line["amount"]) for line in record["lines"] if Decimal(line["amount"]) > 0]
    if sum(sales) > 20:
        record |= {"discount": draw(choice("0", "3.33")), "points_paid": draw(choice("0", "2.01", "10"))}
    return record


@cache
@st.composite
def _lines(draw: st.DrawFn) -> Made:
    amount = draw(choice(*MONEY, "-5.00"))
    return {
        "amount": amount,
        "brand": draw(choice("Acme", "Bolt")),
        "quantity": draw(choice("0", "0.5", "1", "2", "2.5", "4", "7")),
    }


@st.composite
def histories(draw: st.DrawFn, *, size: int = 12) -> list[Made]:
    """Return records of three members, with accounts of their own or two that they share."""
    pooled = draw(st.booleans())
    return [draw(records(number, pooled=pooled)) for number in range(draw(st.integers(1, size)))]


def written(value: object) -> str:
    """Return programme data as YAML in one line; a Decimal stands as plain digits."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key}: {written(one)}" for key, one in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(written(one) for one in value) + "]"
    return f"{value:f}" if isinstance(value, Decimal) else json.dumps(value)


@cache
def _compiled(text: str) -> Programme:
    return load_text(text)


def compiled(programme: Data) -> Programme:
    """Return the programme as the engine has it."""
    return _compiled(written(programme))


def events_of(programme: Programme, history: Sequence[Data]) -> list[Event]:
    """Return records as events."""
    return [read_event(programme.terms, record, default_id="") for record in history]


def rated(programme: Data, history: Sequence[Data]) -> list[Row]:
    """Return what the engine answers, in the model's rows."""
    made = compiled(programme)
    answers = rate_events(made, events_of(made, history))
    return [row_of(made, answer.event.id, effect) for answer in answers for effect in answer.earned]


def climbed(programme: Data, history: Sequence[Data]) -> dict[str, list[Move]]:
    """Return what became of the levels of each account, as the model tells it."""
    made = compiled(programme)
    found: dict[str, list[Move]] = {}
    for answer in rate_events(made, events_of(made, history)):
        moves = found.setdefault(answer.event.account, [])
        moves += [_move(made, effect) for effect in answer.moved]
    return found


def _move(programme: Programme, effect: Effect) -> Move:
    ladder, zone = programme.ladders[effect.rule], programme.zone
    until = None if effect.period >= LATEST else date.fromordinal(zone.day_of(effect.period) + EPOCH)
    day = date.fromordinal(zone.day_of(effect.at) + EPOCH)
    return Move(day, CAUSES[effect.reason], ladder.levels[effect.band].name, until)


def row_of(programme: Programme, event: str, effect: Effect) -> Row:
    """Return an effect by names."""
    rule = programme.rules[effect.rule]
    return Row(
        event=event,
        line=effect.line,
        rule=rule.name,
        source="" if effect.source == BASE else programme.multipliers[effect.source].name,
        band=effect.band,
        desired=effect.desired,
        granted=effect.granted,
        limit=effect.limit,
        period=effect.period,
        payer=programme.payers[effect.payer],
        reason=REASONS[effect.reason],
        residue=Fraction(effect.residue, rule.divisor),
    )


def modelled(programme: Data) -> Model:
    """Return the programme as the plain model has it."""
    return Model(programme, EXPRESSIONS)
