"""Ladders: from what the file says to levels that the fold can ask for, and how long each is kept."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from itertools import pairwise
from typing import Final

from guerdon.core.calendar import EVER
from guerdon.core.expr.tree import (
    NUMBER,
    TEXT,
    Literal,
    Node,
    OfAccount,
    Type,
    number,
    walk,
)
from guerdon.core.ladders import (
    CROSSINGS,
    EARNED_DOWN,
    FOR,
    NEVER_DOWN,
    NEXT_PERIOD_END,
    ON_REFUND,
    ONE_DOWN,
    PERIOD_END,
    UNREACHED,
    Ladder,
    Level,
    Measure,
)
from guerdon.core.ladders import EVER as FOR_EVER
from guerdon.core.metrics import ROLLING_DAYS, Length, Metric, Window
from guerdon.definition.compilation.crossing import why_unsplit
from guerdon.definition.compilation.draft import Draft
from guerdon.definition.compilation.grants import Grants
from guerdon.definition.compilation.live import Splitter, times
from guerdon.definition.compilation.metrics import length
from guerdon.definition.compilation.terms import Terms
from guerdon.definition.exact import scaled_of
from guerdon.definition.expressions import Scope
from guerdon.definition.issues import quote
from guerdon.definition.levels import LevelSpec
from guerdon.definition.source import Loc

_DOWN: Final = {"earned": EARNED_DOWN, "one": ONE_DOWN, "none": NEVER_DOWN}
_NOTHING: Final = Literal(0, number(0, 0))
_UNTIL: Final = {"period_end": PERIOD_END, "next_period_end": NEXT_PERIOD_END, "ever": FOR_EVER}


def past_of(draft: Draft, metrics: Sequence[Metric]) -> dict[str, OfAccount]:
    """Return what live expressions may name, and where it stands: levels first, then metrics."""
    known: dict[str, OfAccount] = {}
    ladders = draft.spec.ladders
    for position, ladder in enumerate(ladders):
        names = [level.id for level in ladder.levels]
        said = [f"{ladder.id}.level", *(["level"] if draft.own_ladders == [ladder.id] else [])]
        known |= {name: OfAccount(name, Type(TEXT), position=position, names=names) for name in said}
    for position, metric in enumerate(metrics, start=len(ladders)):
        name = f"metrics.{metric.name}"
        known[name] = OfAccount(name, number(0, metric.most, scale=metric.scale), position=position, names=[])
    return known


def compile_ladders(draft: Draft, terms: Terms, metrics: list[Metric]) -> list[Ladder]:
    """Compile the programme's ladders; metrics that a ladder counts in a way of its own are added to the others."""
    seen: set[str] = set()
    for position, spec in enumerate(draft.spec.ladders):
        if spec.id in seen or spec.id in ("metrics", "line"):
            what = f"{quote(spec.id)} already means something else"
            draft.wrong(("ladders", position, "id"), "same_name", what, "give each ladder a name of its own")
        seen.add(spec.id)
    named = past_of(draft, metrics)
    made = [_Climbing(draft, terms, metrics, named, position).ladder() for position in range(len(draft.spec.ladders))]
    return [ladder for ladder in made if ladder is not None]


