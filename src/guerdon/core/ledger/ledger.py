"""The ledger of a fold: every row of effects posted, and at the end of each account what it has.

Whoever folds calls `open` when an account begins, `post` with the rows of one cause, and `close` when all that falls due by
`as_of` has happened. The tables are columns; they can be taken and forgotten between any two calls.
"""

from typing import Final

from mypy_extensions import i64

from guerdon.core.calendar import LATEST
from guerdon.core.columns import column_of
from guerdon.core.effects import (
    BY_HAND,
    EARNED,
    FROM_PENDING,
    FROM_USABLE,
    MOVED,
    REDEEMED,
    RESTORED,
    REVERSED,
    Effects,
)
from guerdon.core.errors import invariant
from guerdon.core.ledger.books import NO_BOOK, NO_LOT, PLACES, REVERSED_BOOK, WRITTEN_OFF_BOOK, sides
from guerdon.core.ledger.rows import JOURNALS, LEVELS, LOTS, METRICS, MOVES, POSTINGS, REDEMPTIONS, STANDINGS, Rows
from guerdon.core.ledger.versions import NO_VERSIONS, Versions
from guerdon.core.lots.keeping import ISSUES
from guerdon.core.lots.lot import Lot
from guerdon.core.lots.pocket import Pocket
from guerdon.core.lots.purse import Purse
from guerdon.core.past import Past

NOWHERE: Final = -1
"""The place of what no event caused."""


