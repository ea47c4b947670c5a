"""What is not earning by itself: units, what earns at all, rates of currencies, types of event, shared limits, notice."""

from collections.abc import Iterator, Mapping
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
from guerdon.definition.diff.earning import ROUNDINGS
from guerdon.definition.diff.generic import differs
from guerdon.definition.diff.keeping import UNIT_TERMS, lasting
from guerdon.definition.diff.limits import limits
from guerdon.definition.diff.terms import condition, names, ranked
from guerdon.definition.diff.wording import limit, listed, written
from guerdon.definition.spec import EligibleSpec, SharedLimitSpec, UnitSpec
from guerdon.definition.versions import Version

_WHERE_ROUNDED: Final = ("rule", "order")


def units(_key: str, old: Stated, new: Stated, spot: Spot) -> Iterator[Change]:
    """Tell how the kinds of points changed."""
    for name, one in new.items():
        here = spot.at(name)
        if name in old:
            yield from each_term(_unit_terms(old[name], one), differs, here.about(f"unit {name}", old[name], one))
        else:
            yield here.about(f"unit {name}", None, one).tell(KEEPING, "new")
    for name in [name for name in old if name not in new]:
        yield spot.about(f"unit {name}", old[name], None).tell(WORSE, "is gone, with what members hold of it")


def _unit_terms(old: UnitSpec, new: UnitSpec) -> Mapping[str, Describer]:
    return {
        "decimals": differs, "round": ranked(ROUNDINGS, otherwise="floor", name="rounding"), "round_at": _round_at(old, new),
        "cost": kept,
        **UNIT_TERMS,
    }  # fmt: skip


def _round_at(old: UnitSpec, new: UnitSpec) -> Describer:
    """Describe where is rounded: rounding down once takes less than rounding down often, rounding up gives less."""
    steps: tuple[str, ...] = _WHERE_ROUNDED if new.round == "floor" else _WHERE_ROUNDED[::-1]
    known = old.round == new.round and new.round in ("floor", "ceil")
    return ranked(steps if known else (), otherwise="rule", name="rounded once for each")


def eligible(_key: str, old: Stated, new: Stated, spot: Spot) -> Iterator[Change]:
    """Tell what of an amount earns now."""
    here = spot.about("eligible", old or EligibleSpec(exclude=None), new or EligibleSpec(exclude=None))
    terms = {
        "exclude": condition("nothing", per_line=True, excludes=True),
        "include": names("also earns on", "no longer earns on"),
    }
    yield from each_term(terms, differs, here)


def rates(key: str, old: Stated, new: Stated, spot: Spot) -> Iterator[Change]:
    """Tell what foreign currencies are worth now: worth more is more points."""
    for name, rate in new.items():
        if name not in old:
            yield spot.at(name).tell(BETTER, f"{name} is taken, at {written(rate)}")
        elif rate != old[name]:
            told: Verdict = BETTER if rate > old[name] else WORSE
            yield spot.at(name).texts(told, f"{key} {name}", written(old[name]), written(rate))
    gone = [name for name in old if name not in new]
    if gone:
        yield spot.tell(WORSE, f"{listed(gone)} is not taken any more")


def events(_key: str, old: Stated, new: Stated, spot: Spot) -> Iterator[Change]:
    """Tell how types of event changed: what is declared or dropped matters to the rules that read it."""
    for name, one in new.items():
        here = spot.at(name).about(f"event {name}", old.get(name), one)
        if name in old:
            terms = {"attributes": _attributes, "lines": _attributes}
            yield from each_term(terms, differs, here)
        else:
            yield here.tell(KEEPING, "new type of event")
    for name in [name for name in old if name not in new]:
        yield spot.about(f"event {name}", old[name], None).tell(KEEPING, "is not read any more")


def _attributes(key: str, old: Stated, new: Stated, spot: Spot) -> Iterator[Change]:
    for name in [name for name in (*old, *new) if (name in old) != (name in new)]:
        yield spot.at(name).tell(KEEPING, f"{key} {name} {'is new' if name in new else 'is not read any more'}")
    both = [name for name in new if name in old]
    yield from differs(key, {name: old[name] for name in both}, {name: new[name] for name in both}, spot)


def shared_limits(_key: str, old: Stated, new: Stated, spot: Spot) -> Iterator[Change]:
    """Tell how limits over several rules changed."""
    before, after = by_id(old), by_id(new)
    for name, (position, one) in after.items():
        here = spot.at(position).about(name, before[name][1] if name in before else None, one)
        if name in before:
            yield from _shared(here)
        else:
            yield here.tell(WORSE, f"new limit: {_limit_text(spot.both.new, one)}")
    for name in [name for name in before if name not in after]:
        was = before[name][1]
        yield spot.about(name, was, None).tell(BETTER, f"no longer limited to {_limit_text(spot.both.old, was)}")


def _shared(spot: Spot) -> Iterator[Change]:
    unit = _unit_of(spot.both.new, spot.new)
    if _counted(spot.old) != _counted(spot.new):
        yield limits(unit).changed(spot.old, spot.new, spot)
    told_above = dict.fromkeys(("id", "points", "times", "per", "every", "rolling_days"), unsaid)
    yield from each_term({**told_above, "rules": _bound}, differs, spot)


def _counted(one: SharedLimitSpec) -> tuple[object, ...]:
    return (one.points, one.times, one.per, one.every, one.rolling_days)


def _bound(key: str, old: Stated, new: Stated, spot: Spot) -> Iterator[Change]:
    """Tell which rules a limit binds: all of them unless it names some; to bind a new rule takes nothing away."""
    before, after = (_named(version, stated) for version, stated in ((spot.both.old, old), (spot.both.new, new)))
    known, left = (set(_named(version, None)) for version in (spot.both.old, spot.both.new))
    yield from names("also binds", "no longer binds", binds=True)(
        key, [name for name in before if name in left], [name for name in after if name in known], spot
    )


def _named(version: Version, stated: list[str] | None) -> list[str]:
    spec = version.spec
    rules = [*spec.rules, *(rule for campaign in spec.campaigns for rule in campaign.rules)]
    return [rule.id for rule in rules] if stated is None else stated


def _unit_of(version: Version, one: SharedLimitSpec) -> str:
    return one.unit or next(iter(version.spec.units))


def _limit_text(version: Version, one: SharedLimitSpec) -> str:
    over = f" over {listed(one.rules)}" if one.rules else ""
    return f"{limit(one, _unit_of(version, one))}{over}"


def notice(_key: str, old: Stated, new: Stated, spot: Spot) -> Iterator[Change]:
    """Tell how long before something is taken away members are told of it: longer is better."""
    was, now = (None if stated is None else stated.notice for stated in (old, new))
    yield from lasting("notice before something is taken away:", "none", forever=False)("notice", was, now, spot)


def zone(_key: str, old: Stated, new: Stated, spot: Spot) -> Iterator[Change]:
    """Tell another zone: days, months and hours begin at other instants."""
    if old != new:
        yield spot.tell(DIFFERENT, f"days, months and years are those of {new}, were those of {old}")


def currency(_key: str, old: Stated, new: Stated, spot: Spot) -> Iterator[Change]:
    """Tell another currency: every amount of the file is read in it."""
    if old != new:
        yield spot.tell(DIFFERENT, f"amounts are in {new}, were in {old}")
