"""The audit over HTTP: who did what, with the request that they did it by, and when keys were used."""

import json
import time

from tests.api.serving import Served
from tests.services.shop import PROGRAMME


def deeds(served: Served) -> list[dict[str, object]]:
    found: list[dict[str, object]] = served.get("/audit").json()["deeds"]
    return found


def test_every_command_that_is_no_event_is_told_with_who_asked(served: Served) -> None:
    id_, secret = served.new_key("members:write", "programme:write")
    sent = {"X-Request-Id": "req-7"}
    served.post("/members", {"member": "ana", "identities": [{"email": "ana@example.org"}]}, key=secret, headers=sent)
    served.post("/members/ana", {"born_on": "1990-02-28", "attributes": {"language": "fr"}}, key=secret)
    served.post(
        "/programme/revisions", {"text": PROGRAMME.replace("price: 50", "price: 60"), "note": "dearer"}, key=secret
    )
    published, updated, enrolled, made = deeds(served)[:4]
    assert [one["actor"] for one in (published, updated, enrolled, made)] == [id_] * 3 + ["command"]
    assert (enrolled["verb"], enrolled["subject"], enrolled["request_id"]) == ("enrol", "member ana", "req-7")
    assert enrolled["what"] == {"identities": ["email"]}
    assert updated["what"] == {
        "born_on": True,
        "zone": False,
        "attributes": ["language"],
        "identities": [],
        "identities_removed": [],
    }
    assert (published["verb"], published["subject"], published["what"]) == ("publish", "revision 2", {"note": "dearer"})
    assert (made["verb"], made["subject"]) == ("make", f"key {id_}")


def test_what_was_refused_repeated_or_dry_is_not_told(served: Served) -> None:
    served.post("/members", {"member": "ana"}, headers={"Idempotency-Key": "1"})
    before = deeds(served)
    served.post("/members", {"member": "ana"}, headers={"Idempotency-Key": "1"})
    served.post("/members", {"member": "ana"})
    served.post("/members?dry_run=true", {"member": "ben"})
    served.post("/programme/revisions", {"text": PROGRAMME})
    assert deeds(served) == before


def test_deeds_come_in_pages_the_newest_first(served: Served) -> None:
    for one in range(5):
        served.post("/members", {"member": f"m{one}"})
    whole = deeds(served)
    found: list[dict[str, object]] = []
    cursor: str | None = ""
    while cursor is not None:
        page = served.get("/audit", params={"limit": 2, "cursor": cursor} if cursor else {"limit": 2}).json()
        found += page["deeds"]
        cursor = page["next"]
    assert found == whole
    assert [one["subject"] for one in found[:5]] == [f"member m{one}" for one in (4, 3, 2, 1, 0)]


def test_the_audit_is_for_administrators(served: Served) -> None:
    _, secret = served.new_key("members:read", "members:write", "programme:write")
    assert served.get("/audit", key=secret).status_code == 403


def _used_on(served: Served, id_: str) -> object:
    with served.guerdon.database.view() as view:
        found = view.connection.exec_driver_sql(f"select last_used_on from keys where id = '{id_}'")
        return found.scalar_one()


def test_the_day_on_which_a_key_was_used_is_noted_once(served: Served) -> None:
    id_, secret = served.new_key("members:read")
    assert _used_on(served, id_) is None
    served.get("/members/ana", key=secret)
    ends = time.monotonic() + 10
    while _used_on(served, id_) is None and time.monotonic() < ends:
        time.sleep(0.02)
    assert _used_on(served, id_) == 20_605  # 1 June 2026
    assert "last_used" not in json.dumps(deeds(served))
