"""Codes over HTTP: shown once, used once; and whoever tries too many has to wait."""

from collections.abc import Iterator

import pytest

from guerdon.app.service import Settings
from tests.api.serving import Served, serving
from tests.databases.fixtures import Engine
from tests.services.shop import VOUCHERS

REFUSED = "this code cannot be used"


@pytest.fixture
def till(engine: Engine) -> Iterator[Served]:
    """Serve a programme with codes; a key may try three that are none."""
    with serving(engine.url, text=VOUCHERS, settings=Settings(attempts=3, attempts_seconds=3_000)) as found:
        found.earn(120)
        yield found


def test_a_code_is_shown_once_even_to_who_asks_the_same_again(till: Served) -> None:
    named = {"Idempotency-Key": "cart-1"}
    first = till.post("/members/ana/redemptions", {"id": "r1", "reward": "ten"}, headers=named)
    assert (first.status_code, len(first.json()["code"])) == (201, 24)
    assert first.json()["code_expires_at"] == "2026-07-01T10:00:00+00:00"
    replayed = till.post("/members/ana/redemptions", {"id": "r1", "reward": "ten"}, headers=named)
    assert (replayed.status_code, replayed.json()["code"]) == (201, "")
    again = till.post("/members/ana/redemptions", {"id": "r1", "reward": "ten"})
    assert (again.status_code, again.json().get("code", "")) == (200, "")


def test_a_dry_run_shows_no_code(till: Served) -> None:
    till.post("/codes", {"reward": "cinema", "codes": ["CINE-1"]})
    for reward in ("ten", "cinema"):
        answer = till.post("/members/ana/redemptions?dry_run=true", {"reward": reward})
        assert (answer.status_code, answer.json()["code"]) == (201, "")


def test_a_code_is_checked_and_used_once(till: Served) -> None:
    _, key = till.new_key("codes:use")
    code = till.post("/members/ana/redemptions", {"id": "r1", "reward": "ten"}).json()["code"]
    checked = till.post("/codes/check", {"code": code}, key=key)
    assert (checked.status_code, checked.json()["redemption"], checked.json()["used"]) == (200, "r1", False)
    assert till.post("/codes/use", {"code": code, "member": "ben"}, key=key).json()["detail"] == REFUSED
    assert till.post("/codes/use", {"code": code, "member": "ana"}, key=key).json()["used"]
    assert till.post("/codes/use", {"code": code}, key=key).json()["detail"] == REFUSED
    assert till.post("/redemptions/r1/cancellation", {}).json()["code"] == "code_used"


def test_who_tries_too_many_codes_has_to_wait(till: Served) -> None:
    _, key = till.new_key("codes:use")
    code = till.post("/members/ana/redemptions", {"reward": "ten"}).json()["code"]
    tried = [till.post("/codes/check", {"code": guess}, key=key) for guess in ("a", "b", code, "c", "d", code)]
    assert [one.status_code for one in tried] == [422, 422, 200, 422, 429, 429]
    assert int(tried[-1].headers["retry-after"]) > 60
    assert till.post("/codes/check", {"code": code}).status_code == 200


def test_codes_are_uploaded_and_handed_out(till: Served) -> None:
    _, key = till.new_key("codes:write")
    sent = {"reward": "cinema", "codes": ["CINE-1", "CINE-2"], "expires_at": "2026-12-31"}
    assert till.post("/codes", sent, key=key).json() == {"reward": "cinema", "added": 2, "free": 2}
    assert till.post("/codes", {**sent, "reward": "ten"}, key=key).json()["code"] == "reward_unknown"
    codes = {till.post("/members/ana/redemptions", {"reward": "cinema"}).json()["code"] for _ in range(2)}
    assert codes == {"CINE-1", "CINE-2"}
    assert till.post("/members/ana/redemptions", {"reward": "cinema"}).json()["code"] == "out_of_stock"


def test_a_redemption_is_fulfilled(till: Served) -> None:
    till.post("/members/ana/redemptions", {"id": "r1", "reward": "coffee", "reserve": True})
    assert till.post("/redemptions/r1/fulfilment", {}).json()["code"] == "redemption_not_confirmed"
    till.post("/redemptions/r1/confirmation", {})
    done = till.post("/redemptions/r1/fulfilment")
    assert (done.status_code, done.json()["state"], done.json()["repeated"]) == (200, "fulfilled", False)
    assert till.post("/redemptions/r1/fulfilment").json()["repeated"]
    assert till.post("/redemptions/r9/fulfilment").json()["code"] == "redemption_unknown"
