"""Resolution: which purchase each refund is of, and what it leaves of that.

Invariants:
* A refund belongs to its purchase's account, and happens no earlier than it (S3).
* A return that names no purchase takes what refunds by name have left, so that these are never in its way.
* Which refunds count does not depend on the order in which events come.
* What is taken back at the base rate is told apart from what its event sells, and is about no purchase.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from guerdon.core.errors import Invalid
from guerdon.core.events.event import Event, Refund, in_order
from guerdon.core.events.matching import Matching
from guerdon.core.events.policy import ANY_TIME, MATCHED, REFUSED, ReturnPolicy
from guerdon.core.events.returns import Returns
from guerdon.core.facts import FULFILMENT, PURCHASE, REFUND

UNNAMED: Final = "it names no purchase; write refund_of"
"""Why a return is refused where the programme says so."""

Found = tuple[Event, Refund, Event]
"""A refund in its place, what it asks for, and its purchase."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolved:
    """Events with each refund's purchase found: in order; those that are `waiting` for theirs, or `late`, have no effect."""

    events: list[Event]
    waiting: tuple[Event, ...]
    refused: tuple[tuple[Event, str], ...]
    late: tuple[Event, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """A part of an event that named no purchase, with the purchase that it is of."""

    event: Event
    found: Found


def match(events: Sequence[Event], *, decimals: int, policy: ReturnPolicy) -> list[Match]:
    """Return what of returns that name no purchase came back of which, as `resolve` finds it."""
    resolution = _Resolution(events, decimals, policy)
    for event in events:
        resolution.place(event)
    return resolution.matched(sorted(resolution.found, key=_order))


def resolve(events: Sequence[Event], *, decimals: int, policy: ReturnPolicy = ANY_TIME) -> Resolved:
    """Find the purchases of refunds, and what each refund leaves of its purchase; events come back in the order of S3.

    Those with a reason are `refused` and left out.
    """
    resolution = _Resolution(events, decimals, policy)
    for event in events:
        resolution.place(event)
    return resolution.resolved()


class _Resolution:
    """What is known of events on the way to what refunds leave of them."""

    def __init__(self, events: Sequence[Event], decimals: int, policy: ReturnPolicy) -> None:
        self.decimals: Final = decimals
        self.policy: Final = policy
        self.purchases: Final = {
            (event.source, event.id): event for event in events if event.kind == PURCHASE and not event.returned
        }
        self.kept: list[Event] = []
        self.found: list[Found] = []
        self.unnamed: list[Event] = []
        self.waiting: list[Event] = []
        self.late: list[Event] = []
        self.refused: list[tuple[Event, str]] = []

    def place(self, event: Event) -> None:
        """Put an event where it belongs: among those that stay as they are, or with its purchase."""
        asked = event.refund if event.left is None else None
        if event.kind == FULFILMENT and (event.source, str(event.attributes["purchase"])) not in self.purchases:
            self.waiting.append(event)
        if asked is None:
            self._place_unnamed(event)
            return
        purchase = self.purchases.get((asked.source, asked.of))
        if purchase is None:
            self.kept.append(event)
            self.waiting.append(event)
        elif event.at >= self.policy.ends_at(purchase.at):
            self.kept.append(replace(event, late=True))
            self.late.append(self.kept[-1])
        else:
            self.found.append((_placed(event, purchase), asked, purchase))

    def resolved(self) -> Resolved:
        """Return what became of every event."""
        found = sorted(self.found, key=_order)
        if self.unnamed:
            found = sorted([*found, *[part.found for part in self.matched(found)]], key=_order)
        returns: dict[tuple[str, str], Returns] = {}
        for event, asked, purchase in found:
            try:
                self._take(asked, purchase, returns)
            except Invalid as invalid:
                self.refused.append((event, str(invalid)))
            else:
                self.kept.append(replace(event, left=returns[asked.source, asked.of].left()))
        return Resolved(
            events=in_order(self.kept), waiting=tuple(self.waiting), refused=tuple(self.refused), late=tuple(self.late)
        )

    def _place_unnamed(self, event: Event) -> None:
        if event.valued is not None:
            self._place_valued(event, event.valued)
        elif event.unnamed and self.policy.unlinked == MATCHED:
            self.unnamed.append(event)
        elif event.returned and event.left is None and self.policy.unlinked == REFUSED:
            self.refused.append((event, UNNAMED))
        else:
            self.kept.append(event)

    def _place_valued(self, event: Event, goods: Event) -> None:
        """Put what is taken back at the base rate beside what else its event says."""
        name = event.id if event.returned else f"{event.id}#1"
        none = dict.fromkeys(event.amounts, 0)
        self.kept.append(
            replace(
                event, id=name, kind=REFUND, returned=False, amounts=none, lines=(), returned_lines=0, valued=None, left=goods
            )
        )  # fmt: skip
        if not event.returned:
            self.kept.append(replace(event, returned_lines=0, valued=None))

    def matched(self, found: Sequence[Found]) -> list["Match"]:
        """Return returns that name no purchase with those that they are of: each by itself, numbered where there are several."""
        returns: dict[tuple[str, str], Returns] = {}
        for _, asked, purchase in found:
            try:
                self._take(asked, purchase, returns)
            except Invalid:
                continue
        accounts = {event.account for event in self.unnamed}
        sold = [one for one in self.purchases.values() if one.account in accounts]
        matching = Matching(sold, self.policy, lambda purchase: self._returns(purchase, returns))
        made: list[Match] = []
        for event in sorted(self.unnamed, key=lambda one: (one.at, one.source, one.id)):
            parts = matching.parts(event)
            if not event.returned or not parts:
                self.kept.append(event)
            for number, (asked, purchase) in enumerate(parts, start=1):
                name = event.id if event.returned and number == 1 else f"{event.id}#{number}"
                found_part = (_placed(_part(event, name, asked), purchase), asked, purchase)
                made.append(Match(event=event, found=found_part))
        return made

    def _take(self, asked: Refund, purchase: Event, returns: dict[tuple[str, str], Returns]) -> None:
        self._returns(purchase, returns).take(asked)

    def _returns(self, purchase: Event, returns: dict[tuple[str, str], Returns]) -> Returns:
        key = (purchase.source, purchase.id)
        if key not in returns:
            returns[key] = Returns(purchase, decimals=self.decimals, tender=self.policy.tender)
        return returns[key]


def _part(event: Event, name: str, asked: Refund) -> Event:
    """Return what of an event came back of one purchase, as a refund of it."""
    none = dict.fromkeys(event.amounts, 0)
    return replace(event, id=name, kind=REFUND, refund=asked, amounts=none, lines=(), returned_lines=0, unnamed=())


def _placed(event: Event, purchase: Event) -> Event:
    return replace(
        event, at=max(event.at, purchase.at), member=purchase.member, account=purchase.account, returned=False
    )


def _order(found: Found) -> tuple[int, str, str]:
    event, _, _ = found
    return event.at, event.source, event.id
