"""What the versions of one programme compile into together: one list of rules, slots, limits and payers.

A programme of one version is the plain case, in which everything here begins empty.

Invariants:
* A limit goes on in a later version by what it is called, whom and what it counts, and over which period (S19).
* Slots that say the same are one slot, where there are several versions; so are tables.
"""

from typing import Final

from guerdon.core.earning import Multiplier, Rule
from guerdon.core.expr.tree import Table
from guerdon.core.limits import Limit
from guerdon.core.metrics import Metric
from guerdon.core.programme import Group
from guerdon.core.slots import Slot


class Joint:
    """What versions share, and the place of the version that is being compiled."""

    def __init__(self, *, several: bool = False) -> None:
        self.version = 0
        self.payers: Final[list[str]] = []
        self.slots: Final[list[Slot]] = []
        self.known: Final[dict[str, int] | None] = {} if several else None
        self.rules: Final[list[Rule]] = []
        self.multipliers: Final[list[Multiplier]] = []
        self.groups: Final[list[Group]] = []
        self.limits: Final[list[Limit]] = []
        self.in_force: dict[int, Limit] = {}
        self.extras: Final[list[Metric]] = []
        self.tables: Final[dict[str, Table]] = {}
        self._places: Final[dict[tuple[object, ...], int]] = {}
        self._seen: dict[tuple[object, ...], int] = {}

    def begin(self, version: int) -> None:
        """Go on with the next version."""
        self.version = version
        self.in_force = {}
        self._seen = {}

    def slot(self, slot: Slot) -> int:
        """Return the position of a slot, which is added unless there is one that says the same."""
        if self.known is None or slot.by_code is not None:
            self.slots.append(slot)
            return len(self.slots) - 1
        shape = _shape(slot)
        if shape not in self.known:
            self.known[shape] = len(self.slots)
            self.slots.append(slot)
        return self.known[shape]

    def table(self, table: Table) -> Table:
        """Return a table as it is called here: one that says something else than an earlier version's has another name."""
        known = self.tables.setdefault(table.name, table)
        if (known.rows, known.default) == (table.rows, table.default):
            return known
        renamed = f"{table.name} of version {self.version + 1}"
        made = Table(renamed, key=table.key, value=table.value, rows=table.rows, default=table.default)
        return self.tables.setdefault(renamed, made)

    def limit(self, limit: Limit) -> int:
        """Return the position of a limit: that of the one which goes on, else of a new one."""
        alike = (
            limit.name,
            limit.kind,
            limit.per_member,
            limit.every,
            limit.days,
            limit.budget,
            limit.stock,
            limit.unit,
        )
        number = self._seen.get(alike, 0)
        self._seen[alike] = number + 1
        position = self._places.setdefault((*alike, number), len(self.limits))
        if position == len(self.limits):
            self.limits.append(limit)
        self.in_force[position] = limit
        return position

    def instead(self, position: int, limit: Limit) -> int:
        """Let a limit begin anew in place of the one that would have gone on, and return its position."""
        place = next(key for key, one in self._places.items() if one == position)
        del self.in_force[position]
        self._places[place] = len(self.limits)
        self.limits.append(limit)
        self.in_force[len(self.limits) - 1] = limit
        return len(self.limits) - 1


def _shape(slot: Slot) -> str:
    """Say everything that tells a slot from another."""
    nodes = [None if node is None else node.shape() for node in (slot.value, slot.when, slot.where)]
    numbers = (slot.scale, slot.low, slot.high, slot.otherwise, slot.starts_at, slot.ends_at)
    return f"{slot.event_types} {slot.per_line} {numbers} {nodes}"
