"""Records as events: what a record states, checked and made exact.

Invariants:
* The lines' shares of an order's discount and points add up to them exactly (S10).
* Negative lines are returns: they are kept apart and never enter a sum (S6).
"""

from collections.abc import Mapping, Sequence
from typing import Final

from guerdon.core.amounts import read_time
from guerdon.core.errors import Invalid
from guerdon.core.events import fields
from guerdon.core.events.event import Event, Line, Refund, ReturnedLine, ReturnedProduct, Terms
from guerdon.core.events.fields import Money
from guerdon.core.events.granted import read_granted
from guerdon.core.events.policy import MATCHED
from guerdon.core.events.valuing import with_value
from guerdon.core.facts import ORDER_AMOUNTS, PURCHASE, REFUND, EventType
from guerdon.core.values import MONEY_MAX, split

_SHOWN: Final = 40


def read_event(terms: Terms, record: Mapping[str, object], *, default_id: str, recorded_at: int | None = None) -> Event:
    """Return the event that `record` states; Invalid says which field is wrong and what to write.

    `recorded_at`, in microseconds UTC, is when it was recorded, where whoever asks knows that and the record does not say it.
    """
    event_type = _type(terms, record)
    member = str(fields.present(record, "member"))
    at, timed = read_time(fields.present(record, "at"), terms.zone, "at")
    if recorded_at is None:
        recorded_at = _recorded_at(record, terms)
    counts_at = at if recorded_at is None else terms.lateness.counts_at(at, recorded_at)
    money = Money(terms, record)
    sales, gone = _lines(record, event_type, money)
    own = _order_amounts(record, money, sales, gone, needed=event_type.kind == PURCHASE)
    returned = event_type.kind == REFUND or (not sales and (bool(gone) or own["amount"] < 0))
    lines = [] if returned else [_line_in_ours(line, money) for line in sales]
    amounts = dict.fromkeys(own, 0) if returned else _in_ours(_checked(own, record), lines, money)
    event = Event(
        id=fields.named(record, "id", default_id),
        source=fields.named(record, "source", ""),
        type=event_type.name,
        kind=event_type.kind,
        member=member,
        account=fields.named(record, "account", member),
        at=counts_at,
        timed=timed or counts_at != at,
        returned=returned,
        amounts=amounts,
        attributes=fields.attributes(record, event_type.attributes, money),
        lines=_shared(lines, amounts, None if money.rate is None else _nets(sales, own["discount"])),
        returned_lines=len(gone),
        refund=_refund(record, event_type, money, [*sales, *gone]),
        unnamed=_unnamed(record, terms, event_type, money, gone=gone, sales=sales),
        recorded_at=recorded_at,
        granted=read_granted(record.get("granted")),
        before_joining=record.get("before_joining") is True,
        own=None if money.rate is None else own["amount"],
        currency=money.foreign,
    )
    came_back = [*sales, *gone] if event_type.kind == REFUND else gone
    return with_value(event, record, terms, money, came_back=came_back, amount=own["amount"])


def _recorded_at(record: Mapping[str, object], terms: Terms) -> int | None:
    stated = fields.stated(record, "recorded_at")
    return None if stated is None else read_time(stated, terms.zone, "recorded_at")[0]


def _unnamed(
    record: Mapping[str, object],
    terms: Terms,
    event_type: EventType,
    money: Money,
    *,
    gone: list[Line],
    sales: list[Line],
) -> tuple[ReturnedProduct, ...]:
    """Return what came back without the name of its purchase, by product, where the programme looks for that."""
    if terms.returns.unlinked != MATCHED or fields.named(record, "refund_of", ""):
        return ()
    return tuple(
        ReturnedProduct(
            product=str(line.attributes[terms.returns.product]),
            quantity=abs(quantity) if isinstance(quantity := line.attributes.get("quantity"), int) else 0,
            amount=abs(money.ours(line.amount, "amount of a line")),
        )
        for line in (*sales, *gone)
        if (event_type.kind == REFUND or _is_return(line)) and line.attributes.get(terms.returns.product) is not None
    )


