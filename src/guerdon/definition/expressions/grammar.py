"""The list of what is allowed: sqlglot's name of a node, the options it may carry, and what reads it."""

from typing import Final

from guerdon.definition.expressions import baskets, conditions, numbers, plain
from guerdon.definition.expressions.reading import Allowed, Read


def _allow(read: Read, *options: str) -> Allowed:
    return Allowed(read, frozenset(("this", *options)))


_COMPARISONS: Final = ("EQ", "NEQ", "LT", "LTE", "GT", "GTE")

ALLOWED: Final = {
    "Column": _allow(plain.read_column, "table"),
    "Literal": _allow(plain.read_literal, "is_string"),
    "Boolean": _allow(plain.read_boolean),
    "Null": _allow(plain.read_null),
    "Paren": _allow(plain.read_paren),
    "Cast": _allow(plain.read_date, "to", "_type"),
    "Anonymous": _allow(plain.read_lookup, "expressions"),
    "Neg": _allow(numbers.read_negation),
    "Abs": _allow(numbers.read_absolute),
    "Add": _allow(numbers.read_arithmetic, "expression"),
    "Sub": _allow(numbers.read_arithmetic, "expression"),
    "Mul": _allow(numbers.read_arithmetic, "expression"),
    "Div": _allow(numbers.refuse_division, "expression", "typed", "safe"),
    "Floor": _allow(numbers.read_rounding),
    "Ceil": _allow(numbers.read_rounding),
    "Round": _allow(numbers.read_rounding, "decimals"),
    "Least": _allow(numbers.read_extreme, "expressions", "ignore_nulls"),
    "Greatest": _allow(numbers.read_extreme, "expressions", "ignore_nulls"),
    **{name: _allow(conditions.read_comparison, "expression") for name in _COMPARISONS},
    "And": _allow(conditions.read_junction, "expression"),
    "Or": _allow(conditions.read_junction, "expression"),
    "Not": _allow(conditions.read_not),
    "Between": _allow(conditions.read_between, "low", "high"),
    "In": _allow(conditions.read_in, "expressions"),
    "Is": _allow(conditions.read_is, "expression"),
    "Case": _allow(conditions.read_case, "ifs", "default"),
    "Coalesce": _allow(conditions.read_coalesce, "expressions"),
    "StartsWith": _allow(conditions.read_starts_with, "expression"),
    "Sum": _allow(baskets.read_aggregate),
    "Min": _allow(baskets.read_aggregate),
    "Max": _allow(baskets.read_aggregate),
    "Count": _allow(baskets.read_aggregate, "big_int"),
    "Any": _allow(baskets.read_aggregate),
    "Filter": _allow(baskets.read_filter, "expression"),
}
"""Everything an expression may hold; "Cast" only as a date written out, "Anonymous" only as lookup(...)."""
