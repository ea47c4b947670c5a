"""The power goes off at any moment (T4): whatever the disk forgot, what was acknowledged is there, and nothing is there in part."""

import random
import sqlite3
import tempfile
from itertools import count
from pathlib import Path

import pytest

from guerdon.store.drivers import sqlite
from tests.proof.disks.losses import History, Loss, laid_down, opened, published
from tests.proof.kept import kept
from tests.proof.sizes import sized
from tests.proof.till import Till, books_of, orders, undisturbed
from tests.proof.writing import STOCKED

LOSSES = sized(push=1_000, release=20_000)
"""How many power losses are looked at."""

HISTORY_ORDERS = 30
SHARE_VERIFIED = 1 / 20
"""So many of what losses leave are verified too; all of it is compared with books that were."""

CORRUPT, LOST, IN_PART, WHOLE = "corrupt", "lost", "in part", "whole"


def test_whatever_a_disk_forgets_what_was_acknowledged_is_there_whole(tmp_path: Path) -> None:
    seed = random.randrange(1 << 32)  # noqa: S311 - a seed is no secret
    looked_at, begun = 0, published(tmp_path / "published")
    for number in count(seed):
        if looked_at >= LOSSES:
            break
        history = lived(number, begun)
        found = [outcome(loss, history) for loss in history.losses]
        assert set(found) <= {WHOLE}, f"seed {number}: {found}"
        assert books_are_right(history), f"seed {number}"
        looked_at += len(found)


def lived(seed: int, begun: dict[str, bytes]) -> History:
    """Let a history come to its end, however often the power goes off."""
    chance = random.Random(seed)  # noqa: S311 - chance is no secret
    history = History(orders(seed, HISTORY_ORDERS), chance)
    left: Loss | None = Loss(begun, 0)
    with tempfile.TemporaryDirectory() as folder:
        while left is not None:
            left = history.live(laid_down(left.files, Path(folder) / f"after{history.done}"))
            history.losses += [left] if left else []
    return history


def outcome(loss: Loss, history: History) -> str:
    """Return what a loss did to the books, as the store finds them."""
    with tempfile.TemporaryDirectory() as folder:
        database = opened(laid_down(loss.files, Path(folder) / "left"))
        try:
            with database.view() as view:
                if view.driver.execute("pragma integrity_check").fetchall() != [("ok",)]:
                    return CORRUPT
            found = kept(database)
            if history.chance.random() < SHARE_VERIFIED:
                till = Till(database, STOCKED, now=history.asked[-1].now)
                assert till.verify().findings == ()
        except sqlite3.DatabaseError:
            return CORRUPT
        finally:
            database.close()
    known = [number for number, was in history.books.items() if was == found]
    if not known:
        return IN_PART
    return WHOLE if max(known) >= loss.acknowledged else LOST


def books_are_right(history: History) -> bool:
    """Say whether the power's going off changed nothing of what a history leads to."""
    return books_of(history.books[len(history.asked)]) == undisturbed(history.asked)


@pytest.mark.parametrize(("weaker", "worst"), [("normal", LOST), ("off", CORRUPT)])
def test_a_disk_that_is_not_waited_for_loses_what_was_acknowledged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, weaker: str, worst: str
) -> None:
    """So the proof above would notice."""
    pragmas = tuple(f"pragma synchronous={weaker}" if "synchronous" in one else one for one in sqlite.WRITING)
    assert pragmas != sqlite.WRITING
    monkeypatch.setattr(sqlite, "WRITING", pragmas)
    begun = published(tmp_path / "published")
    found: set[str] = set()
    for seed in range(20):
        history = History(orders(seed, HISTORY_ORDERS), random.Random(seed))  # noqa: S311 - chance is no secret
        history.live(laid_down(begun, tmp_path / f"{seed}"))
        found |= {outcome(loss, history) for loss in history.losses}
        if worst in found:
            return
    pytest.fail(f"only {found}")
