"""Earning rules: from what an expression gave, through bands and multipliers, to exact parts and whole points.

A rule drafts parts on a `Sheet`: exact numbers, one a line, band and multiplier. Rounding happens once, where the rule says,
and the rounded whole is handed back to the parts by largest remainder.

Invariants:
* The desired points of a group of parts are the rounding of their exact sum; parts always add up to the whole.
* `of` or `give` below zero earns nothing: a rule never takes points.
* Multipliers add their extra to the base in turn; compound ones then multiply what stands (S11).
"""

from typing import Final

from mypy_extensions import i64

from guerdon.core.facts import Facts
from guerdon.core.values import apportion

ORDER: Final = 0
LINE: Final = 1
ITEM: Final = 2

PER_NAMES: Final = ("order", "line", "item")

AT_ITEM: Final = 0
AT_LINE: Final = 1
AT_RULE: Final = 2
AT_ORDER: Final = 3

ROUND_AT_NAMES: Final = ("item", "line", "rule", "order")
"""Where points are rounded once; at `order` all rules of a unit are rounded together."""

BEST: Final = "best"
FIRST: Final = "first"

BASE: Final = -1
"""The `source` of a part that comes from the rule itself; else it is the multiplier's position."""


class Payer:
    """Who pays for a grant, with the exact share of it (S12)."""

    def __init__(self, position: int, share: int) -> None:
        self.position: Final = position
        self.share: Final = share


class Band:
    """A rate for the part of an amount above `above`; both are scaled integers."""

    def __init__(self, above: int, rate: int) -> None:
        self.above: Final = above
        self.rate: Final = rate


class Multiplier:
    """Times something: `slot` holds the factor as an integer scaled by `one`, which itself means 1x."""

    def __init__(  # noqa: PLR0913 - a multiplier has this many terms
        self,
        *,
        name: str,
        position: int,
        slot: int,
        scale: int,
        compound: bool,
        per_line: bool,
        points_limits: list[int],
        payers: list[Payer],
        campaign: str = "",
        title: str = "",
    ) -> None:
        self.name: Final = name
        self.title: Final = title
        self.position: Final = position
        self.slot: Final = slot
        self.per_line: Final = per_line
        self.scale: Final = scale
        self.one: Final = 10**scale
        self.compound: Final = compound
        self.points_limits: Final = points_limits
        self.payers: Final = payers
        self.campaign: Final = campaign


class Rule:
    """One earning rule, ready to be folded.

    `slot` holds what `of` or `give` gave (0 when the rule does not apply), scaled by 10**`slot_scale`; `bands` are empty for `give`.
    Exact parts carry `scale` decimals, at least the unit's; `divisor` leads from there to the unit's smallest part.
    """

    def __init__(  # noqa: PLR0913 - a rule has this many terms
        self,
        *,
        name: str,
        position: int,
        unit: int,
        per: int,
        slot: int,
        quantity_slot: int,
        quantity_one: int,
        bands: list[Band],
        whole: bool,
        within_order: bool,
        multipliers: list[Multiplier],
        scale: int,
        base_scale: int,
        amount_scale: int,
        unit_decimals: int,
        rounding: int,
        round_at: int,
        payers: list[Payer],
        campaign: str = "",
        title: str = "",
        text: str = "",
    ) -> None:
        self.name: Final = name
        self.title: Final = title
        self.text: Final = text
        self.amount_scale: Final = amount_scale
        self.position: Final = position
        self.unit: Final = unit
        self.per: Final = per
        self.slot: Final = slot
        self.quantity_slot: Final = quantity_slot
        self.quantity_one: Final = quantity_one
        self.bands: Final = bands
        self.whole: Final = whole
        self.within_order: Final = within_order
        self.multipliers: Final = multipliers
        self.scale = scale
        self.base_scale: Final = base_scale
        self.unit_decimals: Final = unit_decimals
        self.lift = 10 ** (scale - base_scale)
        self.divisor = 10 ** (scale - unit_decimals)
        self.rounding: Final = rounding
        self.round_at: Final = round_at
        self.payers: Final = payers
        self.campaign: Final = campaign
        self.payers_by_source: Final = {m.position: m.payers or payers for m in multipliers}
        self.times_limits: list[int] = []
        self.points_limits: list[int] = []
        self.limits_by_source: dict[int, list[int]] = {}
        self.limited = False

    def index_limits(self) -> None:
        """Join the limits of the rule with each multiplier's, once all are known."""
        self.limits_by_source = {m.position: _joined(self.points_limits, m.points_limits) for m in self.multipliers}
        extra = any([bool(m.points_limits) for m in self.multipliers])
        self.limited = bool(self.times_limits or self.points_limits or extra)

    def keep_decimals(self, scale: int) -> None:
        """Let exact parts carry `scale` decimals, so that they add up with another rule's."""
        self.lift = 10 ** (scale - self.base_scale)
        self.divisor = 10 ** (scale - self.unit_decimals)
        self.scale = scale

    def limits_of(self, source: int) -> list[int]:
        """Return the limits in points that bind a part: the rule's, and its multiplier's."""
        return self.points_limits if source == BASE else self.limits_by_source[source]

    def payers_of(self, source: int) -> list[Payer]:
        """Return who pays for a part: the multiplier's payers, else the rule's."""
        return self.payers if source == BASE else self.payers_by_source[source]


