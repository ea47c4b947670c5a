"""Measures: whether the number that an expression gives is an amount of money, so that it can be told as one."""

from guerdon.core.expr.tree import COUNT, COUNT_DISTINCT, Aggregate, Case, Field, Literal, Lookup, Node, Quotient
from guerdon.core.facts import MONEY, ORDER_AMOUNTS, EventType
from guerdon.core.slots import Slot

_AMOUNTS = ("amount", "net", "gross", "eligible", *ORDER_AMOUNTS)


def is_money(slot: Slot, event_type: EventType) -> bool:
    """Say whether a slot holds money: sums, roundings and shares of amounts alone."""
    attributes = event_type.attributes + event_type.line_attributes
    names = {*_AMOUNTS, *[attribute.name for attribute in attributes if attribute.kind == MONEY]}
    leaves = [] if slot.value is None else leaves_of(slot.value)
    amounts = [leaf for leaf in leaves if isinstance(leaf, Field) and leaf.name in names]
    rest = [leaf for leaf in leaves if leaf not in amounts]
    return bool(amounts) and all([isinstance(leaf, Literal) for leaf in rest])


def leaves_of(node: Node) -> list[Node]:
    """Return what a number is made of, without the conditions on the way."""
    if isinstance(node, (Lookup, Field, Literal)):
        return [node]
    if isinstance(node, Aggregate):
        argument = None if node.op in (COUNT, COUNT_DISTINCT) else node.argument
        return [node] if argument is None else leaves_of(argument)
    if isinstance(node, Quotient):
        whole = isinstance(node.bottom, Literal) and node.bottom.value == 1
        return leaves_of(node.top) if whole else [node]
    parts = [*node.results, node.default] if isinstance(node, Case) else node.children
    return [leaf for part in parts for leaf in leaves_of(part)]
