"""The fold over files: a process reads and sorts its range of accounts, and runs the compiled engine over them.

Invariants:
* Events of an account are folded in the order of S3.
* Garbage collection is off while folding: the engine makes no cycles.
"""

import gc
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Final, Self

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from guerdon.batch.columns import facts_of
from guerdon.batch.ledger import Book
from guerdon.batch.rationing import TakesFile
from guerdon.batch.reading import Names, Tie, batches
from guerdon.batch.redeemed import note_outside
from guerdon.batch.shares import Share, connect
from guerdon.core.effects import Effects
from guerdon.core.programme import Programme
from guerdon.core.rating import Fold
from guerdon.core.statement import Statement


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
    names = Names(con, share, keeps_lots=programme.keeps_lots)
    statement = Statement(programme.zone, len(programme.units))
    effects = Effects()
    book = Book(programme, share.ledger, share.part, as_of=share.as_of, accounts=names.accounts())
    fold = Fold(programme, effects, book.ledger)
    with ExitStack() as files:
        writer = files.enter_context(_Writer(share.out, len(programme.units), names))
        files.enter_context(book)
        taken = None if share.quotas is None else files.enter_context(TakesFile(share.takes))
        for table, lines in batches(con, programme, share, names, ties=ties):
            book.add(table)
            fold.run(facts_of(programme, share, table, lines), statement, keep_effects=False)
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
        note_outside(fold, share.out)


class _Writer:
    """Writes a share's statement: `member, month, unit, points`, points as one whole number or as two for very large ones."""

    def __init__(self, path: Path, units: int, names: Names) -> None:
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
        # Read once and soon, it is worth no search for what repeats.
        self.file: Final = pq.ParquetWriter(
            path, self.schema, compression="lz4", write_statistics=False, use_dictionary=False
        )

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
        self.file.write_table(pa.Table.from_arrays([arrays[word] for word in self.schema.names], schema=self.schema))
