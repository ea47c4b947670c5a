"""What is known of an account's past: what its metrics count, and which levels it holds.

Invariants:
* `values` holds the levels' positions and then what the metrics count, as the present event is rated: it is one list, moved on
  in place, that live expressions read.
* What fell due by an event's instant has happened before it is rated, in the order of time.
* Metrics are read anew when one was changed or its period ended, and levels are looked at when what they are reached by may
  have changed (`stirred`): whoever changes metrics, places or their terms from outside says so.
* What an event counts for moves metrics and levels after it was rated, save ladders that a purchase crosses at once.
"""

from typing import Final

from mypy_extensions import i64

from guerdon.core.calendar import LATEST, Zone
from guerdon.core.effects import EARNED, FROM_PENDING, RECEIVED, REVERSED, SETTLED, USABLE, Effects
from guerdon.core.facts import REFUND, Facts
from guerdon.core.ladders import AFTER, Ladder, Later, Place
from guerdon.core.metrics import Meter, Metric
from guerdon.core.periods import Days

_NOBODY: Final = -(2**60)


class Credit:
    """What a purchase counted for in each metric, at first and after what came back of it so far."""

    def __init__(self, day: int, first: list[int]) -> None:
        self.day: Final = day
        self.first: Final = first
        self.now: Final = list(first)


class Ripe:
    """Points of a purchase that became usable on a day, and count in a metric."""

    def __init__(self, metric: int, day: int, points: int) -> None:
        self.metric: Final = metric
        self.day: Final = day
        self.points = points


