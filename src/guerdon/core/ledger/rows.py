"""Rows of the ledger as columns of integers, for Arrow to adopt.

Invariants:
* A column holds positions where the programme has names: units, rules, payers, ladders, levels. -1 is none.
* `place` numbers the events of a run, in the order of accounts and then of S3, from 0 on.
"""

from typing import Final

from mypy_extensions import i64

from guerdon.core.columns import WIDE_BITS, vec, zeros

JOURNALS: Final = ("account", "journal", "at", "place", "version")
"""One cause each: the event at a place, or (place -1) what fell due at `at`, while a version was in force.

Numbered within the account, from 1 on.
"""

POSTINGS: Final = ("account", "journal", "unit", "book", "payer", "points", "lot_journal", "rule", "lot", "version")
"""One movement in one book each; the lot is named by the journal that made it, its rule and its number there; `version` is whose terms decided."""

LOTS: Final = (
    "account", "journal", "place", "unit", "rule", "lot", "payer", "share", "original", "remaining", "spent", "expired",
    "reversed", "held", "pending", "earned_at", "usable_from", "expires_at", "version",
)  # fmt: skip
"""What accounts have or had, lot by lot, as of the ledger's instant."""

STANDINGS: Final = (
    "account", "unit", "pending", "pending_high", "available", "available_high", "held", "held_high", "debt", "debt_high",
    "total", "total_high",
)  # fmt: skip
"""What accounts have in all of each unit; `high << 62 | low` is the exact number."""

LEVELS: Final = ("account", "ladder", "level", "since", "until")
"""The levels held."""

METRICS: Final = ("account", "metric", "value", "value_high")
"""What metrics count."""

_LOW: Final = (1 << WIDE_BITS) - 1

MOVES: Final = ("account", "ladder", "at", "before", "level", "until", "cause", "credit", "place", "version")
"""How levels changed, or their ends; `place` is the event that made the level."""


REDEMPTIONS: Final = (
    "account", "reward", "at", "step", "count", "unit", "points", "outside", "valid_until", "place", "version",
)  # fmt: skip
"""Which rewards were asked for, at which step; `place` is the event that asked, -1 where they were issued by themselves."""


class Rows:
    """Rows of so many columns, one column after the other in one piece of memory; `count` rows are in use."""

    def __init__(self, names: tuple[str, ...], capacity: int = 1024) -> None:
        self.names: Final = names
        self.width: Final[i64] = len(names)
        self.count: i64 = 0
        self.capacity: i64 = capacity
        self.cells: vec[i64] = zeros(capacity * len(names))
        self.cell: i64 = 0

    def begin(self) -> None:
        """Append a row; `put` fills it, column by column."""
        if self.count == self.capacity:
            self._grow()
        self.cell = self.count
        self.count += 1

    def put(self, value: i64) -> None:
        """Set the next column of the row begun last."""
        self.cells[self.cell] = value
        self.cell += self.capacity

    def put_wide(self, value: int) -> None:
        """Set the next two columns to a number of any size: its low 62 bits, or itself when the high part is 0 or -1."""
        high = value >> WIDE_BITS
        self.put(value if high in (0, -1) else value & _LOW)
        self.put(high)

    def forget(self) -> None:
        """Empty the rows, keeping their memory."""
        self.count = 0

    def columns(self) -> dict[str, memoryview]:
        """Return the rows in use as 64-bit integers in memory, by column; they hold until the next row is appended."""
        memory = memoryview(self.cells).cast("B").cast("q")
        capacity, count = int(self.capacity), int(self.count)
        return {name: memory[place * capacity : place * capacity + count] for place, name in enumerate(self.names)}

    def rows(self) -> list[dict[str, int]]:
        """Return the rows as values by column."""
        columns = self.columns()
        return [{name: columns[name][row] for name in self.names} for row in range(int(self.count))]

    def _grow(self) -> None:
        before, after = self.capacity, self.capacity * 2
        cells = zeros(int(after * self.width))
        column: i64 = 0
        while column < self.width:
            row: i64 = 0
            while row < before:
                cells[column * after + row] = self.cells[column * before + row]
                row += 1
            column += 1
        self.cells = cells
        self.capacity = after
