"""A programme without state per member as one aggregate query, with the answers of the fold.

Each rule's exact number is built as an expression tree over its slots' columns, so that bounds and widths follow by themselves.

Invariant: points of an event are rounded once where the rule says, and sums are taken over whole points only.
"""

from collections.abc import Callable
from typing import Final

from guerdon.batch.intake.sql import name
from guerdon.batch.plan import Plan, turned, view
from guerdon.core.calendar import MONTH
from guerdon.core.earning import AT_ITEM, AT_LINE, AT_ORDER, ITEM, ORDER, Band, Multiplier, Rule
from guerdon.core.expr.sql import Names, render
from guerdon.core.expr.tree import (
    MAX,
    Arithmetic,
    Case,
    Compare,
    Extreme,
    Field,
    Literal,
    Node,
    Quotient,
    number,
)
from guerdon.core.programme import Programme, Unit
from guerdon.core.values import HALF_EVEN, POINTS_MAX


def _sql(node: Node) -> str:
    """Render a tree whose fields are columns already."""
    return render(node, Names(events=""))


def aggregate_statements(plan: Plan) -> list[str]:
    """Return the statements that create "points": a row per event with member, month and points by unit (`u0, u1, ...`)."""
    query = _Query(plan)
    made = []
    if query.line_rules and plan.has_lines:
        made.append(view("line points", query.line_points()))
    made.append(view("rule points", query.rule_points()))
    made.append(view("points", query.points()))
    return made


