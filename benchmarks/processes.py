"""Whole processes, timed: from start to exit, with the most memory they held, children included."""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Ran:
    """How a command went: seconds from start to exit, peak memory of all its processes in GB, and what it printed."""

    seconds: float
    peak_gb: float
    output: str


def run(command: Sequence[str], *, env: dict[str, str] | None = None) -> Ran:
    """Run a command and measure it; a failure ends the benchmark."""
    began = time.perf_counter()
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env={**os.environ, **(env or {})}
    ) as process:
        peak = _Peak(process.pid)
        output = process.communicate()[0]
        seconds = time.perf_counter() - began
        peak.stop()
    if process.returncode:
        sys.exit(f"{' '.join(command)} failed:\n{output}")
    return Ran(seconds, peak.most / 2**30, output)


class _Peak:
    """Watches the memory of a process and its children: the sum of what each holds for itself, ten times a second."""

    def __init__(self, pid: int) -> None:
        self.most = 0
        self._pid = pid
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Stop watching."""
        self._done.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._done.wait(0.1):
            self.most = max(self.most, sum(map(_resident, _family(self._pid))))


def _family(pid: int) -> list[int]:
    found = [pid]
    for one in found:
        for task in Path(f"/proc/{one}/task").glob("*/children"):
            try:
                found += [int(child) for child in task.read_text().split()]
            except OSError:
                continue
    return found


def _resident(pid: int) -> int:
    try:
        fields = Path(f"/proc/{pid}/statm").read_text().split()
    except OSError:
        return 0
    return (int(fields[1]) - int(fields[2])) * os.sysconf("SC_PAGE_SIZE")
