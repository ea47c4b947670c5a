"""Stories in words: what became of points between and at events, and what is left of them in the end."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from guerdon.core.calendar import Zone
from guerdon.core.explain.explanation import EventAnswer
from guerdon.core.explain.story import Balance, Happening, LotLeft, Story
from guerdon.core.explain.wording import clock

_EARNED = (" earned", " given")


class Telling:
    """Tells the stories of accounts beside the answers to their events, each happening once."""

    def __init__(self, stories: Sequence[Story]) -> None:
        self.waiting = {story.account: list(story.happenings) for story in stories}

    def before(self, event: EventAnswer) -> list[str]:
        """Return what fell due for the event's account before it."""
        found: list[str] = []
        waiting = self.waiting.get(event.account, [])
        at = datetime.fromisoformat(event.at)
        while waiting and not _is_of(waiting[0], event) and datetime.fromisoformat(waiting[0].at) <= at:
            happening = waiting.pop(0)
            if not happening.event:
                found += [*due_lines(happening), ""]
        return found

    def of(self, event: EventAnswer) -> list[str]:
        """Return what became of lots at the event; what rules earned is told with the rules."""
        found: list[str] = []
        waiting = self.waiting.get(event.account, [])
        while waiting and _is_of(waiting[0], event):
            happening = waiting.pop(0)
            found += [f"  {said}" for said in happening.said if not said.endswith(_EARNED) and not _taken(event, said)]
        return found

    def after(self) -> list[str]:
        """Return what fell due after the last event."""
        rest = [happening for waiting in self.waiting.values() for happening in waiting if not happening.event]
        return [line for happening in rest for line in (*due_lines(happening), "")]


def _is_of(happening: Happening, event: EventAnswer) -> bool:
    return happening.event == event.id and happening.at == event.at


def _taken(event: EventAnswer, said: str) -> bool:
    """Say whether a refund's own lines tell it already."""
    return event.refund is not None and said.endswith((" taken back", " written off"))


def due_lines(happening: Happening) -> list[str]:
    """Return what fell due at an instant."""
    return [f"{happening.when}  {said}" for said in happening.said]


def left_lines(zone: Zone, story: Story) -> list[str]:
    """Return what an account has and which lots make it up, unit by unit."""
    lines = [f"left, {story.account}, {clock(zone, story.as_of, timed=True)}"]
    for balance in story.balances:
        lines.append(f"  {balance.total:,f} {balance.unit}{_parts(balance)}")
        lines += [f"    {lot_line(zone, lot)}" for lot in joined(balance.lots)]
        if balance.debt:
            lines.append(f"    {-balance.debt:,f} owed, paid by the next earnings")
    return lines


def _parts(balance: Balance) -> str:
    """Return what a balance consists of, unless it is all there to be used."""
    parts = [(balance.available, "to use"), (balance.pending, "not usable yet"), (balance.held, "set aside")]
    said = [f"{points:,f} {word}" for points, word in parts if points]
    if balance.debt:
        said.append(f"less {balance.debt:,f} owed")
    return f": {', '.join(said)}" if len(said) > 1 or (said and not balance.available) else ""


def joined(lots: Sequence[LotLeft]) -> list[LotLeft]:
    """Return lots with those of one event that wait and end together as one."""
    found: dict[tuple[str, int | None, int | None], LotLeft] = {}
    for lot in lots:
        key = (lot.event, lot.usable_from, lot.expires_at)
        found[key] = _sum(found[key], lot) if key in found else lot
    return list(found.values())


def _sum(one: LotLeft, other: LotLeft) -> LotLeft:
    return LotLeft(
        event=one.event,
        rule=one.rule if one.rule == other.rule else f"{one.rule}, {other.rule}",
        payer=one.payer,
        earned=one.earned,
        original=one.original + other.original,
        remaining=one.remaining + other.remaining,
        pending=one.pending + other.pending,
        held=one.held + other.held,
        usable_from=one.usable_from,
        expires_at=one.expires_at,
        awaits=one.awaits,
    )


def lot_line(zone: Zone, lot: LotLeft) -> str:
    """Return a lot as a line: how many points, where they come from, from when and until when they are there."""
    of = "" if lot.remaining == lot.original else f" of {lot.original:,f}"
    said = f"{lot.remaining:,f}{of} from {lot.event}"
    if lot.pending:
        waits = "" if lot.pending == lot.remaining else f"{lot.pending:,f} "
        said += (
            f", {waits}not usable before an event {lot.awaits}"
            if lot.usable_from is None
            else f", {waits}usable from {_day(zone, lot.usable_from)}"
        )
    if lot.held > Decimal(0):
        said += f", {lot.held:,f} set aside"
    return said + ("" if lot.expires_at is None else f", until {_day(zone, lot.expires_at - 1)}")


def _day(zone: Zone, at: int) -> str:
    return clock(zone, at, timed=False)
