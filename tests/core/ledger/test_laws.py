"""Laws of the ledger, over random programmes and histories: its books are right, and say what accounts have."""

import os
from collections import Counter
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from guerdon.core.history import Kept, keep_ledger, take_stock
from guerdon.core.ledger.books import BOOKS, OWN_BOOKS
from guerdon.core.ledger.rows import POSTINGS, Rows
from tests.core.generated import compiled, events_of
from tests.core.ledger.histories import Made, kept, lives

EXAMPLES = 5_000 if os.environ.get("GUERDON_PROOF") == "1" else 100 if os.environ.get("GUERDON_INSTALLED") else 20
# A shrink would compile hundreds of programmes; the failing seed is printed and can be shrunk by hand.
PHASES = (Phase.explicit, Phase.reuse, Phase.generate)
law = settings(max_examples=EXAMPLES, deadline=None, phases=PHASES, suppress_health_check=[HealthCheck.too_slow])

Row = dict[str, int]


def ledger_of(programme: Made, history: list[Made], at: int | None = None) -> Kept:
    made = compiled(programme)
    return keep_ledger(made, events_of(made, history), at)


def sums(rows: list[Row], *keys: str, of: str = "points") -> Counter[Any]:
    found: Counter[Any] = Counter()
    for row in rows:
        found[tuple([row[key] for key in keys])] += row[of]
    return found


def wide(row: Row, name: str) -> int:
    high = row[f"{name}_high"]
    return row[name] if high in (0, -1) else high << 62 | row[name]


@law
@given(kept(), lives())
def test_the_postings_of_a_journal_sum_to_zero_in_every_unit(programme: Made, history: list[Made]) -> None:
    ledger = ledger_of(programme, history).ledger
    postings = ledger.postings.rows()
    assert not any(sums(postings, "account", "journal", "unit").values())
    journals = {(row["account"], row["journal"]) for row in ledger.journals.rows()}
    assert {(row["account"], row["journal"]) for row in postings} == journals
    assert len(journals) == ledger.journals.count


@law
@given(kept(), lives())
def test_journals_are_numbered_without_gaps_in_the_order_of_time_and_each_has_one_cause(
    programme: Made, history: list[Made]
) -> None:
    kept_ledger = ledger_of(programme, history)
    rows = kept_ledger.ledger.journals.rows()
    for account in range(len(kept_ledger.accounts)):
        own = [row for row in rows if row["account"] == account]
        assert [row["journal"] for row in own] == list(range(1, len(own) + 1))
        assert [row["at"] for row in own] == sorted(row["at"] for row in own)
        causes = [(row["place"], row["at"]) for row in own]
        assert len(set(causes)) == len(causes)
        events = [kept_ledger.events[row["place"]] for row in own if row["place"] >= 0]
        assert {event.account for event in events} <= {kept_ledger.accounts[account]}


@law
@given(kept(), lives())
def test_every_balance_is_the_sum_of_its_postings(programme: Made, history: list[Made]) -> None:
    ledger = ledger_of(programme, history).ledger
    books = sums(ledger.postings.rows(), "account", "unit", "book")
    for row in ledger.standings.rows():
        parts = [books[row["account"], row["unit"], book] for book in range(OWN_BOOKS)]
        assert parts == [*[wide(row, name) for name in BOOKS[: OWN_BOOKS - 1]], -wide(row, "debt")]
        assert wide(row, "total") == sum(parts)
        assert min(parts[:3]) >= 0 >= parts[3]


@law
@given(kept(), lives())
def test_lots_add_up_and_hold_what_their_postings_say(programme: Made, history: list[Made]) -> None:
    ledger = ledger_of(programme, history).ledger
    lots = ledger.lots.rows()
    for lot in lots:
        assert lot["original"] == lot["remaining"] + lot["spent"] + lot["expired"] + lot["reversed"]
        assert min(lot[word] for word in ("remaining", "spent", "expired", "reversed", "held", "pending")) >= 0
    remaining = sums(lots, "account", "unit", of="remaining")
    for row in ledger.standings.rows():
        assert wide(row, "total") == remaining[row["account"], row["unit"]] - wide(row, "debt")
    named = ("account", "unit", "lot_journal", "rule", "lot")
    own = sums([row for row in ledger.postings.rows() if row["book"] < OWN_BOOKS - 1 and row["rule"] >= 0], *named)
    left = sums([{**lot, "lot_journal": lot["journal"]} for lot in lots], *named, of="remaining")
    assert {key: points for key, points in own.items() if points} == {
        key: points for key, points in left.items() if points
    }
    for book, word in (("breakage", "expired"), ("pending", "pending"), ("held", "held")):
        posted = sums([row for row in ledger.postings.rows() if row["book"] == BOOKS.index(book)], *named)
        said = sums([{**lot, "lot_journal": lot["journal"]} for lot in lots], *named, of=word)
        assert {key: points for key, points in posted.items() if points} == {
            key: points for key, points in said.items() if points
        }


@law
@given(kept(), lives())
def test_the_ledger_says_what_taking_stock_says(programme: Made, history: list[Made]) -> None:
    kept_ledger = ledger_of(programme, history)
    made = compiled(programme)
    found = {
        (kept_ledger.accounts[row["account"]], row["unit"]): [wide(row, name) for name in (*BOOKS[:OWN_BOOKS], "total")]
        for row in kept_ledger.ledger.standings.rows()
    }
    assert found == {
        (stock.account, stock.left.unit): [
            stock.left.pending, stock.left.available, stock.left.held, stock.left.debt, stock.left.total(),
        ]
        for stock in take_stock(made, events_of(made, history))
    }  # fmt: skip


def _named(rows: Rows, accounts: tuple[str, ...], *words: str) -> list[tuple[str | int, ...]]:
    return [(accounts[row["account"]], *[row[word] for word in words]) for row in rows.rows()]


@law
@given(kept(), lives(), st.data())
def test_nothing_that_is_posted_changes_later(programme: Made, history: list[Made], data: st.DataObject) -> None:
    made = compiled(programme)
    whole = ledger_of(programme, history)
    instants = sorted({event.at for event in events_of(made, history)})
    at = min(data.draw(st.sampled_from(instants)) + data.draw(st.sampled_from((-1, 0, 86_400_000_000))), instants[-1])
    early = ledger_of(programme, history, at)
    words: tuple[str, ...] = ("at", "journal")
    journals = [row for row in _named(whole.ledger.journals, whole.accounts, *words) if int(row[1]) <= at]
    assert journals == _named(early.ledger.journals, early.accounts, *words)
    known = {(account, journal) for account, _, journal in journals}
    words = ("journal", *POSTINGS[2:])
    posted = [row for row in _named(whole.ledger.postings, whole.accounts, *words) if row[:2] in known]
    assert posted == _named(early.ledger.postings, early.accounts, *words)
    words = ("at", "level", "until", "cause", "credit")
    moved = [row for row in _named(whole.ledger.moves, whole.accounts, *words) if int(row[1]) <= at]
    assert moved == _named(early.ledger.moves, early.accounts, *words)
