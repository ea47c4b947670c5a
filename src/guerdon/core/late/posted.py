"""What was posted for an account, and what a late event changes of it: a re-fold, compared entry by entry.

An event that arrives late is folded with all others in the order in which they happened. What that fold posts, less what was
posted before, is the difference: one adjustment for each entry that is new, gone or of another amount. Entries name events,
lots, rules and instants, which are the same in every fold, so an entry that both folds post alike needs none.

Invariants:
* What was posted and what was waived, together, is what a fold of every event so far posts.
* So the order in which events arrive changes nothing in the end: the same facts give the same balances and levels (S1).
* What was answered stands: a redemption that was accepted is in every fold, and what no longer covers it is debt.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from guerdon.core.effects import EARNED, MOVED, REDEEMED, REVERSED, SETTLED, SPENT, Effect
from guerdon.core.events import Event
from guerdon.core.history import keep_ledger
from guerdon.core.ledger.books import NO_BOOK, OWN_BOOKS, before_of, place_of, sides
from guerdon.core.programme import Programme

Name = tuple[str, str]
"""What an event is known by: its source and its id."""

NOBODY: Final[Name] = ("", "")
"""The event of what no event did."""

_TOLD: Final = (MOVED, REDEEMED)
"""Kinds of effect that say something and move no points: an entry counts how often."""

_LEFT: Final = sides(2)
_REACHED: Final = sides(3)


class Entry(NamedTuple):
    """What tells one posting from another: what happened when, by which event, to which lot, and what else is said of it."""

    account: str
    kind: int
    at: int
    unit: int
    cause: Name
    of: Name
    rule: int
    lot: int
    payer: int
    about: Name
    detail: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Adjustment:
    """What a late event changes of one entry: so many points more, or less below zero."""

    late: Name
    entry: Entry
    points: int


def entries_of(rows: Iterable[Effect], events: Sequence[Event]) -> dict[Entry, int]:
    """Return what a fold's rows post, with how many points; rows name events by their places."""
    found: dict[Entry, int] = {}
    for row in rows:
        points = 1 if row.kind in _TOLD else row.granted
        if points:
            entry = _entry(row, events)
            found[entry] = found.get(entry, 0) + points
    return found


def refold(programme: Programme, events: Sequence[Event], at: int) -> dict[Entry, int]:
    """Return what a fold of events posts as of an instant: an account's whole life, with everything that fell due."""
    kept = keep_ledger(programme, events, at)
    return entries_of(kept.effects, kept.events)


def _entry(row: Effect, events: Sequence[Event]) -> Entry:
    told = row.kind in _TOLD
    about = row.source if row.kind in (SETTLED, SPENT) else -1
    detail = (row.source, row.band, row.period, row.reason) if told else (row.band,)
    return Entry(
        account=events[row.event].account,
        kind=row.kind,
        at=row.at,
        unit=row.unit,
        cause=_name(events, row.event),
        of=_name(events, row.of),
        rule=row.rule,
        lot=row.lot,
        payer=row.payer,
        about=_name(events, about),
        detail=detail,
    )


def _name(events: Sequence[Event], place: int) -> Name:
    return (events[place].source, events[place].id) if place >= 0 else NOBODY


class Posted:
    """What was posted for some accounts so far: the sum of the first fold and of every adjustment since."""

    def __init__(self) -> None:
        self.entries: Final[dict[Entry, int]] = {}
        self.waived: Final[dict[Entry, int]] = {}

    def adjust(self, folded: dict[Entry, int], late: Name, *, waive: bool = False) -> list[Adjustment]:
        """Post what a fold with a late event changes, and return it; what is waived is noted and not posted."""
        changes = self._difference(folded)
        losses = _losses(changes, late) if waive else set()
        made = []
        for entry, points in changes.items():
            if (entry.account, entry.unit) in losses and _is_of_others(entry, late):
                _add(self.waived, entry, points)
            else:
                _add(self.entries, entry, points)
                made.append(Adjustment(late=late, entry=entry, points=points))
        return made

    def _difference(self, folded: dict[Entry, int]) -> dict[Entry, int]:
        found = {}
        for entry in sorted({*folded, *self.entries, *self.waived}):
            points = folded.get(entry, 0) - self.entries.get(entry, 0) - self.waived.get(entry, 0)
            if points:
                found[entry] = points
        return found


def _losses(changes: dict[Entry, int], late: Name) -> set[tuple[str, int]]:
    """Return whose points of which unit become fewer by what other events now earn, spend or lose."""
    totals: dict[tuple[str, int], int] = {}
    for entry, points in changes.items():
        if _is_of_others(entry, late) and entry.kind not in _TOLD:
            key = (entry.account, entry.unit)
            totals[key] = totals.get(key, 0) + points * _sign(entry)
    return {key for key, total in totals.items() if total < 0}


def _is_of_others(entry: Entry, late: Name) -> bool:
    """Say whether an entry is neither what a late event does, nor what its refund, which waited for it, takes back of that."""
    return entry.cause != late and not (entry.kind in (EARNED, REVERSED) and entry.of == late)


def _sign(entry: Entry) -> int:
    """Return 1 for points that come into the account's own books, -1 for those that leave them, 0 for what moves within."""
    if entry.kind == EARNED:
        return 1
    place = place_of(entry.kind, before_of(entry.rule, entry.detail[0]))
    return int(_is_own(_REACHED[place])) - int(_is_own(_LEFT[place]))


def _is_own(book: int) -> bool:
    return NO_BOOK < book < OWN_BOOKS


def _add(entries: dict[Entry, int], entry: Entry, points: int) -> None:
    total = entries.get(entry, 0) + points
    if total:
        entries[entry] = total
    else:
        entries.pop(entry, None)
