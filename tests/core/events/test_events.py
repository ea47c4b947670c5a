"""Events from records: what is read, what is shared out over lines, and what is refused with a word on what to do."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guerdon.core.errors import Invalid
from guerdon.core.events import Event, Values, in_order, read_event, values_of, without_repeats
from guerdon.core.facts import ENGAGEMENT, PURCHASE, REFUND
from tests.core.tables import programme

PLAIN = """
events:
  purchase:
    attributes:
      channel: {type: text, default: shop}
      tip: {type: money, optional: true}
      weight: {type: number, decimals: 3, optional: true}
      gift: {type: boolean, default: false}
      due: {type: date, optional: true}
    lines: {brand: {type: text, optional: true}, quantity: {type: number, decimals: 3, default: 1}}
  visit: {attributes: {shop: text}}
rates: {EUR: 1.1, JPY: 0.0067}
rules: [{id: base, give: 1}]
"""


def read(record: Mapping[str, Any], body: str = PLAIN) -> Event:
    """Return an event of Ana's on 3 March 2017."""
    return read_event(programme(body).terms, {"member": "ana", "at": "2017-03-03T12:00", **record}, default_id="first")


def values(record: Mapping[str, Any], body: str = PLAIN) -> Values:
    """Return what expressions read of an event."""
    return values_of(read(record, body), programme(body).terms)


def lines(record: Mapping[str, Any], name: str, body: str = PLAIN) -> list[object]:
    """Return one value of each line."""
    held = values(record, body)["lines"]
    assert isinstance(held, list)
    return [line[name] for line in held]


def test_an_event_has_names_of_its_own_or_takes_those_that_go_without_saying() -> None:
    short = read({"amount": 1})
    assert (short.id, short.source, short.type, short.kind, short.account) == ("first", "", "purchase", PURCHASE, "ana")
    full = read({"amount": 1, "id": 0, "source": "till", "account": 7, "type": "refund"})
    assert (full.id, full.source, full.kind, full.account) == ("0", "till", REFUND, "7")
    blank = read({"amount": 1, "id": "", "source": None, "account": "", "type": ""})
    assert (blank.id, blank.source, blank.account, blank.type) == ("first", "", "ana", "purchase")


@pytest.mark.parametrize(
    ("record", "message"),
    [
        ({"member": None}, "member is missing; every event needs one"),
        ({"member": ""}, "member is missing"),
        ({"at": None}, "at is missing"),
        ({"at": "soon"}, "at 'soon' is not a time"),
        ({"amount": None}, "amount is missing"),
        ({"amount": ""}, "amount is missing"),
        ({"amount": "1,50"}, "amount '1,50' is not a number"),
        ({"amount": "0.001"}, "more than 2 decimals"),
        ({"type": "journey"}, "type 'journey' is not declared; the programme knows purchase, refund, visit"),
        ({"currency": "EURO"}, "currency 'EURO' is not one of ISO 4217; write a code like USD"),
        ({"currency": {}}, "currency '{}' is not one of ISO 4217; write a code like USD"),
        ({"currency": 0}, "currency '0' is not one of ISO 4217"),
        ({"currency": "GBP"}, "currency GBP has no rate to USD"),
        ({"currency": "EUR", "rate": 0}, "rate 0 is not above zero; write how many USD one EUR is worth"),
        ({"currency": "EUR", "rate": "-1"}, "rate -1 is not above zero"),
        ({"currency": "EUR", "rate": "x"}, "rate 'x' is not a number"),
        ({"currency": "EUR", "rate": 10, "amount": "9999999999999"}, "amount 9999999999999.00 EUR comes to more than"),
        ({"discount": -1}, "discount is below zero; write it as it is, at least 0"),
        ({"tax": "-0.01"}, "tax is below zero"),
        ({"lines": "many"}, "lines is not a list"),
        ({"lines": {}}, "lines is not a list"),
        ({"lines": ""}, "lines is not a list"),
        ({"lines": [3]}, "line 1 is not a mapping"),
        ({"lines": [{"amount": 1}, {"amount": "x"}]}, "amount of line 2 'x' is not a number"),
        ({"lines": [{"amount": 1, "discount": -1}]}, "discount of line 1 is below zero"),
        ({"lines": [{"amount": 1}], "discount": 2}, "discount 2 is more than the lines are worth"),
        ({"lines": [{"quantity": 1}]}, "amount of line 1 is missing; every line has one"),
        ({"lines": [{"amount": "6000000000000"}] * 2}, "the lines add up to more than"),
        ({"amount": 3, "points_paid": 4}, "points_paid 4 is more than the amount"),
        ({"lines": [{"amount": 1}], "amount": 2}, "amount 2 is not the sum of the lines less the discount"),
        ({"lines": [{"amount": 1, "quantity": "two"}]}, "quantity of line 1 'two' is not a number"),
        ({"weight": "1000000000.001"}, "weight '1000000000.001' is beyond what a number may be"),
        ({"weight": "1.0001"}, "weight '1.0001' has more than 3 decimals"),
        ({"tip": "ten"}, "tip 'ten' is not a number"),
        ({"gift": "yes"}, "gift is 'yes', not true or false"),
        ({"due": "tomorrow"}, "'tomorrow' is not a date"),
        ({"type": "visit"}, "shop is missing; it has no default and is not optional"),
    ],
)
def test_what_cannot_be_read_is_refused_with_a_word_on_what_to_do(record: dict[str, Any], message: str) -> None:
    with pytest.raises(Invalid) as caught:
        read({"amount": 1, **record} if "lines" not in record else record)
    assert message in str(caught.value)


