"""A database whose disk is full or fails: callers are told when to ask again, and what they ask then is done."""

import pytest

from tests.api.serving import PURCHASE, Served, serving
from tests.databases.fixtures import Engine

PLENTY_PAGES = 1 << 30
LONG = "x" * 180


def leave_pages(served: Served, pages: int) -> None:
    """Let SQLite's file have so many pages at most, or as many as it has by now."""
    with served.guerdon.database.work() as work:
        work.driver.execute(f"pragma max_page_count={pages}")


def purchase(number: int) -> dict[str, object]:
    return {**PURCHASE, "id": f"{LONG}{number}", "member": f"m{number}"}


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_who_asks_while_the_disk_is_full_is_told_to_ask_again_later(engine: Engine) -> None:
    with serving(engine.url) as served:
        leave_pages(served, 1)
        number, answer = 0, served.post("/events", purchase(0))
        while answer.status_code == 201:
            number += 1
            answer = served.post("/events", purchase(number))
        assert (answer.status_code, answer.json()["code"]) == (503, "storage_failed")
        assert answer.headers["retry-after"] == "30"
        together = served.post("/events/batch", {"events": [purchase(number + more) for more in range(50)]})
        assert (together.status_code, together.json()["code"]) == (503, "storage_failed")
        assert served.get("/members/m0").status_code == 200
        leave_pages(served, PLENTY_PAGES)
        assert served.post("/events", purchase(number)).status_code == 201


@pytest.mark.parametrize("engine", ["postgresql"], indirect=True)
@pytest.mark.parametrize("state", ["53100", "58030"])
def test_what_postgresql_says_of_its_disk_is_told_the_same_way(engine: Engine, state: str) -> None:
    with serving(engine.url) as served:
        with served.guerdon.database.work() as work:
            work.driver.execute(
                "create function full_disk() returns trigger language plpgsql as "
                f"$$ begin raise exception 'could not extend file' using errcode = '{state}'; end $$"
            )
            work.driver.execute("create trigger full_disk before insert on journals execute function full_disk()")
        for _ in range(3):
            answer = served.post("/events", PURCHASE)
            assert (answer.status_code, answer.json()["code"]) == (503, "storage_failed")
        with served.guerdon.database.work() as work:
            work.driver.execute("drop trigger full_disk on journals")
        assert served.post("/events", PURCHASE).status_code == 201
