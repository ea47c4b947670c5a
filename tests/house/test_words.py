"""One word, one meaning; and the repository speaks of the product alone."""

import re
from collections import Counter

import pytest

from tests.house.tree import ROOT, kept_files, place, text_of

CORE = ROOT / "src" / "guerdon" / "core"
WORDS = ROOT / "docs" / "words.md"

# Each pattern is written so that it does not match itself.
MACHINES = re.compile(r"/wor[k]/|/roo[t]/|/hom[e]/|/User[s]/|/opt/p[y]pi")
INDEXES = re.compile(r"pyp[i]\.org|pythonhoste[d]\.org|npmj[s]\.org|--(?:extra-)?index-ur[l]|--find-link[s]")
WORKSHOP = re.compile(
    r"\b(?:sub-?agen[t]s?|coding agen[t]s?|ai agen[t]s?|system promp[t]|languag[e] model|l[l]ms?|chatgp[t]|claud[e]"
    r"|copilo[t]|context windo[w]|this sessio[n])\b",
    re.IGNORECASE,
)


@pytest.mark.parametrize(
    ("pattern", "meant"),
    [
        (MACHINES, "a path of one machine: pass it in, or make it relative"),
        (INDEXES, "the address of a package index: leave that to the installer's own settings"),
        (WORKSHOP, "how the work was done: say what the product does"),
    ],
    ids=["machines", "indexes", "workshop"],
)
def test_nothing_kept_speaks_of_anything_but_the_product(pattern: re.Pattern[str], meant: str) -> None:
    found = [
        f"{place(file, number)}: {match.group()}"
        for file in kept_files()
        for number, line in enumerate(text_of(file).splitlines(), start=1)
        if (match := pattern.search(line))
    ]
    assert not found, meant


def _defined() -> list[str]:
    rows = [line.split("|")[1] for line in text_of(WORDS).splitlines() if line.startswith("| ")]
    return [word for cell in rows if (word := cell.strip().lower()) != "word"]


def _forms(noun: str) -> set[str]:
    return {noun, noun.removesuffix("s"), re.sub("ies$", "y", noun)}


def test_every_noun_of_the_core_is_defined() -> None:
    nouns = {
        noun.stem.replace("_", " ")
        for noun in CORE.iterdir()
        if noun.suffix in {"", ".py"} and not noun.name.startswith("_")
    }
    missing = sorted(noun for noun in nouns if _forms(noun).isdisjoint(_defined()))
    assert not missing, "say what the word means in docs/words.md, or use one that is there"


def test_a_word_is_defined_once() -> None:
    assert [word for word, times in Counter(_defined()).items() if times > 1] == []
