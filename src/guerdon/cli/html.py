"""Pages as HTML, all in one file: it loads nothing from anywhere."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from html import escape
from pathlib import Path
from string import Template
from typing import TYPE_CHECKING, Final

from guerdon.cli.page import balance_lines, change_words, shown_benefit

if TYPE_CHECKING:
    from guerdon.core.explain import Page
    from guerdon.core.explain.page import UnitPage

_PAGE: Final = Path(__file__).with_name("page.html")
_SECTION: Final = Template("<h2>$title</h2>\n$body")
_ITEM: Final = Template("<li>$text</li>")
_TABLE: Final = Template("<table><thead><tr>$head</tr></thead><tbody>\n$rows\n</tbody></table>")


def write_html(path: Path, pages: "Sequence[Page]") -> None:
    """Write pages to a file."""
    template = Template(_PAGE.read_text(encoding="utf-8"))
    title = escape(", ".join([f"{page.account}: {page.programme}" for page in pages]))
    path.write_text(template.substitute(title=title, pages="\n<hr>\n".join(map(_page, pages))), encoding="utf-8")


def _page(page: "Page") -> str:
    parts = [f'<h1>{escape(page.programme)}</h1>\n<p class="day">{escape(page.account)}, {escape(page.as_of)}</p>']
    parts += [_balance(unit) for unit in page.units]
    for level in page.levels:
        parts.append(_section(f"{level.ladder}: {level.level}", _list(level.said)))
    if page.benefits:
        told = [f"{name}: {shown_benefit(value)}" for name, value in page.benefits.items()]
        parts.append(_section("What comes with it", _list(told)))
    several = len(page.units) > 1
    for unit in page.units:
        of = f" of {unit.unit}" if several else ""
        parts += [_section(f"Month by month{of}", _months(unit)), _section(f"What happened{of}", _history(unit))]
    return "\n".join(parts)


def _balance(unit: "UnitPage") -> str:
    first, *rest = balance_lines(unit)
    return f'<p class="big">{escape(first)}</p>\n{_list([line.strip() for line in rest])}'


def _months(unit: "UnitPage") -> str:
    words, rows = change_words(unit.months)
    return _table(["month", *words, "balance"], rows)


def _history(unit: "UnitPage") -> str:
    rows = []
    for line in reversed(unit.history):
        cause = f"{line.cause}: " if line.cause else ""
        change = f"{line.change:+,f}" if line.change else ""
        rows.append([line.day, f"{cause}{'; '.join(line.said)}", change, f"{line.balance:,f}"])
    return _table(["", "", "", "balance"], rows, said=1)


def _section(title: str, body: str) -> str:
    return _SECTION.substitute(title=escape(title), body=body)


def _list(lines: Iterable[str]) -> str:
    return f"<ul>{''.join([_ITEM.substitute(text=escape(line)) for line in lines])}</ul>"


def _table(head: Sequence[str], rows: Sequence[Sequence[object]], said: int = -1) -> str:
    heads = "".join([f"<th>{escape(word)}</th>" for word in head])
    lines = ["".join([_cell(value, said=place == said) for place, value in enumerate(row)]) for row in rows]
    return _TABLE.substitute(head=heads, rows="\n".join([f"<tr>{line}</tr>" for line in lines]))


def _cell(value: object, *, said: bool) -> str:
    text = escape(f"{value:,f}" if isinstance(value, Decimal) else str(value))
    return f'<td class="said">{text}</td>' if said else f"<td>{text}</td>"
