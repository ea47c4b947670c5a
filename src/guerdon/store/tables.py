"""The tables, as SQLAlchemy knows them; the migrations make them, and a test holds the two equal.

Invariants:
* Every key begins with the programme, then the account where there is one, so that an account's rows stand together.
* Instants are microseconds since 1970 in UTC. Text is ordered by its bytes, which is the order in which rows are locked.
* Tables in `APPEND_ONLY` have triggers that refuse to change or delete a row.
"""

from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    Column,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.schema import SchemaItem
from sqlalchemy.types import TypeEngine

from guerdon.core.calendar import LATEST

METADATA: Final = MetaData()
PARTITIONS: Final = 16
"""Into how many parts PostgreSQL hashes the large tables."""

BY_ACCOUNT: Final = "HASH (programme, account)"
BY_ID: Final = "HASH (programme, source, id)"

BYTES: Final = LargeBinary()
INSTANT: Final = BigInteger()
NUMBER: Final = Integer()
POINTS: Final = BigInteger()
SMALL: Final = SmallInteger()
TEXT: Final = Text().with_variant(Text(collation="C"), "postgresql")

Kinds = TypeEngine[int] | TypeEngine[str] | TypeEngine[bytes]


def _table(
    name: str,
    columns: dict[str, Kinds],
    key: str,
    *more: SchemaItem,
    absent: str = "",
    **options: Any,  # noqa: ANN401 - as SQLAlchemy takes them
) -> Table:
    """Return a table; of its columns those in `absent` may have no value."""
    lacking = set(absent.split())
    made = [Column(one, kind, nullable=one in lacking, autoincrement=False) for one, kind in columns.items()]
    table: Table = Table(name, METADATA, *made, PrimaryKeyConstraint(*key.split()), *more, **options)
    return table


def _compact(**options: Any) -> dict[str, Any]:  # noqa: ANN401 - as SQLAlchemy takes them
    """Return options of a table of small rows, which SQLite keeps in the order of their key."""
    return {"sqlite_with_rowid": False, **options}


def _by_month_and_day(name: str, column: str) -> Index:
    """Return an index of the members by the month and day of a date, of those of whom it is known."""
    known = text(f"{column} is not null")
    order = text(f"substr({column}, 6)")
    return Index(name, "programme", order, "member", postgresql_where=known, sqlite_where=known)


# The programme and its terms.

programmes = _table("programmes", {"id": NUMBER, "name": TEXT, "created_at": INSTANT}, "id", UniqueConstraint("name"))
revisions = _table(
    "revisions",
    {
        "programme": NUMBER, "revision": NUMBER, "published_at": INSTANT, "published_by": TEXT, "note": TEXT,
        "files": TEXT, "replaces": NUMBER,
    },
    "programme revision",
    absent="replaces",
)  # fmt: skip
terms = _table(
    "terms",
    {"programme": NUMBER, "id": NUMBER, "kind": TEXT, "name": TEXT},
    "programme id",
    UniqueConstraint("programme", "kind", "name"),
)

# Facts, and the books made of them.

accounts = _table(
    "accounts",
    {
        "programme": NUMBER, "account": TEXT, "events": NUMBER, "journals": NUMBER, "placed_at": INSTANT, "placed": TEXT,
        "revision": NUMBER, "next_due": INSTANT, "batch": BigInteger(), "state": BYTES,
    },
    "programme account",
    Index(
        "accounts_due", "programme", "next_due", "account",
        postgresql_where=text(f"next_due < {LATEST}"), sqlite_where=text(f"next_due < {LATEST}"),
    ),
    postgresql_with={"fillfactor": 70},
)  # fmt: skip
events = _table(
    "events",
    {
        "programme": NUMBER, "account": TEXT, "number": NUMBER, "source": TEXT, "id": TEXT, "type": TEXT, "kind": SMALL,
        "member": TEXT, "at": INSTANT, "recorded_at": INSTANT, "body": TEXT, "granted": TEXT, "revision": NUMBER,
    },
    "programme account number",
    absent="granted",
    postgresql_partition_by=BY_ACCOUNT,
)  # fmt: skip
event_ids = _table(
    "event_ids",
    {"programme": NUMBER, "source": TEXT, "id": TEXT, "account": TEXT, "number": NUMBER, "content": BYTES},
    "programme source id",
    **_compact(postgresql_partition_by=BY_ID),
)
journals = _table(
    "journals",
    {
        "programme": NUMBER, "account": TEXT, "number": NUMBER, "event": NUMBER, "kind": SMALL, "at": INSTANT,
        "recorded_at": INSTANT, "late": NUMBER, "batch": BigInteger(),
    },
    "programme account number",
    Index("journals_batch", "programme", "batch"),
    absent="event late",
    **_compact(postgresql_partition_by=BY_ACCOUNT),
)  # fmt: skip
entries = _table(
    "entries",
    {
        "programme": NUMBER, "account": TEXT, "journal": NUMBER, "position": NUMBER, "sign": SMALL, "kind": SMALL, "at": INSTANT,
        "unit": NUMBER, "points": POINTS, "source_book": SMALL, "into_book": SMALL, "event": NUMBER, "made": NUMBER,
        "line": NUMBER, "rule": NUMBER, "version": NUMBER, "source": NUMBER, "band": NUMBER, "desired": POINTS,
        "limit_": NUMBER, "period": BigInteger(), "lot": NUMBER, "residue": BigInteger(), "payer": NUMBER, "reason": NUMBER,
    },
    "programme account journal position",
    absent="source_book into_book",
    **_compact(postgresql_partition_by=BY_ACCOUNT),
)  # fmt: skip

