"""Commands start at once: loading them loads no data engine, parser or schema library (decision 0006)."""

import subprocess
import sys

import pytest

from tests.house.tree import ROOT

HEAVY = ("duckdb", "pyarrow", "sqlglot", "pydantic", "pandas", "polars", "numpy", "altair")
ASK = "import sys, guerdon.cli.main; print(*sorted(set(sys.argv[1:]) & set(sys.modules)))"


@pytest.mark.skipif(not (ROOT / "src/guerdon/cli/main.py").exists(), reason="no commands yet")
def test_loading_the_commands_loads_nothing_heavy() -> None:
    done = subprocess.run([sys.executable, "-c", ASK, *HEAVY], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == ""
