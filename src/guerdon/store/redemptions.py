"""Redemptions as those see them who asked for one, and the codes that are handed out with some.

The points they hold or spend are in the account's books; a row here says which events those were.

Invariants:
* A code is handed out once; what is kept of it from then on is a keyed hash.
* Locks come in this order: a code, then the account.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Final, NamedTuple

from sqlalchemy import ColumnElement, func, or_, select

from guerdon.store import ordinary
from guerdon.store.database import View, Work
from guerdon.store.statements import Insert
from guerdon.store.tables import codes, redemptions

RESERVED: Final = "reserved"
CONFIRMED: Final = "confirmed"
CANCELLED: Final = "cancelled"
FULFILLED: Final = "fulfilled"
"""What a redemption can be."""

FREE: Final = "free"
TAKEN: Final = "taken"
USED: Final = "used"
VOID: Final = "void"


class RedemptionRow(NamedTuple):
    """One exchange of points for a reward; `event` asked for it, `steps` is JSON of the numbers of all its events."""

    id: str
    account: str
    member: str
    reward: str
    event: int
    state: str
    steps: str
    code_hash: bytes | None = None
    reserved_at: int | None = None
    confirmed_at: int | None = None
    cancelled_at: int | None = None
    fulfilled_at: int | None = None
    lapses_at: int | None = None


_ADD: Final = Insert(redemptions)


class Code(NamedTuple):
    """A code: free, taken by a redemption, used or void. `secret` is the code itself, as long as it is free."""

    code_hash: bytes
    pool: str
    state: str
    redemption: str | None
    expires_at: int | None
    secret: str | None = None


def add(work: Work, programme: int, rows: Iterable[RedemptionRow]) -> None:
    """Write new redemptions."""
    _ADD.add(work, programme, list(rows))


def save(work: Work, programme: int, row: RedemptionRow) -> bool:
    """Write what became of a redemption, under its account's lock; say whether there is one."""
    return ordinary.change(work, redemptions, {"programme": programme, "id": row.id}, row._asdict())


def read(view: View, programme: int, ids: Iterable[str]) -> dict[str, RedemptionRow]:
    """Return redemptions by their ids."""
    rows = ordinary.found(view, redemptions, RedemptionRow._fields, {"programme": programme}, ["id"], ids)
    return {row[0]: RedemptionRow(*row) for row in rows}


def of_account(view: View, programme: int, account: str) -> list[RedemptionRow]:
    """Return the redemptions of an account, in the order in which they were asked for."""
    rows = ordinary.found(view, redemptions, RedemptionRow._fields, {"programme": programme}, ["account"], [account])
    return sorted((RedemptionRow(*row) for row in rows), key=lambda row: (row.event, row.id))


def add_codes(
    work: Work, programme: int, pool: str, codes_by_hash: Mapping[bytes, str], *, expires_at: int | None = None
) -> int:
    """Add codes to a pool by their hashes, and return how many of them are new."""
    rows = [Code(one, pool, FREE, None, expires_at, codes_by_hash[one]) for one in sorted(codes_by_hash)]
    return ordinary.add_new(work, codes, [{"programme": programme, **row._asdict()} for row in rows])


def add_taken(work: Work, programme: int, code: Code) -> bool:
    """Write a code that was made for a redemption; say whether there was none like it."""
    return ordinary.add_if_new(work, codes, {"programme": programme, **code._asdict()})


def free_code(work: Work, programme: int, pool: str, *, at: int) -> Code | None:
    """Return a free code of a pool that nobody else takes meanwhile; those that others look at just now are passed over."""
    free, lasts = _free(programme, pool, at)
    query = ordinary.chosen(codes, Code._fields).where(free, lasts).order_by(codes.c.code_hash).limit(1)
    return next((_code(row) for row in ordinary.rows_of(work, query.with_for_update(skip_locked=True))), None)


def lock_code(work: Work, programme: int, code_hash: bytes) -> Code | None:
    """Return a code that nobody else uses until the end of the work."""
    key = {"programme": programme, "code_hash": code_hash}
    query = ordinary.chosen(codes, Code._fields).where(ordinary.matches(codes, key)).with_for_update()
    return next((_code(row) for row in ordinary.rows_of(work, query)), None)


def change_code(work: Work, programme: int, code_hash: bytes, *, state: str, redemption: str | None) -> bool:
    """Write what became of a code, and forget what it was; say whether there is one."""
    key = {"programme": programme, "code_hash": code_hash}
    return ordinary.change(work, codes, key, {"state": state, "redemption": redemption, "secret": None})


def find_code(view: View, programme: int, code_hash: bytes) -> Code | None:
    """Return the code of a hash."""
    key = {"programme": programme, "code_hash": code_hash}
    query = ordinary.chosen(codes, Code._fields).where(ordinary.matches(codes, key))
    return next((_code(row) for row in ordinary.rows_of(view, query)), None)


def _code(row: tuple[Any, ...]) -> Code:
    return Code(bytes(row[0]), *row[1:])


def free_codes(view: View, programme: int, pool: str, *, at: int) -> int:
    """Return how many codes of a pool are free and can still be used."""
    free, lasts = _free(programme, pool, at)
    return int(view.connection.execute(select(func.count()).select_from(codes).where(free, lasts)).scalar_one())


def _free(programme: int, pool: str, at: int) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    free = ordinary.matches(codes, {"programme": programme, "pool": pool, "state": FREE})
    return free, or_(codes.c.expires_at.is_(None), codes.c.expires_at > at)
