"""Why a rule gave nothing, or less than it wanted."""

from guerdon.core.effects import LIMITED, OUTDONE
from guerdon.core.expr.live import Live
from guerdon.core.history import Answer, facts_of
from guerdon.core.programme import Programme


def why_nothing(programme: Programme, answer: Answer, rule: int) -> str:
    """Return why a rule did not give an event all it could.

    `limit` or `outdone` say what became of points it wanted; `returned`, `type`, `window` or `when` why it did not apply;
    `nothing` that it applied and its amount came to none; an empty text that nothing was held back.
    """
    effects = [effect for effect in answer.earned if effect.rule == rule]
    if any([effect.reason == OUTDONE for effect in effects]):
        return "outdone"
    if any([effect.reason == LIMITED for effect in effects]):
        return "limit"
    if effects:
        return ""
    if answer.event.returned:
        return "returned"
    asked = programme.rules[rule]
    why = programme.slots[asked.slot].why_not(answer.values, answer.event.at)
    if not why and asked.live_when is not None and not _holds(programme, answer, asked.live_when):
        return "when"
    return why or "nothing"


def _holds(programme: Programme, answer: Answer, condition: Live) -> bool:
    """Say whether a live condition held for the account as the event was rated; it reads no line."""
    facts = facts_of(programme, [answer.event], [answer.values])
    return condition.of(facts.slots, 0, 0, list(answer.past)) == 1
