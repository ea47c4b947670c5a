"""The months of New York, written by hand for DuckDB: for each day in UTC, the months before and after their turn."""

MONTHS = """
    months AS (
        SELECT epoch_us(timezone('America/New_York', unnest(range(TIMESTAMP '2016-12-01', TIMESTAMP '2021-01-01', INTERVAL 1 MONTH))))
               AS starts_us
    ),
    numbered AS (SELECT starts_us, lead(starts_us) OVER (ORDER BY starts_us) AS ends_us,
                        strftime(timezone('America/New_York', make_timestamptz(starts_us)), '%Y-%m') AS name
                 FROM months),
    days AS (SELECT starts_us // 86400000000 + unnest(range(0, 33)) AS day, starts_us, ends_us, name FROM numbered),
    by_day AS (SELECT day, max(starts_us) FILTER (WHERE starts_us < (day + 1) * 86400000000) AS turn,
                      arg_min(name, starts_us) FILTER (WHERE ends_us > day * 86400000000) AS before,
                      arg_max(name, starts_us) FILTER (WHERE starts_us < (day + 1) * 86400000000) AS after
               FROM days GROUP BY day)"""
