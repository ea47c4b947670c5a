"""PostgreSQL 15 or later, by psycopg 3: many processes, each with a few connections."""

from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import Engine, create_engine, event, make_url

from guerdon.core.errors import Invalid

if TYPE_CHECKING:
    import psycopg

WAIT_SECONDS: Final = 10

# A transaction that somebody forgot would hold back the sealer, and a lock that never comes a caller.
SETTINGS: Final = (
    "-c TimeZone=UTC -c jit=off -c idle_in_transaction_session_timeout=60s -c lock_timeout=10s "
    # Planned once: what is asked for is always found by its key.
    "-c plan_cache_mode=force_generic_plan"
)
# A plan that was made while a table was small must not read all of it when it has grown.
WRITING: Final = f"{SETTINGS} -c enable_hashjoin=off -c enable_mergejoin=off -c enable_seqscan=off"


def engines(url: str, *, readers: int, writers: int) -> tuple[Engine, Engine]:
    """Return what writes to a database, and what reads from it."""
    return _engine(url, WRITING, size=writers), _reading(_engine(url, SETTINGS, size=readers))


def is_idle(driver: "psycopg.Connection[Any]") -> bool:
    """Say whether no transaction is open."""
    return driver.info.transaction_status.name == "IDLE"


def has_failed(driver: "psycopg.Connection[Any]") -> bool:
    """Say whether a statement of the open transaction has failed, so that nothing of it can be kept."""
    return driver.info.transaction_status.name == "INERROR"


def _engine(url: str, settings: str, *, size: int) -> Engine:
    try:
        return create_engine(
            make_url(url).set(drivername="postgresql+psycopg"),
            connect_args={"options": settings, "application_name": "guerdon"},
            pool_size=size,
            max_overflow=0,
            pool_timeout=WAIT_SECONDS,
            pool_use_lifo=True,
        )
    except ModuleNotFoundError as error:
        message = "PostgreSQL needs the extra of that name: install guerdon[postgresql]"
        raise Invalid(message) from error


def _reading(engine: Engine) -> Engine:
    """Let every transaction of an engine read one state of the database, and write nothing."""

    @event.listens_for(engine, "connect")
    def _connected(driver: "psycopg.Connection[Any]", _record: object) -> None:
        from psycopg import IsolationLevel  # noqa: PLC0415 - there is no driver where there is no PostgreSQL

        driver.isolation_level = IsolationLevel.REPEATABLE_READ
        driver.read_only = True

    return engine