class _Climbing:
    """Compiles one ladder; each step notes its own mistakes."""

    def __init__(
        self, draft: Draft, terms: Terms, metrics: list[Metric], named: Mapping[str, OfAccount], position: int
    ) -> None:
        self.draft: Final = draft
        self.terms: Final = terms
        self.metrics: Final = metrics
        self.named: Final = {name: node for name, node in named.items() if not node.names}
        self.spec: Final = draft.spec.ladders[position]
        self.position: Final = position
        self.count: Final = len(draft.spec.ladders)
        self.loc: Final[Loc] = ("ladders", position)
        self.read: list[Metric] = []
        self.moved: dict[int, int] = {}

    def ladder(self) -> Ladder | None:
        """Return the ladder, or nothing when something is wrong with it."""
        spec = self.spec
        nodes = self._reached_by()
        if nodes is None or not (self._rises() and self._fits(nodes) and self._credits()):
            return None
        keep = self._keep()
        grants = Grants(self.draft, self.terms, spec, self.loc).compiled()
        grace = self._days(spec.grace, (*self.loc, "grace"))
        delay = self._days(spec.credit.after, (*self.loc, "credit", "after"))
        if keep is None or grants is None or grace is None or delay is None:
            return None
        levels = self._levels(nodes, delay)
        if levels is None:
            return None
        scale = self._scale(nodes)
        return Ladder(
            name=spec.id, position=self.position, zone=self.draft.zone, levels=levels, scale=scale, keep=keep[0],
            window=self._window(), length=keep[1], down=_DOWN[spec.down], grace=grace,
            crossing=CROSSINGS.index(spec.crossing), measure=self._measure(scale), at_turn=spec.credit.start == "next_period",
            grants=grants, rolling=all(metric.window.rolling for metric in self.read),
            on_refund=ON_REFUND.index(spec.on_refund), title=spec.title, text=spec.by or "",
        )  # fmt: skip

    def _wrong(self, key: str, what: str, try_this: str, code: str = "ladder") -> None:
        self.draft.wrong((*self.loc, key), code, what, try_this)

    def _scope(self) -> Scope:
        """Return what a ladder may read: metrics, by their names alone."""
        plain = {name.removeprefix("metrics."): node for name, node in self.named.items()}
        constants = next(iter(self.terms.scopes.values())).constants
        return Scope(fields={}, past={**plain, **self.named}, constants=constants)

    def _reached_by(self) -> list[Node] | None:
        """Return what each level is reached by."""
        scope = self._scope()
        base = self.draft.expression(self.spec.by, (*self.loc, "by"), scope, want=NUMBER, live=True)
        made = []
        for i, level in enumerate(self.spec.levels):
            own = self.draft.expression(level.by, (*self.loc, "levels", i, "by"), scope, want=NUMBER, live=True)
            made.append(own if level.by is not None else base)
        if self.spec.by is None and any(_lacks_measure(level) for level in self.spec.levels[1:]):
            self.draft.wrong(
                self.loc, "ladder", "this does not say what its levels are reached by", "write by: a metric"
            )
        if self.spec.by is None:
            stated = [node for node in made if node is not None]
            made = [
                (stated or [_NOTHING])[-1] if node is None and level.by is None else node
                for node, level in zip(made, self.spec.levels, strict=True)
            ]
        nodes = [node for node in made if node is not None]
        return nodes if len(nodes) == len(made) else None

    def _rises(self) -> bool:
        levels = self.spec.levels
        names = [level.id for level in levels]
        for i, name in enumerate(names):
            if name in names[:i]:
                self.draft.wrong(
                    (*self.loc, "levels", i, "id"), "same_name", f"there are two levels {quote(name)}", "rename one"
                )
                return False
        if levels[0].from_:
            what = f"the first level begins at {levels[0].from_}, and everybody has a level"
            self.draft.wrong((*self.loc, "levels", 0, "from"), "levels", what, "write from: 0")
            return False
        by_itself = [
            (i, level.from_ or Decimal(0)) for i, level in enumerate(levels) if i == 0 or level.from_ is not None
        ]
        for (below, lower), (i, higher) in pairwise(by_itself):
            if higher <= lower and levels[i].by is None and levels[below].by is None:
                what = f"this level begins at {higher}, and the one before it at {lower}"
                self.draft.wrong((*self.loc, "levels", i, "from"), "levels", what, "write levels by rising `from`")
                return False
        return self._can_be_had()

    def _can_be_had(self) -> bool:
        """Say whether there is a way to every level."""
        for i, level in enumerate(self.spec.levels):
            if i > 0 and level.from_ is None and not self.spec.grants:
                what = f"nobody comes to {quote(level.id)}: it is not reached from an amount, and no event gives levels"
                self.draft.wrong((*self.loc, "levels", i), "levels", what, "write from: 100, or grants")
                return False
        return True

    def _fits(self, nodes: Sequence[Node]) -> bool:
        """Say whether what the ladder is reached by goes with how it counts."""
        spec = self.spec
        positions = {found.position for node in nodes for found in walk(node) if isinstance(found, OfAccount)}
        self.read = [self.metrics[position - self.count] for position in sorted(positions)]
        plain = all(isinstance(node, OfAccount) for node in nodes)
        unsplit = why_unsplit(self.draft.spec, self.position, single=plain and len(self.read) == 1)
        if unsplit:
            self._wrong("crossing", unsplit, "write crossing: before, or after")
            return False
        if spec.crossing != "before" and any(metric.unit >= 0 for metric in self.read):
            what = "points earned by a purchase are known when it is rated, so that they cannot decide how"
            self._wrong("crossing", what, "write crossing: before, or count what the purchase is worth")
            return False
        if spec.excess == "carry" and not (plain and len(self.read) == 1 and self._turns()):
            what = "only a single metric within a period has something to carry into the next"
            self._wrong("excess", what, "write excess: reset")
            return False
        return True

    def _turns(self) -> bool:
        """Say whether what is read is counted within one and the same period that ends."""
        windows = {(metric.window.kind, metric.window.length) for metric in self.read}
        return len(windows) == 1 and not self.read[0].window.rolling and self.read[0].window.kind != EVER

    def _window(self) -> Window | None:
        return self.read[0].window if self.read and self._turns() else None

    def _credits(self) -> bool:
        """Say whether it is clear from when on an event counts."""
        credit = self.spec.credit
        if (credit.start is None) == (credit.after is None):
            self._wrong(
                "credit", "an event counts at once, later, or from the next period on", "write credit: {after: 30 days}"
            )
            return False
        if credit.start == "when_usable" and any(metric.unit < 0 for metric in self.read):
            what = "only points that were earned become usable, and its levels are reached by something else"
            self._wrong("credit", what, "write credit: {after: 30 days}, or a metric of points earned")
            return False
        if credit.start == "next_period" and self._window() is None:
            what = "what its levels are reached by is not counted in periods, so that there is no next one"
            self._wrong("credit", what, "write credit: at_once, or {after: 30 days}")
            return False
        return True

    def _keep(self) -> tuple[int, Length | None] | None:
        """Return how long a level is kept, as stated or as goes with what it is reached by."""
        spec = self.spec.keep
        if spec is None:
            return self._usual_keep()
        if (spec.until is None) == (spec.for_ is None):
            self._wrong(
                "keep", "a level is kept until something, or for some time", "write keep: ever, or {for: 12 months}"
            )
            return None
        if spec.for_ is not None:
            kept = length(self.draft, spec.for_, (*self.loc, "keep", "for"))
            return None if kept is None else (FOR, kept)
        until = _UNTIL[str(spec.until)]
        if until != FOR_EVER and self._window() is None:
            what = "what its levels are reached by is not counted in periods"
            self._wrong("keep", what, "write keep: ever, or {for: 12 months}")
            return None
        return until, None

    def _usual_keep(self) -> tuple[int, Length | None] | None:
        if self._window() is not None:
            return NEXT_PERIOD_END, None
        windows = {(metric.window.kind, metric.window.length) for metric in self.read}
        if len(windows) == 1 and self.read[0].window.rolling:
            window = self.read[0].window
            days = window.length if window.kind == ROLLING_DAYS else 0
            return FOR, Length(days=days, months=0 if days else window.length)
        if all(metric.window.kind == EVER for metric in self.read):
            return FOR_EVER, None
        what = "this does not say how long a level is kept, and its metrics count over different times"
        self.draft.wrong(self.loc, "ladder", what, "write keep: {for: 12 months}")
        return None

    def _days(self, text: str | None, loc: Loc) -> int | None:
        if text is None:
            return 0
        found = length(self.draft, text, loc)
        if found is not None and found.months:
            self.draft.wrong(loc, "length", f"{text} is not counted in days", "write it in days, like 30 days")
            return None
        return None if found is None else found.days

    def _scale(self, nodes: Sequence[Node]) -> int:
        stated = [scaled_of(level.from_)[1] for level in self.spec.levels if level.from_ is not None]
        return max([node.type.scale for node in nodes] + stated)

    def _levels(self, nodes: Sequence[Node], delay: int) -> list[Level] | None:
        scale = self._scale(nodes)
        if delay or self.spec.excess == "carry" or self.spec.credit.start == "when_usable":
            self._count_anew(delay, scale)
        made = []
        benefits: dict[str, object] = {}
        for i, (spec, node) in enumerate(zip(self.spec.levels, nodes, strict=True)):
            splitter = Splitter(self.draft, self.terms, (), (*self.loc, *(("levels", i) if spec.by else ()), "by"))
            splitter.moved = self.moved
            by = splitter.split(node)
            if by is None:
                return None
            lifted = times(by, 10 ** (scale - node.type.scale))
            benefits = {**benefits, **spec.benefits}
            start = UNREACHED if i > 0 and spec.from_ is None else _scaled(spec, scale)
            made.append(
                Level(
                    name=spec.id, title=spec.title or spec.id, by=lifted, start=start, text=spec.by or self.spec.by or "",
                    benefits=benefits,
                )
            )  # fmt: skip
        return made

    def _count_anew(self, delay: int, scale: int) -> None:
        """Let the ladder's metrics count once more as it says: later, or with what is carried."""
        for metric in self.read:
            starts = [_scaled(level, scale) for level in self.spec.levels if level.from_ is not None]
            steps = [-(-start // 10 ** (scale - metric.scale)) for start in starts]
            made = Metric(
                name=metric.name, window=metric.window, scale=metric.scale, slot=metric.slot, unit=metric.unit,
                most=metric.most, delay=delay, usable=self._waits(metric), steps=steps if self.spec.excess == "carry" else [], title=metric.title, text=metric.text,
            )  # fmt: skip
            places = [i for i, one in enumerate(self.metrics) if _says(one) == _says(made)]
            self.moved[self.named[f"metrics.{metric.name}"].position] = self.count + (*places, len(self.metrics))[0]
            if not places:
                self.metrics.append(made)

    def _waits(self, metric: Metric) -> bool:
        """Say whether points count once they are usable, and have to wait for that."""
        unit = list(self.draft.spec.units.values())[metric.unit] if metric.unit >= 0 else None
        late = unit is not None and (unit.pending is not None or unit.over_cap == "pending")
        return late and self.spec.credit.start == "when_usable"

    def _measure(self, scale: int) -> Measure | None:
        """Return how far an event goes towards the levels of a ladder that splits it."""
        if self.spec.crossing != "split":
            return None
        place = self.named[f"metrics.{self.read[0].name}"].position
        factor = 10 ** (scale - self.read[0].scale)
        return Measure(slot=self.read[0].slot, place=self.moved.get(place, place), factor=factor)


def _lacks_measure(level: LevelSpec) -> bool:
    return level.by is None and level.from_ is not None


def _scaled(level: LevelSpec, scale: int) -> int:
    value, decimals = scaled_of(level.from_ or Decimal(0))
    whole: int = value * 10 ** max(scale - decimals, 0)
    return whole


def _says(metric: Metric) -> tuple[object, ...]:
    return metric.name, metric.slot, metric.unit, metric.delay, metric.steps, metric.usable
