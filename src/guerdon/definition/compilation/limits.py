"""Limits: from what the file says to the rules and multipliers they bind."""

from collections.abc import Sequence
from typing import Final

from guerdon.core.calendar import DAY, EVER, MONTH, QUARTER, WEEK, YEAR
from guerdon.core.earning import Multiplier, Rule
from guerdon.core.limits import POINTS, ROLLING, TIMES, Limit
from guerdon.core.programme import Unit
from guerdon.definition.compilation.draft import Draft
from guerdon.definition.compilation.joint import Joint
from guerdon.definition.compilation.terms import Placed
from guerdon.definition.exact import scaled_to
from guerdon.definition.source import Loc
from guerdon.definition.spec import LimitSpec, MultiplierSpec, RuleSpec, SharedLimitSpec

_EVERY: Final = {"day": DAY, "week": WEEK, "month": MONTH, "quarter": QUARTER, "year": YEAR, "ever": EVER}


_SHARED: Final = ("campaign", "programme")


class Limits:
    """The limits of a programme, as they are compiled and bound to what was compiled before."""

    def __init__(
        self,
        draft: Draft,
        units: Sequence[Unit],
        rules: Sequence[Rule],
        multipliers: Sequence[Multiplier],
        joint: Joint,
    ) -> None:
        self.draft: Final = draft
        self.units: Final = units
        self.rules: Final = {rule.name: rule for rule in rules}
        self.multipliers: Final = {one.name: one for one in multipliers}
        self.joint: Final = joint

    def of_rule(self, placed: Placed[RuleSpec]) -> None:
        """Bind a rule's own limits."""
        rules = [rule for name, rule in self.rules.items() if name == placed.spec.id]
        for i, spec in enumerate(placed.spec.limits):
            self._bind(spec, (*placed.loc, "limits", i), placed.spec.id, rules, [])

    def of_multiplier(self, placed: Placed[MultiplierSpec]) -> None:
        """Bind a multiplier's own limits, on what it adds."""
        multipliers = [one for name, one in self.multipliers.items() if name == placed.spec.id]
        for i, spec in enumerate(placed.spec.limits):
            loc = (*placed.loc, "limits", i)
            if spec.times is None:
                self._bind(spec, loc, placed.spec.id, [], multipliers)
            else:
                self.draft.wrong(
                    (*loc, "times"), "limit", "a multiplier is limited in points, not in times", "write points: 500"
                )

    def of_campaign(self, position: int) -> None:
        """Bind a campaign's limits, over all its rules and all that its multipliers add."""
        campaign = self.draft.spec.campaigns[position]
        rules = [rule for rule in self.rules.values() if rule.campaign == campaign.id]
        multipliers = [one for one in self.multipliers.values() if one.campaign == campaign.id]
        for i, spec in enumerate(campaign.limits):
            loc = ("campaigns", position, "limits", i)
            if spec.times is not None and campaign.multipliers:
                what = "a campaign with multipliers is limited in points: a multiplier has no times"
                self.draft.wrong((*loc, "times"), "limit", what, "write points: 500, or limit its rules one by one")
            else:
                self._bind(spec, loc, campaign.id, rules, multipliers)

    def shared(self, position: int) -> None:
        """Bind a limit that the programme sets over several rules."""
        spec = self.draft.spec.limits[position]
        loc: Loc = ("limits", position)
        named = [rule.id for rule in self._all_rules()]
        known = [self.draft.known(name, named, (*loc, "rules", i), "rule") for i, name in enumerate(spec.rules or [])]
        if spec.unit is not None:
            known.append(self.draft.known(spec.unit, list(self.draft.spec.units), (*loc, "unit"), "unit"))
        if all(known):
            self._bind(spec, loc, spec.id, self._rules_of(spec), [])

    def cap(self, limit: Limit) -> None:
        """Bind a cap on what is held of a unit, to all that gives it."""
        position = self.joint.limit(limit)
        for rule in self.rules.values():
            if rule.unit == limit.unit:
                rule.points_limits.append(position)

    def of_reward(self, specs: Sequence[LimitSpec], loc: Loc, *, name: str, unit: int) -> list[int]:
        """Return the positions of a reward's own limits; one that all accounts share is a stock."""
        found = []
        for i, spec in enumerate(specs):
            place = (*loc, "limits", i)
            limit = self._limit(spec, place, name, {unit}, stock=True) if self._says_one_thing(spec, place) else None
            if limit is not None:
                found.append(self._place(limit, place))
        return found

    def stock(self, most: int, name: str) -> int:
        """Return the position of how many there are of a reward, for all accounts and for ever."""
        text = f"a stock of {most}"
        return self.joint.limit(
            Limit(name=name, kind=TIMES, most=most, per_member=False, every=EVER, stock=True, text=text)
        )

    def _all_rules(self) -> list[RuleSpec]:
        spec = self.draft.spec
        return [*spec.rules, *(rule for campaign in spec.campaigns for rule in campaign.rules)]

    def _rules_of(self, spec: SharedLimitSpec) -> list[Rule]:
        rules = [
            rule for name, rule in self.rules.items() if not rule.adjusts and (spec.rules is None or name in spec.rules)
        ]
        return [rule for rule in rules if spec.unit is None or self.units[rule.unit].name == spec.unit]

    def _bind(
        self, spec: LimitSpec, loc: Loc, name: str, rules: Sequence[Rule], multipliers: Sequence[Multiplier]
    ) -> None:
        """Compile a limit and hand it to what it binds; what it would bind may be missing because of other mistakes."""
        multiplied = [rule for rule in self.rules.values() if any(one in rule.multipliers for one in multipliers)]
        units = {rule.unit for rule in (*rules, *multiplied)}
        if not self._says_one_thing(spec, loc) or (not units and self.draft.has_errors()):
            return
        limit = self._limit(spec, loc, name, units)
        if limit is None:
            return
        position = self._place(limit, loc)
        for rule in rules:
            (rule.times_limits if limit.kind == TIMES else rule.points_limits).append(position)
        for one in multipliers if limit.kind == POINTS else ():
            one.points_limits.append(position)

    def _place(self, limit: Limit, loc: Loc) -> int:
        """Return a limit's position; a budget of which there is another number begins anew, with its period."""
        position = self.joint.limit(limit)
        before = self.joint.limits[position]
        if not limit.budget or before.most == limit.most:
            return position
        zone, start = self.draft.zone, self.draft.within[0]
        if limit.every == EVER or zone.period_start(limit.every, zone.period_of(limit.every, start)) != start:
            what = f"the budget changes from {before.text} to {limit.text} while its period runs"
            hint = "let the version begin with a period of the budget, or give the budget's owner another name"
            self.draft.wrong(loc, "budget", what, hint)
        return self.joint.instead(position, limit)

    def _says_one_thing(self, spec: LimitSpec, loc: Loc) -> bool:
        """Say whether a limit counts one thing, over one kind of period, for someone this release counts by."""
        if spec.per == "campaign" and loc[0] != "campaigns":
            what = "this stands in no campaign"
            self.draft.wrong((*loc, "per"), "limit", what, "write per: programme, or move it into a campaign")
            return False
        if spec.per in _SHARED and spec.rolling_days is not None:
            what = "a budget that all accounts share counts in periods"
            self.draft.wrong(
                (*loc, "rolling_days"), "limit", what, "write every: month, or limit each member or account"
            )
            return False
        if (spec.points is None) == (spec.times is None) or (spec.every is None) == (spec.rolling_days is None):
            what = "a limit counts points or times, in a period or over rolling days"
            self.draft.wrong(loc, "limit", what, "write {points: 500, every: month} or {times: 1, rolling_days: 30}")
            return False
        return True

    def _limit(self, spec: LimitSpec, loc: Loc, name: str, units: set[int], *, stock: bool = False) -> Limit | None:
        if not units:
            self.draft.wrong(loc, "limit", "this limit binds nothing", "name a rule that there is, or leave it out")
            return None
        if spec.points is not None and len(units) > 1:
            self.draft.wrong(
                loc, "limit", "a limit in points is over rules of one unit", "write one limit for each unit"
            )
            return None
        kind, most, counted = TIMES, spec.times, "times"
        if spec.points is not None:
            kind, most, counted = POINTS, scaled_to(spec.points, self.units[min(units)].decimals), "points"
        if most is None:
            self.draft.wrong((*loc, "points"), "limit", f"{spec.points} has more decimals than its unit", "write fewer")
            return None
        period = f"{spec.rolling_days} days" if spec.every is None else spec.every
        return Limit(
            name=name, kind=kind, most=most, per_member=spec.per == "member", days=spec.rolling_days or 0,
            every=ROLLING if spec.every is None else _EVERY[spec.every], budget=spec.per in _SHARED and not stock, stock=spec.per in _SHARED and stock,
            text=f"{spec.times if spec.points is None else spec.points} {counted} per {spec.per} and {period}",
        )  # fmt: skip
