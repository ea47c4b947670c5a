"""Small enough to hold in the head; the aims are in docs/STYLE.md, here is where it bites."""

import ast
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from tests.house.tree import PROSE, ROOT, place, python_files, tree_of

FILE_LINES_MAX = 400
FUNCTION_LINES_MAX = 50
FOLDER_FILES_MAX = 25
PAGE_LINES_MAX = 200

CODE = python_files("src", "tests", "tools", "benchmarks")


def _lines(file: Path) -> int:
    return len(file.read_text(encoding="utf-8").splitlines())


def _functions(file: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    return (node for node in ast.walk(tree_of(file)) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


def test_a_file_is_read_in_one_sitting() -> None:
    long = [f"{place(file)}: {_lines(file)} lines" for file in CODE if _lines(file) > FILE_LINES_MAX]
    assert not long, "split by noun, and keep the public names"


def _length(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Return how many lines a function has; of a constructor those that do something.

    What is one of many terms, such as a rule, lists them by keyword, a line each. How many there may be is the linter's
    question, and its answer a reason beside the signature.
    """
    first = function.body[0].lineno if function.name == "__init__" else function.lineno
    return (function.end_lineno or function.lineno) - first + 1


def test_a_function_fits_on_a_screen() -> None:
    long = [
        f"{place(file, node.lineno)} {node.name}: {length} lines"
        for file in CODE
        for node in _functions(file)
        if (length := _length(node)) > FUNCTION_LINES_MAX
    ]
    assert not long, "name the steps and give each a function"


def test_a_folder_is_taken_in_at_a_glance() -> None:
    crowded = {
        str(folder.relative_to(ROOT)): files
        for folder, files in Counter(file.parent for file in CODE).items()
        if files > FOLDER_FILES_MAX
    }
    assert not crowded, "a capability that outgrew its file becomes a package of the same name"


def test_the_pages_for_contributors_stay_short() -> None:
    pages = [page for page in PROSE if page.name in {"ARCHITECTURE.md", "STYLE.md"}]
    long = [f"{place(page)}: {_lines(page)} lines" for page in pages if _lines(page) >= PAGE_LINES_MAX]
    assert pages
    assert not long
