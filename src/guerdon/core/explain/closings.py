"""What a closing says, in an explanation: until when the account is there, or that it is open again."""

from guerdon.core.events import Event
from guerdon.core.explain.wording import clock
from guerdon.core.facts import CLOSING
from guerdon.core.lots.closing import AT_ONCE, CLOSE, REJOIN, STAY, STEPS
from guerdon.core.programme import Programme


def closing_of(programme: Programme, event: Event) -> str:
    """Return what a closing event says; nothing of any other."""
    if event.kind != CLOSING:
        return ""
    said = event.attributes.get("closing")
    if said == STEPS[CLOSE]:
        return f"the account is closed{_from(programme, event)}: what is left then is forfeited"
    if said == STEPS[STAY]:
        return "the account stays open"
    return "the account is open again" if said == STEPS[REJOIN] else "without effect"


def _from(programme: Programme, event: Event) -> str:
    days, terms = event.attributes.get("notice_days"), programme.redeeming_at(event.at)
    if not isinstance(days, int) or days <= AT_ONCE or terms is None or terms.closing is None:
        return ""
    return f" from {clock(programme.zone, terms.closing.closes_at(event.at, days), timed=False)} on"
