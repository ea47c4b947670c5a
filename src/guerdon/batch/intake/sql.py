"""Small pieces of SQL text: quoted names and texts, values as they may stand in a message.

Invariants:
* Every name and text that comes from outside goes through `name` or `text`.
"""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

from guerdon.core.expr.sql import escape, quote

ROW_BITS: Final = 1 << 40
"""A row's number is its file's index times this, plus its line (or its row number, in Parquet)."""

_SHOWN: Final = 40

name = quote
"""Return an identifier, quoted: as expressions write theirs."""

text = escape
"""Return a text literal: as expressions write theirs."""


def names(words: Iterable[str]) -> str:
    """Return identifiers, quoted and separated by commas."""
    return ", ".join(map(name, words))


def listed(values: Iterable[str]) -> str:
    """Return text literals, separated by commas."""
    return ", ".join(map(text, values))


BLANKS: Final = (
    "\t\n\v\f\r\x1c\x1d\x1e\x1f \x85\xa0\u1680"
    "\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000"
)
"""What Python's `str.strip` takes off, and therefore reading events one by one."""


def stripped(expression: str) -> str:
    """Return SQL for text without blanks around it."""
    return f"trim({expression}, {text(BLANKS)})"


def shown(expression: str) -> str:
    """Return SQL for a value as a message shows it: quoted and shortened."""
    words = f"cast({expression} as varchar)"
    short = f"left({words}, {_SHOWN}) || case when length({words}) > {_SHOWN} then '…' else '' end"
    return f"'''' || {short} || ''''"


def cases(branches: Sequence[tuple[str, str]], otherwise: str = "null") -> str:
    """Return a CASE of conditions and results; without branches, what it is otherwise."""
    if not branches:
        return otherwise
    whens = "\n    ".join(f"when {condition} then {result}" for condition, result in branches)
    return f"case {whens}\n    else {otherwise} end"


def either(conditions: Iterable[str]) -> str:
    """Return the conditions joined by OR; none is false."""
    return " or ".join(f"({condition})" for condition in conditions) or "false"


def parquet(paths: Path | Sequence[Path], *, by_name: bool = False) -> str:
    """Return a FROM item that reads Parquet files and adds nothing to their columns."""
    several = [paths] if isinstance(paths, Path) else paths
    options = "hive_partitioning = false" + (", union_by_name = true" if by_name else "")
    return f"read_parquet([{listed(map(str, several))}], {options})"


def copy(query: str, path: Path) -> str:
    """Return the statement that writes a query's rows to a Parquet file."""
    return f"copy ({query}) to {text(str(path))} (format parquet, compression lz4_raw)"
