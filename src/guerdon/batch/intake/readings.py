"""How a column becomes a value, in SQL: the value, or why there is none.

Each reading is made of two steps, so that nothing is computed twice: `value` reads the given column, `fault` and
`rounded` look at both. Given and value are SQL names.

Invariants:
* Text is exact or refused. A binary float is taken at its shortest decimal text and rounded half to even.
* No value beyond `largest` in its smallest part; that is MONEY_MAX, or less.
* Nothing here raises while a query runs.
"""

import re
from dataclasses import dataclass
from typing import Final

from duckdb.sqltypes import DuckDBPyType

from guerdon.batch.intake.raw import Column
from guerdon.batch.intake.sql import cases, shown, stripped
from guerdon.core.errors import Invalid
from guerdon.core.values import MONEY_MAX

INTEGERS: Final = (
    "tinyint", "smallint", "integer", "bigint", "utinyint", "usmallint", "uinteger", "ubigint", "hugeint", "uhugeint",
)  # fmt: skip
NATIVE_INTEGERS: Final = ("tinyint", "smallint", "integer", "bigint", "utinyint", "usmallint", "uinteger")
"""Integers that are a BIGINT without loss."""

FLOATS: Final = ("double", "float")
_PLAIN: Final = r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)"
_SURE: Final = {"double": "1e11", "float": "5e3"}
"""Below this a float's product with its scale is off by less than a thousandth."""


@dataclass(frozen=True)
class Reading:
    """SQL for the given column, its value, why the value is missing though something was given, and whether it was rounded."""

    given: str
    value: str
    fault: str
    rounded: str = ""


def given(column: Column) -> str:
    """Return SQL for what a column holds; empty text is nothing."""
    return f"nullif({column.sql}, '')" if column.is_text else column.sql


def scaled(  # noqa: PLR0913 - a number has this many sides
    column: Column, raw: str, value: str, *, decimals: int, what: str, whose: str, largest: int = MONEY_MAX
) -> Reading:
    """Read a number as an integer scaled by `decimals`, at most `largest`; `whose` says in a message who has that many."""
    kind = column.type.id
    most = largest // 10**decimals
    too_big = f"{_said(what, raw)} || ' is too large; the most is {most}'"
    if column.is_text:
        return Reading(
            f"nullif({stripped(column.sql)}, '')",
            _of_text(raw, decimals, most),
            _text_fault(raw, decimals, what, whose, too_big),
        )
    if kind in INTEGERS:
        whole = f"cast({raw} as bigint)"
        return Reading(
            column.sql, f"case when {raw} between -{most} and {most} then {whole} * {10**decimals} end", too_big
        )
    if kind == "decimal":
        return _of_decimal(
            column, raw, decimals, most, f"{_said(what, raw)} || ' has more decimals than {whose}'", too_big
        )
    if kind in FLOATS:
        fault = f"case when isfinite({raw}) then {too_big} else {_said(what, raw)} || ' is not a number' end"
        back = f"({value} / {10**decimals}.0::double)::{kind}"
        return Reading(column.sql, _of_float(raw, kind, decimals, most), fault, f"coalesce({back} <> {raw}, false)")
    message = f"column {column.name} ({what}) holds {column.type}; write numbers in it"
    raise Invalid(message)


def words(column: Column, raw: str) -> Reading:
    """Read text, from whatever the column holds; a float that is whole is written without its point."""
    if column.type.id in FLOATS:
        whole = f"{raw} = trunc({raw}) and abs({raw}) < 9007199254740992"
        return Reading(
            column.sql,
            f"case when {whole} then cast(cast({raw} as bigint) as varchar) else cast({raw} as varchar) end",
            "''",
        )
    return Reading(given(column), f"cast({raw} as varchar)", "''")


def truth(column: Column, raw: str, *, what: str) -> Reading:
    """Read true or false."""
    fault = f"{_said(what, raw)} || ' is not true or false'"
    if column.type.id == "boolean":
        return Reading(column.sql, raw, fault)
    if column.is_text:
        lower = f"lower({stripped(raw)})"
        value = f"case when {lower} = 'true' then true when {lower} = 'false' then false end"
        return Reading(given(column), value, fault)
    message = f"column {column.name} ({what}) holds {column.type}; write true and false in it"
    raise Invalid(message)


