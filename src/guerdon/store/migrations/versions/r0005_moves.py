"""Adjustments as those see them who asked for one, and who agreed; and codes of a pool, as they are until they are handed out."""

from guerdon.store.migrations.ddl import run

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Make the table, and the column."""
    run(
        """create table adjustments (
            programme integer not null, id {text} not null, member {text} not null, reason {text} not null,
            unit {text} not null, points bigint not null, note {text} not null, state {text} not null,
            asked_by {text} not null, asked_at bigint not null, decided_by {text}, decided_at bigint,
            primary key (programme, id))""",
        "create index adjustments_state on adjustments (programme, state, asked_at, id)",
        "alter table codes add column secret {text}",
    )
