"""What rules and multipliers are compiled with: where each stands, its window and payers, and what all of them share."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final, Generic, TypeVar

from guerdon.core.earning import Payer
from guerdon.core.events.policy import GOODS
from guerdon.core.expr.tree import Aggregate, Field, Node, OfAccount, fields
from guerdon.core.facts import ORDER_AMOUNTS, EventType
from guerdon.core.programme import Unit
from guerdon.core.slots import FOREVER, Slot
from guerdon.definition.compilation.draft import Draft
from guerdon.definition.compilation.joint import Joint
from guerdon.definition.expressions import Scope
from guerdon.definition.source import Loc
from guerdon.definition.spec import CampaignSpec, MultiplierSpec, RuleSpec

WORTH: Final = frozenset(["amount", "gross", "net", "eligible"])
"""What an event or a line is worth, by the names of its fields."""

AMOUNTS: Final = WORTH | frozenset(ORDER_AMOUNTS)
"""All amounts that an event or a line has."""

Spec = TypeVar("Spec", RuleSpec, MultiplierSpec)


@dataclass(frozen=True, slots=True)
class Placed(Generic[Spec]):
    """A rule or multiplier of the file, where it stands, and the campaign it belongs to with its window."""

    spec: Spec
    loc: Loc
    campaign: CampaignSpec | None = None
    within: tuple[int, int] = (-FOREVER, FOREVER)

    def window(self, draft: Draft) -> tuple[int, int]:
        """Return the instants it runs from and to, within its campaign's."""
        start, end = draft.window(self.spec.from_, self.spec.until, self.loc)
        first, last = max(start, self.within[0]), min(end, self.within[1])
        if start < end and first >= last and self.within[0] < self.within[1]:
            what = "this is never open while its campaign runs"
            draft.wrong((*self.loc, "until" if end <= first else "from"), "window", what, "choose days of the campaign")
        return first, last

    def in_force(self, draft: Draft) -> tuple[int, int]:
        """Return the instants it runs from and to while its version is in force."""
        start, end = self.window(draft)
        return max(start, draft.within[0]), min(end, draft.within[1])

    def campaign_name(self) -> str:
        """Return the name of its campaign, empty if it belongs to none."""
        return self.campaign.id if self.campaign is not None else ""

    def funded_by(self) -> dict[str, int] | None:
        """Return who pays, as it or its campaign says."""
        return self.spec.funded_by or (self.campaign.funded_by if self.campaign is not None else None)


@dataclass(frozen=True, slots=True)
class Terms:
    """What all rules share: units, types of event, what expressions may name, and the payers and slots made so far."""

    units: list[Unit]
    event_types: dict[str, EventType]
    scopes: dict[str, Scope]
    joint: Joint = field(default_factory=Joint)

    def slot(self, slot: Slot) -> int:
        """Add a slot and return its position."""
        return self.joint.slot(slot)

    def stated_types(self) -> dict[str, EventType]:
        """Return the types of event that somebody can state."""
        return {name: one for name, one in self.event_types.items() if name != GOODS}

    def look_back(self, past: Mapping[str, OfAccount]) -> None:
        """Let expressions over events name what is known of the account's past."""
        named = {name: tuple(node.names) for name, node in past.items() if node.names}
        for name, scope in self.scopes.items():
            self.scopes[name] = replace(scope, past=past, values={**scope.values, **named})

    def paid_by(self, shares: dict[str, int] | None) -> list[Payer]:
        """Return payers with their shares, each known by its position."""
        payers = self.joint.payers
        for name in shares or {}:
            if name not in payers:
                payers.append(name)
        return [Payer(payers.index(name), share) for name, share in (shares or {}).items()]


def reads_line(node: Node) -> bool:
    """Say whether an expression reads a line's field outside an aggregate."""
    if isinstance(node, Aggregate):
        return False
    return (isinstance(node, Field) and node.line) or any(reads_line(child) for child in node.children)


def by_amounts_alone(*nodes: Node | None) -> bool:
    """Say whether expressions read what an event is worth, and nothing of it but amounts."""
    read = {found.name for node in nodes if node is not None for found in fields(node)}
    return bool(read & WORTH) and read <= AMOUNTS
