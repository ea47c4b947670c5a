"""Returns: from what the file says of them to how refunds find their purchases, and how points are recovered."""

from collections.abc import Mapping, Sequence
from typing import Final

from guerdon.core.calendar import DAY, EVER, MONTH, QUARTER, WEEK, YEAR
from guerdon.core.earning import PRO_RATA, WAYS, Rule
from guerdon.core.events.policy import ANY_TIME, LISTED, MATCHED, REFUSED, VALUED, ReturnPolicy
from guerdon.core.expr.tree import BOOLEAN, SUM, Aggregate, Field, Node, number
from guerdon.core.facts import PURCHASE, REFUND, Attribute, EventType
from guerdon.core.limits import POINTS, Limit
from guerdon.core.lots.keeping import NO_SLOT
from guerdon.core.lots.recovery import SHORTFALLS, Recovery
from guerdon.core.metrics import Length
from guerdon.core.slots import Slot
from guerdon.core.values import MONEY_MAX
from guerdon.definition.compilation.draft import Draft
from guerdon.definition.compilation.joint import Joint
from guerdon.definition.compilation.metrics import length
from guerdon.definition.compilation.terms import Placed, Terms
from guerdon.definition.exact import scaled_to
from guerdon.definition.keeping import ReturnsSpec, UnlinkedSpec
from guerdon.definition.source import Loc
from guerdon.definition.spec import RuleSpec

_EVERY: Final = {"day": DAY, "week": WEEK, "month": MONTH, "quarter": QUARTER, "year": YEAR, "ever": EVER}
_UNLINKED: Final = {None: LISTED, "list": LISTED, "refuse": REFUSED, "base_rate": VALUED}
_NOTHING: Final = ReturnsSpec.model_validate({})
_ALL_GONE: Final = -1


def return_policy(draft: Draft, event_types: Mapping[str, EventType], told: Sequence[str] = ()) -> ReturnPolicy:
    """Return how refunds find their purchases; `told` is what lines must say that are valued without theirs."""
    spec = draft.spec.returns
    if spec is None:
        return ANY_TIME
    unlinked = spec.unlinked or UnlinkedSpec.model_validate({})
    _check_unlinked(draft, unlinked, event_types)
    return ReturnPolicy(
        zone=draft.zone,
        window=_length(draft, spec.window, ("returns", "window")),
        tender=spec.refund_tender,
        unlinked=_UNLINKED[unlinked.way] if unlinked.match_latest is None else MATCHED,
        product=unlinked.match_latest or "",
        within=_length(draft, unlinked.within, ("returns", "unlinked", "within")),
        told=told,
    )


def with_products(draft: Draft, event_types: dict[str, EventType]) -> dict[str, EventType]:
    """Return types of event, where the lines of a return may name the product by which its purchase is found."""
    unlinked = None if draft.spec.returns is None else draft.spec.returns.unlinked
    if unlinked is None or unlinked.match_latest is None:
        return event_types
    sold = [line for one in event_types.values() if one.kind == PURCHASE for line in one.line_attributes]
    product = next((line for line in sold if line.name == unlinked.match_latest), None)
    made = dict(event_types)
    for name, one in event_types.items():
        if (
            one.kind == REFUND
            and product is not None
            and all(line.name != product.name for line in one.line_attributes)
        ):
            lines = (*one.line_attributes, _optional(product))
            made[name] = EventType(one.name, one.kind, one.attributes, lines)
    return made


def set_ways(draft: Draft, terms: Terms, rules: Sequence[Rule], placed: Sequence[Placed[RuleSpec]]) -> None:
    """Tell each rule what its points do when goods come back."""
    specs = {one.spec.id: one for one in placed}
    _check_groups(draft, placed)
    for rule in rules:
        way = WAYS.index(specs[rule.name].spec.refund)
        rule.go_by(way, _share(draft, terms, specs[rule.name]) if way == PRO_RATA else NO_SLOT)


def paid_slot(draft: Draft, terms: Terms) -> int:
    """Return the slot of what of a purchase was paid with points, which go back as points where returns are spoken of (S6b)."""
    if draft.spec.returns is None:
        return NO_SLOT
    types = tuple(name for name, one in terms.event_types.items() if one.kind == PURCHASE)
    paid = Field("points_paid", number(0, MONEY_MAX, scale=draft.decimals), line=False)
    return terms.slot(
        Slot(event_types=types, per_line=False, value=paid, scale=draft.decimals, low=0, high=MONEY_MAX, otherwise=0)
    )