def test_attributes_are_read_by_their_types() -> None:
    stated = {"channel": "app", "tip": "1.50", "weight": "0.25", "gift": True, "due": "1970-01-11"}
    assert read({"amount": 1, **stated}).attributes == {
        "channel": "app",
        "tip": 150,
        "weight": 250,
        "gift": True,
        "due": 10,
    }
    assert read({"amount": 1}).attributes == {
        "channel": "shop",
        "tip": None,
        "weight": None,
        "gift": False,
        "due": None,
    }
    assert read({"amount": 1, "gift": "FALSE", "due": date(1970, 1, 2)}).attributes["due"] == 1
    assert read({"amount": 1, "channel": "", "tip": ""}).attributes["channel"] == "shop"
    assert read({"type": "visit", "shop": "north"}).attributes == {"shop": "north"}


def test_an_engagement_needs_no_amount_and_may_have_one() -> None:
    assert read({"type": "visit", "shop": "north"}).amounts["amount"] == 0
    assert read({"type": "visit", "shop": "north", "amount": 3}).amounts["amount"] == 300
    assert read({"type": "visit", "shop": "north"}).kind == ENGAGEMENT


def test_an_amount_is_the_sum_of_its_lines_less_the_orders_discount() -> None:
    record = {"lines": [{"amount": "3.20"}, {"amount": 2}], "discount": "0.20"}
    assert read(record).amounts["amount"] == 500
    assert read({**record, "amount": "5.00"}).amounts["amount"] == 500


@pytest.mark.parametrize(
    ("amounts", "discount", "nets"),
    [
        (["10", "10", "10"], "0.10", [996, 997, 997]),  # 3.33 each, the odd cent to the first
        (["10", "20", "0"], "3", [900, 1800, 0]),
        (["0.01", "9.99"], "5", [0, 500]),  # 0.005 and 4.995: a tie, to the first
        (["0", "0"], "0", [0, 0]),
        (["5"], "5", [0]),
    ],
)
def test_an_orders_discount_is_spread_over_its_lines_by_value(
    amounts: list[str], discount: str, nets: list[int]
) -> None:
    record = {"lines": [{"amount": amount} for amount in amounts], "discount": discount}
    assert lines(record, "net") == nets


