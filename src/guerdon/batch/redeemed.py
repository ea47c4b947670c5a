"""Redemptions over files: how many contradict their rewards' terms, and which drew on a stock of which nothing was left.

The fold knows one account at a time and counts what it sees; which draws went beyond a stock of all accounts is summed up here,
in the order of recording, and told to the pass that counts. Nothing of it changes anybody's points.
"""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from guerdon.batch.intake.sql import parquet
from guerdon.core.limits.stocks import BY_ITSELF
from guerdon.core.lots.rewards import OUTSIDE
from guerdon.core.programme import Programme
from guerdon.core.rating import Fold

_COUNTS: Final = ".outside.json"
_DRAWS: Final = ".draws.parquet"


def note_outside(fold: Fold, out: Path) -> None:
    """Write beside a share's statement what its redemptions contradicted, and what they drew from stocks."""
    if fold.redemptions is None or not fold.programme.rewards:
        return
    out.with_suffix(_COUNTS).write_text(json.dumps(fold.redemptions.outside))
    draws = fold.redemptions.draws.columns()
    table = pa.table({word: pa.array(column, pa.int64()) for word, column in draws.items()})
    pq.write_table(table, out.with_suffix(_DRAWS))


def outside_of(scratch: Path) -> dict[str, int]:
    """Return how many redemptions of all shares contradict each of their rewards' terms; terms that none does are left out."""
    found = dict.fromkeys(OUTSIDE[1:], 0)
    for counts in scratch.glob(f"*{_COUNTS}"):
        for term, count in zip(OUTSIDE[1:], json.loads(counts.read_text())[1:], strict=True):
            found[term] += count
    return {term: count for term, count in found.items() if count}


def beyond(
    con: duckdb.DuckDBPyConnection, programme: Programme, shares: Sequence[Path], *, instant: str, order: str
) -> set[tuple[int, int]]:
    """Return the events, each with its stock, that drew when less was left; what comes back by itself does so before what is recorded then.

    `instant` is when an event e was recorded, and `order` that of recording.
    """
    most = " ".join(f"WHEN {i} THEN {programme.limits[position].most}" for i, position in enumerate(programme.stocks))
    ranked = f'COALESCE({instant}, d."at"), d.event <> {BY_ITSELF}, {order}, d.amount'
    running = (
        f"SELECT d.event, d.stock, d.amount, CASE d.stock {most} END AS most, "
        f"SUM(d.amount) OVER (PARTITION BY d.stock, d.period ORDER BY {ranked} ROWS UNBOUNDED PRECEDING) AS used "
        f'FROM {parquet([share.with_suffix(_DRAWS) for share in shares])} AS d LEFT JOIN "events" AS e ON e."row" = d.event'
    )
    where = f"event <> {BY_ITSELF} AND amount > 0 AND used > most"
    return {
        (int(event), int(stock))
        for event, stock in con.execute(f"SELECT event, stock FROM ({running}) WHERE {where}").fetchall()
    }
