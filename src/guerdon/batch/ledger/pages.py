"""Pages: the tables of a ledger as Arrow tables, batch by batch, with names in place of positions."""

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc

from guerdon.batch.arrays import number, texts, whole_numbers
from guerdon.batch.ledger.schema import DIGITS, TABLES, Column, arrow_schema, decimals_of
from guerdon.core.calendar import EARLIEST, LATEST
from guerdon.core.history import Kept
from guerdon.core.ladders import CAUSES
from guerdon.core.ledger import Ledger
from guerdon.core.ledger.books import BOOKS
from guerdon.core.ledger.rows import Rows
from guerdon.core.lots.keeping import STEPS
from guerdon.core.lots.rewards import OUTSIDE
from guerdon.core.programme import Programme

EVENT_COLUMNS: Final = ("account", "source", "id", "type")
"""What must be known of the events of a batch."""

_CAUSES: Final = ("due", "event")
_LOW_BITS: Final = 62
_SMALL_DIGITS: Final = 19
_FACTOR_DIGITS: Final = 18


class Pages:
    """Turns a ledger's rows into tables; `window` holds the events from the open account's first one on.

    `accounts` gives the ids that numbers of accounts stand for; None when they stand for themselves.
    """

    def __init__(
        self,
        programme: Programme,
        ledger: Ledger,
        *,
        accounts: Any = None,  # noqa: ANN401 - pyarrow has no types
    ) -> None:
        self.programme: Final = programme
        self.ledger: Final = ledger
        self.accounts: Final = accounts
        self.whole: Final = accounts is None or pa.types.is_integer(accounts.type)
        self.window: Any = None
        self.first = 0
        self.words: Final = _words_of(programme)

    def add(self, events: Any) -> None:  # noqa: ANN401 - pyarrow has no types
        """Take note of the events of the next batch, before they are folded."""
        events = events.select(EVENT_COLUMNS)
        self.window = events if self.window is None else pa.concat_tables([self.window, events])

    def turn(self) -> dict[str, Any]:
        """Return what was written since the last time, by table, and forget it with the events of finished accounts."""
        ledger = self.ledger
        rows = (
            ledger.journals, ledger.postings, ledger.lots, ledger.standings, ledger.levels, ledger.metrics, ledger.moves,
            ledger.redemptions,
        )  # fmt: skip
        made = {name: self._table(name, one) for name, one in zip(TABLES, rows, strict=True)}
        ledger.forget()
        self._close_window()
        return made

    def _close_window(self) -> None:
        if self.window is None or not len(self.window):
            return
        accounts = self.window.column("account").combine_chunks()
        gone = pc.index(accounts, accounts[-1]).as_py()
        self.window = self.window.slice(gone).combine_chunks()
        self.first += gone

    def _table(self, name: str, rows: Rows) -> Any:  # noqa: ANN401 - pyarrow has no types
        given = {word: _adopted(memory) for word, memory in rows.columns().items()}
        wide = any(self._is_wide(given, column) for column in TABLES[name])
        schema = arrow_schema(name, self.programme, whole=self.whole, wide=wide)
        arrays = [self._column(column, given, field.type) for column, field in zip(TABLES[name], schema, strict=True)]
        return pa.table(arrays, schema=schema)

    def _is_wide(self, given: dict[str, Any], column: Column) -> bool:
        high = given.get(f"{column.name}_high")
        return high is not None and not _all_small(high)

    def _column(self, column: Column, given: dict[str, Any], kind: Any) -> Any:  # noqa: ANN401 - pyarrow has no types
        """Return one column as it is written."""
        numbers = given[column.comes_from]
        if column.kind in ("source", "event", "type"):
            return self._of_events(numbers, "id" if column.kind == "event" else column.kind)
        if column.kind == "level":
            return self._levels(numbers, given)
        if column.kind in self.words:
            return _dictionary(numbers, self.words[column.kind])
        if column.kind in _PLAIN:
            return _PLAIN[column.kind](numbers)
        return self._accounts(numbers) if column.kind == "account" else self._exact(column, given, kind)

    def _accounts(self, numbers: Any) -> Any:  # noqa: ANN401 - pyarrow has no types
        if self.accounts is None:
            return numbers
        return pc.take(self.accounts, numbers) if self.whole else _named_range(numbers, self.accounts)

    def _of_events(self, places: Any, word: str) -> Any:  # noqa: ANN401 - pyarrow has no types
        """Return what is known of events by their places; nothing of what no event caused."""
        none = pc.less(places, number(0))
        at = _none_where(none, pc.subtract(places, number(self.first)))
        if self.window is None:
            return pa.nulls(len(places), pa.string())
        column = self.window.column(word)
        taken = pc.take(column, at)
        found = taken.combine_chunks() if isinstance(taken, pa.ChunkedArray) else taken
        return found if found.type == pa.string() else found.cast(pa.string())

    def _levels(self, numbers: Any, given: dict[str, Any]) -> Any:  # noqa: ANN401 - pyarrow has no types
        ladders = self.programme.ladders
        names = [level.name for ladder in ladders for level in ladder.levels]
        firsts = [0]
        for ladder in ladders[:-1]:
            firsts.append(firsts[-1] + len(ladder.levels))
        return _dictionary(pc.add(numbers, pc.take(whole_numbers(firsts), given["ladder"])), names)

    def _exact(self, column: Column, given: dict[str, Any], kind: Any) -> Any:  # noqa: ANN401 - pyarrow has no types
        """Return exact numbers with the decimals of the finest of their kind."""
        low, high = given[column.comes_from], given.get(f"{column.name}_high")
        factors = self._factors(column.kind, given)
        if high is not None and not _all_small(high):
            return _wide(low, high, factors, kind)
        if pa.types.is_integer(kind):
            return low
        if factors is None:
            return _shifted(low.cast(pa.decimal128(_SMALL_DIGITS, 0)), kind)
        return _shifted(pc.multiply(low.cast(pa.decimal128(_SMALL_DIGITS, 0)), factors), kind)

    def _factors(self, kind: str, given: dict[str, Any]) -> Any:  # noqa: ANN401 - pyarrow has no types
        """Return what the numbers of each row are multiplied by to have the finest decimals; None when all have them."""
        finest = decimals_of(kind, self.programme)
        named = {"metered": "metric", "credit": "ladder"}.get(kind, "unit")
        decimals = {
            "metric": [metric.scale for metric in self.programme.metrics],
            "ladder": [ladder.scale for ladder in self.programme.ladders],
            "unit": [unit.decimals for unit in self.programme.units],
        }[named]
        if kind == "money" or set(decimals) <= {finest}:
            return None
        factors = [Decimal(10 ** (finest - own)) for own in decimals]
        return pc.take(pa.array(factors, pa.decimal128(_FACTOR_DIGITS, 0)), given[named])


