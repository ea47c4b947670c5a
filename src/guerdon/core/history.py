"""A history of events as values, rated one by one through the same fold as a batch.

Invariant: a slot's number comes from its closure here and from a column in a batch; both name the same effects.
"""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass

from guerdon.core.columns import Column, column_of, constant
from guerdon.core.currencies import DECIMALS
from guerdon.core.effects import EARNED, MOVED, SIGNS, Effect, Effects
from guerdon.core.errors import Invalid
from guerdon.core.events import Event, Values, resolve, values_of, without_repeats
from guerdon.core.facts import FULFILMENT, REDEMPTION, Facts
from guerdon.core.ledger import Ledger
from guerdon.core.limits import PLENTY
from guerdon.core.limits.budgets import Rationing
from guerdon.core.limits.stocks import BY_ITSELF, Draw, beyond, quota
from guerdon.core.lots.left import Left
from guerdon.core.programme import Programme
from guerdon.core.rating import NO_STOCK, Fold
from guerdon.core.recorded import check_complete, grants_of, order_of, recorded_at
from guerdon.core.statement import Statement

Held = tuple[tuple[Effect | None, Effect | None], ...]
"""For each ladder, the change that brought the level held, and the last that was said of it; None where nothing was."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What one event was answered: the values its expressions read, and its effects in the order of rules.

    `past` is what live expressions read: the levels held as positions, then what metrics counted. `held` says what brought
    the levels at which the event was rated. `events` are all that were rated together: effects name them by their places.
    """

    event: Event
    values: Values
    effects: tuple[Effect, ...]
    past: tuple[int, ...] = ()
    held: Held = ()
    events: Sequence[Event] = ()

    @property
    def earned(self) -> tuple[Effect, ...]:
        """What rules gave, or wanted to give."""
        return tuple([effect for effect in self.effects if effect.kind == EARNED])

    @property
    def moved(self) -> tuple[Effect, ...]:
        """What changed in the levels held."""
        return tuple([effect for effect in self.effects if effect.kind == MOVED])

    def points(self, unit: int) -> int:
        """Return the points of a unit that the event earned, less what it reversed, in the unit's smallest part."""
        return sum([SIGNS[effect.kind] * effect.granted for effect in self.effects if effect.unit == unit])


