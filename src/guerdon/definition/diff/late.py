"""What becomes of late events, of purchases before joining, of members' own days, and of members who leave, in two versions."""

from collections.abc import Iterator, Mapping
from typing import Final

from guerdon.core.celebrations import ANY_LEVEL
from guerdon.definition.diff.changes import BETTER, DIFFERENT, WORSE, Change, Spot, Stated, Verdict, each_term
from guerdon.definition.diff.generic import differs
from guerdon.definition.diff.keeping import lasting
from guerdon.definition.diff.terms import chosen, ranked
from guerdon.definition.late import LateSpec
from guerdon.definition.spec import ClosingSpec, EnrolmentSpec

_NOTHING: Final = LateSpec.model_validate({})
_NO_CLAIM: Final = EnrolmentSpec.model_validate({})
_NOT_LEAVING: Final = ClosingSpec.model_validate({})


def late(_key: str, old: Stated, new: Stated, spot: Spot) -> Iterator[Change]:
    """Tell what becomes of events that are recorded late: the later one still counts, the better for members."""
    terms = {
        "way": ranked(("refuse", "as_of_now", "refold"), otherwise="refold"),
        "accept": lasting("events count as of when they happened for", "their day", forever=False),
        "loss": ranked(("adjust", "waive"), otherwise="adjust"),
    }
    yield from each_term(terms, differs, spot.about("late", old or _NOTHING, new or _NOTHING))


def enrolment(_key: str, old: Stated, new: Stated, spot: Spot) -> Iterator[Change]:
    """Tell how long before joining purchases count, and how members leave: the longer, the better for members."""
    terms = {
        "claim": lasting("purchases count that were made before joining for", "no time", forever=False),
        "closing": _closing,
    }
    yield from each_term(terms, differs, spot.about("enrolment", old or _NO_CLAIM, new or _NO_CLAIM))


def _closing(_key: str, old: Stated, new: Stated, spot: Spot) -> Iterator[Change]:
    """Tell whether members can leave, and how long they keep what they have."""
    if old is None and new is not None:
        yield spot.tell(BETTER, "members can leave")
    if old is not None and new is None:
        yield spot.tell(WORSE, "members can leave no more")
    terms = {
        "notice": lasting("whoever leaves keeps their points for", "no time", forever=False),
        "restore": lasting("whoever comes back has their points again for", "no time", forever=False),
    }
    yield from each_term(terms, differs, spot.about("closing", old or _NOT_LEAVING, new or _NOT_LEAVING))


def celebrations(_key: str, old: Stated, new: Stated, spot: Spot) -> Iterator[Change]:
    """Tell which days of members are celebrated, and how long each is open: the longer, the better for members."""
    terms = {
        "of": chosen("nothing"),
        "leap_day": ranked((), otherwise="02-28", name="29 February is celebrated on"),
        "days": _days,
        "by": chosen("no ladder"),
        "zone": ranked((), otherwise="programme", name="whose local day it is:"),
    }
    for name, one in new.items():
        here = spot.at(name).about(f"celebration {name}", old.get(name), one)
        if name in old:
            yield from each_term(terms, differs, here)
        else:
            yield here.tell(BETTER, f"new, open for {_told(one.days)}")
    for name in [name for name in old if name not in new]:
        yield spot.about(f"celebration {name}", old[name], None).tell(WORSE, "is gone")


def _days(_key: str, old: Stated, new: Stated, spot: Spot) -> Iterator[Change]:
    if old == new:
        return
    known = [level for level in {**old, **new} if level != ANY_LEVEL] or [ANY_LEVEL]
    found = [(_at(old, level), _at(new, level)) for level in known]
    told: Verdict = DIFFERENT
    if all(before <= after for before, after in found):
        told = BETTER
    elif all(before >= after for before, after in found):
        told = WORSE
    yield spot.tell(told, f"open for {_told(new)}, was {_told(old)}")


def _at(days: Mapping[str, int], level: str) -> int:
    """Return how many days it is open at a level; at one that is not there, none."""
    return days.get(level, days.get(ANY_LEVEL, 0))


def _told(days: Mapping[str, int]) -> str:
    if ANY_LEVEL in days:
        return f"{days[ANY_LEVEL]} {'day' if days[ANY_LEVEL] == 1 else 'days'}"
    return f"so many days: {', '.join(f'{level} {count}' for level, count in days.items())}"
