"""A plain model of metrics and levels: it walks from day to day and asks the whole history every question.

What happens by itself happens at midnight of the programme's zone, so that between two midnights only events do anything.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

from tests.core.baskets import Data

DAY = timedelta(1)
EARNINGS = Mapping[str, Fraction]


def months_later(day: date, months: int) -> date:
    """Return the same day so many months later, or the last of a shorter month."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    following = date(year + month // 11, (month + 1) % 12 + 1, 1)
    return date(year, month + 1, min(day.day, (following - DAY).day))


def later(day: date, length: str, times: int = 1) -> date:
    """Return the day so many lengths later."""
    count, unit = length.split(" ")
    if unit.startswith("day"):
        return day + timedelta(int(count) * times)
    return months_later(day, int(count) * times)


class Window:
    """The stretch of time that a metric counts, of an account that joined on a day."""

    def __init__(self, within: str | Mapping[str, Any], joined: date) -> None:
        self.within = within if isinstance(within, str) else next(iter(within))
        self.length: Any = None if isinstance(within, str) else within[self.within]
        self.joined = joined
        self.rolls = self.within.startswith("rolling")
        self.turns = not self.rolls and self.within != "ever"

    def holds(self, then: date, now: date) -> bool:
        """Say whether what was counted on one day still counts on another."""
        if self.within == "rolling_days":
            return now < then + timedelta(self.length)
        if self.within == "rolling_months":
            return now < months_later(then, self.length)
        return self.starts(then) == self.starts(now)

    def starts(self, day: date) -> date:
        """Return the first day of the period that holds a day."""
        if self.within == "ever":
            return date.min
        if self.within == "anniversary":
            return self._yearly(day, self.joined.month, self.joined.day)
        if self.within == "year_from":
            month, first = self.length.split("-")
            return self._yearly(day, int(month), int(first))
        months = {"month": 1, "quarter": 3, "year": 12}[self.within]
        return date(day.year, (day.month - 1) // months * months + 1, 1)

    def _yearly(self, day: date, month: int, first: int) -> date:
        starts = [months_later(date(2000, month, first), 12 * (year - 2000)) for year in (day.year - 1, day.year)]
        return max(one for one in starts if one <= day)

    def ends(self, day: date, more: int = 0) -> date:
        """Return the first day after the period that holds a day, or so many periods later."""
        end = day + DAY
        while self.starts(end) == self.starts(day):
            end += DAY
        return self.ends(end, more - 1) if more else end


@dataclass
class Count:
    """What is counted of one metric: amounts with the days on which they count; above a step, what is carried on."""

    window: Window
    steps: list[Fraction] = field(default_factory=list)
    amounts: list[tuple[date, Fraction]] = field(default_factory=list)

    def on(self, day: date) -> Fraction:
        """Return what is counted on a day, by what is known so far."""
        found = sum(
            (amount for then, amount in self.amounts if then <= day and self.window.holds(then, day)), Fraction(0)
        )
        return found + (self._carried(day) if self.steps else 0)

    def _carried(self, day: date) -> Fraction:
        before = self.window.starts(day) - DAY
        if not self.amounts or self.amounts[0][0] > before:
            return Fraction(0)
        came = self.on(before)
        reached = [step for step in self.steps if 0 < step <= came]
        return came - max(reached) if reached else Fraction(0)


@dataclass(frozen=True)
class Move:
    """What became of a level: when, why, what is held then and until when."""

    day: date
    cause: str
    level: str
    until: date | None


class Climb:
    """Where one account stands on the ladder."""

    def __init__(self, ladder: Data, joined: date, counts: Mapping[str, Count]) -> None:
        self.ladder = ladder
        self.names = [level["id"] for level in ladder["levels"]]
        self.starts = [Fraction(str(level["from"])) for level in ladder["levels"]]
        self.counts = counts
        self.window = next(iter(counts.values())).window
        self.fresh = self.window.rolls or (ladder.get("keep") == "period_end" and not self._at_turn())
        self.earned = 0
        self.until: date | None = None
        self.turn: date | None = None
        self.anchor = joined
        self.times = 0
        self.grace_to: tuple[int, date] | None = None
        self.given: tuple[int, date] | None = None
        self.moves: list[Move] = []

    def _at_turn(self) -> bool:
        return bool(self.ladder.get("credit") == "next_period")

    def credit(self, day: date) -> Fraction:
        """Return what the account has on a day."""
        spend = self.counts["spend"].on(day) if "spend" in self.counts else Fraction(0)
        if self.ladder["by"] == "got":
            return self.counts["got"].on(day)
        return spend + (self.counts["orders"].on(day) * 20 if "orders" in self.counts else 0)

    def reached(self, day: date) -> int:
        """Return the highest level that the credit of a day reaches."""
        credit = self.credit(day)
        return max(i for i, start in enumerate(self.starts) if credit >= start)

    def held(self) -> int:
        """Return the level held, earned or given."""
        return max(self.earned, self.given[0] if self.given else 0)

    def rise(self, day: date) -> None:
        """Take what is reached, if it is higher or saves a level."""
        reached = self.reached(day)
        if reached > self.earned and self._at_turn():
            end = self.window.ends(day)
            self.turn = end if self.turn is None else min(self.turn, end)
            reached = self.earned
        if reached > self.earned or (reached == self.earned and self.grace_to):
            self.settle(reached, day, day)

    def midnight(self, day: date) -> None:
        """Do what falls due as a day begins."""
        yesterday = day - DAY
        if self.turn == day:
            self.turn = None
            self.settle(max(self.reached(yesterday), self.earned), day, yesterday)
        if self.until == day:
            self.review(day, yesterday)
        if self.given and self.given[1] == day:
            self.given = None
            self.tell(day, "given_ended")

    def review(self, day: date, yesterday: date) -> None:
        """Look at a level whose time is up."""
        looked_at = day if self.grace_to or self.fresh else yesterday
        reached = self.reached(looked_at)
        if self.grace_to:
            falls_to, falls_from = self.grace_to
            level = max(min(reached, self.earned), falls_to)
            self.settle(level, day, day if level > falls_to else falls_from)
            return
        down = self.ladder.get("down", "earned")
        lower = {"earned": reached, "one": max(reached, self.earned - 1), "none": max(reached, self.earned)}[down]
        if lower < self.earned and "grace" in self.ladder:
            self.grace_to = (lower, looked_at)
            self.until = later(day, self.ladder["grace"])
            self.tell(day, "grace")
        else:
            self.settle(lower, day, looked_at)

    def settle(self, level: int, day: date, start: date) -> None:
        """Hold a level from a day on; how long follows from the day whose credit it was reached with."""
        cause = "reached" if level > self.earned else "kept" if level == self.earned else "lowered"
        if cause != "kept" or self.grace_to:
            self.anchor, self.times = day, 0
        self.earned, self.grace_to = level, None
        self.until = self.kept_until(start) if level else None
        if self.until is not None and self.until <= day:
            self.until = self.kept_until(day)
        self.tell(day, cause)

    def kept_until(self, day: date) -> date | None:
        """Return until when a level is kept."""
        keep = self.ladder.get("keep")
        if keep is None and self.window.rolls:
            days = self.window.within == "rolling_days"
            keep = {"for": f"{self.window.length} {'days' if days else 'months'}"}
        if isinstance(keep, Mapping):
            self.times += 1
            return later(self.anchor, keep["for"], self.times)
        if keep == "ever" or not self.window.turns:
            return None
        return self.window.ends(day, 1 if keep != "period_end" or self._at_turn() else 0)

    def give(self, day: date) -> None:
        """Take the level that a visit gives."""
        for grant in self.ladder.get("grants", ()):
            self.given = (self.names.index(grant["level"]), later(day, grant["for"]))
            self.tell(day, "given")

    def tell(self, day: date, cause: str) -> None:
        """Note what became of the level."""
        ends = [self.given[1]] if self.given and self.given[0] == self.held() else []
        never = self.earned == self.held() and self.until is None
        if self.earned == self.held() and self.until is not None:
            ends.append(self.until)
        until = None if never else max(ends)
        self.moves.append(Move(day, cause, self.names[self.held()], until))


class Account:
    """The past of one account: what is counted, and where it stands on the ladder."""

    def __init__(self, programme: Data, joined: date) -> None:
        (ladder,) = programme["ladders"]
        metrics = programme["metrics"]
        self.metrics = metrics
        self.ladder = ladder
        self.today = joined
        self.plain = {name: Count(Window(one["within"], joined)) for name, one in metrics.items()}
        carried = (
            [Fraction(str(level["from"])) for level in ladder["levels"]] if ladder.get("excess") == "carry" else []
        )
        read = [name for name in metrics if name in ladder["by"]]
        self.own = {name: Count(Window(metrics[name]["within"], joined), carried) for name in read}
        self.climb = Climb(ladder, joined, self.own)
        credit = ladder.get("credit")
        self.delay = timedelta(int(credit["after"].split(" ")[0])) if isinstance(credit, Mapping) else timedelta(0)
        self.waiting: list[tuple[date, str, Fraction]] = []

    def begin(self, event: dict[str, Any], day: date) -> None:
        """Bring the account to an event's day, and tell the event what its expressions read."""
        while self.today < day:
            self.today += DAY
            self.climb.midnight(self.today)
            self._count_waiting()
        event["counted"] = {name: count.on(day) for name, count in self.plain.items()}
        if self.ladder.get("crossing") == "after" and not event["returned"]:
            self.count(event, {})
            self.climb.rise(day)
        event["level"] = self.climb.names[self.climb.held()]

    def end(self, event: Data, earned: EARNINGS) -> None:
        """Count an event that was rated, with what it earned."""
        if self.ladder.get("crossing") != "after":
            self.count(event, earned)
            self.climb.rise(self.today)
        if event["type"] == "visit":
            self.climb.give(self.today)

    def count(self, event: Data, earned: EARNINGS) -> None:
        """Count what an event is counted for."""
        purchase = event["type"] == "purchase"
        amounts = {"spend": event["eligible"] if purchase else 0, "orders": 1, **earned}
        for name in self.metrics:
            amount = Fraction(amounts.get(name, 0))
            if amount > 0:
                self.plain[name].amounts.append((self.today, amount))
                if name in self.own and not self.delay:
                    self.own[name].amounts.append((self.today, amount))
                elif name in self.own:
                    self.waiting.append((self.today + self.delay, name, amount))

    def _count_waiting(self) -> None:
        due = [one for one in self.waiting if one[0] == self.today]
        for day, name, amount in due:
            self.own[name].amounts.append((day, amount))
            self.waiting.remove((day, name, amount))
        if due:
            self.climb.rise(self.today)


class Levels:
    """The levels of all accounts of a programme with one ladder."""

    def __init__(self, programme: Data) -> None:
        self.programme = programme
        self.zone = ZoneInfo(programme["zone"])
        self.accounts: dict[str, Account] = {}

    def begin(self, event: dict[str, Any]) -> None:
        """Tell an event what its account's past is."""
        day = event["at"].astimezone(self.zone).date()
        account = self.accounts.setdefault(event["account"], Account(self.programme, day))
        account.begin(event, day)

    def end(self, event: Data, points: Iterable[tuple[str, int]]) -> None:
        """Let an event become part of its account's past, with the points that it earned by unit."""
        earned = sum((Fraction(number) for unit, number in points if unit == "points"), Fraction(0))
        if not event["returned"]:
            self.accounts[event["account"]].end(event, {"got": earned})
