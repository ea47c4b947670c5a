"""Which version stands at the rows of a ledger: that in force at a journal's instant, and that which made a lot."""

from guerdon.core.history import keep_ledger
from tests.core.lots.journals import at, buys, spends
from tests.core.versions.timelines import happened, timeline

BODY = """
units: {{points: {{expiry: {{after: 1 month}}}}}}
rules: [{{id: base, give: floor(amount) * {}}}]
redemptions: {{restore: new_lot}}
"""


def test_journals_and_lots_say_by_which_version_they_are() -> None:
    made = timeline({"2017-01-01": BODY.format(1), "2017-07-01": BODY.format(2)})
    events = happened(
        made,
        buys("2017-06-10", 20),
        spends("2017-06-20", 5),
        buys("2017-07-01", 10),
        {"at": "2017-07-20", "type": "redemption", "step": "cancel", "reservation": "e02"},
    )
    ledger = keep_ledger(made, events).ledger
    assert [(row["at"], row["version"]) for row in ledger.journals.rows()] == [
        (at("2017-06-10"), 0),
        (at("2017-06-20"), 0),
        (at("2017-07-01"), 1),
        (at("2017-07-10"), 1),  # what is left of the first purchase ends
        (at("2017-07-20"), 1),
    ]
    # the five points come back after their date: a new lot of the present version, whatever rule they once came from
    lots = [(row["journal"], row["rule"], row["version"]) for row in ledger.lots.rows()]
    assert lots == [(1, 0, 0), (3, 1, 1), (5, 0, 1)]


def test_what_a_limit_refuses_altogether_is_in_no_journal() -> None:
    body = "rules: [{id: base, give: floor(amount), limits: [{points: 20, every: ever}]}]\nredemptions: {}\n"
    made = timeline({"2017-01-01": body})
    ledger = keep_ledger(made, happened(made, buys("2017-06-10", 20), buys("2017-06-11", 5))).ledger
    assert [row["points"] for row in ledger.postings.rows()] == [-20, 20]
    assert [row["at"] for row in ledger.journals.rows()] == [at("2017-06-10")]