class _Query:
    def __init__(self, plan: Plan) -> None:
        self.plan: Final = plan
        self.programme: Final[Programme] = plan.programme
        self.line_rules: Final = [rule for rule in self.programme.rules if rule.per != ORDER]

    def line_points(self) -> str:
        """Sum what lines give by event: exact where the rule rounds once, whole points where it rounds each line."""
        columns = []
        for rule in self.line_rules:
            exact = f"CAST(COALESCE(SUM({self._line_exact(rule)}), 0) AS HUGEINT) AS x{rule.position}"
            columns.append(exact)
            if rule.round_at in (AT_ITEM, AT_LINE):
                columns.append(f"CAST(COALESCE(SUM({self._line_whole(rule)}), 0) AS BIGINT) AS w{rule.position}")
        before = self._running()
        return f'SELECT "row", {", ".join(columns)} FROM {before} GROUP BY "row"'

    def rule_points(self) -> str:
        """Give each rule's exact number (`x`) and whole points (`p`) for every event."""
        exact, whole = [], []
        for rule in self.programme.rules:
            x = name(f"x{rule.position}")
            if rule.per == ORDER:
                exact.append(f"{_sql(_exact(rule, self._slot(rule.slot), self.programme))} AS {x}")
            elif self.plan.has_lines:
                exact.append(f"COALESCE(lp.{x}, 0) AS {x}")
            else:
                exact.append(f"CAST(0 AS HUGEINT) AS {x}")
            if rule.round_at in (AT_ITEM, AT_LINE):
                counted = rule.per != ORDER and self.plan.has_lines
                whole.append(
                    f"COALESCE(w{rule.position}, 0) AS p{rule.position}" if counted else self._rounded_alone(rule)
                )
            else:
                whole.append(f"{rounded(x, rule)} AS p{rule.position}")
        sums = [f"lp.w{rule.position}" for rule in self.line_rules if rule.round_at in (AT_ITEM, AT_LINE)]
        join, extra = "", ""
        if self.line_rules and self.plan.has_lines:
            join = ' LEFT JOIN "line points" AS lp ON lp."row" = e."row"'
            extra = "".join(", " + one for one in sums)
        keys = 'e."row", e.member, e.account, e."at", e."problem"'
        keys += ", e.source, e.id, e.refers, e.posted" if self.plan.has_refunds else ""
        inner = f'SELECT {keys}{extra}, {", ".join(exact) or "0 AS none"} FROM "rated" AS e{join}'
        return f"SELECT *, {', '.join(whole) or '0 AS nothing'} FROM ({inner})"

    def points(self) -> str:
        """Choose the winners of stacking groups and add up each unit's points."""
        month, join = turned(self.programme.zone.period_table(MONTH, *self.plan.span), "months")
        units = [f"{self._unit(i, unit)} AS u{i}" for i, unit in enumerate(self.programme.units)]
        if self.plan.has_refunds:
            return self._kept(f'SELECT *, {", ".join(units)} FROM "rule points" AS e', month, join)
        return f'SELECT e.member, e."problem", {month} AS "month", {", ".join(units)} FROM "rule points" AS e{join}'

    def _kept(self, points: str, month: str, join: str) -> str:
        """Return the points of events where refunds are: of a refund, what its purchase keeps less what it kept before.

        A purchase keeps what the rules give for what is left of it, and never more than they gave at first (S4).
        """
        purchase = 'CASE WHEN refers < 0 THEN "row" ELSE refers END'
        window = f"PARTITION BY {purchase} ORDER BY refers >= 0, posted, source, id"
        units = range(len(self.programme.units))
        kept = ", ".join(f"LEAST(u{i}, FIRST_VALUE(u{i}) OVER ({window})) AS k{i}" for i in units)
        moved = ", ".join(f"k{i} - COALESCE(LAG(k{i}) OVER ({window}), 0) AS u{i}" for i in units)
        layer = f'SELECT member, "problem", "row", refers, posted, posted AS "at", source, id, {kept} FROM ({points})'
        return f'SELECT e.member, e."problem", {month} AS "month", {moved} FROM ({layer}) AS e{join}'

    def _rounded_alone(self, rule: Rule) -> str:
        return f"{rounded(f'x{rule.position}', rule)} AS p{rule.position}"

    def _unit(self, position: int, unit: Unit) -> str:
        rules = [rule for rule in self.programme.rules if rule.unit == position]
        alone = [rule for rule in rules if not (unit.rounded_per_order and rule.round_at == AT_ORDER)]
        terms = [self._won(rule, f"p{rule.position}") for rule in alone]
        together = [rule for rule in rules if rule not in alone]
        if together:
            exact = " + ".join(f"CAST({self._won(rule, f'x{rule.position}')} AS HUGEINT)" for rule in together)
            terms.append(rounded(f"({exact})", together[0]))
        return " + ".join(terms) or "CAST(0 AS BIGINT)"

    def _won(self, rule: Rule, value: str) -> str:
        """Return a rule's number where it wins its stacking group, else 0."""
        for group in self.programme.groups:
            if rule.position in group.rules:
                at = group.rules.index(rule.position)
                mine = f"p{rule.position}"
                earlier = [f"p{other}" for other in group.rules[:at]]
                later = [f"p{other}" for other in group.rules[at + 1 :]]
                if group.best:
                    wins = [f"{mine} > {other}" for other in earlier] + [f"{mine} >= {other}" for other in later]
                else:
                    wins = [f"{other} <= 0" for other in earlier]
                wins.append(f"{mine} > 0")
                return f"CASE WHEN {' AND '.join(wins)} THEN {value} ELSE 0 END"
        return value

    def _slot(self, position: int) -> Node:
        slot = self.programme.slots[position]
        low, high = min(slot.low, slot.otherwise), max(slot.high, slot.otherwise)
        return Field(f"s{position}", number(low, high), line=False)

    def _running(self) -> str:
        """Return the lines; with bands that run through an order, with the amounts above which each line begins."""
        rules = [rule for rule in self.line_rules if rule.within_order]
        if not rules:
            return '"rated lines"'
        window = 'OVER (PARTITION BY "row" ORDER BY "line" ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)'
        whole = 'OVER (PARTITION BY "row")'
        columns = "".join(
            f", CAST(COALESCE(SUM(GREATEST(s{r.slot}, 0)) {window}, 0) AS HUGEINT) AS before{r.position}"
            f", CAST(SUM(GREATEST(s{r.slot}, 0)) {whole} AS HUGEINT) AS total{r.position}"
            for r in rules
        )
        return f'(SELECT *{columns} FROM "rated lines")'

    def _line_exact(self, rule: Rule) -> str:
        value = self._slot(rule.slot)
        if rule.per == ITEM:
            return self._items(rule, lambda node: _sql(_exact(rule, node, self.programme)))
        if not rule.within_order:
            return _sql(_exact(rule, value, self.programme))
        before = Field(f"before{rule.position}", number(0, value.type.high * 10_000), line=False)
        total = Field(f"total{rule.position}", number(0, value.type.high * 10_000), line=False)
        return _sql(_exact(rule, value, self.programme, before=before, total=total))

    def _line_whole(self, rule: Rule) -> str:
        if rule.per == ITEM and rule.round_at == AT_ITEM:
            return self._items(rule, lambda node: rounded(_sql(_exact(rule, node, self.programme)), rule))
        return rounded(self._line_exact(rule), rule)

    def _items(self, rule: Rule, of: Callable[[Node], str]) -> str:
        """Share a line's amount between its items, dearer ones first, and add up what each gives."""
        value = self._slot(rule.slot)
        items = f"GREATEST(s{rule.quantity_slot} // {rule.quantity_one}, 0)"
        if not rule.bands:
            return f"CAST({of(value)} AS HUGEINT) * {items}"
        amount = f"GREATEST(s{rule.slot}, 0)"
        high = value.type.high
        kind = number(0, high + 1)
        each = of(Field("each item", kind, line=False)).replace('"each item"', f"({amount} // {items})")
        dearer = of(Field("each item", kind, line=False)).replace('"each item"', f"({amount} // {items} + 1)")
        some = f"({amount} % {items})"
        counted = f"CAST({dearer} AS HUGEINT) * {some} + CAST({each} AS HUGEINT) * ({items} - {some})"
        return f"CASE WHEN {items} = 0 THEN 0 ELSE {counted} END"


