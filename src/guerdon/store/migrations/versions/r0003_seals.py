"""The order of recording: seals, the head of their chain, and how far others have read it."""

from guerdon.store.migrations.ddl import append_only, run

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Make the tables."""
    run(
        """create table seals (
            programme integer not null, seal bigint not null, account {text} not null, journal integer not null,
            hash {blob} not null,
            primary key (programme, seal), unique (programme, account, journal)) {compact}""",
        """create table sealer (
            programme integer not null, seal bigint not null, batch bigint not null, hash {blob} not null,
            primary key (programme))""",
        """create table cursors (
            programme integer not null, name {text} not null, seal bigint not null,
            primary key (programme, name))""",
    )
    append_only("seals")
