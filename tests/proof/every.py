"""Every path that writes, and what it writes when nothing is in its way."""

from typing import Final

from tests.proof.celebrating import CELEBRATING_PATHS
from tests.proof.desk import DESK_PATHS
from tests.proof.kept import changed, kept
from tests.proof.leaving import LEAVING_PATHS
from tests.proof.writing import NOW, PATHS, Path
from tests.services.shop import Shop

EVERY: Final = (*PATHS, *DESK_PATHS, *LEAVING_PATHS, *CELEBRATING_PATHS)

SPARE: Final = 1_000
"""From this number on nothing is asked for: a worker finds these when it is through with the others."""


def done(shop: Shop, path: Path, number: int) -> list[str]:
    """Let a path come to its end, and return which tables it changed; one more is left to be done."""
    shop.now = NOW
    path.prepare(shop, number)
    path.prepare(shop, SPARE + number)
    before = kept(shop.database)
    assert path.right(path.act(shop, number), number)
    return changed(before, kept(shop.database))
