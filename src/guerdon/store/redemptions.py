"""Redemptions as those see them who asked for one, and the codes that are handed out with some.

The points they hold or spend are in the account's books; a row here says which events those were.

Invariant: a code is handed out once; what is kept of it is a keyed hash.
"""

from collections.abc import Iterable
from typing import Final, NamedTuple

from sqlalchemy import func, or_, select

from guerdon.store import ordinary
from guerdon.store.database import View, Work
from guerdon.store.tables import codes, redemptions

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


class Code(NamedTuple):
    """A code of a pool: free, taken by a redemption, used or void."""

    code_hash: bytes
    pool: str
    state: str
    redemption: str | None
    expires_at: int | None


def add(work: Work, programme: int, rows: Iterable[RedemptionRow]) -> None:
    """Write new redemptions."""
    ordinary.add(work, redemptions, [{"programme": programme, **row._asdict()} for row in rows])


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


def add_codes(work: Work, programme: int, pool: str, hashes: Iterable[bytes], *, expires_at: int | None = None) -> int:
    """Add codes to a pool, and return how many of them are new."""
    rows = (Code(one, pool, FREE, None, expires_at) for one in sorted(set(hashes)))
    return sum(ordinary.add_if_new(work, codes, {"programme": programme, **row._asdict()}) for row in rows)


def take_code(work: Work, programme: int, pool: str, redemption: str, *, at: int) -> bytes | None:
    """Hand a free code of a pool to a redemption; those that others are taking just now are passed over."""
    free = ordinary.matches(codes, {"programme": programme, "pool": pool, "state": FREE})
    lasts = or_(codes.c.expires_at.is_(None), codes.c.expires_at > at)
    query = select(codes.c.code_hash).where(free, lasts).order_by(codes.c.code_hash).limit(1)
    found = work.connection.execute(query.with_for_update(skip_locked=True)).scalar_one_or_none()
    if found is not None:
        change_code(work, programme, bytes(found), state=TAKEN, redemption=redemption)
    return None if found is None else bytes(found)


def change_code(work: Work, programme: int, code_hash: bytes, *, state: str, redemption: str | None) -> bool:
    """Write what became of a code; say whether there is one."""
    key = {"programme": programme, "code_hash": code_hash}
    return ordinary.change(work, codes, key, {"state": state, "redemption": redemption})


def find_code(view: View, programme: int, code_hash: bytes) -> Code | None:
    """Return the code of a hash."""
    key = {"programme": programme, "code_hash": code_hash}
    query = ordinary.chosen(codes, Code._fields).where(ordinary.matches(codes, key))
    return next((Code(*row) for row in ordinary.rows_of(view, query)), None)


def free_codes(view: View, programme: int, pool: str) -> int:
    """Return how many codes of a pool are free."""
    free = ordinary.matches(codes, {"programme": programme, "pool": pool, "state": FREE})
    return int(view.connection.execute(select(func.count()).select_from(codes).where(free)).scalar_one())
