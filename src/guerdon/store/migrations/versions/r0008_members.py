"""Days of birth that were changed, and members by the days that their celebrations are counted from; transfers by members."""

from guerdon.store.migrations.ddl import run

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Add the columns and the indexes."""
    run(
        "alter table members add column born_before {text}",
        "alter table members add column born_from integer",
        "create index members_enrolled on members (programme, enrolled_at, member)",
        "create index members_born on members (programme, substr(born_on, 6), member) where born_on is not null",
        "create index members_born_before on members (programme, substr(born_before, 6), member) where born_before is not null",
        "create index transfers_sender on transfers (programme, sender, asked_at, id)",
        "create index transfers_receiver on transfers (programme, receiver, asked_at, id)",
    )
