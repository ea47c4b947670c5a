"""The load on a service, from a process of its own: so many connections, each sending its next request when it is answered.

`python -m benchmarks.load HOST PORT KEY KIND --connections 64 --seconds 20` prints requests a second and the times they took, as JSON.
"""

import argparse
import asyncio
import json
import random
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final

import uvloop

SEED: Final = 20260101
WARM_SECONDS: Final = 3.0
BULK: Final = 1_000
HOT: Final = 10


def purchase(number: int, member: int) -> dict[str, object]:
    """Return one purchase, made now."""
    amount = f"{5 + number % 150}.{number % 100:02}"
    return {"id": f"p{number}", "member": f"m{member:07}", "at": datetime.now(UTC).isoformat(), "amount": amount}


def requests_of(kind: str, members: int, hot: float, run: int) -> Callable[[int], tuple[str, str, object]]:
    """Return what makes the n-th request: its verb, path and body."""
    chance = random.Random(SEED + run)  # noqa: S311 - a load, no secret

    def member() -> int:
        return chance.randrange(HOT) if chance.random() < hot else chance.randrange(members)

    def made(number: int) -> tuple[str, str, object]:
        one = run * 100_000_000 + number
        if kind == "purchase":
            return "POST", "/v1/events", purchase(one, member())
        if kind == "bulk":
            return "POST", "/v1/events/batch", {"events": [purchase(one * BULK + n, member()) for n in range(BULK)]}
        if kind == "basket":
            return "POST", "/v1/baskets", {"member": f"m{member():07}", "amount": f"{5 + number % 150}.50"}
        if kind == "redemption":
            body = {"id": f"r{one}", "reward": "coffee"}
            return "POST", f"/v1/members/m{member():07}/redemptions", body
        return "GET", f"/v1/members/m{member():07}", None

    return made


class Caller(asyncio.Protocol):
    """One connection."""

    def __init__(self, load: "Load") -> None:
        self.load = load
        self.began = 0.0
        self.buffer = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Send the first request."""
        self.transport = transport
        # So many a second come one after the other, not all connections at once.
        wait = self.load.every * self.load.started / self.load.asked.connections
        self.load.started += 1
        asyncio.get_running_loop().call_later(wait, self.send)

    def send(self) -> None:
        """Send the next request."""
        self.began = time.perf_counter()
        self.transport.write(self.load.next())  # type: ignore[attr-defined]  # a socket's transport

    def data_received(self, data: bytes) -> None:
        """Read answers; send on while there is time."""
        self.buffer += data
        while (end := self.buffer.find(b"\r\n\r\n")) >= 0:
            head = self.buffer[:end].lower()
            place = head.find(b"content-length:")
            length = int(head[place + 15 :].split(b"\r\n", 1)[0])
            if len(self.buffer) < end + 4 + length:
                return
            status = int(head[9:12])
            if status >= 400:
                told = self.buffer[end + 4 : end + 4 + length]
                code = told.partition(b'"code":"')[2].partition(b'"')[0].decode()
                self.load.failed[f"{status} {code}"] = self.load.failed.get(f"{status} {code}", 0) + 1
            self.buffer = self.buffer[end + 4 + length :]
            self.load.answered(time.perf_counter() - self.began)
            if time.perf_counter() >= self.load.ends:
                self.transport.close()
            elif self.load.every:
                wait = max(self.began + self.load.every - time.perf_counter(), 0)
                asyncio.get_running_loop().call_later(wait, self.send)
            else:
                self.send()

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - as asyncio calls it
        """Note that one connection is done."""
        self.load.open -= 1
        if self.load.open == 0:
            self.load.done.set()


class Load:
    """All connections together."""

    def __init__(self, asked: argparse.Namespace) -> None:
        self.asked = asked
        self.made = requests_of(asked.kind, asked.members, asked.hot, asked.run)
        self.count = 0
        self.started = 0
        self.open = asked.connections
        self.times: list[float] = []
        self.every = asked.connections / asked.rate if asked.rate else 0.0
        self.failed: dict[str, int] = {}
        self.done = asyncio.Event()
        self.starts = time.perf_counter() + WARM_SECONDS
        self.ends = self.starts + asked.seconds

    def next(self) -> bytes:
        """Return the next request as bytes."""
        verb, path, body = self.made(self.count)
        self.count += 1
        text = b"" if body is None else json.dumps(body).encode()
        head = f"{verb} {path} HTTP/1.1\r\nhost: guerdon\r\nauthorization: Bearer {self.asked.key}\r\n"
        return f"{head}content-type: application/json\r\ncontent-length: {len(text)}\r\n\r\n".encode() + text

    def answered(self, seconds: float) -> None:
        """Note how long an answer took, after the warm-up."""
        if time.perf_counter() >= self.starts:
            self.times.append(seconds)

    async def run(self) -> dict[str, object]:
        """Send for as long as is asked."""
        loop = asyncio.get_running_loop()
        for _ in range(self.asked.connections):
            await loop.create_connection(lambda: Caller(self), self.asked.host, self.asked.port)
        await self.done.wait()
        times = sorted(self.times)
        at = {f"p{part}_ms": round(times[int(len(times) * part / 100)] * 1000, 1) for part in (50, 95, 99)}
        return {"per_second": round(len(times) / self.asked.seconds), **at, "failed": self.failed}


def main() -> None:
    """Send, and print what came of it."""
    parser = argparse.ArgumentParser()
    parser.add_argument("host")
    parser.add_argument("port", type=int)
    parser.add_argument("key")
    parser.add_argument("kind", choices=["purchase", "bulk", "redemption", "read", "basket"])
    parser.add_argument("--connections", type=int, default=64)
    parser.add_argument(
        "--rate", type=float, default=0, help="so many requests a second in all; else as many as are answered"
    )
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--members", type=int, default=1_000_000)
    parser.add_argument("--hot", type=float, default=0)
    parser.add_argument("--run", type=int, default=1)
    asked = parser.parse_args()

    async def go() -> dict[str, object]:
        return await Load(asked).run()

    print(json.dumps(uvloop.run(go())))


if __name__ == "__main__":
    main()
