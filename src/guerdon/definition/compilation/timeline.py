"""A timeline compiled: the rules of all versions in one programme, each open while its own version is in force.

Invariants:
* The fold and the query need to know nothing of versions to earn: what is outside its window gives nothing.
* What is kept (limits, lots, metrics, levels) stands at one position in all versions; a version replaces its terms.
* A timeline of one version is that version's programme.
"""

from collections.abc import Sequence
from typing import Final

from guerdon.core.calendar import EARLIEST
from guerdon.core.events.policy import ReturnPolicy
from guerdon.core.expr.tree import Junction
from guerdon.core.ladders import Ladder
from guerdon.core.limits import Limit
from guerdon.core.metrics import Metric
from guerdon.core.programme import Change, Programme, Unit
from guerdon.core.slots import Eligible
from guerdon.core.strategies import Strategies
from guerdon.definition.compilation.agreement import Dated, disagreements
from guerdon.definition.compilation.dates import in_turn, while_in_force
from guerdon.definition.compilation.draft import Draft
from guerdon.definition.compilation.joint import Joint
from guerdon.definition.compilation.keeping import keeps_lots
from guerdon.definition.compilation.moves.base_rate import told_of_goods
from guerdon.definition.compilation.padding import padded, soften
from guerdon.definition.compilation.programme import Compilation, begin
from guerdon.definition.compilation.returns import return_policy
from guerdon.definition.findings import Enough
from guerdon.definition.issues import Issue, quote


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
        for kept in zip(*[one.keepings for one in self.compiled], strict=True):
            waits = any(keeping.waits for keeping in kept)
            for keeping in kept:
                keeping.waits = waits
        changes = self._changes()
        last.eligible = self._eligible()
        last.sale_slot = max(one.sale_slot for one in self.compiled)
        last.metrics = self._metrics()
        last.returns = self._returns()
        last.units = [self._unit(position) for position in range(len(last.units))]
        names = [one.spec.version or "" for one in self.versions]
        return last.put_together(versions=names, changes=changes)

    def _unit(self, position: int) -> Unit:
        """Return a unit as the last version has it; rounded per order where any version does."""
        unit = self.compiled[-1].units[position]
        together = any(one.units[position].rounded_per_order for one in self.compiled)
        return Unit(name=unit.name, decimals=unit.decimals, rounded_per_order=together, cost=unit.cost)

    def _changes(self) -> list[Change]:
        """Return the terms of what is kept, from the first instant of each version on."""
        limits = list(self.joint.limits)
        changes: list[Change] = []
        for number_, (version, one) in enumerate(zip(self.versions, self.compiled, strict=True)):
            for position, limit in self.limits[number_].items():
                limits[position] = limit
            changes.append(
                Change(
                    at=EARLIEST if number_ == 0 else version.within[0], limits=list(limits), keepings=one.keepings,
                    redeeming=one.redeeming, ladders=one.ladders, until_turn=self._until_turn(number_),
                    celebrations=one.celebrations,
                )
            )  # fmt: skip
        return changes

    def _until_turn(self, version: int) -> list[Ladder] | None:
        """Return a version's ladders without the thresholds that rise with it, unless none does."""
        own = self.drafts[version].spec.ladders
        softened = [soften(old, new) for old, new in zip(self.drafts[version - 1].spec.ladders, own, strict=True)]
        if version == 0 or softened == own:
            return None
        return self.compiled[version].ladders_as(softened)

    def _metrics(self) -> list[Metric]:
        """Return metrics that count what the version in force says, each time something happens."""
        count = len(self.drafts[-1].spec.metrics)
        own = [self._metric(position, metric) for position, metric in enumerate(self.compiled[-1].metrics[:count])]
        return [*own, *self.joint.extras]

    def _metric(self, position: int, last: Metric) -> Metric:
        stated = [one.metrics[position] for one in self.compiled]
        if len({one.slot for one in stated}) == 1:
            return last
        if len({one.scale for one in stated}) > 1:
            what = f"what the metric {quote(last.name)} counts has other decimals than in the version before"
            self.drafts[-1].wrong(("metrics", last.name), "version", what, "write round(..., 2) around it")
            return last
        slots = [self.joint.slots[one.slot] for one in stated]
        merged = self.joint.slot(in_turn(self.drafts[0].zone, [one.within for one in self.versions], slots))
        return Metric(
            name=last.name, window=last.window, scale=last.scale, slot=merged, most=last.most, delay=last.delay,
            steps=last.steps, title=last.title, text=last.text,
        )  # fmt: skip

    def _returns(self) -> ReturnPolicy:
        """Return how refunds find their purchases, within the times of the version under which these were made."""
        first, *others = [return_policy(draft, self.compiled[-1].terms.event_types) for draft in self.drafts]
        later = [(version.within[0], policy) for version, policy in zip(self.versions[1:], others, strict=True)]
        return ReturnPolicy(
            zone=first.zone, window=first.window, tender=first.tender, unlinked=first.unlinked, product=first.product,
            within=first.within, told=told_of_goods(self.drafts[-1], self.compiled[-1].terms, self._eligible()), later=later,
        )  # fmt: skip

    def _eligible(self) -> Eligible:
        """Return what earns: what each version excludes, while it is in force."""
        stated = [one.eligible for one in self.compiled]
        if all(one.exclude == stated[0].exclude for one in stated):
            return stated[0]
        zone = self.drafts[0].zone
        excluded = [
            while_in_force(zone, version.within, one.exclude)
            for version, one in zip(self.versions, stated, strict=True)
            if one.exclude is not None
        ]
        return Eligible(excluded[0] if len(excluded) == 1 else Junction("or", excluded), tuple(stated[0].include))


def _draft(version: Dated, draft: Draft, strategies: Strategies) -> Draft:
    draft.within = version.within
    draft.own_ladders = [ladder.id for ladder in version.spec.ladders]
    draft.strategies = strategies
    return draft
