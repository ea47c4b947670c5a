"""Generated programmes and histories: text and records, for laws that hold whatever a programme says."""

from typing import Any

from hypothesis import strategies as st

BRANDS = ("Acme", "Bolt", "Cora")
SHOPS = ("north", "south")
MOMENTS = (
    "2024-01-31T23:59:59",
    "2024-02-01T00:00:00",
    "2024-02-29",
    "2024-03-10T02:30:00",
    "2024-03-31T23:59:59.999999",
    "2024-04-01",
    "2024-11-03T01:30:00",
    "2024-12-31T23:00:00",
)
AMOUNTS = ("0", "0.01", "49.99", "50", "50.01", "99.5", "100", "120.75", "333.33", "10000000000000")
CONDITIONS = (
    "shop = 'north'",
    "amount >= 50",
    "weekday in (6, 7)",
    "coalesce(hour, 12) < 12",
    "count(distinct line.brand) >= 2",
    "coalesce(tip, 0) > 1 or month = 2",
    "lookup(region, shop) = 'cold'",
)
LINE_CONDITIONS = ("line.brand = 'Acme'", "line.eligible > 20", "line.quantity >= 2 and not line.gift")
AMOUNT_EXPRESSIONS = (
    "eligible",
    "floor(eligible)",
    "net",
    "sum(line.amount) filter (where line.brand <> 'Bolt')",
    "least(gross, 500)",
)
LINE_AMOUNTS = ("line.eligible", "floor(line.net)", "line.amount + 1")
FILTERED_AMOUNTS = ("sum(line.amount) filter (where line.brand <> 'Bolt')", "floor(sum(line.net))")
FILTERED_GIVES = ("10", "count(*) * 2.5", "round(sum(line.net) / 3, 2)")
GIVES = ("10", "floor(amount)", "eligible * 0.15", "count(*) * 2.5", "round(amount / 3, 2)", "amount - 60")
LINE_GIVES = ("1.5", "floor(line.amount)", "line.eligible * 0.333", "line.quantity - 1")
FACTORS = ("2", "1.25", "case when shop = 'north' then 1.5 else 1 end", "1.1")
LINE_FACTORS = ("case line.brand when 'Acme' then 3 else 1 end", "1.05")
PERIODS = ("day", "week", "month", "quarter", "year", "ever")


@st.composite
def rules(draw: st.DrawFn, name: str) -> dict[str, Any]:
    """Return one rule, as the file would say it."""
    per = draw(st.sampled_from(("order", "order", "line", "item")))
    rule: dict[str, Any] = {"id": name, "per": per, "unit": draw(st.sampled_from(("points", "stars")))}
    lined = per != "order"
    if draw(st.booleans()):
        rule["where"] = draw(st.sampled_from(LINE_CONDITIONS))
    if draw(st.booleans()):
        rule["give"] = draw(st.sampled_from(LINE_GIVES if lined else FILTERED_GIVES if "where" in rule else GIVES))
    else:
        if draw(st.booleans()):
            amounts = FILTERED_AMOUNTS if "where" in rule else AMOUNT_EXPRESSIONS
            rule["of"] = draw(st.sampled_from(LINE_AMOUNTS if lined else amounts))
        edges = sorted(
            draw(st.sets(st.sampled_from((0, 1, 20, 50, "99.5", 100)), min_size=1, max_size=3)),
            key=lambda edge: float(str(edge)),
        )
        rule["bands"] = [{"above": edge, "rate": draw(st.sampled_from((0, 1, 2, "0.5", "1.25")))} for edge in edges]
        rule["band"] = draw(st.sampled_from(("marginal", "whole")))
        if per == "line":
            rule["within"] = draw(st.sampled_from(("line", "order")))
    if draw(st.booleans()):
        rule["when"] = draw(st.sampled_from(CONDITIONS))
    if lined and draw(st.booleans()):
        rule["round_at"] = draw(st.sampled_from(("rule", "line") if per == "line" else ("rule", "item")))
    if rule["unit"] == "points" and draw(st.booleans()):
        rule["round"] = draw(st.sampled_from(("floor", "ceil", "half_up", "half_even")))
    return rule


@st.composite
def programmes(draw: st.DrawFn, *, limited: bool) -> dict[str, Any]:
    """Return a whole programme; with `limited` rules have limits, so that what is earned depends on the past."""
    names = [f"r{number}" for number in range(draw(st.integers(1, 4)))]
    made = [draw(rules(name)) for name in names]
    programme: dict[str, Any] = {
        "format": 1,
        "programme": "generated",
        "zone": draw(st.sampled_from(("America/New_York", "Europe/Paris", "Asia/Kathmandu", "UTC"))),
        "currency": "USD",
        "units": {"points": {}, "stars": {"decimals": 2, "round_at": draw(st.sampled_from(("rule", "order")))}},
        "events": {
            "purchase": {
                "attributes": {"shop": "text", "tip": {"type": "money", "optional": True}},
                "lines": {"brand": "text", "quantity": {"type": "number", "decimals": 1}, "gift": "boolean"},
            }
        },
        "tables": {"region": {"rows": {"north": "cold"}, "default": "warm"}},
        "eligible": {
            "exclude": draw(st.sampled_from(("line.gift", "shop = 'south' and weekday = 1"))),
            "include": draw(st.sampled_from(([], ["tax"], ["points_paid", "shipping"]))),
        },
        "rules": made,
    }
    if draw(st.booleans()):
        _group(draw, made)
    count = draw(st.integers(0, 2))
    programme["multipliers"] = [draw(_multipliers(f"m{number}", made)) for number in range(count)]
    if draw(st.booleans()):
        programme["campaigns"] = [_campaign(draw, made, limited=limited)]
    if limited:
        for rule in made:
            rule["limits"] = [draw(_limits()) for _ in range(draw(st.integers(1, 2)))]
    return programme


