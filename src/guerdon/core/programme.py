"""A compiled programme: every rule, in the order in which rules apply, and everything the fold needs beside the facts."""

from bisect import bisect_right
from typing import Final

from guerdon.core.calendar import EARLIEST, KINDS, Zone
from guerdon.core.celebrations import Celebration
from guerdon.core.earning import REPLAY, Multiplier, Rule
from guerdon.core.events import ANY_TIME, ReturnPolicy, Terms
from guerdon.core.events.joining import Joining
from guerdon.core.events.lateness import Lateness
from guerdon.core.facts import EventType
from guerdon.core.ladders import Benefits, Ladder, Later
from guerdon.core.limits import Limit
from guerdon.core.lots.keeping import NO_SLOT, Keeping, Redeeming
from guerdon.core.lots.recovery import Recovery
from guerdon.core.lots.rewards import Reward
from guerdon.core.metrics import Metric
from guerdon.core.periods import Periods
from guerdon.core.slots import Eligible, Slot


class Unit:
    """A kind of points, counted in whole smallest parts: a unit of 2 decimals holds hundredths."""

    def __init__(self, *, name: str, decimals: int, rounded_per_order: bool, cost: str = "") -> None:
        self.name: Final = name
        self.decimals: Final = decimals
        self.rounded_per_order: Final = rounded_per_order
        self.cost: Final = cost


class Group:
    """Rules of which one alone gives: the best, or the first by priority that gives anything."""

    def __init__(self, *, name: str, best: bool, rules: list[int]) -> None:
        self.name: Final = name
        self.best: Final = best
        self.rules: Final = rules


class Change:
    """The terms of what is kept from the instant `at` on, when a version takes effect: each at the position of the one before.

    Ladders are those `until_turn` while the period lasts in which the version begins: there no threshold rises.
    """

    def __init__(  # noqa: PLR0913 - a version changes all of these
        self,
        *,
        at: int,
        limits: list[Limit],
        keepings: list[Keeping],
        redeeming: Redeeming | None,
        ladders: list[Ladder],
        until_turn: list[Ladder] | None = None,
        celebrations: list[Celebration] | None = None,
    ) -> None:
        self.at: Final = at
        self.limits: Final = limits
        self.keepings: Final = keepings
        self.redeeming: Final = redeeming
        self.ladders: Final = ladders
        self.until_turn: Final = ladders if until_turn is None else until_turn
        self.celebrations: Final[list[Celebration]] = celebrations or []


