"""An explanation as lines of text, for people: each number stands beside where it comes from."""

from collections.abc import Sequence
from decimal import Decimal

from guerdon.core.explain.adjustments import adjustment_line
from guerdon.core.explain.explanation import EventAnswer, Explanation, RuleAnswer
from guerdon.core.explain.level_sentences import held_line, move_line, outlook_lines
from guerdon.core.explain.parts import Part, Rounding
from guerdon.core.explain.redemptions import redemption_line
from guerdon.core.explain.reversals import RefundAnswer
from guerdon.core.explain.story import Story
from guerdon.core.explain.telling import Telling
from guerdon.core.explain.transfers import transfer_line
from guerdon.core.explain.wording import counted, each, money, plain


def sentences(explanation: Explanation, *, refusals: bool = False, stories: Sequence[Story] = ()) -> list[str]:
    """Return the explanation line by line; with `refusals` every rule that gave nothing says why.

    An event that earned nothing always says why. With `stories` it is also told what became of the accounts' points.
    """
    lines: list[str] = []
    telling = Telling(stories)
    for event in explanation.events:
        lines.extend(telling.before(event))
        told = telling.of(event)
        lines.extend([*_event(event, explanation.currency, refusals=refusals, told=bool(told)), *told, ""])
    lines.extend(telling.after() if explanation.sums else [])
    lines.extend(_sums(explanation))
    for outlook in explanation.outlooks:
        lines.extend([*([""] if explanation.sums else []), *outlook_lines(outlook)])
    return lines


def _event(event: EventAnswer, currency: str, *, refusals: bool, told: bool = False) -> list[str]:
    """Return what rules and ladders answered to an event; `told` says that more is told of it."""
    several = len({held.ladder for held in event.levels}) > 1
    after = [f"  {move_line(move, several=several)}" for move in event.moves if not move.earlier]
    lines = [
        _headline(event, told=told),
        *[f"  {move_line(move, several=several)}" for move in event.moves if move.earlier],
    ]
    if event.refund is not None:
        return [*lines, *_refund(event.refund), *after]
    lines += [f"  {held_line(held, several=several)}" for held in event.levels if not event.returned]
    if event.returned:
        return [*lines, "  a return: counted, neither earns nor reverses yet"]
    if event.returned_lines:
        lines.append(f"  {counted(event.returned_lines, 'line')} returned: counted, neither earn nor reverse yet")
    lines += [f"  {redemption_line(one)}" for one in event.redemptions]
    lines += [f"  {event.tells_of}"] if event.tells_of else []
    if event.closing:
        return [*lines, f"  {event.closing}", *after]
    giving = [rule for rule in event.rules if rule.parts]
    if event.adjustment is not None:
        return [
            *lines,
            f"  {adjustment_line(event.adjustment)}",
            *[cut for rule in giving for cut in _cuts(rule)],
            *after,
        ]
    if event.transfer is not None:
        return [*lines, f"  {transfer_line(event.transfer)}", *after]
    for rule in giving:
        lines.extend(_rule(rule, currency))
    lines.extend([f"  all rules of {rounding.unit} are {_rounded(rounding)}" for rounding in event.roundings])
    if refusals or not any([points.points for points in event.points]):
        silent = [rule for rule in event.rules if not rule.parts and rule.reason != "type"]
        lines.extend([f"  {rule.rule}: nothing, because {rule.because}" for rule in silent])
    if (
        not told
        and not giving
        and not event.redemptions
        and not event.tells_of
        and event.rules
        and all([rule.reason == "type" for rule in event.rules])
    ):
        lines.append(f"  no rule is about {event.type} events")
    return lines + after


def _refund(refund: RefundAnswer) -> list[str]:
    """Say what a refund took back, of which purchase, and what is left of that."""
    if refund.value:
        return [
            f"  {refund.value} without a purchase, at the base rate",
            *_taken_back(refund, "nothing is taken back: it earns nothing"),
        ]
    if not refund.found:
        return [f"  a refund of {refund.purchase}, which is not among the events: without effect until it is"]
    if refund.late:
        return [f"  a refund of {refund.purchase}, too late to take points back"]
    taken = _taken_back(refund, "nothing is taken back: what is left earns as much")
    restored = [f"  {one.points:,f} {one.unit} that paid for it come back" for one in refund.restored]
    return [f"  a refund of {refund.purchase}, of which {refund.left} is left", *taken, *restored]


def _taken_back(refund: RefundAnswer, otherwise: str) -> list[str]:
    lines = []
    for one in refund.reversals:
        said = "taken back" if one.points < 0 else "given back"
        if one.points != 0:
            lines.append(f"  {one.rule}: {abs(one.points):,f} {one.unit} {said}")
        if one.written_off != 0:
            lines.append(f"  {one.rule}: {one.written_off:,f} {one.unit} written off")
    return lines or [f"  {otherwise}"]


def _headline(event: EventAnswer, *, told: bool) -> str:
    """Return what happened and what it earned; of what is told otherwise and earned nothing, that it happened."""
    points = ", ".join([f"{one.points:,f} {one.unit}" for one in event.points])
    silent = (told or bool(event.closing)) and event.refund is None and not any([rule.parts for rule in event.rules])
    points = "" if silent else points
    by_hand = event.adjustment is not None or event.transfer is not None
    amount = "" if event.returned or silent or by_hand else f", {event.amount}"
    if amount and event.eligible != event.amount:
        amount += f" ({event.eligible} eligible)"
    basket = f", {counted(event.lines, 'line')}" if event.lines and not by_hand else ""
    version = f", by the version of {event.version}" if event.version else ""
    return f"{event.when}  {event.type} {event.id}{amount}{basket}{version}{': ' if points else ''}{points}"


