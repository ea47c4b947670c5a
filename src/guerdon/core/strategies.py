"""Own earning strategies: a Python class for what an expression cannot say.

A package offers one under the entry point group `guerdon.strategies`; a rule asks for it by name: `strategy: lucky_sevens`.
"""

from collections.abc import Mapping
from decimal import Decimal

from mypy_extensions import mypyc_attr

from guerdon.core.errors import Invalid


@mypyc_attr(allow_interpreted_subclasses=True)
class Strategy:
    """Says how many points a transaction earns; subclass it and write `points`.

    One strategy serves one rule; it keeps nothing between transactions, so that any order of asking gives the same answers.
    """

    def __init__(self, settings: Mapping[str, object]) -> None:
        """Keep the rule's `with:` settings."""
        self.settings = dict(settings)

    def points(self, transaction: Mapping[str, object]) -> int | Decimal:
        """Return the points, none below zero; amounts in `transaction` are whole minor units, `lines` a list of the same."""
        message = f"{type(self).__name__} does not say how many points it gives; write its method points(transaction)"
        raise Invalid(message)

    def scaled(self, transaction: Mapping[str, object], scale: int) -> int:
        """Return the points as an integer scaled by 10**`scale`; Invalid when that would lose decimals or is below zero."""
        points = self.points(transaction)
        if isinstance(points, bool) or not isinstance(points, (int, Decimal)) or points < 0:
            message = f"{type(self).__name__}.points gave {points!r:.40}; give a whole number or a Decimal of at least 0"
            raise Invalid(message)
        number = Decimal(points).scaleb(scale)
        if number != number.to_integral_value():
            message = f"{type(self).__name__}.points gave {points}, with more than {scale} decimals"
            raise Invalid(message)
        return int(number)
