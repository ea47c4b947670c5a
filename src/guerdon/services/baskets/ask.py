"""Ask a basket: what it earns, which rewards the account can have now and with it, and what is nearly in reach.

Everything is what the fold answers to a purchase that is rated and taken back: there is no second formula. What is out of reach
is looked for by bisection over such purchases, with more and more money in them.

Invariants:
* Nothing is written, whatever is asked.
* So many purchases are tried at most, however many levels and rewards a programme has.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, Final, NamedTuple

from guerdon.core.currencies import DECIMALS
from guerdon.core.effects import REDEEMED, Effect
from guerdon.core.errors import Invalid, NotFound
from guerdon.core.events import Event, Line, read_event
from guerdon.core.facts import PURCHASE
from guerdon.core.teller import Posted, Standing, Teller
from guerdon.services.accounts.stand import brought
from guerdon.services.answers import Move, Points, Refusal, limited_by, moves_of, points_of, shown
from guerdon.services.decision import refusal_of
from guerdon.services.entries import said_of
from guerdon.services.facts import moment
from guerdon.services.identities import UNKNOWN, nobody, recognise
from guerdon.services.published import Published
from guerdon.services.shared import quotas_at
from guerdon.store import accounts
from guerdon.store.accounts import Account
from guerdon.store.database import View

LEVEL: Final = "level"
REWARD: Final = "reward"

_REWARDS_MAX: Final = 3
_DOUBLINGS: Final = 14
_STEPS: Final = 24


@dataclass(frozen=True, slots=True, kw_only=True)
class OnOffer:
    """A reward that the account can have, and its price in points of a unit, None for any."""

    reward: str
    title: str
    unit: str
    price: Points | None


@dataclass(frozen=True, slots=True, kw_only=True)
class NearBy:
    """A level or reward that is out of reach, and how much more money in the basket brings it into reach."""

    what: str
    name: str
    title: str
    more: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BasketAnswer:
    """What a basket would do: `rewards` are to be had before it is paid, `then` with what it earns."""

    points: dict[str, Points]
    limited: tuple[str, ...]
    moves: tuple[Move, ...]
    rewards: tuple[OnOffer, ...]
    then: tuple[OnOffer, ...]
    near: tuple[NearBy, ...]
    receipt: str


def ask_basket(view: View, published: Published, record: Mapping[str, Any], *, at: int) -> BasketAnswer:
    """Return what a purchase would do at an instant; Invalid says what of the record cannot be read."""
    stated = {"id": "basket", "at": moment(at).isoformat(), **_named(view, published, record)}
    event = read_event(published.programme.terms, stated, default_id="basket")
    if event.kind != PURCHASE or event.returned:
        message = "only a purchase can be asked about; leave out type, and returns"
        raise Invalid(message)
    row = accounts.read(view, published.id, [event.account]).get(event.account, Account(event.account))
    teller = brought(view, published, row, at)
    asking = _Asking(published, teller, teller.save(), replace(event, at=at), row.events + 1)
    asking.quotas = quotas_at(view, published, at)
    return asking.asked()


def _named(view: View, published: Published, record: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return a record with its member; NotFound when it names one by an identity that nobody has."""
    (one,) = recognise(view, published.id, [record])
    if isinstance(one, Refusal):
        raise Invalid(one.detail)
    if one.guest is not None:
        raise NotFound(nobody(one.guest[0]), code=UNKNOWN)
    return one.record


class _Outcome(NamedTuple):
    """What became of an account: the levels that it holds, and where it stands."""

    levels: list[int]
    standing: Standing


