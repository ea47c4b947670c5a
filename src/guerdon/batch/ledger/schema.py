"""The tables of a ledger, column by column: what each holds, and its type in Parquet. docs/guide/ledger.md says the same."""

from dataclasses import dataclass
from typing import Any, Final

import pyarrow as pa

from guerdon.core.currencies import DECIMALS
from guerdon.core.programme import Programme

DIGITS: Final = 38

SUMS: Final = ("sum", "metered")
"""Kinds of numbers that may be larger than a machine integer."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column: `kind` says how it is written, `source` which column of the core's table it comes from, if not its own name."""

    name: str
    kind: str
    source: str = ""

    @property
    def comes_from(self) -> str:
        """The column of the core's table."""
        return self.source or self.name


ACCOUNT: Final = Column("account", "account")
UNIT: Final = Column("unit", "unit")
LOT: Final = (Column("rule", "rule"), Column("lot", "number"), Column("payer", "payer"))

TABLES: Final[dict[str, tuple[Column, ...]]] = {
    "journals": (
        ACCOUNT, Column("journal", "number"), Column("at", "instant"), Column("cause", "cause", "place"),
        Column("type", "type", "place"), Column("source", "source", "place"), Column("event", "event", "place"),
        Column("version", "version"),
    ),
    "postings": (
        ACCOUNT, Column("journal", "number"), UNIT, Column("book", "book"), Column("points", "points"),
        Column("lot_journal", "journal"), *LOT, Column("version", "version"),
    ),
    "lots": (
        ACCOUNT, Column("journal", "number"), UNIT, *LOT, Column("source", "source", "place"),
        Column("event", "event", "place"),
        *[Column(word, "points") for word in ("original", "remaining", "spent", "expired", "reversed", "held", "pending")],
        Column("share", "money"), Column("earned_at", "instant"), Column("usable_from", "instant"),
        Column("expires_at", "instant"), Column("version", "version"),
    ),
    "standings": (
        ACCOUNT, UNIT, *[Column(word, "sum") for word in ("pending", "available", "held", "debt", "total")],
    ),
    "levels": (
        ACCOUNT, Column("ladder", "ladder"), Column("level", "level"), Column("since", "instant"),
        Column("until", "instant"),
    ),
    "metrics": (ACCOUNT, Column("metric", "metric"), Column("value", "metered")),
    "level_history": (
        ACCOUNT, Column("ladder", "ladder"), Column("at", "instant"), Column("before", "level"),
        Column("level", "level"), Column("until", "instant"), Column("cause", "moved"), Column("credit", "credit"),
        Column("source", "source", "place"), Column("event", "event", "place"),
        Column("version", "version"),
    ),
    "redemptions": (
        ACCOUNT, Column("reward", "reward"), Column("at", "instant"), Column("step", "step"), Column("count", "number"),
        UNIT, Column("points", "points"), Column("outside", "outside"), Column("valid_until", "instant"),
        Column("source", "source", "place"), Column("event", "event", "place"), Column("version", "version"),
    ),
}  # fmt: skip
"""The tables by name; each is a folder of Parquet files of that name."""


def arrow_schema(table: str, programme: Programme, *, whole: bool, wide: bool = False) -> Any:  # noqa: ANN401 - pyarrow has no types
    """Return a table's schema; `whole` says that accounts are whole numbers, `wide` that sums are beyond 64 bits."""
    return pa.schema([pa.field(one.name, _type(one.kind, programme, whole=whole, wide=wide)) for one in TABLES[table]])


def _type(kind: str, programme: Programme, *, whole: bool, wide: bool) -> Any:  # noqa: ANN401 - pyarrow has no types
    if kind == "account":
        return pa.int64() if whole else pa.dictionary(pa.int32(), pa.string())
    if kind in ("number", "journal"):
        return pa.int64()
    if kind == "instant":
        return pa.timestamp("us", "UTC")
    if kind in ("points", "sum", "money", "metered", "credit"):
        return exact_type(decimals_of(kind, programme), wide=wide and kind in SUMS)
    return pa.string() if kind in ("source", "event", "type") else pa.dictionary(pa.int32(), pa.string())


def decimals_of(kind: str, programme: Programme) -> int:
    """Return how many decimals a column of numbers has: those of the finest unit, metric or ladder."""
    if kind == "money":
        return DECIMALS[programme.currency]
    if kind == "metered":
        return max([metric.scale for metric in programme.metrics], default=0)
    if kind == "credit":
        return max([ladder.scale for ladder in programme.ladders], default=0)
    return max([unit.decimals for unit in programme.units], default=0)


def exact_type(decimals: int, *, wide: bool) -> Any:  # noqa: ANN401 - pyarrow has no types
    """Return the type of exact numbers: whole ones are 64-bit integers as long as they fit."""
    return pa.decimal128(DIGITS, decimals) if decimals or wide else pa.int64()
