"""Once: a request that its caller named by a key is done once, and asked again it is answered as it was.

Invariants:
* The answer is kept in the transaction of what it answers: there is never one without the other.
* A key stands for one request of one caller; with other content it is refused and does nothing.
"""

from collections.abc import Callable
from dataclasses import dataclass

from guerdon.core.errors import Refused, invariant
from guerdon.store import answers
from guerdon.store.answers import Answer
from guerdon.store.database import Work


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """Who asks, under which key, and a hash of what."""

    actor: str
    key: str
    asked: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """An answer as the door gives it, and whether it was given before; `shown` is given in place of `body`, and not kept."""

    status: int
    body: str
    repeated: bool = False
    shown: str = ""


def once(work: Work, programme: int, asking: Asking, do: Callable[[], Answered], *, at: int) -> Answered:
    """Do what is asked for and keep the answer, or return the one that was kept."""
    claim = Answer(asking.actor, asking.key, asking.asked, None, None, at)
    before = answers.claim(work, programme, claim)
    if before is None:
        answered = do()
        answers.settle(work, programme, claim._replace(status=answered.status, body=answered.body))
        return answered
    if before.asked != asking.asked:
        message = "this Idempotency-Key came before with another request; use a new key for each request"
        raise Refused(message, code="idempotency_key_reused")
    invariant(before.status is not None, "an answer that can be seen is complete")
    return Answered(status=before.status or 0, body=before.body or "", repeated=True)
