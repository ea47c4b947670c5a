"""Customers and what they bought, as plain classes.

Invariants:
* An amount is exact: text, a whole number or a Decimal, never a float.
* What was given wrongly is told when the object is made, by the name of its field.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

from guerdon.core.amounts import read_number, read_time
from guerdon.core.calendar import Zone
from guerdon.core.errors import Invalid

_UTC: Final = Zone("UTC", [], [0])
_DECIMALS: Final = 12
_DATE: Final = len("2026-01-05")


@dataclass(frozen=True, slots=True)
class Customer:
    """Somebody who buys; the `id` is what a statement calls them."""

    id: str | int
    name: str = ""

    def __post_init__(self) -> None:
        _check_id(self.id, "customer")


@dataclass(frozen=True, slots=True, init=False)
class Line:
    """One line of a purchase: what it cost after its own discount, and what the programme declares of lines by name."""

    amount: Decimal
    attributes: dict[str, object] = field(hash=False)

    def __init__(self, amount: str | int | Decimal, **attributes: object) -> None:
        object.__setattr__(self, "amount", _exact(amount, "the amount of a line"))
        object.__setattr__(self, "attributes", attributes)

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - an attribute holds what it was given
        """Return an attribute by its name."""
        return _attribute(self, name)

    def record(self) -> dict[str, object]:
        """Return the line as the engine reads it."""
        return {**self.attributes, "amount": self.amount}


@dataclass(frozen=True, slots=True, init=False)
class Transaction:
    """One purchase of a customer: when, for how much, its lines if they are known, and what the programme declares by name.

    The canonical columns of a file of events may be given by name too: `discount=`, `currency=`, `account=`, `type=` and
    so on. A time without an offset, or a date alone, is in the programme's zone.
    """

    id: str
    customer: Customer
    at: date
    amount: Decimal
    lines: tuple[Line, ...]
    attributes: dict[str, object] = field(hash=False)

    def __init__(
        self,
        id: str | int,  # noqa: A002 - the noun that files of events use
        customer: Customer | str | int,
        at: date | str,
        amount: str | int | Decimal,
        lines: Iterable[Line] = (),
        **attributes: object,
    ) -> None:
        which = f"of transaction {id!s:.40}"
        parts = {
            "id": str(_check_id(id, "transaction")),
            "customer": customer if isinstance(customer, Customer) else Customer(customer),
            "at": _moment(at, f"at {which}"),
            "amount": _exact(amount, f"amount {which}"),
            "lines": _lines(lines, which),
            "attributes": attributes,
        }
        for name, value in parts.items():
            object.__setattr__(self, name, value)

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - an attribute holds what it was given
        """Return an attribute by its name."""
        return _attribute(self, name)

    def record(self) -> dict[str, object]:
        """Return the transaction as the engine reads it."""
        own = {"id": self.id, "member": self.customer.id, "at": self.at, "amount": self.amount}
        return {**self.attributes, **own, "lines": [line.record() for line in self.lines]}


def _attribute(owner: Line | Transaction, name: str) -> object:
    if name.startswith("_") or name == "attributes" or name not in owner.attributes:
        message = f"a {type(owner).__name__.lower()} has no {name}; give it by name when you make one"
        raise AttributeError(message)
    return owner.attributes[name]


def _check_id(stated: object, whose: str) -> object:
    if isinstance(stated, bool) or not isinstance(stated, (str, int)) or stated == "":
        message = f"the id of a {whose} is {stated!r:.40}; give text or a whole number"
        raise Invalid(message)
    return stated


def _exact(amount: object, which: str) -> Decimal:
    """Return an amount as it was written; whether its currency has that many decimals is asked when it is rated."""
    if isinstance(amount, float):
        message = f"{which} is the float {amount!r}; write {str(amount)!r} or Decimal({str(amount)!r}), which are exact"
        raise Invalid(message)
    read_number(amount, _DECIMALS, which)
    return Decimal(str(amount).strip())


def _moment(at: object, which: str) -> date:
    """Return the day, or the day and time, that was given."""
    try:
        read_time(at, _UTC, which)
    except Invalid as invalid:
        told = str(invalid)
        raise Invalid(told if which in told else f"{which}: {told}") from None
    if isinstance(at, date):
        return at
    text = str(at).strip()
    return date.fromisoformat(text) if len(text) == _DATE else datetime.fromisoformat(text)


def _lines(lines: Iterable[object], which: str) -> tuple[Line, ...]:
    found: list[Line] = []
    for number, line in enumerate(lines, start=1):
        if not isinstance(line, Line):
            message = f"line {number} {which} is {type(line).__name__} {line!r:.40}; write Line('3.20', brand='Acme')"
            raise Invalid(message)
        found.append(line)
    return tuple(found)
