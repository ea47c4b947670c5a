"""A redemption in several steps: whatever is confirmed, cancelled, or lapses, in whatever order and however often."""

from datetime import datetime, timedelta
from itertools import product
from typing import Any

import pytest

from guerdon.core.events import read_event
from guerdon.core.history import take_stock
from tests.core.lots.journals import LATER, YEAR, Record, at, buys, kept, spends, told
from tests.core.tables import programme

STEPS = ("reserve", "confirm", "cancel", "lapse")
PATHS = [path for length in range(1, 7) for path in product(STEPS, repeat=length) if path[0] == "reserve" or length < 4]


def balance_after(path: tuple[str, ...]) -> tuple[int, int]:
    """Return what is available and held of 100 points, in a plain model: one reservation of 30, which lapses after a day.

    The first `reserve` makes it, and every later one another of 1; a step before there is a reservation does nothing.
    """
    available, held, state = 100, 0, "none"
    others: list[str] = []
    for step in path:
        if step == "reserve" and state == "none":
            available, held, state = available - 30, held + 30, "held"
        elif step == "reserve":
            available, held = available - 1, held + 1
            others.append("held")
        elif step == "confirm" and state == "held":
            held, state = held - 30, "spent"
        elif step == "confirm" and state == "back":
            available, state = available - 30, "spent"
        elif step == "cancel" and state == "held":
            available, held, state = available + 30, held - 30, "back"
        elif step == "cancel" and state == "spent":
            available, state = available + 30, "back"
        elif step == "lapse":
            available, held, others = available + len(others), held - len(others), []
            if state == "held":
                available, held, state = available + 30, held - 30, "back"
    return available, held


def acted_out(path: tuple[str, ...], member: str) -> list[Record]:
    """Return a member's events, of which the last is at noon: steps are a minute apart, a lapse is a day without any."""
    waits = [timedelta(days=step == "lapse", minutes=1) for step in path]
    now = datetime(2017, 2, 1, 12) - sum(waits, timedelta())  # noqa: DTZ001 - local time, as files write it
    events: list[Record] = [buys("2017-01-01", 100)]
    for step, wait in zip(path, waits, strict=True):
        now += wait
        when = now.isoformat()
        if step == "reserve":
            first = all(one.get("step") != "reserve" for one in events)
            events.append(spends(when, 30 if first else 1, step="reserve", id="r" if first else f"r{len(events)}"))
        elif step != "lapse":
            events.append({"at": when, "type": "redemption", "step": step, "reservation": "r"})
    events.append(buys(now.isoformat(), 0))
    return [{"id": f"e{place}", **one, "member": member, "source": member} for place, one in enumerate(events)]


def test_every_path_of_up_to_six_steps_leaves_what_a_plain_model_says() -> None:
    made = programme(kept("", "\nredemptions: {hold_for: 1 day}"))
    records = [one for number, path in enumerate(PATHS) for one in acted_out(path, f"m{number:05d}")]
    events = [read_event(made.terms, record, default_id="") for record in records]
    found = {one.account: (one.left.available, one.left.held) for one in take_stock(made, events)}
    assert found == {f"m{number:05d}": balance_after(path) for number, path in enumerate(PATHS)}


# Named after bugs that others had (proof.md).


@pytest.mark.parametrize("first", ["reserve", "both"])
def test_bug_8_what_is_completed_cancelled_and_completed_again_is_spent(first: str) -> None:
    history = [buys("2017-01-01", 100), {**spends("2017-01-02", 30), "step": first, "id": "r"}]
    history += [step(f"2017-01-{3 + day:02d}", name) for day, name in enumerate(("confirm", "cancel", "confirm"))]
    spent = 0
    for kind, _, _, points in told(kept(YEAR), *history):
        spent += {"spent": points, "restored": -points}.get(kind, 0)
    assert spent == 30


@pytest.mark.parametrize("times", [1, 2, 5])
def test_bug_14_cancelling_many_times_is_cancelling_once(times: int) -> None:
    history = [buys("2017-01-01", 100), {**spends("2017-01-02", 30), "id": "r"}]
    history += [step(f"2017-01-{3 + day:02d}", "cancel") for day in range(times)]
    assert told(kept(YEAR), *history) == [
        ("spent", at("2017-01-02"), 1, 30),
        ("restored", at("2017-01-03"), 1, 30),
    ]


