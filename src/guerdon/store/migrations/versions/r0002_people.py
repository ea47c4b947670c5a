"""Members, their identities and redemptions; what accounts share; those who call a service, and its own work."""

from guerdon.store.migrations.ddl import append_only, is_postgresql, run

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Make the tables."""
    _people()
    _redemptions()
    _shared()
    _callers()
    _work()
    append_only("audit")


def _people() -> None:
    run(
        """create table members (
            programme integer not null, member {text} not null, account {text} not null, status {text} not null,
            enrolled_at bigint not null, closed_at bigint, born_on {text}, attributes {text} not null,
            updated_at bigint not null,
            primary key (programme, member))""",
        "create index members_account on members (programme, account)",
        """create table identities (
            programme integer not null, kind {text} not null, value_hash {blob} not null, member {text} not null,
            added_at bigint not null,
            primary key (programme, kind, value_hash)) {compact}""",
        "create index identities_member on identities (programme, member)",
    )


def _redemptions() -> None:
    run(
        """create table redemptions (
            programme integer not null, id {text} not null, account {text} not null, member {text} not null,
            reward {text} not null, event integer not null, state {text} not null, steps {text} not null,
            code_hash {blob}, reserved_at bigint, confirmed_at bigint, cancelled_at bigint, fulfilled_at bigint,
            lapses_at bigint,
            primary key (programme, id))""",
        "create index redemptions_account on redemptions (programme, account)",
        """create table codes (
            programme integer not null, code_hash {blob} not null, pool {text} not null, state {text} not null,
            redemption {text}, expires_at bigint,
            primary key (programme, code_hash)) {compact}""",
        "create index codes_pool on codes (programme, pool, state)",
    )


def _shared() -> None:
    run(
        """create table shared (
            programme integer not null, term integer not null, period bigint not null, used bigint not null,
            primary key (programme, term, period)) {compact}""",
        """create table leases (
            programme integer not null, term integer not null, period bigint not null, process {text} not null,
            granted bigint not null, used bigint not null,
            primary key (programme, term, period, process)) {compact}""",
    )


def _callers() -> None:
    run(
        """create table keys (
            id {text} not null, programme integer not null, name {text} not null, key_hash {blob} not null,
            scopes {text} not null, created_at bigint not null, expires_at bigint, revoked_at bigint,
            last_used_on integer,
            primary key (id), unique (key_hash))""",
        """create table answers (
            programme integer not null, actor {text} not null, key {text} not null, asked {blob} not null,
            status integer, body {text}, created_at bigint not null,
            primary key (programme, actor, key))""",
        "create index answers_age on answers (created_at)",
        """create table audit (
            programme integer not null, number bigint not null, at bigint not null, actor {text} not null,
            verb {text} not null, subject {text} not null, body {text} not null, request_id {text} not null,
            primary key (programme, number))""",
    )
    if is_postgresql():
        run("create sequence audit_numbers")


def _work() -> None:
    run(
        """create table jobs (
            programme integer not null, name {text} not null, day integer not null, state {text} not null,
            done_to {text} not null, owner {text} not null, leased_until bigint not null,
            primary key (programme, name, day))""",
        """create table imports (
            programme integer not null, id {text} not null, state {text} not null, done_to bigint not null,
            rows bigint not null, bad_rows bigint not null, body {text} not null, created_at bigint not null,
            updated_at bigint not null,
            primary key (programme, id))""",
    )
