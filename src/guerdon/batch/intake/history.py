"""A history of events, opened: what other processes need to read it, and what is in it.

Two ways lead here. Typed Parquet with one row per event in the programme's currency stays where it is, behind a view
(`direct`); everything else is read once and laid down in the scratch folder, typed, good rows only.

Invariants:
* `setup` refers to files alone, so that any process makes the same two relations from it.
* Nothing is left out that is not counted in the summary.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import duckdb

from guerdon.batch.intake import badrows, lines
from guerdon.batch.intake.badrows import BadRow
from guerdon.batch.intake.events import event_columns, lined_events, plain_events
from guerdon.batch.intake.exchange import open_exchange
from guerdon.batch.intake.mapping import map_columns
from guerdon.batch.intake.raw import Raws, open_raws
from guerdon.batch.intake.readings import INTEGERS
from guerdon.batch.intake.repeats import CANDIDATES, REPEATS, Keys, find_repeats, keys_of
from guerdon.batch.intake.rows import Group, has_whole_members, typed_rows
from guerdon.batch.intake.shape import Inputs, Shape
from guerdon.batch.intake.sql import ROW_BITS, cases, copy, name, names, parquet, shown, text
from guerdon.batch.intake.times import Zones

_EXAMPLES = 5


@dataclass(frozen=True)
class Summary:
    """What was read, and what became of it; None where nobody has looked yet."""

    rows: int
    events: int | None = None
    lines: int = 0
    returns: int | None = None
    returned_lines: int = 0
    return_examples: tuple[str, ...] = ()
    duplicates: int | None = None
    rounded: int | None = None
    bad_rows: int | None = None
    ignored: tuple[str, ...] = ()
    first_at: int | None = None
    last_at: int | None = None


@dataclass(frozen=True)
class History:
    """Events, and lines if there are any, as relations that `setup` makes on any connection.

    A `direct` history has not been looked at: `survey` looks for bad rows, `check_ids` for repeated ids.
    """

    setup: tuple[str, ...]
    has_lines: bool
    has_accounts: bool
    member_is_integer: bool
    direct: bool
    summary: Summary
    raws: Raws = field(repr=False)
    base: str = field(repr=False)
    content: tuple[str, ...] = field(repr=False)
    keys: Keys = field(repr=False)
    scratch: Path = field(repr=False)
    bad_rows: Path | None = field(default=None, repr=False)
    lined: str = field(default="", repr=False)

    def problems(self, con: duckdb.DuckDBPyConnection, limit: int = 20) -> list[BadRow]:
        """Return the first bad rows; of a direct history, after looking for them."""
        if self.direct:
            _collect(con, self)
        return badrows.read_bad(con, self.raws, limit)


def open_history(  # noqa: PLR0913 - what to read, what it should be, and where things go
    con: duckdb.DuckDBPyConnection,
    shape: Shape,
    inputs: Inputs,
    *,
    scratch: Path,
    bad_rows: Path | None = None,
    progress: Callable[[str], None] = lambda _: None,
) -> History:
    """Open files of events as a history; bad rows are Invalid unless `bad_rows` names a file for them."""
    raws = open_raws(con, inputs.paths, scratch, progress)
    zones = Zones(shape.zone, inputs.zone or shape.zone, scratch)
    groups = []
    for raw in raws.groups:
        mapped = map_columns(raw, inputs, shape)
        groups.append(Group(raw, mapped, open_exchange(con, raw, mapped, inputs, shape), shape, zones))
    whole = all(has_whole_members(group) for group in groups)
    ignored = tuple(dict.fromkeys(column for group in groups for column in group.mapped.ignored))
    direct = all(_is_direct(con, group) for group in groups)
    parts = [_direct(group, whole) for group in groups] if direct else _stage(con, groups, whole, scratch, progress)
    base = " union all by name ".join(parts)
    history = History(
        setup=(),
        has_lines=any(group.mapped.line for group in groups),
        has_accounts=any("account" in group.mapped.head for group in groups),
        member_is_integer=whole,
        direct=direct,
        summary=Summary(raws.rows, ignored=ignored),
        raws=raws,
        base=base,
        content=tuple(word for word in event_columns(groups[0]) if word not in {"source", "id"}),
        keys=_direct_keys(groups) if direct else keys_of(f"{base} where problem is null"),
        scratch=scratch,
        bad_rows=bad_rows,
    )
    history = replace(history, setup=(_events_view(history, without_bad=False, excluded=None),))
    return history if direct else _settle(con, history, groups, progress)


def survey(con: duckdb.DuckDBPyConnection, history: History) -> History:
    """Look at every row of a direct history: bad rows are Invalid or set aside, the rest is counted."""
    if not history.direct or history.summary.bad_rows is not None:
        return history
    history = replace(history, summary=_count(con, history, f"({history.base})"))
    if history.summary.bad_rows:
        _collect(con, history)
    else:
        badrows.collect_faults(con, history.raws)
    badrows.settle_bad(con, history.raws, history.bad_rows)
    return replace(history, setup=(_events_view(history, without_bad=bool(history.summary.bad_rows), excluded=None),))


def check_ids(con: duckdb.DuckDBPyConnection, history: History) -> History:
    """Find events of a direct history that came before: the same once more is left out, other content is a bad row."""
    if not history.direct or history.summary.duplicates is not None:
        return history
    without_bad = bool(history.summary.bad_rows)
    events = f"select * from ({history.base}) where problem is null" if without_bad else history.base
    if not find_repeats(con, events, history.keys, content=history.content):
        return replace(history, summary=replace(history.summary, duplicates=0))
    if history.summary.bad_rows is None:
        history = survey(con, history)
    return _without_repeats(con, history)


def _without_repeats(con: duckdb.DuckDBPyConnection, history: History) -> History:
    """Leave out what came before."""
    summary = history.summary
    _collect(con, history) if summary.bad_rows else badrows.collect_faults(con, history.raws)
    same, conflicts = _split_repeats(con, history)
    bad = badrows.settle_bad(con, history.raws, history.bad_rows)
    summary = replace(
        summary,
        duplicates=same,
        bad_rows=bad,
        events=None if summary.events is None else summary.events - same - conflicts,
    )
    excluded = _exclude(con, history.scratch)
    return replace(history, summary=summary, setup=(_events_view(history, without_bad=bad > conflicts, excluded=excluded),))


def _is_direct(con: duckdb.DuckDBPyConnection, group: Group) -> bool:
    """Say whether a group's rows can be read where they are."""
    head = group.mapped.head
    needs_staging = (
        group.raw.is_text
        or bool(group.mapped.line)
        or group.mapped.is_nested
        or group.exchange.converts
        or any(head[word].is_text for word in ("at", "amount") if word in head)
    )
    if needs_staging or "id" not in head:
        return not needs_staging
    missing = f"select 1 from {group.raw.scan} where {head['id'].sql} is null limit 1"
    return not con.sql(missing).fetchall()


