"""Money in other currencies: read in its own minor units, converted once, half to even.

Invariants:
* A foreign amount counts only with a rate of its row or of the programme; there is no guess.
* A rate is exact: a decimal of up to 12 places, or a fraction.
"""

from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Final

import duckdb

from guerdon.batch.intake.mapping import Mapped
from guerdon.batch.intake.raw import Column, Raw
from guerdon.batch.intake.readings import Reading, given, scaled
from guerdon.batch.intake.shape import Inputs, Shape
from guerdon.batch.intake.sql import cases, listed, name, shown, stripped, text
from guerdon.core.currencies import DECIMALS
from guerdon.core.errors import Invalid
from guerdon.core.values import MONEY_MAX, RATE_MAX

_RATE_DECIMALS: Final = 12
_NUMERATOR_MAX: Final = 10**22
_DENOMINATOR_MAX: Final = 10**30


@dataclass(frozen=True)
class Exchange:
    """The currencies of a group of files; without foreign ones there is nothing to convert."""

    home: str
    code: str = ""
    foreign: tuple[str, ...] = ()
    steps: tuple[tuple[str, str], ...] = ()
    faults: tuple[tuple[str, str], ...] = ()

    @property
    def converts(self) -> bool:
        """Say whether any row may be in another currency."""
        return bool(self.code)

    def money(self, column: Column, raw: str, value: str, *, what: str) -> Reading:
        """Read money in minor units of its row's currency."""
        if not self.converts:
            decimals = DECIMALS[self.home]
            return scaled(column, raw, value, decimals=decimals, what=what, whose=_having(self.home, decimals))
        each = {
            decimals: scaled(column, raw, value, decimals=decimals, what=what, whose="its currency has")
            for decimals in sorted({DECIMALS[code] for code in (self.home, *self.foreign)})
        }
        return _by_decimals(each)

    def converted(self, value: str) -> str:
        """Return SQL for a value in minor units of the programme's currency, as HUGEINT where it was converted."""
        if not self.converts:
            return value
        product, den = f'abs(cast({value} as hugeint)) * cast("#num" as hugeint)', 'cast("#den" as hugeint)'
        whole, rest = f"({product} // {den})", f"({product} % {den})"
        up = f"2 * {rest} > {den} or (2 * {rest} = {den} and {whole} % 2 = 1)"
        return (
            f'case when "#num" is null then {value} else '
            f"(case when {value} < 0 then -1 else 1 end) * ({whole} + case when {up} then 1 else 0 end) end"
        )


def open_exchange(con: duckdb.DuckDBPyConnection, raw: Raw, mapped: Mapped, inputs: Inputs, shape: Shape) -> Exchange:
    """Return the currencies that the files hold, and their rates to the programme's."""
    default = (inputs.currency or shape.currency).upper()
    if default not in DECIMALS:
        message = f"--currency {default[:20]} is not a currency of ISO 4217; write a code like {shape.currency}"
        raise Invalid(message)
    column = mapped.head.get("currency")
    if column is None:
        return _plain(shape) if default == shape.currency else _mixed(mapped, shape, text(default), (default,))
    query = f"select distinct coalesce(upper({_code(column)}), {text(default)}) from {raw.scan}"
    codes = {code for (code,) in con.sql(f"{query} limit 10000").fetchall()}
    if codes <= {shape.currency}:
        return _plain(shape)
    foreign = tuple(sorted(code for code in codes if code in DECIMALS and code != shape.currency))
    return _mixed(mapped, shape, f'coalesce(upper("currency:given"), {text(default)})', foreign)


def given_currency(column: Column) -> str:
    """Return SQL for what the currency column holds."""
    return _code(column)


def _code(column: Column) -> str:
    return f"nullif({stripped(f'cast({column.sql} as varchar)')}, '')"


def _plain(shape: Shape) -> Exchange:
    return Exchange(shape.currency)


