"""Files of history, and a shop that imports them."""

import csv
import json
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from guerdon.app.imports.importing import Import, Imported, import_files
from guerdon.batch.intake import Inputs
from guerdon.store import Database, journals, open_database
from tests.services.shop import Shop

Row = dict[str, Any]


def written(folder: Path, rows: Sequence[Row], name: str = "history.csv") -> Path:
    """Write rows as a file of the kind that its ending says."""
    path = folder / name
    if path.suffix == ".jsonl":
        path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
        return path
    columns = list(dict.fromkeys(word for row in rows for word in row))
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns)
        writer.writeheader()
        writer.writerows(rows)
    return path


def imported(
    shop: Shop,
    path: Path,
    *,
    progress: Callable[[str, float | None], None] = lambda _stage, _done: None,
    **how: Any,  # noqa: ANN401 - whatever an import is asked
) -> Imported:
    """Import a file into a shop's books."""
    asked = Import(inputs=Inputs(paths=(str(path),), source=""), **{"processes": 1, **how})
    return import_files(shop.database, 1, asked, at=shop.at(), progress=progress)


def net(shop: Shop, account: str) -> Counter[tuple[Any, ...]]:
    """Return what the books say of an account, each as often as it was posted, less how often it was taken off."""
    found: Counter[tuple[Any, ...]] = Counter()
    with shop.database.view() as view:
        for entry in journals.entries_after(view, 1, account):
            found[tuple(entry[4:])] += entry.sign
    return +found


@contextmanager
def passing() -> Iterator[Database]:
    """Open another database, for a while."""
    database = open_database(":memory:")
    database.migrate()
    try:
        yield database
    finally:
        database.close()
