"""What a ledger must know of a programme's versions: when each begins, which rates by which rules, what it offers."""

from bisect import bisect_right
from typing import Final

from guerdon.core.lots.rewards import Reward


class Versions:
    """The versions of a programme by their places: `starts` are their first instants, `rules` the version of each rule."""

    def __init__(self, *, starts: list[int], rules: list[int], rewards: list[list[Reward]]) -> None:
        self.starts: Final = starts
        self.rules: Final = rules
        self.rewards: Final = rewards

    def at(self, at: int) -> int:
        """Return the version in force at an instant."""
        return max(bisect_right(self.starts, at) - 1, 0)


NO_VERSIONS: Final = Versions(starts=[], rules=[], rewards=[])
"""What a ledger knows before anything is folded."""
