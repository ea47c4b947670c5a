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
    found: list[dict[int, int]] = [{} for _ in programme.budgets]
    for place, event in enumerate(events):
        for budget, amount in check_granted(programme, event.id, event.granted):
            found[budget][place] = amount
    return found


def check_granted(programme: Programme, event: str, granted: Sequence[tuple[str, Decimal]]) -> list[tuple[int, int]]:
    """Return what an event was granted of which budgets, in smallest parts; Invalid for what no budget can have granted."""
    found = []
    owned = budgets_of(programme) if granted else {}
    for name, number in granted:
        if name not in owned:
            raise Invalid(_unknown(event, name, list(owned)))
        for budget in owned[name]:
            one = 10 ** decimals_of(programme, programme.budgets[budget])
            found.append((budget, _scaled(event, name, number, one)))
    return found


def budgets_of(programme: Programme) -> dict[str, list[int]]:
    """Return which budgets a recorded number is of, by what owns them: those in points or, where there are none, in times."""
    found: dict[str, list[int]] = {}
    for points in (True, False):
        for budget, position in enumerate(programme.budgets):
            limit = programme.limits[position]
            named = found.setdefault(limit.name, [])
            if (limit.kind == POINTS) is points and (points or not _counts_points(programme, named)):
                named.append(budget)
    return found


def _counts_points(programme: Programme, budgets: Sequence[int]) -> bool:
    return any([programme.limits[programme.budgets[budget]].kind == POINTS for budget in budgets])


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
    there = ", ".join(names[:_LISTED]) or "none"
    return f"event {event} was granted something of {name!r:.40}, which has no budget; the programme has budgets of {there}"


def check_complete(name: str, took: Iterable[str]) -> None:
    """Refuse events that draw on a budget and do not say what it granted them, where others do."""
    for event in took:
        message = (
            f"event {event} draws on the budget of {name} and does not say what it was granted, and other events do; "
            f"state granted for every such event, like {name}=0, or for none"
        )
        raise Invalid(message)