def test_points_paid_are_spread_over_what_the_lines_are_worth_then() -> None:
    # nets are 9.00 and 18.00; 9.01 paid in points: 3.0033 and 6.0067
    record = {"lines": [{"amount": 10}, {"amount": 20}], "discount": 3, "points_paid": "9.01"}
    assert lines(record, "points_paid") == [300, 601]
    assert lines(record, "eligible") == [600, 1199]
    assert values(record)["eligible"] == 1799


@given(st.lists(st.integers(0, 10**6), min_size=1, max_size=8), st.data())
def test_the_lines_shares_add_up_to_the_orders(amounts: list[int], data: st.DataObject) -> None:
    discount = data.draw(st.integers(0, sum(amounts)))
    points = data.draw(st.integers(0, sum(amounts) - discount))
    record = {
        "lines": [{"amount": Decimal(amount).scaleb(-2)} for amount in amounts],
        "discount": Decimal(discount).scaleb(-2),
        "points_paid": Decimal(points).scaleb(-2),
    }
    held = read(record).lines
    assert sum(line.net for line in held) == sum(amounts) - discount
    assert sum(line.points_paid for line in held) == points
    assert all(0 <= line.net <= line.amount for line in held)


def test_gross_is_what_stood_before_every_discount() -> None:
    record = {"lines": [{"amount": 3, "discount": 1}, {"amount": 2}], "discount": "0.50"}
    assert (values(record)["gross"], values(record)["net"], lines(record, "gross")) == (600, 450, [400, 200])
    assert values({"amount": 8, "discount": 2})["gross"] == 1000


@pytest.mark.parametrize(
    ("currency", "amount", "rate", "cents"),
    [
        ("USD", "5", None, 500),
        ("EUR", "5", None, 550),
        ("EUR", "5", "1.2", 600),
        ("JPY", "1000", None, 670),
        ("USD", "5", "3", 500),
    ],
)
def test_a_foreign_amount_is_converted_at_its_own_rate_or_the_programmes(
    currency: str, amount: str, rate: str | None, cents: int
) -> None:
    record = {"amount": amount, "currency": currency, "rate": rate, "tip": amount}
    event = read(record)
    assert (event.amounts["amount"], event.attributes["tip"]) == (cents, cents)


@pytest.mark.parametrize(
    ("record", "returned", "kept", "gone"),
    [
        ({"amount": -5}, True, 0, 0),
        ({"type": "refund", "amount": 5}, True, 0, 0),
        ({"lines": [{"amount": -5}]}, True, 0, 1),
        ({"lines": [{"amount": 5, "quantity": -1}]}, True, 0, 1),
        ({"lines": [{"amount": 5}, {"amount": -2}]}, False, 1, 1),
        ({"lines": [{"amount": 0, "quantity": 0}]}, False, 1, 0),
        ({"amount": 0}, False, 0, 0),
    ],
)
def test_returns_are_told_apart(record: dict[str, Any], returned: bool, kept: int, gone: int) -> None:  # noqa: FBT001
    event = read(record)
    assert (event.returned, len(event.lines), event.returned_lines) == (returned, kept, gone)
    assert not returned or event.amounts["amount"] == 0


def test_an_amount_beside_lines_of_which_some_came_back_is_the_till_s_own() -> None:
    # 5.00 less 2.00 that came back: the amount says 3.00, what earns is 5.00
    assert read({"amount": 3, "lines": [{"amount": 5}, {"amount": -2}]}).amounts["amount"] == 500


def test_lines_have_names_of_their_own_or_their_numbers() -> None:
    assert [line.id for line in read({"lines": [{"amount": 1}, {"amount": 1, "id": "b"}]}).lines] == ["1", "b"]


def test_a_line_twice_is_one_and_with_other_content_is_refused() -> None:
    twice = [{"id": "a", "amount": 3}, {"id": "a", "amount": "3.00"}, {"amount": 3}, {"amount": 3}]
    assert [(line.id, line.amount) for line in read({"lines": twice}).lines] == [("a", 300), ("2", 300), ("3", 300)]
    with pytest.raises(Invalid, match="line id 'a' came before with other content; give each line an id of its own"):
        read({"lines": [{"id": "a", "amount": 3}, {"id": "a", "amount": 4}]})


