"""A compiled programme: every rule, in the order in which rules apply, and everything the fold needs beside the facts."""

from typing import Final

from guerdon.core.calendar import KINDS, Zone
from guerdon.core.earning import Multiplier, Rule
from guerdon.core.events import Terms
from guerdon.core.facts import EventType
from guerdon.core.ladders import Ladder
from guerdon.core.limits import Limit
from guerdon.core.lots.keeping import NO_SLOT, Keeping, Redeeming
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


class Programme:
    """One version of a programme, compiled: lists are indexed by the positions that effects carry."""

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
        metrics: list[Metric] | None = None,
        ladders: list[Ladder] | None = None,
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
        self.rewards: Final[list[Reward]] = [] if redeeming is None else redeeming.rewards
        self.metrics: Final[list[Metric]] = metrics or []
        self.ladders: Final[list[Ladder]] = ladders or []
        self.keeps_lots: Final = redeeming is not None
        self.budgets: Final = [position for position, limit in enumerate(limits) if limit.budget]
        self.periods: Final = [Periods(zone, kind) for kind in range(len(KINDS))]
        self.rounded_per_order: Final = any([unit.rounded_per_order for unit in units])
        self.terms: Final = Terms(currency=currency, rates=rates, zone=zone, event_types=event_types, eligible=eligible)
        for rule in rules:
            rule.index_limits()

    def keeps_state(self) -> bool:
        """Say whether what an event earns can depend on earlier ones, so that a fold is needed."""
        if self.limits or self.metrics or self.ladders:
            return True
        return any([slot.by_code is not None for slot in self.slots])
        self.stocks: Final = [position for position, limit in enumerate(limits) if limit.stock]
