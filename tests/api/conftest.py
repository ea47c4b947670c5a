"""A service on a free port of loopback, over either database."""

from collections.abc import Iterator

import pytest

from tests.api.serving import Served, serving
from tests.databases.fixtures import Engine


@pytest.fixture
def served(engine: Engine) -> Iterator[Served]:
    """Serve the shop's programme for the length of a test."""
    with serving(engine.url) as found:
        yield found