# People, and what they ask for.

members = _table(
    "members",
    {
        "programme": NUMBER, "member": TEXT, "account": TEXT, "status": TEXT, "enrolled_at": INSTANT,
        "closed_at": INSTANT, "born_on": TEXT, "attributes": TEXT, "updated_at": INSTANT,
        "born_before": TEXT, "born_from": NUMBER, "zone": TEXT,
    },
    "programme member",
    Index("members_account", "programme", "account"),
    Index("members_enrolled", "programme", "enrolled_at", "member"),
    _by_month_and_day("members_born", "born_on"),
    _by_month_and_day("members_born_before", "born_before"),
    Index(
        "members_zone", "programme", "zone",
        postgresql_where=text("zone is not null"), sqlite_where=text("zone is not null"),
    ),
    absent="closed_at born_on born_before born_from zone",
)  # fmt: skip
identities = _table(
    "identities",
    {
        "programme": NUMBER,
        "kind": TEXT,
        "value_hash": BYTES,
        "member": TEXT,
        "added_at": INSTANT,
        "handle": BYTES,
        "former": TEXT,
    },
    "programme kind value_hash",
    Index("identities_member", "programme", "member"),
    absent="handle former",
    **_compact(),
)
redemptions = _table(
    "redemptions",
    {
        "programme": NUMBER, "id": TEXT, "account": TEXT, "member": TEXT, "reward": TEXT, "event": NUMBER, "state": TEXT,
        "steps": TEXT, "code_hash": BYTES, "reserved_at": INSTANT, "confirmed_at": INSTANT, "cancelled_at": INSTANT,
        "fulfilled_at": INSTANT, "lapses_at": INSTANT,
    },
    "programme id",
    Index("redemptions_account", "programme", "account"),
    absent="code_hash reserved_at confirmed_at cancelled_at fulfilled_at lapses_at",
)  # fmt: skip
codes = _table(
    "codes",
    {
        "programme": NUMBER, "code_hash": BYTES, "pool": TEXT, "state": TEXT, "redemption": TEXT, "expires_at": INSTANT,
        "secret": TEXT,
    },
    "programme code_hash",
    Index("codes_pool", "programme", "pool", "state"),
    absent="redemption expires_at secret",
    **_compact(),
)  # fmt: skip

adjustments = _table(
    "adjustments",
    {
        "programme": NUMBER, "id": TEXT, "member": TEXT, "reason": TEXT, "unit": TEXT, "points": POINTS, "note": TEXT,
        "state": TEXT, "asked_by": TEXT, "asked_at": INSTANT, "decided_by": TEXT, "decided_at": INSTANT,
    },
    "programme id",
    Index("adjustments_state", "programme", "state", "asked_at", "id"),
    absent="decided_by decided_at",
)  # fmt: skip

