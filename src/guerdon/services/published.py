"""The programme in force in a store: its newest revision, compiled, with the permanent numbers of its names."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from guerdon.core.errors import NotFound, invariant
from guerdon.core.ledger.terms import Terms, names_of
from guerdon.core.programme import Programme
from guerdon.core.teller import Teller
from guerdon.definition.files import File
from guerdon.definition.timeline import reload
from guerdon.services.leases import Leases
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
    leases: Leases | None = None
    """What the thread that holds it has leased of budgets; None where it draws on the whole of them."""


class Publishing:
    """What is in force of one programme, for one thread: read again when a newer revision was published."""

    def __init__(self, programme: int, leases: Leases | None = None) -> None:
        self.programme: Final = programme
        self.leases: Final = leases
        self._published: Published | None = None

    def current(self, view: View) -> Published:
        """Return the newest revision, ready to rate."""
        newest = revisions.newest_number(view, self.programme)
        if self._published is None or self._published.revision != newest:
            self._published = replace(take_up(view, self.programme), leases=self.leases)
        return self._published


def take_up(view: View, programme: int, number: int | None = None) -> Published:
    """Return the newest revision of a programme, or the one of a number; NotFound before anything was published."""
    found = revisions.newest(view, programme) if number is None else revisions.one(view, programme, number)
    if found is None:
        message = "no programme is published here yet; run: guerdon publish programme.yaml"
        raise NotFound(message)
    compiled = compiled_of(found.files)
    numbers = {(term.kind, term.name): id_ for id_, term in terms.every(view, programme).items()}
    invariant(all(name in numbers for name in names_of(compiled)), "every name of a published programme has its number")
    return Published(
        id=programme,
        revision=found.revision,
        programme=compiled,
        terms=Terms(compiled, numbers),
        teller=Teller(compiled),
    )


def ensure_terms(work: Work, programme: int, compiled: Programme) -> None:
    """Give every name that has none yet its permanent number."""
    terms.number(work, programme, [terms.Term(*name) for name in names_of(compiled)])


def compiled_of(files: Mapping[str, str]) -> Programme:
    """Return the programme in a revision's files, which were checked when they were published."""
    first, *later = versions_in(files)
    return reload(first, later)


def versions_in(files: Mapping[str, str]) -> list[list[File]]:
    """Return the files of each version in a revision, in the order in which versions take effect."""
    versions: dict[str, list[File]] = {}
    for name in sorted(files):
        version, _, rest = name.partition("/")
        versions.setdefault(version, []).append(File(rest.partition("/")[2], files[name]))
    return list(versions.values())


def files_of(first: Sequence[File], later: Sequence[Sequence[File]]) -> dict[str, str]:
    """Return a programme's files as a revision keeps them: each after the numbers of its version and of its place there."""
    return {
        f"{version:03}/{place:03}/{file.name}": file.text
        for version, files in enumerate((first, *later), start=1)
        for place, file in enumerate(files, start=1)
    }
