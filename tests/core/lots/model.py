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
    graced: bool = False
    start: datetime | None = None
    extended: int = 0
    root: "Lot | None" = None
    """The lot that was earned, where this one is of its points that came back."""

    def free(self) -> int:
        """Return what can be drawn."""
        return self.remaining - self.pending - self.held


@dataclass
class Claim:
    """What one redemption has: held, spent or back; what it drew, from which lots and when."""

    asked: int
    state: str
    lapses: datetime = FOREVER
    drawn: list[list[Any]] = field(default_factory=list)
    short: int = 0


@dataclass
class Account:
    """What one account has."""

    lots: list[Lot] = field(default_factory=list)
    debts: list[list[Any]] = field(default_factory=list)
    claims: dict[str, Claim] = field(default_factory=dict)
    active: datetime | None = None


def later(at: datetime, length: tuple[int, str], zone: ZoneInfo, *, days: int = 0) -> datetime:
    """Return an instant so much later by the calendar and the wall clock; a clock that is not there moves forward."""
    count, unit = length
    local = at.astimezone(zone).replace(tzinfo=None)
    if (count, days) == (0, 0):
        return at
    if unit == "day":
        moved = local + timedelta(days=count)
    else:
        months = local.year * 12 + local.month - 1 + count
        year, month = divmod(months, 12)
        moved = local.replace(year=year, month=month + 1, day=min(local.day, monthrange(year, month + 1)[1]))
    moved += timedelta(days=days)
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
        self.idle_ends: list[datetime] = []
        self.month = ""

    # What falls due.

    def idle_until(self) -> datetime:
        """Return when idle points go."""
        if self.account.active is None or not self.terms.get("idle"):
            return FOREVER
        return later(self.account.active, self.terms["idle"], self.zone)

    def ends(self, lot: Lot) -> datetime:
        """Return when a lot goes."""
        return self.idle_until() if self.terms.get("idle") and not lot.over and not lot.graced else lot.ends

    def settle_until(self, until: datetime) -> None:
        """Let everything happen that falls due until then, in the order of time."""
        while True:
            dues = [lot.usable for lot in self.account.lots if lot.pending and lot.usable > self._now(lot)]
            dues += [self.ends(lot) for lot in self.account.lots if lot.remaining and not lot.over]
            dues += [claim.lapses for claim in self.account.claims.values() if claim.state == "held"]
            due = min(dues, default=FOREVER)
            if due > until or due == FOREVER:
                return
            self._at(due)

    def _now(self, lot: Lot) -> datetime:
        return lot.earned if lot.usable > lot.earned and lot.pending == lot.original and not lot.over else FOREVER

    def _at(self, due: datetime) -> None:
        if self.terms.get("idle") and self.idle_until() == due:
            self._end(
                [lot for lot in self.account.lots if not lot.graced and not (lot.pending and lot.usable >= due)], due
            )
            self.quiet(due)
            self.account.active = None
        for lot in self.account.lots:
            if lot.pending and lot.usable == due and self._now(lot) != FOREVER:
                self._let_in(lot, due, told=True)
        self._end(
            [lot for lot in self.account.lots if lot.ends == due and (lot.graced or not self.terms.get("idle"))], due
        )
        self._fill(due)
        for name, claim in list(self.account.claims.items()):
            if claim.state == "held" and claim.lapses == due:
                self._release(due, name, claim)

    def quiet(self, now: datetime) -> None:
        """Note that the account was idle for so long that its points went, if it was."""
        if self.idle_until() <= now:
            self.idle_ends.append(self.idle_until())

    def stir(self, at: datetime) -> None:
        """Note activity."""
        if self.terms.get("idle"):
            self.quiet(at)
            self.account.active = at
        self.extend(at)

    def extend(self, at: datetime) -> None:
        """Let lots stay longer, once in a month."""
        month = at.astimezone(self.zone).strftime("%Y-%m")
        if not self.terms.get("extended_by") or month == self.month:
            return
        self.month = month
        for lot in self.account.lots:
            if not lot.over and not lot.graced and lot.ends > at and lot.start is not None:
                lot.extended += 1
                lot.ends = max(lot.ends, self._first_end(lot.start, lot.extended))

    def _first_end(self, start: datetime, extended: int = 0) -> datetime:
        if not self.terms.get("after"):
            return FOREVER
        by = self.terms.get("extended_by", (0, "day"))
        lengths = [self.terms["after"], (by[0] * extended, by[1])]
        months = sum(count for count, unit in lengths if unit == "month")
        ends = later(start, (months, "month"), self.zone, days=sum(count for count, unit in lengths if unit == "day"))
        return month_end(ends, self.zone) if self.terms.get("month_end") else ends

    def _end(self, lots: list[Lot], due: datetime) -> None:
        for lot in sorted(lots, key=lambda one: (one.ends, one.earned)):
            if not lot.over:
                lot.over = True
                self._expire(lot, lot.remaining - lot.held, due)

    def _expire(self, lot: Lot, points: int, at: datetime) -> None:
        waiting = lot.pending
        lot.pending = 0
        for part in (waiting, points - waiting):
            if part:
                lot.remaining -= part
                lot.expired += part
                self.rows.append(("expired", at, lot.event, lot.event, part))

    # What comes in.

    def earn(self, at: datetime, event: str, points: int) -> None:
        """Give points."""
        if "cap" in self.terms and not self.terms.get("over_pending"):
            points = min(points, max(self.terms["cap"] - self.total(), 0))
        if points == 0:
            return
        pending = self.terms.get("pending")
        usable = later(at, pending, self.zone) if pending else at
        self.extend(at)
        start = usable if self.terms.get("from_usable") else at
        lot = Lot(event, at, usable, max(self._first_end(start), usable), points, points, points, start=start)
        self.account.lots.append(lot)
        if usable <= at:
            self._let_in(lot, at, told=bool(pending or self.terms.get("over_pending")))
        self.stir(at)

    def _let_in(self, lot: Lot, at: datetime, *, told: bool) -> None:
        points = min(lot.pending, self.room())
        if points == 0:
            return
        lot.pending -= points
        if told:
            self.rows.append(("usable", at, lot.event, lot.event, points))
        self._come_in(lot, points, at)

    def _come_in(self, lot: Lot, points: int, at: datetime) -> None:
        if self.terms.get("idle") and (self.idle_until() == FOREVER or self.idle_until() <= at):
            self.stir(at)
        for debt in self.account.debts:
            part = min(points, debt[1])
            if part:
                debt[1] -= part
                points -= part
                lot.remaining -= part
                lot.spent += part
                self.rows.append(("settled", at, lot.event, lot.event, part))
                debt[2].drawn.append([lot, part, at])

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

    def spend(self, at: datetime, event: str, claim: Claim, points: int) -> None:
        """Spend points; what there is not is owed."""
        claim.state = "spent"
        drawn, short = self._draw(points)
        for lot, part in drawn:
            self._take(lot, part, at, event)
            claim.drawn.append([lot, part, at])
        if short:
            self.account.debts.append([event, short, claim])
            self.rows.append(("indebted", at, event, "", short))
        self.stir(at)
        self._fill(at)

    def _take(self, lot: Lot, part: int, at: datetime, event: str) -> None:
        lot.remaining -= part
        lot.spent += part
        self.rows.append(("spent", at, event, lot.event, part))

    def redeem(self, at: datetime, event: str, step: str, points: int, claim: str) -> None:
        """Do one step of a redemption."""
        found = self.account.claims.get(claim) if step in ("confirm", "cancel") else None
        if found is not None:
            self.account.claims[event] = found
            if step == "confirm":
                self._confirm(at, event, found)
            elif found.state == "held":
                self._release(at, event, found)
            elif found.state == "spent":
                self._put_back(at, event, found, points if points >= 0 else found.asked)
        elif step != "cancel" and points > 0:
            self.account.claims[event] = Claim(points, "back")
            if step == "reserve":
                self._reserve(at, event, self.account.claims[event])
            else:
                self.spend(at, event, self.account.claims[event], points)

    def _reserve(self, at: datetime, event: str, claim: Claim) -> None:
        drawn, claim.short = self._draw(claim.asked)
        for lot, part in drawn:
            lot.held += part
            claim.drawn.append([lot, part, at])
            self.rows.append(("held", at, event, lot.event, part))
        claim.state = "held"
        claim.lapses = later(at, self.terms["hold_for"], self.zone) if self.terms.get("hold_for") else FOREVER

    def _confirm(self, at: datetime, event: str, claim: Claim) -> None:
        if claim.state == "held":
            for lot, part, _ in claim.drawn:
                lot.held -= part
                self._take(lot, part, at, event)
            self.spend(at, event, claim, claim.short)
        elif claim.state == "back":
            claim.drawn = []
            self.spend(at, event, claim, claim.asked)

    def _release(self, at: datetime, event: str, claim: Claim) -> None:
        claim.state = "back"
        for lot, part, _ in claim.drawn:
            lot.held -= part
            self.rows.append(("released", at, event, lot.event, part))
            self._bring_back(lot, part, at, ended=lot.over, stays=False)
        self._fill(at)

    def _put_back(self, at: datetime, event: str, claim: Claim, points: int) -> None:
        for debt in self.account.debts:
            part = min(points, debt[1])
            if debt[2] is claim and part:
                debt[1] -= part
                points -= part
                self.rows.append(("restored", at, event, "", part))
        for drawn in reversed(claim.drawn[:]):
            part = min(points, drawn[1])
            if part:
                drawn[1] -= part
                points -= part
                self._restore(at, event, drawn[0], part, drawn[2])
        if not any(drawn[1] for drawn in claim.drawn) and not any(
            one[1] for one in self.account.debts if one[2] is claim
        ):
            claim.state = "back"

    def _restore(self, at: datetime, event: str, lot: Lot, part: int, since: datetime) -> None:
        self.quiet(at)
        ended = self._has_ended(lot, at, since)
        restore = self.terms.get("restore", "grace")
        anew = max(part - self.taken_for(lot), 0) if ended and restore == "new_lot" else 0
        if anew:
            made = Lot(event, at, at, self._first_end(at), anew, anew, 0, start=at, root=lot.root or lot)
            self.account.lots.append(made)
            self.rows.append(("restored", at, event, event, anew))
            self._come_in(made, anew, at)
            part -= anew
        if part == 0:
            return
        lot.spent -= part
        lot.remaining += part
        self.rows.append(("restored", at, event, lot.event, part))
        self._bring_back(lot, part, at, ended=ended, stays=restore == "grace")

    def _has_ended(self, lot: Lot, at: datetime, since: datetime) -> bool:
        """Say whether the time of a lot has ended that had points at an instant."""
        if self.terms.get("idle") and not lot.graced:
            return lot.over or any(end > since for end in self.idle_ends)
        return lot.over or lot.ends <= at

    def _bring_back(self, lot: Lot, part: int, at: datetime, *, ended: bool, stays: bool) -> None:
        """Let points be there again, or go because their time has ended, or stay for thirty days."""
        part -= self.answer_for(lot, part, at)
        if ended:
            lot.over = True
        if part == 0:
            return
        if ended and not stays:
            self._expire(lot, part, at)
            return
        if ended:
            lot.over, lot.graced, lot.ends = False, True, later(at, (30, "day"), self.zone)
        self._come_in(lot, part, at)

    def taken_for(self, lot: Lot) -> int:  # noqa: ARG002 - where goods come back it is asked
        """Return how many points are owed, or were taken from others, for those of a lot: none, as no goods come back."""
        return 0

    def answer_for(self, lot: Lot, points: int, at: datetime) -> int:  # noqa: ARG002 - where goods come back it is asked
        """Return how many points that come back stand for others that were taken in their stead: none, as no goods come back."""
        return 0
