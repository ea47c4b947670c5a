"""The migrated tables are those that the code knows; what is kept stays; a newer database is refused."""

import re
import sqlite3
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from sqlalchemy import create_engine

from guerdon.core.errors import Refused
from guerdon.store import Database, accounts, open_database
from guerdon.store.tables import APPEND_ONLY, METADATA, VIEWS
from tests.databases.fixtures import Engine

TABLES = sorted(METADATA.tables)
FOREIGN = {"alembic_version"}

COLUMNS = """
    select c.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, l.collname
    from pg_attribute a join pg_class c on c.oid = a.attrelid left join pg_collation l on l.oid = a.attcollation
    where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition and a.attnum > 0
"""
KEYS = """
    select c.relname, pg_get_constraintdef(k.oid) from pg_constraint k join pg_class c on c.oid = k.conrelid
    where c.relnamespace = 'public'::regnamespace and not c.relispartition and k.contype in ('p', 'u')
"""
INDEXES = """
    select c.relname, pg_get_indexdef(i.indexrelid) from pg_index i join pg_class c on c.oid = i.indrelid
    where c.relnamespace = 'public'::regnamespace and not c.relispartition
"""
PARTITIONED = """
    select c.relname, pg_get_partkeydef(c.oid), c.reloptions from pg_class c
    where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
"""


def _made_by_tables(engine: Engine) -> str:
    url = engine.blank()
    made = create_engine(url)
    METADATA.create_all(made)
    made.dispose()
    return url


def _of_postgresql(url: str) -> dict[str, list[Any]]:
    with psycopg.connect(url) as connection:
        asked = [connection.execute(query.encode()).fetchall() for query in (COLUMNS, KEYS, INDEXES, PARTITIONED)]
    return {table: [sorted(map(str, rows)) for rows in _of(table, asked)] for table in TABLES}


def _of(table: str, asked: list[list[Any]]) -> Iterator[list[Any]]:
    return ([row for row in rows if row[0] == table] for rows in asked)


def _of_sqlite(url: str) -> dict[str, Any]:
    with sqlite3.connect(url.removeprefix("sqlite:///")) as connection:
        found = {table: _table_of_sqlite(connection, table) for table in TABLES}
    connection.close()
    return found


def _table_of_sqlite(connection: sqlite3.Connection, table: str) -> list[Any]:
    columns = [(row[1], row[2].lower(), *row[3:]) for row in connection.execute(f"pragma table_info({table})")]
    indexes = [
        (unique, origin, partial, [row[2] for row in connection.execute(f"pragma index_info({name})")])
        for _, name, unique, origin, partial in connection.execute(f"pragma index_list({table})")
    ]
    kept = connection.execute("select sql from sqlite_master where name = ?", (table,)).fetchone()[0]
    return [columns, sorted(indexes, key=str), bool(re.search("without rowid", kept, re.IGNORECASE))]


def test_the_migrated_tables_are_those_that_the_code_knows(engine: Engine) -> None:
    described = _of_sqlite if engine.kind == "sqlite" else _of_postgresql
    known, migrated = described(_made_by_tables(engine)), described(engine.url)
    for table in TABLES:
        assert migrated[table] == known[table], table


def test_there_is_nothing_beside_the_tables(engine: Engine) -> None:
    if engine.kind == "sqlite":
        with sqlite3.connect(engine.url.removeprefix("sqlite:///")) as connection:
            rows = connection.execute("select name from sqlite_master where type in ('table', 'view')").fetchall()
        connection.close()
    else:
        with psycopg.connect(engine.url) as connection_:
            rows = connection_.execute("""
                select relname from pg_class where relnamespace = 'public'::regnamespace and not relispartition
                    and relkind in ('r', 'p', 'v')
            """).fetchall()
    assert {row[0] for row in rows} == {*TABLES, *VIEWS, *FOREIGN}


@pytest.mark.parametrize("table", APPEND_ONLY)
@pytest.mark.parametrize("verb", ["update", "delete"])
def test_what_is_kept_is_never_changed(database: Database, table: str, verb: str) -> None:
    columns = list(METADATA.tables[table].columns)
    with database.work() as work:
        values: dict[str, object] = {column.name: b"x" if "BLOB" in str(column.type) else 1 for column in columns}
        values |= {column.name: "1" for column in columns if str(column.type) == "TEXT"}
        work.connection.execute(METADATA.tables[table].insert().values(values))
    statement = (
        f"delete from {table}" if verb == "delete" else f"update {table} set {columns[0].name} = {columns[0].name}"
    )
    with pytest.raises(Exception, match="added to, never changed"), database.work() as work:
        work.connection.exec_driver_sql(statement)


def test_a_database_of_a_newer_guerdon_is_refused_with_what_to_do(database: Database) -> None:
    with database.work() as work:
        work.connection.exec_driver_sql("update alembic_version set version_num = '9999'")
    with pytest.raises(Refused, match=r"step 9999.*run the newer Guerdon") as refused:
        database.migrate()
    assert refused.value.code == "database_newer"
    with pytest.raises(Refused, match="9999"):
        database.check()


def test_a_database_that_is_not_migrated_is_refused(engine: Engine) -> None:
    database = open_database(engine.blank())
    with pytest.raises(Refused, match="migrate it first"):
        database.check()
    database.migrate()
    database.check()
    database.close()


def test_batches_go_on_rising_in_a_restored_cluster(database: Database) -> None:
    far = 10**12
    with database.work() as work:
        work.connection.exec_driver_sql(f"insert into sealer (programme, seal, batch, hash) values (1, 1, {far}, '')")
    database.migrate()
    with database.work() as work:
        accounts.lock(work, 1, ["ana"])
        assert (work.batch > far) is database.is_postgresql


def test_migrating_twice_changes_nothing(database: Database) -> None:
    with database.view() as view:
        before = view.connection.exec_driver_sql("select name, value from meta order by name").fetchall()
    database.migrate()
    with database.view() as view:
        assert view.connection.exec_driver_sql("select name, value from meta order by name").fetchall() == before
