"""Every shipped programme is right, and its worked examples notice when any constant of it changes."""

from itertools import groupby
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]  # it ships no types

from guerdon.definition.check import check, check_text
from guerdon.definition.examples import run_example
from guerdon.definition.issues import render
from guerdon.definition.schema import programme_schema
from guerdon.definition.source import read
from tests.definition.mutants import Mutation

FOLDER = Path(__file__).parents[2] / "programmes"
SHIPPED = sorted(FOLDER.glob("*.yaml"), key=lambda path: path.stem)

UNFELT = {"nike-membership": "zone: America/Los_Angeles -> UTC"}
"""Changes that mean nothing: in a programme without points whose levels have no end, no day matters."""

every_programme = pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)


def test_there_are_programmes() -> None:
    assert [path.stem for path in SHIPPED] == [
        "adidas-adiclub",
        "coffee-card",
        "grocery",
        "kiehls-rewards-au",
        "kiehls-rewards-es",
        "lululemon-membership",
        "net-a-porter",
        "nike-membership",
        "north-face-xplr-pass",
        "north-face-xplr-pass-hk",
        "open-loyalty-caps",
        "sephora-beauty-insider",
        "starbucks-rewards",
        "three-brands",
        "three-month-exercise",
    ]


@every_programme
def test_it_is_right_and_its_examples_come_out(path: Path) -> None:
    checked = check(path)
    assert [render(issue) for issue in checked.issues] == []
    assert checked.programme is not None
    assert checked.programme.name == path.stem
    assert checked.examples >= 4


@every_programme
def test_it_says_in_one_line_what_it_is(path: Path) -> None:
    data = read(path).data
    assert isinstance(data, dict)
    description = data["description"]
    assert isinstance(description, str)
    assert 20 < len(description) < 130
    assert "\n" not in description


@every_programme
def test_an_editor_that_reads_the_schema_has_no_complaint(path: Path) -> None:
    complaints = Draft202012Validator(programme_schema()).iter_errors(read(path).data)
    assert [f"{list(one.path)}: {one.message}" for one in complaints] == []


@every_programme
def test_changing_any_one_constant_is_noticed(path: Path) -> None:
    """The examples fail, or the programme is refused."""
    text = path.read_text(encoding="utf-8")
    reader = Reader(text)
    mutants = sorted(Mutation(path.name, text).mutants(), key=lambda mutant: mutant.kin)
    survivors = []
    for _, kin in groupby(mutants, key=lambda mutant: mutant.kin):
        alike = [mutant for mutant in kin if not mutant.said.endswith(UNFELT.get(path.stem, "?"))]
        if alike and not reader.notices_one_of([mutant.text for mutant in alike]):
            survivors.append(" or ".join(mutant.said for mutant in alike))
    assert len(mutants) >= 10
    assert not survivors, "\n".join(["nobody noticed:", *survivors])


class Reader:
    """Reads changed programmes, and asks those of its examples first that noticed something last."""

    def __init__(self, text: str) -> None:
        checked = check_text(text)
        assert checked.programme is not None
        self.order = list(range(checked.examples))

    def notices_one_of(self, texts: list[str]) -> bool:
        """Say whether a change is refused; of several ways to change one word, an example has to notice one."""
        return any(self.notices(text, refusing=len(texts) == 1) for text in texts)

    def notices(self, text: str, *, refusing: bool) -> bool:
        """Say whether an example of a changed programme does not come out, or, `refusing`, whether there is none."""
        checked = check_text(text, examples=False)
        if checked.programme is None or checked.spec is None or checked.source is None:
            return refusing
        for position in self.order:
            example = checked.spec.examples[position]
            if run_example(checked.programme, example, checked.source, ("examples", position)):
                self.order.remove(position)
                self.order.insert(0, position)
                return True
        return False