def tables_of(programme: Programme, kept: Kept, *, whole: bool = False) -> dict[str, Any]:
    """Return the ledger of events that were rated as values; `whole` says that accounts are whole numbers."""
    accounts = whole_numbers(map(int, kept.accounts)) if whole else texts(kept.accounts)
    places = {account: place for place, account in enumerate(kept.accounts)}
    events = {
        "account": whole_numbers([places[event.account] for event in kept.events]),
        "source": texts([event.source for event in kept.events]),
        "id": texts([event.id for event in kept.events]),
        "type": texts([event.type for event in kept.events]),
    }
    pages = Pages(programme, kept.ledger, accounts=accounts)
    pages.add(pa.table(events))
    return pages.turn()


def _words_of(programme: Programme) -> dict[str, Sequence[str]]:
    """Return what positions are called, by kind of column."""
    return {
        "unit": [unit.name for unit in programme.units],
        "book": BOOKS,
        "rule": [rule.name for rule in programme.rules],
        "payer": programme.payers,
        "ladder": [ladder.name for ladder in programme.ladders],
        "metric": [metric.name for metric in programme.metrics],
        "moved": CAUSES,
        "reward": [reward.name for reward in programme.rewards],
        "step": STEPS,
        "outside": OUTSIDE,
        "version": programme.versions,
    }


