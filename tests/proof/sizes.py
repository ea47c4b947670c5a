"""How much of each proof is run: little on every push, much for a release (`make proof`)."""

import os

import pytest

RELEASE = os.environ.get("GUERDON_PROOF") == "1"

on_either_for_a_release = pytest.mark.parametrize(
    "engine", ["sqlite", "postgresql"] if RELEASE else ["sqlite"], indirect=True
)
"""Marks what is the same on either database: on a push SQLite is asked, for a release both are."""


def sized(*, push: int, release: int) -> int:
    """Return how often something is done in this run."""
    return release if RELEASE else push
