"""Own earning strategies: a Python class for what an expression cannot say, and what such a class sees.

A package offers one under the entry point group `guerdon.strategies`; a rule asks for it by name: `strategy: lucky_sevens`.

Invariants:
* A strategy sees exact Decimals in units of the currency, and cannot change what it sees.
* An answer is whole in the unit's smallest part, at least 0 and at most ANSWER_MAX of it; any other is Invalid.
"""

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final

from mypy_extensions import mypyc_attr

from guerdon.core.calendar import civil
from guerdon.core.errors import GuerdonError, Invalid

ANSWER_MAX: Final = 10**15
"""The most that a strategy may give for one event, in the unit's smallest part."""


class Shape:
    """How whole numbers are to be read, by name: those in `decimals` are amounts, those in `days` count from 1970-01-01."""

    def __init__(self, *, decimals: dict[str, int], days: list[str]) -> None:
        self.decimals: Final = decimals
        self.days: Final = days

    def shown(self, name: str, value: object) -> object:
        """Return a value as a strategy sees it."""
        if isinstance(value, int) and not isinstance(value, bool):
            if name in self.decimals:
                return Decimal(f"{value}e-{self.decimals[name]}")
            if name in self.days:
                year, month, day = civil(value)
                return date(year, month, day)
        return value


class Fact:
    """An event or a line as a strategy sees it: read-only, with amounts as Decimals and declared attributes by name.

    Every name that an expression may use is here; what is optional and was not given is None.
    """

    def __init__(self, values: Mapping[str, object], shape: Shape, line_shape: Shape) -> None:
        self._values: Final = values
        self._shape: Final = shape
        self._line_shape: Final = line_shape

    @property
    def amount(self) -> Decimal:
        """The amount after discounts, in units of the programme's currency."""
        return self._money("amount")

    @property
    def eligible(self) -> Decimal:
        """What of the amount earns unless a rule says otherwise."""
        return self._money("eligible")

    @property
    def lines(self) -> "tuple[Fact, ...]":
        """The lines of an event that were sold, each with its own amount and attributes; a line has none."""
        lines = self._values.get("lines")
        if not isinstance(lines, list):
            return ()
        return tuple([Fact(line, self._line_shape, self._line_shape) for line in lines])

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - what an attribute holds is the programme's to say
        """Return what an expression knows by this name."""
        if name.startswith("_") or name not in self._values:
            known = "" if name.startswith("_") else f"; there are {', '.join(sorted(self._values))}"
            message = f"a fact has no {name}{known}"
            raise AttributeError(message)
        return self._shape.shown(name, self._values[name])

    def __repr__(self) -> str:
        shown = [
            f"{name}={self._shape.shown(name, self._values[name])!s}"
            for name in ("type", "id", "amount")
            if name in self._values
        ]
        return f"Fact({', '.join(shown)})"

    def _money(self, name: str) -> Decimal:
        shown = self._shape.shown(name, self._values[name])
        return shown if isinstance(shown, Decimal) else Decimal(str(shown))


@mypyc_attr(allow_interpreted_subclasses=True)
class Strategy:
    """Says how many points a transaction earns; subclass it and write `points`.

    One strategy serves one rule; it keeps nothing between transactions, so that any order of asking gives the same answers.
    """

    def __init__(self, settings: Mapping[str, object] | None = None) -> None:
        """Keep the rule's `with:` settings."""
        self.settings = dict(settings or {})

    def points(self, transaction: Fact) -> int | Decimal:  # noqa: ARG002 - a subclass reads it
        """Return the points that a transaction earns, none below zero."""
        message = f"{type(self).__name__} does not say how many points it gives; write its method points(transaction)"
        raise Invalid(message)


Strategies = Mapping[str, Callable[[Mapping[str, object]], Strategy]]
"""Classes of strategies, or whatever makes one from the settings of a rule, by the names that rules call them."""


class Coded:
    """A strategy as a rule asks it: it is shown an event's values, and its answer becomes a whole number."""

    def __init__(self, strategy: Strategy, shape: Shape, line_shape: Shape) -> None:
        self.strategy: Final = strategy
        self.shape: Final = shape
        self.line_shape: Final = line_shape

    def scaled(self, values: Mapping[str, object], scale: int) -> int:
        """Return the points as an integer scaled by 10**`scale`; Invalid when that would lose decimals or is out of bounds."""
        fact = Fact(values, self.shape, self.line_shape)
        points = self._asked(fact)
        said = f"{type(self.strategy).__name__}.points gave {points!r:.40} for {fact!r:.80}"
        if isinstance(points, bool) or not isinstance(points, (int, Decimal)) or not _is_natural(points):
            message = f"{said}; give a whole number or a Decimal of at least 0"
            raise Invalid(message)
        one: int = 10**scale
        number = Fraction(points) * one
        if number.denominator != 1:
            message = f"{said}, with more than {scale} decimals; round it as the programme means it"
            raise Invalid(message)
        if number > ANSWER_MAX:
            message = f"{said}, more than {ANSWER_MAX:,} of the smallest part; bound it"
            raise Invalid(message)
        return number.numerator

    def _asked(self, fact: Fact) -> object:
        try:
            return self.strategy.points(fact)
        except GuerdonError:
            raise
        except Exception as failure:
            message = (
                f"{type(self.strategy).__name__}.points failed for {fact!r:.80} ({type(failure).__name__}: {failure}); "
                f"correct the strategy"
            )
            raise Invalid(message) from failure


def _is_natural(points: int | Decimal) -> bool:
    return (isinstance(points, int) or points.is_finite()) and points >= 0
