"""Programmes, facts, and the books made of them."""

from alembic import op

from guerdon.store.migrations.ddl import append_only, partitioned, refuse_changes, run

revision = "0001"
down_revision = None

PARTS = 16


def upgrade() -> None:
    """Make the tables."""
    refuse_changes()
    _programmes()
    _accounts()
    _facts()
    _journals()
    _entries()
    _views()
    append_only("revisions", "terms", "events", "event_ids", "journals", "entries")


def _programmes() -> None:
    run(
        """create table programmes (
            id integer not null, name {text} not null, created_at bigint not null,
            primary key (id), unique (name))""",
        """create table revisions (
            programme integer not null, revision integer not null, published_at bigint not null,
            published_by {text} not null, note {text} not null, files {text} not null, replaces integer,
            primary key (programme, revision))""",
        """create table terms (
            programme integer not null, id integer not null, kind {text} not null, name {text} not null,
            primary key (programme, id), unique (programme, kind, name))""",
        """create table meta (name {text} not null, value {text} not null, primary key (name))""",
        "insert into meta (name, value) values ('batch', '0')",
    )


def _accounts() -> None:
    room = " with (fillfactor = 70)" if op.get_bind().dialect.name == "postgresql" else ""
    run(
        """create table accounts (
            programme integer not null, account {text} not null, events integer not null, journals integer not null,
            placed_at bigint not null, placed {text} not null, revision integer not null, next_due bigint not null,
            batch bigint not null, state {blob} not null,
            primary key (programme, account))"""
        + room,
        "create index accounts_due on accounts (programme, next_due, account) where next_due < 1152921504606846976",
    )


def _facts() -> None:
    partitioned(
        """create table events (
            programme integer not null, account {text} not null, number integer not null, source {text} not null,
            id {text} not null, type {text} not null, kind smallint not null, member {text} not null, at bigint not null,
            recorded_at bigint not null, body {text} not null, granted {text}, revision integer not null,
            primary key (programme, account, number))""",
        "events",
        by="programme, account",
        parts=PARTS,
    )
    partitioned(
        """create table event_ids (
            programme integer not null, source {text} not null, id {text} not null, account {text} not null,
            number integer not null, content {blob} not null,
            primary key (programme, source, id))""",
        "event_ids",
        by="programme, source, id",
        parts=PARTS,
        compact="without rowid",
    )


def _journals() -> None:
    partitioned(
        """create table journals (
            programme integer not null, account {text} not null, number integer not null, event integer,
            kind smallint not null, at bigint not null, recorded_at bigint not null, late integer, batch bigint not null,
            primary key (programme, account, number))""",
        "journals",
        by="programme, account",
        parts=PARTS,
        compact="without rowid",
    )
    run("create index journals_batch on journals (programme, batch)")


def _entries() -> None:
    partitioned(
        """create table entries (
            programme integer not null, account {text} not null, journal integer not null, position integer not null,
            sign smallint not null, kind smallint not null, at bigint not null, unit integer not null, points bigint not null,
            source_book smallint, into_book smallint, event integer not null, made integer not null, line integer not null,
            rule integer not null, version integer not null, source integer not null, band integer not null,
            desired bigint not null, limit_ integer not null, period bigint not null, lot integer not null,
            residue bigint not null, payer integer not null, reason integer not null,
            primary key (programme, account, journal, position))""",
        "entries",
        by="programme, account",
        parts=PARTS,
        compact="without rowid",
    )


def _views() -> None:
    """Make what is read off the entries.

    Kinds are 0 earned, 1 spent, 2 expired, 7 restored, 9 settled; points were before (`band`) in 2 spent or 3 expired. Books 0
    to 2 are pending, available, held. Where points come back whose lot has ended, a lot is made of them: it has no row of what
    it earned, and its event is the one that made it. What a late event made untrue is taken off by an entry of sign -1.
    """
    run(
        """create view postings as
            select programme, account, journal, position, unit, source_book as book, -sign * points as points, payer, made, rule, lot
            from entries where source_book is not null
            union all
            select programme, account, journal, position, unit, into_book as book, sign * points as points, payer, made, rule, lot
            from entries where into_book is not null""",
        """create view lots as
            select programme, account, unit, made, rule, lot, payer, original, spent, expired,
                original - spent - expired - remaining as reversed, remaining
            from (
                select programme, account, unit, made, rule, lot, max(payer) as payer,
                    coalesce(sum(sign * points) filter (where kind in (0, 7) and event = made), 0) as original,
                    coalesce(sum(sign * points) filter (where kind = 1 or (kind = 9 and band = 2)), 0)
                        - coalesce(sum(sign * points) filter (where kind = 7 and band = 2 and event <> made), 0) as spent,
                    coalesce(sum(sign * points) filter (where kind = 2), 0)
                        - coalesce(sum(sign * points) filter (where kind = 7 and band = 3), 0) as expired,
                    coalesce(sum(sign * points) filter (where into_book between 0 and 2), 0)
                        - coalesce(sum(sign * points) filter (where source_book between 0 and 2), 0) as remaining
                from entries
                where lot >= 0 and (source_book is not null or into_book is not null)
                group by programme, account, unit, made, rule, lot
            ) as moved""",
    )
