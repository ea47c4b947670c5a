"""Any history of a shop (T1): after each step the books say what a batch over the recorded events says, and every invariant holds.

A purchase of 300 at noon, a coffee for 50 reserved an hour later, and two days on: 300 are available, since the reservation lapsed
after a day, whether a worker was there or not. A late purchase of 600 from the week before lifts the 300 to gold: they count twice.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from guerdon.core.history import take_stock
from guerdon.core.ledger.books import TRANSFERRED_BOOK
from guerdon.definition.check import check_text
from guerdon.services.answers import Recorded, Refusal
from guerdon.services.audit import By
from guerdon.services.facts import reread
from guerdon.services.programmes.publish import publish
from guerdon.services.transfers.transfer import TransferPoints, transfer_points
from guerdon.services.transfers.transferred import Transferred
from guerdon.store import accounts, events, open_database
from tests.databases.fixtures import Prepared
from tests.proof.sizes import sized
from tests.services.shop import GIFTS, PROGRAMME, TESTS, Shop

HISTORIES = sized(push=10, release=800)
"""How many histories are lived through on SQLite."""

HISTORIES_ON_POSTGRESQL = sized(push=1, release=80)
"""How many on PostgreSQL, where each has a database of its own."""

STEPS = sized(push=25, release=50)
"""How many steps a history has."""

MEMBERS = ("ana", "ben")
FREE_STOCK = PROGRAMME.replace(", stock: 2", "") + GIFTS
REVISIONS = (
    FREE_STOCK,
    FREE_STOCK.replace("after: 12 months", "after: 6 months"),
    FREE_STOCK.replace("floor(eligible)", "floor(eligible / 2)"),
    FREE_STOCK.replace("price: 50", "price: 40"),
)
DAYS = {
    "a purchase": st.integers(0, 60),
    "a tick": st.sampled_from([0, 0, 1, 3, 30, 200]),
    "a look back": st.integers(1, 300),
}


class Histories(RuleBasedStateMachine):
    """A shop and everything that can happen to it; the clock never goes back."""

    url: Callable[[], str]

    def __init__(self) -> None:
        super().__init__()
        database = open_database(type(self).url())
        database.migrate()
        self.shop = Shop(database, FREE_STOCK)
        self.recorded: list[dict[str, Any]] = []
        self.sold: list[dict[str, Any]] = []
        self.redeemed: list[tuple[str, str]] = []
        self.count = 0

    # What happens.

    @initialize(amount=st.integers(100, 700))
    def begins(self, amount: int) -> None:
        for member in MEMBERS:
            self._record(member=member, at=self._ago(1), amount=amount)

    @rule(member=st.sampled_from(MEMBERS), days=DAYS["a purchase"], amount=st.integers(0, 700))
    def buys(self, member: str, days: int, amount: int) -> None:
        self._record(member=member, at=self._ago(days), amount=amount)
        self.sold.append(self.recorded[-1])

    @precondition(lambda self: self.sold)
    @rule(data=st.data(), part=st.integers(1, 700))
    def gives_back(self, data: st.DataObject, part: int) -> None:
        of = data.draw(st.sampled_from(self.sold))
        self._record(
            type="refund", member=of["member"], at=self._ago(0), refund_of=of["id"], amount=min(part, of["amount"])
        )

    @rule(member=st.sampled_from(MEMBERS), points=st.integers(1, 300), days=st.integers(0, 3))
    def spent_elsewhere(self, member: str, points: int, days: int) -> None:
        self._record(type="redemption", member=member, at=self._ago(days), points=points)

    @rule(member=st.sampled_from(MEMBERS), reward=st.sampled_from(["coffee", "mug"]), reserve=st.booleans())
    def redeems(self, member: str, reward: str, *, reserve: bool) -> None:
        self.count += 1
        before = self.shop.points(member)
        found = self.shop.redeem(id=f"r{self.count}", member=member, reward=reward, reserve=reserve)
        if isinstance(found, Recorded):
            self.redeemed.append((f"r{self.count}", member))
        else:
            assert found.code == "not_enough_points"
            assert self.shop.points(member) == before

    @precondition(lambda self: self.redeemed)
    @rule(data=st.data(), step=st.sampled_from(["confirm", "cancel"]))
    def steps(self, data: st.DataObject, step: str) -> None:
        redemption, member = data.draw(st.sampled_from(self.redeemed))
        self.count += 1
        self.shop.step(id=f"s{self.count}", member=member, redemption=redemption, step=step)

    @rule(sender=st.sampled_from(MEMBERS), points=st.integers(1, 300), transfer=st.sampled_from(["pass", "renew"]))
    def passes_on(self, sender: str, points: int, transfer: str) -> None:
        self.count += 1
        receiver = next(one for one in MEMBERS if one != sender)
        before = [self.shop.points(member) for member in (sender, receiver)]
        asked = TransferPoints(
            id=f"t{self.count}",
            sender=sender,
            receiver=receiver,
            transfer=transfer,
            points=points,
            message="",
            by=TESTS,
        )
        with self.shop.database.work() as work:
            found = transfer_points(asked, work, self.shop.publishing.current(work), at=self.shop.at())
        if not isinstance(found, Transferred):
            assert found.code in ("not_enough_points", "transfer_limit_reached")
            assert [self.shop.points(member) for member in (sender, receiver)] == before

    @rule(days=DAYS["a tick"], posts=st.booleans())
    def time_goes_on(self, days: int, *, posts: bool) -> None:
        self.shop.now = (datetime.fromisoformat(self.shop.now) + timedelta(days=days, minutes=7)).isoformat()
        if posts:
            self.shop.post_due()
            self.shop.seal()

    @rule(text=st.sampled_from(REVISIONS))
    def publishes(self, text: str) -> None:
        checked = check_text(text, examples=False)
        with self.shop.database.work() as work:
            publish(work, "shop", checked.files, checked.later, by=By(actor="tests"), at=self.shop.at())

    @rule(data=st.data())
    def told_again(self, data: st.DataObject) -> None:
        record = data.draw(st.sampled_from(self.recorded))
        before = [self.shop.points(member) for member in MEMBERS]
        again, other = self.shop.record(record, {**record, "member": "zoe"})
        assert isinstance(again, Recorded)
        assert again.repeated
        assert isinstance(other, Refusal)
        assert other.code == "event_conflict"
        assert [self.shop.points(member) for member in MEMBERS] == before

    @rule(days=DAYS["a look back"])
    def looks_back(self, days: int) -> None:
        self._assert_stands(self._ago(days))

    # What is true after each.

    @invariant()
    def it_stands_as_in_a_batch(self) -> None:
        # What was decided at this moment stands a little after what was recorded at it.
        self._assert_stands((datetime.fromisoformat(self.shop.now) + timedelta(seconds=1)).isoformat())

    @invariant()
    def postings_sum_to_zero(self) -> None:
        query = "select sum(points) from postings group by programme, account, journal, unit having sum(points) <> 0"
        with self.shop.database.view() as view:
            assert view.connection.exec_driver_sql(query).fetchall() == []

    @invariant()
    def what_one_sent_another_received(self) -> None:
        query = (
            f"select sum(points) from postings where book = {TRANSFERRED_BOOK} group by unit having sum(points) <> 0"
        )
        with self.shop.database.view() as view:
            assert view.connection.exec_driver_sql(query).fetchall() == []

    def teardown(self) -> None:
        while self.shop.seal():
            pass
        self.shop.now = (datetime.fromisoformat(self.shop.now) + timedelta(seconds=1)).isoformat()
        found = self.shop.verify()
        self.shop.database.close()
        assert found.findings == ()
        assert found.seals == found.journals

    def _assert_stands(self, when: str) -> None:
        at = self.shop.at(when)
        with self.shop.database.view() as view:
            programme = self.shop.publishing.current(view).programme
            known = accounts.read(view, 1, MEMBERS)
            rows = [row for member in MEMBERS for row in events.of_account(view, 1, member)]
        facts = [event for event in [reread(programme.terms, row) for row in rows] if event.at <= at]
        expected = {stock.account: stock.left for stock in take_stock(programme, facts, at)}
        for member in known:
            told = self.shop.stand(member, when).balances[0]
            left = expected.get(member)
            parts = (0, 0, 0, 0) if left is None else (left.available, left.pending, left.held, left.debt)
            assert (told.available, told.pending, told.held, told.debt) == parts, (member, when)
            assert min(parts) >= 0
            assert told.total == parts[0] + parts[1] + parts[2] - parts[3]

    def _record(self, **said: object) -> None:
        self.count += 1
        record = {"id": f"e{self.count}", **said}
        found = self.shop.record(record)[0]
        if isinstance(found, Recorded):
            self.recorded.append(record)
        else:
            assert found.code == "refund_refused"

    def _ago(self, days: int) -> str:
        return (datetime.fromisoformat(self.shop.now) - timedelta(days=days, seconds=1)).isoformat()


def lived(url: Callable[[], str], histories: int) -> None:
    """Live through histories, each in a database of its own."""
    machine = type("Lived", (Histories,), {"url": staticmethod(url)})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=histories,
            stateful_step_count=STEPS,
            deadline=None,
            phases=[Phase.explicit, Phase.reuse, Phase.generate],
            suppress_health_check=list(HealthCheck),
        ),
    )


@pytest.mark.slow
def test_the_books_of_any_history_are_those_of_a_batch() -> None:
    lived(lambda: ":memory:", HISTORIES)


@pytest.mark.slow
def test_so_they_are_on_postgresql(prepared: Prepared) -> None:
    lived(lambda: prepared.postgresql().url, HISTORIES_ON_POSTGRESQL)
