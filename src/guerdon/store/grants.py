"""What a role of PostgreSQL may do that serves the books and does not own them.

Invariants:
* It adds to what is only added to, and never changes it: PostgreSQL itself refuses, triggers or not.
* It changes no table's shape; that is for their owner, who migrates.
* Granting again leaves exactly this, whatever the role was granted before.
"""

from typing import Final

from sqlalchemy import Connection, text

from guerdon.core.errors import Invalid, NotFound, Refused
from guerdon.store import tables

EMPTIED: Final = frozenset({"accounts", "answers", "identities", "leases", "meta"})
"""Tables from which rows go: accounts that were asked about and refused, who is forgotten, what is old."""

_STEPS: Final = "alembic_version"


def grant(connection: Connection, role: str) -> None:
    """Let a role serve these books, and do nothing else with them."""
    if connection.dialect.name != "postgresql":
        message = "only PostgreSQL has roles; who may use a file of SQLite is said by the file's permissions"
        raise Invalid(message)
    with connection.begin():
        _refuse_who_owns_nothing(connection)
        _refuse_who_may_more(connection, role)
        named = connection.dialect.identifier_preparer.quote_identifier(role)
        for statement in _statements(named, _schema(connection)):
            connection.exec_driver_sql(statement)


def verbs(table: str) -> str:
    """Return what serving does to a table."""
    if table in tables.APPEND_ONLY:
        return "select, insert"
    return "select, insert, update, delete" if table in EMPTIED else "select, insert, update"


def is_owner(connection: Connection) -> bool:
    """Say whether the tables, if there are any, are this role's own."""
    found = connection.execute(
        text("select pg_has_role(relowner, 'usage') from pg_class where oid = to_regclass('programmes')")
    ).scalar()
    return found is None or bool(found)


def _statements(role: str, schema: str) -> list[str]:
    """Return what takes everything from a role, and what gives it what it needs."""
    return [
        f"revoke all on all tables in schema {schema} from {role}",
        f"revoke all on all sequences in schema {schema} from {role}",
        f"revoke create on schema {schema} from {role}",
        f"grant usage on schema {schema} to {role}",
        f"grant usage on all sequences in schema {schema} to {role}",
        f"grant select on {', '.join([*tables.VIEWS, _STEPS])} to {role}",
        *[f"grant {verbs(table)} on {table} to {role}" for table in tables.METADATA.tables],
    ]


def _schema(connection: Connection) -> str:
    return connection.dialect.identifier_preparer.quote_identifier(
        str(connection.execute(text("select current_schema()")).scalar())
    )


def _refuse_who_owns_nothing(connection: Connection) -> None:
    if not is_owner(connection):
        message = "only the owner of the tables grants them to others: use the address by which they were made"
        raise Refused(message, code="not_owner")


def _refuse_who_may_more(connection: Connection, role: str) -> None:
    """Refuse a role that there is not, or that may do everything whatever it is granted."""
    query = """
        select rolsuper or pg_has_role(rolname, (select relowner from pg_class where oid = to_regclass('programmes')), 'usage')
        from pg_roles where rolname = :role
    """
    found = connection.execute(text(query), {"role": role}).first()
    if found is None:
        message = f"there is no role {role!r}; make it first: create role {role} login password '...'"
        raise NotFound(message, code="role_unknown")
    if found[0]:
        message = (
            f"{role} owns the tables, or is a superuser, and may do everything: name a role of its own for serving"
        )
        raise Refused(message, code="role_owns")
