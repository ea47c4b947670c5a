"""A book: what one process writes of a ledger while it folds; without a folder for it, nothing."""

from pathlib import Path
from typing import Any, Final, Self

from guerdon.batch.ledger.folder import Files
from guerdon.batch.ledger.pages import Pages
from guerdon.core.ledger import Ledger
from guerdon.core.programme import Programme


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
