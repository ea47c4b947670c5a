"""Facts: kinds in the order in which they apply, and what the canonical columns are."""

from guerdon.core.facts import COLUMNS, ENGAGEMENT, KINDS, MEMBERSHIP, ORDER_AMOUNTS, PURCHASE, REDEMPTION, REFUND


def test_kinds_apply_in_their_order_at_one_instant() -> None:
    assert MEMBERSHIP < PURCHASE < ENGAGEMENT < REFUND < REDEMPTION
    assert list(KINDS.values()) == sorted(KINDS.values())


def test_every_amount_of_an_order_is_a_column_of_a_file() -> None:
    assert set(ORDER_AMOUNTS) < set(COLUMNS)
    assert len(set(COLUMNS)) == len(COLUMNS)
