"""Two questions about a whole history, written by hand for DuckDB: `stateless` and `limit`.

The first gives 1 point a whole dollar of each purchase, the second at most 500 of them a member and month, as a window.
Months are New York's. Lots, levels, refunds and redemptions, which a query cannot follow, are left out.
"""

import sys

import duckdb

from benchmarks.by_hand.months import MONTHS


def main(question: str, events: str, out: str, memory: str) -> None:
    """Check ids, then write the statement."""
    con = duckdb.connect()
    con.execute(f"SET memory_limit = '{memory}'; SET enable_progress_bar = false; SET TimeZone = 'UTC'")
    _check_ids(con, events)
    earned = f"""
        SELECT member, us, CASE WHEN us < m.turn THEN m.before ELSE m.after END AS "month", d
        FROM (SELECT member, epoch_us("at") AS us, CAST(floor(amount) AS BIGINT) AS d FROM '{events}' WHERE "type" = 'purchase') AS e
        JOIN by_day AS m ON m.day = us // 86400000000"""
    running = f"""
        SELECT member, "month", d,
               COALESCE(sum(d) OVER (PARTITION BY member, "month" ORDER BY us ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) AS before
        FROM ({earned})"""
    monthly = {
        "stateless": f'SELECT member, "month", CAST(sum(d) AS BIGINT) AS points FROM ({earned}) GROUP BY ALL',
        "limit": f'SELECT member, "month", CAST(sum(greatest(least(d, 500 - before), 0)) AS BIGINT) AS points FROM ({running}) GROUP BY ALL',
    }
    con.execute(f"CREATE TEMP TABLE monthly AS WITH {MONTHS} {monthly[question]}")
    con.execute(
        f"""COPY (
            SELECT member, "month", 'points' AS unit, points
            FROM (FROM monthly UNION ALL SELECT member, 'total', CAST(sum(points) AS BIGINT) FROM monthly GROUP BY member)
            ORDER BY member, "month"
        ) TO '{out}' (FORMAT parquet, COMPRESSION zstd)"""
    )
    print(con.execute("SELECT sum(points) FROM monthly").fetchall()[0][0])


def _check_ids(con: duckdb.DuckDBPyConnection, events: str) -> None:
    bad = """member IS NULL OR "at" IS NULL OR ("type" = 'purchase' AND amount IS NULL)"""
    low, high, count, wrong = con.execute(
        f"SELECT min(id), max(id), count(id), count(*) FILTER (WHERE {bad}) FROM '{events}'"
    ).fetchall()[0]
    distinct = "count(DISTINCT id)" if isinstance(low, str) else f"bit_count(bitstring_agg(id, {low}, {high}))"
    if wrong or con.execute(f"SELECT {distinct} FROM '{events}'").fetchall() != [(count,)]:
        sys.exit("bad rows or repeated ids")


main(*sys.argv[1:])
