"""Adjustments over files earn what they earn as values: the same points, levels and limits."""

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
  points: {cap: 150, expiry: {after: 40 days}}
  stars: {decimals: 1, expiry: {idle: 20 days}}
metrics: {got: {earned: points, within: year}}
ladders: [{id: status, by: got, levels: [{id: green, from: 0}, {id: gold, from: 60}]}]
rules:
  - {id: base, unit: points, give: "case level when 'gold' then 2 * floor(eligible) else floor(eligible) end"}
  - {id: star, unit: stars, give: 1}
limits: [{id: most, unit: points, points: 40, every: month}]
adjustments:
  - {id: goodwill, unit: points, funded_by: {shop: 1, brand: 2}}
  - {id: missing, unit: points, qualifies: true}
  - {id: shine, unit: stars}
"""


@st.composite
def histories(draw: st.DrawFn) -> list[Made]:
    """Return purchases, adjustments and redemptions of one account, an hour apart or more."""
    made: list[Made] = []
    for record in moments(draw):
        record |= {"points": None, "reason": None}
        what = draw(st.sampled_from(("purchase", "adjustment", "adjustment", "redemption")))
        record["type"] = what
        if what == "purchase":
            record["amount"] = draw(st.sampled_from((0, 10, 50)))
        elif what == "redemption":
            record["points"] = draw(st.sampled_from((5, 20)))
        else:
            record["reason"] = draw(st.sampled_from(("goodwill", "missing", "shine", "whim")))
            record["points"] = draw(st.sampled_from((-30, -1, 0, 7, 60, "0.5", "-2.5")))
        made.append(record)
    return made


@few
@given(history=histories(), other=histories())
def test_a_fold_over_files_earns_what_values_earn(
    history: list[Made], other: list[Made], tmp_path_factory: pytest.TempPathFactory
) -> None:
    assert_files_earn_what_values_earn(PROGRAMME, history, other, tmp_path_factory.mktemp("history"))
