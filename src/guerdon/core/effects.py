"""Effects: what the fold answered, held as columns; a row reads back as a value.

A row says what happened to points, or to a level (`kind`); `desired` and `granted` are how many points were asked for and moved.
The lot that points moved in or out of is named by what made it: the event `of`, its `rule` and the `lot`'s number there.

| kind | what happens | granted | also |
|---|---|---|---|
| earned | a part of a rule makes a lot | what the lot begins with | every column |
| spent | a redemption draws on a lot | taken from the lot | `desired` is the same |
| expired | a lot's rest is gone at its instant `at` | what was left of it | `event` is the one that made it, or the closing by which it is forfeited |
| reversed | a refund takes points back | taken from the lot, or made debt | `desired` is what the purchase no longer earns |
| usable | pending points can be spent from `at` | what is left of them | `event` is the one that made it |
| held, released | a reservation sets points aside, or gives them back | moved | |
| restored | points once spent come back | put back into the lot | |
| indebted, settled | more was asked for than there was; earnings pay it off | debt that comes, or goes | |
| written_off | what was owed too long is not owed any more | debt that goes | `event` is the one that made it |
| moved | a level changes | 0 | `rule` is the ladder, `source` the level before, `band` the level now, `period` its end, `reason` why; `desired` is the credit, held against the level in `limit`; `line` is the grant |
| received | points of another account make a lot, with dates of their own | what the lot begins with | |
| redeemed | a reward is asked for | 0 | `rule` is the reward, -1 for one that there is not, `band` the step, `desired` how many points, `reason` which term it contradicts, `limit` and `period` the limit or stock it goes beyond, `lot` how many of it, `residue` the price of that moment (-1: any) |

`version` is the one whose terms decided: of what is earned or reversed the rule's, of what expires the one by which the lot ends
then, of a level that of its ladder, else the one in force. In rows of lots `band` says where the points were before: usable (-1), pending (0), held (1), spent (2) or expired (3), or that an adjustment took
them off (5) or another account has them now (6). What is
settled is a redemption's debt (2) or a refund's (-1), or, with points that are not usable yet, that of goods without a purchase (0);
what a refund makes debt names the lot that is short of it, and what such goods do names them by the rule of the base rate.

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

EARNED: Final = 0
SPENT: Final = 1
EXPIRED: Final = 2
REVERSED: Final = 3
USABLE: Final = 4
HELD: Final = 5
RELEASED: Final = 6
RESTORED: Final = 7
INDEBTED: Final = 8
SETTLED: Final = 9
MOVED: Final = 10
REDEEMED: Final = 11
WRITTEN_OFF: Final = 12
RECEIVED: Final = 13

KINDS: Final = (
    "earned", "spent", "expired", "reversed", "usable", "held", "released", "restored", "indebted", "settled", "moved",
    "redeemed", "written_off", "received",
)  # fmt: skip
"""What a row says happened."""

FROM_USABLE: Final = -1
FROM_PENDING: Final = 0
FROM_HELD: Final = 1
FROM_SPENT: Final = 2
FROM_EXPIRED: Final = 3
BY_HAND: Final = 5
"""Usable points that an adjustment takes off: they are not redeemed. 4 is where points were that were in no lot."""

PASSED_ON: Final = 6
"""Usable points that go to another account."""

SIGNS: Final = [1 if kind == EARNED else -1 if kind == REVERSED else 0 for kind in range(len(KINDS))]
"""How a row counts in what was earned: as it stands, taken off, or not at all."""

GRANTED: Final = 0
LIMITED: Final = 1
OUTDONE: Final = 2

REASONS: Final = ("granted", "limit", "outdone")
"""What became of a row: granted in full, cut by a limit, or outdone by another rule of its stacking group."""

COLUMNS: Final = (
    "kind", "at", "event", "of", "line", "rule", "version", "source", "band", "unit", "desired", "granted",
    "limit", "period", "lot", "residue", "payer", "reason",
)  # fmt: skip
"""Names of the columns; `event` is the ordinal of the run, an index is -1 where there is none."""


# Never changed once it is made; it is not frozen, as an event is not.
@dataclass(slots=True, kw_only=True)
class Effect:
    """One row of effects: what a part of a rule asked for, what it got, and why."""

    kind: int
    at: int
    event: int
    of: int
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
    """A buffer of effects as columns; `count` rows are in use. Where they are not `kept`, only what is earned or reversed is read.

    `in_force` is the version in force, for rows of which nothing else says it.
    """

    def __init__(self, capacity: int = 4096) -> None:
        self.count: i64 = 0
        self.kept = True
        self.in_force: i64 = 0
        self.capacity: i64 = capacity
        self.kind: vec[i64] = zeros(capacity)
        self.at: vec[i64] = zeros(capacity)
        self.event: vec[i64] = zeros(capacity)
        self.of: vec[i64] = zeros(capacity)
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
        kind: i64,
        at: i64,
        event: i64,
        of: i64,
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
        self.kind[row] = kind
        self.at[row] = at
        self.event[row] = event
        self.of[row] = of
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

    def count_earned(self, unit: i64, granted: i64) -> None:
        """Append points that were earned, for a run that keeps no effects: of the row nothing else can be read."""
        row = self.count
        if row == self.capacity:
            self._grow()
        self.kind[row] = EARNED
        self.unit[row] = unit
        self.granted[row] = granted
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
            kind=int(self.kind[row]),
            at=int(self.at[row]),
            event=int(self.event[row]),
            of=int(self.of[row]),
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
        self.kind = grown(self.kind)
        self.at = grown(self.at)
        self.event = grown(self.event)
        self.of = grown(self.of)
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
