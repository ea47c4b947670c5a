"""What an event tells of an order, in an explanation."""

from guerdon.core.facts import FULFILMENT, PURCHASE
from guerdon.core.history import Answer


def tells_of(answer: Answer) -> str:
    """Return which purchase an event tells of, as the beginning of a sentence has it; empty where it tells of none."""
    event = answer.event
    if event.kind != FULFILMENT:
        return ""
    name = str(event.attributes["purchase"])
    there = any(
        (one.source, one.id, one.kind, one.account) == (event.source, name, PURCHASE, event.account)
        for one in answer.events
    )
    lines = event.attributes.get("line_count")
    part = "" if lines is None else f", {lines:,} of its lines" if lines != 1 else ", one of its lines"
    return f"tells of purchase {name}{part}" + ("" if there else ", which is not there")
