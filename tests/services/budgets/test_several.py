"""Several budgets on the same points: which of them cut an event is told, and told alike whenever the account is folded again."""

import json
import os
from collections.abc import Sequence

from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from guerdon.services.answers import Recorded
from guerdon.services.entries import ADJUSTED
from guerdon.store import Database, events, journals
from tests.services.importing import Row, passing
from tests.services.shop import HEAD, Shop

EXAMPLES = 1_000 if os.environ.get("GUERDON_PROOF") == "1" else 10
MEMBERS = ("ana", "ben", "cleo", "dora")

PROGRAMME = (
    HEAD
    + """
units: {points: {decimals: 1, expiry: {after: 12 months}}}
metrics: {spend: {sum: eligible, within: year}}
ladders:
  - {id: tier, by: spend, levels: [{id: blue, from: 0}, {id: gold, from: 150}]}
rules:
  - id: base
    give: eligible
    limits:
      - {per: programme, points: 300, every: year}
      - {per: member, points: 200, every: month}
      - {per: programme, points: 170, every: month}
  - {id: gift, give: 7, when: amount >= 50, limits: [{per: programme, times: 3, every: year}, {per: programme, points: 14, every: month}]}
campaigns:
  - id: more
    from: 2026-01-01
    until: 2026-03-31
    multipliers: [{id: double, of: base, by: case level when 'gold' then 3 else 2 end}]
    limits: [{per: campaign, points: 60, every: month}]
"""
)


def granted(shop: Shop) -> dict[str, dict[str, str]]:
    """Return what was written on each event that budgets granted it."""
    with shop.database.view() as view:
        rows = [row for found in events.of_accounts(view, 1, MEMBERS).values() for row in found]
    return {row.id: json.loads(row.granted or "{}") for row in rows}


def bought(number: int, member: str, at: str, amount: str) -> Row:
    return {"id": f"p{number}", "member": member, "at": at, "amount": amount}


def recorded(database: Database, rows: Sequence[Row]) -> Shop:
    """Return a shop in which rows were recorded one by one."""
    shop = Shop(database, PROGRAMME)
    for row in rows:
        shop.one(**row)
    return shop


FIRST = [bought(1, "ana", "2026-01-05", "40"), bought(2, "ben", "2026-01-06", "60")]


def test_the_budget_that_ran_out_is_told_and_not_another_that_gave_as_much(database: Database) -> None:
    """The campaign's month has 20 left for Ben's second 60: he was cut by that, though both budgets of base gave him the same 80."""
    shop = recorded(database, FIRST)
    assert granted(shop) == {
        "p1": {"base#1": "80.0+", "base#2": "80.0+", "more": "40.0+"},
        "p2": {"base#1": "80.0+", "base#2": "80.0+", "gift#1": "1+", "gift#2": "7.0+", "more": "20.0"},
    }
    assert not shop.verify().findings


def test_what_granted_nothing_is_told_where_it_cut_and_not_told_where_it_did_not(database: Database) -> None:
    """Of base's month 10 are left for Cleo and nothing for Dora; gifts have had their 14 points by then, though not their 3 times."""
    later = [bought(3, "cleo", "2026-01-07", "70"), bought(4, "dora", "2026-01-08", "55")]
    shop = recorded(database, [*FIRST, *later])
    assert {name: granted(shop)[name] for name in ("p3", "p4")} == {
        "p3": {"base#1": "10.0+", "base#2": "10.0", "gift#1": "1+", "gift#2": "7.0+"},
        "p4": {"base#2": "0.0", "gift#2": "0.0"},
    }
    assert not shop.verify().findings


def test_a_late_event_changes_nothing_of_what_budgets_cut(database: Database) -> None:
    shop = recorded(database, FIRST)
    late = shop.one(**bought(3, "ben", "2026-01-01", "10"))
    with shop.database.view() as view:
        kinds = [one.kind for one in journals.of_account(view, 1, "ben")]
    assert late.points == {"points": "10.0"}
    assert ADJUSTED not in kinds
    assert not shop.verify().findings


@st.composite
def histories(draw: st.DrawFn) -> list[Row]:
    """Return purchases of four members and refunds of some, in any order of arrival, many at one instant."""
    rows: list[Row] = []
    for number in range(draw(st.integers(1, 12))):
        member, at = draw(st.sampled_from(MEMBERS)), f"2026-0{draw(st.integers(1, 4))}-1{draw(st.integers(0, 3))}"
        rows.append(bought(number, member, at, draw(st.sampled_from(["10", "12.30", "50", "75", "160"]))))
        if draw(st.integers(0, 3)) == 0:
            day, amount = f"2026-05-{draw(st.integers(10, 28))}", draw(st.sampled_from([rows[-1]["amount"], "5"]))
            back = {"type": "refund", "member": member, "at": day, "refund_of": f"p{number}", "amount": amount}
            rows.append({"id": f"r{number}", **back})
    return draw(st.permutations(rows))


@settings(max_examples=EXAMPLES, deadline=None, phases=[Phase.explicit, Phase.reuse, Phase.generate])
@given(histories())
def test_the_books_say_what_folding_them_again_says_in_any_order_of_arrival(rows: list[Row]) -> None:
    with passing() as database:
        shop = Shop(database, PROGRAMME)
        for row in rows:
            assert isinstance(shop.record(row)[0], Recorded)
        shop.post_due()
        assert not shop.verify().findings
