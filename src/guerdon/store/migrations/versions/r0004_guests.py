"""Purchases of guests: what is kept under an identity until somebody joins with it."""

from guerdon.store.migrations.ddl import run

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Make the table."""
    run(
        """create table guest_events (
            programme integer not null, source {text} not null, id {text} not null, kind {text} not null,
            value_hash {blob} not null, at bigint not null, recorded_at bigint not null,
            body {text} not null, content {blob} not null, account {text}, number integer,
            primary key (programme, source, id))""",
        "create index guest_events_identity on guest_events (programme, kind, value_hash)",
    )
