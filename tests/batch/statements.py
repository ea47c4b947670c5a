"""Small programmes and files of purchases for tests of whole runs: rated, and the statement's rows by their keys."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb

from guerdon.batch.intake import Inputs
from guerdon.batch.rate import Rated, Run, rate
from guerdon.definition.check import check_text
from guerdon.definition.issues import render

PLAIN = """
format: 1
programme: shop
zone: America/New_York
currency: USD
units: {points: {}}
rules: [{id: spend, give: floor(eligible)}]
"""

CAPPED = """
format: 1
programme: shop
zone: America/New_York
currency: USD
units: {points: {}}
rules: [{id: spend, give: floor(eligible), limits: [{points: 100, every: month, per: account}]}]
"""

TWO_UNITS = """
format: 1
programme: shop
zone: America/New_York
currency: USD
units:
  zebras: {}
  apples: {decimals: 2}
rules:
  - {id: whole, unit: zebras, give: floor(eligible)}
  - {id: parts, unit: apples, give: eligible * 0.5}
"""

Rows = list[tuple[Any, ...]]


def run_of(programme: str, *paths: Path, **options: Any) -> Run:  # noqa: ANN401 - whatever a run takes
    checked = check_text(programme)
    assert checked.programme is not None, [render(issue) for issue in checked.issues]
    return Run(programme=checked.programme, files=checked.files, inputs=Inputs(tuple(map(str, paths))), **options)


def rated(programme: str, *paths: Path, **options: Any) -> Rated:  # noqa: ANN401 - whatever a run takes
    return rate(run_of(programme, *paths, **options))


def rows(programme: str, *paths: Path, **options: Any) -> Rows:  # noqa: ANN401 - whatever a run takes
    return [tuple(row) for row in rated(programme, *paths, **options).all_rows()]


def points(programme: str, *paths: Path, **options: Any) -> dict[tuple[str, str], Decimal]:  # noqa: ANN401
    """Return the points of a programme of one unit by member and month."""
    return {(str(member), month): Decimal(number) for member, month, _, number in rows(programme, *paths, **options)}


def lay(path: Path, *lines: str, header: str = "id,member,at,amount") -> Path:
    path.write_text("\n".join([header, *lines, ""]), encoding="utf-8")
    return path


def lay_many(path: Path, query: str) -> Path:
    """Write what a query gives as Parquet."""
    with duckdb.connect() as con:
        con.execute(f"COPY ({query}) TO '{path}' (FORMAT parquet)")
    return path
