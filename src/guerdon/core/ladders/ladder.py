"""Ladders as a programme states them: levels, how they are reached, how long they are kept, and what gives them.

Invariant: exactly on its threshold a level is reached.
"""

from typing import Final

from guerdon.core.calendar import Zone
from guerdon.core.columns import Column
from guerdon.core.expr.live import Live, OfPast
from guerdon.core.metrics import Length, Window
from guerdon.core.periods import Days

BEFORE: Final = 0
AFTER: Final = 1
SPLIT: Final = 2

CROSSINGS: Final = ("before", "after", "split")
"""At which level a purchase is rated that reaches one: before it, after it, or what lies above the threshold after it (S9)."""

EARNED_DOWN: Final = 0
ONE_DOWN: Final = 1
NEVER_DOWN: Final = 2

PERIOD_END: Final = 0
NEXT_PERIOD_END: Final = 1
FOR: Final = 2
EVER: Final = 3

REACHED: Final = 0
KEPT: Final = 1
LOWERED: Final = 2
GRACED: Final = 3
GIVEN: Final = 4
GIVEN_ENDED: Final = 5
REFUNDED: Final = 6

CAUSES: Final = ("reached", "kept", "lowered", "grace", "given", "given_ended", "refunded")
"""Why a level changed, or its end did, by the `reason` of a row of kind moved."""

RECHECK: Final = 0
KEEP_UNTIL_DUE: Final = 1

ON_REFUND: Final = ("recheck", "keep_until_due")
"""What becomes of a level when a refund takes the credit away that it was reached with (S6c)."""

NO_LEVEL: Final = -1
"""No threshold decided: a level was given, or what was given ended."""

NO_GRANT: Final = -1
"""No grant: a level was reached, kept or lost by what was earned."""

Benefits = dict[str, object]
"""What an account gets beside points, by name: a text, a number, or whether it does."""

UNREACHED: Final = 10**60
"""Where a level begins that is only given: no metric counts so far."""


class Level:
    """One step of a ladder, reached when `by`, which `text` says, is at least `start`; both have the ladder's decimals.

    `benefits` are its own and those of the levels below it.
    """

    def __init__(
        self, *, name: str, title: str, by: Live, start: int, text: str = "", benefits: Benefits | None = None
    ) -> None:
        self.name: Final = name
        self.title: Final = title
        self.by: Final = by
        self.start: Final = start
        self.text: Final = text
        self.benefits: Final[Benefits] = benefits or {}


class Measure:
    """What an event counts for towards all levels of a ladder: `slot` holds it, the past what was counted before in `place`.

    Times `factor` both have the ladder's decimals.
    """

    def __init__(self, *, slot: int, place: int, factor: int) -> None:
        self.slot: Final = slot
        self.place: Final = place
        self.factor: Final = factor


class Grant:
    """A level given by an event: `slot` holds its position and one more, or 0; it ends after `length` or on the day in `end_slot`."""

    def __init__(self, *, name: str, slot: int, length: Length | None, end_slot: int = -1) -> None:
        self.name: Final = name
        self.slot: Final = slot
        self.length: Final = length
        self.end_slot: Final = end_slot


class Ladder:
    """Levels in rising order, and how they are kept; `text` is what they are reached by.

    Of one whose `crossing` splits purchases, `measure` says how far they go. A `fresh` one is looked at with the credit of the instant at which a level ends, any other with that of just before: what
    lies in a rolling window by then, and what the period just begun has.
    """

    def __init__(  # noqa: PLR0913 - a ladder has this many terms
        self,
        *,
        name: str,
        position: int,
        zone: Zone,
        levels: list[Level],
        scale: int,
        keep: int,
        window: Window | None,
        length: Length | None,
        down: int,
        grace: int,
        crossing: int,
        at_turn: bool,
        grants: list[Grant],
        rolling: bool = False,
        on_refund: int = RECHECK,
        measure: Measure | None = None,
        title: str = "",
        text: str = "",
    ) -> None:
        self.name: Final = name
        self.position: Final = position
        self.zone: Final = zone
        self.levels: Final = levels
        self.scale: Final = scale
        self.keep: Final = keep
        self.window: Final = window
        self.length: Final = length
        self.down: Final = down
        self.grace: Final = grace
        self.crossing: Final = crossing
        self.at_turn: Final = at_turn
        self.grants: Final = grants
        self.fresh: Final = rolling or (keep == PERIOD_END and not at_turn)
        self.on_refund: Final = on_refund
        self.measure: Final = measure
        self.title: Final = title
        self.text: Final = text
        self.days: Final = Days(zone)
        self.metric: Final = _one_metric(levels)

    def is_beyond(self, level: int, past: list[int]) -> bool:
        """Say whether an account with this past has reached more than a level, in a ladder of one metric."""
        return level + 1 < len(self.levels) and past[self.metric] >= self.levels[level + 1].start

    def credit(self, level: int, past: list[int]) -> int:
        """Return what an account with this past has towards a level."""
        return self.levels[level].by.of(_NO_SLOTS, 0, 0, past)

    def reached(self, past: list[int]) -> int:
        """Return the highest level that an account with this past has reached; the first is everybody's."""
        position = len(self.levels) - 1
        while position > 0 and self.credit(position, past) < self.levels[position].start:
            position -= 1
        return position


class Later:
    """A ladder that takes the place of the one before it at an instant, when a version takes effect.

    While the period lasts in which that instant lies, it is the one `until_turn`: there no threshold rises (S19).
    """

    def __init__(self, at: int, until_turn: Ladder, ladder: Ladder) -> None:
        self.at: Final = at
        self.until_turn: Final = until_turn
        self.ladder: Final = ladder


def _one_metric(levels: list[Level]) -> int:
    """Return where the past holds the one metric by which all levels are reached, the higher ones by more; else -1."""
    found = -1
    start = 0
    for position in range(1, len(levels)):
        by = levels[position].by
        if not isinstance(by, OfPast) or (found >= 0 and by.position != found) or levels[position].start < start:
            return -1
        found = by.position
        start = levels[position].start
    return found


_NO_SLOTS: Final[list[Column]] = []
