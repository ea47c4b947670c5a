"""Notice: a version that takes something away from members takes effect when they have been told long enough.

Invariants:
* What is proved to be better may take effect at once; everything else, and what nobody can tell, needs notice (S19).
* How long is what the version that is replaced says; today is an argument, and comes from the door.
"""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Final

from guerdon.core.calendar import add_months, day_name
from guerdon.definition.diff import BETTER, DIFFERENT, WORSE, Change, compare
from guerdon.definition.findings import ISSUES_MAX
from guerdon.definition.issues import Issue, error, quote
from guerdon.definition.versions import Version

_WHY: Final = {
    WORSE: "this takes something away from members",
    DIFFERENT: "nobody can tell that this is better for members",
}
_DAYS: Final = {"day": 1, "week": 7}
_MONTHS: Final = {"month": 1, "year": 12}


def check_replacement(new: Version, old: Version, *, on: int) -> list[Issue]:
    """Return what keeps a version from replacing another, if that is published on the day `on`."""
    wrong = [*_wrong_order(new, old)]
    return wrong or [*_without_notice(new, old, on, _day(new))][:ISSUES_MAX]


def check_timelines(new: Sequence[Version], old: Sequence[Version], *, on: int) -> list[Issue]:
    """Return what keeps versions from replacing all those of before, if they are published on the day `on`.

    Both are in the order in which they take effect. On each day on which anything changes members keep what the old versions
    had for that day, and what the new version before it gave them; what both folders have in common takes nothing away.
    """
    wrong = [issue for version in (*old, *new) for issue in _undated(version)]
    wrong += [*_of_another(new[0], old[0])]
    if wrong:
        return wrong
    days = sorted({_day(version) for version in (*old, *new)})
    pairs = [(_in_force(new, day), _in_force(old, day), day) for day in days]
    known = [(before.spec, after.spec) for before, after in pairwise(old)]
    pairs += [(after, before, _day(after)) for before, after in pairwise(new) if (before.spec, after.spec) not in known]
    issues = [issue for now, was, day in pairs if now.spec != was.spec for issue in _without_notice(now, was, on, day)]
    return list(dict.fromkeys(issues))[:ISSUES_MAX]


def _in_force(versions: Sequence[Version], day: int) -> Version:
    """Return the version in force on a day; before the first that is the first."""
    return [versions[0], *[version for version in versions if _day(version) <= day]][-1]


def _day(version: Version) -> int:
    return version.day or 0


def earliest(version: Version, *, on: int) -> int:
    """Return the first day on which something of a version may be taken away, if members are told on the day `on`."""
    if version.spec.changes is None:
        return on
    number, unit = version.spec.changes.notice.removesuffix("s").split(" ")
    if unit in _DAYS:
        return on + int(number) * _DAYS[unit]
    return add_months(on, int(number) * _MONTHS[unit])


def _wrong_order(new: Version, old: Version) -> Iterator[Issue]:
    """Say what is wrong with two versions before their terms are looked at."""
    yield from _of_another(new, old)
    for version in (old, new):
        yield from _undated(version)
    if new.day is not None and old.day is not None and new.day <= old.day:
        what = f"the version {new.spec.version} does not come after {old.spec.version}, which it replaces"
        yield error("version", new.place(("version",)), what, "write a later day")


def _of_another(new: Version, old: Version) -> Iterator[Issue]:
    """Say that versions are not of one programme."""
    if new.spec.programme != old.spec.programme:
        what = f"this is the programme {quote(new.spec.programme)}, and {old.file} is {quote(old.spec.programme)}"
        yield error("programme", new.place(("programme",)), what, f"write programme: {old.spec.programme}")


def _undated(version: Version) -> Iterator[Issue]:
    """Say that a version does not say its day."""
    if version.day is None:
        what = "a version that replaces another, or is replaced, says the day it takes effect"
        yield error("version", version.place(()), what, "write version: 2027-01-01")


def _without_notice(new: Version, old: Version, on: int, day: int) -> Iterator[Issue]:
    """Say what would change on a day that comes before members have been told long enough."""
    first = earliest(old, on=on)
    if day >= first:
        return
    changes = compare(old, new)
    both = any(change.verdict == BETTER for change in changes)
    for change in changes:
        if change.verdict in _WHY:
            yield _issue(new, change, day, _advice(old, first, on, both=both))


def _issue(new: Version, change: Change, day: int, advice: str) -> Issue:
    texts = f" (was: {change.old}; now: {change.new})" if change.old or change.new else ""
    what = f"{_WHY[change.verdict]} on {day_name(day)}, too soon: {change.sentence()}{texts}"
    return error("notice", new.place(change.loc), what, advice)


def _advice(old: Version, first: int, on: int, *, both: bool) -> str:
    since = f"{old.spec.changes.notice} after {day_name(on)}" if old.spec.changes is not None else "not in the past"
    apart = (
        "; what is better may come at once, in a version of its own: a version with both is two changes" if both else ""
    )
    return f"it may from {day_name(first)} on, {since}{apart}"