def _group(draw: st.DrawFn, made: list[dict[str, Any]]) -> None:
    take = draw(st.sampled_from(("best", "first")))
    for rule in made:
        if rule["unit"] == made[0]["unit"]:
            rule["stack"] = {"group": "g", "take": take, "priority": draw(st.integers(0, 2))}


@st.composite
def _multipliers(draw: st.DrawFn, name: str, made: list[dict[str, Any]]) -> dict[str, Any]:
    lined = [rule["id"] for rule in made if rule["per"] != "order"]
    if bool(lined) and draw(st.booleans()):
        by = draw(st.sampled_from((*FACTORS, *LINE_FACTORS)))
        return {"id": name, "of": lined, "by": by, "stack": draw(st.sampled_from(("add", "compound")))}
    names: list[str] = [rule["id"] for rule in made]
    targets = draw(st.lists(st.sampled_from(names), min_size=1, unique=True))
    multiplier = {"id": name, "of": targets, "by": draw(st.sampled_from(FACTORS))}
    multiplier["stack"] = draw(st.sampled_from(("add", "compound")))
    if draw(st.booleans()):
        multiplier["when"] = draw(st.sampled_from(CONDITIONS))
    return multiplier


def _campaign(draw: st.DrawFn, made: list[dict[str, Any]], *, limited: bool) -> dict[str, Any]:
    campaign: dict[str, Any] = {
        "id": "spring",
        "from": "2024-02-01",
        "until": "2024-03-31",
        "rules": [draw(rules("c0"))],
    }
    campaign["multipliers"] = [{"id": "cm", "of": [made[0]["id"], "c0"], "by": 2}]
    if limited and made[0]["unit"] == campaign["rules"][0]["unit"]:
        campaign["limits"] = [{"points": 75, "every": "month"}]
    return campaign


@st.composite
def _limits(draw: st.DrawFn) -> dict[str, Any]:
    limit: dict[str, Any] = {"per": draw(st.sampled_from(("member", "account")))}
    limit[draw(st.sampled_from(("points", "times")))] = draw(st.sampled_from((0, 1, 3, 40, 250)))
    if draw(st.booleans()):
        limit["every"] = draw(st.sampled_from(PERIODS))
    else:
        limit["rolling_days"] = draw(st.sampled_from((1, 7, 30)))
    return limit


@st.composite
def _lines(draw: st.DrawFn) -> dict[str, Any]:
    return {
        "amount": draw(st.sampled_from((*AMOUNTS[:-1], "-5.00"))),
        "discount": draw(st.sampled_from(("0", "1.50"))),
        "brand": draw(st.sampled_from(BRANDS)),
        "quantity": draw(st.sampled_from(("0", "1", "2.5", "7"))),
        "gift": draw(st.booleans()),
    }


@st.composite
def _records(draw: st.DrawFn, number: int, *, pooled: bool) -> dict[str, Any]:
    record: dict[str, Any] = {
        "id": f"e{number}",
        "member": draw(st.sampled_from(("ana", "ben", "zoë"))),
        "at": draw(st.sampled_from(MOMENTS)),
        "shop": draw(st.sampled_from(SHOPS)),
        "tax": draw(st.sampled_from(("0", "7.13"))),
        "shipping": draw(st.sampled_from(("0", "4.90"))),
    }
    if pooled:
        record["account"] = draw(st.sampled_from(("home", "club")))
    if draw(st.booleans()):
        record["tip"] = draw(st.sampled_from(("0.50", "2")))
    lines = [draw(_lines()) for _ in range(draw(st.integers(0, 4)))]
    if lines:
        record["lines"] = lines
        if sum(float(line["amount"]) for line in lines if float(line["amount"]) > 0) > 10:
            record["discount"] = draw(st.sampled_from(("0", "3.33")))
            record["points_paid"] = draw(st.sampled_from(("0", "2.01")))
    else:
        record["amount"] = draw(st.sampled_from((*AMOUNTS, "-20")))
    return record


@st.composite
def histories(draw: st.DrawFn, *, size: int = 25) -> list[dict[str, Any]]:
    """Return records of events of three members, of accounts of their own or of two they share."""
    pooled = draw(st.booleans())
    return [draw(_records(number, pooled=pooled)) for number in range(draw(st.integers(1, size)))]
