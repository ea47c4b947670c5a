"""Laws of the books: in whatever order events arrive, they say what a batch over the same events says."""

import os
from collections import Counter
from collections.abc import Sequence
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from guerdon.core.events import read_event
from guerdon.core.history import take_stock
from guerdon.services.answers import Recorded
from guerdon.services.entries import said_of
from guerdon.services.facts import history_of
from guerdon.store import accounts, events, journals, open_database
from tests.services.shop import GIFTS, PROGRAMME, REASONS, Shop

Made = dict[str, Any]

EXAMPLES = 2_000 if os.environ.get("GUERDON_PROOF") == "1" else 60 if os.environ.get("GUERDON_INSTALLED") else 25
# A failing history is small as it is; making it smaller would open hundreds of databases.
PHASES = [Phase.explicit, Phase.reuse, Phase.generate]
law = settings(
    max_examples=EXAMPLES, deadline=None, phases=PHASES, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
FREE_STOCK = PROGRAMME.replace(", stock: 2", "") + REASONS + GIFTS
ZONE = "+02:00"


@st.composite
def histories(draw: st.DrawFn) -> list[Made]:
    """Return purchases and refunds of two members, and the points that they spend, send and receive, in an order of arrival."""
    made: list[Made] = []
    sold: list[tuple[str, str, int]] = []
    for number in range(draw(st.integers(1, 9))):
        day = draw(st.integers(1, 28))
        record: Made = {"id": f"e{number}", "member": draw(st.sampled_from(["ana", "ben"]))}
        record["at"] = f"2025-{draw(st.integers(1, 12)):02}-{day:02}T1{draw(st.integers(0, 9))}:00:00{ZONE}"
        kind = draw(st.sampled_from(["buy", "buy", "spend", "refund", "adjust", "send", "receive"]))
        if kind == "refund" and sold:
            of, record["member"], amount = sold.pop(draw(st.integers(0, len(sold) - 1)))
            record |= {"type": "refund", "refund_of": of, "amount": draw(st.integers(1, amount))}
        elif kind == "adjust":
            reason = draw(st.sampled_from(["correction", "whim"]))
            record |= {"type": "adjustment", "points": draw(st.integers(-300, 300)), "reason": reason}
        elif kind in ("send", "receive"):
            record |= _transfer(draw, kind)
        elif kind == "spend":
            record |= {"type": "redemption", "points": draw(st.integers(1, 300))}
        else:
            record["amount"] = draw(st.integers(1, 700))
            sold.append((record["id"], record["member"], record["amount"]))
        made.append(record)
    return draw(st.permutations(made))


def _transfer(draw: st.DrawFn, kind: str) -> Made:
    transfer = draw(st.sampled_from(["pass", "whim"]))
    if kind == "send":
        return {"type": "points_sent", "points": draw(st.integers(1, 300)), "transfer": transfer, "receiver": "zoe"}
    lines = [
        {
            "amount": 0,
            "points": draw(st.integers(1, 300)),
            "earned": earned,
            "ends": earned + 31_536_000,
            "payer": "programme",
        }
        for earned in draw(st.lists(st.integers(1_700_000_000, 1_760_000_000), max_size=3))
    ]
    return {"type": "points_received", "transfer": transfer, "sender": "zoe", "lines": lines}


def books(shop: Shop, account: str) -> Counter[tuple[Any, ...]]:
    """Return what the books say of an account, less what was taken off."""
    found: Counter[tuple[Any, ...]] = Counter()
    with shop.database.view() as view:
        for entry in journals.entries_after(view, 1, account):
            found[tuple(entry[4:])] += entry.sign
    return +found


def folded(shop: Shop, account: str) -> Counter[tuple[Any, ...]]:
    """Return what folding all events of an account anew says, up to the last thing that fell due."""
    with shop.database.view() as view:
        published = shop.publishing.current(view)
        history, _, _ = history_of(published.programme.terms, events.of_account(view, 1, account))
        rows = published.teller.refold(history)
        due = max([entry.at for entry in journals.entries_after(view, 1, account)], default=0)
        rows += published.teller.fall_due(due)
        return Counter(said_of(published, rows))


@law
@given(histories(), st.data())
def test_books_are_what_a_fold_of_every_event_says(history: list[Made], data: st.DataObject) -> None:
    database = open_database("sqlite:///:memory:")
    database.migrate()
    try:
        shop = Shop(database, FREE_STOCK)
        posted: list[Made] = []
        for record in history:
            outcome = shop.record(record)[0]
            if isinstance(outcome, Recorded):
                posted.append(record)
            if data.draw(st.booleans()):
                again = shop.record(record)[0]
                assert not isinstance(outcome, Recorded) or (
                    isinstance(again, Recorded) and again.points == outcome.points
                )
        for member in ("ana", "ben"):
            assert books(shop, member) == folded(shop, member)
        assert_stands_as_in_a_batch(shop, posted)
    finally:
        database.close()


def assert_stands_as_in_a_batch(shop: Shop, posted: Sequence[Made]) -> None:
    with shop.database.view() as view:
        programme = shop.publishing.current(view).programme
        known = accounts.read(view, 1, ["ana", "ben"])
    facts = [read_event(programme.terms, record, default_id="") for record in posted]
    at = shop.at("2027-06-01T00:00:00+02:00")
    for stock in take_stock(programme, facts, at):
        if stock.account in known:
            found = shop.stand(stock.account, "2027-06-01T00:00:00+02:00").balances[0]
            left = stock.left
            assert (found.available, found.pending, found.held, found.debt) == (
                left.available, left.pending, left.held, left.debt,
            )  # fmt: skip
