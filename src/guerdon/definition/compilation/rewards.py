"""What redemption events spend: from rewards and their prices to a slot of points for each unit."""

from typing import Final

from guerdon.core.expr.tree import BOOLEAN, NUMBER, TEXT, Case, Coalesce, Compare, Field, Literal, Node, Type, number
from guerdon.core.facts import NUMBER as NUMBER_KIND
from guerdon.core.facts import REDEMPTION, Attribute, EventType
from guerdon.core.facts import TEXT as TEXT_KIND
from guerdon.core.lots.keeping import AT_ONCE, CANCEL, CONFIRM, RESERVE, STEPS, Redeeming
from guerdon.core.lots.rewards import Reward
from guerdon.core.slots import Slot
from guerdon.core.values import NUMBER_MAX, POINTS_MAX
from guerdon.definition.compilation.draft import Draft
from guerdon.definition.compilation.keeping import keeps_lots, redemption_types, term
from guerdon.definition.compilation.terms import Terms
from guerdon.definition.exact import scaled_to
from guerdon.definition.expressions import Scope
from guerdon.definition.issues import quote
from guerdon.definition.keeping import RewardSpec
from guerdon.definition.source import Loc
from guerdon.definition.spec import ProgrammeSpec

REDEMPTION_TYPE: Final = "redemption"
ANY_PRICE: Final = "any"
"""The price of a reward that takes as many points as the event says."""


def with_redemptions(draft: Draft, declared: dict[str, EventType]) -> dict[str, EventType]:
    """Return types of event with that of redemptions, and with what every redemption carries; without lots there is none."""
    if not keeps_lots(draft.spec):
        return declared
    built_in = _built_in(draft.spec)
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


def _built_in(spec: ProgrammeSpec) -> list[Attribute]:
    decimals = max(unit.decimals for unit in spec.units.values())
    return [
        Attribute("reward", TEXT_KIND, optional=True),
        Attribute("points", NUMBER_KIND, decimals=decimals, optional=True),
        Attribute("step", TEXT_KIND, optional=True),
        Attribute("reservation", TEXT_KIND, optional=True),
    ]


def _redeeming(one: EventType, built_in: list[Attribute]) -> EventType:
    if one.kind != REDEMPTION:
        return one
    own = {attribute.name for attribute in one.attributes}
    added = [attribute for attribute in built_in if attribute.name not in own]
    return EventType(one.name, one.kind, (*one.attributes, *added), one.line_attributes)


def rewards(draft: Draft, terms: Terms) -> tuple[list[Reward], Redeeming | None]:
    """Return the rewards on offer and what redemption events ask for; nothing where no lots are kept."""
    if not keeps_lots(draft.spec):
        return [], None
    types = redemption_types(terms)
    made = _Rewards(draft, terms, types)
    found = made.rewards()
    held = draft.spec.redemptions
    return found, Redeeming(
        point_slots=[made.points(unit) for unit in range(len(terms.units))],
        point_ones=[10 ** (made.decimals - unit.decimals) for unit in terms.units],
        step_slot=made.steps(),
        hold_for=term(draft, held.hold_for) if held is not None and held.hold_for else None,
        hold_grace=term(draft, held.hold_grace) if held is not None and held.hold_grace else None,
    )


class _Rewards:
    """Compiles rewards, and what of them redemption events name."""

    def __init__(self, draft: Draft, terms: Terms, types: tuple[str, ...]) -> None:
        self.draft: Final = draft
        self.terms: Final = terms
        self.types: Final = types
        self.scope: Final = _shared([terms.scopes[name] for name in types])
        self.decimals: Final = max(unit.decimals for unit in terms.units)
        self.prices: Final[list[tuple[str, int, Node | None]]] = []

    def rewards(self) -> list[Reward]:
        """Return the rewards that can be compiled."""
        found = []
        for position, spec in enumerate(self.draft.spec.rewards):
            reward = self._reward(spec, ("rewards", position))
            if reward is not None:
                found.append(reward)
        return found

    def points(self, unit: int) -> int:
        """Return the slot of how many points of a unit an event asks for: what it states, else its reward's price."""
        stated = Field("points", self._stated_type(), line=False)
        nothing = Literal(0, number(0, 0, scale=self.decimals))
        reward = _text_of("reward")
        conditions: list[Node] = []
        results: list[Node] = []
        for name, own, price in self.prices:
            conditions.append(Compare("=", reward, Literal(name, Type(TEXT))))
            items: list[Node] = [stated, nothing if price is None else price]
            results.append(_first(items) if own == unit else nothing)
        default = _first([stated, nothing]) if unit == 0 else nothing
        if not conditions:
            return self._slot(default)
        return self._slot(Case(conditions, results, default, _hull([*results, default])))

    def steps(self) -> int:
        """Return the slot of what an event does: both steps at once, or one of them."""
        step = _text_of("step")
        conditions: list[Node] = [
            Compare("=", step, Literal(STEPS[code], Type(TEXT))) for code in (RESERVE, CONFIRM, CANCEL)
        ]
        results: list[Node] = [Literal(code, number(code, code)) for code in (RESERVE, CONFIRM, CANCEL)]
        default = Literal(AT_ONCE, number(AT_ONCE, AT_ONCE))
        return self._slot(Case(conditions, results, default, _hull([*results, default])))

    def _stated_type(self) -> Type:
        return number(-NUMBER_MAX, NUMBER_MAX, scale=self.decimals, absent=True)

    def _reward(self, spec: RewardSpec, loc: Loc) -> Reward | None:
        unit = self._unit(spec, loc)
        when = self.draft.expression(spec.when, (*loc, "when"), self.scope, want=BOOLEAN)
        price = None if spec.price == ANY_PRICE else self._price(spec, loc, unit)
        if unit is None:
            return None
        self.prices.append((spec.id, unit, price))
        decimals = self.terms.units[unit].decimals
        self._check_amounts(spec, loc, decimals)
        return Reward(
            name=spec.id, title=spec.title, unit=unit, kind=spec.kind, treatment=spec.treatment, price=price, when=when,
            at_least=0 if spec.min is None else scaled_to(spec.min, decimals) or 0,
            step=1 if spec.step is None else scaled_to(spec.step, decimals) or 1,
            text=spec.price,
        )  # fmt: skip

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

    def _price(self, spec: RewardSpec, loc: Loc, unit: int | None) -> Node | None:
        node = self.draft.expression(spec.price, (*loc, "price"), self.scope, want=NUMBER)
        if node is None or unit is None:
            return None
        own = self.terms.units[unit]
        if node.type.scale > own.decimals:
            what = f"the price has {node.type.scale} decimals, and {own.name} have {own.decimals}"
            self.draft.wrong((*loc, "price"), "reward", what, "write floor(...) around it")
            return None
        if node.type.high * 10 ** (self.decimals - node.type.scale) >= POINTS_MAX:
            self.draft.wrong(
                (*loc, "price"), "reward", "this could cost more than 2^62 points", "bound it with least(...)"
            )
            return None
        return node

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
    return Scope(fields=fields, tables=first.tables, constants=first.constants)


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
