"""Changing: the terms of what is kept, replaced at the first instant of a version (S19).

Whatever falls due at that instant does so before: what ends then was never kept under the new terms.

Invariants:
* A lot keeps the terms under which it was earned, unless the new ones are better for it.
* What is used of a limit is used of it in every version; the number of the version in force is the one that cuts.
"""

from typing import Final

from mypy_extensions import i64

from guerdon.core.calendar import LATEST
from guerdon.core.effects import Effects
from guerdon.core.lots import adopting
from guerdon.core.lots.purse import Purse
from guerdon.core.programme import Change
from guerdon.core.rating.redemptions import Redemptions
from guerdon.core.standing import Standing


class Changing:
    """The versions of a programme as one account lives through them."""

    def __init__(
        self,
        changes: list[Change],
        standing: Standing,
        effects: Effects,
        purse: Purse | None,
        redemptions: Redemptions | None,
    ) -> None:
        self.changes: Final = changes
        self.standing: Final = standing
        self.effects: Final = effects
        self.purse: Final = purse
        self.redemptions: Final = redemptions
        self.next: i64 = 0

    def open(self) -> None:
        """Begin with another account, under the terms of the first version."""
        if self.next != 1:
            self.next = 0
            self._take(begins=True, at=0)
        self.standing.changes_at = self._next_at()

    def change(self, at: i64) -> None:
        """Replace the terms by those of the version that begins at an instant."""
        self._take(begins=False, at=at)
        self.standing.changes_at = self._next_at()

    def _next_at(self) -> i64:
        return self.changes[self.next].at if self.next < len(self.changes) else LATEST

    def _take(self, *, begins: bool, at: i64) -> None:
        change = self.changes[self.next]
        self.effects.in_force = self.next
        self.next += 1
        self.standing.take_terms(change.limits)
        if self.purse is not None and self.redemptions is not None and change.redeeming is not None:
            for pocket in self.purse.pockets:
                keeping = change.keepings[pocket.keeping.unit]
                if begins:
                    adopting.begin_with(pocket, keeping)
                else:
                    adopting.adopt(pocket, keeping, at)
            self.purse.redeem_as(change.redeeming)
            self.redemptions.redeeming = change.redeeming
