"""Metrics, ladders and benefits in two versions: what is counted, how levels are reached and kept, and what they bring.

Invariant: a term is better or worse only where every account is left with at least, or at most, what it had before.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Final

from guerdon.core.ladders import EVER, FOR, NEXT_PERIOD_END, PERIOD_END, Ladder
from guerdon.definition.diff.changes import (
    BETTER,
    DIFFERENT,
    KEEPING,
    WORSE,
    Change,
    Spot,
    Stated,
    Verdict,
    by_id,
    each_term,
    kept,
    unsaid,
)
from guerdon.definition.diff.generic import differs
from guerdon.definition.diff.keeping import lasting
from guerdon.definition.diff.terms import amount, chosen, condition, names, ranked
from guerdon.definition.diff.wording import listed, written
from guerdon.definition.levels import CreditSpec, LadderSpec, LevelSpec, WithinSpec
from guerdon.definition.spec import ProgrammeSpec
from guerdon.definition.versions import Version

_PERIODS: Final = ("day", "month", "quarter", "year", "ever")
"""Periods each of which holds the ones before it."""

_OF_LEVELS: Final = {"metrics", "ladders", "examples", "assumptions", "title", "description"}
"""Sections that do not give points by what a metric counts."""


def metrics(_key: str, old: Stated, new: Stated, spot: Spot) -> Iterator[Change]:
    """Tell what is counted of an account's past: where levels alone read it, more is better."""
    for name, one in new.items():
        here = spot.at(name).about(f"metric {name}", old.get(name), one)
        if name in old:
            alone = all(_measures_alone(name, version.spec) for version in (spot.both.old, spot.both.new))
            yield from (change if alone else _unordered(change) for change in _metric(here))
        else:
            yield here.tell(KEEPING, "new")
    for name in [name for name in old if name not in new]:
        yield spot.about(f"metric {name}", old[name], None).tell(KEEPING, "is not counted any more")


def _metric(spot: Spot) -> Iterator[Change]:
    old, new = (one.model_copy(update={"on": one.on or ["purchase"]}) for one in (spot.old, spot.new))
    terms = {
        "title": kept, "on": names("also counts", "no longer counts"), "sum": _sum, "when": condition("always"),
        "earned": chosen("events"), "within": _within,
    }  # fmt: skip
    return each_term(terms, differs, spot.about(spot.subject, old, new))


def _measures_alone(name: str, spec: ProgrammeSpec) -> bool:
    """Say whether a metric is read as what levels are reached by, and by nothing else."""
    stated = [by for ladder in spec.ladders for by in (ladder.by, *(level.by for level in ladder.levels))]
    measures = [by for by in stated if by is not None and re.search(rf"\b{name}\b", by)]
    plain = all(by in (name, f"metrics.{name}") for by in measures)
    return plain and not re.search(rf"\bmetrics\.{name}\b", spec.model_dump_json(exclude=_OF_LEVELS))


def _unordered(change: Change) -> Change:
    """Return a change of which nobody can tell whether it is better."""
    return change if change.verdict == KEEPING else replace(change, verdict=DIFFERENT)


def _sum(key: str, old: Stated, new: Stated, spot: Spot) -> Iterator[Change]:
    yield from (
        amount(key, old, new, spot) if old and new else chosen("events")(key, old or "events", new or "events", spot)
    )


def _within(key: str, old: WithinSpec, new: WithinSpec, spot: Spot) -> Iterator[Change]:
    if old == new:
        return
    told: Verdict = DIFFERENT
    if old.period in _PERIODS and new.period in _PERIODS:
        told = BETTER if _PERIODS.index(str(new.period)) > _PERIODS.index(str(old.period)) else WORSE
    for before, after in ((old.rolling_days, new.rolling_days), (old.rolling_months, new.rolling_months)):
        if before is not None and after is not None:
            told = BETTER if after > before else WORSE
    yield spot.texts(told, key, _time(old), _time(new))


