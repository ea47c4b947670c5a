"""The service under load, beside pgbench on the same server: `python -m benchmarks.service`; figures are printed as a table.

The load comes from a process of its own. PostgreSQL runs with fsync and synchronous_commit on, for us and for pgbench alike.
"""

import argparse
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Final
from urllib.request import Request, urlopen

import psycopg
from psycopg.rows import dict_row

from benchmarks.load import purchase
from benchmarks.table import Table
from tests.databases.server import SETTINGS, programs, started

HERE: Final = Path(__file__).parent
DURABLE: Final = {
    **SETTINGS, "fsync": "on", "full_page_writes": "on", "synchronous_commit": "on", "max_connections": "100",
    "shared_buffers": "1GB", "max_wal_size": "4GB", "autovacuum": "on",
}  # fmt: skip
CONNECTIONS: Final = 64
FEW: Final = 10_000
_LIKE: Final = """
    select account, programme, events, journals, placed_at, placed, revision, next_due, batch, state
    from accounts where account like 'm_______' and events > 0 order by events, account limit 1"""
_GROW: Final = """
    with names as (select 'm' || lpad(n::text, 7, '0') as name from generate_series(%(first)s, %(last)s - 1) as n),
    made as (
        insert into accounts (programme, account, events, journals, placed_at, placed, revision, next_due, batch, state)
        select %(programme)s, name, %(events)s, %(journals)s, %(placed_at)s, %(placed)s, %(revision)s, %(next_due)s, %(batch)s, {state}
        from names on conflict do nothing returning account
    )
    insert into event_ids (programme, source, id, account, number, content)
    select %(programme)s, 'grown', account, account, 1, '\\x00112233445566778899aabbccddeeff'::bytea from made"""
"""Makes members like one that there is: their accounts, and the claims of their ids."""

GROWN_AT_ONCE: Final = 250_000


def pgbench(url: str, *, scale: int, seconds: float) -> float:
    """Return the transactions a second of pgbench's TPC-B on a server, 64 clients, prepared."""
    command = [str(programs() / "pginstall/bin/pgbench"), "-h", "127.0.0.1", "-p", _port(url), "-U", "postgres"]
    subprocess.run([*command, "-i", "-q", "-s", str(scale), "postgres"], check=True, capture_output=True)
    told = [*command, "-c", str(CONNECTIONS), "-j", "2", "-M", "prepared", "-T", str(int(seconds)), "postgres"]
    subprocess.run([*told[:-3], "-T", "3", "postgres"], check=True, capture_output=True)
    found = subprocess.run(told, check=True, capture_output=True, text=True).stdout
    match = re.search(r"tps = ([0-9.]+)", found)
    return 0 if match is None else float(match[1])


@contextmanager
def served(url: str, processes: int) -> Iterator[tuple[int, str]]:
    """Serve the benchmark's programme, and return its port and a key."""
    command = [sys.executable, "-m", "guerdon", "serve", "--database", url, "--port", "0"]
    command += ["--programme", str(HERE / "service.yaml"), "--processes", str(processes)]
    with subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    ) as one:
        try:
            told = ""
            while "http://" not in told:
                line = (one.stdout or sys.stdin).readline()
                if not line:
                    sys.exit(f"the service did not start:\n{told}")
                told += line
            yield int(re.findall(r"http://[^:]+:(\d+)", told)[-1]), re.findall(r"shown this once: (\S+)", told)[-1]
        finally:
            one.send_signal(signal.SIGTERM)
            one.wait(30)


def loaded(port: int, key: str, kind: str, *, seconds: float, **more: float) -> dict[str, float]:
    """Return what came of a load: requests a second, and milliseconds."""
    options = [part for name, value in more.items() for part in (f"--{name}", str(value))]
    command = [
        sys.executable,
        "-m",
        "benchmarks.load",
        "127.0.0.1",
        str(port),
        key,
        kind,
        "--seconds",
        str(seconds),
        *options,
    ]
    found: dict[str, float] = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    if found["failed"]:
        print(f"{kind}: answers that failed, by what they said: {found['failed']}", flush=True)
    return found


def measure(table: Table, asked: argparse.Namespace) -> None:
    """Measure everything."""
    with started(DURABLE) as url:
        tpc_b = pgbench(url, scale=asked.scale, seconds=asked.seconds)
        table.add("pgbench, TPC-B, 64 clients, prepared", f"{tpc_b:,.0f} a second", "the measure", met=True)
        with served(url, asked.processes) as (port, key):
            _loads(table, port, key, asked, tpc_b)
            _growth(table, url, port, key, asked)
    with (
        tempfile.TemporaryDirectory() as folder,
        # SQLite has one writer: a second process would only wait for the first.
        served(f"sqlite:///{folder}/guerdon.db", 1) as (port, key),
    ):
        found = loaded(port, key, "purchase", seconds=asked.seconds, run=1)
        rate = found["per_second"]
        table.add("single purchases over HTTP, SQLite", _told(found), "at least 1,500 a second", met=rate >= 1500)


