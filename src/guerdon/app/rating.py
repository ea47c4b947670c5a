"""Rate and explain from Python: files, data frames and iterables give the same points and the same kind of answer."""

import re
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any, Final

import pyarrow.parquet as pq

from guerdon.app.frames import Frame, check_eager, is_frame, lay_down
from guerdon.app.ledger import Ledger
from guerdon.app.programmes import Programme
from guerdon.app.records import Records, Saying, read_records
from guerdon.app.statement import Statement, statement_of
from guerdon.app.transactions import Transaction
from guerdon.batch import rate as batch
from guerdon.batch.intake import Inputs
from guerdon.batch.ledger import TABLES, tables_of
from guerdon.core.amounts import read_end
from guerdon.core.calendar import MONTH, month_name
from guerdon.core.errors import Invalid, NotFound
from guerdon.core.explain import Explanation, Page, pages_of
from guerdon.core.explain import explain as explain_answers
from guerdon.core.history import Answer, keep_ledger, rate_events
from guerdon.definition.zones import load_zone

Events = str | Path | Frame | Iterable[str | Path] | Iterable[Transaction | Mapping[str, Any]]
"""What can be rated: paths and patterns of files, a data frame, or transactions and mappings one by one."""

_OPTION: Final = re.compile(r"--map (.+?)=(\.\.\.|[^\s();,]+)")


@dataclass(frozen=True, slots=True)
class _Paths:
    """Files of events."""

    paths: tuple[str, ...]


def rate(  # noqa: PLR0913 - what to rate, how to read it, and what to do with what cannot be read
    programme: Programme,
    events: Events,
    *,
    mapping: Mapping[str, str] | None = None,
    currency: str | None = None,
    zone: str | None = None,
    bad_rows: str | Path | None = None,
    processes: int = 1,
) -> Statement:
    """Return the points that events earn, by member and month.

    Args:
        programme: What `load` returned.
        events: Files, a data frame, or an iterable of `Transaction` or of mappings with the canonical columns.
        mapping: What our columns are called there: `{"member": "customer_id", "line.amount": "price"}`.
        currency: The currency of amounts when no column says; else the programme's.
        zone: The zone of times without an offset; else the programme's.
        bad_rows: Where to set aside rows that cannot be read, and go on; without it they are Invalid.
        processes: How many processes rate a large history of files or a data frame. More than one needs a main module
            that can be imported (`if __name__ == "__main__":`).

    """
    given, saying = _sorted_out(events), _saying(mapping, currency, zone)
    if isinstance(given, list):
        if bad_rows is not None:
            message = "bad_rows goes with files and data frames; leave out of the iterable what should not be rated"
            raise Invalid(message)
        return _of_records(programme, read_records(programme.compiled.terms, given, saying))
    aside = None if bad_rows is None else Path(bad_rows)
    with _run(programme, given, saying) as (run, scratch):
        out = scratch / "statement.parquet"
        rated = batch.rate(replace(run, out=out, bad_rows=aside, processes=processes))
        return Statement(pq.read_table(out), programme.compiled.units, rated.summary)


def explain(
    programme: Programme,
    events: Events,
    *,
    member: str | int | None = None,
    mapping: Mapping[str, str] | None = None,
    currency: str | None = None,
    zone: str | None = None,
) -> Explanation:
    """Return every point of a member accounted for, or of all members; `sentences` puts it into words.

    Everything that is explained is held in memory: of a large history, ask for a member.
    """
    given, saying = _sorted_out(events), _saying(mapping, currency, zone)
    wanted = None if member is None else str(member)
    if isinstance(given, list):
        history = read_records(programme.compiled.terms, given, saying).events
    else:
        with _run(programme, given, saying) as (run, _):
            history = batch.history_of_member(run, wanted)
    answers = rate_events(programme.compiled, history)
    return explain_answers(programme.compiled, _own(answers, wanted))


def ledger(  # noqa: PLR0913 - what to keep the ledger of, how to read it, and as of when
    programme: Programme,
    events: Events,
    *,
    as_of: date | str | None = None,
    mapping: Mapping[str, str] | None = None,
    currency: str | None = None,
    zone: str | None = None,
    processes: int = 1,
) -> Ledger:
    """Return what happened to points and what accounts have, as `guerdon rate --ledger` writes it.

    `as_of` is a day, with all of it, or an instant, in the programme's zone; unless stated it is that of the last event.
    """
    given, saying = _sorted_out(events), _saying(mapping, currency, zone)
    at = _instant(programme, as_of)
    if isinstance(given, list):
        records = read_records(programme.compiled.terms, given, saying)
        whole = bool(records.members) and all(isinstance(member, int) for member in records.members.values())
        return Ledger(tables_of(programme.compiled, keep_ledger(programme.compiled, records.events, at), whole=whole))
    with _run(programme, given, saying) as (run, scratch):
        folder = scratch / "ledger"
        batch.rate(replace(run, out=scratch / "statement.parquet", ledger=folder, as_of=at, processes=processes))
        return Ledger({name: pq.read_table(folder / name) for name in TABLES})


