"""Effects as columns: rows read back as values, however many there are."""

from dataclasses import astuple

from guerdon.core.effects import COLUMNS, KINDS, Effects


def filled(rows: int, capacity: int) -> Effects:
    """Return a buffer whose rows tell their places apart."""
    effects = Effects(capacity=capacity)
    for row in range(rows):
        effects.add(*(100 * row + column for column in range(len(COLUMNS))))
    return effects


def test_rows_read_back_as_they_were_added() -> None:
    effects = filled(3, capacity=8)
    assert [astuple(row) for row in effects.rows()] == [
        tuple(range(100 * row, 100 * row + len(COLUMNS))) for row in range(3)
    ]
    assert [row.event for row in effects.rows(start=2)] == [202]


def test_a_buffer_grows_and_keeps_what_it_holds() -> None:
    assert filled(100, capacity=1).rows() == filled(100, capacity=256).rows()


def test_columns_are_the_rows_in_use_side_by_side() -> None:
    columns = filled(3, capacity=2).columns()
    assert tuple(columns) == COLUMNS
    assert {name: list(column) for name, column in columns.items()} == {
        name: [place, 100 + place, 200 + place] for place, name in enumerate(COLUMNS)
    }
    assert {column.format for column in columns.values()} == {"q"}


def test_a_buffer_that_forgot_is_empty() -> None:
    effects = filled(3, capacity=2)
    effects.forget()
    assert effects.rows() == []
    assert len(effects.columns()["event"]) == 0


def test_points_are_counted_without_anything_else() -> None:
    effects = Effects(capacity=1)
    for granted in (5, 6, 7):
        effects.count_earned(2, granted)
    rows = effects.rows()
    assert [(KINDS[row.kind], row.unit, row.granted) for row in rows] == [
        ("earned", 2, granted) for granted in (5, 6, 7)
    ]
