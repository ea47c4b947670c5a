"""A disk that is full (T4): what does not fit is not kept in part, what was acknowledged stays, and all goes on when there is room."""

import random
from pathlib import Path

from guerdon.core.errors import Unavailable
from guerdon.store import open_database
from tests.proof.kept import changed, kept
from tests.proof.sizes import sized
from tests.services.shop import Shop

TIMES = sized(push=3, release=60)
"""How often the disk gets full, each time at another place."""

ROOM_PAGES = 12
PLENTY_PAGES = 1 << 30


def leave_room(shop: Shop, pages: int) -> None:
    """Let the file grow by so many pages and no more."""
    with shop.database.work() as work:
        there = work.driver.execute("pragma page_count").fetchone()[0]
        work.driver.execute(f"pragma max_page_count={there + pages}")


def test_what_does_not_fit_is_not_kept_in_part(tmp_path: Path) -> None:
    database = open_database(f"sqlite:///{tmp_path / 'guerdon.db'}")
    database.migrate()
    shop = Shop(database)
    acknowledged = 0
    for _ in range(TIMES):
        leave_room(shop, random.randint(1, ROOM_PAGES))  # noqa: S311 - chance is no secret
        acknowledged = fill(shop, acknowledged)
        assert shop.verify().findings == ()
        leave_room(shop, PLENTY_PAGES)
        shop.one(**purchase(acknowledged))
        acknowledged += 1
    found = shop.verify()
    assert (found.events, found.findings) == (acknowledged, ())
    database.close()


def fill(shop: Shop, number: int) -> int:
    """Record purchases from a number on until one does not fit, and return its number."""
    while True:
        before = kept(shop.database)
        try:
            shop.one(**purchase(number))
        except Unavailable:
            break
        number += 1
    assert changed(before, kept(shop.database)) == []
    return number


def purchase(number: int) -> dict[str, object]:
    """Return a purchase that takes some room."""
    return {"id": f"{number}".rjust(180, "x"), "member": f"m{number % 7}", "at": "2026-05-10", "amount": 10}