def day(column: Column, raw: str, *, what: str) -> Reading:
    """Read a date as days since 1970-01-01."""
    fault = f"{_said(what, raw)} || ' is not a date; write it like 2017-10-03'"
    epoch = "date '1970-01-01'"
    if column.is_text:
        shaped = f"regexp_full_match({raw}, '[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}')"
        return Reading(
            f"nullif({stripped(column.sql)}, '')",
            f"case when {shaped} then try_cast({raw} as date) - {epoch} end",
            fault,
        )
    if column.type.id == "date":
        return Reading(column.sql, f"case when isfinite({raw}) then {raw} - {epoch} end", fault)
    if is_local_time(column.type):
        midnight = f"isfinite({raw}) and cast({raw} as date) = {raw}"
        return Reading(column.sql, f"case when {midnight} then cast({raw} as date) - {epoch} end", fault)
    message = f"column {column.name} ({what}) holds {column.type}; write dates in it"
    raise Invalid(message)


def is_local_time(kind: DuckDBPyType) -> bool:
    """Say whether a type is a wall clock's time."""
    return str(kind) in {"TIMESTAMP", "TIMESTAMP_S", "TIMESTAMP_MS", "TIMESTAMP_NS"}


def _said(what: str, raw: str) -> str:
    return f"'{what.replace(chr(39), chr(39) * 2)} ' || {shown(raw)}"


def _width(decimals: int) -> int:
    """Return a decimal width that holds MONEY_MAX times the scale; the narrow one is faster."""
    narrow = 3
    return 18 if decimals <= narrow else 38


def _fits(decimals: int) -> str:
    return rf"[+-]?[0-9]*(\.[0-9]{{0,{decimals}}}0*)?"


def _of_text(raw: str, decimals: int, most: int) -> str:
    exact = f"regexp_full_match({raw}, '{_PLAIN}') and regexp_full_match({raw}, '{_fits(decimals)}')"
    number = f"try_cast({raw} as decimal({_width(decimals)}, {decimals}))"
    return f"case when {exact} then {_in_range(number, decimals, most)} end"


def _in_range(number: str, decimals: int, most: int) -> str:
    return f"case when abs({number}) <= {most} then cast({number} * {10**decimals} as bigint) end"


def _text_fault(raw: str, decimals: int, what: str, whose: str, too_big: str) -> str:
    plain = f"{_said(what, raw)} || ' is not a plain number; write digits with a point, like 12.50'"
    finer = f"{_said(what, raw)} || ' has more decimals than {whose}'"
    return cases(
        [
            (f"not regexp_full_match({raw}, '{_PLAIN}')", plain),
            (f"not regexp_full_match({raw}, '{_fits(decimals)}')", finer),
        ],
        too_big,
    )


def _of_decimal(column: Column, raw: str, decimals: int, most: int, finer: str, too_big: str) -> Reading:
    precision, scale = map(int, re.findall("[0-9]+", str(column.type)))
    if 10 ** (precision - scale) <= most and scale <= decimals:
        return Reading(
            column.sql, f"cast(cast({raw} as decimal({_width(decimals)}, {decimals})) * {10**decimals} as bigint)", "''"
        )
    number = f"try_cast({raw} as decimal(38, {decimals}))"
    exact = f"{number} = {raw}" if scale > decimals else "true"
    fault = cases([(f"abs({raw}) <= {most} and not ({exact})", finer)], too_big)
    return Reading(column.sql, f"case when {exact} then {_in_range(number, decimals, most)} end", fault)


def _of_float(raw: str, kind: str, decimals: int, most: int) -> str:
    """Round by arithmetic where no half is near, elsewhere by the float's decimal text."""
    product = f"({raw}::double * {10**decimals})"
    clear = f"abs({product}) < {_SURE[kind]} and abs(abs({product} - trunc({product})) - 0.5) > 1e-3"
    return (
        f"case when not isfinite({raw}) or abs({raw}) > {most} then null\n"
        f"    when {clear} then cast(round({product}) as bigint)\n"
        f"    else {_half_even(raw, decimals)} end"
    )


def _half_even(raw: str, decimals: int) -> str:
    """Round a float's decimal text half to even, digit by digit."""
    places = 20 + decimals
    digits = f"cast(abs(cast(cast({raw} as varchar) as decimal(38, {places}))) as varchar)"
    kept = f"cast(left({digits}, -20 - {1 if decimals == 0 else 0}).replace('.', '') as bigint)"
    rest = f"right({digits}, 20)"
    half = "'5" + "0" * 19 + "'"
    up = f"{rest} > {half} or ({rest} = {half} and {kept} % 2 = 1)"
    return f"(case when {raw} < 0 then -1 else 1 end) * ({kept} + case when {up} then 1 else 0 end)"
