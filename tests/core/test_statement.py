"""Statements: a row for each month with any event and a total after them, exact however large."""

from guerdon.core.effects import EARNED, Effects
from guerdon.core.statement import TOTAL, Statement
from guerdon.definition.zones import load_zone
from tests.core.test_amounts import instant

ANA, BEN = 7, 8
MARCH, APRIL, MAY = (2017 * 12 + month for month in (2, 3, 4))


def rows(statement: Statement) -> list[tuple[int, int, int, int]]:
    """Return member, month, unit and points of each row."""
    columns = statement.columns()
    points = [(high << 62) + low for low, high in zip(columns["points"], columns["points_high"], strict=True)]
    return list(zip(columns["member"], columns["month"], columns["unit"], points, strict=True))


class Book:
    """A statement in New York and the effects it counts."""

    def __init__(self, units: int = 1, capacity: int = 64) -> None:
        self.statement = Statement(load_zone("America/New_York"), units, capacity=capacity)
        self.effects = Effects()

    def event(self, member: int, at: int, *granted: tuple[int, int]) -> None:
        """Count an event with some effects, each of a unit."""
        mark = self.effects.count
        for unit, points in granted:
            self.effects.add(EARNED, 0, 0, 0, -1, 0, 0, -1, -1, unit, points, points, -1, 0, 0, 0, 0, 0)
        self.statement.add(member, at, self.effects, mark)


def test_a_month_begins_at_its_first_instant_in_the_zone() -> None:
    book = Book()
    book.event(ANA, instant(2017, 4, 1, 4) - 1, (0, 5))
    book.event(ANA, instant(2017, 4, 1, 4), (0, 7))
    book.statement.close()
    assert rows(book.statement) == [(ANA, MARCH, 0, 5), (ANA, APRIL, 0, 7), (ANA, TOTAL, 0, 12)]


def test_a_month_with_an_event_has_a_row_even_at_nothing_and_one_without_has_none() -> None:
    book = Book()
    book.event(ANA, instant(2017, 3, 5))
    book.event(ANA, instant(2017, 5, 5), (0, 1), (0, 2))
    book.event(BEN, instant(2017, 3, 6))
    book.statement.close()
    assert rows(book.statement) == [
        (ANA, MARCH, 0, 0), (ANA, MAY, 0, 3), (ANA, TOTAL, 0, 3), (BEN, MARCH, 0, 0), (BEN, TOTAL, 0, 0)
    ]  # fmt: skip


def test_each_unit_has_rows_of_its_own() -> None:
    book = Book(units=2)
    book.event(ANA, instant(2017, 3, 5), (1, 4), (0, 3), (1, 2))
    book.statement.close()
    assert rows(book.statement) == [(ANA, MARCH, 0, 3), (ANA, MARCH, 1, 6), (ANA, TOTAL, 0, 3), (ANA, TOTAL, 1, 6)]


def test_totals_beyond_a_machine_integer_are_exact() -> None:
    book = Book()
    for _ in range(5):
        book.event(ANA, instant(2017, 3, 5), (0, 2**62 - 1))
    book.statement.close()
    assert rows(book.statement) == [(ANA, MARCH, 0, 5 * 2**62 - 5), (ANA, TOTAL, 0, 5 * 2**62 - 5)]


def test_points_up_to_62_bits_stand_in_one_column() -> None:
    book = Book()
    book.event(ANA, instant(2017, 3, 5), (0, 2**62 - 1))
    book.statement.close()
    columns = book.statement.columns()
    assert (list(columns["points"]), list(columns["points_high"])) == ([2**62 - 1] * 2, [0, 0])


def test_a_statement_grows_and_keeps_what_it_holds() -> None:
    small, large = Book(capacity=1), Book(capacity=1024)
    for book in (small, large):
        for member in range(50):
            book.event(member, instant(2017, 3, 5), (0, member))
        book.statement.close()
    assert rows(small.statement) == rows(large.statement)


def test_a_member_stays_open_when_rows_are_handed_on() -> None:
    book = Book()
    book.event(ANA, instant(2017, 3, 5), (0, 5))
    book.event(ANA, instant(2017, 4, 5), (0, 6))
    assert rows(book.statement) == [(ANA, MARCH, 0, 5)]
    book.statement.forget()
    book.statement.close()
    assert rows(book.statement) == [(ANA, APRIL, 0, 6), (ANA, TOTAL, 0, 11)]


def test_nothing_is_closed_where_nobody_is_open() -> None:
    book = Book()
    book.statement.close()
    assert rows(book.statement) == []
