"""A role that serves the books and does not own them: PostgreSQL itself keeps it from changing what was written."""

from collections.abc import Iterator
from itertools import count

import psycopg
import pytest
from click.testing import CliRunner
from psycopg.errors import InsufficientPrivilege
from sqlalchemy.engine import make_url

from guerdon.cli.main import commands
from guerdon.core.errors import Invalid, NotFound, Refused
from guerdon.services.answers import Refusal
from guerdon.store import Database, open_database
from guerdon.store.grants import verbs
from guerdon.store.tables import APPEND_ONLY, METADATA
from guerdon.worker.loop import Worker
from tests.api.serving import PURCHASE, serving
from tests.databases.fixtures import Engine
from tests.proof.every import EVERY
from tests.proof.till import books, do, orders, undisturbed
from tests.proof.writing import NOW, STOCKED, YEARS_LATER
from tests.services.shop import Shop

on_postgresql = pytest.mark.parametrize("engine", ["postgresql"], indirect=True)
ORDERS = 60
NUMBERS = count(1)


@pytest.fixture
def served(engine: Engine) -> Iterator[Database]:
    """Open a database as a role that may serve it; its owner granted that."""
    found = open_database(granted(engine))
    yield found
    found.close()


def granted(engine: Engine) -> str:
    """Return the address of a role that was granted what serving needs, by the command."""
    role = made(engine)
    done = CliRunner().invoke(commands, ["database", "grant", role, "--database", engine.url])
    assert done.output == f"{role} may serve the books\n", done.exception
    return str(make_url(engine.url).set(username=role))


def made(engine: Engine) -> str:
    """Make a role, and return its name."""
    role = f"Till {next(NUMBERS)}"
    as_owner(engine, f'create role "{role}" login')
    return role


def as_owner(engine: Engine, *statements: str) -> None:
    with psycopg.connect(engine.url, autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement.encode())


@on_postgresql
def test_every_path_that_writes_is_open_to_a_role_that_serves(served: Database) -> None:
    served.migrate()
    shop = Shop(served, STOCKED)
    for path in EVERY:
        number = next(NUMBERS)
        shop.now = NOW
        path.prepare(shop, number)
        assert not isinstance(path.act(shop, number), Refusal), path.name
    worker = Worker(served, 1, lambda: shop.at(YEARS_LATER))
    assert worker.round().sealed > 0
    shop.now = YEARS_LATER
    assert shop.verify().findings == ()


@on_postgresql
def test_a_history_is_the_same_books_whoever_serves_it(served: Database) -> None:
    asked = orders(7, ORDERS)
    Shop(served, STOCKED)
    do(served, asked)
    assert books(served) == undisturbed(asked)


@on_postgresql
def test_the_service_runs_as_a_role_that_serves(engine: Engine) -> None:
    with serving(granted(engine)) as service:
        assert service.post("/events", PURCHASE).status_code == 201
        assert service.available() == 120
        service.earn(100)
        taken = service.post("/members/ana/redemptions", {"id": "r1", "reward": "mug"})
        assert (taken.status_code, service.available()) == (201, 20)


@on_postgresql
def test_what_is_kept_is_not_changed_even_without_triggers(engine: Engine, served: Database) -> None:
    shop = Shop(served, STOCKED)
    shop.one(id="1", member="ana", at="2026-05-10", amount=300)
    triggers = "drop trigger {0}_kept on {0}", "drop trigger {0}_whole on {0}"
    as_owner(engine, *[statement.format(table) for table in APPEND_ONLY for statement in triggers])
    for table in APPEND_ONLY:
        column = next(iter(METADATA.tables[table].columns)).name
        for statement in (f"update {table} set {column} = {column}", f"delete from {table}", f"truncate {table}"):
            refused(served, statement)
    refused(served, "delete from journals_00")


@on_postgresql
def test_a_role_that_serves_makes_and_changes_no_tables(served: Database) -> None:
    for statement in (
        "create table own (a integer)", "drop table journals", "alter table journals add column own integer",
        "alter table journals disable trigger all", "drop view lots", "truncate accounts", "delete from members",
    ):  # fmt: skip
        refused(served, statement)


def refused(served: Database, statement: str) -> None:
    """See that PostgreSQL refuses a statement by who asks for it."""
    with pytest.raises(InsufficientPrivilege), served.work() as work:
        work.driver.execute(statement.encode())


@on_postgresql
def test_granting_again_leaves_exactly_what_serving_needs(engine: Engine) -> None:
    role = made(engine)
    as_owner(
        engine, f'grant all on all tables in schema public to "{role}"', f'grant create on schema public to "{role}"'
    )
    database = open_database(engine.url)
    for _ in range(2):
        database.grant(role)
    database.close()
    with psycopg.connect(engine.url) as connection:
        rows = connection.execute(
            "select table_name, lower(privilege_type) from information_schema.role_table_grants where grantee = %s",
            [role],
        ).fetchall()
        create = connection.execute("select has_schema_privilege(%s, 'public', 'create')", [role]).fetchone()
    found = {name: {verb for table, verb in rows if table == name} for name, _ in rows}
    expected = {name: set(verbs(name).split(", ")) for name in METADATA.tables}
    assert found == expected | {name: {"select"} for name in ("alembic_version", "lots", "postings")}
    assert create == (False,)


@on_postgresql
def test_who_cannot_be_granted_anything_is_told_why(engine: Engine, served: Database) -> None:
    database = open_database(engine.url)
    with pytest.raises(NotFound, match=r"there is no role 'nobody-yet'; make it first"):
        database.grant("nobody-yet")
    with pytest.raises(Refused, match="may do everything"):
        database.grant("postgres")
    with pytest.raises(Refused, match="only the owner"):
        served.grant("postgres")
    database.close()


def test_a_file_has_no_roles() -> None:
    database = open_database(":memory:")
    database.migrate()
    with pytest.raises(Invalid, match="only PostgreSQL has roles"):
        database.grant("till")
    database.close()


@on_postgresql
def test_tables_of_another_step_are_left_to_their_owner(engine: Engine, served: Database) -> None:
    as_owner(engine, "update alembic_version set version_num = '0001'")
    with pytest.raises(Refused, match=r"step 0001.*guerdon database grant") as refusal:
        served.migrate()
    assert refusal.value.code == "database_older"
