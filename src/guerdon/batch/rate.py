"""Rate files of events by a programme: choose the way, run it, lay the statement out.

A programme without state per member becomes one aggregate query; any other is folded, one process a core. Which it is
follows from what the programme's rules read, never from its name.
"""

import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import Any, Final

import duckdb

from guerdon.batch import ledger, statement
from guerdon.batch.aggregate import aggregate_statements
from guerdon.batch.by_value import rate_by_value
from guerdon.batch.intake import History, Inputs, Shape, Summary, check_ids, open_history, survey
from guerdon.batch.intake.sql import parquet
from guerdon.batch.passes import helpers, in_passes, shares_of
from guerdon.batch.plan import Plan, span_of, view
from guerdon.batch.rationing import Passes
from guerdon.batch.recording import check_recording, recorded_types
from guerdon.batch.redeemed import outside_of
from guerdon.batch.shares import connect, cores
from guerdon.batch.values import events_where
from guerdon.batch.workers import Workers
from guerdon.core.errors import Invalid, NotFound
from guerdon.core.events import Event
from guerdon.core.programme import Programme
from guerdon.core.statement import TOTAL
from guerdon.definition.files import File

Progress = Callable[[str, float | None], None]


def _quiet(_stage: str, _done: float | None) -> None:
    """Tell nobody of progress."""


HEAD: Final = 20
_MEMORY: Final = "2GB"


@dataclass(frozen=True, kw_only=True)
class Run:
    """What to rate, and what to do with the statement.

    `files` are the programme's, for processes of their own, and `later` those of its later versions.
    """

    programme: Programme
    files: tuple[File, ...]
    inputs: Inputs
    out: Path | None = None
    by: tuple[str, ...] = ("member", "month")
    unit: str | None = None
    bad_rows: Path | None = None
    memory: str | None = None
    processes: int | None = None
    force_fold: bool = False
    later: tuple[tuple[File, ...], ...] = ()
    ledger: Path | None = None
    as_of: int | None = None
    extras: tuple[str, ...] = ()


@dataclass(kw_only=True)
class Rated:
    """What came of it: totals by unit, how much was read, and the statement's rows."""

    totals: dict[str, Decimal]
    members: int
    months: int
    rows: int
    columns: tuple[str, ...]
    head: list[tuple[Any, ...]]
    summary: Summary
    engine: str
    seconds: float
    outside: dict[str, int]
    _rows: Callable[[], Iterator[Sequence[Any]]] = field(repr=False)

    def all_rows(self) -> Iterator[Sequence[Any]]:
        """Yield every row of the statement, in order; only while `rating` is open."""
        return self._rows()


class rating:  # noqa: N801 - used as `with rating(run) as rated:`
    """Rate files of events; while open, the statement's rows can be read. Scratch files go when it closes."""

    def __init__(self, run: Run, *, progress: Progress = _quiet) -> None:
        self.run: Final = run
        self.progress: Final = progress
        self.scratch: Final = Path(tempfile.mkdtemp(prefix="guerdon-"))
        self.con: duckdb.DuckDBPyConnection | None = None

    def __enter__(self) -> Rated:
        try:
            return _rate(self.run, self.scratch, self.progress, self._opened)
        except BaseException:
            self.__exit__()
            raise

    def __exit__(self, *_: object) -> None:
        if self.con is not None:
            self.con.close()
        shutil.rmtree(self.scratch, ignore_errors=True)

    def _opened(self, con: duckdb.DuckDBPyConnection) -> None:
        self.con = con


def rate(run: Run, *, progress: Progress = _quiet) -> Rated:
    """Rate files of events; without `out` all rows are kept in memory."""
    with rating(run, progress=progress) as rated:
        rows = [] if run.out is not None else list(rated.all_rows())
    rated._rows = lambda: iter(rows)  # noqa: SLF001 - the scratch files are gone
    return rated


