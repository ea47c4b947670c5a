"""What was recorded of an account, as the teller rates it: in order, numbered, each event with what it refers to."""

from guerdon.core.ledger import NOWHERE
from guerdon.core.teller import History, history_of
from tests.core.tables import event, programme

BODY = """
units: {points: {expiry: {after: 12 months}}}
rules: [{id: base, give: floor(amount)}]
redemptions: {hold_for: 1 day}
rewards: [{id: mug, price: 10}]
"""


def posted(*records: dict[str, object]) -> History:
    """Return a history of events as they were recorded, numbered in that order."""
    made = programme(BODY)
    events = [event(BODY, record, number) for number, record in enumerate(records, start=1)]
    return history_of(made.terms, events, {(one.source, one.id): number for number, one in enumerate(events, start=1)})


def refers(history: History) -> dict[int, int]:
    """Return to which number each number refers."""
    return {one.number: one.refers for one in history.history}


def test_events_stand_in_the_order_in_which_they_happened_and_keep_their_numbers() -> None:
    found = posted({"at": "2026-02-01", "amount": 5}, {"at": "2026-01-01", "amount": 7})
    assert [one.number for one in found.history] == [2, 1]
    assert refers(found) == {1: NOWHERE, 2: NOWHERE}
    assert (found.waiting, found.refused) == ((), {})


def test_a_refund_refers_to_its_purchase_and_waits_where_there_is_none() -> None:
    purchase = {"id": "p", "at": "2026-01-01", "amount": 7}
    found = posted(
        {"at": "2026-01-02", "type": "refund", "refund_of": "p"},
        purchase,
        {"at": "2026-01-03", "type": "refund", "refund_of": "q"},
    )
    assert refers(found)[1] == 2
    assert found.waiting == (3,)


def test_what_is_refunded_beyond_its_purchase_is_refused_with_its_reason() -> None:
    found = posted(
        {"id": "p", "at": "2026-01-01", "amount": 7},
        {"at": "2026-01-02", "type": "refund", "refund_of": "p"},
        {"at": "2026-01-03", "type": "refund", "refund_of": "p", "amount": 5},
    )
    assert list(found.refused) == [3]
    assert "p" in found.refused[3]


def test_a_step_refers_to_its_reservation_by_its_source_or_by_its_id_alone() -> None:
    spends = {"at": "2026-01-02", "type": "redemption", "points": 10, "reward": "mug", "step": "reserve", "id": "r"}
    found = posted(
        {"at": "2026-01-01", "amount": 70},
        {**spends, "source": "shop"},
        {"at": "2026-01-03", "type": "redemption", "step": "confirm", "reservation": "r", "source": "desk"},
        {"at": "2026-01-03", "type": "redemption", "step": "confirm", "reservation": "gone"},
    )
    assert refers(found) == {1: NOWHERE, 2: NOWHERE, 3: 2, 4: NOWHERE}


def test_a_redemption_refers_to_the_purchase_that_it_paid_for() -> None:
    found = posted(
        {"id": "p", "at": "2026-01-01", "amount": 70},
        {"at": "2026-01-02", "type": "redemption", "points": 10, "reward": "mug", "purchase": "p"},
    )
    assert refers(found)[2] == 1
