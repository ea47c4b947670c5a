"""The timeline of a programme: its versions in the order in which they take effect, and which is in force when.

Invariants:
* A version is in force from the first instant of its day, in the programme's zone, up to that of the next one's.
* What happened before the first version is rated by the first.
"""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Final

from guerdon.core.errors import invariant
from guerdon.definition.issues import Issue, error
from guerdon.definition.versions import Version

_KEPT: Final = ("programme", "zone", "currency")
"""What all versions of a programme have in common: what one of them changed would be another programme."""


class Timeline:
    """The versions of a programme, each with the instant from which it is in force."""

    def __init__(self, versions: Sequence[Version]) -> None:
        """Take versions in which `check_timeline` finds nothing wrong, in any order."""
        self.versions: Final = tuple(sorted(versions, key=_day))
        invariant(not check_timeline(self.versions), "versions follow each other")
        self.starts: Final = [one.programme.zone.day_start(_day(one)) for one in self.versions]

    def in_force(self, at: int) -> Version:
        """Return the version in force at an instant."""
        return self.versions[max(bisect_right(self.starts, at) - 1, 0)]

    def windows(self) -> list[tuple[int | None, int | None]]:
        """Return from when and until when each version rates events, half-open; None where it has no end."""
        starts: list[int | None] = [None, *self.starts[1:]]
        return list(zip(starts, [*starts[1:], None], strict=True))


def check_timeline(versions: Sequence[Version]) -> list[Issue]:
    """Return what keeps versions, given in any order, from being one programme's."""
    if len(versions) == 1:
        return []
    return [*_undated(versions)] or [*_apart(sorted(versions, key=_day))]


def _day(version: Version) -> int:
    return version.day or 0


def _undated(versions: Sequence[Version]) -> Iterator[Issue]:
    for version in versions:
        if version.day is None:
            what = "one of several versions says the day it takes effect"
            yield error("version", version.place(()), what, "write version: 2027-01-01")


def _apart(ordered: Sequence[Version]) -> Iterator[Issue]:
    """Say what each version does not have in common with the one before it."""
    for before, version in pairwise(ordered):
        if version.day == before.day:
            what = f"{before.file} takes effect on {version.spec.version} too"
            yield error(
                "version", version.place(("version",)), what, "let each version take effect on a day of its own"
            )
        for key in _KEPT:
            was, now = getattr(before.spec, key), getattr(version.spec, key)
            if was != now:
                what = f"the {key} is {now}, and in {before.file}, the version before this one, {was}"
                yield error(key, version.place((key,)), what, f"keep {was}, or begin a programme of its own")
