"""Programmes of several versions in a few lines, each from its day on, for tables that are worked out by hand."""

from collections.abc import Mapping, Sequence
from typing import Any

from guerdon.core.events import Event, read_event
from guerdon.core.history import Answer, Stock, rate_events, take_stock
from guerdon.core.programme import Programme
from guerdon.definition.issues import render
from guerdon.definition.timeline import Timeline
from guerdon.definition.versions import Version, load_version_text

HEAD = "format: 1\nprogramme: table\nzone: America/New_York\ncurrency: USD\n"
POINTS = "units: {points: {}}\n"


def version(day: str, body: str, zone: str = "America/New_York") -> Version:
    """Return the version that takes effect on a day, of whole points unless the body has units of its own."""
    units = "" if "units:" in body else POINTS
    head = HEAD.replace("America/New_York", zone)
    return load_version_text(f"{head}version: {day}\n{units}{body}", file=f"{day}.yaml")


def timeline(versions: Mapping[str, str]) -> Programme:
    """Return versions, by the day on which they take effect, as one programme."""
    programme, issues = Timeline([version(day, body) for day, body in versions.items()]).compile()
    assert programme is not None, [render(issue) for issue in issues]
    return programme


def wrong(versions: Mapping[str, str]) -> list[str]:
    """Return what keeps versions from being one programme."""
    programme, issues = Timeline([version(day, body) for day, body in versions.items()]).compile()
    assert (programme is None) == bool(issues)
    return [render(issue) for issue in issues]


def happened(programme: Programme, *records: Mapping[str, Any]) -> list[Event]:
    """Return events of Ana's, as the records say them, each with an id by its number."""
    return [
        read_event(programme.terms, {"id": f"e{number:02d}", "member": "ana", **record}, default_id="")
        for number, record in enumerate(records, start=1)
    ]


def answers(programme: Programme, *records: Mapping[str, Any]) -> list[Answer]:
    """Return what the programme answers to each event, in the order in which they happened."""
    return rate_events(programme, happened(programme, *records))


def points(programme: Programme, *records: Mapping[str, Any]) -> list[int]:
    """Return the points of each event."""
    return [answer.points(0) for answer in answers(programme, *records)]


def levels(programme: Programme, *records: Mapping[str, Any]) -> list[str]:
    """Return the level at which each event was rated."""
    names = [level.name for level in programme.ladders[0].levels]
    return [names[answer.past[0]] for answer in answers(programme, *records)]


def stocks(programme: Programme, records: Sequence[Mapping[str, Any]], at: str) -> list[Stock]:
    """Return what each account has of the first unit at an instant."""
    moment = read_event(programme.terms, {"member": "ana", "at": at, "amount": 0}, default_id="").at
    return take_stock(programme, happened(programme, *records), moment)


def stock(programme: Programme, records: Sequence[Mapping[str, Any]], at: str) -> Stock:
    """Return what Ana has of the first unit at an instant."""
    return stocks(programme, records, at)[0]
