"""Measures: what the number of an expression is made of: whether of money, so that it can be told as such; and of which past."""

from guerdon.core.expr import live
from guerdon.core.expr.live import Live
from guerdon.core.expr.tree import COUNT, COUNT_DISTINCT, Aggregate, Case, Field, Literal, Lookup, Node, Quotient
from guerdon.core.facts import MONEY, ORDER_AMOUNTS, EventType
from guerdon.core.slots import Slot

_AMOUNTS = ("amount", "net", "gross", "eligible", *ORDER_AMOUNTS)


def is_money(slot: Slot, event_type: EventType) -> bool:
    """Say whether a slot holds money: sums, roundings and shares of amounts alone."""
    attributes = event_type.attributes + event_type.line_attributes
    names = {*_AMOUNTS, *[attribute.name for attribute in attributes if attribute.kind == MONEY]}
    leaves = [] if slot.value is None else _leaves(slot.value)
    amounts = [leaf for leaf in leaves if isinstance(leaf, Field) and leaf.name in names]
    rest = [leaf for leaf in leaves if leaf not in amounts]
    return bool(amounts) and all([isinstance(leaf, Literal) for leaf in rest])


def past_read(step: Live) -> set[int]:
    """Return which places of the past a live expression reads."""
    if isinstance(step, (live.OfPast, live.ByLevel)):
        return {step.position}
    if isinstance(step, (live.Scaled, live.Size, live.OneOf, live.Turned)):
        return past_read(step.value)
    if isinstance(step, (live.Added, live.Multiplied, live.Compared)):
        return past_read(step.left) | past_read(step.right)
    if isinstance(step, live.Divided):
        return past_read(step.top) | past_read(step.bottom)
    steps: list[Live] = []
    if isinstance(step, (live.Furthest, live.Joined)):
        steps = step.items
    if isinstance(step, live.Chosen):
        steps = [*step.conditions, *step.results, step.default]
    return {place for one in steps for place in past_read(one)}


def _leaves(node: Node) -> list[Node]:
    """Return what a number is made of, without the conditions on the way."""
    if isinstance(node, (Lookup, Field, Literal)):
        return [node]
    if isinstance(node, Aggregate):
        argument = None if node.op in (COUNT, COUNT_DISTINCT) else node.argument
        return [node] if argument is None else _leaves(argument)
    if isinstance(node, Quotient):
        whole = isinstance(node.bottom, Literal) and node.bottom.value == 1
        return _leaves(node.top) if whole else [node]
    parts = [*node.results, node.default] if isinstance(node, Case) else node.children
    return [leaf for part in parts for leaf in _leaves(part)]