def history_of_member(run: Run, member: str | None) -> list[Event]:
    """Return a member's events, and those of others in the member's accounts, in the order of S3; for None, everybody's."""
    scratch = Path(tempfile.mkdtemp(prefix="guerdon-"))
    con = connect(run.memory or _MEMORY, cores(), scratch)
    try:
        history = _looked_at(con, _opened(con, run, scratch, _quiet), _quiet)
        for setup in history.setup:
            con.execute(setup)
        accounts = 'e.account IN (SELECT account FROM "events" WHERE CAST(member AS VARCHAR) = ?)' if member else "true"
        values = [member] if member else []
        found = [event for account in events_where(con, run.programme, history, accounts, values) for event in account]
        if member and not found:
            message = f"no event is of member {member}; member ids are compared letter by letter"
            raise NotFound(message)
        return found
    finally:
        con.close()
        shutil.rmtree(scratch, ignore_errors=True)


def shape_of(programme: Programme) -> Shape:
    """Return what the intake needs to know of a programme."""
    return Shape(
        currency=programme.currency,
        rates=dict(programme.rates),
        zone=programme.zone,
        event_types=recorded_types(programme),
        returns=programme.terms.returns,
        lateness=programme.terms.lateness,
    )


def _rate(run: Run, scratch: Path, progress: Progress, opened: Callable[[duckdb.DuckDBPyConnection], None]) -> Rated:
    began = time.perf_counter()
    layout = _layout(run)
    if run.out is not None:
        statement.format_of(run.out)
    con = connect(run.memory or _MEMORY, cores(), scratch)
    opened(con)
    history = _opened(con, run, scratch, progress)
    engine = _engine(run)
    with Workers(
        run.files, helpers(history.summary.rows, run.processes) if engine == "fold" else 0, run.later
    ) as workers:
        history = _looked_at(con, history, progress)
        plan = Plan(run.programme, history, span_of(history.summary))
        for one in (*history.setup, *plan.statements()):
            con.execute(one)
        check_recording(con, run.programme)
        if engine == "query":
            progress("rating", None)
            _query(con, plan)
        books = scratch / "ledger" if run.ledger is None and run.extras else run.ledger
        with ledger.opened(books) as folder:
            if engine == "fold":
                layout = replace(layout, parts=_fold(con, run, history, plan, scratch, workers, progress, folder))
            elif engine == "values":
                rate_by_value(con, run.programme, history, folder, _as_of(run, history), progress)
        if run.extras and books is not None:
            months = statement.month_name_sql('"month"')
            ledger.lay_moved(con, run.programme, history, books, as_of=_as_of(run, history), by=run.by, months=months)
    progress("writing", None)
    return _laid_out(con, run, layout, history, scratch, engine=engine, began=began)


def _laid_out(  # noqa: PLR0913 - what is told of a run
    con: duckdb.DuckDBPyConnection,
    run: Run,
    layout: statement.Layout,
    history: History,
    scratch: Path,
    *,
    engine: str,
    began: float,
) -> Rated:
    totals, members, months = statement.totals(con, layout)
    head: list[tuple[Any, ...]] = []
    if run.out is not None:
        count = statement.write(con, layout, run.out)
    else:
        (count,) = con.execute(f"SELECT COUNT(*) FROM ({statement.rows_sql(layout, wide=True)})").fetchone() or (0,)
        head = [tuple(row) for row in islice(statement.stream(con, layout, HEAD), HEAD)]
    return Rated(
        totals=totals,
        members=members,
        months=months,
        rows=int(count),
        columns=layout.columns(),
        head=head,
        summary=history.summary,
        engine="query" if engine == "query" else "fold",
        seconds=time.perf_counter() - began,
        outside=outside_of(scratch),
        _rows=lambda: statement.stream(con, layout),
    )


def _layout(run: Run) -> statement.Layout:
    if run.by not in statement.GROUPINGS:
        message = f"a statement is not grouped by {','.join(run.by)}; choose member,month or member or month"
        raise Invalid(message)
    names = [unit.name for unit in run.programme.units]
    if run.unit is not None and run.unit not in names:
        message = f"there is no unit {run.unit}; the programme counts {', '.join(names)}"
        raise NotFound(message)
    units = tuple(range(len(names))) if run.unit is None else (names.index(run.unit),)
    return statement.Layout(run.by, units, run.programme, extras=run.extras)


