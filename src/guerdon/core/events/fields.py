"""The fields of a record: its money in its own currency and in the programme's, its names, its declared attributes."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Final

from guerdon.core.amounts import converted, read_money, read_number
from guerdon.core.calendar import parse_date
from guerdon.core.currencies import DECIMALS
from guerdon.core.errors import Invalid
from guerdon.core.events.event import Terms, Values
from guerdon.core.facts import BOOLEAN, DATE, MONEY, NUMBER, Attribute
from guerdon.core.values import MONEY_MAX, NUMBER_MAX, RATE_MAX


class Money:
    """Reads the money of one record: in its currency, converted once."""

    def __init__(self, terms: Terms, record: Mapping[str, object]) -> None:
        ours = terms.currency
        own = stated(record, "currency")
        self.currency: Final = str(ours if own is None else own).strip().upper()
        if self.currency not in DECIMALS:
            message = f"currency {self.currency!r:.20} is not one of ISO 4217; write a code like {ours}"
            raise Invalid(message)
        self.decimals: Final = DECIMALS[self.currency]
        self.to_decimals: Final = DECIMALS[ours]
        self.rate: Final = self._rate(terms, stated(record, "rate")) if self.currency != ours else None
        self.foreign: Final = "" if self.rate is None else self.currency

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


def present(record: Mapping[str, object], field: str) -> object:
    """Return a field that every record needs."""
    value = record.get(field)
    if value is None or value == "":
        message = f"{field} is missing; every event needs one"
        raise Invalid(message)
    return value


def stated(record: Mapping[str, object], field: str) -> object:
    """Return what a record states of an amount; blank text is nothing."""
    value = record.get(field)
    return None if isinstance(value, str) and not value.strip() else value


def named(record: Mapping[str, object], field: str, otherwise: str) -> str:
    """Return a field as text; where nothing stands, `otherwise`."""
    value = record.get(field)
    return otherwise if value is None or value == "" else str(value)


def attributes(record: Mapping[str, object], attributes: Sequence[Attribute], money: Money, where: str = "") -> Values:
    """Return the declared attributes of an event or a line."""
    return {attribute.name: _attribute(record, attribute, money, where) for attribute in attributes}


def _attribute(record: Mapping[str, object], attribute: Attribute, money: Money, where: str) -> object:
    blank_is_nothing = attribute.kind in (MONEY, NUMBER, DATE)
    value = stated(record, attribute.name) if blank_is_nothing else record.get(attribute.name)
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
