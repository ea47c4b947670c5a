"""A history of events, opened: what other processes need to read it, and what is in it.

Two ways lead here. Typed Parquet with one row per event in the programme's currency stays where it lies, behind a view
(`direct`); everything else is read once and laid down in the scratch folder.

Invariants:
* `setup` refers to files alone, so that any process makes the same two relations from it.
* Nothing is left out that is not counted in the summary.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import duckdb

from guerdon.batch.intake import badrows
from guerdon.batch.intake.badrows import BadRow
from guerdon.batch.intake.counts import Summary, count_events, count_lines
from guerdon.batch.intake.direct import are_direct, direct_events, direct_involved, direct_keys
from guerdon.batch.intake.events import CONTENT, REFUND_COLUMNS, event_columns
from guerdon.batch.intake.exchange import open_exchange
from guerdon.batch.intake.late import as_counted, lay_moved
from guerdon.batch.intake.laying import collect_bad, collect_conflicts, lay_events, lay_lines
from guerdon.batch.intake.lists import ITEMS, LINES, LISTED_LINES, count_away
from guerdon.batch.intake.mapping import Mapped, map_columns
from guerdon.batch.intake.raw import Raw, Raws, open_raws
from guerdon.batch.intake.refunds import settle_refunds, unnamed
from guerdon.batch.intake.repeats import CONFLICTS, REPEATS, Keys, find_repeats, keys_of, tell_conflicts
from guerdon.batch.intake.rows import Group, has_whole_members
from guerdon.batch.intake.shape import Inputs, Shape, event_slots
from guerdon.batch.intake.sql import copy, name, names, parquet
from guerdon.batch.intake.times import Zones
from guerdon.core.events.policy import GOODS, MATCHED, VALUED


@dataclass(frozen=True)
class History:
    """Events, and lines if there are any, as relations that `setup` makes on any connection.

    In `present` are the attributes of events that files have, in `absent` those that none has and that stand for nothing
    then, in `types` the types of event that files may have. A `direct` history has not been looked at: `survey` looks for
    bad rows, `check_ids` for repeated ids, and then for the purchases that refunds name.
    """

    setup: tuple[str, ...]
    has_lines: bool
    has_lists: bool
    has_accounts: bool
    has_refunds: bool
    present: frozenset[str]
    absent: frozenset[str]
    types: frozenset[str]
    member_is_integer: bool
    direct: bool
    summary: Summary
    scratch: Path = field(repr=False)
    bad_rows: Path | None = field(repr=False)
    raws: Raws = field(repr=False)
    base: str = field(repr=False)
    content: tuple[str, ...] = field(repr=False)
    keys: Keys | None = field(repr=False)
    groups: tuple[Group, ...] = field(repr=False)
    until: int | None = None
    moved: Path | None = None

    def problems(self, con: duckdb.DuckDBPyConnection, limit: int = 20) -> list[BadRow]:
        """Return the first bad rows; of a direct history, after looking for them."""
        if self.direct and self.summary.duplicates is None:
            _collect_direct(con, self)
        return badrows.read_bad(con, self.raws, limit)

    def good(self, *, without_bad: bool = True, excluded: Path | None = None, base: str = "") -> str:
        """Return a FROM item of the events that count, of all or of those in `base`."""
        every = self.base if without_bad or not self.has_lists else self.proven()
        kept = f"select * from ({base or every})" + (" where problem is null" if without_bad else "")
        if excluded is not None:
            kept = f'select * from ({kept}) anti join {parquet(excluded)} using ("row")'
        return f"({kept})"

    def proven(self) -> str:
        """Return the SELECT of a direct history's events, of which none is bad."""
        parts = [direct_events(group, whole_members=self.member_is_integer, proven=True) for group in self.groups]
        return self.counting(" union all by name ".join(parts))

    def counting(self, events: str) -> str:
        """Return the SELECT of those events that are looked at, each as of the instant that it counts as of."""
        return _up_to(self.until, as_counted(events, self.moved))

    def viewed(self, *, without_bad: bool, excluded: Path | None = None) -> str:
        """Return the statement that makes the relation "events"."""
        good = self.good(without_bad=without_bad, excluded=excluded)
        return f'create or replace temp view "events" as select *{self.excluding()} from {good}'

    def excluding(self, *, keep_items: bool = False) -> str:
        """Return what tells events apart, or what they are made of, and nobody reads."""
        words = [CONTENT] if CONTENT in self.content else []
        words += [ITEMS] if self.has_lists and not keep_items else []
        return f" exclude ({names(words)})" if words else ""

    def relations(self, *, without_bad: bool, excluded: Path | None = None) -> tuple[str, ...]:
        """Return the statements that make the relations of a direct history."""
        return (self.viewed(without_bad=without_bad, excluded=excluded), *self.of_lists())

    def of_lists(self) -> tuple[str, ...]:
        """Return the statement that makes the relation "lines", where lines stand in their events."""
        return (LISTED_LINES,) if self.has_lists else ()