def page(  # noqa: PLR0913 - whose page, of which events, how to read them, and as of when
    programme: Programme,
    events: Events,
    member: str | int,
    *,
    as_of: date | str | None = None,
    mapping: Mapping[str, str] | None = None,
    currency: str | None = None,
    zone: str | None = None,
) -> Page:
    """Return what a member has, as its statement: balances, what waits and ends when, levels, months and history."""
    given, saying = _sorted_out(events), _saying(mapping, currency, zone)
    at = _instant(programme, as_of)
    if isinstance(given, list):
        history = read_records(programme.compiled.terms, given, saying).events
    else:
        with _run(programme, given, saying) as (run, _):
            history = batch.history_of_member(run, str(member))
    accounts = {event.account for event in history if event.member == str(member)}
    own = [event for event in history if event.account in accounts and (at is None or event.at <= at)]
    if not own:
        message = f"no event is of member {member}; member ids are compared letter by letter"
        raise NotFound(message)
    return pages_of(programme.compiled, own, at)[0]


def _instant(programme: Programme, as_of: date | str | None) -> int | None:
    return None if as_of is None else read_end(as_of, programme.compiled.zone, "as_of")


def _own(answers: list[Answer], member: str | None) -> list[Answer]:
    own = [answer for answer in answers if member in (None, answer.event.member)]
    if member is not None and not own:
        message = f"no event is of member {member}; member ids are compared letter by letter"
        raise NotFound(message)
    return own


def _sorted_out(events: object) -> list[object] | Frame | _Paths:
    """Tell files, data frames and records apart."""
    check_eager(events)
    if isinstance(events, (str, Path)):
        return _Paths((str(events),))
    if is_frame(events):
        return events  # type: ignore[return-value]  # is_frame says so; a pyarrow RecordBatch counts as one
    if isinstance(events, (Mapping, bytes, Transaction)) or not isinstance(events, Iterable):
        message = f"events are {type(events).__name__}; give a list of transactions or mappings, a data frame, or paths of files"
        raise Invalid(message)
    given = list(events)
    if given and all(isinstance(one, (str, Path)) for one in given):
        return _Paths(tuple(map(str, given)))
    return given


def _saying(mapping: Mapping[str, str] | None, currency: str | None, zone: str | None) -> Saying:
    return Saying(mapping=dict(mapping or {}), currency=currency, zone=None if zone is None else load_zone(zone))


@contextmanager
def _run(programme: Programme, given: Frame | _Paths, saying: Saying) -> Iterator[tuple[batch.Run, Path]]:
    """Make a run over files or a data frame; its messages speak of Python's arguments, not of the command's options."""
    with tempfile.TemporaryDirectory(prefix="guerdon-") as folder:
        scratch = Path(folder)
        try:
            paths = given.paths if isinstance(given, _Paths) else (str(lay_down(given, scratch)),)
            inputs = Inputs(paths, dict(saying.mapping), saying.currency, saying.zone)
            yield (
                batch.Run(programme=programme.compiled, files=programme.files, later=programme.later, inputs=inputs),
                scratch,
            )
        except Invalid as invalid:
            raise Invalid(_retold(str(invalid), scratch)) from None


def _retold(message: str, scratch: Path) -> str:
    plain = (
        message
        .replace(f"{scratch}/", "")
        .replace("--bad-rows FILE", "bad_rows=FILE")
        .replace("--currency ", "currency ")
    )
    return _OPTION.sub(lambda found: f"mapping={{{found[1]!r}: {_quoted(found[2])}}}", plain)


def _quoted(column: str) -> str:
    return column if column == "..." else repr(column)


def _of_records(programme: Programme, records: Records) -> Statement:
    compiled = programme.compiled
    points: dict[tuple[str | int, str], list[int]] = {}
    for answer in rate_events(compiled, records.events):
        month = month_name(int(compiled.zone.period_of(MONTH, answer.event.at)))
        sums = points.setdefault((records.members[answer.event.member], month), [0] * len(compiled.units))
        for unit in range(len(sums)):
            sums[unit] += answer.points(unit)
    return statement_of(points, compiled.units, records.summary)
