"""Points that wait for their order: worked out by hand, and laws over what is told of orders, in whatever order it comes."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guerdon.core.effects import EARNED, EXPIRED, KINDS, USABLE
from guerdon.core.explain import explain, left_lines, sentences, stories_of
from guerdon.core.history import keep_ledger, rate_events
from guerdon.core.lots.left import Left
from guerdon.core.programme import Programme
from guerdon.core.teller import Teller
from tests.core.lots.journals import LATER, Record, at, buys, kept, spends, told
from tests.core.lots.test_laws import law
from tests.core.tables import answers, event, programme
from tests.core.teller.serving import folded, numbered, served
from tests.core.versions.timelines import answers as dated_answers
from tests.core.versions.timelines import timeline

EVENTS = "\nevents: {delivered: {kind: fulfilment}, review: {}, purchase: {lines: {sku: text}}}"
WAITS = kept("pending: {for: 14 days, from: delivered}, expiry: {after: 12 months}", EVENTS)


def ordered(when: str, name: str, *amounts: int) -> Record:
    lines = [{"id": f"l{number}", "sku": "mug", "amount": amount} for number, amount in enumerate(amounts)]
    return {"at": when, "id": name, "lines": lines}


def delivered(when: str, name: str, lines: int | None = None) -> Record:
    return {"at": when, "type": "delivered", "purchase": name, "line_count": lines}


def test_points_are_usable_fourteen_days_after_their_order_was_delivered() -> None:
    history = [ordered("2017-01-01", "p", 100), delivered("2017-01-05T18:00", "p"), spends("2017-01-20", 30), LATER]
    assert told(WAITS, *history) == [
        ("usable", at("2017-01-19T18:00"), 1, 100),
        ("spent", at("2017-01-20"), 1, 30),
        ("expired", at("2018-01-01"), 1, 70),
    ]


def test_the_latest_of_the_lines_decides() -> None:
    history = [
        ordered("2017-01-01", "p", 20, 30, 50),
        delivered("2017-01-03", "p", 1),
        delivered("2017-01-04", "p", 0),  # tells of nothing
        delivered("2017-01-10", "p", 2),
        delivered("2017-01-20", "p"),  # nothing was left of it
        delivered("2017-01-21", "p", 1),
    ]
    assert told(WAITS, *history, {**LATER, "at": "2017-03-01"})[:1] == [("usable", at("2017-01-24"), 1, 100)]


def test_an_event_that_says_no_lines_tells_that_nothing_more_is_to_come() -> None:
    history = [ordered("2017-01-01", "p", 20, 30, 50), delivered("2017-01-03", "p", 1), delivered("2017-01-06", "p")]
    assert told(WAITS, *history, {**LATER, "at": "2017-03-01"})[:1] == [("usable", at("2017-01-20"), 1, 100)]


@pytest.mark.parametrize(
    ("counts", "waiting"),
    [("", "12 from purchase q, not usable before an event delivered, until 2017-12-31"),
     (", expires_from: usable", "12 from purchase q, not usable before an event delivered")],
)  # fmt: skip
def test_an_order_that_nobody_tells_of_stays_pending_and_is_told(counts: str, waiting: str) -> None:
    body = kept(f"pending: {{for: 14 days, from: delivered{counts}}}, expiry: {{after: 12 months}}", EVENTS)
    records = [ordered("2017-01-01", "p", 100), {**buys("2017-01-01", 12), "id": "q"}, delivered("2017-02-01", "p")]
    made = programme(body)
    events = [event(body, record, number) for number, record in enumerate(records, start=1)]
    (story,) = stories_of(made, keep_ledger(made, events, at("2017-06-01")))
    (balance,) = story.balances
    assert (int(balance.available), int(balance.pending)) == (100, 12)
    assert f"    {waiting}" in left_lines(made.zone, story)


def test_points_of_orders_that_are_never_delivered_lapse_with_their_time() -> None:
    assert told(WAITS, ordered("2017-01-01", "p", 100), LATER) == [("expired", at("2018-01-01"), 1, 100)]


def test_points_that_would_have_ended_before_they_can_be_used_are_usable_for_an_instant() -> None:
    history = [ordered("2017-01-01", "p", 100), ordered("2017-01-05", "q", 7), delivered("2017-12-30", "p"), LATER]
    assert told(WAITS, *history) == [
        ("expired", at("2018-01-05"), 2, 7),
        ("usable", at("2018-01-13"), 1, 100),
        ("expired", at("2018-01-13"), 1, 100),
    ]


def test_their_time_may_run_from_when_they_can_be_used() -> None:
    body = kept("pending: {for: 14 days, from: delivered, expires_from: usable}, expiry: {after: 1 month}", EVENTS)
    history = [ordered("2017-01-01", "p", 100), ordered("2017-01-02", "q", 7), delivered("2017-06-01", "p"), LATER]
    assert told(body, *history) == [("usable", at("2017-06-15"), 1, 100), ("expired", at("2017-07-15"), 1, 100)]


def test_what_is_told_before_the_order_counts_with_it() -> None:
    # a date alone is the first instant of its day, and the order of noon follows it
    history = [delivered("2017-01-05", "p", 1), delivered("2017-01-05", "p"), ordered("2017-01-05T12:00", "p", 20, 30)]
    assert told(WAITS, *history, {**LATER, "at": "2017-02-01"}) == [("usable", at("2017-01-19T12:00"), 3, 50)]


def test_what_is_told_in_part_before_the_order_is_told_in_full_after_it() -> None:
    history = [
        delivered("2017-01-05", "p", 1),
        ordered("2017-01-05T12:00", "p", 20, 30),
        delivered("2017-01-07", "p", 1),
    ]
    assert told(WAITS, *history, {**LATER, "at": "2017-02-01"}) == [("usable", at("2017-01-21"), 2, 50)]


def test_what_no_order_brought_waits_from_when_it_was_earned() -> None:
    body = WAITS.replace("rules: [", "rules: [{id: review, on: review, give: 5}, ")
    assert told(body, {"at": "2017-01-01", "type": "review"}, {**LATER, "at": "2017-03-01"}) == [
        ("usable", at("2017-01-15"), 1, 5)
    ]


def test_other_units_do_not_wait_and_other_purchases_are_not_told_of() -> None:
    body = f"""