def open_history(
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
    groups = _groups(con, raws, shape, inputs, scratch)
    whole = all(has_whole_members(group) for group in groups)
    direct = are_direct(con, groups)
    if direct:
        parts = [direct_events(group, whole_members=whole) for group in groups]
    else:
        parts = lay_events(con, groups, whole_members=whole, scratch=scratch, progress=progress)
    has_lines = any(group.mapped.line for group in groups)
    every = " union all by name ".join(parts)
    moved = lay_moved(con, shape.lateness, every, scratch)
    base = _up_to(inputs.until, as_counted(every, moved))
    content = [word for word in event_columns(groups[0]) if word not in {"source", "id"}]
    has_refunds = any(group.mapped.has_refunds for group in groups)
    content += REFUND_COLUMNS if has_refunds else ()
    history = History(
        setup=(),
        has_lines=has_lines,
        has_lists=direct and has_lines,
        has_accounts=any("account" in group.mapped.head for group in groups),
        has_refunds=has_refunds,
        present=_present(groups),
        absent=_absent(groups),
        types=_types(groups),
        member_is_integer=whole,
        direct=direct,
        summary=Summary(raws.rows, ignored=_ignored(groups)),
        scratch=scratch,
        bad_rows=bad_rows,
        raws=raws,
        base=base,
        content=(*content, CONTENT) if has_lines else tuple(content),
        keys=direct_keys(groups) if direct else keys_of(f"select * from ({base}) where problem is null"),
        groups=groups,
        until=inputs.until,
        moved=moved,
    )
    if not direct:
        return _settle(con, history, progress)
    return replace(history, setup=history.relations(without_bad=False))


def _up_to(until: int | None, events: str) -> str:
    """Return the SELECT of those events that happened by an instant, and of rows that are none."""
    return events if until is None else f'select * from ({events}) where "at" <= {until} or problem is not null'


def survey(con: duckdb.DuckDBPyConnection, history: History) -> History:
    """Look at every row of a direct history: bad rows are Invalid or set aside, the rest is counted."""
    if not history.direct or history.summary.bad_rows is not None:
        return history
    lines = ("0", "0")
    if history.has_lists:
        lines = (f"len({name(LINES)})", count_away(next(group for group in history.groups if group.mapped.line)))
    summary = count_events(
        con, history.summary, f"({history.base})", with_examples=not history.has_refunds, lines=lines
    )
    history = replace(history, summary=summary)
    has_bad = bool(summary.bad_rows)
    _collect_direct(con, history, has_bad=has_bad)
    badrows.settle_bad(con, history.raws, history.bad_rows)
    return replace(history, setup=history.relations(without_bad=has_bad))


def check_ids(con: duckdb.DuckDBPyConnection, history: History) -> History:
    """Find events of a direct history that came before: the same once more is left out, other content is a bad row.

    Refunds are then matched with the purchases that they name.
    """
    if history.summary.duplicates is not None:
        return history
    history, excluded = _without_repeats(con, history)
    if not history.has_refunds:
        return history
    history = survey(con, history)
    without_bad = bool(history.summary.bad_rows)
    base = history.counting(
        direct_involved(history.groups, whole_members=history.member_is_integer, proven=not without_bad)
    )
    good = history.good(without_bad=without_bad, excluded=excluded)
    involved = history.good(without_bad=without_bad, excluded=excluded, base=base)
    return _with_refunds(con, history, good, involved, "")


def _without_repeats(con: duckdb.DuckDBPyConnection, history: History) -> tuple[History, Path | None]:
    """Return a direct history without events that came before, and which rows these are."""
    summary = history.summary
    events = history.good(without_bad=bool(summary.bad_rows))
    if history.keys is None or not find_repeats(con, events, history.keys, content=history.content):
        return replace(history, summary=replace(summary, duplicates=0)), None
    history = survey(con, history)
    had_bad = bool(history.summary.bad_rows)
    _collect_direct(con, history, has_bad=had_bad)
    same, conflicts = tell_conflicts(con, f"({history.base})", history.raws.sources)
    badrows.add_bad(con, f"select * from {CONFLICTS}")
    bad = badrows.settle_bad(con, history.raws, history.bad_rows)
    left = (history.summary.events or 0) - same - conflicts
    summary = replace(history.summary, duplicates=same, bad_rows=bad, events=left)
    excluded = _exclude(con, history.scratch)
    setup = history.relations(without_bad=had_bad, excluded=excluded)
    return replace(history, summary=summary, setup=setup), excluded


def _groups(
    con: duckdb.DuckDBPyConnection, raws: Raws, shape: Shape, inputs: Inputs, scratch: Path
) -> tuple[Group, ...]:
    zones = Zones(shape.zone, inputs.zone or shape.zone, scratch)
    mapped = [(raw, _without_blanks(con, raw, map_columns(raw, inputs, shape), shape)) for raw in raws.groups]
    return tuple(
        Group(raw, columns, open_exchange(con, raw, columns, inputs, shape), shape, zones, inputs.source)
        for raw, columns in mapped
    )


def _without_blanks(con: duckdb.DuckDBPyConnection, raw: Raw, mapped: Mapped, shape: Shape) -> Mapped:
    """Return the columns that matter: in files where no refund names its purchase, those of refunds do not.

    Where returns are matched by their products, lines that have one may be such returns.
    """
    if shape.returns.unlinked == VALUED:
        return replace(mapped, valued=True)
    if shape.returns.unlinked == MATCHED and shape.returns.product in mapped.line:
        return replace(mapped, matched=True)
    if not mapped.has_refunds:
        return mapped.without_refunds()
    stated = f"nullif(cast({mapped.head['refund_of'].sql} as varchar), '') is not null"
    named = con.sql(f"select 1 from {raw.scan} where {stated} limit 1").fetchall()
    return mapped if named else mapped.without_refunds()


def _types(groups: Sequence[Group]) -> frozenset[str]:
    """Return the types of event that files may have."""
    stated = [word for group in groups for word in ([group.types.only] if group.types.only else group.types.known)]
    return frozenset([*stated, GOODS] if any(group.mapped.valued for group in groups) else stated)


def _present(groups: Sequence[Group]) -> frozenset[str]:
    """Return the attributes of events that some file has."""
    return frozenset(word for group in groups for word in group.mapped.head).intersection(event_slots(groups[0].shape))


def _absent(groups: Sequence[Group]) -> frozenset[str]:
    """Return the attributes of events that are absent from every event."""
    there = _present(groups)
    slots = event_slots(groups[0].shape).items()
    return frozenset(
        word for word, known in slots if word not in there and all(one.attribute.default is None for one in known)
    )


def _ignored(groups: Sequence[Group]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(column for group in groups for column in group.mapped.ignored))


def _settle(con: duckdb.DuckDBPyConnection, history: History, progress: Callable[[str], None]) -> History:
    """Finish a history that was laid down: repeats, bad rows, lines, counts."""
    progress("looking for repeated ids")
    groups = history.groups
    badrows.collect_faults(con, history.raws)
    collect_bad(con, groups, history.scratch)
    same, excluded = 0, None
    if history.keys and find_repeats(con, history.good(), history.keys, content=history.content):
        same, _ = tell_conflicts(con, f"({history.base})", history.raws.sources)
        collect_conflicts(con, groups, history.scratch)
        excluded = _exclude(con, history.scratch)
    bad = badrows.settle_bad(con, history.raws, history.bad_rows)
    good = history.good(excluded=excluded)
    setup = [history.viewed(without_bad=True, excluded=excluded)]
    found = ""
    if history.has_lines:
        progress("sharing out discounts")
        found = lay_lines(con, groups, good, history.scratch)
        setup.append(f'create or replace temp view "lines" as select * from {found}')
    counted = count_events(con, history.summary, good, with_examples=not history.has_refunds)
    summary = replace(counted, duplicates=same, bad_rows=bad)
    history = replace(history, setup=tuple(setup), summary=count_lines(con, summary, groups, good, history.scratch))
    if not history.has_refunds:
        return history
    progress("matching refunds with purchases")
    named = f"select refund_of from {good} where refund_of is not null"
    involved = f"{good} where refund_of is not null or id in ({named})"
    if any(group.mapped.matched for group in groups):
        involved += f" or account in (select account from {good} where {unnamed(groups, history.scratch, good)})"
    return _with_refunds(con, history, good, involved, found)


def _with_refunds(con: duckdb.DuckDBPyConnection, history: History, good: str, involved: str, lines: str) -> History:
    """Put what refunds leave of their purchases in the refunds' place."""
    told = f"select *{history.excluding()} from"
    summary = history.summary
    found = settle_refunds(
        con,
        history.groups,
        f"({told} {good})",
        f"select *{history.excluding(keep_items=True)} from {involved}",
        lines,
        has_lists=history.has_lists,
        returns=summary.returns or 0,
        scratch=history.scratch,
    )
    bad = badrows.settle_bad(con, history.raws, history.bad_rows)
    summary = replace(
        summary,
        events=(summary.events or 0) - found.refused,
        returns=found.left,
        return_examples=found.return_examples,
        refunds=found.settled,
        waiting=found.waiting,
        waiting_examples=found.waiting_examples,
        late=found.late,
        late_examples=found.late_examples,
        bad_rows=bad,
    )
    return replace(history, setup=found.setup, summary=summary)


def _collect_direct(con: duckdb.DuckDBPyConnection, history: History, *, has_bad: bool = True) -> None:
    """Collect the bad rows of a direct history."""
    badrows.collect_faults(con, history.raws)
    if has_bad:
        badrows.add_bad(con, f'select "row", problem as reason from ({history.base}) where problem is not null')


def _exclude(con: duckdb.DuckDBPyConnection, scratch: Path) -> Path:
    path = scratch / "excluded.parquet"
    con.execute(copy(f'select "row" from {REPEATS}', path))
    return path
