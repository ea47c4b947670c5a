"""Events as values: one thing that happened, read from a record and made ready for expressions.

A record is what callers hand in: a mapping with the canonical columns `id, source, type, member, account, at, amount,
currency, rate, lines, discount, points_paid, stored_value_paid, tax, shipping` and the declared attributes.

Invariants:
* The lines' shares of an order's discount and points add up to them exactly (S10).
* Negative lines are returns: they are kept apart and never enter a sum (S6).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Final

from guerdon.core.amounts import converted, read_money, read_number, read_time
from guerdon.core.calendar import HOUR_US, Zone, civil, parse_date, weekday
from guerdon.core.currencies import DECIMALS
from guerdon.core.errors import Invalid
from guerdon.core.facts import BOOLEAN, DATE, MONEY, NUMBER, ORDER_AMOUNTS, PURCHASE, REFUND, Attribute, EventType
from guerdon.core.slots import Eligible
from guerdon.core.values import MONEY_MAX, NUMBER_MAX, RATE_MAX, split

Values = dict[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of a basket, in minor units: `amount` after its own discount, `net` after its share of the order's too."""

    id: str
    amount: int
    discount: int
    net: int
    points_paid: int
    attributes: Values


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One thing that happened; `at` is in microseconds UTC, money in minor units of the programme's currency."""

    id: str
    source: str
    type: str
    kind: int
    member: str
    account: str
    at: int
    timed: bool
    returned: bool
    amounts: dict[str, int]
    attributes: Values
    lines: tuple[Line, ...]
    returned_lines: int = 0


class Terms:
    """What reading an event needs to know of a programme."""

    def __init__(
        self, *, currency: str, rates: dict[str, str], zone: Zone, event_types: dict[str, EventType], eligible: Eligible
    ) -> None:
        self.currency: Final = currency
        self.rates: Final = rates
        self.zone: Final = zone
        self.event_types: Final = event_types
        self.eligible: Final = eligible


def read_event(terms: Terms, record: Mapping[str, object], *, default_id: str) -> Event:
    """Return the event that `record` states; Invalid says which field is wrong and what to write."""
    event_type = _type(terms, record)
    member = str(_present(record, "member"))
    at, timed = read_time(_present(record, "at"), terms.zone, "at")
    money = _Money(terms, record)
    sales, gone = _lines(record, event_type, money)
    own = _order_amounts(record, money, sales, gone, needed=event_type.kind == PURCHASE)
    returned = event_type.kind == REFUND or (not sales and (bool(gone) or own["amount"] < 0))
    lines = [] if returned else [_line_in_ours(line, money) for line in sales]
    amounts = dict.fromkeys(own, 0) if returned else _in_ours(_checked(own, record), lines, money)
    return Event(
        id=_named(record, "id", default_id),
        source=_named(record, "source", ""),
        type=event_type.name,
        kind=event_type.kind,
        member=member,
        account=_named(record, "account", member),
        at=at,
        timed=timed,
        returned=returned,
        amounts=amounts,
        attributes=_attributes(record, event_type.attributes, money),
        lines=_shared(lines, amounts),
        returned_lines=len(gone),
    )


def values_of(event: Event, terms: Terms) -> Values:
    """Return what expressions may read of an event; "lines" holds the same for each line."""
    amounts = event.amounts
    day = terms.zone.day_of(event.at)
    year, month, of_month = civil(day)
    values: Values = {
        "type": event.type,
        **amounts,
        "net": amounts["amount"],
        "gross": amounts["amount"] + amounts["discount"] + sum(line.discount for line in event.lines),
        "hour": (event.at + terms.zone.offset_at(event.at)) // HOUR_US % 24 if event.timed else None,
        "weekday": weekday(day),
        "day": of_month,
        "month": month,
        "year": year,
        **event.attributes,
    }
    values["lines"] = [_line_values(line) for line in event.lines]
    terms.eligible.fill(values)
    return values


def in_order(events: Sequence[Event]) -> list[Event]:
    """Return events account by account, each in the order of S3: instant, kind, source, id."""
    return sorted(events, key=lambda event: (event.account, event.at, event.kind, event.source, event.id))


