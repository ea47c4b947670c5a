"""Reversals: what a refund took back, rule by rule, and what is left of its purchase."""

from dataclasses import dataclass
from decimal import Decimal

from guerdon.core.effects import FROM_SPENT, RESTORED, REVERSED, SIGNS
from guerdon.core.events import Event
from guerdon.core.explain.wording import decimal_of, full_money
from guerdon.core.history import Answer
from guerdon.core.programme import Programme


@dataclass(frozen=True, slots=True, kw_only=True)
class Reversal:
    """What a refund changes of what a rule gave its purchase: points taken back are below zero; those that are spent `written_off`."""

    rule: str
    unit: str
    points: Decimal
    written_off: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored:
    """Points of a unit that had paid for a purchase, and came back with it."""

    unit: str
    points: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundAnswer:
    """What became of a refund: of which purchase, whether that was found and in time, what is left of it, what was taken back.

    One that names none and is taken back at the base rate is of no `purchase`, and `value` is what came back.
    """

    purchase: str
    source: str
    found: bool
    late: bool
    left: str
    reversals: tuple[Reversal, ...]
    restored: tuple[Restored, ...]
    value: str = ""


def refund_of(programme: Programme, answer: Answer) -> RefundAnswer | None:
    """Return what became of an event that is a refund and names its purchase, or is taken back without."""
    refund, left = answer.event.refund, answer.event.left
    if refund is None:
        return None if left is None else _of_goods(programme, answer, left)
    return RefundAnswer(
        purchase=refund.of,
        source=refund.source,
        found=left is not None or answer.event.late,
        late=answer.event.late,
        left="" if left is None else full_money(left.amounts["amount"], programme.currency),
        reversals=_reversals(programme, answer),
        restored=_restored(programme, answer),
    )


def _of_goods(programme: Programme, answer: Answer, goods: Event) -> RefundAnswer:
    return RefundAnswer(
        purchase="", source="", found=False, late=False, left="", reversals=_reversals(programme, answer), restored=(),
        value=full_money(goods.amounts["amount"], programme.currency),
    )  # fmt: skip


def _reversals(programme: Programme, answer: Answer) -> tuple[Reversal, ...]:
    found: list[Reversal] = []
    for rule in programme.rules:
        own = [one for one in answer.effects if one.rule == rule.position and SIGNS[one.kind] != 0]
        points = sum([SIGNS[one.kind] * one.granted for one in own])
        written_off = sum([one.desired - one.granted for one in own if one.kind == REVERSED])
        if points != 0 or written_off != 0:
            found.append(
                Reversal(
                    rule=rule.name,
                    unit=programme.units[rule.unit].name,
                    points=decimal_of(points, rule.unit_decimals),
                    written_off=decimal_of(written_off, rule.unit_decimals),
                )
            )
    return tuple(found)


def _restored(programme: Programme, answer: Answer) -> tuple[Restored, ...]:
    found: list[Restored] = []
    back = [one for one in answer.effects if one.kind == RESTORED and one.band == FROM_SPENT]
    for position, unit in enumerate(programme.units):
        points = sum([one.granted for one in back if one.unit == position])
        if points != 0:
            found.append(Restored(unit=unit.name, points=decimal_of(points, unit.decimals)))
    return tuple(found)
