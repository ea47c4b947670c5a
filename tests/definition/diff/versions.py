"""Two versions of a small programme, and what is told of the way from one to the other."""

from guerdon.definition.diff import compare
from guerdon.definition.versions import Version, load_version_text
from tests.definition.programmes import HEAD

EVENTS = """\
events:
  purchase:
    attributes: {channel: {type: text, default: store}, tip: {type: number, optional: true}}
    lines: {brand: {type: text, default: none}, quantity: number}
  visit: {}
"""
SPEND = "{id: spend, give: floor(eligible)}"


def version(body: str, *, day: str = "", head: str = HEAD) -> Version:
    """Return a version of the test programme; `day` is when it takes effect."""
    stated = f"version: {day}\n" if day else ""
    return load_version_text(f"{head}{stated}{body}", file="p.yaml")


def rule(terms: str) -> str:
    """Return a programme of one rule, `r`, in a shop."""
    return f"{EVENTS}rules: [{{id: r, {terms}}}]\n"


def told(old: str, new: str, *, on: str = "") -> list[str]:
    """Return what changes from one body to another, each with its verdict; the new one takes effect `on` a day."""
    return changes(version(old), version(new, day=on))


def changes(old: Version, new: Version) -> list[str]:
    """Return what changes between two versions, each with its verdict."""
    return [
        f"{one.verdict}: {one.sentence()}" + (f" | {one.old} | {one.new}" if one.old or one.new else "")
        for one in compare(old, new)
    ]
