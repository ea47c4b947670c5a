"""The build hook compiles elsewhere, and falls back to the pure core when nothing compiles."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.house.tree import ROOT

BUILD = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d"]


def _build(folder: Path, **settings: str) -> subprocess.CompletedProcess[str]:
    command = [*BUILD, str(folder)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, env=os.environ | settings)


def _compiled_in(folder: Path) -> list[str]:
    (wheel,) = folder.glob("*.whl")
    return [name for name in zipfile.ZipFile(wheel).namelist() if name.endswith((".so", ".pyd"))]


def test_no_compiled_module_stands_beside_the_sources() -> None:
    assert [file for kind in ("*.so", "*.pyd") for file in (ROOT / "src").rglob(kind)] == []


def test_a_pure_wheel_can_be_asked_for(tmp_path: Path) -> None:
    done = _build(tmp_path, GUERDON_COMPILE="never")
    assert done.returncode == 0, done.stderr
    assert _compiled_in(tmp_path) == []


@pytest.mark.slow
def test_without_a_compiler_the_wheel_is_pure_and_says_so_once(tmp_path: Path) -> None:
    done = _build(tmp_path, CC="/bin/false", GUERDON_COMPILE="auto")
    assert done.returncode == 0, done.stderr
    assert (done.stdout + done.stderr).count("the core was not compiled") == 1
    assert _compiled_in(tmp_path) == []


@pytest.mark.slow
def test_a_compiled_wheel_that_cannot_be_had_is_an_error(tmp_path: Path) -> None:
    done = _build(tmp_path, CC="/bin/false", GUERDON_COMPILE="always")
    assert done.returncode != 0
    assert "the core could not be compiled" in done.stdout + done.stderr
    assert list(tmp_path.glob("*.whl")) == []


def test_a_wish_that_is_not_known_is_refused(tmp_path: Path) -> None:
    done = _build(tmp_path, GUERDON_COMPILE="perhaps")
    assert done.returncode != 0
    assert "auto, always, never" in done.stdout + done.stderr
