"""The service, put together: one database, one programme, who writes to it and who reads from it.

Invariants:
* Events that callers post one by one go through one gatherer, and so do redemptions, and members whose standing is asked for;
  whatever else writes or reads does so in threads of its own.
* Every thread has the programme in force for itself: a teller serves one caller at a time.
* What was accepted is answered before `close` returns.
"""

import contextlib
import gc
import secrets
import sys
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from typing import Final, NoReturn, TypeVar

from guerdon.core.errors import GuerdonError
from guerdon.services.accounts.stand import Stand, stand_members
from guerdon.services.answers import Recorded, Refusal
from guerdon.services.events.record import record_events
from guerdon.services.facts import Record
from guerdon.services.gather import Gatherer
from guerdon.services.leases import Leases, leasing
from guerdon.services.published import Published, Publishing
from guerdon.services.redemptions.redeem import RedeemReward, brings_code, redeem_reward, redeem_together
from guerdon.services.retry import until_done
from guerdon.store import Database, View, Work, open_database

T = TypeVar("T")
Clock = Callable[[], int]

_MICROSECONDS: Final = 1_000
_THREADS: Final = 3
_SWITCH_SECONDS: Final = 0.0005
_SELDOM: Final = (50_000, 20, 50)


def now() -> int:
    """Return the instant it is, in microseconds UTC."""
    return time.time_ns() // _MICROSECONDS


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """How much a service does at once, and what it takes of each caller.

    A key may ask `burst` times at once, and that many times in `burst_seconds` on end; and so try codes that are none.
    """

    readers: int = 4
    writers: int = 3
    burst: int = 100_000
    burst_seconds: int = 10
    attempts: int = 20
    attempts_seconds: int = 600


class _Undone(Exception):
    """Takes the outcome of a dry run out of a transaction that is not kept."""

    def __init__(self, outcome: object) -> None:
        super().__init__()
        self.outcome: Final = outcome


