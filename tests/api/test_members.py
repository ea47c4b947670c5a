"""Members over HTTP: enrolled, changed and found by what they are recognised by."""

import re
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.api.serving import Served, serving
from tests.databases.fixtures import Engine
from tests.services.shop import PROGRAMME

ANA = {
    "member": "ana", "identities": [{"email": " Ana@Example.org "}, {"phone": "0033 6 12-34 56 78"}], "born_on": "1990-02-28",
    "zone": "Europe/Paris", "attributes": {"language": "fr", "newsletter": True, "shoes": 38},
}  # fmt: skip


def enrolled(served: Served, **body: object) -> dict[str, object]:
    answer = served.post("/members", body)
    assert answer.status_code == 201, answer.text
    found: dict[str, object] = answer.json()
    return found


def test_whoever_enrols_has_a_profile_and_an_account(served: Served) -> None:
    found = enrolled(served, **ANA)
    assert found == served.get("/members/ana/profile").json()
    assert (found["member"], found["status"], found["born_on"]) == ("ana", "enrolled", "1990-02-28")
    assert found["attributes"] == {"language": "fr", "newsletter": True, "shoes": 38}
    assert [one["kind"] for one in found["identities"]] == ["email", "phone"]  # type: ignore[attr-defined]
    assert served.available() == 0


def test_a_member_without_a_name_is_given_one_that_nobody_guesses(served: Served) -> None:
    names = {str(enrolled(served)["member"]) for _ in range(3)}
    assert len(names) == 3
    assert all(re.fullmatch("m-[0-9a-f]{24}", name) for name in names)


def test_a_member_is_found_by_any_way_to_write_an_identity(served: Served) -> None:
    enrolled(served, **ANA)
    for params in ({"email": "ANA@example.ORG"}, {"phone": "+33 (0)6 12 34 56 78"}, {"phone": "+33612345678"}):
        assert served.get("/members", params=params).json()["member"] == "ana"
    missing = served.get("/members", params={"email": "ben@example.org"})
    assert (missing.status_code, missing.json()["code"]) == (404, "member_unknown")
    for wrong in ({}, {"email": "ana@example.org", "phone": "+33612345678"}, {"name": "ana"}):
        answer = served.get("/members", params=wrong)
        assert (answer.status_code, answer.json()["code"]) == (400, "parameter_invalid")


def test_an_identity_belongs_to_one_member(served: Served) -> None:
    enrolled(served, **ANA)
    enrolled(served, member="ben")
    for path, body in (
        ("/members", {"member": "cy", "identities": [{"email": "ana@example.org"}]}),
        ("/members/ben", {"identities": [{"shop": "b1"}, {"email": "ana@example.org"}]}),
    ):
        answer = served.post(path, body)
        assert (answer.status_code, answer.json()["code"]) == (409, "identity_taken")
        assert "ana" not in answer.text.replace("example", "")
    assert served.get("/members/cy/profile").status_code == 404
    assert served.get("/members", params={"shop": "b1"}).status_code == 404


def test_a_name_enrols_once(served: Served) -> None:
    enrolled(served, member="ana")
    answer = served.post("/members", {"member": "ana", "identities": [{"email": "ana@example.org"}]})
    assert (answer.status_code, answer.json()["code"]) == (409, "member_taken")
    assert served.get("/members", params={"email": "ana@example.org"}).status_code == 404


def test_what_is_left_out_of_a_change_stays(served: Served) -> None:
    enrolled(served, **ANA)
    served.now[0] = "2026-06-02T12:00:00+02:00"
    change = {"attributes": {"language": "de", "newsletter": None}, "identities": [{"card": "tok_7f3a"}, {"email": "ana@example.org"}]}  # fmt: skip
    found = served.post("/members/ana", {**change, "identities_removed": [{"phone": "+33612345678"}]}).json()
    assert found["attributes"] == {"language": "de", "shoes": 38}
    assert [(one["kind"], one["added_at"][:10]) for one in found["identities"]] == [
        ("card", "2026-06-02"), ("email", "2026-06-01"),
    ]  # fmt: skip
    assert (found["born_on"], found["updated_at"][:10]) == ("1990-02-28", "2026-06-02")
    assert served.post("/members/ana", {"born_on": None}).json()["born_on"] is None
    zones = [
        served.post("/members/ana", change).json()["zone"] for change in ({"zone": "Asia/Tokyo"}, {}, {"zone": None})
    ]
    assert (found["zone"], zones) == ("Europe/Paris", ["Asia/Tokyo", "Asia/Tokyo", None])
    assert served.get("/members", params={"phone": "+33612345678"}).status_code == 404


def test_an_identity_that_was_given_up_is_free(served: Served) -> None:
    enrolled(served, **ANA)
    enrolled(served, member="ben")
    assert served.post("/members/ben", {"identities_removed": [{"email": "ana@example.org"}]}).status_code == 200
    assert served.get("/members", params={"email": "ana@example.org"}).json()["member"] == "ana"
    served.post("/members/ana", {"identities_removed": [{"email": "ana@example.org"}]})
    assert served.post("/members/ben", {"identities": [{"email": "ana@example.org"}]}).status_code == 200
    assert served.get("/members", params={"email": "ana@example.org"}).json()["member"] == "ben"


def test_nobody_unknown_is_changed(served: Served) -> None:
    answer = served.post("/members/ana", {"attributes": {"language": "fr"}})
    assert (answer.status_code, answer.json()["code"]) == (404, "member_unknown")


