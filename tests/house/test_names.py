"""Names say what a thing is: no names that would fit anything, British spelling in code."""

import ast
import re
import tokenize
from pathlib import Path

import pytest

from tests.house.tree import place, python_files, tree_of

CODE = python_files("src", "tests", "tools", "benchmarks")
SOURCE = python_files("src")

VAGUE_CLASS = re.compile(r"(Manager|Helper|Util|Utils|Handler|Service|Impl|Mixin|Base|Abstract)(?![a-z])")
VAGUE_MODULES = {"utils", "util", "common", "misc", "types", "helpers", "helper"}
AMERICAN = re.compile(r"program(?!m)|enroll(?!ed|ing|er)|enrollment", re.IGNORECASE)


@pytest.mark.parametrize("name", ["LotManager", "BaseRule", "AbstractClock", "HTTPHandler", "Util", "RewardServiceV2"])
def test_a_vague_class_name_is_recognised(name: str) -> None:
    assert VAGUE_CLASS.search(name)


@pytest.mark.parametrize("name", ["Baseline", "Basement", "Lot", "Utility", "Handlers"])
def test_a_name_that_only_begins_alike_is_left_alone(name: str) -> None:
    assert not VAGUE_CLASS.search(name)


def test_no_class_has_a_name_that_would_fit_anything() -> None:
    vague = [
        f"{place(file, node.lineno)} {node.name}"
        for file in CODE
        for node in ast.walk(tree_of(file))
        if isinstance(node, ast.ClassDef) and VAGUE_CLASS.search(node.name)
    ]
    assert not vague, "name the class after what it holds or decides"


def test_no_module_has_a_name_that_would_fit_anything() -> None:
    vague = [place(file) for file in CODE if {file.stem, file.parent.name} & VAGUE_MODULES]
    assert not vague, "put the function beside the noun it is about"


def _names(file: Path) -> list[tokenize.TokenInfo]:
    with tokenize.open(file) as source:
        return [token for token in tokenize.generate_tokens(source.readline) if token.type == tokenize.NAME]


@pytest.mark.parametrize(
    ("name", "american"),
    [
        ("program", True),
        ("load_program", True),
        ("ProgramSpec", True),
        ("enroll", True),
        ("programme", False),
        ("Programmes", False),
        ("enrolled", False),
        ("enrol", False),
    ],
)
def test_american_spelling_is_recognised(name: str, *, american: bool) -> None:
    assert bool(AMERICAN.search(name)) is american


def test_names_in_the_source_are_spelt_the_british_way() -> None:
    american = [
        f"{place(file, token.start[0])} {token.string}"
        for file in SOURCE
        for token in _names(file)
        if AMERICAN.search(token.string)
    ]
    assert not american, "programme, enrol: one spelling on every floor"
