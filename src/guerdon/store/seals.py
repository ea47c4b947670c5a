"""Seals: the order of recording over all accounts, numbered and chained after commit (S20).

Invariants:
* A journal is sealed when no transaction runs any more that could still write one before it. So seals have no gaps, an
  account's journals stand in the order of their numbers, and nobody who posts waits for a number.
* A seal's hash is that of the seal before it and of what its journal says: its own row, the content of its event, its entries.
* One sealer works at a time; another one finds nothing to do.

Sealed journals in order are the outbox: whoever sends them out reads on from a cursor of its own.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any, Final, NamedTuple

import msgspec
from sqlalchemy import func, select

from guerdon.store import ordinary, tables
from guerdon.store.database import View, Work
from guerdon.store.journals import EntryRow, JournalRow
from guerdon.store.statements import Insert, Query, Row
from guerdon.store.tables import cursors, journals, sealer, seals

PAGE: Final = 1000
BREAKS_MAX: Final = 100
GENESIS: Final = bytes(32)
"""What stands for the hash before the first seal."""


class Seal(NamedTuple):
    """A sealed journal: its place in the order of recording, and the hash of everything up to it."""

    seal: int
    account: str
    journal: int
    hash: bytes


class Head(NamedTuple):
    """How far the sealer came: its last seal, with the batch and the hash of that."""

    seal: int
    batch: int
    hash: bytes


class Break(NamedTuple):
    """A seal that does not say what there is."""

    seal: int
    account: str
    journal: int
    what: str


class Chain(NamedTuple):
    """What became of walking down the chain: how many seals there are, the last hash, and where it is broken."""

    seals: int
    hash: bytes
    breaks: tuple[Break, ...]


_JOURNAL: Final = ", ".join(f"j.{name}" for name in JournalRow._fields)
_ENTRY: Final = ", ".join(f"e.{name}" for name in EntryRow._fields)
_CONTENT: Final = """(select (
        select i.content from event_ids as i where i.programme = v.programme and i.source = v.source and i.id = v.id
    ) from events as v where v.programme = j.programme and v.account = j.account and v.number = j.event) as content"""
_NEXT: Final = Query(
    f"""select {_JOURNAL}, {_CONTENT} from journals as j where j.programme = ? and j.batch >= ?
            and (j.batch, j.account, j.number) > (?, ?, ?)
        order by j.batch, j.account, j.number limit ?""",
    f"""select {_JOURNAL}, {_CONTENT} from journals as j where j.programme = ?::integer and j.batch >= ?::bigint
            and (j.batch, j.account, j.number) > (?::bigint, ?::text, ?::integer)
            and j.batch < pg_snapshot_xmin(pg_current_snapshot())::text::bigint
                + (select value::bigint from meta where name = 'batch')
        order by j.batch, j.account, j.number limit ?::integer""",
)
# Each row is found by its key, however many there are: `offset 0` keeps PostgreSQL from joining by reading whole tables.
_SEALED: Final = Query(
    f"""select {_JOURNAL}, {_CONTENT}, s.seal, s.account, s.journal, s.hash from seals as s
            left join journals as j on j.programme = s.programme and j.account = s.account and j.number = s.journal
        where s.programme = ? and s.seal > ? order by s.seal limit ?""",
    f"""select j.*, s.seal, s.account, s.journal, s.hash from seals as s left join lateral (
            select {_JOURNAL}, {_CONTENT} from journals as j
            where j.programme = s.programme and j.account = s.account and j.number = s.journal offset 0
        ) as j on true
        where s.programme = ?::integer and s.seal > ?::bigint order by s.seal limit ?::integer""",
)
_ENTRIES: Final = Query(
    f"""select {_ENTRY} from json_each(?2) as n cross join entries as e
        where e.programme = ?1 and e.account = n.value ->> 0 and e.journal = n.value ->> 1
        order by e.account, e.journal, e.position""",
    f"""select {_ENTRY} from unnest(?::text[], ?::integer[]) as n(account, journal) cross join lateral (
            select * from entries as i
            where i.programme = ?::integer and i.account = n.account and i.journal = n.journal order by i.position offset 0
        ) as e""",
)
_ADD: Final = Insert(tables.seals)
_WIDTH: Final = len(JournalRow._fields)
_NUMBER: Final = JournalRow._fields.index("number")
_BATCH: Final = JournalRow._fields.index("batch")


def seal(work: Work, programme: int, limit: int = PAGE) -> int:
    """Seal up to `limit` journals that can be sealed, and return how many there were."""
    before = _locked(work, programme)
    if before is None:
        return 0
    last = _last(work, programme)
    rows = _NEXT.rows(work, programme, before.batch, before.batch, last.account, last.journal, limit)
    hash_, made = before.hash, []
    entries = _entries(work, programme, [(row[0], row[_NUMBER]) for row in rows])
    for place, row in enumerate(rows, before.seal + 1):
        hash_ = hash_of(hash_, row, entries.get((row[0], row[_NUMBER]), []))
        made.append((place, row[0], row[_NUMBER], hash_))
    if rows:
        _ADD.add(work, programme, made)
        after = Head(before.seal + len(rows), rows[-1][_BATCH], hash_)
        ordinary.change(work, sealer, {"programme": programme}, after._asdict())
    return len(rows)


def hash_of(before: bytes, journal: Sequence[Any], entries: Sequence[Sequence[Any]]) -> bytes:
    """Return the hash of a seal: of the hash before it, and of its journal with its event's content and its entries.

    What is hashed is one MessagePack array: the journal's row, the content or nil, and the rows of its entries in order.
    """
    said = msgspec.msgpack.encode((journal[:_WIDTH], journal[_WIDTH], entries))
    return hashlib.sha256(before + said).digest()


def verify_chain(view: View, programme: int, *, page: int = PAGE) -> Chain:
    """Walk down the whole chain and compare it with what there is; what does not agree is listed, the first hundred."""
    expected, hash_, batch = 0, GENESIS, 0
    breaks: list[Break] = []
    for found in _pages(view, programme, page):
        entries = _entries(view, programme, [(row[-3], row[-2]) for row in found])
        for row in found:
            expected += 1
            said = Seal(*row[-4:])
            made = hash_of(hash_, row[: _WIDTH + 1], entries.get((said.account, said.journal), []))
            what = _wrong(said, expected, made, there=row[0] is not None)
            if what:
                breaks.append(Break(said.seal, said.account, said.journal, what))
            expected, hash_, batch = said.seal, bytes(said.hash), row[_BATCH]
            if len(breaks) == BREAKS_MAX:
                return Chain(expected, hash_, tuple(breaks))
    now = head(view, programme)
    if (now.seal, now.hash, now.batch) != (expected, hash_, batch):
        breaks.append(Break(now.seal, "", 0, "the sealer came further than the seals, or not as far"))
    breaks += _out_of_order(view, programme)
    return Chain(expected, hash_, tuple(breaks[:BREAKS_MAX]))


def after(view: View, programme: int, seal: int = 0, limit: int = PAGE) -> list[Seal]:
    """Return seals after one of them, in order."""
    query = ordinary.chosen(seals, Seal._fields).where(seals.c.programme == programme, seals.c.seal > seal)
    return [Seal(*row) for row in ordinary.rows_of(view, query.order_by(seals.c.seal).limit(limit))]


def head(view: View, programme: int) -> Head:
    """Return how far the sealer came."""
    query = ordinary.chosen(sealer, Head._fields).where(sealer.c.programme == programme)
    return next((Head(*row) for row in ordinary.rows_of(view, query)), Head(0, 0, GENESIS))


def unsealed(view: View, programme: int) -> tuple[int, int | None]:
    """Return how many journals are not sealed, and when the oldest of them was recorded."""
    batch = head(view, programme).batch
    is_sealed = (
        select(seals.c.seal)
        .where(
            seals.c.programme == programme, seals.c.account == journals.c.account, seals.c.journal == journals.c.number
        )
        .exists()
    )
    query = select(func.count(), func.min(journals.c.recorded_at)).where(
        journals.c.programme == programme, journals.c.batch >= batch, ~is_sealed
    )
    count, oldest = view.connection.execute(query).one()
    return int(count), oldest


def cursor(view: View, programme: int, name: str) -> int:
    """Return the last seal that somebody has read; 0 before the first."""
    query = select(cursors.c.seal).where(ordinary.matches(cursors, {"programme": programme, "name": name}))
    return int(view.connection.execute(query).scalar_one_or_none() or 0)


def move_cursor(work: Work, programme: int, name: str, seal: int) -> None:
    """Note that somebody has read up to a seal."""
    key = {"programme": programme, "name": name}
    if not ordinary.change(work, cursors, key, {"seal": seal}):
        ordinary.add(work, cursors, [{**key, "seal": seal}])


def _locked(work: Work, programme: int) -> Head | None:
    """Lock the head of the chain, or return nothing while another sealer is at it."""
    ordinary.add_if_new(work, sealer, {"programme": programme, **Head(0, 0, GENESIS)._asdict()})
    query = ordinary.chosen(sealer, Head._fields).where(sealer.c.programme == programme)
    return next((Head(*row) for row in ordinary.rows_of(work, query.with_for_update(skip_locked=True))), None)


def _last(view: View, programme: int) -> Seal:
    """Return the last seal; before the first, one that stands before all."""
    query = ordinary.chosen(seals, Seal._fields).where(seals.c.programme == programme)
    rows = ordinary.rows_of(view, query.order_by(seals.c.seal.desc()).limit(1))
    return Seal(*rows[0]) if rows else Seal(0, "", 0, GENESIS)


def _pages(view: View, programme: int, size: int) -> Iterator[list[Row]]:
    place = 0
    while found := _SEALED.rows(view, programme, place, size):
        yield found
        place = found[-1][-4]


def _entries(view: View, programme: int, wanted: list[tuple[str, int]]) -> dict[tuple[str, int], list[Row]]:
    """Return the entries of journals of any accounts."""
    found: dict[tuple[str, int], list[Row]] = defaultdict(list)
    if view.is_postgresql:
        rows = _ENTRIES.rows(view, [one[0] for one in wanted], [one[1] for one in wanted], programme)
    else:
        rows = _ENTRIES.rows(view, programme, [list(one) for one in wanted])
    for row in rows:
        found[row[0], row[1]].append(row)
    return found


def _wrong(said: Seal, expected: int, made: bytes, *, there: bool) -> str:
    """Say what is wrong with a seal, if anything is."""
    if said.seal != expected:
        return "seals are missing before it"
    if not there:
        return "its journal is missing"
    return "" if bytes(said.hash) == made else "its journal, event or entries are not what was sealed"


def _out_of_order(view: View, programme: int) -> list[Break]:
    """Return accounts of whose journals, up to the last one sealed, some are not sealed."""
    last = func.max(seals.c.journal)
    query = select(func.max(seals.c.seal), seals.c.account, last).where(seals.c.programme == programme)
    rows = ordinary.rows_of(view, query.group_by(seals.c.account).having(last != func.count()))
    return [Break(row[0], row[1], row[2], "not all journals before it are sealed") for row in sorted(rows)]
