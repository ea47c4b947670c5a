"""Budgets and stocks over files: what each event took, pass by pass, and what that leaves to every event.

The data engine sorts and sums; `core.budgets` decides. Only the events at which a budget could be used up, and those at
which one was, are handed from one to the other. Draws beyond a stock are told by a pass of their own, once budgets are settled.

Invariant: an event's place in the order of recording is the same in every pass and however accounts are shared out.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final, Self

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from guerdon.batch.arrays import whole_numbers
from guerdon.batch.intake.late import INSTANT
from guerdon.batch.intake.sql import cases, copy, parquet, text
from guerdon.batch.plan import Plan, turned
from guerdon.batch.redeemed import beyond
from guerdon.batch.shares import Share
from guerdon.core.calendar import EVER
from guerdon.core.events.granted import read_granted
from guerdon.core.limits import PLENTY, and_more
from guerdon.core.limits.budgets import Key, Rationing, Take, Takes
from guerdon.core.programme import Programme
from guerdon.core.recorded import budgets_of, check_complete, decimals_of, quotas_of

_ORDER: Final = 'e."at", e.kind, e.source, e.id'
_NUMBER: Final = r"(\d+\.?\d*|\.\d+)\+?"


class Passes:
    """The passes over one history: `quotas` is the file of what budgets and stocks leave each event, written anew by `learn`.

    There is none as long as all of them leave plenty to everybody. What is `used` before is granted to none of these events;
    without `stated` grants, what events say that they were granted is not read.
    """

    def __init__(
        self,
        con: duckdb.DuckDBPyConnection,
        plan: Plan,
        scratch: Path,
        *,
        used: Mapping[Key, int] | None = None,
        stated: bool = True,
    ) -> None:
        self.con: Final = con
        self.plan: Final = plan
        self.scratch: Final = scratch
        self.limits: Final = [plan.programme.limits[position] for position in plan.programme.budgets]
        self.rationing: Final = Rationing([limit.most for limit in self.limits], used)
        self.places: Final = scratch / "places.parquet"
        self.number = 0
        self.recorded: Final = Recorded(con, plan.programme, stated=stated)
        self.without: set[tuple[int, int]] = set()
        self.quotas: Path | None = None
        if self.limits:
            self._place()
            self.quotas = self._quotas()

    def learn(self, shares: Sequence[Share]) -> bool:
        """Learn from what a pass took; False when it was the last one."""
        if self._learn_budgets([share.takes for share in shares]) or self._learn_stocks([
            share.out for share in shares
        ]):
            self.quotas = self._quotas()
            return True
        return False

    def _learn_budgets(self, takes: Sequence[Path]) -> bool:
        """Learn what budgets leave events; False when none is overrun."""
        if not self.limits:
            return False
        if self.rationing.learn(self._telling(takes)):
            return True
        self.recorded.check(takes)
        return False

    def _learn_stocks(self, shares: Sequence[Path]) -> bool:
        """Learn which events drew on a stock when nothing was left; False when that was known."""
        before = self.without
        if self.plan.programme.stocks:
            recorded = self.recorded
            self.without = beyond(
                self.con, self.plan.programme, shares, instant=recorded.instant(), order=recorded.order()
            )
        return self.without != before

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
        query = f'SELECT e."row", row_number() OVER (ORDER BY {self.recorded.order()}) - 1 AS place{"".join(columns)} FROM "events" AS e{joins}'
        self.con.execute(copy(query, self.places))

    def _telling(self, takes: Sequence[Path]) -> list[Take]:
        """Return takes that say as much as all of them: what came before a budget could be used up, that event, and ends."""
        placed = f'(SELECT place, budget, period, amount FROM {parquet(takes)} AS t JOIN {parquet(self.places)} AS p ON p."row" = t.event{self.recorded.others()})'
        running = (
            "SELECT *, SUM(amount) OVER (PARTITION BY budget, period ORDER BY place) AS used, "
            f"{self._most()} AS most FROM {placed}"
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

    def _most(self) -> str:
        """Return SQL for how much there is of a budget in a period, for all events together."""
        rationing = self.rationing
        branches = [
            (f"budget = {budget} AND period = {period}", str(rationing.left(budget, period)))
            for budget, period in rationing.used
        ]
        branches += [(f"budget = {number}", str(limit.most)) for number, limit in enumerate(self.limits)]
        return cases(branches, "0")

    def _quotas(self) -> Path:
        """Write what each budget and each stock leaves each event."""
        self.number += 1
        path = self.scratch / f"quotas-{self.number}.parquet"
        quotas = [self._quota(number) for number in range(len(self.limits))]
        quotas += [self._stock(number) for number in range(len(self.plan.programme.stocks))]
        columns = ", ".join(f"{quota} AS q{number}" for number, quota in enumerate(quotas))
        source = parquet(self.places) if self.limits else '"events"'
        self.con.execute(copy(f'SELECT p."row", {columns} FROM {source} AS p{self.recorded.joins()}', path))
        return path

    def _stock(self, stock: int) -> str:
        rows = [str(event) for event, one in sorted(self.without) if one == stock]
        branches = [(f'p."row" IN ({", ".join(rows)})', "0")] if rows else []
        return f"CAST({cases(branches, str(PLENTY))} AS BIGINT)"

    def _quota(self, budget: int) -> str:
        if budget in self.recorded.budgets:
            return f"CAST(COALESCE(g{budget}.amount, {PLENTY}) AS BIGINT)"
        if self.limits[budget].most == 0:
            return "CAST(0 AS BIGINT)"
        allotted = [
            (period, order, left)
            for (one, period), orders in self.rationing.allotted.items()
            if one == budget
            for order, left in orders.items()
        ]
        ends = [(period, end) for (one, period), end in self.rationing.ends.items() if one == budget]
        gone = [period for one, period in self.rationing.used if one == budget and not self.rationing.left(one, period)]
        branches = [(f"p.period{budget} = {period}", "0") for period in gone]
        branches += [
            (f"p.period{budget} = {period} AND p.place = {order}", str(left)) for period, order, left in allotted
        ]
        branches += [(f"p.period{budget} = {period} AND p.place > {end}", "0") for period, end in ends]
        return f"CAST({cases(branches, str(PLENTY))} AS BIGINT)"


class Recorded:
    """What events of files say of their recording: when that was, and, where `stated` grants count, what budgets granted them."""

    def __init__(self, con: duckdb.DuckDBPyConnection, programme: Programme, *, stated: bool) -> None:
        self.con: Final = con
        self.programme: Final = programme
        self.columns: Final = {str(row[0]) for row in con.execute('DESCRIBE "events"').fetchall()}
        self.owned: Final = budgets_of(programme)
        reads = stated and bool(programme.budgets) and "granted" in self.columns
        self.budgets: Final = self._budgets() if reads else []

    def order(self) -> str:
        """Return the order of recording."""
        return f"{self.instant()}, {_ORDER}"

    def instant(self) -> str:
        """Return when an event was recorded; where that is not stated, as it happened."""
        return f'COALESCE({INSTANT}, e."at")' if "recorded_at" in self.columns else 'e."at"'

    def joins(self) -> str:
        """Return the joins that lead to what each event was granted."""
        return "".join(
            f' LEFT JOIN "grants" AS g{budget} ON g{budget}."row" = p."row" AND g{budget}.budget = {budget}'
            for budget in self.budgets
        )

    def others(self) -> str:
        """Return the condition on takes of budgets of which nothing is recorded."""
        return f" WHERE t.budget NOT IN ({', '.join(map(str, self.budgets))})" if self.budgets else ""

    def check(self, takes: Sequence[Path]) -> None:
        """Refuse events that drew on a recorded budget and do not say what it granted them."""
        for budget in self.budgets:
            query = (
                f'SELECT e.id FROM {parquet(takes)} AS t JOIN "events" AS e ON e."row" = t.event '
                f'LEFT JOIN "grants" AS g ON g."row" = t.event AND g.budget = t.budget '
                f"WHERE t.budget = {budget} AND g.amount IS NULL ORDER BY e.id LIMIT 1"
            )
            name = self.programme.limits[self.programme.budgets[budget]].name
            check_complete(name, [str(row[0]) for row in self.con.execute(query).fetchall()])

    def _budgets(self) -> list[int]:
        """Lay down what events were granted, and return the budgets of which anything is."""
        one = 'SELECT "row", unnest(string_split(granted, \';\')) AS one FROM "events" WHERE granted IS NOT NULL'
        said = f"SELECT \"row\", trim(split_part(one, '=', 1)) AS owner, trim(split_part(one, '=', 2)) AS said FROM ({one}) WHERE trim(one) <> ''"
        pairs = (
            f"SELECT \"row\", owner, suffix(said, '+') AS more, CASE WHEN regexp_full_match(said, '{_NUMBER}') "
            f"THEN try_cast(rtrim(said, '+') AS DECIMAL(38, 9)) END AS number FROM ({said})"
        )
        ones = [10 ** decimals_of(self.programme, position) for position in self.programme.budgets]
        known = [
            f"({text(name)}, {budget}, {ones[budget]}, {is_counted})"
            for name, budgets in self.owned.items()
            for budget, is_counted in budgets
        ]
        joined = f"({pairs}) AS p LEFT JOIN (VALUES {', '.join(known)}) AS k(owner, budget, one, counted) ON k.owner = p.owner"
        self._check(joined)
        amount = "CAST(p.number * k.one AS BIGINT)"
        quota = f"CASE WHEN NOT k.counted THEN {PLENTY} WHEN p.more THEN {and_more(0)} - {amount} ELSE {amount} END"
        self.con.execute(
            f'CREATE OR REPLACE TEMP TABLE "grants" AS SELECT p."row", k.budget, {quota} AS amount FROM {joined}'
        )
        return [int(row[0]) for row in self.con.execute('SELECT DISTINCT budget FROM "grants" ORDER BY 1').fetchall()]

    def _check(self, joined: str) -> None:
        """Let the core say what is wrong with the first grant that cannot be read, or that is said twice."""
        wrong = "k.owner IS NULL OR p.number IS NULL OR p.number * k.one <> CAST(p.number * k.one AS BIGINT)"
        twice = 'COUNT(*) OVER (PARTITION BY p."row", k.budget) > 1'
        query = f'SELECT e.id, e.granted FROM {joined} JOIN "events" AS e ON e."row" = p."row" QUALIFY {wrong} OR {twice} ORDER BY e.id LIMIT 1'
        for identity, granted in self.con.execute(query).fetchall():
            quotas_of(self.programme, str(identity), read_granted(granted))


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
