"""What refunds leave of each line of their purchases, and which of them take back more than is left.

Relations: "intake_asked" has the refunds, with the place of each (`turn`) in the order in which they count; "intake_goods"
the lines of their purchases, one without a name for a purchase without lines; "intake_named" the lines that refunds name.

Invariants:
* Money is counted in the currency that was paid; what is left is worth its share of what that was worth.
* What came back of a line is a running sum over its purchase's refunds, and what is left one whole-number expression of it.
* Where no purchase has lines, the short form gives what the long one would.
"""

from collections.abc import Sequence
from typing import Final

from guerdon.batch.intake.rows import Group
from guerdon.batch.intake.sql import cases, text
from guerdon.core.currencies import DECIMALS
from guerdon.core.events.policy import MONEY_FIRST, POINTS_FIRST

SHARES: Final = "intake_shares"
"""The temporary table that holds what `shares` gives: what is left of each line after each refund, and just before it."""


def shares(*, lined: bool) -> str:
    """Return the SELECT of what is left of each line after each refund, before amounts that belong to the whole order."""
    return _of_lines() if lined else _of_orders()


def _of_orders() -> str:
    """Return the shares of purchases without lines, each of which is one line."""
    window = 'over (partition by a."of" order by a.turn)'
    layer = (
        'select a."row", a."of", a.turn, a.purchase, a.currency, a.asked, g."line", g.id, g.net, g.ours, g.off, g.discount, g.points_paid, g.quantity,\n'
        "  false as named, cast(null as bigint) as now, 0 as whole_now, cast(a.asked is null as integer) as all_now, 0 as back,\n"
        "  0 as pieces_left, 0 as pieces_before, false as whole_before, false as is_back, g.net as value, g.net as sold,\n"
        f"  bool_or(a.asked is null) {window} as all_back, coalesce(sum(cast(a.asked as hugeint)) {window}, 0) as asked_back\n"
        'from intake_asked as a join intake_goods as g on g."of" = a."of"'
    )
    layer = f"select *, net - least(asked_back, net) as kept from ({layer})"
    return f"select *, all_back or (net > 0 and kept = 0) as gone from ({layer})"


def _sums() -> str:
    """Return, for each refund and each line of its purchase, what came back of the line up to then, and just before."""
    window = 'over (partition by a."of", g."line" order by a.turn)'
    before = 'over (partition by a."of", g."line" order by a.turn rows between unbounded preceding and 1 preceding)'
    whole = "cast(n.id is not null and n.quantity is null and n.amount is null as integer)"
    everything = 'cast(a.asked is null and a."row" not in (select "row" from intake_named) as integer)'
    pieces = "coalesce(n.quantity, 0)"
    return (
        'select a."row", a."of", a.turn, a.purchase, a.currency, a.asked, g."line", g.id, g.net, g.ours, g.off, g.discount, g.points_paid, g.quantity,\n'
        f"  n.id is not null as named, n.amount as now, {whole} as whole_now, {everything} as all_now,\n"
        f"  coalesce(sum(cast(n.amount as hugeint)) {window}, 0) as back,\n"
        f"  g.quantity - coalesce(sum({pieces}) {window}, 0) as pieces_left,\n"
        f"  g.quantity - coalesce(sum({pieces}) {before}, 0) as pieces_before,\n"
        f"  coalesce(sum(case when n.amount is null then {pieces} else 0 end) {window}, 0) as pieces_back,\n"
        f"  coalesce(sum({whole}) {window}, 0) > 0 as whole_back, coalesce(sum({whole}) {before}, 0) > 0 as whole_before,\n"
        f"  coalesce(sum({everything}) {window}, 0) > 0 as all_back,\n"
        f"  coalesce(sum(cast(a.asked as hugeint)) {window}, 0) as asked_back\n"
        'from intake_asked as a join intake_goods as g on g."of" = a."of"\n'
        'left join intake_named as n on n."row" = a."row" and n.id = g.id'
    )


def _of_lines() -> str:
    """Add what is left of each line before amounts of whole purchases are spread, and then after it."""
    pieces = f"case when pieces_left + pieces_back > 0 then {part_of('net - back', 'pieces_left', 'pieces_left + pieces_back')} else net - back end"
    layer = f"select *, whole_back or (quantity > 0 and pieces_left = 0) as is_back from ({_sums()})"
    layer = f"select *, cast(case when is_back then 0 else {pieces} end as hugeint) as worth from ({layer})"
    layer = f'select *, sum(worth) over (partition by "row") as value from ({layer})'
    layer = f"select *, least(asked_back, value) * worth as product from ({layer})"
    layer = f"select *, coalesce(product // nullif(value, 0), 0) as base, coalesce(product % nullif(value, 0), 0) as rest from ({layer})"
    over = 'over (partition by "row")'
    rank = 'row_number() over (partition by "row" order by rest desc, "line")'
    spread = f"base + case when {rank} <= least(asked_back, value) - sum(base) {over} then 1 else 0 end"
    layer = f"select *, worth - ({spread}) as kept from ({layer})"
    gone = f"all_back or bool_and(is_back) {over} or (sum(net) {over} > 0 and sum(kept) {over} = 0)"
    return f"select *, sum(net) {over} as sold, {gone} as gone from ({layer})"


