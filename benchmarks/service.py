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
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from benchmarks.table import Table
from tests.databases.server import SETTINGS, programs, started

HERE: Final = Path(__file__).parent
DURABLE: Final = {
    **SETTINGS, "fsync": "on", "full_page_writes": "on", "synchronous_commit": "on", "max_connections": "100",
    "shared_buffers": "1GB", "max_wal_size": "4GB", "autovacuum": "on",
}  # fmt: skip
CONNECTIONS: Final = 64


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
def served(url: str) -> Iterator[tuple[int, str]]:
    """Serve the benchmark's programme, and return its port and a key."""
    command = [sys.executable, "-m", "guerdon", "serve", "--database", url, "--port", "0"]
    command += ["--programme", str(HERE / "service.yaml")]
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
        with served(url) as (port, key):
            _loads(table, port, key, asked, tpc_b)
    with tempfile.TemporaryDirectory() as folder, served(f"sqlite:///{folder}/guerdon.db") as (port, key):
        found = loaded(port, key, "purchase", seconds=asked.seconds, run=1)
        rate = found["per_second"]
        table.add("single purchases over HTTP, SQLite", _told(found), "at least 1,500 a second", met=rate >= 1500)


def _loads(table: Table, port: int, key: str, asked: argparse.Namespace, tpc_b: float) -> None:
    found = loaded(port, key, "purchase", seconds=asked.seconds, run=1)
    ratio = found["per_second"] / tpc_b
    what = "single purchases over HTTP, PostgreSQL, 1 million members"
    table.add(
        what, f"{_told(found)}; ratio {ratio:.2f}", "1, p99 under 100 ms", met=ratio >= 1 and found["p99_ms"] < 100
    )
    found = loaded(port, key, "purchase", seconds=asked.seconds, run=2, hot=0.2)
    ratio = found["per_second"] / tpc_b
    table.add("the same with 20 % of them on 10 accounts", f"{_told(found)}; ratio {ratio:.2f}", "none", met=True)
    found = loaded(port, key, "bulk", seconds=asked.seconds, run=3, connections=2)
    ratio = found["per_second"] * 1000 / tpc_b
    table.add(
        "calls of 1,000 events",
        f"{found['per_second'] * 1000:,.0f} events a second; ratio {ratio:.2f}",
        "3",
        met=ratio >= 3,
    )
    found = loaded(port, key, "redemption", seconds=asked.seconds, run=4, members=10_000)
    ratio = found["per_second"] / tpc_b
    table.add("redemptions", f"{_told(found)}; ratio {ratio:.2f}", "0.5", met=ratio >= 0.5)
    found = loaded(port, key, "read", seconds=asked.seconds, run=5, members=10_000)
    ratio = found["per_second"] / tpc_b
    table.add("reads of a standing", f"{_told(found)}; ratio {ratio:.2f}", "3", met=ratio >= 3)


def _told(found: dict[str, float]) -> str:
    return f"{found['per_second']:,} a second, p50 {found['p50_ms']} ms, p95 {found['p95_ms']} ms, p99 {found['p99_ms']} ms"


def _port(url: str) -> str:
    return url.rpartition(":")[2].partition("/")[0]


def main() -> None:
    """Measure, and print the table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--scale", type=int, default=100)
    table = Table()
    began = time.perf_counter()
    measure(table, parser.parse_args())
    print(f"\n{table.text()}\n\nin {time.perf_counter() - began:.0f} s")


if __name__ == "__main__":
    main()
