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
    assert "what it rated is rated anew" in answer.json()["warnings"][-1]
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


NOTICE = PROGRAMME.replace("programme: shop\n", "programme: shop\nversion: 2026-01-01\nchanges: {notice: 30 days}\n")


def test_what_takes_something_away_needs_the_notice_that_was_promised(served: Served) -> None:
    assert served.post("/programme/revisions", {"text": NOTICE}).status_code == 201
    dearer = NOTICE.replace("price: 50", "price: 60")
    soon, later = (dearer.replace("2026-01-01", day) for day in ("2026-06-15", "2026-07-02"))
    for text, status in ((dearer, 422), (soon, 422)):
        answer = served.post("/programme/revisions", {"text": text})
        assert (answer.status_code, answer.json()["code"]) == (status, "notice_needed"), answer.text
    versions = [[{"name": f"{n}.yaml", "text": text}] for n, text in enumerate((NOTICE, later))]
    assert served.post("/programme/revisions", {"versions": versions}).json()["revision"] == 3
    assert served.get("/programme").json()["versions"] == ["2026-01-01", "2026-07-02"]


def test_waiving_what_others_lose_to_a_late_event_is_published_with_its_reason(served: Served) -> None:
    assert served.post("/programme/revisions", {"text": PROGRAMME + "late: {loss: waive}\n"}).json()["revision"] == 2
    assert [one["id"] for one in served.get("/programme").json()["adjustments"]][-1] == "late-loss"


def test_a_programme_of_several_files_is_published_whole(served: Served) -> None:
    main = PROGRAMME.replace("format: 1\n", "format: 1\ninclude: [more.yaml]\n")
    files = [{"name": "shop.yaml", "text": main}, {"name": "more.yaml", "text": "constants: {cup: 3}\n"}]
    assert served.post("/programme/revisions", {"versions": [files]}).json()["revision"] == 2
    lacking = served.post("/programme/revisions", {"versions": [files[:1]]})
    assert (lacking.status_code, lacking.json()["issues"][0]["file"]) == (422, "shop.yaml")
    neither = served.post("/programme/revisions", {})
    assert (neither.status_code, neither.json()["code"]) == (422, "body_invalid")


def test_a_mistake_is_rolled_back_and_the_list_says_so(served: Served) -> None:
    served.post("/programme/revisions", {"text": PROGRAMME.replace("price: 50", "price: 5"), "note": "cheaper"})
    back = served.post("/programme/revisions/1/rollback", {"note": "one zero too few"})
    assert (back.status_code, back.json()["revision"]) == (201, 3)
    assert "50" in served.get("/programme").json()["rewards"][0]["terms"]
    listed = served.get("/programme/revisions").json()["revisions"]
    assert [(one["revision"], one["note"], one["back_to"]) for one in listed] == [
        (3, "one zero too few", 1), (2, "cheaper", None), (1, "", None),
    ]  # fmt: skip
    assert served.post("/programme/revisions/1/rollback").json()["revision"] == 3
    for unknown in ("9", "x"):
        answer = served.post(f"/programme/revisions/{unknown}/rollback")
        assert (answer.status_code, answer.json()["code"]) == (404, "revision_unknown")
