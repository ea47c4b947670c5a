"""Splitting a purchase at a threshold: where that has a meaning, and which rules are rated piece by piece.

Invariant: a rule that asks for a level into which a purchase may cross either has pieces that add up, or is refused by name.
"""

from collections.abc import Iterable

from guerdon.core.earning import ITEM, Multiplier, Rule
from guerdon.core.explain.measures import leaves_of
from guerdon.core.expr.live import Live, places_read
from guerdon.core.expr.tree import NUMBER, Literal, OfAccount, walk
from guerdon.definition.compilation.draft import Draft
from guerdon.definition.compilation.terms import Placed, Terms
from guerdon.definition.expressions import parse
from guerdon.definition.issues import quote
from guerdon.definition.spec import ProgrammeSpec, RuleSpec

_OTHERWISE = "or let the ladder say crossing: before"


def splitting(spec: ProgrammeSpec) -> int:
    """Return the position of the ladder that splits purchases; -1 when none does."""
    return next((i for i, ladder in enumerate(spec.ladders) if ladder.crossing == "split"), -1)


def why_unsplit(spec: ProgrammeSpec, position: int, *, single: bool) -> str:
    """Return why a ladder cannot split purchases, which has a `single` measure or not; nothing when it can, or does not."""
    ladder = spec.ladders[position]
    if ladder.crossing != "split":
        return ""
    if splitting(spec) != position:
        return (
            f"{quote(spec.ladders[splitting(spec)].id)} splits purchases already, and a purchase is split by one ladder"
        )
    if not single:
        return "only where all levels are reached by one metric is there a place in a purchase at which one begins"
    if ladder.credit.start != "at_once":
        return "a purchase that counts later reaches no level by itself, so that there is nothing to split"
    return ""


def splits(spec: ProgrammeSpec, asked: Iterable[Live | None], multipliers: Iterable[Multiplier]) -> bool:
    """Say whether a rule asks for the level of a ladder that splits purchases."""
    position = splitting(spec)
    steps = [*asked, *(multiplier.live for multiplier in multipliers)]
    return position >= 0 and any(position in places_read(step) for step in steps if step is not None)


def check_splits(draft: Draft, terms: Terms, rules: Iterable[Rule], placed: Iterable[Placed[RuleSpec]]) -> None:
    """Refuse rules that are rated piece by piece and have no pieces."""
    by_name = {rule.name: rule for rule in rules if rule.splits}
    for one in placed:
        if one.spec.id in by_name:
            _check(draft, terms, by_name[one.spec.id], one)


def _check(draft: Draft, terms: Terms, rule: Rule, placed: Placed[RuleSpec]) -> None:
    ladder = draft.spec.ladders[splitting(draft.spec)].id
    asks = f"it asks for the level of {quote(ladder)}, which splits a purchase"
    if rule.per == ITEM:
        what = f"an item is one piece, and {asks}"
        draft.wrong((*placed.loc, "per"), "crossing", what, f"write per: line, {_OTHERWISE}")
    elif placed.spec.strategy is not None:
        what = f"code sees a purchase as a whole, and {asks}"
        draft.wrong((*placed.loc, "strategy"), "crossing", what, f"write give, {_OTHERWISE}")
    elif placed.spec.give is not None and not _grows(terms, rule, placed.spec):
        what = f"{quote(rule.name)} gives the same for every amount, of which no part belongs to a level, and {asks}"
        draft.wrong((*placed.loc, "give"), "crossing", what, f"give an amount like floor(eligible), {_OTHERWISE}")


def _grows(terms: Terms, rule: Rule, spec: RuleSpec) -> bool:
    """Say whether what a rule gives is made of something that its event says."""
    node = parse(str(spec.give), terms.scopes[spec.on], want=NUMBER, per_line=rule.per != 0, live=True).node
    return node is None or any(
        not isinstance(found, (Literal, OfAccount)) for leaf in leaves_of(node) for found in walk(leaf)
    )
