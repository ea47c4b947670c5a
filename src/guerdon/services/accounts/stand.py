"""Where an account stands at an instant: what it has of each unit, until when, and its levels.

Everything that falls due at or before the instant has happened, posted or not (S7c). Nothing is written.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from guerdon.core.calendar import LATEST
from guerdon.core.errors import NotFound
from guerdon.core.lots.left import Left
from guerdon.core.teller import FORMAT, Teller
from guerdon.services.answers import Balance, Points, balances_of, shown
from guerdon.services.facts import history_of
from guerdon.services.published import Published
from guerdon.services.states import standing_of, unpacked
from guerdon.store import accounts, events, members
from guerdon.store.accounts import Account
from guerdon.store.database import View


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """Points of a unit that end, or become usable, at an instant, in microseconds UTC."""

    unit: str
    at: int
    points: Points


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """The level held on a ladder, since when and until when, in microseconds UTC; None is for ever, or from the beginning."""

    ladder: str
    level: str
    since: int | None
    until: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Stand:
    """Where an account stands at an instant."""

    account: str
    at: int
    balances: tuple[Balance, ...]
    expiring: tuple[Ending, ...]
    becoming_usable: tuple[Ending, ...]
    levels: tuple[Held, ...]


def stand_members(view: View, published: Published, names: Sequence[str], *, at: int) -> list[Stand | None]:
    """Return where the accounts of members stand at an instant, in their order; None where nothing happened."""
    known = members.read(view, published.id, names)
    homes = [known[name].account if name in known else name for name in names]
    rows = accounts.read(view, published.id, homes)
    return [stand_of(view, published, rows[home], at=at) if home in rows else None for home in homes]


def stand(view: View, published: Published, account: str, *, at: int) -> Stand:
    """Return where an account stands at an instant; NotFound for one of which nothing happened."""
    row = accounts.read(view, published.id, [account]).get(account)
    if row is None:
        raise unknown(account)
    return stand_of(view, published, row, at=at)


def unknown(account: str) -> NotFound:
    """Return what is said when nothing is known of an account."""
    message = f"there is no account {account!r}: no event of it was recorded, and no member enrolled"
    return NotFound(message, code="account_unknown")


def stand_of(view: View, published: Published, row: Account, *, at: int) -> Stand:
    """Return where the account of a row stands at an instant."""
    teller = brought(view, published, row, at)
    left = teller.left()
    return Stand(
        account=row.name,
        at=at,
        balances=balances_of(published, left),
        expiring=_expiring(published, left),
        becoming_usable=_becoming_usable(published, left),
        levels=_levels(published),
    )


def brought(view: View, published: Published, row: Account, at: int) -> Teller:
    """Let the teller take an account up as it was at an instant."""
    teller, state = published.teller, unpacked(row.state)
    saved = row.events == 0 or (state.layout == FORMAT and state.revision == published.revision)
    if saved and at >= max(row.placed_at, state.due_at):
        teller.open(standing_of(state))
    else:
        rows = [one for one in events.of_account(view, published.id, row.name) if one.at <= at]
        history, _, _ = history_of(published.programme.terms, rows)
        teller.refold(history)
    teller.fall_due(at)
    return teller


def _expiring(published: Published, left: list[Left]) -> tuple[Ending, ...]:
    found = []
    for one in left:
        unit = published.programme.units[one.unit]
        found += [Ending(unit=unit.name, at=at, points=shown(points, unit.decimals)) for at, points in one.expiring()]
    return tuple(found)


def _becoming_usable(published: Published, left: list[Left]) -> tuple[Ending, ...]:
    found = []
    for one in left:
        unit = published.programme.units[one.unit]
        sums: dict[int, int] = {}
        for lot in one.lots:
            if lot.pending > 0 and lot.usable_from < LATEST:
                sums[int(lot.usable_from)] = sums.get(int(lot.usable_from), 0) + lot.pending
        found += [
            Ending(unit=unit.name, at=at, points=shown(points, unit.decimals)) for at, points in sorted(sums.items())
        ]
    return tuple(found)


def _levels(published: Published) -> tuple[Held, ...]:
    past = published.teller.fold.past
    if past is None:
        return ()
    if not published.teller.members:
        # Nothing has happened yet: what the fold holds is of the account before.
        return tuple([
            Held(ladder=place.ladder.name, level=place.ladder.levels[0].name, since=None, until=None)
            for place in past.places
        ])
    found = []
    for place in past.places:
        since, until = int(place.held_since), int(place.held_until())
        found.append(
            Held(
                ladder=place.ladder.name,
                level=place.ladder.levels[place.held].name,
                since=None if since <= 0 else since,
                until=None if until >= LATEST else until,
            )
        )
    return tuple(found)