def _direct(group: Group, whole: bool) -> str:  # noqa: FBT001 - named at its one caller
    return plain_events(typed_rows(group, whole_members=whole), group, has_ids="id" in group.mapped.head)


def _direct_keys(groups: Sequence[Group]) -> Keys:
    """Return the cheapest keys that tell ids apart: the ids themselves when they are integers of one source."""
    (group, *others) = groups
    id_column = group.mapped.head.get("id")
    stems = {source.stem for source in group.raw.sources}
    plain = not others and len(stems) == 1 and "source" not in group.mapped.head
    if plain and id_column is not None and id_column.type.id in INTEGERS:
        return Keys(group.raw.scan, id_column.sql, f"id in (select cast(key as varchar) from {CANDIDATES})")
    return keys_of(" union all by name ".join(_direct(each, whole=False) for each in groups))


def _stage(
    con: duckdb.DuckDBPyConnection, groups: Sequence[Group], whole: bool, scratch: Path, progress: Callable[[str], None]  # noqa: FBT001 - named at its one caller
) -> list[str]:
    """Lay the events of every group down, good and bad; return a SELECT for each."""
    parts = []
    for number, group in enumerate(groups):
        progress("checking rows")
        rows = typed_rows(group, whole_members=whole)
        path = scratch / f"events-{number}.parquet"
        if group.mapped.line:
            _stage_lined(con, group, rows, scratch, number)
        else:
            con.execute(copy(plain_events(rows, group, has_ids=False), path))
        parts.append(f"select * from {parquet(path)}")
    return parts


