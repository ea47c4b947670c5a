"""Refunds of guests that wait for their purchases."""

from guerdon.store.migrations.ddl import run

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Add the index by which they are found when their purchase comes."""
    run("create index guest_events_content on guest_events (programme, content)")
