"""Joining: which purchases from before it are a new member's, by when they were made and when the member joined (S17)."""

from typing import Final

from guerdon.core.calendar import Zone
from guerdon.core.metrics import Length


class Joining:
    """A purchase is claimed by joining up to the end of the day that lies `claim` after it; without a `claim` none is."""

    def __init__(self, zone: Zone, *, claim: Length | None = None) -> None:
        self.zone: Final = zone
        self.claim: Final = claim

    def claims(self, at: int, joined_at: int) -> bool:
        """Say whether somebody who joined at an instant claims a purchase of an earlier, or a later one."""
        if self.claim is None:
            return False
        return joined_at < self.zone.day_start(self.claim.after(self.zone.day_of(at)) + 1)