def without_repeats(events: Sequence[Event]) -> list[Event]:
    """Return each event once; the same id with other content is Invalid."""
    seen: dict[tuple[str, str], Event] = {}
    for event in events:
        before = seen.setdefault((event.source, event.id), event)
        if before != event:
            message = f"the event {event.id} came before with other content; give each event an id of its own"
            raise Invalid(message)
    return list(seen.values())


class _Money:
    """Reads the money of one record: in its currency, converted once."""

    def __init__(self, terms: Terms, record: Mapping[str, object]) -> None:
        ours = terms.currency
        self.currency: Final = str(_stated(record, "currency") or ours).strip().upper()
        if self.currency not in DECIMALS:
            message = f"currency {self.currency!r:.20} is not one of ISO 4217; write a code like {ours}"
            raise Invalid(message)
        self.decimals: Final = DECIMALS[self.currency]
        self.to_decimals: Final = DECIMALS[ours]
        self.rate: Final = self._rate(terms, _stated(record, "rate")) if self.currency != ours else None

    def _rate(self, terms: Terms, stated: object) -> Fraction:
        text = str(stated) if stated is not None else terms.rates.get(self.currency)
        if text is None:
            message = (
                f"currency {self.currency} has no rate to {terms.currency}; give the event a rate, or the programme"
            )
            raise Invalid(message)
        scaled = read_number(text, 12, "rate")
        rate = Fraction(scaled, 10**12)
        if scaled <= 0 or (stated is not None and scaled > RATE_MAX):
            wrong = "is not above zero" if scaled <= 0 else "is too large"
            message = f"rate {text} {wrong}; write how many {terms.currency} one {self.currency} is worth"
            raise Invalid(message)
        return rate

    def own(self, value: object, field: str) -> int:
        """Return an amount in minor units of the record's currency."""
        return read_money(value, self.decimals, field)

    def ours(self, amount: int, field: str) -> int:
        """Return an amount of the record's currency in the programme's."""
        if self.rate is None:
            return amount
        ours = converted(amount, self.rate, self.decimals, self.to_decimals)
        if abs(ours) > MONEY_MAX:
            shown = f"{Decimal(amount).scaleb(-self.decimals):f} {self.currency}"
            message = f"{field} {shown} comes to more than {MONEY_MAX:,} minor units, the most an amount may be"
            raise Invalid(message)
        return ours

    def read(self, value: object, field: str) -> int:
        """Return what a record states, in the programme's currency."""
        return self.ours(self.own(value, field), field)


def _type(terms: Terms, record: Mapping[str, object]) -> EventType:
    name = str(record.get("type") or "purchase")
    if name not in terms.event_types:
        message = f"type {name!r:.40} is not declared; the programme knows {', '.join(sorted(terms.event_types))}"
        raise Invalid(message)
    return terms.event_types[name]


def _present(record: Mapping[str, object], field: str) -> object:
    value = record.get(field)
    if value is None or value == "":
        message = f"{field} is missing; every event needs one"
        raise Invalid(message)
    return value


def _stated(record: Mapping[str, object], field: str) -> object:
    """Return what a record states of an amount; blank text is nothing."""
    value = record.get(field)
    return None if isinstance(value, str) and not value.strip() else value


def _named(record: Mapping[str, object], field: str, otherwise: str) -> str:
    value = record.get(field)
    return otherwise if value is None or value == "" else str(value)


def _lines(record: Mapping[str, object], event_type: EventType, money: _Money) -> tuple[list[Line], list[Line]]:
    """Return the lines that are sales, and those that are returns, in the record's currency."""
    stated = record.get("lines") or ()
    if not isinstance(stated, (list, tuple)):
        message = "lines is not a list; write one mapping a line, each with an amount"
        raise Invalid(message)
    lines: list[Line] = []
    for number, line in enumerate(stated, start=1):
        if not isinstance(line, Mapping):
            message = f"line {number} is not a mapping; write it like {{amount: 3.20}}"
            raise Invalid(message)
        lines.append(_line(line, number, event_type, money))
    sales = [line for line in lines if not _is_return(line)]
    return sales, [line for line in lines if _is_return(line)]


def _line(record: Mapping[str, object], number: int, event_type: EventType, money: _Money) -> Line:
    where = f" of line {number}"
    stated = _stated(record, "amount")
    if stated is None:
        message = f"amount{where} is missing; every line has one"
        raise Invalid(message)
    amount = money.own(stated, "amount" + where)
    discount = money.own(_stated(record, "discount") or 0, "discount" + where)
    return Line(
        id=_named(record, "id", str(number)),
        amount=amount,
        discount=_not_negative(discount, "discount" + where),
        net=amount,
        points_paid=0,
        attributes=_attributes(record, event_type.line_attributes, money, where=where),
    )