class Programme:
    """A programme, compiled: lists are indexed by the positions that effects carry.

    One of several `versions` has the rules of all of them, each open while its own is in force. What is kept has the terms of
    the `changes`, one a version, the first from the beginning of time; what stands here then is as the last version says.
    """

    def __init__(  # noqa: PLR0913 - a programme is all of these
        self,
        *,
        name: str,
        version: str,
        title: str,
        zone: Zone,
        currency: str,
        rates: dict[str, str],
        event_types: dict[str, EventType],
        eligible: Eligible,
        units: list[Unit],
        slots: list[Slot],
        rules: list[Rule],
        multipliers: list[Multiplier],
        groups: list[Group],
        limits: list[Limit],
        payers: list[str],
        keepings: list[Keeping] | None = None,
        redeeming: Redeeming | None = None,
        sale_slot: int = NO_SLOT,
        paid_slot: int = NO_SLOT,
        metrics: list[Metric] | None = None,
        ladders: list[Ladder] | None = None,
        benefits: Benefits | None = None,
        versions: list[str] | None = None,
        changes: list[Change] | None = None,
        lateness: Lateness | None = None,
        returns: ReturnPolicy = ANY_TIME,
        recovery: Recovery | None = None,
        joining: Joining | None = None,
        celebrations: list[Celebration] | None = None,
    ) -> None:
        self.name: Final = name
        self.version: Final = version
        self.title: Final = title
        self.zone: Final = zone
        self.currency: Final = currency
        self.rates: Final = rates
        self.event_types: Final = event_types
        self.eligible: Final = eligible
        self.units: Final = units
        self.slots: Final = slots
        self.rules: Final = rules
        self.multipliers: Final = multipliers
        self.groups: Final = groups
        self.limits: Final = limits
        self.payers: Final = payers
        self.keepings: Final[list[Keeping]] = [] if keepings is None else keepings
        self.redeeming: Final = redeeming
        self.sale_slot: Final = sale_slot
        self.paid_slot: Final = paid_slot
        self.rewards: Final[list[Reward]] = [] if redeeming is None else redeeming.rewards
        self.metrics: Final[list[Metric]] = metrics or []
        self.ladders: Final[list[Ladder]] = ladders or []
        self.benefits: Final[Benefits] = benefits or {}
        self.versions: Final[list[str]] = [version] if versions is None else versions
        self.changes: Final[list[Change]] = [] if changes is None else changes
        self.recovery: Final = recovery
        self.joining: Final = joining or Joining(zone)
        self.celebrations: Final[list[Celebration]] = celebrations or []
        self.replays: Final = all([rule.way == REPLAY for rule in rules])
        self.keeps_lots: Final = redeeming is not None
        self.closes: Final = any([
            one is not None and one.closing is not None
            for one in [redeeming, *[change.redeeming for change in self.changes]]
        ])
        self.budgets: Final = [position for position, limit in enumerate(limits) if limit.budget]
        self.stocks: Final = [position for position, limit in enumerate(limits) if limit.stock]
        # How many limits all accounts share: what each leaves an event is its quota, budgets first.
        self.shared: Final = len(self.budgets) + len(self.stocks)
        self.periods: Final = [Periods(zone, kind) for kind in range(len(KINDS))]
        self.rounded_per_order: Final = any([unit.rounded_per_order for unit in units])
        self.terms: Final = Terms(
            currency=currency, rates=rates, zone=zone, event_types=event_types, eligible=eligible, returns=returns,
            lateness=lateness or Lateness(zone),
        )  # fmt: skip
        # Rules of adjustments and transfers that are no credit towards levels.
        self.uncounted: Final = {rule.position for rule in rules if not rule.qualifies}
        for rule in rules:
            rule.index_limits()

    def benefits_of(self, levels: list[int]) -> Benefits:
        """Return what an account gets that holds these levels, one a ladder: every member's benefits, and theirs."""
        found = dict(self.benefits)
        for ladder in self.ladders:
            found.update(ladder.levels[levels[ladder.position]].benefits)
        return {name: value for name, value in found.items() if value is not False}

    def beginning(self) -> Change:
        """Return the terms with which an account begins."""
        if self.changes:
            return self.changes[0]
        return Change(
            at=EARLIEST, limits=self.limits, keepings=self.keepings, redeeming=self.redeeming, ladders=self.ladders,
        )  # fmt: skip

    def later(self) -> list[list[Later]]:
        """Return what takes the place of each ladder, version by version."""
        return [
            [Later(one.at, one.until_turn[position], one.ladders[position]) for one in self.changes[1:]]
            for position in range(len(self.ladders))
        ]

    def version_at(self, at: int) -> int:
        """Return the place of the version in force at an instant."""
        return max(bisect_right([change.at for change in self.changes], at) - 1, 0)

    def offered(self) -> list[list[Reward]]:
        """Return the rewards on offer, version by version."""
        terms = [change.redeeming for change in self.changes] or [self.redeeming]
        return [[] if one is None else one.rewards for one in terms]

    def redeeming_at(self, at: int) -> Redeeming | None:
        """Return the terms of redemptions, adjustments and transfers as they are at an instant."""
        return self.changes[self.version_at(at)].redeeming if self.changes else self.redeeming

    def celebrations_at(self, at: int) -> list[Celebration]:
        """Return the celebrations as they are at an instant."""
        return self.changes[self.version_at(at)].celebrations if self.changes else self.celebrations

    def celebration_names(self) -> list[str]:
        """Return the names of the celebrations that any version has."""
        return sorted({one.name for one in self._every_celebration()})

    def is_local(self, name: str) -> bool:
        """Say whether a celebration has its days where each member is; versions agree on it."""
        return any(one.is_local for one in self._every_celebration() if one.name == name)

    def _every_celebration(self) -> list[Celebration]:
        return [*self.celebrations, *[one for change in self.changes for one in change.celebrations]]

    def ladders_at(self, at: int) -> list[Ladder]:
        """Return the ladders as they are at an instant."""
        return self.changes[self.version_at(at)].ladders if self.changes else self.ladders

    def limit_in(self, version: int, position: int) -> Limit:
        """Return a limit as a version has it."""
        return self.changes[version].limits[position] if self.changes else self.limits[position]

    def keeps_state(self) -> bool:
        """Say whether what an event earns can depend on earlier ones, so that a fold is needed."""
        if self.limits or self.metrics or self.ladders or self.recovery is not None or not self.replays:
            return True
        if any([rule.at_base for rule in self.rules]):
            return True
        return any([slot.by_code is not None for slot in self.slots])
