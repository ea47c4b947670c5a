"""A history of events as values, rated one by one through the same fold as a batch.

Invariant: a slot's number comes from its closure here and from a column in a batch; both name the same effects.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from guerdon.core.columns import column_of
from guerdon.core.effects import SIGNS, Effect, Effects
from guerdon.core.events import Event, Values, in_order, values_of, without_repeats
from guerdon.core.facts import REDEMPTION, Facts
from guerdon.core.programme import Programme
from guerdon.core.rating import Fold
from guerdon.core.statement import Statement


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What one event was answered: the values its expressions read, and its effects in the order of rules."""

    event: Event
    values: Values
    effects: tuple[Effect, ...]

    def points(self, unit: int) -> int:
        """Return the points of a unit that the event earned, less what it reversed, in the unit's smallest part."""
        return sum([SIGNS[effect.kind] * effect.granted for effect in self.effects if effect.unit == unit])


def rate_events(programme: Programme, events: Sequence[Event]) -> list[Answer]:
    """Rate events of any accounts, in whatever order they come, and return the answers in the order of S3.

    The same event twice counts once; Invalid when one id comes with two contents.
    """
    ordered = in_order(without_repeats(events))
    values = [values_of(event, programme.terms) for event in ordered]
    effects = Effects()
    fold = Fold(programme, effects)
    fold.run(facts_of(programme, ordered, values), Statement(programme.zone, len(programme.units)), keep_effects=True)
    by_event: list[list[Effect]] = [[] for _ in ordered]
    for effect in effects.rows():
        by_event[effect.event].append(effect)
    return [Answer(event=event, values=values[i], effects=tuple(by_event[i])) for i, event in enumerate(ordered)]


def facts_of(programme: Programme, events: Sequence[Event], values: Sequence[Values]) -> Facts:
    """Return events, sorted as S3 says, as columns, with what each slot's closure gives for them."""
    accounts = _numbers([event.account for event in events])
    members = _numbers([event.member for event in events])
    first_line = [0]
    for event in events:
        first_line.append(first_line[-1] + len(event.lines))
    columns = []
    for slot in programme.slots:
        numbers: list[int] = []
        for event, read in zip(events, values, strict=True):
            if slot.per_line:
                numbers.extend(
                    [slot.otherwise for _ in event.lines] if event.returned else slot.of_lines(read, event.at)
                )
            else:
                numbers.append(slot.otherwise if event.returned else slot.of_event(read, event.at))
        columns.append(column_of(numbers))
    return Facts(
        len(events),
        ordinal=column_of(list(range(len(events)))),
        account=column_of(accounts),
        member=column_of(members),
        at=column_of([event.at for event in events]),
        kind=column_of([event.kind for event in events]),
        refers=column_of(_reservations(events)),
        returned=column_of([int(event.returned) for event in events]),
        slots=columns,
        first_line=column_of(first_line),
    )


def _reservations(events: Sequence[Event]) -> list[int]:
    """Return which earlier event each is about: for a step of a redemption the reservation that it names, else -1.

    A reservation is one of the same account; of two with one id, that from the same source.
    """
    named: dict[tuple[str, str], int] = {}
    exact: dict[tuple[str, str, str], int] = {}
    found: list[int] = []
    for position, event in enumerate(events):
        name = event.attributes.get("reservation") if event.kind == REDEMPTION else None
        nearest = -1 if name is None else named.get((event.account, str(name)), -1)
        found.append(nearest if name is None else exact.get((event.account, event.source, str(name)), nearest))
        if event.kind == REDEMPTION:
            named.setdefault((event.account, event.id), position)
            exact[event.account, event.source, event.id] = position
    return found


def _numbers(names: Sequence[str]) -> list[int]:
    known: dict[str, int] = {}
    return [known.setdefault(name, len(known)) for name in names]
