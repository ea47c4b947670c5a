"""The table of books, and rows of the ledger as columns."""

import pytest

from guerdon.core.effects import KINDS, REDEEMED
from guerdon.core.ledger.books import BOOKS, MOVES_NOTHING, NO_BOOK, PLACES, TABLE, place_of, sides
from guerdon.core.ledger.rows import Rows


def test_every_kind_of_effect_moves_points_between_two_books_or_none() -> None:
    assert {row[0] for row in TABLE} | set(MOVES_NOTHING) == set(range(len(KINDS)))
    assert REDEEMED in MOVES_NOTHING
    assert len({row[:2] for row in TABLE}) == len(TABLE)
    assert all(len({*row[2:]}) > 1 for row in TABLE)
    used = {book for row in TABLE for book in row[2:]}
    assert used == set(range(len(BOOKS))), "every book has points come or go"


def test_the_table_is_looked_up_by_kind_and_place() -> None:
    sources, targets = sides(2), sides(3)
    assert len(sources) == len(targets) == len(KINDS) * PLACES
    for kind, before, source, into in TABLE:
        assert (sources[place_of(kind, before)], targets[place_of(kind, before)]) == (source, into)
    assert sum(book != NO_BOOK for book in sources) == len(TABLE)


@pytest.mark.parametrize("wide", [0, -1, 2**62 - 1, 2**62, -(2**62) - 1, 10**30])
def test_rows_hold_numbers_of_any_size_and_grow(wide: int) -> None:
    rows = Rows(("account", "points", "points_high"), capacity=1)
    for account in range(5):
        rows.begin()
        rows.put(account)
        rows.put_wide(wide)
    assert [row["account"] for row in rows.rows()] == [0, 1, 2, 3, 4]
    for row in rows.rows():
        high = row["points_high"]
        assert (row["points"] if high in (0, -1) else high << 62 | row["points"]) == wide
    assert list(rows.columns()["account"]) == [0, 1, 2, 3, 4]
    rows.forget()
    assert rows.rows() == []
