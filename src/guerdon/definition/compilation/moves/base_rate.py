"""The base rate: by which rules goods that came back without their purchase are taken back, and what these read of them (S6).

Of the rules over purchases it is those that give everybody points by value, always: outside campaigns, without `when`, days of their
own and code, and with a number that reads amounts, and neither attributes of the event, nor the day, nor the account. Each is compiled
once more over the goods, without multipliers and limits; in a stacking group those that stand for its rules compete as these do.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from guerdon.core.earning import Rule
from guerdon.core.events.policy import GOODS
from guerdon.core.expr.tree import fields
from guerdon.core.facts import REFUND, Attribute, EventType
from guerdon.core.programme import Group
from guerdon.core.slots import Eligible
from guerdon.definition.compilation.draft import Draft
from guerdon.definition.compilation.rules import compile_rule
from guerdon.definition.compilation.terms import AMOUNTS, WORTH, Placed, Terms
from guerdon.definition.spec import RuleSpec

SOLD: Final = "purchase"
"""The type of event whose rules make the base rate."""


def takes_base_rate(draft: Draft) -> bool:
    """Say whether a return that names no purchase is taken back at the base rate."""
    returns = draft.spec.returns
    return returns is not None and returns.unlinked is not None and returns.unlinked.way == "base_rate"


def with_goods(draft: Draft, declared: dict[str, EventType]) -> dict[str, EventType]:
    """Return types of event with that of goods at the base rate, and with refunds whose lines say what those of purchases do."""
    if not takes_base_rate(draft):
        return declared
    sold = declared[SOLD].line_attributes
    made = {name: _like_sales(one, sold) if one.kind == REFUND else one for name, one in declared.items()}
    return {**made, GOODS: EventType(GOODS, REFUND, (), sold)}


def base_rules(
    draft: Draft, terms: Terms, placed: Sequence[Placed[RuleSpec]], rules: Sequence[Rule], groups: Sequence[Group]
) -> None:
    """Add the rules of the base rate to those of the programme, and the groups in which they compete."""
    if not takes_base_rate(draft):
        return
    by_name = {rule.name: rule for rule in rules}
    standing: dict[int, int] = {}
    for one in placed:
        rule = by_name.get(one.spec.id)
        if rule is not None and _gives_to_everybody(terms, one, rule):
            for made in _of_goods(draft, terms, one, rule):
                standing[rule.position] = made.position
    if not standing and not draft.has_errors():
        what = "no rule gives everybody points by value, so there is no base rate"
        hint = "write a rule over purchases without `when`, or unlinked: list"
        draft.wrong(("returns", "unlinked"), "returns", what, hint)
    for group in groups:
        own = [standing[position] for position in group.rules if position in standing]
        if len(own) > 1:
            terms.joint.groups.append(Group(name=group.name, best=group.best, rules=own))


def told_of_goods(draft: Draft, terms: Terms, eligible: Eligible) -> tuple[str, ...]:
    """Return what lines of goods must say: what the base rate reads of them and a purchase's lines always have."""
    if not takes_base_rate(draft):
        return ()
    slots = [rule.slot for rule in terms.joint.rules if rule.at_base]
    slots += [rule.quantity_slot for rule in terms.joint.rules if rule.at_base and rule.quantity_slot >= 0]
    nodes = [node for slot in slots for node in terms.joint.slots[slot].nodes()]
    nodes += [] if eligible.exclude is None else [eligible.exclude]
    read = {field.name for node in nodes for field in fields(node) if field.line}
    sold = terms.event_types[SOLD].line_attributes
    return tuple(one.name for one in sold if one.name in read and not one.optional and one.default is None)


def _like_sales(refund: EventType, sold: Sequence[Attribute]) -> EventType:
    known = {one.name for one in refund.line_attributes}
    added = [
        Attribute(one.name, one.kind, decimals=one.decimals, optional=True, default=one.default)
        for one in sold
        if one.name not in known
    ]
    return EventType(refund.name, refund.kind, refund.attributes, (*refund.line_attributes, *added))


def _gives_to_everybody(terms: Terms, placed: Placed[RuleSpec], rule: Rule) -> bool:
    """Say whether a rule gives everybody points by value, always."""
    spec = placed.spec
    bound = [placed.campaign, spec.when, spec.from_, spec.until, spec.strategy, rule.live, rule.live_when]
    if spec.on != SOLD or spec.refund == "keep" or any(one is not None for one in bound):
        return False
    slot = terms.joint.slots[rule.slot]
    read = [field for node in slot.nodes() for field in fields(node)]
    worth = slot.value is not None and any(field.name in WORTH for field in fields(slot.value))
    return worth and all(field.line or field.name in AMOUNTS for field in read)


def _of_goods(draft: Draft, terms: Terms, placed: Placed[RuleSpec], rule: Rule) -> list[Rule]:
    """Compile a rule once more, over goods, and add it to those of the programme; none where something is wrong."""
    spec = placed.spec.model_copy(update={"on": GOODS})
    compiled = compile_rule(
        draft, terms, replace(placed, spec=spec), [], position=len(terms.joint.rules), unit=rule.unit
    )
    made = [] if compiled is None else [compiled]
    for one in made:
        one.read_goods()
    terms.joint.rules.extend(made)
    return made
