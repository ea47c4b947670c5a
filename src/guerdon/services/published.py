"""The programme in force in a store: its newest revision, compiled, with the permanent numbers of its names."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from guerdon.core.errors import NotFound
from guerdon.core.programme import Programme
from guerdon.core.teller import Teller
from guerdon.definition.files import File
from guerdon.definition.timeline import reload
from guerdon.services.terms import Terms, names_of
from guerdon.store import revisions, terms
from guerdon.store.database import View, Work

FIRST: Final = 1
"""The number of a programme's first revision."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """One revision of one programme of the store, ready to rate; `teller` serves whoever holds it, one caller at a time."""

    id: int
    revision: int
    programme: Programme
    terms: Terms
    teller: Teller


class Publishing:
    """What is in force of one programme, for one thread: read again when a newer revision was published."""

    def __init__(self, programme: int) -> None:
        self.programme: Final = programme
        self._published: Published | None = None

    def current(self, view: View) -> Published:
        """Return the newest revision, ready to rate."""
        newest = revisions.last(view, self.programme)
        if self._published is None or self._published.revision != newest:
            self._published = take_up(view, self.programme)
        return self._published


def take_up(view: View, programme: int) -> Published:
    """Return the newest revision of a programme; NotFound before anything was published."""
    newest = revisions.newest(view, programme)
    if newest is None:
        message = "no programme is published here yet; run: guerdon publish programme.yaml"
        raise NotFound(message)
    compiled = compiled_of(newest.files)
    return Published(
        id=programme,
        revision=newest.revision,
        programme=compiled,
        terms=Terms(compiled, terms.numbers(view, programme)),
        teller=Teller(compiled),
    )


def ensure_terms(work: Work, programme: int, compiled: Programme) -> None:
    """Give every name that has none yet its permanent number."""
    terms.ensure(work, programme, names_of(compiled))


def compiled_of(files: str) -> Programme:
    """Return the programme in a revision's files, which were checked when they were published."""
    first, *later = [[File(name, text) for name, text in version] for version in json.loads(files)]
    return reload(first, later)


def files_of(first: Sequence[File], later: Sequence[Sequence[File]]) -> str:
    """Return a programme's files as a revision keeps them: those of each version, in the order in which they take effect."""
    return json.dumps([[(file.name, file.text) for file in version] for version in (first, *later)])
