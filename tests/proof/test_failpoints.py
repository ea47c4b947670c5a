"""A process that ends between any two statements leaves all of what it did, or nothing (T3d).

Each path that writes is ended before one of its statements, then before a later one, and so on, until it ends by itself: for a
release before each of them, on a push before some. After each end the tables are as they were, or, when the commit was through, as after the whole; asked again it is answered right.
"""

import random
from collections.abc import Iterator
from itertools import count
from typing import Any

import pytest

from guerdon.core.errors import Conflict
from guerdon.store import open_database
from tests.databases.fixtures import Engine
from tests.proof.every import EVERY, done
from tests.proof.kept import changed, kept
from tests.proof.sizes import sized
from tests.proof.statements import Told, heard, hearing
from tests.proof.writing import NOW, STOCKED, YEARS_LATER, Path
from tests.services.shop import Shop

STATEMENTS_MAX = 60
"""More statements than any path has."""

STEP_MAX = sized(push=3, release=1)
"""So many statements lie between two before which it ends, at most: on a push chance leaves some out."""

WAYS_ASKED = sized(push=1, release=2)
"""In how many ways a process ends on PostgreSQL."""


class Ended(BaseException):
    """The process ends here."""


def ending(before: int, *, gone: bool) -> Told:
    """Return what ends everything before a statement of a number; with `gone` the connection is cut as well."""
    numbers = count(1)

    def told(driver: Any, _statement: str) -> None:  # noqa: ANN401 - of either driver
        if next(numbers) == before:
            if gone:
                driver.pgconn.finish()
            raise Ended

    return told


WAYS = ("raises", "is cut off")
"""How a process ends: by an exception in it, or so that the database sees no more of it."""


def ways_of(engine: Engine) -> tuple[str, ...]:
    """Return the ways to end that there are: SQLite has no connection that could be cut; on a push one way is enough."""
    return WAYS[:1] if engine.kind == "sqlite" else WAYS[2 - WAYS_ASKED :]


@pytest.mark.parametrize("path", EVERY, ids=[one.name for one in EVERY])
def test_16_between_any_two_statements_all_or_nothing_is_kept(
    engine: Engine, monkeypatch: pytest.MonkeyPatch, path: Path
) -> None:
    """Ixotic27/The-Leetcode-City#724 (16): the item was granted before its points were taken."""
    with heard(monkeypatch):
        shop = Shop(open_database(engine.url), STOCKED)
        try:
            numbers = count(1)
            for way in ways_of(engine):
                end_everywhere(shop, path, numbers, gone=way == "is cut off")
        finally:
            shop.database.close()


def end_everywhere(shop: Shop, path: Path, numbers: Iterator[int], *, gone: bool) -> None:
    """End a path before its statements, one after the other, each time for another member."""
    done(shop, path, next(numbers))
    whole = done(shop, path, next(numbers))
    statement, is_through = 0, False
    while not is_through:
        statement += random.randint(1, STEP_MAX)  # noqa: S311 - chance is no secret
        number = next(numbers)
        shop.now = NOW
        path.prepare(shop, number)
        before = kept(shop.database)
        is_through = attempted(shop, path, number, ending(statement, gone=gone))
        assert changed(before, kept(shop.database)) in ([], whole), f"ended before statement {statement}"
        assert path.right(path.act(shop, number), number), f"asked again after an end before statement {statement}"
        assert statement < STATEMENTS_MAX
    assert statement > 1
    shop.now = YEARS_LATER
    assert shop.verify().findings == ()


def attempted(shop: Shop, path: Path, number: int, told: Told) -> bool:
    """Try a path that is ended somewhere; say whether it was through before that."""
    try:
        with hearing(told):
            path.act(shop, number)
    except (Ended, Conflict):
        return False
    return True
