"""What becomes of points that an account has, in two versions: pending, expiry, caps, rewards, reservations."""

from collections.abc import Iterator
from typing import Final

from guerdon.definition.diff.changes import (
    BETTER,
    DIFFERENT,
    KEEPING,
    WORSE,
    Change,
    Describer,
    Spot,
    Stated,
    Verdict,
    by_id,
    each_term,
    kept,
    unsaid,
)
from guerdon.definition.diff.generic import differs
from guerdon.definition.diff.limits import limits
from guerdon.definition.diff.ordering import order_of_numbers, turned
from guerdon.definition.diff.terms import condition, ends, names, ranked, starts, verdict_of
from guerdon.definition.diff.wording import written
from guerdon.definition.keeping import NEVER, RESTORES, PendingSpec, RedemptionsSpec

_HOURS: Final = {
    "hour": (1, 1), "day": (24, 24), "week": (168, 168), "month": (28 * 24, 31 * 24), "year": (336 * 24, 372 * 24),
}  # fmt: skip
"""How many hours a unit of time has at least and at most; a year is twelve months."""

_EACH: Final = ("year", "quarter", "month", "week", "day")
_LAST: Final = (10**9, 10**9)
_TURNED: Final[dict[Verdict, Verdict]] = {BETTER: WORSE, WORSE: BETTER, DIFFERENT: DIFFERENT, KEEPING: KEEPING}
_NO_PENDING: Final = PendingSpec.model_validate({})
_NO_REDEMPTIONS: Final = RedemptionsSpec.model_validate({})


def lasting(name: str, unsaid_is: str, *, forever: bool, less_is_better: bool = False) -> Describer:
    """Return a describer of a length of time, of which more is better unless it says less."""

    def describe(_key: str, old: Stated, new: Stated, spot: Spot) -> Iterator[Change]:
        if old != new:
            told = _longer(_hours(old, forever=forever), _hours(new, forever=forever))
            what = f"{name} {new or unsaid_is}, was {old or unsaid_is}"
            yield spot.tell(_TURNED[told] if less_is_better else told, what)

    return describe


def _hours(length: str | None, *, forever: bool) -> tuple[int, int]:
    if length is None:
        return _LAST if forever else (0, 0)
    number, unit = length.removesuffix("s").split(" ")
    fewest, most = _HOURS[unit]
    return int(number) * fewest, int(number) * most


def _longer(old: tuple[int, int], new: tuple[int, int]) -> Verdict:
    """Compare two lengths of time; a month may be shorter or longer than 30 days."""
    if old == new:
        return KEEPING
    if old[0] * new[1] == old[1] * new[0]:
        return BETTER if new[0] > old[0] else WORSE
    return BETTER if new[0] >= old[1] else WORSE if new[1] <= old[0] else DIFFERENT


def number(name: str, unsaid_is: str, *, less_is_better: bool = False, none_is_most: bool = False) -> Describer:
    """Return a describer of a number of which more is better unless it says less; unsaid is the least, or the most."""

    def describe(_key: str, old: Stated, new: Stated, spot: Spot) -> Iterator[Change]:
        if old != new:
            more = none_is_most if new is None else not none_is_most if old is None else new > old
            told: Verdict = BETTER if more is not less_is_better else WORSE
            texts = (unsaid_is if one is None else written(one) for one in (old, new))
            yield spot.texts(told, name, *texts)

    return describe


def expiry(_key: str, old: Stated, new: Stated, spot: Spot) -> Iterator[Change]:
    """Tell how long points stay."""
    terms = {
        "after": lasting("points expire after", "no time", forever=True),
        "idle": lasting("points expire after an idle time of", "any length", forever=True),
        "to": ranked(("at once", "month_end", "quarter_end", "year_end"), otherwise="at once", name="points stay to"),
        "activities": names("also counts as activity:", "no longer counts as activity:"),
        "on": _on,
        "extended_by": lasting("activity keeps points longer by", "no time", forever=False),
        "extended_each": ranked(_EACH, otherwise="month", name="at most once a"),
        "policies": _policies,
    }
    yield from each_term(terms, differs, spot.about(spot.subject, old, new))


def _policies(_key: str, old: Stated, new: Stated, spot: Spot) -> Iterator[Change]:
    """Tell each level's policy; without one points stay."""
    before, after = old or {}, new or {}
    for name in dict.fromkeys([*before, *after]):
        was, now = before.get(name, NEVER), after.get(name, NEVER)
        yield from expiry("expiry", was, now, spot.about(f"{spot.subject}, {name}", was, now))


