"""What events are about: the reservation or purchase that a redemption names, the order that one tells of."""

from pathlib import Path

import duckdb

from guerdon.batch.intake import History
from guerdon.batch.intake.sql import copy
from guerdon.core.facts import FULFILMENT, REDEMPTION
from guerdon.core.lots.keeping import NO_SLOT
from guerdon.core.programme import Programme


def lay_holds(con: duckdb.DuckDBPyConnection, programme: Programme, history: History, scratch: Path) -> Path | None:
    """Lay down which event each is about: a redemption's reservation, the purchase that it paid for, or the order one tells of."""
    redemptions = f'SELECT * FROM "events" WHERE kind = {REDEMPTION}'
    queries = []
    if programme.keeps_lots and "reservation" in history.present:
        # An earlier one of its account, of its own source if there is one.
        queries.append(
            'SELECT r."row", arg_min(h."row", (h.source <> r.source, h."at", h.source)) AS held '
            f"FROM ({redemptions}) AS r JOIN ({redemptions}) AS h ON h.account = r.account AND h.id = r.reservation "
            'WHERE (h."at", h.source, h.id) < (r."at", r.source, r.id) GROUP BY r."row"'
        )
    if history.has_refunds and programme.paid_slot != NO_SLOT and "purchase" in history.present:
        queries.append(
            f'SELECT r."row", p."row" AS held FROM ({redemptions} AND reservation IS NULL AND "purchase" IS NOT NULL) AS r '
            'JOIN "events" AS p ON p.source = r.source AND p.id = r."purchase"'
        )
    if programme.keeps_lots and "purchase" in history.present:
        queries.append(
            f'SELECT r."row", p."row" AS held FROM (SELECT * FROM "events" WHERE kind = {FULFILMENT}) AS r '
            'JOIN "events" AS p ON p.source = r.source AND p.id = r."purchase"'
        )
    if not queries:
        return None
    path = scratch / "holds.parquet"
    con.execute(copy(" UNION ALL ".join(queries), path))
    return path
