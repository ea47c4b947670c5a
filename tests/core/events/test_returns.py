"""What is left of a purchase after refunds: worked out by hand, then the laws that no order can break."""

from collections.abc import Mapping, Sequence
from itertools import permutations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guerdon.core.errors import Invalid
from guerdon.core.events import Event, Refund, ReturnedLine, Returns, read_event, resolve, tendered
from guerdon.core.facts import REFUND
from tests.core.tables import programme

Record = Mapping[str, Any]

BODY = """
events:
  purchase: {lines: {brand: {type: text, default: ""}, quantity: {type: number, decimals: 1, optional: true}}}
rules: [{id: base, give: 1}]
"""
BASKET: Record = {
    "lines": [
        {"id": "a", "amount": "10.00", "quantity": 3},
        {"id": "b", "amount": "20.00", "quantity": 2},
        {"id": "c", "amount": "5.00"},
    ]
}


def event(record: Record) -> Event:
    """Return an event of Ana's on 3 March 2017."""
    return read_event(programme(BODY).terms, {"member": "ana", "at": "2017-03-03T12:00", **record}, default_id="p")


def refund(record: Record) -> Refund:
    """Return what a refund of purchase p asks for."""
    found = event({"id": "r", "type": "refund", "refund_of": "p", **record}).refund
    assert found is not None
    return found


def left(purchase: Record, *refunds: Record, tender: str = "proportional") -> Event:
    """Return a purchase as it is left after refunds."""
    returns = Returns(event(purchase), decimals=2, tender=tender)
    for one in refunds:
        returns.take(refund(one))
    return returns.left()


def lines(purchase: Event) -> list[tuple[str, int, object]]:
    """Return each line's name, net and quantity."""
    return [(line.id, line.net, line.attributes["quantity"]) for line in purchase.lines]


@pytest.mark.parametrize(
    ("refunds", "kept"),
    [
        ([], [("a", 1000, 30), ("b", 2000, 20), ("c", 500, None)]),
        ([{"lines": [{"id": "b"}]}], [("a", 1000, 30), ("c", 500, None)]),
        ([{"lines": [{"id": "a", "quantity": 1}]}], [("a", 667, 20), ("b", 2000, 20), ("c", 500, None)]),
        ([{"lines": [{"id": "a", "quantity": 1}]}] * 2, [("a", 333, 10), ("b", 2000, 20), ("c", 500, None)]),
        ([{"lines": [{"id": "a", "quantity": -3}]}], [("b", 2000, 20), ("c", 500, None)]),
        ([{"lines": [{"id": "a", "quantity": "0.5"}]}], [("a", 833, 25), ("b", 2000, 20), ("c", 500, None)]),
        # a piece came back for less than its share: the rest of the line is worth more
        ([{"lines": [{"id": "b", "quantity": 1, "amount": 8}]}], [("a", 1000, 30), ("b", 1200, 10), ("c", 500, None)]),
        ([{"lines": [{"id": "b", "amount": "-8"}]}], [("a", 1000, 30), ("b", 1200, 20), ("c", 500, None)]),
        ([{"lines": [{"id": "c", "amount": 5}]}], [("a", 1000, 30), ("b", 2000, 20)]),
        # an amount alone, spread by value over what is left: 2.857, 5.714 and 1.429 of 10.00
        ([{"amount": 10}], [("a", 714, 30), ("b", 1429, 20), ("c", 357, None)]),
        ([{"amount": "-10"}], [("a", 714, 30), ("b", 1429, 20), ("c", 357, None)]),
        ([{"amount": 3}, {"lines": [{"id": "b"}]}], [("a", 800, 30), ("c", 400, None)]),
        ([{"amount": 0}], [("a", 1000, 30), ("b", 2000, 20), ("c", 500, None)]),
        ([{"amount": 35}], []),
        ([{}], []),
        ([{"lines": [{"id": "a"}, {"id": "b"}, {"id": "c"}]}], []),
        # what is spread never takes more than the lines left are worth
        ([{"amount": 20}, {"lines": [{"id": "b"}]}], []),
    ],
)
def test_lines_pieces_and_amounts_are_taken_away(refunds: list[Record], kept: list[tuple[str, int, object]]) -> None:
    purchase = left(BASKET, *refunds)
    assert lines(purchase) == kept
    assert purchase.amounts["amount"] == sum(net for _, net, _ in kept)
    assert purchase.returned == (not kept)


def test_a_purchase_without_lines_keeps_what_is_left_of_its_amounts() -> None:
    stated = {"amount": 120, "discount": 12, "points_paid": 30, "tax": 6, "shipping": 5, "stored_value_paid": 10}
    assert left(stated, {"amount": 20}).amounts == {
        "amount": 10000, "discount": 1000, "points_paid": 2500, "tax": 500, "shipping": 500, "stored_value_paid": 833,
    }  # fmt: skip
    assert set(left(stated, {"amount": 20}, {"amount": 100}).amounts.values()) == {0}
    assert set(left(stated, {}).amounts.values()) == {0}


