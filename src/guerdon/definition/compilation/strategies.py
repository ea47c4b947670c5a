"""Own earning strategies: found by name, made with a rule's settings, and told how an event's numbers are to be read.

A class handed in with the programme goes before one installed under the same name.
"""

from collections.abc import Callable, Mapping, Sequence
from importlib.metadata import EntryPoint, entry_points
from typing import Final

from guerdon.core.facts import DATE, MONEY, NUMBER, ORDER_AMOUNTS, Attribute, EventType
from guerdon.core.strategies import Coded, Shape, Strategies, Strategy
from guerdon.definition.compilation.draft import Draft
from guerdon.definition.issues import quote
from guerdon.definition.source import Loc
from guerdon.definition.spec import RuleSpec

GROUP: Final = "guerdon.strategies"
"""The entry point group under which a package offers its strategies."""

_MONEY: Final = ("amount", "net", "gross", "eligible", *ORDER_AMOUNTS)


def coded(draft: Draft, spec: RuleSpec, loc: Loc, event_type: EventType) -> Coded | None:
    """Return the strategy a rule asks for, ready to be asked about events of a type."""
    strategy = load_strategy(draft, spec, loc)
    if strategy is None:
        return None
    shape, line_shape = [
        _shape(attributes, draft.decimals) for attributes in (event_type.attributes, event_type.line_attributes)
    ]
    return Coded(strategy, shape, line_shape)


def load_strategy(draft: Draft, spec: RuleSpec, loc: Loc) -> Strategy | None:
    """Return the strategy a rule asks for, made with its settings; what is wrong with it is noted.

    The class is not ours: whatever it raises is told at the rule, with its own words.
    """
    found = {point.name: point for point in entry_points(group=GROUP)}
    name, at = spec.strategy or "", (*loc, "strategy")
    known = sorted({*draft.strategies, *found})
    if not draft.known(name, known, at, f"strategy handed in or installed (entry point group {GROUP})"):
        return None
    try:
        made = _class_of(draft.strategies, found, name)(spec.with_)
    except Exception as failure:  # noqa: BLE001 - see above
        what = f"{quote(name)} cannot be made: {type(failure).__name__}: {failure}"
        draft.wrong(at, "strategy", what, "correct `with`, or the class")
        return None
    if not isinstance(made, Strategy):
        draft.wrong(at, "strategy", f"{quote(name)} is not a strategy", "let its class inherit from guerdon.Strategy")
        return None
    return made


def _class_of(
    handed_in: Strategies, installed: Mapping[str, EntryPoint], name: str
) -> Callable[[Mapping[str, object]], object]:
    found: Callable[[Mapping[str, object]], object] = handed_in[name] if name in handed_in else installed[name].load()
    return found


def _shape(attributes: Sequence[Attribute], decimals: int) -> Shape:
    """Return how values are to be read: money in the currency's decimals, numbers with decimals in their own."""
    found = dict.fromkeys(_MONEY, decimals)
    found |= {one.name: decimals for one in attributes if one.kind == MONEY}
    found |= {one.name: one.decimals for one in attributes if one.kind == NUMBER and one.decimals}
    return Shape(decimals=found, days=[one.name for one in attributes if one.kind == DATE])
