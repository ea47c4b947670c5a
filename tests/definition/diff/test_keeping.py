"""What becomes of points that members have: how it changes, in both directions."""

import pytest

from tests.definition.diff.versions import SPEND, changes, version
from tests.definition.programmes import HEAD


def unit(terms: str, rest: str = "") -> list[str]:
    return [terms, rest]


def offered(terms: str) -> list[str]:
    return unit("", f"rewards: [{{id: mug, {terms}}}]\n")


def restored(how: str) -> list[str]:
    return unit("", f"redemptions: {{restore: {how}}}\n")


LADDER = "metrics: {spend: {sum: amount, within: year}}\nladders: [{id: tier, by: metrics.spend, levels: [{id: member, from: 0}, {id: gold, from: 9}]}]\n"


def by_level(gold: str) -> list[str]:
    return unit(f"expiry: {{by: level, policies: {{member: {{after: 1 month}}, gold: {gold}}}}}", LADDER)


@pytest.mark.parametrize(
    ("old", "new", "forth", "back"),
    [
        (unit("expiry: {after: 12 months}"), unit("expiry: {after: 24 months}"), "better: unit points: points expire after 24 months, was 12 months", "worse: unit points: points expire after 12 months, was 24 months"),
        (unit("expiry: {after: 12 months}"), unit(""), "better: unit points: points expire after no time, was 12 months", "worse: unit points: points expire after 12 months, was no time"),
        (unit("expiry: {after: 30 days}"), unit("expiry: {after: 1 month}"), "different: unit points: points expire after 1 month, was 30 days", "different: unit points: points expire after 30 days, was 1 month"),
        (unit("expiry: {after: 30 days}"), unit("expiry: {after: 2 months}"), "better: unit points: points expire after 2 months, was 30 days", "worse: unit points: points expire after 30 days, was 2 months"),
        (unit("expiry: {after: 1 year}"), unit("expiry: {after: 12 months}"), "keeping: unit points: points expire after 12 months, was 1 year", "keeping: unit points: points expire after 1 year, was 12 months"),
        (unit("expiry: {after: 1 year}"), unit("expiry: {after: 1 year, to: month_end}"), "better: unit points: points stay to month_end, was at once", "worse: unit points: points stay to at once, was month_end"),
        (unit("expiry: {on: 12-31}"), unit("expiry: {on: 06-30}"), "different: unit points: points expire each year on 06-30, was 12-31", "different: unit points: points expire each year on 12-31, was 06-30"),
        (unit("expiry: {on: 12-31}"), unit(""), "better: unit points: points expire each year on no day, was 12-31", "worse: unit points: points expire each year on 12-31, was no day"),
        (unit("expiry: {idle: 6 months}"), unit("expiry: {idle: 9 months}"), "better: unit points: points expire after an idle time of 9 months, was 6 months", "worse: unit points: points expire after an idle time of 6 months, was 9 months"),
        (unit("pending: {for: 14 days}"), unit("pending: {for: 36 hours}"), "better: unit points: points wait 36 hours, was 14 days", "worse: unit points: points wait 14 days, was 36 hours"),
        (unit("pending: {for: 14 days}"), unit(""), "better: unit points: points wait no time, was 14 days", "worse: unit points: points wait 14 days, was no time"),
        (unit("cap: 500"), unit("cap: 900"), "better: unit points: an account holds at most 900, was 500", "worse: unit points: an account holds at most 500, was 900"),
        (unit("cap: 500"), unit(""), "better: unit points: an account holds at most any number, was 500", "worse: unit points: an account holds at most 500, was any number"),
        (unit("cap: 500"), unit("cap: 500, over_cap: pending"), "better: unit points: beyond the cap points are pending, was lost", "worse: unit points: beyond the cap points are lost, was pending"),
        (unit("debt: {after: 24 months}"), unit("debt: {after: 1 year}"), "better: unit points: what is owed is written off after 1 year, was 24 months", "worse: unit points: what is owed is written off after 24 months, was 1 year"),
        (unit("debt: {after: 24 months}"), unit(""), "worse: unit points: what is owed is written off after any time, was 24 months", "better: unit points: what is owed is written off after 24 months, was any time"),
        (unit("value: 0.01"), unit("value: 0.02"), "keeping: unit points: value 0.02, was 0.01", "keeping: unit points: value 0.01, was 0.02"),
        (offered("price: 500"), offered("price: 400"), "better: mug: price 400, was 500", "worse: mug: price 500, was 400"),
        (offered("price: 500"), offered("price: any"), "different: mug: price any, was 500", "different: mug: price 500, was any"),
        (offered("price: any, min: 50"), offered("price: any, min: 20"), "better: mug: at least 20, was 50", "worse: mug: at least 50, was 20"),
        (offered("price: any, min: 50"), offered("price: any"), "better: mug: at least any number, was 50", "worse: mug: at least 50, was any number"),
        (unit(""), offered("price: 500"), "better: mug: new reward, for 500", "worse: mug: the reward is gone; its price was 500"),
        (unit("", "rewards: [{id: mug, price: 5}]\nredemptions: {hold_for: 2 days}\n"), unit("", "rewards: [{id: mug, price: 5}]\nredemptions: {hold_for: 3 days}\n"), "better: redemptions: a reservation lasts 3 days, was 2 days", "worse: redemptions: a reservation lasts 2 days, was 3 days"),
        (unit("", "rewards: [{id: mug, price: 5}]\n"), unit("", "rewards: [{id: mug, price: 5}]\nredemptions: {hold_grace: 3 days}\n"), "better: redemptions: points that come back after their date stay 3 days, was no time", "worse: redemptions: points that come back after their date stay no time, was 3 days"),
        (unit("expiry: {after: 6 months}"), unit("expiry: {after: 6 months, extended_by: 1 month}"), "better: unit points: activity keeps points longer by 1 month, was no time", "worse: unit points: activity keeps points longer by no time, was 1 month"),
        (unit("expiry: {after: 6 months, extended_by: 1 day}"), unit("expiry: {after: 6 months, extended_by: 1 day, extended_each: day}"), "better: unit points: at most once a day, was month", "worse: unit points: at most once a month, was day"),
        (by_level("{after: 6 months}"), by_level("never"), "better: unit points, gold: points expire after no time, was 6 months", "worse: unit points, gold: points expire after 6 months, was no time"),
        (offered("price: 5"), offered("price: 5, money: 2.5"), "worse: mug: money 2.5, was 0", "better: mug: money 0, was 2.5"),
        (offered("price: 5, stock: 100"), offered("price: 5, stock: 200"), "better: mug: how many there are: 200, was 100", "worse: mug: how many there are: 100, was 200"),
        (offered("price: 5, valid_for: 1 year"), offered("price: 5"), "better: mug: it can be used for ever, was 1 year", "worse: mug: it can be used for 1 year, was ever"),
        (offered("price: 5"), offered("price: 5, limits: [{times: 1, every: year}]"), "worse: mug: new limit: once per member and year", "better: mug: no longer limited to once per member and year"),
        (offered("price: 5, until: 2030-01-01"), offered("price: 5"), "better: mug: ends never, was 2030-01-01", "worse: mug: ends 2030-01-01, was never"),
        (restored("original_date"), restored("2 weeks"), "better: redemptions: spent points that come back after their date: 2 weeks, was original_date", "worse: redemptions: spent points that come back after their date: original_date, was 2 weeks"),
        (restored("new_lot"), restored("2 weeks"), "different: redemptions: spent points that come back after their date: 2 weeks, was new_lot", "different: redemptions: spent points that come back after their date: new_lot, was 2 weeks"),
    ],
)  # fmt: skip
def test_what_becomes_of_points_is_told_both_ways(old: list[str], new: list[str], forth: str, back: str) -> None:
    before, after = (
        version(f"{rest}rules: [{SPEND}]\n", head=HEAD.replace("{points: {}}", f"{{points: {{{terms}}}}}"))
        for terms, rest in (old, new)
    )
    assert changes(before, after) == [forth]
    assert changes(after, before) == [back]