def _joined(first: list[int], then: list[int]) -> list[int]:
    return first + [position for position in then if position not in first]


class Sheet:
    """Scratch paper for one event: the parts that its rules drafted, and where each rule's parts begin.

    `number` and `row` say which line is being drafted (in its order, and in the columns of lines), `items` how many items.
    """

    def __init__(self) -> None:
        self.number: int = -1
        self.row: i64 = 0
        self.items: int = 1
        self.line: list[int] = []
        self.times: list[int] = []
        self.band: list[int] = []
        self.source: list[int] = []
        self.exact: list[int] = []
        self.desired: list[int] = []
        self.starts: list[int] = []

    def clear(self) -> None:
        """Start a fresh sheet for another event."""
        if self.exact:
            self.line.clear()
            self.times.clear()
            self.band.clear()
            self.source.clear()
            self.exact.clear()
            self.desired.clear()
        self.starts.clear()

    def part(self, band: int, source: int, exact: int) -> None:
        """Note one part of the line and items being drafted."""
        self.line.append(self.number)
        self.times.append(self.items)
        self.band.append(band)
        self.source.append(source)
        self.exact.append(exact)
        self.desired.append(0)


def draft(rule: Rule, facts: Facts, event: i64, sheet: Sheet) -> None:
    """Note the exact parts that `rule` gives for an event."""
    sheet.number = -1
    sheet.items = 1
    if rule.per == ORDER:
        value = facts.slots[rule.slot].at(event)
        if value > 0:
            _parts(rule, facts, event, value, 0, value, sheet)
        return
    start = facts.first_line.small_at(event)
    end = facts.first_line.small_at(event + 1)
    if rule.per == ITEM:
        _draft_items(rule, facts, event, start, end, sheet)
    else:
        _draft_lines(rule, facts, event, start, end, sheet)


def _draft_lines(rule: Rule, facts: Facts, event: i64, start: i64, end: i64, sheet: Sheet) -> None:
    slot = facts.slots[rule.slot]
    total = 0
    row = start
    while rule.within_order and row < end:
        total += max(slot.at(row), 0)
        row += 1
    before = 0
    row = start
    while row < end:
        value = slot.at(row)
        if value > 0:
            sheet.row = row
            sheet.number = int(row - start)
            _parts(rule, facts, event, value, before, total or value, sheet)
            if rule.within_order:
                before += value
        row += 1