def _opened(con: duckdb.DuckDBPyConnection, run: Run, scratch: Path, progress: Progress) -> History:
    return open_history(
        con,
        shape_of(run.programme),
        run.inputs if run.as_of is None else replace(run.inputs, until=run.as_of),
        scratch=scratch,
        bad_rows=run.bad_rows,
        progress=lambda stage: progress(stage, None),
    )


def _looked_at(con: duckdb.DuckDBPyConnection, history: History, progress: Progress) -> History:
    progress("checking rows", None)
    history = survey(con, history)
    progress("looking for repeated ids", None)
    return check_ids(con, history)


def _engine(run: Run) -> str:
    if any(slot.by_code is not None for slot in run.programme.slots):
        return "values"
    return "fold" if run.force_fold or run.ledger is not None or run.extras or run.programme.keeps_state() else "query"


def _as_of(run: Run, history: History) -> int:
    """Return the instant that a ledger shows: the one asked for, or the last event's."""
    return (history.summary.last_at or 0) if run.as_of is None else run.as_of


def _query(con: duckdb.DuckDBPyConnection, plan: Plan) -> None:
    for one in aggregate_statements(plan):
        con.execute(one)
    statement.gather(con, '"points"', [f"u{i}" for i in range(len(plan.programme.units))])


def _fold(  # noqa: PLR0913 - what a fold of files is made of
    con: duckdb.DuckDBPyConnection,
    run: Run,
    history: History,
    plan: Plan,
    scratch: Path,
    workers: Workers,
    progress: Progress,
    folder: ledger.LedgerFolder | None,
) -> tuple[Path, ...]:
    """Fold the history in ranges of accounts; return the parts, where their rows are in the statement's order."""
    events = history.summary.events or 0
    shares = [
        replace(share, ledger=None if folder is None else folder.writing, as_of=_as_of(run, history))
        for share in shares_of(
            con, plan, history, scratch, parts=len(workers.started) + 1, memory=run.memory or _MEMORY
        )
    ]
    done = 0

    def folded(some: int) -> None:
        nonlocal done
        done += some
        progress("rating", min(done / max(events, 1), 1.0))

    if run.programme.budgets or run.programme.stocks:
        shares = in_passes(Passes(con, plan, scratch), workers, shares, folded)
    else:
        workers.fold(run.programme, shares, folded)
    return _set_end_to_end(con, run, [share.out for share in shares], pooled=history.has_accounts)


def _set_end_to_end(
    con: duckdb.DuckDBPyConnection, run: Run, parts: Sequence[Path], *, pooled: bool
) -> tuple[Path, ...]:
    """Make the statement's relations from the parts; where members share accounts, their months are added up first."""
    con.execute(view("parts", f"SELECT * FROM {parquet(parts)}"))
    units = range(len(run.programme.units))
    ((wide,),) = con.execute(
        'SELECT COUNT(*) FROM (SELECT 1 FROM "parts" WHERE points_high NOT IN (0, -1) LIMIT 1)'
    ).fetchall()
    high = f"CASE WHEN points_high IN (0, -1) THEN points ELSE CAST(points_high AS HUGEINT) * {2**62} + points END"
    points = high if wide else "points"
    values = [f"CASE WHEN unit = {i} THEN {points} ELSE 0 END" for i in units]
    if pooled or wide:
        statement.gather(con, f'(FROM "parts" WHERE "month" <> {TOTAL})', values)
        return ()
    columns = ", ".join(f"SUM({value}) AS u{i}" for i, value in enumerate(values))
    one = len(run.programme.units) == 1
    months = f'"month" <> {TOTAL}'
    select = f'SELECT member, "month", {f"{points} AS u0" if one else columns} FROM "parts" WHERE'
    group = "" if one else ' GROUP BY member, "month"'
    con.execute(view("monthly", f"{select} {months}{group}"))
    con.execute(view("yearly", f'{select} "month" = {TOTAL}{group}'))
    con.execute(view("in order", 'SELECT member, "month", unit, points FROM "parts"'))
    return tuple(parts)
