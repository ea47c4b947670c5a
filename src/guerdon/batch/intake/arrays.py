"""Arrow arrays made from whole numbers.

PyArrow's own `array` first imports pandas, where that is installed, to see whether it was handed one of its series: that
takes longer than rating a small file.
"""

from array import array
from collections.abc import Iterable

import pyarrow as pa


def whole_numbers(values: Iterable[int]) -> pa.Array:
    """Return 64-bit integers as an Arrow array."""
    kept = array("q", values)
    return pa.Array.from_buffers(pa.int64(), len(kept), [None, pa.py_buffer(kept)])
