"""Exact numbers: named roundings, and splits whose parts add up."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guerdon.core.values import CEIL, FLOOR, HALF_EVEN, HALF_UP, ROUNDINGS, divide, split
from tests.core.baskets import rounded

TABLE = [
    # value, by, floor, ceil, half_up, half_even
    (0, 10, 0, 0, 0, 0),
    (20, 10, 2, 2, 2, 2),
    (24, 10, 2, 3, 2, 2),
    (25, 10, 2, 3, 3, 2),
    (26, 10, 2, 3, 3, 3),
    (35, 10, 3, 4, 4, 4),
    (-24, 10, -3, -2, -2, -2),
    (-25, 10, -3, -2, -3, -2),
    (-26, 10, -3, -2, -3, -3),
    (-35, 10, -4, -3, -4, -4),
    (5, 3, 1, 2, 2, 2),
    (4, 3, 1, 2, 1, 1),
]


@pytest.mark.parametrize(("value", "by", "floor", "ceil", "half_up", "half_even"), TABLE)
def test_each_rounding_does_what_its_name_says(
    value: int, by: int, floor: int, ceil: int, half_up: int, half_even: int
) -> None:
    assert divide(value, by, FLOOR) == floor
    assert divide(value, by, CEIL) == ceil
    assert divide(value, by, HALF_UP) == half_up
    assert divide(value, by, HALF_EVEN) == half_even


@given(st.integers(0, 10**40), st.integers(1, 10**20), st.sampled_from(sorted(ROUNDINGS)))
def test_roundings_hold_at_any_size(value: int, by: int, name: str) -> None:
    assert divide(value, by, ROUNDINGS[name]) == rounded(Fraction(value, by), name)


@pytest.mark.parametrize(
    ("whole", "weights", "parts"),
    [
        (10, [1, 1], [5, 5]),
        (10, [1, 1, 1], [4, 3, 3]),
        (11, [1, 1, 1], [4, 4, 3]),
        (7, [2, 1], [5, 2]),  # 4.67 and 2.33
        (1, [1, 2, 2], [0, 1, 0]),  # 0.2, 0.4, 0.4
        (0, [3, 4], [0, 0]),
        (5, [0, 0], [5, 0]),
        (5, [0, 1], [0, 5]),
        (5, [], []),
    ],
)
def test_a_split_gives_what_is_left_to_the_largest_remainders(whole: int, weights: list[int], parts: list[int]) -> None:
    assert split(whole, weights) == parts


@given(st.integers(0, 10**30), st.lists(st.integers(0, 10**30), min_size=1, max_size=20))
def test_the_parts_of_a_split_add_up_and_are_within_one_of_their_share(whole: int, weights: list[int]) -> None:
    parts = split(whole, weights)
    assert sum(parts) == whole
    total = sum(weights)
    assert total == 0 or all(
        abs(part * total - whole * weight) < total for part, weight in zip(parts, weights, strict=True)
    )
