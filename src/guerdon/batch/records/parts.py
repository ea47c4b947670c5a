"""Records laid down, read a part at a time.

Invariant: parts come in the order in which records were laid down, each record in one of them.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq


@dataclass(frozen=True, slots=True)
class Part:
    """Some events as columns: whole accounts, or some that are `shared`; `done` says how many there are up to its end."""

    done: int
    shared: bool
    columns: dict[str, list[Any]]

    def accounts(self) -> list[str]:
        """Return the accounts that the events are of, each once."""
        return list(dict.fromkeys(self.columns["account"]))

    def names(self) -> Iterator[tuple[int, tuple[str, str]]]:
        """Yield the row of each event, and its source and id."""
        yield from zip(self.columns["row"], zip(self.columns["source"], self.columns["id"], strict=True), strict=True)


def parts_of(path: Path, size: int, *, done: int = 0) -> Iterator[Part]:
    """Yield parts of about `size` events, after those that are done."""
    held: Any = None
    passed = 0
    with pq.ParquetFile(path) as file:
        for batch in file.iter_batches(batch_size=size):
            passed += len(batch)
            if passed <= done:
                continue
            table = pa.Table.from_batches([batch]).slice(max(done - passed + len(batch), 0))
            held = table if held is None else pa.concat_tables([held, table])
            while cut := _cut(held, size):
                done += cut
                yield _part(held.slice(0, cut), done)
                held = held.slice(cut)
    if held is not None and len(held):
        yield _part(held, done + len(held))


def _cut(held: Any, size: int) -> int:  # noqa: ANN401 - pyarrow has no types
    """Return how many of the events that are held make a part; 0 where their last account may go on."""
    if not len(held):
        return 0
    own = pc.index(held["shared"], pa.scalar(value=True)).as_py()
    if own > 0:
        return int(own)
    if len(held) < size:
        return 0
    return len(held) if own == 0 else int(pc.index(held["account"], held["account"][-1]).as_py())


def _part(table: Any, done: int) -> Part:  # noqa: ANN401 - pyarrow has no types
    columns = {word: table[word].to_pylist() for word in table.column_names}
    return Part(done, columns["shared"][0], columns)
