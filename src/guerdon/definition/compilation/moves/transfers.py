"""Transfers: from ways of the file to the slots of what their events move.

A transfer has a rule of its name that earns nothing: the lots that are received are named by it. Nothing else of the file
binds what is received, neither limits over all rules nor multipliers, and a cap only what is earned after it.
"""

from typing import Final

from guerdon.core.calendar import KINDS
from guerdon.core.earning import Rule
from guerdon.core.expr.tree import TEXT, Arithmetic, Case, Compare, Extreme, Field, Literal, Node, Type, number
from guerdon.core.facts import BOOLEAN as BOOLEAN_KIND
from guerdon.core.facts import NUMBER as NUMBER_KIND
from guerdon.core.facts import POINTS_RECEIVED, POINTS_SENT, Attribute, EventType
from guerdon.core.facts import TEXT as TEXT_KIND
from guerdon.core.lots.transfers import NO_PAYER, NO_TRANSFER, Transfer, TransferLimit, Transferring
from guerdon.core.slots import Slot
from guerdon.definition.compilation.draft import Draft
from guerdon.definition.compilation.moves.carried import carrying, check_carried, points_of, unit_of
from guerdon.definition.compilation.rules import compile_rule
from guerdon.definition.compilation.terms import Placed, Terms
from guerdon.definition.keeping import TransferLimitSpec, TransferSpec
from guerdon.definition.source import Loc
from guerdon.definition.spec import RuleSpec

SENT_TYPE: Final = "points_sent"
RECEIVED_TYPE: Final = "points_received"
_BOTH: Final = (SENT_TYPE, RECEIVED_TYPE)
_SECOND_US: Final = 1_000_000


def with_transfers(draft: Draft, declared: dict[str, EventType]) -> dict[str, EventType]:
    """Return types of event with those of what is sent and received, with their parts, where the file has transfers."""
    if not draft.spec.transfers:
        return declared
    decimals = max((unit.decimals for unit in draft.spec.units.values()), default=0)
    points = Attribute("points", NUMBER_KIND, decimals=decimals)
    named = Attribute("transfer", TEXT_KIND)
    sent = (points, named, Attribute("receiver", TEXT_KIND, optional=True))
    received = (named, Attribute("sender", TEXT_KIND, optional=True))
    parts = (
        points, Attribute("payer", TEXT_KIND, default=""), Attribute("origin", TEXT_KIND, default=""),
        Attribute("renewed", BOOLEAN_KIND, default=False),
        *(Attribute(name, NUMBER_KIND, default=0) for name in ("earned", "earned_us", "ends", "ends_us")),
    )  # fmt: skip
    check_carried(draft, declared, [*sent, *received], what="a transfer")
    check_carried(draft, declared, parts, what="a part of a transfer", lines=True)
    return carrying(
        carrying(declared, EventType(SENT_TYPE, POINTS_SENT, sent, parts)),
        EventType(RECEIVED_TYPE, POINTS_RECEIVED, received, parts),
    )


def transfers(draft: Draft, terms: Terms, rules: list[Rule]) -> Transferring | None:
    """Return the transfers of the file and what their events say; None where there are none. Their rules are added."""
    if not draft.spec.transfers:
        return None
    made = []
    for position in range(len(draft.spec.transfers)):
        for rule in _named_by(draft, terms, position):
            rules.append(rule)
            terms.joint.rules.append(rule)
            made.append(_transfer(draft, terms, position, rule))
    slots = _Slots(terms)
    return Transferring(
        made,
        which_slot=slots.which([one.name for one in made]),
        points_slot=slots.points((SENT_TYPE,), line=False),
        part_slot=slots.points(_BOTH, line=True),
        earned_slot=slots.instant("earned"),
        ends_slot=slots.instant("ends"),
        payer_slot=slots.payer(),
    )


def _named_by(draft: Draft, terms: Terms, position: int) -> list[Rule]:
    """Return the rule that what a transfer brings is named by; none where its unit is wrong."""
    spec, loc = draft.spec.transfers[position], ("transfers", position)
    unit = unit_of(draft, spec.unit, loc)
    if unit is None:
        return []
    said = {"id": spec.id, "title": spec.title, "on": RECEIVED_TYPE, "unit": spec.unit, "give": "0"}
    placed = Placed(RuleSpec.model_validate(said), loc)
    rule = compile_rule(draft, terms, placed, [], position=len(terms.joint.rules), unit=unit)
    made = [] if rule is None else [rule]
    for one in made:
        one.adjust(qualifies=spec.qualifies)
    return made


