"""What redemption events spend: from rewards and their prices to a slot of points for each unit."""

from typing import Final

from guerdon.core.expr.live import Fixed, Live
from guerdon.core.expr.tree import (
    BOOLEAN,
    NUMBER,
    TEXT,
    Case,
    Coalesce,
    Compare,
    Field,
    Literal,
    Node,
    Type,
    number,
)
from guerdon.core.facts import MONEY as MONEY_KIND
from guerdon.core.facts import NUMBER as NUMBER_KIND
from guerdon.core.facts import REDEMPTION, Attribute, EventType
from guerdon.core.facts import TEXT as TEXT_KIND
from guerdon.core.lots.adjustments import Adjusting
from guerdon.core.lots.keeping import AT_ONCE, CANCEL, CONFIRM, NO_POINTS, NO_SLOT, RESERVE, STEPS, Redeeming
from guerdon.core.lots.rewards import NO_MONEY, PLENTY, Reward, Sweep
from guerdon.core.lots.transfers import Transferring
from guerdon.core.slots import Slot
from guerdon.core.values import MONEY_MAX, NUMBER_MAX, POINTS_MAX
from guerdon.definition.compilation.draft import Draft
from guerdon.definition.compilation.keeping import day_of_year, keeps_lots, redemption_types, term
from guerdon.definition.compilation.limits import Limits
from guerdon.definition.compilation.live import Splitter, times
from guerdon.definition.compilation.moves.closings import closing
from guerdon.definition.compilation.terms import Terms
from guerdon.definition.exact import scaled_to
from guerdon.definition.expressions import Scope
from guerdon.definition.issues import quote
from guerdon.definition.keeping import RESTORES, RedemptionsSpec, RewardSpec
from guerdon.definition.source import Loc
from guerdon.definition.spec import ProgrammeSpec

_NO_REDEMPTIONS: Final = RedemptionsSpec.model_validate({})
REDEMPTION_TYPE: Final = "redemption"
ANY_PRICE: Final = "any"
"""The price of a reward that takes as many points as the event says."""


def with_redemptions(draft: Draft, declared: dict[str, EventType]) -> dict[str, EventType]:
    """Return types of event with that of redemptions, and with what every redemption carries; without lots there is none."""
    if not draft.spec.units:
        _refuse_without_units(draft, declared)
    if not keeps_lots(draft.spec):
        return declared
    built_in = _built_in(draft.spec, money=draft.decimals)
    types = dict(declared)
    types.setdefault(REDEMPTION_TYPE, EventType(REDEMPTION_TYPE, REDEMPTION))
    for name, one in types.items():
        for attribute in one.attributes:
            ours = next((other for other in built_in if other.name == attribute.name), None)
            if ours is not None and (ours.kind, ours.decimals) != (attribute.kind, attribute.decimals):
                what = (
                    f"{quote(attribute.name)} is what a redemption carries, a {ours.kind} of {ours.decimals} decimals"
                )
                hint = f"declare it as that, or choose another name, like my_{attribute.name}"
                draft.wrong(("events", name, "attributes", attribute.name), "reserved", what, hint)
    return {name: _redeeming(one, built_in) for name, one in types.items()}


def _refuse_without_units(draft: Draft, declared: dict[str, EventType]) -> None:
    """Note events that redeem points where none are counted."""
    for name, one in declared.items():
        if one.kind == REDEMPTION:
            what = "there are no points to redeem"
            draft.wrong(("events", name, "kind"), "redemption", what, "write units: {points: {}}, or leave it out")


def _built_in(spec: ProgrammeSpec, *, money: int) -> list[Attribute]:
    decimals = max((unit.decimals for unit in spec.units.values()), default=0)
    return [
        Attribute("reward", TEXT_KIND, optional=True),
        Attribute("points", NUMBER_KIND, decimals=decimals, optional=True),
        Attribute("step", TEXT_KIND, optional=True),
        Attribute("reservation", TEXT_KIND, optional=True),
        Attribute("paid", MONEY_KIND, decimals=money, optional=True),
        Attribute("purchase", TEXT_KIND, optional=True),
    ]


def _whole(value: int) -> Literal:
    return Literal(value, number(value, value))


def _redeeming(one: EventType, built_in: list[Attribute]) -> EventType:
    if one.kind != REDEMPTION:
        return one
    own = {attribute.name for attribute in one.attributes}
    added = [attribute for attribute in built_in if attribute.name not in own]
    return EventType(one.name, one.kind, (*one.attributes, *added), one.line_attributes)


