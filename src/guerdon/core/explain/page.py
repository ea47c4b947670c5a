"""The page of an account: what a member would like to know, as values in plain words.

Invariants:
* The balance is the story's, and the months add up to it: earned less spent, expired and taken back, what was owed and is written off, and what other
  accounts sent or got.
* Days are those of the programme's zone; a day on which points or a level end is the last one on which they hold.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from guerdon.core.calendar import civil
from guerdon.core.events import Event
from guerdon.core.explain.levels import AccountOutlook, LevelOutlook, account_outlooks
from guerdon.core.explain.measures import is_money
from guerdon.core.explain.story import Balance, Happening, Story, stories_of
from guerdon.core.explain.wording import money, plain
from guerdon.core.history import keep_ledger, rate_events
from guerdon.core.metrics import Metric
from guerdon.core.programme import Programme

MONTHS: Final = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December",
)  # fmt: skip
"""Names of months, as people write them."""

_DATE: Final = re.compile(r"(\d{4})-(\d{2})-(\d{2})")
_USABLE: Final = re.compile(r"usable from \d{4}-\d{2}-\d{2}$")
_DAY: Final = len("2017-10-03")


@dataclass(frozen=True, slots=True, kw_only=True)
class Portion:
    """Points and the day that matters for them: the first on which they can be used, or the last."""

    points: Decimal
    day: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthRow:
    """What one month did to a balance; all but `earned`, `written_off` and `transferred` stand below zero."""

    month: str
    earned: Decimal
    spent: Decimal
    expired: Decimal
    taken_back: Decimal
    written_off: Decimal
    transferred: Decimal
    balance: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One thing that happened, in words, with what it changed and the balance after it."""

    day: str
    cause: str
    said: tuple[str, ...]
    change: Decimal
    balance: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitPage:
    """One unit of an account: its balance, what waits until when, what ends when, its months and its history."""

    unit: str
    balance: Balance
    waiting: tuple[Portion, ...]
    ending: tuple[Portion, ...]
    endless: Decimal
    months: tuple[MonthRow, ...]
    history: tuple[Line, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelPage:
    """A level of an account and what it needs, in sentences."""

    ladder: str
    level: str
    said: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """What an account has and had as of an instant, as its member would read it."""

    programme: str
    account: str
    as_of: str
    units: tuple[UnitPage, ...]
    levels: tuple[LevelPage, ...]
    benefits: dict[str, object]


def pages_of(programme: Programme, events: Sequence[Event], at: int | None = None) -> tuple[Page, ...]:
    """Return the page of every account of some events, as of an instant or of the last event."""
    kept = keep_ledger(programme, events, at)
    as_of = int(kept.ledger.as_of)
    known = [event for event in events if event.at <= as_of]
    outlooks = {one.account: one for one in account_outlooks(programme, rate_events(programme, known), as_of)}
    return tuple([_page(programme, story, outlooks.get(story.account)) for story in stories_of(programme, kept)])


def _page(programme: Programme, story: Story, outlook: AccountOutlook | None) -> Page:
    return Page(
        programme=programme.title or programme.name,
        account=story.account,
        as_of=day_of(programme, story.as_of),
        units=tuple([_unit(programme, story, balance) for balance in story.balances]),
        levels=() if outlook is None else tuple([_level(programme, one) for one in outlook.ladders]),
        benefits={} if outlook is None else outlook.benefits,
    )


def day_of(programme: Programme, at: int) -> str:
    """Return the day of an instant, like 3 October 2017."""
    year, month, day = civil(programme.zone.day_of(at))
    return f"{day} {MONTHS[month - 1]} {year}"


def _last_day(programme: Programme, at: int) -> str:
    """Return the last day that begins and, as far as it goes, lies before an instant."""
    return day_of(programme, at - 1)


# Points.


def _unit(programme: Programme, story: Story, balance: Balance) -> UnitPage:
    own = [happening for happening in story.happenings if happening.unit == balance.unit]
    waiting: dict[int, Decimal] = {}
    ending: dict[int, Decimal] = {}
    endless = Decimal(0)
    for lot in balance.lots:
        if lot.usable_from is not None:
            waiting[lot.usable_from] = waiting.get(lot.usable_from, Decimal(0)) + lot.pending
        free = lot.remaining - lot.held
        if lot.expires_at is None:
            endless += free
        else:
            ending[lot.expires_at] = ending.get(lot.expires_at, Decimal(0)) + free
    return UnitPage(
        unit=balance.unit,
        balance=balance,
        waiting=tuple([Portion(points=waiting[at], day=day_of(programme, at)) for at in sorted(waiting)]),
        ending=_by_day([(_last_day(programme, at), ending[at]) for at in sorted(ending) if ending[at]]),
        endless=endless,
        months=_months(own),
        history=tuple([_line(programme, happening) for happening in own]),
    )


def _by_day(portions: Sequence[tuple[str, Decimal]]) -> tuple[Portion, ...]:
    found: dict[str, Decimal] = {}
    for day, points in portions:
        found[day] = found.get(day, Decimal(0)) + points
    return tuple([Portion(points=points, day=day) for day, points in found.items()])


def _months(happenings: Sequence[Happening]) -> tuple[MonthRow, ...]:
    by_month: dict[str, list[Happening]] = {}
    for happening in happenings:
        by_month.setdefault(happening.month, []).append(happening)
    return tuple([
        MonthRow(
            month=month,
            earned=sum([one.earned for one in own], Decimal(0)),
            spent=sum([one.spent for one in own], Decimal(0)),
            expired=sum([one.expired for one in own], Decimal(0)),
            taken_back=sum([one.taken_back for one in own], Decimal(0)),
            written_off=sum([one.written_off for one in own], Decimal(0)),
            transferred=sum([one.transferred for one in own], Decimal(0)),
            balance=own[-1].balance,
        )
        for month, own in by_month.items()
    ])


def spelled(text: str) -> str:
    """Return a text with its dates as people write them."""
    return _DATE.sub(lambda found: f"{int(found[3])} {MONTHS[int(found[2]) - 1]} {found[1]}", text)


def _line(programme: Programme, happening: Happening) -> Line:
    cause = f"{happening.type} {happening.event}" if happening.event else ""
    return Line(
        day=day_of(programme, happening.instant),
        cause=cause,
        said=tuple([_USABLE.sub(lambda found: spelled(found[0]), said) for said in happening.said]),
        change=happening.change,
        balance=happening.balance,
    )


# Levels.


def _level(programme: Programme, outlook: LevelOutlook) -> LevelPage:
    titles = _titles(programme, outlook.ladder)
    title = titles.get(outlook.level, outlook.level)
    said = [_held(outlook)] if outlook.since or outlook.until else []
    if outlook.to_keep > 0 and outlook.reviewed:
        kept = titles.get(outlook.earned, outlook.earned)
        said.append(
            f"{_missing(programme, outlook.kept_by, outlook.to_keep)} by {spelled(outlook.reviewed)} to keep {kept}"
        )
    if outlook.next_level:
        rise = _missing(programme, outlook.measure, outlook.to_rise)
        said.append(f"{rise} to become {titles.get(outlook.next_level, outlook.next_level)}")
    for day, amount in outlook.coming:
        counts = _still_counts(programme, outlook.measure or outlook.kept_by, amount)
        said.append(f"{counts} towards it from {spelled(day)} on")
    if outlook.projected and outlook.projected != outlook.level:
        fate = f"{titles.get(outlook.projected, outlook.projected)} from {spelled(outlook.projected_from)} on"
        said.append(f"{'soon, ' if outlook.warned else ''}if nothing more happens: {fate}")
    return LevelPage(ladder=_ladder_title(programme, outlook.ladder), level=title, said=tuple(said))


def _held(outlook: LevelOutlook) -> str:
    since = f"since {spelled(outlook.since[:_DAY])}" if outlook.since else ""
    until = f"until {spelled(outlook.until)}" if outlook.until else ""
    return ", ".join([part for part in (since, until) if part])


def _titles(programme: Programme, ladder: str) -> dict[str, str]:
    return {
        level.name: level.title or level.name for one in programme.ladders if one.name == ladder for level in one.levels
    }


def _ladder_title(programme: Programme, ladder: str) -> str:
    return next((one.title for one in programme.ladders if one.name == ladder and one.title), "Level")


def _missing(programme: Programme, measure: str, amount: Decimal) -> str:
    """Return how much is missing of what a level is reached by."""
    metric = _metric(programme, measure)
    if metric is not None and metric.unit >= 0:
        return f"{plain(amount)} more {programme.units[metric.unit].name} to earn"
    if metric is not None and _counts_money(programme, metric):
        return f"{money(amount, programme.currency)} more to spend"
    return f"{plain(amount)} more ({_called(metric, measure)})"


def _still_counts(programme: Programme, measure: str, amount: Decimal) -> str:
    """Return how much will count of what a level is reached by."""
    metric = _metric(programme, measure)
    if metric is not None and metric.unit >= 0:
        return f"{plain(amount)} {programme.units[metric.unit].name} count"
    if metric is not None and _counts_money(programme, metric):
        return f"{money(amount, programme.currency)} count"
    return f"{plain(amount)} ({_called(metric, measure)}) count"


def _metric(programme: Programme, measure: str) -> Metric | None:
    return next((one for one in programme.metrics if one.name == measure.removeprefix("metrics.")), None)


def _called(metric: Metric | None, measure: str) -> str:
    return measure if metric is None else metric.title or metric.name


def _counts_money(programme: Programme, metric: Metric) -> bool:
    slot = programme.slots[metric.slot]
    return is_money(slot, programme.event_types[slot.event_types[0]])
