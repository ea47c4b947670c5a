"""The programme in force, published over HTTP."""

from tests.api.serving import PURCHASE, Served
from tests.services.shop import PROGRAMME


def test_the_programme_tells_what_callers_name_of_it(served: Served) -> None:
    found = served.get("/programme").json()
    assert (found["name"], found["revision"], found["currency"]) == ("shop", 1, "EUR")
    assert found["units"] == [{"name": "points", "decimals": 0}]
    assert [one["id"] for one in found["rewards"]] == ["coffee", "mug"]
    assert [one["id"] for one in found["ladders"][0]["levels"]] == ["blue", "gold"]


def test_a_new_revision_is_in_force_from_the_next_event_on(served: Served) -> None:
    served.earn(100)
    text = PROGRAMME.replace("floor(eligible)", "2 * floor(eligible)").replace("points: 1000", "points: 5000")
    answer = served.post("/programme/revisions", {"text": text, "note": "twice"})
    assert (answer.status_code, answer.json()["revision"]) == (201, 2)
    assert served.get("/programme").json()["revision"] == 2
    assert served.post("/events", {**PURCHASE, "amount": 10}).json()["points"] == {"points": 20}


def test_publishing_what_is_in_force_changes_nothing(served: Served) -> None:
    assert served.post("/programme/revisions", {"text": PROGRAMME}).json()["revision"] == 1


def test_a_dry_run_publishes_nothing(served: Served) -> None:
    dry = served.post("/programme/revisions?dry_run=true", {"text": PROGRAMME.replace("price: 50", "price: 60")})
    assert (dry.status_code, dry.json()["revision"]) == (201, 2)
    assert served.get("/programme").json()["revision"] == 1


def test_every_mistake_is_told_at_its_place(served: Served) -> None:
    answer = served.post(
        "/programme/revisions", {"text": PROGRAMME.replace("floor(", "flor(").replace("price", "prize")}
    )
    assert (answer.status_code, answer.json()["code"]) == (422, "programme_invalid")
    assert len(answer.json()["issues"]) >= 2
    assert {"line", "column", "what", "try_this"} <= answer.json()["issues"][0].keys()


def test_what_would_turn_the_books_into_others_is_refused(served: Served) -> None:
    answer = served.post("/programme/revisions", {"text": PROGRAMME.replace("currency: EUR", "currency: USD")})
    assert (answer.status_code, answer.json()["code"]) == (422, "refused")


def test_health_needs_no_key(served: Served) -> None:
    assert served.get("/health", key="").json() == {"status": "ok", "programme": "shop", "revision": 1}
