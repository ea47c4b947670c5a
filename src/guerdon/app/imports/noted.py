"""How far an import came, noted beside the books in the transaction of what it wrote.

Invariants:
* An import is known by what it was asked: the files' names and how they are read. What the files hold is told by a hash.
* Files that changed since an import of them began, and has not ended, are refused.
* What was used of budgets when it began is kept: taken up again, it grants what it would have granted.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import msgspec

from guerdon.batch.intake import Inputs
from guerdon.batch.intake.sources import expand
from guerdon.core.errors import Conflict, Invalid
from guerdon.services.history.load import Loaded
from guerdon.services.published import Published
from guerdon.store import Database, View, Work, accounts, jobs, shared
from guerdon.store.jobs import DONE, RUNNING

_LAYOUT: Final = 1
"""Raised when records are laid down in another order: events are numbered by it."""

_HASH_BYTES: Final = 16
_CHUNK: Final = 1 << 20
_SHOWN: Final = 3


class Body(msgspec.Struct, kw_only=True, frozen=True):
    """What is kept of an import: a hash of its files, the revision that they were read by, and what became of their events.

    `used` says of each budget, by its term and period, how much was used when it began, and whether the books were `empty` then;
    `layout` in which order events were laid down.
    """

    files: str
    revision: int
    layout: int = 0
    empty: bool = False
    used: tuple[tuple[int, int, int], ...] = ()
    recorded: int = 0
    repeated: int = 0
    refused: tuple[tuple[int, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Noted:
    """The note of one import."""

    programme: int
    row: jobs.Import
    body: Body

    @property
    def done(self) -> bool:
        """Say whether everything was imported."""
        return self.row.state == DONE

    def goes_on(self, work: Work, *, done_to: int, loaded: Loaded, refused: Mapping[int, str], at: int) -> "Noted":
        """Note what became of a part, in the transaction in which it is written."""
        body = msgspec.structs.replace(
            self.body,
            recorded=self.body.recorded + loaded.recorded,
            repeated=self.body.repeated + loaded.repeated,
            refused=(*self.body.refused, *refused.items()),
        )
        row = self.row._replace(
            done_to=done_to, rows=done_to, bad_rows=len(body.refused), body=_encoded(body), updated_at=at
        )
        jobs.save_import(work, self.programme, row)
        return Noted(self.programme, row, body)

    def ends(self, work: Work, *, at: int) -> None:
        """Note that everything is imported."""
        jobs.save_import(work, self.programme, self.row._replace(state=DONE, updated_at=at))


def begin(database: Database, published: Published, inputs: Inputs, *, again: bool, at: int) -> Noted:
    """Begin an import, or take it up where it stopped; Conflict when its files are not what they were."""
    asked, files = _asked(inputs), _hash_of(inputs.paths)
    with database.work() as work:
        body = _beginning(work, published, files)
        row = jobs.Import(asked, RUNNING, 0, 0, 0, _encoded(body), at, at)
        found = jobs.begin_import(work, published.id, row)
        before = msgspec.json.decode(found.body, type=Body)
        if before.files != files and found.state == RUNNING and not again:
            named = ", ".join(inputs.paths[:_SHOWN])
            message = (
                f"{named}: the files are not what they were when their import began, and {found.done_to:,} of their events are in "
                "the books; put the files back as they were, or say --again to begin anew: what is in the books counts as repeated"
            )
            raise Conflict(message)
        same = (before.files, before.revision, before.layout) == (files, body.revision, body.layout)
        if again or not same:
            # Events are numbered by what the revision can read; whatever was recorded before is found again.
            jobs.save_import(work, published.id, row)
            return Noted(published.id, row, body)
    return Noted(published.id, found, before)


def _beginning(view: View, published: Published, files: str) -> Body:
    """Return what is kept of an import that begins now."""
    used = shared.every(view, published.id) if published.programme.budgets else {}
    return Body(
        files=files,
        revision=published.revision,
        layout=_LAYOUT,
        empty=not accounts.page(view, published.id, limit=1),
        used=tuple([(budget.term, budget.period, amount) for budget, amount in used.items() if amount]),
    )


def _encoded(body: Body) -> str:
    return msgspec.json.encode(body).decode()


def _asked(inputs: Inputs) -> str:
    """Return a name for what is asked: which files, read how."""
    zone = "" if inputs.zone is None else inputs.zone.name
    told = [sorted(inputs.paths), sorted(inputs.mapping.items()), inputs.currency, zone, inputs.source]
    return hashlib.blake2b(msgspec.json.encode(told), digest_size=_HASH_BYTES).hexdigest()


def _hash_of(paths: Iterable[str]) -> str:
    """Return a hash of what files hold, in the order of their names."""
    digest = hashlib.blake2b(digest_size=_HASH_BYTES)
    for path in sorted(_found(paths)):
        digest.update(f"{path}\n".encode())
        with path.open("rb") as file:
            while chunk := file.read(_CHUNK):
                digest.update(chunk)
    return digest.hexdigest()


def _found(paths: Iterable[str]) -> list[Path]:
    """Return the files of patterns; standard input could not be read again, and is refused."""
    found: list[Path] = []
    for path in paths:
        if path == "-":
            message = "an import reads files, so that it can go on where it stopped; write the events to a file first"
            raise Invalid(message)
        found += expand(path)
    return found