units: {{points: {{pending: {{for: 14 days, from: delivered}}}}, stars: {{}}}}
rules: [{{id: base, unit: points, give: floor(amount)}}, {{id: star, unit: stars, give: 1}}]
{EVENTS}"""
    history = [ordered("2017-01-01", "p", 9), ordered("2017-01-02", "q", 8), delivered("2017-01-03", "q"), LATER]
    assert told(body, *history) == [("usable", at("2017-01-17"), 2, 8)]


def test_a_refund_takes_points_back_that_still_wait() -> None:
    history = [
        ordered("2017-01-01", "p", 50, 50),
        {"at": "2017-01-02", "type": "refund", "refund_of": "p", "amount": 70},
        delivered("2017-01-08", "p"),
        {"at": "2017-01-10", "type": "refund", "refund_of": "p"},
        LATER,
    ]
    rows = [row for one in answers(WAITS, *history) for row in one.effects if row.kind not in (EARNED, EXPIRED)]
    assert [(KINDS[row.kind], row.at, row.granted) for row in rows] == [
        ("reversed", at("2017-01-02"), 70),
        ("reversed", at("2017-01-10"), 30),
    ]


def test_a_version_may_let_points_wait_shorter_from_then_on() -> None:
    body = f"{{}}{EVENTS}\nrules: [{{{{id: base, give: floor(amount)}}}}]".replace(
        EVENTS, EVENTS.replace("{", "{{").replace("}", "}}")
    )
    units = "units: {{points: {{pending: {{for: {} days, from: delivered, expires_from: {}}}, expiry: {{after: 6 months}}}}}}"
    made = timeline({
        "2017-01-01": body.format(units.format(30, "earning")),
        "2017-02-01": body.format(units.format(10, "usable")),
    })
    history = [
        ordered("2017-01-05", "p", 10),
        ordered("2017-01-06", "q", 20),
        delivered("2017-01-20", "p"),
        delivered("2017-03-01", "q"),
        LATER,
    ]
    rows = [row for one in dated_answers(made, *history) for row in one.effects if row.kind in (USABLE, EXPIRED)]
    assert [(KINDS[row.kind], row.at, row.granted) for row in sorted(rows, key=lambda row: row.at)] == [
        ("usable", at("2017-02-01"), 10),
        ("usable", at("2017-03-11"), 20),
        ("expired", at("2017-07-06"), 20),
        ("expired", at("2017-08-19"), 10),
    ]


def test_an_explanation_tells_which_order_an_event_is_of() -> None:
    records = [
        ordered("2017-01-01", "p", 20, 30, 50),
        delivered("2017-01-02", "p", 1),
        delivered("2017-01-03", "p", 2),
        delivered("2017-01-04", "p"),
        delivered("2017-01-05", "x"),
    ]
    lines = sentences(explain(programme(WAITS), answers(WAITS, *records)))
    assert [line for line in lines if "tells of" in line] == [
        "  tells of purchase p, one of its lines",
        "  tells of purchase p, 2 of its lines",
        "  tells of purchase p",
        "  tells of purchase x, which is not there",
    ]


# Laws.

Made = dict[str, Any]

START = datetime(2024, 1, 29, 12, tzinfo=UTC)


@st.composite
def histories(draw: st.DrawFn, *, early: bool = True) -> list[Made]:
    """Return orders of several lines and what is told of them, some of it before the order itself."""
    made: list[Made] = []
    for number in range(draw(st.integers(1, 5))):
        bought = START + timedelta(hours=draw(st.integers(0, 2000)))
        amounts = [{"id": f"l{line}", "sku": "a", "amount": 10 + line} for line in range(draw(st.integers(1, 3)))]
        made.append({"id": f"p{number}", "member": "ana", "at": bought.isoformat(), "lines": amounts})
        for part in range(draw(st.integers(0, 3))):
            told_at = bought + timedelta(hours=draw(st.integers(-50 if early else 1, 900)), minutes=part)
            lines = draw(st.sampled_from((None, 1, 1, 2)))
            made.append({
                "id": f"d{number}{part}", "member": "ana", "at": told_at.isoformat(), "type": "delivered",
                "purchase": f"p{number}", "line_count": lines,
            })  # fmt: skip
    return draw(st.permutations(made))


def model(history: list[Made]) -> dict[str, datetime]:
    """Return from when each order's points wait, worked out from all that is told of it: a plain reading of the guide."""
    found: dict[str, datetime] = {}
    for order in [one for one in history if "lines" in one]:
        bought = datetime.fromisoformat(order["at"])
        parts = sorted(
            (datetime.fromisoformat(one["at"]), one["id"], one["line_count"])
            for one in history if one.get("purchase") == order["id"]
        )  # fmt: skip
        missing = len(order["lines"])
        for when, _, lines in parts:
            if missing > 0:
                missing -= lines or missing
                if missing <= 0:
                    found[order["id"]] = max(when, bought)
    return found


