"""Crossing: a purchase that goes beyond thresholds of a ladder that splits it is rated piece by piece, each at its level (S9).

Invariants:
* The pieces of what a rule reads add up to it, line by line: by value, largest remainder, in the smallest part that it reads.
* What lies up to a threshold, exactly on it included, is rated at the level held before.
"""

from typing import Final

from mypy_extensions import i64

from guerdon.core.earning import ORDER, Rule, asked_of, draft_occasion
from guerdon.core.facts import Facts
from guerdon.core.ladders import SPLIT, Ladder
from guerdon.core.parts import Sheet
from guerdon.core.values import split


class Crossing:
    """The pieces of the purchase that the fold is at: how much each counts for, and the past with the level it is rated at.

    `levels` says of each occasion drafted on a sheet which level that is.
    """

    def __init__(self, position: int) -> None:
        self.position: Final = position
        self.weights: list[int] = []
        self.pasts: list[list[int]] = []
        self.levels: dict[int, int] = {}

    def divides(self, ladder: Ladder, facts: Facts, row: i64, past: list[int]) -> bool:
        """Say whether an event goes beyond a threshold above the level held, and note its pieces."""
        measure = ladder.measure
        if ladder.crossing != SPLIT or measure is None:
            return False
        counted = facts.slots[measure.slot].at(row) * measure.factor
        if counted <= 0:
            return False
        last = past[measure.place] * measure.factor
        end = last + counted
        level = past[self.position]
        self.weights = []
        self.pasts = []
        for above in range(level + 1, len(ladder.levels)):
            start = ladder.levels[above].start
            if last < start < end:
                self._note(start - last, level, past)
                last = start
                level = above
        self._note(end - last, level, past)
        self.levels = {}
        return len(self.weights) > 1

    def _note(self, weight: int, level: int, past: list[int]) -> None:
        held = list(past)
        held[self.position] = level
        self.weights.append(weight)
        self.pasts.append(held)


def draft_divided(rule: Rule, facts: Facts, event: i64, sheet: Sheet, crossing: Crossing) -> None:
    """Note the exact parts that a rule which asks for the level gives for an event that is divided, line by line."""
    past = sheet.past
    first, last = int(event), int(event) + 1
    if rule.per != ORDER:
        first = int(facts.first_line.small_at(event))
        last = int(facts.first_line.small_at(event + 1))
    asked = [_asked(rule, facts, event, row, sheet, crossing) for row in range(first, last)]
    shares = _shares(asked, crossing.weights)
    total = sum([sum(share) for share in shares])
    before = 0
    sheet.times = 1
    for place, share in enumerate(shares):
        sheet.row = first + place
        sheet.line = -1 if rule.per == ORDER else place
        if not rule.within_order:
            before = 0
            total = sum(share)
        for piece, value in enumerate(share):
            if value > 0:
                sheet.past = crossing.pasts[piece]
                draft_occasion(rule, facts, event, value, before, total, sheet)
                crossing.levels[int(sheet.occasion)] = sheet.past[crossing.position]
                before += value
    sheet.past = past


def _asked(rule: Rule, facts: Facts, event: i64, row: i64, sheet: Sheet, crossing: Crossing) -> list[int]:
    """Return the number that a rule reads in a row of its slot, at the level of each piece."""
    found: list[int] = []
    for past in crossing.pasts:
        sheet.past = past
        found.append(max(asked_of(rule, facts, event, row, sheet), 0))
    return found


def _shares(asked: list[list[int]], weights: list[int]) -> list[list[int]]:
    """Share out what a rule reads of each line between the pieces: each piece is spread over the lines by value."""
    left = [max(numbers) for numbers in asked]
    pieces = split(sum(left), weights)
    spread: list[list[int]] = [[] for _ in asked]
    for piece in pieces:
        taken = split(piece, left) if piece > 0 else [0 for _ in left]
        for line, number in enumerate(taken):
            spread[line].append(number)
            left[line] -= number
    return [
        [split(number, spread[line])[piece] if sum(spread[line]) > 0 else 0 for piece, number in enumerate(numbers)]
        for line, numbers in enumerate(asked)
    ]
