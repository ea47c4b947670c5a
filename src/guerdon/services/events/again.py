"""The answer to an event that came before: read off what was posted then."""

from guerdon.core.errors import InvariantBroken
from guerdon.core.ledger.books import AVAILABLE_BOOK, DEBT_BOOK, HELD_BOOK, PENDING_BOOK
from guerdon.services.answers import (
    RECORDED,
    WAITING,
    Balance,
    Recorded,
    limited_by,
    moves_of,
    points_of,
    shown,
    summed,
)
from guerdon.services.entries import SAID, WAITED
from guerdon.services.published import Published
from guerdon.services.waiving import waivers_of
from guerdon.store import events, journals
from guerdon.store.database import View
from guerdon.store.events import Claim, Name
from guerdon.store.journals import EntryRow, JournalRow


def answered_once(view: View, published: Published, name: Name) -> Recorded:
    """Return what an event of a name, which was recorded, was answered then."""
    return answered_before(view, published, events.find(view, published.id, [name])[name], name)


def answered_before(view: View, published: Published, claim: Claim, name: Name) -> Recorded:
    """Return what an event was answered when it was recorded, with the balances of that moment."""
    journal = journals.of_event(view, published.id, claim.account, claim.number)
    if journal is None:
        message = "an event that was claimed has its journal"
        raise InvariantBroken(message)
    last = _last_of(view, published, claim, journal)
    entries = [entry for entry in journals.entries_after(view, published.id, claim.account) if entry.journal <= last]
    said = [entry[SAID:] for entry in entries if entry.journal == journal.number]
    return Recorded(
        id=name[1],
        source=name[0],
        account=claim.account,
        number=claim.number,
        journal=journal.number,
        status=WAITING if journal.kind == WAITED else RECORDED,
        points=points_of(published, said),
        limited=limited_by(published, said),
        moves=moves_of(published, said),
        balances=_balances(published, entries),
        repeated=True,
    )


def _last_of(view: View, published: Published, claim: Claim, journal: JournalRow) -> int:
    """Return the last journal that was posted when an event was recorded: what it changed of others, and what was given again for that, came after its own."""
    (after,) = journals.of_account(view, published.id, claim.account, journal.number + 2, 1)
    given = events.find(view, published.id, waivers_of(published, claim.source, claim.id))
    found = [journals.of_event(view, published.id, one.account, one.number) for one in given.values()]
    last = after.number if after.late == claim.number else journal.number
    return max([last, *[one.number for one in found if one is not None]])


def _balances(published: Published, entries: list[EntryRow]) -> tuple[Balance, ...]:
    sums = summed([(entry.sign, entry[SAID:]) for entry in entries])
    found = []
    for place, unit in enumerate(published.programme.units):
        number = published.terms.units[place]
        pending, available, held, debt = [
            sums.get((number, book), 0) for book in (PENDING_BOOK, AVAILABLE_BOOK, HELD_BOOK, DEBT_BOOK)
        ]
        found.append(
            Balance(
                unit=unit.name,
                available=shown(available, unit.decimals),
                pending=shown(pending, unit.decimals),
                held=shown(held, unit.decimals),
                debt=shown(-debt, unit.decimals),
                total=shown(pending + available + held + debt, unit.decimals),
            )
        )
    return tuple(found)
