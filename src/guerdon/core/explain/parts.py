"""Parts: rows of effects read back as what they were made of: an amount in a band, an item's points, a multiplier's extra.

Invariant: rows of one part, which differ only in who pays, stand side by side, one for each payer.
"""

from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from guerdon.core.calendar import EVER, KINDS
from guerdon.core.earning import AT_ITEM, AT_LINE, AT_ORDER, ITEM, ORDER, Multiplier, Rule, asked_of, draft, factor_of
from guerdon.core.effects import OUTDONE, Effect
from guerdon.core.errors import invariant
from guerdon.core.explain.measures import is_money
from guerdon.core.explain.wording import ROUNDED, counted, decimal_of, full_money, one_line, period, plain
from guerdon.core.expr.live import places_read
from guerdon.core.history import Answer, facts_of
from guerdon.core.ladders import SPLIT
from guerdon.core.limits import HOLDING, POINTS, ROLLING, Limit
from guerdon.core.parts import BASE, Sheet
from guerdon.core.programme import Programme, Unit
from guerdon.core.rating.crossing import Crossing, draft_divided
from guerdon.core.values import FLOOR, divide

_NONE: Final = -2
"""An occasion before the first one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """What one payer bears of a part."""

    payer: str
    desired: Decimal
    granted: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One part of a rule's points: of a line or (when `line` is empty) the whole order.

    From a band: `amount` above `above` at `rate`. From `give`: `amount` for each of so many items. From a multiplier, named
    in `multiplier`: `factor`, which `by` came to, adds its extra to `amount` points; `levels` are those it came to it by.
    """

    line: str
    line_amount: str
    items: int
    multiplier: str
    by: str
    levels: tuple[str, ...]
    amount: Decimal
    above: Decimal | None
    rate: Decimal | None
    factor: Decimal | None
    compound: bool
    exact: Decimal
    desired: Decimal
    granted: Decimal
    limit: str
    limit_text: str
    period: str
    shares: tuple[Share, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rounding:
    """One rounding that changed something: where, from what to what, and how."""

    line: str
    items: int
    unit: str
    exact: Decimal
    desired: Decimal
    how: str


class Row:
    """One part as the fold answered it, in smallest parts, with its payers' rows together; `past` is what it was rated with."""

    def __init__(self, effects: list[Effect], rule: Rule, line: str, past: list[int]) -> None:
        first = effects[0]
        self.effects = effects
        self.rule = rule
        self.number = first.line
        self.line = line
        self.occasion = first.line
        self.items = 1
        self.past = past
        self.residue = sum([effect.residue for effect in effects])
        self.source = first.source
        self.band = first.band
        self.desired = sum([effect.desired for effect in effects])
        self.granted = sum([effect.granted for effect in effects])
        self.limit = first.limit
        self.period = first.period
        self.outdone = first.reason == OUTDONE

    @property
    def exact(self) -> int:
        """What it came to before rounding, for all its items."""
        alone = self.items if self.rule.round_at == AT_ITEM else 1
        return self.desired * self.rule.divisor + self.residue * alone


def rows_of(programme: Programme, answer: Answer) -> list[Row]:
    """Return an answer's effects as one row a part, with how many items each is for."""
    rows: list[Row] = []
    position = 0
    effects = answer.earned
    while position < len(effects):
        effect = effects[position]
        rule = programme.rules[effect.rule]
        stop = position + len(rule.payers_of(effect.source))
        line = answer.event.lines[effect.line].id if effect.line >= 0 else ""
        rows.append(Row(list(effects[position:stop]), rule, line, list(answer.past)))
        position = stop
    crossing = _crossing(programme, answer)
    for rule in programme.rules:
        if rule.per == ITEM or (crossing is not None and rule.splits):
            _draft_again(programme, answer, rule, [row for row in rows if row.rule.position == rule.position], crossing)
    return rows


def _crossing(programme: Programme, answer: Answer) -> Crossing | None:
    """Return the pieces of an event that goes beyond a threshold at which it is divided; nothing when it does not."""
    splitting = [ladder for ladder in programme.ladders_at(answer.event.at) if ladder.crossing == SPLIT]
    if not splitting or not answer.past:
        return None
    crossing = Crossing(splitting[0].position)
    facts = facts_of(programme, [answer.event], [answer.values])
    return crossing if crossing.divides(splitting[0], facts, 0, list(answer.past)) else None


def _draft_again(programme: Programme, answer: Answer, rule: Rule, rows: list[Row], crossing: Crossing | None) -> None:
    """Say how many items each part is for, and at which level it is rated, as the rule drafts them."""
    sheet = Sheet()
    sheet.past = list(answer.past)
    facts = facts_of(programme, [answer.event], [answer.values])
    if crossing is not None and rule.splits:
        draft_divided(rule, facts, 0, sheet, crossing)
    else:
        draft(rule, facts, 0, sheet)
    invariant(len(rows) == int(sheet.count), "a rule drafts what it answered")
    for position, row in enumerate(rows):
        row.occasion = int(sheet.parts[position].occasion)
        row.items = sheet.parts[position].times
        row.past = list(answer.past)
        if crossing is not None and rule.splits:
            row.past[crossing.position] = crossing.levels[row.occasion]


def parts_of(
    programme: Programme, answer: Answer, rule: Rule, rows: list[Row]
) -> tuple[tuple[Part, ...], Decimal | None, bool]:
    """Return a rule's rows as parts, the amount that its bands read (of an order as a whole) and whether that is money."""
    slot = programme.slots[rule.slot]
    in_money = bool(rule.bands) and is_money(slot, programme.event_types[answer.event.type])
    amount: Decimal | None = None
    if rows and rule.bands and rule.per == ORDER:
        sheet = Sheet()
        sheet.past = list(answer.past)
        asked = asked_of(rule, facts_of(programme, [answer.event], [answer.values]), 0, 0, sheet)
        amount = decimal_of(asked, rule.amount_scale)
    reader = _Reader(programme, answer, rule)
    return tuple([reader.part(row) for row in rows]), amount, in_money


class _Reader:
    """Reads a rule's rows one after the other: a multiplier's extra is on top of the parts that stand before it."""

    def __init__(self, programme: Programme, answer: Answer, rule: Rule) -> None:
        self.programme = programme
        self.answer = answer
        self.rule = rule
        self.occasion = _NONE
        self.base = 0
        self.total = 0

    def part(self, row: Row) -> Part:
        """Return a row as a part."""
        rule = self.rule
        if row.occasion != self.occasion:
            self.base = 0
            self.total = 0
            self.occasion = row.occasion
        multiplier = None if row.source == BASE else self.programme.multipliers[row.source]
        band = rule.bands[row.band] if row.band >= 0 else None
        limit = self.programme.limit_in(row.rule.version, row.limit) if row.limit >= 0 else None
        part = Part(
            line=row.line,
            line_amount=self._line_amount(row),
            items=row.items,
            multiplier=multiplier.name if multiplier is not None else "",
            by=one_line(multiplier.text) if multiplier is not None else "",
            levels=self._levels(row, multiplier) if multiplier is not None else (),
            amount=self._amount(row, multiplier),
            above=decimal_of(band.above, rule.amount_scale) if band is not None else None,
            rate=decimal_of(band.rate, rule.base_scale - rule.amount_scale) if band is not None else None,
            factor=self._factor(row, multiplier) if multiplier is not None else None,
            compound=multiplier is not None and multiplier.compound,
            exact=decimal_of(row.exact, rule.scale),
            desired=decimal_of(row.desired, rule.unit_decimals),
            granted=decimal_of(row.granted, rule.unit_decimals),
            limit=limit.name if limit is not None else "",
            limit_text=limit_text(limit, self.programme.units[rule.unit]) if limit is not None else "",
            period=period(limit, row.period) if limit is not None else "",
            shares=self._shares(row),
        )
        self.total += row.exact
        if row.source == BASE:
            self.base += row.exact
        return part

    def _line_amount(self, row: Row) -> str:
        if row.number < 0:
            return ""
        return full_money(self.answer.event.lines[row.number].net, self.programme.currency)

    def _amount(self, row: Row, multiplier: Multiplier | None) -> Decimal:
        rule = self.rule
        if multiplier is not None:
            return decimal_of(self.total if multiplier.compound else self.base, rule.scale)
        if row.band >= 0:
            return decimal_of(row.exact // (rule.bands[row.band].rate * rule.lift), rule.amount_scale)
        return decimal_of(row.exact // (row.items * rule.lift), rule.base_scale)

    def _levels(self, row: Row, multiplier: Multiplier) -> tuple[str, ...]:
        """Return the levels held of the ladders that a multiplier asks for."""
        read = places_read(multiplier.live) if multiplier.live is not None else set()
        held = [(ladder, row.past[ladder.position]) for ladder in self.programme.ladders if ladder.position in read]
        return tuple([ladder.levels[level].name for ladder, level in held])

    def _factor(self, row: Row, multiplier: Multiplier) -> Decimal:
        facts = facts_of(self.programme, [self.answer.event], [self.answer.values])
        factor = factor_of(multiplier, facts, 0, max(row.number, 0), row.past)
        return decimal_of(factor, multiplier.scale)

    def _shares(self, row: Row) -> tuple[Share, ...]:
        decimals = self.rule.unit_decimals
        return tuple([
            Share(
                payer=self.programme.payers[effect.payer],
                desired=decimal_of(effect.desired, decimals),
                granted=decimal_of(effect.granted, decimals),
            )
            for effect in row.effects
        ])


def roundings_of(rule: Rule, rows: list[Row]) -> tuple[Rounding, ...]:
    """Return where rounding changed a rule's points; a unit rounded per order is told of the event instead."""
    found: list[Rounding] = []
    for together in _rounded_together(rule, rows):
        each = together[0].items if rule.round_at == AT_ITEM else 1
        exact = sum([row.exact for row in together])
        desired = sum([row.desired for row in together])
        if exact != desired * rule.divisor:
            found.append(
                Rounding(
                    line=together[0].line if rule.round_at in (AT_ITEM, AT_LINE) else "",
                    items=each,
                    unit="",
                    exact=decimal_of(divide(exact, each, FLOOR), rule.scale),
                    desired=decimal_of(divide(desired, each, FLOOR), rule.unit_decimals),
                    how=ROUNDED[rule.rounding],
                )
            )
    return tuple(found)


def _rounded_together(rule: Rule, rows: list[Row]) -> list[list[Row]]:
    """Return the rows of a rule in the groups that were rounded as one."""
    if rule.round_at == AT_ORDER:
        return []
    groups: dict[int, list[Row]] = {}
    for row in rows:
        key = row.occasion if rule.round_at == AT_ITEM else row.number if rule.round_at == AT_LINE else 0
        groups.setdefault(key, []).append(row)
    return list(groups.values())


def limit_text(limit: Limit, unit: Unit) -> str:
    """Return a limit in words: 200 points per member and month."""
    if limit.kind == HOLDING:
        return limit.text
    points = limit.kind == POINTS
    most = f"{plain(decimal_of(limit.most, unit.decimals))} {unit.name}" if points else counted(limit.most, "time")
    who = "member" if limit.per_member else "account"
    if limit.budget or limit.stock:
        return f"{most} for all members together" + ("" if limit.every == EVER else f" per {KINDS[limit.every]}")
    if limit.every == EVER:
        return f"{most} per {who} for ever"
    every = f"{limit.days} days" if limit.every == ROLLING else KINDS[limit.every]
    return f"{most} per {who} and {every}"
