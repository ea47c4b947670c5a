"""Columns of 64-bit integers: read from Arrow's memory without a Python object per value.

The only place that knows librt. A `Column` may be wide: a second vector holds the part above 2**62, for the rare
expression whose value can be larger than a machine integer.
"""

from typing import Final

from librt.vecs import append, vec
from mypy_extensions import i64

__all__ = ["Column", "column", "column_of", "constant", "grown", "vec", "wide_column", "zeros"]

WIDE_BITS: Final = 62
"""A wide value is `high << WIDE_BITS | low`, with low in 0..2**62 - 1."""


class Column:
    """The integers of a run; `column.at(i)` is the i-th as an exact `int`."""

    def __init__(self, values: vec[i64], high: vec[i64], *, wide: bool, step: i64 = 1) -> None:
        self.values: vec[i64] = values
        self.high: vec[i64] = high
        self.wide: Final = wide
        self.step: i64 = step

    def at(self, position: i64) -> int:
        """Return the value at `position`."""
        if self.wide:
            return (int(self.high[position]) << WIDE_BITS) | int(self.values[position])
        return int(self.values[position * self.step])

    def small_at(self, position: i64) -> i64:
        """Return the value at `position` of a column that is not wide, as a machine integer."""
        return self.values[position * self.step]

    def count(self) -> int:
        """Return how many values there are."""
        return len(self.values)


def column(memory: memoryview) -> Column:
    """Return a column of the 64-bit integers in `memory` (format q), copied once."""
    return Column(vec[i64](memory), vec[i64](), wide=False)


def wide_column(low: memoryview, high: memoryview) -> Column:
    """Return a column of `high << 62 | low`."""
    return Column(vec[i64](low), vec[i64](high), wide=True)


def constant(value: int) -> Column:
    """Return a column that holds one small value everywhere, and has no length of its own."""
    return Column(vec[i64]([i64(value)]), vec[i64](), wide=False, step=0)


def column_of(values: list[int]) -> Column:
    """Return a column of the given integers, wide when one of them needs it."""
    wide = False
    for value in values:
        wide = wide or value >> WIDE_BITS not in (0, -1)
    low: vec[i64] = vec[i64]()
    high: vec[i64] = vec[i64]()
    mask = (1 << WIDE_BITS) - 1
    for value in values:
        low = append(low, i64(value & mask if wide else value))
        if wide:
            high = append(high, i64(value >> WIDE_BITS))
    return Column(low, high, wide=wide)


def zeros(count: int) -> vec[i64]:
    """Return a vector of `count` zeros."""
    return vec[i64](memoryview(bytes(8 * count)).cast("q"))


def grown(values: vec[i64]) -> vec[i64]:
    """Return a vector twice as long that begins with `values`."""
    longer = bytearray(memoryview(values).cast("B"))
    longer += bytes(len(longer))
    return vec[i64](memoryview(longer).cast("q"))
