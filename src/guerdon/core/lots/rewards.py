"""Rewards: what is on offer for points, on which terms, and how a redemption stands to them.

Invariants:
* A recorded redemption is an accepted fact: what contradicts a reward's terms is done and told, never left out.
* The same facts and past give the same answer; nothing here changes anything.
"""

from typing import Final

from mypy_extensions import i64

from guerdon.core.calendar import LATEST, Zone, civil, days_from_civil, month_length
from guerdon.core.columns import Column
from guerdon.core.expr.live import Live
from guerdon.core.lots.expiry import Term

WITHIN: Final = 0
UNKNOWN: Final = 1
NO_RESERVATION: Final = 2
CLOSED: Final = 3
NOT_FOR: Final = 4
OTHER_PRICE: Final = 5
TOO_FEW: Final = 6
OFF_STEP: Final = 7
OTHER_MONEY: Final = 8
OVER_LIMIT: Final = 9
OUT_OF_STOCK: Final = 10

OUTSIDE: Final = (
    "", "unknown", "reservation", "window", "when", "price", "min", "step", "money", "limit", "stock",
)  # fmt: skip
"""Which of a reward's terms a redemption contradicts, by the `reason` of a row of kind redeemed; within them all it is empty."""

ANY_PRICE: Final = -1
"""The price of a reward that takes as many points as an event says."""

PLENTY: Final = 2**61
"""How many rewards a sweep issues at most when nothing says."""

NO_MONEY: Final = -1
"""What an event says of money that it does not mention."""


class Sweep:
    """When a reward is issued by itself: at the first instant of some `days` of each year, month and day.

    At most `most` each time and `most_per_year` in a calendar year, as far as there are points; PLENTY when nothing says.
    """

    def __init__(self, zone: Zone, *, price: int, days: list[tuple[int, int]], most: int, most_per_year: int) -> None:
        self.zone: Final = zone
        self.price: Final = price
        self.days: Final = days
        self.most: Final = most
        self.most_per_year: Final = most_per_year

    def after(self, at: int) -> int:
        """Return the next such instant after `at`; 29 February is the 28th in common years."""
        year, _, _ = civil(self.zone.day_of(at))
        found = [
            self.zone.day_start(days_from_civil(one, month, min(day, month_length(one, month))))
            for one in (year, year + 1)
            for month, day in self.days
        ]
        return min([instant for instant in found if instant > at])


class Reward:
    """One thing on offer: its price in points of `unit`, or any amount from `at_least` on in multiples of `step`.

    `limits` are positions among the programme's limits. `treatment` says how the books see it: a discount, a means of
    payment, or goods given away (S12b). `money` is paid beside the points. What is issued can be used for the time `valid_for`;
    with a `code` that is made, or the next of those uploaded, where it says so.
    """

    def __init__(  # noqa: PLR0913 - a reward has this many terms
        self,
        *,
        name: str,
        title: str,
        unit: int,
        kind: str,
        treatment: str,
        price: Live | None,
        when: Live | None,
        money: Live | None,
        at_least: int,
        step: int,
        starts_at: int,
        ends_at: int,
        limits: list[int],
        text: str,
        when_text: str = "",
        sweep: Sweep | None = None,
        valid_for: Term | None = None,
        code: str = "",
    ) -> None:
        self.name: Final = name
        self.title: Final = title
        self.unit: Final = unit
        self.kind: Final = kind
        self.treatment: Final = treatment
        self.price: Final = price
        self.when: Final = when
        self.money: Final = money
        self.at_least: Final = at_least
        self.step: Final = step
        self.starts_at: Final = starts_at
        self.ends_at: Final = ends_at
        self.limits: Final = limits
        self.text: Final = text
        self.when_text: Final = when_text
        self.sweep: Final = sweep
        self.valid_for: Final = valid_for
        self.code: Final = code

    def valid_until(self, at: int) -> int:
        """Return the instant from which what is issued at `at` can no longer be used; LATEST when it always can."""
        return LATEST if self.valid_for is None else int(self.valid_for.after(at))

    def price_of(self, slots: list[Column], event: i64, past: list[int]) -> int:
        """Return what it costs at an event's moment, for an account with this past; ANY_PRICE when the event says it."""
        return ANY_PRICE if self.price is None else self.price.of(slots, event, 0, past)

    def contradicted_by(
        self, slots: list[Column], event: i64, past: list[int], *, at: i64, amount: int, paid: int
    ) -> int:
        """Return which of the terms, limits aside, a redemption for `amount` points contradicts; WITHIN when none."""
        if not self.starts_at <= at < self.ends_at:
            return CLOSED
        if self.when is not None and self.when.of(slots, event, 0, past) == 0:
            return NOT_FOR
        found = self._price_contradicted_by(amount, self.price_of(slots, event, past))
        if found == WITHIN and self.money is not None and paid != NO_MONEY:
            return WITHIN if paid >= self.money.of(slots, event, 0, past) else OTHER_MONEY
        return found

    def _price_contradicted_by(self, amount: int, price: int) -> int:
        if price != ANY_PRICE:
            return WITHIN if amount == price else OTHER_PRICE
        if amount < max(self.at_least, 1):
            return TOO_FEW
        return WITHIN if amount % self.step == 0 else OFF_STEP
