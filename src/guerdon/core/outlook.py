"""An outlook: where an account stands on its ladders, what it needs to rise and to stay, and where it is heading.

Pure: it folds the account's events up to an instant, and goes on to a level's end as if nothing more happened.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from guerdon.core.calendar import EARLIEST, LATEST
from guerdon.core.effects import Effects
from guerdon.core.events import Event, values_of
from guerdon.core.history import facts_of
from guerdon.core.ladders import Place
from guerdon.core.past import Past
from guerdon.core.programme import Programme
from guerdon.core.rating import Fold
from guerdon.core.statement import Statement

WARNING_DAYS: Final = 30
"""A level that would be lost is warned of so many days before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """Where an account stands on one ladder at an instant; numbers have the ladder's `scale`, instants are None for never.

    `to_keep` is what is still missing to stay on the level that was earned; `projected` is the level held from `until` on if
    nothing more happens, and `warned` says that it is a lower one and near.
    """

    ladder: str
    level: str
    since: int | None
    until: int | None
    next_level: str
    to_rise: int
    to_keep: int
    scale: int
    projected: str
    warned: bool


def outlooks(programme: Programme, events: Sequence[Event], at: int) -> tuple[Outlook, ...]:
    """Return where the one account of these events, in their order, stands at an instant, which is not before the last."""
    fold = Fold(programme, Effects())
    values = [values_of(event, programme.terms) for event in events]
    fold.run(facts_of(programme, events, values), Statement(programme.zone, len(programme.units)), keep_effects=True)
    past = fold.past
    if past is None or not events:
        return ()
    past.fall_due(at, -1, Effects())
    past.read(at)
    return tuple([_outlook(past, position, at) for position in range(len(past.places))])


def _outlook(past: Past, position: int, at: int) -> Outlook:
    place = past.places[position]
    ladder = place.ladder
    names = [level.name for level in ladder.levels]
    until = int(place.held_until())
    later = _later(past, until)
    projected = place.held if later is None else later.places[position].held
    above = place.held + 1
    days = ladder.zone.day_of(until) - ladder.zone.day_of(at) if until < LATEST else WARNING_DAYS + 1
    return Outlook(
        ladder=ladder.name,
        level=names[place.held],
        since=int(place.held_since) if place.held_since > EARLIEST else None,
        until=until if until < LATEST else None,
        next_level=names[above] if above < len(names) else "",
        to_rise=_missing(past, place, above) if above < len(names) else 0,
        to_keep=_to_keep(past, position),
        scale=ladder.scale,
        projected=names[projected],
        warned=projected < place.held and days <= WARNING_DAYS,
    )


def _later(past: Past, until: int) -> Past | None:
    """Return the past as it will be at an instant if nothing more happens."""
    if until >= LATEST:
        return None
    later = past.copied()
    later.fall_due(until, -1, Effects())
    return later


def _missing(past: Past, place: Place, level: int) -> int:
    start = place.ladder.levels[level].start
    return max(start - place.ladder.credit(level, past.values), 0)


def _to_keep(past: Past, position: int) -> int:
    """Return what is missing of the credit that the earned level will be looked at with when its time is up."""
    place = past.places[position]
    if place.earned == 0 or place.until >= LATEST:
        return 0
    later = past.copied()
    later.fall_due(int(place.until) - 1, -1, Effects())
    later.read(int(place.until) - (0 if place.ladder.fresh else 1))
    return _missing(later, later.places[position], place.earned)
