"""Whatever is changed behind the books' back is found by `verify`, or stands in the list of what it does not cover (T16).

Rows are changed in a transaction that is never kept: one column of one row to another value, or a row taken away.
"""

import random
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any, Final

import pytest
from msgspec.structs import replace
from sqlalchemy import Table
from sqlalchemy.exc import DBAPIError

from guerdon.core.errors import GuerdonError
from guerdon.services.accounts.stand import brought
from guerdon.services.answers import Recorded
from guerdon.services.books.verify import SAID_ONCE, verify
from guerdon.services.published import take_up
from guerdon.services.states import packed, unpacked
from guerdon.store import Database, Work, accounts
from guerdon.store.tables import METADATA
from tests.proof.sizes import on_either_for_a_release, sized
from tests.proof.till import Till, orders
from tests.proof.writing import STOCKED
from tests.services.shop import Shop

TIMES = sized(push=1, release=40)
"""How often each column of each table is changed, and a row of it taken away."""

SEED = sized(push=5, release=random.randrange(1 << 32))  # noqa: S311 - a seed is no secret
STANDINGS = sized(push=40, release=1_000)
"""How often a number of a saved standing is changed."""

ORDERS = 36
BOOKS: Final = (
    "programmes", "revisions", "terms", "accounts", "events", "event_ids", "journals", "entries", "shared", "meta", "seals", "sealer",
)  # fmt: skip
"""Tables that the books consist of; all others are no books, and verify says so."""

Columns = dict[str, Any]
PROGRAMME: Final = ("programmes", "revisions", "terms")
COLUMNS: Final = [
    (name, column.name)
    for name in BOOKS
    for column in METADATA.tables[name].columns
    if column.name not in SAID_ONCE.get(name, ())
]
TRIES: Final = 20


class Undone(Exception):
    """Nothing of a transaction is kept."""


@contextmanager
def tampered(database: Database) -> Iterator[Work]:
    """Begin a work in which any row may be changed, and of which nothing is kept."""
    with suppress(Undone), database.work() as work:
        unprotected(work)
        yield work
        raise Undone


def unprotected(work: Work) -> None:
    """Let rows be changed that the database would not let anybody change."""
    if work.is_postgresql:
        work.connection.exec_driver_sql("set local session_replication_role = replica")
        return
    for row in work.connection.exec_driver_sql("select name from sqlite_master where type = 'trigger'").fetchall():
        work.connection.exec_driver_sql(f"drop trigger {row[0]}")


def other_than(value: Any, chance: random.Random) -> Any:  # noqa: ANN401 - whatever a column holds
    """Return another value: a bit of a byte, a letter, or a number near by."""
    if value is None:
        return 1
    if isinstance(value, int):
        return value + chance.choice([-1, 1, 7])
    if not value:
        return type(value)() + (b"x" if isinstance(value, bytes) else "x")
    place = chance.randrange(len(value))
    if isinstance(value, bytes):
        return value[:place] + bytes([value[place] ^ 1 << chance.randrange(8)]) + value[place + 1 :]
    return value[:place] + chr(ord(value[place]) ^ 1 << chance.randrange(5)) + value[place + 1 :]


def found(work: Work, till: Till, name: str) -> bool:
    """Say whether verify finds something, or cannot even begin, after a table was changed."""
    try:
        published = take_up(work, 1) if name in PROGRAMME else till.publishing.current(work)
        return bool(verify(work, published, at=till.at()).findings)
    except GuerdonError:
        return True


def rows_of(work: Work, table: Table) -> list[Columns]:
    """Return the rows that say something."""
    rows = [dict(row) for row in work.connection.execute(table.select().order_by(*table.primary_key)).mappings()]
    return [row for row in rows if table.name != "shared" or row["used"]]


def chosen(table: Table, row: Columns) -> list[Any]:
    return [column == row[column.name] for column in table.primary_key]


def changed(work: Work, table: Table, column: str, chance: random.Random) -> str:
    """Change a column of some row, and say from what to what."""
    for _ in range(TRIES):
        row = chance.choice(rows_of(work, table))
        before = row[column]
        after = other_than(before, chance)
        try:
            with work.connection.begin_nested():
                work.connection.execute(table.update().where(*chosen(table, row)).values({column: after}))
        except DBAPIError:
            continue
        return f"{before!r:.80} became {after!r:.80}"
    return ""


@pytest.fixture
def till(database: Database) -> Till:
    """A shop in which much has happened, sealed."""
    Shop(database, STOCKED)
    till = Till(database, STOCKED)
    for order in orders(SEED, ORDERS):
        till.do(order)
    till.one(id="last", member="ana", at=till.now, amount=400)
    assert isinstance(till.redeem(id="last mug", member="ana", reward="mug"), Recorded)
    while till.seal():
        pass
    with database.view() as view:
        assert verify(view, take_up(view, 1), at=till.at()).findings == ()
    return till


@on_either_for_a_release
def test_a_changed_value_is_found_or_listed(till: Till) -> None:
    chance = random.Random(SEED)  # noqa: S311 - chance is no secret
    missed: dict[str, str] = {}
    counts = dict.fromkeys(BOOKS, 0)
    for name, column in COLUMNS * TIMES:
        with tampered(till.database) as work:
            what = changed(work, METADATA.tables[name], column, chance)
            counts[name] += bool(what)
            if what and not found(work, till, name):
                missed[f"{name}.{column}"] = what
    assert not missed, f"seed {SEED}: correct verify, or list what nothing else says"
    assert min(counts[name] for name, _ in COLUMNS) > 0
    print("changed", counts)  # noqa: T201 - what was proven


@on_either_for_a_release
@pytest.mark.parametrize("name", [name for name in BOOKS if name not in SAID_ONCE or name in ("accounts", "events")])
def test_a_row_that_is_gone_is_found(till: Till, name: str) -> None:
    chance = random.Random(SEED)  # noqa: S311 - chance is no secret
    table = METADATA.tables[name]
    for _ in range(TIMES):
        with tampered(till.database) as work:
            row = chance.choice(rows_of(work, table))
            work.connection.execute(table.delete().where(*chosen(table, row)))
            assert found(work, till, name), f"seed {SEED}: {row}"


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_whatever_is_made_of_a_saved_standing_its_account_is_told_of_and_no_other(till: Till) -> None:
    """What time has overtaken changes nothing any more, of which verify says so: where nothing is told, they stand as they did."""
    chance = random.Random(SEED)  # noqa: S311 - chance is no secret
    table = METADATA.tables["accounts"]
    for _ in range(STANDINGS):
        with tampered(till.database) as work:
            row = chance.choice(rows_of(work, table))
            state = unpacked(row["state"])
            place = chance.randrange(len(state.cells))
            cells = [*state.cells[:place], other_than(state.cells[place], chance), *state.cells[place + 1 :]]
            published, who = till.publishing.current(work), row["account"]
            stood = brought(work, published, accounts.read(work, 1, [who])[who], till.at()).save()
            changed_ = {"state": packed(replace(state, cells=cells))}
            work.connection.execute(table.update().where(*chosen(table, row)).values(changed_))
            told = verify(work, published, at=till.at()).findings
            where = f"seed {SEED}: cell {place} of {who}"
            assert {one.account for one in told} <= {who}, where
            tampered_with = accounts.read(work, 1, [who])[who]
            assert told or brought(work, published, tampered_with, till.at()).save() == stood, where
