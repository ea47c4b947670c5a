"""An outlook: where an account stands on its ladders, what it needs to rise and to stay, and where it is heading.

Pure: it folds the account's events up to an instant, and goes on from there as if nothing more happened: levels end, and what
is still to count does so in time.

Invariant: what is foreseen is what a fold of the same events has at that later instant.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from mypy_extensions import i64

from guerdon.core.calendar import EARLIEST, LATEST
from guerdon.core.effects import Effects
from guerdon.core.events import Event, values_of
from guerdon.core.facts import Facts
from guerdon.core.history import facts_of
from guerdon.core.ladders import NEVER_DOWN, UNREACHED, Place
from guerdon.core.past import Past
from guerdon.core.programme import Programme
from guerdon.core.rating import Fold
from guerdon.core.statement import Statement

WARNING_DAYS: Final = 30
"""A level that would be lost is warned of so many days before."""

_FORESEEN: Final = 100
"""What falls due by itself is looked at so many times, and once more for each lot."""

Coming = tuple[tuple[int, int], ...]
"""Instants from which on something counts, with how much it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """Where an account stands on one ladder at an instant; numbers have the ladder's `scale`, instants are None for never.

    `next_level` is the next that is reached by something, not given. `to_keep` is what is still missing to stay on the level
    that was `earned`, whose time is up at `reviewed`. `projected` is the level held from `projected_at` on if nothing more
    happens, None when it is kept or stays; `warned` says that it is a lower one and near. `coming` is what will count by itself:
    points that become usable, amounts whose time is not over; it is not in `to_rise` yet, and it is in `to_keep`.
    """

    ladder: str
    level: str
    since: int | None
    until: int | None
    earned: str
    reviewed: int | None
    next_level: str
    to_rise: int
    to_keep: int
    scale: int
    projected: str
    projected_at: int | None
    warned: bool
    coming: Coming


def outlooks(programme: Programme, events: Sequence[Event], at: int) -> tuple[Outlook, ...]:
    """Return where the one account of these events, in their order, stands at an instant, which is not before the last."""
    values = [values_of(event, programme.terms) for event in events]
    ahead = _Ahead(programme, facts_of(programme, events, values))
    fold = ahead.fold_to(at)
    if fold.past is None or not events:
        return ()
    fold.past.read(at)
    projected = ahead.projected(at)
    return tuple([
        _outlook(ahead, fold, fold.past, position, at, projected[position]) for position in range(len(projected))
    ])


class _Ahead:
    """The account's facts, folded up to any instant as if nothing happened after them."""

    def __init__(self, programme: Programme, facts: Facts) -> None:
        self.programme: Final = programme
        self.facts: Final = facts

    def fold_to(self, at: int) -> Fold:
        """Return a fold of everything that happened and fell due by an instant."""
        programme = self.programme
        fold = Fold(programme, Effects())
        fold.run(self.facts, Statement(programme.zone, len(programme.units)), keep_effects=True)
        _go_on(fold, at)
        return fold

    def projected(self, at: int) -> list[tuple[int, int | None]]:
        """Return to which level each ladder's changes by the end of its time, and when; the one held and None when it does not."""
        fold = self.fold_to(at)
        places = [] if fold.past is None else fold.past.places
        found: list[tuple[int, int | None]] = [(place.held, None) for place in places]
        untils = [int(place.held_until()) for place in places]
        asked = list(range(len(places)))
        lots = 0 if fold.purse is None else sum([len(pocket.lots) for pocket in fold.purse.pockets])
        for _ in range(_FORESEEN + lots):
            due = _next_due(fold)
            if due >= LATEST or not asked:
                break
            _go_on(fold, due)
            for position in list(asked):
                place = places[position]
                if place.held != found[position][0]:
                    found[position] = place.held, int(due)
                    asked.remove(position)
                elif due >= untils[position] and not place.graced:
                    asked.remove(position)
        return found


def _next_due(fold: Fold) -> i64:
    """Return the next instant at which something happens to levels, or to lots where levels depend on them."""
    due: i64 = LATEST if fold.past is None else fold.past.next_due
    return min(due, fold.standing.next_due) if fold.by_level else due


def _go_on(fold: Fold, at: i64) -> None:
    """Let everything fall due by an instant."""
    fold.fall_due(at)
    if fold.past is not None:
        fold.past.fall_due(at, -1, fold.effects)


def _outlook(
    ahead: _Ahead, fold: Fold, past: Past, position: int, at: int, foreseen: tuple[int, int | None]
) -> Outlook:
    place = past.places[position]
    ladder = place.ladder
    names = [level.name for level in ladder.levels]
    until, reviewed = int(place.held_until()), int(place.until)
    projected, projected_at = foreseen
    above = _next(place)
    days = WARNING_DAYS + 1 if projected_at is None else ladder.zone.day_of(projected_at) - ladder.zone.day_of(at)
    return Outlook(
        ladder=ladder.name,
        level=names[place.held],
        since=int(place.held_since) if place.held_since > EARLIEST else None,
        until=until if until < LATEST else None,
        earned=names[place.earned],
        reviewed=reviewed if reviewed < LATEST else None,
        next_level=names[above] if above > 0 else "",
        to_rise=_missing(past, place, above) if above > 0 else 0,
        to_keep=_to_keep(ahead, past, place),
        scale=ladder.scale,
        projected=names[projected],
        projected_at=projected_at,
        warned=projected < place.held and days <= WARNING_DAYS,
        coming=_coming(fold, past, place, above or place.earned),
    )


def _next(place: Place) -> int:
    """Return the next level above the one held that can be reached; 0 when there is none."""
    levels = place.ladder.levels
    above = [i for i in range(place.held + 1, len(levels)) if levels[i].start < UNREACHED]
    return above[0] if above else 0


def _missing(past: Past, place: Place, level: int) -> int:
    start = place.ladder.levels[level].start
    return max(start - place.ladder.credit(level, past.values), 0)


def _to_keep(ahead: _Ahead, past: Past, place: Place) -> int:
    """Return what is missing of the credit that the earned level will be looked at with when its time is up."""
    if place.earned == 0 or place.until >= LATEST or place.ladder.down == NEVER_DOWN:
        return 0
    later = ahead.fold_to(int(place.until) - 1).past or past
    later.read(int(place.until) - (0 if place.ladder.fresh else 1))
    return _missing(later, later.places[place.ladder.position], place.earned)


def _coming(fold: Fold, past: Past, place: Place, level: int) -> Coming:
    """Return what will count towards a level by itself, and from when on, as far as that is known."""
    found: dict[int, int] = {}
    if level == 0:
        return ()
    now = place.ladder.credit(level, past.values)
    for position, meter in enumerate(past.meters, len(past.places)):
        coming = list(zip(meter.dues, meter.owed, strict=True))
        if meter.metric.usable and fold.purse is not None:
            lots = fold.purse.pockets[meter.metric.unit].ripening
            coming += [
                (int(lot.usable_from), lot.pending) for lot in lots if lot.pending > 0 and lot.usable_from < LATEST
            ]
        for due, amount in coming:
            values = list(past.values)
            values[position] += amount
            counted = place.ladder.credit(level, values) - now
            found[due] = found.get(due, 0) + counted
    return tuple([(due, counted) for due, counted in sorted(found.items()) if counted > 0])
