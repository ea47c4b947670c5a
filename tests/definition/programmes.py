"""Small programmes for tests: a head that is right, and what checking says of the rest."""

from guerdon.core.programme import Programme
from guerdon.definition.check import check_text
from guerdon.definition.issues import render

HEAD = """\
format: 1
programme: test
zone: UTC
currency: USD
units: {points: {}}
"""
"""Five lines; what a test adds begins on the sixth."""

TWO_UNITS = HEAD.replace("{points: {}}", "{points: {}, stars: {decimals: 1}}")

RULE = "rules: [{id: spend, give: floor(eligible)}]\n"


def told(text: str) -> list[str]:
    """Return what is wrong with a programme, without the file's name."""
    issues = check_text(text, file="p").issues
    return [render(issue).removeprefix("p:").replace("error: ", "") for issue in issues if issue.severity == "error"]


def made(text: str) -> Programme:
    """Return a programme that is right."""
    checked = check_text(text)
    if checked.programme is None:
        raise AssertionError([render(issue) for issue in checked.issues])
    return checked.programme


def granted(text: str, example: str) -> list[str]:
    """Return what is wrong with one example of a programme, by what the rules gave instead."""
    return [line.split("the rules give ")[-1].split(".")[0] for line in told(f"{text}examples:\n  - {example}\n")]