def _draft_items(rule: Rule, facts: Facts, event: i64, start: i64, end: i64, sheet: Sheet) -> None:
    slot = facts.slots[rule.slot]
    quantities = facts.slots[rule.quantity_slot]
    row = start
    while row < end:
        items = quantities.at(row) // rule.quantity_one
        value = slot.at(row)
        sheet.row = row
        sheet.number = int(row - start)
        row += 1
        if value > 0 and items > 0:
            _draft_line_of_items(rule, facts, event, value, items, sheet)


def _draft_line_of_items(rule: Rule, facts: Facts, event: i64, value: int, items: int, sheet: Sheet) -> None:
    """Note parts for `items` equal items; an amount is shared out between them to the smallest part, dearer ones first."""
    if not rule.bands:
        sheet.items = items
        _parts(rule, facts, event, value, 0, value, sheet)
        return
    each, dearer = divmod(value, items)
    if dearer > 0:
        sheet.items = dearer
        _parts(rule, facts, event, each + 1, 0, each + 1, sheet)
    if each > 0:
        sheet.items = items - dearer
        _parts(rule, facts, event, each, 0, each, sheet)


def _parts(rule: Rule, facts: Facts, event: i64, value: int, before: int, total: int, sheet: Sheet) -> None:  # noqa: PLR0913
    """Note base parts of `value`, which lies above `before` of the order's `total`, and what multipliers add to them."""
    lift = rule.lift if sheet.items == 1 or rule.round_at == AT_ITEM else rule.lift * sheet.items
    base = 0
    if not rule.bands:
        base = value * lift
        sheet.part(-1, BASE, base)
    elif rule.whole:
        band = _reached(rule.bands, total)
        if band >= 0:
            base = value * rule.bands[band].rate * lift
            sheet.part(band, BASE, base)
    else:
        base = _marginal_parts(rule, before, before + value, lift, sheet)
    if base > 0 and rule.multipliers:
        _extra_parts(rule, facts, event, base, sheet)


def _marginal_parts(rule: Rule, low: int, high: int, lift: int, sheet: Sheet) -> int:
    base = 0
    last = len(rule.bands) - 1
    for position in range(len(rule.bands)):
        band = rule.bands[position]
        if band.above >= high:
            break
        top = high if position == last else min(high, rule.bands[position + 1].above)
        width = top - max(low, band.above)
        if width > 0 and band.rate > 0:
            exact = width * band.rate * lift
            sheet.part(position, BASE, exact)
            base += exact
    return base


def _reached(bands: list[Band], total: int) -> int:
    reached = -1
    for position in range(len(bands)):
        if bands[position].above < total:
            reached = position
    return reached


def _extra_parts(rule: Rule, facts: Facts, event: i64, base: int, sheet: Sheet) -> None:
    total = base
    for multiplier in rule.multipliers:
        factor = facts.slots[multiplier.slot].at(sheet.row if multiplier.per_line else event)
        extra = factor - multiplier.one
        if extra > 0:
            exact = (total if multiplier.compound else base) * extra // multiplier.one
            sheet.part(-1, multiplier.position, exact)
            total += exact


def round_parts(rule: Rule, sheet: Sheet, start: int, end: int) -> None:
    """Turn the exact parts from `start` to `end` into desired points, rounded where the rule says."""
    if rule.round_at >= AT_RULE:
        apportion(sheet.exact, sheet.desired, start, end, rule.divisor, rule.rounding)
        return
    while start < end:
        stop = start + 1
        while stop < end and sheet.line[stop] == sheet.line[start] and sheet.times[stop] == sheet.times[start]:
            stop += 1
        apportion(sheet.exact, sheet.desired, start, stop, rule.divisor, rule.rounding)
        if rule.round_at == AT_ITEM:
            _times_items(sheet, start, stop)
        start = stop


def _times_items(sheet: Sheet, start: int, stop: int) -> None:
    for part in range(start, stop):
        sheet.desired[part] *= sheet.times[part]
        sheet.exact[part] *= sheet.times[part]
