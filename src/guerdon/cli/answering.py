"""Answering at an address: a service and its worker in this process, or several processes at one address.

Invariants:
* A process that is told to stop has answered what it accepted before it ends.
* Of several processes each takes its own connections, as the system shares them out; one that ends unasked is replaced.
* No process outlives the one that started it.
"""

import multiprocessing
import os
import signal
import socket
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import wait
from typing import TYPE_CHECKING, Any, Final

import click

from guerdon.cli.screen import say

if TYPE_CHECKING:
    from multiprocessing.context import SpawnProcess
    from multiprocessing.synchronize import Event

    from guerdon.store import Database

STOPS_SECONDS: Final = 30
BACKLOG: Final = 1024
_SIGNALS: Final = (signal.SIGTERM, signal.SIGINT)
_LOOKS_SECONDS: Final = 0.2


def listen(host: str, port: int, *, several: bool = False) -> socket.socket:
    """Return a socket bound to an address; where `several` processes share it, one of theirs, which does not listen yet."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    if not several:
        return socket.create_server((host, port), family=family, backlog=BACKLOG)
    if sys.platform != "linux":
        message = "--processes needs Linux, which shares connections out between processes; leave it out here"
        raise click.UsageError(message)
    bound = socket.socket(family, socket.SOCK_STREAM)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    bound.bind((host, port))
    return bound


def answer(
    database: "Database",
    programme: int,
    listening: socket.socket,
    *,
    clock: Callable[[], int] | None = None,
    works: bool = True,
    begun: Callable[[], None] | None = None,
) -> None:
    """Serve a programme until a signal stops it, with a worker beside it where it `works`; `begun` is called once it answers."""
    from guerdon.api.app import make_app
    from guerdon.app.service import Guerdon, now
    from guerdon.worker.loop import Worker

    guerdon = Guerdon(database, programme, clock=clock or now)
    if works:
        working = Worker(database, programme, clock or now)
        guerdon.closes(working.close)
        working.start()
    _run(make_app(guerdon), listening, begun or (lambda: say(serving_at(listening))))
    if begun is None:
        say(STOPPED)


STOPPED: Final = "stopped; everything that was accepted is answered"


def serving_at(listening: socket.socket) -> str:
    """Return how it is told where a service is."""
    host, port = listening.getsockname()[:2]
    at = f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
    return f"serving at {at}/v1, the reference is at {at}/docs"


def _run(app: object, listening: socket.socket, begun: Callable[[], None]) -> None:
    import uvicorn

    from guerdon.app.service import collect_seldom, let_threads_take_turns

    class Server(uvicorn.Server):
        """Tells when it answers."""

        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            """Begin to answer."""
            await super().startup(sockets)
            begun()

    let_threads_take_turns()
    collect_seldom()
    config = uvicorn.Config(
        app,  # type: ignore[arg-type]  # an ASGI application, as two libraries describe it
        log_level="warning",
        access_log=False,
        server_header=False,
        ws="none",
        proxy_headers=False,
        timeout_graceful_shutdown=STOPS_SECONDS,
        backlog=BACKLOG,
    )
    # The server gives signals back when it has stopped: then there is nothing left for them to end.
    for one in _SIGNALS:
        signal.signal(one, lambda _signal, _frame: None)
    Server(config).run(sockets=[listening])


# Several processes.


@dataclass(slots=True)
class _Process:
    """One of several; `ready` once it answers."""

    process: "SpawnProcess"
    ready: "Event"
    works: bool


class Several:
    """Processes that answer at one address; the first of them has the worker."""

    def __init__(self, count: int, url: str, programme: int, bound: socket.socket) -> None:
        self._spawning: Final = multiprocessing.get_context("spawn")
        self._served: Final = (url, programme, bound.getsockname()[:2])
        self._bound: Final = bound
        self._stopping = False
        self._failed = False
        for one in _SIGNALS:
            signal.signal(one, self._stop)
        self._running = [self._started(works=number == 0) for number in range(count)]

    def run(self) -> bool:
        """Answer until a signal stops it, and say whether all went well."""
        if self._await_ready():
            say(f"{serving_at(self._bound)}, {len(self._running)} processes")
        while self._running:
            ended = wait([one.process.sentinel for one in self._running])
            for one in [one for one in self._running if one.process.sentinel in ended]:
                self._running.remove(one)
                self._ended(one)
        if not self._failed:
            say(STOPPED)
        return not self._failed

    def _started(self, *, works: bool) -> _Process:
        ready = self._spawning.Event()
        process = self._spawning.Process(
            target=_answer_beside_others, args=(*self._served, ready), kwargs={"works": works}
        )
        process.start()
        return _Process(process, ready, works)

    def _await_ready(self) -> bool:
        """Wait until every process answers, unless one of them ended."""
        for one in self._running:
            while not one.ready.wait(_LOOKS_SECONDS):
                if not one.process.is_alive():
                    return False
        return True

    def _ended(self, one: _Process) -> None:
        """Replace a process that ended unasked; one that could not even begin ends all."""
        one.process.join()
        if self._stopping:
            return
        if not one.ready.is_set():
            self._failed = True
            self._stop()
            return
        say(f"a process ended unasked (exit code {one.process.exitcode}); another one takes its place")
        self._running.append(self._started(works=one.works))

    def _stop(self, *_signal: Any) -> None:  # noqa: ANN401 - as signals call it
        self._stopping = True
        for one in self._running:
            one.process.terminate()


def _answer_beside_others(url: str, programme: int, address: tuple[str, int], ready: "Event", *, works: bool) -> None:
    """Serve in a process of its own, at an address that others serve at too."""
    from guerdon.app.service import open_service_database
    from guerdon.core.errors import GuerdonError

    threading.Thread(target=_end_with_parent, daemon=True).start()
    try:
        bound = listen(*address, several=True)
        bound.listen(BACKLOG)
        answer(open_service_database(url), programme, bound, works=works, begun=ready.set)
    except (GuerdonError, OSError) as failure:
        say(f"a process could not begin: {failure}")
        sys.exit(1)


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os.kill(os.getpid(), signal.SIGTERM)