def _is_return(line: Line) -> bool:
    quantity = line.attributes.get("quantity")
    return line.amount < 0 or (isinstance(quantity, int) and quantity < 0)


def _order_amounts(
    record: Mapping[str, object], money: _Money, sales: list[Line], gone: list[Line], *, needed: bool
) -> dict[str, int]:
    """Return the amounts of an order in the record's currency; an amount beside lines is their sum less the discount.

    Whoever states it may count returned lines in or leave them out.
    """
    own = {name: money.own(_stated(record, name) or 0, name) for name in ORDER_AMOUNTS}
    stated = _stated(record, "amount")
    amount = None if stated is None else money.own(stated, "amount")
    if sales or gone:
        sold = _sum_of(sales) - own["discount"]
        if amount not in (None, sold, sold + _sum_of(gone)):
            message = f"amount {stated} is not the sum of the lines less the discount; correct one of them"
            raise Invalid(message)
        amount = sold
    elif amount is None and needed:
        _present(record, "amount")
    own["amount"] = amount or 0
    return own


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


def _in_ours(own: dict[str, int], lines: list[Line], money: _Money) -> dict[str, int]:
    """Return the amounts of a sale in the programme's currency; rounded apart, no discount exceeds its lines."""
    ours = {name: money.ours(amount, name) for name, amount in own.items()}
    if lines:
        worth = _sum_of(lines)
        ours["discount"] = min(ours["discount"], worth)
        ours["amount"] = worth - ours["discount"]
    return ours


def _line_in_ours(line: Line, money: _Money) -> Line:
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


def _shared(lines: Sequence[Line], amounts: dict[str, int]) -> tuple[Line, ...]:
    """Spread the order's discount and points over the lines by value, largest remainder (S10)."""
    discounts = split(amounts["discount"], [line.amount for line in lines])
    nets = [line.amount - discount for line, discount in zip(lines, discounts, strict=True)]
    points = split(amounts["points_paid"], nets)
    return tuple(
        Line(
            id=line.id,
            amount=line.amount,
            discount=line.discount,
            net=nets[i],
            points_paid=points[i],
            attributes=line.attributes,
        )
        for i, line in enumerate(lines)
    )


def _line_values(line: Line) -> Values:
    return {
        "id": line.id,
        "amount": line.amount,
        "discount": line.discount,
        "gross": line.amount + line.discount,
        "net": line.net,
        "points_paid": line.points_paid,
        **line.attributes,
    }


def _attributes(
    record: Mapping[str, object], attributes: Sequence[Attribute], money: _Money, where: str = ""
) -> Values:
    return {attribute.name: _attribute(record, attribute, money, where) for attribute in attributes}


def _attribute(record: Mapping[str, object], attribute: Attribute, money: _Money, where: str) -> object:
    blank_is_nothing = attribute.kind in (MONEY, NUMBER, DATE)
    value = _stated(record, attribute.name) if blank_is_nothing else record.get(attribute.name)
    if value is None or value == "":
        if attribute.default is None and not attribute.optional:
            message = f"{attribute.name}{where} is missing; it has no default and is not optional"
            raise Invalid(message)
        return attribute.default
    field = attribute.name + where
    if attribute.kind == MONEY:
        return money.read(value, field)
    if attribute.kind == NUMBER:
        return _in_bounds(read_number(value, attribute.decimals, field), value, field)
    if attribute.kind == DATE:
        return parse_date(str(value).strip())
    if attribute.kind == BOOLEAN:
        return _boolean(value, field)
    return str(value)


def _in_bounds(number: int, value: object, field: str) -> int:
    if abs(number) > NUMBER_MAX:
        message = f"{field} {value!r:.40} is beyond what a number may be; write it smaller or with fewer decimals"
        raise Invalid(message)
    return number


def _boolean(value: object, field: str) -> bool:
    text = str(value).strip().lower()
    if text not in ("true", "false"):
        message = f"{field} is {text!r:.20}, not true or false"
        raise Invalid(message)
    return text == "true"
