"""Describers of single terms: numbers of which more is better, conditions, windows, roundings, lists of rules."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

from guerdon.core.calendar import parse_date
from guerdon.core.expr.tree import BOOLEAN, NUMBER
from guerdon.definition.diff.changes import BETTER, DIFFERENT, KEEPING, WORSE, Change, Describer, Spot, Stated, Verdict
from guerdon.definition.diff.ordering import (
    LESS,
    MORE,
    SAME,
    UNKNOWN,
    Order,
    order_of_conditions,
    order_of_numbers,
    turned,
)
from guerdon.definition.diff.readings import Both
from guerdon.definition.diff.wording import listed, written
from guerdon.definition.levels import MetricSpec
from guerdon.definition.spec import MultiplierSpec, ProgrammeSpec, RuleSpec

_VERDICTS: Final[dict[Order, Verdict]] = {SAME: KEEPING, MORE: BETTER, LESS: WORSE, UNKNOWN: DIFFERENT}
_DATE_LENGTH: Final = len("2026-01-01")

Local = tuple[int, str]
"""A local time: the day, and the time of day."""

_MIDNIGHT: Final = "00:00:00"
_FIRST: Final = (-(10**9), _MIDNIGHT)
_LAST: Final = (10**9, _MIDNIGHT)


def verdict_of(order: Order) -> Verdict:
    """Return what an order of something that members want more of means to them."""
    return _VERDICTS[order]


def ranked(steps: Sequence[str], *, otherwise: str, name: str = "") -> Describer:
    """Return a describer of a choice, given from the worst to the best; a choice that is not listed is only different."""

    def describe(key: str, old: Stated, new: Stated, spot: Spot) -> Iterator[Change]:
        if old != new:
            before, after = old or otherwise, new or otherwise
            told: Verdict = KEEPING if before == after else DIFFERENT
            if told == DIFFERENT and before in steps and after in steps:
                told = BETTER if steps.index(after) > steps.index(before) else WORSE
            yield spot.texts(told, name or key, written(before), written(after))

    return describe


def chosen(otherwise: str) -> Describer:
    """Return a describer of a choice of which none is better."""
    return ranked((), otherwise=otherwise)


def condition(otherwise: str, *, per_line: bool = False, excludes: bool = False) -> Describer:
    """Return a describer of a condition: what holds more often gives more, unless it excludes.

    Without a condition it is as `otherwise` says: it always holds, and never if it excludes.
    """

    def describe(key: str, old: Stated, new: Stated, spot: Spot) -> Iterator[Change]:
        of_lines = per_line or isinstance(spot.new, MultiplierSpec)
        texts = [("false" if excludes else "true") if text is None else text for text in (old, new)]
        before, after = spot.both.trees(texts, _types(spot), want=BOOLEAN, per_line=of_lines)
        order = UNKNOWN if before is None or after is None else order_of_conditions(before, after)
        told = verdict_of(turned(order) if excludes else order)
        yield from _expression(key, old or otherwise, new or otherwise, spot, told)

    return describe


def amount(key: str, old: Stated, new: Stated, spot: Spot) -> Iterator[Change]:
    """Tell how an amount or a factor changed."""
    per_line = isinstance(spot.new, MultiplierSpec) or any(
        isinstance(one, RuleSpec) and one.per in ("line", "item") for one in (spot.old, spot.new)
    )
    before, after = spot.both.trees([old, new], _types(spot), want=NUMBER, per_line=per_line)
    order = UNKNOWN if before is None or after is None else order_of_numbers(before, after)
    yield from _expression(key, old, new, spot, verdict_of(order))


def _types(spot: Spot) -> tuple[str, str]:
    """Return the types of event that a part of the file reads, in either version."""
    return _type(spot.old, spot.both.old.spec), _type(spot.new, spot.both.new.spec)


def _type(part: Stated, spec: ProgrammeSpec) -> str:
    if isinstance(part, MultiplierSpec):
        rules = [*spec.rules, *(rule for campaign in spec.campaigns for rule in campaign.rules)]
        return next(rule.on for rule in rules if rule.id in part.of)
    if isinstance(part, MetricSpec):
        return (part.on or ["purchase"])[0]
    return part.on if isinstance(part, RuleSpec) else "purchase"


def _expression(key: str, old: Stated, new: Stated, spot: Spot, told: Verdict) -> Iterator[Change]:
    """Tell the change of an expression: of its own text, or of a constant or table that it names."""
    moved = spot.both.moved_in(old, new)
    if old != new:
        yield spot.texts(told, key, written(old), written(new), reads=moved)
    elif moved and told != KEEPING:
        change = spot.tell(told, f"{key} {written(new)}, where {_told(moved, spot.both)}")
        yield replace(change, reads=moved)


def _told(names: frozenset[str], both: Both) -> str:
    """Return what constants are and were; the rows of a table are too many to be shown."""
    before, after = both.old.spec.constants, both.new.spec.constants
    return listed([
        f"{name} is {written(after[name])}, was {written(before[name])}" if name in after else f"{name} has other rows"
        for name in sorted(names)
    ])


def starts(_key: str, old: Stated, new: Stated, spot: Spot) -> Iterator[Change]:
    """Tell an earlier or a later start; what lies before this version takes effect is past."""
    if old == new:
        return
    begins = beginning(spot)
    before, after = max(start_of(old), begins), max(start_of(new), begins)
    told: Verdict = KEEPING if before == after else BETTER if after < before else WORSE
    yield spot.tell(told, f"starts {new or 'at once'}, was {old or 'at once'}")


def ends(_key: str, old: Stated, new: Stated, spot: Spot) -> Iterator[Change]:
    """Tell a later or an earlier end; what lies before this version takes effect is past."""
    if old == new:
        return
    begins = beginning(spot)
    before, after = max(end_of(old), begins), max(end_of(new), begins)
    told: Verdict = KEEPING if before == after else BETTER if after > before else WORSE
    yield spot.tell(told, f"ends {new or 'never'}, was {old or 'never'}")


def beginning(spot: Spot) -> Local:
    """Return the local time at which the new version takes effect; the first there is when it does not say."""
    day = spot.both.new.day
    return _FIRST if day is None else (day, _MIDNIGHT)


def start_of(stated: str | None) -> Local:
    """Return the local time at which something starts."""
    return _FIRST if stated is None else _local(stated)


def end_of(stated: str | None) -> Local:
    """Return the local time at which something has ended; a date alone includes that day."""
    if stated is None:
        return _LAST
    day, time = _local(stated)
    return (day + 1, time) if len(stated) == _DATE_LENGTH else (day, time)


def _local(stated: str) -> Local:
    return parse_date(stated[:_DATE_LENGTH]), datetime.fromisoformat(stated).time().isoformat()


def names(gained: str, lost: str, *, binds: bool = False) -> Describer:
    """Return a describer of a list of names: to be among them is better, or worse where they are bound."""

    def describe(_key: str, old: Stated, new: Stated, spot: Spot) -> Iterator[Change]:
        before, after = old or [], new or []
        more = [name for name in after if name not in before]
        less = [name for name in before if name not in after]
        if more:
            yield spot.tell(WORSE if binds else BETTER, f"{gained} {listed(more)}")
        if less:
            yield spot.tell(BETTER if binds else WORSE, f"{lost} {listed(less)}")

    return describe
