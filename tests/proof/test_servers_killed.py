"""`guerdon serve`, or all of PostgreSQL, is killed while tills post (T3b, T3c): nothing acknowledged is lost, nothing is done twice."""

import random
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest

from guerdon.services.books.verify import verify
from guerdon.services.published import take_up
from guerdon.store import Database, open_database
from tests.api.process import started, wait_until
from tests.api.serving import NOW, PURCHASE, instant, serving
from tests.databases.fixtures import Engine
from tests.databases.server import clustered
from tests.proof.sizes import sized
from tests.services.shop import PROGRAMME

pytestmark = pytest.mark.slow

SERVERS_KILLED = sized(push=1, release=25)
"""How often `guerdon serve` is killed, on either database."""

CLUSTERS_KILLED = sized(push=1, release=25)
"""How often the whole of PostgreSQL is killed."""

READY_SECONDS = sized(push=60, release=5)
"""How soon the service answers again; on a push the machine may be busy with other things."""

TILLS = 4
LIFE_SECONDS = 0.4
"""How long something lives at most once it answers."""

DURABLE = {"listen_addresses": "127.0.0.1", "unix_socket_directories": ""}
"""Settings of a cluster that keeps what it acknowledges, as PostgreSQL does by itself."""


@dataclass
class Tills:
    """Tills that post purchases of one point each, and post each again until it is acknowledged."""

    address: str = ""
    key: str = ""
    acknowledged: list[int] = field(default_factory=list)
    failures: set[str] = field(default_factory=set)
    posted: int = 0
    threads: list[threading.Thread] = field(default_factory=list)
    stopped: threading.Event = field(default_factory=threading.Event)

    def start(self) -> None:
        """Begin to post."""
        self.threads += [threading.Thread(target=self._post, args=(number,), daemon=True) for number in range(TILLS)]
        for one in self.threads:
            one.start()

    def stop(self) -> None:
        """Post no more, once everything that was posted is acknowledged."""
        self.stopped.set()
        for one in self.threads:
            one.join(READY_SECONDS)
            assert not one.is_alive(), "what was posted is acknowledged in the end"

    def _post(self, till: int) -> None:
        number = 0
        with httpx.Client(timeout=30) as client:
            while not self.stopped.is_set():
                self._acknowledge(client, {**PURCHASE, "id": f"{till}-{number}", "member": f"m{till}", "amount": 1})
                number += 1
        self.posted += number

    def _acknowledge(self, client: httpx.Client, purchase: dict[str, object]) -> None:
        while True:
            try:
                headers = {"Authorization": f"Bearer {self.key}"}
                answer = client.post(f"{self.address}/v1/events", json=purchase, headers=headers)
            except httpx.TransportError:
                time.sleep(0.01)
                continue
            if answer.is_success:
                self.acknowledged.append(answer.status_code)
                return
            self.failures.add(f"{answer.status_code} {answer.json()['code']}")
            time.sleep(0.01)

    def await_more(self, count: int = TILLS) -> None:
        """Wait until more purchases are acknowledged."""
        wanted = len(self.acknowledged) + count
        wait_until(lambda: len(self.acknowledged) >= wanted, READY_SECONDS)


def assert_each_is_there_once(database: Database, tills: Tills, at: int) -> None:
    with database.view() as view:
        found = verify(view, take_up(view, 1), at=at)
    assert found.findings == ()
    assert found.events == tills.posted == len(tills.acknowledged)


def test_a_server_that_is_killed_has_lost_nothing_and_is_ready_soon(engine: Engine, tmp_path: Path) -> None:
    (tmp_path / "programme.yaml").write_text(PROGRAMME)
    options = ["--database", engine.url, "--programme", "programme.yaml"]
    tills = Tills(address="http://127.0.0.1:1")
    tills.start()
    for _ in range(SERVERS_KILLED):
        began = time.monotonic()
        with started(tmp_path, *options) as (process, address, key):
            assert httpx.get(f"{address}/v1/health").is_success
            assert time.monotonic() - began < READY_SECONDS
            tills.address, tills.key = address, key or tills.key
            tills.await_more()
            time.sleep(random.uniform(0, LIFE_SECONDS))  # noqa: S311 - a pause is no secret
            process.kill()
            process.wait()
    with started(tmp_path, *options) as (_, tills.address, _):
        tills.stop()
    database = open_database(engine.url)
    assert_each_is_there_once(database, tills, int(time.time()) * 1_000_000)
    database.close()


def test_a_cluster_that_is_killed_has_lost_nothing_and_is_served_soon() -> None:
    tills = Tills()
    with clustered(DURABLE) as cluster, serving(cluster.url) as served:
        tills.address, tills.key = served.address, served.key
        tills.start()
        for _ in range(CLUSTERS_KILLED):
            tills.await_more()
            time.sleep(random.uniform(0, LIFE_SECONDS))  # noqa: S311 - a pause is no secret
            cluster.kill()
            cluster.start()
        tills.stop()
        assert tills.failures <= {"503 busy"}
        assert_each_is_there_once(served.guerdon.database, tills, instant(NOW))
