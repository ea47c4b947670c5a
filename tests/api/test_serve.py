"""The command: from nothing to a served programme, and stopped without losing what was accepted."""

import os
import signal
import ssl
import threading
import time
from pathlib import Path

import httpx
import pytest
from click.testing import CliRunner

from guerdon.cli.main import commands
from tests.api.process import children, started, wait_until
from tests.api.serving import PURCHASE
from tests.databases.fixtures import Engine
from tests.services.shop import PROGRAMME


@pytest.mark.slow
def test_a_stopped_service_has_answered_what_it_accepted_and_goes_on_where_it_was(tmp_path: Path) -> None:
    (tmp_path / "programme.yaml").write_text(PROGRAMME)
    statuses: list[int] = []

    def post(address: str, key: str, first: int) -> None:
        with httpx.Client(headers={"Authorization": f"Bearer {key}"}, timeout=30) as client:
            for number in range(first, first + 200):
                try:
                    body = {**PURCHASE, "id": str(number), "amount": 1}
                    statuses.append(client.post(f"{address}/v1/events", json=body).status_code)
                except httpx.TransportError:
                    return

    with started(tmp_path, "--programme", "programme.yaml") as (process, address, key):
        callers = [threading.Thread(target=post, args=(address, key, one * 1_000)) for one in range(6)]
        for caller in callers:
            caller.start()
        while len(statuses) < 20:
            time.sleep(0.01)
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0
        for caller in callers:
            caller.join()
    assert set(statuses) == {201}
    with started(tmp_path) as (_, address, shown):
        assert shown == ""
        answer = httpx.get(f"{address}/v1/members/ana", headers={"Authorization": f"Bearer {key}"})
    assert answer.json()["balances"][0]["available"] >= len(statuses)


PLAIN = ssl.create_default_context()
"""Nothing is encrypted here; made once, since reading the machine's certificates takes longer than an answer."""


def _post(address: str, key: str, number: int) -> int:
    """Post a purchase of one point on a connection of its own."""
    headers = {"Authorization": f"Bearer {key}"}
    body = {**PURCHASE, "id": str(number), "amount": 1}
    return httpx.post(f"{address}/v1/events", json=body, headers=headers, timeout=30, verify=PLAIN).status_code


@pytest.mark.slow
def test_several_processes_answer_at_one_address_and_one_that_dies_is_replaced(engine: Engine, tmp_path: Path) -> None:
    (tmp_path / "programme.yaml").write_text(PROGRAMME)
    options = ["--database", engine.url, "--programme", "programme.yaml", "--processes", "2"]
    with started(tmp_path, *options) as (process, address, key):
        assert {_post(address, key, number) for number in range(40)} == {201}
        before = children(process.pid)
        os.kill(before[0], signal.SIGKILL)
        wait_until(lambda: len(children(process.pid)) == len(before) and before[0] not in children(process.pid))
        assert {_post(address, key, number) for number in range(40)} == {200}
        assert "another one takes its place" in (tmp_path / "err").read_text()
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0
    with started(tmp_path, *options) as (process, address, _):
        left = children(process.pid)
        assert {_post(address, key, number) for number in range(60)} == {200, 201}
        process.kill()
        wait_until(lambda: not any(Path(f"/proc/{one}").exists() for one in left))


def _run(folder: Path, *words: str) -> str:
    done = CliRunner().invoke(commands, [*words, "--database", f"sqlite:///{folder / 'books.db'}"])
    assert done.exit_code == 0, (done.output, done.exception)
    return done.output


def test_keys_are_made_listed_and_revoked(tmp_path: Path) -> None:
    (tmp_path / "programme.yaml").write_text(PROGRAMME)
    assert "revision 1" in _run(tmp_path, "publish", str(tmp_path / "programme.yaml"))
    made = _run(tmp_path, "keys", "new", "till", "--scope", "events:write", "--days", "30")
    id_ = made.split(",")[0]
    listed = _run(tmp_path, "keys", "list")
    assert id_ in listed
    assert "events:write" in listed
    assert made.split()[-1] not in listed
    assert _run(tmp_path, "keys", "revoke", id_) == f"{id_} is revoked\n"
    assert "revoked" in _run(tmp_path, "keys", "list")
    told = [line.split("  ")[1:4] for line in _run(tmp_path, "audit").splitlines()]
    assert told == [
        ["command", "revoke", f"key {id_}"], ["command", "make", f"key {id_}"], ["command", "publish", "revision 1"],
    ]  # fmt: skip
    assert len(_run(tmp_path, "audit", "--last", "1").splitlines()) == 1


def test_nothing_is_served_before_anything_is_published(tmp_path: Path) -> None:
    done = CliRunner().invoke(commands, ["serve", "--port", "0", "--database", f"sqlite:///{tmp_path / 'books.db'}"])
    assert "no programme is published" in str(done.exception)