def _loads(table: Table, port: int, key: str, asked: argparse.Namespace, tpc_b: float) -> None:
    def load(kind: str, run: int, **more: float) -> dict[str, float]:
        return loaded(port, key, kind, seconds=asked.seconds, run=run, **more)

    def add(what: str, found: dict[str, float], target: str, *, met: bool, events: int = 1) -> None:
        rate = found["per_second"] * events / tpc_b
        table.add(what, f"{_told(found)}; {rate:.2f} of pgbench", target, met=met)

    found = load("purchase", 1)
    met = found["per_second"] >= tpc_b and found["p99_ms"] < 100
    add("single purchases over HTTP, PostgreSQL, 1 million members", found, "1 of pgbench, p99 under 100 ms", met=met)
    add("the same with 20 % of them on 10 accounts", load("purchase", 2, hot=0.2), "none", met=True)
    found = load("bulk", 3, connections=2)
    met = found["per_second"] * 1000 >= 3 * tpc_b
    add("calls of 1,000 events, counted in calls", found, "3 of pgbench", met=met, events=1000)
    _fill(port, key, FEW)
    found = load("redemption", 4, members=FEW)
    add("redemptions", found, "0.5 of pgbench", met=found["per_second"] >= tpc_b / 2)
    found = load("redemption", 5, members=FEW, rate=100, connections=16)
    add("redemptions, 100 a second", found, "p95 under 50 ms", met=found["p95_ms"] < 50)
    found = load("read", 6, members=FEW)
    add("reads of a standing", found, "3 of pgbench", met=found["per_second"] >= 3 * tpc_b)
    found = load("basket", 7, members=FEW, rate=50, connections=16)
    add("baskets asked about, 50 a second", found, "p95 under 100 ms", met=found["p95_ms"] < 100)


def _fill(port: int, key: str, members: int) -> None:
    """Let members buy enough to redeem from."""
    for first in range(0, members, 1_000):
        events = [{**purchase(first + n, first + n), "id": f"f{first + n}", "amount": 900} for n in range(1_000)]
        asked = Request(
            f"http://127.0.0.1:{port}/v1/events/batch",
            json.dumps({"events": events}).encode(),
            {"authorization": f"Bearer {key}", "content-type": "application/json"},
        )
        with urlopen(asked) as answer:  # noqa: S310 - the same
            answer.read()


def _growth(table: Table, url: str, port: int, key: str, asked: argparse.Namespace) -> None:
    """Compare purchases of a few members in a small database with those of many in a large one."""
    small = loaded(port, key, "purchase", seconds=asked.seconds, run=8, members=FEW)["per_second"]
    grow(url, asked.members)
    large = loaded(port, key, "purchase", seconds=asked.seconds, run=9, members=asked.members)["per_second"]
    what = f"purchases with {asked.members:,} members against 10,000"
    table.add(what, f"{small:,} and {large:,} a second; {small / large:.2f} times", "1.3", met=small <= 1.3 * large)


def grow(url: str, members: int) -> None:
    """Make members, each with the standing of one that there is, by two connections at once."""
    with psycopg.connect(url, autocommit=True, row_factory=dict_row) as connection:
        one = connection.execute(_LIKE).fetchone() or sys.exit("nobody has bought anything yet")
    # The standing holds the account's name in places, which are of one length.
    parts = one.pop("state").split(one.pop("account").encode())
    told = {**one, **{f"part{place}": part for place, part in enumerate(parts)}}
    state = " || name::bytea || ".join(f"%(part{place})s::bytea" for place in range(len(parts)))
    query = _GROW.format(state=state)

    def some(firsts: range) -> None:
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("set synchronous_commit = off")
            for first in firsts:
                last = min(first + GROWN_AT_ONCE, members)
                connection.execute(query, {**told, "first": first, "last": last})

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(some, [range(start, members, 2 * GROWN_AT_ONCE) for start in (0, GROWN_AT_ONCE)]))
    with psycopg.connect(url, autocommit=True) as tidying:
        tidying.execute("vacuum analyze accounts, event_ids")
        tidying.execute("checkpoint")


def _told(found: dict[str, float]) -> str:
    return f"{found['per_second']:,} a second, p50 {found['p50_ms']} ms, p95 {found['p95_ms']} ms, p99 {found['p99_ms']} ms"


def _port(url: str) -> str:
    return url.rpartition(":")[2].partition("/")[0]


def main() -> None:
    """Measure, and print the table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--scale", type=int, default=100)
    parser.add_argument("--processes", type=int, default=2, help="how many serve at once")
    parser.add_argument("--members", type=int, default=5_000_000, help="how many there are in the large database")
    table = Table()
    began = time.perf_counter()
    measure(table, parser.parse_args())
    print(f"\n{table.text()}\n\nin {time.perf_counter() - began:.0f} s")


if __name__ == "__main__":
    main()
