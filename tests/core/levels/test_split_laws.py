"""Purchases that go beyond thresholds and are split there, over generated programmes: a plain model rates piece by piece.

A piece is what of the purchase counts up to a threshold, or above the last one. What a rule reads is shared out between the pieces
as the guide to levels says; each piece is then a part of its own, at its own level.
"""

from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.core.baskets import Data, split
from tests.core.generated import EXPRESSIONS, Made, climbed, histories, programmes, rated
from tests.core.levels.generated import LEVEL_CONDITIONS, LEVEL_FACTORS
from tests.core.model import Model, Part
from tests.core.test_laws import EXAMPLES

DECIMALS: Final = {
    "floor(amount) * 2": 0, "eligible * 0.15": 4, "amount - 60": 2, "least(eligible, 80) * 1.5": 3, "count(*) * 2.5": 1,
    "sum(line.amount) filter (where line.brand = 'Acme') * 0.3": 3, "floor(least(line.amount, 60))": 0,
    "least(line.eligible, 500) * 0.333": 5, "least(line.quantity, 9) - 1": 1, "floor(eligible)": 0, "amount": 2,
    "least(line.amount, 90) + 1": 2, "eligible": 2,
}  # fmt: skip
"""The decimals of what rules may read: in the smallest part of it a purchase is shared out."""

GROWING: Final = {"order": "eligible * 0.15", "line": "least(line.eligible, 500) * 0.333"}
"""What a rule gives in place of the same for every amount, of which no part belongs to a level."""


class SplitModel(Model):
    """Rates what goes beyond a threshold piece by piece."""

    def _draft(self, rule: Data, event: Data) -> list[Part]:
        pieces = self._pieces(event) if self._asks(rule) else []
        applies = event["type"] == "purchase" and self._applies(rule, event)
        if len(pieces) < 2 or not applies:
            return super()._draft(rule, event)
        lines: list[Data] = [{}] if rule["per"] == "order" else event["lines"]
        one = 10 ** max(
            DECIMALS[rule.get("give", rule.get("of", "eligible"))], *map(_decimals, rule.get("bands", ())), 0
        )
        asked = [
            [int(self._read(rule, {**event, "level": level}, line) * one) for level, _ in pieces] for line in lines
        ]
        shares = _shares(asked, [weight for _, weight in pieces])
        parts: list[Part] = []
        before, whole = Fraction(0), Fraction(sum(map(sum, shares)), one)
        for number, (line, share) in enumerate(zip(lines, shares, strict=True)):
            if rule.get("within") != "order":
                before, whole = Fraction(0), Fraction(sum(share), one)
            for (level, _), amount in zip(pieces, share, strict=True):
                if amount > 0:
                    value = Fraction(amount, one)
                    place = number if line else -1
                    self._occasion(rule, {**event, "level": level}, parts, value, before, whole, line, place, 1)
                    before += value
        return parts

    def _asks(self, rule: Data) -> bool:
        multipliers = [one["by"] for one in self.multipliers if rule["id"] in one["of"]]
        return any("level" in str(text) for text in (rule.get("when"), *multipliers))

    def _pieces(self, event: Data) -> list[tuple[str, int]]:
        """Return at which levels a purchase is rated, and how many cents of what counts belong to each."""
        (ladder,) = self.programme["ladders"]
        names = [level["id"] for level in ladder["levels"]]
        last = event["counted"]["spend"]
        end = last + event["eligible"]
        found: list[tuple[str, int]] = []
        held = names.index(event["level"])
        for above in range(held + 1, len(names)):
            start = Fraction(str(ladder["levels"][above]["from"]))
            if last < start < end:
                found.append((names[held], int((start - last) * 100)))
                last, held = start, above
        return [*found, (names[held], int((end - last) * 100))]

    def _read(self, rule: Data, event: Data, line: Data) -> Fraction:
        if "when" in rule and not self._asked(rule["when"], event, {}):
            return Fraction(0)
        some = [one for one in event["lines"] if "where" not in rule or self._asked(rule["where"], event, one)]
        if "where" in rule and not (any(line is one for one in some) if line else some):
            return Fraction(0)
        return max(self._value(rule, event, line, some), Fraction(0))


def _decimals(band: Data) -> int:
    """Return the decimals of where a band begins: what is held against it has as many."""
    return max(-int(band["above"].as_tuple().exponent), 0)


def _shares(asked: list[list[int]], weights: list[int]) -> list[list[int]]:
    """Share out what is read of each line: each piece gets its part of all lines, and takes it from them by value."""
    left = [max(numbers) for numbers in asked]
    taken: list[list[int]] = []
    for piece in split(sum(left), weights):
        now = split(piece, left) if piece > 0 else [0 for _ in left]
        taken.append(now)
        left = [there - gone for there, gone in zip(left, now, strict=True)]
    spread = [list(of_line) for of_line in zip(*taken, strict=True)]
    return [
        [split(number, spread[line])[piece] if sum(spread[line]) else 0 for piece, number in enumerate(numbers)]
        for line, numbers in enumerate(asked)
    ]


@st.composite
def splitting(draw: st.DrawFn) -> Made:
    """Return a programme with a ladder that splits purchases, for whose levels some of its rules and multipliers ask."""
    made: Made = draw(programmes(per=("order", "line")))
    for one in _all(made, "multipliers"):
        if draw(st.booleans()):
            one["by"] = draw(st.sampled_from(sorted(LEVEL_FACTORS)))
    for rule in _all(made, "rules"):
        if rule.get("on", "purchase") != "purchase":
            continue
        if draw(st.booleans()):
            rule["when"] = draw(st.sampled_from(sorted(LEVEL_CONDITIONS)))
        if "give" in rule and rule["give"] not in DECIMALS:
            rule["give"] = GROWING[rule["per"]]
            rule.pop("where", None)
    within: Any = draw(st.sampled_from(["month", "year", "ever", {"rolling_days": 30}]))
    levels = [{"id": "low", "from": 0}, {"id": "mid", "from": Decimal("49.99")}, {"id": "top", "from": 150}]
    ladder = {"id": "tier", "by": "spend", "crossing": "split", "levels": levels}
    metrics = {
        "spend": {"sum": "eligible", "within": within},
        "orders": {"on": ["purchase", "visit"], "within": within},
    }
    return made | {"metrics": metrics, "ladders": [ladder]}


def _all(programme: Made, key: str) -> Iterable[Made]:
    return [*programme[key], *(one for campaign in programme.get("campaigns", ()) for one in campaign[key])]


@settings(max_examples=EXAMPLES, deadline=None)
@given(splitting(), histories())
def test_what_is_split_is_rated_as_the_plain_model_rates_it(programme: Made, history: list[Made]) -> None:
    model = SplitModel(programme, EXPRESSIONS)
    assert rated(programme, history) == model.rate(history)
    assert model.levels is not None
    assert climbed(programme, history) == {name: one.climb.moves for name, one in model.levels.accounts.items()}