def _time(within: WithinSpec) -> str:
    if within.rolling_days is not None:
        return f"{within.rolling_days} days"
    if within.rolling_months is not None:
        return f"{within.rolling_months} months"
    return str(within.period) if within.period is not None else f"a year from {within.year_from}"


def ladders(_key: str, old: Stated, new: Stated, spot: Spot) -> Iterator[Change]:
    """Tell how levels are reached, kept and lost."""
    before, after = by_id(old), by_id(new)
    for name, (position, one) in after.items():
        here = spot.at(position).about(f"ladder {name}", before[name][1] if name in before else None, one)
        if name in before:
            yield from _ladder(here)
        else:
            yield here.tell(BETTER, f"new, with the levels {_levels(one)}")
    for name in [name for name in before if name not in after]:
        was = before[name][1]
        yield spot.about(f"ladder {name}", was, None).tell(WORSE, f"is gone, with its levels {_levels(was)}")


def _levels(ladder: LadderSpec) -> str:
    return listed([level.id for level in ladder.levels])


def _ladder(spot: Spot) -> Iterator[Change]:
    terms = {
        "id": unsaid, "title": kept, "by": chosen("nothing"), "levels": _each_level, "credit": _credit, "keep": _keep,
        "crossing": ranked(("before", "split", "after"), otherwise="before", name="what reaches a level is rated"),
        "down": ranked(("earned", "one", "none"), otherwise="earned", name="a level that is not kept goes down to"),
        "grace": lasting("a level that is not kept is held for another", "no time", forever=False),
        "excess": ranked(("reset", "carry"), otherwise="reset", name="what lies above the level reached is"),
        "on_refund": ranked(("recheck", "keep_until_due"), otherwise="recheck", name="a level whose credit comes back is"),
        "grants": _grants,
    }  # fmt: skip
    return each_term(terms, differs, spot)


def _each_level(_key: str, old: Stated, new: Stated, spot: Spot) -> Iterator[Change]:
    before, after = by_id(old), by_id(new)
    both = [name for name in after if name in before]
    if both != [name for name in before if name in after]:
        yield spot.tell(DIFFERENT, "the levels stand in another order")
    for name, (position, one) in after.items():
        here = spot.at(position).about(f"level {name}", before[name][1] if name in before else None, one)
        if name in before:
            terms = {"id": unsaid, "title": kept, "from": _from, "by": chosen("as the ladder"), "benefits": benefits}
            yield from each_term(terms, differs, here)
        else:
            yield here.tell(BETTER, f"new level, {_start(one)}")
    for name in [name for name in before if name not in after]:
        yield spot.about(f"level {name}", before[name][1], None).tell(WORSE, "the level is gone")


def _start(level: LevelSpec) -> str:
    return "only given" if level.from_ is None else f"from {written(level.from_)}"


def _from(_key: str, old: Stated, new: Stated, spot: Spot) -> Iterator[Change]:
    """Tell a threshold: a higher one applies from the next period on (S19)."""
    if (old or 0) == (new or 0) and (old is None) == (new is None):
        return
    if old is None or (new is not None and new < old):
        yield spot.tell(BETTER, f"{_start(spot.new)}, was {_start(spot.old)}")
    else:
        yield spot.tell(WORSE, f"{_start(spot.new)}, was {_start(spot.old)}: it applies from the next period on")


def _credit(_key: str, old: CreditSpec, new: CreditSpec, spot: Spot) -> Iterator[Change]:
    if old == new:
        return
    if old.after is not None and new.after is not None:
        yield from lasting("an event counts after", "no time", forever=False, less_is_better=True)(
            "credit", old.after, new.after, spot
        )
        return
    told: Verdict = BETTER if new.start == "at_once" else WORSE if old.start == "at_once" else DIFFERENT
    yield spot.tell(told, f"an event counts {_counts(new)}, was {_counts(old)}")


def _counts(credit: CreditSpec) -> str:
    return f"after {credit.after}" if credit.after is not None else str(credit.start)


