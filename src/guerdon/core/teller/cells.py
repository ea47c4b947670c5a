"""Cells: a standing as a row of whole numbers, written and read in one order."""

from typing import Final

from guerdon.core.columns import WIDE_BITS
from guerdon.core.errors import invariant

_LOW: Final = (1 << WIDE_BITS) - 1


class Writer:
    """Appends numbers to `cells`; each fits 64 bits."""

    def __init__(self) -> None:
        self.cells: Final[list[int]] = []

    def put(self, value: int) -> None:
        """Append a number that fits 64 bits: an instant, a position, points of one lot."""
        self.cells.append(value)

    def put_wide(self, value: int) -> None:
        """Append a number of any size: its low 62 bits, and what is above them."""
        self.cells.append(value & _LOW)
        self.cells.append(value >> WIDE_BITS)

    def put_flag(self, value: bool) -> None:  # noqa: FBT001 - the value is what is said
        """Append whether something is so."""
        self.cells.append(1 if value else 0)

    def put_list(self, values: list[int]) -> None:
        """Append how many numbers there are, and each; of any size."""
        self.cells.append(len(values))
        for value in values:
            self.put_wide(value)


class Reader:
    """Reads numbers in the order in which they were written."""

    def __init__(self, cells: list[int]) -> None:
        self.cells: Final = cells
        self.place = 0

    def get(self) -> int:
        """Return the next number."""
        value = self.cells[self.place]
        self.place += 1
        return value

    def get_wide(self) -> int:
        """Return the next number of any size."""
        low = self.get()
        return low + (self.get() << WIDE_BITS)

    def get_flag(self) -> bool:
        """Say whether the next thing is so."""
        return self.get() == 1

    def get_list(self) -> list[int]:
        """Return the next numbers."""
        return [self.get_wide() for _ in range(self.get())]

    def close(self) -> None:
        """Check that everything was read."""
        invariant(self.place == len(self.cells), "a standing is read as it was written")
