"""Upload codes: those that a reward hands out one by one, made by somebody else."""

from collections.abc import Sequence
from dataclasses import dataclass

from guerdon.core.amounts import read_end
from guerdon.core.errors import Invalid
from guerdon.services.answers import Refusal
from guerdon.services.audit import By
from guerdon.services.published import Published
from guerdon.services.redemptions.codes import UPLOADED, by_hash
from guerdon.services.redemptions.rows import reward_named
from guerdon.store import audit, redemptions
from guerdon.store.database import Work


@dataclass(frozen=True, slots=True, kw_only=True)
class UploadCodes:
    """Codes for a reward, which can be used until a time, a day included, or for ever."""

    reward: str
    codes: Sequence[str]
    expires_at: str | None
    by: By


@dataclass(frozen=True, slots=True, kw_only=True)
class Uploaded:
    """How many codes were new, and how many of the reward are free now."""

    reward: str
    added: int
    free: int


def upload_codes(command: UploadCodes, work: Work, published: Published, *, at: int) -> Uploaded | Refusal:
    """Keep codes until they are handed out; one that was uploaded before is not new."""
    reward = reward_named(published, command.reward, at)
    if reward is None or reward.code != UPLOADED:
        detail = (
            f"there is no reward {command.reward!r:.80} whose codes are uploaded; write code: uploaded in the programme"
        )
        return Refusal(code="reward_unknown", detail=detail)
    until: int | None = None
    if command.expires_at is not None:
        try:
            until = read_end(command.expires_at, published.programme.zone, "expires_at")
        except Invalid as invalid:
            return Refusal(code="body_invalid", detail=str(invalid))
    codes = by_hash(work, command.codes)
    added = redemptions.add_codes(work, published.id, reward.name, codes, expires_at=until)
    audit.add(work, published.id, [command.by.did("upload", f"codes of {reward.name}", at=at, added=added)])
    return Uploaded(
        reward=reward.name, added=added, free=redemptions.free_codes(work, published.id, reward.name, at=at)
    )
