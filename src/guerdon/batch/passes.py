"""A history folded in shares, in as many passes as its budgets and stocks need.

Invariant: the shares hold every account once, whole.
"""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Final

import duckdb

from guerdon.batch.holds import lay_holds
from guerdon.batch.intake import History
from guerdon.batch.plan import Plan
from guerdon.batch.rationing import Passes
from guerdon.batch.shares import Share, cores, portion, split_accounts
from guerdon.batch.workers import Workers

SMALL: Final = 200_000
"""Fewer events than this are folded in one process: another would take longer to start than to help."""


def helpers(rows: int, processes: int | None) -> int:
    """Return how many processes help this one to fold so many rows."""
    return 0 if rows < SMALL else max(1, processes or cores()) - 1


def shares_of(
    con: duckdb.DuckDBPyConnection, plan: Plan, history: History, scratch: Path, *, parts: int, memory: str
) -> list[Share]:
    """Return a history in at most so many ranges of accounts, each ready to be folded."""
    conditions = split_accounts(con, parts, whole=history.member_is_integer, events=history.summary.events or 0)
    ((untimed,),) = con.execute('SELECT COUNT(*) FROM (SELECT 1 FROM "events" WHERE NOT timed LIMIT 1)').fetchall()
    holds = lay_holds(con, plan.programme, history, scratch)
    return [
        Share(
            setup=(*history.setup, *plan.statements()),
            condition=condition,
            has_lines=history.has_lines,
            has_lists=history.has_lists,
            has_accounts=history.has_accounts,
            has_refunds=history.has_refunds,
            holds=holds,
            idle=plan.idle,
            whole_accounts=history.member_is_integer,
            ties=bool(untimed),
            memory=portion(memory, len(conditions)),
            threads=1 if len(conditions) > 1 else cores(),
            out=scratch / f"part-{number}.parquet",
            scratch=scratch,
            part=number,
        )
        for number, condition in enumerate(conditions)
    ]


def in_passes(passes: Passes, workers: Workers, shares: list[Share], progress: Callable[[int], None]) -> list[Share]:
    """Fold until no budget is overrun and each draw beyond a stock is told, and return the shares of the last pass."""
    while True:
        shares = [replace(share, quotas=passes.quotas) for share in shares]
        workers.fold(passes.plan.programme, shares, progress)
        if not passes.learn(shares):
            return shares