def _transfer(draft: Draft, terms: Terms, position: int, rule: Rule) -> Transfer:
    spec, loc = draft.spec.transfers[position], ("transfers", position)
    _check(draft, spec, loc)
    unit = terms.units[rule.unit]
    return Transfer(
        name=spec.id, title=spec.title, unit=rule.unit, rule=rule.position, payer=rule.payers[0].position,
        least=points_of(draft, unit, spec.min, (*loc, "min")), most=points_of(draft, unit, spec.max, (*loc, "max")),
        limits=[
            TransferLimit(
                points=points_of(draft, unit, one.points, (*loc, "limits", place, "points")), times=one.times,
                every=KINDS.index(one.every),
            )
            for place, one in enumerate(spec.limits)
        ],
        approve_above=points_of(draft, unit, spec.approve_above, (*loc, "approve_above")),
        fresh_dates=spec.fresh_dates, message=spec.message,
    )  # fmt: skip


def _check(draft: Draft, spec: TransferSpec, loc: Loc) -> None:
    """Note bounds that contradict each other, and limits that count nothing or two things."""
    if spec.min is not None and spec.max is not None and spec.min > spec.max:
        draft.wrong((*loc, "min"), "transfer", f"min is {spec.min} and max is {spec.max}", f"write at most {spec.max}")
    for place, one in enumerate(spec.limits):
        if _counts_otherwise(one):
            what = "a limit of a transfer counts points or times"
            draft.wrong((*loc, "limits", place), "limit", what, "write {points: 5000, every: month}")


def _counts_otherwise(one: TransferLimitSpec) -> bool:
    return (one.points is None) == (one.times is None)


class _Slots:
    """Makes the slots of what events of transfers say."""

    def __init__(self, terms: Terms) -> None:
        self.terms: Final = terms

    def which(self, names: list[str]) -> int:
        """Return the slot of which transfer an event names, counted from 1; NO_TRANSFER of one that there is not."""
        named = Field("transfer", Type(TEXT), line=False)
        return self._slot(_BOTH, _position_of(named, names, first=1, otherwise=NO_TRANSFER))

    def points(self, event_types: tuple[str, ...], *, line: bool) -> int:
        """Return the slot of the points that leave the sender, or that a part is of; below zero it is none."""
        scope = self.terms.scopes[event_types[0]]
        kind = (scope.line_fields if line else scope.fields)["points"]
        at_least_none = number(0, kind.high, scale=kind.scale)
        value = Extreme("max", [Field("points", kind, line=line), Literal(0, number(0, 0))], at_least_none)
        return self._slot(event_types, value, line=line)

    def instant(self, name: str) -> int:
        """Return the slot of an instant that a part states in whole seconds and microseconds."""
        fields = self.terms.scopes[RECEIVED_TYPE].line_fields
        whole, rest = (Field(one, fields[one], line=True) for one in (name, f"{name}_us"))
        low, high = whole.type.low * _SECOND_US, whole.type.high * _SECOND_US
        one = Literal(_SECOND_US, number(_SECOND_US, _SECOND_US))
        seconds = Arithmetic("*", whole, one, number(low, high))
        value = Arithmetic("+", seconds, rest, number(low + rest.type.low, high + rest.type.high))
        return self._slot(_BOTH, value, line=True)

    def payer(self) -> int:
        """Return the slot of who pays for a part, by position; NO_PAYER of one that no version knows so far."""
        named = Field("payer", Type(TEXT), line=True)
        value = _position_of(named, self.terms.joint.payers, first=0, otherwise=NO_PAYER)
        return self._slot(_BOTH, value, line=True)

    def _slot(self, types: tuple[str, ...], value: Node, *, line: bool = False) -> int:
        kind = value.type
        return self.terms.slot(
            Slot(
                event_types=types, per_line=line, value=value, scale=kind.scale, low=min(kind.low, 0),
                high=max(kind.high, 0), otherwise=0,
            )
        )  # fmt: skip


def _position_of(named: Field, names: list[str], *, first: int, otherwise: int) -> Node:
    conditions: list[Node] = [Compare("=", named, Literal(name, Type(TEXT))) for name in names]
    results: list[Node] = [_whole(first + position) for position in range(len(names))]
    return Case(conditions, results, _whole(otherwise), number(min(first, otherwise), first + len(names)))


def _whole(value: int) -> Literal:
    return Literal(value, number(value, value))