def test_a_time_of_day_gives_an_hour_in_the_zone_and_a_date_alone_gives_none() -> None:
    late = values({"amount": 1, "at": "2017-04-01T03:59:59Z"})
    assert [late[name] for name in ("hour", "weekday", "day", "month", "year")] == [23, 5, 31, 3, 2017]
    assert values({"amount": 1, "at": "2017-04-01"})["hour"] is None


EXCLUDING = "events: {purchase: {attributes: {gift: {type: boolean, default: false}}, lines: {brand: {type: text, default: ''}}}}\n"
RULES = "\nrules: [{id: base, give: 1}]\n"
BASKET = {"lines": [{"amount": 10, "brand": "Acme"}, {"amount": 20}], "tax": 3, "shipping": 4, "points_paid": 6}


@pytest.mark.parametrize(
    ("eligible", "whole", "each"),
    [
        ("{}", 2400, [800, 1600]),
        ("{include: [points_paid]}", 3000, [1000, 2000]),
        ("{include: [tax, shipping]}", 3100, [800, 1600]),
        ("{exclude: line.brand = 'Acme'}", 1600, [0, 1600]),
        ("{exclude: line.brand = 'Acme', include: [tax]}", 1900, [0, 1600]),
        ("{exclude: net > 30}", 2400, [800, 1600]),
        ("{exclude: net >= 30, include: [tax]}", 0, [0, 0]),
        ("{exclude: count(distinct line.brand) >= 2}", 0, [0, 0]),
    ],
)
def test_what_is_eligible_is_net_less_points_less_what_is_excluded(eligible: str, whole: int, each: list[int]) -> None:
    body = f"{EXCLUDING}eligible: {eligible}{RULES}"
    assert (values(BASKET, body)["eligible"], lines(BASKET, "eligible", body)) == (whole, each)


def test_without_lines_the_whole_amount_is_eligible_or_none_of_it() -> None:
    body = f"{EXCLUDING}eligible: {{exclude: gift, include: [tax]}}{RULES}"
    assert values({"amount": 10, "points_paid": 4, "tax": 1}, body)["eligible"] == 700
    assert values({"amount": 3, "points_paid": 3}, body)["eligible"] == 0
    assert values({"amount": 10, "gift": True, "tax": 1}, body)["eligible"] == 0


def test_events_are_ordered_account_by_account_by_instant_kind_source_and_id() -> None:
    stated: list[Mapping[str, Any]] = [
        {"id": "b", "amount": 1}, {"id": "a", "amount": 1}, {"id": "z", "amount": 1, "at": "2017-03-03"},
        {"id": "y", "amount": 1, "source": "a"}, {"id": "0", "type": "refund", "amount": 1},
        {"id": "1", "type": "visit", "shop": "n"}, {"id": "9", "amount": 1, "member": "aba"},
    ]  # fmt: skip
    assert [event.id for event in in_order([read(record) for record in stated])] == ["9", "z", "a", "b", "y", "1", "0"]


def test_an_event_twice_is_one_and_with_other_content_is_refused() -> None:
    once = read({"id": "a", "amount": 1})
    elsewhere = read({"id": "a", "amount": 2, "source": "web"})
    assert without_repeats([once, read({"id": "a", "amount": "1.00"}), elsewhere]) == [once, elsewhere]
    with pytest.raises(Invalid, match="the event a came before with other content; give each event an id of its own"):
        without_repeats([once, read({"id": "a", "amount": 2})])


def test_when_something_was_recorded_may_be_known_to_whoever_reads_it() -> None:
    stated = read({"id": "1", "amount": 5, "recorded_at": "2017-03-04T00:00Z"})
    record = {"id": "1", "member": "ana", "at": "2017-03-03T12:00", "amount": 5}
    known = read_event(programme(PLAIN).terms, record, default_id="", recorded_at=stated.recorded_at)
    assert known == stated
    assert known.recorded_at == 1_488_585_600_000_000