def step(when: str, name: str, reservation: str = "r", **more: Any) -> Record:  # noqa: ANN401 - whatever a record states
    return {"at": when, "type": "redemption", "step": name, "reservation": reservation, **more}


# What comes back.


def test_what_was_spent_comes_back_into_its_lots_with_their_dates_what_was_drawn_last_first() -> None:
    history = [
        buys("2017-01-01", 10),
        buys("2017-02-01", 10),
        {**spends("2017-03-01", 15), "id": "r"},
        step("2017-03-02", "cancel", points=8),
        step("2017-03-03", "cancel", points=100),
        LATER,
    ]
    assert told(kept(YEAR), *history) == [
        ("spent", at("2017-03-01"), 1, 10),
        ("spent", at("2017-03-01"), 2, 5),
        ("restored", at("2017-03-02"), 2, 5),
        ("restored", at("2017-03-02"), 1, 3),
        ("restored", at("2017-03-03"), 1, 7),
        ("expired", at("2018-01-01"), 1, 10),
        ("expired", at("2018-02-01"), 2, 10),
    ]


def test_what_a_redemption_owes_is_dropped_before_anything_comes_back() -> None:
    history = [
        buys("2017-01-01", 10),
        {**spends("2017-01-02", 25), "id": "r"},
        buys("2017-01-03", 4),
        step("2017-01-04", "cancel", points=13),
        step("2017-01-05", "cancel"),
        LATER,
    ]
    assert told(kept(YEAR), *history) == [
        ("spent", at("2017-01-02"), 1, 10),
        ("indebted", at("2017-01-02"), 0, 15),
        ("settled", at("2017-01-03"), 3, 4),
        ("restored", at("2017-01-04"), 0, 11),
        ("restored", at("2017-01-04"), 3, 2),
        ("restored", at("2017-01-05"), 3, 2),
        ("restored", at("2017-01-05"), 1, 10),
        ("expired", at("2018-01-01"), 1, 10),
        ("expired", at("2018-01-03"), 3, 4),
    ]


@pytest.mark.parametrize(
    ("terms", "then"),
    [
        ("", [("restored", "2018-02-01", 1, 6), ("expired", "2018-03-03", 1, 6)]),
        ("restore: 1 week", [("restored", "2018-02-01", 1, 6), ("expired", "2018-02-08", 1, 6)]),
        ("restore: original_date", [("restored", "2018-02-01", 1, 6), ("expired", "2018-02-01", 1, 6)]),
        ("restore: new_lot", [("restored", "2018-02-01", 3, 6), ("expired", "2019-02-01", 3, 6)]),
    ],
)
def test_what_comes_back_after_its_date(terms: str, then: list[tuple[str, str, int, int]]) -> None:
    body = kept(YEAR, f"\nredemptions: {{{terms}}}")
    history = [buys("2017-01-01", 10), {**spends("2017-06-01", 6), "id": "r"}, step("2018-02-01", "cancel"), LATER]
    assert told(body, *history)[2:] == [(kind, at(when), lot, points) for kind, when, lot, points in then]


def test_what_comes_back_late_of_several_lots_goes_again_the_oldest_first() -> None:
    history = [
        buys("2017-01-01", 10),
        buys("2017-01-02", 20),
        {**spends("2017-06-01", 30), "id": "r"},
        step("2018-02-01", "cancel"),
        LATER,
    ]
    assert told(kept(YEAR), *history)[4:] == [
        ("expired", at("2018-03-03"), 1, 10),
        ("expired", at("2018-03-03"), 2, 20),
    ]


@pytest.mark.parametrize(("moved", "gone"), [("2018-05-31", "2018-06-01"), ("2018-06-01", "2018-07-01")])
def test_the_points_of_an_idle_account_come_back_as_long_as_they_would_have_been_there(moved: str, gone: str) -> None:
    # nothing was left to expire on 1 June 2018, a year after the redemption; what comes back then has its grace
    body = kept("expiry: {idle: 12 months, activities: [redeem]}")
    history = [
        buys("2017-01-01", 6),
        {**spends("2017-06-01", 6), "id": "r"},
        step(moved, "cancel"),
        LATER,
    ]
    assert told(body, *history)[1:] == [("restored", at(moved), 1, 6), ("expired", at(gone), 1, 6)]
