"""Where accounts and members stand, and what came about."""

from tests.api.serving import PURCHASE, Served


def test_a_standing_tells_what_there_is_until_when_and_which_level(served: Served) -> None:
    served.post("/events", PURCHASE)
    found = served.get("/accounts/ana").json()
    assert found["at"] == "2026-06-01T10:00:00Z"
    assert found["expiring"] == [{"unit": "points", "at": "2027-06-01T08:00:00Z", "points": 120}]
    assert found["levels"] == [{"ladder": "tier", "level": "blue", "since": None, "until": None}]


def test_a_standing_is_told_as_of_any_instant(served: Served) -> None:
    served.post("/events", PURCHASE)
    assert served.available(at="2026-05-31") == 0
    assert served.available(at="2027-06-01T09:59:59+02:00") == 120
    assert served.available(at="2027-06-01T10:00:00+02:00") == 0


def test_39_the_offset_of_an_instant_that_is_asked_about_is_never_dropped(served: Served) -> None:
    """formancehq/ledger#1398: an offset in a filter was dropped."""
    served.post("/events", PURCHASE)
    for before in ("2027-06-01T07:59:59Z", "2027-06-01T03:59:59-04:00", "2027-06-01T16:59:59+09:00"):
        assert served.available(at=before) == 120
    for after in ("2027-06-01T08:00:00Z", "2027-06-01T04:00:00-04:00", "2027-06-01T17:00:00+09:00"):
        assert served.available(at=after) == 0
    # a plus that was not written as %2B is a space, and no offset: it is refused, not left out
    assert served.get("/accounts/ana?at=2027-06-01T09:59:59+02:00").status_code == 400


def test_whoever_was_never_heard_of_is_not_found(served: Served) -> None:
    for path in ("/accounts/x", "/accounts/x/journals", "/members/x", "/members/x/statement", "/members/x/explanation"):
        answer = served.get(path)
        assert (answer.status_code, answer.json()["code"]) == (404, "account_unknown"), path


def test_parameters_that_are_wrong_or_unknown_are_told(served: Served) -> None:
    served.post("/events", PURCHASE)
    for path in (
        "/accounts/ana?at=soon", "/accounts/ana?when=now", "/accounts/ana/journals?limit=0", "/accounts/ana/journals?limit=201",
        "/accounts/ana/journals?limit=x", "/accounts/ana/journals?cursor=%21", "/accounts/ana/journals?cursor=YQ",
        "/accounts/ana/journals?at=2026-06-01",
    ):  # fmt: skip
        answer = served.get(path)
        assert (answer.status_code, answer.json()["code"]) == (400, "parameter_invalid"), path


def test_journals_come_in_pages_the_newest_first(served: Served) -> None:
    for one in range(5):
        served.earn(10 + one, id_=str(one))
    page = served.get("/accounts/ana/journals", params={"limit": 2}).json()
    found = list(page["journals"])
    while page["next"] is not None:
        page = served.get("/accounts/ana/journals", params={"limit": 2, "cursor": page["next"]}).json()
        found += page["journals"]
    assert [one["event"]["id"] for one in found] == ["4", "3", "2", "1", "0"]
    entry = found[0]["entries"][0]
    assert (entry["kind"], entry["points"], entry["rule"]) == ("earned", 14, "base")
    assert (entry["leaves"], entry["reaches"]) == ("issued", "available")


def test_a_late_event_is_told_as_an_adjustment(served: Served) -> None:
    served.earn(100, id_="later")
    served.post("/events", {**PURCHASE, "id": "late", "at": "2026-05-09", "amount": 600})
    found = served.get("/accounts/ana/journals").json()["journals"]
    (adjusted,) = [one for one in found if one["cause"] == "adjustment"]
    assert adjusted["late"] == {"source": "", "id": "late"}
    assert served.available() == 800


def test_a_statement_and_an_explanation_add_up_to_the_balance(served: Served) -> None:
    served.post("/events", PURCHASE)
    served.post("/members/ana/redemptions", {"reward": "coffee"})
    page = served.get("/members/ana/statement").json()
    assert page["units"][0]["balance"]["total"] == "70"
    assert page["units"][0]["balance"]["lots"][0]["expires_at"] == "2027-06-01T08:00:00Z"
    told = served.get("/members/ana/explanation").json()
    assert any("floor(eligible) = 120" in line for line in told["sentences"])
    assert told["explanation"]["sums"][-1]["points"] == "120"
