"""The tables' own version: brought up to what this code knows, and refused when it is not what it knows."""

import secrets
from pathlib import Path
from typing import Final

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from guerdon.core.errors import Refused
from guerdon.store import grants

STEPS: Final = Path(__file__).parent / "migrations"
ONE_AT_A_TIME: Final = 4_717_260
"""The number of the lock under which PostgreSQL is migrated."""

HASH_KEY: Final = "identities"
HASH_KEY_BYTES: Final = 32


def migrate(connection: Connection) -> None:
    """Run the steps that are missing, all or none; a lock that does not come within seconds ends it."""
    with connection.begin():
        if connection.dialect.name == "postgresql":
            connection.execute(text("select pg_advisory_xact_lock(:number)"), {"number": ONE_AT_A_TIME})
            connection.execute(text("set local lock_timeout = '5s'"))
        _refuse_newer(connection)
        _refuse_who_may_not(connection)
        config = _config()
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        _make_hash_key(connection)
        _go_on_counting(connection)


def check(connection: Connection) -> None:
    """Refuse tables that are newer or older than this code."""
    with connection.begin():
        _refuse_newer(connection)
        found = MigrationContext.configure(connection).get_current_heads()
        newest = ScriptDirectory(str(STEPS)).get_heads()
        if set(found) != set(newest):
            message = f"the database is at step {_steps(found)}, this Guerdon needs {_steps(newest)}: migrate it first"
            raise Refused(message, code="database_older")


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(STEPS))
    config.set_main_option("path_separator", "os")
    return config


def _refuse_newer(connection: Connection) -> None:
    found = MigrationContext.configure(connection).get_current_heads()
    known = {step.revision for step in ScriptDirectory(str(STEPS)).walk_revisions()}
    if not set(found) <= known:
        message = (
            f"the database is at step {_steps(found)}, this Guerdon knows steps up to {max(known)}: run the newer Guerdon "
            "that changed it, or restore a backup from before"
        )
        raise Refused(message, code="database_newer")


def _refuse_who_may_not(connection: Connection) -> None:
    """Refuse to change tables that are somebody else's, and say who does."""
    if connection.dialect.name != "postgresql" or grants.is_owner(connection):
        return
    found, newest = MigrationContext.configure(connection).get_current_heads(), ScriptDirectory(str(STEPS)).get_heads()
    if set(found) != set(newest):
        message = (
            f"the database is at step {_steps(found)}, this Guerdon needs {_steps(newest)}, and its tables are another role's: "
            "run guerdon database grant with the address of their owner, which brings them up and grants what is new"
        )
        raise Refused(message, code="database_older")


def _steps(found: tuple[str, ...] | list[str]) -> str:
    return ", ".join(sorted(found)) or "none"


def _make_hash_key(connection: Connection) -> None:
    """Make the key under which values that identify people are hashed, once."""
    connection.execute(
        text("insert into meta (name, value) values (:name, :value) on conflict do nothing"),
        {"name": HASH_KEY, "value": secrets.token_hex(HASH_KEY_BYTES)},
    )


def _go_on_counting(connection: Connection) -> None:
    """See to it that batches go on rising in a cluster whose transactions count from the beginning: a restored one."""
    if connection.dialect.name != "postgresql":
        return
    connection.execute(
        text("""
            update meta set value = greatest(value::bigint, (
                select coalesce(max(newest), 0) + 1 - pg_snapshot_xmin(pg_current_snapshot())::text::bigint from (
                    select max(batch) as newest from sealer
                    union all
                    select (select max(batch) from journals where programme = programmes.id) from programmes
                ) as batches
            ))::text where name = 'batch'
        """)
    )
