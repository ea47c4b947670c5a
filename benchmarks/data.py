"""Events to measure with, made from a seed: the same bytes on every machine."""

from pathlib import Path

import duckdb

SEED = 20260101

_YEAR_START_US = 1_483_246_800_000_000
"""2017-01-01 in New York."""

_DAY_US = 86_400_000_000
_YEARS_US = 3 * 365 * _DAY_US
_FIRST_ID = 100_000_000
_EACH = 25
"""So many events each member has, on average."""

_LINES = 5
_SECOND = "'2'"


def connect() -> duckdb.DuckDBPyConnection:
    """Open a data engine to make data with."""
    con = duckdb.connect()
    con.execute("SET enable_progress_bar = false; SET TimeZone = 'UTC'; SET memory_limit = '4GB'")
    return con


def purchases(path: Path, *, events: int, members: int, days: int) -> Path:
    """Write purchases in time order: whole-number ids and members, instants in microseconds, amounts of 0.01 to 200 in cents."""
    span = days * _DAY_US
    return _written(
        path,
        f"""SELECT {_FIRST_ID} + i AS id,
                   CAST(hash(i, {SEED}) % {members} AS BIGINT) + 1 AS member,
                   make_timestamptz({_YEAR_START_US} + CAST(i * ({span} // {events}) AS BIGINT)) AS "at",
                   CAST((hash(i, {SEED + 1}) % 20000 + 1) / 100 AS DECIMAL(10, 2)) AS amount
            FROM range({events}) AS t(i)""",
    )


def full(path: Path, *, events: int) -> Path:
    """Write a history in time order: 87 % purchases, 10 % redemptions, 3 % refunds of a purchase 20 days before.

    One refund in three is of half the amount, the others take everything back; no purchase has more than one.
    """
    columns = 'id, "type", member, "at", amount, refund_of, points'
    return _written(path, f"SELECT {columns} FROM ({_history(events)})")


def baskets(path: Path, *, events: int) -> Path:
    """Write the same history with baskets of five lines; one refund in three names a line, the others take everything back."""
    bought = ", ".join(_bought(f"i * 8 + {number}") for number in range(_LINES))
    lines = f"CASE WHEN partly THEN [{_line(_SECOND, 'NULL', 'NULL')}] WHEN b >= 100 AND NOT back THEN [{bought}] END AS lines"
    return _written(path, f'SELECT id, "type", member, "at", refund_of, points, {lines} FROM ({_history(events)})')


def with_text_ids(path: Path, source: Path) -> Path:
    """Write the same events with members and ids as texts."""
    words = {"id": "T-", "member": "M-", "refund_of": "T-"}
    there = [row[0] for row in connect().execute(f"DESCRIBE FROM '{source}'").fetchall()]
    replaced = ", ".join(
        f"'{mark}' || lpad(CAST({word} AS VARCHAR), 12, '0') AS {word}" for word, mark in words.items() if word in there
    )
    return _written(path, f"SELECT * REPLACE ({replaced}) FROM '{source}'")


def _history(events: int) -> str:
    """Return SQL for the events of a full programme; what is back is a refund of a purchase that was made 20 days before."""
    step = _YEARS_US // events
    before = 20 * _DAY_US // step
    back = f"b >= 100 AND b < 135 AND i >= {before} AND {_chance(f'i - {before}', 7)} % 1000 >= 135"
    kinds = f"SELECT i, {_chance('i', 7)} % 1000 AS b, {back} AS back, back AND {_chance('i', 4)} % 3 = 0 AS partly FROM range({events}) AS t(i)"
    return f"""
        SELECT *, {_FIRST_ID} + i AS id,
               CASE WHEN back THEN 'refund' WHEN b < 100 THEN 'redemption' ELSE 'purchase' END AS "type",
               CAST({_chance(f"CASE WHEN back THEN i - {before} ELSE i END", 0)} % {events // _EACH} AS BIGINT) + 1 AS member,
               make_timestamptz({_YEAR_START_US} + CAST(i * {step} AS BIGINT)) AS "at",
               CASE WHEN partly THEN {_money(f"({_cents(f'i - {before}')} + 1) // 2")}
                    WHEN b >= 100 AND NOT back THEN {_money(_cents("i"))} END AS amount,
               CASE WHEN back THEN {_FIRST_ID} + i - {before} END AS refund_of,
               CASE WHEN b < 100 THEN CAST(50 + {_chance("i", 2)} % 100 AS BIGINT) END AS points
        FROM ({kinds})"""


def _chance(number: str, which: int) -> str:
    return f"hash({number}, {SEED + which})"


def _cents(number: str, parts: int = 1) -> str:
    return f"({_chance(number, 1)} % {20_000 // parts} + 1)"


def _money(cents: str) -> str:
    return f"CAST({cents} / 100 AS DECIMAL(10, 2))"


def _bought(number: str) -> str:
    return _line("NULL", _money(_cents(number, _LINES)), f"'brand ' || {_chance(number, 3)} % 10")


def _line(identity: str, amount: str, brand: str) -> str:
    words = f"'id': CAST({identity} AS VARCHAR), 'brand': CAST({brand} AS VARCHAR), 'amount': CAST({amount} AS DECIMAL(10, 2))"
    return f"{{{words}}}"


def _written(path: Path, query: str) -> Path:
    if not path.exists():
        part = path.with_suffix(".part")
        connect().execute(f"COPY ({query}) TO '{part}' (FORMAT parquet)")
        part.replace(path)
    return path
