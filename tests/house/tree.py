"""The files of the repository, as the house rules look at them."""

import ast
import shutil
import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[2]
PROSE = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
DECISIONS = sorted((ROOT / "docs" / "decisions").glob("*.md"))


def python_files(*folders: str) -> list[Path]:
    """Return the Python files under the folders, in order."""
    return sorted(file for folder in folders for file in (ROOT / folder).rglob("*.py"))


def kept_files() -> list[Path]:
    """Return every file that is in the repository, or would be with the next commit."""
    git = shutil.which("git")
    if git is None or not (ROOT / ".git").exists():
        return [file for folder in ("src", "tests", "docs", "tools") for file in (ROOT / folder).rglob("*.*")]
    listed = subprocess.run(
        [git, "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return sorted(file for line in listed.stdout.splitlines() if (file := ROOT / line).is_file())


def text_of(file: Path) -> str:
    """Return a file's text; what is not text reads as nothing."""
    try:
        return file.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return ""


def tree_of(file: Path) -> ast.Module:
    """Return a Python file's syntax tree."""
    return ast.parse(file.read_text(encoding="utf-8"), filename=str(file))


def place(file: Path, line: int = 1) -> str:
    """Return where something is, as an editor understands it."""
    return f"{file.relative_to(ROOT)}:{line}"
