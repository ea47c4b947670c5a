"""Two versions of a programme being compared, and their expressions as each of them reads them."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cached_property

from guerdon.core.currencies import DECIMALS
from guerdon.core.expr.tree import Node
from guerdon.definition.compilation.draft import Draft
from guerdon.definition.compilation.ladders import past_of
from guerdon.definition.compilation.scopes import constants, event_types, scope_of
from guerdon.definition.compilation.tables import tables
from guerdon.definition.diff.ordering import rows_of
from guerdon.definition.expressions import Scope, parse
from guerdon.definition.versions import Version

_SAID_APART = {"examples", "assumptions", "title", "description", "constants", "tables"}


class Both:
    """The old version and the new one."""

    def __init__(self, old: Version, new: Version) -> None:
        """Keep both."""
        self.old = old
        self.new = new

    @cached_property
    def scopes(self) -> tuple[Mapping[str, Scope], Mapping[str, Scope]]:
        """What expressions over each type of event may name, in either version."""
        return _scopes(self.old), _scopes(self.new)

    @cached_property
    def moved(self) -> frozenset[str]:
        """The constants and tables that are there in both versions and say something else."""
        old, new = self.old.spec, self.new.spec
        named = {name for name, value in new.constants.items() if old.constants.get(name, value) != value}
        before, after = (_some(scopes).tables for scopes in self.scopes)
        return frozenset(
            named
            | {name for name, table in after.items() if name in before and rows_of(before[name]) != rows_of(table)}
        )

    def moved_in(self, *texts: str | None) -> frozenset[str]:
        """Return the constants and tables which these texts name, and which say something else now."""
        words = {word for text in texts for word in re.findall(r"\w+", text or "")}
        return self.moved & words

    def names(self, name: str) -> bool:
        """Say whether a rule, a condition or anything else in either version may name this constant or table."""
        said = (self.old.spec.model_dump_json(exclude=_SAID_APART), self.new.spec.model_dump_json(exclude=_SAID_APART))
        return any(re.search(rf"\b{name}\b", text) for text in said)

    def trees(
        self, texts: Sequence[str | None], on: tuple[str, str], *, want: str, per_line: bool
    ) -> tuple[Node | None, Node | None]:
        """Return what both versions understand by their texts; nothing where it cannot be read on its own."""
        old, new = (
            None
            if text is None or name not in scopes
            else parse(text, scopes[name], want=want, per_line=per_line, live=True).node
            for text, name, scopes in zip(texts, on, self.scopes, strict=True)
        )
        return old, new


def _scopes(version: Version) -> dict[str, Scope]:
    spec = version.spec
    draft = Draft(spec, version.source, version.programme.zone, DECIMALS[spec.currency])
    declared = event_types(draft)
    looked_up, fixed = tables(draft), constants(draft, declared)
    past = past_of(draft, version.programme.metrics[: len(spec.metrics)])
    levels = {name: tuple(node.names) for name, node in past.items() if node.names}
    scopes = {name: scope_of(draft, one, looked_up, fixed) for name, one in declared.items()}
    return {name: replace(one, past=past, values={**one.values, **levels}) for name, one in scopes.items()}


def _some(scopes: Mapping[str, Scope]) -> Scope:
    return next(iter(scopes.values()))
