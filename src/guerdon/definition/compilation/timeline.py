"""A timeline compiled: the rules of all versions in one programme, each open while its own version is in force.

Invariants:
* The fold and the query need to know nothing of versions to earn: what is outside its window gives nothing.
* What is kept (limits, lots, metrics, levels) stands at one position in all versions; a version replaces its terms.
* A timeline of one version is that version's programme.
"""

from collections.abc import Sequence
from typing import Final

from guerdon.core.calendar import EARLIEST, Zone, civil
from guerdon.core.expr.tree import Arithmetic, Compare, Field, Junction, Literal, Node, number
from guerdon.core.limits import Limit
from guerdon.core.programme import Change, Programme, Unit
from guerdon.core.slots import FOREVER, Eligible
from guerdon.core.strategies import Strategies
from guerdon.definition.compilation.agreement import Dated, disagreements
from guerdon.definition.compilation.draft import Draft
from guerdon.definition.compilation.joint import Joint
from guerdon.definition.compilation.keeping import keeps_lots
from guerdon.definition.compilation.padding import padded
from guerdon.definition.compilation.programme import Compilation, begin
from guerdon.definition.findings import Enough
from guerdon.definition.issues import Issue

_YEARS: Final = (1969, 2101)
_MONTH: Final = 100
_YEAR: Final = 10_000


def compile_timeline(
    versions: Sequence[Dated], *, strategies: Strategies | None = None
) -> tuple[Programme | None, list[Issue]]:
    """Return versions, in the order in which they take effect, as one programme, and what keeps them from being one."""
    issues = disagreements(versions)
    if issues:
        return None, issues
    joined = _Joining(versions, strategies or {})
    try:
        programme = joined.programme()
    except Enough:
        programme = None
    issues = [issue for draft in joined.drafts for issue in draft.findings.issues]
    return (None if issues else programme), issues


class _Joining:
    """Versions as they are compiled, one after the other, into what they share."""

    def __init__(self, versions: Sequence[Dated], strategies: Strategies) -> None:
        self.versions: Final = versions
        self.joint: Final = Joint(several=True)
        specs = [one.spec for one in versions]
        self.drafts: Final = [
            _draft(one, begin(spec, one.source), strategies)
            for one, spec in zip(versions, padded(specs, keeps_lots=any(map(keeps_lots, specs))), strict=True)
        ]
        self.compiled: Final[list[Compilation]] = []
        self.limits: Final[list[dict[int, Limit]]] = []

    def programme(self) -> Programme:
        """Compile every version, and put the programme together."""
        for number_, draft in enumerate(self.drafts):
            self.joint.begin(number_)
            one = Compilation(draft, self.joint)
            one.compile()
            self.compiled.append(one)
            self.limits.append(self.joint.in_force)
        last = self.compiled[-1]
        last.eligible = self._eligible()
        last.units = [self._unit(position) for position in range(len(last.units))]
        names = [one.spec.version or "" for one in self.versions]
        return last.put_together(versions=names, changes=self._changes())

    def _unit(self, position: int) -> Unit:
        """Return a unit as the last version has it; rounded per order where any version does."""
        unit = self.compiled[-1].units[position]
        together = any(one.units[position].rounded_per_order for one in self.compiled)
        return Unit(name=unit.name, decimals=unit.decimals, rounded_per_order=together, cost=unit.cost)

    def _changes(self) -> list[Change]:
        """Return the terms of what is kept, from the first instant of each version on."""
        count = max(len(one.metrics) for one in self.compiled)
        limits = list(self.joint.limits)
        changes = []
        for version, one, own in zip(self.versions, self.compiled, self.limits, strict=True):
            for position, limit in own.items():
                limits[position] = limit
            extras = self.joint.extras[len(self.joint.extras) - (count - len(one.metrics)) :]
            changes.append(
                Change(
                    at=EARLIEST if version.within[0] == -FOREVER else version.within[0], limits=list(limits),
                    keepings=one.keepings, redeeming=one.redeeming,
                    metrics=[*one.metrics, *(extras if len(one.metrics) < count else [])], ladders=one.ladders,
                )
            )  # fmt: skip
        return changes

    def _eligible(self) -> Eligible:
        """Return what earns: what each version excludes, while it is in force."""
        stated = [one.eligible for one in self.compiled]
        if all(one.exclude == stated[0].exclude for one in stated):
            return stated[0]
        zone = self.drafts[0].zone
        excluded = [
            _while_in_force(zone, version, one.exclude)
            for version, one in zip(self.versions, stated, strict=True)
            if one.exclude is not None
        ]
        return Eligible(excluded[0] if len(excluded) == 1 else Junction("or", excluded), tuple(stated[0].include))


def _draft(version: Dated, draft: Draft, strategies: Strategies) -> Draft:
    draft.within = version.within
    draft.own_ladders = [ladder.id for ladder in version.spec.ladders]
    draft.strategies = strategies
    return draft


def _while_in_force(zone: Zone, version: Dated, node: Node) -> Node:
    """Return a condition that holds only on days of a version."""
    first, end = version.within
    conditions: list[Node] = []
    if first > -FOREVER:
        conditions.append(Compare(">=", _date(), _written(zone.day_of(first))))
    if end < FOREVER:
        conditions.append(Compare("<", _date(), _written(zone.day_of(end))))
    return Junction("and", [*conditions, node])


def _date() -> Node:
    """Return an event's local day as a number like 20260701."""
    year, month, day = [Field(word, number(low, high), line=False) for word, low, high in _FIELDS]
    months = Arithmetic("*", month, _whole(_MONTH), number(_MONTH, 12 * _MONTH))
    years = Arithmetic("*", year, _whole(_YEAR), number(_YEARS[0] * _YEAR, _YEARS[1] * _YEAR))
    both = Arithmetic("+", years, months, number(_YEARS[0] * _YEAR, _YEARS[1] * _YEAR + 12 * _MONTH))
    return Arithmetic("+", both, day, number(_YEARS[0] * _YEAR, _YEARS[1] * _YEAR + 12 * _MONTH + 31))


_FIELDS: Final = (("year", *_YEARS), ("month", 1, 12), ("day", 1, 31))


def _written(day: int) -> Literal:
    year, month, of_month = civil(day)
    return _whole(year * _YEAR + month * _MONTH + of_month)


def _whole(value: int) -> Literal:
    return Literal(value, number(value, value))
