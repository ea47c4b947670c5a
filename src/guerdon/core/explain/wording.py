"""Words for numbers, money, times and periods, as an explanation shows them."""

from decimal import Decimal
from typing import Final

from guerdon.core.calendar import DAY, DAY_US, MONTH, QUARTER, WEEK, YEAR, Zone, day_name, first_day, month_name
from guerdon.core.currencies import DECIMALS
from guerdon.core.limits import ROLLING, Limit
from guerdon.core.slots import FOREVER, Slot
from guerdon.core.values import CEIL, FLOOR, HALF_EVEN, HALF_UP

_MINUTE_US: Final = 60_000_000

_SIGNS: Final = {"USD": "$", "EUR": "€", "GBP": "£", "JPY": "¥"}
_NAMES: Final = {"USD": "dollar", "EUR": "euro", "GBP": "pound", "CAD": "dollar", "AUD": "dollar", "CHF": "franc"}

ROUNDED: Final = {
    FLOOR: "down",
    CEIL: "up",
    HALF_UP: "to the nearest, halves up",
    HALF_EVEN: "to the nearest, halves to even",
}
"""How each rounding rounds, after the word "rounded"."""


def decimal_of(number: int, decimals: int) -> Decimal:
    """Return an integer scaled by 10**`decimals` as a Decimal, exact whatever its size."""
    return Decimal(f"{number}e-{decimals}")


def plain(number: Decimal) -> str:
    """Return a number in digits, without trailing zeros."""
    text = f"{number:,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def money(amount: Decimal, currency: str) -> str:
    """Return an amount of a currency: whole as it is, else with at least the currency's decimals."""
    sign = _SIGNS.get(currency, f"{currency} ")
    whole, _, part = plain(amount).partition(".")
    return f"{sign}{whole}.{part.ljust(DECIMALS[currency], '0')}" if part else f"{sign}{whole}"


def full_money(minor: int, currency: str) -> str:
    """Return minor units of a currency with all its decimals."""
    return f"{_SIGNS.get(currency, f'{currency} ')}{decimal_of(minor, DECIMALS[currency]):,f}"


def one_line(text: str) -> str:
    """Return an expression's text without its line breaks."""
    return " ".join(text.split())


def each(currency: str) -> str:
    """Return what a rate counts by: a dollar, a euro."""
    return f"a {_NAMES.get(currency, currency)}"


def clock(zone: Zone, at: int, *, timed: bool) -> str:
    """Return a local time like 2017-10-03 14:20, or the date alone when no time of day was stated."""
    local = at + zone.offset_at(at)
    day = day_name(zone.day_of(at))
    minutes = local % DAY_US // _MINUTE_US
    return f"{day} {minutes // 60:02d}:{minutes % 60:02d}" if timed else day


def iso_time(zone: Zone, at: int) -> str:
    """Return a local time to the second with its offset, like 2017-10-03T14:20:00-04:00."""
    offset = zone.offset_at(at)
    seconds = (at + offset) % DAY_US // 1_000_000
    minutes = abs(offset) // _MINUTE_US
    time = f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"
    return (
        f"{day_name((at + offset) // DAY_US)}T{time}{'-' if offset < 0 else '+'}{minutes // 60:02d}:{minutes % 60:02d}"
    )


def window(zone: Zone, slot: Slot) -> str:
    """Return the window of a slot; an end at midnight is told as the day before."""
    starts = "" if slot.starts_at <= -FOREVER else first_moment(zone, slot.starts_at)
    ends = "" if slot.ends_at >= FOREVER else last_moment(zone, slot.ends_at)
    if starts and ends:
        return f"{starts} to {ends}"
    return f"from {starts}" if starts else f"until {ends}"


def first_moment(zone: Zone, at: int) -> str:
    """Return a local time, or the day alone when it is the day's first instant."""
    return clock(zone, at, timed=at != zone.day_start(zone.day_of(at)))


def last_moment(zone: Zone, at: int) -> str:
    """Return the end of something as people write it: the day before, when it is a day's first instant."""
    day = zone.day_of(at)
    return day_name(day - 1) if at == zone.day_start(day) else clock(zone, at, timed=True)


def period(limit: Limit, number: int) -> str:
    """Return which period of a limit is meant: a day, a month, the days up to one."""
    if limit.every == ROLLING:
        return f"the {limit.days} days to {day_name(number)}"
    return period_name(limit.every, number)


def period_name(kind: int, number: int) -> str:
    """Return a period of the calendar as text, like 2017-10; that which never ends has no name."""
    if kind == DAY:
        return day_name(number)
    if kind == WEEK:
        return f"the week of {day_name(first_day(WEEK, number))}"
    if kind == MONTH:
        return month_name(number)
    if kind == QUARTER:
        return f"{number // 4:04d}-Q{number % 4 + 1}"
    return f"{number:04d}" if kind == YEAR else ""


def counted(number: int, noun: str) -> str:
    """Return a count with its noun: 1 line, 2 lines."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"
