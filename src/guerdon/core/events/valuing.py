"""Valuing: what came back without its purchase's name, as a purchase of its own that the base rate reads (S6).

Invariants:
* What came back is worth what its own lines say, or its amount where it has none: no discount, tender or tax is guessed at.
* What the base rate reads and a return does not say is refused, never taken for nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from guerdon.core.errors import Invalid
from guerdon.core.events import fields
from guerdon.core.events.event import Event, Line, Terms
from guerdon.core.events.fields import Money
from guerdon.core.events.policy import GOODS, VALUED
from guerdon.core.facts import PURCHASE, REFUND


def with_value(
    event: Event, record: Mapping[str, object], terms: Terms, money: Money, *, came_back: Sequence[Line], amount: int
) -> Event:
    """Return an event with what of it came back without a purchase's name, where the programme takes the base rate for that.

    `came_back` are its lines that did, and `amount` is what it states, in the record's currency.
    """
    if terms.returns.unlinked != VALUED or event.refund is not None or not (event.returned or came_back):
        return event
    if event.kind == REFUND:
        _check_stated(record, has_lines=bool(came_back))
    lines = [_line(line, terms, money) for line in came_back]
    value = sum([line.amount for line in lines]) if lines else abs(money.ours(amount, "amount"))
    goods = replace(
        event, type=GOODS, kind=PURCHASE, returned=False, amounts={**dict.fromkeys(event.amounts, 0), "amount": value},
        attributes={}, lines=tuple(lines), returned_lines=0, own=None, currency="",
    )  # fmt: skip
    return replace(event, valued=goods)


def _check_stated(record: Mapping[str, object], *, has_lines: bool) -> None:
    """Refuse a refund that does not say what came back is worth."""
    if not has_lines and fields.stated(record, "amount") is None:
        message = "amount is missing; a refund that names no purchase is taken back by its value: write amount, lines or refund_of"
        raise Invalid(message)
    lines = record.get("lines")
    for number, line in enumerate(lines if has_lines and isinstance(lines, (list, tuple)) else (), start=1):
        if fields.stated(line, "amount") is None:
            message = f"amount of line {number} is missing; a refund that names no purchase is taken back by its value: write it, or refund_of"
            raise Invalid(message)


def _line(line: Line, terms: Terms, money: Money) -> Line:
    """Return a line that came back as one that is sold."""
    said = dict(line.attributes)
    for name in terms.returns.told:
        if said.get(name) is None:
            message = f"line {line.id:.40} says no {name}, which the base rate reads; write it, or refund_of"
            raise Invalid(message)
    quantity = said.get("quantity")
    if isinstance(quantity, int):
        said["quantity"] = abs(quantity)
    amount = abs(money.ours(line.amount, "amount of a line"))
    return Line(id=line.id, amount=amount, discount=0, net=amount, points_paid=0, attributes=said)
