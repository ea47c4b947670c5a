"""A member's page as lines of text, for a terminal."""

from decimal import Decimal
from typing import TYPE_CHECKING, Final

import click

from guerdon.cli.table import table

if TYPE_CHECKING:
    from guerdon.core.explain import Page
    from guerdon.core.explain.page import Line, MonthRow, UnitPage

_DAY_WIDTH: Final = len("30 September 2017")


def page_lines(page: "Page", *, recent: int | None = None) -> list[str]:
    """Return a page as lines of text; of the history the `recent` last entries, or all of it."""
    lines = [click.style(page.programme, bold=True), f"Statement for {page.account}, {page.as_of}"]
    for unit in page.units:
        first, *rest = balance_lines(unit)
        lines += ["", click.style(first, bold=True), *rest]
    for level in page.levels:
        lines += ["", f"{level.ladder}: {click.style(level.level, bold=True)}", *[f"  {said}" for said in level.said]]
    if page.benefits:
        lines += [
            "",
            "What comes with it",
            *[f"  {name}: {shown_benefit(value)}" for name, value in page.benefits.items()],
        ]
    several = len(page.units) > 1
    for unit in page.units:
        if unit.history:
            months = f"{unit.unit.capitalize()}, month by month" if several else "Month by month"
            lines += ["", months, *_months(unit.months)]
            whose = f" to {unit.unit}" if several else ""
            lines += ["", f"What happened{whose}", *_history(unit.history, recent)]
    return lines


def balance_lines(unit: "UnitPage") -> list[str]:
    """Return what there is of a unit, what waits and what ends when."""
    balance = unit.balance
    lines = [f"{balance.available:,f} {unit.unit} to use"]
    lines += [f"  {one.points:,f} more can be used from {one.day} on" for one in unit.waiting]
    unknown = balance.pending - sum((one.points for one in unit.waiting), Decimal(0))
    if unknown:
        lines.append(f"  {unknown:,f} more wait for something to happen first")
    if balance.held:
        lines.append(f"  {balance.held:,f} are set aside for what you reserved")
    if balance.debt:
        lines.append(f"  {balance.debt:,f} are owed: the next {unit.unit} earned pay them")
    lines += [f"  {one.points:,f} can be used until {one.day}" for one in unit.ending]
    if unit.endless and unit.ending:
        lines.append(f"  {unit.endless:,f} stay")
    return lines


def _months(months: "tuple[MonthRow, ...]") -> list[str]:
    words, rows = change_words(months)
    return [f"  {line}" for line in table(["month", *words, "balance"], rows)]


def change_words(months: "tuple[MonthRow, ...]") -> tuple[list[str], list[list[object]]]:
    """Return which kinds of change there were, and a row a month of them with its balance."""
    words = ("earned", "spent", "expired", "taken_back", "written_off", "transferred")
    shown = [word for word in words if any(getattr(month, word) for month in months)]
    rows = [[month.month, *[getattr(month, word) or "" for word in shown], month.balance] for month in months]
    return [word.replace("_", " ") for word in shown], rows


def _history(history: "tuple[Line, ...]", recent: int | None) -> list[str]:
    shown = history if recent is None else history[-recent:]
    lines = []
    if len(shown) < len(history):
        lines.append(f"  ... {len(history) - len(shown):,} earlier; --all tells them")
    for line in shown:
        cause = f"{line.cause}: " if line.cause else ""
        lines.append(f"  {line.day:>{_DAY_WIDTH}}  {cause}{'; '.join(line.said)}")
        if line.change:
            lines[-1] += f"  ({line.change:+,f}, then {line.balance:,f})"
    return lines


def shown_benefit(value: object) -> str:
    """Return a benefit as people read it."""
    return {True: "yes", False: "no"}.get(value, str(value)) if isinstance(value, bool) else str(value)
