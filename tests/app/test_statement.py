"""A statement answers with exact points: rows, totals, months, and data frames of the same."""

from decimal import Decimal

import pandas as pd
import pyarrow as pa
import pytest

import guerdon
from guerdon.app.statement import statement_of
from guerdon.batch.intake import Summary
from guerdon.core.programme import Unit
from tests.app.shop import HISTORY, PROGRAMME

SHOP = guerdon.loads(PROGRAMME)
STATEMENT = guerdon.rate(SHOP, HISTORY)


def test_totals_are_of_a_member_or_of_all_in_one_unit() -> None:
    assert STATEMENT.total("ana", "points") == 195
    assert STATEMENT.total(unit="points") == 200
    assert STATEMENT.total(unit="stars") == Decimal("10.64")
    assert str(STATEMENT.total("eve", "stars")) == "0.00"


def test_months_are_of_a_member_or_of_all() -> None:
    assert STATEMENT.by_month("ana", "points") == {"2026-01": 160, "2026-02": 35}
    assert STATEMENT.by_month(unit="stars") == {"2026-01": Decimal("6.04"), "2026-02": Decimal("4.60"), "2026-03": 0}


def test_points_are_int_or_decimal_by_their_unit() -> None:
    assert {row.unit: type(row.points) for row in STATEMENT} == {"points": int, "stars": Decimal}


def test_frames_hold_the_rows_and_totals_when_asked() -> None:
    plain, with_totals = STATEMENT.to_arrow(), STATEMENT.to_arrow(totals=True)
    assert plain.num_rows == len(STATEMENT) == 8
    assert with_totals.num_rows == 8 + 3 * 2
    assert plain.column_names == ["member", "month", "unit", "points"]
    assert STATEMENT.to_polars(totals=True).filter(member="ana", month="total", unit="points")["points"].item() == 195
    frame = STATEMENT.to_pandas()
    assert frame[frame["unit"] == "stars"]["points"].sum() == Decimal("10.64")


def test_a_statement_of_files_and_one_of_values_are_the_same_frame() -> None:
    assert (
        guerdon.rate(SHOP, pd.DataFrame(HISTORY)).to_arrow(totals=True).to_pylist()
        == STATEMENT.to_arrow(totals=True).to_pylist()
    )


def test_it_shows_what_it_holds() -> None:
    assert repr(STATEMENT) == "<Statement: 3 members, 200 points, 10.64 stars>"


def test_a_unit_is_named_where_there_are_several() -> None:
    with pytest.raises(guerdon.Invalid, match="several units; name one of points, stars"):
        STATEMENT.total("ana")
    with pytest.raises(guerdon.NotFound, match="no unit miles; name one of points, stars"):
        STATEMENT.total("ana", "miles")


def test_a_member_without_events_is_not_there() -> None:
    with pytest.raises(guerdon.NotFound, match="no event is of member anna"):
        STATEMENT.total("anna", "points")


def test_sums_beyond_a_machine_integer_are_exact() -> None:
    units = [Unit(name="points", decimals=0, rounded_per_order=False)]
    points: dict[tuple[str | int, str], list[int]] = {
        ("ana", "2026-01"): [2**62],
        ("ana", "2026-02"): [2**62],
        ("ben", "2026-01"): [1],
    }
    statement = statement_of(points, units, Summary(rows=3))
    assert statement.total() == 2**63 + 1
    assert statement.by_month() == {"2026-01": 2**62 + 1, "2026-02": 2**62}
    small = guerdon.Statement(
        pa.table({
            "member": ["a", "a", "b"],
            "month": ["2026-01", "2026-02", "2026-01"],
            "unit": ["points"] * 3,
            "points": [2**62] * 3,
        }),
        units,
        Summary(rows=3),
    )
    assert small.total() == 3 * 2**62
