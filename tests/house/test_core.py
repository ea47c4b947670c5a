"""The core is exact and pure: no float, no clock, no chance; and the source never asserts."""

import ast
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.house.tree import place, python_files, tree_of

CORE = python_files("src/guerdon/core")
EXACT = python_files("src/guerdon/core", "src/guerdon/definition")
COMPILED = "guerdon.core."
FORBIDDEN_MODULES = {"random", "secrets", "time", "uuid"}
FORBIDDEN_CALLS = {"now", "today", "utcnow", "uuid1", "uuid4"}


def _is_float(node: ast.AST) -> bool:
    literal = isinstance(node, ast.Constant) and isinstance(node.value, float)
    called = isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "float"
    return literal or called


def _divides(node: ast.AST) -> bool:
    return isinstance(node, ast.BinOp | ast.AugAssign) and isinstance(node.op, ast.Div)


def _asks_the_world(node: ast.AST) -> bool:
    if isinstance(node, ast.Import):
        return any(alias.name.split(".")[0] in FORBIDDEN_MODULES for alias in node.names)
    if isinstance(node, ast.ImportFrom):
        return (node.module or "").split(".")[0] in FORBIDDEN_MODULES
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in FORBIDDEN_CALLS


def _found(files: list[Path], wrong: Callable[[ast.AST], bool]) -> list[str]:
    return [
        place(file, getattr(node, "lineno", 1)) for file in files for node in ast.walk(tree_of(file)) if wrong(node)
    ]


@pytest.mark.parametrize("text", ["x = 0.5", "x = float(y)", "x = 1e3"])
def test_a_float_is_recognised(text: str) -> None:
    assert any(_is_float(node) for node in ast.walk(ast.parse(text)))


@pytest.mark.parametrize(
    "text", ["datetime.now(tz=UTC)", "import time", "from uuid import uuid4", "import random", "uuid.uuid4()"]
)
def test_asking_the_world_is_recognised(text: str) -> None:
    assert any(_asks_the_world(node) for node in ast.walk(ast.parse(text)))


def test_points_and_money_are_never_floats() -> None:
    assert not _found(EXACT, _is_float), "an int with a scale, or a Decimal"


def test_the_core_rounds_by_name() -> None:
    assert not _found(CORE, _divides), "use values.divide, which names the rounding"


def test_the_core_asks_neither_the_clock_nor_chance() -> None:
    assert not _found(CORE, _asks_the_world), "time is an argument called `at`, ids derive from their cause"


def _compiled_names(tree: ast.Module) -> set[str]:
    """Return the names that a file has from the core; errors are not native classes and may be derived from."""
    froms = [
        node for node in tree.body if isinstance(node, ast.ImportFrom) and (node.module or "").startswith(COMPILED)
    ]
    return {alias.asname or alias.name for node in froms if node.module != f"{COMPILED}errors" for alias in node.names}


def _derives(tree: ast.Module) -> list[int]:
    names = _compiled_names(tree)
    classes = [node for node in ast.walk(tree) if isinstance(node, ast.ClassDef)]
    return [one.lineno for one in classes for base in one.bases if isinstance(base, ast.Name) and base.id in names]


def test_a_kind_of_a_compiled_class_is_recognised() -> None:
    assert _derives(ast.parse("from guerdon.core.slots import Slot as S\nclass Own(S): ...")) == [2]
    assert not _derives(ast.parse("from guerdon.core.errors import Invalid\nclass Own(Invalid): ..."))


def test_no_class_outside_the_core_is_a_kind_of_a_compiled_one() -> None:
    outside = [file for file in python_files("src") if file not in CORE]
    found = [place(file, line) for file in outside for line in _derives(tree_of(file))]
    assert not found, "its class is never released (decision 0011): make what differs a setting"


def test_the_source_states_invariants_that_survive_optimisation() -> None:
    asserts = _found(python_files("src"), lambda node: isinstance(node, ast.Assert))
    assert not asserts, "use invariant(holds, 'claim') from guerdon.core.errors"
