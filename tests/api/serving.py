"""A server as its callers see it; whatever it answers is held against its own reference."""

import json
import re
import socket
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import httpx
import uvicorn
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]  # it ships no types

from guerdon.api.app import document, make_app
from guerdon.app.publishing import publish_checked
from guerdon.app.service import Guerdon, Settings, open_service_database
from guerdon.core.amounts import read_time
from guerdon.definition.check import check_text
from guerdon.definition.zones import load_zone
from guerdon.services.audit import By
from guerdon.services.keys.make import MakeKey, make_key
from guerdon.store import keys
from tests.services.shop import PROGRAMME

Params = Mapping[str, str | int]
NOW = "2026-06-01T12:00:00+02:00"
STARTS_SECONDS = 20
PURCHASE = {"id": "1", "member": "ana", "at": "2026-06-01T10:00:00+02:00", "amount": "120.50"}
OPERATIONS = [
    (method.upper(), re.compile(re.sub(r"\{\w+\}", "[^/]+", path)), operation)
    for path, methods in document()["paths"].items()
    for method, operation in methods.items()
]


def instant(written: str) -> int:
    return read_time(written, load_zone("Europe/Paris"), "now")[0]


@dataclass
class Served:
    """A service that runs, and a caller whose key is good for everything."""

    guerdon: Guerdon
    address: str
    key: str
    now: list[str]
    client: httpx.Client

    def call(
        self,
        method: str,
        path: str,
        *,
        key: str | None = None,
        headers: Mapping[str, str] | None = None,
        content: bytes | None = None,
        params: Params | None = None,
    ) -> httpx.Response:
        """Ask, and hold the answer against the reference."""
        bearer = self.key if key is None else key
        sent = {**({"Authorization": f"Bearer {bearer}"} if bearer else {}), **(headers or {})}
        url = f"{self.address}/v1{path}"
        answer = self.client.request(method, url, headers=sent, content=content, params=params)
        check_declared(method, answer)
        return answer

    def get(
        self,
        path: str,
        *,
        key: str | None = None,
        headers: Mapping[str, str] | None = None,
        params: Params | None = None,
    ) -> httpx.Response:
        return self.call("GET", path, key=key, headers=headers, params=params)

    def post(
        self,
        path: str,
        body: object = None,
        *,
        key: str | None = None,
        headers: Mapping[str, str] | None = None,
        content: bytes | None = None,
    ) -> httpx.Response:
        sent = content if body is None else json.dumps(body).encode()
        return self.call("POST", path, key=key, headers=headers, content=sent)

    def earn(self, points: int, member: str = "ana", id_: str = "earned") -> None:
        answer = self.post("/events", {**PURCHASE, "id": id_, "member": member, "amount": points})
        assert answer.status_code == 201, answer.text

    def available(self, member: str = "ana", at: str = "") -> int:
        # What was decided at this moment stands a little after what was recorded at it, and the clock stands still.
        after = (datetime.fromisoformat(self.now[0]) + timedelta(seconds=1)).isoformat()
        answer = self.get(f"/members/{member}", params={"at": at or after})
        assert answer.status_code == 200, answer.text
        return int(answer.json()["balances"][0]["available"])

    def new_key(self, *scopes: str, ends: str = "") -> tuple[str, str]:
        """Make a key, and return its id and what is handed out."""
        asked = MakeKey(name="test", scopes=scopes, expires_at=instant(ends) if ends else None)
        with self.guerdon.database.work() as work:
            made = make_key(asked, work, self.guerdon.programme, at=self.guerdon.clock())
        return made.key.id, made.secret

    def revoke(self, id_: str) -> None:
        with self.guerdon.database.work() as work:
            assert keys.revoke(work, self.guerdon.programme, id_, at=self.guerdon.clock())


def check_declared(method: str, answer: httpx.Response) -> None:
    """Hold an answer against the reference: its status is declared, its body is as declared, and its headers are there."""
    path = answer.request.url.path
    operation = next((one for verb, paths, one in OPERATIONS if verb == method and paths.fullmatch(path)), None)
    assert answer.headers["x-request-id"]
    assert answer.headers["guerdon-version"]
    if operation is None:
        assert answer.status_code in {404, 405}
        return
    declared = operation["responses"].get(str(answer.status_code))
    assert declared is not None, f"{operation['operationId']} does not declare {answer.status_code}: {answer.text}"
    content = declared["content"][answer.headers["content-type"]]
    check_schema(content["schema"], answer.json())
    if answer.status_code >= 400:
        assert answer.json()["code"] in content["examples"], f"{operation['operationId']}: {answer.json()}"


def check_schema(schema: dict[str, Any], value: object) -> None:
    Draft202012Validator({**schema, "components": document()["components"]}).validate(value)


@contextmanager
def serving(url: str, *, text: str = PROGRAMME, settings: Settings | None = None) -> Iterator[Served]:
    """Serve a programme over a database, at a time that stands still until a test moves it."""
    now = [NOW]
    database = open_service_database(url, settings)
    programme = publish_checked(database, check_text(text), by=By(actor="tests"), at=instant(NOW)).programme
    guerdon = Guerdon(database, programme, clock=lambda: instant(now[0]), settings=settings)
    with socket.create_server(("127.0.0.1", 0), backlog=256) as listening, httpx.Client(timeout=30) as client:
        config = uvicorn.Config(make_app(guerdon), log_level="error", access_log=False, ws="none")
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        try:
            _await_start(server)
            served = Served(guerdon, f"http://127.0.0.1:{listening.getsockname()[1]}", "", now, client)
            served.key = served.new_key("admin")[1]
            yield served
        finally:
            server.should_exit = True
            thread.join()


def _await_start(server: uvicorn.Server) -> None:
    ends = time.monotonic() + STARTS_SECONDS
    while not server.started:
        assert time.monotonic() < ends, "the server starts"
        time.sleep(0.01)
