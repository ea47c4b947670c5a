"""A batch over programmes with rewards, sweeps and expiry by level: what they take makes room under a cap."""

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
  points:
    cap: 150
    expiry:
      by: level
      activities: [redeem]
      policies: {green: {after: 20 days, extended_by: 10 days, extended_each: week}, gold: {after: 3 months}}
metrics: {spend: {sum: eligible, within: month}}
ladders:
  - {id: status, by: metrics.spend, keep: {until: period_end}, levels: [{id: green, from: 0}, {id: gold, from: 100}]}
rules: [{id: base, give: floor(eligible)}]
rewards:
  - {id: coffee, price: "case level when 'gold' then 8 else 10 end", stock: 3, limits: [{times: 2, every: month}]}
  - {id: dinner, price: any, min: 20, step: 10, when: level = 'gold', money: 5}
  - {id: ten, price: 60, sweep: {on: [02-10, 03-10, 04-10], most: 1}}
redemptions: {hold_for: 10 days, restore: original_date}
"""


@st.composite
def histories(draw: st.DrawFn) -> list[Made]:
    """Return events of one account, an hour apart or more."""
    made: list[Made] = []
    for record in moments(draw):
        record |= {"reward": None, "points": None, "step": None, "reservation": None, "paid": None, "type": "purchase"}
        what = draw(st.sampled_from(("buy", "buy", "both", "reserve", "confirm", "cancel")))
        if what == "buy":
            record["amount"] = draw(st.sampled_from((0, 10, 90, 100)))
        else:
            record |= {"type": "redemption", "step": what}
            record["reward"] = draw(st.sampled_from((None, "coffee", "dinner", "tea")))
            record["points"] = draw(st.sampled_from((None, 5, 20)))
            record["paid"] = draw(st.sampled_from((None, "5.00")))
        if what in ("confirm", "cancel"):
            record["reservation"] = f"e{draw(st.integers(0, len(made))):02d}"
        made.append(record)
    return made


@few
@given(history=histories(), other=histories())
def test_a_fold_over_files_earns_what_values_earn(
    history: list[Made], other: list[Made], tmp_path_factory: pytest.TempPathFactory
) -> None:
    assert_files_earn_what_values_earn(PROGRAMME, history, other, tmp_path_factory.mktemp("history"))
