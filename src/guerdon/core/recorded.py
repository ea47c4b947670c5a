"""What is recorded of events: in which order, and what shared budgets granted them (S2).

Invariants:
* A grant that was recorded is granted again, and never more: the race for a budget is not run anew.
* Of one budget either every event that draws on it says what it was granted, or none does.
"""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Final

from guerdon.core.errors import Invalid
from guerdon.core.events import Event
from guerdon.core.limits import POINTS
from guerdon.core.programme import Programme

_LISTED: Final = 8


def recorded_at(event: Event) -> int:
    """Return when an event was recorded; where that is not stated, as it happened."""
    return event.at if event.recorded_at is None else event.recorded_at


def order_of(events: Sequence[Event]) -> list[int]:
    """Return each event's place in the order of recording."""
    ranked = sorted(range(len(events)), key=lambda i: _rank(events[i]))
    places = [0] * len(ranked)
    for place, position in enumerate(ranked):
        places[position] = place
    return places


def _rank(event: Event) -> tuple[int, int, int, str, str]:
    return recorded_at(event), event.at, event.kind, event.source, event.id


def grants_of(programme: Programme, events: Sequence[Event]) -> list[dict[int, int]]:
    """Return, for each of the programme's budgets, what was granted of it, by the places of the events that say so."""
    names = [programme.limits[position].name for position in programme.budgets]
    ones = [10 ** decimals_of(programme, position) for position in programme.budgets]
    found: list[dict[int, int]] = [{} for _ in names]
    for place, event in enumerate(events):
        for name, number in event.granted:
            if name not in names:
                raise Invalid(_unknown(event.id, name, names))
            for budget in [i for i, own in enumerate(names) if own == name]:
                if _is_meant(programme, names, budget):
                    found[budget][place] = _scaled(event.id, name, number, ones[budget])
    return found


def _is_meant(programme: Programme, names: Sequence[str], budget: int) -> bool:
    """Say whether a number is of this budget: of what owns budgets in points and in times, numbers are points."""
    kinds = [programme.limits[programme.budgets[i]].kind for i, name in enumerate(names) if name == names[budget]]
    return programme.limits[programme.budgets[budget]].kind == POINTS or POINTS not in kinds


def decimals_of(programme: Programme, position: int) -> int:
    """Return the decimals of the points that a limit counts; of times there are none."""
    if programme.limits[position].kind != POINTS:
        return 0
    bound = [rule.unit_decimals for rule in programme.rules if position in _limits_of(programme, rule.position)]
    return max(bound, default=0)


def _limits_of(programme: Programme, rule: int) -> set[int]:
    own = programme.rules[rule]
    return {*own.points_limits, *[position for one in own.multipliers for position in one.points_limits]}


def _scaled(event: str, name: str, number: Decimal, one: int) -> int:
    scaled = number * one
    if scaled != int(scaled):
        message = f"event {event}: granted {name}={number} has more decimals than the points have; correct it"
        raise Invalid(message)
    return int(scaled)


def _unknown(event: str, name: str, names: Sequence[str]) -> str:
    there = ", ".join(dict.fromkeys(names[:_LISTED])) or "none"
    return f"event {event} was granted something of {name!r:.40}, which has no budget; the programme has budgets of {there}"


def check_complete(name: str, took: Iterable[str]) -> None:
    """Refuse events that draw on a budget and do not say what it granted them, where others do."""
    for event in took:
        message = (
            f"event {event} draws on the budget of {name} and does not say what it was granted, and other events do; "
            f"state granted for every such event, like {name}=0, or for none"
        )
        raise Invalid(message)
