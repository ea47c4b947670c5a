"""What is recorded of events: in which order, and what shared budgets granted them (S2).

Invariants:
* A grant that was recorded is granted again, and never more: the race for a budget is not run anew. The budget that cut is
  the one that had no more, not another that was granted as much.
* Of one budget either every event that draws on it says what it was granted, or none does.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Final

from guerdon.core.errors import Invalid
from guerdon.core.events import Event
from guerdon.core.events.granted import Grant
from guerdon.core.limits import PLENTY, POINTS, TIMES, and_more
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
    """Return, for each of the programme's budgets, what it leaves the events that say so, by their places."""
    found: list[dict[int, int]] = [{} for _ in programme.budgets]
    for place, event in enumerate(events):
        for budget, quota in quotas_of(programme, event.id, event.granted).items():
            found[budget][place] = quota
    return found


def quotas_of(programme: Programme, event: str, granted: Sequence[Grant]) -> dict[int, int]:
    """Return what budgets leave an event that was granted this, in smallest parts; Invalid for what cannot have been granted."""
    found: dict[int, int] = {}
    named = budgets_of(programme) if granted else {}
    for name, number, more in granted:
        if name not in named:
            raise Invalid(_unknown(event, name, list(named)))
        for budget, is_counted in named[name]:
            if budget in found:
                message = f"event {event} says twice what a budget granted it, again with {name}; leave one of both out"
                raise Invalid(message)
            one = 10 ** decimals_of(programme, programme.budgets[budget])
            amount = _scaled(event, name, number, one) if is_counted else PLENTY
            found[budget] = and_more(amount) if more and is_counted else amount
    return found


def granted_of(programme: Programme, taken: Mapping[int, int], cut: Collection[int]) -> list[Grant]:
    """Return what an event was granted that took so much of budgets, of which some `cut` it."""
    found = []
    for budget, name in enumerate(names_of_budgets(programme)):
        if budget in taken or budget in cut:
            number = Decimal(taken.get(budget, 0)).scaleb(-decimals_of(programme, programme.budgets[budget]))
            found.append(Grant(name, number, more=budget not in cut))
    return found


def plenty_of(programme: Programme) -> list[Grant]:
    """Return what an event is granted that no budget cuts: all of each, and more."""
    return [
        Grant(name, Decimal(programme.limits[position].most).scaleb(-decimals_of(programme, position)), more=True)
        for name, position in zip(names_of_budgets(programme), programme.budgets, strict=True)
    ]


def names_of_budgets(programme: Programme) -> list[str]:
    """Return a name for each budget: what owns it, with its number where that owns several."""
    owners = [programme.limits[position].name for position in programme.budgets]
    return [
        owner if owners.count(owner) == 1 else f"{owner}#{owners[: budget + 1].count(owner)}"
        for budget, owner in enumerate(owners)
    ]


def budgets_of(programme: Programme) -> dict[str, list[tuple[int, bool]]]:
    """Return of which budgets a recorded number speaks, by its name, and whether it counts what the budget counts.

    By the name of an owner it speaks of all that it owns: it counts points or, where none of its budgets does, times.
    """
    found = {name: [(budget, True)] for budget, name in enumerate(names_of_budgets(programme))}
    limits = [programme.limits[position] for position in programme.budgets]
    for owner in {limit.name: None for limit in limits}:
        own = [budget for budget, limit in enumerate(limits) if limit.name == owner]
        kind = POINTS if any([limits[budget].kind == POINTS for budget in own]) else TIMES
        found[owner] = [(budget, limits[budget].kind == kind) for budget in own]
    return found


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