@pytest.mark.parametrize(
    "wrong",
    [
        {"born_on": "1990-02-30"}, {"born_on": "2027-01-01"}, {"born_on": "1790-01-01"}, {"enrolled_at": "2027-01-01"},
        {"enrolled_at": "soon"}, {"member": " "}, {"member": "a" * 201}, {"colour": "red"}, {"attributes": {"height": 1.8}},
        {"attributes": {"": "x"}}, {"attributes": {f"a{n}": 1 for n in range(51)}}, {"attributes": {"a": "x" * 1001}},
        {"identities": [{}]}, {"identities": [{"email": "a@b", "shop": "1"}]}, {"identities": [{"fax": "1"}]},
        {"identities": [{"email": "ana"}]}, {"identities": [{"phone": "06 12 34 56 78"}]}, {"identities": [{"shop": ""}]},
        {"identities": [{"card": "4111 1111 1111 1111"}]}, {"identities": [{"shop": "a\0"}]},
        {"zone": ""}, {"zone": "Paris"}, {"zone": 1},
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_and_nobody_enrols(served: Served, wrong: dict[str, object]) -> None:
    answer = served.post("/members", {"member": "ana", **wrong})
    assert (answer.status_code, answer.json()["code"]) == (422, "body_invalid")
    assert "4111" not in answer.text
    assert served.get("/members/ana/profile").status_code == 404


def test_a_member_may_have_joined_earlier(served: Served) -> None:
    assert enrolled(served, member="ana", enrolled_at="2026-05-01T09:00")["enrolled_at"] == "2026-05-01T07:00:00Z"


def test_a_dry_run_enrols_and_changes_nobody(served: Served) -> None:
    assert served.post("/members?dry_run=true", ANA).status_code == 201
    assert served.get("/members/ana/profile").status_code == 404
    enrolled(served, member="ana")
    assert served.post("/members/ana?dry_run=true", {"born_on": "1990-01-01"}).json()["born_on"] == "1990-01-01"
    assert served.get("/members/ana/profile").json()["born_on"] is None


def test_an_idempotency_key_enrols_once(served: Served) -> None:
    named = {"Idempotency-Key": "form-1"}
    first, again = [served.post("/members", {"attributes": {"language": "fr"}}, headers=named) for _ in range(2)]
    assert first.json() == again.json()
    assert again.headers["idempotency-replayed"] == "true"


def test_of_many_who_enrol_with_one_identity_at_once_one_does(served: Served) -> None:
    body = {"identities": [{"email": "ana@example.org"}, {"shop": "7"}]}
    with ThreadPoolExecutor(8) as callers:
        statuses = list(callers.map(lambda _: served.post("/members", body).status_code, range(8)))
    assert sorted(statuses) == [201] + [409] * 7


def test_reading_a_member_is_no_right_to_change_one(served: Served) -> None:
    _, reader = served.new_key("members:read")
    _, writer = served.new_key("members:write")
    assert served.post("/members", ANA, key=reader).status_code == 403
    assert served.post("/members", ANA, key=writer).status_code == 201
    assert served.get("/members/ana/profile", key=writer).status_code == 403


def test_an_event_and_a_basket_name_their_member_by_an_identity(served: Served) -> None:
    enrolled(served, **ANA)
    record = {"id": "1", "identity": {"email": "Ana@example.org"}, "at": "2026-06-01", "amount": "20"}
    answer = served.post("/events", record)
    assert (answer.status_code, answer.json()["account"]) == (201, "ana")
    again = served.post("/events", {**record, "identity": {"email": "ana@example.org"}})
    assert (again.status_code, again.json()["repeated"]) == (200, True)
    assert served.post("/baskets", {"identity": {"phone": "+33612345678"}, "amount": 30}).json()["points"] == {
        "points": 30
    }
    for path in ("/events", "/baskets"):
        for identity, status, code in (
            ({"email": "ben@example.org"}, 404, "member_unknown"), ({"fax": "1"}, 422, "invalid_event"),
        ):  # fmt: skip
            refused = served.post(path, {**record, "id": "2", "identity": identity})
            assert (refused.status_code, refused.json()["code"]) == (status, code)
    many = served.post("/events/batch", {"events": [record, {**record, "id": "3", "identity": {"shop": "7"}}]})
    assert [one["status"] for one in many.json()["results"]] == [200, 404]


def test_what_a_guest_buys_is_kept_until_they_join(engine: Engine) -> None:
    with serving(engine.url, text=PROGRAMME + "enrolment: {claim: 30 days}\n") as served:
        record = {"id": "1", "identity": {"card": "tok_7f3a"}, "at": "2026-05-20", "amount": "20"}
        kept = served.post("/events", record)
        assert (kept.status_code, kept.json()["status"], kept.json()["points"]) == (201, "kept", {})
        assert served.post("/events?dry_run=true", {**record, "id": "2"}).json()["status"] == "kept"
        assert served.post("/members?dry_run=true", {"identities": [{"card": "tok_7f3a"}]}).status_code == 201
        enrolled(served, member="ana", identities=[{"card": "tok_7f3a"}])
        assert served.available() == 20
        again = served.post("/events", record)
        assert (again.status_code, again.json()["account"], again.json()["status"]) == (200, "ana", "recorded")
        told = served.get("/members/ana/explanation").json()
        assert any("purchase 1" in line for line in told["sentences"])
        assert served.get("/members/ana/statement").json()["units"][0]["balance"]["total"] == "20"


def test_no_value_of_an_identity_is_kept_anywhere(served: Served) -> None:
    enrolled(served, **ANA)
    served.post("/members/ana", {"identities": [{"card": "tok_7f3a"}, {"shop": "web-1007"}]})
    with served.guerdon.database.view() as view:
        tables = ("members", "identities", "audit", "answers", "events", "accounts")
        kept = repr([view.connection.exec_driver_sql(f"select * from {table}").all() for table in tables]).lower()
    assert [one for one in ("ana@", "example", "612345678", "tok_7f3a", "web-1007") if one in kept] == []