def _rule(rule: RuleAnswer, currency: str) -> list[str]:
    campaign = f" (campaign {rule.campaign})" if rule.campaign else ""
    lines = [f"  {rule.rule}{campaign}: {rule.points:,f} {rule.unit}"]
    if rule.amount is not None:
        shown = money(rule.amount, currency) if rule.money else plain(rule.amount)
        lines.append(f"    of {shown}" + ("" if rule.text == "eligible" else f", which is {rule.text}"))
    lines.extend([f"    {_part(rule, part, currency)}" for part in rule.parts])
    lines.extend([f"    {_rounded(rounding)}" for rounding in rule.roundings])
    lines.extend(_cuts(rule))
    if rule.reason == "outdone":
        lines.append(f"    nothing of {rule.desired:,f}, because {rule.because}")
    return lines


def _part(rule: RuleAnswer, part: Part, currency: str) -> str:
    where = f"line {part.line}, {part.line_amount}: " if part.line else ""
    rounded = f", {plain(part.desired)} after rounding" if _is_shared(rule, part) else ""
    cut = f", {plain(part.granted)} granted" if part.granted != part.desired else ""
    return f"{where}{_source(rule, part, currency)}{rounded}{cut}{_paid(part)}"


def _is_shared(rule: RuleAnswer, part: Part) -> bool:
    """Say whether a part got its share of a rounding of several; one that was rounded by itself is told by the rounding."""
    told = [rounding for rounding in rule.roundings if rounding.line in ("", part.line)]
    beside = [other for other in rule.parts if not told or not told[0].line or other.line == part.line]
    return part.desired != part.exact and (not told or len(beside) > 1)


def _source(rule: RuleAnswer, part: Part, currency: str) -> str:
    exact = plain(part.exact)
    if part.multiplier and part.factor is not None:
        over = "all so far" if part.compound else "the base"
        extra = f"adds {plain(part.factor - 1)} times {over} of {plain(part.amount)}"
        by = "" if part.by == plain(part.factor) else f", which is {part.by}"
        by += f", as {' and '.join(part.levels)}" if part.levels else ""
        return f"{part.multiplier}, {plain(part.factor)} times{by}: {extra} = {exact}"
    if part.above is not None and part.rate is not None:
        return f"{_banded(rule, part, currency)} = {exact}"
    if part.items > 1:
        return f"{part.items:,} items at {plain(part.amount)} = {exact}"
    return f"{exact}, as stated" if rule.text == exact else f"{rule.text} = {exact}"


def _banded(rule: RuleAnswer, part: Part, currency: str) -> str:
    """Return how much of an amount lies in a band, and at which rate."""
    amount, above, rate = plain(part.amount), plain(part.above or Decimal(0)), f"{plain(part.rate or Decimal(0))} each"
    if rule.money:
        amount, above = money(part.amount, currency), money(part.above or Decimal(0), currency)
        rate = f"{plain(part.rate or Decimal(0))} {each(currency)}"
    items = f" of {counted(part.items, 'item')}" if part.items > 1 else ""
    if rule.whole:
        return f"all {amount}{items} at {rate}, the rate above {above}"
    return f"{amount}{items} above {above} at {rate}" if part.above else f"{amount}{items} at {rate}"


def _paid(part: Part) -> str:
    """Return who pays, unless it is the programme alone."""
    if len(part.shares) > 1:
        return ", paid " + " and ".join([f"{plain(share.granted)} by {share.payer}" for share in part.shares])
    return "" if part.shares[0].payer == "programme" else f", paid by {part.shares[0].payer}"


def _rounded(rounding: Rounding) -> str:
    where = f"line {rounding.line}: " if rounding.line else ""
    each_item = f"each of {rounding.items:,} items " if rounding.items > 1 else ""
    return f"{where}{each_item}rounded {rounding.how} from {plain(rounding.exact)} to {plain(rounding.desired)}"


def _cuts(rule: RuleAnswer) -> list[str]:
    """Return what each limit left of the parts that it cut."""
    limits: dict[tuple[str, str, str], list[Part]] = {}
    for part in rule.parts:
        if part.limit:
            limits.setdefault((part.limit, part.limit_text, part.period), []).append(part)
    return [
        f"    the limit{'' if limit == rule.rule else f' {limit}'} of {text}{f' ({period})' if period else ''}"
        f" leaves {plain(_sum([part.granted for part in parts]))} of {plain(_sum([part.desired for part in parts]))}"
        for (limit, text, period), parts in limits.items()
    ]


def _sum(numbers: list[Decimal]) -> Decimal:
    return sum(numbers, Decimal(0))


def _sums(explanation: Explanation) -> list[str]:
    """Return the sums, a member at a time, months first."""
    lines: list[str] = []
    members = list(dict.fromkeys([row.member for row in explanation.sums]))
    for member in members:
        rows = [row for row in explanation.sums if row.member == member]
        lines.append(f"in all, {member}")
        for month in dict.fromkeys([row.month for row in rows]):
            points = [f"{row.points:>12,f} {row.unit}" for row in rows if row.month == month]
            lines.append(f"  {month:<7}{''.join(points)}")
    return lines
