"""Accounts: where they stand at any instant, and what came about, page by page."""

from typing import Final

from msgspec import Struct

from guerdon.api import asking, examples
from guerdon.api.instants import maybe, to_api
from guerdon.api.operations import Answer, Asked, Operation, offer
from guerdon.api.parameters import ACCOUNT, AT, CURSOR, LIMIT, PAGE, PAGE_MAX
from guerdon.api.replies import Reply, shown
from guerdon.services.accounts.journals import EventName, Journal, journals_of
from guerdon.services.accounts.stand import Ending, Stand, stand
from guerdon.services.answers import Balance, Points

SCOPE: Final = "members:read"


class Dated(Struct, kw_only=True):
    """Points of a unit that end, or become usable, at an instant."""

    unit: str
    at: str
    points: Points


class HeldLevel(Struct, kw_only=True):
    """The level held on a ladder, since when and until when; null is from the beginning, or for ever."""

    ladder: str
    level: str
    since: str | None
    until: str | None


class Standing(Struct, kw_only=True):
    """Where an account stands at an instant: what it has, what ends and what becomes usable when, and its levels."""

    account: str
    at: str
    balances: tuple[Balance, ...]
    expiring: list[Dated]
    becoming_usable: list[Dated]
    levels: list[HeldLevel]


class EntryShown(Struct, kw_only=True):
    """Points that left one book for another, or a level that moved; what does not apply is empty."""

    kind: str
    at: str
    taken_off: bool
    unit: str
    points: Points
    leaves: str
    reaches: str
    rule: str
    version: str
    payer: str
    limit: str
    reason: str
    lot_of: EventName | None
    before: str
    level: str


class JournalShown(Struct, kw_only=True):
    """What one cause did: an event, what fell due, or a late event's change of what was there."""

    number: int
    cause: str
    at: str
    recorded_at: str
    event: EventName | None
    late: EventName | None
    entries: list[EntryShown]


class JournalPage(Struct, kw_only=True):
    """Journals, the newest first; `next` is the cursor of the following page, null on the last."""

    journals: list[JournalShown]
    next: str | None


@offer(
    "/accounts/{account:str}",
    Operation(
        id="accountStanding",
        summary="Where an account stands",
        tag="accounts",
        scope=SCOPE,
        answers={200: Answer(about="Where it stands.", kind=Standing, example=examples.STANDING)},
        codes=("account_unknown",),
        parameters=(ACCOUNT, AT),
    ),
)
async def account_standing(request: Asked) -> Reply:
    """Tell balances, what expires when, what becomes usable, and levels: now, or at any instant."""
    account = asking.named(request, "account")
    return shown(
        await asking.read(request, lambda view, published, at: standing(stand(view, published, account, at=at)))
    )


@offer(
    "/accounts/{account:str}/journals",
    Operation(
        id="accountJournals",
        summary="What came about on an account",
        tag="accounts",
        scope=SCOPE,
        answers={200: Answer(about="A page of journals.", kind=JournalPage, example=examples.JOURNALS)},
        codes=("account_unknown",),
        parameters=(ACCOUNT, CURSOR, LIMIT),
    ),
)
async def account_journals(request: Asked) -> Reply:
    """Tell the journals of an account, the newest first, with every entry by the programme's names."""
    account, before = asking.named(request, "account"), asking.before(request)
    limit = asking.number(request, "limit", otherwise=PAGE, most=PAGE_MAX)
    found = await asking.read(
        request, lambda view, published, _: journals_of(view, published, account, before=before, limit=limit)
    )
    more = len(found) == limit and found[-1].number > 1
    return shown(
        JournalPage(journals=[_journal(one) for one in found], next=asking.cursor(found[-1].number) if more else None)
    )


def standing(found: Stand) -> Standing:
    """Return where an account stands, as it is written."""
    return Standing(
        account=found.account,
        at=to_api(found.at),
        balances=found.balances,
        expiring=[_dated(one) for one in found.expiring],
        becoming_usable=[_dated(one) for one in found.becoming_usable],
        levels=[
            HeldLevel(ladder=one.ladder, level=one.level, since=maybe(one.since), until=maybe(one.until))
            for one in found.levels
        ],
    )


def _dated(one: Ending) -> Dated:
    return Dated(unit=one.unit, at=to_api(one.at), points=one.points)


def _journal(one: Journal) -> JournalShown:
    return JournalShown(
        number=one.number,
        cause=one.cause,
        at=to_api(one.at),
        recorded_at=to_api(one.recorded_at),
        event=one.event,
        late=one.late,
        entries=[
            EntryShown(
                kind=entry.kind, at=to_api(entry.at), taken_off=entry.taken_off, unit=entry.unit, points=entry.points,
                leaves=entry.leaves, reaches=entry.reaches, rule=entry.rule, version=entry.version, payer=entry.payer,
                limit=entry.limit, reason=entry.reason, lot_of=entry.lot_of, before=entry.before, level=entry.level,
            )
            for entry in one.entries
        ],
    )  # fmt: skip
