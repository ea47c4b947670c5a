"""Files of events, opened as records: looked at row by row, laid down in order, what is bad set aside.

Invariants:
* Nothing is laid down before every row was looked at: bad rows stop the reading, or are set aside where that was asked for.
* Scratch files go when the reading closes.
"""

import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import duckdb
import pyarrow as pa

from guerdon.batch.intake import History, Inputs, Summary, badrows, check_ids, open_history, survey
from guerdon.batch.rate import Progress, shape_of
from guerdon.batch.recording import check_recording
from guerdon.batch.records.granting import Budgets, grant
from guerdon.batch.records.laying import lay_records
from guerdon.batch.shares import connect
from guerdon.core.programme import Programme

_MEMORY: Final = "1GB"
_THREADS: Final = 2
_REFUSED: Final = "records_refused"


@dataclass(frozen=True, kw_only=True)
class Reading:
    """Records of files: where they are laid down, what was read, and whether a budget is too `scarce` for all of them.

    Then no event gets more than it is granted there.
    """

    path: Path
    summary: Summary
    scarce: bool
    _history: History = field(repr=False)
    _con: duckdb.DuckDBPyConnection = field(repr=False)

    def set_aside(self, refused: Mapping[int, str]) -> None:
        """Set rows aside that could be read and not be recorded; Invalid where no file is named for bad rows."""
        rows = pa.table({"row": pa.array(list(refused), pa.int64()), "reason": pa.array(list(refused.values()))})
        self._con.register(_REFUSED, rows)
        badrows.add_bad(self._con, f"select * from {_REFUSED}")
        self._con.unregister(_REFUSED)
        badrows.settle_bad(self._con, self._history.raws, self._history.bad_rows)


@contextmanager
def reading(
    programme: Programme,
    inputs: Inputs,
    budgets: Budgets,
    *,
    bad_rows: Path | None = None,
    memory: str | None = None,
    progress: Progress = lambda _stage, _done: None,
) -> Iterator[Reading]:
    """Open files as records, granted what is left of budgets."""
    scratch = Path(tempfile.mkdtemp(prefix="guerdon-"))
    con = connect(memory or _MEMORY, _THREADS, scratch)
    try:
        history = _looked_at(con, programme, inputs, scratch, bad_rows, progress)
        if programme.budgets:
            progress("granting budgets", None)
        granted = grant(con, programme, history, budgets, scratch, memory or _MEMORY)
        progress("sorting events", None)
        path = lay_records(con, programme, history, inputs, scratch, None if granted is None else granted.path)
        scarce = granted is not None and granted.scarce
        yield Reading(path=path, summary=history.summary, scarce=scarce, _history=history, _con=con)
    finally:
        con.close()
        shutil.rmtree(scratch, ignore_errors=True)


def _looked_at(
    con: duckdb.DuckDBPyConnection,
    programme: Programme,
    inputs: Inputs,
    scratch: Path,
    bad_rows: Path | None,
    progress: Progress,
) -> History:
    told: Callable[[str], None] = lambda stage: progress(stage, None)  # noqa: E731 - it is handed on
    history = open_history(con, shape_of(programme), inputs, scratch=scratch, bad_rows=bad_rows, progress=told)
    told("checking rows")
    history = survey(con, history)
    told("looking for repeated ids")
    history = check_ids(con, history)
    for statement in history.setup:
        con.execute(statement)
    check_recording(con, programme)
    return history
