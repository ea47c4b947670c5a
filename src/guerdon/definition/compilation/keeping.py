"""How points are kept: from what the file says of units to terms of lots, with the slots that they read."""

from typing import Final

from guerdon.core.calendar import DAY, EVER, MONTH, QUARTER, WEEK, YEAR, month_length
from guerdon.core.expr.tree import Field, Literal, Node, number
from guerdon.core.facts import PURCHASE, REDEMPTION
from guerdon.core.limits import HOLDING, Limit
from guerdon.core.lots.expiry import NO_DAY, NO_PERIOD, Expiry, Term
from guerdon.core.lots.keeping import NO_CAP, NO_LADDER, NO_SLOT, Keeping
from guerdon.core.slots import Slot
from guerdon.core.values import MONEY_MAX
from guerdon.definition.compilation.draft import Draft
from guerdon.definition.compilation.moves.fulfilments import fulfilment_slots
from guerdon.definition.compilation.terms import Terms
from guerdon.definition.exact import scaled_of, scaled_to
from guerdon.definition.issues import quote, suggest
from guerdon.definition.keeping import NEVER, ExpirySpec
from guerdon.definition.source import Loc
from guerdon.definition.spec import ProgrammeSpec, UnitSpec
from guerdon.definition.written import length_of

_TO: Final = {"month_end": MONTH, "quarter_end": QUARTER, "year_end": YEAR}
_EACH: Final = {"day": DAY, "week": WEEK, "month": MONTH, "quarter": QUARTER, "year": YEAR}
_LEAP_YEAR: Final = 2000

EARN: Final = "earn"
REDEEM: Final = "redeem"


def keeps_lots(spec: ProgrammeSpec) -> bool:
    """Say whether anything in a programme reads or changes lots: without that none are kept."""
    if not spec.units:
        return False
    kept = any(
        one.pending is not None
        or one.cap is not None
        or one.over_cap != "lost"
        or one.expiry != NEVER
        or one.debt is not None
        for one in spec.units.values()
    )
    redeemed = any(one.kind == "redemption" for one in spec.events.values()) or "redemption" in spec.events
    short = spec.returns is not None and spec.returns.shortfall != "debt"
    asked = bool(spec.rewards) or spec.redemptions is not None or bool(spec.adjustments) or bool(spec.transfers)
    leaves = spec.enrolment is not None and spec.enrolment.closing is not None
    return kept or redeemed or short or asked or leaves


def caps(draft: Draft, terms: Terms) -> list[Limit]:
    """Return the caps that cut what is earned, as limits."""
    made: list[Limit] = []
    for unit, (name, spec) in enumerate(draft.spec.units.items()):
        most = None if spec.cap is None else scaled_to(spec.cap, terms.units[unit].decimals)
        if spec.cap is not None and most is None:
            draft.wrong(("units", name, "cap"), "cap", f"{spec.cap} has more decimals than its unit", "write fewer")
        elif most is not None and spec.over_cap == "lost":
            text = f"a balance of {spec.cap} {name}"
            made.append(
                Limit(name=f"{name} cap", kind=HOLDING, most=most, per_member=False, every=EVER, text=text, unit=unit)
            )
    return made


def keepings(draft: Draft, terms: Terms, limits: list[Limit]) -> list[Keeping]:
    """Return the terms on which each unit's lots are kept; mistakes are noted."""
    by_unit = {limit.unit: position for position, limit in enumerate(limits) if limit.kind == HOLDING}
    finest = max([
        0,
        *(_worth(spec, terms.units[i].decimals, draft)[1] for i, spec in enumerate(draft.spec.units.values())),
    ])
    return [
        _Unit(draft, terms, unit, name).keeping(by_unit.get(unit, -1), finest)
        for unit, name in enumerate(draft.spec.units)
    ]


def sale_slot(draft: Draft, terms: Terms) -> int:
    """Return the slot of what was paid for a purchase, where a unit says what its points are worth (S12)."""
    if all(unit.value is None for unit in draft.spec.units.values()):
        return NO_SLOT
    types = tuple(name for name, one in terms.event_types.items() if one.kind == PURCHASE)
    net = Field("net", number(0, MONEY_MAX, scale=draft.decimals), line=False)
    return terms.slot(_slot(types, net))


def term(draft: Draft, text: str) -> Term:
    """Return a length of time of the file."""
    count, unit = length_of(text)
    if unit in ("minute", "hour"):
        return Term(draft.zone, minutes=count * (60 if unit == "hour" else 1), text=text)
    if unit in ("day", "week"):
        return Term(draft.zone, days=count * (7 if unit == "week" else 1), text=text)
    return Term(draft.zone, months=count * (12 if unit == "year" else 1), text=text)


