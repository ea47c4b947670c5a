"""Which Guerdon is under test: the sources (uncompiled), or with GUERDON_INSTALLED=1 the installed wheel.

The switch is one variable, for this process and for every command that a test starts.
"""

import gc
import importlib.util
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

SOURCE = Path(__file__).parents[1] / "src"
INSTALLED = os.environ.get("GUERDON_INSTALLED") == "1"

settings.register_profile("default", settings.default, deadline=None, print_blob=True)
settings.register_profile("ci", settings.get_profile("ci"), deadline=None, print_blob=True)
settings.register_profile("proof", settings.default, deadline=None, print_blob=True, max_examples=20_000)
if os.environ.get("GUERDON_PROOF") == "1":
    settings.load_profile("proof")

if INSTALLED:
    sys.path[:] = [entry for entry in sys.path if Path(entry or ".").resolve() != SOURCE]
    os.environ.pop("PYTHONPATH", None)
else:
    os.environ["PYTHONPATH"] = str(SOURCE)


@pytest.fixture(autouse=True, scope="module")
def _unburdened() -> Iterator[None]:
    """Let collecting what a module's tests leave not look through what thousands of others have left in memory."""
    yield
    gc.collect()
    gc.freeze()


def _origin(module: str) -> Path:
    spec = importlib.util.find_spec(module)
    if spec is None or spec.origin is None:
        message = "guerdon is not installed: run `make setup`, or leave GUERDON_INSTALLED unset to test src"
        raise pytest.UsageError(message)
    return Path(spec.origin).resolve()


def pytest_report_header() -> str:
    """Say what is under test, so that no run can be mistaken for another."""
    if _origin("guerdon").is_relative_to(SOURCE) is INSTALLED:
        message = f"asked for {'the installed wheel' if INSTALLED else 'src'}, found {_origin('guerdon')}"
        raise pytest.UsageError(message)
    compiled = _origin("guerdon.core.values").suffix != ".py"
    return f"guerdon: {'the installed wheel' if INSTALLED else 'src'}, {'compiled' if compiled else 'uncompiled'}"


# One server for all tests of a process: what is imported in several conftests is started by each of them.
from tests.databases.fixtures import database, engine, prepared  # noqa: E402

__all__ = ["database", "engine", "prepared"]
