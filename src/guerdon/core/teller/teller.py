"""The teller: serves one account after another, one event at a time, by the same fold as a batch.

Whoever calls it knows where the account's standing was saved, numbers its events, and says what an event refers to. Numbers of
events rise within an account in the order in which they were recorded; rows of effects name events by them.

Invariants:
* What fell due by an event's instant is answered before the event, and apart from it: nobody but time is its cause (S7c).
* Serving an account event by event answers what folding its history at once does, as long as nothing looks back: a refund, a
  cancellation of what was spent and an event that comes late are served with the whole history.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from guerdon.core.calendar import LATEST
from guerdon.core.columns import Column, column_of, constant
from guerdon.core.effects import Effect, Effects
from guerdon.core.events import Event, values_of
from guerdon.core.facts import CLOSING, FULFILMENT, REFUND, Facts
from guerdon.core.history import slots_of
from guerdon.core.ledger import NOWHERE
from guerdon.core.limits.budgets import Takes
from guerdon.core.limits.stocks import Draws
from guerdon.core.lots.claims import HELD
from guerdon.core.lots.left import Left
from guerdon.core.lots.lot import Lot
from guerdon.core.lots.pocket import Pocket
from guerdon.core.programme import Programme
from guerdon.core.rating import Fold
from guerdon.core.teller import saving


# Never changed once it is made; it is not frozen, as an event is not.
@dataclass(slots=True, kw_only=True)
class Posted:
    """An event of an account as it was recorded: its number there, and the number of the one that it refers to, else -1."""

    event: Event
    number: int
    refers: int = NOWHERE


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """An account's standing, saved: contributors in the order in which they came, and what the fold goes on with."""

    members: tuple[str, ...] = ()
    cells: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """Points of one lot: which, named by its event and number, its dates, and who pays for it."""

    points: int
    event: int
    lot: int
    earned_at: int
    ends_at: int
    payer: int


def _taken(pocket: Pocket, lot: Lot, points: int) -> Taken:
    return Taken(
        points=points, event=int(lot.event), lot=int(lot.number), earned_at=int(lot.earned_at),
        ends_at=int(pocket.ends_at(lot)), payer=int(lot.payer),
    )  # fmt: skip


