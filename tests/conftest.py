"""Which Guerdon is under test: the sources (uncompiled), or with GUERDON_INSTALLED=1 the installed wheel.

The switch is one variable, for this process and for every command that a test starts.
"""

import os
import sys
from pathlib import Path

SOURCE = Path(__file__).parents[1] / "src"
INSTALLED = os.environ.get("GUERDON_INSTALLED") == "1"

if INSTALLED:
    sys.path[:] = [entry for entry in sys.path if Path(entry or ".").resolve() != SOURCE]
    os.environ.pop("PYTHONPATH", None)
else:
    os.environ["PYTHONPATH"] = str(SOURCE)


def pytest_report_header() -> str:
    """Say what is under test, so that no run can be mistaken for another."""
    return "guerdon: the installed wheel" if INSTALLED else "guerdon: src, uncompiled"
