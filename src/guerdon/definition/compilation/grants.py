"""Levels that events give: from what the file says to slots of a level and of its last day."""

from typing import Final

from guerdon.core.expr.tree import (
    BOOLEAN,
    DATE,
    TEXT,
    Case,
    Coalesce,
    Compare,
    Field,
    Literal,
    Node,
    Type,
    number,
)
from guerdon.core.ladders import Grant
from guerdon.core.slots import Slot
from guerdon.definition.compilation.draft import Draft
from guerdon.definition.compilation.metrics import length
from guerdon.definition.compilation.terms import Terms
from guerdon.definition.expressions import Scope
from guerdon.definition.issues import quote, suggest
from guerdon.definition.levels import GrantSpec, LadderSpec
from guerdon.definition.source import Loc


class Grants:
    """Compiles what gives levels of one ladder; each step notes its own mistakes."""

    def __init__(self, draft: Draft, terms: Terms, spec: LadderSpec, loc: Loc) -> None:
        self.draft: Final = draft
        self.terms: Final = terms
        self.spec: Final = spec
        self.loc: Final = loc

    def compiled(self) -> list[Grant] | None:
        """Return what gives levels, or nothing when something is wrong with it."""
        made = [self._grant(spec, (*self.loc, "grants", i)) for i, spec in enumerate(self.spec.grants)]
        grants = [grant for grant in made if grant is not None]
        return grants if len(grants) == len(made) else None

    def _grant(self, spec: GrantSpec, loc: Loc) -> Grant | None:
        if not self.draft.known(spec.on, list(self.terms.event_types), (*loc, "on"), "type of event"):
            return None
        scope = self.terms.scopes[spec.on]
        when = self.draft.expression(spec.when, (*loc, "when"), scope, want=BOOLEAN)
        value = self._given(spec, scope, (*loc, "level"))
        kept = None if spec.for_ is None else length(self.draft, spec.for_, (*loc, "for"))
        end = None if spec.until is None else self._last_day(spec.until, scope, (*loc, "until"))
        if (
            value is None
            or (spec.when and when is None)
            or (spec.for_ and kept is None)
            or (spec.until and end is None)
        ):
            return None
        slots = [self._slot(spec, one, when) for one in (value, end) if one is not None]
        return Grant(name=spec.id, slot=slots[0], length=kept, end_slot=slots[1] if end is not None else -1)

    def _slot(self, spec: GrantSpec, value: Node, when: Node | None) -> int:
        kind = value.type
        slot = Slot(
            event_types=(spec.on,), per_line=False, value=value, scale=0, low=min(kind.low, 0), high=max(kind.high, 0),
            otherwise=0, when=when,
        )  # fmt: skip
        return self.terms.slot(slot)

    def _given(self, spec: GrantSpec, scope: Scope, loc: Loc) -> Node | None:
        """Return a level's position and one more: the level stated, or the one that an attribute names."""
        names = [level.id for level in self.spec.levels]
        if spec.level in names:
            place = names.index(spec.level) + 1
            return Literal(place, number(place, place))
        kind = scope.fields.get(spec.level)
        if kind is None or kind.kind != TEXT or kind.absent:
            what = f"{quote(spec.level)} is neither a level nor a text that a {spec.on} always has"
            self.draft.wrong(
                loc,
                "unknown_name",
                what,
                suggest(spec.level, [*names, *scope.fields]) or f"there is {', '.join(names)}",
            )
            return None
        field = Field(spec.level, kind, line=False)
        conditions: list[Node] = [Compare("=", field, Literal(name, Type(TEXT))) for name in names]
        results: list[Node] = [Literal(i, number(i, i)) for i in range(1, len(names) + 1)]
        return Case(conditions, results, Literal(0, number(0, 0)), number(0, len(names)))

    def _last_day(self, name: str, scope: Scope, loc: Loc) -> Node | None:
        """Return the day after the one in an attribute, or 0 where that is absent."""
        kind = scope.fields.get(name)
        if kind is None or kind.kind != DATE:
            known = [field for field, of in scope.fields.items() if of.kind == DATE]
            self.draft.wrong(
                loc,
                "unknown_name",
                f"there is no date {quote(name)}",
                suggest(name, known) or "declare it: {type: date}",
            )
            return None
        field = Field(name, kind, line=False)
        if not kind.absent:
            return field
        return Coalesce([field, Literal(0, Type(DATE))], Type(DATE, low=kind.low, high=kind.high))