def _stage_lined(con: duckdb.DuckDBPyConnection, group: Group, rows: str, scratch: Path, number: int) -> None:
    """Lay down the rows, heads, items and events of files with lines."""
    staged = {word: scratch / f"{word}-{number}.parquet" for word in ("rows", "heads", "items", "events")}
    scans = {word: f"select * from {parquet(path)}" for word, path in staged.items()}
    con.execute(copy(rows, staged["rows"]))
    if group.mapped.is_flat:
        con.execute(copy(lines.flat_heads(scans["rows"], group), staged["heads"]))
        _tell_differences(con, group, scratch, number)
        items = lines.flat_items(scans["rows"], scans["heads"], group)
    else:
        scans["heads"] = scans["rows"]
        items = lines.nested_items(scans["heads"], group)
    con.execute(copy(lines.once_each(items, group), staged["items"]))
    sums = lines.line_sums(scans["items"], group)
    con.execute(copy(lined_events(scans["heads"], sums, group, has_ids=False), staged["events"]))


def _tell_differences(con: duckdb.DuckDBPyConnection, group: Group, scratch: Path, number: int) -> None:
    """Say what rows of one event disagree about, where they do."""
    heads, rows, told = (scratch / f"{word}-{number}.parquet" for word in ("heads", "rows", "told"))
    scans = [f"select * from {parquet(path)}" for path in (rows, heads)]
    if con.sql(f"{scans[1]} where problem like 'rows of one event%' limit 1").fetchall():
        con.execute(copy(lines.told_heads(scans[0], scans[1], group), told))
        told.replace(heads)


def _settle(
    con: duckdb.DuckDBPyConnection, history: History, groups: Sequence[Group], progress: Callable[[str], None]
) -> History:
    """Finish a staged history: repeats, bad rows, lines, counts."""
    progress("looking for repeated ids")
    badrows.collect_faults(con, history.raws)
    _collect_staged(con, history, groups)
    same = conflicts = 0
    excluded = None
    if find_repeats(con, f"select * from ({history.base}) where problem is null", history.keys, content=_content(history, groups)):
        same, conflicts = _split_repeats(con, history)
        excluded = _exclude(con, history.scratch)
    bad = badrows.settle_bad(con, history.raws, history.bad_rows)
    view = _events_view(history, without_bad=True, excluded=excluded)
    good = _good(history, without_bad=True, excluded=excluded)
    setup = [view]
    if history.has_lines:
        progress("sharing out discounts")
        setup.append(_lay_lines(con, history, groups, good))
    summary = _count(con, history, good)
    summary = replace(summary, duplicates=same, bad_rows=bad)
    summary = _with_lines(con, summary, history, groups, good)
    return replace(history, setup=tuple(setup), summary=summary)


def _content(history: History, groups: Sequence[Group]) -> tuple[str, ...]:
    return (*history.content, "#content") if any(group.mapped.line for group in groups) else history.content


def _lay_lines(con: duckdb.DuckDBPyConnection, history: History, groups: Sequence[Group], good: str) -> str:
    """Lay the lines of good events down and return the statement that makes their relation."""
    paths = []
    for number, group in enumerate(groups):
        if group.mapped.line:
            items = f"select * from {parquet(history.scratch / f'items-{number}.parquet')}"
            paths.append(history.scratch / f"lines-{number}.parquet")
            con.execute(copy(lines.goods_lines(items, f"select * from {good}", group), paths[-1]))
    return f'create or replace temp view "lines" as select * from {parquet(paths, by_name=True)}'


def _events_view(history: History, *, without_bad: bool, excluded: Path | None) -> str:
    kept = f"select * exclude (\"#content\") from {_good(history, without_bad=without_bad, excluded=excluded)}"
    if not (history.has_lines and not history.direct):
        kept = kept.replace(' exclude ("#content")', "", 1)
    return f'create or replace temp view "events" as {kept}'


def _good(history: History, *, without_bad: bool, excluded: Path | None) -> str:
    """Return a FROM item of the events that count."""
    kept = f"select * from ({history.base})" + (" where problem is null" if without_bad else "")
    if excluded is not None:
        kept = f'select * from ({kept}) anti join (select "row" from {parquet(excluded)}) using ("row")'
    return f"({kept})"


