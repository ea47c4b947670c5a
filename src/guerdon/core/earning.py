"""Earning rules: from what an expression gave, through bands and multipliers, to exact parts and whole points.

A rule drafts parts on a `Sheet`: exact numbers, one a line, band and multiplier. Rounding happens once, where the rule says,
and the rounded whole is shared out between the parts.

Invariants:
* `of` or `give` below zero earns nothing: a rule never takes points.
* Multipliers add their extra to the base in turn; compound ones then multiply what stands (S11).
"""

from typing import Final

from mypy_extensions import i64

from guerdon.core.expr.live import Live
from guerdon.core.facts import Facts
from guerdon.core.parts import BASE, Part, Sheet, share_out

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

REPLAY: Final = 0
PRO_RATA: Final = 1
KEEP: Final = 2

WAYS: Final = ("replay", "pro_rata", "keep")
"""What a rule's points do when goods come back: they are worked out anew, go by value, or stay (S4)."""

BEST: Final = "best"
FIRST: Final = "first"


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


class Origin:
    """What a part can come from, a rule or a multiplier: its name and place in the file, its words, who pays, whose campaign."""

    def __init__(self, *, name: str, position: int, payers: list[Payer], campaign: str, title: str, text: str) -> None:
        self.name: Final = name
        self.position: Final = position
        self.payers: Final = payers
        self.campaign: Final = campaign
        self.title: Final = title
        self.text: Final = text


class Multiplier(Origin):
    """Times something: `slot` holds the factor as an integer scaled by `one`, which itself means 1x.

    A `live` factor is asked in its stead; its slot, -1 where it needs none, then says nothing by itself.
    """

    def __init__(  # noqa: PLR0913 - a multiplier has this many terms
        self,
        *,
        name: str,
        position: int,
        slot: int,
        scale: int,
        high: int,
        compound: bool,
        per_line: bool,
        points_limits: list[int],
        payers: list[Payer],
        campaign: str = "",
        title: str = "",
        text: str = "",
        live: Live | None = None,
    ) -> None:
        super().__init__(name=name, position=position, payers=payers, campaign=campaign, title=title, text=text)
        self.slot: Final = slot
        self.per_line: Final = per_line
        self.scale: Final = scale
        self.one: Final[int] = 10**scale
        self.high: Final = high
        self.compound: Final = compound
        self.points_limits: Final = points_limits
        self.live: Final = live


