"""How much work an answer is, counted: a second is not the same on every machine, nor beside other tests."""

import sys
from collections.abc import Callable

CALLS_IN_A_SECOND = 6_000_000
"""About so many functions, Python's own among them, are called in a second."""


def calls_of(asked: Callable[[], object]) -> int:
    """Return how many functions are called while `asked` is answered."""
    calls = 0

    def count(_frame: object, event: str, _argument: object) -> None:
        nonlocal calls
        calls += event.endswith("call")

    sys.setprofile(count)
    try:
        asked()
    finally:
        sys.setprofile(None)
    return calls
