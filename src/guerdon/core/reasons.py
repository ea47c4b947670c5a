"""Why a rule gave nothing, or less than it wanted."""

from guerdon.core.effects import EARNED, LIMITED, OUTDONE
from guerdon.core.history import Answer
from guerdon.core.programme import Programme


def why_nothing(programme: Programme, answer: Answer, rule: int) -> str:
    """Return why a rule did not give an event all it could.

    `limit` or `outdone` say what became of points it wanted; `returned`, `type`, `window` or `when` why it did not apply;
    `nothing` that it applied and its amount came to none; an empty text that nothing was held back.
    """
    effects = [effect for effect in answer.effects if effect.kind == EARNED and effect.rule == rule]
    if any([effect.reason == OUTDONE for effect in effects]):
        return "outdone"
    if any([effect.reason == LIMITED for effect in effects]):
        return "limit"
    if effects:
        return ""
    if answer.event.returned:
        return "returned"
    slot = programme.slots[programme.rules[rule].slot]
    return slot.why_not(answer.values, answer.event.at) or "nothing"