def rewards(
    draft: Draft, terms: Terms, limits: Limits, adjusting: Adjusting | None, transferring: Transferring | None
) -> Redeeming | None:
    """Return what redemption events ask for, the rewards on offer, and how points are adjusted and passed on, and accounts closed; nothing where no lots are kept."""
    if not keeps_lots(draft.spec):
        return None
    made = _Rewards(draft, terms, redemption_types(terms), limits)
    offered = made.rewards()
    held = draft.spec.redemptions
    restore = (held or _NO_REDEMPTIONS).restore
    return Redeeming(
        reward_slot=made.named(offered), points_slot=made.points(), paid_slot=made.paid(offered),
        step_slot=made.steps(), point_ones=[10 ** (made.decimals - unit.decimals) for unit in terms.units],
        rewards=offered,
        hold_for=term(draft, held.hold_for) if held is not None and held.hold_for else None,
        hold_grace=term(draft, held.hold_grace) if held is not None and held.hold_grace else None,
        restore_grace=None if restore in RESTORES else term(draft, restore),
        restores_anew=restore == "new_lot", adjusting=adjusting,
        transferring=transferring, closing=closing(draft, terms),
    )  # fmt: skip


class _Rewards:
    """Compiles rewards, and what of them redemption events name."""

    def __init__(self, draft: Draft, terms: Terms, types: tuple[str, ...], limits: Limits) -> None:
        self.draft: Final = draft
        self.terms: Final = terms
        self.types: Final = types
        self.limits: Final = limits
        self.scope: Final = _shared([terms.scopes[name] for name in types])
        self.decimals: Final = max(unit.decimals for unit in terms.units)

    def rewards(self) -> list[Reward]:
        """Return the rewards that can be compiled."""
        found = []
        for position, spec in enumerate(self.draft.spec.rewards):
            reward = self._reward(spec, ("rewards", position))
            if reward is not None:
                found.append(reward)
        return found

    def named(self, offered: list[Reward]) -> int:
        """Return the slot of which reward an event names, counted from 1: 0 when it names none, -1 one that there is not."""
        reward = _text_of("reward")
        names = ["", *(one.name for one in offered)]
        conditions: list[Node] = [Compare("=", reward, Literal(name, Type(TEXT))) for name in names]
        results: list[Node] = [_whole(position) for position in range(len(names))]
        return self._slot(Case(conditions, results, _whole(-1), number(-1, len(offered))))

    def points(self) -> int:
        """Return the slot of the points that an event states, NO_POINTS when it states none."""
        stated = Field("points", number(-NUMBER_MAX, NUMBER_MAX, scale=self.decimals, absent=True), line=False)
        none = Literal(NO_POINTS, number(NO_POINTS, NO_POINTS, scale=self.decimals))
        return self._slot(_first([stated, none]))

    def paid(self, offered: list[Reward]) -> int:
        """Return the slot of the money that an event says was paid, NO_MONEY when it says nothing; none if nothing asks it."""
        if all(reward.money is None for reward in offered):
            return NO_SLOT
        money = number(-MONEY_MAX, MONEY_MAX, scale=self.draft.decimals, absent=True)
        return self._slot(
            _first([Field("paid", money, line=False), Literal(NO_MONEY, number(-1, -1, scale=money.scale))])
        )

    def steps(self) -> int:
        """Return the slot of what an event does: both steps at once, or one of them."""
        step = _text_of("step")
        conditions: list[Node] = [
            Compare("=", step, Literal(STEPS[code], Type(TEXT))) for code in (RESERVE, CONFIRM, CANCEL)
        ]
        results: list[Node] = [_whole(code) for code in (RESERVE, CONFIRM, CANCEL)]
        return self._slot(Case(conditions, results, _whole(AT_ONCE), number(AT_ONCE, CANCEL)))

    def _reward(self, spec: RewardSpec, loc: Loc) -> Reward | None:
        unit = self._unit(spec, loc)
        when = self._live(self.draft.expression(spec.when, (*loc, "when"), self.scope, want=BOOLEAN, live=True), loc)
        price = None if spec.price == ANY_PRICE else self._price(spec, loc, unit)
        money = self._money(spec, loc)
        starts_at, ends_at = self.draft.window(spec.from_, spec.until, loc)
        if unit is None:
            return None
        decimals = self.terms.units[unit].decimals
        self._check_amounts(spec, loc, decimals)
        positions = self.limits.of_reward(spec.limits, loc, name=spec.id, unit=unit)
        if spec.stock is not None:
            positions.append(self.limits.stock(spec.stock, spec.id))
        return Reward(
            name=spec.id, title=spec.title, unit=unit, kind=spec.kind, treatment=spec.treatment, price=price, when=when,
            money=money, at_least=0 if spec.min is None else scaled_to(spec.min, decimals) or 0,
            step=1 if spec.step is None else scaled_to(spec.step, decimals) or 1,
            starts_at=starts_at, ends_at=ends_at, limits=positions, text=spec.price, when_text=spec.when or "",
            sweep=self._sweep(spec, loc, price),
            valid_for=None if spec.valid_for is None else term(self.draft, spec.valid_for), code=spec.code or "",
        )  # fmt: skip

    def _sweep(self, spec: RewardSpec, loc: Loc, price: Live | None) -> Sweep | None:
        """Return when a reward is issued by itself: it has a price that is written out, and no other terms."""
        if spec.sweep is None:
            return None
        if not isinstance(price, Fixed) or price.number <= 0:
            what = "what is issued by itself has a price that is the same for everybody"
            self.draft.wrong((*loc, "price"), "sweep", what, "write a number of points, like price: 100")
            return None
        for key in ("when", "money", "limits", "stock", "code", "from", "until"):
            if getattr(spec, "from_" if key == "from" else key):
                what = f"`{key}` is asked of redemptions, and this is issued by itself"
                self.draft.wrong((*loc, key), "sweep", what, "write sweep: {on: [04-01], most: 5, most_per_year: 15}")
        place = (*loc, "sweep", "on")
        days = [day_of_year(self.draft, text, (*place, i)) for i, text in enumerate(spec.sweep.on)]
        return Sweep(
            self.draft.zone, price=price.number, days=[day for day in days if day is not None],
            most=spec.sweep.most or PLENTY, most_per_year=spec.sweep.most_per_year or PLENTY,
        )  # fmt: skip

    def _live(self, node: Node | None, loc: Loc, *, scale: int | None = None) -> Live | None:
        """Return an expression as the fold asks it, with so many decimals."""
        if node is None:
            return None
        splitter = Splitter(self.draft, self.terms, self.types, loc)
        made = splitter.split(node)
        return made if made is None or scale is None else times(made, 10 ** (scale - node.type.scale))

    def _money(self, spec: RewardSpec, loc: Loc) -> Live | None:
        node = self.draft.expression(spec.money, (*loc, "money"), self.scope, want=NUMBER, live=True)
        if node is not None and node.type.scale > self.draft.decimals:
            what = f"the money has {node.type.scale} decimals, and {self.draft.spec.currency} has {self.draft.decimals}"
            self.draft.wrong((*loc, "money"), "reward", what, "write round(..., 2) around it")
            return None
        return self._live(node, (*loc, "money"), scale=self.draft.decimals)

    def _check_amounts(self, spec: RewardSpec, loc: Loc, decimals: int) -> None:
        for key, amount in (("min", spec.min), ("step", spec.step)):
            if amount is not None and spec.price != ANY_PRICE:
                what = f"`{key}` goes with price: any"
                self.draft.wrong((*loc, key), "reward", what, "leave it out, or write price: any")
            elif amount is not None and scaled_to(amount, decimals) is None:
                self.draft.wrong((*loc, key), "reward", f"{amount} has more decimals than its unit", "write fewer")

    def _unit(self, spec: RewardSpec, loc: Loc) -> int | None:
        names = list(self.draft.spec.units)
        if spec.unit is None and len(names) > 1:
            self.draft.wrong(loc, "unit", "the programme has several units", f"write unit: {names[0]}")
            return None
        stated = spec.unit or names[0]
        return names.index(stated) if self.draft.known(stated, names, (*loc, "unit"), "unit") else None

    def _price(self, spec: RewardSpec, loc: Loc, unit: int | None) -> Live | None:
        place = (*loc, "price")
        node = self.draft.expression(spec.price, place, self.scope, want=NUMBER, live=True)
        if node is None or unit is None:
            return None
        own = self.terms.units[unit]
        if node.type.scale > own.decimals:
            what = f"the price has {node.type.scale} decimals, and {own.name} have {own.decimals}"
            self.draft.wrong(place, "reward", what, "write floor(...) around it")
            return None
        if node.type.high * 10 ** (self.decimals - node.type.scale) >= POINTS_MAX:
            self.draft.wrong(place, "reward", "this could cost more than 2^62 points", "bound it with least(...)")
            return None
        return self._live(node, place, scale=own.decimals)

    def _slot(self, node: Node) -> int:
        kind = node.type
        slot = Slot(
            event_types=self.types, per_line=False, value=node, scale=kind.scale, low=min(kind.low, 0),
            high=max(kind.high, 0), otherwise=0,
        )  # fmt: skip
        return self.terms.slot(slot)


def _shared(scopes: list[Scope]) -> Scope:
    """Return the names that mean something in every type of redemption."""
    first = scopes[0]
    fields = {name: kind for name, kind in first.fields.items() if all(name in one.fields for one in scopes)}
    return Scope(fields=fields, tables=first.tables, constants=first.constants, values=first.values, past=first.past)


def _text_of(name: str) -> Node:
    """Read an optional text; nothing is the empty one."""
    return Coalesce([Field(name, Type(TEXT, absent=True), line=False), Literal("", Type(TEXT))], Type(TEXT))


def _first(items: list[Node]) -> Node:
    return Coalesce(items, _hull(items))


def _hull(nodes: list[Node]) -> Type:
    scale = max(node.type.scale for node in nodes)
    lows = [node.type.low * 10 ** (scale - node.type.scale) for node in nodes]
    highs = [node.type.high * 10 ** (scale - node.type.scale) for node in nodes]
    return number(min(lows), max(highs), scale=scale)