def day_of_year(draft: Draft, on: str, loc: Loc) -> tuple[int, int] | None:
    """Return the month and the day that a text like 12-31 says; there is 29 February."""
    month, day = int(on[:2]), int(on[3:])
    if 1 <= month <= 12 and 1 <= day <= month_length(_LEAP_YEAR, month):  # noqa: PLR2004 - months of a year
        return month, day
    draft.wrong(loc, "expiry", f"{on} is not a day of the year", "write month and day, like 12-31")
    return None


class _Unit:
    """Compiles how one unit's points are kept; each step notes its own mistakes."""

    def __init__(self, draft: Draft, terms: Terms, unit: int, name: str) -> None:
        self.draft: Final = draft
        self.terms: Final = terms
        self.unit: Final = unit
        self.spec: Final = draft.spec.units[name]
        self.unit_name: Final = name
        self.loc: Final[Loc] = ("units", name)

    def keeping(self, cap_limit: int, finest: int) -> Keeping:
        """Return the unit's terms."""
        spec, pending = self.spec, self.spec.pending
        stirring = spec.expiry.activities or ([EARN, REDEEM] if _counts_activity(spec.expiry) else [])
        fulfilment, lines = fulfilment_slots(self.draft, self.terms, self.unit_name, pending)
        worth, decimals = _worth(spec, self.terms.units[self.unit].decimals, self.draft)
        if spec.over_cap == "pending" and spec.cap is None:
            self.draft.wrong((*self.loc, "over_cap"), "cap", "`over_cap` goes with a cap", "write cap: 100000")
        return Keeping(
            unit=self.unit, policies=self._policies(), ladder=self._ladder(), pending=self._pending(),
            dormant=pending is not None and pending.until is not None, activation_slot=self._activation(),
            fulfilment_slot=fulfilment, lines_slot=lines,
            awaits="" if pending is None else pending.until or pending.from_ or "",
            from_usable=pending is not None and pending.expires_from == "usable",
            earning_is_activity=EARN in stirring, redeeming_is_activity=REDEEM in stirring,
            activity_slot=self._activity([name for name in stirring if name not in (EARN, REDEEM)]),
            cap=NO_CAP if spec.cap is None else scaled_to(spec.cap, self.terms.units[self.unit].decimals) or 0,
            over_cap_pending=spec.over_cap == "pending", cap_limit=cap_limit,
            debt_lasts=None if spec.debt is None else term(self.draft, spec.debt.after),
            worth=worth * 10 ** (finest - decimals), worth_one=10**finest,
        )  # fmt: skip

    def _policies(self) -> list[Expiry]:
        """Return the policy, or one for each level of the ladder by which it differs."""
        spec, loc = self.spec.expiry, (*self.loc, "expiry")
        if spec.by is None:
            if spec.policies:
                self.draft.wrong((*loc, "policies"), "expiry", "policies go with a ladder", "write by: level")
            return [self._policy(spec, loc)]
        if spec.after or spec.to or spec.on or spec.idle or spec.extended_by:
            self.draft.wrong(loc, "expiry", "each level has a policy of its own", "write it under policies")
        levels = self._levels(spec.by)
        if levels is None:
            return [Expiry(None)]
        for name in spec.policies:
            self.draft.known(name, levels, (*loc, "policies", name), "level")
        for name in levels:
            if name not in spec.policies:
                what = f"there is no policy for the level {name}"
                self.draft.wrong(
                    (*loc, "policies"), "expiry", what, f"write {name}: never, or {name}: {{after: 6 months}}"
                )
        found = [spec.policies.get(name, NEVER) for name in levels]
        for name, one in zip(levels, found, strict=True):
            if one.idle or one.by or one.activities:
                what = "what an account does counts for all its points, whatever its level"
                self.draft.wrong((*loc, "policies", name), "expiry", what, "write after, with extended_by for activity")
        return [self._policy(one, (*loc, "policies", name)) for name, one in zip(levels, found, strict=True)]

    def _levels(self, by: str) -> list[str] | None:
        """Return the levels of the ladder that is named, the lowest first."""
        ladders = self.draft.spec.ladders
        named = {f"{ladder.id}.level": ladder for ladder in ladders}
        if len(ladders) == 1:
            named["level"] = ladders[0]
        if self.draft.known(by, list(named), (*self.loc, "expiry", "by"), "ladder"):
            return [level.id for level in named[by].levels]
        return None

    def _ladder(self) -> int:
        """Return the position of the ladder by whose levels points are kept."""
        by = self.spec.expiry.by
        names = [f"{ladder.id}.level" for ladder in self.draft.spec.ladders]
        if by is None or (by == "level" and len(names) == 1):
            return NO_LADDER if by is None else 0
        return names.index(by) if by in names else NO_LADDER

    def _policy(self, spec: ExpirySpec, loc: Loc) -> Expiry:
        if spec.idle is not None and (spec.after or spec.on):
            what = "points expire some time after they were earned, or after a time without activity"
            self.draft.wrong(loc, "expiry", what, "write one of after and idle")
        if spec.activities and not _counts_activity(self.spec.expiry):
            self.draft.wrong((*loc, "activities"), "expiry", "activities go with idle", "write idle: 12 months")
        if (spec.extended_by and not spec.after) or (spec.extended_each and not spec.extended_by):
            what = "only a time after earning is extended"
            self.draft.wrong(loc, "expiry", what, "write {after: 6 months, extended_by: 1 month}")
        found = None if spec.on is None else day_of_year(self.draft, spec.on, (*loc, "on"))
        month, day = found or (NO_DAY, 0)
        to = NO_PERIOD if spec.to is None else _TO[spec.to]
        stated = spec.idle or spec.after
        if stated is None and spec.to is None and spec.on is None:
            return Expiry(None)
        length = Term(self.draft.zone) if stated is None else term(self.draft, stated)
        longer = None if spec.extended_by is None else term(self.draft, spec.extended_by)
        return Expiry(
            length, to=to, month=month, day=day, idle=spec.idle is not None, extended_by=longer,
            each=_EACH[spec.extended_each or "month"],
        )  # fmt: skip

    def _pending(self) -> Term | None:
        spec = self.spec.pending
        if spec is None:
            return None
        if (spec.for_ is None) == (spec.until is None):
            what = "points are pending for a time, or until an event"
            self.draft.wrong((*self.loc, "pending"), "pending", what, "write {for: 14 days} or {until: activated}")
        elif spec.from_ is not None and spec.for_ is None:
            self.draft.wrong((*self.loc, "pending", "from"), "pending", "`from` goes with a time", "write for: 14 days")
        return None if spec.for_ is None else term(self.draft, spec.for_)

    def _activation(self) -> int:
        spec = self.spec.pending
        if spec is None or spec.until is None:
            return NO_SLOT
        known = self._known(spec.until, (*self.loc, "pending", "until"))
        return self.terms.slot(_slot((spec.until,), _one())) if known else NO_SLOT

    def _activity(self, names: list[str]) -> int:
        activities = self.spec.expiry.activities
        known = [self._known(name, (*self.loc, "expiry", "activities", activities.index(name))) for name in names]
        return self.terms.slot(_slot(tuple(names), _one())) if names and all(known) else NO_SLOT

    def _known(self, name: str, loc: Loc) -> bool:
        names = list(self.terms.event_types)
        if name in names:
            return True
        hint = suggest(name, [*names, EARN, REDEEM]) or f"there is {', '.join(names)}; or declare it under events"
        self.draft.wrong(loc, "unknown_name", f"there is no type of event {quote(name)}", hint)
        return False


def _counts_activity(spec: ExpirySpec) -> bool:
    """Say whether what an account does changes when its points are gone."""
    return bool(spec.idle or spec.extended_by or any(one.extended_by for one in spec.policies.values()))


def _worth(spec: UnitSpec, decimals: int, draft: Draft) -> tuple[int, int]:
    """Return what the smallest part of a unit is expected to be worth, in minor units, as an integer and its decimals."""
    if spec.value is None:
        return 0, 0
    value, scale = scaled_of(spec.value)
    expected, own = scaled_of(spec.expected_redemption)
    below = scale + own + decimals - draft.decimals
    return (value * expected, below) if below >= 0 else (value * expected * 10**-below, 0)


def _one() -> Literal:
    return Literal(1, number(1, 1))


def _slot(types: tuple[str, ...], value: Node) -> Slot:
    kind = value.type
    return Slot(
        event_types=types,
        per_line=False,
        value=value,
        scale=kind.scale,
        low=min(kind.low, 0),
        high=kind.high,
        otherwise=0,
    )


def redemption_types(terms: Terms) -> tuple[str, ...]:
    """Return the types of event that redeem."""
    return tuple(name for name, one in terms.event_types.items() if one.kind == REDEMPTION)