def too_much(groups: Sequence[Group]) -> str:
    """Return the first refund of each purchase that takes back more than is left, and why."""
    # A refund alone of its purchase that names no line can but ask for too much.
    several = f'select "of" from {SHARES} where named or asked_back > value union all '
    several += 'select "of" from intake_asked group by "of" having count(*) > 1'
    some = f'select * from {SHARES} where "of" in ({several})'
    layer = f'select *, max(turn) over (partition by "of" order by turn range between unbounded preceding and 1 preceding) as former from ({some})'
    was = (
        "select s.*, coalesce(w.gone, false) as gone_before, coalesce(w.all_back, false) as all_before, "
        "greatest(coalesce(w.value - w.asked_back, s.sold), 0) as left_before\n"
        f"from ({layer}) as s left join (select distinct turn, gone, all_back, value, asked_back from ({layer})) as w on w.turn = s.former"
    )
    where = "'line ' || id || ' of purchase ' || purchase"
    advice = "'; correct this refund, or one before it'"
    priced = 'bool_or(asked is not null or now is not null) over (partition by "row")'
    stated = 'coalesce(asked, sum(coalesce(now, 0)) over (partition by "row"))'
    reason = cases([
        ("named and (whole_before or (whole_now = 1 and quantity > 0 and pieces_before = 0))",
         f"'nothing is left of ' || {where} || {advice}"),
        ("named and pieces_left < 0", f"{where} || ' comes back in more pieces than are left of it' || {advice}"),
        ("named and back > net",
         f"{where} || ' comes back for ' || {_written('now', groups)} || ', and ' || {_written('net - back + now', groups)} || ' is left of it; correct one of the refunds'"),
        ("priced and asked_back > value",
         f"{_written('stated', groups)} || ' comes back of purchase ' || purchase || ', and ' || {_written('left_before', groups)} || ' is left of it' || {advice}"),
        ("all_before or (all_now = 1 and gone_before)", f"'nothing is left of purchase ' || purchase || {advice}"),
    ])  # fmt: skip
    layer = f"select *, {priced} as priced, {stated} as stated from ({was})"
    layer = f'select "row", "of", turn, {reason} as reason from ({layer})'
    first = 'min(turn) filter (where reason is not null) over (partition by "of")'
    layer = f"select *, {first} as first_turn from ({layer})"
    return f'select "row", reason from ({layer}) where turn = first_turn and reason is not null'


def left_over(group: Group) -> str:
    """Return what is left of each line after each refund."""
    tender = group.shape.returns.tender
    points = {
        POINTS_FIRST: "greatest(points_paid - (ours - worth_left), 0)",
        MONEY_FIRST: "least(points_paid, worth_left)",
    }.get(tender, _stays("points_paid"))
    worth = f"case when net = 0 then ours else {part_of('ours', 'kept', 'net')} end"
    over = 'over (partition by "row")'
    return (
        f'select "row", "of", "line", id, worth_left as kept, sum(worth_left) {over} as total, sum(ours) {over} as sold, gone, quantity,\n'
        f"  pieces_left, is_back or (net > 0 and kept = 0) as away, {_stays('off')} as off, {_stays('discount')} as discount,\n"
        f"  {points} as points_paid\nfrom (select *, {worth} as worth_left from {SHARES})"
    )


def _stays(whole: str) -> str:
    """Return SQL for the part of what belongs to a line that stays with what is left of it."""
    free = f"case when quantity = 0 then {whole} else {part_of(whole, 'pieces_left', 'quantity')} end"
    return f"case when net = 0 then {free} else {part_of(whole, 'kept', 'net')} end"


def part_of(whole: str, part: str, of: str) -> str:
    """Return SQL for a split in two by largest remainder, the first on a tie."""
    return f"(2 * cast({whole} as hugeint) * ({part}) + ({of})) // nullif(2 * ({of}), 0)"


def _written(value: str, groups: Sequence[Group]) -> str:
    """Return SQL for minor units as a message shows them, in the currency that was paid."""
    home = groups[0].shape.currency
    codes = [home, *dict.fromkeys(code for group in groups for code in group.exchange.foreign)]
    whole = f"cast({value} as hugeint)"
    shown = cases([(f"currency = {text(code)}", _decimal(whole, DECIMALS[code])) for code in codes])
    return f"({shown} || case when currency = {text(home)} then '' else ' ' || currency end)"


def _decimal(whole: str, decimals: int) -> str:
    if decimals == 0:
        return f"cast({whole} as varchar)"
    part = f"lpad(cast({whole} % {10**decimals} as varchar), {decimals}, '0')"
    return f"cast({whole} // {10**decimals} as varchar) || '.' || {part}"