def recovery(draft: Draft, terms: Terms, joint: Joint) -> Recovery | None:
    """Return how points are recovered, unless all of them are; the limits on what is written off are added to the others."""
    spec = draft.spec.returns or _NOTHING
    write_offs = _write_offs(draft, terms, spec, joint)
    if spec.shortfall == "debt":
        return None
    return Recovery(shortfall=SHORTFALLS.index(spec.shortfall), write_offs=write_offs)


def _optional(product: Attribute) -> Attribute:
    return Attribute(product.name, product.kind, decimals=product.decimals, optional=True)


def _length(draft: Draft, text: str | None, loc: Loc) -> Length | None:
    return None if text is None else length(draft, text, loc)


def _check_unlinked(draft: Draft, spec: UnlinkedSpec, event_types: Mapping[str, EventType]) -> None:
    """Refuse what does not go together, and a product that no line of a purchase names."""
    loc: Loc = ("returns", "unlinked")
    if spec.way is not None and (spec.match_latest is not None or spec.within is not None):
        draft.wrong(
            loc, "returns", "a return is listed, refused, matched or taken back at the base rate", "write one of them"
        )
    elif spec.match_latest is None and spec.within is not None:
        draft.wrong((*loc, "within"), "returns", "`within` goes with match_latest", "write match_latest: sku")
    if spec.match_latest is not None:
        names = [line.name for one in event_types.values() if one.kind == PURCHASE for line in one.line_attributes]
        draft.known(spec.match_latest, list(dict.fromkeys(names)), (*loc, "match_latest"), "attribute of lines")


def _check_groups(draft: Draft, placed: Sequence[Placed[RuleSpec]]) -> None:
    """Refuse a stacking group whose rules do different things when goods come back: it would have two winners."""
    ways: dict[str, str] = {}
    for one in placed:
        stack = one.spec.stack
        if stack is not None and ways.setdefault(stack.group, one.spec.refund) != one.spec.refund:
            what = f"the rules of group {stack.group!r} differ in what a refund does"
            draft.wrong((*one.loc, "refund"), "stack", what, f"write refund: {ways[stack.group]}")


def _write_offs(draft: Draft, terms: Terms, spec: ReturnsSpec, joint: Joint) -> list[int]:
    """Add a limit for each unit on what is written off, and return where they stand."""
    loc: Loc = ("returns", "write_off")
    if spec.write_off is None:
        return []
    if spec.shortfall == "debt":
        what = "nothing is written off: what cannot be taken back is debt"
        draft.wrong(loc, "returns", what, "write shortfall: within_balance, or leave it out")
        return []
    found = []
    for unit in terms.units:
        most = scaled_to(spec.write_off.most, unit.decimals)
        if most is None:
            what = f"{spec.write_off.most} has more decimals than {unit.name}"
            draft.wrong((*loc, "most"), "returns", what, "write fewer")
            return []
        text = f"{spec.write_off.most} {unit.name} written off per member and {spec.write_off.every}"
        name, every = f"{unit.name} written off", _EVERY[spec.write_off.every]
        found.append(joint.limit(Limit(name=name, kind=POINTS, most=most, per_member=True, every=every, text=text)))
    return found


def _share(draft: Draft, terms: Terms, placed: Placed[RuleSpec]) -> int:
    """Return the slot of the value by which a rule's points go: of the lines that it reads, or of the whole purchase."""
    scope = terms.scopes[placed.spec.on]
    line = Field("eligible", scope.line_fields["eligible"], line=True)
    value: Node = Field("eligible", scope.fields["eligible"], line=False)
    if placed.spec.where is not None:
        where = draft.expression(placed.spec.where, (*placed.loc, "where"), scope, want=BOOLEAN, per_line=True)
        value = Aggregate(SUM, line, where, number(line.type.low, line.type.high, scale=line.type.scale))
    slot = Slot(
        event_types=(placed.spec.on,), per_line=False, value=value, scale=value.type.scale, low=_ALL_GONE,
        high=value.type.high, otherwise=_ALL_GONE,
    )  # fmt: skip
    return terms.slot(slot)