def _adopted(memory: memoryview) -> Any:  # noqa: ANN401 - pyarrow has no types
    return pa.Array.from_buffers(pa.int64(), len(memory), [None, pa.py_buffer(memory)])


def _none_where(condition: Any, numbers: Any) -> Any:  # noqa: ANN401 - pyarrow has no types
    return pc.if_else(condition, pa.nulls(1, numbers.type)[0], numbers)


def _dictionary(positions: Any, words: Sequence[str]) -> Any:  # noqa: ANN401 - pyarrow has no types
    """Return positions as words; none where they are below zero."""
    indices = positions.cast(pa.int32(), safe=False)
    if len(indices) and pc.min(indices).as_py() < 0:
        indices = _none_where(pc.less(indices, number(0)), indices)
    return pa.DictionaryArray.from_arrays(indices, texts(words), safe=False)


def _named_range(numbers: Any, names: Any) -> Any:  # noqa: ANN401 - pyarrow has no types
    """Return accounts by name; of all names only those from the first to the last that is needed."""
    if not len(numbers):
        return pa.DictionaryArray.from_arrays(numbers.cast(pa.int32()), names.slice(0, 0))
    first, last = numbers[0].as_py(), numbers[-1].as_py()
    return pa.DictionaryArray.from_arrays(
        pc.subtract(numbers, number(first)).cast(pa.int32()), names.slice(first, last - first + 1)
    )


def _instants(numbers: Any) -> Any:  # noqa: ANN401 - pyarrow has no types
    """Return instants; none where something never began or never ends."""
    if len(numbers) and (pc.min(numbers).as_py() <= EARLIEST or pc.max(numbers).as_py() >= LATEST):
        numbers = _none_where(
            pc.or_(pc.less_equal(numbers, number(EARLIEST)), pc.greater_equal(numbers, number(LATEST))), numbers
        )
    return numbers.view(pa.timestamp("us", "UTC"))


_PLAIN: Final[dict[str, Callable[[Any], Any]]] = {
    "number": lambda numbers: numbers,
    "journal": lambda numbers: _none_where(pc.equal(numbers, number(0)), numbers),
    "instant": _instants,
    "cause": lambda places: _dictionary(pc.cast(pc.greater_equal(places, number(0)), pa.int32()), _CAUSES),
}
"""How columns are written that need nothing but their numbers."""


def _all_small(high: Any) -> bool:  # noqa: ANN401 - pyarrow has no types
    return not len(high) or (pc.min(high).as_py() >= -1 and pc.max(high).as_py() <= 0)


def _shifted(whole: Any, kind: Any) -> Any:  # noqa: ANN401 - pyarrow has no types
    """Return whole numbers as what they are so many decimals further down."""
    plain = whole.cast(pa.decimal128(DIGITS, 0))
    return pa.Array.from_buffers(kind, len(plain), plain.buffers(), offset=plain.offset)


def _wide(low: Any, high: Any, factors: Any, kind: Any) -> Any:  # noqa: ANN401 - pyarrow has no types
    """Return numbers of any size, which come in two parts."""
    multiplied = [1] * len(low) if factors is None else [int(one) for one in factors.to_pylist()]
    numbers = [
        (one if part in (0, -1) else part << _LOW_BITS | one) * factor
        for one, part, factor in zip(low.to_pylist(), high.to_pylist(), multiplied, strict=True)
    ]
    return pa.array([Decimal(one).scaleb(-kind.scale) for one in numbers], kind)