transfers = _table(
    "transfers",
    {
        "programme": NUMBER, "id": TEXT, "sender": TEXT, "receiver": TEXT, "transfer": TEXT, "unit": TEXT, "points": POINTS,
        "message": TEXT, "state": TEXT, "asked_by": TEXT, "asked_at": INSTANT, "decided_by": TEXT, "decided_at": INSTANT,
        "account": TEXT, "done_at": INSTANT, "reversed_points": POINTS, "reversed_by": TEXT, "reversed_at": INSTANT,
    },
    "programme id",
    Index("transfers_state", "programme", "state", "asked_at", "id"),
    Index("transfers_sent", "programme", "account", "transfer", "done_at"),
    Index("transfers_sender", "programme", "sender", "asked_at", "id"),
    Index("transfers_receiver", "programme", "receiver", "asked_at", "id"),
    absent="decided_by decided_at account done_at reversed_points reversed_by reversed_at",
)  # fmt: skip

# What is kept until somebody joins.

guest_events = _table(
    "guest_events",
    {
        "programme": NUMBER, "source": TEXT, "id": TEXT, "kind": TEXT, "value_hash": BYTES, "at": INSTANT,
        "recorded_at": INSTANT, "body": TEXT, "content": BYTES, "account": TEXT, "number": NUMBER,
    },
    "programme source id",
    Index("guest_events_identity", "programme", "kind", "value_hash"),
    Index("guest_events_content", "programme", "content"),
    absent="account number",
)  # fmt: skip

# What accounts share.

shared = _table(
    "shared",
    {"programme": NUMBER, "term": NUMBER, "period": BigInteger(), "used": BigInteger()},
    "programme term period",
    **_compact(),
)
leases = _table(
    "leases",
    {
        "programme": NUMBER, "term": NUMBER, "period": BigInteger(), "process": TEXT, "granted": BigInteger(),
        "used": BigInteger(),
    },
    "programme term period process",
    **_compact(),
)  # fmt: skip

# What a service keeps of those who call it, and of its own work.

keys = _table(
    "keys",
    {
        "id": TEXT, "programme": NUMBER, "name": TEXT, "key_hash": BYTES, "scopes": TEXT, "created_at": INSTANT,
        "expires_at": INSTANT, "revoked_at": INSTANT, "last_used_on": NUMBER,
    },
    "id",
    UniqueConstraint("key_hash"),
    absent="expires_at revoked_at last_used_on",
)  # fmt: skip
answers = _table(
    "answers",
    {
        "programme": NUMBER, "actor": TEXT, "key": TEXT, "asked": BYTES, "status": NUMBER, "body": TEXT,
        "created_at": INSTANT,
    },
    "programme actor key",
    Index("answers_age", "created_at"),
    absent="status body",
)  # fmt: skip
audit = _table(
    "audit",
    {
        "programme": NUMBER, "number": BigInteger(), "at": INSTANT, "actor": TEXT, "verb": TEXT, "subject": TEXT,
        "body": TEXT, "request_id": TEXT,
    },
    "programme number",
)  # fmt: skip
jobs = _table(
    "jobs",
    {
        "programme": NUMBER, "name": TEXT, "day": NUMBER, "state": TEXT, "done_to": TEXT, "owner": TEXT,
        "leased_until": INSTANT,
    },
    "programme name day",
)  # fmt: skip
imports = _table(
    "imports",
    {
        "programme": NUMBER, "id": TEXT, "state": TEXT, "done_to": BigInteger(), "rows": BigInteger(),
        "bad_rows": BigInteger(), "body": TEXT, "created_at": INSTANT, "updated_at": INSTANT,
    },
    "programme id",
)  # fmt: skip
meta = _table("meta", {"name": TEXT, "value": TEXT}, "name")

# The order of recording.

seals = _table(
    "seals",
    {"programme": NUMBER, "seal": BigInteger(), "account": TEXT, "journal": NUMBER, "hash": BYTES},
    "programme seal",
    UniqueConstraint("programme", "account", "journal"),
    **_compact(),
)
sealer = _table(
    "sealer",
    {"programme": NUMBER, "seal": BigInteger(), "batch": BigInteger(), "hash": BYTES},
    "programme",
)
cursors = _table("cursors", {"programme": NUMBER, "name": TEXT, "seal": BigInteger()}, "programme name")

APPEND_ONLY: Final = (
    "revisions", "terms", "events", "event_ids", "journals", "entries", "seals", "audit",
)  # fmt: skip
"""Tables whose rows stay as they are."""

VIEWS: Final = ("postings", "lots")
"""What is read off the entries: both sides of each as signed rows, and every lot there ever was."""
