"""Arrow arrays made from whole numbers and texts.

PyArrow's own `array` first imports pandas, where that is installed, to see whether it was handed one of its series: that
takes longer than rating a small file.
"""

from array import array
from collections.abc import Iterable, Sequence
from itertools import accumulate

import pyarrow as pa


def whole_numbers(values: Iterable[int]) -> pa.Array:
    """Return 64-bit integers as an Arrow array."""
    kept = array("q", values)
    return pa.Array.from_buffers(pa.int64(), len(kept), [None, pa.py_buffer(kept)])


def number(value: int) -> pa.Scalar:
    """Return a 64-bit integer to compute with."""
    return whole_numbers([value])[0]


def texts(values: Sequence[str]) -> pa.Array:
    """Return texts as an Arrow array."""
    encoded = [value.encode() for value in values]
    offsets = array("i", [0, *accumulate(map(len, encoded))])
    return pa.Array.from_buffers(
        pa.string(), len(encoded), [None, pa.py_buffer(offsets), pa.py_buffer(b"".join(encoded))]
    )
