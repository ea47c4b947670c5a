"""Handles of identities, by which events name them, and whose they were before they were nobody's."""

from guerdon.store.migrations.ddl import run

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Add the columns."""
    run(
        "alter table identities add column handle {blob}",
        "alter table identities add column former {text}",
    )
