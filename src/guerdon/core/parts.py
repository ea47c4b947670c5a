"""Parts: what one band or multiplier of a rule gives, exact, rounded and granted; and the sheet on which they are drafted.

Invariant: the desired points of parts that are rounded together are the rounding of their exact sum, so they add up to the whole.
"""

from typing import Final

from mypy_extensions import i64

from guerdon.core.values import divide

BASE: Final = -1
"""The `source` of a part that comes from the rule itself; else it is the multiplier's position."""


class Part:
    """One part of what a rule gives an event: a band's, or a multiplier's, on one occasion.

    An occasion is an order, a line, or `times` equal items of a line; `exact` and `desired` are for all of them.
    """

    def __init__(self) -> None:
        self.occasion: i64 = 0
        self.line: i64 = -1
        self.times: int = 1
        self.band: i64 = -1
        self.source: i64 = BASE
        self.exact: int = 0
        self.desired: int = 0
        self.granted: int = 0
        self.cut_by: i64 = -1


class Sheet:
    """Scratch paper for one event: the first `count` of `parts` are what its rules drafted so far.

    `occasion`, `line` (its number in the order), `row` (its place in the columns of lines) and `times` say what is being drafted.
    `past` is what live expressions know of the account.
    """

    def __init__(self) -> None:
        self.parts: Final[list[Part]] = []
        self.count: i64 = 0
        self.occasion: i64 = 0
        self.line: i64 = -1
        self.row: i64 = 0
        self.times: int = 1
        self.past: list[int] = []

    def note(self, band: i64, source: i64, exact: int) -> None:
        """Note one part of the occasion being drafted."""
        if self.count == len(self.parts):
            self.parts.append(Part())
        part = self.parts[self.count]
        part.occasion = self.occasion
        part.line = self.line
        part.times = self.times
        part.band = band
        part.source = source
        part.exact = exact
        self.count += 1


def share_out(parts: list[Part], start: i64, end: i64, divisor: int, rounding: int) -> None:
    """Round the exact sum of `parts[start:end]` over `divisor` once, and share the whole out between them.

    Parts get their floor; what is left goes to the largest remainders, the earlier first on a tie.
    """
    if end - start == 1:
        part = parts[start]
        part.desired = divide(part.exact, divisor, rounding) if divisor > 1 else part.exact
        return
    exact = 0
    left = 0
    position = start
    while position < end:
        part = parts[position]
        exact += part.exact
        part.desired = part.exact // divisor
        left -= part.desired
        position += 1
    left += divide(exact, divisor, rounding)
    if left > 0:
        rests = [(part.desired * divisor - part.exact, place) for place, part in enumerate(parts[start:end])]
        for _, place in sorted(rests)[:left]:
            parts[start + place].desired += 1
