"""Terms that differ between versions beside what is earned: how long goods come back, for what rewards are swept."""

from dataclasses import replace

from guerdon.core.explain import stories_of
from guerdon.core.history import keep_ledger
from tests.core.versions.timelines import happened, points, timeline


def test_a_refund_is_in_time_as_the_version_of_its_purchase_says() -> None:
    """Bought in June: ten days. Bought in July: thirty, to the end of the thirtieth."""
    body = "rules: [{{id: base, give: floor(amount)}}]\nreturns: {{window: {} days}}\n"
    made = timeline({"2017-01-01": body.format(10), "2017-07-01": body.format(30)})
    history: list[dict[str, object]] = [
        {"id": "p", "at": "2017-06-30", "amount": 20},
        {"id": "q", "at": "2017-07-01", "amount": 30},
        {"id": "r", "at": "2017-07-10T23:59", "type": "refund", "refund_of": "p", "amount": 5},
        {"id": "s", "at": "2017-07-11", "type": "refund", "refund_of": "p"},
        {"id": "t", "at": "2017-07-31T23:59", "type": "refund", "refund_of": "q", "amount": 7},
        {"id": "u", "at": "2017-08-01", "type": "refund", "refund_of": "q"},
    ]
    assert points(made, *history) == [20, 30, -5, 0, -7, 0]


def test_goods_are_taken_back_at_the_base_rate_of_their_day_s_version() -> None:
    """One a dollar until June, then three; what nobody gave before counts from its own version on."""
    body = "returns: {unlinked: base_rate}\nrules: [{id: base, give: floor(amount"
    made = timeline({"2017-01-01": f"{body})}}]\n", "2017-07-01": f"{body} * 3)}}]\n"})
    said = [{"id": day, "at": day, "type": "refund", "amount": 5} for day in ("2017-06-30", "2017-07-01")]
    assert points(made, *said) == [-5, -15]


def test_a_sweep_issues_for_the_price_and_within_the_numbers_of_its_day_s_version() -> None:
    """Two of 100 a time until June, then three of 90; what falls due as a version begins is still the former one's."""
    body = (
        "rules: [{{id: base, give: floor(amount)}}]\n"
        "rewards: [{{id: ten, title: Ten off, price: {}, sweep: {{on: [04-01, 07-01, 10-01], most: {}}}}}]\n"
    )
    made = timeline({"2017-01-01": body.format(100, 2), "2017-07-01": body.format(90, 3)})
    events = happened(made, {"at": "2017-01-05", "amount": 900}, {"at": "2017-11-01", "amount": 0})
    (story,) = stories_of(made, keep_ledger(made, events))
    said = [(one.when, line.partition(":")[0]) for one in story.happenings for line in one.said]
    assert said[1:] == [
        ("2017-04-01", "Ten off, 2 times"), ("2017-07-01", "Ten off, 2 times"), ("2017-10-01", "Ten off, 3 times"),
    ]  # fmt: skip
    assert story.balances[0].total == 900 - 200 - 200 - 270
    # another account begins with the first version's terms again
    ben = [replace(one, member="ben", account="ben", id=f"b{one.id}") for one in events]
    assert [one.balances[0].total for one in stories_of(made, keep_ledger(made, [*events, *ben]))] == [230, 230]