@law
@given(histories())
def test_whatever_the_order_of_arrival_points_wait_from_the_latest_line_on(history: list[Made]) -> None:
    made = programme(WAITS)
    rows = [
        (one.events[row.of].id, row.at)
        for one in rate_events(made, [event(WAITS, record) for record in [*history, LATER]])
        for row in one.effects
        if row.kind == USABLE and one.events[row.of].id != "e01"
    ]
    expected = {
        name: int((since - datetime(1970, 1, 1, tzinfo=UTC)) / timedelta(microseconds=1))
        for name, since in model(history).items()
    }
    two_weeks = made.keepings[0].pending
    assert two_weeks is not None
    assert dict(rows) == {name: int(two_weeks.after(since)) for name, since in expected.items()}


@law
@given(histories(early=False))
def test_an_account_that_was_saved_between_waits_as_one_that_was_not(history: list[Made]) -> None:
    made = programme(WAITS)
    for posted in numbered(made, [event(WAITS, record) for record in history]).values():
        later = posted[-1].event.at + 30 * 24 * 3_600_000_000
        rows, sums, _ = served(made, posted, later)
        whole, whole_sums, _ = folded(made, posted, later)
        assert sorted(rows, key=repr) == sorted(whole, key=repr)
        assert sums == whole_sums


def left(made: Programme, records: list[Record], until: str) -> Left:
    """Return what an account has that was saved after each event."""
    (history,) = numbered(made, [event(WAITS, one, number) for number, one in enumerate(records)]).values()
    teller = Teller(made)
    _, _, standing = served(made, history, at(until))
    teller.open(standing)
    return teller.left()[0]


def test_an_account_that_was_saved_knows_how_much_of_an_order_is_missing() -> None:
    records = [ordered("2017-01-01", "p", 20, 30), delivered("2017-01-02", "p", 1), ordered("2017-01-03", "q", 5)]
    made = programme(WAITS)
    assert left(made, records, "2017-02-01").pending == 55
    records.append(delivered("2017-01-10", "p", 1))
    assert left(made, records, "2017-01-23").pending == 55
    assert left(made, records, "2017-01-24").available == 50


def test_what_tells_of_an_order_that_is_not_there_looks_back() -> None:
    made = programme(WAITS)
    (history,) = numbered(made, [event(WAITS, delivered("2017-01-02", "p"))]).values()
    assert Teller(made).looks_back(history[0])
