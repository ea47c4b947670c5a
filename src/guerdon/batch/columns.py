"""Columns of a share's events as facts: from tables as the data engine hands them out to what the fold reads.

Invariant: nothing is copied value by value; a column of the fold is Arrow's memory, copied once.
"""

from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc

from guerdon.batch.arrays import number, whole_numbers
from guerdon.batch.shares import Share
from guerdon.core.columns import Column, column, constant, wide_column
from guerdon.core.expr.sql import BIGINT, width
from guerdon.core.facts import PURCHASE, Facts
from guerdon.core.programme import Programme
from guerdon.core.slots import Slot

_MASK: Final = 2**62 - 1


def slot_columns(programme: Programme, share: Share, table: str, *, per_line: bool) -> list[str]:
    """Return SQL for the columns of the slots of events, or of lines: one each, or two when it is wider than a machine integer."""
    return [
        part
        for position, slot in enumerate(programme.slots)
        if slot.per_line == per_line and position not in share.idle
        for part in _slot_columns(slot, position, table, as_list=per_line and share.has_lists)
    ]


def _slot_columns(slot: Slot, position: int, table: str, *, as_list: bool) -> list[str]:
    value, form = f"{table}.s{position}", "{}"
    if as_list and slot_width(slot) == BIGINT:
        return [f"{table}.l{position} AS s{position}"]
    if as_list:
        value, form = "one", f"list_transform({table}.l{position}, lambda one: {{}})"
    if slot_width(slot) == BIGINT:
        return [f"CAST({value} AS BIGINT) AS s{position}"]
    low, high = f"{value} & CAST({_MASK} AS HUGEINT)", f"{value} >> 62"
    return [f"{form.format(f'CAST({part} AS BIGINT)')} AS {word}{position}" for part, word in ((low, "s"), (high, "h"))]


def slot_width(slot: Slot) -> str:
    """Return the SQL type of a slot's column."""
    return width((min(slot.low, slot.otherwise), max(slot.high, slot.otherwise)))


def facts_of(programme: Programme, share: Share, table: Any, lines: Any) -> Facts:  # noqa: ANN401 - pyarrow has no types
    """Return a table of events and one of their lines as facts; effects are not kept, so events need no numbers.

    Where refunds are they do: a refund names its purchase by it.
    """
    words = table.column_names
    account = _column(table, "account")
    slots = [
        _slot(lines if slot.per_line else table, position, slot, idle=position in share.idle)
        for position, slot in enumerate(programme.slots)
    ]
    return Facts(
        len(table),
        ordinal=_column(table, "row") if "row" in words else constant(-1),
        account=account,
        member=_column(table, "member") if "member" in words else account,
        at=_column(table, "at"),
        kind=_column(table, "kind") if "kind" in words else constant(PURCHASE),
        refers=_column(table, "refers") if "refers" in words else constant(-1),
        named=_named(table) if share.has_refunds else constant(0),
        returned=constant(0),
        slots=slots,
        first_line=constant(0) if lines is None and "lines" not in words else _offsets(table["lines"]),
        quotas=[] if share.quotas is None else [_column(table, f"q{n}") for n in range(programme.shared)],
    )


def _named(table: Any) -> Column:  # noqa: ANN401 - pyarrow has no types
    """Return which events others of the table name; of its last account, which may go on in the next table, any may be."""
    refers, accounts = table["refers"].combine_chunks(), table["account"].combine_chunks()
    named = pc.is_in(table["row"].combine_chunks(), value_set=refers.filter(pc.not_equal(refers, number(-1))))
    unfinished = pc.equal(accounts, accounts[-1])
    return column(_memory(pc.cast(pc.or_(named, unfinished), pa.int64())))


def _slot(table: Any, position: int, slot: Slot, *, idle: bool) -> Column:  # noqa: ANN401 - pyarrow has no types
    if idle:
        return constant(slot.otherwise)
    if table is None:
        return constant(0)
    if slot_width(slot) == BIGINT:
        return _column(table, f"s{position}")
    return wide_column(_memory(table[f"s{position}"]), _memory(table[f"h{position}"]))


def _column(table: Any, word: str) -> Column:  # noqa: ANN401 - pyarrow has no types
    return column(_memory(table[word]))


def _memory(found: Any) -> memoryview:  # noqa: ANN401 - pyarrow has no types
    array = found.combine_chunks() if isinstance(found, pa.ChunkedArray) else found
    data = memoryview(array.buffers()[1]).cast("B")[8 * array.offset : 8 * (array.offset + len(array))]
    return data.cast("q")


def _offsets(counts: Any) -> Column:  # noqa: ANN401 - pyarrow has no types
    ends = pc.cumulative_sum(counts.cast(pa.int64())).combine_chunks()
    return column(_memory(pa.concat_arrays([whole_numbers([0]), ends])))