def _exact(
    rule: Rule, value: Node, programme: Programme, *, before: Node | None = None, total: Node | None = None
) -> Node:
    """Build a rule's exact number, scaled by 10**rule.scale, for a slot's value."""
    base = _base(rule, value, before, total)
    added = max([0, *(one.scale for one in rule.multipliers if not one.compound)])
    compound = [one for one in rule.multipliers if one.compound]
    node = base
    if added or any(not one.compound for one in rule.multipliers):
        node = _times(base, _sum_of_extras(rule.multipliers, added, programme))
    for one in compound:
        node = _times(node, _factor(one, programme))
    rest = rule.scale - rule.base_scale - added - sum(one.scale for one in compound)
    return _scaled(node, 10**rest)


def _base(rule: Rule, value: Node, before: Node | None, total: Node | None) -> Node:
    amount = _greatest(value, _whole(0))
    if not rule.bands:
        return amount
    if rule.whole:
        reached = total if total is not None else amount
        steps = sorted(rule.bands, key=lambda band: -band.above)
        conditions: list[Node] = [Compare(">", reached, _whole(band.above)) for band in steps]
        rates: list[Node] = [_whole(band.rate) for band in steps]
        low, high = min(0, *(b.rate for b in steps)), max(0, *(b.rate for b in steps))
        return _times(amount, Case(conditions, rates, _whole(0), number(low, high)))
    if before is None:
        return _up_to(rule.bands, value)
    return _minus(_up_to(rule.bands, _plus(before, amount)), _up_to(rule.bands, before))


def _up_to(bands: list[Band], end: Node) -> Node:
    """Build what marginal bands give from nothing up to `end`: one choice of band, which a data engine runs fastest."""
    conditions: list[Node] = []
    gives: list[Node] = []
    full = 0
    for position, band in enumerate(bands):
        conditions.append(Compare(">", end, _whole(band.above)))
        gives.append(_plus(_whole(full), _scaled(_minus(end, _whole(band.above)), band.rate)))
        if position + 1 < len(bands):
            full += (bands[position + 1].above - band.above) * band.rate
    most = max(0, *(give.type.high for give in gives))
    return Case(conditions[::-1], gives[::-1], _whole(0), number(0, most))


def _sum_of_extras(multipliers: list[Multiplier], added: int, programme: Programme) -> Node:
    node: Node = _whole(10**added)
    for one in multipliers:
        if not one.compound:
            node = _plus(node, _scaled(_minus(_factor(one, programme), _whole(one.one)), 10 ** (added - one.scale)))
    return node


def _factor(one: Multiplier, programme: Programme) -> Node:
    slot = programme.slots[one.slot]
    return Field(f"s{one.slot}", number(one.one, max(slot.high, one.one)), line=False)


def rounded(value: str, rule: Rule) -> str:
    """Return SQL for an exact number rounded to whole points, as the rule says; the number is not below zero."""
    divisor = rule.divisor
    if divisor == 1:
        return f"CAST({value} AS BIGINT)"
    if rule.rounding == HALF_EVEN:
        whole, rest = f"({value} // {divisor})", f"({value} % {divisor})"
        up = f"CASE WHEN 2 * {rest} > {divisor} OR (2 * {rest} = {divisor} AND {whole} % 2 = 1) THEN 1 ELSE 0 END"
        return f"CAST({whole} + {up} AS BIGINT)"
    exact = Field("exact", number(0, POINTS_MAX * divisor), line=False)
    kind = number(0, POINTS_MAX)
    node = Quotient(rule.rounding, exact, _whole(divisor), kind, factors=(1, 1))
    return f"CAST({_sql(node).replace(name('exact'), f'({value})')} AS BIGINT)"


def _whole(value: int) -> Literal:
    return Literal(value, number(value, value))


def _bounds(node: Node) -> tuple[int, int]:
    return node.type.low, node.type.high


def _plus(left: Node, right: Node) -> Node:
    (a, b), (c, d) = _bounds(left), _bounds(right)
    return Arithmetic("+", left, right, number(a + c, b + d))


def _minus(left: Node, right: Node) -> Node:
    (a, b), (c, d) = _bounds(left), _bounds(right)
    return Arithmetic("-", left, right, number(a - d, b - c))


def _times(left: Node, right: Node) -> Node:
    (a, b), (c, d) = _bounds(left), _bounds(right)
    corners = [a * c, a * d, b * c, b * d]
    return Arithmetic("*", left, right, number(min(corners), max(corners)))


def _scaled(node: Node, by: int) -> Node:
    return node if by == 1 else _times(node, _whole(by))


def _greatest(left: Node, right: Node) -> Node:
    (a, b), (c, d) = _bounds(left), _bounds(right)
    return left if a >= d else Extreme(MAX, [left, right], number(max(a, c), max(b, d)))