class Ledger:
    """The books of a run as of an instant."""

    def __init__(self, as_of: i64) -> None:
        self.as_of: Final[i64] = as_of
        self.journals: Final = Rows(JOURNALS)
        self.postings: Final = Rows(POSTINGS)
        self.lots: Final = Rows(LOTS)
        self.standings: Final = Rows(STANDINGS)
        self.levels: Final = Rows(LEVELS)
        self.metrics: Final = Rows(METRICS)
        self.moves: Final = Rows(MOVES)
        self.redemptions: Final = Rows(REDEMPTIONS)
        self.versions: Versions = NO_VERSIONS
        self.renewed: set[int] = set()
        self.account: i64 = NOWHERE
        self.number: i64 = 0
        self.journal: i64 = 0
        self.at: i64 = 0
        self.place: i64 = NOWHERE
        self.made_by: dict[int, int] = {}
        self.places: dict[int, int] = {}
        self.pockets: list[Pocket] = []
        self.last_of: i64 = NOWHERE
        self.last_made_by: i64 = 0
        self._from: Final = column_of(sides(2))
        self._into: Final = column_of(sides(3))

    def tables(self) -> list[Rows]:
        """Return all tables."""
        return [
            self.journals, self.postings, self.lots, self.standings, self.levels, self.metrics, self.moves, self.redemptions,
        ]  # fmt: skip

    def forget(self) -> None:
        """Empty all tables, keeping their memory and the account that is open."""
        for table in self.tables():
            table.forget()

    def open(self, account: i64, purse: Purse) -> None:
        """Begin with another account."""
        self.account = account
        self.number = 0
        self.made_by = {}
        self.places = {}
        self.renewed = set()
        self.last_of = NOWHERE
        self.pockets = purse.pockets

    def post(self, effects: Effects, mark: i64, event: i64, place: i64, at: i64) -> None:
        """Post the rows from `mark` on, of one cause: the event at a place, or (NOWHERE) what fell due at an instant."""
        end: i64 = effects.count
        if mark == end:
            return
        self.journal = 0
        self.place = place
        self.at = at
        if place != NOWHERE:
            self.places[int(event)] = int(place)
        row = mark
        while row < end:
            if effects.kind[row] == MOVED:
                self._move(effects, row)
            elif effects.kind[row] == REDEEMED:
                self._redeem(effects, row)
            else:
                self._post_row(effects, row)
            row += 1

    def _post_row(self, effects: Effects, row: i64) -> None:
        """Post one row by the table; what a refund could not take back is written off."""
        kind = effects.kind[row]
        before = effects.band[row]
        if effects.rule[row] < 0 and before < BY_HAND:
            before = NO_LOT
        if kind == EARNED:
            before = FROM_PENDING if self.pockets[effects.unit[row]].keeping.waits else FROM_USABLE
        granted = effects.granted[row]
        if kind == RESTORED and effects.of[row] == effects.event[row]:
            self.renewed.add(int(effects.of[row]))
        if granted > 0:
            place = kind * PLACES + before + 1
            self._post(effects, row, self._from.small_at(place), self._into.small_at(place), granted)
        if kind == REVERSED and effects.desired[row] > granted:
            self._post(effects, row, WRITTEN_OFF_BOOK, REVERSED_BOOK, effects.desired[row] - granted)

    def _post(self, effects: Effects, row: i64, source: i64, into: i64, points: i64) -> None:
        """Post points out of one book and into another, in the journal of the present cause."""
        invariant(source != NO_BOOK, "every row that moves points is in the table")
        if self.journal == 0:
            self._begin_journal()
        made_by = self._made_by(effects.of[row])
        self._add(effects, row, source, -points, made_by)
        self._add(effects, row, into, points, made_by)

    def _made_by(self, of: i64) -> i64:
        """Return the journal that made the lots of an event: the present one, if none has."""
        if of < 0:
            return 0
        if of != self.last_of:
            self.last_of = of
            self.last_made_by = self.made_by.setdefault(int(of), int(self.journal))
        return self.last_made_by

    def _begin_journal(self) -> None:
        self.number += 1
        self.journal = self.number
        journals = self.journals
        journals.begin()
        journals.put(self.account)
        journals.put(self.number)
        journals.put(self.at)
        journals.put(self.place)
        journals.put(self.versions.at(int(self.at)))

    def _add(self, effects: Effects, row: i64, book: i64, points: i64, made_by: i64) -> None:
        postings = self.postings
        postings.begin()
        cells, cell, step = postings.cells, postings.cell, postings.capacity
        cells[cell] = self.account
        cells[cell + step] = self.journal
        cells[cell + 2 * step] = effects.unit[row]
        cells[cell + 3 * step] = book
        cells[cell + 4 * step] = effects.payer[row]
        cells[cell + 5 * step] = points
        cells[cell + 6 * step] = made_by
        cells[cell + 7 * step] = effects.rule[row]
        cells[cell + 8 * step] = effects.lot[row]
        cells[cell + 9 * step] = effects.version[row]

    def _move(self, effects: Effects, row: i64) -> None:
        """Note how a level changed, or its end did."""
        moves = self.moves
        moves.begin()
        moves.put(self.account)
        moves.put(effects.rule[row])
        moves.put(effects.at[row])
        moves.put(effects.source[row])
        moves.put(effects.band[row])
        moves.put(effects.period[row])
        moves.put(effects.reason[row])
        moves.put(effects.desired[row])
        moves.put(self.places.get(int(effects.of[row]), NOWHERE))
        moves.put(effects.version[row])

    def _redeem(self, effects: Effects, row: i64) -> None:
        """Note which reward was asked for, and until when what was issued can be used."""
        reward, step, version = int(effects.rule[row]), int(effects.band[row]), int(effects.version[row])
        until: i64 = LATEST
        if reward >= 0 and step in ISSUES:
            until = self.versions.rewards[version][reward].valid_until(int(effects.at[row]))
        redemptions = self.redemptions
        redemptions.begin()
        redemptions.put(self.account)
        redemptions.put(reward)
        redemptions.put(effects.at[row])
        redemptions.put(step)
        redemptions.put(effects.lot[row])
        redemptions.put(effects.unit[row])
        redemptions.put(effects.desired[row])
        redemptions.put(effects.reason[row])
        redemptions.put(until)
        redemptions.put(self.place)
        redemptions.put(version)

    # What accounts have.

    def close(self, purse: Purse, past: Past | None) -> None:
        """Note what the open account has, once all that falls due by the ledger's instant is posted."""
        for pocket in purse.pockets:
            self._stand(pocket)
            for lot in pocket.lots:
                self._keep(pocket, lot)
        if past is not None:
            self._measure(past)

    def _stand(self, pocket: Pocket) -> None:
        standings = self.standings
        standings.begin()
        standings.put(self.account)
        standings.put(pocket.keeping.unit)
        standings.put_wide(pocket.pending)
        standings.put_wide(pocket.available)
        standings.put_wide(pocket.held)
        standings.put_wide(pocket.debt)
        standings.put_wide(pocket.total())

    def _keep(self, pocket: Pocket, lot: Lot) -> None:
        lots = self.lots
        lots.begin()
        lots.put(self.account)
        lots.put(self._made_by(lot.event))
        lots.put(self.places[int(lot.event)])
        lots.put(pocket.keeping.unit)
        lots.put(lot.rule)
        lots.put(lot.number)
        lots.put(lot.payer)
        lots.put(lot.share)
        lots.put(lot.original)
        lots.put(lot.remaining)
        lots.put(lot.spent)
        lots.put(lot.expired)
        lots.put(lot.reversed)
        lots.put(lot.held)
        lots.put(lot.pending)
        lots.put(lot.earned_at)
        lots.put(lot.usable_from)
        lots.put(pocket.ends_at(lot))
        lots.put(self._made_under(lot))

    def _made_under(self, lot: Lot) -> int:
        """Return the version that made a lot: that of its rule, or the one in force when spent points came back as a new lot."""
        if int(lot.event) in self.renewed:
            return self.versions.at(int(lot.earned_at))
        return self.versions.rules[lot.rule]

    def _measure(self, past: Past) -> None:
        """Note which levels are held, and what the metrics count."""
        for place in past.places:
            levels = self.levels
            levels.begin()
            levels.put(self.account)
            levels.put(place.ladder.position)
            levels.put(place.held)
            levels.put(place.held_since)
            levels.put(place.held_until())
        for position in range(len(past.meters)):
            metrics = self.metrics
            metrics.begin()
            metrics.put(self.account)
            metrics.put(position)
            metrics.put_wide(past.values[len(past.places) + position])
