"""Zones in which members live."""

from guerdon.store.migrations.ddl import run

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Add the column, and an index by which it is known which zones there are."""
    run(
        "alter table members add column zone {text}",
        "create index members_zone on members (programme, zone) where zone is not null",
    )
