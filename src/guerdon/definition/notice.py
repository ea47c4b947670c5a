"""Notice: a version that takes something away from members takes effect when they have been told long enough.

Invariants:
* What is proved to be better may take effect at once; everything else, and what nobody can tell, needs notice (S19).
* How long is what the version that is replaced says; today is an argument, and comes from the door.
"""

from collections.abc import Iterator
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
    return wrong or [*_without_notice(new, old, on)][:ISSUES_MAX]


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
    if new.spec.programme != old.spec.programme:
        what = f"this is the programme {quote(new.spec.programme)}, and {old.file} is {quote(old.spec.programme)}"
        yield error("programme", new.place(("programme",)), what, f"write programme: {old.spec.programme}")
    for version in (old, new):
        if version.day is None:
            what = "a version that replaces another, or is replaced, says the day it takes effect"
            yield error("version", version.place(()), what, "write version: 2027-01-01")
    if new.day is not None and old.day is not None and new.day <= old.day:
        what = f"the version {new.spec.version} does not come after {old.spec.version}, which it replaces"
        yield error("version", new.place(("version",)), what, "write a later day")


def _without_notice(new: Version, old: Version, on: int) -> Iterator[Issue]:
    """Say what would change before members have been told long enough."""
    first = earliest(old, on=on)
    if new.day is None or new.day >= first:
        return
    changes = compare(old, new)
    both = any(change.verdict == BETTER for change in changes)
    for change in changes:
        if change.verdict in _WHY:
            yield _issue(new, change, _advice(old, first, on, both=both))


def _issue(new: Version, change: Change, advice: str) -> Issue:
    texts = f" (was: {change.old}; now: {change.new})" if change.old or change.new else ""
    what = f"{_WHY[change.verdict]} on {new.spec.version}, too soon: {change.sentence()}{texts}"
    return error("notice", new.place(change.loc), what, advice)


def _advice(old: Version, first: int, on: int, *, both: bool) -> str:
    since = f"{old.spec.changes.notice} after {day_name(on)}" if old.spec.changes is not None else "not in the past"
    apart = (
        "; what is better may come at once, in a version of its own: a version with both is two changes" if both else ""
    )
    return f"it may from {day_name(first)} on, {since}{apart}"
