"""A history laid down as records: one row an event, account by account in the order of S3, then what accounts share.

Of events that may draw on what accounts share, the order of recording matters (S2): with stocks these are all of an account that
redeems. They come last, in that order. What budgets grant was decided in that order before, and stands beside each event; where it
was not, all events come in the order of recording.

Invariants:
* Every event that the intake counts is there once, refunds and returns as they were said, a refund at its purchase's account.
* The order is the same whenever the same files are read by the same programme: who stopped anywhere can go on from there.
"""

from pathlib import Path
from typing import Final

import duckdb

from guerdon.batch.intake import History, Inputs
from guerdon.batch.intake.badrows import BAD
from guerdon.batch.intake.late import INSTANT
from guerdon.batch.intake.sql import copy, parquet
from guerdon.batch.records.said import said
from guerdon.core.facts import PURCHASE, REDEMPTION
from guerdon.core.programme import Programme

_CLOCK: Final = "strftime(make_timestamp(e.\"at\"), '%Y-%m-%dT%H:%M:%S{}Z')"
_MOMENT: Final = f'case when e."at" % 1000000 = 0 then {_CLOCK.format("")} else {_CLOCK.format(".%f")} end'


def lay_records(
    con: duckdb.DuckDBPyConnection,
    programme: Programme,
    history: History,
    inputs: Inputs,
    scratch: Path,
    granted: Path | None,
) -> Path:
    """Lay down the events of a history that was looked at, and return where; `granted` is what budgets grant them, where that is decided."""
    path = scratch / "records.parquet"
    raw = " union all ".join(
        said(group, number, scratch, inputs.currency) for number, group in enumerate(history.groups)
    )
    recorded_at = INSTANT if "recorded_at" in history.present else "cast(null as bigint)"
    account = "cast(e.account as varchar)"
    home, join = account, ""
    if history.has_refunds:
        home = f"coalesce(cast(p.account as varchar), {account})"
        purchases = f"select source, id, account from {_good(history)} where kind = {PURCHASE} and not returned"
        join = f" left join ({purchases}) as p on p.source = e.refund_source and p.id = e.refund_of"
    query = (
        f'select e."row", {home} as account, e.source, e.id, e."type", e.kind, cast(e.member as varchar) as member, '
        f'{account} as own, e."at", case when e.timed then {_MOMENT} else r."day" end as moment, '
        f"{recorded_at} as recorded_at, r.said{'' if granted is None else ', g.granted'}\n"
        f'from {_good(history)} as e join ({raw}) as r on r."row" = e."row"{join}'
    )
    if granted is not None:
        query += f' left join {parquet(granted)} as g on g."row" = e."row"'
    query = (
        f"select *, {_shared(programme, decided=granted is not None)} as shared from ({query})\n"
        'order by shared, case when shared then coalesce(recorded_at, "at") end, case when not shared then account end, '
        '"at", kind, source, id'
    )
    con.execute(copy(query, path))
    return path


def _shared(programme: Programme, *, decided: bool) -> str:
    """Return the condition that an event may draw on what accounts share and is not `decided`, or is of the account of one that may."""
    if programme.budgets and not decided:
        return "true"
    return f"bool_or(kind = {REDEMPTION}) over (partition by account)" if programme.stocks else "false"


def _good(history: History) -> str:
    """Return a FROM item of the events that count, as they were said."""
    excluded = history.scratch / "excluded.parquet"
    repeats = f' anti join {parquet(excluded)} using ("row")' if excluded.exists() else ""
    kept = f"select * from ({history.base}) where problem is null"
    return f'(select * from ({kept}){repeats} anti join (select "row" from {BAD}) using ("row"))'
