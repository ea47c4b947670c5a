"""Codes: made or taken from a pool as a redemption is confirmed, shown once, and known by a keyed hash from then on.

Invariants:
* A code belongs to one redemption, however many ask at the same moment.
* A code that is made has 100 random bits, so that nobody finds one by trying.
"""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass, fields
from typing import Final

from guerdon.core.errors import Conflict
from guerdon.core.lots.rewards import Reward
from guerdon.services.answers import Recorded, Refusal
from guerdon.services.facts import moment
from guerdon.services.published import Published
from guerdon.store import identities, redemptions
from guerdon.store.database import View, Work
from guerdon.store.redemptions import TAKEN, Code, RedemptionRow

UPLOADED: Final = "uploaded"
_KIND: Final = "code"
_LETTERS: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_LENGTH: Final = 20
_GROUP: Final = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Redeemed(Recorded):
    """What a redemption was answered, with its code: this once, it is kept nowhere."""

    code: str = ""
    code_expires_at: str | None = None


@dataclass(frozen=True, slots=True)
class Giving:
    """A code that is given once its redemption stands: the one that is `held` free, or else one that is made."""

    work: Work
    programme: int
    reward: Reward
    at: int
    held: Code | None

    @classmethod
    def begin(cls, work: Work, published: Published, reward: Reward | None, *, at: int) -> "Giving | Refusal | None":
        """Begin before the account is locked; None where the reward has no code, a refusal where none is left."""
        if reward is None or not reward.code:
            return None
        if reward.code != UPLOADED:
            return cls(work, published.id, reward, at, None)
        held = redemptions.free_code(work, published.id, reward.name, at=at)
        if held is None and redemptions.free_codes(work, published.id, reward.name, at=at):
            message = "another request looks at the last codes at this moment; send it again"
            raise Conflict(message)
        if held is None:
            return Refusal(code="out_of_stock", detail="no code is left of the reward; upload more, or offer another")
        return cls(work, published.id, reward, at, held)

    def give(self, row: RedemptionRow, outcome: Recorded) -> Redeemed:
        """Give the code to a redemption that stands now, and return it in its answer."""
        code, secret = self._taken(row.id)
        redemptions.save(self.work, self.programme, row._replace(code_hash=code.code_hash))
        said = {field.name: getattr(outcome, field.name) for field in fields(outcome)}
        ends = None if code.expires_at is None else moment(code.expires_at).isoformat()
        return Redeemed(**said, code=secret, code_expires_at=ends)

    def _taken(self, redemption: str) -> tuple[Code, str]:
        if self.held is not None and self.held.secret is not None:
            redemptions.change_code(self.work, self.programme, self.held.code_hash, state=TAKEN, redemption=redemption)
            return self.held, self.held.secret
        lasts = self.reward.valid_for
        expires_at = None if lasts is None else lasts.after(self.at)
        while True:
            secret = _made()
            code = Code(hash_of(self.work, secret), self.reward.name, TAKEN, redemption, expires_at)
            if redemptions.add_taken(self.work, self.programme, code):
                return code, secret


def hash_of(view: View, code: str) -> bytes:
    """Return what is kept of a code of a pool, which is read as it is written."""
    return hashes_of(view, code)[0]


def by_hash(view: View, codes: Iterable[str]) -> dict[bytes, str]:
    """Return codes of a pool by what is kept of them."""
    key = identities.key_of(view)
    return {identities.hash_of(key, _KIND, code.strip()): code.strip() for code in codes}


def hashes_of(view: View, code: str) -> list[bytes]:
    """Return what may be kept of a code: as it is written, and as one that was made and then read aloud."""
    key = identities.key_of(view)
    written = code.strip()
    return [identities.hash_of(key, _KIND, one) for one in dict.fromkeys([written, _aloud(written)])]


def _aloud(code: str) -> str:
    """Return a code as it is made, however it is spaced and whatever letters were taken for digits."""
    letters = code.upper().replace("-", "").replace(" ", "").replace("O", "0").replace("I", "1").replace("L", "1")
    return _grouped(letters)


def _made() -> str:
    return _grouped("".join(secrets.choice(_LETTERS) for _ in range(_LENGTH)))


def _grouped(letters: str) -> str:
    return "-".join(letters[start : start + _GROUP] for start in range(0, len(letters), _GROUP))
