"""Which purchase a refund is of, and whether it still counts: windows, and returns that name no purchase, by hand."""

from collections.abc import Mapping
from typing import Any

import pytest

from guerdon.core.errors import Invalid
from guerdon.core.events import in_order, resolve
from guerdon.core.events.resolution import match
from guerdon.core.explain import explain, sentences
from tests.core.tables import answers, event, points, programme

Record = Mapping[str, Any]

SOLD = "\nevents: {purchase: {lines: {sku: {type: text, optional: true}, quantity: {type: number, decimals: 1, optional: true}}}}"
RULE = "\nrules: [{id: spend, give: floor(amount)}]"
WINDOW = f"returns: {{window: 30 days}}{RULE}"
MATCHED = f"returns: {{unlinked: {{match_latest: sku, within: 60 days}}}}{SOLD}{RULE}"


def bought(name: str, at: str, *lines: Record) -> Record:
    return {"id": name, "at": at, "lines": list(lines)}


def came_back(at: str, *lines: Record, name: str = "r") -> Record:
    return {"id": name, "type": "refund", "at": at, "lines": list(lines)}


def of(sku: str, amount: object, quantity: object = "") -> Record:
    return {"sku": sku, "amount": amount, "quantity": quantity}


# Until when a refund takes points back.


@pytest.mark.parametrize(
    ("at", "taken"),
    [
        ("2017-03-31T23:59:59", -50),  # the thirtieth day after 1 March, to its end
        ("2017-04-01", 0),
        ("2017-06-01", 0),
    ],
)
def test_a_refund_takes_points_back_up_to_the_end_of_the_last_day_of_the_window(at: str, taken: int) -> None:
    sold: Record = {"id": "p", "at": "2017-03-01T18:00", "amount": 50}
    assert points(WINDOW, sold, {"id": "r", "type": "refund", "refund_of": "p", "at": at}) == [50, taken]


def test_a_window_of_a_month_ends_with_the_last_day_of_a_shorter_one() -> None:
    body = f"returns: {{window: 1 month}}{RULE}"
    sold: Record = {"id": "p", "at": "2017-01-31", "amount": 50}
    assert points(body, sold, {"id": "r", "type": "refund", "refund_of": "p", "at": "2017-02-28T23:00"}) == [50, -50]
    assert points(body, sold, {"id": "r", "type": "refund", "refund_of": "p", "at": "2017-03-01"}) == [50, 0]


def test_late_refunds_are_told_and_those_in_time_do_not_see_them() -> None:
    records: list[Record] = [
        {"id": "p", "at": "2017-03-01", "amount": 50},
        {"id": "late", "type": "refund", "refund_of": "p", "at": "2017-05-01", "amount": 50},
        {"id": "soon", "type": "refund", "refund_of": "p", "at": "2017-03-05", "amount": 50},
    ]
    made = programme(WINDOW)
    found = resolve([event(WINDOW, one) for one in records], decimals=2, policy=made.terms.returns)
    assert [one.id for one in found.late] == ["late"]
    assert (found.waiting, found.refused) == ((), ())
    assert points(WINDOW, *records) == [50, -50, 0]
    assert "  a refund of p, too late to take points back" in sentences(explain(made, answers(WINDOW, *records)))


# Returns that name no purchase.


def test_the_latest_purchase_of_a_product_that_has_some_of_it_left_came_back() -> None:
    history = [
        bought("old", "2017-03-01", of("mug", 30, 3)),
        bought("new", "2017-03-05", of("mug", 20, 2), of("cap", 9, 1)),
        came_back("2017-03-10", of("mug", -30, -3)),
        came_back("2017-03-11", of("mug", 40, 2), name="s"),
    ]
    found = answers(MATCHED, *history)
    assert [(one.event.id, one.event.refund.of, one.points(0)) for one in found if one.event.refund] == [
        ("r", "new", -20),
        ("r#2", "old", -10),
        ("s", "old", -20),
    ]


def test_nothing_is_matched_beyond_the_time_or_later_or_of_another_account() -> None:
    sold = bought("p", "2017-03-01", of("mug", 30, 1))
    assert points(MATCHED, sold, came_back("2017-04-30T23:00", of("mug", 30, 1))) == [30, -30]
    assert points(MATCHED, sold, came_back("2017-05-01", of("mug", 30, 1))) == [30, 0]
    assert points(MATCHED, came_back("2017-02-28", of("mug", 30, 1)), sold) == [0, 30]
    assert points(MATCHED, sold, {**came_back("2017-03-02", of("mug", 30, 1)), "member": "ben"}) == [30, 0]
    assert points(MATCHED, sold, came_back("2017-03-02", of("cup", 30, 1))) == [30, 0]


def test_the_window_of_returns_binds_what_is_matched_too() -> None:
    body = f"returns: {{window: 10 days, unlinked: {{match_latest: sku}}}}{SOLD}{RULE}"
    sold = bought("p", "2017-03-01", of("mug", 30, 1))
    assert points(body, sold, came_back("2017-03-11", of("mug", 30, 1))) == [30, -30]
    assert points(body, sold, came_back("2017-03-12", of("mug", 30, 1))) == [30, 0]