def test_shares_of_the_orders_discount_go_with_their_lines() -> None:
    # 3.50 off: 1.00, 2.00 and 0.50; two of three pieces of a go, so 0.67 of its 1.00 off
    purchase = left({**BASKET, "discount": "3.50"}, {"lines": [{"id": "a", "quantity": 2}]})
    assert [(line.amount, line.net) for line in purchase.lines] == [(333, 300), (2000, 1800), (500, 450)]
    assert (purchase.amounts["amount"], purchase.amounts["discount"]) == (2550, 283)


def test_a_line_that_cost_nothing_goes_by_its_pieces() -> None:
    gift: Record = {
        "lines": [{"id": "a", "amount": 4, "discount": 2}, {"id": "g", "amount": 0, "discount": 9, "quantity": 3}]
    }
    (_, kept) = left(gift, {"lines": [{"id": "g", "quantity": 1}]}).lines
    assert (kept.amount, kept.discount, kept.attributes["quantity"]) == (0, 600, 20)
    assert [line.id for line in left(gift, {"lines": [{"id": "g"}]}).lines] == ["a"]
    assert left({"lines": [{"id": "g", "amount": 0}]}, {"lines": [{"id": "g"}]}).returned
    free = left({"lines": [{"id": "g", "amount": 0, "discount": 9}]}, {"amount": 0})
    assert [line.discount for line in free.lines] == [900]


@pytest.mark.parametrize(
    ("tender", "amount", "back"),
    [
        # 30.00, of which 10.00 were paid in points
        ("proportional", 15, (1000, 500)),
        ("proportional", "0.01", (1, 0)),
        ("points_first", 8, (0, 800)),
        ("points_first", 15, (500, 1000)),
        ("money_first", 15, (1500, 0)),
        ("money_first", 25, (2000, 500)),
        ("proportional", 30, (2000, 1000)),
    ],
)
def test_a_refund_goes_back_by_tender(tender: str, amount: object, back: tuple[int, int]) -> None:
    purchase: Record = {"amount": 30, "points_paid": 10}
    assert tendered(event(purchase), left(purchase, {"amount": amount}, tender=tender)) == back


@pytest.mark.parametrize("tender", ["proportional", "points_first", "money_first"])
def test_points_paid_share_of_a_line_goes_back_as_points(tender: str) -> None:
    """Bug 6: of a line paid half in points half comes back as points, never as money."""
    purchase: Record = {"lines": [{"id": "a", "amount": 10}, {"id": "b", "amount": 30}], "points_paid": 20}
    assert tendered(event(purchase), left(purchase, {"lines": [{"id": "b"}]}, tender=tender)) == (1500, 1500)


@pytest.mark.parametrize(
    ("purchase", "refunds", "message"),
    [
        (BASKET, [{"lines": [{"id": "d"}]}], "purchase p has no line d; it has a, b, c"),
        ({"amount": 5}, [{"lines": [{"id": "1"}]}], "purchase p has no lines; state the refund's amount instead"),
        ({"lines": [{"id": "2", "amount": 1}, {"amount": 1}]}, [{"lines": [{"id": "2"}]}], "purchase p has several lines 2"),
        (BASKET, [{"lines": [{"id": "a"}]}] * 2, "nothing is left of line a of purchase p; correct this refund"),
        (BASKET, [{"lines": [{"id": "a", "quantity": 3}]}, {"lines": [{"id": "a"}]}], "nothing is left of line a"),
        (BASKET, [{"lines": [{"id": "a"}]}, {"lines": [{"id": "a", "quantity": 1}]}], "nothing is left of line a"),
        (BASKET, [{"lines": [{"id": "a", "quantity": 2}]}] * 2, "line a of purchase p comes back in more pieces than"),
        (BASKET, [{"lines": [{"id": "c", "quantity": 1}]}], "line c of purchase p has no quantity; state an amount"),
        (BASKET, [{"lines": [{"id": "c", "amount": 3}]}] * 2, "line c of purchase p comes back for 3.00, and 2.00 is left"),
        (BASKET, [{"amount": 35}, {"amount": "0.01"}], "0.01 comes back of purchase p, and 0.00 is left of it"),
        (BASKET, [{"amount": 30}, {"amount": 10}], "10.00 comes back of purchase p, and 5.00 is left of it; correct"),
        (BASKET, [{"amount": 30}, {"lines": [{"id": "b", "amount": 10}]}], "10.00 comes back of purchase p, and 5.00"),
        (BASKET, [{"amount": 35}, {}], "nothing is left of purchase p; correct this refund, or one before it"),
        (BASKET, [{}, {}], "nothing is left of purchase p"),
        (BASKET, [{}, {"lines": [{"id": "a"}]}], "nothing is left of purchase p"),
    ],
)  # fmt: skip
def test_more_than_is_left_is_refused_and_changes_nothing(
    purchase: Record, refunds: list[Record], message: str
) -> None:
    returns = Returns(event(purchase), decimals=2)
    for one in refunds[:-1]:
        returns.take(refund(one))
    before = returns.left()
    with pytest.raises(Invalid) as caught:
        returns.take(refund(refunds[-1]))
    assert message in str(caught.value)
    assert returns.left() == before


