"""What is left: what an account has of one unit at an instant, lot by lot."""

from typing import Final

from mypy_extensions import i64

from guerdon.core.calendar import LATEST, Zone
from guerdon.core.lots.lot import Lot
from guerdon.core.lots.pocket import Pocket


class Left:
    """What an account has of a unit: pending, available, held and owed, and every lot there was, with when it ends."""

    def __init__(self, account: i64, pocket: Pocket) -> None:
        self.account = int(account)
        self.unit: Final = pocket.keeping.unit
        self.pending: Final[int] = pocket.pending
        self.available: Final[int] = pocket.available
        self.held: Final[int] = pocket.held
        self.debt: Final[int] = pocket.debt
        self.lots: Final[list[Lot]] = pocket.lots
        self.ends: Final[list[int]] = [int(pocket.ends_at(lot)) for lot in pocket.lots]

    def total(self) -> int:
        """Return what the account has, less what it owes."""
        return self.pending + self.available + self.held - self.debt

    def spent(self) -> int:
        """Return what left the lots through redemptions."""
        return sum([lot.spent for lot in self.lots])

    def expired(self) -> int:
        """Return what left the lots because its time ran out."""
        return sum([lot.expired for lot in self.lots])

    def expiring(self) -> list[tuple[int, int]]:
        """Return when what is left will expire, and how much each time, the soonest first; held points do not expire."""
        found: dict[int, int] = {}
        for place, lot in enumerate(self.lots):
            rest = lot.remaining - lot.held
            if rest > 0 and self.ends[place] < LATEST:
                found[self.ends[place]] = found.get(self.ends[place], 0) + rest
        return sorted(found.items())

    def expiring_in(self, zone: Zone, kind: int) -> list[tuple[int, int]]:
        """Return in which periods of a kind (days, months) what is left will expire, and how much in each.

        Points that are gone as a period begins were there to the end of the one before, in which they expire.
        """
        found: dict[int, int] = {}
        for ends, points in self.expiring():
            number = zone.period_of(kind, ends - 1)
            found[number] = found.get(number, 0) + points
        return sorted(found.items())
