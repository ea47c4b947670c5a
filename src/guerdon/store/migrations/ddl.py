"""How the steps say things that the two databases spell differently."""

from typing import Final

from alembic import op

ONE_ROW: Final = "for each row execute function guerdon_append_only()"


def is_postgresql() -> bool:
    """Say which database is being migrated."""
    return op.get_bind().dialect.name == "postgresql"


def run(*statements: str) -> None:
    """Run statements in which {text}, {blob} and {compact} stand for what the database calls them."""
    postgresql = is_postgresql()
    words = {
        "text": 'text collate "C"' if postgresql else "text",
        "blob": "bytea" if postgresql else "blob",
        "compact": "" if postgresql else "without rowid",
    }
    for statement in statements:
        op.execute(statement.format_map(words))


def partitioned(statement: str, table: str, *, by: str, parts: int, compact: str = "") -> None:
    """Make a table that PostgreSQL hashes into parts; SQLite keeps it whole."""
    if not is_postgresql():
        run(f"{statement} {compact}")
        return
    run(f"{statement} partition by hash ({by})")
    for part in range(parts):
        op.execute(
            f"create table {table}_{part:02} partition of {table} for values with (modulus {parts}, remainder {part})"
        )


def append_only(*tables: str) -> None:
    """Let the database refuse to change or delete rows of tables."""
    for table in tables:
        if is_postgresql():
            op.execute(f"create trigger {table}_kept before update or delete on {table} {ONE_ROW}")
            op.execute(
                f"create trigger {table}_whole before truncate on {table} "
                "for each statement execute function guerdon_append_only()"
            )
            continue
        for verb in ("update", "delete"):
            op.execute(
                f"create trigger {table}_{verb} before {verb} on {table} "
                f"begin select raise(abort, '{table} are added to, never changed'); end"
            )


def refuse_changes() -> None:
    """Make what the triggers of append-only tables call on PostgreSQL."""
    if is_postgresql():
        op.execute("""
            create function guerdon_append_only() returns trigger language plpgsql as $$
            begin
                raise exception '% are added to, never changed', tg_table_name using errcode = 'restrict_violation';
            end $$
        """)
