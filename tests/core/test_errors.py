"""Failures: one tree, and invariants that survive optimisation."""

import pytest

from guerdon.core.errors import (
    Conflict,
    GuerdonError,
    Invalid,
    InvariantBroken,
    NotFound,
    Refused,
    Unavailable,
    invariant,
)


def test_every_failure_is_one_that_guerdon_foresees() -> None:
    assert {Conflict, Invalid, InvariantBroken, NotFound, Refused, Unavailable} == set(GuerdonError.__subclasses__())


def test_an_invariant_that_holds_says_nothing() -> None:
    invariant(True, "one is one")  # noqa: FBT003 - the claim is the point


def test_an_invariant_that_does_not_hold_says_its_claim() -> None:
    with pytest.raises(InvariantBroken, match="parts add up"):
        invariant(False, "parts add up")  # noqa: FBT003 - the claim is the point
