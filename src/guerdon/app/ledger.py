"""A ledger for Python programs: what happened to points and what accounts have, as tables."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

import pyarrow as pa

from guerdon.batch.ledger import TABLES
from guerdon.core.errors import NotFound


class Ledger:
    """The tables of a ledger by name, as pyarrow Tables; docs/guide/ledger.md says what each column holds."""

    def __init__(self, tables: Mapping[str, Any]) -> None:
        """Keep tables with plain words in place of dictionaries."""
        self.tables: Final = {name: _plain(table) for name, table in tables.items()}

    def __getitem__(self, name: str) -> Any:  # noqa: ANN401 - pyarrow has no types
        """Return a table."""
        if name not in self.tables:
            message = f"a ledger has no table {name!r:.40}; it has {', '.join(TABLES)}"
            raise NotFound(message)
        return self.tables[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.tables)

    def __repr__(self) -> str:
        return f"<Ledger: {', '.join(f'{len(table):,} {name}' for name, table in self.tables.items())}>"


def _plain(table: Any) -> Any:  # noqa: ANN401 - pyarrow has no types
    kinds = [field.type.value_type if pa.types.is_dictionary(field.type) else field.type for field in table.schema]
    return table.cast(pa.schema([pa.field(field.name, kind) for field, kind in zip(table.schema, kinds, strict=True)]))
