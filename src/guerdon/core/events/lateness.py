"""How late an event is still accepted, by when it happened and when it was recorded.

Invariant: what becomes of an event depends on its own two instants alone, never on what arrived before it.
"""

from typing import Final

from guerdon.core.calendar import Zone
from guerdon.core.errors import Invalid
from guerdon.core.metrics import Length

REFUSE: Final = 0
AS_OF_NOW: Final = 1

BEYOND: Final = ("refuse", "as_of_now")
"""What becomes of an event that is later than is accepted, by position."""


class Lateness:
    """An event recorded up to the end of the day that lies `accept` after it counts as of when it happened, at any time without.

    A later one is refused, or counts as of when it was recorded. With `waive` nobody loses points to another's late event.
    """

    def __init__(
        self, zone: Zone, *, accept: Length | None = None, beyond: int = REFUSE, waive: bool = False, text: str = ""
    ) -> None:
        self.zone: Final = zone
        self.accept: Final = accept
        self.beyond: Final = beyond
        self.waive: Final = waive
        self.text: Final = text

    def ends(self, at: int) -> int | None:
        """Return the instant from which on an event that happened at `at` is too late; None when it never is."""
        if self.accept is None:
            return None
        return self.zone.day_start(self.accept.after(self.zone.day_of(at)) + 1)

    def counts_at(self, at: int, recorded_at: int) -> int:
        """Return the instant as of which an event counts; Invalid says that it comes too late."""
        ends = self.ends(at)
        if ends is None or recorded_at < ends:
            return at
        if self.beyond == AS_OF_NOW:
            return recorded_at
        message = f"the event was recorded later than the programme accepts ({self.text}); correct recorded_at, or leave the event out"
        raise Invalid(message)
