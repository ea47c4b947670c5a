"""What an explanation holds: values that add up, from the whole to its parts.

Invariants:
* Points and amounts are exact Decimals; a rule's parts add up to its points, its rules to an event's, the events to the sums.
* `exact` is what a part was before rounding, `desired` what the rounding made of it, `granted` what limits left.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Final

from guerdon.core.calendar import MONTH, month_name
from guerdon.core.earning import AT_ORDER
from guerdon.core.errors import invariant
from guerdon.core.events import Event
from guerdon.core.explain.adjustments import AdjustmentAnswer, adjustment_of
from guerdon.core.explain.closings import closing_of
from guerdon.core.explain.fulfilments import tells_of
from guerdon.core.explain.levels import AccountOutlook, LevelHeld, LevelMove, account_outlooks, held_of, moves_of
from guerdon.core.explain.parts import Part, Rounding, Row, parts_of, roundings_of, rows_of
from guerdon.core.explain.redemptions import RedemptionAnswer, redemptions_of
from guerdon.core.explain.refusals import because, outdone_by
from guerdon.core.explain.reversals import RefundAnswer, refund_of
from guerdon.core.explain.transfers import TransferAnswer, transfer_of
from guerdon.core.explain.wording import ROUNDED, clock, decimal_of, full_money, iso_time, one_line
from guerdon.core.history import Answer
from guerdon.core.programme import Programme, Unit
from guerdon.core.reasons import why_nothing

TOTAL: Final = "total"
"""The `month` of a sum over all months, as in a statement."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleAnswer:
    """What one rule answered to one event: its points and their parts, or why there are none.

    `reason` is empty when all was granted, else `limit`, `outdone`, `returned`, `type`, `window`, `when` or `nothing`.
    `amount` is what the bands read, a sum of `money` or not.
    """

    rule: str
    title: str
    campaign: str
    unit: str
    text: str
    points: Decimal
    exact: Decimal
    desired: Decimal
    reason: str
    because: str
    amount: Decimal | None
    money: bool
    whole: bool
    parts: tuple[Part, ...]
    roundings: tuple[Rounding, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class EventAnswer:
    """What one event was answered, rule by rule; `when` is its local time as people write it."""

    id: str
    type: str
    member: str
    account: str
    at: str
    when: str
    month: str
    amount: str
    eligible: str
    lines: int
    returned: bool
    returned_lines: int
    points: tuple["Points", ...]
    roundings: tuple[Rounding, ...]
    rules: tuple[RuleAnswer, ...]
    refund: RefundAnswer | None = None
    levels: tuple[LevelHeld, ...] = ()
    moves: tuple[LevelMove, ...] = ()
    version: str = ""
    redemptions: tuple[RedemptionAnswer, ...] = ()
    adjustment: AdjustmentAnswer | None = None
    tells_of: str = ""
    transfer: TransferAnswer | None = None
    closing: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Points:
    """Points of one unit."""

    unit: str
    points: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Sum:
    """The points of a member in a month, or in `total`: a row of the statement."""

    member: str
    month: str
    unit: str
    points: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """Every point of some events accounted for, their sums by member, month and unit, and where their accounts stand."""

    programme: str
    version: str
    zone: str
    currency: str
    events: tuple[EventAnswer, ...]
    sums: tuple[Sum, ...]
    outlooks: tuple[AccountOutlook, ...] = ()


def explain(programme: Programme, answers: Sequence[Answer], *, at: int | None = None) -> Explanation:
    """Account for every point of the answers; the sums are over these answers alone.

    Where accounts stand is told as of the instant `at`, or of their last events.
    """
    return Explanation(
        programme=programme.name,
        version=programme.version,
        zone=programme.zone.name,
        currency=programme.currency,
        events=tuple([_event(programme, answer) for answer in answers]),
        sums=_sums(programme, answers),
        outlooks=account_outlooks(programme, answers, at),
    )


def _event(programme: Programme, answer: Answer) -> EventAnswer:
    """Account for an event; no rule answers a refund: what its purchase earned is compared with what it earns now."""
    event = answer.event
    none = full_money(0, programme.currency)
    told = EventAnswer(
        id=event.id,
        type=event.type,
        member=event.member,
        account=event.account,
        at=iso_time(programme.zone, event.at),
        when=clock(programme.zone, event.at, timed=event.timed),
        month=month_of(programme, answer),
        amount=none,
        eligible=none,
        lines=0,
        returned=True,
        returned_lines=event.returned_lines,
        points=tuple([
            Points(unit=one.name, points=_whole(answer.points(i), one)) for i, one in enumerate(programme.units)
        ]),
        roundings=(),
        rules=(),
        refund=refund_of(programme, answer),
        moves=moves_of(programme, answer),
        version=_version(programme, event.left or event),
    )
    return told if event.left is not None else _answered(programme, answer, told)


def _answered(programme: Programme, answer: Answer, told: EventAnswer) -> EventAnswer:
    """Say what every rule answered to an event, and at which level it was rated."""
    event = answer.event
    rows = rows_of(programme, answer)
    version = programme.version_at(event.at)
    asked = [rule.position for rule in programme.rules if rule.version == version and not rule.at_base]
    rules = tuple([_rule(programme, answer, position, rows) for position in asked])
    _check_points(programme, told.points, rules)
    return replace(
        told,
        amount=full_money(event.amounts["amount"], programme.currency),
        eligible=full_money(0 if event.returned else eligible_of(answer), programme.currency),
        lines=len(event.lines),
        returned=event.returned,
        roundings=_order_roundings(programme, rows),
        rules=rules,
        levels=held_of(programme, answer),
        redemptions=redemptions_of(programme, answer),
        adjustment=adjustment_of(programme, event),
        tells_of=tells_of(answer),
        transfer=transfer_of(programme, event),
        closing=closing_of(programme, event),
    )


def _version(programme: Programme, event: Event) -> str:
    """Return the version that rates an event, where there are several."""
    return programme.versions[programme.version_at(event.at)] if len(programme.versions) > 1 else ""


def _rule(programme: Programme, answer: Answer, position: int, rows: list[Row]) -> RuleAnswer:
    rule = programme.rules[position]
    mine = [row for row in rows if row.rule.position == position]
    parts, amount, money = parts_of(programme, answer, rule, mine)
    reason = why_nothing(programme, answer, position)
    if reason == "outdone":
        words = outdone_by(programme, answer, position)
    else:
        words = "" if mine else because(programme, answer, rule, reason)
    return RuleAnswer(
        rule=rule.name,
        title=rule.title,
        campaign=rule.campaign,
        unit=programme.units[rule.unit].name,
        text=one_line(rule.text),
        points=decimal_of(sum([row.granted for row in mine]), rule.unit_decimals),
        exact=decimal_of(sum([row.exact for row in mine]), rule.scale),
        desired=decimal_of(sum([row.desired for row in mine]), rule.unit_decimals),
        reason=reason,
        because=words,
        amount=amount,
        money=money,
        whole=rule.whole,
        parts=parts,
        roundings=roundings_of(rule, mine),
    )


def eligible_of(answer: Answer) -> int:
    """Return what of an event's amount earns unless a rule says otherwise, in minor units."""
    eligible = answer.values["eligible"]
    invariant(isinstance(eligible, int), "what is eligible is a whole number of minor units")
    return eligible if isinstance(eligible, int) else 0


def _check_points(programme: Programme, points: Sequence[Points], rules: Sequence[RuleAnswer]) -> None:
    for one, unit in zip(points, programme.units, strict=True):
        said = [rule.points for rule in rules if rule.unit == unit.name]
        invariant(sum(said) == one.points, "what the rules say adds up to the event's points")


def _order_roundings(programme: Programme, rows: list[Row]) -> tuple[Rounding, ...]:
    """Return how the rules of a unit were rounded together, where that changed anything."""
    found: list[Rounding] = []
    for number, unit in enumerate(programme.units):
        together = [rule for rule in programme.rules if rule.unit == number and rule.round_at == AT_ORDER]
        positions = [rule.position for rule in together]
        mine = [row for row in rows if row.rule.position in positions and not row.outdone]
        if unit.rounded_per_order and mine:
            exact = decimal_of(sum([row.exact for row in mine]), together[0].scale)
            desired = _whole(sum([row.desired for row in mine]), unit)
            if exact != desired:
                how = ROUNDED[together[0].rounding]
                found.append(Rounding(line="", items=1, unit=unit.name, exact=exact, desired=desired, how=how))
    return tuple(found)


def _sums(programme: Programme, answers: Sequence[Answer]) -> tuple[Sum, ...]:
    """Return a row a member, month and unit, and one a member and unit for the total, as a statement has them."""
    points: dict[tuple[str, str], list[int]] = {}
    for answer in answers:
        for month in (month_of(programme, answer), TOTAL):
            row = points.setdefault((answer.event.member, month), [0 for _ in programme.units])
            for unit in range(len(row)):
                row[unit] += answer.points(unit)
    return tuple([
        Sum(member=member, month=month, unit=unit.name, points=_whole(points[member, month][number], unit))
        for member, month in sorted(points)
        for number, unit in enumerate(programme.units)
    ])


def month_of(programme: Programme, answer: Answer) -> str:
    """Return the month in which an answer's points count, like 2017-10."""
    return month_name(int(programme.zone.period_of(MONTH, answer.event.at)))


def _whole(points: int, unit: Unit) -> Decimal:
    return decimal_of(points, unit.decimals)
