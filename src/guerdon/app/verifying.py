"""The books verified by several processes, each a range of accounts; then this one goes along the chain of seals.

Invariant: what is found is what one process finds, in the order of accounts. Each process sees one state of the database; where
events are recorded meanwhile, these are different ones, and every account is whole in each.
"""

import gc
import os
from collections.abc import Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import closing
from multiprocessing import get_context
from typing import Final

from guerdon.core.errors import Invalid
from guerdon.services.books.verify import Range, Verified, together, verify, verify_accounts
from guerdon.services.published import take_up
from guerdon.store import Database, accounts, open_database, shared
from guerdon.store.database import PASSING

FEW: Final = 1_000
"""For fewer accounts than that another process would take longer to start than to help."""


def verify_books(database: Database, programme: int, *, at: int, processes: int | None = None) -> Verified:
    """Verify a whole programme as of an instant; nothing is written."""
    with database.view() as view:
        # A passing database is this process's alone.
        count = 1 if database.url in PASSING else processes or os.cpu_count() or 1
        ranges = accounts.ranges(view, programme, count, at_least=FEW)
        if len(ranges) == 1:
            return verify(view, take_up(view, programme), at=at)
        before = shared.every(view, programme)
    # Nothing is asked of the database while the others work, and PostgreSQL ends a transaction that is only held.
    with ProcessPoolExecutor(len(ranges), mp_context=get_context("spawn")) as pool:
        asked = [pool.submit(_verified, database.url, programme, after, until, at) for after, until in ranges]
        found = _answers(asked)
    with database.view() as view:
        return together(view, take_up(view, programme), found, before)


def _answers(asked: Sequence[Future[Range]]) -> list[Range]:
    try:
        return [one.result() for one in asked]
    except BrokenProcessPool:
        message = (
            "a process that verified a part of the accounts ended early; it may have lacked memory: try --processes 1"
        )
        raise Invalid(message) from None


def _verified(url: str, programme: int, after: str, until: str | None, at: int) -> Range:
    """Run in a process of its own: verify a range of accounts."""
    gc.disable()  # very many rows are read, and there are no cycles of them
    with closing(open_database(url)) as database, database.view() as view:
        return verify_accounts(view, take_up(view, programme), at=at, after=after, until=until)
