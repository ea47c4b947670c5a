"""Budgets over files: the same grants however many processes fold, and those of a running sum."""

from pathlib import Path

import duckdb
import pytest

from guerdon.batch.intake import Inputs
from guerdon.batch.rate import Run, rate
from guerdon.definition.check import check_text

PROGRAMME = """
format: 1
programme: shop
zone: UTC
currency: USD
units: {points: {}}
rules: [{id: base, give: floor(amount), limits: [{points: 500000, per: programme, every: month}]}]
"""

EVENTS = 210_000


@pytest.fixture(scope="module")
def events(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """More purchases than one process rates alone, over two months, many of one instant."""
    path = tmp_path_factory.mktemp("budgets") / "purchases.parquet"
    with duckdb.connect() as con:
        con.execute(f"""
            COPY (SELECT i AS id, hash(i) % 7000 AS member, CAST(hash(i) % 100 AS DECIMAL(9, 2)) AS amount,
                         TIMESTAMPTZ '2024-01-01 00:00:00+00' + INTERVAL (i // 3 * 73) SECOND AS "at"
                  FROM range({EVENTS}) AS t(i)) TO '{path}' (FORMAT parquet)""")
    return path


def statement(events: Path, processes: int) -> list[tuple[object, ...]]:
    checked = check_text(PROGRAMME)
    assert checked.programme is not None
    run = Run(
        programme=checked.programme, files=checked.files, inputs=Inputs(paths=(str(events),)), processes=processes
    )
    return [tuple(row) for row in rate(run).all_rows()]


@pytest.mark.slow
def test_a_budget_is_granted_alike_however_many_processes_fold(events: Path) -> None:
    alone = statement(events, 1)
    assert alone == statement(events, 3)
    with duckdb.connect() as con:
        by_hand = con.execute(f"""
            WITH e AS (SELECT *, date_trunc('month', "at") AS m, CAST(amount AS BIGINT) AS p FROM '{events}'),
            r AS (SELECT *, SUM(p) OVER (PARTITION BY m ORDER BY "at", CAST(id AS VARCHAR)) - p AS before FROM e)
            SELECT strftime(m, '%Y-%m'), SUM(GREATEST(LEAST(p, 500000 - before), 0)) FROM r GROUP BY ALL ORDER BY ALL
        """).fetchall()
    months = {month: 0 for month, _ in by_hand}
    for _, month, _, points in alone:
        if month != "total":
            months[str(month)] += int(str(points))
    assert [(month, int(points)) for month, points in by_hand] == sorted(months.items())
    assert list(months.values()).count(500_000) >= 2
