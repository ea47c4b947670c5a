"""Use a code, or ask whether it can be: once, and whoever cannot use it is told the same, whatever the reason."""

from dataclasses import dataclass

from guerdon.services.answers import Refusal
from guerdon.services.audit import By
from guerdon.services.published import Published
from guerdon.services.redemptions.codes import hashes_of
from guerdon.services.redemptions.rows import reward_named
from guerdon.store import audit, redemptions
from guerdon.store.database import View, Work
from guerdon.store.redemptions import TAKEN, USED, Code


@dataclass(frozen=True, slots=True, kw_only=True)
class UseCode:
    """Somebody shows a code at a till; `member` is who is there, if that is known."""

    code: str
    member: str
    by: By


@dataclass(frozen=True, slots=True, kw_only=True)
class Good:
    """A code that is good, or has just been used: for which reward, of which redemption and member, until when."""

    reward: str
    title: str
    redemption: str
    member: str
    expires_at: int | None
    used: bool


def check_code(command: UseCode, view: View, published: Published, *, at: int) -> Good | Refusal:
    """Say whether a code can be used."""
    known = [redemptions.find_code(view, published.id, one) for one in hashes_of(view, command.code)]
    return _good(command, view, published, [one for one in known if one is not None], at)


def use_code(command: UseCode, work: Work, published: Published, *, at: int) -> Good | Refusal:
    """Use a code."""
    known = [redemptions.lock_code(work, published.id, one) for one in hashes_of(work, command.code)]
    codes = [one for one in known if one is not None]
    good = _good(command, work, published, codes, at, used=True)
    if isinstance(good, Good):
        redemptions.change_code(work, published.id, codes[0].code_hash, state=USED, redemption=good.redemption)
        deed = command.by.did("use", f"code of redemption {good.redemption}", at=at, reward=good.reward)
        audit.add(work, published.id, [deed])
    return good


def _good(
    command: UseCode, view: View, published: Published, codes: list[Code], at: int, *, used: bool = False
) -> Good | Refusal:
    for code in codes:
        if code.state == TAKEN and (code.expires_at is None or at < code.expires_at):
            row = redemptions.read(view, published.id, [str(code.redemption)])[str(code.redemption)]
            if command.member in ("", row.member):
                reward = reward_named(published, row.reward, at)
                return Good(
                    reward=row.reward, title="" if reward is None else reward.title, redemption=row.id,
                    member=row.member, expires_at=code.expires_at, used=used,
                )  # fmt: skip
    return Refusal(code="code_refused", detail="this code cannot be used")
