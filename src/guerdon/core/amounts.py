"""Amounts and times as people and programs write them, read exactly into whole numbers.

Invariants:
* Text is exact or refused; a binary float is taken at its shortest decimal text and rounded half to even.
* No amount beyond MONEY_MAX minor units, either way, and no instant outside 1970 to 2099 gets in.
"""

from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Final

from guerdon.core.calendar import Zone, days_from_civil, parse_date
from guerdon.core.errors import Invalid
from guerdon.core.values import HALF_EVEN, MONEY_MAX, divide

_SHOWN: Final = 40
_DIGITS_MAX: Final = 40
_EPOCH: Final = datetime(1970, 1, 1)  # noqa: DTZ001 - a wall clock's origin, in no zone
_MICROSECOND: Final = timedelta(microseconds=1)
_FIRST_YEAR: Final = 1970
_LAST_YEAR: Final = 2099


def read_number(value: object, decimals: int, field: str) -> int:
    """Return `value` (text, int, Decimal or float) as an integer scaled by 10**`decimals`; Invalid names `field`."""
    if isinstance(value, bool) or not isinstance(value, (str, int, Decimal, float)):
        message = f"{field} is {_shown(value)}, not a number; write digits with a point, like 12.50"
        raise Invalid(message)
    number = _decimal(value, field)
    scaled = number.scaleb(decimals)
    if scaled != scaled.to_integral_value() and isinstance(value, float):
        _, digits, exponent = scaled.as_tuple()
        whole = int("".join(map(str, digits)))
        rounded = divide(whole, 10 ** -int(exponent), HALF_EVEN)
        return -rounded if scaled < 0 else rounded
    if scaled != scaled.to_integral_value():
        message = f"{field} {_shown(value)} has more than {decimals} decimals; write no more, or round it first"
        raise Invalid(message)
    return int(scaled)


def read_money(value: object, decimals: int, field: str) -> int:
    """Return money in minor units of a currency with `decimals`; Invalid when it is beyond 10**15 of them."""
    amount = read_number(value, decimals, field)
    if abs(amount) > MONEY_MAX:
        message = f"{field} {_shown(value)} is beyond {MONEY_MAX:,} minor units, the most an amount may be"
        raise Invalid(message)
    return amount


def converted(amount: int, rate: Fraction, decimals_from: int, decimals_to: int) -> int:
    """Return a foreign amount in minor units at `rate` (units of ours for one of theirs), half to even."""
    exact = amount * rate.numerator * 10**decimals_to
    return divide(exact, rate.denominator * 10**decimals_from, HALF_EVEN)


def read_time(value: object, zone: Zone, field: str) -> tuple[int, bool]:
    """Return the instant `value` names and whether it had a time of day; without an offset it is in `zone`.

    A date alone is that day's first instant; a local time that does not exist moves forward, one that happens twice is the first.
    """
    if isinstance(value, datetime):
        return _of_datetime(value, zone, field), True
    if isinstance(value, date):
        day = days_from_civil(value.year, value.month, value.day)
        return _within(zone.day_start(day), value.year, field), False
    if not isinstance(value, str):
        message = f"{field} is {_shown(value)}, not a time; write it like 2017-10-03 or 2017-10-03T14:30:00+02:00"
        raise Invalid(message)
    text = value.strip()
    if len(text) == len("2017-10-03"):
        day = parse_date(text)
        return _within(zone.day_start(day), int(text[:4]), field), False
    try:
        parsed = datetime.fromisoformat(text)
    except ValueError:
        message = f"{field} {_shown(value)} is not a time; write it like 2017-10-03 or 2017-10-03T14:30:00+02:00"
        raise Invalid(message) from None
    return _of_datetime(parsed, zone, field), True


def _of_datetime(value: datetime, zone: Zone, field: str) -> int:
    offset = value.utcoffset()
    local = (value.replace(tzinfo=None) - _EPOCH) // _MICROSECOND
    if offset is None:
        return _within(zone.instant_of(local), value.year, field)
    return _within(local - offset // _MICROSECOND, value.year, field)


def _within(instant: int, year: int, field: str) -> int:
    if not _FIRST_YEAR <= year <= _LAST_YEAR:
        message = f"{field} lies in the year {year}; events happen from {_FIRST_YEAR} to {_LAST_YEAR}"
        raise Invalid(message)
    return instant


def _decimal(value: object, field: str) -> Decimal:
    text = repr(value) if isinstance(value, float) else str(value).strip()
    written_plainly = not isinstance(value, str) or _plain(text)
    number = Decimal(text) if written_plainly and len(text) <= _DIGITS_MAX else Decimal("NaN")
    if not number.is_finite():
        message = f"{field} {_shown(value)} is not a number; write digits with a point, like 12.50"
        raise Invalid(message)
    return number


def _plain(text: str) -> bool:
    digits = text.removeprefix("-") if text.startswith("-") else text.removeprefix("+")
    whole, _, part = digits.partition(".")
    return bool(whole or part) and (whole + part).isascii() and (whole + part).isdigit()


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"