@dataclass(frozen=True, slots=True, kw_only=True)
class Stock:
    """What one account has of one unit; lots name events by their place in `events`."""

    account: str
    left: Left
    events: tuple[Event, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """The ledger of some events: it names accounts and events by their places in `accounts` and `events`."""

    ledger: Ledger
    events: tuple[Event, ...]
    accounts: tuple[str, ...]
    effects: tuple[Effect, ...]


def rate_events(programme: Programme, events: Sequence[Event]) -> list[Answer]:
    """Rate events of any accounts, in whatever order they come, and return the answers in the order of S3.

    The same event twice counts once; Invalid when one id comes with two contents, or more is refunded than is left.
    """
    ordered = resolved(programme, without_repeats(events))
    values = [values_of(event, programme.terms) for event in ordered]
    fold = _in_passes(programme, ordered, facts_of(programme, ordered, values))
    by_event: list[list[Effect]] = [[] for _ in ordered]
    rows = fold.effects.rows()
    for effect in rows:
        by_event[effect.event].append(effect)
    pasts = fold.pasts or [[] for _ in ordered]
    held = _held(programme, ordered, rows, fold.marks) if programme.ladders else [() for _ in ordered]
    return [
        Answer(
            event=event, values=values[i], effects=tuple(by_event[i]), past=tuple(pasts[i]), held=held[i], events=ordered
        )
        for i, event in enumerate(ordered)
    ]  # fmt: skip


def _held(programme: Programme, events: Sequence[Event], rows: Sequence[Effect], marks: Sequence[int]) -> list[Held]:
    """Return, for each event, what brought the levels at which it was rated."""
    found: list[Held] = []
    held: list[tuple[Effect | None, Effect | None]] = []
    row = 0
    for place, event in enumerate(events):
        if place == 0 or events[place - 1].account != event.account:
            held = [(None, None) for _ in programme.ladders]
        for effect in rows[row : marks[place]]:
            if effect.kind == MOVED and events[effect.event].account == event.account:
                changed = held[effect.rule][0] if effect.source == effect.band else effect
                held[effect.rule] = (changed, effect)
        row = marks[place]
        found.append(tuple(held))
    return found


def take_stock(programme: Programme, events: Sequence[Event], at: int | None = None) -> list[Stock]:
    """Return what every account has of each unit at an instant, or at the last event; without lots there is nothing to say.

    Everything that falls due at or before the instant has happened, events after it have not (S7c).
    """
    until = max([event.at for event in events], default=0) if at is None else at
    ordered = resolved(programme, without_repeats([event for event in events if event.at <= until]))
    values = [values_of(event, programme.terms) for event in ordered]
    fold = _in_passes(programme, ordered, facts_of(programme, ordered, values), until)
    fold.take_stock()
    return _stocks(ordered, fold.lefts)


def _stocks(events: Sequence[Event], lefts: Sequence[Left]) -> list[Stock]:
    accounts = list(dict.fromkeys([event.account for event in events]))
    return [Stock(account=accounts[left.account], left=left, events=tuple(events)) for left in lefts]


def keep_ledger(programme: Programme, events: Sequence[Event], at: int | None = None) -> Kept:
    """Return the ledger of events of any accounts as of an instant, or of the last event (S7c)."""
    until = max([event.at for event in events], default=0) if at is None else at
    ordered = resolved(programme, without_repeats([event for event in events if event.at <= until]))
    values = [values_of(event, programme.terms) for event in ordered]
    ledger = Ledger(until)
    fold = _in_passes(programme, ordered, facts_of(programme, ordered, values), ledger=ledger)
    fold.close_account()
    accounts = tuple(dict.fromkeys([event.account for event in ordered]))
    return Kept(ledger=ledger, events=tuple(ordered), accounts=accounts, effects=tuple(fold.effects.rows()))


def _in_passes(
    programme: Programme,
    events: Sequence[Event],
    facts: Facts,
    stock_at: int = NO_STOCK,
    *,
    ledger: Ledger | None = None,
) -> Fold:
    """Fold until no budget is overrun and each draw beyond a stock is told: once, where there are neither."""
    rationing = Rationing([programme.limits[position].most for position in programme.budgets])
    orders = order_of(events) if programme.budgets or programme.stocks else []
    grants = grants_of(programme, events)
    without: set[tuple[int, int]] = set()
    while True:
        if ledger is not None:
            ledger.forget()
        fold = Fold(programme, Effects(), ledger)
        fold.stock_at = stock_at
        rationed = facts.with_quotas([
            *_quotas(programme, facts, orders, rationing, grants),
            *_stocks_of(programme, facts, without),
        ])
        fold.run(rationed, Statement(programme.zone, len(programme.units)), keep_effects=True)
        if rationing.learn([take for take in fold.takes.rows(orders) if not grants[take.budget]]):
            continue
        _check_grants(programme, events, fold, grants)
        found = _beyond(programme, fold, orders, [recorded_at(event) for event in events])
        if found == without:
            return fold
        without = found


def _beyond(programme: Programme, fold: Fold, orders: list[int], instants: list[int]) -> set[tuple[int, int]]:
    """Return which events drew from which stocks when nothing was left; what comes back at an instant does so before them."""
    rising = sorted(instants)
    draws = fold.redemptions.draws.columns() if fold.redemptions is not None else {}
    rows = [
        Draw(2 * bisect_left(rising, at) if event == BY_ITSELF else 2 * orders[event] + 1, event, stock, period, amount)
        for event, stock, period, amount, at in zip(*draws.values(), strict=True)
    ]
    return beyond(rows, [programme.limits[position].most for position in programme.stocks])


def _stocks_of(programme: Programme, facts: Facts, without: set[tuple[int, int]]) -> list[Column]:
    """Return what each stock leaves each event."""
    return [
        column_of([quota(int(facts.ordinal.small_at(event)), stock, without) for event in range(facts.count)])
        for stock in range(len(programme.stocks))
    ]


def _check_grants(programme: Programme, events: Sequence[Event], fold: Fold, grants: list[dict[int, int]]) -> None:
    for budget, position in enumerate(programme.budgets):
        takes = [event for event, own in zip(fold.takes.event, fold.takes.budget, strict=True) if own == budget]
        if grants[budget]:
            unsaid = [events[event].id for event in takes if event not in grants[budget]]
            check_complete(programme.limits[position].name, unsaid)


def _quotas(
    programme: Programme, facts: Facts, orders: list[int], rationing: Rationing, grants: list[dict[int, int]]
) -> list[Column]:
    columns = []
    for budget, position in enumerate(programme.budgets):
        if grants[budget]:
            columns.append(column_of([grants[budget].get(event, PLENTY) for event in range(facts.count)]))
            continue
        periods = programme.periods[programme.limits[position].counts_by]
        within = [int(periods.of(facts.at.small_at(event))) for event in range(facts.count)]
        columns.append(column_of([rationing.quota(budget, within[i], orders[i]) for i in range(facts.count)]))
    return columns


def resolved(programme: Programme, events: Sequence[Event]) -> list[Event]:
    """Return events in order, with what refunds leave of their purchases."""
    found = resolve(events, decimals=DECIMALS[programme.currency], policy=programme.terms.returns)
    for event, why in found.refused:
        message = f"{event.type} {event.id}: {why}"
        raise Invalid(message)
    return found.events


def _refers(events: Sequence[Event]) -> Column:
    """Return of which other event each is: a refund's purchase, a redemption's reservation, or the purchase that one names."""
    if all([
        event.left is None and event.kind != FULFILMENT and event.attributes.get("reservation") is None
        for event in events
    ]):
        return constant(-1)
    reserved = reservations_of(events)
    places = {(event.source, event.id): place for place, event in enumerate(events)}
    return column_of([
        places[event.purchase.source, event.purchase.id]
        if event.purchase is not None
        else reserved[place]
        if event.attributes.get("reservation") is not None
        else _purchase_named(event, places)
        for place, event in enumerate(events)
    ])


def _purchase_named(event: Event, places: dict[tuple[str, str], int]) -> int:
    """Return the purchase of its own source that a redemption paid for or an event tells of, else -1."""
    name = event.attributes.get("purchase") if event.kind in (REDEMPTION, FULFILMENT) else None
    return -1 if name is None else places.get((event.source, str(name)), -1)


def _named(events: Sequence[Event]) -> Column:
    """Return 1 for each event that a refund among them names."""
    purchases = [event.purchase for event in events]
    named = {(one.source, one.id) for one in purchases if one is not None}
    return column_of([int((event.source, event.id) in named) for event in events]) if named else constant(0)


def reservations_of(events: Sequence[Event]) -> list[int]:
    """Return which reservation each step of a redemption names, else -1.

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


def facts_of(programme: Programme, events: Sequence[Event], values: Sequence[Values]) -> Facts:
    """Return events, sorted as S3 says, as columns, with what each slot's closure gives for them."""
    columns, first_line = slots_of(programme, events, values)
    return Facts(
        len(events),
        ordinal=column_of(list(range(len(events)))),
        account=column_of(numbers_of([event.account for event in events])),
        member=column_of(numbers_of([event.member for event in events])),
        at=column_of([event.at for event in events]),
        kind=column_of([event.kind for event in events]),
        refers=_refers(events),
        returned=column_of([int(event.returned) for event in events]),
        slots=columns,
        first_line=first_line,
        named=_named(events),
        early=column_of([int(event.before_joining) for event in events]),
    )


def slots_of(programme: Programme, events: Sequence[Event], values: Sequence[Values]) -> tuple[list[Column], Column]:
    """Return what each slot's closure gives for events, and from which line on each event's stand."""
    first_line = [0]
    rated = [event.left or event for event in events]
    for event in rated:
        first_line.append(first_line[-1] + len(event.lines))
    columns = []
    for slot in programme.slots:
        numbers: list[int] = []
        for place in range(len(rated)):
            event = rated[place]
            if slot.per_line:
                numbers.extend(
                    [slot.otherwise for _ in event.lines] if event.returned else slot.of_lines(values[place], event.at)
                )
            else:
                numbers.append(slot.otherwise if event.returned else slot.of_event(values[place], event.at))
        columns.append(column_of(numbers))
    return columns, column_of(first_line)


def numbers_of(names: Sequence[str]) -> list[int]:
    """Return a number for each name, the same for the same name, as they first come."""
    known: dict[str, int] = {}
    return [known.setdefault(name, len(known)) for name in names]
