"""The three-month exercise written by hand for DuckDB, as fast as its author could make it.

Whole dollars above 50 give 1, above 100 give 2; months in New York; ids checked; a row a month and a total for each member.
"""

import sys

import duckdb

FEBRUARY, MARCH, APRIL = 1_485_925_200_000_000, 1_488_344_400_000_000, 1_491_019_200_000_000


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
        SELECT member,
               CASE WHEN us < {MARCH} THEN CASE WHEN us < {FEBRUARY} THEN '2017-01' ELSE '2017-02' END
                    ELSE CASE WHEN us < {APRIL} THEN '2017-03' ELSE '2017-04' END END AS "month",
               CAST(sum(CASE WHEN d > 100 THEN 50 + 2 * (d - 100) WHEN d > 50 THEN d - 50 ELSE 0 END) AS BIGINT) AS points
        FROM (SELECT member, epoch_us("at") AS us, CAST(floor(amount) AS BIGINT) AS d FROM '{events}')
        GROUP BY ALL"""
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
