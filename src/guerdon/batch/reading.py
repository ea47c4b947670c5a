"""A share's events, read in the order of S3: tables of whole numbers, each with the table of its lines.

Invariants:
* The sort reads whole numbers only; where two events of an account share an instant, it is done again with source and id.
"""

from collections.abc import Iterator
from typing import Any, Final

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from guerdon.batch.columns import slot_columns
from guerdon.batch.intake.sql import parquet
from guerdon.batch.shares import Share
from guerdon.core.programme import Programme

BATCH: Final = 500_000
"""So many events are folded between two writes."""


class Tie(Exception):
    """Two events of an account share an instant: their order needs their ids."""


class Names:
    """Accounts and members as whole numbers in their own order, and back."""

    def __init__(self, con: duckdb.DuckDBPyConnection, share: Share, *, keeps_lots: bool) -> None:
        self.con: Final = con
        self.keeps_lots: Final = keeps_lots
        self.whole: Final = share.whole_accounts
        self.account: Final = "r.account" if self.whole else "a.number"
        self.has_accounts: Final = share.has_accounts
        self.has_refunds: Final = share.has_refunds
        self.holds: Final = share.holds
        self.has_budgets: Final = share.quotas is not None
        self.has_ledger: Final = share.ledger is not None
        self.at: Final = "r.posted" if share.has_refunds else 'r."at"'
        self.members: Any = None
        if not self.whole:
            self._number("account numbers", "account", share.condition)
            if self.has_accounts:
                self._number("member numbers", "member", share.condition)
            source = "member numbers" if self.has_accounts else "account numbers"
            self.members = (
                con.sql(f'SELECT word FROM "{source}" ORDER BY number').to_arrow_table().column(0).combine_chunks()
            )

    def _number(self, table: str, word: str, condition: str) -> None:
        words = f'SELECT DISTINCT r.{word} AS word FROM "events" AS r WHERE {condition}'
        self.con.execute(
            f'CREATE OR REPLACE TABLE "{table}" AS SELECT word, row_number() OVER (ORDER BY word) - 1 AS number FROM ({words})'
        )

    def columns(self) -> str:
        """Return SQL for the account's and the member's number, the instant, and what refunds and redemptions refer to."""
        columns = f'{self.account} AS account, {self.at} AS "at"'
        if self.has_accounts:
            columns += f", {'r.member' if self.whole else 'm.number'} AS member"
        if self.has_refunds or self.has_budgets or self.keeps_lots or self.has_ledger:
            columns += ', r."row"'
        if self.has_ledger:
            refunded = 'COALESCE(r.refund_type, r."type")'
            columns += f', r.source, r.id, {refunded if self.has_refunds else "r.type"} AS "type"'
        if self.has_refunds or self.keeps_lots:
            columns += ", CAST(r.kind AS BIGINT) AS kind"
        if self.has_refunds or self.holds is not None:
            columns += f", {self._refers()} AS refers"
        return columns

    def _refers(self) -> str:
        refers = "r.refers" if self.has_refunds else "CAST(-1 AS BIGINT)"
        return refers if self.holds is None else f"COALESCE(h.held, {refers})"

    def order(self, *, ties: bool) -> str:
        """Return the order of events within S3; without ties whole numbers are enough."""
        return f"{self.account}, {self.at}, r.kind" + (", r.source, r.id" if ties else "")

    def joins(self) -> str:
        """Return the joins that `columns` needs."""
        holds = ""
        if self.holds is not None:
            holds = f' LEFT JOIN {parquet(self.holds)} AS h ON h."row" = r."row"'
        if self.whole:
            return holds
        members = ' JOIN "member numbers" AS m ON m.word = r.member' if self.has_accounts else ""
        return f' JOIN "account numbers" AS a ON a.word = r.account{members}{holds}'

    def accounts(self) -> Any:  # noqa: ANN401 - pyarrow has no types
        """Return the ids that numbers of accounts stand for, in their order; None when they stand for themselves."""
        if self.whole or not self.has_ledger:
            return None
        found = self.con.sql('SELECT word FROM "account numbers" ORDER BY number')
        return found.to_arrow_table().column(0).combine_chunks()

    def words(self, numbers: Any) -> Any:  # noqa: ANN401 - pyarrow has no types
        """Return the ids that numbers stand for."""
        return numbers if self.whole else pc.take(self.members, numbers)