def _type(terms: Terms, record: Mapping[str, object]) -> EventType:
    name = str(record.get("type") or "purchase")
    if name not in terms.event_types:
        message = f"type {name!r:.40} is not declared; the programme knows {', '.join(sorted(terms.event_types))}"
        raise Invalid(message)
    return terms.event_types[name]


def _lines(record: Mapping[str, object], event_type: EventType, money: Money) -> tuple[list[Line], list[Line]]:
    """Return the lines that are sales, and those that are returns, in the record's currency."""
    stated = record.get("lines")
    if stated is None:
        return [], []
    if not isinstance(stated, (list, tuple)):
        message = "lines is not a list; write one mapping a line, each with an amount"
        raise Invalid(message)
    lines: list[Line] = []
    named: dict[str, Line] = {}
    for number, line in enumerate(stated, start=1):
        if not isinstance(line, Mapping):
            message = f"line {number} is not a mapping; write it like {{amount: 3.20}}"
            raise Invalid(message)
        read = _line(line, number, event_type, money, otherwise=str(len(lines) + 1))
        if not _is_again(read, fields.named(line, "id", ""), named):
            lines.append(read)
    sales = [line for line in lines if not _is_return(line)]
    return sales, [line for line in lines if _is_return(line)]


def _is_again(line: Line, identity: str, named: dict[str, Line]) -> bool:
    """Say whether a line came before by its id; Invalid when it said something else then."""
    former = named.setdefault(identity, line) if identity else line
    if former != line:
        message = f"line id {identity[:_SHOWN]!r} came before with other content; give each line an id of its own"
        raise Invalid(message)
    return former is not line


def _line(record: Mapping[str, object], number: int, event_type: EventType, money: Money, *, otherwise: str) -> Line:
    where = f" of line {number}"
    stated = fields.stated(record, "amount")
    if stated is None and event_type.kind != REFUND:
        message = f"amount{where} is missing; every line has one"
        raise Invalid(message)
    amount = 0 if stated is None else money.own(stated, "amount" + where)
    discount = _own_or_nothing(record, money, "discount", where)
    return Line(
        id=fields.named(record, "id", otherwise),
        amount=amount,
        discount=_not_negative(discount, "discount" + where),
        net=amount,
        points_paid=0,
        attributes=fields.attributes(record, event_type.line_attributes, money, where=where),
    )


def _is_return(line: Line) -> bool:
    quantity = line.attributes.get("quantity")
    return line.amount < 0 or (isinstance(quantity, int) and quantity < 0)


def _order_amounts(
    record: Mapping[str, object], money: Money, sales: list[Line], gone: list[Line], *, needed: bool
) -> dict[str, int]:
    """Return the amounts of an order in the record's currency; an amount beside lines is their sum less the discount.

    Whoever states it may count returned lines in or leave them out.
    """
    own = {name: _own_or_nothing(record, money, name) for name in ORDER_AMOUNTS}
    stated = fields.stated(record, "amount")
    amount = None if stated is None else money.own(stated, "amount")
    if sales or gone:
        sold = _sum_of(sales) - own["discount"]
        if amount not in (None, sold, sold + _sum_of(gone)):
            message = f"amount {stated} is not the sum of the lines less the discount; correct one of them"
            raise Invalid(message)
        amount = sold
    elif amount is None and needed:
        fields.present(record, "amount")
    own["amount"] = amount or 0
    return own


def _own_or_nothing(record: Mapping[str, object], money: Money, name: str, where: str = "") -> int:
    stated = fields.stated(record, name)
    return money.own(stated, name + where) if stated else 0


def _sum_of(lines: list[Line]) -> int:
    total = sum(line.amount for line in lines)
    if abs(total) > MONEY_MAX:
        message = f"the lines add up to more than {MONEY_MAX:,} minor units, the most an amount may be"
        raise Invalid(message)
    return total


def _checked(own: dict[str, int], record: Mapping[str, object]) -> dict[str, int]:
    """Return the amounts of a sale; Invalid when they cannot all be so."""
    for name in ORDER_AMOUNTS:
        _not_negative(own[name], name)
    if own["amount"] < 0:
        message = f"discount {record.get('discount')} is more than the lines are worth; correct one of them"
        raise Invalid(message)
    if own["points_paid"] > own["amount"]:
        message = f"points_paid {record.get('points_paid')} is more than the amount; correct one of them"
        raise Invalid(message)
    return own


