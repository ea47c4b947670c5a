"""Bands of two versions, compared for each part of the amount."""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import pairwise

from guerdon.core.explain.measures import is_money
from guerdon.core.explain.wording import plain
from guerdon.definition.diff.changes import BETTER, WORSE, Change, Spot, Stated, Verdict
from guerdon.definition.diff.wording import rate, stretch
from guerdon.definition.spec import BandSpec, RuleSpec
from guerdon.definition.versions import Version

Part = tuple[Decimal, Decimal | None, Decimal, Decimal]
"""A part of the amount, from and to, with its old and its new rate."""


def bands(_key: str, old: Stated, new: Stated, spot: Spot) -> Iterator[Change]:
    """Tell each part of the amount whose rate changed."""
    if old is None or new is None:
        return
    currency, unit = money_of(spot.both.new, spot.new), unit_of(spot.both.new, spot.new)
    whole = spot.new.band == "whole"
    for above, until, before, after in _changed(old, new):
        told: Verdict = BETTER if after > before else WORSE
        given = rate(after, unit, currency, whole=whole)
        was = plain(before) if after and before else rate(before, unit, currency, whole=whole)
        yield spot.tell(told, f"{stretch(above, until, currency)}: {given}, was {was}")


def money_of(version: Version, rule: RuleSpec) -> str | None:
    """Return the currency of the amount that a rule's bands read, if it is money."""
    programme = version.programme
    for made in programme.rules:
        if made.name == rule.id and is_money(programme.slots[made.slot], programme.event_types[rule.on]):
            return programme.currency
    return None


def unit_of(version: Version, rule: RuleSpec) -> str:
    """Return the unit that a rule gives."""
    return rule.unit or next(iter(version.spec.units))


def _changed(old: Sequence[BandSpec], new: Sequence[BandSpec]) -> list[Part]:
    """Return the parts with another rate; neighbours that change alike are one."""
    edges: list[Decimal | None] = [*sorted({Decimal(0), *(band.above for band in (*old, *new))}), None]
    found: list[Part] = []
    for above, until in pairwise(edges):
        start = above or Decimal(0)
        before, after = _rate_above(old, start), _rate_above(new, start)
        if before == after:
            continue
        if found and found[-1][1:] == (start, before, after):
            start = found.pop()[0]
        found.append((start, until, before, after))
    return found


def _rate_above(listed: Sequence[BandSpec], above: Decimal) -> Decimal:
    return next((band.rate for band in reversed(listed) if band.above <= above), Decimal(0))