def batches(
    con: duckdb.DuckDBPyConnection, programme: Programme, share: Share, names: Names, *, ties: bool
) -> Iterator[tuple[Any, Any]]:
    """Yield tables of events in order, each with the table of their lines; Tie when the order is not settled."""
    counted, join = "", ""
    if share.has_lists:
        counted = "".join(", " + part for part in slot_columns(programme, share, "r", per_line=True))
    elif share.has_lines:
        counted = ", COALESCE(n.lines, 0) AS lines"
        join = ' LEFT JOIN (SELECT "row", COUNT(*) AS lines FROM "lines" GROUP BY "row") AS n ON n."row" = r."row"'
    columns = "".join(", " + part for part in slot_columns(programme, share, "r", per_line=False))
    if share.quotas is not None:
        columns += "".join(f", q.q{number}" for number in range(programme.shared))
        join += f' JOIN {parquet(share.quotas)} AS q ON q."row" = r."row"'
    query = (
        f'SELECT {names.columns()}{counted}{columns} FROM "rated" AS r{names.joins()}{join} '
        f"WHERE {share.condition} ORDER BY {names.order(ties=ties)}"
    )
    beside = share.has_lines and not share.has_lists
    lines = _LineReader(con, programme, share, names, ties=ties) if beside else None
    last: tuple[Any, Any] | None = None
    for batch in con.sql(query).to_arrow_reader(BATCH):
        if not len(batch):
            continue
        table = pa.Table.from_batches([batch])
        if not ties:
            last = _no_tie(table, last)
        if lines is not None:
            yield table, lines.take(pc.sum(table["lines"]).as_py())
        else:
            yield _without_lists(table) if share.has_lists else (table, None)


def _without_lists(table: Any) -> tuple[Any, Any]:  # noqa: ANN401 - pyarrow has no types
    """Return events with how many lines each has, and their lines, from events with a list for each slot of lines."""
    lists = [word for word in table.column_names if pa.types.is_list(table.schema.field(word).type)]
    if not lists:
        return table, None
    columns = {word: table[word].combine_chunks() for word in lists}
    lines = pa.Table.from_arrays([column.flatten() for column in columns.values()], names=lists)
    return table.append_column("lines", pc.list_value_length(columns[lists[0]])), lines


def _no_tie(table: Any, last: tuple[Any, Any] | None) -> tuple[Any, Any]:  # noqa: ANN401 - pyarrow has no types
    accounts, instants = table["account"].combine_chunks(), table["at"].combine_chunks()
    first = (accounts[0].as_py(), instants[0].as_py())
    same = pc.and_(pc.equal(accounts[1:], accounts[:-1]), pc.equal(instants[1:], instants[:-1]))
    if first == last or pc.any(same).as_py():
        raise Tie
    return accounts[-1].as_py(), instants[-1].as_py()


class _LineReader:
    """Lines in the order of their events, on a connection of their own."""

    def __init__(
        self, con: duckdb.DuckDBPyConnection, programme: Programme, share: Share, names: Names, *, ties: bool
    ) -> None:
        columns = ", ".join(slot_columns(programme, share, "l", per_line=True)) or "0 AS none"
        order = names.order(ties=ties) + ', l."row", l."line"'
        own = con.cursor()
        for statement in share.setup:
            own.execute(statement)
        query = (
            f'SELECT {columns} FROM "rated lines" AS l JOIN "events" AS r ON r."row" = l."row"{names.joins()} '
            f"WHERE {share.condition} ORDER BY {order}"
        )
        self.reader: Final = iter(own.sql(query).to_arrow_reader(BATCH))
        self.own: Final = own
        self.waiting: Any = None

    def take(self, count: int) -> Any:  # noqa: ANN401 - pyarrow has no types
        """Return the next `count` lines."""
        parts: list[Any] = []
        while count > 0:
            if self.waiting is None or not len(self.waiting):
                self.waiting = next(self.reader)
            part = self.waiting.slice(0, count)
            self.waiting = self.waiting.slice(len(part))
            count -= len(part)
            parts.append(part)
        return pa.Table.from_batches(parts) if parts else None
