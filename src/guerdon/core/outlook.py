"""An outlook: where an account stands on its ladders, what it needs to rise and to stay, and where it is heading.

Pure: it folds the account's events up to an instant, and goes on to a level's end as if nothing more happened; points that
are still to become usable are not foreseen.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from guerdon.core.calendar import EARLIEST, LATEST
from guerdon.core.effects import Effects
from guerdon.core.events import Event, values_of
from guerdon.core.history import facts_of
from guerdon.core.ladders import NEVER_DOWN, UNREACHED, Place
from guerdon.core.past import Past
from guerdon.core.programme import Programme
from guerdon.core.rating import Fold
from guerdon.core.statement import Statement

WARNING_DAYS: Final = 30
"""A level that would be lost is warned of so many days before."""

_FORESEEN: Final = 100
"""What falls due by itself is looked at so many times."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """Where an account stands on one ladder at an instant; numbers have the ladder's `scale`, instants are None for never.

    `next_level` is the next that is reached by something, not given. `to_keep` is what is still missing to stay on the level
    that was `earned`, whose time is up at `reviewed`. `projected` is the level held from `projected_at` on if nothing more
    happens, None when it is kept or stays; `warned` says that it is a lower one and near.
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


def outlooks(programme: Programme, events: Sequence[Event], at: int) -> tuple[Outlook, ...]:
    """Return where the one account of these events, in their order, stands at an instant, which is not before the last."""
    fold = Fold(programme, Effects())
    values = [values_of(event, programme.terms) for event in events]
    fold.run(facts_of(programme, events, values), Statement(programme.zone, len(programme.units)), keep_effects=True)
    past = fold.past
    if past is None or not events:
        return ()
    fold.fall_due(at)
    past.fall_due(at, -1, Effects())
    past.read(at)
    return tuple([_outlook(past, position, at) for position in range(len(past.places))])


def _outlook(past: Past, position: int, at: int) -> Outlook:
    place = past.places[position]
    ladder = place.ladder
    names = [level.name for level in ladder.levels]
    until, reviewed = int(place.held_until()), int(place.until)
    projected, projected_at = _projected(past, position)
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
        to_keep=_to_keep(past, position),
        scale=ladder.scale,
        projected=names[projected],
        projected_at=projected_at,
        warned=projected < place.held and days <= WARNING_DAYS,
    )


def _next(place: Place) -> int:
    """Return the next level above the one held that can be reached; 0 when there is none."""
    levels = place.ladder.levels
    above = [i for i in range(place.held + 1, len(levels)) if levels[i].start < UNREACHED]
    return above[0] if above else 0


def _projected(past: Past, position: int) -> tuple[int, int | None]:
    """Return the level to which the one held changes by the end of its time if nothing more happens, and when; None when not."""
    held, until = past.places[position].held, past.places[position].held_until()
    later = past.copied()
    for _ in range(_FORESEEN):
        due = later.next_due
        if due >= LATEST:
            break
        later.fall_due(due, -1, Effects())
        if later.places[position].held != held:
            return later.places[position].held, int(due)
        if due >= until and not later.places[position].graced:
            break
    return held, None


def _missing(past: Past, place: Place, level: int) -> int:
    start = place.ladder.levels[level].start
    return max(start - place.ladder.credit(level, past.values), 0)


def _to_keep(past: Past, position: int) -> int:
    """Return what is missing of the credit that the earned level will be looked at with when its time is up."""
    place = past.places[position]
    if place.earned == 0 or place.until >= LATEST or place.ladder.down == NEVER_DOWN:
        return 0
    later = past.copied()
    later.fall_due(int(place.until) - 1, -1, Effects())
    later.read(int(place.until) - (0 if place.ladder.fresh else 1))
    return _missing(later, later.places[position], place.earned)
