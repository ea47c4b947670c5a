"""Reads the plain parts of an expression: names, written values, parentheses and table look-ups."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Final

from guerdon.core.expr import bounds
from guerdon.core.expr.tree import (
    BOOLEAN,
    DATE,
    NUMBER,
    TEXT,
    Field,
    Literal,
    Lookup,
    Node,
    OfAccount,
    Table,
    Type,
    number,
)
from guerdon.definition.expressions.reading import Reading
from guerdon.definition.expressions.scope import Scope, suggest

if TYPE_CHECKING:
    from sqlglot.expressions import Expr

EPOCH_DAY: Final = dt.date(1970, 1, 1).toordinal()


def read_column(reading: Reading, syntax: Expr) -> Node | None:
    """Read the name of a field or a constant."""
    owner, name, scope = syntax.text("table"), syntax.name, reading.scope
    if owner.lower() == "line":
        return _read_line_field(reading, syntax, name)
    said = f"{owner}.{name}" if owner else name
    if said in scope.past:
        return _read_past(reading, syntax, scope.past[said])
    if not owner and name in scope.fields:
        return Field(name, scope.fields[name], line=False)
    if not owner and name in scope.constants:
        return scope.constants[name]
    _say_unknown(reading, syntax, owner, name)
    return None


def _say_unknown(reading: Reading, syntax: Expr, owner: str, name: str) -> None:
    """Say that there is no such column, and which there are."""
    scope = reading.scope
    if owner == "metrics":
        metrics = tuple(known.removeprefix("metrics.") for known in scope.past if known.startswith("metrics."))
        reading.say(syntax, f"there is no metric {name}", suggest(name, metrics, owner="metrics."))
    elif owner:
        reading.say(syntax, f"{owner}.{name} is not known", "write the field's name alone, or line.name for a line's")
    else:
        quoted = bool(syntax.this.args.get("quoted"))
        reading.say(syntax, f"there is no field {name}", _instead(scope, name, quoted=quoted))


def _read_past(reading: Reading, syntax: Expr, node: OfAccount) -> Node | None:
    """Refuse the account's past where only the event, or its lines, can be read."""
    if reading.live and not reading.aggregating:
        return node
    what = f"{node.name} is of the account's past, and this reads the event alone"
    reading.say(syntax, what, "write it in when, give, of or by of a rule or multiplier, outside sum, count and any")
    return None


def _instead(scope: Scope, name: str, *, quoted: bool) -> str:
    if quoted:
        return f"text stands in single quotes: '{name}'"
    if name in scope.line_fields:
        return f"{name} belongs to a line: write line.{name}"
    if name == "level":
        return "declare ladders, and name one: write tier.level"
    if name in scope.tables:
        return f"{name} is a table: write lookup({name}, key)"
    return suggest(name, {**scope.fields, **scope.constants, **scope.past})


def _read_line_field(reading: Reading, syntax: Expr, name: str) -> Node | None:
    known = reading.scope.line_fields
    if name not in known:
        reading.say(syntax, f"a line has no field {name}", suggest(name, known, owner="line."))
        return None
    if not (reading.aggregating or reading.per_line):
        way = f"sum(line.{name})" if known[name].kind == NUMBER else f"any(line.{name} = ...)"
        reading.say(syntax, f"line.{name} is of one line, and this looks at the whole basket", f"write {way}")
        return None
    return Field(name, known[name], line=True)


def read_literal(_: Reading, syntax: Expr) -> Node | None:
    """Read a text or a number written out; the number keeps no zeros at its end."""
    if syntax.args["is_string"]:
        return Literal(syntax.this, Type(TEXT))
    whole, _dot, part = str(syntax.this).partition(".")
    part = part.rstrip("0")
    value = int(whole + part or "0")
    return Literal(value, number(value, value, scale=len(part)))


def read_boolean(_: Reading, syntax: Expr) -> Node | None:
    """Read true or false."""
    return Literal(bool(syntax.this), Type(BOOLEAN))


def read_null(reading: Reading, syntax: Expr) -> Node | None:
    """Refuse null as a value: nothing can be compared with it."""
    reading.say(syntax, "null stands only after is and is not", "write tip is null, or coalesce(tip, 0)")
    return None


def read_paren(reading: Reading, syntax: Expr) -> Node | None:
    """Read what stands in parentheses."""
    return reading.node(syntax.this)


def read_date(reading: Reading, syntax: Expr) -> Node | None:
    """Read a date written out: date '2017-07-04'."""
    text = str(syntax.this.this)
    written = type(syntax.this).__name__ == "Literal" and syntax.args["to"].sql() == "DATE"
    day = _day(text) if written else None
    if day is None:
        reading.say(syntax, f"{text} is not a date as it is written here", "write date '2017-07-04'")
        return None
    return Literal(day, Type(DATE, low=day, high=day))


def _day(text: str) -> int | None:
    try:
        day = dt.date.fromisoformat(text)
    except ValueError:
        return None
    return day.toordinal() - EPOCH_DAY if day.isoformat() == text else None


def read_lookup(reading: Reading, syntax: Expr) -> Node | None:
    """Read lookup(table, key), the one function that sqlglot does not know."""
    arguments = syntax.expressions
    if len(arguments) != 2 or type(arguments[0]).__name__ != "Column":  # noqa: PLR2004 - a table and a key
        reading.say(syntax, "lookup needs the name of a table and a key", "write lookup(categories, sku)")
        return None
    name = arguments[0].name
    table = reading.scope.tables.get(name)
    if table is None:
        reading.say(arguments[0], f"there is no table {name}", suggest(name, reading.scope.tables))
    key = reading.present(arguments[1], None if table is None else table.key.kind)
    if table is None or key is None or not _fits_key(reading, arguments[1], key, table):
        return None
    return Lookup(table, key, _looked_up(table))


def _fits_key(reading: Reading, syntax: Expr, key: Node, table: Table) -> bool:
    if key.type.scale > table.key.scale:
        reading.say(syntax, f"the keys of {table.name} have fewer decimals than this", "round it: floor(value)")
        return False
    wide = bounds.scaled((key.type.low, key.type.high), 10 ** (table.key.scale - key.type.scale))
    return key.type.kind != NUMBER or reading.fits(syntax, wide)


def _looked_up(table: Table) -> Type:
    value = table.value
    return Type(value.kind, scale=value.scale, low=value.low, high=value.high, absent=table.default is None)
