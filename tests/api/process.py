"""`guerdon serve` in a process of its own."""

import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

STARTS_SECONDS = 60
SERVING = re.compile(r"serving at (http://\S+)/v1")
SECRET = re.compile(r"once: (\S+)")


def wait_until(holds: Callable[[], bool], seconds: float = STARTS_SECONDS) -> None:
    """Wait until something is so."""
    ends = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < ends, f"it is so after {seconds} seconds"
        time.sleep(0.005)


def children(parent: int) -> list[int]:
    """Return the processes that one started to answer beside it."""
    found = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
    return [int(one) for one in found if "multiprocessing.spawn" in _command(one)]


def _command(process: str) -> str:
    """Return what a process was started with; nothing when it has ended meanwhile."""
    try:
        return Path(f"/proc/{process}/cmdline").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return ""


@contextmanager
def started(folder: Path, *options: str) -> Iterator[tuple["subprocess.Popen[str]", str, str]]:
    """Run the command in a folder; return the process, its address and the key it showed."""
    command = [sys.executable, "-m", "guerdon", "serve", "--port", "0", *options]
    with (folder / "out").open("w+") as out, (folder / "err").open("w+") as err:
        process = subprocess.Popen(
            command, cwd=folder, stdout=out, stderr=err, text=True, env=os.environ | {"NO_COLOR": "1"}
        )
        try:
            ends = time.monotonic() + STARTS_SECONDS
            while not (found := SERVING.search((folder / "err").read_text())):
                assert process.poll() is None, (folder / "err").read_text()
                assert time.monotonic() < ends
                time.sleep(0.05)
            key = SECRET.search((folder / "out").read_text())
            yield process, found[1], "" if key is None else key[1]
        finally:
            if process.poll() is None:
                process.kill()
            process.wait()
