"""Programmes in a few lines and purchases in one, for tables that are worked out by hand."""

from collections.abc import Mapping
from functools import cache
from typing import Any

from guerdon.core.events import Event, read_event
from guerdon.core.history import Answer, rate_events
from guerdon.core.programme import Programme
from guerdon.definition.check import load_text

HEAD = """
format: 1
programme: table
zone: America/New_York
currency: USD
"""
POINTS = "units: {points: {}}\n"
BASKETS = """
events: {purchase: {lines: {brand: {type: text, default: ""}, quantity: {type: number, decimals: 3, default: 1}}}}
"""


@cache
def programme(body: str) -> Programme:
    """Return a programme of whole points, unless the body has units of its own; lines have a brand and a quantity."""
    units = "" if "units:" in body else POINTS
    events = "" if "events:" in body else BASKETS
    return load_text(HEAD + units + events + body)


def event(body: str, record: Mapping[str, Any], number: int = 1) -> Event:
    """Return one event of Ana's on 3 March 2017, unless the record says otherwise."""
    filled = {"id": f"e{number:02d}", "member": "ana", "at": "2017-03-03T12:00", **record}
    return read_event(programme(body).terms, filled, default_id="")


def answers(body: str, *records: Mapping[str, Any]) -> list[Answer]:
    """Return what the programme answers to each event, in their order."""
    return rate_events(programme(body), [event(body, record, number) for number, record in enumerate(records, start=1)])


def points(body: str, *records: Mapping[str, Any], unit: int = 0) -> list[int]:
    """Return the points of each event."""
    return [answer.points(unit) for answer in answers(body, *records)]


def parts(body: str, *records: Mapping[str, Any]) -> list[tuple[int, int]]:
    """Return what each part desired and was granted, in their order."""
    return [(effect.desired, effect.granted) for answer in answers(body, *records) for effect in answer.effects]