def _exclude(con: duckdb.DuckDBPyConnection, scratch: Path) -> Path:
    path = scratch / "excluded.parquet"
    con.execute(copy(f'select "row" from {REPEATS}', path))
    return path


def _split_repeats(con: duckdb.DuckDBPyConnection, history: History) -> tuple[int, int]:
    """Return how many repeats are the same and how many are conflicts; conflicts become bad rows."""
    files = ", ".join(text(source.shown) for source in history.raws.sources)
    former = f"list_extract([{files}], cast(r.former // {ROW_BITS} + 1 as integer))"
    reason = (
        f"'id ' || {shown('e.id')} || ' came before with other content (line ' || cast(r.former % {ROW_BITS} as varchar) "
        f"|| ' of ' || {former} || ')'"
    )
    badrows.add_bad(
        con,
        f'select r."row", {reason} as reason from {REPEATS} as r join ({history.base}) as e on e."row" = r."row" where not r.same',
    )
    ((same, conflicts),) = con.sql(
        f"select count(*) filter (where same), count(*) filter (where not same) from {REPEATS}"
    ).fetchall()
    return int(same), int(conflicts)


def _collect(con: duckdb.DuckDBPyConnection, history: History) -> None:
    """Collect the bad rows of a direct history."""
    badrows.collect_faults(con, history.raws)
    badrows.add_bad(con, f'select "row", problem as reason from ({history.base}) where problem is not null')


def _collect_staged(con: duckdb.DuckDBPyConnection, history: History, groups: Sequence[Group]) -> None:
    """Collect the bad rows of staged files; of a file with a row per line, every row of a bad event."""
    for number, group in enumerate(groups):
        events = f"select * from {parquet(history.scratch / f'events-{number}.parquet')} where problem is not null"
        if not group.mapped.is_flat:
            badrows.add_bad(con, f'select "row", problem as reason from ({events})')
            continue
        rows = parquet(history.scratch / f"rows-{number}.parquet")
        same = f'e."row" // {ROW_BITS} = r."row" // {ROW_BITS} and e.source = r.source and e.id = r.id'
        reason = cases([("r.problem is not null", "r.problem")], "e.problem")
        badrows.add_bad(
            con,
            f'select r."row", {reason} as reason from {rows} as r left join ({events}) as e on {same} '
            f"where r.problem is not null or e.problem is not null",
        )


def _count(con: duckdb.DuckDBPyConnection, history: History, events: str) -> Summary:
    """Count what a look at every event tells."""
    query = (
        "select count(*) filter (where problem is null), count(problem), count(*) filter (where problem is null and returned), "
        f'coalesce(sum(rounded), 0), min("at"), max("at") from {events}'
    )
    ((events_count, bad, returns, rounded, first, last),) = con.sql(query).fetchall()
    examples: tuple[str, ...] = ()
    if returns:
        found = con.sql(
            f"select id, member, \"type\" from {events} where problem is null and returned order by \"row\" limit {_EXAMPLES}"
        ).fetchall()
        examples = tuple(f"{kind} {identity} of {member}" for identity, member, kind in found)
    return replace(
        history.summary,
        events=events_count,
        bad_rows=bad,
        returns=returns,
        rounded=int(rounded),
        return_examples=examples,
        first_at=first,
        last_at=last,
    )


def _with_lines(
    con: duckdb.DuckDBPyConnection, summary: Summary, history: History, groups: Sequence[Group], good: str
) -> Summary:
    """Count lines, and those that are returns."""
    counted = gone = 0
    for number, group in enumerate(groups):
        if group.mapped.line:
            ((some,),) = con.sql(f"select count(*) from {parquet(history.scratch / f'lines-{number}.parquet')}").fetchall()
            items = f"select * from {parquet(history.scratch / f'items-{number}.parquet')}"
            away = lines.returned(group)
            ((less,),) = con.sql(
                f'select count(*) from ({items}) as i where {away} and event in (select "row" from {good})'
            ).fetchall()
            counted, gone = counted + some, gone + less
    return replace(summary, lines=counted, returned_lines=gone)
