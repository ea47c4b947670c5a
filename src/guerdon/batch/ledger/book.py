"""A book: what one process writes of a ledger while it folds; without a folder for it, nothing."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final, Self

from guerdon.batch.ledger.folder import Files, LedgerFolder
from guerdon.batch.ledger.pages import Pages, tables_of
from guerdon.core.events import Event
from guerdon.core.history import keep_ledger
from guerdon.core.ledger import Ledger
from guerdon.core.programme import Programme


class ValueBook:
    """Writes the ledger of accounts that are rated as values, one after the other; without a folder, nothing."""

    def __init__(self, programme: Programme, folder: LedgerFolder | None, *, as_of: int, whole: bool) -> None:
        self.programme: Final = programme
        self.as_of: Final = as_of
        self.whole: Final = whole
        self.files: Final = None if folder is None else Files(folder.writing, 0, programme, whole=whole)

    def add(self, events: Sequence[Event]) -> None:
        """Write one account."""
        if self.files is not None:
            kept = keep_ledger(self.programme, events, self.as_of)
            self.files.write(tables_of(self.programme, kept, whole=self.whole))

    def close(self) -> None:
        """Finish every file."""
        if self.files is not None:
            self.files.close()


class Book:
    """Keeps a ledger as of an instant and writes it, batch by batch: `ledger` goes to the fold.

    `accounts` are the ids of accounts, by their numbers; None when they are whole numbers themselves.
    """

    def __init__(
        self,
        programme: Programme,
        folder: Path | None,
        part: int,
        *,
        as_of: int,
        accounts: Any,  # noqa: ANN401 - pyarrow has no types
    ) -> None:
        self.ledger: Final = None if folder is None else Ledger(as_of)
        self.pages: Pages | None = None
        self.files: Files | None = None
        if folder is not None and self.ledger is not None:
            self.pages = Pages(programme, self.ledger, accounts=accounts)
            self.files = Files(folder, part, programme, whole=accounts is None)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self.files is not None:
            self.files.close()

    def add(self, events: Any) -> None:  # noqa: ANN401 - pyarrow has no types
        """Take note of events that will be folded."""
        if self.pages is not None:
            self.pages.add(events)

    def write(self) -> None:
        """Write what was posted since the last time."""
        if self.pages is not None and self.files is not None:
            self.files.write(self.pages.turn())