class Rule(Origin):
    """One earning rule, ready to be folded.

    `slot` holds what `of` or `give` gave (0 when the rule does not apply), scaled by 10**`amount_scale`; `bands` are empty for `give`.
    Where the slot is above 0 a `live` rule is asked for its number instead; `live_when` is that of its condition by itself.
    A rule that `splits` asks for a level that a purchase may cross into: it is then rated piece by piece.
    Exact parts carry `scale` decimals, at least the unit's: `lift` leads there, `divisor` on to the unit's smallest part.
    `version` is the place of its version among those of the programme.
    """

    scale: int
    lift: int
    divisor: int
    limited: bool
    more_limits: bool

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
        when_text: str = "",
        where_text: str = "",
        live: Live | None = None,
        live_when: Live | None = None,
        splits: bool = False,
        version: int = 0,
    ) -> None:
        super().__init__(name=name, position=position, payers=payers, campaign=campaign, title=title, text=text)
        self.version: Final = version
        self.when_text: Final = when_text
        self.where_text: Final = where_text
        self.live: Final = live
        self.live_when: Final = live_when
        self.splits: Final = splits
        self.unit: Final = unit
        self.per: Final = per
        self.slot: Final = slot
        self.quantity_slot: Final = quantity_slot
        self.quantity_one: Final = quantity_one
        self.bands: Final = bands
        self.whole: Final = whole
        self.within_order: Final = within_order
        self.multipliers: Final = multipliers
        self.base_scale: Final = base_scale
        self.amount_scale: Final = amount_scale
        self.unit_decimals: Final = unit_decimals
        self.rounding: Final = rounding
        self.round_at: Final = round_at
        self.payers_by_source: Final = {one.position: one.payers or payers for one in multipliers}
        self.times_limits: list[int] = []
        self.points_limits: list[int] = []
        self.limits_by_source: dict[int, list[int]] = {}
        self.way: int = REPLAY
        self.share_slot: int = -1
        self.adjusts = False
        self.qualifies = True
        self.at_base = False
        self.keep_decimals(scale)

    def index_limits(self) -> None:
        """Join the limits of the rule with each multiplier's, once all are known."""
        self.limits_by_source = {m.position: _joined(self.points_limits, m.points_limits) for m in self.multipliers}
        self.more_limits = any([bool(m.points_limits) for m in self.multipliers])
        self.limited = bool(self.times_limits or self.points_limits or self.more_limits)

    def go_by(self, way: int, share_slot: int) -> None:
        """Let points do something else than be worked out anew when goods come back; a share slot is below 0 when none are left."""
        self.way = way
        self.share_slot = share_slot

    def adjust(self, *, qualifies: bool) -> None:
        """Be what an adjustment or a transfer gives: no activity of the member's, and only where it `qualifies` any credit towards levels."""
        self.adjusts = True
        self.qualifies = qualifies

    def read_goods(self) -> None:
        """Be a rule of the base rate: it reads what came back without its purchase, and nothing else."""
        self.at_base = True

    def keep_decimals(self, scale: int) -> None:
        """Let exact parts carry `scale` decimals, so that they add up with another rule's."""
        self.lift = 10 ** (scale - self.base_scale)
        self.divisor = 10 ** (scale - self.unit_decimals)
        self.scale = scale

    def limits_of(self, source: i64) -> list[int]:
        """Return the limits in points that bind a part: the rule's, and its multiplier's."""
        return self.limits_by_source[int(source)] if self.more_limits and source != BASE else self.points_limits

    def payers_of(self, source: i64) -> list[Payer]:
        """Return who pays for a part: the multiplier's payers, else the rule's."""
        return self.payers if source == BASE else self.payers_by_source[int(source)]


def _joined(first: list[int], then: list[int]) -> list[int]:
    return first + [position for position in then if position not in first]


def draft(rule: Rule, facts: Facts, event: i64, sheet: Sheet) -> None:
    """Note the exact parts that `rule` gives for an event."""
    if rule.per == ORDER:
        value = asked_of(rule, facts, event, event, sheet)
        if value > 0:
            sheet.line = -1
            sheet.times = 1
            draft_occasion(rule, facts, event, value, 0, value, sheet)
        return
    start = facts.first_line.small_at(event)
    end = facts.first_line.small_at(event + 1)
    if rule.per == ITEM:
        _draft_items(rule, facts, event, start, end, sheet)
    else:
        _draft_lines(rule, facts, event, start, end, sheet)


def asked_of(rule: Rule, facts: Facts, event: i64, row: i64, sheet: Sheet) -> int:
    """Return the number that a rule reads in a row of its slot."""
    value = facts.slots[rule.slot].at(row)
    if rule.live is not None and value > 0:
        return rule.live.of(facts.slots, event, row, sheet.past)
    return value


def _draft_lines(rule: Rule, facts: Facts, event: i64, start: i64, end: i64, sheet: Sheet) -> None:
    total = _total(rule, facts, event, start, end, sheet) if rule.within_order else 0
    before = 0
    sheet.times = 1
    row = start
    while row < end:
        value = asked_of(rule, facts, event, row, sheet)
        if value > 0:
            sheet.row = row
            sheet.line = row - start
            draft_occasion(rule, facts, event, value, before, total or value, sheet)
            if rule.within_order:
                before += value
        row += 1


def _total(rule: Rule, facts: Facts, event: i64, start: i64, end: i64, sheet: Sheet) -> int:
    total = 0
    row = start
    while row < end:
        total += max(asked_of(rule, facts, event, row, sheet), 0)
        row += 1
    return total


