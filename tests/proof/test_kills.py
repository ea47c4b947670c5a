"""A process is killed at any moment: what it told of is there, what is asked again is done once (T3a)."""

import multiprocessing as mp
import random
import time
from collections.abc import Sequence
from multiprocessing.connection import Connection

from guerdon.store import open_database
from tests.databases.fixtures import Engine
from tests.proof.sizes import sized
from tests.proof.till import Order, books, do, orders, run, undisturbed
from tests.proof.writing import STOCKED
from tests.services.shop import Shop

KILLS = sized(push=6, release=400)
"""How often a process that writes is killed, on either database."""

LIFE_ORDERS = 6
"""How many orders a process lives for at most."""

LIFE_SECONDS = 0.02
"""How long it lives after that at most."""

FORKING = mp.get_context("forkserver")
FORKING.set_forkserver_preload(["tests.proof.till"])


def test_a_process_that_is_killed_again_and_again_leaves_the_books_as_if_it_had_lived(engine: Engine) -> None:
    seed = random.randrange(1 << 32)  # noqa: S311 - a seed is no secret
    chance = random.Random(seed)  # noqa: S311 - chance is no secret
    asked = orders(seed, KILLS * LIFE_ORDERS)
    shop = Shop(open_database(engine.url), STOCKED)
    try:
        done = 0
        for _ in range(KILLS):
            done = max(done, killed_in_the_middle(engine.url, asked[done:], chance))
        do(shop.database, asked[done:])
        assert books(shop.database) == undisturbed(asked), f"seed {seed}"
        shop.now = asked[-1].now
        assert shop.verify().findings == (), f"seed {seed}"
    finally:
        shop.database.close()


def killed_in_the_middle(url: str, asked: Sequence[Order], chance: random.Random) -> int:
    """Let a process do orders and kill it; return how many it told of, counted from the first of all."""
    ours, theirs = FORKING.Pipe(duplex=False)
    process = FORKING.Process(target=run, args=(url, asked, theirs))
    process.start()
    theirs.close()
    done = [told(ours) for _ in range(chance.randint(0, LIFE_ORDERS))]
    time.sleep(chance.uniform(0, LIFE_SECONDS))
    process.kill()
    process.join()
    while more := told(ours):
        done.append(more)
    ours.close()
    return max(done, default=0)


def told(ours: Connection) -> int:
    """Wait for the next order that is told of, and return how many are done then; 0 when nobody tells any more."""
    try:
        return int(ours.recv()) + 1
    except (EOFError, OSError):
        return 0
