"""Again: a transaction that met another one is done once more from the start, a few times, after a short pause of chance length."""

import random
import time
from collections.abc import Callable
from typing import Final, TypeVar

from guerdon.core.errors import Conflict

T = TypeVar("T")

TRIES: Final = 6
_PAUSE_SECONDS: Final = 0.005


def until_done(do: Callable[[], T], tries: int = TRIES) -> T:
    """Do something until no other transaction is in its way; Conflict when one still was the last time."""
    for tried in range(1, tries):
        try:
            return do()
        except Conflict:
            time.sleep(random.uniform(0, _PAUSE_SECONDS * tried))  # noqa: S311 - a pause is no secret
    return do()