def test_refunds_by_name_come_first_whenever_they_happen() -> None:
    history = [
        bought("old", "2017-03-01", {"id": "a", **of("mug", 10, 1)}),
        bought("new", "2017-03-05", {"id": "a", **of("mug", 20, 1)}),
        came_back("2017-03-06", of("mug", -20, -1)),
        {"id": "named", "type": "refund", "refund_of": "new", "at": "2017-03-09"},
    ]
    assert points(MATCHED, *history) == [10, 20, -10, -20]


def test_without_a_quantity_amounts_are_matched_and_without_an_amount_the_whole_line() -> None:
    history = [bought("old", "2017-03-01", of("mug", 30)), bought("new", "2017-03-02", of("mug", 20))]
    assert points(MATCHED, *history, came_back("2017-03-05", of("mug", 25))) == [30, 20, -20, -5]
    assert points(MATCHED, *history, came_back("2017-03-05", {"sku": "mug"})) == [30, 20, -20]
    assert points(MATCHED, *history, came_back("2017-03-05", of("mug", 25, 1))) == [30, 20, -20, -5]
    gone: list[Record] = [{"id": "all", "type": "refund", "refund_of": "new", "at": "2017-03-03"}]
    assert points(MATCHED, *history, *gone, came_back("2017-03-05", {"sku": "mug"})) == [30, 20, -20, -30]


def test_one_product_on_several_lines_is_one_and_lines_of_one_name_are_not_matched() -> None:
    history = [bought("p", "2017-03-01", {"id": "a", **of("mug", 30, 3)})]
    assert points(MATCHED, *history, came_back("2017-03-05", of("mug", 10, 1), of("mug", 10, 1))) == [30, -20]
    twice = [bought("p", "2017-03-01", {"id": "2", **of("mug", 30, 3)}, of("cap", 30, 3))]
    assert points(MATCHED, *twice, came_back("2017-03-05", of("mug", 10, 1))) == [60, 0]


def test_an_exchange_is_a_purchase_and_a_return_of_another() -> None:
    history = [
        bought("p", "2017-03-01", of("mug", 30, 1)),
        bought("swap", "2017-03-05", of("mug", 40, 1), of("mug", -30, -1), of("", -5, -1)),
    ]
    found = answers(MATCHED, *history)
    assert [(one.event.id, one.points(0)) for one in found] == [("p", 30), ("swap", 40), ("swap#1", -30)]


def test_a_basket_of_returns_alone_is_one_return() -> None:
    history = [bought("p", "2017-03-01", of("mug", 30, 1)), bought("back", "2017-03-05", of("mug", -30, -1))]
    assert [(one.event.id, one.points(0)) for one in answers(MATCHED, *history)] == [("p", 30), ("back", -30)]


def test_what_is_wrong_with_a_refund_by_name_does_not_keep_others_from_being_matched() -> None:
    made = programme(MATCHED)
    records = [
        bought("p", "2017-03-01", of("mug", 30, 1)),
        {"id": "much", "type": "refund", "refund_of": "p", "at": "2017-03-02", "amount": 99},
        came_back("2017-03-05", of("mug", 30, 1)),
    ]
    found = resolve([event(MATCHED, one) for one in records], decimals=2, policy=made.terms.returns)
    assert [one.id for one, _ in found.refused] == ["much"]
    assert [(one.id, one.left is not None) for one in found.events] == [("p", False), ("r", True)]


def test_returns_may_be_refused_unless_they_name_their_purchase() -> None:
    body = f"returns: {{unlinked: refuse}}{SOLD}{RULE}"
    with pytest.raises(Invalid, match="refund r: it names no purchase; write refund_of"):
        points(body, came_back("2017-03-05", of("mug", 30, 1)))
    listed = f"returns: {{unlinked: list}}{SOLD}{RULE}"
    assert points(listed, bought("p", "2017-03-01", of("mug", 30, 1)), came_back("2017-03-05", of("mug", 30, 1))) == [
        30,
        0,
    ]
    mixed = bought("p", "2017-03-01", of("mug", 30, 1), of("cap", -5, -1))
    assert points(body, mixed, {"id": "r", "type": "refund", "refund_of": "p"}) == [30, -30]


def test_in_whatever_order_events_come_the_same_is_matched() -> None:
    made = programme(MATCHED)
    records = [
        bought("old", "2017-03-01", of("mug", 30, 3)),
        bought("new", "2017-03-05", of("mug", 20, 2)),
        came_back("2017-03-06", of("mug", 20, 2), name="s"),
        came_back("2017-03-06", of("mug", 20, 2), name="r"),
    ]
    events = [event(MATCHED, one) for one in records]
    found = resolve(events, decimals=2, policy=made.terms.returns).events
    for other in (events[::-1], [events[2], events[0], events[3], events[1]]):
        assert resolve(other, decimals=2, policy=made.terms.returns).events == found
    assert found == in_order(found)


def test_what_is_matched_may_be_asked_by_itself() -> None:
    made = programme(MATCHED)
    records = [
        bought("old", "2017-03-01", of("mug", 30, 3)),
        bought("new", "2017-03-05", of("mug", 20, 2)),
        came_back("2017-03-06", of("mug", 30, 3)),
    ]
    found = match([event(MATCHED, one) for one in records], decimals=2, policy=made.terms.returns)
    assert [(one.event.id, one.found[0].id, one.found[2].id) for one in found] == [
        ("r", "r", "new"),
        ("r", "r#2", "old"),
    ]
