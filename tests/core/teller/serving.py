"""Histories served event by event, each standing saved and taken up again, beside the same histories folded at once."""

from collections.abc import Sequence
from dataclasses import replace

from guerdon.core.effects import MOVED, Effect
from guerdon.core.events import Event
from guerdon.core.history import resolved
from guerdon.core.lots.left import Left
from guerdon.core.programme import Programme
from guerdon.core.teller import Posted, Standing, Teller

Sums = list[tuple[int, int, int, int]]


def numbered(programme: Programme, events: Sequence[Event]) -> dict[str, list[Posted]]:
    """Return each account's events in the order of S3, numbered, with what each refers to."""
    accounts: dict[str, list[Event]] = {}
    for event in resolved(programme, events):
        accounts.setdefault(event.account, []).append(event)
    return {name: _posted(own) for name, own in accounts.items()}


def _posted(own: Sequence[Event]) -> list[Posted]:
    names = {(event.source, event.id): number for number, event in enumerate(own, start=1)}
    return [
        Posted(event=event, number=number, refers=_refers(event, names)) for number, event in enumerate(own, start=1)
    ]


def _refers(event: Event, names: dict[tuple[str, str], int]) -> int:
    if event.left is not None:
        return names[event.left.source, event.left.id]
    named = event.attributes.get("reservation") or event.attributes.get("purchase")
    return names.get((event.source, str(named)), -1)


def served(programme: Programme, history: Sequence[Posted], at: int) -> tuple[list[Effect], Sums, Standing]:
    """Serve an account event by event, with a teller that has just served somebody else, and bring it to an instant."""
    teller = Teller(programme)
    rows: list[Effect] = []
    standing = Standing()
    before: list[Posted] = []
    for posted in history:
        teller.open(None)
        teller.open(standing)
        due = teller.fall_due(posted.event.at)
        if teller.looks_back(posted):
            whole = teller.refold([*before, posted])
            rows = without_finders(whole)
        else:
            rows += without_finders([*due, *teller.rate(posted)])
        before.append(posted)
        standing = teller.save()
    rows += without_finders(teller.fall_due(at))
    return rows, sums(teller.left()), teller.save()


def folded(programme: Programme, history: Sequence[Posted], at: int) -> tuple[list[Effect], Sums, Standing]:
    """Fold an account's events at once, and bring it to the same instant."""
    teller = Teller(programme)
    rows = teller.refold(history)
    rows += teller.fall_due(at)
    return without_finders(rows), sums(teller.left()), teller.save()


def without_finders(rows: Sequence[Effect]) -> list[Effect]:
    """Return rows that do not say which event found that a level had changed by itself."""
    return [replace(row, event=row.of) if row.kind == MOVED else row for row in rows]


def sums(left: Sequence[Left]) -> Sums:
    return [(one.pending, one.available, one.held, one.debt) for one in left]
