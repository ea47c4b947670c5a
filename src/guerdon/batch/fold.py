"""The fold over files: a process reads and sorts its range of accounts, and runs the compiled engine over them.

Ranges of accounts rather than hashes of them: every part then comes out sorted, and parts need only be set end to end.

Invariants:
* Events of an account are folded in the order of S3. The sort reads whole numbers only; where two events of an account
  share an instant, the range is sorted again with kind, source and id.
* Garbage collection is off while folding: the engine makes no cycles.
"""

import gc
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any, Final, Self

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from guerdon.batch.intake.arrays import whole_numbers
from guerdon.batch.intake.sql import parquet, text
from guerdon.batch.ledger import Book
from guerdon.batch.rationing import TakesFile
from guerdon.core.columns import Column, column, constant, wide_column
from guerdon.core.effects import Effects
from guerdon.core.errors import Invalid
from guerdon.core.expr.sql import BIGINT, width
from guerdon.core.facts import PURCHASE, Facts
from guerdon.core.programme import Programme
from guerdon.core.rating import Fold
from guerdon.core.slots import Slot
from guerdon.core.statement import Statement

BATCH: Final = 500_000
"""So many events are folded between two writes."""

_MASK: Final = 2**62 - 1


@dataclass(frozen=True)
class Share:
    """One process's part of the work: which accounts, how to find them, and where its statement goes.

    `condition` is over events as r. `holds` is a file of which redemption each other one is about, where any is.
    """

    setup: tuple[str, ...]
    condition: str
    has_lines: bool
    has_accounts: bool
    whole_accounts: bool
    ties: bool
    memory: str
    threads: int
    out: Path
    scratch: Path
    has_refunds: bool = False
    holds: Path | None = None
    quotas: Path | None = None
    ledger: Path | None = None
    as_of: int = 0
    part: int = 0

    @property
    def takes(self) -> Path:
        """Where it is written what events took of budgets."""
        return self.out.with_suffix(".takes.parquet")


class Tie(Exception):
    """Two events of an account share an instant: their order needs their ids."""


def connect(memory: str, threads: int, scratch: Path) -> duckdb.DuckDBPyConnection:
    """Open a data engine that spills to a folder of its own in `scratch` beyond `memory`."""
    con = duckdb.connect()
    spill = tempfile.mkdtemp(prefix="spill-", dir=scratch)
    con.execute(f"SET threads = {threads}; SET temp_directory = {text(spill)}")
    con.execute("SET enable_progress_bar = false; SET TimeZone = 'UTC'")
    try:
        con.execute(f"SET memory_limit = {text(memory)}")
    except duckdb.Error:
        con.close()
        message = f"{memory!r:.20} is no amount of memory; write it like 2GB or 500MB"
        raise Invalid(message) from None
    return con


