"""Metrics and a ladder for generated programmes, and rules that ask for them.

Each expression stands beside what it means, for the plain model.
"""

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any

from hypothesis import strategies as st

from tests.core.model import Expression

Made = dict[str, Any]

FACTORS = {"top": Fraction(2), "mid": Fraction("1.5"), "low": Fraction(1)}
LEVEL_GIVES: dict[str, Expression] = {
    "case level when 'top' then 10 else 2.5 end": lambda e, _: Fraction(10 if e["level"] == "top" else "2.5"),
    "least(metrics.orders, 7) * 0.5 + 1": lambda e, _: min(e["counted"]["orders"], 7) * Fraction("0.5") + 1,
}
LEVEL_CONDITIONS: dict[str, Expression] = {
    "level = 'mid'": lambda e, _: e["level"] == "mid",
    "level in ('mid', 'top') or amount >= 50": lambda e, _: e["level"] != "low" or e["amount"] >= 50,
    "metrics.orders < 2": lambda e, _: e["counted"]["orders"] < 2,
}
LEVEL_FACTORS: dict[str, Expression] = {
    "case level when 'top' then 2 when 'mid' then 1.5 else 1 end": lambda e, _: FACTORS[e["level"]],
    "least(metrics.orders, 2) + 1": lambda e, _: min(e["counted"]["orders"], 2) + 1,
}
LEVEL_EXPRESSIONS = LEVEL_GIVES | LEVEL_CONDITIONS | LEVEL_FACTORS

PERIODS = ("month", "quarter", "year", "anniversary", {"year_from": "03-01"})
OTHERS = ("ever", {"rolling_days": 30}, {"rolling_months": 2})


_choices: dict[str, st.SearchStrategy[Any]] = {}


def choice(*values: Any) -> st.SearchStrategy[Any]:  # noqa: ANN401 - whatever a programme file may say
    """Return one of the values. A strategy is made once: that takes longer than drawing from it."""
    known = repr(values)
    if known not in _choices:
        _choices[known] = st.sampled_from(values)
    return _choices[known]


@st.composite
def ladders(draw: st.DrawFn) -> Made:
    """Return metrics and a ladder of three levels, reached and kept in any way that goes together."""
    within = draw(choice(*PERIODS, *OTHERS))
    by = draw(choice("spend", "spend", "got", "spend + orders * 20"))
    turns = within in PERIODS
    ladder: Made = {
        "id": "tier",
        "by": by,
        "levels": [{"id": "low", "from": 0}, {"id": "mid", "from": Decimal("49.99")}, {"id": "top", "from": 150}],
        "down": draw(choice("earned", "one", "none")),
    }
    keeps = [
        None,
        "ever",
        {"for": "2 months"},
        {"for": "15 days"},
        *(["period_end", "next_period_end"] if turns else []),
    ]
    ladder |= _said("keep", draw(st.sampled_from(keeps)))
    ladder |= _said("grace", draw(choice(None, "20 days")))
    credit = draw(choice(None, {"after": "10 days"}, *(["next_period"] if turns else [])))
    ladder |= _said("credit", credit)
    ladder |= _said("crossing", draw(choice(None, "after")) if by != "got" else None)
    ladder |= _said("excess", draw(choice(None, "carry")) if turns and by != "spend + orders * 20" else None)
    ladder |= _said("grants", draw(choice(None, [{"id": "guest", "on": "visit", "level": "mid", "for": "20 days"}])))
    return {
        "metrics": {
            "spend": {"sum": "eligible", "within": within},
            "orders": {"on": ["purchase", "visit"], "within": within},
            "got": {"earned": "points", "within": within},
        },
        "ladders": [ladder],
    }


def _said(key: str, value: object) -> Mapping[str, object]:
    return {} if value is None else {key: value}


@st.composite
def levelled(draw: st.DrawFn, made: Made) -> Made:
    """Return a programme with levels, for which some of its rules and multipliers ask."""
    for rule in made["rules"]:
        if rule.get("on", "purchase") == "purchase":
            if draw(st.booleans()):
                rule["when"] = draw(choice(*sorted(LEVEL_CONDITIONS)))
            if "give" in rule and rule["per"] == "order" and draw(st.booleans()):
                rule["give"] = draw(choice(*sorted(LEVEL_GIVES)))
    for one in made["multipliers"]:
        if draw(st.booleans()):
            one["by"] = draw(choice(*sorted(LEVEL_FACTORS)))
    return made | draw(ladders())
