"""The lock pins every dependency by its hash, and names no place to fetch it from."""

import re
import tomllib
from typing import Any

from tests.house.tree import ROOT, text_of

LOCK = text_of(ROOT / "requirements.lock")
PINNED = re.compile(r"^([a-z0-9][a-z0-9-]*)==\S+", re.MULTILINE)
PROJECT: dict[str, Any] = tomllib.loads(text_of(ROOT / "pyproject.toml"))


def _named() -> set[str]:
    extras = PROJECT["project"]["optional-dependencies"].values()
    groups = PROJECT["dependency-groups"].values()
    listed = [*PROJECT["project"]["dependencies"], *(line for lines in [*extras, *groups] for line in lines)]
    return {re.split(r"[\[<>=~! ;]", line)[0].lower().replace(".", "-").replace("_", "-") for line in listed}


def test_everything_asked_for_is_pinned() -> None:
    assert _named() <= set(PINNED.findall(LOCK)), "run `make lock`"


def test_every_pin_has_a_hash() -> None:
    entries = re.split(r"\n(?=\S)", LOCK.strip())
    assert [entry.split()[0] for entry in entries if "--hash=sha256:" not in entry] == []


def test_the_lock_names_no_place() -> None:
    assert not re.search(r"https?:|file:|^\s*-[a-z]|--(?!hash)", LOCK, re.MULTILINE)