def split_accounts(con: duckdb.DuckDBPyConnection, parts: int, *, whole: bool) -> list[str]:
    """Return a condition on accounts for each of `parts` ranges of about as many events."""
    sample = 'SELECT account FROM "events" USING SAMPLE 20000 ROWS (reservoir, 7)'
    found = [row[0] for row in con.execute(f"SELECT account FROM ({sample}) ORDER BY account").fetchall()]
    cuts = sorted({found[len(found) * part // parts] for part in range(1, parts)}) if found else []
    shown = [str(cut) if whole else text(cut) for cut in cuts]
    edges = [None, *shown, None]
    return [
        " AND ".join([*([f"r.account >= {low}"] if low else []), *([f"r.account < {high}"] if high else [])]) or "true"
        for low, high in pairwise(edges)
    ]


def fold_share(programme: Programme, share: Share, progress: Callable[[int], None]) -> None:
    """Fold one range of accounts and write its statement, sorted, as Parquet."""
    con = connect(share.memory, share.threads, share.scratch)
    for statement in share.setup:
        con.execute(statement)
    gc.disable()
    try:
        try:
            _fold(con, programme, share, ties=share.ties, progress=progress)
        except Tie:
            _fold(con, programme, share, ties=True, progress=lambda _: None)
    finally:
        gc.enable()
        con.close()


def _fold(
    con: duckdb.DuckDBPyConnection, programme: Programme, share: Share, *, ties: bool, progress: Callable[[int], None]
) -> None:
    names = _Names(con, share, keeps_lots=programme.keeps_lots)
    statement = Statement(programme.zone, len(programme.units))
    effects = Effects()
    book = Book(programme, share.ledger, share.part, as_of=share.as_of, accounts=names.accounts())
    fold = Fold(programme, effects, book.ledger)
    with ExitStack() as files:
        writer = files.enter_context(_Writer(share.out, len(programme.units), names))
        files.enter_context(book)
        taken = None if share.quotas is None else files.enter_context(TakesFile(share.takes))
        for table, lines in _batches(con, programme, share, names, ties=ties):
            book.add(table)
            fold.run(facts_of(programme, table, lines), statement, keep_effects=False)
            book.write()
            writer.write(statement)
            statement.forget()
            if taken is not None:
                taken.write(fold.takes)
            progress(len(table))
        statement.close()
        writer.write(statement)
        fold.close_account()
        book.write()


class _Names:
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
            refunded = 'CASE WHEN r.refers >= 0 THEN r.refund_type ELSE r."type" END'
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


def _batches(
    con: duckdb.DuckDBPyConnection, programme: Programme, share: Share, names: _Names, *, ties: bool
) -> Iterator[tuple[Any, Any]]:
    """Yield tables of events in order, each with the table of their lines; Tie when the order is not settled."""
    slots = [i for i, slot in enumerate(programme.slots) if not slot.per_line]
    counted, join = "", ""
    if share.has_lines:
        counted = ", COALESCE(n.lines, 0) AS lines"
        join = ' LEFT JOIN (SELECT "row", COUNT(*) AS lines FROM "lines" GROUP BY "row") AS n ON n."row" = r."row"'
    columns = "".join(", " + part for i in slots for part in _slot_columns(programme.slots[i], i, "r"))
    if share.quotas is not None:
        columns += "".join(f", q.q{number}" for number in range(len(programme.budgets)))
        join += f' JOIN {parquet(share.quotas)} AS q ON q."row" = r."row"'
    query = (
        f'SELECT {names.columns()}{counted}{columns} FROM "rated" AS r{names.joins()}{join} '
        f"WHERE {share.condition} ORDER BY {names.order(ties=ties)}"
    )
    lines = _LineReader(con, programme, share, names, ties=ties) if share.has_lines else None
    last: tuple[Any, Any] | None = None
    for batch in con.sql(query).to_arrow_reader(BATCH):
        if not len(batch):
            continue
        table = pa.table(batch)
        if not ties:
            last = _no_tie(table, last)
        yield table, None if lines is None else lines.take(pc.sum(table["lines"]).as_py())


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
        self, con: duckdb.DuckDBPyConnection, programme: Programme, share: Share, names: _Names, *, ties: bool
    ) -> None:
        slots = [i for i, slot in enumerate(programme.slots) if slot.per_line]
        columns = ", ".join(part for i in slots for part in _slot_columns(programme.slots[i], i, "l")) or "0 AS none"
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


def _slot_columns(slot: Slot, position: int, table: str) -> list[str]:
    """Return a slot's column, or two when it is wider than a machine integer."""
    value = f"{table}.s{position}"
    if slot_width(slot) == BIGINT:
        return [f"CAST({value} AS BIGINT) AS s{position}"]
    low = f"CAST({value} & CAST({_MASK} AS HUGEINT) AS BIGINT) AS s{position}"
    return [low, f"CAST({value} >> 62 AS BIGINT) AS h{position}"]


def slot_width(slot: Slot) -> str:
    """Return the SQL type of a slot's column."""
    return width((min(slot.low, slot.otherwise), max(slot.high, slot.otherwise)))


def facts_of(programme: Programme, table: Any, lines: Any) -> Facts:  # noqa: ANN401 - pyarrow has no types
    """Return a table of events and one of their lines as facts; effects are not kept, so events need no numbers.

    Where refunds are they do: a refund names its purchase by it.
    """
    count = len(table)
    words = table.column_names
    account = _column(table, "account")
    slots = []
    for position, slot in enumerate(programme.slots):
        source = lines if slot.per_line else table
        slots.append(constant(0) if source is None else _slot(source, position, slot))
    return Facts(
        count,
        ordinal=_column(table, "row") if "row" in words else constant(-1),
        account=account,
        member=_column(table, "member") if "member" in words else account,
        at=_column(table, "at"),
        kind=_column(table, "kind") if "kind" in words else constant(PURCHASE),
        refers=_column(table, "refers") if "refers" in words else constant(-1),
        named=_named(table) if "refers" in words else constant(0),
        returned=constant(0),
        slots=slots,
        first_line=constant(0) if lines is None and "lines" not in table.column_names else _offsets(table["lines"]),
        quotas=[_column(table, f"q{number}") for number in range(len(programme.budgets))],
    )


def _named(table: Any) -> Column:  # noqa: ANN401 - pyarrow has no types
    """Return which events others of the table name; of its last account, which may go on in the next table, any may be."""
    refers, accounts = table["refers"].combine_chunks(), table["account"].combine_chunks()
    named = pc.is_in(table["row"].combine_chunks(), value_set=refers.filter(pc.greater_equal(refers, 0)))
    unfinished = pc.equal(accounts, accounts[-1])
    return _column(pa.table({"named": pc.cast(pc.or_(named, unfinished), pa.int64())}), "named")


def _slot(table: Any, position: int, slot: Slot) -> Column:  # noqa: ANN401 - pyarrow has no types
    if slot_width(slot) == BIGINT:
        return _column(table, f"s{position}")
    return wide_column(_memory(table, f"s{position}"), _memory(table, f"h{position}"))


def _column(table: Any, word: str) -> Column:  # noqa: ANN401 - pyarrow has no types
    return column(_memory(table, word))


def _memory(table: Any, word: str) -> memoryview:  # noqa: ANN401 - pyarrow has no types
    found = table[word]
    array = found.combine_chunks() if isinstance(found, pa.ChunkedArray) else found
    data = memoryview(array.buffers()[1]).cast("B")[8 * array.offset : 8 * (array.offset + len(array))]
    return data.cast("q")


def _offsets(counts: Any) -> Column:  # noqa: ANN401 - pyarrow has no types
    ends = pc.cumulative_sum(counts.cast(pa.int64())).combine_chunks()
    return _column(pa.table({"ends": pa.concat_arrays([whole_numbers([0]), ends])}), "ends")


class _Writer:
    """Writes a share's statement: `member, month, unit, points`, points as one whole number or as two for very large ones."""

    def __init__(self, path: Path, units: int, names: _Names) -> None:
        self.names: Final = names
        self.units: Final = units
        kind = pa.int64() if names.whole else pa.string()
        self.schema: Final = pa.schema([
            ("member", kind),
            ("month", pa.int64()),
            ("unit", pa.int64()),
            ("points", pa.int64()),
            ("points_high", pa.int64()),
        ])
        self.file: Final = pq.ParquetWriter(path, self.schema, compression="lz4", write_statistics=False)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.file.close()

    def write(self, statement: Statement) -> None:
        """Write the rows that are finished."""
        columns = statement.columns()
        if not len(columns["member"]):
            return
        arrays = {
            word: pa.Array.from_buffers(pa.int64(), len(memory), [None, pa.py_buffer(memory)])
            for word, memory in columns.items()
        }
        arrays["member"] = self.names.words(arrays["member"])
        self.file.write_table(pa.table([arrays[word] for word in self.schema.names], schema=self.schema))