def _on(_key: str, old: Stated, new: Stated, spot: Spot) -> Iterator[Change]:
    if old != new:
        told: Verdict = WORSE if old is None else BETTER if new is None else DIFFERENT
        yield spot.tell(told, f"points expire each year on {new or 'no day'}, was {old or 'no day'}")


def pending(_key: str, old: Stated, new: Stated, spot: Spot) -> Iterator[Change]:
    """Tell how long points wait."""
    here = spot.about(spot.subject, old or _NO_PENDING, new or _NO_PENDING)
    terms = {
        "for": lasting("points wait", "no time", forever=False, less_is_better=True),
        "expires_from": ranked(("earning", "usable"), otherwise="earning", name="expiry runs from"),
    }
    yield from each_term(terms, differs, here)


def _debt(key: str, old: Stated, new: Stated, spot: Spot) -> Iterator[Change]:
    """Tell after how long what is owed is written off."""
    describe = lasting("what is owed is written off after", "any time", forever=True, less_is_better=True)
    yield from describe(key, None if old is None else old.after, None if new is None else new.after, spot)


UNIT_TERMS: Final[dict[str, Describer]] = {
    "expiry": expiry, "pending": pending, "cap": number("an account holds at most", "any number", none_is_most=True),
    "over_cap": ranked(("lost", "pending"), otherwise="lost", name="beyond the cap points are"),
    "debt": _debt, "value": kept, "expected_redemption": kept,
}  # fmt: skip
"""What a unit says of points that are held."""


def redemptions(_key: str, old: Stated, new: Stated, spot: Spot) -> Iterator[Change]:
    """Tell how long points are set aside, and how long those that come back stay."""
    terms: dict[str, Describer] = {
        "hold_for": lasting("a reservation lasts", "for ever", forever=True),
        "hold_grace": lasting("points that come back after their date stay", "no time", forever=False),
        "restore": _restore,
    }
    yield from each_term(terms, differs, spot.about("redemptions", old or _NO_REDEMPTIONS, new or _NO_REDEMPTIONS))


def _restore(_key: str, old: Stated, new: Stated, spot: Spot) -> Iterator[Change]:
    """Tell what becomes of spent points that come back late: the longer they stay the better."""
    if old != new:
        told: Verdict = DIFFERENT
        if "new_lot" not in (old, new):
            times = [_hours(None if one in RESTORES else one, forever=False) for one in (old, new)]
            told = _longer(times[0], times[1])
        yield spot.texts(told, "spent points that come back after their date:", old, new)


def rewards(_key: str, old: Stated, new: Stated, spot: Spot) -> Iterator[Change]:
    """Tell what is on offer: a lower price is better."""
    before, after = by_id(old), by_id(new)
    terms: dict[str, Describer] = {
        "id": unsaid, "title": kept, "treatment": kept, "price": _price, "when": condition("always"),
        "min": number("at least", "any number", less_is_better=True), "step": number("in steps of", "1", less_is_better=True),
        "money": _money, "stock": number("how many there are:", "any number", none_is_most=True),
        "code": kept, "valid_for": lasting("it can be used for", "ever", forever=True), "from": starts, "until": ends,
        "limits": limits("points"),
    }  # fmt: skip
    for name, (position, one) in after.items():
        here = spot.at(position)
        if name in before:
            yield from each_term(terms, differs, here.about(name, before[name][1], one))
        else:
            yield here.about(name, None, one).tell(BETTER, f"new reward, for {written(one.price)}")
    for name in [name for name in before if name not in after]:
        was = before[name][1]
        yield spot.about(name, was, None).tell(WORSE, f"the reward is gone; its price was {written(was.price)}")


def _money(key: str, old: Stated, new: Stated, spot: Spot) -> Iterator[Change]:
    yield from _price(key, old or "0", new or "0", spot)


def _price(key: str, old: Stated, new: Stated, spot: Spot) -> Iterator[Change]:
    if old != new:
        before, after = spot.both.trees([old, new], ("purchase", "purchase"), want="number", per_line=False)
        told: Verdict = DIFFERENT
        if before is not None and after is not None:
            told = verdict_of(turned(order_of_numbers(before, after)))
        yield spot.texts(told, key, written(old), written(new))
