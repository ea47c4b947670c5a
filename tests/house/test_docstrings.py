"""Every module, public class, function and method in the source says what it is for."""

import ast

from tests.house.tree import place, python_files, tree_of

Documented = ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef


def _public(owner: ast.Module | ast.ClassDef) -> list[Documented]:
    names = [node for node in owner.body if isinstance(node, Documented) and not node.name.startswith("_")]
    return [*names, *(inner for node in names if isinstance(node, ast.ClassDef) for inner in _public(node))]


def test_every_module_says_what_it_is_for() -> None:
    silent = [place(file) for file in python_files("src", "tests", "tools") if not ast.get_docstring(tree_of(file))]
    assert not [file for file in silent if not file.startswith("tests/") or "test_" not in file]


def test_every_public_name_says_what_it_does() -> None:
    silent = [
        f"{place(file, node.lineno)} {node.name}"
        for file in python_files("src")
        for node in _public(tree_of(file))
        if not ast.get_docstring(node)
    ]
    assert not silent