def _in_ours(own: dict[str, int], lines: list[Line], money: Money) -> dict[str, int]:
    """Return the amounts of a sale in the programme's currency; rounded apart, no discount exceeds its lines."""
    ours = {name: money.ours(amount, name) for name, amount in own.items()}
    if lines:
        worth = _sum_of(lines)
        ours["discount"] = min(ours["discount"], worth)
        ours["amount"] = worth - ours["discount"]
    return ours


def _line_in_ours(line: Line, money: Money) -> Line:
    amount = money.ours(line.amount, "amount of a line")
    return Line(
        id=line.id,
        amount=amount,
        discount=money.ours(line.discount, "discount of a line"),
        net=amount,
        points_paid=0,
        attributes=line.attributes,
    )


def _not_negative(amount: int, field: str) -> int:
    if amount < 0:
        message = f"{field} is below zero; write it as it is, at least 0"
        raise Invalid(message)
    return amount


def _nets(lines: Sequence[Line], discount: int) -> list[int]:
    """Return what is left of lines after their shares of the order's discount, by value, largest remainder."""
    discounts = split(discount, [line.amount for line in lines])
    return [line.amount - share for line, share in zip(lines, discounts, strict=True)]


def _shared(lines: Sequence[Line], amounts: dict[str, int], own: Sequence[int] | None) -> tuple[Line, ...]:
    """Spread the order's discount and points over the lines by value, largest remainder (S10).

    `own` are what lines come to in the currency that was paid, where it is another.
    """
    if not lines:
        return ()
    nets = _nets(lines, amounts["discount"])
    points = split(amounts["points_paid"], nets)
    return tuple(
        Line(
            id=line.id,
            amount=line.amount,
            discount=line.discount,
            net=nets[i],
            points_paid=points[i],
            attributes=line.attributes,
            own=None if own is None else own[i],
        )
        for i, line in enumerate(lines)
    )


def _refund(record: Mapping[str, object], event_type: EventType, money: Money, lines: Sequence[Line]) -> Refund | None:
    """Return what a refund asks for of which purchase, if it names one; amounts may have either sign."""
    purchase = fields.named(record, "refund_of", "")
    if not purchase:
        return None
    if event_type.kind != REFUND:
        message = f"refund_of {purchase[:_SHOWN]!r} stands at a {event_type.name}; write type: refund, or leave it out"
        raise Invalid(message)
    stated = fields.stated(record, "amount")
    own = None if stated is None or lines else abs(money.own(stated, "amount"))
    asked = None if own is None else money.ours(own, "amount")
    source = fields.named(record, "refund_source", fields.named(record, "source", ""))
    returned = _returned_lines(record, money, event_type)
    return Refund(of=purchase, source=source, amount=asked, lines=returned, own=own, currency=money.foreign)


def _returned_lines(record: Mapping[str, object], money: Money, event_type: EventType) -> tuple[ReturnedLine, ...]:
    """Return the lines that a refund names, each once; Invalid when they both give and take."""
    named: dict[str, ReturnedLine] = {}
    signs: set[bool] = set()
    stated = record.get("lines")
    for number, line in enumerate(stated if isinstance(stated, (list, tuple)) else (), start=1):
        identity = fields.named(line, "id", "")
        if not identity:
            message = f"id of line {number} is missing; a refund names the lines that came back"
            raise Invalid(message)
        own = _line(line, number, event_type, money, otherwise=identity)
        if own.amount:
            signs.add(own.amount < 0)
        named[identity] = _returned_line(identity, own, money, given=fields.stated(line, "amount") is not None)
    if len(signs) > 1:
        message = "the lines' amounts have both signs; write an exchange as a refund and a purchase"
        raise Invalid(message)
    return tuple(named.values())


def _returned_line(identity: str, own: Line, money: Money, *, given: bool) -> ReturnedLine:
    quantity = own.attributes.get("quantity")
    return ReturnedLine(
        id=identity,
        quantity=abs(quantity) if isinstance(quantity, int) else None,
        amount=abs(money.ours(own.amount, "amount of a line")) if given else None,
        own=abs(own.amount) if given else None,
    )
