"""A typed client in Python, generated from the reference as its page says, used against a service that runs."""

import importlib
import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from guerdon.api.app import document
from tests.api.serving import Served

Client = Callable[[str], Any]
"""Returns a module of the client by its name."""

GENERATE = str(Path(sys.executable).with_name("openapi-python-client"))


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    """Generate the client into a folder of its own, and import from it."""
    folder = tmp_path_factory.mktemp("client")
    (folder / "openapi.json").write_text(json.dumps(document()))
    (folder / "config.yaml").write_text("post_hooks: []\n")
    told = subprocess.run(
        [GENERATE, *["generate", "--path", "openapi.json", "--config", "config.yaml", "--meta", "none", "--output-path", "guerdon_client"]],
        cwd=folder, check=False, capture_output=True, text=True,
    )  # fmt: skip
    assert (told.returncode, "warning" in told.stdout.lower()) == (0, False), told.stdout + told.stderr
    sys.path.insert(0, str(folder))
    yield lambda name: importlib.import_module(f"guerdon_client.{name}" if name else "guerdon_client")
    sys.path.remove(str(folder))


@pytest.fixture
def caller(client: Client, served: Served) -> Iterator[Any]:
    with client("").AuthenticatedClient(base_url=served.address, token=served.key) as found:
        yield found


def test_what_the_reference_says_can_be_called_with_types(client: Client, caller: object) -> None:
    models: ModuleType = client("models")
    event = models.Event(id="1", member="ana", at="2026-06-01T10:00:00+02:00", amount="120.50")
    recorded = client("api.events.record_event").sync(client=caller, body=event)
    assert isinstance(recorded, models.Recorded)
    assert recorded.points.to_dict() == {"points": 120}
    standing = client("api.members.member_standing").sync("ana", client=caller)
    assert [(one.unit, one.available) for one in standing.balances] == [("points", 120)]


def test_a_refusal_is_a_problem_with_its_code(client: Client, caller: object) -> None:
    models: ModuleType = client("models")
    redeem = client("api.redemptions.redeem")
    refused = redeem.sync_detailed("ana", client=caller, body=models.RedemptionBody(reward="yacht"))
    assert (int(refused.status_code), refused.parsed.code) == (422, "reward_unknown")
