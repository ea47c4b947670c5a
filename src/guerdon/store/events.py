"""Events as they were recorded, and the claims of their ids.

Invariants:
* A source's id of an event is claimed once, for ever, for one content (invariant 3 of the books).
* Events of an account are numbered from 1 on, without gaps, in the order of recording.
* Of a purchase and a refund that awaits it, recorded at the same moment for two accounts, one sees the other: `guard`.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Final, NamedTuple
from zlib import crc32

from guerdon.core.errors import invariant
from guerdon.store import tables
from guerdon.store.database import View, Work
from guerdon.store.statements import Insert, Query, Row

Name = tuple[str, str]
"""An event's source, and its id there."""


class Claim(NamedTuple):
    """An event's name for ever: which account's event it is, and a hash of what was said of it."""

    source: str
    id: str
    account: str
    number: int
    content: bytes


class EventRow(NamedTuple):
    """An event of an account: what was said of it as JSON, and what was granted from budgets that others share."""

    account: str
    number: int
    source: str
    id: str
    type: str
    kind: int
    member: str
    at: int
    recorded_at: int
    body: str
    granted: str | None
    revision: int


STRIPES: Final = 128
"""Into how many parts the names of purchases are hashed that are guarded: a server has room for some thousands of locks."""

_COLUMNS: Final = ", ".join(EventRow._fields)
_CLAIM: Final = Insert(tables.event_ids)
_ADD: Final = Insert(tables.events)
_FIND: Final = Query(
    """select e.source, e.id, e.account, e.number, e.content from json_each(?2) as n cross join event_ids as e
        where e.programme = ?1 and e.source = n.value ->> 0 and e.id = n.value ->> 1""",
    """select e.* from unnest(?::text[], ?::text[]) as n(source, id) cross join lateral (
            select source, id, account, number, content from event_ids as i
            where i.programme = ?::integer and i.source = n.source and i.id = n.id offset 0
        ) as e""",
)
_GUARD: Final = Query(
    "",
    """select from unnest(?::integer[], ?::boolean[]) as n(stripe, alone) where case
            when alone then pg_advisory_xact_lock(?::integer, stripe) else pg_advisory_xact_lock_shared(?::integer, stripe)
        end is null""",
)
_OF_ACCOUNT: Final = Query(
    f"select {_COLUMNS} from events where programme = ? and account = ? and number > ? order by number",
    f"""select {_COLUMNS} from events where programme = ?::integer and account = ?::text and number > ?::integer
        order by number""",
)
_OF_ACCOUNTS: Final = Query(
    f"""select {_COLUMNS} from events where programme = ? and account in (select value from json_each(?))
        order by account, number""",
    f"""select {_COLUMNS} from events where programme = ?::integer and account = any(?::text[])
        order by account, number""",
)
_SOME: Final = Query(
    f"""select {_COLUMNS} from events where programme = ? and account = ? and number in (select value from json_each(?))
        order by number""",
    f"""select {_COLUMNS} from events where programme = ?::integer and account = ?::text and number = any(?::integer[])
        order by number""",
)


def claim(work: Work, programme: int, claims: Sequence[Claim]) -> None:
    """Claim ids that were not there when they were looked for, without waiting for an answer.

    One that was claimed in between, for another account, ends the work as a Conflict of code `taken`: tried again, it is found.
    """
    _CLAIM.add(work, programme, sorted(claims))


def guard(work: Work, programme: int, purchases: Iterable[Name], awaited: Iterable[Name]) -> None:
    """Let nobody else record what is awaited, nor await these purchases, until the end of the work, without waiting for an answer.

    Who has it looks for both only then. Accounts are locked before; SQLite has one writer, who sees everything.
    """
    if not work.is_postgresql:
        return
    alone = set(map(_stripe, awaited))
    stripes = sorted(alone.union(map(_stripe, purchases)))
    if stripes:
        _GUARD.ask(work, stripes, [one in alone for one in stripes], programme, programme)


def _stripe(name: Name) -> int:
    return crc32("\x1f".join(name).encode()) % STRIPES


def find(view: View, programme: int, names: Iterable[Name]) -> dict[Name, Claim]:
    """Return the claims that there are of some ids."""
    return finding(view, programme, names)()


def finding(view: View, programme: int, names: Iterable[Name]) -> Callable[[], dict[Name, Claim]]:
    """Ask for claims, and return what waits for them: more can be asked for meanwhile."""
    wanted = sorted(set(names))
    if not wanted:
        return dict
    if view.is_postgresql:
        sources, ids = ([name[part] for name in wanted] for part in (0, 1))
        asked = _FIND.ask(view, sources, ids, programme)
    else:
        asked = _FIND.ask(view, programme, [list(name) for name in wanted])

    def found() -> dict[Name, Claim]:
        return {(row[0], row[1]): Claim(*row) for row in asked.rows()}

    return found


def add(work: Work, programme: int, rows: Sequence[EventRow]) -> None:
    """Write events of accounts that the work has locked."""
    invariant(
        all((programme, row.account) in work.batches for row in rows), "an account is locked before it gets events"
    )
    _ADD.add(work, programme, rows)


def add_new(work: Work, programme: int, claims: Sequence[Row], rows: Sequence[Row]) -> None:
    """Write events of accounts that are new, with their claims: rows as `EventRow` and `Claim` have them, many at a time."""
    _CLAIM.add(work, programme, sorted(claims))
    _ADD.add(work, programme, rows)


def of_account(view: View, programme: int, account: str, after: int = 0) -> list[EventRow]:
    """Return an account's events after a number, in the order of recording."""
    return _events(_OF_ACCOUNT.rows(view, programme, account, after))


def of_accounts(view: View, programme: int, accounts: Iterable[str]) -> dict[str, list[EventRow]]:
    """Return all events of some accounts, by account, in the order of recording."""
    found: dict[str, list[EventRow]] = {}
    for row in _OF_ACCOUNTS.rows(view, programme, sorted(set(accounts))):
        found.setdefault(row[0], []).append(EventRow(*row))
    return found


def some(view: View, programme: int, account: str, numbers: Iterable[int]) -> list[EventRow]:
    """Return an account's events of some numbers, in order."""
    return _events(_SOME.rows(view, programme, account, sorted(set(numbers))))


def one(view: View, programme: int, account: str, number: int) -> EventRow | None:
    """Return one event of an account."""
    found = some(view, programme, account, [number])
    return found[0] if found else None


def _events(rows: list[Row]) -> list[EventRow]:
    return [EventRow(*row) for row in rows]
