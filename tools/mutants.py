"""Mutation testing: change the core by one step in many places, and say which changes no test notices.

A seeded random sample of the changes is made, one at a time, in a copy of the project; the tests that reach the changed
function are asked. A survivor is a missing test, or code that decides nothing. mutmut makes the changes; `make mutants`
installs it.
"""

import argparse
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from mutmut.mutation.file_mutation import mutate_file_contents
from mutmut.utils.format_utils import get_mutant_name

ROOT = Path(__file__).parents[1]
COPIED = ("src", "tests", "programmes", "docs", "pyproject.toml")
SUBJECTS = (
    "src/guerdon/core/lots/*.py",
    "src/guerdon/core/limits/*.py",
    "src/guerdon/core/ladders/*.py",
    "src/guerdon/core/metrics.py",
    "src/guerdon/core/refunds.py",
    "src/guerdon/core/rating/refunding.py",
)
"""Lots, limits, levels and refunds: what keeps an account's points."""

TESTS = ("tests/core",)
PYTEST = ("-m", "not slow", "--hypothesis-seed=0", "-p", "no:cacheprovider")
SETTINGS = f"""
[tool.mutmut]
source_paths = ["src"]
only_mutate = {json.dumps(SUBJECTS)}
also_copy = ["programmes", "docs"]
pytest_add_cli_args_test_selection = {json.dumps(TESTS)}
pytest_add_cli_args = {json.dumps(PYTEST)}
use_git_change_detection = false
process_isolation = "forkserver"  # a process in which tests ran already has programmes that were made without the change
track_dependencies = false
"""
SURVIVED = 0
"""How pytest ends when no test failed."""

UNREACHED = 33
"""How mutmut says that no test reaches a change."""


def main() -> int:
    """Sample, run and tell; fail when fewer are killed than asked for."""
    asked = _asked()
    place = Path(asked.place or tempfile.mkdtemp(prefix="guerdon-mutants-"))
    _copy(place)
    os.chdir(place)  # mutmut reads its settings from where it stands
    named = [(path, name) for path in _subjects(place, asked.only) for name in _names(place, path)]
    sample = random.Random(asked.seed).sample(named, min(asked.size, len(named)))
    print(f"{len(sample)} of {len(named)} changes, seed {asked.seed}, in {place}", flush=True)
    command = [sys.executable, "-m", "mutmut", "run", "--max-children", str(asked.processes)]
    ran = subprocess.run([*command, *(name for _, name in sample)], cwd=place, check=False)
    return ran.returncode or _told(place, sample, asked.least)


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make mutants", description=__doc__)
    parser.add_argument("--size", type=int, default=200, help="how many changes are made")
    parser.add_argument("--seed", type=int, default=random.randrange(10**6), help="which ones; printed by every run")
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--only", default="", help="files whose path contains this")
    parser.add_argument("--least", type=int, default=90, help="percent that must be killed")
    parser.add_argument("--place", default="", help="a folder to work in, kept and used again")
    return parser.parse_args()


def _copy(place: Path) -> None:
    for one in COPIED:
        ignored = shutil.ignore_patterns("__pycache__", ".hypothesis")
        if (ROOT / one).is_dir():
            shutil.copytree(ROOT / one, place / one, dirs_exist_ok=True, ignore=ignored)
        else:
            shutil.copy2(ROOT / one, place / one)
    project = place / "pyproject.toml"
    project.write_text(project.read_text() + SETTINGS)


def _subjects(place: Path, only: str) -> Iterator[Path]:
    for pattern in SUBJECTS:
        yield from (path.relative_to(place) for path in sorted(place.glob(pattern)) if only in str(path))


def _names(place: Path, path: Path) -> list[str]:
    changed = mutate_file_contents(str(path), (place / path).read_text())
    return [get_mutant_name(path, name) for name in changed.mutant_names]


def _told(place: Path, sample: Sequence[tuple[Path, str]], least: int) -> int:
    """Print each survivor as a difference, then figures by file."""
    ends = {
        path: json.loads((place / "mutants" / f"{path}.meta").read_text())["exit_code_by_key"] for path, _ in sample
    }
    survivors = [(path, name) for path, name in sample if ends[path][name] in (SURVIVED, UNREACHED)]
    print()
    for _, name in survivors:
        subprocess.run([sys.executable, "-m", "mutmut", "show", name], cwd=place, check=False)
    print(f"{'file':50} killed survived")
    for path in sorted(ends):
        all_of, left = (sum(one == path for one, _ in names) for names in (sample, survivors))
        print(f"{path!s:50} {all_of - left:6} {left:8}")
    killed = len(sample) - len(survivors)
    print(f"{'all':50} {killed:6} {len(survivors):8}   {100 * killed / len(sample):.1f} %, asked {least} %")
    return int(100 * killed < least * len(sample))


if __name__ == "__main__":
    sys.exit(main())
