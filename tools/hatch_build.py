"""Build hook: compile the core with mypyc in a scratch copy; without a C compiler, ship it as it is.

GUERDON_COMPILE says what is wanted: `auto` (the default) falls back with one warning, `always` fails
instead, `never` builds the pure wheel. Nothing is ever written beside the sources, and an editable
install stays uncompiled, so that no stale compiled module can stand in for an edited file.

The scratch copy holds what is compiled and nothing else, which needs no more to be understood; each module
becomes a C file of its own (`tools/mypyc_setup.py`), and as many are compiled at once as there are processors.
"""

import os
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

WISHES = ("auto", "always", "never")
WARNING = "the core was not compiled: the engine will run uncompiled, slower, with the same answers"


class MypycHook(BuildHookInterface):  # type: ignore[type-arg]  # hatchling's own plugins leave the argument out
    """Adds the compiled core to the wheel, or leaves the wheel pure."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Compile before the wheel is put together."""
        wish = os.environ.get("GUERDON_COMPILE", "auto")
        if wish not in WISHES:
            message = f"GUERDON_COMPILE is {wish!r}; it may be {', '.join(WISHES)}"
            raise SystemExit(message)
        if self.target_name != "wheel" or version == "editable" or wish == "never":
            return
        built = self._compile(wish)
        if built:
            build_data["force_include"] |= built
            build_data["pure_python"] = False
            build_data["infer_tag"] = True

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:  # noqa: ARG002 - hatchling's signature
        """Take the scratch copy away."""
        if hasattr(self, "scratch"):
            shutil.rmtree(self.scratch, ignore_errors=True)

    def _compile(self, wish: str) -> dict[str, str]:
        """Return each compiled module and its place in the wheel; none when there is no compiler."""
        self.scratch = _scratch_copy(Path(self.root, "src"), self.config["compile"])
        done = _run_mypyc(self.scratch, Path(self.root, "tools", "mypyc_setup.py"))
        built = _compiled(self.scratch)
        if done.returncode == 0 and built:
            return built
        said = done.stdout[-4000:] + done.stderr[-4000:]
        if wish == "always":
            self.finalize("", {}, "")
            message = f"the core could not be compiled:\n{said}"
            raise SystemExit(message)
        self.app.display_warning(f"{WARNING} ({_reason(said)})")
        return {}


def _scratch_copy(source: Path, folders: list[str]) -> Path:
    scratch = Path(tempfile.mkdtemp(prefix="guerdon-mypyc-"))
    left_out = shutil.ignore_patterns("*.so", "*.pyd", "__pycache__")
    for folder in folders:
        shutil.copytree(source / folder, scratch / folder, ignore=left_out)
        for package in Path(folder).parents[:-1]:
            (scratch / package / "__init__.py").touch()
    return scratch


def _run_mypyc(scratch: Path, script: Path) -> subprocess.CompletedProcess[str]:
    settings = {"PYTHONPATH": "", "MYPYPATH": ""}
    return subprocess.run(
        [sys.executable, str(script), "build_ext", "--inplace"],
        cwd=scratch,
        capture_output=True,
        text=True,
        env=os.environ | settings,
        check=False,
    )


def _reason(said: str) -> str:
    """Return the first complaint of the compilers; without one, the likeliest."""
    complaints = (line.strip() for line in said.splitlines() if "error:" in line)
    return next(complaints, "is there a C compiler?")[:160]


def _compiled(scratch: Path) -> dict[str, str]:
    suffix = sysconfig.get_config_var("EXT_SUFFIX")
    found = (file.relative_to(scratch) for file in sorted(scratch.rglob(f"*{suffix}")))
    return {str(scratch / file): str(file) for file in found if file.parts[0] != "build"}