class Teller:
    """Serves the account that was opened last; `effects` hold what it was answered and nobody took yet."""

    def __init__(self, programme: Programme) -> None:
        self.programme: Final = programme
        self.effects: Final = Effects(256)
        self.fold: Final = Fold(programme, self.effects, keeps_lots=True)
        self.members: list[str] = []

    def open(self, standing: Standing | None) -> None:
        """Begin with an account, where it stood when it was saved, or with a new one."""
        self.effects.forget()
        self.takes().forget()
        self.draws().forget()
        self.fold.posted = 0
        if standing is None or not standing.cells:
            self.members = []
            self.fold.begin(0, 0)
            return
        self.members = list(standing.members)
        saving.load(self.fold, list(standing.cells))

    def save(self) -> Standing:
        """Return where the account stands."""
        return Standing(members=tuple(self.members), cells=tuple(saving.save(self.fold)))

    def next_due(self) -> int:
        """Return the next instant at which something happens by itself; LATEST when nothing will."""
        due = int(self.fold.standing.next_due)
        past = self.fold.past
        return due if past is None or not self.members else min(due, int(past.next_due))

    def fall_due(self, at: int) -> list[Effect]:
        """Do what falls due at or before an instant, and return it."""
        fold = self.fold
        fold.fall_due(at)
        if fold.past is not None and self.members:
            if fold.past.next_due <= at:
                fold.past.fall_due(at, NOWHERE, self.effects)
            fold.past.read(at)
        return self._taken()

    def looks_back(self, posted: Posted) -> bool:
        """Say whether an event asks for more than was saved: what a purchase earned, or what a redemption has spent.

        What tells of an order that is not there yet may be of one that is recorded later, and happened after it.
        """
        event = posted.event
        if (
            event.kind in (REFUND, CLOSING)
            or event.unnamed
            or event.valued is not None
            or (posted.event.kind == FULFILMENT and posted.refers == NOWHERE)
        ):
            return True
        if posted.refers == NOWHERE or posted.event.attributes.get("reservation") is None or self.fold.purse is None:
            return False
        claims = [pocket.claim_of(posted.refers) for pocket in self.fold.purse.pockets]
        return all([claim is None or claim.state != HELD for claim in claims])

    def rate(self, posted: Posted, quotas: Sequence[int] = ()) -> list[Effect]:
        """Rate an event that looks back at nothing but an open reservation, and return its effects.

        What is due by its instant was done before. `quotas` are what budgets, then stocks, leave it.
        """
        refers = constant(NOWHERE) if posted.refers == NOWHERE else column_of([posted.refers])
        self._run([posted], refers, column_of([0]), [column_of([quota]) for quota in quotas])
        return self._taken()

    def refold(self, history: Sequence[Posted], quotas: Sequence[Sequence[int]] = ()) -> list[Effect]:
        """Begin anew and rate an account's whole life, in the order of S3; return all of it.

        Events stand as refunds leave their purchases (`resolve`). `quotas` hold what each budget, then stock, leaves each event.
        """
        self.open(None)
        named = {posted.refers for posted in history if posted.event.kind == REFUND}
        self._run(
            history,
            column_of([posted.refers for posted in history]),
            column_of([int(posted.number in named) for posted in history]),
            [column_of(list(own)) for own in quotas],
        )
        return self._taken()

    def left(self) -> list[Left]:
        """Return what the account has of each unit, as far as it was brought; of lots, those that are open."""
        return [Left(0, pocket) for pocket in self.pockets()]

    def pockets(self) -> list[Pocket]:
        """Return what the account has of each unit, as the fold keeps it."""
        return [] if self.fold.purse is None else self.fold.purse.pockets

    def closes_at(self) -> int:
        """Return when the account is closed, or was; LATEST when nobody said so."""
        return LATEST if self.fold.purse is None else int(self.fold.purse.leaving.closes_at)

    def short_of(self, number: int) -> int:
        """Return how many points there were not for the reservation of a number."""
        claims = [pocket.claim_of(number) for pocket in self.pockets()]
        return sum([claim.short for claim in claims if claim is not None and claim.state == HELD])

    def sent(self, number: int) -> list[Taken]:
        """Return of which lots the event of a number sent points, if that is what was rated last."""
        sent = None if self.fold.redemptions is None else self.fold.redemptions.sent
        if sent is None or sent.claim.event != number:
            return []
        pocket = self.pockets()[sent.unit]
        return [_taken(pocket, lot, points) for lot, points in zip(sent.claim.lots, sent.claim.amounts, strict=True)]

    def left_of(self, number: int) -> list[Taken]:
        """Return what is left to use of the lots that the event of a number made."""
        return [
            _taken(pocket, lot, lot.free())
            for pocket in self.pockets()
            for lot in pocket.lots
            if lot.event == number and lot.free() > 0
        ]

    def would_end(self, unit: int, at: int) -> int:
        """Return when points of a unit would end that the account earned at an instant to which it was brought."""
        pocket = self.pockets()[unit]
        policy = pocket.queues[0].policy if pocket.moving is None else pocket.moving.policy()
        return int(policy.ends(at))

    def takes(self) -> Takes:
        """Return what was taken of budgets since the account was opened; whoever reads it forgets it."""
        return self.fold.takes

    def draws(self) -> Draws:
        """Return what was drawn from stocks since the account was opened; whoever reads it forgets it."""
        return Draws() if self.fold.redemptions is None else self.fold.redemptions.draws

    def _run(self, history: Sequence[Posted], refers: Column, named: Column, quotas: list[Column]) -> None:
        events = [posted.event for posted in history]
        values = [values_of(event, self.programme.terms) for event in events]
        slots, first_line = slots_of(self.programme, events, values)
        facts = Facts(
            len(events),
            ordinal=column_of([posted.number for posted in history]),
            account=constant(0),
            member=column_of([self._member(event.member) for event in events]),
            at=column_of([event.at for event in events]),
            kind=column_of([event.kind for event in events]),
            refers=refers,
            returned=column_of([int(event.returned) for event in events]),
            slots=slots,
            first_line=first_line,
            named=named,
            quotas=quotas,
            early=column_of([int(event.before_joining) for event in events]),
        )
        self.fold.run(facts, None, keep_effects=True)
        self.fold.pasts.clear()
        self.fold.marks.clear()

    def _member(self, name: str) -> int:
        """Return the number of a contributor within the account; the first is the account's own."""
        if name not in self.members:
            self.members.append(name)
        return self.members.index(name)

    def _taken(self) -> list[Effect]:
        rows = self.effects.rows()
        self.effects.forget()
        self.fold.posted = 0
        return rows
