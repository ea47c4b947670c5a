"""Columns of integers: what goes in comes out, however large."""

from array import array

from hypothesis import given
from hypothesis import strategies as st

from guerdon.core.columns import WIDE_BITS, column, column_of, grown, wide_column, zeros

EDGES = (0, 1, -1, 2**61, 2**62 - 1, 2**62, 2**62 + 1, -(2**62), -(2**62) - 1, 2**63, 10**33, -(10**33))


@given(st.lists(st.integers(-(2**124), 2**124 - 1) | st.sampled_from(EDGES)))
def test_a_column_gives_back_its_integers(values: list[int]) -> None:
    made = column_of(values)
    assert made.count() == len(values)
    assert [made.at(position) for position in range(len(values))] == values


def test_a_column_is_wide_only_where_a_value_is_beyond_62_bits() -> None:
    assert not column_of([2**62 - 1, -(2**62)]).wide
    assert column_of([2**62]).wide
    assert column_of([0, -(2**62) - 1]).wide


def test_a_column_is_read_from_memory_as_it_lies_there() -> None:
    made = column(memoryview(array("q", [3, -4, 2**62])))
    assert [made.at(0), made.at(1), made.at(2)] == [3, -4, 2**62]
    assert made.small_at(1) == -4


def test_a_wide_column_joins_two_halves() -> None:
    values = [10**30, -(10**30), 5]
    low = array("q", [value & (2**WIDE_BITS - 1) for value in values])
    high = array("q", [value >> WIDE_BITS for value in values])
    made = wide_column(memoryview(low), memoryview(high))
    assert [made.at(position) for position in range(3)] == values


def test_a_vector_that_has_grown_begins_as_before() -> None:
    small = zeros(2)
    small[1] = 7
    assert list(grown(small)) == [0, 7, 0, 0]
