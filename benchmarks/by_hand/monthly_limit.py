"""A monthly limit written by hand for DuckDB: 1 point a whole dollar, at most 500 a member and month in New York.

A limit over time needs the sum of what came before, so a window runs over each member's events in order.
"""

import sys

import duckdb

from benchmarks.by_hand.months import MONTHS


def main(events: str, out: str, memory: str) -> None:
    """Check ids, then write the statement."""
    con = duckdb.connect()
    con.execute(f"SET memory_limit = '{memory}'; SET enable_progress_bar = false; SET TimeZone = 'UTC'")
    low, high, count, bad = con.execute(
        f"""SELECT min(id), max(id), count(id), count(*) FILTER (WHERE member IS NULL OR "at" IS NULL OR amount IS NULL)
            FROM '{events}'"""
    ).fetchall()[0]
    distinct = con.execute(f"SELECT bit_count(bitstring_agg(id, {low}, {high})) FROM '{events}'").fetchall()[0][0]
    if bad or distinct != count:
        sys.exit("bad rows or repeated ids")
    con.execute(
        f"""
        CREATE TEMP TABLE monthly AS
        WITH {MONTHS},
        events AS (
            SELECT member, us, CASE WHEN us < m.turn THEN m.before ELSE m.after END AS "month", d
            FROM (SELECT member, epoch_us("at") AS us, CAST(floor(amount) AS BIGINT) AS d FROM '{events}') AS e
            JOIN by_day AS m ON m.day = us // 86400000000
        ),
        running AS (
            SELECT member, "month", d,
                   COALESCE(sum(d) OVER (PARTITION BY member, "month" ORDER BY us ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) AS before
            FROM events
        )
        SELECT member, "month", CAST(sum(greatest(least(d, 500 - before), 0)) AS BIGINT) AS points
        FROM running GROUP BY ALL"""
    )
    con.execute(
        f"""COPY (
            SELECT member, "month", 'points' AS unit, points
            FROM (FROM monthly UNION ALL SELECT member, 'total', CAST(sum(points) AS BIGINT) FROM monthly GROUP BY member)
            ORDER BY member, "month"
        ) TO '{out}' (FORMAT parquet, COMPRESSION zstd)"""
    )
    print(con.execute("SELECT sum(points) FROM monthly").fetchall()[0][0])


main(*sys.argv[1:])
