"""Transfers as those see them who asked for one, and who agreed."""

from guerdon.store.migrations.ddl import run

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Make the table."""
    run(
        """create table transfers (
            programme integer not null, id {text} not null, sender {text} not null, receiver {text} not null,
            transfer {text} not null, unit {text} not null, points bigint not null, message {text} not null,
            state {text} not null, asked_by {text} not null, asked_at bigint not null, decided_by {text},
            decided_at bigint, account {text}, done_at bigint, reversed_points bigint, reversed_by {text},
            reversed_at bigint,
            primary key (programme, id))""",
        "create index transfers_state on transfers (programme, state, asked_at, id)",
        "create index transfers_sent on transfers (programme, account, transfer, done_at)",
    )
