"""A programme being compiled: its spec, and the mistakes found so far, each at its place in the file."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Final

from guerdon.core.amounts import read_time
from guerdon.core.calendar import Zone, parse_date
from guerdon.core.errors import Invalid
from guerdon.core.expr.tree import Node
from guerdon.core.slots import FOREVER
from guerdon.core.strategies import Strategies
from guerdon.definition.expressions import Scope, parse
from guerdon.definition.findings import Enough, Findings
from guerdon.definition.issues import Place, error, quote, suggest
from guerdon.definition.source import Loc, Source
from guerdon.definition.spec import ProgrammeSpec

EXPRESSIONS_MAX: Final = 30_000
"""A programme's expressions have at most this many characters in all."""

DATE_LENGTH: Final = len("2026-01-01")


class Draft:
    """What compiling needs on the way: ask it for nodes, instants and names, and it notes what is wrong.

    `missing` names tables that have mistakes of their own: expressions are not told that these are not there.
    `within` is when its version is in force, and `own_ladders` those that this version itself speaks of.
    """

    def __init__(self, spec: ProgrammeSpec, source: Source, zone: Zone, decimals: int) -> None:
        self.spec: Final = spec
        self.source: Final = source
        self.zone: Final = zone
        self.decimals: Final = decimals
        self.findings: Final = Findings()
        self.room = EXPRESSIONS_MAX
        self.missing: set[str] = set()
        self.strategies: Strategies = {}
        self.within = (-FOREVER, FOREVER)
        self.own_ladders = [ladder.id for ladder in spec.ladders]

    def saying(self, said: Mapping[str, object]) -> "Draft":
        """Return a draft of the same version, some sections of which say something else."""
        made = Draft(self.spec.model_copy(update=said), self.source, self.zone, self.decimals)
        made.within, made.own_ladders, made.strategies = self.within, self.own_ladders, self.strategies
        return made

    def wrong(self, loc: Loc, code: str, what: str, try_this: str = "") -> None:
        """Note a mistake at the value that `loc` leads to."""
        self.findings.add(error(code, self.source.place(loc), what, try_this))

    def note(self, code: str, place: Place, what: str, try_this: str = "") -> None:
        """Note a mistake at a place that is known already."""
        self.findings.add(error(code, place, what, try_this))

    def has_errors(self) -> bool:
        """Say whether something is wrong already."""
        return bool(self.findings.issues)

    def expression(
        self, text: str | None, loc: Loc, scope: Scope, *, want: str, per_line: bool = False, live: bool = False
    ) -> Node | None:
        """Read an expression; its problems are noted where they stand in the text."""
        if text is None:
            return None
        self.room -= len(text)
        if self.room < 0:
            what = f"the programme's expressions are longer than {EXPRESSIONS_MAX:,} characters in all"
            self.wrong(loc, "too_large", what, "put what varies into tables")
            raise Enough
        parsed = parse(text, scope, want=want, per_line=per_line, live=live)
        for problem in parsed.problems:
            if not self.missing.isdisjoint(problem.what.split()):
                continue
            place = self.source.text_place(loc, problem.offset)
            self.note("expression", place, problem.what, problem.try_this)
        return parsed.node

    def known(self, name: str, names: list[str], loc: Loc, noun: str) -> bool:
        """Say whether `name` is one of `names`; if not, note it with the one that was probably meant."""
        if name in names:
            return True
        there = ", ".join(names[:8]) or "none"
        self.wrong(
            loc, "unknown_name", f"there is no {noun} {quote(name)}", suggest(name, names) or f"there is {there}"
        )
        return False

    def window(self, starts: str | None, ends: str | None, loc: Loc) -> tuple[int, int]:
        """Return the instants a window runs from and to, half-open; an end that is a date alone includes that day (S19)."""
        start = -FOREVER if starts is None else self._instant(starts, (*loc, "from"), lambda day: day)
        end = FOREVER if ends is None else self._instant(ends, (*loc, "until"), lambda day: day + 1)
        if start is None or end is None:
            return -FOREVER, FOREVER
        if start >= end:
            self.wrong((*loc, "until"), "window", f"the end {ends} is not after the start {starts}", "exchange them")
        return start, end

    def _instant(self, text: str, loc: Loc, shift: Callable[[int], int]) -> int | None:
        try:
            if len(text) == DATE_LENGTH:
                return self.zone.day_start(shift(parse_date(text)))
            if datetime.fromisoformat(text).tzinfo is None:
                return read_time(text, self.zone, "the time")[0]
            self.wrong(loc, "window", f"{text} has an offset", "write local time: the programme's zone says which")
        except (Invalid, ValueError):
            self.wrong(loc, "window", f"{quote(text)} is not a time", "write 2026-07-04 or 2026-07-04T18:00")
        return None