class Guerdon:
    """One programme of one database, ready to be asked."""

    def __init__(
        self, database: Database, programme: int, *, clock: Clock = now, settings: Settings | None = None
    ) -> None:
        """Begin to serve a programme of an open database, whose tables are those that this code knows."""
        self.database: Final = database
        self.programme: Final = programme
        self.clock: Final = clock
        self.settings: Final = settings or Settings()
        self._own = threading.local()
        self._name: Final = secrets.token_hex(8)
        self._leases: Final[list[Leases]] = []
        self._stops: Final[list[Callable[[], None]]] = []
        writers = self.settings.writers if database.is_postgresql else 1
        self._readers: Final = ThreadPoolExecutor(self.settings.readers, thread_name_prefix="reader")
        self._writers: Final = ThreadPoolExecutor(writers, thread_name_prefix="writer")
        self._recorder: Final = Gatherer[Record, Recorded | Refusal]("recorder", self._recorded)
        self._redeemer: Final = Gatherer[RedeemReward, Recorded | Refusal]("redeemer", self._redeemed)
        self._teller: Final = Gatherer[str, Stand | None]("teller", self._told)

    def submit(self, record: Record) -> "Future[Recorded | Refusal]":
        """Ask for an event to be recorded; the answer comes after the commit."""
        return self._recorder.submit(record)

    def redeem(self, command: RedeemReward) -> "Future[Recorded | Refusal]":
        """Ask for a reward; the answer comes after the commit."""
        return self._redeemer.submit(command)

    def standing(self, member: str) -> "Future[Stand | None]":
        """Ask where the account of a member stands now; None for one of which nothing is known."""
        return self._teller.submit(member)

    def look(self, do: Callable[[View], T]) -> "Future[T]":
        """Ask something of the database alone."""

        def looked() -> T:
            with self.database.view() as view:
                return do(view)

        return self._readers.submit(looked)

    def read(self, do: Callable[[View, Published], T]) -> "Future[T]":
        """Ask something of the programme in force and of what is kept."""
        return self.look(lambda view: do(view, self._published(view)))

    def write(self, do: Callable[[Work, Published, int], T], *, dry: bool = False) -> "Future[T]":
        """Ask for something to be done, told when it is; a dry run says what it would do, and leaves nothing behind."""
        return self._writers.submit(until_done, lambda: self._once(do, dry=dry))

    def closes(self, stop: Callable[[], None]) -> None:
        """Stop something else first when this closes: it works on the same database."""
        self._stops.append(stop)

    def close(self) -> None:
        """Answer what was accepted, stop and close the database."""
        for stop in self._stops:
            stop()
        self._recorder.close()
        self._redeemer.close()
        self._teller.close()
        self._writers.shutdown()
        self._readers.shutdown()
        self._release()
        self.database.close()

    def _recorded(self, records: Sequence[Record]) -> list[Recorded | Refusal]:
        return until_done(lambda: self._once(partial(_record, records)))

    def _redeemed(self, commands: Sequence[RedeemReward]) -> list[Recorded | Refusal]:
        """Do redemptions together; those that bring codes one by one after them, as codes are locked before accounts."""
        found = until_done(lambda: self._once(partial(_redeem, commands)))
        return [
            until_done(partial(self._once, partial(_redeem_code, command))) if outcome is None else outcome
            for command, outcome in zip(commands, found, strict=True)
        ]

    def _told(self, names: Sequence[str]) -> list[Stand | None]:
        with self.database.view() as view:
            return stand_members(view, self._published(view), names, at=self.clock())

    def _published(self, view: View) -> Published:
        """Return the programme in force, for the thread that asks."""
        return self._publishing().current(view)

    def _publishing(self) -> Publishing:
        if not hasattr(self._own, "publishing"):
            leases = None
            # SQLite has one writer, whom nobody waits for at a budget.
            if self.database.is_postgresql:
                leases = Leases(f"{self._name}-{threading.get_ident()}")
                self._leases.append(leases)
            self._own.publishing = Publishing(self.programme, leases)
        publishing: Publishing = self._own.publishing
        return publishing

    def _once(self, do: Callable[[Work, Published, int], T], *, dry: bool = False) -> T:
        """Do it in one transaction."""
        if dry:
            return self._tried(do)
        return leasing(self.database, self.programme, self._publishing().leases, lambda: self._in_one_work(do))

    def _in_one_work(self, do: Callable[[Work, Published, int], T]) -> T:
        with self.database.work() as work:
            return do(work, self._published(work), self.clock())

    def _tried(self, do: Callable[[Work, Published, int], T]) -> T:
        """Do it in one transaction that is not kept; nothing is leased for it, as a lease would be."""
        try:
            with self.database.work() as work:
                _undo(do(work, replace(self._published(work), leases=None), self.clock()))
        except _Undone as undone:
            return undone.outcome  # type: ignore[return-value]  # it is what `do` returned

    def _release(self) -> None:
        """Give back what was leased; what a database that is lost cannot take back is collected by whoever needs it."""
        with contextlib.suppress(GuerdonError):
            for leases in self._leases:
                with self.database.work() as work:
                    leases.release(work, self.programme)


def _record(records: Sequence[Record], work: Work, published: Published, at: int) -> list[Recorded | Refusal]:
    return record_events(work, published, records, recorded_at=at)


def _redeem(
    commands: Sequence[RedeemReward], work: Work, published: Published, at: int
) -> list[Recorded | Refusal | None]:
    """Do redemptions; None for one that brings a code."""
    apart = [brings_code(one, published, at=at) for one in commands]
    plain = [one for one, alone in zip(commands, apart, strict=True) if not alone]
    outcomes = iter(redeem_together(plain, work, published, at=at) if plain else [])
    return [None if alone else next(outcomes) for alone in apart]


def _redeem_code(command: RedeemReward, work: Work, published: Published, at: int) -> Recorded | Refusal:
    return redeem_reward(command, work, published, at=at)


def _undo(found: object) -> NoReturn:
    raise _Undone(found)


def open_service_database(url: str, settings: Settings | None = None) -> Database:
    """Open a database with as many connections as a service uses, its tables brought to what this code knows."""
    sized = settings or Settings()
    database = open_database(url, readers=sized.readers, writers=sized.writers + _THREADS)
    database.migrate()
    return database


def let_threads_take_turns() -> None:
    """Let the thread that answers callers not wait long for the one that rates."""
    with contextlib.suppress(ValueError):
        sys.setswitchinterval(_SWITCH_SECONDS)


def collect_seldom() -> None:
    """Look for cycles of objects seldom: requests make very many objects and hardly a cycle, and what was made by now stays."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*_SELDOM)
