"""What came of rating: the points of each member by month and in total, and what was read for it.

Invariants:
* Points are exact: `int` for a unit of whole points, `Decimal` for one with decimals.
* The rows add up to the total; rows with the month `total` are only where they are asked for.
"""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from guerdon.batch.intake import Summary
from guerdon.core.errors import Invalid, NotFound
from guerdon.core.programme import Unit

TOTAL: Final = "total"
_DIGITS: Final = 38


class Row(NamedTuple):
    """The points of a member in a month, like 2017-10, and a unit."""

    member: str | int
    month: str
    unit: str
    points: int | Decimal


class Statement:
    """The points of each member by month: iterate over its rows, ask for totals, or take it on as a data frame."""

    def __init__(self, table: Any, units: Sequence[Unit], summary: Summary) -> None:  # noqa: ANN401 - pyarrow has no types
        """Keep a table of `member, month, unit, points`, sorted, with a row `total` for each member and unit."""
        self.summary: Final = summary
        self._table: Final = table
        self._decimals: Final = {unit.name: unit.decimals for unit in units}
        self._kept: list[Row] | None = None

    @property
    def rows(self) -> list[Row]:
        """The rows: members sorted by id, months rising. A month with any event of a member is there, even at 0 points."""
        if self._kept is None:
            columns = [self._monthly().column(word).to_pylist() for word in Row._fields]
            self._kept = [
                Row(member, month, unit, self._points(points, unit))
                for member, month, unit, points in zip(*columns, strict=True)
            ]
        return self._kept

    def total(self, member: str | int | None = None, unit: str | None = None) -> int | Decimal:
        """Return the points of a member, or of all; `unit` may be left out when the programme has one."""
        chosen = self._unit(unit)
        return self._points(pc.sum(_wide(self._of(member, chosen).column("points"))).as_py() or 0, chosen)

    def by_month(self, member: str | int | None = None, unit: str | None = None) -> dict[str, int | Decimal]:
        """Return the points of a member, or of all, by month."""
        chosen = self._unit(unit)
        table = self._of(member, chosen)
        wide = table.set_column(3, "points", _wide(table.column("points")))
        sums = wide.group_by("month").aggregate([("points", "sum")]).sort_by("month")
        found = zip(sums.column("month").to_pylist(), sums.column("points_sum").to_pylist(), strict=True)
        return {month: self._points(points, chosen) for month, points in found}

    def to_arrow(self, *, totals: bool = False) -> Any:  # noqa: ANN401 - pyarrow has no types
        """Return a pyarrow Table; with `totals` each member also has rows whose month is `total`, as files of statements have."""
        return self._table if totals else self._monthly()

    def to_pandas(self, *, totals: bool = False) -> Any:  # noqa: ANN401 - pandas need not be installed
        """Return a pandas DataFrame; points with decimals are Decimals."""
        return self.to_arrow(totals=totals).to_pandas()

    def to_polars(self, *, totals: bool = False) -> Any:  # noqa: ANN401 - polars need not be installed
        """Return a Polars DataFrame."""
        import polars as pl  # noqa: PLC0415 - whoever asks for one has it

        return pl.from_arrow(self.to_arrow(totals=totals))

    def __iter__(self) -> Iterator[Row]:
        return iter(self.rows)

    def __len__(self) -> int:
        return int(self._monthly().num_rows)

    def __repr__(self) -> str:
        totals = ", ".join(f"{self.total(unit=unit):,} {unit}" for unit in self._decimals)
        members = pc.count_distinct(self._table.column("member")).as_py()
        return f"<Statement: {members:,} members, {totals}>"

    def _monthly(self) -> Any:  # noqa: ANN401 - pyarrow has no types
        return self._table.filter(pc.not_equal(self._table.column("month"), TOTAL))

    def _unit(self, named: str | None) -> str:
        known = list(self._decimals)
        if named is None and len(known) == 1:
            return known[0]
        if named not in self._decimals:
            what = "the programme counts several units" if named is None else f"there is no unit {named}"
            message = f"{what}; name one of {', '.join(known)}" if known else "the programme counts no points"
            raise (Invalid if named is None else NotFound)(message)
        return str(named)

    def _of(self, member: str | int | None, unit: str) -> Any:  # noqa: ANN401 - pyarrow has no types
        """Return the monthly rows of a member, or of all, in a unit."""
        table = self._monthly()
        if member is not None:
            table = table.filter(pc.equal(pc.cast(table.column("member"), pa.string()), str(member)))
            if not table.num_rows:
                message = f"no event is of member {member}; member ids are compared letter by letter"
                raise NotFound(message)
        return table.filter(pc.equal(table.column("unit"), unit))

    def _points(self, points: int | Decimal, unit: str) -> int | Decimal:
        """Return points with their own unit's decimals: the column has those of the finest."""
        decimals = self._decimals[unit]
        whole, _, part = f"{points:f}".partition(".")
        return Decimal(f"{whole}.{part[:decimals].ljust(decimals, '0')}") if decimals else int(whole)


def statement_of(
    points: Mapping[tuple[str | int, str], Sequence[int]], units: Sequence[Unit], summary: Summary
) -> Statement:
    """Return a statement from the points of each member and month, in smallest parts by unit."""
    every: dict[tuple[str | int, str], list[int]] = {key: list(sums) for key, sums in points.items()}
    for (member, _), sums in points.items():
        before = every.setdefault((member, TOTAL), [0] * len(units))
        every[member, TOTAL] = [one + more for one, more in zip(before, sums, strict=True)]
    rows = [
        (member, month, unit.name, Decimal(f"{parts[number]}e-{unit.decimals}"))
        for (member, month), parts in every.items()
        for number, unit in enumerate(units)
    ]
    columns: list[Sequence[Any]] = list(zip(*sorted(rows), strict=True)) or [(), (), (), ()]
    kinds = (_member_kind(columns[0]), pa.string(), pa.string(), _points_kind(columns[3], units))
    if pa.types.is_integer(kinds[3]):
        columns[3] = [int(one) for one in columns[3]]
    arrays = [pa.array(column, kind) for column, kind in zip(columns, kinds, strict=True)]
    return Statement(pa.table(arrays, names=list(Row._fields)), units, summary)


def _member_kind(members: Sequence[object]) -> Any:  # noqa: ANN401 - pyarrow has no types
    return pa.int64() if members and all(isinstance(member, int) for member in members) else pa.string()


def _points_kind(points: Sequence[Decimal], units: Sequence[Unit]) -> Any:  # noqa: ANN401 - pyarrow has no types
    decimals = max((unit.decimals for unit in units), default=0)
    small = decimals == 0 and all(one < 2**63 for one in points)
    return pa.int64() if small else pa.decimal128(_DIGITS, decimals)


def _wide(points: Any) -> Any:  # noqa: ANN401 - pyarrow has no types
    """Return points in a type whose sums do not wrap."""
    decimals = points.type.scale if pa.types.is_decimal(points.type) else 0
    return points.cast(pa.decimal128(_DIGITS, decimals))
