"""Events that came before: found by their ids, exactly, without holding all ids in memory.

Ids (or their 64-bit hashes) are sorted by the data engine, which spills to disk, and streamed past; only those that
stand next to their like are looked at again, by their full source and id.

Invariants:
* The same source and id with the same content counts once; with other content it is a conflict.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from guerdon.batch.intake.sources import Source
from guerdon.batch.intake.sql import ROW_BITS, listed, names, shown

_BATCH: Final = 1_000_000
_BITS_MAX: Final = 1_000_000_000
_BITS_A_KEY: Final = 64
"""Whole-number ids that lie this close together are told apart by a bitmap, in an eighth of the time of sorting them."""
CANDIDATES: Final = "intake_candidates"
"""The keys that come more than once, while they are looked at."""
REPEATS: Final = "intake_repeats"
"""The temporary table that `find_repeats` makes: "row", "former" (the row it repeats), "same" (whether in all it says)."""


CONFLICTS: Final = "intake_conflicts"
"""The temporary table that `tell_conflicts` makes: "row" and the "reason" why it is bad."""


@dataclass(frozen=True)
class Keys:
    """What tells ids apart: an expression over a FROM item, and the condition that an event has one of the keys found.

    `whole` says that keys are whole numbers, which may lie close together.
    """

    scan: str
    key: str
    match: str
    whole: bool = False


def keys_of(events: str) -> Keys:
    """Return the keys of any events: hashes of source and id."""
    return Keys(f"({events})", "hash(source, id)", f"hash(source, id) in (select key from {CANDIDATES})")


def find_repeats(con: duckdb.DuckDBPyConnection, events: str, keys: Keys, *, content: tuple[str, ...]) -> int:
    """Make the table of repeats and return how many there are."""
    candidates = _alike(con, keys)
    con.execute(f'create or replace temp table {REPEATS} ("row" bigint, former bigint, same boolean)')
    if candidates is None:
        return 0
    con.register(CANDIDATES, candidates)
    try:
        con.execute(f"insert into {REPEATS} {_repeats(events, keys.match, content)}")
    finally:
        con.unregister(CANDIDATES)
    ((count,),) = con.sql(f"select count(*) from {REPEATS}").fetchall()
    return int(count)


def _repeats(events: str, match: str, content: tuple[str, ...]) -> str:
    window = 'over (partition by source, id order by "row")'
    digest = f"hash({names(content)})"
    layer = (
        f'select "row", {digest} as digest, row_number() {window} as nth, first_value("row") {window} as former, '
        f"first_value({digest}) {window} as first_digest\n"
        f"from ({events}) where {match}"
    )
    return f'select "row", former, digest = first_digest from ({layer}) where nth > 1'


def _alike(con: duckdb.DuckDBPyConnection, keys: Keys) -> Any:  # noqa: ANN401 - pyarrow has no types
    """Return the keys that come more than once, as a table, or None."""
    if _all_differ(con, keys):
        return None
    found = []
    last: Any = None
    for batch in con.sql(f"select {keys.key} as key from {keys.scan} order by key").to_arrow_reader(_BATCH):
        column = batch.column(0)
        if not len(column):
            continue
        twice = column[1:].filter(pc.equal(column[1:], column[:-1]))
        if len(twice):
            found.append(pc.unique(twice))
        if last is not None and column[0] == last:
            found.append(column[:1])
        last = column[-1]
    if not found:
        return None
    return pa.table({"key": pc.unique(pa.chunked_array(found))})


def _all_differ(con: duckdb.DuckDBPyConnection, keys: Keys) -> bool:
    """Say whether no key comes twice, by one bit for each number between the lowest and the highest; False is no answer."""
    if not keys.whole:
        return False
    ((low, high, count),) = con.sql(
        f"select min({keys.key}), max({keys.key}), count({keys.key}) from {keys.scan}"
    ).fetchall()
    if not count or high - low >= min(_BITS_MAX, _BITS_A_KEY * count):
        return False
    ((distinct,),) = con.sql(f"select bit_count(bitstring_agg({keys.key}, {low}, {high})) from {keys.scan}").fetchall()
    return bool(distinct == count)


def tell_conflicts(con: duckdb.DuckDBPyConnection, events: str, sources: Sequence[Source]) -> tuple[int, int]:
    """Make the table of conflicts among the repeats; return how many repeats are the same, and how many are not."""
    former = f"cast(r.former % {ROW_BITS} as varchar) || ' of ' || list_extract([{listed(source.shown for source in sources)}], "
    former += f"cast(r.former // {ROW_BITS} + 1 as integer))"
    reason = f"'id ' || {shown('e.id')} || ' came before with other content (line ' || {former} || ')'"
    con.execute(
        f'create or replace temp table {CONFLICTS} as select r."row", {reason} as reason\n'
        f'from {REPEATS} as r join {events} as e on e."row" = r."row" where not r.same'
    )
    counts = f"select count(*) filter (where same), count(*) filter (where not same) from {REPEATS}"
    ((same, conflicts),) = con.sql(counts).fetchall()
    return int(same), int(conflicts)
