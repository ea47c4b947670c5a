"""Import: files of events are read, folded account by account, and written part by part.

Invariants:
* A part is in the books with the note of how far the import came, or neither is: killed anywhere, it goes on from there.
* What accounts share is granted in the order of recording. What budgets grant is decided so for all events before any is written,
  by what was used of them when the import began; accounts that redeem where a reward has a stock come after the others, and are
  recorded in that order, event by event. So are all events where a budget runs out and there was somebody in the books before.
* What could be read and not be recorded is told like a bad row: set aside in the file that is named for them, else it stops the
  import before anything of its part is written.
"""

import gc
import os
import time
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from guerdon.app.imports import noted
from guerdon.app.imports.folding import Folders, Folding, lives_of
from guerdon.app.imports.noted import Noted
from guerdon.batch.intake import Inputs, Summary
from guerdon.batch.rate import Progress
from guerdon.batch.records import Budgets, Part, Reading, parts_of, reading
from guerdon.core.errors import Conflict, Invalid
from guerdon.core.recorded import plenty_of
from guerdon.services.facts import Fact
from guerdon.services.history.life import Life
from guerdon.services.history.load import load
from guerdon.services.history.records import facts_in
from guerdon.services.published import Published, take_up, versions_in
from guerdon.store import Database, Work, revisions

PART: Final = 20_000
"""About so many events are written together; a service beside the import waits no longer than for one part."""

SMALL: Final = 20_000
"""Up to so many events are folded in this process: others would take longer to start than to help."""

_TRIES: Final = 6
_PAUSE_SECONDS: Final = 0.05
_REFUSED_MOST: Final = 100_000


def _quiet(_stage: str, _done: float | None) -> None:
    """Tell nobody of progress."""


@dataclass(frozen=True, kw_only=True)
class Import:
    """Which files to import, and how; `again` begins anew whatever was begun before, a `part` is so many events."""

    inputs: Inputs
    bad_rows: Path | None = None
    memory: str | None = None
    processes: int | None = None
    again: bool = False
    part: int = PART


@dataclass(frozen=True, kw_only=True)
class Imported:
    """What came of it: events that were recorded, were there before, or were refused; how many were done with before.

    Of files that were imported before there is no summary: they were not read again.
    """

    summary: Summary | None
    recorded: int
    repeated: int
    refused: int
    before: int
    seconds: float


def import_files(
    database: Database, programme: int, asked: Import, *, at: int, progress: Progress = _quiet
) -> Imported:
    """Import files into the books of a programme as of an instant; what falls due by then is posted too."""
    began = time.perf_counter()
    with database.view() as view:
        published = take_up(view, programme)
        revision = revisions.one(view, programme, published.revision)
    note = noted.begin(database, published, asked.inputs, again=asked.again, at=at)
    before, summary = note.row.done_to, None
    if not note.done:
        files = {} if revision is None else revision.files
        folding = Folding(published.id, published.revision, files, published.terms.numbers, at)
        importing = _Importing(database, published, asked, note, folding)
        summary, note = importing.run(progress), importing.note
    return Imported(
        summary=summary,
        recorded=note.body.recorded,
        repeated=note.body.repeated,
        refused=len(note.body.refused),
        before=before,
        seconds=time.perf_counter() - began,
    )


class _Importing:
    """One import on its way."""

    def __init__(self, database: Database, published: Published, asked: Import, note: Noted, folding: Folding) -> None:
        self.database: Final = database
        self.published: Final = published
        self.asked: Final = asked
        self.note = note
        self.folding: Final = folding

    def run(self, progress: Progress) -> Summary:
        """Read, fold and write everything, and return what was read."""
        asked, done = self.asked, self.note.row.done_to
        with reading(
            self.published.programme,
            asked.inputs,
            self._budgets(),
            bad_rows=asked.bad_rows,
            memory=asked.memory,
            progress=progress,
        ) as read:
            events = max(read.summary.events or 0, 1)
            with _no_garbage(), self._folded(parts_of(read.path, asked.part, done=done), events - done) as folded:
                for part, lives in folded:
                    self._write(part, lives, read)
                    progress("recording", min(part.done / events, 1.0))
            if self.note.body.refused:
                read.set_aside(dict(self.note.body.refused))
            with self.database.work() as work:
                self.note.ends(work, at=self.folding.at)
            return read.summary

    def _budgets(self) -> Budgets:
        """Return how budgets stood when the import began."""
        programme, body = self.published.programme, self.note.body
        numbers = {self.published.terms.limits[position]: number for number, position in enumerate(programme.budgets)}
        return Budgets(
            versions=versions_in(self.folding.files),
            used={(numbers[term], period): used for term, period, used in body.used if term in numbers},
            empty=body.empty,
            processes=self.asked.processes,
        )

    @contextmanager
    def _folded(self, parts: Iterator[Part], events: int) -> Iterator[Iterator[tuple[Part, list[Life]]]]:
        """Fold parts, here or in other processes."""
        count = self.asked.processes or os.cpu_count() or 1
        if events <= SMALL or count == 1:
            yield ((part, lives_of(self.published, part, at=self.folding.at)) for part in parts)
        else:
            with Folders(self.folding, count) as folders:
                yield folders.fold(parts)

    def _write(self, part: Part, lives: list[Life], read: Reading) -> None:
        """Write a part, again when another transaction was in the way."""
        for left in range(_TRIES - 1, -1, -1):
            try:
                with self.database.work() as work:
                    note = self._written(work, part, lives, read)
            except Conflict:
                if left == 0:
                    raise
                time.sleep(_PAUSE_SECONDS)
            else:
                self.note = note
                return

    def _written(self, work: Work, part: Part, lives: list[Life], read: Reading) -> Noted:
        """Write a part with the note of it; Invalid, and nothing of it is kept, where events are refused and it was not said whereto."""
        if revisions.newest_number(work, self.published.id) != self.published.revision:
            message = (
                "another revision was published while files were imported; run the import again: it goes by that one, and what "
                "is in the books counts as repeated"
            )
            raise Invalid(message)
        loaded = load(
            work,
            self.published,
            lives,
            part.accounts(),
            lambda names: self._facts(part, names, scarce=read.scarce),
            at=self.folding.at,
        )
        refused = {row: loaded.refused[name] for row, name in part.names() if name in loaded.refused}
        if refused and self.asked.bad_rows is None:
            read.set_aside(refused)
        if len(self.note.body.refused) + len(refused) > _REFUSED_MOST:
            message = f"more than {_REFUSED_MOST:,} events are refused, as these: {'; '.join(list(refused.values())[:3])}; do these files belong here?"
            raise Invalid(message)
        return self.note.goes_on(work, done_to=part.done, loaded=loaded, refused=refused, at=self.folding.at)

    def _facts(self, part: Part, names: Collection[str], *, scarce: bool) -> list[Fact]:
        """Return the events of some accounts of a part, in its order, each with what it is granted where budgets are scarce."""
        places = [place for place, account in enumerate(part.columns["account"]) if account in names]
        plenty = plenty_of(self.published.programme) if scarce else None
        return facts_in(self.published.programme.terms, part.columns, places, plenty=plenty)


@contextmanager
def _no_garbage() -> Iterator[None]:
    """Look for no cycles of objects: an import makes very many of them, and no cycles."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
