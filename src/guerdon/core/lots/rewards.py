"""Rewards: what is on offer for points."""

from typing import Final

from guerdon.core.expr.tree import Node


class Reward:
    """One thing on offer: its price in points of `unit`, or any amount from `at_least` on in multiples of `step`.

    `treatment` says how the books see it: a discount, a means of payment, or goods given away (S12b).
    """

    def __init__(  # noqa: PLR0913 - a reward has this many terms
        self,
        *,
        name: str,
        title: str,
        unit: int,
        kind: str,
        treatment: str,
        price: Node | None,
        when: Node | None,
        at_least: int,
        step: int,
        text: str,
    ) -> None:
        self.name: Final = name
        self.title: Final = title
        self.unit: Final = unit
        self.kind: Final = kind
        self.treatment: Final = treatment
        self.price: Final = price
        self.when: Final = when
        self.at_least: Final = at_least
        self.step: Final = step
        self.text: Final = text
