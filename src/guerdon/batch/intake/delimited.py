"""CSV text: its records, each with the line on which it begins, and the lines that are none.

Invariants:
* Every line of the file is in exactly one record or one fault, or is blank.
* A broken quote costs its own line alone: reading goes on with the next one.
"""

import csv
from collections import deque
from collections.abc import Iterator
from typing import Final, Self

from guerdon.core.errors import Invalid

_SEPARATORS: Final = (",", ";", "\t", "|")
_LINES_MAX: Final = 1_000
"""A record may hold this many lines; a quote that is never closed must not swallow the file."""


class Fault(Exception):
    """A line that is not a record: its number, what is wrong, its text."""

    def __init__(self, line: int, reason: str, content: str) -> None:
        """Hold the three."""
        super().__init__(reason)
        self.line = line
        self.reason = reason
        self.content = content


class _Lines:
    """Lines that remember what the present record has taken, so that they can be given back."""

    def __init__(self, lines: Iterator[str]) -> None:
        self._lines = lines
        self._given_back: deque[str] = deque()
        self.number = 0
        self.taken: list[str] = []

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> str:
        if len(self.taken) == _LINES_MAX:
            message = f"a quote is not closed within {_LINES_MAX} lines"
            raise csv.Error(message)
        line = self._given_back.popleft() if self._given_back else next(self._lines)
        self.number += 1
        self.taken.append(line)
        return line

    def give_back(self) -> str:
        """Return the first line taken, and let the others come again."""
        first, *others = self.taken
        self._given_back.extendleft(reversed(others))
        self.number -= len(others)
        return first


def read_header(lines: Iterator[str], shown: str) -> tuple[list[str], str, int]:
    """Return the column names, the separator, and how many lines that took."""
    for number, line in enumerate(lines, start=1):
        if line.strip():
            separator = max(_SEPARATORS, key=line.count)
            header = next(iter(csv.reader([line.rstrip("\r\n")], delimiter=separator)))
            return _named(header, shown), separator, number
    message = f"{shown} has no header; its first line must name the columns"
    raise Invalid(message)


def records(lines: Iterator[str], *, separator: str, width: int, after: int) -> Iterator[tuple[int, list[str]] | Fault]:
    """Return the records, each with its first line's number, and what is none as faults."""
    held = _Lines(lines)
    held.number = after
    reader = csv.reader(held, delimiter=separator, strict=True)
    while True:
        held.taken.clear()
        try:
            record = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            content = held.give_back()
            yield Fault(held.number, _broken(error), content)
            continue
        if len(record) == width:
            yield held.number - len(held.taken) + 1, record
        elif any(map(str.strip, held.taken)):
            yield _misfit(held, record, width)


def _misfit(held: _Lines, record: list[str], width: int) -> Fault:
    """Return the fault of a record with too few or too many values."""
    number = held.number - len(held.taken) + 1
    reason = f"the line has {len(record)} values where the header has {width}; check its separators and quotes"
    return Fault(number, reason, "".join(held.taken))


def _broken(error: csv.Error) -> str:
    return f"the line's quotes are broken ({error}); write a quote inside a quoted value twice"


def _named(header: list[str], shown: str) -> list[str]:
    columns = [column.strip() or f"column {position}" for position, column in enumerate(header, start=1)]
    twice = sorted({column for column in columns if columns.count(column) > 1})
    if twice:
        message = f"{shown} has two columns named {twice[0]}; rename one"
        raise Invalid(message)
    return columns
