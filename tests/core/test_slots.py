"""Slots: an expression with its conditions as one number, and what it is where they do not hold."""

import pytest

from guerdon.core.errors import InvariantBroken
from guerdon.core.events import values_of
from guerdon.core.expr.tree import NUMBER, TEXT, Aggregate, Field, Literal, Node, Type, number
from guerdon.core.slots import Eligible, Slot
from guerdon.core.strategies import Coded, Fact, Shape, Strategy
from tests.core.tables import event, programme

BODY = """
rules:
  - {id: base, from: 2017-03-01, until: 2017-03-31, when: amount >= 50, give: floor(amount)}
  - {id: acme, per: line, where: line.brand = 'Acme', give: floor(line.amount)}
multipliers:
  - {id: twice, of: base, by: 2, when: amount > 100}
"""
LINES = [{"amount": 60, "brand": "Acme"}, {"amount": 70, "brand": "Bolt"}, {"amount": 80, "brand": "Acme"}]


def asked(name: str, record: dict[str, object]) -> tuple[Slot, dict[str, object], int]:
    """Return a rule's slot, an event's values and its instant."""
    made = programme(BODY)
    stated = event(BODY, record)
    slots = {rule.name: rule.slot for rule in made.rules} | {one.name: one.slot for one in made.multipliers}
    return made.slots[slots[name]], values_of(stated, made.terms), stated.at


@pytest.mark.parametrize(
    ("record", "given", "why"),
    [
        ({"amount": 50}, 50, ""),
        ({"amount": "49.99"}, 0, "when"),
        ({"amount": 50, "at": "2017-03-01"}, 50, ""),
        ({"amount": 50, "at": "2017-02-28T23:59:59.999999"}, 0, "window"),
        ({"amount": 50, "at": "2017-03-31T23:59:59.999999"}, 50, ""),
        ({"amount": 50, "at": "2017-04-01"}, 0, "window"),
        ({"amount": 50, "type": "refund"}, 0, "type"),
    ],
)
def test_a_rule_applies_to_its_type_in_its_window_when_its_condition_holds(
    record: dict[str, object], given: int, why: str
) -> None:
    slot, values, at = asked("base", record)
    assert (slot.of_event(values, at), slot.why_not(values, at)) == (given, why)


def test_a_multiplier_that_does_not_apply_is_one() -> None:
    for amount, factor in ((100, 1), (101, 2)):
        slot, values, at = asked("twice", {"amount": amount})
        assert slot.of_event(values, at) == factor


def test_a_slot_of_lines_has_a_number_for_each() -> None:
    slot, values, at = asked("acme", {"lines": LINES})
    assert slot.of_lines(values, at) == [60, 0, 80]


def test_an_event_of_another_type_has_nothing_on_any_line() -> None:
    slot, values, at = asked("acme", {"lines": LINES})
    assert slot.of_lines(values | {"type": "visit"}, at) == [0, 0, 0]


def test_a_slot_names_the_expressions_it_reads() -> None:
    counts = {name: len(asked(name, {"amount": 1})[0].nodes()) for name in ("base", "acme", "twice")}
    assert counts == {"base": 2, "acme": 2, "twice": 2}


class Sevens(Strategy):
    """Gives 7 for every whole dollar."""

    def points(self, transaction: Fact) -> int:
        """Return the points of a transaction."""
        return 7 * int(transaction.amount)


def slot(value: Node | None, code: Coded | None = None) -> Slot:
    """Return a slot of purchases without conditions."""
    return Slot(
        event_types=("purchase",), per_line=False, value=value, scale=1, low=0, high=10**6, otherwise=0, by_code=code
    )  # fmt: skip


def test_a_slot_by_code_asks_its_strategy() -> None:
    dollars = Shape(decimals={"amount": 2}, days=[])
    coded = slot(None, Coded(Sevens(), dollars, dollars))
    assert coded.of_event({"type": "purchase", "amount": 350, "lines": []}, 0) == 210
    assert coded.of_event({"type": "visit", "amount": 350, "lines": []}, 0) == 0


def test_a_slot_with_neither_an_expression_nor_code_is_a_bug() -> None:
    with pytest.raises(InvariantBroken, match="has an expression"):
        slot(None).of_event({"type": "purchase"}, 0)


def test_an_expression_that_gives_no_number_is_a_bug() -> None:
    with pytest.raises(InvariantBroken, match="a whole number"):
        slot(Literal("ten", Type(TEXT))).of_event({"type": "purchase"}, 0)


def test_an_event_without_a_list_of_lines_is_a_bug() -> None:
    with pytest.raises(InvariantBroken, match="a list of lines"):
        Eligible(None, ()).fill({"lines": None})


def test_an_exclusion_is_of_lines_only_where_it_reads_one_by_itself() -> None:
    amount = Field("amount", number(0, 100), line=True)
    assert Eligible(amount, ()).by_line
    assert not Eligible(Field("amount", number(0, 100), line=False), ()).by_line
    assert not Eligible(Aggregate("sum", amount, None, Type(NUMBER, low=0, high=100)), ()).by_line
    assert not Eligible(None, ()).by_line
