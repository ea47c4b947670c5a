"""The timeline of a programme: its versions in the order in which they take effect, and which is in force when.

On disk it is a folder in which each programme file is a version; what versions include stands in folders inside.

Invariants:
* A version is in force from the first instant of its day, in the programme's zone, up to that of the next one's.
* What happened before the first version is rated by the first.
"""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Final

from guerdon.core.errors import Invalid, NotFound, invariant
from guerdon.core.programme import Programme
from guerdon.core.slots import FOREVER
from guerdon.core.strategies import Strategies
from guerdon.definition.check import Checked, check, recheck
from guerdon.definition.compilation import Dated, compile_timeline
from guerdon.definition.files import File
from guerdon.definition.issues import Issue, error, render
from guerdon.definition.shipped import ENDINGS, find_programme
from guerdon.definition.versions import Version, version_of

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

    def compile(self, *, strategies: Strategies | None = None) -> tuple[Programme | None, list[Issue]]:
        """Return all versions as one programme, and what keeps them from being one."""
        if len(self.versions) == 1:
            return self.versions[0].programme, []
        dated = [
            Dated(one.spec, one.source, (-FOREVER if start is None else start, FOREVER if end is None else end))
            for one, (start, end) in zip(self.versions, self.windows(), strict=True)
        ]
        return compile_timeline(dated, strategies=strategies)


def join(checked: Sequence[Checked], *, strategies: Strategies | None = None) -> Checked:
    """Return checked versions as one programme, with what is wrong in any of them or between them.

    `files` are those of the first version, and `later` those of the others, in the order in which they take effect.
    """
    issues = tuple(issue for one in checked for issue in one.issues)
    if any(one.programme is None for one in checked):
        return Checked(programme=None, issues=issues, files=())
    versions = [version_of(one) for one in checked]
    wrong = check_timeline(versions)
    if wrong:
        return Checked(programme=None, issues=(*issues, *wrong), files=())
    timeline = Timeline(versions)
    programme, found = timeline.compile(strategies=strategies)
    first, *later = [tuple(one.source.files) for one in timeline.versions]
    return Checked(
        programme=programme, issues=(*issues, *found), files=first, later=tuple(later),
        examples=sum(one.examples for one in checked),
    )  # fmt: skip


def check_named(named: str, *, strategies: Strategies | None = None) -> Checked:
    """Check the programme that is meant: the file of that name, the shipped one called so, or all versions in a folder."""
    if Path(named).is_dir():
        return check_folder(Path(named), strategies=strategies)
    return check(find_programme(named), strategies=strategies)


def check_folder(folder: Path, *, strategies: Strategies | None = None) -> Checked:
    """Check the versions in a folder, and join them; NotFound when there is none."""
    files = sorted(path for path in folder.iterdir() if path.suffix in ENDINGS and path.is_file())
    if not files:
        message = (
            f"there is no programme in the folder {folder}; put a file for each version into it, like 2026-01-01.yaml"
        )
        raise NotFound(message)
    return join([check(path, strategies=strategies) for path in files], strategies=strategies)


def versions_of(checked: Checked) -> tuple[Version, ...]:
    """Return the versions of a programme in which nothing is wrong, in the order in which they take effect."""
    return tuple([version_of(recheck(files)) for files in (checked.files, *checked.later)])


def reload(files: Sequence[File], later: Sequence[Sequence[File]] = ()) -> Programme:
    """Return a programme from the files of one that was checked before, in another process; `later` are those of later versions."""
    joined = join([recheck(one) for one in (files, *later)])
    if joined.programme is None:
        raise Invalid("\n".join(render(issue) for issue in joined.errors))
    return joined.programme


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
