"""What budgets grant the events of files, decided before anything is recorded, by the passes that rate files.

Invariants:
* Events are granted in the order of recording, what is left of budgets by what was used of them before.
* What files say that events were granted is not read: a budget of these books grants once.
* Where a budget runs out and somebody has anything in the books, nothing is decided here: what that account would take, its
  file alone does not say.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import duckdb

from guerdon.batch.intake import History
from guerdon.batch.intake.sql import copy, parquet, text
from guerdon.batch.passes import helpers, in_passes, shares_of
from guerdon.batch.plan import Plan, span_of
from guerdon.batch.rationing import Passes
from guerdon.batch.workers import Workers
from guerdon.core.limits import PLENTY
from guerdon.core.limits.budgets import Key
from guerdon.core.programme import Programme
from guerdon.core.recorded import decimals_of, plenty_of
from guerdon.definition.files import File

_WIDTH: Final = 18


@dataclass(frozen=True, kw_only=True)
class Budgets:
    """How budgets stood before any of the events: what was `used` of them, and whether the books were `empty`.

    `versions` are the programme's files, for processes of their own.
    """

    versions: Sequence[Sequence[File]]
    used: Mapping[Key, int]
    empty: bool
    processes: int | None = None


@dataclass(frozen=True, kw_only=True)
class Granted:
    """Where it is laid down what events are granted at most, by their rows, and whether a budget is `scarce`."""

    path: Path
    scarce: bool


def grant(
    con: duckdb.DuckDBPyConnection, programme: Programme, history: History, budgets: Budgets, scratch: Path, memory: str
) -> Granted | None:
    """Lay down what budgets grant events; None where that is decided event by event, as they are recorded."""
    if not programme.budgets or any(slot.by_code is not None for slot in programme.slots):
        return None
    first, *later = budgets.versions
    with Workers(first, helpers(history.summary.rows, budgets.processes), later) as workers:
        plan = Plan(programme, history, span_of(history.summary))
        passes = Passes(con, plan, scratch, used=budgets.used, stated=False)
        shares = shares_of(con, plan, history, scratch, parts=len(workers.started) + 1, memory=memory)
        in_passes(passes, workers, shares, lambda _: None)
    scarce = bool(passes.rationing.ends)
    if passes.quotas is None or (scarce and not budgets.empty):
        return None
    path = scratch / "granted.parquet"
    con.execute(copy(f'select "row", {_granted(programme)} as granted from {parquet(passes.quotas)}', path))
    return Granted(path=path, scarce=scarce)


def _granted(programme: Programme) -> str:
    """Return SQL for what budgets leave an event, as events say what they were granted; NULL where all leave plenty."""
    parts = []
    for number, plenty in enumerate(plenty_of(programme)):
        decimals = decimals_of(programme, programme.budgets[number])
        one = f"cast('1e-{decimals}' as decimal({_WIDTH}, {decimals}))"
        left = f"case when q{number} < {PLENTY} then cast(q{number} * {one} as varchar) else {text(plenty.shown())} end"
        parts.append(f"{text(plenty.name + '=')} || {left}")
    least = f"least({', '.join(f'q{number}' for number in range(len(parts)))})"
    return f"case when {least} < {PLENTY} then concat_ws(';', {', '.join(parts)}) end"