def _keep(_key: str, _old: Stated, _new: Stated, spot: Spot) -> Iterator[Change]:
    """Tell how long a level is kept, stated or as goes with what it is reached by."""
    old, new = (_compiled(version, spot.new.id) for version in (spot.both.old, spot.both.new))
    if old is None or new is None or (_kept(old), _months(old)) == (_kept(new), _months(new)):
        return
    told: Verdict = DIFFERENT
    if EVER in (old.keep, new.keep):
        told = BETTER if new.keep == EVER else WORSE
    elif old.keep == new.keep == FOR:
        few, many = _months(old), _months(new)
        told = BETTER if min(many) >= max(few) else WORSE if max(many) <= min(few) else DIFFERENT
    elif {old.keep, new.keep} == {PERIOD_END, NEXT_PERIOD_END} and _same_window(old, new):
        told = BETTER if new.keep == NEXT_PERIOD_END else WORSE
    yield spot.tell(told, f"a level is kept {_kept(new)}, was {_kept(old)}")


def _compiled(version: Version, name: str) -> Ladder | None:
    return next((ladder for ladder in version.programme.ladders if ladder.name == name), None)


def _same_window(old: Ladder, new: Ladder) -> bool:
    one, other = old.window, new.window
    return one is not None and other is not None and (one.kind, one.length) == (other.kind, other.length)


def _months(ladder: Ladder) -> tuple[int, int]:
    """Return how many days a level is kept for, at least and at most."""
    length = ladder.length
    return (0, 0) if length is None else (length.months * 28 + length.days, length.months * 31 + length.days)


def _kept(ladder: Ladder) -> str:
    if ladder.keep == FOR and ladder.length is not None:
        parts = [(ladder.length.months, "months"), (ladder.length.days, "days")]
        return f"for {' and '.join(f'{count} {what}' for count, what in parts if count)}"
    return {PERIOD_END: "to period_end", NEXT_PERIOD_END: "to next_period_end"}.get(ladder.keep, "for ever")


def _grants(_key: str, old: Stated, new: Stated, spot: Spot) -> Iterator[Change]:
    before, after = by_id(old), by_id(new)
    order = [level.id for level in spot.new.levels]
    terms = {
        "id": unsaid, "on": chosen("nothing"), "when": chosen("always"), "level": ranked(order, otherwise="", name="gives the level"),
        "for": lasting("is held for", "no end", forever=True), "until": chosen("no end"),
    }  # fmt: skip
    for name, (position, one) in after.items():
        here = spot.at(position).about(f"grant {name}", before[name][1] if name in before else None, one)
        if name in before:
            yield from each_term(terms, differs, here)
        else:
            yield here.tell(BETTER, f"new: {one.on} gives {one.level}")
    for name in [name for name in before if name not in after]:
        yield spot.about(f"grant {name}", before[name][1], None).tell(WORSE, "is gone")


def benefits(_key: str, old: Stated, new: Stated, spot: Spot) -> Iterator[Change]:
    """Tell what is got beside points: more of a number is better, and what is gone is worse."""
    for name in [*new, *(name for name in old if name not in new)]:
        before, after = old.get(name, False), new.get(name, False)
        here = spot.at(name) if name in new else spot
        here = here if here.subject else here.about("benefits", None, None)
        if (before is False) != (after is False):
            yield (
                here.tell(WORSE, f"no longer brings {_told(name, before)}")
                if after is False
                else here.tell(BETTER, f"brings {_told(name, after)}")
            )
        elif written(before) != written(after):
            yield here.tell(_more(before, after), f"{name} is {written(after)}, was {written(before)}")


def _more(before: object, after: object) -> Verdict:
    if isinstance(before, bool) or isinstance(after, bool) or isinstance(before, str) or isinstance(after, str):
        return DIFFERENT
    return BETTER if Decimal(str(after)) > Decimal(str(before)) else WORSE


def _told(name: str, value: object) -> str:
    return name if value is True else f"{name}: {written(value)}"
