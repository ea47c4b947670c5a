"""What of an amount earns unless a rule says otherwise: from what the file says to a condition on lines or events."""

from guerdon.core.expr.tree import BOOLEAN, TEXT, Among, Field, Junction, Literal, Node, Type, aggregates, fields
from guerdon.core.facts import PURCHASE
from guerdon.core.slots import Eligible
from guerdon.definition.compilation.draft import Draft
from guerdon.definition.compilation.terms import Terms, reads_line
from guerdon.definition.expressions import Scope
from guerdon.definition.issues import quote
from guerdon.definition.source import Loc

_LOC: Loc = ("eligible", "exclude")


def eligible(draft: Draft, terms: Terms) -> Eligible:
    """Return what earns; a mistake is noted and excludes nothing."""
    spec = draft.spec.eligible
    if spec is None:
        return Eligible(None, ())
    node = draft.expression(spec.exclude, _LOC, _before_eligible(terms.scopes["purchase"]), want=BOOLEAN, per_line=True)
    if node is not None and reads_line(node) and aggregates(node):
        draft.wrong(
            _LOC, "eligible", "this asks about a line and about the whole basket at once", "ask about one of them"
        )
    return Eligible(None if node is None else _where_it_can_be_asked(draft, terms, node), tuple(spec.include))


def _before_eligible(scope: Scope) -> Scope:
    """Return what may be named where `eligible` is not known yet."""
    return Scope(
        fields={name: kind for name, kind in scope.fields.items() if name != "eligible"},
        line_fields={name: kind for name, kind in scope.line_fields.items() if name != "eligible"},
        tables=scope.tables,
        constants=scope.constants,
    )


def _where_it_can_be_asked(draft: Draft, terms: Terms, node: Node) -> Node:
    """Ask only of types of event that carry what is asked about; a purchase that does not is a mistake."""
    asked = {(field.name, field.line) for field in fields(node)}
    carrying = [name for name, scope in terms.scopes.items() if asked <= _named(scope)]
    for name, event_type in terms.event_types.items():
        if event_type.kind == PURCHASE and name not in carrying:
            missing = sorted(f"line.{field}" if line else field for field, line in asked - _named(terms.scopes[name]))
            what = f"{quote(name)} is a purchase without {missing[0]}, which this asks about"
            draft.wrong(_LOC, "eligible", what, f"declare it for {name} too, with a default if need be")
    if len(carrying) == len(terms.scopes):
        return node
    choices = [Literal(name, Type(TEXT)) for name in carrying]
    return Junction("and", [Among(Field("type", Type(TEXT), line=False), choices), node])


def _named(scope: Scope) -> set[tuple[str, bool]]:
    return {(name, False) for name in scope.fields} | {(name, True) for name in scope.line_fields}
