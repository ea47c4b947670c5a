"""Limits of two versions: a larger number, a shorter period, or for each member instead of the account, is better."""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Final

from guerdon.definition.diff.changes import BETTER, WORSE, Change, Spot, Stated, Verdict
from guerdon.definition.diff.ordering import LESS, MORE, SAME, UNKNOWN, Order, joined
from guerdon.definition.diff.terms import verdict_of
from guerdon.definition.diff.wording import limit, most
from guerdon.definition.spec import LimitSpec

_NESTED: Final = (("day", "month", "quarter", "year", "ever"), ("day", "week", "ever"))
"""Periods of which each lies within one of the next."""

_PER: Final[dict[tuple[str, str], Order]] = {("account", "member"): MORE, ("member", "account"): LESS}


def limits(unit: str) -> "Limits":
    """Return a describer of limits on points of a unit."""
    return Limits(unit)


class Limits:
    """A describer of the limits of a rule, a multiplier or a campaign, which have no names."""

    def __init__(self, unit: str) -> None:
        """Keep the unit for the words."""
        self.unit: Final = unit

    def __call__(self, _key: str, old: Stated, new: Stated, spot: Spot) -> Iterator[Change]:
        """Tell which limits are new, gone or changed; those that count alike are taken for the same."""
        before, after = _without_same(old, new)
        for one in list(before):
            match = next((other for other in after if _counts(one) == _counts(other)), None)
            if match is None and len(before) == len(after) == 1 and _kind(one) == _kind(after[0]):
                match = after[0]
            if match is not None:
                yield self.changed(one, match, spot.at(list(new).index(match)))
                before.remove(one)
                after.remove(match)
        for one in after:
            yield spot.at(list(new).index(one)).tell(WORSE, f"new limit: {limit(one, self.unit)}")
        for one in before:
            yield spot.tell(BETTER, f"no longer limited to {limit(one, self.unit)}")

    def changed(self, old: LimitSpec, new: LimitSpec, spot: Spot) -> Change:
        """Tell how a limit changed."""
        was = most(old, self.unit) if _counts(old) == _counts(new) else limit(old, self.unit)
        return spot.tell(_verdict(old, new), f"at most {limit(new, self.unit)}, was {was}")


def _verdict(old: LimitSpec, new: LimitSpec) -> Verdict:
    return verdict_of(joined(_number(old, new), _period(old, new), _bound(old, new)))


def _without_same(old: Sequence[LimitSpec], new: Sequence[LimitSpec]) -> tuple[list[LimitSpec], list[LimitSpec]]:
    before, after = list(old), list(new)
    for one in old:
        if one in after:
            before.remove(one)
            after.remove(one)
    return before, after


def _kind(one: LimitSpec) -> bool:
    return one.points is None


def _counts(one: LimitSpec) -> tuple[object, ...]:
    return (_kind(one), one.per, one.every, one.rolling_days)


def _number(old: LimitSpec, new: LimitSpec) -> Order:
    if _kind(old) != _kind(new):
        return UNKNOWN
    return _more(*(Decimal(one.times or 0) if _kind(one) else one.points or Decimal(0) for one in (old, new)))


def _more(before: Decimal, after: Decimal) -> Order:
    return SAME if before == after else MORE if after > before else LESS


def _period(old: LimitSpec, new: LimitSpec) -> Order:
    """Compare periods: the same number in a shorter one is more."""
    if (old.every, old.rolling_days) == (new.every, new.rolling_days):
        return SAME
    if old.rolling_days is not None and new.rolling_days is not None:
        return MORE if new.rolling_days < old.rolling_days else LESS
    for steps in _NESTED:
        if old.every in steps and new.every in steps:
            return MORE if steps.index(new.every) < steps.index(old.every) else LESS
    return UNKNOWN


def _bound(old: LimitSpec, new: LimitSpec) -> Order:
    """Compare for whom a limit counts: an account may have several members."""
    if old.per == new.per:
        return SAME
    return _PER.get((old.per, new.per), UNKNOWN)
