"""Rules, multipliers and campaigns of two versions, by their names, wherever they stand in the file."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final

from guerdon.definition.diff.bands import bands, money_of, unit_of
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
from guerdon.definition.diff.terms import (
    Local,
    amount,
    beginning,
    chosen,
    condition,
    end_of,
    ends,
    names,
    ranked,
    starts,
)
from guerdon.definition.diff.wording import listed, rate, stretch, written
from guerdon.definition.source import Loc
from guerdon.definition.spec import CampaignSpec, MultiplierSpec, ProgrammeSpec, RuleSpec, StackSpec
from guerdon.definition.versions import Version

ROUNDINGS: Final = ("floor", "half_even", "half_up", "ceil")
"""From the one that gives least to the one that gives most."""


@dataclass(frozen=True, slots=True)
class Standing:
    """A rule or multiplier, where it stands, and the campaign it belongs to."""

    part: Stated
    loc: Loc
    campaign: CampaignSpec | None

    def ends(self) -> Local:
        """Return the local time at which it has ended."""
        own = end_of(self.part.until)
        return own if self.campaign is None else min(own, end_of(self.campaign.until))


def rules(key: str, _old: Stated, _new: Stated, spot: Spot) -> Iterator[Change]:
    """Tell how the rules changed, those of campaigns too."""
    yield from _each(key, _rule_terms, _rule_text, spot)
    yield from _order(spot)


def multipliers(key: str, _old: Stated, _new: Stated, spot: Spot) -> Iterator[Change]:
    """Tell how the multipliers changed, those of campaigns too."""
    yield from _each(key, _multiplier_terms, _multiplier_text, spot)


def campaigns(_key: str, old: Stated, new: Stated, spot: Spot) -> Iterator[Change]:
    """Tell how the campaigns changed."""
    before, after = by_id(old), by_id(new)
    for name, (position, one) in after.items():
        here = spot.at(position)
        if name not in before:
            told: Verdict = KEEPING if end_of(one.until) <= beginning(spot) else BETTER
            yield here.about(name, None, one).tell(told, f"new campaign, {_campaign_text(one)}")
            continue
        was = before[name][1]
        terms = _campaign_terms(spot.both.new, one)
        yield from _past(each_term(terms, differs, here.about(name, was, one)), _over(spot, was.until, one.until))
    for name in [name for name in before if name not in after]:
        was = before[name][1]
        over = end_of(was.until) <= beginning(spot)
        what = f"the campaign, {_campaign_text(was)}, is gone"
        yield spot.about(name, was, None).tell(KEEPING if over else WORSE, f"{what}; it has ended" if over else what)


def _over(spot: Spot, *untils: str) -> bool:
    return all(end_of(until) <= beginning(spot) for until in untils)


def _past(found: Iterator[Change], over: bool) -> Iterator[Change]:  # noqa: FBT001 - reads as a sentence
    """Tell changes of what has ended before this version as what they are: nothing to members."""
    return (replace(change, verdict=KEEPING) if over else change for change in found)


def _each(key: str, terms: Stated, text: Stated, spot: Spot) -> Iterator[Change]:
    """Compare what one name stands for in both versions; the rest of new and old campaigns is told with these."""
    before, after = (_standing(version.spec, key) for version in (spot.both.old, spot.both.new))
    for name, one in after.items():
        here = replace(spot, loc=one.loc)
        if name in before:
            was = before[name]
            over = max(was.ends(), one.ends()) <= beginning(spot)
            yield from _past(_moved(was, one, terms, here), over)
        elif one.campaign is None or one.campaign.id in _campaigns(spot.both.old):
            told = KEEPING if one.ends() <= beginning(spot) else _gain(one.part)
            yield here.about(name, None, one.part).tell(told, f"new, gives {text(spot.both.new, one.part)}")
    for name, was in before.items():
        if name not in after and (was.campaign is None or was.campaign.id in _campaigns(spot.both.new)):
            over = was.ends() <= beginning(spot)
            what = f"is gone; it gave {text(spot.both.old, was.part)}"
            yield spot.about(name, was.part, None).tell(KEEPING if over else _loss(was.part), what)


def _campaigns(version: Version) -> set[str]:
    return {one.id for one in version.spec.campaigns}


def _standing(spec: ProgrammeSpec, key: str) -> dict[str, Standing]:
    """Return the rules or multipliers of a version by their names."""
    found = [Standing(one, (key, i), None) for i, one in enumerate(getattr(spec, key))]
    for c, campaign in enumerate(spec.campaigns):
        found += [Standing(one, ("campaigns", c, key, i), campaign) for i, one in enumerate(getattr(campaign, key))]
    return {one.part.id: one for one in found}


def _moved(was: Standing, one: Standing, terms: Stated, here: Spot) -> Iterator[Change]:
    """Compare a rule or a multiplier with what it was, and where it stood."""
    spot = here.about(one.part.id, was.part, one.part)
    before, after = (each.campaign.id if each.campaign is not None else "" for each in (was, one))
    if before != after:
        told: Verdict = BETTER if not after else WORSE if not before else DIFFERENT
        yield spot.tell(told, f"is of {_belonging(after)}, was of {_belonging(before)}")
    yield from each_term(terms(here.both.new, one.part), differs, spot)


def _belonging(campaign: str) -> str:
    return f"the campaign {campaign}" if campaign else "no campaign"


def _gain(part: Stated) -> Verdict:
    """Return what a new rule means: more points, unless it may stand before others of its group."""
    return DIFFERENT if _is_first(part) else BETTER


def _loss(part: Stated) -> Verdict:
    return DIFFERENT if _is_first(part) else WORSE


def _is_first(part: Stated) -> bool:
    return isinstance(part, RuleSpec) and part.stack is not None and part.stack.take == "first"


def _rule_terms(version: Version, rule: RuleSpec) -> Mapping[str, Describer]:
    unit = version.spec.units[unit_of(version, rule)]
    return {
        "id": unsaid, "title": kept, "on": chosen("purchase"), "unit": chosen(unit_of(version, rule)), "per": _per,
        "when": condition("always"), "where": condition("every line", per_line=True), "of": _way, "give": _way, "bands": bands, "strategy": _way,
        "band": _whole, "within": chosen(rule.per or "order"), "round": ranked(ROUNDINGS, otherwise=unit.round, name="rounding"),
        "round_at": chosen(unit.round_at), "limits": limits(unit_of(version, rule)), "stack": _stack, "funded_by": kept,
        "refund": ranked(("pro_rata", "keep"), otherwise="replay", name="refund"), "from": starts, "until": ends,
    }  # fmt: skip


def _multiplier_terms(version: Version, multiplier: MultiplierSpec) -> Mapping[str, Describer]:
    return {
        "id": unsaid, "title": kept, "of": names("also multiplies", "no longer multiplies"), "by": amount,
        "when": condition("always"), "stack": ranked(("add", "compound"), otherwise="add"), "funded_by": kept,
        "limits": limits(_multiplied_unit(version, multiplier)), "from": starts, "until": ends,
    }  # fmt: skip


def _campaign_terms(version: Version, campaign: CampaignSpec) -> Mapping[str, Describer]:
    unit = unit_of(version, campaign.rules[0]) if campaign.rules else next(iter(version.spec.units))
    return {
        "id": unsaid, "title": kept, "from": starts, "until": ends, "rules": unsaid, "multipliers": unsaid,
        "limits": limits(unit), "funded_by": kept,
    }  # fmt: skip


def _multiplied_unit(version: Version, multiplier: MultiplierSpec) -> str:
    found = _standing(version.spec, "rules")
    return unit_of(version, found[multiplier.of[0]].part)


def _per(key: str, old: Stated, new: Stated, spot: Spot) -> Iterator[Change]:
    """Tell what a rule counts by; an event by itself counts like an order."""
    before, after = (None if one == "event" else one for one in (old, new))
    yield from chosen("order")(key, before, after, spot)


def _whole(key: str, old: Stated, new: Stated, spot: Spot) -> Iterator[Change]:
    """Tell whether the rate reached is for everything: that is more when rates rise."""
    rates = [one.rate for one in spot.new.bands or []]
    rising = bool(rates) and rates == sorted(rates) and not spot.new.bands[0].above
    yield from ranked(("marginal", "whole") if rising else (), otherwise="marginal")(key, old, new, spot)


def _way(key: str, old: Stated, new: Stated, spot: Spot) -> Iterator[Change]:
    """Tell what is given, or that it is found another way altogether."""
    before, after = (_kind_of(part) for part in (spot.old, spot.new))
    if before == after:
        stated = (old or "eligible", new or "eligible") if key == "of" and after == "bands" else (old, new)
        yield from differs(key, old, new, spot) if key == "strategy" else amount(key, *stated, spot)
    elif key == _TOLD_AT[after]:
        texts = [_given(version, part) for version, part in ((spot.both.old, spot.old), (spot.both.new, spot.new))]
        yield spot.texts(DIFFERENT, "gives", *texts)


_TOLD_AT: Final = {"give": "give", "bands": "of", "strategy": "strategy"}


def _kind_of(rule: RuleSpec) -> str:
    return "give" if rule.give is not None else "bands" if rule.bands is not None else "strategy"


def _stack(_key: str, old: StackSpec | None, new: StackSpec | None, spot: Spot) -> Iterator[Change]:
    """Tell whether a rule goes with others: of a group one alone gives."""
    if old is None and new is not None:
        yield spot.tell(WORSE, f"of the group {new.group} one alone gives now: the {new.take}")
    elif new is None and old is not None:
        yield spot.tell(BETTER, f"gives beside the group {old.group}, of which one alone gave")
    elif new is not None and old is not None:
        yield from each_term(
            {"take": ranked(("first", "best"), otherwise="best")}, differs, spot.about(spot.subject, old, new)
        )


def _rule_text(version: Version, rule: RuleSpec) -> str:
    """Return what a rule gives, in words."""
    words = [_given(version, rule)]
    words += [f"for each {rule.per}"] if rule.per in ("line", "item") else []
    words += [f"on {rule.on}"] if rule.on != "purchase" else []
    words += [f"where {written(rule.where)}"] if rule.where is not None else []
    words += [f"when {written(rule.when)}"] if rule.when is not None else []
    return ", ".join(words)


def _given(version: Version, rule: RuleSpec) -> str:
    unit = unit_of(version, rule)
    if rule.give is not None:
        return f"{written(rule.give)} {unit}"
    if rule.bands is None:
        return f"{unit} by the strategy {rule.strategy}"
    currency = money_of(version, rule)
    edges = [*(band.above for band in rule.bands[1:]), None]
    told = [
        f"{rate(band.rate, unit, currency, whole=rule.band == 'whole')} {stretch(band.above, until, currency)}"
        for band, until in zip(rule.bands, edges, strict=True)
    ]
    return listed(told)


def _multiplier_text(_version: Version, one: MultiplierSpec) -> str:
    when = "" if one.when is None else f" when {written(one.when)}"
    return f"{listed(one.of)} times {written(one.by)}{when}"


def _campaign_text(campaign: CampaignSpec) -> str:
    inside = [*(one.id for one in campaign.rules), *(one.id for one in campaign.multipliers)]
    return f"{campaign.from_} to {campaign.until}{f', with {listed(inside)}' if inside else ''}"


def _order(spot: Spot) -> Iterator[Change]:
    """Tell that rules are listed in another order: it matters where the first takes what others would."""
    before, after = (list(_standing(version.spec, "rules")) for version in (spot.both.old, spot.both.new))
    together = [name for name in before if name in after]
    if together != [name for name in after if name in before]:
        competing = any(_is_first(one.part) for one in _standing(spot.both.new.spec, "rules").values())
        counted = any(limit.times is not None for limit in spot.both.new.spec.limits)
        told: Verdict = DIFFERENT if competing or counted else KEEPING
        yield replace(spot, subject="").tell(told, "the rules stand in another order")
