"""Shares of a run: which range of accounts a process folds, how it finds them, and where what it makes goes.

Ranges of accounts rather than hashes of them: every part then comes out sorted, and parts need only be set end to end.
"""

import os
import tempfile
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Final

import duckdb

from guerdon.batch.intake.sql import text
from guerdon.core.errors import Invalid

_SAMPLED: Final = 500_000
"""About so many events say where accounts are cut."""


@dataclass(frozen=True)
class Share:
    """One process's part of the work: which accounts, how to find them, and where its statement goes.

    `condition` is over events as r. Where it `has_lists`, lines stand in their events, else they are read beside them. `holds` is a file of which event redemptions and fulfilments are about, where any is. The slots
    in `idle` are what they are otherwise, whatever the event.
    """

    setup: tuple[str, ...]
    condition: str
    has_lines: bool
    has_accounts: bool
    whole_accounts: bool
    ties: bool
    memory: str
    threads: int
    out: Path
    scratch: Path
    has_lists: bool = False
    has_refunds: bool = False
    holds: Path | None = None
    idle: frozenset[int] = frozenset()
    quotas: Path | None = None
    ledger: Path | None = None
    as_of: int = 0
    part: int = 0

    @property
    def takes(self) -> Path:
        """Where it is written what events took of budgets."""
        return self.out.with_suffix(".takes.parquet")


def connect(memory: str, threads: int, scratch: Path) -> duckdb.DuckDBPyConnection:
    """Open a data engine that spills to a folder of its own in `scratch` beyond `memory`."""
    con = duckdb.connect()
    spill = tempfile.mkdtemp(prefix="spill-", dir=scratch)
    con.execute(f"SET threads = {threads}; SET temp_directory = {text(spill)}")
    con.execute("SET enable_progress_bar = false; SET TimeZone = 'UTC'")
    try:
        con.execute(f"SET memory_limit = {text(memory)}")
    except duckdb.Error:
        con.close()
        message = f"{memory!r:.20} is no amount of memory; write it like 2GB or 500MB"
        raise Invalid(message) from None
    return con


def split_accounts(con: duckdb.DuckDBPyConnection, parts: int, *, whole: bool, events: int = 0) -> list[str]:
    """Return a condition on accounts for each of `parts` ranges of about as many events; of many, a sample is looked at."""
    if parts == 1:
        return ["true"]
    percent = max(100 * _SAMPLED // events, 1) if events > _SAMPLED else 100
    sample = f'SELECT account FROM "events" USING SAMPLE {percent} PERCENT (system, 7)'
    at = ", ".join(f"{part}.0 / {parts}" for part in range(1, parts))
    ((found,),) = con.execute(f"SELECT quantile_disc(account, [{at}]) FROM ({sample})").fetchall()
    shown = [str(cut) if whole else text(cut) for cut in sorted(set(found or ()))]
    edges = [None, *shown, None]
    return [
        " AND ".join([*([f"r.account >= {low}"] if low else []), *([f"r.account < {high}"] if high else [])]) or "true"
        for low, high in pairwise(edges)
    ]


def cores() -> int:
    """Return how many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def portion(memory: str, parts: int) -> str:
    """Return an equal part of an amount of memory, like 1000MB of 2GB."""
    digits = "".join(character for character in memory if character.isdigit() or character == ".")
    unit = memory[len(digits) :].strip().upper() or "GB"
    sizes = {"KB": 1, "MB": 1000, "GB": 1_000_000, "KIB": 1, "MIB": 1024, "GIB": 1_048_576}
    if not digits or unit not in sizes:
        message = f"{memory!r:.20} is no amount of memory; write it like 2GB or 500MB"
        raise Invalid(message)
    return f"{int(Decimal(digits) * sizes[unit]) // parts}KB"
