"""Why a rule gave nothing, in words: what did not hold, or what there was too little of."""

from collections.abc import Mapping

from guerdon.core.earning import ITEM, ORDER, Rule
from guerdon.core.explain.measures import is_money
from guerdon.core.explain.wording import decimal_of, money, one_line, plain, window
from guerdon.core.expr.python import line_closure
from guerdon.core.expr.tree import Junction, Node
from guerdon.core.history import Answer
from guerdon.core.programme import Programme
from guerdon.core.slots import Slot


def because(programme: Programme, answer: Answer, rule: Rule, reason: str) -> str:
    """Return why a rule has no part in an answer, for a reason that `why_nothing` gave."""
    slot = programme.slots[rule.slot]
    if reason == "returned":
        return "a return: counted, neither earns nor reverses yet"
    if reason == "type":
        return f"it is about {_listed(slot.event_types)}"
    if reason == "window":
        return f"outside its window {window(programme.zone, slot)}"
    if reason == "when":
        return _unmet(answer, rule, slot)
    return _too_little(programme, answer, rule, slot)


def outdone_by(programme: Programme, answer: Answer, position: int) -> str:
    """Return which rule of its stacking group gave in place of this one."""
    group = next(group for group in programme.groups if position in group.rules)
    giving = {effect.rule for effect in answer.earned if effect.granted > 0}
    winners = [rule for rule in group.rules if rule in giving]
    if not winners:
        return f"no rule of the group {group.name} had room left"
    how = "gives most" if group.best else "goes first"
    return f"outdone by {programme.rules[winners[0]].name}, which {how} in the group {group.name}"


def _unmet(answer: Answer, rule: Rule, slot: Slot) -> str:
    """Tell the event's condition from the lines', which a rule per order asks together."""
    if rule.per == ORDER and rule.where_text and not (rule.when_text and _fails(_first(slot), answer.values)):
        return f"no line matched {one_line(rule.where_text)}"
    return f"its condition {one_line(rule.when_text)} did not hold"


def _first(slot: Slot) -> Node | None:
    return slot.when.children[0] if isinstance(slot.when, Junction) else slot.when


def _fails(node: Node | None, values: Mapping[str, object]) -> bool:
    return node is not None and not line_closure(node)(values, {})


def _too_little(programme: Programme, answer: Answer, rule: Rule, slot: Slot) -> str:
    values, at = answer.values, answer.event.at
    if rule.per == ORDER:
        return _below(programme, answer, rule, slot.of_event(values, at))
    if not answer.event.lines:
        return "the event has no lines"
    numbers = slot.of_lines(values, at)
    if rule.where_text and slot.where is not None and not _any_line(slot.where, values):
        return f"no line matched {one_line(rule.where_text)}"
    if rule.per == ITEM and max(numbers) > 0:
        numbers = _of_items(rule, numbers, programme.slots[rule.quantity_slot].of_lines(values, at))
    if not numbers:
        return "no line that matched has a whole item"
    many = "item" if rule.per == ITEM else "line"
    return _below(programme, answer, rule, max(numbers), f" on every {many}" if len(numbers) > 1 else "")


def _of_items(rule: Rule, numbers: list[int], quantities: list[int]) -> list[int]:
    """Return the number of the dearest item of each line that counts and has a whole one."""
    found: list[int] = []
    for number, quantity in zip(numbers, quantities, strict=True):
        items = quantity // rule.quantity_one
        if number > 0 and items > 0:
            found.append(-(-number // items) if rule.bands else number)
    return found


def _any_line(where: Node, values: Mapping[str, object]) -> bool:
    lines = values["lines"]
    holds = line_closure(where)
    return isinstance(lines, list) and any([bool(holds(values, line)) for line in lines])


def _below(programme: Programme, answer: Answer, rule: Rule, number: int, where: str = "") -> str:
    """Say that an amount is none, or does not reach above the first band that gives anything."""
    amount = decimal_of(number, rule.amount_scale)
    in_money = bool(rule.bands) and is_money(programme.slots[rule.slot], programme.event_types[answer.event.type])
    told = money(amount, programme.currency) if in_money else plain(amount)
    name = "the amount" if rule.text == "eligible" else one_line(rule.text)
    paying = [band for band in rule.bands if band.rate > 0]
    if number <= 0 or not paying:
        return f"{name} is {told}{where}"
    above = decimal_of(paying[0].above, rule.amount_scale)
    most = "at most " if where else ""
    return f"{name} is {most}{told}{where}, not above {money(above, programme.currency) if in_money else plain(above)}"


def _listed(names: tuple[str, ...]) -> str:
    return f"{', '.join(names)} events"
