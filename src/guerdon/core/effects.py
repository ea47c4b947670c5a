"""Effects: what the fold answered, one row a part, held as columns; a row reads back as a value.

Invariants:
* 0 <= granted <= desired in every row.
* exact = desired * 10**scale + residue, where scale is what the rule keeps beyond its unit's decimals: nothing is rounded unseen.
  Of equal items that are rounded each by itself the residue is one item's, so that it fits its column however many there are.
* Rows stand in the order in which rules were applied.
"""

from dataclasses import dataclass
from typing import Final

from mypy_extensions import i64

from guerdon.core.columns import grown, vec, zeros

GRANTED: Final = 0
LIMITED: Final = 1
OUTDONE: Final = 2

REASONS: Final = ("granted", "limit", "outdone")
"""What became of a row: granted in full, cut by a limit, or outdone by another rule of its stacking group."""

COLUMNS: Final = (
    "event", "line", "rule", "version", "source", "band", "unit", "desired", "granted",
    "limit", "period", "lot", "residue", "payer", "reason",
)  # fmt: skip
"""Names of the columns; `event` is the ordinal of the run, an index is -1 where there is none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """One row of effects: what a part of a rule asked for, what it got, and why."""

    event: int
    line: int
    rule: int
    version: int
    source: int
    band: int
    unit: int
    desired: int
    granted: int
    limit: int
    period: int
    lot: int
    residue: int
    payer: int
    reason: int


class Effects:
    """A buffer of effects as columns; `count` rows are in use."""

    def __init__(self, capacity: int = 4096) -> None:
        self.count: i64 = 0
        self.capacity: i64 = capacity
        self.event: vec[i64] = zeros(capacity)
        self.line: vec[i64] = zeros(capacity)
        self.rule: vec[i64] = zeros(capacity)
        self.version: vec[i64] = zeros(capacity)
        self.source: vec[i64] = zeros(capacity)
        self.band: vec[i64] = zeros(capacity)
        self.unit: vec[i64] = zeros(capacity)
        self.desired: vec[i64] = zeros(capacity)
        self.granted: vec[i64] = zeros(capacity)
        self.limit: vec[i64] = zeros(capacity)
        self.period: vec[i64] = zeros(capacity)
        self.lot: vec[i64] = zeros(capacity)
        self.residue: vec[i64] = zeros(capacity)
        self.payer: vec[i64] = zeros(capacity)
        self.reason: vec[i64] = zeros(capacity)

    def add(  # noqa: PLR0913 - a row has this many columns, and an object a row would double the cost of the fold
        self,
        event: i64,
        line: i64,
        rule: i64,
        version: i64,
        source: i64,
        band: i64,
        unit: i64,
        desired: i64,
        granted: i64,
        limit: i64,
        period: i64,
        lot: i64,
        residue: i64,
        payer: i64,
        reason: i64,
    ) -> None:
        """Append one row."""
        row = self.count
        if row == self.capacity:
            self._grow()
        self.event[row] = event
        self.line[row] = line
        self.rule[row] = rule
        self.version[row] = version
        self.source[row] = source
        self.band[row] = band
        self.unit[row] = unit
        self.desired[row] = desired
        self.granted[row] = granted
        self.limit[row] = limit
        self.period[row] = period
        self.lot[row] = lot
        self.residue[row] = residue
        self.payer[row] = payer
        self.reason[row] = reason
        self.count = row + 1

    def forget(self) -> None:
        """Empty the buffer, keeping its memory."""
        self.count = 0

    def columns(self) -> dict[str, memoryview]:
        """Return each column's rows in use as 64-bit integers in memory, for Arrow to adopt or copy."""
        count = int(self.count)
        return {name: memoryview(getattr(self, name)).cast("B").cast("q")[:count] for name in COLUMNS}

    def rows(self, start: int = 0) -> list[Effect]:
        """Return the rows from `start` on as values."""
        return [self._row(row) for row in range(start, int(self.count))]

    def _row(self, row: i64) -> Effect:
        return Effect(
            event=int(self.event[row]),
            line=int(self.line[row]),
            rule=int(self.rule[row]),
            version=int(self.version[row]),
            source=int(self.source[row]),
            band=int(self.band[row]),
            unit=int(self.unit[row]),
            desired=int(self.desired[row]),
            granted=int(self.granted[row]),
            limit=int(self.limit[row]),
            period=int(self.period[row]),
            lot=int(self.lot[row]),
            residue=int(self.residue[row]),
            payer=int(self.payer[row]),
            reason=int(self.reason[row]),
        )

    def _grow(self) -> None:
        self.capacity = self.capacity * 2
        self.event = grown(self.event)
        self.line = grown(self.line)
        self.rule = grown(self.rule)
        self.version = grown(self.version)
        self.source = grown(self.source)
        self.band = grown(self.band)
        self.unit = grown(self.unit)
        self.desired = grown(self.desired)
        self.granted = grown(self.granted)
        self.limit = grown(self.limit)
        self.period = grown(self.period)
        self.lot = grown(self.lot)
        self.residue = grown(self.residue)
        self.payer = grown(self.payer)
        self.reason = grown(self.reason)
