"""Metrics: from what the file says to slots of what each event counts for, and the windows that count it."""

from typing import Final

from guerdon.core.calendar import KINDS, month_length
from guerdon.core.events.policy import GOODS
from guerdon.core.expr.tree import BOOLEAN, NUMBER, Node, Type
from guerdon.core.metrics import (
    ANNIVERSARY,
    EVENTS_MAX,
    METRIC_MAX,
    ROLLING_DAYS,
    ROLLING_MONTHS,
    YEAR_FROM,
    Length,
    Metric,
    Window,
    year_from,
)
from guerdon.core.slots import Slot
from guerdon.definition.compilation.draft import Draft
from guerdon.definition.compilation.live import ONE
from guerdon.definition.compilation.terms import Terms, by_amounts_alone
from guerdon.definition.expressions import Scope
from guerdon.definition.levels import MetricSpec, WithinSpec
from guerdon.definition.source import Loc
from guerdon.definition.written import length_of

_SOLD: Final = "purchase"
_MONTHS: Final = 12
_LEAP_YEAR: Final = 2000
_DAYS: Final = {"day": 1, "week": 7}
_IN_MONTHS: Final = {"month": 1, "year": 12}


def compile_metrics(draft: Draft, terms: Terms) -> list[Metric]:
    """Compile the programme's metrics; what is wrong with one is noted, and it is left out."""
    made = [_metric(draft, terms, name, spec) for name, spec in draft.spec.metrics.items()]
    draft.missing |= {name for name, one in zip(draft.spec.metrics, made, strict=True) if one is None}
    return [metric for metric in made if metric is not None]


def length(draft: Draft, text: str, loc: Loc) -> Length | None:
    """Return a length of time in days and months; hours have no place among days."""
    count, unit = length_of(text)
    if unit in _DAYS:
        return Length(days=count * _DAYS[unit])
    if unit in _IN_MONTHS:
        return Length(months=count * _IN_MONTHS[unit])
    draft.wrong(loc, "length", f"{text} is no length in days", "write days, weeks, months or years")
    return None


def _metric(draft: Draft, terms: Terms, name: str, spec: MetricSpec) -> Metric | None:
    loc: Loc = ("metrics", name)
    window = _window(draft, spec.within, (*loc, "within"))
    if spec.earned is not None:
        return _earned(draft, name, spec, window)
    slot = _slot(draft, terms, spec, loc)
    if slot is None or window is None:
        return None
    return Metric(
        name=name, window=window, scale=slot.scale, slot=terms.slot(slot), title=spec.title,
        text=spec.sum or "", most=min(slot.high * EVENTS_MAX, METRIC_MAX),
    )  # fmt: skip


def _earned(draft: Draft, name: str, spec: MetricSpec, window: Window | None) -> Metric | None:
    """Return what counts the points earned in a unit."""
    loc: Loc = ("metrics", name)
    beside = [key for key in ("on", "sum", "when") if getattr(spec, key) is not None]
    if beside:
        hint = "leave it out, or leave out earned"
        draft.wrong((*loc, beside[0]), "metric", f"`{beside[0]}` does not go with earned", hint)
    units = list(draft.spec.units)
    known = draft.known(str(spec.earned), units, (*loc, "earned"), "unit")
    if beside or not known or window is None:
        return None
    unit = units.index(str(spec.earned))
    return Metric(
        name=name, window=window, scale=draft.spec.units[units[unit]].decimals, unit=unit, title=spec.title,
        text=f"{spec.earned} earned",
    )  # fmt: skip


def _slot(draft: Draft, terms: Terms, spec: MetricSpec, loc: Loc) -> Slot | None:
    """Return the slot of what an event counts for: 1, or what of it is added up."""
    names = list(dict.fromkeys(spec.on or ["purchase"]))
    types = list(terms.stated_types())
    if not all(draft.known(one, types, (*loc, "on", i), "type of event") for i, one in enumerate(names)):
        return None
    scope = _shared([terms.scopes[one] for one in names])
    value: Node | None = ONE
    if spec.sum is not None:
        value = draft.expression(spec.sum, (*loc, "sum"), scope, want=NUMBER)
    when = draft.expression(spec.when, (*loc, "when"), scope, want=BOOLEAN)
    if value is None or (spec.when is not None and when is None):
        return None
    if GOODS in terms.event_types and _SOLD in names and spec.sum is not None and by_amounts_alone(value, when):
        names.append(GOODS)
    return Slot(
        event_types=tuple(names), per_line=False, value=value, scale=value.type.scale,
        low=min(value.type.low, 0), high=max(value.type.high, 0), otherwise=0, when=when,
    )  # fmt: skip


def _shared(scopes: list[Scope]) -> Scope:
    """Return the names that several types of event have alike."""
    first, *others = scopes
    fields = {
        name: kind for name, kind in first.fields.items() if all(_alike(kind, one.fields.get(name)) for one in others)
    }
    lines = {
        name: kind
        for name, kind in first.line_fields.items()
        if all(_alike(kind, one.line_fields.get(name)) for one in others)
    }
    return Scope(fields=fields, line_fields=lines, tables=first.tables, constants=first.constants)


def _alike(one: Type, other: Type | None) -> bool:
    return other is not None and all(getattr(one, word) == getattr(other, word) for word in _KNOWN)


_KNOWN: Final = ("kind", "scale", "low", "high", "absent", "totalled")
"""What is known of a value; a compiled object does not list it by itself."""


def _window(draft: Draft, spec: WithinSpec, loc: Loc) -> Window | None:
    stated = [
        key for key in ("period", "rolling_days", "rolling_months", "year_from") if getattr(spec, key) is not None
    ]
    if len(stated) != 1:
        what = "a metric counts within one stretch of time"
        draft.wrong(loc, "within", what, "write within: year, or {rolling_days: 365}, or {year_from: 04-01}")
        return None
    if spec.period is not None:
        kind = ANNIVERSARY if spec.period == "anniversary" else KINDS.index(spec.period)
        return Window(draft.zone, kind, text=spec.period)
    if spec.rolling_days is not None:
        return Window(draft.zone, ROLLING_DAYS, length=spec.rolling_days, text=f"{spec.rolling_days} days")
    if spec.rolling_months is not None:
        return Window(draft.zone, ROLLING_MONTHS, length=spec.rolling_months, text=f"{spec.rolling_months} months")
    return _year(draft, str(spec.year_from), loc)


def _year(draft: Draft, text: str, loc: Loc) -> Window | None:
    month, day = int(text[:2]), int(text[3:])
    if not (1 <= month <= _MONTHS and 1 <= day <= month_length(_LEAP_YEAR, month)):
        draft.wrong((*loc, "year_from"), "within", f"there is no {text} in a year", "write month and day like 04-01")
        return None
    return Window(draft.zone, YEAR_FROM, length=year_from(month, day), text=f"year from {text}")
