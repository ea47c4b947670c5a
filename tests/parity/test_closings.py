"""Accounts that are closed, kept and opened again over files are what they are as values."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.parity.two_accounts import Made, assert_files_earn_what_values_earn, few, moments

PROGRAMME = """
format: 1
programme: p
zone: Europe/Paris
currency: EUR
units:
  points: {expiry: {after: 3 months}}
  stars: {pending: {for: 10 days}}
metrics: {got: {earned: points, within: year}}
ladders: [{id: status, by: got, levels: [{id: green, from: 0}, {id: gold, from: 60}]}]
rules:
  - {id: base, unit: points, give: "case level when 'gold' then 2 * floor(eligible) else floor(eligible) end"}
  - {id: star, unit: stars, give: 1}
redemptions: {hold_for: 20 days}
rewards: [{id: mug, unit: points, price: 20, stock: 2}]
enrolment: {closing: {notice: 30 days, restore: 60 days}}
"""


@st.composite
def histories(draw: st.DrawFn) -> list[Made]:
    """Return what an account does, and how it is closed and opened in between, an hour apart or more."""
    made: list[Made] = []
    for record in moments(draw):
        what = draw(
            st.sampled_from(("purchase", "purchase", "redemption", "reserve", "close", "close", "stay", "rejoin"))
        )
        record |= {"type": what, "points": None, "reward": None, "step": None, "closing": None, "notice_days": None}
        if what == "purchase":
            record["amount"] = draw(st.sampled_from((0, 10, 50)))
        elif what in ("redemption", "reserve"):
            record |= {"type": "redemption", "reward": "mug", "step": "reserve" if what == "reserve" else None}
        else:
            record |= {"type": "closing", "closing": what}
            record["notice_days"] = draw(st.sampled_from((None, 0, 30))) if what == "close" else None
        made.append(record)
    return made


@few
@given(history=histories(), other=histories())
def test_a_fold_over_files_closes_what_values_close(
    history: list[Made], other: list[Made], tmp_path_factory: pytest.TempPathFactory
) -> None:
    assert_files_earn_what_values_earn(PROGRAMME, history, other, tmp_path_factory.mktemp("history"))
