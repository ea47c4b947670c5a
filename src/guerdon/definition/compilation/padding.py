"""Versions side by side: each is given what it lacks of the others, so that everything has one position in all of them.

Invariants:
* What a version says itself stays as it says it. What it lacks it has as the version before it said, else as the next one will.
* What a version lacks does nothing while it is in force: levels cannot be reached, rewards are not on offer.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, Final, TypeVar

from guerdon.definition.keeping import RedemptionsSpec, RewardSpec
from guerdon.definition.levels import LadderSpec, LevelSpec
from guerdon.definition.spec import CampaignSpec, EventSpec, ProgrammeSpec, RuleSpec

Part = TypeVar("Part")
Named = TypeVar("Named", LadderSpec, RewardSpec)
Priced = TypeVar("Priced", RuleSpec, RewardSpec)

_BEYOND_REACH: Final = Decimal(10) ** 30
_NEVER_OPEN: Final = {"from_": "1970-01-01", "until": "1970-01-01"}


def padded(specs: Sequence[ProgrammeSpec], *, keeps_lots: bool) -> list[ProgrammeSpec]:
    """Return versions, in their order, that all have the same units, events, metrics, ladders and rewards."""
    whole: list[dict[str, Any]] = [{} for _ in specs]
    for name in ("units", "constants", "tables", "metrics"):
        for made, found in zip(whole, _filled([getattr(one, name) for one in specs]), strict=True):
            made[name] = found
    events = _events(specs)
    ladders = _listed([one.ladders for one in specs])
    rewards = _listed([one.rewards for one in specs])
    for i, spec in enumerate(specs):
        own = _stated(spec)
        whole[i] |= own
        whole[i]["events"] = events
        whole[i]["ladders"] = [one if one in spec.ladders else _unreachable(one) for one in ladders[i]]
        mine = {one.id: one for one in own["rewards"]}
        whole[i]["rewards"] = [mine.get(one.id) or _closed(one, specs) for one in rewards[i]]
        if keeps_lots and spec.redemptions is None:
            whole[i]["redemptions"] = RedemptionsSpec.model_validate({})
    return [spec.model_copy(update=made) for spec, made in zip(specs, whole, strict=True)]


def _filled(stated: Sequence[Mapping[str, Part]]) -> list[dict[str, Part]]:
    """Return mappings with the keys of all, in the order in which they came up."""
    names = list(dict.fromkeys(name for one in stated for name in one))
    return [{name: _nearest(stated, i, name) for name in names} for i in range(len(stated))]


def _nearest(stated: Sequence[Mapping[str, Part]], position: int, name: str) -> Part:
    """Return what a version says of a name, else the version before it, else the first that does."""
    found = [one[name] for one in (*stated[position::-1], *stated[position + 1 :]) if name in one]
    return found[0]


def _listed(stated: Sequence[Sequence[Named]]) -> list[list[Named]]:
    return [list(one.values()) for one in _filled([{item.id: item for item in items} for items in stated])]


def _events(specs: Sequence[ProgrammeSpec]) -> dict[str, EventSpec]:
    """Return types of event with what any version lets them carry; versions agree on what each of it is.

    What one version knows by its celebrations others declare: such an event stays one that can be read.
    """
    found: dict[str, EventSpec] = {}
    for spec in specs:
        for name, event in (*spec.events.items(), *_of_celebrations(spec)):
            before = found.get(name, event)
            found[name] = event.model_copy(
                update={
                    "attributes": {**before.attributes, **event.attributes},
                    "lines": {**before.lines, **event.lines},
                }
            )
    return found


def _of_celebrations(spec: ProgrammeSpec) -> list[tuple[str, EventSpec]]:
    """Return the types of event that a version's celebrations have, where another version may have none."""
    until = {"until": {"type": "date", "default": "1970-01-02"}}
    carried = {"born_on": until, "joined": {**until, "years": {"type": "number", "default": 0}}}
    return [
        (name, EventSpec.model_validate({"attributes": carried[one.of]})) for name, one in spec.celebrations.items()
    ]


def _stated(spec: ProgrammeSpec) -> dict[str, Any]:
    """Return what gives or costs points, with its unit stated where the version has one alone."""
    sole = _sole(spec)
    return {
        "rules": [_in_unit(one, sole) for one in spec.rules],
        "rewards": [_in_unit(one, sole) for one in spec.rewards],
        "campaigns": [_of_campaign(one, sole) for one in spec.campaigns],
    }


def _of_campaign(campaign: CampaignSpec, sole: str | None) -> CampaignSpec:
    return campaign.model_copy(update={"rules": [_in_unit(one, sole) for one in campaign.rules]})


def _in_unit(one: Priced, sole: str | None) -> Priced:
    return one if sole is None or one.unit is not None else one.model_copy(update={"unit": sole})


def _unreachable(ladder: LadderSpec) -> LadderSpec:
    first, *others = ladder.levels
    levels = [first, *(one.model_copy(update={"from_": _BEYOND_REACH + i}) for i, one in enumerate(others))]
    return ladder.model_copy(update={"levels": levels, "grants": []})


def soften(old: LadderSpec, new: LadderSpec) -> LadderSpec:
    """Return a ladder without what rises: each level of the old one is reached as before, or from less."""
    before = {level.id: level for level in old.levels}
    levels = [_softer(before[level.id], level, old.by, new.by) for level in new.levels if level.id in before]
    return new.model_copy(update={"levels": [*levels, *new.levels[len(levels) :]]})


def _softer(old: LevelSpec, new: LevelSpec, was: str | None, by: str | None) -> LevelSpec:
    alike = (old.by or was) == (new.by or by)
    falls = alike and (old.from_ is None or (new.from_ is not None and new.from_ <= old.from_))
    return new if falls else new.model_copy(update={"from_": old.from_, "by": old.by or was})


def _closed(reward: RewardSpec, specs: Sequence[ProgrammeSpec]) -> RewardSpec:
    owner = next(spec for spec in specs if reward in spec.rewards)
    return _in_unit(reward, _sole(owner)).model_copy(update=_NEVER_OPEN)


def _sole(spec: ProgrammeSpec) -> str | None:
    """Return the unit that is meant where none is stated: the only one."""
    return next(iter(spec.units)) if len(spec.units) == 1 else None
