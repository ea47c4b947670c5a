"""Events: recorded one by one or a thousand at once, each answered by itself, after the commit that holds it."""

import asyncio
import logging
from typing import Final

from msgspec import Struct

from guerdon.api import asking, bodies, examples
from guerdon.api.bodies import EventsBody, Record
from guerdon.api.operations import Answer, Asked, Operation, offer
from guerdon.api.parameters import DRY_AT, DRY_RUN
from guerdon.api.problems import Problem, problem_of
from guerdon.api.replies import Reply, refused, shown
from guerdon.core.errors import Unavailable
from guerdon.services.answers import Recorded, Refusal
from guerdon.services.events.record import record_events
from guerdon.services.published import Published
from guerdon.store.database import Work

SCOPE: Final = "events:write"
_log: Final = logging.getLogger("guerdon")


class Result(Struct, omit_defaults=True, kw_only=True):
    """What became of one event of several: its status, and the event or the problem."""

    status: int
    event: Recorded | None = None
    problem: Problem | None = None


class Results(Struct, kw_only=True):
    """What became of each event, in the order in which they came."""

    results: list[Result]


@offer(
    "/events",
    Operation(
        id="recordEvent",
        summary="Record an event",
        tag="events",
        scope=SCOPE,
        body=Record,
        body_example=examples.PURCHASE,
        answers={
            201: Answer(about="It is recorded, and this is what it did.", kind=Recorded, example=examples.RECORDED),
            200: Answer(
                about="It was recorded before with the same content, or this is a dry run.",
                kind=Recorded,
                example=examples.REPEATED,
            ),
        },
        codes=(
            "event_conflict",
            "invalid_event",
            "member_unknown",
            "member_closed",
            "refund_refused",
            "at_needs_dry_run",
        ),
        parameters=(DRY_RUN, DRY_AT),
    ),
)
async def record_event(request: Asked) -> Reply:
    """Record one event: a purchase, a refund, or whatever the programme declares.

    The same id with the same content is answered as before, with other content it is a conflict. The answer comes after the
    commit. The member is named by `member`, or by an `identity`; what an identity bought that nobody has is kept, where the
    programme lets whoever joins with it claim that.
    """
    record = bodies.record_of(await asking.body_of(request))
    outcome: Recorded | Refusal | None = bodies.refusal_of(record)
    if outcome is None and asking.asks_for_more(request) and asking.is_dry(request):
        outcome = (await _together(request, [record], dry=True))[0]
    if outcome is None:
        outcome = await asking.waiting_of(request).on(asking.guerdon_of(request).submit(record))
    status, content = asking.of_outcome(outcome)
    return refused(content) if isinstance(content, Problem) else shown(content, status)


@offer(
    "/events/batch",
    Operation(
        id="recordEvents",
        summary="Record up to 1,000 events",
        tag="events",
        scope=SCOPE,
        body=EventsBody,
        body_example={"events": [examples.PURCHASE]},
        answers={200: Answer(about="Each is answered by itself.", kind=Results, example=examples.RESULTS)},
        codes=("at_needs_dry_run",),
        parameters=(DRY_RUN, DRY_AT),
    ),
)
async def record_many(request: Asked) -> Reply:
    """Record many events at once; what one cannot be leaves the others alone."""
    records = bodies.read(EventsBody, await asking.body_of(request, most=asking.LARGE_BYTES)).events
    refusals = [bodies.refusal_of(record) for record in records]
    good = [record for record, refusal in zip(records, refusals, strict=True) if refusal is None]
    dry = asking.asks_for_more(request) and asking.is_dry(request)
    outcomes = iter(await _together(request, good, dry=dry))
    return shown(Results(results=[_result(refusal or next(outcomes)) for refusal in refusals]))


async def _together(request: Asked, records: list[Record], *, dry: bool) -> list[Recorded | Refusal]:
    """Record events in one transaction, or, where one of them breaks it for a reason of ours, in groups."""
    guerdon, waiting, at = asking.guerdon_of(request), asking.waiting_of(request), asking.instant(request)

    def recorded(work: Work, published: Published, now: int) -> list[Recorded | Refusal]:
        return record_events(work, published, records, recorded_at=at(published, now))

    try:
        return await waiting.on(guerdon.write(recorded, dry=dry))
    except Unavailable:
        # One by one they would not be kept either.
        raise
    except Exception:
        if dry or len(records) < 2:  # noqa: PLR2004 - one event is no group
            raise
        _log.exception("%s events were not recorded together", len(records))
    answers = [waiting.on(guerdon.submit(record)) for record in records]
    return [await _told(answer, record) for answer, record in zip(answers, records, strict=True)]


async def _told(answer: "asyncio.Future[Recorded | Refusal]", record: Record) -> Recorded | Refusal:
    try:
        return await answer
    except Exception as failure:  # noqa: BLE001 - it is told to whom it happened to
        told = problem_of(failure)
        return Refusal(code=told.code, detail=told.detail, id=str(record.get("id") or ""))


def _result(outcome: Recorded | Refusal) -> Result:
    status, content = asking.of_outcome(outcome)
    if isinstance(content, Problem):
        return Result(status=status, problem=content)
    return Result(status=status, event=content)
