"""Every piece of Python on the pages runs as it stands, one after the other."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = ("README.md", "docs/guide/library.md")


def _python(page: str) -> str:
    """Return a page's Python, each line where it stands on the page, so that a failure names its line."""
    lines = (ROOT / page).read_text(encoding="utf-8").splitlines()
    inside, kept = False, []
    for line in lines:
        fence = line.startswith("```")
        kept.append(line if inside and not fence else "")
        inside = line == "```python" if fence else inside
    return "\n".join(kept) + "\n"


@pytest.mark.parametrize("page", PAGES)
def test_what_a_page_shows_runs(page: str, capsys: pytest.CaptureFixture[str]) -> None:
    exec(compile(_python(page), page, "exec"), {"__name__": "page"})  # noqa: S102 - our own pages
    assert "90 points" in capsys.readouterr().out


def test_what_the_first_page_says_is_printed_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    text = _python("README.md")
    exec(compile(text, "README.md", "exec"), {"__name__": "page"})  # noqa: S102 - our own page
    promised = re.findall(r"print\(.*\)  # (.+)", text)
    printed = capsys.readouterr().out.splitlines()
    assert promised
    assert set(promised) <= set(printed)