class Past:
    """The meters of all metrics and the places on all ladders, of one account; what `uncounted` rules give counts in none."""

    def __init__(
        self,
        zone: Zone,
        metrics: list[Metric],
        ladders: list[Ladder],
        later: list[list[Later]] | None = None,
        uncounted: set[int] | None = None,
    ) -> None:
        self.zone: Final = zone
        self.uncounted: Final[set[int]] = set() if uncounted is None else uncounted
        self.meters: Final = [Meter(metric) for metric in metrics]
        self.places: Final = [Place(ladder, [] if later is None else later[ladder.position]) for ladder in ladders]
        self.at_once: Final = any([ladder.crossing == AFTER for ladder in ladders])
        self.earns: Final = any([metric.slot < 0 and not metric.usable for metric in metrics])
        self.ripens: Final = any([metric.usable for metric in metrics])
        self.ripe: dict[int, list[Ripe]] = {}
        self.gives: Final = any([place.gives() for place in self.places])
        self.values: Final = [0 for _ in ladders] + [0 for _ in metrics]
        self.days: Final = metrics[0].window.days if metrics else ladders[0].days if ladders else Days(zone)
        self.joined: i64 = _NOBODY
        self.next_due: i64 = LATEST
        self.stirred = True

    def open(self) -> None:
        """Begin with another account, of which nothing has happened yet."""
        self.joined = _NOBODY
        if self.ripe:
            self.ripe = {}

    def begin(self, facts: Facts, row: i64, event: i64, effects: Effects) -> None:
        """Bring the past up to an event's instant, before the event is rated."""
        at = facts.at.small_at(row)
        if self.joined == _NOBODY:
            self._join(int(self.days.of(at)))
        if self.next_due <= at:
            self.fall_due(at, event, effects)
        self.read(at)
        if self.at_once and facts.kind.small_at(row) != REFUND:
            self._cross(facts, row, at, event, effects)

    def end(self, facts: Facts, row: i64, event: i64, effects: Effects, mark: i64) -> None:
        """Count an event that was rated; its effects begin at row `mark`."""
        at = facts.at.small_at(row)
        if not self.at_once:
            self._count(facts, row, at, event)
        if self.earns:
            self._count_earned(effects, mark, at, event)
        if self.ripens:
            self.ripen(effects, mark, at, event)
        if not self.places:
            return
        self.read(at)
        if not self.stirred and not self.gives:
            return
        self.stirred = False
        moved = self.gives
        for place in self.places:
            if place.ladder.crossing != AFTER and place.rise(at, event, event, self.values, effects):
                moved = True
            if self.gives:
                place.give(facts, row, at, event, effects)
        if moved:
            self.see_levels()

    def credit(self, facts: Facts, row: i64, effects: Effects, mark: i64) -> Credit:
        """Return what an event counted for that was rated; its effects begin at row `mark`."""
        first = [
            _earned(effects, mark, meter.metric.unit)
            if meter.metric.slot < 0
            else max(facts.slots[meter.metric.slot].at(row), 0)
            for meter in self.meters
        ]
        return Credit(int(self.days.of(facts.at.small_at(row))), first)

    def take_back(self, credit: Credit, facts: Facts, row: i64, event: i64, effects: Effects, mark: i64) -> None:
        """Take what a refund's purchase no longer counts for out of what counted it, and look at levels reached with it (S6c).

        The refund's effects begin at row `mark`. What is left never counts for more than the purchase did.
        """
        at = facts.at.small_at(row)
        for position in range(len(self.meters)):
            meter = self.meters[position]
            if meter.metric.usable:
                self._unripen(position, facts.refers.small_at(row), effects, mark)
                continue
            now = credit.now[position] + _earned(effects, mark, meter.metric.unit)
            if meter.metric.slot >= 0:
                now = max(facts.slots[meter.metric.slot].at(row), 0)
            amount = credit.now[position] - min(now, credit.first[position])
            if amount != 0:
                credit.now[position] -= amount
                meter.take_back(amount, credit.day)
                for place in self.places:
                    place.lose(len(self.places) + position, meter, amount, credit.day)
        self._look_again(at, event, effects)

    def take_off_goods(self, facts: Facts, row: i64, event: i64, effects: Effects, mark: i64) -> None:
        """Take what goods without their purchase count for out of what counts now, the latest first, and look at levels (S6c).

        What is taken back for them has the effects from row `mark` on.
        """
        at = facts.at.small_at(row)
        for position, meter in enumerate(self.meters):
            amount = _taken_back(effects, mark, meter.metric)
            if meter.metric.slot >= 0:
                amount = facts.slots[meter.metric.slot].at(row)
            taken = meter.take_off(amount) if amount > 0 else 0
            if taken > 0:
                self._lose_of_now(len(self.places) + position, meter, taken, at)
        self._look_again(at, event, effects)

    def _lose_of_now(self, metric: int, meter: Meter, amount: int, at: i64) -> None:
        """Let levels know that less counts for them, whose credit is counted together with what counts now."""
        for place in self.places:
            if place.earned > 0:
                day = int(self.days.of(place.credited)) - meter.metric.delay
                if meter.counted(day, at):
                    place.lose(metric, meter, amount, day)

    def _look_again(self, at: i64, event: i64, effects: Effects) -> None:
        """Look at levels whose credit became less."""
        self.read(at)
        for place in self.places:
            place.recheck(at, event, self.values, self._left_of(place), effects)
            if place.ladder.crossing != AFTER:
                place.rise(at, event, event, self.values, effects)
        self.see_levels()

    def ripen(self, effects: Effects, mark: i64, at: i64, event: i64) -> None:
        """Count the points that became usable at an instant, from row `mark` on, and let levels rise by them."""
        self.read(at)
        found = -1
        for position, meter in enumerate(self.meters):
            row = mark
            while meter.metric.usable and row < effects.count:
                points = int(effects.granted[row])
                usable = effects.kind[row] == USABLE or effects.kind[row] == RECEIVED
                usable = usable and effects.unit[row] == meter.metric.unit
                if usable and points > 0 and not self._is_apart(effects, row):
                    found = int(effects.of[row])
                    meter.take(points, at, found)
                    self.ripe.setdefault(found, []).append(Ripe(position, int(self.days.of(at)), points))
                row += 1
        if found >= 0:
            self._rise_by(found, at, event, effects)
            self.see_levels()
            self.stirred = True

    def _rise_by(self, of: i64, at: i64, event: i64, effects: Effects) -> None:
        """Let levels rise by what an earlier event counts for now."""
        self.read(at)
        for place in self.places:
            place.rise(at, event, of, self.values, effects)

    def _unripen(self, position: int, of: i64, effects: Effects, mark: i64) -> None:
        """Take what a refund took of points that were usable out of what counted them, the latest first."""
        amount = 0
        row = mark
        while row < effects.count:
            usable = effects.kind[row] == REVERSED and effects.band[row] != FROM_PENDING
            if usable and effects.unit[row] == self.meters[position].metric.unit:
                amount += int(effects.desired[row])
            row += 1
        for ripe in reversed(self.ripe.get(int(of), [])):
            if ripe.metric == position and amount > 0:
                part = min(amount, ripe.points)
                amount -= part
                ripe.points -= part
                self.meters[position].take_back(part, ripe.day)
                for place in self.places:
                    place.lose(len(self.places) + position, self.meters[position], part, ripe.day)

    def _left_of(self, place: Place) -> list[int]:
        """Return what is left of the credit that a level was reached or kept with."""
        left = list(place.proof)
        for position in range(len(self.meters) if place.doubted else 0):
            metric = len(self.places) + position
            left[metric] = self.meters[position].at_end(place.credited, left[metric])
        return left

    def fall_due(self, at: i64, event: i64, effects: Effects) -> None:
        """Let happen what falls due by an instant, in the order of time; `event` is the one that finds it."""
        while self.next_due <= at:
            due = self.next_due
            self.read(due - 1)
            before = list(self.values)
            self.read(due)
            for place in self.places:
                place.fall_due(due, event, before, self.values, effects)
            self._credit(due, event, effects)
            self.see_levels()
            self.stirred = True

    def _credit(self, due: i64, event: i64, effects: Effects) -> None:
        """Count what was delayed until an instant, and let levels rise by it."""
        found = -1
        for meter in self.meters:
            if meter.fall_due(due):
                found = meter.owner
        if found >= 0:
            self._rise_by(found, due, event, effects)

    def _join(self, day: int) -> None:
        self.joined = day
        for meter in self.meters:
            meter.open(day)
        for place in self.places:
            place.open(day)
        self.see_levels()
        self.stirred = True

    def read(self, at: i64) -> None:
        """Read what the metrics count at an instant."""
        position = len(self.places)
        for meter in self.meters:
            if meter.changed or at >= meter.ends_at:
                self.values[position] = meter.age(at)
                meter.changed = False
                self.stirred = True
            position += 1

    def see_entry(self) -> None:
        """Let the present event be rated at the level with which everybody begins, on every ladder (S17)."""
        for position in range(len(self.places)):
            self.values[position] = 0

    def see_levels(self) -> None:
        """Read the levels held, and what falls due next."""
        due: i64 = LATEST
        for position, place in enumerate(self.places):
            if self.values[position] != place.held:
                self.values[position] = place.held
                self.stirred = True
            due = min(due, place.next_due())
        for meter in self.meters:
            due = min(due, meter.next_due())
        self.next_due = due

    def _count(self, facts: Facts, row: i64, at: i64, event: i64) -> None:
        for meter in self.meters:
            slot = meter.metric.slot
            if slot >= 0:
                meter.take(facts.slots[slot].at(row), at, event)
                self.next_due = min(self.next_due, meter.next_due())

    def _count_earned(self, effects: Effects, mark: i64, at: i64, event: i64) -> None:
        """Count the points that an event earned."""
        for meter in self.meters:
            unit = meter.metric.unit
            if unit >= 0 and not meter.metric.usable:
                points = 0
                row = mark
                while row < effects.count:
                    earned = effects.kind[row] == EARNED or effects.kind[row] == RECEIVED
                    if earned and effects.unit[row] == unit and not self._is_apart(effects, row):
                        points += int(effects.granted[row])
                    row += 1
                meter.take(points, at, event)
                self.next_due = min(self.next_due, meter.next_due())

    def _is_apart(self, effects: Effects, row: i64) -> bool:
        """Say whether points of a row are no credit, because an adjustment gave them or another account sent them."""
        return len(self.uncounted) > 0 and int(effects.rule[row]) in self.uncounted

    def _cross(self, facts: Facts, row: i64, at: i64, event: i64, effects: Effects) -> None:
        """Count an event before it is rated, for the ladders whose levels hold at once; metrics still read as before it."""
        before = list(self.values)
        self._count(facts, row, at, event)
        self.read(at)
        for place in self.places:
            if place.ladder.crossing == AFTER:
                place.rise(at, event, event, self.values, effects)
        for position, meter in enumerate(self.meters, len(self.places)):
            self.values[position] = before[position]
            meter.changed = True
        self.see_levels()


def _earned(effects: Effects, mark: i64, unit: int) -> int:
    """Return what was earned of a unit, from row `mark` on, less what is no longer."""
    points = 0
    row = mark
    while row < effects.count:
        if effects.unit[row] == unit and effects.kind[row] == EARNED:
            given_back = effects.event[row] != effects.of[row]
            points += int(effects.desired[row] if given_back else effects.granted[row])
        elif effects.unit[row] == unit and effects.kind[row] == REVERSED:
            points -= int(effects.desired[row])
        row += 1
    return points


def _taken_back(effects: Effects, mark: i64, metric: Metric) -> int:
    """Return what goods without their purchase take back of a metric's unit; of points that were to be usable, what was."""
    points = 0
    row = mark
    while row < effects.count:
        if effects.unit[row] == metric.unit:
            if effects.kind[row] == REVERSED:
                points += int(effects.desired[row])
            elif effects.kind[row] == SETTLED and effects.band[row] == FROM_PENDING and metric.usable:
                points -= int(effects.granted[row])
        row += 1
    return points
