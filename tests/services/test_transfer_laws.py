"""Laws of passing points on: however many are asked for, in a row or at once.

What they keep:
* No limit is gone beyond, no account is overdrawn, and no point is lost or made.
* Over all accounts as many points end on each day as before.
"""

import os
from collections import Counter
from collections.abc import Iterator

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from guerdon.store import open_database
from tests.databases.fixtures import Engine
from tests.services.counter import UNLIMITED, Passing, state
from tests.services.importing import passing
from tests.services.racing import Asked, raced
from tests.services.shop import by
from tests.services.test_races import assert_books_are_right

ROUNDS = 40 if os.environ.get("GUERDON_PROOF") == "1" else 4
EXAMPLES = 500 if os.environ.get("GUERDON_PROOF") == "1" else 10
RING = ("ana", "ben", "cid", "dan")
AT = "2026-06-01T12:00:00+02:00"


@pytest.fixture
def busy(engine: Engine) -> Iterator[Passing]:
    """Return a counter whose database other processes open, too."""
    database = open_database(engine.url)
    yield Passing(database, UNLIMITED)
    database.close()


@settings(max_examples=EXAMPLES, deadline=None, phases=[Phase.explicit, Phase.reuse, Phase.generate])
@given(st.lists(st.tuples(st.sampled_from(RING), st.integers(1, 3), st.integers(1, 60)), min_size=1, max_size=8))
def test_however_points_are_passed_on_as_many_end_on_each_day_as_before(passes: list[tuple[str, int, int]]) -> None:
    with passing() as database:
        shop = Passing(database, UNLIMITED)
        for number, name in enumerate(RING):
            for month in (2, 3, 5):
                shop.one(id=f"b-{name}-{month}", member=name, at=f"2026-{month:02d}-{10 + number}", amount=7 + month)
        before = all_ends(shop)
        for number, (sender, step, points) in enumerate(passes):
            receiver = RING[(RING.index(sender) + step) % len(RING)]
            found = state(shop.transfer(points, id_=f"t{number}", sender=sender, receiver=receiver))
            assert found in ("done", "not_enough_points", "same_account")
            assert all_ends(shop) == before
        shop.is_right()


def all_ends(shop: Passing) -> Counter[str]:
    """Return how many points end on which day, over all accounts."""
    found: Counter[str] = Counter()
    for name in RING:
        for day, points in shop.ends(name):
            found[day] += int(str(points))
    return found


def test_however_many_are_asked_for_at_once_nobody_is_overdrawn(engine: Engine, busy: Passing) -> None:
    """Each round eight transfers go round a ring of four, each of whom can pay for one."""
    for name in RING:
        busy.one(id=f"b-{name}", member=name, at="2026-05-10", amount=10)
    rounds: list[list[Asked]] = [
        [
            ("transfer", _passes(f"t{number}-{place}-{step}", RING[place % 4], RING[(place + step) % 4], 10))
            for place, step in ((0, 1), (1, 1), (2, 1), (3, 1), (0, 3), (1, 3), (2, 3), (3, 3))
        ]
        for number in range(ROUNDS)
    ]
    for told in raced(engine.url, rounds, AT):
        assert set(told) <= {"done", "not_enough_points"}, told
    points = [busy.stand(name).balances[0] for name in RING]
    assert sum(int(str(one.total)) for one in points) == 40
    assert all(one.debt == 0 for one in points)
    assert_books_are_right(busy)
    assert busy.on_the_way() == 0


def test_limits_ids_and_decisions_hold_however_many_ask_at_once(engine: Engine, busy: Passing) -> None:
    busy.one(id="b1", member="ana", at="2026-05-10", amount=1000)
    busy.one(id="b2", member="ben", at="2026-05-10", amount=300)
    assert state(busy.transfer(250, by_="gift", id_="w", sender="ben", receiver="ana")) == "pending"
    limited: list[Asked] = [("transfer", _passes(f"t{number}", "ana", "ben", 70, "gift")) for number in range(8)]
    agree: list[Asked] = [("agree", {"id": "w", "approves": k % 4 != 3, "by": by(f"lead{k}")}) for k in range(8)]
    undo: list[Asked] = [("reverse", {"id": "t", "by": by(f"lead{k}")}) for k in range(8)]
    told = raced(engine.url, [limited, [("transfer", _passes("t", "ana", "ben", 100))] * 8, agree, undo], AT)
    assert [Counter(one) for one in told] == [
        {"done": 4, "transfer_limit_reached": 4},
        {"done": 1, "again": 7},
        {"done": 1, "transfer_decided": 7},
        {"done": 1, "transfer_decided": 7},
    ]
    assert busy.points("ana") in (720, 970)
    assert_books_are_right(busy)
    assert busy.on_the_way() == 0


def _passes(id_: str, sender: str, receiver: str, points: int, by_: str = "pass") -> dict[str, object]:
    return {
        "id": id_, "sender": sender, "receiver": receiver, "transfer": by_, "points": points, "message": "", "by": by("app"),
    }  # fmt: skip
