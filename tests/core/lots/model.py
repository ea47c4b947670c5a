"""A plain model of lots, written from what a programme means: a list of lots, sorted anew whenever anything is drawn.

It shares no code with the engine. A programme gives a point a dollar; terms and events are plain data.
"""

from calendar import monthrange
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

FOREVER = datetime(9999, 1, 1, tzinfo=UTC)

Row = tuple[str, datetime, str, str, int]
"""What happened, when, by which event, to which event's lot, and to how many points."""


@dataclass
class Lot:
    """Points of one event."""

    event: str
    earned: datetime
    usable: datetime
    ends: datetime
    original: int
    remaining: int
    pending: int
    held: int = 0
    spent: int = 0
    expired: int = 0
    over: bool = False

    def free(self) -> int:
        """Return what can be drawn."""
        return self.remaining - self.pending - self.held


@dataclass
class Account:
    """What one account has."""

    lots: list[Lot] = field(default_factory=list)
    debts: list[list[Any]] = field(default_factory=list)
    holds: dict[str, tuple[datetime, list[tuple[Lot, int]], int]] = field(default_factory=dict)
    active: datetime | None = None


def later(at: datetime, length: tuple[int, str], zone: ZoneInfo) -> datetime:
    """Return an instant so much later by the calendar and the wall clock; a clock that is not there moves forward."""
    count, unit = length
    local = at.astimezone(zone).replace(tzinfo=None)
    if unit == "day":
        moved = local + timedelta(days=count)
    else:
        months = local.year * 12 + local.month - 1 + count
        year, month = divmod(months, 12)
        moved = local.replace(year=year, month=month + 1, day=min(local.day, monthrange(year, month + 1)[1]))
    # Of a time that is there twice fold 0 is the first; one that is not there is read with the offset before the change.
    return moved.replace(tzinfo=zone, fold=0).astimezone(UTC)


def month_end(at: datetime, zone: ZoneInfo) -> datetime:
    """Return when the month of an instant has ended."""
    local = at.astimezone(zone)
    year, month = divmod(local.year * 12 + local.month, 12)
    return datetime(year, month + 1, 1, tzinfo=zone).astimezone(UTC)


