"""Journals: what one cause did, as entries; each moves points out of one book and into another, so a journal balances.

Invariants:
* A journal has one cause: an event of its account, or (event absent) what fell due at an instant.
* Journals of an account are numbered from 1 on, without gaps; entries of a journal by their position, from 0 on.
* An entry that moves points names both books; one that moves none names neither.
"""

from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from guerdon.core.errors import invariant
from guerdon.store import tables
from guerdon.store.database import View, Work
from guerdon.store.statements import Insert, Query, Row

PAGE: Final = 100
LAST: Final = 1 << 30


class JournalRow(NamedTuple):
    """What one cause did to an account; `late` is the event whose late arrival made it an adjustment."""

    account: str
    number: int
    event: int | None
    kind: int
    at: int
    recorded_at: int
    late: int | None = None
    batch: int = 0


class EntryRow(NamedTuple):
    """One effect, as the fold said it: events by their numbers, everything of the programme by the numbers of its terms."""

    account: str
    journal: int
    position: int
    sign: int
    kind: int
    at: int
    unit: int
    points: int
    source_book: int | None
    into_book: int | None
    event: int
    made: int
    line: int
    rule: int
    version: int
    source: int
    band: int
    desired: int
    limit_: int
    period: int
    lot: int
    residue: int
    payer: int
    reason: int


_JOURNAL: Final = ", ".join(JournalRow._fields)
_ENTRY: Final = ", ".join(EntryRow._fields)
_ADD: Final = Insert(tables.journals)
_ADD_ENTRIES: Final = Insert(tables.entries)
_OF_ACCOUNT: Final = Query(
    f"select {_JOURNAL} from journals where programme = ? and account = ? and number < ? order by number desc limit ?",
    f"""select {_JOURNAL} from journals where programme = ?::integer and account = ?::text and number < ?::integer
        order by number desc limit ?::integer""",
)
_ENTRIES_OF: Final = Query(
    f"""select {_ENTRY} from entries where programme = ? and account = ?
        and journal in (select value from json_each(?)) order by journal, position""",
    f"""select {_ENTRY} from entries where programme = ?::integer and account = ?::text and journal = any(?::integer[])
        order by journal, position""",
)
_ALL_ENTRIES: Final = Query(
    f"select {_ENTRY} from entries where programme = ? and account = ? and journal > ? order by journal, position",
    f"""select {_ENTRY} from entries where programme = ?::integer and account = ?::text and journal > ?::integer
        order by journal, position""",
)
_ENTRIES_OF_ACCOUNTS: Final = Query(
    f"""select {_ENTRY} from entries where programme = ? and account in (select value from json_each(?))
        order by account, journal, position""",
    f"""select {_ENTRY} from entries where programme = ?::integer and account = any(?::text[])
        order by account, journal, position""",
)
_JOURNALS_OF_ACCOUNTS: Final = Query(
    f"""select {_JOURNAL} from journals where programme = ? and account in (select value from json_each(?))
        order by account, number""",
    f"""select {_JOURNAL} from journals where programme = ?::integer and account = any(?::text[]) order by account, number""",
)
_OF_EVENT: Final = Query(
    f"select {_JOURNAL} from journals where programme = ? and account = ? and event = ? order by number limit 1",
    f"""select {_JOURNAL} from journals where programme = ?::integer and account = ?::text and event = ?::integer
        order by number limit 1""",
)
_OF_EVENTS: Final = Query(
    f"""select {_ENTRY} from entries where programme = ? and account = ?
        and event in (select value from json_each(?)) order by journal, position""",
    f"""select {_ENTRY} from entries where programme = ?::integer and account = ?::text and event = any(?::integer[])
        order by journal, position""",
)


def add(work: Work, programme: int, journals: Sequence[JournalRow], entries: Sequence[EntryRow]) -> None:
    """Write journals of accounts that the work has locked, and their entries; the batch is the work's own."""
    batches = work.batches
    invariant(
        all((programme, row.account) in batches for row in journals), "an account is locked before it gets journals"
    )
    _ADD.add(work, programme, [row._replace(batch=batches[programme, row.account]) for row in journals])
    _ADD_ENTRIES.add(work, programme, entries)


def add_new(work: Work, programme: int, journals: Sequence[Row], entries: Sequence[Row]) -> None:
    """Write journals of accounts that are new, and their entries: rows as `JournalRow` and `EntryRow` have them, many at a time."""
    _ADD.add(work, programme, journals)
    _ADD_ENTRIES.add(work, programme, entries)


def of_account(
    view: View, programme: int, account: str, before: int | None = None, limit: int = PAGE
) -> list[JournalRow]:
    """Return an account's journals before a number, the newest first."""
    rows = _OF_ACCOUNT.rows(view, programme, account, LAST if before is None else before, limit)
    return [JournalRow(*row) for row in rows]


def of_accounts(view: View, programme: int, accounts: Iterable[str]) -> dict[str, list[JournalRow]]:
    """Return the journals of some accounts by their names, each in order."""
    found: dict[str, list[JournalRow]] = {}
    for row in _JOURNALS_OF_ACCOUNTS.rows(view, programme, sorted(set(accounts))):
        found.setdefault(row[0], []).append(JournalRow(*row))
    return found


def of_event(view: View, programme: int, account: str, event: int) -> JournalRow | None:
    """Return the journal of an event of an account."""
    rows = _OF_EVENT.rows(view, programme, account, event)
    return JournalRow(*rows[0]) if rows else None


def entries_of(view: View, programme: int, account: str, journals: Iterable[int]) -> list[EntryRow]:
    """Return the entries of some journals of an account, in order."""
    return _entries(_ENTRIES_OF.rows(view, programme, account, sorted(set(journals))))


def entries_after(view: View, programme: int, account: str, journal: int = 0) -> list[EntryRow]:
    """Return all entries of an account after a journal, in order."""
    return _entries(_ALL_ENTRIES.rows(view, programme, account, journal))


def entries_of_accounts(view: View, programme: int, accounts: Iterable[str]) -> dict[str, list[Row]]:
    """Return all entries of some accounts, by account, in order; plain rows, as there may be very many."""
    found: dict[str, list[Row]] = {}
    for row in _ENTRIES_OF_ACCOUNTS.rows(view, programme, sorted(set(accounts))):
        found.setdefault(row[0], []).append(row)
    return found


def entries_of_events(view: View, programme: int, account: str, events: Iterable[int]) -> list[EntryRow]:
    """Return what some events of an account did, as a refund replays it; events by their numbers."""
    return _entries(_OF_EVENTS.rows(view, programme, account, sorted(set(events))))


def _entries(rows: list[Row]) -> list[EntryRow]:
    return [EntryRow(*row) for row in rows]