class _Asking:
    """One basket, and the standing that it is tried on."""

    def __init__(self, published: Published, teller: Teller, standing: Standing, event: Event, number: int) -> None:
        self.published: Final = published
        self.teller: Final = teller
        self.standing: Final = standing
        self.event: Final = event
        self.number: Final = number
        # What budgets and stocks leave it now.
        self.quotas: list[int] = []
        self.outcomes: Final[dict[int, _Outcome]] = {}
        self.redemptions: Final[dict[int, Event]] = {}

    def asked(self) -> BasketAnswer:
        before = self._to_be_had()
        said = said_of(self.published, self._rated(0))
        held, after = self._levels(), self.teller.save()
        then = [one for one in self._to_be_had(after) if one not in before]
        near = [*self._near_levels(held), *self._near_rewards([*before, *then])]
        points = points_of(self.published, said)
        return BasketAnswer(
            points=points,
            limited=limited_by(self.published, said),
            moves=moves_of(self.published, said),
            rewards=tuple(before),
            then=tuple(then),
            near=tuple(near),
            receipt=_receipt(points, near, self.published.programme.currency),
        )

    def _rated(self, more: int) -> list[Effect]:
        """Rate the basket with more money in it, on the standing there is."""
        self.teller.open(self.standing)
        return self.teller.rate(Posted(event=_with(self.event, more), number=self.number), self.quotas)

    def _tried(self, more: int) -> "_Outcome":
        """Return what becomes of the account with more money in the basket; each amount is rated once."""
        if more not in self.outcomes:
            self._rated(more)
            self.outcomes[more] = _Outcome(self._levels(), self.teller.save())
        return self.outcomes[more]

    def _levels(self) -> list[int]:
        past = self.teller.fold.past
        return [] if past is None else [place.held for place in past.places]

    def _to_be_had(self, standing: Standing | None = None) -> list[OnOffer]:
        """Return the rewards that a redemption is allowed of, each tried by itself."""
        found = []
        for position, reward in enumerate(self.published.programme.rewards):
            price = None if reward.sweep is not None else self._price(position, standing or self.standing)
            if price is not None:
                unit = self.published.programme.units[reward.unit]
                found.append(
                    OnOffer(
                        reward=reward.name,
                        title=reward.title,
                        unit=unit.name,
                        price=None if price < 0 else shown(price, unit.decimals),
                    )
                )
        return found

    def _price(self, position: int, standing: Standing) -> int | None:
        """Return what a reward costs an account that can have it, below zero for any price; None when it cannot."""
        event = self._redemption(position)
        self.teller.open(standing)
        rows = self.teller.rate(Posted(event=event, number=self.number + 1), self.quotas)
        if refusal_of(said_of(self.published, rows), 0, event.id) is not None:
            return None
        return next((row.residue for row in rows if row.kind == REDEEMED), -1)

    def _redemption(self, position: int) -> Event:
        """Return the redemption of a reward right after the basket; read once for all that is tried."""
        if position not in self.redemptions:
            reward = self.published.programme.rewards[position]
            record: dict[str, Any] = {
                "id": "basket-reward", "type": "redemption", "member": self.event.member, "account": self.event.account,
                "at": moment(self.event.at).isoformat(), "reward": reward.name,
            }  # fmt: skip
            if reward.price is None:
                record["points"] = str(shown(max(reward.at_least, reward.step, 1), self._decimals(reward.unit)))
            terms = self.published.programme.terms
            self.redemptions[position] = read_event(terms, record, default_id="basket-reward")
        return self.redemptions[position]

    def _decimals(self, unit: int) -> int:
        return self.published.programme.units[unit].decimals

    def _near_levels(self, held: list[int]) -> list[NearBy]:
        found = []
        for position, ladder in enumerate(self.published.programme.ladders):
            above = ladder.levels[held[position] + 1 :]
            if not above:
                continue
            wanted = held[position]

            def reaches(more: int, position: int = position, wanted: int = wanted) -> bool:
                return self._tried(more).levels[position] > wanted

            more = _least(reaches)
            if more is not None:
                found.append(self._near(LEVEL, above[0].name, above[0].title, more))
        return found

    def _near_rewards(self, had: list[OnOffer]) -> list[NearBy]:
        found: list[NearBy] = []
        names = {one.reward for one in had}
        for position, reward in enumerate(self.published.programme.rewards):
            if reward.name in names or reward.sweep is not None or len(found) == _REWARDS_MAX:
                continue

            def reaches(more: int, position: int = position) -> bool:
                return self._price(position, self._tried(more).standing) is not None

            more = _least(reaches)
            if more is not None:
                found.append(self._near(REWARD, reward.name, reward.title, more))
        return found

    def _near(self, what: str, name: str, title: str, more: int) -> NearBy:
        decimals = DECIMALS[self.published.programme.currency]
        return NearBy(what=what, name=name, title=title, more=str(Decimal(more).scaleb(-decimals)))


def _with(event: Event, more: int) -> Event:
    """Return a basket with more money in it: in its last line, where it has lines."""
    if more == 0:
        return event
    amounts = {**event.amounts, "amount": event.amounts["amount"] + more}
    if not event.lines:
        return replace(event, amounts=amounts)
    last: Line = event.lines[-1]
    richer = replace(last, amount=last.amount + more, net=last.net + more)
    return replace(event, amounts=amounts, lines=(*event.lines[:-1], richer))


def _least(reaches: Callable[[int], bool]) -> int | None:
    """Return the least amount that reaches something, by doubling and halving; None when nothing near does."""
    high = 100
    for _ in range(_DOUBLINGS):
        if reaches(high):
            break
        high *= 2
    else:
        return None
    low = 0
    for _ in range(_STEPS):
        if high - low <= 1:
            break
        middle = (low + high) // 2
        low, high = (low, middle) if reaches(middle) else (middle, high)
    return high


def _more(one: NearBy) -> Decimal:
    return Decimal(one.more)


def _receipt(points: Mapping[str, Points], near: list[NearBy], currency: str) -> str:
    """Return what may stand at the foot of a receipt."""
    lines = [f"You earn {number} {unit}." for unit, number in points.items() if str(number) != "0"]
    lines += [
        f"{one.more} {currency} more, and {one.title or one.name} is yours." for one in sorted(near, key=_more)[:1]
    ]
    return "\n".join(lines)
