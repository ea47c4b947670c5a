"""Terms: small numbers, given once for ever, of what entries name: rules, units, limits, payers, rewards, ladders, levels.

Invariant: a term keeps its number whatever becomes of it in later revisions, so that entries mean the same for ever.
"""

from collections.abc import Iterable
from typing import NamedTuple

from guerdon.store import ordinary, programmes
from guerdon.store.database import View, Work
from guerdon.store.tables import terms

FIRST: int = 0


class Term(NamedTuple):
    """A kind of thing, and its name in the programme."""

    kind: str
    name: str


def number(work: Work, programme: int, wanted: Iterable[Term]) -> dict[Term, int]:
    """Return the numbers of all terms of a programme; those of `wanted` that have none get the next ones, in their order."""
    programmes.lock(work, programme)
    known = {term: id_ for id_, term in every(work, programme).items()}
    new = [term for term in dict.fromkeys(wanted) if term not in known]
    numbered = dict(zip(new, range(len(known) + FIRST, len(known) + FIRST + len(new)), strict=True))
    ordinary.add(
        work,
        terms,
        [{"programme": programme, "id": id_, "kind": term.kind, "name": term.name} for term, id_ in numbered.items()],
    )
    return known | numbered


def every(view: View, programme: int) -> dict[int, Term]:
    """Return all terms of a programme by their numbers."""
    query = ordinary.chosen(terms, ("id", "kind", "name")).where(terms.c.programme == programme).order_by(terms.c.id)
    return {row[0]: Term(row[1], row[2]) for row in ordinary.rows_of(view, query)}
