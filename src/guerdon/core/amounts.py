"""Amounts and times as people and programs write them, read exactly into whole numbers.

Invariants:
* Text is exact or refused; a binary float is taken at its shortest decimal text and rounded half to even.
* No amount beyond MONEY_MAX minor units, either way, and no instant outside 1970 to 2099 gets in.
"""

import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Final

from guerdon.core.calendar import DAY_US, Zone, civil, days_from_civil, parse_date
from guerdon.core.errors import Invalid
from guerdon.core.values import HALF_EVEN, MONEY_MAX, divide

_SHOWN: Final = 40
_DATE: Final = len("2017-10-03")
_DIGITS_MAX: Final = 40
_EXPONENT_MAX: Final = 400
_SHORT: Final = 15
"""Amounts are nearly all written with fewer characters."""

_POWERS: Final[tuple[int, ...]] = tuple(10**decimals for decimals in range(_SHORT))
_EPOCH: Final = datetime(1970, 1, 1)  # noqa: DTZ001 - a wall clock's origin, in no zone
_EPOCH_UTC: Final = datetime(1970, 1, 1, tzinfo=UTC)
_ENDS_AT: Final = days_from_civil(2100, 1, 1) * DAY_US
_CLOCK: Final = r"([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d{1,6}0*)?)?"
_OFFSET: Final = r"([Zz]|[+-]([01]\d|2[0-3]):?[0-5]\d)"
_TIME: Final = re.compile(rf"\d{{4}}-\d\d-\d\d[Tt ]{_CLOCK}{_OFFSET}?", re.ASCII)


def read_number(value: object, decimals: int, field: str) -> int:
    """Return `value` (text, int, Decimal or float) as an integer scaled by 10**`decimals`; Invalid names `field`."""
    if isinstance(value, bool) or not isinstance(value, (str, int, Decimal, float)):
        message = f"{field} is {_shown(value)}, not a number; write digits with a point, like 12.50"
        raise Invalid(message)
    if isinstance(value, str):
        plain = _plainly(value, decimals)
        if plain is not None:
            return plain
    number, bottom = _exact(value, field).as_integer_ratio()
    top: int = number * 10**decimals
    if top % bottom == 0:
        return top // bottom
    if isinstance(value, float):
        return divide(top, bottom, HALF_EVEN)
    message = f"{field} {_shown(value)} has more than {decimals} decimals; write no more, or round it first"
    raise Invalid(message)


def _plainly(text: str, decimals: int) -> int | None:
    """Return a short number of digits with a point, scaled; None for any other text, which is read with more care."""
    whole, _, part = text.partition(".")
    digits = whole + part
    missing = decimals - len(part)
    if not 0 <= missing < _SHORT or len(digits) > _SHORT or not digits.isascii() or not digits.isdigit():
        return None
    return int(digits) * _POWERS[missing]


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
        return _within(_instant(value, zone), field), True
    if isinstance(value, date):
        return _within(zone.day_start(days_from_civil(value.year, value.month, value.day)), field), False
    if not isinstance(value, str):
        message = f"{field} is {_shown(value)}, not a time; write it like 2017-10-03 or 2017-10-03T14:30:00+02:00"
        raise Invalid(message)
    text = value.strip()
    if len(text) == _DATE:
        return _within(zone.day_start(parse_date(text)), field), False
    return _within(_instant(_parsed(text, field), zone), field), True


def read_end(value: object, zone: Zone, field: str) -> int:
    """Return the last instant that `value` names: a date alone includes that day (S19)."""
    at, timed = read_time(value, zone, field)
    return at if timed else zone.day_start(zone.day_of(at) + 1) - 1


def _parsed(text: str, field: str) -> datetime:
    try:
        if _TIME.fullmatch(text) is not None:
            return datetime.fromisoformat(text.replace("z", "Z"))
    except ValueError:
        pass  # a day or a time of day that there is not
    message = f"{field} {_shown(text)} is not a time; write it like 2017-10-03 or 2017-10-03T14:30:00+02:00"
    raise Invalid(message)


def _instant(value: datetime, zone: Zone) -> int:
    if value.utcoffset() is None:
        return zone.instant_of(_microseconds(value.replace(tzinfo=None) - _EPOCH))
    return _microseconds(value - _EPOCH_UTC)


def _microseconds(gone: timedelta) -> int:
    return gone.days * DAY_US + gone.seconds * 1_000_000 + gone.microseconds


def _within(instant: int, field: str) -> int:
    if not 0 <= instant < _ENDS_AT:
        year, _, _ = civil(instant // DAY_US)
        message = f"{field} lies in the year {year}; events happen from 1970 to 2099, counted in UTC"
        raise Invalid(message)
    return instant


def _exact(value: object, field: str) -> Decimal:
    text = repr(value) if isinstance(value, float) else str(value).strip()
    written_plainly = not isinstance(value, str) or _plain(text)
    number = Decimal(text) if written_plainly and len(text) <= _DIGITS_MAX else Decimal("NaN")
    if not number.is_finite() or abs(number.adjusted()) > _EXPONENT_MAX:
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