def _draft_items(rule: Rule, facts: Facts, event: i64, start: i64, end: i64, sheet: Sheet) -> None:
    quantities = facts.slots[rule.quantity_slot]
    row = start
    while row < end:
        items = quantities.at(row) // rule.quantity_one
        value = asked_of(rule, facts, event, row, sheet)
        if value > 0 and items > 0:
            sheet.row = row
            sheet.line = row - start
            _draft_line_of_items(rule, facts, event, value, items, sheet)
        row += 1


def _draft_line_of_items(rule: Rule, facts: Facts, event: i64, value: int, items: int, sheet: Sheet) -> None:
    """Note parts for `items` equal items; an amount is shared out between them to the smallest part, dearer ones first."""
    each = value
    if rule.bands:
        each, dearer = divmod(value, items)
        items -= dearer
        if dearer > 0:
            sheet.times = dearer
            draft_occasion(rule, facts, event, each + 1, 0, each + 1, sheet)
    if each > 0:
        sheet.times = items
        draft_occasion(rule, facts, event, each, 0, each, sheet)


def draft_occasion(  # noqa: PLR0913 - an object to carry the three numbers would cost an allocation an event
    rule: Rule, facts: Facts, event: i64, value: int, before: int, total: int, sheet: Sheet
) -> None:
    """Note base parts of `value`, which lies above `before` of the order's `total`, and what multipliers add to them."""
    sheet.occasion += 1
    lift = rule.lift if sheet.times == 1 else rule.lift * sheet.times
    base = 0
    if not rule.bands:
        base = value * lift
        sheet.note(-1, BASE, base)
    elif rule.whole:
        band = _reached(rule.bands, total)
        base = value * rule.bands[band].rate * lift if band >= 0 else 0
        if base > 0:
            sheet.note(band, BASE, base)
    else:
        base = _draft_bands(rule, before, before + value, lift, sheet)
    if base > 0 and rule.multipliers:
        _draft_extras(rule, facts, event, base, sheet)


def _draft_bands(rule: Rule, low: int, high: int, lift: int, sheet: Sheet) -> int:
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
            sheet.note(position, BASE, exact)
            base += exact
    return base


def _reached(bands: list[Band], total: int) -> int:
    reached = -1
    for position in range(len(bands)):
        if bands[position].above < total:
            reached = position
    return reached


def _draft_extras(rule: Rule, facts: Facts, event: i64, base: int, sheet: Sheet) -> None:
    total = base
    for multiplier in rule.multipliers:
        extra = factor_of(multiplier, facts, event, sheet.row, sheet.past) - multiplier.one
        if extra > 0:
            exact = (total if multiplier.compound else base) * extra // multiplier.one
            sheet.note(-1, multiplier.position, exact)
            total += exact


def factor_of(multiplier: Multiplier, facts: Facts, event: i64, row: i64, past: list[int]) -> int:
    """Return a multiplier's factor for an event, or for its line in `row`."""
    if multiplier.live is not None:
        return multiplier.live.of(facts.slots, event, row, past)
    return facts.slots[multiplier.slot].at(row if multiplier.per_line else event)


def round_parts(rule: Rule, sheet: Sheet, start: i64, end: i64) -> None:
    """Turn the exact parts from `start` up to `end` into desired points, rounded where the rule says."""
    parts = sheet.parts
    if rule.round_at >= AT_RULE:
        share_out(parts, start, end, rule.divisor, rule.rounding)
        return
    while start < end:
        first = parts[start]
        stop = start + 1
        while stop < end and _rounded_together(rule, first, parts[stop]):
            stop += 1
        times = first.times if rule.round_at == AT_ITEM else 1
        share_out(parts, start, stop, rule.divisor * times, rule.rounding)
        while times > 1 and start < stop:
            parts[start].desired *= times
            start += 1
        start = stop


def _rounded_together(rule: Rule, one: Part, other: Part) -> bool:
    return one.occasion == other.occasion if rule.round_at == AT_ITEM else one.line == other.line
