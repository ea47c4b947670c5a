"""Baskets: what a purchase would do, asked at the till before it is paid; nothing is written."""

from typing import Final

from guerdon.api import asking, bodies, examples
from guerdon.api.bodies import BasketRecord
from guerdon.api.operations import Answer, Asked, Operation, offer
from guerdon.api.parameters import AT
from guerdon.api.problems import problem
from guerdon.api.replies import Reply, refused, shown
from guerdon.core.errors import Invalid
from guerdon.services.baskets import ask
from guerdon.services.published import Published
from guerdon.store.database import View

SCOPE: Final = "members:read"


@offer(
    "/baskets",
    Operation(
        id="askBasket",
        summary="Ask what a basket would do",
        tag="baskets",
        scope=SCOPE,
        body=BasketRecord,
        body_example=examples.BASKET,
        answers={200: Answer(about="What it would do.", kind=ask.BasketAnswer, example=examples.ASKED)},
        codes=("invalid_event", "member_unknown"),
        parameters=(AT,),
    ),
)
async def ask_basket(request: Asked) -> Reply:
    """Tell what a purchase would earn and move, which rewards can be had before and with it, and what little more would bring.

    It is written as an event is, without its `id`; what is nearly in reach comes with the money that is missing to it, and
    `receipt` says the most of it in words.
    """
    record = bodies.record_of(await asking.body_of(request))
    refusal = bodies.refusal_of(record)
    if refusal is not None:
        return refused(problem(refusal.code, refusal.detail))

    def found(view: View, published: Published, at: int) -> ask.BasketAnswer | str:
        try:
            return ask.ask_basket(view, published, record, at=at)
        except Invalid as invalid:
            return str(invalid)

    told = await asking.read(request, found)
    return refused(problem("invalid_event", told)) if isinstance(told, str) else shown(told)
