"""Accounts: a row each, with where it stands after its last event, under whose lock everything about it is written.

Invariants:
* An account is locked before anything is written about it; accounts are locked in the order of their names' bytes.
* Numbers of an account's events and journals rise by one, under its lock; `events` and `journals` are the last ones given.
* An account's batch never falls, and is never below that of the transaction that wrote it. So whatever is of a batch that no
  running transaction can have is there for all to see, and journals in the order of batch, account and number stand in the
  order of their numbers: what is sealed in that order (S20) is sealed once, without gaps, with no row that all fight for.
* The state is a projection: a replay of the account's events makes it anew.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from operator import attrgetter
from typing import Final, NamedTuple

from guerdon.core.calendar import EARLIEST, LATEST
from guerdon.store import tables
from guerdon.store.database import View, Work
from guerdon.store.statements import Insert, Query, Row


@dataclass(slots=True)
class Account:
    """Where an account stands: its last event and journal, the place of the last event folded, what is due next, its state."""

    name: str
    events: int = 0
    journals: int = 0
    placed_at: int = EARLIEST
    placed: str = ""
    revision: int = 0
    next_due: int = LATEST
    batch: int = 0
    state: bytes = b""


class Due(NamedTuple):
    """An account for which something falls due, and when."""

    at: int
    account: str


_values: Final = attrgetter(*Account.__slots__)
_COLUMNS: Final = "account, events, journals, placed_at, placed, revision, next_due, batch, state"

_MAKE: Final = Query(
    f"""insert into accounts (programme, {_COLUMNS})
        select ?, value, 0, 0, {EARLIEST}, '', 0, {LATEST}, 0, x'' from json_each(?) where true on conflict do nothing
        returning account""",
    f"""insert into accounts (programme, {_COLUMNS})
        select ?::integer, name, 0, 0, {EARLIEST}, '', 0, {LATEST}, 0, ''::bytea
        from unnest(?::text[]) with ordinality as n(name, place) order by place on conflict do nothing
        returning account""",
)
_LOCK: Final = Query(
    f"select {_COLUMNS} from accounts where programme = ? and account in (select value from json_each(?))",
    f"""select {_COLUMNS} from accounts where programme = ?::integer and account = any(?::text[])
        order by account for no key update""",
)
_BATCH: Final = Query(
    "update meta set value = cast(cast(value as integer) + 1 as text) where name = 'batch' returning cast(value as integer)",
    """select pg_current_xact_id()::text::bigint + (select value::bigint from meta where name = 'batch')""",
)
_READ: Final = Query(
    f"select {_COLUMNS} from accounts where programme = ? and account in (select value from json_each(?))",
    f"select {_COLUMNS} from accounts where programme = ?::integer and account = any(?::text[])",
)
_PAGE: Final = Query(
    f"select {_COLUMNS} from accounts where programme = ? and account > ? order by account limit ?",
    f"""select {_COLUMNS} from accounts where programme = ?::integer and account > ?::text order by account
        limit ?::integer""",
)
_FORGET: Final = Query(
    "delete from accounts where programme = ? and account in (select value from json_each(?))",
    "delete from accounts where programme = ?::integer and account = any(?::text[])",
)
_PAST: Final = Query(
    "select account from accounts where programme = ? order by account limit 1 offset ?",
    "select account from accounts where programme = ?::integer order by account limit 1 offset ?::bigint",
)
_COUNT: Final = Query(
    "select count(*) from accounts where programme = ?", "select count(*) from accounts where programme = ?::integer"
)
_SAVE: Final = Insert(tables.accounts, replaces=True)
_MISSING: Final = Query(
    """select account from events where programme = ?1 union select account from journals where programme = ?1
        except select account from accounts where programme = ?1 order by account""",
    """with p(programme) as (select ?::integer)
        select account from events where programme = (select programme from p)
        union select account from journals where programme = (select programme from p)
        except select account from accounts where programme = (select programme from p) order by account""",
)
_DUE: Final = Query(
    f"""select next_due, account from accounts
        where programme = ? and next_due < {LATEST} and next_due <= ? and (next_due, account) > (?, ?)
        order by next_due, account limit ?""",
    f"""select next_due, account from accounts
        where programme = ?::integer and next_due < {LATEST} and next_due <= ?::bigint
            and (next_due, account) > (?::bigint, ?::text) order by next_due, account limit ?::integer""",
)


def lock(work: Work, programme: int, names: Iterable[str]) -> dict[str, Account]:
    """Lock accounts until the end of the work, in the order of their names, and return where they stand.

    Those that there are not yet are made. A work that writes about several programmes locks in the order of their numbers.
    """
    return locking(work, programme, names)()


def locking(work: Work, programme: int, names: Iterable[str]) -> Callable[[], dict[str, Account]]:
    """Ask for the locks of `lock`, and return what waits for them: more can be asked for meanwhile."""
    wanted = sorted(set(names))
    work.hurry()
    making = _MAKE.ask(work, programme, wanted)
    asked = _LOCK.ask(work, programme, wanted)
    batch = None if work.batch else _BATCH.ask(work)

    def locked() -> dict[str, Account]:
        work.made |= {(programme, row[0]) for row in making.rows()}
        found = _by_name(asked.rows())
        if batch is not None:
            work.batch = int(batch.rows()[0][0])
        for name, account in found.items():
            account.batch = max(account.batch, work.batch)
            work.batches[programme, name] = account.batch
        return found

    return locked


def save(work: Work, programme: int, accounts: Iterable[Account]) -> None:
    """Write where accounts stand now; they have been locked by this work."""
    _SAVE.add(work, programme, [_values(account) for account in accounts])


def forget_new(work: Work, programme: int, names: Iterable[str]) -> None:
    """Take away the accounts that this work made, of which in the end there was nothing to write."""
    made = sorted({name for name in names if (programme, name) in work.made})
    if made:
        _FORGET.ask(work, programme, made)


def read(view: View, programme: int, names: Iterable[str]) -> dict[str, Account]:
    """Return where accounts stand; those that there are not are left out."""
    return _by_name(_READ.rows(view, programme, sorted(set(names))))


def missing(view: View, programme: int) -> list[str]:
    """Return accounts of which there are events or journals, and no row."""
    return [str(row[0]) for row in _MISSING.rows(view, programme)]


def page(view: View, programme: int, after: str = "", limit: int = 100) -> list[Account]:
    """Return accounts after a name, in the order of names."""
    return [Account(*row) for row in _PAGE.rows(view, programme, after, limit)]


def ranges(view: View, programme: int, parts: int, *, at_least: int) -> list[tuple[str, str | None]]:
    """Return ranges of about as many accounts, of `at_least` so many: from after a name up to, and with, another; None is the end."""
    ((count,),) = _COUNT.rows(view, programme)
    several = max(min(parts, count // at_least), 1)
    offsets = [count * part // several - 1 for part in range(1, several)]
    cuts = [str(_PAST.rows(view, programme, offset)[0][0]) for offset in offsets]
    return list(zip(["", *cuts], [*cuts, None], strict=True))


def due(view: View, programme: int, at: int, limit: int, after: Due | None = None) -> list[Due]:
    """Return the accounts for which something falls due by an instant, the first ones first, from after one of them on."""
    begins = after or Due(EARLIEST, "")
    return [Due(*row) for row in _DUE.rows(view, programme, at, begins.at, begins.account, limit)]


def _by_name(rows: list[Row]) -> dict[str, Account]:
    return {row[0]: Account(*row) for row in sorted(rows)}