def _mixed(mapped: Mapped, shape: Shape, code: str, foreign: tuple[str, ...]) -> Exchange:
    by_decimals: dict[int, list[str]] = {}
    for known in (shape.currency, *foreign):
        by_decimals.setdefault(DECIMALS[known], []).append(known)
    decimals = cases([(f'"#currency" in ({listed(codes)})', str(number)) for number, codes in by_decimals.items()])
    fixed = {known: _ratio(known, shape) for known in foreign if known in shape.rates}
    num, den = ([(f'"#currency" = {text(c)}', str(ratio[part])) for c, ratio in fixed.items()] for part in (0, 1))
    steps = [("#currency", code), ("#decimals", decimals)]
    exchange = Exchange(shape.currency, code, foreign)
    rate = mapped.head.get("rate")
    is_home = f'"#currency" = {text(shape.currency)}'
    reading = _rate(rate) if rate else None
    if reading:
        steps.append(("rate:value", reading.value))
        home = 10 ** DECIMALS[shape.currency]
        own = f"pow10 * {10**_RATE_DECIMALS}"
        pow10 = cases([(f'"#decimals" = {number}', str(10**number)) for number in by_decimals])
        num = [('"rate:value" > 0', f'cast("rate:value" as hugeint) * {home}'), *num]
        den = [('"rate:value" > 0', own.replace("pow10", f"({pow10})")), *den]
    # Parquet has no integers this long, but decimals without decimals.
    steps += [
        (word, f"cast({cases(each)} as decimal(38, 0))")
        for word, each in (("#num", [(is_home, "null"), *num]), ("#den", den))
    ]
    return replace(exchange, steps=tuple(steps), faults=tuple(_faults(shape, is_home, reading)))


def _faults(shape: Shape, is_home: str, reading: Reading | None) -> list[tuple[str, str]]:
    unknown = f"'currency ' || {shown(chr(34) + '#currency' + chr(34))} || ' is not one of ISO 4217; write a code like {shape.currency}'"
    faults = [(f'"#currency" not in ({listed(DECIMALS)})', unknown)]
    if reading:
        foreign = f"not ({is_home}) and"
        positive = "'rate ' || " + shown('"rate:given"') + " || ' is not above zero'"
        faults += [
            (f'{foreign} "rate:given" is not null and "rate:value" is null', reading.fault),
            (f'{foreign} "rate:value" <= 0', positive),
        ]
    rateless = (
        f"'currency ' || \"#currency\" || ' has no rate to {shape.currency}; "
        f"add a rate column, or state the rate in the programme'"
    )
    return [*faults, (f'not ({is_home}) and "#num" is null', rateless)]


def _rate(column: Column) -> Reading:
    raw = name("rate:given")
    as_text = replace(column, sql=f"cast({column.sql} as varchar)", type=duckdb.sqltypes.VARCHAR)
    return scaled(
        as_text, raw, "", decimals=_RATE_DECIMALS, what="rate", whose="a rate may have (12)", largest=RATE_MAX
    )


def given_rate(column: Column) -> str:
    """Return SQL for what the rate column holds, as text."""
    return given(replace(column, sql=f"cast({column.sql} as varchar)", type=duckdb.sqltypes.VARCHAR))


def _ratio(code: str, shape: Shape) -> tuple[int, int]:
    """Return what a minor unit of `code` is worth in minor units of the programme's currency."""
    exact = Fraction(shape.rates[code]) * 10 ** DECIMALS[shape.currency] / 10 ** DECIMALS[code]
    if not 0 < exact.numerator < _NUMERATOR_MAX or exact.denominator >= _DENOMINATOR_MAX:
        message = f"the programme's rate for {code} is not above zero or has too many digits; write up to 12 decimals"
        raise Invalid(message)
    return exact.numerator, exact.denominator


def _by_decimals(each: dict[int, Reading]) -> Reading:
    first = next(iter(each.values()))
    pick = {
        part: [(f'"#decimals" = {d}', getattr(r, part)) for d, r in each.items()]
        for part in ("value", "fault", "rounded")
    }
    rounded = cases(pick["rounded"], "false") if first.rounded else ""
    return Reading(first.given, cases(pick["value"]), cases(pick["fault"], "''"), rounded)


def _having(code: str, decimals: int) -> str:
    return f"{code} has ({decimals})"


def too_large(value: str) -> str:
    """Return the condition that a converted amount is beyond what an amount may be."""
    return f"abs({value}) > {MONEY_MAX}"
