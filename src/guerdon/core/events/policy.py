"""What a programme says of returns, as far as events are concerned: until when, of which purchase, money or points first.

Invariant: whether a refund counts depends on the days of the refund and of its purchase alone, never on other events.
"""

from collections.abc import Sequence
from typing import Final

from guerdon.core.calendar import LATEST, Zone
from guerdon.core.metrics import Length

PROPORTIONAL: Final = "proportional"
POINTS_FIRST: Final = "points_first"
MONEY_FIRST: Final = "money_first"

TENDERS: Final = (PROPORTIONAL, POINTS_FIRST, MONEY_FIRST)
"""In which order a refund gives back money and points that a line was paid with (S6b)."""

LISTED: Final = 0
REFUSED: Final = 1
MATCHED: Final = 2
VALUED: Final = 3
"""What becomes of a return that names no purchase (S6): nothing, a refusal, the latest purchase of its product is looked for, or
it takes back what its value earns at the base rate."""

GOODS: Final = "goods at the base rate"
"""The type of event by which rules of the base rate, and no others, read what came back; nobody can state it."""


class ReturnPolicy:
    """How refunds find their purchases: within `window` of it, else too late; without a name by `product`, `within` a time.

    What is valued without its purchase has lines that say what the base rate reads of them (`told`).

    The times of `later` versions, each from its first instant on, are those of the purchases that are made under them.
    """

    def __init__(  # noqa: PLR0913 - a programme says this much of returns
        self,
        *,
        zone: Zone | None = None,
        window: Length | None = None,
        tender: str = PROPORTIONAL,
        unlinked: int = LISTED,
        product: str = "",
        within: Length | None = None,
        told: Sequence[str] = (),
        later: Sequence[tuple[int, "ReturnPolicy"]] = (),
    ) -> None:
        self.zone: Final = zone
        self.window: Final = window
        self.tender: Final = tender
        self.unlinked: Final = unlinked
        self.product: Final = product
        self.within: Final = within
        self.told: Final = tuple(told)
        self.later: Final = later
        self.has_window: Final = window is not None or any([one.window is not None for _, one in later])

    def ends_at(self, at: int) -> int:
        """Return the first instant at which a refund of a purchase at `at` is too late; the last day counts in full."""
        return self._after(self._in_force(at).window, at)

    def matches_until(self, at: int) -> int:
        """Return the first instant at which a return that names no purchase cannot be of one at `at`."""
        return min(self._after(self._in_force(at).within, at), self.ends_at(at))

    def _in_force(self, at: int) -> "ReturnPolicy":
        """Return what the version of an instant says."""
        found = self
        for starts_at, policy in self.later:
            if starts_at <= at:
                found = policy
        return found

    def _after(self, length: Length | None, at: int) -> int:
        if length is None or self.zone is None:
            return LATEST
        return self.zone.day_start(length.after(self.zone.day_of(at)) + 1)


ANY_TIME: Final = ReturnPolicy()
"""The policy of a programme that says nothing of returns."""
