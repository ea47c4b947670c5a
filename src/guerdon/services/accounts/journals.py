"""The journals of an account, the newest first, with what they moved by the programme's names. Nothing here writes."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from guerdon.core.effects import EARNED, KINDS, MOVED, REASONS, REDEEMED
from guerdon.core.errors import NotFound
from guerdon.core.ladders import CAUSES
from guerdon.core.ledger.books import BOOKS
from guerdon.core.lots.rewards import OUTSIDE
from guerdon.services.answers import Points, shown
from guerdon.services.entries import TAKEN_OFF
from guerdon.services.published import Published
from guerdon.store import accounts, events, journals
from guerdon.store.database import View
from guerdon.store.journals import EntryRow, JournalRow

CAUSED: tuple[str, ...] = ("event", "due", "adjustment", "waiting")
"""Kinds of journal, by their numbers: an event, what fell due, what a late event changed, an event that waits for another."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EventName:
    """An event's source, and its id there."""

    source: str
    id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One effect: points that leave one book for another, or a level that moves, by the programme's names.

    `taken_off` says that it takes an earlier entry back, since a late event made that untrue. `lot_of` is the event that made
    the lot; `before` and `level` are of a move. What does not apply is empty.
    """

    kind: str
    at: int
    taken_off: bool
    unit: str
    points: Points
    leaves: str
    reaches: str
    rule: str
    version: str
    payer: str
    limit: str
    reason: str
    lot_of: EventName | None
    before: str
    level: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Journal:
    """What one cause did: an event, what fell due at an instant, or a late event's change of what was there."""

    number: int
    cause: str
    at: int
    recorded_at: int
    event: EventName | None
    late: EventName | None
    entries: tuple[Entry, ...]


def journals_of(view: View, published: Published, account: str, *, before: int | None, limit: int) -> list[Journal]:
    """Return journals of an account before a number, the newest first; NotFound for one of which nothing happened."""
    if account not in accounts.read(view, published.id, [account]):
        message = f"there is no account {account!r}: no event of it was recorded, and no member enrolled"
        raise NotFound(message, code="account_unknown")
    rows = journals.of_account(view, published.id, account, before, limit)
    entries = journals.entries_of(view, published.id, account, [row.number for row in rows])
    named = _names(view, published, account, _numbers(rows, entries))
    return [_journal(published, row, [one for one in entries if one.journal == row.number], named) for row in rows]


def _numbers(rows: Sequence[JournalRow], entries: Iterable[EntryRow]) -> set[int]:
    causes = [number for row in rows for number in (row.event, row.late) if number is not None]
    return {*causes, *[one.made for one in entries]}


def _names(view: View, published: Published, account: str, numbers: set[int]) -> dict[int, EventName]:
    rows = events.some(view, published.id, account, [number for number in numbers if number > 0])
    return {row.number: EventName(source=row.source, id=row.id) for row in rows}


def _journal(
    published: Published, row: JournalRow, entries: Sequence[EntryRow], named: dict[int, EventName]
) -> Journal:
    return Journal(
        number=row.number,
        cause=CAUSED[row.kind],
        at=row.at,
        recorded_at=row.recorded_at,
        event=None if row.event is None else named.get(row.event),
        late=None if row.late is None else named.get(row.late),
        entries=tuple([_entry(published, one, named) for one in entries]),
    )


def _entry(published: Published, one: EntryRow, named: dict[int, EventName]) -> Entry:
    name, moved = published.terms.name, one.kind == MOVED
    decimals = {
        number: unit.decimals for number, unit in zip(published.terms.units, published.programme.units, strict=True)
    }
    return Entry(
        kind=KINDS[one.kind],
        at=one.at,
        taken_off=one.sign == TAKEN_OFF,
        unit=name(one.unit),
        points=shown(one.points, decimals.get(one.unit, 0)),
        leaves="" if one.source_book is None else BOOKS[one.source_book],
        reaches="" if one.into_book is None else BOOKS[one.into_book],
        rule=name(one.rule),
        version=name(one.version),
        payer=name(one.payer),
        limit="" if moved else name(one.limit_),
        reason=_reason(one),
        lot_of=None if moved else named.get(one.made),
        before=name(one.source).partition("/")[2] if moved else "",
        level=name(one.band).partition("/")[2] if moved else "",
    )


def _reason(one: EntryRow) -> str:
    if one.kind == EARNED:
        return REASONS[one.reason]
    if one.kind == MOVED:
        return CAUSES[one.reason]
    return OUTSIDE[one.reason] if one.kind == REDEEMED else ""
