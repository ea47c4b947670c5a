"""Standings: where members stand, their statement as a page, and every point explained."""

from collections.abc import Callable
from typing import Final, TypeVar

from msgspec import Struct

from guerdon.api import asking, examples
from guerdon.api.instants import to_api
from guerdon.api.operations import Answer, Asked, Operation, offer
from guerdon.api.parameters import AT, MEMBER
from guerdon.api.replies import Reply, shown
from guerdon.api.routes.accounts import Standing, standing
from guerdon.api.routes.members.statements import Statement, statement_shown
from guerdon.core.explain import Explanation, sentences
from guerdon.services.accounts.stand import stand, unknown
from guerdon.services.accounts.tell import explanation, home_of, statement
from guerdon.services.published import Published
from guerdon.store.database import View

T = TypeVar("T")

SCOPE: Final = "members:read"


class Explained(Struct, kw_only=True):
    """Every point of an account accounted for: in sentences, and as values."""

    account: str
    at: str
    sentences: list[str]
    explanation: Explanation


@offer(
    "/members/{member:str}",
    Operation(
        id="memberStanding",
        summary="Where a member stands",
        tag="members",
        scope=SCOPE,
        answers={200: Answer(about="Where the member's account stands.", kind=Standing, example=examples.STANDING)},
        codes=("account_unknown",),
        parameters=(MEMBER, AT),
    ),
)
async def member_standing(request: Asked) -> Reply:
    """Tell where the account stands that a member's points are in: now, or at any instant."""
    if not asking.asks_for_more(request):
        member = asking.named(request, "member")
        found = await asking.waiting_of(request).on(asking.guerdon_of(request).standing(member))
        if found is None:
            raise unknown(member)
        return shown(standing(found))
    return await _at_home(request, lambda view, published, home, at: standing(stand(view, published, home, at=at)))


@offer(
    "/members/{member:str}/statement",
    Operation(
        id="memberStatement",
        summary="A member's statement",
        tag="members",
        scope=SCOPE,
        answers={200: Answer(about="The page.", kind=Statement, example=examples.STATEMENT)},
        codes=("account_unknown",),
        parameters=(MEMBER, AT),
    ),
)
async def member_statement(request: Asked) -> Reply:
    """Tell what a member has as a page in plain words: balances, what waits and ends, months, history and levels."""
    return await _at_home(
        request, lambda view, published, home, at: statement_shown(statement(view, published, home, at=at))
    )


@offer(
    "/members/{member:str}/explanation",
    Operation(
        id="memberExplanation",
        summary="Every point of a member explained",
        tag="members",
        scope=SCOPE,
        answers={200: Answer(about="The explanation.", kind=Explained, example=examples.EXPLANATION)},
        codes=("account_unknown",),
        parameters=(MEMBER, AT),
    ),
)
async def member_explanation(request: Asked) -> Reply:
    """Account for every point of a member's account, event by event, and say where its levels stand."""

    def explained(view: View, published: Published, home: str, at: int) -> Explained:
        told = explanation(view, published, home, at=at)
        return Explained(account=home, at=to_api(at), sentences=sentences(told), explanation=told)

    return await _at_home(request, explained)


async def _at_home(request: Asked, tell: Callable[[View, Published, str, int], T]) -> Reply:
    """Tell something of the account that the member's points are in, at an instant."""
    member = asking.named(request, "member")
    return shown(
        await asking.read(
            request, lambda view, published, at: tell(view, published, home_of(view, published, member), at)
        )
    )