@pytest.mark.parametrize(
    ("record", "message"),
    [
        ({"type": "purchase", "amount": 1}, "refund_of 'p' stands at a purchase; write type: refund, or leave it out"),
        ({"lines": [{"amount": 1}]}, "id of line 1 is missing; a refund names the lines that came back"),
        ({"lines": [{"id": "a", "amount": 1}, {"id": "b", "amount": -1}]}, "the lines' amounts have both signs"),
        ({"lines": [{"id": "a", "amount": 1}, {"id": "a"}]}, "line id 'a' came before with other content"),
        ({"lines": [{"id": "a"}], "amount": 3}, "amount 3 is not the sum of the lines"),
        ({"lines": [{"id": "a", "quantity": "x"}]}, "quantity of line 1 'x' is not a number"),
    ],
)
def test_a_refund_that_cannot_be_read_is_refused(record: Record, message: str) -> None:
    with pytest.raises(Invalid) as caught:
        event({"type": "refund", "refund_of": "p", **record})
    assert message in str(caught.value)


def test_a_refund_says_what_it_takes_back_of_which_purchase() -> None:
    assert refund({"source": "till", "amount": 3}) == Refund(of="p", source="till", amount=300, lines=())
    assert refund({"source": "web", "refund_source": "till"}) == Refund(of="p", source="till", amount=None, lines=())
    stated: Record = {"lines": [{"id": 1, "quantity": 2}, {"id": 1, "quantity": 2}], "amount": 0}
    assert refund(stated).lines == (ReturnedLine(id="1", quantity=20, amount=None),)
    assert refund({"lines": [{"id": "a", "amount": 2}, {"id": "b"}], "amount": 2}).amount is None
    assert event({"type": "refund", "amount": 3}).refund is None


# Which purchase a refund is of.