class Model:
    """Answers events one by one; `rows` is what became of lots."""

    def __init__(self, terms: dict[str, Any], zone: str) -> None:
        self.terms = terms
        self.zone = ZoneInfo(zone)
        self.account = Account()
        self.rows: list[Row] = []

    # What falls due.

    def idle_until(self) -> datetime:
        """Return when idle points go."""
        if self.account.active is None or not self.terms.get("idle"):
            return FOREVER
        return later(self.account.active, self.terms["idle"], self.zone)

    def ends(self, lot: Lot) -> datetime:
        """Return when a lot goes."""
        return self.idle_until() if self.terms.get("idle") and not lot.over else lot.ends

    def settle_until(self, until: datetime) -> None:
        """Let everything happen that falls due until then, in the order of time."""
        while True:
            dues = [lot.usable for lot in self.account.lots if lot.pending and lot.usable > self._now(lot)]
            dues += [self.ends(lot) for lot in self.account.lots if lot.remaining and not lot.over]
            dues += [lapses for lapses, _, _ in self.account.holds.values()]
            due = min(dues, default=FOREVER)
            if due > until or due == FOREVER:
                return
            self._at(due)

    def _now(self, lot: Lot) -> datetime:
        return lot.earned if lot.usable > lot.earned and lot.pending == lot.original and not lot.over else FOREVER

    def _at(self, due: datetime) -> None:
        if self.terms.get("idle") and self.idle_until() == due:
            self._end([lot for lot in self.account.lots if not (lot.pending and lot.usable >= due)], due)
            self.account.active = None
        for lot in self.account.lots:
            if lot.pending and lot.usable == due and self._now(lot) != FOREVER:
                self._let_in(lot, due, told=True)
        if not self.terms.get("idle"):
            self._end([lot for lot in self.account.lots if lot.ends == due], due)
        self._fill(due)
        for name, (lapses, _, _) in list(self.account.holds.items()):
            if lapses == due:
                self.cancel(due, name, name)

    def _end(self, lots: list[Lot], due: datetime) -> None:
        for lot in sorted(lots, key=lambda one: (one.ends, one.earned)):
            if not lot.over:
                lot.over = True
                self._expire(lot, lot.remaining - lot.held, due)

    def _expire(self, lot: Lot, points: int, at: datetime) -> None:
        if points:
            lot.remaining -= points
            lot.expired += points
            lot.pending = 0
            self.rows.append(("expired", at, lot.event, lot.event, points))

    # What comes in.

    def earn(self, at: datetime, event: str, points: int) -> None:
        """Give points."""
        if "cap" in self.terms and not self.terms.get("over_pending"):
            points = min(points, max(self.terms["cap"] - self.total(), 0))
        if points == 0:
            return
        pending = self.terms.get("pending")
        usable = later(at, pending, self.zone) if pending else at
        ends = FOREVER
        if self.terms.get("after"):
            ends = later(usable if self.terms.get("from_usable") else at, self.terms["after"], self.zone)
            ends = max(month_end(ends, self.zone) if self.terms.get("month_end") else ends, usable)
        lot = Lot(event, at, usable, ends, points, points, points)
        self.account.lots.append(lot)
        if usable <= at:
            self._let_in(lot, at, told=False)
        if self.terms.get("idle"):
            self.account.active = at

    def _let_in(self, lot: Lot, at: datetime, *, told: bool) -> None:
        points = min(lot.pending, self.room())
        if points == 0:
            return
        lot.pending -= points
        if told:
            self.rows.append(("usable", at, lot.event, lot.event, points))
        self._come_in(lot, points, at)

    def _come_in(self, lot: Lot, points: int, at: datetime) -> None:
        if self.terms.get("idle") and self.account.active is None:
            self.account.active = at
        for debt in self.account.debts:
            part = min(points, debt[1])
            if part:
                debt[1] -= part
                points -= part
                lot.remaining -= part
                lot.spent += part
                self.rows.append(("settled", at, lot.event, lot.event, part))

    def room(self) -> int:
        """Return how many points may become usable."""
        if not self.terms.get("over_pending"):
            return 10**18
        usable = sum(lot.remaining - lot.pending for lot in self.account.lots)
        return int(max(self.terms["cap"] - usable + self.debt(), 0))

    def _fill(self, at: datetime) -> None:
        for lot in self.account.lots:
            if lot.pending and lot.usable <= at and self.terms.get("over_pending"):
                self._let_in(lot, at, told=True)

    # What goes out.

    def debt(self) -> int:
        """Return what is owed."""
        return sum(debt[1] for debt in self.account.debts)

    def total(self) -> int:
        """Return what there is, less what is owed."""
        return sum(lot.remaining for lot in self.account.lots) - self.debt()

    def _draw(self, points: int) -> tuple[list[tuple[Lot, int]], int]:
        drawn = []
        for lot in sorted(self.account.lots, key=lambda one: (self.ends(one), one.earned)):
            part = min(points, lot.free())
            if part:
                drawn.append((lot, part))
                points -= part
        return drawn, points

    def spend(self, at: datetime, event: str, points: int) -> None:
        """Spend points; what there is not is owed."""
        drawn, short = self._draw(points)
        for lot, part in drawn:
            self._take(lot, part, at, event)
        if short:
            self.account.debts.append([event, short])
            self.rows.append(("indebted", at, event, "", short))
        self._redeemed(at)

    def _take(self, lot: Lot, part: int, at: datetime, event: str) -> None:
        lot.remaining -= part
        lot.spent += part
        self.rows.append(("spent", at, event, lot.event, part))

    def _redeemed(self, at: datetime) -> None:
        if self.terms.get("idle"):
            self.account.active = at
        self._fill(at)

    def reserve(self, at: datetime, event: str, points: int) -> None:
        """Set points aside."""
        drawn, short = self._draw(points)
        for lot, part in drawn:
            lot.held += part
            self.rows.append(("held", at, event, lot.event, part))
        lapses = later(at, self.terms["hold_for"], self.zone) if self.terms.get("hold_for") else FOREVER
        self.account.holds[event] = (lapses, drawn, short)

    def cancel(self, at: datetime, event: str, hold: str) -> None:
        """Give back what was set aside."""
        if hold not in self.account.holds:
            return
        _, drawn, _ = self.account.holds.pop(hold)
        for lot, part in drawn:
            lot.held -= part
            self.rows.append(("released", at, event, lot.event, part))
            if lot.over:
                self._expire(lot, part, at)
            else:
                self._come_in(lot, part, at)
        self._fill(at)

    def confirm(self, at: datetime, event: str, hold: str) -> None:
        """Spend what was set aside."""
        if hold not in self.account.holds:
            return
        _, drawn, short = self.account.holds.pop(hold)
        for lot, part in drawn:
            lot.held -= part
            self._take(lot, part, at, event)
        if short:
            self.spend(at, event, short)
        else:
            self._redeemed(at)
