"""Processes that ask the same database for the same things at the same moment."""

import multiprocessing as mp
import os
import random
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Any

from guerdon.core.errors import Conflict
from guerdon.services.adjustments.adjust import AdjustPoints, adjust_points
from guerdon.services.adjustments.adjusted import Adjusted
from guerdon.services.adjustments.decide import DecideAdjustment, decide_adjustment
from guerdon.services.answers import Recorded, Refusal
from guerdon.services.audit import COMMAND
from guerdon.services.events.record import record_events
from guerdon.services.leases import Leases, leasing
from guerdon.services.members.close import CloseMember, close_member
from guerdon.services.members.enrol import EnrolMember, enrol_member
from guerdon.services.members.find import Profile
from guerdon.services.published import Published, Publishing
from guerdon.services.redemptions.redeem import RedeemReward, StepRedemption, redeem_reward, step_redemption
from guerdon.services.redemptions.use import Good, UseCode, use_code
from guerdon.services.transfers.decide import DecideTransfer, decide_transfer
from guerdon.services.transfers.reverse import ReverseTransfer, reverse_transfer
from guerdon.services.transfers.transfer import TransferPoints, transfer_points
from guerdon.services.transfers.transferred import Transferred
from guerdon.store import Database, Work, open_database

Outcome = Recorded | Adjusted | Transferred | Good | Profile | Refusal
Asked = tuple[str, dict[str, Any]]
"""A verb (redeem, step, enrol, close, adjust, decide, transfer, agree, reverse, use, record) and what it is asked with."""

PROCESSES = 4
# Everything is read once, by the process that the racing ones are forked from.
mp.set_forkserver_preload([__name__])
TRIES = 40


def raced(url: str, rounds: Sequence[Sequence[Asked]], at: str) -> list[list[str]]:
    """Let processes ask everything of a round at once, round after round; return what each was answered: done, or a code."""
    context = mp.get_context("forkserver")
    barrier = context.Barrier(PROCESSES)
    answers = context.Queue()
    asking = [
        context.Process(target=_ask, args=(url, [list(one[number::PROCESSES]) for one in rounds], at, barrier, answers))
        for number in range(PROCESSES)
    ]
    for one in asking:
        one.start()
    found = [answers.get(timeout=240) for _ in asking]
    for one in asking:
        one.join()
    return [[code for told in found for code in told[place]] for place in range(len(rounds))]


def _ask(url: str, rounds: list[list[Asked]], at: str, barrier: Any, answers: Any) -> None:  # noqa: ANN401 - of multiprocessing
    database = open_database(url)
    # As a service does it: with leases, where there are several writers.
    publishing = Publishing(1, Leases(f"racer {os.getpid()}") if database.is_postgresql else None)
    instant = int(datetime.fromisoformat(at).astimezone(UTC).timestamp()) * 1_000_000
    told = []
    for own in rounds:
        barrier.wait(timeout=240)
        told.append([_tried(partial(_once, database, publishing, one, instant)) for one in own])
    answers.put(told)
    database.close()


def _tried(do: Callable[[], Outcome]) -> str:
    for _ in range(TRIES):
        try:
            found = do()
        except Conflict:
            time.sleep(random.uniform(0, 0.02))  # noqa: S311 - a pause is no secret
        else:
            if isinstance(found, Refusal):
                return found.code
            return "again" if isinstance(found, (Recorded, Adjusted, Transferred)) and found.repeated else "done"
    return "busy"


def _once(database: Database, publishing: Publishing, asked: Asked, at: int) -> Outcome:
    verb, given = asked

    def done() -> Outcome:
        with database.work() as work:
            return VERBS[verb](given, work, publishing.current(work), at)

    return leasing(database, publishing.programme, publishing.leases, done)


VERBS: dict[str, Callable[[dict[str, Any], Work, Published, int], Outcome]] = {
    "redeem": lambda given, work, published, at: redeem_reward(RedeemReward(**given), work, published, at=at),
    "step": lambda given, work, published, at: step_redemption(StepRedemption(**given), work, published, at=at),
    "enrol": lambda given, work, published, at: enrol_member(EnrolMember(**given), work, published, by=COMMAND, at=at),
    "adjust": lambda given, work, published, at: adjust_points(AdjustPoints(**given), work, published, at=at),
    "decide": lambda given, work, published, at: decide_adjustment(DecideAdjustment(**given), work, published, at=at),
    "transfer": lambda given, work, published, at: transfer_points(TransferPoints(**given), work, published, at=at),
    "agree": lambda given, work, published, at: decide_transfer(DecideTransfer(**given), work, published, at=at),
    "reverse": lambda given, work, published, at: reverse_transfer(ReverseTransfer(**given), work, published, at=at),
    "close": lambda given, work, published, at: close_member(CloseMember(**given), work, published, by=COMMAND, at=at),
    "use": lambda given, work, published, at: use_code(UseCode(**given), work, published, at=at),
    "record": lambda given, work, published, at: record_events(work, published, [given], recorded_at=at)[0],
}
