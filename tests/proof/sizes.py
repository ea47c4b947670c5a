"""How much of each proof is run: little on every push, much for a release (`make proof`)."""

import os

RELEASE = os.environ.get("GUERDON_PROOF") == "1"


def sized(*, push: int, release: int) -> int:
    """Return how often something is done in this run."""
    return release if RELEASE else push
