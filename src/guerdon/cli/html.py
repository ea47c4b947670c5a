"""Pages as HTML, all in one file: it loads nothing from anywhere."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from html import escape
from pathlib import Path
from string import Template
from typing import TYPE_CHECKING, Final

from guerdon.cli.page import balance_lines, change_words, shown_benefit
from guerdon.core.explain.page import MONTHS

if TYPE_CHECKING:
    from guerdon.core.explain import Page
    from guerdon.core.explain.page import UnitPage

_PAGE: Final = Path(__file__).with_name("page.html")
_SECTION: Final = Template("<h2>$title</h2>\n$body")
_ITEM: Final = Template("<li>$text</li>")
_NONE: Final = Template('<p class="none">$text</p>')
_TABLE: Final = Template("<table$kind><thead><tr>$head</tr></thead><tbody>\n$rows\n</tbody></table>")


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
    if page.units and not any(unit.history for unit in page.units):
        parts.append(_NONE.substitute(text="Nothing has happened to these points so far."))
    for unit in [unit for unit in page.units if unit.history]:
        whose = f" to {unit.unit}" if several else ""
        months = f"{unit.unit.capitalize()}, month by month" if several else "Month by month"
        parts += [_section(months, _months(unit)), _section(f"What happened{whose}", _history(unit))]
    return "\n".join(parts)


def _balance(unit: "UnitPage") -> str:
    first, *rest = balance_lines(unit)
    return f'<p class="big">{escape(first)}</p>\n{_list([line.strip() for line in rest])}'


def _months(unit: "UnitPage") -> str:
    words, rows = change_words(unit.months)
    return _table(
        ["Month", *[word.capitalize() for word in words], "Balance"], [[_month(str(row[0])), *row[1:]] for row in rows]
    )


def _month(month: str) -> str:
    """Return a month like 2017-10 as people write it."""
    year, _, number = month.partition("-")
    return f"{MONTHS[int(number) - 1]} {year}"


def _history(unit: "UnitPage") -> str:
    rows = []
    for line in reversed(unit.history):
        cause = f"{line.cause}: " if line.cause else ""
        change = f"{line.change:+,f}" if line.change else ""
        rows.append([line.day, f"{cause}{'; '.join(line.said)}", change, f"{line.balance:,f}"])
    return _table(["Day", "What happened", "Change", "Balance"], rows, said=1)


def _section(title: str, body: str) -> str:
    return _SECTION.substitute(title=escape(title), body=body)


def _list(lines: Iterable[str]) -> str:
    items = [_ITEM.substitute(text=escape(line)) for line in lines]
    return f"<ul>{''.join(items)}</ul>" if items else ""


def _table(head: Sequence[str], rows: Sequence[Sequence[object]], said: int = -1) -> str:
    heads = "".join([
        f'<th scope="col"{_class(said=place == said)}>{escape(word)}</th>' for place, word in enumerate(head)
    ])
    lines = ["".join([_cell(value, said=place == said) for place, value in enumerate(row)]) for row in rows]
    kind = ' class="told"' if said >= 0 else ""
    return _TABLE.substitute(kind=kind, head=heads, rows="\n".join([f"<tr>{line}</tr>" for line in lines]))


def _class(*, said: bool) -> str:
    return ' class="said"' if said else ""


def _cell(value: object, *, said: bool) -> str:
    text = escape(f"{value:,f}" if isinstance(value, Decimal) else str(value))
    return f"<td{_class(said=said)}>{text}</td>"
