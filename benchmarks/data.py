"""Purchases to measure with, made from a seed: the same bytes on every machine."""

from pathlib import Path

import duckdb

SEED = 20260101

_YEAR_START_US = 1_483_246_800_000_000
"""2017-01-01 in New York."""


def connect() -> duckdb.DuckDBPyConnection:
    """Open a data engine to make data with."""
    con = duckdb.connect()
    con.execute("SET enable_progress_bar = false; SET TimeZone = 'UTC'")
    return con


def purchases(path: Path, *, events: int, members: int, days: int) -> Path:
    """Write purchases in time order: whole-number ids and members, instants in microseconds, amounts of 0.01 to 200 in cents."""
    if not path.exists():
        span = days * 86_400_000_000
        part = path.with_suffix(".part")
        connect().execute(
            f"""COPY (
                SELECT 100000000 + i AS id,
                       CAST(hash(i, {SEED}) % {members} AS BIGINT) + 1 AS member,
                       make_timestamptz({_YEAR_START_US} + CAST(i * ({span} // {events}) AS BIGINT)) AS "at",
                       CAST((hash(i, {SEED + 1}) % 20000 + 1) / 100 AS DECIMAL(10, 2)) AS amount
                FROM range({events}) AS t(i)
            ) TO '{part}' (FORMAT parquet)"""
        )
        part.replace(path)
    return path


def with_text_ids(path: Path, source: Path) -> Path:
    """Write the same purchases with members and ids as texts."""
    if not path.exists():
        part = path.with_suffix(".part")
        connect().execute(
            f"""COPY (SELECT 'T-' || lpad(CAST(id AS VARCHAR), 12, '0') AS id,
                             'M-' || lpad(CAST(member AS VARCHAR), 12, '0') AS member, "at", amount
                      FROM '{source}') TO '{part}' (FORMAT parquet)"""
        )
        part.replace(path)
    return path
