"""Budgets over files: what each event took, pass by pass, and what that leaves to every event.

The data engine sorts and sums; `core.budgets` decides. Only the events at which a budget could be used up, and those at
which one was, are handed from one to the other.

Invariant: an event's place in the order of recording is the same in every pass and however accounts are shared out.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Final, Self

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from guerdon.batch.arrays import whole_numbers
from guerdon.batch.intake.sql import cases, copy, parquet
from guerdon.batch.plan import Plan, turned
from guerdon.core.calendar import EVER
from guerdon.core.limits import PLENTY
from guerdon.core.limits.budgets import Rationing, Take, Takes

_ORDER: Final = '"at", kind, source, id'


class Passes:
    """The passes over one history: `quotas` is the file of what budgets leave each event, written anew by `learn`."""

    def __init__(self, con: duckdb.DuckDBPyConnection, plan: Plan, scratch: Path) -> None:
        self.con: Final = con
        self.plan: Final = plan
        self.scratch: Final = scratch
        self.limits: Final = [plan.programme.limits[position] for position in plan.programme.budgets]
        self.rationing: Final = Rationing([limit.most for limit in self.limits])
        self.places: Final = scratch / "places.parquet"
        self.number = 0
        self._place()
        self.quotas: Path = self._quotas()

    def learn(self, takes: Sequence[Path]) -> bool:
        """Learn from what a pass took; False when it was the last one."""
        if not self.rationing.learn(self._telling(takes)):
            return False
        self.quotas = self._quotas()
        return True

    def _place(self) -> None:
        """Write each event's place in the order of recording, with the period of each budget that holds it."""
        columns, joins = [], ""
        for number, limit in enumerate(self.limits):
            period, join = "0", ""
            if limit.counts_by != EVER:
                period, join = turned(
                    self.plan.programme.zone.period_table(limit.counts_by, *self.plan.span), f"periods{number}"
                )
            columns.append(f", CAST({period} AS BIGINT) AS period{number}")
            joins += join
        query = f'SELECT e."row", row_number() OVER (ORDER BY {_ORDER}) - 1 AS place{"".join(columns)} FROM "events" AS e{joins}'
        self.con.execute(copy(query, self.places))

    def _telling(self, takes: Sequence[Path]) -> list[Take]:
        """Return takes that say as much as all of them: what came before a budget could be used up, that event, and ends."""
        placed = f'(SELECT place, budget, period, amount FROM {parquet(takes)} AS t JOIN {parquet(self.places)} AS p ON p."row" = t.event)'
        most = " ".join(f"WHEN {number} THEN {limit.most}" for number, limit in enumerate(self.limits))
        running = (
            "SELECT *, SUM(amount) OVER (PARTITION BY budget, period ORDER BY place) AS used, "
            f"CASE budget {most} END AS most FROM {placed}"
        )
        first = (
            "SELECT budget, period, MIN(place) AS place, MIN_BY(amount, place) AS amount, MIN_BY(used, place) AS used "
            f"FROM ({running}) WHERE used >= most GROUP BY budget, period"
        )
        told = []
        for budget, period, place, amount, used in self.con.execute(first).fetchall():
            if (budget, period) not in self.rationing.ends:
                told += [Take(-1, budget, period, int(used) - amount), Take(place, budget, period, amount)]
        for (budget, period), end in self.rationing.ends.items():
            where = f"budget = {budget} AND period = {period} AND place = {end}"
            for (amount,) in self.con.execute(f"SELECT amount FROM {placed} WHERE {where}").fetchall():
                told.append(Take(end, budget, period, int(amount)))
        return told

    def _quotas(self) -> Path:
        """Write what each budget leaves each event."""
        self.number += 1
        path = self.scratch / f"quotas-{self.number}.parquet"
        columns = ", ".join(f"{self._quota(number)} AS q{number}" for number in range(len(self.limits)))
        self.con.execute(copy(f'SELECT p."row", {columns} FROM {parquet(self.places)} AS p', path))
        return path

    def _quota(self, budget: int) -> str:
        if self.limits[budget].most == 0:
            return "CAST(0 AS BIGINT)"
        allotted = [
            (period, order, left)
            for (one, period), orders in self.rationing.allotted.items()
            if one == budget
            for order, left in orders.items()
        ]
        ends = [(period, end) for (one, period), end in self.rationing.ends.items() if one == budget]
        branches = [
            (f"p.period{budget} = {period} AND p.place = {order}", str(left)) for period, order, left in allotted
        ]
        branches += [(f"p.period{budget} = {period} AND p.place > {end}", "0") for period, end in ends]
        return f"CAST({cases(branches, str(PLENTY))} AS BIGINT)"


class TakesFile:
    """Writes what events of one share took of budgets."""

    def __init__(self, path: Path) -> None:
        self.schema: Final = pa.schema([(word, pa.int64()) for word in Takes().columns()])
        self.file: Final = pq.ParquetWriter(path, self.schema, compression="lz4")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.file.close()

    def write(self, takes: Takes) -> None:
        """Write what was taken since the last time."""
        arrays = [whole_numbers(column) for column in takes.columns().values()]
        self.file.write_table(pa.Table.from_arrays(arrays, schema=self.schema))
        takes.forget()
