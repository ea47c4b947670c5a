"""Statements as they are written: the page of an account, its instants as text."""

from decimal import Decimal

from msgspec import Struct

from guerdon.api.instants import maybe
from guerdon.core.explain.page import LevelPage, Line, MonthRow, Page, Portion, UnitPage
from guerdon.core.explain.story import LotLeft


class LotShown(Struct, kw_only=True):
    """Points earned together: how many were earned, what is left, and when they become usable and end; null is now, or never."""

    event: str
    rule: str
    payer: str
    earned: str
    original: Decimal
    remaining: Decimal
    pending: Decimal
    held: Decimal
    usable_from: str | None
    expires_at: str | None


class BalanceShown(Struct, kw_only=True):
    """What there is of a unit, and the lots that it consists of."""

    unit: str
    available: Decimal
    pending: Decimal
    held: Decimal
    debt: Decimal
    total: Decimal
    lots: list[LotShown]


class UnitStatement(Struct, kw_only=True):
    """One unit: its balance, what waits and what ends until when, its months and its history."""

    unit: str
    balance: BalanceShown
    waiting: tuple[Portion, ...]
    ending: tuple[Portion, ...]
    endless: Decimal
    months: tuple[MonthRow, ...]
    history: tuple[Line, ...]


class Statement(Struct, kw_only=True):
    """What a member has and had, in plain words, as of a day."""

    programme: str
    account: str
    as_of: str
    units: list[UnitStatement]
    levels: tuple[LevelPage, ...]
    benefits: dict[str, object]


def statement_shown(page: Page) -> Statement:
    """Return a page as it is written."""
    return Statement(
        programme=page.programme,
        account=page.account,
        as_of=page.as_of,
        units=[_unit(one) for one in page.units],
        levels=page.levels,
        benefits=page.benefits,
    )


def _unit(one: UnitPage) -> UnitStatement:
    balance = one.balance
    return UnitStatement(
        unit=one.unit,
        balance=BalanceShown(
            unit=balance.unit, available=balance.available, pending=balance.pending, held=balance.held,
            debt=balance.debt, total=balance.total, lots=[_lot(lot) for lot in balance.lots],
        ),
        waiting=one.waiting,
        ending=one.ending,
        endless=one.endless,
        months=one.months,
        history=one.history,
    )  # fmt: skip


def _lot(lot: LotLeft) -> LotShown:
    return LotShown(
        event=lot.event, rule=lot.rule, payer=lot.payer, earned=lot.earned, original=lot.original, remaining=lot.remaining,
        pending=lot.pending, held=lot.held, usable_from=maybe(lot.usable_from), expires_at=maybe(lot.expires_at),
    )  # fmt: skip