def resolved(*records: Record) -> list[tuple[str, int, str, int | None]]:
    """Return each event's name, minute, member and what its purchase is left with."""
    found = resolve([event(record) for record in records], decimals=2).events
    first = event({} | {"amount": 1}).at
    return [
        (one.id, (one.at - first) // 60_000_000, one.member, None if one.left is None else one.left.amounts["amount"])
        for one in found
    ]


def test_refunds_find_their_purchase_wherever_it_stands() -> None:
    """A refund before its purchase takes its instant; it belongs to whoever bought."""
    assert resolved(
        {"id": "r2", "type": "refund", "refund_of": "p", "amount": 20, "at": "2017-03-03T12:05", "member": "ben"},
        {"id": "r1", "type": "refund", "refund_of": "p", "amount": 30, "at": "2017-03-01"},
        {"id": "p", "amount": 120},
    ) == [("p", 0, "ana", None), ("r1", 0, "ana", 9000), ("r2", 5, "ana", 7000)]


def test_a_refund_waits_for_a_purchase_that_is_not_there() -> None:
    found = resolve(
        [
            event({"id": "p", "amount": -3}),
            event({"id": "q", "type": "refund", "amount": 3}),
            event({"id": "r", "type": "refund", "refund_of": "p", "amount": 3}),
            event({"id": "s", "type": "refund", "refund_of": "q", "amount": 3}),
            event({"id": "t", "type": "refund", "refund_of": "p", "refund_source": "till", "amount": 3}),
        ],
        decimals=2,
    )
    assert [one.id for one in found.waiting] == ["r", "s", "t"]
    assert [(one.id, one.returned, one.left) for one in found.events] == [(i, True, None) for i in "pqrst"]
    assert found.refused == ()


def test_a_refund_of_too_much_is_left_out_and_later_ones_count() -> None:
    found = resolve(
        [event({"id": "p", "amount": 10})]
        + [
            event({"id": f"r{i}", "type": "refund", "refund_of": "p", "amount": amount})
            for i, amount in enumerate((8, 5, 2))
        ],
        decimals=2,
    )
    assert [one.id for one in found.events] == ["p", "r0", "r2"]
    assert [(one.id, why) for one, why in found.refused] == [
        ("r1", "5.00 comes back of purchase p, and 2.00 is left of it; correct this refund, or one before it")
    ]
    again = resolve(found.events, decimals=2)
    assert (again.events, again.waiting, again.refused) == (found.events, (), ())
    assert [one.kind for one in found.events[1:]] == [REFUND, REFUND]


# Laws.

PURCHASES: st.SearchStrategy[dict[str, Any]] = st.fixed_dictionaries({
    "lines": st.lists(
        st.fixed_dictionaries({
            "amount": st.integers(0, 5000).map(lambda cents: f"{cents / 100:.2f}"),
            "discount": st.sampled_from(["0", "1.01"]),
            "quantity": st.sampled_from(["", "0", "1", "2", "2.5", "7"]),
        }),
        min_size=1,
        max_size=4,
    ).map(lambda found: [{"id": f"l{number}", **line} for number, line in enumerate(found)]),
    "tax": st.sampled_from(["0", "3.33"]),
    "shipping": st.just("4.99"),
})  # fmt: skip
TENDERS = st.sampled_from(["proportional", "points_first", "money_first"])


@st.composite
def purchases(draw: st.DrawFn) -> Record:
    """Return a purchase with lines, some of it off and some of it paid in points."""
    record = draw(PURCHASES)
    worth = sum(int(line["amount"].replace(".", "")) for line in record["lines"])
    off = draw(st.integers(0, worth))
    paid = draw(st.integers(0, worth - off))
    return {**record, "discount": f"{off / 100:.2f}", "points_paid": f"{paid / 100:.2f}"}


@st.composite
def asked(draw: st.DrawFn, count: int) -> Record:
    """Return one refund: of lines, or of an amount."""
    if draw(st.integers(0, 3)) == 0:
        return {"amount": draw(st.sampled_from(["0", "0.01", "1.50", "10"]))}
    chosen = draw(st.lists(st.integers(0, count - 1), min_size=1, max_size=count, unique=True))
    pieces = st.sampled_from([
        {},
        {"quantity": "1"},
        {"quantity": "0.5"},
        {"amount": "0.99"},
        {"quantity": "1", "amount": "2"},
    ])
    return {"lines": [{"id": f"l{number}", **draw(pieces)} for number in chosen]}


def taken(purchase: Event, refunds: Sequence[Refund], tender: str) -> Event | None:
    """Return what is left, or None when one of the refunds is refused."""
    returns = Returns(purchase, decimals=2, tender=tender)
    try:
        for one in refunds:
            returns.take(one)
    except Invalid:
        return None
    return returns.left()


@given(purchases(), TENDERS, st.data())
def test_whatever_comes_back_what_is_left_adds_up(record: Record, tender: str, data: st.DataObject) -> None:
    purchase = event(record)
    returns = Returns(purchase, decimals=2, tender=tender)
    before = purchase
    for stated in data.draw(st.lists(asked(len(purchase.lines)), max_size=5)):
        try:
            returns.take(refund(stated))
        except Invalid:
            continue
        now = returns.left()
        amounts = now.amounts
        assert min(amounts.values()) >= 0
        assert all(amounts[name] <= before.amounts[name] for name in ("amount", "tax", "shipping"))
        assert sum(line.net for line in now.lines) == amounts["amount"]
        assert sum(line.amount for line in now.lines) == amounts["amount"] + amounts["discount"]
        assert sum(line.points_paid for line in now.lines) == amounts["points_paid"] <= amounts["amount"]
        assert all(0 <= line.points_paid <= line.net <= line.amount for line in now.lines)
        money, points = tendered(before, now)
        assert money + points == before.amounts["amount"] - amounts["amount"]
        before = now


@given(purchases(), TENDERS, st.data())
def test_every_subset_of_refunds_in_every_order_leaves_one_purchase(
    record: Record, tender: str, data: st.DataObject
) -> None:
    """Bug 3: all subsets of lines, refunded in all orders."""
    purchase = event(record)
    refunds = [refund(one) for one in data.draw(st.lists(asked(len(purchase.lines)), min_size=2, max_size=4))]
    outcomes = [taken(purchase, order, tender) for order in permutations(refunds)]
    accepted = [one for one in outcomes if one is not None]
    assert all(one == accepted[0] for one in accepted)


@given(purchases(), st.data())
def test_lines_at_once_or_one_by_one_leave_the_same(record: Record, data: st.DataObject) -> None:
    purchase = event(record)
    stated = data.draw(asked(len(purchase.lines)))
    several: list[Record] = [{"lines": [line]} for line in stated.get("lines", ())] or [stated]
    at_once = taken(purchase, [refund(stated)], "proportional")
    one_by_one = taken(purchase, [refund(one) for one in several], "proportional")
    assert at_once == one_by_one
